"""The choice of projects as a mixed-integer program, one function a rule.

Columns: build[option] is 1 where an option is chosen, ticket[option] the share bought in it,
recycled[year] what came back and is invested again, joint[bundle] is 1 where all of a bundle are
chosen, joint_ticket[bundle, project] the ticket times that, tail and shortfall measure the risk.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, starmap

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import Block, LinearProgram
from transcaspian.portfolio.problem import Candidate, Dimension, SelectionProblem

__all__ = ["Layout", "Objective", "Rule", "SelectionModel", "build_model"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

INFINITY = float("inf")
ANYWHERE = "*"
# Of two plans that are worth the same, the one that reinvests less is taken.
RECYCLING_COST = 1e-7


@dataclass(frozen=True, slots=True)
class Objective:
    """What is made as large as possible: a weighted sum of values, its mean and its bad tail.

    (1 - risk_weight) * mean + risk_weight * (mean of the worst `tail` of the probability).
    `at_least` asks for a mean of other objectives, in million USD.
    """

    weights: Mapping[str, float]
    risk_weight: float = 0.0
    tail: float = 0.05
    at_least: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Some rows of the program that together say one thing, in words."""

    key: str
    words: str
    rows: IntArray


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each kind of column stands, and which option belongs to which candidate."""

    n_option: int
    candidate: IntArray  # [n_option], place of the option's candidate
    start_year: IntArray  # [n_option]
    build: slice
    ticket: slice
    recycled: slice
    joint: slice
    joint_ticket: slice
    tail: slice
    shortfall: slice
    members: tuple[tuple[int, int], ...]  # (bundle, candidate) of each joint ticket

    @property
    def n_col(self) -> int:
        """Number of columns."""
        return int(self.shortfall.stop)


@dataclass(frozen=True, slots=True)
class SelectionModel:
    """The program with the rules that its rows stand for."""

    program: LinearProgram
    layout: Layout
    rules: tuple[Rule, ...]


class _Rows:
    """Collects rows; each belongs to the rule named last."""

    def __init__(self) -> None:
        self.columns: list[IntArray] = []
        self.values: list[FloatArray] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self._words: dict[str, str] = {}
        self._members: dict[str, list[int]] = {}
        self._last = ""

    def rule(self, key: str, words: str) -> None:
        """Begin a rule, or go on with one that was begun before."""
        self._last = key
        self._words.setdefault(key, words)
        self._members.setdefault(key, [])

    def rules(self) -> tuple[Rule, ...]:
        """Return every rule that has rows."""
        return tuple(
            Rule(key, self._words[key], np.array(rows, dtype=np.int64))
            for key, rows in self._members.items()
            if rows
        )

    def add(self, columns: IntArray, values: FloatArray, lower: float, upper: float) -> None:
        """Add lower <= values @ x[columns] <= upper."""
        self._members[self._last].append(len(self.lower))
        self.columns.append(np.asarray(columns, dtype=np.int64))
        self.values.append(np.asarray(values, dtype=np.float64))
        self.lower.append(lower)
        self.upper.append(upper)

    def matrix(self, n_col: int) -> sparse.csc_array:
        """Return the rows as one matrix by columns."""
        sizes = [columns.size for columns in self.columns]
        row = np.repeat(np.arange(len(sizes)), sizes)
        column = np.concatenate([np.zeros(0, dtype=np.int64), *self.columns])
        value = np.concatenate([np.zeros(0), *self.values])
        shape = (len(sizes), n_col)
        found = sparse.csc_array(sparse.coo_array((value, (row, column)), shape=shape))
        found.eliminate_zeros()
        return found


@dataclass(frozen=True, slots=True)
class _Arrays:
    """The options of all candidates as arrays."""

    call: FloatArray  # [n_option, n_year]
    spending: FloatArray  # [n_option, n_year]
    inflow: FloatArray  # [n_option, n_scenario, n_year]

    @property
    def total(self) -> FloatArray:
        """Whole call of each option [n_option]."""
        return np.asarray(self.call.sum(axis=1), dtype=np.float64)


def build_model(
    problem: SelectionProblem, objective: Objective, forced: str = "", free: str = ""
) -> SelectionModel:
    """Return the mixed-integer program of a choice.

    The project `forced` is built whatever it is worth; the calls of the project `free` are paid
    by others and count in no budget.
    """
    layout = _lay_out(problem)
    arrays = _arrays(problem, free)
    rows = _Rows()
    _one_variant_and_start(rows, problem, layout)
    _tickets(rows, problem, layout, arrays)
    _budgets(rows, problem, layout, arrays)
    _recycling(rows, problem, layout, arrays)
    _balance(rows, problem, layout, arrays)
    _order(rows, problem, layout)
    _build_capacity(rows, problem, layout, arrays)
    _bundles(rows, problem, layout)
    _force(rows, problem, layout, forced)
    value = sum(
        (weight * value_rows(problem, layout, name) for name, weight in objective.weights.items()),
        np.zeros((len(problem.scenarios), layout.n_col)),
    )
    _tail(rows, layout, value)
    _at_least(rows, problem, layout, objective)
    return SelectionModel(
        _program(problem, layout, rows, _cost(problem, layout, value, objective), objective),
        layout,
        rows.rules(),
    )


def value_rows(problem: SelectionProblem, layout: Layout, name: str) -> FloatArray:
    """Return value[scenario, column] of one objective; a name that nothing carries gives zeros."""
    n_scenario = len(problem.scenarios)
    zero = np.zeros(n_scenario)
    value = np.zeros((n_scenario, layout.n_col))
    place = 0
    for candidate in problem.candidates:
        for option in candidate.options:
            value[:, layout.build.start + place] = option.if_chosen.get(name, zero)
            value[:, layout.ticket.start + place] = option.per_share.get(name, zero)
            place += 1
    for bundle, each in enumerate(problem.bundles):
        value[:, layout.joint.start + bundle] = each.if_chosen.get(name, zero)
    for place, (bundle, candidate_place) in enumerate(layout.members):
        project = problem.candidates[candidate_place].project
        shares = problem.bundles[bundle].per_share.get(name, {})
        value[:, layout.joint_ticket.start + place] = shares.get(project, zero)
    return value


def _lay_out(problem: SelectionProblem) -> Layout:
    counts = [len(candidate.options) for candidate in problem.candidates]
    n_option = sum(counts)
    place_of = {candidate.project: place for place, candidate in enumerate(problem.candidates)}
    members = tuple(
        (bundle, place_of[project])
        for bundle, each in enumerate(problem.bundles)
        if each.per_share
        for project in each.projects
    )
    sizes = (n_option, n_option, len(problem.years), len(problem.bundles), len(members), 1)
    edges = [0, *accumulate([*sizes, len(problem.scenarios)])]
    build, ticket, recycled, joint, joint_ticket, tail, shortfall = starmap(slice, pairwise(edges))
    starts = [option.start_year for each in problem.candidates for option in each.options]
    return Layout(
        n_option=n_option,
        candidate=np.repeat(np.arange(len(counts)), counts),
        start_year=np.array(starts, dtype=np.int64),
        build=build,
        ticket=ticket,
        recycled=recycled,
        joint=joint,
        joint_ticket=joint_ticket,
        tail=tail,
        shortfall=shortfall,
        members=members,
    )


def _arrays(problem: SelectionProblem, free: str) -> _Arrays:
    options = [option for each in problem.candidates for option in each.options]
    n_year, n_scenario = len(problem.years), len(problem.scenarios)
    return _Arrays(
        np.array(
            [
                option.call * (candidate.project != free)
                for candidate in problem.candidates
                for option in candidate.options
            ]
        ).reshape(-1, n_year),
        np.array([option.spending for option in options]).reshape(-1, n_year),
        np.array([option.inflow for option in options]).reshape(-1, n_scenario, n_year),
    )


def _of_group(problem: SelectionProblem, layout: Layout, group: str) -> IntArray:
    """Return the places of all options of a group of variants."""
    groups = np.array([candidate.group for candidate in problem.candidates])
    return np.flatnonzero(groups[layout.candidate] == group)


def _one_variant_and_start(rows: _Rows, problem: SelectionProblem, layout: Layout) -> None:
    """Sum of build over the options of a group <= 1."""
    for group in dict.fromkeys(candidate.group for candidate in problem.candidates):
        options = _of_group(problem, layout, group)
        rows.rule(f"variant:{group}", f"{group} is built once, at one size")
        rows.add(layout.build.start + options, np.ones(options.size), -INFINITY, 1.0)


def _tickets(rows: _Rows, problem: SelectionProblem, layout: Layout, arrays: _Arrays) -> None:
    """Floor * build <= ticket <= cap * build, and ticket * call <= largest ticket."""
    total = arrays.total
    for place in range(layout.n_option):
        project = problem.candidates[int(layout.candidate[place])].project
        pair = np.array([layout.ticket.start + place, layout.build.start + place])
        words = f"a ticket in {project} is at least {problem.ticket_floor:.3g} of its equity"
        rows.rule(f"ticket_floor:{project}", words)
        rows.add(pair, np.array([1.0, -problem.ticket_floor]), 0.0, INFINITY)
        words = f"a ticket in {project} is at most {problem.ticket_cap:.3g} of its equity"
        rows.rule(f"ticket_cap:{project}", words)
        rows.add(pair, np.array([1.0, -problem.ticket_cap]), -INFINITY, 0.0)
        if total[place] * problem.ticket_cap > problem.largest_ticket_musd:
            words = (
                f"a ticket in {project} is at most {problem.largest_ticket_musd:.4g} million USD"
            )
            rows.rule(f"exposure:{project}", words)
            largest = problem.largest_ticket_musd / total[place]
            rows.add(pair, np.array([1.0, -largest]), -INFINITY, 0.0)


def _budgets(rows: _Rows, problem: SelectionProblem, layout: Layout, arrays: _Arrays) -> None:
    """Share * (sum of call * ticket - recycled) <= budget, by party and year, and in all."""
    tickets = np.arange(layout.ticket.start, layout.ticket.stop)
    for place, year in enumerate(problem.years):
        columns = np.append(tickets, layout.recycled.start + place)
        values = np.append(arrays.call[:, place], -1.0)
        rows.rule(f"no_more_than_called:{year}", f"no more is reinvested in {year} than is called")
        rows.add(columns, values, 0.0, INFINITY)
        for party in problem.parties:
            budget = float(party.budget[place])
            words = f"{party.name} pays at most {budget:.4g} million USD in {year}"
            rows.rule(f"budget:{party.name}:{year}", words)
            rows.add(columns, party.share * values, -INFINITY, budget)
    every = np.concatenate([tickets, np.arange(layout.recycled.start, layout.recycled.stop)])
    weights = np.concatenate([arrays.total, -np.ones(len(problem.years))])
    for party in problem.parties:
        words = f"{party.name} pays at most {party.commitment:.4g} million USD in all"
        rows.rule(f"commitment:{party.name}", words)
        rows.add(every, party.share * weights, -INFINITY, party.commitment)


def _recycling(rows: _Rows, problem: SelectionProblem, layout: Layout, arrays: _Arrays) -> None:
    """Recycled until a year <= share of what has come back by then, in every scenario."""
    if problem.recycled_share <= 0.0:
        return
    tickets = np.arange(layout.ticket.start, layout.ticket.stop)
    came_back = np.cumsum(arrays.inflow, axis=2)
    for place, year in enumerate(problem.years):
        if year > problem.recycling_ends:
            continue
        recycled = np.arange(layout.recycled.start, layout.recycled.start + place + 1)
        columns = np.concatenate([tickets, recycled])
        rows.rule(f"recycled:{year}", f"by {year} no more is reinvested than has come back")
        for scenario in range(len(problem.scenarios)):
            back = -problem.recycled_share * came_back[:, scenario, place]
            values = np.concatenate([back, np.ones(recycled.size)])
            rows.add(columns, values, -INFINITY, 0.0)


def share_in(candidate: Candidate, dimension: Dimension, member: str) -> float:
    """Return which share of a candidate's money belongs to a member of a dimension."""
    if member == ANYWHERE:
        return 1.0
    if dimension == "country":
        return candidate.countries.get(member, 0.0)
    own = candidate.sector if dimension == "sector" else candidate.project
    return float(own == member)


