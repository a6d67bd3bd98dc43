"""The one-page sheet of a project for print, filled from the tables of a run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from transcaspian.accounts import CLEARING
from transcaspian.report.images import svg_to_pdf
from transcaspian.report.project_sheet import SheetContent, SheetWords, draw_sheet
from transcaspian.report.terms import Terms, npv_column
from transcaspian.report.worth import worth_of
from transcaspian.web.pages.common import country_name, scenario_name
from transcaspian.web.runs import Run
from transcaspian.web.said import conventions
from transcaspian.web.view import View

__all__ = ["project_sheet", "sheet_file", "worth_sentence"]

LEAST_GAIN_MUSD = 0.05


def sheet_file(content: SheetContent) -> bytes:
    """Return the sheet as PDF."""
    return svg_to_pdf(draw_sheet(content))


def project_sheet(
    run: Run, row: Mapping[str, Any], flows: pl.DataFrame, terms: Terms, view: View
) -> SheetContent:
    """Return what stands on the sheet of a project, in the reader's language.

    `row` is its row of the table of projects, `flows` has year, is_capital and amount [million USD].
    """
    t, language = view.t, view.language
    years = np.arange(int(flows["year"].min()), int(flows["year"].max()) + 1)  # type: ignore[arg-type]
    swings = _swings(run, row)
    subtitle = (
        str(row["project"]),
        view.word(str(row["kind"])),
        t("opens {year}", year=row["opening_year"]),
        t("{years} years of use", years=row["life_years"]),
        t("scenario {scenario}", scenario=scenario_name(run, view, str(row["scenario"]))),
        t("million USD of {year}", year=run.case.settings.price_year),
    )
    said = str(run.manifest.get("conventions", ""))
    return SheetContent(
        title=view.name(str(row["name"])),
        subtitle=" · ".join(subtitle),
        headline=str(row["headline"])
        if language.code == "en"
        else worth_sentence(view, row, terms),
        figures=_figures(row, terms, view),
        year=years,
        income_musd=_by_year(flows.filter(~pl.col("is_capital")), years),
        capital_musd=-_by_year(flows.filter(pl.col("is_capital")), years),
        swings=tuple(
            (view.column(name), low, high)
            for name, low, high in swings.select(
                "input", "npv_low_musd", "npv_high_musd"
            ).iter_rows()
        ),
        npv_median_musd=float(swings["npv_median_musd"][0]) if swings.height else 0.0,
        gains=_gains(run, row, view),
        notes=(
            _plain(t("Conventions: {conventions}.", conventions=conventions(view, said))),
            t("Run {run}, case {case}.", run=run.key, case=str(run.manifest["case"])),
        ),
        words=_words(view),
    )


def _plain(text: str) -> str:
    """Return the text without the lowered two, for which the sheet's font has no sign."""
    return text.replace("₂", "2")


def _words(view: View) -> SheetWords:
    t = view.t
    return SheetWords(
        flows=t("Benefits less operation, and building, by year [million USD]"),
        benefits=t("benefits"),
        building=t("building"),
        swings=t("NPV when one input goes from its P10 to its P90"),
        no_swings=t("Nothing is uncertain."),
        medians=t("all at their medians: {value}"),
        gains=t("Who gains and who loses, NPV [million USD]"),
        others=t("{count} others"),
        number=view.language.number,
        signed=view.language.signed,
    )


def worth_sentence(view: View, row: Mapping[str, Any], terms: Terms) -> str:
    """Return whether a project is worth its cost, with its NPV and the range of it."""
    worth = worth_of(row, terms)
    return view.t(
        "Worth its cost? {verdict}. NPV {npv} at {rate}, {low} to {high} over the range of"
        " its capital cost.",
        verdict=view.word(worth.verdict),
        npv=view.number(row["npv_musd"], "million USD"),
        rate=view.language.share(terms.headline_rate, 2),
        low=view.number(worth.low_musd),
        high=view.number(worth.high_musd, "million USD"),
    )


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
        .sort((pl.col("npv_high_musd") - pl.col("npv_low_musd")).abs(), "input", descending=[True, False])
    )  # fmt: skip


def _figures(row: Mapping[str, Any], terms: Terms, view: View) -> tuple[tuple[str, str], ...]:
    worth, t = worth_of(row, terms), view.t
    number, share = view.language.number, view.language.share
    shown = [
        (t("NPV at {rate}", rate=share(rate, 2)), number(row[npv_column(rate)]))
        for rate in terms.rates
    ]
    confidence = view.word(str(row["capex_confidence"]))
    shown += [
        (t("NPV at the high cost"), number(worth.low_musd)),
        (t("NPV at the low cost"), number(worth.high_musd)),
        (t("Capital cost"), f"{number(row['capex_musd'])} ({confidence})"),
        (t("Worth building up to"), number(row["break_even_capex_musd"])),
        (t("Benefit over cost"), number(row["bcr"])),
        (t("EIRR"), share(row["eirr"])),
        (t("The corridor's part of the NPV"), number(row["npv_corridor_musd"])),
        (
            _plain(f"{t('CO₂ in {year}', year=terms.value_year)} [{view.word('Mt')}]"),
            number(row["co2_mt"]),
        ),
        (t("Model years behind it"), number(row["model_years"])),
        (t("of these in use"), number(row["model_years_in_use"])),
    ]
    return tuple(shown)


def _gains(run: Run, row: Mapping[str, Any], view: View) -> tuple[tuple[str, float], ...]:
    gains = run.table("who_gains").filter(
        pl.col("scenario") == row["scenario"],
        pl.col("project") == row["project"],
        pl.col("party") != CLEARING,
        pl.col("npv_musd").abs() >= LEAST_GAIN_MUSD,
    )
    ordered = gains.sort("npv_musd", "country", "party", descending=[True, False, False])
    return tuple(
        (f"{view.word(party)}, {country_name(run, view, country)}", value)
        for country, party, value in ordered.select("country", "party", "npv_musd").iter_rows()
    )
