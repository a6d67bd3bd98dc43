"""Reads the manifest of a run folder, and checks the run's files against it."""

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from transcaspian.errors import InputError, NotFoundError, Problem
from transcaspian.swap import left_aside

__all__ = [
    "AGAIN",
    "MANIFEST",
    "REPORT",
    "Manifest",
    "changed_files",
    "checksum_of",
    "parse_manifest",
    "parse_table",
    "read_manifest",
]

MANIFEST = "manifest.json"
REPORT = "report.html"
AGAIN = "Run the case again."
MOST_BYTES = 64 * 1024**2  # a manifest has some kilobytes
CHECKSUM = re.compile(r"[0-9a-f]{64}")
FILE_NAME = re.compile(r"\w[\w.-]*")  # in the run folder itself, never above or below it
# What a value is, where the manifest has it.
TEXTS = ("case", "case_hash", "case_source", "conventions", "title")
MAPPINGS = ("checksums", "options", "seconds", "settings", "solve_seconds", "solves", "versions")
LISTS: Mapping[str, type] = {"rooms": str, "runs": str, "scenarios": str, "years": int}


class Manifest(dict[str, Any]):
    """A manifest by its keys; InputError, not KeyError, where it lacks one that is asked for."""

    def __init__(self, values: Mapping[str, Any], file: Path) -> None:
        super().__init__(values)
        self.file = file

    def __missing__(self, key: str) -> Any:
        raise InputError(f"{str(self.file)!r} is damaged: it has no {key!r}. {AGAIN}")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a run folder.

    Raises NotFoundError where there is none, InputError where it is damaged.
    """
    file = folder / MANIFEST
    if not file.is_file():
        left = left_aside(folder)
        cure = (
            f" A stopped program left it in {str(left)!r}: give it its name back." if left else ""
        )
        raise NotFoundError(f"{str(folder)!r} is not a run folder: it has no {MANIFEST}.{cure}")
    return parse_manifest(file, _read(file))


def parse_manifest(file: Path, content: bytes) -> Manifest:
    """Return the manifest that a file holds; InputError where it is none of ours."""
    try:
        values = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or without an end
        raise InputError(f"{str(file)!r} is damaged: it is no JSON of ours. {AGAIN}") from error
    wrong = _wrong_keys(values) if isinstance(values, dict) else ["the whole"]
    if wrong:
        raise InputError(f"{str(file)!r} is damaged, in {', '.join(wrong)}. {AGAIN}")
    return Manifest(values, file)


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputError(f"{str(file)!r} is damaged: no manifest is as long. {AGAIN}")
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{str(file)!r} can't be read: {error.strerror or error}.") from error


def _wrong_keys(values: Mapping[str, Any]) -> list[str]:
    """Return the keys whose values are not what a manifest has there."""
    wrong = [] if "checksums" in values else ["checksums"]
    wrong += [key for key in TEXTS if not isinstance(values.get(key, ""), str)]
    wrong += [key for key in MAPPINGS if not isinstance(values.get(key, {}), dict)]
    wrong += [key for key, kind in LISTS.items() if not _is_list(values.get(key, []), kind)]
    held = values.get("checksums")
    if isinstance(held, dict) and not all(_is_checksum(*item) for item in held.items()):
        wrong.append("checksums")
    return sorted(set(wrong))


def _is_list(value: object, kind: type) -> bool:
    # In Python true is a whole number; in a list of years it is damage.
    return isinstance(value, list) and all(type(item) is kind for item in value)


def _is_checksum(name: str, value: object) -> bool:
    return bool(FILE_NAME.fullmatch(name) and isinstance(value, str) and CHECKSUM.fullmatch(value))


def checksum_of(file: Path) -> str | None:
    """Return the SHA-256 of a file as hexadecimal digits; None where it is no file to be read."""
    try:
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def changed_files(folder: Path, checksums: Mapping[str, str]) -> Sequence[Problem]:
    """Return a problem for every file that is not as the manifest says."""
    return [
        Problem(name, 0, "", "The file is missing or was changed.", AGAIN)
        for name, checksum in sorted(checksums.items())
        if checksum_of(folder / name) != checksum
    ]


def parse_table(name: str, content: bytes) -> pl.DataFrame:
    """Return the table that a Parquet file holds; InputError where it is no such file."""
    try:
        return pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InputError(f"{name!r} is damaged: it is no table of ours. {AGAIN}") from error
