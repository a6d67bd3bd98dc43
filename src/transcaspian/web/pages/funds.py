"""Joint funds: what they could pay for, as the portfolio tables of the run say."""

from dataclasses import replace

import polars as pl

from transcaspian.case.registry import TABLES
from transcaspian.report.charts import Spec
from transcaspian.report.worded import worded
from transcaspian.results.theme import ZONE_COLOURS
from transcaspian.web.blocks import Block, Chart, Column, Link, Links, Note, Page, Table
from transcaspian.web.pages.common import chosen_scenario, scenario_choice
from transcaspian.web.pages.generic import kind_of, plain_table
from transcaspian.web.runs import Run
from transcaspian.web.urls import run_page
from transcaspian.web.view import View

__all__ = ["funds_page"]

PREFIXES = ("portfolio", "fund", "waterfall", "facility")
# What one reads first; tables that are not named here follow.
ORDER = ("summary", "choice", "returns", "sharing", "values", "frontier", "sizes", "calls")
LONG = ("portfolio_accounts", "portfolio_balances")  # thousands of rows: their own pages
PLAIN_UNITS = ("-", "year")  # fractions and years need no unit
# Columns of the case that hold names or sentences for people.
NAMED = ("name", "note", "party", "provider")


def funds_page(run: Run, view: View) -> Page:
    """Return the tables on funds that the run has, and what the case says of them."""
    t = view.t
    scenario = chosen_scenario(run, view)
    blocks: list[Block] = []
    found = [name for name in run.names_of_tables if name.startswith(PREFIXES)]
    if "portfolio_frontier" in found:
        blocks.append(_frontier(run, view))
    for name in sorted(found, key=_place):
        if name not in LONG:
            frame = run.table(name)
            if "scenario" in frame.columns:
                frame = frame.filter(pl.col("scenario") == scenario).drop("scenario")
            blocks.append(plain_table(run, view, frame, name))
    if not blocks:
        blocks.append(
            Note(
                t(
                    "This run has no portfolio yet. “transcaspian portfolio run” chooses what a fund"
                    " should pay for, from the values of a run."
                )
            )
        )
    if found:
        links = tuple(
            Link(view.table(name), view.link(run_page(run.key, "tables", name)))
            for name in found
            if name in LONG
        )
        blocks.append(Links(t("Year by year"), links))
    blocks += [_case_table(run, view, name) for name in sorted(run.case.tables) if name.startswith("finance/")]  # fmt: skip
    lead = t("What joint funds could pay for, when, and what each party gets back.")
    return Page(
        "funds",
        t("Funds"),
        lead,
        tuple(blocks),
        (scenario_choice(run, view, scenario),),
        run.key,
        "funds",
    )


def _place(name: str) -> tuple[int, str]:
    short = name.removeprefix("portfolio_")
    return (ORDER.index(short) if short in ORDER else len(ORDER), name)


def _frontier(run: Run, view: View) -> Chart:
    """Return what a vehicle's own return costs the region: the efficient choices."""
    t = view.t
    frame = run.table("portfolio_frontier")
    own, region = t("NPV of the vehicle"), t("NPV of all parties")
    unit = view.word("million USD")
    spec: Spec = {
        "height": 260,
        "data": {"values": frame.select("vehicle", "point", "vehicle_npv_musd", "economic_npv_musd").to_dicts()},
        "mark": {"type": "line", "point": {"size": 60}, "strokeWidth": 1.5},
        "encoding": {
            "x": {"field": "vehicle_npv_musd", "type": "quantitative", "title": f"{own}, {unit}", "scale": {"zero": False}},
            "y": {"field": "economic_npv_musd", "type": "quantitative", "title": f"{region}, {unit}", "scale": {"zero": False}},
            "color": {"field": "vehicle", "type": "nominal", "scale": {"range": list(ZONE_COLOURS)},
                      "legend": {"orient": "top", "title": None}},
            "order": {"field": "point", "type": "quantitative"},
        },
    }  # fmt: skip
    table = replace(plain_table(run, view, frame, "portfolio_frontier"), key="frontier-values")
    title = t("What the vehicle gains and what all parties gain")
    return Chart("frontier", title, t("Efficient choices; none is better in both."), table, spec)


def _case_table(run: Run, view: View, name: str) -> Table:
    frame = run.case.tables[name]
    texts = [column for column in NAMED if frame.schema.get(column) == pl.String]
    named = worded(frame, **{column: (column, view.name) for column in texts})
    columns = tuple(
        Column(
            column.name,
            view.column(column.name),
            "" if column.unit in PLAIN_UNITS else column.unit,
            kind_of(column.name, frame.schema[column.name]),
        )
        for column in TABLES[name].columns
    )
    return Table(
        name.replace("/", "-"),
        view.t("Table {table} of the case", table=name),
        columns,
        tuple(
            named.select([column.name for column in columns]).iter_rows(),
        ),
        view.t("Tables of the case; each row names its source"),
        view.t("as the row says"),
    )
