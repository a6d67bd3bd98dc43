"""The compiled year: outages as events, then hour by hour what is missing where.

Every part has a random stream of its own, by its key, the sample and the seed, so that a part
fails in the same hours whatever else a run has in it.
"""

import numpy as np
from numpy.typing import NDArray

from transcaspian.compile import kernel
from transcaspian.power.adequacy.flow_kernels import TINY_MW, push_help, share_shortage

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
SHARE, ORDER, ALONE = range(3)  # how a shortage is shared
LOLE, EENS, EVENTS, LONGEST, LARGEST, DEEPEST = range(6)  # columns of what a year gives
OUT_WHEN_SHORT, WATER_GONE, STORAGE_EMPTY, NO_SPARE = range(4)  # columns of causes
SWING_H = 48.0  # hours of mean planned release that may be used ahead of the plan
HEADROOM = 0.03  # of load: asked for besides, so that a flow serves for the next hours too


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
    "int64(uint64, uint64, int64, float64[::1], float64[::1], uint64[::1], boolean[::1],"
    " int64[::1], int64[::1], int64[::1])"
)
def draw_outages(
    seed: np.uint64,
    sample: np.uint64,
    n_hour: int,
    mttf_h: FloatArray,
    mttr_h: FloatArray,
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


@kernel(
    "int64(uint64, int64, int64, int64,"
    " float64[:,:,:,::1], float64[:,:,::1], float64[:,:,:,::1], float64[:,:,:,::1], int64[::1],"
    " int64[::1], float64[::1],"
    " int64[::1], int64[::1], float64[::1], float64[::1], float64[::1], float64[::1], uint64[::1],"
    " int64[::1], float64[::1], float64[::1], float64[::1], float64[::1],"
    " float64[::1], float64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64[::1],"
    " int64, float64[:,:,::1], int64[::1], float64[:,::1], float64[:,::1], float64[:,::1],"
    " float64[::1])"
)
def simulate_years(
    seed: np.uint64,
    first_sample: int,
    n_sample: int,
    fixed_class: int,
    need: FloatArray,
    load: FloatArray,
    plan: FloatArray,
    budget: FloatArray,
    month_start: IntArray,
    basin: IntArray,
    firm: FloatArray,
    unit_kind: IntArray,
    unit_place: IntArray,
    unit_mw: FloatArray,
    unit_mw_reverse: FloatArray,
    mttf_h: FloatArray,
    mttr_h: FloatArray,
    unit_key: NDArray[np.uint64],
    store_zone: IntArray,
    store_mw: FloatArray,
    store_mwh: FloatArray,
    store_in: FloatArray,
    store_out: FloatArray,
    link_forward: FloatArray,
    link_reverse: FloatArray,
    link_zone0: IntArray,
    link_zone1: IntArray,
    arc_start: IntArray,
    arc_link: IntArray,
    arc_head: IntArray,
    policy: int,
    yearly: FloatArray,
    weather_of: IntArray,
    causes: FloatArray,
    link_full: FloatArray,
    month_hours: FloatArray,
    out_mean: FloatArray,
) -> int:
    """Simulate the samples `first_sample` on; return 0, or 1 where there are too many outages.

    Writes `yearly` [n_sample, n_zone, 6] and `weather_of` [n_sample]; adds to `causes`
    [n_zone, 4] (MW out, MWh), `link_full` [n_zone, n_link] (MWh), `month_hours`
    [n_month, n_zone] and `out_mean` [n_zone] (MW out, summed over hours).

    Order of an hour: plants and planned water; then what zones have to spare goes to those that
    miss power; then water beyond the plan and storage; what is still missing is shared. Water
    used ahead of the plan, at most SWING_H hours of its mean, is saved again in hours with power to
    spare. Storage fills from what is
    left over, in its own zone, help included.
    """
    n_weather, n_class, n_hour, n_zone = need.shape
    n_unit, n_link, n_store = unit_kind.size, link_forward.size, store_zone.size
    n_month = month_start.size - 1
    n_basin = 0
    for zone in range(n_zone):
        n_basin = max(n_basin, basin[zone] + 1)
    expected = 0.0
    for unit in range(n_unit):
        if mttf_h[unit] < np.inf:
            expected += 2.0 * (n_hour / (mttf_h[unit] + mttr_h[unit]) + 1.0)
    most = int(expected + 12.0 * np.sqrt(expected + 1.0) + 64.0)
    event_hour = np.empty(most, dtype=np.int64)
    event_unit = np.empty(2 * most, dtype=np.int64)
    hour_start = np.empty(n_hour + 1, dtype=np.int64)
    is_up = np.empty(n_unit, dtype=np.bool_)
    plants = np.empty(n_zone)
    water_cap = np.empty(n_zone)
    forward = np.empty(n_link)
    reverse = np.empty(n_link)
    forward_up = np.empty(n_link)
    reverse_up = np.empty(n_link)
    n_down = np.empty(n_link, dtype=np.int64)
    installed = np.zeros(n_zone)
    for unit in range(n_unit):
        if unit_kind[unit] <= 1:
            installed[unit_place[unit]] += unit_mw[unit]
    level = np.empty(n_store)
    water_left = np.zeros(n_zone)
    rest_plan = np.zeros(n_zone)
    swing = np.zeros(n_zone)
    base = np.zeros(n_zone)
    margin = np.empty(n_zone)
    supply = np.empty(n_zone)
    deficit = np.empty(n_zone)
    extra = np.empty(n_zone)
    water_more = np.empty(n_zone)
    spare = np.empty(n_zone)
    missing = np.empty(n_zone)
    unserved = np.empty(n_zone)
    flow = np.zeros(n_link)
    kept = np.zeros(n_link)
    parent = np.empty(n_zone, dtype=np.int64)
    came_from = np.empty(n_zone, dtype=np.int64)
    queue = np.empty(n_zone, dtype=np.int64)
    is_settled = np.empty(n_zone, dtype=np.bool_)
    in_cut = np.empty(n_zone, dtype=np.bool_)
    water_class = np.empty(n_zone, dtype=np.int64)
    run_hours = np.zeros(n_zone)
    run_mwh = np.zeros(n_zone)
    for item in range(n_sample):
        sample = first_sample + item
        state = stream(np.uint64(seed), np.uint64(sample), np.uint64(0x57EA7))
        weather = min(int(to_unit(mix(np.uint64(state) + GOLDEN)) * n_weather), n_weather - 1)
        weather_of[item] = weather
        for zone in range(n_zone):
            bits = mix(np.uint64(state) + GOLDEN * np.uint64(2 + basin[zone]))
            water_class[zone] = min(int(to_unit(bits) * n_class), n_class - 1)
            if fixed_class >= 0:
                water_class[zone] = fixed_class
        if (
            draw_outages(
                np.uint64(seed), np.uint64(sample), n_hour, mttf_h, mttr_h, unit_key, is_up,
                event_hour, event_unit, hour_start,
            )
            < 0
        ):  # fmt: skip
            return 1
        for zone in range(n_zone):
            plants[zone] = firm[zone]
            water_cap[zone] = 0.0
        for link in range(n_link):
            forward_up[link] = link_forward[link]
            reverse_up[link] = link_reverse[link]
            n_down[link] = 0
        for unit in range(n_unit):
            place = unit_place[unit]
            if unit_kind[unit] == 3:
                n_down[place] += 0 if is_up[unit] else 1
            elif is_up[unit]:
                if unit_kind[unit] == 0:
                    plants[place] += unit_mw[unit]
                elif unit_kind[unit] == 1:
                    water_cap[place] += unit_mw[unit]
                else:
                    forward_up[place] += unit_mw[unit]
                    reverse_up[place] += unit_mw_reverse[unit]
        for link in range(n_link):
            forward[link] = forward_up[link] if n_down[link] == 0 else 0.0
            reverse[link] = reverse_up[link] if n_down[link] == 0 else 0.0
        for store in range(n_store):
            level[store] = store_mwh[store]
        kept[:] = 0.0
        month = -1
        for hour in range(n_hour):
            for event in range(hour_start[hour], hour_start[hour + 1]):
                unit = event_unit[most + event]
                is_up[unit] = not is_up[unit]
                sign = 1.0 if is_up[unit] else -1.0
                place = unit_place[unit]
                if unit_kind[unit] == 0:
                    plants[place] += sign * unit_mw[unit]
                elif unit_kind[unit] == 1:
                    water_cap[place] += sign * unit_mw[unit]
                else:
                    if unit_kind[unit] == 3:
                        n_down[place] += -1 if is_up[unit] else 1
                    else:
                        forward_up[place] += sign * unit_mw[unit]
                        reverse_up[place] += sign * unit_mw_reverse[unit]
                    forward[place] = forward_up[place] if n_down[place] == 0 else 0.0
                    reverse[place] = reverse_up[place] if n_down[place] == 0 else 0.0
            if month + 1 < n_month and hour == month_start[month + 1]:
                month += 1
                for zone in range(n_zone):
                    water_left[zone] = budget[weather, water_class[zone], month, zone]
                    rest_plan[zone] = 0.0
                    for later in range(month_start[month], month_start[month + 1]):
                        rest_plan[zone] += plan[weather, water_class[zone], later, zone]
                    hours = month_start[month + 1] - month_start[month]
                    swing[zone] = rest_plan[zone] * SWING_H / hours
            is_short = False
            for zone in range(n_zone):
                base[zone] = min(
                    plan[weather, water_class[zone], hour, zone], water_cap[zone], water_left[zone]
                )
                margin[zone] = (
                    plants[zone] + base[zone] - need[weather, water_class[zone], hour, zone]
                )
                if margin[zone] < -TINY_MW:
                    is_short = True
            for zone in range(n_zone):
                owed = rest_plan[zone] - water_left[zone]
                if owed > 0.0 and margin[zone] > 0.0:
                    saved = min(owed, base[zone], margin[zone])
                    base[zone] -= saved
                    margin[zone] -= saved
                rest_plan[zone] -= plan[weather, water_class[zone], hour, zone]
                water_left[zone] -= base[zone]
            is_unserved = False
            if is_short and policy != ALONE:
                # The flow of an hour before often serves this one too.
                serves = True
                for zone in range(n_zone):
                    spare[zone] = margin[zone]
                for link in range(n_link):
                    if kept[link] > forward[link] or -kept[link] > reverse[link]:
                        serves = False
                    spare[link_zone0[link]] -= kept[link]
                    spare[link_zone1[link]] += kept[link]
                for zone in range(n_zone):
                    if spare[zone] < -TINY_MW:
                        serves = False
                if serves:
                    for zone in range(n_zone):
                        margin[zone] = max(spare[zone], 0.0)
                    is_short = False
            if is_short:
                for zone in range(n_zone):
                    spare[zone] = max(margin[zone], 0.0)
                    missing[zone] = max(-margin[zone], 0.0)
                    deficit[zone] = missing[zone]
                    supply[zone] = spare[zone]
                flow[:] = 0.0
                if policy != ALONE:
                    push_help(
                        spare, missing, flow, forward, reverse, arc_start, arc_link, arc_head,
                        parent, came_from, queue,
                    )  # fmt: skip
                still = 0.0
                for zone in range(n_zone):
                    still = max(still, missing[zone])
                if still <= TINY_MW:
                    for zone in range(n_zone):
                        missing[zone] = 0.0
                        if margin[zone] < 0.0:
                            missing[zone] = HEADROOM * load[weather, hour, zone]
                    for store in range(n_store):
                        if margin[store_zone[store]] < 0.0:
                            missing[store_zone[store]] += min(
                                store_mw[store],
                                (store_mwh[store] - level[store]) / store_in[store],
                            )
                    for zone in range(n_zone):
                        extra[zone] = missing[zone]
                    push_help(
                        spare, missing, flow, forward, reverse, arc_start, arc_link, arc_head,
                        parent, came_from, queue,
                    )  # fmt: skip
                    for zone in range(n_zone):
                        margin[zone] = spare[zone] + extra[zone] - missing[zone]
                    kept[:] = flow
                else:
                    for zone in range(n_zone):
                        ahead = swing[zone] - (rest_plan[zone] - water_left[zone])
                        water_more[zone] = max(
                            min(water_cap[zone] - base[zone], water_left[zone], ahead), 0.0
                        )
                        extra[zone] = water_more[zone]
                    for store in range(n_store):
                        extra[store_zone[store]] += min(
                            store_mw[store], level[store] * store_out[store]
                        )
                    for zone in range(n_zone):
                        # Power to spare that found no way is left where it is.
                        spare[zone] += extra[zone]
                    if policy == ALONE:
                        for zone in range(n_zone):
                            used = min(spare[zone], missing[zone])
                            spare[zone] -= used
                            missing[zone] -= used
                            parent[zone] = -1
                    else:
                        push_help(
                            spare, missing, flow, forward, reverse, arc_start, arc_link, arc_head,
                            parent, came_from, queue,
                        )  # fmt: skip
                    still = 0.0
                    for zone in range(n_zone):
                        still = max(still, missing[zone])
                    is_unserved = still > TINY_MW
                    if is_unserved and policy == SHARE:
                        share_shortage(
                            supply + extra, deficit, load[weather, hour], forward, reverse,
                            arc_start, arc_link, arc_head, parent, came_from, queue, spare,
                            missing, flow, unserved, is_settled, in_cut,
                        )  # fmt: skip
                        # The shares are known: again, so that water and storage come last.
                        for zone in range(n_zone):
                            spare[zone] = supply[zone]
                            missing[zone] = max(deficit[zone] - unserved[zone], 0.0)
                        flow[:] = 0.0
                        push_help(
                            spare, missing, flow, forward, reverse, arc_start, arc_link, arc_head,
                            parent, came_from, queue,
                        )  # fmt: skip
                        for zone in range(n_zone):
                            spare[zone] += extra[zone]
                        push_help(
                            spare, missing, flow, forward, reverse, arc_start, arc_link, arc_head,
                            parent, came_from, queue,
                        )  # fmt: skip
                    elif is_unserved:
                        for zone in range(n_zone):
                            unserved[zone] = missing[zone]
                    for zone in range(n_zone):
                        # What was given beyond plants and planned water.
                        given = supply[zone] + extra[zone] - spare[zone]
                        asked = max(given - supply[zone], 0.0)
                        margin[zone] = max(supply[zone] - given, 0.0)
                        from_water = min(asked, water_more[zone])
                        water_left[zone] -= from_water
                        base[zone] += from_water
                        extra[zone] = asked - from_water
                    for store in range(n_store):
                        zone = store_zone[store]
                        drawn = min(extra[zone], store_mw[store], level[store] * store_out[store])
                        level[store] -= drawn / store_out[store]
                        extra[zone] -= drawn
                        if drawn > 0.0:
                            margin[zone] = 0.0
            for store in range(n_store):
                zone = store_zone[store]
                if margin[zone] > 0.0 and level[store] < store_mwh[store]:
                    taken = min(
                        margin[zone],
                        store_mw[store],
                        (store_mwh[store] - level[store]) / store_in[store],
                    )
                    level[store] += taken * store_in[store]
                    margin[zone] -= taken
            for zone in range(n_zone):
                out = installed[zone] + firm[zone] - plants[zone] - water_cap[zone]
                out_mean[zone] += out
                if not (is_unserved and unserved[zone] > TINY_MW):
                    if run_hours[zone] > 0.0:
                        run_hours[zone] = 0.0
                        run_mwh[zone] = 0.0
                    continue
                short = unserved[zone]
                if run_hours[zone] == 0.0:
                    yearly[item, zone, EVENTS] += 1.0
                run_hours[zone] += 1.0
                run_mwh[zone] += short
                yearly[item, zone, LOLE] += 1.0
                yearly[item, zone, EENS] += short
                yearly[item, zone, LONGEST] = max(yearly[item, zone, LONGEST], run_hours[zone])
                yearly[item, zone, LARGEST] = max(yearly[item, zone, LARGEST], run_mwh[zone])
                yearly[item, zone, DEEPEST] = max(yearly[item, zone, DEEPEST], short)
                month_hours[month, zone] += 1.0
                causes[zone, OUT_WHEN_SHORT] += out
                if water_cap[zone] - base[zone] > TINY_MW:
                    causes[zone, WATER_GONE] += min(short, water_cap[zone] - base[zone])
                idle = 0.0
                for store in range(n_store):
                    if store_zone[store] == zone and level[store] <= TINY_MW * store_mwh[store]:
                        idle += store_mw[store]
                causes[zone, STORAGE_EMPTY] += min(short, idle)
                # Walk up from the short zone: links that are full where spare power waits.
                for other in range(n_zone):
                    in_cut[other] = False
                in_cut[zone] = True
                queue[0] = zone
                first = 0
                end = 1
                while first < end:
                    at = queue[first]
                    first += 1
                    for arc in range(arc_start[at], arc_start[at + 1]):
                        tail = arc_head[arc]
                        link = arc_link[arc] >> 1
                        room = (
                            reverse[link] + flow[link]
                            if (arc_link[arc] & 1) == 0
                            else forward[link] - flow[link]
                        )
                        if room > TINY_MW and not in_cut[tail]:
                            in_cut[tail] = True
                            queue[end] = tail
                            end += 1
                found = False
                for link in range(n_link):
                    zone0, zone1 = link_zone0[link], link_zone1[link]
                    if in_cut[zone0] == in_cut[zone1]:
                        continue
                    outside = zone1 if in_cut[zone0] else zone0
                    if spare[outside] > TINY_MW:
                        link_full[zone, link] += short
                        found = True
                if not found:
                    causes[zone, NO_SPARE] += short
        for zone in range(n_zone):
            run_hours[zone] = 0.0
            run_mwh[zone] = 0.0
    return 0
