import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from transcaspian.appraisal import irr
from transcaspian.appraisal.discounting import annuity_payment
from transcaspian.errors import InputError
from transcaspian.portfolio.debt import (
    Facility,
    Terms,
    check_terms,
    llcr,
    plan_debt,
    sculpted_debt,
)
from transcaspian.portfolio.waterfall import ProjectFinance, ProjectMoney, finance_project

FloatArray = NDArray[np.float64]


def loan(**changed: object) -> Facility:
    given: dict[str, object] = {
        "name": "A",
        "lender": "bank",
        "rank": "senior",
        "share": 0.7,
        "interest_rate": 0.08,
        "tenor_years": 10,
    }
    return Facility(**(given | changed))  # type: ignore[arg-type]


def built_in_a_year(cost: float, income: list[float], terms: Terms) -> ProjectFinance:
    n_year = len(income) + 1
    capital = np.zeros(n_year)
    capital[0] = cost
    zero = np.zeros(n_year)
    return finance_project(
        ProjectMoney(
            np.arange(2024, 2024 + n_year), 1, capital, zero, zero, np.array([[0.0, *income]])
        ),
        terms,
    )


def test_a_loan_of_a_thousand_is_paid_back_as_by_hand() -> None:
    plan = plan_debt(
        loan(share=1.0, interest_rate=0.1, tenor_years=3, grace_years=1, repayment="equal"),
        np.array([1000.0, 0.0, 0.0, 0.0]),
        np.zeros(4),
        1,
    )

    assert plan.opening_balance.tolist() == [0.0, 1000.0, 1000.0, 500.0]
    assert plan.interest.tolist() == [0.0, 100.0, 100.0, 50.0]
    assert plan.principal.tolist() == [0.0, 0.0, 500.0, 500.0]


def test_interest_and_fees_while_building_are_added_to_the_loan() -> None:
    plan = plan_debt(
        loan(share=0.5, interest_rate=0.1, tenor_years=2, upfront_fee=0.02, commitment_fee=0.01),
        np.array([100.0, 300.0, 0.0, 0.0]),
        np.zeros(4),
        2,
    )

    # Commitment 200. Year 1: 50 drawn, fees 2 % and 1 % of 200. Year 2: 150, 1 % of 150, 10 % of 56.
    assert plan.fee == pytest.approx([4.0 + 2.0, 1.5, 0.0, 0.0])
    assert plan.draw == pytest.approx([56.0, 150.0 + 1.5 + 5.6, 0.0, 0.0])
    assert plan.opening_balance[2] == pytest.approx(213.1)
    assert plan.service[2:] == pytest.approx([annuity_payment(213.1, 0.1, 2)] * 2)


@pytest.mark.parametrize(
    ("balance", "rate", "periods", "payment"),
    [
        # Microsoft, help on the function PMT: 8 % a year, 10 months, 10,000.
        (10_000.0, 0.08 / 12.0, 10, 1_037.03),
        # Thumann, A. and Woodroof, E.A. (2009), Energy Project Financing, table 2-5.
        (2_000_000.0, 0.14, 5, 582_567.0),
    ],
)
def test_a_level_payment_is_the_published_one(
    balance: float, rate: float, periods: int, payment: float
) -> None:
    places = 0 if payment > 100_000.0 else 2

    assert round(annuity_payment(balance, rate, periods), places) == payment


def test_the_loan_of_energy_project_financing_is_paid_back_as_published() -> None:
    # Thumann, A. and Woodroof, E.A. (2009), Energy Project Financing, table 2-5: 2,000,000 at 14 %.
    plan = plan_debt(
        loan(share=1.0, interest_rate=0.14, tenor_years=5),
        np.array([2_000_000.0, *[0.0] * 5]),
        np.zeros(6),
        1,
    )

    assert plan.principal[1:].round() == pytest.approx(
        [302_567, 344_926, 393_216, 448_266, 511_024]
    )
    assert plan.interest[1:].round() == pytest.approx([280_000, 237_641, 189_351, 134_301, 71_543])
    assert plan.opening_balance[2:].round() == pytest.approx(
        [1_697_433, 1_352_507, 959_291, 511_024], abs=1.0
    )


@pytest.mark.parametrize(
    ("rate", "published"),
    [
        (0.07, 0.220), (0.08, 0.211), (0.09, 0.202), (0.10, 0.194), (0.11, 0.185),
        (0.12, 0.176), (0.13, 0.167), (0.14, 0.159), (0.15, 0.150),
    ],
)  # fmt: skip
def test_the_owners_return_is_the_published_one_at_every_cost_of_debt(
    rate: float, published: float
) -> None:
    # "Project IRR and Equity IRR", pdfslide.net/documents/project-irr-equity-irr.html: a building
    # for 1,000,000, 120,000 a year, sold for 1,607,023 after ten years, 70 % lent for ten years.
    income = np.array([120_000.0] * 9 + [1_727_023.0])
    finance = built_in_a_year(1e6, income.tolist(), Terms((loan(interest_rate=rate),)))
    # There owners pay in what a year's rent lacks, from 12 % interest on.
    owners = np.concatenate([-finance.equity[:1], income - finance.debts[0].service[1:]])

    assert round(float(irr(np.concatenate([[-1e6], income]))[0]), 3) == 0.150
    assert finance.equity[0] == pytest.approx(300_000.0)
    assert round(float(irr(owners)[0]), 3) == published


