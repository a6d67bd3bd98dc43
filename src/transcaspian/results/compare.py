"""What differs between two runs: inputs by figure, outputs by row."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transcaspian.results.tables import Results

__all__ = ["COMPARED", "Comparison", "compare_results", "compare_tables"]

# Tables whose rows a reader compares; the others are large, and can be asked for by name.
COMPARED = ("headlines", "projects", "who_gains", "validation", "checks", "sanity")
INPUTS = "assumptions"
# Parts of a manifest that say how a run was made, not when or how fast.
SETTINGS = ("case", "case_hash", "settings", "options", "years", "scenarios", "rooms", "versions")
TOLERANCE = 1e-9
DIFFERENCE_SCHEMA: dict[str, pl.DataType] = {
    "table": pl.String(),
    "row": pl.String(),
    "column": pl.String(),
    "first": pl.String(),
    "second": pl.String(),
    "difference": pl.Float64(),
    "relative": pl.Float64(),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences of two runs.

    settings: what, first, second: of the manifests. inputs, outputs: `DIFFERENCE_SCHEMA`, one row
    a cell; `first` or `second` is null where the row is not in that run. Numbers carry second less
    first, and that over first.
    """

    settings: pl.DataFrame
    inputs: pl.DataFrame
    outputs: pl.DataFrame


def compare_results(
    first: Results,
    second: Results,
    tables: tuple[str, ...] = COMPARED,
    tolerance: float = TOLERANCE,
) -> Comparison:
    """Return what differs between two runs; numbers within the relative tolerance are the same."""
    parts = [
        compare_tables(name, first.tables[name], second.tables[name], tolerance)
        for name in tables
        if name in first.tables and name in second.tables
    ]
    inputs = (
        compare_tables(INPUTS, first.tables[INPUTS], second.tables[INPUTS], tolerance)
        if INPUTS in first.tables and INPUTS in second.tables
        else pl.DataFrame(schema=DIFFERENCE_SCHEMA)
    )
    return Comparison(
        _settings(first.manifest, second.manifest),
        inputs,
        pl.concat([pl.DataFrame(schema=DIFFERENCE_SCHEMA), *parts]),
    )


def compare_tables(
    name: str, first: pl.DataFrame, second: pl.DataFrame, tolerance: float = TOLERANCE
) -> pl.DataFrame:
    """Return the cells of one table that differ (`DIFFERENCE_SCHEMA`).

    Rows are matched by what names them: their leading columns of text and whole numbers, taken
    until no two rows are alike; where all of them leave doubles, by their order too.
    """
    if first.is_empty() and second.is_empty():
        return pl.DataFrame(schema=DIFFERENCE_SCHEMA)
    shared = [column for column in first.columns if column in second.columns]
    keys = _keys(shared, first, second)
    first, second = (_numbered(frame, keys) for frame in (first, second))
    names = [*keys, NUMBER]
    joined = first.with_columns(in_first=pl.lit(value=True)).join(
        second.with_columns(in_second=pl.lit(value=True)),
        on=names,
        how="full",
        suffix=SECOND,
        coalesce=True,
        nulls_equal=True,
        maintain_order="left_right",
    )
    label = pl.concat_str(
        [pl.col(key).cast(pl.String).fill_null("") for key in keys] or [pl.lit("")],
        separator=" | ",
    )
    parts = [pl.DataFrame(schema=DIFFERENCE_SCHEMA)]
    parts += [
        _column(name, joined, label, column, first[column].dtype.is_numeric(), tolerance)
        for column in shared
        if column not in keys
    ]
    return pl.concat(parts)


NUMBER, SECOND = "_number", "_second"


def _keys(shared: list[str], first: pl.DataFrame, second: pl.DataFrame) -> list[str]:
    fitting = [
        column
        for column in shared
        if not first[column].dtype.is_float() and first[column].dtype == second[column].dtype
    ]
    for count in range(1, len(fitting) + 1):
        keys = fitting[:count]
        if not any(frame.select(keys).is_duplicated().any() for frame in (first, second)):
            return keys
    return fitting


def _numbered(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return the frame with the number of each row among those of the same name."""
    number = pl.int_range(pl.len()).over(keys) if keys else pl.int_range(pl.len())
    return frame.with_columns(number.alias(NUMBER))


def _column(
    table: str,
    joined: pl.DataFrame,
    label: pl.Expr,
    column: str,
    is_number: bool,
    tolerance: float,
) -> pl.DataFrame:
    first, second = pl.col(column), pl.col(column + SECOND)
    is_same = first.eq_missing(second)
    nothing = pl.lit(None, dtype=pl.Float64)
    difference: pl.Expr = nothing
    relative: pl.Expr = nothing
    if is_number:
        before = first.cast(pl.Float64)
        difference = second.cast(pl.Float64) - before
        relative = pl.when(before != 0).then(difference / before.abs())
        largest = pl.max_horizontal(before.abs(), second.cast(pl.Float64).abs())
        is_same = is_same | (difference.abs() <= tolerance * largest).fill_null(value=False)
    return joined.filter(~is_same).select(
        table=pl.lit(table),
        row=label,
        column=pl.lit(column),
        first=first.cast(pl.String),
        second=second.cast(pl.String),
        difference=difference,
        relative=relative,
    )


def _settings(first: Mapping[str, object], second: Mapping[str, object]) -> pl.DataFrame:
    """Return what the manifests say differently, flattened to one line a value."""
    ours, theirs = _flat(first), _flat(second)
    rows = [
        (name, ours.get(name), theirs.get(name))
        for name in sorted({*ours, *theirs})
        if ours.get(name) != theirs.get(name)
    ]
    schema = {"what": pl.String(), "first": pl.String(), "second": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _flat(manifest: Mapping[str, object]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name in SETTINGS:
        value = manifest.get(name)
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": str(part) for key, part in value.items()}
        elif value is not None:
            flat[name] = str(value)
    return flat
