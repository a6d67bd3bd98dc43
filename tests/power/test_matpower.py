from pathlib import Path

import numpy as np
import pytest

from transcaspian.errors import InputError
from transcaspian.lp import Status
from transcaspian.power import GridResult, read_matpower, solve

# Three buses in a ring: cheap power at bus 1, dear power and the load at bus 3.
CASE = """
function mpc = ring
mpc.version = '2';
mpc.baseMVA = 100;
%% bus data
mpc.bus = [
  1 3 0   0 0 0 1 1 0 230 1 1.1 0.9;
  2 1 0   0 0 0 1 1 0 230 1 1.1 0.9;
  3 1 300 0 0 0 1 1 0 230 1 1.1 0.9; % the load
  9 4 999 0 0 0 1 1 0 230 1 1.1 0.9; % isolated
];
mpc.gen = [
  1 0 0 0 0 1 100 1 500 0;
  3 0 0 0 0 1 100 1 500 0;
  3 0 0 0 0 1 100 0 500 0;
];
mpc.branch = [
  1 2 R12 0.1 0 0   0 0 0   SHIFT 1 LOW HIGH;
  2 3 0   0.1 0 0   0 0 0   0     1 -360 360;
  1 3 R13 0.1 0 120 0 0 TAP 0     1 -360 360;
  1 3 0   0.1 0 0   0 0 0   0     0 -360 360;
];
mpc.gencost = [
  2 0 0 3 0  10 100;
  COST
  2 0 0 2 99 0  0;
];
"""
DEFAULTS = {"R12": "0", "R13": "0", "SHIFT": "0", "LOW": "-360", "HIGH": "360", "TAP": "0",
            "COST": "2 0 0 3 0 30 0;"}  # fmt: skip


def write(folder: Path, text: str = CASE, **changes: str) -> Path:
    for name, value in (DEFAULTS | changes).items():
        text = text.replace(name, value)
    (folder / "ring.m").write_text(text)
    return folder / "ring.m"


def run(folder: Path, susceptance: str = "1/x", **changes: str) -> GridResult:
    return solve(read_matpower(write(folder, **changes), susceptance))


def test_a_full_branch_splits_flow_by_reactance_and_parts_prices(tmp_path):
    result = run(tmp_path)
    # Two thirds take the direct branch: 180 MW in all when it carries 120 MW.
    assert result.objective == pytest.approx(100 + 180 * 10 + 120 * 30)
    assert result.price[0] == pytest.approx([10.0, 20.0, 30.0])


def test_an_isolated_bus_and_what_is_out_of_service_are_left_out(tmp_path):
    grid = read_matpower(write(tmp_path))
    assert grid.buses == ("1", "2", "3")
    assert grid.generators.names == ("gen 1", "gen 2")
    assert len(grid.branches.names) == 3


def test_a_tap_ratio_counts_under_1_over_x_alone(tmp_path):
    # x_13 becomes 0.2 * 100: half of the flow takes each way.
    assert run(tmp_path, TAP="2").objective == pytest.approx(100 + 240 * 10 + 60 * 30)
    plain = run(tmp_path, "x/(r2+x2)").objective
    assert run(tmp_path, "x/(r2+x2)", TAP="2").objective == pytest.approx(plain)


def test_resistance_counts_under_x_over_r2_x2_alone(tmp_path):
    # r = x on the direct branch doubles its impedance: (r**2 + x**2) / x = 0.2.
    assert run(tmp_path, R13="0.1").objective == pytest.approx(100 + 180 * 10 + 120 * 30)
    changed = run(tmp_path, "x/(r2+x2)", R13="0.1").objective
    assert changed == pytest.approx(100 + 240 * 10 + 60 * 30)


def test_a_phase_shift_moves_flow_between_parallel_ways(tmp_path):
    # The angle of 0.1 * 3 = 0.003 rad a MW over the ring: 0.3 rad more on the long way moves
    # 0.3 / 0.003 = 100 MW of loop flow; a shift at its start of -s pushes flow onto it.
    degrees = np.degrees(0.03)
    shifted = run(tmp_path, SHIFT=str(-degrees))
    # 120 = 2/3 total - 10, so the total is 195 MW.
    assert shifted.objective == pytest.approx(100 + 195 * 10 + 105 * 30)


def test_an_angle_limit_bounds_the_flow(tmp_path):
    # 50 MW over x = 0.1 / 100 is 0.05 rad.
    high = str(np.degrees(0.05))
    result = run(tmp_path, LOW="-30", HIGH=high)
    assert result.columns["branch_s"][0, 0] == pytest.approx(50.0)


