"""Compiled help between zones in one hour: shortest augmenting paths, and shares of a shortage.

Arrays and scalars only, no checks. What changes from hour to hour stands in two tables, a row a
quantity: `zones` [Z_ROWS, n_zone] and `links` [L_ROWS, n_link], all in MW. The flow of a link is
positive from its first zone to its second and never passes `FORWARD` or, below zero, `REVERSE`. A
zone gives only what it has left over, so that no zone is cut to help another (local matching).

The arcs that leave zone z are the columns `arc_start[z]:arc_start[z + 1]` of `arcs` [2, n_arc]: twice
the link plus the sense, and the zone at the other end.
"""

import numpy as np
from numpy.typing import NDArray

from transcaspian.compile import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TINY_MW = 1e-6
MOST_STEPS = 64
# Rows of `zones`.
(
    PLANTS, WATER_CAP, INSTALLED, BASE, MARGIN, SUPPLY, DEFICIT, EXTRA, WATER_MORE, SPARE,
    MISSING, UNSERVED, OFFERED, WATER_LEFT, REST_PLAN, SWING, RUN_HOURS, RUN_MWH,
) = range(18)  # fmt: skip
Z_ROWS = 18
FORWARD, REVERSE, FORWARD_UP, REVERSE_UP, FLOW, KEPT = range(6)  # rows of `links`
L_ROWS = 6
PARENT, CAME_FROM, QUEUE = range(3)  # rows of `search` [3, n_zone]
IS_SETTLED, IN_CUT = range(2)  # rows of `marks` [2, n_zone]
CODE, HEAD = range(2)  # rows of `arcs`


@kernel("float64(float64[:,::1], int64)")
def room_of(links: FloatArray, code: int) -> float:
    """Return what a link still takes in a sense: `code` is twice the link plus the sense."""
    link = code >> 1
    if (code & 1) == 0:
        return float(links[FORWARD, link] - links[FLOW, link])
    return float(links[REVERSE, link] + links[FLOW, link])


@kernel("int64(float64[:,::1], float64[:,::1], int64[::1], int64[:,::1], int64[:,::1])")
def find_way(
    zones: FloatArray, links: FloatArray, arc_start: IntArray, arcs: IntArray, search: IntArray
) -> int:
    """Return the nearest zone that misses power and can be reached from spare power, or -1.

    Writes the tree of the search to `search`: `PARENT` is -1 for zones out of reach, -2 for those
    with spare power.
    """
    parent, queue = search[PARENT], search[QUEUE]
    end = 0
    for zone in range(parent.size):
        parent[zone] = -1
        if zones[SPARE, zone] > TINY_MW:
            parent[zone] = -2
            queue[end] = zone
            end += 1
    first = 0
    while first < end:
        zone = queue[first]
        first += 1
        if zones[MISSING, zone] > TINY_MW:
            return int(zone)
        for arc in range(arc_start[zone], arc_start[zone + 1]):
            head = arcs[HEAD, arc]
            if parent[head] == -1 and room_of(links, arcs[CODE, arc]) > TINY_MW:
                parent[head] = arcs[CODE, arc]
                search[CAME_FROM, head] = zone
                queue[end] = head
                end += 1
    return -1


@kernel("void(float64[:,::1], float64[:,::1], int64[::1], int64[:,::1], int64[:,::1])")
def push_help(
    zones: FloatArray, links: FloatArray, arc_start: IntArray, arcs: IntArray, search: IntArray
) -> None:
    """Send what zones have to spare to zones that miss power, as much as the links allow, in place.

    Changes `SPARE`, `MISSING` and `FLOW`, by shortest augmenting paths from all zones with spare
    power at once (Edmonds and Karp 1972, doi:10.1145/321694.321699). What was delivered before
    stays delivered. On return `PARENT` is -1 for zones out of reach of any spare power.
    """
    parent, came_from = search[PARENT], search[CAME_FROM]
    while True:
        target = find_way(zones, links, arc_start, arcs, search)
        if target < 0:
            return
        amount = zones[MISSING, target]
        zone = target
        while parent[zone] >= 0:
            amount = min(amount, room_of(links, parent[zone]))
            zone = came_from[zone]
        amount = min(amount, zones[SPARE, zone])
        zones[SPARE, zone] -= amount
        zones[MISSING, target] -= amount
        zone = target
        while parent[zone] >= 0:
            if (parent[zone] & 1) == 0:
                links[FLOW, parent[zone] >> 1] += amount
            else:
                links[FLOW, parent[zone] >> 1] -= amount
            zone = came_from[zone]


@kernel(
    "void(float64[:,::1], float64[:,::1], int64[::1], int64[:,::1], int64[:,::1], float64[::1],"
    " boolean[:,::1])"
)
def share_shortage(
    zones: FloatArray,
    links: FloatArray,
    arc_start: IntArray,
    arcs: IntArray,
    search: IntArray,
    load: FloatArray,
    marks: NDArray[np.bool_],
) -> None:
    """Write `UNSERVED`: the least in all, and as equal a share of load as can be.

    From `OFFERED` and `DEFICIT`. The largest ratio of unserved power to load is made as small as
    possible, then the next, and so on: the lexicographically optimal base of the flow (Megiddo 1974,
    doi:10.1007/BF01585506; Fujishige 1980, doi:10.1287/moor.5.2.186), which is also a largest flow.
    Each ratio is found by Newton steps on the cut that is too small. On return `SPARE`, `MISSING` and
    `FLOW` hold the flow, and `PARENT` is -1 where no spare power reaches; `marks` is scratch.
    """
    n_zone = load.size
    deficit, unserved, missing = zones[DEFICIT], zones[UNSERVED], zones[MISSING]
    is_settled, in_cut, parent = marks[IS_SETTLED], marks[IN_CUT], search[PARENT]
    for zone in range(n_zone):
        is_settled[zone] = deficit[zone] <= TINY_MW
        unserved[zone] = 0.0
    for _ in range(n_zone + 1):
        ratio = 0.0
        for _ in range(MOST_STEPS):
            for zone in range(n_zone):
                zones[SPARE, zone] = zones[OFFERED, zone]
                if not is_settled[zone]:
                    unserved[zone] = min(deficit[zone], ratio * load[zone])
                missing[zone] = max(deficit[zone] - unserved[zone], 0.0)
            links[FLOW, :] = 0.0
            push_help(zones, links, arc_start, arcs, search)
            short = 0.0
            cut_load = 0.0
            for zone in range(n_zone):
                if parent[zone] == -1:
                    short += missing[zone]
                    if not is_settled[zone] and unserved[zone] < deficit[zone]:
                        cut_load += load[zone]
            if short <= TINY_MW * n_zone or cut_load <= 0.0:
                break
            ratio += short / cut_load
            for zone in range(n_zone):
                in_cut[zone] = parent[zone] == -1
        if ratio == 0.0:
            return
        is_done = True
        for zone in range(n_zone):
            is_settled[zone] = is_settled[zone] or in_cut[zone]
            is_done = is_done and is_settled[zone]
        if is_done:
            return
