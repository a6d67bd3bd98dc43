"""Recurrence rules are taken where they are sure to come round, checked against dateutil."""

from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.register.recurrence import is_recurrence

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Feasts that fall on a leap day, or on each eighth year's, are the rarest that are taken.
LONGEST = timedelta(days=366 * 60)


def lists(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=3, unique=True).map(",".join)


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).filter(bool).map(str)


places = st.sampled_from(["", "", "1", "-1", "2", "4", "-4", "5", "-5", "6", "52", "53"])
rules = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(FREQUENCIES)},
    optional={
        "INTERVAL": st.integers(1, 8).map(str),
        "BYMONTH": lists(numbers(1, 12)),
        "BYMONTHDAY": lists(numbers(-31, 31)),
        "BYDAY": lists(st.builds(str.__add__, places, st.sampled_from(DAYS))),
        "BYSETPOS": lists(numbers(-6, 6)),
    },
).map(lambda parts: ";".join(f"{name}={value}" for name, value in parts.items()))


@settings(deadline=None, max_examples=150)
@given(rules, st.dates(date(2000, 1, 1), date(2050, 12, 31)))
def test_every_rule_that_is_taken_comes_round_from_any_day(rule: str, first: date) -> None:
    if is_recurrence(rule):
        start = datetime.combine(first.replace(day=1), time.min)
        following = rrulestr(rule, dtstart=start).after(start + timedelta(days=31))
        assert following is not None
        assert following - start < LONGEST


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=2;BYDAY=5MO",
        "FREQ=YEARLY;BYSETPOS=366;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=YEARLY;BYDAY=0MO",
        "FREQ=YEARLY;UNTIL=2026",
        "FREQ=YEARLY;COUNT=2;UNTIL=20300101",
        "FREQ=YEARLY;FREQ=MONTHLY",
        "FREQ=YEARLY;",
        "freq=yearly",
        "FREQ=HOURLY",
        "FREQ=MONTHLY;BYDAY=2SU,SA",
        "FREQ=YEARLY;BYMONTH=2;BYDAY=1MO,-4MO;BYSETPOS=2",
    ],
)
def test_a_rule_that_may_never_come_round_or_is_none_is_refused(rule: str) -> None:
    assert not is_recurrence(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;COUNT=5",
        "FREQ=MONTHLY;INTERVAL=18",
        "FREQ=YEARLY;BYMONTH=10;BYDAY=2MO",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        "FREQ=YEARLY;UNTIL=20301231",
    ],
)
def test_rules_as_people_write_them_are_taken(rule: str) -> None:
    assert is_recurrence(rule)
