"""Errors that other programs made without a word: each is right here, or refused.

docs/no-silent-errors.md names these tests; tests/test_docs.py holds the page and this file together.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from transcaspian.cli.power import app
from transcaspian.errors import InputError
from transcaspian.power import GridOptions, Status, VariantSolver, read_pypsa, solve

# Three hours that stand for 1, 2 and 3; a cheap plant in A, a dear one in B, a cable between.
FILES = {
    "buses": "name\nA\nB\n",
    "snapshots": "snapshot,objective,stores,generators\nt0,1,1,1\nt1,2,2,2\nt2,3,3,3\n",
    "loads": "name,bus,p_set\ntown,B,90\nmill,A,10\n",
    "generators": "name,bus,p_nom,marginal_cost\ncheap,A,200,10\ndear,B,200,50\n",
    "links": "name,bus0,bus1,p_nom\ncable,A,B,60\n",
}
HOURS = 6.0


def network(place, **changes: str):
    """Return a grid of the files above with some of them in another form."""
    folder = place / "net"
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    for name, text in (FILES | {key.replace("__", "-"): v for key, v in changes.items()}).items():
        (folder / f"{name}.csv").write_text(text)
    return read_pypsa(folder)


def output(result, name: str) -> np.ndarray:
    """Return power of a generator, link or branch by snapshot."""
    for block in ("generator_p", "link_p", "branch_s"):
        if name in result.labels.get(block, ()):
            return result.columns[block][:, result.labels[block].index(name)]
    raise AssertionError(name)


def generators(*rows: str, header: str = "name,bus,p_nom,marginal_cost") -> str:
    return "\n".join([header, *rows]) + "\n"


def test_an_output_given_once_holds_in_every_snapshot(tmp_path):
    plants = generators(
        "cheap,A,200,10,", "dear,B,200,50,77", header="name,bus,p_nom,marginal_cost,p_set"
    )
    result = solve(network(tmp_path, generators=plants))
    assert output(result, "dear") == pytest.approx([77.0] * 3)
    assert result.objective == pytest.approx(HOURS * (23 * 10 + 77 * 50))


def test_a_flow_given_once_holds_in_every_snapshot(tmp_path):
    links = "name,bus0,bus1,p_nom,p_set\ncable,A,B,60,25\n"
    assert output(solve(network(tmp_path, links=links)), "cable") == pytest.approx([25.0] * 3)


def test_a_load_given_once_is_met_in_every_snapshot(tmp_path):
    result = solve(network(tmp_path))
    assert output(result, "cheap") + output(result, "dear") == pytest.approx([100.0] * 3)


def test_results_hold_what_the_objective_is_made_of(tmp_path):
    result = solve(network(tmp_path))
    weight = np.array([1.0, 2.0, 3.0])
    spent = weight @ (10 * output(result, "cheap") + 50 * output(result, "dear"))
    assert spent == pytest.approx(result.objective)
    assert result.objective > 0.0
    assert result.price[:, 1] == pytest.approx([50.0] * 3)


def test_where_there_is_no_optimum_there_are_no_results_that_look_like_one(tmp_path):
    network(tmp_path, loads="name,bus,p_set\ntown,B,900\n")
    out = tmp_path / "out"
    words = ["solve", str(tmp_path / "net"), "--json", "--tables", "--out", str(out)]
    outcome = CliRunner().invoke(app, words)
    values = json.loads(outcome.stdout)
    assert outcome.exit_code == 1
    assert values["objective"] is None
    assert values["tables"] == {}
    assert not out.exists()


def test_a_second_solve_keeps_nothing_of_the_first(tmp_path):
    first = network(tmp_path)
    other = replace(
        first, demand=first.demand * 1.5, generators=_dearer(first.generators, factor=3.0)
    )
    solver = VariantSolver(first)
    solver.solve(other)
    assert solver.solve(first).objective == pytest.approx(solve(first).objective)
    assert solver.solve(other).objective == pytest.approx(solve(other).objective)


def _dearer(units, factor: float):
    return replace(units, marginal_cost=units.marginal_cost * factor)


GROWS = "name,bus,p_nom,p_nom_extendable,capital_cost,marginal_cost"


def test_what_is_built_is_paid_for(tmp_path):
    plants = generators("cheap,A,0,True,7,10", "dear,B,200,False,0,50", header=GROWS)
    result = solve(network(tmp_path, generators=plants))
    assert result.columns["generator_p_nom"][0, 0] == pytest.approx(70.0)
    assert result.objective == pytest.approx(HOURS * (70 * 10 + 30 * 50) + 7 * 70)


def test_capacity_that_is_there_and_may_grow_is_paid_for_too(tmp_path):
    plants = generators("cheap,A,50,True,7,10", "dear,B,200,False,0,50", header=GROWS)
    result = solve(network(tmp_path, generators=plants))
    assert result.objective_constant == pytest.approx(50 * 7)
    assert result.objective == pytest.approx(HOURS * (70 * 10 + 30 * 50) + 7 * 70)


def test_an_investment_is_paid_by_its_annuity_over_the_modelled_time(tmp_path):
    header = "name,bus,p_nom,p_nom_extendable,overnight_cost,discount_rate,lifetime,marginal_cost"
    plants = generators("cheap,A,0,True,8760,0.1,20,10", "dear,B,200,False,,,,50", header=header)
    result = solve(network(tmp_path, generators=plants))
    yearly = 8760 * 0.1 / (1 - 1.1**-20)
    running = HOURS * (70 * 10 + 30 * 50)
    assert result.objective == pytest.approx(running + 70 * yearly * HOURS / 8760)


@pytest.mark.parametrize("cost", ["capital_cost", "overnight_cost,discount_rate,lifetime"])
def test_fixed_costs_stand_beside_either_way_to_give_an_investment(tmp_path, cost):
    header = f"name,bus,p_nom,p_nom_extendable,marginal_cost,fom_cost,{cost}"
    given = "5" if cost == "capital_cost" else "8760,0,10"
    invested = 5.0 if cost == "capital_cost" else 8760 / 10 * HOURS / 8760
    none = "," * cost.count(",")
    plants = generators(
        f"cheap,A,0,True,10,3,{given}", f"dear,B,200,False,50,0,{none}", header=header
    )
    result = solve(network(tmp_path, generators=plants))
    running = HOURS * (70 * 10 + 30 * 50)
    assert result.objective == pytest.approx(running + 70 * (invested + 3))


LIMIT = "name,type,carrier_attribute,sense,constant\n"


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("volume,transmission_volume_expansion_limit,DC,<=,2400\n", 24.0),
        ("cost,transmission_expansion_cost_limit,DC,<=,60\n", 20.0),
        ("technology,tech_capacity_expansion_limit,DC,<=,22\n", 22.0),
    ],
)
def test_a_limit_on_expansion_holds(tmp_path, limit, most):
    links = (
        "name,bus0,bus1,carrier,p_nom,p_nom_extendable,capital_cost,length\n"
        "cable,A,B,DC,0,True,3,100\n"
    )
    grid = network(tmp_path, links=links, global_constraints=LIMIT + limit)
    free = network(tmp_path, links=links)
    assert solve(free).columns["link_p_nom"][0, 0] == pytest.approx(90.0)
    assert solve(grid).columns["link_p_nom"][0, 0] == pytest.approx(most)


def test_a_limit_on_expansion_at_a_bus_and_of_a_plant_holds(tmp_path):
    header = "name,bus,carrier,p_nom,p_nom_extendable,capital_cost,marginal_cost,p_nom_max"
    plants = generators(
        "cheap,A,gas,0,True,1,10,55",
        "near,B,gas,0,True,1,20,",
        "dear,B,,200,False,0,50,",
        header=header,
    )
    grid = network(
        tmp_path,
        generators=plants,
        carriers="name\ngas\n",
        buses="name,nom_max_gas\nA,\nB,15\n",
    )
    assert solve(grid).columns["generator_p_nom"][0] == pytest.approx([55.0, 15.0])


def test_an_unknown_kind_of_limit_is_refused(tmp_path):
    with pytest.raises(InputError, match="growth"):
        network(tmp_path, global_constraints=LIMIT + "x,growth_limit,DC,<=,1\n")


def test_a_phase_shift_drives_a_flow_around_a_ring(tmp_path):
    transformers = (
        "name,bus0,bus1,x,s_nom,tap_ratio,phase_shift\none,A,B,0.1,100,1,0\ntwo,A,B,0.1,100,1,{}\n"
    )
    flows = []
    for degrees in (0.0, 3.0):
        grid = network(
            tmp_path,
            links="name,bus0,bus1,p_nom\n",
            transformers=transformers.format(degrees),
            generators=generators("cheap,A,200,10", "dear,B,200,50"),
        )
        result = solve(grid)
        flows.append((output(result, "one")[0], output(result, "two")[0]))
    assert flows[0] == pytest.approx((45.0, 45.0))
    # Both ends are at one angle apart: x / s_nom (one - two) = the shift of the second.
    assert sum(flows[1]) == pytest.approx(90.0)
    assert flows[1][0] - flows[1][1] == pytest.approx(np.radians(3.0) * 100 / 0.1)


def test_a_series_counts_for_its_own_component_alone(tmp_path):
    series = "snapshot,cheap\nt0,0.1\nt1,0.2\nt2,0.3\n"
    result = solve(network(tmp_path, generators__p_max_pu=series))
    assert output(result, "cheap") == pytest.approx([20.0, 40.0, 60.0])
    assert output(result, "dear") == pytest.approx([80.0, 60.0, 40.0])


def test_a_series_stands_before_the_number_of_its_component(tmp_path):
    header = "name,bus,p_nom,marginal_cost,p_max_pu"
    plants = generators("cheap,A,200,10,0.5", "dear,B,200,50,1", header=header)
    series = "snapshot,cheap\nt0,0.05\nt1,0.05\nt2,0.05\n"
    result = solve(network(tmp_path, generators=plants, generators__p_max_pu=series))
    assert output(result, "cheap") == pytest.approx([10.0] * 3)


def test_the_order_of_rows_columns_and_series_changes_nothing(tmp_path):
    series = "snapshot,town,mill\nt0,90,10\nt1,80,20\nt2,70,40\n"
    extra = "name,bus0,bus1,x,s_nom\nnorth,A,B,0.1,20\nsouth,A,B,0.3,20\n"
    one = solve(network(tmp_path, loads__p_set=series, lines=extra))
    other = solve(
        network(
            tmp_path,
            buses="name\nB\nA\n",
            loads="name,bus,p_set\nmill,A,10\ntown,B,90\n",
            loads__p_set="snapshot,mill,town\nt0,10,90\nt1,20,80\nt2,40,70\n",
            generators="name,marginal_cost,bus,p_nom\ndear,50,B,200\ncheap,10,A,200\n",
            lines="name,s_nom,x,bus1,bus0\nsouth,20,0.3,B,A\nnorth,20,0.1,B,A\n",
        )
    )
    assert other.objective == pytest.approx(one.objective, rel=1e-12)
    for name in ("cheap", "dear", "cable", "north", "south"):
        assert output(other, name) == pytest.approx(output(one, name))
    assert other.price[:, ::-1] == pytest.approx(one.price)


@pytest.mark.parametrize("rows", [2, 4])
def test_a_series_of_another_length_than_the_horizon_is_refused(tmp_path, rows):
    series = "snapshot,town\n" + "".join(f"t{k},90\n" for k in range(rows))
    with pytest.raises(InputError, match="loads-p_set"):
        network(tmp_path, loads__p_set=series)


def test_every_snapshot_of_a_long_horizon_is_in_the_optimum(tmp_path):
    count = 1_500
    rng = np.random.default_rng(3)
    demand = rng.uniform(20.0, 150.0, count)
    grid = network(
        tmp_path,
        snapshots="snapshot\n" + "".join(f"t{k}\n" for k in range(count)),
        loads="name,bus,p_set\ntown,B,0\n",
        loads__p_set="snapshot,town\n" + "".join(f"t{k},{d}\n" for k, d in enumerate(demand)),
    )
    from_a = np.minimum(demand, 60.0)
    cost = (10 * from_a + 50 * (demand - from_a)).sum()
    for method in ("auto", "simplex"):
        result = solve(grid, GridOptions(method=method))
        assert result.price.shape == (count, 2)
        assert result.objective == pytest.approx(cost)


@pytest.mark.parametrize("method", ["auto", "windows", "simplex", "ipm", "hipo", "benders"])
def test_what_any_method_calls_optimal_is_proven_by_its_gap(tmp_path, method):
    plants = generators("cheap,A,0,True,7,10", "dear,B,200,False,0,50", header=GROWS)
    chosen = {} if method == "windows" else {"generators": plants}
    result = solve(network(tmp_path, **chosen), GridOptions(method=method))
    assert result.status is Status.OPTIMAL
    assert result.gap <= 1e-6
