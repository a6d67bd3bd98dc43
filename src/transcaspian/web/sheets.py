"""The one-page sheet of a project for print, filled from the tables of a run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from transcaspian.accounts import CLEARING
from transcaspian.report.images import svg_to_pdf
from transcaspian.report.names import humanise
from transcaspian.report.project_sheet import SheetContent, draw_sheet
from transcaspian.report.terms import npv_column, percent
from transcaspian.report.worth import worth_of
from transcaspian.results.theme import format_number, format_share
from transcaspian.web.runs import Run

__all__ = ["project_sheet", "sheet_file"]

LEAST_GAIN_MUSD = 0.05


def sheet_file(content: SheetContent) -> bytes:
    """Return the sheet as PDF."""
    return svg_to_pdf(draw_sheet(content))


def project_sheet(run: Run, row: Mapping[str, Any], flows: pl.DataFrame) -> SheetContent:
    """Return what stands on the sheet of a project.

    `row` is its row of the table of projects, `flows` has year, is_capital and amount [million USD].
    """
    years = np.arange(int(flows["year"].min()), int(flows["year"].max()) + 1)  # type: ignore[arg-type]
    swings = _swings(run, row)
    return SheetContent(
        title=str(row["name"]),
        subtitle=(
            f"{row['project']} · {humanise(str(row['kind'])).lower()} · opens {row['opening_year']} · "
            f"{row['life_years']} years of use · scenario {row['scenario']} · million USD of "
            f"{run.case.settings.price_year}"
        ),
        headline=str(row["headline"]),
        figures=_figures(run, row),
        year=years,
        income_musd=_by_year(flows.filter(~pl.col("is_capital")), years),
        capital_musd=-_by_year(flows.filter(pl.col("is_capital")), years),
        swings=tuple(swings.select("input", "npv_low_musd", "npv_high_musd").iter_rows()),
        npv_median_musd=float(swings["npv_median_musd"][0]) if swings.height else 0.0,
        gains=_gains(run, row),
        notes=(f"Conventions: {run.manifest.get('conventions', '')}.", f"Run {run.key}, case {run.manifest['case']}."),
    )  # fmt: skip


def _by_year(flows: pl.DataFrame, years: np.ndarray) -> np.ndarray:
    values = np.zeros(years.size)
    for year, amount in flows.select("year", "amount").iter_rows():
        values[year - years[0]] += amount
    return values


def _swings(run: Run, row: Mapping[str, Any]) -> pl.DataFrame:
    """Return the NPV with each uncertain input at its P10 and P90, where the run has it."""
    if not run.has("tornado"):
        return pl.DataFrame(
            schema={
                "input": pl.String,
                "npv_low_musd": pl.Float64,
                "npv_high_musd": pl.Float64,
                "npv_median_musd": pl.Float64,
            }
        )
    return (
        run.table("tornado")
        .filter(pl.col("scenario") == row["scenario"], pl.col("project") == row["project"])
        .with_columns(pl.col("input").map_elements(humanise, return_dtype=pl.String))
        .sort((pl.col("npv_high_musd") - pl.col("npv_low_musd")).abs(), "input", descending=[True, False])
    )  # fmt: skip


def _figures(run: Run, row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    worth, terms = worth_of(row, run.terms), run.terms
    shown = [
        (f"NPV at {percent(rate)}", format_number(row[npv_column(rate)])) for rate in terms.rates
    ]
    shown += [
        ("NPV at the high cost", format_number(worth.low_musd)),
        ("NPV at the low cost", format_number(worth.high_musd)),
        ("capital cost", f"{format_number(row['capex_musd'])} ({row['capex_confidence']})"),
        ("worth building up to", format_number(row["break_even_capex_musd"])),
        ("benefits over cost", format_number(row["bcr"])),
        ("economic rate of return", format_share(row["eirr"])),
        ("the corridor's part of NPV", format_number(row["npv_corridor_musd"])),
        (f"CO₂ in {terms.value_year} [Mt]", format_number(row["co2_mt"])),
    ]  # fmt: skip
    return tuple(shown)


def _gains(run: Run, row: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    gains = run.table("who_gains").filter(
        pl.col("scenario") == row["scenario"],
        pl.col("project") == row["project"],
        pl.col("party") != CLEARING,
        pl.col("npv_musd").abs() >= LEAST_GAIN_MUSD,
    )
    ordered = gains.sort("npv_musd", "country", "party", descending=[True, False, False])
    return tuple(
        (f"{humanise(party).lower()}, {run.names.country(country)}", value)
        for country, party, value in ordered.select("country", "party", "npv_musd").iter_rows()
    )
