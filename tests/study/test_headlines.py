"""Headlines are sums of the result tables, the same for every scenario."""

import polars as pl
import pytest

from transcaspian.case.tables import Case
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study


@pytest.fixture(scope="module")
def results(small_case: Case) -> Results:
    return run_study(small_case, StudyOptions(scenarios=("all",), years=(2030,)))


def headline(results: Results, quantity: str, scenario: str) -> float:
    rows = results.table("headlines").filter(
        (pl.col("quantity") == quantity) & (pl.col("scenario") == scenario)
    )
    return float(rows["value"].item())


def test_every_headline_is_there_for_every_scenario(results: Results) -> None:
    table = results.table("headlines")
    keys = ["area", "subject", "quantity", "unit", "year"]

    counts = table.group_by(keys, maintain_order=True).agg(pl.col("scenario").n_unique())

    assert set(table["area"]) == {"power", "freight", "projects"}
    assert (counts["scenario"] == 2).all()


def test_electricity_used_is_the_load_of_the_corridors_countries(results: Results) -> None:
    # East and West: 500 MW each on average, over 8,760 hours.
    assert headline(results, "Electricity used", "reference") == pytest.approx(8.76)


def test_dear_gas_raises_the_price_and_lowers_emissions(results: Results) -> None:
    price, emissions = "Mean price, by load", "Emissions of power plants"

    assert headline(results, price, "dear_gas") > headline(results, price, "reference")
    assert headline(results, emissions, "dear_gas") < headline(results, emissions, "reference")


def test_the_value_is_that_of_the_table_of_projects(results: Results) -> None:
    table = results.table("headlines").filter(pl.col("quantity") == "NPV")

    projects = results.table("projects")["npv_headline_musd"]

    assert table["value"].to_list() == projects.to_list()


def test_the_cable_reaches_the_register_in_megawatts_and_gigawatt_hours(results: Results) -> None:
    rows = results.table("run_indicators").filter(
        (pl.col("run") == "CABLE") & (pl.col("scenario") == "reference")
    )
    found = dict(zip(rows["quantity"], rows["value"], strict=True))
    link = results.table("power_link_year").filter(
        (pl.col("run") == "CABLE") & (pl.col("scenario") == "reference") & (pl.col("link") == "E-W")
    )

    assert found["cable_mw"] == 300.0
    assert found["cable_gwh"] == pytest.approx(
        float((link["forward_mwh"] + link["reverse_mwh"]).sum()) / 1e3
    )


def test_emissions_reach_the_register_for_every_run(results: Results, small_case: Case) -> None:
    rows = results.table("run_indicators").filter(pl.col("quantity") == "co2_kt")

    total = results.table("power_zone_year").filter(
        pl.col("year").is_in(small_case.settings.model_years)
    )["co2_t"]

    assert rows["value"].sum() == pytest.approx(total.sum() / 1e3)
