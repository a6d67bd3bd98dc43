"""Rules for what projects and scenarios change."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from transcaspian.case.book import Book, Nearest, Rule
from transcaspian.case.columns import Column, Table
from transcaspian.case.parse import LARGEST, NUMBER, WHOLE
from transcaspian.case.registry import TABLES, view_column_kinds, yearly_table
from transcaspian.case.tables import REFERENCE
from transcaspian.errors import Problem

__all__ = ["CHANGE_RULES"]

MODEL_FOLDERS = ("power", "freight", "crossing")
# Tables that no model reads from a year view: changing them would do nothing.
ONLY_FOR_COMPARISON = (
    "power/observed",
    "power/profile_info",
    "freight/observed",
    "freight/pipelines",
    "freight/link_lengths",  # joined into freight/links before changes are made
    "crossing/observed",
)
FIRST_YEAR, LAST_YEAR = 0, 9999
ANY_ROW = "*"


class _Rows:
    """The rows of tables by name, each table looked at once however many changes name it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._names: dict[str, dict[str, int]] = {}
        self._values: dict[tuple[str, str], dict[str, list[tuple[int | None, float]]]] = {}
        self._years: dict[str, list[int]] = {}
        self.nearest = Nearest()

    def names(self, table: str) -> dict[str, int]:
        """Return the keys of a table's rows, parts joined by '|', with their places."""
        if table not in self._names:
            found = self._book.tables[table].select(_row_name(table)).to_series().to_list()
            self._names[table] = {name: place for place, name in enumerate(found)}
        return self._names[table]

    def years(self, table: Table) -> list[int]:
        """Return the years of a yearly table, none of another one."""
        if table.name not in self._years:
            frame = self._book.tables[table.name]
            years = frame["year"].unique(maintain_order=True) if table.yearly_of else ()
            self._years[table.name] = list(years)
        return self._years[table.name]

    def values(self, table: Table, column: str) -> dict[str, list[tuple[int | None, float]]]:
        """Return row → (year or None, value) of a column's filled cells."""
        key = (table.name, column)
        if key not in self._values:
            frame = self._book.tables[table.name]
            names = frame.select(_row_name(table.yearly_of or table.name)).to_series()
            years = frame["year"] if table.yearly_of else [None] * frame.height
            found: dict[str, list[tuple[int | None, float]]] = {}
            for name, year, value in zip(names, years, frame[column], strict=True):
                if value is not None:
                    found.setdefault(name, []).append((year, float(value)))
            self._values[key] = found
        return self._values[key]


def check_changes_can_be_made(book: Book) -> Iterator[Problem]:
    """Find changes of tables, rows or columns that do not exist, or to values that do not fit."""
    rows = _Rows(book)
    for table in ("projects/changes", "scenarios/changes"):
        frame = book.tables[table]
        for index, row in enumerate(frame.iter_rows(named=True)):
            found = _change_problem(book, rows, row)
            if found is not None:
                column, message, cure = found
                yield Problem(f"{table}.csv", book.lines[table][index], column, message, cure)


def _change_problem(
    book: Book, rows: _Rows, row: Mapping[str, object]
) -> tuple[str, str, str] | None:
    name = str(row["table"])
    if name not in TABLES or not _reaches_a_model(TABLES[name]):
        alike = difflib.get_close_matches(name, _changeable_tables(), n=1)
        hint = (TABLES[name].yearly_of if name in TABLES else "") or (alike[0] if alike else "")
        return (
            "table",
            f"{name!r} can't be changed.",
            f"Name a table that a model reads{f', for example {hint}' if hint else ''}.",
        )
    kinds = view_column_kinds(name)
    column = str(row["column"])
    if column not in kinds:
        return (
            "column",
            f"{name} has no column {column!r} to change.",
            f"It has {', '.join(kinds)}.",
        )
    if row["row"] != "*" and row["row"] not in rows.names(name):
        near = rows.nearest.to(str(row["row"]), list(rows.names(name)), name)
        hint = f" The nearest is {near!r}." if near else ""
        return "row", f"{row['row']!r} is not in {name}.csv.", f"Correct the name.{hint}"
    first, last = row["from_year"], row["to_year"]
    if isinstance(first, int) and isinstance(last, int) and first > last:
        return "to_year", f"{last} is before from_year {first}.", "Correct one of the two."
    if kinds[column] in ("text", "bool"):
        return _word_problem(book, rows.nearest, row, name)
    return _number_problem(rows, kinds[column], row, name)


