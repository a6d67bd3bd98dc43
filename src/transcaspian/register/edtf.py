"""Dates of stated precision: EDTF (ISO 8601-2) and the words that officials use.

A promised date is rarely a day. "By the end of 2028", "mid 2026" and "third quarter" are kept as
said, together with the first and the last day they can mean. The last day is the one that counts
for a deadline, and the day from which a vaguely dated source counts as known.

EDTF has quarters, halves and seasons (`2026-35`) only as they stand: with `~`, or at an end of an
interval, they are kept as the months that they mean (`2027-01~/2027-03~`, `../2026-09`).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from transcaspian.errors import InputError

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Period",
    "VagueDate",
    "parse_date",
    "parse_period",
    "period_code",
]

FIRST_YEAR = 1900
LAST_YEAR = 2199

# EDTF level 2 numbers sub-year parts: 33-36 quarters, 40-41 half-years, 21-24 seasons.
_QUARTERS = {33: 1, 34: 2, 35: 3, 36: 4}
_HALVES = {40: 1, 41: 2}
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11)}
_WINTER = 24
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_SEASON_WORDS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}


@dataclass(frozen=True, slots=True)
class VagueDate:
    """A date as it was said: its EDTF text and the days it spans, both included."""

    edtf: str
    first: date
    last: date
    precision: str  # day, month, quarter, season, half, year, span or open
    is_approximate: bool = False

    def __str__(self) -> str:
        return self.edtf


@dataclass(frozen=True, slots=True)
class Period:
    """The days an observation covers, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def is_whole_year(self) -> bool:
        """Whether it covers one calendar year."""
        return (self.first.month, self.first.day, self.last.month, self.last.day) == (
            1,
            1,
            12,
            31,
        ) and (self.first.year == self.last.year)


def _month_span(year: int, first_month: int, last_month: int) -> tuple[date, date]:
    return date(year, first_month, 1), date(
        year, last_month, calendar.monthrange(year, last_month)[1]
    )


def _fail(text: str) -> InputError:
    return InputError(
        f"{text!r} is not a date. Write 2026-06-30, 2026-06, 2026-Q2, 2026-H1, 2026, ../2028"
        f" or words such as 'mid 2026' and 'by end of 2028'; years run from {FIRST_YEAR} to {LAST_YEAR}."
    )


def _check_year(year: int, text: str) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _fail(text)
    return year


@lru_cache(maxsize=65536)
def parse_date(text: str) -> VagueDate:
    """Return the days that a date means; InputError where it means none.

    Understands EDTF day, month, year, quarter (33-36), season (21-24), half-year (40-41), an open
    start (`../2028`: by the end of 2028), spans, `~` for about, and English words for the same.
    "Before" a time ends on the day before its first one.

    >>> parse_date("2026-06").last
    datetime.date(2026, 6, 30)
    >>> parse_date("mid 2026").edtf, parse_date("by end of 2028").edtf, parse_date("Q3 2026").edtf
    ('2026-06~', '../2028-12-31', '2026-35')
    >>> parse_date("before 2028").edtf, parse_date("early 2027").edtf
    ('../2027', '2027-01~/2027-03~')
    """
    cleaned = " ".join(text.split()).strip()
    if len(cleaned) > 60:
        raise _fail(text[:60] + "…")
    found = _parse_edtf(cleaned, text) or _parse_words(cleaned.lower(), text)
    if found is None:
        raise _fail(text)
    return found


def _parse_edtf(text: str, original: str) -> VagueDate | None:
    if text.startswith("../"):
        return _by(parse_date(text[3:]), original)
    if "/" in text:
        start, _, end = text.partition("/")
        return _span(start, end, original)
    is_approximate = text.endswith("~")
    core = text.removesuffix("~")
    mark = "~" if is_approximate else ""
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", core):
        year = _check_year(int(match[1]), original)
        try:
            day = date(year, int(match[2]), int(match[3]))
        except ValueError:
            raise _fail(original) from None
        return VagueDate(core + mark, day, day, "day", is_approximate)
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{2})", core):
        return _part_of_year(
            _check_year(int(match[1]), original), int(match[2]), original, is_approximate
        )
    if match := re.fullmatch(r"([0-9]{4})-[Qq]([1-4])", core):
        return _part_of_year(
            _check_year(int(match[1]), original), 32 + int(match[2]), original, is_approximate
        )
    if match := re.fullmatch(r"([0-9]{4})-[Hh]([12])", core):
        return _part_of_year(
            _check_year(int(match[1]), original), 39 + int(match[2]), original, is_approximate
        )
    if re.fullmatch(r"[0-9]{4}", core):
        year = _check_year(int(core), original)
        return VagueDate(core + mark, date(year, 1, 1), date(year, 12, 31), "year", is_approximate)
    return None


