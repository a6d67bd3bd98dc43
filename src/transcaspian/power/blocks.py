"""Blocks of a program that repeats hour by hour, and their joining into one `LinearProgram`.

Columns and rows that exist in every hour are numbered hour by hour (all of hour 0, then all of
hour 1, ...), those that exist once (a capacity, a yearly limit) stand behind them. So a window of
hours is one slice of the columns and one slice of the rows.

Every coefficient array has the shape [n_hour or 1, n]: one row means the same in every hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.lp import Block, LinearProgram

__all__ = ["HourlyProgram", "ProgramBuilder"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


# Row block, its items, column block, its items, coefficients, lag, does time wrap?
Term = tuple[str, IntArray, str, IntArray, FloatArray, int, bool]


@dataclass(frozen=True, slots=True)
class HourlyProgram:
    """A program with its hourly shape: what a window of hours is cut from."""

    lp: LinearProgram
    n_hour: int
    n_hour_col: int  # columns of one hour
    n_hour_row: int  # rows of one hour
    terms: tuple[Term, ...] = ()  # what its matrix was made of

    @property
    def n_hourly_col(self) -> int:
        """Columns that belong to an hour; those behind them exist once."""
        return self.n_hour * self.n_hour_col

    @property
    def n_hourly_row(self) -> int:
        """Rows that belong to an hour."""
        return self.n_hour * self.n_hour_row


@dataclass(slots=True)
class _Side:
    """Columns or rows under construction: hourly ones and single ones."""

    hourly: list[tuple[str, tuple[str, ...], int]] = field(default_factory=list)
    single: list[tuple[str, tuple[str, ...], int]] = field(default_factory=list)
    arrays: dict[str, tuple[FloatArray, ...]] = field(default_factory=dict)
    n_hourly: int = 0
    n_single: int = 0

    def add(
        self, name: str, labels: Sequence[str], arrays: tuple[FloatArray, ...], *, hourly: bool
    ) -> None:
        if hourly:
            self.hourly.append((name, tuple(labels), self.n_hourly))
            self.n_hourly += len(labels)
        else:
            self.single.append((name, tuple(labels), self.n_single))
            self.n_single += len(labels)
        self.arrays[name] = arrays

    def blocks(self, n_hour: int) -> dict[str, Block]:
        behind = n_hour * self.n_hourly
        return {
            name: Block(start, n_hour, self.n_hourly, labels) for name, labels, start in self.hourly
        } | {name: Block(behind + start, 1, 0, labels) for name, labels, start in self.single}

    def vector(self, which: int, n_hour: int) -> FloatArray:
        """Return one array of all blocks as the vector of the whole program."""
        hourly = np.empty((n_hour, self.n_hourly))
        for name, labels, start in self.hourly:
            hourly[:, start : start + len(labels)] = self.arrays[name][which]
        single = np.empty(self.n_single)
        for name, labels, start in self.single:
            single[start : start + len(labels)] = self.arrays[name][which]
        return np.concatenate([hourly.ravel(), single])


@dataclass(slots=True)
class ProgramBuilder:
    """Collects blocks of columns, rows and coefficients, then makes the program at once."""

    n_hour: int
    _columns: _Side = field(default_factory=_Side)
    _rows: _Side = field(default_factory=_Side)
    _terms: list[Term] = field(default_factory=list)

    def add_columns(
        self,
        name: str,
        labels: Sequence[str],
        cost: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
        *,
        hourly: bool = True,
    ) -> None:
        """Add columns with their cost and bounds ([n_hour or 1, n], or [n] where single)."""
        self._columns.add(name, labels, (cost, lower, upper), hourly=hourly)

    def add_rows(
        self,
        name: str,
        labels: Sequence[str],
        lower: FloatArray,
        upper: FloatArray,
        *,
        hourly: bool = True,
    ) -> None:
        """Add rows with their bounds."""
        self._rows.add(name, labels, (lower, upper), hourly=hourly)

    def has_columns(self, name: str) -> bool:
        """Whether a block of columns of that name is there."""
        return name in self._columns.arrays

    def add_terms(
        self,
        row: str,
        row_item: IntArray,
        column: str,
        column_item: IntArray,
        value: FloatArray,
        *,
        lag: int = 0,
        wrap: bool = False,
    ) -> None:
        """Add `value * column` to `row`, item by item.

        lag: the column of `lag` hours earlier; hours before the first are those at the end of
        the year where `wrap`, else they are left out.
        """
        if len(row_item):
            self._terms.append((row, row_item, column, column_item, value, lag, wrap))

    def build(self, offset: float = 0.0, like: HourlyProgram | None = None) -> HourlyProgram:
        """Return the program.

        like: a program whose matrix is taken where it was made of the same terms, as that of a
        variant with other costs and limits is.
        """
        columns = self._columns.blocks(self.n_hour)
        rows = self._rows.blocks(self.n_hour)
        n_col = self.n_hour * self._columns.n_hourly + self._columns.n_single
        n_row = self.n_hour * self._rows.n_hourly + self._rows.n_single
        cost, lower, upper = (self._columns.vector(which, self.n_hour) for which in range(3))
        row_lower, row_upper = (self._rows.vector(which, self.n_hour) for which in range(2))
        is_like = (
            like is not None
            and (like.lp.n_row, like.lp.n_col) == (n_row, n_col)
            and dict(like.lp.columns) == columns
            and dict(like.lp.rows) == rows
            and _same_terms(like.terms, self._terms)
        )
        matrix = (
            like.lp.matrix
            if like is not None and is_like
            else self._matrix(rows, columns, (n_row, n_col))
        )
        lp = LinearProgram(
            cost=cost,
            col_lower=lower,
            col_upper=upper,
            matrix=matrix,
            row_lower=row_lower,
            row_upper=row_upper,
            columns=columns,
            rows=rows,
            offset=offset,
        )
        terms = tuple(self._terms)
        return HourlyProgram(lp, self.n_hour, self._columns.n_hourly, self._rows.n_hourly, terms)

    def _matrix(
        self, rows: dict[str, Block], columns: dict[str, Block], shape: tuple[int, int]
    ) -> sparse.csc_array:
        """Return the matrix of all terms."""
        triplets = [self._triplets(term, rows, columns) for term in self._terms]
        return sparse.coo_array(
            (
                np.concatenate([t[2] for t in triplets]) if triplets else np.zeros(0),
                (
                    np.concatenate([t[0] for t in triplets]) if triplets else np.zeros(0, np.int32),
                    np.concatenate([t[1] for t in triplets]) if triplets else np.zeros(0, np.int32),
                ),
            ),
            shape=shape,
        ).tocsc()

    def _triplets(
        self,
        term: Term,
        rows: dict[str, Block],
        columns: dict[str, Block],
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], FloatArray]:
        """Return row, column and value of every non-zero of one term."""
        row, row_item, column, column_item, value, lag, wrap = term
        row_block, column_block = rows[row], columns[column]
        n_step = max(row_block.n_step, column_block.n_step)
        hours = np.arange(n_step, dtype=np.int32)[:, None]
        i = row_block.start + row_item.astype(np.int32)[None, :]
        j = column_block.start + column_item.astype(np.int32)[None, :]
        if row_block.n_step > 1 or n_step == 1:
            i = i + hours * np.int32(row_block.stride)
        if column_block.n_step > 1:
            shifted = (hours - lag) % n_step if wrap else hours - lag
            j = j + shifted * np.int32(column_block.stride)
        shape = (n_step, len(row_item))
        i, j = np.broadcast_to(i, shape), np.broadcast_to(j, shape)
        values = np.broadcast_to(value, shape)
        if lag and not wrap:
            i, j, values = i[lag:], j[lag:], values[lag:]
        i, j, values = i.ravel(), j.ravel(), values.ravel()
        keep = values != 0.0
        if keep.all():
            return i, j, values
        return i[keep], j[keep], values[keep]


def _same_terms(first: Sequence[Term], second: Sequence[Term]) -> bool:
    """Whether two lists of terms make the same matrix."""
    return len(first) == len(second) and all(
        (one[0], one[2], one[5], one[6]) == (two[0], two[2], two[5], two[6])
        and all(one[k] is two[k] or np.array_equal(one[k], two[k]) for k in (1, 3, 4))
        for one, two in zip(first, second, strict=True)
    )
