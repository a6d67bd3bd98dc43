"""Who pays whom in a dispatch year, in the shape of `transcaspian.accounts`.

All energy is cleared at the price of its bus and hour by the exchange, which keeps nothing since
every bus balances in every hour. What is paid to `resources` and `environment` is real cost.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.accounts import ACCOUNT_SCHEMA, WORLD
from transcaspian.power.dispatch import PowerResult

__all__ = ["accounts", "cost_parts"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

REAL = ("resources", "environment")
KEYS = [name for name in ACCOUNT_SCHEMA if name != "amount_usd"]


@dataclass(slots=True)
class _Flows:
    """Money flows under construction; an amount below zero flows the other way."""

    rows: list[tuple[str, str, str, str, str, float, str]] = field(default_factory=list)

    def add(
        self, kind: str, payer: str, payer_country: str, receiver: str, country: str, amount: float
    ) -> None:
        """Add one flow to a receiver in `country`; its nature follows from the two sides."""
        nature = "transfer"
        if {payer, receiver} & set(REAL):
            nature = "externality" if "environment" in (payer, receiver) else "resource"
        if amount < 0.0:
            payer, payer_country, receiver, country = receiver, country, payer, payer_country
            amount = -amount
        if amount:
            self.rows.append((kind, payer, payer_country, receiver, country, amount, nature))

    def frame(self) -> pl.DataFrame:
        frame = pl.DataFrame(self.rows, schema=ACCOUNT_SCHEMA, orient="row")
        return (
            frame.group_by(KEYS, maintain_order=True)
            .agg(pl.col("amount_usd").sum())
            .select(list(ACCOUNT_SCHEMA))
            .sort(KEYS)
        )


def accounts(result: PowerResult) -> pl.DataFrame:
    """Return the money flows of the year [USD]."""
    flows = _Flows()
    _add_consumers(flows, result)
    _add_producers(flows, result)
    _add_storage(flows, result)
    _add_links(flows, result)
    _add_markets(flows, result)
    return flows.frame()


def _worth(result: PowerResult, energy: FloatArray, bus: IntArray) -> FloatArray:
    """Return energy [n_hour, n] at the prices of its bus, summed over the hours [n], USD."""
    return np.asarray((result.price[:, bus] * energy).sum(axis=0))


def _add_consumers(flows: _Flows, result: PowerResult) -> None:
    """Consumers pay the price for what is served; what is not costs them its value."""
    inputs = result.inputs
    buses = np.arange(len(inputs.country))
    paid = _worth(result, result.demand - result.unserved, buses)
    lost = result.unserved.sum(axis=0) * inputs.voll
    for bus, country in enumerate(inputs.country):
        flows.add("energy_purchase", "consumers", country, "exchange", country, paid[bus])
        flows.add("unserved_energy", "consumers", country, "resources", country, lost[bus])


def _add_producers(flows: _Flows, result: PowerResult) -> None:
    """Let producers sell at the price and pay fuel, operation and carbon dioxide.

    Where a country could have sold the fuel for more than its plants pay, government forgoes the
    difference; where for less, it gains it.
    """
    inputs = result.inputs
    energy = result.generation.sum(axis=0)
    sold = _worth(result, result.generation, inputs.plant_bus)
    heat = energy * inputs.plant_heat_rate
    fuel = heat * inputs.plant_fuel_price
    forgone = heat * (inputs.plant_opportunity_cost - inputs.plant_fuel_price)
    operation = energy * inputs.plant_variable_om
    co2 = energy * inputs.plant_co2
    paid_co2 = co2 * inputs.co2_price[inputs.plant_bus]
    damage = co2 * inputs.social_cost_of_carbon[inputs.plant_bus]
    for plant, bus in enumerate(inputs.plant_bus):
        country = inputs.country[bus]
        flows.add("energy_sale", "exchange", country, "producers", country, sold[plant])
        flows.add("fuel_cost", "producers", country, "resources", country, fuel[plant])
        flows.add("fuel_opportunity", "government", country, "resources", country, forgone[plant])
        flows.add("variable_om", "producers", country, "resources", country, operation[plant])
        flows.add("co2_payment", "producers", country, "government", country, paid_co2[plant])
        flows.add("co2_damage", "residents", WORLD, "environment", country, damage[plant])


def _add_storage(flows: _Flows, result: PowerResult) -> None:
    """Storage owners buy what they charge, sell what they discharge and pay its operation."""
    inputs, units = result.inputs, result.inputs.grid.storage_units
    bought = _worth(result, result.storage_store, units.bus)
    sold = _worth(result, result.storage_dispatch, units.bus)
    operation = result.storage_dispatch.sum(axis=0) * units.marginal_cost[0]
    for unit, bus in enumerate(units.bus):
        country = inputs.country[bus]
        flows.add("storage_purchase", "storage_owners", country, "exchange", country, bought[unit])
        flows.add("storage_sale", "exchange", country, "storage_owners", country, sold[unit])
        flows.add("variable_om", "storage_owners", country, "resources", country, operation[unit])


def _add_links(flows: _Flows, result: PowerResult) -> None:
    """Grid owners of both ends, half each, buy at one end, sell at the other, pay at the border.

    Wheeling stays with the grid owners: it is paid by them out of the rent to themselves.
    """
    inputs = result.inputs
    arriving = 1.0 - inputs.link_loss
    for sent, border_cost, start, end in (
        (result.link_forward, inputs.link_border_cost[0], inputs.link_bus0, inputs.link_bus1),
        (result.link_reverse, inputs.link_border_cost[1], inputs.link_bus1, inputs.link_bus0),
    ):
        bought = _worth(result, sent, start)
        sold = _worth(result, sent * arriving, end)
        charge = sent.sum(axis=0) * arriving * border_cost
        for link in range(len(inputs.links)):
            here, there = inputs.country[start[link]], inputs.country[end[link]]
            for owner in (here, there):
                half = bought[link] / 2, sold[link] / 2, charge[link] / 2
                flows.add("congestion_rent", "grid_owners", owner, "exchange", here, half[0])
                flows.add("congestion_rent", "exchange", there, "grid_owners", owner, half[1])
                flows.add("border_charge", "grid_owners", owner, "government", there, half[2])


def _add_markets(flows: _Flows, result: PowerResult) -> None:
    """Markets trade at the price of their bus; their own price is what it costs or saves them."""
    inputs = result.inputs
    received = _worth(result, result.market_sell, inputs.market_bus)
    paid = _worth(result, result.market_buy, inputs.market_bus)
    cost = (result.market_sell * (inputs.market_price + inputs.market_spread)).sum(axis=0)
    saved = (result.market_buy * (inputs.market_price - inputs.market_spread)).sum(axis=0)
    co2 = (result.market_sell - result.market_buy).sum(axis=0) * inputs.market_co2
    damage = co2 * inputs.social_cost_of_carbon[inputs.market_bus]
    for market, bus in enumerate(inputs.market_bus):
        country = inputs.country[bus]
        party = ("external_market", country)
        flows.add("market_sale", "exchange", country, *party, received[market])
        flows.add("market_purchase", *party, "exchange", country, paid[market])
        flows.add("market_cost", *party, "resources", country, cost[market])
        flows.add("market_cost", "resources", country, *party, saved[market])
        flows.add("co2_damage", "residents", WORLD, "environment", country, damage[market])


def cost_parts(result: PowerResult) -> dict[str, float]:
    """Return the parts that the objective is the sum of [USD]."""
    inputs = result.inputs
    energy = result.generation.sum(axis=0)
    units = inputs.grid.storage_units
    forward, reverse = result.link_forward.sum(axis=0), result.link_reverse.sum(axis=0)
    arriving = (1.0 - inputs.link_loss) * np.stack([forward, reverse])
    price, spread = inputs.market_price, inputs.market_spread
    co2_price = inputs.co2_price[inputs.plant_bus]
    return {
        "fuel_cost": float(energy @ (inputs.plant_heat_rate * inputs.plant_fuel_price)),
        "variable_om": float(energy @ inputs.plant_variable_om)
        + float(result.storage_dispatch.sum(axis=0) @ units.marginal_cost[0]),
        "co2_payment": float(energy @ (inputs.plant_co2 * co2_price)),
        "wheeling": float((forward + reverse) @ inputs.link_wheeling),
        "border_charge": float((arriving * inputs.link_border_cost).sum()),
        "market_cost": float((result.market_sell * (price + spread)).sum())
        - float((result.market_buy * (price - spread)).sum()),
        "unserved_energy": float(result.unserved.sum(axis=0) @ inputs.voll),
    }
