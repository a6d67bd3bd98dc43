"""The equations of least-cost dispatch, one function each, over the arrays of a `Network`."""

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.blocks import HourlyProgram, ProgramBuilder
from transcaspian.power.network import Network

__all__ = ["build_dispatch"]

FloatArray = NDArray[np.float64]


def build_dispatch(network: Network) -> HourlyProgram:
    """Return the program whose optimum is the least-cost dispatch of the network."""
    builder = ProgramBuilder(network.n_hour)
    add_generators(builder, network)
    add_links(builder, network)
    add_storage_units(builder, network)
    add_energy_balance(builder, network)
    add_storage_balance(builder, network)
    add_energy_limits(builder, network)
    return builder.build()


def add_generators(builder: ProgramBuilder, network: Network) -> None:
    """Dispatch within its limits: p_min[t, g] <= p[t, g] <= p_max[t, g]."""
    units = network.generators
    builder.add_columns("generator_p", units.names, units.marginal_cost, units.p_min, units.p_max)


def add_links(builder: ProgramBuilder, network: Network) -> None:
    """Flow within its limits: p_min[t, l] <= p[t, l] <= p_max[t, l], at bus0."""
    links = network.links
    builder.add_columns("link_p", links.names, links.marginal_cost, links.p_min, links.p_max)


def add_storage_units(builder: ProgramBuilder, network: Network) -> None:
    """Charge, discharge within p_nom, and the level at the end of the hour within energy_max."""
    units = network.storage_units
    zero = np.zeros(len(units.names))
    builder.add_columns("storage_dispatch", units.names, units.marginal_cost, zero, units.p_nom)
    builder.add_columns("storage_store", units.names, zero, zero, units.p_nom)
    builder.add_columns("storage_level", units.names, zero, zero, units.energy_max)


def add_energy_balance(builder: ProgramBuilder, network: Network) -> None:
    """Balance every bus: what is fed in equals what is drawn; the dual is the price.

    sum_g sign p[t, g] + sum_s (dispatch - store)[t, s]
        + sum_(l to b) efficiency p[t, l] - sum_(l from b) p[t, l] = demand[t, b]
    """
    generators, links, units = network.generators, network.links, network.storage_units
    balance = "energy_balance"
    builder.add_rows(balance, network.buses, network.demand, network.demand)
    items = np.arange(len(generators.names))
    builder.add_terms(balance, generators.bus, "generator_p", items, generators.sign)
    items = np.arange(len(links.names))
    builder.add_terms(balance, links.bus0, "link_p", items, -np.ones(len(items)))
    builder.add_terms(balance, links.bus1, "link_p", items, links.efficiency)
    items = np.arange(len(units.names))
    builder.add_terms(balance, units.bus, "storage_dispatch", items, np.ones(len(items)))
    builder.add_terms(balance, units.bus, "storage_store", items, -np.ones(len(items)))


def add_storage_balance(builder: ProgramBuilder, network: Network) -> None:
    """Carry the level over from hour to hour, the last hour to the first.

    level[t] - (1 - standing_loss) level[t - 1]
        - efficiency_store store[t] + dispatch[t] / efficiency_dispatch = 0
    """
    units = network.storage_units
    balance = "storage_balance"
    items = np.arange(len(units.names))
    zero = np.zeros(len(items))
    builder.add_rows(balance, units.names, zero, zero)
    builder.add_terms(balance, items, "storage_level", items, np.ones(len(items)))
    builder.add_terms(
        balance, items, "storage_level", items, units.standing_loss - 1.0, lag=1, wrap=True
    )
    builder.add_terms(balance, items, "storage_store", items, -units.efficiency_store)
    builder.add_terms(balance, items, "storage_dispatch", items, 1.0 / units.efficiency_dispatch)


def add_energy_limits(builder: ProgramBuilder, network: Network) -> None:
    """Water of a month: energy_min <= sum of p[t, g] over its hours <= energy_max."""
    limits = network.energy_limits
    if not limits.names:
        return
    builder.add_rows(
        "energy_limit", limits.names, limits.energy_min, limits.energy_max, hourly=False
    )
    hours = np.arange(network.n_hour)[:, None]
    inside = (hours >= limits.first_hour) & (hours < limits.end_hour)
    builder.add_terms(
        "energy_limit",
        np.arange(len(limits.names)),
        "generator_p",
        limits.generator,
        inside.astype(np.float64),
    )
