"""Reads a workbook, whole or not at all."""

from collections.abc import Collection
from pathlib import Path

from transcaspian.errors import InputError, Problem
from transcaspian.untrusted import in_child
from transcaspian.workbook.cells import read_cells
from transcaspian.workbook.kinds import Sheet, SheetError
from transcaspian.workbook.parts import open_book

__all__ = ["read_sheets"]


def read_sheets(source: Path, left_out: Collection[str] = ()) -> list[Sheet]:
    """Return the sheets of the workbook in their order, without those that are `left_out`.

    A number is the shortest text that means it; every other kind of cell is marked (`Kind`).
    Raises InputError where `source` is no workbook, is damaged, or is larger than the limits. It is
    read in a process of its own, so that no file can take this one's memory or time.
    """
    return in_child(_read_sheets, source, tuple(left_out), what=source.name)


def _read_sheets(source: Path, left_out: Collection[str]) -> list[Sheet]:
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    try:
        with open_book(source) as book:
            for name in book.sheets:
                if name in left_out:
                    continue
                try:
                    sheets.append(read_cells(book, name))
                except SheetError as error:
                    problems.append(_as_problem(error))
    except SheetError as error:
        if error.sheet:
            problems.append(_as_problem(error))
        else:
            raise InputError(
                f"{source.name!r} is not a workbook that can be read: {error.message}."
            ) from error
    if problems:
        raise InputError(f"{source.name!r} is not a workbook that can be read.", problems)
    return sheets


def _as_problem(error: SheetError) -> Problem:
    cure = "Mend it, or open the workbook in a spreadsheet program and save it anew."
    message = f"{error.message[:1].upper()}{error.message[1:]}."
    return Problem(f"sheet {error.sheet!r}", error.row, "", message, cure)
