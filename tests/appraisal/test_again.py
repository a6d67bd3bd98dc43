import json

import fastexcel
import numpy as np
import polars as pl
import pytest

from tests.appraisal.accounts_examples import appraisal_of
from transcaspian.appraisal.again import (
    ASSUMED_COST,
    ProjectFacts,
    RunFacts,
    ledger_of_run,
    models_of,
    usual_options,
    usual_risk,
    value_again,
)
from transcaspian.appraisal.distributions import COST_OVERRUNS
from transcaspian.appraisal.money import Variation, money_model, vary
from transcaspian.cli.appraise import app
from transcaspian.errors import InputError, NotFoundError
from transcaspian.results.tables import Results
from transcaspian.results.write import write_results

RUN = RunFacts(price_year=2024, discount_year=2025)


def facts_of(name="cable", **changes):
    values = {"kind": "cable", "opening_year": 2030, "life_years": 10, "capex_musd": 100.0}
    return ProjectFacts(project=name, **(values | changes))


def run(capsys, *words):
    app([str(word) for word in words], standalone_mode=False)
    return capsys.readouterr().out


def test_a_run_valued_again_at_its_rate_gives_what_the_run_found():
    first = appraisal_of()
    ledger = ledger_of_run(first.ledger.rows, facts_of(), RUN)
    found = value_again([ledger], [facts_of()], RUN, 0.06).row(0, named=True)
    expected = first.indicators["all"]
    assert found["npv_musd"] == pytest.approx(expected.npv_headline_musd, rel=1e-12)
    assert found["eirr"] == pytest.approx(expected.eirr[0], rel=1e-12)
    assert found["bcr"] == pytest.approx(expected.bcr, rel=1e-12)
    assert found["break_even_capex_musd"] == pytest.approx(expected.break_even_capex_musd)


def test_slips_of_a_run_are_those_of_its_models_after_the_last_model_year():
    first = appraisal_of()
    (again,) = models_of([ledger_of_run(first.ledger.rows, facts_of(), RUN)], RUN)
    fresh = money_model(first.ledger, "all", (), 2025)
    late = Variation(delay_years=3.0)
    assert vary(again, late)[0] @ again.factors(0.06) == pytest.approx(
        vary(fresh, late)[0] @ fresh.factors(0.06), rel=1e-12
    )


def test_a_project_without_ledger_is_not_found():
    with pytest.raises(NotFoundError, match="bridge"):
        ledger_of_run(appraisal_of().ledger.rows, facts_of("bridge"), RUN)


@pytest.mark.parametrize("kind", ["railway", "cable"])
@pytest.mark.parametrize(("low", "high"), [(95.0, 105.0), (60.0, 260.0)])
def test_the_published_range_of_cost_lies_within_what_others_overran(kind, low, high):
    facts = facts_of(kind=kind, capex_low_musd=low, capex_high_musd=high)
    outside = usual_risk(facts_of(kind=kind)).capex_factor
    ends = np.array([0.05, 0.5, 0.95])

    least, median, most = usual_risk(facts).capex_factor.quantile(ends)

    class_least, class_median, class_most = outside.quantile(ends)
    assert least == pytest.approx(min(low / 100.0, class_least))
    assert most == pytest.approx(max(high / 100.0, class_most))
    assert median == pytest.approx(class_median)


def test_cost_and_delay_of_a_project_rise_together_and_late_benefits_are_smaller():
    options = usual_options(0.06, 1000, 0)

    assert options.within["capex_factor", "delay_years"] > 0.0
    assert options.within["benefit_factor", "delay_years"] < 0.0
    assert not options.spending_slips


def test_a_railway_without_published_range_overruns_as_railways_did():
    assert usual_risk(facts_of(kind="railway")).capex_factor == COST_OVERRUNS["rail"]


def test_a_cable_without_published_range_has_the_assumed_risk_of_cost():
    assert usual_risk(facts_of()).capex_factor == ASSUMED_COST


