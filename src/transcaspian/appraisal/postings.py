"""Accounts brought to postings: who pays whom for what, with less without, each counted once."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.accounts import CLEARING, NOT_PARTIES, PARTIES
from transcaspian.errors import InputError, Problem

__all__ = ["CAPITAL_KINDS", "OPERATION_KIND", "PLAN_KINDS", "POSTING", "differences"]

FloatArray = NDArray[np.float64]

CAPITAL_KINDS = ("capital_cost", "renewal_cost", "residual_value")
OPERATION_KIND = "fixed_operation"
PLAN_KINDS = (*CAPITAL_KINDS, OPERATION_KIND)
POSTING = ["kind", "payer", "payer_country", "receiver", "receiver_country", "nature"]

KNOWN = (*PARTIES, CLEARING, *NOT_PARTIES)
NATURE_OF = {"resources": "resource", "environment": "externality"}
ROUNDING_SHARE = 1e-12
SHOWN = 20


def differences(
    accounts_with: Mapping[int, pl.DataFrame],
    accounts_without: Mapping[int, pl.DataFrame],
    model_years: Sequence[int],
) -> tuple[pl.DataFrame, FloatArray]:
    """Return the distinct postings and difference[posting, model_year], with less without [USD].

    Raises
    ------
    InputError
        Where a row would break the books: an unknown party, a nature that contradicts the
        receiver (so that a cost would pass for a transfer, or an externality for a cost), an
        amount that is no number, or a kind that is reserved for what the owners pay.
    """
    parts = [
        frame.select(
            *POSTING, year=pl.lit(year, dtype=pl.Int64), amount=pl.col("amount_usd") * sign
        )
        for accounts, sign in ((accounts_with, 1.0), (accounts_without, -1.0))
        for year, frame in sorted(accounts.items())
    ]
    stacked = pl.concat(parts, how="vertical_relaxed")
    postings = stacked.select(POSTING).unique().sort(POSTING)
    _check(stacked, postings)
    placed = stacked.join(
        postings.with_row_index("posting"), on=POSTING, nulls_equal=True, maintain_order="left"
    )
    column = np.searchsorted(np.asarray(model_years), placed["year"].to_numpy())
    cell = placed["posting"].to_numpy().astype(np.int64) * len(model_years) + column
    amount = placed["amount"].to_numpy()
    # Added up in the order of the rows, so that the same rows give the same bits.
    size = postings.height * len(model_years)
    total = np.asarray(np.bincount(cell, weights=amount, minlength=size), dtype=np.float64)
    moved = np.bincount(cell, weights=np.abs(amount), minlength=size)
    # What remains of two equal sums taken in another order is rounding, not an effect.
    total[np.abs(total) <= ROUNDING_SHARE * moved] = 0.0
    return postings, total.reshape(postings.height, len(model_years))


def _check(stacked: pl.DataFrame, postings: pl.DataFrame) -> None:
    problems = []
    for row in postings.iter_rows(named=True):
        problems.extend(_posting_problems(row))
    amount = stacked["amount"]
    if amount.null_count() or not amount.is_finite().all():
        broken = stacked.filter(pl.col("amount").is_null() | ~pl.col("amount").is_finite())
        kinds = ", ".join(sorted(set(broken["kind"])))
        cure = "The model that wrote them must give a number."
        message = f"amounts of {kinds} are no finite numbers."
        problems.append(Problem("accounts", 0, "amount_usd", message, cure))
    if problems:
        raise InputError("The accounts would break the ledger.", problems[:SHOWN])


def _posting_problems(row: Mapping[str, str]) -> list[Problem]:
    kind = row["kind"]
    found = [
        Problem(
            "accounts",
            0,
            side,
            f"{row[side]!r} of kind {kind!r} is no party of the ledger.",
            f"Use one of {', '.join(KNOWN)}.",
        )
        for side in ("payer", "receiver")
        if row[side] not in KNOWN
    ]
    if kind in PLAN_KINDS:
        cure = "It is taken from the project's plan; leave it out of the accounts."
        found.append(Problem("accounts", 0, "kind", f"{kind!r} would be counted twice.", cure))
        return found
    ends = [row[side] for side in ("receiver", "payer") if row[side] in NOT_PARTIES]
    nature = NATURE_OF[ends[0]] if ends else "transfer"
    if row["nature"] != nature and not found:
        message = f"{kind!r} from {row['payer']} to {row['receiver']} is called {row['nature']!r}."
        found.append(Problem("accounts", 0, "nature", message, f"Call it {nature!r}."))
    return found
