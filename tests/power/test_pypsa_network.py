from pathlib import Path

import numpy as np
import pytest

from tests.power.small_networks import write_folder
from transcaspian.errors import InputError
from transcaspian.lp import Status
from transcaspian.power import GridOptions, export_pypsa, read_pypsa, solve

FILES = {
    "buses": "name,v_nom,x,y\nA,220,50,43\nB,220,49,40\n",
    "snapshots": ",snapshot,objective,stores,generators\n0,0,1,1,1\n1,1,2,2,2\n",
    "loads": "name,bus\nload,B\n",
    "loads-p_set": ",load\n0,80\n1,140\n",
    "generators": "name,bus,p_nom,marginal_cost\ncheap,A,200,10\ndear,B,200,50\n",
    "links": "name,bus0,bus1,p_nom,efficiency\ncable,A,B,100,0.9\n",
}


def folder(path: Path, **changes: str) -> Path:
    for name, text in (FILES | {key.replace("__", "-"): v for key, v in changes.items()}).items():
        (path / f"{name}.csv").write_text(text)
    return path


def test_a_folder_is_solved_with_the_weights_of_its_snapshots(tmp_path):
    result = solve(read_pypsa(folder(tmp_path)))
    # 80 / 0.9 MW at 10 for one hour; 100 MW at 10 and 50 MW at 50 for two.
    assert result.objective == pytest.approx(800 / 0.9 + 2 * (1000 + 2500))
    assert result.price == pytest.approx(np.array([[10.0, 10.0 / 0.9], [10.0, 50.0]]))


def test_bookkeeping_is_listed_as_ignored(tmp_path):
    generators = FILES["generators"].replace("cost\n", "cost,weight,p_nom_opt\n")
    generators = generators.replace(",10\n", ",10,1,0\n").replace(",50\n", ",50,1,0\n")
    grid = read_pypsa(folder(tmp_path, generators=generators, shapes="name\n"))
    assert grid.ignored == (
        "buses.x",
        "buses.y",
        "generators.p_nom_opt",
        "generators.weight",
        "shapes",
    )


def test_capacity_grows_where_it_pays_and_counts_in_full(tmp_path):
    links = (
        "name,bus0,bus1,p_nom,efficiency,p_nom_extendable,capital_cost\ncable,A,B,100,1,True,30\n"
    )
    result = solve(read_pypsa(folder(tmp_path, links=links)))
    # A MW more saves 2 h x 40 USD and costs 30: up to the load of 140 MW.
    assert result.columns["link_p_nom"][0, 0] == pytest.approx(140.0)
    assert result.objective == pytest.approx(80 * 10 + 2 * 140 * 10 + 140 * 30)
    assert result.objective_constant == pytest.approx(100 * 30)


def test_a_limit_on_carbon_moves_output_to_the_cleaner_plant(tmp_path):
    result = solve(
        read_pypsa(
            folder(
                tmp_path,
                carriers="name,co2_emissions\ncoal,1\n",
                generators="name,bus,p_nom,marginal_cost,carrier\ncheap,B,200,10,coal\ndear,B,200,50,\n",
                global_constraints="name,type,carrier_attribute,sense,constant\nco2,primary_energy,co2_emissions,<=,100\n",
            )
        )
    )
    # 360 MWh of load, 100 of them by coal.
    assert result.objective == pytest.approx(100 * 10 + 260 * 50)


def test_a_ramp_limit_holds_between_snapshots(tmp_path):
    generators = "name,bus,p_nom,marginal_cost,ramp_limit_up\nslow,B,200,10,0.1\nfast,B,200,50,\n"
    result = solve(read_pypsa(folder(tmp_path, generators=generators)))
    assert result.columns["generator_p"][:, 0] == pytest.approx([80.0, 100.0])


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"generators": "name,bus,p_nom,committable\ng,A,5,True\n"}, "generators.csv, row 2, column 'committable'"),
        ({"generators": "name,bus,p_nom,p_nom_mod\ng,A,5,0\nh,A,5,10\n"}, "generators.csv, row 3, column 'p_nom_mod'"),
        ({"links": "name,bus0,bus1,delay\nk,A,B,3\n"}, "column 'delay': a delay between snapshots of different weights"),
        ({"processes": "name,bus0,bus1,committable\np,A,B,True\n"}, "processes.csv, row 2, column 'committable'"),
        ({"global_constraints": "name,type\nodd,own\n"}, "global_constraints.csv, row 2, column 'type'"),
        ({"generators": "name,bus,p_nom\ng,Z,5\n"}, "generators.csv, row 2, column 'bus': bus 'Z'"),
        ({"generators": "name,bus,p_nom\ng,A,much\n"}, "generators.csv, row 2, column 'p_nom': 'much' is no number"),
        ({"loads__p_set": ",load\n0,80\n"}, "loads-p_set.csv: it has 1 rows for 2 snapshots"),
        ({"loads__p_set": ",load\n0,80\n1,lots\n"}, "loads-p_set.csv, row 3, column 'load': 'lots'"),
        ({"snapshots": ",period,timestep\n0,2030,0\n1,2030,1\n"}, "investment periods"),
        ({"lines": "name,bus0,bus1,type,length\nL,A,B,own kind,9\n"}, "lines.csv, row 2, column 'type'"),
        ({"transformers": "name,bus0,bus1,x\nT,A,B,0.1\n"}, "transformers.csv, row 2, column 's_nom'"),
    ],
)  # fmt: skip
def test_what_cannot_be_solved_is_named_with_its_place(tmp_path, changes, place):
    with pytest.raises(InputError) as caught:
        read_pypsa(folder(tmp_path, **changes))
    assert place in str(caught.value)


