"""Every cell of a workbook is read as what it is; what can't be read is named."""

from pathlib import Path

import pytest

from tests.workbook.writing import parts_of, rows, text_cell, write_parts, write_sheet
from transcaspian.errors import InputError
from transcaspian.workbook import Sheet, read_sheets

UNCALCULATED = '<calcPr fullCalcOnLoad="1"/>'


def sheet_of(folder: Path, content: str, after: str = "", properties: str = "") -> Sheet:
    file = write_sheet(folder / "book.xlsx", content, after=after, properties=properties)
    (sheet,) = read_sheets(file)
    return sheet


def refusal(file: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_sheets(file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "text", "kind"),
    [
        ('<c r="A1"><v>5</v></c>', "5", None),
        ('<c r="A1" t="n"><v>5.0</v></c>', "5", None),
        ('<c r="A1"><v>1E-3</v></c>', "0.001", None),
        ('<c r="A1"><v>1E20</v></c>', "100000000000000000000", None),
        ('<c r="A1"><v>0.10000000000000001</v></c>', "0.1", None),
        ('<c r="A1" t="s"><v>0</v></c>', "shared", None),
        ('<c r="A1" t="s"><v>2</v></c>', " blanks kept ", None),
        ('<c r="A1" t="inlineStr"><is><r><t>ab</t></r><r><t>c</t></r></is></c>', "abc", None),
        ('<c r="A1" t="inlineStr"><is><t>K</t><rPh><t>kana</t></rPh></is></c>', "K", None),
        ('<c r="A1" t="inlineStr"><is><t>a_x000D_b</t></is></c>', "a\rb", None),
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE", "boolean"),
        ('<c r="A1" t="b"><v>0</v></c>', "FALSE", "boolean"),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A", "error"),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!", "error"),
        ('<c r="A1" s="1"><v>46056</v></c>', "2026-02-03", "date"),
        ('<c r="A1" s="6"><v>46056.5</v></c>', "2026-02-03 12:00:00", "date"),
        ('<c r="A1" s="1"><v>1</v></c>', "1900-01-01", "date"),
        ('<c r="A1" s="4"><v>0.25</v></c>', "06:00:00", "date"),
        ('<c r="A1" t="d"><v>2026-02-03T00:00:00</v></c>', "2026-02-03", "date"),
        ('<c r="A1" s="2"><v>0.05</v></c>', "0.05", "percent"),
        ('<c r="A1" s="7"><v>0.05</v></c>', "0.05", "percent"),
        ('<c r="A1" s="3"><v>5</v></c>', "5", None),
        ('<c r="A1" s="5"><v>-5.25</v></c>', "-5.25", None),
        ('<c r="A1"><f>2+3</f><v>5</v></c>', "5", None),
        ('<c r="A1" t="str"><f>"a"</f><v>a</v></c>', "a", None),
        ('<c r="A1"><f>2+3</f></c>', "=2+3", "formula"),
        ('<c r="A1"><f>2+3</f><v></v></c>', "=2+3", "formula"),
        ('<c r="A1"><f t="shared" si="0"/><v/></c>', "=", "formula"),
        ('<c r="A1" t="str"><f>"a"</f></c>', '="a"', "formula"),
    ],
)
def test_a_cell_is_read_as_what_it_is(
    tmp_path: Path, cell: str, text: str, kind: str | None
) -> None:
    sheet = sheet_of(tmp_path, rows(cell))

    assert sheet.rows == {1: [text]}
    assert sheet.kinds.get((1, 0)) == kind


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"/>',
        '<c r="A1" s="1"/>',
        '<c r="A1"><v></v></c>',
        '<c r="A1" t="inlineStr"><is><t/></is></c>',
        '<c r="A1" t="str"><f>""</f><v></v></c>',
    ],
)
def test_only_a_cell_that_holds_nothing_is_empty(tmp_path: Path, cell: str) -> None:
    assert sheet_of(tmp_path, rows(cell)).rows == {}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="B3"><v>1e400</v></c>', "B3 holds '1e400', which is no finite number"),
        ('<c r="B3"><v>NaN</v></c>', "B3 holds 'NaN', which is no finite number"),
        ('<c r="B3"><v>INF</v></c>', "B3 holds 'INF', which is no finite number"),
        ('<c r="B3"><v>5,5</v></c>', "B3 holds '5,5', which is no finite number"),
        ('<c r="B3" t="s"><v>99</v></c>', "B3 holds the shared text '99'"),
        ('<c r="B3" t="s"><v>-1</v></c>', "B3 holds the shared text '-1'"),
        ('<c r="B3" t="b"><v>2</v></c>', "B3 holds '2', which is neither true nor false"),
        ('<c r="B3" t="zz"><v>2</v></c>', "B3 is of the kind 'zz'"),
        ('<c r="B3" s="99"><v>2</v></c>', "B3 has the style '99'"),
        ('<c r="B3" s="1"><v>-4</v></c>', "B3 is shown as a date, but there is none of number -4"),
        ('<c r="B3" s="1"><v>60</v></c>', "B3 is shown as a date, but there is none of number 60"),
        ('<c r="B3" s="1"><v>9e9</v></c>', "B3 is shown as a date"),
        ('<c r="B3"><v>1</v></c><c r="B3"><v>2</v></c>', "The cell B3 stands there twice"),
        ('<c r="B4"><v>1</v></c>', "The cell 'B4' stands in it"),
        ('<c r="XFE3"><v>1</v></c>', "'XFE3' is no cell"),
        ('<c r="B"><v>1</v></c>', "'B' is no cell"),
        (text_cell("B3", "x" * 40_000), "B3 holds 40000 characters"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_sheet_and_row(
    tmp_path: Path, cell: str, words: str
) -> None:
    said = refusal(write_sheet(tmp_path / "book.xlsx", rows(cell, row=3)))

    assert "'book.xlsx'" in said
    assert "sheet 'figures', row 3: " in said
    assert words in said


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="inlineStr"><v>5</v></c>',
        '<c r="A1"><is><t>5</t></is></c>',
        '<c r="A1"><t>5</t></c>',
        '<c r="A1" t="str"><is><t>5</t></is></c>',
        '<c r="A1" t="inlineStr"><v>6</v><is><t>5</t></is></c>',
    ],
)
def test_what_a_cell_holds_in_the_wrong_place_is_refused_not_left_out(
    tmp_path: Path, cell: str
) -> None:
    said = refusal(write_sheet(tmp_path / "book.xlsx", rows(cell)))

    assert "row 1" in said
    assert "A1 holds" in said
    assert "not as a cell of its kind does" in said


