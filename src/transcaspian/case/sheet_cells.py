"""What a row of a sheet says to the columns of a table: text that means the same, or a problem.

A cell that holds something never reads as empty, and a number is never taken for another one than
the sheet shows.
"""

from collections.abc import Sequence

from transcaspian.case.columns import Column
from transcaspian.errors import Problem
from transcaspian.workbook import Kind, Sheet, cell_name

__all__ = ["place_of", "row_texts"]

FRACTIONS = ("-", "1/a")  # units in which 5% is 0.05
DATE = "date"  # the unit of columns that hold dates
SAVE = "Open the workbook in a spreadsheet program and save it there, or write the value."


def place_of(sheet: str) -> str:
    """Return how a problem names a sheet."""
    return f"sheet {sheet!r}"


def row_texts(
    sheet: Sheet,
    row: int,
    columns: Sequence[Column | None],
    problems: list[Problem],
) -> list[str]:
    """Return the texts of one row, one for each column; append a problem for every wrong cell.

    `columns` are those of the header, None where no table knows the column. Cells to the right of
    the columns are not looked at.
    """
    texts = sheet.rows.get(row, [])[: len(columns)]
    texts = texts + [""] * (len(columns) - len(texts))
    for place, column in enumerate(columns):
        kind = sheet.kinds.get((row, place))
        if kind is None:
            continue
        wrong = _wrong(kind, texts[place], cell_name(row, place), column)
        if wrong is not None:
            name = column.name if column is not None else ""
            problems.append(Problem(place_of(sheet.name), row, name, *wrong))
    return texts


def _wrong(kind: Kind, text: str, cell: str, column: Column | None) -> tuple[str, str] | None:
    """Return what is wrong with a cell of this kind in this column, and the cure."""
    match kind:
        case "formula":
            return f"{cell} holds the formula {text[:60]!r} without a stored value.", SAVE
        case "error":
            return f"{cell} holds the error {text}.", "Correct its formula, or write the value."
        case "merged":
            return f"{cell} is merged with other cells.", "Unmerge them and fill in each."
        case "date":
            return _wrong_date(text, cell, column)
        case "percent":
            return _wrong_percent(text, cell, column)
        case "boolean":
            return _wrong_boolean(text, cell, column)


def _wrong_date(text: str, cell: str, column: Column | None) -> tuple[str, str] | None:
    if column is None or column.unit == DATE:
        return None
    if column.kind != "text":
        return f"{cell} is a date ({text}), not a number.", "Write the number, in another format."
    if column.references or column.choices or column.required:
        return f"{cell} is a date ({text}).", "Format the cell as text and write it again."
    return None


def _wrong_percent(text: str, cell: str, column: Column | None) -> tuple[str, str] | None:
    if column is None or column.kind == "text" or column.unit in FRACTIONS:
        return None
    unit = f"[{column.unit}]" if column.unit else "of the column"
    message = f"{cell} is shown in per cent; its number is {text}."
    return message, f"Write the number in the unit {unit}, in another format."


def _wrong_boolean(text: str, cell: str, column: Column | None) -> tuple[str, str] | None:
    if column is None or column.kind in ("bool", "text"):
        return None
    return f"{cell} is {text}, not a number.", "Write the number."
