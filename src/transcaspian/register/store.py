"""The register database: opening it, reading it, and what keeps writers apart.

SQLite (one file, write-ahead log) is the default; PostgreSQL serves teams. The schema is brought
up to date on opening. Reading happens in one transaction, so nobody sees half a change.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from transcaspian.errors import InputError, NotFoundError, RegisterError
from transcaspian.register import query
from transcaspian.register.columns import TABLES
from transcaspian.register.memory import no_cycle_search
from transcaspian.register.migrate import HEAD, current_version, upgrade
from transcaspian.register.query import Entry
from transcaspian.register.tables import Register, make_register

__all__ = ["Store", "database_exists", "find_address", "open_store"]

BUSY_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Store:
    """An open register database. Close it, or use it in a `with` statement."""

    engine: sa.Engine

    @property
    def address(self) -> str:
        """Where it is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def read(self, *, entered_by: str = "") -> Register:
        """Return the current register, or what had been entered by a moment (UTC, ISO 8601)."""
        with no_cycle_search(), self.reading() as connection:
            up_to = query.last_change_by(connection, entered_by) if entered_by else None
            return make_register(
                {name: query.read_table(connection, name, up_to) for name in TABLES}
            )

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
        with self._told_apart(), self.engine.connect() as plain:
            connection = plain.execution_options(isolation_level=level) if level else plain
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection that is alone in writing; all of it is kept, or nothing."""
        with self._told_apart(), self.engine.connect() as plain:
            connection = plain.execution_options(is_writing=True)
            with connection.begin():
                query.lock_for_writing(connection)
                yield connection

    @contextmanager
    def _told_apart(self) -> Iterator[None]:
        """Turn trouble of the database itself (busy, read-only, gone) into our error."""
        try:
            yield
        except sa.exc.OperationalError as error:
            reason = str(error.orig).splitlines()[0] if error.orig else "no reason given"
            raise RegisterError(
                f"The register database {self.address} can't be used: {reason}"
            ) from None

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
    if url.get_backend_name() == "sqlite" and not create and not Path(str(url.database)).is_file():
        raise NotFoundError(f"There is no register database {url.database!r}.")
    engine = _make_engine(url)
    try:
        version = current_version(engine)
        if version == "" and not create:
            raise NotFoundError(f"{address_shown(url)} holds no register.")
        if version != HEAD:
            upgrade(engine)
    except sa.exc.OperationalError as error:
        engine.dispose()
        reason = str(error.orig).splitlines()[0] if error.orig else "no reason given"
        raise RegisterError(
            f"The register database {address_shown(url)} can't be opened: {reason}"
        ) from None
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise RegisterError(
            f"{address_shown(url)} is not a register database: {error.orig}"
        ) from None
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def database_exists(address: str) -> bool:
    """Whether there is a register at an address."""
    url = find_address(address)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        return False
    engine = _make_engine(url)
    try:
        return current_version(engine) != ""
    finally:
        engine.dispose()


def address_shown(url: sa.URL) -> str:
    """Return an address without its password."""
    return url.render_as_string(hide_password=True)


def find_address(address: str) -> sa.URL:
    """Return the checked address of a database; InputError where it can't be one."""
    if not address or "\0" in address or any(ord(letter) < 32 for letter in address):
        raise InputError(f"{address!r} is not the address of a database.")
    if "://" not in address:
        return _sqlite_url(address)
    try:
        url = sa.make_url(address)
    except sa.exc.ArgumentError:
        raise InputError(f"{address!r} is not the address of a database.") from None
    if url.drivername == "sqlite":
        if url.query:
            raise InputError("An SQLite address takes no options after '?'.")
        return _sqlite_url(url.database or "")
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    raise InputError(
        f"Databases of kind {url.drivername!r} are not served. Give a file, sqlite:///FILE or postgresql://…."
    )


def _sqlite_url(path: str) -> sa.URL:
    # SQLite reads 'file:' names as addresses with options and ':memory:' as no file at all.
    if not path or path.startswith((":", "file:")):
        raise InputError(f"{path!r} is not the name of a database file.")
    file = Path(path).expanduser()
    if file.is_dir():
        raise InputError(f"{path!r} is a folder; give the name of a database file.")
    if not file.absolute().parent.is_dir():
        raise InputError(f"{path!r}: there is no folder {str(file.absolute().parent)!r}.")
    return sa.URL.create("sqlite", database=str(file.absolute()))


def _make_engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_S})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


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
