"""Adds to solved years what transport and power plants cost the people beside them.

Air pollution, noise and accidents are not in the models' objectives: a unit cost per tonne-kilometre
or megawatt-hour (`economy/external_costs`) times what the models found. Carbon dioxide is posted by
the models themselves and is no effect of that table, so it cannot be counted twice.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from transcaspian.accounts import ACCOUNT_SCHEMA
from transcaspian.case.tables import ANY_COUNTRY, Case, YearView
from transcaspian.errors import InputError, Problem
from transcaspian.study.options import Plan
from transcaspian.study.solved import Key, Solved

__all__ = ["KIND_OF_EFFECT", "external_accounts", "with_residents"]

TABLE = "economy/external_costs"
KIND_OF_EFFECT = {
    "air_pollution": "air_pollution_damage",
    "noise": "noise_damage",
    "accidents": "accident_damage",
}
T_KM_PER_UNIT = 1000.0  # the unit of transport is USD per 1,000 tonne-kilometres


def with_residents(case: Case, plan: Plan, room: Mapping[Key, Solved]) -> dict[Key, Solved]:
    """Return the solved years of a room with the accounts of residents added to each.

    Raises
    ------
    InputError
        Where the case gives a unit cost to what is no mode of freight and no group of carriers.
    """
    if case.tables[TABLE].is_empty():
        return dict(room)
    _check_activities(case)
    return {
        key: replace(
            solved,
            accounts=pl.concat(
                [
                    solved.accounts,
                    external_accounts(
                        case.at(key.year, key.scenario, plan.members.get(key.run, ())),
                        solved.tables,
                    ),
                ]
            ),
        )
        for key, solved in room.items()
    }


def external_accounts(view: YearView, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return what residents bear in a solved year [USD], in the shape of all accounts.

    Tonne-kilometres stand in the country of their link, energy in that of its bus; what is sold
    by a market beyond the last zone has no plant in the model and is not counted.
    """
    parts = []
    if "freight_link_year" in tables:
        parts.append(_tonne_kilometres(view, tables["freight_link_year"]))
    if "power_carrier_year" in tables:
        parts.append(_energy(view, tables["power_carrier_year"]))
    costs = view.tables[TABLE]
    frames = [_damage(activity, costs) for activity in parts]
    return pl.concat([pl.DataFrame(schema=ACCOUNT_SCHEMA), *frames])


def _tonne_kilometres(view: YearView, links: pl.DataFrame) -> pl.DataFrame:
    """Return 1,000 t-km by mode and country: activity, country, amount."""
    modes = view.tables["freight/layers"].select("layer", activity="mode")
    places = view.tables["freight/links"].select("link", "layer", "country", "distance_km")
    tonnes = pl.col("forward_t") + pl.col("reverse_t")
    return (
        links.join(places, on="link", maintain_order="left")
        .join(modes, on="layer", maintain_order="left")
        .group_by("activity", "country", maintain_order=True)
        .agg(amount=(tonnes * pl.col("distance_km")).sum() / T_KM_PER_UNIT)
    )


def _energy(view: YearView, carriers: pl.DataFrame) -> pl.DataFrame:
    """Return MWh by group of carriers and country: activity, country, amount."""
    groups = view.tables["power/carriers"].select("carrier", activity="group")
    buses = view.tables["power/buses"].select("bus", "country")
    return (
        carriers.join(buses, on="bus", maintain_order="left")
        .join(groups, on="carrier", maintain_order="left")
        .group_by("activity", "country", maintain_order=True)
        .agg(amount=pl.col("energy_mwh").sum())
    )


def _damage(activity: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts of one table of activity, a country's own cost before that of '*'."""
    units = costs.select("activity", "effect", "country", "value")
    anywhere = units.filter(pl.col("country") == ANY_COUNTRY).drop("country")
    own = units.filter(pl.col("country") != ANY_COUNTRY).rename({"value": "own"})
    effects = units.select("activity", "effect").unique(maintain_order=True)
    priced = (
        activity.join(effects, on="activity", maintain_order="left")
        .join(own, on=["activity", "effect", "country"], how="left", maintain_order="left")
        .join(anywhere, on=["activity", "effect"], how="left", maintain_order="left")
        .with_columns(usd=pl.coalesce("own", "value", 0.0) * pl.col("amount"))
        .filter(pl.col("usd") != 0.0)
        .sort("effect", "country", "activity")
    )
    rows = priced.group_by("effect", "country", maintain_order=True).agg(pl.col("usd").sum())
    return rows.select(
        kind=pl.col("effect").replace_strict(KIND_OF_EFFECT, return_dtype=pl.String),
        payer=pl.lit("residents"),
        payer_country="country",
        receiver=pl.lit("environment"),
        receiver_country="country",
        amount_usd="usd",
        nature=pl.lit("externality"),
    )


def _check_activities(case: Case) -> None:
    known = {*case.tables["freight/layers"]["mode"], *case.tables["power/carriers"]["group"]}
    problems = [
        Problem(
            f"{TABLE}.csv",
            0,
            "activity",
            f"{activity!r} is no mode of freight/layers and no group of power/carriers.",
            f"Use one of {', '.join(sorted(known))}.",
        )
        for activity in case.tables[TABLE]["activity"].unique(maintain_order=True)
        if activity not in known
    ]
    if problems:
        raise InputError("External costs are given for what the case does not have.", problems)
