"""Writes a workbook of portfolios whose formulas live: change a share or a rate and all follows."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]

from transcaspian.errors import InputError
from transcaspian.spreadsheet import TEXT_STAYS_TEXT, sheet_names
from transcaspian.swap import write_file

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

__all__ = ["write_workbook"]

FIRST_ROW = 12  # of the yearly table of a vehicle, counted from 0
FIRST_PARTY = 7  # column of the first party's net flow
LONGEST_STEM = 25  # letters of a vehicle in the name of a sheet that adds " loans"
Formats = Mapping[str, Any]


def write_workbook(path: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write the choice, and for each vehicle its money, its parties' returns and its loans.

    Yearly money is that of the first scenario. The numbers that the formulas give stand in the
    file too, for readers that do not calculate.

    Raises
    ------
    InputError
        Where the file can't be written.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **TEXT_STAYS_TEXT})
    formats = {
        "money": book.add_format({"num_format": "#,##0.0"}),
        "percent": book.add_format({"num_format": "0.0%"}),
        "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
        "given": book.add_format({"num_format": "0.0%", "bg_color": "#FFF2CC"}),
    }
    _write_table(book.add_worksheet("Choice"), formats, tables["portfolio_choice"])
    vehicles = tables["portfolio_summary"]["vehicle"].cast(pl.String).to_list()
    titles = [title for name in vehicles for title in (name, f"{name[:LONGEST_STEM]} loans")]
    names = iter(sheet_names(titles, ["Choice"]))
    for row in tables["portfolio_summary"].iter_rows(named=True):
        own = pl.col("vehicle") == row["vehicle"]
        returns = tables["portfolio_returns"].filter(own)
        first = returns.filter(pl.col("scenario") == returns["scenario"][0])
        money = _yearly(tables["portfolio_accounts"].filter(own), row, str(first["scenario"][0]))
        sheet = book.add_worksheet(next(names))
        _write_vehicle(sheet, formats, row, money, first.rows(named=True))
        loans = book.add_worksheet(next(names))
        _write_loans(loans, formats, tables["portfolio_loans"].filter(own))
    book.close()
    try:
        write_file(path, buffer.getvalue())
    except OSError as error:
        message = f"{str(path)!r} can't be written: {error.strerror or error}."
        raise InputError(f"{message} Close it elsewhere or name another file.") from error


def _write_table(sheet: "Worksheet", formats: Formats, frame: pl.DataFrame) -> None:
    for place, name in enumerate(frame.columns):
        sheet.write(0, place, name, formats["head"])
        for line, value in enumerate(frame[name].to_list(), 1):
            if value is not None:
                sheet.write(line, place, value, formats["money"] if _is_money(name) else None)
    sheet.set_column(0, len(frame.columns), 16)
    sheet.freeze_panes(1, 2)


def _is_money(name: str) -> bool:
    return name.endswith("_musd")


def _yearly(accounts: pl.DataFrame, row: Mapping[str, Any], scenario: str) -> pl.DataFrame:
    """Return year, invested, fee, called, back, paid_out of the vehicle's own account."""
    name, own = row["vehicle"], accounts.filter(pl.col("scenario") == scenario)
    parts = {
        "invested": (pl.col("payer") == name) & (pl.col("kind") == "equity"),
        "fee": (pl.col("payer") == name) & (pl.col("kind") == "management_fee"),
        "called": (pl.col("receiver") == name) & (pl.col("kind") == "cash_call"),
        "back": (pl.col("receiver") == name) & (pl.col("kind") == "distribution"),
        "paid_out": (pl.col("payer") == name) & (pl.col("kind") == "paid_out"),
    }
    summed = own.group_by("year", maintain_order=True).agg(
        **{part: pl.col("amount_musd").filter(rule).sum() for part, rule in parts.items()}
    )
    used = summed.filter(pl.sum_horizontal(list(parts)) > 0.0)
    if used.is_empty():
        return used
    years = used["year"].to_list()
    every = pl.DataFrame({"year": range(min(years), max(years) + 1)}, schema={"year": pl.Int64})
    return every.join(used, on="year", how="left", maintain_order="left").fill_null(0.0)


def _write_vehicle(
    sheet: "Worksheet",
    formats: Formats,
    row: Mapping[str, Any],
    money: pl.DataFrame,
    parties: Sequence[Mapping[str, Any]],
) -> None:
    """Write what is given on top, returns below it, then a line a year."""
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, FIRST_PARTY + len(parties), 14)
    sheet.write(
        0, 0, f"{row['name']}, million USD of the day; NPV in prices of {row['price_year']}"
    )
    sheet.write(1, 0, "inflation")
    sheet.write(1, 1, row["inflation"], formats["given"])
    sheet.write(2, 0, "price year")
    sheet.write(2, 1, row["price_year"])
    sheet.write(3, 0, "discounted to")
    sheet.write(3, 1, row["base_year"])
    for line, label in enumerate(("share", "discount rate, real", "called", "distributed", "multiple", "IRR", "NPV"), 4):  # fmt: skip
        sheet.write(line, 0, label)
    heads = ("year", "invested", "fee", "recycled", "called", "back from projects", "paid out")
    for place, name in enumerate((*heads, *(f"net: {one['party']}" for one in parties))):
        sheet.write(FIRST_ROW - 1, place, name, formats["head"])
    _write_years(sheet, formats, money, parties)
    last = FIRST_ROW + money.height - 1
    for place, one in enumerate(parties, FIRST_PARTY):
        _write_returns(sheet, formats, one, place, last)
    sheet.freeze_panes(FIRST_ROW, 1)


