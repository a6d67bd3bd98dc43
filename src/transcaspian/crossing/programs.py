"""The programs of the vessels, trains and visitors of a crossing: tables become a `Model`.

A vessel at a port: wait for a berth, for open weather, for the channel; unload (storms stop work);
load; wait for open weather in port and at sea; leave. Its queue for the berth is first come first
served or by a named rule.
"""

from dataclasses import dataclass

import numpy as np

from transcaspian.crossing.build import (
    ModelBuilder,
    Step,
    constant,
    exponential,
    gate,
    leave,
    lognormal,
    mark,
    release,
    seize,
    uniform,
    unload,
)
from transcaspian.crossing.model import ABOARD, HOURS_PER_YEAR, NONE, Event, Model, Rule
from transcaspian.crossing.tables import KM_PER_NAUTICAL_MILE, Crossing, Service, payload_t
from transcaspian.units import HOURS_PER_DAY

__all__ = ["Options", "Places", "build_model"]

RULES = {
    "fifo": Rule.FIFO,
    "priority": Rule.PRIORITY,
    "most_cargo": Rule.MOST_CARGO,
    "shortest": Rule.SHORTEST,
}


@dataclass(frozen=True, slots=True)
class Options:
    """How a year is simulated.

    `mean_spell_h` replaces the mean length of closed spells everywhere, `load_factor` multiplies
    all cargo, `warm_up_h` runs before 1 January and `run_out_h` after 31 December, so that cargo
    that came in the year can still sail. `counted_h` is the part of the year that is counted.
    With `wait_limit_h` the share of units that sail within it is counted too.
    """

    sea_level_path: str = "mid"
    mean_spell_h: float | None = None
    load_factor: float = 1.0
    warm_up_h: float = 1440.0
    run_out_h: float = 1440.0
    counted_h: float = HOURS_PER_YEAR
    wait_limit_h: float | None = None

    @property
    def until_h(self) -> float:
        """Return the length of a run."""
        return self.window[1] + self.run_out_h

    @property
    def window(self) -> tuple[float, float]:
        """Return the hours of the run that are counted."""
        return self.warm_up_h, self.warm_up_h + self.counted_h


@dataclass(frozen=True, slots=True)
class Places:
    """Numbers of the model's rows by name: what statistics need to find their facts."""

    stores: dict[tuple[str, str, str], int]  # (from, to, cargo)
    berths: dict[str, int]
    cranes: dict[str, int]  # by berth
    channels: dict[str, int]  # by port
    yards: dict[tuple[str, str], int]  # (port, cargo)
    sidings: dict[str, int]
    ports: dict[str, int]  # place of the marks
    vessels: dict[str, tuple[int, ...]]  # by service


def build_model(crossing: Crossing, options: Options) -> tuple[Model, Places]:
    """Return the model of a year and where its rows are."""
    builder = ModelBuilder(start_h=(HOURS_PER_YEAR - options.warm_up_h) % HOURS_PER_YEAR)
    weathers = _add_weathers(builder, crossing, options)
    places = _add_places(builder, crossing)
    _add_arrivals(builder, crossing, places, options)
    _add_visits(builder, crossing, places, weathers)
    number = 0
    for service in crossing.services.values():
        vessels = []
        for vessel in range(service.count):
            _add_vessel(builder, crossing, places, weathers, service, vessel)
            vessels.append(number)
            number += 1
        places.vessels[service.name] = tuple(vessels)
    return builder.model(), places


def _add_weathers(
    builder: ModelBuilder, crossing: Crossing, options: Options
) -> dict[str | None, int]:
    numbers: dict[str | None, int] = {None: NONE}
    for name, row in crossing.weathers.items():
        mean = options.mean_spell_h or float(row["mean_spell_h"])
        law = constant(mean) if row["spell_law"] == "constant" else exponential(mean)
        numbers[name] = builder.weather(name, crossing.closures[name], law)
    return numbers


def _add_places(builder: ModelBuilder, crossing: Crossing) -> Places:
    tonnes = {name: float(row["tonnes"]) for name, row in crossing.cargoes.items()}
    places = Places({}, {}, {}, {}, {}, {}, {}, {})
    for number, (port, row) in enumerate(crossing.ports.items()):
        places.ports[port] = number
        if row["is_one_way"]:
            places.channels[port] = builder.resource(f"channel {row['name']}", 1)
    for berth, row in crossing.berths.items():
        rule = RULES[row["queue_rule"]]
        places.berths[berth] = builder.resource(row["name"], int(row["count"]), rule)
        if row["cranes_per_vessel"]:
            places.cranes[berth] = builder.resource(f"cranes {row['name']}", int(row["cranes"]))
    for (port, cargo), row in crossing.yards.items():
        if row["import_units"] is not None:
            name = f"import yard {crossing.ports[port]['name']}, {crossing.cargoes[cargo]['name']}"
            places.yards[port, cargo] = builder.resource(name, int(row["import_units"]))
    for siding, row in crossing.sidings.items():
        places.sidings[siding] = builder.resource(
            f"siding {crossing.ports[row['port']]['name']} {siding}", int(row["tracks"])
        )
    for port0, port1, cargo in crossing.pairs():
        space = float(crossing.cargoes[cargo]["space"])
        name = f"{cargo} {port0}-{port1}"
        places.stores[port0, port1, cargo] = builder.store(name, space=space, tonnes=tonnes[cargo])
    return places