def _weights_in(
    problem: SelectionProblem, layout: Layout, dimension: Dimension, member: str
) -> FloatArray:
    shares = np.array([share_in(each, dimension, member) for each in problem.candidates])
    return shares[layout.candidate]


def _balance(rows: _Rows, problem: SelectionProblem, layout: Layout, arrays: _Arrays) -> None:
    """Minimum * committed <= committed in a country, sector or project <= maximum * committed."""
    tickets = np.arange(layout.ticket.start, layout.ticket.stop)
    for limit in problem.limits:
        inside = _weights_in(problem, layout, limit.dimension, limit.member)
        name = f"{limit.dimension} {limit.member}"
        if limit.minimum > 0.0:
            words = f"at least {limit.minimum:.0%} of the money goes to {name}"
            rows.rule(f"minimum:{limit.dimension}:{limit.member}", words)
            rows.add(tickets, arrays.total * (inside - limit.minimum), 0.0, INFINITY)
        if limit.maximum < 1.0:
            words = f"at most {limit.maximum:.0%} of the money goes to {name}"
            rows.rule(f"maximum:{limit.dimension}:{limit.member}", words)
            rows.add(tickets, arrays.total * (inside - limit.maximum), -INFINITY, 0.0)


def _order(rows: _Rows, problem: SelectionProblem, layout: Layout) -> None:
    """Require sum of build = 1; exclude: <= 1; built by a year <= needed built a lag before."""
    build = layout.build.start
    for project in problem.required:
        options = _of_group(problem, layout, problem.group_of(project))
        rows.rule(f"required:{project}", f"{project} must be built")
        rows.add(build + options, np.ones(options.size), 1.0, 1.0)
    for exclusion in problem.exclusions:
        places = [place for place, each in enumerate(problem.candidates) if each.project in exclusion.projects]  # fmt: skip
        options = np.flatnonzero(np.isin(layout.candidate, places))
        names = " and ".join(exclusion.projects)
        rows.rule(f"exclusion:{'+'.join(exclusion.projects)}", f"of {names} only one is built")
        rows.add(build + options, np.ones(options.size), -INFINITY, 1.0)
    for rule in problem.precedences:
        first = next(p for p, each in enumerate(problem.candidates) if each.project == rule.project)
        own = np.flatnonzero(layout.candidate == first)
        needed = _of_group(problem, layout, problem.group_of(rule.needs))
        lag = f" by {rule.lag_years} years" if rule.lag_years else ""
        words = f"{rule.project} opens no earlier than {rule.needs}{lag}"
        rows.rule(f"precedence:{rule.project}:{rule.needs}", words)
        for year in np.unique(layout.start_year[own]):
            early = own[layout.start_year[own] <= year]
            ready = needed[layout.start_year[needed] <= year - rule.lag_years]
            values = np.concatenate([np.ones(early.size), -np.ones(ready.size)])
            rows.add(build + np.concatenate([early, ready]), values, -INFINITY, 0.0)


