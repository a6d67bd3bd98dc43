"""Every payment of a portfolio as one row with payer and receiver, and the accounts that follow.

Accounts with a balance are those of the projects, their reserves and the vehicle; everybody else
(parties, lenders, sponsors, customers, builders) stands outside.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.portfolio.choose import Chosen, Selection
from transcaspian.portfolio.offers import Offers
from transcaspian.portfolio.parties import VehicleMoney
from transcaspian.portfolio.waterfall import ProjectFinance

__all__ = ["account_rows", "balances", "covenant_rows", "loan_rows"]

FloatArray = NDArray[np.float64]
Held = Mapping[str, ProjectFinance]  # by chosen project
Payment = tuple[str, str, str, FloatArray]  # kind, payer, receiver, [n_scenario, n_year]

SHOWN = 1e-9  # million USD: smaller payments are rounding
SCHEMA: dict[str, pl.DataType] = {
    "vehicle": pl.String(),
    "scenario": pl.String(),
    "year": pl.Int64(),
    "kind": pl.String(),
    "payer": pl.String(),
    "receiver": pl.String(),
    "amount_musd": pl.Float64(),
}


def account_rows(
    offers: Offers, selection: Selection, held: Held, money: VehicleMoney
) -> pl.DataFrame:
    """Return every payment of the chosen projects and of the vehicle, money of the day.

    Columns: vehicle, scenario, year, kind, payer, receiver, amount_musd (positive).
    """
    frames = [
        _frame(offers, finance.money.years, _project_payments(offers.vehicle.name, one, finance))
        for one in selection.chosen
        for finance in [held[one.project]]
    ]
    frames.append(_frame(offers, money.years, _vehicle_payments(offers, money)))
    return pl.concat(frames)


def reserve_of(project: str) -> str:
    """Return the name of a project's reserve account."""
    return f"{project} reserve"


def _project_payments(vehicle: str, one: Chosen, finance: ProjectFinance) -> Iterator[Payment]:
    name, sponsors = one.project, f"{one.project} sponsors"
    shape = finance.money.income.shape

    def every(values: FloatArray) -> FloatArray:
        return np.broadcast_to(values, shape)

    yield "building", name, "builders", every(finance.money.capital)
    yield "grant", finance.terms.grantor, name, every(finance.grant)
    yield "equity", vehicle, name, every(one.share * finance.equity)
    yield "equity", sponsors, name, every((1.0 - one.share) * finance.equity)
    yield "income", "customers", name, finance.money.income
    yield "operation", name, "operators", every(finance.money.operation)
    yield "renewal", name, "builders", every(finance.money.renewal)
    yield "support", sponsors, name, finance.support
    is_building = np.arange(shape[1]) < finance.money.opening
    for plan, paid in zip(finance.debts, finance.paid, strict=True):
        lender = f"{plan.facility.lender} ({plan.facility.name})"
        yield "loan_draw", lender, name, every(plan.draw)
        yield "loan_fee", name, lender, every(plan.fee)
        yield "interest_while_building", name, lender, every(plan.interest * is_building)
        yield "debt_service", name, lender, paid
    yield "reserve", name, reserve_of(name), finance.to_reserve
    yield "guarantee_drawn", finance.terms.guarantor, name, finance.guarantee_drawn
    yield "guarantee_repaid", name, finance.terms.guarantor, finance.guarantee_repaid
    yield "distribution", name, vehicle, one.share * finance.distribution
    yield "distribution", name, sponsors, (1.0 - one.share) * finance.distribution


def _vehicle_payments(offers: Offers, money: VehicleMoney) -> Iterator[Payment]:
    name = offers.vehicle.name
    for party in offers.problem.parties:
        called = np.broadcast_to(party.share * money.called, money.back.shape)
        yield "cash_call", party.name, name, called
        yield "paid_out", name, party.name, party.share * money.paid_out
    yield "management_fee", name, "fund manager", np.broadcast_to(money.fee, money.back.shape)


def _frame(offers: Offers, years: NDArray[np.int64], payments: Iterator[Payment]) -> pl.DataFrame:
    """Return rows of payments; what is negative is paid the other way round."""
    parts = []
    scenarios = np.array(offers.problem.scenarios)
    for kind, payer, receiver, amounts in payments:
        scenario, year = np.nonzero(np.abs(amounts) > SHOWN)
        values = amounts[scenario, year]
        is_back = values < 0.0
        parts.append(
            pl.DataFrame(
                {
                    "vehicle": np.repeat(offers.vehicle.name, values.size).tolist(),
                    "scenario": scenarios[scenario].tolist(),
                    "year": years[year],
                    "kind": np.repeat(kind, values.size).tolist(),
                    "payer": np.where(is_back, receiver, payer).tolist(),
                    "receiver": np.where(is_back, payer, receiver).tolist(),
                    "amount_musd": np.abs(values),
                },
                schema=SCHEMA,
            )
        )
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts])


