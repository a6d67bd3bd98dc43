"""A quarter of the packaged year solved by PyPSA, written from the case's tables and nothing of ours.

The whole year takes PyPSA four minutes and 13 GB; `benchmarks/power_year.py` compares it.
"""

import numpy as np
import pandas as pd
import pypsa
import pytest

from tests.power.pypsa_networks import BUDGET_S
from transcaspian.case.read import read_case
from transcaspian.case.tables import YearView
from transcaspian.power.dispatch import PowerOptions, PowerResult, solve_year

pytestmark = [
    pytest.mark.slow,
    # PyPSA, linopy and pandas warn of changes of their own that mean nothing here.
    pytest.mark.filterwarnings("ignore"),
]

N_HOUR = 90 * 24  # January to March
HOURS = pd.date_range("2017-01-01", periods=N_HOUR, freq="h")  # a year without 29 February
YEAR = 2030


def rows(view: YearView, table: str) -> list[dict[str, object]]:
    return view.tables[table].to_dicts()


def as_pypsa(view: YearView) -> pypsa.Network:
    """Return the year as a PyPSA network, all but the water of each month."""
    network = pypsa.Network()
    network.set_snapshots(HOURS)
    country = {row["bus"]: row["country"] for row in rows(view, "power/buses")}
    for bus in country:
        network.add("Bus", bus)
    for load in rows(view, "power/loads"):
        values = float(load["energy_mwh"]) / 8760 * view.profiles[load["profile"]][:N_HOUR]
        network.add("Load", load["load"], bus=load["bus"], p_set=pd.Series(values, HOURS))
        shed = f"unserved {load['load']}"
        voll = view.parameter("voll", country[load["bus"]])
        network.add(
            "Generator",
            shed,
            bus=load["bus"],
            p_nom=values.max(),
            p_max_pu=pd.Series(values / values.max(), HOURS),
            marginal_cost=voll,
        )
    add_plants(network, view, country)
    for unit in rows(view, "power/storage_units"):
        network.add(
            "StorageUnit",
            unit["storage_unit"],
            bus=unit["bus"],
            p_nom=unit["p_nom_mw"],
            max_hours=unit["max_hours"],
            efficiency_store=unit["efficiency_store"],
            efficiency_dispatch=unit["efficiency_dispatch"],
            standing_loss=unit["standing_loss_per_h"],
            marginal_cost=unit["variable_om_usd_per_mwh"],
            cyclic_state_of_charge=True,
        )
    add_links(network, view)
    add_markets(network, view)
    return network


def add_plants(network: pypsa.Network, view: YearView, country: dict[str, str]) -> None:
    fuels = {row["fuel"]: row for row in rows(view, "power/fuels")}
    for plant in rows(view, "power/generators"):
        cost = plant["variable_om_usd_per_mwh"]
        if plant["fuel"] is not None:
            fuel = fuels[plant["fuel"]]
            carbon = fuel["co2_t_per_mwh_th"] * view.parameter("co2_price", country[plant["bus"]])
            cost += (fuel["price_usd_per_mwh_th"] + carbon) / plant["efficiency"]
        profile = plant["p_max_profile"]
        most = plant["availability_pu"] * (
            np.ones(N_HOUR) if profile is None else view.profiles[profile][:N_HOUR]
        )
        heat = plant["p_min_profile"]
        share = plant["p_min_pu"] * (
            np.ones(N_HOUR) if heat is None else view.profiles[heat][:N_HOUR]
        )
        network.add(
            "Generator",
            plant["generator"],
            bus=plant["bus"],
            p_nom=plant["p_nom_mw"],
            p_max_pu=pd.Series(most, HOURS),
            p_min_pu=pd.Series(most * share, HOURS),
            marginal_cost=cost,
        )