def _force(rows: _Rows, problem: SelectionProblem, layout: Layout, forced: str) -> None:
    """Require sum of build over the options of one project, not of its variants, = 1."""
    for place, candidate in enumerate(problem.candidates):
        if candidate.project == forced:
            options = np.flatnonzero(layout.candidate == place)
            rows.rule(f"forced:{forced}", f"{forced} is built")
            rows.add(layout.build.start + options, np.ones(options.size), 1.0, 1.0)


def _build_capacity(
    rows: _Rows, problem: SelectionProblem, layout: Layout, arrays: _Arrays
) -> None:
    """Sum of spending * build in a country or sector <= capacity, by year."""
    builds = np.arange(layout.build.start, layout.build.stop)
    for rule in problem.capacities:
        inside = _weights_in(problem, layout, rule.dimension, rule.member)
        where = "" if rule.member == ANYWHERE else f" in {rule.dimension} {rule.member}"
        for place, year in enumerate(problem.years):
            capacity = float(rule.capacity[place])
            words = f"at most {capacity:.4g} million USD are built{where} in {year}"
            rows.rule(f"capacity:{rule.dimension}:{rule.member}:{year}", words)
            rows.add(builds, arrays.spending[:, place] * inside, -INFINITY, capacity)


def _bundles(rows: _Rows, problem: SelectionProblem, layout: Layout) -> None:
    """Joint is the product of build over the members; joint_ticket is ticket * joint (McCormick)."""
    place_of = {candidate.project: place for place, candidate in enumerate(problem.candidates)}
    for bundle, each in enumerate(problem.bundles):
        joint = layout.joint.start + bundle
        is_early = layout.start_year <= each.open_by
        members = [
            np.flatnonzero((layout.candidate == place_of[name]) & is_early)
            for name in each.projects
        ]
        rows.rule(f"bundle:{each.name}", f"{each.name} counts when all of it is built")
        for options in members:
            columns = np.append(layout.build.start + options, joint)
            rows.add(columns, np.append(-np.ones(options.size), 1.0), -INFINITY, 0.0)
        columns = np.append(layout.build.start + np.concatenate(members), joint)
        all_built = np.append(np.ones(columns.size - 1), -1.0)
        rows.add(columns, all_built, -INFINITY, len(members) - 1.0)
    for place, (bundle, candidate) in enumerate(layout.members):
        column, joint = layout.joint_ticket.start + place, layout.joint.start + bundle
        tickets = layout.ticket.start + np.flatnonzero(layout.candidate == candidate)
        cap = problem.ticket_cap
        rows.rule(f"bundle:{problem.bundles[bundle].name}", "a ticket counts in its bundle")
        rows.add(np.array([column, joint]), np.array([1.0, -cap]), -INFINITY, 0.0)
        columns = np.append(tickets, column)
        rows.add(columns, np.append(-np.ones(tickets.size), 1.0), -INFINITY, 0.0)
        columns = np.append(columns, joint)
        rows.add(columns, np.concatenate([np.ones(tickets.size), [-1.0, cap]]), -INFINITY, cap)


