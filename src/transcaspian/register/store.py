"""The register database: opening it, reading it, and what keeps writers apart.

SQLite (one file, write-ahead log) is the default; PostgreSQL serves teams. The schema is brought
up to date on opening. Reading happens in one transaction, so nobody sees half a change.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa
from alembic.util import CommandError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from transcaspian.errors import InputError, NotFoundError, RegisterError
from transcaspian.register import query
from transcaspian.register.check import check_rows_are_whole
from transcaspian.register.columns import TABLES
from transcaspian.register.memory import no_cycle_search
from transcaspian.register.migrate import HEAD, current_version, upgrade
from transcaspian.register.query import Entry
from transcaspian.register.tables import Register, make_register

__all__ = ["Store", "database_exists", "find_address", "open_store", "remove_unfilled"]

BUSY_TIMEOUT_S = 60.0
VERSION_TABLE = "alembic_version"
CONNECT_TIMEOUT_S = 15  # of a server that does not answer


@dataclass(frozen=True, slots=True)
class Store:
    """An open register database. Close it, or use it in a `with` statement."""

    engine: sa.Engine

    @property
    def address(self) -> str:
        """Where it is, without a password."""
        return address_shown(self.engine.url)

    def read(self, *, entered_by: str = "") -> Register:
        """Return the current register, or what had been entered by a moment (UTC, ISO 8601)."""
        with no_cycle_search(), self.reading() as connection:
            up_to = query.last_change_by(connection, entered_by) if entered_by else None
            tables = {name: query.read_table(connection, name, up_to) for name in TABLES}
        if problems := check_rows_are_whole(tables):
            count = len(problems)
            raise RegisterError(
                f"The register database {self.address} is damaged: {count} cell{'s' if count != 1 else ''} can't be read. Restore a copy of it.",
                problems,
            )
        return make_register(tables)

    def history(self, key: str, table: str = "") -> list[tuple[str, Entry]]:
        """Return table and revision of everything ever entered under a key, oldest first.

        A key may stand in several tables; `table` asks one only.
        """
        names = [table] if table else list(TABLES)
        with self.reading() as connection:
            entries = [
                (name, entry)
                for name in names
                for entry in query.read_history(connection, name, key)
            ]
        if not entries:
            raise NotFoundError(f"Nothing was ever entered under {key!r}.")
        return sorted(entries, key=lambda entry: entry[1].change_id)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one moment of the database."""
        level = "REPEATABLE READ" if self.engine.dialect.name == "postgresql" else None
        with _told_apart(self.engine), self.engine.connect() as plain:
            connection = plain.execution_options(isolation_level=level) if level else plain
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection that is alone in writing; all of it is kept, or nothing."""
        with _told_apart(self.engine), self.engine.connect() as plain:
            connection = plain.execution_options(is_writing=True)
            with connection.begin():
                query.lock_for_writing(connection)
                yield connection

    def check_filled(self) -> None:
        """Raise NotFoundError where nothing was ever entered.

        A program that is stopped at its first write leaves bare tables.
        """
        with self.reading() as connection:
            if not query.read_changes(connection, 1):
                raise NotFoundError(f"{self.address} holds no register.")

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_store(address: str, *, create: bool = False) -> Store:
    """Return the open database at an address: a path, sqlite:///PATH or postgresql://….

    A missing SQLite file is made only with `create`. An older schema is brought up to date with
    its data; one made by a newer program is refused.
    """
    url = find_address(address)
    file = _file_of(url)
    is_new = file is not None and not _is_file(file)
    if is_new and not create:
        raise NotFoundError(f"There is no register database {url.database!r}.")
    engine = _make_engine(url)
    try:
        with _told_apart(engine):
            _prepare(engine, create=create)
    except BaseException:
        engine.dispose()
        if is_new and file is not None:
            _remove_empty(file)
        raise
    return Store(engine)


def _prepare(engine: sa.Engine, *, create: bool) -> None:
    """Bring a database to the present schema; refuse one that is damaged or holds no register."""
    _check_pages(engine)
    version = current_version(engine)
    if version == "" and not create:
        raise NotFoundError(f"{address_shown(engine.url)} holds no register.")
    if version == "":
        _refuse_other_programs(engine)
    if version != HEAD:
        upgrade(engine)


def _refuse_other_programs(engine: sa.Engine) -> None:
    """Refuse an SQLite file with tables of another program: nothing is written into those."""
    if engine.dialect.name != "sqlite":
        return
    found = sorted(set(sa.inspect(engine).get_table_names()) - {VERSION_TABLE})
    if found:
        raise RegisterError(
            f"{address_shown(engine.url)} is a database of another program: it holds the table {found[0]!r} and no register. Give another --db."
        )


def _check_pages(engine: sa.Engine) -> None:
    """Refuse an SQLite file whose pages do not hang together: parts of it would be missing."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        reason = " ".join(str(found).replace("*** in database main ***", "").split())
        raise RegisterError(
            f"The register database {address_shown(engine.url)} is damaged ({reason}). Restore a copy of it."
        )


def remove_unfilled(address: str) -> None:
    """Remove an SQLite database into which nothing was ever entered."""
    file = _file_of(find_address(address))
    if file is not None:
        _remove_empty(file)


