"""What the paths of a main route may not contain: rivals' borders, a sea twice, a way back home.

A path belongs to the main route with the smallest priority among its links, so without rules one
that crosses the Caspian and goes on through Russia counts as a path of the Caspian crossing. A rule
holds for some routes and some cargo and refuses every path that breaks it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import BoolArray, IntArray
from transcaspian.freight.network import Supernetwork

__all__ = ["Ends", "PathRules", "RouteRule", "read_route_rules"]

TABLE = "freight/route_rules"
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One rule: the routes and cargo it holds for, and what their paths may not contain."""

    name: str
    routes: frozenset[str]  # empty for any, as below; "none" is no route's name
    commodities: frozenset[str]
    forms: frozenset[str]
    barred: BoolArray  # [n_arc] may not be used
    once: BoolArray  # [n_arc] no more than one of them in a path
    region: BoolArray  # [n_node] a path that left these places may not come back

    def holds_for(self, route: str | None, commodity: str, form: str) -> bool:
        """Return whether it holds for the paths of a route (None: of no route) and a cargo."""
        return (
            (not self.routes or route in self.routes)
            and (not self.commodities or commodity in self.commodities)
            and (not self.forms or form in self.forms)
        )


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the arcs of a network begin and end, as lists: their single items are quick to read."""

    is_link: list[bool]  # [n_arc]
    tail_node: list[int]  # [n_arc]
    head_node: list[int]  # [n_arc]

    @staticmethod
    def of(network: Supernetwork) -> "Ends":
        """Return the ends of a network's arcs."""
        return Ends(
            (network.link >= 0).tolist(),
            network.vertex_node[network.tail].tolist(),
            network.vertex_node[network.head].tolist(),
        )


@dataclass(frozen=True, slots=True)
class PathRules:
    """The rules that hold for one main route and one kind of cargo.

    A search asks for one path at a time, a catalogue for all of its paths at once: sets answer the
    first, arrays the second.
    """

    network: Supernetwork
    ends: Ends
    barred: BoolArray  # [n_arc]
    once: tuple[BoolArray, ...]  # each [n_arc]
    regions: tuple[BoolArray, ...]  # each [n_node]
    barred_set: frozenset[int]
    once_sets: tuple[frozenset[int], ...]
    region_sets: tuple[frozenset[int], ...]

    @staticmethod
    def of(
        network: Supernetwork,
        ends: Ends,
        rules: Sequence[RouteRule],
        route: str | None,
        commodity: str,
        form: str,
    ) -> "PathRules":
        """Return what holds together of all rules."""
        held = [rule for rule in rules if rule.holds_for(route, commodity, form)]
        barred = np.zeros(network.n_arc, dtype=bool)
        for rule in held:
            barred |= rule.barred
        return PathRules.joined(
            network,
            ends,
            barred,
            tuple(rule.once for rule in held if rule.once.any()),
            tuple(rule.region for rule in held if rule.region.any()),
        )

    @staticmethod
    def joined(
        network: Supernetwork,
        ends: Ends,
        barred: BoolArray,
        once: tuple[BoolArray, ...],
        regions: tuple[BoolArray, ...],
    ) -> "PathRules":
        """Return rules from arrays of arcs and places."""
        return PathRules(
            network,
            ends,
            barred,
            once,
            regions,
            _members(barred),
            tuple(map(_members, once)),
            tuple(map(_members, regions)),
        )

    def allows(self, path: Path) -> bool:
        """Return whether a path keeps every rule."""
        if not self.barred_set.isdisjoint(path):
            return False
        for once in self.once_sets:
            if not once.isdisjoint(path) and sum(arc in once for arc in path) > 1:
                return False
        if not self.region_sets:
            return True
        places = self.places(path)
        return all(_stays_away(places, region) for region in self.region_sets)

    def allows_all(self, arc: IntArray, start: IntArray) -> BoolArray:
        """Return for each of many paths whether it keeps every rule.

        arc: arcs of all paths, one after the other; start: [n_path + 1], where each begins.
        """
        kept = np.ones(start.size - 1, dtype=bool)
        if self.barred.any():
            kept &= _sums(self.barred[arc], start) == 0
        for once in self.once:
            kept &= _sums(once[arc], start) <= 1
        if self.regions:
            network = self.network
            on_link = network.link[arc] >= 0
            links = arc[on_link]
            link_start = _starts(on_link, start)
            tails = network.vertex_node[network.tail[links]]
            heads = network.vertex_node[network.head[links]]
            for region in self.regions:
                kept &= _stretches(region[tails], region[heads], link_start) <= 1
        return kept

    def places(self, path: Path) -> list[int]:
        """Return the places that the links of a path join, in their order."""
        ends = self.ends
        links = [arc for arc in path if ends.is_link[arc]]
        return [ends.tail_node[arc] for arc in links] + [ends.head_node[arc] for arc in links[-1:]]


