"""Writes a run folder: whole or not at all."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from transcaspian.errors import InputError
from transcaspian.results.tables import Results

__all__ = ["MANIFEST", "REPORT", "write_results"]

MANIFEST = "manifest.json"
REPORT = "report.html"


def write_results(results: Results, folder: Path, report: str) -> Path:
    """Write tables (Parquet), `report.html` and `manifest.json`; return the folder.

    An earlier run in the same place is replaced only once the new one is complete. A folder that
    is not a run folder is never touched: InputError.
    """
    if folder.exists() and not _may_be_replaced(folder):
        raise InputError(
            f"{str(folder)!r} exists and is not a run folder. Name another with --out."
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-run-") as scratch:
            fresh = Path(scratch) / "run"
            fresh.mkdir()
            _write_files(results, fresh, report)
            if folder.exists():
                folder.rename(Path(scratch) / "old")
            fresh.rename(folder)
    except OSError as error:
        raise InputError(f"{str(folder)!r} can't be written: {error.strerror}.") from error
    return folder


def _may_be_replaced(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))


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
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
        if file.name != MANIFEST
    }
