"""Texts stay texts, sheets and files get names of their own."""

import csv
import io

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from transcaspian.spreadsheet import file_names, guard, guarded_csv, sheet_names, unguard

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TITLES = st.lists(st.text(max_size=50), max_size=12)


@pytest.mark.parametrize("sign", BEGINNINGS)
def test_text_that_begins_like_a_formula_is_guarded_and_comes_back(sign):
    assert guard(f"{sign}1+1") == f"'{sign}1+1"
    assert unguard(guard(f"{sign}1+1")) == f"{sign}1+1"


def test_plain_text_is_not_changed_by_guarding():
    assert guard("Rail 70 % = done") == "Rail 70 % = done"
    assert guard("-") == "-"


@given(st.text())
def test_guarding_is_undone_by_unguarding(text):
    assert unguard(guard(text)) == text


@given(st.lists(st.one_of(st.text(), st.sampled_from(["-", "+", "-5", "'-"])), min_size=1))
def test_tables_are_guarded_as_single_texts_are(cells):
    texts = [cell.encode(errors="replace").decode() for cell in cells]
    frame = pl.DataFrame({"=name": texts, "figure": [-1.5] * len(texts)})

    rows = list(csv.reader(io.StringIO(guarded_csv(frame), newline="")))

    assert rows[0] == ["'=name", "figure"]
    assert [row[0] for row in rows[1:]] == [guard(text) for text in texts]
    assert {row[1] for row in rows[1:]} == {"-1.5"}


def test_words_of_a_closed_list_are_guarded_and_missing_cells_stay_empty():
    column = pl.Series("word", ["=1", None, "a"], dtype=pl.Categorical)
    assert guarded_csv(column.to_frame()) == "word\n'=1\n\na\n"


@given(TITLES)
def test_excel_takes_every_name_of_a_sheet(titles):
    book = xlsxwriter.Workbook(io.BytesIO())
    book.add_worksheet("Choice")
    for name in sheet_names(titles, ["Choice"]):
        book.add_worksheet(name)  # refuses what Excel would refuse


def test_sheets_alike_up_to_the_longest_name_are_numbered():
    long = "a" * 40
    assert sheet_names([long, long.upper(), "b"]) == ["a" * 31, "A" * 29 + "-2", "b"]


@given(TITLES)
def test_names_of_files_hold_no_folder_and_are_all_different(titles):
    names = file_names(titles)

    assert len({name.casefold() for name in names}) == len(titles)
    for name in names:
        assert not set(name) & set('/\\:*?"<>|\0')
        assert name.strip(". ") == name
        assert 0 < len(name.encode()) <= 200


@pytest.mark.parametrize(
    ("title", "name"),
    [("../../up", "_.._up"), ("..", "_"), ("", "_"), ("/etc/x", "_etc_x"), ("NUL", "_NUL"), ("cable", "cable")],
)  # fmt: skip
def test_a_key_never_leads_out_of_its_folder(title, name):
    assert file_names([title]) == [name]