def _members(is_in: BoolArray) -> frozenset[int]:
    return frozenset(np.flatnonzero(is_in).tolist())


def _stays_away(places: Sequence[int], region: frozenset[int]) -> bool:
    """Return whether a path is in a region for one stretch at most."""
    if region.isdisjoint(places):
        return True
    entries, was_inside = 0, False
    for place in places:
        is_inside = place in region
        entries += is_inside and not was_inside
        was_inside = is_inside
    return entries <= 1


def _starts(values: BoolArray, start: IntArray) -> IntArray:
    """Return how many values are true before each start."""
    return np.concatenate([[0], np.cumsum(values, dtype=np.int64)])[start]


def _sums(values: BoolArray, start: IntArray) -> IntArray:
    """Return how many values of each path are true."""
    return np.diff(_starts(values, start))


def _stretches(tail_inside: BoolArray, head_inside: BoolArray, start: IntArray) -> IntArray:
    """Return how often each path comes into a region, or begins there, from its links in order."""
    is_first = np.zeros(tail_inside.size + 1, dtype=bool)
    is_first[start] = True
    before = np.concatenate([[False], tail_inside[:-1]]) & ~is_first[:-1]
    entries = _sums(tail_inside & ~before, start)
    is_last = is_first[1:]  # the next link is another path's
    return entries + _sums(is_last & head_inside & ~tail_inside, start)


def read_route_rules(
    tables: Mapping[str, pl.DataFrame], network: Supernetwork
) -> tuple[RouteRule, ...]:
    """Return the rules of a case; one without the table has none.

    Raises InputError for names of links and routes that the network does not have.
    """
    frame = tables.get(TABLE)
    if frame is None:
        return ()
    rows = list(frame.iter_rows(named=True))
    _check(rows, network)
    country = np.array(network.countries)[network.node_country]
    return tuple(_rule(row, network, country) for row in rows)


def _words(cell: object) -> frozenset[str]:
    return frozenset(str(cell).split(";")) if cell else frozenset()


def _rule(row: Mapping[str, object], network: Supernetwork, country: NDArray[np.str_]) -> RouteRule:
    def arcs_of(column: str) -> BoolArray:
        at = [
            position for position, link in enumerate(network.links) if link in _words(row[column])
        ]
        arcs: BoolArray = np.isin(network.link, at)
        return arcs

    def places_of(column: str) -> BoolArray:
        places: BoolArray = np.isin(country, sorted(_words(row[column])))
        return places

    shut = places_of("countries")[network.vertex_node]
    rivals = [
        position
        for position, route in enumerate(network.routes)
        if route in _words(row["rival_routes"])
    ]
    return RouteRule(
        name=str(row["rule"]),
        routes=_words(row["routes"]),
        commodities=_words(row["commodities"]),
        forms=_words(row["forms"]),
        barred=arcs_of("links")
        | np.isin(network.route, rivals)
        | shut[network.tail]
        | shut[network.head],
        once=arcs_of("once_links"),
        region=places_of("region"),
    )


def _check(rows: Sequence[Mapping[str, object]], network: Supernetwork) -> None:
    """Raise one InputError with every name that the network does not have."""
    known = {
        "routes": network.routes,
        "rival_routes": network.routes,
        "links": network.links,
        "once_links": network.links,
    }
    problems = [
        Problem(
            f"{TABLE}.csv",
            number + 2,
            column,
            f"{row['rule']}: {name!r} is not known.",
            "Correct the name.",
        )
        for number, row in enumerate(rows)
        for column, names in known.items()
        for name in sorted(_words(row[column]) - set(names))
    ]
    if problems:
        raise InputError("The rules of the main routes cannot be used.", problems)
