"""Writes a run folder: whole or not at all."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from transcaspian.errors import InputError
from transcaspian.results.tables import Results

__all__ = ["MANIFEST", "REPORT", "check_target", "write_results"]

MANIFEST = "manifest.json"
REPORT = "report.html"


def write_results(results: Results, folder: Path, report: str) -> Path:
    """Write tables (Parquet), `report.html` and `manifest.json`; return the folder.

    An earlier run in the same place is replaced only once the new one is complete. A folder that
    is not a run folder, or holds anything besides the run, is never touched: InputError.
    """
    check_target(folder)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-run-") as scratch:
            fresh = Path(scratch) / "run"
            fresh.mkdir()
            _write_files(results, fresh, report)
            if folder.exists():
                folder.rename(Path(scratch) / "old")
            fresh.rename(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    return folder


def check_target(folder: Path) -> None:
    """Raise InputError where no run can be written to `folder`; make the folders above it.

    Long commands ask this first, since a run that can't be written is lost.
    """
    try:
        if folder.exists():
            _refuse_to_replace(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-run-"):
            pass  # the folder above takes new files
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _cannot_write(folder: Path, error: OSError) -> InputError:
    return InputError(f"{str(folder)!r} can't be written: {error.strerror or error}.")


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
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return None
    wanted = manifest.get("checksums") if isinstance(manifest, dict) else None
    return {MANIFEST, *wanted} if isinstance(wanted, dict) and REPORT in wanted else None


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
        if file.name != MANIFEST and file.is_file()
    }
