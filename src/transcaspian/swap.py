"""Puts new files and folders in the place of old ones: at every moment one of the two is there whole."""

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["left_aside", "place_folder", "put_back", "scratch_folder", "write_file"]

PREFIX = ".transcaspian-"
AT_CURRENT_FOLDER = -100  # Linux, fcntl.h: AT_FDCWD
EXCHANGE = 2  # Linux, fs.h: RENAME_EXCHANGE
# What a system or file system says that can't exchange two names.
CANNOT = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM)


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Give a new folder beside the place to be written; it and what stopped programs left goes."""
    _remove_leftovers(parent)
    folder, lock = _locked_folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def write_file(target: Path, content: bytes) -> None:
    """Write a file whole, or leave what was there; through a link. Raises OSError."""
    place = Path(os.path.realpath(target))
    with scratch_folder(place.parent) as scratch:
        fresh = scratch / "file"
        fresh.write_bytes(content)
        fresh.replace(place)


def place_folder(fresh: Path, target: Path) -> None:
    """Put a finished folder in its place; on return `fresh` holds what was there, if anything was.

    Raises OSError; the target then is as it was. Where the system exchanges two names at once, a
    program that is stopped leaves the old or the new. Elsewhere the old one is moved aside for a
    moment: a program stopped just then leaves it beside, and `put_back` returns it.
    """
    if not target.exists():
        fresh.rename(target)
    elif not _exchange(fresh, target):
        aside = _aside(target)
        target.rename(aside)
        try:
            fresh.rename(target)
        except OSError:
            aside.rename(target)
            raise
        aside.rename(fresh)


def put_back(target: Path) -> None:
    """Return a folder to its place where a program was stopped while it stood aside."""
    aside = _aside(target)
    if not aside.is_dir():
        return
    if target.exists():
        shutil.rmtree(aside)
    else:
        aside.rename(target)


def left_aside(target: Path) -> Path | None:
    """Return where a stopped program left the folder that belongs to a place; None for nowhere."""
    aside = _aside(target)
    return aside if aside.is_dir() and not target.exists() else None


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.before")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names at once; return False where the system has no such call."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    names = (os.fsencode(one), os.fsencode(other))
    if call(AT_CURRENT_FOLDER, names[0], AT_CURRENT_FOLDER, names[1], EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in CANNOT:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _locked_folder(parent: Path) -> tuple[Path, int | None]:
    """Return a new folder, and the lock that tells others that its program is at work."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=PREFIX))
        lock = _lock(folder)
        if lock is None or folder.exists():
            return folder, lock
        os.close(lock)  # another program took it for a leftover just now


def _remove_leftovers(parent: Path) -> None:
    """Remove the folders of programs that were stopped; those at work hold a lock."""
    for folder in parent.glob(f"{PREFIX}*"):
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """Return a lock on a folder; None where another program holds it or the system has none."""
    if sys.platform == "win32":
        return None
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # gone, or not ours
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or a file system without locks
        os.close(lock)
        return None
    return lock
