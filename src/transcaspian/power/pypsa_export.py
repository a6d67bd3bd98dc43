"""The grid of a year as a PyPSA CSV folder, so that others can solve it too."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.grid import GlobalLimit, Grid, GridGenerators, GridLinks
from transcaspian.power.year import PowerYear

__all__ = ["Labels", "export_pypsa", "label_year"]

FloatArray = NDArray[np.float64]
Cells = Sequence[object]

LEAP_DAY = (2, 29)
WATER = "water"


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
    return Labels(
        name=name,
        hours=_dates(year.year, year.grid.n_snapshot),
        bus_columns={
            "x": buses["lon"].to_list(),
            "y": buses["lat"].to_list(),
            "country": buses["country"].to_list(),
            "carrier": ["AC"] * buses.height,
        },
        generator_carrier=year.grid.generators.carrier,
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


def export_pypsa(grid: Grid, folder: Path, labels: Labels | None = None) -> None:
    """Write the grid of a year as a folder that `pypsa.Network(folder)` reads.

    Powers in MW, costs in USD/MWh; a purchase by a market is a generator of sign -1 with a
    negative cost. Limits on the energy between two hours have no place on a generator of PyPSA, so
    each becomes a source of water that feeds the plant over a link of its own.

    Raises InputError, naming it, where the grid holds what no year of a case does.
    """
    check_writable(grid)
    folder.mkdir(parents=True, exist_ok=True)
    n_hour = grid.n_snapshot
    hours = list(range(n_hour)) if labels is None else list(labels.hours)
    write = _Writer(folder, hours)
    watered = sorted({_plant_of(limit) for limit in grid.limits})
    rivers = [f"water of {grid.generators.names[item]}" for item in watered]
    _export_buses(grid, write, rivers, labels)
    write.table(
        "snapshots",
        ["", "snapshot", "objective", "stores", "generators"],
        ([hour, hour, 1.0, 1.0, 1.0] for hour in hours),
    )
    write.table("network", ["name"], [["transcaspian" if labels is None else labels.name]])
    loads = np.flatnonzero(grid.demand.any(axis=0))
    names = [f"load of {grid.buses[bus]}" for bus in loads]
    write.table(
        "loads",
        ["name", "bus"],
        ([name, grid.buses[bus]] for name, bus in zip(names, loads, strict=True)),
    )
    write.series("loads-p_set", names, grid.demand[:, loads])
    _export_generators(grid, write, watered, rivers, labels)
    _export_links(grid, write, watered, rivers)
    _export_storage(grid, write, labels)
    if labels is not None:
        carriers = {"AC", "DC", WATER, *labels.generator_carrier, *labels.storage_carrier}
        write.table("carriers", ["name"], ([carrier] for carrier in sorted(carriers)))


def check_writable(grid: Grid) -> None:
    """Raise InputError with everything in the grid that this folder has no place for."""
    units, storage, links = grid.generators, grid.storage_units, grid.links
    parts = (units, storage, grid.stores, links, grid.branches)
    not_given = (
        *(units.p_set, units.ramp_limit_up, units.ramp_limit_down, storage.p_set),
        *(storage.level_set, storage.dispatch_set, storage.store_set),
        *(links.p_set, links.ramp_limit_up, links.ramp_limit_down),
    )
    squares = (part.marginal_cost_quadratic for part in (units, storage, links))
    weights = (grid.weight_objective, grid.weight_stores, grid.weight_generators)
    is_plain_storage = (
        (storage.p_min_pu == -1.0).all()
        and (storage.p_max_pu == 1.0).all()
        and storage.is_cyclic.all()
        and (storage.sign == 1.0).all()
        and not (storage.inflow.any() or storage.marginal_cost_storage.any())
    )
    one_port = np.arange(len(links.names))
    found = (
        ("stores", len(grid.stores.names) == 0),
        ("lines and transformers", len(grid.branches.names) == 0),
        ("capacity that may grow", not any(p.capacity.is_extendable.any() for p in parts)),
        ("set points or ramp limits", all(np.isnan(values).all() for values in not_given)),
        ("quadratic cost", not any(values.any() for values in squares)),
        ("piecewise cost", grid.piecewise_costs.generator.size == 0),
        ("weights of snapshots", all((weight == 1.0).all() for weight in weights)),
        (
            "limits on a plant's energy over all snapshots",
            not (np.isfinite(units.energy_min) | np.isfinite(units.energy_max)).any(),
        ),
        ("limits other than the most energy of a plant", all(map(_is_water, grid.limits))),
        ("storage with inflow, costs or limits of its own", bool(is_plain_storage)),
        (
            "processes, delays or links with several ports",
            links.bus0_factor is None
            and links.port_lag is None
            and np.array_equal(links.port_link, one_port),
        ),
        ("cost that no decision changes", grid.cost_offset == 0.0),
    )
    cure = "Write a grid without it."
    problems = [
        Problem(grid.name, 0, "", f"{what} cannot be written.", cure)
        for what, is_good in found
        if not is_good
    ]
    if problems:
        raise InputError("The grid cannot be written as a PyPSA folder.", problems)


def _is_water(limit: GlobalLimit) -> bool:
    """Whether a limit is the most energy of one plant in some of the hours."""
    term = limit.terms[0]
    return (
        limit.lower == -np.inf
        and limit.upper >= 0.0
        and len(limit.terms) == 1
        and (term.block, term.items.size) == ("generator_p", 1)
        and bool(np.isin(term.coefficient, (0.0, 1.0)).all())
    )


def _plant_of(limit: GlobalLimit) -> int:
    return int(limit.terms[0].items[0])


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


def _export_buses(grid: Grid, write: _Writer, rivers: Sequence[str], labels: Labels | None) -> None:
    columns = {} if labels is None else labels.bus_columns
    rows: list[list[object]] = [
        [bus, *(values[place] for values in columns.values())]
        for place, bus in enumerate(grid.buses)
    ]
    # A river stands nowhere; its carrier alone tells it from a place.
    rows += [[river, *(WATER if name == "carrier" else "" for name in columns)] for river in rivers]
    write.table("buses", ["name", *columns], rows)


def _export_generators(
    grid: Grid,
    write: _Writer,
    watered: Sequence[int],
    rivers: Sequence[str],
    labels: Labels | None,
) -> None:
    """Write generators but those with limits on energy, which become links from their water."""
    units, limits, n_hour = grid.generators, grid.limits, grid.n_snapshot
    plants = [item for item in range(len(units.names)) if item not in set(watered)]
    # What a month allows and the plant leaves is spilt: a river gives up to the month's energy.
    names = [units.names[item] for item in plants]
    names += [f"inflow, {limit.name}" for limit in limits]
    most = np.array([limit.upper for limit in limits])
    flows = np.zeros((n_hour, len(limits)))
    for place, limit in enumerate(limits):
        flows[:, place] = limit.terms[0].coefficient[:, 0] * limit.upper
    power = _Limits.of(
        names,
        np.hstack([_power(units, units.p_min_pu, n_hour)[:, plants], np.zeros_like(flows)]),
        np.hstack([_power(units, units.p_max_pu, n_hour)[:, plants], flows]),
    )
    cost = np.hstack([_hourly(units.marginal_cost, n_hour)[:, plants], np.zeros_like(flows)])
    river_of = dict(zip(watered, rivers, strict=True))
    n_flow = len(limits)
    buses = [
        *(grid.buses[units.bus[item]] for item in plants),
        *(river_of[_plant_of(limit)] for limit in limits),
    ]
    columns: dict[str, Cells] = {
        "name": names,
        "bus": buses,
        "p_nom": power.p_nom.tolist(),
        "p_min_pu": power.p_min_pu[0].tolist(),
        "p_max_pu": power.p_max_pu[0].tolist(),
        "marginal_cost": cost[0].tolist(),
        "sign": [*(units.sign[item] for item in plants), *(1.0 for _ in range(n_flow))],
        "e_sum_max": [*("inf" for _ in plants), *most.tolist()],
    }
    if labels is not None:
        carriers = (labels.generator_carrier[item] for item in plants)
        columns["carrier"] = [*carriers, *(WATER for _ in range(n_flow))]
    write.table("generators", list(columns), zip(*columns.values(), strict=True))
    power.write(write, "generators")
    _write_changing(write, "generators-marginal_cost", names, cost)


def _export_links(
    grid: Grid, write: _Writer, watered: Sequence[int], rivers: Sequence[str]
) -> None:
    """Write links, and the plants that stand between their water and their bus."""
    units, links, n_hour = grid.generators, grid.links, grid.n_snapshot
    names = [*links.names, *(units.names[item] for item in watered)]
    power = _Limits.of(
        names,
        *(
            np.hstack(
                [_power(links, limit, n_hour), _power(units, of_units, n_hour)[:, watered]],
            )
            for limit, of_units in (
                (links.p_min_pu, units.p_min_pu),
                (links.p_max_pu, units.p_max_pu),
            )
        ),
    )
    cost = np.hstack(
        [
            _hourly(links.marginal_cost, n_hour),
            _hourly(units.marginal_cost, n_hour)[:, watered],
        ]
    )
    columns: dict[str, Cells] = {
        "name": names,
        "bus0": [*(grid.buses[bus] for bus in links.bus0), *rivers],
        "bus1": [
            *(grid.buses[bus] for bus in links.port_bus),
            *(grid.buses[units.bus[item]] for item in watered),
        ],
        "carrier": [*("DC" for _ in links.names), *(WATER for _ in watered)],
        "efficiency": [*links.port_efficiency[0].tolist(), *(1.0 for _ in watered)],
        "p_nom": power.p_nom.tolist(),
        "p_min_pu": power.p_min_pu[0].tolist(),
        "p_max_pu": power.p_max_pu[0].tolist(),
        "marginal_cost": cost[0].tolist(),
    }
    write.table("links", list(columns), zip(*columns.values(), strict=True))
    power.write(write, "links")
    _write_changing(write, "links-marginal_cost", names, cost)


def _power(part: GridGenerators | GridLinks, per_unit: FloatArray, n_hour: int) -> FloatArray:
    """Return limits in MW [n_hour, n]."""
    return np.asarray(_hourly(per_unit, n_hour) * part.capacity.nominal)


def _hourly(values: FloatArray, n_hour: int) -> FloatArray:
    return np.broadcast_to(values, (n_hour, values.shape[1]))


def _export_storage(grid: Grid, write: _Writer, labels: Labels | None) -> None:
    units = grid.storage_units
    columns: dict[str, Cells] = {
        "name": units.names,
        "bus": [grid.buses[bus] for bus in units.bus],
        "p_nom": units.capacity.nominal.tolist(),
        "max_hours": units.max_hours.tolist(),
        "efficiency_store": units.efficiency_store[0].tolist(),
        "efficiency_dispatch": units.efficiency_dispatch[0].tolist(),
        "standing_loss": units.standing_loss[0].tolist(),
        "marginal_cost": units.marginal_cost[0].tolist(),
        "cyclic_state_of_charge": [True] * len(units.names),
    }
    if labels is not None:
        columns["carrier"] = labels.storage_carrier
    write.table("storage_units", list(columns), zip(*columns.values(), strict=True))
