"""Choice sets: which paths the shippers of each unit choose between.

A path belongs to the main route with the smallest priority among its links, and has to keep the
rules of that route. Sets hold the cheapest path of every main route that can be reached and
alternatives to it (`freight.nests` finds them). Sets found on several networks (with and without a
project, in several scenarios) are joined in a `Catalogue`, so that runs that are compared choose
from the same paths.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from transcaspian.freight.arrays import BoolArray, FloatArray, IntArray
from transcaspian.freight.demand import CargoClasses, Demand
from transcaspian.freight.kernels import find_tree
from transcaspian.freight.network import Supernetwork
from transcaspian.freight.route_rules import Ends, PathRules, RouteRule

__all__ = ["Catalogue", "ChoiceSets", "Star", "join_catalogues", "path_cost", "reference_costs"]


Path = tuple[int, ...]  # arcs, entry and exit left out
UnitKey = tuple[str, str, str, str]  # commodity, form, place of origin, place of destination
CargoKey = tuple[str, str]  # commodity, form


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Paths of each unit by the names of their links and terminals, for any network.

    `arc_cost` [USD/t] is what path sizes are reckoned with: one cost for all runs that share the
    paths, so that a price raised in one of them changes no path's size.
    """

    paths: Mapping[UnitKey, tuple[tuple[str, ...], ...]]
    arc_cost: Mapping[CargoKey, Mapping[str, float]] = field(default_factory=dict)


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
    unit_class: IntArray  # [n_unit]
    rules: list[list[PathRules]]  # [n_class][n_route + 1], the last for paths of no route

    @staticmethod
    def empty(
        network: Supernetwork,
        demand: Demand,
        classes: CargoClasses,
        rules: Sequence[RouteRule] = (),
    ) -> "ChoiceSets":
        """Return sets without paths; cargo that is there already needs none."""
        ends = Ends.of(network)
        held = {
            cargo: [
                PathRules.of(network, ends, rules, route, *cargo)
                for route in (*network.routes, None)
            ]
            for cargo in set(zip(classes.commodity, classes.form, strict=True))
        }
        sets = ChoiceSets(
            network,
            [{} for _ in range(demand.origin.size)],
            demand.unit_class,
            [held[cargo] for cargo in zip(classes.commodity, classes.form, strict=True)],
        )
        for unit in np.flatnonzero(demand.origin == demand.destination):
            sets.of_unit[unit][()] = None
        return sets

    def emptied(self) -> "ChoiceSets":
        """Return sets for the same units and rules without paths."""
        return replace(self, of_unit=[{} for _ in self.of_unit])

    def route_of(self, path: Path) -> int:
        """Return the main route of a path; the number of routes for none."""
        tags = [tag for tag in self.network.route[list(path)].tolist() if tag >= 0]
        return min(tags, default=len(self.network.routes))

    def add(self, unit: int, path: Path) -> bool:
        """Add a path if it is new and keeps the rules; return whether it was added."""
        if path in self.of_unit[unit]:
            return False
        if not self.rules[self.unit_class[unit]][self.route_of(path)].allows(path):
            return False
        self.of_unit[unit][path] = None
        return True

    def add_catalogue(self, catalogue: Catalogue, demand: Demand, classes: CargoClasses) -> None:
        """Add the paths of the catalogue whose arcs all exist and are open to the cargo here."""
        arc_at = {name: arc for arc, name in enumerate(self.network.arc_name) if name}
        keys = unit_keys(self.network, demand, classes)
        named = [catalogue.paths.get(key, ()) for key in keys]
        paths = [
            tuple([arc_at.get(name, -1) for name in names]) for unit in named for names in unit
        ]
        unit = np.repeat(np.arange(len(keys)), _lengths(named))
        for position in np.flatnonzero(self._may_be_used(paths, unit, classes)).tolist():
            self.of_unit[unit[position]].setdefault(paths[position], None)

    def _may_be_used(
        self, paths: Sequence[Path], unit: IntArray, classes: CargoClasses
    ) -> BoolArray:
        """Return for each path whether its arcs exist, are open to its unit and keep the rules."""
        lengths = _lengths(paths)
        start = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        arc = np.fromiter(chain.from_iterable(paths), dtype=np.int64, count=int(start[-1]))
        cargo = self.unit_class[unit]
        is_shut = (arc < 0) | ~(classes.free_cost[np.repeat(cargo, lengths), arc] < np.inf)
        n_route = len(self.network.routes)
        tags = self.network.route[arc]
        route = np.full(len(paths), n_route)
        np.minimum.at(
            route, np.repeat(np.arange(len(paths)), lengths), np.where(tags >= 0, tags, n_route)
        )
        shut = np.concatenate([[0], np.cumsum(is_shut)])
        usable: BoolArray = np.diff(shut[start]) == 0
        together = cargo * (n_route + 1) + route
        for group in np.unique(together[usable]).tolist():
            chosen = np.flatnonzero(usable & (together == group))
            rules = self.rules[group // (n_route + 1)][group % (n_route + 1)]
            own = [paths[position] for position in chosen.tolist()]
            own_start = np.concatenate([[0], np.cumsum(_lengths(own))])
            own_arc = np.fromiter(chain.from_iterable(own), dtype=np.int64, count=own_start[-1])
            usable[chosen] = rules.allows_all(own_arc, own_start)
        return usable

    def catalogue(self, demand: Demand, classes: CargoClasses) -> Catalogue:
        """Return the sets by name, for use on another network."""
        names = self.network.arc_name
        keys = unit_keys(self.network, demand, classes)
        # Units that differ in their access rules alone share their paths: those shut to one of
        # them are left out when they are used.
        paths = join_catalogues(
            Catalogue({key: tuple(tuple(names[arc] for arc in path) for path in paths)})
            for key, paths in zip(keys, self.of_unit, strict=True)
        ).paths
        return Catalogue(paths, _costs_by_name(self.network, classes))


def _lengths(sequences: Sequence[Sequence[object]]) -> IntArray:
    return np.array([len(sequence) for sequence in sequences], dtype=np.int64)


def _costs_by_name(
    network: Supernetwork, classes: CargoClasses
) -> dict[CargoKey, dict[str, float]]:
    """Return what the open arcs cost each kind of cargo without queues [USD/t].

    Of classes that differ in their access rules the first that may use an arc counts.
    """
    costs: dict[CargoKey, dict[str, float]] = {}
    for position, cargo in enumerate(zip(classes.commodity, classes.form, strict=True)):
        of_class = classes.free_cost[position]
        found = {
            network.arc_name[arc]: float(of_class[arc])
            for arc in np.flatnonzero(of_class < np.inf).tolist()
            if network.arc_name[arc]
        }
        costs[cargo] = found | costs.get(cargo, {})
    return costs


def reference_costs(
    network: Supernetwork, classes: CargoClasses, catalogue: Catalogue | None
) -> FloatArray:
    """Return the costs of path sizes [n_class, n_arc, USD/t]: the catalogue's, else those here."""
    costs = classes.free_cost.copy()
    if catalogue is None:
        return costs
    arc_at = {name: arc for arc, name in enumerate(network.arc_name) if name}
    for position, cargo in enumerate(zip(classes.commodity, classes.form, strict=True)):
        for name, cost in catalogue.arc_cost.get(cargo, {}).items():
            if name in arc_at:
                costs[position, arc_at[name]] = cost
    return costs


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
    """Return one catalogue with the paths of all, each once, and the first cost of every arc."""
    joined: dict[UnitKey, dict[tuple[str, ...], None]] = {}
    costs: dict[CargoKey, dict[str, float]] = {}
    for catalogue in catalogues:
        for key, paths in catalogue.paths.items():
            joined.setdefault(key, {}).update(dict.fromkeys(paths))
        for cargo, of_arc in catalogue.arc_cost.items():
            costs[cargo] = dict(of_arc) | costs.get(cargo, {})
    return Catalogue({key: tuple(paths) for key, paths in joined.items()}, costs)


def path_cost(path: Sequence[int], cost: FloatArray) -> float:
    """Return the cost of a path at given arc costs."""
    return float(sum(cost[arc] for arc in path))
