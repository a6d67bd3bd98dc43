"""Reads a workbook back into a case folder, cell by cell as text.

A cell that Excel keeps as a number becomes the shortest text of that number. Wherever the layout
is not what `excel` says, or a cell can't be read, every Problem is raised with sheet and row.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import polars as pl

from transcaspian.case.columns import Column
from transcaspian.case.excel import (
    FIRST_ROW,
    INDEX_HEADER,
    INDEX_SHEET,
    PROFILES_FILE,
    SETTINGS_FILE,
    SETTINGS_HEADER,
    unit_labels,
)
from transcaspian.case.parse import NUMBER, WHOLE
from transcaspian.case.registry import TABLES
from transcaspian.case.sheet_cells import place_of, row_texts
from transcaspian.errors import InputError, Problem
from transcaspian.workbook import Sheet, cell_name, read_sheets

__all__ = ["Origin", "read_workbook"]

NEEDS_QUOTES = re.compile('[,"\r\n]')
DTYPES: Mapping[str, pl.DataType] = {
    str(dtype): dtype for dtype in (pl.Float64(), pl.Float32(), pl.Int64(), pl.Int32())
}
LONGEST_NAME = 200  # characters of a file's name in the case
NO_HOURLY_NUMBERS = ("boolean", "date", "error", "formula", "merged")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file of the case came from: its sheet, and line of the file → row of the sheet."""

    sheet: str
    rows: Mapping[int, int]


def read_workbook(source: Path, folder: Path) -> dict[str, Origin]:
    """Write the case that `source` holds into the empty `folder`; return file → origin.

    Raises InputError where the workbook can't be read or its layout is another one.
    """
    problems: list[Problem] = []
    origins: dict[str, Origin] = {}
    sheets = {sheet.name: sheet for sheet in read_sheets(source)}
    for file, name in _read_index(source, sheets, problems).items():
        target, sheet = folder / file, sheets[name]
        target.parent.mkdir(parents=True, exist_ok=True)
        if file == SETTINGS_FILE:
            origins[file] = _read_settings(sheet, target, problems)
        elif file == PROFILES_FILE:
            _read_profiles(sheet, target, problems)
        else:
            origins[file] = _read_table(sheet, file, target, problems)
    if problems:
        raise InputError(f"{source.name!r} is not a workbook of a case.", problems)
    return origins


def _read_index(
    source: Path, sheets: Mapping[str, Sheet], problems: list[Problem]
) -> dict[str, str]:
    """Return file → sheet as the sheet `tables` lists them."""
    if INDEX_SHEET not in sheets:
        message = f"There is no sheet {INDEX_SHEET!r}, which says what the others hold."
        problems.append(Problem(source.name, 0, "", message, "Start from an exported workbook."))
        return {}
    index = sheets[INDEX_SHEET]
    if tuple(_plain(index, 1, len(INDEX_HEADER), problems)) != INDEX_HEADER:
        message = "The columns are others."
        problems.append(Problem(place_of(INDEX_SHEET), 1, "", message, _listed(INDEX_HEADER)))
        return {}
    files: dict[str, str] = {}
    for line in index.rows:
        sheet, file, _ = _plain(index, line, len(INDEX_HEADER), problems)
        if line == 1 or not (sheet or file):
            continue
        found = _index_problem(sheets, sheet, file, files)
        if found is None:
            files[file] = sheet
        else:
            problems.append(Problem(place_of(INDEX_SHEET), line, *found))
    return files


def _plain(sheet: Sheet, row: int, count: int, problems: list[Problem]) -> list[str]:
    """Return the first cells of a row that belongs to no table's column."""
    return row_texts(sheet, row, [None] * count, problems)


def _index_problem(
    sheets: Mapping[str, Sheet], sheet: str, file: str, files: Mapping[str, str]
) -> tuple[str, str, str] | None:
    if sheet not in sheets:
        return "sheet", f"There is no sheet {sheet!r}.", "Correct the name or delete the row."
    path = PurePosixPath(file)
    is_safe = not path.is_absolute() and ".." not in path.parts and not set('\\:*?"<>|') & set(file)
    if (
        not is_safe
        or not file.isprintable()
        or len(file) > LONGEST_NAME
        or (path.suffix != ".csv" and file not in (SETTINGS_FILE, PROFILES_FILE))
    ):
        return "file", f"{file!r} is no file of a case.", "Name a table, such as power/buses.csv."
    if file.lower() in {other.lower() for other in files}:
        return "file", f"{file!r} stands there twice.", "Keep one of the two rows."
    return None


def _listed(words: Sequence[str]) -> str:
    return f"They must be {', '.join(words)}."


def _read_settings(sheet: Sheet, target: Path, problems: list[Problem]) -> Origin:
    lines = [_plain(sheet, row, 1, problems)[0] for row in range(1, max(sheet.rows, default=1) + 1)]
    if lines[0] != SETTINGS_HEADER:
        message = f"Row 1 is {lines[0]!r}."
        problems.append(
            Problem(place_of(sheet.name), 1, "", message, f"Write {SETTINGS_HEADER!r}.")
        )
    problems.extend(_right_of(sheet, 1))
    target.write_text("".join(f"{line}\n" for line in lines[1:]), encoding="utf-8")
    return Origin(sheet.name, {line: line + 1 for line in range(1, len(lines))})


