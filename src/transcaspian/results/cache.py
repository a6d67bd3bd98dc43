"""The folder where solved models are kept, so that what did not change is not solved again."""

import hashlib
import os
import re
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from transcaspian.errors import InputError
from transcaspian.swap import scratch_folder

__all__ = ["FolderCache", "user_cache_folder"]

KEY = re.compile(r"[0-9a-f]{64}")
CHECKSUM_BYTES = 32
LARGEST_BYTES = 4 * 1024**3


class FolderCache(MutableMapping[str, bytes]):
    """A folder as a mapping of keys (64 hexadecimal digits) to bytes.

    A value is written whole or not at all and carries a checksum of its key and itself: one that
    was damaged, or that stands under another key than its own, counts as absent. Once the folder holds more than `largest_bytes`, those unused for longest are removed.
    """

    def __init__(self, folder: Path, largest_bytes: int = LARGEST_BYTES) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_use(folder, error) from error
        self.folder = folder
        self.largest_bytes = largest_bytes

    def __getitem__(self, key: str) -> bytes:
        """Return the value; raise KeyError where it is absent or damaged."""
        file = self._file(key)
        try:
            packed = file.read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None
        except OSError as error:
            raise _cannot_use(self.folder, error) from error
        value = packed[CHECKSUM_BYTES:]
        if _checksum(key, value) != packed[:CHECKSUM_BYTES]:
            self._forget(file)
            raise KeyError(key)
        _touch(file)
        return value

    def __setitem__(self, key: str, value: bytes) -> None:
        """Keep a value under its key."""
        file = self._file(key)
        try:
            file.parent.mkdir(exist_ok=True)
            with scratch_folder(self.folder) as scratch:
                fresh = scratch / "value"
                fresh.write_bytes(_checksum(key, value) + value)
                fresh.replace(file)
            self._make_room(file)
        except OSError as error:
            raise _cannot_use(self.folder, error) from error

    def __delitem__(self, key: str) -> None:
        """Remove a value; raise KeyError where there is none."""
        try:
            self._file(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        """Give every key, in order."""
        return iter(sorted(file.parent.name + file.name for file in self._files()))

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self._files())

    def _file(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise KeyError(key)
        return self.folder / key[:2] / key[2:]

    def _files(self) -> list[Path]:
        return [
            file
            for file in self.folder.glob("[0-9a-f][0-9a-f]/*")
            if KEY.fullmatch(file.parent.name + file.name)
        ]

    def _forget(self, file: Path) -> None:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise _cannot_use(self.folder, error) from error

    def _make_room(self, kept: Path) -> None:
        """Remove what was unused for longest until the folder is small enough."""
        found = []
        for file in self._files():
            try:
                state = file.stat()
            except FileNotFoundError:  # another run removed it just now
                continue
            found.append((state.st_mtime_ns, file.name, state.st_size, file))
        total = sum(size for _, _, size, _ in found)
        for _, _, size, file in sorted(found):
            if total <= self.largest_bytes:
                return
            if file != kept:
                file.unlink(missing_ok=True)
                total -= size


def user_cache_folder() -> Path:
    """Return the folder for caches that the system gives each user."""
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    if named and sys.platform != "darwin":
        return Path(named) / "transcaspian"
    try:
        home = Path.home()
    except RuntimeError as error:  # a user without an entry in the system's list, as in containers
        raise InputError(
            "This user has no home folder to keep solved models in. Name a folder with --cache,"
            " or do without with --no-cache."
        ) from error
    base = {"win32": ("AppData", "Local"), "darwin": ("Library", "Caches")}
    return home.joinpath(*base.get(sys.platform, (".cache",)), "transcaspian")


def _checksum(key: str, value: bytes) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(value)
    return digest.digest()


def _touch(file: Path) -> None:
    try:
        os.utime(file)
    except OSError:
        # Only the order of removal suffers, in a folder that may be read but not written.
        return


def _cannot_use(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"The cache {str(folder)!r} can't be used: {error.strerror or error}. Name another folder"
        " with --cache, or leave it out with --no-cache."
    )
