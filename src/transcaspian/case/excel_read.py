"""Reads a workbook back into a case folder, cell by cell as text.

A cell that Excel keeps as a number becomes the shortest text of that number. Wherever the layout
is not what `excel` says, every Problem is raised with sheet and row.
"""

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import fastexcel
import numpy as np
import polars as pl

from transcaspian.case.excel import (
    FIRST_ROW,
    INDEX_HEADER,
    INDEX_SHEET,
    PROFILES_FILE,
    SETTINGS_FILE,
    SETTINGS_HEADER,
    unit_labels,
)
from transcaspian.errors import InputError, Problem

__all__ = ["Origin", "read_workbook"]

ERROR_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"')
NEEDS_QUOTES = re.compile('[,"\r\n]')
DTYPES: Mapping[str, pl.DataType] = {
    str(dtype): dtype for dtype in (pl.Float64(), pl.Float32(), pl.Int64(), pl.Int32())
}


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
    try:
        book = fastexcel.read_excel(source)
        files = _read_index(source, book, problems)
        problems.extend(_error_cells(source))
        for file, sheet in files.items():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            if file == SETTINGS_FILE:
                origins[file] = _read_settings(book, sheet, target, problems)
            elif file == PROFILES_FILE:
                _read_profiles(book, sheet, target, problems)
            else:
                origins[file] = _read_table(book, sheet, file, target, problems)
    except (fastexcel.FastExcelError, zipfile.BadZipFile) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{source.name!r} is not a workbook that can be read: {reason}") from error
    if problems:
        raise InputError(f"{source.name!r} is not a workbook of a case.", problems)
    return origins


def _cells(book: fastexcel.ExcelReader, sheet: str) -> list[list[str]]:
    """Return all cells of the sheet as text, empty ones as ''.

    fastexcel cuts the text of a number at nine decimals: where the number itself says more, its
    own text is taken. Text that looks like a number equals it and stays as typed.
    """
    text = book.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
    numbers = book.load_sheet(sheet, header_row=None, dtypes="float").to_polars()
    columns: list[list[str]] = []
    for name in text.columns:
        cells = text[name].fill_null("").to_list()
        exact = numbers[name]
        parsed = text[name].cast(pl.Float64, strict=False)
        cut = parsed.is_finite() & exact.is_finite() & (parsed != exact)
        for row in cut.fill_null(False).arg_true().to_list():
            cells[row] = np.format_float_positional(exact[row], trim="-")
        columns.append(cells)
    return [list(row) for row in zip(*columns, strict=True)] or [[""]]


def _read_index(
    source: Path, book: fastexcel.ExcelReader, problems: list[Problem]
) -> dict[str, str]:
    """Return file → sheet as the sheet `tables` lists them."""
    if INDEX_SHEET not in book.sheet_names:
        message = f"There is no sheet {INDEX_SHEET!r}, which says what the others hold."
        problems.append(Problem(source.name, 0, "", message, "Start from an exported workbook."))
        return {}
    header, *rows = _cells(book, INDEX_SHEET)
    if tuple(header[: len(INDEX_HEADER)]) != INDEX_HEADER:
        problems.append(
            Problem(_place(INDEX_SHEET), 1, "", "The columns are others.", _listed(INDEX_HEADER))
        )
        return {}
    files: dict[str, str] = {}
    for line, (sheet, file, *_) in enumerate(rows, start=2):
        if not sheet and not file:
            continue
        found = _index_problem(book, sheet, file, files)
        if found is None:
            files[file] = sheet
        else:
            problems.append(Problem(_place(INDEX_SHEET), line, *found))
    return files


def _index_problem(
    book: fastexcel.ExcelReader, sheet: str, file: str, files: Mapping[str, str]
) -> tuple[str, str, str] | None:
    if sheet not in book.sheet_names:
        return "sheet", f"There is no sheet {sheet!r}.", "Correct the name or delete the row."
    path = PurePosixPath(file)
    is_safe = not path.is_absolute() and ".." not in path.parts and not set('\\:*?"<>|') & set(file)
    if not is_safe or (path.suffix != ".csv" and file not in (SETTINGS_FILE, PROFILES_FILE)):
        return "file", f"{file!r} is no file of a case.", "Name a table, such as power/buses.csv."
    if file.lower() in {other.lower() for other in files}:
        return "file", f"{file!r} stands there twice.", "Keep one of the two rows."
    return None


def _listed(words: Sequence[str]) -> str:
    return f"They must be {', '.join(words)}."


def _place(sheet: str) -> str:
    return f"sheet {sheet!r}"


