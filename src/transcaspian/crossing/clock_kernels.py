"""Compiled parts under every event: the heap of due events, random numbers, the log.

`kernels.py` and `stations.py` are built on them and must be compiled anew when they change: numba
looks at the date of the calling file alone.
"""

import math

import numpy as np
from numba import types

from transcaspian.compile import kernel
from transcaspian.crossing import model as m
from transcaspian.crossing.model import Due, Event, Law, Op, Rule
from transcaspian.crossing.world import W, World

# What the engines return.
DONE, FULL_LOG, TOO_MANY, STANDS_STILL = range(4)
KIND_SHIFT = 56  # the kind of a due event stands above its counter
NONE, ABOARD, MAX_CARGOES = m.NONE, m.ABOARD, m.MAX_CARGOES
HOURS_PER_YEAR, MONTH_START_H = m.HOURS_PER_YEAR, m.MONTH_START_H
MOST_STEPS_AT_ONCE, MOST_EVENTS_AT_ONCE = m.MOST_STEPS_AT_ONCE, m.MOST_EVENTS_AT_ONCE
DUE_WEATHER, DUE_CLEARING, DUE_RESUME = int(Due.WEATHER), int(Due.CLEARING), int(Due.RESUME)
DUE_DEADLINE, DUE_ARRIVAL = int(Due.DEADLINE), int(Due.ARRIVAL)
(
    REQUEST, GRANT, RELEASED, TURNED_AWAY, PUT_IN, TAKE, DELIVERED, CLEARED, CLOSE, OPEN,
    BREAKDOWN, DOCKED, ARRIVE, BERTH, UNLOADED, LOADED, SAIL, EXITED,
) = (int(event) for event in Event)  # fmt: skip
(
    SEIZE, RELEASE, DELAY, WORK, GATE, PUT, LOAD, UNLOAD, DELIVER, MARK, BREAK, DOCK, BRANCH, JUMP,
    EXIT,
) = (int(op) for op in Op)  # fmt: skip
CONSTANT, EXPONENTIAL, UNIFORM, ERLANG, LOGNORMAL, SERIES = (int(law) for law in Law)
FIFO, PRIORITY, MOST_CARGO, SHORTEST = (int(rule) for rule in Rule)


_i, _f, _b, _v = types.int64, types.float64, types.boolean, types.void


# The heap -----------------------------------------------------------------------------------


@kernel(_v(W, _f, _i, _i, _i))
def push(world: World, time: float, kind: int, who: int, ticket: int) -> None:
    """Put an event on the heap, in place: the smallest (time, kind, counter) is on top."""
    if time == np.inf:
        return
    due = world.due
    world.counter += 1
    order = (kind << KIND_SHIFT) + world.counter
    place = world.n_due
    world.n_due += 1
    while place > 0:
        parent = (place - 1) >> 1
        above = due[parent]
        if above.time < time or (above.time == time and above.order < order):
            break
        due[place] = above
        place = parent
    row = due[place]
    row.time = time
    row.order = order
    row.who = who
    row.ticket = ticket


@kernel(_v(W))
def drop_top(world: World) -> None:
    """Take the top off the heap, in place."""
    due = world.due
    world.n_due -= 1
    size = world.n_due
    last = due[size]
    time, order = last.time, last.order
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size:
            left, right = due[child], due[child + 1]
            if right.time < left.time or (right.time == left.time and right.order < left.order):
                child += 1
        below = due[child]
        if time < below.time or (time == below.time and order < below.order):
            break
        due[place] = below
        place = child
    due[place] = last


@kernel(_v(W, _i, _i, _i, _f))
def write(world: World, event: int, place: int, serial: int, amount: float) -> None:
    """Append a fact to the log if its kind is wanted, in place."""
    if (world.keep >> event) & 1 == 0:
        return
    row = world.log[world.n_log]
    row.time_h = world.now
    row.event = event
    row.place = place
    row.entity = serial
    row.amount = amount
    world.n_log += 1


# Chance -------------------------------------------------------------------------------------


@kernel(_f(W, _i))
def uniform(world: World, stream: int) -> float:
    """Next number of a stream in [0, 1): SplitMix64 (Steele, Lea and Flood 2014)."""
    world.stream_drawn[stream] += 1
    z = world.stream_state[stream] + np.uint64(0x9E3779B97F4A7C15)
    world.stream_state[stream] = z
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53


@kernel(_f(W, _i))
def exponential(world: World, stream: int) -> float:
    """Next number of a stream as an exponential of mean 1, by inversion."""
    return -math.log(1.0 - uniform(world, stream))


@kernel(_f(W, _i, _i))
def draw(world: World, distribution: int, stream: int) -> float:
    """Next number of a stream under a distribution."""
    row = world.distributions[distribution]
    law, a, b = row.law, row.a, row.b
    if law == CONSTANT:
        return float(a)
    if law == EXPONENTIAL:
        return float(a * exponential(world, stream))
    if law == UNIFORM:
        return float(a + (b - a) * uniform(world, stream))
    if law == ERLANG:
        total = 0.0
        for _ in range(int(b)):
            total += exponential(world, stream)
        return float(a * total / b)
    if law == LOGNORMAL:
        radius = math.sqrt(2.0 * exponential(world, stream))
        normal = radius * math.cos(2.0 * math.pi * uniform(world, stream))
        sigma = math.sqrt(math.log(1.0 + b * b))
        return float(a * math.exp(sigma * normal - 0.5 * sigma * sigma))
    index = world.stream_drawn[stream]
    world.stream_drawn[stream] += 1
    return world.values[int(a) + index] if index < b else np.inf


@kernel(_f(W, _i))
def gap(world: World, source: int) -> float:
    """Time to the next arrival of a source."""
    row = world.sources[source]
    return draw(world, row.gap, row.gap_stream)


@kernel(_f(W, _i))
def open_until(world: World, weather: int) -> float:
    """When the open spell that begins now ends; the hazard of closing changes by month."""
    row = world.weathers[weather]
    left = exponential(world, row.open_stream)
    is_ever = False
    for month in range(12):
        is_ever |= row.closing_rate[month] > 0.0
    if not is_ever:
        return np.inf
    time = world.now
    hour = (world.start_h + time) % HOURS_PER_YEAR
    month = np.searchsorted(MONTH_START_H, hour, side="right") - 1
    while True:
        span = MONTH_START_H[month + 1] - hour
        rate = row.closing_rate[month]
        if rate * span >= left:
            return float(time + left / rate)
        left -= rate * span
        time += span
        month = (month + 1) % 12
        hour = MONTH_START_H[month]
