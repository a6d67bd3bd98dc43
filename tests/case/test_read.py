"""Every way of breaking a case gives the right file, row and column."""

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.case.columns import Column, Table
from transcaspian.case.read import _read_plain, _split, read_case
from transcaspian.errors import InputError, NotFoundError, Problem


def rewrite(folder: Path, table: str, change: Callable[[list[list[str]]], None]) -> None:
    """Change the cells of a table (row 0 is the header) in place."""
    file = folder / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    change(rows)
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def set_cell(folder: Path, table: str, line: int, column: str, value: str) -> None:
    def change(rows: list[list[str]]) -> None:
        rows[line - 1][rows[0].index(column)] = value

    rewrite(folder, table, change)


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_case(folder)
    return list(caught.value.problems)


CELLS = [
    ("power/generators", 2, "bus", "EE", "is not in power/buses"),
    ("power/generators", 3, "carrier", "wnd", "the nearest is 'wind'"),
    ("power/generators", 2, "efficiency", "0,4", "is not a number"),
    ("power/generators", 2, "efficiency", "1.4", "above 1"),
    ("power/generators", 2, "availability_pu", "-0.1", "below 0"),
    ("power/generators", 2, "fuel", "", "names no fuel"),
    ("power/generators", 3, "p_max_profile", "wind_X", "power/profiles.parquet"),
    ("power/fuel_years", 4, "price_usd_per_mwh_th", "nan", "is not a number"),
    ("power/fuel_years", 4, "price_usd_per_mwh_th", "1e999", "too large"),
    ("power/fuel_years", 4, "price_usd_per_mwh_th", "", "empty"),
    ("power/fuel_years", 5, "year", "2030.5", "not a whole number"),
    ("power/links", 2, "bus1", "E", "both ends"),
    ("power/links", 2, "technology", "DC", "is not allowed"),
    ("power/links", 3, "bus0", " W", "blanks"),
    ("power/markets", 2, "bus", "W", "is a zone"),
    ("power/loads", 2, "profile", "load", "power/profiles.parquet"),
    ("power/monthly_energy", 4, "month", "13", "above 12"),
    ("economy/countries", 3, "is_corridor", "yes", "neither true nor false"),
    ("economy/countries", 3, "confidence", "sure", "is not allowed"),
    ("economy/countries", 3, "source", "nobody", "is not in sources"),
    ("freight/links", 2, "forms", "container;coal", "not allowed"),
    ("freight/links", 4, "node1", "INLAND", "both ends"),
    ("freight/terminals", 2, "layer1", "rail_1520", "to itself"),
    ("freight/demand", 2, "origin", "SOUTH", "freight/zones"),
    ("freight/zones", 2, "weight", "0.7", "add up to 0.7"),
    ("freight/route_constants", 2, "commodity", "gold", "freight/commodities"),
    ("projects/shares", 2, "share", "0.4", "add up to 0.9"),
    ("projects/spending", 3, "year", "2080", "last year of use"),
    ("projects/projects", 2, "life_years", "0", "below 1"),
    ("projects/projects", 2, "capex_low_musd", "400", "above capex_musd"),
    ("projects/changes", 2, "table", "power/link", "can't be changed"),
    ("projects/changes", 2, "row", "E-V", "The nearest is 'E-W'"),
    ("projects/changes", 2, "column", "p_nom", "no column"),
    ("projects/changes", 2, "value", "many", "is not a number"),
    ("projects/changes", 2, "value", "-5", "outside the range"),
    ("scenarios/changes", 2, "operation", "double", "is not allowed"),
    ("power/fuel_years", 4, "price_usd_per_mwh_th", "\u0662\u0660", "is not a number"),
    ("power/fuel_years", 4, "price_usd_per_mwh_th", "1e300", "too large"),
    ("power/loads", 2, "profile", "wind_E", "another kind"),
    ("power/generators", 3, "p_max_profile", "load_E", "another kind"),
    ("power/load_years", 2, "peak_mw", "0.6", "below the mean load"),
    ("power/observed", 2, "quantity", "coals", "neither a group"),
    ("power/observed", 2, "unit", "USD/MWh", "not the unit"),
    ("freight/observed", 2, "unit", "TEU", "not the unit of the measure"),
    ("freight/observed", 2, "origins", "SOUTH", "freight/zones"),
    ("economy/parameters", 2, "unit", "USD/MWh", "not the unit"),
    ("projects/changes", 2, "table", "projects/projects", "can't be changed"),
    ("projects/changes", 2, "table", "freight/link_lengths", "can't be changed"),
    ("projects/changes", 2, "value", "1_000", "is not a number"),
    ("projects/changes", 2, "value", "1e300", "too large"),
    ("projects/changes", 4, "value", "-5000", "makes -3500"),
    ("projects/projects", 2, "project", "reference", "another run"),
    ("projects/clusters", 3, "name", "Port", "first row of the cluster"),
    ("projects/clusters", 2, "cluster", "FERRY", "another run"),
]


