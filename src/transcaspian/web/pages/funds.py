"""Joint funds: what they could pay for, as the portfolio tables of the run say."""

import polars as pl

from transcaspian.report.names import humanise
from transcaspian.web.blocks import Block, Column, Note, Page, Table
from transcaspian.web.pages.common import chosen_scenario, scenario_choice
from transcaspian.web.pages.projects import plain_table
from transcaspian.web.runs import Run
from transcaspian.web.view import View

__all__ = ["funds_page"]

PREFIXES = ("portfolio", "fund", "waterfall", "facility")
MOST_ROWS = 1000


def funds_page(run: Run, view: View) -> Page:
    """Return the tables on funds that the run has, and what the case says of them."""
    t = view.t
    scenario = chosen_scenario(run, view)
    blocks: list[Block] = []
    for name in run.names_of_tables:
        if name.startswith(PREFIXES):
            frame = run.table(name)
            if "scenario" in frame.columns:
                frame = frame.filter(pl.col("scenario") == scenario).drop("scenario")
            blocks.append(plain_table(run, view, frame.head(MOST_ROWS), name))
    if not blocks:
        blocks.append(
            Note(
                t(
                    "This run has no portfolio yet. “transcaspian portfolio run” chooses what a fund"
                    " should pay for, from the values of a run."
                )
            )
        )
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


def _case_table(run: Run, view: View, name: str) -> Table:
    frame = run.case.tables[name]
    columns = tuple(
        Column(
            column,
            humanise(column),
            "",
            "word" if column == "confidence" else ("number" if dtype.is_numeric() else "text"),
        )
        for column, dtype in frame.schema.items()
    )
    return Table(
        name.replace("/", "-"),
        view.t("Table {table} of the case", table=name),
        columns,
        tuple(frame.iter_rows()),
        view.t("Tables of the case; each row names its source"),
        view.t("as the row says"),
    )
