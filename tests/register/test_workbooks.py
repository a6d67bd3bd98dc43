"""Workbooks and CSV files of the register: every cell is read as it stands, or named."""

from pathlib import Path

import pytest

from tests.register.examples import make
from tests.workbook.writing import parts_of, rows, text_cell, write_parts
from transcaspian.errors import InputError, Problem
from transcaspian.register.read import read_tables
from transcaspian.register.record import create_store, import_file

# Columns A to L of an observation; a cell to try takes one of their places.
OBSERVATION = {
    "indicator": "ind",
    "period": "2025",
    "value": "7.5",
    "unit": "Mt",
    "kind": "actual",
    "compiler": "A",
    "scope": "",
    "known_on": "2026-02-03",
    "source": "page",
    "confidence": "reported",
    "internal": "false",
    "note": "",
}
PLACES = dict(zip(OBSERVATION, "ABCDEFGHIJKL", strict=True))


def row_of(number: int, texts: dict[str, str], **cells: str) -> str:
    """Return a row of text cells; `cells` are written as they are, {} stands for the place."""
    found = [
        cells[name].format(f"{PLACES[name]}{number}")
        if name in cells
        else text_cell(f"{PLACES[name]}{number}", text)
        for name, text in texts.items()
        if name in cells or text
    ]
    return rows(*found, row=number)


def book(tmp_path: Path, *more: str) -> Path:
    header = row_of(1, {name: name for name in OBSERVATION})
    return write_parts(tmp_path / "book.xlsx", parts_of({"observations": header + "".join(more)}))


def read_one(tmp_path: Path, **cells: str) -> dict[str, object]:
    tables, _ = read_tables(book(tmp_path, row_of(2, OBSERVATION, **cells)))
    return tables["observations"].row(0, named=True)


def refusal(tmp_path: Path, **cells: str) -> Problem:
    with pytest.raises(InputError) as caught:
        read_tables(book(tmp_path, row_of(2, OBSERVATION, **cells)))
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("value", '<c r="{}"><v>7</v></c>', 7.0),
        ("value", '<c r="{}"><v>7.250000000000001</v></c>', 7.250000000000001),
        ("value", '<c r="{}"><v>-1E-3</v></c>', -0.001),
        ("value", '<c r="{}"><f>3+4</f><v>7</v></c>', 7.0),
        ("value", '<c r="{}" t="str"><v>7.5</v></c>', 7.5),
        ("value", '<c r="{}" s="5"><v>1234.5</v></c>', 1234.5),
        ("period", '<c r="{}"><v>2025</v></c>', "2025"),
        ("period", '<c r="{}" t="inlineStr"><is><t>2025-33</t></is></c>', "2025-Q1"),
        ("known_on", '<c r="{}" s="1"><v>46056</v></c>', "2026-02-03"),
        ("known_on", '<c r="{}" s="6"><v>46056</v></c>', "2026-02-03"),
        ("known_on", '<c r="{}" t="d"><v>2026-02-03</v></c>', "2026-02-03"),
        ("known_on", '<c r="{}"><v>2026</v></c>', "2026"),
        ("known_on", '<c r="{}" t="str"><f>TEXT(A1)</f><v>2026-02</v></c>', "2026-02"),
        ("internal", '<c r="{}" t="b"><v>1</v></c>', True),
        ("internal", '<c r="{}" t="b"><v>0</v></c>', False),
        ("internal", '<c r="{}"><v>1</v></c>', True),
        ("internal", "", False),
        ("note", '<c r="{}" t="inlineStr"><is><t>\'=1+1</t></is></c>', "=1+1"),
    ],
)
def test_a_cell_is_read_as_it_stands(
    column: str, cell: str, expected: object, tmp_path: Path
) -> None:
    assert read_one(tmp_path, **{column: cell})[column] == expected


