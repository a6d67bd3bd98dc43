"""The folder where solved models are kept, so that what did not change is not solved again."""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from transcaspian.errors import InputError

__all__ = ["FolderCache", "user_cache_folder"]

KEY = re.compile(r"[0-9a-f]{64}")
CHECKSUM_BYTES = 32
LARGEST_BYTES = 4 * 1024**3


class FolderCache(MutableMapping[str, bytes]):
    """A folder as a mapping of keys (64 hexadecimal digits) to bytes.

    A value is written whole or not at all and carries its checksum: one that was damaged counts as
    absent. Once the folder holds more than `largest_bytes`, those unused for longest are removed.
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
        if hashlib.sha256(value).digest() != packed[:CHECKSUM_BYTES]:
            file.unlink(missing_ok=True)
            raise KeyError(key)
        _touch(file)
        return value

    def __setitem__(self, key: str, value: bytes) -> None:
        """Keep a value under its key."""
        file = self._file(key)
        try:
            file.parent.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as scratch:
                scratch.write(hashlib.sha256(value).digest() + value)
            Path(scratch.name).replace(file)
        except OSError as error:
            raise _cannot_use(self.folder, error) from error
        self._make_room(file)

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
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "transcaspian"


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
