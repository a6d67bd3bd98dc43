"""The files of a case folder: real ones alone, and no more than a case can have."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from transcaspian.errors import InputError, Problem

__all__ = ["LARGEST_CASE", "MOST_FILES", "case_files", "copy_files"]

# The packaged case, one of the largest there are, has 120 files and 3 MB.
LARGEST_CASE = 256 * 1024**2  # bytes
MOST_FILES = 2_000
LEFT_OUT = ("__pycache__", "__init__.py")
REAL = "Put the file itself there."


def case_files(folder: Path) -> dict[str, Path]:
    """Return name in the case → file of every file in `folder`, by name.

    Hidden files and what Python leaves behind are passed over. Links are never followed: a link,
    a pipe, a device or a folder that can't be looked into is an InputError that names it, as is a
    folder that is too large for a case.
    """
    problems: list[Problem] = []
    files: dict[str, Path] = {}
    size = 0
    for path in _walk(folder, problems):
        name = path.relative_to(folder).as_posix()
        files[name] = path
        size += path.lstat().st_size
        if len(files) > MOST_FILES or size > LARGEST_CASE:
            raise InputError(
                f"{str(folder)!r} is too large for a case: up to {MOST_FILES} files of"
                f" {LARGEST_CASE >> 20} MiB together are taken."
            )
    if problems:
        raise InputError(f"{str(folder)!r} holds what can't be part of a case.", problems)
    return dict(sorted(files.items()))


def copy_files(source: Path, folder: Path) -> None:
    """Copy the files of the case folder `source` into the new `folder`; errors as `case_files`."""
    folder.mkdir()
    for name, path in case_files(source).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target, follow_symlinks=False)


def _walk(top: Path, problems: list[Problem]) -> Iterator[Path]:
    folders = [top]
    while folders:
        folder = folders.pop()
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            message = f"The folder can't be looked into: {error.strerror}."
            problems.append(Problem(_shown(folder, top), 0, "", message, "Check its permissions."))
            continue
        for path in inside:
            if path.name in LEFT_OUT or path.name.startswith("."):
                continue
            wrong = _problem(path)
            if wrong:
                problems.append(Problem(_shown(path, top), 0, "", *wrong))
            elif path.is_dir():
                folders.append(path)
            else:
                yield path


def _problem(path: Path) -> tuple[str, str] | None:
    """Return what is wrong with one thing in the folder, and the cure."""
    if path.is_symlink():
        return "It is a link.", REAL
    if not (path.is_dir() or path.is_file()):
        return "It is no file but a pipe or a device.", REAL
    if path.name != _encodable(path.name):
        return "Its name is not UTF-8.", "Rename it."
    return None


def _shown(path: Path, top: Path) -> str:
    return _encodable(path.relative_to(top).as_posix())


def _encodable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
