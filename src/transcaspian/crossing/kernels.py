"""The compiled engine: the events of `reference.py`, entities as rows of arrays, an array heap.

numba keeps compiled code by the date of this file: after a change of `clock_kernels.py`, `world.py`
or `model.py` alone, touch it.
"""

import math

import numpy as np

from transcaspian.compile import kernel
from transcaspian.crossing.clock_kernels import (
    ABOARD,
    BRANCH,
    BREAK,
    BREAKDOWN,
    CLEARED,
    CLOSE,
    DELAY,
    DELIVER,
    DELIVERED,
    DOCK,
    DOCKED,
    DONE,
    DUE_ARRIVAL,
    DUE_CLEARING,
    DUE_DEADLINE,
    DUE_RESUME,
    DUE_WEATHER,
    EXIT,
    EXITED,
    FULL_LOG,
    GATE,
    GRANT,
    JUMP,
    KIND_SHIFT,
    LOAD,
    MARK,
    MAX_CARGOES,
    MOST_CARGO,
    MOST_EVENTS_AT_ONCE,
    MOST_STEPS_AT_ONCE,
    NONE,
    OPEN,
    PRIORITY,
    PUT,
    PUT_IN,
    RELEASE,
    RELEASED,
    REQUEST,
    SAIL,
    SEIZE,
    SHORTEST,
    STANDS_STILL,
    TAKE,
    TOO_MANY,
    TURNED_AWAY,
    UNLOAD,
    WORK,
    _b,
    _f,
    _i,
    _v,
    draw,
    drop_top,
    gap,
    open_until,
    push,
    uniform,
    write,
)
from transcaspian.crossing.world import HEAP_ROWS, LOG_FULL, LOTS, SLOTS, W, World

__all__ = ["DONE", "FULL_LOG", "STANDS_STILL", "TOO_MANY", "advance", "start"]


# Weather and work ---------------------------------------------------------------------------


@kernel(_v(W, _i, _f, _i))
def start_work(world: World, slot: int, hours: float, weather: int) -> None:
    """Begin work that stands still while the weather is closed, in place."""
    entity = world.entities[slot]
    entity.work_weather = weather
    entity.is_suspended = weather != NONE and world.weathers[weather].is_closed == 1
    entity.work_left_h = hours
    if entity.is_suspended == 0:
        entity.work_end_h = world.now + hours
        push(world, entity.work_end_h, DUE_RESUME, slot, entity.ticket)


@kernel(_b(W, _i))
def is_open(world: World, slot: int) -> bool:
    """Whether both weathers of the gate that an entity stands at are open."""
    row = world.steps[world.entities[slot].step]
    if row.a != NONE and world.weathers[row.a].is_closed == 1:
        return False
    return not (row.b != NONE and world.weathers[row.b].is_closed == 1)


@kernel(_v(W, _i))
def turn_weather(world: World, weather: int) -> None:
    """Close or open: suspend and resume work, let go who waits at the gate; in place."""
    row = world.weathers[weather]
    row.is_closed = 1 - row.is_closed
    if row.is_closed == 1:
        write(world, CLOSE, weather, NONE, 0.0)
        for slot in range(world.n_slot):
            entity = world.entities[slot]
            if entity.is_alive == 1 and entity.work_weather == weather:
                entity.work_left_h = entity.work_end_h - world.now
                entity.is_suspended = 1
                entity.ticket += 1
        spell = draw(world, row.closed_law, row.closed_stream)
        push(world, world.now + spell, DUE_WEATHER, weather, 0)
        return
    write(world, OPEN, weather, NONE, 0.0)
    for slot in range(world.n_slot):
        entity = world.entities[slot]
        if entity.is_alive == 1 and entity.work_weather == weather:
            start_work(world, slot, entity.work_left_h, weather)
    n_left = 0
    for place in range(world.n_gate):
        slot = world.gate[place]
        if is_open(world, slot):
            push(world, world.now, DUE_RESUME, slot, world.entities[slot].ticket)
        else:
            world.gate[n_left] = slot
            n_left += 1
    world.n_gate = n_left
    push(world, open_until(world, weather), DUE_WEATHER, weather, 0)


# Entities and resources ---------------------------------------------------------------------


