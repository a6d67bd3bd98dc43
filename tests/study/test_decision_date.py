"""Money spent before the decision is sunk: what is begun leads by what completing it is worth."""

from dataclasses import replace
from datetime import date

import pytest

from transcaspian.case.settings import open_from
from transcaspian.case.tables import Case
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study

OPTIONS = StudyOptions(projects=("CABLE",), scenarios=("reference",), realisations=0)


@pytest.fixture(scope="module")
def on_day(small_case: Case) -> dict[date | None, Results]:
    found = {}
    for day in (None, date(2026, 11, 30), date(2099, 1, 1)):
        settings = small_case.settings.model_copy(update={"decision_date": day})
        found[day] = run_study(replace(small_case, settings=settings), OPTIONS)
    return found


def test_money_of_a_year_is_sunk_once_its_middle_has_passed() -> None:
    assert open_from(None, 2025) == 2025
    assert open_from(date(2026, 7, 1), 2025) == 2026
    assert open_from(date(2026, 11, 30), 2025) == 2027
    assert open_from(date(2027, 1, 1), 2025) == 2027


def test_what_is_begun_leads_by_what_is_left_to_decide(
    on_day: dict[date | None, Results], small_case: Case
) -> None:
    day = date(2026, 11, 30)
    row = on_day[day].table("projects").row(0, named=True)
    ledger = on_day[day].table("ledger")
    rate, base = small_case.settings.headline_rate, small_case.settings.base_year
    flows = {}
    for one in ledger.iter_rows(named=True):
        gain = (one["receiver"] not in ("resources", "environment")) * one["amount_musd"]
        loss = (one["payer"] not in ("resources", "environment")) * one["amount_musd"]
        flows[one["year"]] = flows.get(one["year"], 0.0) + gain - loss
    later = sum(v / (1 + rate) ** (y - base) for y, v in flows.items() if y >= 2027)

    assert 0.0 < row["sunk_musd"] < row["capex_musd"]
    assert row["npv_to_complete_musd"] == pytest.approx(later, rel=1e-9)
    assert row["npv_decision_musd"] == row["npv_to_complete_musd"] > row["npv_headline_musd"]
    assert row["headline"].startswith("To complete it is worth")


def test_what_is_not_begun_leads_by_its_whole_value(on_day: dict[date | None, Results]) -> None:
    row = on_day[None].table("projects").row(0, named=True)

    assert row["sunk_musd"] == 0.0
    assert row["npv_decision_musd"] == row["npv_headline_musd"] == row["npv_6_musd"]
    assert "To complete" not in row["headline"]


def test_the_whole_value_does_not_hang_on_the_day(on_day: dict[date | None, Results]) -> None:
    values = {results.table("projects")["npv_headline_musd"][0] for results in on_day.values()}

    assert len(values) == 1
