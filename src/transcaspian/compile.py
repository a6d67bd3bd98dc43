"""The one decorator that compiles kernels ahead of their first call.

A kernel has a fixed signature and is kept in a cache folder, so that only the first run on a machine
pays for compilation. The folder is named by the text of every kernel and of every constant that
kernels hold: numba itself looks at the file of a kernel alone, and machine code of one file contains
that of the kernels it calls. Where no folder can be written the kernel still runs, compiled anew on
every start, and one notice says so.
"""

import hashlib
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar, cast

import numba
from numba.core import config

from transcaspian.errors import InputError
from transcaspian.results.cache import user_cache_folder

__all__ = ["SOURCES", "kernel"]

PACKAGE = Path(__file__).parent
# Where kernels stand, and the constants that become part of their machine code.
SOURCES = (
    "compile.py",
    "units.py",
    "freight/*kernels.py",
    "freight/skims.py",
    "crossing/*kernels.py",
    "crossing/lots.py",
    "crossing/model.py",
    "crossing/passages.py",
    "crossing/stations.py",
    "crossing/world.py",
    "power/adequacy/*kernels.py",
    "power/adequacy/water.py",
)
PREFIX = "kernels-"
FOLDERS_KEPT = 3  # a few versions of the program may take turns

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(signature: object) -> Callable[[Function], Function]:
    """Return a decorator that compiles a function of arrays and scalars for `signature`.

    No fastmath: sums keep their order, so the same inputs give the same bits.
    """

    def decorate(function: Function) -> Function:
        folder = _cache_folder()
        with _cached_in(folder):
            compiled = numba.njit(signature, cache=folder is not None, nogil=True)(function)
        return cast("Function", compiled)

    return decorate


def sources(package: Path = PACKAGE) -> list[Path]:
    """Return the files whose text decides what machine code comes out."""
    return sorted({file for pattern in SOURCES for file in package.glob(pattern)})


def fingerprint(package: Path = PACKAGE) -> str:
    """Return a name for the text of all `sources`."""
    found = hashlib.sha256()
    for file in sources(package):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


@cache
def _cache_folder() -> Path | None:
    """Return the folder for machine code: the user's wish, beside the program, or the user's own."""
    wish = os.environ.get("NUMBA_CACHE_DIR")
    name = f"{PREFIX}{fingerprint()}"
    own: list[Callable[[], Path]] = [lambda: PACKAGE / "__pycache__", user_cache_folder]
    for base in [lambda: Path(str(wish))] if wish else own:
        if (folder := _writable(base, name)) is not None:
            _remove_older(folder)
            return folder
    warnings.warn(
        "There is no folder to keep compiled code in: kernels are compiled anew on every start. "
        "Set NUMBA_CACHE_DIR to a folder that can be written.",
        RuntimeWarning,
        stacklevel=1,
    )
    return None


def _writable(base: Callable[[], Path], name: str) -> Path | None:
    try:
        folder = base() / name
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except (OSError, InputError):  # read-only, full, or a user without home
        return None


def _remove_older(folder: Path) -> None:
    """Remove machine code of versions of the program that were not used for longest."""
    try:
        os.utime(folder)
        others = [one for one in folder.parent.glob(f"{PREFIX}*") if one != folder]
        others.sort(key=lambda one: one.stat().st_mtime, reverse=True)
    except OSError:  # another program removes them too
        return
    for old in others[FOLDERS_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _cached_in(folder: Path | None) -> Iterator[None]:
    """Let numba keep its files in a folder; what others compile stays where they want it."""
    settings = vars(config)
    before = settings["CACHE_DIR"]
    if folder is not None:
        settings["CACHE_DIR"] = str(folder)
    try:
        yield
    finally:
        settings["CACHE_DIR"] = before
