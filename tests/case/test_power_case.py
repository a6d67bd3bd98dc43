"""The power tables of the packaged case hang together as a power system must."""

import numpy as np
import polars as pl
import pytest

from transcaspian.case.read import read_case
from transcaspian.case.tables import Case, YearView

YEARS = (2022, 2024, 2025, 2030, 2035, 2040)
EU_ZONES = ["RO", "HU", "BG", "GR"]


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case()


@pytest.fixture(scope="module", params=YEARS)
def view(case: Case, request: pytest.FixtureRequest) -> YearView:
    return case.at(request.param)


def hourly(view: YearView, frame: pl.DataFrame, column: str) -> np.ndarray:
    ones = np.ones(8760)
    return np.array([ones if name is None else view.profiles[name] for name in frame[column]])


def test_every_year_has_all_plants_loads_and_links(case: Case, view: YearView) -> None:
    for table in ("generators", "loads", "links", "storage_units", "markets", "fuels"):
        name = f"power/{table}"
        assert view.tables[name].height == case.tables[name].height


def test_no_plant_must_run_above_what_it_can(view: YearView) -> None:
    plants = view.tables["power/generators"]
    least = plants["p_min_pu"].to_numpy()[:, None] * hourly(view, plants, "p_min_profile")
    most = hourly(view, plants, "p_max_profile")
    assert (least <= most + 1e-9).all()


def test_every_link_charges_something_and_loses_something(view: YearView) -> None:
    links = view.tables["power/links"]
    assert links["wheeling_usd_per_mwh"].min() > 0.0
    assert links["loss_pu"].min() > 0.0


def test_no_link_passes_twice_between_the_same_buses(view: YearView) -> None:
    links = view.tables["power/links"]
    pairs = {frozenset(pair) for pair in links.select("bus0", "bus1").iter_rows()}
    assert len(pairs) == links.height


def test_projects_of_the_case_are_shut_in_the_reference(view: YearView) -> None:
    links = view.tables["power/links"]
    shut = links.filter(pl.col("link").is_in(["KZ_MANGYSTAU-AZ", "GE-RO", "AZ-NAKHCHIVAN"]))
    assert shut["p_nom_mw"].to_list() == [0.0, 0.0, 0.0]
    assert shut["p_nom_reverse_mw"].to_list() == [0.0, 0.0, 0.0]


def test_a_carbon_border_charge_falls_due_only_on_the_way_into_the_eu_from_2026(
    view: YearView,
) -> None:
    links = view.tables["power/links"]
    into = links.filter(pl.col("border_cost_usd_per_mwh") > 0.0)["bus1"].to_list()
    into += links.filter(pl.col("border_cost_reverse_usd_per_mwh") > 0.0)["bus0"].to_list()
    assert set(into) <= set(EU_ZONES)
    assert bool(into) == (view.year >= 2026)


def test_the_turkish_carbon_border_charge_is_factor_times_difference_of_prices(case: Case) -> None:
    view = case.at(2030)
    gap = view.parameter("co2_price", "BG") - view.parameter("co2_price", "TR")
    link = view.tables["power/links"].filter(pl.col("link") == "TR-BG")
    assert link["border_cost_usd_per_mwh"].item() == pytest.approx(0.77 * gap, abs=0.06)


def test_firm_plants_lines_and_storage_cover_nine_tenths_of_every_peak(view: YearView) -> None:
    plants = view.tables["power/generators"].filter(
        ~pl.col("carrier").is_in(["solar", "wind_onshore", "wind_offshore"])
    )
    firm = plants.with_columns(firm=pl.col("p_nom_mw") * pl.col("availability_pu")).with_columns(
        firm=pl.when(pl.col("carrier") == "hydro_ror").then(0.2).otherwise(1.0) * pl.col("firm")
    )
    links = view.tables["power/links"]
    for load in view.tables["power/loads"].iter_rows(named=True):
        bus = load["bus"]
        peak = load["energy_mwh"] / 8760 * view.profiles[load["profile"]].max()
        own = firm.filter(pl.col("bus") == bus)["firm"].sum()
        storage = view.tables["power/storage_units"].filter(pl.col("bus") == bus)["p_nom_mw"].sum()
        lines = (
            links.filter(pl.col("bus1") == bus)["p_nom_mw"].sum()
            + links.filter(pl.col("bus0") == bus)["p_nom_reverse_mw"].sum()
        )
        assert own + storage + lines > 0.9 * peak, (bus, view.year)


def test_monthly_water_never_exceeds_what_the_turbines_can_pass(case: Case) -> None:
    water = case.tables["power/monthly_energy"].join(
        case.tables["power/generators"].select("generator", "availability_pu"), on="generator"
    )
    assert (water["capacity_factor"] <= water["availability_pu"]).all()


def test_every_reservoir_has_water_in_all_twelve_months(case: Case) -> None:
    dams = case.tables["power/generators"].filter(pl.col("carrier") == "hydro_dam")["generator"]
    months = case.tables["power/monthly_energy"].group_by("generator").len()
    assert set(months["generator"]) == set(dams)
    assert set(months["len"]) == {12}


def test_markets_can_trade_no_more_than_their_lines_carry(view: YearView) -> None:
    links = view.tables["power/links"]
    for market in view.tables["power/markets"].iter_rows(named=True):
        bus = market["bus"]
        out = (
            links.filter(pl.col("bus0") == bus)["p_nom_mw"].sum()
            + links.filter(pl.col("bus1") == bus)["p_nom_reverse_mw"].sum()
        )
        assert market["max_sell_mw"] <= out + 1e-6


def test_paid_fuel_is_never_dearer_than_twice_what_the_country_gives_up(view: YearView) -> None:
    fuels = view.tables["power/fuels"]
    paid, given_up = fuels["price_usd_per_mwh_th"], fuels["opportunity_cost_usd_per_mwh_th"]
    assert (paid <= 2.0 * given_up).all()