def balances(rows: pl.DataFrame, accounts: Sequence[str]) -> pl.DataFrame:
    """Return for each account, scenario and year what stood there, came, went and is left.

    Columns: vehicle, scenario, account, year, opening_musd, in_musd, out_musd, closing_musd.
    """
    keys = ["vehicle", "scenario", "account", "year"]
    came = rows.select(
        "vehicle", "scenario", "year", account="receiver", came="amount_musd", went=pl.lit(0.0)
    )
    went = rows.select(
        "vehicle", "scenario", "year", account="payer", came=pl.lit(0.0), went="amount_musd"
    )
    return (
        pl.concat([came, went])
        .filter(pl.col("account").is_in(list(accounts)))
        .group_by(keys, maintain_order=True)
        .agg(in_musd=pl.col("came").sum(), out_musd=pl.col("went").sum())
        .sort(keys)
        .with_columns(
            closing_musd=(pl.col("in_musd") - pl.col("out_musd"))
            .cum_sum()
            .over("vehicle", "scenario", "account")
        )
        .with_columns(opening_musd=pl.col("closing_musd") - pl.col("in_musd") + pl.col("out_musd"))
        .select(*keys, "opening_musd", "in_musd", "out_musd", "closing_musd")
    )


def loan_rows(offers: Offers, selection: Selection, held: Held) -> pl.DataFrame:
    """Return the schedule of every loan of the chosen projects, money of the day.

    Columns: vehicle, project, facility, lender, rank, interest_rate, year, opening_balance_musd,
    draw_musd, fee_musd, interest_musd, principal_musd, closing_balance_musd.
    """
    parts = []
    for one in selection.chosen:
        finance = held[one.project]
        for plan in finance.debts:
            if not plan.draw.any():
                continue
            last = int(np.flatnonzero(plan.principal)[-1])
            kept = slice(int(np.flatnonzero(plan.draw)[0]), last + 1)
            closing = np.append(plan.opening_balance[1:], 0.0)
            parts.append(
                pl.DataFrame(
                    {
                        "year": finance.money.years[kept],
                        "opening_balance_musd": plan.opening_balance[kept],
                        "draw_musd": plan.draw[kept],
                        "fee_musd": plan.fee[kept],
                        "interest_musd": plan.interest[kept],
                        "principal_musd": plan.principal[kept],
                        "closing_balance_musd": closing[kept],
                    }
                ).select(
                    vehicle=pl.lit(offers.vehicle.name),
                    project=pl.lit(one.project),
                    facility=pl.lit(plan.facility.name),
                    lender=pl.lit(plan.facility.lender),
                    rank=pl.lit(plan.facility.rank),
                    interest_rate=pl.lit(plan.facility.interest_rate),
                    year="year",
                    opening_balance_musd="opening_balance_musd",
                    draw_musd="draw_musd",
                    fee_musd="fee_musd",
                    interest_musd="interest_musd",
                    principal_musd="principal_musd",
                    closing_balance_musd="closing_balance_musd",
                )
            )
    names = ("vehicle", "project", "facility", "lender", "rank")
    amounts = ("opening_balance", "draw", "fee", "interest", "principal", "closing_balance")
    schema: dict[str, pl.DataType] = dict.fromkeys(names, pl.String())
    schema |= {"interest_rate": pl.Float64(), "year": pl.Int64()}
    schema |= {f"{name}_musd": pl.Float64() for name in amounts}
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def covenant_rows(offers: Offers, selection: Selection, held: Held) -> pl.DataFrame:
    """Return every cover ratio beside what lenders ask, and every debt left unpaid.

    Columns: vehicle, scenario, project, year, covenant (dscr, llcr, payment), value, threshold,
    is_breached; the value of payment is what was due and not paid [million USD].
    """
    rows = []
    for one in selection.chosen:
        finance = held[one.project]
        terms = finance.terms
        ratios = (
            ("dscr", finance.dscr, terms.lockup_dscr),
            ("llcr", finance.llcr, terms.minimum_llcr),
        )
        unpaid = sum(finance.unpaid, np.zeros(finance.cash.shape))
        for place, scenario in enumerate(offers.problem.scenarios):
            head = (offers.vehicle.name, scenario, one.project)
            for name, ratio, least in ratios:
                for year in np.flatnonzero(np.isfinite(ratio[place])):
                    found = float(ratio[place, year])
                    rows.append((*head, int(finance.money.years[year]), name, found, least, found < least))  # fmt: skip
            for year in np.flatnonzero(unpaid[place] > SHOWN):
                found = float(unpaid[place, year])
                rows.append((*head, int(finance.money.years[year]), "payment", found, 0.0, True))
    schema: dict[str, pl.DataType] = dict.fromkeys(("vehicle", "scenario", "project"), pl.String())
    schema |= {"year": pl.Int64(), "covenant": pl.String(), "value": pl.Float64()}
    schema |= {"threshold": pl.Float64(), "is_breached": pl.Boolean()}
    return pl.DataFrame(rows, schema=schema, orient="row")
