"""The rules of a vehicle's choice, from the tables of `finance/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.plans import BEGUN
from transcaspian.errors import InputError
from transcaspian.portfolio.problem import (
    BuildCapacity,
    Exclusion,
    Party,
    Precedence,
    ShareLimit,
)
from transcaspian.portfolio.vehicle import EVERYBODY, LeftOut, RunTables, Vehicle

__all__ = [
    "OrderRules",
    "capacities_of",
    "limits_of",
    "order_rules",
    "party_of",
    "probabilities",
    "weighed",
]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OrderRules:
    """What must come first, what cannot stand beside another, what must be there, what falls out."""

    precedences: tuple[Precedence, ...]
    exclusions: tuple[Exclusion, ...]
    required: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def party_of(tables: RunTables, vehicle: Vehicle, row: Mapping[str, Any], years: range) -> Party:
    """Return a party with its commitment and its budget by year."""
    commitment = float(row["share"]) * vehicle.size_musd
    budgets = tables.case["finance/budgets"].filter(pl.col("vehicle") == vehicle.name)
    own = budgets.filter(pl.col("party") == row["party"])
    used = own if own.height else budgets.filter(pl.col("party") == EVERYBODY)
    share = dict(used.select("year", "share").iter_rows())
    budget = [
        commitment * float(share.get(year, 0.0)) if year in vehicle.years else 0.0 for year in years
    ]
    return Party(str(row["party"]), float(row["share"]), np.array(budget), commitment)


def weighed(tables: RunTables) -> pl.DataFrame:
    """Return the ledger of the run without scenarios that go beyond the standard of adequacy.

    Where load is unserved beyond what a country allows, scarcity sets the values: a fund does not
    weigh them. Raises InputError where no scenario is left.
    """
    ledger = tables.results["ledger"]
    if "adequacy_scenarios" not in tables.results:
        return ledger
    verdict = tables.results["adequacy_scenarios"]
    beyond = verdict.filter(~pl.col("is_weighed"))["scenario"]
    kept = ledger.filter(~pl.col("scenario").is_in(beyond.implode()))
    if kept.is_empty() and not ledger.is_empty():
        raise InputError(
            "Every scenario of the run leaves load unserved beyond the standard of a country"
            " (adequacy_scenarios). Give a scenario enough plants, or change"
            " power/adequacy_standards.csv."
        )
    return kept


def probabilities(tables: RunTables, scenarios: tuple[str, ...]) -> FloatArray:
    """Return the weights of the run's scenarios, added up to 1; equal ones where none is given."""
    given = dict(tables.case["finance/probabilities"].select("scenario", "probability").iter_rows())
    if not given:
        return np.full(len(scenarios), 1.0 / len(scenarios))
    missing = [one for one in scenarios if one not in given]
    if missing:
        raise InputError(
            f"finance/probabilities.csv has no row of {', '.join(missing)}. Add what the run solved."
        )
    weights = np.array([float(given[one]) for one in scenarios])
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def limits_of(tables: RunTables, vehicle: Vehicle) -> tuple[ShareLimit, ...]:
    """Return the balance asked of a vehicle."""
    rows = tables.case["finance/limits"].filter(pl.col("vehicle") == vehicle.name)
    return tuple(
        ShareLimit(row["dimension"], row["member"], row["minimum_share"], row["maximum_share"])
        for row in rows.iter_rows(named=True)
    )


def capacities_of(tables: RunTables, years: range) -> tuple[BuildCapacity, ...]:
    """Return what can be built by year; without a row there is no limit."""
    grouped: dict[tuple[str, str], FloatArray] = {}
    for row in tables.case["finance/build_capacity"].iter_rows(named=True):
        key = (row["dimension"], row["member"])
        capacity = grouped.setdefault(key, np.full(len(years), np.inf))
        inside = [row["from_year"] <= year <= row["to_year"] for year in years]
        capacity[inside] = float(row["capacity_musd"])
    return tuple(
        BuildCapacity(dimension, member, capacity)  # type: ignore[arg-type] # checked on reading
        for (dimension, member), capacity in grouped.items()
    )


def order_rules(
    tables: RunTables, groups: Mapping[str, str], status: Mapping[str, str]
) -> OrderRules:
    """Return the rules between candidates, and candidates whose need can never be met.

    What a project needs is there where it is being built or complete. A project that needs one
    which is left out is left out too.

    Parameters
    ----------
    groups : mapping of candidate to its group of variants
    status : mapping of project of the run to its state of work
    """
    rows = tables.case["finance/rules"].rows(named=True)
    needs = [
        row
        for row in rows
        if row["kind"] == "needs"
        and row["project"] in groups
        and status.get(row["other"], "") not in BEGUN
    ]
    left: dict[str, LeftOut] = {}
    is_settled = False
    while not is_settled:
        served = {
            *(p for p in groups if p not in left),
            *(g for p, g in groups.items() if p not in left),
        }
        lost = [row for row in needs if row["project"] not in left and row["other"] not in served]
        for row in lost:
            reason = f"it needs {row['other']}, which is not offered"
            left[row["project"]] = LeftOut(row["project"], reason)
        is_settled = not lost
    kept = {project: group for project, group in groups.items() if project not in left}
    required = [row["project"] for row in rows if row["kind"] == "required"]
    missing = [project for project in required if project not in kept]
    if missing:
        raise InputError(
            f"finance/rules.csv requires {', '.join(missing)}, which cannot be bought into."
        )
    return OrderRules(
        precedences=tuple(
            Precedence(row["project"], _served_by(kept, row["other"]), int(row["lag_years"]))
            for row in needs
            if row["project"] in kept
        ),
        exclusions=tuple(
            Exclusion((row["project"], row["other"]))
            for row in rows
            if row["kind"] == "excludes" and row["project"] in kept and row["other"] in kept
        ),
        required=tuple(required),
        left_out=tuple(left.values()),
    )


def _served_by(groups: Mapping[str, str], needed: str) -> str:
    """Return the needed candidate, or another of its variants."""
    return needed if needed in groups else next(p for p, g in groups.items() if g == needed)
