"""Edge markets trade in steps, and their months are those that are given."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.power.mini import MiniView, Row, link, make_view, plant
from transcaspian.power.accounts import accounts, cost_parts
from transcaspian.power.calendar import Calendar, month_of_hours
from transcaspian.power.dispatch import PowerOptions, PowerResult, solve_year
from transcaspian.power.markets import market_prices, read_markets
from transcaspian.power.tables import market_year
from transcaspian.units import DAYS_OF_MONTH

LADDER = (
    {"market": "edge", "step": 1, "quantity_pu": 0.5, "premium_pu": 0.0},
    {"market": "edge", "step": 2, "quantity_pu": 0.3, "premium_pu": 0.1},
    {"market": "edge", "step": 3, "quantity_pu": 0.2, "premium_pu": 0.5},
)


def edge_view(
    own_cost: float, n_hour: int = 1, steps: Sequence[Row] = LADDER, **more: object
) -> MiniView:
    """One zone with load of 100 MW and a plant, joined to a market at 40 USD/MWh."""
    market = {"market": "edge", "bus": "M", "price_usd_per_mwh": 40.0, "spread_usd_per_mwh": 2.0,
              "max_sell_mw": 50.0, "max_buy_mw": 60.0, "co2_t_per_mwh": 0.3} | more  # fmt: skip
    return make_view(
        zones=["A"],
        market_buses=["M"],
        loads={"A": [100.0] * n_hour},
        generators=[plant("own", "A", 200, own_cost)],
        links=[link("edge", "A", "M", 100.0)],
        markets=[market],
        market_steps=steps,
    )


def run(view: MiniView, n_hour: int = 1) -> PowerResult:
    return solve_year(view, PowerOptions(n_hour=n_hour, workers=1))


@pytest.mark.parametrize(
    ("own_cost", "sold"),
    # The market asks 42, 46 and 62 USD/MWh for 25, 15 and 10 MW.
    [(41.0, [0, 0, 0]), (43.0, [25, 0, 0]), (47.0, [25, 15, 0]), (63.0, [25, 15, 10])],
)
def test_a_market_sells_step_after_step_as_own_power_gets_dearer(
    own_cost: float, sold: list[float]
) -> None:
    assert run(edge_view(own_cost)).market_sell[0] == pytest.approx(sold)


@pytest.mark.parametrize(
    ("own_cost", "bought"),
    # It pays 38, 34 and 18 USD/MWh for 30, 18 and 12 MW.
    [(39.0, [0, 0, 0]), (37.0, [30, 0, 0]), (33.0, [30, 18, 0]), (17.0, [30, 18, 12])],
)
def test_a_market_buys_step_after_step_as_own_power_gets_cheaper(
    own_cost: float, bought: list[float]
) -> None:
    assert run(edge_view(own_cost)).market_buy[0] == pytest.approx(bought)


def test_the_cost_of_trade_is_the_sum_over_the_steps() -> None:
    result = run(edge_view(47.0))

    assert cost_parts(result)["market_cost"] == pytest.approx(25 * 42.0 + 15 * 46.0)
    assert result.objective_usd == pytest.approx(25 * 42.0 + 15 * 46.0 + 60 * 47.0)


def test_a_market_keeps_what_it_is_paid_above_its_own_steps() -> None:
    # All 40 MW are paid 47; they cost the market 25 * 42 + 15 * 46.
    flows = accounts(run(edge_view(47.0)))
    of_market = {
        row["kind"]: row["amount_usd"]
        for row in flows.iter_rows(named=True)
        if "external_market" in (row["payer"], row["receiver"])
    }

    assert of_market["market_sale"] == pytest.approx(40 * 47.0)
    assert of_market["market_cost"] == pytest.approx(25 * 42.0 + 15 * 46.0)


def test_a_market_has_one_row_of_results_whatever_its_steps() -> None:
    table = market_year(run(edge_view(47.0)))

    assert table["market"].to_list() == ["edge"]
    assert table["sold_mwh"].item() == pytest.approx(40.0)
    assert table["own_price_mean"].item() == pytest.approx(40.0)
    assert table["co2_t"].item() == pytest.approx(40.0 * 0.3)


def test_a_market_without_steps_trades_all_its_depth_at_its_price() -> None:
    markets = read_markets(edge_view(50.0, steps=()), Calendar.first_hours(1), {"A": 0, "M": 1})

    assert markets.max_sell.tolist() == [50.0]
    assert markets.max_buy.tolist() == [60.0]
    assert markets.spread.tolist() == [[2.0]]


def test_steps_in_any_order_of_rows_make_the_same_ladder() -> None:
    position = {"A": 0, "M": 1}
    calendar = Calendar.first_hours(1)
    forward = read_markets(edge_view(50.0), calendar, position)
    backward = read_markets(edge_view(50.0, steps=LADDER[::-1]), calendar, position)

    assert backward.labels("sold by") == forward.labels("sold by")
    assert np.array_equal(backward.max_sell, forward.max_sell)
    assert np.array_equal(backward.spread, forward.spread)


steps_drawn = st.lists(st.tuples(st.floats(0.05, 1.0), st.floats(0.0, 0.9)), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(steps_drawn, st.floats(1.0, 300.0), st.floats(0.0, 20.0))
def test_the_ladder_weighted_by_quantity_averages_to_the_price(
    drawn: list[tuple[float, float]], price: float, spread: float
) -> None:
    whole = sum(quantity for quantity, _ in drawn)
    premiums = sorted(premium for _, premium in drawn)
    rows = [
        {"market": "edge", "step": step, "quantity_pu": quantity / whole, "premium_pu": premium}
        for step, ((quantity, _), premium) in enumerate(zip(drawn, premiums, strict=True), start=1)
    ]
    view = edge_view(50.0, steps=rows, price_usd_per_mwh=price, spread_usd_per_mwh=spread)
    markets = read_markets(view, Calendar.first_hours(1), {"A": 0, "M": 1})
    sells, buys = markets.price[0] + markets.spread[0], markets.price[0] - markets.spread[0]
    both = (sells @ markets.max_sell / 50.0 + buys @ markets.max_buy / 60.0) / 2

    assert both == pytest.approx(price)
    assert all(low <= high + 1e-9 for low, high in pairwise(sells))
    assert all(low + 1e-9 >= high for low, high in pairwise(buys))


def months_view(year: int, month_rows: Sequence[Row]) -> MiniView:
    """A market whose price follows a sine over the day that grows through the year."""
    hours = np.arange(8760)
    shape = (1.0 + 0.4 * np.sin(hours * 2 * np.pi / 24)) * (0.5 + hours / 8760)
    return make_view(
        zones=["A"],
        market_buses=["M"],
        profiles={"shape": shape / shape.mean()},
        markets=[
            {"market": "edge", "bus": "M", "price_usd_per_mwh": 80.0, "price_profile": "shape"}
        ],
        market_months=[{"market": "edge", "year": year, **row} for row in month_rows],
    )


MONTHS = [{"month": month, "price_pu": 0.4 + month / 10} for month in range(1, 13)]


def test_the_monthly_means_of_a_price_are_those_given_for_its_year() -> None:
    price = market_prices(months_view(2030, MONTHS), Calendar.first_hours())[:, 0]
    days = np.split(price, np.cumsum(DAYS_OF_MONTH)[:-1] * 24)

    assert [month.mean() for month in days] == pytest.approx(
        [80.0 * (0.4 + month / 10) for month in range(1, 13)]
    )


def test_months_keep_the_shape_of_their_days() -> None:
    given = market_prices(months_view(2030, MONTHS), Calendar.first_hours())[:, 0]
    plain = market_prices(months_view(2030, []), Calendar.first_hours())[:, 0]
    first = slice(0, 31 * 24)

    np.testing.assert_allclose(given[first] / plain[first], given[0] / plain[0])


def test_months_of_another_year_are_left_alone() -> None:
    other = market_prices(months_view(2035, MONTHS), Calendar.first_hours())
    plain = market_prices(months_view(2030, []), Calendar.first_hours())

    assert np.array_equal(other, plain)


def test_some_days_of_each_month_have_the_prices_of_those_days_in_the_whole_year() -> None:
    calendar = Calendar.days_of_months(10, 3)
    whole = market_prices(months_view(2030, MONTHS), Calendar.first_hours())
    some = market_prices(months_view(2030, MONTHS), calendar)

    assert np.array_equal(some, whole[calendar.hours])


def test_the_last_hour_of_january_and_the_first_of_february_are_told_apart() -> None:
    assert month_of_hours(np.array([0, 743, 744, 8759])).tolist() == [0, 0, 1, 11]
