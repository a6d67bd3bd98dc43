"""Every way of breaking a case gives the right file, row and column."""

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from transcaspian.case.read import read_case
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
