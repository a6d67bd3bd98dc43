"""The ledger: every gain, cost, tax and toll of a project as one row, payer and receiver in each.

Benefits are the accounts of the solved years with the project less those without it. Between model
years they are interpolated, before the first and after the last model year held constant, and they
count from the opening year until the end of the horizon.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.plans import ProjectPlan, check_plans
from transcaspian.appraisal.postings import OPERATION_KIND, PLAN_KINDS, POSTING, differences
from transcaspian.errors import InputError, Problem
from transcaspian.units import MUSD_TO_USD

__all__ = ["LEDGER_SCHEMA", "PLAN_KINDS", "Ledger", "LedgerRules", "build_ledger", "year_weights"]

FloatArray = NDArray[np.float64]

LEDGER_SCHEMA: dict[str, pl.DataType] = {
    "project": pl.String(),
    "year": pl.Int64(),
    "kind": pl.String(),
    "payer": pl.String(),
    "payer_country": pl.String(),
    "receiver": pl.String(),
    "receiver_country": pl.String(),
    "amount_musd": pl.Float64(),
    "nature": pl.String(),
}


# Nobody renews a line for the last year of a package: it is kept in use somewhat longer.
STRETCH_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """Conventions of a ledger; every one of them is printed with the result."""

    price_year: int
    horizon_years: int | None = None  # years from opening; None: the longest life of the members
    ramp_up: tuple[float, ...] = ()  # share of the benefits in the first years of use
    residual_value: Literal["straight_line", "none"] = "straight_line"

    def named(self) -> str:
        """Return the conventions in words."""
        horizon = (
            "longest life of the members"
            if self.horizon_years is None
            else f"{self.horizon_years} years"
        )
        residual = {
            "straight_line": "the unused share of the assets' life",
            "none": "nothing",
        }[self.residual_value]
        ramp = ", ".join(f"{share:.0%}" for share in self.ramp_up) or "none"
        return (
            f"prices of {self.price_year}; horizon from opening: {horizon}; ramp-up: {ramp}; at the end"
            f" {residual} is credited as residual value; benefits interpolated between model years and"
            " constant outside them; members that wear out earlier are renewed at the same cost, but"
            " kept in use where less than a tenth of a life is left to cover"
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every money flow of a project or package over its horizon, and the years that frame it."""

    project: str
    rows: pl.DataFrame  # LEDGER_SCHEMA
    solved: (
        pl.DataFrame
    )  # LEDGER_SCHEMA: the differences of the model years themselves, in full use
    rules: LedgerRules
    first_year: int
    opening_year: int
    last_year: int
    model_years: tuple[int, ...]

    @property
    def years(self) -> NDArray[np.int64]:
        """Every year from the first spending to the end of the horizon."""
        return np.arange(self.first_year, self.last_year + 1, dtype=np.int64)


def build_ledger(
    project: str,
    plans: Sequence[ProjectPlan],
    accounts_with: Mapping[int, pl.DataFrame],
    accounts_without: Mapping[int, pl.DataFrame],
    rules: LedgerRules,
) -> Ledger:
    """Return the ledger of a project, or of a package of several that are valued together.

    A package opens when its last member does. Owners pay capital cost by the spending profile and
    fixed operation and maintenance from their own opening year.

    Parameters
    ----------
    project : str
        Id of the project or package: what stands in the column `project`.
    plans : sequence of ProjectPlan
        The project's plan, or those of all members.
    accounts_with, accounts_without : mapping of model year to accounts
        Frames of `transcaspian.accounts.ACCOUNT_SCHEMA`, solved as if the project were open.
    rules : LedgerRules
        Price year, horizon, ramp-up and residual value.
    """
    check_plans(plans)
    _check_years(project, plans, accounts_with, accounts_without, rules)
    model_years = sorted(accounts_with)
    postings, difference = differences(accounts_with, accounts_without, model_years)
    opening = max(plan.opening_year for plan in plans)
    last = opening + (rules.horizon_years or max(plan.life_years for plan in plans)) - 1
    years = np.arange(opening, last + 1, dtype=np.int64)
    weights = year_weights(years, model_years, rules.ramp_up)
    rows = pl.concat(
        [
            _rows_by_year(project, postings, difference @ weights.T, years),
            *(_plan_rows(project, plan, last, rules) for plan in plans),
        ]
    )
    first = min(
        year for plan in plans for year in (plan.opening_year, *(y for y, _ in plan.spending))
    )
    return Ledger(
        project=project,
        rows=rows.sort("year", *POSTING, maintain_order=True),
        solved=_rows_by_year(project, postings, difference, np.asarray(model_years)),
        rules=rules,
        first_year=first,
        opening_year=opening,
        last_year=last,
        model_years=tuple(model_years),
    )


