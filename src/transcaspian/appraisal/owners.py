"""What a project brings to those who own it, from its ledger: income, taxes, FIRR, and the bridge.

The accounts do not name the owners of each asset. Their income is taken to be what the operators of
the project's kind (`OPERATORS`) gain in the owners' countries: the grid companies for a cable, the
carriers for a railway, and what is paid to the owners themselves. What the operators' other assets lose to the project is in it: it is the
income that the countries' operators together gain by building.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.discounting import discount_factors
from transcaspian.appraisal.financial import (
    BRIDGE,
    FinancialTerms,
    economic_and_financial,
    owners_flows,
)
from transcaspian.appraisal.gains import party_rows
from transcaspian.appraisal.ledger import Ledger
from transcaspian.appraisal.postings import PLAN_KINDS
from transcaspian.appraisal.returns import irr_note

__all__ = ["OPERATORS", "OwnersValue", "mean_terms", "operators_of", "owners_value"]

FloatArray = NDArray[np.float64]

OWNERS = "project_owners"
# Roads are open to all without toll: who builds one earns nothing.
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "cable": ("grid_owners",),
    "line": ("grid_owners",),
    "plant": ("producers",),
    "railway": ("carriers",),
    "ships": ("carriers",),
    "port": ("terminals",),
    "dredging": ("terminals",),
    "road": (),
    "other": (),
}


@dataclass(frozen=True, slots=True)
class OwnersValue:
    """The financial side of one project: one row, and its years."""

    row: Mapping[str, object]
    flows: pl.DataFrame  # year and the columns of `financial.OwnersFlows.table`
    bridge: pl.DataFrame  # year and `financial.BRIDGE`


def operators_of(kinds: Sequence[str]) -> tuple[str, ...]:
    """Return the parties that earn what projects of these kinds earn, each once."""
    return tuple(dict.fromkeys(party for kind in kinds for party in OPERATORS[kind]))


def mean_terms(terms: Sequence[FinancialTerms], weights: Sequence[float]) -> FinancialTerms:
    """Return terms weighted by what each owner holds; years of depreciation are rounded."""
    share = np.asarray(weights, dtype=np.float64) / sum(weights)
    values = {
        item.name: float(share @ np.array([getattr(one, item.name) for one in terms]))
        for item in fields(FinancialTerms)
    }
    years = round(values.pop("depreciation_years"))
    return FinancialTerms(depreciation_years=years, **values)


def owners_value(
    ledger: Ledger,
    operators: Sequence[str],
    countries: Sequence[str],
    terms: FinancialTerms,
    rate: float,
    discount_year: int,
    conversion_factors: Mapping[str, float] | None = None,
) -> OwnersValue:
    """Return the owners' and operators' side of a ledger beside the economy's.

    Parameters
    ----------
    operators, countries : sequence of str
        Parties and countries whose gains are the owners' income (`operators_of`).
    terms : FinancialTerms
        Taxes, debt and inflation.
    rate : float
        Real discount rate of the present values [1/a].
    conversion_factors : mapping of posting kind to float, optional
        Shadow over market price of resources; kinds that the ledger lacks are passed over.
    """
    income = _income(ledger, operators, countries)
    found = owners_flows(ledger, income, terms)
    kinds = set(ledger.rows.filter(pl.col("nature") != "transfer")["kind"])
    factors = {kind: f for kind, f in (conversion_factors or {}).items() if kind in kinds}
    bridge = economic_and_financial(ledger, (OWNERS, *operators), factors, countries)
    weights = discount_factors(rate, ledger.years - discount_year)
    table = found.table
    level = table["year"].to_numpy() - ledger.rules.price_year
    constant = (1.0 + terms.inflation) ** level.astype(np.float64)
    taxes = (table["indirect_tax_musd"] + table["income_tax_musd"]).to_numpy() / constant
    net = table["net_constant_musd"].to_numpy()
    row = {
        "operators": ", ".join(operators),
        "countries": ", ".join(countries),
        "income_musd": float(income @ weights),
        "taxes_musd": float(taxes @ weights),
        "npv_financial_musd": float(net @ weights),
        "firr_real": found.firr_real[0] if len(found.firr_real) == 1 else None,
        "firr_nominal": found.firr_nominal[0] if len(found.firr_nominal) == 1 else None,
        "firr_note": irr_note(net, np.asarray(found.firr_real)),
        "interest_while_building_musd": found.interest_while_building_musd,
    }
    row |= {f"bridge_{name}": float(bridge[name].to_numpy() @ weights) for name in BRIDGE}
    return OwnersValue(row, table, bridge)


def _income(ledger: Ledger, operators: Sequence[str], countries: Sequence[str]) -> FloatArray:
    gains = party_rows(ledger.rows).filter(
        pl.col("party").is_in([OWNERS, *operators])
        & pl.col("country").is_in(list(countries))
        & ~pl.col("kind").is_in(PLAN_KINDS)
    )
    place = gains["year"].to_numpy() - ledger.first_year
    income = np.bincount(place, weights=gains["gain_musd"].to_numpy(), minlength=ledger.years.size)
    return np.asarray(income, dtype=np.float64)
