"""The packaged reference has the plants that a country needs at home; those for export are bound."""

import polars as pl
import pytest

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case

PUBLISHED_FOR_EXPORT_MW = 4000.0
OUTPUT = {"hydro_dam": 0.33, "hydro_ror": 0.40, "solar": 0.155, "wind_onshore": 0.38}


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case()


def capacity(case: Case, bus: str, year: int, *projects: str) -> dict[str, float]:
    plants = case.at(year, projects=projects).tables["power/generators"]
    own = plants.filter(pl.col("bus") == bus)
    return dict(own.group_by("carrier").agg(pl.col("p_nom_mw").sum()).iter_rows())


def test_azerbaijan_builds_what_is_published_for_its_own_grid_by_2030(case: Case) -> None:
    now, then = capacity(case, "AZ", 2025), capacity(case, "AZ", 2030)
    new = sum(then[carrier] - now[carrier] for carrier in ("solar", "wind_onshore"))
    assert new == pytest.approx(2700.0, abs=1.0)


def test_azeri_plants_after_2030_grow_with_home_demand(case: Case) -> None:
    def green(year: int) -> float:
        own = capacity(case, "AZ", year)
        return own["solar"] + own["wind_onshore"]

    loads = {year: case.at(year).tables["power/loads"] for year in (2030, 2035, 2040)}
    use = {year: loads[year].filter(pl.col("bus") == "AZ")["energy_mwh"].item() for year in loads}
    for year in (2035, 2040):
        assert green(year) / green(2030) == pytest.approx(use[year] / use[2030], rel=1e-3)
        assert capacity(case, "AZ", year)["wind_offshore"] == 0.0


@pytest.mark.parametrize("year", [2030, 2035, 2040])
def test_georgian_water_wind_and_sun_make_what_the_country_uses(case: Case, year: int) -> None:
    own = capacity(case, "GE", year)
    made = 8760 * sum(OUTPUT[carrier] * own[carrier] for carrier in OUTPUT)
    loads = case.at(year).tables["power/loads"].filter(pl.col("bus") == "GE")
    assert made == pytest.approx(loads["energy_mwh"].item(), rel=0.005)


def test_plants_for_export_are_a_part_of_what_is_published_and_come_with_their_project(
    case: Case,
) -> None:
    without = capacity(case, "AZ", 2035)
    with_them = capacity(case, "AZ", 2035, "AZ_EXPORT_PLANTS")
    more = sum(with_them.values()) - sum(without.values())
    assert more == pytest.approx(1600.0)
    assert more == pytest.approx(1.3 / 3.3 * PUBLISHED_FOR_EXPORT_MW, rel=0.02)
    assert capacity(case, "AZ", 2035, "BLACK_SEA_CABLE") == without


def test_high_green_and_slow_stand_on_their_sides_of_the_reference(case: Case) -> None:
    green = {}
    for scenario in ("slow", "reference", "high_green"):
        plants = case.at(2035, scenario).tables["power/generators"]
        own = plants.filter(
            pl.col("bus").is_in(["AZ", "GE"]), pl.col("carrier").is_in(["solar", "wind_onshore"])
        )
        green[scenario] = own["p_nom_mw"].sum()
    assert green["slow"] < green["reference"] < green["high_green"]


def test_the_second_line_to_georgia_comes_with_the_cable_that_pays_for_it(case: Case) -> None:
    def line(*projects: str) -> float:
        links = case.at(2035, projects=projects).tables["power/links"]
        return links.filter(pl.col("link") == "AZ-GE")["p_nom_mw"].item()

    assert (line(), line("BLACK_SEA_CABLE")) == (1000.0, 2000.0)