def _tail(rows: _Rows, layout: Layout, value: FloatArray) -> None:
    """Shortfall[scenario] >= tail - value[scenario] (Rockafellar and Uryasev 2000, eq. 12)."""
    rows.rule("risk", "the bad tail is measured")
    for scenario, coefficients in enumerate(value):
        used = np.flatnonzero(coefficients)
        columns = np.concatenate([[layout.tail.start, layout.shortfall.start + scenario], used])
        values = np.concatenate([[1.0, -1.0], -coefficients[used]])
        rows.add(columns, values, -INFINITY, 0.0)


def _at_least(rows: _Rows, problem: SelectionProblem, layout: Layout, objective: Objective) -> None:
    for name, level in (objective.at_least or {}).items():
        mean = problem.probability @ value_rows(problem, layout, name)
        used = np.flatnonzero(mean)
        rows.rule(f"at_least:{name}", f"{name} brings at least {level:.4g} million USD")
        rows.add(used, mean[used], level, INFINITY)


def _cost(
    problem: SelectionProblem, layout: Layout, value: FloatArray, objective: Objective
) -> FloatArray:
    cost = -(1.0 - objective.risk_weight) * (problem.probability @ value)
    cost[layout.recycled] += RECYCLING_COST
    if objective.risk_weight > 0.0:
        cost[layout.tail] -= objective.risk_weight
        cost[layout.shortfall] += objective.risk_weight * problem.probability / objective.tail
    return np.asarray(cost, dtype=np.float64)


