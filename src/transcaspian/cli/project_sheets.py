"""Fills and writes the one-page sheets of `appraise run --sheets`."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from transcaspian.appraisal.gains import who_gains, yearly_flows
from transcaspian.appraisal.ledger import Ledger
from transcaspian.cli.run_facts import RunOfProjects
from transcaspian.errors import InputError
from transcaspian.report.project_sheet import SheetContent, sheet_pdf
from transcaspian.results import theme
from transcaspian.spreadsheet import file_names

__all__ = ["sheet_content", "write_sheets"]

LEAST_GAIN_MUSD = 0.05
INPUT_NAMES = {
    "capex_factor": "capital cost",
    "operation_factor": "operation cost",
    "benefit_factor": "benefits",
    "benefit_growth": "growth of benefits",
    "delay_years": "delay",
}


def write_sheets(
    folder: Path,
    found: RunOfProjects,
    rate: float,
    values: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
) -> None:
    """Write one PDF a project into a folder, made where it is missing.

    Files are named after their projects, with `_` for what no name of a file may hold.
    """
    names = file_names(ledger.project for ledger in found.ledgers)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for place, name in enumerate(names):
            content = sheet_content(found, place, rate, values, tables)
            (folder / f"{name}.pdf").write_bytes(sheet_pdf(content))
    except OSError as error:
        raise InputError(f"{str(folder)!r} can't be written: {error.strerror}.") from error


def sheet_content(
    found: RunOfProjects,
    place: int,
    rate: float,
    values: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
) -> SheetContent:
    """Return what stands on the sheet of one project."""
    facts, ledger = found.projects[place], found.ledgers[place]
    flows = yearly_flows(ledger)
    swings = tables["tornado"].filter(pl.col("project") == facts.project)
    return SheetContent(
        title=facts.name or facts.project,
        subtitle=(
            f"{facts.project} · {facts.kind} · opens {facts.opening_year} · {facts.life_years} years of"
            f" use · scenario {found.scenario} · million USD of {found.run.price_year}"
        ),
        headline=facts.headline,
        figures=_figures(values, tables, facts.project, rate),
        year=flows.year,
        income_musd=flows.benefit - flows.operation,
        capital_musd=flows.capital,
        swings=tuple(
            (INPUT_NAMES[name], low, high)
            for name, low, high in swings.select(
                "input", "npv_low_musd", "npv_high_musd"
            ).iter_rows()
        ),
        npv_median_musd=swings["npv_median_musd"][0] if swings.height else 0.0,
        gains=_gains(ledger, rate, found.run.discount_year),
        notes=(
            f"Conventions: {found.conventions}.",
            "P10, P50, P90 and loss: capital cost as published or assumed, benefits and delay as"
            " assumed. PINT: each project against a reference without the others.",
        ),
    )


def _figures(
    values: pl.DataFrame, tables: Mapping[str, pl.DataFrame], project: str, rate: float
) -> tuple[tuple[str, str], ...]:
    row = values.filter(pl.col("project") == project).row(0, named=True)
    risk = tables["risk"].filter(pl.col("project") == project).row(0, named=True)
    late = tables["delay_prices"].filter(
        (pl.col("project") == project) & (pl.col("delay_years") == 1.0)
    )["npv_change_spent_musd"][0]
    number = theme.format_number
    rates = (
        theme.format_share(row["eirr"]) if row["eirr_count"] == 1 else f"{row['eirr_count']} rates"
    )
    return (
        (f"NPV at {rate:.0%}", number(row["npv_musd"])),
        ("economic rate of return", rates),
        ("benefits over capital cost", number(row["bcr"])),
        ("capital cost", number(row["capex_musd"])),
        ("worth building up to", number(row["break_even_capex_musd"])),
        ("payback [years]", number(row["payback_years"])),
        ("first-year return", theme.format_share(row["first_year_return"])),
        ("opening a year late", number(late)),
        ("NPV, P10", number(risk["p10_musd"])),
        ("NPV, P50", number(risk["p50_musd"])),
        ("NPV, P90", number(risk["p90_musd"])),
        ("chance of a loss", theme.format_share(risk["probability_negative"])),
    )


def _gains(ledger: Ledger, rate: float, discount_year: int) -> tuple[tuple[str, float], ...]:
    """Return who gains how much, those who hardly gain or lose left out."""
    gains = who_gains(ledger, rate, discount_year).filter(
        pl.col("npv_musd").abs() >= LEAST_GAIN_MUSD
    )
    ordered = gains.sort("npv_musd", descending=True)
    return tuple(
        (f"{party.replace('_', ' ')}, {country}", value)
        for country, party, value in ordered.select("country", "party", "npv_musd").iter_rows()
    )