def _add_arrivals(
    builder: ModelBuilder, crossing: Crossing, places: Places, options: Options
) -> None:
    for name, row in crossing.arrivals.items():
        units = float(row["units"]) * options.load_factor
        if units <= 0.0:
            continue
        batch = int(row["batch"])
        gap_h = HOURS_PER_YEAR * batch / units
        gap = constant(gap_h) if row["law"] == "timetable" else exponential(gap_h)
        store = places.stores[row["port0"], row["port1"], row["cargo"]]
        if row["siding"] is None:
            builder.source(name, gap, store=store, batch=constant(float(batch)))
            continue
        siding = places.sidings[row["siding"]]
        train_h = float(crossing.sidings[row["siding"]]["train_h"])
        program = builder.program(
            seize(siding),
            builder.delay(constant(train_h), f"{name} siding"),
            builder.put(store),
            release(siding),
            leave(),
        )
        builder.source(name, gap, program=program, batch=constant(float(batch)))


def _add_visits(
    builder: ModelBuilder, crossing: Crossing, places: Places, weathers: dict[str | None, int]
) -> None:
    for name, row in crossing.visits.items():
        if not row["calls"]:
            continue
        berth = places.berths[row["berth"]]
        weather = weathers[crossing.ports[crossing.berths[row["berth"]]["port"]]["weather"]]
        stay = lognormal(float(row["service_h"]), float(row["variation"]))
        program = builder.program(
            seize(berth),
            gate(weather),
            builder.work(stay, f"{name} stay", weather),
            gate(weather),
            release(berth),
            leave(),
        )
        builder.source(name, exponential(HOURS_PER_YEAR / float(row["calls"])), program=program)


def _add_vessel(
    builder: ModelBuilder,
    crossing: Crossing,
    places: Places,
    weathers: dict[str | None, int],
    service: Service,
    number: int,
) -> None:
    """Add one vessel: home, then out and back to the port where most cargo waits."""
    name = f"{service.name} {number + 1}"
    home, others = service.ports[0], service.ports[1:]
    context = _Vessel(builder, crossing, places, weathers, service, name)
    first = builder.program(*context.arrive(home))
    builder.program(*context.dock(home, first))
    branch_at = builder.next_step
    rounds = len(others)
    programs = []
    # The branch is the step that the rounds come back over, so their places are found first.
    begin = branch_at + (1 if rounds > 1 else 0)
    for port in others:
        steps = [
            *context.load(home, port),
            *context.sail(home, port),
            *context.arrive(port),
            *context.load(port, home),
            *context.sail(port, home),
            builder.jump(first),
        ]
        programs.append((begin, steps))
        begin += len(steps)
    if rounds > 1:
        choices = [
            (places.stores[_first_cargo(crossing, service, home, port)], start)
            for port, (start, _) in zip(others, programs, strict=True)
        ]
        builder.program(builder.branch(choices))
    for _, steps in programs:
        builder.program(*steps)
    interval = service.vessel["dock_interval_days"]
    first_dock = np.inf
    if interval is not None:
        share = (number + 0.5) / service.count
        first_dock = share * float(interval) * HOURS_PER_DAY
    spread = 2.0 * context.sailing_h(home, others[0]) + 24.0
    builder.vessel(
        name,
        first,
        start_h=spread * number / service.count,
        priority=int(service.row["priority"]),
        first_dock_h=first_dock,
    )


def _first_cargo(
    crossing: Crossing, service: Service, port0: str, port1: str
) -> tuple[str, str, str]:
    pairs = crossing.pairs()
    return next(
        (port0, port1, cargo) for cargo in service.cargoes if (port0, port1, cargo) in pairs
    )


