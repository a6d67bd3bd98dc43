"""TNTP files as published collections write them: gaps, headings, steep and free links."""

import networkx as nx
import numpy as np
import pytest
from typer.testing import CliRunner

from transcaspian.cli.freight import app
from transcaspian.errors import InputError
from transcaspian.freight import AssignOptions, assign
from transcaspian.freight.read import read_tntp

HEAD = "<NUMBER OF ZONES> {zones}\n<NUMBER OF NODES> {nodes}\n<FIRST THRU NODE> {through}\n<END OF METADATA>\n"
TRIPS = "<NUMBER OF ZONES> 2\n<END OF METADATA>\nOrigin 1\n2 : 20.0;\n"
LINKS = "1 3 10 2.5 4 0.15 4 50 7 1 ;\n3 2 10 1.5 6 0 0 50 0 1 ;\n"


@pytest.fixture
def read(tmp_path):
    def read_texts(net, trips=TRIPS, zones=2, nodes=3, through=1):
        files = tmp_path / "x_net.tntp", tmp_path / "x_trips.tntp"
        files[0].write_text(HEAD.format(zones=zones, nodes=nodes, through=through) + net)
        files[1].write_text(trips)
        return read_tntp(*files)

    return read_texts


def test_numbers_of_nodes_may_leave_gaps(read):
    problem = read(LINKS.replace("3", "70014", 1).replace("\n3 2", "\n70014 2"), through=3)
    assert problem.network.n_vertex == 3
    assert problem.network.first_through == 2
    assert problem.network.name_of(2) == "70014"
    assert assign(problem).volume.tolist() == [20.0, 20.0]


def test_nodes_that_nothing_names_take_no_room(read):
    sparse = LINKS.replace("3", "999999999", 1).replace("\n3 2", "\n999999999 2")
    problem = read(sparse, zones=1_000_000_000, nodes=1_000_000_000)
    assert (problem.network.n_vertex, problem.network.tail.tolist()) == (3, [0, 2])


def test_more_nodes_than_stated_are_a_mistake(read):
    with pytest.raises(InputError) as caught:
        read(LINKS + "4 1 10 1 1 0 0 50 0 1 ;\n")
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [
        (7, "init_node")
    ]


def test_a_heading_needs_no_comment_mark(read):
    heading = "init_node term_node capacity length free_flow_time b power speed toll type ;\n"
    assert read(heading + LINKS).network.tail.tolist() == [0, 2]


def test_words_between_links_are_a_mistake(read):
    with pytest.raises(InputError, match="cannot be read"):
        read(LINKS + "here the ferries begin\n")


def test_what_follows_the_semicolon_of_a_link_is_left_out(read):
    assert read(LINKS.replace("1 ;\n3", "1 ; main street 5\n3")).network.tail.tolist() == [0, 2]


def test_links_whose_costs_depend_on_others_are_refused(read):
    with pytest.raises(InputError) as caught:
        read(LINKS.replace("7 1 ;", "7 1 12 0.3 14 0.1 ;"))
    problem = caught.value.problems[0]
    assert (problem.row, problem.message) == (5, "There are 14 numbers, not 7 to 10.")
    assert "depend on other links" in problem.cure


def test_several_origins_may_share_a_line_with_their_trips(read):
    trips = "<END OF METADATA>\nOrigin 1 2 : 20; Origin 2\n1:1e1;2:5\tORIGIN 1\t2 : 0.5e0\n"
    problem = read(LINKS, trips)
    assert problem.trips.origin.tolist() == [0, 1, 0]
    assert problem.trips.destination.tolist() == [1, 0, 1]
    assert problem.trips.demand.tolist() == [20.0, 10.0, 0.5]


def test_trips_before_any_origin_are_a_mistake(read):
    with pytest.raises(InputError) as caught:
        read(LINKS, "<END OF METADATA>\n2 : 20;\nOrigin 1\n2 : 20;\n")
    assert [problem.row for problem in caught.value.problems] == [2]


def test_a_zone_that_nothing_joins_is_named_by_the_command(tmp_path):
    net, trips = tmp_path / "net.tntp", tmp_path / "trips.tntp"
    net.write_text(HEAD.format(zones=3, nodes=4, through=1) + LINKS.replace("3", "4"))
    trips.write_text("<END OF METADATA>\nOrigin 1\n2 : 20; 3 : 7;\n")
    answer = CliRunner().invoke(app, ["assign", "--net", str(net), "--trips", str(trips)])
    assert isinstance(answer.exception, InputError)
    assert [problem.message for problem in answer.exception.problems] == [
        "no way leads from 1 to 3 (7 to carry)."
    ]


