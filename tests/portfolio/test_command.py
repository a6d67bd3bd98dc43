"""`transcaspian portfolio run` on a small case that was really solved, and the checks of finance/."""

import csv
import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.small_case import write_small_case
from transcaspian.case.columns_finance import TABLES
from transcaspian.case.read import read_case
from transcaspian.cli.main import main
from transcaspian.errors import InputError
from transcaspian.portfolio.study import PortfolioOptions, portfolio_tables
from transcaspian.portfolio.vehicle import RunTables
from transcaspian.results.read import read_results

SOURCED = {"source": "assumption", "confidence": "assumed"}


def finance_rows() -> dict[str, list[dict[str, object]]]:
    return {
        "vehicles": [
            {
                "vehicle": "FUND", "name": "Fund", "size_musd": 60, "first_year": 2026, "last_year": 2030,
                "ticket_floor": 0.1, "ticket_cap": 0.49, "exposure_cap": 0.9, "management_fee": 0.01,
                "recycled_share": 1, "required_return": 0.06, "objective": "economic=1", "inflation": 0.02,
            }
        ],
        "parties": [
            {"vehicle": "FUND", "party": "one", "country": "EA", "share": 0.5, "discount_rate": 0.06},
            {"vehicle": "FUND", "party": "two", "country": "WE", "share": 0.5, "discount_rate": 0.06},
        ],
        "budgets": [{"vehicle": "FUND", "party": "*", "year": y, "share": 0.5} for y in range(2026, 2031)],
        "offers": [
            {
                "project": project, "vehicles": "FUND", "income_party": income, "charge_share": 0.5,
                "regulated_return": granted, "latest_delay_years": 1,
            }
            for project, income, granted in (
                ("CABLE", "grid_owners", 0.08), ("PORT", "terminals", ""), ("FERRY", "carriers", "")
            )
        ],
        "facilities": [
            {
                "facility": "A", "name": "A", "sector": "*", "provider": "bank", "rank": "senior", "share": 0.5,
                "interest_rate": 0.05, "tenor_years": 12, "grace_years": 1, "repayment": "sculpted",
                "target_dscr": 1.2,
            }
        ],
        "covenants": [{"sector": "*", "lockup_dscr": 1.1, "minimum_llcr": 1.1, "reserve_months": 6}],
        "rules": [
            {"rule": "first", "kind": "needs", "project": "FERRY", "other": "PORT", "lag_years": 0},
        ],
    }  # fmt: skip


def write_finance(case: Path, changed: dict[str, list[dict[str, object]]] | None = None) -> Path:
    for name, rows in (finance_rows() | (changed or {})).items():
        table = next(one for one in TABLES if one.name == f"finance/{name}")
        file = case / "finance" / f"{name}.csv"
        file.parent.mkdir(exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [c.name for c in table.all_columns()], restval="")
            writer.writeheader()
            writer.writerows(row | SOURCED for row in rows)
    return case


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    code = stop.value.code
    return code if isinstance(code, int) else 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("portfolio")
    write_finance(write_small_case(place / "case"))
    words = ["run", place / "case", "--out", place / "run", "--years", "2030", "--only", "power"]
    assert run(*words, "--scenarios", "reference", "--workers", "1", "--no-cache") == 0
    return place


