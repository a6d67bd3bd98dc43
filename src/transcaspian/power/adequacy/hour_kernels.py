"""Compiled steps of one hour: water as planned, help, water ahead of plan, storage, what is missing.

Tables and their rows as in `flow_kernels`; `stores` [5, n_store] by the rows below.
"""

import numpy as np
from numpy.typing import NDArray

from transcaspian.compile import kernel
from transcaspian.power.adequacy.flow_kernels import (
    BASE,
    CODE,
    DEFICIT,
    EXTRA,
    FLOW,
    FORWARD,
    FORWARD_UP,
    HEAD,
    IN_CUT,
    KEPT,
    MARGIN,
    MISSING,
    OFFERED,
    PARENT,
    PLANTS,
    QUEUE,
    REST_PLAN,
    REVERSE,
    REVERSE_UP,
    RUN_HOURS,
    RUN_MWH,
    SPARE,
    SUPPLY,
    SWING,
    TINY_MW,
    UNSERVED,
    WATER_CAP,
    WATER_LEFT,
    WATER_MORE,
    push_help,
    room_of,
    share_shortage,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SHARE, ORDER, ALONE = range(3)  # how a shortage is shared
LOLE, EENS, EVENTS, LONGEST, LARGEST, DEEPEST = range(6)  # columns of what a year gives
OUT_WHEN_SHORT, WATER_GONE, STORAGE_EMPTY, NO_SPARE = range(4)  # columns of causes
STORE_MW, STORE_MWH, STORE_IN, STORE_OUT, LEVEL = range(5)  # rows of `stores`
PLANT, WATER, POLE, WHOLE_LINK = range(4)  # kinds of units
SWING_H = 48.0  # hours of mean planned release that may be used ahead of the plan
HEADROOM = 0.03  # of load: asked for besides, so that a flow serves for the next hours too


@kernel("void(float64, int64, int64, float64, float64, float64[:,::1], float64[:,::1], int64[::1])")
def switch_unit(
    sign: float,
    kind: int,
    place: int,
    mw: float,
    mw_reverse: float,
    zones: FloatArray,
    links: FloatArray,
    n_down: IntArray,
) -> None:
    """Add a unit to its zone or link (`sign` 1), or take it away (-1).

    A pole adds its part; while any unit of the kind `WHOLE_LINK` is out, `n_down` of the link is not
    zero and it carries nothing.
    """
    if kind == PLANT:
        zones[PLANTS, place] += sign * mw
    elif kind == WATER:
        zones[WATER_CAP, place] += sign * mw
    else:
        if kind == WHOLE_LINK:
            n_down[place] -= int(sign)
        else:
            links[FORWARD_UP, place] += sign * mw
            links[REVERSE_UP, place] += sign * mw_reverse
        links[FORWARD, place] = links[FORWARD_UP, place] if n_down[place] == 0 else 0.0
        links[REVERSE, place] = links[REVERSE_UP, place] if n_down[place] == 0 else 0.0


@kernel("void(int64, int64[::1], float64[:,:,::1], float64[:,:,::1], int64[::1], float64[:,::1])")
def begin_month(
    month: int,
    month_start: IntArray,
    plan: FloatArray,
    budget: FloatArray,
    water_class: IntArray,
    zones: FloatArray,
) -> None:
    """Write the water of a month, the release planned for it, and what may be used ahead of that."""
    for zone in range(water_class.size):
        zones[WATER_LEFT, zone] = budget[water_class[zone], month, zone]
        planned = 0.0
        for later in range(month_start[month], month_start[month + 1]):
            planned += plan[water_class[zone], later, zone]
        zones[REST_PLAN, zone] = planned
        hours = month_start[month + 1] - month_start[month]
        zones[SWING, zone] = planned * SWING_H / hours


@kernel("boolean(int64, float64[:,:,::1], float64[:,:,::1], int64[::1], float64[:,::1])")
def plan_hour(
    hour: int, need: FloatArray, plan: FloatArray, water_class: IntArray, zones: FloatArray
) -> bool:
    """Run plants and planned water; return whether a zone misses power. Water owed is saved again."""
    is_short = False
    for zone in range(water_class.size):
        planned = plan[water_class[zone], hour, zone]
        base = min(planned, zones[WATER_CAP, zone], zones[WATER_LEFT, zone])
        margin = zones[PLANTS, zone] + base - need[water_class[zone], hour, zone]
        if margin < -TINY_MW:
            is_short = True
        owed = zones[REST_PLAN, zone] - zones[WATER_LEFT, zone]
        if owed > 0.0 and margin > 0.0:
            saved = min(owed, base, margin)
            base -= saved
            margin -= saved
        zones[REST_PLAN, zone] -= planned
        zones[WATER_LEFT, zone] -= base
        zones[BASE, zone], zones[MARGIN, zone] = base, margin
    return is_short


@kernel("boolean(float64[:,::1], float64[:,::1], int64[:,::1])")
def is_served_as_before(zones: FloatArray, links: FloatArray, ends: IntArray) -> bool:
    """Return whether the flow of an hour before serves this one too; then margins are those with it."""
    spare, margin = zones[SPARE], zones[MARGIN]
    serves = True
    spare[:] = margin
    for link in range(links.shape[1]):
        kept = links[KEPT, link]
        if kept > links[FORWARD, link] or -kept > links[REVERSE, link]:
            serves = False
        spare[ends[0, link]] -= kept
        spare[ends[1, link]] += kept
    for zone in range(spare.size):
        if spare[zone] < -TINY_MW:
            serves = False
    if serves:
        for zone in range(spare.size):
            margin[zone] = max(spare[zone], 0.0)
    return serves


@kernel("boolean(float64[:,::1])")
def is_missing(zones: FloatArray) -> bool:
    """Return whether a zone still misses power."""
    most = 0.0
    for zone in range(zones.shape[1]):
        most = max(most, zones[MISSING, zone])
    return most > TINY_MW


@kernel(
    "void(float64[::1], float64[:,::1], float64[:,::1], int64[::1], int64[:,::1], int64[:,::1],"
    " int64[::1], float64[:,::1])"
)
def ask_for_more(
    load: FloatArray,
    zones: FloatArray,
    links: FloatArray,
    arc_start: IntArray,
    arcs: IntArray,
    search: IntArray,
    store_zone: IntArray,
    stores: FloatArray,
) -> None:
    """Ask for some headroom and for storage too where help is enough, and keep the flow."""
    for zone in range(load.size):
        is_short = zones[MARGIN, zone] < 0.0
        zones[MISSING, zone] = HEADROOM * load[zone] if is_short else 0.0
    for store in range(store_zone.size):
        if zones[MARGIN, store_zone[store]] < 0.0:
            zones[MISSING, store_zone[store]] += min(
                stores[STORE_MW, store],
                (stores[STORE_MWH, store] - stores[LEVEL, store]) / stores[STORE_IN, store],
            )
    zones[EXTRA, :] = zones[MISSING]
    push_help(zones, links, arc_start, arcs, search)
    for zone in range(load.size):
        zones[MARGIN, zone] = zones[SPARE, zone] + zones[EXTRA, zone] - zones[MISSING, zone]
    links[KEPT, :] = links[FLOW]


@kernel("void(float64[:,::1], int64[::1], float64[:,::1])")
def offer_more(zones: FloatArray, store_zone: IntArray, stores: FloatArray) -> None:
    """Offer water beyond the plan and storage besides what is spare already."""
    for zone in range(zones.shape[1]):
        ahead = zones[SWING, zone] - (zones[REST_PLAN, zone] - zones[WATER_LEFT, zone])
        zones[WATER_MORE, zone] = max(
            min(zones[WATER_CAP, zone] - zones[BASE, zone], zones[WATER_LEFT, zone], ahead), 0.0
        )
        zones[EXTRA, zone] = zones[WATER_MORE, zone]
    for store in range(store_zone.size):
        zones[EXTRA, store_zone[store]] += min(
            stores[STORE_MW, store], stores[LEVEL, store] * stores[STORE_OUT, store]
        )
    for zone in range(zones.shape[1]):
        # Power to spare that found no way is left where it is.
        zones[SPARE, zone] += zones[EXTRA, zone]
        zones[OFFERED, zone] = zones[SUPPLY, zone] + zones[EXTRA, zone]


@kernel("void(float64[:,::1], int64[::1], float64[:,::1])")
def draw_reserves(zones: FloatArray, store_zone: IntArray, stores: FloatArray) -> None:
    """Take what was given beyond plants and planned water from water first, then from storage."""
    for zone in range(zones.shape[1]):
        supply = zones[SUPPLY, zone]
        given = supply + zones[EXTRA, zone] - zones[SPARE, zone]
        asked = max(given - supply, 0.0)
        zones[MARGIN, zone] = max(supply - given, 0.0)
        from_water = min(asked, zones[WATER_MORE, zone])
        zones[WATER_LEFT, zone] -= from_water
        zones[BASE, zone] += from_water
        zones[EXTRA, zone] = asked - from_water
    for store in range(store_zone.size):
        zone = store_zone[store]
        drawn = min(
            zones[EXTRA, zone],
            stores[STORE_MW, store],
            stores[LEVEL, store] * stores[STORE_OUT, store],
        )
        stores[LEVEL, store] -= drawn / stores[STORE_OUT, store]
        zones[EXTRA, zone] -= drawn
        if drawn > 0.0:
            zones[MARGIN, zone] = 0.0


@kernel(
    "boolean(int64, float64[::1], float64[:,::1], float64[:,::1], int64[::1], int64[:,::1],"
    " int64[:,::1], int64[::1], float64[:,::1], boolean[:,::1])"
)
def cover_shortage(
    policy: int,
    load: FloatArray,
    zones: FloatArray,
    links: FloatArray,
    arc_start: IntArray,
    arcs: IntArray,
    search: IntArray,
    store_zone: IntArray,
    stores: FloatArray,
    marks: NDArray[np.bool_],
) -> bool:
    """Serve an hour in which a zone misses power; return whether some stays unserved.

    What zones have to spare goes first. Where that is enough, more is asked for besides, so that the
    flow serves the next hours too; else water beyond the plan and storage follow, and what is
    still missing is shared.
    """
    for zone in range(load.size):
        zones[SUPPLY, zone] = zones[SPARE, zone] = max(zones[MARGIN, zone], 0.0)
        zones[DEFICIT, zone] = zones[MISSING, zone] = max(-zones[MARGIN, zone], 0.0)
    links[FLOW, :] = 0.0
    if policy != ALONE:
        push_help(zones, links, arc_start, arcs, search)
    if not is_missing(zones):
        ask_for_more(load, zones, links, arc_start, arcs, search, store_zone, stores)
        return False
    offer_more(zones, store_zone, stores)
    if policy == ALONE:
        for zone in range(load.size):
            used = min(zones[SPARE, zone], zones[MISSING, zone])
            zones[SPARE, zone] -= used
            zones[MISSING, zone] -= used
            search[PARENT, zone] = -1
    else:
        push_help(zones, links, arc_start, arcs, search)
    is_unserved = is_missing(zones)
    if is_unserved and policy == SHARE:
        share_shortage(zones, links, arc_start, arcs, search, load, marks)
        # The shares are known: again, so that water and storage come last.
        for zone in range(load.size):
            zones[SPARE, zone] = zones[SUPPLY, zone]
            zones[MISSING, zone] = max(zones[DEFICIT, zone] - zones[UNSERVED, zone], 0.0)
        links[FLOW, :] = 0.0
        push_help(zones, links, arc_start, arcs, search)
        for zone in range(load.size):
            zones[SPARE, zone] += zones[EXTRA, zone]
        push_help(zones, links, arc_start, arcs, search)
    elif is_unserved:
        zones[UNSERVED, :] = zones[MISSING]
    draw_reserves(zones, store_zone, stores)
    return is_unserved


@kernel("void(float64[:,::1], int64[::1], float64[:,::1])")
def fill_storage(zones: FloatArray, store_zone: IntArray, stores: FloatArray) -> None:
    """Fill storage from what is left over in its zone."""
    for store in range(store_zone.size):
        zone = store_zone[store]
        if zones[MARGIN, zone] > 0.0 and stores[LEVEL, store] < stores[STORE_MWH, store]:
            taken = min(
                zones[MARGIN, zone],
                stores[STORE_MW, store],
                (stores[STORE_MWH, store] - stores[LEVEL, store]) / stores[STORE_IN, store],
            )
            stores[LEVEL, store] += taken * stores[STORE_IN, store]
            zones[MARGIN, zone] -= taken


@kernel("void(int64, float64, float64[:,::1], int64[::1], float64[:,::1], float64[:,::1])")
def tell_causes(
    zone: int,
    out: float,
    zones: FloatArray,
    store_zone: IntArray,
    stores: FloatArray,
    causes: FloatArray,
) -> None:
    """Add what was out or used up in a zone that is short."""
    short = zones[UNSERVED, zone]
    causes[zone, OUT_WHEN_SHORT] += out
    idle_water = zones[WATER_CAP, zone] - zones[BASE, zone]
    if idle_water > TINY_MW:
        causes[zone, WATER_GONE] += min(short, idle_water)
    idle = 0.0
    for store in range(store_zone.size):
        is_empty = stores[LEVEL, store] <= TINY_MW * stores[STORE_MWH, store]
        if store_zone[store] == zone and is_empty:
            idle += stores[STORE_MW, store]
    causes[zone, STORAGE_EMPTY] += min(short, idle)


@kernel(
    "boolean(int64, float64[:,::1], float64[:,::1], int64[::1], int64[:,::1], int64[:,::1],"
    " int64[:,::1], boolean[:,::1], float64[:,::1])"
)
def tell_full_links(
    zone: int,
    zones: FloatArray,
    links: FloatArray,
    arc_start: IntArray,
    arcs: IntArray,
    search: IntArray,
    ends: IntArray,
    marks: NDArray[np.bool_],
    link_full: FloatArray,
) -> bool:
    """Add a shortage to the full links behind which spare power waits; return whether one is there."""
    in_cut, queue = marks[IN_CUT], search[QUEUE]
    in_cut[:] = False
    in_cut[zone] = True
    queue[0] = zone
    first = 0
    end = 1
    while first < end:
        at = queue[first]
        first += 1
        for arc in range(arc_start[at], arc_start[at + 1]):
            tail = arcs[HEAD, arc]
            # Towards the short zone: the other sense of the arc that leaves it.
            if room_of(links, arcs[CODE, arc] ^ 1) > TINY_MW and not in_cut[tail]:
                in_cut[tail] = True
                queue[end] = tail
                end += 1
    found = False
    for link in range(links.shape[1]):
        zone0, zone1 = ends[0, link], ends[1, link]
        if in_cut[zone0] == in_cut[zone1]:
            continue
        outside = zone1 if in_cut[zone0] else zone0
        if zones[SPARE, outside] > TINY_MW:
            link_full[zone, link] += zones[UNSERVED, zone]
            found = True
    return found


@kernel("void(int64, float64[:,::1], float64[:,::1])")
def count_hour(zone: int, zones: FloatArray, year: FloatArray) -> None:
    """Add a short hour of a zone to the figures of its year [n_zone, 6]."""
    short = zones[UNSERVED, zone]
    if zones[RUN_HOURS, zone] == 0.0:
        year[zone, EVENTS] += 1.0
    zones[RUN_HOURS, zone] += 1.0
    zones[RUN_MWH, zone] += short
    year[zone, LOLE] += 1.0
    year[zone, EENS] += short
    year[zone, LONGEST] = max(year[zone, LONGEST], zones[RUN_HOURS, zone])
    year[zone, LARGEST] = max(year[zone, LARGEST], zones[RUN_MWH, zone])
    year[zone, DEEPEST] = max(year[zone, DEEPEST], short)
