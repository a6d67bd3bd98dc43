"""Cuts by window: what each day of a dispatch says of its own cost, apart from all other days.

Hours are cut into windows. What more than one window shares is a linking column: capacities, and
hourly columns that stand in rows of two windows (the level at the end of one, from which the next
begins). Given those, windows are programs of their own, and the duals of one dispatch of the whole
give a plane below the cost of every window. Each window may then answer other capacities and levels
with the duals of another dispatch, so a few dispatches say as much as many cuts of the whole
(multi-cut decomposition: Birge and Louveaux 1988, European Journal of Operational Research 34,
doi 10.1016/0377-2217(88)90159-2).

A row over many hours (a cap on carbon dioxide) is shared out: what each window takes of it is one
more linking column.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import LinearProgram
from transcaspian.power.blocks import HourlyProgram

__all__ = ["CutWindows"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CutWindows:
    """How the columns and rows of a program fall into windows.

    The linking vector z holds the linking columns, then what each window takes of each shared row
    (all windows of the first row, then of the second, ...).
    """

    program: LinearProgram
    n_window: int
    linking: IntArray  # columns of the program
    window_of_col: IntArray  # [n_col], -1 where linking
    window_of_row: IntArray  # [n_row], -1 where the row is of no window
    own_row: IntArray  # rows of linking columns alone
    shared_row: IntArray  # rows that several windows share
    entry_row: IntArray  # of every linking column in a row of a window
    entry_column: IntArray
    entry_value: FloatArray
    takes: sparse.csr_array  # [n_shared * n_window, n_col]

    @staticmethod
    def of(program: HourlyProgram, bounds: tuple[int, ...]) -> "CutWindows":
        """Return the windows between `bounds`: 0, ..., n_hour."""
        lp, n_hourly_col = program.lp, program.n_hourly_col
        n_window = len(bounds) - 1
        window_of_hour = np.repeat(np.arange(n_window), np.diff(bounds))
        window_of_row = np.full(lp.n_row, -1)
        window_of_row[: program.n_hourly_row] = np.repeat(window_of_hour, program.n_hour_row)
        window_of_col = np.full(lp.n_col, -1)
        window_of_col[:n_hourly_col] = np.repeat(window_of_hour, program.n_hour_col)
        row = lp.matrix.indices
        column = np.repeat(np.arange(lp.n_col), np.diff(lp.matrix.indptr))
        is_hourly = (row < program.n_hourly_row) & (column < n_hourly_col)
        reaches_out = window_of_row[row] != window_of_col[column]
        window_of_col[column[is_hourly & reaches_out]] = -1
        is_inner = window_of_col[column] >= 0
        n_inner = np.bincount(row[is_inner], minlength=lp.n_row)
        own_row = np.flatnonzero(n_inner == 0)
        window_of_row[own_row] = -1
        shared_row = np.flatnonzero((window_of_row < 0) & (n_inner > 0))
        linking = np.flatnonzero(window_of_col < 0)
        position = np.zeros(lp.n_col, dtype=np.int64)
        position[linking] = np.arange(linking.size)
        entry = np.flatnonzero(~is_inner & (window_of_row[row] >= 0))
        number = np.zeros(lp.n_row, dtype=np.int64)
        number[shared_row] = np.arange(shared_row.size)
        taken = np.flatnonzero(is_inner & (window_of_row[row] < 0))
        place = number[row[taken]] * n_window + window_of_col[column[taken]]
        takes = sparse.coo_array(
            (lp.matrix.data[taken], (place, column[taken])),
            shape=(shared_row.size * n_window, lp.n_col),
        )
        return CutWindows(
            program=lp,
            n_window=n_window,
            linking=linking,
            window_of_col=window_of_col,
            window_of_row=window_of_row,
            own_row=own_row,
            shared_row=shared_row,
            entry_row=row[entry].astype(np.int64),
            entry_column=position[column[entry]],
            entry_value=lp.matrix.data[entry],
            takes=takes.tocsr(),
        )

    @property
    def n_linking(self) -> int:
        """Length of the linking vector."""
        return self.linking.size + self.shared_row.size * self.n_window

    def point(self, x: FloatArray) -> FloatArray:
        """Return the linking vector of a point of the program."""
        return np.concatenate([x[self.linking], self.takes @ x])

    def cost(self, x: FloatArray) -> FloatArray:
        """Return the cost of each window, without that of linking columns."""
        inner = self.window_of_col >= 0
        weight = (self.program.cost * x)[inner]
        total = np.bincount(self.window_of_col[inner], weight, minlength=self.n_window)
        return total.astype(np.float64)

    def slope(self, row_dual: FloatArray) -> sparse.csr_array:
        """Return how the cost of each window changes with the linking vector, from row duals.

        A linking column with coefficient a moves the bound of a row by -a; what a window takes
        moves the bound of its share by one.
        """
        n_shared, windows = self.shared_row.size, np.arange(self.n_window)
        moved = -row_dual[self.entry_row] * self.entry_value
        taken = np.repeat(row_dual[self.shared_row], self.n_window)
        row = np.concatenate([self.window_of_row[self.entry_row], np.tile(windows, n_shared)])
        column = np.concatenate([self.entry_column, self.linking.size + np.arange(taken.size)])
        return sparse.coo_array(
            (np.concatenate([moved, taken]), (row, column)), shape=(self.n_window, self.n_linking)
        ).tocsr()

    def own_rows(self) -> tuple[sparse.csr_array, FloatArray, FloatArray]:
        """Return matrix and bounds of what the linking vector must keep: own rows, then shared."""
        lp, n_shared = self.program, self.shared_row.size
        rows = np.concatenate([self.own_row, self.shared_row])
        columns = lp.matrix[:, self.linking].tocsr()[rows]
        adds_up = sparse.coo_array(
            (
                np.ones(n_shared * self.n_window),
                (
                    self.own_row.size + np.repeat(np.arange(n_shared), self.n_window),
                    np.arange(n_shared * self.n_window),
                ),
            ),
            shape=(rows.size, n_shared * self.n_window),
        )
        matrix = sparse.hstack([columns, adds_up], format="csr")
        return matrix, lp.row_lower[rows], lp.row_upper[rows]
