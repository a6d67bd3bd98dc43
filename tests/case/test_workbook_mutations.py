"""Variants of a workbook's cells: each reads as before, or is named by sheet, row and cell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.case.workbook_mutations import Book, CellMutations, Change
from tests.small_case import write_small_case
from transcaspian.case.excel_read import read_workbook
from transcaspian.case.excel_write import write_workbook
from transcaspian.errors import InputError, Problem
from transcaspian.workbook import read

SEED = 90_210
COUNT, PART = 320, 40
PARTS = [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(PART, COUNT, PART))]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("workbook")
    write_workbook(write_small_case(folder / "case"), folder / "case.xlsx")
    return Book(folder / "case.xlsx")


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without starting a process for each of the hundreds of workbooks."""

    def call(function: Callable[..., Any], *arguments: object, what: str) -> object:
        assert what
        return function(*arguments)

    monkeypatch.setattr(read, "in_child", call)


def outcome(file: Path, folder: Path) -> dict[str, bytes] | list[Problem]:
    """Return the tables of a workbook, or what is wrong with it."""
    folder.mkdir()
    try:
        read_workbook(file, folder)
    except InputError as error:
        return list(error.problems) if file.name in error.message else []
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.csv")}


def is_named(problem: Problem, change: Change) -> bool:
    return problem.file == f"sheet {change.sheet!r}" and problem.row == change.row


@pytest.mark.parametrize("first", PARTS)
@pytest.mark.usefixtures("in_this_process")
def test_every_cell_reads_as_before_or_is_named(book: Book, tmp_path: Path, first: int) -> None:
    mutations = CellMutations(book, SEED)
    sheet = next(iter(book.sheets))
    unchanged = Change("", sheet, 1, "A1", book.cells(sheet)["A1"])
    before = outcome(book.write(tmp_path / "same.xlsx", unchanged), tmp_path / "same")
    wrong = []

    for number in range(first, first + PART):
        change = mutations.draw(number)
        file = book.write(tmp_path / f"{number}.xlsx", change)
        found = outcome(file, tmp_path / f"out{number}")
        file.unlink()
        is_right = (
            found == before
            if change.as_before
            else isinstance(found, list) and any(is_named(problem, change) for problem in found)
        )
        if not is_right:
            wrong.append((number, change, found if isinstance(found, list) else "read"))

    assert isinstance(before, dict)
    assert wrong == []