def year_weights(
    years: NDArray[np.int64], model_years: Sequence[int], ramp_up: Sequence[float] = ()
) -> FloatArray:
    """Return weights[year, model_year]: linear between model years, constant outside them.

    The first rows, the years after opening, are scaled by `ramp_up`.
    """
    nodes = np.asarray(model_years, dtype=np.float64)
    hats = np.eye(nodes.size)
    weights = np.stack([np.interp(years, nodes, hats[node]) for node in range(nodes.size)], axis=1)
    ramp = np.ones(years.size)
    ramp[: len(ramp_up)] = ramp_up[: years.size]
    return np.asarray(weights * ramp[:, np.newaxis], dtype=np.float64)


def _check_years(
    project: str,
    plans: Sequence[ProjectPlan],
    accounts_with: Mapping[int, pl.DataFrame],
    accounts_without: Mapping[int, pl.DataFrame],
    rules: LedgerRules,
) -> None:
    problems = []
    if not plans:
        message = f"{project!r} has no project to pay for."
        problems.append(
            Problem("projects/clusters.csv", 0, "project", message, "Name its members.")
        )
    if not accounts_with or set(accounts_with) != set(accounts_without):
        message = (
            f"{project!r} is solved for {sorted(accounts_with)} with and for"
            f" {sorted(accounts_without)} without it."
        )
        problems.append(
            Problem("case.yaml", 0, "model_years", message, "Solve the same years for both.")
        )
    problems.extend(
        Problem(
            "projects/projects.csv",
            0,
            "capex_musd",
            f"project {plan.project!r} is in money of {plan.price_year}, the accounts of {rules.price_year}.",
            "Bring both to one price year with economy/deflators first.",
        )
        for plan in plans
        if plan.price_year != rules.price_year
    )
    if rules.horizon_years is not None and rules.horizon_years < 1:
        message = f"the horizon is {rules.horizon_years} years."
        problems.append(Problem("case.yaml", 0, "", message, "Give at least one year."))
    if any(not 0.0 <= share <= 1.0 for share in rules.ramp_up):
        message = f"the ramp-up {rules.ramp_up} leaves the range from 0 to 1."
        problems.append(Problem("case.yaml", 0, "", message, "Give shares of full use."))
    if problems:
        raise InputError(f"No ledger can be built for {project!r}.", problems)


def _rows_by_year(
    project: str, postings: pl.DataFrame, amount_usd: FloatArray, years: NDArray[np.int64]
) -> pl.DataFrame:
    """Return the rows of amount_usd[posting, year], postings that are always zero left out."""
    kept = np.flatnonzero(np.any(amount_usd != 0.0, axis=1))
    return (
        postings[np.repeat(kept, years.size)]
        .with_columns(
            project=pl.lit(project, dtype=pl.String),
            year=pl.Series(np.tile(years, kept.size), dtype=pl.Int64),
            amount_musd=pl.Series(amount_usd[kept].ravel() / MUSD_TO_USD, dtype=pl.Float64),
        )
        .select(list(LEDGER_SCHEMA))
    )


def _plan_rows(project: str, plan: ProjectPlan, last_year: int, rules: LedgerRules) -> pl.DataFrame:
    """Return what the owners pay for building, renewing and keeping the assets."""
    flows: list[tuple[int, str, float]] = []
    flows += [
        (min(year, last_year), "capital_cost", share * plan.capex_musd)
        for year, share in plan.spending
    ]
    end_of_life = plan.opening_year + plan.life_years
    while last_year + 1 - end_of_life >= STRETCH_SHARE * plan.life_years:
        later = end_of_life - plan.opening_year
        flows += [
            (min(year + later, last_year), "renewal_cost", share * plan.capex_musd)
            for year, share in plan.spending
        ]
        end_of_life += plan.life_years
    unused = (end_of_life - 1 - last_year) / plan.life_years
    if unused > 0.0 and rules.residual_value == "straight_line":
        flows.append((last_year, "residual_value", -unused * plan.capex_musd))
    operation = plan.opex_share * plan.capex_musd
    flows += [(year, OPERATION_KIND, operation) for year in range(plan.opening_year, last_year + 1)]
    records = [
        (
            project,
            year,
            kind,
            "project_owners",
            owner.country,
            "resources",
            owner.country,
            amount * owner.share,
            "resource",
        )
        for year, kind, amount in flows
        if amount != 0.0
        for owner in plan.owners
    ]
    return pl.DataFrame(records, schema=LEDGER_SCHEMA, orient="row")
