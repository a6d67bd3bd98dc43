"""Unpacks the zip file of a case: nothing that climbs, links, repeats or grows beyond a case."""

import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from transcaspian.case.excel import SETTINGS_FILE
from transcaspian.errors import InputError, Problem

__all__ = ["unpack_zip"]

# Tables shrink to a tenth, series of one value to a hundredth of their size.
LARGEST_RATIO = 250  # bytes unpacked for one packed, of a zip
FREE_BYTES = 16 * 1024**2  # below this no ratio is too large
LONGEST_NAME = 200  # characters of one part of a path
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,  # packed in a way that is not known here
    RuntimeError,  # encrypted
    EOFError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ValueError,  # names that are no text among them
)


def unpack_zip(source: Path, folder: Path, largest: int, most: int) -> None:
    """Write the files of a zip of up to `largest` bytes and `most` members into `folder`.

    Raises InputError with every member that is wrong, before anything is written.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = _members(source, archive, largest, most)
            top = _top_folder([member.filename for member in members])
            for member in members:
                target = folder / PurePosixPath(member.filename).relative_to(top)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, target.open("xb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
    except DAMAGE as error:
        raise InputError(f"{source.name!r} can't be unpacked: {_words(error)}.") from error
    except OSError as error:
        reason = error.strerror or _words(error)  # bz2 tells of damage so, without a number
        raise InputError(f"{source.name!r} can't be unpacked: {reason}.") from error


def _words(error: Exception) -> str:
    words = "a name is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    return (words or type(error).__name__).rstrip(".")


def _members(
    source: Path, archive: zipfile.ZipFile, largest: int, most: int
) -> list[zipfile.ZipInfo]:
    everything = archive.infolist()
    if len(everything) > most:
        raise InputError(
            f"{source.name!r} is not a zip of a case: it has {len(everything)} members; up to {most}"
            " are taken."
        )
    members = [member for member in everything if _is_wanted(member)]
    problems = [
        *(found for member in members if (found := _member_problem(member))),
        *_name_problems([member.filename for member in members]),
        *_size_problems(source, members, largest),
    ]
    if problems:
        raise InputError(f"{source.name!r} is not a zip of a case.", problems)
    return members


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    is_hidden = any(part.startswith(".") and part != ".." for part in parts)
    return not member.is_dir() and not is_hidden and parts[:1] != ("__MACOSX",)


def _member_problem(member: zipfile.ZipInfo) -> Problem | None:
    name = member.filename
    path = PurePosixPath(name)
    if not path.parts:
        return Problem(repr(name), 0, "", "The member has no name.", "Zip the folder anew.")
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        return Problem(name, 0, "", "The path leads out of the folder.", "Zip the folder anew.")
    if not name.isprintable() or max(map(len, path.parts)) > LONGEST_NAME:
        message = "The name holds what no file can be called, or is too long."
        return Problem(ascii(name[:LONGEST_NAME]), 0, "", message, "Rename the file.")
    if stat.S_ISLNK(member.external_attr >> 16):
        return Problem(name, 0, "", "The member is a link.", "Put the file itself there.")
    if member.flag_bits & 1:
        return Problem(name, 0, "", "The member has a password.", "Zip the folder without one.")
    return None


def _name_problems(names: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for every file that stands there twice, or is a folder as well."""
    seen: set[str] = set()
    paths = [PurePosixPath(name.lower()) for name in names]
    folders = {str(parent) for path in paths for parent in path.parents}
    for name, path in zip(names, paths, strict=True):
        if not path.parts:
            continue
        if str(path) in seen:
            yield Problem(name, 0, "", "The file stands there twice.", "Keep one of the two.")
        elif str(path) in folders:
            yield Problem(name, 0, "", "The file is a folder as well.", "Zip the folder anew.")
        seen.add(str(path))


def _size_problems(
    source: Path, members: Sequence[zipfile.ZipInfo], largest: int
) -> Iterator[Problem]:
    size = sum(member.file_size for member in members)
    packed = source.stat().st_size
    cure = "Give the folder instead."
    if size > largest:
        message = f"The files are larger than {largest} bytes: {size}."
        yield Problem(source.name, 0, "", message, cure)
    elif size > max(LARGEST_RATIO * packed, FREE_BYTES):
        message = f"The files are {size // packed} times as large as the zip."
        yield Problem(source.name, 0, "", message, cure)


def _top_folder(names: list[str]) -> str:
    """Return the one folder that holds everything, '.' where `case.yaml` stands at the top."""
    tops = {PurePosixPath(name).parts[0] for name in names}
    if SETTINGS_FILE not in names and len(tops) == 1:
        (top,) = tops
        if f"{top}/{SETTINGS_FILE}" in names:
            return top
    return "."
