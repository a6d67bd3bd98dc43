"""Expansion by cuts against simplex on the whole program."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.power.test_pypsa_network import folder
from transcaspian.lp import Status
from transcaspian.power import Grid, GridOptions, read_pypsa, solve

BY_CUTS = GridOptions(method="benders")


def expanding(path: Path, seed: int, n_snapshot: int = 60) -> Grid:
    """Return three buses with wind, gas, a battery and cables that may grow."""
    rng = np.random.default_rng(seed)
    hours = range(n_snapshot)

    def series(names: list[str], low: float, high: float) -> str:
        values = rng.uniform(low, high, (n_snapshot, len(names)))
        rows = [f"{hour}," + ",".join(map(repr, values[hour].tolist())) for hour in hours]
        return "," + ",".join(names) + "\n" + "\n".join(rows) + "\n"

    cost = rng.uniform(20.0, 90.0, 3)
    winds = [f"wind {bus}" for bus in "ABC"]
    plants = "name,bus,p_nom,p_nom_extendable,capital_cost,marginal_cost,p_nom_max,ramp_limit_up\n"
    for bus, fuel in zip("ABC", cost, strict=True):
        plants += (
            f"wind {bus},{bus},0,True,{rng.uniform(300, 1500)},0,{rng.choice(['inf', '80'])},\n"
        )
        plants += f"gas {bus},{bus},10,True,{rng.uniform(100, 400)},{fuel},inf,{rng.choice(['', '0.3'])}\n"
        plants += f"shed {bus},{bus},500,False,0,2000,inf,\n"
    return read_pypsa(
        folder(
            path,
            buses="name\nA\nB\nC\n",
            snapshots=",snapshot,objective,stores,generators\n"
            + "".join(f"{hour},{hour},1.5,1,1.5\n" for hour in hours),
            loads="name,bus\nload A,A\nload B,B\nload C,C\n",
            loads__p_set=series(["load A", "load B", "load C"], 20.0, 100.0),
            generators=plants,
            generators__p_max_pu=series(winds, 0.0, 1.0),
            storage_units="name,bus,p_nom_extendable,capital_cost,max_hours,efficiency_store,cyclic_state_of_charge\n"
            f"battery,B,True,{rng.uniform(50, 300)},4,0.9,True\n",
            links="name,bus0,bus1,p_nom,p_nom_extendable,capital_cost,p_min_pu\n"
            f"AB,A,B,5,True,{rng.uniform(50, 300)},-1\nBC,B,C,20,False,0,-1\n",
        )
    )


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_cuts_end_at_the_optimum_of_the_whole_program(tmp_path_factory, seed):
    grid = expanding(tmp_path_factory.mktemp("grid"), seed)
    whole, by_cuts = solve(grid), solve(grid, BY_CUTS)
    assert by_cuts.method == "benders"
    assert by_cuts.status is Status.OPTIMAL
    assert by_cuts.objective == pytest.approx(whole.objective, rel=1e-6)
    assert by_cuts.objective >= whole.objective * (1.0 - 1e-9)
    # Measured on the whole program from its point and its duals.
    assert by_cuts.gap < 1e-6


def test_prices_of_cuts_pay_for_capacity(tmp_path):
    grid = expanding(tmp_path, 3)
    result = solve(grid, BY_CUTS)
    whole = solve(grid)
    assert np.abs(result.price - whole.price).max() < 1e-3 * np.abs(whole.price).max()


def test_capacity_stays_within_its_limits_and_those_on_the_whole(tmp_path):
    limits = "name,type,carrier_attribute,sense,constant\nwind,tech_capacity_expansion_limit,wind,<=,90\n"
    expanding(tmp_path, 5)
    plants = (tmp_path / "generators.csv").read_text().splitlines()
    carried = [plants[0] + ",carrier"]
    carried += [line + (",wind" if line.startswith("wind") else ",") for line in plants[1:]]
    (tmp_path / "generators.csv").write_text("\n".join(carried) + "\n")
    (tmp_path / "carriers.csv").write_text("name\nwind\n")
    (tmp_path / "global_constraints.csv").write_text(limits)
    grid = read_pypsa(tmp_path)
    result, whole = solve(grid, BY_CUTS), solve(grid)
    assert result.method == "benders"
    assert result.objective == pytest.approx(whole.objective, rel=1e-6)
    built = result.columns["generator_p_nom"][0]
    names = result.labels["generator_p_nom"]
    assert sum(p for name, p in zip(names, built, strict=True) if "wind" in name) <= 90.0 + 1e-6


def test_where_a_dispatch_on_the_way_has_no_solution_another_method_ends_it(tmp_path):
    expanding(tmp_path, 7)
    # Without load shedding the first capacities, found from few days, may be too small.
    plants = (tmp_path / "generators.csv").read_text().splitlines()
    kept = [line for line in plants if not line.startswith("shed")]
    (tmp_path / "generators.csv").write_text("\n".join(kept) + "\n")
    grid = read_pypsa(tmp_path)
    result = solve(grid, BY_CUTS)
    assert result.objective == pytest.approx(solve(grid).objective, rel=1e-6)
    assert result.method in ("benders", "hipo after cuts that did not apply")


def test_a_wider_gap_ends_sooner_and_is_kept(tmp_path):
    grid = expanding(tmp_path, 9)
    exact, loose = solve(grid, BY_CUTS), solve(grid, GridOptions(method="benders", gap=1e-2))
    assert loose.iterations < exact.iterations
    assert loose.gap <= 1e-2
    assert exact.objective * (1.0 - 1e-9) <= loose.objective <= exact.objective * 1.0101
