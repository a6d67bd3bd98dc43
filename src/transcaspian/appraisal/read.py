"""Reads a cash flow from a CSV file and finds everything that is wrong with it."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from transcaspian.appraisal.cash_flow import CashFlow
from transcaspian.errors import InputError, Problem

__all__ = ["read_cash_flow"]

TIME_COLUMNS = ("year", "date")
AMOUNT_COLUMNS = ("net", "benefit", "cost")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
GROUPED = re.compile(r"[+-]?\d{1,3}([,'\u2019 \u00a0\u202f_]\d{3})+(\.\d+)?")
# Midnight, as spreadsheets and libraries write it behind a date, says nothing.
ISO_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]00:00(:00(\.0+)?)?Z?)?", re.ASCII)
DAYS_PER_YEAR = Decimal(365)  # the contract of dated flows, as in the XIRR of spreadsheets
MAX_YEARS = 10_000
NET_TOLERANCE = Decimal("1e-6")

YEAR_CONVENTION = "t = year - first year, missing years are zero"
DATE_CONVENTION = "t = (date - earliest date) / 365"


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: dict[str, str]
    cell_count: int


@dataclass(frozen=True, slots=True)
class _Sheet:
    file: str
    columns: tuple[str, ...]
    rows: tuple[_Row, ...]


def read_cash_flow(path: Path) -> CashFlow:
    """Return the cash flow of a CSV file with `year` or `date` and `net`, or `benefit` and `cost`.

    Rows may stand in any order; equal years or dates are added up; other columns are ignored.
    Amounts are added as decimals, so that cents which cancel leave exactly nothing.

    Raises
    ------
    InputError
        With every problem of the file: row, column and cure.
    """
    problems: list[Problem] = []
    sheet = _read_sheet(path, problems)
    _stop(path, problems)
    _check_columns(sheet, problems)
    _stop(path, problems)
    _check_cell_counts(sheet, problems)
    moments = _parse(sheet, _time_column(sheet), _time_parser(sheet), problems)
    amounts = {
        name: _parse(sheet, name, _amount, problems)
        for name in AMOUNT_COLUMNS
        if name in sheet.columns
    }
    _stop(path, problems)
    _check_span(sheet, moments, problems)
    _check_signs(sheet, amounts, problems)
    _check_net_agrees(sheet, amounts, problems)
    _stop(path, problems)
    return _cash_flow(_time_column(sheet) == "year", moments, amounts)


def _stop(path: Path, problems: list[Problem]) -> None:
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise InputError(f"{path.name}: {count} in the cash flow.", sorted(problems, key=_line))


def _line(problem: Problem) -> int:
    return problem.row


def _read_sheet(path: Path, problems: list[Problem]) -> _Sheet:
    empty = _Sheet(path.name, (), ())
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(Problem(path.name, 0, "", f"cannot be read: {reason}.", "Check the path."))
        return empty
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} is not UTF-8 text."
        problems.append(Problem(path.name, 0, "", message, "Save it as CSV, UTF-8, with commas."))
        return empty
    if "\x00" in text:
        message = "holds zero bytes and is not a text file."
        problems.append(Problem(path.name, 0, "", message, "Save it as CSV, UTF-8, with commas."))
        return empty
    try:
        lines = list(_lines(text))
    except csv.Error as error:
        problems.append(Problem(path.name, 0, "", f"is not CSV: {error}.", "Save it as CSV."))
        return empty
    if not lines:
        cure = "Give a header with year or date, and net, or benefit and cost, and a row for each."
        problems.append(Problem(path.name, 0, "", "is empty.", cure))
        return empty
    return _sheet(path.name, lines, problems)


def _lines(text: str) -> Iterable[tuple[int, list[str]]]:
    """Yield the first line number and the cells of every record that is not blank."""
    reader = csv.reader(io.StringIO(text), strict=True)
    line = 1
    for record in reader:
        cells = [cell.strip() for cell in record]
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _sheet(file: str, lines: list[tuple[int, list[str]]], problems: list[Problem]) -> _Sheet:
    header_line, header = lines[0]
    columns = tuple(name.lower() for name in header)
    if len(columns) == 1 and re.search(r"[;\t|]", columns[0]):
        message = f"the header {header[0]!r} has no commas."
        problems.append(Problem(file, header_line, "", message, "Separate cells by commas."))
    problems.extend(
        Problem(file, header_line, name, "the column stands more than once.", "Keep one of them.")
        for name in sorted({name for name in columns if name and columns.count(name) > 1})
    )
    if len(lines) == 1:
        problems.append(
            Problem(file, header_line, "", "no row below the header.", "Add a row for each year.")
        )
    rows = tuple(
        _Row(line, dict(zip(columns, cells + [""] * len(columns), strict=False)), len(cells))
        for line, cells in lines[1:]
    )
    return _Sheet(file, columns, rows)


def _check_cell_counts(sheet: _Sheet, problems: list[Problem]) -> None:
    cure = "Write numbers without thousand separators (1234.5) and quote text that holds a comma."
    problems.extend(
        Problem(
            sheet.file,
            row.line,
            "",
            f"{row.cell_count} cells under {len(sheet.columns)} columns.",
            cure,
        )
        for row in sheet.rows
        if row.cell_count > len(sheet.columns)
    )


def _check_columns(sheet: _Sheet, problems: list[Problem]) -> None:
    present = ", ".join(repr(name) for name in sheet.columns)

    def complain(column: str, message: str, cure: str) -> None:
        problems.append(Problem(sheet.file, 1, column, message, cure))

    times = [name for name in TIME_COLUMNS if name in sheet.columns]
    if not times:
        complain(
            "year", f"neither year nor date is among the columns {present}.", "Add one of them."
        )
    if len(times) > 1:
        complain("date", "both year and date are given.", "Keep one of them.")
    if "benefit" in sheet.columns and "cost" not in sheet.columns:
        complain(
            "cost",
            "benefit stands without cost.",
            "Add a column cost, positive, 0 where nothing is spent.",
        )
    if "cost" in sheet.columns and "benefit" not in sheet.columns:
        complain(
            "benefit",
            "cost stands without benefit.",
            "Add a column benefit, 0 where nothing is gained.",
        )
    if not any(name in sheet.columns for name in AMOUNT_COLUMNS):
        complain("net", f"no amounts among the columns {present}.", "Add net, or benefit and cost.")


def _time_column(sheet: _Sheet) -> str:
    return "year" if "year" in sheet.columns else "date"


def _time_parser(sheet: _Sheet) -> Callable[[str], Decimal]:
    return _year if _time_column(sheet) == "year" else _day


def _parse(
    sheet: _Sheet, column: str, parse: Callable[[str], Decimal], problems: list[Problem]
) -> list[Decimal]:
    values = []
    for row in sheet.rows:
        try:
            values.append(parse(row.cells[column]))
        except _CellError as error:
            problems.append(Problem(sheet.file, row.line, column, error.message, error.cure))
    return values


class _CellError(ValueError):
    def __init__(self, message: str, cure: str) -> None:
        self.message = message
        self.cure = cure
        super().__init__(message)


def _amount(text: str) -> Decimal:
    if NUMBER.fullmatch(text):
        value = Decimal(text)
        if abs(value) < Decimal("1e300"):
            return value
        raise _CellError(f"{text!r} is out of range.", "Give the amount in larger units.")
    if not text:
        raise _CellError("the cell is empty.", "Write 0 where nothing flows.")
    if GROUPED.fullmatch(text):
        plain = re.sub(r"[^\d.+-]", "", text)
        raise _CellError(f"{text!r} has thousand separators.", f"Write {plain}.")
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        raise _CellError(f"{text!r} has a decimal comma.", f"Write {text.replace(',', '.')}.")
    if re.fullmatch(r"\([\d.,]+\)", text):
        raise _CellError(
            f"{text!r} is a negative in brackets.", f"Write -{text.strip('()').replace(',', '')}."
        )
    if re.fullmatch(r"[\u2212\u2013][\d.]+", text):
        raise _CellError(
            f"{text!r} starts with a dash.", f"Write -{text[1:]} with a plain minus sign."
        )
    raise _CellError(
        f"{text!r} is not a number.", "Write digits with a decimal point, such as -1234.5."
    )


def _year(text: str) -> Decimal:
    if not text:
        raise _CellError("the cell is empty.", "Write the calendar year, or 0, 1, 2, ...")
    if not NUMBER.fullmatch(text) or Decimal(text) != int(Decimal(text)):
        cure = "Write the calendar year, or 0, 1, 2, ...; for days use a column date."
        raise _CellError(f"{text!r} is not a whole year.", cure)
    return Decimal(int(Decimal(text)))


def _day(text: str) -> Decimal:
    if found := ISO_DATE.fullmatch(text):
        try:
            return Decimal(date.fromisoformat(found[1]).toordinal())
        except ValueError as error:
            raise _CellError(f"{text!r} is no day of the calendar.", "Correct the date.") from error
    message = f"{text!r} is not a date." if text else "the cell is empty."
    raise _CellError(message, "Write dates as 2030-12-31.")


def _check_span(sheet: _Sheet, moments: list[Decimal], problems: list[Problem]) -> None:
    if _time_column(sheet) == "year" and max(moments) - min(moments) > MAX_YEARS:
        message = f"the years run from {min(moments)} to {max(moments)}."
        problems.append(Problem(sheet.file, 0, "year", message, f"Keep within {MAX_YEARS} years."))


def _check_signs(sheet: _Sheet, amounts: dict[str, list[Decimal]], problems: list[Problem]) -> None:
    costs = amounts.get("cost", [])
    if any(costs) and all(cost <= 0 for cost in costs):
        line = next(row.line for row, cost in zip(sheet.rows, costs, strict=True) if cost < 0)
        message = "every cost is negative, so that it would count as income."
        problems.append(
            Problem(sheet.file, line, "cost", message, "Write costs as positive numbers.")
        )


def _check_net_agrees(
    sheet: _Sheet, amounts: dict[str, list[Decimal]], problems: list[Problem]
) -> None:
    if len(amounts) < len(AMOUNT_COLUMNS):
        return
    for place, row in enumerate(sheet.rows):
        net, benefit, cost = (amounts[name][place] for name in AMOUNT_COLUMNS)
        tolerance = NET_TOLERANCE * max(abs(net), abs(benefit), abs(cost), Decimal(1))
        if abs(benefit - cost - net) > tolerance:
            message = f"net {net} is not benefit {benefit} less cost {cost}."
            problems.append(
                Problem(sheet.file, row.line, "net", message, "Correct it or drop the column net.")
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
