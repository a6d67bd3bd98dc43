"""What a cash flow's figures do not say is said in its note."""

import numpy as np
import pytest

from transcaspian.appraisal.cash_flow import CashFlow, appraise_cash_flow
from transcaspian.appraisal.discounting import payback


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
