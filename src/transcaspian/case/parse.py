"""Turns the text cells of one table into typed columns and says which cells are wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transcaspian.case.columns import Column, Table
from transcaspian.errors import Problem

__all__ = ["LARGEST", "NUMBER", "WHOLE", "RawTable", "parse_cells", "parse_table"]

_BOOLEANS = ("true", "false", "TRUE", "FALSE")  # spreadsheets save the latter
# Digits are 0 to 9: those of other scripts look like numbers but are read as nothing.
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
WHOLE = r"^[+-]?[0-9]+$"
LARGEST = 1e15  # beyond every quantity of a case in its unit; solvers take 1e20 for infinity
MOST_PROBLEMS = 2_000  # of one kind in one column; a table may have millions of wrong cells
LONGEST_SHOWN = 200  # characters of a wrong cell
# Characters that nobody sees: of control, of direction, of no width. Two names that differ in them
# look the same.
UNSEEN = "[\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff]"
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
    lines: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Which cells break one rule, what is said of each, and how to cure it."""

    mask: pl.Expr
    message: str  # `{value}` is the cell
    cure: str


def parse_table(table: Table, raw: RawTable, problems: list[Problem]) -> pl.DataFrame:
    """Return the table with typed columns in the registry's order; append every wrong cell."""
    cells = list(zip(*raw.rows, strict=True)) if raw.rows else [()] * len(raw.header)
    frame = pl.DataFrame(
        [
            pl.Series(name, column, dtype=pl.String)
            for name, column in zip(raw.header, cells, strict=True)
        ]
    )
    return parse_cells(table, frame, raw.lines, problems)


def parse_cells(
    table: Table, cells: pl.DataFrame, lines: Sequence[int], problems: list[Problem]
) -> pl.DataFrame:
    """Return the table of text cells with typed columns in the registry's order.

    Appends a problem for every wrong cell; `lines[i]` is the line of row i in its file. All rules
    of all columns are looked at in one pass; only broken ones are looked at row by row.
    """
    rules = [
        (column, wrong)
        for column in table.all_columns()
        if column.name in cells.columns
        for wrong in (*_rules(column), *_name_rules(table, column))
    ]
    if rules and cells.height:
        broken = cells.select(
            wrong.mask.fill_null(False).any().alias(str(number))
            for number, (_, wrong) in enumerate(rules)
        ).row(0)
        for (column, wrong), is_broken in zip(rules, broken, strict=True):
            if is_broken:
                problems.extend(_problems(table, column, wrong, cells, lines))
    frame = cells.select(_value(column, cells) for column in table.all_columns())
    _find_repeated_keys(table, frame, lines, problems)
    return frame


def _problems(
    table: Table, column: Column, wrong: _Wrong, cells: pl.DataFrame, lines: Sequence[int]
) -> list[Problem]:
    rows = cells.select(wrong.mask.fill_null(False).arg_true()).to_series()
    text = cells[column.name]
    file = f"{table.name}.csv"
    problems = [
        Problem(
            file,
            lines[row],
            column.name,
            wrong.message.format(value=_shown(text[row])),
            wrong.cure,
        )
        for row in rows.head(MOST_PROBLEMS)
    ]
    more = rows.len() - len(problems)
    return problems + _and_more(file, column.name, more, wrong.cure)


def _and_more(file: str, column: str, more: int, cure: str) -> list[Problem]:
    """Return the one problem that counts those that are not listed, none where all are."""
    message = f"{more} more cells are wrong in the same way."
    return [Problem(file, 0, column, message, cure)] if more > 0 else []


