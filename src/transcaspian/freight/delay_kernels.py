"""Compiled volume-delay functions: time, slope and integral of one link, by kind."""

import numpy as np

from transcaspian.compile import kernel
from transcaspian.freight.arrays import FloatArray, IntArray

BPR, CONICAL, AKCELIK, QUEUE, CURVE, DEMAND = range(6)
# Panels of the integral of a queue's delay: smooth below the tangent, so few are needed.
QUEUE_PANELS = 64
LEAST_TRAVEL = 1e-9  # share of the largest demand below which willingness to pay goes on straight
GAUSS_NODE = 0.7745966692414834  # sqrt(3/5), three-point Gauss rule
GAUSS_WEIGHTS = (5.0 / 9.0, 8.0 / 9.0)

TABLE = "int64[::1], float64[:, ::1], float64[:, ::1]"


@kernel("UniTuple(float64, 2)(float64, float64)")
def whole_power(base: float, power: float) -> tuple[float, float]:
    """Return base ** power and base ** (power - 1), by products where the power is small and whole."""
    whole = int(power)
    if whole == power and whole <= 8:
        below = 1.0
        for _ in range(whole - 1):
            below *= base
        return below * base, below
    below = base ** (power - 1.0)
    return below * base, below


@kernel("UniTuple(float64, 2)(float64, float64)")
def erlang_wait(servers: float, load: float) -> tuple[float, float]:
    """Return ErlangC(c, a) / (c - a) with a = c * load, and its derivative by the load.

    The recursion B(k) = a B(k-1) / (k + a B(k-1)) is differentiated term by term, which is exact at
    zero load too.
    """
    offered = servers * load
    blocked, slope = 1.0, 0.0
    for server in range(1, int(servers) + 1):
        product = offered * blocked
        rise = blocked + offered * slope
        slope = server * rise / (server + product) ** 2
        blocked = product / (server + product)
    free = 1.0 - load * (1.0 - blocked)
    waiting = blocked / free
    waiting_slope = (
        slope * servers * free - blocked * (-(1.0 - blocked) + load * slope * servers)
    ) / free**2
    spare = servers * (1.0 - load)
    return waiting / spare, waiting_slope / spare + waiting * servers / spare**2


@kernel("UniTuple(float64, 2)(int64, float64[::1], float64[:, ::1], float64)")
def evaluate_delay(
    kind: int, parameter: FloatArray, points: FloatArray, volume: float
) -> tuple[float, float]:
    """Return time and slope of one link."""
    if kind == BPR:
        power, below = whole_power(volume, parameter[2])
        return parameter[0] + parameter[1] * power, parameter[1] * parameter[2] * below
    if kind == CONICAL:
        alpha = parameter[1]
        beta = (2.0 * alpha - 1.0) / (2.0 * alpha - 2.0)
        spare = 1.0 - volume / parameter[2]
        root = np.sqrt(alpha * alpha * spare * spare + beta * beta)
        return (
            parameter[0] * (2.0 + root - alpha * spare - beta),
            parameter[0] / parameter[2] * (alpha - alpha * alpha * spare / root),
        )
    if kind == AKCELIK:
        over = volume / parameter[3] - 1.0
        root = np.sqrt(over * over + 8.0 * parameter[2] * (over + 1.0))
        quarter = 0.25 * parameter[1]
        return (
            parameter[0] + quarter * (over + root),
            quarter / parameter[3] * (1.0 + (over + 4.0 * parameter[2]) / root),
        )
    if kind == QUEUE:
        load = volume / parameter[4]
        wait, slope = erlang_wait(parameter[1], min(load, parameter[3]))
        if load > parameter[3]:
            wait += slope * (load - parameter[3])
        return parameter[0] + parameter[2] * wait, parameter[2] * slope / parameter[4]
    if kind == DEMAND:
        # The rest of the largest demand travels: u = cost - log(travelling / demand) / sensitivity.
        travelling = parameter[3] - volume
        least = LEAST_TRAVEL * parameter[3]
        curved = max(travelling, least)
        slope = 1.0 / (parameter[2] * curved)
        return (
            parameter[0]
            - np.log(curved / parameter[1]) / parameter[2]
            + (curved - travelling) * slope,
            slope,
        )
    first, last = int(parameter[0]), int(parameter[0] + parameter[1]) - 1
    if volume >= points[last, 0]:
        return points[last, 1] + points[last, 2] * (volume - points[last, 0]), points[last, 2]
    piece = first
    while volume >= points[piece + 1, 0]:
        piece += 1
    width = points[piece + 1, 0] - points[piece, 0]
    share = (volume - points[piece, 0]) / width
    rise = points[piece + 1, 1] - points[piece, 1]
    slope0, slope1 = points[piece, 2] * width, points[piece + 1, 2] * width
    cubic, square = slope0 + slope1 - 2.0 * rise, 3.0 * rise - 2.0 * slope0 - slope1
    return (
        points[piece, 1] + share * (slope0 + share * (square + share * cubic)),
        (slope0 + share * (2.0 * square + 3.0 * share * cubic)) / width,
    )


