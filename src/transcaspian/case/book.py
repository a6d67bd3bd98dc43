"""What a rule of the case may look at, and how it words a problem."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transcaspian.case.columns import Table
from transcaspian.case.settings import CaseSettings
from transcaspian.case.tables import FloatArray
from transcaspian.errors import Problem

__all__ = ["Book", "Nearest", "Rule", "unknown_names"]

# Looking for the nearest name takes milliseconds a thousand names: bounded, so that a list of a
# hundred thousand wrong cells is ready in seconds too.
NAMES_COMPARED = 2_000
HINTS_GIVEN = 50
SIMILARITY = 0.4


@dataclass(frozen=True, slots=True)
class Book:
    """What a rule may look at; `lines[table][i]` is the line of row i in its file."""

    settings: CaseSettings
    tables: Mapping[str, pl.DataFrame]
    profiles: Mapping[str, FloatArray]
    lines: Mapping[str, Sequence[int]]

    def problems(
        self, table: str, column: str, wrong: pl.Series, message: str, cure: str
    ) -> Iterator[Problem]:
        """Yield a problem for every true row; `{value}` in the text is the cell."""
        values = self.tables[table][column] if column else wrong
        for row in wrong.fill_null(False).arg_true().to_list():
            value = repr(values[row])
            yield Problem(
                f"{table}.csv",
                self.lines[table][row],
                column,
                message.replace("{value}", value),
                cure.replace("{value}", value),
            )


Rule = Callable[[Book], Iterator[Problem]]


class Nearest:
    """Finds the known name nearest to a wrong one, for the first wrong names of a check."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], str] = {}

    def to(self, word: str, known: Sequence[str], place: str) -> str:
        """Return the nearest of the known names of `place`, '' without one or after too many."""
        key = (place, word)
        if key not in self._found:
            if len(self._found) >= HINTS_GIVEN or len(known) > NAMES_COMPARED:
                return ""
            near = difflib.get_close_matches(word, known, n=1, cutoff=SIMILARITY)
            self._found[key] = near[0] if near else ""
        return self._found[key]


def unknown_names(
    book: Book, table: Table, column: str, cells: pl.Series, known: pl.Series, target: str
) -> Iterator[Problem]:
    """Yield a problem for every cell that is not among the known names of `target`."""
    file = target if target.endswith(".parquet") else f"{target}.csv"
    wrong = cells.is_not_null() & ~cells.is_in(known.implode())
    if not wrong.any():
        return
    nearest, names = Nearest(), known.drop_nulls().to_list()
    for row in wrong.arg_true().to_list():
        near = nearest.to(str(cells[row]), names, target)
        hint = f"; the nearest is {near!r}" if near else ""
        yield Problem(
            f"{table.name}.csv",
            book.lines[table.name][row],
            column,
            f"{cells[row]!r} is not in {file}.",
            f"Add it there or correct the name{hint}.",
        )
