"""What people call things: short keys, short names, states and capitals, and what they mean.

Tables leave out prefixes (`zang-az-2026` for `com-zang-az-2026`, `ady` for `body-ady`); every
command takes such a form again. Where one stands for several things, a promise comes before a body,
and a body before the rest, since that is what the tables print.
"""

from collections.abc import Iterable, Iterator
from functools import cache

import babel

from transcaspian.register import query
from transcaspian.register.columns import TABLES
from transcaspian.register.offices import name_offices
from transcaspian.register.store import Store
from transcaspian.register.tables import KEY_TABLES, Register, make_register

__all__ = ["country_of", "in_order", "read_keys", "resolve_key", "resolve_row"]

LANGUAGES = ("en", "ru", "az", "kk")
CAPITALS = {
    "baku": "AZ", "bak\u0131": "AZ", "баку": "AZ", "astana": "KZ", "астана": "KZ", "tbilisi": "GE",
    "тбилиси": "GE", "yerevan": "AM", "ереван": "AM", "ankara": "TR", "анкара": "TR",
    "tashkent": "UZ", "ташкент": "UZ", "ashgabat": "TM", "ашхабад": "TM", "beijing": "CN",
    "пекин": "CN", "moscow": "RU", "москва": "RU", "bucharest": "RO", "бухарест": "RO",
    "budapest": "HU", "будапешт": "HU", "sofia": "BG", "софия": "BG", "washington": "US",
    "вашингтон": "US",
}  # fmt: skip


def in_order(tables: Iterable[str] = KEY_TABLES) -> list[str]:
    """Return tables in the order in which a short form is looked for."""
    first = ("commitments", "bodies")
    return sorted(tables, key=lambda name: first.index(name) if name in first else len(first))


def read_keys(store: Store) -> Register:
    """Return the tables that others refer to, without the facts, which may be many."""
    with store.reading() as connection:
        return make_register({name: query.read_table(connection, name) for name in KEY_TABLES})


def resolve_key(register: Register, text: str, tables: Iterable[str] = KEY_TABLES) -> str:
    """Return the key that a text stands for; the text itself where it stands for none.

    Whole keys come first, then keys without their prefix and names of bodies, in any case of letters.
    """
    wanted = in_order(tables)
    if any(text in set(register[name][TABLES[name].key[0]]) for name in wanted):
        return text
    said = text.strip().casefold()
    for name in wanted:
        for key in register[name][TABLES[name].key[0]]:
            if said in _forms(str(key)):
                return str(key)
        if name == "bodies" and (body := name_offices(register["bodies"]).get(said)) is not None:
            return body
    return text


def resolve_row(register: Register, table: str, row: dict[str, str]) -> dict[str, str]:
    """Return a row or filter of `table` with its references as whole keys; unknown ones stay."""
    if table not in TABLES:
        return row
    found = dict(row)
    for column in TABLES[table].columns:
        value = row.get(column.name)
        targets = tuple(_targets(table, column.name, column.references))
        if value and targets:
            parts = value.split(";") if column.list_of else [value]
            found[column.name] = ";".join(resolve_key(register, part, targets) for part in parts)
    return found


def _targets(table: str, column: str, references: str) -> Iterator[str]:
    target = references.partition(".")[0]
    if target in KEY_TABLES:
        yield target
    elif (table, column) == ("forecasts", "subject"):
        yield from ("commitments", "projects")
    elif (table, column) in {("links", "subject"), ("links", "object")}:
        yield from KEY_TABLES


def _forms(key: str) -> set[str]:
    said = key.casefold()
    return {said, said.partition("-")[2]} - {""}


def country_of(register: Register, text: str) -> str | None:
    """Return the ISO code of a state of the register's bodies, by code, name or capital."""
    codes = {
        code
        for countries in register["bodies"]["countries"].drop_nulls()
        for code in countries.split(";")
    }
    said = text.strip()
    code = said.upper() if said.upper() in codes else _names().get(said.casefold())
    return code if code in codes else None


@cache
def _names() -> dict[str, str]:
    names = dict(CAPITALS)
    for language in LANGUAGES:
        for code, name in babel.Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(name.casefold(), code)
    return names
