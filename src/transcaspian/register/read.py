"""Reads register tables from a folder, a zip of CSV files, one CSV file or an Excel workbook.

Everything that is wrong is gathered and raised once. The packaged register lies in the packaged
case; its `sources.csv` is shared with the other tables of that case.
"""

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import resources
from pathlib import Path, PurePosixPath

import fastexcel
import polars as pl

from transcaspian.case.columns import Table
from transcaspian.case.parse import RawTable, parse_table
from transcaspian.errors import InputError, NotFoundError, Problem
from transcaspian.register.check import check_tables
from transcaspian.register.columns import TABLES, date_columns
from transcaspian.register.edtf import parse_date, period_code
from transcaspian.register.tables import Register, empty_table, make_register
from transcaspian.spreadsheet import unguard

__all__ = ["packaged_folder", "parse_rows", "read_packaged", "read_register", "read_tables"]

MAX_FILE_BYTES = 200_000_000


def packaged_folder() -> Path:
    """Return the folder of the packaged register."""
    return Path(str(resources.files("transcaspian") / "cases" / "trans_caspian" / "register"))


@lru_cache(maxsize=1)
def read_packaged() -> Register:
    """Return the packaged register."""
    return read_register(packaged_folder())


def read_register(folder: Path) -> Register:
    """Return the register of a case's `register` folder, with the sources its rows use."""
    raw = dict(_raw_folder(folder))
    sources = folder.parent / "sources.csv"
    problems: list[Problem] = []
    if "sources" not in raw and sources.is_file():
        raw["sources"] = _split("sources", sources.read_bytes(), problems)
    tables, lines = _parse(raw, problems)
    if not problems:
        used = {
            key for frame in tables.values() if "source" in frame.columns for key in frame["source"]
        }
        tables["sources"] = tables["sources"].filter(pl.col("key").is_in(list(used)))
        problems += check_tables(
            tables, {name: found for name, found in lines.items() if name != "sources"}
        )
    _raise(problems, str(folder))
    return make_register(tables)


def read_tables(
    source: Path, table: str = ""
) -> tuple[dict[str, pl.DataFrame], dict[str, list[int]]]:
    """Return the tables that a file or folder holds, and the line of each row.

    Nothing is checked against other tables: the caller joins them with what is there already.
    `table` names the table of a CSV file that is not called after it.
    """
    problems: list[Problem] = []
    raw = dict(_raw_any(source, table, problems))
    _raise(problems, source.name)
    tables, lines = _parse(raw, problems, only_given=True)
    _raise(problems, source.name)
    return tables, lines


def parse_rows(name: str, rows: list[Mapping[str, str]]) -> pl.DataFrame:
    """Return rows given as text as one typed table; InputError with every wrong cell."""
    table = _table(name)
    known = [column.name for column in table.all_columns()]
    problems = [
        Problem(
            f"{name}.csv", 0, column, "There is no such column.", f"Columns are {', '.join(known)}."
        )
        for column in dict.fromkeys(column for row in rows for column in row)
        if column not in known
    ]
    _raise(problems, name)
    header = [column for column in known if any(column in row for row in rows)]
    _check_needed(table, header, problems)
    _raise(problems, name)
    raw = RawTable(
        header, [[row.get(column, "") for column in header] for row in rows], [0] * len(rows)
    )
    frame = parse_table(table, raw, problems)
    _raise(problems, name)
    return with_plain_dates(table, frame)


