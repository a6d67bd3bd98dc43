"""Least-cost dispatch of a year: from the tables of a case to hourly results."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InfeasibleError, UnboundedError
from transcaspian.lp import Solution, Status, raise_unless_optimal, solver_version
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.calendar import HOURS_PER_YEAR
from transcaspian.power.conflict import describe_conflict
from transcaspian.power.equations import build_grid
from transcaspian.power.unbounded import describe_unbounded
from transcaspian.power.windows import Start, WindowPlan, solve_by_windows
from transcaspian.power.year import (
    MARKET_BUY,
    MARKET_SELL,
    PLANT,
    REVERSE,
    TWO_WAY,
    UNSERVED,
    Calendar,
    PowerYear,
    YearTables,
    read_year,
)

__all__ = ["PowerOptions", "PowerResult", "SolverLog", "solve_year"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PowerOptions:
    """How a year is solved; none of these changes the optimum.

    n_hour: the first hours of the year that are modelled, or `calendar`: its chosen days; workers: threads of the window start;
    short_window_h: length of its first windows.
    """

    n_hour: int = HOURS_PER_YEAR
    workers: int = 2
    short_window_h: int = 24
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class SolverLog:
    """How the optimum was reached: for the manifest of a run.

    `gap` is measured from primal and dual values: see `lp.duality_gap`.
    """

    solver: str
    method: str
    status: str
    n_col: int
    n_row: int
    iterations: int
    window_iterations: int
    build_s: float
    solve_s: float
    gap: float


@dataclass(frozen=True, slots=True)
class PowerResult:
    """The optimal dispatch of a year.

    Every hourly array has hours first: [n_hour, n]. `price` is the dual of the energy balance:
    one more MW of demand in that hour and zone raises the cost by it.
    """

    inputs: PowerYear
    price: FloatArray  # [n_hour, n_bus], USD/MWh
    generation: FloatArray  # [n_hour, n_plant], MW
    unserved: FloatArray  # [n_hour, n_bus], MW
    storage_dispatch: FloatArray  # [n_hour, n_storage], MW
    storage_store: FloatArray  # [n_hour, n_storage], MW
    storage_level: FloatArray  # [n_hour, n_storage], MWh at the end of the hour
    link_forward: FloatArray  # [n_hour, n_link], MW sent from bus0
    link_reverse: FloatArray  # [n_hour, n_link], MW sent from bus1
    market_sell: FloatArray  # [n_hour, n_step], MW into the corridor, by price step of a market
    market_buy: FloatArray  # [n_hour, n_step], MW out of the corridor
    objective_usd: float
    log: SolverLog
    optimum: Start | None  # where a solve of the same shape may begin

    @property
    def year(self) -> int:
        """Calendar year."""
        return self.inputs.year

    @property
    def buses(self) -> tuple[str, ...]:
        """Names of the buses."""
        return self.inputs.grid.buses

    @property
    def demand(self) -> FloatArray:
        """Demand [n_hour, n_bus], MW."""
        return self.inputs.grid.demand

    @property
    def available(self) -> FloatArray:
        """Most that each plant could give [n_hour, n_plant], MW."""
        units, n = self.inputs.grid.generators, len(self.inputs.plants)
        return units.p_max_pu[:, :n] * units.capacity.nominal[:n]


def solve_year(
    view: YearTables, options: PowerOptions | None = None, start: PowerResult | None = None
) -> PowerResult:
    """Return the least-cost dispatch of one year.

    start: the result of another run of the same year (without a project, say); its optimum is where
    the solve begins, if the two have the same columns and rows. It never changes the optimum.

    Raises InfeasibleError, naming zone, hour and MWh, where must-run output or a shortage cannot
    be met by any dispatch.
    """
    options = options or PowerOptions()
    began = perf_counter()
    calendar = options.calendar or Calendar.first_hours(options.n_hour)
    inputs = read_year(view, calendar)
    program = build_grid(inputs.grid)
    build_s = perf_counter() - began
    solution, method, window_iterations = _solve(
        program, calendar, options, _matching_start(inputs, start)
    )
    if solution.status is Status.INFEASIBLE:
        raise InfeasibleError(
            f"The dispatch of {inputs.year} has no solution. "
            + describe_conflict(inputs.grid.buses, program)
        )
    if solution.status is Status.UNBOUNDED:
        raise UnboundedError(
            f"The dispatch of {inputs.year} can lower its cost without end. "
            + describe_unbounded(program)
        )
    raise_unless_optimal(solution, f"The dispatch of {inputs.year}")
    log = SolverLog(
        solver=solver_version(),
        method=method,
        status=solution.status.value,
        n_col=program.lp.n_col,
        n_row=program.lp.n_row,
        iterations=solution.iterations,
        window_iterations=window_iterations,
        build_s=build_s,
        solve_s=perf_counter() - began - build_s,
        gap=solution.gap,
    )
    return _unpack(inputs, program, solution, log)


def _solve(
    program: HourlyProgram, calendar: Calendar, options: PowerOptions, start: Start | None
) -> tuple[Solution, str, int]:
    """Return the optimum, the method and the iterations spent on windows."""
    plan = WindowPlan(calendar.month_bounds, options.short_window_h, options.workers)
    solution, log = solve_by_windows(program, plan, start)
    return solution, log.method, log.window_iterations


def _matching_start(inputs: PowerYear, start: PowerResult | None) -> Start | None:
    """Return the optimum of `start` where its program has the same columns and rows."""
    if start is None:
        return None
    ours, theirs = inputs.grid, start.inputs.grid
    same = (
        ours.n_snapshot == theirs.n_snapshot
        and ours.buses == theirs.buses
        and ours.generators.names == theirs.generators.names
        and ours.links.names == theirs.links.names
        and ours.storage_units.names == theirs.storage_units.names
        and [limit.name for limit in ours.limits] == [limit.name for limit in theirs.limits]
    )
    return start.optimum if same else None


def _unpack(
    inputs: PowerYear, program: HourlyProgram, solution: Solution, log: SolverLog
) -> PowerResult:
    grid, columns = inputs.grid, program.lp.columns
    output = columns["generator_p"].take(solution.x)
    kind = inputs.generator_kind
    unserved = np.zeros((grid.n_snapshot, len(grid.buses)))
    unserved[:, inputs.unserved_bus] = output[:, kind == UNSERVED]
    flow = columns["link_p"].take(solution.x)
    forward = np.zeros((grid.n_snapshot, len(inputs.links)))
    reverse = np.zeros_like(forward)
    is_reverse = inputs.link_sense == REVERSE
    is_two_way = inputs.link_sense == TWO_WAY
    forward[:, inputs.link_column[~is_reverse]] = np.maximum(flow[:, ~is_reverse], 0.0)
    reverse[:, inputs.link_column[is_reverse]] = flow[:, is_reverse]
    reverse[:, inputs.link_column[is_two_way]] = np.maximum(-flow[:, is_two_way], 0.0)
    return PowerResult(
        inputs=inputs,
        price=program.lp.rows["energy_balance"].take(solution.row_dual),
        generation=output[:, kind == PLANT],
        unserved=unserved,
        storage_dispatch=columns["storage_dispatch"].take(solution.x),
        storage_store=columns["storage_store"].take(solution.x),
        storage_level=columns["storage_level"].take(solution.x),
        link_forward=forward,
        link_reverse=reverse,
        market_sell=output[:, kind == MARKET_SELL],
        market_buy=output[:, kind == MARKET_BUY],
        objective_usd=solution.objective,
        log=log,
        optimum=None if solution.basis is None else Start(solution.basis, solution.x),
    )
