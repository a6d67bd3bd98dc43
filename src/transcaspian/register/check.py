"""Rules that tables of the register obey, one function a rule; each returns what it finds wrong."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transcaspian.errors import InputError, Problem
from transcaspian.register.columns import TABLES, date_columns, row_id
from transcaspian.register.edtf import parse_date, parse_period
from transcaspian.register.recurrence import is_recurrence, read_parts
from transcaspian.register.rounds import is_ever_due
from transcaspian.register.status import read_commitment

__all__ = ["Known", "check_joins", "check_rows_are_whole", "check_tables"]

Tables = Mapping[str, pl.DataFrame]
Lines = Mapping[str, Sequence[int]]

# Parts that a counted duty may have: its periods are calendar years or months.
_DUTY_PARTS = {"FREQ", "COUNT", "UNTIL"}
_MAX_TEXT = 4000
_KEY = re.compile(r"[\w.:/+ &'()-]{1,120}", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is there besides the tables to check: keys by table, and units by indicator."""

    keys: Mapping[str, set[str]]
    units: Mapping[str, str]


def check_tables(tables: Tables, lines: Lines, known: Known | None = None) -> list[Problem]:
    """Return every problem in tables whose cells already have the right types.

    `known` names rows that are there besides: rows to add may refer to them.
    """
    there = known or Known({}, {})
    problems = [problem for check in _CHECKS for problem in check(tables, lines)]
    problems += check_units_agree(tables, lines, there.units)
    keys = _all_keys(tables, there.keys)
    return problems + _check_joins(tables, lines, keys)


def check_joins(tables: Tables) -> list[Problem]:
    """Return every row that refers to what is not there.

    Rows entered long ago are held to this only: rules for new rows may have become stricter.
    """
    return _check_joins(tables, {}, _all_keys(tables, {}))


def check_rows_are_whole(tables: Tables) -> list[Problem]:
    """Return every cell that no rule ever allowed: a needed one empty, an unknown word, no date.

    For rows read from a database, where only damage or a foreign hand leaves such cells. Words of
    states are not asked for: they were free once.
    """
    problems = [*check_dates_can_be_read(tables, {}), *check_periods_can_be_read(tables, {})]
    for name, frame in tables.items():
        for column in TABLES[name].all_columns():
            cell = pl.col(column.name)
            is_needed = column.required and column.default is None
            is_closed = bool(column.choices) and column.name != "state"
            is_bad = cell.is_null() if is_needed else pl.lit(False)
            if is_closed:
                is_bad = is_bad | ~cell.is_in(column.choices)
            for row in frame.filter(is_bad.fill_null(False)).iter_rows(named=True):
                message = f"{row_id(TABLES[name], row)!r} holds {row[column.name]!r}."
                problems.append(Problem(name, 0, column.name, message, "Correct the row."))
    return problems


def _check_joins(tables: Tables, lines: Lines, keys: Mapping[str, set[str]]) -> list[Problem]:
    return [
        *check_references_exist(tables, lines, keys),
        *check_subjects_exist(tables, lines, keys),
    ]