def _program(
    problem: SelectionProblem, layout: Layout, rows: _Rows, cost: FloatArray, objective: Objective
) -> LinearProgram:
    upper = np.full(layout.n_col, INFINITY)
    upper[layout.build], upper[layout.ticket] = 1.0, problem.ticket_cap
    upper[layout.joint] = 1.0
    upper[layout.joint_ticket] = problem.ticket_cap
    is_open = np.array([year <= problem.recycling_ends for year in problem.years], dtype=bool)
    upper[layout.recycled] = np.where(is_open & (problem.recycled_share > 0.0), INFINITY, 0.0)
    lower = np.zeros(layout.n_col)
    if objective.risk_weight > 0.0:
        lower[layout.tail] = -INFINITY
    else:  # no tail is asked for: hold it where its rows say nothing
        lower[layout.tail] = upper[layout.tail] = 0.0
    is_integer = np.zeros(layout.n_col, dtype=bool)
    is_integer[layout.build] = True
    return LinearProgram(
        cost=cost,
        col_lower=lower,
        col_upper=upper,
        matrix=rows.matrix(layout.n_col),
        row_lower=np.array(rows.lower),
        row_upper=np.array(rows.upper),
        is_integer=is_integer,
        columns=dict(_blocks(problem, layout)),
    )


def _blocks(problem: SelectionProblem, layout: Layout) -> Iterator[tuple[str, Block]]:
    names: Sequence[str] = [
        f"{problem.candidates[int(candidate)].project}@{year}"
        for candidate, year in zip(layout.candidate, layout.start_year, strict=True)
    ]
    for kind, part in (("build", layout.build), ("ticket", layout.ticket)):
        yield kind, Block(part.start, 1, layout.n_option, tuple(names))
    years = tuple(str(year) for year in problem.years)
    yield "recycled", Block(layout.recycled.start, 1, len(years), years)
