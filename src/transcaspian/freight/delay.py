"""Volume-delay functions: time on a link or in a terminal as it fills.

Every function is defined for all volumes from zero up, rises, and has a derivative that is exact at
zero volume too. `DelayTable` holds one function per link, ready for the compiled loops; `delay`,
`delay_slope` and `delay_integral` evaluate it outside of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import BoolArray, FloatArray, IntArray
from transcaspian.freight.delay_kernels import (
    AKCELIK,
    BPR,
    CONICAL,
    CURVE,
    DEMAND,
    QUEUE,
    integrate_delays,
    set_delays,
)

__all__ = [
    "DelayTable",
    "akcelik",
    "bpr",
    "conical",
    "curve",
    "delay",
    "delay_integral",
    "delay_slope",
    "elastic",
    "join_delays",
    "queue",
]

N_PARAMETER = 6
LOAD_LIMIT = 0.98  # share of capacity from which a queue's delay goes on along its tangent [-]


@dataclass(frozen=True, slots=True)
class DelayTable:
    """One function per link: its kind and up to six parameters.

    parameters, by kind: BPR t0, b / capacity**power, power; conical t0, alpha, capacity; Akcelik
    t0, period, J / (capacity * period), capacity; queue t0, servers, service time per unit and
    period, variability, capacity; curve first point, number of points; elastic demand u0, d0,
    sensitivity.
    """

    kind: IntArray  # [n_link]
    parameters: FloatArray  # [n_link, 6]
    points: FloatArray  # [n_point, 4] volume, time, slope, integral up to here

    @property
    def size(self) -> int:
        """Return the number of links."""
        return self.kind.size


def _table(kind: int, *columns: FloatArray) -> DelayTable:
    size = columns[0].size
    parameters = np.zeros((size, N_PARAMETER))
    for position, column in enumerate(columns):
        parameters[:, position] = column
    return DelayTable(np.full(size, kind, dtype=np.int64), parameters, np.zeros((0, 4)))


def _require(is_good: BoolArray, name: str, rule: str) -> None:
    """Raise InputError with every position at which a parameter breaks its rule."""
    problems = [
        Problem("delay", int(position) + 1, name, f"{name} must be {rule}.", "Correct it.")
        for position in np.flatnonzero(~is_good)
    ]
    if problems:
        raise InputError(f"A delay function cannot be used: {name} must be {rule}.", problems)


def bpr(
    free_time: FloatArray, b: FloatArray, capacity: FloatArray, power: FloatArray
) -> DelayTable:
    """Return time = free_time * (1 + b * (volume / capacity) ** power).

    Where `b` or the power is zero the time is constant and capacity is not looked at (b = 0), or
    free_time * (1 + b) throughout (power = 0).

    References
    ----------
    Bureau of Public Roads (1964), Traffic Assignment Manual.
    """
    _require((free_time >= 0.0) & np.isfinite(free_time), "free_time", "a number from 0 up")
    _require((b >= 0.0) & np.isfinite(b), "b", "a number from 0 up")
    _require((power == 0.0) | (power >= 1.0), "power", "0, or a number from 1 up")
    rises = (b > 0.0) & (power > 0.0) & (free_time > 0.0)
    _require(~rises | (capacity > 0.0), "capacity", "above 0 where time depends on the volume")
    safe = np.where(rises, capacity, 1.0)
    start = free_time * np.where(power == 0.0, 1.0 + b, 1.0)
    return _table(
        BPR, start, np.where(rises, free_time * b / safe**power, 0.0), np.where(rises, power, 1.0)
    )


def conical(free_time: FloatArray, alpha: FloatArray, capacity: FloatArray) -> DelayTable:
    """Return time = free_time * (2 + sqrt(a^2 (1-x)^2 + b^2) - a (1-x) - b), b = (2a-1)/(2a-2).

    References
    ----------
    Spiess (1990), Conical volume-delay functions, Transportation Science 24(2).
    """
    _require(alpha > 1.0, "alpha", "above 1")
    _require(capacity > 0.0, "capacity", "above 0")
    return _table(CONICAL, free_time, alpha, capacity)


def akcelik(
    free_time: FloatArray, period: FloatArray, delay_parameter: FloatArray, capacity: FloatArray
) -> DelayTable:
    """Return time = free_time + period/4 * (x-1 + sqrt((x-1)^2 + 8 J x / (capacity * period))).

    The time-dependent form of Davidson's function: finite above capacity.

    References
    ----------
    Akcelik (1991), Travel time functions for transport planning purposes, Australian Road
    Research 21(3).
    """
    _require(capacity > 0.0, "capacity", "above 0")
    _require(
        (period > 0.0) & (delay_parameter > 0.0), "period", "above 0, like the delay parameter"
    )
    return _table(AKCELIK, free_time, period, delay_parameter / (capacity * period), capacity)


def queue(
    free_time: FloatArray,
    servers: IntArray,
    capacity: FloatArray,
    service_time: FloatArray,
    variability: FloatArray,
) -> DelayTable:
    """Return time = free_time + wait in an M/G/c queue of the terminal.

    wait = (1 + variability) / 2 * service_time * ErlangC(c, a) / (c - a), a = c * volume / capacity
    (Allen and Cunneen); `variability` is the squared coefficient of variation of service times.
    From a load of 0.98 on the wait follows its tangent, so that it is defined for every volume.

    References
    ----------
    Allen (1990), Probability, Statistics, and Queueing Theory, section 6.5.
    """
    _require(capacity > 0.0, "capacity", "above 0")
    _require(servers >= 1, "servers", "1 or more")
    scale = 0.5 * (1.0 + variability) * service_time
    return _table(
        QUEUE,
        free_time,
        servers.astype(np.float64),
        scale,
        np.full(servers.size, LOAD_LIMIT),
        capacity,
    )


def curve(volumes: Sequence[FloatArray], times: Sequence[FloatArray]) -> DelayTable:
    """Return smooth rising curves through given points, one for each link.

    Monotone cubic pieces (Fritsch and Carlson 1980); below the first and above the last point the
    curve goes on straight. Volumes start at 0 and rise, times do not fall.
    """
    rows: list[tuple[float, float, float, float]] = []
    parameters = np.zeros((len(volumes), N_PARAMETER))
    for link, (volume, time) in enumerate(zip(volumes, times, strict=True)):
        good = volume.size >= 2 and volume[0] == 0.0 and (np.diff(volume) > 0.0).all()
        _require(
            np.array([bool(good and (np.diff(time) >= 0.0).all())]),
            "points",
            "volumes rising from 0 with times that do not fall",
        )
        interpolator = PchipInterpolator(volume, time)
        integral = interpolator.antiderivative()
        parameters[link, :2] = len(rows), volume.size
        rows += list(
            zip(volume, time, interpolator.derivative()(volume), integral(volume), strict=True)
        )
    return DelayTable(
        np.full(len(volumes), CURVE, dtype=np.int64),
        parameters,
        np.array(rows, dtype=np.float64).reshape(-1, 4),
    )


def elastic(cost: FloatArray, demand: FloatArray, sensitivity: FloatArray) -> DelayTable:
    """Return the willingness to pay of those who stay away, as a link that carries them.

    demand(u) = demand * exp(-sensitivity * (u - cost)); of the most there can be, demand(0), those
    who do not travel fill this link, whose cost is the u at which the rest would travel.
    """
    _require((sensitivity > 0.0) & (demand > 0.0), "sensitivity", "above 0, like the demand")
    return _table(DEMAND, cost, demand, sensitivity, demand * np.exp(sensitivity * cost))


def join_delays(tables: Sequence[DelayTable]) -> DelayTable:
    """Return one table with the links of all, in order."""
    parameters = [table.parameters.copy() for table in tables]
    first = 0
    for table, own in zip(tables, parameters, strict=True):
        own[table.kind == CURVE, 0] += first
        first += table.points.shape[0]
    return DelayTable(
        np.concatenate([table.kind for table in tables]),
        np.concatenate(parameters),
        np.concatenate([table.points for table in tables]),
    )


def delay(table: DelayTable, volume: FloatArray) -> FloatArray:
    """Return the time of every link at its volume."""
    return _evaluate(table, volume)[0]


def delay_slope(table: DelayTable, volume: FloatArray) -> FloatArray:
    """Return the derivative of every link's time by its volume."""
    return _evaluate(table, volume)[1]


def _evaluate(table: DelayTable, volume: FloatArray) -> tuple[FloatArray, FloatArray]:
    time, slope = np.empty(table.size), np.empty(table.size)
    set_delays(table.kind, table.parameters, table.points, volume, time, slope)
    return time, slope


def delay_integral(table: DelayTable, volume: FloatArray) -> FloatArray:
    """Return the integral of every link's time from zero to its volume."""
    integral = np.empty(table.size)
    integrate_delays(table.kind, table.parameters, table.points, volume, integral)
    return integral
