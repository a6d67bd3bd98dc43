"""Copies a case folder: whole or not at all."""

from pathlib import Path

from transcaspian.case.files import copy_files
from transcaspian.errors import InputError
from transcaspian.swap import scratch_folder

__all__ = ["copy_case"]


def copy_case(source: Path, folder: Path) -> Path:
    """Copy the case folder `source` to `folder` and return the latter.

    Raises InputError where `folder` exists and is not empty, or can't be made.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{str(folder)!r} exists already. Name a new or empty folder.")
        if folder.resolve().is_relative_to(source.resolve()):
            raise InputError(f"{str(folder)!r} lies inside the case. Name a folder elsewhere.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(folder.parent) as scratch:
            copy = scratch / "case"
            copy_files(source, copy)
            if folder.exists():
                folder.rmdir()
            copy.rename(folder)
    except OSError as error:
        raise InputError(f"{str(folder)!r} can't be made: {error.strerror or error}.") from error
    return folder