def _remove_empty(file: Path) -> None:
    """Remove a file that was begun in vain, unless another program is at work in it."""
    if not _is_file(file):
        return
    connection = sqlite3.connect(file, timeout=0.0)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        is_filled = bool(names) and (
            ("changes",) not in names or connection.execute("SELECT 1 FROM changes").fetchone()
        )
    except sqlite3.Error:
        return
    finally:
        connection.close()
    if not is_filled:
        for end in ("-wal", "-shm", "-journal", ""):
            file.with_name(f"{file.name}{end}").unlink(missing_ok=True)


@contextmanager
def _told_apart(engine: sa.Engine) -> Iterator[None]:
    """Turn trouble of the database itself (busy, read-only, damaged, gone) into our error."""
    shown = address_shown(engine.url)
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise RegisterError(_reason(shown, error.orig)) from None
    except engine.dialect.loaded_dbapi.Error as error:  # rows are taken from the driver at once
        raise RegisterError(_reason(shown, error)) from None
    except (CommandError, sa.exc.SQLAlchemyError) as error:
        raise RegisterError(f"{shown} is not a register database: {error}") from None
    except UnicodeError:
        raise RegisterError(f"{shown} can't be the address of a database.") from None


def _reason(shown: str, error: BaseException | None) -> str:
    lines = str(error).splitlines() if error is not None else []
    reason = lines[0] if lines else "no reason given"
    if "not a database" in reason or "no such table" in reason or "no such column" in reason:
        return f"{shown} is not a register database: {reason}"
    return f"The register database {shown} can't be used: {reason}"


def database_exists(address: str) -> bool:
    """Whether there is a register at an address."""
    url = find_address(address)
    file = _file_of(url)
    if file is not None and not _is_file(file):
        return False
    engine = _make_engine(url)
    try:
        with _told_apart(engine):
            return current_version(engine) != ""
    finally:
        engine.dispose()


def _file_of(url: sa.URL) -> Path | None:
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError as error:
        raise RegisterError(f"{str(file)!r} can't be looked at: {error.strerror}.") from None


def address_shown(url: sa.URL) -> str:
    """Return an address without its password, wherever in it one stands."""
    secret = {name: "***" for name in url.query if "pass" in name.lower()}
    shown = url.update_query_dict(secret) if secret else url
    return shown.render_as_string(hide_password=True)


def _text_shown(address: str) -> str:
    """Return the text of an address that can't be read, without what may be a password."""
    hidden = re.sub(r"(?<=:)(?!//).*(?=@)", "***", repr(address))
    return re.sub(r"(pass\w*=)[^&']*", r"\1***", hidden, flags=re.IGNORECASE)


def find_address(address: str) -> sa.URL:
    """Return the checked address of a database; InputError where it can't be one."""
    if not address or "\0" in address or any(ord(letter) < 32 for letter in address):
        raise InputError(f"{_text_shown(address)} is not the address of a database.")
    if "://" not in address:
        return _sqlite_url(address)
    try:
        url = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):  # the port is no number
        raise InputError(f"{_text_shown(address)} is not the address of a database.") from None
    if url.drivername == "sqlite":
        if url.query:
            raise InputError("An SQLite address takes no options after '?'.")
        return _sqlite_url(url.database or "")
    if "@" in (url.host or ""):  # the rest of a password that holds one
        raise InputError(
            f"{_text_shown(address)} is not the address of a database: write an '@' in a name or a"
            " password as %40."
        )
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    raise InputError(
        f"Databases of kind {url.drivername!r} are not served. Give a file, sqlite:///FILE or postgresql://…."
    )


def _sqlite_url(path: str) -> sa.URL:
    # SQLite reads 'file:' names as addresses with options and ':memory:' as no file at all.
    if not path or path.startswith((":", "file:")):
        raise InputError(f"{_text_shown(path)} is not the name of a database file.")
    shown = _text_shown(path)
    try:
        file = Path(path).expanduser().absolute()
        is_folder, has_parent = file.is_dir(), file.parent.is_dir()
    except (OSError, RuntimeError) as error:  # too long, not to be looked at, no such home
        raise InputError(f"{shown} is not the name of a database file: {error}.") from None
    if is_folder:
        raise InputError(f"{shown} is a folder; give the name of a database file.")
    if not has_parent:
        raise InputError(f"{shown}: there is no folder {_text_shown(str(file.parent))}.")
    return sa.URL.create("sqlite", database=str(file))


def _make_engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        wait = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_TIMEOUT_S}
        return sa.create_engine(url, pool_pre_ping=True, connect_args=wait)
    file = Path(str(url.database))
    is_fixed = _is_fixed(file)
    if is_fixed:
        # The address is that of sqlite3 itself; SQLAlchemy's own stays plain, for messages.
        name = f"{file.as_uri()}?immutable=1"
        engine = sa.create_engine(
            url, poolclass=NullPool, creator=lambda: sqlite3.connect(name, uri=True)
        )
        sa.event.listen(engine, "connect", _prepare_fixed)
    else:
        engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_S})
        sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _is_fixed(file: Path) -> bool:
    """Whether nobody can change a file where it lies: its log can't be opened there, nor be there."""
    log = file.with_name(f"{file.name}-wal")
    return _is_file(file) and not os.access(file.parent, os.W_OK) and not _is_file(log)


def _prepare_fixed(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None


def _prepare_sqlite(connection: object, _record: ConnectionPoolEntry) -> None:
    # Python's own handling of transactions is off: it begins them late, and reads could tear.
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes the lock at once: one that reads first and writes later could be refused.
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