def _by(end: VagueDate, original: str) -> VagueDate:
    """Return an open start up to a date."""
    if end.precision == "open":
        raise _fail(original)
    first = date(FIRST_YEAR, 1, 1)
    return VagueDate(f"../{_end_in_edtf(end)}", first, end.last, "open", end.is_approximate)


def _before(start: VagueDate, original: str) -> VagueDate:
    """Return an open start up to the day before a date, as precise as the date is."""
    if start.precision == "open" or start.first <= date(FIRST_YEAR, 1, 1):
        raise _fail(original)
    last = start.first - timedelta(days=1)
    mark = "~" if start.is_approximate else ""
    letters = {"year": 4, "day": 10}.get(start.precision, 7)
    return _by(parse_date(last.isoformat()[:letters] + mark), original)


def _end_in_edtf(end: VagueDate) -> str:
    """Return the end of an interval: the last month of a quarter, half-year, season or span."""
    if end.precision in {"day", "month", "year"}:
        return end.edtf
    return f"{end.last:%Y-%m}" + ("~" if end.is_approximate else "")


def _span(start: str, end: str, original: str) -> VagueDate:
    first, last = parse_date(start), parse_date(end)
    is_plain = {first.precision, last.precision} <= {"day", "month", "year"}
    if not is_plain or first.first > last.last or first.last > last.last:
        raise _fail(original)
    is_approximate = first.is_approximate or last.is_approximate
    edtf = f"{first.edtf}/{last.edtf}"
    return VagueDate(edtf, first.first, last.last, "span", is_approximate)


def _part_of_year(year: int, part: int, original: str, is_approximate: bool = False) -> VagueDate:
    first, last, precision = _months_of_part(year, part, original)
    edtf = f"{year:04d}-{part:02d}"
    if is_approximate:
        edtf = f"{edtf}~" if precision == "month" else f"{first:%Y-%m}~/{last:%Y-%m}~"
    return VagueDate(edtf, first, last, precision, is_approximate)


def _months_of_part(year: int, part: int, original: str) -> tuple[date, date, str]:
    if 1 <= part <= 12:
        return *_month_span(year, part, part), "month"
    if part in _QUARTERS:
        last = 3 * _QUARTERS[part]
        return *_month_span(year, last - 2, last), "quarter"
    if part in _HALVES:
        last = 6 * _HALVES[part]
        return *_month_span(year, last - 5, last), "half"
    if part in _SEASONS:
        return *_month_span(year, *_SEASONS[part]), "season"
    if part == _WINTER:
        spring = _month_span(_check_year(year + 1, original), 2, 2)[1]
        return date(year, 12, 1), spring, "season"
    raise _fail(original)


def _parse_words(text: str, original: str) -> VagueDate | None:
    if match := re.fullmatch(r"(?:before|prior to) (?:the )?end(?: of |[ -])(.+)", text):
        return _by(_end_of(match[1], original), original)
    if match := re.fullmatch(r"(?:before|prior to) (?:the )?(.+)", text):
        return _before(parse_date(match[1]), original)
    if match := re.fullmatch(r"(?:by|until|no later than|not later than) (?:the )?(.+)", text):
        return _by(parse_date(match[1]), original)
    if match := re.fullmatch(r"(?:about|around|circa|ca\.?) (.+)", text):
        return _about(parse_date(match[1]), original)
    if match := re.fullmatch(r"(?:the )?(?:mid|middle)(?: of)?[ -]([0-9]{4})", text):
        return _part_of_year(_check_year(int(match[1]), original), 6, original, True)
    if match := re.fullmatch(r"(?:the )?end(?: of |[ -])(.+)", text):
        return _end_of(match[1], original)
    if match := re.fullmatch(r"(?:the )?(?:early|start of|beginning of) ([0-9]{4})", text):
        return _part_of_year(_check_year(int(match[1]), original), 33, original, True)
    if match := re.fullmatch(r"late ([0-9]{4})", text):
        return _part_of_year(_check_year(int(match[1]), original), 36, original, True)
    if match := re.fullmatch(r"q([1-4])[ /-]?([0-9]{4})", text):
        return _part_of_year(_check_year(int(match[2]), original), 32 + int(match[1]), original)
    if match := re.fullmatch(r"h([12])[ /-]?([0-9]{4})", text):
        return _part_of_year(_check_year(int(match[2]), original), 39 + int(match[1]), original)
    if match := re.fullmatch(r"(?:the )?(\w+) (quarter|half) (?:of )?([0-9]{4})", text):
        number = _ORDINALS.get(match[1])
        base = 32 if match[2] == "quarter" else 39
        if number is None or (base == 39 and number > 2):
            return None
        return _part_of_year(_check_year(int(match[3]), original), base + number, original)
    if match := re.fullmatch(r"([a-z]+)\.? (?:of )?([0-9]{4})", text):
        part = _MONTHS.get(match[1]) or _SEASON_WORDS.get(match[1])
        if part is not None:
            return _part_of_year(_check_year(int(match[2]), original), part, original)
    return None


