"""A workbook gives back the cells that went in; its lists and units come from the registry."""

import csv
import io
import re
import string
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import fastexcel
import numpy as np
import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from transcaspian.case.excel import sheet_names
from transcaspian.case.excel_read import read_workbook
from transcaspian.case.excel_write import write_workbook
from transcaspian.errors import InputError

NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=4)
# What a file in UTF-8 may hold and XML may too.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"), max_size=12
)
NUMBERS = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=12).map(str),
    st.sampled_from(["1.50", "007", "-0", "1e6", "+3", ".5", "0.0000000000012", "1e-300"]),
)
FORMULAS = st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "'x", "_x0041_"])
CELLS = st.one_of(TEXTS, NUMBERS, FORMULAS, st.just(""))


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    header = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    row = st.lists(CELLS, min_size=len(header), max_size=len(header)).filter(any)
    return [header, *draw(st.lists(row, max_size=5))]


def write_csv(file: Path, rows: list[list[str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)


def read_csv(file: Path) -> list[list[str]]:
    text = file.read_bytes().decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def write_folder(folder: Path, table: str, rows: list[list[str]]) -> Path:
    write_csv(folder / table, rows)
    (folder / "case.yaml").write_text("name: made-up\n\n  # indented remark\n", "utf-8")
    (folder / "power").mkdir(exist_ok=True)
    pl.DataFrame({"a": [0.1]}).write_parquet(folder / "power" / "profiles.parquet")
    return folder


def there_and_back(folder: Path, table: str, rows: list[list[str]]) -> list[list[str]]:
    source = write_folder(folder / "in", table, rows)
    write_workbook(source, folder / "case.xlsx")
    read_workbook(folder / "case.xlsx", folder / "out")
    assert (folder / "out" / "case.yaml").read_text("utf-8") == (source / "case.yaml").read_text(
        "utf-8"
    )
    return read_csv(folder / "out" / table)


def problem_of(action: Callable[[], object]) -> tuple[str, int, str]:
    with pytest.raises(InputError) as caught:
        action()
    (problem,) = caught.value.problems
    return problem.file, problem.row, problem.message


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=tables())
def test_write_then_read_is_identity_on_tables_of_any_text(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert there_and_back(Path(folder), "register/notes.csv", rows) == rows


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=8))
@example(numbers=["34359738368.19531"])
def test_numbers_come_back_exactly_as_typed(numbers: list[str]) -> None:
    rows = [["fuel", "co2_t_per_mwh_th"], *(["gas", number] for number in numbers)]

    with tempfile.TemporaryDirectory() as folder:
        assert there_and_back(Path(folder), "power/fuels.csv", rows) == rows


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8),
    dtype=st.sampled_from([pl.Float64(), pl.Float32()]),
)
def test_hourly_series_keep_every_bit_and_their_type(
    values: list[float], dtype: pl.DataType
) -> None:
    with np.errstate(over="ignore"):
        frame = pl.DataFrame({"a": values, "b": values[::-1]}).select(
            pl.all().cast(dtype).replace([np.inf, -np.inf], 0.0).cast(dtype)
        )

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = write_folder(folder / "in", "x.csv", [["a"]])
        frame.write_parquet(source / "power" / "profiles.parquet")
        write_workbook(source, folder / "case.xlsx")
        read_workbook(folder / "case.xlsx", folder / "out")

        back = pl.read_parquet(folder / "out" / "power" / "profiles.parquet")

    assert back.schema == frame.schema
    assert back.equals(frame)


def test_plain_numbers_are_numbers_in_the_workbook_and_odd_ones_text(tmp_path: Path) -> None:
    rows = [["fuel", "co2_t_per_mwh_th"], ["a", "0.34"], ["b", "0.340"]]
    source = write_folder(tmp_path / "in", "power/fuels.csv", rows)
    write_workbook(source, tmp_path / "case.xlsx")

    with zipfile.ZipFile(tmp_path / "case.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet3.xml").decode()

    assert "<v>0.34</v>" in sheet
    assert "<t>0.340</t>" in sheet


