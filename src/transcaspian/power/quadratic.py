"""Programs with a diagonal quadratic cost: interior point first, linear programs where it fails.

By tangents, each term q/2 x**2 becomes a column z with z >= q a x - q/2 a**2 for points a. The
optimum of the linear program is a lower bound, the true cost of its point an upper one; tangents at
the point are added until the two meet (Kelley 1960, The cutting-plane method, doi 10.1137/0108053).
"""

from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import MOST_GAP, LinearProgram, Solution, SolveOptions, Status, solve
from transcaspian.power.interior_point import solve_interior
from transcaspian.power.unbounded import find_ray

__all__ = ["solve_by_tangents", "solve_quadratic"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RELATIVE_GAP = 1e-9
MOST_ROUNDS = 60
FIRST_POINTS = 9  # tangents on a column with finite bounds
FAR_POINTS = 10.0 ** np.arange(10)  # tangents on a column without, where zero alone is too few


def solve_quadratic(lp: LinearProgram, time_limit_s: float = float("inf")) -> Solution:
    """Return the optimum of a program with a diagonal quadratic, or the status that says why none.

    An answer that its measured gap does not prove is never optimal: then tangents are tried, which
    also tell infeasible from unbounded, and a gap they do not close is status LIMIT.
    """
    began = perf_counter()
    if lp.quadratic is None or not lp.quadratic.any():
        return solve(replace(lp, quadratic=None), SolveOptions(time_limit_s=time_limit_s))
    found = solve_interior(lp, time_limit_s)
    if found is not None and found.status is Status.OPTIMAL:
        return found
    left = time_limit_s - (perf_counter() - began)
    by_tangents = solve_by_tangents(lp, max(left, 0.0))
    return replace(by_tangents, seconds=perf_counter() - began)


def solve_by_tangents(lp: LinearProgram, time_limit_s: float = float("inf")) -> Solution:
    """Return the optimum to a relative gap of 1e-9, by linear programs alone.

    Status LIMIT where the gap stays above `MOST_GAP`.
    """
    assert lp.quadratic is not None
    began = perf_counter()
    curved = np.flatnonzero(lp.quadratic)
    curvature = lp.quadratic[curved]
    column, point = _first_points(lp, curved)
    iterations, is_far = 0, False
    best: Solution | None = None
    for _ in range(MOST_ROUNDS):
        left = max(time_limit_s - (perf_counter() - began), 0.0)
        solution = solve(_with_tangents(lp, curved, column, point), SolveOptions(time_limit_s=left))
        iterations += solution.iterations
        if solution.status is Status.UNBOUNDED and not is_far and find_ray(lp) is None:
            # Only tangents far out can hold a column without bounds of its own.
            column, point = _far_points(lp, curved, column, point)
            is_far = True
            continue
        if solution.status is not Status.OPTIMAL:
            break
        x = solution.x[: lp.n_col]
        estimate = solution.x[lp.n_col :]
        true = 0.5 * curvature * x[curved] ** 2
        upper = float(lp.cost @ x + true.sum()) + lp.offset
        gap = max(solution.gap, abs(upper - solution.objective) / max(1.0, abs(upper)))
        if best is None or gap < best.gap:
            best = _of_whole(lp, solution, x, upper, gap)
        if gap <= RELATIVE_GAP:
            break
        short = np.flatnonzero(true - estimate > 1e-12 * np.maximum(1.0, true))
        column = np.concatenate([column, short])
        point = np.concatenate([point, x[curved[short]]])
    if best is None:
        best = solution
    return replace(best, iterations=iterations, seconds=perf_counter() - began)


def _of_whole(
    lp: LinearProgram, solution: Solution, x: FloatArray, objective: float, gap: float
) -> Solution:
    """Return what a program with tangents says of the one without."""
    return replace(
        solution,
        status=Status.OPTIMAL if gap <= MOST_GAP else Status.LIMIT,
        objective=objective,
        x=x,
        row_value=solution.row_value[: lp.n_row],
        row_dual=solution.row_dual[: lp.n_row],
        col_dual=solution.col_dual[: lp.n_col],
        basis=None,
        message="tangents" if gap <= MOST_GAP else f"tangents left a gap of {gap:.3g}",
        gap=gap,
    )


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


def _far_points(
    lp: LinearProgram, curved: IntArray, column: IntArray, point: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the points and more, ever farther out on the sides where columns have no bound."""
    for side, bound in ((-1.0, lp.col_lower[curved]), (1.0, lp.col_upper[curved])):
        is_open = np.flatnonzero(np.isinf(bound))
        column = np.concatenate([column, np.repeat(is_open, FAR_POINTS.size)])
        point = np.concatenate([point, np.tile(side * FAR_POINTS, is_open.size)])
    return column, point


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
