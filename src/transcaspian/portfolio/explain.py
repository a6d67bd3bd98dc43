"""For each project that is not chosen: what would have to change for it to enter."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from transcaspian.errors import InfeasibleError
from transcaspian.lp import SolveOptions, Status, solve
from transcaspian.portfolio.choose import (
    Chosen,
    Selection,
    SelectOptions,
    solve_model,
)
from transcaspian.portfolio.conflict import find_conflict
from transcaspian.portfolio.model import Objective, build_model
from transcaspian.portfolio.problem import SelectionProblem

__all__ = ["Rejection", "explain_rejected", "frontier"]

NEARLY = 1e-6  # relative; of values that are equal but for the solver's gap


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a project is not chosen.

    value_gap_musd: by how much its worth in the objective must rise for it to enter; None where
    no choice can hold it. price_cut: the share by which its calls would have to fall to bring that
    much, its ticket and budgets unchanged; None where no cut is enough.
    enters_if_paid_by_others: it would be chosen if its ticket came on top of the budgets. words: the
    same as a sentence.
    """

    project: str
    value_gap_musd: float | None
    price_cut: float | None
    enters_if_paid_by_others: bool
    ticket_musd: float | None
    words: str


def explain_rejected(
    problem: SelectionProblem, objective: Objective, best: Selection, options: SelectOptions
) -> tuple[Rejection, ...]:
    """Return for each candidate that is not chosen what would have to change.

    Each is forced in and the choice made again: the loss of value is exactly what its own worth
    lacks, since worth added to one project lifts the choices that hold it and no others.
    """
    return tuple(
        _explain(problem, objective, best, candidate.project, options)
        for candidate in problem.candidates
        if candidate.project not in best.projects
    )


def _explain(
    problem: SelectionProblem,
    objective: Objective,
    best: Selection,
    project: str,
    options: SelectOptions,
) -> Rejection:
    model = build_model(problem, objective, forced=project)
    answer = solve(model.program, SolveOptions(mip_gap=options.gap))
    if answer.status is Status.INFEASIBLE:
        rules = [rule.words for rule in find_conflict(model) if not rule.key.startswith("forced:")]
        return Rejection(
            project, None, None, False, None, "cannot be chosen at all: " + "; ".join(rules)
        )
    forced = solve_model(problem, model, objective, options)
    gap = max(best.value - forced.value, 0.0)
    ticket = next(one for one in forced.chosen if one.project == project)
    paid_by_others = build_model(problem, objective, free=project)
    enters = project in solve_model(problem, paid_by_others, objective, options).projects
    worth = objective.weights.get("vehicle", 0.0) * ticket.share * _call_worth(problem, ticket)
    cut = gap / worth if worth > gap else None
    return Rejection(
        project, gap, cut, enters, ticket.ticket_musd, _words(best, forced, project, gap, enters)
    )


def _call_worth(problem: SelectionProblem, ticket: Chosen) -> float:
    """Return the present value of the calls of a chosen option, for its whole equity."""
    return next(
        option.call_worth
        for candidate in problem.candidates
        if candidate.project == ticket.project
        for option in candidate.options
        if option.start_year == ticket.start_year
    )


def _words(best: Selection, forced: Selection, project: str, gap: float, enters: bool) -> str:
    out = [name for name in best.projects if name not in forced.projects]
    instead = f", and {' and '.join(out)} would leave" if out else ""
    if gap <= NEARLY * max(1.0, abs(best.value)):
        return f"would do as well as what is chosen{instead}"
    text = f"must bring {gap:.4g} million USD more{instead}"
    if enters:
        ticket = next(one for one in forced.chosen if one.project == project)
        text += f"; it would enter if its ticket ({ticket.ticket_musd:.4g} million USD) came on top of the budgets"
    return text


def frontier(
    problem: SelectionProblem,
    first: str,
    second: str,
    points: int,
    options: SelectOptions,
) -> tuple[Selection, ...]:
    """Return choices of which none is better in both objectives, from most of `second` on.

    Between the best of each, `second` is made as large as possible while `first` reaches evenly
    spaced levels (the epsilon constraint: Haimes, Lasdon and Wismer 1971); it finds points that
    no weighting of the two finds. A little of `first` counts everywhere, so that nothing is given
    away for free.
    """
    small = 1e-6
    mixed: Mapping[str, float] = {second: 1.0, first: small}
    most_second = _solved(problem, Objective(mixed), options)
    most_first = _solved(problem, Objective({first: 1.0, second: small}), options)
    low = most_second.mean(first, problem.probability)
    high = most_first.mean(first, problem.probability)
    found = [most_second]
    slack = NEARLY * max(1.0, abs(high))
    for level in np.linspace(low, high, max(points, 2))[1:-1]:
        try:
            found.append(
                _solved(problem, Objective(mixed, at_least={first: float(level)}), options)
            )
        except InfeasibleError:
            continue  # a level between choices that the gap of the two ends leaves out of reach
    found.append(most_first)
    kept: list[Selection] = []
    for one in found:
        here = (one.mean(first, problem.probability), one.mean(second, problem.probability))
        is_new = all(
            abs(here[0] - other.mean(first, problem.probability)) > slack for other in kept
        )
        if is_new:
            kept.append(one)
    return tuple(kept)


def _solved(problem: SelectionProblem, objective: Objective, options: SelectOptions) -> Selection:
    return solve_model(problem, build_model(problem, objective), objective, options)
