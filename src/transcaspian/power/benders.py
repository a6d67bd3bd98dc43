"""Expansion by cuts in a trust region: capacities in a small program, dispatch in a warm one.

With capacities P given, what is left is a dispatch program in which P only moves bounds, so that
dual simplex goes on from the last optimum. Its cost V(P) is convex, and its duals give planes below
it, cuts: one for each window of a day (`cut_windows.py`). The cuts together are a model of V; its
least point over all capacities is a lower bound, the best P tried an upper one. The next P is where
the model is least within a region around the best so far, which widens and narrows as its promises
are kept; where next to nothing is promised there, it widens until something is. (Cuts: Benders
1962, doi 10.1007/BF01386316. Trust region: Linderoth and Wright 2003, Decomposition algorithms for
stochastic programming on a computational grid, doi 10.1023/A:1021858008222.)
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import (
    BASIC,
    Basis,
    LinearProgram,
    Solution,
    SolveOptions,
    Status,
    WarmProgram,
    measured_gap,
    solve,
)
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.capacity_split import CapacitySplit
from transcaspian.power.cut_windows import CutWindows
from transcaspian.power.quadratic import solve_quadratic

__all__ = ["CapacityLog", "optimise_capacities"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_ITERATIONS = 400
CUT_WINDOW = 24  # snapshots; half of it takes fewer dispatches, but the small program more time
FIRST_RADIUS = 0.05  # of the trust region, per unit of a capacity's scale
WIDER, NARROWER = 2.0, 0.5  # factors of the radius after a good and a bad step
SMALLEST_PROMISE = 1e-300  # keeps a share of nothing finite
UNIT = 1e-3  # of the best cost: what the small programs count in
SMALL_TOLERANCE = 1e-9  # of the small programs
GOOD_STEP = 0.4  # share of the promised saving that widens the region
SMALL_PROMISE = 0.2  # share of the gap to end at: a step that promises less is not worth a dispatch
LARGEST_RADIUS = 1e12  # beyond it the small program is at fault
GAP_SLACK = 1.01
SMALLEST_SCALE = 0.05  # of the largest capacity


@dataclass(frozen=True, slots=True)
class CapacityLog:
    """How the optimum was reached."""

    iterations: int
    simplex_iterations: int
    gap: float
    seconds: float


@dataclass(frozen=True, slots=True)
class _Batch:
    """The cuts of one dispatch: cost of each window >= value + slope (z - point)."""

    point: FloatArray  # [n_linking]
    value: FloatArray  # [n_window]
    slope: sparse.csr_array  # [n_window, n_linking]
    row_dual: FloatArray  # [n_row]


@dataclass(frozen=True, slots=True)
class _Promise:
    """The least cost that the cuts allow, where, and how much each cut and row counts there."""

    cost: float
    capacity: FloatArray
    cut_weight: FloatArray  # [n_batch, n_window], each column sums to one
    own_dual: FloatArray  # of the rows of linking columns
    basis: Basis | None


@dataclass(slots=True)
class _Model:
    """Cuts below the cost of every window, and what linking columns must keep among themselves.

    All is measured from the best point so far, per unit of a thousandth of its cost, so that the
    tolerances of the small programs are far below the gap.
    """

    windows: CutWindows
    n_capacity: int  # the last linking columns of the program
    scale: FloatArray  # [n_linking]
    batches: list[_Batch] = field(default_factory=list)

    def add(self, x: FloatArray, row_dual: FloatArray) -> None:
        """Add the cuts that a dispatch gives: a point of the whole program and its row duals."""
        windows = self.windows
        cuts = _Batch(windows.point(x), windows.cost(x), windows.slope(row_dual), row_dual)
        self.batches.append(cuts)

    def capacities(self) -> slice:
        """Return where capacities stand in the linking vector."""
        end = self.windows.linking.size
        return slice(end - self.n_capacity, end)

    def least(
        self,
        best_x: FloatArray,
        upper_cost: float,
        lower: FloatArray,
        upper: FloatArray,
        basis: Basis | None,
    ) -> _Promise | None:
        """Return what the cuts promise between bounds of capacity; None where they bound nothing.

        basis: of the same small program with fewer batches of cuts.
        """
        centre = self.windows.point(best_x)
        unit = UNIT * max(1.0, abs(upper_cost))
        program = self._program(best_x, centre, unit, lower, upper)
        if basis is not None:
            new = program.n_row - basis.row_status.size
            basis = replace(
                basis, row_status=np.concatenate([basis.row_status, np.full(new, BASIC, np.int8)])
            )
        options = SolveOptions(
            method="simplex", presolve=basis is None, feasibility_tolerance=SMALL_TOLERANCE
        )
        solution = solve(program, options, basis)
        if solution.status is not Status.OPTIMAL:
            return None
        n_own = program.n_row - len(self.batches) * self.windows.n_window
        place = self.capacities()
        moved = solution.x[place] * self.scale[place]
        return _Promise(
            cost=upper_cost + unit * solution.objective,
            capacity=np.clip(centre[place] + moved, lower, upper),
            cut_weight=solution.row_dual[n_own:].reshape(-1, self.windows.n_window),
            own_dual=solution.row_dual[:n_own] * unit,
            basis=solution.basis,
        )

    def _program(
        self,
        best_x: FloatArray,
        centre: FloatArray,
        unit: float,
        lower: FloatArray,
        upper: FloatArray,
    ) -> LinearProgram:
        """Return the small program: own rows first, then the cuts in the order they came."""
        windows, lp = self.windows, self.windows.program
        at_best = windows.cost(best_x)
        free = np.full(windows.n_linking - windows.linking.size, np.inf)
        least = np.concatenate([lp.col_lower[windows.linking], -free])
        most = np.concatenate([lp.col_upper[windows.linking], free])
        place = self.capacities()
        least[place], most[place] = lower, upper
        own, own_lower, own_upper = windows.own_rows()
        held = own @ centre
        scaled = sparse.diags_array(self.scale)
        slope = sparse.vstack([batch.slope for batch in self.batches]) @ scaled / -unit
        n_window = windows.n_window
        theta = sparse.vstack([sparse.eye_array(n_window)] * len(self.batches))
        none = sparse.coo_array((own.shape[0], n_window))
        bound = [
            (batch.value + batch.slope @ (centre - batch.point) - at_best) / unit
            for batch in self.batches
        ]
        cost = np.concatenate([lp.cost[windows.linking], np.zeros(free.size)])
        return LinearProgram(
            cost=np.concatenate([cost * self.scale / unit, np.ones(n_window)]),
            col_lower=np.concatenate([(least - centre) / self.scale, np.full(n_window, -np.inf)]),
            col_upper=np.concatenate([(most - centre) / self.scale, np.full(n_window, np.inf)]),
            matrix=sparse.vstack(
                [sparse.hstack([own @ scaled, none]), sparse.hstack([slope, theta])], format="csc"
            ),
            row_lower=np.concatenate([own_lower - held, *bound]),
            row_upper=np.concatenate(
                [own_upper - held, np.full(n_window * len(self.batches), np.inf)]
            ),
        )

    def row_dual(self, promise: _Promise) -> FloatArray:
        """Return duals of the whole program: those of the cuts, each by its weight in its window."""
        windows = self.windows
        total = np.zeros(windows.program.n_row)
        of_window = np.flatnonzero(windows.window_of_row >= 0)
        window = windows.window_of_row[of_window]
        for weight, batch in zip(promise.cut_weight, self.batches, strict=True):
            total[of_window] += weight[window] * batch.row_dual[of_window]
        total[np.concatenate([windows.own_row, windows.shared_row])] = promise.own_dual
        return total


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
    with them, where that still repeats hour by hour. Row duals are those of the dispatches, window
    by window, each by the weight of its cut at the optimum: they price capacity at its cost, which
    the duals of one dispatch do not.
    """
    began = perf_counter()
    lp, n = program.lp, program.n_hourly_col
    split = CapacitySplit.of(program)
    least, most = lp.col_lower[n:], lp.col_upper[n:]
    scale = np.maximum(first, SMALLEST_SCALE * max(float(first.max()), 1.0))
    point = _nearest_allowed(split, np.clip(first, least, most), scale)
    if point is None:
        return None
    dispatch = split.dispatch(point)
    hourly = split.hourly(dispatch, program)
    warm = WarmProgram(dispatch, start(hourly) if start is not None and hourly else None)
    n_window = max(1, round(program.n_hour / CUT_WINDOW))
    bounds = tuple(round(k * program.n_hour / n_window) for k in range(n_window + 1))
    windows = CutWindows.of(program, bounds)
    model = _Model(windows, n_capacity=lp.n_col - n, scale=np.zeros(0))
    best, best_x = point, np.zeros(0)
    upper, lower, promised = np.inf, -np.inf, np.inf
    simplex, radius = 0, FIRST_RADIUS
    everywhere = nearby = None  # bases of the small program without and with the trust region
    for iteration in range(1, MOST_ITERATIONS + 1):
        solution = warm.solve(
            col_bounds=split.col_bounds(point), row_bounds=split.row_bounds(point)
        )
        simplex += solution.iterations
        if solution.status is not Status.OPTIMAL or perf_counter() - began > time_limit_s:
            return None
        x = np.concatenate([solution.x, point])
        if not model.scale.size:
            model.scale = _scales(windows, x, scale)
        model.add(x, split.row_dual(point, solution))
        total = float(lp.cost @ x) + lp.offset
        if total < upper:
            if upper - total > GOOD_STEP * max(promised, SMALLEST_PROMISE):
                radius *= WIDER
            upper, best, best_x = total, point, x
        elif np.isfinite(promised):
            radius *= NARROWER
        far = model.least(best_x, upper, least, _worth(split, upper, most), everywhere)
        size = max(abs(upper), 1.0)
        if far is not None:
            everywhere = far.basis
            lower = max(lower, far.cost)
            if upper - lower <= gap * size:
                log = CapacityLog(
                    iteration, simplex, (upper - lower) / size, perf_counter() - began
                )
                whole = _whole(lp, model.row_dual(far), best_x, upper, log, gap)
                return (whole, log) if whole.status is Status.OPTIMAL else None
        near = None
        while near is None or promised <= SMALL_PROMISE * gap * size:
            # Where the model is true nearby, it is farther out that it promises too much.
            radius *= WIDER if near is not None else 1.0
            reach = radius * scale
            box = np.maximum(least, best - reach), np.minimum(most, best + reach)
            near = model.least(best_x, upper, *box, nearby)
            if near is None or radius > LARGEST_RADIUS:
                return None
            nearby, point, promised = near.basis, near.capacity, upper - near.cost
    return None


