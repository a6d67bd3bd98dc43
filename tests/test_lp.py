from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from transcaspian.errors import (
    InfeasibleError,
    InputError,
    ModelError,
    NotConvergedError,
    UnboundedError,
)
from transcaspian.lp import (
    Basis,
    Block,
    LinearProgram,
    SolveOptions,
    Status,
    WarmProgram,
    duality_gap,
    measured_gap,
    raise_unless_optimal,
    solve,
    solve_from,
)

INF = np.inf


def two_plants(demand: float = 150.0) -> LinearProgram:
    """100 MW at 10 and 100 MW at 30 meet one demand."""
    return LinearProgram(
        cost=np.array([10.0, 30.0]),
        col_lower=np.zeros(2),
        col_upper=np.array([100.0, 100.0]),
        matrix=sparse.csc_array(np.array([[1.0, 1.0]])),
        row_lower=np.array([demand]),
        row_upper=np.array([demand]),
    )


def transport(seed: int, n: int = 12) -> LinearProgram:
    """Sources with limits feed sinks over arcs with random costs."""
    rng = np.random.default_rng(seed)
    arcs = n * n
    sink = np.repeat(np.arange(n), n)
    source = np.tile(np.arange(n), n)
    matrix = sparse.csc_array(
        (np.ones(2 * arcs), (np.r_[sink, n + source], np.r_[np.arange(arcs), np.arange(arcs)])),
        shape=(2 * n, arcs),
    )
    need = rng.uniform(1.0, 2.0, n)
    return LinearProgram(
        cost=rng.uniform(1.0, 9.0, arcs),
        col_lower=np.zeros(arcs),
        col_upper=np.full(arcs, 3.0),
        matrix=matrix,
        row_lower=np.r_[need, np.zeros(n)],
        row_upper=np.r_[need, np.full(n, 2.5)],
    )


def test_the_cheap_plant_runs_full_and_the_dear_one_sets_the_price():
    solution = solve(two_plants(), SolveOptions())
    assert solution.status is Status.OPTIMAL
    assert solution.x == pytest.approx([100.0, 50.0])
    assert solution.objective == pytest.approx(2500.0)
    assert solution.row_dual == pytest.approx([30.0])


def test_one_more_mw_of_demand_raises_cost_by_the_dual():
    base = solve(two_plants(150.0), SolveOptions())
    more = solve(two_plants(151.0), SolveOptions())
    assert more.objective - base.objective == pytest.approx(base.row_dual[0])


def test_a_demand_above_all_plants_is_infeasible():
    solution = solve(two_plants(500.0), SolveOptions())
    assert solution.status is Status.INFEASIBLE
    with pytest.raises(InfeasibleError, match="Dispatch has no solution"):
        raise_unless_optimal(solution, "Dispatch")


def test_a_free_gain_is_unbounded():
    lp = LinearProgram(
        cost=np.array([-1.0]),
        col_lower=np.zeros(1),
        col_upper=np.array([INF]),
        matrix=sparse.csc_array(np.array([[1.0]])),
        row_lower=np.array([0.0]),
        row_upper=np.array([INF]),
    )
    solution = solve(lp, SolveOptions())
    assert solution.status is Status.UNBOUNDED
    with pytest.raises(UnboundedError):
        raise_unless_optimal(solution, "Trade")


def test_an_iteration_limit_is_a_status_and_then_an_error():
    options = SolveOptions(method="simplex", presolve=False, iteration_limit=2)
    solution = solve(transport(1), options)
    assert solution.status is Status.LIMIT
    with pytest.raises(NotConvergedError):
        raise_unless_optimal(solution, "Transport")


def test_an_option_that_highs_does_not_know_is_refused():
    with pytest.raises(ModelError, match="no_such_option"):
        solve(two_plants(), SolveOptions(extra={"no_such_option": 1}))


def test_whole_units_are_whole():
    lp = two_plants(150.5)
    integer = LinearProgram(
        cost=lp.cost,
        col_lower=lp.col_lower,
        col_upper=lp.col_upper,
        matrix=lp.matrix,
        row_lower=lp.row_lower,
        row_upper=np.array([INF]),
        is_integer=np.array([True, True]),
    )
    assert solve(integer, SolveOptions()).x == pytest.approx([100.0, 51.0])


