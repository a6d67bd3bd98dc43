"""ENTSO-E sheets from solved years, made up: what the exchange clears, who pays what."""

from pathlib import Path

import polars as pl
import pytest

from tests.appraisal.accounts_examples import power_year
from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.study.cables import cable_checks, cable_tables
from transcaspian.study.options import Plan, StudyOptions, make_plan
from transcaspian.study.solved import Key, Solved

YEARS = (2025, 2030)


def solved(fuel: float, curtailed: float, lost: float, co2_t: float) -> Solved:
    tables = {
        "power_zone_year": pl.DataFrame({"curtailed_mwh": [curtailed, 0.0]}),
        "power_link_year": pl.DataFrame({"loss_mwh": [lost]}),
    }
    return Solved(power_year(fuel, 70.0, 9.0), co2_t, tables, {}, 0.0)


def plan_of(case: Case, **members: tuple[str, ...]) -> Plan:
    runs = {"CABLE": ("CABLE",)} | members
    base = make_plan(case, StudyOptions(only=("power",), scenarios=("reference",)))
    return Plan(
        base.years, base.scenarios, base.rooms, tuple(runs), runs, dict.fromkeys(runs, ("power",))
    )


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return read_case(write_small_case(tmp_path / "case"))


def room(**runs: Solved) -> dict[Key, Solved]:
    return {Key("reference", run, year): found for run, found in runs.items() for year in YEARS}


REFERENCE = solved(60.0, 5000.0, 100.0, 3e6)
CABLE = solved(40.0, 1000.0, 700.0, 2.5e6)


def test_a_cable_alone_is_put_in_and_its_sheet_holds_what_the_dispatch_knows(case: Case) -> None:
    found = cable_tables(case, plan_of(case), room(reference=REFERENCE, CABLE=CABLE))

    sheet = found["entsoe_sheets"].filter(year=2030, method="PINT")
    values = dict(sheet.select("indicator", "value").iter_rows())
    assert values["B1"] == pytest.approx(20.0)
    assert values["B2"] == pytest.approx(-0.5)
    assert values["B3"] == pytest.approx(4.0)
    assert values["B5"] == pytest.approx(0.6)


def test_what_no_model_says_is_not_assessed_and_says_why(case: Case) -> None:
    sheet = cable_tables(case, plan_of(case), room(reference=REFERENCE, CABLE=CABLE))[
        "entsoe_sheets"
    ]

    unknown = sheet.filter(pl.col("value").is_null())
    assert set(unknown["indicator"]) == {"B4", "B6", "B7", "B8", "B9", "S1", "S2", "S3"}
    assert unknown["assessment"].str.starts_with("not assessed: ").all()


def test_without_a_package_toot_says_why_it_is_missing(case: Case) -> None:
    worth = cable_tables(case, plan_of(case), room(reference=REFERENCE, CABLE=CABLE))[
        "entsoe_worth"
    ]

    toot = worth.filter(method="TOOT").row(0, named=True)
    assert toot["npv_musd"] is None
    assert "with and without CABLE" in toot["note"]


def test_toot_takes_the_cable_out_of_the_largest_package_solved_without_it(case: Case) -> None:
    plan = plan_of(
        case, PAIR=("CABLE", "PORT"), ALL=("CABLE", "PORT", "FERRY"), REST=("PORT", "FERRY")
    )
    runs = {
        "PAIR": REFERENCE, "ALL": solved(30.0, 0.0, 0.0, 0.0), "REST": solved(37.0, 0.0, 0.0, 0.0)
    }  # fmt: skip

    found = cable_tables(case, plan, room(reference=REFERENCE, CABLE=CABLE, **runs))

    assert found["entsoe_worth"].filter(method="TOOT")["against"].to_list() == ["REST"]
    toot = found["entsoe_sheets"].filter(method="TOOT", indicator="B1", year=2030)
    assert toot["value"].to_list() == pytest.approx([7.0, 7.0])


def test_both_ways_to_the_welfare_agree_and_the_check_says_so(case: Case) -> None:
    worth = cable_tables(case, plan_of(case), room(reference=REFERENCE, CABLE=CABLE))[
        "entsoe_worth"
    ]

    (check,) = cable_checks(worth).iter_rows(named=True)
    assert check["passed"]
    assert check["value"] <= check["tolerance"] == 1e-6


def test_a_study_without_cables_has_no_sheet_and_no_check(case: Case) -> None:
    plan = make_plan(case, StudyOptions(only=("freight",)))

    found = cable_tables(case, plan, {})

    assert found["entsoe_sheets"].is_empty()
    assert cable_checks(found["entsoe_worth"]).is_empty()
