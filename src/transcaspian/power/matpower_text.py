"""The assignments of a MATPOWER case file, each with its line; anything else in it is refused.

A case file is a program. What is read here is the part of the language that states data: one
function, matrices, texts and numbers given to the fields of the case. Any other statement may change
the case, so it is named by line and never left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mode

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.csv_rows import file_error

__all__ = ["COST_TABLES", "CaseText", "Table", "read_case_text"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Statement = tuple[int, str]  # line and text

OLD_FIELDS = ("baseMVA", "bus", "gen", "branch", "areas", "gencost")  # version 1 has no struct
NUMERIC = ("baseMVA", "bus", "gen", "branch", "gencost", "dcline", "dclinecost")
COST_TABLES = ("gencost", "dclinecost")  # rows hold as many numbers as their NCOST says
MOST_NAMED = 20  # statements that are named in one error
OPENING, CLOSING = "[{(", "]})"
# A quote after a name, a number or a bracket transposes; elsewhere it begins a text.
QUOTED_OR_COMMENT = re.compile(
    r"(?<![\w\])}'.])'(?:[^'\n]|'')*'|\"(?:[^\"\n\\]|\"\"|\\.)*\"|[%#][^\n]*|\.\.\.[^\n]*\n"
)
SIGN = re.compile(r"[\[\](){};,\n]")
FUNCTION = re.compile(r"function\s+(\w+)\s*=\s*\w+\s*(?:\(\s*\))?")
OLD_FUNCTION = re.compile(r"function\s*\[[\w\s,]+\]\s*=\s*\w+\s*(?:\(\s*\))?")
ASSIGNMENT = re.compile(r"(\w+)((?:\.\w+)*)\s*=(?!=)\s*(.*)", re.DOTALL)
END = ("end", "endfunction", "return")
# Names of columns: they change nothing.
HARMLESS = re.compile(r"define_constants|\[[\w\s,]*\]\s*=\s*idx_\w+|1")
LITERAL = re.compile(r"(?:\[[^\]]*\]|\{.*\}|\x01|[-+]?[\w.+-]+)", re.DOTALL)
TEXT_MARK = "\x01"  # stands for a text in quotes
NUMBER = re.compile(
    r"[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eEdD][-+]?\d+)?|[Ii]nf|[Nn]a[Nn])", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Table:
    """A matrix, with the line and the printed cells of each row."""

    values: FloatArray  # [n_row, n_column]
    lines: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class CaseText:
    """Fields of a case: matrices of numbers, and the names of all fields."""

    file: str
    tables: dict[str, Table] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)  # of every field
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, name: str, message: str, cure: str) -> None:
        """Keep a problem."""
        column = f"mpc.{name}" if name else ""
        self.problems.append(Problem(self.file, line, column, message, cure))


def read_case_text(path: Path) -> CaseText:
    """Return the fields of a case file; raises InputError with the line of all that is no data."""
    case = CaseText(path.name)
    text = _plain(case, path)
    variable, is_first, is_over = "mpc", True, False
    for line, statement in _statements(case, text):
        own, old = FUNCTION.fullmatch(statement), OLD_FUNCTION.fullmatch(statement)
        if (own or old) and is_first:
            variable = own[1] if own else ""
        elif statement in END and not is_over:
            is_over = True
        elif is_over or not _took(case, line, statement, variable):
            _refuse(case, line, statement)
        is_first = False
        if len(case.problems) >= MOST_NAMED:
            break
    if case.problems:
        raise InputError(f"The case {path.name} cannot be read.", case.problems)
    return case


def _plain(case: CaseText, path: Path) -> str:
    """Return the text without comments and continuations; a mark stands for each text in quotes.

    Lines stay where they are. Names in comments may be of any encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"it cannot be opened ({error.strerror})."
        raise file_error(path.name, message, "Make it readable.") from error
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if is_utf16 else "utf-8-sig", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace(TEXT_MARK, "\ufffd").replace("\x02", "\ufffd")
    return QUOTED_OR_COMMENT.sub(_without, _without_blocks(case, text))


def _without_blocks(case: CaseText, text: str) -> str:
    """Return the text with empty lines for comments between a line of %{ and one of %}."""
    kept: list[str] = []
    opened: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        word = line.strip()
        is_sign = word in ("%{", "#{") or (bool(opened) and word in ("%}", "#}"))
        if is_sign and word.endswith("{"):
            opened.append(number)
        elif is_sign:
            opened.pop()
        kept.append("" if is_sign or opened else line)
    if opened:
        case.add(opened[0], "", "this comment never ends.", "Close it by a line of %}.")
    return "\n".join(kept)


def _without(match: re.Match[str]) -> str:
    if match[0].startswith("..."):
        return " \x02"  # a line that goes on; counted as one, but it ends nothing
    return "" if match[0][0] in "%#" else TEXT_MARK


