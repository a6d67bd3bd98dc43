"""Hard capacities, demand that answers to cost, skims, used paths and select-link."""

import dataclasses

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.freight.roads import lines, random_problem, roads
from transcaspian.errors import InfeasibleError, InputError
from transcaspian.freight import (
    AssignOptions,
    TrafficClasses,
    assign,
    assign_elastic,
    find_paths,
    select_link,
    skim,
)

EXACT = AssignOptions(gap=1e-12)
TWO_ROADS = [(0, 1), (0, 1)]


def limited(*capacity, gap=1e-10):
    return AssignOptions(gap=gap, capacity=np.array(capacity, dtype=np.float64))


def test_a_full_road_is_worth_the_time_that_the_next_takes_longer():
    problem = roads(TWO_ROADS, lines([10.0, 25.0], [0.0, 0.0]), [(0, 1, 20.0)])
    result = assign(problem, limited(8.0, np.inf))
    assert result.volume == pytest.approx([8.0, 12.0], rel=1e-6)
    assert result.multiplier == pytest.approx([15.0, 0.0], rel=1e-6)


def test_a_capacity_that_does_not_bind_is_worth_nothing():
    problem = roads(TWO_ROADS, lines([10.0, 25.0], [0.0, 0.0]), [(0, 1, 20.0)])
    result = assign(problem, limited(50.0, 50.0))
    assert result.multiplier.tolist() == [0.0, 0.0]
    assert result.volume.tolist() == [20.0, 0.0]


def test_too_little_capacity_names_the_roads():
    problem = roads(TWO_ROADS, lines([10.0, 25.0], [0.0, 0.0]), [(0, 1, 20.0)])
    options = AssignOptions(gap=1e-8, capacity=np.array([8.0, 5.0]), max_iterations=60)
    with pytest.raises(InfeasibleError, match="1 to 2"):
        assign(problem, options)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_cheapest_flow_within_capacities_costs_what_networkx_finds(seed):
    rng = np.random.default_rng(seed)
    n_vertex = 6
    graph = nx.gnp_random_graph(n_vertex, 0.5, seed=seed, directed=True)
    ends = list(dict.fromkeys([*graph.edges, (0, n_vertex - 1)]))
    cost = rng.integers(1, 20, len(ends))
    room = rng.integers(2, 12, len(ends))
    direct = ends.index((0, n_vertex - 1))
    cost[direct], room[direct] = 60, 40  # always a way out
    oracle = nx.DiGraph()
    for (tail, head), price, capacity in zip(ends, cost, room, strict=True):
        oracle.add_edge(tail, head, weight=int(price), capacity=int(capacity))
    oracle.add_node(0, demand=-15)
    oracle.add_node(n_vertex - 1, demand=15)
    expected = nx.min_cost_flow_cost(oracle)
    problem = roads(
        ends, lines(list(map(float, cost)), [0.0] * len(ends)), [(0, n_vertex - 1, 15.0)]
    )
    result = assign(problem, limited(*map(float, room), gap=1e-9))
    assert result.tstt == pytest.approx(expected, rel=1e-5)
    assert (result.volume <= room * (1.0 + 1e-6)).all()


def test_demand_that_answers_to_cost_meets_its_function():
    problem = roads([(0, 1)], lines([10.0], [1.0]), [(0, 1, 20.0)])
    result = assign_elastic(problem, np.array([30.0]), np.array([0.05]), EXACT)
    demand, cost = result.demand[0], result.cost[0]
    assert cost == pytest.approx(10.0 + demand, rel=1e-9)
    assert demand == pytest.approx(20.0 * np.exp(-0.05 * (cost - 30.0)), rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2))
def test_every_pair_meets_its_own_demand_function(seed, n_class):
    problem = random_problem(seed, n_class=n_class)
    n_pair = problem.trips.demand.size
    reference, sensitivity = np.full(n_pair, 20.0), np.linspace(0.02, 0.1, n_pair)
    result = assign_elastic(problem, reference, sensitivity, AssignOptions(gap=1e-11))
    order = np.lexsort((problem.trips.destination, problem.trips.origin, problem.trips.cargo))
    expected = result.trips.demand * np.exp(-sensitivity[order] * (result.cost - 20.0))
    np.testing.assert_allclose(result.demand, expected, rtol=1e-6, atol=1e-9)


def test_zones_of_both_kinds_are_refused_for_elastic_demand():
    problem = roads([(0, 1), (1, 2)], lines([1.0, 1.0], [0.0, 0.0]), [(0, 2, 5.0)], first_through=1)
    with pytest.raises(InputError, match="zones of one kind"):
        assign_elastic(problem, np.ones(1), np.ones(1))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 3))
def test_demand_times_skim_is_volume_times_value(seed, n_class):
    result = assign(random_problem(seed, n_class=n_class), EXACT)
    value = np.random.default_rng(seed).uniform(0.0, 5.0, result.volume.size)
    expected = (result.class_flow * value).sum()
    assert skim(result, value) @ result.trips.demand == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_trips_that_use_a_link_add_up_to_its_flow(seed):
    result = assign(random_problem(seed), EXACT)
    for link in range(result.volume.size):
        assert select_link(result, link).sum() == pytest.approx(
            result.class_flow[0, link], abs=1e-9
        )


def test_used_paths_of_braess_carry_the_demand_at_equal_cost():
    delays = lines([0.0, 50.0, 50.0, 0.0, 10.0], [10.0, 1.0, 1.0, 10.0, 1.0])
    result = assign(roads([(0, 1), (0, 2), (1, 3), (2, 3), (1, 2)], delays, [(0, 3, 6.0)]), EXACT)
    paths = find_paths(result, 0)
    assert {path.links for path in paths} == {(0, 2), (1, 3), (0, 4, 3)}
    assert sum(path.flow for path in paths) == pytest.approx(6.0, rel=1e-12)
    for path in paths:
        assert result.time[list(path.links)].sum() == pytest.approx(92.0, rel=1e-8)


@pytest.mark.parametrize("seed", range(15))
def test_asymmetric_costs_reach_a_flow_at_which_nobody_travels_cheaper(seed):
    problem = random_problem(seed, n_class=2)
    weight = problem.classes.weight * np.random.default_rng(seed).uniform(
        0.6, 1.6, problem.classes.weight.shape
    )
    problem = dataclasses.replace(
        problem, classes=dataclasses.replace(problem.classes, weight=weight)
    )
    result = assign(problem, AssignOptions(gap=1e-10))
    assert result.tstt == pytest.approx(result.least_cost @ result.trips.demand, rel=1e-9)
    assert result.objective is None


def test_trips_cut_off_by_a_capacity_of_zero_are_named_with_their_class():
    classes = dataclasses.replace(TrafficClasses.single(2), names=("grain",))
    problem = roads([(0, 1), (1, 2)], lines([1.0, 1.0], [0.0, 0.0]), [(0, 2, 5.0)], classes)
    with pytest.raises(InputError) as caught:
        assign(problem, limited(np.inf, 0.0))
    assert [problem.message for problem in caught.value.problems] == [
        "grain: every way from 1 to 3 needs a link of zero capacity (5 to carry)."
    ]


def test_a_capacity_below_zero_is_refused():
    problem = roads(TWO_ROADS, lines([1.0, 1.0], [0.0, 0.0]), [(0, 1, 5.0)])
    with pytest.raises(InputError, match="within the capacities"):
        assign(problem, limited(-1.0, 9.0))
