"""Reads a case folder. Everything that is wrong is gathered and raised once.

Each file is read as text first, so that every message can name the line an editor shows.
"""

import csv
import difflib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import polars as pl

from transcaspian.case.check import check_case
from transcaspian.case.check_partly import check_what_is_sound
from transcaspian.case.columns import Column, Table
from transcaspian.case.parse import parse_cells
from transcaspian.case.read_profiles import read_profiles
from transcaspian.case.read_settings import read_settings
from transcaspian.case.read_text import read_text, separator_problem
from transcaspian.case.registry import TABLES
from transcaspian.case.tables import Case
from transcaspian.errors import InputError, NotFoundError, Problem

__all__ = ["PACKAGED_CASES", "find_case", "read_case"]

PACKAGED_CASES = {"trans-caspian": "trans_caspian"}
MOST_ROWS = 2_000_000  # of one table; the packaged case's largest has 2,000
MOST_COLUMNS = 500
MOST_PROBLEMS = 2_000  # rows of one table with too many or too few cells
ROWS_AT_ONCE = 20_000  # rows that stand as Python lists at one time


@dataclass(frozen=True, slots=True)
class TextTable:
    """Cells as text under their header; `lines[i]` is the line of row i, the header being line 1."""

    cells: pl.DataFrame
    lines: Sequence[int]


def find_case(name_or_path: str | Path = "trans-caspian") -> Path:
    """Return the folder of a case given by path or by the name of a packaged one.

    Raises NotFoundError where there is neither.
    """
    folder = PACKAGED_CASES.get(str(name_or_path))
    if folder is not None:
        return Path(str(resources.files("transcaspian") / "cases" / folder))
    path = Path(name_or_path)
    if not path.is_dir():
        raise NotFoundError(
            f"{str(name_or_path)!r} is neither a folder nor a packaged case"
            f" ({', '.join(PACKAGED_CASES)})."
        )
    return path


def _is_packaged(path: Path) -> bool:
    return path in map(find_case, PACKAGED_CASES)


def read_case(name_or_path: str | Path = "trans-caspian") -> Case:
    """Return the checked case; raise InputError with every problem found in it."""
    path = find_case(name_or_path)
    problems: list[Problem] = []
    settings = read_settings(path, problems)
    raw = {name: _read_text_table(path, table, problems) for name, table in TABLES.items()}
    tables = {
        name: parse_cells(TABLES[name], table.cells, table.lines, problems)
        for name, table in raw.items()
        if table is not None
    }
    profiles = read_profiles(path, problems, is_ours=_is_packaged(path))
    _report_strange_files(path, problems)
    lines = {name: table.lines for name, table in raw.items() if table is not None}
    if settings is None or problems:
        problems += check_what_is_sound(settings, tables, profiles, lines, problems)
    else:
        problems += check_case(settings, tables, profiles, lines)
    if problems or settings is None:
        count = len(problems)
        raise InputError(
            f"The case {str(path)!r} has {count} problem{'s' if count != 1 else ''}.",
            problems,
        )
    for array in profiles.values():
        array.flags.writeable = False
    return Case(settings, MappingProxyType(tables), MappingProxyType(profiles), path)


def _read_text_table(path: Path, table: Table, problems: list[Problem]) -> TextTable | None:
    """Return the cells of a table as text, None where the file can't be read as a table."""
    name = f"{table.name}.csv"
    if table.optional and not (path / name).is_file():
        return TextTable(_text_frame([column.name for column in table.all_columns()]), [])
    text = read_text(path, name, "Restore it, or copy the packaged case's.", problems)
    if text is None:
        return None
    separator = separator_problem(name, text)
    if separator is not None:
        problems.append(separator)
        return None
    if text.count("\n") > MOST_ROWS:
        message = f"The file has more than {MOST_ROWS} rows."
        problems.append(Problem(name, 0, "", message, "Leave out what the case does not need."))
        return None
    return _read_plain(table, text) or _split(name, table, text, problems)


def _text_frame(header: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(header, pl.String))


