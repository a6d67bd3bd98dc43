"""Projects whose names a file system or a spreadsheet would take for something else."""

import csv
import io
import re
import zipfile

import fastexcel
import pytest

from tests.appraisal.conftest import write_run
from transcaspian.cli.main import main

ALIKE = ("a-project-of-a-very-long-name-number-1", "a-project-of-a-very-long-name-number-2")
ODD = (
    '=HYPERLINK("http://nowhere","x")',
    "owner's",
    "ends'",
    "'begins",
    "../../up",
    "/abs",
    "UP",
    "up",
    "a[b]:c*d?e",
    "history",
    "NUL",
    "..",
    "https://nowhere",
    "007",
)


def run(*words):
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    return stop.value.code or 0


@pytest.fixture(scope="module")
def odd_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd") / "deep"
    folder.mkdir()
    return write_run((*ALIKE, *ODD), folder / "run")


def test_every_project_has_a_sheet_of_its_own_with_its_name_as_text(odd_run, tmp_path):
    book = tmp_path / "book.xlsx"

    assert run("appraise", "run", odd_run, "--draws", "1000", "--workbook", book) == 0

    found = fastexcel.read_excel(book)
    titles = [str(found.load_sheet(name, header_row=None).to_polars()[0, 0]) for name in found.sheet_names]  # fmt: skip
    assert [title.rsplit(", million", 1)[0] for title in titles] == [*ALIKE, *ODD]


def test_no_name_becomes_a_formula_or_an_address(odd_run, tmp_path):
    book = tmp_path / "book.xlsx"

    run("appraise", "run", odd_run, "--draws", "1000", "--workbook", book)

    with zipfile.ZipFile(book) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "/sheet" in name]
    assert not any("<hyperlink" in sheet for sheet in sheets)
    formulas = {one for sheet in sheets for one in re.findall(r"<f>([^<]*)</f>", sheet)}
    assert not any("HYPERLINK" in one for one in formulas)


def test_sheets_never_leave_their_folder(odd_run, tmp_path):
    folder = tmp_path / "one" / "two" / "three"

    assert run("appraise", "run", odd_run, "--draws", "1000", "--sheets", folder) == 0

    written = {file for file in tmp_path.rglob("*") if file.is_file()}
    assert len(written) == len(ALIKE) + len(ODD)
    assert {file.parent for file in written} == {folder}


def test_tables_shown_as_csv_hold_no_formulas(odd_run, capsys):
    assert run("show", odd_run, "projects", "--csv") == 0

    names = [row["project"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))]
    assert names[2] == f"'{ODD[0]}"
    assert not any(name.startswith(("=", "@", "+", "-")) for name in names)
