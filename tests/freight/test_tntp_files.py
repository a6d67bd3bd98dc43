"""TNTP files that say something else than it seems: tags, headings, totals, sizes, writings."""

import time

import numpy as np
import pytest
from typer.testing import CliRunner

from transcaspian.cli.freight import app
from transcaspian.errors import InputError
from transcaspian.freight import AssignOptions, assign
from transcaspian.freight.read import read_tntp

TAGS = ("<NUMBER OF ZONES> 3", "<NUMBER OF NODES> 4", "<FIRST THRU NODE> 4", "<NUMBER OF LINKS> 4")
HEADING = ("init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed", "toll", "link_type")  # fmt: skip
# The short way leads through zone 3, which nobody may pass; the long one through node 4.
LINKS = (
    (1, 3, 20, 1.5, 1, 0.15, 4, 50, 0.5, 1),
    (3, 2, 20, 1.5, 1, 0.15, 4, 50, 0.5, 1),
    (1, 4, 20, 2.5, 5, 0.15, 4, 60, 0.25, 2),
    (4, 2, 20, 2.5, 5, 0.15, 4, 60, 0.25, 2),
)
TRIPS = "<NUMBER OF ZONES> 3\n<TOTAL OD FLOW> 30.0\n<END OF METADATA>\nOrigin 1\n  2 : 30.0;\n"
TSTT = 30.0 * 10.0 * (1.0 + 0.15 * 1.5**4)


def net_text(tags=TAGS, heading=HEADING, rows=LINKS, end=" ;"):
    head = "\n".join([*tags, "<END OF METADATA>"])
    title = "~\t" + "\t".join(heading) + "\t;\n" if heading else ""
    return head + "\n\n" + title + "".join("\t".join(map(str, row)) + end + "\n" for row in rows)


@pytest.fixture
def files(tmp_path):
    def write(net=None, trips=TRIPS):
        paths = tmp_path / "x_net.tntp", tmp_path / "x_trips.tntp"
        for path, text in zip(paths, (net_text() if net is None else net, trips), strict=True):
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return paths

    return write


def problems_of(paths, **weights):
    with pytest.raises(InputError) as caught:
        read_tntp(*paths, **weights)
    return [(one.file[2:-5], one.row, one.column) for one in caught.value.problems]


@pytest.mark.parametrize(
    "tags",
    [
        TAGS,
        [tag.replace(" ", "_", 2).replace("_OF_", " OF ") for tag in TAGS],
        [tag.replace(" OF ", "_OF_").replace(" THRU ", "_THRU_") for tag in TAGS],
        [tag.replace("THRU", "Through").lower() for tag in TAGS],
        [tag.replace("THRU", "through") for tag in TAGS],
        [tag.replace(" OF ", "-of-") for tag in TAGS],
        [" ".join(TAGS)],
        ["\t".join(reversed(TAGS[:2])), " ".join(TAGS[2:]) + " ~ <FIRST THRU NODE> 1"],
        [tag.replace("> ", ">:\t") for tag in TAGS],
        [*TAGS, '<SCENARIO> "Build"', "<ORIGINAL HEADER>~ from to"],
        [*TAGS, TAGS[0]],
    ],
)
def test_tags_mean_the_same_however_they_are_written(files, tags):
    paths = files(net_text(tags))
    assert assign(read_tntp(*paths), AssignOptions(gap=1e-12)).tstt == pytest.approx(TSTT)


@pytest.mark.parametrize(
    ("tag", "row"),
    [
        ("<FIRST NODE TO PASS> 4", 5),
        ("<LAST ZONE> 3", 5),
        ("<FIRST THRU NODE> 2", 5),
        ("<FIRST THRU NODE>", 5),
        ("<FIRST THRU NODE 4", 5),
        ("note <DISTANCE FACTOR> 1", 5),
        ("<TOTAL OD FLOW> 30", 5),
        ("<TOLL FACTOR> nan", 5),
        ("<DISTANCE FACTOR> 1e999", 5),
        ("<DISTANCE FACTOR> 1_0", 5),
        ("<TOLL FACTOR> two", 5),
    ],
)
def test_a_tag_that_is_unknown_empty_or_no_number_is_named(files, tag, row):
    assert problems_of(files(net_text([*TAGS, tag])))[0][:2] == ("net", row)


