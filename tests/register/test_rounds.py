"""Recurrence means one thing: due list, status and calendar agree, whatever the rule."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.register.examples import event, judge_one, make, observation
from tests.register.test_status_rules import DUTY, RHYTHM
from transcaspian.register.agenda import find_due
from transcaspian.register.check import check_tables
from transcaspian.register.export_ical import write_ical
from transcaspian.register.read import read_packaged
from transcaspian.register.recurrence import is_recurrence
from transcaspian.register.tables import Register

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


def due_days(register: Register, as_of: date, last: date) -> list[date]:
    return [item.day for item in find_due(register, as_of, as_of, last)]


def calendar_days(register: Register, as_of: date, last: date) -> list[date]:
    """Return the days of all entries, each rule of the file expanded by dateutil."""
    days: set[tuple[str, date]] = set()
    for entry in icalendar.Calendar.from_ical(write_ical(register, as_of)).walk("VEVENT"):
        uid, first = str(entry["uid"]), entry["dtstart"].dt
        if uid.startswith("culture-"):
            continue
        days |= {(uid, day) for day in expand(entry) if as_of <= day <= last}
        days |= {(uid, first)} if as_of <= first <= last else set()
    return sorted(day for _, day in days)


def expand(entry: icalendar.Event) -> Iterator[date]:
    first = entry["dtstart"].dt
    if "rrule" in entry:
        rule = entry["rrule"].to_ical().decode()
        found = rrulestr(rule, dtstart=midnight(first))
        assert found[0].date() == first, "the rule's own start obeys it"
        yield from (
            moment.date()
            for moment in found.between(midnight(first), midnight(date(2060, 1, 1)), inc=True)
        )
    if "rdate" in entry:
        yield from (value.dt for value in entry["rdate"].dts)


def problems(register: Register) -> list[str]:
    return [problem.message for problem in check_tables(register.tables, {})]


def lists(values: st.SearchStrategy[str], size: int = 2) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=size, unique=True).map(",".join)


places = st.sampled_from(["", "", "1", "-1", "2", "3", "-2"])
rules = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["WEEKLY", "MONTHLY", "MONTHLY", "YEARLY", "YEARLY", "DAILY"])},
    optional={
        "INTERVAL": st.integers(1, 5).map(str),
        "BYMONTH": lists(st.integers(1, 12).map(str)),
        "BYMONTHDAY": lists(st.sampled_from(["1", "15", "28", "-1", "-3"])),
        "BYDAY": lists(st.builds(str.__add__, places, st.sampled_from(DAYS))),
        "COUNT": st.integers(1, 9).map(str),
        "UNTIL": st.dates(date(2024, 1, 1), date(2034, 12, 31)).map(lambda day: f"{day:%Y%m%d}"),
    },
).map(lambda parts: ";".join(f"{name}={value}" for name, value in parts.items()))
promised = st.dates(date(2020, 1, 1), date(2026, 6, 30))
held_after = st.lists(st.integers(1, 1500), max_size=3, unique=True)
AS_OF = date(2026, 4, 30)


@settings(deadline=None, max_examples=60)
@given(rules, promised, held_after)
def test_every_entry_of_the_calendar_equals_the_due_list(
    rule: str, day: date, waits: list[int]
) -> None:
    assume(is_recurrence(rule))
    held = [observation((day + timedelta(days=wait)).isoformat(), 1.0) for wait in waits]
    register = make(RHYTHM | {"promised_on": day.isoformat(), "recurrence": rule}, held)
    for as_of in (AS_OF, date(2029, 1, 31)):
        last = date(2036, 12, 31)
        assert calendar_days(register, as_of, last) == due_days(register, as_of, last)


@settings(deadline=None, max_examples=60)
@given(rules, promised)
def test_rules_that_name_days_fall_due_on_the_days_of_rfc_5545(rule: str, day: date) -> None:
    names_days = "DAY=" in rule or rule.startswith(("FREQ=DAILY", "FREQ=WEEKLY"))
    assume(is_recurrence(rule) and names_days)
    register = make(RHYTHM | {"promised_on": day.isoformat(), "recurrence": rule})
    parts = dict(part.split("=") for part in rule.split(";"))
    count, until = int(parts.pop("COUNT", "100000")), parts.pop("UNTIL", "21000101")
    endless = rrulestr(";".join("=".join(part) for part in parts.items()), dtstart=midnight(day))
    last = date(2031, 12, 31)
    expected = []
    for number, moment in enumerate(endless.xafter(midnight(day))):
        found = moment.date()
        if number >= count or f"{found:%Y%m%d}" > until or found > last:
            break
        expected.append(found)
    assert due_days(register, day, last) == expected


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 30), st.integers(1, 8), promised)
def test_rules_of_months_fall_due_on_their_last_days(step: int, count: int, day: date) -> None:
    rule = f"FREQ=MONTHLY;INTERVAL={step};COUNT={count}"
    register = make(RHYTHM | {"promised_on": day.isoformat(), "recurrence": rule})
    expected = []
    for number in range(1, count + 1):
        month = day.year * 12 + day.month - 1 + number * step
        year, month = divmod(month, 12)
        expected.append(date(year, month + 1, calendar.monthrange(year, month + 1)[1]))
    assert due_days(register, day, date(2100, 1, 1)) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=YEARLY;COUNT=3", ["2023-12-31", "2024-12-31", "2025-12-31"]),
        ("FREQ=YEARLY;UNTIL=20241231", ["2023-12-31", "2024-12-31"]),
        ("FREQ=YEARLY;UNTIL=20240630", ["2023-12-31", "2024-06-30"]),
        ("FREQ=YEARLY;INTERVAL=5;COUNT=2", ["2027-12-31", "2032-12-31"]),
        ("FREQ=YEARLY;BYMONTH=10;COUNT=2", ["2022-10-31", "2023-10-31"]),
        ("FREQ=YEARLY;BYMONTH=2,8;COUNT=3", ["2022-02-28", "2022-08-31", "2023-02-28"]),
        ("FREQ=YEARLY;BYMONTH=10;BYDAY=2MO;COUNT=2", ["2022-10-10", "2023-10-09"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", ["2022-01-03", "2022-02-07", "2022-03-07"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", ["2022-01-28", "2022-02-25"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15;COUNT=2", ["2022-01-15", "2022-02-15"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", ["2022-01-31", "2022-02-28"]),
        ("FREQ=MONTHLY;COUNT=2", ["2022-02-28", "2022-03-31"]),
        ("FREQ=WEEKLY;BYDAY=TU;INTERVAL=2;COUNT=2", ["2022-01-11", "2022-01-25"]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=2", ["2022-01-11", "2022-01-21"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1", None),
    ],
)
def test_rules_fall_due_on_days_found_by_hand(rule: str, expected: list[str] | None) -> None:
    if expected is None:
        assert not is_recurrence(rule)
        return
    register = make(RHYTHM | {"promised_on": "2022-01-01", "recurrence": rule})
    found = due_days(register, date(2022, 1, 1), date(2199, 12, 31))
    assert [day.isoformat() for day in found] == expected


@pytest.mark.parametrize("as_of", ["2025-06-01", "2026-04-30", "2027-01-15", "2029-03-15"])
def test_the_packaged_calendar_equals_the_due_list(as_of: str) -> None:
    day, last = date.fromisoformat(as_of), date(2045, 12, 31)
    assert calendar_days(read_packaged(), day, last) == due_days(read_packaged(), day, last)


def entries(register: Register, as_of: str) -> list[icalendar.Event]:
    content = write_ical(register, date.fromisoformat(as_of))
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


@pytest.mark.parametrize("end", ["COUNT=3", "UNTIL=20241231"])
def test_a_rhythm_that_is_over_has_no_entry_in_the_calendar(end: str) -> None:
    promise = RHYTHM | {"promised_on": "2022-01-01", "recurrence": f"FREQ=YEARLY;{end}"}
    assert entries(make(promise), "2026-04-30") == []


def test_a_duty_that_is_over_has_no_entry_in_the_calendar() -> None:
    assert entries(make(DUTY | {"due": "2025"}), "2026-04-30") == []


def test_a_round_that_lies_far_ahead_is_in_the_calendar_on_its_day() -> None:
    promise = RHYTHM | {"promised_on": "2025-01-01", "recurrence": "FREQ=YEARLY;INTERVAL=20"}
    (entry,) = entries(make(promise), "2026-04-30")
    assert entry["dtstart"].dt == date(2045, 12, 31)


def test_the_end_of_an_instrument_is_in_the_calendar() -> None:
    days = {
        str(entry["uid"]).split("@")[0]: entry for entry in entries(read_packaged(), "2026-04-30")
    }
    assert days["ends-ins-2022-programme"]["dtstart"].dt == date(2026, 12, 31)


COUNTED = RHYTHM | {"promised_on": "2022-01-01", "recurrence": "FREQ=YEARLY;COUNT=3"}


def meetings(*days: str) -> list[dict[str, str]]:
    return [observation(day, 1.0) for day in days]


@pytest.mark.parametrize("as_of", ["2025-06-01", "2027-06-01", "2150-01-01"])
def test_a_rhythm_whose_rounds_are_all_held_is_met_for_good(as_of: str) -> None:
    register = make(COUNTED, meetings("2023-05-05", "2024-05-05", "2025-05-05"))
    assert judge_one(register, as_of).rule == "rhythm_kept"
    assert due_days(register, date.fromisoformat(as_of), date(2199, 12, 31)) == []


def test_two_meetings_in_one_year_are_one_round_of_a_yearly_rhythm() -> None:
    register = make(COUNTED, meetings("2023-05-05", "2023-11-05", "2024-05-05"))
    assert judge_one(register, "2024-06-01").rule == "within_rhythm"


def test_a_rhythm_that_ended_with_a_round_missing_is_not_verified() -> None:
    register = make(COUNTED, meetings("2023-05-05", "2024-05-05"))
    assert judge_one(register, "2025-12-31").rule == "within_rhythm"
    assert judge_one(register, "2026-01-01").rule == "rhythm_ended_unverified"


def test_a_rhythm_until_a_day_is_met_once_each_of_its_rounds_was_held() -> None:
    promise = COUNTED | {"recurrence": "FREQ=MONTHLY;INTERVAL=6;UNTIL=20230131"}
    register = make(promise, meetings("2022-07-07", "2023-01-09"))
    assert judge_one(register, "2022-12-31").rule == "within_rhythm"
    assert judge_one(register, "2023-02-01").rule == "rhythm_kept"


def test_a_due_date_ends_a_rhythm_too() -> None:
    register = make(RHYTHM | {"promised_on": "2022-01-01", "due": "2024"})
    days = due_days(register, date(2022, 1, 1), date(2050, 1, 1))
    assert days == [date(2023, 12, 31), date(2024, 12, 31)]


def test_meetings_held_before_the_promise_are_no_rounds_of_it() -> None:
    register = make(COUNTED, meetings("2019-05-05", "2020-05-05", "2021-05-05"))
    assert judge_one(register, "2022-06-01").status != "met"


def test_rounds_are_counted_from_the_last_one_that_the_promise_counts() -> None:
    promise = RHYTHM | {"recurrence": "FREQ=MONTHLY", "compilers": "A"}
    other = observation("2026-04-10", 1.0, compiler="B")
    register = make(promise, [*meetings("2026-01-10"), other])
    assert (
        judge_one(register, "2026-02-15").reason
        == "Last held 2026-01-10, the next is due by 2026-02-28."
    )
    assert due_days(register, date(2026, 2, 15), date(2026, 3, 31)) == [
        date(2026, 2, 28),
        date(2026, 3, 31),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"recurrence": "FREQ=YEARLY;UNTIL=20191231"},
        {"recurrence": "FREQ=MONTHLY;BYDAY=1MO;UNTIL=20200103"},
        {"recurrence": "FREQ=YEARLY;INTERVAL=300"},
        {"due": "2019-06-30"},
        {"measure": "flow", "due": "2020-06-30"},
    ],
)
def test_a_rule_without_a_round_before_its_end_is_refused(change: dict[str, str]) -> None:
    found = problems(make(RHYTHM | {"promised_on": "2020-01-02"} | change))
    assert any("has no round between the promise and its end" in text for text in found)


def test_the_packaged_rules_all_have_rounds() -> None:
    assert not [text for text in problems(read_packaged()) if "round" in text]


@pytest.mark.parametrize("measure", ["level", "flow"])
@pytest.mark.parametrize(
    ("as_of", "rule"), [("2025-01-01", "evidence_aged"), ("2028-06-01", "past_due_unverified")]
)
def test_a_figure_from_before_the_promise_does_not_meet_it(
    measure: str, as_of: str, rule: str
) -> None:
    promise = {"measure": measure, "promised_on": "2024-06-01", "due": "2027", "target": "600"}
    promise |= {"baseline": "470", "baseline_on": "2023"}
    register = make(promise, [observation("2019", 700.0, known_on="2020-02-01")])
    assert judge_one(register, as_of).rule == rule


def test_an_event_from_before_the_promise_does_not_meet_it() -> None:
    promise = {"measure": "event", "kind": "milestone", "promised_on": "2024-06-01", "due": "2027"}
    assert (
        judge_one(make(promise, [], [event("done", "2023-05-01")]), "2025-01-01").status
        == "not_yet_due"
    )
    assert judge_one(make(promise, [], [event("done", "2024")]), "2025-01-01").status == "met"


def test_a_duty_that_ends_within_a_year_promises_its_whole_years_only() -> None:
    register = make(
        DUTY | {"promised_on": "2021-06-01", "due": "2024-06-30"},
        [observation("2022", 10.0), observation("2023", 10.0)],
    )
    assert due_days(register, date(2021, 6, 1), date(2030, 1, 1)) == [
        date(2022, 12, 31),
        date(2023, 12, 31),
    ]
    assert judge_one(register, "2024-07-01").rule == "duty_kept"
