"""The packaged register against statuses read by hand from its rows, each with its reason."""

import csv
from datetime import date
from pathlib import Path

import pytest

from tests.register.examples import judge_one, make, observation
from transcaspian.register.read import read_packaged
from transcaspian.register.status import STATUSES, judge_all
from transcaspian.register.verdict import RULES

HAND_MADE = list(
    csv.DictReader(
        (Path(__file__).parent / "expected_statuses.csv").read_text(encoding="utf-8").splitlines()
    )
)
DAYS = ("2024-01-01", "2025-10-22", "2026-04-30", "2026-11-30")


@pytest.mark.parametrize("as_of", DAYS)
def test_statuses_equal_those_read_by_hand(as_of: str) -> None:
    expected = {row["commitment"]: row["status"] for row in HAND_MADE if row["as_of"] == as_of}
    found = {
        verdict.id: verdict.status
        for verdict in judge_all(read_packaged(), date.fromisoformat(as_of))
    }
    assert {name: found.get(name, "not made yet") for name in expected} == expected


@pytest.mark.parametrize("as_of", DAYS[2:])
def test_the_hand_made_table_covers_every_commitment_on_the_last_days(as_of: str) -> None:
    named = {row["commitment"] for row in HAND_MADE if row["as_of"] == as_of}
    assert named == set(read_packaged()["commitments"]["id"])


def test_before_the_visit_only_the_promises_made_by_then_are_listed() -> None:
    named = {row["commitment"] for row in HAND_MADE if row["as_of"] == "2024-01-01"}
    assert {verdict.id for verdict in judge_all(read_packaged(), date(2024, 1, 1))} == named


def test_every_verdict_names_a_known_rule_and_rows_that_exist() -> None:
    register = read_packaged()
    for verdict in judge_all(register, date(2026, 4, 30)):
        assert RULES[verdict.rule].status == verdict.status
        for row in verdict.evidence:
            register.find(row)


def test_every_rule_leads_to_a_word_of_the_contract_and_every_word_has_a_rule() -> None:
    assert {rule.status for rule in RULES.values()} == set(STATUSES)


def test_a_year_without_news_turns_claims_about_today_into_unknown() -> None:
    found = {verdict.id: verdict for verdict in judge_all(read_packaged(), date(2027, 12, 1))}
    assert found["com-kz-res-15"].rule == "evidence_aged"
    assert found["com-fibre"].status == "unknown"


def test_no_verdict_uses_what_became_known_later() -> None:
    register = read_packaged()
    day = date(2025, 10, 22)
    assert judge_all(register, day) == judge_all(register.known_by(date(2200, 1, 1)), day)
    known = {verdict.id: verdict for verdict in judge_all(register, day)}
    # The bureau's figure for 2025 was published in March 2026.
    assert known["com-titr-52-2025"].rule == "pace_of_year_below_path"


def test_evidence_can_be_shown_even_where_its_day_was_said_in_words() -> None:
    register = make(observations=[observation("2025-12-31", 5.0, known_on="early 2026")])
    (row,) = judge_one(register, "2026-04-30").evidence
    assert register.find(row)[0] == "observations"
