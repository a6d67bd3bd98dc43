"""Fuel that a project frees is worth its export price up to what the route takes, by hand."""

from dataclasses import replace
from types import MappingProxyType

import polars as pl
import pytest

from transcaspian.case.tables import Case
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study

OPTIONS = StudyOptions(projects=("CABLE",), only=("power",), years=(2030,))
ROUTE = {"route": "Pipe", "source": "assumption", "confidence": "assumed", "note": None}


def with_route(case: Case, limit_mwh_th: float) -> Case:
    """Return the case with a route for West's gas."""
    table = pl.DataFrame([{"fuel": "gas_W", "limit_mwh_th": limit_mwh_th} | ROUTE])
    tables = dict(case.tables) | {"power/fuel_routes": table}
    return replace(case, tables=MappingProxyType(tables))


def value(results: Results) -> float:
    return float(results.table("projects")["benefit_2030_musd"].item())


def freed(results: Results) -> dict[str, float]:
    return results.table("power_fuel_freed").row(0, named=True)


@pytest.fixture(scope="module")
def unlimited(small_case: Case) -> Results:
    return run_study(with_route(small_case, 1e12), OPTIONS)


def test_a_wide_route_changes_no_value(small_case: Case, unlimited: Results) -> None:
    assert value(unlimited) == pytest.approx(value(run_study(small_case, OPTIONS)), rel=1e-12)


def test_all_that_is_freed_is_sold_by_a_wide_route(unlimited: Results) -> None:
    row = freed(unlimited)

    assert row["sold_mwh_th"] == row["freed_mwh_th"] > 0
    assert row["kept_mwh_th"] == 0.0


def test_what_finds_no_route_is_worth_what_plants_pay(small_case: Case, unlimited: Results) -> None:
    limit = 0.25 * freed(unlimited)["freed_mwh_th"]

    results = run_study(with_route(small_case, limit), OPTIONS)

    # Gas costs plants 20 and the country 25 USD/MWh of heat: 5 too much on three quarters.
    lost = 0.75 * freed(unlimited)["freed_mwh_th"] * 5.0 / 1e6
    assert value(results) == pytest.approx(value(unlimited) - lost, rel=1e-9)
    assert freed(results)["sold_mwh_th"] == pytest.approx(limit)


def test_the_books_balance_with_a_route(small_case: Case) -> None:
    results = run_study(with_route(small_case, 1.0), OPTIONS)

    assert results.table("checks")["passed"].all()
