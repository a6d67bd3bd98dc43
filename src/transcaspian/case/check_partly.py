"""What can be checked of a case with wrong cells: every rule, on the columns that are sound.

So one reading names an unknown link and a negative delay alike, and nothing that is said follows
from a cell that was named already.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import polars as pl

from transcaspian.case.book import Book, Rule
from transcaspian.case.check import REFERENCE_RULES, RULES, gathered
from transcaspian.case.registry import TABLES
from transcaspian.case.settings import CaseSettings
from transcaspian.case.tables import FloatArray
from transcaspian.errors import Problem

__all__ = ["check_what_is_sound"]


class _NoSettings:
    """Stands in for settings that could not be read: a rule that asks for one ends."""

    def __getattr__(self, name: str) -> object:
        raise KeyError(name)


class _NoProfiles(dict[str, FloatArray]):
    """Stands in for series that could not be read: a rule that asks for them ends."""

    def __missing__(self, name: str) -> FloatArray:
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        raise KeyError("profiles")

    def items(self) -> "Iterator[tuple[str, FloatArray]]":  # type: ignore[override]
        """Raise KeyError."""
        raise KeyError("profiles")


def check_what_is_sound(
    settings: CaseSettings | None,
    tables: Mapping[str, pl.DataFrame],
    profiles: Mapping[str, FloatArray],
    lines: Mapping[str, Sequence[int]],
    problems: Sequence[Problem],
) -> list[Problem]:
    """Return the broken rules that show beside the `problems` of cells; `tables` are the readable.

    A rule ends where it asks for a table, column or setting that is wrong. Names are followed from
    every cell, since a wrong cell keeps its text; a cell that was named is not named again.
    """
    given = cast("CaseSettings", _NoSettings()) if settings is None else settings
    series = profiles or _NoProfiles()
    whole = Book(given, tables, series, lines)
    sound = Book(given, _without_wrong_columns(tables, problems), series, lines)
    named = {(problem.file, problem.row, problem.column) for problem in problems}
    found: list[Problem] = []
    for rule in RULES:
        book = whole if rule in REFERENCE_RULES else sound
        found += gathered(rule, _until_unsound(rule, book))
    return [item for item in found if (item.file, item.row, item.column) not in named]


def _without_wrong_columns(
    tables: Mapping[str, pl.DataFrame], problems: Sequence[Problem]
) -> dict[str, pl.DataFrame]:
    wrong: dict[str, set[str]] = {}
    for problem in problems:
        wrong.setdefault(problem.file.removesuffix(".csv"), set()).add(problem.column)
    sound = {}
    for name, frame in tables.items():
        columns = wrong.get(name, set())
        if "" not in columns and TABLES[name].key[0] not in columns:
            sound[name] = frame.drop(columns, strict=False)
    return sound


def _until_unsound(rule: Rule, book: Book) -> Iterator[Problem]:
    """Yield what a rule finds until it asks for a table, column or setting that is not there."""
    try:
        yield from rule(book)
    except (KeyError, pl.exceptions.ColumnNotFoundError):
        return
