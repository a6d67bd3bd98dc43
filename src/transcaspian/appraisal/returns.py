"""Internal rates of return: every real root above -1, of one cash flow or of many at once.

A cash flow is a sum c_k * exp(t_k * u) with u = -log(1 + rate). Multiply it by exp(-tau * u), with
tau between the times of two flows of opposite sign, and differentiate: the result is again such a
sum, with coefficients c_k * (t_k - tau) and exactly one change of sign less. After as many steps as
there are changes of sign nothing changes sign any more and there is no root. Going back up, Rolle's
theorem leaves at most one root between neighbouring roots of the step below, so that none can be
missed, whatever the dates (Laguerre 1883, Sur quelques points de la théorie des équations
numériques). Double roots are roots of two neighbouring steps and are found as such.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from transcaspian.appraisal.returns_fast import solve_simple_flows
from transcaspian.errors import InputError

__all__ = ["ReturnRates", "irr", "irr_many", "irr_note"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MAX_STEPS = 200
# Rounding of the coefficients and exponentials, in units of the machine epsilon.
ROUNDING = 16.0 * np.finfo(np.float64).eps
PRECISE = 4.0 * np.finfo(np.float64).eps
CHUNK = 4096


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


@dataclass(frozen=True, slots=True)
class _Step:
    """Flows that share their times, and `slopes * scale`: what one step of the recursion makes."""

    flows: FloatArray  # [n_flow, n_time]
    slopes: FloatArray  # [n_flow, n_time]
    scale: FloatArray  # [n_flow]
    times: FloatArray  # [n_time]

    def rows(self, chosen: IntArray) -> "_Step":
        return _Step(self.flows[chosen], self.slopes[chosen], self.scale[chosen], self.times)


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
    rows: list[IntArray] = []
    rates: list[FloatArray] = []
    for first in range(0, table.shape[0], CHUNK):
        row, log_factor = _roots(table[first : first + CHUNK], moments)
        rows.append(row + first)
        rates.append(_rate_of(log_factor))
    row = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
    rate = np.concatenate(rates) if rates else np.empty(0)
    order = np.lexsort((rate, row))
    start = np.searchsorted(row[order], np.arange(table.shape[0] + 1)).astype(np.int64)
    return ReturnRates(start=start, rate=rate[order])


def irr_note(flow: ArrayLike, rates: FloatArray) -> str:
    """Return what a reader must know about the number of rates of return; empty for exactly one."""
    flows = np.asarray(flow, dtype=np.float64)
    if rates.size == 1:
        return ""
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
    if np.any(np.diff(moments) <= 0.0):
        raise InputError("times must ascend, none twice. Sort the columns and add up equal times.")


def _rate_of(log_factor: FloatArray) -> FloatArray:
    """Return exp(-u) - 1; a root closer to -1 than a number can say stays just above it."""
    with np.errstate(over="ignore"):
        rate = np.expm1(-log_factor)
    return np.clip(rate, np.nextafter(-1.0, 0.0), np.finfo(np.float64).max)


def _roots(flows: FloatArray, times: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the row and the u = -log(1 + rate) of every root."""
    count = _sign_changes(flows)
    rows: list[IntArray] = []
    roots: list[FloatArray] = []
    single = np.flatnonzero(count == 1)
    if single.size:
        root, is_solved = solve_simple_flows(flows[single], times)
        rows.append(single[is_solved])
        roots.append(root[is_solved])
        count[single[is_solved]] = 0
    for changes in np.unique(count[count > 0]):
        members = np.flatnonzero(count == changes)
        scaled = flows[members] / np.abs(flows[members]).max(axis=1, keepdims=True)
        row, root = _roots_of_equals(scaled, times, int(changes))
        rows.append(members[row])
        roots.append(root)
    if not rows:
        return np.empty(0, dtype=np.int64), np.empty(0)
    return np.concatenate(rows), np.concatenate(roots)


def _sign_changes(flows: FloatArray) -> IntArray:
    """Return how often each row changes sign, zeros left out."""
    filled = _carry_sign(np.sign(flows))
    is_change = filled[:, 1:] * filled[:, :-1] < 0.0
    return np.asarray(is_change.sum(axis=1), dtype=np.int64)


def _carry_sign(sign: FloatArray) -> FloatArray:
    """Give every zero the sign of the last flow before it."""
    last = np.where(sign != 0.0, np.arange(sign.shape[1]), 0)
    filled = np.take_along_axis(sign, np.maximum.accumulate(last, axis=1), axis=1)
    return np.asarray(filled, dtype=np.float64)


def _roots_of_equals(
    flows: FloatArray, times: FloatArray, changes: int
) -> tuple[IntArray, FloatArray]:
    """Return row and root for rows that all have the same number of sign changes, above zero."""
    steps = [flows]
    scales = []
    for _ in range(changes):
        slopes, scale = _derived(steps[-1], times)
        steps.append(slopes)
        scales.append(scale)
    row = np.empty(0, dtype=np.int64)
    root = np.empty(0)
    for level in range(changes - 1, -1, -1):
        step = _Step(steps[level], steps[level + 1], scales[level], times)
        row, root = _roots_between(step, row, root)
    return row, root