def test_a_place_without_a_network_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="it is not there"):
        read_pypsa(tmp_path / "nothing.nc")


def test_an_inactive_component_may_hold_anything(tmp_path):
    generators = FILES["generators"].replace("cost\n", "cost,active,committable\n")
    generators = generators.replace(",10\n", ",10,True,False\n").replace(
        ",50\n", ",50,True,False\n"
    )
    grid = read_pypsa(folder(tmp_path, generators=generators + "shut,A,5,1,False,True\n"))
    assert grid.generators.names == ("cheap", "dear")


@pytest.mark.parametrize("method", ["simplex", "ipm", "windows"])
def test_every_method_finds_the_same_optimum(tmp_path, method):
    result = solve(read_pypsa(folder(tmp_path)), GridOptions(method=method))
    assert result.status is Status.OPTIMAL
    assert result.objective == pytest.approx(800 / 0.9 + 7000)


def test_impedance_comes_from_the_standard_type_where_one_is_named(tmp_path):
    lines = (
        "name,bus0,bus1,type,length,num_parallel,s_nom\nL,A,B,Al/St 240/40 4-bundle 380.0,100,2,9\n"
    )
    transformers = "name,bus0,bus1,type,tap_position\nT,A,B,160 MVA 380/110 kV,2\n"
    branches = read_pypsa(folder(tmp_path, lines=lines, transformers=transformers)).branches
    # 0.246 ohm/km x 100 km / 2 over 220 kV squared.
    assert branches.impedance[0] == pytest.approx(0.246 * 100 / 2 / 220**2)
    # Two steps of 1.5 % off neutral; 12.2 % of which 0.25 % is resistance, per unit of 160 MVA.
    assert branches.impedance[1] == pytest.approx(1.03 * (0.122**2 - 0.0025**2) ** 0.5 / 160)
    assert branches.capacity.nominal.tolist() == [9.0, 160.0]


def test_an_angle_limit_goes_by_reactance_and_shift_in_a_direct_current_part_too(tmp_path):
    # x = 0.1 / 100 MVA; one degree less half a degree of shift is left for the flow to B.
    transformers = "name,bus0,bus1,x,r,s_nom,phase_shift,v_ang_max\nT,A,B,0.1,0.05,100,0.5,1\n"
    buses = "name,v_nom,carrier\nA,220,DC\nB,220,DC\n"
    result = solve(
        read_pypsa(
            folder(tmp_path, buses=buses, links="name,bus0,bus1\n", transformers=transformers)
        )
    )
    most = np.radians(0.5) * 100 / 0.1
    assert result.columns["branch_s"][:, 0] == pytest.approx([most, most])


def test_the_order_of_rows_and_columns_of_a_folder_changes_nothing(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for place in (first, second):
        place.mkdir()
        folder(place, lines="name,bus0,bus1,x,s_nom\nL,A,B,10,30\nM,B,A,20,30\n")
    for file in second.glob("*.csv"):
        if file.stem != "snapshots" and "-" not in file.stem:
            header, *rows = [line.split(",") for line in file.read_text().splitlines()]
            order = [0, *range(len(header) - 1, 0, -1)]
            turned = [[row[k] for k in order] for row in (header, *reversed(rows))]
            file.write_text("\n".join(",".join(row) for row in turned) + "\n")
    one, two = solve(read_pypsa(first)), solve(read_pypsa(second))
    assert two.objective == pytest.approx(one.objective, rel=1e-12)
    assert two.price[:, ::-1] == pytest.approx(one.price)


def test_a_grid_with_what_the_written_folder_has_no_place_for_is_refused_by_name(tmp_path):
    grid = read_pypsa(write_folder(tmp_path / "given"))
    with pytest.raises(InputError) as caught:
        export_pypsa(grid, tmp_path / "written")
    said = str(caught.value)
    assert "capacity that may grow" in said
    assert "weights of snapshots" in said
    assert "limits other than the most energy of a plant" in said
    assert not (tmp_path / "written").exists()
