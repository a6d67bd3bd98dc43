"""What is known of a project before any model runs: cost, spending, years of use, owners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem

__all__ = ["BEGUN", "BUILT", "Owner", "ProjectPlan", "begun_share", "read_plans"]

SHARE_TOLERANCE = 1e-6
BUILT = "complete"  # the status of what is assessed after the fact
BEGUN = ("under_construction", BUILT)  # statuses of projects that money was spent on


@dataclass(frozen=True, slots=True)
class Owner:
    """Who pays a share of the cost and receives that share of the income."""

    party: str
    country: str
    share: float


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """Cost, life, spending profile and owners of one project, in money of `price_year`."""

    project: str
    opening_year: int
    life_years: int
    capex_musd: float
    capex_confidence: str  # reported, derived or assumed
    opex_share: float  # yearly fixed operation and maintenance over capital cost [1/a]
    spending: tuple[tuple[int, float], ...]  # (calendar year, share of capital cost)
    owners: tuple[Owner, ...]
    price_year: int
    status: str = "under_construction"

    @property
    def last_year(self) -> int:
        """Last year of use of the first set of assets."""
        return self.opening_year + self.life_years - 1


def read_plans(
    projects: pl.DataFrame, spending: pl.DataFrame, shares: pl.DataFrame, price_year: int
) -> dict[str, ProjectPlan]:
    """Return the plan of every project of the tables `projects/projects`, `spending`, `shares`.

    Raises
    ------
    InputError
        With every project whose shares do not add up to 1, whose money is spent after its life,
        or whose life is not positive.
    """
    spent = _by_project(spending.sort("project", "year"))
    owned = _by_project(shares.sort("project", "party"))
    plans = {}
    for row in projects.sort("project").iter_rows(named=True):
        name = str(row["project"])
        plans[name] = ProjectPlan(
            project=name,
            opening_year=int(row["opening_year"]),
            life_years=int(row["life_years"]),
            capex_musd=float(row["capex_musd"]),
            capex_confidence=str(row["capex_confidence"]),
            opex_share=float(row["opex_share"]),
            spending=tuple((int(r["year"]), float(r["share"])) for r in spent.get(name, ())),
            owners=tuple(
                Owner(str(r["party"]), str(r["country"]), float(r["share"]))
                for r in owned.get(name, ())
            ),
            price_year=price_year,
            status=str(row["status"]),
        )
    check_plans(list(plans.values()))
    return plans


def begun_share(plans: Sequence[ProjectPlan], years: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of each year's planned spending that is of projects that are begun."""
    planned, begun = np.zeros(years.size), np.zeros(years.size)
    for plan in plans:
        for year, share in plan.spending:
            spent = np.where(years == year, plan.capex_musd * share, 0.0)
            planned += spent
            begun += spent * (plan.status in BEGUN)
    return np.divide(begun, planned, out=np.ones(years.size), where=planned > 0.0)


def check_plans(plans: Sequence[ProjectPlan]) -> None:
    """Raise one InputError with everything that makes these plans impossible to appraise."""
    problems = [problem for plan in plans for problem in _problems(plan)]
    years = sorted({plan.price_year for plan in plans})
    if len(years) > 1:
        message = f"the plans are in money of different price years: {years}."
        cure = "Bring them to one price year with economy/deflators first."
        problems.append(Problem("projects/projects.csv", 0, "capex_musd", message, cure))
    if problems:
        raise InputError("The project plans cannot be appraised.", problems)


def _problems(plan: ProjectPlan) -> list[Problem]:
    return [
        *_life_problems(plan),
        *_spending_problems(plan),
        *_owner_problems(plan),
    ]


def _life_problems(plan: ProjectPlan) -> list[Problem]:
    found = []
    if plan.life_years < 1:
        message = f"project {plan.project!r} has a life of {plan.life_years} years."
        cure = "Give a life of at least one year."
        found.append(Problem("projects/projects.csv", 0, "life_years", message, cure))
    if plan.capex_musd < 0.0:
        message = f"project {plan.project!r} has a capital cost of {plan.capex_musd} million USD."
        cure = "Write costs as positive numbers."
        found.append(Problem("projects/projects.csv", 0, "capex_musd", message, cure))
    return found


def _spending_problems(plan: ProjectPlan) -> list[Problem]:
    file = "projects/spending.csv"
    found = []
    total = sum(share for _, share in plan.spending)
    if plan.capex_musd > 0.0 and abs(total - 1.0) > SHARE_TOLERANCE:
        message = f"the spending shares of project {plan.project!r} add up to {total:.6g}, not 1."
        found.append(Problem(file, 0, "share", message, "Correct the shares."))
    found.extend(
        Problem(
            file,
            0,
            "year",
            f"project {plan.project!r} spends in {year}, after its last year of use {plan.last_year}.",
            "Move the spending before the end of life.",
        )
        for year, _ in plan.spending
        if plan.life_years >= 1 and year > plan.last_year
    )
    return found


def _owner_problems(plan: ProjectPlan) -> list[Problem]:
    total = sum(owner.share for owner in plan.owners)
    if abs(total - 1.0) <= SHARE_TOLERANCE:
        return []
    message = f"the owners of project {plan.project!r} hold {total:.6g} of it together, not 1."
    return [Problem("projects/shares.csv", 0, "share", message, "Correct the shares.")]


def _by_project(table: pl.DataFrame) -> Mapping[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in table.iter_rows(named=True):
        rows.setdefault(str(row["project"]), []).append(row)
    return rows
