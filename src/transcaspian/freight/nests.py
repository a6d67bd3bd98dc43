"""Search for the paths of every main route: the cheapest one and alternatives to it.

Paths of a route pass at least one of its links and none of a route with a smaller priority. They are
found on the network taken twice, before and after a link of the route was used, so that the
shortest-path tree itself knows what has been passed. Alternatives come from making the arcs of the
path just found dearer and searching again (de la Barra, Perez and Anez 1993).
"""

from dataclasses import dataclass

import numpy as np

from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.freight.demand import Demand
from transcaspian.freight.network import Supernetwork
from transcaspian.freight.paths import ChoiceSets, Path, Star, path_cost
from transcaspian.freight.route_rules import PathRules

__all__ = ["Search", "find_nest_paths"]

CLOSER_BY = 1e-9  # a path counts as cheaper than another from this relative difference on
TRIES_PER_PATH = 2  # searches a path: some find one again, or one that breaks a rule or loops
FIRST_TRIES = 12  # until the first path of a route is found
COPIES = 3  # of every arc: before, over and after a link of the route


@dataclass(frozen=True, slots=True)
class Search:
    """How many paths of a route are looked for, and by what factor used arcs get dearer."""

    searches: int = 1
    penalty: float = 1.25
    within: FloatArray | None = None  # [n_class, USD/t] beyond the cheapest of the route


@dataclass(frozen=True, slots=True)
class _Layers:
    """The network before and after a link of the main route, with arcs within and between."""

    network: Supernetwork
    star: Star
    tail: list[int]  # [3 n_arc]; lists, since ways are traced arc by arc
    place: list[int]  # [3 n_arc] arc of the network, or -1 for entries and exits

    @staticmethod
    def of(network: Supernetwork) -> "_Layers":
        shift = network.n_vertex
        tail = np.concatenate([network.tail, network.tail, network.tail + shift])
        head = np.concatenate([network.head, network.head + shift, network.head + shift])
        is_kept = (network.link >= 0) | (network.terminal >= 0)
        place = np.tile(np.where(is_kept, np.arange(network.n_arc), -1), 3)
        star = Star.forward_of(tail, head, 2 * shift)
        return _Layers(network, star, tail.tolist(), place.tolist())

    def costs(self, cost: FloatArray, route: int, rules: PathRules) -> FloatArray:
        """Return the cost of the three copies of every arc for paths of a route."""
        network = self.network
        if route == len(network.routes):
            only = np.where((network.route >= 0) | rules.barred, np.inf, cost)
            shut = np.full(network.n_arc, np.inf)
            return np.concatenate([only, shut, shut])
        is_tagged = network.route == route
        is_closed = ((network.route >= 0) & (network.route < route)) | rules.barred
        before = np.where(is_tagged | is_closed, np.inf, cost)
        over = np.where(is_tagged & ~is_closed, cost, np.inf)
        after = np.where(is_closed, np.inf, cost)
        for once in rules.once:
            if once[over < np.inf].all():  # every path of the route uses its one crossing
                before[once] = after[once] = np.inf
        return np.concatenate([before, over, after])

    def target(self, node: int, route: int) -> int:
        """Return the vertex where paths of a route to a place end."""
        network = self.network
        vertex = int(network.destination_vertex[node])
        return vertex if route == len(network.routes) else vertex + network.n_vertex

    def trace(self, arc_in: IntArray, vertex: int) -> Path:
        """Return the arcs of the network on the way to a vertex, entry and exit left out."""
        path: list[int] = []
        while (copy := arc_in.item(vertex)) >= 0:
            if self.place[copy] >= 0:
                path.append(self.place[copy])
            vertex = self.tail[copy]
        return tuple(reversed(path))


def find_nest_paths(
    sets: ChoiceSets,
    demand: Demand,
    arc_cost: FloatArray,
    cutoff: FloatArray,
    search: Search,
) -> int:
    """Add the cheapest paths of every main route for each unit; return how many were new.

    arc_cost: [n_class, n_arc, USD/t]; cutoff: how much dearer than the unit's cheapest path one
    may be [n_class, USD/t]. The first path of a route is only added where it saves more than one
    part in 1e9 on those in the set. A unit without any path takes one that visits a place twice,
    as cargo may have to in order to change layers.
    """
    layers = _Layers.of(sets.network)
    known = _cheapest_known(sets, demand, arc_cost)
    added = 0
    for cargo in np.unique(demand.unit_class).tolist():
        units = np.flatnonzero((demand.unit_class == cargo) & (demand.origin != demand.destination))
        if not units.size:
            continue
        of_class = _ClassSearch(layers, sets, demand, units, arc_cost[cargo], search)
        limits = of_class.limits(cutoff[cargo])
        for route in range(len(sets.network.routes) + 1):
            added += of_class.find(route, limits, known)
        added += of_class.add_loops()
    return added


