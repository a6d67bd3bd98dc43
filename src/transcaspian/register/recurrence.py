"""Recurrence rules (RFC 5545) that a register takes: in days, and sure to come round.

A rule such as "the 30th of February", or "every seventh day, if it is a Monday", may never come
round, and whoever asks for its next day would search all years to come. So a rule is taken only
where its parts alone show that it comes round from any first day on.
"""

import re
from collections.abc import Mapping

from dateutil.rrule import rrulestr

__all__ = ["is_recurrence", "read_parts"]

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
    except (ValueError, TypeError, AttributeError):
        return False
    return True


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
