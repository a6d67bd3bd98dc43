import dataclasses
import os
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.freight.roads import lines, random_problem, roads, sioux_falls
from transcaspian.errors import InputError, NotConvergedError
from transcaspian.freight import AssignOptions, TrafficClasses, assign, cycles, user
from transcaspian.freight.delay import bpr, delay_integral
from transcaspian.freight.read import read_tntp

EXACT = AssignOptions(gap=1e-12)
# Best known value of the Beckmann function, from the notes of the Transportation Networks
# collection (flows of Bar-Gera), in the units of the aequilibrae copy of the network.
SIOUX_FALLS_BECKMANN = 4_231_335.287
BRAESS = [(0, 1), (0, 2), (1, 3), (2, 3), (1, 2)]


def test_two_roads_share_so_that_times_are_equal():
    # 10 + v and 15 + v / 2 with 20 to carry: 10 + v = 15 + (20 - v) / 2 at v = 10.
    problem = roads([(0, 1), (0, 1)], lines([10.0, 15.0], [1.0, 0.5]), [(0, 1, 20.0)])
    assert assign(problem, EXACT).volume == pytest.approx([10.0, 10.0], rel=1e-9)


def test_a_slow_road_stays_empty():
    problem = roads([(0, 1), (0, 1)], lines([10.0, 50.0], [1.0, 0.5]), [(0, 1, 20.0)])
    assert assign(problem, EXACT).volume.tolist() == [20.0, 0.0]


def test_braess_everybody_loses_by_the_new_road():
    # Braess (1968): 10 v, 50 + v, 50 + v, 10 v and the new road 10 + v, six to carry: 92 each.
    delays = lines([0.0, 50.0, 50.0, 0.0, 10.0], [10.0, 1.0, 1.0, 10.0, 1.0])
    result = assign(roads(BRAESS, delays, [(0, 3, 6.0)]), EXACT)
    assert result.least_cost[0] == pytest.approx(92.0, rel=1e-8)
    assert result.volume == pytest.approx([4.0, 2.0, 2.0, 4.0, 2.0], rel=1e-6)


def test_braess_without_the_new_road_takes_83():
    delays = lines([0.0, 50.0, 50.0, 0.0], [10.0, 1.0, 1.0, 10.0])
    assert assign(roads(BRAESS[:4], delays, [(0, 3, 6.0)]), EXACT).least_cost[0] == pytest.approx(
        83.0, rel=1e-8
    )


def test_the_system_optimum_of_braess_leaves_the_new_road_empty():
    delays = lines([0.0, 50.0, 50.0, 0.0, 10.0], [10.0, 1.0, 1.0, 10.0, 1.0])
    result = assign(
        roads(BRAESS, delays, [(0, 3, 6.0)]), AssignOptions(gap=1e-12, is_system_optimum=True)
    )
    assert result.volume[4] == pytest.approx(0.0, abs=1e-6)
    assert result.tstt == pytest.approx(6.0 * 83.0, rel=1e-8)


def test_sioux_falls_meets_the_best_known_objective(tmp_path):
    problem, _ = sioux_falls(tmp_path)
    result = assign(problem, AssignOptions(gap=1e-10))
    assert result.objective == pytest.approx(SIOUX_FALLS_BECKMANN, rel=1e-8)
    assert result.relative_gap <= 1e-10


def test_the_gap_of_sioux_falls_stands_when_computed_by_another_road(tmp_path):
    problem, matrix = sioux_falls(tmp_path)
    result = assign(problem, AssignOptions(gap=1e-10))
    graph = nx.DiGraph()
    for tail, head, time in zip(
        problem.network.tail, problem.network.head, result.time, strict=True
    ):
        graph.add_edge(int(tail), int(head), weight=time)
    distance = dict(nx.all_pairs_dijkstra_path_length(graph))
    cheapest = sum(matrix[o, d] * distance[o][d] for o in range(24) for d in range(24) if o != d)
    assert (result.tstt - cheapest) / result.tstt == pytest.approx(0.0, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 3))
