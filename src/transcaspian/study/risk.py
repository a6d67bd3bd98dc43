"""What values hang on, as result tables: risk, sensitivity, opening year, other projects, owners.

Nothing is solved here. Every table follows from the ledger and the table of projects, so that
`appraise run` finds the same again at any other rate.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from transcaspian.appraisal.again import (
    ProjectFacts,
    RunFacts,
    ledger_of_run,
    models_of,
    usual_options,
    usual_risk,
    value_tables,
)
from transcaspian.appraisal.families import interaction_tables
from transcaspian.appraisal.ledger import Ledger
from transcaspian.appraisal.tables import economic_table
from transcaspian.case.tables import Case
from transcaspian.study.options import Plan

__all__ = ["DRAWS", "risk_tables"]

DRAWS = 10_000


def risk_tables(
    case: Case, plan: Plan, projects: pl.DataFrame, ledger: pl.DataFrame, seed: int
) -> dict[str, pl.DataFrame]:
    """Return the tables by name, each with its scenario; none where no project is valued.

    switching_values, sensitivity, delay_prices, opening_years, tornado, variance_shares, risk,
    risk_curve (at the headline rate, inputs as `appraisal.again.usual_risk` says), interactions
    and package_shares (worth of projects together), economic_flows (year by year).

    Parameters
    ----------
    projects, ledger : frame
        The result tables of those names.
    seed : int
        Of the draws.
    """
    if projects.is_empty():
        return {}
    money = RunFacts(
        case.settings.price_year, case.settings.base_year, case.settings.first_open_year
    )
    rate = case.settings.headline_rate
    parts: dict[str, list[pl.DataFrame]] = {}
    for scenario in projects["scenario"].unique(maintain_order=True):
        own = projects.filter(pl.col("scenario") == scenario)
        facts = [ProjectFacts.of_row(row) for row in own.iter_rows(named=True)]
        rows = ledger.filter(pl.col("scenario") == scenario)
        ledgers = [ledger_of_run(rows, fact, money) for fact in facts]
        found = dict(
            value_tables(
                models_of(ledgers, money),
                [usual_risk(fact) for fact in facts],
                usual_options(rate, DRAWS, seed),
            )
        )
        found |= interaction_tables(_worth(own), _members(plan, own))
        found["economic_flows"] = _economic_flows(ledgers, rate, money.discount_year)
        for name, table in found.items():
            named = table.select(pl.lit(scenario).alias("scenario"), pl.all())
            parts.setdefault(name, []).append(named)
    return {name: pl.concat(tables) for name, tables in parts.items()}


def _worth(projects: pl.DataFrame) -> dict[str, float]:
    return dict(projects.select("project", "npv_headline_musd").iter_rows())


def _members(plan: Plan, projects: pl.DataFrame) -> Mapping[str, frozenset[str]]:
    return {run: frozenset(plan.members[run]) for run in projects["project"]}


def _economic_flows(ledgers: Sequence[Ledger], rate: float, discount_year: int) -> pl.DataFrame:
    """Return `economic_table` of every project in long form, zeros left out."""
    parts = []
    for ledger in ledgers:
        wide = economic_table(ledger, rate, discount_year).drop("discount_factor")
        long = wide.unpivot(index="year", variable_name="item", value_name="amount_musd")
        parts.append(
            long.filter(pl.col("amount_musd") != 0.0).select(
                pl.lit(ledger.project).alias("project"),
                pl.col("year"),
                pl.col("item").str.replace("_musd$", ""),
                pl.col("amount_musd"),
            )
        )
    return pl.concat(parts)
