"""The data of a time-space diagram fit together."""

import itertools

import polars as pl
import pytest

from tests.crossing.packaged import crossing_view
from transcaspian.crossing.diagram import TimeSpace, draw_time_space


@pytest.fixture(scope="module")
def december() -> TimeSpace:
    return draw_time_space(crossing_view(2024), from_day=334, days=31, seed=2)


def test_marks_lie_in_the_month_and_rise_with_each_vessel(december: TimeSpace) -> None:
    assert december.vessels["time_h"].is_between(334 * 24.0, 365 * 24.0).all()
    for _, own in december.vessels.group_by("vessel", maintain_order=True):
        assert own["time_h"].is_sorted()


def test_a_vessel_berths_where_it_arrived_and_then_unloads(december: TimeSpace) -> None:
    for _, own in december.vessels.group_by("vessel", maintain_order=True):
        rows = list(own.select("event", "port").iter_rows())
        for (event, port), (following, place) in itertools.pairwise(rows):
            if event == "arrive":
                assert (following, place) == ("berth", port)
            if event == "sail":
                assert following == "arrive"
                assert place != port


def test_no_vessel_sails_from_a_closed_port(december: TimeSpace) -> None:
    sailings = december.vessels.filter(pl.col("event") == "sail")
    for row in december.closures.filter(pl.col("weather") != "SEA").iter_rows(named=True):
        inside = (pl.col("time_h") > row["begin_h"]) & (pl.col("time_h") < row["end_h"])
        assert not sailings.filter((pl.col("port") == row["weather"]) & inside).height


def test_queues_have_a_row_an_hour_and_are_never_negative(december: TimeSpace) -> None:
    counts = december.queues.group_by("name").len()["len"]

    assert (counts == 31 * 24).all()
    assert (december.queues["waiting"] >= 0.0).all()
