"""One compiled pass over a log gives the same delays as the slow, general statistics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crossing.packaged import crossing_view
from transcaspian.crossing.check import check_crossing
from transcaspian.crossing.engine import run_kernel
from transcaspian.crossing.measure import FACTS_OF_DELAYS, measure, measure_delays
from transcaspian.crossing.model import LOG, Event
from transcaspian.crossing.passages import ARRIVED, HOURS, N_SUM, SAILED, sum_passages
from transcaspian.crossing.programs import Options, build_model
from transcaspian.crossing.tables import read_crossing

FROM_H, TO_H, UNTIL_H = 10.0, 100.0, 150.0


def summed(facts: list[tuple[float, float, int, Event, int]], stores: int = 1) -> np.ndarray:
    """Sums of facts (time, amount, entity, event, place)."""
    log = np.array([(*fact[:3], int(fact[3]), fact[4]) for fact in facts], dtype=LOG)
    entities = int(log["entity"].max()) + 1
    sums = np.empty((stores, N_SUM))
    sum_passages(
        log,
        FROM_H,
        TO_H,
        UNTIL_H,
        np.empty(log.size + stores + entities, dtype=np.int64),
        np.empty((entities, 2 * stores)),
        np.empty((log.size, 2 * stores)),
        sums,
    )
    return sums


def test_a_lot_that_crosses_counts_from_arrival_to_exit() -> None:
    facts = [
        (20.0, 5.0, 0, Event.PUT, 0),
        (22.0, 5.0, 1, Event.TAKE, 0),
        (50.0, 5.0, 1, Event.DELIVER, 1),
        (60.0, 5.0, 1, Event.CLEAR, 1),
    ]

    (row,) = summed(facts)

    assert row[ARRIVED] == 5.0
    assert row[SAILED] == 5.0
    assert row[HOURS] == pytest.approx(5.0 * 40.0)


def test_cargo_that_has_not_left_counts_with_the_hours_so_far() -> None:
    facts = [
        (20.0, 4.0, 0, Event.PUT, 0),  # 1 unit stays ashore, 1 aboard, 2 landed and not cleared
        (30.0, 2.0, 1, Event.TAKE, 0),
        (50.0, 2.0, 1, Event.DELIVER, 1),
        (60.0, 1.0, 1, Event.TAKE, 0),
    ]

    (row,) = summed(facts)

    assert row[HOURS] == pytest.approx(4.0 * (UNTIL_H - 20.0))


def test_what_came_before_or_after_the_counted_time_is_left_out() -> None:
    facts = [
        (5.0, 3.0, 0, Event.PUT, 0),
        (40.0, 3.0, 1, Event.TAKE, 0),
        (41.0, 3.0, 1, Event.DELIVER, 1),
        (42.0, 3.0, 1, Event.CLEAR, 1),
        (120.0, 7.0, 0, Event.PUT, 0),
    ]

    (row,) = summed(facts)

    assert row[ARRIVED] == 0.0
    assert row[HOURS] == 0.0
    assert row[SAILED] == 3.0


@settings(max_examples=6, deadline=None)
@given(st.sampled_from((2023, 2024, 2025)), st.floats(0.4, 1.8), st.integers(0, 99))
def test_a_year_has_the_delays_that_the_general_statistics_find(
    year: int, factor: float, seed: int
) -> None:
    options = Options(load_factor=factor)
    crossing = check_crossing(read_crossing(crossing_view(year)))
    model, places = build_model(crossing, options)

    slow = measure(run_kernel(model, options.until_h, seed), crossing, model, places, options)
    fast = measure_delays(
        run_kernel(model, options.until_h, seed, 0, FACTS_OF_DELAYS), places, options
    )

    for group, name, statistic in fast:
        if statistic in ("crossing_h", "arrived", "growth"):
            assert fast[group, name, statistic] == pytest.approx(slow[group, name, statistic])