@kernel(_f(W, _i))
def units_aboard(world: World, slot: int) -> float:
    """Units of cargo aboard."""
    total = 0.0
    for cargo in range(MAX_CARGOES):
        total += world.entities[slot].aboard[cargo]
    return total


@kernel(_i(W, _i, _i, _f))
def create(world: World, step: int, priority: int, batch: float) -> int:
    """Slot of a new entity; slots of those that left are used again, the last one first."""
    slot = world.free_slot
    if slot == NONE:
        slot = world.n_slot
        world.n_slot += 1
    else:
        world.free_slot = world.entities[slot].next
    entity = world.entities[slot]
    entity.is_alive = 1
    entity.serial = world.next_serial
    entity.step = step
    entity.priority = priority
    entity.batch = batch
    entity.unload_h = 0.0
    entity.voyage = 0
    entity.is_loading = 0
    entity.is_waiting = 0
    entity.work_weather = NONE
    entity.is_suspended = 0
    entity.next_dock_h = np.inf
    # The ticket goes on counting, so that events of who had the slot before stay void.
    entity.ticket += 1
    for cargo in range(MAX_CARGOES):
        world.entities[slot].aboard[cargo] = 0.0
    world.next_serial += 1
    return int(slot)


@kernel(_v(W, _i))
def remove(world: World, slot: int) -> None:
    """Take an entity out, in place."""
    entity = world.entities[slot]
    entity.is_alive = 0
    entity.ticket += 1
    entity.next = world.free_slot
    world.free_slot = slot


@kernel(_v(W, _i, _i, _i))
def give_back(world: World, resource: int, units: int, serial: int) -> None:
    """Free units of a resource and grant them to who waits, in place."""
    row = world.resources[resource]
    row.free += units
    write(world, RELEASED, resource, serial, units)
    while row.head != NONE:
        slot = row.head
        entity = world.entities[slot]
        if entity.units_wanted > row.free:
            break
        row.head = entity.next
        if row.head == NONE:
            row.tail = NONE
        else:
            world.entities[row.head].previous = NONE
        row.n_waiting -= 1
        row.free -= entity.units_wanted
        write(world, GRANT, resource, entity.serial, entity.units_wanted)
        push(world, world.now, DUE_RESUME, slot, entity.ticket)


@kernel(_v(W, _i))
def relieve(world: World, resource: int) -> None:
    """Wake the first vessel that lies at a berth for more cargo and would make room; in place."""
    for place in range(world.n_loader):
        slot = world.loaders[place]
        entity = world.entities[slot]
        if world.loadings[world.steps[entity.step].a].relief == resource:
            for after in range(place, world.n_loader - 1):
                world.loaders[after] = world.loaders[after + 1]
            world.n_loader -= 1
            entity.is_waiting = 0
            push(world, world.now, DUE_RESUME, slot, entity.ticket)
            return


@kernel(_b(W, _i, _i, _i, _i))
def seize(world: World, slot: int, resource: int, units: int, limit: int) -> bool:
    """Ask for a resource; whether the entity goes on at once."""
    row, entity = world.resources[resource], world.entities[slot]
    if units == ABOARD:
        units = min(int(units_aboard(world, slot)), row.capacity)
    write(world, REQUEST, resource, entity.serial, units)
    entity.units_wanted = units
    rank = 0.0
    if row.rule == PRIORITY:
        rank = -float(entity.priority)
    elif row.rule == MOST_CARGO:
        rank = -units_aboard(world, slot)
    elif row.rule == SHORTEST:
        rank = entity.unload_h
    entity.rank = rank
    if units <= row.free and (row.head == NONE or rank < world.entities[row.head].rank):
        row.free -= units
        write(world, GRANT, resource, entity.serial, units)
        return True
    if limit != NONE and row.n_waiting >= limit:
        write(world, TURNED_AWAY, resource, entity.serial, units)
        remove(world, slot)
        return False
    before = row.tail
    while before != NONE and world.entities[before].rank > rank:
        before = world.entities[before].previous
    after = row.head if before == NONE else world.entities[before].next
    entity.previous = before
    entity.next = after
    if before == NONE:
        row.head = slot
    else:
        world.entities[before].next = slot
    if after == NONE:
        row.tail = slot
    else:
        world.entities[after].previous = slot
    row.n_waiting += 1
    relieve(world, resource)
    return False


