"""Puts new hourly series into a case folder, with their source: all of them or none.

Every changed file is first written to `.fetch/ready/` in the case and the whole is checked in a
copy of the case. Then the files move to their places one by one; a list says that all are ready, so
a stop in between is made good by the next call (a redo log).
"""

import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError

__all__ = ["DOWNLOADS", "NewSeries", "Source", "finish_pending", "put_series"]

FloatArray = NDArray[np.float64]
# Reads a case folder; raises InputError with its problems. Given, since reading is the shell's.
Check = Callable[[Path], object]
Row = dict[str, str]

DOWNLOADS = Path(".fetch")  # in the case folder; left out of copies and exports
READY = DOWNLOADS / "ready"
COMPLETE = DOWNLOADS / "ready.list"
PROFILES, INFO = "power/profiles.parquet", "power/profile_info.csv"
LOADS, SOURCES, LICENCES = "power/loads.csv", "sources.csv", "LICENCES.csv"
LICENCE_ROW = "power/profiles"
MEAN_DIGITS = 6
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__")


@dataclass(frozen=True, slots=True)
class Source:
    """Where series come from, as `sources.csv` has it."""

    key: str
    title: str
    publisher: str
    address: str
    date: str
    licence: str
    attribution: str
    """Whom to name when the series are passed on."""


@dataclass(frozen=True, slots=True)
class NewSeries:
    """One series that takes the place of a profile, and how it was made."""

    profile: str
    values: FloatArray  # [8760], UTC, without 29 February
    confidence: str
    note: str


def put_series(case: Path, series: Sequence[NewSeries], source: Source, check: Check) -> None:
    """Replace profiles of the case in `case` and say in its tables where they come from.

    Raises InputError with every problem that the case would have, and then leaves it as it was.
    """
    finish_pending(case)
    ready = case / READY
    if ready.exists():
        shutil.rmtree(ready)
    files = _changed_files(case, series, source)
    for name, content in files.items():
        target = ready / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    _check_copy(case, ready, check)
    (ready / "list").write_text("\n".join(files), "utf-8")
    (ready / "list").replace(case / COMPLETE)
    finish_pending(case)


def finish_pending(case: Path) -> None:
    """Move what an interrupted call had made ready to its place."""
    listed = case / COMPLETE
    if not listed.is_file():
        return
    for name in listed.read_text("utf-8").splitlines():
        source = case / READY / name
        if source.is_file():
            source.replace(case / name)
    listed.unlink()
    shutil.rmtree(case / READY, ignore_errors=True)


def _check_copy(case: Path, ready: Path, check: Check) -> None:
    with tempfile.TemporaryDirectory(dir=case / DOWNLOADS, prefix="check-") as scratch:
        copy = Path(scratch) / "case"
        shutil.copytree(case, copy, ignore=LEFT_OUT)
        shutil.copytree(ready, copy, dirs_exist_ok=True)
        try:
            check(copy)
        except InputError as error:
            raise InputError(
                "With the fetched series the case would have problems; nothing was changed.",
                error.problems,
            ) from error


def _changed_files(case: Path, series: Sequence[NewSeries], source: Source) -> dict[str, bytes]:
    stored = {item.profile: item.values.astype(np.float32) for item in series}
    frame = pl.read_parquet(case / PROFILES, glob=False).with_columns(
        pl.Series(name, values) for name, values in stored.items()
    )
    stream = io.BytesIO()
    frame.write_parquet(stream, compression="zstd", compression_level=19, statistics=False)
    described = {
        item.profile: {
            "mean": f"{float(stored[item.profile].astype(np.float64).mean()):.{MEAN_DIGITS}f}",
            "source": source.key,
            "confidence": item.confidence,
            "note": item.note,
        }
        for item in series
    }
    cited = {
        name: {"source": source.key, "confidence": row["confidence"]}
        for name, row in described.items()
    }
    files = {
        PROFILES: stream.getvalue(),
        INFO: _edited(case / INFO, "profile", described),
        LOADS: _edited(case / LOADS, "profile", cited),
        SOURCES: _with_source(case / SOURCES, source),
    }
    if (case / LICENCES).is_file():
        files[LICENCES] = _with_licence(case / LICENCES, source)
    return files


def _edited(file: Path, key: str, changes: Mapping[str, Mapping[str, str]]) -> bytes:
    header, rows = _read(file)
    return _written(header, [row | dict(changes.get(row[key], {})) for row in rows])


def _with_source(file: Path, source: Source) -> bytes:
    header, rows = _read(file)
    known = {
        "key": source.key,
        "title": source.title,
        "publisher": source.publisher,
        "address": source.address,
        "date": source.date,
        "licence": source.licence,
    }
    new = dict.fromkeys(header, "") | {name: text for name, text in known.items() if name in header}
    kept = [row for row in rows if row["key"] != source.key]
    return _written(header, sorted([*kept, new], key=lambda row: row["key"]))


def _with_licence(file: Path, source: Source) -> bytes:
    header, rows = _read(file)
    for row in rows:
        if row["table"] != LICENCE_ROW:
            continue
        for column, text in (("attribution", source.attribution), ("licence", source.licence)):
            parts = row[column].split("; " if column == "attribution" else " AND ")
            if text not in parts:
                row[column] = ("; " if column == "attribution" else " AND ").join([*parts, text])
        row["note"] = "Hourly series; power/profile_info.csv says of each where it comes from."
    return _written(header, rows)


def _read(file: Path) -> tuple[list[str], list[Row]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        return list(reader.fieldnames or []), list(reader)


def _written(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()
