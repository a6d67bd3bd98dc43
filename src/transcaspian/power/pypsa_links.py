"""Links and processes of a PyPSA network: what is drawn at one bus and fed into others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.grid import GridLinks
from transcaspian.power.links import join_links
from transcaspian.power.pypsa_capacity import read_capacity, read_ramp

if TYPE_CHECKING:
    from transcaspian.power.pypsa_tables import PypsaTables

__all__ = ["read_links"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
PORT = re.compile(r"bus([1-9][0-9]*)")


def read_links(tables: PypsaTables, buses: dict[str, int]) -> GridLinks:
    """Return links, then processes, whose first bus has a rate of its own."""
    links = _part(tables, "links", buses)
    if not tables.size("processes"):
        return links
    return join_links(links, _part(tables, "processes", buses))


@dataclass(slots=True)
class _Ports:
    """Ports as they are found: link, bus, factor by snapshot, snapshots of delay, does it wrap."""

    link: list[int] = field(default_factory=list)
    bus: list[int] = field(default_factory=list)
    factor: list[FloatArray] = field(default_factory=list)
    lag: list[int] = field(default_factory=list)
    wraps: list[bool] = field(default_factory=list)


def _part(tables: PypsaTables, component: str, buses: dict[str, int]) -> GridLinks:
    c = component
    n = len(tables.names(c))
    ports = _Ports()
    first = np.full((1, n), -1.0)
    if c == "processes":
        first = tables.series(c, "rate0", -1.0)
        delay = tables.numbers(c, "delay0", 0.0)
        late = np.flatnonzero(delay > 0.0)
        _add_port(tables, c, "0", buses, ports, late)
        first = np.array(first)
        first[:, late] = 0.0
    columns = tables.source.static.get(c, {})
    for port in sorted({1, *(int(m[1]) for name in columns if (m := PORT.fullmatch(name)))}):
        _add_port(tables, c, str(port), buses, ports, np.arange(n))
    n_row = max((values.size for values in ports.factor), default=1)
    table = [np.broadcast_to(values, n_row) for values in ports.factor]
    return GridLinks(
        names=tables.names(c),
        carrier=tables.carriers_or_of_bus(c, "bus0") if c == "links" else tables.text(c, "carrier"),
        bus0=tables.positions(c, "bus0", buses),
        capacity=read_capacity(tables, c, "p_nom"),
        p_min_pu=tables.series(c, "p_min_pu"),
        p_max_pu=tables.series(c, "p_max_pu"),
        p_set=tables.series(c, "p_set"),
        marginal_cost=tables.series(c, "marginal_cost"),
        marginal_cost_quadratic=tables.series(c, "marginal_cost_quadratic"),
        ramp_limit_up=read_ramp(tables, c, "ramp_limit_up", "ramp_limit_start_up"),
        ramp_limit_down=read_ramp(tables, c, "ramp_limit_down", "ramp_limit_shut_down"),
        p_init=tables.numbers(c, "p_init"),
        length=tables.numbers(c, "length"),
        port_link=np.array(ports.link, dtype=np.int64),
        port_bus=np.array(ports.bus, dtype=np.int64),
        port_efficiency=np.stack(table, axis=1) if table else np.zeros((1, 0)),
        bus0_factor=first,
        port_lag=np.array(ports.lag, dtype=np.int64),
        port_wraps=np.array(ports.wraps, dtype=bool),
        is_process=np.full(n, c == "processes"),
    )


def _add_port(
    tables: PypsaTables,
    component: str,
    port: str,
    buses: dict[str, int],
    ports: _Ports,
    members: IntArray,
) -> None:
    """Add a port of the given links, where they name a bus.

    Links have efficiency, efficiency2, ...; processes rate0, rate1, rate2, ...
    """
    c = component
    plain = "" if port == "1" and c == "links" else port
    factor = "efficiency" if c == "links" else "rate"
    values = tables.series(c, f"{factor}{plain}", -1.0 if port == "0" else 1.0)
    delay = tables.numbers(c, f"delay{plain}", 0.0)
    wraps = tables.flags(c, f"cyclic_delay{plain}", default=True)
    names = tables.bus_names(c, f"bus{port}")
    rows = np.flatnonzero(tables.active(c))
    for link in members.tolist():
        name, row = names[link], int(rows[link])
        if not name and port != "1":
            continue
        if name not in buses:
            tables.add_unknown_bus(c, row, f"bus{port}", name)
        ports.link.append(link)
        ports.bus.append(buses.get(name, 0))
        ports.factor.append(values[:, link])
        ports.lag.append(_snapshots(tables, c, row, f"delay{plain}", float(delay[link])))
        ports.wraps.append(bool(wraps[link]))


def _snapshots(tables: PypsaTables, component: str, row: int, column: str, delay: float) -> int:
    """Return the snapshots that a delay takes, rounded up; all must stand for the same time."""
    if delay < 0.0 or delay % 1.0:
        message = f"a delay of {delay:g} is no whole number of hours from zero up."
        tables.add_problem(component, row, column, message, "Give one.")
    if delay <= 0.0:
        return 0
    hours = tables.source.weights["generators"]
    if (hours != hours[0]).any() or hours[0] <= 0.0:
        message = "a delay between snapshots of different weights is not supported."
        tables.add_problem(component, row, column, message, "Use even snapshots.")
        return 0
    return int(np.ceil(int(delay) / hours[0] - 1e-9))
