"""The compiled year: outages as events, then hour by hour what is missing where."""

import numpy as np
from numpy.typing import NDArray

from transcaspian.compile import kernel
from transcaspian.power.adequacy.flow_kernels import (
    FORWARD,
    FORWARD_UP,
    INSTALLED,
    KEPT,
    L_ROWS,
    PLANTS,
    REVERSE,
    REVERSE_UP,
    RUN_HOURS,
    RUN_MWH,
    TINY_MW,
    UNSERVED,
    WATER_CAP,
    Z_ROWS,
)
from transcaspian.power.adequacy.hour_kernels import (
    ALONE,
    LEVEL,
    NO_SPARE,
    STORE_MWH,
    WATER,
    WHOLE_LINK,
    begin_month,
    count_hour,
    cover_shortage,
    fill_storage,
    is_served_as_before,
    plan_hour,
    switch_unit,
    tell_causes,
    tell_full_links,
)
from transcaspian.power.adequacy.outage_kernels import (
    GOLDEN,
    draw_outages,
    events_at_most,
    mix,
    stream,
    to_unit,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SKY = np.uint64(0x57EA7)  # key of the stream that draws weather and water


@kernel("int64(uint64, int64, int64, int64, int64, int64[::1], int64[::1])")
def draw_year(
    seed: np.uint64,
    sample: int,
    n_weather: int,
    n_class: int,
    fixed_class: int,
    basin: IntArray,
    water_class: IntArray,
) -> int:
    """Return the weather of a sample and write its class of water by zone, one a basin."""
    state = stream(np.uint64(seed), np.uint64(sample), SKY)
    for zone in range(basin.size):
        bits = mix(np.uint64(state) + GOLDEN * np.uint64(2 + basin[zone]))
        water_class[zone] = min(int(to_unit(bits) * n_class), n_class - 1)
        if fixed_class >= 0:
            water_class[zone] = fixed_class
    return min(int(to_unit(mix(np.uint64(state) + GOLDEN)) * n_weather), n_weather - 1)


@kernel(
    "void(float64[::1], float64[:,::1], int64[:,::1], float64[:,::1], boolean[::1],"
    " float64[:,::1], float64[:,::1], int64[::1], float64[:,::1])"
)
def begin_year(
    firm: FloatArray,
    ratings: FloatArray,
    units: IntArray,
    unit_mw: FloatArray,
    is_up: NDArray[np.bool_],
    zones: FloatArray,
    links: FloatArray,
    n_down: IntArray,
    stores: FloatArray,
) -> None:
    """Write what is at work in the first hour; storage is full."""
    zones[PLANTS, :] = firm
    zones[WATER_CAP, :] = 0.0
    zones[RUN_HOURS, :] = 0.0
    zones[RUN_MWH, :] = 0.0
    links[FORWARD_UP, :] = links[FORWARD, :] = ratings[0]
    links[REVERSE_UP, :] = links[REVERSE, :] = ratings[1]
    links[KEPT, :] = 0.0
    n_down[:] = 0
    stores[LEVEL, :] = stores[STORE_MWH]
    for unit in range(units.shape[1]):
        kind, place = units[0, unit], units[1, unit]
        mw, mw_reverse = unit_mw[0, unit], unit_mw[1, unit]
        if kind == WHOLE_LINK and not is_up[unit]:
            switch_unit(-1.0, kind, place, mw, mw_reverse, zones, links, n_down)
        elif kind != WHOLE_LINK and is_up[unit]:
            switch_unit(1.0, kind, place, mw, mw_reverse, zones, links, n_down)


@kernel(
    "int64(uint64, int64, int64, float64[:,:,:,::1], float64[:,:,::1], float64[:,:,:,::1],"
    " float64[:,:,:,::1], int64[::1], int64[::1], float64[::1], int64[:,::1], float64[:,::1],"
    " float64[:,::1], uint64[::1], int64[::1], float64[:,::1], float64[:,::1], int64[:,::1],"
    " int64[::1], int64[:,::1], int64, float64[:,:,::1], int64[::1], float64[:,::1],"
    " float64[:,::1], float64[:,::1], float64[::1])"
)
def simulate_years(
    seed: np.uint64,
    first_sample: int,
    fixed_class: int,
    need: FloatArray,
    load: FloatArray,
    plan: FloatArray,
    budget: FloatArray,
    month_start: IntArray,
    basin: IntArray,
    firm: FloatArray,
    units: IntArray,
    unit_mw: FloatArray,
    times_h: FloatArray,
    unit_key: NDArray[np.uint64],
    store_zone: IntArray,
    stores: FloatArray,
    ratings: FloatArray,
    ends: IntArray,
    arc_start: IntArray,
    arcs: IntArray,
    policy: int,
    yearly: FloatArray,
    weather_of: IntArray,
    causes: FloatArray,
    link_full: FloatArray,
    month_hours: FloatArray,
    out_mean: FloatArray,
) -> int:
    """Simulate the samples `first_sample` on; return 0, or 1 where there are too many outages.

    units [2, n_unit]: kind, and zone or link; unit_mw [2, n_unit] and ratings [2, n_link]: ahead and
    back; times_h [2, n_unit]: to failure, to repair; ends [2, n_link]: zones; `stores` is changed.

    Writes `yearly` [n_sample, n_zone, 6] and `weather_of` [n_sample]; adds to `causes`
    [n_zone, 4] (MW out, MWh), `link_full` [n_zone, n_link] (MWh), `month_hours`
    [n_month, n_zone] and `out_mean` [n_zone] (MW out, summed over hours).

    Order of an hour: plants and planned water; then what zones have to spare goes to those that
    miss power; then water beyond the plan and storage; what is still missing is shared. Water
    used ahead of the plan, at most SWING_H hours of its mean, is saved again in hours with power
    to spare. Storage fills from what is left over, in its own zone, help included.
    """
    n_weather, n_class, n_hour, n_zone = need.shape
    most = events_at_most(times_h, n_hour)
    event_hour = np.empty(most, dtype=np.int64)
    event_unit = np.empty(2 * most, dtype=np.int64)
    hour_start = np.empty(n_hour + 1, dtype=np.int64)
    is_up = np.empty(units.shape[1], dtype=np.bool_)
    zones = np.zeros((Z_ROWS, n_zone))
    links = np.zeros((L_ROWS, ends.shape[1]))
    search = np.empty((3, n_zone), dtype=np.int64)
    marks = np.empty((2, n_zone), dtype=np.bool_)
    n_down = np.empty(ends.shape[1], dtype=np.int64)
    water_class = np.empty(n_zone, dtype=np.int64)
    for unit in range(units.shape[1]):
        if units[0, unit] <= WATER:
            zones[INSTALLED, units[1, unit]] += unit_mw[0, unit]
    for item in range(yearly.shape[0]):
        sample = first_sample + item
        weather = draw_year(
            np.uint64(seed), sample, n_weather, n_class, fixed_class, basin, water_class
        )
        weather_of[item] = weather
        n_event = draw_outages(
            np.uint64(seed), np.uint64(sample), n_hour, times_h, unit_key, is_up, event_hour,
            event_unit, hour_start,
        )  # fmt: skip
        if n_event < 0:
            return 1
        begin_year(firm, ratings, units, unit_mw, is_up, zones, links, n_down, stores)
        month = -1
        for hour in range(n_hour):
            for event in range(most + hour_start[hour], most + hour_start[hour + 1]):
                unit = event_unit[event]
                is_up[unit] = not is_up[unit]
                switch_unit(
                    1.0 if is_up[unit] else -1.0, units[0, unit], units[1, unit],
                    unit_mw[0, unit], unit_mw[1, unit], zones, links, n_down,
                )  # fmt: skip
            if month + 2 < month_start.size and hour == month_start[month + 1]:
                month += 1
                begin_month(month, month_start, plan[weather], budget[weather], water_class, zones)
            is_unserved = False
            if plan_hour(hour, need[weather], plan[weather], water_class, zones) and (
                policy == ALONE or not is_served_as_before(zones, links, ends)
            ):
                is_unserved = cover_shortage(
                    policy, load[weather, hour], zones, links, arc_start, arcs, search,
                    store_zone, stores, marks,
                )  # fmt: skip
            fill_storage(zones, store_zone, stores)
            for zone in range(n_zone):
                out = zones[INSTALLED, zone] + firm[zone] - zones[PLANTS, zone]
                out -= zones[WATER_CAP, zone]
                out_mean[zone] += out
                if not (is_unserved and zones[UNSERVED, zone] > TINY_MW):
                    zones[RUN_HOURS, zone] = 0.0
                    zones[RUN_MWH, zone] = 0.0
                    continue
                count_hour(zone, zones, yearly[item])
                month_hours[month, zone] += 1.0
                tell_causes(zone, out, zones, store_zone, stores, causes)
                is_told = tell_full_links(
                    zone, zones, links, arc_start, arcs, search, ends, marks, link_full
                )
                if not is_told:
                    causes[zone, NO_SPARE] += zones[UNSERVED, zone]
    return 0
