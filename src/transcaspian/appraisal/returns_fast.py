"""Newton's method for many ordinary cash flows at once.

With L the present value of the flows of the later sign and E that of the others, both taken
positive, a rate is a zero of log L - log E, which is nearly a straight line in u = -log(1 + rate)
where the flow changes sign once, its slope the difference of the two durations. A few steps suffice; what does not settle is handed back
unsolved to the certain way of `returns`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["solve_simple_flows"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Steps for all rows, then for those that are still on their way, and again.
STEPS = (4, 2, 2, 6)
# A step this small leaves, by quadratic convergence, an error below rounding.
SETTLED_STEP = 1e-9
# exp(u * t) must stay within the range of a number, and so must sums and products of a few.
MAX_EXPONENT = 300.0
# An exponential costs about as much as this many steps of Horner's rule.
DENSE = 4


def solve_simple_flows(
    flows: FloatArray, times: FloatArray, start: float = 0.0
) -> tuple[FloatArray, BoolArray]:
    """Return u = -log(1 + rate) of each row, and whether it was found.

    A flow with several changes of sign gives the rate that the steps from `start` lead to, if any.

    Parameters
    ----------
    flows : float64[n_flow, n_time]
        Cash flows with at least one change of sign in each row.
    times : float64[n_time]
        Years from the first cash flow, ascending.
    start : float
        Where Newton's method starts.
    """
    if not flows.shape[0]:
        return np.empty(0), np.empty(0, dtype=np.bool_)
    last = np.sign(flows[np.arange(flows.shape[0]), _last_flow(flows)])
    signed = np.ascontiguousarray((flows / np.abs(flows).max(axis=1, keepdims=True)).T * last)
    later = _part(np.maximum(signed, 0.0), times)
    earlier = _part(np.maximum(-signed, 0.0), times)
    limit = MAX_EXPONENT / max(float(np.abs(times).max()), 1.0)
    u = np.full(flows.shape[0], start)
    is_solved = np.zeros(u.size, dtype=np.bool_)
    rows = np.arange(u.size)
    for n_step in STEPS:
        u[rows], is_solved[rows] = _newton(
            later.rows(rows), earlier.rows(rows), u[rows], limit, n_step
        )
        rows = np.flatnonzero(~is_solved)
        if not rows.size:
            break
    return u, is_solved & (np.abs(u) < limit)


def _newton(
    later: "_Part", earlier: "_Part", u: FloatArray, limit: float, n_step: int
) -> tuple[FloatArray, BoolArray]:
    """Return u after some steps, and whether the last was small."""
    is_solved = np.zeros(u.size, dtype=np.bool_)
    for _ in range(n_step):
        # Flows that hardly differ from zero beside others leave the range of a number; such rows
        # never settle and go the certain way.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value_late, duration_late = _value_and_duration(later, u)
            value_early, duration_early = _value_and_duration(earlier, u)
            step = np.log(value_late / value_early) / (duration_late - duration_early)
        u = np.clip(u - step, -limit, limit)
        is_solved = np.abs(step) <= SETTLED_STEP
        if is_solved.all():
            break
    return u, is_solved


@dataclass(frozen=True, slots=True)
class _Part:
    """The flows of one sign, at the times when any row has one."""

    flows: FloatArray  # [n_time, n_flow]
    times: FloatArray  # [n_time]
    is_yearly: bool  # every year from 0, so that Horner's rule applies

    def rows(self, chosen: NDArray[np.int64]) -> "_Part":
        if chosen.size == self.flows.shape[1]:
            return self
        return _Part(np.ascontiguousarray(self.flows[:, chosen]), self.times, self.is_yearly)


def _part(flows: FloatArray, times: FloatArray) -> _Part:
    used = np.flatnonzero(flows.any(axis=1))
    dense = flows[: used[-1] + 1]
    is_yearly = np.array_equal(times[: dense.shape[0]], np.arange(dense.shape[0]))
    if is_yearly and used.size > dense.shape[0] // DENSE:
        return _Part(dense, times[: dense.shape[0]], is_yearly=True)
    return _Part(flows[used], times[used], is_yearly=False)


def _last_flow(flows: FloatArray) -> NDArray[np.int64]:
    last = flows.shape[1] - 1 - np.argmax(flows[:, ::-1] != 0.0, axis=1)
    return np.asarray(last, dtype=np.int64)


def _value_and_duration(part: _Part, u: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return value and mean time of the flows, by Horner's rule in x = exp(u) where it applies."""
    if not part.is_yearly:
        terms = part.flows * np.exp(part.times[:, np.newaxis] * u)
        value = terms.sum(axis=0)
        return value, (part.times @ terms) / value
    x = np.exp(u)
    value = part.flows[-1].copy()
    slope = np.zeros_like(u)
    for amounts in part.flows[-2::-1]:
        np.multiply(slope, x, out=slope)
        slope += value
        np.multiply(value, x, out=value)
        value += amounts
    return value, slope * x / value
