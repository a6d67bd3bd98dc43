"""Components of a PyPSA network with defaults filled in; every cell is checked as it is read."""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.power.misspelt import meant_name
from transcaspian.power.pypsa_cells import is_empty, number, too_large, truth
from transcaspian.power.pypsa_netcdf import open_netcdf
from transcaspian.power.pypsa_schema import (
    BOOKKEEPING,
    BOOKKEEPING_LISTS,
    UNSUPPORTED,
    UNSUPPORTED_LISTS,
    USED,
    WITH_PORTS,
    is_port_column,
    is_series_read,
    meant_attribute,
)
from transcaspian.power.pypsa_source import PypsaSource, Series, open_folder

__all__ = ["LIMIT_AT_BUS", "PypsaTables", "open_pypsa"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
AT_BUSES = ("loads", "generators", "storage_units", "stores", "links", "processes", "lines")
TRUTH_CURE = "Write True or False."
LIMIT_AT_BUS = re.compile(r"nom_(min|max)_(.+)")  # columns of buses


def open_pypsa(path: Path) -> PypsaSource:
    """Return the content of a CSV folder or a netCDF file."""
    return open_folder(path) if path.is_dir() else open_netcdf(path)


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
                f"The network {self.source.path} cannot be solved as it stands.",
                tuple(dict.fromkeys(self.problems)),
            )

    def add_problem(self, component: str, row: int, column: str, message: str, cure: str) -> None:
        """Keep a problem; `row` counts components from 0, -1 means all of them."""
        source = self.source
        self.problems.append(
            Problem(source.place(component), source.line(component, row), column, message, cure)
        )

    def add_unknown_bus(self, component: str, row: int, column: str, name: str) -> None:
        """Keep the problem of a bus that is not there."""
        if not name:
            message, cure = "no bus is named.", "Name one of buses."
        else:
            message = f"bus {name!r} is not in buses."
            cure = f"Add it there or correct the name{self._nearest(name, 'buses')}."
        self.add_problem(component, row, column, message, cure)

    def _nearest(self, name: str, component: str) -> str:
        found = get_close_matches(name.strip(), self.names(component), 1, 0.6)
        return f"; the nearest is {found[0]!r}" if found else ""

    def check(self) -> None:
        """Find lists and attributes that could change the optimum and are not supported."""
        source = self.source
        if source.has_periods:
            message, cure = (
                "investment periods are not supported.",
                "Solve each period as a network of its own.",
            )
            self.problems.append(Problem(source.place("snapshots"), 0, "period", message, cure))
        if source.has_scenarios:
            message, cure = "scenarios are not supported.", "Solve each as a network of its own."
            self.problems.append(Problem(source.path.name, 0, "scenario", message, cure))
            self.raise_problems()  # every attribute has one more dimension and cannot be read
        for component in UNSUPPORTED_LISTS:
            if self.size(component):
                message = f"{component} are not supported."
                self.add_problem(component, -1, "", message, "Take them out.")
        self._check_names()
        self._check_headings()
        self._check_active()
        for component, attributes in UNSUPPORTED.items():
            for attribute, neutral in attributes.items():
                self._check_neutral(component, attribute, neutral)
        for component, attribute in source.curves:
            message = f"the piecewise curve of {attribute} is not supported."
            cure = "Use one value, or a component for each segment."
            self.add_problem(component, -1, attribute, message, cure)
        self.raise_problems()

    def _check_names(self) -> None:
        """Every component has a name of its own; there is a bus at least."""
        if not self.size("buses"):
            self.add_problem("buses", -1, "", "it holds no buses.", "Name a network of PyPSA.")
        elif not any(self.size(component) for component in AT_BUSES):
            message = "nothing stands at its buses: no plant, load, store or link."
            self.add_problem("buses", -1, "", message, "Name a network of PyPSA.")
        for component in USED:
            first: dict[str, int] = {}
            for row in range(self.size(component)):
                name = str(self.source.static[component]["name"][row])
                if not name.strip():
                    message, cure = "it has no name.", "Give one."
                    self.add_problem(component, row, "name", message, cure)
                elif name in first:
                    line = self.source.line(component, first[name])
                    message = f"{name!r} is given before, in row {line}."
                    cure = "Give every one a name of its own."
                    self.add_problem(component, row, "name", message, cure)
                first.setdefault(name, row)

    def _check_headings(self) -> None:
        """Find headings that are an attribute but for case, spaces or one slip: none would count."""
        for component, columns in self.source.static.items():
            known = {*USED.get(component, {}), *UNSUPPORTED.get(component, {})}
            others = {*BOOKKEEPING.get(component, ()), "name"}
            for column in columns:
                meant = meant_attribute(component, column)
                if not meant and column not in others and not is_port_column(column):
                    meant = meant_name(column, known)
                    meant = "" if meant in columns else meant  # it is given, so this is another
                if meant and component in USED:
                    message = f"it is no attribute of {component}; {meant!r} is the nearest."
                    cure = "Correct the heading."
                    self.add_problem(component, -1, column, message, cure)

    def _check_active(self) -> None:
        """Find rows that are switched off where the format has no such switch: they would count."""
        for component in USED:
            if "active" in USED[component] or not self.size(component):
                continue
            off = np.flatnonzero(~self.active(component)).tolist()
            for row in off:
                message = f"{component} cannot be switched off."
                self.add_problem(component, row, "active", message, "Take the row out.")

    def _check_neutral(self, component: str, attribute: str, neutral: float | str | bool) -> None:
        """Refuse an attribute, or its numbered kin of further ports, off its neutral value."""
        columns = self.source.static.get(component, {})
        kin = [name for name in columns if re.fullmatch(rf"{attribute}[0-9]*", name)]
        for column in kin:
            for row in np.flatnonzero(self.active(component)).tolist():
                cell = str(columns[column][row])
                if not is_empty(cell) and not _is_neutral(cell, neutral):
                    name = str(columns["name"][row])
                    message = f"{column} = {cell} of {name!r} is not supported."
                    self.add_problem(component, row, column, message, f"Set it to {neutral}.")

    def size(self, component: str) -> int:
        """Return how many there are, active or not."""
        columns = self.source.static.get(component, {})
        return len(columns["name"]) if "name" in columns else 0

    def active(self, component: str) -> BoolArray:
        """Return which rows are active."""
        if component not in self._active:
            cells = self.source.static.get(component, {}).get("active")
            found = np.ones(self.size(component), dtype=bool)
            for row, cell in enumerate(() if cells is None else cells.tolist()):
                says = True if is_empty(cell) else truth(cell)
                if says is None:
                    message = f"{cell!r} is neither yes nor no."
                    self.add_problem(component, row, "active", message, TRUTH_CURE)
                found[row] = says is not False
            self._active[component] = found
        return self._active[component]

    def names(self, component: str) -> tuple[str, ...]:
        """Return the names of active components."""
        if not self.size(component):
            return ()
        names = self.source.static[component]["name"][self.active(component)]
        return tuple(str(name) for name in names)

    def _cells(self, component: str, attribute: str) -> list[tuple[int, str]] | None:
        """Return row and cell of active components; None where there is no such column."""
        cells = self.source.static.get(component, {}).get(attribute)
        if cells is None:
            return None
        rows = np.flatnonzero(self.active(component))
        return list(zip(rows.tolist(), cells[rows].tolist(), strict=True))

    def text(self, component: str, attribute: str, default: str | None = None) -> tuple[str, ...]:
        """Return a text attribute of active components."""
        fallback = str(USED[component][attribute]) if default is None else default
        cells = self._cells(component, attribute)
        if cells is None:
            return (fallback,) * len(self.names(component))
        return tuple(fallback if is_empty(cell) else cell for _, cell in cells)

    def bus_names(self, component: str, attribute: str) -> tuple[str, ...]:
        """Return the buses that active components name; a bus may be called NA or null."""
        known = set(self.names("buses"))
        cells = self._cells(component, attribute)
        if cells is None:
            return ("",) * len(self.names(component))
        return tuple("" if is_empty(cell) and cell not in known else cell for _, cell in cells)

    def flags(self, component: str, attribute: str, *, default: bool | None = None) -> BoolArray:
        """Return a yes-or-no attribute of active components; an empty cell is the default."""
        fallback = bool(USED[component][attribute]) if default is None else default
        cells = self._cells(component, attribute)
        if cells is None:
            return np.full(len(self.names(component)), fallback)
        found = []
        for row, cell in cells:
            says = fallback if is_empty(cell) else truth(cell)
            if says is None:
                message = f"{cell!r} is neither yes nor no."
                self.add_problem(component, row, attribute, message, TRUTH_CURE)
            found.append(bool(says))
        return np.array(found, dtype=bool)

    def numbers(self, component: str, attribute: str, default: float | None = None) -> FloatArray:
        """Return a number for each active component [n]; an empty cell is the default."""
        fallback = float(USED[component][attribute]) if default is None else default
        cells = self._cells(component, attribute)
        if cells is None:
            return np.full(len(self.names(component)), fallback)
        values = np.full(len(cells), fallback)
        for item, (row, cell) in enumerate(cells):
            value = number(cell)
            if value is None:
                message = f"{cell!r} is no number."
                self.add_problem(component, row, attribute, message, "Give one.")
            elif too_large(attribute, np.array([value]))[0]:
                message = f"{cell} is no number to count with."
                self.add_problem(component, row, attribute, message, "Give one up to 1e12.")
            elif not np.isnan(value):
                values[item] = value
            elif self._says_nan(component, attribute, row, cell) and not np.isnan(fallback):
                message = f"{cell} is no number to count with."
                cure = f"Give a number, or leave the cell empty for {fallback:g}."
                self.add_problem(component, row, attribute, message, cure)
        return values

    def _says_nan(self, component: str, attribute: str, row: int, cell: str) -> bool:
        """Whether a cell holds a NaN that was written as such; in netCDF files it may be filling."""
        is_written = self.source.path.is_dir() or (component, attribute) == ("loads", "p_set")
        given = self.source.series.get((component, attribute))
        has_series = given is not None and self.source.static[component]["name"][row] in given.names
        return is_written and not has_series and cell.strip().lower() in ("nan", "-nan")

    def series(self, component: str, attribute: str, default: float | None = None) -> FloatArray:
        """Return an attribute by snapshot [n_snapshot or 1, n]; a series overrides the number.

        An empty cell of a series means "not given" for attributes that need not be given; for all
        others it is a problem, since another program may take it for nothing or for the number.
        """
        base = self.numbers(component, attribute, default)[None, :]
        given = self.source.series.get((component, attribute))
        if given is None or not self._fits(component, attribute, given):
            return base
        fallback = float(USED[component][attribute]) if default is None else default
        position = {name: item for item, name in enumerate(self.names(component))}
        table = np.array(np.broadcast_to(base, (self.source.n_snapshot, base.shape[1])))
        for column, name in enumerate(given.names):
            if name in position:
                values = given.values[:, column]
                self._check_series(component, attribute, given, column, may_be_empty=np.isnan(fallback))  # fmt: skip
                table[:, position[name]] = values
        return table

    def has_series(self, component: str, attribute: str) -> BoolArray:
        """Return which active components have a series of an attribute [n]."""
        given = self.source.series.get((component, attribute))
        names = () if given is None else given.names
        return np.array([name in names for name in self.names(component)], dtype=bool)

    def _fits(self, component: str, attribute: str, given: Series) -> bool:
        """Whether a series is one row a snapshot and one column a component that is there."""
        place = f"{component}-{attribute}"
        known = set(self.source.static.get(component, {}).get("name", np.array([])).tolist())
        if given.index in known and given.index not in ("name", "snapshot"):
            message = f"the first column holds the snapshots, but is headed by one of {component}."
            self._add(place, 1, given.index, message, "Put a column of snapshots before it.")
        seen: set[str] = set()
        for name in given.names:
            if name not in known or name in seen:
                is_twice = name in seen
                message = (
                    f"{name!r} is {'given more than once' if is_twice else f'not in {component}'}."
                )
                cure = f"Add it there or correct the name{self._nearest(name, component)}."
                self._add(place, 1, name, message, "Keep one." if is_twice else cure)
            seen.add(name)
        if given.values.shape[0] != self.source.n_snapshot:
            message = f"it has {given.values.shape[0]} rows for {self.source.n_snapshot} snapshots."
            self._add(place, 0, "", message, "Give every snapshot.")
            return False
        return True

    def _check_series(
        self, component: str, attribute: str, given: Series, column: int, *, may_be_empty: bool
    ) -> None:
        """Find the first cell of a column that is empty or infinite, and count the others."""
        values = given.values[:, column]
        faults = {"is no number to count with": too_large(attribute, values)}
        if not may_be_empty:
            faults["is empty"] = np.isnan(values)
        for words, is_wrong in faults.items():
            rows = np.flatnonzero(is_wrong)
            if rows.size:
                more = f" (and {rows.size - 1} more below)" if rows.size > 1 else ""
                value = "the cell" if words == "is empty" else f"{values[rows[0]]:g}"
                message = f"{value} {words}{more}."
                line = given.lines[int(rows[0])]
                self._add(f"{component}-{attribute}", line, given.names[column], message,
                          "Give a number for every snapshot.")  # fmt: skip

    def _add(self, place: str, line: int, column: str, message: str, cure: str) -> None:
        self.problems.append(Problem(self.source.place(place), line, column, message, cure))

    def positions(self, component: str, attribute: str, buses: dict[str, int]) -> IntArray:
        """Return the buses that an attribute names, by position."""
        cells = self._cells(component, attribute)
        if cells is None:
            cells = [(int(row), "") for row in np.flatnonzero(self.active(component))]
        found = []
        for row, name in cells:
            if name not in buses:
                self.add_unknown_bus(component, row, attribute, "" if is_empty(name) else name)
            found.append(buses.get(name, 0))
        return np.array(found, dtype=np.int64)

    def carriers_or_of_bus(self, component: str, bus: str) -> tuple[str, ...]:
        """Return carriers; a line, link or store without one takes that of its (first) bus."""
        of_bus = dict(zip(self.names("buses"), self.text("buses", "carrier"), strict=True))
        buses = self.bus_names(component, bus)
        own = self.text(component, "carrier")
        return tuple(name or of_bus.get(at, "") for name, at in zip(own, buses, strict=True))

    def add_where(
        self, component: str, attribute: str, is_wrong: BoolArray, message: str, cure: str
    ) -> None:
        """Keep a problem for each active component where `is_wrong` [n]."""
        rows = np.flatnonzero(self.active(component))
        for item in np.flatnonzero(is_wrong).tolist():
            self.add_problem(component, int(rows[item]), attribute, message, cure)

    def ignored(self) -> tuple[str, ...]:
        """Return the attributes that the optimum does not depend on."""
        found = list(self.source.strays)
        for component, columns in self.source.static.items():
            if component in BOOKKEEPING_LISTS or component not in USED:
                found.append(component)
                continue
            known = {"name", *USED[component], *UNSUPPORTED.get(component, {})}
            if component == "buses":
                known |= {name for name in columns if LIMIT_AT_BUS.fullmatch(name)}
            if component == "carriers":
                known |= set(self.text("global_constraints", "carrier_attribute"))
            found += [
                f"{component}.{column}"
                for column in columns
                if column not in known and not (component in WITH_PORTS and is_port_column(column))
            ]
        found += [
            f"{component}-{attribute}"
            for component, attribute in self.source.series
            if not is_series_read(component, attribute)
        ]
        return tuple(sorted(found))


def _is_neutral(cell: str, neutral: float | str | bool) -> bool:
    if isinstance(neutral, bool):
        return truth(cell) is neutral
    return number(cell) == neutral
