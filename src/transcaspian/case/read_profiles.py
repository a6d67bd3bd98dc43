"""Reads the hourly series of a case: Parquet, parsed in a process of its own unless it is ours."""

import io
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from transcaspian.case.files import LARGEST_CASE
from transcaspian.case.parse import LARGEST
from transcaspian.case.tables import HOURS_PER_YEAR, FloatArray
from transcaspian.errors import InputError, Problem
from transcaspian.untrusted import in_child

__all__ = ["PROFILES_FILE", "read_profiles"]

PROFILES_FILE = "power/profiles.parquet"
FILES_REMEMBERED = 8
MOST_SERIES = 5_000


def read_profiles(path: Path, problems: list[Problem], *, is_ours: bool) -> dict[str, FloatArray]:
    """Return name → hourly values, with NaN where one is missing; append every problem.

    A file that `is_ours` is read in this process, which is faster.
    """
    content = _content(path / PROFILES_FILE, problems)
    if content is None:
        return {}
    try:
        found = _parse(content) if is_ours else _parse_in_child(content)
    except InputError as error:
        words = error.problems[0].message if error.problems else error.message
        problems.append(_problem(0, "", f"The file is not valid Parquet: {words}"))
        return {}
    except (pl.exceptions.PolarsError, OSError) as error:
        problems.append(_problem(0, "", f"The file is not valid Parquet: {error}"))
        return {}
    if isinstance(found, str):
        problems.append(_problem(0, "", found))
        return {}
    profiles: dict[str, FloatArray] = {}
    for name, values in found.items():
        if values is None:
            message = "The series holds no numbers."
            problems.append(_problem(0, name, message, "Write it as floats."))
        else:
            problems.extend(_wrong_hours(name, values))
            profiles[name] = values.copy()
    return profiles


def _problem(row: int, column: str, message: str, cure: str = "Restore it.") -> Problem:
    return Problem(PROFILES_FILE, row, column, message, cure)


def _content(file: Path, problems: list[Problem]) -> bytes | None:
    if not file.is_file():
        problems.append(_problem(0, "", "The file is missing."))
        return None
    try:
        if file.stat().st_size <= LARGEST_CASE:
            return file.read_bytes()
        problems.append(_problem(0, "", f"The file is larger than {LARGEST_CASE >> 20} MiB."))
    except OSError as error:
        message = f"The file can't be read: {error.strerror or error}."
        problems.append(_problem(0, "", message, "Check its permissions."))
    return None


@lru_cache(maxsize=FILES_REMEMBERED)
def _parse_in_child(content: bytes) -> Mapping[str, FloatArray | None] | str:
    return in_child(_parse, content, what=PROFILES_FILE)


def _parse(content: bytes) -> Mapping[str, FloatArray | None] | str:
    """Return name → values, None where a series holds no numbers; or what is wrong with the whole."""
    lazy = pl.scan_parquet(io.BytesIO(content))
    height = int(lazy.select(pl.len()).collect().item())
    if height != HOURS_PER_YEAR:
        return f"The file has {height} hours; a year has {HOURS_PER_YEAR} (without 29 February)."
    if (count := len(lazy.collect_schema())) > MOST_SERIES:
        return f"The file has {count} series; up to {MOST_SERIES} are taken."
    frame = lazy.collect()
    return {
        series.name: series.cast(pl.Float64).fill_null(np.nan).to_numpy()
        if series.dtype.is_numeric()
        else None
        for series in frame.get_columns()
    }


def _wrong_hours(name: str, values: FloatArray) -> Iterator[Problem]:
    wrong = np.flatnonzero(~np.isfinite(values) | (values < 0.0) | (values > LARGEST))
    if wrong.size:
        first = float(values[wrong[0]])
        message = f"{wrong.size} hours are missing, infinite or negative, the first {first!r}."
        yield _problem(int(wrong[0]) + 1, name, message, "Fill them in.")
