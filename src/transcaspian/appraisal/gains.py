"""Sums over the ledger: what each party gains by year and in present value, and the checks on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.accounts import NOT_PARTIES
from transcaspian.appraisal.discounting import discount_factors
from transcaspian.appraisal.ledger import Ledger
from transcaspian.appraisal.postings import CAPITAL_KINDS, OPERATION_KIND, PLAN_KINDS

__all__ = [
    "SCOPES",
    "Check",
    "YearlyFlows",
    "check_ledger",
    "party_rows",
    "who_gains",
    "yearly_flows",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Whose gains are added up. Only `all` is the welfare of everybody whom the models know.
SCOPES = {
    "all": "all parties in all countries, residents (CO2 and other externalities) and markets beyond the last zone included",
    "corridor": "parties in the corridor's own countries only",
    "market": "all parties, externalities left out",
    "inside": "all parties but the markets beyond the last zone",
}
CHECK_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class YearlyFlows:
    """Yearly gains of one scope, apart by what capital, fixed operation and the rest bring."""

    year: IntArray  # [n_year]
    benefit: FloatArray  # [n_year], what the models found, million USD
    operation: FloatArray  # [n_year], fixed operation and maintenance paid, positive
    capital: FloatArray  # [n_year], capital and renewal cost paid less residual value, positive

    @property
    def net(self) -> FloatArray:
        """Gain less every cost."""
        return np.asarray(self.benefit - self.operation - self.capital, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Check:
    """One identity that must hold: the largest departure from it and what is allowed."""

    name: str
    departure: float
    allowed: float
    meaning: str

    @property
    def holds(self) -> bool:
        """Return whether the departure stays within what is allowed."""
        return self.departure <= self.allowed


def party_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the gain of every party from every row: received positive, paid negative."""
    kept = ["project", "year", "kind", "nature"]
    received = rows.select(
        *kept, party="receiver", country="receiver_country", gain_musd=pl.col("amount_musd")
    )
    paid = rows.select(
        *kept, party="payer", country="payer_country", gain_musd=-pl.col("amount_musd")
    )
    return pl.concat([received, paid]).filter(~pl.col("party").is_in(NOT_PARTIES))


def yearly_flows(
    ledger: Ledger, scope: str = "all", corridor_countries: Sequence[str] = ()
) -> YearlyFlows:
    """Return the yearly gains of the parties of a scope (`SCOPES`)."""
    gains = in_scope(party_rows(ledger.rows), scope, corridor_countries)
    return YearlyFlows(
        year=ledger.years,
        benefit=_by_year(ledger, gains.filter(~pl.col("kind").is_in(PLAN_KINDS))),
        operation=-_by_year(ledger, gains.filter(pl.col("kind") == OPERATION_KIND)),
        capital=-_by_year(ledger, gains.filter(pl.col("kind").is_in(CAPITAL_KINDS))),
    )


def who_gains(ledger: Ledger, rate: float, discount_year: int) -> pl.DataFrame:
    """Return the present value of every party's gain.

    Columns: project, country, party, npv_musd; sorted by country and party. The clearing party
    stands there too, with a value near zero.
    """
    gains = party_rows(ledger.rows)
    factor = discount_factors(rate, gains["year"].to_numpy() - discount_year)
    groups = gains.select("country", "party").unique().sort("country", "party")
    placed = gains.join(
        groups.with_row_index("group"),
        on=["country", "party"],
        nulls_equal=True,
        maintain_order="left",
    )
    value = placed["gain_musd"].to_numpy() * factor
    total = np.bincount(placed["group"].to_numpy(), weights=value, minlength=groups.height)
    return groups.select(
        pl.lit(ledger.project).alias("project"),
        "country",
        "party",
        pl.Series("npv_musd", total, dtype=pl.Float64),
    )


def check_ledger(ledger: Ledger, rate: float, discount_year: int) -> tuple[Check, ...]:
    """Return whether the gains of all parties equal minus the real cost, and transfers cancel.

    Each side is added up on its own from the rows; departures are relative to all money moved.
    """
    rows = ledger.rows
    factor = discount_factors(rate, rows["year"].to_numpy() - discount_year)
    value = rows["amount_musd"].to_numpy() * factor
    moved = float(np.abs(value).sum())
    to_nobody = rows["receiver"].is_in(NOT_PARTIES).to_numpy()
    from_nobody = rows["payer"].is_in(NOT_PARTIES).to_numpy()
    real_cost = float(value[to_nobody].sum() - value[from_nobody].sum())
    gains = who_gains(ledger, rate, discount_year)
    transfers = rows.filter(~(pl.Series(to_nobody) | pl.Series(from_nobody)))
    left = _sum(who_gains(replace(ledger, rows=transfers), rate, discount_year)["npv_musd"])
    cleared = _sum(gains.filter(pl.col("party") == "exchange")["npv_musd"].abs())
    scale = max(moved, 1.0)
    return (
        Check(
            "gains_equal_real_cost",
            abs(_sum(gains["npv_musd"]) + real_cost) / scale,
            CHECK_TOLERANCE,
            "gains of all parties + what is paid to resources and environment = 0",
        ),
        Check(
            "transfers_cancel",
            abs(left) / scale,
            CHECK_TOLERANCE,
            "what one party pays another receives",
        ),
        Check("exchange_clears", cleared / scale, CHECK_TOLERANCE, "the exchange keeps nothing"),
    )


def in_scope(gains: pl.DataFrame, scope: str, corridor_countries: Sequence[str]) -> pl.DataFrame:
    """Return the rows of `party_rows` that count under a scope."""
    if scope == "corridor":
        return gains.filter(pl.col("country").is_in(list(corridor_countries)))
    if scope == "market":
        return gains.filter(pl.col("nature") != "externality")
    if scope == "inside":
        return gains.filter(pl.col("party") != "external_market")
    if scope != "all":
        raise KeyError(scope)
    return gains


def paid_by_year(ledger: Ledger, kinds: Sequence[str]) -> FloatArray:
    """Return the sum of the rows of these kinds in each of `ledger.years`, payments positive."""
    rows = ledger.rows.filter(pl.col("kind").is_in(list(kinds)))
    place = rows["year"].to_numpy() - ledger.first_year
    paid = np.bincount(place, weights=rows["amount_musd"].to_numpy(), minlength=ledger.years.size)
    return np.asarray(paid, dtype=np.float64)


def _by_year(ledger: Ledger, gains: pl.DataFrame) -> FloatArray:
    place = gains["year"].to_numpy() - ledger.first_year
    size = ledger.last_year - ledger.first_year + 1
    total = np.bincount(place, weights=gains["gain_musd"].to_numpy(), minlength=size)
    return np.asarray(total, dtype=np.float64)


def _sum(values: pl.Series) -> float:
    return float(values.to_numpy().sum())
