"""A year view is the case with scenario and projects applied, nothing more."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transcaspian.case.tables import Case
from transcaspian.errors import NotFoundError


def cell(frame: pl.DataFrame, key: str, row: str, column: str) -> object:
    return frame.filter(pl.col(key) == row)[column].item()


def test_a_project_sets_the_capacity_of_its_link(small_case: Case) -> None:
    view = small_case.at(2030, projects=["CABLE"])

    assert cell(view.tables["power/links"], "link", "E-W", "p_nom_mw") == 300


def test_without_its_project_the_link_stays_closed(small_case: Case) -> None:
    view = small_case.at(2030)

    assert cell(view.tables["power/links"], "link", "E-W", "p_nom_mw") == 0


def test_two_projects_change_two_cells(small_case: Case) -> None:
    view = small_case.at(2030, projects=small_case.members("SEA"))

    assert (
        cell(view.tables["freight/terminals"], "terminal", "EPORT-rail-ferry", "capacity") == 2500
    )
    assert cell(view.tables["freight/links"], "link", "EPORT-WPORT-ferry", "capacity") == 3000


def test_a_scenario_multiplies_a_price(small_case: Case) -> None:
    view = small_case.at(2030, "dear_gas")

    assert cell(view.tables["power/fuels"], "fuel", "gas_W", "price_usd_per_mwh_th") == 40


def test_a_project_leaves_every_other_table_as_it_was(small_case: Case) -> None:
    before, after = small_case.at(2030), small_case.at(2030, projects=["CABLE"])

    for name in before.tables:
        if name != "power/links":
            assert_frame_equal(before.tables[name], after.tables[name])


def test_the_case_itself_never_changes(small_case: Case) -> None:
    before = small_case.tables["power/link_years"].clone()

    small_case.at(2030, projects=["CABLE"])

    assert_frame_equal(small_case.tables["power/link_years"], before)


def test_a_country_without_its_own_price_gets_that_of_all(small_case: Case) -> None:
    assert small_case.at(2030).parameter("voll", "EA") == 3000


def test_unknown_names_are_not_found(small_case: Case) -> None:
    with pytest.raises(NotFoundError, match="BRIDGE"):
        small_case.at(2030, projects=["BRIDGE"])
    with pytest.raises(NotFoundError, match="boom"):
        small_case.at(2030, "boom")
    with pytest.raises(NotFoundError, match="BRIDGE"):
        small_case.members("BRIDGE")


def test_a_year_without_data_is_not_found(small_case: Case) -> None:
    with pytest.raises(NotFoundError, match="2022, 2024, 2025, 2030"):
        small_case.at(2027)