@pytest.mark.parametrize(("table", "line", "column", "value", "words"), CELLS)
def test_a_wrong_cell_is_named_by_file_row_and_column(
    case_folder: Path, table: str, line: int, column: str, value: str, words: str
) -> None:
    set_cell(case_folder, table, line, column, value)

    found = problems_of(case_folder)

    places = [(p.file, p.row, p.column) for p in found if words in f"{p.message} {p.cure}"]
    assert (f"{table}.csv", line, column) in places


def test_the_small_case_is_whole(case_folder: Path) -> None:
    assert read_case(case_folder).name == "two-shores"


def test_all_problems_are_listed_at_once(case_folder: Path) -> None:
    set_cell(case_folder, "power/links", 2, "loss_pu", "much")
    set_cell(case_folder, "freight/links", 2, "time_h", "soon")

    files = {problem.file for problem in problems_of(case_folder)}

    assert files == {"power/links.csv", "freight/links.csv"}


def test_a_repeated_key_names_both_rows(case_folder: Path) -> None:
    rewrite(case_folder, "power/buses", lambda rows: rows.append(rows[1]))

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row, problem.column) == ("power/buses.csv", 5, "bus")
    assert "row 2" in problem.message


def test_a_missing_year_names_the_thing_that_lacks_it(case_folder: Path) -> None:
    rewrite(case_folder, "power/link_years", lambda rows: rows.pop(4))

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row, problem.column) == ("power/links.csv", 2, "link")
    assert "2030" in problem.message


def test_a_missing_file_is_named(case_folder: Path) -> None:
    (case_folder / "freight" / "nodes.csv").unlink()

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row) == ("freight/nodes.csv", 0)


def test_a_misspelt_file_is_named_with_its_neighbour(case_folder: Path) -> None:
    (case_folder / "freight" / "nodes.csv").rename(case_folder / "freight" / "node.csv")

    strange = [p for p in problems_of(case_folder) if p.file == "freight/node.csv"]

    assert "freight/nodes.csv" in strange[0].cure


def test_a_missing_column_is_named(case_folder: Path) -> None:
    rewrite(case_folder, "power/buses", lambda rows: [row.pop(3) for row in rows] and None)

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row, problem.column) == ("power/buses.csv", 1, "kind")


def test_an_unknown_column_is_named_with_its_neighbour(case_folder: Path) -> None:
    rewrite(case_folder, "power/links", lambda rows: rows[0].__setitem__(5, "loss_puu"))

    unknown = [p for p in problems_of(case_folder) if p.column == "loss_puu"]

    assert (unknown[0].file, unknown[0].row) == ("power/links.csv", 1)
    assert "'loss_pu'" in unknown[0].cure


def test_a_short_row_is_named(case_folder: Path) -> None:
    rewrite(case_folder, "power/buses", lambda rows: rows[2].pop())

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row) == ("power/buses.csv", 3)


def test_lines_count_as_an_editor_shows_them_after_a_line_break_in_a_cell(
    case_folder: Path,
) -> None:
    set_cell(case_folder, "power/buses", 2, "note", "two\nlines")
    set_cell(case_folder, "power/buses", 3, "lat", "north")

    (problem,) = problems_of(case_folder)

    assert (problem.row, problem.column) == (4, "lat")


