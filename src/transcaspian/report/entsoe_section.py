"""The part of the page with the ENTSO-E sheet of every cable and line."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import Block, Cell, Fold, Header, HtmlTable, Remark, Section
from transcaspian.report.markup import (
    ColumnView,
    frame_table,
    head_cell,
    number_cell,
    text_cell,
)
from transcaspian.report.names import Names
from transcaspian.report.worded import worded
from transcaspian.results.theme import format_number

__all__ = ["entsoe_section"]

KEY, TITLE, SHORT = "entsoe", "Cables and lines by ENTSO-E's sheet", "ENTSO-E"


def entsoe_section(tables: Mapping[str, pl.DataFrame], names: Names) -> Section:
    """Return the section: worth by method, and one sheet a cable."""
    worth, sheets = tables["entsoe_worth"], tables["entsoe_sheets"]
    if worth.is_empty():
        return Section(KEY, TITLE, "No cable or line was valued in this run.", (), SHORT)
    blocks: list[Block] = [_worth_table(worth, names, method) for method in ("PINT", "TOOT")]
    blocks += [
        _sheet(sheets.filter(pl.col("project") == project), str(project), names)
        for project in worth["project"].unique(maintain_order=True)
    ]
    conventions = worth.filter(pl.col("conventions").is_not_null())["conventions"]
    if conventions.len():
        blocks.append(Remark(f"Conventions: {conventions[0].partition('; ')[2]}."))
    departure = worth["b1_departure"].drop_nulls()
    agreement = f"{float(departure.max()):.1e}" if departure.len() else "n/a"  # type: ignore[arg-type]
    lead = (
        "The indicators of the 4th ENTSO-E guideline, at its own rate, life and residual value, whatever"
        " the rest of this page counts with. PINT: one project put into today's grid. TOOT: one project"
        " taken out of a package. B1 is found by total surplus and by cost difference; the two differ by"
        f" {agreement} at most. What no model says is not assessed, and never zero."
    )
    return Section(KEY, TITLE, lead, blocks, SHORT)


def _worth_table(worth: pl.DataFrame, names: Names, method: str) -> HtmlTable:
    """Return one method's values; the two methods are never in one list."""
    own = worth.filter(pl.col("method") == method).sort(
        "npv_musd", descending=True, nulls_last=True, maintain_order=True
    )
    named = worded(own, name=("project", names.run), against=("against", names.run))
    frame = named.with_columns(
        note=pl.when(pl.col("note") == "")
        .then(None)
        .otherwise(pl.lit("not assessed: no package was solved with and without it")),
    )
    views = (
        ColumnView("name", "Project"),
        ColumnView("npv_musd", "NPV of B1 at 4 %, 25 years", "million USD", "number"),
        ColumnView("bcr", "Benefit over cost", "", "number"),
        ColumnView("against", "Against"),
        ColumnView("note", "Remark"),
    )
    return frame_table(
        frame, views, f"{method}: market benefit (B1) against cost", f"entsoe_{method.lower()}.csv"
    )


def _sheet(sheet: pl.DataFrame, project: str, names: Names) -> Fold:
    years = sorted(int(year) for year in sheet["year"].drop_nulls().unique())
    rows: list[tuple[Cell, ...]] = []
    groups = sheet.group_by("method", "indicator", "name", "unit", maintain_order=True)
    for (method, indicator, name, unit), group in groups:
        rows.append(_indicator_row(f"{indicator}", f"{name}", f"{unit}", f"{method}", group, years))
    headers = (
        Header("Indicator"),
        Header("Method"),
        Header("Unit"),
        *(Header(str(year), "", is_number=True) for year in years),
        Header("Assessment"),
    )
    b1 = sheet.filter(pl.col("indicator") == "B1", pl.col("method") == "PINT")
    last = b1["value"][len(years) - 1] if b1.height else None
    title = Markup("{} <span class='aside'>B1 in {}: {} million USD a year</span>").format(
        names.run(project), years[-1] if years else "", format_number(last)
    )
    table = HtmlTable(
        f"{names.run(project)}: ENTSO-E indicators",
        headers,
        tuple(rows),
    )
    return Fold(title, (table,), f"entsoe-{project}")


def _indicator_row(
    indicator: str, name: str, unit: str, method: str, group: pl.DataFrame, years: list[int]
) -> tuple[Cell, ...]:
    by_year: dict[Any, Any] = dict(group.select("year", "value").iter_rows())
    once = by_year.get(None)
    cells = [number_cell(by_year[year]) if year in by_year else Cell("") for year in years]
    if once is not None and cells:
        cells[0] = number_cell(once)
    assessment = str(group["assessment"][0])
    return (
        head_cell(f"{indicator} {name}"),
        text_cell(method),
        text_cell(unit),
        *cells,
        text_cell(assessment),
    )
