from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcaspian.errors import InputError
from transcaspian.register.edtf import parse_date, parse_period


@pytest.mark.parametrize(
    ("said", "edtf", "first", "last"),
    [
        ("2026-06-30", "2026-06-30", "2026-06-30", "2026-06-30"),
        ("2026-06", "2026-06", "2026-06-01", "2026-06-30"),
        ("2026-02", "2026-02", "2026-02-01", "2026-02-28"),
        ("2028", "2028", "2028-01-01", "2028-12-31"),
        ("2026-Q3", "2026-35", "2026-07-01", "2026-09-30"),
        ("2026-35", "2026-35", "2026-07-01", "2026-09-30"),
        ("2026-H2", "2026-41", "2026-07-01", "2026-12-31"),
        ("2026-22", "2026-22", "2026-06-01", "2026-08-31"),
        ("2026-24", "2026-24", "2026-12-01", "2027-02-28"),
        ("../2028", "../2028", "1900-01-01", "2028-12-31"),
        ("mid 2026", "2026-06~", "2026-06-01", "2026-06-30"),
        ("by end of 2028", "../2028-12-31", "1900-01-01", "2028-12-31"),
        ("by the end of 2028", "../2028-12-31", "1900-01-01", "2028-12-31"),
        ("third quarter of 2026", "2026-35", "2026-07-01", "2026-09-30"),
        ("Q3 2026", "2026-35", "2026-07-01", "2026-09-30"),
        ("second half of 2026", "2026-41", "2026-07-01", "2026-12-31"),
        ("early 2027", "2027-33~", "2027-01-01", "2027-03-31"),
        ("summer 2026", "2026-22", "2026-06-01", "2026-08-31"),
        ("March 2026", "2026-03", "2026-03-01", "2026-03-31"),
        ("about 2030", "2030~", "2030-01-01", "2030-12-31"),
    ],
)
def test_a_date_spans_the_days_that_its_words_mean(
    said: str, edtf: str, first: str, last: str
) -> None:
    found = parse_date(said)
    assert (found.edtf, found.first.isoformat(), found.last.isoformat()) == (edtf, first, last)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "2026-13",
        "2026-02-30",
        "0001-01-01",
        "9999",
        "2026-06-31",
        "1e999",
        "-5",
        "../",
        "../../2028",
        "by until 2028",
        "\u0662\u0660\u0662\u0666",
        "2026-06-30T00:00",
        "x" * 500,
    ],
)
def test_an_absurd_date_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="not a date"):
        parse_date(said)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_is_read_as_itself(day: date) -> None:
    assert parse_date(day.isoformat()).last == parse_date(day.isoformat()).first == day


@given(
    st.integers(1900, 2198),
    st.sampled_from(["{}", "{}-Q1", "{}-Q4", "{}-H1", "{}-02", "mid {}", "by end of {}"]),
)
def test_reading_the_edtf_of_a_date_gives_the_same_days(year: int, form: str) -> None:
    found = parse_date(form.format(year))
    again = parse_date(found.edtf)
    assert (again.first, again.last) == (found.first, found.last)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-H1", "2025-01-01", "2025-06-30"),
        ("2025-Q1", "2025-01-01", "2025-03-31"),
        ("2025-M01-10", "2025-01-01", "2025-10-31"),
        ("2025-03", "2025-03-01", "2025-03-31"),
        ("2024-03-12", "2024-03-12", "2024-03-12"),
        ("2005-01-01/2022-12-31", "2005-01-01", "2022-12-31"),
    ],
)
def test_a_period_covers_the_days_of_its_code(code: str, first: str, last: str) -> None:
    found = parse_period(code)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize("code", ["2025-M10-01", "2025-M00-03", "2025~", "2022/2005", "always"])
def test_a_period_that_is_none_is_refused(code: str) -> None:
    with pytest.raises(InputError):
        parse_period(code)
