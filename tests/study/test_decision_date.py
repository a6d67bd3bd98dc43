"""Money spent before the decision is sunk: what is begun leads by what completing it is worth."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from transcaspian.appraisal.plans import begun_share, read_plans
from transcaspian.case.settings import open_from
from transcaspian.case.tables import Case
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study

OPTIONS = StudyOptions(projects=("CABLE",), scenarios=("reference",), realisations=0)


def with_status(case: Case, **statuses: str) -> Case:
    projects = case.tables["projects/projects"]
    changed = pl.col("project").replace_strict(statuses, default=pl.col("status"))
    table = projects.with_columns(status=changed)
    return replace(case, tables={**case.tables, "projects/projects": table})


@pytest.fixture(scope="module")
def on_day(small_case: Case) -> dict[date | None, Results]:
    found = {}
    small_case = with_status(small_case, CABLE="under_construction")
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


@pytest.mark.parametrize("status", ["idea", "study", "planned"])
def test_nothing_is_sunk_in_what_is_only_planned_whatever_its_plan_said(
    small_case: Case, status: str
) -> None:
    settings = small_case.settings.model_copy(update={"decision_date": date(2026, 11, 30)})
    case = with_status(replace(small_case, settings=settings), CABLE=status)

    row = run_study(case, OPTIONS).table("projects").row(0, named=True)

    assert row["sunk_musd"] == 0.0
    assert row["npv_decision_musd"] == row["npv_headline_musd"]


def test_of_a_package_only_the_parts_that_are_begun_are_sunk(small_case: Case) -> None:
    settings = small_case.settings.model_copy(update={"decision_date": date(2026, 11, 30)})
    case = with_status(
        replace(small_case, settings=settings), CABLE="under_construction", PORT="planned"
    )
    plans = {
        name: plan
        for name, plan in read_plans(
            *(case.tables[f"projects/{table}"] for table in ("projects", "spending", "shares")),
            2024,
        ).items()
        if name in ("CABLE", "PORT")
    }

    share = begun_share(list(plans.values()), np.array([2025, 2026, 2027]))

    cable, port = plans["CABLE"].capex_musd, plans["PORT"].capex_musd
    assert share.tolist() == pytest.approx([1.0, cable / (cable + port), cable / (cable + port)])


def test_what_is_built_is_judged_as_a_whole_after_the_fact(small_case: Case) -> None:
    settings = small_case.settings.model_copy(update={"decision_date": date(2099, 1, 1)})
    case = with_status(replace(small_case, settings=settings), CABLE="complete")

    row = run_study(case, OPTIONS).table("projects").row(0, named=True)

    assert row["sunk_musd"] == 0.0
    assert row["npv_decision_musd"] == pytest.approx(row["npv_headline_musd"], rel=1e-12)
    assert not row["headline"].startswith("To complete")