@kernel("float64(int64, float64[::1], float64[:, ::1], float64)")
def integrate_delay(kind: int, parameter: FloatArray, points: FloatArray, volume: float) -> float:
    """Return the integral of one link's time from zero to its volume."""
    if kind == BPR:
        power, _ = whole_power(volume, parameter[2] + 1.0)
        return float(parameter[0] * volume + parameter[1] * power / (parameter[2] + 1.0))
    if kind == CONICAL:
        alpha, capacity = parameter[1], parameter[2]
        beta = (2.0 * alpha - 1.0) / (2.0 * alpha - 2.0)
        ends = np.empty(2)
        for end in range(2):
            spare = alpha * (1.0 - end * volume / capacity)
            root = np.sqrt(spare * spare + beta * beta)
            # Integral of sqrt(s^2 + b^2), and of s.
            ends[end] = (
                0.5 * (spare * root + beta * beta * np.arcsinh(spare / beta)) - 0.5 * spare * spare
            )
        return float(
            parameter[0] * ((2.0 - beta) * volume + capacity / alpha * (ends[0] - ends[1]))
        )
    if kind == AKCELIK:
        # The square root of a quadratic over = x - 1: (over + g)^2 + h with g = 4k.
        capacity, shift = parameter[3], 4.0 * parameter[2]
        rest = 8.0 * parameter[2] - shift * shift
        ends = np.empty(2)
        for end in range(2):
            over = end * volume / capacity - 1.0
            moved = over + shift
            root = np.sqrt(max(moved * moved + rest, 0.0))
            ends[end] = 0.5 * over * over + 0.5 * moved * root
            # moved + root is above zero: 8k over x makes the quadratic positive from zero volume up.
            if rest != 0.0:
                ends[end] += 0.5 * rest * np.log(moved + root)
        return float(parameter[0] * volume + 0.25 * parameter[1] * capacity * (ends[1] - ends[0]))
    if kind == QUEUE:
        below = min(volume, parameter[3] * parameter[4])
        # In y = -log(1 - load) the wait is smooth up to the tangent.
        width = -np.log(1.0 - below / parameter[4]) / QUEUE_PANELS
        total = 0.0
        for panel in range(QUEUE_PANELS):
            for node in range(-1, 2):
                spare = np.exp(-width * (panel + 0.5 + 0.5 * GAUSS_NODE * node))
                time, _ = evaluate_delay(kind, parameter, points, parameter[4] * (1.0 - spare))
                total += 0.5 * width * GAUSS_WEIGHTS[1 - abs(node)] * time * spare * parameter[4]
        time, slope = evaluate_delay(kind, parameter, points, below)
        above = volume - below
        return float(total + above * (time + 0.5 * slope * above))
    if kind == DEMAND:
        full, least = parameter[3], LEAST_TRAVEL * parameter[3]
        curved = max(full - volume, least)
        straight = max(least - (full - volume), 0.0)
        # Integral of log(x / d) is x log(x / d) - x.
        at_end = curved * np.log(curved / parameter[1]) - curved
        at_start = full * np.log(full / parameter[1]) - full
        total = parameter[0] * (full - curved) - (at_start - at_end) / parameter[2]
        time, slope = evaluate_delay(kind, parameter, points, full - least)
        return float(total + straight * (time + 0.5 * slope * straight))
    first, last = int(parameter[0]), int(parameter[0] + parameter[1]) - 1
    if volume >= points[last, 0]:
        above = volume - points[last, 0]
        return float(points[last, 3] + above * (points[last, 1] + 0.5 * points[last, 2] * above))
    piece = first
    while volume >= points[piece + 1, 0]:
        piece += 1
    width = points[piece + 1, 0] - points[piece, 0]
    share = (volume - points[piece, 0]) / width
    rise = points[piece + 1, 1] - points[piece, 1]
    slope0, slope1 = points[piece, 2] * width, points[piece + 1, 2] * width
    cubic, square = slope0 + slope1 - 2.0 * rise, 3.0 * rise - 2.0 * slope0 - slope1
    inner = points[piece, 1] + share * (slope0 / 2.0 + share * (square / 3.0 + share * cubic / 4.0))
    return float(points[piece, 3] + width * share * inner)


@kernel(f"void({TABLE}, float64[::1], float64[::1], float64[::1])")
def set_delays(
    kind: IntArray,
    parameters: FloatArray,
    points: FloatArray,
    volume: FloatArray,
    time: FloatArray,
    slope: FloatArray,
) -> None:
    """Write time and slope of every link, in place."""
    for link in range(kind.size):
        time[link], slope[link] = evaluate_delay(kind[link], parameters[link], points, volume[link])


@kernel(f"void({TABLE}, float64[::1], float64[::1])")
def integrate_delays(
    kind: IntArray,
    parameters: FloatArray,
    points: FloatArray,
    volume: FloatArray,
    integral: FloatArray,
) -> None:
    """Write the integral of every link's time, in place."""
    for link in range(kind.size):
        integral[link] = integrate_delay(kind[link], parameters[link], points, volume[link])
