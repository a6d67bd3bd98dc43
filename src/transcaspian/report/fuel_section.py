"""Gas and other fuel that projects set free: by which route it is sold, and what that brings."""

from collections.abc import Mapping

import polars as pl

from transcaspian.report.blocks import Block, Remark, Section
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import Names, humanise
from transcaspian.report.terms import Terms
from transcaspian.report.worded import worded
from transcaspian.units import TWH_TO_MWH

__all__ = ["fuel_section"]

SMALLEST_TWH = 0.5  # less is small beside the dispatch of a country


def fuel_section(tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms) -> Section:
    """Return the section for the year whose values the report leads with."""
    year = terms.value_year
    rows = (
        tables["power_fuel_freed"]
        .filter(pl.col("year") == (year or 0))
        .with_columns(pl.col("^.*_mwh_th$") / TWH_TO_MWH)
        .filter(pl.col("freed_mwh_th").abs() >= SMALLEST_TWH)
        .pipe(worded, project=("run", names.run), called=("fuel", humanise))
        .sort("export_musd", "project", "fuel", descending=[True, False, False])
    )
    if rows.is_empty():
        return Section("fuel", "Fuel set free", "No project of this run frees fuel.", ())
    views = (
        ColumnView("project", "Project"),
        ColumnView("called", "Fuel"),
        ColumnView("route", "Route"),
        ColumnView("freed_mwh_th", "Set free", "TWh of heat", "number"),
        ColumnView("limit_mwh_th", "Room on the route", "TWh of heat", "number"),
        ColumnView("kept_mwh_th", "Without a way out", "TWh of heat", "number"),
        ColumnView("export_musd", "Worth abroad", "million USD a year", "number"),
    )
    remark = (
        "Fuel that plants no longer burn is worth its export price up to what the route takes, and"
        " what plants pay for it beyond. Below zero more is burnt. These sums are part of the"
        " projects' benefits, not on top of them; one TWh of heat is 0.105 bcm of gas. Fuels whose"
        " route is not known to be limited are not listed."
    )
    blocks: list[Block] = [
        frame_table(rows, views, f"Fuel set free in {year}, by project", "fuel_freed.csv"),
        Remark(remark),
    ]
    lead = "What gas that is no longer burnt brings abroad, and where no pipeline has room for it."
    return Section("fuel", "Fuel set free", lead, blocks, "Fuel")
