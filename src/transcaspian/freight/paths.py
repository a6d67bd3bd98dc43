"""Choice sets: which paths the shippers of each unit choose between.

A set holds the cheapest path, alternatives found by making used arcs dearer and searching again,
and the cheapest path of every main route that can be reached. A path belongs to the main route
with the smallest priority among its links. Sets found on several networks (with and without a
project) can be joined in a `Catalogue`, so that runs that are compared choose from the same paths.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.freight.demand import CargoClasses, Demand
from transcaspian.freight.kernels import find_tree, trace_path
from transcaspian.freight.network import Supernetwork

__all__ = [
    "Catalogue",
    "ChoiceSets",
    "Star",
    "find_alternatives",
    "find_nest_paths",
    "join_catalogues",
]


Path = tuple[int, ...]  # arcs, entry and exit left out
UnitKey = tuple[str, str, str, str]  # commodity, form, place of origin, place of destination
CLOSER_BY = 1e-9  # a path counts as cheaper than another from this relative difference on
CANDIDATES_PER_NEST = 12  # arcs of a route tried before it counts as reachable only by a loop


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Paths of each unit by the names of their links and terminals, for any network."""

    paths: Mapping[UnitKey, tuple[tuple[str, ...], ...]]


@dataclass(frozen=True, slots=True)
class Star:
    """Arcs sorted by the vertex they leave, or by the one they enter for a backward search."""

    start: IntArray  # [n_vertex + 1]
    arc: IntArray  # [n_arc]
    end: IntArray  # [n_arc] vertex that the arc leads to in the direction of the search

    @staticmethod
    def forward(network: Supernetwork) -> "Star":
        """Return the star for searches from an origin."""
        return _make_star(network.tail, network.head, network.n_vertex)

    @staticmethod
    def backward(network: Supernetwork) -> "Star":
        """Return the star for searches towards a destination."""
        return _make_star(network.head, network.tail, network.n_vertex)

    @staticmethod
    def forward_of(tail: IntArray, head: IntArray, n_vertex: int) -> "Star":
        """Return the star of any directed network."""
        return _make_star(tail, head, n_vertex)

    def tree(
        self, cost: FloatArray, root: int, target: int = -1, first_through: int = 0
    ) -> tuple[FloatArray, IntArray]:
        """Return the least cost to every vertex and the arc over which it is reached.

        Stops at `target` where one is given; vertices below `first_through` are not passed.
        """
        n_vertex = self.start.size - 1
        distance, arc_in = np.empty(n_vertex), np.empty(n_vertex, dtype=np.int64)
        heap, place = np.empty(n_vertex, dtype=np.int64), np.empty(n_vertex, dtype=np.int64)
        find_tree(
            self.start,
            self.arc,
            self.end,
            cost,
            root,
            target,
            first_through,
            distance,
            arc_in,
            heap,
            place,
        )
        return distance, arc_in


def _make_star(base: IntArray, end: IntArray, n_vertex: int) -> Star:
    arc = np.argsort(base, kind="stable")
    start = np.zeros(n_vertex + 1, dtype=np.int64)
    np.cumsum(np.bincount(base, minlength=n_vertex), out=start[1:])
    return Star(start, arc, end)


@dataclass(slots=True)
class ChoiceSets:
    """Paths found so far for each unit, in the order in which they were found."""

    network: Supernetwork
    of_unit: list[dict[Path, None]]

    @staticmethod
    def empty(network: Supernetwork, demand: Demand) -> "ChoiceSets":
        """Return sets without paths; cargo that is there already needs none."""
        sets = ChoiceSets(network, [{} for _ in range(demand.origin.size)])
        for unit in np.flatnonzero(demand.origin == demand.destination):
            sets.of_unit[unit][()] = None
        return sets

    def add(self, unit: int, path: Path) -> bool:
        """Add a path if it is new; return whether it was added."""
        if path in self.of_unit[unit]:
            return False
        self.of_unit[unit][path] = None
        return True

    def add_catalogue(self, catalogue: Catalogue, demand: Demand, classes: CargoClasses) -> None:
        """Add the paths of the catalogue whose arcs all exist and are open to the cargo here."""
        arc_at = {name: arc for arc, name in enumerate(self.network.arc_name) if name}
        for unit, key in enumerate(unit_keys(self.network, demand, classes)):
            cost = classes.free_cost[demand.unit_class[unit]]
            for names in catalogue.paths.get(key, ()):
                path = tuple(arc_at.get(name, -1) for name in names)
                if all(arc >= 0 and cost[arc] < np.inf for arc in path):
                    self.add(unit, path)

    def catalogue(self, demand: Demand, classes: CargoClasses) -> Catalogue:
        """Return the sets by name, for use on another network."""
        names = self.network.arc_name
        keys = unit_keys(self.network, demand, classes)
        # Units that differ in their access rules alone share their paths: those shut to one of
        # them are left out when they are used.
        return join_catalogues(
            Catalogue({key: tuple(tuple(names[arc] for arc in path) for path in paths)})
            for key, paths in zip(keys, self.of_unit, strict=True)
        )


