"""A `Network` as a PyPSA CSV folder, so that others can solve it too."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.network import Network

__all__ = ["export_pypsa"]

FloatArray = NDArray[np.float64]


def export_pypsa(network: Network, folder: Path) -> None:
    """Write the network of a year as a folder that `pypsa.Network(folder)` reads.

    Limits on the energy between two hours have no place on a generator of PyPSA, so each becomes
    a store of water that feeds the plant over a link of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    n_hour, limits = network.n_hour, network.energy_limits
    buses = list(network.buses)
    watered = sorted({int(item) for item in limits.generator})
    rivers = [f"water of {network.generators.names[item]}" for item in watered]
    _write(folder / "buses.csv", ["name"], ([bus] for bus in [*buses, *rivers]))
    hours = range(n_hour)
    _write(
        folder / "snapshots.csv",
        ["", "snapshot", "objective", "stores", "generators"],
        ([hour, hour, 1.0, 1.0, 1.0] for hour in hours),
    )
    _write(folder / "network.csv", ["name"], [["transcaspian"]])
    loads = np.flatnonzero(network.demand.any(axis=0))
    names = [f"load of {buses[bus]}" for bus in loads]
    _write(
        folder / "loads.csv",
        ["name", "bus"],
        ([name, buses[bus]] for name, bus in zip(names, loads, strict=True)),
    )
    _write_series(folder / "loads-p_set.csv", names, network.demand[:, loads])
    _export_plants(network, folder, watered, rivers)
    _export_storage(network, folder)


def _export_plants(
    network: Network, folder: Path, watered: Sequence[int], rivers: Sequence[str]
) -> None:
    """Write generators; those with limits on energy become links from their water."""
    units, links, limits = network.generators, network.links, network.energy_limits
    n_hour = network.n_hour
    shape = (n_hour, len(units.names))
    low, high, cost = (
        np.array(np.broadcast_to(values, shape))
        for values in (units.p_min, units.p_max, units.marginal_cost)
    )
    plants = [item for item in range(len(units.names)) if item not in set(watered)]
    names = [units.names[item] for item in plants]
    # What a month allows and the plant leaves is spilt: a river gives up to the month's energy.
    months = [f"inflow, {name}" for name in limits.names]
    river_of = dict(zip(watered, rivers, strict=True))
    hours = np.arange(n_hour)[:, None]
    inside = (hours >= limits.first_hour) & (hours < limits.end_hour)
    rows: list[list[object]] = [
        [units.names[item], network.buses[units.bus[item]], 1.0, units.sign[item], "inf"]
        for item in plants
    ]
    rows += [
        [name, river_of[int(item)], float(most), 1.0, float(most)]
        for name, item, most in zip(months, limits.generator, limits.energy_max, strict=True)
    ]
    _write(folder / "generators.csv", ["name", "bus", "p_nom", "sign", "e_sum_max"], rows)
    _write_series(folder / "generators-p_min_pu.csv", names, low[:, plants])
    both = np.hstack([high[:, plants], inside.astype(np.float64)])
    _write_series(folder / "generators-p_max_pu.csv", [*names, *months], both)
    _write_series(folder / "generators-marginal_cost.csv", names, cost[:, plants])
    turbines = [units.names[item] for item in watered]
    link_low = np.hstack(
        [np.broadcast_to(links.p_min, (n_hour, len(links.names))), low[:, watered]]
    )
    link_high = np.hstack(
        [np.broadcast_to(links.p_max, (n_hour, len(links.names))), high[:, watered]]
    )
    link_rows: list[list[object]] = [
        [
            name,
            network.buses[links.bus0[item]],
            network.buses[links.bus1[item]],
            links.efficiency[item],
            1.0,
            links.marginal_cost[item],
        ]
        for item, name in enumerate(links.names)
    ]
    link_rows += [
        [units.names[item], river_of[item], network.buses[units.bus[item]], 1.0, 1.0, 0.0]
        for item in watered
    ]
    header = ["name", "bus0", "bus1", "efficiency", "p_nom", "marginal_cost"]
    _write(folder / "links.csv", header, link_rows)
    columns = [*links.names, *turbines]
    _write_series(folder / "links-p_min_pu.csv", columns, link_low)
    _write_series(folder / "links-p_max_pu.csv", columns, link_high)
    if watered:
        _write_series(folder / "links-marginal_cost.csv", turbines, cost[:, watered])


def _export_storage(network: Network, folder: Path) -> None:
    units = network.storage_units
    rows = (
        [
            name,
            network.buses[units.bus[item]],
            units.p_nom[item],
            units.energy_max[item] / units.p_nom[item] if units.p_nom[item] else 0.0,
            units.efficiency_store[item],
            units.efficiency_dispatch[item],
            units.standing_loss[item],
            units.marginal_cost[item],
            True,
        ]
        for item, name in enumerate(units.names)
    )
    header = [
        "name",
        "bus",
        "p_nom",
        "max_hours",
        "efficiency_store",
        "efficiency_dispatch",
        "standing_loss",
        "marginal_cost",
        "cyclic_state_of_charge",
    ]
    _write(folder / "storage_units.csv", header, rows)


def _write(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)


def _write_series(file: Path, names: Sequence[str], values: FloatArray) -> None:
    """Write one column a name; numbers keep every digit."""
    rows = ([hour, *row] for hour, row in enumerate(values.tolist()))
    _write(file, ["", *names], rows)
