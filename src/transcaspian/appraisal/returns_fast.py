"""Newton's method for many ordinary cash flows at once: one change of sign, so one rate of return.

With L the present value of the later flows and E that of the earlier ones, both taken positive, the
rate is the zero of log L - log E, which is nearly a straight line in u = -log(1 + rate), its slope
the difference of the two durations. A few steps suffice; what does not settle is handed back
unsolved to the certain way of `returns`.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["solve_simple_flows"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MAX_STEPS = 12
# A step this small leaves, by quadratic convergence, an error below rounding.
SETTLED_STEP = 1e-9
# exp(u * t) must stay within the range of a number, and so must sums and products of a few.
MAX_EXPONENT = 300.0


def solve_simple_flows(flows: FloatArray, times: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return u = -log(1 + rate) of each row, and whether it was found.

    Parameters
    ----------
    flows : float64[n_flow, n_time]
        Cash flows with exactly one change of sign in each row.
    times : float64[n_time]
        Years from the first cash flow, ascending.
    """
    last = np.sign(flows[np.arange(flows.shape[0]), _last_flow(flows)])
    signed = np.ascontiguousarray((flows / np.abs(flows).max(axis=1, keepdims=True)).T * last)
    later, earlier = np.maximum(signed, 0.0), np.maximum(-signed, 0.0)
    is_yearly = bool(np.array_equal(times, np.arange(times.size)))
    evaluate = _value_and_duration_yearly if is_yearly else _value_and_duration
    limit = MAX_EXPONENT / max(float(np.abs(times).max()), 1.0)
    u = np.zeros(flows.shape[0])
    is_solved = np.zeros(u.size, dtype=np.bool_)
    for _ in range(MAX_STEPS):
        value_late, duration_late = evaluate(later, times, u)
        value_early, duration_early = evaluate(earlier, times, u)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.log(value_late / value_early) / (duration_late - duration_early)
        u = np.clip(u - step, -limit, limit)
        is_solved = np.abs(step) <= SETTLED_STEP
        if is_solved.all():
            break
    return u, is_solved & (np.abs(u) < limit)


def _last_flow(flows: FloatArray) -> NDArray[np.int64]:
    last = flows.shape[1] - 1 - np.argmax(flows[:, ::-1] != 0.0, axis=1)
    return np.asarray(last, dtype=np.int64)


def _value_and_duration_yearly(
    part: FloatArray, times: FloatArray, u: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return value and mean time of part[n_time, n_flow] by Horner's rule in x = exp(u)."""
    del times  # 0, 1, 2, ...
    x = np.exp(u)
    used = np.flatnonzero(part.any(axis=1))
    value = np.zeros_like(u)
    slope = np.zeros_like(u)
    for year in range(int(used[-1]), -1, -1):
        np.multiply(slope, x, out=slope)
        slope += value
        np.multiply(value, x, out=value)
        value += part[year]
    return value, slope * x / value


def _value_and_duration(
    part: FloatArray, times: FloatArray, u: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return value and mean time of part[n_time, n_flow] at any dates."""
    terms = part * np.exp(times[:, np.newaxis] * u)
    value = terms.sum(axis=0)
    return value, (times @ terms) / value
