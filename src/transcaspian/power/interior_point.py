"""Interior point for programs with a diagonal quadratic cost, on SciPy's sparse factors.

HiGHS's own solvers for quadratic programs are not used: see docs/methods/power.md, "Solving".

The program is held as min c v + v' Q v / 2 with A v = b and lower <= v <= upper, where v is the
columns that may move and one slack for every row that is no equation. Each step solves the
quasi-definite system of Newton's method, once towards the boundary and once towards a centre as
far off as the first solve suggests (Mehrotra 1992, On the implementation of a primal-dual
interior point method, doi 10.1137/0802028). A proximal term on columns and duals keeps the system
well enough conditioned to be factored in an order that its pattern alone decides, and moves no
optimum, since it is measured from the point of the step (Pougkakiotis and Gondzio 2021, An interior
point-proximal method of multipliers for convex quadratic programming, doi
10.1007/s10589-020-00240-9).
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from transcaspian.lp import LinearProgram, Solution, Status, duality_gap

__all__ = ["solve_interior"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MOST_STEPS = 150
MOST_WITHOUT_PROGRESS = 25
TOLERANCE = 1e-11  # relative, of residuals and complementarity, at which it ends
REGULARISATION = 1e-8  # weight of the proximal terms
REFINEMENTS = 3
STEP = 0.995  # share of the way to the boundary


@dataclass(frozen=True, slots=True)
class _Problem:
    """The program with equations alone, scaled; arrays are [n] by column, [m] by row."""

    cost: FloatArray
    curve: FloatArray
    matrix: sparse.csc_array
    right: FloatArray
    lower: FloatArray
    upper: FloatArray
    col_scale: FloatArray
    row_scale: FloatArray
    cost_scale: float


@dataclass(slots=True)
class _Point:
    """Values v, row duals y, distances to the bounds and their duals (one where there is none)."""

    v: FloatArray
    y: FloatArray
    below: FloatArray  # v - lower
    above: FloatArray  # upper - v
    z_below: FloatArray
    z_above: FloatArray


def solve_interior(lp: LinearProgram, time_limit_s: float = float("inf")) -> Solution | None:
    """Return the optimum of a convex program, None where the method does not end at one.

    The answer is optimal only by the gap that `lp.duality_gap` measures of it: an infeasible or
    unbounded program, too, gives None.
    """
    began = perf_counter()
    moves = lp.col_lower < lp.col_upper
    bound = np.isfinite(lp.row_lower) | np.isfinite(lp.row_upper)
    if (lp.col_lower > lp.col_upper).any() or (lp.row_lower > lp.row_upper).any():
        return None
    held = np.where(moves, 0.0, lp.col_lower)
    problem = _scaled(lp, moves, bound, held)
    if not moves.any():
        return None
    found = _search(problem, began + time_limit_s)
    if found is None:
        return None
    point, steps = found
    x = held
    n_moving = int(moves.sum())
    x[moves] = (point.v * problem.col_scale)[:n_moving]
    x = np.clip(x, lp.col_lower, lp.col_upper)
    row_dual = np.zeros(lp.n_row)
    row_dual[bound] = point.y * problem.row_scale * problem.cost_scale
    curve = np.zeros(lp.n_col) if lp.quadratic is None else lp.quadratic
    return Solution(
        status=Status.OPTIMAL,
        objective=float(lp.cost @ x + 0.5 * curve @ x**2) + lp.offset,
        x=x,
        row_value=lp.matrix @ x,
        row_dual=row_dual,
        col_dual=lp.cost + curve * x - lp.matrix.T @ row_dual,
        basis=None,
        iterations=steps,
        seconds=perf_counter() - began,
        message="interior point, quadratic",
        gap=duality_gap(lp, x, row_dual),
    )


def _scaled(lp: LinearProgram, moves: BoolArray, bound: BoolArray, held: FloatArray) -> _Problem:
    """Return the program without held columns and free rows, rows made equations, scaled."""
    rows = np.flatnonzero(bound)
    fixed = lp.matrix @ held
    low, high = (lp.row_lower - fixed)[rows], (lp.row_upper - fixed)[rows]
    is_open = np.flatnonzero(low < high)
    slack = sparse.csc_array(
        (-np.ones(is_open.size), (is_open, np.arange(is_open.size))),
        shape=(rows.size, is_open.size),
    )
    body = sparse.csc_array(lp.matrix[rows][:, np.flatnonzero(moves)])
    matrix = sparse.hstack([body, slack], format="csc")
    none = np.zeros(is_open.size)
    cost = np.concatenate([lp.cost[moves], none])
    quadratic = np.zeros(lp.n_col) if lp.quadratic is None else lp.quadratic
    curve = np.concatenate([quadratic[moves], none])
    col_scale, row_scale = _equilibrate(matrix)
    cost, curve = cost * col_scale, curve * col_scale**2
    cost_scale = max(1e-12, float(np.abs(cost).max(initial=0.0)))
    right = np.where(low < high, 0.0, low)
    return _Problem(
        cost=cost / cost_scale,
        curve=curve / cost_scale,
        matrix=sparse.csc_array(
            sparse.diags_array(row_scale) @ matrix @ sparse.diags_array(col_scale)
        ),
        right=right * row_scale,
        lower=np.concatenate([lp.col_lower[moves], low[is_open]]) / col_scale,
        upper=np.concatenate([lp.col_upper[moves], high[is_open]]) / col_scale,
        col_scale=col_scale,
        row_scale=row_scale,
        cost_scale=cost_scale,
    )


def _equilibrate(matrix: sparse.csc_array) -> tuple[FloatArray, FloatArray]:
    """Return factors of columns and rows that bring the largest entries near one (Ruiz 2001)."""
    n_row, n_col = matrix.shape
    col, row = np.ones(n_col), np.ones(n_row)
    size = abs(sparse.coo_array(matrix))
    for _ in range(4):
        value = size.data * row[size.coords[0]] * col[size.coords[1]]
        row /= np.sqrt(_largest(value, size.coords[0], n_row))
        col /= np.sqrt(_largest(value, size.coords[1], n_col))
    return col, row


def _largest(value: FloatArray, group: NDArray[np.int32], count: int) -> FloatArray:
    """Return the largest value of every group, one where a group is empty."""
    largest = np.zeros(count)
    np.maximum.at(largest, group, value)
    return np.where(largest > 0.0, largest, 1.0)


def _search(problem: _Problem, until: float) -> tuple[_Point, int] | None:
    """Return the best point found and the steps taken; None where a factor fails."""
    has_below, has_above = np.isfinite(problem.lower), np.isfinite(problem.upper)
    point = _first(problem, has_below, has_above)
    best, best_error, since, steps = point, np.inf, 0, 0
    n_bound = max(1, int(has_below.sum() + has_above.sum()))
    for steps in range(1, MOST_STEPS + 1):  # noqa: B007 # counted for the log
        dual, primal, below, above = _residuals(problem, point, has_below, has_above)
        mean = _complement(point, has_below, has_above) / n_bound
        error = _error(problem, point, mean * n_bound, dual, primal, below, above)
        since = 0 if error < 0.9 * best_error else since + 1
        if error < best_error:
            best, best_error = point, error
        if error < TOLERANCE or since > MOST_WITHOUT_PROGRESS or perf_counter() > until:
            break
        weight = np.where(has_below, point.z_below / point.below, 0.0) + np.where(
            has_above, point.z_above / point.above, 0.0
        )
        system = _System.of(problem, weight)
        if system is None:
            break

        def direction(
            to_below: FloatArray,
            to_above: FloatArray,
            system: _System = system,
            at: _Point = point,
            residuals: tuple[FloatArray, ...] = (dual, primal, below, above),
        ) -> _Point:
            return _direction(system, at, residuals, to_below, to_above, has_below, has_above)

        nothing = np.zeros(problem.cost.size)
        toward = direction(nothing, nothing)
        reach = _reach(point, toward, has_below, has_above)
        after = _complement(_moved(point, toward, *reach), has_below, has_above) / n_bound
        centre = mean * min(1.0, after / mean) ** 3 if mean > 0.0 else 0.0
        move = direction(
            centre - toward.below * toward.z_below, centre - toward.above * toward.z_above
        )
        far = min(_reach(point, move, has_below, has_above))
        if not np.isfinite(move.v).all() or far <= 0.0:
            break
        point = _moved(point, move, STEP * far, STEP * far)
    return (best, steps) if np.isfinite(best_error) else None


@dataclass(frozen=True, slots=True)
class _System:
    """Newton's matrix, its factors and how to solve with it."""

    matrix: sparse.csc_array
    factors: linalg.SuperLU

    @staticmethod
    def of(problem: _Problem, weight: FloatArray) -> "_System | None":
        """Return the factors; None where the matrix is singular."""
        least = sparse.eye_array(problem.matrix.shape[0]) * REGULARISATION
        diagonal = sparse.diags_array(-(problem.curve + weight + REGULARISATION))
        matrix = sparse.csc_array(
            sparse.block_array([[diagonal, problem.matrix.T], [problem.matrix, least]])
        )
        try:
            factors = linalg.splu(
                matrix,
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0,
                options={"SymmetricMode": True},
            )
        except RuntimeError:  # SciPy's word for a singular matrix
            return None
        return _System(matrix, factors)

    def solve(self, right: FloatArray) -> FloatArray:
        """Return the solution, refined, since pivots in a fixed order lose some digits."""
        found = self.factors.solve(right)
        for _ in range(REFINEMENTS):
            found += self.factors.solve(right - self.matrix @ found)
        return np.asarray(found)