def unit_keys(network: Supernetwork, demand: Demand, classes: CargoClasses) -> list[UnitKey]:
    """Return the names that identify each unit on any network."""
    return [
        (
            classes.commodity[cargo],
            classes.form[cargo],
            network.nodes[origin],
            network.nodes[destination],
        )
        for cargo, origin, destination in zip(
            demand.unit_class, demand.origin, demand.destination, strict=True
        )
    ]


def join_catalogues(catalogues: Iterable[Catalogue]) -> Catalogue:
    """Return one catalogue with the paths of all, each once."""
    joined: dict[UnitKey, dict[tuple[str, ...], None]] = {}
    for catalogue in catalogues:
        for key, paths in catalogue.paths.items():
            joined.setdefault(key, {}).update(dict.fromkeys(paths))
    return Catalogue({key: tuple(paths) for key, paths in joined.items()})


@dataclass(frozen=True, slots=True)
class _Tracer:
    """Writes out paths of shortest-path trees, with scratch of its own."""

    network: Supernetwork
    path: IntArray  # [n_vertex]
    visits: IntArray  # [n_node]
    nowhere: IntArray  # [n_vertex] a tree without arcs

    @staticmethod
    def of(network: Supernetwork) -> "_Tracer":
        size = network.n_vertex
        return _Tracer(
            network,
            np.empty(size, dtype=np.int64),
            np.empty(len(network.nodes), dtype=np.int64),
            np.full(size, -1, dtype=np.int64),
        )

    def trace(
        self,
        arc_in: IntArray,
        vertex: int,
        through: int = -1,
        arc_out: IntArray | None = None,
        *,
        keeps_loops: bool = False,
    ) -> Path | None:
        """Return the path to `vertex`, or on through an arc; None where it comes to a place twice.

        A cheapest path may do so between layers, and no other be open: `keeps_loops` then keeps it.
        """
        network = self.network
        size = trace_path(
            arc_in, self.nowhere if arc_out is None else arc_out, network.tail, network.head, network.link,
            network.terminal, network.vertex_node, vertex, through, self.path, self.visits,
        )  # fmt: skip
        if size < 0:
            if not keeps_loops:
                return None
            size = -1 - size
        return tuple(self.path[:size].tolist())


def path_cost(path: Sequence[int], cost: FloatArray) -> float:
    """Return the cost of a path at given arc costs."""
    return float(sum(cost[arc] for arc in path))


def find_alternatives(
    sets: ChoiceSets,
    demand: Demand,
    arc_cost: FloatArray,
    searches: int,
    penalty: float,
    cutoff: FloatArray,
) -> None:
    """Add the cheapest path of each unit and others, found after making used arcs dearer.

    Each of `searches` makes the arcs of the path just found dearer by the factor `penalty`
    (de la Barra, Perez and Anez 1993). A path that costs more than the cheapest by over `cutoff`
    [n_class, USD/t] is left out.
    """
    network = sets.network
    star, tracer = Star.forward(network), _Tracer.of(network)
    for unit in range(demand.origin.size):
        if demand.origin[unit] == demand.destination[unit]:
            continue
        cargo = demand.unit_class[unit]
        cost = arc_cost[cargo].copy()
        root = int(network.origin_vertex[demand.origin[unit]])
        target = int(network.destination_vertex[demand.destination[unit]])
        best = np.inf
        for _ in range(searches):
            distance, arc_in = star.tree(cost, root, target)
            if not distance[target] < np.inf:
                break
            path = tracer.trace(arc_in, target, keeps_loops=best == np.inf)
            if path is None:
                break
            true_cost = path_cost(path, arc_cost[cargo])
            best = min(best, true_cost)
            if true_cost <= best + cutoff[cargo]:
                sets.add(unit, path)
            cost[list(path)] *= penalty


