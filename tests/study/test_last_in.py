"""Parts of packages last in, from solved years made up: what each set of projects costs a year."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tests.appraisal.accounts_examples import power_year
from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.case.tables import REFERENCE, Case
from transcaspian.study.last_in import last_in_checks, last_in_table
from transcaspian.study.options import Plan, StudyOptions, make_plan
from transcaspian.study.side_runs import side_runs, years_of_opening
from transcaspian.study.solved import Key, Solved
from transcaspian.study.values import open_books

RATE, BASE = 0.06, 2025
# Yearly cost of fuel by the letters of the projects in place: C(able), P(ort), F(erry), B(ig cable).
FUEL = {
    "": 100.0, "C": 100.0, "P": 90.0, "F": 95.0, "CP": 70.0, "CF": 80.0, "FP": 50.0, "CFP": 35.0,
    "BFP": 30.0,
}  # fmt: skip
OPENING = {"CABLE": 2030, "PORT": 2028, "FERRY": 2028, "BIG": 2030, "DEAR": 2030}
CAPEX = {"CABLE": 300.0, "PORT": 50.0, "FERRY": 40.0, "BIG": 500.0, "DEAR": 400.0}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """The cable, the port and the ferries as one package; a big cable, and one that is only dearer."""
    read = read_case(write_small_case(tmp_path / "case"))
    tables = dict(read.tables)
    for name in ("projects/projects", "projects/changes", "projects/spending", "projects/shares"):
        own = tables[name].filter(pl.col("project") == "CABLE")
        more = [own.with_columns(project=pl.lit(new)) for new in ("BIG", "DEAR")]
        tables[name] = pl.concat([tables[name], *more])
    is_variant = pl.col("project").is_in(["BIG", "DEAR"])
    old = ["CABLE", "PORT", "FERRY", "BIG", "DEAR"]
    tables["projects/projects"] = tables["projects/projects"].with_columns(
        variant_of=pl.when(is_variant).then(pl.lit("CABLE")),
        opening_year=pl.col("project").replace_strict(OPENING, return_dtype=pl.Int64),
        capex_musd=pl.col("project").replace_strict(CAPEX, return_dtype=pl.Float64),
    )
    big = (pl.col("project") == "BIG") & (pl.col("column") == "p_nom_mw")
    tables["projects/changes"] = tables["projects/changes"].with_columns(
        value=pl.when(big).then(pl.lit("600")).otherwise("value")
    )
    pairs = tables["projects/clusters"]
    trio = pl.concat([pairs.head(1)] * 3).with_columns(
        cluster=pl.lit("TRIO"), name=pl.lit("All three"), project=pl.Series(old[:3])
    )
    tables["projects/clusters"] = trio
    return replace(read, tables=tables)


def plan_of(case: Case, *projects: str) -> Plan:
    return make_plan(case, StudyOptions(projects=projects or ("CABLE", "PORT", "FERRY", "TRIO")))


def solved(letters: str) -> Solved:
    return Solved(power_year(FUEL[letters], 70.0, 0.0), 0.0, {}, {}, 0.0)


def room_of(plan: Plan) -> dict[Key, Solved]:
    def letters(projects: Sequence[str]) -> str:
        return "".join(sorted(project[0] for project in projects))

    return {
        Key("reference", run, year): solved(letters(plan.members.get(run, ())))
        for run in (REFERENCE, *plan.members)
        for year in plan.years_of_run("reference", run)
    }


def table_of(case: Case, *projects: str) -> pl.DataFrame:
    plan = plan_of(case, *projects)
    return last_in_table(open_books(case, plan, [room_of(plan)]))


def present(amount: float, first: int, last: int) -> float:
    return sum(amount / (1 + RATE) ** (year - BASE) for year in range(first, last + 1))


def cost(project: str, last: int) -> float:
    """Present value of building a project, keeping it to `last`, less what is left of it then."""
    capex, opening = CAPEX[project], OPENING[project]
    value = sum(capex / 2 / (1 + RATE) ** (year - BASE) for year in (2026, 2027))
    value += present(0.02 * capex, opening, last)
    left = 25 - (last - opening + 1)  # two years over the life are not worth a renewal
    if left > 0:
        value -= left / 25 * capex / (1 + RATE) ** (last - BASE)
    return value


def test_the_cable_last_in_is_worth_what_the_rest_could_not_do_without_it(case: Case) -> None:
    row = table_of(case).row(by_predicate=pl.col("project") == "CABLE", named=True)

    # Port and ferries alone burn 50, with the cable 35; the package lives from 2030 to 2054.
    assert row["last_in_musd"] == pytest.approx(present(15.0, 2030, 2054) - cost("CABLE", 2054))
    assert row["alone_musd"] == pytest.approx(-cost("CABLE", 2054))


def test_the_rest_alone_opens_sooner_and_waiting_for_the_cable_costs_it_two_years(
    case: Case,
) -> None:
    row = table_of(case).row(by_predicate=pl.col("project") == "CABLE", named=True)

    sooner = present(50.0, 2028, 2052) - cost("PORT", 2052) - cost("FERRY", 2052)
    assert row["without_sooner_musd"] == pytest.approx(sooner)
    later = present(50.0, 2030, 2054) - cost("PORT", 2054) - cost("FERRY", 2054)
    assert row["without_musd"] == pytest.approx(later)
    assert row["waiting_musd"] == pytest.approx(later - sooner)


def test_without_the_part_and_the_part_last_in_add_up_to_the_package(case: Case) -> None:
    table = table_of(case)

    total = table["without_musd"] + table["last_in_musd"]
    assert total.to_list() == pytest.approx(table["package_musd"].to_list(), abs=1e-9)
    (check,) = last_in_checks(table).iter_rows(named=True)
    assert check["passed"]
    broken = last_in_checks(table.with_columns(package_musd=pl.col("package_musd") + 1e-3))
    assert broken["passed"].to_list() == [False]


def test_a_package_is_built_with_every_other_size_of_a_part_but_not_with_another_cost(
    case: Case,
) -> None:
    table = table_of(case)

    assert table["project"].to_list() == ["CABLE", "PORT", "FERRY", "BIG"]
    big = table.row(by_predicate=pl.col("project") == "BIG", named=True)
    assert big["other_size"] == "BIG"
    assert big["last_in_musd"] == pytest.approx(present(20.0, 2030, 2054) - cost("BIG", 2054))
    same = table.filter(pl.col("project").is_in(["CABLE", "BIG"]))["without_musd"]
    assert same.n_unique() == 1


def test_only_what_nobody_else_solves_is_solved_beside(case: Case) -> None:
    valued = {run: case.members(run) for run in ("CABLE", "PORT", "FERRY", "TRIO")}

    assert set(side_runs(case, valued)) == {
        "PORT + FERRY", "CABLE + FERRY", "CABLE + PORT", "BIG + PORT + FERRY"
    }  # fmt: skip
    pair = {"SEA": ("PORT", "FERRY")}
    assert "PORT + FERRY" not in side_runs(case, valued | pair)


def test_a_plan_without_packages_solves_nothing_beside(case: Case) -> None:
    assert plan_of(case, "CABLE", "PORT").side_years == {}


def test_a_package_with_what_is_built_already_is_a_comparison(case: Case) -> None:
    projects = case.tables["projects/projects"].with_columns(
        status=pl.when(pl.col("project") == "PORT").then(pl.lit("complete")).otherwise("status")
    )
    built = replace(case, tables=dict(case.tables) | {"projects/projects": projects})

    assert side_runs(built, {"TRIO": built.members("TRIO")}) == {}


def test_what_is_not_valued_alone_has_no_value_alone(case: Case) -> None:
    assert table_of(case, "TRIO")["alone_musd"].null_count() == 4


def test_years_before_the_last_one_at_or_before_opening_are_not_solved_beside() -> None:
    years = (2025, 2030, 2035, 2040)
    assert years_of_opening(2032, years) == (2030, 2035, 2040)
    assert years_of_opening(2030, years) == (2030, 2035, 2040)
    assert years_of_opening(2024, years) == years
    assert years_of_opening(2045, years) == (2040,)


def test_side_runs_are_solved_in_the_first_scenario_alone(case: Case) -> None:
    options = StudyOptions(projects=("TRIO",), scenarios=("reference", "dear_gas"))
    plan = make_plan(case, options)

    assert plan.solved_in("power", "dear_gas", 2030) == ("TRIO",)
    assert "CABLE + PORT" in plan.solved_in("power", "reference", 2030)
    assert "PORT + FERRY" not in plan.solved_in("power", "reference", 2030)  # no power in it
