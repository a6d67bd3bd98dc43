"""Plants that are bound to a project enter the network with it, and only then."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.errors import InputError
from transcaspian.study import StudyOptions
from transcaspian.study.options import make_plan

PLANTS = "power/generators"


def bind(folder: Path, project: str) -> Path:
    """Bind the eastern wind to a project."""
    file = folder / f"{PLANTS}.csv"
    plants = pl.read_csv(file, infer_schema=False)
    is_wind = pl.col("generator") == "E_wind"
    plants.with_columns(bound_to=pl.when(is_wind).then(pl.lit(project))).write_csv(file)
    return folder


@pytest.fixture
def bound(tmp_path: Path) -> Case:
    return read_case(bind(write_small_case(tmp_path / "case"), "CABLE"))


def capacity(case: Case, *projects: str) -> dict[str, float]:
    view = case.at(2030, projects=projects)
    return dict(view.tables[PLANTS].select("generator", "p_nom_mw").iter_rows())


def test_a_bound_plant_has_no_capacity_without_its_project(bound: Case) -> None:
    assert capacity(bound)["E_wind"] == 0.0
    assert capacity(bound, "PORT")["E_wind"] == 0.0
    assert capacity(bound, "CABLE")["E_wind"] == 400.0


def test_domestic_plants_stand_in_every_run(bound: Case) -> None:
    without, with_it = capacity(bound), capacity(bound, "CABLE")
    assert {name: mw for name, mw in without.items() if name != "E_wind"} == {
        name: mw for name, mw in with_it.items() if name != "E_wind"
    }


def test_every_run_has_the_same_plants_in_the_same_order(bound: Case) -> None:
    assert list(capacity(bound)) == list(capacity(bound, "CABLE"))


def test_a_case_without_the_column_has_domestic_plants_only(tmp_path: Path) -> None:
    case = read_case(write_small_case(tmp_path / "case"))
    assert case.tables[PLANTS]["bound_to"].null_count() == case.tables[PLANTS].height
    assert capacity(case)["E_wind"] == 400.0


def test_a_plant_bound_to_an_unknown_project_is_refused_with_its_row(tmp_path: Path) -> None:
    folder = bind(write_small_case(tmp_path / "case"), "CABEL")

    with pytest.raises(InputError) as caught:
        read_case(folder)

    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column) == (f"{PLANTS}.csv", 3, "bound_to")
    assert "'CABLE'" in str(problem)


def test_a_project_that_brings_plants_alone_is_one_of_power(bound: Case) -> None:
    changes = bound.tables["projects/changes"].filter(pl.col("project") != "CABLE")
    plants_alone = replace(bound, tables=dict(bound.tables) | {"projects/changes": changes})

    plan = make_plan(plants_alone, StudyOptions(projects=("CABLE",)))

    assert plan.runs_in("power") == ("CABLE",)


def test_a_project_needs_no_change_where_plants_are_bound_to_it(tmp_path: Path) -> None:
    folder = bind(write_small_case(tmp_path / "case"), "CABLE")
    file = folder / "projects" / "changes.csv"
    changes = pl.read_csv(file, infer_schema=False)
    changes.filter(pl.col("project") != "CABLE").write_csv(file)

    assert capacity(read_case(folder), "CABLE")["E_wind"] == 400.0


def test_a_cluster_with_an_idle_project_is_not_valued_unasked(bound: Case) -> None:
    projects = bound.tables["projects/projects"].with_columns(
        is_active=pl.col("project") != "FERRY"
    )
    idle = replace(bound, tables=dict(bound.tables) | {"projects/projects": projects})

    assert make_plan(idle, StudyOptions()).runs == ("CABLE", "PORT")
    assert make_plan(idle, StudyOptions(projects=("SEA",))).runs == ("SEA",)
