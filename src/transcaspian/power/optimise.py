"""Least-cost operation and expansion of a `Grid`, by the method that fits its shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from transcaspian.lp import Solution, SolveOptions, Status, solve_from, solver_version
from transcaspian.lp import solve as solve_lp
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.conflict import describe_conflict
from transcaspian.power.equations import build_grid, objective_constant
from transcaspian.power.grid import Grid
from transcaspian.power.quadratic import solve_quadratic
from transcaspian.power.windows import Start, WindowPlan, even_bounds, solve_by_windows

__all__ = ["GridOptions", "GridResult", "pack", "solve"]

FloatArray = NDArray[np.float64]

LONG_WINDOW = 730  # snapshots, a month of hours
# Below this many snapshots one cold solve takes less time than cutting and joining.
FEWEST_FOR_WINDOWS = 1000
# Above this many columns an interior-point method beats simplex on capacity expansion.
MOST_FOR_SIMPLEX = 60_000


@dataclass(frozen=True, slots=True)
class GridOptions:
    """How a grid is solved.

    method: "auto", "windows", "simplex", "ipm" or "hipo"; workers: threads of the window start.
    """

    method: str = "auto"
    workers: int = 2
    time_limit_s: float = float("inf")


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
    build_s = perf_counter() - began
    method = choose_method(program, options)
    labels = {name: block.labels for name, block in program.lp.columns.items()}
    fits = start is not None and dict(start.labels) == labels
    solution = _solve_by(program, method, options, start.optimum if start and fits else None)
    return pack(grid, program, solution, method, build_s, perf_counter() - began - build_s)


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
        conflict=(
            describe_conflict(grid.buses, program) if solution.status is Status.INFEASIBLE else ""
        ),
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


def choose_method(program: HourlyProgram, options: GridOptions) -> str:
    """Return the method by the shape of the program.

    Quadratic cost: interior point for quadratic programs. Operation alone over many snapshots: window start. Expansion of some
    size: interior point with crossover. Else simplex.
    """
    if program.lp.quadratic is not None:
        return "interior point, quadratic"
    if options.method != "auto":
        return options.method
    expands = program.lp.n_col > program.n_hourly_col
    if not expands and program.n_hour >= FEWEST_FOR_WINDOWS:
        return "windows"
    if expands and program.lp.n_col > MOST_FOR_SIMPLEX:
        return "ipm"
    return "simplex"


def _solve_by(
    program: HourlyProgram, method: str, options: GridOptions, start: Start | None
) -> Solution:
    if method == "windows":
        plan = WindowPlan(even_bounds(program.n_hour, LONG_WINDOW), workers=options.workers)
        return solve_by_windows(program, plan, start)[0]
    if program.lp.quadratic is not None:
        solution = solve_lp(
            program.lp, SolveOptions(method="hipo", time_limit_s=options.time_limit_s)
        )
        if solution.status is Status.OPTIMAL:
            return solution
        # Tangents are slower, but linear programs tell infeasible from unbounded for certain.
        return solve_quadratic(program.lp, options.time_limit_s)
    if start is not None and method == "simplex":
        return solve_from(program.lp, start.basis, SolveOptions(time_limit_s=options.time_limit_s))
    return solve_lp(program.lp, SolveOptions(method=method, time_limit_s=options.time_limit_s))
