"""Whose energy a link carries: proportional sharing of what meets at each bus, hour by hour.

Everything that reaches a bus in an hour (plants, storage, markets, other links) leaves it in one mix:
to the load, into storage, into markets and into each link. With T[n] what reaches bus n, F[n, m] what
arrives there from m, and S[n, u] what unit u feeds in,

    T[n] * mix[n, u] = S[n, u] + sum over m of F[n, m] * mix[m, u].

Bialek, J. (1996), Tracing the flow of electricity, IEE Proceedings 143 (4), 313-320. Tracing follows
what is; what a link makes run is the difference of two runs.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.power.dispatch import PowerResult

__all__ = ["LINK_ORIGIN_SCHEMA", "MARKET", "link_origins"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MARKET = "market"  # what comes from beyond the edge
HOURS_AT_A_TIME = 730  # bounds memory: hours x bus x bus
LEAST_MW = 1e-9  # on the diagonal, so that a bus that nothing reaches has a mix of nothing
LINK_ORIGIN_SCHEMA: dict[str, pl.DataType] = {
    "link": pl.String(),
    "sense": pl.String(),  # forward: sent from bus0
    "bus": pl.String(),  # where the energy was made
    "carrier": pl.String(),
    "sent_mwh": pl.Float64(),
    "co2_t": pl.Float64(),
}


@dataclass(frozen=True, slots=True)
class _Units:
    """Everything that feeds energy into the network."""

    bus: IntArray  # [n_unit]
    carrier: tuple[str, ...]
    co2: FloatArray  # [n_unit], t/MWh
    output: FloatArray  # [n_hour, n_unit], MW


def link_origins(result: PowerResult, links: tuple[str, ...]) -> pl.DataFrame:
    """Return `LINK_ORIGIN_SCHEMA`: where what links send in a year was made, and from what.

    Energy out of storage is made in the storage; what markets sell has the carrier `market`.
    """
    units = _units(result)
    parts = []
    for link in links:
        position = result.inputs.links.index(link)
        for sense, sent, start in (
            ("forward", result.link_forward, result.inputs.link_bus0),
            ("reverse", result.link_reverse, result.inputs.link_bus1),
        ):
            energy = _energy_of_units(result, units, int(start[position]), sent[:, position])
            parts.append(_frame(result, units, energy, link, sense))
    return pl.concat(parts) if parts else pl.DataFrame(schema=LINK_ORIGIN_SCHEMA)


def _units(result: PowerResult) -> _Units:
    inputs = result.inputs
    stores = inputs.grid.storage_units.bus
    return _Units(
        bus=np.concatenate([inputs.plant_bus, stores, inputs.market_bus]),
        carrier=(*inputs.plant_carrier, *inputs.storage_carrier, *(MARKET for _ in inputs.markets)),
        co2=np.concatenate([inputs.plant_co2, np.zeros(stores.size), inputs.market_co2]),
        output=np.hstack([result.generation, result.storage_dispatch, result.market_sell]),
    )


def _energy_of_units(
    result: PowerResult, units: _Units, start: int, sent: FloatArray
) -> FloatArray:
    """Return the energy of every unit [MWh] in what is `sent` [n_hour] from the bus `start`."""
    energy = np.zeros(units.bus.size)
    for first in range(0, sent.size, HOURS_AT_A_TIME):
        hours = slice(first, first + HOURS_AT_A_TIME)
        pull = _pull(result, units, start, hours)
        energy += np.einsum("h,hu,hu->u", sent[hours], pull[:, units.bus], units.output[hours])
    return energy


def _pull(result: PowerResult, units: _Units, start: int, hours: slice) -> FloatArray:
    """Return the share of a MWh fed in at each bus in one MWh sent from `start` [n_hour, n_bus]."""
    inputs = result.inputs
    n_bus = len(inputs.country)
    flow = np.zeros((units.output[hours].shape[0], n_bus, n_bus))  # [hour, to, from]
    arriving = 1.0 - inputs.link_loss
    for link, (bus0, bus1) in enumerate(zip(inputs.link_bus0, inputs.link_bus1, strict=True)):
        flow[:, bus1, bus0] += result.link_forward[hours, link] * arriving[link]
        flow[:, bus0, bus1] += result.link_reverse[hours, link] * arriving[link]
    fed_in = np.zeros(flow.shape[:2])
    np.add.at(fed_in.T, units.bus, units.output[hours].T)
    balance = -flow
    diagonal = np.arange(n_bus)
    balance[:, diagonal, diagonal] += flow.sum(axis=2) + fed_in + LEAST_MW
    wanted = np.zeros((n_bus, 1))
    wanted[start] = 1.0
    return np.asarray(np.linalg.solve(balance.transpose(0, 2, 1), wanted)[:, :, 0])


def _frame(
    result: PowerResult, units: _Units, energy: FloatArray, link: str, sense: str
) -> pl.DataFrame:
    buses = result.buses
    return (
        pl.DataFrame(
            {
                "bus": [buses[bus] for bus in units.bus],
                "carrier": units.carrier,
                "sent_mwh": energy,
                "co2_t": energy * units.co2,
            }
        )
        .group_by("bus", "carrier", maintain_order=True)
        .agg(pl.col("sent_mwh").sum(), pl.col("co2_t").sum())
        .filter(pl.col("sent_mwh") > 0.0)
        .sort("bus", "carrier")
        .select(pl.lit(link).alias("link"), pl.lit(sense).alias("sense"), pl.all())
    )