def test_a_file_in_another_encoding_is_named_with_its_line(case_folder: Path) -> None:
    file = case_folder / "economy" / "countries.csv"
    file.write_bytes(file.read_bytes().replace(b"West", b"W\xfcst"))

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row) == ("economy/countries.csv", 3)


def test_a_semicolon_file_says_so(case_folder: Path) -> None:
    file = case_folder / "economy" / "countries.csv"
    file.write_text(file.read_text("utf-8").replace(",", ";"), "utf-8")

    (problem,) = problems_of(case_folder)

    assert "commas" in problem.message


def test_an_unclosed_quote_is_an_error_of_that_row(case_folder: Path) -> None:
    file = case_folder / "economy" / "countries.csv"
    file.write_text(file.read_text("utf-8").replace("WE,West", 'WE,"West'), "utf-8")

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row) == ("economy/countries.csv", 3)


def test_a_byte_order_mark_changes_nothing(case_folder: Path) -> None:
    file = case_folder / "economy" / "countries.csv"
    before = read_case(case_folder).tables["economy/countries"]
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    after = read_case(case_folder).tables["economy/countries"]

    assert after.equals(before)


def test_an_unknown_setting_is_named(case_folder: Path) -> None:
    file = case_folder / "case.yaml"
    file.write_text(file.read_text("utf-8") + "pric_year: 2020\n", "utf-8")

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.column) == ("case.yaml", "pric_year")


def test_a_newer_schema_is_refused(case_folder: Path) -> None:
    file = case_folder / "case.yaml"
    file.write_text(
        file.read_text("utf-8").replace("schema_version: 1", "schema_version: 99"), "utf-8"
    )

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.column) == ("case.yaml", "schema_version")


def test_hours_that_are_missing_are_counted(case_folder: Path) -> None:
    file = case_folder / "power" / "profiles.parquet"
    frame = pl.read_parquet(file)
    hour = pl.int_range(pl.len()) == 100
    frame.with_columns(pl.when(~hour).then("wind_E").alias("wind_E")).write_parquet(file)

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row, problem.column) == ("power/profiles.parquet", 101, "wind_E")


def test_a_short_year_is_refused(case_folder: Path) -> None:
    file = case_folder / "power" / "profiles.parquet"
    pl.read_parquet(file).head(8759).write_parquet(file)

    (problem,) = problems_of(case_folder)

    assert "8759" in problem.message


def test_a_damaged_parquet_file_is_named(case_folder: Path) -> None:
    (case_folder / "power" / "profiles.parquet").write_bytes(b"PAR1 nothing here")

    (problem,) = problems_of(case_folder)

    assert problem.file == "power/profiles.parquet"


def test_members_of_a_cluster_may_not_set_one_cell_twice(case_folder: Path) -> None:
    def change(rows: list[list[str]]) -> None:
        for project, value in (("PORT", "10"), ("FERRY", "20")):
            row = dict(zip(rows[0], rows[1], strict=True)) | {"project": project, "value": value}
            row |= {"table": "power/storage_units", "row": "W_battery", "column": "p_nom_mw"}
            rows.append([row[name] for name in rows[0]])

    rewrite(case_folder, "projects/changes", change)

    (problem,) = problems_of(case_folder)

    assert problem.file == "projects/clusters.csv"
    assert "W_battery" in problem.message


def test_an_unknown_case_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        read_case("nowhere")


def add_changes(folder: Path, table: str, *changes: dict[str, str]) -> None:
    """Append rows to a table of changes: copies of its first row with other cells."""

    def change(rows: list[list[str]]) -> None:
        first = dict(zip(rows[0], rows[1], strict=True))
        rows.extend([(first | new)[name] for name in rows[0]] for new in changes)

    rewrite(folder, table, change)


def test_changes_of_a_scenario_may_not_overlap(case_folder: Path) -> None:
    add_changes(case_folder, "scenarios/changes", {"value": "3", "from_year": "2030"})

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row) == ("scenarios/changes.csv", 3)
    assert "row 2" in problem.message


