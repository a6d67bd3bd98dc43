"""Every attribute of the installed PyPSA is read, refused or known to be bookkeeping."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pypsa

from transcaspian.errors import InputError
from transcaspian.power import read_pypsa, solve
from transcaspian.power.pypsa_schema import (
    BOOKKEEPING,
    BOOKKEEPING_LISTS,
    SERIES,
    UNSUPPORTED,
    UNSUPPORTED_LISTS,
    USED,
)

pytestmark = pytest.mark.filterwarnings("ignore")
# Read by name in the modules, as ports have numbers.
PORTS = {
    "links": {"bus1", "efficiency", "delay", "cyclic_delay"},
    "processes": {"bus1", "rate0", "rate1", "delay0", "delay1", "cyclic_delay0", "cyclic_delay1"},
}


def attributes_by_list() -> dict[str, pd.DataFrame]:
    network = pypsa.Network()
    parts = [network.components[name] for name in sorted(network.all_components)]
    return {part.list_name: part.defaults for part in parts}


def is_input(status: str) -> bool:
    return status.strip().startswith("Input")


def test_no_input_attribute_is_left_without_a_verdict():
    missing = []
    for name, attributes in attributes_by_list().items():
        if name in UNSUPPORTED_LISTS or name in BOOKKEEPING_LISTS:
            continue
        known = {
            "name",
            *USED[name],
            *UNSUPPORTED.get(name, {}),
            *BOOKKEEPING[name],
            *PORTS.get(name, set()),
        }
        inputs = attributes.index[[is_input(status) for status in attributes["status"]]]
        missing += [f"{name}.{attribute}" for attribute in inputs if attribute not in known]
    assert missing == []


def test_every_attribute_that_may_vary_is_read_by_snapshot_or_ignored():
    missing = []
    for name, attributes in attributes_by_list().items():
        if name in UNSUPPORTED_LISTS or name not in USED:
            continue
        varying = [
            attribute
            for attribute, row in attributes.iterrows()
            if row["varying"] and is_input(row["status"])
        ]
        skipped = {*BOOKKEEPING[name], *PORTS.get(name, set())}
        missing += [
            f"{name}.{attribute}"
            for attribute in varying
            if attribute not in skipped and attribute not in SERIES.get(name, ())
        ]
    assert missing == []


def test_defaults_are_those_of_pypsa():
    different = []
    # A set point of lines and transformers stands in no list of PyPSA's, but is obeyed if given.
    unlisted = {"s_set"}
    for name, attributes in attributes_by_list().items():
        for attribute, ours in (USED.get(name, {}) | UNSUPPORTED.get(name, {})).items():
            if attribute in unlisted:
                continue
            theirs = attributes["default"][attribute]
            same = str(ours) == str(theirs) or (
                not isinstance(ours, str) and float(ours) == float(theirs)
            )
            if not same:
                different.append(f"{name}.{attribute}: {ours!r}, not {theirs!r}")
    assert different == []


def pair() -> "pypsa.Network":
    """Return two buses with a plant each and a load."""
    n = pypsa.Network()
    n.set_snapshots(pd.date_range("2030-01-01", periods=3, freq="h"))
    n.add("Carrier", ["AC", "gas", "DC"])
    n.add("Bus", ["a", "b"], v_nom=220.0, carrier="AC")
    n.add("Load", "load", bus="b", p_set=[50.0, 80.0, 60.0])
    n.add("Generator", ["cheap", "dear"], bus=["a", "b"], p_nom=100.0, marginal_cost=[10.0, 40.0])
    return n


def written(n: "pypsa.Network", folder: Path, kind: str) -> Path:
    if kind == "netcdf":
        n.export_to_netcdf(folder / "n.nc")
        return folder / "n.nc"
    n.export_to_csv_folder(folder / "n")
    return folder / "n"


def cost(n: "pypsa.Network") -> float:
    n.optimize(solver_name="highs", include_objective_constant=False, log_to_console=False)
    return float(n.objective)


@pytest.mark.parametrize("kind", ["netcdf", "folder"])
def test_a_piecewise_curve_is_refused_by_name(tmp_path, kind):
    n = pair()
    n.add(
        "Generator",
        "curved",
        bus="b",
        p_nom=50.0,
        marginal_cost=pd.DataFrame({"p_pu": [0.0, 0.5, 1.0], "marginal_cost": [1.0, 2.0, 3.0]}),
    )
    with pytest.raises(InputError, match="piecewise curve of marginal_cost"):
        read_pypsa(written(n, tmp_path, kind))


def test_scenarios_are_refused_by_name(tmp_path):
    n = pair()
    n.set_scenarios({"low": 0.4, "high": 0.6})
    with pytest.raises(InputError, match="scenarios are not supported"):
        read_pypsa(written(n, tmp_path, "netcdf"))


@pytest.mark.parametrize("kind", ["netcdf", "folder"])
def test_investment_periods_are_refused_by_name(tmp_path, kind):
    n = pair()
    n.set_investment_periods([2030, 2040])
    with pytest.raises(InputError, match="investment periods are not supported"):
        read_pypsa(written(n, tmp_path, kind))


def test_unit_commitment_figures_of_a_plant_that_is_not_committable_are_ignored(tmp_path):
    n = pair()
    n.generators.loc["cheap", ["start_up_cost", "min_up_time"]] = [500.0, 4]
    grid = read_pypsa(written(n, tmp_path, "folder"))
    assert {"generators.start_up_cost", "generators.min_up_time"} <= set(grid.ignored)
    assert solve(grid).status.value == "optimal"


def test_a_link_without_a_carrier_has_that_of_its_first_bus_in_limits(tmp_path):
    n = pair()
    n.add("Link", "cable", bus0="a", bus1="b", p_nom_extendable=True, capital_cost=1.0, length=10.0)
    n.add(
        "GlobalConstraint",
        "volume",
        type="transmission_volume_expansion_limit",
        carrier_attribute="AC",
        sense="<=",
        constant=300.0,
    )
    result = solve(read_pypsa(written(n, tmp_path, "netcdf")))
    # 30 MW of 10 km: 90 MWh come from the cheap plant, 100 from the dear one.
    assert result.objective == pytest.approx(30 + 90 * 10 + 100 * 40)
    assert result.objective == pytest.approx(cost(n), rel=1e-9)


def test_a_transformer_type_that_the_network_holds_is_used(tmp_path):
    n = pair()
    n.add("TransformerType", "own", s_nom=100.0, vsc=10.0, vscr=0.0, tap_neutral=0, tap_step=2.0)
    n.add("Transformer", "typed", bus0="a", bus1="b", type="own", tap_position=1)
    n.add("Transformer", "plain", bus0="a", bus1="b", x=0.1, s_nom=40.0)
    branches = read_pypsa(written(n, tmp_path, "netcdf")).branches
    assert branches.impedance.tolist() == pytest.approx([1.02 * 0.1 / 100, 0.1 / 40])


def test_resistance_rules_flow_where_the_first_bus_is_not_of_alternating_current(tmp_path):
    n = pair()
    n.buses.loc["a", "carrier"] = "DC"
    n.add("Line", ["one", "two"], bus0="b", bus1="a", x=[1.0, 2.0], r=[0.3, 0.1], s_nom=30.0)
    result = solve(read_pypsa(written(n, tmp_path, "folder")))
    assert result.objective == pytest.approx(cost(n), rel=1e-9)
    # Both carry in the ratio 1 to 3: at most 10 + 30 MW.
    assert np.abs(result.columns["branch_s"]).sum(axis=1).max() == pytest.approx(40.0)


def test_a_cost_limit_on_transmission_counts_investment_without_fixed_operation(tmp_path):
    n = pair()
    n.add(
        "Link",
        "cable",
        bus0="a",
        bus1="b",
        carrier="DC",
        p_nom_extendable=True,
        capital_cost=2.0,
        fom_cost=3.0,
    )
    n.add(
        "GlobalConstraint",
        "budget",
        type="transmission_expansion_cost_limit",
        carrier_attribute="AC, DC",
        sense="<=",
        constant=80.0,
    )
    result = solve(read_pypsa(written(n, tmp_path, "folder")))
    assert result.columns["link_p_nom"][0, 0] == pytest.approx(40.0)
    assert result.objective == pytest.approx(cost(n), rel=1e-9)


def test_a_set_point_on_its_limit_but_for_rounding_is_met(tmp_path):
    n = pair()
    n.generators.loc["dear", "p_max_pu"] = 0.3
    n.generators.loc["dear", "p_nom"] = 90.0
    n.generators.loc["dear", "p_set"] = 0.3 * 90.0 + 4e-15
    n.add("Link", "cable", bus0="a", bus1="b", p_nom=80.0)
    result = solve(read_pypsa(written(n, tmp_path, "netcdf")))
    assert result.objective == pytest.approx(3 * 27 * 40 + (190 - 81) * 10)


@pytest.mark.parametrize("kind", ["netcdf", "folder"])
@pytest.mark.parametrize("is_cyclic", [True, False])
def test_what_a_link_delays_arrives_later(tmp_path, kind, is_cyclic):
    n = pair()
    n.add(
        "Link", "slow", bus0="a", bus1="b", p_nom=70.0, efficiency=0.9, marginal_cost=[1.0, 5.0, 2.0],
        delay=1, cyclic_delay=is_cyclic,
    )  # fmt: skip
    result = solve(read_pypsa(written(n, tmp_path, kind)))
    assert result.objective == pytest.approx(cost(n), rel=1e-9)
    # What leaves in hours 0 and 1 arrives in 1 and 2; the last wraps to hour 0 or is lost.
    first = 50 / 0.9 if is_cyclic else 0.0
    assert result.columns["link_p"][:, 0] == pytest.approx([70.0, 60 / 0.9, first])


def test_a_delay_between_snapshots_of_more_hours_is_rounded_up(tmp_path):
    n = pair()
    n.snapshot_weightings[:] = 3.0
    n.add("Link", "slow", bus0="a", bus1="b", p_nom=70.0, delay=4)
    n.add("Link", "slower", bus0="a", bus1="b", p_nom=5.0, delay=7, cyclic_delay=False)
    result = solve(read_pypsa(written(n, tmp_path, "netcdf")))
    assert result.objective == pytest.approx(cost(n), rel=1e-9)


@pytest.mark.parametrize("kind", ["netcdf", "folder"])
def test_a_process_has_a_rate_at_every_bus(tmp_path, kind):
    n = pair()
    n.add("Bus", ["heat", "waste"])
    n.add("Load", "warmth", bus="heat", p_set=20.0)
    n.add("Generator", "boiler", bus="heat", p_nom=50.0, marginal_cost=90.0)
    n.add("Store", "ash", bus="waste", e_nom=1e3, e_min_pu=-1.0)
    n.add(
        "Process", "plant", bus0="a", bus1="b", bus2="heat", bus3="waste", p_nom_extendable=True,
        capital_cost=30.0, rate0=-2.0, rate1=[0.8, 1.2, 1.0], rate2=0.5, rate3=0.1, delay1=1,
        p_nom_max=90.0, ramp_limit_up=0.5,
    )  # fmt: skip
    n.add("Process", "late at home", bus0="a", bus1="b", p_nom=8.0, delay0=1, cyclic_delay0=False)
    result = solve(read_pypsa(written(n, tmp_path, kind)))
    assert result.objective == pytest.approx(cost(n), rel=1e-9)


def test_a_process_counts_in_no_limit_on_transmission(tmp_path):
    n = pair()
    more = {"p_nom_extendable": True, "capital_cost": 1.0, "length": 10.0, "carrier": "AC"}
    n.add("Link", "cable", bus0="a", bus1="b", **more)
    n.add("Process", "converter", bus0="a", bus1="b", p_nom_max=20.0, **more)
    n.add(
        "GlobalConstraint",
        "volume",
        type="transmission_volume_expansion_limit",
        carrier_attribute="AC",
        sense="<=",
        constant=300.0,
    )
    result = solve(read_pypsa(written(n, tmp_path, "netcdf")))
    assert result.objective == pytest.approx(cost(n), rel=1e-9)
    assert result.columns["link_p_nom"][0] == pytest.approx([30.0, 20.0])
