"""Scenarios beyond the standard of adequacy are not weighed by a fund."""

from dataclasses import replace

import polars as pl
import pytest

from tests.portfolio.small_run import small_run
from transcaspian.errors import InputError
from transcaspian.portfolio.offers import make_offers
from transcaspian.portfolio.rules import weighed
from transcaspian.portfolio.vehicle import RunTables, read_vehicle


def judged(**is_weighed: bool) -> RunTables:
    run = small_run()
    verdict = pl.DataFrame({"scenario": list(is_weighed), "is_weighed": list(is_weighed.values())})
    return replace(run, results={**run.results, "adequacy_scenarios": verdict})


def test_a_scenario_beyond_the_standard_has_no_weight_and_no_flows():
    run = judged(reference=True, slow=False)
    vehicle = run.case["finance/vehicles"]["vehicle"][0]

    problem = make_offers(run, read_vehicle(run, vehicle)).problem

    assert problem.scenarios == ("reference",)
    assert problem.probability.tolist() == [1.0]


def test_scenarios_within_the_standard_are_all_weighed():
    run = judged(reference=True, slow=True)

    assert weighed(run).equals(run.results["ledger"])


def test_a_run_without_a_verdict_weighs_every_scenario():
    run = small_run()

    assert weighed(run).equals(run.results["ledger"])


def test_a_run_whose_every_scenario_is_beyond_is_refused():
    with pytest.raises(InputError, match="Every scenario"):
        weighed(judged(reference=False, slow=False))
