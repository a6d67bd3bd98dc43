"""The text of a TNTP file: its tags, its lines and the headings among its comments."""

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from transcaspian.errors import InputError, NotFoundError, Problem

__all__ = ["LARGEST_NUMBER", "Line", "TntpText", "number_of", "read_text"]

COMMENT = "~"
END = "END OF METADATA"
HEADING = "ORIGINAL HEADER"
# Tags that describe and change nothing.
DESCRIPTIVE = (
    "AUTHOR", "COMMENT", "DATE", "DESCRIPTION", "NAME", "NETWORK NAME", "NOTE", "SCENARIO",
    "SOURCE", "TITLE", "VERSION",
)  # fmt: skip
LARGEST_NUMBER = 2**53 - 1  # whole numbers beyond are not exact
ZERO_BYTE = "\x00"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what stands before the comment mark, and what follows it."""

    number: int
    text: str
    comment: str


@dataclass(frozen=True, slots=True)
class Tag:
    """What follows a tag, and where."""

    row: int
    value: str


@dataclass(frozen=True, slots=True)
class TntpText:
    """Tags by their names, lines that hold something, and the original heading where one is given."""

    name: str
    tags: dict[str, Tag]
    lines: tuple[Line, ...]
    heading: Line | None

    def number(self, tag: str, default: float | None = None) -> float | None:
        """Return the number of a tag, the default where the tag is missing.

        InputError where it is no finite number.
        """
        if tag not in self.tags:
            return default
        value = number_of(self.tags[tag].value.strip(" \t:=;"))
        if value is None or not math.isfinite(value):
            message = f"{self.tags[tag].value.strip()!r} is not a number."
            self.refuse(tag, message, "Write one number after the tag.")
        return value

    def count(self, tag: str) -> int | None:
        """Return the whole number of a tag, None where it is missing; InputError for another."""
        value = self.number(tag)
        if value is None:
            return None
        if not (0.0 <= value <= LARGEST_NUMBER and value == int(value)):
            message = f"{value:g} is not a whole number from 0 up."
            self.refuse(tag, message, "Write one whole number after the tag.")
        return int(value)

    def problem(self, tag: str, message: str, cure: str) -> Problem:
        """Return a problem at a tag."""
        return Problem(self.name, self.tags[tag].row, f"<{tag}>", message, cure)

    def refuse(self, tag: str, message: str, cure: str) -> None:
        """Raise InputError at a tag."""
        raise InputError("The TNTP file cannot be read.", [self.problem(tag, message, cure)])


def number_of(cell: str) -> float | None:
    """Return the number in a cell, infinite where it is too large; None where there is none."""
    if not cell.isascii() or "_" in cell:  # which Python would take
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def read_text(path: Path, known: Iterable[str]) -> TntpText:
    """Return the text of a file whose tags are among the `known` or only describe.

    Tags may be written with spaces, underscores or hyphens, in any case, several on a line.

    Raises
    ------
    InputError
        For a file that is no text, and with every tag that is unknown, empty, or given twice.
    """
    tags: dict[str, Tag] = {}
    problems: list[Problem] = []
    lines: list[Line] = []
    heading: Line | None = None
    allowed = (*known, *DESCRIPTIVE, HEADING, END)
    for number, written in enumerate(_lines(path), start=1):
        text, _, comment = written.partition(COMMENT)
        if END not in tags and "<" in text:
            found = list(_tags(path.name, number, text, problems))
            for name, value in found:
                problems += _note(path.name, tags, name, Tag(number, value), allowed)
            if found and found[-1][0] == HEADING:
                heading = Line(number, "", comment or found[-1][1])
        elif text.strip(" \t;") or comment.strip():
            lines.append(Line(number, text, comment))
    if problems:
        raise InputError("The TNTP file cannot be read.", problems)
    return TntpText(path.name, tags, tuple(lines), heading)


def _lines(path: Path) -> list[str]:
    """Return the lines that an editor shows."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {str(path)!r}.") from None
    except OSError as error:
        raise InputError(f"{str(path)!r} can't be read: {error.strerror or error}.") from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", errors="replace").encode()
    # Other writings of letters may stand in comments; a figure is ASCII in all of them.
    lines = [line.decode(errors="replace") for line in data.removeprefix(b"\xef\xbb\xbf").splitlines()]  # fmt: skip
    row = next((row for row, line in enumerate(lines, start=1) if ZERO_BYTE in line), None)
    if row is not None:
        problem = Problem(
            path.name, row, "", "It holds zero bytes and is no text.", "Save it as text, UTF-8."
        )
        raise InputError("The TNTP file cannot be read.", [problem])
    return lines


def _tags(file: str, row: int, text: str, problems: list[Problem]) -> Iterable[tuple[str, str]]:
    """Yield the name and the value of every tag of a line."""
    before, *parts = text.split("<")
    if before.strip():
        cure = "Begin the line with the tag."
        problems.append(
            Problem(file, row, "", f"{before.strip()[:40]!r} stands before a tag.", cure)
        )
    for part in parts:
        name, bracket, value = part.partition(">")
        if not bracket:
            message = f"'<{name.strip()[:40]}' does not end."
            problems.append(Problem(file, row, "", message, "Close the tag by '>'."))
            continue
        yield (
            re.sub(r"[\s_-]+", " ", name).strip().upper().replace("THROUGH", "THRU"),
            value.strip(),
        )


def _note(
    file: str, tags: dict[str, Tag], name: str, tag: Tag, allowed: tuple[str, ...]
) -> list[Problem]:
    """Keep a tag; return what is wrong with it."""
    message = cure = ""
    if name not in allowed:
        near = difflib.get_close_matches(name[:80], allowed, n=1)
        hint = f"the nearest is <{near[0]}>" if near else f"known are {', '.join(allowed)}"
        message, cure = "The tag is unknown.", f"Correct it or make it a comment: {hint}."
    elif name in tags and tags[name].value != tag.value:
        message = f"The tag stands in row {tags[name].row} already, with another value."
        cure = "Keep one of them."
    elif not tag.value and name not in (*DESCRIPTIVE, HEADING, END):
        message, cure = "Nothing follows the tag.", "Write its value on the same line."
    if message:
        return [Problem(file, tag.row, f"<{name[:80]}>", message, cure)]
    tags.setdefault(name, tag)
    return []
