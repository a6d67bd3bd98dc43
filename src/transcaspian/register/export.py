"""Writes the register for other programs: files whole or not at all, public rows only."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import MappingProxyType

from transcaspian.errors import InputError
from transcaspian.register.export_iati import write_iati
from transcaspian.register.export_ical import write_ical
from transcaspian.register.export_oc4ids import write_oc4ids
from transcaspian.register.export_sdmx import write_sdmx_csv
from transcaspian.register.export_tables import write_tables, write_workbook
from transcaspian.register.tables import Register
from transcaspian.swap import place_folder, scratch_folder, write_file

__all__ = ["FORMS", "export_register"]

Writer = Callable[[Register, date], bytes]
_FILES: Mapping[str, Writer] = MappingProxyType(
    {
        "sdmx-csv": write_sdmx_csv,
        "oc4ids": write_oc4ids,
        "iati": write_iati,
        "ical": write_ical,
        "xlsx": write_workbook,
    }
)
FORMS = (*_FILES, "csv")


def export_register(
    register: Register, form: str, target: Path, as_of: date, *, replace: bool = False
) -> list[Path]:
    """Write what everybody may see, and return the files written.

    `csv` makes a folder with one file a table, the other forms one file. A target that is there
    is left alone unless `replace` is true; a folder is replaced only if it holds nothing but
    tables of a register.
    """
    if form not in FORMS:
        raise InputError(f"{form!r} is no form of export; forms are {', '.join(FORMS)}.")
    shown = register.public()
    with _told(target):
        path = _checked(target)
        if form == "csv":
            return _write_folder(path, write_tables(shown), replace=replace)
        if path.is_dir():
            raise InputError(f"{str(target)!r} is a folder; give the name of a file.")
        if path.exists() and not replace:
            raise InputError(f"{str(target)!r} is there already; --force replaces it.")
        write_file(path, _FILES[form](shown, as_of))
    return [path]


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Turn what the system says (not allowed, disk full, no home) into our error."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{str(target)!r} can't be written: {error.strerror or error}.") from None
    except RuntimeError as error:  # ~ of a user without home
        raise InputError(f"{str(target)!r} can't be written: {error}") from None


def _checked(target: Path) -> Path:
    text = str(target)
    if not text.strip() or any(ord(letter) < 32 for letter in text):
        raise InputError(f"{text!r} can't be the name of a file.")
    path = target.expanduser().absolute()
    if not path.parent.is_dir():
        raise InputError(f"{text!r}: there is no folder {str(path.parent)!r}.")
    # Writing through a link would change a file that the name does not show.
    if path.is_symlink():
        raise InputError(f"{text!r} is a link; give the name of a file.")
    return path


def _write_folder(path: Path, files: Mapping[str, bytes], *, replace: bool) -> list[Path]:
    if path.exists() and not path.is_dir():
        raise InputError(f"{str(path)!r} is a file; csv needs the name of a folder.")
    if path.is_dir() and any(path.iterdir()):
        strange = sorted(file.name for file in path.iterdir() if file.name not in files)
        if not replace:
            raise InputError(f"The folder {str(path)!r} is not empty; --force replaces it.")
        if strange:
            raise InputError(f"The folder {str(path)!r} holds {strange[0]!r} and is not replaced.")
    with scratch_folder(path.parent) as scratch:
        fresh = scratch / "tables"
        fresh.mkdir()
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        place_folder(fresh, path)
    return [path / name for name in files]