def test_shunt_conductance_is_load(tmp_path):
    text = CASE.replace("3 1 300 0 0", "3 1 290 0 10")
    result = solve(read_matpower(write(tmp_path, text)))
    assert result.objective == pytest.approx(100 + 180 * 10 + 120 * 30)


def test_piecewise_cost_follows_its_segments(tmp_path):
    cost = "1 0 0 3 0 0 50 1000 500 23500;"  # 20 up to 50 MW, then 50
    result = run(tmp_path, COST=cost)
    assert result.objective == pytest.approx(100 + 180 * 10 + 50 * 20 + 70 * 50)


def test_quadratic_cost_is_met(tmp_path):
    cost = "2 0 0 3 0.05 30 7;"
    result = run(tmp_path, COST=cost)
    assert result.objective == pytest.approx(100 + 1800 + 0.05 * 120**2 + 30 * 120 + 7, rel=1e-7)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"COST": "2 0 0 4 1 0 30 0;"}, "degree 3"),
        ({"COST": "2 0 0 3 -1 30 0;"}, "not convex"),
        ({"COST": "1 0 0 3 0 0 50 5000 500 6000;"}, "not convex"),
        ({"COST": "3 0 0 3 0 0 50;"}, "cost model 3"),
    ],
)
def test_a_cost_that_is_not_supported_is_named(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        read_matpower(write(tmp_path, **changes))


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("mpc.dcline = [1 3 1 10 10];", "5 columns where the format has 17"),
        ("mpc.A = [1 2];", "user-defined"),
        ("mpc.branch(:, 4) = mpc.branch(:, 4) / 2;", "is code, and code is not run"),
    ],
)
def test_what_could_change_the_optimum_is_refused_by_name(tmp_path, addition, message):
    with pytest.raises(InputError, match=message):
        read_matpower(write(tmp_path, CASE + addition))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("3 1 300", "3 1 3.0e+2"),
        lambda text: text.replace("1 0 0 0 0 1 100 1 500 0;", "1, 0, 0, 0, 0, 1, 100, 1, 500, 0"),
        lambda text: text.replace("  1 0 0 0 0 1", "\t1\t0\t0\t0\t0\t1"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("1 0 0 0 0 1 100 1 500 0;", "1 0 0 0 0 ... more\n 1 100 1 500 0;"),
        lambda text: text.replace("1 100 1 500 0;", "1 100 1 500 0; % [cheap]; here", 1),
        lambda text: text + "%{\nmpc.bus = [1 2 3];\n%}\n",
        lambda text: text.replace("mpc", "casedata"),
        lambda text: text + "mpc.bus_name = {\n 'a; b';\n 'c % d';\n};\n",
        lambda text: text + "mpc.dcline = [1 3 0 10 10 0 0 1 1 0 100 0 0 0 0 0 0];\n",
        lambda text: text.replace("500 0;", "Inf 0;", 1),
        lambda text: text.replace("1 3 0 ", "1 1 0 "),
        lambda text: text.replace("3 1 300", "3 1 3D2"),
        lambda text: text + "mpc.bus_name = {'a % }b'; 'c#];'};\nmpc.genfuel = {'gas'};\n",
        lambda text: text.replace("1 0 0 0 0 1 100", "1 0 0 0 NaN 1 100"),
        lambda text: "# a comment of Octave\n" + text,
        lambda text: (
            text.replace("function mpc =", "function [baseMVA, bus, gen, branch, areas, gencost] =")
            .replace("mpc.version = '2';", "")
            .replace("mpc.", "")
        ),
    ],
)  # fmt: skip
def test_ways_to_write_the_same_case_are_read_alike(tmp_path, change):
    result = solve(read_matpower(write(tmp_path, change(CASE))))
    assert result.objective == pytest.approx(100 + 180 * 10 + 120 * 30)


@pytest.mark.parametrize("cost", ["2 0 0 2 30 0;", "2 0 0 4 0 0 30 0;", "1 0 0 2 0 0 500 15000;",
                                  "1 0 0 4 0 0 10 300 20 600 500 15000;"])  # fmt: skip
def test_ways_to_write_the_same_cost_are_read_alike(tmp_path, cost):
    assert run(tmp_path, COST=cost).objective == pytest.approx(100 + 180 * 10 + 120 * 30)


@pytest.mark.parametrize("limits", [("0", "0"), ("-360", "360"), ("-400", "400"), ("0", "360")])
def test_angle_limits_of_nothing_or_a_full_turn_are_none(tmp_path, limits):
    low, high = limits
    assert run(tmp_path, LOW=low, HIGH=high).objective == pytest.approx(100 + 180 * 10 + 120 * 30)


