"""What both engines run: resources, stores, weather and programs of steps, as rows of arrays.

Everything that moves (a vessel, a visiting ship, a train) is an *entity* that follows a program: a
list of steps such as "seize a berth", "work", "load", "sail". A queue M/M/3 and the Caspian differ
in their programs only, so the exact answers of queueing theory test the very code that runs ports.
The idea of a block program is that of GPSS (Gordon 1961, IBM).

Times are hours from the start of the run; cargo is counted in units (wagons, trucks, TEU).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcaspian.units import DAYS_OF_MONTH, HOURS_PER_DAY

__all__ = [
    "ABOARD",
    "CHOICE",
    "DISTRIBUTION",
    "HOURS_PER_YEAR",
    "LOADING",
    "LOG",
    "MAX_CARGOES",
    "MONTH_START_H",
    "MOST_EVENTS_AT_ONCE",
    "MOST_STEPS_AT_ONCE",
    "NONE",
    "RESOURCE",
    "SERVE",
    "SOURCE",
    "STEP",
    "STORE",
    "VESSEL",
    "WEATHER",
    "BoolArray",
    "Due",
    "Event",
    "FloatArray",
    "Law",
    "Model",
    "Op",
    "Records",
    "Rule",
]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Records = NDArray[Any]  # rows of a structured dtype below

NONE = -1  # "no resource", "no weather", "no limit"
ABOARD = -1  # units to seize: as many as the cargo aboard
MOST_STEPS_AT_ONCE = 1000  # steps that one entity does without waiting, and events that follow
MOST_EVENTS_AT_ONCE = 100_000  # without a move of the clock: more is a mistake in a program
MAX_CARGOES = 4  # cargoes that one vessel can carry at a time
HOURS_PER_YEAR = 8760.0
MONTH_START_H = HOURS_PER_DAY * np.cumsum([0, *DAYS_OF_MONTH]).astype(float)


class Op(IntEnum):
    """What a step does; a, b, c and x are the columns of `STEP`."""

    SEIZE = 0  # a resource, b units (ABOARD: as many as aboard), c longest queue joined (NONE: any)
    RELEASE = 1  # a resource, b units
    DELAY = 2  # a distribution, b stream
    WORK = 3  # the same, but stands still while weather c is closed
    GATE = 4  # wait until weathers a and b are both open
    PUT = 5  # bring the entity's batch into store a
    LOAD = 6  # load by row a of the loading table
    UNLOAD = 7  # work for x hours and the hours of the cargo, weather c
    DELIVER = 8  # cargo is ashore; clears after distribution a, stream b, giving back resource c
    MARK = 9  # write event a at place b
    BREAK = 10  # with probability x stand still for distribution a, stream b
    DOCK = 11  # every x hours give back resource c, stand still for distribution a, stream b and
    # go on with the next step; when it is not due, go on with the step after the next
    BRANCH = 12  # go to the choice among rows a to a + b with the most cargo waiting
    JUMP = 13  # go to step a
    EXIT = 14


class Due(IntEnum):
    """What the heap holds; at the same time the smaller number comes first."""

    WEATHER = 0
    CLEARING = 1
    RESUME = 2
    DEADLINE = 3
    ARRIVAL = 4


class Event(IntEnum):
    """Facts of the log; `amount` in brackets."""

    REQUEST = 0  # an entity asks for a resource (units)
    GRANT = 1  # it has it (units)
    RELEASE = 2  # it gives it back (units)
    TURNED_AWAY = 3  # it finds the queue too long and leaves (units)
    PUT = 4  # cargo comes into a store (units)
    TAKE = 5  # a vessel takes cargo from a store (units)
    DELIVER = 6  # a vessel's cargo is ashore, place = voyage (units)
    CLEAR = 7  # cargo leaves the port of arrival, place = voyage (units)
    CLOSE = 8  # weather closes
    OPEN = 9  # weather opens
    BREAKDOWN = 10  # (hours)
    DOCK = 11  # (hours)
    ARRIVE = 12  # a vessel reaches the roadstead of a port
    BERTH = 13  # it is made fast
    UNLOADED = 14
    LOADED = 15  # it is ready to sail
    SAIL = 16  # it leaves the berth, place = port (units aboard); a voyage begins
    EXIT = 17


class Law(IntEnum):
    """Distributions; `a` and `b` are the columns of `DISTRIBUTION`."""

    CONSTANT = 0  # a
    EXPONENTIAL = 1  # mean a
    UNIFORM = 2  # from a to b
    ERLANG = 3  # mean a, b phases
    LOGNORMAL = 4  # mean a, coefficient of variation b
    SERIES = 5  # values[a : a + b] one after another, then never again


class Rule(IntEnum):
    """Who is first in the queue of a resource; ties by arrival."""

    FIFO = 0
    PRIORITY = 1  # highest priority of the vessel
    MOST_CARGO = 2  # most units aboard
    SHORTEST = 3  # least unloading work


_I, _F = np.int64, np.float64
RESOURCE = np.dtype(
    [("capacity", _I), ("rule", _I), ("free", _I), ("head", _I), ("tail", _I), ("n_waiting", _I)]
)
STORE = np.dtype([("space", _F), ("tonnes", _F), ("waiting", _F)])
WEATHER = np.dtype(
    [
        ("closing_rate", _F, (12,)),  # per open hour, by month
        ("closed_law", _I),
        ("open_stream", _I),
        ("closed_stream", _I),
        ("is_closed", _I),
    ]
)
DISTRIBUTION = np.dtype([("law", _I), ("a", _F), ("b", _F)])
SOURCE = np.dtype(
    [
        ("gap", _I),  # distribution between arrivals
        ("gap_stream", _I),
        ("batch", _I),  # distribution of the batch
        ("batch_stream", _I),
        ("first_h", _F),  # NONE: drawn like a gap
        ("store", _I),  # cargo goes straight into a store, or
        ("program", _I),  # an entity starts at this step
        ("priority", _I),
    ]
)
STEP = np.dtype([("op", _I), ("a", _I), ("b", _I), ("c", _I), ("x", _F)])
LOADING = np.dtype(
    [
        ("space", _F),  # lane metres or TEU the vessel has; 0: no limit
        ("tonnes", _F),  # payload at the draught of the day; 0: no limit
        ("fill_share", _F),  # sails when so full, or can take no more; above 1: not for that
        ("max_wait_h", _F),  # or has waited so long since it was ready to load
        ("headway_h", _F),  # or at the next multiple of the headway; 0: no timetable
        ("offset_h", _F),
        ("relief", _I),  # or when another vessel waits for this berth; NONE: not for that
        ("weather", _I),
        ("first_serve", _I),
        ("n_serve", _I),
    ]
)
SERVE = np.dtype(
    [("store", _I), ("max_units", _F), ("load_h", _F), ("unload_h", _F)]  # hours per unit
)
VESSEL = np.dtype([("program", _I), ("start_h", _F), ("priority", _I), ("first_dock_h", _F)])
CHOICE = np.dtype([("store", _I), ("program", _I)])
LOG = np.dtype(
    [("time_h", _F), ("amount", _F), ("entity", np.int32), ("event", np.int16), ("place", np.int16)]
)


@dataclass(frozen=True, slots=True)
class Model:
    """One set of ports, vessels and sources, ready to run.

    Tables are structured arrays (`RESOURCE`, `STORE`, …), read-only; names stand beside them and
    are never looked at by an engine.
    """

    resources: Records
    stores: Records
    weathers: Records
    distributions: Records
    values: FloatArray
    sources: Records
    steps: Records
    loadings: Records
    serves: Records
    choices: Records
    vessels: Records  # those that stay for good
    stream_names: tuple[str, ...]
    resource_names: tuple[str, ...]
    store_names: tuple[str, ...]
    weather_names: tuple[str, ...]
    source_names: tuple[str, ...]
    vessel_names: tuple[str, ...]
    start_h: float = 0.0  # hour of the year at which the run begins, so that seasons fall right
