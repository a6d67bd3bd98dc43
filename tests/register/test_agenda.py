from datetime import date

from tests.register.examples import forecast, make, observation
from tests.register.test_status_rules import DUTY, EVENT, RHYTHM
from transcaspian.register.agenda import DueItem, find_due, quarter_of
from transcaspian.register.read import read_packaged
from transcaspian.register.tables import Register


def due(register: Register, as_of: str, first: str, last: str) -> list[DueItem]:
    return find_due(register, *(date.fromisoformat(day) for day in (as_of, first, last)))


def test_a_quarter_runs_from_its_first_to_its_last_day() -> None:
    assert quarter_of(date(2026, 5, 9)) == (date(2026, 4, 1), date(2026, 6, 30))
    assert quarter_of(date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 31))


def test_a_promise_falls_due_on_its_last_day() -> None:
    register = make(EVENT | {"due": "mid 2026"})
    assert [item.day for item in due(register, "2026-01-01", "2026-06-30", "2026-06-30")] == [
        date(2026, 6, 30)
    ]
    assert due(register, "2026-01-01", "2026-07-01", "2026-12-31") == []


def test_a_yearly_duty_falls_due_at_every_end_of_year_until_its_own() -> None:
    register = make(DUTY | {"due": "2027"}, [observation("2025", 10.0, known_on="2026-02-01")])
    days = [item.day.year for item in due(register, "2026-03-01", "2026-01-01", "2030-12-31")]
    assert days == [2026, 2027]


def test_a_counted_duty_ends_after_so_many_years() -> None:
    register = make(DUTY | {"promised_on": "2024-10-01", "recurrence": "FREQ=YEARLY;COUNT=2"})
    days = [item.day.year for item in due(register, "2025-03-01", "2025-01-01", "2030-12-31")]
    assert days == [2025, 2026]


def test_a_monthly_duty_falls_due_on_the_last_day_of_each_month() -> None:
    register = make(DUTY | {"recurrence": "FREQ=MONTHLY"})
    days = [item.day for item in due(register, "2026-01-15", "2026-01-01", "2026-03-31")]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


def test_the_next_rounds_are_counted_from_the_last_one_held() -> None:
    register = make(
        RHYTHM | {"recurrence": "FREQ=MONTHLY;INTERVAL=18"}, [observation("2025-10-21", 1.0)]
    )
    days = [item.day for item in due(register, "2026-01-15", "2026-01-01", "2029-12-31")]
    assert days == [date(2027, 4, 30), date(2028, 10, 31)]


def test_a_moved_date_is_listed_beside_the_promised_one() -> None:
    register = make(EVENT | {"due": "mid 2026"}, forecasts=[forecast("2025-12-01", "2026")])
    items = due(register, "2026-01-01", "2026-01-01", "2026-12-31")
    assert [(item.day, item.kind, item.promised) for item in items] == [
        (date(2026, 6, 30), "promised", None),
        (date(2026, 12, 31), "in_force", date(2026, 6, 30)),
    ]
    assert [item.kind for item in due(register, "2025-11-30", "2026-01-01", "2026-12-31")] == [
        "due"
    ]


def test_the_railway_moved_to_the_end_of_2026_is_due_in_its_last_quarter_and_late() -> None:
    items = due(read_packaged(), "2026-11-30", "2026-10-01", "2026-12-31")
    (railway,) = [item for item in items if item.id == "com-zang-az-2026"]
    assert (railway.day, railway.status) == (date(2026, 12, 31), "late")
    assert railway.promised == date(2026, 6, 30)


def test_what_is_done_or_missed_is_not_on_the_agenda() -> None:
    names = {item.id for item in due(read_packaged(), "2026-04-30", "2000-01-01", "2035-12-31")}
    assert not names & {"com-kurmangazy", "com-titr-52-2025", "com-trade-1bn-2022"}


def test_the_second_quarter_of_2026_holds_what_the_data_say() -> None:
    names = {item.id for item in due(read_packaged(), "2026-04-30", "2026-04-01", "2026-06-30")}
    assert names == {
        "com-tripp-agree",
        "com-zang-az-2026",
        "com-am-transit",
        "com-uscharter-lists",
    }


def test_an_instrument_that_ends_is_on_the_agenda() -> None:
    items = due(read_packaged(), "2026-04-30", "2026-12-31", "2026-12-31")
    assert "ins-2022-programme" in {item.id for item in items}