def _reaches_a_model(table: Table) -> bool:
    """Return whether a model reads the table from a year view, so that a change has an effect."""
    folder = table.name.split("/")[0]
    return (
        table.sourced
        and not table.yearly_of
        and (
            table.name == "economy/parameters"
            or (folder in MODEL_FOLDERS and table.name not in ONLY_FOR_COMPARISON)
        )
    )


def _changeable_tables() -> list[str]:
    return [name for name, table in TABLES.items() if _reaches_a_model(table)]


def _row_name(name: str) -> pl.Expr:
    return pl.concat_str(pl.col(TABLES[name].key).cast(pl.String), separator="|")


def _word_problem(
    book: Book, nearest: Nearest, row: Mapping[str, object], name: str
) -> tuple[str, str, str] | None:
    column, value = str(row["column"]), str(row["value"])
    kind = view_column_kinds(name)[column]
    if row["operation"] != "set":
        return (
            "operation",
            f"{row['operation']!r} does not fit the {kind} column {column!r}.",
            "Use set.",
        )
    if kind == "bool":
        if value not in ("true", "false"):
            return "value", f"{value!r} is neither true nor false.", "Write true or false."
        return None
    rule = _find_column(name, column)
    known: list[str] | None = list(rule.choices) or None
    if rule.references:
        target, target_column = rule.references.rsplit(".", 1)
        known = book.tables[target][target_column].to_list()
    elif column.endswith("profile"):
        known = list(book.profiles)
    if known is None:
        return None
    for word in value.split(";") if rule.list_of else [value]:
        if word not in known:
            near = nearest.to(word, known, f"{name}.{column}")
            hint = f" The nearest is {near!r}." if near else ""
            return "value", f"{word!r} does not fit {column!r} of {name}.", f"Correct it.{hint}"
    return None


def _number_problem(
    rows: _Rows, kind: str, row: Mapping[str, object], name: str
) -> tuple[str, str, str] | None:
    value, operation = str(row["value"]), row["operation"]
    if not re.fullmatch(WHOLE if kind == "int" else NUMBER, value):
        what = "a whole number" if kind == "int" else "a number"
        return "value", f"{value!r} is not {what}.", "Write it with a decimal point, without units."
    number = float(value)
    if abs(number) > LARGEST:
        return "value", f"{value!r} is too large.", "Correct the exponent."
    if operation == "multiply" and number < 0:
        return "value", f"{value!r} would turn the sign.", "Use a factor from 0."
    if operation == "set":
        return _range_problem(row, name, [number])
    before = _values_before(rows, row, name)
    if not before:
        return (
            "operation",
            f"{row['column']!r} of {row['row']!r} is empty in {name}: nothing to {operation}.",
            "Use set, or delete the row.",
        )
    after = [old + number if operation == "add" else old * number for old in before]
    return _range_problem(row, name, after)


def _values_before(rows: _Rows, row: Mapping[str, object], name: str) -> list[float]:
    """Return what stands in the cells that a change touches, all years together."""
    column = str(row["column"])
    yearly = yearly_table(name)
    is_own = any(candidate.name == column for candidate in TABLES[name].columns)
    table = TABLES[name] if is_own or yearly is None else yearly
    by_row = rows.values(table, column)
    cells = (
        [cell for found in by_row.values() for cell in found]
        if row["row"] == "*"
        else by_row.get(str(row["row"]), [])
    )
    first, last = row["from_year"], row["to_year"]
    low = first if isinstance(first, int) else FIRST_YEAR
    high = last if isinstance(last, int) else LAST_YEAR
    if any(low <= year <= high for year in rows.years(table)):
        return [value for year, value in cells if year is not None and low <= year <= high]
    return [value for _, value in cells]  # by no year; or the change never holds, which is no error


def _range_problem(
    row: Mapping[str, object], name: str, after: list[float]
) -> tuple[str, str, str] | None:
    column, value = str(row["column"]), str(row["value"])
    rule = _find_column(name, column)
    low, high = rule.minimum, rule.maximum
    worst = [
        number
        for number in after
        if (low is not None and number < low)
        or (high is not None and number > high)
        or abs(number) > LARGEST
    ]
    if not worst:
        return None
    result = "" if row["operation"] == "set" else f" makes {worst[0]:g}, which"
    return (
        "value",
        f"{value!r}{result} is outside the range of {column!r}.",
        "Correct the value.",
    )


def _find_column(name: str, column: str) -> Column:
    yearly = yearly_table(name)
    tables: tuple[Table, ...] = (TABLES[name],) if yearly is None else (TABLES[name], yearly)
    for table in tables:
        for candidate in table.columns:
            if candidate.name == column:
                return candidate
    raise KeyError(column)


