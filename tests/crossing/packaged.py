"""The crossing tables of a folder as a year view, without the rest of a case."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import polars as pl

import transcaspian
from transcaspian.case.columns_crossing import TABLES
from transcaspian.case.tables import YearView

FOLDER = Path(transcaspian.__file__).parent / "cases" / "trans_caspian"
KINDS = {"text": pl.String(), "float": pl.Float64(), "int": pl.Int64(), "bool": pl.Boolean()}


@cache
def crossing_view(year: int, folder: Path = FOLDER) -> YearView:
    """Return the packaged crossing in a year."""
    raw = {}
    for table in TABLES:
        schema = {column.name: KINDS[column.kind] for column in table.all_columns()}
        raw[table.name] = pl.read_csv(folder / f"{table.name}.csv", schema=schema)
    tables = {table.name: raw[table.name] for table in TABLES if not table.yearly_of}
    for table in TABLES:
        if table.yearly_of:
            values = (
                raw[table.name]
                .filter(pl.col("year") == year)
                .drop("year", "source", "confidence", "note")
            )
            parent = tables[table.yearly_of]
            tables[table.yearly_of] = parent.join(
                values, on=list(table.key[:-1]), how="inner", maintain_order="left"
            )
    return YearView(year, MappingProxyType(tables), MappingProxyType({}))


def changed(view: YearView, name: str, **changes: Mapping[str, object]) -> YearView:
    """Return a view in which columns of a table take new values in rows: column={row key: value}."""
    frame = view.tables[name]
    key = frame.columns[0]
    for column, values in changes.items():
        old = dict(zip(frame[key], frame[column], strict=True))
        new = pl.Series(
            column, [values.get(row, old[row]) for row in frame[key]], dtype=frame[column].dtype
        )
        frame = frame.with_columns(new)
    return YearView(view.year, MappingProxyType({**view.tables, name: frame}), view.profiles)