# Cargo --------------------------------------------------------------------------------------


@kernel(_f(W, _i, _i, _i))
def room_for(world: World, slot: int, loading: int, cargo: int) -> float:
    """How many more units of a cargo fit: by its own limit, space and payload."""
    row = world.loadings[loading]
    first = row.first_serve
    serve = world.serves[first + cargo]
    store = world.stores[serve.store]
    room = serve.max_units - world.entities[slot].aboard[cargo]
    if row.space > 0.0 and store.space > 0.0:
        used = 0.0
        for k in range(row.n_serve):
            used += (
                world.entities[slot].aboard[k] * world.stores[world.serves[first + k].store].space
            )
        room = min(room, (row.space - used) / store.space)
    if row.tonnes > 0.0 and store.tonnes > 0.0:
        used = 0.0
        for k in range(row.n_serve):
            used += (
                world.entities[slot].aboard[k] * world.stores[world.serves[first + k].store].tonnes
            )
        room = min(room, (row.tonnes - used) / store.tonnes)
    return float(max(0.0, np.floor(room + 1e-9)))


@kernel(_v(W, _i, _f, _i))
def put(world: World, store: int, units: float, serial: int) -> None:
    """Bring cargo and wake as many waiting vessels as it fills, first come first; in place."""
    world.stores[store].waiting += units
    write(world, PUT_IN, store, serial, units)
    left = world.stores[store].waiting
    n_left = 0
    for place in range(world.n_loader):
        slot = world.loaders[place]
        entity = world.entities[slot]
        loading = world.steps[entity.step].a
        row = world.loadings[loading]
        cargo = NONE
        for serve in range(row.n_serve):
            if world.serves[row.first_serve + serve].store == store:
                cargo = serve
                break
        if cargo != NONE and left >= 1.0:
            left -= room_for(world, slot, loading, cargo)
            entity.is_waiting = 0
            push(world, world.now, DUE_RESUME, slot, entity.ticket)
        else:
            world.loaders[n_left] = slot
            n_left += 1
    world.n_loader = n_left


@kernel(_f(W, _i, _i))
def fill(world: World, slot: int, loading: int) -> float:
    """How full a vessel is: the largest share of space, payload or the sum of own limits."""
    row = world.loadings[loading]
    first = row.first_serve
    space, tonnes, units, limits = 0.0, 0.0, 0.0, 0.0
    for k in range(row.n_serve):
        serve = world.serves[first + k]
        store = world.stores[serve.store]
        space += world.entities[slot].aboard[k] * store.space
        tonnes += world.entities[slot].aboard[k] * store.tonnes
        units += world.entities[slot].aboard[k]
        limits += serve.max_units
    share = 0.0
    if row.space > 0.0:
        share = max(share, space / row.space)
    if row.tonnes > 0.0:
        share = max(share, tonnes / row.tonnes)
    if limits < np.inf:
        share = max(share, units / limits)
    return share


@kernel(_b(W, _i))
def load(world: World, slot: int) -> bool:
    """Take what waits and fits; whether the vessel is done loading."""
    entity = world.entities[slot]
    loading = world.steps[entity.step].a
    row = world.loadings[loading]
    now = world.now
    if entity.is_loading == 0:
        entity.is_loading = 1
        entity.has_deadline = 0
        if row.headway_h > 0.0:
            slots = math.ceil((now - row.offset_h) / row.headway_h - 1e-9)
            entity.deadline_h = row.offset_h + slots * row.headway_h
        else:
            entity.deadline_h = now + row.max_wait_h
    elif now >= entity.deadline_h or fill(world, slot, loading) >= row.fill_share:
        entity.is_loading = 0
        return True
    taken, hours = 0.0, 0.0
    for cargo in range(row.n_serve):
        serve = world.serves[row.first_serve + cargo]
        store = world.stores[serve.store]
        units = min(room_for(world, slot, loading, cargo), np.floor(store.waiting + 1e-9))
        if units > 0.0:
            store.waiting -= units
            world.entities[slot].aboard[cargo] += units
            entity.unload_h += units * serve.unload_h
            write(world, TAKE, serve.store, entity.serial, units)
            hours += units * serve.load_h
            taken += units
    if taken > 0.0:
        start_work(world, slot, hours, row.weather)
        return False
    is_full = True
    for cargo in range(row.n_serve):
        is_full &= room_for(world, slot, loading, cargo) == 0.0
    is_wanted = row.relief != NONE and world.resources[row.relief].n_waiting > 0
    if (is_full and row.fill_share <= 1.0) or is_wanted or now >= entity.deadline_h:
        entity.is_loading = 0
        return True
    world.loaders[world.n_loader] = slot
    world.n_loader += 1
    entity.is_waiting = 1
    if entity.has_deadline == 0:
        entity.has_deadline = 1
        push(world, entity.deadline_h, DUE_DEADLINE, slot, entity.serial)
    return False


