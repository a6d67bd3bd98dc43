"""Many variants of one network: other prices, limits and capacities on the same arrays."""

from time import perf_counter

from transcaspian.lp import Status, WarmProgram
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.equations import build_grid
from transcaspian.power.grid import Grid
from transcaspian.power.optimise import GridOptions, GridResult, pack, solve

__all__ = ["VariantSolver"]


class VariantSolver:
    """Solves variants of a grid, each from the optimum of the one before.

    The first is solved by the method that fits its shape. A variant whose matrix is the same
    (fuel prices, demand, availability, the size of a cable) only hands costs and bounds that
    differ to the solver, which goes on from its basis; any other is solved by itself. Neither
    touches the optimum, though of several equal optima another may be found.
    """

    def __init__(self, grid: Grid, options: GridOptions | None = None) -> None:
        self._options = options or GridOptions()
        self.first: GridResult = solve(grid, self._options)
        self._program: HourlyProgram = build_grid(grid)
        self._warm: WarmProgram | None = None

    def solve(self, grid: Grid) -> GridResult:
        """Return the optimum of a variant."""
        began = perf_counter()
        program = build_grid(grid, self._program)
        is_same = program.lp.matrix is self._program.lp.matrix
        if not is_same or program.lp.quadratic is not None or self.first.optimum is None:
            return solve(grid, self._options, self.first)
        if self._warm is None:
            self._warm = WarmProgram(self._program.lp, self.first.optimum.basis)
            self._warm.solve()
        build_s = perf_counter() - began
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
