"""A year of a case as a PyPSA CSV folder, so that others can solve it too."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.power.network import Network
from transcaspian.power.year import MARKET_BUY, MARKET_SELL, UNSERVED, PowerYear

__all__ = ["Labels", "export_pypsa", "label_year"]

FloatArray = NDArray[np.float64]
Cells = Sequence[object]

LEAP_DAY = (2, 29)
WATER = "water"
KIND_CARRIER: Mapping[int, str] = {UNSERVED: "unserved", MARKET_SELL: "trade", MARKET_BUY: "trade"}


@dataclass(frozen=True, slots=True)
class Labels:
    """What a network's parts are called beside their names: for maps and for reading by carrier."""

    name: str
    hours: tuple[str, ...]  # [n_hour]
    bus_columns: Mapping[str, Cells]  # name of a column of PyPSA -> [n_bus]
    generator_carrier: tuple[str, ...]  # [n_generator]
    storage_carrier: tuple[str, ...]  # [n_storage]


def label_year(year: PowerYear, buses: pl.DataFrame, name: str) -> Labels:
    """Return the labels of a year: dates without 29 February, places, countries, carriers."""
    kinds = year.generator_kind
    return Labels(
        name=name,
        hours=_dates(year.year, year.network.n_hour),
        bus_columns={
            "x": buses["lon"].to_list(),
            "y": buses["lat"].to_list(),
            "country": buses["country"].to_list(),
            "carrier": ["AC"] * buses.height,
        },
        generator_carrier=(
            *year.plant_carrier,
            *(KIND_CARRIER[int(kind)] for kind in kinds[len(year.plants) :]),
        ),
        storage_carrier=year.storage_carrier,
    )


def _dates(year: int, n_hour: int) -> tuple[str, ...]:
    found: list[str] = []
    time = datetime(year, 1, 1)  # noqa: DTZ001 - PyPSA's snapshots have no time zone
    while len(found) < n_hour:
        if (time.month, time.day) != LEAP_DAY:
            found.append(time.strftime("%Y-%m-%d %H:%M:%S"))
        time += timedelta(hours=1)
    return tuple(found)


