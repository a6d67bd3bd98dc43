"""Puts a finished folder in the place of another: whoever looks finds the old or the new, whole."""

import ctypes
import errno
import os
import shutil
from pathlib import Path

__all__ = ["swap_folder"]

_HERE = -100  # AT_FDCWD of Linux: paths are as given
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux: both names change at once
_NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def swap_folder(draft: Path, path: Path) -> None:
    """Move a folder to a name, and delete the folder that had it; OSError leaves the old one there."""
    if not path.is_dir():
        draft.replace(path)
        return
    if exchange(draft, path):
        shutil.rmtree(draft, ignore_errors=True)
        return
    aside = draft.with_name(f"{draft.name}.old")
    path.replace(aside)
    try:
        draft.replace(path)
    except OSError:
        aside.replace(path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system does not offer it."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_OFFERED:
        return False
    raise OSError(number, os.strerror(number))
