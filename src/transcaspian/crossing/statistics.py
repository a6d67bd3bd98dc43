"""What a log says: pure functions of its facts, in hours and units.

A wait that has not ended when the run ends counts up to the end where totals are taken (Little's
law then holds exactly) and is left out of quantiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.crossing.lots import match_lots
from transcaspian.crossing.model import NONE, Event, FloatArray, Records

__all__ = [
    "CargoWaits",
    "Curve",
    "Facts",
    "ResourceWaits",
    "busy_curve",
    "cargo_waits",
    "gather_facts",
    "queue_curve",
    "resource_waits",
    "weighted_quantiles",
    "yard_curve",
]

NEVER = np.inf
PLACES = 1 << 17  # more than any place of the log, which starts at NONE


@dataclass(frozen=True, slots=True)
class Curve:
    """A quantity that jumps: `value[i]` holds from `time_h[i]` to the next time."""

    time_h: FloatArray
    value: FloatArray

    def mean(self, from_h: float, to_h: float) -> float:
        """Return the mean over time from `from_h` to `to_h`."""
        return self.integral(from_h, to_h) / (to_h - from_h)

    def integral(self, from_h: float, to_h: float) -> float:
        """Return the area under the curve from `from_h` to `to_h`; before its first jump it is 0."""
        edges = np.clip(np.append(self.time_h, to_h), from_h, to_h)
        return float(np.sum(np.diff(edges) * self.value))

    def at(self, times_h: FloatArray) -> FloatArray:
        """Return the values at given times."""
        place = np.searchsorted(self.time_h, times_h, side="right") - 1
        values = np.append(self.value, 0.0)  # the place -1, before the first jump
        return np.asarray(values[place], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ResourceWaits:
    """One row a request for a resource, in the order of the requests."""

    entity: NDArray[np.int64]
    request_h: FloatArray
    grant_h: FloatArray  # NEVER where it still waits or was turned away
    is_turned_away: NDArray[np.bool_]

    @property
    def wait_h(self) -> FloatArray:
        """Return the waits of those that were served."""
        served = np.isfinite(self.grant_h)
        return np.asarray(self.grant_h[served] - self.request_h[served], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class CargoWaits:
    """One row a lot of cargo that came together and sailed together, first come first."""

    units: FloatArray
    arrive_h: FloatArray
    take_h: FloatArray
    sail_h: FloatArray  # NEVER where it has not happened yet
    deliver_h: FloatArray
    clear_h: FloatArray
    vessel: NDArray[np.int64]
    put_h: FloatArray  # every arrival …
    put_left: FloatArray  # … and what of it no vessel has taken by the end


@dataclass(frozen=True, slots=True)
class Facts:
    """A log with its rows sorted by kind and place, so that each question reads few of them."""

    log: Records
    order: NDArray[np.int64]  # row numbers, by kind, place and time
    keys: NDArray[np.int64]  # kind and place of the rows in that order

    def of(self, event: Event, place: int | None = None) -> Records:
        """Return the facts of one kind, at one place, in the order of the log."""
        return _take(self.log, self.rows_of(event, place))

    def rows_of(self, event: Event, place: int | None = None) -> NDArray[np.int64]:
        """Return the row numbers of the facts of one kind, at one place, rising."""
        if place is None:
            first, last = int(event) * PLACES, (int(event) + 1) * PLACES
        else:
            first = int(event) * PLACES + place - NONE
            last = first + 1
        begin, end = np.searchsorted(self.keys, (first, last))
        rows = self.order[begin:end]
        return np.sort(rows) if place is None else rows

    def take(self, rows: NDArray[np.int64]) -> Records:
        """Return rows by their numbers."""
        return _take(self.log, rows)

    def merged(self, events: Sequence[Event], place: int) -> Records:
        """Return the facts of several kinds at one place, in the order of the log."""
        numbers = np.sort(np.concatenate([self.rows_of(event, place) for event in events]))
        return _take(self.log, numbers)


def _take(log: Records, rows: NDArray[np.int64]) -> Records:
    """Return rows of the log, copied as whole words: numpy copies records field by field."""
    words = log.view(np.int64).reshape(-1, log.dtype.itemsize // 8)
    chosen: Records = words[rows].view(log.dtype).reshape(-1)
    return chosen


def gather_facts(log: Records) -> Facts:
    """Return the log with its rows sorted by kind and place."""
    keys = log["event"].astype(np.int64) * PLACES + log["place"] - NONE
    order = np.argsort(keys, kind="stable")
    return Facts(log, order, keys[order])


def resource_waits(facts: Facts, resource: int) -> ResourceWaits:
    """Return who waited how long for a resource.

    An entity has at most one open request for a resource, so that its k-th answer (granted or
    turned away) belongs to its k-th request.
    """
    asked = facts.of(Event.REQUEST, resource)
    answered = facts.merged((Event.GRANT, Event.TURNED_AWAY), resource)
    answer_of = np.full(asked.size, -1)
    ask_key, answer_key = _numbered(asked["entity"]), _numbered(answered["entity"])
    order = np.lexsort((answer_key[1], answer_key[0]))
    ask_order = np.lexsort((ask_key[1], ask_key[0]))
    # Both sorted by (entity, k): every answer has its request, so a merge by position suffices.
    span = int(ask_key[1].max()) + 2 if asked.size else 1
    ask_flat = ask_key[0][ask_order] * span + ask_key[1][ask_order]
    answer_flat = answer_key[0][order] * span + answer_key[1][order]
    answer_of[ask_order[np.searchsorted(ask_flat, answer_flat)]] = order
    is_answered = answer_of >= 0
    time = np.where(is_answered, answered["time_h"][answer_of] if answered.size else NEVER, NEVER)
    away = np.zeros(asked.size, dtype=bool)
    if answered.size:
        away = is_answered & (answered["event"][answer_of] == int(Event.TURNED_AWAY))
    return ResourceWaits(
        asked["entity"].astype(np.int64),
        asked["time_h"].copy(),
        np.where(away, NEVER, time),
        away,
    )


def _numbered(entity: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the entity of every row and how many rows of it came before."""
    wide = entity.astype(np.int64)
    order = np.argsort(wide, kind="stable")
    is_new = np.ones(wide.size, dtype=bool)
    is_new[1:] = wide[order][1:] != wide[order][:-1]
    starts = np.flatnonzero(is_new)
    number = np.empty(wide.size, dtype=np.int64)
    number[order] = np.arange(wide.size) - np.repeat(starts, np.diff(np.append(starts, wide.size)))
    return wide, number


