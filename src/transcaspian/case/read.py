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

import numpy as np
import polars as pl
import yaml
from pydantic import ValidationError

from transcaspian.case.check import check_case
from transcaspian.case.columns import Column, Table
from transcaspian.case.parse import parse_cells
from transcaspian.case.registry import TABLES
from transcaspian.case.settings import CaseSettings
from transcaspian.case.tables import HOURS_PER_YEAR, Case, FloatArray
from transcaspian.errors import InputError, NotFoundError, Problem

__all__ = ["PACKAGED_CASES", "find_case", "read_case"]

PACKAGED_CASES = {"trans-caspian": "trans_caspian"}
SETTINGS_FILE = "case.yaml"
PROFILES_FILE = "power/profiles.parquet"
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


def read_case(name_or_path: str | Path = "trans-caspian") -> Case:
    """Return the checked case; raise InputError with every problem found in it."""
    path = find_case(name_or_path)
    problems: list[Problem] = []
    settings = _read_settings(path, problems)
    raw = {name: _read_text_table(path, table, problems) for name, table in TABLES.items()}
    tables = {
        name: parse_cells(TABLES[name], table.cells, table.lines, problems)
        for name, table in raw.items()
        if table is not None
    }
    profiles = _read_profiles(path, problems)
    _report_strange_files(path, problems)
    if settings is not None and len(tables) == len(TABLES) and not problems:
        lines = {name: table.lines for name, table in raw.items() if table is not None}
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


def _read_settings(path: Path, problems: list[Problem]) -> CaseSettings | None:
    text = _read_text(path, SETTINGS_FILE, "Every case needs one.", problems)
    if text is None:
        return None
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        problems.append(
            Problem(SETTINGS_FILE, line, "", "The file is not valid YAML.", "Correct the line.")
        )
        return None
    except ValueError as error:  # a date like 2024-13-45
        problems.append(
            Problem(SETTINGS_FILE, 0, "", f"A value can't be read: {error}.", "Correct it.")
        )
        return None
    if not isinstance(content, dict) or not isinstance(root, yaml.MappingNode):
        problems.append(
            Problem(
                SETTINGS_FILE,
                1,
                "",
                "The file holds no 'key: value' lines.",
                "Write one setting a line.",
            )
        )
        return None
    return _check_settings(content, root, problems)


def _check_settings(
    content: dict[object, object], root: yaml.MappingNode, problems: list[Problem]
) -> CaseSettings | None:
    lines: dict[str, int] = {}
    for node, _ in root.value:
        key, line = str(node.value), node.start_mark.line + 1
        if key in lines:  # YAML would let the last one win
            message = f"The setting stands in row {lines[key]} already."
            problems.append(Problem(SETTINGS_FILE, line, key, message, "Keep one of the two."))
        lines.setdefault(key, line)
    try:
        return CaseSettings.model_validate(content)
    except ValidationError as error:
        for item in error.errors():
            key = ".".join(str(part) for part in item["loc"])
            problems.append(
                Problem(
                    SETTINGS_FILE,
                    lines.get(key.split(".")[0], 0),
                    key,
                    f"{item['msg']}{_found(item['input'])}.",
                    "Correct the setting.",
                )
            )
        return None


def _found(value: object) -> str:
    """Return what stands there, unless it is the whole file."""
    return "" if isinstance(value, dict) else f" (found {value!r})"


def _read_text(path: Path, name: str, cure: str, problems: list[Problem]) -> str | None:
    """Return the text of a file, None where it is missing or no UTF-8 text."""
    file = path / name
    if not file.is_file():
        problems.append(Problem(name, 0, "", "The file is missing.", cure))
        return None
    try:
        content = file.read_bytes()
    except OSError as error:
        message = f"The file can't be read: {error.strerror or error}."
        problems.append(Problem(name, 0, "", message, "Check its permissions."))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(name, line, "", "The file is not UTF-8.", "Save it as UTF-8."))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.append(Problem(name, line, "", "The file holds a zero byte.", "Save it as UTF-8."))
        return None
    if not text.strip():
        problems.append(Problem(name, 0, "", "The file is empty.", cure))
        return None
    return text


