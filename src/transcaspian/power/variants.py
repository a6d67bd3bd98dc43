"""Many variants of one network: other prices, limits and capacities on the same arrays."""

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from transcaspian.lp import Status, WarmProgram
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.equations import build_grid
from transcaspian.power.grid import Grid
from transcaspian.power.optimise import GridOptions, GridResult, pack, solve, solve_program
from transcaspian.power.windows import Start

__all__ = ["VariantSolver"]

FloatArray = NDArray[np.float64]

MOST_STARTS = 4  # optima of other costs that are kept, beside the first


class VariantSolver:
    """Solves variants of a grid, each from an optimum that is already known.

    The first is solved by the method that fits its shape. A variant whose matrix is the same and
    whose costs are those of the first (demand, availability, the size of a cable) only hands bounds
    that differ to the solver, which goes on from its last basis by dual simplex. Other costs (fuel
    prices) move the optimum of every hour: over many snapshots they are solved by window start
    from the known optimum whose costs are nearest, over few by primal simplex. Any other variant
    is solved by itself. None of this touches the optimum, though of several equal optima another
    may be found.
    """

    def __init__(self, grid: Grid, options: GridOptions | None = None) -> None:
        self._options = options or GridOptions()
        self.first: GridResult = solve(grid, self._options)
        self._program: HourlyProgram = build_grid(grid)
        self._warm: WarmProgram | None = None
        self._starts: list[tuple[FloatArray, Start]] = []
        if self.first.optimum is not None:
            self._starts.append((self._program.lp.cost, self.first.optimum))

    def solve(self, grid: Grid) -> GridResult:
        """Return the optimum of a variant."""
        began = perf_counter()
        program = build_grid(grid, self._program)
        is_same = program.lp.matrix is self._program.lp.matrix
        if not is_same or program.lp.quadratic is not None or self.first.optimum is None:
            return solve(grid, self._options, self.first)
        build_s = perf_counter() - began
        if self.first.method == "windows" and (program.lp.cost != self._program.lp.cost).any():
            return self._solve_from_nearest(grid, program, build_s)
        if self._warm is None:
            self._warm = WarmProgram(self._program.lp, self.first.optimum.basis)
            self._warm.solve()
        lp = program.lp
        solution = self._warm.solve(
            cost=lp.cost,
            col_bounds=(lp.col_lower, lp.col_upper),
            row_bounds=(lp.row_lower, lp.row_upper),
            offset=lp.offset,
        )
        if solution.status is not Status.OPTIMAL:
            # The next variant starts from the first optimum, not from where this one ended.
            self._warm = None
        method = "simplex from the variant before"
        return pack(grid, program, solution, method, build_s, perf_counter() - began - build_s)

    def _solve_from_nearest(self, grid: Grid, program: HourlyProgram, build_s: float) -> GridResult:
        """Solve by window start from the optimum that the other costs change least."""
        cost = program.lp.cost
        change = [float(np.abs(cost - known) @ np.abs(start.x)) for known, start in self._starts]
        start = self._starts[int(np.argmin(change))][1]
        result = solve_program(grid, program, self._options, start, build_s)
        if result.optimum is not None:
            self._starts.append((cost, result.optimum))
            if len(self._starts) > MOST_STARTS + 1:
                del self._starts[1]  # the first stays: it lies in the middle of all variants
        return result
