"""Bounds on the number of rates of return above and below zero, by summing the flows up.

Descartes' rule holds for power series too: within 0 < x < 1 a series has at most as many roots as
its coefficients change sign, and as many but for an even number. Dividing by 1 - x replaces the
coefficients by their running sums and keeps the roots; summed up once or more, most cash flows
change sign once at most (Norstrøm, C.J. (1972), A Sufficient Condition for a Unique Nonnegative
Internal Rate of Return, Journal of Financial and Quantitative Analysis 7(3), is the case of one
sum). Rates above zero lie in x = 1 / (1 + rate) < 1; for those below, the flow is read backwards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RateBounds", "bound_rates"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

MAX_SUMS = 6
MANY = 1_000_000
# Below this share of all that was added up, the sign of a sum is not certain.
ROUNDING_SHARE = 1e-13


@dataclass(frozen=True, slots=True)
class RateBounds:
    """At most so many rates of each row above and below zero, which itself is none."""

    above: IntArray  # [n_flow]
    below: IntArray  # [n_flow]
    sign: FloatArray  # [n_flow], of the value at a rate of zero; 0 where rounding hides it


def bound_rates(flows: FloatArray) -> RateBounds:
    """Return the bounds of rows of yearly flows; those of a row whose sign is hidden mean nothing."""
    total = flows.sum(axis=1)
    is_certain = np.abs(total) > ROUNDING_SHARE * np.abs(flows).sum(axis=1)
    bounds = np.full((2, flows.shape[0]), MANY, dtype=np.int64)
    rows = np.flatnonzero(is_certain)
    for bound, side in zip(bounds, (flows, flows[:, ::-1]), strict=True):
        bound[rows] = _most_changes(side[rows])
    return RateBounds(bounds[0], bounds[1], np.where(is_certain, np.sign(total), 0.0))


def _most_changes(flows: FloatArray) -> IntArray:
    """Return the least number of changes of sign that any of the sums shows."""
    n_flow, n_time = flows.shape
    least = np.full(n_flow, MANY, dtype=np.int64)
    rows = np.arange(n_flow)
    sums = flows
    # What could be rounding, of all that was added up; each sum adds up at most n_time such.
    doubt = ROUNDING_SHARE * np.abs(flows).sum(axis=1, keepdims=True)
    start = np.argmax(flows != 0.0, axis=1)[:, np.newaxis]
    # Beyond its end the k-th sum goes on as a polynomial; the last values of all sums, the
    # newest first, bound how often that changes sign (total positivity of the binomials).
    tail = np.empty((n_flow, 0))
    for _ in range(MAX_SUMS):
        sums = np.cumsum(sums, axis=1)
        # The first flow stands alone in every sum, without rounding.
        is_doubtful = (np.abs(sums) <= doubt) & (np.arange(n_time) > start)
        is_useful = ~np.any(is_doubtful[:, 1:] & is_doubtful[:, :-1], axis=1)
        worst = _with_worst_sign(sums, is_doubtful)
        changes = _changes(np.concatenate([worst, tail], axis=1) if tail.size else worst)
        changes[~is_useful] = MANY
        least[rows] = np.minimum(least[rows], changes)
        going = is_useful & ~is_doubtful[:, -1] & (changes > 1)
        if not going.any():
            break
        tail = np.concatenate([sums[going, -1:], tail[going]], axis=1)
        sums, rows, start = sums[going], rows[going], start[going]
        doubt = doubt[going] * n_time
    return least


def _with_worst_sign(sums: FloatArray, is_doubtful: BoolArray) -> FloatArray:
    """Give each single doubtful sum the sign that makes for more changes: not its neighbour's."""
    if not is_doubtful.any():
        return sums
    before = np.concatenate([sums[:, :1], sums[:, :-1]], axis=1)
    return np.where(is_doubtful, -before, sums)


def _changes(values: FloatArray) -> IntArray:
    """Return how often each row changes sign; only leading zeros may occur."""
    is_positive = values > 0.0
    is_change = is_positive[:, 1:] != is_positive[:, :-1]
    is_change &= values[:, :-1] != 0.0
    return np.asarray(is_change.sum(axis=1), dtype=np.int64)