def _first(problem: _Problem, has_below: BoolArray, has_above: BoolArray) -> _Point:
    """Return a point well inside its bounds, near the least one that meets the equations."""
    system = _System.of(problem, np.ones(problem.cost.size))
    n = problem.cost.size
    v = np.zeros(n)
    if system is not None:
        v = system.solve(np.concatenate([np.zeros(n), problem.right]))[:n]
    lower = np.where(has_below, problem.lower, -np.inf)
    upper = np.where(has_above, problem.upper, np.inf)
    room = np.where(has_below & has_above, upper - lower, np.inf)
    margin = np.minimum(1.0, 0.25 * room)
    v = np.clip(v, lower + margin, upper - margin)
    return _Point(
        v=v,
        y=np.zeros(problem.right.size),
        below=np.where(has_below, np.maximum(v - np.where(has_below, lower, 0.0), 1e-2), 1.0),
        above=np.where(has_above, np.maximum(np.where(has_above, upper, 0.0) - v, 1e-2), 1.0),
        z_below=np.where(has_below, 1.0, 0.0),
        z_above=np.where(has_above, 1.0, 0.0),
    )


def _residuals(
    problem: _Problem, point: _Point, has_below: BoolArray, has_above: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return what is missing of the dual, primal and bound equations."""
    dual = (
        problem.cost
        + problem.curve * point.v
        - problem.matrix.T @ point.y
        - point.z_below
        + point.z_above
    )
    primal = problem.right - problem.matrix @ point.v
    lower, upper = (np.where(np.isfinite(x), x, 0.0) for x in (problem.lower, problem.upper))
    below = np.where(has_below, point.v - lower - point.below, 0.0)
    above = np.where(has_above, upper - point.v - point.above, 0.0)
    return dual, primal, below, above


def _complement(point: _Point, has_below: BoolArray, has_above: BoolArray) -> float:
    below = (point.below * point.z_below)[has_below].sum()
    return float(below + (point.above * point.z_above)[has_above].sum())


def _error(
    problem: _Problem,
    point: _Point,
    complement: float,
    dual: FloatArray,
    primal: FloatArray,
    below: FloatArray,
    above: FloatArray,
) -> float:
    """Return the largest relative residual."""
    cost = float(problem.cost @ point.v + 0.5 * problem.curve @ point.v**2)

    def share(residual: FloatArray, size: FloatArray) -> float:
        return float(np.abs(residual).max(initial=0.0) / (1.0 + np.abs(size).max(initial=0.0)))

    return max(
        complement / max(1.0, abs(cost)),
        share(dual, problem.cost),
        share(primal, problem.right),
        share(np.concatenate([below, above]), point.v),
    )


def _direction(
    system: _System,
    point: _Point,
    residuals: tuple[FloatArray, ...],
    to_below: FloatArray,
    to_above: FloatArray,
    has_below: BoolArray,
    has_above: BoolArray,
) -> _Point:
    """Return Newton's step to products of distance and dual of `to_below` and `to_above`."""
    dual, primal, below, above = residuals
    n = dual.size
    pull_below = np.where(
        has_below, (to_below - point.z_below * below) / point.below - point.z_below, 0.0
    )
    pull_above = np.where(
        has_above, (to_above - point.z_above * above) / point.above - point.z_above, 0.0
    )
    found = system.solve(np.concatenate([dual - pull_below + pull_above, primal]))
    v, y = found[:n], found[n:]
    d_below, d_above = np.where(has_below, below + v, 0.0), np.where(has_above, above - v, 0.0)
    return _Point(
        v=v,
        y=y,
        below=d_below,
        above=d_above,
        z_below=np.where(
            has_below, (to_below - point.z_below * d_below) / point.below - point.z_below, 0.0
        ),
        z_above=np.where(
            has_above, (to_above - point.z_above * d_above) / point.above - point.z_above, 0.0
        ),
    )


def _reach(
    point: _Point, move: _Point, has_below: BoolArray, has_above: BoolArray
) -> tuple[float, float]:
    """Return the shares of a step, primal and dual, that stay inside the bounds."""

    def longest(value: FloatArray, change: FloatArray, has: BoolArray) -> float:
        shrinks = has & (change < 0.0)
        return float((-value[shrinks] / change[shrinks]).min(initial=1.0))

    primal = min(
        longest(point.below, move.below, has_below), longest(point.above, move.above, has_above)
    )
    dual = min(
        longest(point.z_below, move.z_below, has_below),
        longest(point.z_above, move.z_above, has_above),
    )
    return primal, dual


def _moved(point: _Point, move: _Point, primal: float, dual: float) -> _Point:
    return _Point(
        v=point.v + primal * move.v,
        y=point.y + dual * move.y,
        below=point.below + primal * move.below,
        above=point.above + primal * move.above,
        z_below=point.z_below + dual * move.z_below,
        z_above=point.z_above + dual * move.z_above,
    )
