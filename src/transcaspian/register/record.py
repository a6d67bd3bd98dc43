"""Appending to the register: importing, adding, correcting, retracting, undoing.

Every function is one transaction. A row that says what is there already is skipped, so the same
import twice changes nothing; a row that differs becomes the next revision of its entity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from transcaspian.errors import InputError, NotFoundError, RegisterError
from transcaspian.register import query
from transcaspian.register.check import Known, check_joins, check_tables, is_share_promised
from transcaspian.register.columns import TABLES, row_id
from transcaspian.register.query import Current
from transcaspian.register.read import parse_rows, read_tables
from transcaspian.register.store import Store, open_store, remove_unfilled
from transcaspian.register.tables import Register, empty_table

__all__ = ["Change", "create_store", "import_file", "record_rows", "retract", "undo"]

Revision = tuple[str, int, bool, Sequence[object]]
MAX_AUTHOR = 200
MAX_MESSAGE = 4000
MAX_CHANGES = 1000  # looked through for one's own


@dataclass(frozen=True, slots=True)
class Change:
    """What was done: the change's number (0 if nothing was new) and rows by table."""

    change_id: int
    appended: Mapping[str, int] = field(default_factory=dict)
    unchanged: int = 0
    undone: Mapping[str, object] | None = None  # the change that was taken back, with its rows

    @property
    def total(self) -> int:
        """Number of rows appended."""
        return sum(self.appended.values())


def create_store(address: str, seed: Register, author: str = "packaged register") -> Store:
    """Return the database at an address, made and filled with `seed` where there is none yet.

    Several programs may do so at once: the first one fills it.
    """
    store = open_store(address, create=True)
    try:
        with store.writing() as connection:
            if not query.read_changes(connection, 1):
                _append(connection, seed.tables, {}, author, "seed", "The register as packaged")
    except BaseException as error:
        store.close()
        if isinstance(error, RegisterError):  # a full disk, a folder that can't be written
            remove_unfilled(address)
        raise
    return store


def import_file(
    store: Store, source: Path, author: str, message: str = "", table: str = ""
) -> Change:
    """Append every row of a file or folder, all or none; InputError lists every problem.

    `table` names the table of a CSV file that is not called after it.
    """
    tables, lines = read_tables(source, table)
    with store.writing() as connection:
        return _append(connection, tables, lines, author, "import", message or source.name)


def record_rows(
    store: Store,
    name: str,
    rows: list[Mapping[str, str]],
    author: str,
    message: str = "",
    expected_revision: int | None = None,
) -> Change:
    """Append rows given as text to one table.

    `expected_revision` is the revision that the author has seen (0: none): where somebody else
    was faster, RegisterError is raised and nothing is written.
    """
    frame = parse_rows(name, rows)
    return record_tables(store, {name: frame}, author, message, expected_revision)


def record_tables(
    store: Store,
    tables: Mapping[str, pl.DataFrame],
    author: str,
    message: str = "",
    expected_revision: int | None = None,
) -> Change:
    """Append typed rows of several tables in one transaction."""
    with store.writing() as connection:
        if expected_revision is not None:
            _check_revision(connection, tables, expected_revision)
        return _append(connection, tables, {}, author, "add", message)


def retract(store: Store, name: str, key: str, author: str, message: str = "") -> Change:
    """Append a row that takes back an entity; what refers to it must go first."""
    with store.writing() as connection:
        current = query.current_of(connection, name, [key]).get(key)
        if current is None or current.retracted:
            raise NotFoundError(f"{name} has no row {key!r}.")
        change_id = _insert_change(connection, author, "retract", message or key, None)
        row = (key, current.revision + 1, True, current.values)
        query.insert_rows(connection, name, change_id, [row])
        _check_whole(connection)
        return Change(change_id, {name: 1})


def undo(store: Store, author: str, change_id: int | None = None) -> Change:
    """Take back one change, the author's own last by default, by appending what was there before.

    A change of somebody else is taken back by its number only. Raises RegisterError where a later change built on it, or it was undone already.
    """
    with store.writing() as connection:
        target = _change_to_undo(connection, change_id, author)
        undone = _insert_change(connection, author, "undo", f"Undoes change {target}", target)
        appended: dict[str, int] = {}
        entities: dict[str, list[str]] = {}
        for name in TABLES:
            rows = [
                _earlier(connection, name, entity, revision, target)
                for entity, revision in query.rows_of_change(connection, name, target)
            ]
            query.insert_rows(connection, name, undone, rows)
            if rows:
                appended[name] = len(rows)
                entities[name] = [row[0] for row in rows]
        _check_whole(connection)
        said = dict(query.find_change(connection, target) or {}) | {"rows": entities}
        return Change(undone, appended, undone=said)


