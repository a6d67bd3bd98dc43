import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from tests.freight.corridors import view
from transcaspian.freight import FreightOptions, assign_case, freight_tables
from transcaspian.freight import kernels as compiled

TONNES = 1e6
SCALE = 0.1  # t/USD, of the shared commodity
VALUE_OF_TIME = 0.1  # USD/t-h


def two_roads(**changes):
    short = {"link": "short", "node0": "A", "node1": "Z", "time_h": 100.0, "route": "north"}
    long = {"link": "long", "node0": "A", "node1": "Z", "time_h": 120.0, "route": "south"}
    return view(
        [short | changes.pop("short", {}), long | changes.pop("long", {})],
        [{"origin": "A", "destination": "Z", "tonnes": TONNES}],
        routes=("north", "south"),
        **changes,
    )


def route_tonnes(result):
    return dict(freight_tables(result)["freight_routes"].select("route", "tonnes").iter_rows())


def test_two_routes_share_by_the_logit_formula():
    tonnes = route_tonnes(assign_case(two_roads()))
    difference = 20.0 * VALUE_OF_TIME
    assert tonnes["north"] == pytest.approx(
        TONNES / (1.0 + math.exp(-SCALE * difference)), rel=1e-12
    )


def test_expected_cost_of_two_routes_is_the_logsum():
    result = assign_case(two_roads())
    logsum = -math.log(math.exp(-SCALE * 10.0) + math.exp(-SCALE * 12.0)) / SCALE
    assert result.user_cost_usd == pytest.approx(TONNES * logsum, rel=1e-12)


def test_three_paths_in_two_nests_share_by_the_nested_formula():
    links = [
        {"link": "a", "node0": "A", "node1": "Z", "time_h": 100.0, "route": "north"},
        {"link": "b", "node0": "A", "node1": "Z", "time_h": 110.0, "route": "north"},
        {"link": "c", "node0": "A", "node1": "Z", "time_h": 120.0, "route": "south"},
    ]
    case = view(
        links, [{"origin": "A", "destination": "Z", "tonnes": TONNES}], routes=("north", "south")
    )
    result = assign_case(case, FreightOptions(dissimilarity=0.5))
    inner = math.exp(-SCALE / 0.5 * 10.0) + math.exp(-SCALE / 0.5 * 11.0)
    north, south = inner**0.5, math.exp(-SCALE * 12.0)
    flows = freight_tables(result)["freight_links"].filter(direction="0-1")
    expected_b = TONNES * north / (north + south) * math.exp(-SCALE / 0.5 * 11.0) / inner
    assert dict(flows.select("link", "tonnes").iter_rows())["b"] == pytest.approx(
        expected_b, rel=1e-12
    )


def test_congested_routes_meet_logit_and_delay_at_once():
    result = assign_case(two_roads(short={"capacity": 500.0}, long={"capacity": 300.0}))

    def excess(kt):
        cost = [
            VALUE_OF_TIME * time * (1.0 + 0.5 * (volume / capacity) ** 4)
            for time, volume, capacity in ((100.0, kt, 500.0), (120.0, 1000.0 - kt, 300.0))
        ]
        return kt - 1000.0 / (1.0 + math.exp(SCALE * (cost[0] - cost[1])))

    assert route_tonnes(result)["north"] == pytest.approx(
        1000.0 * brentq(excess, 0.0, 1000.0, xtol=1e-12), rel=1e-9
    )


def test_parallel_ends_of_one_long_way_hardly_count_as_two_paths():
    links = [
        {"link": "long", "node0": "A", "node1": "B", "time_h": 990.0},
        {"link": "left", "node0": "B", "node1": "Z", "time_h": 10.0},
        {"link": "right", "node0": "B", "node1": "Z", "time_h": 10.0},
    ]
    result = assign_case(view(links, [{"origin": "A", "destination": "Z", "tonnes": TONNES}]))
    # Two equal paths; each has size 0.99 / 2 + 0.01 / 1: together 1.01 paths.
    expected = 100.0 - 0.5 / SCALE * math.log(1.01)
    assert result.user_cost_usd == pytest.approx(TONNES * expected, rel=1e-12)


