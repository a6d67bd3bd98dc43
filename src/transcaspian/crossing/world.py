"""The one record that holds a run of the compiled engine: its tables have room for the largest.

Kernels pass one pointer to each other, and pages of memory that nothing touches cost nothing. (A
tuple of arrays as argument was ten times slower: every call copied a kilobyte of descriptors.)
"""

from typing import Any, TypeAlias

import numba
import numpy as np

from transcaspian.crossing import model as m

__all__ = ["HEAP_ROWS", "LOG_FULL", "LOTS", "ROOM", "SLOTS", "STREAMS", "WORLD", "W", "World"]

_I, _F = np.int64, np.float64
DUE = np.dtype([("time", _F), ("order", _I), ("who", _I), ("ticket", _I)])
LOT = np.dtype([("serial", _I), ("voyage", _I), ("units", _F), ("resource", _I), ("next", _I)])
ENTITY = np.dtype(
    [
        ("is_alive", _I),
        ("serial", _I),
        ("step", _I),
        ("priority", _I),
        ("batch", _F),
        ("ticket", _I),
        ("rank", _F),
        ("units_wanted", _I),
        ("next", _I),
        ("previous", _I),
        ("unload_h", _F),
        ("voyage", _I),
        ("is_loading", _I),
        ("is_waiting", _I),
        ("has_deadline", _I),
        ("deadline_h", _F),
        ("work_weather", _I),
        ("work_end_h", _F),
        ("work_left_h", _F),
        ("is_suspended", _I),
        ("next_dock_h", _F),
        ("aboard", _F, (m.MAX_CARGOES,)),
    ]
)
# Room in the tables of a run. Entities are what moves (vessels, ships, trains), not cargo, so that
# more of them alive than this is a queue that grows for ever.
SLOTS = 1 << 14
LOG_ROWS = 1 << 16
LOG_FULL = 1 << 15  # emptied when so full: small enough for the processor's cache, and the rest
# has room for what a single event can write
HEAP_ROWS = 1 << 15
LOTS = 1 << 14
STREAMS = 1 << 12
ROOM = {
    "resources": 1 << 10,
    "stores": 1 << 10,
    "weathers": 1 << 7,
    "distributions": 1 << 12,
    "values": 1 << 15,
    "sources": 1 << 10,
    "steps": 1 << 13,
    "loadings": 1 << 12,
    "serves": 1 << 13,
    "choices": 1 << 12,
    "vessels": 1 << 10,
}
WORLD = np.dtype(
    [
        ("now", _F),
        ("start_h", _F),
        ("counter", _I),
        ("n_due", _I),
        ("n_log", _I),
        ("n_slot", _I),
        ("free_slot", _I),
        ("n_lot", _I),
        ("free_lot", _I),
        ("next_serial", _I),
        ("n_gate", _I),
        ("n_loader", _I),
        ("n_weather", _I),
        ("n_source", _I),
        ("n_vessel", _I),
        ("events_at_once", _I),
        ("keep", _I),  # bit e is set when facts of event e are wanted
        ("stream_state", np.uint64, (STREAMS,)),
        ("stream_drawn", _I, (STREAMS,)),
        ("resources", m.RESOURCE, (ROOM["resources"],)),
        ("stores", m.STORE, (ROOM["stores"],)),
        ("weathers", m.WEATHER, (ROOM["weathers"],)),
        ("distributions", m.DISTRIBUTION, (ROOM["distributions"],)),
        ("values", _F, (ROOM["values"],)),
        ("sources", m.SOURCE, (ROOM["sources"],)),
        ("steps", m.STEP, (ROOM["steps"],)),
        ("loadings", m.LOADING, (ROOM["loadings"],)),
        ("serves", m.SERVE, (ROOM["serves"],)),
        ("choices", m.CHOICE, (ROOM["choices"],)),
        ("vessels", m.VESSEL, (ROOM["vessels"],)),
        ("due", DUE, (HEAP_ROWS,)),
        ("log", m.LOG, (LOG_ROWS,)),
        ("lots", LOT, (LOTS,)),
        ("gate", _I, (SLOTS,)),
        ("loaders", _I, (SLOTS,)),
        ("entities", ENTITY, (SLOTS,)),
    ]
)

W = numba.from_dtype(WORLD)
World: TypeAlias = Any  # one record of dtype WORLD: numpy's types know no fields