def _derived(flows: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return c_k * (t_k - tau) over its largest entry, and that entry, of each row.

    tau stands midway across the row's first change of sign.
    """
    sign = np.sign(flows)
    filled = _carry_sign(sign)
    change = 1 + np.argmax(filled[:, 1:] * filled[:, :-1] < 0.0, axis=1)
    positions = np.arange(times.size)
    before = np.where((positions < change[:, np.newaxis]) & (sign != 0.0), positions, 0).max(axis=1)
    tau = 0.5 * (times[before] + times[change])
    derived = flows * (times - tau[:, np.newaxis])
    scale = np.abs(derived).max(axis=1)
    return derived / scale[:, np.newaxis], scale


def _roots_between(step: _Step, row: IntArray, turn: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the roots of one step, given the row and place of every root of the step below."""
    count = np.bincount(row, minlength=step.flows.shape[0])
    order = np.lexsort((turn, row))
    row, turn = row[order], turn[order]
    # Points of a row: minus infinity, its turning points, plus infinity.
    start = np.concatenate([[0], np.cumsum(count + 2)])
    point = np.empty(start[-1])
    sign = np.empty(start[-1])
    place = np.arange(row.size) + 2 * row + 1
    point[place], sign[place] = turn, _certain_sign(step.flows[row], step.times, turn)
    point[start[:-1]], point[start[1:] - 1] = -np.inf, np.inf
    sign[start[:-1]], sign[start[1:] - 1] = _outer_signs(step.flows)
    left = np.flatnonzero(sign[:-1] * sign[1:] < 0.0)
    left = left[~np.isin(left, start[1:-1] - 1)]
    owner = np.searchsorted(start, left, side="right") - 1
    chosen = step.rows(owner)
    lower, upper = _finite_bracket(chosen, point[left], point[left + 1], sign[left])
    found = _solve(chosen, lower, upper, sign[left])
    is_touching = sign[place] == 0.0
    return np.concatenate([owner, row[is_touching]]), np.concatenate([found, turn[is_touching]])


def _outer_signs(flows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sign of each row as u falls (its first flow) and grows (its last) without end."""
    rows = np.arange(flows.shape[0])
    first = np.argmax(flows != 0.0, axis=1)
    last = flows.shape[1] - 1 - np.argmax(flows[:, ::-1] != 0.0, axis=1)
    return np.sign(flows[rows, first]), np.sign(flows[rows, last])


def _certain_sign(flows: FloatArray, times: FloatArray, u: FloatArray) -> FloatArray:
    """Return the sign of each row at u, zero where rounding could have turned it."""
    if not u.size:
        return np.empty(0)
    terms = flows * _weights(flows, times, u)
    total = terms.sum(axis=1)
    rounding = ROUNDING * (times.size + np.abs(u) * np.abs(times).max())
    return np.where(np.abs(total) <= rounding * np.abs(terms).sum(axis=1), 0.0, np.sign(total))


def _finite_bracket(
    step: _Step, lower: FloatArray, upper: FloatArray, sign: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Replace infinite ends by places where the sign is already that of infinity."""
    lower, upper = lower.copy(), upper.copy()
    both = np.isinf(lower) & np.isinf(upper)
    open_low, open_high = np.isinf(lower), np.isinf(upper)
    lower[open_low] = np.where(both, 0.0, upper)[open_low]
    upper[open_high] = np.where(both, 0.0, lower)[open_high]
    stride = 0.125
    for _ in range(MAX_STEPS):
        _push(step, lower, open_low, sign, -stride)
        _push(step, upper, open_high, -sign, stride)
        if not (open_low.any() or open_high.any()):
            break
        stride *= 2.0
    return lower, upper


def _push(
    step: _Step, end: FloatArray, is_open: BoolArray, sign: FloatArray, stride: float
) -> None:
    """Move the open ends by a stride, in place, and close those that reached their sign."""
    rows = np.flatnonzero(is_open)
    if rows.size:
        end[rows] += stride
        flows = step.flows[rows]
        total = (flows * _weights(flows, step.times, end[rows])).sum(axis=1)
        is_open[rows] = np.sign(total) != sign[rows]


def _solve(step: _Step, lower: FloatArray, upper: FloatArray, sign: FloatArray) -> FloatArray:
    """Return the one root in each bracket: Newton's step, or half the bracket where it strays.

    Newton works on exp(-tau * u) times the flow, which is monotone within the bracket; its slope
    is the step below and shares its exponentials. `lower` and `upper` are overwritten.
    """
    u = 0.5 * (lower + upper)
    last_move = upper - lower
    active = np.arange(u.size)
    for _ in range(MAX_STEPS):
        if not active.size:
            break
        at, part = u[active], step.rows(active)
        weights = _weights(part.flows, part.times, at)
        value = (part.flows * weights).sum(axis=1)
        slope = (part.slopes * weights).sum(axis=1) * part.scale
        is_left = np.sign(value) == sign[active]
        low = np.where(is_left, at, lower[active])
        high = np.where(is_left, upper[active], at)
        lower[active], upper[active] = low, high
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            target = np.where(value == 0.0, at, at - value / slope)
        is_good = (target >= low) & (target <= high)
        is_good &= np.abs(target - at) <= 0.5 * last_move[active]
        target = np.where(is_good, target, 0.5 * (low + high))
        move = np.abs(target - at)
        u[active], last_move[active] = target, move
        active = active[(move > PRECISE * np.maximum(np.abs(target), 0.25)) & (high > low)]
    return u


def _weights(flows: FloatArray, times: FloatArray, u: FloatArray) -> FloatArray:
    """Return exp(t_k * u) of each row, scaled so that none overflows."""
    exponent = times * u[:, np.newaxis]
    exponent -= np.where(flows != 0.0, exponent, -np.inf).max(axis=1, keepdims=True)
    return np.asarray(np.exp(np.minimum(exponent, 0.0)), dtype=np.float64)