def test_a_solve_from_its_own_basis_needs_no_iteration():
    lp = transport(2)
    first = solve(lp, SolveOptions(method="simplex", presolve=False))
    assert first.basis is not None
    again = solve(lp, SolveOptions(method="simplex", presolve=False), first.basis)
    assert again.iterations == 0
    assert again.objective == first.objective


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), spoiled=st.integers(0, 10))
def test_a_spoiled_basis_changes_the_way_but_not_the_optimum(seed, spoiled):
    lp = transport(seed)
    first = solve(lp, SolveOptions(method="simplex", presolve=False))
    assert first.basis is not None
    rng = np.random.default_rng(seed)
    col_status = first.basis.col_status.copy()
    col_status[rng.choice(lp.n_col, spoiled, replace=False)] = 0
    again = solve_from(lp, Basis(col_status, first.basis.row_status), SolveOptions())
    assert again.status is Status.OPTIMAL
    assert again.objective == pytest.approx(first.objective, rel=1e-9)
    activity = lp.matrix @ again.x
    assert (activity >= lp.row_lower - 1e-6).all()
    assert (activity <= lp.row_upper + 1e-6).all()


def test_complementary_slackness_holds_at_the_optimum():
    lp = transport(3)
    solution = solve(lp, SolveOptions())
    reduced = lp.cost - lp.matrix.T @ solution.row_dual
    inside = (solution.x > 1e-9) & (solution.x < lp.col_upper - 1e-9)
    assert np.abs(reduced[inside]).max() < 1e-7
    gap = solution.objective - (
        solution.row_dual[:12] @ lp.row_lower[:12]
        + np.minimum(solution.row_dual[12:], 0.0) @ lp.row_upper[12:]
        + np.minimum(reduced, 0.0) @ lp.col_upper
    )
    assert abs(gap) < 1e-7 * solution.objective


def test_a_block_takes_its_own_part_of_a_vector():
    block = Block(start=1, n_step=3, stride=4, labels=("a", "b"))
    assert block.take(np.arange(12.0)).tolist() == [[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]]
    assert block.positions().tolist() == [[1, 2], [5, 6], [9, 10]]


def test_the_gap_of_an_optimum_is_nothing():
    assert solve(transport(1), SolveOptions()).gap < 1e-12


def test_the_gap_is_what_a_point_costs_above_the_bound_of_its_duals():
    # The dear plant runs 20 MW more than it must, in the place of the cheap one: 20 x 20 USD.
    lp = two_plants(150.0)
    assert duality_gap(lp, np.array([80.0, 70.0]), np.array([30.0])) == pytest.approx(400 / 2900)
    # At a price of 10 the bound is 1500 USD, whatever runs.
    assert duality_gap(lp, np.array([100.0, 50.0]), np.array([10.0])) == pytest.approx(1000 / 2500)


def test_a_gap_is_infinite_where_the_duals_prove_nothing():
    lp = LinearProgram(
        cost=np.array([1.0]),
        col_lower=np.zeros(1),
        col_upper=np.array([INF]),
        matrix=sparse.csc_array(np.array([[1.0]])),
        row_lower=np.array([1.0]),
        row_upper=np.array([INF]),
    )
    assert duality_gap(lp, np.ones(1), np.array([2.0])) == INF
    assert duality_gap(lp, np.ones(1), np.array([1.0])) == 0.0


def test_an_infeasible_program_has_no_finite_gap():
    assert solve(two_plants(500.0), SolveOptions()).gap == INF


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_duals_prove_more_than_the_optimum(seed):
    lp = transport(seed)
    best = solve(lp, SolveOptions())
    noise = np.random.default_rng(seed).normal(0.0, 1.0, lp.n_row)
    # A bound below the optimum: the gap to it is above that of the optimal duals.
    assert duality_gap(lp, best.x, best.row_dual + noise) >= best.gap - 1e-12


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_warm_program_reaches_what_a_cold_one_does(seed):
    lp = transport(seed)
    rng = np.random.default_rng(seed)
    warm = WarmProgram(lp)
    warm.solve()
    for _ in range(3):
        cost = lp.cost * rng.uniform(0.5, 2.0, lp.n_col)
        upper = lp.col_upper * rng.uniform(0.8, 1.2, lp.n_col)
        row_upper = lp.row_upper.copy()
        row_upper[12:] *= 1.1
        found = warm.solve(
            cost=cost, col_bounds=(lp.col_lower, upper), row_bounds=(lp.row_lower, row_upper)
        )
        cold = solve(replace(lp, cost=cost, col_upper=upper, row_upper=row_upper), SolveOptions())
        assert found.objective == pytest.approx(cold.objective, rel=1e-9)
        assert found.gap < 1e-9


