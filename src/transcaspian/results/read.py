"""Reads a run folder back."""

import hashlib
from pathlib import Path

import polars as pl

from transcaspian.errors import InputError
from transcaspian.results.manifest import AGAIN, changed_files, parse_table, read_manifest
from transcaspian.results.tables import Results

__all__ = ["read_results", "read_run"]


def read_run(folder: str | Path) -> Results:
    """Return the results in a run folder, as `run_study` gave them; errors as in `read_results`."""
    return read_results(Path(folder))


def read_results(folder: Path) -> Results:
    """Return the results in a run folder.

    Raises NotFoundError where there is none, InputError where a file was changed or lost since.
    """
    manifest = read_manifest(folder)
    wanted: dict[str, str] = manifest["checksums"]
    problems = changed_files(folder, wanted)
    if problems:
        raise InputError(f"The run in {str(folder)!r} is damaged.", problems)
    names = [name for name in sorted(wanted) if name.endswith(".parquet")]
    tables = {Path(name).stem: _table(folder / name, wanted[name]) for name in names}
    return Results(tables, manifest)


def _table(file: Path, checksum: str) -> pl.DataFrame:
    """Return the table of a file that may have been replaced since it was checked."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{str(file)!r} can't be read: {error.strerror or error}.") from error
    if hashlib.sha256(content).hexdigest() != checksum:
        raise InputError(f"{str(file)!r} was changed while it was read. {AGAIN}")
    return parse_table(str(file), content)
