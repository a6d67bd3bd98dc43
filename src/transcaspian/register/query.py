"""Every SQL statement of the register, always with parameters.

A current row is the last revision of its entity, unless that revision retracts it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from transcaspian.case.columns import Table
from transcaspian.errors import InputError, RegisterError
from transcaspian.register.columns import TABLES
from transcaspian.register.schema import CHANGES, FACTS

__all__ = [
    "Current",
    "Entry",
    "current_of",
    "insert_change",
    "insert_rows",
    "list_page",
    "lock_for_writing",
    "read_changes",
    "read_history",
    "read_table",
    "rows_of_change",
]

CHUNK = 500  # parameters of one statement, below SQLite's limit of old versions
MAX_PAGE = 1000
# One register, one writer at a time: the key of PostgreSQL's advisory lock.
WRITE_LOCK = 0x7C0_5EA
MIGRATION_LOCK = 0x7C0_5EB
_TYPES = {"text": pl.String(), "float": pl.Float64(), "int": pl.Int64(), "bool": pl.Boolean()}


@dataclass(frozen=True, slots=True)
class Current:
    """The last revision of an entity."""

    entity: str
    revision: int
    retracted: bool
    values: tuple[object, ...]  # in the registry's order of columns


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision of an entity, with who entered it when."""

    change_id: int
    entered_at: str
    author: str
    action: str
    message: str
    revision: int
    retracted: bool
    values: Mapping[str, object]


def column_names(name: str) -> list[str]:
    """Return the columns of a table in the registry's order."""
    return [column.name for column in TABLES[name].all_columns()]


def lock_for_writing(connection: sa.Connection, key: int = WRITE_LOCK) -> None:
    """Wait until no other writer is at work; SQLite's write transactions do so by themselves."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _is_last(facts: sa.Table, up_to: int | None = None) -> sa.ColumnElement[bool]:
    later = facts.alias("later")
    newer = (later.c.entity == facts.c.entity) & (later.c.revision > facts.c.revision)
    if up_to is not None:
        newer &= later.c.change_id <= up_to
    last = ~sa.exists().where(newer)
    return last if up_to is None else last & (facts.c.change_id <= up_to)


def read_table(connection: sa.Connection, name: str, up_to: int | None = None) -> pl.DataFrame:
    """Return the current rows of a table in order of entry, or those after change `up_to`."""
    facts = FACTS[name]
    names = column_names(name)
    statement = (
        sa.select(*(facts.c[column] for column in names))
        .where(_is_last(facts, up_to), facts.c.retracted.is_(False))
        .order_by(facts.c.row_id)
    )
    return _fetch_frame(connection.execute(statement), TABLES[name])


def _fetch_frame(result: sa.CursorResult[tuple[object, ...]], table: Table) -> pl.DataFrame:
    """Return all rows of a result, taken from the driver at once: rows one by one cost double."""
    cursor = result.cursor
    rows = [] if cursor is None else cursor.fetchall()
    result.close()
    schema = pl.Schema({column.name: _TYPES[column.kind] for column in table.all_columns()})
    # SQLite knows no booleans, it gives 0 and 1.
    first = dict(zip(schema, rows[0], strict=True)) if rows else {}
    raw = {
        name: pl.Int8() if type(first.get(name)) is int else kind
        for name, kind in schema.items()
        if kind == pl.Boolean()
    }
    try:
        return pl.DataFrame(rows, schema={**schema, **raw}, orient="row").cast(schema)
    except (pl.exceptions.PolarsError, TypeError, OverflowError) as error:
        reason = str(error).splitlines()[0]
        raise RegisterError(
            f"The table {table.name!r} of the database holds cells of a wrong kind: {reason}"
        ) from None


def list_page(
    connection: sa.Connection,
    name: str,
    *,
    where: Mapping[str, str],
    after: str,
    limit: int,
    show_internal: bool,
) -> tuple[list[dict[str, object]], str]:
    """Return up to `limit` current rows after a key, in order of keys, and the key to go on from.

    The second value is empty on the last page.
    """
    facts = FACTS[name]
    names = column_names(name)
    unknown = [column for column in where if column not in names]
    if unknown:
        raise InputError(f"{name} has no column {unknown[0]!r}; it has {', '.join(names)}.")
    if not 1 <= limit <= MAX_PAGE:
        raise InputError(f"A page has 1 to {MAX_PAGE} rows, not {limit}.")
    statement = (
        sa.select(facts.c.entity, *(facts.c[column] for column in names))
        .where(facts.c.entity > after, _is_last(facts), facts.c.retracted.is_(False))
        .order_by(facts.c.entity)
        .limit(limit + 1)
    )
    for column, value in where.items():
        statement = statement.where(
            sa.cast(facts.c[column], sa.Text) == value
            if facts.c[column].type.python_type is not str
            else facts.c[column] == value
        )
    if not show_internal and "internal" in names:
        statement = statement.where(facts.c.internal.is_(False))
    found = connection.execute(statement).all()
    rows = [dict(zip(names, row[1:], strict=True)) for row in found[:limit]]
    return rows, found[limit - 1][0] if len(found) > limit else ""


def has_internal(connection: sa.Connection, names: Iterable[str] = tuple(FACTS)) -> bool:
    """Whether any current row of these tables is marked internal."""
    for facts in (FACTS[name] for name in names):
        if "internal" in facts.c:
            statement = (
                sa.select(facts.c.row_id)
                .where(facts.c.internal.is_(True), _is_last(facts))
                .limit(1)
            )
            if connection.execute(statement).first() is not None:
                return True
    return False


def current_of(connection: sa.Connection, name: str, entities: Sequence[str]) -> dict[str, Current]:
    """Return the last revision of each entity that exists, retracted ones included."""
    facts = FACTS[name]
    columns = [facts.c[column] for column in column_names(name)]
    found: dict[str, Current] = {}
    for start in range(0, len(entities), CHUNK):
        part = list(entities[start : start + CHUNK])
        statement = sa.select(facts.c.entity, facts.c.revision, facts.c.retracted, *columns).where(
            facts.c.entity.in_(part), _is_last(facts)
        )
        for row in connection.execute(statement):
            found[row[0]] = Current(row[0], row[1], row[2], tuple(row[3:]))
    return found


def known_keys(connection: sa.Connection, name: str) -> set[str]:
    """Return the keys of all current rows of a table."""
    facts = FACTS[name]
    statement = sa.select(facts.c.entity).where(_is_last(facts), facts.c.retracted.is_(False))
    return set(connection.execute(statement).scalars())


def known_units(connection: sa.Connection) -> dict[str, str]:
    """Return the unit of every indicator."""
    facts = FACTS["indicators"]
    statement = sa.select(facts.c.id, facts.c.unit).where(
        _is_last(facts), facts.c.retracted.is_(False)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def insert_change(
    connection: sa.Connection,
    *,
    entered_at: str,
    author: str,
    action: str,
    message: str,
    undoes: int | None,
) -> int:
    """Append a change and return its number."""
    result = connection.execute(
        CHANGES.insert().values(
            entered_at=entered_at, author=author, action=action, message=message, undoes=undoes
        )
    )
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave the change no number")
    return int(key[0])


def insert_rows(
    connection: sa.Connection,
    name: str,
    change_id: int,
    rows: Iterable[tuple[str, int, bool, Sequence[object]]],
) -> None:
    """Append revisions: entity, revision, whether it retracts, values in the registry's order."""
    names = column_names(name)
    values = [
        {"entity": entity, "revision": revision, "change_id": change_id, "retracted": retracted}
        | dict(zip(names, row, strict=True))
        for entity, revision, retracted, row in rows
    ]
    if values:
        connection.execute(FACTS[name].insert(), values)


