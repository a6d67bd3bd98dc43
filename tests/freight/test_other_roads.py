"""Equilibria held between bounds that general solvers and every path give, on networks small enough.

How far another solver comes depends on the linear algebra of the processor. So it bounds from one
side: ours is never worse than what it finds, and never better than the linear bound at any point:
a convex f has f(x) >= f(y) + f'(y) (x - y), least where everybody takes the cheapest path.
"""

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import minimize, root

from tests.freight.roads import lines, random_problem, roads
from transcaspian.freight import (
    AssignOptions,
    LogitOptions,
    TrafficClasses,
    TrafficProblem,
    assign,
    assign_elastic,
    assign_stochastic,
)
from transcaspian.freight.delay import delay, delay_integral, delay_slope

EXACT = AssignOptions(gap=1e-11)
BRAESS = [(0, 1), (0, 2), (1, 3), (2, 3), (1, 2)]


def small(seed):
    """A random network of six places, one class that pays time alone."""
    problem = random_problem(seed, n_vertex=6)
    return TrafficProblem.of(problem.network, problem.trips)


def every_path(problem):
    """All paths without loops of every pair: their links as rows of 0 and 1, and the pair of each."""
    network, trips = problem.network, problem.trips
    graph = nx.MultiDiGraph()
    for link, (tail, head) in enumerate(zip(network.tail, network.head, strict=True)):
        graph.add_edge(int(tail), int(head), key=link)
    rows, pairs = [], []
    for pair, (origin, end) in enumerate(zip(trips.origin, trips.destination, strict=True)):
        for path in nx.all_simple_edge_paths(graph, int(origin), int(end)):
            row = np.zeros(network.tail.size)
            row[[link for _, _, link in path]] = 1.0
            rows.append(row)
            pairs.append(pair)
    return np.array(rows), np.array(pairs)


ROUNDS = 500  # after which the other solver gives up: a bound holds wherever it stops
LOOSE = 1e-3  # how far above the least the other solver may stop, relative


def spread_evenly(pair, demand):
    """Flow of every path where each pair spreads over its paths evenly, and who belongs to whom."""
    is_pair = (pair[:, None] == np.arange(demand.size)).astype(float)
    return (is_pair * (demand / is_pair.sum(axis=0))).sum(axis=1), is_pair


def descend(value, slope, problem, paths, pair, demand):
    """Link volumes near the least of a convex function among flows that carry the demand (SLSQP)."""
    start, is_pair = spread_evenly(pair, demand)
    scale = demand.max()
    found = minimize(
        lambda flow: value(problem, scale * flow @ paths),
        start / scale,
        jac=lambda flow: scale * paths @ slope(problem, scale * flow @ paths),
        bounds=[(0.0, None)] * start.size,
        constraints={
            "type": "eq",
            "fun": lambda flow: flow @ is_pair - demand / scale,
            "jac": lambda _: is_pair.T,
        },
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": ROUNDS},
    )
    # The solver keeps demand and signs to its own tolerance only.
    flow = np.maximum(found.x, 0.0)
    flow *= is_pair @ (demand / (flow @ is_pair))
    return flow @ paths


def least_possible(value, slope, problem, paths, pair, demand, volume):
    """What no flow that carries the demand goes below: the linear bound at these volumes."""
    cost = slope(problem, volume)
    path_cost = paths @ cost
    cheapest = np.array([path_cost[pair == one].min() for one in range(demand.size)])
    return value(problem, volume) + demand @ cheapest - cost @ volume


def hold_between_bounds(value, slope, problem, found, volume):
    """Hold a value that was found at volumes between what the other solver and every path say."""
    paths, pair = every_path(problem)
    demand = problem.trips.demand
    other = descend(value, slope, problem, paths, pair, demand)
    assert found == pytest.approx(value(problem, volume), rel=1e-12)
    assert found <= value(problem, other) * (1.0 + 1e-10)
    assert value(problem, other) <= found * (1.0 + LOOSE)
    bounds = [
        least_possible(value, slope, problem, paths, pair, demand, point)
        for point in (other, volume)
    ]
    assert max(bounds) <= found * (1.0 + 1e-10)
    assert found <= bounds[1] * (1.0 + 1e-9)


def beckmann(problem, volume):
    return delay_integral(problem.network.delays, np.maximum(volume, 0.0)).sum()


def time_of(problem, volume):
    return delay(problem.network.delays, np.maximum(volume, 0.0))


def total_time(problem, volume):
    return volume @ time_of(problem, volume)