@pytest.mark.parametrize("column", ["value", "period", "known_on", "internal", "note", "scope"])
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="{}"><f>1+1</f></c>', "without a stored value"),
        ('<c r="{}"><f>1+1</f><v></v></c>', "without a stored value"),
        ('<c r="{}" t="e"><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="{}" t="e"><f>1/0</f><v>#N/A</v></c>', "#N/A"),
    ],
)
def test_a_cell_without_a_value_is_named_in_every_column(
    column: str, cell: str, said: str, tmp_path: Path
) -> None:
    problem = refusal(tmp_path, **{column: cell})
    assert (problem.row, problem.column) == (2, column)
    assert said in problem.message
    assert problem.message.startswith(f"{PLACES[column]}2 ")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("value", '<c r="{}" t="b"><v>1</v></c>'),
        ("value", '<c r="{}" s="1"><v>46056</v></c>'),
        ("value", '<c r="{}" s="2"><v>0.05</v></c>'),
        ("value", '<c r="{}" t="inlineStr"><is><t>7,5</t></is></c>'),
        ("value", '<c r="{}" t="inlineStr"><is><t>nan</t></is></c>'),
        ("value", '<c r="{}" t="inlineStr"><is><t>7.5 Mt</t></is></c>'),
        ("period", '<c r="{}" s="1"><v>46056</v></c>'),
        ("internal", '<c r="{}" t="inlineStr"><is><t>yes</t></is></c>'),
        ("internal", '<c r="{}" t="inlineStr"><is><t>WAHR</t></is></c>'),
        ("internal", '<c r="{}"><v>2</v></c>'),
        ("kind", '<c r="{}" t="inlineStr"><is><t>Actual</t></is></c>'),
        ("unit", '<c r="{}"/>'),
    ],
)
def test_a_cell_of_another_kind_is_named(column: str, cell: str, tmp_path: Path) -> None:
    problem = refusal(tmp_path, **{column: cell})
    assert (problem.row, problem.column) == (2, column)


def test_a_row_without_any_cell_is_left_out(tmp_path: Path) -> None:
    other = row_of(5, OBSERVATION | {"period": "2024"})
    tables, lines = read_tables(book(tmp_path, rows(row=2), row_of(3, OBSERVATION), other))
    assert tables["observations"]["period"].to_list() == ["2025", "2024"]
    assert lines["observations"] == [3, 5]


def test_a_cell_beside_the_columns_is_named(tmp_path: Path) -> None:
    far = row_of(2, OBSERVATION).replace("</row>", text_cell("N2", "lost") + "</row>")
    with pytest.raises(InputError) as caught:
        read_tables(book(tmp_path, far))
    assert caught.value.problems[0].message.startswith("N2 holds 'lost'")


def test_a_far_cell_is_named_in_little_time(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_tables(book(tmp_path, rows(text_cell("XFD1048576", "far"), row=1048576)))


def write_csv(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "observations.csv"
    file.write_text("\n".join([",".join(OBSERVATION), *lines]) + "\n", encoding="utf-8")
    return file


LINE = ",".join(OBSERVATION.values())
OTHER = LINE.replace("2025", "2024")


@pytest.mark.parametrize("blank", ["", "," * 11, ",,"])
def test_a_blank_line_is_left_out(blank: str, tmp_path: Path) -> None:
    tables, lines = read_tables(write_csv(tmp_path, blank, LINE, blank, OTHER, blank))
    assert tables["observations"].height == 2
    assert lines["observations"] == [3, 5]


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_another_separator_is_named_once(mark: str, word: str, tmp_path: Path) -> None:
    file = write_csv(tmp_path, LINE)
    file.write_text(file.read_text().replace(",", mark))
    with pytest.raises(InputError) as caught:
        read_tables(file)
    assert [problem.message for problem in caught.value.problems] == [
        f"The cells are separated by {word}."
    ]


@pytest.mark.parametrize("letter", ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u202e", "\u2060"])
@pytest.mark.parametrize("column", ["indicator", "scope", "unit", "compiler", "source"])
def test_letters_that_nobody_sees_are_refused_in_names(
    column: str, letter: str, tmp_path: Path
) -> None:
    row = OBSERVATION | {column: f"{OBSERVATION[column]}{letter}"}
    with (
        create_store(str(tmp_path / "db.sqlite"), make()) as store,
        pytest.raises(InputError) as caught,
    ):
        import_file(store, write_csv(tmp_path, ",".join(row.values())), "me")
    assert any("can't be seen" in problem.message for problem in caught.value.problems)


def test_two_ways_to_write_one_period_are_not_two_rows(tmp_path: Path) -> None:
    lines = [LINE.replace("2025", code) for code in ("2025-Q1", "2025-33")]
    with (
        create_store(str(tmp_path / "db.sqlite"), make()) as store,
        pytest.raises(InputError) as caught,
    ):
        import_file(store, write_csv(tmp_path, *lines), "me")
    (problem,) = caught.value.problems
    assert problem.row == 3
    assert "stands in row 2 already" in problem.message
