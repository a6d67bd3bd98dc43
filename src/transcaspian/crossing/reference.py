"""The slow and obvious engine: what the compiled kernel must do, event by event.

A heap of `(time, kind, counter, …)`: the kind breaks ties (weather first, arrivals last), the
counter makes them repeatable, and only `step` moves the clock.
"""

import heapq
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from transcaspian.crossing.model import (
    ABOARD,
    HOURS_PER_YEAR,
    LOG,
    MAX_CARGOES,
    MONTH_START_H,
    MOST_EVENTS_AT_ONCE,
    MOST_STEPS_AT_ONCE,
    NONE,
    Due,
    Event,
    Law,
    Model,
    Op,
    Records,
    Rule,
)
from transcaspian.crossing.streams import stream_keys
from transcaspian.errors import ModelError

__all__ = ["ReferenceEngine", "run_reference"]

MASK = 2**64 - 1


@dataclass(eq=False, slots=True)
class Entity:
    """A vessel, visiting ship or train."""

    serial: int
    step: int
    priority: int
    batch: float = 0.0
    ticket: int = 0  # events that carry an older ticket are void
    rank: float = 0.0
    units_wanted: int = 0
    aboard: list[float] = field(default_factory=lambda: [0.0] * MAX_CARGOES)
    unload_h: float = 0.0
    voyage: int = 0
    is_loading: bool = False
    has_deadline: bool = False
    deadline_h: float = math.inf
    work_weather: int = NONE
    work_end_h: float = 0.0
    work_left_h: float = 0.0
    is_suspended: bool = False
    next_dock_h: float = math.inf


