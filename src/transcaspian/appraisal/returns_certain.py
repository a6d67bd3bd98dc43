"""The certain way to every rate of return, of rows of cash flows at once.

A cash flow is a sum c_k * exp(t_k * u) with u = -log(1 + rate). Multiply it by exp(-tau * u), with
tau between the times of two flows of opposite sign, and differentiate: the result is again such a
sum, with coefficients c_k * (t_k - tau) and exactly one change of sign less. After as many steps as
there are changes of sign nothing changes sign any more and there is no root. Going back up, Rolle's
theorem leaves at most one root between neighbouring roots of the step below, so that none can be
missed, whatever the dates (Laguerre 1883, Sur la théorie des équations numériques). Double roots
are roots of two neighbouring steps and are found as such.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FlowStep",
    "certain_roots",
    "derived_step",
    "outer_signs",
    "sign_changes",
    "solve_open_bracket",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MAX_STEPS = 200
# Rounding of the coefficients and exponentials, in units of the machine epsilon.
ROUNDING = 16.0 * np.finfo(np.float64).eps
PRECISE = 4.0 * np.finfo(np.float64).eps
CHUNK = 2048


@dataclass(frozen=True, slots=True)
class FlowStep:
    """Flows that share their times, and `slopes * scale`: what one step of the recursion makes."""

    flows: FloatArray  # [n_flow, n_time]
    slopes: FloatArray  # [n_flow, n_time]
    scale: FloatArray  # [n_flow]
    times: FloatArray  # [n_time]

    def rows(self, chosen: IntArray) -> "FlowStep":
        """Return the chosen rows."""
        return FlowStep(self.flows[chosen], self.slopes[chosen], self.scale[chosen], self.times)


def certain_roots(flows: FloatArray, times: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return row and u = -log(1 + rate) of every root of flows[n_flow, n_time]."""
    count = sign_changes(flows)
    rows = [np.empty(0, dtype=np.int64)]
    roots = [np.empty(0)]
    # Rows with about as many changes of sign go together; those with fewer wait at the bottom.
    order = np.argsort(count, kind="stable")
    order = order[count[order] > 0]
    for first in range(0, order.size, CHUNK):
        members = order[first : first + CHUNK]
        scaled = flows[members] / np.abs(flows[members]).max(axis=1, keepdims=True)
        row, root = _roots_by_steps(scaled, times, int(count[members].max()))
        rows.append(members[row])
        roots.append(root)
    return np.concatenate(rows), np.concatenate(roots)


def derived_step(flows: FloatArray, times: FloatArray) -> FlowStep:
    """Return the flows with their slopes, for Newton's method."""
    return FlowStep(flows, *_derived(flows, times), times)


def solve_open_bracket(
    step: FlowStep, lower: FloatArray, upper: FloatArray, sign: FloatArray
) -> FloatArray:
    """Return the root between `lower`, where the flow has this sign, and `upper`; ends may be infinite."""
    return _solve(step, *_finite_bracket(step, lower, upper, sign), sign)


def sign_changes(flows: FloatArray) -> IntArray:
    """Return how often each row changes sign, zeros left out."""
    if flows.all():
        is_positive = flows > 0.0
        is_change = is_positive[:, 1:] != is_positive[:, :-1]
    else:
        filled = _carry_sign(np.sign(flows))
        is_change = filled[:, 1:] * filled[:, :-1] < 0.0
    return np.asarray(is_change.sum(axis=1), dtype=np.int64)


def _carry_sign(sign: FloatArray) -> FloatArray:
    """Give every zero the sign of the last flow before it."""
    last = np.where(sign != 0.0, np.arange(sign.shape[1]), 0)
    filled = np.take_along_axis(sign, np.maximum.accumulate(last, axis=1), axis=1)
    return np.asarray(filled, dtype=np.float64)


def _roots_by_steps(
    flows: FloatArray, times: FloatArray, changes: int
) -> tuple[IntArray, FloatArray]:
    """Return row and root of rows with at most so many changes of sign, one or more."""
    steps = [flows]
    scales = []
    for _ in range(changes):
        slopes, scale = _derived(steps[-1], times)
        steps.append(slopes)
        scales.append(scale)
    row = np.empty(0, dtype=np.int64)
    root = np.empty(0)
    for level in range(changes - 1, -1, -1):
        step = FlowStep(steps[level], steps[level + 1], scales[level], times)
        row, root = _roots_between(step, row, root)
    return row, root


def _derived(flows: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return c_k * (t_k - tau) over its largest entry, and that entry, of each row.

    tau stands midway across the row's first change of sign. A row that has none (left) stays as it
    is: it has no root.
    """
    sign = np.sign(flows)
    filled = _carry_sign(sign)
    is_change = filled[:, 1:] * filled[:, :-1] < 0.0
    change = 1 + np.argmax(is_change, axis=1)
    positions = np.arange(times.size)
    before = np.where((positions < change[:, np.newaxis]) & (sign != 0.0), positions, 0).max(axis=1)
    tau = 0.5 * (times[before] + times[change])
    derived = flows * (times - tau[:, np.newaxis])
    derived = np.where(is_change.any(axis=1, keepdims=True), derived, flows)
    scale = np.abs(derived).max(axis=1)
    return derived / scale[:, np.newaxis], scale


def _roots_between(step: FlowStep, row: IntArray, turn: FloatArray) -> tuple[IntArray, FloatArray]:
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
    sign[start[:-1]], sign[start[1:] - 1] = outer_signs(step.flows)
    left = np.flatnonzero(sign[:-1] * sign[1:] < 0.0)
    left = left[~np.isin(left, start[1:-1] - 1)]
    owner = np.searchsorted(start, left, side="right") - 1
    chosen = step.rows(owner)
    found = solve_open_bracket(chosen, point[left], point[left + 1], sign[left])
    is_touching = sign[place] == 0.0
    return np.concatenate([owner, row[is_touching]]), np.concatenate([found, turn[is_touching]])


def outer_signs(flows: FloatArray) -> tuple[FloatArray, FloatArray]:
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
    step: FlowStep, lower: FloatArray, upper: FloatArray, sign: FloatArray
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
    step: FlowStep, end: FloatArray, is_open: BoolArray, sign: FloatArray, stride: float
) -> None:
    """Move the open ends by a stride, in place, and close those that reached their sign."""
    rows = np.flatnonzero(is_open)
    if rows.size:
        end[rows] += stride
        flows = step.flows[rows]
        total = (flows * _weights(flows, step.times, end[rows])).sum(axis=1)
        is_open[rows] = np.sign(total) != sign[rows]


def _solve(step: FlowStep, lower: FloatArray, upper: FloatArray, sign: FloatArray) -> FloatArray:
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