def _change_to_undo(connection: sa.Connection, change_id: int | None, author: str) -> int:
    if change_id is None:
        return _last_own_change(connection, author)
    found = query.find_change(connection, change_id)
    if found is None:
        raise NotFoundError(f"There is no change {change_id}.")
    if found["action"] == "seed":
        raise RegisterError("The rows that the database began with can't be undone as a whole.")
    if query.is_undone(connection, change_id):
        raise RegisterError(f"Change {change_id} was undone already.")
    return change_id


def _last_own_change(connection: sa.Connection, author: str) -> int:
    others: list[Mapping[str, object]] = []
    for change in query.read_changes(connection, MAX_CHANGES):
        number = int(str(change["change_id"]))
        if change["action"] in {"undo", "seed"} or query.is_undone(connection, number):
            continue
        if change["author"] == author:
            return number
        others.append(change)
    if not others:
        raise NotFoundError("There is no change to undo.")
    last = others[0]
    raise NotFoundError(
        f"There is no change of {author!r} to undo. The last one is {last['change_id']}, by {last['author']!r} ({last['action']}, {last['message']!r}); give its number to take it back."
    )


def _earlier(
    connection: sa.Connection, name: str, entity: str, revision: int, change_id: int
) -> Revision:
    last = query.current_of(connection, name, [entity])[entity]
    if last.revision != revision:
        raise RegisterError(
            f"Change {change_id} can't be undone: {entity!r} in {name} was changed again later. Undo the later change first."
        )
    before = query.revision_of(connection, name, entity, revision - 1)
    if before is None:
        return entity, revision + 1, True, last.values
    return entity, revision + 1, before.retracted, before.values


def _append(
    connection: sa.Connection,
    tables: Mapping[str, pl.DataFrame],
    lines: Mapping[str, Sequence[int]],
    author: str,
    action: str,
    message: str,
) -> Change:
    keys = {
        name: query.known_keys(connection, name)
        for name, table in TABLES.items()
        if len(table.key) == 1
    }
    promised = query.read_table(connection, "commitments").filter(is_share_promised())
    shares = frozenset(promised["indicator"].drop_nulls())
    known = Known(keys, query.known_units(connection), shares)
    full = {name: tables.get(name, empty_table(name)) for name in TABLES}
    problems = check_tables(full, lines, known)
    if problems:
        count = len(problems)
        raise InputError(
            f"Nothing was written: {count} problem{'s' if count != 1 else ''}.", problems
        )
    revisions: dict[str, list[Revision]] = {}
    unchanged = 0
    for name, frame in tables.items():
        rows, same = _revisions(connection, name, frame)
        unchanged += same
        if rows:
            revisions[name] = rows
    if not revisions:
        return Change(0, {}, unchanged)
    change_id = _insert_change(connection, author, action, message, None)
    for name, rows in revisions.items():
        query.insert_rows(connection, name, change_id, rows)
    return Change(change_id, {name: len(rows) for name, rows in revisions.items()}, unchanged)


def _revisions(
    connection: sa.Connection, name: str, frame: pl.DataFrame
) -> tuple[list[Revision], int]:
    """Return the rows of a table that say something new, and how many do not."""
    table = TABLES[name]
    names = [column.name for column in table.all_columns()]
    rows = {
        row_id(table, row): tuple(row[column] for column in names)
        for row in frame.iter_rows(named=True)
    }
    current = query.current_of(connection, name, list(rows))
    fresh: list[Revision] = []
    for entity, values in rows.items():
        before: Current | None = current.get(entity)
        if before is None:
            fresh.append((entity, 1, False, values))
        elif before.retracted or before.values != values:
            fresh.append((entity, before.revision + 1, False, values))
    return fresh, len(rows) - len(fresh)


def _check_revision(
    connection: sa.Connection, tables: Mapping[str, pl.DataFrame], expected: int
) -> None:
    for name, frame in tables.items():
        entities = [row_id(TABLES[name], row) for row in frame.iter_rows(named=True)]
        current = query.current_of(connection, name, entities)
        for entity in entities:
            found = current[entity].revision if entity in current else 0
            if found != expected:
                raise RegisterError(
                    f"{entity!r} in {name} is at revision {found}, not {expected}: somebody changed it in between. Read it again."
                )


def _check_whole(connection: sa.Connection) -> None:
    """Refuse a change after which rows refer to what is gone."""
    tables = {name: query.read_table(connection, name) for name in TABLES}
    problems = check_joins(tables)
    if problems:
        raise RegisterError(
            "Nothing was written: other rows refer to what would be taken back.", problems
        )


def _insert_change(
    connection: sa.Connection, author: str, action: str, message: str, undoes: int | None
) -> int:
    if not author.strip() or len(author) > MAX_AUTHOR or any(ord(letter) < 32 for letter in author):
        raise InputError(
            f"{author[:50]!r} can't be an author: give a name of 1 to {MAX_AUTHOR} plain letters."
        )
    if "\0" in message or len(message) > MAX_MESSAGE:
        raise InputError(f"A message has at most {MAX_MESSAGE} letters and no zero bytes.")
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return query.insert_change(
        connection, entered_at=now, author=author, action=action, message=message, undoes=undoes
    )
