"""Flows by month: what each month carries is counted by hand, and months add up to the year."""

import numpy as np
import polars as pl
import pytest

from tests.power.mini import link, make_view, plant
from transcaspian.power import PowerOptions, PowerResult, link_year, power_tables, solve_year
from transcaspian.power.calendar import HOURS_PER_YEAR

JANUARY_HOURS = 31 * 24


@pytest.fixture(scope="module")
def solved() -> PowerResult:
    """A year in which 90 MW are asked for in January and 30 MW later, over a link of 60 MW."""
    load = np.where(np.arange(HOURS_PER_YEAR) < JANUARY_HOURS, 90.0, 30.0)
    view = make_view(
        zones=["A", "B"],
        loads={"B": load.tolist()},
        generators=[plant("cheap", "A", 200, 9.0), plant("dear", "B", 100, 50.0)],
        links=[link("line", "A", "B", 60.0)],
    )
    return solve_year(view, PowerOptions(workers=1))


def test_a_month_carries_what_its_hours_do(solved: PowerResult) -> None:
    months = power_tables(solved)["power_link_month"].sort("month")

    assert months["month"].to_list() == list(range(1, 13))
    assert months["forward_mwh"][0] == pytest.approx(60.0 * JANUARY_HOURS)
    assert months["hours_forward_full"].to_list() == [JANUARY_HOURS, *[0] * 11]
    assert months["forward_mwh"][1] == pytest.approx(30.0 * 28 * 24)


def test_months_add_up_to_the_year(solved: PowerResult) -> None:
    columns = ("forward_mwh", "reverse_mwh", "hours_forward_full", "hours_reverse_full")
    months = power_tables(solved)["power_link_month"].select(pl.col(columns).sum())

    for name, total in months.row(0, named=True).items():
        assert total == pytest.approx(link_year(solved)[name].sum())


def test_part_of_a_year_has_no_months() -> None:
    view = make_view(loads={"A": [1.0, 2.0]}, generators=[plant("only", "A", 5, 9.0)])

    assert "power_link_month" not in power_tables(solve_year(view, PowerOptions(n_hour=2)))
