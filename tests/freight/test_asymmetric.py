"""Classes whose costs are the gradient of no function: a variational inequality, and its gap."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.freight.roads import lines, random_problem, roads
from transcaspian.errors import NotConvergedError
from transcaspian.freight import AssignOptions, TrafficClasses, assign
from transcaspian.freight.krylov import solve_least_residual

TWO_ROADS = [(0, 1), (0, 1)]


def weighted_apart(seed, n_class, least, most):
    """A random problem whose weights differ by class and link."""
    problem = random_problem(seed, n_class=n_class)
    weight = problem.classes.weight * np.random.default_rng(seed).uniform(
        least, most, problem.classes.weight.shape
    )
    classes = dataclasses.replace(problem.classes, weight=weight)
    return dataclasses.replace(problem, classes=classes)


def excess_of(problem, result):
    """What all pay above the cheapest ways, found by Bellman and Ford's method in plain numpy."""
    network, classes, trips = problem.network, problem.classes, result.trips
    volume = (classes.weight * result.class_flow).sum(axis=0)
    start, factor, power = network.delays.parameters[:, :3].T
    cost = classes.scale[:, None] * (start + factor * volume**power) + classes.fixed
    paid = (cost * result.class_flow).sum()
    cheapest = 0.0
    for cargo, origin, end, demand in zip(
        trips.cargo, trips.origin, trips.destination, trips.demand, strict=True
    ):
        distance = np.full(network.n_vertex, np.inf)
        distance[origin] = 0.0
        for _ in range(network.n_vertex):
            np.minimum.at(distance, network.head, distance[network.tail] + cost[cargo])
        cheapest += demand * distance[end]
    return (paid - cheapest) / paid


# Steps by mean weights alone never settled the problems of these numbers.
@pytest.mark.parametrize(("seed", "n_class"), [(206, 2), (292, 2), (287, 3), (206, 3)])
def test_problems_on_which_mean_weights_lead_in_circles_settle(seed, n_class):
    problem = weighted_apart(seed, n_class, 0.6, 1.6)
    result = assign(problem, AssignOptions(gap=1e-10))
    assert abs(excess_of(problem, result)) < 2e-10


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 3))
def test_weights_up_to_three_times_apart_reach_the_gap(seed, n_class):
    problem = weighted_apart(seed, n_class, 0.6, 1.6)
    result = assign(problem, AssignOptions(gap=1e-10))
    assert abs(excess_of(problem, result)) < 2e-10
    assert result.objective is None


def test_a_class_that_takes_no_room_on_one_road_settles():
    # Class 1 is not counted on the second road. Both roads in use by both classes:
    # 10 + x + 3 y = 12 + (3 - x) with y of class 1 on the first road; class 1 asks for the same.
    classes = TrafficClasses(np.ones(2), np.zeros((2, 2)), np.array([[1.0, 1.0], [3.0, 0.0]]))
    problem = roads(TWO_ROADS, lines([10.0, 12.0], [1.0, 1.0]), [(0, 1, 3.0), (0, 1, 5.0)], classes)
    problem.trips.cargo[1] = 1
    result = assign(problem, AssignOptions(gap=1e-12))
    first, second = 10.0 + result.volume[0], 12.0 + result.volume[1]
    assert result.relative_gap <= 1e-12
    assert result.class_flow.sum(axis=1) == pytest.approx([3.0, 5.0])
    for flow in result.class_flow:  # who uses a road finds no other shorter
        assert flow[0] == pytest.approx(0.0, abs=1e-9) or first <= second * (1.0 + 1e-9)
        assert flow[1] == pytest.approx(0.0, abs=1e-9) or second <= first * (1.0 + 1e-9)


def test_where_no_answer_is_found_the_message_proves_costs_not_monotone():
    problem = weighted_apart(771, 2, 0.2, 5.0)
    with pytest.raises(NotConvergedError, match=r"not monotone: .* sum up to -\d"):
        assign(problem, AssignOptions(gap=1e-10, max_iterations=60))


def test_monotone_costs_are_not_called_otherwise():
    problem = random_problem(3, n_class=2)
    with pytest.raises(NotConvergedError) as caught:
        assign(problem, AssignOptions(gap=1e-12, max_iterations=2))
    assert "monotone" not in str(caught.value)


def test_the_same_asymmetric_problem_gives_the_same_bits():
    problem = weighted_apart(11, 3, 0.6, 1.6)
    first, second = (assign(problem, AssignOptions(gap=1e-10)) for _ in range(2))
    assert first.class_flow.tobytes() == second.class_flow.tobytes()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 12))
def test_least_residual_equals_a_direct_solution(seed, size):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(size, size)) + 3.0 * np.eye(size)
    right = rng.normal(size=size)
    answer = solve_least_residual(lambda x: matrix @ x, right, 1e-13, size)
    np.testing.assert_allclose(matrix @ answer, right, atol=1e-9 * np.linalg.cond(matrix))


def test_a_singular_matrix_gives_a_finite_answer():
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    right = np.array([2.0, 2.0, 4.0])
    answer = solve_least_residual(lambda x: matrix @ x, right, 1e-13, 10)
    np.testing.assert_allclose(matrix @ answer, right, rtol=1e-12)


def test_a_right_side_of_zero_has_the_answer_zero():
    assert not solve_least_residual(lambda x: 2.0 * x, np.zeros(3), 1e-13, 10).any()
