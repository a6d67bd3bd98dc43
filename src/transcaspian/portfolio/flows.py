"""What each project of a finished run costs and earns, read off its ledger.

Owners pay for building, renewal and fixed operation. Their income is what the party that runs the
project gains in the owners' countries, what owners gain in their own flows, and charges: a share
of what all others gain (externalities left out, and nothing where others lose together).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.accounts import NOT_PARTIES
from transcaspian.appraisal.postings import OPERATION_KIND, PLAN_KINDS

__all__ = ["Earner", "RunFlows", "Valued", "delayed", "extended", "flows_of_run"]

FloatArray = NDArray[np.float64]

OWNERS = "project_owners"
EXTERNALITY = "externality"
BUILDING, RENEWAL = "capital_cost", "renewal_cost"


@dataclass(frozen=True, slots=True)
class Earner:
    """Whose gains are the owners' income, and which part of others' gains they charge."""

    parties: frozenset[tuple[str, str]]  # (party, country)
    charge_share: float


@dataclass(frozen=True, slots=True)
class RunFlows:
    """Gains by project, scenario and year, added up from the ledger of a run."""

    scenarios: tuple[str, ...]
    gains: Mapping[str, pl.DataFrame]  # by project: scenario, year, party, country, kind, nature


@dataclass(frozen=True, slots=True)
class Valued:
    """The money of one project or cluster on its planned calendar, price year, million USD.

    `benefit` holds by objective what models or own flows found, `cost` what the plan takes from
    it; both count for everybody (economic) or the parties of a country.
    """

    years: NDArray[np.int64]  # [n_year]
    building: FloatArray  # [n_year], positive
    operation: FloatArray  # [n_year], positive
    renewal: FloatArray  # [n_year], positive
    income: FloatArray  # [n_scenario, n_year]
    benefit: Mapping[str, FloatArray]  # objective -> [n_scenario, n_year]
    cost: Mapping[str, FloatArray]  # objective -> [n_year], positive


def flows_of_run(ledger: pl.DataFrame, projects: Iterable[str]) -> RunFlows:
    """Return the gains of every party from a run's table `ledger`."""
    rows = ledger.filter(pl.col("project").is_in(list(projects)))
    kept = ["scenario", "project", "year", "kind", "nature"]
    received = rows.select(
        *kept, party="receiver", country="receiver_country", gain=pl.col("amount_musd")
    )
    paid = rows.select(*kept, party="payer", country="payer_country", gain=-pl.col("amount_musd"))
    gains = (
        pl.concat([received, paid])
        .filter(~pl.col("party").is_in(NOT_PARTIES))
        .with_columns(
            kind=pl.when(pl.col("kind").is_in(PLAN_KINDS)).then(pl.col("kind")).otherwise(pl.lit(""))
        )
        .group_by([*kept, "party", "country"], maintain_order=True)
        .agg(pl.col("gain").sum())
    )  # fmt: skip
    by_project = {
        str(key[0]): frame
        for key, frame in gains.partition_by("project", as_dict=True, maintain_order=True).items()
    }
    return RunFlows(tuple(ledger["scenario"].unique(maintain_order=True)), by_project)


def value(flows: RunFlows, project: str, earner: Earner, countries: Sequence[str]) -> Valued:
    """Return the money of one project or cluster of the run."""
    rows = flows.gains[project]
    first, last = int(rows["year"].to_numpy().min()), int(rows["year"].to_numpy().max())
    years = np.arange(first, last + 1)
    is_plan = rows["kind"] != ""
    pairs = list(zip(rows["party"], rows["country"], strict=True))
    is_own = pl.Series([pair in earner.parties or pair[0] == OWNERS for pair in pairs])
    found, plan = rows.filter(~is_plan), rows.filter(is_plan)
    own = _by_scenario(rows.filter(~is_plan & is_own), flows.scenarios, years)
    tradable = ~is_plan & ~is_own & (rows["nature"] != EXTERNALITY)
    others = _by_scenario(rows.filter(tradable), flows.scenarios, years)
    benefit = {"economic": _by_scenario(found, flows.scenarios, years)}
    reference = plan.filter(pl.col("scenario") == flows.scenarios[0])
    cost = {"economic": -_by_year(reference, years)}
    for country in countries:
        inside = pl.col("country") == country
        benefit[f"country:{country}"] = _by_scenario(found.filter(inside), flows.scenarios, years)
        cost[f"country:{country}"] = -_by_year(reference.filter(inside), years)
    kinds = {
        kind: -_by_year(reference.filter(pl.col("kind") == kind), years)
        for kind in (BUILDING, OPERATION_KIND, RENEWAL)
    }
    return Valued(
        years=years,
        building=kinds[BUILDING],
        operation=kinds[OPERATION_KIND],
        renewal=kinds[RENEWAL],
        income=own + earner.charge_share * np.maximum(others, 0.0),
        benefit=benefit,
        cost=cost,
    )


def _by_year(rows: pl.DataFrame, years: NDArray[np.int64]) -> FloatArray:
    place = rows["year"].to_numpy() - years[0]
    found = np.bincount(place, weights=rows["gain"].to_numpy(), minlength=years.size)
    return np.asarray(found, dtype=np.float64)


def _by_scenario(
    rows: pl.DataFrame, scenarios: Sequence[str], years: NDArray[np.int64]
) -> FloatArray:
    return np.stack([_by_year(rows.filter(pl.col("scenario") == one), years) for one in scenarios])


def delayed(valued: Valued, opening_year: int, delay: int, *, with_gains: bool = False) -> Valued:
    """Return the project built `delay` years later.

    Costs move along. Gains that models found stay in their calendar years: those before the new
    opening are lost, and those of the years added at the end are as in the last year. Own flows are
    counted from the opening: they move along too (`with_gains`).
    """
    if delay == 0:
        return valued
    years = np.arange(valued.years[0], valued.years[-1] + delay + 1)
    is_open = years >= opening_year + delay

    def later(cost: FloatArray) -> FloatArray:
        return np.concatenate([np.zeros(delay), cost])

    def kept(gain: FloatArray) -> FloatArray:
        if with_gains:
            return np.concatenate([np.zeros((gain.shape[0], delay)), gain], axis=1)
        longer = np.concatenate([gain, np.repeat(gain[:, -1:], delay, axis=1)], axis=1)
        return np.where(is_open, longer, 0.0)

    return Valued(
        years=years,
        building=later(valued.building),
        operation=later(valued.operation),
        renewal=later(valued.renewal),
        income=kept(valued.income),
        benefit={name: kept(gain) for name, gain in valued.benefit.items()},
        cost={name: later(cost) for name, cost in valued.cost.items()},
    )


def extended(values: FloatArray, years: NDArray[np.int64], wanted: Sequence[int]) -> FloatArray:
    """Return values[..., year] on the wanted years, zero where they say nothing."""
    result = np.zeros((*values.shape[:-1], len(wanted)))
    for place, year in enumerate(wanted):
        if years[0] <= year <= years[-1]:
            result[..., place] = values[..., year - years[0]]
    return result
