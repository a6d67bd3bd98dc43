import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.power.mini import MiniView, link, make_view, plant, random_view, storage
from transcaspian.errors import InfeasibleError, InputError
from transcaspian.power import (
    PowerOptions,
    PowerResult,
    carrier_year,
    link_year,
    solve_year,
    unserved_in_words,
    zone_year,
)


def run(view: MiniView, n_hour: int) -> PowerResult:
    return solve_year(view, PowerOptions(n_hour=n_hour, workers=1))


def test_the_dearest_plant_that_runs_sets_the_price():
    view = make_view(
        loads={"A": [50.0, 150.0]},
        generators=[plant("cheap", "A", 100, 10.0), plant("dear", "A", 100, 30.0)],
    )
    result = run(view, 2)
    assert result.generation == pytest.approx(np.array([[50.0, 0.0], [100.0, 50.0]]))
    assert result.price[:, 0] == pytest.approx([10.0, 30.0])
    assert result.objective_usd == pytest.approx(500.0 + 1000.0 + 1500.0)


def test_fuel_and_carbon_are_paid_for_by_the_heat_that_a_plant_burns():
    view = make_view(
        loads={"A": [100.0]},
        parameters={"co2_price": 50.0},
        fuels=[{"fuel": "gas", "country": "A", "co2_t_per_mwh_th": 0.2, "price_usd_per_mwh_th": 12.0,
                "opportunity_cost_usd_per_mwh_th": 20.0}],
        generators=[plant("ccgt", "A", 200, 3.0, fuel="gas", efficiency=0.5)],
    )  # fmt: skip
    # 12 / 0.5 + 3 + 50 * 0.2 / 0.5 = 47 USD/MWh.
    assert run(view, 1).price[0, 0] == pytest.approx(47.0)


def test_a_shortage_is_left_unserved_at_its_value():
    view = make_view(loads={"A": [120.0]}, generators=[plant("only", "A", 100, 10.0)])
    result = run(view, 1)
    assert result.unserved[0, 0] == pytest.approx(20.0)
    assert result.price[0, 0] == pytest.approx(3000.0)
    assert zone_year(result)["unserved_mwh"][0] == pytest.approx(20.0)


def test_unserved_energy_is_told_with_zone_hour_energy_and_the_full_link():
    view = make_view(
        zones=["A", "B"],
        loads={"B": [50.0, 120.0]},
        generators=[plant("far", "A", 500, 10.0), plant("near", "B", 30, 20.0)],
        links=[link("line", "A", "B", 60.0)],
    )
    (sentence,) = unserved_in_words(run(view, 2))
    assert "B: 30.0 MWh not served in 1 hours" in sentence
    assert "30.0 MW in hour 1" in sentence
    assert "full: line." in sentence


def test_storage_buys_at_night_and_sells_by_day_for_what_it_loses_on_the_way():
    view = make_view(
        loads={"A": [50.0, 150.0]},
        generators=[plant("cheap", "A", 100, 10.0), plant("dear", "A", 100, 40.0)],
        storage_units=[storage("battery", "A", 20.0, 1.0, efficiency_store=0.8)],
    )
    result = run(view, 2)
    # Full: 20 MWh in the store from 20 MW charged at 0.8 is 16 MWh.
    assert result.storage_store[:, 0] == pytest.approx([20.0, 0.0])
    assert result.storage_dispatch[:, 0] == pytest.approx([0.0, 16.0])
    assert result.storage_level[:, 0] == pytest.approx([16.0, 0.0])


def test_a_lossy_link_adds_its_losses_to_the_price_beyond_it():
    view = make_view(
        zones=["A", "B"],
        loads={"B": [90.0]},
        generators=[plant("cheap", "A", 200, 9.0), plant("dear", "B", 100, 50.0)],
        links=[link("cable", "A", "B", 150.0, loss_pu=0.1, wheeling_usd_per_mwh=0.9)],
    )
    result = run(view, 1)
    assert result.link_forward[0, 0] == pytest.approx(100.0)
    assert result.price[0] == pytest.approx([9.0, (9.0 + 0.9) / 0.9])
    assert link_year(result)["loss_mwh"][0] == pytest.approx(10.0)