def _read_table(sheet: Sheet, file: str, target: Path, problems: list[Problem]) -> Origin:
    header = _plain(sheet, 1, len(sheet.rows.get(1, [])), problems)
    problems.extend(_layout_problems(sheet, file, header))
    problems.extend(_right_of(sheet, len(header)))
    columns = _columns(file, header)
    rows = [
        (line, row_texts(sheet, line, columns, problems))
        for line in sheet.rows
        if line >= FIRST_ROW
    ]
    text = "".join(_csv_line(cells) for cells in (header, *(cells for _, cells in rows)))
    target.write_text(text, encoding="utf-8", newline="")
    starts = _start_lines(text)
    sheet_rows = [1, *(line for line, _ in rows)]
    return Origin(sheet.name, dict(zip(starts, sheet_rows, strict=True)))


def _columns(file: str, header: Sequence[str]) -> list[Column | None]:
    """Return the registry's columns of a header, None where it knows none of that name."""
    table = TABLES.get(file.removesuffix(".csv"))
    known = {} if table is None else {column.name: column for column in table.all_columns()}
    return [known.get(name) for name in header]


def _layout_problems(sheet: Sheet, file: str, header: list[str]) -> list[Problem]:
    problems: list[Problem] = []
    place = place_of(sheet.name)
    found = _plain(sheet, 2, len(header), problems)
    for name, label, cell in zip(header, unit_labels(file, header), found, strict=True):
        if cell != label:
            message = f"Row 2 says {cell!r}, not the unit {label!r}."
            cure = "Row 2 holds the units: restore it, and bring the figures to its unit."
            problems.append(Problem(place, 2, name, message, cure))
    if not all(header) or not header:
        problems.append(
            Problem(place, 1, "", "A column has no name.", "Name it or delete the column.")
        )
    return problems


def _right_of(sheet: Sheet, count: int) -> list[Problem]:
    """Return a problem for every row with a cell to the right of the first `count` columns."""
    problems = []
    for row, texts in sheet.rows.items():
        if row > 1 and any(texts[count:]):
            cell = cell_name(row, len(texts) - 1)
            message = f"{cell} stands right of the last column."
            problems.append(Problem(place_of(sheet.name), row, "", message, "Delete it."))
    return problems


def _csv_line(cells: Sequence[str]) -> str:
    """Return one line of CSV, quoting line breaks of every kind."""
    return (
        ",".join(
            '"' + cell.replace('"', '""') + '"' if NEEDS_QUOTES.search(cell) else cell
            for cell in cells
        )
        + "\n"
    )


def _start_lines(text: str) -> list[int]:
    """Return the line on which each row of the CSV text starts, as an editor counts."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    starts, start = [], 1
    for _ in reader:
        starts.append(start)
        start = reader.line_num + 1
    return starts


def _read_profiles(sheet: Sheet, target: Path, problems: list[Problem]) -> None:
    names, types = sheet.rows.get(1, []), sheet.rows.get(2, [])
    place = place_of(sheet.name)
    if not names or len(names) != len(types) or not all((*names, *types)):
        message = "A series has no name or type."
        problems.append(Problem(place, 1, "", message, "Restore rows 1 and 2."))
        return
    before = len(problems)
    for name, kind in zip(names, types, strict=True):
        if kind not in DTYPES:
            cure = f"Write one of {', '.join(DTYPES)}."
            problems.append(Problem(place, 2, name, "The type is not known.", cure))
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            message = "The series stands there twice."
            problems.append(Problem(place, 1, name, message, "Delete one."))
    problems.extend(_right_of(sheet, len(names)))
    if len(problems) == before:
        _series(sheet, problems).write_parquet(target)


def _series(sheet: Sheet, problems: list[Problem]) -> pl.DataFrame:
    """Return the hourly series; append one problem for each that is not all numbers."""
    names, types = sheet.rows[1], sheet.rows[2]
    rows = range(FIRST_ROW, max(sheet.rows) + 1)
    wrong_kinds: dict[int, set[int]] = {}
    for (row, place), kind in sheet.kinds.items():
        if kind in NO_HOURLY_NUMBERS:
            wrong_kinds.setdefault(place, set()).add(row)
    columns = []
    for place, (name, dtype) in enumerate(zip(names, types, strict=True)):
        texts = pl.Series(
            name, [_at(sheet.rows.get(row, []), place) for row in rows], dtype=pl.String
        )
        is_whole = DTYPES[dtype].is_integer()
        wrong = (~texts.str.contains(WHOLE if is_whole else NUMBER)).arg_true().to_list()
        lines = sorted({*(rows[line] for line in wrong), *wrong_kinds.get(place, set())})
        if lines:
            text = _at(sheet.rows.get(lines[0], []), place)
            found = f"{len(lines)} hours hold no number, the first {text!r} in"
            message = f"{found} {cell_name(lines[0], place)}."
            problems.append(Problem(place_of(sheet.name), lines[0], name, message, "Fill them in."))
        values = texts.cast(pl.Int64 if is_whole else pl.Float64, strict=False)
        columns.append(values.cast(DTYPES[dtype], strict=False))
    return pl.DataFrame(columns)


def _at(texts: Sequence[str], place: int) -> str:
    return texts[place] if place < len(texts) else ""
