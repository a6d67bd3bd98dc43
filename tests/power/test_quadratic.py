from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from tests.power.quadratic_networks import assemble, optimum, random_network, write_folder
from transcaspian import power
from transcaspian.lp import LinearProgram, Status, measured_gap
from transcaspian.power.equations import build_grid
from transcaspian.power.interior_point import solve_interior
from transcaspian.power.quadratic import solve_by_tangents, solve_quadratic

INF = np.inf
ALL, FEW = range(200), range(0, 200, 9)


def two_plants(demand: float = 90.0) -> LinearProgram:
    """Two plants at 10 p + p**2 / 2 and 30 p + p**2 / 2 meet one demand."""
    return LinearProgram(
        cost=np.array([10.0, 30.0]),
        col_lower=np.zeros(2),
        col_upper=np.array([100.0, 100.0]),
        matrix=sparse.csc_array(np.array([[1.0, 1.0]])),
        row_lower=np.array([demand]),
        row_upper=np.array([demand]),
        quadratic=np.ones(2),
    )


def check_network(seed: int, folder) -> None:
    """Compare a random network with its optimum by another road."""
    network = random_network(seed)
    best, proof = optimum(assemble(network))
    assert proof < 1e-7
    found = power.solve(power.read_pypsa(write_folder(network, folder)))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(best, rel=1e-6, abs=1e-6)  # a few cost nothing
    assert found.gap < 1e-6


@pytest.mark.parametrize("seed", FEW)
def test_a_random_network_with_ramps_costs_what_another_solver_finds(seed, tmp_path):
    check_network(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [seed for seed in ALL if seed not in FEW])
def test_every_random_network_with_ramps_costs_what_another_solver_finds(seed, tmp_path):
    check_network(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_pypsa_finds_the_same_optimum_of_a_network_with_ramps(tmp_path):
    pypsa = pytest.importorskip("pypsa")
    folder = write_folder(random_network(4), tmp_path)
    n = pypsa.Network(folder)
    n.optimize(include_objective_constant=False, log_to_console=False)
    assert power.solve(power.read_pypsa(folder)).objective == pytest.approx(n.objective, rel=1e-6)


@pytest.mark.parametrize("seed", FEW[::4])
def test_tangents_agree_with_the_interior_point(seed, tmp_path):
    lp = build_grid(power.read_pypsa(write_folder(random_network(seed), tmp_path))).lp
    inside, outside = solve_interior(lp), solve_by_tangents(lp)
    assert inside is not None
    assert outside.status is Status.OPTIMAL
    assert outside.objective == pytest.approx(inside.objective, rel=1e-7)


def test_the_same_network_gives_the_same_bits(tmp_path):
    grid = power.read_pypsa(write_folder(random_network(9), tmp_path))
    first, second = power.solve(grid), power.solve(grid, power.GridOptions(workers=7))
    assert first.objective == second.objective
    assert (first.price == second.price).all()


def test_load_is_shared_until_marginal_costs_meet():
    found = solve_quadratic(two_plants())
    assert found.x == pytest.approx([55.0, 35.0])
    assert found.row_dual == pytest.approx([65.0])
    assert found.col_dual == pytest.approx([0.0, 0.0], abs=1e-6)


def test_one_more_mw_raises_cost_by_the_dual():
    base, more = solve_quadratic(two_plants(90.0)), solve_quadratic(two_plants(90.001))
    rise = (more.objective - base.objective) / 0.001
    assert rise == pytest.approx(base.row_dual[0], rel=1e-4)


def test_rows_without_bounds_and_held_columns_change_nothing():
    lp = LinearProgram(
        cost=np.array([10.0, 30.0, 5.0]),
        col_lower=np.array([0.0, 0.0, 10.0]),
        col_upper=np.array([100.0, 100.0, 10.0]),
        matrix=sparse.csc_array(np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])),
        row_lower=np.array([-INF, 100.0, -1.0]),
        row_upper=np.array([INF, 100.0, INF]),
        quadratic=np.array([1.0, 1.0, 0.0]),
    )
    found = solve_quadratic(lp)
    assert found.x == pytest.approx([55.0, 35.0, 10.0])
    assert found.row_dual == pytest.approx([0.0, 65.0, 0.0], abs=1e-6)