def with_plain_dates(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the table with dates in EDTF and periods by their one code, however they were said.

    What is no date stays for the check.
    """
    for column in date_columns(table):
        frame = _rewritten(frame, column, _edtf)
    return _rewritten(frame, "period", period_code) if table.name == "observations" else frame


def _rewritten(frame: pl.DataFrame, column: str, write: Callable[[str], str]) -> pl.DataFrame:
    changed: dict[str, str] = {}
    for text in frame[column].unique().drop_nulls().to_list():
        try:
            written = write(text)
        except InputError:
            continue
        if written != text:
            changed[text] = written
    return frame.with_columns(pl.col(column).replace(changed)) if changed else frame


def _edtf(text: str) -> str:
    return parse_date(text).edtf


def _table(name: str) -> Table:
    if name not in TABLES:
        raise NotFoundError(f"The register has no table {name!r}; it has {', '.join(TABLES)}.")
    return TABLES[name]


def _parse(
    raw: Mapping[str, RawTable], problems: list[Problem], *, only_given: bool = False
) -> tuple[dict[str, pl.DataFrame], dict[str, list[int]]]:
    tables: dict[str, pl.DataFrame] = {}
    for name, table in TABLES.items():
        if name in raw:
            tables[name] = with_plain_dates(table, parse_table(table, raw[name], problems))
        elif not only_given:
            tables[name] = empty_table(name)
    return tables, {name: list(rows.lines) for name, rows in raw.items()}


def _raw_any(source: Path, table: str, problems: list[Problem]) -> Iterator[tuple[str, RawTable]]:
    if source.is_dir():
        yield from _raw_folder(source)
        return
    if not source.is_file():
        raise NotFoundError(f"There is no file {str(source)!r}.")
    if source.stat().st_size > MAX_FILE_BYTES:
        raise InputError(f"{source.name} is larger than {MAX_FILE_BYTES // 1_000_000} MB.")
    match source.suffix.lower():
        case ".csv":
            name = table or source.stem
            if name not in TABLES:
                raise InputError(
                    f"{source.name}: no table has this name. Name the file after one of {', '.join(TABLES)}, or give --table."
                )
            yield name, _split(name, source.read_bytes(), problems)
        case ".zip":
            yield from _raw_zip(source, problems)
        case ".xlsx":
            yield from _raw_workbook(source, problems)
        case other:
            raise InputError(
                f"{source.name}: files of kind {other!r} can't be read. Give a folder, .csv, .zip or .xlsx."
            )


def _raw_folder(folder: Path) -> Iterator[tuple[str, RawTable]]:
    problems: list[Problem] = []
    if not folder.is_dir():
        raise NotFoundError(f"There is no folder {str(folder)!r}.")
    for file in sorted(folder.glob("*.csv")):
        if file.stem not in TABLES:
            problems.append(
                Problem(
                    file.name, 0, "", "No table has this name.", f"Tables are {', '.join(TABLES)}."
                )
            )
            continue
        yield file.stem, _split(file.stem, file.read_bytes(), problems)
    _raise(problems, str(folder))


def _raw_zip(source: Path, problems: list[Problem]) -> Iterator[tuple[str, RawTable]]:
    with _told_apart(source), zipfile.ZipFile(source) as archive:
        there: dict[str, str] = {}
        for member in _members(source, archive):
            name = member.filename
            path = PurePosixPath(name)
            # Nothing is unpacked to disk, yet a name that climbs is never an honest one.
            if path.is_absolute() or ".." in path.parts or "\\" in name:
                wrong = ("The path leaves the archive.", "Pack the files without folders.")
            elif path.suffix != ".csv" or path.stem not in TABLES:
                wrong = ("No table has this name.", f"Tables are {', '.join(TABLES)}.")
            elif path.stem in there:
                wrong = (f"The table is there already, in {there[path.stem]!r}.", "Pack it once.")
            else:
                there[path.stem] = name
                yield path.stem, _split(path.stem, archive.read(member), problems)
                continue
            problems.append(Problem(name, 0, "", *wrong))


@contextmanager
def _told_apart(source: Path) -> Iterator[None]:
    """Turn what is wrong with a packed file into our error: damaged, encrypted, unknown packing."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
        raise InputError(f"{source.name} is no whole zip file: {error}.") from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted; packed in a way unknown here
        raise InputError(f"{source.name} can't be unpacked: {error}.") from None
    except fastexcel.FastExcelError as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{source.name} is not an Excel workbook: {reason}") from None


def _members(source: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive; InputError where they unpack to more than is taken."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if sum(member.file_size for member in members) > MAX_FILE_BYTES:
        raise InputError(f"{source.name} unpacks to more than {MAX_FILE_BYTES // 1_000_000} MB.")
    return members


def _raw_workbook(source: Path, problems: list[Problem]) -> Iterator[tuple[str, RawTable]]:
    with _told_apart(source):
        with zipfile.ZipFile(source) as archive:
            _members(source, archive)
        book = fastexcel.read_excel(source)
        for sheet in book.sheet_names:
            if sheet == "about":
                continue
            if sheet in TABLES:
                yield from _raw_sheet(book, sheet, problems)
                continue
            wrong = ("No table has the name of this sheet.", f"Tables are {', '.join(TABLES)}.")
            problems.append(Problem(source.name, 0, sheet, *wrong))


def _raw_sheet(
    book: fastexcel.ExcelReader, sheet: str, problems: list[Problem]
) -> Iterator[tuple[str, RawTable]]:
    frame = book.load_sheet(sheet, header_row=None, dtypes="string", skip_rows=0).to_polars()
    cells = [["" if cell is None else unguard(cell) for cell in row] for row in frame.iter_rows()]
    if not cells:
        return
    table = _table(sheet)
    raw = RawTable(cells[0], cells[1:], list(range(2, len(cells) + 1)))
    if _header_is_right(table, raw.header, problems):
        exact = _exact_numbers(book, sheet, table, raw)
        yield sheet, _lower_booleans(table, exact)


def _exact_numbers(
    book: fastexcel.ExcelReader, sheet: str, table: Table, raw: RawTable
) -> RawTable:
    """Return the rows with numbers to their last digit: read as text they keep few decimals."""
    columns = [index for index, name in enumerate(raw.header) if table.column(name).kind == "float"]
    if not columns or not raw.rows:
        return raw
    numbers = book.load_sheet(
        sheet,
        header_row=None,
        skip_rows=1,
        use_columns=columns,
        dtypes="float",
        dtype_coercion="coerce",
    ).to_polars()
    by_column = {index: numbers.to_series(place) for place, index in enumerate(columns)}
    rows = [
        [
            repr(number)
            if index in by_column and (number := by_column[index][line]) is not None
            else cell
            for index, cell in enumerate(row)
        ]
        for line, row in enumerate(raw.rows)
    ]
    return RawTable(raw.header, rows, raw.lines)


def _lower_booleans(table: Table, raw: RawTable) -> RawTable:
    """Return the rows with Excel's TRUE and 1 written as the registry writes booleans."""
    words = {"TRUE": "true", "FALSE": "false", "1": "true", "0": "false"}
    booleans = {index for index, name in enumerate(raw.header) if table.column(name).kind == "bool"}
    rows = [
        [words.get(cell, cell) if index in booleans else cell for index, cell in enumerate(row)]
        for row in raw.rows
    ]
    return RawTable(raw.header, rows, raw.lines)


def _split(name: str, content: bytes, problems: list[Problem]) -> RawTable:
    """Return the cells of a CSV file; problems are appended, and the rows found are returned."""
    table = TABLES[name]
    file = f"{name}.csv"
    empty = RawTable([column.name for column in table.all_columns()], [], [])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file, line, "", "The file is not UTF-8.", "Save it as CSV UTF-8."))
        return empty
    if "\0" in text:
        problems.append(
            Problem(
                file,
                text.count("\n", 0, text.index("\0")) + 1,
                "",
                "The file holds a zero byte.",
                "Save it as CSV UTF-8.",
            )
        )
        return empty
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    try:
        header = next(reader, [])
        start = reader.line_num + 1
        for row in reader:
            line, start = start, reader.line_num + 1
            if row and len(row) != len(header):
                problems.append(
                    Problem(
                        file,
                        line,
                        "",
                        f"The row has {len(row)} cells, the header {len(header)}.",
                        "Quote cells that hold a comma.",
                    )
                )
            elif row:
                rows.append([unguard(cell) for cell in row])
                lines.append(line)
    except csv.Error as error:
        problems.append(
            Problem(file, start, "", f"The row can't be read: {error}.", "Check its quotes.")
        )
        return empty
    return RawTable(header, rows, lines) if _header_is_right(table, header, problems) else empty


def _header_is_right(table: Table, header: list[str], problems: list[Problem]) -> bool:
    known = {column.name for column in table.all_columns()}
    before = len(problems)
    for column in dict.fromkeys(header):
        if column not in known:
            problems.append(
                Problem(
                    f"{table.name}.csv",
                    1,
                    column,
                    "There is no such column.",
                    f"Columns are {', '.join(sorted(known))}.",
                )
            )
        elif header.count(column) > 1:
            problems.append(
                Problem(
                    f"{table.name}.csv", 1, column, "The column stands there twice.", "Delete one."
                )
            )
    _check_needed(table, header, problems)
    return len(problems) == before


def _check_needed(table: Table, header: list[str], problems: list[Problem]) -> None:
    problems += [
        Problem(
            f"{table.name}.csv",
            1,
            column.name,
            "The column is missing.",
            f"Add it: {column.meaning}",
        )
        for column in table.all_columns()
        if column.required and column.default is None and column.name not in header
    ]


def _raise(problems: list[Problem], what: str) -> None:
    if problems:
        count = len(problems)
        raise InputError(f"{what} has {count} problem{'s' if count != 1 else ''}.", problems)
