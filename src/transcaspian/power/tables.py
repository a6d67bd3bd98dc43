"""Result tables of a dispatch year: zones, carriers, links, markets, and hourly frames."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.power.calendar import HOURS_PER_YEAR, month_of_hours
from transcaspian.power.dispatch import PowerResult
from transcaspian.units import DAYS_OF_MONTH

__all__ = [
    "carrier_year",
    "hourly_dispatch",
    "hourly_links",
    "hourly_prices",
    "link_month",
    "link_year",
    "market_year",
    "power_tables",
    "unserved_in_words",
    "zone_year",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FULL_MW = 1e-4  # a link this close to its limit counts as full


def power_tables(result: PowerResult) -> Mapping[str, pl.DataFrame]:
    """Return the yearly and monthly tables under the names that they have in a run folder.

    Months are known of whole years only.
    """
    is_whole = result.price.shape[0] == HOURS_PER_YEAR
    return {
        **({"power_link_month": link_month(result)} if is_whole else {}),
        "power_zone_year": zone_year(result),
        "power_carrier_year": carrier_year(result),
        "power_link_year": link_year(result),
        "power_market_year": market_year(result),
        "power_fuel_year": fuel_year(result),
    }


def fuel_year(result: PowerResult) -> pl.DataFrame:
    """Return one row a fuel: heat burnt [MWh], what plants pay and what the country gives up."""
    inputs = result.inputs
    heat = result.generation.sum(axis=0) * inputs.plant_heat_rate
    plants = pl.DataFrame(
        {
            "fuel": inputs.plant_fuel,
            "heat_mwh_th": heat,
            "price_usd_per_mwh_th": inputs.plant_fuel_price,
            "opportunity_cost_usd_per_mwh_th": inputs.plant_opportunity_cost,
        },
        schema_overrides={"fuel": pl.String()},
    )
    return (
        plants.drop_nulls("fuel")
        .group_by("fuel", maintain_order=True)
        .agg(pl.col("heat_mwh_th").sum(), pl.col("^.*_usd_per_mwh_th$").first())
        .sort("fuel")
    )


def by_bus(values: FloatArray, bus: IntArray, n_bus: int) -> FloatArray:
    """Return the sums of `values` [n] over the items of each bus."""
    return np.bincount(bus, weights=values, minlength=n_bus).astype(np.float64)


def curtailed(result: PowerResult) -> FloatArray:
    """Return what renewable plants could have made and did not [n_plant], MWh.

    Plants with a limit on the energy of a month keep water back, they do not curtail.
    """
    inputs = result.inputs
    counts = inputs.plant_is_renewable & ~inputs.plant_has_water
    spare = (result.available - result.generation).sum(axis=0)
    return np.where(counts, np.maximum(spare, 0.0), 0.0)


def zone_year(result: PowerResult) -> pl.DataFrame:
    """Return one row a zone: generation + imports + unserved = load + exports + storage loss."""
    inputs, grid = result.inputs, result.inputs.grid
    n_bus = len(grid.buses)
    generation = result.generation.sum(axis=0)
    forward, reverse = result.link_forward.sum(axis=0), result.link_reverse.sum(axis=0)
    arriving = 1.0 - inputs.link_loss
    charge, discharge = result.storage_store.sum(axis=0), result.storage_dispatch.sum(axis=0)
    load = grid.demand.sum(axis=0)
    weighted = (result.price * grid.demand).sum(axis=0)
    mean = result.price.mean(axis=0)
    storage_bus = grid.storage_units.bus
    return pl.DataFrame(
        {
            "bus": grid.buses,
            "country": inputs.country,
            "load_mwh": load,
            "generation_mwh": by_bus(generation, inputs.plant_bus, n_bus),
            "imports_mwh": by_bus(forward * arriving, inputs.link_bus1, n_bus)
            + by_bus(reverse * arriving, inputs.link_bus0, n_bus),
            "exports_mwh": by_bus(forward, inputs.link_bus0, n_bus)
            + by_bus(reverse, inputs.link_bus1, n_bus),
            "storage_charge_mwh": by_bus(charge, storage_bus, n_bus),
            "storage_discharge_mwh": by_bus(discharge, storage_bus, n_bus),
            "storage_loss_mwh": by_bus(charge - discharge, storage_bus, n_bus),
            "unserved_mwh": result.unserved.sum(axis=0),
            "unserved_hours": (result.unserved > FULL_MW).sum(axis=0),
            "curtailed_mwh": by_bus(curtailed(result), inputs.plant_bus, n_bus),
            "price_mean": mean,
            "price_min": result.price.min(axis=0),
            "price_max": result.price.max(axis=0),
            "price_load_weighted": np.where(load > 0.0, weighted / np.maximum(load, 1e-9), mean),
            "co2_t": by_bus(generation * inputs.plant_co2, inputs.plant_bus, n_bus),
        }
    ).filter(pl.Series([kind == "zone" for kind in inputs.bus_kind]))


def carrier_year(result: PowerResult) -> pl.DataFrame:
    """Return one row a bus and carrier, storage (energy discharged) included."""
    inputs = result.inputs
    generation = result.generation.sum(axis=0)
    buses = np.array(result.buses)
    units = inputs.grid.storage_units
    plants = pl.DataFrame(
        {
            "bus": buses[inputs.plant_bus],
            "carrier": inputs.plant_carrier,
            "p_nom_mw": inputs.plant_p_nom,
            "energy_mwh": generation,
            "curtailed_mwh": curtailed(result),
            "co2_t": generation * inputs.plant_co2,
        }
    )
    storage = pl.DataFrame(
        {
            "bus": buses[units.bus],
            "carrier": inputs.storage_carrier,
            "p_nom_mw": units.capacity.nominal,
            "energy_mwh": result.storage_dispatch.sum(axis=0),
            "curtailed_mwh": np.zeros(len(units.names)),
            "co2_t": np.zeros(len(units.names)),
        },
        schema=plants.schema,
    )
    return (
        pl.concat([plants, storage])
        .group_by("bus", "carrier", maintain_order=True)
        .agg(pl.all().sum())
    )


def link_year(result: PowerResult) -> pl.DataFrame:
    """Return one row a link: energy sent each way, losses, hours at the limit, money.

    congestion_rent_usd: worth at the arriving end less worth at the sending end, both ways, out of
    which wheeling and border charges are paid.
    """
    inputs = result.inputs
    buses = np.array(result.buses)
    arriving = 1.0 - inputs.link_loss
    price0, price1 = result.price[:, inputs.link_bus0], result.price[:, inputs.link_bus1]
    forward, reverse = result.link_forward, result.link_reverse
    rent = forward * (price1 * arriving - price0) + reverse * (price0 * arriving - price1)
    sent_forward, sent_reverse = forward.sum(axis=0), reverse.sum(axis=0)
    border = arriving * (
        inputs.link_border_cost[0] * sent_forward + inputs.link_border_cost[1] * sent_reverse
    )
    return pl.DataFrame(
        {
            "link": inputs.links,
            "bus0": buses[inputs.link_bus0],
            "bus1": buses[inputs.link_bus1],
            "p_nom_mw": inputs.link_p_nom[0],
            "p_nom_reverse_mw": inputs.link_p_nom[1],
            "forward_mwh": sent_forward,
            "reverse_mwh": sent_reverse,
            "loss_mwh": inputs.link_loss * (sent_forward + sent_reverse),
            "hours_forward_full": full_hours(forward, inputs.link_p_nom[0]),
            "hours_reverse_full": full_hours(reverse, inputs.link_p_nom[1]),
            "congestion_rent_usd": rent.sum(axis=0),
            "wheeling_usd": inputs.link_wheeling * (sent_forward + sent_reverse),
            "border_usd": border,
        }
    )


def link_month(result: PowerResult) -> pl.DataFrame:
    """Return one row a month and link of a whole year: energy sent each way, hours at the limit."""
    inputs = result.inputs
    month = month_of_hours(np.arange(HOURS_PER_YEAR, dtype=np.int64))
    parts = []
    for number in range(len(DAYS_OF_MONTH)):
        forward, reverse = (
            flow[month == number] for flow in (result.link_forward, result.link_reverse)
        )
        parts.append(
            pl.DataFrame(
                {
                    "month": np.full(len(inputs.links), number + 1, dtype=np.int64),
                    "link": inputs.links,
                    "forward_mwh": forward.sum(axis=0),
                    "reverse_mwh": reverse.sum(axis=0),
                    "hours_forward_full": full_hours(forward, inputs.link_p_nom[0]),
                    "hours_reverse_full": full_hours(reverse, inputs.link_p_nom[1]),
                },
                schema_overrides={"link": pl.String()},
            )
        )
    return pl.concat(parts)


def full_hours(flow: FloatArray, p_nom: FloatArray) -> IntArray:
    """Return in how many hours each link is full; one without capacity never is."""
    return np.asarray(((flow >= p_nom - FULL_MW) & (p_nom > FULL_MW)).sum(axis=0), dtype=np.int64)


def market_year(result: PowerResult) -> pl.DataFrame:
    """Return one row a market: what it sold into the corridor and bought from it, all steps."""
    inputs = result.inputs
    price = result.price[:, inputs.market_bus]
    sold, bought = result.market_sell.sum(axis=0), result.market_buy.sum(axis=0)
    steps = pl.DataFrame(
        {
            "market": inputs.markets,
            "bus": np.array(result.buses)[inputs.market_bus],
            "sold_mwh": sold,
            "bought_mwh": bought,
            "received_usd": (price * result.market_sell).sum(axis=0),
            "paid_usd": (price * result.market_buy).sum(axis=0),
            "own_price_mean": inputs.market_price.mean(axis=0),
            "bus_price_mean": price.mean(axis=0),
            "co2_t": (sold - bought) * inputs.market_co2,
        },
        schema_overrides={"market": pl.String, "bus": pl.String},
    )
    same = ("own_price_mean", "bus_price_mean")
    return steps.group_by("market", "bus", maintain_order=True).agg(
        pl.col(name).first() if name in same else pl.col(name).sum() for name in steps.columns[2:]
    )


def hourly_dispatch(result: PowerResult) -> pl.DataFrame:
    """Return bus, carrier, hour, mw: output by zone and carrier, charging below zero.

    `hour` counts from 0 (UTC). Net imports stand under the carrier `net_import` and energy not
    served under `unserved`, so the sum over carriers is the load.
    """
    inputs, grid = result.inputs, result.inputs.grid
    units = grid.storage_units
    series: dict[tuple[str, str], FloatArray] = {}

    def add(bus: int, carrier: str, values: FloatArray) -> None:
        key = (grid.buses[bus], carrier)
        series[key] = series[key] + values if key in series else values

    for plant, bus in enumerate(inputs.plant_bus):
        add(bus, inputs.plant_carrier[plant], result.generation[:, plant])
    for unit, bus in enumerate(units.bus):
        net = result.storage_dispatch[:, unit] - result.storage_store[:, unit]
        add(bus, inputs.storage_carrier[unit], net)
    net_import = net_imports(result)
    for bus, kind in enumerate(inputs.bus_kind):
        if kind == "zone":
            add(bus, "unserved", result.unserved[:, bus])
            add(bus, "net_import", net_import[:, bus])
    n_hour = grid.n_snapshot
    return pl.DataFrame(
        {
            "bus": np.repeat([key[0] for key in series], n_hour),
            "carrier": np.repeat([key[1] for key in series], n_hour),
            "hour": np.tile(np.arange(n_hour, dtype=np.int32), len(series)),
            "mw": np.concatenate(list(series.values())),
        }
    )


def net_imports(result: PowerResult) -> FloatArray:
    """Return what arrives at each bus less what is sent from it [n_hour, n_bus], MW."""
    inputs = result.inputs
    net = np.zeros_like(result.price)
    arriving = 1.0 - inputs.link_loss
    at0 = result.link_reverse * arriving - result.link_forward
    at1 = result.link_forward * arriving - result.link_reverse
    for link, (bus0, bus1) in enumerate(zip(inputs.link_bus0, inputs.link_bus1, strict=True)):
        net[:, bus0] += at0[:, link]
        net[:, bus1] += at1[:, link]
    return net


def hourly_prices(result: PowerResult) -> pl.DataFrame:
    """Return bus, hour, price [USD/MWh] of every bus."""
    n_hour, n_bus = result.price.shape
    return pl.DataFrame(
        {
            "bus": np.repeat(result.buses, n_hour),
            "hour": np.tile(np.arange(n_hour, dtype=np.int32), n_bus),
            "price": result.price.T.ravel(),
        }
    )


def hourly_links(result: PowerResult, links: tuple[str, ...]) -> pl.DataFrame:
    """Return link, hour, mw (positive from bus0 to bus1, at the sending end) of the named links."""
    positions = [result.inputs.links.index(link) for link in links]
    n_hour = result.price.shape[0]
    net = (result.link_forward - result.link_reverse)[:, positions]
    return pl.DataFrame(
        {
            "link": np.repeat(list(links), n_hour),
            "hour": np.tile(np.arange(n_hour, dtype=np.int32), len(links)),
            "mw": net.T.ravel(),
        },
        schema={"link": pl.String, "hour": pl.Int32, "mw": pl.Float64},
    )


def unserved_in_words(result: PowerResult) -> list[str]:
    """Return a sentence for each zone with unserved energy: how much, when, and what was full."""
    inputs = result.inputs
    sentences = []
    for bus in np.flatnonzero((result.unserved > FULL_MW).any(axis=0)).tolist():
        short = result.unserved[:, bus]
        hours = np.flatnonzero(short > FULL_MW)
        worst = int(short.argmax())
        ways = [
            name
            for link, name in enumerate(inputs.links)
            if _is_full_into(result, link, bus, worst)
        ]
        full = f" The links into it were full: {', '.join(ways)}." if ways else ""
        sentences.append(
            f"{result.buses[bus]}: {short.sum():,.1f} MWh not served in {hours.size} hours of "
            f"{inputs.year}, at worst {short[worst]:,.1f} MW in hour {worst}.{full}"
        )
    return sentences


def _is_full_into(result: PowerResult, link: int, bus: int, hour: int) -> bool:
    """Whether a link with capacity carries all it can into a bus in an hour."""
    inputs = result.inputs
    for flow, end, p_nom in (
        (result.link_forward, inputs.link_bus1, inputs.link_p_nom[0]),
        (result.link_reverse, inputs.link_bus0, inputs.link_p_nom[1]),
    ):
        if end[link] == bus and FULL_MW < p_nom[link] <= flow[hour, link] + FULL_MW:
            return True
    return False
