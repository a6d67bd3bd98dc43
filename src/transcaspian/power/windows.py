"""Window start: the exact optimum of a year from the bases of its days and months.

A dispatch year is weakly coupled in time: only storage levels and limits over many hours join one
hour to another. So the year is cut at fixed hours, short windows are solved one after another,
each from the basis of the one before; their bases joined start the long windows, and those of the
long windows joined start the whole year, which simplex finishes and certifies.

Inside a window, time runs in a circle (the level after its last hour meets the first) and a limit
over many hours counts with the share of its hours that lie inside. Where the optimum of a program
of the same shape is known (a year without a project), the windows start from it, and what lies
outside a window is held at it. These are guesses that only touch the starting basis, never the
answer. Where the cuts lie depends on the data alone, never on
the number of workers, so the same bits come out for any number of them.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Lock
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import (
    AT_LOWER,
    AT_UPPER,
    BASIC,
    Basis,
    LinearProgram,
    Solution,
    SolveOptions,
    Status,
    release_memory,
    solve,
)
from transcaspian.power.blocks import HourlyProgram

__all__ = ["Start", "WindowLog", "WindowPlan", "even_bounds", "solve_by_windows"]

FloatArray = NDArray[np.float64]

HOURS_PER_YEAR = 8760
SIMPLEX = SolveOptions(method="simplex", presolve=False)
FINISH = replace(SIMPLEX, extra={"dual_simplex_cost_perturbation_multiplier": 0.0})
DUAL_TOLERANCE = 1e-7  # HiGHS's own
# A whole year takes HiGHS more than a gigabyte, a window a tenth of it: runs that are solved side
# by side take turns with the former.
WHOLE_PROGRAM = Lock()
# A finish from a joined basis needs far fewer iterations than there are rows; one that needs more
# has lost its way, and a cold solve is faster.
FINISH_ITERATIONS_PER_ROW = 2.0


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """Where the year is cut: hours at which long windows begin, and the length of short ones."""

    long_bounds: tuple[int, ...]  # 0, ..., n_hour
    short_h: int = 24
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Start:
    """Where a solve begins: a basis and the values that go with it."""

    basis: Basis
    x: FloatArray  # [n_col]


@dataclass(frozen=True, slots=True)
class WindowLog:
    """How the optimum was reached."""

    method: str
    window_iterations: int
    finish_iterations: int
    window_s: float
    finish_s: float


def even_bounds(n_hour: int, length: int) -> tuple[int, ...]:
    """Return cuts that give windows of nearly equal length, none longer than `length`."""
    n_window = -(-n_hour // length)
    return tuple(round(window * n_hour / n_window) for window in range(n_window + 1))


def solve_by_windows(
    program: HourlyProgram, plan: WindowPlan, start: Start | None = None
) -> tuple[Solution, WindowLog]:
    """Return the optimum of the whole program.

    start: the optimum of a program of the same shape with other numbers.
    """
    began = perf_counter()
    cutter = _Cutter.of(program)
    spans = list(pairwise(plan.long_bounds))
    iterations = 0
    method = "window start from another optimum"
    with ThreadPoolExecutor(max_workers=plan.workers) as pool:
        if start is None:
            start, iterations = _first_pass(cutter, spans, plan.short_h, pool)
            method = "window start"
        joined, row_dual, spent = _next_pass(cutter, spans, start, pool)
    release_memory()
    window_s = perf_counter() - began
    limit = int(FINISH_ITERATIONS_PER_ROW * program.lp.n_row)
    basis = flip_wrong_signed(program.lp, joined.basis, row_dual)
    with WHOLE_PROGRAM:
        solution = solve(program.lp, replace(FINISH, iteration_limit=limit), basis)
    if solution.status is Status.LIMIT:
        solution = solve(program.lp, SIMPLEX)
        method = "cold dual simplex after a window start that lost its way"
    release_memory()
    finish_s = perf_counter() - began - window_s
    log = WindowLog(method, iterations + spent, solution.iterations, window_s, finish_s)
    return solution, log


def _first_pass(
    cutter: "_Cutter", spans: Sequence[tuple[int, int]], short_h: int, pool: ThreadPoolExecutor
) -> tuple[Start, int]:
    """Solve long windows as circles, each from the joined basis of its short windows."""

    def solve_span(span: tuple[int, int]) -> tuple[_Window, Solution, int]:
        window = cutter.cut(*span)
        basis, iterations = _start_from_short_windows(cutter, window, short_h)
        solution = solve(window.lp, SIMPLEX, basis)
        return window, solution, iterations + solution.iterations

    parts = list(pool.map(solve_span, spans))
    start = cutter.join([(window, solution) for window, solution, _ in parts], cutter.slack())
    return start, sum(part[2] for part in parts)


def _next_pass(
    cutter: "_Cutter", spans: Sequence[tuple[int, int]], start: Start, pool: ThreadPoolExecutor
) -> tuple[Start, FloatArray, int]:
    """Solve windows again while all outside them stays as it is; return also the row duals."""
    program = cutter.program
    activity = program.lp.matrix @ start.x

    def solve_span(span: tuple[int, int]) -> tuple[_Window, Solution]:
        window = cutter.cut_fixed(*span, start.x, activity)
        return window, solve(window.lp, SIMPLEX, cutter.slice_basis(start.basis, window))

    parts = list(pool.map(solve_span, spans))
    row_dual = np.zeros(program.lp.n_row)
    for window, solution in parts:
        if solution.row_dual.size:
            rows = slice(window.first * program.n_hour_row, window.end * program.n_hour_row)
            n_row = rows.stop - rows.start
            row_dual[rows] = solution.row_dual[:n_row]
            row_dual[program.n_hourly_row + window.single_rows] = solution.row_dual[n_row:]
    return cutter.join(parts, start), row_dual, sum(solution.iterations for _, solution in parts)


def flip_wrong_signed(lp: LinearProgram, basis: Basis, row_dual: FloatArray) -> Basis:
    """Return the basis with columns moved to their other bound where that makes it dual feasible.

    The windows hold the levels at their ends, so the few reduced costs there can have the wrong
    sign. HiGHS would answer by perturbing every cost and removing the perturbation by primal
    simplex, which on a whole year takes most of the time. From the other bound the basis is dual
    feasible and only primal infeasible: what dual simplex is made for.
    """
    reduced_cost = lp.cost - lp.matrix.T @ row_dual
    status = basis.col_status.copy()
    is_boxed = (lp.col_lower < lp.col_upper) & np.isfinite(lp.col_lower) & np.isfinite(lp.col_upper)
    to_upper = is_boxed & (status == AT_LOWER) & (reduced_cost < -DUAL_TOLERANCE)
    to_lower = is_boxed & (status == AT_UPPER) & (reduced_cost > DUAL_TOLERANCE)
    status[to_upper] = AT_UPPER
    status[to_lower] = AT_LOWER
    return Basis(status, basis.row_status)


def _start_from_short_windows(
    cutter: "_Cutter", window: "_Window", short_h: int
) -> tuple[Basis | None, int]:
    """Return the joined basis of short windows within a long one, and their iterations."""
    bounds: Sequence[int] = [*range(window.first, window.end, short_h), window.end]
    if len(bounds) == 2:
        return None, 0
    parts: list[tuple[_Window, Solution]] = []
    iterations = 0
    basis: Basis | None = None
    for first, end in pairwise(bounds):
        part = cutter.cut(first, end)
        fits = (
            basis is not None
            and basis.col_status.size == part.lp.n_col
            and basis.row_status.size == part.lp.n_row
        )
        solution = solve(part.lp, SIMPLEX, basis if fits else None)
        basis = solution.basis
        iterations += solution.iterations
        parts.append((part, solution))
    joined = cutter.join(parts, cutter.slack())
    return cutter.slice_basis(joined.basis, window), iterations


@dataclass(frozen=True, slots=True)
class _Window:
    """A window as a program of its own, and which single rows reach into it."""

    first: int
    end: int
    lp: LinearProgram
    single_rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts windows from a program and joins their bases."""

    program: HourlyProgram
    single_row_count: NDArray[np.int64]  # non-zeros of each single row

    @staticmethod
    def of(program: HourlyProgram) -> "_Cutter":
        single = program.lp.matrix.indices[program.lp.matrix.indices >= program.n_hourly_row]
        n_single = program.lp.n_row - program.n_hourly_row
        counts = np.bincount(single - program.n_hourly_row, minlength=n_single)
        return _Cutter(program, counts.astype(np.int64))

    def cut(self, first: int, end: int) -> _Window:
        """Return the hours from `first` to before `end`, time closed to a circle."""
        program, lp = self.program, self.program.lp
        columns = slice(first * program.n_hour_col, end * program.n_hour_col)
        rows = slice(first * program.n_hour_row, end * program.n_hour_row)
        n_row, n_col = rows.stop - rows.start, columns.stop - columns.start
        pointer = lp.matrix.indptr[columns.start : columns.stop + 1]
        entries = slice(pointer[0], pointer[-1])
        row = lp.matrix.indices[entries].astype(np.int64)
        is_single = row >= program.n_hourly_row
        single = row[is_single] - program.n_hourly_row
        single_rows, single_position, counts = np.unique(
            single, return_inverse=True, return_counts=True
        )
        inside = (row - rows.start) % n_row
        inside[is_single] = n_row + single_position
        matrix = sparse.csc_array(
            (lp.matrix.data[entries].copy(), inside.astype(np.int32), pointer - pointer[0]),
            shape=(n_row + single_rows.size, n_col),
        )
        matrix.sum_duplicates()
        share = counts / self.single_row_count[single_rows]
        single_lower = lp.row_lower[program.n_hourly_row :][single_rows] * share
        single_upper = lp.row_upper[program.n_hourly_row :][single_rows] * share
        window = LinearProgram(
            cost=lp.cost[columns],
            col_lower=lp.col_lower[columns],
            col_upper=lp.col_upper[columns],
            matrix=matrix,
            row_lower=np.concatenate([lp.row_lower[rows], single_lower]),
            row_upper=np.concatenate([lp.row_upper[rows], single_upper]),
        )
        return _Window(first, end, window, single_rows)

    def cut_fixed(self, first: int, end: int, x: FloatArray, activity: FloatArray) -> _Window:
        """Return the hours from `first` to before `end` with all outside them held at `x`.

        Columns that reach into rows of other hours (the level at the end) are held too.
        """
        program, lp = self.program, self.program.lp
        window = self.cut(first, end)
        columns = slice(first * program.n_hour_col, end * program.n_hour_col)
        rows = slice(first * program.n_hour_row, end * program.n_hour_row)
        n_row, n_col = rows.stop - rows.start, columns.stop - columns.start
        pointer = lp.matrix.indptr[columns.start : columns.stop + 1]
        entries = slice(pointer[0], pointer[-1])
        row = lp.matrix.indices[entries]
        is_single = row >= program.n_hourly_row
        is_outside = ~is_single & ((row < rows.start) | (row >= rows.stop))
        position = row - rows.start
        position[is_single] = n_row + np.searchsorted(
            window.single_rows, row[is_single] - program.n_hourly_row
        )
        column = np.repeat(np.arange(n_col), np.diff(pointer))
        reaching = np.unique(column[is_outside])
        value = np.where(is_outside, 0.0, lp.matrix.data[entries])
        position[is_outside] = 0
        matrix = sparse.csc_array(
            (value, position, pointer - pointer[0]),
            shape=(n_row + window.single_rows.size, n_col),
        )
        matrix.eliminate_zeros()
        inner = x[columns]
        every = np.concatenate(
            [np.arange(rows.start, rows.stop), program.n_hourly_row + window.single_rows]
        )
        outer = activity[every] - matrix @ inner
        col_lower, col_upper = lp.col_lower[columns].copy(), lp.col_upper[columns].copy()
        held = np.clip(inner[reaching], col_lower[reaching], col_upper[reaching])
        col_lower[reaching] = col_upper[reaching] = held
        fixed = replace(
            window.lp,
            col_lower=col_lower,
            col_upper=col_upper,
            matrix=matrix,
            row_lower=lp.row_lower[every] - outer,
            row_upper=lp.row_upper[every] - outer,
        )
        return replace(window, lp=fixed)

    def slack(self) -> Start:
        """Return the basis of all rows, with nothing moving."""
        lp = self.program.lp
        basis = Basis(np.zeros(lp.n_col, dtype=np.int8), np.full(lp.n_row, BASIC, dtype=np.int8))
        return Start(basis, np.zeros(lp.n_col))

    def join(self, parts: Sequence[tuple[_Window, Solution]], start: Start) -> Start:
        """Return `start` with what the windows found in the place of what it held there.

        A single row is nonbasic where it binds in any window. Such a row leaves surplus basics,
        which HiGHS takes out when it factors the basis.
        """
        program = self.program
        x = start.x.copy()
        col_status, row_status = start.basis.col_status.copy(), start.basis.row_status.copy()
        row_status[program.n_hourly_row :] = BASIC
        for window, solution in parts:
            basis = solution.basis
            if basis is None:
                continue
            columns = slice(window.first * program.n_hour_col, window.end * program.n_hour_col)
            rows = slice(window.first * program.n_hour_row, window.end * program.n_hour_row)
            n_row = rows.stop - rows.start
            x[columns] = solution.x
            col_status[columns] = basis.col_status
            row_status[rows] = basis.row_status[:n_row]
            single = basis.row_status[n_row:]
            binding = single != BASIC
            row_status[program.n_hourly_row + window.single_rows[binding]] = single[binding]
        return Start(Basis(col_status, row_status), x)

    def slice_basis(self, basis: Basis, window: _Window) -> Basis:
        """Return the part of a basis of the whole program that lies in a window."""
        program = self.program
        columns = slice(window.first * program.n_hour_col, window.end * program.n_hour_col)
        rows = slice(window.first * program.n_hour_row, window.end * program.n_hour_row)
        return Basis(
            basis.col_status[columns],
            np.concatenate(
                [
                    basis.row_status[rows],
                    basis.row_status[program.n_hourly_row :][window.single_rows],
                ]
            ),
        )
