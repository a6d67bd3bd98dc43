"""Queues of the multimodal network: which capacity each arc waits for.

Each direction of a link has a queue of its own, a terminal one for both directions, and terminals
of one place with the same `capacity_group` share one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from transcaspian.freight.arrays import BoolArray, FloatArray, IntArray
from transcaspian.freight.delay import DelayTable
from transcaspian.freight.seasons import QueueRow, Seasons, read_seasons

__all__ = ["BACKWARD", "FORWARD", "Queues", "make_queues"]

UNITS_PER_THOUSAND = 1000.0
HOURS_PER_YEAR = 8760.0
FORWARD, BACKWARD = ">", "<"


@dataclass(frozen=True, slots=True)
class Queues:
    """Capacities that traffic waits for: one per direction of a link, one per terminal group.

    time = free time * (1 + alpha * (volume / capacity) ** beta), volume with the background.
    """

    name: tuple[str, ...]
    capacity: FloatArray  # [n_queue] kt/a or 1000 TEU/a
    background: FloatArray  # [n_queue] same unit
    counts_teu: BoolArray  # [n_queue]
    alpha: FloatArray  # [n_queue]
    beta: FloatArray  # [n_queue]
    # Queues of simulated crossings, whose time over free time is a curve through points instead.
    curved: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    curves: DelayTable | None = None
    # Queues with months that differ: their factor is the mean over the months.
    seasons: Seasons | None = None


def _capacity_of(row: Mapping[str, Any]) -> float | None:
    """Return the capacity of a link in a year [kt or 1000 TEU]: stated, or that of its service."""
    if row["capacity"] is not None:
        return float(row["capacity"])
    if row["vehicle_capacity"] is None:
        return None
    return float(row["vehicle_capacity"] * HOURS_PER_YEAR / row["headway_h"] / UNITS_PER_THOUSAND)


def _queue_rows(
    tables: Mapping[str, pl.DataFrame], link_layer: IntArray, terminal_layer: IntArray
) -> tuple[dict[str, QueueRow], list[str]]:
    """Return the queues by name, and the name of each terminal's queue.

    A group of terminals takes unit and delay function from its first member with a capacity; its
    capacity is the largest that a member states and its background the sum over the members.
    """
    alpha, beta = (
        tables["freight/layers"][name].cast(pl.Float64).to_numpy()
        for name in ("delay_alpha", "delay_beta")
    )
    rows: dict[str, QueueRow] = {}
    for position, row in enumerate(tables["freight/links"].iter_rows(named=True)):
        capacity = _capacity_of(row)
        if capacity is not None:
            layer = link_layer[position]
            record = (
                capacity,
                float(row["background"] or 0.0),
                row["capacity_unit"] == "teu",
                alpha[layer],
                beta[layer],
            )
            rows[row["link"] + FORWARD] = rows[row["link"] + BACKWARD] = record
    group_of: list[str] = []
    for position, row in enumerate(tables["freight/terminals"].iter_rows(named=True)):
        group = (
            f"{row['node']}:{row['capacity_group']}" if row["capacity_group"] else row["terminal"]
        )
        group_of.append(group)
        background = float(row["background"] or 0.0)
        if group in rows:
            old = rows[group]
            rows[group] = (
                max(old[0], float(row["capacity"] or 0.0)),
                old[1] + background,
                *old[2:],
            )
        elif row["capacity"] is not None:
            layer = terminal_layer[position]
            rows[group] = (
                float(row["capacity"]),
                background,
                row["capacity_unit"] == "teu",
                alpha[layer],
                beta[layer],
            )
    return rows, group_of


def _queues_of(
    tables: Mapping[str, pl.DataFrame], group_of: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the names of the queues that each link and terminal waits in."""
    queues: dict[str, tuple[str, ...]] = {
        name: (name + FORWARD, name + BACKWARD) for name in tables["freight/links"]["link"]
    }
    for name, group in zip(tables["freight/terminals"]["terminal"], group_of, strict=True):
        queues[name] = (group,)
    return queues


def make_queues(
    tables: Mapping[str, pl.DataFrame],
    link: IntArray,
    terminal: IntArray,
    is_forward: BoolArray,
    link_layer: IntArray,
    terminal_layer: IntArray,
) -> tuple[IntArray, BoolArray, Queues]:
    """Return the queue of each arc, whether it has capacity, and the queues.

    Arcs without a stated capacity have no queue; those with a capacity of zero are shut.
    """
    rows, group_of = _queue_rows(tables, link_layer, terminal_layer)
    shut = {name for name, row in rows.items() if row[0] == 0.0}
    rows = {name: row for name, row in rows.items() if name not in shut}
    at = {name: position for position, name in enumerate(rows)}
    links = tables["freight/links"]["link"].to_list()
    queue = np.full(link.size, -1, dtype=np.int64)
    has_capacity = np.ones(link.size, dtype=bool)
    for arc in range(link.size):
        if link[arc] >= 0:
            name = links[link[arc]] + (FORWARD if is_forward[arc] else BACKWARD)
        elif terminal[arc] >= 0:
            name = group_of[terminal[arc]]
        else:
            continue
        queue[arc] = at.get(name, -1)
        has_capacity[arc] = name not in shut
    columns = list(zip(*rows.values(), strict=True)) if rows else [(), (), (), (), ()]
    return (
        queue,
        has_capacity,
        Queues(
            name=tuple(rows),
            capacity=np.array(columns[0], dtype=np.float64),
            background=np.array(columns[1], dtype=np.float64),
            counts_teu=np.array(columns[2], dtype=bool),
            alpha=np.array(columns[3], dtype=np.float64),
            beta=np.array(columns[4], dtype=np.float64),
            seasons=read_seasons(tables, rows, _queues_of(tables, group_of)),
        ),
    )