def test_nothing_that_looks_like_a_formula_becomes_one(tmp_path: Path) -> None:
    source = write_folder(
        tmp_path / "in", "power/fuels.csv", [["fuel", "note"], ["=1+1", "@A1"], ["-1", "+1"]]
    )
    write_workbook(source, tmp_path / "case.xlsx")

    with zipfile.ZipFile(tmp_path / "case.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]

    assert not any(b"<f>" in sheet for sheet in sheets)


def test_lists_limits_and_comments_come_from_the_registry(case_folder: Path) -> None:
    target = case_folder.parent / "case.xlsx"
    write_workbook(case_folder, target)

    names = fastexcel.read_excel(target).sheet_names
    with zipfile.ZipFile(target) as archive:

        def part(sheet: str) -> str:
            return archive.read(f"xl/worksheets/sheet{names.index(sheet) + 1}.xml").decode()

        buses, links = part("power.buses"), part("power.links")
        comments = "".join(
            archive.read(name).decode() for name in archive.namelist() if "comments" in name
        )

    assert '"zone,market' in buses
    assert "'power.buses'!$A$3:" in links
    assert "Unit: deg" in comments


def test_row_two_holds_the_units(case_folder: Path) -> None:
    target = case_folder.parent / "case.xlsx"
    write_workbook(case_folder, target)

    sheet = (
        fastexcel.read_excel(target)
        .load_sheet("power.links", header_row=None, dtypes="string")
        .to_polars()
    )

    units = dict(zip(sheet.row(0), sheet.row(1), strict=True))
    assert (units["length_km"], units["bus0"]) == ("[km]", None)


def test_sheet_names_are_short_and_unique_whatever_the_case() -> None:
    files = [f"power/{'a' * 40}{end}.csv" for end in "xy"] + ["a/b.csv", "A.b.csv", "history.csv"]

    names = sheet_names(files)

    assert all(len(name) <= 31 for name in names.values())
    assert len({name.lower() for name in names.values()}) == len(files)
    assert not any(re.search(r"[\[\]:*?/\\]", name) for name in names.values())


def edited(folder: Path, edit: Callable[[xlsxwriter.Workbook], None]) -> Path:
    """A workbook as another program might write it, with a sheet of fuels."""
    file = folder / "edited.xlsx"
    book = xlsxwriter.Workbook(str(file))
    index = book.add_worksheet("tables")
    index.write_row(0, 0, ["sheet", "file", "meaning"])
    index.write_row(1, 0, ["fuels", "power/fuels.csv"])
    sheet = book.add_worksheet("fuels")
    sheet.write_row(0, 0, ["fuel", "co2_t_per_mwh_th"])
    sheet.write_string(1, 1, "[t/MWh]")
    edit(book)
    book.close()
    return file


def fuels_of(file: Path, folder: Path) -> list[list[str]]:
    read_workbook(file, folder)
    return read_csv(folder / "power" / "fuels.csv")[1:]


def test_numbers_typed_in_excel_lose_no_digit(tmp_path: Path) -> None:
    def edit(book: xlsxwriter.Workbook) -> None:
        book.get_worksheet_by_name("fuels").write_row(2, 0, ["a", 1.25e-11])
        book.get_worksheet_by_name("fuels").write_row(3, 0, ["b", 1 / 3])

    rows = fuels_of(edited(tmp_path, edit), tmp_path / "out")

    assert [float(cell) for _, cell in rows] == [1.25e-11, 0.3333333333333333]


def test_empty_rows_in_a_sheet_are_passed_over(tmp_path: Path) -> None:
    def edit(book: xlsxwriter.Workbook) -> None:
        book.get_worksheet_by_name("fuels").write_row(2, 0, ["a", 1])
        book.get_worksheet_by_name("fuels").write_row(5, 0, ["b", 2])

    assert fuels_of(edited(tmp_path, edit), tmp_path / "out") == [["a", "1"], ["b", "2"]]


def test_a_formula_that_failed_is_named_and_not_read_as_empty(tmp_path: Path) -> None:
    def edit(book: xlsxwriter.Workbook) -> None:
        book.get_worksheet_by_name("fuels").write_formula(2, 1, "=1/0", None, "#DIV/0!")

    file = edited(tmp_path, edit)

    assert problem_of(lambda: read_workbook(file, tmp_path / "out")) == (
        "sheet 'fuels'",
        3,
        "B3 holds the error #DIV/0!.",
    )


def test_a_changed_unit_is_refused(tmp_path: Path) -> None:
    def edit(book: xlsxwriter.Workbook) -> None:
        book.get_worksheet_by_name("fuels").write_string(1, 1, "[kg/MWh]")

    file = edited(tmp_path, edit)

    place, row, message = problem_of(lambda: read_workbook(file, tmp_path / "out"))
    assert (place, row) == ("sheet 'fuels'", 2)
    assert "[kg/MWh]" in message


def test_a_deleted_row_of_units_does_not_swallow_the_first_row(tmp_path: Path) -> None:
    def edit(book: xlsxwriter.Workbook) -> None:
        book.get_worksheet_by_name("fuels").write_row(1, 0, ["gas", 0.2])

    file = edited(tmp_path, edit)

    with pytest.raises(InputError):
        read_workbook(file, tmp_path / "out")


@pytest.mark.parametrize("path", ["../x.csv", "/x.csv", "a\\b.csv", "run.sh"])
def test_a_file_outside_the_case_is_refused(tmp_path: Path, path: str) -> None:
    file = edited(
        tmp_path,
        lambda book: book.get_worksheet_by_name("tables").write_row(1, 0, ["fuels", path]),
    )

    place, row, _ = problem_of(lambda: read_workbook(file, tmp_path / "out"))
    assert (place, row) == ("sheet 'tables'", 2)


def test_a_workbook_of_something_else_says_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "other.xlsx"
    book = xlsxwriter.Workbook(str(file))
    book.add_worksheet("budget").write_string(0, 0, "x")
    book.close()

    _, _, message = problem_of(lambda: read_workbook(file, tmp_path / "out"))
    assert "no sheet 'tables'" in message


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.xlsx"
    file.write_bytes(b"not a workbook")

    with pytest.raises(InputError, match="not a workbook"):
        read_workbook(file, tmp_path / "out")


def test_an_empty_row_is_refused_on_the_way_out(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "in", "x.csv", [["a", "b"], ["", ""]])

    _, row, message = problem_of(lambda: write_workbook(source, tmp_path / "case.xlsx"))
    assert (row, message) == (2, "Every cell of the row is empty.")


@pytest.mark.parametrize("name", ["power/fuels.csv", "case.yaml", "power/profiles.parquet"])
def test_an_empty_sheet_is_an_error(tmp_path: Path, name: str) -> None:
    def edit(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("empty")
        book.get_worksheet_by_name("tables").write_row(1, 0, ["empty", name])

    file = edited(tmp_path, edit)

    with pytest.raises(InputError, match="workbook"):
        read_workbook(file, tmp_path / "out")
