"""The shell of the compiled engine: checks sizes, owns the memory, gathers the log."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from transcaspian.crossing import kernels, stations
from transcaspian.crossing import world as world_room
from transcaspian.crossing.model import LOG, NONE, Event, Model, Records
from transcaspian.crossing.streams import stream_keys
from transcaspian.errors import InputError, ModelError, Problem

__all__ = ["ALL_FACTS", "run_general", "run_kernel"]

ALL_FACTS = tuple(Event)
TABLES = tuple(world_room.ROOM)
WORDS_PER_FACT = LOG.itemsize // 8  # facts are copied as whole words: by field it is far slower


def run_kernel(
    model: Model,
    until_h: float,
    seed: int,
    replication: int = 0,
    keep: Collection[Event] = ALL_FACTS,
) -> Records:
    """Return the log of one replication up to `until_h` by the compiled engine: `LOG` records.

    `keep` lists the kinds of facts that are wanted; the others are not written.

    Raises ModelError where the clock stands still or where so much waits that demand must lie
    beyond capacity for ever.
    """
    if stations.is_plain_station(model):
        return _run_station(_begin(model, seed, replication, keep), model, until_h)
    return run_general(model, until_h, seed, replication, keep)


def run_general(
    model: Model,
    until_h: float,
    seed: int,
    replication: int = 0,
    keep: Collection[Event] = ALL_FACTS,
) -> Records:
    """Return the same log by the engine that can run every model."""
    world = _begin(model, seed, replication, keep)
    log = _GrowingLog(world)
    while True:
        status = kernels.advance(world[0], until_h)
        log.gather()
        if status != kernels.FULL_LOG:
            return _finished(model, world, status, log)


def _run_station(world: Records, model: Model, until_h: float) -> Records:
    world["resources"]["head"] = 0  # a ring here, not a linked list
    servers = int(model.resources["capacity"][0])
    log = _GrowingLog(world)
    departure_h = np.full(servers, np.inf)
    customer = np.zeros(servers, np.int64)
    queue = np.zeros(stations.RING, np.int64)
    while True:
        status = stations.advance_station(world[0], until_h, departure_h, customer, queue)
        log.gather()
        if status != kernels.FULL_LOG:
            return _finished(model, world, status, log)


class _GrowingLog:
    """The facts of a run so far; `gather` takes what the kernel has written."""

    __slots__ = ("_facts", "_size", "_words", "_world")

    def __init__(self, world: Records) -> None:
        self._world = world
        self._words: NDArray[np.int64] = world["log"][0].view(np.int64).reshape(-1, WORDS_PER_FACT)
        self._facts = np.empty((4 * world_room.LOG_FULL, WORDS_PER_FACT), np.int64)
        self._size = 0

    def gather(self) -> None:
        """Move the kernel's facts to the end."""
        new = int(self._world["n_log"][0])
        if self._size + new > self._facts.shape[0]:
            larger = np.empty((2 * self._facts.shape[0], WORDS_PER_FACT), np.int64)
            larger[: self._size] = self._facts[: self._size]
            self._facts = larger
        self._facts[self._size : self._size + new] = self._words[:new]
        self._size += new
        self._world["n_log"] = 0

    def facts(self) -> Records:
        """Return all facts as `LOG` records."""
        return self._facts[: self._size].view(LOG).reshape(-1)


def _finished(model: Model, world: Records, status: int, log: _GrowingLog) -> Records:
    if status == kernels.TOO_MANY:
        raise ModelError(_what_grows(model, world))
    if status == kernels.STANDS_STILL:
        raise ModelError(
            f"The clock stands still at {world['now'][0]} h: some program takes no time."
        )
    return log.facts()


def _begin(model: Model, seed: int, replication: int, keep: Collection[Event]) -> Records:
    """Return the record of a run, first events on the heap."""
    _check_room(model)
    world = np.zeros(1, world_room.WORLD)
    world["keep"] = sum(1 << int(event) for event in set(keep))
    world["start_h"] = model.start_h
    world["free_slot"] = world["free_lot"] = NONE
    world["n_weather"] = model.weathers.size
    world["n_source"] = model.sources.size
    world["n_vessel"] = model.vessels.size
    for table in TABLES:
        rows = getattr(model, table)
        world[table][0, : rows.size] = rows
    resources = world["resources"][0, : model.resources.size]
    resources["free"] = resources["capacity"]
    resources["head"] = resources["tail"] = NONE
    keys = stream_keys(seed, replication, model.stream_names)
    world["stream_state"][0, : keys.size] = keys
    kernels.start(world[0])
    return world


def _check_room(model: Model) -> None:
    sizes = {table: getattr(model, table).size for table in TABLES}
    sizes["streams"] = len(model.stream_names)
    room = {**world_room.ROOM, "streams": world_room.STREAMS}
    problems = [
        Problem(table, 0, "", f"{size} rows are more than the {room[table]} there is room for.", "")
        for table, size in sizes.items()
        if size > room[table]
    ]
    if problems:
        raise InputError("The crossing is too large.", problems)


def _what_grows(model: Model, world: Records) -> str:
    waiting = world["resources"][0, : model.resources.size]["n_waiting"]
    longest = int(np.argmax(waiting)) if waiting.size else 0
    name = model.resource_names[longest] if waiting.size else "no resource"
    return (
        f"unstable: {int(waiting[longest]) if waiting.size else 0} wait for {name} "
        f"after {world['now'][0]:.0f} h; arrivals exceed service."
    )
