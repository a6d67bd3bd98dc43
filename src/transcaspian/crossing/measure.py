"""What one replication of a crossing says: numbers under (group, name, statistic)."""

from collections.abc import Sequence

import numpy as np

from transcaspian.crossing.model import Event, FloatArray, Model, Records
from transcaspian.crossing.passages import N_SUM, sum_passages
from transcaspian.crossing.programs import Options, Places
from transcaspian.crossing.statistics import (
    Facts,
    busy_curve,
    cargo_waits,
    gather_facts,
    queue_curve,
    weighted_quantiles,
    yard_curve,
)
from transcaspian.crossing.tables import Crossing
from transcaspian.units import HOURS_PER_DAY

__all__ = [
    "BUDGET",
    "FACTS_OF_DELAYS",
    "QUANTILES",
    "Key",
    "Numbers",
    "measure",
    "measure_delays",
    "pair_name",
]

Key = tuple[str, str, str]
Numbers = dict[Key, float]
QUANTILES = {"p50_h": 0.5, "p90_h": 0.9, "p99_h": 0.99}
# What a vessel does from a mark to the next.
BUDGET = {
    Event.ARRIVE: "roadstead",
    Event.BERTH: "unloading",
    Event.UNLOADED: "loading",
    Event.LOADED: "held_by_weather",
    Event.SAIL: "at_sea",
    Event.DOCK: "dry_dock",
}


# What `measure_delays` reads of a log: less than half of it.
FACTS_OF_DELAYS = (Event.PUT, Event.TAKE, Event.DELIVER, Event.CLEAR)


def pair_name(pair: tuple[str, str, str]) -> str:
    """Return the name of (from, to, cargo), as a store has it."""
    return f"{pair[2]} {pair[0]}-{pair[1]}"


def measure(
    log: Records, crossing: Crossing, model: Model, places: Places, options: Options
) -> Numbers:
    """Return all numbers of one replication; what lies between warm-up and run-out."""
    facts = gather_facts(log)
    window = options.window
    numbers: Numbers = {}
    _measure_cargo(numbers, facts, crossing, places, options, window)
    for resource, name in enumerate(model.resource_names):
        busy = busy_curve(facts, resource).mean(*window)
        numbers["resource", name, "occupancy"] = busy / float(model.resources["capacity"][resource])
        queue = queue_curve(facts, resource)
        numbers["resource", name, "queue"] = queue.mean(*window)
        ends = queue.at(np.array(window)) if queue.value.size else np.zeros(2)
        numbers["resource", name, "queue_growth"] = float(ends[1] - ends[0])
    _measure_vessels(numbers, facts, crossing, places, window)
    return numbers


def measure_delays(log: Records, places: Places, options: Options) -> Numbers:
    """Return hours across, units that came and sailed, and growth of the queue, by port pair.

    The same numbers as `measure` gives, but for `sailed`, which counts what vessels took. Uses up
    the log.
    """
    n_store, n_entity = len(places.stores), int(log["entity"].max(initial=0)) + 1
    sums = np.empty((n_store, N_SUM))
    sum_passages(
        log,
        *options.window,
        options.until_h,
        np.empty(log.size + n_store + n_entity, dtype=np.int64),
        np.empty((n_entity, 2 * n_store)),
        np.empty((log.size, 2 * n_store)),
        sums,
    )
    numbers: Numbers = {}
    for pair, store in places.stores.items():
        name = pair_name(pair)
        arrived, hours, sailed = (float(value) for value in sums[store])
        if arrived > 0.0:
            numbers["pair", name, "crossing_h"] = hours / arrived
        numbers["pair", name, "arrived"] = arrived
        numbers["pair", name, "sailed"] = sailed
        numbers["pair", name, "growth"] = arrived - sailed
    return numbers


