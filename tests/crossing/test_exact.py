"""Where queueing theory knows the answer: one fixed seed, and |z| < 4 for every statistic."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.crossing.ports import bulk_ferry, ports, small_sea, station
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
    uniform,
)
from transcaspian.crossing.engine import run_kernel
from transcaspian.crossing.model import NONE, Event, Model
from transcaspian.crossing.replicate import half_width
from transcaspian.crossing.statistics import (
    busy_curve,
    cargo_waits,
    gather_facts,
    queue_curve,
    resource_waits,
    weighted_quantiles,
    yard_curve,
)
from transcaspian.errors import ModelError

SEED = 20240615


def z_score(
    model: Model,
    statistic: Callable[[np.ndarray], float],
    exact: float,
    *,
    until_h: float,
    replications: int = 60,
) -> float:
    values = [statistic(run_kernel(model, until_h, SEED, r)) for r in range(replications)]
    return (np.mean(values) - exact) / (np.std(values, ddof=1) / math.sqrt(replications))


def mean_wait(warm_up_h: float) -> Callable[[np.ndarray], float]:
    def of(log: np.ndarray) -> float:
        waits = resource_waits(gather_facts(log), 0)
        counted = (waits.request_h >= warm_up_h) & np.isfinite(waits.grant_h)
        return float(np.mean(waits.grant_h[counted] - waits.request_h[counted]))

    return of


def erlang_c(servers: int, load: float) -> float:
    """Probability that a customer of M/M/c waits (Erlang 1917)."""
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last)


@pytest.mark.parametrize(
    ("servers", "utilisation"), [(1, 0.5), (1, 0.8), (2, 0.7), (3, 0.8), (8, 0.85)]
)
def test_waits_of_m_m_c_are_those_of_erlang(servers: int, utilisation: float) -> None:
    load = servers * utilisation
    exact = erlang_c(servers, load) / (servers - load)

    z = z_score(
        station(exponential(1.0 / load), exponential(1.0), servers),
        mean_wait(500.0),
        exact,
        until_h=4500.0,
    )

    assert abs(z) < 4.0


def test_the_share_that_waits_in_m_m_3_is_that_of_erlang() -> None:
    def waiting_share(log: np.ndarray) -> float:
        waits = resource_waits(gather_facts(log), 0)
        late = waits.request_h > 300.0
        return float(np.mean(waits.grant_h[late] > waits.request_h[late]))

    z = z_score(
        station(exponential(1 / 2.4), exponential(1.0), 3),
        waiting_share,
        erlang_c(3, 2.4),
        until_h=3300.0,
    )

    assert abs(z) < 4.0


def variation(law: Distribution) -> float:
    """Squared coefficient of variation."""
    return {
        "CONSTANT": 0.0,
        "UNIFORM": (law.b - law.a) ** 2 / 3.0 / (law.a + law.b) ** 2,
        "ERLANG": 1.0 / max(law.b, 1.0),
        "LOGNORMAL": law.b**2,
    }[law.law.name]


@pytest.mark.parametrize(
    "service",
    [constant(1.0), uniform(0.5, 1.5), erlang(1.0, 3), lognormal(1.0, 0.7)],
    ids=["M/D/1", "uniform", "Erlang", "lognormal"],
)
def test_waits_of_m_g_1_follow_pollaczek_and_khinchine(service: Distribution) -> None:
    utilisation = 0.75
    exact = utilisation * (1.0 + variation(service)) / (2.0 * (1.0 - utilisation))

    z = z_score(
        station(exponential(1.0 / utilisation), service), mean_wait(400.0), exact, until_h=4400.0
    )

    assert abs(z) < 4.0


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (3, 2.4), (5, 6.0)])
def test_the_share_turned_away_is_erlang_b(servers: int, load: float) -> None:
    exact = 1.0
    for k in range(1, servers + 1):
        exact = load * exact / (k + load * exact)

    def turned_away(log: np.ndarray) -> float:
        return (
            gather_facts(log).of(Event.TURNED_AWAY).size / gather_facts(log).of(Event.REQUEST).size
        )

    z = z_score(
        station(exponential(1.0 / load), exponential(1.0), servers, longest_queue=0),
        turned_away,
        exact,
        until_h=5000.0,
    )

    assert abs(z) < 4.0


@pytest.mark.parametrize(("per_sailing", "capacity"), [(7.0, 10), (3.2, 4), (0.6, 1)])
def test_waits_for_a_ferry_of_limited_size_solve_its_markov_chain(
    per_sailing: float, capacity: int
) -> None:
    headway_h, most = 10.0, 400
    come = np.exp(
        -per_sailing
        + np.arange(most) * np.log(per_sailing)
        - np.array([math.lgamma(k + 1.0) for k in range(most)])
    )
    chain = np.zeros((most, most))  # left behind by one sailing -> left behind by the next
    for left in range(most):
        for new in range(most - left):
            chain[left, max(left + new - capacity, 0)] += come[new]
    state = np.full(most, 1.0 / most)
    for _ in range(4000):
        state = state @ chain
        state /= state.sum()
    rate = per_sailing / headway_h
    exact = (state @ np.arange(most)) / rate + 0.5 * headway_h  # Little's law

    def mean_wait_to_sailing(log: np.ndarray) -> float:
        waits = cargo_waits(gather_facts(log), 0)
        counted = (waits.arrive_h > 1000.0) & (waits.arrive_h < 12000.0)
        assert np.isfinite(waits.sail_h[counted]).all()
        return float(
            np.average((waits.sail_h - waits.arrive_h)[counted], weights=waits.units[counted])
        )

    z = z_score(
        bulk_ferry(1.0 / rate, headway_h, capacity), mean_wait_to_sailing, exact, until_h=12500.0
    )

    assert abs(z) < 4.0


@pytest.mark.parametrize(
    "spell",
    [exponential(24.0), constant(24.0), erlang(24.0, 2), exponential(150.0)],
    ids=["exponential", "constant", "Erlang", "long"],
)
def test_the_wait_at_a_gate_is_the_residual_of_the_closure(spell: Distribution) -> None:
    share = 0.3
    builder = ModelBuilder()
    storm = builder.weather("storm", np.full(12, share), spell)
    desk = builder.resource("anchorage", 10_000)
    inside = builder.resource("inside", 10_000)
    program = builder.program(
        seize(desk), gate(storm), seize(inside), release(inside), release(desk), leave()
    )
    builder.source("ships", exponential(2.0), program=program)
    squared = {"EXPONENTIAL": 2.0, "CONSTANT": 1.0, "ERLANG": 1.5}[spell.law.name]
    exact = share * squared * spell.a / 2.0  # renewal theory: share closed x E[D^2] / (2 E[D])

    def mean_gate_wait(log: np.ndarray) -> float:
        asked, let_in = resource_waits(gather_facts(log), 0), resource_waits(gather_facts(log), 1)
        # a ship that asks to go inside has passed the gate; serial numbers rise with arrival
        came = asked.request_h[np.searchsorted(asked.entity, let_in.entity)]
        return float(np.mean((let_in.request_h - came)[came > 2000.0]))

    z = z_score(builder.model(), mean_gate_wait, exact, until_h=22000.0)

    assert abs(z) < 4.0


def test_the_closed_share_of_every_month_is_the_one_asked_for() -> None:
    share = np.array([0.25, 0.25, 0.2, 0.15, 0.1, 0.06, 0.05, 0.06, 0.1, 0.2, 0.5, 0.5])
    builder = ModelBuilder()
    builder.weather("storm", share, exponential(12.0))
    builder.source("clock", constant(8760.0), store=builder.store("ticks"))
    months = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24.0
    closed = np.zeros((150, 12))
    for r in range(closed.shape[0]):
        log = run_kernel(builder.model(), 2 * 8760.0, SEED, r)
        turns = log[np.isin(log["event"], [int(Event.OPEN), int(Event.CLOSE)])]
        starts = turns["time_h"][turns["event"] == int(Event.CLOSE)]
        ends = turns["time_h"][turns["event"] == int(Event.OPEN)]
        ends = np.append(ends, 2 * 8760.0)[: starts.size]
        for month in range(12):
            low, high = 8760.0 + months[month], 8760.0 + months[month + 1]
            closed[r, month] = np.sum(np.clip(ends, low, high) - np.clip(starts, low, high)) / (
                high - low
            )

    # A month still feels the one before for about a spell, so compare away from the edges.
    error = closed.mean(axis=0) - share
    deviation = closed.std(axis=0, ddof=1) / math.sqrt(closed.shape[0])
    memory = 12.0 / 720.0 * np.abs(share - np.roll(share, 1))

    assert (np.abs(error) < 4.0 * deviation + memory).all()


def breakdown_queue_length(arrive: float, serve: float, fail: float, repair: float) -> float:
    """Mean number in an M/M/1 whose server fails, busy or not: its Markov chain, solved."""
    most = 600
    generator = np.zeros((2 * most, 2 * most))
    for n in range(most):
        up, down = 2 * n, 2 * n + 1
        generator[up, down] += fail
        generator[down, up] += repair
        if n + 1 < most:
            generator[up, up + 2] += arrive
            generator[down, down + 2] += arrive
        if n:
            generator[up, up - 2] += serve
    generator -= np.diag(generator.sum(axis=1))
    generator[:, 0] = 1.0
    state = np.linalg.solve(generator.T, np.eye(2 * most)[0])
    return float(state @ np.repeat(np.arange(most), 2))


def test_work_that_stands_still_in_storms_gives_the_queue_of_a_failing_server() -> None:
    share, spell_h, arrive, serve = 0.25, 3.0, 0.45, 1.0
    builder = ModelBuilder()
    storm = builder.weather("storm", np.full(12, share), exponential(spell_h))
    berth = builder.resource("berth", 1)
    program = builder.program(
        seize(berth), builder.work(exponential(1.0 / serve), "work", storm), release(berth), leave()
    )
    builder.source("ships", exponential(1.0 / arrive), program=program)
    exact = breakdown_queue_length(arrive, serve, share / ((1 - share) * spell_h), 1.0 / spell_h)

    def mean_present(log: np.ndarray) -> float:
        return queue_curve(gather_facts(log), 0).mean(1000.0, 9000.0) + busy_curve(
            gather_facts(log), 0
        ).mean(1000.0, 9000.0)

    assert abs(z_score(builder.model(), mean_present, exact, until_h=9000.0)) < 4.0


def area_of_waits(begin: np.ndarray, end: np.ndarray, weight: np.ndarray, until_h: float) -> float:
    return float(np.sum(weight * (np.minimum(end, until_h) - begin)))


def assert_littles_law(model: Model, log: np.ndarray, until_h: float) -> None:
    """Time spent by all who wait is the area under the queue, on every queue of the run."""
    for resource in range(model.resources.size):
        waits = resource_waits(gather_facts(log), resource)
        end = np.where(waits.is_turned_away, waits.request_h, waits.grant_h)
        area = queue_curve(gather_facts(log), resource).integral(0.0, until_h)
        assert area == pytest.approx(
            area_of_waits(waits.request_h, end, np.ones(end.size), until_h), rel=1e-9, abs=1e-6
        )
    for store in range(model.stores.size):
        waits = cargo_waits(gather_facts(log), store)
        area = yard_curve(gather_facts(log), store).integral(0.0, until_h)
        puts = gather_facts(log).of(Event.PUT, store)
        gone = waits.units.sum()
        left = np.diff(np.concatenate([[0.0], np.maximum(np.cumsum(puts["amount"]) - gone, 0.0)]))
        np.testing.assert_allclose(left, waits.put_left, atol=1e-6)
        spent = area_of_waits(waits.arrive_h, waits.take_h, waits.units, until_h)
        spent += float(np.sum(left * (until_h - puts["time_h"])))
        assert area == pytest.approx(spent, rel=1e-9, abs=1e-6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ports(), st.integers(0, 2**32))
def test_littles_law_holds_on_every_queue_of_any_port(model: Model, seed: int) -> None:
    try:
        log = run_kernel(model, 1500.0, seed)
    except ModelError:
        return

    assert_littles_law(model, log, 1500.0)


def test_littles_law_holds_on_every_queue_of_a_year_at_sea() -> None:
    model = small_sea()

    assert_littles_law(model, run_kernel(model, 8760.0, 1), 8760.0)


def test_cargo_is_conserved_from_quay_to_clearance() -> None:
    model = small_sea()
    log = run_kernel(model, 8760.0, 5)

    put, taken, delivered, cleared = (
        gather_facts(log).of(event)["amount"].sum()
        for event in (Event.PUT, Event.TAKE, Event.DELIVER, Event.CLEAR)
    )
    waiting = sum(
        yard_curve(gather_facts(log), store).value[-1] for store in range(model.stores.size)
    )

    assert put == taken + waiting
    assert taken >= delivered >= cleared
    # what is neither ashore nor cleared is aboard one of two ferries or in the port of arrival
    assert taken - delivered <= 2 * 20
    assert delivered - cleared <= 40


def test_a_lot_follows_its_vessel_from_yard_to_clearance() -> None:
    builder = ModelBuilder()
    quay = builder.store("trucks")
    builder.source("trucks", constant(1.0), store=quay, first_h=0.5)
    ferry = builder.loop(
        builder.load([(quay, 3.0, 0.0, 0.0)]),
        mark(Event.SAIL),
        builder.delay(constant(5.0), "voyage"),
        builder.deliver(constant(2.0), "border"),
        builder.delay(constant(5.0), "return"),
    )
    builder.vessel("ferry", ferry)

    waits = cargo_waits(gather_facts(run_kernel(builder.model(), 30.0, 0)), quay)

    # trucks come at 0.5, 1.5, 2.5 …; three fill the ferry at 2.5; it is back at 12.5 and leaves at once
    np.testing.assert_allclose(waits.arrive_h[:6], [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    np.testing.assert_allclose(waits.sail_h[:6], [2.5, 2.5, 2.5, 12.5, 12.5, 12.5])
    np.testing.assert_allclose(waits.deliver_h[:6], [7.5, 7.5, 7.5, 17.5, 17.5, 17.5])
    np.testing.assert_allclose(waits.clear_h[:6], [9.5, 9.5, 9.5, 19.5, 19.5, 19.5])


def test_weighted_quantiles_are_those_of_repeated_values() -> None:
    values, weights = np.array([5.0, 1.0, 3.0]), np.array([1.0, 3.0, 6.0])
    repeated = np.sort(np.repeat(values, weights.astype(int)))

    found = weighted_quantiles(values, weights, (0.1, 0.3, 0.5, 0.9, 0.99))

    np.testing.assert_array_equal(
        found, [repeated[math.ceil(10 * share) - 1] for share in (0.1, 0.3, 0.5, 0.9, 0.99)]
    )


def mean_wait_in_turn(model: Model, seed: int, replication: int) -> float:
    """Return the mean wait after 100 h; first come is first served, so grants follow requests."""
    log = run_kernel(model, 4100.0, seed, replication, keep=(Event.REQUEST, Event.GRANT))
    asked = log["time_h"][log["event"] == int(Event.REQUEST)]
    granted = log["time_h"][log["event"] == int(Event.GRANT)]
    asked = asked[: granted.size]
    return float(np.mean((granted - asked)[asked > 100.0]))


@pytest.mark.slow
def test_confidence_intervals_of_m_m_1_cover_the_exact_wait_as_often_as_they_say() -> None:
    model = station(exponential(2.0), exponential(1.0))
    exact, covered, replications = 1.0, 0, 20

    for seed in range(2000):
        values = np.array([mean_wait_in_turn(model, seed, r) for r in range(replications)])
        covered += abs(np.mean(values) - exact) < half_width(values)

    assert 0.935 < covered / 2000 < 0.965


def test_a_resource_without_limit_of_its_queue_turns_nobody_away() -> None:
    log = run_kernel(station(exponential(0.5), exponential(1.0), 3, longest_queue=NONE), 500.0, 0)

    assert gather_facts(log).of(Event.TURNED_AWAY).size == 0
