"""A scenario that sheds load gives no values of power projects, and says so."""

import csv
from pathlib import Path

import polars as pl
import pytest

from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.report import build_report
from transcaspian.results.shed import not_usable_words
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study


def short_case(folder: Path) -> Case:
    """The small case; under `dear_gas` its western gas plants are all but gone."""
    write_small_case(folder)
    file = folder / "scenarios" / "changes.csv"
    with file.open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow(
            ["dear_gas", "power/generators", "W_gas", "p_nom_mw", "set", 10, 2030, "", "assumption", "assumed", ""]
        )  # fmt: skip
    return read_case(folder)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return short_case(tmp_path_factory.mktemp("case") / "case")


@pytest.fixture(scope="module")
def results(case: Case) -> Results:
    options = StudyOptions(years=(2030,), scenarios=("all",), projects=("CABLE", "PORT"))
    return run_study(case, options)


def test_the_zone_the_year_and_the_hours_are_named(results: Results) -> None:
    table = results.table("not_usable")
    (row,) = table.iter_rows(named=True)
    assert (row["scenario"], row["year"], row["bus"]) == ("dear_gas", 2030, "W")
    zones = results.table("power_zone_year").filter(
        scenario="dear_gas", run="reference", year=2030, bus="W"
    )
    assert row["unserved_mwh"] == pytest.approx(zones["unserved_mwh"].item())
    assert row["unserved_hours"] == zones["unserved_hours"].item() > 8
    (sentence,) = not_usable_words(table)
    assert "not usable" in sentence
    assert f"{row['unserved_hours']} hours" in sentence


def test_no_value_rests_on_load_that_is_shed(results: Results) -> None:
    for name in ("projects", "ledger", "who_gains", "indicators", "risk", "entsoe_worth"):
        table = results.table(name).filter(pl.col("scenario") == "dear_gas")
        assert "CABLE" not in set(table["project"]), name
    assert "CABLE" in set(results.table("projects").filter(scenario="reference")["project"])


def test_projects_of_other_rooms_keep_their_values(results: Results) -> None:
    valued = results.table("projects").filter(pl.col("scenario") == "dear_gas")
    assert valued["project"].to_list() == ["PORT"]


def test_the_report_says_so_before_all_else(results: Results, case: Case) -> None:
    text = build_report(results, case)
    assert text.index("Scenario dear_gas is not usable") < text.index('class="answers"')


def test_a_first_scenario_that_sheds_load_values_no_power_project(tmp_path: Path) -> None:
    short = short_case(tmp_path / "case")
    options = StudyOptions(years=(2030,), scenarios=("dear_gas",), projects=("CABLE",))
    found = run_study(short, options)
    assert found.table("projects").is_empty()
    assert found.table("not_usable").height == 1


def test_within_the_standard_nothing_is_said(tmp_path: Path) -> None:
    case = short_case(tmp_path / "case")
    lenient = case.settings.model_copy(update={"most_unserved_hours": 8760.0})
    options = StudyOptions(years=(2030,), scenarios=("all",), projects=("CABLE",), only=("power",))
    found = run_study(Case(lenient, case.tables, case.profiles, case.path), options)
    assert found.table("not_usable").is_empty()
    assert found.table("projects").height == 2
