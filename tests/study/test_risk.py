"""The tables of risk of a study say what the appraisal finds from the study's own ledger."""

import polars as pl
import pytest

from transcaspian.case.tables import Case
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study
from transcaspian.study.options import make_plan
from transcaspian.study.risk import DRAWS, risk_tables

TABLES = (
    "switching_values", "sensitivity", "delay_prices", "opening_years", "tornado",
    "variance_shares", "risk", "risk_curve", "interactions", "package_shares", "economic_flows",
)  # fmt: skip


@pytest.fixture(scope="module")
def results(small_case: Case) -> Results:
    return run_study(small_case, StudyOptions(only=("freight",)))


def test_every_table_stands_in_the_results_with_its_scenario(results: Results) -> None:
    for name in TABLES:
        assert results.table(name).columns[0] == "scenario"


def test_the_base_case_of_the_sensitivity_is_the_npv_of_the_project(results: Results) -> None:
    base = results.table("sensitivity").filter(change="base case")
    projects = results.table("projects")

    assert dict(base.select("project", "npv_musd").iter_rows()) == pytest.approx(
        dict(projects.select("project", "npv_headline_musd").iter_rows()), rel=1e-9, abs=1e-9
    )


def test_the_planned_opening_is_worth_the_npv(results: Results) -> None:
    planned = results.table("opening_years").filter("is_planned")
    projects = results.table("projects")

    assert planned["npv_musd"].to_list() == pytest.approx(
        projects["npv_headline_musd"].to_list(), rel=1e-9, abs=1e-9
    )


def test_p10_p50_and_p90_rise_and_the_chance_of_a_loss_agrees_with_the_curve(
    results: Results,
) -> None:
    for row in results.table("risk").iter_rows(named=True):
        assert row["p10_musd"] <= row["p50_musd"] <= row["p90_musd"]
        curve = results.table("risk_curve").filter(project=row["project"])
        below = curve.filter(pl.col("npv_musd") < 0.0)["probability"]
        above = curve.filter(pl.col("npv_musd") >= 0.0)["probability"]
        chance = row["probability_negative"]
        assert (below.max() or 0.0) <= chance + 1.0 / DRAWS  # type: ignore[operator]
        assert (above.min() or 1.0) >= chance - 1.0 / DRAWS  # type: ignore[operator]


def test_yearly_benefits_less_costs_are_the_net_flow(results: Results) -> None:
    flows = results.table("economic_flows")
    sign = (
        pl.when(pl.col("item").is_in(["capital", "operation"]))
        .then(-1.0)
        .when(pl.col("item").str.starts_with("benefit"))
        .then(1.0)
        .otherwise(0.0)
    )
    made = flows.group_by("project", maintain_order=True).agg(
        net=(pl.col("amount_musd") * sign).sum(),
        found=pl.col("amount_musd").filter(pl.col("item") == "net").sum(),
    )

    assert made["net"].to_list() == pytest.approx(made["found"].to_list(), rel=1e-9, abs=1e-9)


def test_without_projects_there_are_no_tables(small_case: Case) -> None:
    plan = make_plan(small_case, StudyOptions(only=("freight",)))

    assert risk_tables(small_case, plan, pl.DataFrame(), pl.DataFrame(), 0) == {}