def _read_plain(table: Table, text: str) -> TextTable | None:
    """Return the table if its text is plain, so that it can be read in one call; else None.

    Plain means: no quotes, one kind of line end, no row of blanks, a right header, and as many cells
    in every row. The reader refuses rows that are too long, so where the commas are as many as
    they should be in all, no row is too short either.
    """
    plain = text.replace("\r\n", "\n")
    plain = plain if plain.endswith("\n") else f"{plain}\n"
    header = plain[: plain.index("\n")].split(",")
    n_line = plain.count("\n")
    if (
        '"' in plain
        or "\r" in plain
        or "\n\n" in plain
        or f"\n{',' * (len(header) - 1)}\n" in plain
        or len(header) < 2
        or plain.count(",") != (len(header) - 1) * n_line
        or _header_problems(table.name, table, header)
    ):
        return None
    if n_line == 1:
        return TextTable(_text_frame(header), [])
    try:
        cells = pl.read_csv(
            io.BytesIO(plain.encode()),
            infer_schema=False,
            quote_char=None,
            truncate_ragged_lines=False,
        ).fill_null("")
    except pl.exceptions.PolarsError:
        return None
    is_whole = cells.columns == header and cells.height == n_line - 1
    return TextTable(cells, range(2, n_line + 1)) if is_whole else None


def _split(name: str, table: Table, text: str, problems: list[Problem]) -> TextTable | None:
    """Return the cells of any CSV text; append every row that is no row of the table."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    parts: list[pl.DataFrame] = []
    lines: list[int] = []
    found = len(problems)
    start, wrong = 1, 0
    try:
        header = next(reader, [])
        problems.extend(_header_problems(name, table, header))
        start = reader.line_num + 1
        rows: list[list[str]] = []
        for row in reader:
            line, start = start, reader.line_num + 1
            if not any(row):
                continue  # a blank row, or one of commas alone
            if len(row) != len(header):
                wrong += 1
                if wrong <= MOST_PROBLEMS:
                    problems.append(_wrong_length(name, line, len(row), len(header)))
                continue
            rows.append(row)
            lines.append(line)
            if len(rows) == ROWS_AT_ONCE:
                parts.append(_as_frame(header, rows))
                rows = []
    except csv.Error as error:
        problems.append(
            Problem(name, start, "", f"The row can't be read: {error}.", "Check its quotes.")
        )
        return None
    if wrong > MOST_PROBLEMS:
        message = f"{wrong - MOST_PROBLEMS} more rows have too many or too few cells."
        problems.append(Problem(name, 0, "", message, "Correct the first ones."))
    if len(problems) != found:
        return None
    parts.append(_as_frame(header, rows))
    return TextTable(pl.concat(parts), lines)


def _wrong_length(name: str, line: int, count: int, wanted: int) -> Problem:
    message = f"The row has {count} cells, the header {wanted}."
    return Problem(name, line, "", message, "Quote cells that hold a comma; fill in missing ones.")


def _as_frame(header: Sequence[str], rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    cells: Sequence[Sequence[str]] = list(zip(*rows, strict=True)) or [()] * len(header)
    return pl.DataFrame(
        [pl.Series(name, column, pl.String) for name, column in zip(header, cells, strict=True)]
    )


def _header_problems(name: str, table: Table, header: list[str]) -> list[Problem]:
    known = {column.name: column for column in table.all_columns()}
    if len(header) > MOST_COLUMNS:
        message = f"The file has {len(header)} columns; the table has {len(known)}."
        return [Problem(name, 1, "", message, "Leave out what the table does not have.")]
    problems: list[Problem] = []
    for column in header:
        if column not in known:
            near = difflib.get_close_matches(column, known, n=1)
            hint = f" The nearest is {near[0]!r}." if near else ""
            problems.append(
                Problem(name, 1, column, "There is no such column.", f"Delete or rename it.{hint}")
            )
        elif header.count(column) > 1:
            problems.append(
                Problem(name, 1, column, "The column stands there twice.", "Delete one.")
            )
    problems.extend(
        Problem(name, 1, wanted.name, "The column is missing.", f"Add it: {wanted.meaning}")
        for wanted in known.values()
        if wanted.name not in header and _is_needed(wanted)
    )
    return problems


def _is_needed(column: Column) -> bool:
    return column.required and column.default is None


def _report_strange_files(path: Path, problems: list[Problem]) -> None:
    """Report CSV files that no table reads: most often a misspelt name, of file or folder."""
    known = {f"{name}.csv" for name in TABLES}
    folders = {name.split("/")[0] for name in TABLES if "/" in name}
    for file in sorted(path.rglob("*.csv")):
        name = file.relative_to(path).as_posix()
        top = name.split("/")[0]
        is_ours = difflib.get_close_matches(top, folders if "/" in name else known, cutoff=0.8)
        if name not in known and is_ours:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" The nearest is {near[0]!r}." if near else ""
            problems.append(
                Problem(name, 0, "", "No table has this name.", f"Rename or delete it.{hint}")
            )