def _about(near: VagueDate, original: str) -> VagueDate:
    """Return a date with the mark for "about"."""
    if near.is_approximate:
        return near
    if near.precision in {"open", "span"}:
        raise _fail(original)
    if near.precision in {"day", "month", "year"}:
        edtf = f"{near.edtf}~"
    else:
        edtf = f"{near.first:%Y-%m}~/{near.last:%Y-%m}~"
    return VagueDate(edtf, near.first, near.last, near.precision, True)


def _end_of(text: str, original: str) -> VagueDate:
    """Return the last day of a year, half-year, quarter or month."""
    whole = parse_date(text)
    if whole.is_approximate or whole.precision not in {"year", "half", "quarter", "month"}:
        raise _fail(original)
    return VagueDate(whole.last.isoformat(), whole.last, whole.last, "day")


@lru_cache(maxsize=65536)
def parse_period(text: str) -> Period:
    """Return the days a period code covers; InputError where it is none.

    Codes: `2025`, `2025-H1`, `2025-Q1`, `2025-M01-10` (January to October), `2025-03`,
    `2024-03-12` (a point in time) and `A/B` (a span of days).

    >>> parse_period("2025-M01-10").last
    datetime.date(2025, 10, 31)
    """
    if match := re.fullmatch(r"([0-9]{4})-M([0-9]{2})-([0-9]{2})", text):
        year, first, last = _check_year(int(match[1]), text), int(match[2]), int(match[3])
        if 1 <= first <= last <= 12:
            return Period(*_month_span(year, first, last))
        raise _fail(text)
    if "/" in text:
        start, _, end = text.partition("/")
        begin, finish = parse_date(start), parse_date(end)
        is_open = "open" in {begin.precision, finish.precision}
        is_approximate = begin.is_approximate or finish.is_approximate
        if is_open or is_approximate or begin.first > finish.last:
            raise _fail(text)
        return Period(begin.first, finish.last)
    found = _parse_edtf(text, text)
    if found is None or found.is_approximate:
        raise _fail(text)
    return Period(found.first, found.last)


def period_code(text: str) -> str:
    """Return the one code of a period: quarters and halves by name, spans of one day as the day.

    Other standards take the 33 of `2025-33` for a month.

    >>> period_code("2025-33"), period_code("2025-41"), period_code("2025-01-01/2025-03-31")
    ('2025-Q1', '2025-H2', '2025-Q1')
    """
    period = parse_period(text)
    if "-M" in text:  # a year to date stays one, even where it is a quarter or half a year
        return text
    return calendar_code(period) or f"{period.first}/{period.last}"


def calendar_code(period: Period) -> str:
    """Return the code of a calendar year, half-year, quarter, month or day; empty for others."""
    first, last = period.first, period.last
    if first == last:
        return first.isoformat()
    months = last.month - first.month + 1
    is_whole = first.day == 1 and (last + timedelta(days=1)).day == 1 and first.year == last.year
    if not is_whole or months not in {1, 3, 6, 12} or (first.month - 1) % months:
        return ""
    number = (first.month - 1) // months + 1
    year = f"{first.year:04d}"
    return {1: f"{year}-{number:02d}", 3: f"{year}-Q{number}", 6: f"{year}-H{number}", 12: year}[
        months
    ]