def marginal_time(problem, volume):
    return time_of(problem, volume) + volume * delay_slope(
        problem.network.delays, np.maximum(volume, 0.0)
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_user_equilibrium_is_what_a_convex_solver_finds_over_all_paths(seed):
    problem = small(seed)
    result = assign(problem, EXACT)
    hold_between_bounds(beckmann, time_of, problem, result.objective, result.volume)


@pytest.mark.parametrize("seed", range(4))
def test_the_system_optimum_is_what_a_convex_solver_finds_over_all_paths(seed):
    problem = small(seed)
    result = assign(problem, AssignOptions(gap=1e-11, is_system_optimum=True))
    hold_between_bounds(total_time, marginal_time, problem, result.tstt, result.volume)


@pytest.mark.parametrize("seed", range(2))
def test_demand_that_answers_to_cost_is_what_a_convex_solver_finds_over_all_paths(seed):
    problem = small(seed)
    paths, pair = every_path(problem)
    demand = problem.trips.demand
    sensitivity = np.linspace(0.02, 0.1, demand.size)
    reference = np.full(demand.size, 20.0)
    start, is_pair = spread_evenly(pair, demand)

    def loss(flow):
        # Beckmann, Gartner (1980): the area below delays less that below willingness to pay.
        taken = np.maximum(flow @ is_pair, 1e-12)
        pays = reference * taken - taken * (np.log(taken / demand) - 1.0) / sensitivity
        return beckmann(problem, flow @ paths) - pays.sum()

    def slope(flow):
        taken = np.maximum(flow @ is_pair, 1e-12)
        pays = reference - np.log(taken / demand) / sensitivity
        return paths @ time_of(problem, flow @ paths) - is_pair @ pays

    found = minimize(
        loss,
        start,
        jac=slope,
        bounds=[(0.0, None)] * start.size,
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": ROUNDS},
    )
    result = assign_elastic(problem, reference, sensitivity, EXACT)
    order = np.lexsort((problem.trips.destination, problem.trips.origin, problem.trips.cargo))
    taken = np.zeros(demand.size)
    taken[order] = result.demand
    pays = reference * taken - taken * (np.log(taken / demand) - 1.0) / sensitivity
    own = beckmann(problem, result.volume) - pays.sum()
    assert own <= found.fun + 1e-10 * abs(found.fun)
    assert found.fun <= own + LOOSE * abs(own)
    # Everybody pays what the last trip is worth, and no path is cheaper.
    path_cost = paths @ time_of(problem, result.volume)
    cheapest = np.array([path_cost[pair == one].min() for one in range(demand.size)])
    assert reference - np.log(taken / demand) / sensitivity == pytest.approx(cheapest, rel=1e-8)
    assert result.volume @ time_of(problem, result.volume) == pytest.approx(
        taken @ cheapest, rel=1e-9
    )


@pytest.mark.parametrize("scale", [0.05, 0.5])
def test_the_stochastic_equilibrium_of_braess_is_the_root_of_the_logit_over_its_paths(scale):
    delays = lines([0.0, 50.0, 50.0, 0.0, 10.0], [10.0, 1.0, 1.0, 10.0, 1.0])
    problem = roads(BRAESS, delays, [(0, 3, 6.0)])
    paths, _ = every_path(problem)
    free = delay(delays, np.zeros(5))
    length = paths @ free
    # Path size: the share of each link in its path, over the number of paths that use it.
    size = (paths * free / paths.sum(axis=0)).sum(axis=1) / length

    def mismatch(flow):
        weight = size * np.exp(-scale * (paths @ delay(delays, np.maximum(flow @ paths, 0.0))))
        return flow - 6.0 * weight / weight.sum()

    found = root(mismatch, np.full(len(paths), 2.0), tol=1e-13)
    result = assign_stochastic(problem, LogitOptions(scale, gap=1e-13))
    assert len(paths) == result.flow.size
    assert result.volume == pytest.approx(found.x @ paths, rel=1e-9)


def test_the_stochastic_equilibrium_of_two_classes_is_the_limit_of_averages():
    # The method of successive averages in plain numpy, on two roads that two classes share.
    classes = TrafficClasses(np.array([1.0, 2.0]), np.zeros((2, 2)), np.array([[1.0, 1.0], [2.0, 2.0]]))  # fmt: skip
    problem = roads(
        [(0, 1), (0, 1)], lines([10.0, 12.0], [0.2, 0.1]), [(0, 1, 8.0), (0, 1, 5.0)], classes
    )
    problem.trips.cargo[1] = 1
    flow = np.array([[4.0, 4.0], [2.5, 2.5]])
    for step in range(1, 4000):
        volume = flow[0] + 2.0 * flow[1]
        cost = np.outer([1.0, 2.0], [10.0 + 0.2 * volume[0], 12.0 + 0.1 * volume[1]])
        share = np.exp(-0.3 * (cost - cost.min(axis=1, keepdims=True)))
        share /= share.sum(axis=1, keepdims=True)
        flow += (np.array([[8.0], [5.0]]) * share - flow) / (1.0 + 0.3 * step)
    result = assign_stochastic(problem, LogitOptions(0.3, gap=1e-13))
    assert result.class_flow == pytest.approx(flow, rel=1e-5)