def add_links(network: pypsa.Network, view: YearView) -> None:
    for link in rows(view, "power/links"):
        for sense, start, end, p_nom, border in (
            ("forward", "bus0", "bus1", "p_nom_mw", "border_cost_usd_per_mwh"),
            ("reverse", "bus1", "bus0", "p_nom_reverse_mw", "border_cost_reverse_usd_per_mwh"),
        ):
            efficiency = 1.0 - link["loss_pu"]
            network.add(
                "Link",
                f"{link['link']} {sense}",
                bus0=link[start],
                bus1=link[end],
                p_nom=link[p_nom],
                efficiency=efficiency,
                marginal_cost=link["wheeling_usd_per_mwh"] + efficiency * link[border],
            )


def add_markets(network: pypsa.Network, view: YearView) -> None:
    for market in rows(view, "power/markets"):
        name = market["market"]
        price = edge_price(view, market)
        for step in rows(view, "power/market_steps"):
            if step["market"] != name:
                continue
            spread = step["premium_pu"] * price + market["spread_usd_per_mwh"]
            for action, sign, depth, cost in (
                ("sell", 1, "max_sell_mw", price + spread),
                ("buy", -1, "max_buy_mw", spread - price),
            ):
                network.add(
                    "Generator",
                    f"{name} {action} {step['step']}",
                    bus=market["bus"],
                    sign=sign,
                    p_nom=market[depth] * step["quantity_pu"],
                    marginal_cost=cost,
                )


def edge_price(view: YearView, market: dict[str, object]) -> pd.Series:
    """Return the hourly price of a market, its months as the case gives them."""
    profile = market["price_profile"]
    shape = pd.Series(1.0 if profile is None else view.profiles[profile][:N_HOUR], HOURS)
    for row in rows(view, "power/market_months"):
        inside = HOURS.month == row["month"]
        if row["market"] == market["market"] and row["year"] == view.year and inside.any():
            shape[inside] *= row["price_pu"] / shape[inside].mean()
    return shape * market["price_usd_per_mwh"]


def limit_water(network: pypsa.Network, view: YearView) -> None:
    """Add the most energy of each month to PyPSA's model."""
    output = network.model.variables["Generator-p"]
    p_nom = {row["generator"]: row["p_nom_mw"] for row in rows(view, "power/generators")}
    dimension = next(name for name in output.dims if name != "snapshot")
    for row in rows(view, "power/monthly_energy"):
        hours = HOURS[HOURS.month == row["month"]]
        if hours.empty:
            continue
        energy = output.sel({dimension: row["generator"], "snapshot": hours}).sum()
        most = row["capacity_factor"] * p_nom[row["generator"]] * len(hours)
        network.model.add_constraints(
            energy <= most, name=f"water-{row['generator']}-{row['month']}"
        )


@pytest.fixture(scope="module")
def view() -> YearView:
    return read_case().at(YEAR)


@pytest.fixture(scope="module")
def ours(view: YearView) -> PowerResult:
    return solve_year(view, PowerOptions(n_hour=N_HOUR))


@pytest.fixture(scope="module")
def theirs(view: YearView) -> pypsa.Network:
    network = as_pypsa(view)
    network.optimize.create_model()
    limit_water(network, view)
    status, condition = network.optimize.solve_model(
        solver_name="highs", threads=1, solver="simplex", log_to_console=False, time_limit=BUDGET_S
    )
    assert (status, condition) == ("ok", "optimal")
    return network


def test_pypsa_finds_the_same_cost(ours: PowerResult, theirs: pypsa.Network) -> None:
    assert ours.objective_usd == pytest.approx(theirs.objective, rel=1e-6)


def test_pypsa_finds_the_same_prices_where_they_are_unique(
    ours: PowerResult, theirs: pypsa.Network
) -> None:
    """Prices of zones are unique. At an exchange whose line and depth are full together, any price
    between the zone's and that of its last step is optimal: there the two may differ.
    """
    prices = theirs.buses_t.marginal_price[list(ours.buses)].to_numpy()
    is_zone = np.array(ours.inputs.bus_kind) == "zone"

    is_same = np.abs(prices - ours.price) < 1e-3

    assert is_same[:, is_zone].mean() > 0.99
    assert is_same.mean() > 0.9
