from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.power.test_optimise import grid_of, with_links
from tests.power.test_pypsa_network import FILES, folder
from transcaspian.lp import Status
from transcaspian.power import Grid, GridOptions, VariantSolver, read_pypsa, solve
from transcaspian.power.equations import build_grid


def with_cost(grid: Grid, factor: float) -> Grid:
    units = grid.generators
    return replace(grid, generators=replace(units, marginal_cost=units.marginal_cost * factor))


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_every_variant_ends_at_its_own_optimum(tmp_path_factory, seed):
    grid = grid_of(tmp_path_factory.mktemp("grid"), seed, 36)
    rng = np.random.default_rng(seed)
    solver = VariantSolver(grid)
    for _ in range(4):
        variant = with_links(with_cost(grid, rng.uniform(0.7, 1.4)), rng.uniform(0.5, 2.0))
        found = solver.solve(variant)
        assert found.method == "simplex from the variant before"
        assert found.objective == pytest.approx(solve(variant).objective, rel=1e-9)
        assert found.gap < 1e-9


def test_a_variant_of_prices_and_limits_uses_the_same_matrix(tmp_path):
    grid = grid_of(tmp_path, 1, 24)
    base = build_grid(grid)
    assert build_grid(with_links(with_cost(grid, 2.0), 0.5), base).lp.matrix is base.lp.matrix


def test_a_variant_of_efficiency_gets_a_matrix_of_its_own(tmp_path):
    grid = read_pypsa(folder(tmp_path))
    worse = replace(
        grid, links=replace(grid.links, port_efficiency=grid.links.port_efficiency * 0.5)
    )
    base = build_grid(grid)
    assert build_grid(worse, base).lp.matrix is not base.lp.matrix
    found = VariantSolver(grid).solve(worse)
    assert found.objective == pytest.approx(solve(worse).objective)


def test_after_a_variant_without_solution_the_next_is_solved_all_the_same(tmp_path):
    # Only as much as the plants can make is feasible.
    generators = FILES["generators"].replace("dear,B,200,50", "dear,B,60,50")
    grid = read_pypsa(folder(tmp_path, generators=generators))
    solver = VariantSolver(grid)
    assert solver.solve(with_links(grid, 0.1)).status is Status.INFEASIBLE
    assert solver.solve(with_links(grid, 1.2)).objective == pytest.approx(
        solve(with_links(grid, 1.2)).objective
    )


def test_other_prices_of_many_hours_start_from_the_nearest_optimum(tmp_path):
    grid = grid_of(tmp_path, 6, 40)
    solver = VariantSolver(grid, GridOptions(method="windows", workers=1))
    for factor in (1.1, 0.8, 1.2, 1.15, 0.7, 1.3, 1.05):
        variant = with_cost(with_links(grid, 1.0 + factor / 10.0), factor)
        found = solver.solve(variant)
        assert found.method == "windows"
        assert found.objective == pytest.approx(solve(variant).objective, rel=1e-9)
    # Bounds alone go on from the last basis of the first costs.
    wider = solver.solve(with_links(grid, 1.5))
    assert wider.method == "simplex from the variant before"
    assert wider.objective == pytest.approx(solve(with_links(grid, 1.5)).objective, rel=1e-9)
