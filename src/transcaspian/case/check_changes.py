"""Rules for what projects and scenarios change."""

import difflib
import re
from collections.abc import Iterator, Mapping

import polars as pl

from transcaspian.case.book import Book, Rule
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


def check_changes_can_be_made(book: Book) -> Iterator[Problem]:
    """Find changes of tables, rows or columns that do not exist, or to values that do not fit."""
    for table in ("projects/changes", "scenarios/changes"):
        frame = book.tables[table]
        for index, row in enumerate(frame.iter_rows(named=True)):
            found = _change_problem(book, row)
            if found is not None:
                column, message, cure = found
                yield Problem(f"{table}.csv", book.lines[table][index], column, message, cure)


def _change_problem(book: Book, row: Mapping[str, object]) -> tuple[str, str, str] | None:
    name = str(row["table"])
    if name not in TABLES or not _reaches_a_model(TABLES[name]):
        near = difflib.get_close_matches(name, _changeable_tables(), n=1)
        hint = (TABLES[name].yearly_of if name in TABLES else "") or (near[0] if near else "")
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
    if row["row"] != "*" and row["row"] not in _row_names(book, name):
        near = difflib.get_close_matches(str(row["row"]), _row_names(book, name), n=1, cutoff=0.4)
        hint = f" The nearest is {near[0]!r}." if near else ""
        return "row", f"{row['row']!r} is not in {name}.csv.", f"Correct the name.{hint}"
    first, last = row["from_year"], row["to_year"]
    if isinstance(first, int) and isinstance(last, int) and first > last:
        return "to_year", f"{last} is before from_year {first}.", "Correct one of the two."
    if kinds[column] in ("text", "bool"):
        return _word_problem(book, kinds[column], row, name)
    return _number_problem(book, kinds[column], row, name)


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


def _row_names(book: Book, name: str) -> set[str]:
    return set(book.tables[name].select(_row_name(name)).to_series())


def _row_name(name: str) -> pl.Expr:
    return pl.concat_str(pl.col(TABLES[name].key).cast(pl.String), separator="|")


def _word_problem(
    book: Book, kind: str, row: Mapping[str, object], name: str
) -> tuple[str, str, str] | None:
    column, value = str(row["column"]), str(row["value"])
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
            near = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
            hint = f" The nearest is {near[0]!r}." if near else ""
            return "value", f"{word!r} does not fit {column!r} of {name}.", f"Correct it.{hint}"
    return None


def _number_problem(
    book: Book, kind: str, row: Mapping[str, object], name: str
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
    before = _values_before(book, row, name)
    if not before:
        return (
            "operation",
            f"{row['column']!r} of {row['row']!r} is empty in {name}: nothing to {operation}.",
            "Use set, or delete the row.",
        )
    after = [old + number if operation == "add" else old * number for old in before]
    return _range_problem(row, name, after)


def _values_before(book: Book, row: Mapping[str, object], name: str) -> list[float]:
    """Return what stands in the cells that a change touches, all years together."""
    column = str(row["column"])
    yearly = yearly_table(name)
    is_own = any(candidate.name == column for candidate in TABLES[name].columns)
    table = TABLES[name] if is_own or yearly is None else yearly
    frame = book.tables[table.name]
    if table is not TABLES[name]:
        first, last = row["from_year"], row["to_year"]
        if isinstance(first, int):
            frame = frame.filter(pl.col("year") >= first)
        if isinstance(last, int):
            frame = frame.filter(pl.col("year") <= last)
        if frame.is_empty():  # no year of the case: the change never holds, which is no error
            frame = book.tables[table.name]
    if row["row"] != "*":
        frame = frame.filter(_row_name(name) == row["row"])
    return [float(value) for value in frame[column].drop_nulls()]


def _range_problem(
    row: Mapping[str, object], name: str, after: list[float]
) -> tuple[str, str, str] | None:
    column, value = str(row["column"]), str(row["value"])
    rule = _find_column(name, column)
    low, high = rule.minimum, rule.maximum
    worst = [
        number
        for number in after
        if (low is not None and number < low) or (high is not None and number > high)
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
    """Find clusters of which two members set one cell to two values, or set and add to it."""
    clusters = book.tables["projects/clusters"]
    joined = clusters.join(book.tables["projects/changes"], on="project")
    is_set = pl.col("operation") == "set"
    clashes = (
        joined.group_by("cluster", "table", "row", "column", maintain_order=True)
        .agg(
            values=pl.col("value").filter(is_set).n_unique(),
            sets=is_set.any(),
            others=(~is_set).any(),
            projects=pl.col("project").unique().sort(),
        )
        .filter((pl.col("values") > 1) | (pl.col("sets") & pl.col("others")))
    )
    for row in clashes.sort("cluster", "table", "row", "column").iter_rows(named=True):
        index = clusters["cluster"].to_list().index(row["cluster"])
        yield Problem(
            "projects/clusters.csv",
            book.lines["projects/clusters"][index],
            "cluster",
            f"{row['cluster']!r} sets {row['column']!r} of {row['row']!r} in {row['table']} to different values"
            f" ({', '.join(row['projects'])}).",
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
