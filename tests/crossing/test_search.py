"""The search over fleets and berths finds the cheapest that meet a service level."""

import numpy as np
import polars as pl
import pytest

from tests.crossing.packaged import crossing_view
from transcaspian.crossing.search import SearchPlan, find_frontier, search_fleets
from transcaspian.errors import InputError

VIEW = crossing_view(2025)


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    plan = SearchPlan("teu", 120.0, 0.8, {"AKTAU_KMTF": (2, 4, 6)}, {"ALT_BOX": (2, 3)}, 2e6)
    return search_fleets(VIEW, plan, replications=3, seed=3)


@pytest.mark.slow
def test_every_combination_is_tried_and_priced(found: pl.DataFrame) -> None:
    assert found.height == 6
    expected = (found["AKTAU_KMTF"] * 6000.0 * 365.0 + found["ALT_BOX"] * 2e6) / 1e6
    np.testing.assert_allclose(found["cost_musd"], expected)


@pytest.mark.slow
def test_the_cheapest_that_meets_the_level_is_cheaper_than_all_others_that_do(
    found: pl.DataFrame,
) -> None:
    meeting = found.filter("meets")

    assert 0 < meeting.height < found.height
    assert meeting["cost_musd"][0] == meeting["cost_musd"].min()


@pytest.mark.slow
def test_few_ships_hold_the_limit_for_fewer_boxes(found: pl.DataFrame) -> None:
    shares = found.filter(pl.col("ALT_BOX") == 3).sort("AKTAU_KMTF")["within"].to_list()

    assert shares[0] < shares[1]


@pytest.mark.slow
def test_the_frontier_keeps_what_nothing_beats(found: pl.DataFrame) -> None:
    frontier = found.filter("is_frontier").sort("cost_musd")

    assert frontier["within"].is_sorted()
    for row in found.filter(~pl.col("is_frontier")).iter_rows(named=True):
        better = frontier.filter(
            pl.col("cost_musd") <= row["cost_musd"], pl.col("within") >= row["within"]
        )
        assert better.height


def test_the_frontier_of_four_points_by_hand() -> None:
    cost = np.array([1.0, 2.0, 2.0, 3.0])
    quality = np.array([0.5, 0.9, 0.7, 0.8])

    assert find_frontier(cost, quality).tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    "plan",
    [
        SearchPlan("teu", 72.0, 0.8),
        SearchPlan("gold", 72.0, 0.8, {"AKTAU_KMTF": (1,)}),
        SearchPlan("teu", 72.0, 0.8, {"TITANIC": (1,)}),
        SearchPlan("teu", 72.0, 0.8, {}, {"ALT_BOX": (0,)}),
        SearchPlan("teu", 0.0, 0.8, {"AKTAU_KMTF": (1,)}),
        SearchPlan("teu", 72.0, 1.8, {"AKTAU_KMTF": (1,)}),
        SearchPlan("teu", 72.0, 0.8, {"AKTAU_KMTF": tuple(range(500))}),
    ],
)
def test_a_search_without_sense_is_refused(plan: SearchPlan) -> None:
    with pytest.raises(InputError):
        search_fleets(VIEW, plan)


@pytest.mark.slow
def test_gains_are_against_the_cheapest_under_the_same_storms(found: pl.DataFrame) -> None:
    cheapest = found.row(0, named=True)

    assert (cheapest["shorter_low_h"], cheapest["shorter_high_h"]) == (0.0, 0.0)
    np.testing.assert_allclose(found["shorter_h"], cheapest["mean_h"] - found["mean_h"])
    assert (found["shorter_low_h"] <= found["shorter_h"]).all()
    assert (found["shorter_h"] <= found["shorter_high_h"]).all()
