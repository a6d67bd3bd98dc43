"""Loans: how they are drawn, sized and paid back, and the cover ratios that lenders look at.

Time is in years, flows at the end of each. Interest of a year is due on the balance at its
beginning; while the project is built, interest and fees are added to the loan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from transcaspian.appraisal.discounting import annuity_payment
from transcaspian.errors import InputError, Problem

__all__ = [
    "DebtPlan",
    "Facility",
    "Terms",
    "check_terms",
    "llcr",
    "plan_debt",
    "sculpted_debt",
    "unit_repayment",
]

FloatArray = NDArray[np.float64]
Repayment = Literal["annuity", "equal", "sculpted"]
Rank = Literal["senior", "subordinated"]

FILE = "finance/facilities.csv"
CENT = 1e-8  # million USD: a balance below is rounding


@dataclass(frozen=True, slots=True)
class Facility:
    """A loan.

    share: of the capital cost that it pays for. tenor_years: from the opening year on, the
    `grace_years` without repayment included. target_dscr: the loan is made smaller where cash
    flow does not cover its service this many times; None for no such test. A sculpted loan is
    served in proportion to cash flow.
    """

    name: str
    lender: str
    rank: Rank
    share: float
    interest_rate: float
    tenor_years: int
    grace_years: int = 0
    upfront_fee: float = 0.0
    commitment_fee: float = 0.0
    repayment: Repayment = "annuity"
    target_dscr: float | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How projects are financed besides equity, and what lenders ask."""

    facilities: tuple[Facility, ...] = ()
    grant_share: float = 0.0
    grantor: str = ""
    lockup_dscr: float = 0.0  # below it nothing is distributed
    minimum_llcr: float = 0.0  # likewise
    reserve_months: float = 0.0  # of next year's senior debt service
    guarantor: str = ""
    guarantee_limit_musd: float = 0.0

    @property
    def equity_share(self) -> float:
        """Share of the capital cost that owners pay."""
        return 1.0 - self.grant_share - sum(one.share for one in self.facilities)


@dataclass(frozen=True, slots=True)
class DebtPlan:
    """One loan of one project, as agreed: what is drawn and due by year."""

    facility: Facility
    draw: FloatArray  # [n_year], with interest and fees added while building
    fee: FloatArray  # [n_year]
    interest: FloatArray  # [n_year], due; while building it is part of the draw
    principal: FloatArray  # [n_year], due
    opening_balance: FloatArray  # [n_year], at the beginning of the year
    opening: int  # place of the opening year

    @property
    def service(self) -> FloatArray:
        """Interest and principal due once the project is open [n_year]."""
        due = self.interest + self.principal
        due[: self.opening] = 0.0
        return due


def check_terms(terms: Terms) -> None:
    """Raise InputError with everything that is wrong in the terms."""
    problems = [problem for one in terms.facilities for problem in _facility_problems(one)]
    if not 0.0 <= terms.grant_share <= 1.0 or terms.equity_share <= 0.0:
        message = f"Grants and loans pay for {1.0 - terms.equity_share:.4g} of the cost."
        problems.append(Problem(FILE, 0, "share", message, "Leave something for the owners."))
    amounts = {
        "lockup_dscr": terms.lockup_dscr,
        "minimum_llcr": terms.minimum_llcr,
        "reserve_months": terms.reserve_months,
        "guarantee_limit_musd": terms.guarantee_limit_musd,
    }
    problems += [
        Problem(FILE, 0, name, f"{value!r} is below zero.", "Give zero or more.")
        for name, value in amounts.items()
        if not value >= 0.0
    ]
    if problems:
        raise InputError("The terms of financing are wrong.", problems)


def _facility_problems(one: Facility) -> list[Problem]:
    found = []
    if one.tenor_years < 1:
        message = f"{one.name!r} has a tenor of {one.tenor_years} years."
        found.append(Problem(FILE, 0, "tenor_years", message, "Give at least one."))
    elif not 0 <= one.grace_years < one.tenor_years:
        message = f"{one.name!r} has {one.grace_years} of {one.tenor_years} years of grace."
        found.append(Problem(FILE, 0, "grace_years", message, "Leave a year to pay back."))
    shares = {
        "share": one.share,
        "upfront_fee": one.upfront_fee,
        "commitment_fee": one.commitment_fee,
    }
    for name, value in shares.items():
        if not 0.0 <= value < 1.0:
            message = f"{one.name!r} has {name} {value!r}."
            found.append(Problem(FILE, 0, name, message, "Give a share from 0 to below 1."))
    if not -0.5 < one.interest_rate < 1.0:
        message = f"{one.name!r} has the interest rate {one.interest_rate!r}."
        found.append(Problem(FILE, 0, "interest_rate", message, "Give a fraction a year."))
    is_sculpted = one.repayment == "sculpted"
    if (is_sculpted and one.target_dscr is None) or (
        one.target_dscr is not None and not one.target_dscr >= 1.0
    ):
        message = f"{one.name!r} has the target DSCR {one.target_dscr!r}."
        found.append(Problem(FILE, 0, "target_dscr", message, "Give one of 1 or more."))
    return found