def grid(rng, link, side=5):
    """Both directions of a square grid's streets, each with what `link(rng)` says after its ends."""
    node = np.arange(side * side).reshape(side, side) + 1
    pairs = [
        *zip(node[:-1].ravel(), node[1:].ravel(), strict=True),
        *zip(node[:, :-1].ravel(), node[:, 1:].ravel(), strict=True),
    ]
    return "".join(f"\t{a}\t{b}\t{link(rng)}\t;\n" for x, y in pairs for a, b in ((x, y), (y, x)))


def steep(rng):
    """As Barcelona: free-flow times of zero, powers up to 16.83, b tiny or zero."""
    if rng.random() < 0.2:
        return "1 0 0 0 0 0 0 1"
    power = rng.choice([1.0, 2.5, 4.446, 16.83])
    b = rng.choice([0.0, 1.0]) * rng.uniform(0.5, 2.0) / 40.0**power
    return f"1 {rng.uniform(0, 2):.4f} {rng.uniform(0.2, 2):.6f} {b:.8e} {power} 0 0 1"


def unit_capacity(rng):
    """As Winnipeg: a capacity of one with b of any size, scientific notation."""
    power = rng.uniform(1.0, 6.9)
    return f"1.0E+00 1 {rng.uniform(0.1, 3):.6E} {rng.uniform(0.2, 2) / 60**power:.6E} {power:.4f} 0 0 3"


def crowded(rng):
    """As a city at several times its capacity."""
    return f"{rng.uniform(5, 15):.3f} 1 {rng.uniform(0.5, 2):.4f} 0.15 4 0 0 1"


@pytest.mark.parametrize("link", [steep, unit_capacity, crowded])
@pytest.mark.parametrize("seed", [1, 2])
def test_networks_of_every_kind_reach_an_equilibrium_that_networkx_confirms(read, link, seed):
    rng = np.random.default_rng(seed)
    trips = "<END OF METADATA>\n" + "".join(
        f"Origin {origin}\n"
        + " ".join(f"{end} : {rng.uniform(0, 4):.3f};" for end in range(1, 13))
        + "\n"
        for origin in range(1, 13)
    )
    result = assign(read(grid(rng, link), trips, zones=12, nodes=25), AssignOptions(gap=1e-11))
    graph = nx.DiGraph()
    network = result.network
    for tail, head, time in zip(network.tail, network.head, result.time, strict=True):
        graph.add_edge(int(tail), int(head), weight=time)
    distance = dict(nx.all_pairs_dijkstra_path_length(graph))
    ends = zip(result.trips.origin, result.trips.destination, strict=True)
    cheapest = result.trips.demand @ [distance[int(o)][int(d)] for o, d in ends]
    assert cheapest == pytest.approx(result.tstt, rel=1e-10)


def test_a_toll_that_pays_for_driving_is_refused_with_the_trips_it_serves(tmp_path):
    net, trips = tmp_path / "net.tntp", tmp_path / "trips.tntp"
    net.write_text(HEAD.format(zones=2, nodes=3, through=1) + LINKS)
    trips.write_text(TRIPS)
    arguments = ["assign", "--net", str(net), "--trips", str(trips), "--toll-weight", "-1"]
    answer = CliRunner().invoke(app, arguments)
    assert isinstance(answer.exception, InputError)
    assert [problem.message for problem in answer.exception.problems] == [
        "the link from 1 to 3 costs -3 when empty; trips from 1 to 2 could use it."
    ]


@pytest.mark.parametrize(
    "text", ["\n", "~ nothing yet\n", "<NUMBER OF ZONES> 2\n<END OF METADATA>\n"]
)
def test_a_trips_file_without_origins_is_refused(read, text):
    with pytest.raises(InputError) as caught:
        read(LINKS, trips=text)
    assert [(problem.file, problem.column) for problem in caught.value.problems] == [
        ("x_trips.tntp", "Origin")
    ]


def test_a_trips_file_that_says_there_are_none_is_taken(read):
    trips = "<NUMBER OF ZONES> 2\n<TOTAL OD FLOW> 0\n<END OF METADATA>\n"
    assert assign(read(LINKS, trips=trips)).volume.tolist() == [0.0, 0.0]
