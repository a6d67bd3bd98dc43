"""Internal rates of return: every real root above -1, of one cash flow or of many at once.

Three ways meet here. Flows that change sign once go to Newton's method (`returns_fast`). Running
sums tell which others have one rate at most on each side of a rate (`returns_count`). What is left
takes the certain way (`returns_certain`), which no date, number of rates or multiplicity escapes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from transcaspian.appraisal.returns_certain import (
    certain_roots,
    derived_step,
    outer_signs,
    sign_changes,
    solve_open_bracket,
)
from transcaspian.appraisal.returns_count import bound_rates
from transcaspian.appraisal.returns_fast import solve_simple_flows
from transcaspian.errors import InputError

__all__ = ["ReturnRates", "irr", "irr_many", "irr_note"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

CHUNK = 4096
START = 0.1  # log(1 + rate) of about 10 %, where ordinary projects lie
# Rates that may lie between two roots of a flow, descending.
SPLIT_RATES = (4.0, 1.0, 0.4, 0.2, 0.1, 0.04, 0.0, -0.04, -0.1, -0.2, -0.4)
# Smaller shares of a row's largest flow, squared or discounted, leave the range of a number.
LEAST_SHARE = 1e-250
# Beyond exp of this, flows seen from a split would leave the range of a number.
MAX_SHIFT = 300.0


@dataclass(frozen=True, slots=True)
class ReturnRates:
    """Rates of return of many flows: the rates of flow i are rate[start[i]:start[i + 1]]."""

    start: IntArray  # [n_flow + 1]
    rate: FloatArray  # [n_root], ascending within a flow

    @property
    def count(self) -> IntArray:
        """Number of rates of each flow."""
        return np.asarray(np.diff(self.start), dtype=np.int64)

    def of(self, flow: int) -> FloatArray:
        """Return the rates of one flow."""
        return self.rate[self.start[flow] : self.start[flow + 1]]


def irr(flow: ArrayLike, times: ArrayLike | None = None) -> FloatArray:
    """Return every rate above -1 at which the flow's net present value is zero, ascending.

    Empty where there is none, and for a flow of zeros, for which every rate is one (`irr_note`
    says which). A rate at which the value touches zero without crossing it stands once.

    Parameters
    ----------
    flow : float64[n_time]
        Cash flows, costs negative.
    times : float64[n_time], optional
        Years from the first cash flow, in any order; by default 0, 1, 2, ...

    Examples
    --------
    >>> irr([-100.0, 230.0, -132.0]).round(12).tolist()
    [0.1, 0.2]
    """
    flows = np.asarray(flow, dtype=np.float64)
    moments = np.arange(flows.size) if times is None else np.asarray(times, dtype=np.float64)
    if flows.shape != moments.shape or flows.ndim != 1:
        raise InputError(f"{flows.size} flows do not fit {moments.size} times. Give one time each.")
    distinct, place = np.unique(moments, return_inverse=True)
    merged = np.bincount(place, weights=flows, minlength=distinct.size)
    return irr_many(merged[np.newaxis, :], distinct).rate


def irr_many(flows: ArrayLike, times: ArrayLike | None = None) -> ReturnRates:
    """Return the rates of return of many flows that share their times.

    Parameters
    ----------
    flows : float64[n_flow, n_time]
        Cash flows, costs negative.
    times : float64[n_time], optional
        Years from the first cash flow, ascending; by default 0, 1, 2, ...
    """
    table = np.asarray(flows, dtype=np.float64)
    moments = np.arange(table.shape[1], dtype=np.float64)
    if times is not None:
        moments = np.asarray(times, dtype=np.float64)
    _check(table, moments)
    found = [_quick_roots(table, moments, first) for first in range(0, table.shape[0], CHUNK)]
    rest = np.concatenate([np.empty(0, dtype=np.int64), *(chunk.open_row for chunk in found)])
    found.append(_slow_roots(table, moments, rest))
    row = np.concatenate([chunk.row for chunk in found])
    rate = _rate_of(np.concatenate([chunk.root for chunk in found]))
    order = np.lexsort((rate, row))
    start = np.searchsorted(row[order], np.arange(table.shape[0] + 1)).astype(np.int64)
    return ReturnRates(start=start, rate=rate[order])


def irr_note(flow: ArrayLike, rates: FloatArray) -> str:
    """Return what a reader must know about the rates of return; empty for one that tells all."""
    flows = np.asarray(flow, dtype=np.float64)
    if rates.size == 1:
        moved = flows[np.flatnonzero(flows)]
        if (moved[0] > 0.0) != (moved[-1] > 0.0):
            return ""
        sign = "positive" if moved[0] > 0.0 else "negative"
        return f"The NPV touches zero at this rate and is {sign} at every other: no threshold."
    if not flows.any():
        return "Every flow is zero: any rate is a rate of return, so none is given."
    if rates.size > 1:
        return f"{rates.size} rates of return: none alone can rank this flow. Use the NPV at the discount rate."
    if np.all(flows >= 0.0) or np.all(flows <= 0.0):
        return "No rate of return: the flow never changes sign."
    sign = "positive" if flows[np.flatnonzero(flows)[0]] > 0.0 else "negative"
    return f"No rate of return: the NPV is {sign} at every rate above -1."


def _check(table: FloatArray, moments: FloatArray) -> None:
    if table.ndim != 2 or moments.shape != (table.shape[1],):
        message = f"flows of shape {table.shape} do not fit times of shape {moments.shape}."
        raise InputError(f"{message} Give flows[n_flow, n_time] and times[n_time].")
    if not (np.isfinite(table).all() and np.isfinite(moments).all()):
        raise InputError(
            "cash flows and times must be finite numbers. Write 0 where nothing flows."
        )
    size = np.abs(table)
    largest = size.max(axis=1, initial=0.0, keepdims=True)
    if np.any((size > 0.0) & (size < LEAST_SHARE * largest)):
        message = f"a cash flow is less than {LEAST_SHARE:g} of another, though not zero."
        raise InputError(f"{message} Write 0 for it.")
    if np.any(np.diff(moments) <= 0.0):
        raise InputError("times must ascend, none twice. Sort the columns and add up equal times.")


def _rate_of(log_factor: FloatArray) -> FloatArray:
    """Return exp(-u) - 1; a root closer to -1 than a number can say stays just above it."""
    with np.errstate(over="ignore"):
        rate = np.expm1(-log_factor)
    return np.clip(rate, np.nextafter(-1.0, 0.0), np.finfo(np.float64).max)


@dataclass(frozen=True, slots=True)
class _Found:
    """Roots u = -log(1 + rate) by row, and the rows that only the certain way can settle."""

    row: IntArray
    root: FloatArray
    open_row: IntArray


def _quick_roots(table: FloatArray, times: FloatArray, first: int) -> _Found:
    """Return what the quick ways find in the rows of one chunk."""
    flows = table[first : first + CHUNK]
    count = sign_changes(flows)
    rows = [np.flatnonzero(count == 1)]
    root, is_solved = solve_simple_flows(flows[rows[0]], times)
    rows[0] = rows[0][is_solved]
    roots = [root[is_solved]]
    count[rows[0]] = 0
    several = np.flatnonzero(count > 1)
    if several.size and _is_yearly(times):
        is_decided, row, root = _roots_about_zero(flows[several], times)
        rows.append(several[row])
        roots.append(root)
        count[several[is_decided]] = 0
    row = np.concatenate(rows) + first
    return _Found(row, np.concatenate(roots), np.flatnonzero(count > 0) + first)


def _slow_roots(table: FloatArray, times: FloatArray, rows: IntArray) -> _Found:
    """Return every root of rows that the quick ways left open: none stays open."""
    if not rows.size:
        return _Found(rows, np.empty(0), rows)
    is_decided, row, root = _roots_between_splits(table[rows], times)
    rest = rows[~is_decided]
    row_of_rest, root_of_rest = certain_roots(table[rest], times)
    return _Found(
        np.concatenate([rows[row], rest[row_of_rest]]),
        np.concatenate([root, root_of_rest]),
        rest[:0],
    )


def _is_yearly(times: FloatArray) -> bool:
    return np.array_equal(times, np.arange(times.size))


def _roots_about_zero(
    flows: FloatArray, times: FloatArray
) -> tuple[BoolArray, IntArray, FloatArray]:
    """Return which rows have one rate at most on each side of zero, and the roots of those."""
    bounds = bound_rates(flows)
    first, last = outer_signs(flows)
    is_decided = (bounds.sign != 0.0) & (bounds.above <= 1) & (bounds.below <= 1)
    rows, roots = [], []
    for end, side in ((first, -1.0), (last, 1.0)):
        members = np.flatnonzero(is_decided & (end * bounds.sign < 0.0))
        rows.append(members)
        roots.append(_roots_of_side(flows[members], times, side))
    return is_decided, np.concatenate(rows), np.concatenate(roots)


def _roots_of_side(flows: FloatArray, times: FloatArray, side: float) -> FloatArray:
    """Return the one root of each row that has the sign `side`."""
    root, is_solved = solve_simple_flows(flows, times, START * side)
    rest = np.flatnonzero(~(is_solved & (root * side > 0.0)))
    step = derived_step(flows[rest], times)
    first, last = outer_signs(step.flows)
    nowhere = np.full(rest.size, np.inf)
    if side < 0.0:
        root[rest] = solve_open_bracket(step, -nowhere, np.zeros(rest.size), first)
    else:
        root[rest] = solve_open_bracket(step, np.zeros(rest.size), nowhere, -last)
    return root


def _roots_between_splits(
    flows: FloatArray, times: FloatArray
) -> tuple[BoolArray, IntArray, FloatArray]:
    """Return which rows have as many changes of sign among the splits as rates at most.

    Each change then holds exactly one root.
    """
    splits = -np.log1p(np.array(SPLIT_RATES))
    splits = splits[np.abs(splits) * times[-1] <= MAX_SHIFT] if _is_yearly(times) else splits[:0]
    first, last = outer_signs(flows) if flows.size else (np.empty(0), np.empty(0))
    most = np.full(flows.shape[0], flows.shape[1], dtype=np.int64)
    signs = [first]
    for split in splits:
        bounds = bound_rates(flows * np.exp(times * split))
        is_useful = bounds.sign != 0.0
        most = np.where(is_useful, np.minimum(most, bounds.above + bounds.below), most)
        signs.append(bounds.sign)
    sign = np.stack([*signs, last], axis=1)
    point = np.concatenate([[-np.inf], splits, [np.inf]])
    # A split with a hidden sign is passed over: the bracket reaches from the one before.
    known = np.maximum.accumulate(np.where(sign != 0.0, np.arange(point.size), 0), axis=1)
    carried = np.take_along_axis(sign, known, axis=1)
    is_change = carried[:, 1:] * carried[:, :-1] < 0.0
    is_decided = (is_change.sum(axis=1) == most) & (splits.size > 0)
    row, place = np.nonzero(is_change & is_decided[:, np.newaxis])
    step = derived_step(flows[row], times)
    lower, upper = point[known[row, place]], point[place + 1]
    return is_decided, row, solve_open_bracket(step, lower, upper, carried[row, place])