def _statements(case: CaseText, text: str) -> Iterator[Statement]:
    """Give statements outside of brackets, each with the line it begins on."""
    depth: list[str] = []
    begin = 0
    line = opened = 1
    past = 0
    for match in SIGN.finditer(text):
        sign, position = match[0], match.start()
        line += text.count("\x02", past, position)
        past = position
        if sign in OPENING:
            opened = line if not depth else opened
            depth.append(CLOSING[OPENING.index(sign)])
        elif sign in CLOSING:
            if not depth or depth.pop() != sign:
                case.add(line, "", f"{sign!r} closes nothing.", "Correct the brackets.")
                return
        elif not depth:
            yield from _one(text, begin, position, line)
            begin = position + 1
        line += sign == "\n"
    if depth:
        case.add(opened, "", f"the bracket is never closed by {depth[-1]!r}.", "Close it.")
        return
    yield from _one(text, begin, len(text), line + text.count("\x02", past))


def _one(text: str, begin: int, end: int, line: int) -> Iterator[Statement]:
    """Give the statement between two signs, if there is one; `line` is that of its end."""
    body = text[begin:end]
    statement = body.strip(" \t\n\x02")
    if statement:
        within = body[len(body) - len(body.lstrip(" \t\n\x02")) :]
        yield line - within.count("\n") - within.count("\x02"), statement


def _took(case: CaseText, line: int, statement: str, variable: str) -> bool:
    """Keep what a statement gives to a field; whether it is such a statement, or harmless."""
    if HARMLESS.fullmatch(statement):
        return True
    match = ASSIGNMENT.fullmatch(statement)
    if match is None:
        return False
    target, path, value = match.groups()
    names = path.split(".")[1:]
    if not variable and target in OLD_FIELDS and not names:
        names = [target]
    elif not variable or target != variable or not names:
        return False
    value = value.strip(" \t\n\x02")
    if len(names) == 1 and names[0] in NUMERIC:
        return _took_numbers(case, line, statement, names[0], value)
    case.lines[names[0]] = line
    if names[0] in NUMERIC:
        return False
    return LITERAL.fullmatch(value) is not None


def _took_numbers(case: CaseText, line: int, statement: str, name: str, value: str) -> bool:
    """Keep a matrix of numbers, or a number on its own."""
    is_matrix = value.startswith("[") and value.find("]") == len(value) - 1
    if not is_matrix and (name != "baseMVA" or not NUMBER.fullmatch(value)):
        return False
    body = value[1:-1] if is_matrix else value
    ahead = statement[: len(statement) - len(value) + is_matrix]
    first = line + ahead.count("\n") + ahead.count("\x02")
    case.lines[name] = line
    case.tables[name] = _table(case, name, body, first)
    return True


def _refuse(case: CaseText, line: int, statement: str) -> None:
    words = re.sub(r"\s+", " ", statement.replace(TEXT_MARK, "'…'").replace("\x02", " "))
    shown = words if len(words) <= 60 else f"{words[:57]}..."
    cure = "Run it in MATLAB or Octave and save the case with savecase."
    case.add(line, "", f"{shown!r} is code, and code is not run.", cure)


def _table(case: CaseText, name: str, body: str, line: int) -> Table:
    """Return the rows between brackets; all are of one width, but for rows of cost."""
    rows: list[tuple[int, tuple[str, ...]]] = []
    for part in re.split(r"([;\n])", body):
        cells = part.replace("\x02", " ").strip(" \t")
        if cells and cells not in ";\n":
            found = tuple(re.split(r"[ \t]*,[ \t]*|[ \t]+", cells.rstrip(", \t")))
            ahead = part[: len(part) - len(part.lstrip(" \t\x02"))]
            rows.append((line + ahead.count("\x02"), found))
        line += part.count("\n") + part.count("\x02")
    width = max((len(cells) for _, cells in rows), default=0)
    usual = mode(len(cells) for _, cells in rows) if rows else 0
    values = np.zeros((len(rows), width))
    for number, (at, cells) in enumerate(rows):
        wrong = [cell for cell in cells if not NUMBER.fullmatch(cell)]
        if wrong:
            message = f"row {number + 1}: {wrong[0]!r} is not a number."
            case.add(at, name, message, "Write plain numbers; formulas are not read.")
        elif len(cells) != usual and name not in COST_TABLES:
            message = f"row {number + 1} has {len(cells)} numbers where most rows have {usual}."
            case.add(at, name, message, "Give every row the same columns.")
        else:
            values[number, : len(cells)] = [_number(cell) for cell in cells]
        if len(case.problems) >= MOST_NAMED:
            break
    return Table(values, tuple(at for at, _ in rows), tuple(cells for _, cells in rows))


def _number(cell: str) -> float:
    """Return a number; 1d3 is 1000 too."""
    return float(cell.replace("d", "e").replace("D", "e"))
