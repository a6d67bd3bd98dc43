import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.power.mini import random_view
from transcaspian.lp import Status
from transcaspian.power import Grid, GridOptions, export_pypsa, read_matpower, read_pypsa, solve
from transcaspian.power.year import read_year

NEEDS_PGLIB = "TRANSCASPIAN_PGLIB, a checkout of PGLib-OPF"


def grid_of(folder: Path, seed: int, n_hour: int) -> Grid:
    export_pypsa(read_year(random_view(seed, n_hour), n_hour).grid, folder / "network")
    return read_pypsa(folder / "network")


def with_links(grid: Grid, factor: float) -> Grid:
    capacity = replace(grid.links.capacity, nominal=grid.links.capacity.nominal * factor)
    return replace(grid, links=replace(grid.links, capacity=capacity))


@pytest.mark.slow
def test_windows_and_simplex_find_the_same_optimum_of_a_general_network(tmp_path):
    grid = grid_of(tmp_path, 3, 900)
    windows = solve(grid, GridOptions(method="windows", workers=1))
    simplex = solve(grid, GridOptions(method="simplex"))
    assert windows.objective == pytest.approx(simplex.objective, rel=1e-9)


def test_a_variant_starts_from_the_optimum_of_another_and_ends_at_its_own(tmp_path):
    grid = grid_of(tmp_path, 4, 200)
    options = GridOptions(method="windows", workers=1)
    wider = with_links(grid, 1.3)
    warm = solve(wider, options, solve(grid, options))
    assert warm.objective == pytest.approx(solve(wider, options).objective, rel=1e-9)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 100), factor=st.floats(1.0, 2.0))
def test_more_capacity_never_costs_more(tmp_path_factory, seed, factor):
    grid = grid_of(tmp_path_factory.mktemp("grid"), seed, 24)
    base = solve(grid).objective
    assert solve(with_links(grid, factor)).objective <= base + 1e-7 * abs(base)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 100))
def test_the_price_is_the_cost_of_one_more_mwh_for_the_weight_of_its_hour(tmp_path_factory, seed):
    grid = grid_of(tmp_path_factory.mktemp("grid"), seed, 12)
    grid = replace(grid, weight_objective=np.linspace(1.0, 3.0, 12))
    base, step = solve(grid), 1e-3
    more = grid.demand.copy()
    more[5, 1] += step
    less = grid.demand.copy()
    less[5, 1] -= step
    above = (solve(replace(grid, demand=more)).objective - base.objective) / step
    below = (base.objective - solve(replace(grid, demand=less)).objective) / step
    weighted = base.price[5, 1] * grid.weight_objective[5]
    assert below - 1e-2 <= weighted <= above + 1e-2


def test_units_of_power_change_nothing_but_the_scale(tmp_path):
    grid = grid_of(tmp_path, 6, 24)
    base = solve(grid)
    scaled = with_links(grid, 1000.0)
    units, storage = grid.generators, grid.storage_units
    scaled = replace(
        scaled,
        demand=grid.demand * 1000.0,
        generators=replace(
            units,
            p_min_pu=units.p_min_pu * 1000.0,
            p_max_pu=units.p_max_pu * 1000.0,
            energy_max=units.energy_max * 1000.0,
        ),
        storage_units=replace(
            storage, capacity=replace(storage.capacity, nominal=storage.capacity.nominal * 1000.0)
        ),
    )
    result = solve(scaled)
    assert result.objective == pytest.approx(1000.0 * base.objective, rel=1e-9)
    assert result.price == pytest.approx(base.price, rel=1e-6, abs=1e-6)


@pytest.mark.slow
def test_published_optima_are_met_to_every_digit_they_give():
    folder = os.environ.get("TRANSCASPIAN_PGLIB")
    if not folder:
        pytest.skip(f"not run: needs {NEEDS_PGLIB}")
    text = (Path(folder) / "BASELINE.md").read_text().split("## Congested")[0]
    rows = re.findall(r"\| (pglib_opf_case\w+) \| (\d+) \| \d+ \| ([\d.e+-]+) \|", text)
    published = {name: value for name, size, value in rows if int(size) <= 600}
    assert published
    for name, value in published.items():
        result = solve(read_matpower(Path(folder) / f"{name}.m", "x/(r2+x2)"))
        assert result.status is Status.OPTIMAL, name
        assert result.objective == pytest.approx(float(value), rel=6e-5), name
