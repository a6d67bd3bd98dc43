"""Counts the rates of return on either side of zero where summing the flows up decides it.

Descartes' rule holds for power series too: within 0 < x < 1 a series has at most as many roots as
its coefficients change sign, and dividing by 1 - x replaces the coefficients by their running sums.
Summed up once or more, most cash flows change sign once at most, and then the signs at both ends say
whether there is a root (Norstrøm, C.J. (1972), A Sufficient Condition for a Unique Nonnegative
Internal Rate of Return, Journal of Financial and Quantitative Analysis 7(3), is the case of one sum).
Rates above zero lie in x = 1 / (1 + rate) < 1; for those below, the flow is read backwards.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["sides_with_one_rate"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MAX_SUMS = 6
# Below this share of all that was added up, the sign of a sum is not certain.
ROUNDING_SHARE = 1e-13


def sides_with_one_rate(flows: FloatArray) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Return is_decided, is_above and is_below of rows of yearly flows.

    Where a row is decided it has one rate above zero if `is_above`, else none, one rate below zero
    if `is_below`, else none, and zero is no rate. Rows that are not decided may have any.
    """
    rows = np.arange(flows.shape[0])
    total = flows.sum(axis=1)
    is_decided = np.abs(total) > ROUNDING_SHARE * np.abs(flows).sum(axis=1)
    for side in (flows, flows[:, ::-1]):
        chosen = np.flatnonzero(is_decided)
        is_decided[chosen] = _changes_once_at_most(side[chosen])
    first = flows[rows, np.argmax(flows != 0.0, axis=1)]
    last = flows[rows, flows.shape[1] - 1 - np.argmax(flows[:, ::-1] != 0.0, axis=1)]
    return is_decided, first * np.sign(total) < 0.0, last * np.sign(total) < 0.0


def _changes_once_at_most(flows: FloatArray) -> BoolArray:
    """Return whether summing up shows at most one root within 0 < x < 1."""
    decided = np.zeros(flows.shape[0], dtype=np.bool_)
    open_rows = np.arange(flows.shape[0])
    sums, sizes = flows, np.abs(flows)
    # Beyond its end the k-th sum goes on as a polynomial; the last values of all sums, the
    # newest first, bound how often that changes sign (total positivity of the binomials).
    tail = np.empty((flows.shape[0], 0))
    for _ in range(MAX_SUMS):
        sums, sizes = np.cumsum(sums, axis=1), np.cumsum(sizes, axis=1)
        is_doubtful = (np.abs(sums) <= ROUNDING_SHARE * sizes) & (sizes != 0.0)
        is_useful = ~np.any(is_doubtful[:, 1:] & is_doubtful[:, :-1], axis=1)
        worst = _with_worst_sign(sums, is_doubtful)
        changes = _changes(np.concatenate([worst, tail], axis=1))
        decided[open_rows[is_useful & (changes <= 1)]] = True
        going = is_useful & ~is_doubtful[:, -1] & (changes > 1)
        if not going.any():
            break
        tail = np.concatenate([sums[going, -1:], tail[going]], axis=1)
        sums, sizes, open_rows = sums[going], sizes[going], open_rows[going]
    return decided


def _with_worst_sign(sums: FloatArray, is_doubtful: BoolArray) -> FloatArray:
    """Give each single doubtful sum the sign that makes for more changes: not its neighbour's."""
    if not is_doubtful.any():
        return sums
    before = np.concatenate([sums[:, :1], sums[:, :-1]], axis=1)
    return np.where(is_doubtful, -before, sums)


def _changes(values: FloatArray) -> NDArray[np.int64]:
    """Return how often each row changes sign; only leading zeros may occur."""
    is_positive = values > 0.0
    is_change = is_positive[:, 1:] != is_positive[:, :-1]
    is_change &= values[:, :-1] != 0.0
    return np.asarray(is_change.sum(axis=1), dtype=np.int64)
