"""Every figure that a case rests on, with its source and how sure it is."""

import polars as pl

from transcaspian.case.columns import CONFIDENCES, Table
from transcaspian.case.registry import TABLES
from transcaspian.case.tables import Case

__all__ = ["assumption_table", "confidence_counts"]

SCHEMA = {
    "table": pl.String,
    "row": pl.String,
    "column": pl.String,
    "value": pl.String,
    "unit": pl.String,
    "source": pl.String,
    "confidence": pl.String,
}


def assumption_table(case: Case) -> pl.DataFrame:
    """Return every number of the sourced tables; values of several years stand in one row.

    Columns: table, row, column, value (text), unit, source, confidence; several sources or
    confidences of one row are joined by commas.
    """
    parts = [
        _figures(case.tables[table.name], table, column.name, column.unit)
        for table in TABLES.values()
        if table.sourced
        for column in table.columns
        if column.kind in ("float", "int") and column.name not in table.key
    ]
    return pl.concat([part for part in parts if part.height] or [pl.DataFrame(schema=SCHEMA)])


def _figures(frame: pl.DataFrame, table: Table, column: str, unit: str) -> pl.DataFrame:
    key = [part for part in table.key if part not in ("year", "month")]
    number = pl.col(column).cast(pl.Float64).round_sig_figs(6).cast(pl.String)
    number = number.str.replace(r"\.0$", "")
    varies = [part for part in ("year", "month") if part in table.key]
    text = pl.concat_str(
        [*(pl.col(part).cast(pl.String) for part in varies), number], separator=": "
    )
    named = frame.filter(pl.col(column).is_not_null()).select(
        row=pl.concat_str([pl.col(part).cast(pl.String) for part in key], separator=" | ")
        if key
        else pl.lit(""),
        value=text,
        source="source",
        confidence="confidence",
    )
    return (
        named.group_by("row", maintain_order=True)
        .agg(
            pl.lit(table.name).alias("table"),
            pl.lit(column).alias("column"),
            pl.col("value").str.join("; "),
            pl.lit(unit).alias("unit"),
            pl.col("source").unique(maintain_order=True).str.join(", "),
            pl.col("confidence").unique(maintain_order=True).str.join(", "),
        )
        .select(*SCHEMA)
    )


def confidence_counts(case: Case) -> pl.DataFrame:
    """Return the number of rows of each sourced table by confidence."""
    rows = []
    for table in TABLES.values():
        if table.sourced:
            found = case.tables[table.name]["confidence"].value_counts()
            counts = dict(zip(found["confidence"], found["count"], strict=True))
            rows.append({"table": table.name} | {name: counts.get(name, 0) for name in CONFIDENCES})
    return pl.DataFrame(rows, schema={"table": pl.String} | dict.fromkeys(CONFIDENCES, pl.Int64))