def find_nest_paths(
    sets: ChoiceSets, demand: Demand, arc_cost: FloatArray, cutoff: FloatArray
) -> int:
    """Add the cheapest path of every main route for each unit; return how many were new.

    For a route, arcs of routes with a smaller priority are closed, and the best path through any
    one of its arcs is found from a tree from the origin and one towards the destination. A path
    that saves less than one part in 1e9 on those of its route in the set is not worth adding.
    """
    network = sets.network
    known = _cheapest_known(sets, demand, arc_cost)
    forward, backward = Star.forward(network), Star.backward(network)
    added = 0
    for cargo in np.unique(demand.unit_class):
        units = np.flatnonzero((demand.unit_class == cargo) & (demand.origin != demand.destination))
        best = _least_costs(network, demand, units, arc_cost[cargo], forward)
        for route in range(len(network.routes) + 1):
            is_closed = (network.route >= 0) & (network.route < route)
            cost = np.where(is_closed, np.inf, arc_cost[cargo])
            added += _find_paths_of_route(
                sets, demand, units, route, cost, cutoff[cargo] + best, known, (forward, backward)
            )
        added += _add_cheapest_where_none(sets, demand, units, arc_cost[cargo], forward)
    return added


def _add_cheapest_where_none(
    sets: ChoiceSets, demand: Demand, units: IntArray, cost: FloatArray, star: Star
) -> int:
    """Add the cheapest path of units that have none, even if it comes to a place twice."""
    network, tracer = sets.network, _Tracer.of(sets.network)
    without = [unit for unit in units.tolist() if not sets.of_unit[unit]]
    for unit in without:
        target = int(network.destination_vertex[demand.destination[unit]])
        _, arc_in = star.tree(cost, int(network.origin_vertex[demand.origin[unit]]), target)
        path = tracer.trace(arc_in, target, keeps_loops=True)
        if path is not None:
            sets.add(unit, path)
    return len(without)


def _cheapest_known(sets: ChoiceSets, demand: Demand, arc_cost: FloatArray) -> FloatArray:
    """Return the cost of the cheapest path in the set of each unit and route [n_unit, n_route+1]."""
    network = sets.network
    n_route = len(network.routes)
    known = np.full((demand.origin.size, n_route + 1), np.inf)
    route = np.where(network.route < 0, n_route, network.route).tolist()
    for unit, paths in enumerate(sets.of_unit):
        cost = arc_cost[demand.unit_class[unit]].tolist()
        for path in paths:
            tag = min([route[arc] for arc in path], default=n_route)
            known[unit, tag] = min(known[unit, tag], sum([cost[arc] for arc in path]))
    return known


def _least_costs(
    network: Supernetwork, demand: Demand, units: IntArray, cost: FloatArray, star: Star
) -> FloatArray:
    """Return the least cost of each of the units, infinite for others [n_unit]."""
    best = np.full(demand.origin.size, np.inf)
    for origin in np.unique(demand.origin[units]):
        distance, _ = star.tree(cost, int(network.origin_vertex[origin]))
        mine = units[demand.origin[units] == origin]
        best[mine] = distance[network.destination_vertex[demand.destination[mine]]]
    return best


def _find_paths_of_route(
    sets: ChoiceSets,
    demand: Demand,
    units: IntArray,
    route: int,
    cost: FloatArray,
    limit: FloatArray,
    known: FloatArray,
    stars: tuple[Star, Star],
) -> int:
    """Add the best path of one route for the units of one class (the last number: no route)."""
    network = sets.network
    is_last = route == len(network.routes)
    tag = -1 if is_last else route
    tagged = np.flatnonzero((network.route == tag) & (cost < np.inf))
    if tagged.size == 0:
        return 0
    from_origin = {
        node: stars[0].tree(cost, int(network.origin_vertex[node]))
        for node in np.unique(demand.origin[units])
    }
    to_destination = {
        node: stars[1].tree(cost, int(network.destination_vertex[node]))
        for node in np.unique(demand.destination[units])
    }
    added = 0
    tracer = _Tracer.of(network)
    for unit in units:
        distance, arc_in = from_origin[demand.origin[unit]]
        remaining, arc_out = to_destination[demand.destination[unit]]
        target = int(network.destination_vertex[demand.destination[unit]])
        worth = min(float(limit[unit]), float(known[unit, route]) * (1.0 - CLOSER_BY))
        if is_last:
            is_worth = distance[target] < worth
            path = tracer.trace(arc_in, target, keeps_loops=True) if is_worth else None
            added += path is not None and sets.add(unit, path)
            continue
        through = distance[network.tail[tagged]] + cost[tagged] + remaining[network.head[tagged]]
        if not through.min() < worth:
            continue
        for position in np.argsort(through, kind="stable")[:CANDIDATES_PER_NEST]:
            if not through[position] < worth:
                break
            arc = int(tagged[position])
            path = tracer.trace(arc_in, int(network.tail[arc]), arc, arc_out)
            if path is not None:
                added += sets.add(unit, path)
                break
    return added