def test_changes_of_a_scenario_may_follow_each_other(case_folder: Path) -> None:
    set_cell(case_folder, "scenarios/changes", 2, "to_year", "2029")
    add_changes(
        case_folder, "scenarios/changes", {"value": "3", "from_year": "2030", "to_year": ""}
    )

    fuels = read_case(case_folder).at(2030, "dear_gas").tables["power/fuels"]

    assert fuels["fuel"].to_list() == ["coal_E", "gas_W"]
    assert fuels["price_usd_per_mwh_th"].to_list() == [6, 60]


def test_years_of_a_change_may_not_run_backwards(case_folder: Path) -> None:
    set_cell(case_folder, "scenarios/changes", 2, "from_year", "2035")
    set_cell(case_folder, "scenarios/changes", 2, "to_year", "2030")

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row, problem.column) == ("scenarios/changes.csv", 2, "to_year")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"table": "power/links", "row": "W-M", "column": "bus1", "value": "NOWHERE"}, "bus1"),
        ({"table": "power/links", "row": "W-M", "column": "technology", "value": "DC"}, "tech"),
        ({"table": "power/loads", "row": "W", "column": "profile", "value": "load_X"}, "load_W"),
        (
            {
                "table": "freight/links",
                "row": "INLAND-WPORT-road",
                "column": "forms",
                "value": "bulk;coal",
            },
            "'coal'",
        ),
    ],
)
def test_a_change_to_an_unknown_name_is_named(
    case_folder: Path, change: dict[str, str], words: str
) -> None:
    add_changes(case_folder, "scenarios/changes", change | {"operation": "set"})

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row, problem.column) == ("scenarios/changes.csv", 3, "value")
    assert words in f"{problem.message} {problem.cure}"


def test_nothing_can_be_added_to_an_unlimited_capacity(case_folder: Path) -> None:
    change = {"row": "INLAND-WPORT-road", "table": "freight/links", "column": "capacity"}
    add_changes(case_folder, "scenarios/changes", change | {"operation": "add", "value": "10"})

    (problem,) = problems_of(case_folder)

    assert (problem.row, problem.column) == (3, "operation")
    assert "nothing to add" in problem.message


def test_members_of_a_cluster_may_not_set_what_another_adds_to(case_folder: Path) -> None:
    new = {"table": "power/storage_units", "row": "W_battery", "column": "p_nom_mw", "value": "9"}
    add_changes(
        case_folder,
        "projects/changes",
        new | {"project": "PORT", "operation": "set"},
        new | {"project": "FERRY", "operation": "add"},
    )

    (problem,) = problems_of(case_folder)

    assert problem.file == "projects/clusters.csv"


def test_a_setting_that_stands_there_twice_is_named(case_folder: Path) -> None:
    file = case_folder / "case.yaml"
    file.write_text(file.read_text("utf-8") + "base_year: 2030\n", "utf-8")

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row, problem.column) == ("case.yaml", 13, "base_year")


@pytest.mark.parametrize(
    ("old", "new", "row", "column"),
    [
        ("[0.04, 0.06", "[4, 0.06", 11, "discount_rates.0"),
        ("[0.04, 0.06", "[.nan, 0.06", 11, "discount_rates.0"),
        ("[0.04, 0.06", "[0.06, 0.06", 0, ""),
        ("currency: USD", "currency: EUR", 4, "currency"),
        ("[2025, 2030]", "[2025, 20300]", 7, "model_years.1"),
        ("base_year: 2025", "base_year: 2024-13-45", 6, "base_year"),
        ("base_year: 2025", "base_year: 2025\ndecision_date: 2026-02-30", 7, "decision_date"),
        ("base_year: 2025", "base_year: soon", 6, "base_year"),
        ("headline_rate: 0.06", "headline_rate: 0.07", 0, ""),
    ],
)
def test_a_wrong_setting_is_named_by_its_line(
    case_folder: Path, old: str, new: str, row: int, column: str
) -> None:
    file = case_folder / "case.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.row, problem.column) == ("case.yaml", row, column)


def test_booleans_as_a_spreadsheet_saves_them_are_read(case_folder: Path) -> None:
    before = read_case(case_folder).tables["economy/countries"]
    rewrite(
        case_folder,
        "economy/countries",
        lambda rows: [row.__setitem__(4, row[4].upper()) for row in rows[1:]] and None,
    )

    assert read_case(case_folder).tables["economy/countries"].equals(before)


