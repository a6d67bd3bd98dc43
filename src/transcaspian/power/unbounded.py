"""Why a program has no least cost: what pays without limit."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import LinearProgram, SolveOptions, Status, solve
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.words import KIND

__all__ = ["describe_unbounded", "find_ray"]

FloatArray = NDArray[np.float64]

N_NAMED = 5
SMALLEST_SHARE = 1e-6  # of the largest move, to count as one


def find_ray(lp: LinearProgram) -> FloatArray | None:
    """Return a direction that any point may follow for ever at falling cost, None if there is none.

    min c d with 0 <= A d where a row has only a lower limit, A d <= 0 where it has only an upper
    one, A d = 0 where it has both, the same of the columns, d = 0 where cost is curved, |d| <= 1.
    """
    has_lower, has_upper = np.isfinite(lp.col_lower), np.isfinite(lp.col_upper)
    if lp.quadratic is not None:
        has_lower, has_upper = has_lower | (lp.quadratic > 0), has_upper | (lp.quadratic > 0)
    bound = np.flatnonzero(np.isfinite(lp.row_lower) | np.isfinite(lp.row_upper))
    ray = LinearProgram(
        cost=lp.cost / max(1.0, float(np.abs(lp.cost).max(initial=0.0))),
        col_lower=np.where(has_lower, 0.0, -1.0),
        col_upper=np.where(has_upper, 0.0, 1.0),
        matrix=sparse.csc_array(lp.matrix.tocsr()[bound]),
        row_lower=np.where(np.isfinite(lp.row_lower[bound]), 0.0, -np.inf),
        row_upper=np.where(np.isfinite(lp.row_upper[bound]), 0.0, np.inf),
        columns=lp.columns,
    )
    found = solve(ray, SolveOptions(method="simplex"))
    if found.status is not Status.OPTIMAL or found.objective >= -SMALLEST_SHARE:
        return None
    return found.x


def describe_unbounded(program: HourlyProgram) -> str:
    """Return, in words, which columns pay without limit, and which move with them.

    The columns with a cost below zero along a direction of falling cost are what pays; the others
    that move carry it (a cable that takes the energy away, say).
    """
    lp = program.lp
    ray = find_ray(lp)
    if ray is None:
        return "What pays without limit could not be told apart."
    moves = np.abs(ray) > SMALLEST_SHARE * np.abs(ray).max()
    gain = np.where(moves, -lp.cost * ray, 0.0)
    paying = _named(program, gain > 0.0)
    others = [name for name in _named(program, moves & (gain <= 0.0)) if name not in paying]
    text = f"Pays without limit: {_listed(paying)}."
    if others:
        text += f" It needs, without limit too: {_listed(others)}."
    return f"{text} Set a cost that is not below zero, or a limit on what may grow."


def _named(program: HourlyProgram, chosen: NDArray[np.bool_]) -> list[str]:
    """Return kind and label of the chosen columns, each once."""
    names = []
    for name, block in program.lp.columns.items():
        is_chosen = chosen[block.positions()].any(axis=0)
        names += [f"{KIND.get(name, name)} {block.labels[k]}" for k in np.flatnonzero(is_chosen)]
    return names


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return ", ".join(names[:N_NAMED]) + more
