"""The compiled engine does what the plain one does, event by event."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.crossing.ports import laws, ports, small_sea, station
from transcaspian.crossing.build import ModelBuilder, constant, exponential, mark
from transcaspian.crossing.engine import run_general, run_kernel
from transcaspian.crossing.model import NONE, Event, Law, Model, Rule
from transcaspian.crossing.reference import run_reference
from transcaspian.errors import InputError, ModelError


def assert_same_log(first: np.ndarray, second: np.ndarray) -> None:
    assert first.size == second.size
    for field in ("event", "place", "entity", "amount"):
        np.testing.assert_array_equal(first[field], second[field])
    # The two take logarithms from the same library on most systems, but not on all.
    np.testing.assert_allclose(first["time_h"], second["time_h"], rtol=1e-12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ports(), st.integers(0, 2**32))
def test_both_engines_write_the_same_log_on_any_port(model: Model, seed: int) -> None:
    try:
        expected = run_reference(model, 600.0, seed)
    except ModelError:
        with pytest.raises(ModelError):
            run_kernel(model, 600.0, seed)
        return

    assert_same_log(run_kernel(model, 600.0, seed), expected)


@settings(max_examples=40, deadline=None)
@given(laws, laws, st.integers(1, 5), st.sampled_from([NONE, 0, 2]), st.integers(0, 2**32))
def test_three_engines_write_the_same_log_of_a_queue(gap, service, servers, limit, seed) -> None:
    model = station(gap, service, servers, longest_queue=limit)

    expected = run_reference(model, 200.0, seed)

    assert_same_log(run_general(model, 200.0, seed), expected)
    assert_same_log(run_kernel(model, 200.0, seed), expected)


@pytest.mark.parametrize("rule", list(Rule))
def test_both_engines_agree_on_a_small_sea_for_half_a_year(rule: Rule) -> None:
    model = small_sea(rule=rule)

    log = run_kernel(model, 4380.0, seed=7)

    assert_same_log(log, run_reference(model, 4380.0, seed=7))
    assert {Event(event) for event in np.unique(log["event"])} >= set(Event) - {Event.TURNED_AWAY}


def test_a_seed_replays_bit_for_bit_and_another_does_not() -> None:
    model = small_sea()

    first, again = run_kernel(model, 2000.0, seed=3), run_kernel(model, 2000.0, seed=3)

    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != run_kernel(model, 2000.0, seed=3, replication=1).tobytes()


def test_a_change_of_fleet_leaves_weather_and_trucks_as_they_were() -> None:
    few, many = (
        run_kernel(small_sea(wagons=2), 3000.0, 1),
        run_kernel(small_sea(wagons=12), 3000.0, 1),
    )

    for event in (Event.OPEN, Event.CLOSE):
        a, b = (log[log["event"] == int(event)]["time_h"] for log in (few, many))
        np.testing.assert_array_equal(a, b)
    a, b = (
        log[(log["event"] == int(Event.PUT)) & (log["place"] == 0)]["time_h"] for log in (few, many)
    )
    np.testing.assert_array_equal(a, b)


def test_only_the_facts_asked_for_are_kept() -> None:
    model = small_sea()

    everything, sailings = (
        run_kernel(model, 1000.0, 1),
        run_kernel(model, 1000.0, 1, keep=[Event.SAIL]),
    )

    assert sailings.tobytes() == everything[everything["event"] == int(Event.SAIL)].tobytes()


def test_a_program_that_takes_no_time_is_an_error_and_not_an_endless_run() -> None:
    builder = ModelBuilder()
    builder.vessel("ghost", builder.loop(mark(Event.SAIL)))
    model = builder.model()

    for run in (run_kernel, run_reference):
        with pytest.raises(ModelError, match="takes no time"):
            run(model, 10.0, 0)


def test_work_of_no_length_is_an_error_and_not_an_endless_run() -> None:
    builder = ModelBuilder()
    builder.vessel("ghost", builder.loop(builder.delay(constant(0.0), "nothing")))
    model = builder.model()

    for run in (run_kernel, run_reference):
        with pytest.raises(ModelError, match="clock stands still"):
            run(model, 10.0, 0)


def test_demand_beyond_capacity_for_ever_ends_with_the_resource_named() -> None:
    model = station(exponential(0.001), exponential(1.0))

    for run in (run_kernel, run_general):
        with pytest.raises(ModelError, match=r"unstable: .* desk"):
            run(model, 1e6, 0)


@pytest.mark.parametrize(
    "law", [(Law.EXPONENTIAL, -1.0), (Law.CONSTANT, np.nan), (Law.ERLANG, 1.0)]
)
def test_a_distribution_without_sense_is_refused(law: tuple[Law, float]) -> None:
    from transcaspian.crossing.build import Distribution

    with pytest.raises(InputError):
        ModelBuilder().distribution(Distribution(*law))
