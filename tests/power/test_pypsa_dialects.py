"""Corners of PyPSA's components, one small network each, against PyPSA as oracle."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pypsa

from tests.power import pypsa_networks
from transcaspian.power import read_pypsa, solve

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
NAN = np.nan
Network = "pypsa.Network"


def three() -> Network:
    """Return three buses in a ring with gas, wind and load over six hours."""
    n = pypsa.Network()
    n.set_snapshots(pd.date_range("2030-01-01", periods=6, freq="h"))
    n.add("Carrier", ["AC", "DC", "wind", "hydro", "co2", "biomass"])
    n.add("Carrier", "gas", co2_emissions=0.2)
    n.add("Bus", ["a", "b", "c"], v_nom=380.0, carrier="AC")
    rng = np.random.default_rng(1)
    for bus in "abc":
        n.add("Load", f"load {bus}", bus=bus, p_set=rng.uniform(40.0, 100.0, 6))
        n.add("Generator", f"shed {bus}", bus=bus, p_nom=1e4, marginal_cost=900.0)
    n.add("Generator", ["gas a", "gas b"], bus=["a", "b"], carrier="gas", p_nom=[120.0, 90.0],
          marginal_cost=[30.0, 55.0], efficiency=[0.4, 0.5])  # fmt: skip
    n.add("Generator", "wind c", bus="c", carrier="wind", p_nom=80.0,
          p_max_pu=rng.uniform(0.0, 1.0, 6), marginal_cost=1.0)  # fmt: skip
    n.add("Line", ["ab", "bc", "ca"], bus0=["a", "b", "c"], bus1=["b", "c", "a"],
          x=[20.0, 15.0, 30.0], r=1.0, s_nom=[40.0, 35.0, 50.0])  # fmt: skip
    return n


def storage_with_inflow_below_zero(n: Network) -> None:
    n.add("StorageUnit", "dam", bus="b", p_nom=40.0, max_hours=5, inflow=[5, -3, 2, 0, 20, -4],
          state_of_charge_initial=50.0)  # fmt: skip


def levels_given_in_some_hours(n: Network) -> None:
    n.add("StorageUnit", "cell", bus="b", p_nom=40.0, max_hours=5, state_of_charge_initial=60.0,
          state_of_charge_set=[NAN, NAN, 100.0, NAN, NAN, 50.0])  # fmt: skip
    n.add("Store", "tank", bus="a", e_nom=80, e_initial=10, e_set=[NAN, NAN, 50, NAN, 20, NAN])


def signs_turned_round(n: Network) -> None:
    n.add("Store", "owed", bus="a", e_nom=80, e_initial=40, sign=-1.0, e_min_pu=-1.0)
    n.add("StorageUnit", "cell", bus="b", sign=-1.0, p_nom=40.0, max_hours=5,
          state_of_charge_initial=60.0)  # fmt: skip
    n.add("Load", "feeds", bus="a", p_set=20.0, sign=1.0)
    n.add("Generator", "both ways", bus="a", p_nom=50.0, p_min_pu=-1.0, marginal_cost=40.0)


def weights_that_differ(n: Network) -> None:
    n.snapshot_weightings["objective"] = [1, 2, 3, 1, 2, 3]
    n.snapshot_weightings["stores"] = [1, 1, 2, 2, 3, 3]
    n.snapshot_weightings["generators"] = [2, 1, 2, 1, 2, 1]
    n.add("StorageUnit", "cell", bus="b", p_nom=40.0, max_hours=5, standing_loss=0.02,
          efficiency_dispatch=0.9, cyclic_state_of_charge=True)  # fmt: skip
    n.add("GlobalConstraint", "co2", carrier_attribute="co2_emissions", sense="<=", constant=250.0)


def heat_and_power_with_carbon(n: Network) -> None:
    n.add("Bus", ["well", "heat", "air"], carrier=["gas", "", "co2"])
    n.add("Generator", "well", bus="well", p_nom=1e4, marginal_cost=20.0)
    n.add("Load", "warmth", bus="heat", p_set=25.0)
    n.add("Store", "air", bus="air", carrier="co2", e_nom=1e4, e_min_pu=-1.0)
    n.add("Link", "chp", bus0="well", bus1="b", bus2="heat", bus3="air", efficiency=0.4,
          efficiency2=0.35, efficiency3=[0.1, 0.2, 0.3, 0.2, 0.1, 0.2], p_nom_extendable=True,
          capital_cost=40.0)  # fmt: skip
    n.add("Link", "boiler", bus0="well", bus1="heat", bus2="air", efficiency=0.9,
          efficiency2=0.2, p_nom=100.0)  # fmt: skip
    n.add("Link", "heat pump", bus0="b", bus1="heat", p_nom=20.0, efficiency=np.linspace(2, 4, 6))


def negative_emissions_from_biomass(n: Network) -> None:
    n.add("Bus", ["bio", "air", "rock"], carrier=["biomass", "co2", "co2"])
    n.add("Store", "wood", bus="bio", carrier="biomass", e_nom=300.0, e_initial=300.0,
          marginal_cost=10.0)  # fmt: skip
    n.add("Store", "air", bus="air", carrier="co2", e_nom=1e4, e_min_pu=-1.0)
    n.add("Store", "rock", bus="rock", carrier="co2", e_nom=1e4)
    n.c.carriers.static.loc["co2", "co2_emissions"] = -1.0
    n.add("Link", "beccs", bus0="bio", bus1="a", bus2="rock", bus3="air", efficiency=0.3,
          efficiency2=0.3, efficiency3=-0.3, p_nom=100.0)  # fmt: skip
    n.add("GlobalConstraint", "co2", sense="<=", constant=60.0)


def ramps_from_a_first_output(n: Network) -> None:
    n.c.generators.static.loc["gas a", ["ramp_limit_up", "ramp_limit_down", "p_init"]] = [
        0.1, 0.1, 50.0,
    ]  # fmt: skip
    n.add("Link", "cable", bus0="a", bus1="b", p_nom=30.0, p_min_pu=-1, ramp_limit_up=0.3,
          ramp_limit_down=0.2, p_init=0.0)  # fmt: skip


def transformers_by_type_with_taps(n: Network) -> None:
    n.add("Bus", "low", v_nom=110.0, carrier="AC")
    n.add("Load", "low", bus="low", p_set=30.0)
    n.add("Transformer", "one", bus0="a", bus1="low", type="100 MVA 220/110 kV", tap_position=3,
          tap_side=1, num_parallel=2)  # fmt: skip
    n.add("Transformer", "two", bus0="b", bus1="low", type="160 MVA 380/110 kV", tap_position=-2,
          model="pi")  # fmt: skip
    n.add("Line", "typed", bus0="a", bus1="b", type="Al/St 240/40 4-bundle 380.0", length=120.0,
          num_parallel=2.0, s_nom=30.0)  # fmt: skip


def capacity_of_lines_and_transformers(n: Network) -> None:
    lines = n.c.lines.static
    lines["s_nom_extendable"], lines["capital_cost"] = True, [20.0, 30.0, 40.0]
    lines["s_nom_max"], lines["s_max_pu"] = [np.inf, 80.0, np.inf], 0.7
    n.add("Transformer", "shifter", bus0="a", bus1="b", x=0.1, r=0.01, s_nom=30.0,
          s_nom_extendable=True, capital_cost=13.0, tap_ratio=1.1, phase_shift=2.0)  # fmt: skip


def names_of_any_kind(n: Network) -> None:
    n.add("Bus", 'Süd, "Öst" №1', carrier="AC", v_nom=380.0)
    n.add("Load", "l,1", bus='Süd, "Öst" №1', p_set=[1.0, 2, 3, 4, 5, 6])
    n.add("Link", "à→ñ", bus0="a", bus1='Süd, "Öst" №1', p_nom=10.0)


def parts_out_of_service(n: Network) -> None:
    n.c.lines.static.loc["ab", "active"] = False
    n.c.generators.static.loc["gas a", "active"] = False
    n.add("Load", "off", bus="a", p_set=1e5, active=False)


def direct_current_ring_and_bus_without_carrier(n: Network) -> None:
    n.add("Bus", ["d1", "d2", "d3"], carrier="DC", v_nom=200.0)
    n.add("Line", ["d12", "d23", "d31"], bus0=["d1", "d2", "d3"], bus1=["d2", "d3", "d1"],
          r=[1.0, 2.0, 3.0], x=[9.0, 1.0, 5.0], s_nom=30.0)  # fmt: skip
    n.add("Link", ["c1", "c2"], bus0=["a", "d2"], bus1=["d1", "b"], p_nom=60.0, p_min_pu=-1.0)
    n.add("Bus", "bare", carrier="")
    n.add("Line", ["ea", "eb"], bus0="bare", bus1=["a", "b"], x=[0.1, 0.2], r=[0.3, 0.1], s_nom=30)


CHANGES = [
    storage_with_inflow_below_zero,
    levels_given_in_some_hours,
    signs_turned_round,
    weights_that_differ,
    heat_and_power_with_carbon,
    negative_emissions_from_biomass,
    ramps_from_a_first_output,
    transformers_by_type_with_taps,
    capacity_of_lines_and_transformers,
    names_of_any_kind,
    parts_out_of_service,
    direct_current_ring_and_bus_without_carrier,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_network_with_this_corner_costs_what_pypsa_says(
    change: Callable[[Network], None], tmp_path: Path
) -> None:
    n = three()
    change(n)
    n.export_to_csv_folder(tmp_path / "n")
    n.export_to_netcdf(tmp_path / "n.nc")
    folder, file = (solve(read_pypsa(tmp_path / name)) for name in ("n", "n.nc"))
    assert folder.objective == pytest.approx(pypsa_networks.optimise(n), rel=1e-6)
    assert file.objective == pytest.approx(folder.objective, rel=1e-9)