def test_a_warm_program_recovers_from_bounds_that_nothing_meets():
    lp = two_plants(150.0)
    warm = WarmProgram(lp)
    bounds = np.array([500.0])
    assert warm.solve(row_bounds=(bounds, bounds)).status is Status.INFEASIBLE
    bounds = np.array([120.0])
    assert warm.solve(row_bounds=(bounds, bounds)).objective == pytest.approx(1600.0)


def test_a_point_that_breaks_a_row_has_no_finite_gap():
    lp = two_plants(150.0)
    assert measured_gap(lp, np.array([100.0, 50.0]), np.array([30.0])) == 0.0
    assert measured_gap(lp, np.array([100.0, 49.0]), np.array([30.0])) == INF
    assert measured_gap(lp, np.array([101.0, 49.0]), np.array([30.0])) == INF


@pytest.mark.parametrize("gap", [0.94, INF, float("nan")])
def test_no_solution_is_optimal_whose_gap_is_not_small(gap):
    found = solve(two_plants(), SolveOptions())
    doubted = replace(found, gap=gap)
    assert doubted.status is Status.LIMIT
    assert "gap" in doubted.message
    assert replace(doubted, gap=0.0, status=Status.OPTIMAL).status is Status.OPTIMAL


def test_a_wider_gap_that_was_asked_for_is_still_optimal():
    found = solve(two_plants(), SolveOptions())
    assert replace(found, gap=1e-3, asked_gap=1e-2).status is Status.OPTIMAL
    assert replace(found, gap=1e-1, asked_gap=1e-2).status is Status.LIMIT


@pytest.mark.parametrize("method", ["simplex", "ipm", "hipo", "pdlp", "choose"])
def test_no_method_calls_a_point_optimal_that_its_duals_do_not_prove(method):
    for seed in range(5):
        found = solve(transport(seed), SolveOptions(method=method))
        assert found.status is Status.OPTIMAL
        assert found.gap <= 1e-6
        assert found.objective == pytest.approx(solve(transport(seed), SolveOptions()).objective)


def test_rows_without_bounds_are_left_out_and_stand_in_the_answer():
    lp = two_plants()
    wide = replace(
        lp,
        matrix=sparse.csc_array(np.array([[1.0, -1.0], [1.0, 1.0], [3.0, 0.0]])),
        row_lower=np.array([-INF, 150.0, -INF]),
        row_upper=np.array([INF, 150.0, INF]),
    )
    for method in ("simplex", "hipo"):
        found = solve(wide, SolveOptions(method=method))
        assert found.objective == pytest.approx(2500.0)
        assert found.row_dual == pytest.approx([0.0, 30.0, 0.0])
        assert found.row_value == pytest.approx([50.0, 150.0, 300.0])
        assert found.basis is not None
        again = solve(wide, SolveOptions(method="simplex", presolve=False), found.basis)
        assert again.iterations == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cost": np.array([10.0, np.nan])}, "plant, column 'dear': the cost is nan"),
        ({"cost": np.array([np.inf, 30.0])}, "plant, column 'cheap': the cost is inf"),
        ({"col_lower": np.array([0.0, np.inf])}, "'dear': the least value is inf"),
        ({"col_upper": np.array([np.nan, 1.0])}, "'cheap': the largest value is nan"),
        ({"row_lower": np.array([1e30])}, "balance, column 'A': the lower limit is 1e+30"),
        ({"row_upper": np.array([np.nan])}, "'A': the upper limit is nan"),
        ({"offset": np.nan}, "the constant cost is nan"),
        ({"quadratic": np.array([-1.0, 0.0])}, "the quadratic cost"),
        (
            {"matrix": sparse.csc_array(np.array([[1.0, np.nan]]))},
            "balance, column 'A': the coefficient of plant 'dear' is nan",
        ),
    ],
)
def test_a_program_of_numbers_that_are_none_names_the_column_or_row(changes, says):
    lp = replace(
        two_plants(),
        columns={"plant": Block(0, 1, 0, ("cheap", "dear"))},
        rows={"balance": Block(0, 1, 0, ("A",))},
    )
    with pytest.raises(InputError) as caught:
        replace(lp, **changes)
    assert says in str(caught.value)


def test_all_numbers_that_are_none_are_named_at_once():
    with pytest.raises(InputError) as caught:
        replace(two_plants(), cost=np.array([np.nan, np.inf]), row_upper=np.array([np.nan]))
    assert len(caught.value.problems) == 3


def test_quadratic_cost_never_reaches_the_linear_solver():
    with pytest.raises(ModelError, match="linear programs alone"):
        solve(replace(two_plants(), quadratic=np.ones(2)), SolveOptions())
