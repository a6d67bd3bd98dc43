"""What a choice of projects is made from: candidates, parties, rules; and the check of all of it.

Money is in million USD. A candidate is one project at one size; each of its options is one opening
year. What a ticket of share x in an option brings stands in two kinds of value: `per_share` is
multiplied by x (the vehicle's own money), `if_chosen` counts as soon as the project is built
(economic worth, gains of a country).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from transcaspian.case.check_finance import find_circle
from transcaspian.errors import InputError, Problem

__all__ = [
    "BuildCapacity",
    "Bundle",
    "Candidate",
    "Exclusion",
    "Option",
    "Party",
    "Precedence",
    "SelectionProblem",
    "ShareLimit",
    "check_problem",
]

FloatArray = NDArray[np.float64]
Dimension = Literal["project", "country", "sector"]

SHARE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Option:
    """One opening year of a candidate, for the whole of its equity.

    `call` is what owners must pay in; `spending` the whole cost of building, equity or not;
    `inflow` what they get back by scenario and year of the horizon, to be invested again.
    `call_worth` is the present value of all calls, as `per_share` discounts; 0 where it is unknown.
    """

    start_year: int
    call: FloatArray  # [n_year]
    spending: FloatArray  # [n_year]
    inflow: FloatArray  # [n_scenario, n_year]
    per_share: Mapping[str, FloatArray]  # objective -> [n_scenario]
    if_chosen: Mapping[str, FloatArray] = field(default_factory=dict)  # objective -> [n_scenario]
    call_worth: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project at one size. Candidates of one `group` are variants: at most one is chosen."""

    project: str
    group: str
    sector: str
    countries: Mapping[str, float]  # share of its money by country, adding up to 1
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays into the vehicle: its share of every call, and the most it pays by year and in all."""

    name: str
    share: float
    budget: FloatArray  # [n_year]
    commitment: float


@dataclass(frozen=True, slots=True)
class ShareLimit:
    """Least and most of the money committed that may go to one country, sector or project."""

    dimension: Dimension
    member: str
    minimum: float = 0.0
    maximum: float = 1.0


@dataclass(frozen=True, slots=True)
class Precedence:
    """A project opens only when another has been open for `lag_years`; any variant of it serves."""

    project: str
    needs: str
    lag_years: int = 0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """At most one of these projects is chosen."""

    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuildCapacity:
    """The most that can be built a year in a country, a sector or in all (`member` '*')."""

    dimension: Dimension
    member: str
    capacity: FloatArray  # [n_year], whole cost of building, million USD


@dataclass(frozen=True, slots=True)
class Bundle:
    """What projects are worth together beyond the sum of each alone: a gain or a loss.

    It counts when all of them are open by the year `open_by`. `per_share[objective][project]` is
    multiplied by the ticket in that project.
    """

    name: str
    projects: tuple[str, ...]
    if_chosen: Mapping[str, FloatArray]  # objective -> [n_scenario]
    per_share: Mapping[str, Mapping[str, FloatArray]] = field(default_factory=dict)
    open_by: int = 9999


@dataclass(frozen=True, slots=True)
class SelectionProblem:
    """Everything that a choice hangs on.

    years: columns of every yearly array, in order. probability: of each scenario. A ticket is a
    share between `ticket_floor` and `ticket_cap`, and no more than `largest_ticket_musd`.
    `recycled_share` of what has come back may pay later calls until `recycling_ends`.
    """

    years: tuple[int, ...]
    scenarios: tuple[str, ...]
    probability: FloatArray  # [n_scenario]
    candidates: tuple[Candidate, ...]
    parties: tuple[Party, ...]
    ticket_floor: float = 1.0
    ticket_cap: float = 1.0
    largest_ticket_musd: float = float("inf")
    limits: tuple[ShareLimit, ...] = ()
    precedences: tuple[Precedence, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    required: tuple[str, ...] = ()
    capacities: tuple[BuildCapacity, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    recycled_share: float = 0.0
    recycling_ends: int = 0

    def group_of(self, project: str) -> str:
        """Return the group of a project; KeyError where it is no candidate."""
        for candidate in self.candidates:
            if candidate.project == project:
                return candidate.group
        raise KeyError(project)


def check_problem(problem: SelectionProblem) -> None:
    """Raise InputError with every contradiction in the problem's own data.

    Rules that are each sensible but cannot all be met are found by solving, not here.
    """
    problems = [found for rule in _RULES for found in rule(problem)]
    if problems:
        raise InputError("The portfolio's rules are wrong in themselves.", problems)


def _check_shares(problem: SelectionProblem) -> Iterator[Problem]:
    wrong = [party for party in problem.parties if not 0.0 < party.share <= 1.0]
    for party in wrong:
        message = f"{party.name!r} has the share {party.share!r}."
        yield Problem("finance/parties.csv", 0, "share", message, "Give one above 0 and up to 1.")
    total = sum(party.share for party in problem.parties)
    if not wrong and not isclose(total, 1.0, abs_tol=SHARE_TOLERANCE):
        message = f"The shares of the parties add up to {total:.6g}."
        yield Problem("finance/parties.csv", 0, "share", message, "They must add up to 1.")
    if not 0.0 < problem.ticket_floor <= problem.ticket_cap <= 1.0:
        message = f"Tickets from {problem.ticket_floor!r} to {problem.ticket_cap!r} are no shares."
        cure = "Give 0 < floor <= cap <= 1."
        yield Problem("finance/vehicles.csv", 0, "ticket_floor", message, cure)
    if not 0.0 <= problem.recycled_share <= 1.0:
        message = f"The recycled share is {problem.recycled_share!r}."
        yield Problem("finance/vehicles.csv", 0, "recycled_share", message, "Give one from 0 to 1.")
    for limit in problem.limits:
        if not 0.0 <= limit.minimum <= limit.maximum <= 1.0:
            message = f"{limit.member!r} may take from {limit.minimum!r} to {limit.maximum!r}."
            cure = "Give 0 <= minimum <= maximum <= 1."
            yield Problem("finance/limits.csv", 0, "minimum_share", message, cure)


def _check_probabilities(problem: SelectionProblem) -> Iterator[Problem]:
    probability = problem.probability
    is_wrong = probability.shape != (len(problem.scenarios),) or not np.all(probability > 0.0)
    if is_wrong or not isclose(float(probability.sum()), 1.0, abs_tol=SHARE_TOLERANCE):
        message = f"The probabilities {probability.tolist()} do not fit the scenarios."
        cure = "Give each scenario one above 0; they add up to 1."
        yield Problem("", 0, "probability", message, cure)


def _check_names(problem: SelectionProblem) -> Iterator[Problem]:
    count = Counter(candidate.project for candidate in problem.candidates)
    for project, times in count.items():
        if times > 1:
            yield Problem("", 0, "project", f"{project!r} stands {times} times.", "Keep one.")
    for file, project in _named(problem):
        if project not in count:
            message = f"{project!r} is no candidate."
            yield Problem(file, 0, "project", message, "Add it to the offers or drop the rule.")


def _named(problem: SelectionProblem) -> Iterator[tuple[str, str]]:
    file = "finance/rules.csv"
    for precedence in problem.precedences:
        yield file, precedence.project
        yield file, precedence.needs
    for exclusion in problem.exclusions:
        yield from ((file, project) for project in exclusion.projects)
    yield from ((file, project) for project in problem.required)
    for bundle in problem.bundles:
        yield from (("projects/clusters.csv", project) for project in bundle.projects)


def _check_arrays(problem: SelectionProblem) -> Iterator[Problem]:
    n_year, n_scenario = len(problem.years), len(problem.scenarios)
    for party in problem.parties:
        if party.budget.shape != (n_year,) or not _is_amount(party.budget):
            message = f"The budget of {party.name!r} is not one amount from zero a year."
            yield Problem("finance/budgets.csv", 0, "share", message, "Give one a year.")
    for capacity in problem.capacities:
        if capacity.capacity.shape != (n_year,) or not _is_amount(capacity.capacity):
            message = f"The building capacity of {capacity.member!r} is not one amount a year."
            yield Problem("finance/build_capacity.csv", 0, "capacity_musd", message, "Give one.")
    for candidate in problem.candidates:
        for option in candidate.options:
            yearly = (option.call, option.spending)
            fits = all(each.shape == (n_year,) and np.isfinite(each).all() for each in yearly)
            fits &= option.inflow.shape == (n_scenario, n_year)
            values = [*option.per_share.values(), *option.if_chosen.values()]
            fits &= all(v.shape == (n_scenario,) and np.isfinite(v).all() for v in values)
            if not fits or float(option.call.min(initial=0.0)) < 0.0:
                message = f"The arrays of {candidate.project!r}, {option.start_year}, do not fit."
                cure = "Give finite numbers a year and scenario; calls are never negative."
                yield Problem("", 0, "", message, cure)
        if not isclose(sum(candidate.countries.values()), 1.0, abs_tol=SHARE_TOLERANCE):
            message = f"The countries of {candidate.project!r} do not add up to 1."
            yield Problem("projects/shares.csv", 0, "share", message, "Correct the shares.")


def _is_amount(values: FloatArray) -> bool:
    return bool(np.all(values >= 0.0))


def _check_precedence_is_no_circle(problem: SelectionProblem) -> Iterator[Problem]:
    known = {candidate.project: candidate.group for candidate in problem.candidates}
    pairs = [
        (known[p.project], known[p.needs])
        for p in problem.precedences
        if p.project in known and p.needs in known
    ]
    circle = find_circle(pairs)
    if circle:
        message = f"Projects wait for each other: {' needs '.join(circle)}."
        yield Problem("finance/rules.csv", 0, "needs", message, "Drop one of these rules.")


_RULES = (
    _check_shares,
    _check_probabilities,
    _check_names,
    _check_arrays,
    _check_precedence_is_no_circle,
)
