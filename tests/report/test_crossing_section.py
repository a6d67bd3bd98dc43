"""The crossing's part of the report says who waits how long and where the queue stands."""

from dataclasses import dataclass

import polars as pl
import pytest

from tests.report.sample import SETTINGS, YEARS
from tests.report.sample_crossing import CROSSING_CASE, crossing_tables
from transcaspian.case.settings import CaseSettings
from transcaspian.report.blocks import Fold, Grid, HtmlTable, Section
from transcaspian.report.crossing_section import crossing_section
from transcaspian.report.names import Names
from transcaspian.report.schema import with_every_table
from transcaspian.results.theme import EN_DASH

FOCUS = YEARS[2]


@dataclass(frozen=True)
class Case:
    tables: dict[str, pl.DataFrame]
    settings: CaseSettings = SETTINGS


CASE = Case(CROSSING_CASE)
PAIR = f"Trucks, East{EN_DASH}West"


def section(**changes: pl.DataFrame) -> Section:
    names = Names(projects={"SHIPS": "Two more ferries"})
    return crossing_section(with_every_table(crossing_tables(FOCUS) | changes), CASE, names)


def test_the_lead_names_the_longest_wait_and_the_busiest_berths() -> None:
    lead = str(section().lead)

    assert f"{PAIR}: 50 h" in lead
    assert "East quay, in use 91" in lead


def test_each_line_has_one_curve_that_of_its_longer_direction() -> None:
    (grid,) = [block for block in section().blocks if isinstance(block, Grid)]

    (figure,) = grid.figures
    assert figure.title == f"{PAIR}: 80 h at the traffic of {FOCUS}"
    assert "beyond 20" in figure.subtitle


def test_a_project_is_shown_by_what_it_changes() -> None:
    tables = [block for block in section().blocks if isinstance(block, HtmlTable)]

    (changed,) = [table for table in tables if table.file_name == "crossing_projects.csv"]
    assert [str(cell.text) for cell in changed.rows[0]][:2] == [
        "Two more ferries",
        PAIR,
    ]
    assert float(changed.rows[0][5].title) == -10.0


def test_vessel_time_is_behind_a_fold() -> None:
    (fold,) = [block for block in section().blocks if isinstance(block, Fold)]

    assert len(fold.blocks) == 1


def test_a_run_without_a_crossing_says_so() -> None:
    found = crossing_section(with_every_table({}), CASE, Names())

    assert found.lead == "No crossing was simulated in this run."
    assert not found.blocks


@pytest.mark.parametrize("name", sorted(crossing_tables(FOCUS)))
def test_any_one_table_may_be_empty(name: str) -> None:
    assert section(**{name: crossing_tables(FOCUS)[name].clear()}).title == "Sea crossing"
