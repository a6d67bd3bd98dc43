"""What feeds a cable and what its MWh cost where it lands, on the small case solved for real."""

import numpy as np
import polars as pl
import pytest

from tests.small_case import write_small_case
from transcaspian.appraisal.discounting import annuity_payment
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case
from transcaspian.power import (
    PowerOptions,
    hourly_dispatch,
    hourly_links,
    hourly_prices,
    solve_year,
)
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study
from transcaspian.study.reuse import POWER

YEAR, CAPEX_USD, LIFE, OPEX, RATE = 2030, 300e6, 25, 0.02, 0.06


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return read_case(write_small_case(tmp_path_factory.mktemp("case")))


@pytest.fixture(scope="module")
def results(case: Case) -> Results:
    options = StudyOptions(
        years=(YEAR,), projects=("CABLE",), only=("power",), scenarios=("reference",)
    )
    return run_study(case, options)


@pytest.fixture(scope="module")
def hourly(case: Case) -> dict[str, pl.DataFrame]:
    view = POWER.cut(case.at(YEAR, projects=("CABLE",)))
    result = solve_year(view, PowerOptions(workers=1))
    return {
        "dispatch": hourly_dispatch(result),
        "links": hourly_links(result, result.inputs.links),
        "prices": hourly_prices(result),
    }


def origins(results: Results, method: str, sense: str) -> dict[tuple[str, str], float]:
    table = results.table("cable_origins").filter(method=method, sense=sense, link="E-W")
    return {
        (bus, carrier): mwh
        for bus, carrier, mwh in table.select("bus", "carrier", "energy_mwh").iter_rows()
    }


def test_the_table_of_what_feeds_the_cable_follows_from_the_hourly_tables(
    results: Results, hourly: dict[str, pl.DataFrame]
) -> None:
    """East has no other link than the cable, so what it sends is the mix of its own plants."""
    flow = hourly["links"].filter(link="E-W").sort("hour")["mw"].to_numpy()
    sent = np.maximum(flow, 0.0)
    assert sent.sum() > 0.0
    made = {
        carrier: hourly["dispatch"].filter(bus="E", carrier=carrier).sort("hour")["mw"].to_numpy()
        for carrier in ("coal", "wind", "hydro_dam")
    }
    discharged = np.zeros_like(flow)
    stores = hourly["dispatch"].filter(pl.col("bus") == "E", pl.col("carrier") == "battery")
    if stores.height:
        discharged = np.maximum(stores.sort("hour")["mw"].to_numpy(), 0.0)
    total = sum(made.values()) + discharged
    expected = {("E", name): float((sent * mw / total).sum()) for name, mw in made.items()}
    found = origins(results, "traced", "forward")
    for key, energy in expected.items():
        assert found.get(key, 0.0) == pytest.approx(energy, rel=1e-6, abs=1.0)


def test_what_is_traced_adds_up_to_what_the_cable_sends(results: Results) -> None:
    links = results.table("power_link_year").filter(run="CABLE", year=YEAR, link="E-W")
    for sense in ("forward", "reverse"):
        sent = links[f"{sense}_mwh"].item()
        assert sum(origins(results, "traced", sense).values()) == pytest.approx(sent, abs=1.0)


def test_the_difference_is_the_change_of_every_plant_and_of_emissions(results: Results) -> None:
    plants = results.table("power_carrier_year").filter(year=YEAR)
    with_it, without = (
        dict(zip(own["bus"] + own["carrier"], own["energy_mwh"], strict=True))
        for own in (plants.filter(run="CABLE"), plants.filter(run="reference"))
    )
    found = origins(results, "difference", "both")
    for bus, carrier in (("E", "coal"), ("W", "gas")):
        change = with_it[bus + carrier] - without[bus + carrier]
        assert found.get((bus, carrier), 0.0) == pytest.approx(change, abs=1e-6)
    table = results.table("cable_origins").filter(method="difference")
    project = results.table("projects").row(0, named=True)
    assert table["co2_t"].sum() / 1e6 == pytest.approx(project[f"co2_mt_per_year_{YEAR}"], abs=1e-9)


def delivered(results: Results) -> dict[str, object]:
    table = results.table("cable_delivered").filter(link="E-W", sense="forward")
    return table.row(0, named=True)


def test_the_cost_of_a_mwh_that_lands_is_the_sum_of_its_parts(results: Results) -> None:
    row = delivered(results)
    parts = [row[f"{name}_usd_per_mwh"] for name in ("generation", "losses", "cables", "transit")]
    assert row["delivered_no_charge_usd_per_mwh"] == pytest.approx(sum(parts))  # type: ignore[arg-type]
    assert row["delivered_usd_per_mwh"] == pytest.approx(sum(parts) + row["charge_usd_per_mwh"])  # type: ignore[arg-type,operator]


def test_the_cable_costs_its_annuity_and_upkeep_over_all_that_it_carries(
    results: Results, hourly: dict[str, pl.DataFrame]
) -> None:
    row = delivered(results)
    carried = hourly["links"].filter(link="E-W")["mw"].abs().sum()
    service = CAPEX_USD * (annuity_payment(1.0, RATE, LIFE) + OPEX)
    assert row["cables_usd_per_mwh"] == pytest.approx(service / carried, rel=1e-6)
    assert row["service_usd_per_mw"] == pytest.approx(service / 300.0)
    assert row["use"] == pytest.approx(carried / (300.0 * 8760), rel=1e-6)


def test_generation_is_the_sending_price_and_stands_beside_the_price_there(
    results: Results, hourly: dict[str, pl.DataFrame]
) -> None:
    row = delivered(results)
    sent = np.maximum(hourly["links"].filter(link="E-W").sort("hour")["mw"].to_numpy(), 0.0)
    for column, bus in (("generation_usd_per_mwh", "E"), ("price_there_usd_per_mwh", "W")):
        price = hourly["prices"].filter(bus=bus).sort("hour")["price"].to_numpy()
        assert row[column] == pytest.approx(float(price @ sent / sent.sum()), rel=1e-5)
    assert row["generation_is"] == "sending price"
    assert row["landing"] == "W"
