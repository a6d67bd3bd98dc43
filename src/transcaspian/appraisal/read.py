"""Reads a cash flow from a CSV file or workbook and finds everything that is wrong with it."""

import itertools
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from transcaspian.appraisal.cash_flow import CashFlow
from transcaspian.appraisal.cash_table import (
    AMOUNT_COLUMNS,
    TIME_COLUMNS,
    CashTable,
    read_table,
)
from transcaspian.errors import InputError, Problem

__all__ = ["read_cash_flow"]

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
GROUPED = re.compile(r"[+-]?\d{1,3}([,'\u2019 \u00a0\u202f_]\d{3})+(\.\d+)?")
# Midnight, as spreadsheets and libraries write it behind a date, says nothing.
ISO_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]00:00(:00(\.0+)?)?Z?)?", re.ASCII)
DAYS_PER_YEAR = Decimal(365)  # the contract of dated flows, as in the XIRR of spreadsheets
LAST_YEAR = 9_999  # of the calendar; a larger number is a slip
LONGEST_GAP = 100  # years without an entry, beyond which a year is a slip
SHOWN = 60  # letters of a cell in a message
NET_TOLERANCE = Decimal("1e-6")

YEAR_CONVENTION = "t = year - first year, missing years are zero"
DATE_CONVENTION = "t = (date - earliest date) / 365"


def read_cash_flow(path: Path) -> CashFlow:
    """Return the cash flow of a CSV file or an Excel workbook.

    It has `year` or `date`, and `net`, or `benefit` and `cost`; of a workbook the sheet that has them.

    Rows may stand in any order; equal years or dates are added up; other columns are ignored.
    Amounts are added as decimals, so that cents which cancel leave exactly nothing.

    Raises
    ------
    InputError
        With every problem of the file: row, column and cure.
    """
    problems: list[Problem] = []
    table = read_table(path, problems)
    _stop(path, problems)
    _check_columns(table, problems)
    _stop(path, problems)
    _check_cell_counts(table, problems)
    moments = _parse(table, _time_column(table), _time_parser(table), problems)
    amounts = {
        name: _parse(table, name, _amount, problems)
        for name in AMOUNT_COLUMNS
        if name in table.columns
    }
    _stop(path, problems)
    _check_gaps(table, moments, problems)
    _check_signs(table, amounts, problems)
    _check_net_agrees(table, amounts, problems)
    _stop(path, problems)
    return _cash_flow(_time_column(table) == "year", moments, amounts)


def _stop(path: Path, problems: list[Problem]) -> None:
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise InputError(f"{path.name}: {count} in the cash flow.", sorted(problems, key=_line))


def _line(problem: Problem) -> int:
    return problem.row


def _check_cell_counts(table: CashTable, problems: list[Problem]) -> None:
    cure = "Write numbers without thousand separators (1234.5) and quote text that holds a comma."
    problems.extend(
        Problem(
            table.file,
            row.line,
            "",
            f"{row.cell_count} cells under {len(table.columns)} columns.",
            cure,
        )
        for row in table.rows
        if row.cell_count > len(table.columns)
    )


def _check_columns(table: CashTable, problems: list[Problem]) -> None:
    present = ", ".join(repr(name) for name in table.columns)

    def complain(column: str, message: str, cure: str) -> None:
        problems.append(Problem(table.file, table.header_line, column, message, cure))

    times = [name for name in TIME_COLUMNS if name in table.columns]
    if not times:
        complain(
            "year", f"neither year nor date is among the columns {present}.", "Add one of them."
        )
    if len(times) > 1:
        complain("date", "both year and date are given.", "Keep one of them.")
    if "benefit" in table.columns and "cost" not in table.columns:
        complain(
            "cost",
            "benefit stands without cost.",
            "Add a column cost, positive, 0 where nothing is spent.",
        )
    if "cost" in table.columns and "benefit" not in table.columns:
        complain(
            "benefit",
            "cost stands without benefit.",
            "Add a column benefit, 0 where nothing is gained.",
        )
    if not any(name in table.columns for name in AMOUNT_COLUMNS):
        complain("net", f"no amounts among the columns {present}.", "Add net, or benefit and cost.")


def _time_column(table: CashTable) -> str:
    return "year" if "year" in table.columns else "date"


def _time_parser(table: CashTable) -> Callable[[str], Decimal]:
    return _year if _time_column(table) == "year" else _day


def _parse(
    table: CashTable, column: str, parse: Callable[[str], Decimal], problems: list[Problem]
) -> list[Decimal]:
    values = []
    for row in table.rows:
        if (row.line, column) in table.wrong:
            problems.append(Problem(table.file, row.line, column, *table.wrong[row.line, column]))
            continue
        try:
            values.append(parse(row.cells[column]))
        except _CellError as error:
            problems.append(Problem(table.file, row.line, column, error.message, error.cure))
    return values


class _CellError(ValueError):
    def __init__(self, message: str, cure: str) -> None:
        self.message = message
        self.cure = cure
        super().__init__(message)


