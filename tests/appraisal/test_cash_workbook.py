"""Cash flows in workbooks: the same as in CSV, or a problem with sheet and row."""

import pytest
import xlsxwriter

from tests.workbook.writing import parts_of, rows, text_cell, write_parts, write_sheet
from transcaspian.appraisal.read import read_cash_flow
from transcaspian.errors import InputError

HEAD = rows(text_cell("A1", "Year"), text_cell("B1", "net"), text_cell("C1", "note"))
FIRST = rows('<c r="A2"><v>2025</v></c>', '<c r="B2"><v>-100</v></c>', row=2)


def third(cell):
    return rows('<c r="A3"><v>2026</v></c>', cell, row=3)


def problems_of(path):
    with pytest.raises(InputError) as caught:
        read_cash_flow(path)
    return [(problem.file, problem.row, problem.column) for problem in caught.value.problems]


def test_numbers_formulas_with_values_and_dates_are_read(tmp_path):
    path = tmp_path / "flow.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("plan")
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(2, 0, ("Date", "Benefit", "Cost", "Remark"))
        for row, (number, benefit, cost) in enumerate(((45658, 0, 100), (46023, 120.5, 10)), 4):
            sheet.write_number(row, 0, number, day)
            sheet.write_number(row, 1, benefit)
            sheet.write_formula(row, 2, "=50+50", None, cost)
        book.add_worksheet("empty")
    flow = read_cash_flow(path)
    assert flow.time.tolist() == [0.0, 1.0]
    assert flow.net.tolist() == [-100.0, 110.5]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B3"><f>10000*2</f></c>',
        '<c r="B3" t="e"><v>#DIV/0!</v></c>',
        '<c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c r="B3" t="b"><v>1</v></c>',
        '<c r="B3" s="2"><v>0.05</v></c>',
        '<c r="B3" s="1"><v>45658</v></c>',
        text_cell("B3", "1,5"),
        text_cell("B3", "12 mn"),
        "",
    ],
)
def test_a_cell_that_is_no_plain_number_is_named(tmp_path, cell):
    path = write_sheet(tmp_path / "flow.xlsx", HEAD + FIRST + third(cell))
    assert problems_of(path) == [("flow.xlsx, sheet 'figures'", 3, "net")]


def test_cells_of_columns_that_are_not_read_may_hold_anything(tmp_path):
    other = '<c r="B3"><v>110</v></c><c r="C3" t="e"><v>#N/A</v></c><c r="D3"><f>A1</f></c>'
    path = write_sheet(tmp_path / "flow.xlsx", HEAD + FIRST + third(other))
    assert read_cash_flow(path).net.tolist() == [-100.0, 110.0]


def test_of_two_sheets_the_one_with_a_cash_flow_is_read(tmp_path):
    sheets = {"notes": rows(text_cell("A1", "see below")), "flow": HEAD + FIRST}
    path = write_parts(tmp_path / "flow.xlsx", parts_of(sheets))
    assert read_cash_flow(path).net.tolist() == [-100.0]


def test_two_sheets_with_a_cash_flow_are_refused(tmp_path):
    path = write_parts(tmp_path / "flow.xlsx", parts_of({"a": HEAD + FIRST, "b": HEAD + FIRST}))
    assert problems_of(path) == [("flow.xlsx", 0, "")]


def test_a_workbook_under_another_name_is_one(tmp_path):
    path = write_sheet(tmp_path / "flow.csv", HEAD + FIRST)
    assert read_cash_flow(path).net.tolist() == [-100.0]


@pytest.mark.parametrize("content", [b"PK\x03\x04nonsense", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", b"year,net\n"])  # fmt: skip
def test_a_damaged_or_old_workbook_is_refused(tmp_path, content):
    path = tmp_path / "flow.xlsx"
    path.write_bytes(content)
    assert problems_of(path)[0][0] == "flow.xlsx"