def _error_cells(source: Path) -> list[Problem]:
    """Return a problem for every formula that ended in an error: its cell would read as empty."""
    problems = []
    with zipfile.ZipFile(source) as archive:
        names = _sheet_parts(archive)
        for part in sorted(name for name in archive.namelist() if "xl/worksheets/" in name):
            for match in ERROR_CELL.finditer(archive.read(part)):
                column, row = match.group(1).decode(), int(match.group(2))
                place = _place(names.get(part, PurePosixPath(part).stem))
                message = f"The formula in {column}{row} ends in an error."
                problems.append(Problem(place, row, "", message, "Correct it or write the value."))
    return problems


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return part of the archive → name of the sheet."""
    book = archive.read("xl/workbook.xml").decode("utf-8")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
    targets = {}
    for link in re.findall(r"<Relationship [^>]*>", links):
        identity, target = re.search(r'\bId="([^"]*)"', link), re.search(r'Target="([^"]*)"', link)
        if identity and target:
            targets[identity[1]] = f"xl/{target[1].removeprefix('/xl/')}"
    parts = {}
    for sheet in re.findall(r"<sheet [^>]*>", book):
        identity, name = re.search(r'r:id="([^"]*)"', sheet), re.search(r'name="([^"]*)"', sheet)
        if identity and name:
            parts[targets.get(identity[1], "")] = name[1]
    return parts


def _read_settings(
    book: fastexcel.ExcelReader, sheet: str, target: Path, problems: list[Problem]
) -> Origin:
    header, *lines = _cells(book, sheet)
    if header[0] != SETTINGS_HEADER:
        problems.append(
            Problem(_place(sheet), 1, "", f"Row 1 is {header[0]!r}.", f"Write {SETTINGS_HEADER!r}.")
        )
    target.write_text("".join(f"{line[0]}\n" for line in lines), encoding="utf-8")
    return Origin(sheet, {line: line + 1 for line in range(1, len(lines) + 1)})


def _read_table(
    book: fastexcel.ExcelReader, sheet: str, file: str, target: Path, problems: list[Problem]
) -> Origin:
    header, *rest = _cells(book, sheet)
    while header and not header[-1]:
        header = header[:-1]
    problems.extend(_layout_problems(sheet, file, header, rest))
    rows = [(line, row[: len(header)]) for line, row in enumerate(rest[1:], FIRST_ROW) if any(row)]
    text = "".join(_csv_line(cells) for cells in (header, *(cells for _, cells in rows)))
    target.write_text(text, encoding="utf-8", newline="")
    starts = _start_lines(text)
    sheet_rows = [1, *(line for line, _ in rows)]
    return Origin(sheet, dict(zip(starts, sheet_rows, strict=True)))


def _layout_problems(
    sheet: str, file: str, header: list[str], rest: list[list[str]]
) -> list[Problem]:
    problems = []
    found = rest[0] if rest else [""] * len(header)
    for name, label, cell in zip(header, unit_labels(file, header), found, strict=False):
        if cell != label:
            message = f"Row 2 says {cell!r}, not the unit {label!r}."
            cure = "Row 2 holds the units: restore it, and bring the figures to its unit."
            problems.append(Problem(_place(sheet), 2, name, message, cure))
    if not all(header) or not header:
        problems.append(
            Problem(_place(sheet), 1, "", "A column has no name.", "Name it or delete the column.")
        )
    problems.extend(
        Problem(_place(sheet), line, "", "A cell stands right of the last column.", "Delete it.")
        for line, row in enumerate(rest, start=2)
        if any(row[len(header) :])
    )
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


def _read_profiles(
    book: fastexcel.ExcelReader, sheet: str, target: Path, problems: list[Problem]
) -> None:
    top = book.load_sheet(sheet, header_row=None, n_rows=2, dtypes="string").to_polars()
    if top.height < FIRST_ROW - 1 or None in top.row(0):
        problems.append(
            Problem(_place(sheet), 1, "", "A series has no name or type.", "Restore rows 1 and 2.")
        )
        return
    names, types = top.rows()
    unknown = [name for name, kind in zip(names, types, strict=True) if kind not in DTYPES]
    for name in unknown:
        cure = f"Write one of {', '.join(DTYPES)}."
        problems.append(Problem(_place(sheet), 2, name, "The type is not known.", cure))
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    problems.extend(
        Problem(_place(sheet), 1, name, "The series stands there twice.", "Delete one.")
        for name in repeated
    )
    if unknown or repeated:
        return
    body = book.load_sheet(
        sheet, header_row=None, skip_rows=FIRST_ROW - 1, dtypes="float"
    ).to_polars()
    body.columns = list(names)
    for name in names:
        empty = body[name].is_null().arg_true()
        if empty.len():
            row = int(empty[0]) + FIRST_ROW
            message = f"{empty.len()} hours hold no number, the first in row {row}."
            problems.append(Problem(_place(sheet), row, name, message, "Fill them in."))
    body.select(
        pl.col(name).cast(DTYPES[kind]) for name, kind in zip(names, types, strict=True)
    ).write_parquet(target)