def test_appraise_run_prints_one_json_object(run_folder, capsys):
    found = json.loads(run(capsys, "run", run_folder, "--draws", "1000", "--json"))
    assert [row["project"] for row in found["projects"]] == ["cable", "line"]
    assert found["projects"][0]["npv_musd"] == pytest.approx(
        appraisal_of().indicators["all"].npv_headline_musd
    )
    assert {"switching_values", "sensitivity", "delay_prices", "tornado", "risk"} <= set(found)


def test_appraise_run_at_another_rate(run_folder, capsys):
    words = ("run", run_folder, "--rate", "0.12", "--projects", "line", "--draws", "1000", "--json")
    (row,) = json.loads(run(capsys, *words))["projects"]
    assert row["npv_musd"] == pytest.approx(appraisal_of().indicators["all"].npv_musd[0.12])


def test_appraise_run_prints_a_table_for_people(run_folder, capsys):
    text = run(capsys, "run", run_folder, "--draws", "1000")
    assert "delay as assumed" in text
    assert "cable" in text


def test_appraise_run_names_projects_and_scenarios_that_are_missing(run_folder):
    for option, word in (("--projects", "bridge"), ("--scenario", "boom")):
        with pytest.raises(NotFoundError, match=word):
            app(["run", str(run_folder), option, word], standalone_mode=False)


def test_appraise_run_refuses_an_unknown_scope(run_folder):
    with pytest.raises(InputError, match="market"):
        app(["run", str(run_folder), "--scope", "moon"], standalone_mode=False)


def test_a_run_without_projects_says_so(tmp_path):
    settings = {"price_year": 2024, "base_year": 2025, "headline_rate": 0.06}
    tables = {"projects": pl.DataFrame(), "ledger": pl.DataFrame()}
    folder = write_results(Results(tables, {"settings": settings}), tmp_path / "run", "")
    with pytest.raises(NotFoundError, match="valued no project"):
        app(["run", str(folder)], standalone_mode=False)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match="not a run folder"):
        app(["run", str(tmp_path)], standalone_mode=False)


def test_appraise_run_writes_a_workbook_with_a_sheet_a_project(run_folder, tmp_path, capsys):
    file = tmp_path / "projects.xlsx"
    run(capsys, "run", run_folder, "--draws", "1000", "--workbook", file)
    assert fastexcel.read_excel(file).sheet_names == ["cable", "line"]


def test_appraise_run_says_how_projects_of_a_package_depend_on_each_other(tmp_path, capsys):
    # A cable of 100, a line of 100 and both together under one roof, each with its own ledger.
    parts = {"cable": "", "line": "", "both": "cable, line"}
    ledgers = [appraisal_of(name).ledger.rows for name in parts]
    projects = pl.DataFrame(
        [
            {
                "scenario": "reference", "project": name, "name": name, "kind": "cable",
                "members": members, "opening_year": 2030, "life_years": 10, "capex_musd": 100.0,
                "capex_low_musd": None, "capex_high_musd": None, "headline": "",
            }
            for name, members in parts.items()
        ],
        schema_overrides={"capex_low_musd": pl.Float64, "capex_high_musd": pl.Float64},
    )  # fmt: skip
    ledger = pl.concat(ledgers).select(pl.lit("reference").alias("scenario"), pl.all())
    settings = {"price_year": 2024, "base_year": 2025, "headline_rate": 0.06}
    folder = write_results(
        Results({"projects": projects, "ledger": ledger}, {"settings": settings}),
        tmp_path / "r",
        "",
    )
    found = json.loads(run(capsys, "run", folder, "--draws", "1000", "--json"))
    (pair,) = found["interactions"]
    alone = found["projects"][0]["npv_musd"]
    assert pair["package"] == "both"
    assert pair["interaction_musd"] == pytest.approx(alone - 2.0 * alone)
    assert {row["project"] for row in found["package_shares"]} == {"cable", "line"}