def check_changes_do_not_overlap(book: Book) -> Iterator[Problem]:
    """Find scenarios that change a cell twice in one year: the two would contradict."""
    table = "scenarios/changes"
    frame = book.tables[table].with_row_index("index")
    cell = ("scenario", "table", "row", "column")
    ordered = frame.with_columns(
        first=pl.col("from_year").fill_null(FIRST_YEAR), last=pl.col("to_year").fill_null(LAST_YEAR)
    ).sort(*cell, "first", "index")
    overlaps = ordered.with_columns(
        until=pl.col("last").cum_max().shift(1).over(cell),
        before=pl.col("index").shift(1).over(cell),
    ).filter(pl.col("first") <= pl.col("until"))
    for row in overlaps.sort("index").iter_rows(named=True):
        yield Problem(
            f"{table}.csv",
            book.lines[table][row["index"]],
            "from_year",
            f"{row['scenario']!r} changes {row['column']!r} of {row['row']!r} in the same years in"
            f" row {book.lines[table][row['before']]} already.",
            "Let the years not overlap, or keep one of the two.",
        )


def check_clusters_do_not_contradict(book: Book) -> Iterator[Problem]:
    """Find clusters of which two members change one cell so that the last to come would win.

    A row of '*' changes every row, so it meets the changes of each.
    """
    clusters = book.tables["projects/clusters"]
    changes = book.tables["projects/changes"].with_row_index("line")
    joined = clusters.select("cluster", "project").join(changes, on="project")
    same_row = joined.join(joined, on=["cluster", "table", "row", "column"])
    every_row = joined.filter(pl.col("row") == ANY_ROW)
    one_row = joined.filter(pl.col("row") != ANY_ROW)
    all_and_one = every_row.join(one_row, on=["cluster", "table", "column"])
    for pairs, row in ((same_row, "row"), (all_and_one, "row_right")):
        clashes = pairs.filter(_is_clash()).with_columns(
            projects=pl.concat_list("project", "project_right").list.sort(), of=pl.col(row)
        )
        first = clashes.unique(
            ["cluster", "table", "of", "column"], keep="first", maintain_order=True
        )
        for clash in first.sort("cluster", "table", "of", "column").iter_rows(named=True):
            yield _clash_problem(book, clash)


def _is_clash() -> pl.Expr:
    """Return whether two changes by different projects, in one year, depend on their order."""
    is_other = pl.col("project") != pl.col("project_right")
    begins = pl.max_horizontal(
        pl.col(name).fill_null(FIRST_YEAR) for name in ("from_year", "from_year_right")
    )
    ends = pl.min_horizontal(
        pl.col(name).fill_null(LAST_YEAR) for name in ("to_year", "to_year_right")
    )
    is_set = pl.col("operation") == "set"
    differ = is_set & (pl.col("value") != pl.col("value_right"))
    return (
        is_other & (begins <= ends) & ((pl.col("operation") != pl.col("operation_right")) | differ)
    )


def _clash_problem(book: Book, clash: Mapping[str, Any]) -> Problem:
    table = "projects/clusters"
    index = book.tables[table]["cluster"].to_list().index(clash["cluster"])
    what = f"{clash['column']!r} of {clash['of']!r} in {clash['table']}"
    who = ", ".join(clash["projects"])
    operations = {clash["operation"], clash["operation_right"]}
    return Problem(
        f"{table}.csv",
        book.lines[table][index],
        "cluster",
        f"{clash['cluster']!r} sets {what} to different values ({who})."
        if "set" in operations
        else f"{clash['cluster']!r} adds to {what} and multiplies it: what comes first changes the"
        f" result ({who}).",
        "Use 'add', or leave one project out.",
    )


def check_runs_have_names_of_their_own(book: Book) -> Iterator[Problem]:
    """Find projects and clusters called like another run, and clusters with two names."""
    projects = book.tables["projects/projects"]["project"]
    clusters = book.tables["projects/clusters"]
    taken = pl.concat([projects, pl.Series("project", [REFERENCE])])
    for table, column, names in (
        ("projects/projects", "project", pl.Series([REFERENCE])),
        ("projects/clusters", "cluster", taken),
    ):
        yield from book.problems(
            table,
            column,
            book.tables[table][column].is_in(names.implode()),
            "{value} is the name of another run.",
            "Give it a name of its own.",
        )
    first = clusters.select(pl.col("name").first().over("cluster")).to_series()
    yield from book.problems(
        "projects/clusters",
        "name",
        clusters["name"] != first,
        "{value} is not what the first row of the cluster says.",
        "Give the cluster one name.",
    )


CHANGE_RULES: tuple[Rule, ...] = (
    check_changes_can_be_made,
    check_changes_do_not_overlap,
    check_clusters_do_not_contradict,
    check_runs_have_names_of_their_own,
)
