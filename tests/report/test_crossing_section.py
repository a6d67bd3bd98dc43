"""The crossing's part of the report says who waits how long and where the queue stands."""

from dataclasses import dataclass

import polars as pl

from tests.report.sample import SETTINGS, YEARS
from transcaspian.case.settings import CaseSettings
from transcaspian.report.blocks import Fold, Grid, HtmlTable, Section
from transcaspian.report.crossing_section import crossing_section
from transcaspian.report.names import Names
from transcaspian.report.schema import with_every_table

FOCUS = YEARS[2]


@dataclass(frozen=True)
class Case:
    tables: dict[str, pl.DataFrame]
    settings: CaseSettings = SETTINGS


CASE = Case(
    {
        "crossing/ports": pl.DataFrame({"port": ["E", "W"], "name": ["East", "West"]}),
        "crossing/cargoes": pl.DataFrame(
            {"cargo": ["truck"], "name": ["Trucks"], "unit": ["truck"]}
        ),
    }
)


def wait(run: str, port0: str, hours: float) -> dict[str, object]:
    return {
        "scenario": "reference", "run": run, "year": FOCUS, "port0": port0,
        "port1": "W" if port0 == "E" else "E", "cargo": "truck", "units_per_year": 9000.0,
        "curve_h": hours, "crossing_h": hours, "crossing_low_h": hours - 5.0,
        "crossing_high_h": hours + 5.0, "wait_h": hours - 30.0, "wait_low_h": hours - 40.0,
        "wait_high_h": hours - 20.0, "wait_p50_h": 10.0, "wait_p90_h": 90.0, "wait_p99_h": 190.0,
        "is_joined": True,
    }  # fmt: skip


def section() -> Section:
    shares = {
        f"share_{name}": 0.2 if name in ("roadstead", "loading") else 0.12
        for name in ("roadstead", "unloading", "loading", "held_by_weather", "at_sea", "dry_dock")
    }
    points = [(5000.0, 60.0, False), (10000.0, 100.0, False), (20000.0, 2000.0, True)]
    tables = {
        "crossing_wait_year": pl.DataFrame(
            [wait("reference", "E", 80.0), wait("reference", "W", 60.0), wait("SHIPS", "E", 70.0)]
        ),
        "crossing_curve_year": pl.DataFrame(
            [
                {
                    "scenario": "reference", "run": "reference", "year": FOCUS, "port0": port0,
                    "port1": port1, "cargo": "truck", "units_per_year": units, "delay_h": hours,
                    "low_h": hours - 5.0, "high_h": hours + 5.0, "carried_per_year": units,
                    "is_unstable": grows,
                }
                for port0, port1 in (("E", "W"), ("W", "E"))
                for units, hours, grows in points
            ]
        ),
        "crossing_resource_year": pl.DataFrame(
            [
                {
                    "scenario": "reference", "run": "reference", "year": FOCUS, "resource": name,
                    "kind": kind, "port": "E", "occupancy": busy, "low": busy, "high": busy,
                    "queue": 1.5,
                }
                for name, kind, busy in (("East quay", "berth", 0.91), ("channel", "channel", 0.2))
            ]
        ),
        "crossing_service_year": pl.DataFrame(
            [
                {
                    "scenario": "reference", "run": "reference", "year": FOCUS, "service": "FERRY",
                    "vessels": 3, **shares, "share_broken": 0.12, "sailed_t": 1e6,
                    "cost_usd_per_t": 12.0,
                }
            ]
        ),
    }  # fmt: skip
    names = Names(projects={"SHIPS": "Two more ferries"})
    return crossing_section(with_every_table(tables), CASE, names)


def test_the_lead_names_the_longest_wait_and_the_busiest_berths() -> None:
    lead = str(section().lead)

    assert "Trucks, East–West: 50 h" in lead
    assert "East quay, in use 91" in lead


def test_each_line_has_one_curve_that_of_its_longer_direction() -> None:
    (grid,) = [block for block in section().blocks if isinstance(block, Grid)]

    (figure,) = grid.figures
    assert figure.title == f"Trucks, East–West: 80 h at the traffic of {FOCUS}"
    assert "beyond 20" in figure.subtitle


def test_a_project_is_shown_by_what_it_changes() -> None:
    tables = [block for block in section().blocks if isinstance(block, HtmlTable)]

    (changed,) = [table for table in tables if table.file_name == "crossing_projects.csv"]
    assert [str(cell.text) for cell in changed.rows[0]][:2] == [
        "Two more ferries",
        "Trucks, East–West",
    ]
    assert float(changed.rows[0][5].title) == -10.0


def test_vessel_time_is_behind_a_fold() -> None:
    (fold,) = [block for block in section().blocks if isinstance(block, Fold)]

    assert len(fold.blocks) == 1


def test_a_run_without_a_crossing_says_so() -> None:
    found = crossing_section(with_every_table({}), CASE, Names())

    assert found.lead == "No crossing was simulated in this run."
    assert not found.blocks