def test_every_wrong_tag_is_named_at_once(files):
    paths = files(net_text([*TAGS, "<ONE> 1", "<TWO> 2 <NUMBER OF ZONES> 2"]))
    assert problems_of(paths) == [
        ("net", 5, "<ONE>"), ("net", 6, "<TWO>"), ("net", 6, "<NUMBER OF ZONES>"),
    ]  # fmt: skip


@pytest.mark.parametrize("order", [range(10), [1, 0, *range(2, 10)], [4, 3, 2, 6, 5, 0, 1, 8, 7, 9], [9, 8, 0, 1, 2, 3, 4, 5, 6, 7]])  # fmt: skip
@pytest.mark.parametrize("is_comment", [True, False])
def test_columns_stand_where_the_heading_says(files, order, is_comment):
    rows = [[row[place] for place in order] for row in LINKS]
    text = net_text(heading=[HEADING[place] for place in order], rows=rows)
    problem = read_tntp(*files(text if is_comment else text.replace("~", "")), toll_weight=2.0)
    plain = read_tntp(*files(), toll_weight=2.0)
    assert np.array_equal(problem.network.tail, plain.network.tail)
    assert np.array_equal(problem.network.delays.parameters, plain.network.delays.parameters)
    assert np.array_equal(problem.length, plain.length)
    assert np.array_equal(problem.classes.fixed, plain.classes.fixed)


@pytest.mark.parametrize(
    "heading",
    [
        ["from", "to", "capacity", "length", "fftt", "alpha", "beta", "speed", "toll", "type"],
        ["Tail", "Head", "Capacity (veh/h)", "Length (ft)", "Free Flow Time (min)", "B", "Power", "Speed (ft/min)", "Toll", "Type"],
        ["init", "term", "capacity"],
    ],
)  # fmt: skip
def test_other_words_for_our_columns_are_understood(files, heading):
    paths = files(net_text(heading=heading))
    assert read_tntp(*paths, toll_weight=2.0).classes.fixed[0].tolist() == [1.0, 1.0, 0.5, 0.5]


def test_another_column_in_the_place_of_tolls_is_never_paid(files):
    heading = [*HEADING[:8], "critical_speed", "lanes"]
    paths = files(net_text(heading=heading))
    assert not read_tntp(*paths).classes.fixed.any()
    assert problems_of(paths, toll_weight=1.0) == [("net", 0, "toll")]


def test_tolls_that_no_link_gives_can_not_be_weighed(files):
    rows = [row[:7] for row in LINKS]
    paths = files(net_text([*TAGS, "<TOLL FACTOR> 0.02"], heading=HEADING[:7], rows=rows))
    assert problems_of(paths) == [("net", 0, "toll")]


def test_the_original_heading_serves_where_no_other_stands(files):
    order = [0, 1, 3, 2, *range(4, 10)]
    rows = [[row[place] for place in order] for row in LINKS]
    head = "<ORIGINAL HEADER>~\t" + "\t".join(HEADING[place] for place in order)
    problem = read_tntp(*files(net_text([*TAGS, head], heading=(), rows=rows)))
    assert problem.length.tolist() == [1.5, 1.5, 2.5, 2.5]


def test_a_heading_without_a_column_that_is_needed_is_refused(files):
    heading = ["from", "to", "lanes", "length", "vdf", "alpha", "beta", "speed", "toll", "type"]
    assert problems_of(files(net_text(heading=heading))) == [
        ("net", 7, "capacity"),
        ("net", 7, "free_flow_time"),
    ]


def test_a_table_under_words_that_are_not_ours_is_refused(files):
    heading = [f"field {letter}" for letter in "abcdefghij"]
    assert {row for _, row, _ in problems_of(files(net_text(heading=heading)))} == {7}


