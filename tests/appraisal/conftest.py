"""A run folder with two projects, as `transcaspian run` leaves it."""

import polars as pl
import pytest

from tests.appraisal.accounts_examples import appraisal_of
from transcaspian.results.tables import Results
from transcaspian.results.write import write_results


@pytest.fixture
def run_folder(tmp_path):
    return write_run(("cable", "line"), tmp_path / "run")


def write_run(names, folder):
    """Write a run whose projects have these names, and return its folder."""
    ledger = pl.concat([appraisal_of(name).ledger.rows for name in names])
    facts = pl.DataFrame(
        [
            {
                "scenario": "reference",
                "project": name,
                "kind": "cable",
                "opening_year": 2030,
                "life_years": 10,
                "capex_musd": 100.0,
                "capex_low_musd": 80.0,
                "capex_high_musd": 150.0,
            }
            for name in names
        ]
    )
    settings = {"price_year": 2024, "base_year": 2025, "headline_rate": 0.06}
    tables = {"projects": facts, "ledger": ledger.with_columns(scenario=pl.lit("reference"))}
    return write_results(Results(tables, {"settings": settings}), folder, "<html></html>")
