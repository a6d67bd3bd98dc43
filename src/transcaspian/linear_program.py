"""The record of a linear program, what numbers it may hold, and what proves a point its optimum."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transcaspian.errors import InputError, Problem

__all__ = ["Block", "LinearProgram", "duality_gap", "measured_gap"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

INFINITY = float("inf")
MOST_VIOLATION = 1e-6  # of a row or bound, relative to its terms, at what may be called optimal
INFINITE = 1e20  # what HiGHS takes for infinity
LARGEST_COEFFICIENT = 1e15  # that HiGHS takes
PROBLEMS_NAMED = 20
ZERO_DUAL = 1e-6  # duals this small, per unit of the largest cost, are the solver's tolerance


@dataclass(frozen=True, slots=True)
class Block:
    """Where one kind of column or row stands in a program.

    Element (step, item) has position `start + step * stride + item`; a block that does not repeat
    has `n_step` 1.
    """

    start: int
    n_step: int
    stride: int
    labels: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Steps and items."""
        return self.n_step, len(self.labels)

    def positions(self) -> NDArray[np.int64]:
        """Return the position of every element [n_step, n_item]."""
        steps = np.arange(self.n_step, dtype=np.int64)[:, None] * self.stride
        return self.start + steps + np.arange(len(self.labels), dtype=np.int64)[None, :]

    def take(self, values: FloatArray) -> FloatArray:
        """Return the block's part of a vector of the whole program [n_step, n_item]."""
        item = values.strides[0]
        window = np.lib.stride_tricks.as_strided(
            values[self.start :], self.shape, (self.stride * item, item), writeable=False
        )
        return np.ascontiguousarray(window)


@dataclass(frozen=True, slots=True)
class LinearProgram:
    """Minimise cost @ x, with row_lower <= matrix @ x <= row_upper and col_lower <= x <= col_upper.

    The matrix is held by columns, as HiGHS takes it, so that nothing is turned over on the way.
    `quadratic` adds one half x' diag(quadratic) x where it is given (`power.quadratic` solves it).
    Costs and coefficients are finite, a lower bound is no plus infinity, an upper one no minus.
    """

    cost: FloatArray  # [n_col]
    col_lower: FloatArray  # [n_col]
    col_upper: FloatArray  # [n_col]
    matrix: sparse.csc_array  # [n_row, n_col]
    row_lower: FloatArray  # [n_row]
    row_upper: FloatArray  # [n_row]
    is_integer: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=bool))  # [n_col] or [0]
    columns: Mapping[str, Block] = field(default_factory=dict)
    rows: Mapping[str, Block] = field(default_factory=dict)
    offset: float = 0.0
    quadratic: FloatArray | None = None  # [n_col]

    def __post_init__(self) -> None:
        """Raise InputError, naming columns and rows, where a number is none that can be solved."""
        if problems := _find_bad_numbers(self):
            raise InputError("The program holds numbers that no solver can take.", problems)

    @property
    def n_col(self) -> int:
        """Number of columns."""
        return self.cost.size

    @property
    def n_row(self) -> int:
        """Number of rows."""
        return self.row_lower.size


def _find_bad_numbers(lp: LinearProgram) -> list[Problem]:
    """Return one problem for each number that no solver can take, the first of them."""
    problems: list[Problem] = []

    def look(is_bad: BoolArray, values: FloatArray, what: str, blocks: Mapping[str, Block]) -> None:
        seen: set[tuple[str, str]] = set()
        for at in np.flatnonzero(is_bad).tolist():
            block, label, step = _place(blocks, at)
            if (block, label) in seen:
                continue  # the first step stands for the others
            seen.add((block, label))
            if len(problems) >= PROBLEMS_NAMED:
                return
            when = "" if step is None else f" in step {step}"
            message = f"{what}{when} is {float(values[at])!r}."
            problems.append(Problem(block, 0, label, message, "Give a finite number."))

    look(~(np.abs(lp.cost) < INFINITE), lp.cost, "the cost", lp.columns)
    look(~(lp.col_lower < INFINITE), lp.col_lower, "the least value", lp.columns)
    look(~(lp.col_upper > -INFINITE), lp.col_upper, "the largest value", lp.columns)
    look(~(lp.row_lower < INFINITE), lp.row_lower, "the lower limit", lp.rows)
    look(~(lp.row_upper > -INFINITE), lp.row_upper, "the upper limit", lp.rows)
    if lp.quadratic is not None:
        is_bad = ~((lp.quadratic >= 0.0) & (lp.quadratic < INFINITE))
        look(is_bad, lp.quadratic, "the quadratic cost (times two)", lp.columns)
    if not np.abs(lp.offset) < INFINITE:
        message = f"the constant cost is {lp.offset!r}."
        problems.append(Problem("program", 0, "", message, "Give a finite number."))
    return problems + _find_bad_coefficients(lp, PROBLEMS_NAMED - len(problems))


