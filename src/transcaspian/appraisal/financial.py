"""The owners' side beside the economy's: market prices, taxes, interest while building, nominal money.

Everything in the ledger is in constant prices. The financial side of a party is what it receives
less what it pays at market prices. The economic side values real resources at shadow prices
(conversion factors) and leaves transfers out. The difference is explained posting by posting, so
that nothing can be counted twice:

    economic - financial = transfers paid by the party + resources of others
                           + externalities + shadow-price corrections
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.accounts import NOT_PARTIES
from transcaspian.appraisal.gains import paid_by_year
from transcaspian.appraisal.ledger import Ledger
from transcaspian.appraisal.postings import CAPITAL_KINDS, OPERATION_KIND
from transcaspian.appraisal.returns import irr
from transcaspian.errors import InputError

__all__ = [
    "BRIDGE",
    "FinancialTerms",
    "OwnersFlows",
    "economic_and_financial",
    "interest_while_building",
    "owners_flows",
    "to_constant_prices",
    "to_currency",
    "to_current_prices",
]

FloatArray = NDArray[np.float64]

BRIDGE = (
    "financial_musd",
    "transfers_musd",
    "others_resources_musd",
    "externalities_musd",
    "shadow_price_musd",
    "economic_musd",
)


@dataclass(frozen=True, slots=True)
class FinancialTerms:
    """What an owner meets beside the cost and income of the ledger, as fractions."""

    vat: float = 0.0  # on capital cost, not deductible
    import_duty: float = 0.0  # on the imported share of capital cost
    imported_share: float = 0.0
    income_tax: float = 0.0  # on income less operation less depreciation, losses carried forward
    depreciation_years: int = 20  # straight line, from the first year of use
    debt_share: float = 0.0  # of capital cost, drawn evenly with spending
    interest_rate: float = 0.0  # nominal, on debt while building
    inflation: float = 0.0  # yearly rise of all prices from the price year on


@dataclass(frozen=True, slots=True)
class OwnersFlows:
    """Yearly flows of the owners in current prices, and what they come to in constant prices."""

    table: (
        pl.DataFrame
    )  # year, income, operation, capital, indirect_tax, income_tax, net, net_constant
    firr_nominal: tuple[float, ...]  # of `net`, before debt
    firr_real: tuple[float, ...]  # of `net_constant`
    interest_while_building_musd: float  # capitalised at opening, current prices


def economic_and_financial(
    ledger: Ledger,
    parties: Sequence[str],
    conversion_factors: Mapping[str, float] | None = None,
    countries: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Return the bridge from the parties' financial to the economic flow, year by year.

    Columns: year and `BRIDGE`; in every row the first five add up to the last.

    Parameters
    ----------
    parties : sequence of str
        Whose financial side it is, for example project_owners and grid_owners.
    conversion_factors : mapping of posting kind to float, optional
        Shadow over market price of resources by kind; 1 for kinds left out. World Bank: Ward, W.A.
        and Deren, B.J. (1991), The Economics of Project Analysis, ch. 4.
    countries : sequence of str, optional
        The parties of these countries only; of all without it.
    """
    factors = dict(conversion_factors or {})
    rows = ledger.rows
    _check_factors(factors, rows)
    receives, pays = (_is_ours(rows, side, parties, countries) for side in ("receiver", "payer"))
    amount = rows["amount_musd"].to_numpy()
    is_externality = (rows["nature"] == "externality").to_numpy()
    to_nobody = rows["receiver"].is_in(NOT_PARTIES).to_numpy()
    from_nobody = rows["payer"].is_in(NOT_PARTIES).to_numpy()
    is_real = to_nobody | from_nobody
    # What the parties together lose to nobody, positive in the row's own direction.
    real_cost = amount * (to_nobody.astype(float) - from_nobody.astype(float))
    own = receives.astype(float) - pays.astype(float)
    shadow = np.array([factors.get(kind, 1.0) - 1.0 for kind in rows["kind"]])
    is_ours = receives | pays
    parts = {
        "financial_musd": amount * own,
        "transfers_musd": -amount * own * ~is_real,
        "others_resources_musd": -real_cost * (is_real & ~is_externality & ~is_ours),
        "externalities_musd": -real_cost * (is_externality & ~is_ours),
        "shadow_price_musd": -real_cost * shadow,
        "economic_musd": -real_cost * (1.0 + shadow),
    }
    place = rows["year"].to_numpy() - ledger.first_year
    size = ledger.years.size
    columns = {
        name: np.bincount(place, weights=part, minlength=size) for name, part in parts.items()
    }
    return pl.DataFrame({"year": ledger.years} | columns)


