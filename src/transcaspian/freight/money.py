"""Money flows of an assigned year, in the shape of `transcaspian.accounts`."""

import numpy as np
import polars as pl

from transcaspian.accounts import ACCOUNT_SCHEMA
from transcaspian.case.tables import YearView
from transcaspian.freight.arrays import FloatArray, sum_by
from transcaspian.freight.corridor import FreightResult
from transcaspian.freight.frames import PathMeasures, measure_paths

__all__ = ["TERMINAL_OPERATING_COST_SHARE", "WORLD", "accounts"]


TERMINAL_OPERATING_COST_SHARE = 0.8  # resource cost of handling over the charge [-], assumed
WORLD = "WORLD"  # climate damage falls on no country of the case alone
SHIPPER_SIDES = 2  # half of what cargo pays is booked at its origin, half at its destination


def accounts(result: FreightResult, view: YearView) -> pl.DataFrame:
    """Return who pays whom for the year's freight [USD].

    Shippers pay tariffs to carriers and charges to terminals; both pay their resource cost. What is
    left of the shippers' expected cost (time, route constants, less the gain from having a
    choice) is their own real cost `time_and_inconvenience`, so that all they pay adds up to tonnes
    times expected cost. Shippers stand in the countries where their cargo starts and ends, half
    and half. Residents bear the damage of the carbon dioxide at its social cost.
    """
    measures = measure_paths(result)
    network = result.network
    arc = result.table.arc
    paid = result.equilibrium.flow[measures.of_arc] * measures.arc_money
    on_link = network.link[arc] >= 0
    tariffs = _country_pairs(result, measures, np.where(on_link, paid, 0.0))
    charges = _country_pairs(result, measures, np.where(on_link, 0.0, paid))
    operating = sum_by(
        network.country[arc][on_link],
        (paid * network.operating_cost_share[arc])[on_link],
        len(network.countries),
    )
    handling = TERMINAL_OPERATING_COST_SHARE * charges.sum(axis=0)
    shippers = _by_shipper(result, result.demand.tonnes * result.equilibrium.expected_cost)
    rest = shippers - tariffs.sum(axis=1) - charges.sum(axis=1)
    co2_t = float((result.equilibrium.flow * measures.co2_t).sum())
    damage = co2_t * view.parameter("social_cost_of_carbon", WORLD)
    countries = network.countries
    rows = [
        *_pair_rows("freight_tariff", "carriers", tariffs, countries),
        *_pair_rows("terminal_charge", "terminals", charges, countries),
        *_resource_rows("carriage_cost", "carriers", operating, countries),
        *_resource_rows("handling_cost", "terminals", handling, countries),
        *_resource_rows("time_and_inconvenience", "shippers", rest, countries),
        ("co2_damage", "residents", WORLD, "environment", WORLD, damage, "externality"),
    ]
    return pl.DataFrame(rows, schema=ACCOUNT_SCHEMA, orient="row")


Row = tuple[str, str, str, str, str, float, str]


def _country_pairs(result: FreightResult, measures: PathMeasures, paid: FloatArray) -> FloatArray:
    """Return what shippers of each country pay in each country [n_country, n_country]."""
    network, demand = result.network, result.demand
    n_country = len(network.countries)
    unit = result.table.unit[measures.of_arc]
    receiver = network.country[result.table.arc]
    total = np.zeros(n_country * n_country)
    for end in (demand.origin, demand.destination):
        payer = network.node_country[end][unit]
        total += sum_by(payer * n_country + receiver, paid / SHIPPER_SIDES, total.size)
    return total.reshape(n_country, n_country)


def _by_shipper(result: FreightResult, of_unit: FloatArray) -> FloatArray:
    """Return the sum over units by the shippers' country [n_country]."""
    network, demand = result.network, result.demand
    total = np.zeros(len(network.countries))
    for end in (demand.origin, demand.destination):
        total += sum_by(network.node_country[end], of_unit / SHIPPER_SIDES, total.size)
    return total


def _pair_rows(
    kind: str, receiver: str, amounts: FloatArray, countries: tuple[str, ...]
) -> list[Row]:
    return [
        (
            kind,
            "shippers",
            countries[payer],
            receiver,
            countries[to],
            float(amounts[payer, to]),
            "transfer",
        )
        for payer, to in zip(*np.nonzero(amounts), strict=True)
    ]


def _resource_rows(
    kind: str, payer: str, amounts: FloatArray, countries: tuple[str, ...]
) -> list[Row]:
    return [
        (
            kind,
            payer,
            countries[position],
            "resources",
            countries[position],
            float(amounts[position]),
            "resource",
        )
        for position in np.flatnonzero(amounts)
    ]