@dataclass(frozen=True, slots=True)
class _Vessel:
    """Writes the steps of one vessel."""

    builder: ModelBuilder
    crossing: Crossing
    places: Places
    weathers: dict[str | None, int]
    service: Service
    name: str

    def weather(self, port: str) -> int:
        """Return the weather of a port."""
        return self.weathers[self.crossing.ports[port]["weather"]]

    def sailing_h(self, port0: str, port1: str) -> float:
        """Return the mean time at sea: distance over speed."""
        km = float(self.crossing.routes[frozenset((port0, port1))]["distance_km"])
        return km / (float(self.service.vessel["speed_kn"]) * KM_PER_NAUTICAL_MILE)

    def channel(self, port: str) -> list[Step]:
        """Go through the channel, alone where it is one-way."""
        pilotage = float(self.crossing.ports[port]["pilotage_h"])
        if pilotage <= 0.0:
            return []
        passage = self.builder.delay(constant(pilotage), f"{self.name} pilot")
        if port not in self.places.channels:
            return [passage]
        channel = self.places.channels[port]
        return [seize(channel), passage, release(channel)]

    def arrive(self, port: str) -> list[Step]:
        """From the roadstead to an empty vessel at its berth."""
        berth = self.service.berth_at(port)
        row = self.crossing.berths[berth]
        cranes, needed = self.places.cranes.get(berth, NONE), int(row["cranes_per_vessel"])
        yards = [
            (port, cargo) for cargo in self.service.cargoes if (port, cargo) in self.places.yards
        ]
        # A yard is taken for the whole cargo, which has one class where yards are limited.
        yard = self.places.yards[yards[0]] if len(self.service.cargoes) == 1 and yards else NONE
        clearance = max(
            float(self.crossing.cargoes[c]["clearance_h"]) for c in self.service.cargoes
        )
        stay = uniform(0.5 * clearance, 1.5 * clearance)
        return [
            mark(Event.ARRIVE, self.places.ports[port]),
            seize(self.places.berths[berth]),
            gate(self.weather(port)),
            *self.channel(port),
            mark(Event.BERTH, self.places.ports[port]),
            *([seize(yard, ABOARD)] if yard != NONE else []),
            *([seize(cranes, needed)] if needed else []),
            unload(float(row["fixed_h"]), self.weather(port)),
            *([release(cranes, needed)] if needed else []),
            self.builder.deliver(stay, f"{self.name} clearance", yard),
            mark(Event.UNLOADED, self.places.ports[port]),
        ]

    def load(self, port0: str, port1: str) -> list[Step]:
        """Load what waits for the next port until the sailing rule says to leave."""
        crossing, service = self.crossing, self.service
        vessel, row = service.vessel, service.row
        here, there = service.berth_at(port0), service.berth_at(port1)
        draught = min(crossing.draught_m(port0), crossing.draught_m(port1))
        tonnes = payload_t(vessel, draught)
        serves = []
        for cargo in service.cargoes:
            store = self.places.stores.get((port0, port1, cargo))
            if store is None:
                continue
            most = np.floor(tonnes / float(crossing.cargoes[cargo]["tonnes"]))
            rates = crossing.handling[here, cargo], crossing.handling[there, cargo]
            serves.append((store, float(most), 1.0 / rates[0], 1.0 / rates[1]))
        if not serves:  # nothing is sent this way: it leaves empty
            return []
        rule = row["sailing_rule"]
        fill = np.inf if rule == "timetable" else float(row["fill_share"])
        return [
            self.builder.load(
                serves,
                space=float(vessel["space"]),
                tonnes=tonnes,
                fill_share=fill,
                max_wait_h=np.inf if row["max_wait_h"] is None else float(row["max_wait_h"]),
                headway_h=float(row["headway_h"]) if rule == "timetable" else 0.0,
                relief=self.places.berths[here] if rule == "full_or_relieved" else NONE,
                weather=self.weather(port0),
            )
        ]

    def sail(self, port0: str, port1: str) -> list[Step]:
        """From a loaded vessel at its berth to the roadstead of the next port."""
        route = self.crossing.routes[frozenset((port0, port1))]
        vessel = self.service.vessel
        time = lognormal(self.sailing_h(port0, port1), float(route["variation"]))
        return [
            mark(Event.LOADED, self.places.ports[port0]),
            gate(self.weather(port0), self.weathers[route["weather"]]),
            mark(Event.SAIL, self.places.ports[port0]),
            *self.channel(port0),
            release(self.places.berths[self.service.berth_at(port0)]),
            self.builder.break_down(
                float(vessel["breakdown_share"]),
                exponential(float(vessel["repair_h"])),
                f"{self.name} repair",
            ),
            self.builder.delay(time, f"{self.name} sailing"),
        ]

    def dock(self, port: str, first: int) -> list[Step]:
        """Leave the berth for dry dock when it is due, then come back to step `first`."""
        interval = self.service.vessel["dock_interval_days"]
        if interval is None:
            return []
        stay = constant(float(self.service.vessel["dock_days"]) * HOURS_PER_DAY)
        berth = self.places.berths[self.service.berth_at(port)]
        interval_h = float(interval) * HOURS_PER_DAY
        return [
            self.builder.dock(interval_h, stay, f"{self.name} dock", berth),
            self.builder.jump(first),
        ]
