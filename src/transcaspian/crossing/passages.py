"""The compiled half of the delay curves: one pass over a log, first come first served."""

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from transcaspian.compile import kernel
from transcaspian.crossing.model import LOG, Event, FloatArray, Records

__all__ = ["ARRIVED", "HOURS", "N_SUM", "SAILED", "sum_passages"]

ARRIVED, HOURS, SAILED = range(3)  # units that came; unit-hours to the exit; units taken
N_SUM = 3
PUT, TAKE, DELIVER, CLEAR = (
    int(event) for event in (Event.PUT, Event.TAKE, Event.DELIVER, Event.CLEAR)
)
_LOG = types.Array(numba.from_dtype(LOG), 1, "C", readonly=False)
_INTS, _TABLE = types.int64[::1], types.float64[:, ::1]


@kernel(
    types.void(_LOG, types.float64, types.float64, types.float64, _INTS, _TABLE, _TABLE, _TABLE)
)
def _add_unfinished(
    log: Records,
    from_h: float,
    to_h: float,
    until_h: float,
    links: NDArray[np.int64],
    aboard: FloatArray,
    ashore: FloatArray,
    sums: FloatArray,
) -> None:
    """Add the hours so far of cargo aboard, landed but not cleared, and in store; see below."""
    n_fact, n_store = log.size, sums.shape[0]
    for who in range(aboard.shape[0]):
        for store in range(n_store):
            sums[store, HOURS] += until_h * aboard[who, 2 * store] - aboard[who, 2 * store + 1]
        landing = links[n_fact + n_store + who]
        while landing != -1:
            for store in range(n_store):
                units = ashore[landing, 2 * store]
                sums[store, HOURS] += until_h * units - ashore[landing, 2 * store + 1]
            landing = links[landing]
    for store in range(n_store):
        came = links[n_fact + store]
        while came != -1:
            if from_h <= log[came].time_h < to_h:
                sums[store, HOURS] += (until_h - log[came].time_h) * log[came].amount
            came = links[came]


@kernel(
    types.void(_LOG, types.float64, types.float64, types.float64, _INTS, _TABLE, _TABLE, _TABLE)
)
def sum_passages(
    log: Records,
    from_h: float,
    to_h: float,
    until_h: float,
    links: NDArray[np.int64],
    aboard: FloatArray,
    ashore: FloatArray,
    sums: FloatArray,
) -> None:
    """Add up units and hours from arrival to exit of the cargo that came from `from_h` to `to_h`.

    Cargo that has not left by the end of the run counts with the hours so far.

    Parameters
    ----------
    log : LOG[n_fact]
        Facts of the kinds PUT, TAKE, DELIVER and CLEAR, in order of time; the amounts of PUT are
        used up in place.
    from_h, to_h, until_h : float64
        Counted time and end of the run [h].
    links : int64[n_fact + n_store + n_entity]
        Scratch: next arrival in a store or next voyage of a vessel, after their first ones.
    aboard, ashore : float64[n_entity, 2 n_store], float64[n_fact, 2 n_store]
        Scratch: counted units and their unit-hours of arrival, on a vessel and by landing.
    sums : float64[n_store, 3]
        Written: ARRIVED, HOURS, SAILED.
    """
    n_fact, n_store = log.size, sums.shape[0]
    first_in_store, first_of_vessel = n_fact, n_fact + n_store
    links[n_fact:] = -1
    aboard[:] = 0.0
    sums[:] = 0.0
    last = np.full(n_store, -1)
    for fact in range(n_fact):
        row = log[fact]
        kind, place, who = row.event, row.place, row.entity
        if kind == PUT:
            links[fact] = -1
            if links[first_in_store + place] == -1:
                links[first_in_store + place] = fact
            else:
                links[last[place]] = fact
            last[place] = fact
            if from_h <= row.time_h < to_h:
                sums[place, ARRIVED] += row.amount
        elif kind == TAKE:
            if from_h <= row.time_h < to_h:
                sums[place, SAILED] += row.amount
            left = row.amount
            while left > 0.0:
                came = links[first_in_store + place]
                part = min(left, log[came].amount)
                if from_h <= log[came].time_h < to_h:
                    aboard[who, 2 * place] += part
                    aboard[who, 2 * place + 1] += part * log[came].time_h
                left -= part
                log[came].amount -= part
                if log[came].amount <= 0.0:
                    links[first_in_store + place] = links[came]
        elif kind == DELIVER:
            ashore[fact] = aboard[who]
            aboard[who] = 0.0
            links[fact] = links[first_of_vessel + who]
            links[first_of_vessel + who] = fact
        elif kind == CLEAR:
            before, landing = -1, links[first_of_vessel + who]
            while log[landing].place != place:
                before, landing = landing, links[landing]
            if before == -1:
                links[first_of_vessel + who] = links[landing]
            else:
                links[before] = links[landing]
            for store in range(n_store):
                units = ashore[landing, 2 * store]
                sums[store, HOURS] += units * row.time_h - ashore[landing, 2 * store + 1]
    _add_unfinished(log, from_h, to_h, until_h, links, aboard, ashore, sums)