def test_negative_load_feeds_the_network(tmp_path):
    result = solve(read_matpower(write(tmp_path, CASE.replace("2 1 0   0", "2 1 -50 0"))))
    assert result.objective < 100 + 180 * 10 + 120 * 30


def test_a_dispatchable_load_is_a_generator_below_zero(tmp_path):
    # It pays 25 for up to 50 MW at bus 3, where power costs 30 from gen 2: it takes nothing.
    text = CASE.replace("3 0 0 0 0 1 100 0 500 0;", "3 0 0 0 0 1 100 1 0 -50;")
    result = solve(read_matpower(write(tmp_path, text.replace("2 0 0 2 99", "2 0 0 2 25"))))
    assert result.columns["generator_p"][0, 2] == pytest.approx(0.0, abs=1e-9)
    text = text.replace("2 0 0 2 99", "2 0 0 2 35")
    result = solve(read_matpower(write(tmp_path, text)))
    assert result.columns["generator_p"][0, 2] == pytest.approx(-50.0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  2 1 0 ", "  1 1 0 ", "bus 1 is given more than once"),
        ("3 1 300", "3 1 NaN", "nan in column 3 is not finite"),
        ("3 1 300", "3 1 30*10", "is not a number"),
        ("  2 0 0 2 99 0  0;\n", "", "has 2 rows for 3 generators"),
        ("mpc.gencost", "mpc.other", "has 0 rows for 3 generators"),
    ],
)
def test_what_a_case_lacks_is_named(tmp_path, old, new, message):
    with pytest.raises(InputError, match=message):
        read_matpower(write(tmp_path, CASE.replace(old, new)))


def test_a_case_whose_buses_are_all_isolated_is_refused(tmp_path):
    text = (
        CASE.replace("1 3 0 ", "1 4 0 ").replace("2 1 0 ", "2 4 0 ").replace("3 1 300", "3 4 300")
    )
    with pytest.raises(InputError, match=r"mpc.bus.*all buses are isolated"):
        read_matpower(write(tmp_path, text))


def test_an_unknown_bus_is_named_with_its_row(tmp_path):
    with pytest.raises(InputError, match=r"mpc.gen.*row 2: bus 7 is not in mpc.bus"):
        read_matpower(
            write(tmp_path, CASE.replace("3 0 0 0 0 1 100 1 500", "7 0 0 0 0 1 100 1 500"))
        )


def test_more_load_than_plants_is_infeasible_in_words(tmp_path):
    result = solve(read_matpower(write(tmp_path, CASE.replace("3 1 300", "3 1 2000"))))
    assert result.status is Status.INFEASIBLE
    assert "3: demand cannot be met" in result.conflict


DCLINE = "mpc.dcline = [1 3 1 0 0 0 0 1 1 {limits} 0 0 0 0 {loss}];\n"


def test_a_direct_current_line_carries_what_its_limit_lets_and_loses_its_share(tmp_path):
    line = DCLINE.format(limits="0 50", loss="2 0.1")
    result = solve(read_matpower(write(tmp_path, CASE + line)))
    # 50 MW sent, 43 arrive; the ring still brings 180 MW, the rest is dear.
    assert result.objective == pytest.approx(100 + 230 * 10 + (300 - 180 - 43) * 30)


def test_a_negative_limit_of_a_direct_current_line_is_on_what_arrives(tmp_path):
    text = CASE.replace("1 3 0   0 0", "1 3 300 0 0").replace("3 1 300 0 0", "3 1 0   0 0")
    costs = text.replace("2 0 0 3 0  10 100", "2 0 0 3 0  90 100")  # power is cheap at bus 3 now
    line = DCLINE.format(limits="-45 0", loss="0 0.1")
    result = solve(read_matpower(write(tmp_path, costs + line)))
    # 45 MW leave bus 3 as what arrives there is -45; bus 1 sees 45 / 0.9 = 50, as the formula says.
    assert result.columns["link_p"][0, 0] == pytest.approx(-50.0)


def test_a_direct_current_line_has_its_cost(tmp_path):
    line = DCLINE.format(limits="0 50", loss="0 0") + "mpc.dclinecost = [2 0 0 2 7 3];\n"
    result = solve(read_matpower(write(tmp_path, CASE + line)))
    assert result.objective == pytest.approx(103 + 230 * 10 + 70 * 30 + 50 * 7)


def test_a_point_of_a_piecewise_cost_given_twice_is_one_point(tmp_path):
    cost = "1 0 0 4 0 0 50 1000 50 1000 500 23500;"
    result = run(tmp_path, COST=cost)
    assert result.objective == pytest.approx(100 + 180 * 10 + 50 * 20 + 70 * 50)
