"""Models that the tests share, from the plainest queue to a small sea."""

import numpy as np
from hypothesis import strategies as st

from transcaspian.crossing.build import (
    Distribution,
    ModelBuilder,
    constant,
    erlang,
    exponential,
    gate,
    leave,
    lognormal,
    mark,
    release,
    seize,
    series,
    uniform,
    unload,
)
from transcaspian.crossing.model import ABOARD, NONE, Event, Model, Rule


def station(
    gap: Distribution, service: Distribution, servers: int = 1, *, longest_queue: int = NONE
) -> Model:
    """One queue: customers come, are served, leave."""
    builder = ModelBuilder()
    desk = builder.resource("desk", servers)
    program = builder.program(
        seize(desk, longest_queue=longest_queue),
        builder.delay(service, "service"),
        release(desk),
        leave(),
    )
    builder.source("customers", gap, program=program)
    return builder.model()


def bulk_ferry(gap_h: float, headway_h: float, capacity: int) -> Model:
    """One ferry that sails every headway with at most `capacity` of those who wait."""
    builder = ModelBuilder()
    quay = builder.store("trucks")
    ferry = builder.loop(
        builder.load([(quay, capacity, 0.0, 0.0)], fill_share=np.inf, headway_h=headway_h),
        mark(Event.SAIL),
        builder.delay(constant(0.5 * headway_h), "voyage"),
        builder.deliver(constant(0.0), "clearance"),
    )
    builder.source("trucks", exponential(gap_h), store=quay)
    builder.vessel("ferry", ferry)
    return builder.model()


def small_sea(**changes: object) -> Model:
    """Two ports, two ferries, trucks and trains, storms at one port, one visiting tanker trade."""
    choice = {"wagons": 8, "max_wait_h": 20.0, "rule": Rule.FIFO, "storm": 0.2, "seed": 0} | changes
    builder = ModelBuilder(start_h=2000.0)
    storm = builder.weather("storm", np.full(12, choice["storm"]), exponential(20.0))
    berths = [builder.resource(f"berth {port}", 1, Rule(choice["rule"])) for port in range(2)]
    yard = builder.resource("import yard", 10)
    siding = builder.resource("siding", 1)
    trucks = [builder.store(f"trucks {port}", space=16.5, tonnes=25.0) for port in range(2)]
    wagons = [builder.store(f"wagons {port}", space=14.0, tonnes=75.0) for port in range(2)]
    for ferry in range(2):
        legs = []
        for port in range(2):
            legs += [
                mark(Event.ARRIVE, port),
                seize(berths[port]),
                gate(storm if port == 0 else NONE),
                mark(Event.BERTH, port),
                *([seize(yard, ABOARD)] if port == 1 else []),
                unload(0.5, storm if port == 0 else NONE),
                builder.deliver(uniform(1.0, 9.0), "border", yard if port == 1 else NONE),
                mark(Event.UNLOADED, port),
                builder.load(
                    [(wagons[port], choice["wagons"], 0.1, 0.1), (trucks[port], 9.0, 0.05, 0.03)],
                    space=200.0,
                    tonnes=500.0 + 100.0 * ferry,
                    fill_share=0.9,
                    max_wait_h=choice["max_wait_h"],
                    headway_h=0.0 if ferry == 0 else 12.0,
                    weather=storm if port == 0 else NONE,
                ),
                mark(Event.LOADED, port),
                gate(storm),
                mark(Event.SAIL, port),
                release(berths[port]),
                builder.break_down(0.1, exponential(10.0), f"ferry {ferry} breaks"),
                builder.delay(lognormal(18.0, 0.1), f"ferry {ferry} sails"),
            ]
        legs += [
            builder.dock(900.0, constant(72.0), f"ferry {ferry} docks"),
            mark(Event.UNLOADED, 9),
        ]
        builder.vessel(
            f"ferry {ferry}",
            builder.loop(*legs),
            start_h=9.0 * ferry,
            priority=ferry,
            first_dock_h=300.0 + ferry,
        )
    for port in range(2):
        builder.source(f"trucks {port}", exponential(3.0), store=trucks[port])
        train = builder.program(
            seize(siding),
            builder.delay(erlang(4.0, 2), "shunting"),
            builder.put(wagons[port]),
            release(siding),
            leave(),
        )
        builder.source(f"trains {port}", uniform(10.0, 30.0), program=train, batch=constant(6.0))
    tanker = builder.program(
        seize(berths[0], longest_queue=2),
        builder.work(exponential(8.0), "tanker", storm),
        release(berths[0]),
        leave(),
    )
    builder.source(
        "tankers", series([30.0, 5.0, 5.0, 40.0, 100.0, 7.0]), program=tanker, priority=5
    )
    return builder.model()


