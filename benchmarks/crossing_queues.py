"""Customers a second: the crossing engine, SimPy and Ciw on the same M/M/3 and two-berth ferry.

Ciw has no ship that waits for a load, so that it runs the ferry on a timetable.

    python benchmarks/crossing_queues.py [--smallest]

All run on one core and keep the wait of every customer. Rates are by processor time, best of three
runs, so that other work on the machine does not count; means of all programs stand beside each
other and must agree.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import ciw
import numpy as np
import simpy

from transcaspian.crossing.build import (
    ModelBuilder,
    constant,
    exponential,
    leave,
    mark,
    release,
    seize,
    unload,
)
from transcaspian.crossing.engine import run_general, run_kernel
from transcaspian.crossing.model import Event, Model
from transcaspian.crossing.statistics import cargo_waits, gather_facts, resource_waits

SERVERS, ARRIVALS_PER_H = 3, 2.4  # M/M/3 with mean service 1 h: 80 % busy
RUNS = 3
WAITS = (Event.REQUEST, Event.GRANT)
# The ferry: trucks in both ports, ships for 40, berths for two ships in each port.
# Its version on a timetable, which Ciw can run too: slots at which two ships of 20 leave.
SLOT_H, SLOT_ROOM, SLOT_GAP_H, SLOT_SEA_H = 12.0, 20, 0.35, 4.0
TRUCK_GAP_H, SHIPS, ROOM, LOAD_H, FIXED_H, AT_SEA_H, LONGEST_H = 0.5, 4, 40, 0.05, 1.0, 18.0, 24.0


def main() -> None:
    """Run the comparisons and print one table each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smallest", action="store_true", help="a smoke test of a second")
    smallest = parser.parse_args().smallest
    customers, peers = (20_000, 2_000) if smallest else (100_000, 20_000)
    queue = queue_model()
    run_kernel(queue, 10.0, 0)  # compiled, or read from the cache
    repeats = 1 if smallest else 20
    _print_table(
        "M/M/3, 80 % busy",
        {
            "engine": lambda: _engine_queue(run_kernel, queue, customers, repeats),
            "engine, general loop": lambda: _engine_queue(run_general, queue, customers, repeats),
            "SimPy": lambda: _simpy_queue(peers),
            "Ciw": lambda: _ciw_queue(peers),
        },
    )
    ferry = ferry_model()
    years = 0.25 if smallest else 20.0
    _print_table(
        "Two-berth ferry: trucks",
        {
            "engine": lambda: _engine_ferry(ferry, years * 8760.0),
            "SimPy": lambda: _simpy_ferry((0.1 if smallest else 1.0) * 8760.0),
        },
    )
    timetable = timetable_model()
    _print_table(
        "Two-berth ferry on a timetable: trucks",
        {
            "engine": lambda: _engine_timetable(timetable, years * 8760.0),
            "SimPy": lambda: _simpy_timetable((0.1 if smallest else 1.0) * 8760.0),
            "Ciw": lambda: _ciw_timetable((0.1 if smallest else 1.0) * 8760.0),
        },
    )


def _print_table(title: str, runs: dict[str, Callable[[], tuple[int, float, float]]]) -> None:
    print(f"\n{title}\n{'':24}{'customers':>12}{'mean wait h':>13}{'per second':>14}{'× SimPy':>9}")  # noqa: T201, RUF001
    rows = {}
    for name, run in runs.items():
        best = min((run() for _ in range(RUNS)), key=lambda row: row[1] / row[0])
        rows[name] = best
    base = rows["SimPy"][0] / rows["SimPy"][1]
    for name, (count, seconds, wait) in rows.items():
        rate = count / seconds
        print(f"{name:24}{count:12d}{wait:13.4f}{rate:14,.0f}{rate / base:9.1f}")  # noqa: T201


def queue_model() -> Model:
    """Return the M/M/3."""
    builder = ModelBuilder()
    desk = builder.resource("desk", SERVERS)
    program = builder.program(
        seize(desk), builder.delay(exponential(1.0), "service"), release(desk), leave()
    )
    builder.source("customers", exponential(1.0 / ARRIVALS_PER_H), program=program)
    return builder.model()