def _find_bad_coefficients(lp: LinearProgram, most: int) -> list[Problem]:
    """Return a problem for each row and column whose coefficient is none, the first of them."""
    problems: dict[tuple[str, ...], Problem] = {}
    for entry in np.flatnonzero(~(np.abs(lp.matrix.data) < LARGEST_COEFFICIENT)).tolist():
        block, label, step = _place(lp.rows, int(lp.matrix.indices[entry]))
        column = int(np.searchsorted(lp.matrix.indptr, entry, side="right")) - 1
        of_block, of_label, _ = _place(lp.columns, column)
        when = "" if step is None else f" in step {step}"
        value = float(lp.matrix.data[entry])
        message = f"the coefficient of {of_block} {of_label!r}{when} is {value!r}."
        problem = Problem(block, 0, label, message, "Give a finite number.")
        if len(problems) < most:
            problems.setdefault((block, label, of_block, of_label), problem)
    return list(problems.values())


def _place(blocks: Mapping[str, Block], position: int) -> tuple[str, str, int | None]:
    """Return block, label and step (None where there is one step) of a position."""
    for name, block in blocks.items():
        step, item = divmod(position - block.start, block.stride or 1)
        if block.n_step == 1:
            step, item = 0, position - block.start
        if 0 <= step < block.n_step and 0 <= item < len(block.labels):
            return name, block.labels[item], step if block.n_step > 1 else None
    return "program", str(position), None


def measured_gap(lp: LinearProgram, x: FloatArray, row_dual: FloatArray) -> float:
    """Return the duality gap, or infinity where x breaks a row or bound by more than rounding.

    A row or bound counts as kept where it is broken by no more than `MOST_VIOLATION` times the
    larger of one and the sum of its terms' sizes. See `duality_gap` for arguments.
    """
    activity = lp.matrix @ x
    out = np.maximum(lp.row_lower - activity, activity - lp.row_upper)
    if (out > MOST_VIOLATION).any():
        size = abs(lp.matrix) @ np.abs(x)
        if (out > MOST_VIOLATION * np.maximum(1.0, size)).any():
            return INFINITY
    out = np.maximum(lp.col_lower - x, x - lp.col_upper)
    if (out > MOST_VIOLATION * np.maximum(1.0, np.abs(x))).any():
        return INFINITY
    return duality_gap(lp, x, row_dual, activity)


def duality_gap(
    lp: LinearProgram, x: FloatArray, row_dual: FloatArray, activity: FloatArray | None = None
) -> float:
    """Return |cost of x - bound that the duals prove| / max(1, |cost of x|).

    The bound is the Lagrangian one: with reduced costs d = cost + Q x - A' y, each row and column
    counts at the bound that its dual points to, less x' Q x / 2 of a diagonal quadratic. Where
    that bound is infinite, a dual within `ZERO_DUAL` of zero (times the largest cost) counts at
    its value in x; a larger one proves nothing, and the gap is infinite. Nothing of the solver's
    own report is used but x and y.

    Parameters
    ----------
    lp : LinearProgram
        A program without integers.
    x : float64[n_col]
        A primal point.
    row_dual : float64[n_row]
        Duals of the rows, in this module's sign.
    activity : float64[n_row], optional
        matrix @ x, where it is known.

    Returns
    -------
    float
        Relative gap [-], zero where x is optimal and the duals prove it.

    References
    ----------
    Boyd and Vandenberghe (2004), Convex Optimization, section 5.1.
    """
    reduced_cost = lp.cost - lp.matrix.T @ row_dual
    curved = 0.0
    if lp.quadratic is not None:
        curved = 0.5 * float(lp.quadratic @ x**2)
        reduced_cost += lp.quadratic * x
    primal = float(lp.cost @ x) + curved + lp.offset
    dual = lp.offset - curved
    tolerance = ZERO_DUAL * max(1.0, float(np.abs(lp.cost).max(initial=0.0)))
    for value, weight, lower, upper in (
        (x, reduced_cost, lp.col_lower, lp.col_upper),
        (lp.matrix @ x if activity is None else activity, row_dual, lp.row_lower, lp.row_upper),
    ):
        bound = np.where(weight > 0.0, lower, upper)
        is_open = np.isinf(bound)
        if (is_open & (np.abs(weight) > tolerance)).any():
            return INFINITY
        dual += float(weight @ np.where(is_open, value, bound))
    return abs(primal - dual) / max(1.0, abs(primal))
