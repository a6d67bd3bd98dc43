"""Where commands and pages get the register from.

A database by address; without one the user's own, as soon as the first write has made it; before
that the packaged register, which is its seed. The address `packaged` always means the latter.
"""

import os
import sys
from pathlib import Path

from transcaspian.errors import InputError
from transcaspian.register.read import read_packaged
from transcaspian.register.record import create_store
from transcaspian.register.store import Store, database_exists, open_store
from transcaspian.register.tables import Register

__all__ = ["ROLES", "default_database", "load_register", "open_for_writing", "working_address"]

PACKAGED = "packaged"

ROLES = ("public", "internal")


def load_register(
    address: str | None = None, *, role: str = "public", entered_by: str = ""
) -> Register:
    """Return the register at an address, or the one in use without it, as a role may see it.

    Internal rows, and what would betray them, are left out for every role but `internal`.
    """
    if role not in ROLES:
        raise InputError(f"{role!r} is no role; roles are {', '.join(ROLES)}.")
    address = working_address(address)
    if address is None:
        register = read_packaged()
    else:
        with open_store(address) as store:
            store.check_filled()
            register = store.read(entered_by=entered_by)
    return register if role == "internal" else register.public()


def working_address(address: str | None) -> str | None:
    """Return the address that is read: the one given, else the user's own database if there is one.

    None stands for the packaged register.
    """
    if address is not None:
        return None if address == PACKAGED else address
    try:
        file = str(default_database())
    except InputError:  # without a home there can be no database of one's own
        return None
    return file if Path(file).is_file() and database_exists(file) else None


def open_for_writing(address: str | None = None, seed: Register | None = None) -> Store:
    """Return the database at an address, by default the user's own, made where it is missing.

    A new one begins with the rows of `seed`, by default with the packaged register.
    """
    if address == PACKAGED:
        raise InputError("The packaged register is never written to; give another --db, or none.")
    if address is None:
        file = default_database()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"The folder {str(file.parent)!r} for the register can't be made: {error.strerror}. Give a database with --db."
            ) from None
        address = str(file)
    return create_store(address, read_packaged() if seed is None else seed)


def default_database() -> Path:
    """Return the user's own database file: in the data folder of the operating system.

    Raises InputError where the user has no home.
    """
    try:
        return _data_folder() / "transcaspian" / "register.sqlite"
    except RuntimeError:
        raise InputError("The user has no home folder; give a database with --db.") from None


def _data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
