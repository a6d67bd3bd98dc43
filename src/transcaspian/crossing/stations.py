"""The compiled loop for the plainest model: one resource, one source, no weather, no vessel.

A queue of that kind (M/M/c, M/D/1, M/G/1, Erlang's loss system) needs neither heap nor programs:
the next event is the next arrival or the earliest of c departures. It draws from the same streams
and writes the same log as the general engine, three times as fast.
"""

import numpy as np
from numba import types
from numpy.typing import NDArray

from transcaspian.compile import kernel
from transcaspian.crossing import clock_kernels as clock
from transcaspian.crossing.clock_kernels import (
    DONE,
    FULL_LOG,
    TOO_MANY,
    draw,
    gap,
    write,
)
from transcaspian.crossing.model import NONE, FloatArray, Law, Model, Op
from transcaspian.crossing.world import LOG_FULL, W, World

__all__ = ["MOST_SERVERS", "advance_station", "is_plain_station"]

MOST_SERVERS = 8  # the earliest departure is found by looking at every server
RING = 1 << 14  # places in the queue, a power of two
PLAIN = (int(Op.SEIZE), int(Op.DELAY), int(Op.RELEASE), int(Op.EXIT))
POSITIVE_LAWS = (int(Law.EXPONENTIAL), int(Law.UNIFORM), int(Law.ERLANG), int(Law.LOGNORMAL))


def is_plain_station(model: Model) -> bool:
    """Return whether a model is one queue that `advance_station` can run."""
    if (model.resources.size, model.sources.size) != (1, 1):
        return False
    if model.weathers.size or model.vessels.size or model.steps.size != len(PLAIN):
        return False
    steps, source = model.steps, model.sources[0]
    batch = model.distributions[int(source["batch"])]
    service = model.distributions[int(steps["a"][1])]
    return (
        tuple(steps["op"]) == PLAIN
        and int(source["program"]) == 0
        and bool((steps["b"][[0, 2]] == 1).all())
        and int(model.resources["capacity"][0]) <= MOST_SERVERS
        and int(model.resources["rule"][0]) == 0
        and int(batch["law"]) == int(Law.CONSTANT)
        and (int(service["law"]) in POSITIVE_LAWS or float(service["a"]) > 0.0)
        and int(service["law"]) != int(Law.SERIES)
    )


@kernel(types.int64(W, types.float64, types.float64[::1], types.int64[::1], types.int64[::1]))
def advance_station(
    world: World,
    until_h: float,
    departure_h: FloatArray,
    customer: NDArray[np.int64],
    queue: NDArray[np.int64],
) -> int:
    """Run one station until the next event lies behind `until_h`: a status of `clock_kernels`.

    `departure_h` and `customer` have one place a server, infinity where it is idle, in the order
    in which service began; `queue` is the ring of those who wait. The next arrival is the first
    due time of the record's heap.

    Returns
    -------
    int64
        DONE, FULL_LOG (call again) or TOO_MANY.
    """
    limit = world.steps[0].c
    service, service_stream = world.steps[1].a, world.steps[1].b
    batch = draw(world, world.sources[0].batch, world.sources[0].batch_stream)
    servers = departure_h.size
    row = world.resources[0]
    busy = servers - row.free
    arrival_h = world.due[0].time
    while world.n_log <= LOG_FULL:
        first = 0
        for server in range(1, busy):
            if departure_h[server] < departure_h[first]:
                first = server
        if busy > 0 and departure_h[first] <= arrival_h:
            if departure_h[first] > until_h:
                break
            world.now = departure_h[first]
            serial = customer[first]
            write(world, clock.RELEASED, 0, serial, 1.0)
            for server in range(first, busy - 1):  # keep the order in which service began
                departure_h[server] = departure_h[server + 1]
                customer[server] = customer[server + 1]
            busy -= 1
            if row.n_waiting > 0:
                follower = queue[row.head & (RING - 1)]
                row.head += 1
                row.n_waiting -= 1
                write(world, clock.GRANT, 0, follower, 1.0)
                departure_h[busy] = world.now + draw(world, service, service_stream)
                customer[busy] = follower
                busy += 1
            write(world, clock.EXITED, NONE, serial, batch)
            continue
        if arrival_h > until_h:
            break
        world.now = arrival_h
        arrival_h = world.now + gap(world, 0)
        serial = world.next_serial
        world.next_serial += 1
        write(world, clock.REQUEST, 0, serial, 1.0)
        if busy < servers:
            write(world, clock.GRANT, 0, serial, 1.0)
            departure_h[busy] = world.now + draw(world, service, service_stream)
            customer[busy] = serial
            busy += 1
        elif limit != NONE and row.n_waiting >= limit:
            write(world, clock.TURNED_AWAY, 0, serial, 1.0)
        elif row.n_waiting == RING:
            return TOO_MANY
        else:
            queue[(row.head + row.n_waiting) & (RING - 1)] = serial
            row.n_waiting += 1
    row.free = servers - busy
    world.due[0].time = arrival_h
    return FULL_LOG if world.n_log > LOG_FULL else DONE
