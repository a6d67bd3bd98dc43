"""What is wrong with a network is said with file, row, column and cure; the rest is solved right."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.power.small_networks import FILES, least_cost, write_folder
from transcaspian.errors import InputError
from transcaspian.power import read_losses, read_pypsa, solve

Changes = dict[str, str | bytes | None]


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_pypsa(folder)
    return str(caught.value)


def replaced(file: str, old: str, new: str) -> Changes:
    assert old in FILES[file]
    return {file: FILES[file].replace(old, new, 1)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (replaced("loads-p_set.csv", "noon,95", "noon,"), "loads-p_set.csv, row 3, column 'city': the cell is empty."),
        (replaced("generators-p_max_pu.csv", "noon,0.8", "noon,"), "generators-p_max_pu.csv, row 3, column 'wind': the cell is empty."),
        (replaced("loads-p_set.csv", "city", "City"), "loads-p_set.csv, row 1, column 'City': 'City' is not in loads. Add it there or correct the name; the nearest is 'city'."),
        (replaced("loads-p_set.csv", "city,mine", "city,city"), "the heading is given more than once"),
        (replaced("loads-p_set.csv", "noon,95,20\nnight,45,20", "night,45,20\nnoon,95,20"), "loads-p_set.csv, row 3: snapshot 'night' stands where snapshots.csv has 'noon'."),
        (replaced("snapshots.csv", "noon", "morning"), "snapshots.csv, row 3, column 'snapshot': snapshot 'morning' is given before, in row 2."),
        (replaced("snapshots.csv", "noon,3", "noon,-3"), "snapshots.csv, row 3, column 'objective': the weight is -3."),
        (replaced("snapshots.csv", "noon,3", "noon,"), "snapshots.csv, row 3, column 'objective': the weight is nan."),
        ({"snapshots.csv": "snapshot,objective\n"}, "snapshots.csv: it holds no snapshots."),
        ({"buses.csv": "name,v_nom\n"}, "buses.csv: it holds no buses."),
        ({"buses.csv": ""}, "buses.csv: it is empty."),
        ({name: None for name in FILES if name not in ("buses.csv", "snapshots.csv")}, "buses.csv: nothing stands at its buses"),
        ({"snapshots.csv": FILES["snapshots.csv"].replace(",", " ")}, "snapshots.csv, row 1: its columns are parted by spaces."),
        ({"loads-p_set.csv": FILES["loads-p_set.csv"].replace(",", "  ")}, "loads-p_set.csv, row 1: its columns are parted by spaces."),
        (replaced("snapshots.csv", "objective", "Objective"), "snapshots.csv, row 1, column 'Objective': weights are objective"),
        (replaced("snapshots.csv", "objective", "weight"), "snapshots.csv, row 1, column 'weight': weights are objective"),
        ({"loads.csv": ",name,bus\n0,city,south\n1,mine,north\n"}, "loads.csv, row 1, column 'name': the first column holds the names"),
        (replaced("links.csv", "north,south", "north,"), "links.csv, row 2, column 'bus1': no bus is named."),
        (replaced("links.csv", "bus1", "bus_1"), "links.csv, row 2, column 'bus1': no bus is named."),
        (replaced("generators.csv", "new gas,south", ",south"), "generators.csv, row 3, column 'name': it has no name."),
        (replaced("generators.csv", '"', "") if '"' in FILES["generators.csv"] else replaced("generators.csv", "wind,north", '"wind,north'), "generators.csv, row 4: quotes are wrong from here on"),
        ({"generator.csv": FILES["generators.csv"], "generators.csv": None}, "generator.csv: no file of a network has this name; generators is the nearest."),
        ({"LOADS.CSV": FILES["loads.csv"], "loads.csv": None}, "LOADS.CSV: no file of a network has this name; loads is the nearest."),
        ({"loads-P_set.csv": FILES["loads-p_set.csv"], "loads-p_set.csv": None}, "loads-P_set.csv: 'P_set' is no attribute of loads; 'p_set' is the nearest."),
        (replaced("loads.csv", "city,south", "city,south,5"), "loads.csv, row 2: has 3 cells where the header has 2."),
        (replaced("snapshots.csv", "snapshot", "sep=,snapshot"), "snapshots.csv, row 1: the first line is no header."),
        ({"network.csv": "name,_multi_invest\nn,maybe\n"}, "network.csv, row 2, column '_multi_invest': 'maybe' is neither yes nor no."),
        (replaced("global_constraints.csv", "co2_emissions", "co2"), "global_constraints.csv, row 2, column 'carrier_attribute': 'co2' is not among the columns of carriers."),
        ({"global_constraints.csv": "name,type,carrier_attribute,sense,constant,bus\na,tech_capacity_expansion_limit,gas,<=,5,West\n"}, "global_constraints.csv, row 2, column 'bus': bus 'West' is not in buses."),
        ({"global_constraints.csv": "name,type,carrier_attribute,sense,constant\na,operational_limit,coal,<=,5\n"}, "'coal' is not among the carriers."),
        ({"buses.csv": "name,v_nom,nom_max_gsa\nnorth,220,5\nsouth,220,5\n"}, "buses.csv, column 'nom_max_gsa': 'gsa' is not in carriers."),
        ({"lines.csv": "name,bus0,bus1,x,s_nom\nL,north,south,1,9\n", "buses.csv": "name,v_nom\nnorth,0\nsouth,220\n"}, "buses.csv, row 2, column 'v_nom'"),
        ({"lines.csv": "name,bus0,bus1,type,num_parallel,length,s_nom\nL,north,south,Al/St 240/40 4-bundle 380.0,0,9,9\n"}, "lines.csv, row 2, column 'num_parallel'"),
        ({"transformers.csv": "name,bus0,bus1,x,s_nom\nT,north,south,0.1,inf\n"}, "transformers.csv, row 2, column 's_nom'"),
        ({"storage_units.csv": "name,bus,p_nom,efficiency_dispatch\ns,north,5,0\n"}, "storage_units.csv, row 2, column 'efficiency_dispatch'"),
        ({"stores.csv": "name,bus,e_nom,standing_loss\ns,north,5,2\n"}, "stores.csv, row 2, column 'standing_loss'"),
        ({"stores.csv": "name,bus,e_nom,e_cyclic\ns,north,5,ja\n"}, "stores.csv, row 2, column 'e_cyclic': 'ja' is neither yes nor no."),
        ({"links.csv": "name,bus0,bus1,p_nom,delay\nk,north,south,5,-1\n"}, "links.csv, row 2, column 'delay'"),
        (replaced("generators.csv", "old gas,north,gas,90,30,0.4", "old gas,north,gas,90,30,0"), "generators.csv, row 2, column 'efficiency'"),
        (replaced("generators.csv", "closed,south", "wind,south"), "generators.csv, row 6, column 'name': 'wind' is given before, in row 4."),
        ({"generators.csv": "name,bus,p_nom,overnight_cost,lifetime\ng,north,5,9,20\n", "generators-p_max_pu.csv": None}, "generators.csv, row 2, column 'discount_rate': overnight_cost needs a discount_rate."),
        ({"generators.csv": "name,bus,p_nom,overnight_cost,lifetime,discount_rate\ng,north,5,9,0,0.1\n", "generators-p_max_pu.csv": None}, "generators.csv, row 2, column 'lifetime'"),
        ({"generators.csv": "name,bus,p_nom,p_nom_extendable\ng,north,inf,1\n", "generators-p_max_pu.csv": None}, "generators.csv, row 2, column 'p_nom': inf is no capacity to grow from."),
        ({"generators.csv": "name,bus,p_nom,p_min_pu\ng,north,inf,0.2\n", "generators-p_max_pu.csv": None}, "generators.csv, row 2, column 'p_nom'"),
        ({"generators-pmax_pu.csv": "snapshot,wind\nmorning,0\nnoon,0\nnight,0\n"}, "generators-pmax_pu.csv: 'pmax_pu' is no attribute of generators; 'p_max_pu' is the nearest."),
        ({"generators-p_nom.csv": "snapshot,wind\nmorning,0\nnoon,0\nnight,0\n"}, "generators-p_nom.csv: p_nom of generators is the same in every snapshot."),
        ({"generators_p_max_pu.csv": "snapshot,wind\nmorning,0\nnoon,0\nnight,0\n"}, "generators_p_max_pu.csv: no file of a network has this name; generators-p_max_pu is the nearest."),
        ({"generators_t-p_max_pu.csv": "snapshot,wind\nmorning,0\nnoon,0\nnight,0\n"}, "generators_t-p_max_pu.csv: no file of a network has this name"),
        ({"generators-p_max_pu.csv": "wind,old gas\n0.5,1\n0.8,1\n0.1,1\n"}, "generators-p_max_pu.csv, row 1, column 'wind': the first column holds the snapshots"),
        ({"generators.csv": "name,bus,p_nom,marginal_cost_quadratic\nwind,north,5,-0.1\n", "generators-p_max_pu.csv": None}, "generators.csv, row 2, column 'marginal_cost_quadratic': a quadratic cost below zero is not convex."),
        ({"global_constraints.csv": "name,type,carrier_attribute,sense,constant,active\na,operational_limit,gas,<=,5,False\n"}, "global_constraints.csv, row 2, column 'active': global_constraints cannot be switched off."),
        ({"global_constraints.csv": "name,type,carrier_attribute,sense,constant\na,tech_capacity_expansion_limit,wind,>=,5\n"}, "global_constraints.csv, row 2, column 'constant': nothing that may change counts in this limit"),
        ({"generators.csv": "name,bus,p_nom,p_nom_set\ng,north,60,44\n", "generators-p_max_pu.csv": None}, "generators.csv, row 2, column 'p_nom_set': p_nom_set holds a capacity that may grow"),
        (replaced("generators.csv", "old gas,north,gas", "old gas,north,gas "), "generators.csv, row 2, column 'carrier': carrier 'gas ' is not in carriers; 'gas', which is limited, is the nearest."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path, changes, words):
    assert words in refused(write_folder(tmp_path, changes))


@pytest.mark.parametrize(
    ("file", "column", "heading"),
    [
        ("global_constraints.csv", "sense", "sens"),
        ("generators.csv", "marginal_cost", "marginal_csot"),
        ("generators.csv", "p_nom_extendable", "p_nom_extendible"),
        ("links.csv", "p_min_pu", "p_min__pu"),
    ],
)
def test_a_heading_one_slip_away_from_an_attribute_is_refused(tmp_path, file, column, heading):
    error = refused(write_folder(tmp_path, replaced(file, column, heading)))
    assert f"{file}, column {heading!r}: it is no attribute" in error
    assert f"{column!r} is the nearest" in error


def test_the_voltage_of_a_line_is_no_misspelt_rating(tmp_path):
    text = "name,bus0,bus1,x,v_nom,s_nom_extendable\nL,north,south,9,220,True\n"
    grid = read_pypsa(write_folder(tmp_path, {"lines.csv": text}))
    assert "lines.v_nom" in grid.ignored


def test_columns_of_a_user_s_own_are_ignored_and_listed(tmp_path):
    text = FILES["generators.csv"].replace("p_max_pu,", "marginal_cost2,").replace("active", "p_nom_opt")  # fmt: skip
    grid = read_pypsa(write_folder(tmp_path, {"generators.csv": text.replace(",True\n", ",\n")}))
    assert {"generators.marginal_cost2", "generators.p_nom_opt"} <= set(grid.ignored)


def test_every_row_that_is_not_supported_is_named_at_once(tmp_path):
    text = (
        "name,bus,p_nom,committable,p_nom_mod\na,north,5,True,0\nb,north,5,True,3\nc,south,5,no,0\n"
    )
    error = refused(
        write_folder(tmp_path, {"generators.csv": text, "generators-p_max_pu.csv": None})
    )
    assert "row 2, column 'committable': committable = True of 'a' is not supported." in error
    assert "row 3, column 'committable': committable = True of 'b'" in error
    assert "row 4, column 'committable': committable = no of 'c'" in error
    assert "row 3, column 'p_nom_mod': p_nom_mod = 3 of 'b'" in error
    assert "np." not in error


def test_all_files_that_cannot_be_read_are_named_at_once(tmp_path):
    changes = {
        "loads.csv": b"name,bus\nl,S\xfcd\n",
        "links.csv": "name;bus0\n",
        "snapshots.csv": "",
    }
    error = refused(write_folder(tmp_path, changes))
    for words in ("loads.csv, row 2: byte 0xfc is not UTF-8", "links.csv, row 1", "snapshots.csv: it is empty"):  # fmt: skip
        assert words in error


def test_a_folder_or_a_pipe_in_place_of_a_file_is_named(tmp_path):
    folder = write_folder(tmp_path, {"loads.csv": None, "links.csv": None})
    (folder / "loads.csv").mkdir()
    os.mkfifo(folder / "links.csv")
    error = refused(folder)
    assert "loads.csv: it is a folder." in error
    assert "links.csv: it is no file." in error


@pytest.mark.parametrize(("sense", "is_bound"), [("<", True), (" >=", False), (">", False)])
def test_short_senses_of_limits_mean_what_they_say(tmp_path, sense, is_bound):
    constant = "150" if is_bound else "20"
    folder = write_folder(tmp_path, replaced("global_constraints.csv", "<=,150", f"{sense},{constant}"))  # fmt: skip
    assert solve(read_pypsa(folder)).objective == pytest.approx(least_cost(folder), rel=1e-9)


def test_a_ramp_limit_without_end_is_none(tmp_path):
    text = "name,bus,p_nom,marginal_cost,ramp_limit_up,p_nom_extendable,capital_cost\n"
    text += "g,south,0,10,inf,True,3\nh,north,90,20,inf,False,0\n"
    changes: Changes = {"generators.csv": text, "generators-p_max_pu.csv": None}
    plain: Changes = {**changes, "generators.csv": text.replace("inf", "")}
    one, two = (write_folder(tmp_path / str(k), c) for k, c in enumerate((changes, plain)))
    assert solve(read_pypsa(one)).objective == pytest.approx(solve(read_pypsa(two)).objective)


def test_an_angle_limit_holds_for_a_line_of_negative_reactance(tmp_path):
    # Half a degree over x = -22 ohm at 220 kV.
    text = "name,bus0,bus1,x,s_nom,v_ang_max,carrier\nL,north,south,-22,500,0.5,AC\n"
    folder = write_folder(
        tmp_path, {"lines.csv": text, "links.csv": None, "global_constraints.csv": None}
    )
    result = solve(read_pypsa(folder))
    most = np.radians(0.5) / 22 * 220**2
    assert abs(result.columns["branch_s"]).max() <= most + 1e-6
    assert abs(result.columns["branch_s"]).max() == pytest.approx(most)


def test_a_series_of_phase_shifts_stands_above_the_type_of_a_transformer(tmp_path):
    text = "name,bus0,bus1,type\nT,north,south,25 MVA 110/10 kV\nU,north,south,25 MVA 110/10 kV\n"
    shifts = "snapshot,T\nmorning,1\nnoon,2\nnight,3\n"
    folder = write_folder(
        tmp_path, {"transformers.csv": text, "transformers-phase_shift.csv": shifts}
    )
    shift = read_pypsa(folder).branches.phase_shift
    assert np.degrees(shift) == pytest.approx(np.array([[1, 150], [2, 150], [3, 150]]))


def test_files_of_losses_are_read_with_the_same_care(tmp_path):
    file = tmp_path / "losses.csv"
    header = "link,standing_pu,converter_pu,ohmic_pu,segments\n"
    for content, words in (
        (
            header.encode() + "Süd,0,0.01,0.02,3\n".encode("latin-1"),
            "row 2: byte 0xfc is not UTF-8",
        ),
        (header.replace(",", ";").encode(), "row 1: its columns are parted by semicolons"),
        (header.encode() + b"k,0,0.01,0.02,3,9\n", "row 2: has 6 cells where the header has 5"),
        (header.encode() + b"k,0,0.01,nan,3\n", "row 2, column 'ohmic_pu'"),
        (b"", "it is empty"),
    ):
        file.write_bytes(content)
        with pytest.raises(InputError) as caught:
            read_losses(file)
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("first", "given"),
    [
        ("2030-01-01 00:00,2030-01-01 01:00", "2030-01-01 01:00,2030-01-01 02:00"),
        ("2030-01-01 00:00,2030-01-01 01:00", "2030-01-01T01:00:00,2030-01-01T00:00:00"),
        ("2030-01-01 00:00+00:00,2030-01-01 01:00+00:00", "2030-01-01 04:00+03:00,2030-01-01 03:00+03:00"),
    ],
)  # fmt: skip
def test_a_series_whose_times_stand_in_other_rows_is_refused(tmp_path, first, given):
    assert "loads-p_set.csv, row 2: snapshot" in refused(_two_hours(tmp_path, first, given))


@pytest.mark.parametrize(
    ("first", "given"),
    [
        ("2030-01-01 00:00,2030-01-01 01:00", "2030-01-01T00:00:00,2030-01-01T01:00:00"),
        ("2030-01-01 00:00+00:00,2030-01-01 01:00+00:00", "2030-01-01 03:00+03:00,2030-01-01 04:00+03:00"),
        ("now,then", "0,1"),
    ],
)  # fmt: skip
def test_a_series_may_write_its_times_in_another_way(tmp_path, first, given):
    found = solve(read_pypsa(_two_hours(tmp_path, first, given)))
    assert found.objective == pytest.approx(10.0 * (4.0 + 6.0))


def _two_hours(tmp_path: Path, first: str, given: str) -> Path:
    one, two = first.split(",")
    three, four = given.split(",")
    changes: Changes = dict.fromkeys(FILES)
    changes |= {
        "snapshots.csv": f"snapshot\n{one}\n{two}\n",
        "buses.csv": "name\nA\n",
        "generators.csv": "name,bus,p_nom,marginal_cost\ng,A,9,10\n",
        "loads.csv": "name,bus\nL,A\n",
        "loads-p_set.csv": f"snapshot,L\n{three},4\n{four},6\n",
    }
    return write_folder(tmp_path, changes)


def test_a_port_may_lie_at_a_bus_called_like_an_empty_cell(tmp_path):
    changes: Changes = dict.fromkeys(FILES)
    changes |= {
        "snapshots.csv": "snapshot\n0\n",
        "buses.csv": "name\nA\nB\nNA\n",
        "generators.csv": "name,bus,p_nom,marginal_cost\ng,A,50,10\nh,NA,50,70\n",
        "loads.csv": "name,bus,p_set\nL,B,20\nH,NA,30\n",
        "links.csv": "name,bus0,bus1,bus2,p_nom,efficiency,efficiency2\nk,A,B,NA,50,0.5,0.5\n",
    }
    # 40 MW sent give 20 at B and 20 at NA, where 10 more are made.
    found = solve(read_pypsa(write_folder(tmp_path, changes)))
    assert found.objective == pytest.approx(40.0 * 10.0 + 10.0 * 70.0)


def test_limits_at_buses_count_and_are_not_listed_as_ignored(tmp_path):
    text = "name,v_nom,nom_max_gas\nnorth,220,\nsouth,220,5\n"
    grid = read_pypsa(write_folder(tmp_path, {"buses.csv": text}))
    assert "buses.nom_max_gas" not in grid.ignored
    assert "nom_max_gas at south" in [limit.name for limit in grid.limits]


def test_weights_that_are_taken_as_an_hour_are_listed(tmp_path):
    text = "snapshot,objective\nmorning,2\nnoon,3\nnight,1\n"
    grid = read_pypsa(write_folder(tmp_path, {"snapshots.csv": text}))
    assert "snapshots.stores (missing, taken as 1 h)" in grid.ignored


def test_a_limit_that_nothing_counts_in_is_listed(tmp_path):
    text = "name,type,carrier_attribute,sense,constant\na,tech_capacity_expansion_limit,wind,<=,5\n"
    grid = read_pypsa(write_folder(tmp_path, {"global_constraints.csv": text}))
    assert "global_constraints 'a' (nothing counts in it)" in grid.ignored