def _engine_queue(
    run: Callable[..., np.ndarray], model: Model, customers: int, repeats: int
) -> tuple[int, float, float]:
    """Return customers, seconds and mean wait of several replications."""
    begin = time.process_time()
    logs = [run(model, customers / ARRIVALS_PER_H, 1, r, WAITS) for r in range(repeats)]
    seconds = time.process_time() - begin
    waits = [resource_waits(gather_facts(log), 0).wait_h for log in logs]
    return sum(wait.size for wait in waits), seconds, float(np.mean(np.concatenate(waits)))


def _simpy_queue(customers: int) -> tuple[int, float, float]:
    chance, waits = random.Random(1), []
    environment = simpy.Environment()
    desk = simpy.Resource(environment, SERVERS)

    def customer() -> Iterator[Any]:
        arrival = environment.now
        with desk.request() as request:
            yield request
            waits.append(environment.now - arrival)
            yield environment.timeout(chance.expovariate(1.0))

    def source() -> Iterator[Any]:
        while True:
            yield environment.timeout(chance.expovariate(ARRIVALS_PER_H))
            environment.process(customer())

    environment.process(source())
    begin = time.process_time()
    environment.run(customers / ARRIVALS_PER_H)
    return len(waits), time.process_time() - begin, float(np.mean(waits))


def _ciw_queue(customers: int) -> tuple[int, float, float]:
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=ARRIVALS_PER_H)],
        service_distributions=[ciw.dists.Exponential(rate=1.0)],
        number_of_servers=[SERVERS],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    begin = time.process_time()
    simulation.simulate_until_max_time(customers / ARRIVALS_PER_H)
    seconds = time.process_time() - begin
    waits = [record.waiting_time for record in simulation.get_all_records()]
    return len(waits), seconds, float(np.mean(waits))


def ferry_model() -> Model:
    """Return two ports with two berths each and ferries that sail full or after a day."""
    builder = ModelBuilder()
    berths = [builder.resource(f"berths {port}", 2) for port in range(2)]
    yards = [builder.store(f"trucks {port}") for port in range(2)]
    for port in range(2):
        builder.source(f"trucks {port}", exponential(TRUCK_GAP_H), store=yards[port])
    for ship in range(SHIPS):
        steps = []
        for port in range(2):
            steps += [
                seize(berths[port]),
                unload(FIXED_H),
                builder.deliver(constant(0.0), f"ship {ship} clearance"),
                builder.load([(yards[port], ROOM, LOAD_H, LOAD_H)], max_wait_h=LONGEST_H),
                mark(Event.SAIL, port),
                release(berths[port]),
                builder.delay(constant(AT_SEA_H), f"ship {ship} at sea"),
            ]
        builder.vessel(f"ship {ship}", builder.loop(*steps), start_h=10.0 * ship)
    return builder.model()


def _engine_ferry(model: Model, until_h: float) -> tuple[int, float, float]:
    begin = time.process_time()
    log = run_kernel(model, until_h, 1, keep=(Event.PUT, Event.TAKE, Event.SAIL))
    seconds = time.process_time() - begin
    facts = gather_facts(log)
    lots = [cargo_waits(facts, port) for port in range(2)]
    waits = np.concatenate([lot.sail_h - lot.arrive_h for lot in lots])
    waits = waits[np.isfinite(waits)]
    return waits.size, seconds, float(np.mean(waits))


