"""Turns the text cells of one table into typed columns and says which cells are wrong."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from transcaspian.case.columns import Column, Table
from transcaspian.errors import Problem

# Appends a problem for every true row of the mask; `{value}` in the message is the cell.
Report = Callable[[pl.Series, str, str], None]

_BOOLEANS = ("true", "false", "TRUE", "FALSE")  # spreadsheets save the latter
# Digits are 0 to 9: those of other scripts look like numbers but are read as nothing.
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
WHOLE = r"^[+-]?[0-9]+$"
LARGEST = 1e15  # beyond every quantity of a case in its unit; solvers take 1e20 for infinity
_TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "float": pl.Float64(),
    "int": pl.Int64(),
    "bool": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class RawTable:
    """Cells as text; `lines[i]` is the line of row i in its file, the header being line 1."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]


def parse_table(table: Table, raw: RawTable, problems: list[Problem]) -> pl.DataFrame:
    """Return the table with typed columns in the registry's order; append every wrong cell."""
    cells = list(zip(*raw.rows, strict=True)) if raw.rows else [()] * len(raw.header)
    by_name = dict(zip(raw.header, cells, strict=True))
    frame = pl.DataFrame(
        {
            column.name: _parse_column(table, column, by_name.get(column.name), raw, problems)
            for column in table.all_columns()
        }
    )
    _find_repeated_keys(table, frame, raw, problems)
    return frame


def _parse_column(
    table: Table,
    column: Column,
    cells: tuple[str, ...] | None,
    raw: RawTable,
    problems: list[Problem],
) -> pl.Series:
    dtype = _TYPES[column.kind]
    if cells is None:
        return pl.Series(column.name, [column.default] * len(raw.rows), dtype=dtype)
    text = pl.Series(column.name, cells, dtype=pl.String)

    def report(mask: pl.Series, message: str, cure: str) -> None:
        file = f"{table.name}.csv"
        problems.extend(
            Problem(file, raw.lines[row], column.name, message.format(value=repr(text[row])), cure)
            for row in mask.fill_null(False).arg_true().to_list()
        )

    report(text != text.str.strip_chars(), "{value} has blanks at its ends.", "Delete them.")
    empty = text == ""
    if column.required and column.default is None:
        report(empty, "The cell is empty.", f"Fill it in: {column.meaning}")
    filled = pl.select(pl.when(~empty).then(text)).to_series()
    values = _convert(column, filled, report)
    if column.default is not None:
        values = values.fill_null(pl.Series([column.default], dtype=dtype)[0])
    return values.alias(column.name)


def _convert(column: Column, text: pl.Series, report: Report) -> pl.Series:
    unit = f" [{column.unit}]" if column.unit else ""
    if column.kind == "text":
        return _convert_text(column, text, report)
    if column.kind == "bool":
        report(~text.is_in(_BOOLEANS), "{value} is neither true nor false.", "Write true or false.")
        return text.str.to_lowercase() == "true"
    pattern = WHOLE if column.kind == "int" else NUMBER
    is_number = text.str.contains(pattern)
    what = "a whole number" if column.kind == "int" else "a number"
    report(
        ~is_number,
        f"{{value}} is not {what}{unit}.",
        "Write it with a decimal point, without thousands separators or units.",
    )
    values = (
        pl.select(pl.when(is_number).then(text)).to_series().cast(_TYPES[column.kind], strict=False)
    )
    too_large = is_number & (values.is_null() | (values.abs() > LARGEST))
    report(too_large, f"{{value}} is too large{unit}.", "Correct it.")
    if column.minimum is not None:
        report(
            values < column.minimum,
            f"{{value}}{unit} is below {column.minimum:g}.",
            f"Allowed are values from {column.minimum:g}.",
        )
    if column.maximum is not None:
        report(
            values > column.maximum,
            f"{{value}}{unit} is above {column.maximum:g}.",
            f"Allowed are values up to {column.maximum:g}.",
        )
    return values


def _convert_text(column: Column, text: pl.Series, report: Report) -> pl.Series:
    if not column.choices:
        return text
    cure = f"Choose from {', '.join(column.choices)}."
    if column.list_of:
        wrong = text.str.split(";").list.eval(~pl.element().is_in(column.choices)).list.any()
        report(wrong, "{value} holds a word that is not allowed.", f"{cure} Separate by ';'.")
    else:
        report(~text.is_in(column.choices), "{value} is not allowed.", cure)
    return text


def _find_repeated_keys(
    table: Table, frame: pl.DataFrame, raw: RawTable, problems: list[Problem]
) -> None:
    keys = frame.select(table.key).with_row_index("index")
    first = keys.group_by(table.key, maintain_order=True).agg(
        first=pl.col("index").first(), others=pl.col("index").slice(1)
    )
    for row in first.filter(pl.col("others").list.len() > 0).iter_rows(named=True):
        name = ", ".join(str(row[part]) for part in table.key)
        message = f"{name!r} stands in row {raw.lines[row['first']]} already."
        problems.extend(
            Problem(
                f"{table.name}.csv", raw.lines[other], table.key[0], message, "Keep one of the two."
            )
            for other in row["others"]
        )
