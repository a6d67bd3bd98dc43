"""The multimodal supernetwork of one year, built from the freight tables.

Every place has one vertex per layer that its links use; a place with a border on a layer has two,
before and after the border, and all traffic that passes there takes the arc between them. Links
give two arcs, transfers between layers one arc each way. Two more vertices per place are where
cargo enters and leaves the network, on any layer, free of charge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import BoolArray, FloatArray, IntArray
from transcaspian.freight.queues import BACKWARD, FORWARD, Queues, make_queues

__all__ = ["FORMS", "Supernetwork", "build_supernetwork"]


FORMS = ("container", "bulk", "truck", "liquid")
KG_PER_T = 1000.0
WAITED = 0.5  # of a headway, where cargo comes at any time and departures are regular


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
    exits: tuple[str, ...] = ()  # by rising priority
    exit: IntArray | None = None  # [n_arc] position in `exits`

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


@dataclass(frozen=True, slots=True)
class _Spread:
    """Gives arcs the value of their link or terminal."""

    link: IntArray  # [n_arc]
    terminal: IntArray  # [n_arc]

    def values(self, of_link: FloatArray, of_terminal: FloatArray) -> FloatArray:
        """Return the value of each arc, zero for entry and exit."""
        values = np.zeros(self.link.size)
        self._put(values, of_link, of_terminal)
        return values

    def indices(self, of_link: IntArray, of_terminal: IntArray) -> IntArray:
        """Return the position of each arc, -1 for entry and exit."""
        values = np.full(self.link.size, -1, dtype=np.int64)
        self._put(values, of_link, of_terminal)
        return values

    def _put(self, values: NDArray[Any], of_link: NDArray[Any], of_terminal: NDArray[Any]) -> None:
        on_link, at_terminal = self.link >= 0, self.terminal >= 0
        values[on_link] = of_link[self.link[on_link]]
        values[at_terminal] = of_terminal[self.terminal[at_terminal]]

    def charges(self, links: pl.DataFrame, terminals: pl.DataFrame, unit: str) -> FloatArray:
        """Return what an arc charges a unit, "teu" or "t" [USD]."""
        by_distance = _floats(links[f"tariff_usd_per_{unit}_km"]) * _floats(links["distance_km"])
        return self.values(
            _floats(links[f"fixed_cost_usd_per_{unit}"]) + by_distance,
            _floats(terminals[f"cost_usd_per_{unit}"]),
        )


def _exits(
    tables: Mapping[str, pl.DataFrame], links: pl.Series, link: IntArray
) -> tuple[tuple[str, ...], IntArray | None]:
    """Return the exits by priority and the exit of each arc; a case may have none."""
    frame = tables.get("freight/exits")
    if frame is None or frame.is_empty():
        return (), None
    frame = frame.sort("priority", "exit")
    of_link = np.full(links.len() + 1, -1, dtype=np.int64)
    at = _positions(links.to_list())
    for position, cell in reversed(list(enumerate(frame["links"].to_list()))):
        for name in cell.split(";"):
            of_link[at[name]] = position
    return tuple(frame["exit"]), of_link[link]  # -1, no link, is the last of `of_link`


def _floats(column: pl.Series) -> FloatArray:
    return column.cast(pl.Float64).to_numpy().astype(np.float64)


def _indices(column: pl.Series, at: Mapping[str, int]) -> IntArray:
    return np.array([at.get(value, -1) if value else -1 for value in column], dtype=np.int64)


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

    spread = _Spread(link, terminal)
    is_forward = np.array(arcs.is_forward)
    node_country = tables["freight/nodes"]["country"].to_list()
    countries = tuple(sorted({*node_country, *links["country"], *terminals["country"]}))
    country_at = _positions(countries)
    layer_at = _positions(names["layer"])
    route_at = _positions(routes)
    link_layer = _indices(links["layer"], layer_at)
    terminal_layer = _indices(terminals["layer0"], layer_at)
    distance = _floats(links["distance_km"])
    queue, has_capacity, queues = make_queues(
        tables, link, terminal, is_forward, link_layer, terminal_layer
    )
    layer = spread.indices(link_layer, terminal_layer)
    share = _floats(layers["operating_cost_share"])
    exits, exit_of = _exits(tables, links["link"], link)
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
        is_forward=is_forward,
        layer=layer,
        route=spread.indices(
            _indices(links["route"], route_at), np.full(terminals.height, -1, dtype=np.int64)
        ),
        country=spread.indices(
            _indices(links["country"], country_at), _indices(terminals["country"], country_at)
        ),
        time_h=spread.values(
            _floats(links["time_h"]) + WAITED * _floats(links["headway_h"]),
            _floats(terminals["time_h"]),
        ),
        distance_km=spread.values(distance, np.zeros(terminals.height)),
        usd_per_teu=spread.charges(links, terminals, "teu"),
        usd_per_t=spread.charges(links, terminals, "t"),
        co2_t_per_t=spread.values(
            distance * _co2_per_tonne_km(layers)[link_layer] / KG_PER_T,
            np.zeros(terminals.height),
        ),
        operating_cost_share=np.where(link >= 0, share[layer], 0.0),
        allows=_allowed_forms(links, terminals, link, terminal),
        has_capacity=has_capacity,
        queue=queue,
        queues=queues,
        exits=exits,
        exit=exit_of,
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