def _cheapest_known(sets: ChoiceSets, demand: Demand, arc_cost: FloatArray) -> FloatArray:
    """Return the cost of the cheapest path in the set of each unit and route [n_unit, n_route+1]."""
    n_route = len(sets.network.routes)
    known = np.full((demand.origin.size, n_route + 1), np.inf)
    route = np.where(sets.network.route < 0, n_route, sets.network.route).tolist()
    for unit, paths in enumerate(sets.of_unit):
        cost = arc_cost[demand.unit_class[unit]].tolist()
        for path in paths:
            tag = min([route[arc] for arc in path], default=n_route)
            known[unit, tag] = min(known[unit, tag], sum([cost[arc] for arc in path]))
    return known


class _ClassSearch:
    """The search for one class of cargo, with trees from every place where it starts."""

    def __init__(
        self,
        layers: _Layers,
        sets: ChoiceSets,
        demand: Demand,
        units: IntArray,
        cost: FloatArray,
        search: Search,
    ) -> None:
        self.layers, self.sets, self.demand, self.units = layers, sets, demand, units
        self.cost, self.search = cost, search
        cargo = demand.unit_class[units[0]]
        self.within = np.inf if search.within is None else float(search.within[cargo])
        self.trees: dict[tuple[int, int], tuple[FloatArray, IntArray]] = {}
        self.costs: dict[int, FloatArray] = {}
        self.loops: dict[int, tuple[float, Path]] = {}

    def tree(self, route: int, origin: int) -> tuple[FloatArray, IntArray]:
        """Return the tree of a route's paths from a place."""
        if route not in self.costs:
            rules = self.sets.rules[self.demand.unit_class[self.units[0]]][route]
            self.costs[route] = self.layers.costs(self.cost, route, rules)
        if (route, origin) not in self.trees:
            root = int(self.layers.network.origin_vertex[origin])
            self.trees[route, origin] = self.layers.star.tree(self.costs[route], root)
        return self.trees[route, origin]

    def limits(self, cutoff: float) -> FloatArray:
        """Return the cost up to which a path of each unit is worth adding [n_unit]."""
        limits = np.full(self.demand.origin.size, np.inf)
        routes = range(len(self.layers.network.routes) + 1)
        for unit in self.units.tolist():
            origin, destination = self.demand.origin[unit], self.demand.destination[unit]
            best = min(
                float(self.tree(route, origin)[0][self.layers.target(destination, route)])
                for route in routes
            )
            limits[unit] = best + cutoff
        return limits

    def find(self, route: int, limits: FloatArray, known: FloatArray) -> int:
        """Add paths of a route for every unit; return how many were new."""
        added = 0
        for unit in self.units.tolist():
            origin, destination = self.demand.origin[unit], self.demand.destination[unit]
            distance, arc_in = self.tree(route, origin)
            target = self.layers.target(destination, route)
            worth = min(float(limits[unit]), float(known[unit, route]) * (1.0 - CLOSER_BY))
            if distance[target] < worth:
                path = self.layers.trace(arc_in, target)
                limit = min(float(limits[unit]), float(distance[target]) + self.within)
                added += self._search(unit, route, path, limit)
        return added

    def _search(self, unit: int, route: int, path: Path, limit: float) -> int:
        """Add up to the wanted number of paths, from the cheapest on; return how many were new."""
        cost = self.costs[route].copy()
        root = int(self.layers.network.origin_vertex[self.demand.origin[unit]])
        target = self.layers.target(int(self.demand.destination[unit]), route)
        added = 0
        for attempt in range(1, FIRST_TRIES + 1):
            true_cost = path_cost(path, self.cost)
            if true_cost > limit:
                break
            added += self._take(unit, route, path, true_cost)
            is_spent = added > 0 and attempt >= TRIES_PER_PATH * self.search.searches
            if added == self.search.searches or is_spent:
                break
            for copy in range(COPIES):
                shifted = np.array(path) + copy * self.layers.network.n_arc
                cost[shifted] *= self.search.penalty
            distance, arc_in = self.layers.star.tree(cost, root, target)
            if not distance[target] < np.inf:
                break
            path = self.layers.trace(arc_in, target)
        return added

    def _take(self, unit: int, route: int, path: Path, true_cost: float) -> bool:
        """Add a path, or keep it in mind where a loop is all that speaks against it."""
        rules = self.sets.rules[self.demand.unit_class[unit]][route]
        places = rules.places(path)
        if len(set(places)) == len(places):
            return self.sets.add(unit, path)
        if rules.allows(path) and true_cost < self.loops.get(unit, (np.inf,))[0]:
            self.loops[unit] = true_cost, path
        return False

    def add_loops(self) -> int:
        """Give units without a path the cheapest one that visits a place twice."""
        return sum(
            self.sets.add(unit, self.loops[unit][1])
            for unit in self.units.tolist()
            if not self.sets.of_unit[unit] and unit in self.loops
        )
