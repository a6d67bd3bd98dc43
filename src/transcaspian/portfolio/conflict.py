"""Which rules cannot be met together: a smallest set, found by leaving rules out one by one."""

from dataclasses import replace

import numpy as np

from transcaspian.lp import SolveOptions, Status, solve
from transcaspian.portfolio.model import Rule, SelectionModel

__all__ = ["find_conflict"]

# Rows that only say what a column means; they are never what a reader can relax.
DEFINITIONS = ("bundle:", "risk", "no_more_than_called:", "recycled:")


def find_conflict(model: SelectionModel) -> tuple[Rule, ...]:
    """Return rules that cannot all be met, none of which can be left out of the set.

    A deletion filter: rules are dropped for good where the rest still conflict, first in halves,
    then one at a time (Chinneck, J.W. (2008), Feasibility and Infeasibility in Optimization, 6.1).
    """
    held = [rule for rule in model.rules if not rule.key.startswith(DEFINITIONS)]
    size = len(held)
    while size >= 1:
        place = 0
        while place < len(held):
            rest = held[:place] + held[place + size :]
            if _is_feasible(model, rest):
                place += size
            else:
                held = rest
        size = size // 2 if size > 1 else 0
    return tuple(held)


def _is_feasible(model: SelectionModel, held: list[Rule]) -> bool:
    """Return whether a choice meets the rules held and what the columns mean."""
    program = model.program
    definitions = [rule for rule in model.rules if rule.key.startswith(DEFINITIONS)]
    kept = np.concatenate([np.zeros(0, dtype=np.int64), *(r.rows for r in (*held, *definitions))])
    lower = np.full(program.n_row, -np.inf)
    upper = np.full(program.n_row, np.inf)
    lower[kept], upper[kept] = program.row_lower[kept], program.row_upper[kept]
    free = replace(program, cost=np.zeros(program.n_col), row_lower=lower, row_upper=upper)
    return solve(free, SolveOptions()).status is not Status.INFEASIBLE
