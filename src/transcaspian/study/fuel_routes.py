"""Fuel that a project frees: how much of it has a way out of the country, and what that is worth.

The accounts of a solved year value all fuel at its opportunity cost, as if what plants no longer
burn could always be sold. `power/fuel_routes` says by which route, and how much that takes; what is
freed beyond stays in the country and is worth what plants pay for it.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from transcaspian.accounts import ACCOUNT_SCHEMA
from transcaspian.case.tables import REFERENCE, Case
from transcaspian.study.solved import Key, Solved
from transcaspian.units import MUSD_TO_USD

__all__ = ["WITHOUT_ROUTE", "freed_fuel", "with_fuel_routes"]

WITHOUT_ROUTE = "fuel_without_route"
TABLE, BURNT = "power/fuel_routes", "power_fuel_year"
GOVERNMENT, RESOURCES = "government", "resources"
HEAT, PRICE = "heat_mwh_th", "price_usd_per_mwh_th"
OPPORTUNITY = "opportunity_cost_usd_per_mwh_th"


def with_fuel_routes(case: Case, room: Mapping[Key, Solved]) -> dict[Key, Solved]:
    """Return the solved years with the accounts of freed fuel that has no way out.

    For each run with a project and each fuel that frees more than its route takes, government pays
    to resources the difference between opportunity cost and price on the rest: what the accounts
    credit too much. The table `power_fuel_freed` of a run says how much was freed and sold.
    """
    if TABLE not in case.tables or case.tables[TABLE].is_empty():
        return dict(room)
    added: dict[Key, Solved] = {}
    for key, solved in room.items():
        reference = room[Key(key.scenario, REFERENCE, key.year)]
        if key.run == REFERENCE or BURNT not in solved.tables:
            added[key] = solved
            continue
        freed = freed_fuel(case, solved.tables[BURNT], reference.tables[BURNT])
        added[key] = replace(
            solved,
            accounts=pl.concat([solved.accounts, _accounts(freed)]),
            tables={**solved.tables, "power_fuel_freed": freed},
        )
    return added


def freed_fuel(case: Case, burnt: pl.DataFrame, reference: pl.DataFrame) -> pl.DataFrame:
    """Return what a project frees of every fuel with a route in one year.

    Columns: fuel, country, route, freed_mwh_th (negative where more is burnt), limit_mwh_th,
    sold_mwh_th, kept_mwh_th (freed beyond the limit), export_musd (sold, at opportunity cost),
    kept_musd (at the plants' price) and over_usd (credited too much at opportunity cost).
    """
    fuels = case.tables["power/fuels"].select("fuel", "country")
    before = reference.select("fuel", before=HEAT)
    freed = pl.col("before") - pl.col(HEAT)
    beyond = (freed - pl.col("limit_mwh_th")).clip(lower_bound=0.0)
    routes = case.tables[TABLE].select("fuel", "route", "limit_mwh_th")
    return (
        burnt.join(routes, on="fuel", maintain_order="left")
        .join(fuels, on="fuel", maintain_order="left")
        .join(before, on="fuel", maintain_order="left")
        .select(
            "fuel",
            "country",
            "route",
            "limit_mwh_th",
            freed_mwh_th=freed,
            sold_mwh_th=freed - beyond,
            kept_mwh_th=beyond,
            export_musd=(freed - beyond) * pl.col(OPPORTUNITY) / MUSD_TO_USD,
            kept_musd=beyond * pl.col(PRICE) / MUSD_TO_USD,
            over_usd=beyond * (pl.col(OPPORTUNITY) - pl.col(PRICE)),
        )
        .sort("fuel")
    )


def _accounts(freed: pl.DataFrame) -> pl.DataFrame:
    """Return the correction as accounts; where plants pay more than the fuel brings, it is a gain."""
    over = pl.col("over_usd")
    rows = freed.filter(over != 0.0).select(
        kind=pl.lit(WITHOUT_ROUTE),
        payer=pl.when(over > 0).then(pl.lit(GOVERNMENT)).otherwise(pl.lit(RESOURCES)),
        payer_country="country",
        receiver=pl.when(over > 0).then(pl.lit(RESOURCES)).otherwise(pl.lit(GOVERNMENT)),
        receiver_country="country",
        amount_usd=over.abs(),
        nature=pl.lit("resource"),
    )
    return rows.select(list(ACCOUNT_SCHEMA))
