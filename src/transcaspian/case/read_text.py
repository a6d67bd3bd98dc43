"""Reads a text file of a case whole, and says what is wrong with it as a file."""

import codecs
from pathlib import Path

from transcaspian.case.files import LARGEST_CASE
from transcaspian.errors import Problem

__all__ = ["read_text", "separator_problem"]

# The longer mark first: that of UTF-16 starts it.
OTHER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
SAVE = "Save it as UTF-8."


def read_text(path: Path, name: str, cure: str, problems: list[Problem]) -> str | None:
    """Return the text of a file, None where it is missing or no UTF-8 text."""
    file = path / name
    if not file.is_file():
        is_other = file.exists() or file.is_symlink()
        message = "It is no file." if is_other else "The file is missing."
        problems.append(Problem(name, 0, "", message, cure))
        return None
    try:
        if file.stat().st_size > LARGEST_CASE:
            message = f"The file is larger than {LARGEST_CASE >> 20} MiB."
            problems.append(Problem(name, 0, "", message, "Leave out what the case does not need."))
            return None
        content = file.read_bytes()
    except OSError as error:
        message = f"The file can't be read: {error.strerror or error}."
        problems.append(Problem(name, 0, "", message, "Check its permissions."))
        return None
    return _decoded(content, name, cure, problems)


def _decoded(content: bytes, name: str, cure: str, problems: list[Problem]) -> str | None:
    for mark, encoding in OTHER_MARKS:
        if content.startswith(mark):
            message = f"The file is {encoding}, not UTF-8."
            problems.append(Problem(name, 1, "", message, SAVE))
            return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"The file is not UTF-8: byte 0x{content[error.start]:02X}."
        problems.append(Problem(name, line, "", message, SAVE))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.append(Problem(name, line, "", "The file holds a zero byte.", SAVE))
        return None
    if not text.strip():
        problems.append(Problem(name, 0, "", "The file is empty.", cure))
        return None
    return text


def separator_problem(name: str, text: str) -> Problem | None:
    """Return a problem where the columns of a table are not separated by commas."""
    first = text.split("\n", 1)[0].strip()
    if first.lower().startswith("sep="):
        return Problem(name, 1, "", f"Row 1 is {first!r}, not the header.", "Delete it.")
    if "," in first:
        return None
    for mark, word in SEPARATORS.items():
        if mark in first:
            message = f"The columns are separated by {word}, not by commas."
            return Problem(name, 1, "", message, "Save it as comma-separated CSV.")
    return None