def read_history(connection: sa.Connection, name: str, entity: str) -> list[Entry]:
    """Return every revision of an entity, oldest first."""
    facts = FACTS[name]
    names = column_names(name)
    statement = (
        sa.select(
            CHANGES,
            facts.c.revision,
            facts.c.retracted,
            *(facts.c[column].label(f"v_{column}") for column in names),
        )
        .join(CHANGES, CHANGES.c.change_id == facts.c.change_id)
        .where(facts.c.entity == entity)
        .order_by(facts.c.revision)
    )
    return [
        Entry(
            row["change_id"],
            row["entered_at"],
            row["author"],
            row["action"],
            row["message"],
            row["revision"],
            row["retracted"],
            {column: row[f"v_{column}"] for column in names},
        )
        for row in connection.execute(statement).mappings()
    ]


def read_changes(connection: sa.Connection, limit: int) -> list[dict[str, object]]:
    """Return the last changes, newest first."""
    statement = sa.select(CHANGES).order_by(CHANGES.c.change_id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(statement).mappings()]


def last_change_by(connection: sa.Connection, entered_by: str) -> int:
    """Return the number of the last change entered by a moment (UTC, ISO 8601); 0 for none."""
    statement = sa.select(sa.func.max(CHANGES.c.change_id)).where(
        CHANGES.c.entered_at <= entered_by
    )
    return int(connection.execute(statement).scalar() or 0)


def find_change(connection: sa.Connection, change_id: int) -> dict[str, object] | None:
    """Return one change; None where there is none of that number."""
    row = (
        connection.execute(sa.select(CHANGES).where(CHANGES.c.change_id == change_id))
        .mappings()
        .first()
    )
    return dict(row) if row is not None else None


def is_undone(connection: sa.Connection, change_id: int) -> bool:
    """Whether a later change undoes this one."""
    statement = sa.select(CHANGES.c.change_id).where(CHANGES.c.undoes == change_id)
    return connection.execute(statement).first() is not None


def rows_of_change(connection: sa.Connection, name: str, change_id: int) -> list[tuple[str, int]]:
    """Return entity and revision of every row that a change appended to a table."""
    facts = FACTS[name]
    statement = sa.select(facts.c.entity, facts.c.revision).where(facts.c.change_id == change_id)
    return [(row[0], row[1]) for row in connection.execute(statement)]


def revision_of(connection: sa.Connection, name: str, entity: str, revision: int) -> Current | None:
    """Return one revision of an entity."""
    facts = FACTS[name]
    columns = [facts.c[column] for column in column_names(name)]
    statement = sa.select(facts.c.entity, facts.c.revision, facts.c.retracted, *columns).where(
        facts.c.entity == entity, facts.c.revision == revision
    )
    row = connection.execute(statement).first()
    return None if row is None else Current(row[0], row[1], row[2], tuple(row[3:]))
