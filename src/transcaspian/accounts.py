"""Accounts: who pays whom how much in one solved year, the raw material of the ledger.

Every model writes its money flows in this one shape. What one side pays another receives, so
transfers cancel by construction; what is paid to `resources` or `environment` is a real cost, and
the gains of all parties together must equal minus that cost.
"""

import polars as pl

__all__ = ["ACCOUNT_SCHEMA", "NOT_PARTIES", "PARTIES", "WORLD", "gains_by_party", "real_cost_usd"]

ACCOUNT_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "payer": pl.String(),
    "payer_country": pl.String(),
    "receiver": pl.String(),
    "receiver_country": pl.String(),
    "amount_usd": pl.Float64(),
    "nature": pl.String(),
}
PARTIES = (
    "consumers",
    "producers",
    "storage_owners",
    "grid_owners",
    "government",
    "shippers",
    "carriers",
    "terminals",
    "project_owners",
    "external_market",
    "residents",
)
# The exchange clears energy between parties of one zone and keeps nothing: its net is a check.
CLEARING = "exchange"
NOT_PARTIES = ("resources", "environment")
WORLD = "WORLD"  # climate damage falls on no country of the case alone


def gains_by_party(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return what each party and country receives less what it pays [USD].

    Columns: party, country, gain_usd; the clearing party is listed too, with a gain near zero.
    """
    received = accounts.select(
        party="receiver", country="receiver_country", gain_usd=pl.col("amount_usd")
    )
    paid = accounts.select(party="payer", country="payer_country", gain_usd=-pl.col("amount_usd"))
    return (
        pl.concat([received, paid])
        .filter(~pl.col("party").is_in(NOT_PARTIES))
        .group_by("party", "country", maintain_order=True)
        .agg(pl.col("gain_usd").sum())
        .sort("party", "country")
    )


def real_cost_usd(accounts: pl.DataFrame) -> float:
    """Return what the parties together pay to resources and environment [USD]."""
    paid = accounts.filter(pl.col("receiver").is_in(NOT_PARTIES))["amount_usd"].sum()
    received = accounts.filter(pl.col("payer").is_in(NOT_PARTIES))["amount_usd"].sum()
    return float(paid) - float(received)