def test_an_empty_file_is_said_to_be_empty(case_folder: Path) -> None:
    (case_folder / "freight" / "nodes.csv").write_bytes(b"\n")

    (problem,) = problems_of(case_folder)

    assert (problem.file, problem.message) == ("freight/nodes.csv", "The file is empty.")


def test_a_misspelt_folder_is_named(case_folder: Path) -> None:
    (case_folder / "scenario").mkdir()
    (case_folder / "scenarios" / "changes.csv").rename(case_folder / "scenario" / "changes.csv")

    (problem,) = problems_of(case_folder)

    assert problem.file == "scenario/changes.csv"
    assert "scenarios/changes.csv" in problem.cure


def test_a_folder_may_have_any_name(case_folder: Path) -> None:
    folder = case_folder.rename(case_folder.parent / "my [best] case* {1}")

    assert read_case(folder).name == "two-shores"


def test_days_are_not_counted_on_links(case_folder: Path) -> None:
    set_cell(case_folder, "freight/observed", 2, "measure", "days")
    set_cell(case_folder, "freight/observed", 2, "unit", "days")
    set_cell(case_folder, "freight/observed", 2, "links", "EPORT-WPORT-ferry")

    (problem,) = problems_of(case_folder)

    assert (problem.row, problem.column) == (2, "links")
    assert "can't be counted" in problem.message


TEXT_A = Column("a", "text", "First.")
TEXT_B = Column("b", "text", "Second.")
PLAIN = st.text(st.sampled_from("abcÄ\u0661 .;|-0123456789eE+#'\t"), max_size=6)
CELLS = st.lists(st.tuples(PLAIN, PLAIN, PLAIN), min_size=1, max_size=8)


@settings(deadline=None)
@given(CELLS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_plain_text_is_read_as_the_careful_reader_reads_it(
    rows: list[tuple[str, str, str]], end: str, is_closed: bool
) -> None:
    table = Table("t", ("a",), (TEXT_A, TEXT_B), "A table.", sourced=False)
    text = end.join(["a,b,note", *(",".join(row) for row in rows)]) + (end if is_closed else "")
    problems: list[Problem] = []

    plain = _read_plain(table, text)
    careful = _split("t.csv", table, text, problems)

    assert problems == []
    assert careful is not None
    if not all(any(row) for row in rows):
        assert plain is None  # a row of commas alone is left to the careful reader, who skips it
        return
    assert plain is not None
    assert plain.cells.equals(careful.cells)
    assert list(plain.lines) == list(careful.lines)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["x", "1", ",", "\n", "\r", '"', ""]), max_size=12),
)
def test_text_that_is_not_plain_goes_to_the_careful_reader(parts: list[str]) -> None:
    table = Table("t", ("a",), (TEXT_A, TEXT_B), "A table.", sourced=False)
    text = "a,b,note\n" + "".join(parts)
    problems: list[Problem] = []

    plain = _read_plain(table, text)
    careful = _split("t.csv", table, text, problems)

    if plain is not None:  # then the careful reader finds nothing wrong and the same cells
        assert problems == []
        assert careful is not None
        assert plain.cells.equals(careful.cells)
        assert list(plain.lines) == list(careful.lines)


def test_a_headline_scenario_that_is_not_there_is_named(case_folder: Path) -> None:
    file = case_folder / "case.yaml"
    text = file.read_text("utf-8") + "headline_scenarios: [reference, boom]\n"
    file.write_text(text, "utf-8")

    with pytest.raises(InputError) as error:
        read_case(case_folder)

    (problem,) = error.value.problems
    assert (problem.file, problem.column) == ("case.yaml", "headline_scenarios")
    assert "'boom'" in problem.message


@pytest.mark.parametrize(
    "line", ["scenario_years: [2031]", "realisation_year: 2031", "realisations: -1"]
)
def test_settings_of_other_runs_must_fit_the_case(case_folder: Path, line: str) -> None:
    file = case_folder / "case.yaml"
    file.write_text(file.read_text("utf-8") + line + "\n", "utf-8")

    with pytest.raises(InputError) as error:
        read_case(case_folder)

    assert all(problem.file == "case.yaml" for problem in error.value.problems)