def test_flow_is_conserved_at_every_vertex_of_every_bush(seed, n_class):
    result = assign(random_problem(seed, n_class=n_class), EXACT)
    network, bushes = result.network, result.bushes
    for bush in range(bushes.root.size):
        pairs = slice(result.pair_start[bush], result.pair_start[bush + 1])
        balance = np.zeros(network.n_vertex)
        np.add.at(balance, network.head, bushes.flow[bush])
        np.add.at(balance, network.tail, -bushes.flow[bush])
        np.add.at(balance, result.trips.destination[pairs], -result.trips.demand[pairs])
        balance[bushes.root[bush]] += result.trips.demand[pairs].sum()
        assert np.abs(balance).max() < 1e-9


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 3))
def test_nobody_can_travel_cheaper(seed, n_class):
    result = assign(random_problem(seed, n_class=n_class), EXACT)
    paid = result.least_cost @ result.trips.demand
    assert result.tstt == pytest.approx(paid, rel=1e-11)
    assert (result.bushes.flow >= 0.0).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_no_other_flow_has_a_smaller_objective(seed):
    problem = random_problem(seed)
    best = assign(problem, EXACT)
    rough = assign(problem, AssignOptions(gap=0.3))
    scale, fixed = problem.classes.scale[0], problem.classes.fixed[0]
    weight = problem.classes.weight[0, 0]

    def beckmann(flow):
        integral = delay_integral(problem.network.delays, weight * flow).sum() / weight
        return integral + (fixed * flow).sum() / scale

    assert best.objective == pytest.approx(beckmann(best.class_flow[0]), rel=1e-12)
    for share in (0.01, 0.5, 1.0):
        mixed = (1.0 - share) * best.class_flow[0] + share * rough.class_flow[0]
        assert beckmann(mixed) >= best.objective * (1.0 - 1e-10)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_the_system_optimum_never_takes_longer_in_all(seed):
    problem = random_problem(seed)
    problem = dataclasses.replace(problem, classes=TrafficClasses.single(problem.network.tail.size))
    free = assign(problem, EXACT)
    best = assign(problem, AssignOptions(gap=1e-12, is_system_optimum=True))
    assert best.tstt <= free.tstt * (1.0 + 1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000))
def test_the_order_of_trips_does_not_change_volumes(seed):
    problem = random_problem(seed)
    columns = (
        getattr(problem.trips, name)[::-1].copy()
        for name in ("cargo", "origin", "destination", "demand")
    )
    turned = dataclasses.replace(problem, trips=type(problem.trips)(*columns))
    assert assign(turned, EXACT).volume.tobytes() == assign(problem, EXACT).volume.tobytes()


@pytest.mark.parametrize(("seed", "n_class"), [(77, 3), (204, 3), (206, 2), (272, 3)])
def test_classes_that_would_change_places_settle_within_a_few_rounds(seed, n_class):
    # Two classes that ask for other differences of time on one cycle once traded flow for ever.
    assert len(assign(random_problem(seed, n_class=n_class), EXACT).gaps) <= 20


def test_classes_with_other_weights_on_one_road_minimise_no_function():
    weight = np.array([[1.0, 1.0], [1.0, 3.0]])
    classes = TrafficClasses(np.ones(2), np.zeros((2, 2)), weight)
    problem = roads(
        [(0, 1), (0, 1)], lines([10.0, 12.0], [1.0, 1.0]), [(0, 1, 3.0), (0, 1, 5.0)], classes
    )
    problem.trips.cargo[1] = 1
    result = assign(problem, EXACT)
    assert result.objective is None
    assert result.relative_gap <= 1e-12


def test_zones_are_not_passed():
    # The way over zone 1 would take 2, but only the road of 10 joins the zones 0 and 2.
    problem = roads(
        [(0, 1), (1, 2), (0, 3), (3, 2)],
        lines([1.0, 1.0, 5.0, 5.0], [0.0] * 4),
        [(0, 2, 7.0)],
        first_through=3,
    )
    assert assign(problem, EXACT).volume.tolist() == [0.0, 0.0, 7.0, 7.0]


