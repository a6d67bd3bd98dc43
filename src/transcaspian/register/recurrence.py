"""When what recurs falls due: the one reading of recurrence rules (RFC 5545) of the register.

Status, agenda, due list and calendar all ask a `Timetable` for its days. A rule that names days
(by weekday, day of the month, week or day) falls due on them. One that names only months or years
leaves the day open: a round may be held until the last day of its month or year.

Only rules in days that are sure to come round are taken. A rule such as "the 30th of February", or "every seventh day, if it is a Monday", may never come
round, and whoever asks for its next day would search all years to come. So a rule is taken only
where its parts alone show that it comes round from any first day on.
"""

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from transcaspian.register.edtf import LAST_YEAR

__all__ = ["Timetable", "end_of_rule", "is_recurrence", "read_parts", "round_of"]

_PARTS = {
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYMONTH",
    "BYMONTHDAY",
    "BYDAY",
    "BYSETPOS",
    "WKST",
}
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_SELECTING = {"BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"}
_MAX_ROUNDS = 1000
# Every month has 28 days, and each weekday four times; every year each weekday 52 times.
_DAYS_OF_EVERY_MONTH = 28
_WEEKS_OF_EVERY_MONTH = 4
_WEEKS_OF_EVERY_YEAR = 52
_NUMBER = re.compile(r"[+-]?[0-9]{1,4}")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")
_NAMES_DAYS = {"BYDAY", "BYMONTHDAY"}
_LAST_DAY = date(LAST_YEAR, 12, 31)


def read_parts(text: str) -> dict[str, str]:
    """Return the parts of a rule by name."""
    return dict(part.partition("=")[::2] for part in text.split(";"))


def is_recurrence(text: str) -> bool:
    """Whether a text is a rule of days that comes round from any first day on."""
    parts = read_parts(text)
    if len(parts) != text.count(";") + 1 or set(parts) - _PARTS:
        return False
    if parts.get("FREQ") not in _FREQUENCIES:
        return False
    counts = [parts[name] for name in ("COUNT", "INTERVAL") if name in parts]
    if not all(_is_count(count) for count in counts):
        return False
    if "UNTIL" in parts and ("COUNT" in parts or not _UNTIL.fullmatch(parts["UNTIL"])):
        return False
    if not _comes_round(parts):
        return False
    try:
        rrulestr(text)
        end_of_rule(text)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def end_of_rule(text: str) -> date | None:
    """Return the day of a rule's UNTIL; None where it has none."""
    until = read_parts(text).get("UNTIL")
    return None if until is None else datetime.strptime(until[:8], "%Y%m%d").date()  # noqa: DTZ007


@dataclass(frozen=True, slots=True)
class Timetable:
    """The days on which something falls due, each after `anchor`; none after the year 2199.

    `end` is the last day on which anything may fall due. A round that begins by then and would
    end later is due on that day; where only whole periods count, it does not exist. Of `count`
    rounds the last one is due at the end at the latest.
    """

    rule: str  # COUNT and UNTIL in it say nothing here
    anchor: date
    end: date | None = None
    count: int | None = None
    whole_periods: bool = False

    def days(self) -> Iterator[date]:
        """Yield the days in order."""
        due = islice(self._days_by_rule(), self.count)
        if self.count is None or self.end is None:
            yield from due
            return
        found = list(due)
        if len(found) < self.count and (not found or found[-1] < self.end):
            found.append(self.end)
        yield from found

    def days_between(self, first: date, last: date) -> list[date]:
        """Return the days from `first` to `last`."""
        found = []
        for day in self.days():
            if day > last:
                break
            if day >= first:
                found.append(day)
        return found

    def first_from(self, day: date) -> date | None:
        """Return the first day that is not before another one; None where nothing follows."""
        return next((due for due in self.days() if due >= day), None)

    def _days_by_rule(self) -> Iterator[date]:
        for begin in _rule_without_end(self.rule, self.anchor):
            last = _last_day(self.rule, begin)
            is_over = self.end is not None and (last if self.whole_periods else begin) > self.end
            if is_over or last > _LAST_DAY:
                return
            if last > self.anchor:
                yield last if self.end is None else min(last, self.end)

    def calendar_rule(self, first: date) -> tuple[str, tuple[date, ...]]:
        """Return a recurrence rule for a calendar entry on `first`, and days that it leaves out.

        `first` is one of the days, so the entry's start obeys the rule. The text is empty where
        nothing follows by rule.
        """
        text = _rule_of_days(self.rule)
        if self.end is None and self.count is None:
            return text, ()
        days = [day for day in self.days() if day >= first]
        # Only the last one may be cut short by the end.
        is_cut = len(days) > 1 and not _follows(text, first, days[-1])
        by_rule, rest = (days[:-1], (days[-1],)) if is_cut else (days, ())
        if len(by_rule) < 2:
            return "", rest
        # All values are dates, so the end is a date too (RFC 5545, 3.3.10).
        return f"{text};UNTIL={by_rule[-1]:%Y%m%d}", rest


