"""What a vehicle calls from its parties and gives back, and what each party makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.interactions import package_values, shapley_shares
from transcaspian.appraisal.returns import irr
from transcaspian.errors import InfeasibleError, ModelError
from transcaspian.portfolio.choose import Selection, SelectOptions, select
from transcaspian.portfolio.model import Objective
from transcaspian.portfolio.offers import Offers
from transcaspian.portfolio.problem import Party, SelectionProblem
from transcaspian.portfolio.waterfall import ProjectFinance

__all__ = [
    "VehicleMoney",
    "coalition",
    "keep_vehicle",
    "resized",
    "returns_table",
    "sharing_table",
]

FloatArray = NDArray[np.float64]
CENT = 1e-5  # million USD: less is rounding of the solver


@dataclass(frozen=True, slots=True)
class VehicleMoney:
    """The vehicle's account by year; what differs by scenario is [n_scenario, n_year]."""

    years: NDArray[np.int64]
    invested: FloatArray  # [n_year], equity of the chosen projects
    fee: FloatArray  # [n_year], to the manager
    recycled: FloatArray  # [n_year], of what came back
    back: FloatArray  # distributions of the projects
    paid_out: FloatArray  # to the parties
    cash: FloatArray  # at the end of the year

    @property
    def called(self) -> FloatArray:
        """Paid by the parties [n_year]."""
        return np.asarray(self.invested + self.fee - self.recycled, dtype=np.float64)


def keep_vehicle(
    offers: Offers, selection: Selection, held: Mapping[str, ProjectFinance]
) -> VehicleMoney:
    """Return the account of a vehicle that holds the chosen tickets.

    What comes back is paid out at once, but for what later investments are planned to take from it.

    Raises
    ------
    ModelError
        Where projects that harm each other bring back less than was planned to be reinvested.
    """
    n_scenario = len(offers.problem.scenarios)
    finances = [held[one.project] for one in selection.chosen]
    first = offers.problem.years[0]
    last = max([offers.problem.years[-1], *(int(f.money.years[-1]) for f in finances)])
    years = np.arange(first, last + 1)
    invested, fee = np.zeros(years.size), np.zeros(years.size)
    back = np.zeros((n_scenario, years.size))
    for one, finance in zip(selection.chosen, finances, strict=True):
        start = int(finance.money.years[0]) - first
        place = slice(max(start, 0), start + finance.money.years.size)
        own = slice(max(-start, 0), None)
        invested[place] += one.share * finance.equity[own]
        fee[place] += one.share * offers.fee[one.project, one.start_year][own]
        back[:, place] += one.share * finance.distribution[:, own]
    recycled = np.zeros(years.size)
    recycled[: selection.recycled.size] = selection.recycled
    planned = recycled.sum() - np.cumsum(recycled)
    paid_out, cash = np.zeros(back.shape), np.zeros(back.shape)
    left = np.zeros(n_scenario)
    for year in range(years.size):
        left = left + back[:, year] - recycled[year]
        paid_out[:, year] = np.maximum(left - planned[year], 0.0)
        left = left - paid_out[:, year]
        cash[:, year] = left
    if float(cash.min(initial=0.0)) < -CENT:
        raise ModelError(
            f"{offers.vehicle.name}: chosen projects that harm each other bring back less than is to"
            " be reinvested. Lower recycled_share in finance/vehicles.csv."
        )
    return VehicleMoney(years, invested, fee, recycled, back, paid_out, cash)


def returns_table(offers: Offers, money: VehicleMoney) -> pl.DataFrame:
    """Return what each party, and all together, pay and get back, by scenario.

    Columns: vehicle, scenario, party, share, discount_rate, called_musd and distributed_musd (money
    of the day), multiple, irr (money of the day), irr_real, npv_musd (price year, at the party's own rate).
    """
    vehicle = offers.vehicle
    inflation = float(vehicle.row["inflation"])
    shares = [("all", 1.0, float(vehicle.row["required_return"]))] + [
        (str(one["party"]), float(one["share"]), float(one["discount_rate"]))
        for one in vehicle.parties
    ]
    level = (1.0 + inflation) ** (money.years - offers.price_year).astype(np.float64)
    since = (money.years - offers.base_year).astype(np.float64)
    rows = []
    for place, scenario in enumerate(offers.problem.scenarios):
        for party, share, rate in shares:
            flow = share * (money.paid_out[place] - money.called)
            called = share * float(money.called.sum())
            given = share * float(money.paid_out[place].sum())
            rates = irr(flow)
            single = float(rates[0]) if rates.size == 1 else None
            rows.append(
                {
                    "vehicle": vehicle.name,
                    "scenario": scenario,
                    "party": party,
                    "share": share,
                    "discount_rate": rate,
                    "called_musd": called,
                    "distributed_musd": given,
                    "multiple": given / called if called > 0.0 else None,
                    "irr": single,
                    "irr_real": None
                    if single is None
                    else (1.0 + single) / (1.0 + inflation) - 1.0,
                    "npv_musd": float((flow / level) @ (1.0 + rate) ** -since),
                }
            )
    return pl.DataFrame(
        rows, schema_overrides=dict.fromkeys(("multiple", "irr", "irr_real"), pl.Float64)
    )


def coalition(problem: SelectionProblem, names: tuple[str, ...]) -> SelectionProblem:
    """Return the problem of some parties alone: their own budgets, shares in proportion.

    The largest ticket shrinks with what they commit together.
    """
    members = [party for party in problem.parties if party.name in names]
    share = sum(party.share for party in members)
    part = sum(party.commitment for party in members) / sum(
        party.commitment for party in problem.parties
    )
    return replace(
        problem,
        parties=tuple(replace(party, share=party.share / share) for party in members),
        largest_ticket_musd=problem.largest_ticket_musd * part,
    )


def resized(problem: SelectionProblem, factor: float) -> SelectionProblem:
    """Return the problem of a vehicle `factor` times as large."""
    parties = tuple(
        Party(one.name, one.share, one.budget * factor, one.commitment * factor)
        for one in problem.parties
    )
    return replace(
        problem, parties=parties, largest_ticket_musd=problem.largest_ticket_musd * factor
    )


def sharing_table(
    offers: Offers, objective: Objective, best: Selection, options: SelectOptions
) -> pl.DataFrame:
    """Return each party's part of the value, in proportion to shares and by Shapley.

    Each coalition of parties chooses anew with its own budgets; one that cannot meet the rules is
    worth nothing. Columns: vehicle, party, share, alone_musd, pro_rata_musd, shapley_musd.
    """
    problem = offers.problem
    names = tuple(sorted(party.name for party in problem.parties))
    values: dict[frozenset[str], float] = {}
    for size in range(1, len(names) + 1):
        for members in combinations(names, size):
            if size == len(names):
                values[frozenset(members)] = best.value
                continue
            try:
                found = select(coalition(problem, members), objective, options)
                values[frozenset(members)] = found.value
            except InfeasibleError:
                values[frozenset(members)] = 0.0
    packages = package_values(values)
    fair = dict(zip(packages.projects, shapley_shares(packages).tolist(), strict=True))
    return pl.DataFrame(
        [
            {
                "vehicle": offers.vehicle.name,
                "party": party.name,
                "share": party.share,
                "alone_musd": values[frozenset((party.name,))],
                "pro_rata_musd": party.share * best.value,
                "shapley_musd": fair[party.name],
            }
            for party in problem.parties
        ]
    )
