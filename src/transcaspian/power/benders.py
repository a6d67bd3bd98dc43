"""Expansion by cuts in a trust region: capacities in a small program, dispatch in a warm one.

With capacities P given, what is left is a dispatch program in which P only moves bounds, so that
dual simplex goes on from the last optimum. Its cost V(P) is convex, and its duals give a plane
below it, a cut. The cuts together are a model of V; its least point over all capacities is a lower
bound, the best P tried an upper one. The next P is where the model is least within a region around
the best so far, which widens and narrows as its promises are kept; where little is promised there,
it is the P nearest to the best at which the model promises to close half of the gap (Lemaréchal, Nemirovskii and Nesterov 1995, New
variants of bundle methods, Mathematical Programming 69, doi 10.1007/BF01585555; cuts: Benders
1962, doi 10.1007/BF01386316).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import (
    Basis,
    LinearProgram,
    Solution,
    SolveOptions,
    Status,
    WarmProgram,
    duality_gap,
    solve,
)
from transcaspian.power.blocks import HourlyProgram

__all__ = ["CapacityLog", "optimise_capacities"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_ITERATIONS = 400
FIRST_RADIUS = 0.3  # of the trust region, per unit of a capacity's scale
WIDER, NARROWER = 2.0, 0.6  # factors of the radius after a good and a bad step
SMALLEST_PROMISE = 1e-300  # keeps a share of nothing finite
UNIT = 1e-3  # of the best cost: what the small programs count in
SMALL_TOLERANCE = 1e-9  # of the small programs
MOST_PROJECTION_S = 2.0  # a projection that takes longer is not worth it
GOOD_STEP = 0.4  # share of the promised saving that widens the region
SMALL_PROMISE = 0.2  # share of the gap below which a step in the region is not worth a dispatch
NEAR = 5e-4  # share of the cost: while the region promises more, steps stay within it
LEVEL = 0.5  # share of the gap that the next point's promise leaves open
OUTWARD = 0.3  # where that point cannot be found: share of the way from the best point to where the model is least
SMALLEST_SCALE = 0.05  # of the largest capacity


@dataclass(frozen=True, slots=True)
class CapacityLog:
    """How the optimum was reached."""

    iterations: int
    simplex_iterations: int
    gap: float
    seconds: float


@dataclass(frozen=True, slots=True)
class _Split:
    """A program cut into dispatch columns and capacity columns.

    Rows of one dispatch and one capacity column become bounds of the former; rows of capacities
    alone go to the small program; the rest stay, their bounds moved by capacity.
    """

    program: LinearProgram
    n_hourly_col: int
    bound_row: IntArray  # rows that become bounds
    bound_col: IntArray  # the dispatch column of each
    bound_cap: IntArray  # the capacity column of each
    bound_weight: FloatArray  # the capacity's coefficient over the column's
    bound_coefficient: FloatArray  # the column's coefficient
    bound_lower: FloatArray  # the row's bounds over the column's coefficient
    bound_upper: FloatArray
    kept_row: IntArray
    cap_row: IntArray
    kept_capacity: sparse.csr_array  # [n_kept_row, n_capacity]

    @staticmethod
    def of(program: HourlyProgram) -> "_Split":
        """Return the split of a program of hourly columns first, capacities behind them."""
        lp, n_hourly = program.lp, program.n_hourly_col
        rows = lp.matrix.tocsr()
        capacity = rows[:, n_hourly:].tocsr()
        hourly = rows[:, :n_hourly].tocsr()
        n_cap_in, n_hourly_in = np.diff(capacity.indptr), np.diff(hourly.indptr)
        # Where capacity counts nothing in an hour (no wind), its coefficient is not there.
        is_bound = (n_cap_in <= 1) & (n_hourly_in == 1)
        bound_row = np.flatnonzero(is_bound)
        at_hourly, at_cap = hourly.indptr[bound_row], capacity.indptr[bound_row]
        coefficient = hourly.data[at_hourly]
        # A negative coefficient would swap the bounds; such rows stay rows.
        usable = coefficient > 0.0
        bound_row, at_hourly, at_cap = bound_row[usable], at_hourly[usable], at_cap[usable]
        coefficient = coefficient[usable]
        has_cap = n_cap_in[bound_row] == 1
        at_cap = np.where(has_cap, at_cap, 0)
        is_bound[:] = False
        is_bound[bound_row] = True
        cap_row = np.flatnonzero(n_hourly_in == 0)
        kept_row = np.flatnonzero(~is_bound & (n_hourly_in > 0))
        return _Split(
            program=lp,
            n_hourly_col=n_hourly,
            bound_row=bound_row,
            bound_col=hourly.indices[at_hourly].astype(np.int64),
            bound_cap=capacity.indices[at_cap].astype(np.int64),
            bound_weight=np.where(has_cap, capacity.data[at_cap], 0.0) / coefficient,
            bound_coefficient=coefficient,
            bound_lower=lp.row_lower[bound_row] / coefficient,
            bound_upper=lp.row_upper[bound_row] / coefficient,
            kept_row=kept_row,
            cap_row=cap_row,
            kept_capacity=capacity[kept_row],
        )

    @property
    def n_capacity(self) -> int:
        """Number of capacity columns."""
        return self.program.n_col - self.n_hourly_col

    def col_bounds(self, capacity: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return bounds of the dispatch columns at given capacities."""
        lp, n = self.program, self.n_hourly_col
        lower, upper = lp.col_lower[:n].copy(), lp.col_upper[:n].copy()
        moved = self.bound_weight * capacity[self.bound_cap]
        np.maximum.at(lower, self.bound_col, self.bound_lower - moved)
        np.minimum.at(upper, self.bound_col, self.bound_upper - moved)
        return lower, upper

    def row_bounds(self, capacity: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return bounds of the rows that stay at given capacities."""
        moved = self.kept_capacity @ capacity
        lp = self.program
        return lp.row_lower[self.kept_row] - moved, lp.row_upper[self.kept_row] - moved

    def dispatch(self, capacity: FloatArray) -> LinearProgram:
        """Return the dispatch program at given capacities."""
        lp, n = self.program, self.n_hourly_col
        lower, upper = self.col_bounds(capacity)
        row_lower, row_upper = self.row_bounds(capacity)
        return LinearProgram(
            cost=lp.cost[:n],
            col_lower=lower,
            col_upper=upper,
            matrix=lp.matrix[:, :n].tocsr()[self.kept_row].tocsc(),
            row_lower=row_lower,
            row_upper=row_upper,
            offset=lp.offset,
        )

    def hourly(self, dispatch: LinearProgram, program: HourlyProgram) -> HourlyProgram | None:
        """Return the dispatch with its hourly shape, None where hours lost different rows."""
        behind = int(np.searchsorted(self.kept_row, program.n_hourly_row))
        if behind % program.n_hour:
            return None
        table = self.kept_row[:behind].reshape(program.n_hour, -1)
        place = table - np.arange(program.n_hour)[:, None] * program.n_hour_row
        if (place != place[0]).any():
            return None
        return HourlyProgram(dispatch, program.n_hour, program.n_hour_col, table.shape[1])

    def slope(self, capacity: FloatArray, solution: Solution) -> FloatArray:
        """Return how the cost of dispatch changes with each capacity, from duals."""
        dual = self._bound_dual(capacity, solution)
        slope = -(self.kept_capacity.T @ solution.row_dual)
        np.add.at(slope, self.bound_cap, -dual * self.bound_weight)
        return np.asarray(slope)

    def _bound_dual(self, capacity: FloatArray, solution: Solution) -> FloatArray:
        """Return the dual of each row that became a bound: the reduced cost where it binds."""
        lower, upper = self.col_bounds(capacity)
        reduced = solution.col_dual[self.bound_col]
        moved = self.bound_weight * capacity[self.bound_cap]
        binds_above = (self.bound_upper - moved <= upper[self.bound_col]) & (reduced < 0.0)
        binds_below = (self.bound_lower - moved >= lower[self.bound_col]) & (reduced > 0.0)
        dual = np.where(binds_above | binds_below, reduced, 0.0)
        # Of several rows that bind one column at once, one alone may take its reduced cost.
        _, first = np.unique(self.bound_col[dual != 0.0], return_index=True)
        taken = np.flatnonzero(dual != 0.0)[first]
        kept = np.zeros_like(dual)
        kept[taken] = dual[taken]
        return kept

    def row_dual(self, capacity: FloatArray, solution: Solution) -> FloatArray:
        """Return the duals of all rows that a dispatch gives; those of capacity alone are zero."""
        row_dual = np.zeros(self.program.n_row)
        row_dual[self.kept_row] = solution.row_dual
        # A row over its coefficient is a bound, so its dual is the bound's over the coefficient.
        row_dual[self.bound_row] = self._bound_dual(capacity, solution) / self.bound_coefficient
        return row_dual


@dataclass(frozen=True, slots=True)
class _Promise:
    """The least cost that the cuts allow, where, and how much each cut and row counts there."""

    cost: float
    capacity: FloatArray
    cut_weight: FloatArray  # [n_cut], sums to one
    row_dual: FloatArray  # of rows of capacity alone


@dataclass(slots=True)
class _Model:
    """Cuts below the cost of dispatch, and what capacities must keep among themselves.

    All is measured from the best point so far, per unit of a thousandth of its cost, so that the
    tolerances of the small programs are far below the gap.
    """

    split: _Split
    scale: FloatArray  # [n_capacity]
    value: list[float] = field(default_factory=list)  # of the cut at zero capacity
    slope: list[FloatArray] = field(default_factory=list)
    row_dual: list[FloatArray] = field(default_factory=list)

    def add(self, capacity: FloatArray, solution: Solution) -> None:
        """Add the cut that a dispatch at `capacity` gives."""
        slope = self.split.slope(capacity, solution)
        self.value.append(solution.objective - float(slope @ capacity))
        self.slope.append(slope)
        self.row_dual.append(self.split.row_dual(capacity, solution))

    def _around(self, centre: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return total cost of every cut at the centre, its slope per scaled capacity, own rows."""
        lp, n = self.split.program, self.split.n_hourly_col
        slope = lp.cost[n:] + np.array(self.slope).reshape(-1, centre.size)
        own = lp.matrix[:, n:].tocsr()[self.split.cap_row].toarray()
        return np.array(self.value) + slope @ centre, slope * self.scale, own

    def least(
        self, centre: FloatArray, upper_cost: float, lower: FloatArray, upper: FloatArray
    ) -> _Promise | None:
        """Return what the cuts promise between bounds of capacity; None where they bound nothing."""
        lp = self.split.program
        at_centre, slope, own = self._around(centre)
        unit = UNIT * max(1.0, abs(upper_cost))
        n_cut, n_own = at_centre.size, own.shape[0]
        theta = np.concatenate([np.ones(n_cut), np.zeros(n_own)])
        held = own @ centre
        program = LinearProgram(
            cost=np.concatenate([np.zeros(centre.size), [1.0]]),
            col_lower=np.concatenate([(lower - centre) / self.scale, [-np.inf]]),
            col_upper=np.concatenate([(upper - centre) / self.scale, [np.inf]]),
            matrix=sparse.csc_array(
                np.column_stack([np.vstack([-slope / unit, own * self.scale]), theta])
            ),
            row_lower=np.concatenate(
                [(at_centre - upper_cost) / unit, lp.row_lower[self.split.cap_row] - held]
            ),
            row_upper=np.concatenate(
                [np.full(n_cut, np.inf), lp.row_upper[self.split.cap_row] - held]
            ),
        )
        solution = solve(
            program, SolveOptions(method="simplex", feasibility_tolerance=SMALL_TOLERANCE)
        )
        if solution.status is not Status.OPTIMAL:
            return None
        return _Promise(
            upper_cost + unit * solution.objective,
            np.clip(centre + solution.x[:-1] * self.scale, lower, upper),
            solution.row_dual[:n_cut],
            solution.row_dual[n_cut:] * unit,
        )

    def nearest(self, centre: FloatArray, level: float) -> FloatArray | None:
        """Return the capacities nearest to the centre at which the model is below the level."""
        lp, n = self.split.program, self.split.n_hourly_col
        at_centre, slope, own = self._around(centre)
        size = np.maximum(1e-12, np.abs(slope).max(axis=1, initial=0.0))
        held = own @ centre
        program = LinearProgram(
            cost=np.zeros(centre.size),
            col_lower=(lp.col_lower[n:] - centre) / self.scale,
            col_upper=(lp.col_upper[n:] - centre) / self.scale,
            matrix=sparse.csc_array(np.vstack([slope / size[:, None], own * self.scale])),
            row_lower=np.concatenate(
                [np.full(size.size, -np.inf), lp.row_lower[self.split.cap_row] - held]
            ),
            row_upper=np.concatenate(
                [(level - at_centre) / size, lp.row_upper[self.split.cap_row] - held]
            ),
            quadratic=np.ones(centre.size),
        )
        solution = solve(program, SolveOptions(method="hipo", time_limit_s=MOST_PROJECTION_S))
        if solution.status is not Status.OPTIMAL:
            return None
        return np.clip(centre + solution.x * self.scale, lp.col_lower[n:], lp.col_upper[n:])


def optimise_capacities(
    program: HourlyProgram,
    first: FloatArray,
    gap: float,
    start: Callable[[HourlyProgram], Basis | None] | None = None,
    time_limit_s: float = np.inf,
) -> tuple[Solution, CapacityLog] | None:
    """Return the optimum of the whole program, to a relative gap, and how it was found.

    None where a dispatch on the way has no solution or the gap does not close: another method
    must be taken. `first` are capacities to begin with; `start` gives a basis of the dispatch
    with them, where that still repeats hour by hour. Row duals are those of the dispatches, each by the weight of its cut at the optimum:
    they price capacity at its cost, which the duals of one dispatch do not.
    """
    began = perf_counter()
    split = _Split.of(program)
    n = split.n_hourly_col
    cost, least, most = (
        values[n:] for values in (program.lp.cost, program.lp.col_lower, program.lp.col_upper)
    )
    first = np.clip(first, least, most)
    model = _Model(split, np.maximum(first, SMALLEST_SCALE * max(float(first.max()), 1.0)))
    within = model.nearest(first, 0.0)  # without cuts: nearest that limits on capacity allow
    if within is None:
        return None
    first = within
    dispatch = split.dispatch(first)
    hourly = split.hourly(dispatch, program)
    warm = WarmProgram(dispatch, start(hourly) if start is not None and hourly else None)
    point, best, upper, lower, promised = first, first, np.inf, -np.inf, np.inf
    best_x = np.zeros(0)
    simplex, radius = 0, FIRST_RADIUS
    for iteration in range(1, MOST_ITERATIONS + 1):
        solution = warm.solve(
            col_bounds=split.col_bounds(point), row_bounds=split.row_bounds(point)
        )
        simplex += solution.iterations
        if solution.status is not Status.OPTIMAL or perf_counter() - began > time_limit_s:
            return None
        total = float(cost @ point) + solution.objective
        model.add(point, solution)
        if total < upper:
            gained = (upper - total) / max(promised, SMALLEST_PROMISE)
            if gained > GOOD_STEP and np.abs((point - best) / model.scale).max() > 0.99 * radius:
                radius *= WIDER
            upper, best, best_x = total, point, np.concatenate([solution.x, point])
        elif np.isfinite(promised):
            radius *= NARROWER
        promise = model.least(best, upper, least, _worth(split, upper, most))
        if promise is not None:
            lower = max(lower, promise.cost)
        size = max(abs(upper), 1.0)
        if promise is not None and upper - lower <= gap * size:
            log = CapacityLog(iteration, simplex, (upper - lower) / size, perf_counter() - began)
            return _whole(model, promise, best_x, upper, log), log
        box = (
            np.maximum(least, best - radius * model.scale),
            np.minimum(most, best + radius * model.scale),
        )
        near = model.least(best, upper, *box)
        if near is None:
            return None
        point, promised = near.capacity, upper - near.cost
        is_small = promised <= min(SMALL_PROMISE * (upper - lower), NEAR * size)
        if promise is not None and is_small:
            # Near here the model is true; it is elsewhere that it promises too much.
            nearest = model.nearest(best, lower + LEVEL * (upper - lower))
            point = best + OUTWARD * (promise.capacity - best) if nearest is None else nearest
            promised = np.inf
    return None


def _worth(split: _Split, upper_cost: float, most: FloatArray) -> FloatArray:
    """Return most of each capacity that could be part of anything cheaper than `upper_cost`.

    Dispatch costs no less than every column at the better of its own bounds, so no capacity can
    cost more than the rest. This bounds the small program before the cuts do.
    """
    lp, n = split.program, split.n_hourly_col
    cost = lp.cost[:n]
    bound = np.where(cost > 0.0, lp.col_lower[:n], lp.col_upper[:n])
    used = cost != 0.0
    floor = float(cost[used] @ bound[used]) + lp.offset
    own = lp.cost[n:]
    if not np.isfinite(floor) or (own < 0.0).any() or (lp.col_lower[n:] < 0.0).any():
        return most
    room = np.divide(upper_cost - floor, own, out=np.full(own.size, np.inf), where=own > 0.0)
    return np.asarray(np.maximum(np.minimum(most, room), lp.col_lower[n:]))


def _whole(
    model: _Model, promise: _Promise, x: FloatArray, objective: float, log: CapacityLog
) -> Solution:
    """Return the optimum as a solution of the whole program."""
    lp = model.split.program
    row_dual = np.zeros(lp.n_row)
    for weight, dual in zip(promise.cut_weight, model.row_dual, strict=True):
        if weight != 0.0:
            row_dual += weight * dual
    row_dual[model.split.cap_row] = promise.row_dual
    return Solution(
        status=Status.OPTIMAL,
        objective=objective,
        x=x,
        row_value=lp.matrix @ x,
        row_dual=row_dual,
        col_dual=lp.cost - lp.matrix.T @ row_dual,
        basis=None,
        iterations=log.simplex_iterations,
        seconds=log.seconds,
        message="level method",
        gap=max(log.gap, duality_gap(lp, x, row_dual)),
    )