laws = st.one_of(
    st.builds(constant, st.sampled_from([0.5, 1.0, 2.0, 4.0])),
    st.builds(exponential, st.floats(0.3, 8.0)),
    st.builds(uniform, st.just(0.5), st.floats(0.6, 6.0)),
    st.builds(erlang, st.floats(0.3, 6.0), st.integers(1, 4)),
    st.builds(lognormal, st.floats(0.3, 6.0), st.floats(0.05, 1.5)),
    st.builds(series, st.lists(st.floats(0.1, 9.0), min_size=1, max_size=30)),
)


@st.composite
def ports(draw: st.DrawFn) -> Model:
    """Ports of any make: berths with rules, cranes, yards, storms, vessels with all sailing rules."""
    builder = ModelBuilder(start_h=draw(st.floats(0.0, 8759.0)))
    n_port = draw(st.integers(1, 3))
    shares = st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.6]), min_size=12, max_size=12)
    spells = st.one_of(
        st.builds(constant, st.just(12.0)), st.builds(exponential, st.floats(2.0, 60.0))
    )
    weathers = [
        builder.weather(f"weather {port}", draw(shares), draw(spells)) for port in range(n_port)
    ]
    berths = [
        builder.resource(f"berth {port}", draw(st.integers(1, 2)), draw(st.sampled_from(Rule)))
        for port in range(n_port)
    ]
    cranes = builder.resource("cranes", 3)
    yard = builder.resource("yard", draw(st.integers(1, 12)))
    cargoes = draw(st.integers(1, 3))
    stores = [
        [
            builder.store(
                f"cargo {cargo} at {port}",
                space=draw(st.sampled_from([0.0, 1.0, 3.0])),
                tonnes=draw(st.sampled_from([0.0, 10.0])),
            )
            for cargo in range(cargoes)
        ]
        for port in range(n_port)
    ]
    for vessel in range(draw(st.integers(1, 4))):
        steps = []
        for port in draw(st.permutations(range(n_port))):
            weather = weathers[port] if draw(st.booleans()) else NONE
            steps += [
                seize(berths[port]),
                gate(weathers[port], draw(st.sampled_from([NONE, *weathers]))),
                mark(Event.BERTH, port),
                *([seize(yard, ABOARD)] if port == 0 else []),
                seize(cranes, draw(st.integers(1, 3))),
                unload(draw(st.sampled_from([0.0, 0.5])), weather),
            ]
            taken = steps[-2][2]
            steps += [
                builder.deliver(draw(laws), f"border {port}", yard if port == 0 else NONE),
                builder.load(
                    [
                        (
                            stores[port][cargo],
                            draw(st.integers(1, 9)),
                            draw(st.sampled_from([0.0, 0.2])),
                            0.1,
                        )
                        for cargo in range(cargoes)
                    ],
                    space=draw(st.sampled_from([0.0, 10.0])),
                    tonnes=draw(st.sampled_from([0.0, 60.0])),
                    fill_share=draw(st.sampled_from([0.5, 1.0, 2.0])),
                    max_wait_h=draw(st.sampled_from([0.0, 6.0, 48.0])),
                    headway_h=draw(st.sampled_from([0.0, 0.0, 24.0])),
                    relief=draw(st.sampled_from([NONE, berths[port]])),
                    weather=weather,
                ),
                mark(Event.SAIL, port),
                release(cranes, taken),
                release(berths[port]),
                builder.break_down(
                    draw(st.sampled_from([0.0, 0.3])), exponential(9.0), f"breaks {vessel}"
                ),
                builder.delay(uniform(6.0, 20.0), f"sails {vessel}"),
            ]
        steps += [builder.dock(500.0, constant(48.0), f"docks {vessel}"), mark(Event.UNLOADED, 9)]
        builder.vessel(
            f"vessel {vessel}",
            builder.loop(*steps),
            start_h=float(vessel),
            priority=draw(st.integers(0, 2)),
            first_dock_h=100.0,
        )
    for port in range(n_port):
        for cargo in range(cargoes):
            builder.source(
                f"cargo {cargo} to {port}",
                draw(laws),
                store=stores[port][cargo],
                batch=constant(draw(st.integers(1, 5))),
            )
        visit = builder.program(
            seize(berths[port], longest_queue=draw(st.sampled_from([NONE, 0, 3]))),
            builder.work(draw(laws), f"visit {port}", weathers[port]),
            release(berths[port]),
            leave(),
        )
        builder.source(
            f"visitors {port}",
            exponential(draw(st.floats(5.0, 40.0))),
            program=visit,
            priority=draw(st.integers(0, 2)),
        )
    return builder.model()
