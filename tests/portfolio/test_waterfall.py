import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portfolio.test_debt import built_in_a_year, loan
from transcaspian.portfolio.debt import Terms
from transcaspian.portfolio.waterfall import ProjectFinance, ProjectMoney, finance_project


@st.composite
def financed(draw: st.DrawFn) -> ProjectFinance:
    """Draw a project of any fortune under terms of every kind, in two scenarios."""
    life = draw(st.integers(6, 14))
    build = draw(st.integers(1, 3))
    n_year = build + life
    capital, operation, renewal = np.zeros(n_year), np.zeros(n_year), np.zeros(n_year)
    capital[:build] = draw(st.lists(st.floats(1.0, 100.0), min_size=build, max_size=build))
    operation[build:] = draw(st.floats(0.0, 5.0))
    renewal[build + draw(st.integers(0, life - 1))] = draw(st.floats(0.0, 60.0))
    income = np.zeros((2, n_year))
    for scenario in range(2):
        income[scenario, build:] = draw(
            st.lists(st.floats(-10.0, 60.0), min_size=life, max_size=life)
        )
    senior = loan(
        share=draw(st.floats(0.0, 0.5)),
        tenor_years=draw(st.integers(2, 6)),
        grace_years=draw(st.integers(0, 1)),
        repayment=draw(st.sampled_from(("annuity", "equal", "sculpted"))),
        target_dscr=draw(st.sampled_from((1.0, 1.3))),
        upfront_fee=0.01,
        commitment_fee=0.005,
    )
    junior = loan(name="B", rank="subordinated", share=0.1, interest_rate=0.1, tenor_years=5)
    terms = Terms(
        (junior, senior),
        grant_share=draw(st.sampled_from((0.0, 0.2))),
        grantor="donor",
        lockup_dscr=draw(st.sampled_from((0.0, 1.2))),
        minimum_llcr=draw(st.sampled_from((0.0, 1.2))),
        reserve_months=draw(st.sampled_from((0.0, 6.0))),
        guarantor="state",
        guarantee_limit_musd=draw(st.sampled_from((0.0, 20.0))),
    )
    years = np.arange(2027, 2027 + n_year)
    return finance_project(ProjectMoney(years, build, capital, operation, renewal, income), terms)