def cargo_waits(facts: Facts, store: int) -> CargoWaits:
    """Return every lot of a store's cargo that a vessel has taken, first come first."""
    puts, take_rows = facts.of(Event.PUT, store), facts.rows_of(Event.TAKE, store)
    takes = facts.take(take_rows)
    left, most = puts["amount"].copy(), puts.size + takes.size
    units, put_of, take_of = np.empty(most), np.empty(most, np.int64), np.empty(most, np.int64)
    n_lot = match_lots(left, takes["amount"].copy(), units, put_of, take_of)
    put_of, take_of = put_of[:n_lot], take_of[:n_lot]
    sail_h, _ = _next_fact(facts, Event.SAIL, take_rows)
    deliver_h, delivery = _next_fact(facts, Event.DELIVER, take_rows)
    voyage = np.where(delivery >= 0, facts.log["place"][delivery].astype(np.int64), -1)
    clear_h = _clearance(facts, takes["entity"], voyage)
    return CargoWaits(
        units[:n_lot],
        puts["time_h"][put_of],
        takes["time_h"][take_of],
        sail_h[take_of],
        deliver_h[take_of],
        clear_h[take_of],
        takes["entity"][take_of].astype(np.int64),
        puts["time_h"].copy(),
        left,
    )


def _next_fact(
    facts: Facts, event: Event, rows: NDArray[np.int64]
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return when the next fact of a kind of the same entity comes after each row, and its row."""
    log, fact_rows = facts.log, facts.rows_of(event)
    span = log.size + 1
    keys = log["entity"][fact_rows].astype(np.int64) * span + fact_rows
    order = np.argsort(keys)
    wanted = log["entity"][rows].astype(np.int64)
    place = np.searchsorted(keys[order], wanted * span + rows)
    found = np.full(rows.size, -1)
    inside = place < keys.size
    candidate = fact_rows[order[place[inside]]]
    same = log["entity"][candidate] == log["entity"][rows[inside]]
    found[np.flatnonzero(inside)[same]] = candidate[same]
    time = np.where(found >= 0, log["time_h"][found], NEVER) if log.size else np.empty(0)
    return time, found


def _clearance(facts: Facts, entity: NDArray[np.int32], voyage: NDArray[np.int64]) -> FloatArray:
    """Return when the cargo of a voyage leaves the port of arrival."""
    cleared = facts.of(Event.CLEAR)
    span = np.int64(1) << 17
    keys = cleared["entity"].astype(np.int64) * span + cleared["place"]
    order = np.argsort(keys, kind="stable")
    wanted = entity.astype(np.int64) * span + voyage
    place = np.searchsorted(keys[order], wanted)
    is_found = place < keys.size
    is_found[is_found] &= keys[order][place[is_found]] == wanted[is_found]
    time = np.full(entity.size, NEVER)
    time[is_found] = cleared["time_h"][order[place[is_found]]]
    return time


def busy_curve(facts: Facts, resource: int) -> Curve:
    """Return how many units of a resource are in use."""
    return _step_curve(facts, resource, ((Event.GRANT, 1.0), (Event.RELEASE, -1.0)), by_amount=True)


def queue_curve(facts: Facts, resource: int) -> Curve:
    """Return how many wait for a resource."""
    ends = ((Event.GRANT, -1.0), (Event.TURNED_AWAY, -1.0))
    return _step_curve(facts, resource, ((Event.REQUEST, 1.0), *ends), by_amount=False)


def yard_curve(facts: Facts, store: int) -> Curve:
    """Return how many units wait in a store."""
    return _step_curve(facts, store, ((Event.PUT, 1.0), (Event.TAKE, -1.0)), by_amount=True)


def _step_curve(
    facts: Facts, place: int, signs: tuple[tuple[Event, float], ...], *, by_amount: bool
) -> Curve:
    weight = np.zeros(len(Event))
    for event, sign in signs:
        weight[int(event)] = sign
    rows = facts.merged([event for event, _ in signs], place)
    step = weight[rows["event"]]
    return Curve(rows["time_h"].copy(), np.cumsum(step * rows["amount"] if by_amount else step))


def weighted_quantiles(
    values: FloatArray, weights: FloatArray, shares: tuple[float, ...]
) -> FloatArray:
    """Return the smallest values that at least the given shares of the weight do not exceed."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    place = np.searchsorted(reached, np.asarray(shares) * reached[-1] * (1.0 - 1e-12))
    return np.asarray(values[order][np.minimum(place, values.size - 1)], dtype=np.float64)
