"""From what stands in a PyPSA folder or file to a `Grid`."""

from pathlib import Path

import numpy as np

from transcaspian.errors import InputError, Problem
from transcaspian.power.grid import (
    Grid,
    GridGenerators,
    GridStorageUnits,
    GridStores,
)
from transcaspian.power.pypsa_branches import read_branches
from transcaspian.power.pypsa_capacity import check_infinite, read_capacity, read_ramp
from transcaspian.power.pypsa_limits import read_limits
from transcaspian.power.pypsa_links import read_links
from transcaspian.power.pypsa_tables import PypsaTables, open_pypsa

__all__ = ["read_pypsa"]


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


def _grid(tables: PypsaTables) -> Grid:
    source = tables.source
    names = tables.names("buses")
    _check_storage(tables)
    _check_curvature(tables)
    for component in ("generators", "links", "processes"):
        check_infinite(tables, component)
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


def _check_curvature(tables: PypsaTables) -> None:
    """Find quadratic costs below zero: no optimum of theirs can be proven."""
    name = "marginal_cost_quadratic"
    for component in ("generators", "storage_units", "stores", "links", "processes"):
        is_wrong = np.any(tables.series(component, name) < 0.0, axis=0)
        message = "a quadratic cost below zero is not convex."
        tables.add_where(component, name, is_wrong, message, "Give one from zero up.")


def _check_storage(tables: PypsaTables) -> None:
    """Find efficiencies, losses and capacities by which no level can be counted."""
    c = "storage_units"
    for name in ("efficiency_store", "efficiency_dispatch"):
        is_wrong = np.any(tables.series(c, name) <= 0.0, axis=0)
        message = "an efficiency is not above zero."
        tables.add_where(c, name, is_wrong, message, "Give one above zero.")
    for component in (c, "stores"):
        is_wrong = np.any(tables.series(component, "standing_loss") > 1.0, axis=0)
        message = "more than all of the level is lost in an hour."
        tables.add_where(component, "standing_loss", is_wrong, message, "Give a share up to 1.")
    is_wrong = np.isinf(tables.numbers(c, "p_nom"))
    tables.add_where(c, "p_nom", is_wrong, "inf is no power rating.", "Give a number.")
    is_endless = np.isinf(tables.numbers("stores", "e_nom"))
    is_wrong = is_endless & (tables.series("stores", "e_min_pu") > 0.0).any(axis=0)
    message = "a store without limit cannot be held above a share of it."
    tables.add_where("stores", "e_nom", is_wrong, message, "Give a number, or e_min_pu 0.")


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
