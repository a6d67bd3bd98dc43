import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcaspian.errors import InputError
from transcaspian.register.edtf import parse_date, parse_period, period_code


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
        ("early 2027", "2027-01~/2027-03~", "2027-01-01", "2027-03-31"),
        ("summer 2026", "2026-22", "2026-06-01", "2026-08-31"),
        ("March 2026", "2026-03", "2026-03-01", "2026-03-31"),
        ("about 2030", "2030~", "2030-01-01", "2030-12-31"),
        ("before 2028", "../2027", "1900-01-01", "2027-12-31"),
        ("before June 2026", "../2026-05", "1900-01-01", "2026-05-31"),
        ("before 2026-06-30", "../2026-06-29", "1900-01-01", "2026-06-29"),
        ("before 2026-Q3", "../2026-06", "1900-01-01", "2026-06-30"),
        ("prior to summer 2026", "../2026-05", "1900-01-01", "2026-05-31"),
        ("before the end of 2028", "../2028-12-31", "1900-01-01", "2028-12-31"),
        ("by the beginning of 2027", "../2027-03~", "1900-01-01", "2027-03-31"),
        ("by Q3 2026", "../2026-09", "1900-01-01", "2026-09-30"),
        ("by winter 2026", "../2027-02", "1900-01-01", "2027-02-28"),
        ("about summer 2026", "2026-06~/2026-08~", "2026-06-01", "2026-08-31"),
        ("end of June 2026", "2026-06-30", "2026-06-30", "2026-06-30"),
        ("end of the third quarter of 2026", "2026-09-30", "2026-09-30", "2026-09-30"),
        ("2027-33~", "2027-01~/2027-03~", "2027-01-01", "2027-03-31"),
        ("../2027-33", "../2027-03", "1900-01-01", "2027-03-31"),
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
        "before by 2028",
        "before 1900",
        "not before 2028",
        "after 2028",
        "by 2026-01/2026-03",
        "2026-06/2026-01",
        "end of mid 2026",
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


# Level 0 to 2 of EDTF, as far as the register writes it: sub-year parts stand alone.
_DATE = r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?~?"
_EDTF = re.compile(rf"{_DATE}|[0-9]{{4}}-(2[1-4]|3[3-6]|4[01])|(\.\.|{_DATE})/{_DATE}")
WORDS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "by ", "before ", "about ", "by the ", "until "]),
    st.sampled_from(
        [
            "",
            "Q1 ",
            "Q4 ",
            "H2 ",
            "early ",
            "mid ",
            "late ",
            "end of ",
            "May ",
            "winter ",
            "third quarter of ",
        ]
    ),
    st.integers(1901, 2198),
)


@given(WORDS)
def test_whatever_is_understood_is_kept_as_valid_edtf(said: str) -> None:
    found = parse_date(said)
    assert _EDTF.fullmatch(found.edtf)
    again = parse_date(found.edtf)
    assert (again.edtf, again.first, again.last) == (found.edtf, found.first, found.last)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("2025-33", "2025-Q1"),
        ("2025-36", "2025-Q4"),
        ("2025-41", "2025-H2"),
        ("2025-Q1", "2025-Q1"),
        ("2025-21", "2025-03-01/2025-05-31"),
        ("2025-24", "2025-12-01/2026-02-28"),
        ("2024-02-29/2024-02-29", "2024-02-29"),
        ("2025-01/2025-06", "2025-H1"),
        ("2025-02-01/2025-02-28", "2025-02"),
        ("2025-02/2025-04", "2025-02-01/2025-04-30"),
        ("2025-M01-03", "2025-M01-03"),
        ("2024/2025", "2024-01-01/2025-12-31"),
    ],
)
def test_a_period_has_one_code_without_the_month_33(said: str, code: str) -> None:
    assert period_code(said) == code
    assert parse_period(code) == parse_period(said)