@kernel(_b(W, _i, _i))
def stop_waiting(world: World, slot: int, serial: int) -> bool:
    """Take a vessel whose time is up from those that wait for cargo; whether there was one."""
    entity = world.entities[slot]
    if entity.serial != serial or entity.is_waiting == 0 or entity.deadline_h > world.now:
        return False
    entity.is_waiting = 0
    n_left = 0
    for place in range(world.n_loader):
        if world.loaders[place] != slot:
            world.loaders[n_left] = world.loaders[place]
            n_left += 1
    world.n_loader = n_left
    return True


@kernel(_v(W, _i, _i, _i, _i))
def deliver(world: World, slot: int, law: int, stream: int, resource: int) -> None:
    """Bring the cargo ashore, where it clears after a while; in place."""
    entity = world.entities[slot]
    units = units_aboard(world, slot)
    write(world, DELIVERED, entity.voyage, entity.serial, units)
    if units > 0.0:
        place = world.free_lot
        if place == NONE:
            place = world.n_lot
            world.n_lot += 1
        else:
            world.free_lot = world.lots[place].next
        lot = world.lots[place]
        lot.serial = entity.serial
        lot.voyage = entity.voyage
        lot.units = units
        lot.resource = resource
        push(world, world.now + draw(world, law, stream), DUE_CLEARING, place, 0)
    for cargo in range(MAX_CARGOES):
        world.entities[slot].aboard[cargo] = 0.0
    entity.unload_h = 0.0


@kernel(_v(W, _i))
def clear(world: World, place: int) -> None:
    """Let a lot leave its port and give back the yard that it took, in place."""
    lot = world.lots[place]
    write(world, CLEARED, lot.voyage, lot.serial, lot.units)
    if lot.resource != NONE:
        held = min(int(lot.units), world.resources[lot.resource].capacity)
        give_back(world, lot.resource, held, lot.serial)
    lot.next = world.free_lot
    world.free_lot = place


# Programs -----------------------------------------------------------------------------------


@kernel(_b(W, _i, _i))
def stand_still(world: World, slot: int, op: int) -> bool:
    """Break down by chance or dock by the calendar; whether the entity goes on at once."""
    entity = world.entities[slot]
    row = world.steps[entity.step - 1]
    hours = 0.0
    if op == BREAK:
        happens = uniform(world, row.b) < row.x
        hours = draw(world, row.a, row.b)
    else:
        happens = world.now >= entity.next_dock_h
        if happens:
            hours = draw(world, row.a, row.b)
            entity.next_dock_h += row.x
            if row.c != NONE:
                give_back(world, row.c, 1, entity.serial)
        else:
            entity.step += 1
    if happens:
        write(world, BREAKDOWN if op == BREAK else DOCKED, NONE, entity.serial, hours)
        start_work(world, slot, hours, NONE)
    return not happens


@kernel(_i(W, _i, _i))
def best_choice(world: World, first: int, count: int) -> int:
    """Step of the choice with the most cargo waiting; the first of equals."""
    best = first
    for choice in range(first + 1, first + count):
        waiting = world.stores[world.choices[choice].store].waiting
        if waiting > world.stores[world.choices[best].store].waiting:
            best = choice
    return int(world.choices[best].program)


