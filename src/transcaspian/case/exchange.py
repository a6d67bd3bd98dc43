"""Takes a case out to one file (.zip, .xlsx) and in again: whole or not at all, without loss."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from transcaspian.case.excel import SETTINGS_FILE
from transcaspian.case.excel_read import Origin, read_workbook
from transcaspian.case.excel_write import write_workbook
from transcaspian.case.files import LARGEST_CASE, MOST_FILES, case_files, copy_files
from transcaspian.case.unzip import unpack_zip
from transcaspian.errors import InputError, NotFoundError, Problem
from transcaspian.swap import scratch_folder
from transcaspian.untrusted import in_child

__all__ = ["export_case", "import_case", "refuse_existing", "write_new"]

# Reads a case folder; raises InputError with its problems. Given, since reading is the shell's.
Check = Callable[[Path], object]
FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same case gives the same bytes


def export_case(source: Path, target: Path, check: Check) -> Path:
    """Write the checked case in folder `source` to the new file `target` and return the latter.

    Links are never followed. Raises InputError where the case has problems or holds links, `target`
    exists, or its ending is not known.
    """
    writers = {".zip": _write_zip, ".xlsx": write_workbook}
    write = writers.get(target.suffix.lower())
    if write is None:
        raise InputError(f"{target.name!r} ends neither in {' nor in '.join(writers)}.")
    refuse_existing(target)
    check(source)
    return write_new(target, lambda scratch: write(source, scratch))


def refuse_existing(target: Path) -> None:
    """Raise InputError where `target` exists: nothing is overwritten."""
    if target.exists():
        raise InputError(f"{str(target)!r} exists already. Name a new one.")


def write_new(target: Path, write: Callable[[Path], object]) -> Path:
    """Make the new file or folder `target` by `write`, whole or not at all, and return it.

    Raises InputError where it can't be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(target.parent) as scratch:
            copy = scratch / f"case{target.suffix.lower()}"
            write(copy)
            refuse_existing(target)
            copy.rename(target)
    except OSError as error:
        raise InputError(f"{str(target)!r} can't be written: {error.strerror or error}.") from error
    return target


def import_case(source: Path, folder: Path, check: Check) -> Path:
    """Make the new case `folder` from a .zip, a .xlsx or a folder, check it, and return it.

    Raises NotFoundError where `source` does not exist; InputError where it is not a case without
    problems or `folder` exists and is not empty. Nothing stays behind after an error.
    """
    if not source.exists():
        raise NotFoundError(f"There is no {str(source)!r}.")
    _refuse_networks_and_maps(source)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{str(folder)!r} exists already. Name a new or empty folder.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(folder.parent) as scratch:
            copy = scratch / "case"
            origins = _unpack(source, copy)
            _check(source, copy, origins, check)
            if folder.exists():
                folder.rmdir()
            copy.rename(folder)
    except OSError as error:
        raise InputError(f"{str(folder)!r} can't be made: {error.strerror or error}.") from error
    return folder


def _refuse_networks_and_maps(source: Path) -> None:
    """Raise InputError for what other programs write and a case can't be made of."""
    if (source / "buses.csv").is_file() and not (source / SETTINGS_FILE).is_file():
        raise InputError(
            f"{str(source)!r} is a PyPSA network: it has no countries, freight or projects to make a"
            f" case of. Solve it with: transcaspian power solve {source}"
        )
    if source.suffix.lower() in (".nc", ".m"):
        raise InputError(
            f"{source.name!r} is a power network, no case. Solve it with: transcaspian power solve {source}"
        )
    if source.suffix.lower() in (".geojson", ".json"):
        raise InputError(
            f"{source.name!r} is a map of one year, no case: export a case as .xlsx or .zip to change"
            " it and bring it back."
        )


def _unpack(source: Path, copy: Path) -> Mapping[str, Origin]:
    if source.is_dir():
        copy_files(source, copy)
        return {}
    copy.mkdir()
    if source.suffix.lower() == ".zip":
        in_child(unpack_zip, source, copy, LARGEST_CASE, MOST_FILES, what=source.name)
        return {}
    if source.suffix.lower() == ".xlsx":
        return read_workbook(source, copy)
    raise InputError(f"{source.name!r} is neither a folder nor a .zip nor a .xlsx.")


def _check(source: Path, copy: Path, origins: Mapping[str, Origin], check: Check) -> None:
    try:
        check(copy)
    except InputError as error:
        count = len(error.problems)
        raise InputError(
            f"The case in {str(source)!r} has {count} problem{'s' if count != 1 else ''}.",
            [_at_origin(problem, origins) for problem in error.problems],
        ) from error


def _at_origin(problem: Problem, origins: Mapping[str, Origin]) -> Problem:
    """Return the problem with the sheet and row where the user finds the cell."""
    origin = origins.get(problem.file)
    if origin is None:
        return problem
    row = origin.rows.get(problem.row, problem.row)
    return replace(problem, file=f"sheet {origin.sheet!r}", row=row)


def _write_zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in case_files(folder).items():
            member = zipfile.ZipInfo(name, FIRST_ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, file.read_bytes())
