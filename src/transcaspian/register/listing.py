"""Rows for people: pages of a table, one thing with all that hangs on it, and its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection

from transcaspian.errors import InputError, NotFoundError
from transcaspian.register import query
from transcaspian.register.access import working_address
from transcaspian.register.columns import TABLES, row_id
from transcaspian.register.models import compare_with_runs
from transcaspian.register.naming import read_keys, resolve_key, resolve_row
from transcaspian.register.read import read_packaged
from transcaspian.register.status import Verdict, judge_all
from transcaspian.register.store import Store, open_store
from transcaspian.register.tables import (
    KEY_TABLES,
    Register,
    drop_references,
    empty_table,
    hidden_keys,
)

__all__ = ["Described", "Page", "describe", "history_of", "list_table", "list_table_of"]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a table, and the key after which the next page begins (empty on the last)."""

    columns: tuple[str, ...]
    rows: list[dict[str, object]]
    after: str


@dataclass(frozen=True, slots=True)
class Described:
    """One row with what refers to it."""

    table: str
    key: str
    row: Mapping[str, object]
    verdict: Verdict | None
    related: Mapping[str, list[dict[str, object]]]

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "table": self.table,
            "id": self.key,
            "row": dict(self.row),
            "verdict": None if self.verdict is None else self.verdict.as_dict(),
            "related": {name: list(rows) for name, rows in self.related.items()},
        }


def list_table(
    address: str | None,
    name: str,
    where: Mapping[str, str],
    *,
    after: str = "",
    limit: int = 50,
    role: str = "public",
) -> Page:
    """Return a page of a table of the packaged register, or of a database by SQL."""
    _check_table(name)
    _check_plain(after, *where, *where.values())
    columns = tuple(column.name for column in TABLES[name].all_columns())
    address = working_address(address)
    if address is None:
        register = read_packaged()
        return list_table_of(
            register if role == "internal" else register.public(),
            name,
            _whole_keys(register, name, where),
            after=after,
            limit=limit,
        )
    with open_store(address) as store:
        store.check_filled()
        if where:  # only then are the keys of the whole register needed
            where = _whole_keys(read_keys(store), name, where)
        return Page(
            columns, *page_of_store(store, name, where, after=after, limit=limit, role=role)
        )


def _whole_keys(register: Register, name: str, where: Mapping[str, str]) -> dict[str, str]:
    own = {
        column: resolve_key(register, value, (name,))
        for column, value in where.items()
        if name in KEY_TABLES and column == TABLES[name].key[0]
    }
    return resolve_row(register, name, dict(where)) | own


def page_of_store(
    store: Store, name: str, where: Mapping[str, str], *, after: str, limit: int, role: str
) -> tuple[list[dict[str, object]], str]:
    """Return rows and next key of a page, without reading the whole register."""
    with store.reading() as connection:
        if role == "internal":
            return query.list_page(
                connection, name, where=where, after=after, limit=limit, show_internal=True
            )
        if name == "sources" and query.has_internal(connection):
            page = list_table_of(store.read().public(), name, where, after=after, limit=limit)
            return page.rows, page.after
        hidden = _hidden_in(connection)
        rows: list[dict[str, object]] = []
        while True:
            found, after = query.list_page(
                connection,
                name,
                where=where,
                after=after,
                limit=limit - len(rows),
                show_internal=False,
            )
            rows += _shown(name, found, hidden)
            if not after or len(rows) == limit:
                return rows, after


def _hidden_in(connection: Connection) -> set[str]:
    if not query.has_internal(connection, KEY_TABLES):
        return set()
    return hidden_keys({name: query.read_table(connection, name) for name in KEY_TABLES})


def _shown(name: str, rows: list[dict[str, object]], hidden: set[str]) -> list[dict[str, object]]:
    if not rows or not hidden:
        return rows
    frame = pl.DataFrame(rows, schema=empty_table(name).schema)
    key = TABLES[name].key[0]
    kept = drop_references(name, frame, hidden)
    if name in KEY_TABLES:
        kept = kept.filter(~pl.col(key).is_in(list(hidden)))
    return kept.to_dicts()