def _measure_cargo(
    numbers: Numbers,
    facts: Facts,
    crossing: Crossing,
    places: Places,
    options: Options,
    window: tuple[float, float],
) -> None:
    by_cargo: dict[str, list[tuple[FloatArray, FloatArray, FloatArray]]] = {}
    service_of = np.repeat(
        np.arange(len(places.vessels)), [len(vessels) for vessels in places.vessels.values()]
    )
    for pair, store in places.stores.items():
        name = pair_name(pair)
        lots = cargo_waits(facts, store)
        came = facts.of(Event.PUT, store)
        untaken = lots.put_left > 0.0
        left = lots.put_left[untaken]
        arrive_h = np.concatenate([lots.arrive_h, lots.put_h[untaken]])
        units = np.concatenate([lots.units, left])
        # What has not sailed when the run ends has waited at least so long.
        sail_h = np.concatenate([lots.sail_h, np.full(left.size, np.inf)])
        wait_h = np.minimum(sail_h, options.until_h) - arrive_h
        clear_h = np.concatenate([lots.clear_h, np.full(left.size, np.inf)])
        crossing_h = np.minimum(clear_h, options.until_h) - arrive_h
        counted = (arrive_h >= window[0]) & (arrive_h < window[1])
        sample = (wait_h[counted], crossing_h[counted], units[counted])
        _measure_waits(numbers, ("pair", name), options, *sample)
        by_cargo.setdefault(pair[2], []).append(sample)
        in_year = (came["time_h"] >= window[0]) & (came["time_h"] < window[1])
        sailed = (lots.sail_h >= window[0]) & (lots.sail_h < window[1])
        yard = yard_curve(facts, store)
        ends = yard.at(np.array(window)) if yard.value.size else np.zeros(2)
        numbers["pair", name, "arrived"] = float(came["amount"][in_year].sum())
        numbers["pair", name, "sailed"] = float(lots.units[sailed].sum())
        numbers["pair", name, "waiting"] = yard.mean(*window)
        numbers["pair", name, "growth"] = float(ends[1] - ends[0])
        row = crossing.yards.get((pair[0], pair[2]))
        if row is not None:
            over = type(yard)(yard.time_h, (yard.value > row["export_units"]).astype(np.float64))
            numbers["pair", name, "overflow_share"] = over.mean(*window)
        carried = np.bincount(
            service_of[lots.vessel[sailed]], lots.units[sailed], minlength=len(places.vessels)
        )
        for service, units_of in zip(places.vessels, carried, strict=True):
            key = ("service", service, f"sailed {pair[2]}")
            numbers[key] = numbers.get(key, 0.0) + float(units_of)
    for cargo, samples in by_cargo.items():
        joined = [np.concatenate(parts) for parts in zip(*samples, strict=True)]
        _measure_waits(numbers, ("cargo", cargo), options, *joined)
        pairs = [pair_name(pair) for pair in places.stores if pair[2] == cargo]
        for statistic in ("arrived", "sailed", "waiting"):
            total = sum(numbers["pair", name, statistic] for name in pairs)
            numbers["cargo", cargo, statistic] = total


def _measure_waits(
    numbers: Numbers,
    subject: tuple[str, str],
    options: Options,
    wait_h: FloatArray,
    crossing_h: FloatArray,
    units: FloatArray,
) -> None:
    """Add the mean and quantiles over units; nothing where nothing came."""
    if not units.size:
        return
    group, name = subject
    numbers[group, name, "mean_h"] = float(np.average(wait_h, weights=units))
    found = weighted_quantiles(wait_h, units, tuple(QUANTILES.values()))
    for statistic, value in zip(QUANTILES, found, strict=True):
        numbers[group, name, statistic] = float(value)
    numbers[group, name, "crossing_h"] = float(np.average(crossing_h, weights=units))
    if options.wait_limit_h is not None:
        within = wait_h <= options.wait_limit_h
        numbers[group, name, "within"] = float(np.average(within, weights=units))