def test_a_comment_that_speaks_of_ways_from_and_to_is_no_heading(files):
    text = net_text().replace("~\t", "~ from here to there the ferries sail twice a day\n~\t")
    assert read_tntp(*files(text)).network.tail.size == 4


@pytest.mark.parametrize("place", range(2, 10))
def test_a_cell_that_is_missing_never_moves_the_others(files, place):
    rows = [*LINKS[:2], LINKS[2][:place] + LINKS[2][place + 1 :], LINKS[3]]
    assert problems_of(files(net_text(rows=rows))) == [("net", 10, "")]


@pytest.mark.parametrize("word", ["nan", "inf", "-inf", "1e999", "1e200", "1_000", "\uff11", "5,5"])
@pytest.mark.parametrize("place", range(2, 10))
def test_every_number_of_a_link_is_checked(files, place, word):
    row = [*LINKS[2][:place], word, *LINKS[2][place + 1 :]]
    found = problems_of(files(net_text(rows=[*LINKS[:2], row, LINKS[3]]))) if not (
        place == 2 and word == "1e200"
    ) else [("net", 10, "capacity")]  # fmt: skip
    assert found == [("net", 10, HEADING[place])]


def test_a_capacity_without_bound_leaves_the_time_as_it_is(files):
    rows = [(*row[:2], 1e90, *row[3:]) for row in LINKS]
    result = assign(read_tntp(*files(net_text(rows=rows))), AssignOptions(gap=1e-12))
    assert result.tstt == 300.0


@pytest.mark.parametrize(("capacity", "power"), [(20, 1e6), (1e-90, 4), (20, 300), (0.001, 90)])
def test_times_that_leave_the_range_of_numbers_are_refused(files, capacity, power):
    rows = [*LINKS[:3], (4, 2, capacity, 2.5, 5, 0.15, power, 60, 0.25, 2)]
    assert problems_of(files(net_text(rows=rows))) == [("net", 11, "power")]


def test_more_numbers_behind_the_semicolon_are_refused(files):
    text = net_text().replace("50\t0.5\t1 ;\n", "50\t0.5\t1 ; 3 2 20 1 1 0 1 0 0 1;\n", 1)
    assert problems_of(files(text)) == [("net", 8, "")]


def test_cells_may_stand_between_semicolons(files):
    text = net_text().replace("\t", ";")
    assert read_tntp(*files(text)).length.tolist() == [1.5, 1.5, 2.5, 2.5]


LARGE = {1: 11_000_000_001, 2: 11_000_000_002, 3: 11_000_000_003, 4: 9_007_199_254_740_991}


def test_numbers_of_nodes_may_be_as_large_as_those_of_maps(files):
    rows = [(LARGE[row[0]], LARGE[row[1]], *row[2:]) for row in LINKS]
    tags = [*TAGS[:2], f"<FIRST THRU NODE> {LARGE[4]}", TAGS[3]]
    trips = TRIPS.replace("Origin 1", f"Origin {LARGE[1]}").replace("2 : 30", f"{LARGE[2]} : 30")
    result = assign(read_tntp(*files(net_text(tags, rows=rows), trips)), AssignOptions(gap=1e-12))
    assert result.tstt == pytest.approx(TSTT)


@pytest.mark.parametrize("node", ["9007199254740992", "1e300", "0", "-1", "1.5", "99999999999999999999"])  # fmt: skip
def test_numbers_that_are_no_nodes_are_named(files, node):
    text = net_text(rows=[*LINKS[:3], (4, node, *LINKS[3][2:])])
    assert ("net", 11, "term_node") in problems_of(files(text))


@pytest.mark.parametrize("origin", ["9007199254740992", "9" * 30, "9" * 5000, "0", "4"])
def test_origins_that_are_no_zones_are_named(files, origin):
    paths = files(trips=TRIPS.replace("Origin 1", f"Origin {origin}"))
    assert ("trips", 4, "Origin") in problems_of(paths)


