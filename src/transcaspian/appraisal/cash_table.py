"""The table of a cash flow as text: CSV or a sheet of an Excel workbook, each cell with its row."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from transcaspian.errors import InputError, Problem
from transcaspian.workbook import Kind, Sheet, cell_name, read_sheets

__all__ = ["AMOUNT_COLUMNS", "TIME_COLUMNS", "CashTable", "Row", "read_table"]

TIME_COLUMNS = ("year", "date")
AMOUNT_COLUMNS = ("net", "benefit", "cost")
WORKBOOKS = (".xlsx", ".xlsm")
ZIP_MARK = b"PK\x03\x04"  # of a workbook under another name
OLD_MARK = b"\xd0\xcf\x11\xe0"  # of .xls
SAVE = "Save it as CSV, UTF-8, with commas."
COLUMNS_CURE = "Give a header with year or date, and net, or benefit and cost, and a row for each."
SHOWN = 60  # letters of a cell in a message


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line, its cells by column, and how many cells were written."""

    line: int
    cells: dict[str, str]
    cell_count: int


@dataclass(frozen=True, slots=True)
class CashTable:
    """Header and rows; `wrong[line, column]` is what a cell is that is no text or number, and the cure."""

    file: str
    header_line: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    wrong: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)


def read_table(path: Path, problems: list[Problem]) -> CashTable:
    """Return the table of a CSV file or workbook; append every problem of the file as a whole."""
    try:
        with path.open("rb") as stream:
            mark = stream.read(len(ZIP_MARK))
        if path.suffix.lower() in WORKBOOKS or mark == ZIP_MARK:
            return _read_workbook(path, problems)
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(Problem(path.name, 0, "", f"cannot be read: {reason}.", "Check the path."))
        return CashTable(path.name, 0, (), ())
    if mark == OLD_MARK:
        message = "is a workbook of the old format (.xls)."
        problems.append(Problem(path.name, 0, "", message, "Save it as .xlsx or CSV."))
        return CashTable(path.name, 0, (), ())
    return _read_csv(path.name, content, problems)


def _read_csv(file: str, content: bytes, problems: list[Problem]) -> CashTable:
    empty = CashTable(file, 0, (), ())
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{content[error.start]:02X} is not UTF-8 text."
        problems.append(Problem(file, line, "", message, SAVE))
        return empty
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        message = "holds zero bytes and is not a text file."
        problems.append(Problem(file, line, "", message, SAVE))
        return empty
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(re.sub(r"\r\n?", "\n", text)), strict=True)
    try:
        lines.extend(_records(reader))
    except csv.Error as error:
        message = f"is not CSV: {error}."
        problems.append(
            Problem(file, reader.line_num, "", message, "Mend its quotes, and shorten long cells.")
        )
        return empty
    if not lines:
        problems.append(Problem(file, 0, "", "is empty.", COLUMNS_CURE))
        return empty
    header_line, header = lines[0]
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        message = f"the header {header[0][:SHOWN]!r} has no commas."
        problems.append(Problem(file, header_line, "", message, "Separate cells by commas."))
    return _table(file, header_line, header, lines[1:], problems)


def _records(reader: "Iterable[list[str]]") -> Iterable[tuple[int, list[str]]]:
    """Yield the first line number and the cells of every record that is not blank."""
    line = 1
    for record in reader:
        cells = [cell.strip() for cell in record]
        if any(cells):
            yield line, cells
        line = reader.line_num + 1  # type: ignore[attr-defined] # of csv.reader


def _table(
    file: str,
    header_line: int,
    header: Sequence[str],
    lines: Sequence[tuple[int, list[str]]],
    problems: list[Problem],
) -> CashTable:
    columns = tuple(name.strip().lower() for name in header)
    problems.extend(
        Problem(file, header_line, name, "the column stands more than once.", "Keep one of them.")
        for name in sorted({name for name in columns if name and columns.count(name) > 1})
    )
    if not lines:
        cure = "Add a row for each year."
        problems.append(Problem(file, header_line, "", "no row below the header.", cure))
    rows = tuple(
        Row(line, dict(zip(columns, cells + [""] * len(columns), strict=False)), len(cells))
        for line, cells in lines
    )
    return CashTable(file, header_line, columns, rows)


def _read_workbook(path: Path, problems: list[Problem]) -> CashTable:
    """Return the one sheet whose header names a cash flow, or the only sheet."""
    empty = CashTable(path.name, 0, (), ())
    try:
        filled = [sheet for sheet in read_sheets(path) if sheet.rows]
    except InputError as error:
        problems.extend(
            error.problems
            or [Problem(path.name, 0, "", error.message, "Save it again, or as CSV.")]
        )
        return empty
    fitting = [sheet for sheet in filled if _names_a_cash_flow(sheet)]
    if len(fitting) > 1:
        names = ", ".join(repr(sheet.name) for sheet in fitting)
        message = f"the sheets {names} all hold a cash flow."
        problems.append(Problem(path.name, 0, "", message, "Keep one of them."))
        return empty
    if not filled:
        problems.append(Problem(path.name, 0, "", "is empty.", COLUMNS_CURE))
        return empty
    sheet = (fitting or filled)[0]
    numbers = [number for number, cells in sheet.rows.items() if any(map(str.strip, cells))]
    place = f"{path.name}, sheet {sheet.name!r}"
    # To the right of the header a sheet may hold whatever it likes.
    width = len(sheet.rows[numbers[0]])
    lines = [(number, [cell.strip() for cell in sheet.rows[number][:width]]) for number in numbers]
    table = _table(place, numbers[0], lines[0][1], lines[1:], problems)
    return CashTable(
        table.file, table.header_line, table.columns, table.rows, _wrong_cells(sheet, table)
    )


def _names_a_cash_flow(sheet: Sheet) -> bool:
    header = {cell.strip().lower() for cell in sheet.rows[min(sheet.rows)]}
    return bool(header & set(TIME_COLUMNS)) and bool(header & set(AMOUNT_COLUMNS))


def _wrong_cells(sheet: Sheet, table: CashTable) -> dict[tuple[int, str], tuple[str, str]]:
    """Return, for each cell that is no plain number or text, what it is and the cure."""
    return {
        (row, table.columns[place]): _kind_in_words(kind, cell_name(row, place), sheet.rows[row][place])
        for (row, place), kind in sheet.kinds.items()
        if place < len(table.columns) and not (kind == "date" and table.columns[place] == "date")
    }  # fmt: skip


def _kind_in_words(kind: Kind, cell: str, text: str) -> tuple[str, str]:
    match kind:
        case "formula":
            cure = "Open the workbook in a spreadsheet program and save it there."
            return f"{cell} holds the formula {text[:SHOWN]!r} without a stored value.", cure
        case "error":
            return f"{cell} holds the error {text}.", "Correct its formula, or write the value."
        case "merged":
            return f"{cell} is merged with other cells.", "Unmerge them and fill in each."
        case "date":
            return f"{cell} is a date ({text}).", "Write the number, in another format."
        case "percent":
            return f"{cell} is shown in per cent; its number is {text}.", "Write the amount."
        case "boolean":
            return f"{cell} is {text}.", "Write the number."