def test_a_rent_that_covers_its_loan_gives_owners_the_published_return_through_the_waterfall() -> (
    None
):
    # The same building at 8 %: 104,321 of 120,000 goes to the lender each year, 21.1 % to the owners.
    finance = built_in_a_year(1e6, [120_000.0] * 9 + [1_727_023.0], Terms((loan(),)))

    assert finance.distribution[0, 1:10].round() == pytest.approx([15_679.0] * 9)
    assert round(float(irr(finance.equity_flow[0])[0]), 3) == 0.211


def test_a_cover_ratio_is_the_published_one() -> None:
    # Mortgage of 6,300,000 at 7.5 % over 30 years, paid monthly: 528,606 a year; income 694,000
    # (worked example of a lender's page on cover ratios).
    service = 12.0 * annuity_payment(6_300_000.0, 0.075 / 12.0, 360)

    assert round(service) == 528_606
    assert round(694_000.0 / service, 2) == 1.31


def test_sculpted_debt_is_found_by_hand() -> None:
    # Service 100 and 110 at 10 %: 100 / 1.1 + 110 / 1.21 = 2000 / 11.
    debt, principal = sculpted_debt(np.array([130.0, 143.0]), 0.10, 1.30)

    assert debt == pytest.approx(2000.0 / 11.0)
    assert principal == pytest.approx([100.0 - 200.0 / 11.0, 100.0])


flows = st.lists(st.floats(1.0, 200.0), min_size=3, max_size=15)


@given(income=flows, rate=st.floats(0.0, 0.2), dscr=st.floats(1.0, 2.5))
def test_a_sculpted_loan_has_one_cover_ratio_and_it_is_that_of_the_loan_life(
    income: list[float], rate: float, dscr: float
) -> None:
    # Bodmer, E., edbodmer.com, on sculpting: with a constant DSCR the LLCR is the same in each year.
    facility = loan(
        share=0.9,
        interest_rate=rate,
        tenor_years=len(income),
        repayment="sculpted",
        target_dscr=dscr,
    )
    finance = built_in_a_year(10_000.0, income, Terms((facility,)))

    assert finance.dscr[0, 1:] == pytest.approx(np.full(len(income), dscr))
    assert finance.llcr[0, 1:] == pytest.approx(np.full(len(income), dscr))
    assert finance.debts[0].principal.sum() == pytest.approx(finance.debts[0].draw.sum())


@example(share=0.125, rate=5e-324, tenor=2, grace=0, repayment="annuity", build=1)
@given(
    share=st.floats(0.1, 0.9),
    rate=st.floats(0.0, 0.2),
    tenor=st.integers(2, 12),
    grace=st.integers(0, 1),
    repayment=st.sampled_from(("annuity", "equal")),
    build=st.integers(1, 3),
)
def test_a_schedule_is_that_of_a_spreadsheet(
    share: float, rate: float, tenor: int, grace: int, repayment: str, build: int
) -> None:
    capital = np.zeros(build + 12)
    capital[:build] = 100.0
    facility = loan(
        share=share, interest_rate=rate, tenor_years=tenor, grace_years=grace, repayment=repayment
    )

    plan = plan_debt(facility, capital, np.zeros(capital.size), build)

    balance = 0.0
    for year in range(build):  # each line as a spreadsheet writes it: opening + drawn = closing
        assert plan.opening_balance[year] == pytest.approx(balance, abs=1e-9)
        balance += 100.0 * share + balance * rate
    repaid = tenor - grace
    level = annuity_payment(balance, rate, repaid)
    part = balance / repaid
    for year in range(build, build + tenor):
        interest = balance * rate
        if year < build + grace:
            principal = 0.0
        else:
            principal = level - interest if repayment == "annuity" else part
        assert plan.interest[year] == pytest.approx(interest, abs=1e-9)
        assert plan.principal[year] == pytest.approx(principal, abs=1e-9)
        balance -= principal
    assert balance == pytest.approx(0.0, abs=1e-7)
    assert not plan.service[build + tenor :].any()


def test_life_cover_is_cash_until_the_last_repayment_over_what_is_owed() -> None:
    plan = plan_debt(
        loan(share=1.0, interest_rate=0.0, tenor_years=2, repayment="equal"),
        np.array([100.0, 0.0, 0.0, 0.0]),
        np.zeros(4),
        1,
    )

    ratio = llcr(np.array([0.0, 80.0, 70.0, 999.0]), [plan])

    assert ratio[1:3].tolist() == [1.5, 1.4]
    assert np.isinf(ratio[3])


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"tenor_years": -3}, "tenor_years"),
        ({"grace_years": 10}, "grace_years"),
        ({"share": -0.1}, "share"),
        ({"upfront_fee": 1.5}, "upfront_fee"),
        ({"interest_rate": 7.0}, "interest_rate"),
        ({"repayment": "sculpted"}, "target_dscr"),
    ],
)
def test_bad_terms_are_one_error_each(changed: dict[str, object], column: str) -> None:
    with pytest.raises(InputError) as error:
        check_terms(Terms((loan(**changed),)))

    assert [problem.column for problem in error.value.problems] == [column]


def test_loans_that_leave_nothing_to_the_owners_are_an_error() -> None:
    with pytest.raises(InputError, match="Leave something for the owners"):
        check_terms(Terms((loan(share=0.8),), grant_share=0.3))


def test_a_loan_longer_than_the_project_lives_is_an_error() -> None:
    with pytest.raises(InputError, match="after the project's life of 3 years"):
        built_in_a_year(100.0, [50.0] * 3, Terms((loan(),)))


def test_an_annuity_pays_back_one_unit_at_its_rate():
    paid = sum(annuity_payment(1.0, 0.06, 40) / 1.06**year for year in range(1, 41))
    assert paid == pytest.approx(1.0)
    assert annuity_payment(1.0, 0.0, 40) == pytest.approx(1 / 40)
