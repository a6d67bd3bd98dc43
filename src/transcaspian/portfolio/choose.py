"""Chooses projects, sizes, opening years and tickets: exactly, with the gap that is proven."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InfeasibleError, InputError, NotConvergedError
from transcaspian.lp import SolveOptions, Status, solve
from transcaspian.portfolio.conflict import find_conflict
from transcaspian.portfolio.model import (
    Layout,
    Objective,
    SelectionModel,
    build_model,
    value_rows,
)
from transcaspian.portfolio.problem import SelectionProblem, check_problem

__all__ = ["Chosen", "SelectOptions", "Selection", "objective_names", "select"]

FloatArray = NDArray[np.float64]
BUILT = 0.5  # a binary column above this is 1


@dataclass(frozen=True, slots=True)
class SelectOptions:
    """How exactly the choice is made: relative gap [-] and, if wanted, a limit of time [s]."""

    gap: float = 1e-6
    time_limit_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One project that is paid for."""

    project: str
    start_year: int
    share: float  # of its equity
    ticket_musd: float


@dataclass(frozen=True, slots=True)
class Selection:
    """What is chosen, what it is worth, and how sure that nothing better exists."""

    chosen: tuple[Chosen, ...]
    value: float  # of the weighted objective, million USD
    bound: float  # no choice is worth more than this
    gap: float  # relative
    by_scenario: Mapping[str, FloatArray]  # objective -> [n_scenario]
    call: FloatArray  # [n_year], by all parties and recycled money together
    recycled: FloatArray  # [n_year]
    seconds: float

    @property
    def projects(self) -> tuple[str, ...]:
        """Names of the chosen projects."""
        return tuple(one.project for one in self.chosen)

    def mean(self, objective: str, probability: FloatArray) -> float:
        """Return the expected value of one objective [million USD]; zero where nothing carries it."""
        found = self.by_scenario.get(objective)
        return 0.0 if found is None else float(probability @ found)


def objective_names(problem: SelectionProblem) -> tuple[str, ...]:
    """Return every objective that some option or bundle carries, in order of appearance."""
    found: dict[str, None] = {}
    for candidate in problem.candidates:
        for option in candidate.options:
            found |= dict.fromkeys(option.per_share) | dict.fromkeys(option.if_chosen)
    for bundle in problem.bundles:
        found |= dict.fromkeys(bundle.if_chosen) | dict.fromkeys(bundle.per_share)
    return tuple(found)


def select(
    problem: SelectionProblem,
    objective: Objective | None = None,
    options: SelectOptions | None = None,
) -> Selection:
    """Return the choice of projects with the largest value under every rule.

    Parameters
    ----------
    problem : SelectionProblem
        Candidates, parties and rules.
    objective : Objective, optional
        Weights of the objectives and of risk; by default the vehicle's own value.
    options : SelectOptions, optional
        Wanted gap.

    Raises
    ------
    InputError
        Where the problem contradicts itself, or no option carries an objective.
    InfeasibleError
        Naming a smallest set of rules that cannot be met together.
    NotConvergedError
        Where a limit of time ends the search before any choice is found.

    References
    ----------
    Weingartner, H.M. (1963), Mathematical Programming and the Analysis of Capital Budgeting
    Problems; for the tail, Rockafellar, R.T. and Uryasev, S. (2000), Optimization of Conditional
    Value-at-Risk, Journal of Risk 2(3).
    """
    wanted = objective or Objective({"vehicle": 1.0})
    check_problem(problem)
    check_objective(problem, wanted)
    return solve_model(problem, build_model(problem, wanted), wanted, options or SelectOptions())