def test_reported_gap_is_met_when_recomputed_from_the_costs_in_the_tables():
    result = assign_case(two_roads(short={"capacity": 500.0}, long={"capacity": 300.0}))
    routes = freight_tables(result)["freight_routes"]
    cost = dict(routes.select("route", "generalised_cost_usd_per_t").iter_rows())
    share = 1.0 / (1.0 + math.exp(SCALE * (cost["north"] - cost["south"])))
    assert route_tonnes(result)["north"] == pytest.approx(share * TONNES, rel=1e-9)
    assert result.relative_gap <= 1e-9


def test_the_most_specific_route_constant_holds():
    constants = [
        {"route": "south", "form": "*", "commodity": "*", "usd_per_t": 50.0},
        {"route": "south", "form": "bulk", "commodity": "*", "usd_per_t": 40.0},
        {"route": "south", "form": "*", "commodity": "goods", "usd_per_t": 30.0},
        {"route": "south", "form": "bulk", "commodity": "goods", "usd_per_t": -2.0},
    ]
    tonnes = route_tonnes(assign_case(two_roads(constants=constants)))
    assert tonnes["north"] == pytest.approx(TONNES / 2.0, rel=1e-12)  # 10 against 12 - 2 USD/t


def test_capacity_value_equals_the_finite_difference_of_user_cost():
    def user_cost(capacity):
        return assign_case(
            two_roads(short={"capacity": capacity}, long={"capacity": 300.0}),
            FreightOptions(gap=1e-13),
        ).user_cost_usd

    result = assign_case(two_roads(short={"capacity": 500.0}, long={"capacity": 300.0}))
    links = freight_tables(result)["freight_links"].filter(link="short", direction="0-1")
    slope = -(user_cost(500.5) - user_cost(499.5))
    assert links["capacity_value_usd"][0] == pytest.approx(slope, rel=1e-5)


def test_same_inputs_give_the_same_bits():
    case = two_roads(short={"capacity": 500.0})
    first, second = assign_case(case), assign_case(case)
    assert first.equilibrium.flow.tobytes() == second.equilibrium.flow.tobytes()


@st.composite
def random_cases(draw):
    n_node = draw(st.integers(3, 7))
    names = "ABCNPQZ"[:n_node]
    ring = [(names[node], names[(node + 1) % n_node]) for node in range(n_node)]
    chords = draw(
        st.lists(
            st.sampled_from([(a, b) for a in names for b in names if a < b]),
            max_size=6,
            unique=True,
        )
    )
    links = [
        {
            "link": f"L{number}",
            "node0": ends[0],
            "node1": ends[1],
            "time_h": draw(st.floats(1.0, 200.0)),
            "tariff_usd_per_t_km": draw(st.floats(0.0, 0.2)),
            "capacity": draw(st.one_of(st.none(), st.floats(100.0, 2000.0))),
            "route": draw(st.sampled_from(["north", "south", None])),
        }
        for number, ends in enumerate(ring + chords)
    ]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names))
    demand = [
        {
            "origin": a,
            "destination": b,
            "tonnes": draw(st.floats(1e3, 2e5)),
            "commodity": draw(st.sampled_from(["ore", "food"])),
        }
        for a, b in draw(st.lists(pairs, min_size=1, max_size=4, unique=True))
    ]
    return links, demand


@settings(max_examples=30, deadline=None)
@given(random_cases())
def test_tonnes_are_conserved_at_every_place(case):
    links, demand = case
    tables = freight_tables(assign_case(view(links, demand, routes=("north", "south"))))
    flows, keys = tables["freight_link_flows"], ["node", "commodity", "form"]
    net = (
        pl.concat(
            [
                flows.select("commodity", "form", "tonnes", node="from_node"),
                flows.select("commodity", "form", tonnes=-pl.col("tonnes"), node="to_node"),
                tables["freight_supply"].select(
                    "commodity",
                    "form",
                    tonnes=pl.col("ending_t") - pl.col("starting_t"),
                    node="node",
                ),
            ]
        )
        .group_by(keys)
        .agg(pl.sum("tonnes"))
    )
    assert net["tonnes"].abs().max() < 1e-2  # the tables leave out flows below a kilogram


