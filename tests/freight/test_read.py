import numpy as np
import pytest

from transcaspian.errors import InputError, NotFoundError
from transcaspian.freight import AssignOptions, assign
from transcaspian.freight.read import read_tntp

NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 3
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 3
<ORIGINAL HEADER>~ a comment
<END OF METADATA>

~ init term capacity length time b power speed toll type ;
1 3 10 2.5 4 0.15 4 50 7 1 ;
3 2 10 1.5 6 0 0 50 0 1;
1 2 0 3 0 0.15 4 50 0 1 ;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 35
<END OF METADATA>

Origin 1
  1 :  5.0;   2 : 20.0;
Origin  2
  2 : 1e1;
"""


@pytest.fixture
def files(tmp_path):
    net, trips = tmp_path / "x_net.tntp", tmp_path / "x_trips.tntp"
    net.write_text(NET)
    trips.write_text(TRIPS)
    return net, trips


def test_links_and_trips_are_read(files):
    problem = read_tntp(*files)
    assert problem.network.tail.tolist() == [0, 2, 0]
    assert problem.network.head.tolist() == [2, 1, 1]
    assert problem.network.first_through == 2
    assert problem.trips.demand.tolist() == [20.0]


def test_lengths_and_tolls_cost_nothing_unless_said(files):
    assert read_tntp(*files).classes.fixed.tolist() == [[0.0, 0.0, 0.0]]


def test_factors_of_the_file_are_used(files):
    files[0].write_text(
        NET.replace(
            "<NUMBER OF LINKS>",
            "<DISTANCE FACTOR> 0.04\n<TOLL FACTOR> 0.02 ~ min/cent\n<NUMBER OF LINKS>",
        )
    )
    assert read_tntp(*files).classes.fixed[0] == pytest.approx(
        [0.04 * 2.5 + 0.02 * 7.0, 0.06, 0.12]
    )


def test_given_weights_come_before_those_of_the_file(files):
    files[0].write_text(
        NET.replace("<NUMBER OF LINKS>", "<DISTANCE FACTOR> 0.04\n<NUMBER OF LINKS>")
    )
    assert read_tntp(*files, distance_weight=1.0, toll_weight=2.0).classes.fixed[
        0
    ] == pytest.approx([16.5, 1.5, 3.0])


def test_a_link_of_no_time_and_no_capacity_carries_everything(files):
    result = assign(read_tntp(*files), AssignOptions(gap=1e-12))
    assert result.volume.tolist() == [0.0, 0.0, 20.0]
    assert result.tstt == 0.0


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "message"),
    [
        ("1 3 10 2.5 4", "1 9 10 2.5 4", 9, "term_node", "Node 9"),
        ("1 3 10 2.5 4", "1 3 ten 2.5 4", 9, "capacity", "'ten' is not a number"),
        ("1 3 10 2.5 4", "1 3 -10 2.5 4", 9, "capacity", "not a number from 0 up"),
        ("1 3 10 2.5 4", "1 3 0 2.5 4", 9, "capacity", "It is zero although"),
        ("1 3 10 2.5 4", "1 3 10 nan 4", 9, "length", "not a finite number"),
        ("1 3 10 2.5 4", "1 3 10 2.5 inf", 9, "free_flow_time", "not a number from 0 up"),
        ("0.15 4 50 7", "0.15 0.5 50 7", 9, "power", "between 0 and 1"),
        ("1 3 10 2.5 4", "1.5 3 10 2.5 4", 9, "init_node", "Node 1.5"),
        ("<NUMBER OF ZONES> 2", "<NUMBER OF ZONES> 2.5", 1, "<NUMBER OF ZONES>", "not a whole number"),
        ("<NUMBER OF LINKS> 3", "<NUMBER OF LINKS> 4", 4, "<NUMBER OF LINKS>", "the file has 3"),
        ("<NUMBER OF NODES> 3", "<NUMBER OF NODES> x", 2, "<NUMBER OF NODES>", "not a number"),
    ],
)  # fmt: skip
def test_wrong_network_lines_are_named(files, old, new, row, column, message):
    files[0].write_text(NET.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_tntp(*files)
    problem = caught.value.problems[0]
    assert (problem.file, problem.row, problem.column) == ("x_net.tntp", row, column)
    assert message in problem.message


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [("Origin  2", "Origin  5", 7), ("2 : 20.0", "2 = 20.0", 6), ("2 : 20.0", "4 : 20.0", 6), ("2 : 20.0", "2 : -1", 6)],
)  # fmt: skip
def test_wrong_trip_lines_are_named(files, old, new, row):
    files[1].write_text(TRIPS.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_tntp(*files)
    assert (caught.value.problems[0].file, caught.value.problems[0].row) == ("x_trips.tntp", row)


def test_a_missing_file_is_said(files):
    with pytest.raises(NotFoundError, match="nothing_net"):
        read_tntp(files[0].with_name("nothing_net.tntp"), files[1])


ODD_NET = """\ufeff<NUMBER OF ZONES>\t2
<NUMBER OF NODES>\t3   ~ counted twice
<FIRST THRU NODE> 3
<NUMBER OF LINKS>3
<END OF METADATA>\t


~ \tinit\tterm\tcapacity ;
\t1\t3\t10\t2.5\t4\t0.15\t4\t50\t7\t1\t;

   3    2   1.0E1  1.5 6.0   0   0  50   0 1;~ a link of its own
1 2 0 3 0 0.15 4 50 0 1
;
"""
ODD_TRIPS = """~ made by hand

<NUMBER OF ZONES> 2
<END OF METADATA>
ORIGIN 1:
1 :5.0;2:20.0   ~ the only trips that leave

origin\t2
    2 :    10.00;
"""


def test_odd_spacing_and_comments_read_the_same(files):
    plain = read_tntp(*files)
    files[0].write_text(ODD_NET, encoding="utf-8")
    files[1].write_text(ODD_TRIPS)
    odd = read_tntp(*files)
    for name in ("tail", "head", "n_vertex", "first_through"):
        assert np.array_equal(getattr(odd.network, name), getattr(plain.network, name))
    assert np.array_equal(odd.network.delays.parameters, plain.network.delays.parameters)
    assert np.array_equal(odd.trips.demand, plain.trips.demand)


def test_headers_that_are_missing_follow_from_the_links(files):
    lines = [line for line in NET.splitlines() if not line.startswith("<NUMBER")]
    files[0].write_text("\n".join(lines))
    assert read_tntp(*files).network.n_vertex == 3


def test_without_a_first_through_node_every_node_is_passed(files):
    files[0].write_text(NET.replace("<FIRST THRU NODE> 3\n", ""))
    assert read_tntp(*files).network.first_through == 0


def test_parallel_links_stay_two_links(files):
    more = NET.replace("<NUMBER OF LINKS> 3", "<NUMBER OF LINKS> 4")
    files[0].write_text(more + "1 2 10 3 0 0 0 50 0 1 ;\n")
    problem = read_tntp(*files)
    assert list(zip(problem.network.tail, problem.network.head, strict=True)).count((0, 1)) == 2


def test_a_file_without_links_is_refused(files):
    files[0].write_text("<NUMBER OF NODES> 3\n<END OF METADATA>\n")
    with pytest.raises(InputError, match="cannot be read"):
        read_tntp(*files)
