"""Reads a run folder back."""

import json
from pathlib import Path

import polars as pl

from transcaspian.errors import InputError, NotFoundError, Problem
from transcaspian.results.tables import Results
from transcaspian.results.write import MANIFEST, checksums

__all__ = ["read_results"]


def read_results(folder: Path) -> Results:
    """Return the results in a run folder.

    Raises NotFoundError where there is none, InputError where a file was changed or lost since.
    """
    if not (folder / MANIFEST).is_file():
        raise NotFoundError(f"{str(folder)!r} is not a run folder: it has no {MANIFEST}.")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        wanted = dict(manifest["checksums"])
    except (ValueError, KeyError, TypeError) as error:  # not UTF-8, not JSON, not a manifest
        raise InputError(f"{str(folder / MANIFEST)!r} is damaged. Run the case again.") from error
    found = checksums(folder)
    problems = [
        Problem(name, 0, "", "The file is missing or was changed.", "Run the case again.")
        for name, checksum in sorted(wanted.items())
        if found.get(name) != checksum
    ]
    if problems:
        raise InputError(f"The run in {str(folder)!r} is damaged.", problems)
    tables = {
        Path(name).stem: pl.read_parquet(folder / name, glob=False)
        for name in sorted(wanted)
        if name.endswith(".parquet")
    }
    return Results(tables, manifest)
