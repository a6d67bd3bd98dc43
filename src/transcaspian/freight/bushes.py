"""The flow of every origin and class in its bush, as arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from transcaspian.freight.arrays import BoolArray, FloatArray, Int32Array, IntArray
from transcaspian.freight.bush_kernels import DUST
from transcaspian.freight.traffic import TrafficNetwork, Trips

__all__ = ["BushArrays", "Bushes", "Pair", "Triple", "empty_bushes"]

# mypy mixes up the items of several tuples unpacked in one call unless they are all of one type.
Pair = tuple[Any, Any]
Triple = tuple[Any, Any, Any]
BushArrays = tuple[Any, Any, Any, Any, Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Bushes:
    """The flow of every origin and class: rows of bushes, columns of links or vertices."""

    root: IntArray  # [n_bush]
    cargo: IntArray  # [n_bush] class
    in_bush: BoolArray  # [n_bush, n_link]
    flow: FloatArray  # [n_bush, n_link]
    order: Int32Array  # [n_bush, n_vertex] vertices so that every link leads onward
    n_order: IntArray  # [n_bush] vertices that can be reached
    rank: Int32Array  # [n_bush, n_vertex] place in `order`; -1: not reached
    dust: FloatArray  # [n_bush] flow up to this is a rounding error

    def arrays(self) -> BushArrays:
        """Return the arrays in the order in which the compiled loops take them."""
        return (
            self.root,
            self.cargo,
            self.in_bush,
            self.flow,
            self.order,
            self.n_order,
            self.rank,
            self.dust,
        )


def empty_bushes(network: TrafficNetwork, trips: Trips, first: IntArray) -> Bushes:
    """Return bushes without links for every first pair of a class and origin."""
    n_bush, n_link, n_vertex = first.size, network.delays.size, network.n_vertex
    largest = np.maximum.reduceat(trips.demand, first) if n_bush else np.zeros(0)
    return Bushes(
        root=trips.origin[first].copy(),
        cargo=trips.cargo[first].copy(),
        in_bush=np.zeros((n_bush, n_link), dtype=bool),
        flow=np.zeros((n_bush, n_link)),
        order=np.zeros((n_bush, n_vertex), dtype=np.int32),
        n_order=np.zeros(n_bush, dtype=np.int64),
        rank=np.full((n_bush, n_vertex), -1, dtype=np.int32),
        dust=DUST * largest,
    )