def _read_text_table(path: Path, table: Table, problems: list[Problem]) -> TextTable | None:
    """Return the cells of a table as text, None where the file can't be read as a table."""
    name = f"{table.name}.csv"
    if table.optional and not (path / name).is_file():
        return TextTable(_text_frame([column.name for column in table.all_columns()]), [])
    text = _read_text(path, name, "Restore it, or copy the packaged case's.", problems)
    if text is None:
        return None
    return _read_plain(table, text) or _split(name, table, text, problems)


def _text_frame(header: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(header, pl.String))


def _read_plain(table: Table, text: str) -> TextTable | None:
    """Return the table if its text is plain, so that it can be read in one call; else None.

    Plain means: no quotes, one kind of line end, no blank line, a right header, and as many cells
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
    start = 1
    try:
        header = next(reader, [])
        problems.extend(_header_problems(name, table, header))
        start = reader.line_num + 1
        rows: list[list[str]] = []
        for row in reader:
            line, start = start, reader.line_num + 1
            if not row:
                continue
            if len(row) != len(header):
                problems.append(
                    Problem(
                        name,
                        line,
                        "",
                        f"The row has {len(row)} cells, the header {len(header)}.",
                        "Quote cells that hold a comma; fill in missing ones.",
                    )
                )
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
    if len(problems) != found:
        return None
    parts.append(_as_frame(header, rows))
    return TextTable(pl.concat(parts), lines)


def _as_frame(header: Sequence[str], rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    cells: Sequence[Sequence[str]] = list(zip(*rows, strict=True)) or [()] * len(header)
    return pl.DataFrame(
        [pl.Series(name, column, pl.String) for name, column in zip(header, cells, strict=True)]
    )


def _header_problems(name: str, table: Table, header: list[str]) -> list[Problem]:
    known = {column.name: column for column in table.all_columns()}
    if len(header) <= 1 and header and any(mark in header[0] for mark in ";\t"):
        message = "The columns are not separated by commas."
        return [Problem(name, 1, "", message, "Save it as comma-separated CSV.")]
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


def _read_profiles(path: Path, problems: list[Problem]) -> dict[str, FloatArray]:
    file = path / PROFILES_FILE
    if not file.is_file():
        problems.append(Problem(PROFILES_FILE, 0, "", "The file is missing.", "Restore it."))
        return {}
    try:
        frame = pl.read_parquet(file, glob=False)  # "[" in a folder is no pattern
    except (pl.exceptions.PolarsError, OSError) as error:
        problems.append(
            Problem(PROFILES_FILE, 0, "", f"The file is not valid Parquet: {error}", "Restore it.")
        )
        return {}
    profiles: dict[str, FloatArray] = {}
    if frame.height != HOURS_PER_YEAR:
        problems.append(
            Problem(
                PROFILES_FILE,
                0,
                "",
                f"The file has {frame.height} hours.",
                f"A year has {HOURS_PER_YEAR} (without 29 February).",
            )
        )
        return {}
    for column in frame.columns:
        if not frame[column].dtype.is_numeric():
            problems.append(
                Problem(
                    PROFILES_FILE, 0, column, "The series holds no numbers.", "Write it as floats."
                )
            )
            continue
        values = frame[column].cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
        wrong = np.flatnonzero(~np.isfinite(values) | (values < 0.0))
        if wrong.size:
            problems.append(
                Problem(
                    PROFILES_FILE,
                    int(wrong[0]) + 1,
                    column,
                    f"{wrong.size} hours are missing, infinite or negative, the first {values[wrong[0]]!r}.",
                    "Fill them in.",
                )
            )
        profiles[column] = values
    return profiles


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
