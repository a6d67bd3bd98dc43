"""One promise at a time, solved by hand; each test fires one rule of the engine."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.register.examples import PROMISE, TAIL, event, forecast, judge_one, make, observation

EVENT = {
    "measure": "event",
    "target": "",
    "unit": "",
    "direction": "",
    "baseline": "",
    "baseline_on": "",
    "indicator": "",
    "compilers": "",
}
FLOW = {"measure": "flow"}
DUTY = {
    "measure": "flow",
    "kind": "recurring",
    "due": "",
    "recurrence": "FREQ=YEARLY",
    "baseline": "",
    "baseline_on": "",
}
RHYTHM = {
    "measure": "rhythm",
    "kind": "recurring",
    "due": "",
    "recurrence": "FREQ=YEARLY",
    "target": "",
    "baseline": "",
    "baseline_on": "",
}


def test_a_level_half_way_in_time_and_value_is_on_track() -> None:
    # Baseline 0 at the end of 2020, target 10 at the end of 2030: 5 at the end of 2025.
    found = judge_one(make(observations=[observation("2025-12-31", 5.0)]), "2026-01-15")
    assert (found.status, found.rule, found.expected) == (
        "on_track",
        "on_path",
        pytest.approx(5.0, abs=0.01),
    )


def test_a_level_clearly_behind_the_line_is_at_risk() -> None:
    found = judge_one(make(observations=[observation("2025-12-31", 4.0)]), "2026-01-15")
    assert (found.status, found.rule) == ("at_risk", "below_path")


def test_a_twentieth_behind_the_line_still_counts_as_on_track() -> None:
    assert (
        judge_one(make(observations=[observation("2025-12-31", 4.76)]), "2026-01-15").status
        == "on_track"
    )
    assert (
        judge_one(make(observations=[observation("2025-12-31", 4.74)]), "2026-01-15").status
        == "at_risk"
    )


def test_a_compound_path_asks_for_less_in_the_middle_than_a_straight_one() -> None:
    # From 1 to 16 in ten years: half way is 4 by growth and 8.5 by the line.
    promise = {"baseline": "1", "target": "16", "path": "compound"}
    found = judge_one(make(promise, [observation("2025-12-31", 4.0)]), "2026-01-15")
    assert (found.status, found.expected) == ("on_track", pytest.approx(4.0, abs=0.01))
    assert (
        judge_one(
            make(promise | {"path": "linear"}, [observation("2025-12-31", 4.0)]), "2026-01-15"
        ).status
        == "at_risk"
    )


def test_a_falling_target_is_on_track_when_the_value_falls_fast_enough() -> None:
    # 30 days down to 10: half way is 20.
    promise = {"direction": "down", "baseline": "30", "target": "10"}
    assert (
        judge_one(make(promise, [observation("2025-12-31", 20.0)]), "2026-01-15").status
        == "on_track"
    )
    assert (
        judge_one(make(promise, [observation("2025-12-31", 25.0)]), "2026-01-15").status
        == "at_risk"
    )
    assert judge_one(make(promise, [observation("2025-12-31", 9.0)]), "2026-01-15").status == "met"


def test_a_value_on_the_wrong_side_of_the_baseline_is_at_risk() -> None:
    promise = {"baseline": "4", "baseline_on": "2024-12-31"}
    assert (
        judge_one(make(promise, [observation("2025-12-31", 3.0)]), "2026-01-15").rule
        == "below_path"
    )


def test_the_age_of_a_figure_decides_between_a_verdict_and_unknown() -> None:
    register = make(observations=[observation("2024-12-31", 4.0)])
    assert judge_one(register, "2026-07-02").rule == "on_path"  # 548 days
    assert judge_one(register, "2026-07-03").rule == "evidence_aged"


def test_monthly_figures_age_faster_than_yearly_ones() -> None:
    register = make(
        observations=[observation("2025-12-31", 5.0)], indicator={"frequency": "monthly"}
    )
    assert judge_one(register, "2026-04-30").status == "on_track"
    assert judge_one(register, "2026-05-01").status == "unknown"


def test_a_promise_without_baseline_is_not_measured_against_a_path() -> None:
    promise = {"baseline": "", "baseline_on": ""}
    assert (
        judge_one(make(promise, [observation("2025-12-31", 5.0)]), "2026-01-15").rule
        == "baseline_missing"
    )


def test_a_baseline_that_lies_ahead_of_the_day_is_not_known_yet() -> None:
    assert (
        judge_one(
            make({"baseline_on": "2025-12-31"}, [observation("2024-12-31", 3.0)]), "2025-06-01"
        ).status
        == "no_baseline"
    )


def test_a_measured_promise_without_any_figure_has_no_evidence() -> None:
    assert judge_one(make(), "2026-01-15").rule == "no_observation"


def test_plans_and_announcements_are_no_evidence() -> None:
    rows = [
        observation("2025", 12.0, kind=kind)
        for kind in ("plan", "forecast", "announced", "estimate", "model")
    ]
    assert judge_one(make(observations=rows), "2026-01-15").status == "no_evidence"


def test_a_figure_counts_only_from_the_day_it_was_published() -> None:
    register = make(observations=[observation("2024-12-31", 10.0, known_on="2025-03-10")])
    assert judge_one(register, "2025-03-09").status == "no_evidence"
    assert judge_one(register, "2025-03-10").status == "met"


def test_a_vaguely_dated_page_counts_from_the_last_day_it_can_be_from() -> None:
    register = make(observations=[observation("2024-12-31", 10.0, known_on="2025")])
    assert judge_one(register, "2025-12-30").status == "no_evidence"
    assert judge_one(register, "2025-12-31").status == "met"


def test_a_revised_figure_replaces_the_old_one_from_its_publication_on() -> None:
    rows = [
        observation("2024", 10.0, known_on="2025-03-01"),
        observation("2024", 4.0, known_on="2025-09-01"),
    ]
    register = make(observations=rows)
    assert judge_one(register, "2025-08-31").status == "met"
    assert judge_one(register, "2025-09-01").rule == "on_path"


def test_a_level_reached_after_the_due_date_is_met_late() -> None:
    rows = [observation("2030-12-31", 8.0), observation("2031-06-30", 10.0)]
    assert judge_one(make(observations=rows), "2031-02-01").rule == "below_target_after_due"
    assert judge_one(make(observations=rows), "2031-07-01").rule == "target_reached_late"


def test_a_level_that_fell_again_before_the_due_date_is_not_met() -> None:
    rows = [observation("2024-12-31", 10.0), observation("2025-12-31", 4.0)]
    assert judge_one(make(observations=rows), "2026-01-15").status == "at_risk"


def test_a_level_that_fell_after_the_due_date_stays_met() -> None:
    rows = [observation("2030-12-31", 10.0), observation("2031-12-31", 4.0)]
    assert judge_one(make(observations=rows), "2032-01-15").rule == "target_reached"


def test_a_passed_date_without_later_evidence_is_unknown_not_late() -> None:
    found = judge_one(make(observations=[observation("2030-06-30", 8.0)]), "2031-01-15")
    assert (found.status, found.rule) == ("unknown", "past_due_unverified")


def test_lateness_that_a_figure_showed_does_not_age() -> None:
    register = make(observations=[observation("2030-12-31", 8.0)])
    assert judge_one(register, "2031-01-15").status == "late"
    assert judge_one(register, "2033-01-15").rule == "below_target_after_due"


def test_a_year_that_fell_short_of_its_own_target_is_missed_for_good() -> None:
    register = make(
        FLOW,
        [
            observation("2029", 7.0, known_on="2030-03-01"),
            observation("2030", 8.0, known_on="2031-03-01"),
            observation("2031", 12.0, known_on="2032-03-01"),
        ],
    )
    assert judge_one(register, "2031-01-15").status == "unknown"
    assert judge_one(register, "2031-03-01").rule == "due_period_below_target"
    assert judge_one(register, "2040-01-01").status == "missed"


def test_a_yearly_target_can_be_reached_within_the_year() -> None:
    register = make(FLOW, [observation("2026-M01-10", 10.0, kind="ytd", known_on="2026-11-20")])
    assert judge_one(register, "2026-11-20").rule == "target_reached"


def test_a_year_to_date_is_stretched_to_the_year_and_compared_with_the_path() -> None:
    # 181 of 365 days at 2.9 make 5.85; the path asks for 6 at the end of 2026.
    rows = [
        observation("2025", 5.0, known_on="2026-02-01"),
        observation("2026-H1", 2.9, kind="ytd", known_on="2026-07-20"),
    ]
    found = judge_one(make(FLOW, rows), "2026-08-01")
    assert (found.rule, found.value) == ("pace_of_year_on_path", pytest.approx(2.9 * 365 / 181))
    rows[1]["value"] = "2.0"
    assert judge_one(make(FLOW, rows), "2026-08-01").rule == "pace_of_year_below_path"


def test_two_months_are_too_little_to_stretch_to_a_year() -> None:
    rows = [
        observation("2025", 5.0, known_on="2026-02-01"),
        observation("2026-M01-02", 0.1, kind="ytd", known_on="2026-03-20"),
    ]
    assert judge_one(make(FLOW, rows), "2026-04-01").rule == "on_path"


def test_numbered_steps_are_measured_like_a_level() -> None:
    promise = {"measure": "steps", "target": "5", "baseline": "1"}
    assert (
        judge_one(make(promise, [observation("2025-12-31", 3.0)]), "2026-01-15").rule == "on_path"
    )


def test_series_of_two_compilers_are_never_joined() -> None:
    # A's old value and B's new one would give a rising line; A alone is too old.
    rows = [observation("2023-12-31", 3.0), observation("2025-12-31", 5.0, compiler="B")]
    assert judge_one(make(observations=rows), "2026-01-15").rule == "evidence_aged"
    found = judge_one(make({"compilers": "A;B"}, rows), "2026-01-15")
    assert (found.rule, found.value) == ("on_path", 5.0)


def test_the_first_named_compiler_decides_where_both_are_fresh() -> None:
    rows = [observation("2025-12-31", 5.0), observation("2025-12-31", 1.0, compiler="B")]
    assert judge_one(make({"compilers": "A;B"}, rows), "2026-01-15").status == "on_track"
    assert judge_one(make({"compilers": "B;A"}, rows), "2026-01-15").status == "at_risk"


def test_compilers_that_contradict_each_other_leave_the_status_unknown() -> None:
    rows = [observation("2025-12-31", 5.0), observation("2025-12-31", 1.0, compiler="B")]
    found = judge_one(make({"compilers": ""}, rows), "2026-01-15")
    assert (found.status, found.rule, len(found.evidence)) == ("unknown", "compilers_disagree", 2)


def test_compilers_that_lead_to_the_same_status_need_not_be_chosen() -> None:
    rows = [observation("2025-12-31", 5.0), observation("2025-12-31", 5.2, compiler="B")]
    assert judge_one(make({"compilers": ""}, rows), "2026-01-15").status == "on_track"


def test_figures_of_a_part_do_not_count_for_the_whole() -> None:
    rows = [observation("2025-12-31", 5.0, scope="rail only")]
    assert judge_one(make(observations=rows), "2026-01-15").status == "no_evidence"
    assert judge_one(make({"scope": "rail only"}, rows), "2026-01-15").status == "on_track"


def test_the_pace_before_the_baseline_speaks_where_nothing_is_newer() -> None:
    # 3 to 4 in the year before; from 4 to 10 in five years needs 1.2 a year.
    promise = {"baseline": "4", "baseline_on": "2025-12-31"}
    rows = [observation("2024-12-31", 3.0), observation("2025-12-31", 4.0)]
    assert judge_one(make(promise, rows), "2026-01-15").rule == "pace_before_baseline_too_slow"
    rows[0]["value"] = "2.5"
    assert judge_one(make(promise, rows), "2026-01-15").rule == "pace_before_baseline_enough"
    assert judge_one(make(promise, rows[1:]), "2026-01-15").rule == "only_baseline_known"


def test_an_event_done_in_time_is_met() -> None:
    assert (
        judge_one(make(EVENT, evidence=[event("done", "2030-12-31")]), "2031-01-15").rule
        == "met_on_time"
    )


def test_an_event_done_after_the_date_is_met_late() -> None:
    assert (
        judge_one(make(EVENT, evidence=[event("done", "2031-01-01")]), "2031-01-15").rule
        == "met_late"
    )


def test_an_event_done_without_a_date_is_met() -> None:
    assert (
        judge_one(
            make(EVENT | {"due": ""}, evidence=[event("done", "2025-01-01")]), "2026-01-15"
        ).rule
        == "met_without_date"
    )


def test_an_event_that_is_to_come_is_not_yet_due_up_to_its_last_day() -> None:
    register = make(EVENT | {"due": "mid 2026"})
    assert judge_one(register, "2026-06-30").rule == "event_not_due"
    assert judge_one(register, "2026-07-01").rule == "past_due_no_evidence"


def test_an_event_whose_work_stopped_is_at_risk() -> None:
    rows = [event("started", "2024-01-01"), event("halted", "2025-08-01")]
    assert judge_one(make(EVENT, evidence=rows), "2026-01-15").rule == "work_halted"


def test_an_event_reported_as_not_done_after_its_date_is_late() -> None:
    assert (
        judge_one(make(EVENT, evidence=[event("not_done", "2031-02-01")]), "2031-02-02").rule
        == "not_done_after_due"
    )


def test_a_start_long_before_the_date_does_not_show_the_end() -> None:
    assert (
        judge_one(make(EVENT, evidence=[event("started", "2029-01-01")]), "2031-02-02").rule
        == "past_due_unverified"
    )


def test_a_search_that_found_nothing_is_no_report() -> None:
    searched = [event("searched", "2031-02-01")]
    assert judge_one(make(EVENT, evidence=searched), "2031-02-02").rule == "past_due_no_evidence"
    assert judge_one(make(DUTY, evidence=searched), "2031-02-02").rule == "duty_without_evidence"


def test_a_promise_without_date_is_not_late() -> None:
    assert (
        judge_one(make({"due": ""}, [observation("2025-12-31", 1.0)]), "2026-01-15").rule
        == "no_due_date"
    )


def test_a_date_moved_by_its_office_puts_a_promise_at_risk_before_its_date() -> None:
    register = make(
        EVENT, forecasts=[forecast("2025-05-01", "2030"), forecast("2025-11-01", "2032")]
    )
    assert judge_one(register, "2025-10-31").rule == "event_not_due"
    assert judge_one(register, "2025-11-01").rule == "announced_after_due"


def test_a_date_moved_past_today_shows_that_a_passed_one_was_not_kept() -> None:
    register = make(EVENT, forecasts=[forecast("2030-11-01", "2032")])
    assert judge_one(register, "2030-12-31").rule == "announced_after_due"
    assert judge_one(register, "2031-01-15").rule == "owner_moved_date"


def test_lateness_stays_when_the_statement_is_old_and_when_the_moved_date_has_passed() -> None:
    register = make(EVENT, forecasts=[forecast("2030-11-01", "2032")])
    assert judge_one(register, "2031-11-02").rule == "owner_moved_date"  # said 366 days before
    after = judge_one(register, "2034-01-01")
    assert (after.status, after.rule) == ("late", "owner_moved_date")
    assert "passed too" in after.reason


def test_a_late_promise_that_is_done_after_its_moved_date_is_met_late() -> None:
    done = [event("done", "2033-05-01")]
    register = make(EVENT, evidence=done, forecasts=[forecast("2030-11-01", "2032")])
    assert judge_one(register, "2033-04-30").status == "late"
    assert judge_one(register, "2033-05-01").rule == "met_late"


def test_an_announced_delay_counts_where_the_figures_are_too_old() -> None:
    rows = [observation("2025-12-31", 5.0)]
    assert judge_one(make(observations=rows), "2028-01-01").rule == "evidence_aged"
    moved = make(observations=rows, forecasts=[forecast("2026-05-01", "2032")])
    found = judge_one(moved, "2028-01-01")
    assert (found.status, found.rule, found.value) == ("at_risk", "announced_after_due", 5.0)


def test_a_date_taken_back_to_the_promised_one_is_no_delay() -> None:
    said = [forecast("2025-05-01", "2032"), forecast("2025-11-01", "2030")]
    register = make(EVENT, forecasts=said)
    assert judge_one(register, "2025-10-31").rule == "announced_after_due"
    assert judge_one(register, "2026-01-01").rule == "event_not_due"


def test_a_date_for_a_first_stage_is_no_date_of_the_whole() -> None:
    part = forecast("2026-05-01", "2032") | {"value": "4", "unit": "Mt"}
    register = make({"baseline": ""}, forecasts=[part])
    assert judge_one(register, "2026-06-01").in_force == judge_one(register, "2026-06-01").due
    whole = make({"baseline": ""}, forecasts=[part | {"value": "10"}])
    assert judge_one(whole, "2026-06-01").rule == "announced_after_due"


def test_what_was_said_before_the_present_wording_does_not_move_it() -> None:
    promise = EVENT | {"promised_on": "2025-01-01", "due": "2026-06-30"}
    register = make(promise, forecasts=[forecast("2024-05-01", "2027")])
    assert judge_one(register, "2025-06-01").rule == "event_not_due"
    assert judge_one(register, "2026-07-01").rule == "past_due_no_evidence"


BODIES = [
    {
        "id": "body-top",
        "short": "TOP",
        "name": "Ministry of Roads of Kazakhstan",
        "kind": "ministry",
    },
    {
        "id": "body-rail",
        "short": "RAIL",
        "name": "Railways",
        "kind": "company",
        "parent": "body-top",
    },
]


@pytest.mark.parametrize(
    ("office", "in_force"),
    [
        ("RAIL", "2032-12-31"),
        ("Railways", "2032-12-31"),
        ("Ministry of Roads of Kazakhstan", "2032-12-31"),
        ("Ministry of Roads of KZ", "2032-12-31"),
        ("Railways and a bank", "2032-12-31"),
        ("A newspaper", "2031-12-31"),
    ],
)
def test_the_date_in_force_is_the_last_word_of_who_answers_for_the_promise(
    office: str, in_force: str
) -> None:
    bodies = [body | {"countries": "KZ"} | TAIL for body in BODIES]
    said = [forecast("2025-05-01", "2031", "Railways"), forecast("2025-11-01", "2032", office)]
    register = make(EVENT | {"owner": "body-rail"}, forecasts=said, bodies=bodies)
    found = judge_one(register, "2026-01-01")
    assert found.in_force is not None
    assert found.in_force.last.isoformat() == in_force
    assert found.status == "at_risk"


def test_before_its_present_wording_a_promise_is_the_first_date_ever_given() -> None:
    promise = EVENT | {"promised_on": "2025-01-01", "due": "2030-12-31"}
    register = make(
        promise, forecasts=[forecast("2020-05-01", "2022"), forecast("2022-05-01", "2024")]
    )
    assert judge_one(register, "2021-06-01").due == judge_one(register, "2023-01-01").due
    assert judge_one(register, "2023-01-01").rule == "owner_moved_date"
    assert judge_one(register, "2025-01-01").rule == "event_not_due"


def test_a_replaced_promise_is_superseded_from_that_day_on() -> None:
    newer = PROMISE | {"id": "newer", "promised_on": "2025-06-01"}
    link = {
        "subject": "newer",
        "relation": "supersedes",
        "object": "com",
        **TAIL,
        "known_on": "2025-06-01",
    }
    register = make(EVENT, commitments=[newer], links=[link])
    assert judge_one(register, "2025-05-31").status == "not_yet_due"
    assert judge_one(register, "2025-06-01").rule == "superseded_by_newer"


def test_a_yearly_duty_kept_in_its_last_year_is_on_track() -> None:
    assert (
        judge_one(make(DUTY, [observation("2025", 10.0, known_on="2026-02-01")]), "2026-03-01").rule
        == "duty_kept_so_far"
    )


def test_a_yearly_duty_that_fell_short_is_at_risk() -> None:
    assert (
        judge_one(make(DUTY, [observation("2025", 9.0, known_on="2026-02-01")]), "2026-03-01").rule
        == "duty_period_short"
    )


def test_a_yearly_duty_is_judged_by_the_pace_of_the_year_under_way() -> None:
    rows = [observation("2026-Q1", 2.0, known_on="2026-04-15")]
    assert judge_one(make(DUTY, rows), "2026-04-20").rule == "duty_pace_too_slow"
    rows[0]["value"] = "2.5"
    assert judge_one(make(DUTY, rows), "2026-04-20").rule == "duty_pace_enough"


def test_a_duty_that_ended_is_kept_only_if_every_year_was() -> None:
    promise = DUTY | {"promised_on": "2023-06-01", "recurrence": "FREQ=YEARLY;COUNT=2"}
    years = [
        observation("2024", 10.0, known_on="2025-02-01"),
        observation("2025", 11.0, known_on="2026-02-01"),
    ]
    assert judge_one(make(promise, years), "2026-03-01").rule == "duty_kept"
    assert judge_one(make(promise, years[:1]), "2026-03-01").rule == "duty_ended_unverified"
    years[0]["value"] = "9"
    assert judge_one(make(promise, years), "2026-03-01").rule == "duty_broken"


def test_a_monthly_duty_is_counted_by_whole_months() -> None:
    promise = DUTY | {"recurrence": "FREQ=MONTHLY", "target": "15"}
    monthly = {"frequency": "monthly"}
    whole = make(promise, [observation("2025-11", 15.0, known_on="2025-12-05")], indicator=monthly)
    assert judge_one(whole, "2026-01-01").rule == "duty_kept_so_far"
    train = make(promise, [observation("2025-11-08", 1.0)], indicator=monthly)
    assert judge_one(train, "2026-01-01").rule == "duty_without_count"
    assert judge_one(train, "2026-04-30").rule == "evidence_aged"


def test_a_duty_that_is_not_measured_says_so() -> None:
    promise = DUTY | {"indicator": ""}
    assert judge_one(make(promise), "2026-03-01").rule == "duty_without_evidence"
    assert (
        judge_one(make(promise, evidence=[event("halted", "2025-08-01")]), "2026-03-01").rule
        == "duty_without_count"
    )


def test_a_yearly_festival_may_fall_anywhere_in_the_next_year() -> None:
    register = make(RHYTHM, [observation("2024-09-26", 1.0)])
    assert judge_one(register, "2025-12-31").rule == "within_rhythm"
    assert judge_one(register, "2026-01-01").rule == "round_overdue"
    assert judge_one(register, "2027-01-01").rule == "rhythm_lost"


def test_a_first_session_is_awaited_from_the_day_of_the_promise() -> None:
    promise = RHYTHM | {"promised_on": "2023-04-10", "recurrence": "FREQ=MONTHLY;INTERVAL=18"}
    assert judge_one(make(promise), "2024-10-31").rule == "first_round_not_due"
    assert judge_one(make(promise), "2024-11-01").rule == "rhythm_without_record"


def test_a_promise_is_not_listed_before_it_was_made() -> None:
    from datetime import date

    from transcaspian.register.status import judge_all

    assert judge_all(make({"promised_on": "2025-06"}), date(2025, 6, 29)) == []
    assert len(judge_all(make({"promised_on": "2025-06"}), date(2025, 6, 30))) == 1


def test_the_gaps_name_what_the_promise_lacks() -> None:
    promise = {"due": "", "baseline": "", "baseline_on": "", "indicator": "", "owner": ""}
    assert judge_one(make(promise), "2026-01-15").gaps == (
        "owner",
        "date",
        "baseline",
        "indicator",
        "evidence",
    )
    assert judge_one(make(EVENT), "2026-01-15").gaps == ("owner", "evidence")


FEW = settings(deadline=None, max_examples=25)
_ORDER = {"at_risk": 0, "on_track": 1, "met": 2}


@FEW
@given(st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_a_better_value_never_gives_a_worse_status(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = [
        judge_one(make(observations=[observation("2025-12-31", value)]), "2026-01-15").status
        for value in (low, high)
    ]
    assert _ORDER[found[0]] <= _ORDER[found[1]]


@FEW
@given(
    st.permutations(
        [observation(f"{year}-12-31", float(year - 2020)) for year in range(2021, 2026)]
    )
)
def test_the_order_of_rows_changes_nothing(rows: list[dict[str, str]]) -> None:
    assert judge_one(make(observations=rows), "2026-01-15").rule == "on_path"


@FEW
@given(st.floats(0.1, 1e6), st.sampled_from(["up", "down"]))
def test_a_change_of_unit_changes_nothing(factor: float, direction: str) -> None:
    def status(scale: float) -> str:
        promise = {
            "target": repr(10.0 * scale),
            "baseline": repr((2.0 if direction == "up" else 20.0) * scale),
            "direction": direction,
        }
        return judge_one(
            make(promise, [observation("2025-12-31", 9.0 * scale)]), "2026-01-15"
        ).status

    assert status(factor) == status(1.0)