def test_two_values_of_one_cell_are_not_joined_to_a_third(tmp_path: Path) -> None:
    said = refusal(write_sheet(tmp_path / "book.xlsx", rows('<c r="A1"><v>4</v><v>3</v></c>')))

    assert "A1 holds two values" in said


def test_a_zero_that_nobody_calculated_is_a_formula_without_value(tmp_path: Path) -> None:
    cell = '<c r="A1"><f>10000*2</f><v>0</v></c>'

    asked = sheet_of(tmp_path, rows(cell), properties=UNCALCULATED)
    calculated = sheet_of(tmp_path, rows(cell))

    assert asked.kinds == {(1, 0): "formula"}
    assert calculated.rows == {1: ["0"]}
    assert calculated.kinds == {}


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    cell = '<c r="A1" s="1"><v>44594</v></c>'

    sheet = sheet_of(tmp_path, rows(cell), properties='<workbookPr date1904="1"/>')

    assert sheet.rows == {1: ["2026-02-03"]}


def test_the_first_of_merged_cells_is_marked(tmp_path: Path) -> None:
    sheet = sheet_of(
        tmp_path,
        rows('<c r="B1"><v>7</v></c>'),
        after='<mergeCells><mergeCell ref="B1:B9"/></mergeCells>',
    )

    assert sheet.kinds == {(1, 1): "merged"}


def test_cells_without_addresses_follow_each_other(tmp_path: Path) -> None:
    sheet = sheet_of(
        tmp_path, "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>"
    )

    assert sheet.rows == {1: ["1", "", "3"], 2: ["4"]}


def test_one_cell_far_away_takes_no_room(tmp_path: Path) -> None:
    sheet = sheet_of(
        tmp_path,
        rows('<c r="A1"><v>1</v></c>') + rows('<c r="XFD1048576"><v>2</v></c>', row=1048576),
    )

    assert list(sheet.rows) == [1, 1048576]
    assert len(sheet.rows[1048576]) == 16384


def test_many_cells_far_away_are_too_many(tmp_path: Path) -> None:
    far = "".join(rows(f'<c r="XFD{row}"><v>2</v></c>', row=row) for row in range(1, 400))

    assert "row 306: It has more than 5000000 cells" in refusal(
        write_sheet(tmp_path / "book.xlsx", far)
    )


def test_parts_are_found_whatever_the_case_of_their_names(tmp_path: Path) -> None:
    parts = parts_of({"figures": rows('<c r="A1"><v>5</v></c>')})
    parts["xl/Workbook.XML"] = parts.pop("xl/workbook.xml")

    (sheet,) = read_sheets(write_parts(tmp_path / "book.xlsx", parts))

    assert sheet.rows == {1: ["5"]}


def test_the_strict_form_and_prefixes_are_read_alike(tmp_path: Path) -> None:
    parts = parts_of({"figures": ""})
    parts["xl/worksheets/s1.xml"] = (
        '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>'
        '<x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )

    (sheet,) = read_sheets(write_parts(tmp_path / "book.xlsx", parts))

    assert sheet.rows == {1: ["5"]}


@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/worksheets/s1.xml", "xl/sharedStrings.xml", "xl/styles.xml"],
)
def test_a_missing_part_is_named(tmp_path: Path, part: str) -> None:
    parts = parts_of({"figures": rows('<c r="A1"><v>5</v></c>')})
    del parts[part]

    assert f"the part {part!r} is missing" in refusal(write_parts(tmp_path / "book.xlsx", parts))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/s1.xml", "xl/styles.xml"])
def test_entities_are_refused_before_they_grow(tmp_path: Path, part: str) -> None:
    parts = parts_of({"figures": rows('<c r="A1"><v>5</v></c>')})
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    parts[part] = f"{bomb}{parts[part]}"

    assert "defines entities" in refusal(write_parts(tmp_path / "book.xlsx", parts)).lower()


def test_a_workbook_that_unpacks_to_too_much_is_refused_at_once(tmp_path: Path) -> None:
    parts: dict[str, str | bytes] = dict(parts_of({"figures": ""}))
    parts["xl/media/image.bin"] = bytes(420 * 1024**2)

    assert "it unpacks to" in refusal(write_parts(tmp_path / "book.xlsx", parts))


@pytest.mark.parametrize(
    "content", [b"", b"text", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)]
)
def test_what_is_no_workbook_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "book.xlsx"
    file.write_bytes(content)

    assert "'book.xlsx' is not a workbook that can be read" in refusal(file)
