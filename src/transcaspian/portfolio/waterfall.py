"""Where a project's money goes, year by year and in every scenario at once.

While it is built: grants, loans and owners pay; builders, lenders' fees and interest are paid, and
the reserve is filled for the first year.
Once it is open, cash flow (income less operation and renewal) goes, in this order, to senior
loans, the reserve, the guarantor's claims, subordinated loans, and, unless a covenant forbids it
or a later year needs it, to the owners. What cash does not cover of debt service comes from the
reserve, then from the guarantee, and is else owed on, with interest. What cash flow lacks to keep
the project running is paid by its sponsors, never by the vehicle.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.portfolio.debt import DebtPlan, Terms, check_terms, llcr, plan_debt

__all__ = ["ProjectFinance", "ProjectMoney", "finance_project"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

CENT = 1e-8  # million USD: amounts below are rounding


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """What a project costs and earns before financing; scenarios first, million USD."""

    years: NDArray[np.int64]  # [n_year]
    opening: int  # place of the opening year
    capital: FloatArray  # [n_year], building, positive
    operation: FloatArray  # [n_year], positive
    renewal: FloatArray  # [n_year], positive
    income: FloatArray  # [n_scenario, n_year]

    @property
    def cfads(self) -> FloatArray:
        """Cash flow available for debt service [n_scenario, n_year]."""
        return np.asarray(self.income - self.operation - self.renewal, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ProjectFinance:
    """Every flow of a financed project. Arrays are [n_year] or [n_scenario, n_year]."""

    money: ProjectMoney
    terms: Terms
    debts: tuple[DebtPlan, ...]
    grant: FloatArray  # [n_year]
    equity: FloatArray  # [n_year], called from the owners
    paid: tuple[FloatArray, ...]  # by loan, [n_scenario, n_year], once open
    unpaid: tuple[FloatArray, ...]  # by loan, still owed at the end of the year though due
    support: FloatArray  # by the sponsors
    to_reserve: FloatArray  # above zero into it, below out of it
    reserve: FloatArray  # at the end of the year
    guarantee_drawn: FloatArray
    guarantee_repaid: FloatArray
    distribution: FloatArray
    cash: FloatArray  # at the end of the year
    dscr: FloatArray  # infinite where nothing is due
    llcr: FloatArray
    is_locked: BoolArray  # a covenant forbids distributions

    @property
    def equity_flow(self) -> FloatArray:
        """What the owners get less what they are called for [n_scenario, n_year]."""
        return np.asarray(self.distribution - self.equity, dtype=np.float64)


def finance_project(
    money: ProjectMoney, terms: Terms, agreed: Sequence[DebtPlan] | None = None
) -> ProjectFinance:
    """Return every flow of a project under the terms of its financing.

    Loans are sized and scheduled on the first scenario, unless they are `agreed` already; the other
    scenarios meet the same schedule.
    """
    check_terms(terms)
    grant = terms.grant_share * money.capital * (np.arange(money.years.size) < money.opening)
    debts = tuple(_plan_debts(money, terms) if agreed is None else agreed)
    drawn = sum((plan.draw - plan.fee for plan in debts), np.zeros(money.years.size))
    interest = sum((_capitalised(plan) for plan in debts), np.zeros(money.years.size))
    equity = np.maximum(money.capital - grant - drawn + interest, 0.0)
    reserve = _first_reserve(money, terms, debts)
    if money.opening > 0:
        equity[money.opening - 1] += reserve
    return _run(money, terms, debts, grant, equity, reserve)


def _plan_debts(money: ProjectMoney, terms: Terms) -> list[DebtPlan]:
    """Return the loans, those served first first, each on what those before it leave."""
    debts: list[DebtPlan] = []
    base = money.cfads[0].copy()
    for facility in sorted(terms.facilities, key=lambda one: one.rank != "senior"):
        plan = plan_debt(facility, money.capital, base, money.opening)
        base -= plan.service
        debts.append(plan)
    return debts


def _first_reserve(money: ProjectMoney, terms: Terms, debts: Sequence[DebtPlan]) -> float:
    """Return what owners put into the reserve just before the opening, for the first year."""
    first = sum(one.service[money.opening] for one in debts if one.facility.rank == "senior")
    return float(terms.reserve_months / 12.0 * first) if money.opening > 0 else 0.0


def _capitalised(plan: DebtPlan) -> FloatArray:
    """Return the interest added to a loan while the project is built."""
    return np.where(np.arange(plan.interest.size) < plan.opening, plan.interest, 0.0)


@dataclass(slots=True)
class _Books:
    """What stands in the accounts while the years go by; arrays are [n_scenario]."""

    cash: FloatArray
    reserve: FloatArray
    owed: list[FloatArray]  # by loan: due and not paid
    guarantee_left: FloatArray
    guarantee_owed: FloatArray


def _run(
    money: ProjectMoney,
    terms: Terms,
    debts: tuple[DebtPlan, ...],
    grant: FloatArray,
    equity: FloatArray,
    first_reserve: float,
) -> ProjectFinance:
    shape = money.income.shape
    senior = [plan for plan in debts if plan.facility.rank == "senior"]
    senior_service = sum((plan.service for plan in senior), np.zeros(shape[1]))
    cfads = money.cfads
    cover = _ratio(cfads, senior_service)
    life_cover = llcr(cfads, senior)
    need = _needed_later(cfads, sum((plan.service for plan in debts), np.zeros(shape[1])))
    found = ProjectFinance(
        money=money,
        terms=terms,
        debts=debts,
        grant=grant,
        equity=equity,
        paid=tuple(np.zeros(shape) for _ in debts),
        unpaid=tuple(np.zeros(shape) for _ in debts),
        support=np.zeros(shape),
        to_reserve=np.zeros(shape),
        reserve=np.zeros(shape),
        guarantee_drawn=np.zeros(shape),
        guarantee_repaid=np.zeros(shape),
        distribution=np.zeros(shape),
        cash=np.zeros(shape),
        dscr=cover,
        llcr=life_cover,
        is_locked=np.zeros(shape, dtype=bool),
    )
    zero = np.zeros(shape[0])
    if money.opening > 0:
        found.to_reserve[:, money.opening - 1] = first_reserve
        found.reserve[:, money.opening - 1] = first_reserve
    books = _Books(
        cash=zero.copy(),
        reserve=zero + first_reserve,
        owed=[zero.copy() for _ in debts],
        guarantee_left=np.full(shape[0], terms.guarantee_limit_musd),
        guarantee_owed=zero.copy(),
    )
    for year in range(money.opening, shape[1]):
        books.cash = books.cash + cfads[:, year]
        if year == shape[1] - 1:  # nothing is left to reserve for
            _move_to_reserve(found, books, year, np.zeros(shape[0]))
        found.support[:, year] = np.maximum(-books.cash, 0.0)
        books.cash = np.maximum(books.cash, 0.0)
        for place, plan in enumerate(debts):
            if plan.facility.rank == "senior":
                _pay(found, books, place, year, is_secured=True)
        following = senior_service[year + 1] if year + 1 < shape[1] else 0.0
        _move_to_reserve(found, books, year, np.full(shape[0], terms.reserve_months / 12.0 * following))  # fmt: skip
        _repay_guarantor(found, books, year)
        for place, plan in enumerate(debts):
            if plan.facility.rank != "senior":
                _pay(found, books, place, year, is_secured=False)
        _distribute(found, books, year, need[:, year])
    return found


def _pay(found: ProjectFinance, books: _Books, place: int, year: int, *, is_secured: bool) -> None:
    """Pay what is due of one loan: from cash, and if secured from reserve and guarantee."""
    plan = found.debts[place]
    due = plan.service[year] + books.owed[place] * (1.0 + plan.facility.interest_rate)
    from_cash = np.minimum(due, books.cash)
    books.cash = books.cash - from_cash
    left = due - from_cash
    if is_secured:
        from_reserve = np.minimum(left, books.reserve)
        books.reserve = books.reserve - from_reserve
        found.to_reserve[:, year] -= from_reserve
        left = left - from_reserve
        drawn = np.minimum(left, books.guarantee_left)
        books.guarantee_left = books.guarantee_left - drawn
        books.guarantee_owed = books.guarantee_owed + drawn
        found.guarantee_drawn[:, year] += drawn
        left = left - drawn
    left = np.where(left < CENT, 0.0, left)
    found.paid[place][:, year] = due - left
    found.unpaid[place][:, year] = left
    books.owed[place] = left


def _move_to_reserve(found: ProjectFinance, books: _Books, year: int, target: FloatArray) -> None:
    """Fill the reserve up to its target from cash, or give back what is above it."""
    moved = np.minimum(target - books.reserve, np.maximum(books.cash, 0.0))
    books.reserve = books.reserve + moved
    books.cash = books.cash - moved
    found.to_reserve[:, year] += moved


def _repay_guarantor(found: ProjectFinance, books: _Books, year: int) -> None:
    repaid = np.minimum(books.guarantee_owed, books.cash)
    books.guarantee_owed = books.guarantee_owed - repaid
    books.cash = books.cash - repaid
    found.guarantee_repaid[:, year] = repaid


def _distribute(found: ProjectFinance, books: _Books, year: int, need: FloatArray) -> None:
    """Give the owners what no lender holds back and no later year needs."""
    owed = sum(books.owed, np.zeros(need.size)) + books.guarantee_owed
    locked = (
        (found.dscr[:, year] < found.terms.lockup_dscr)
        | (found.llcr[:, year] < found.terms.minimum_llcr)
        | (owed > CENT)
    )
    is_last = year == found.money.years.size - 1
    free = np.maximum(books.cash - need, 0.0)
    given = np.where(locked & (not is_last), 0.0, free)
    books.cash = books.cash - given
    found.is_locked[:, year] = locked
    found.distribution[:, year] = given
    found.cash[:, year] = books.cash
    found.reserve[:, year] = books.reserve


def _needed_later(cfads: FloatArray, service: FloatArray) -> FloatArray:
    """Return the cash that must stay at the end of each year for later years that lack some."""
    need = np.zeros(cfads.shape)
    for year in range(cfads.shape[1] - 2, -1, -1):
        surplus = cfads[:, year + 1] - service[year + 1]
        need[:, year] = np.maximum(need[:, year + 1] - surplus, 0.0)
    return need


def _ratio(cfads: FloatArray, service: FloatArray) -> FloatArray:
    ratio = np.full(cfads.shape, np.inf)
    due = service > CENT
    ratio[:, due] = cfads[:, due] / service[due]
    return ratio
