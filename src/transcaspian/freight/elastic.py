"""Demand that answers to cost, as an equilibrium with fixed demand on a larger network.

Every pair gets a link of its own for those who stay away, from the origin straight to the
destination; its cost is what the marginal traveller would pay (Gartner 1980, excess demand). Zones
get doors of their own, so that no other traffic can use these links.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.freight.delay import bpr, elastic, join_delays
from transcaspian.freight.traffic import TrafficClasses, TrafficNetwork, TrafficProblem, Trips
from transcaspian.freight.user import Assignment, AssignOptions, assign

BLOCKED = 1e30  # cost of the links of other classes; finite, so that no flow times it is zero

__all__ = ["ElasticAssignment", "assign_elastic"]


@dataclass(frozen=True, slots=True)
class ElasticAssignment:
    """Demand and cost that agree, and the flows; pairs are sorted by class, origin, destination."""

    assignment: Assignment  # on the larger network: its first links are the network's own
    trips: Trips  # the given trips in that order
    demand: FloatArray  # [n_pair] that travels
    cost: FloatArray  # [n_pair] of travel
    volume: FloatArray  # [n_link] of the network's own links


def assign_elastic(
    problem: TrafficProblem,
    reference_cost: FloatArray,
    sensitivity: FloatArray,
    options: AssignOptions | None = None,
) -> ElasticAssignment:
    """Return the equilibrium with demand = trips * exp(-sensitivity * (cost - reference_cost)).

    `reference_cost` and `sensitivity` belong to the pairs of `problem.trips`.
    """
    trips = problem.trips
    order = np.lexsort((trips.destination, trips.origin, trips.cargo))
    given = Trips(
        trips.cargo[order], trips.origin[order], trips.destination[order], trips.demand[order]
    )
    reference, answer = reference_cost[order], sensitivity[order]
    free = _free_costs(problem, given)
    most = given.demand * np.exp(-answer * (free - reference))
    larger = _add_own_links(problem, given, most, reference, answer)
    result = assign(larger, options)
    n_link = problem.network.delays.size
    staying = result.volume[-most.size :] / problem.classes.weight[given.cargo, 0]
    return ElasticAssignment(
        result, given, most - staying, result.least_cost, result.volume[:n_link]
    )


def _free_costs(problem: TrafficProblem, trips: Trips) -> FloatArray:
    """Return the least cost of every pair on the empty network."""
    tiny = dataclasses.replace(trips, demand=np.full(trips.demand.size, 1e-12))
    return assign(dataclasses.replace(problem, trips=tiny), AssignOptions(gap=1e-6)).least_cost


def _add_own_links(
    problem: TrafficProblem,
    trips: Trips,
    most: FloatArray,
    reference: FloatArray,
    sensitivity: FloatArray,
) -> TrafficProblem:
    """Return the problem with the largest demand and, as its last links, one for each pair's rest."""
    network, classes = problem.network, problem.classes
    origin, destination, doors = _make_doors(network, trips)
    n_pair, n_door, n_class = most.size, doors.shape[1], classes.scale.size
    weight = classes.weight[trips.cargo, 0]
    scale = classes.scale[trips.cargo]
    nothing = np.zeros(n_door)
    own = elastic(reference / scale, weight * trips.demand, sensitivity * scale)
    own.parameters[:, 3] = weight * most
    delays = join_delays([network.delays, bpr(nothing, nothing, nothing, nothing), own])
    blocked = np.where(np.arange(n_class)[:, None] == trips.cargo, 0.0, BLOCKED)
    more = n_door + n_pair
    larger = TrafficClasses(
        classes.scale,
        np.hstack([classes.fixed, np.zeros((n_class, n_door)), blocked]),
        np.hstack([classes.weight, np.repeat(classes.weight[:, :1], more, axis=1)]),
        classes.names,
    )
    return TrafficProblem(
        TrafficNetwork(
            np.r_[network.tail, doors[0], origin],
            np.r_[network.head, doors[1], destination],
            delays,
            int(max(network.n_vertex - 1, origin.max(initial=0), destination.max(initial=0))) + 1,
            network.first_through,
        ),
        Trips(trips.cargo, origin, destination, most),
        larger,
        np.r_[problem.length, np.zeros(more)],
    )


def _make_doors(network: TrafficNetwork, trips: Trips) -> tuple[IntArray, IntArray, IntArray]:
    """Return new origins and destinations of the pairs, and links that join them to the old.

    Zones that no traffic passes need no doors: nothing but their own trips can use a link there.
    """
    ends = np.r_[trips.origin, trips.destination]
    if (ends < network.first_through).all():
        return trips.origin, trips.destination, np.zeros((2, 0), dtype=np.int64)
    if (ends < network.first_through).any():
        problem = Problem(
            "trips",
            0,
            "origin",
            "Some zones can be passed by other traffic and some cannot.",
            "Let all trips start and end at zones of one kind.",
        )
        raise InputError("Demand that answers to cost needs zones of one kind.", [problem])
    origins, of_origin = np.unique(trips.origin, return_inverse=True)
    destinations, of_destination = np.unique(trips.destination, return_inverse=True)
    first, second = network.n_vertex, network.n_vertex + origins.size
    doors = np.hstack(
        [
            np.vstack([first + np.arange(origins.size), origins]),
            np.vstack([destinations, second + np.arange(destinations.size)]),
        ]
    ).astype(np.int64)
    return first + of_origin, second + of_destination, doors
