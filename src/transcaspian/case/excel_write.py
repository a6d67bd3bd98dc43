"""Writes a case folder as an Excel workbook from which the same cells can be read again.

Numbers go in as numbers where Excel gives back the very text; everything else, text that starts
like a formula included, goes in as text.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import xlsxwriter  # type: ignore[import-untyped] # ships no types

from transcaspian.case.columns import Column, Table
from transcaspian.case.excel import (
    FIRST_ROW,
    INDEX_HEADER,
    INDEX_SHEET,
    PROFILES_FILE,
    PROFILES_SHEET,
    SETTINGS_FILE,
    SETTINGS_HEADER,
    SETTINGS_SHEET,
    sheet_names,
    unit_labels,
)
from transcaspian.case.files import case_files
from transcaspian.case.registry import TABLES
from transcaspian.errors import InputError, Problem

__all__ = ["write_workbook"]

LONGEST_CELL = 32_767  # characters, Excel's limit
LARGEST_SHEET = 1_048_576  # rows, Excel's limit
LONGEST_CHOICE_LIST = 255  # characters, Excel's limit for a list written out
SPARE_ROWS = 1_000  # below the last one, already with their drop-down lists
EXACT_BELOW = 1e15  # whole numbers above it may lose digits in a workbook's 16
WIDEST_COLUMN = 40  # letters
NOT_FOR_XML = re.compile("[\0\ufffe\uffff]")
PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table on its way into the workbook."""

    name: str
    file: str
    header: list[str]
    rows: list[list[str]]


def write_workbook(folder: Path, target: Path) -> None:
    """Write every file of the case in `folder` into the workbook `target`.

    Raises InputError, with every Problem, where a cell or file does not fit into a workbook.
    """
    problems: list[Problem] = []
    files = sorted(_files(folder, problems))
    names = sheet_names(files)
    sheets = [_read_sheet(folder, file, names[file], problems) for file in files]
    if problems:
        raise InputError(f"{str(folder)!r} does not fit into a workbook.", problems)
    # Constant memory writes text into the cells' own places and each row as soon as it is done.
    buffer = io.BytesIO()  # a disk that is full then shows in one place
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    head = book.add_format({"bold": True, "bottom": 1})
    units = book.add_format({"italic": True, "font_color": "#666666"})
    _write_index(book, head, sheets)
    _write_settings(book, head, (folder / SETTINGS_FILE).read_text("utf-8-sig"))
    for sheet in sheets:
        _write_table(book, head, units, sheet, {other.file: other for other in sheets})
    _write_profiles(book, head, pl.read_parquet(folder / PROFILES_FILE))
    book.close()
    target.write_bytes(buffer.getvalue())


def _files(folder: Path, problems: list[Problem]) -> Iterator[str]:
    for name in case_files(folder):
        if name in (SETTINGS_FILE, PROFILES_FILE):
            continue
        if name.endswith(".csv"):
            yield name
        else:
            problems.append(
                Problem(name, 0, "", "A workbook holds tables only.", "Use a .zip, or move it out.")
            )


def _read_sheet(folder: Path, file: str, name: str, problems: list[Problem]) -> Sheet:
    try:
        text = (folder / file).read_bytes().decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem(file, 0, "", f"The file is no table: {error}.", "Correct it."))
        return Sheet(name, file, [], [])
    header, body = (rows[0], rows[1:]) if rows else ([], [])
    problems.extend(_misfits(file, header, body))
    return Sheet(name, file, header, body)


def _misfits(file: str, header: list[str], rows: list[list[str]]) -> Iterator[Problem]:
    if not all(header) or len(set(header)) < len(header) or not header:
        yield Problem(file, 1, "", "A column has no name of its own.", "Name every column.")
    if len(rows) > LARGEST_SHEET - FIRST_ROW:
        yield Problem(file, 0, "", f"{len(rows)} rows are too many for a sheet.", "Use a .zip.")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            yield Problem(file, line, "", "The row has other columns than the header.", "Mend it.")
        elif not any(row):
            yield Problem(file, line, "", "Every cell of the row is empty.", "Delete the row.")
        else:
            for column, cell in zip(header, row, strict=True):
                if len(cell) > LONGEST_CELL or NOT_FOR_XML.search(cell):
                    message = "The cell is too long, or holds a character that a sheet can't."
                    yield Problem(file, line, column, message, "Use a .zip.")


def _write_index(book: xlsxwriter.Workbook, head: object, sheets: Sequence[Sheet]) -> None:
    page = book.add_worksheet(INDEX_SHEET)
    page.freeze_panes(1, 0)
    page.set_column(0, 1, 30)
    page.set_column(2, 2, 90)
    rows = [
        INDEX_HEADER,
        (SETTINGS_SHEET, SETTINGS_FILE, "Settings of the case as a whole."),
        *((sheet.name, sheet.file, _meaning(sheet.file)) for sheet in sheets),
        (PROFILES_SHEET, PROFILES_FILE, "Hourly series; a hidden sheet."),
    ]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            page.write_string(row, column, cell, head if row == 0 else None)


def _meaning(file: str) -> str:
    table = TABLES.get(file.removesuffix(".csv"))
    return "" if table is None else table.meaning


