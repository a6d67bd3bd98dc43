"""The multimodal supernetwork of one year, built from the freight tables.

Every place has one vertex per layer that its links use; a place with a border on a layer has two,
before and after the border, and all traffic that passes there takes the arc between them. Links
give two arcs, transfers between layers one arc each way. Two more vertices per place are where
cargo enters and leaves the network, on any layer, free of charge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import BoolArray, FloatArray, IntArray
from transcaspian.freight.delay import DelayTable
from transcaspian.freight.seasons import QueueRow, Seasons, read_seasons

__all__ = ["FORMS", "Queues", "Supernetwork", "build_supernetwork"]


FORMS = ("container", "bulk", "truck", "liquid")
KG_PER_T = 1000.0
UNITS_PER_THOUSAND = 1000.0
HOURS_PER_YEAR = 8760.0
WAITED = 0.5  # of a headway, where cargo comes at any time and departures are regular
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


@dataclass(frozen=True, slots=True)
class Supernetwork:
    """Vertices and arcs as arrays; -1 stands for "none" in every index array."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    terminals: tuple[str, ...]
    layers: tuple[str, ...]
    routes: tuple[str, ...]  # by rising priority
    countries: tuple[str, ...]
    node_country: IntArray  # [n_node]
    origin_vertex: IntArray  # [n_node] where cargo of the place enters
    destination_vertex: IntArray  # [n_node] where it leaves
    n_vertex: int
    vertex_node: IntArray  # [n_vertex]
    tail: IntArray  # [n_arc]
    head: IntArray  # [n_arc]
    arc_name: tuple[str, ...]  # link or terminal with direction; "" for entry and exit
    link: IntArray  # [n_arc]
    terminal: IntArray  # [n_arc]
    is_forward: BoolArray  # [n_arc] from node0 to node1, or from layer0 to layer1
    layer: IntArray  # [n_arc]
    route: IntArray  # [n_arc] position in `routes`
    country: IntArray  # [n_arc]
    time_h: FloatArray  # [n_arc] without queue
    distance_km: FloatArray  # [n_arc]
    usd_per_teu: FloatArray  # [n_arc]
    usd_per_t: FloatArray  # [n_arc]
    co2_t_per_t: FloatArray  # [n_arc]
    operating_cost_share: FloatArray  # [n_arc]
    allows: BoolArray  # [n_form, n_arc]
    has_capacity: BoolArray  # [n_arc] false where a capacity of zero shuts the arc
    queue: IntArray  # [n_arc]
    queues: Queues
    shared_queue: IntArray | None = None  # [n_arc] another queue that counts the arc's traffic

    @property
    def n_arc(self) -> int:
        """Return the number of arcs."""
        return self.tail.size


@dataclass(frozen=True, slots=True)
class _Arcs:
    """Columns of arcs while the network is being put together."""

    tail: list[int]
    head: list[int]
    name: list[str]
    link: list[int]
    terminal: list[int]
    is_forward: list[bool]

    def add(
        self,
        tail: int,
        head: int,
        name: str = "",
        link: int = -1,
        terminal: int = -1,
        is_forward: bool = True,
    ) -> None:
        """Append one arc."""
        self.tail.append(tail)
        self.head.append(head)
        self.name.append(name)
        self.link.append(link)
        self.terminal.append(terminal)
        self.is_forward.append(is_forward)


@dataclass(frozen=True, slots=True)
class _Vertices:
    """Vertices of each place and layer: cargo arrives at `before` and leaves from `after`."""

    before: dict[tuple[int, int], int]
    after: dict[tuple[int, int], int]
    node: list[int]


def build_supernetwork(tables: Mapping[str, pl.DataFrame]) -> Supernetwork:
    """Return the network of the open links; InputError lists every row that cannot be used."""
    names = {
        key: tuple(tables[f"freight/{table}"][key].to_list())
        for table, key in (
            ("nodes", "node"),
            ("links", "link"),
            ("terminals", "terminal"),
            ("layers", "layer"),
        )
    }
    routes = tables["freight/routes"].sort("priority", "route")["route"].to_list()
    links, terminals = tables["freight/links"], tables["freight/terminals"]
    _check_network(links, terminals, names)
    node_at, layer_at = _positions(names["node"]), _positions(names["layer"])
    vertices = _make_vertices(links, terminals, node_at, layer_at)
    arcs = _Arcs([], [], [], [], [], [])
    _add_links(arcs, links, vertices, node_at, layer_at)
    _add_terminals(arcs, terminals, vertices, node_at, layer_at)
    origin, destination = _add_entries(arcs, vertices, len(names["node"]))
    return _fill(tables, names, routes, vertices, arcs, origin, destination)


