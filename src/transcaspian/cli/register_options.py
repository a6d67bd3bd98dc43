"""Options and small readers that the commands on the register share."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import JSON_OPTION
from transcaspian.errors import InputError

if TYPE_CHECKING:
    from transcaspian.register.heading import Reading
    from transcaspian.register.tables import Register

__all__ = [
    "AsOf",
    "Database",
    "Json",
    "Role",
    "cut",
    "describe",
    "load",
    "read_assignments",
    "read_day",
]

SHOWN = 60  # letters of a free text in a table

AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="Day to look from; today by default.")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="ADDRESS",
        help="File or postgresql:// address, or packaged; by default your own database once a write made it.",
    ),
]
Json = Annotated[bool, JSON_OPTION]
Role = Annotated[
    str, typer.Option("--role", help="public, or internal to see rows marked internal.")
]


def read_assignments(words: Sequence[str]) -> dict[str, str]:
    """Return COLUMN=VALUE words as a mapping; the first '=' divides."""
    row: dict[str, str] = {}
    for word in words:
        column, mark, value = word.partition("=")
        if not mark or not column:
            raise InputError(f"{word!r} is not COLUMN=VALUE.")
        if column in row:
            raise InputError(f"Column {column!r} is given twice.")
        row[column] = value
    return row


def read_day(text: str) -> date:
    """Return the last day that a date means; today for an empty text."""
    from transcaspian.register.edtf import parse_date

    return parse_date(text).last if text else date.today()  # noqa: DTZ011 (a user's day is local)


def load(db: str | None, role: str) -> "Register":
    """Return the register at an address, by default the packaged one, as a role may see it."""
    from transcaspian.register.access import load_register

    return load_register(db, role=role)


def describe(register: "Register", db: str | None) -> "Reading":
    """Return which register was read and how new it is."""
    from transcaspian.register.access import working_address
    from transcaspian.register.heading import describe_reading

    return describe_reading(register, working_address(db))


def cut(value: object, letters: int = SHOWN) -> str:
    """Return a text that is no longer than so many letters; empty for nothing."""
    text = "" if value is None else str(value)
    return text if len(text) <= letters else text[: letters - 1] + "…"