class ReferenceEngine:
    """The state of one replication; `log` is all that it tells."""

    def __init__(self, model: Model, seed: int, replication: int) -> None:
        self.model = model
        self.now = 0.0
        self.counter = 0
        self.events_at_once = 0
        self.heap: list[tuple[Any, ...]] = []
        self.log: list[tuple[float, float, int, int, int]] = []
        self.state = [int(key) for key in stream_keys(seed, replication, model.stream_names)]
        self.drawn = [0] * len(self.state)
        self.free = [int(row["capacity"]) for row in model.resources]
        self.queues: list[deque[Entity]] = [deque() for _ in model.resources]
        self.waiting = [0.0] * model.stores.size
        self.closed = [False] * model.weathers.size
        self.gate: list[Entity] = []
        self.loaders: list[Entity] = []
        self.slots: list[Entity | None] = []  # everything alive, in places that are used again
        self.free_slots: list[int] = []
        self.next_serial = 0
        for weather in range(model.weathers.size):
            self.push(self.open_until(weather), Due.WEATHER, weather, 0)
        for source in range(model.sources.size):
            first_h = float(model.sources[source]["first_h"])
            if first_h == NONE:
                first_h = self.gap(source)
            self.push(first_h, Due.ARRIVAL, source, 0)
        for vessel in model.vessels:
            entity = self.create(vessel["program"], vessel["priority"], 0.0)
            entity.next_dock_h = float(vessel["first_dock_h"])
            self.push(float(vessel["start_h"]), Due.RESUME, entity, 0)

    def run(self, until_h: float) -> None:
        """Step until the next event lies behind `until_h`."""
        while self.heap and self.heap[0][0] <= until_h:
            self.step()

    def step(self) -> None:
        """Move the clock to the next event and do it."""
        before = self.now
        self.now, kind, _, who, ticket = heapq.heappop(self.heap)
        self.events_at_once = self.events_at_once + 1 if self.now == before else 0
        if self.events_at_once > MOST_EVENTS_AT_ONCE:
            raise ModelError(f"The clock stands still at {self.now} h: some program takes no time.")
        if kind == Due.WEATHER:
            self.turn_weather(who)
        elif kind == Due.CLEARING:
            serial, voyage, units, resource = who
            self.write(Event.CLEAR, voyage, serial, units)
            if resource != NONE:
                held = min(int(units), int(self.model.resources[resource]["capacity"]))
                self.give_back(resource, held, serial)
        elif kind == Due.ARRIVAL:
            self.arrive(who)
        elif kind == Due.DEADLINE:
            if who in self.loaders and who.deadline_h <= self.now:
                self.loaders.remove(who)
                self.proceed(who)
        elif who.ticket == ticket:
            self.proceed(who)

    def push(self, time: float, kind: int, who: Any, ticket: int) -> None:
        """Put an event on the heap, unless it never comes."""
        if time < math.inf:
            self.counter += 1
            heapq.heappush(self.heap, (time, kind, self.counter, who, ticket))

    def write(self, event: int, place: int, serial: int, amount: float) -> None:
        """Append a fact to the log."""
        self.log.append((self.now, float(amount), serial, int(event), int(place)))

    # Chance ---------------------------------------------------------------------------------

    def uniform(self, stream: int) -> float:
        """SplitMix64: the counter advances by the golden gamma, the output is its mixed value."""
        self.drawn[stream] += 1
        self.state[stream] = z = (self.state[stream] + 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return float((z ^ (z >> 31)) >> 11) * 2.0**-53

    def exponential(self, stream: int) -> float:
        """Return the next number of a stream as an exponential of mean 1."""
        return -math.log(1.0 - self.uniform(stream))

    def draw(self, distribution: int, stream: int) -> float:
        """Return the next number of a stream under a distribution."""
        row = self.model.distributions[distribution]
        law, a, b = int(row["law"]), float(row["a"]), float(row["b"])
        if law == Law.CONSTANT:
            return a
        if law == Law.EXPONENTIAL:
            return a * self.exponential(stream)
        if law == Law.UNIFORM:
            return a + (b - a) * self.uniform(stream)
        if law == Law.ERLANG:
            total = 0.0
            for _ in range(int(b)):
                total += self.exponential(stream)
            return a * total / b
        if law == Law.LOGNORMAL:  # Box and Muller (1958), the cosine half
            radius = math.sqrt(2.0 * self.exponential(stream))
            normal = radius * math.cos(2.0 * math.pi * self.uniform(stream))
            sigma = math.sqrt(math.log(1.0 + b * b))
            return a * math.exp(sigma * normal - 0.5 * sigma * sigma)
        index = self.drawn[stream]  # Law.SERIES
        self.drawn[stream] += 1
        return float(self.model.values[int(a) + index]) if index < b else math.inf

    def gap(self, source: int) -> float:
        """Return the time to the next arrival of a source."""
        row = self.model.sources[source]
        return self.draw(int(row["gap"]), int(row["gap_stream"]))

    def open_until(self, weather: int) -> float:
        """When the open spell that begins now ends: the hazard of closing changes by month."""
        row = self.model.weathers[weather]
        left = self.exponential(int(row["open_stream"]))
        if not row["closing_rate"].any():
            return math.inf
        time = self.now
        hour = (self.model.start_h + time) % HOURS_PER_YEAR
        month = int(np.searchsorted(MONTH_START_H, hour, side="right")) - 1
        while True:
            span = float(MONTH_START_H[month + 1]) - hour
            rate = float(row["closing_rate"][month])
            if rate * span >= left:
                return time + left / rate
            left -= rate * span
            time += span
            month = (month + 1) % 12
            hour = float(MONTH_START_H[month])

    # Weather --------------------------------------------------------------------------------

    def turn_weather(self, weather: int) -> None:
        """Close or open: suspend and resume work, let go who waits at the gate."""
        row = self.model.weathers[weather]
        self.closed[weather] = not self.closed[weather]
        affected = [e for e in self.slots if e is not None and e.work_weather == weather]
        if self.closed[weather]:
            self.write(Event.CLOSE, weather, NONE, 0.0)
            for entity in affected:
                entity.work_left_h = entity.work_end_h - self.now
                entity.is_suspended = True
                entity.ticket += 1
            spell = self.draw(int(row["closed_law"]), int(row["closed_stream"]))
            self.push(self.now + spell, Due.WEATHER, weather, 0)
            return
        self.write(Event.OPEN, weather, NONE, 0.0)
        for entity in affected:
            self.start_work(entity, entity.work_left_h, weather)
        still_waiting = []
        for entity in self.gate:
            if self.is_open(entity):
                self.push(self.now, Due.RESUME, entity, entity.ticket)
            else:
                still_waiting.append(entity)
        self.gate = still_waiting
        self.push(self.open_until(weather), Due.WEATHER, weather, 0)

    def is_open(self, entity: Entity) -> bool:
        """Return whether both weathers of the gate that an entity stands at are open."""
        row = self.model.steps[entity.step]
        return not any(w != NONE and self.closed[w] for w in (int(row["a"]), int(row["b"])))

    def start_work(self, entity: Entity, hours: float, weather: int) -> None:
        """Begin work that stands still while the weather is closed."""
        entity.work_weather = weather
        entity.is_suspended = weather != NONE and self.closed[weather]
        entity.work_left_h = hours
        if not entity.is_suspended:
            entity.work_end_h = self.now + hours
            self.push(entity.work_end_h, Due.RESUME, entity, entity.ticket)

    # Resources ------------------------------------------------------------------------------

    def seize(self, entity: Entity, row: Any) -> bool:
        """Return whether the entity goes on at once."""
        resource, units, limit = int(row["a"]), int(row["b"]), int(row["c"])
        if units == ABOARD:
            units = min(int(sum(entity.aboard)), int(self.model.resources[resource]["capacity"]))
        self.write(Event.REQUEST, resource, entity.serial, units)
        entity.units_wanted = units
        rule = int(self.model.resources[resource]["rule"])
        if rule == Rule.PRIORITY:
            entity.rank = -float(entity.priority)
        elif rule == Rule.MOST_CARGO:
            entity.rank = -sum(entity.aboard)
        else:
            entity.rank = entity.unload_h if rule == Rule.SHORTEST else 0.0
        queue = self.queues[resource]
        if units <= self.free[resource] and (not queue or entity.rank < queue[0].rank):
            self.free[resource] -= units
            self.write(Event.GRANT, resource, entity.serial, units)
            return True
        if limit != NONE and len(queue) >= limit:
            self.write(Event.TURNED_AWAY, resource, entity.serial, units)
            self.remove(entity)
            return False
        place = len(queue)
        while place > 0 and queue[place - 1].rank > entity.rank:
            place -= 1
        queue.insert(place, entity)
        self.relieve(resource)
        return False

    def relieve(self, resource: int) -> None:
        """Wake the first vessel that lies at a berth for more cargo and would make room."""
        for entity in self.loaders:
            if int(self.loading(entity)["relief"]) == resource:
                self.loaders.remove(entity)
                self.push(self.now, Due.RESUME, entity, entity.ticket)
                return

    def give_back(self, resource: int, units: int, serial: int) -> None:
        """Free units of a resource and grant them to who waits."""
        self.free[resource] += units
        self.write(Event.RELEASE, resource, serial, units)
        queue = self.queues[resource]
        while queue and queue[0].units_wanted <= self.free[resource]:
            entity = queue.popleft()
            self.free[resource] -= entity.units_wanted
            self.write(Event.GRANT, resource, entity.serial, entity.units_wanted)
            self.push(self.now, Due.RESUME, entity, entity.ticket)

    # Cargo ----------------------------------------------------------------------------------

    def put(self, store: int, units: float, serial: int) -> None:
        """Bring cargo and wake as many waiting vessels as it fills, first come first."""
        self.waiting[store] += units
        self.write(Event.PUT, store, serial, units)
        left = self.waiting[store]
        for entity in list(self.loaders):
            stores = [int(serve["store"]) for serve in self.serves(entity)]
            if left >= 1.0 and store in stores:
                left -= self.room_for(entity, stores.index(store))
                self.loaders.remove(entity)
                self.push(self.now, Due.RESUME, entity, entity.ticket)

    def loading(self, entity: Entity) -> Any:
        """Return the row of the loading table that the vessel loads by."""
        return self.model.loadings[int(self.model.steps[entity.step]["a"])]

    def serves(self, entity: Entity) -> Records:
        """Return what the vessel loads here: rows of the model."""
        row = self.loading(entity)
        first = int(row["first_serve"])
        return self.model.serves[first : first + int(row["n_serve"])]

    def room_for(self, entity: Entity, cargo: int) -> float:
        """Return how many more units of a cargo fit: by its own limit, space and payload."""
        row = self.loading(entity)
        served = self.serves(entity)
        stores = self.model.stores
        room = float(served[cargo]["max_units"]) - entity.aboard[cargo]
        for limit, per_unit in (("space", "space"), ("tonnes", "tonnes")):
            each = float(stores[int(served[cargo]["store"])][per_unit])
            if row[limit] > 0.0 and each > 0.0:
                used = 0.0
                for k in range(served.size):
                    used += entity.aboard[k] * float(stores[int(served[k]["store"])][per_unit])
                room = min(room, (float(row[limit]) - used) / each)
        return max(0.0, float(np.floor(room + 1e-9)))

    def fill(self, entity: Entity) -> float:
        """Return how full the vessel is: the largest share of space, payload or own limits."""
        row = self.loading(entity)
        served = self.serves(entity)
        share, limits = 0.0, 0.0
        for limit in ("space", "tonnes"):
            used = 0.0
            for k in range(served.size):
                store = self.model.stores[int(served[k]["store"])]
                used += entity.aboard[k] * float(store[limit])
            if row[limit] > 0.0:
                share = max(share, used / float(row[limit]))
        for k in range(served.size):
            limits += float(served[k]["max_units"])
        return max(share, sum(entity.aboard) / limits) if limits < math.inf else share

    def load(self, entity: Entity) -> bool:
        """Take what waits and fits; return whether the vessel is done loading."""
        row = self.loading(entity)
        is_first = not entity.is_loading
        if is_first:
            entity.is_loading, entity.has_deadline = True, False
            if row["headway_h"] > 0.0:
                slots = math.ceil((self.now - row["offset_h"]) / row["headway_h"] - 1e-9)
                entity.deadline_h = float(row["offset_h"] + slots * row["headway_h"])
            else:
                entity.deadline_h = self.now + float(row["max_wait_h"])
        elif self.now >= entity.deadline_h or self.fill(entity) >= row["fill_share"]:
            entity.is_loading = False
            return True
        served = self.serves(entity)
        taken, hours = 0.0, 0.0
        for cargo in range(served.size):
            store = int(served[cargo]["store"])
            units = min(self.room_for(entity, cargo), float(np.floor(self.waiting[store] + 1e-9)))
            if units > 0.0:
                self.waiting[store] -= units
                entity.aboard[cargo] += units
                entity.unload_h += units * float(served[cargo]["unload_h"])
                self.write(Event.TAKE, store, entity.serial, units)
                hours += units * float(served[cargo]["load_h"])
                taken += units
        if taken > 0.0:
            self.start_work(entity, hours, int(row["weather"]))
            return False
        is_full = all(self.room_for(entity, cargo) == 0.0 for cargo in range(served.size))
        relief = int(row["relief"])
        is_wanted = relief != NONE and len(self.queues[relief]) > 0
        is_full = is_full and row["fill_share"] <= 1.0
        if is_full or is_wanted or self.now >= entity.deadline_h:
            entity.is_loading = False
            return True
        self.loaders.append(entity)
        if not entity.has_deadline:
            entity.has_deadline = True
            self.push(entity.deadline_h, Due.DEADLINE, entity, 0)
        return False

    # Entities -------------------------------------------------------------------------------

    def create(self, step: int, priority: int, batch: float) -> Entity:
        """Return a new entity in the last slot that was freed, or in a new one."""
        entity = Entity(self.next_serial, int(step), int(priority), batch)
        self.next_serial += 1
        if self.free_slots:
            self.slots[self.free_slots.pop()] = entity
        else:
            self.slots.append(entity)
        return entity

    def remove(self, entity: Entity) -> None:
        """Take an entity out."""
        slot = self.slots.index(entity)
        self.slots[slot] = None
        self.free_slots.append(slot)

    def arrive(self, source: int) -> None:
        """Let one batch of a source arrive."""
        row = self.model.sources[source]
        self.push(self.now + self.gap(source), Due.ARRIVAL, source, 0)
        batch = self.draw(int(row["batch"]), int(row["batch_stream"]))
        if row["store"] != NONE:
            self.put(int(row["store"]), batch, -2 - source)
        else:
            self.proceed(self.create(row["program"], row["priority"], batch))

    def proceed(self, entity: Entity) -> None:
        """Follow the program until something has to be waited for."""
        entity.work_weather = NONE
        for _ in range(MOST_STEPS_AT_ONCE):
            row = self.model.steps[entity.step]
            if not self.perform(entity, row, Op(int(row["op"]))):
                return
        raise ModelError(f"The clock stands still at {self.now} h: some program takes no time.")

    def perform(self, entity: Entity, row: Any, op: Op) -> bool:
        """Do one step and point to the next; return whether the entity goes on now."""
        a, b, c = int(row["a"]), int(row["b"]), int(row["c"])
        if op in (Op.LOAD, Op.GATE):
            if not (self.load(entity) if op == Op.LOAD else self.is_open(entity)):
                if op == Op.GATE:
                    self.gate.append(entity)
                return False
            entity.step += 1
            return True
        entity.step += 1
        if op == Op.SEIZE:
            return self.seize(entity, row)
        if op == Op.RELEASE:
            self.give_back(a, b, entity.serial)
        elif op in (Op.DELAY, Op.WORK):
            self.start_work(entity, self.draw(a, b), c if op == Op.WORK else NONE)
            return False
        elif op == Op.PUT:
            self.put(a, entity.batch, entity.serial)
        elif op == Op.UNLOAD:
            self.start_work(entity, float(row["x"]) + entity.unload_h, c)
            return False
        elif op == Op.DELIVER:
            units = sum(entity.aboard)
            self.write(Event.DELIVER, entity.voyage, entity.serial, units)
            if units > 0.0:
                lot = (entity.serial, entity.voyage, units, c)
                self.push(self.now + self.draw(a, b), Due.CLEARING, lot, 0)
            entity.aboard = [0.0] * MAX_CARGOES
            entity.unload_h = 0.0
        elif op == Op.MARK:
            entity.voyage += a == Event.SAIL
            self.write(a, b, entity.serial, sum(entity.aboard))
        elif op in (Op.BREAK, Op.DOCK):
            return self.stand_still(entity, row, op)
        elif op in (Op.BRANCH, Op.JUMP):
            rows = self.model.choices[a : a + b]
            best = max(range(b), key=lambda k: self.waiting[int(rows[k]["store"])], default=NONE)
            entity.step = a if op == Op.JUMP else int(rows[best]["program"])
        elif op == Op.EXIT:
            self.write(Event.EXIT, NONE, entity.serial, entity.batch)
            self.remove(entity)
            return False
        return True

    def stand_still(self, entity: Entity, row: Any, op: Op) -> bool:
        """Break down by chance or dock by the calendar; return whether the entity goes on."""
        if op == Op.BREAK:
            happens = self.uniform(int(row["b"])) < row["x"]
            hours = self.draw(int(row["a"]), int(row["b"]))
        else:
            happens = self.now >= entity.next_dock_h
            hours = self.draw(int(row["a"]), int(row["b"])) if happens else 0.0
            entity.next_dock_h += float(row["x"]) if happens else 0.0
            if happens and row["c"] != NONE:
                self.give_back(int(row["c"]), 1, entity.serial)
            entity.step += not happens
        if happens:
            self.write(
                Event.BREAKDOWN if op == Op.BREAK else Event.DOCK, NONE, entity.serial, hours
            )
            self.start_work(entity, hours, NONE)
        return not happens


def run_reference(model: Model, until_h: float, seed: int, replication: int = 0) -> Records:
    """Return the log of one replication up to `until_h` by the plain engine: `LOG` records."""
    engine = ReferenceEngine(model, seed, replication)
    engine.run(until_h)
    return np.array(engine.log, dtype=LOG)
