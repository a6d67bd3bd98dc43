"""What a cell of a workbook can be, and the sheet that holds the cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["Kind", "Sheet", "SheetError", "cell_name"]

Kind = Literal["boolean", "date", "percent", "error", "formula", "merged"]
"""What a cell is, where it is more than text or a plain number:

- boolean: TRUE or FALSE.
- date: a number that is shown as a date or time; its text is ISO 8601.
- percent: a number that is shown in per cent; its text is the number, 0.05 for 5%.
- error: an error such as `#DIV/0!`, which is its text.
- formula: a formula without a stored value; its text is the formula with "=".
- merged: the first of several cells that were merged into one.
"""

LETTERS = 26


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: no cell that holds something is empty here.

    `rows[n]` are the texts of row n (the first is 1), from column A to the last cell that holds
    something; rows without any such cell are left out. `kinds` is by row and place in the row
    (column A is 0).
    """

    name: str
    rows: Mapping[int, list[str]]
    kinds: Mapping[tuple[int, int], Kind]


class SheetError(Exception):
    """A part of a workbook can't be read: the sheet ("" for the workbook), the row, and why."""

    def __init__(self, sheet: str, row: int, message: str) -> None:
        super().__init__(sheet, row, message)
        self.sheet, self.row, self.message = sheet, row, message


def cell_name(row: int, place: int) -> str:
    """Return what a spreadsheet calls the cell.

    >>> cell_name(3, 0), cell_name(12, 27)
    ('A3', 'AB12')
    """
    letters, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, LETTERS)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