def _write_settings(book: xlsxwriter.Workbook, head: object, text: str) -> None:
    page = book.add_worksheet(SETTINGS_SHEET)
    page.set_column(0, 0, 90)
    page.write_string(0, 0, SETTINGS_HEADER, head)
    for row, line in enumerate(text.splitlines(), start=1):
        if line:
            page.write_string(row, 0, line)


def _write_table(
    book: xlsxwriter.Workbook,
    head: object,
    grey: object,
    sheet: Sheet,
    others: Mapping[str, Sheet],
) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(FIRST_ROW - 1, 1)
    table = TABLES.get(sheet.file.removesuffix(".csv"))
    columns = _columns(table, sheet.header)
    for index, name in enumerate(sheet.header):
        widest = max((len(row[index]) for row in sheet.rows), default=0)
        page.set_column(index, index, min(max(len(name), widest) + 2, WIDEST_COLUMN))
    for index, (name, column) in enumerate(zip(sheet.header, columns, strict=True)):
        page.write_string(0, index, name, head)
        if column is not None:
            page.write_comment(0, index, _comment(column), {"x_scale": 2})
            rule = _validation(column, others)
            if rule is not None:
                last = FIRST_ROW - 1 + len(sheet.rows) + SPARE_ROWS
                page.data_validation(FIRST_ROW - 1, index, last, index, rule)
    for index, label in enumerate(unit_labels(sheet.file, sheet.header)):
        if label:
            page.write_string(1, index, label, grey)
    is_number = [column is not None and column.kind in ("float", "int") for column in columns]
    for row, cells in enumerate(sheet.rows, start=FIRST_ROW - 1):
        for index, cell in enumerate(cells):
            if not cell:
                continue
            number = _as_number(cell) if is_number[index] else None
            if number is None:
                page.write_string(row, index, cell)
            else:
                page.write_number(row, index, number)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _columns(table: Table | None, header: Sequence[str]) -> list[Column | None]:
    known = {} if table is None else {column.name: column for column in table.all_columns()}
    return [known.get(name) for name in header]


def _comment(column: Column) -> str:
    lines = [column.meaning]
    if column.unit:
        lines.append(f"Unit: {column.unit}")
    if column.default is not None:
        lines.append(f"Empty: {column.default}")
    elif not column.required:
        lines.append("May be empty.")
    if column.list_of:
        lines.append("Several are separated by ';'.")
    if column.references:
        lines.append(f"One of {column.references}.")
    return "\n".join(lines)


def _validation(column: Column, others: Mapping[str, Sheet]) -> dict[str, object] | None:
    """Return Excel's rule for the column; it warns, so that a new name can be typed ahead."""
    choices = ("true", "false") if column.kind == "bool" else column.choices
    rule: dict[str, object] = {"ignore_blank": True, "error_type": "warning"}
    if column.list_of:
        return None
    if choices:
        written = ",".join(choices)
        is_short = len(written) <= LONGEST_CHOICE_LIST
        return rule | {"validate": "list", "source": list(choices)} if is_short else None
    if column.references:
        target, name = column.references.rsplit(".", 1)
        other = others.get(f"{target}.csv")
        if other is None or name not in other.header:
            return None
        letter = xlsxwriter.utility.xl_col_to_name(other.header.index(name), True)
        last = FIRST_ROW - 1 + len(other.rows) + SPARE_ROWS
        source = f"='{other.name}'!{letter}${FIRST_ROW}:{letter}${last}"
        return rule | {"validate": "list", "source": source}
    if column.kind == "text":
        return None
    low = -1e300 if column.minimum is None else column.minimum
    high = 1e300 if column.maximum is None else column.maximum
    kind = "integer" if column.kind == "int" else "decimal"
    return rule | {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}


def _as_number(text: str) -> float | None:
    """Return the number where a workbook gives back exactly this text for it, else None.

    `1.50`, `007` and `1e6` are numbers too, but would come back as `1.5`, `7` and `1000000`.
    """
    if text == "-0" or not PLAIN_NUMBER.fullmatch(text):
        return None
    value = float(text)
    is_exact = abs(value) < EXACT_BELOW and float(f"{value:.16G}") == value
    # The reader takes nine decimals where they are the same number: 34359738368.19531 would come
    # back as 34359738368.1953125.
    decimals = f"{value:.9f}".rstrip("0").rstrip(".")
    is_said_longer = decimals != text and float(decimals) == value
    is_same = np.format_float_positional(value, trim="-") == text
    return value if is_exact and is_same and not is_said_longer else None


def _write_profiles(book: xlsxwriter.Workbook, head: object, frame: pl.DataFrame) -> None:
    page = book.add_worksheet(PROFILES_SHEET)
    page.hide()
    page.freeze_panes(FIRST_ROW - 1, 0)
    for index, name in enumerate(frame.columns):
        page.write_string(0, index, name, head)
    for index, dtype in enumerate(frame.dtypes):  # row by row: a row once left is written
        page.write_string(1, index, str(dtype))
    for row, values in enumerate(frame.iter_rows(), start=FIRST_ROW - 1):
        for index, value in enumerate(values):
            number = float(value)
            # xlsxwriter writes 16 digits; the few that need 17 go in as text.
            if float(f"{number:.16G}") == number:
                page.write_number(row, index, number)
            else:
                page.write_string(row, index, repr(number))
