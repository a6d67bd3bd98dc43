"""Output on consoles of every kind: those that do not speak UTF-8, are full, or were closed."""

import codecs
import os
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

__all__ = ["close_output", "prepare_output", "speaks_utf8"]

PLAIN = "transcaspian-plain"  # the name of our way with letters that a console lacks
# One letter for one letter, so that tables keep their columns.
LIKE = str.maketrans(
    "\u2010\u2011\u2012\u2013\u2014\u2212\u2192\u2190\u201c\u201d\u2018\u2019\u00b7\u2022\u00d7\u2265\u2264",
    "------><\"\"''-*x><",
)


def speaks_utf8(stream: TextIO) -> bool:
    """Return whether a stream takes every letter."""
    return (stream.encoding or "").lower().replace("-", "").replace("_", "") == "utf8"


def prepare_output(words: Sequence[str]) -> None:
    """Make both outputs take whatever is printed.

    Data as CSV is UTF-8 everywhere; for people, a letter that the console lacks becomes one like
    it, or a question mark.
    """
    codecs.register_error(PLAIN, _plain)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before the start
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if not hasattr(stream, "reconfigure"):
            continue
        if stream is sys.stdout and "--csv" in words:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        else:
            # Names of files may hold bytes that are no letters at all.
            stream.reconfigure(errors="backslashreplace" if speaks_utf8(stream) else PLAIN)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_like, error.object[error.start : error.end])), error.end


def _like(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter.translate(LIKE)).encode("ascii", "ignore").decode()
    return plain or "?"


def close_output() -> None:
    """Let go of an output that takes nothing more: Python would try once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