def _all_keys(tables: Tables, known: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {
        name: set(tables[name][table.key[0]]) | known.get(name, set())
        for name, table in TABLES.items()
        if len(table.key) == 1
    }


def check_dates_can_be_read(tables: Tables, lines: Lines) -> Iterator[Problem]:
    """Every date has a meaning, and no absurd year."""
    for name, frame in tables.items():
        for column in date_columns(TABLES[name]):
            for row, text in _cells(frame, column):
                if problem := _reads(parse_date, text):
                    yield _problem(name, lines, row, column, problem, "Correct the date.")


def check_periods_can_be_read(tables: Tables, lines: Lines) -> Iterator[Problem]:
    """Every observation says which days it covers."""
    for row, text in _cells(tables["observations"], "period"):
        if problem := _reads(parse_period, text):
            yield _problem(
                "observations",
                lines,
                row,
                "period",
                problem,
                "Write for example 2025, 2025-Q1 or 2025-M01-10.",
            )


def check_recurrences_can_be_read(tables: Tables, lines: Lines) -> Iterator[Problem]:
    """Recurrence rules follow RFC 5545, repeat at most daily and are sure to come round."""
    for name, column in (("commitments", "recurrence"), ("bodies", "rhythm")):
        for row, text in _cells(tables[name], column):
            if not is_recurrence(text):
                message = f"{text!r} is not a recurrence rule of days, or may never come round."
                yield _problem(name, lines, row, column, message, "Write for example FREQ=YEARLY.")


def check_keys_can_be_shown(tables: Tables, lines: Lines) -> Iterator[Problem]:
    """Keys are short plain words: they become file names, addresses and XML identifiers."""
    for name, table in TABLES.items():
        if len(table.key) > 1:
            continue
        for row, text in _cells(tables[name], table.key[0]):
            if (
                not _KEY.fullmatch(text)
                or text.startswith((".", "/", "-", "=", "+", "@"))
                or ".." in text
            ):
                yield _problem(
                    name,
                    lines,
                    row,
                    table.key[0],
                    f"{text!r} can't be a key.",
                    "Use letters, digits, '-', '_' and '.'.",
                )


def check_texts_are_plain(tables: Tables, lines: Lines) -> Iterator[Problem]:
    """Texts have no control characters and are not endless."""
    for name, column, row in _bad_cells(tables, pl.String, _is_strange_text):
        message = f"The text holds control characters or is longer than {_MAX_TEXT}."
        yield _problem(name, lines, row, column, message, "Delete them.")


def _is_strange_text(text: pl.Expr) -> pl.Expr:
    return text.str.contains(r"[\x00-\x08\x0b-\x1f\x7f\x{FFFE}\x{FFFF}]") | (
        text.str.len_chars() > _MAX_TEXT
    )


def check_texts_are_no_formulas(tables: Tables, lines: Lines) -> Iterator[Problem]:
    """Texts are none that a spreadsheet would run: `=…`, `@…`, or `+…` and `-…` that call something.

    A sign before a number or a word ("-5 % in a year") is honest; exports put an apostrophe there.
    """
    for name, column, row in _bad_cells(tables, pl.String, _is_formula):
        text = tables[name][column][row]
        message = f"{text[:40]!r} would run as a formula in a spreadsheet."
        yield _problem(name, lines, row, column, message, "Begin with a word.")


def _is_formula(text: pl.Expr) -> pl.Expr:
    return text.str.contains(r"^\s*[=@]") | text.str.contains(r"^\s*[+-].*(?:[|!]|[A-Za-z]\()")


def check_numbers_are_finite(tables: Tables, lines: Lines) -> Iterator[Problem]:
    """Numbers are neither infinite nor not-a-number."""
    for name, column, row in _bad_cells(tables, pl.Float64, lambda number: ~number.is_finite()):
        value = tables[name][column][row]
        yield _problem(
            name, lines, row, column, f"{value!r} is not a number.", "Write a finite number."
        )


def _bad_cells(
    tables: Tables, kind: type[pl.DataType], is_bad: Callable[[pl.Expr], pl.Expr]
) -> Iterator[tuple[str, str, int]]:
    """Yield table, column and row of every cell of a kind that is bad."""
    for name, frame in tables.items():
        columns = [column for column, dtype in frame.schema.items() if dtype == kind]
        if frame.height == 0 or not columns:
            continue
        masks = frame.select(
            is_bad(pl.col(column)).fill_null(False).alias(column) for column in columns
        )
        for column in columns:
            for row in masks[column].arg_true():
                yield name, column, row


def check_references_exist(
    tables: Tables, lines: Lines, keys: Mapping[str, set[str]]
) -> Iterator[Problem]:
    """Every row or source that a cell names is there."""
    for name, table in TABLES.items():
        for column in table.columns:
            if not column.references:
                continue
            target = column.references.partition(".")[0]
            known = keys[target]
            for row, text in _cells(tables[name], column.name):
                for part in text.split(";") if column.list_of else [text]:
                    if part not in known:
                        yield _problem(
                            name,
                            lines,
                            row,
                            column.name,
                            f"{part!r} is not in {target}.",
                            "Add it there or correct the name.",
                        )


def check_subjects_exist(
    tables: Tables, lines: Lines, keys: Mapping[str, set[str]]
) -> Iterator[Problem]:
    """Forecasts speak of commitments or projects; links join commitments, instruments and more."""
    commitments, instruments = keys["commitments"], keys["instruments"]
    projects, indicators = keys["projects"], keys["indicators"]
    promises = commitments | instruments
    by_relation = {
        "supersedes": promises,
        "restates": promises,
        "amends": promises,
        "project": projects,
        "context": indicators,
        "model": indicators,
    }
    for row, text in _cells(tables["forecasts"], "subject"):
        if text not in commitments | projects:
            yield _problem(
                "forecasts",
                lines,
                row,
                "subject",
                f"{text!r} is neither a commitment nor a project.",
                "Add it there or correct the name.",
            )
    links = tables["links"]
    for row, (subject, relation, target) in enumerate(
        links.select("subject", "relation", "object").iter_rows()
    ):
        if subject not in promises:
            yield _problem(
                "links",
                lines,
                row,
                "subject",
                f"{subject!r} is neither a commitment nor an instrument.",
                "Correct the name.",
            )
        if target not in by_relation.get(relation, promises):
            yield _problem(
                "links",
                lines,
                row,
                "object",
                f"{target!r} can't be the object of {relation!r}.",
                "Correct the name or the relation.",
            )
        if subject == target:
            yield _problem(
                "links",
                lines,
                row,
                "object",
                f"{subject!r} can't be linked to itself.",
                "Delete the row.",
            )


def check_commitments_make_sense(tables: Tables, lines: Lines) -> Iterator[Problem]:
    """Measured promises have unit and direction, baselines a day, duties a rule."""
    for row, promise in enumerate(tables["commitments"].iter_rows(named=True)):
        is_measured = promise["measure"] in {"level", "flow", "steps"}
        if is_measured and promise["target"] is not None:
            for column in ("unit", "direction"):
                if promise[column] is None:
                    yield _problem(
                        "commitments", lines, row, column, "A target needs it.", "Fill it in."
                    )
        if (promise["baseline"] is None) != (promise["baseline_on"] is None):
            yield _problem(
                "commitments",
                lines,
                row,
                "baseline_on",
                "Baseline and its day go together.",
                "Give both or neither.",
            )
        if promise["path"] == "compound" and not _is_compound_possible(promise):
            yield _problem(
                "commitments",
                lines,
                row,
                "path",
                "Constant growth needs baseline and target above zero.",
                "Choose linear.",
            )
        if promise["kind"] == "recurring" and promise["measure"] not in {"flow", "rhythm"}:
            yield _problem(
                "commitments",
                lines,
                row,
                "measure",
                "A recurring duty is a flow or a rhythm.",
                "Choose one of the two.",
            )
        if promise["measure"] == "flow" and not _is_calendar_duty(promise["recurrence"]):
            yield _problem(
                "commitments",
                lines,
                row,
                "recurrence",
                "A counted duty recurs by calendar years or months.",
                "Write FREQ=YEARLY or FREQ=MONTHLY, with COUNT or UNTIL at most.",
            )
        if promise["kind"] == "recurring" and promise["recurrence"] is None:
            yield _problem(
                "commitments",
                lines,
                row,
                "recurrence",
                "A recurring duty needs a recurrence rule.",
                "Write for example FREQ=YEARLY.",
            )
        elif promise["kind"] == "recurring" and not _has_round(promise):
            yield _problem(
                "commitments",
                lines,
                row,
                "recurrence",
                f"{promise['recurrence']!r} has no round between the promise and its end.",
                "Correct UNTIL, the due date or the rule.",
            )


def _has_round(promise: Mapping[str, object]) -> bool:
    """Whether anything falls due under a rule; true where the row can't be read anyway."""
    if not is_recurrence(str(promise["recurrence"])):
        return True
    try:
        commitment = read_commitment(promise)
    except InputError:
        return True
    return is_ever_due(commitment)


def _is_calendar_duty(recurrence: str | None) -> bool:
    if recurrence is None:
        return True
    parts = read_parts(recurrence)
    return not set(parts) - _DUTY_PARTS and parts.get("FREQ") in {"YEARLY", "MONTHLY"}


def _is_compound_possible(promise: Mapping[str, object]) -> bool:
    values = (promise["baseline"], promise["target"])
    return all(isinstance(value, float) and value > 0.0 for value in values)


def check_units_agree(tables: Tables, lines: Lines, known: Mapping[str, str]) -> Iterator[Problem]:
    """Observations have the unit of their indicator, save for 'per year' left out."""
    units = dict(known) | dict(tables["indicators"].select("id", "unit").iter_rows())
    observations = tables["observations"].select("indicator", "unit").iter_rows()
    for row, (indicator, unit) in enumerate(observations):
        wanted = units.get(indicator)
        if (
            wanted is not None
            and unit != wanted
            and unit.removesuffix("/yr") != wanted.removesuffix("/yr")
        ):
            yield _problem(
                "observations",
                lines,
                row,
                "unit",
                f"{unit!r} is not the unit of {indicator}, {wanted!r}.",
                "Convert the value.",
            )


_CHECKS: tuple[Callable[[Tables, Lines], Iterator[Problem]], ...] = (
    check_dates_can_be_read,
    check_periods_can_be_read,
    check_recurrences_can_be_read,
    check_keys_can_be_shown,
    check_texts_are_plain,
    check_texts_are_no_formulas,
    check_numbers_are_finite,
    check_commitments_make_sense,
)


def _cells(frame: pl.DataFrame, column: str) -> Iterator[tuple[int, str]]:
    for row, text in enumerate(frame[column]):
        if text is not None:
            yield row, text


def _reads(parse: Callable[[str], object], text: str) -> str:
    try:
        parse(text)
    except InputError as error:
        return error.message
    return ""


def _problem(name: str, lines: Lines, row: int, column: str, message: str, cure: str) -> Problem:
    known = lines.get(name)
    line = known[row] if known is not None and row < len(known) else 0
    return Problem(f"{name}.csv", line, column, message, cure)
