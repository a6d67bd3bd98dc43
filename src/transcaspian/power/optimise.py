"""Least-cost operation and expansion of a `Grid`, by the method that fits its shape."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.lp import Basis, Solution, SolveOptions, Status, solve_from, solver_version
from transcaspian.lp import solve as solve_lp
from transcaspian.power.benders import optimise_capacities
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.conflict import describe_conflict
from transcaspian.power.equations import build_grid, objective_constant
from transcaspian.power.grid import (
    Branches,
    Grid,
    GridGenerators,
    GridLinks,
    GridStorageUnits,
    GridStores,
)
from transcaspian.power.quadratic import solve_quadratic
from transcaspian.power.unbounded import describe_unbounded
from transcaspian.power.windows import Start, WindowPlan, even_bounds, solve_by_windows

__all__ = ["METHODS", "GridOptions", "GridResult", "pack", "solve", "solve_program"]

FloatArray = NDArray[np.float64]
Part = TypeVar("Part", GridGenerators, GridStorageUnits, GridStores, GridLinks, Branches)

METHODS = ("auto", "windows", "simplex", "ipm", "hipo", "benders")
LONG_WINDOW = 730  # snapshots, a month of hours
# Below this many snapshots one cold solve takes less time than cutting and joining.
FEWEST_FOR_WINDOWS = 1000
SAMPLE_STEP = 6  # of so many days one gives the first capacities
SAMPLE_GAP = 1e-2  # at which the sample's own search ends
MOST_IN_SAMPLE = 150  # snapshots that simplex solves at once
HOURS_PER_DAY = 24
# Above this many columns an interior-point method beats simplex on capacity expansion.
MOST_FOR_SIMPLEX = 60_000


@dataclass(frozen=True, slots=True)
class GridOptions:
    """How a grid is solved.

    method: one of `METHODS`; workers: threads of the window start; gap: relative gap at which
    "benders" ends (the others end at an optimal vertex). Raises InputError, naming every option
    that cannot be.
    """

    method: str = "auto"
    gap: float = 1e-7
    workers: int = 2
    time_limit_s: float = float("inf")

    def __post_init__(self) -> None:
        """Check every option."""
        found = [
            (self.method in METHODS, "method", self.method, f"is none of {', '.join(METHODS)}."),
            (0.0 < self.gap < 1.0, "gap", self.gap, "is not above 0 and below 1."),
            (self.workers >= 1, "workers", self.workers, "is not 1 or more."),
            (self.time_limit_s > 0.0, "time_limit_s", self.time_limit_s, "is not above 0."),
        ]
        problems = [
            Problem("options", 0, name, f"{value!r} {what}", "Correct it.")
            for is_good, name, value, what in found
            if not is_good
        ]
        if problems:
            raise InputError("The network cannot be solved with these options.", problems)


@dataclass(frozen=True, slots=True)
class GridResult:
    """The optimum of a grid; hourly arrays are [n_snapshot, n].

    `objective` is total system cost, with the capital cost of capacity that is there and may grow
    (`objective_constant`). `price` is per MWh: the dual of the balance over its weight.
    """

    status: Status
    objective: float
    objective_constant: float
    price: FloatArray
    columns: Mapping[str, FloatArray]  # block of columns -> [n_snapshot or 1, n]
    labels: Mapping[str, tuple[str, ...]]
    conflict: str  # why there is no solution, in words; empty where there is one
    optimum: Start | None  # where the solve of a grid of the same shape may begin
    solver: str
    method: str
    iterations: int
    gap: float  # measured, see `lp.duality_gap`; infinite where there is no optimum
    build_s: float
    solve_s: float


def solve(
    grid: Grid, options: GridOptions | None = None, start: GridResult | None = None
) -> GridResult:
    """Return the optimum, or the status that says why there is none.

    start: the result of a variant of the grid (other costs, limits, capacities); the solve begins
    at its optimum where the two have the same blocks. It never changes the optimum.
    """
    options = options or GridOptions()
    began = perf_counter()
    program = build_grid(grid)
    labels = {name: block.labels for name, block in program.lp.columns.items()}
    fits = start is not None and dict(start.labels) == labels
    optimum = start.optimum if start and fits else None
    return solve_program(grid, program, options, optimum, perf_counter() - began)


def solve_program(
    grid: Grid, program: HourlyProgram, options: GridOptions, start: Start | None, build_s: float
) -> GridResult:
    """Return the optimum of a grid whose program is built; `start` is that of a program alike."""
    began = perf_counter()
    method = choose_method(program, options)
    solution = None
    if method == "benders":
        solution = _solve_by_cuts(grid, program, options)
        method = method if solution is not None else "hipo after cuts that did not apply"
    if solution is None:
        solution = _solve_by(program, method, options, start)
    return pack(grid, program, solution, method, build_s, perf_counter() - began)


def pack(
    grid: Grid,
    program: HourlyProgram,
    solution: Solution,
    method: str,
    build_s: float,
    solve_s: float,
) -> GridResult:
    """Return what a solution says of the grid."""
    has_values = solution.status is Status.OPTIMAL
    columns = (
        {name: block.take(solution.x) for name, block in program.lp.columns.items()}
        if has_values
        else {}
    )
    price = np.zeros((0, len(grid.buses)))
    if has_values and solution.row_dual.size:
        dual = program.lp.rows["energy_balance"].take(solution.row_dual)
        weight = np.where(grid.weight_objective > 0.0, grid.weight_objective, 1.0)
        price = dual / weight[:, None]
    return GridResult(
        status=solution.status,
        objective=solution.objective,
        objective_constant=objective_constant(grid),
        price=price,
        columns=columns,
        labels={name: block.labels for name, block in program.lp.columns.items()},
        conflict=_why_none(grid, program, solution),
        optimum=(
            Start(solution.basis, solution.x) if has_values and solution.basis is not None else None
        ),
        solver=solver_version(),
        method=method,
        iterations=solution.iterations,
        gap=solution.gap,
        build_s=build_s,
        solve_s=solve_s,
    )


def _why_none(grid: Grid, program: HourlyProgram, solution: Solution) -> str:
    """Return in words why there is no optimum; empty where there is one."""
    if solution.status is Status.INFEASIBLE:
        return describe_conflict(grid.buses, program, grid.weight_generators)
    if solution.status is Status.UNBOUNDED:
        return describe_unbounded(program)
    if solution.status is Status.LIMIT:
        return f"The search stopped short of a proven optimum: {solution.message}."
    return ""


def choose_method(program: HourlyProgram, options: GridOptions) -> str:
    """Return the method by the shape of the program.

    Quadratic cost: interior point of our own, tangents where it fails. Operation alone over many snapshots:
    window start. Expansion of some size: interior point with crossover. Else simplex.
    """
    if program.lp.quadratic is not None:
        return "interior point, quadratic"
    if options.method != "auto":
        return options.method
    expands = program.lp.n_col > program.n_hourly_col
    if not expands and program.n_hour >= FEWEST_FOR_WINDOWS:
        return "windows"
    if expands and program.lp.n_col > MOST_FOR_SIMPLEX:
        return "hipo"
    return "simplex"


def _solve_by(
    program: HourlyProgram, method: str, options: GridOptions, start: Start | None
) -> Solution:
    if method == "windows":
        plan = WindowPlan(even_bounds(program.n_hour, LONG_WINDOW), workers=options.workers)
        return solve_by_windows(program, plan, start)[0]
    if program.lp.quadratic is not None:
        return solve_quadratic(program.lp, options.time_limit_s)
    if start is not None and method == "simplex":
        return solve_from(program.lp, start.basis, SolveOptions(time_limit_s=options.time_limit_s))
    plain = method.partition(" ")[0]
    return solve_lp(program.lp, SolveOptions(method=plain, time_limit_s=options.time_limit_s))


def _solve_by_cuts(grid: Grid, program: HourlyProgram, options: GridOptions) -> Solution | None:
    """Return the optimum of an expansion by cuts; None where the method does not apply."""
    if program.lp.n_col == program.n_hourly_col:
        return None
    first = _first_capacities(grid, options)
    if first is None:
        return None

    def start(dispatch: HourlyProgram) -> Basis | None:
        plan = WindowPlan(even_bounds(dispatch.n_hour, LONG_WINDOW), workers=options.workers)
        return solve_by_windows(dispatch, plan)[0].basis

    found = optimise_capacities(
        program,
        first,
        options.gap,
        start if program.n_hour >= FEWEST_FOR_WINDOWS else None,
        options.time_limit_s,
    )
    return None if found is None else found[0]


def _first_capacities(grid: Grid, options: GridOptions) -> FloatArray | None:
    """Return capacities that fit every sixth day alone, found by cuts where those are many."""
    days = sample_days(grid, SAMPLE_STEP)
    few = build_grid(days)
    loose = replace(options, gap=max(options.gap, SAMPLE_GAP))
    found = _solve_by_cuts(days, few, loose) if few.n_hour > MOST_IN_SAMPLE else None
    if found is None:
        found = solve_lp(few.lp, SolveOptions(method="simplex"))
    return found.x[few.n_hourly_col :] if found.status is Status.OPTIMAL else None


def sample_days(grid: Grid, step: int) -> Grid:
    """Return every `step`-th block of 24 snapshots of a grid, weighted up to all of them.

    Limits over many snapshots are left out: this is where a search begins, not where it ends.
    """
    n = grid.n_snapshot
    kept = np.flatnonzero(np.arange(n) // HOURS_PER_DAY % step == 0)
    factor = grid.weight_objective.sum() / max(grid.weight_objective[kept].sum(), 1e-300)

    units = grid.generators
    free = np.full(len(units.names), np.inf)
    return replace(
        grid,
        n_snapshot=kept.size,
        weight_objective=grid.weight_objective[kept] * factor,
        weight_stores=grid.weight_stores[kept],
        weight_generators=grid.weight_generators[kept] * factor,
        demand=grid.demand[kept],
        generators=replace(_taken(units, kept, n), energy_min=-free, energy_max=free),
        storage_units=_taken(grid.storage_units, kept, n),
        stores=_taken(grid.stores, kept, n),
        links=_taken(grid.links, kept, n),
        branches=_taken(grid.branches, kept, n),
        limits=(),
    )


def _taken(part: Part, kept: NDArray[np.int64], n_snapshot: int) -> Part:
    """Return a part of a grid with some of its snapshots."""
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    by_snapshot = {
        name: value[kept]
        for name, value in values.items()
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[0] == n_snapshot > 1
    }
    return type(part)(**values | by_snapshot)
