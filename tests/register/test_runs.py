from datetime import date

import polars as pl
import pytest

from transcaspian.errors import InputError
from transcaspian.register.read import read_packaged
from transcaspian.register.record import create_store
from transcaspian.register.runs import RUN_INDICATORS, compare_with_runs, record_run_indicators
from transcaspian.register.status import judge_all

DAY = date(2026, 4, 1)


def indicators(value: float = 4.0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "scenario": ["base", "base"],
            "run": ["reference", "cable"],
            "year": [2025, 2030],
            "quantity": ["corridor_mt", "cable_gwh"],
            "value": [value, 8000.0],
        }
    )


def test_a_run_stands_beside_what_was_observed(address: str) -> None:
    with create_store(address, read_packaged()) as store:
        record_run_indicators(store, indicators(), "study", DAY, run_name="run-12")
        figures = compare_with_runs(store.read())
    volume = next(figure for figure in figures if figure.commitment == "com-titr-10mt")
    assert (volume.model, volume.observed, volume.target, volume.run) == (
        4.0,
        4.12,
        10.0,
        "reference",
    )


def test_a_run_is_never_evidence(sqlite_address: str) -> None:
    with create_store(sqlite_address, read_packaged()) as store:
        before = judge_all(store.read(), date(2026, 4, 30))
        record_run_indicators(store, indicators(1e6), "study", DAY, run_name="run-12")
        assert judge_all(store.read(), date(2026, 4, 30)) == before


def test_recording_a_run_twice_changes_nothing(sqlite_address: str) -> None:
    with create_store(sqlite_address, read_packaged()) as store:
        record_run_indicators(store, indicators(), "study", DAY)
        assert record_run_indicators(store, indicators(), "study", DAY).total == 0


def test_two_runs_of_the_same_year_stay_apart(sqlite_address: str) -> None:
    both = indicators().with_columns(year=2030, quantity=pl.lit("corridor_mt"))
    with create_store(sqlite_address, read_packaged()) as store:
        record_run_indicators(store, both, "study", DAY)
        models = store.read()["observations"].filter(pl.col("kind") == "model")
    assert sorted(models.select("scope", "value").iter_rows()) == [
        ("base/cable", 8000.0),
        ("base/reference", 4.0),
    ]


def test_every_quantity_of_a_run_has_its_indicator_in_the_packaged_register() -> None:
    units = dict(read_packaged()["indicators"].select("id", "unit").iter_rows())
    assert all(
        units[indicator].removesuffix("/yr") == unit.removesuffix("/yr")
        for indicator, unit in RUN_INDICATORS.values()
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_a_figure_that_is_no_number_is_refused(sqlite_address: str, value: float) -> None:
    with create_store(sqlite_address, read_packaged()) as store, pytest.raises(InputError):
        record_run_indicators(store, indicators(value), "study", DAY)


def test_a_quantity_that_no_run_has_is_refused(sqlite_address: str) -> None:
    wrong = indicators().with_columns(quantity=pl.lit("happiness"))
    with (
        create_store(sqlite_address, read_packaged()) as store,
        pytest.raises(InputError, match="happiness"),
    ):
        record_run_indicators(store, wrong, "study", DAY)