def owners_flows(ledger: Ledger, income_musd: FloatArray, terms: FinancialTerms) -> OwnersFlows:
    """Return what the owners pay and receive each year, with taxes, in current prices.

    Parameters
    ----------
    income_musd : float64[n_year]
        Income of the owners in constant prices, one entry for each of `ledger.years`.
    terms : FinancialTerms
        Taxes, debt and inflation.
    """
    years = ledger.years
    if income_musd.shape != years.shape:
        message = f"{income_musd.size} incomes do not fit the {years.size} years of the ledger."
        raise InputError(f"{message} Give one for each year from {years[0]} to {years[-1]}.")
    price_level = (1.0 + terms.inflation) ** (years - ledger.rules.price_year)
    capital = paid_by_year(ledger, CAPITAL_KINDS) * price_level
    operation = paid_by_year(ledger, (OPERATION_KIND,)) * price_level
    income = income_musd * price_level
    indirect = np.maximum(capital, 0.0) * _indirect_rate(terms)
    building = years < ledger.opening_year
    interest = interest_while_building(
        np.where(building, capital + indirect, 0.0) * terms.debt_share, terms.interest_rate
    )
    depreciation = _depreciation(years, ledger.opening_year, capital + indirect, terms)
    tax = _income_tax(income - operation - depreciation, terms.income_tax)
    net = income - operation - capital - indirect - tax
    constant = net / price_level
    return OwnersFlows(
        table=pl.DataFrame(
            {
                "year": years,
                "income_musd": income,
                "operation_musd": operation,
                "capital_musd": capital,
                "indirect_tax_musd": indirect,
                "income_tax_musd": tax,
                "net_musd": net,
                "net_constant_musd": constant,
            }
        ),
        firr_nominal=tuple(irr(net).tolist()),
        firr_real=tuple(irr(constant).tolist()),
        interest_while_building_musd=interest,
    )


def interest_while_building(drawn: FloatArray, rate: float) -> float:
    """Return the interest added to debt drawn[n_year] by the end of the last year it is drawn in.

    Each year's draw bears half a year's interest in its own year (it is drawn evenly) and a whole
    year's, compounded, in every later one.
    """
    used = np.flatnonzero(drawn)
    if not used.size:
        return 0.0
    later = np.arange(used[-1], -1, -1)
    part = drawn[: used[-1] + 1]
    owed = part * (1.0 + 0.5 * rate) * (1.0 + rate) ** later
    return float(owed.sum() - part.sum())


def to_current_prices(
    amounts: FloatArray, years: NDArray[np.int64], index: Mapping[int, float]
) -> FloatArray:
    """Return constant-price amounts at the prices of their own years; index is 1 in the price year."""
    return np.asarray(amounts * _levels(years, index), dtype=np.float64)


def to_constant_prices(
    amounts: FloatArray, years: NDArray[np.int64], index: Mapping[int, float]
) -> FloatArray:
    """Return amounts of each year's own prices at those of the price year."""
    return np.asarray(amounts / _levels(years, index), dtype=np.float64)


def to_currency(
    amounts_usd: FloatArray, years: NDArray[np.int64], per_usd: Mapping[int, float]
) -> FloatArray:
    """Return amounts in another currency at each year's exchange rate."""
    return np.asarray(amounts_usd * _levels(years, per_usd), dtype=np.float64)


def _levels(years: NDArray[np.int64], table: Mapping[int, float]) -> FloatArray:
    missing = sorted({int(year) for year in years} - set(table))
    if missing:
        raise InputError(f"no price level or rate is given for {missing}. Add these years.")
    return np.array([table[int(year)] for year in years], dtype=np.float64)


def _is_ours(
    rows: pl.DataFrame, side: str, parties: Sequence[str], countries: Sequence[str] | None
) -> NDArray[np.bool_]:
    found = rows[side].is_in(list(parties))
    if countries is not None:
        found &= rows[f"{side}_country"].is_in(list(countries))
    return found.to_numpy()


def _check_factors(factors: Mapping[str, float], rows: pl.DataFrame) -> None:
    kinds = set(rows.filter(pl.col("nature") != "transfer")["kind"])
    unknown = sorted(set(factors) - kinds)
    if unknown:
        message = f"conversion factors name {unknown}, which are no resources of the ledger."
        raise InputError(f"{message} The ledger has {', '.join(sorted(kinds))}.")


def _indirect_rate(terms: FinancialTerms) -> float:
    """Return duty on the imported part and value-added tax on everything, the duty included."""
    duty = terms.import_duty * terms.imported_share
    return duty + terms.vat * (1.0 + duty)


def _depreciation(
    years: NDArray[np.int64], opening_year: int, spent: FloatArray, terms: FinancialTerms
) -> FloatArray:
    """Return straight-line depreciation: assets of before the opening start then, later ones at once."""
    written_off = np.zeros(years.size)
    for amount, year in zip(spent, years, strict=True):
        start = max(int(year), opening_year)
        in_use = (years >= start) & (years < start + terms.depreciation_years)
        written_off[in_use] += amount / terms.depreciation_years
    return written_off


def _income_tax(profit: FloatArray, rate: float) -> FloatArray:
    """Return the tax on profit after losses of earlier years, carried forward without limit."""
    tax = np.zeros(profit.size)
    loss = 0.0
    for place, amount in enumerate(profit):
        taxed = max(amount - loss, 0.0)
        loss = max(loss - amount, 0.0)
        tax[place] = rate * taxed
    return tax
