"""How commands print: one JSON object for machines, tables that fit 100 columns for people."""

import json
import math
import sys
from collections.abc import Mapping, Sequence

import typer
from rich.console import Console
from rich.table import Table

from transcaspian.cli.console import speaks_utf8
from transcaspian.errors import TranscaspianError

__all__ = ["JSON_OPTION", "console", "print_error", "print_json", "print_table"]

PROBLEMS_SHOWN = 50
WIDTH = 100

JSON_OPTION = typer.Option("--json", help="Print exactly one JSON object on standard output.")


def console(*, to_error: bool = False) -> Console:
    """Return a console that is plain and 100 columns wide when piped.

    Square brackets and colons in names and paths are printed as they are, not as markup.
    """
    stream = sys.stderr if to_error else sys.stdout
    width = None if stream.isatty() else WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def print_json(value: object) -> None:
    """Print one JSON object; NaN and infinities become null."""
    is_plain = not speaks_utf8(sys.stdout)
    sys.stdout.write(json.dumps(_finite(value), ensure_ascii=is_plain, default=str) + "\n")


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_finite(item) for item in value]
    return value


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numeric: Sequence[str] = (),
) -> None:
    """Print one table for people; `numeric` columns are right-aligned."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(table)


def print_error(error: TranscaspianError) -> None:
    """Print an error and its first problems on standard error."""
    lines = [error.message, *(f"  {problem}" for problem in error.problems[:PROBLEMS_SHOWN])]
    hidden = len(error.problems) - PROBLEMS_SHOWN
    if hidden > 0:
        lines.append(f"  … and {hidden} more; --json lists them all.")
    sys.stderr.write("\n".join(lines) + "\n")