def export_pypsa(network: Network, folder: Path, labels: Labels | None = None) -> None:
    """Write the network of a year as a folder that `pypsa.Network(folder)` reads.

    Powers in MW, costs in USD/MWh; a purchase by a market is a generator of sign -1 with a
    negative cost. Limits on the energy between two hours have no place on a generator of PyPSA, so
    each becomes a source of water that feeds the plant over a link of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    n_hour = network.n_hour
    hours = list(range(n_hour)) if labels is None else list(labels.hours)
    write = _Writer(folder, hours)
    watered = sorted({int(item) for item in network.energy_limits.generator})
    rivers = [f"water of {network.generators.names[item]}" for item in watered]
    _export_buses(network, write, rivers, labels)
    write.table(
        "snapshots",
        ["", "snapshot", "objective", "stores", "generators"],
        ([hour, hour, 1.0, 1.0, 1.0] for hour in hours),
    )
    write.table("network", ["name"], [["transcaspian" if labels is None else labels.name]])
    loads = np.flatnonzero(network.demand.any(axis=0))
    names = [f"load of {network.buses[bus]}" for bus in loads]
    write.table(
        "loads",
        ["name", "bus"],
        ([name, network.buses[bus]] for name, bus in zip(names, loads, strict=True)),
    )
    write.series("loads-p_set", names, network.demand[:, loads])
    _export_generators(network, write, watered, rivers, labels)
    _export_links(network, write, watered, rivers)
    _export_storage(network, write, labels)
    if labels is not None:
        carriers = {"AC", "DC", WATER, *labels.generator_carrier, *labels.storage_carrier}
        write.table("carriers", ["name"], ([carrier] for carrier in sorted(carriers)))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes tables and hourly series into a folder; numbers keep every digit."""

    folder: Path
    hours: Sequence[object]

    def table(self, name: str, header: Sequence[str], rows: Iterable[Cells]) -> None:
        with (self.folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            writer.writerows(rows)

    def series(self, name: str, columns: Sequence[str], values: FloatArray) -> None:
        """Write one column a name; no file without a column."""
        if columns:
            rows = ([hour, *row] for hour, row in zip(self.hours, values.tolist(), strict=True))
            self.table(name, ["", *columns], rows)


@dataclass(frozen=True, slots=True)
class _Limits:
    """Power by hour as PyPSA has it: a capacity, and what is possible per unit of it."""

    names: Sequence[str]
    p_nom: FloatArray  # [n], MW
    p_min_pu: FloatArray  # [n_hour, n]
    p_max_pu: FloatArray  # [n_hour, n]

    @classmethod
    def of(cls, names: Sequence[str], low: FloatArray, high: FloatArray) -> "_Limits":
        """Return the limits of MW values: the highest of each item is its capacity."""
        p_nom = np.maximum(np.abs(high).max(axis=0), np.abs(low).max(axis=0))
        scale = np.where(p_nom > 0.0, p_nom, 1.0)
        return cls(names, p_nom, low / scale, high / scale)

    def write(self, write: _Writer, component: str) -> None:
        """Write the limits that change by hour as series."""
        for attribute, values in (("p_min_pu", self.p_min_pu), ("p_max_pu", self.p_max_pu)):
            _write_changing(write, f"{component}-{attribute}", self.names, values)


def _write_changing(write: _Writer, name: str, names: Sequence[str], values: FloatArray) -> None:
    changing = np.flatnonzero(np.ptp(values, axis=0) > 0.0)
    write.series(name, [names[int(item)] for item in changing], values[:, changing])


def _export_buses(
    network: Network, write: _Writer, rivers: Sequence[str], labels: Labels | None
) -> None:
    columns = {} if labels is None else labels.bus_columns
    rows: list[list[object]] = [
        [bus, *(values[place] for values in columns.values())]
        for place, bus in enumerate(network.buses)
    ]
    # A river stands nowhere; its carrier alone tells it from a place.
    rows += [[river, *(WATER if name == "carrier" else "" for name in columns)] for river in rivers]
    write.table("buses", ["name", *columns], rows)


def _export_generators(
    network: Network,
    write: _Writer,
    watered: Sequence[int],
    rivers: Sequence[str],
    labels: Labels | None,
) -> None:
    """Write generators but those with limits on energy, which become links from their water."""
    units, limits, n_hour = network.generators, network.energy_limits, network.n_hour
    plants = [item for item in range(len(units.names)) if item not in set(watered)]
    # What a month allows and the plant leaves is spilt: a river gives up to the month's energy.
    hours = np.arange(n_hour)[:, None]
    inside = (hours >= limits.first_hour) & (hours < limits.end_hour)
    names = [*(units.names[item] for item in plants), *(f"inflow, {name}" for name in limits.names)]
    flows = inside * limits.energy_max
    power = _Limits.of(
        names,
        np.hstack([_hourly(units.p_min, n_hour)[:, plants], np.zeros_like(flows)]),
        np.hstack([_hourly(units.p_max, n_hour)[:, plants], flows]),
    )
    cost = np.hstack([_hourly(units.marginal_cost, n_hour)[:, plants], np.zeros_like(flows)])
    river_of = dict(zip(watered, rivers, strict=True))
    n_flow = len(limits.names)
    buses = [
        *(network.buses[units.bus[item]] for item in plants),
        *(river_of[int(item)] for item in limits.generator),
    ]
    columns: dict[str, Cells] = {
        "name": names,
        "bus": buses,
        "p_nom": power.p_nom.tolist(),
        "p_min_pu": power.p_min_pu[0].tolist(),
        "p_max_pu": power.p_max_pu[0].tolist(),
        "marginal_cost": cost[0].tolist(),
        "sign": [*(units.sign[item] for item in plants), *(1.0 for _ in range(n_flow))],
        "e_sum_max": [*("inf" for _ in plants), *limits.energy_max.tolist()],
    }
    if labels is not None:
        carriers = (labels.generator_carrier[item] for item in plants)
        columns["carrier"] = [*carriers, *(WATER for _ in range(n_flow))]
    write.table("generators", list(columns), zip(*columns.values(), strict=True))
    power.write(write, "generators")
    _write_changing(write, "generators-marginal_cost", names, cost)


def _export_links(
    network: Network, write: _Writer, watered: Sequence[int], rivers: Sequence[str]
) -> None:
    """Write links, and the plants that stand between their water and their bus."""
    units, links, n_hour = network.generators, network.links, network.n_hour
    names = [*links.names, *(units.names[item] for item in watered)]
    power = _Limits.of(
        names,
        np.hstack([_hourly(links.p_min, n_hour), _hourly(units.p_min, n_hour)[:, watered]]),
        np.hstack([_hourly(links.p_max, n_hour), _hourly(units.p_max, n_hour)[:, watered]]),
    )
    cost = np.hstack(
        [
            np.broadcast_to(links.marginal_cost, (n_hour, len(links.names))),
            _hourly(units.marginal_cost, n_hour)[:, watered],
        ]
    )
    columns: dict[str, Cells] = {
        "name": names,
        "bus0": [*(network.buses[bus] for bus in links.bus0), *rivers],
        "bus1": [
            *(network.buses[bus] for bus in links.bus1),
            *(network.buses[units.bus[item]] for item in watered),
        ],
        "carrier": [*("DC" for _ in links.names), *(WATER for _ in watered)],
        "efficiency": [*links.efficiency.tolist(), *(1.0 for _ in watered)],
        "p_nom": power.p_nom.tolist(),
        "p_min_pu": power.p_min_pu[0].tolist(),
        "p_max_pu": power.p_max_pu[0].tolist(),
        "marginal_cost": cost[0].tolist(),
    }
    write.table("links", list(columns), zip(*columns.values(), strict=True))
    power.write(write, "links")
    _write_changing(write, "links-marginal_cost", names, cost)


def _hourly(values: FloatArray, n_hour: int) -> FloatArray:
    return np.broadcast_to(values, (n_hour, values.shape[1]))


def _export_storage(network: Network, write: _Writer, labels: Labels | None) -> None:
    units = network.storage_units
    has_power = np.where(units.p_nom > 0.0, units.p_nom, 1.0)
    columns: dict[str, Cells] = {
        "name": units.names,
        "bus": [network.buses[bus] for bus in units.bus],
        "p_nom": units.p_nom.tolist(),
        "max_hours": np.where(units.p_nom > 0.0, units.energy_max / has_power, 0.0).tolist(),
        "efficiency_store": units.efficiency_store.tolist(),
        "efficiency_dispatch": units.efficiency_dispatch.tolist(),
        "standing_loss": units.standing_loss.tolist(),
        "marginal_cost": units.marginal_cost.tolist(),
        "cyclic_state_of_charge": [True] * len(units.names),
    }
    if labels is not None:
        columns["carrier"] = labels.storage_carrier
    write.table("storage_units", list(columns), zip(*columns.values(), strict=True))
