"""Compiled help between zones in one hour: shortest augmenting paths, and shares of a shortage.

Arrays and scalars only, no checks. `flow` of a link is positive from its first zone to its second
and never passes `forward` or, below zero, `reverse` [MW]. A zone gives only what it has left over,
so that no zone is cut to help another (local matching).
"""

import numpy as np
from numpy.typing import NDArray

from transcaspian.compile import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TINY_MW = 1e-6
MOST_STEPS = 64


@kernel(
    "void(float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], int64[::1],"
    " int64[::1], int64[::1], int64[::1], int64[::1], int64[::1])"
)
def push_help(
    spare: FloatArray,
    missing: FloatArray,
    flow: FloatArray,
    forward: FloatArray,
    reverse: FloatArray,
    start: IntArray,
    arc_link: IntArray,
    arc_head: IntArray,
    parent: IntArray,
    came_from: IntArray,
    queue: IntArray,
) -> None:
    """Send what zones have to spare to zones that miss power, as much as the links allow, in place.

    Shortest augmenting paths from all zones with `spare` at once (Edmonds and Karp 1972,
    doi:10.1145/321694.321699). What was delivered before stays delivered. The arcs of zone z are
    `start[z]:start[z + 1]`. On return `parent` is -1 for zones out of reach of any spare power;
    `came_from` and `queue` are scratch.
    """
    n_zone = spare.size
    while True:
        end = 0
        target = -1
        for zone in range(n_zone):
            parent[zone] = -1
            if spare[zone] > TINY_MW:
                parent[zone] = -2
                queue[end] = zone
                end += 1
        first = 0
        while first < end and target < 0:
            zone = queue[first]
            first += 1
            if missing[zone] > TINY_MW:
                target = zone
                break
            for arc in range(start[zone], start[zone + 1]):
                head = arc_head[arc]
                if parent[head] != -1:
                    continue
                code = arc_link[arc]
                link = code >> 1
                room = forward[link] - flow[link] if (code & 1) == 0 else reverse[link] + flow[link]
                if room > TINY_MW:
                    parent[head] = code
                    came_from[head] = zone
                    queue[end] = head
                    end += 1
        if target < 0:
            return
        amount = missing[target]
        zone = target
        while parent[zone] >= 0:
            link = parent[zone] >> 1
            room = (
                forward[link] - flow[link]
                if (parent[zone] & 1) == 0
                else reverse[link] + flow[link]
            )
            amount = min(amount, room)
            zone = came_from[zone]
        amount = min(amount, spare[zone])
        spare[zone] -= amount
        missing[target] -= amount
        zone = target
        while parent[zone] >= 0:
            link = parent[zone] >> 1
            if (parent[zone] & 1) == 0:
                flow[link] += amount
            else:
                flow[link] -= amount
            zone = came_from[zone]


@kernel(
    "void(float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], int64[::1],"
    " int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], float64[::1], float64[::1],"
    " float64[::1], float64[::1], boolean[::1], boolean[::1])"
)
def share_shortage(
    supply: FloatArray,
    deficit: FloatArray,
    load: FloatArray,
    forward: FloatArray,
    reverse: FloatArray,
    start: IntArray,
    arc_link: IntArray,
    arc_head: IntArray,
    parent: IntArray,
    came_from: IntArray,
    queue: IntArray,
    spare: FloatArray,
    missing: FloatArray,
    flow: FloatArray,
    unserved: FloatArray,
    is_settled: NDArray[np.bool_],
    in_cut: NDArray[np.bool_],
) -> None:
    """Write `unserved` [n_zone, MW]: the least in all, and as equal a share of load as can be.

    The largest ratio of unserved power to load is made as small as possible, then the next, and
    so on: the lexicographically optimal base of the flow (Megiddo 1974, doi:10.1007/BF01585506;
    Fujishige 1980, doi:10.1287/moor.5.2.186), which is also a largest flow. Each ratio is found by
    Newton steps on the cut that is too small. On return `spare`, `missing` and `flow` hold the
    flow, and `parent` is -1 where no spare power reaches; the rest is scratch.
    """
    n_zone = supply.size
    for zone in range(n_zone):
        is_settled[zone] = deficit[zone] <= TINY_MW
        unserved[zone] = 0.0
    for _ in range(n_zone + 1):
        ratio = 0.0
        for _ in range(MOST_STEPS):
            for zone in range(n_zone):
                spare[zone] = supply[zone]
                if not is_settled[zone]:
                    unserved[zone] = min(deficit[zone], ratio * load[zone])
                missing[zone] = max(deficit[zone] - unserved[zone], 0.0)
            flow[:] = 0.0
            push_help(
                spare, missing, flow, forward, reverse, start, arc_link, arc_head, parent,
                came_from, queue,
            )  # fmt: skip
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