def _positions(names: Sequence[str]) -> dict[str, int]:
    return {name: position for position, name in enumerate(names)}


def _check_network(
    links: pl.DataFrame, terminals: pl.DataFrame, names: Mapping[str, tuple[str, ...]]
) -> None:
    """Raise one InputError with every unknown name and negative cost or time."""
    problems: list[Problem] = []
    for table, frame, references, amounts in (
        (
            "freight/links",
            links,
            (("node0", "node"), ("node1", "node"), ("layer", "layer")),
            (
                "time_h",
                "headway_h",
                "distance_km",
                "tariff_usd_per_teu_km",
                "tariff_usd_per_t_km",
                "fixed_cost_usd_per_teu",
                "fixed_cost_usd_per_t",
            ),
        ),
        (
            "freight/terminals",
            terminals,
            (("node", "node"), ("layer0", "layer"), ("layer1", "layer")),
            ("time_h", "cost_usd_per_teu", "cost_usd_per_t"),
        ),
    ):
        name = frame.columns[0]
        for column, kind in references:
            known = set(names[kind])
            for row, (label, value) in enumerate(zip(frame[name], frame[column], strict=True)):
                if value not in known:
                    problems.append(
                        Problem(
                            f"{table}.csv",
                            row + 2,
                            column,
                            f"{label}: {kind} {value!r} is not known.",
                            "Correct the name.",
                        )
                    )
        for column in amounts:
            for row, (label, value) in enumerate(zip(frame[name], frame[column], strict=True)):
                if value is None or not 0.0 <= value < np.inf:
                    problems.append(
                        Problem(
                            f"{table}.csv",
                            row + 2,
                            column,
                            f"{label}: {value!r} is not a number from 0 up.",
                            "Costs, times and lengths cannot be negative or missing: a loop would earn money.",
                        )
                    )
    problems += [
        Problem(
            "freight/links.csv",
            row + 2,
            "headway_h",
            f"{label}: vehicle_capacity says nothing without the time between departures.",
            "Give headway_h, or leave vehicle_capacity empty.",
        )
        for row, (label, headway, load) in enumerate(
            links.select("link", "headway_h", "vehicle_capacity").iter_rows()
        )
        if load is not None and not headway
    ]
    if problems:
        raise InputError("The freight network cannot be built.", problems)


def _make_vertices(
    links: pl.DataFrame,
    terminals: pl.DataFrame,
    node_at: Mapping[str, int],
    layer_at: Mapping[str, int],
) -> _Vertices:
    """Return one vertex per place and layer in use, two where a border stands in the way."""
    places = {
        (node_at[node], layer_at[layer])
        for column in ("node0", "node1")
        for node, layer in zip(links[column], links["layer"], strict=True)
    }
    borders = {
        (node_at[node], layer_at[layer0])
        for node, layer0, layer1 in zip(
            terminals["node"], terminals["layer0"], terminals["layer1"], strict=True
        )
        if layer0 == layer1
    }
    before: dict[tuple[int, int], int] = {}
    after: dict[tuple[int, int], int] = {}
    node: list[int] = []
    for place in sorted(places):
        before[place] = after[place] = len(node)
        node.append(place[0])
        if place in borders:
            after[place] = len(node)
            node.append(place[0])
    return _Vertices(before, after, node)


def _add_links(
    arcs: _Arcs,
    links: pl.DataFrame,
    vertices: _Vertices,
    node_at: Mapping[str, int],
    layer_at: Mapping[str, int],
) -> None:
    for position, row in enumerate(links.iter_rows(named=True)):
        if not row["is_open"]:
            continue
        layer = layer_at[row["layer"]]
        end0, end1 = (node_at[row["node0"]], layer), (node_at[row["node1"]], layer)
        arcs.add(vertices.after[end0], vertices.before[end1], row["link"] + FORWARD, link=position)
        arcs.add(
            vertices.after[end1],
            vertices.before[end0],
            row["link"] + BACKWARD,
            link=position,
            is_forward=False,
        )


