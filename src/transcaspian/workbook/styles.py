"""What a number of a workbook is shown as: a plain number, a date or a percentage."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

__all__ = ["Look", "date_text", "look_of", "number_text"]

Look = Literal["", "date", "percent"]

# Formats that every workbook has (ECMA-376 part 1, 18.8.30); 27 to 58 are dates of East Asia.
DATE_IDS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
PERCENT_IDS = frozenset((9, 10))
# What of a format is shown as it stands, or is a colour, a condition or a language.
NOT_A_CODE = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE | re.DOTALL
)
DATE_CODE = re.compile("[dmyhs]", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
LEAP_DAY_THAT_NEVER_WAS = 60  # 29 February 1900, kept from an older program
FIRST_DAY = datetime(1899, 12, 31)  # noqa: DTZ001 # a workbook knows no time zones
FIRST_DAY_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
LAST_SERIAL = 2_958_465  # 31 December 9999
SECONDS_A_DAY = 86_400
LONGEST_NUMBER = 400  # characters; programs write 17 digits


def look_of(number: int, code: str) -> Look:
    """Return what a number format, known by its number and its own code, shows.

    >>> look_of(164, 'yyyy-mm-dd'), look_of(165, '0.0%'), look_of(166, '0.0 "days"')
    ('date', 'percent', '')
    """
    if not code:
        return "date" if number in DATE_IDS else "percent" if number in PERCENT_IDS else ""
    plain = NOT_A_CODE.sub("", code)
    if "%" in plain:
        return "percent"
    return "date" if "general" not in plain.lower() and DATE_CODE.search(plain) else ""


def number_text(text: str) -> str | None:
    """Return the shortest text of the number that a cell holds, without exponent.

    None where it is no finite number.

    >>> number_text("0.10000000000000001"), number_text("1E3"), number_text("NaN")
    ('0.1', '1000', None)
    """
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        return None
    value = float(text)
    if value - value != 0.0:  # infinite
        return None
    shortest = repr(value)
    if "e" in shortest:
        shortest = format(Decimal(shortest), "f")
    return shortest.removesuffix(".0")


def date_text(number: str, *, from_1904: bool) -> str | None:
    """Return the day, time, or both of a serial number in ISO 8601; None where there is none.

    >>> date_text("46056", from_1904=False), date_text("0.5", from_1904=False)
    ('2026-02-03', '12:00:00')
    """
    serial = float(number)
    if serial < 0 or serial >= LAST_SERIAL + 1:
        return None
    day = int(serial)
    if from_1904:
        start = FIRST_DAY_1904
    elif day == LEAP_DAY_THAT_NEVER_WAS:
        return None
    else:
        start = FIRST_DAY - timedelta(days=1 if day > LEAP_DAY_THAT_NEVER_WAS else 0)
    seconds = round((serial - day) * SECONDS_A_DAY)
    try:
        moment = start + timedelta(days=day, seconds=seconds)
    except OverflowError:
        return None
    if day == 0 and seconds:
        return moment.strftime("%H:%M:%S")
    return moment.date().isoformat() if not seconds % SECONDS_A_DAY else moment.isoformat(" ")
