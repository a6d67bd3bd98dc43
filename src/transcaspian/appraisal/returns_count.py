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
    least = np.full(flows.shape[0], MANY, dtype=np.int64)
    rows = np.arange(flows.shape[0])
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
        changes[~is_useful] = MANY
        least[rows] = np.minimum(least[rows], changes)
        going = is_useful & ~is_doubtful[:, -1] & (changes > 1)
        if not going.any():
            break
        tail = np.concatenate([sums[going, -1:], tail[going]], axis=1)
        sums, sizes, rows = sums[going], sizes[going], rows[going]
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