def test_a_first_node_to_pass_beyond_all_nodes_is_refused(files):
    tags = [*TAGS[:2], "<FIRST THRU NODE> 40", TAGS[3]]
    assert problems_of(files(net_text(tags))) == [("net", 3, "<FIRST THRU NODE>")]


@pytest.mark.parametrize(
    "total", ["30", "30.0", "30.00001", "3e1", "30.0 ~ of 2024", "34", "34.0;"]
)
def test_totals_fit_with_or_without_trips_within_zones(files, total):
    trips = TRIPS.replace("30.0\n", f"{total}\n", 1).replace("2 : 30.0;", "2 : 30.0; 1 : 4;")
    assert read_tntp(*files(trips=trips)).trips.demand.tolist() == [30.0]


@pytest.mark.parametrize("total", ["31", "29.9", "0", "360600", "-30", "30.01"])
def test_a_total_that_does_not_fit_is_refused(files, total):
    trips = TRIPS.replace("30.0\n", f"{total}\n", 1)
    assert problems_of(files(trips=trips)) == [("trips", 2, "<TOTAL OD FLOW>")]


def test_a_file_of_trips_that_was_cut_off_is_refused(files):
    lines = [f"Origin {origin}\n 1 : 5.0; 2 : 5.0; 3 : 5.0;\n" for origin in (1, 2, 3)]
    head = "<NUMBER OF ZONES> 3\n<TOTAL OD FLOW> 45.0\n<END OF METADATA>\n"
    read_tntp(*files(trips=head + "".join(lines)))
    assert problems_of(files(trips=head + "".join(lines[:2])))[0][2] == "<TOTAL OD FLOW>"


def test_trips_of_more_zones_than_the_network_has_belong_to_another(files):
    assert problems_of(files(trips=TRIPS.replace("ZONES> 3", "ZONES> 5"))) == [
        ("trips", 1, "<NUMBER OF ZONES>")
    ]


def test_a_long_list_of_trips_with_one_value_missing_is_refused_at_once(files):
    pairs = "; ".join("2 : 10.0" for _ in range(20_000))
    trips = f"<END OF METADATA>\nOrigin 1\n{pairs}; 3 : ; {pairs}\n"
    started = time.process_time()
    assert problems_of(files(trips=trips)) == [("trips", 3, "")]
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize("text", ["<" * 50_000, "Origin " * 20_000, "Origin" + " " * 50_000, "1 : " * 20_000, "~" * 50_000 + "<"])  # fmt: skip
def test_no_text_takes_long_to_refuse(files, text):
    started = time.process_time()
    for paths in (files(net=text + "\n" + net_text()), files(trips=text + "\n")):
        try:
            read_tntp(*paths)
        except InputError:
            continue
    assert time.process_time() - started < 4.0


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_writings_of_letters_and_lines_change_nothing(files, coding, end):
    net = net_text().replace("~", "~ Zürich\n~", 1).replace("\n", end).encode(coding)
    trips = TRIPS.replace("\n", end).encode(coding)
    assert read_tntp(*files(net, trips)).trips.demand.tolist() == [30.0]


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_writings_that_hold_zero_bytes_are_refused(files, coding):
    assert problems_of(files(net_text().encode(coding)))[0][0] == "net"


def test_a_zero_byte_is_refused_where_it_stands(files):
    assert problems_of(files(net_text().replace("20\t2.5", "2\x000\t2.5", 1))) == [("net", 10, "")]


def test_letters_that_break_lines_elsewhere_do_not_move_rows(files):
    text = net_text().replace("~\t", "~ a\u2028b\x0bc\x85d\n~\t", 1).replace("2.5\t5\t0.15", "2.5\t-5\t0.15", 1)  # fmt: skip
    assert problems_of(files(text)) == [("net", 11, "free_flow_time")]


@pytest.mark.parametrize("option", ["--gap", "--theta", "--toll-weight", "--distance-weight"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_options_are_finite(files, option, value):
    net, trips = files()
    words = ["assign", "--net", str(net), "--trips", str(trips), option, value]
    assert CliRunner().invoke(app, words).exit_code == 2