def _add_terminals(
    arcs: _Arcs,
    terminals: pl.DataFrame,
    vertices: _Vertices,
    node_at: Mapping[str, int],
    layer_at: Mapping[str, int],
) -> None:
    """Add the arcs of terminals; one on a layer without links at its place has nothing to join."""
    for position, row in enumerate(terminals.iter_rows(named=True)):
        node = node_at[row["node"]]
        place0, place1 = (node, layer_at[row["layer0"]]), (node, layer_at[row["layer1"]])
        if place0 not in vertices.before or place1 not in vertices.before:
            continue
        arcs.add(
            vertices.before[place0],
            vertices.after[place1],
            row["terminal"] + FORWARD,
            terminal=position,
        )
        if place0 != place1:
            arcs.add(
                vertices.before[place1],
                vertices.after[place0],
                row["terminal"] + BACKWARD,
                terminal=position,
                is_forward=False,
            )


def _add_entries(arcs: _Arcs, vertices: _Vertices, n_node: int) -> tuple[IntArray, IntArray]:
    """Add the arcs by which cargo enters and leaves; return the vertices of each place."""
    first = len(vertices.node)
    origin = first + np.arange(n_node, dtype=np.int64)
    destination = origin + n_node
    vertices.node.extend([*range(n_node), *range(n_node)])
    for (node, _), vertex in vertices.after.items():
        arcs.add(int(origin[node]), vertex)
    for (node, _), vertex in vertices.before.items():
        arcs.add(vertex, int(destination[node]))
    return origin, destination


def _spread(
    link: IntArray, terminal: IntArray, of_link: FloatArray, of_terminal: FloatArray
) -> FloatArray:
    """Return the value of each arc's link or terminal, zero for entry and exit."""
    values = np.zeros(link.size)
    values[link >= 0] = of_link[link[link >= 0]]
    values[terminal >= 0] = of_terminal[terminal[terminal >= 0]]
    return values


def _spread_index(
    link: IntArray, terminal: IntArray, of_link: IntArray, of_terminal: IntArray
) -> IntArray:
    """Return the position of each arc's link or terminal, -1 for entry and exit."""
    values = np.full(link.size, -1, dtype=np.int64)
    values[link >= 0] = of_link[link[link >= 0]]
    values[terminal >= 0] = of_terminal[terminal[terminal >= 0]]
    return values


def _fill(
    tables: Mapping[str, pl.DataFrame],
    names: Mapping[str, tuple[str, ...]],
    routes: Sequence[str],
    vertices: _Vertices,
    arcs: _Arcs,
    origin: IntArray,
    destination: IntArray,
) -> Supernetwork:
    """Return the network with the columns of links, terminals and layers spread over the arcs."""
    links, terminals, layers = (
        tables[f"freight/{name}"] for name in ("links", "terminals", "layers")
    )
    link, terminal = np.array(arcs.link, dtype=np.int64), np.array(arcs.terminal, dtype=np.int64)

    def spread(of_link: FloatArray, of_terminal: FloatArray) -> FloatArray:
        return _spread(link, terminal, of_link, of_terminal)

    def spread_index(of_link: IntArray, of_terminal: IntArray) -> IntArray:
        return _spread_index(link, terminal, of_link, of_terminal)

    node_country = tables["freight/nodes"]["country"].to_list()
    countries = tuple(sorted({*node_country, *links["country"], *terminals["country"]}))
    country_at = _positions(countries)
    layer_at = _positions(names["layer"])
    route_at = _positions(routes)
    link_layer = _indices(links["layer"], layer_at)
    terminal_layer = _indices(terminals["layer0"], layer_at)
    distance = _floats(links["distance_km"])
    queue, has_capacity, queues = _make_queues(
        tables, link, terminal, np.array(arcs.is_forward), link_layer, terminal_layer
    )
    layer = spread_index(link_layer, terminal_layer)
    share = _floats(layers["operating_cost_share"])
    return Supernetwork(
        nodes=names["node"],
        links=names["link"],
        terminals=names["terminal"],
        layers=names["layer"],
        routes=tuple(routes),
        countries=countries,
        node_country=_indices(tables["freight/nodes"]["country"], country_at),
        origin_vertex=origin,
        destination_vertex=destination,
        n_vertex=len(vertices.node),
        vertex_node=np.array(vertices.node, dtype=np.int64),
        tail=np.array(arcs.tail, dtype=np.int64),
        head=np.array(arcs.head, dtype=np.int64),
        arc_name=tuple(arcs.name),
        link=link,
        terminal=terminal,
        is_forward=np.array(arcs.is_forward),
        layer=layer,
        route=spread_index(
            _indices(links["route"], route_at), np.full(terminals.height, -1, dtype=np.int64)
        ),
        country=spread_index(
            _indices(links["country"], country_at), _indices(terminals["country"], country_at)
        ),
        time_h=spread(
            _floats(links["time_h"]) + WAITED * _floats(links["headway_h"]),
            _floats(terminals["time_h"]),
        ),
        distance_km=spread(distance, np.zeros(terminals.height)),
        usd_per_teu=spread(
            _floats(links["fixed_cost_usd_per_teu"])
            + _floats(links["tariff_usd_per_teu_km"]) * distance,
            _floats(terminals["cost_usd_per_teu"]),
        ),
        usd_per_t=spread(
            _floats(links["fixed_cost_usd_per_t"])
            + _floats(links["tariff_usd_per_t_km"]) * distance,
            _floats(terminals["cost_usd_per_t"]),
        ),
        co2_t_per_t=spread(
            distance * _co2_per_tonne_km(layers)[link_layer] / KG_PER_T,
            np.zeros(terminals.height),
        ),
        operating_cost_share=np.where(link >= 0, share[layer], 0.0),
        allows=_allowed_forms(links, terminals, link, terminal),
        has_capacity=has_capacity,
        queue=queue,
        queues=queues,
    )