def _amount(text: str) -> Decimal:
    shown = text[:SHOWN]
    if NUMBER.fullmatch(text):
        value = Decimal(text)
        if abs(value) < Decimal("1e300"):
            return value
        raise _CellError(f"{shown!r} is out of range.", "Give the amount in larger units.")
    if not text:
        raise _CellError("the cell is empty.", "Write 0 where nothing flows.")
    if GROUPED.fullmatch(text):
        plain = re.sub(r"[^\d.+-]", "", text)
        raise _CellError(f"{shown!r} has thousand separators.", f"Write {plain}.")
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        raise _CellError(f"{shown!r} has a decimal comma.", f"Write {text.replace(',', '.')}.")
    if re.fullmatch(r"\([\d.,]+\)", text):
        raise _CellError(
            f"{shown!r} is a negative in brackets.", f"Write -{text.strip('()').replace(',', '')}."
        )
    if re.fullmatch(r"[\u2212\u2013][\d.]+", text):
        raise _CellError(
            f"{shown!r} starts with a dash.", f"Write -{text[1:]} with a plain minus sign."
        )
    raise _CellError(
        f"{shown!r} is not a number.", "Write digits with a decimal point, such as -1234.5."
    )


def _year(text: str) -> Decimal:
    if not text:
        raise _CellError("the cell is empty.", "Write the calendar year, or 0, 1, 2, ...")
    cure = "Write the calendar year, or 0, 1, 2, ...; for days use a column date."
    if not NUMBER.fullmatch(text):
        raise _CellError(f"{text[:SHOWN]!r} is not a whole year.", cure)
    year = Decimal(text)
    if abs(year) > LAST_YEAR:
        raise _CellError(f"{text[:SHOWN]!r} lies beyond the year {LAST_YEAR}.", cure)
    if year != int(year):
        raise _CellError(f"{text[:SHOWN]!r} is not a whole year.", cure)
    return Decimal(int(year))


def _day(text: str) -> Decimal:
    if found := ISO_DATE.fullmatch(text):
        try:
            return Decimal(date.fromisoformat(found[1]).toordinal())
        except ValueError as error:
            raise _CellError(f"{text!r} is no day of the calendar.", "Correct the date.") from error
    message = f"{text[:SHOWN]!r} is not a date." if text else "the cell is empty."
    raise _CellError(message, "Write dates as 2030-12-31.")


def _check_gaps(table: CashTable, moments: list[Decimal], problems: list[Problem]) -> None:
    """Append a problem for a year far from all others: a slip of a digit."""
    column = _time_column(table)
    year = Decimal(1) if column == "year" else DAYS_PER_YEAR
    order = sorted(range(len(moments)), key=moments.__getitem__)
    for before, after in itertools.pairwise(order):
        gap = (moments[after] - moments[before]) / year
        if gap > LONGEST_GAP:
            rows = [table.rows[place] for place in (before, after)]
            message = (
                f"nothing stands between {rows[0].cells[column]} (row {rows[0].line}) and"
                f" {rows[1].cells[column]}, for {int(gap)} years."
            )
            cure = f"Correct it, or give rows of 0 at most {LONGEST_GAP} years apart."
            problems.append(Problem(table.file, rows[1].line, column, message, cure))


def _check_signs(
    table: CashTable, amounts: dict[str, list[Decimal]], problems: list[Problem]
) -> None:
    """Append a problem for costs that add up to less than nothing: their signs are turned."""
    costs = amounts.get("cost", [])
    total = sum(costs, Decimal(0))
    if total < 0:
        line = next(row.line for row, cost in zip(table.rows, costs, strict=True) if cost < 0)
        every = all(cost <= 0 for cost in costs)
        message = (
            "every cost is negative, so that it would count as income."
            if every
            else f"the costs add up to {total:f}, so that they would count as income."
        )
        cure = "Write costs as positive numbers, and what comes back of them as negative ones."
        problems.append(Problem(table.file, line, "cost", message, cure))


def _check_net_agrees(
    table: CashTable, amounts: dict[str, list[Decimal]], problems: list[Problem]
) -> None:
    if len(amounts) < len(AMOUNT_COLUMNS):
        return
    for place, row in enumerate(table.rows):
        net, benefit, cost = (amounts[name][place] for name in AMOUNT_COLUMNS)
        tolerance = NET_TOLERANCE * max(abs(net), abs(benefit), abs(cost), Decimal(1))
        if abs(benefit - cost - net) > tolerance:
            message = f"net {net} is not benefit {benefit} less cost {cost}."
            problems.append(
                Problem(table.file, row.line, "net", message, "Correct it or drop the column net.")
            )


def _cash_flow(
    is_yearly: bool, moments: list[Decimal], amounts: dict[str, list[Decimal]]
) -> CashFlow:
    first = min(moments)
    if is_yearly:
        grid = [first + step for step in range(int(max(moments) - first) + 1)]
        time = np.arange(len(grid), dtype=np.float64)
    else:
        grid = sorted(set(moments))
        time = np.array([float((moment - first) / DAYS_PER_YEAR) for moment in grid])
    sums = {name: _sum_by_time(grid, moments, values) for name, values in amounts.items()}
    if "benefit" not in sums:
        return CashFlow(
            time,
            _floats(sums["net"]),
            None,
            None,
            YEAR_CONVENTION if is_yearly else DATE_CONVENTION,
        )
    net = [gained - paid for gained, paid in zip(sums["benefit"], sums["cost"], strict=True)]
    return CashFlow(
        time,
        _floats(net),
        _floats(sums["benefit"]),
        _floats(sums["cost"]),
        YEAR_CONVENTION if is_yearly else DATE_CONVENTION,
    )


def _sum_by_time(
    grid: list[Decimal], moments: list[Decimal], values: list[Decimal]
) -> list[Decimal]:
    total = dict.fromkeys(grid, Decimal(0))
    for moment, value in zip(moments, values, strict=True):
        total[moment] += value
    return list(total.values())


def _floats(values: list[Decimal]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(value) for value in values], dtype=np.float64)
