"""A traffic assignment problem: network, classes of traffic and trips, as arrays."""

from dataclasses import dataclass

import numpy as np

from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.freight.delay import DelayTable

__all__ = ["TrafficClasses", "TrafficNetwork", "TrafficProblem", "Trips"]


@dataclass(frozen=True, slots=True)
class TrafficNetwork:
    """Directed links between vertices 0 … n_vertex-1, each with a delay function."""

    tail: IntArray  # [n_link]
    head: IntArray  # [n_link]
    delays: DelayTable
    n_vertex: int
    first_through: int = 0  # vertices below are zones that no traffic passes
    vertex_names: tuple[str, ...] = ()

    def name_of(self, vertex: int) -> str:
        """Return the name of a vertex, or its number counted from one."""
        return self.vertex_names[vertex] if self.vertex_names else str(vertex + 1)


@dataclass(frozen=True, slots=True)
class TrafficClasses:
    """What each class pays: cost = scale * time + fixed, and how much room its unit takes."""

    scale: FloatArray  # [n_class]
    fixed: FloatArray  # [n_class, n_link]
    weight: FloatArray  # [n_class, n_link] volume per unit of flow
    names: tuple[str, ...] = ()

    @staticmethod
    def single(n_link: int, fixed: FloatArray | None = None) -> "TrafficClasses":
        """Return one class that pays the time itself and, where given, a fixed cost per link."""
        own = np.zeros(n_link) if fixed is None else fixed
        return TrafficClasses(np.ones(1), own.reshape(1, -1).copy(), np.ones((1, n_link)))


@dataclass(frozen=True, slots=True)
class Trips:
    """Demand by pair of origin and destination; pairs without demand are left out."""

    cargo: IntArray  # [n_pair] class
    origin: IntArray  # [n_pair] vertex
    destination: IntArray  # [n_pair] vertex
    demand: FloatArray  # [n_pair]

    @staticmethod
    def from_matrix(demand: FloatArray) -> "Trips":
        """Return the trips of a square matrix over vertices 0 … n-1, one class."""
        origin, destination = np.nonzero(demand > 0.0)
        keep = origin != destination
        origin, destination = origin[keep], destination[keep]
        return Trips(
            np.zeros(origin.size, dtype=np.int64), origin, destination, demand[origin, destination]
        )


@dataclass(frozen=True, slots=True)
class TrafficProblem:
    """What `assign` solves, and the lengths of links for skims."""

    network: TrafficNetwork
    trips: Trips
    classes: TrafficClasses
    length: FloatArray  # [n_link] km, or the unit of the file

    @staticmethod
    def of(
        network: TrafficNetwork, trips: Trips, classes: TrafficClasses | None = None
    ) -> "TrafficProblem":
        """Return a problem of one class that pays time alone where no classes are given."""
        n_link = network.delays.size
        return TrafficProblem(
            network, trips, classes or TrafficClasses.single(n_link), np.zeros(n_link)
        )