def test_a_full_link_parts_the_prices_and_earns_the_difference():
    view = make_view(
        zones=["A", "B"],
        loads={"B": [90.0]},
        generators=[plant("cheap", "A", 200, 9.0), plant("dear", "B", 100, 50.0)],
        links=[link("line", "B", "A", 60.0)],
    )
    table = link_year(run(view, 1)).row(0, named=True)
    assert table["reverse_mwh"] == pytest.approx(60.0)
    assert table["hours_reverse_full"] == 1
    assert table["hours_forward_full"] == 0
    assert table["congestion_rent_usd"] == pytest.approx(60.0 * 41.0)


def test_a_border_charge_is_paid_on_what_arrives():
    view = make_view(
        zones=["A", "B"],
        loads={"B": [90.0]},
        generators=[plant("cheap", "A", 200, 9.0), plant("dear", "B", 100, 50.0)],
        links=[link("cable", "A", "B", 150.0, loss_pu=0.1, border_cost_usd_per_mwh=5.0)],
    )
    assert run(view, 1).objective_usd == pytest.approx(100.0 * 9.0 + 90.0 * 5.0)


def test_a_market_sells_above_and_buys_below_its_price():
    market = {"market": "edge", "bus": "M", "price_usd_per_mwh": 40.0, "price_profile": "shape",
              "spread_usd_per_mwh": 2.0, "max_sell_mw": 30.0, "max_buy_mw": 50.0}  # fmt: skip
    view = make_view(
        zones=["A"],
        market_buses=["M"],
        loads={"A": [100.0, 100.0]},
        profiles={"shape": [0.5, 1.5]},
        generators=[plant("own", "A", 200, 30.0)],
        links=[link("edge", "A", "M", 100.0)],
        markets=[market],
    )
    result = run(view, 2)
    # Hour 0: 20 + 2 < 30, so buy 30 MW; hour 1: 60 - 2 > 30, so sell 50 MW.
    assert result.market_sell[:, 0] == pytest.approx([30.0, 0.0])
    assert result.market_buy[:, 0] == pytest.approx([0.0, 50.0])
    assert result.objective_usd == pytest.approx(30 * 22.0 + 70 * 30.0 + 150 * 30.0 - 50 * 58.0)


def test_water_of_a_month_goes_to_its_dearest_hours():
    view = make_view(
        loads={"A": [10.0] * 700 + [30.0] * 44 + [10.0] * 6},
        generators=[
            plant("dam", "A", 20.0, 0.0) | {"carrier": "hydro"},
            plant("cheap", "A", 10.0, 20.0),
            plant("dear", "A", 100.0, 60.0),
        ],
        monthly_energy=[
            {"generator": "dam", "month": 1, "capacity_factor": 44 / 744},
            {"generator": "dam", "month": 2, "capacity_factor": 0.0},
        ],
    )
    result = run(view, 750)
    assert result.generation[700:744, 0] == pytest.approx(np.full(44, 20.0))
    assert result.generation[:, 0].sum() == pytest.approx(44 * 20.0)


def test_output_that_must_run_is_run_at_a_loss():
    view = make_view(
        loads={"A": [100.0]},
        profiles={"heat": [0.5]},
        generators=[
            plant("chp", "A", 100, 50.0, p_min_pu=0.8, p_min_profile="heat"),
            plant("cheap", "A", 100, 10.0),
        ],
    )
    result = run(view, 1)
    assert result.generation[0] == pytest.approx([40.0, 60.0])
    assert result.price[0, 0] == pytest.approx(10.0)


def test_wind_that_nobody_needs_is_curtailed_and_counted():
    view = make_view(
        loads={"A": [30.0]},
        profiles={"wind": [0.5]},
        generators=[plant("wind", "A", 100, 0.0, p_max_profile="wind") | {"carrier": "wind"}],
    )
    result = run(view, 1)
    assert result.price[0, 0] == pytest.approx(0.0, abs=1e-9)
    assert carrier_year(result)["curtailed_mwh"].to_list() == pytest.approx([20.0])


def test_too_much_output_that_must_run_names_zone_hour_and_energy():
    view = make_view(
        loads={"A": [100.0, 30.0]},
        generators=[plant("chp", "A", 50.0, 5.0, p_min_pu=1.0), plant("gas", "A", 100, 20.0)],
    )
    with pytest.raises(InfeasibleError, match=r"A: more must run .* 20\.0 MWh in 1 hour: hour 1"):
        run(view, 2)