def _co2_per_tonne_km(layers: pl.DataFrame) -> FloatArray:
    """Return kilograms per tonne-kilometre of each layer, its vehicles' own share included."""
    per_vehicle = _floats(layers["co2_kg_per_vehicle_km"])
    load = _floats(layers["vehicle_load_t"])
    problems = [
        Problem(
            "freight/layers.csv",
            int(row) + 2,
            "vehicle_load_t",
            f"{layers['layer'][int(row)]}: emissions per vehicle-kilometre need a load.",
            "Give the mean net load of a vehicle.",
        )
        for row in np.flatnonzero((per_vehicle > 0.0) & ~(load > 0.0))
    ]
    if problems:
        raise InputError("Emissions of a layer cannot be reckoned.", problems)
    spread = np.divide(per_vehicle, load, out=np.zeros(load.size), where=per_vehicle > 0.0)
    total: FloatArray = _floats(layers["co2_kg_per_t_km"]) + spread
    return total


def _capacity_of(row: Mapping[str, Any]) -> float | None:
    """Return the capacity of a link in a year [kt or 1000 TEU]: stated, or that of its service."""
    if row["capacity"] is not None:
        return float(row["capacity"])
    if row["vehicle_capacity"] is None:
        return None
    return float(row["vehicle_capacity"] * HOURS_PER_YEAR / row["headway_h"] / UNITS_PER_THOUSAND)


def _floats(column: pl.Series) -> FloatArray:
    return column.cast(pl.Float64).to_numpy().astype(np.float64)


def _indices(column: pl.Series, at: Mapping[str, int]) -> IntArray:
    return np.array([at.get(value, -1) if value else -1 for value in column], dtype=np.int64)


def _allowed_forms(
    links: pl.DataFrame, terminals: pl.DataFrame, link: IntArray, terminal: IntArray
) -> BoolArray:
    """Return which form can use which arc [n_form, n_arc]; entry and exit are open to all."""
    allows = np.ones((len(FORMS), link.size), dtype=bool)
    for position, form in enumerate(FORMS):
        of_link = np.array([form in forms.split(";") for forms in links["forms"]], dtype=bool)
        of_terminal = np.array(
            [form in forms.split(";") for forms in terminals["forms"]], dtype=bool
        )
        allows[position, link >= 0] = of_link[link[link >= 0]]
        allows[position, terminal >= 0] = of_terminal[terminal[terminal >= 0]]
    return allows


def _queue_rows(
    tables: Mapping[str, pl.DataFrame], link_layer: IntArray, terminal_layer: IntArray
) -> tuple[dict[str, QueueRow], list[str]]:
    """Return the queues by name, and the name of each terminal's queue.

    A group of terminals takes unit and delay function from its first member with a capacity; its
    capacity is the largest that a member states and its background the sum over the members.
    """
    alpha, beta = (
        _floats(tables["freight/layers"][name]) for name in ("delay_alpha", "delay_beta")
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


def _make_queues(
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
    at = _positions(tuple(rows))
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