def test_fixed_costs_of_a_class_are_paid_beside_time():
    classes = TrafficClasses.single(2, np.array([5.0, 0.0]))
    problem = roads([(0, 1), (0, 1)], lines([10.0, 15.0], [1.0, 0.5]), [(0, 1, 20.0)], classes)
    # 15 + v = 15 + (20 - v) / 2 at v = 20 / 3.
    assert assign(problem, EXACT).volume[0] == pytest.approx(20.0 / 3.0, rel=1e-9)


def test_trips_that_nothing_joins_are_all_named():
    problem = roads([(0, 1), (2, 3)], lines([1.0, 1.0], [0.0, 0.0]), [(0, 3, 5.0), (2, 1, 6.0)])
    with pytest.raises(InputError) as caught:
        assign(problem)
    assert [problem.message for problem in caught.value.problems] == [
        "no way leads from 1 to 4 (5 to carry).",
        "no way leads from 3 to 2 (6 to carry).",
    ]


def test_a_negative_cost_is_refused():
    classes = TrafficClasses.single(1, np.array([-20.0]))
    with pytest.raises(InputError, match="costs -19 when empty"):
        assign(roads([(0, 1)], lines([1.0], [0.0]), [(0, 1, 1.0)], classes))


def test_too_few_rounds_raise_instead_of_giving_flows(tmp_path):
    problem, _ = sioux_falls(tmp_path)
    with pytest.raises(NotConvergedError, match="wanted 1e-12"):
        assign(problem, AssignOptions(gap=1e-12, max_iterations=2))


def test_nothing_to_carry_gives_empty_links():
    problem = roads([(0, 1)], lines([1.0], [0.0]), [(0, 1, 1.0)])
    none = dataclasses.replace(
        problem,
        trips=type(problem.trips)(
            *(
                column[:0]
                for column in (
                    problem.trips.cargo,
                    problem.trips.origin,
                    problem.trips.destination,
                    problem.trips.demand,
                )
            )
        ),
    )
    assert assign(none).volume.tolist() == [0.0]


TNTP_FOLDER = os.environ.get("TRANSCASPIAN_TNTP")


@pytest.mark.slow
@pytest.mark.skipif(not TNTP_FOLDER, reason="a folder of TNTP networks in TRANSCASPIAN_TNTP")
def test_every_network_of_the_named_folder_is_solved():
    nets = sorted(Path(str(TNTP_FOLDER)).rglob("*_net.tntp"))
    assert nets
    for net in nets:
        problem = read_tntp(net, net.with_name(net.name.replace("_net", "_trips")))
        assert assign(problem, AssignOptions(gap=1e-8)).relative_gap <= 1e-8


def test_bpr_link_at_zero_power_is_constant():
    delays = bpr(
        np.array([10.0, 12.0]), np.array([0.1, 0.15]), np.array([5.0, 5.0]), np.array([0.0, 4.0])
    )
    assert assign(roads([(0, 1), (0, 1)], delays, [(0, 1, 3.0)]), EXACT).least_cost[
        0
    ] == pytest.approx(11.0)


KERNELS = {
    user: ("certify_bushes", "refresh_all", "settle_bushes", "start_bushes", "work_bushes"),
    cycles: (
        "find_cycles", "gather_cycles", "limit_cycles", "move_members", "move_round_cycles", "refresh_all",
        "search_step", "shift_cycles", "solve_cycles", "sort_members", "spread_cycles",
    ),
}  # fmt: skip


@pytest.mark.parametrize("seed", [3, 14])
def test_compiled_loops_give_what_their_plain_python_gives(monkeypatch, seed):
    problem = random_problem(seed, n_class=2)
    compiled = assign(problem, EXACT)
    for module, names in KERNELS.items():
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name).py_func)
    plain = assign(problem, EXACT)
    np.testing.assert_allclose(plain.volume, compiled.volume, rtol=1e-12, atol=1e-12)
    assert len(plain.gaps) == len(compiled.gaps)
