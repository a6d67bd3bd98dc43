"""Stochastic equilibria on general networks, against answers by hand and by another road."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.freight.roads import lines, random_problem, roads, sioux_falls
from transcaspian.errors import InputError, NotConvergedError
from transcaspian.freight import AssignOptions, LogitOptions, assign, assign_stochastic

TWO_ROADS = [(0, 1), (0, 1)]


def test_two_roads_share_by_the_logit_formula():
    problem = roads(TWO_ROADS, lines([10.0, 12.0], [0.0, 0.0]), [(0, 1, 100.0)])
    share = 1.0 / (1.0 + np.exp(-0.5 * 2.0))
    result = assign_stochastic(problem, LogitOptions(0.5))
    assert result.volume == pytest.approx([100.0 * share, 100.0 * (1.0 - share)], rel=1e-12)


def test_the_expected_cost_of_two_roads_is_the_logsum():
    problem = roads(TWO_ROADS, lines([10.0, 12.0], [0.0, 0.0]), [(0, 1, 100.0)])
    result = assign_stochastic(problem, LogitOptions(0.5))
    expected = -np.log(np.exp(-5.0) + np.exp(-6.0)) / 0.5
    assert result.expected_cost[0] == pytest.approx(expected, rel=1e-12)


def test_three_roads_of_which_two_overlap_share_by_their_path_sizes():
    # One road of 10, and one of 8 that ends in two parallel streets of 2: all three take 10. The
    # streets' paths have a size of 8/10 * 1/2 + 2/10 = 0.6, the single road 1.
    ends = [(0, 2), (0, 1), (1, 2), (1, 2)]
    problem = roads(ends, lines([10.0, 8.0, 2.0, 2.0], [0.0] * 4), [(0, 2, 22.0)])
    result = assign_stochastic(problem, LogitOptions(0.7))
    assert result.volume == pytest.approx([10.0, 12.0, 6.0, 6.0], rel=1e-12)


def test_congested_roads_meet_logit_and_delay_at_once():
    problem = roads(TWO_ROADS, lines([10.0, 14.0], [0.2, 0.1]), [(0, 1, 30.0)])
    result = assign_stochastic(problem, LogitOptions(0.3, gap=1e-13))
    first, second = result.volume
    difference = (10.0 + 0.2 * first) - (14.0 + 0.1 * second)
    assert np.log(first / second) == pytest.approx(-0.3 * difference, rel=1e-9)
    assert first + second == pytest.approx(30.0, rel=1e-12)


def test_a_large_scale_comes_near_the_user_equilibrium(tmp_path):
    problem, _ = sioux_falls(tmp_path)
    exact = assign(problem, AssignOptions(gap=1e-8))
    near = assign_stochastic(problem, LogitOptions(20.0))
    assert near.tstt == pytest.approx(exact.tstt, rel=2e-3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 2))
def test_flows_follow_from_the_costs_that_they_cause(seed, n_class):
    problem = random_problem(seed, n_class=n_class)
    result = assign_stochastic(problem, LogitOptions(0.4, gap=1e-10))
    paths, trips, classes = result.paths, result.trips, problem.classes
    free = problem.network.delays.parameters[:, 0]
    for pair in range(trips.demand.size):
        cargo = trips.cargo[pair]
        own = range(paths.pair_start[pair], paths.pair_start[pair + 1])
        ways = [paths.link[paths.link_start[path] : paths.link_start[path + 1]] for path in own]
        empty = classes.scale[cargo] * free + classes.fixed[cargo]
        cost = classes.scale[cargo] * result.time + classes.fixed[cargo]
        size = [
            sum(
                empty[link] / empty[way].sum() / sum(link in other for other in ways)
                for link in way
            )
            for way in ways
        ]
        whole = np.array([cost[way].sum() for way in ways])
        weight = np.array(size) * np.exp(-0.4 * (whole - whole.min()))
        np.testing.assert_allclose(
            result.flow[list(own)], trips.demand[pair] * weight / weight.sum(), rtol=1e-6, atol=1e-7
        )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_flow_is_conserved_at_every_vertex(seed):
    problem = random_problem(seed)
    result = assign_stochastic(problem, LogitOptions(0.4))
    balance = np.zeros(problem.network.n_vertex)
    np.add.at(balance, problem.network.head, result.class_flow[0])
    np.add.at(balance, problem.network.tail, -result.class_flow[0])
    np.add.at(balance, result.trips.destination, -result.trips.demand)
    np.add.at(balance, result.trips.origin, result.trips.demand)
    assert np.abs(balance).max() < 1e-9


def test_the_same_problem_gives_the_same_bits():
    problem = random_problem(8)
    first, second = (assign_stochastic(problem, LogitOptions(0.4)) for _ in range(2))
    assert first.volume.tobytes() == second.volume.tobytes()


def test_no_trips_leave_every_link_empty():
    problem = random_problem(8)
    none = dataclasses.replace(
        problem.trips,
        **{name: getattr(problem.trips, name)[:0] for name in ("cargo", "origin", "destination", "demand")},
    )  # fmt: skip
    result = assign_stochastic(dataclasses.replace(problem, trips=none), LogitOptions(0.4))
    assert not result.volume.any()


def test_a_scale_of_zero_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        assign_stochastic(random_problem(8), LogitOptions(0.0))


def test_trips_that_nothing_joins_are_named():
    problem = roads([(0, 1), (2, 3)], lines([1.0, 1.0], [0.0, 0.0]), [(0, 3, 5.0)])
    with pytest.raises(InputError, match="cannot be assigned"):
        assign_stochastic(problem, LogitOptions(1.0))


def test_too_few_iterations_raise_instead_of_giving_flows():
    problem = roads(TWO_ROADS, lines([10.0, 14.0], [0.2, 0.1]), [(0, 1, 30.0)])
    with pytest.raises(NotConvergedError, match="wanted 1e-13"):
        assign_stochastic(problem, LogitOptions(0.3, gap=1e-13, max_iterations=0))
