"""A program cut into dispatch and capacity: with capacities given, they only move bounds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import LinearProgram, Solution
from transcaspian.power.blocks import HourlyProgram

__all__ = ["CapacitySplit"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CapacitySplit:
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
    def of(program: HourlyProgram) -> "CapacitySplit":
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
        return CapacitySplit(
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
