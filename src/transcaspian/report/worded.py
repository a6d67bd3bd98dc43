"""Columns of names for people, made from a table's own short names.

The names are looked up here, outside of the table library's expressions. A Python function inside
an expression runs in that library's few threads: where it waits for a lock whose holder waits for
those same threads, nobody goes on any more.
"""

from collections.abc import Callable
from typing import Any

import polars as pl

__all__ = ["worded"]


def worded(
    frame: pl.DataFrame, /, **columns: tuple[str, Callable[[Any], str | None]]
) -> pl.DataFrame:
    """Return the frame with columns of text, each `new=(column, function of its values)`.

    A function is asked once for every distinct value; null stays null. New columns that have the
    name of an old one take its place, as in `with_columns`; all are made from the frame as given.
    """
    return frame.with_columns(
        pl.Series(name, _texts(frame[source], function), dtype=pl.String)
        for name, (source, function) in columns.items()
    )


def _texts(values: pl.Series, function: Callable[[Any], str | None]) -> list[str | None]:
    words: dict[Any, str | None] = {None: None}
    for value in values.unique(maintain_order=True):
        if value is not None:
            words[value] = function(value)
    return [words[value] for value in values]
