"""CSV files and an Excel workbook that a spreadsheet opens without running anything.

Text that begins like a formula gets an apostrophe in front; reading takes it away again, so
writing and reading is identity.
"""

import csv
import io
from datetime import date, datetime, time

import polars as pl
import xlsxwriter  # type: ignore[import-untyped] # ships no types

from transcaspian.register.columns import TABLES
from transcaspian.register.tables import Register
from transcaspian.spreadsheet import TEXT_STAYS_TEXT, guard

__all__ = ["write_tables", "write_workbook"]

MAX_CELL = 32_767  # letters that Excel keeps
MAX_WIDTH = 60


def write_tables(register: Register) -> dict[str, bytes]:
    """Return one CSV file a table, UTF-8, with the columns of the registry."""
    return {f"{name}.csv": _csv(register[name]) for name in TABLES}


def _csv(frame: pl.DataFrame) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows([_cell(value) for value in row] for row in frame.iter_rows())
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return guard(value)
    return repr(value)


def write_workbook(register: Register, as_of: date) -> bytes:
    """Return a workbook with one sheet a table; every text is written as text."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        **TEXT_STAYS_TEXT,
        "nan_inf_to_errors": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    # Without a fixed day two exports of the same rows would differ.
    book.set_properties({"title": "Register of promises", "created": _midnight(as_of)})
    head = book.add_format({"bold": True, "bottom": 1})
    about = book.add_worksheet("about")
    about.write_string(
        0,
        0,
        f"Register of promises, as of {as_of}; one sheet a table, sources in the sheet 'sources'.",
    )
    for name in TABLES:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        frame = register[name]
        for column, title in enumerate(frame.columns):
            sheet.write_string(0, column, title, head)
            sheet.set_column(column, column, _width(frame[title], title))
        for row, values in enumerate(frame.iter_rows(), start=1):
            for column, value in enumerate(values):
                _write(sheet, row, column, value)
        if frame.height:
            sheet.autofilter(0, 0, frame.height, frame.width - 1)
    book.close()
    return buffer.getvalue()


def _write(sheet: "xlsxwriter.worksheet.Worksheet", row: int, column: int, value: object) -> None:
    if isinstance(value, bool | str):
        sheet.write_string(row, column, _cell(value)[:MAX_CELL])
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)


def _width(column: pl.Series, title: str) -> int:
    longest = column.cast(pl.String).str.len_chars().max() if column.len() else 0
    return min(max(len(title), int(str(longest or 0))) + 2, MAX_WIDTH)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
