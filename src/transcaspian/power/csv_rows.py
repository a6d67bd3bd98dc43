"""Rows of a CSV file with the line that each stands on, or an error that says why there are none.

Commas part the cells and UTF-8 is the encoding (UTF-16 with its mark is read too). What other
programs write otherwise (semicolons, tabs, Latin-1) is named, never guessed.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from transcaspian.errors import InputError, Problem

__all__ = ["CsvRows", "file_error", "read_csv_rows", "read_text"]

LONGEST_CELL = (1 << 31) - 1  # characters; the csv module stops at 131,072 by default
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
AS_COMMAS = "Save it with commas between cells and points in numbers."
AS_UTF8 = "Save it as UTF-8 (in Excel: CSV UTF-8, comma delimited)."


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Header and rows, each as wide as the header; `lines` are those an editor shows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def column(self, name: str) -> list[str]:
        """Return the cells of a column that is there."""
        position = self.header.index(name)
        return [row[position] for row in self.rows]


def file_error(
    file: str, message: str, cure: str, row: int = 0, column: str = "", *, whole: str = ""
) -> InputError:
    """Return the error of one problem of a file, which belongs to `whole`."""
    problem = Problem(file, row, column, message, cure)
    return InputError(f"{whole or file} cannot be read.", [problem])


def read_text(file: Path) -> str:
    """Return the text of a file; raises InputError where it is none, with the line."""
    if not file.is_file():
        message = "it is a folder." if file.is_dir() else "it is no file."
        raise file_error(file.name, message, "Put a file there, or take it away.")
    try:
        content = file.read_bytes()
    except OSError as error:
        cure = "Make it readable."
        raise file_error(file.name, f"it cannot be opened ({error.strerror}).", cure) from error
    is_utf16 = content.startswith(UTF16_MARKS)
    try:
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        kind = "UTF-16" if is_utf16 else "UTF-8"
        message = f"byte {content[error.start]:#04x} is not {kind}."
        raise file_error(file.name, message, AS_UTF8, row) from error
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise file_error(file.name, "it holds zero bytes, so it is no plain text.", AS_UTF8, row)
    return text


def read_csv_rows(file: Path, *, names_are_free: bool = False) -> CsvRows:
    """Return the rows of a CSV file; empty lines are left out, short rows end in empty cells.

    names_are_free: the headings are names that the user chose, which may hold any sign and stay as
    they are; else spaces around headings do not count. Raises InputError with file and line.
    """
    text = read_text(file)
    if not text.strip():
        raise file_error(file.name, "it is empty.", "Give it a header.")
    found = _split(file.name, text)
    (_, first), rest = found[0], found[1:]
    _check_delimiter(file.name, first, names_are_free=names_are_free)
    header = [cell if names_are_free else cell.strip() for cell in first]
    while len(header) > 1 and not header[-1].strip():
        header.pop()  # commas at the end of every line
    _check_header(file.name, header)
    is_cut = not text.endswith(("\n", "\r"))
    lines = tuple(line for line, _ in rest)
    rows = []
    for line, row in rest:
        is_last = line == lines[-1]
        rows.append(_fitted(file.name, line, row, len(header), may_be_cut=is_last and is_cut))
    return CsvRows(tuple(header), tuple(rows), lines)


def _split(file: str, text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that hold something, each with the line it begins on."""
    before = csv.field_size_limit(LONGEST_CELL)  # of the whole process: others want their own
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, line = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        cure = "Close every quote, and double those within a cell."
        raise file_error(file, f"quotes are wrong from here on ({error}).", cure, line) from error
    finally:
        csv.field_size_limit(before)
    return found


def _check_delimiter(file: str, header: list[str], *, names_are_free: bool) -> None:
    if header[0].lower().startswith("sep="):
        cure = "Take the line 'sep=' out."
        raise file_error(file, "the first line is no header.", cure, 1)
    if names_are_free and len(header) > 1:
        return
    for sign, name in OTHER_DELIMITERS.items():
        if any(sign in cell for cell in header):
            message = f"its columns are parted by {name}."
            raise file_error(file, message, AS_COMMAS, 1)
    if len(header) == 1 and len(header[0].split()) > 1:
        raise file_error(file, "its columns are parted by spaces.", AS_COMMAS, 1)


def _check_header(file: str, header: list[str]) -> None:
    for position, name in enumerate(header[1:], start=1):
        if not name.strip():
            message = f"column {position + 1} has no heading."
            raise file_error(file, message, "Give every column a heading.", 1)
        if name in header[1:position] or (name == header[0] and name):
            message = "the heading is given more than once."
            raise file_error(file, message, "Keep one.", 1, name)


def _fitted(
    file: str, line: int, row: list[str], width: int, *, may_be_cut: bool
) -> tuple[str, ...]:
    """Return a row as wide as the header."""
    if any(cell.strip() for cell in row[width:]):
        message = f"has {len(row)} cells where the header has {width}."
        cure = "Give every row a cell for every column; quote cells that hold a comma."
        raise file_error(file, message, cure, line)
    if len(row) < width and may_be_cut:
        message = f"ends after {len(row)} of {width} cells, without an end of line."
        raise file_error(file, message, "Give the whole file; this one is cut off.", line)
    return tuple(row[:width]) + ("",) * (width - len(row))