def _write_years(
    sheet: "Worksheet",
    formats: Formats,
    money: pl.DataFrame,
    parties: Sequence[Mapping[str, Any]],
) -> None:
    for line, one in enumerate(money.iter_rows(named=True), FIRST_ROW):
        recycled = one["invested"] + one["fee"] - one["called"]
        sheet.write(line, 0, one["year"])
        sheet.write(line, 1, one["invested"], formats["money"])
        sheet.write(line, 2, one["fee"], formats["money"])
        sheet.write(line, 3, recycled, formats["money"])
        number = line + 1
        formula = f"=B{number}+C{number}-D{number}"
        sheet.write_formula(line, 4, formula, formats["money"], one["called"])
        sheet.write(line, 5, one["back"], formats["money"])
        sheet.write(line, 6, one["paid_out"], formats["money"])
        for place, party in enumerate(parties, FIRST_PARTY):
            share = xl_rowcol_to_cell(4, place, row_abs=True)
            net = party["share"] * (one["paid_out"] - one["called"])
            sheet.write_formula(
                line, place, f"={share}*(G{number}-E{number})", formats["money"], net
            )


def _write_returns(
    sheet: "Worksheet", formats: Formats, one: Mapping[str, Any], place: int, last: int
) -> None:
    """Write share and rate as given, the rest as formulas over the years."""

    def column(number: int) -> str:
        first = xl_rowcol_to_cell(FIRST_ROW, number, row_abs=True, col_abs=True)
        return f"{first}:{xl_rowcol_to_cell(last, number, row_abs=True, col_abs=True)}"

    share, rate = (xl_rowcol_to_cell(line, place) for line in (4, 5))
    sheet.write(4, place, one["share"], formats["given"])
    sheet.write(5, place, one["discount_rate"], formats["given"])
    if last < FIRST_ROW:
        return
    called, given = xl_rowcol_to_cell(6, place), xl_rowcol_to_cell(7, place)
    money = formats["money"]
    sheet.write_formula(6, place, f"={share}*SUM({column(4)})", money, one["called_musd"])
    sheet.write_formula(7, place, f"={share}*SUM({column(6)})", money, one["distributed_musd"])
    if one["multiple"] is not None:
        sheet.write_formula(8, place, f"={given}/{called}", money, one["multiple"])
    if one["irr"] is None:
        sheet.write(9, place, "none, or several")
    else:
        formula = f"=IRR({column(place)},{one['irr']:.6f})"
        sheet.write_formula(9, place, formula, formats["percent"], one["irr"])
    formula = (
        f"=SUMPRODUCT({column(place)},(1+$B$2)^-({column(0)}-$B$3),(1+{rate})^-({column(0)}-$B$4))"
    )
    sheet.write_formula(10, place, formula, money, one["npv_musd"])


def _write_loans(sheet: "Worksheet", formats: Formats, loans: pl.DataFrame) -> None:
    """Write each loan as a block: interest and closing balance follow from rate and repayments."""
    sheet.set_column(0, 6, 16)
    line = 0
    heads = ("year", "opening", "draw", "fee in draw", "interest", "principal", "closing")
    names = ["project", "facility", "interest_rate"]
    for key, loan in loans.group_by(names, maintain_order=True):
        sheet.write(line, 0, f"{key[0]}, {key[1]}", formats["head"])
        sheet.write(line, 1, "interest rate")
        sheet.write(line, 2, key[2], formats["given"])
        rate = xl_rowcol_to_cell(line, 2, row_abs=True, col_abs=True)
        for place, name in enumerate(heads):
            sheet.write(line + 1, place, name, formats["head"])
        line += 2
        for place, one in enumerate(loan.iter_rows(named=True)):
            number, money = line + 1, formats["money"]
            sheet.write(line, 0, one["year"])
            before = f"=G{number - 1}" if place else "=0"
            sheet.write_formula(line, 1, before, money, one["opening_balance_musd"])
            sheet.write(line, 2, one["draw_musd"], money)
            sheet.write(line, 3, one["fee_musd"], money)
            interest = one["interest_musd"]
            sheet.write_formula(line, 4, f"=B{number}*{rate}", money, interest)
            sheet.write(line, 5, one["principal_musd"], money)
            closing = one["closing_balance_musd"]
            sheet.write_formula(line, 6, f"=B{number}+C{number}-F{number}", money, closing)
            line += 1
        line += 1