def sculpted_debt(cfads: FloatArray, rate: float, dscr: float) -> tuple[float, FloatArray]:
    """Return the debt that cash flow carries at one cover ratio, and its repayment by year.

    Debt service is cfads / dscr in every year, and the debt its present value at the loan's own
    rate (Yescombe, E.R. (2014), Principles of Project Finance, 2nd ed., 12.3 and 12.5).

    Parameters
    ----------
    cfads : float64[n_year]
        Cash flow available for debt service [million USD]; years below zero carry none.
    rate : float
        Interest rate [1/a].
    dscr : float
        Debt service cover ratio [-].
    """
    service = np.maximum(cfads, 0.0) / dscr
    debt = float(service @ (1.0 + rate) ** -np.arange(1.0, cfads.size + 1.0))
    principal = np.empty(cfads.size)
    balance = debt
    for year in range(cfads.size):
        principal[year] = service[year] - balance * rate
        balance -= principal[year]
    return debt, principal


def unit_repayment(facility: Facility, cfads: FloatArray) -> FloatArray:
    """Return the principal due in each year of the tenor for a loan of 1 at opening.

    `cfads` is needed by sculpted loans only; where it carries nothing, they are paid back evenly.
    """
    principal = np.zeros(facility.tenor_years)
    repaid = facility.tenor_years - facility.grace_years
    rate = facility.interest_rate
    if facility.repayment == "sculpted":
        debt, parts = sculpted_debt(cfads[facility.grace_years :], rate, 1.0)
        if debt > 0.0:
            principal[facility.grace_years :] = parts / debt
            return principal
    if facility.repayment == "annuity":
        payment = annuity_payment(1.0, rate, repaid)
        first = payment - rate
        principal[facility.grace_years :] = first * (1.0 + rate) ** np.arange(repaid)
    else:
        principal[facility.grace_years :] = 1.0 / repaid
    return principal


def plan_debt(facility: Facility, capital: FloatArray, cfads: FloatArray, opening: int) -> DebtPlan:
    """Return a loan's draws and dues, no larger than its target cover ratio allows.

    Parameters
    ----------
    capital : float64[n_year]
        Capital cost by year; what is spent before the opening is paid in part by the loan.
    cfads : float64[n_year]
        Cash flow for this loan's service, once loans that come before it are served.
    opening : int
        Place of the opening year in both.
    """
    draw, fee, interest, balance = _while_building(facility, capital, opening)
    n_year, first = capital.size, opening
    last = min(first + facility.tenor_years, n_year)
    if last - first < facility.tenor_years:
        message = f"{facility.name!r} is paid back after the project's life of {n_year - first}"
        raise InputError(f"{message} years. Give it a shorter tenor.")
    unit = unit_repayment(facility, cfads[first:last])
    before = 1.0 - np.concatenate([[0.0], np.cumsum(unit)[:-1]])
    unit_interest = before * facility.interest_rate
    scale = _size(facility, balance, unit + unit_interest, cfads[first:last])
    principal, due = np.zeros(n_year), interest * scale
    principal[first:last] = unit * balance * scale
    due[first:last] = unit_interest * balance * scale
    draw, fee = draw * scale, fee * scale
    owed = np.concatenate([[0.0], np.cumsum(draw - principal)[:-1]])
    # What is left of cancelling numbers after the last payment is no debt.
    owed[last:] = 0.0
    return DebtPlan(facility, draw, fee, due, principal, owed, opening)


def _while_building(
    facility: Facility, capital: FloatArray, opening: int
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Return draws, fees and interest by year, and the balance at opening."""
    n_year = capital.size
    draw, fee, interest = np.zeros(n_year), np.zeros(n_year), np.zeros(n_year)
    paid_for = facility.share * capital
    commitment = float(paid_for[:opening].sum())
    balance, undrawn, begun = 0.0, commitment, False
    for year in range(opening):
        interest[year] = balance * facility.interest_rate
        if paid_for[year] and not begun:
            fee[year] += facility.upfront_fee * commitment
            begun = True
        if begun:
            fee[year] += facility.commitment_fee * undrawn
        undrawn -= paid_for[year]
        draw[year] = paid_for[year] + interest[year] + fee[year]
        balance += draw[year]
    return draw, fee, interest, balance


def _size(facility: Facility, balance: float, service: FloatArray, cfads: FloatArray) -> float:
    """Return the share of the loan that its target cover ratio allows."""
    if facility.target_dscr is None or balance <= 0.0:
        return 1.0
    carried = np.maximum(cfads, 0.0) / facility.target_dscr
    due = service * balance
    is_too_much = due > carried
    if not is_too_much.any():
        return 1.0
    return float(np.min(carried[is_too_much] / due[is_too_much]))


def llcr(cfads: FloatArray, plans: Sequence[DebtPlan]) -> FloatArray:
    """Return the loan life cover ratio at the beginning of each year; infinite without a balance.

    Present value of cash flow until the last repayment, at the loans' mean rate weighted by
    balance, over what is owed. `cfads` may have scenarios before its years.
    """
    owed = sum((plan.opening_balance for plan in plans), np.zeros(cfads.shape[-1]))
    ratio = np.full(cfads.shape, np.inf)
    ends = [int(np.flatnonzero(plan.principal)[-1]) for plan in plans if plan.principal.any()]
    if not ends:
        return ratio
    opening = plans[0].opening
    for year in range(opening, max(ends) + 1):
        if owed[year] <= CENT:
            continue
        weights = [plan.opening_balance[year] for plan in plans]
        rate = float(np.average([plan.facility.interest_rate for plan in plans], weights=weights))
        span = np.arange(year, max(ends) + 1)
        value = cfads[..., span] @ (1.0 + rate) ** -(span - year + 1.0)
        ratio[..., year] = value / owed[year]
    return ratio