def test_the_command_writes_tables_and_report_into_the_run(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(folder / "run", tmp_path / "run")
    before = read_results(tmp_path / "run")
    book = tmp_path / "book.xlsx"
    words = ("portfolio", "run", tmp_path / "run", "--points", "3", "--workbook", book, "--json")

    assert run(*words) == 0

    answer = json.loads(capsys.readouterr().out)
    after = read_results(tmp_path / "run")
    assert answer["case_changed"] is False
    assert answer["summary"][0]["vehicle"] == "FUND"
    assert {name for name in after.tables if name.startswith("portfolio_")} == {
        "portfolio_" + name
        for name in (
            "summary", "choice", "values", "calls", "accounts", "balances", "loans", "covenants",
            "returns", "sharing", "frontier", "sizes",
        )
    }  # fmt: skip
    for name, frame in before.tables.items():
        assert after.tables[name].equals(frame)
    facts = after.manifest["portfolio"]
    assert isinstance(facts, dict)
    assert facts["case_hash"] == before.manifest["case_hash"]
    assert facts["frontier_points"] == 3
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert re.search(r'id="portfolio"', page)
    assert "What joint funds should pay for" in page
    assert book.stat().st_size > 0


def test_the_same_run_gives_the_same_portfolio_bit_by_bit(folder: Path) -> None:
    case, kept = read_case(folder / "case"), read_results(folder / "run")
    run_tables = RunTables(kept.tables, case.tables, case.settings)

    first, second = (portfolio_tables(run_tables, PortfolioOptions()) for _ in range(2))

    for name, frame in first.items():
        assert frame.equals(second[name]), name


def test_the_objective_and_the_size_can_be_given(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Drawing the report is tested above.
    monkeypatch.setattr("transcaspian.report.page.build_report", lambda *_: "<html></html>")
    shutil.copytree(folder / "run", tmp_path / "run")
    words = [
        "portfolio",
        "run",
        tmp_path / "run",
        "--vehicle",
        "FUND",
        "--size",
        "10",
        "--points",
        "0",
    ]

    assert run(*words, "--objective", "vehicle=1; country:EA=0.2", "--json") == 0

    (summary,) = json.loads(capsys.readouterr().out)["summary"]
    assert summary["size_musd"] == 10.0
    assert summary["objective"] == "expected own NPV + 0.2 x gains of EA"
    assert summary["committed_musd"] - summary["recycled_musd"] <= 10.0 + 1e-6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--objective", "jobs=1"), "no list of weights"),
        (("--size", "10"), "Name it with --vehicle"),
        (("--vehicle", "X"), "no vehicle 'X'"),
        (("--gap", "-1"), "below zero"),
        (("--risk-weight", "2"), "are no shares"),
    ],
)
def test_wrong_options_are_errors_and_leave_the_run_as_it_was(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    assert run("portfolio", "run", folder / "run", *words, "--json") == 1

    assert message in json.loads(capsys.readouterr().out)["error"]["message"]
    assert not (folder / "run" / "portfolio_summary.parquet").exists()


def problems_of(case: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(InputError) as error:
        read_case(case)
    return [(p.file, p.row, p.column, p.message) for p in error.value.problems]


def changed(name: str, place: int, **cells: object) -> dict[str, list[dict[str, object]]]:
    rows = [dict(row) for row in finance_rows()[name]]
    rows[place] |= cells
    return {name: rows}


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        (changed("parties", 0, share=0.6), ("finance/parties.csv", 2, "share"), "add up to 1.1"),
        (changed("facilities", 0, tenor_years=-4), ("finance/facilities.csv", 2, "tenor_years"), "-4"),
        (changed("facilities", 0, grace_years=12), ("finance/facilities.csv", 2, "grace_years"), "no year"),
        (changed("facilities", 0, target_dscr=""), ("finance/facilities.csv", 2, "target_dscr"), "none"),
        (changed("facilities", 0, share=1), ("finance/facilities.csv", 2, "share"), "pay for 1 of"),
        (changed("vehicles", 0, ticket_floor=0.6), ("finance/vehicles.csv", 2, "ticket_floor"), "above"),
        (changed("vehicles", 0, objective="money"), ("finance/vehicles.csv", 2, "objective"), "no list"),
        (changed("budgets", 1, party="three"), ("finance/budgets.csv", 3, "party"), "no share"),
        (changed("offers", 0, vehicles="OTHER"), ("finance/offers.csv", 2, "vehicles"), "OTHER"),
        (changed("rules", 0, other=""), ("finance/rules.csv", 2, "other"), "No other"),
        (
            {"limits": [{"vehicle": "FUND", "dimension": "country", "member": "XX", "minimum_share": 0, "maximum_share": 1}]},
            ("finance/limits.csv", 2, "member"),
            "no country",
        ),
        (
            {"build_capacity": [{"dimension": "sector", "member": "*", "from_year": 2030, "to_year": 2020, "capacity_musd": 1}]},
            ("finance/build_capacity.csv", 2, "to_year"),
            "before from_year",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_finance_is_one_error_at_its_place(
    tmp_path: Path,
    wrong: dict[str, list[dict[str, object]]],
    place: tuple[str, int, str],
    words: str,
) -> None:
    case = write_finance(write_small_case(tmp_path / "case"), wrong)

    (found,) = problems_of(case)

    assert found[:3] == place
    assert words in found[3]


def test_projects_that_wait_for_each_other_are_one_error(tmp_path: Path) -> None:
    rules = [
        {"rule": "a", "kind": "needs", "project": "FERRY", "other": "PORT", "lag_years": 0},
        {"rule": "b", "kind": "needs", "project": "PORT", "other": "CABLE", "lag_years": 0},
        {"rule": "c", "kind": "needs", "project": "CABLE", "other": "FERRY", "lag_years": 0},
    ]
    case = write_finance(write_small_case(tmp_path / "case"), {"rules": rules})

    (found,) = problems_of(case)

    assert found[:3] == ("finance/rules.csv", 2, "other")
    assert found[3] == "Projects wait for each other: FERRY needs PORT needs CABLE needs FERRY."


def test_the_packaged_vehicles_are_kept_apart_and_say_what_is_assumed() -> None:
    case = read_case()
    vehicles = case.tables["finance/vehicles"]
    parties = case.tables["finance/parties"]

    assert vehicles["vehicle"].to_list() == ["SK_AIH", "JIM"]
    assert vehicles["size_musd"][0] == 300.0
    assert vehicles.select("size_low_musd", "size_high_musd").row(1) == (100.0, 2000.0)
    assert parties.group_by("vehicle", maintain_order=True).len()["len"].to_list() == [2, 3]
    assert (parties["confidence"] == "assumed").all()
    assert pl.Series(vehicles["source"]).is_in(case.tables["sources"]["key"].implode()).all()
