"""Other years of weather: what they replace, what they change, and what follows for the value."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from transcaspian.accounts import real_cost_usd
from transcaspian.case.synthetic import PACKAGED_SEED, weather_year
from transcaspian.case.tables import Case
from transcaspian.errors import InputError
from transcaspian.power import PowerOptions, solve_year
from transcaspian.power.accounts import accounts
from transcaspian.power.tables import carrier_year
from transcaspian.power.year import Calendar
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study
from transcaspian.study.options import make_plan
from transcaspian.study.realisations import realisation_benefits

WIND = "wind_AZ"
HELD = "wind_E"
OPTIONS = StudyOptions(projects=("CABLE",), only=("power",), years=(2030,), realisations=2)


@pytest.fixture(scope="module")
def windy_case(small_case: Case) -> Case:
    """The small case with the generator's wind in place of its own."""
    tables = dict(small_case.tables)
    for name in ("power/generators", "power/profile_info"):
        tables[name] = tables[name].with_columns(pl.col(pl.String).replace(HELD, WIND))
    tables["power/profile_info"] = tables["power/profile_info"].with_columns(
        confidence=pl.lit("synthetic")
    )
    profiles = {name: values for name, values in small_case.profiles.items() if name != HELD}
    profiles[WIND] = weather_year(PACKAGED_SEED)[WIND]
    return replace(small_case, tables=MappingProxyType(tables), profiles=MappingProxyType(profiles))


@pytest.fixture(scope="module")
def results(windy_case: Case) -> Results:
    return run_study(windy_case, OPTIONS)


def test_every_realisation_has_its_benefit_and_the_first_is_the_case(results: Results) -> None:
    table = results.table("realisations")

    assert table["realisation"].to_list() == [0, 1, 2]
    assert table["seed"].to_list() == [PACKAGED_SEED, PACKAGED_SEED + 1, PACKAGED_SEED + 2]
    assert table["difference_musd"][0] == 0.0
    assert table["difference_musd"][1] != 0.0


def test_a_year_that_the_run_does_not_solve_is_not_solved_for_its_weather(
    windy_case: Case, results: Results
) -> None:
    later = next(year for year in windy_case.settings.model_years if year not in OPTIONS.years)
    settings = windy_case.settings.model_copy(update={"realisation_year": later})

    found = run_study(replace(windy_case, settings=settings), OPTIONS)

    assert found.table("realisations").equals(results.table("realisations"))


def test_a_benefit_is_what_two_dispatches_cost_less(windy_case: Case, results: Results) -> None:
    seed = PACKAGED_SEED + 1
    profiles = dict(windy_case.profiles) | {WIND: weather_year(seed)[WIND]}
    case = replace(windy_case, profiles=MappingProxyType(profiles))
    options = PowerOptions(calendar=Calendar.days_of_months(8, 7))
    without, with_it = (
        real_cost_usd(accounts(solve_year(case.at(2030, "reference", projects), options)))
        for projects in ((), ("CABLE",))
    )

    benefit = results.table("realisations")["benefit_musd"][1]

    assert benefit == pytest.approx((without - with_it) * 8760 / (12 * 168) / 1e6, rel=1e-9)


def test_the_range_of_the_value_holds_the_departure_over_the_life(results: Results) -> None:
    project = results.table("projects").row(0, named=True)
    table = results.table("realisations")
    years = np.arange(project["opening_year"], project["opening_year"] + project["life_years"])
    annuity = (1.06 ** -(years - 2025.0)).sum()

    npv = project["npv_headline_musd"] + annuity * table["difference_musd"].to_numpy()

    assert np.allclose(table["npv_musd"], npv)
    assert project["npv_weather_low_musd"] == pytest.approx(npv.min())
    assert project["npv_weather_high_musd"] == pytest.approx(npv.max())


def test_what_residents_bear_is_part_of_every_realisation(
    windy_case: Case, results: Results
) -> None:
    # Air beside coal plants costs 10 USD/MWh: what the cable moves to the coal of East is lost.
    sources = {"source": "assumption", "confidence": "assumed", "note": None}
    row = {"activity": "coal", "effect": "air_pollution", "country": "*", "value": 10.0}
    known = windy_case.tables["economy/external_costs"]
    unit = {"unit": "USD/MWh"} if "unit" in known.columns else {}
    costs = pl.DataFrame([row | unit | sources], schema=known.schema)
    tables = MappingProxyType({**windy_case.tables, "economy/external_costs": costs})
    case = replace(windy_case, tables=tables)

    plan = make_plan(case, replace(OPTIONS, realisations=1))
    found = realisation_benefits(case, plan, 1, lambda _: None, {})

    seed = PACKAGED_SEED + 1
    profiles = dict(case.profiles) | {WIND: weather_year(seed)[WIND]}
    weather = replace(case, profiles=MappingProxyType(profiles))
    coal_mwh = []
    for projects in ((), ("CABLE",)):
        view = weather.at(2030, "reference", projects)
        made = carrier_year(solve_year(view, PowerOptions(calendar=Calendar.days_of_months(8, 7))))
        coal_mwh.append(made.filter(pl.col("carrier") == "coal")["energy_mwh"].sum())
    more_damage = 10.0 * (coal_mwh[1] - coal_mwh[0]) * 8760 / (12 * 168) / 1e6
    plain = results.table("realisations")["benefit_musd"][1]

    assert abs(more_damage) > 0.1
    assert found["benefit_musd"][1] == pytest.approx(plain - more_damage, rel=1e-6)


def test_observed_series_are_never_replaced(windy_case: Case) -> None:
    tables = dict(windy_case.tables)
    tables["power/profile_info"] = tables["power/profile_info"].with_columns(
        confidence=pl.lit("reported")
    )

    observed = run_study(replace(windy_case, tables=MappingProxyType(tables)), OPTIONS)

    assert observed.table("realisations").is_empty()
    assert observed.table("projects")["npv_weather_low_musd"].null_count() == 1


def test_a_negative_number_of_realisations_is_refused(windy_case: Case) -> None:
    with pytest.raises(InputError, match="negative"):
        run_study(windy_case, StudyOptions(realisations=-1))