@settings(max_examples=20, deadline=None)
@given(random_cases())
def test_order_of_rows_does_not_change_the_user_cost(case):
    links, demand = case
    first = assign_case(view(links, demand, routes=("north", "south")))
    second = assign_case(view(links[::-1], demand[::-1], routes=("north", "south")))
    # Ties between equally cheap paths may fall either way, hence not to the last digit.
    assert second.user_cost_usd == pytest.approx(first.user_cost_usd, rel=1e-6)


@settings(max_examples=20, deadline=None)
@given(random_cases())
def test_no_path_carries_more_than_its_demand_and_all_is_carried(case):
    links, demand = case
    routes = freight_tables(assign_case(view(links, demand, routes=("north", "south"))))[
        "freight_routes"
    ]
    total = sum(row["tonnes"] for row in demand)
    assert routes["tonnes"].sum() == pytest.approx(total, rel=1e-9)
    assert routes["tonnes"].min() >= 0.0


def test_compiled_choice_equals_its_plain_python():
    starts = (np.array([0, 2, 3]), np.array([0, 2, 3, 5]))
    cost, size = np.array([1.0, 2.0, 4.0, 1e4, 3.0]), np.log(np.array([0.6, 0.5, 1.0, 0.7, 0.7]))
    scale = np.array([0.3, 0.8])
    outputs = []
    for function in (compiled.choose_paths, compiled.choose_paths.py_func):
        share, in_nest, expected = np.empty(5), np.empty(5), np.empty(2)
        function(*starts, cost, size, scale, 0.4, share, in_nest, expected)
        outputs.append(np.r_[share, in_nest, expected])
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-14)


def test_response_of_flows_equals_the_finite_difference_of_the_choice():
    starts = (np.array([0, 2, 3]), np.array([0, 2, 3, 5]))
    cost, size = np.array([1.0, 2.0, 4.0, 5.0, 3.0]), np.log(np.array([0.6, 0.5, 1.0, 0.7, 0.7]))
    scale, tonnes = np.array([0.3, 0.8]), np.array([10.0, 20.0])
    change = np.array([0.3, -0.2, 0.5, 0.1, -0.4])

    def flows(at):
        share, in_nest, expected = np.empty(5), np.empty(5), np.empty(2)
        compiled.choose_paths(*starts, at, size, scale, 0.4, share, in_nest, expected)
        return share * tonnes[[0, 0, 0, 1, 1]], share, in_nest

    _, share, in_nest = flows(cost)
    answer = np.empty(5)
    compiled.respond(*starts, scale, 0.4, tonnes, share, in_nest, change, answer)
    difference = (flows(cost + 1e-6 * change)[0] - flows(cost - 1e-6 * change)[0]) / 2e-6
    np.testing.assert_allclose(answer, difference, rtol=1e-7, atol=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_compiled_shortest_paths_equal_a_plain_bellman_ford(seed):
    rng = np.random.default_rng(seed)
    n_vertex, n_arc = 8, 24
    tail, head = rng.integers(0, n_vertex, n_arc), rng.integers(0, n_vertex, n_arc)
    cost = rng.integers(0, 9, n_arc).astype(np.float64)
    order = np.argsort(tail, kind="stable")
    start = np.zeros(n_vertex + 1, dtype=np.int64)
    start[1:] = np.cumsum(np.bincount(tail, minlength=n_vertex))
    found, arc_in, heap, place = (
        np.empty(n_vertex, dtype=kind) for kind in (float, np.int64, np.int64, np.int64)
    )
    compiled.find_tree(start, order, head, cost, 0, -1, 0, found, arc_in, heap, place)
    plain = np.full(n_vertex, np.inf)
    plain[0] = 0.0
    for _ in range(n_vertex):
        np.minimum.at(plain, head, plain[tail] + cost)
    assert (found == plain).all()
