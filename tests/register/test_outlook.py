"""Chances of promises: worked by hand, on simulated promises, and on the packaged register."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf

from tests.register.examples import PROMISE, event, forecast, make, observation
from tests.register.test_status_rules import EVENT
from transcaspian.errors import NotFoundError
from transcaspian.register.outlook import (
    HORIZON,
    Outlook,
    find_outlooks,
    guess_of,
    look_around,
    outlook_of,
)
from transcaspian.register.outlook_score import quarter_days, score_outlooks
from transcaspian.register.progress import backtest_trend, local_trend
from transcaspian.register.read import read_packaged
from transcaspian.register.spells import Spell, clock
from transcaspian.register.survival import Guess, fit_curve

PLANNED = EVENT | {"promised_on": "2025-01-01", "due": "2027-01-01"}


def others(count: int, *, promised: str = "2020-01-01", due: str = "2022-01-01") -> list[dict]:
    return [
        PROMISE | EVENT | {"id": f"other{n}", "promised_on": promised, "due": due}
        for n in range(count)
    ]


def done(count: int, day: str) -> list[dict]:
    return [event("done", day) | {"commitment": f"other{n}"} for n in range(count)]


def look(as_of: str, name: str = "com", **tables: object) -> Outlook:
    register = make(**tables)  # type: ignore[arg-type]
    return outlook_of(look_around(register, date.fromisoformat(as_of)), name)


def test_the_curve_is_kaplan_and_meiers_on_an_example_by_hand() -> None:
    # 1 of 4 at 1, one leaves at 2, 1 of 2 at 3: 3/4, then 3/8.
    times, is_done = np.array([1.0, 2.0, 3.0, 5.0]), np.array([True, False, True, False])
    curve = fit_curve(times, is_done, np.ones(4))
    found = curve.open_at(np.array([0.5, 1.0, 2.5, 3.0, 9.0]))
    assert found == pytest.approx([1.0, 0.75, 0.75, 0.375, 0.375])
    assert (curve.quantile(0.5), curve.quantile(0.9)) == (3.0, None)


def test_the_curve_equals_that_of_another_program() -> None:
    random = np.random.default_rng(3)
    times = np.round(random.exponential(2.0, 200), 1) + 0.1
    is_done = random.random(200) < 0.6
    curve = fit_curve(times, is_done, np.ones(200))
    sample = CensoredData(uncensored=times[is_done], right=times[~is_done])
    other = ecdf(sample).sf
    assert curve.open_at(other.quantiles) == pytest.approx(other.probabilities)


def test_one_who_leaves_at_the_time_of_an_event_was_still_there() -> None:
    curve = fit_curve(np.array([1.0, 1.0]), np.array([True, False]), np.ones(2))
    assert curve.open_at(np.array([1.0])) == pytest.approx([0.5])


def test_without_anything_seen_the_curve_is_the_guess() -> None:
    guess = Guess(0.2, 4.0, 8.0)
    curve = fit_curve(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0), guess, 5.0)
    times = np.array([0.5, 1.0, 2.0, 5.0])
    assert curve.open_at(times) == pytest.approx(guess.survival(times), abs=0.01)


def test_much_that_was_seen_outweighs_the_guess() -> None:
    times = np.random.default_rng(1).uniform(0.0, 1.0, 5000)
    curve = fit_curve(times, np.ones(5000, dtype=bool), np.ones(5000), Guess(0.1, 1.0, 10.0), 5.0)
    assert float(curve.open_at(np.array([1.0]))[0]) < 0.02


def test_the_clock_shows_one_on_the_due_date_and_counts_short_promises_in_half_years() -> None:
    said, due = date(2025, 1, 1), date(2025, 1, 31)
    assert clock(said, due, due) == 1.0
    assert clock(said, due, due + timedelta(days=183)) == 2.0
    assert clock(said, date(2027, 1, 1), date(2029, 1, 1)) == pytest.approx(2.0, abs=0.01)


def test_missed_promises_lower_the_chance_of_the_next() -> None:
    kept = look(
        "2025-06-01", promise=PLANNED, commitments=others(6), evidence=done(6, "2021-12-01")
    )
    not_done = [
        event("not_done", "2024-12-01") | {"commitment": f"other{number}"} for number in range(6)
    ]
    missed = look("2025-06-01", promise=PLANNED, commitments=others(6), evidence=not_done)
    assert kept.by_due is not None
    assert missed.by_due is not None
    assert kept.by_due > 0.5 > 0.15 > missed.by_due


def test_a_promise_that_nobody_looked_at_again_says_nothing() -> None:
    followed = look("2025-06-01", promise=PLANNED, commitments=others(6))
    assert followed.answer == "not enough data"


def test_chances_rise_by_year_and_a_date_range_is_in_order() -> None:
    for outlook in find_outlooks(read_packaged().public(), date(2026, 11, 30)):
        chances = list(outlook.by_year.values())
        assert chances == sorted(chances)
        assert all(0.0 <= chance <= 1.0 for chance in chances)
        days = [day or HORIZON for day in outlook.dates]
        assert days == sorted(days)
        assert all(day >= date(2026, 11, 30) for day in days)


def test_a_passed_date_has_no_chance_left() -> None:
    found = look(
        "2027-06-01", promise=PLANNED, commitments=others(6), evidence=done(6, "2024-01-01")
    )
    assert found.by_due == 0.0
    assert found.within_year is not None
    assert found.within_year > 0.2


def test_the_newest_date_that_has_not_passed_is_in_force() -> None:
    said = [forecast("2025-03-01", "2029-01-01", "Railway"), forecast("2025-04-01", "2025-05-01")]
    found = look("2025-06-01", promise=PLANNED, forecasts=said)
    assert (found.due, found.office) == (date(2029, 1, 1), "Railway")


def test_two_offices_with_two_dates_are_two_dates_and_no_slip() -> None:
    said = [forecast("2025-01-01", "2026-01-01", "A"), forecast("2025-01-01", "2030-01-01", "B")]
    register = make(promise=PLANNED, forecasts=said, evidence=[event("searched", "2027-01-01")])
    spells = look_around(register, date(2027, 1, 1)).spells
    times = {spell.office: round(spell.time, 2) for spell in spells if spell.office in "AB"}
    assert times == {"A": 2.0, "B": 0.4}


def test_a_level_that_rises_steadily_is_reached_about_when_its_line_says() -> None:
    rows = [observation(f"{year}-12-31", year - 2018.0) for year in range(2020, 2026)]
    found = look("2026-01-15", observations=rows)
    middle = found.dates[1]
    assert found.answer == "progress alone"
    assert middle is not None
    assert abs((middle - date(2028, 12, 31)).days) < 500  # 7 in 2025, one a year, to 10


def test_a_pace_never_gives_a_day_in_the_past_and_says_why() -> None:
    rows = [observation("2020-12-31", 2.0), observation("2021-12-31", 6.0)]
    (pace,) = look("2026-01-15", observations=rows).paces
    assert pace.reached_on is None
    assert "would have been reached on 2022-12-31" in pace.why


def test_a_figure_that_falls_away_from_its_target_says_so() -> None:
    rows = [observation("2024-12-31", 7.0), observation("2025-12-31", 6.0)]
    (pace,) = look("2026-01-15", observations=rows).paces
    assert pace.reached_on is None
    assert "does not move towards" in pace.why


def test_figures_of_different_compilers_are_never_one_series() -> None:
    rows = [
        observation("2024-12-31", 7.0),
        observation("2025-12-31", 9.0, compiler="B"),
    ]
    assert look("2026-01-15", observations=rows, promise={"compilers": ""}).paces == ()


def test_a_long_series_that_ended_gives_way_to_a_current_one() -> None:
    rows = [observation(f"{year}-12-31", year - 2018.0) for year in range(2020, 2025)]
    rows += [observation(f"{year}-12-31", year - 2020.0, compiler="B") for year in (2024, 2025)]
    (pace,) = look("2026-01-15", observations=rows, promise={"compilers": "A;B"}).paces
    assert pace.last == date(2025, 12, 31)


def test_a_year_that_is_stretched_from_a_part_says_so() -> None:
    rows = [
        observation(str(year), year - 2018.0, known_on=f"{year + 1}-01-10")
        for year in range(2020, 2025)
    ]
    rows.append(observation("2025-M01-10", 5.0, kind="ytd", known_on="2025-11-20"))
    found = look("2026-01-15", observations=rows, promise={"measure": "flow"})
    assert "last 6.003 Mt (part of the year, stretched to it)" in found.basis


def test_the_trend_of_a_line_is_the_line_and_one_wild_figure_changes_little() -> None:
    years, values = np.arange(2010.0, 2022.0), 3.0 * np.arange(12.0)
    assert local_trend(years, values) == pytest.approx((3.0, 33.0))
    wild = values.copy()
    wild[6] += 100.0
    slope, level = local_trend(years, wild)
    assert (slope, level) == (pytest.approx(3.0, abs=0.5), pytest.approx(33.0, abs=1.0))


def test_eight_figures_of_one_compiler_bring_a_trend_that_was_tried_on_them() -> None:
    values = [1.0, 1.6, 1.7, 5.0, 2.6, 3.2, 3.4, 4.1, 4.4]
    rows = [
        observation(str(2017 + number), value, known_on=f"{2018 + number}-01-10")
        for number, value in enumerate(values)
    ]
    found = look("2026-02-01", observations=rows, promise={"measure": "flow"})
    trend, pace = backtest_trend(np.arange(9.0), np.log(values))
    assert found.method == ("trend" if trend @ trend < pace @ pace else "pace")
    assert look("2026-02-01", observations=rows[:7], promise={"measure": "flow"}).method == "pace"


def test_a_duty_without_figures_has_not_enough_data() -> None:
    duty = {"kind": "recurring", "measure": "flow", "due": ""}
    assert look("2026-01-15", promise=duty).answer == "not enough data"


@pytest.mark.parametrize(
    ("measure", "heard", "answer"),
    [
        ("event", "started", "class alone"),
        ("event", "", "not enough data"),
        ("flow", "started", "not enough data"),
    ],
)
def test_a_promise_without_date_figure_and_news_has_not_enough_data(
    measure: str, heard: str, answer: str
) -> None:
    found = look(
        "2025-06-01",
        promise=PLANNED | {"due": "", "measure": measure},
        commitments=others(6),
        evidence=[*done(6, "2024-01-01"), *([event(heard, "2025-03-01")] if heard else [])],
    )
    assert found.answer == answer
    assert found.basis


def test_a_key_that_is_no_promise_is_refused() -> None:
    with pytest.raises(NotFoundError, match="No promise 'com-x'"):
        look("2026-01-15", name="com-x")


def test_a_promise_that_was_met_is_decided() -> None:
    found = look("2028-01-01", promise=PLANNED, evidence=[event("done", "2027-06-01")])
    assert (found.answer, found.by_due) == ("decided", 0.0)
    found = look("2028-01-01", promise=PLANNED, evidence=[event("done", "2026-06-01")])
    assert (found.answer, found.by_due) == ("decided", 1.0)


def simulated(random: np.random.Generator, count: int) -> list[tuple[date, date, date]]:
    """Return day of saying, due date and day of fulfilment of promises like those of officials."""
    said = [date(2010, 1, 1) + timedelta(days=int(day)) for day in random.integers(0, 3000, count)]
    given = random.integers(300, 1500, count)
    times = np.exp(random.normal(0.35, 0.45, count))
    return [
        (day, day + timedelta(days=int(g)), day + timedelta(days=round(g * time)))
        for day, g, time in zip(said, given, times, strict=True)
    ]


def test_of_simulated_promises_eight_in_ten_end_within_their_range() -> None:
    random = np.random.default_rng(7)
    today = date(2018, 6, 30)
    known = [
        Spell(f"p{n}", "milestone", "A", said, due, min(end, today), end <= today)
        for n, (said, due, end) in enumerate(simulated(random, 300))
        if said < today
    ]
    times = np.array([spell.time for spell in known])
    curve = fit_curve(
        times,
        np.array([spell.is_done for spell in known]),
        np.ones(len(known)),
        guess_of(known),
        5.0,
    )
    assert 0.2 < np.mean([not spell.is_done for spell in known]) < 0.9
    inside = []
    for said, due, end in simulated(random, 1500):
        now = clock(said, due, said + timedelta(days=200))
        ended = clock(said, due, end)
        if ended > now:
            chance = float(curve.done_by(np.array([ended]), now)[0])
            inside.append(0.1 <= chance <= 0.9)
    assert 0.75 <= np.mean(inside) <= 0.85


def test_of_simulated_figures_eight_in_ten_targets_are_reached_within_their_range() -> None:
    random = np.random.default_rng(11)
    inside = []
    for _ in range(150):
        values = 1.0 + np.cumsum(0.5 + 0.15 * random.standard_normal(60))
        rows = [observation(f"{2010 + n}-12-31", float(values[n])) for n in range(7)]
        if values[:7].max() >= 10.0 or values[:7].min() <= 0.0:
            continue
        promise = {"measure": "steps", "promised_on": "2009-01-01"}
        found = look("2017-01-01", observations=rows, promise=promise)
        reached = date(2010 + int(np.argmax(values >= 10.0)), 12, 31)
        first, _, last = found.dates
        assert first is not None
        inside.append(first - timedelta(days=366) <= reached <= (last or HORIZON))
    assert 0.75 <= np.mean(inside) <= 0.95  # a year's figures say when only to the year


@pytest.mark.parametrize("day", ["1999-06-01", "2018-06-30", "2035-01-01", "2150-01-01"])
def test_any_day_has_outlooks_that_can_be_read(day: str) -> None:
    for outlook in find_outlooks(read_packaged(), date.fromisoformat(day)):
        assert all(0.0 <= chance <= 1.0 for chance in outlook.by_year.values())
        assert outlook.basis
        assert outlook.answer != "decided"


def test_a_figure_that_shall_fall_is_reached_when_it_has_fallen() -> None:
    rows = [observation(f"{year}-12-31", 2040.0 - year) for year in range(2020, 2026)]
    found = look("2026-01-15", observations=rows, promise={"direction": "down", "baseline": "20"})
    middle = found.dates[1]
    assert middle is not None
    assert 2028 <= middle.year <= 2034  # 15 in 2025, one a year less, to 10


@pytest.mark.parametrize("values", [[0.0, 0.0], [-1.0, -2.0, -3.0], [0.0, 5.0, 0.0, 0.0]])
def test_figures_without_a_scale_of_growth_give_no_chance_and_no_error(values: list[float]) -> None:
    rows = [observation(f"{2020 + n}-12-31", value) for n, value in enumerate(values)]
    assert look("2026-01-15", observations=rows).answer == "not enough data"


def test_past_quarter_days_end_before_the_day() -> None:
    assert quarter_days(date(2025, 2, 1), date(2025, 9, 30)) == [
        date(2025, 3, 31),
        date(2025, 6, 30),
    ]


def test_the_score_of_a_promise_kept_in_time_counts_each_quarter_day_once() -> None:
    register = make(
        promise=PLANNED,
        commitments=others(6),
        evidence=[*done(6, "2024-01-01"), event("done", "2026-06-01")],
    )
    by_date = score_outlooks(register, date(2027, 6, 1))[0]
    # Open on five quarter days, March 2025 to March 2026; of the others nothing was known in time.
    assert (by_date.cases, by_date.met, by_date.promises) == (5, 5, 1)
    assert by_date.brier["official date"] == 0.0
    assert 0.0 < by_date.brier["outlook"] < 1.0


def test_no_outlook_of_a_past_day_knows_what_came_later() -> None:
    rows = {"promise": PLANNED, "commitments": others(6), "evidence": done(6, "2024-01-01")}
    later = [event("done", "2026-06-01")]
    before = look("2025-06-01", **rows)
    rows["evidence"] = [*rows["evidence"], *later]
    assert look("2025-06-01", **rows).as_dict() == before.as_dict()


def test_the_page_prints_the_scores_of_the_packaged_register() -> None:
    page = Path(__file__).parents[2] / "docs" / "methods" / "outlook.md"
    text = page.read_text(encoding="utf-8")
    for score in score_outlooks(read_packaged().public(), date(2026, 11, 30)):
        numbers = " | ".join(f"{value:.3f}" for value in score.brier.values())
        assert f"| {score.question} | {numbers} |" in text
        assert score.cases >= 20
        assert score.brier["outlook"] < 0.2 * score.brier["official date"]


def test_the_headline_promises_are_judged_by_what_is_known_of_them() -> None:
    around = look_around(read_packaged().public(), date(2026, 11, 30))
    railway = outlook_of(around, "com-zang-az-2026")
    assert railway.by_due is not None
    assert railway.by_due < 0.05  # 70 % done in February, nine points a year
    assert outlook_of(around, "com-alem-people").answer == "not enough data"
    assert outlook_of(around, "com-titr-52-2025").answer == "decided"
