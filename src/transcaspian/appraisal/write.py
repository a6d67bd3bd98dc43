"""Writes a workbook of projects whose formulas live: change the rate and every value follows."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]

from transcaspian.appraisal.discounting import npv
from transcaspian.appraisal.gains import yearly_flows
from transcaspian.appraisal.ledger import Ledger
from transcaspian.appraisal.returns import irr
from transcaspian.errors import InputError
from transcaspian.spreadsheet import TEXT_STAYS_TEXT, sheet_names
from transcaspian.swap import write_file

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

__all__ = ["write_workbook"]

FIRST_ROW = 9  # of the yearly table, counted from 0


def write_workbook(
    path: Path, ledgers: Sequence[Ledger], rate: float, discount_year: int, conventions: str
) -> None:
    """Write one sheet a project with its yearly flows and the formulas of its indicators.

    The numbers that the formulas give stand in the file too, for readers that do not calculate.

    Sheets are named after their projects, numbered where Excel would take two names for one.

    Raises
    ------
    InputError
        Where the file can't be written.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **TEXT_STAYS_TEXT})
    money = book.add_format({"num_format": "#,##0.0"})
    percent = book.add_format({"num_format": "0.0%"})
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    given = book.add_format({"num_format": "0.0%", "bg_color": "#FFF2CC"})
    formats = {"money": money, "percent": percent, "head": head, "given": given}
    names = sheet_names(ledger.project for ledger in ledgers)
    for name, ledger in zip(names, ledgers, strict=True):
        sheet = book.add_worksheet(name)
        _write_project(sheet, formats, ledger, rate, discount_year, conventions)
    book.close()
    try:
        write_file(path, buffer.getvalue())
    except OSError as error:
        message = f"{str(path)!r} can't be written: {error.strerror or error}."
        raise InputError(f"{message} Close it elsewhere or name another file.") from error


def _write_project(
    sheet: "Worksheet",
    formats: dict[str, object],
    ledger: Ledger,
    rate: float,
    discount_year: int,
    conventions: str,
) -> None:
    flows = yearly_flows(ledger)
    size = flows.year.size
    times = flows.year - discount_year
    factors = (1.0 + rate) ** -times.astype(float)
    money, head = formats["money"], formats["head"]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 7, 14)
    sheet.write(0, 0, f"{ledger.project}, million USD, prices of {ledger.rules.price_year}")
    sheet.write(1, 0, "discount rate")
    sheet.write(1, 1, rate, formats["given"])
    sheet.write(2, 0, "discounted to the year")
    sheet.write(2, 1, discount_year)
    last = FIRST_ROW + size - 1

    def column(place: int) -> str:
        first = xl_rowcol_to_cell(FIRST_ROW, place, row_abs=True, col_abs=True)
        return f"{first}:{xl_rowcol_to_cell(last, place, row_abs=True, col_abs=True)}"

    rates = irr(flows.net)
    net_benefit = float((flows.benefit - flows.operation) @ factors)
    capital = float(flows.capital @ factors)
    sheet.write(3, 0, "NPV")
    sheet.write_formula(3, 1, f"=SUM({column(6)})", money, npv(rate, flows.net, times))
    sheet.write(4, 0, "economic rate of return")
    if rates.size == 1:
        sheet.write_formula(4, 1, f"=IRR({column(4)},{rates[0]:.6f})", formats["percent"], rates[0])
    else:
        sheet.write(4, 1, f"{rates.size} rates: {', '.join(f'{one:.2%}' for one in rates)}")
    sheet.write(5, 0, "PV(benefits - operation) / PV(capital)")
    ratio = f"=SUMPRODUCT({column(1)}-{column(2)},{column(5)})/SUMPRODUCT({column(3)},{column(5)})"
    if capital:
        sheet.write_formula(5, 1, ratio, formats["money"], net_benefit / capital)
    sheet.write(6, 0, conventions)
    names = ("year", "benefit", "operation", "capital", "net", "discount factor", "present value")
    for place, name in enumerate(names):
        sheet.write(FIRST_ROW - 1, place, name, head)
    for year in range(size):
        row = FIRST_ROW + year
        line = row + 1
        sheet.write(row, 0, int(flows.year[year]))
        sheet.write(row, 1, float(flows.benefit[year]), money)
        sheet.write(row, 2, float(flows.operation[year]), money)
        sheet.write(row, 3, float(flows.capital[year]), money)
        net = float(flows.net[year])
        sheet.write_formula(row, 4, f"=B{line}-C{line}-D{line}", money, net)
        sheet.write_formula(row, 5, f"=(1+$B$2)^-(A{line}-$B$3)", None, float(factors[year]))
        sheet.write_formula(row, 6, f"=E{line}*F{line}", money, net * float(factors[year]))
    sheet.freeze_panes(FIRST_ROW, 1)
