"""From what stands in a PyPSA folder or file to a `Grid`."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.grid import (
    Grid,
    GridGenerators,
    GridStorageUnits,
    GridStores,
)
from transcaspian.power.pypsa_branches import read_branches
from transcaspian.power.pypsa_capacity import read_capacity, read_ramp
from transcaspian.power.pypsa_limits import read_limits
from transcaspian.power.pypsa_links import is_port_column, read_links
from transcaspian.power.pypsa_schema import (
    BOOKKEEPING_LISTS,
    SERIES,
    UNSUPPORTED,
    UNSUPPORTED_LISTS,
    USED,
)
from transcaspian.power.pypsa_source import PypsaSource, open_pypsa

__all__ = ["PypsaTables", "read_pypsa"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
EMPTY = ("", "nan", "None")
TRUE = ("1", "True", "true", "TRUE", "1.0")
WITH_PORTS = ("links", "processes")


def read_pypsa(path: str | Path) -> Grid:
    """Return the grid of a PyPSA network: a CSV folder or a netCDF file.

    Attributes that cannot change the optimum are left out and listed in `Grid.ignored`.
    Raises InputError, naming each attribute, where one is used that could change the optimum and
    is not supported.
    """
    place = Path(path)
    if not place.exists():
        problem = Problem(str(path), 0, "", "it is not there.", "Name a folder or .nc file.")
        raise InputError(f"The network {path} cannot be read.", [problem])
    tables = PypsaTables(open_pypsa(place))
    tables.check()
    grid = _grid(tables)
    tables.raise_problems()
    return grid


@dataclass(slots=True)
class PypsaTables:
    """Active components with defaults filled in; gathers problems on the way."""

    source: PypsaSource
    problems: list[Problem] = field(default_factory=list)
    _active: dict[str, BoolArray] = field(default_factory=dict)

    def raise_problems(self) -> None:
        """Raise InputError with all problems found so far."""
        if self.problems:
            raise InputError(
                f"The network {self.source.path} cannot be solved as it stands.", self.problems
            )

    def add_problem(self, component: str, row: int, column: str, message: str, cure: str) -> None:
        """Keep a problem; `row` counts components from 0."""
        self.problems.append(Problem(self.source.place(component), row + 2, column, message, cure))

    def check(self) -> None:
        """Find lists and attributes that could change the optimum and are not supported."""
        source = self.source
        if source.has_periods:
            self.problems.append(
                Problem(
                    source.place("snapshots"),
                    0,
                    "period",
                    "investment periods are not supported.",
                    "Solve each period as a network of its own.",
                )
            )
        if source.has_scenarios:
            message, cure = "scenarios are not supported.", "Solve each as a network of its own."
            self.problems.append(Problem(source.path.name, 0, "scenario", message, cure))
            self.raise_problems()  # every attribute has one more dimension and cannot be read
        for component in UNSUPPORTED_LISTS:
            if self.size(component):
                self.add_problem(
                    component, -2, "", f"{component} are not supported.", "Take them out."
                )
        for component, attributes in UNSUPPORTED.items():
            for attribute, neutral in attributes.items():
                self._check_neutral(component, attribute, neutral)
        for component, attribute in source.curves:
            message = f"the piecewise curve of {attribute} is not supported."
            cure = "Use one value, or a component for each segment."
            self.add_problem(component, -2, attribute, message, cure)
        self.raise_problems()

    def _check_neutral(self, component: str, attribute: str, neutral: float | str | bool) -> None:
        """Refuse an attribute, or its numbered kin of further ports, off its neutral value."""
        columns = self.source.static.get(component, {})
        kin = [name for name in columns if re.fullmatch(rf"{attribute}[0-9]*", name)]
        for column in kin:
            for row, cell in enumerate(columns[column]):
                if isinstance(neutral, bool):
                    is_neutral = (cell in TRUE) == neutral
                else:
                    is_neutral = cell in ("", "nan", str(neutral), f"{float(neutral):.0f}")
                if not is_neutral and self.active(component)[row]:
                    self.add_problem(
                        component,
                        row,
                        column,
                        f"{column} = {cell} of {columns['name'][row]!r} is not supported.",
                        f"Set it to {neutral}.",
                    )
                    break

    def size(self, component: str) -> int:
        """Return how many there are, active or not."""
        columns = self.source.static.get(component, {})
        return len(columns["name"]) if "name" in columns else 0

    def active(self, component: str) -> BoolArray:
        """Return which rows are active."""
        if component not in self._active:
            cells = self.source.static.get(component, {}).get("active")
            count = self.size(component)
            self._active[component] = (
                np.ones(count, dtype=bool) if cells is None else np.isin(cells, TRUE)
            )
        return self._active[component]

    def names(self, component: str) -> tuple[str, ...]:
        """Return the names of active components."""
        if not self.size(component):
            return ()
        names = self.source.static[component]["name"][self.active(component)]
        return tuple(str(name) for name in names)

    def text(self, component: str, attribute: str, default: str | None = None) -> tuple[str, ...]:
        """Return a text attribute of active components."""
        fallback = str(USED[component][attribute]) if default is None else default
        cells = self.source.static.get(component, {}).get(attribute)
        if cells is None:
            return (fallback,) * len(self.names(component))
        return tuple(
            fallback if cell in ("", "nan", "None") else str(cell)
            for cell in cells[self.active(component)]
        )

    def flags(self, component: str, attribute: str, *, default: bool | None = None) -> BoolArray:
        """Return a yes-or-no attribute of active components; an empty cell is the default."""
        fallback = bool(USED[component][attribute]) if default is None else default
        cells = self.source.static.get(component, {}).get(attribute)
        if cells is None:
            return np.full(len(self.names(component)), fallback)
        given = cells[self.active(component)]
        return np.isin(given, TRUE) | (np.isin(given, EMPTY) & fallback)

    def numbers(self, component: str, attribute: str, default: float | None = None) -> FloatArray:
        """Return a number for each active component [n]."""
        fallback = float(USED[component][attribute]) if default is None else default
        cells = self.source.static.get(component, {}).get(attribute)
        if cells is None:
            return np.full(len(self.names(component)), fallback)
        values = np.full(cells.size, fallback)
        for row, cell in enumerate(cells):
            if cell in ("", "nan", "NaN", "None"):
                continue
            try:
                values[row] = float(cell)
            except ValueError:
                self.add_problem(
                    component, row, attribute, f"{str(cell)!r} is no number.", "Give one."
                )
        return values[self.active(component)]

    def series(self, component: str, attribute: str, default: float | None = None) -> FloatArray:
        """Return an attribute by snapshot [n_snapshot or 1, n]; a series overrides the number."""
        base = self.numbers(component, attribute, default)[None, :]
        if (component, attribute) not in self.source.series:
            return base
        names, values = self.source.series[component, attribute]
        position = {name: item for item, name in enumerate(self.names(component))}
        if values.shape[0] != self.source.n_snapshot:
            self.problems.append(
                Problem(
                    self.source.place(f"{component}-{attribute}"),
                    0,
                    "",
                    f"it has {values.shape[0]} rows for {self.source.n_snapshot} snapshots.",
                    "Give every snapshot.",
                )
            )
            return base
        table = np.array(np.broadcast_to(base, (self.source.n_snapshot, base.shape[1])))
        for column, name in enumerate(names):
            if name in position:
                given = values[:, column]
                item = position[name]
                table[:, item] = np.where(np.isnan(given), table[:, item], given)
        return table

    def positions(self, component: str, attribute: str, buses: dict[str, int]) -> IntArray:
        """Return the buses that an attribute names, by position."""
        rows = np.flatnonzero(self.active(component))
        found = []
        for row, name in zip(rows, self.text(component, attribute, ""), strict=True):
            if name not in buses:
                message = f"bus {name!r} is not in buses."
                self.add_problem(component, int(row), attribute, message, "Add it there.")
            found.append(buses.get(name, 0))
        return np.array(found, dtype=np.int64)

    def carriers_or_of_bus(self, component: str, bus: str) -> tuple[str, ...]:
        """Return carriers; a line, link or store without one takes that of its (first) bus."""
        of_bus = dict(zip(self.names("buses"), self.text("buses", "carrier"), strict=True))
        buses = self.text(component, bus, "")
        own = self.text(component, "carrier")
        return tuple(name or of_bus.get(at, "") for name, at in zip(own, buses, strict=True))

    def ignored(self) -> tuple[str, ...]:
        """Return the attributes that the optimum does not depend on."""
        found = []
        for component, columns in self.source.static.items():
            if component in BOOKKEEPING_LISTS or component not in USED:
                found.append(component)
                continue
            known = {"name", *USED[component], *UNSUPPORTED.get(component, {})}
            if component == "carriers":
                known |= set(self.text("global_constraints", "carrier_attribute"))
            found += [
                f"{component}.{column}"
                for column in columns
                if column not in known and not (component in WITH_PORTS and is_port_column(column))
            ]
        known_series = {(c, a) for c, attributes in SERIES.items() for a in attributes}
        found += [
            f"{component}-{attribute}"
            for component, attribute in self.source.series
            if (component, attribute) not in known_series
            and not (component in WITH_PORTS and is_port_column(attribute))
        ]
        return tuple(sorted(found))


def _grid(tables: PypsaTables) -> Grid:
    source = tables.source
    names = tables.names("buses")
    buses = {name: position for position, name in enumerate(names)}
    demand = np.zeros((source.n_snapshot, len(names)))
    drawn = tables.series("loads", "p_set") * -tables.numbers("loads", "sign")
    for load, bus in enumerate(tables.positions("loads", "bus", buses)):
        demand[:, bus] += drawn[:, load]
    grid = Grid(
        name=source.name,
        buses=names,
        n_snapshot=source.n_snapshot,
        weight_objective=source.weights["objective"],
        weight_stores=source.weights["stores"],
        weight_generators=source.weights["generators"],
        demand=demand,
        generators=_generators(tables, buses),
        storage_units=_storage_units(tables, buses),
        stores=_stores(tables, buses),
        links=read_links(tables, buses),
        branches=read_branches(tables, buses),
        ignored=tables.ignored(),
    )
    return read_limits(tables, grid)


def _generators(tables: PypsaTables, buses: dict[str, int]) -> GridGenerators:
    c = "generators"
    return GridGenerators(
        names=tables.names(c),
        carrier=tables.text(c, "carrier"),
        bus=tables.positions(c, "bus", buses),
        sign=tables.numbers(c, "sign"),
        capacity=read_capacity(tables, c, "p_nom"),
        p_min_pu=tables.series(c, "p_min_pu"),
        p_max_pu=tables.series(c, "p_max_pu"),
        p_set=tables.series(c, "p_set"),
        marginal_cost=tables.series(c, "marginal_cost"),
        marginal_cost_quadratic=tables.series(c, "marginal_cost_quadratic"),
        ramp_limit_up=read_ramp(tables, c, "ramp_limit_up", "ramp_limit_start_up"),
        ramp_limit_down=read_ramp(tables, c, "ramp_limit_down", "ramp_limit_shut_down"),
        p_init=tables.numbers(c, "p_init"),
        energy_min=tables.numbers(c, "e_sum_min"),
        energy_max=tables.numbers(c, "e_sum_max"),
        efficiency=tables.series(c, "efficiency"),
    )


def _storage_units(tables: PypsaTables, buses: dict[str, int]) -> GridStorageUnits:
    c = "storage_units"
    return GridStorageUnits(
        names=tables.names(c),
        carrier=tables.text(c, "carrier"),
        bus=tables.positions(c, "bus", buses),
        sign=tables.numbers(c, "sign"),
        capacity=read_capacity(tables, c, "p_nom"),
        p_min_pu=tables.series(c, "p_min_pu"),
        p_max_pu=tables.series(c, "p_max_pu"),
        max_hours=tables.numbers(c, "max_hours"),
        efficiency_store=tables.series(c, "efficiency_store"),
        efficiency_dispatch=tables.series(c, "efficiency_dispatch"),
        standing_loss=tables.series(c, "standing_loss"),
        inflow=tables.series(c, "inflow"),
        marginal_cost=tables.series(c, "marginal_cost"),
        marginal_cost_quadratic=tables.series(c, "marginal_cost_quadratic"),
        marginal_cost_storage=tables.series(c, "marginal_cost_storage"),
        spill_cost=tables.series(c, "spill_cost"),
        level_initial=tables.numbers(c, "state_of_charge_initial"),
        is_cyclic=tables.flags(c, "cyclic_state_of_charge"),
        level_set=tables.series(c, "state_of_charge_set"),
        p_set=tables.series(c, "p_set"),
        dispatch_set=tables.series(c, "p_dispatch_set"),
        store_set=tables.series(c, "p_store_set"),
    )


def _stores(tables: PypsaTables, buses: dict[str, int]) -> GridStores:
    c = "stores"
    return GridStores(
        names=tables.names(c),
        carrier=tables.carriers_or_of_bus(c, "bus"),
        bus=tables.positions(c, "bus", buses),
        sign=tables.numbers(c, "sign"),
        capacity=read_capacity(tables, c, "e_nom"),
        e_min_pu=tables.series(c, "e_min_pu"),
        e_max_pu=tables.series(c, "e_max_pu"),
        standing_loss=tables.series(c, "standing_loss"),
        marginal_cost=tables.series(c, "marginal_cost"),
        marginal_cost_quadratic=tables.series(c, "marginal_cost_quadratic"),
        marginal_cost_storage=tables.series(c, "marginal_cost_storage"),
        level_initial=tables.numbers(c, "e_initial"),
        is_cyclic=tables.flags(c, "e_cyclic"),
        level_set=tables.series(c, "e_set"),
        p_set=tables.series(c, "p_set"),
    )