def _scales(windows: CutWindows, x: FloatArray, of_capacity: FloatArray) -> FloatArray:
    """Return the size of every linking column: capacity by its first value, others by theirs."""
    scale = np.maximum(np.abs(windows.point(x)), 1.0)
    end = windows.linking.size
    level = slice(0, end - of_capacity.size)
    most = windows.program.col_upper[windows.linking[level]]
    scale[level] = np.maximum(np.where(np.isfinite(most), most, of_capacity.max(initial=1.0)), 1.0)
    scale[end - of_capacity.size : end] = of_capacity
    return scale


def _nearest_allowed(
    split: CapacitySplit, first: FloatArray, scale: FloatArray
) -> FloatArray | None:
    """Return the capacities nearest to the first that limits on capacity alone allow."""
    lp, n = split.program, split.n_hourly_col
    if not split.cap_row.size:
        return first
    own = lp.matrix[:, n:].tocsr()[split.cap_row].toarray()
    held = own @ first
    program = LinearProgram(
        cost=np.zeros(first.size),
        col_lower=(lp.col_lower[n:] - first) / scale,
        col_upper=(lp.col_upper[n:] - first) / scale,
        matrix=sparse.csc_array(own * scale),
        row_lower=lp.row_lower[split.cap_row] - held,
        row_upper=lp.row_upper[split.cap_row] - held,
        quadratic=np.ones(first.size),
    )
    solution = solve_quadratic(program)
    if solution.status is not Status.OPTIMAL:
        return None
    return np.clip(first + solution.x * scale, lp.col_lower[n:], lp.col_upper[n:])


def _worth(split: CapacitySplit, upper_cost: float, most: FloatArray) -> FloatArray:
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
    lp: LinearProgram,
    row_dual: FloatArray,
    x: FloatArray,
    objective: float,
    log: CapacityLog,
    asked_gap: float,
) -> Solution:
    """Return the optimum as a solution of the whole program, its gap measured there again."""
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
        message="cuts by window in a trust region",
        gap=max(log.gap, measured_gap(lp, x, row_dual)),
        # The gap measured with the joined duals may stand a little above that of the cuts.
        asked_gap=GAP_SLACK * asked_gap,
    )
