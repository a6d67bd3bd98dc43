"""Cuts by window against dispatches solved whole."""

from pathlib import Path

import numpy as np
import pytest

from tests.power.test_benders import BY_CUTS, expanding
from transcaspian.lp import SolveOptions, Status
from transcaspian.lp import solve as solve_lp
from transcaspian.power import Grid, read_pypsa, solve
from transcaspian.power.blocks import HourlyProgram
from transcaspian.power.capacity_split import CapacitySplit
from transcaspian.power.cut_windows import CutWindows
from transcaspian.power.equations import build_grid

BOUNDS = (0, 24, 36, 60)


def capped(path: Path, seed: int, cap: float) -> Grid:
    """Return the expanding grid with a cap on carbon dioxide: a row over all hours."""
    expanding(path, seed)
    plants = (path / "generators.csv").read_text().splitlines()
    carried = [plants[0] + ",carrier"]
    carried += [line + (",gas" if line.startswith("gas") else ",") for line in plants[1:]]
    (path / "generators.csv").write_text("\n".join(carried) + "\n")
    (path / "carriers.csv").write_text("name,co2_emissions\ngas,0.5\n")
    (path / "global_constraints.csv").write_text(
        f"name,type,carrier_attribute,sense,constant\nco2,primary_energy,co2_emissions,<=,{cap}\n"
    )
    return read_pypsa(path)


def dispatched(program: HourlyProgram, capacity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a point of the whole program at given capacities, and its row duals."""
    split = CapacitySplit.of(program)
    solution = solve_lp(split.dispatch(capacity), SolveOptions(method="simplex"))
    assert solution.status is Status.OPTIMAL
    return np.concatenate([solution.x, capacity]), split.row_dual(capacity, solution)


def capacities(program: HourlyProgram, low: float, high: float) -> np.ndarray:
    n = program.lp.n_col - program.n_hourly_col
    most = np.minimum(program.lp.col_upper[program.n_hourly_col :], 80.0)
    return np.random.default_rng(3).uniform(low, high, n) * most


def test_levels_at_cuts_and_capacities_are_all_that_windows_share(tmp_path):
    program = build_grid(expanding(tmp_path, 1))
    windows = CutWindows.of(program, BOUNDS)
    level = program.lp.columns["storage_level"].positions()
    at_cuts = set(level[[23, 35, 59], 0].tolist())  # 59 meets hour 0: the battery is cyclic
    ramped = {
        column
        for hour in (23, 35)
        for column in program.lp.columns["generator_p"].positions()[hour].tolist()
    }
    hourly = {int(c) for c in windows.linking if c < program.n_hourly_col}
    assert at_cuts <= hourly <= at_cuts | ramped
    assert set(windows.linking.tolist()) - hourly == set(
        range(program.n_hourly_col, program.lp.n_col)
    )


@pytest.mark.parametrize("cap", [1e9, 400.0])
def test_no_cut_of_a_window_lies_above_its_cost_elsewhere(tmp_path, cap):
    program = build_grid(capped(tmp_path, 4, cap))
    windows = CutWindows.of(program, BOUNDS)
    here, dual = dispatched(program, capacities(program, 0.5, 1.0))
    elsewhere, _ = dispatched(program, capacities(program, 0.1, 0.6))
    promised = windows.cost(here) + windows.slope(dual) @ (
        windows.point(elsewhere) - windows.point(here)
    )
    true = windows.cost(elsewhere)
    assert (promised <= true + 1e-6 * np.abs(true)).all()
    assert promised.sum() > 0.0  # they say something


def test_costs_of_windows_and_of_what_they_share_add_up(tmp_path):
    program = build_grid(capped(tmp_path, 4, 400.0))
    windows = CutWindows.of(program, BOUNDS)
    x, _ = dispatched(program, capacities(program, 0.5, 1.0))
    shared = program.lp.cost[windows.linking] @ x[windows.linking]
    assert windows.cost(x).sum() + shared == pytest.approx(program.lp.cost @ x)


def test_a_cap_over_all_hours_is_shared_out_among_windows(tmp_path):
    grid = capped(tmp_path, 8, 400.0)
    whole, by_cuts = solve(grid), solve(grid, BY_CUTS)
    assert by_cuts.method == "benders"
    assert by_cuts.objective == pytest.approx(whole.objective, rel=1e-6)
    assert by_cuts.gap < 1e-6
    loose = solve(capped(tmp_path, 8, 1e9))
    assert whole.objective > loose.objective * 1.001  # the cap binds