def round_of(rule: str, day: date) -> tuple[int, ...]:
    """Return which round a day belongs to: its year, month or week where one has one round."""
    parts = read_parts(rule)
    frequency = parts["FREQ"]
    if frequency == "YEARLY" and _rounds_within(parts, 366) <= 1:
        return (day.year,)
    if frequency in {"YEARLY", "MONTHLY"} and _rounds_within(parts, 31) <= 1:
        return (day.year, day.month)
    if frequency == "WEEKLY" and "," not in parts.get("BYDAY", ""):
        return day.isocalendar()[:2]
    return (day.toordinal(),)


def _rounds_within(parts: Mapping[str, str], days: int) -> int:
    """Return the most rounds of a rule in a year, or in one of its months, of a leap year."""
    rule = ";".join(f"{name}={value}" for name, value in parts.items() if name != "INTERVAL")
    found = list(islice(_rule_without_end(rule, date(2023, 12, 31)), 367))
    inside = [day for day in found if day.year == 2024]
    if days >= 366:
        return len(inside)
    return max((sum(day.month == month for day in inside) for month in range(1, 13)), default=0)


def _rule_without_end(rule: str, anchor: date) -> Iterator[date]:
    """Yield the first days of a rule's rounds, from its anchor's month, year, week or day on."""
    start = anchor if _is_by_day(rule) else anchor.replace(day=1)
    for moment in _make_rule(_without_end(rule), start).xafter(_moment(anchor)):
        yield moment.date()


def _make_rule(rule: str, start: date) -> rrule:
    made = rrulestr(rule, dtstart=_moment(start))
    if not isinstance(made, rrule):
        raise TypeError(f"{rule!r} is more than one rule")
    return made


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _without_end(rule: str) -> str:
    return ";".join(part for part in rule.split(";") if not part.startswith(("COUNT=", "UNTIL=")))


def _is_by_day(rule: str) -> bool:
    parts = read_parts(rule)
    return parts["FREQ"] in {"DAILY", "WEEKLY"} or bool(_NAMES_DAYS & set(parts))


def _last_day(rule: str, begin: date) -> date:
    """Return the last day of the round that begins on a day."""
    if _is_by_day(rule):
        return begin
    parts = read_parts(rule)
    if parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts:
        return date(begin.year, 12, 31)
    return begin.replace(day=calendar.monthrange(begin.year, begin.month)[1])


def _rule_of_days(rule: str) -> str:
    """Return a rule whose days are the last ones of the rounds; a month's last day is -1, not 31."""
    endless = _without_end(rule)
    parts = read_parts(endless)
    if _is_by_day(rule) or (parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts):
        return endless
    return f"{endless};BYMONTHDAY=-1"


def _follows(rule: str, first: date, day: date) -> bool:
    found = _make_rule(rule, first).after(_moment(day), inc=True)
    return found is not None and found.date() == day


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= _MAX_ROUNDS


def _comes_round(parts: Mapping[str, str]) -> bool:
    frequency = parts.get("FREQ")
    selecting = _SELECTING & set(parts)
    is_each = int(parts.get("INTERVAL", "1")) == 1
    # A stride over days or weeks, or over months, may step over what the other parts select.
    if not is_each and frequency == "DAILY" and selecting:
        return False
    if not is_each and frequency in {"WEEKLY", "MONTHLY"} and "BYMONTH" in selecting:
        return False
    if "BYMONTHDAY" in selecting and not (
        frequency != "WEEKLY"
        and selecting <= {"BYMONTH", "BYMONTHDAY"}
        and any(
            1 <= abs(day) <= _DAYS_OF_EVERY_MONTH for day in _numbers(parts["BYMONTHDAY"]) or [0]
        )
    ):
        return False
    if "BYDAY" in selecting and not _is_weekday_in_reach(parts, frequency):
        return False
    return "BYSETPOS" not in selecting or _is_position_in_reach(parts, frequency)


def _numbers(text: str) -> list[int]:
    """Return the numbers of a list; none where one is no number."""
    words = text.split(",")
    return [int(word) for word in words] if all(_NUMBER.fullmatch(word) for word in words) else []


def _is_weekday_in_reach(parts: Mapping[str, str], frequency: str | None) -> bool:
    """Whether a weekday that is wanted comes in every month or year."""
    found = [_WEEKDAY.fullmatch(word) for word in parts["BYDAY"].split(",")]
    if not all(found):
        return False
    places = [abs(int(match[1])) for match in found if match is not None and match[1]]
    is_by_year = frequency == "YEARLY" and "BYMONTH" not in parts
    reach = _WEEKS_OF_EVERY_YEAR if is_by_year else _WEEKS_OF_EVERY_MONTH
    can_count = frequency in {"YEARLY", "MONTHLY"}
    # With and without a number together mean "both" to some programs, and "either" to others.
    is_mixed = 0 < len(places) < len(found)
    return not places or (
        can_count and not is_mixed and all(1 <= place <= reach for place in places)
    )


def _is_position_in_reach(parts: Mapping[str, str], frequency: str | None) -> bool:
    """Whether the place asked for is there among weekdays that each come at least once."""
    if frequency not in {"YEARLY", "MONTHLY"} or "BYDAY" not in parts:
        return False
    positions = _numbers(parts["BYSETPOS"])
    # By name: the first Monday and the fourth last may be one day.
    weekdays = {word[-2:] for word in parts["BYDAY"].split(",")}
    return bool(positions) and all(1 <= abs(position) <= len(weekdays) for position in positions)
