"""Separable convex quadratic cost by tangents: a row of linear programs that close a gap.

Each term q/2 x**2 becomes a column z with z >= q a x - q/2 a**2 for points a. The optimum of the
linear program is a lower bound, the true cost of its point an upper one; tangents at the point
are added until the two meet (Kelley 1960, The cutting-plane method, doi 10.1137/0108053).
"""

from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import LinearProgram, Solution, SolveOptions, Status, solve

__all__ = ["solve_quadratic"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RELATIVE_GAP = 1e-9
MOST_ROUNDS = 60
FIRST_POINTS = 9  # tangents on a column with finite bounds


def solve_quadratic(lp: LinearProgram, time_limit_s: float = float("inf")) -> Solution:
    """Return the optimum of a program with a diagonal quadratic, to a relative gap of 1e-9.

    Raises nothing by itself; a gap that does not close within the rounds is status LIMIT.
    """
    if lp.quadratic is None:
        return solve(lp, SolveOptions(time_limit_s=time_limit_s))
    began = perf_counter()
    curved = np.flatnonzero(lp.quadratic)
    curvature = lp.quadratic[curved]
    column, point = _first_points(lp, curved)
    iterations = 0
    best: Solution | None = None
    for _ in range(MOST_ROUNDS):
        left = time_limit_s - (perf_counter() - began)
        solution = solve(_with_tangents(lp, curved, column, point), SolveOptions(time_limit_s=left))
        iterations += solution.iterations
        if solution.status is not Status.OPTIMAL:
            return replace(solution, seconds=perf_counter() - began)
        x = solution.x[: lp.n_col]
        estimate = solution.x[lp.n_col :]
        true = 0.5 * curvature * x[curved] ** 2
        upper = float(lp.cost @ x + true.sum()) + lp.offset
        best = replace(
            solution,
            objective=upper,
            x=x,
            row_value=solution.row_value[: lp.n_row],
            row_dual=solution.row_dual[: lp.n_row],
            col_dual=solution.col_dual[: lp.n_col],
            basis=None,
            iterations=iterations,
            seconds=perf_counter() - began,
            gap=abs(upper - solution.objective) / max(1.0, abs(upper)),
        )
        if upper - solution.objective <= RELATIVE_GAP * max(abs(upper), 1.0):
            return best
        short = np.flatnonzero(true - estimate > 1e-12 * np.maximum(1.0, true))
        column = np.concatenate([column, short])
        point = np.concatenate([point, x[curved[short]]])
    assert best is not None
    return replace(best, status=Status.LIMIT, message="tangents did not close the gap")


def _first_points(lp: LinearProgram, curved: IntArray) -> tuple[IntArray, FloatArray]:
    """Return tangent points spread over finite bounds, zero where there are none."""
    low, high = lp.col_lower[curved], lp.col_upper[curved]
    is_finite = np.isfinite(low) & np.isfinite(high)
    low, high = np.where(is_finite, low, 0.0), np.where(is_finite, high, 0.0)
    share = np.linspace(0.0, 1.0, FIRST_POINTS)
    points = low[:, None] + (high - low)[:, None] * share[None, :]
    column = np.repeat(np.arange(curved.size), FIRST_POINTS)
    flat = points.ravel()
    keep = np.ones(flat.size, dtype=bool)
    keep[1:] = (flat[1:] != flat[:-1]) | (column[1:] != column[:-1])
    return column[keep], flat[keep]


def _with_tangents(
    lp: LinearProgram, curved: IntArray, column: IntArray, point: FloatArray
) -> LinearProgram:
    """Return the linear program with a cost column for each curved one and its tangents."""
    assert lp.quadratic is not None
    slope = lp.quadratic[curved[column]] * point
    n_row, n_new = column.size, curved.size
    rows = np.arange(n_row)
    tangents = sparse.csc_array(
        (
            np.concatenate([-slope, np.ones(n_row)]),
            (np.concatenate([rows, rows]), np.concatenate([curved[column], lp.n_col + column])),
        ),
        shape=(n_row, lp.n_col + n_new),
    )
    wide = sparse.hstack([lp.matrix, sparse.csc_array((lp.n_row, n_new))], format="csc")
    return replace(
        lp,
        cost=np.concatenate([lp.cost, np.ones(n_new)]),
        col_lower=np.concatenate([lp.col_lower, np.zeros(n_new)]),
        col_upper=np.concatenate([lp.col_upper, np.full(n_new, np.inf)]),
        matrix=sparse.vstack([wide, tangents], format="csc"),
        row_lower=np.concatenate([lp.row_lower, -0.5 * slope * point]),
        row_upper=np.concatenate([lp.row_upper, np.full(n_row, np.inf)]),
        is_integer=np.zeros(0, dtype=bool),
        quadratic=None,
    )
