"""Money flows of an assigned year, in the shape of `transcaspian.accounts`."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transcaspian.accounts import ACCOUNT_SCHEMA, WORLD
from transcaspian.case.tables import YearView
from transcaspian.freight.arrays import FloatArray, IntArray, sum_by
from transcaspian.freight.corridor import FreightResult
from transcaspian.freight.frames import PathMeasures, measure_paths

__all__ = ["TERMINAL_OPERATING_COST_SHARE", "accounts"]


TERMINAL_OPERATING_COST_SHARE = 0.8  # resource cost of handling over the charge [-], assumed
Row = tuple[str, str, str, str, str, float, str]
SHIPPER_SIDES = 2  # half of what cargo pays is booked at its origin, half at its destination


def accounts(result: FreightResult, view: YearView) -> pl.DataFrame:
    """Return who pays whom for the year's freight [USD].

    Shippers pay tariffs to carriers and charges to terminals; both pay their resource cost. Access
    rules let them pay charges to governments, or nobody (reloading, a real cost), and insurance;
    governments pay subsidies. What is left of the shippers' expected cost (time, route constants,
    less the gain from having a choice) is their own real cost `time_and_inconvenience`, so that all they pay adds up to tonnes
    times expected cost. Shippers stand in the countries where their cargo starts and ends, half
    and half. Residents bear the damage of the carbon dioxide at its social cost.
    """
    measures = measure_paths(result)
    network = result.network
    arc = result.table.arc
    flow = result.equilibrium.flow[measures.of_arc]
    paid = flow * measures.arc_charge
    on_link = network.link[arc] >= 0
    receiver = network.country[arc]
    n_receiver = len(network.countries)
    tariffs = _country_pairs(result, measures, np.where(on_link, paid, 0.0), receiver, n_receiver)
    charges = _country_pairs(result, measures, np.where(on_link, 0.0, paid), receiver, n_receiver)
    rules = _rule_rows(result, measures, flow)
    operating = sum_by(
        network.country[arc][on_link],
        (paid * network.operating_cost_share[arc])[on_link],
        len(network.countries),
    )
    handling = TERMINAL_OPERATING_COST_SHARE * charges.sum(axis=0)
    shippers = _by_shipper(result, result.demand.tonnes * result.equilibrium.expected_cost)
    rest = shippers - tariffs.sum(axis=1) - charges.sum(axis=1) - rules.paid
    co2_t = float((result.equilibrium.flow * measures.co2_t).sum())
    damage = co2_t * view.parameter("social_cost_of_carbon", WORLD)
    countries = network.countries
    rows = [
        *_pair_rows("freight_tariff", "carriers", tariffs, countries),
        *_pair_rows("terminal_charge", "terminals", charges, countries),
        *rules.rows,
        *_resource_rows("carriage_cost", "carriers", operating, countries),
        *_resource_rows("handling_cost", "terminals", handling, countries),
        *_resource_rows("time_and_inconvenience", "shippers", rest, countries),
        ("co2_damage", "residents", WORLD, "environment", WORLD, damage, "externality"),
    ]
    return pl.DataFrame(rows, schema=ACCOUNT_SCHEMA, orient="row")


def _country_pairs(
    result: FreightResult,
    measures: PathMeasures,
    paid: FloatArray,
    receiver: IntArray,
    n_receiver: int,
) -> FloatArray:
    """Return what shippers of each country pay to each receiver [n_country, n_receiver].

    paid and receiver: of every arc of every path.
    """
    network, demand = result.network, result.demand
    unit = result.table.unit[measures.of_arc]
    total = np.zeros(len(network.countries) * n_receiver)
    for end in (demand.origin, demand.destination):
        payer = network.node_country[end][unit]
        total += sum_by(payer * n_receiver + receiver, paid / SHIPPER_SIDES, total.size)
    return total.reshape(-1, n_receiver)


@dataclass(frozen=True, slots=True)
class _RuleMoney:
    """Money of access rules and subsidies."""

    rows: list[Row]
    paid: FloatArray  # [n_country] what shippers of each country pay on balance


def _rule_rows(result: FreightResult, measures: PathMeasures, flow: FloatArray) -> _RuleMoney:
    """Return what governments, insurers and others get of shippers, and pay them."""
    classes, countries = result.classes, result.network.countries
    cargo, arc = measures.cargo[measures.of_arc], result.table.arc
    rows: list[Row] = []
    paid = np.zeros(len(countries))
    own = np.zeros(arc.size, dtype=np.int64)  # one receiver for all

    def by_shipper(amount: FloatArray) -> FloatArray:
        return _country_pairs(result, measures, amount, own, 1)[:, 0]

    for rule in classes.rules.rules:
        holds = np.array([rule.name in pattern for pattern in classes.access], dtype=bool)
        tonnes = flow * (holds[cargo] & rule.arcs[arc])
        if rule.is_subsidy:
            amounts = by_shipper(tonnes * classes.charge[cargo, arc] * rule.subsidy_share)
            paid -= amounts
            rows += [
                ("freight_subsidy", "government", str(rule.country), "shippers", country, amount, "transfer")
                for country, amount in zip(countries, amounts.tolist(), strict=True)
                if amount
            ]  # fmt: skip
            continue
        amounts = by_shipper(tonnes * rule.charge_usd_per_t)
        paid += amounts
        rows += [
            ("access_charge", "shippers", country, "government", rule.country, amount, "transfer")
            if rule.country
            else ("access_cost", "shippers", country, "resources", country, amount, "resource")
            for country, amount in zip(countries, amounts.tolist(), strict=True)
            if amount
        ]
    insurance = by_shipper(flow * measures.arc_insurance)
    rows += _resource_rows("insurance", "shippers", insurance, countries)
    return _RuleMoney(rows, paid + insurance)


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