def _measure_vessels(
    numbers: Numbers,
    facts: Facts,
    crossing: Crossing,
    places: Places,
    window: tuple[float, float],
) -> None:
    marks = np.sort(np.concatenate([facts.rows_of(event) for event in BUDGET]))
    fleet = facts.take(marks)
    fleet = fleet[np.argsort(fleet["entity"], kind="stable")]
    takes = [facts.of(Event.TAKE, store) for store in places.stores.values()]
    repairs = facts.of(Event.BREAKDOWN)
    for service, vessels in places.vessels.items():
        if not vessels:
            continue
        # A service's vessels have numbers in a row, and all marks of a vessel stand together.
        first, last = np.searchsorted(fleet["entity"], (vessels[0], vessels[-1] + 1))
        own = fleet[first:last]
        hours = _time_budget(own, window)
        broken = repairs[np.isin(repairs["entity"], vessels)]
        late = (broken["time_h"] >= window[0]) & (broken["time_h"] < window[1])
        repair_h = float(broken["amount"][late].sum())
        hours["broken"] = min(repair_h, hours["at_sea"])
        hours["at_sea"] -= hours["broken"]
        total = len(vessels) * (window[1] - window[0])
        for state, value in hours.items():
            numbers["service", service, f"share {state}"] = value / total
        berthed = own[own["event"] == int(Event.BERTH)]
        in_year = (berthed["time_h"] >= window[0]) & (berthed["time_h"] < window[1])
        for port in crossing.services[service].ports:
            calls = int(np.sum(in_year & (berthed["place"] == places.ports[port])))
            numbers["service", service, f"calls {port}"] = float(calls)
            if calls:
                hours_a_call = _handling_h(own, takes, crossing, places, service, port, window)
                numbers["service", service, f"handling_h {port}"] = hours_a_call / calls
        cost = float(crossing.services[service].vessel["usd_day"]) * total / HOURS_PER_DAY
        numbers["service", service, "cost_usd"] = cost
        tonnes = sum(
            numbers.get(("service", service, f"sailed {cargo}"), 0.0) * float(row["tonnes"])
            for cargo, row in crossing.cargoes.items()
        )
        numbers["service", service, "sailed_t"] = tonnes
        if tonnes > 0.0:
            numbers["service", service, "cost_usd_per_t"] = cost / tonnes


def _time_budget(marks: Records, window: tuple[float, float]) -> dict[str, float]:
    """Return the vessel-hours spent in each state of the budget; marks by vessel and time."""
    rows = marks
    is_last = np.ones(rows.size, dtype=bool)
    is_last[:-1] = rows["entity"][1:] != rows["entity"][:-1]
    ends = np.append(rows["time_h"][1:], 0.0)
    ends[is_last] = window[1]
    spans = np.clip(ends, *window) - np.clip(rows["time_h"], *window)
    return {
        state: float(spans[rows["event"] == int(event)].sum()) for event, state in BUDGET.items()
    }


def _handling_h(
    marks: Records,
    takes: Sequence[Records],
    crossing: Crossing,
    places: Places,
    service: str,
    port: str,
    window: tuple[float, float],
) -> float:
    """Return the hours of unloading, storms included, and of loading, without waits for cargo."""
    place, berth = places.ports[port], crossing.services[service].berth_at(port)
    rows = marks
    unloaded = np.flatnonzero(rows["event"] == int(Event.UNLOADED))
    unloaded = unloaded[rows["place"][unloaded] == place]
    unloaded = unloaded[unloaded > 0]
    inside = (rows["time_h"][unloaded] >= window[0]) & (rows["time_h"][unloaded] < window[1])
    begun = rows["event"][unloaded - 1] == int(Event.BERTH)
    spans = rows["time_h"][unloaded] - rows["time_h"][unloaded - 1]
    hours = float(spans[inside & begun].sum())
    vessels = places.vessels[service]
    for (port0, _, cargo), taken in zip(places.stores, takes, strict=True):
        rate = crossing.handling.get((berth, cargo))
        if port0 != port or rate is None:
            continue
        own = (taken["entity"] >= vessels[0]) & (taken["entity"] <= vessels[-1])
        own &= (taken["time_h"] >= window[0]) & (taken["time_h"] < window[1])
        hours += float(taken["amount"][own].sum()) / rate
    return hours
