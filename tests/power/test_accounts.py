import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.power.mini import link, make_view, plant, random_view
from transcaspian.accounts import ACCOUNT_SCHEMA, gains_by_party, real_cost_usd
from transcaspian.power import PowerOptions, solve_year
from transcaspian.power.accounts import accounts, cost_parts

DAY = PowerOptions(n_hour=24, workers=1)


def total(frame: pl.DataFrame, kind: str) -> float:
    return float(frame.filter(pl.col("kind") == kind)["amount_usd"].sum())


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_parts_of_cost_add_up_to_the_objective(seed):
    result = solve_year(random_view(seed, 24), DAY)
    assert sum(cost_parts(result).values()) == pytest.approx(result.objective_usd, rel=1e-9)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_exchange_keeps_nothing_in_the_whole(seed):
    frame = accounts(solve_year(random_view(seed, 24), DAY))
    gains = gains_by_party(frame)
    kept = gains.filter(pl.col("party") == "exchange")["gain_usd"]
    assert np.abs(kept.to_numpy()).max() < 1e-6 * frame["amount_usd"].max()


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000))
def test_real_cost_is_the_objective_less_transfers_plus_what_the_objective_leaves_out(seed):
    result = solve_year(random_view(seed, 24), DAY)
    frame, parts = accounts(result), cost_parts(result)
    inputs = result.inputs
    energy = result.generation.sum(axis=0)
    heat = energy * inputs.plant_heat_rate
    forgone = heat @ (inputs.plant_opportunity_cost - inputs.plant_fuel_price)
    market_co2 = (result.market_sell - result.market_buy).sum(axis=0) @ inputs.market_co2
    damage = 100.0 * (energy @ inputs.plant_co2 + market_co2)
    transfers = parts["co2_payment"] + parts["wheeling"] + parts["border_charge"]
    expected = result.objective_usd - transfers + forgone + damage
    assert real_cost_usd(frame) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000))
def test_gains_of_all_parties_are_minus_the_real_cost(seed):
    frame = accounts(solve_year(random_view(seed, 24), DAY))
    assert gains_by_party(frame)["gain_usd"].sum() == pytest.approx(-real_cost_usd(frame), rel=1e-9)


def test_accounts_have_the_common_shape_and_no_amount_below_zero():
    frame = accounts(solve_year(random_view(7, 24), DAY))
    assert dict(frame.schema) == ACCOUNT_SCHEMA
    assert (frame["amount_usd"] > 0).all()


def test_grid_owners_of_both_ends_share_the_rent_and_pay_the_border_half_each():
    view = make_view(
        zones=["AA", "BB"],
        loads={"BB": [100.0]},
        generators=[plant("cheap", "AA", 200, 10.0), plant("dear", "BB", 200, 50.0)],
        links=[link("line", "AA", "BB", 60.0, border_cost_usd_per_mwh=5.0)],
    )
    frame = accounts(solve_year(view, PowerOptions(n_hour=1)))
    gains = {row[:2]: row[2] for row in gains_by_party(frame).iter_rows()}
    # Rent 60 MWh x (50 - 10) less 60 x 5 at the border, half each.
    assert gains["grid_owners", "AA"] == pytest.approx((2400.0 - 300.0) / 2)
    assert gains["grid_owners", "BB"] == pytest.approx((2400.0 - 300.0) / 2)
    assert gains["government", "BB"] == pytest.approx(300.0)
    assert gains["producers", "BB"] == pytest.approx(0.0)


def test_fuel_sold_below_its_export_value_costs_the_government_the_difference():
    view = make_view(
        loads={"A": [100.0]},
        fuels=[{"fuel": "gas", "country": "A", "co2_t_per_mwh_th": 0.0, "price_usd_per_mwh_th": 5.0,
                "opportunity_cost_usd_per_mwh_th": 20.0}],
        generators=[plant("ccgt", "A", 200, 0.0, fuel="gas", efficiency=0.5)],
    )  # fmt: skip
    frame = accounts(solve_year(view, PowerOptions(n_hour=1)))
    assert total(frame, "fuel_cost") == pytest.approx(200.0 * 5.0)
    assert total(frame, "fuel_opportunity") == pytest.approx(200.0 * 15.0)
    assert real_cost_usd(frame) == pytest.approx(200.0 * 20.0)


def test_unserved_energy_is_a_real_loss_of_consumers():
    view = make_view(loads={"A": [120.0]}, generators=[plant("only", "A", 100, 10.0)])
    frame = accounts(solve_year(view, PowerOptions(n_hour=1)))
    assert total(frame, "unserved_energy") == pytest.approx(20.0 * 3000.0)
    # What is served is paid at the price of scarcity, which producers gain.
    assert total(frame, "energy_purchase") == pytest.approx(100.0 * 3000.0)