def test_a_program_without_rows_is_solved():
    free = replace(
        two_plants(),
        cost=np.array([-4.0, 3.0]),
        col_lower=np.array([-INF, -INF]),
        col_upper=np.array([INF, INF]),
        matrix=sparse.csc_array((0, 2)),
        row_lower=np.zeros(0),
        row_upper=np.zeros(0),
    )
    found = solve_quadratic(free)
    assert found.status is Status.OPTIMAL
    assert found.x == pytest.approx([4.0, -3.0])
    assert found.objective == pytest.approx(-8.0 - 4.5)


def test_curved_cost_without_bounds_is_not_called_unbounded_by_tangents():
    free = replace(two_plants(), col_lower=np.full(2, -INF), col_upper=np.full(2, INF))
    found = solve_by_tangents(replace(free, cost=np.array([-5e4, -5e4 - 20.0])))
    assert found.status is Status.OPTIMAL
    assert found.x == pytest.approx([35.0, 55.0], abs=0.1)


def test_what_cannot_be_met_and_what_pays_for_ever_are_told_apart():
    assert solve_quadratic(two_plants(500.0)).status is Status.INFEASIBLE
    endless = replace(
        two_plants(),
        cost=np.array([10.0, -1.0]),
        col_upper=np.array([100.0, INF]),
        row_upper=np.array([INF]),
        quadratic=np.array([1.0, 0.0]),
    )
    assert solve_quadratic(endless).status is Status.UNBOUNDED


def random_program(seed: int) -> LinearProgram:
    """Return a feasible program of rows and columns of every kind, bounded by curvature."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 30)), int(rng.integers(0, 25))
    matrix = rng.normal(size=(m, n)) * (rng.random((m, n)) < rng.choice([0.1, 0.3, 0.7]))
    inside = rng.normal(size=n) * rng.choice([1.0, 10.0])
    kind = rng.integers(0, 5, n)
    low, high = inside - rng.uniform(0.0, 3.0, n), inside + rng.uniform(0.0, 3.0, n)
    low[kind <= 1], high[kind % 3 == 0] = -INF, INF
    low[kind == 2] = high[kind == 2] = inside[kind == 2]
    value, row_kind = matrix @ inside, rng.integers(0, 5, m)
    row_low, row_high = value - rng.uniform(0.0, 2.0, m), value + rng.uniform(0.0, 2.0, m)
    row_low[row_kind == 0] = row_high[row_kind == 0] = value[row_kind == 0]
    row_low[row_kind % 2 == 1] = -INF
    row_high[row_kind >= 3] = INF
    return LinearProgram(
        cost=rng.normal(size=n) * rng.choice([1.0, 100.0]),
        col_lower=low,
        col_upper=high,
        matrix=sparse.csc_array(matrix),
        row_lower=row_low,
        row_upper=row_high,
        quadratic=np.where(
            np.isfinite(low) & np.isfinite(high) & (rng.random(n) < 0.5), 0.0, 10.0**kind / 100
        ),
    )


@pytest.mark.parametrize("seed", range(40))
def test_programs_of_every_kind_of_row_and_column_are_proven_optimal(seed):
    lp = random_program(seed)
    found = solve_quadratic(lp)
    assert found.status is Status.OPTIMAL
    assert measured_gap(lp, found.x, found.row_dual) <= 1e-6


def test_a_gap_that_never_closes_is_a_limit_with_a_reason(monkeypatch, tmp_path):
    monkeypatch.setattr("transcaspian.power.quadratic.MOST_ROUNDS", 1)
    monkeypatch.setattr("transcaspian.power.quadratic.solve_interior", lambda *_: None)
    grid = power.read_pypsa(write_folder(random_network(4), tmp_path))
    found = power.solve(grid)
    assert found.status is Status.LIMIT
    assert "gap" in found.conflict
    assert found.columns == {}
