"""What a cash flow's figures do not say is said in its note."""

import numpy as np
import pytest
import pyxirr

from transcaspian.appraisal.cash_flow import CashFlow, appraise_cash_flow
from transcaspian.appraisal.discounting import payback
from transcaspian.errors import InputError


def flow(*net, cost=None):
    amounts = np.array(net, dtype=np.float64)
    paid = None if cost is None else np.array(cost, dtype=np.float64)
    gained = None if paid is None else amounts + paid
    return CashFlow(np.arange(amounts.size, dtype=np.float64), amounts, gained, paid, "t")


@pytest.mark.parametrize("net", [(-100, 150, -100), (-100, 60, 60, -30), (10, -5, -10)])
def test_a_flow_that_ends_in_debt_has_no_payback(net):
    assert payback(net) is None
    assert appraise_cash_flow(flow(*net), 0.05).payback is None


def test_debt_that_stays_is_said():
    note = appraise_cash_flow(flow(-100, 150, -100), 0.05).note
    assert "comes back at t = 2 and stays" in note


def test_debt_that_comes_back_for_a_while_is_said():
    found = appraise_cash_flow(flow(-100, 150, -100, 200), 0.05)
    assert found.payback == pytest.approx(100.0 / 150.0)
    assert "comes back at t = 2; the payback is that of the first time" in found.note


@pytest.mark.parametrize("net", [(-100, 60, 60), (5, 6), (-5, -6), (10, -20, 15), (-1,), (0,)])
def test_debt_that_never_comes_back_is_not_spoken_of(net):
    assert "comes back" not in (appraise_cash_flow(flow(*net), 0.05).note or "")


def test_costs_of_negative_worth_give_no_ratio():
    found = appraise_cash_flow(flow(100, -100, 50, cost=(-100, 150, 0)), 0.8)
    assert found.bcr is None
    assert "costs is negative" in found.note


def test_benefits_that_are_a_loss_are_said():
    found = appraise_cash_flow(flow(-110, -10, cost=(100, 0)), 0.05)
    assert found.bcr < 0.0
    assert "a loss" in found.note


def test_costs_next_to_nothing_give_no_ratio():
    assert appraise_cash_flow(flow(1e299, cost=(1e-20,)), 0.05).bcr is None


# The example that spreadsheets print beside their function MIRR: 10 % finance, 12 and 14 % put by.
SPREADSHEET = (-120_000.0, 39_000.0, 30_000.0, 21_000.0, 37_000.0, 46_000.0)


@pytest.mark.parametrize(
    ("net", "put_by", "expected"),
    [
        (SPREADSHEET, 0.12, 0.126094),
        (SPREADSHEET[:4], 0.12, -0.048045),
        (SPREADSHEET, 0.14, 0.134759),
    ],
)
def test_mirr_is_that_of_spreadsheets(
    net: tuple[float, ...], put_by: float, expected: float
) -> None:
    found = appraise_cash_flow(flow(*net), 0.05, finance_rate=0.10, reinvestment_rate=put_by)

    assert found.mirr == pytest.approx(expected, abs=5e-7)
    assert found.mirr == pytest.approx(pyxirr.mirr(net, 0.10, put_by), rel=1e-12)
    assert (found.finance_rate, found.reinvestment_rate) == (0.10, put_by)


def test_mirr_at_the_irr_is_the_irr() -> None:
    (rate,) = appraise_cash_flow(flow(*SPREADSHEET), 0.05).irr

    assert appraise_cash_flow(flow(*SPREADSHEET), rate).mirr == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize("net", [(1.0, 2.0), (-1.0, -2.0), (0.0, 0.0), (-1.0,)])
def test_without_cost_gain_or_time_there_is_no_mirr(net: tuple[float, ...]) -> None:
    assert appraise_cash_flow(flow(*net), 0.05).mirr is None


def test_the_largest_amounts_have_a_mirr() -> None:
    assert appraise_cash_flow(flow(-1e300, 1e300), 0.0).mirr == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_a_rate_of_the_mirr_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(InputError, match="finance rate"):
        appraise_cash_flow(flow(-1.0, 2.0), 0.05, finance_rate=rate)
