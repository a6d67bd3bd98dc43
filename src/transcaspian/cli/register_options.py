"""Options and small readers that the commands on the register share."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from transcaspian.cli.output import JSON_OPTION
from transcaspian.errors import InputError

__all__ = ["AsOf", "Database", "Json", "Role", "read_assignments", "read_day"]

AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="Day to look from; today by default.")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="ADDRESS",
        help="File or postgresql:// address; the packaged register by default.",
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
