"""Compiled outages: when plants, poles and links fail and return, from random streams of their own.

Every part has a stream by its key, the sample and the seed, so that a part fails in the same hours
whatever else a run has in it.
"""

import numpy as np
from numpy.typing import NDArray

from transcaspian.compile import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
MTTF, MTTR = range(2)  # rows of `times_h` [2, n_unit]


@kernel("uint64(uint64)")
def mix(state: np.uint64) -> np.uint64:
    """Return the bits of a state well mixed (SplitMix64: Steele, Lea and Flood 2014)."""
    z = np.uint64(state)
    z = (z ^ (z >> np.uint64(30))) * MIX_1
    z = (z ^ (z >> np.uint64(27))) * MIX_2
    return z ^ (z >> np.uint64(31))


@kernel("float64(uint64)")
def to_unit(bits: np.uint64) -> float:
    """Return a number above 0 and at most 1 of 53 random bits."""
    return (float(np.uint64(bits) >> np.uint64(11)) + 1.0) * (1.0 / 9007199254740992.0)


@kernel("uint64(uint64, uint64, uint64)")
def stream(seed: np.uint64, sample: np.uint64, key: np.uint64) -> np.uint64:
    """Return where the random stream of one part in one sample begins."""
    state = mix(np.uint64(seed) * GOLDEN + np.uint64(1))
    state = mix(state ^ (np.uint64(sample) * GOLDEN + np.uint64(2)))
    return mix(state ^ np.uint64(key))


@kernel(
    "int64(uint64, uint64, int64, float64[:,::1], uint64[::1], boolean[::1], int64[::1],"
    " int64[::1], int64[::1])"
)
def draw_outages(
    seed: np.uint64,
    sample: np.uint64,
    n_hour: int,
    times_h: FloatArray,
    key: NDArray[np.uint64],
    is_up: NDArray[np.bool_],
    event_hour: IntArray,
    event_unit: IntArray,
    hour_start: IntArray,
) -> int:
    """Write the states at the first hour and every change of a year; return how many, or -1.

    States of the first hour are those of the long run, times between changes are geometric, so
    every hour has the shares of the long run. Changes are grouped by hour: those of hour h are
    `hour_start[h]:hour_start[h + 1]` of the list in the second half of `event_unit`. Returns -1
    where the lists are too short.
    """
    mttf_h, mttr_h = times_h[MTTF], times_h[MTTR]
    most = event_hour.size
    n_event = 0
    hour_start[:] = 0
    for unit in range(mttf_h.size):
        is_up[unit] = True
        if mttf_h[unit] == np.inf:
            continue
        state = stream(np.uint64(seed), np.uint64(sample), key[unit])
        state = np.uint64(state) + GOLDEN
        up = to_unit(mix(state)) > mttr_h[unit] / (mttf_h[unit] + mttr_h[unit])
        is_up[unit] = up
        stay_up = np.log1p(-1.0 / mttf_h[unit])
        stay_out = np.log1p(-1.0 / mttr_h[unit])
        hour = 0
        while True:
            state = np.uint64(state) + GOLDEN
            length = np.log(to_unit(mix(state))) / (stay_up if up else stay_out)
            if length >= n_hour - hour - 1:
                break
            hour += 1 + int(length)
            if n_event >= most:
                return -1
            event_hour[n_event] = hour
            event_unit[n_event] = unit
            hour_start[hour + 1] += 1
            n_event += 1
            up = not up
    for hour in range(n_hour):
        hour_start[hour + 1] += hour_start[hour]
    for event in range(n_event - 1, -1, -1):
        # Filled from the back of each hour; the starts move down to where they belong.
        hour = event_hour[event]
        hour_start[hour + 1] -= 1
        event_unit[most + hour_start[hour + 1]] = event_unit[event]
    for hour in range(n_hour):
        hour_start[hour] = hour_start[hour + 1]
    hour_start[n_hour] = n_event
    return n_event


@kernel("int64(float64[:,::1], int64)")
def events_at_most(times_h: FloatArray, n_hour: int) -> int:
    """Return a number of changes in a year that chance does not pass: its mean and 12 deviations."""
    expected = 0.0
    for unit in range(times_h.shape[1]):
        if times_h[MTTF, unit] < np.inf:
            expected += 2.0 * (n_hour / (times_h[MTTF, unit] + times_h[MTTR, unit]) + 1.0)
    return int(expected + 12.0 * np.sqrt(expected + 1.0) + 64.0)