def list_table_of(
    register: Register, name: str, where: Mapping[str, str], *, after: str, limit: int
) -> Page:
    """Return a page of a table that is in memory."""
    _check_table(name)
    if not 1 <= limit <= query.MAX_PAGE:
        raise InputError(f"A page has 1 to {query.MAX_PAGE} rows, not {limit}.")
    frame = register[name]
    for column, value in where.items():
        if column not in frame.columns:
            raise InputError(f"{name} has no column {column!r}; it has {', '.join(frame.columns)}.")
        frame = frame.filter(pl.col(column).cast(pl.String) == value)
    keyed = (
        sorted((row_id(TABLES[name], row), row) for row in frame.iter_rows(named=True))
        if frame.height
        else []
    )
    rest = [(key, row) for key, row in keyed if key > after]
    last = rest[limit - 1][0] if len(rest) > limit else ""
    return Page(tuple(frame.columns), [row for _, row in rest[:limit]], last)


def describe(register: Register, key: str, as_of: date) -> Described:
    """Return one row, its verdict if it is a commitment, and all rows that refer to it."""
    key = resolve_key(register, key)
    name, row = register.find(key)
    verdicts = judge_all(register, as_of) if name == "commitments" else []
    verdict = next((verdict for verdict in verdicts if verdict.id == key), None)
    related = {other: rows for other in TABLES if (rows := _referring(register, other, name, key))}
    indicator = row.get("indicator") if name == "commitments" else None
    if indicator is not None:
        related["observations"] = _rows(register["observations"], pl.col("indicator").eq(indicator))
    models = compare_with_runs(register, only=[key]) if name == "commitments" else []
    if models:
        related["models"] = [figure.as_dict() for figure in models]
    return Described(name, key, row, verdict, related)


def _referring(register: Register, other: str, name: str, key: str) -> list[dict[str, object]]:
    frame = register[other]
    masks: list[pl.Expr] = []
    for column in TABLES[other].columns:
        refers = column.references.partition(".")[0] == name
        is_open = (other, column.name) in {
            ("forecasts", "subject"),
            ("links", "subject"),
            ("links", "object"),
        }
        if not (refers or is_open):
            continue
        cell = pl.col(column.name)
        masks.append(cell.str.split(";").list.contains(key) if column.list_of else cell.eq(key))
    return _rows(frame, pl.any_horizontal(masks)) if masks else []


def _rows(frame: pl.DataFrame, mask: pl.Expr) -> list[dict[str, object]]:
    return frame.filter(mask.fill_null(False)).to_dicts()


def history_of(address: str | None, key: str, *, role: str = "public") -> list[dict[str, object]]:
    """Return every revision of a row; the packaged register has one of each."""
    _check_plain(key)
    address = working_address(address)
    if address is None:
        packaged = read_packaged()
        name, row = packaged.find(resolve_key(packaged, key))
        entry = {
            "change_id": 0,
            "entered_at": "",
            "author": "packaged register",
            "action": "packaged",
        }
        return [
            entry
            | {
                "message": "As packaged",
                "table": name,
                "revision": 1,
                "retracted": False,
                "values": row,
            }
        ]
    with open_store(address) as store:
        store.check_filled()
        entries = store.history(resolve_key(read_keys(store), key))
    if role != "internal" and any(entry.values.get("internal") for _, entry in entries):
        raise NotFoundError(f"Nothing was ever entered under {key!r}.")
    return [
        {
            "change_id": entry.change_id,
            "entered_at": entry.entered_at,
            "author": entry.author,
            "action": entry.action,
            "message": entry.message,
            "table": name,
            "revision": entry.revision,
            "retracted": entry.retracted,
            "values": dict(entry.values),
        }
        for name, entry in entries
    ]


def _check_plain(*texts: str) -> None:
    """Refuse what no key or value can hold; PostgreSQL takes no zero bytes even in a question."""
    for text in texts:
        if "\0" in text:
            raise InputError(f"{text!r} holds a zero byte.")


def _check_table(name: str) -> None:
    if name not in TABLES:
        raise NotFoundError(f"The register has no table {name!r}; it has {', '.join(TABLES)}.")