def _simpy_ferry(until_h: float) -> tuple[int, float, float]:
    """Run the same ferry, its ships and trucks as processes, the yards as stores."""
    chance, waits = random.Random(1), []
    environment = simpy.Environment()
    berths = [simpy.Resource(environment, 2) for _ in range(2)]
    yards = [simpy.Store(environment) for _ in range(2)]

    def trucks(port: int) -> Iterator[Any]:
        while True:
            yield environment.timeout(chance.expovariate(1.0 / TRUCK_GAP_H))
            yards[port].put(environment.now)

    def ship(start_h: float) -> Iterator[Any]:
        yield environment.timeout(start_h)
        aboard: list[float] = []
        while True:
            for port in range(2):
                with berths[port].request() as request:
                    yield request
                    yield environment.timeout(FIXED_H + LOAD_H * len(aboard))
                    aboard = []
                    last = environment.now + LONGEST_H
                    while len(aboard) < ROOM and environment.now < last:
                        truck = yards[port].get()
                        yield truck | environment.timeout(last - environment.now)
                        if not truck.triggered:
                            truck.cancel()
                            break
                        aboard.append(truck.value)
                        yield environment.timeout(LOAD_H)
                    waits.extend(environment.now - arrival for arrival in aboard)
                yield environment.timeout(AT_SEA_H)

    for port in range(2):
        environment.process(trucks(port))
    for number in range(SHIPS):
        environment.process(ship(10.0 * number))
    begin = time.process_time()
    environment.run(until_h)
    return len(waits), time.process_time() - begin, float(np.mean(waits))


def timetable_model() -> Model:
    """Return one port with two berths, from each of which a ship leaves every slot."""
    builder = ModelBuilder()
    berths = builder.resource("berths", 2)
    yard = builder.store("trucks")
    builder.source("trucks", exponential(SLOT_GAP_H), store=yard)
    for ship in range(2):
        steps = [
            seize(berths),
            builder.load([(yard, SLOT_ROOM, 0.0, 0.0)], fill_share=float("inf"), headway_h=SLOT_H),
            mark(Event.SAIL, 0),
            release(berths),
            builder.delay(constant(SLOT_SEA_H), f"ship {ship} there"),
            builder.deliver(constant(0.0), f"ship {ship} clearance"),
            builder.delay(constant(SLOT_SEA_H), f"ship {ship} back"),
        ]
        builder.vessel(f"ship {ship}", builder.loop(*steps))
    return builder.model()


def _engine_timetable(model: Model, until_h: float) -> tuple[int, float, float]:
    begin = time.process_time()
    log = run_kernel(model, until_h, 1, keep=(Event.PUT, Event.TAKE, Event.SAIL))
    seconds = time.process_time() - begin
    lots = cargo_waits(gather_facts(log), 0)
    waits = lots.sail_h - lots.arrive_h
    waits = waits[np.isfinite(waits)]
    return waits.size, seconds, float(np.mean(waits))


def _simpy_timetable(until_h: float) -> tuple[int, float, float]:
    chance, waits = random.Random(1), []
    environment = simpy.Environment()
    berths, yard = simpy.Resource(environment, 2), simpy.Store(environment)

    def trucks() -> Iterator[Any]:
        while True:
            yield environment.timeout(chance.expovariate(1.0 / SLOT_GAP_H))
            yard.put(environment.now)

    def ship() -> Iterator[Any]:
        while True:
            with berths.request() as request:
                yield request
                yield environment.timeout(SLOT_H - environment.now % SLOT_H)
                taken = 0
                while taken < SLOT_ROOM and yard.items:
                    arrival = yield yard.get()
                    waits.append(environment.now - arrival)
                    taken += 1
            yield environment.timeout(2.0 * SLOT_SEA_H)

    environment.process(trucks())
    for _ in range(2):
        environment.process(ship())
    begin = time.process_time()
    environment.run(until_h)
    return len(waits), time.process_time() - begin, float(np.mean(waits))


def _ciw_timetable(until_h: float) -> tuple[int, float, float]:
    """Run the same as slots that serve as many trucks as both ships hold."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=1.0 / SLOT_GAP_H)],
        service_distributions=[ciw.dists.Deterministic(value=1e-6)],
        number_of_servers=[ciw.Slotted(slots=[SLOT_H], slot_sizes=[2 * SLOT_ROOM])],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    begin = time.process_time()
    simulation.simulate_until_max_time(until_h)
    seconds = time.process_time() - begin
    waits = [record.waiting_time for record in simulation.get_all_records()]
    return len(waits), seconds, float(np.mean(waits))


if __name__ == "__main__":
    main()
