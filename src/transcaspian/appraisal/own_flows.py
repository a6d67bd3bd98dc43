"""Money flows that a project brings along: given in the case, not found by a model.

A factory, a shipyard, fibre or housing has no network to be solved; what it costs and brings a year
stands in `projects/own_flows`, counted from its opening. Here the rows become accounts of one year,
or rows of the ledger over all years, by the same books: what one pays another receives, and only
what is paid to `resources` or `environment` leaves the parties.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import polars as pl

from transcaspian.accounts import ACCOUNT_SCHEMA
from transcaspian.appraisal.ledger import LEDGER_SCHEMA, Ledger
from transcaspian.appraisal.postings import POSTING
from transcaspian.units import MUSD_TO_USD

__all__ = ["Opened", "own_accounts", "own_outputs", "own_rows", "with_own_flows"]

SIDES = ("payer", "payer_country", "receiver", "receiver_country")


class Opened(Protocol):
    """A project's plan, as far as its own flows need it."""

    @property
    def project(self) -> str:
        """Short name."""
        ...

    @property
    def opening_year(self) -> int:
        """First year of use."""
        ...


def own_accounts(flows: pl.DataFrame, plan: Opened, year: int) -> pl.DataFrame:
    """Return the accounts of one calendar year of a project's own flows.

    Parameters
    ----------
    flows : DataFrame
        The case's table `projects/own_flows`.
    plan : Opened
        The project and the year in which it opens.
    year : int
        Calendar year.

    Returns
    -------
    DataFrame
        Frame of `transcaspian.accounts.ACCOUNT_SCHEMA`, amounts in USD of the price year.
    """
    offset = year - plan.opening_year
    return (
        _active(flows.filter(pl.col("project") == plan.project), offset)
        .with_columns(amount_usd=pl.col("amount_musd") * MUSD_TO_USD, nature=_nature())
        .select(list(ACCOUNT_SCHEMA))
    )


def own_rows(
    project: str, flows: pl.DataFrame, plans: Sequence[Opened], last_year: int
) -> pl.DataFrame:
    """Return the ledger rows of the own flows of a project or of all members of a package.

    Each member counts from its own opening; a flow without an end lasts to `last_year`, since
    members that wear out earlier are renewed. Flows before opening (negative offsets) are rows too.

    Parameters
    ----------
    project : str
        What stands in the column `project`: the project or package.
    flows : DataFrame
        The case's table `projects/own_flows`.
    plans : sequence of Opened
        The members.
    last_year : int
        Last year of the horizon.

    Returns
    -------
    DataFrame
        Frame of `transcaspian.appraisal.ledger.LEDGER_SCHEMA`, in million USD of the price year,
        by member, in the order of the table and then by year.
    """
    parts = [pl.DataFrame(schema=LEDGER_SCHEMA)]
    for plan in plans:
        own = flows.filter(pl.col("project") == plan.project)
        if own.is_empty():
            continue
        end = last_year - plan.opening_year
        years = (
            own.with_columns(
                offset=pl.int_ranges(
                    pl.col("from_offset"), pl.min_horizontal(_last_offset(end), pl.lit(end)) + 1
                )
            )
            .explode("offset", empty_as_null=True, keep_nulls=True)
            .drop_nulls("offset")
        )
        parts.append(
            years.with_columns(
                project=pl.lit(project, dtype=pl.String),
                year=pl.col("offset") + plan.opening_year,
                nature=_nature(),
            ).select(pl.col(name).cast(dtype) for name, dtype in LEDGER_SCHEMA.items())
        )
    return pl.concat(parts)


def with_own_flows(ledger: Ledger, plans: Sequence[Opened], flows: pl.DataFrame) -> Ledger:
    """Return the ledger with the own flows of its members among its rows."""
    own = own_rows(ledger.project, flows, plans, ledger.last_year)
    if own.is_empty():
        return ledger
    rows = pl.concat([ledger.rows, own]).sort("year", *POSTING, maintain_order=True)
    earliest = int(own["year"].to_numpy().min())
    return replace(ledger, rows=rows, first_year=min(ledger.first_year, earliest))


def own_outputs(
    outputs: pl.DataFrame, plans: Sequence[Opened], year: int
) -> Mapping[tuple[str, str], float]:
    """Return (measure, country) → what the projects bring in a year: jobs, exports, imports.

    These are no part of a project's value: wages and sales stand in its flows.
    """
    found: dict[tuple[str, str], float] = {}
    for plan in plans:
        own = outputs.filter(pl.col("project") == plan.project)
        for row in _active(own, year - plan.opening_year).iter_rows(named=True):
            key = (str(row["measure"]), str(row["country"]))
            found[key] = found.get(key, 0.0) + float(row["amount"])
    return found


def _active(rows: pl.DataFrame, offset: int) -> pl.DataFrame:
    return rows.filter(pl.col("from_offset") <= offset, _last_offset(offset) >= offset)


def _last_offset(otherwise: int) -> pl.Expr:
    return pl.col("to_offset").fill_null(otherwise)


def _nature() -> pl.Expr:
    """Return resource or externality for what leaves the parties, transfer for all else."""
    payer, receiver = pl.col("payer"), pl.col("receiver")
    return (
        pl.when((payer == "environment") | (receiver == "environment"))
        .then(pl.lit("externality"))
        .when((payer == "resources") | (receiver == "resources"))
        .then(pl.lit("resource"))
        .otherwise(pl.lit("transfer"))
    )
