"""Limits on the whole of a PyPSA network: primary energy, operation, transmission, technology."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.grid import Capacity, GlobalLimit, Grid, LimitTerm
from transcaspian.power.misspelt import meant_name
from transcaspian.power.pypsa_tables import LIMIT_AT_BUS

if TYPE_CHECKING:
    from transcaspian.power.pypsa_tables import PypsaTables

__all__ = ["read_limits"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
KINDS = (
    "primary_energy",
    "operational_limit",
    "transmission_volume_expansion_limit",
    "transmission_expansion_cost_limit",
    "tech_capacity_expansion_limit",
)
COMPONENT = "global_constraints"
BY_CARRIER = KINDS[1:]  # whose carrier_attribute names carriers
SENSES = {"<=": "<=", "<": "<=", ">=": ">=", ">": ">=", "==": "==", "=": "=="}


def read_limits(tables: PypsaTables, grid: Grid) -> Grid:
    """Return the grid with the limits that its source sets."""
    names = tables.names(COMPONENT)
    kinds, senses = tables.text(COMPONENT, "type"), tables.text(COMPONENT, "sense")
    attributes = tables.text(COMPONENT, "carrier_attribute")
    buses = tables.text(COMPONENT, "bus")
    constants = tables.numbers(COMPONENT, "constant")
    periods = tables.numbers(COMPONENT, "investment_period")
    rows = np.flatnonzero(tables.active(COMPONENT)).tolist()
    limits = []
    empty: list[str] = []
    for row, name in enumerate(names):
        sense = SENSES.get(senses[row].strip())
        if sense is None:
            cure = "Write <=, >= or ==."
            message = f"{senses[row]!r} is no sense of a limit."
            tables.add_problem(COMPONENT, rows[row], "sense", message, cure)
        if kinds[row] not in KINDS or not np.isnan(periods[row]):
            column = "type" if kinds[row] not in KINDS else "investment_period"
            value = kinds[row] if column == "type" else periods[row]
            tables.add_problem(
                COMPONENT,
                rows[row],
                column,
                f"{column} {value!r} is not supported.",
                "Take it out.",
            )
            continue
        if not _names_are_known(tables, grid, rows[row], kinds[row], attributes[row], buses[row]):
            continue
        terms, constant = _terms(tables, grid, kinds[row], attributes[row], buses[row])
        bound = float(constants[row]) - constant
        lower = -np.inf if sense == "<=" else bound
        upper = np.inf if sense == ">=" else bound
        if not terms:
            _check_empty(tables, COMPONENT, rows[row], "constant", lower, upper)
            empty.append(f"{COMPONENT} {name!r} (nothing counts in it)")
            continue
        limits.append(GlobalLimit(name, lower, upper, tuple(terms)))
    limits += _bus_limits(tables, grid)
    return replace(grid, limits=tuple(limits), ignored=(*grid.ignored, *empty))


def _check_empty(
    tables: PypsaTables, component: str, row: int, column: str, lower: float, upper: float
) -> None:
    """Refuse a limit that nothing counts in and that nothing cannot meet."""
    if lower > 0.0 or upper < 0.0:
        message = "nothing that may change counts in this limit, so that it cannot be met."
        tables.add_problem(component, row, column, message, "Correct its names or take it out.")


def _check_carriers(tables: PypsaTables, counted: Collection[str]) -> None:
    """Find carriers that are not listed and one slip, space or letter case from one that counts."""
    listed = set(tables.names("carriers"))
    for component in ("generators", "storage_units", "stores", "links", "lines"):
        cells = tables.text(component, "carrier")
        for name in sorted(set(cells) - listed - set(counted) - {""}):
            plain = name.strip().casefold()
            meant = next((other for other in counted if other.casefold() == plain), "")
            meant = meant or meant_name(name, counted)
            if meant:
                message = f"carrier {name!r} is not in carriers; {meant!r}, which is limited, is the nearest."
                is_it = np.array([cell == name for cell in cells], dtype=bool)
                tables.add_where(component, "carrier", is_it, message, "Correct one of the two.")


def _names_are_known(
    tables: PypsaTables, grid: Grid, row: int, kind: str, attribute: str, bus: str
) -> bool:
    """Whether what a limit names is there; one that names nothing would bind nothing."""
    known = {"co2_emissions", *tables.source.static.get("carriers", {})} - {"name"}
    names, where = {attribute}, "columns of carriers"
    if kind in BY_CARRIER:
        known, where = _carriers(tables, grid), "carriers"
        if kind.startswith("transmission"):
            names = _listed(attribute)
    strange = sorted(names - known)
    if strange:
        message = f"{', '.join(map(repr, strange))} is not among the {where}."
        cure = "Add it there or correct the name."
        tables.add_problem(COMPONENT, row, "carrier_attribute", message, cure)
    if bus and bus not in grid.buses:
        tables.add_unknown_bus(COMPONENT, row, "bus", bus)
    return not strange and (not bus or bus in grid.buses)


def _carriers(tables: PypsaTables, grid: Grid) -> set[str]:
    """Return every carrier that is listed or in use; AC and DC are there by nature."""
    parts = (grid.generators, grid.storage_units, grid.stores, grid.links, grid.branches)
    used = {name for part in parts for name in part.carrier} | set(tables.text("buses", "carrier"))
    return {"AC", "DC", *tables.names("carriers"), *used}


def _listed(attribute: str) -> set[str]:
    return {name.strip() for name in re.sub(r"[\[\]()]", "", attribute).split(",")}


def _terms(
    tables: PypsaTables, grid: Grid, kind: str, attribute: str, bus: str
) -> tuple[list[LimitTerm], float]:
    """Return the terms of one limit and what they add that no decision changes."""
    if kind == "primary_energy":
        emission = dict(
            zip(
                tables.names("carriers"),
                tables.numbers("carriers", attribute, 0.0).tolist(),
                strict=True,
            )
        )
        emission = {k: v for k, v in emission.items() if v}
        _check_carriers(tables, emission)
        _check_efficiency(tables, grid, emission)
        return _operation_terms(grid, emission, by_fuel=True)
    carriers = _listed(attribute) if kind.startswith("transmission") else {attribute}
    _check_carriers(tables, carriers)
    if kind == "operational_limit":
        return _operation_terms(grid, {attribute: 1.0}, by_fuel=False)
    if kind == "tech_capacity_expansion_limit":
        return _technology_terms(grid, attribute, bus), 0.0
    by_length = kind == "transmission_volume_expansion_limit"
    return _transmission_terms(grid, carriers, by_length=by_length), 0.0


def _check_efficiency(tables: PypsaTables, grid: Grid, emission: dict[str, float]) -> None:
    units = grid.generators
    counts = np.array([name in emission for name in units.carrier], dtype=bool)
    is_wrong = counts & (units.efficiency == 0.0).any(axis=0)
    message = "an efficiency of zero leaves no fuel to count in a limit on primary energy."
    tables.add_where("generators", "efficiency", is_wrong, message, "Give one above zero.")


def _operation_terms(
    grid: Grid, weight_of: dict[str, float], *, by_fuel: bool
) -> tuple[list[LimitTerm], float]:
    """Return the terms of energy made, and of levels that end below where they began.

    sum_t hours p[t] weight / efficiency + sum weight (level_initial - level[last])
    """
    terms: list[LimitTerm] = []
    constant = 0.0
    units = grid.generators
    items, weight = _chosen(units.carrier, weight_of)
    if items.size:
        efficiency = units.efficiency[:, items] if by_fuel else np.ones((1, items.size))
        coefficient = (
            grid.weight_generators[:, None] * weight / np.where(efficiency == 0.0, 1.0, efficiency)
        )
        terms.append(LimitTerm("generator_p", items, coefficient))
    for block, store in (("storage_level", grid.storage_units), ("store_level", grid.stores)):
        items, weight = _chosen(store.carrier, weight_of)
        keep = ~store.is_cyclic[items]
        items, weight = items[keep], weight[keep]
        if items.size:
            coefficient = np.zeros((grid.n_snapshot, items.size))
            coefficient[-1] = -weight
            terms.append(LimitTerm(block, items, coefficient))
            constant += float(weight @ store.level_initial[items])
    return terms, constant


def _chosen(carriers: tuple[str, ...], weight_of: dict[str, float]) -> tuple[IntArray, FloatArray]:
    items = np.array([k for k, name in enumerate(carriers) if name in weight_of], dtype=np.int64)
    return items, np.array([weight_of[carriers[item]] for item in items])


def _capacity_term(
    block: str, capacity: Capacity, chosen: NDArray[np.bool_], weight: FloatArray
) -> list[LimitTerm]:
    """Return the term of the chosen capacities that may grow, if any."""
    position = np.cumsum(capacity.is_extendable) - 1
    items = np.flatnonzero(capacity.is_extendable & chosen)
    if not items.size:
        return []
    return [LimitTerm(block, position[items], weight[items][None, :])]


def _transmission_terms(grid: Grid, carriers: set[str], *, by_length: bool) -> list[LimitTerm]:
    """Return length or cost times capacity of the lines and links of the carriers."""
    terms: list[LimitTerm] = []
    for block, part in (("branch_s_nom", grid.branches), ("link_p_nom", grid.links)):
        chosen = np.array([name in carriers for name in part.carrier], dtype=bool)
        if block == "link_p_nom" and grid.links.is_process is not None:
            chosen &= ~grid.links.is_process
        weight = part.length if by_length else part.capacity.investment
        terms += _capacity_term(block, part.capacity, chosen, weight)
    return terms


def _technology_terms(grid: Grid, carrier: str, bus: str) -> list[LimitTerm]:
    """Return capacity of one carrier, at one bus where one is named."""
    at = grid.buses.index(bus) if bus in grid.buses else -1
    terms: list[LimitTerm] = []
    for block, part, place in (
        ("generator_p_nom", grid.generators, grid.generators.bus),
        ("storage_unit_p_nom", grid.storage_units, grid.storage_units.bus),
        ("store_e_nom", grid.stores, grid.stores.bus),
        ("link_p_nom", grid.links, grid.links.bus0),
        ("branch_s_nom", grid.branches, grid.branches.bus0),
    ):
        chosen = np.array([name == carrier for name in part.carrier], dtype=bool)
        if bus:
            chosen &= place == at
        terms += _capacity_term(block, part.capacity, chosen, np.ones(chosen.size))
    return terms


def _bus_limits(tables: PypsaTables, grid: Grid) -> list[GlobalLimit]:
    """Return the limits that columns nom_min_CARRIER and nom_max_CARRIER of buses set."""
    limits = []
    columns = tables.source.static.get("buses", {})
    carriers = tables.names("carriers")
    for column in columns:
        match = LIMIT_AT_BUS.fullmatch(column)
        if match is None:
            continue
        if match[2] not in carriers:
            message = f"{match[2]!r} is not in carriers."
            tables.add_problem("buses", -1, column, message, "Add it there or correct the heading.")
            continue
        values = tables.numbers("buses", column, np.nan)
        for bus in np.flatnonzero(~np.isnan(values)):
            terms = [
                term
                for term in _technology_terms(grid, match[2], grid.buses[bus])
                if term.block not in ("link_p_nom", "branch_s_nom")
            ]
            value = float(values[bus])
            lower, upper = (value, np.inf) if match[1] == "min" else (-np.inf, value)
            if not terms:
                row = int(np.flatnonzero(tables.active("buses"))[bus])
                _check_empty(tables, "buses", row, column, lower, upper)
            else:
                name = f"{column} at {grid.buses[bus]}"
                limits.append(GlobalLimit(name, lower, upper, tuple(terms)))
    return limits
