"""The yearly economic table of a project, as development banks print it."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.accounts import NOT_PARTIES
from transcaspian.appraisal.discounting import discount_factors
from transcaspian.appraisal.gains import yearly_flows
from transcaspian.appraisal.ledger import Ledger
from transcaspian.appraisal.postings import PLAN_KINDS

__all__ = ["economic_table", "gains_matrix"]

FloatArray = NDArray[np.float64]


def economic_table(ledger: Ledger, rate: float, discount_year: int) -> pl.DataFrame:
    """Return the economic flows year by year, the benefits apart by what is saved or lost.

    Columns: year, capital_musd, operation_musd (costs positive), one column `benefit: KIND` for
    every kind of resource or externality that changes (savings positive), net_musd,
    discount_factor, present_value_musd. Transfers cancel and stand in no column.
    """
    flows = yearly_flows(ledger)
    factor = discount_factors(rate, ledger.years - discount_year)
    real = ledger.rows.filter(
        (pl.col("receiver").is_in(NOT_PARTIES) | pl.col("payer").is_in(NOT_PARTIES))
        & ~pl.col("kind").is_in(PLAN_KINDS)
    )
    columns = {
        f"benefit: {kind}": _saved(ledger, real.filter(pl.col("kind") == kind))
        for kind in sorted(set(real["kind"]))
    }
    return pl.DataFrame(
        {"year": ledger.years, "capital_musd": flows.capital, "operation_musd": flows.operation}
        | columns
        | {
            "net_musd": flows.net,
            "discount_factor": factor,
            "present_value_musd": flows.net * factor,
        }
    )


def gains_matrix(gains: pl.DataFrame, parties: Sequence[str] = ()) -> pl.DataFrame:
    """Return who gains as a matrix: a row a country, a column a party, with totals.

    Parameters
    ----------
    gains : frame
        The columns country, party and npv_musd of one project (`gains.who_gains`).
    parties : sequence of str
        Order of the columns; by default alphabetical.
    """
    named = list(parties) or sorted(set(gains["party"]))
    wide = gains.pivot(on="party", index="country", values="npv_musd", aggregate_function="sum")
    missing = [pl.lit(0.0).alias(party) for party in named if party not in wide.columns]
    wide = wide.with_columns(missing).select("country", *(pl.col(p).fill_null(0.0) for p in named))
    wide = wide.sort("country").with_columns(total=pl.sum_horizontal(named))
    last = wide.select(pl.lit("total").alias("country"), pl.col(*named, "total").sum())
    return pl.concat([wide, last])


def _saved(ledger: Ledger, rows: pl.DataFrame) -> FloatArray:
    paid = rows["receiver"].is_in(NOT_PARTIES).to_numpy().astype(np.float64)
    received = rows["payer"].is_in(NOT_PARTIES).to_numpy().astype(np.float64)
    amount = rows["amount_musd"].to_numpy() * (received - paid)
    place = rows["year"].to_numpy() - ledger.first_year
    saved = np.bincount(place, weights=amount, minlength=ledger.years.size)
    return np.asarray(saved, dtype=np.float64)