def test_a_missing_profile_is_named_with_file_row_and_column():
    view = make_view(
        loads={"A": [1.0]},
        generators=[plant("gas", "A", 9, 1.0), plant("wind", "A", 9, 0.0, p_max_profile="gale")],
    )
    with pytest.raises(InputError) as caught:
        run(view, 1)
    problem = caught.value.problems[0]
    assert (problem.file, problem.row, problem.column) == (
        "power/generators.csv",
        3,
        "p_max_profile",
    )


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000))
def test_energy_balances_in_every_zone_and_hour(seed):
    view = random_view(seed, 30)
    result = run(view, 30)
    inputs, units = result.inputs, result.inputs.grid.storage_units
    left = result.unserved - result.demand
    for plant_, bus in enumerate(inputs.plant_bus):
        left[:, bus] += result.generation[:, plant_]
    for unit, bus in enumerate(units.bus):
        left[:, bus] += result.storage_dispatch[:, unit] - result.storage_store[:, unit]
    for market, bus in enumerate(inputs.market_bus):
        left[:, bus] += result.market_sell[:, market] - result.market_buy[:, market]
    for item in range(len(inputs.links)):
        kept = 1.0 - inputs.link_loss[item]
        forward, reverse = result.link_forward[:, item], result.link_reverse[:, item]
        left[:, inputs.link_bus0[item]] += kept * reverse - forward
        left[:, inputs.link_bus1[item]] += kept * forward - reverse
    assert np.abs(left).max() < 1e-6


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000))
def test_yearly_rows_balance_too(seed):
    table = zone_year(run(random_view(seed, 30), 30))
    supply = table["generation_mwh"] + table["imports_mwh"] + table["unserved_mwh"]
    use = table["load_mwh"] + table["exports_mwh"] + table["storage_loss_mwh"]
    assert (supply - use).abs().max() < 1e-6 * use.max()


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), zone=st.integers(0, 3), hour=st.integers(0, 23))
def test_the_price_is_the_cost_of_one_more_mwh(seed, zone, hour):
    view = random_view(seed, 24)
    base = run(view, 24)
    step = 1e-3
    costs = []
    for sign in (-1.0, 1.0):
        profiles = dict(view.profiles)
        name = f"load_Z{zone}"
        profiles[name] = profiles[name].copy()
        profiles[name][hour] += sign * step
        changed = MiniView(view.year, view.tables, profiles, view.parameters)
        costs.append(run(changed, 24).objective_usd)
    below = (base.objective_usd - costs[0]) / step
    above = (costs[1] - base.objective_usd) / step
    price = base.price[hour, zone]
    assert below - 1e-3 <= price <= above + 1e-3


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.floats(1.0, 3.0))
def test_a_larger_cable_never_costs_more(seed, factor):
    view = random_view(seed, 24)
    links = view.tables["power/links"]
    larger = MiniView(
        view.year,
        dict(view.tables)
        | {"power/links": links.with_columns(p_nom_mw=links["p_nom_mw"] * factor)},
        view.profiles,
        view.parameters,
    )
    base = run(view, 24).objective_usd
    assert run(larger, 24).objective_usd <= base + 1e-6 * abs(base)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(seed):
    view = random_view(seed, 24)
    tables = {name: table.reverse() for name, table in view.tables.items()}
    turned = MiniView(view.year, tables, view.profiles, view.parameters)
    assert run(turned, 24).objective_usd == pytest.approx(run(view, 24).objective_usd, rel=1e-9)


def test_a_loop_of_lossy_links_gives_no_free_lunch():
    view = make_view(
        zones=["A", "B", "C"],
        loads={"A": [10.0]},
        generators=[plant("gas", "A", 100, 10.0)],
        links=[link(f"{a}{b}", a, b, 50.0, loss_pu=0.05) for a, b in ("AB", "BC", "CA")],
    )
    result = run(view, 1)
    assert result.objective_usd == pytest.approx(100.0)
    assert result.link_forward.sum() + result.link_reverse.sum() == pytest.approx(0.0, abs=1e-9)