def _shown(text: str) -> str:
    """Return the cell as a message quotes it."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def _value(column: Column, cells: pl.DataFrame) -> pl.Expr:
    """Return the typed column; a wrong cell becomes null, an empty one the default."""
    dtype = _TYPES[column.kind]
    if column.name not in cells.columns:
        return pl.repeat(column.default, cells.height, dtype=dtype).alias(column.name)
    text = _filled(column)
    if column.kind == "text":
        value = text
    elif column.kind == "bool":
        value = text.str.to_lowercase() == "true"
    else:
        value = _number(column, text)
    if column.default is not None:
        value = value.fill_null(pl.lit(column.default, dtype=dtype))
    return value.alias(column.name)


def _filled(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    return pl.when(text != "").then(text)


def _is_number(column: Column, text: pl.Expr) -> pl.Expr:
    return text.str.contains(WHOLE if column.kind == "int" else NUMBER)


def _number(column: Column, text: pl.Expr) -> pl.Expr:
    return pl.when(_is_number(column, text)).then(text).cast(_TYPES[column.kind], strict=False)


def _rules(column: Column) -> list[_Wrong]:
    """Return what a cell of the column must not be, in the order in which it is said."""
    cell = pl.col(column.name)
    rules = [
        _Wrong(cell != cell.str.strip_chars(), "{value} has blanks at its ends.", "Delete them.")
    ]
    if column.required and column.default is None:
        rules.append(_Wrong(cell == "", "The cell is empty.", f"Fill it in: {column.meaning}"))
    text = _filled(column)
    if column.kind == "text":
        return rules + _choice_rules(column, text)
    if column.kind == "bool":
        message = "{value} is neither true nor false."
        return [*rules, _Wrong(~text.is_in(_BOOLEANS), message, "Write true or false.")]
    return rules + _number_rules(column, text)


def _name_rules(table: Table, column: Column) -> list[_Wrong]:
    """Return what a name must not hold, wherever names are given or followed."""
    is_name = column.name in table.key or column.references or column.choices
    if column.kind != "text" or not is_name:
        return []
    unseen = pl.col(column.name).str.contains(UNSEEN)
    return [_Wrong(unseen, "{value} holds a character that can't be seen.", "Write it again.")]


def _number_rules(column: Column, text: pl.Expr) -> list[_Wrong]:
    unit = f" [{column.unit}]" if column.unit else ""
    what = "a whole number" if column.kind == "int" else "a number"
    is_number, value = _is_number(column, text), _number(column, text)
    rules = [
        _Wrong(
            ~is_number,
            f"{{value}} is not {what}{unit}.",
            "Write it with a decimal point, without thousands separators or units.",
        ),
        _Wrong(
            is_number & (value.is_null() | (value.abs() > LARGEST)),
            f"{{value}} is too large{unit}.",
            "Correct it.",
        ),
    ]
    if column.minimum is not None:
        message = f"{{value}}{unit} is below {column.minimum:g}."
        cure = f"Allowed are values from {column.minimum:g}."
        rules.append(_Wrong(value < column.minimum, message, cure))
    if column.maximum is not None:
        message = f"{{value}}{unit} is above {column.maximum:g}."
        cure = f"Allowed are values up to {column.maximum:g}."
        rules.append(_Wrong(value > column.maximum, message, cure))
    return rules


def _choice_rules(column: Column, text: pl.Expr) -> list[_Wrong]:
    if not column.choices:
        return []
    cure = f"Choose from {', '.join(column.choices)}."
    if column.list_of:
        wrong = text.str.split(";").list.eval(~pl.element().is_in(column.choices)).list.any()
        return [
            _Wrong(wrong, "{value} holds a word that is not allowed.", f"{cure} Separate by ';'.")
        ]
    return [_Wrong(~text.is_in(column.choices), "{value} is not allowed.", cure)]


def _find_repeated_keys(
    table: Table, frame: pl.DataFrame, lines: Sequence[int], problems: list[Problem]
) -> None:
    keys = frame.select(table.key)
    if not keys.height or not keys.is_duplicated().any():
        return
    first = (
        keys.with_row_index("index")
        .group_by(table.key, maintain_order=True)
        .agg(first=pl.col("index").first(), others=pl.col("index").slice(1))
    )
    file, count, cure = f"{table.name}.csv", 0, "Keep one of the two."
    for row in first.filter(pl.col("others").list.len() > 0).iter_rows(named=True):
        name = ", ".join(str(row[part]) for part in table.key)
        message = f"{_shown(name)} stands in row {lines[row['first']]} already."
        for other in row["others"]:
            count += 1
            if count <= MOST_PROBLEMS:
                problems.append(Problem(file, lines[other], table.key[0], message, cure))
    problems.extend(_and_more(file, table.key[0], count - MOST_PROBLEMS, cure))
