"""Every figure that a case rests on, with its source and how sure it is."""

import hashlib

import numpy as np
import polars as pl

from transcaspian.case.columns import CONFIDENCES, Column, Table
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

# Pages and licences say where figures come from: they go into no model.
NO_INPUTS = ("sources", "LICENCES")
NO_FIGURES = ("source", "confidence", "note")
PERIODS = ("year", "month")
DIGITS = 12  # fewer would hide a change of a large figure
FINGERPRINT_DIGITS = 16


def assumption_table(case: Case) -> pl.DataFrame:
    """Return every cell of every table of the case that says something; of several years in one row.

    Columns: table, row, column, value (text), unit, source, confidence; several sources or
    confidences of one row are joined by commas. Keys and remarks are left out. Hourly series stand
    as a fingerprint each: two runs whose fingerprints agree had the same hours.
    """
    parts = [
        _figures(case.tables[table.name], table, column)
        for table in TABLES.values()
        if table.name not in NO_INPUTS
        for column in table.columns
        if column.name not in (*table.key, *NO_FIGURES)
    ]
    parts += [_memberships(case.tables[table.name], table) for table in TABLES.values()]
    parts.append(_series(case))
    return pl.concat([part for part in parts if part.height] or [pl.DataFrame(schema=SCHEMA)])


def _figures(frame: pl.DataFrame, table: Table, column: Column) -> pl.DataFrame:
    key = [part for part in table.key if part not in PERIODS]
    varies = [part for part in PERIODS if part in table.key]
    return _listed(frame, table, key, column.name, column.unit, _text(column, varies))


def _text(column: Column, varies: list[str]) -> pl.Expr:
    """Return the value as text, after its year and month where it has them."""
    text = pl.col(column.name).cast(pl.String)
    if column.kind in ("float", "int"):
        number = pl.col(column.name).cast(pl.Float64).round_sig_figs(DIGITS).cast(pl.String)
        text = number.str.replace(r"\.0$", "")
    return pl.concat_str([*(pl.col(part).cast(pl.String) for part in varies), text], separator=": ")


def _memberships(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the rows of a table that says something by having them: it has nothing but its key."""
    known = {column.name for column in table.columns} - {*table.key, *NO_FIGURES}
    if known or table.name in NO_INPUTS or frame.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    return _listed(frame, table, list(table.key), table.key[-1], "", pl.lit("listed"))


def _listed(
    frame: pl.DataFrame, table: Table, key: list[str], column: str, unit: str, value: pl.Expr
) -> pl.DataFrame:
    nothing = pl.lit("", dtype=pl.String)
    named = frame.filter(pl.col(column).is_not_null()).select(
        row=pl.concat_str(
            [pl.col(part).cast(pl.String).fill_null("") for part in key], separator=" | "
        )
        if key
        else nothing,
        value=value,
        source=pl.col("source").cast(pl.String) if "source" in frame.columns else nothing,
        confidence=pl.col("confidence").cast(pl.String)
        if "confidence" in frame.columns
        else nothing,
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


def _series(case: Case) -> pl.DataFrame:
    """Return a fingerprint of every hourly series, with the source that its table gives."""
    info = {row["profile"]: row for row in case.tables["power/profile_info"].iter_rows(named=True)}
    rows = []
    for name, values in sorted(case.profiles.items()):
        found = info.get(name, {})
        digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
        rows.append(
            (
                "power/profiles", name, "fingerprint", digest[:FINGERPRINT_DIGITS], "",
                found.get("source") or "", found.get("confidence") or "",
            )
        )  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def confidence_counts(case: Case) -> pl.DataFrame:
    """Return the number of rows of each sourced table by confidence."""
    rows = []
    for table in TABLES.values():
        if table.sourced:
            found = case.tables[table.name]["confidence"].value_counts()
            counts = dict(zip(found["confidence"], found["count"], strict=True))
            rows.append({"table": table.name} | {name: counts.get(name, 0) for name in CONFIDENCES})
    return pl.DataFrame(rows, schema={"table": pl.String} | dict.fromkeys(CONFIDENCES, pl.Int64))