@settings(max_examples=60, deadline=None)
@given(found=financed())
def test_what_comes_in_goes_out_or_stays_in_the_account(found: ProjectFinance) -> None:
    opening = found.money.opening
    drawn = sum(plan.draw for plan in found.debts)
    costs = sum(
        plan.fee + np.where(np.arange(found.grant.size) < opening, plan.interest, 0.0)
        for plan in found.debts
    )
    # While building: grants, loans and owners pay for building, fees, interest and the reserve.
    assert (found.grant + drawn + found.equity)[:opening] == pytest.approx(
        (found.money.capital + costs + found.to_reserve[0])[:opening]
    )
    came = found.money.cfads + found.support + found.guarantee_drawn
    went = sum(found.paid) + found.to_reserve + found.guarantee_repaid + found.distribution
    stays = np.diff(found.cash, axis=1, prepend=0.0)
    assert (came - went)[:, opening:] == pytest.approx(stays[:, opening:], abs=1e-7)
    assert np.cumsum(found.to_reserve, axis=1) == pytest.approx(found.reserve, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(found=financed())
def test_no_account_is_ever_below_zero_and_at_the_end_all_are_empty(found: ProjectFinance) -> None:
    for account in (found.cash, found.reserve, found.distribution, found.support, *found.paid):
        assert float(account.min()) >= -1e-9
    assert found.cash[:, -1] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert found.reserve[:, -1] == pytest.approx([0.0, 0.0], abs=1e-9)
    drawn = found.guarantee_drawn.sum(axis=1)
    assert np.all(drawn <= found.terms.guarantee_limit_musd + 1e-9)
    assert np.all(found.guarantee_repaid.sum(axis=1) <= drawn + 1e-9)


@settings(max_examples=40, deadline=None)
@given(found=financed())
def test_lenders_are_owed_on_with_interest_what_was_not_paid(found: ProjectFinance) -> None:
    for plan, paid, unpaid in zip(found.debts, found.paid, found.unpaid, strict=True):
        before = np.concatenate([np.zeros((2, 1)), unpaid[:, :-1]], axis=1)
        due = plan.service + before * (1.0 + plan.facility.interest_rate)
        assert paid + unpaid == pytest.approx(due + np.zeros(paid.shape), abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(found=financed())
def test_nothing_is_distributed_while_a_covenant_is_broken(found: ProjectFinance) -> None:
    held = found.is_locked[:, :-1]

    assert not found.distribution[:, :-1][held].any()


def test_what_a_weak_year_lacks_comes_from_the_reserve_then_the_guarantee_then_is_owed() -> None:
    terms = Terms(
        (loan(share=0.5, interest_rate=0.0, tenor_years=4, repayment="equal"),),
        reserve_months=6.0,
        guarantor="state",
        guarantee_limit_musd=3.0,
    )
    # 40 lent, 10 due a year, 5 put into the reserve at first; year 2 brings 1 of the 10 due.
    finance = built_in_a_year(80.0, [15.0, 1.0, 30.0, 30.0], terms)

    assert finance.equity[0] == 45.0
    assert finance.reserve[0].tolist() == [5.0, 5.0, 1.0, 5.0, 0.0]
    assert finance.guarantee_drawn[0].tolist() == [0.0, 0.0, 0.0, 0.0, 0.0]
    # Year 1 leaves 5, kept for year 2: 5 + 1 from cash, 4 from the reserve.
    assert finance.distribution[0, :3].tolist() == [0.0, 0.0, 0.0]
    worse = built_in_a_year(80.0, [11.0, -8.0, 30.0, 30.0], terms)

    # Year 1 leaves 1; year 2 lacks 7 for its running (support), 5 come from the reserve, 3 from the
    # guarantee, 2 are owed on; year 3 pays 10 + 2, 5 to the reserve, 3 to the guarantor.
    assert worse.support[0].tolist() == [0.0, 0.0, 7.0, 0.0, 0.0]
    assert worse.guarantee_drawn[0].tolist() == [0.0, 0.0, 3.0, 0.0, 0.0]
    assert worse.unpaid[0][0].tolist() == [0.0, 0.0, 2.0, 0.0, 0.0]
    assert worse.guarantee_repaid[0].tolist() == [0.0, 0.0, 0.0, 3.0, 0.0]
    assert worse.distribution[0].tolist() == [0.0, 0.0, 0.0, 10.0, 25.0]


def test_a_locked_project_keeps_its_cash_until_cover_is_back() -> None:
    terms = Terms(
        (loan(share=0.5, interest_rate=0.0, tenor_years=4, repayment="equal"),), lockup_dscr=1.5
    )
    finance = built_in_a_year(80.0, [12.0, 20.0, 20.0, 20.0], terms)

    assert finance.is_locked[0, 1:].tolist() == [True, False, False, False]
    assert finance.distribution[0, 1:].tolist() == [0.0, 12.0, 10.0, 10.0]


def test_cash_is_kept_for_a_renewal_that_is_known_to_come() -> None:
    years = np.arange(2027, 2032)
    zero = np.zeros(5)
    money = ProjectMoney(
        years,
        1,
        np.array([50.0, 0, 0, 0, 0]),
        zero,
        np.array([0, 0, 0, 25.0, 0]),
        np.array([[0, 10.0, 10, 10, 10]]),
    )

    finance = finance_project(money, Terms())

    assert finance.distribution[0].tolist() == [0.0, 5.0, 0.0, 0.0, 10.0]
    assert not finance.support.any()


def test_owners_pay_for_all_where_nobody_lends() -> None:
    finance = built_in_a_year(80.0, [12.0, 20.0], Terms())

    assert finance.equity_flow[0].tolist() == [-80.0, 12.0, 20.0]
    assert np.isinf(finance.dscr).all()