def check_objective(problem: SelectionProblem, objective: Objective) -> None:
    """Raise InputError for an unknown name, a bad tail or a bad weight of risk."""
    known = objective_names(problem)
    for name in (*objective.weights, *(objective.at_least or {})):
        if name not in known and problem.candidates:
            raise InputError(f"No option carries {name!r}. There are {', '.join(known)}.")
    if not objective.weights or any(not np.isfinite(w) for w in objective.weights.values()):
        raise InputError("An objective needs finite weights. Give at least one.")
    if not 0.0 < objective.tail <= 1.0 or not 0.0 <= objective.risk_weight <= 1.0:
        message = (
            f"tail {objective.tail!r} and risk weight {objective.risk_weight!r} are no shares."
        )
        raise InputError(f"{message} Give a tail above 0 and both up to 1.")


def solve_model(
    problem: SelectionProblem, model: SelectionModel, objective: Objective, options: SelectOptions
) -> Selection:
    """Solve a built program; see `select`."""
    program = model.program
    solution = solve(program, SolveOptions(mip_gap=options.gap, time_limit_s=options.time_limit_s))
    if solution.status is Status.INFEASIBLE:
        conflict = find_conflict(model)
        raise InfeasibleError(
            "No choice of projects meets every rule. These cannot hold together: "
            + "; ".join(rule.words for rule in conflict)
            + ". Relax one of them."
        )
    if solution.status is not Status.OPTIMAL and not solution.x.size:
        raise NotConvergedError(f"No choice was found in time: {solution.message}.")
    return _unpack(problem, model.layout, solution.x, objective, solution.gap, solution.seconds)


def _unpack(
    problem: SelectionProblem,
    layout: Layout,
    x: FloatArray,
    objective: Objective,
    gap: float,
    seconds: float,
) -> Selection:
    x = x.copy()
    is_built = x[layout.build] > BUILT
    x[layout.build] = is_built
    # A ticket of an option that is not built is rounding of the solver, not a ticket.
    x[layout.ticket] = np.where(is_built, x[layout.ticket], 0.0)
    options = [option for each in problem.candidates for option in each.options]
    calls = np.array([option.call for option in options]).reshape(-1, len(problem.years))
    share = x[layout.ticket]
    chosen = tuple(
        Chosen(
            problem.candidates[int(layout.candidate[place])].project,
            int(layout.start_year[place]),
            float(share[place]),
            float(share[place] * calls[place].sum()),
        )
        for place in np.flatnonzero(is_built)
    )
    by_scenario = {
        name: np.asarray(value_rows(problem, layout, name) @ x, dtype=np.float64)
        for name in objective_names(problem)
    }
    value = weighted_value(problem, by_scenario, objective)
    slack = gap * abs(value) if np.isfinite(gap) else float("inf")
    return Selection(
        chosen=chosen,
        value=value,
        bound=value + slack,
        gap=gap,
        by_scenario=by_scenario,
        call=np.asarray(share @ calls, dtype=np.float64),
        recycled=np.maximum(x[layout.recycled], 0.0),
        seconds=seconds,
    )


def weighted_value(
    problem: SelectionProblem, by_scenario: Mapping[str, FloatArray], objective: Objective
) -> float:
    """Return mean and tail of the weighted objectives, put together as the objective says."""
    total = sum(
        (weight * by_scenario[name] for name, weight in objective.weights.items() if name in by_scenario),
        np.zeros(len(problem.scenarios)),
    )  # fmt: skip
    mean = float(problem.probability @ total)
    if objective.risk_weight == 0.0:
        return mean
    bad = tail_mean(total, problem.probability, objective.tail)
    return (1.0 - objective.risk_weight) * mean + objective.risk_weight * bad


def tail_mean(value: FloatArray, probability: FloatArray, tail: float) -> float:
    """Return the mean of the worst `tail` of the probability: the conditional value at risk.

    Examples
    --------
    >>> tail_mean(np.array([10.0, -10.0]), np.array([0.5, 0.5]), 0.75)
    -3.3333333333333335
    """
    order = np.argsort(value, kind="stable")
    weight = probability[order]
    before = np.cumsum(weight) - weight
    used = np.clip(tail - before, 0.0, weight)
    return float(used @ value[order] / used.sum())
