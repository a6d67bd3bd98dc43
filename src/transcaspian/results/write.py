"""Writes a run folder: whole or not at all."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from transcaspian.errors import InputError, NotFoundError
from transcaspian.results.manifest import MANIFEST, REPORT, checksum_of, read_manifest
from transcaspian.results.tables import Results
from transcaspian.swap import place_folder, put_back, scratch_folder

__all__ = ["MANIFEST", "REPORT", "check_target", "write_results"]


def write_results(results: Results, folder: Path, report: str) -> Path:
    """Write tables (Parquet), `report.html` and `manifest.json`; return the folder.

    An earlier run in the same place is replaced only once the new one is complete; where anything
    fails, it stays. A folder that is not a run folder, or holds anything besides the run, is never
    touched: InputError.
    """
    check_target(folder)
    place = Path(os.path.realpath(folder))
    try:
        with scratch_folder(place.parent) as scratch:
            fresh = scratch / "run"
            fresh.mkdir()
            _write_files(results, fresh, report)
            place_folder(fresh, place)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _cannot_write(folder, error) from error
    return folder


def check_target(folder: Path) -> None:
    """Raise InputError where no run can be written to `folder`; make the folders above it.

    Long commands ask this first, since a run that can't be written is lost. An earlier run that
    a stopped program left aside is put back.
    """
    place = Path(os.path.realpath(folder))
    try:
        put_back(place)
        if place.exists():
            _refuse_to_replace(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(place.parent):
            pass  # the folder above takes new files
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _cannot_write(folder: Path, error: Exception) -> InputError:
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return InputError(f"{str(folder)!r} can't be written: {reason}.")


def _refuse_to_replace(folder: Path) -> None:
    """Raise InputError unless the folder is empty or holds a run and nothing else."""
    names = {file.name for file in folder.iterdir()} if folder.is_dir() else None
    if names == set():
        return
    own = None if names is None else _files_of_run(folder)
    if names is None or own is None:
        raise InputError(
            f"{str(folder)!r} exists and is not a run folder. Name another with --out."
        )
    strange = sorted(names - own)
    if strange:
        raise InputError(
            f"{str(folder)!r} holds files that are not of its run ({', '.join(strange)}), which"
            " would be lost. Move them, or name another folder with --out."
        )


def _files_of_run(folder: Path) -> set[str] | None:
    """Return the names of a run's files by its manifest; None where it is none of ours."""
    try:
        wanted: Mapping[str, str] = read_manifest(folder)["checksums"]
    except (InputError, NotFoundError):
        return None
    return {MANIFEST, *wanted} if REPORT in wanted else None


def _write_files(results: Results, folder: Path, report: str) -> None:
    for name, frame in sorted(results.tables.items()):
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd")
    (folder / REPORT).write_text(report, encoding="utf-8")
    manifest = dict(results.manifest) | {"checksums": checksums(folder)}
    (folder / MANIFEST).write_text(
        json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def checksums(folder: Path) -> Mapping[str, str]:
    """Return the SHA-256 of every file of a run folder but its manifest."""
    found = {file.name: checksum_of(file) for file in sorted(folder.iterdir())}
    return {name: sum_ for name, sum_ in found.items() if sum_ is not None and name != MANIFEST}