@kernel(_b(W, _i))
def proceed(world: World, slot: int) -> bool:
    """Follow the program until something is waited for; false when it never does."""
    entity = world.entities[slot]
    entity.work_weather = NONE
    for _ in range(MOST_STEPS_AT_ONCE):
        row = world.steps[entity.step]
        op = row.op
        if op == LOAD:
            if not load(world, slot):
                return True
        elif op == GATE and not is_open(world, slot):
            world.gate[world.n_gate] = slot
            world.n_gate += 1
            return True
        entity.step += 1
        if op == SEIZE:
            if not seize(world, slot, row.a, row.b, row.c):
                return True
        elif op == RELEASE:
            give_back(world, row.a, row.b, entity.serial)
        elif op == DELAY:
            start_work(world, slot, draw(world, row.a, row.b), NONE)
            return True
        elif op == WORK:
            start_work(world, slot, draw(world, row.a, row.b), row.c)
            return True
        elif op == PUT:
            put(world, row.a, entity.batch, entity.serial)
        elif op == UNLOAD:
            start_work(world, slot, row.x + entity.unload_h, row.c)
            return True
        elif op == DELIVER:
            deliver(world, slot, row.a, row.b, row.c)
        elif op == MARK:
            if row.a == SAIL:
                entity.voyage += 1
            write(world, row.a, row.b, entity.serial, units_aboard(world, slot))
        elif op in (BREAK, DOCK):
            if not stand_still(world, slot, op):
                return True
        elif op == BRANCH:
            entity.step = best_choice(world, row.a, row.b)
        elif op == JUMP:
            entity.step = row.a
        elif op == EXIT:
            write(world, EXITED, NONE, entity.serial, entity.batch)
            remove(world, slot)
            return True
    return False


@kernel(_b(W, _i))
def arrive(world: World, source: int) -> bool:
    """Let one batch of a source arrive; false when its program never waits."""
    row = world.sources[source]
    push(world, world.now + gap(world, source), DUE_ARRIVAL, source, 0)
    batch = draw(world, row.batch, row.batch_stream)
    if row.store != NONE:
        put(world, row.store, batch, -2 - source)
        return True
    return proceed(world, create(world, row.program, row.priority, batch))


@kernel(_v(W))
def start(world: World) -> None:
    """Put the first events on the heap: weather, sources, vessels; in place."""
    for weather in range(world.n_weather):
        push(world, open_until(world, weather), DUE_WEATHER, weather, 0)
    for source in range(world.n_source):
        first_h = world.sources[source].first_h
        if first_h == NONE:
            first_h = gap(world, source)
        push(world, first_h, DUE_ARRIVAL, source, 0)
    for place in range(world.n_vessel):
        vessel = world.vessels[place]
        slot = create(world, vessel.program, vessel.priority, 0.0)
        world.entities[slot].next_dock_h = vessel.first_dock_h
        push(world, vessel.start_h, DUE_RESUME, slot, world.entities[slot].ticket)


@kernel(_i(W, _f))
def advance(world: World, until_h: float) -> int:
    """Run until the next event lies behind `until_h` or something is full: a number of `STATUS`."""
    while world.n_due > 0 and world.due[0].time <= until_h:
        if world.n_log > LOG_FULL:
            return FULL_LOG
        if (
            world.n_due > HEAP_ROWS - SLOTS - LOTS // 2
            or world.n_slot >= SLOTS
            or world.n_lot >= LOTS
        ):
            return TOO_MANY
        top = world.due[0]
        time, kind, who, ticket = top.time, top.order >> KIND_SHIFT, top.who, top.ticket
        drop_top(world)
        if time == world.now:
            world.events_at_once += 1
            if world.events_at_once > MOST_EVENTS_AT_ONCE:
                return STANDS_STILL
        else:
            world.events_at_once = 0
        world.now = time
        goes_on = True
        if kind == DUE_WEATHER:
            turn_weather(world, who)
        elif kind == DUE_CLEARING:
            clear(world, who)
        elif kind == DUE_ARRIVAL:
            goes_on = arrive(world, who)
        elif kind == DUE_DEADLINE:
            if stop_waiting(world, who, ticket):
                goes_on = proceed(world, who)
        elif world.entities[who].ticket == ticket:
            goes_on = proceed(world, who)
        if not goes_on:
            return STANDS_STILL
    return DONE
