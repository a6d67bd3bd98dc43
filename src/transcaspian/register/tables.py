"""The register as frozen tables, and what of it was known by a day."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import polars as pl

from transcaspian.errors import NotFoundError
from transcaspian.register.columns import TABLES
from transcaspian.register.edtf import parse_date

__all__ = [
    "KEY_TABLES",
    "Register",
    "drop_references",
    "hidden_keys",
    "make_register",
    "newest_day",
]

# Tables that others refer to.
KEY_TABLES = tuple(
    name for name, table in TABLES.items() if len(table.key) == 1 and name != "sources"
)


@dataclass(frozen=True, slots=True)
class Register:
    """Tables by name, each with the columns of `register.columns`; missing tables are empty."""

    tables: Mapping[str, pl.DataFrame]

    def __getitem__(self, name: str) -> pl.DataFrame:
        try:
            return self.tables[name]
        except KeyError:
            raise NotFoundError(
                f"The register has no table {name!r}; it has {', '.join(TABLES)}."
            ) from None

    def public(self) -> "Register":
        """Return the register without rows marked internal and without rows that hang on one.

        A row that refers to a hidden row would show its name, so it goes as well.
        """
        return make_register(_without_hidden(self.tables))

    def known_by(self, day: date) -> "Register":
        """Return the rows that were known on `day`: those whose `known_on` ends by then."""
        return make_register(
            {
                name: frame.filter(_ends_by(frame["known_on"], day))
                if "known_on" in frame.columns
                else frame
                for name, frame in self.tables.items()
            }
        )

    def find(self, key: str) -> tuple[str, dict[str, object]]:
        """Return the table and the row of that key; NotFoundError with the nearest names."""
        for name, table in TABLES.items():
            parts = [pl.col(part).fill_null("") for part in table.key]
            hit = self.tables[name].filter(pl.concat_str(parts, separator="|") == key)
            if hit.height:
                return name, hit.row(0, named=True)
        raise NotFoundError(f"Nothing in the register is called {key!r}.{_nearest(self, key)}")


def newest_day(register: Register) -> date:
    """Return the day on which the newest fact of the register became known.

    Raises NotFoundError where the register is empty.
    """
    days = [
        str(frame["known_on"].max())
        for frame in register.tables.values()
        if "known_on" in frame.columns and frame["known_on"].drop_nulls().len()
    ]
    if not days:
        raise NotFoundError("The register holds no fact yet.")
    return date.fromisoformat(max(days))


def make_register(tables: Mapping[str, pl.DataFrame]) -> Register:
    """Return a register with every table, in the registry's order and columns."""
    return Register(
        MappingProxyType(
            {name: tables[name] if name in tables else empty_table(name) for name in TABLES}
        )
    )


def empty_table(name: str) -> pl.DataFrame:
    """Return a table without rows."""
    types = {"text": pl.String, "float": pl.Float64, "int": pl.Int64, "bool": pl.Boolean}
    return pl.DataFrame(
        schema={column.name: types[column.kind] for column in TABLES[name].all_columns()}
    )


def last_days(column: pl.Series) -> pl.Series:
    """Return the last day that each date of a column can mean; null where the cell is empty."""
    texts = column.unique().drop_nulls().to_list()
    if not texts:
        return pl.Series(column.name, [None] * column.len(), dtype=pl.Date)
    return column.replace_strict(
        pl.Series(texts),
        pl.Series([parse_date(text).last for text in texts], dtype=pl.Date),
        default=None,
        return_dtype=pl.Date,
    )


def _ends_by(column: pl.Series, day: date) -> pl.Series:
    return last_days(column).le(day).fill_null(False)


def hidden_keys(tables: Mapping[str, pl.DataFrame]) -> set[str]:
    """Return the keys of rows that are internal or hang on one, of the tables given.

    Hiding a body hides its commitments, which hides their evidence: so on until nothing changes.
    """
    shown = {
        name: frame.filter(~pl.col("internal")) if "internal" in frame.columns else frame
        for name, frame in tables.items()
    }
    while True:
        hidden = _hidden_names(tables, shown)
        cut = {name: drop_references(name, frame, hidden) for name, frame in shown.items()}
        if all(cut[name].height == shown[name].height for name in shown):
            return hidden
        shown = cut


def _without_hidden(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    hidden = hidden_keys({name: tables[name] for name in KEY_TABLES})
    shown = {
        name: drop_references(
            name,
            frame.filter(~pl.col("internal")) if "internal" in frame.columns else frame,
            hidden,
        )
        for name, frame in tables.items()
    }
    return _only_used_sources(shown)


def _hidden_names(
    all_rows: Mapping[str, pl.DataFrame], shown: Mapping[str, pl.DataFrame]
) -> set[str]:
    hidden: set[str] = set()
    for name, frame in shown.items():
        key = TABLES[name].key[0]
        hidden |= set(all_rows[name][key]) - set(frame[key])
    return hidden


def drop_references(name: str, frame: pl.DataFrame, hidden: set[str]) -> pl.DataFrame:
    """Return the rows that refer to no hidden one."""
    if not hidden:
        return frame
    for column in TABLES[name].columns:
        refers = column.references and not column.references.startswith("sources")
        if not (
            refers
            or (name, column.name)
            in {
                ("forecasts", "subject"),
                ("links", "subject"),
                ("links", "object"),
                ("instruments", "parties"),
            }
        ):
            continue
        if column.list_of:
            mask = (
                frame[column.name]
                .str.split(";")
                .list.eval(pl.element().is_in(list(hidden)))
                .list.any()
            )
        else:
            mask = frame[column.name].is_in(list(hidden))
        frame = frame.filter(~mask.fill_null(False))
    return frame


def _only_used_sources(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Drop sources that no shown row uses, so that an internal row's source stays hidden too."""
    used = {
        key for frame in tables.values() if "source" in frame.columns for key in frame["source"]
    }
    return tables | {"sources": tables["sources"].filter(pl.col("key").is_in(list(used)))}


def _nearest(register: Register, key: str) -> str:
    names = [
        str(value)
        for name, table in TABLES.items()
        if len(table.key) == 1
        for value in register.tables[name][table.key[0]]
    ]
    near = difflib.get_close_matches(key, names, n=3)
    return f" The nearest are {', '.join(near)}." if near else ""
