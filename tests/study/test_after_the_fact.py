"""What is complete stands in the reference and is assessed after the fact, never ranked."""

from pathlib import Path

import polars as pl
import pytest

from tests.case.test_read import problems_of, rewrite
from tests.small_case import write_small_case
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.report import build_report
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study

CABLE, PORT, LINK = "CABLE", "PORT", "E-W"
SAME_MUSD = 1e-6


def set_cells(folder: Path, table: str, row: dict[str, str], **cells: str) -> None:
    """Set cells of every row that has the given values."""

    def change(rows: list[list[str]]) -> None:
        header = rows[0]
        for line in rows[1:]:
            if all(line[header.index(name)] == value for name, value in row.items()):
                for name, value in cells.items():
                    line[header.index(name)] = value

    rewrite(folder, table, change)


def write_built_case(folder: Path) -> Path:
    """Write the small case with the cable complete: in the reference, taken away by its changes."""
    case = write_small_case(folder)
    set_cells(case, "power/link_years", {"link": LINK}, p_nom_mw="300", p_nom_reverse_mw="300")
    set_cells(case, "projects/changes", {"project": CABLE}, value="0")
    set_cells(case, "projects/projects", {"project": CABLE}, status="complete")
    return case


def valued(case: Case) -> Results:
    options = StudyOptions(
        years=(2030,),
        projects=(CABLE,),
        scenarios=("reference",),
        only=("power",),
        realisations=0,
    )
    return run_study(case, options)


@pytest.fixture(scope="module")
def planned(small_case: Case) -> Results:
    return valued(small_case)


@pytest.fixture(scope="module")
def built_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return read_case(write_built_case(tmp_path_factory.mktemp("built") / "case"))


@pytest.fixture(scope="module")
def built(built_case: Case) -> Results:
    return valued(built_case)


def test_a_cable_is_worth_the_same_before_and_after_it_was_built(
    planned: Results, built: Results
) -> None:
    before, after = (results.table("projects").row(0, named=True) for results in (planned, built))

    assert before["npv_headline_musd"] != pytest.approx(0.0, abs=1.0)
    for name in ("npv_headline_musd", "benefit_2030_musd", "capex_musd"):
        assert after[name] == pytest.approx(before[name], abs=SAME_MUSD), name


def test_everybody_gains_the_same_before_and_after(planned: Results, built: Results) -> None:
    keys = ["year", "kind", "payer", "payer_country", "receiver", "receiver_country"]
    both = (
        planned.table("ledger")
        .join(built.table("ledger"), on=keys, how="full", coalesce=True)
        .with_columns(pl.col("amount_musd", "amount_musd_right").fill_null(0.0))
    )

    assert both.height > 20
    assert (both["amount_musd"] - both["amount_musd_right"]).abs().max() < SAME_MUSD


def test_what_is_complete_is_never_ranked(planned: Results, built: Results) -> None:
    assert planned.table("projects")["is_ranked"].to_list() == [True]
    assert built.table("projects")["is_ranked"].to_list() == [False]


def test_the_report_shows_what_is_complete_in_a_block_of_its_own(
    built_case: Case, built: Results
) -> None:
    page = build_report(built, built_case)

    start = page.index("Completed: assessed after the fact, never ranked")
    table = page[start : page.index("</table>", start)]
    assert 'href="#project-CABLE"' in table
    assert page.count("after the fact: its run is the network without it") == 1
    assert "Ranking: each project alone" not in page  # the cable is the only project of this room


def test_a_cluster_of_built_and_unbuilt_projects_is_found(tmp_path: Path) -> None:
    folder = write_small_case(tmp_path / "case")
    members = read_case(folder).tables["projects/clusters"]["project"].to_list()
    set_cells(folder, "projects/projects", {"project": members[0]}, status="complete")

    found = [each for each in problems_of(folder) if each.file == "projects/clusters.csv"]

    assert [each.column for each in found] == ["project"]
    assert "is complete: its changes take it away" in found[0].message


def test_completed_lines_of_the_packaged_case_are_valued_by_the_capacity_before() -> None:
    case = read_case()
    capacity = {}
    for project in ("DOSTYK_MOYINTY", "BTK_UPGRADE"):
        links = case.tables["projects/changes"].filter(pl.col("project") == project)["row"]
        for name, projects in (("with", ()), ("without", (project,))):
            view = case.at(2030, projects=projects).tables["freight/links"]
            own = view.filter(pl.col("link").is_in(links.implode()))
            assert own.height == 2
            capacity[project, name] = own["capacity"].unique().to_list()

    assert capacity == {
        ("DOSTYK_MOYINTY", "with"): [37800.0],
        ("DOSTYK_MOYINTY", "without"): [11500.0],  # as in 2024
        ("BTK_UPGRADE", "with"): [2500.0],
        ("BTK_UPGRADE", "without"): [500.0],  # a million tonnes a year, both ways
    }


def test_no_fund_is_offered_what_is_complete() -> None:
    case = read_case()
    projects = case.tables["projects/projects"]
    complete = projects.filter(pl.col("status") == "complete")["project"]

    assert set(complete) == {"BTK_UPGRADE", "DOSTYK_MOYINTY"}
    assert not case.tables["finance/offers"]["project"].is_in(complete.implode()).any()
