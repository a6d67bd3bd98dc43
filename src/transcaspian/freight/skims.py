"""What trips meet on their way, and which trips use a link, from the bushes of an assignment.

At equilibrium the way of a single trip is not unique. Everything here splits the flow that enters
a vertex of a bush in the shares in which it came over its links, the same for every destination
beyond (proportionality within an origin).
"""

from dataclasses import dataclass

import numpy as np

from transcaspian.compile import kernel
from transcaspian.freight.arrays import BoolArray, FloatArray, Int32Array, IntArray
from transcaspian.freight.paths import Star
from transcaspian.freight.user import Assignment

__all__ = ["UsedPath", "find_paths", "select_link", "skim"]


@dataclass(frozen=True, slots=True)
class UsedPath:
    """One way that trips of a pair take."""

    links: tuple[int, ...]
    flow: float


@kernel(
    "void(int64[::1], int64[::1], int64[::1], int64, boolean[::1], float64[::1], int32[::1], int64, float64[::1], float64[::1])"
)
def average_ways(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    root: int,
    in_bush: BoolArray,
    flow: FloatArray,
    order: Int32Array,
    n_order: int,
    value: FloatArray,
    mean: FloatArray,
) -> None:
    """Write the mean sum of `value` along the ways from the root to every vertex, in place."""
    mean[root] = 0.0
    for position in range(1, n_order):
        vertex = order[position]
        inflow, total = 0.0, 0.0
        for entry in range(in_start[vertex], in_start[vertex + 1]):
            link = in_link[entry]
            if in_bush[link] and flow[link] > 0.0:
                inflow += flow[link]
                total += flow[link] * (mean[tail[link]] + value[link])
        mean[vertex] = total / inflow if inflow > 0.0 else 0.0


def skim(result: Assignment, value: FloatArray) -> FloatArray:
    """Return the mean sum of a link value over the ways of every pair's trips [n_pair].

    Demand times skim, summed over pairs, equals volume times value, summed over links.
    """
    network, bushes = result.network, result.bushes
    star = Star.forward_of(network.head, network.tail, network.n_vertex)
    answer = np.empty(result.trips.demand.size)
    mean = np.zeros(network.n_vertex)
    own = np.ascontiguousarray(value, dtype=np.float64)
    for bush in range(bushes.root.size):
        average_ways(
            star.start, star.arc, network.tail, int(bushes.root[bush]), bushes.in_bush[bush], bushes.flow[bush],
            bushes.order[bush], int(bushes.n_order[bush]), own, mean,
        )  # fmt: skip
        pairs = slice(int(result.pair_start[bush]), int(result.pair_start[bush + 1]))
        answer[pairs] = mean[result.trips.destination[pairs]]
    return answer


def select_link(result: Assignment, link: int) -> FloatArray:
    """Return how much of every pair's demand uses a link [n_pair]."""
    is_selected = np.zeros(result.network.tail.size)
    is_selected[link] = 1.0
    return skim(result, is_selected) * result.trips.demand


def find_paths(result: Assignment, pair: int, smallest_share: float = 1e-3) -> list[UsedPath]:
    """Return the ways of a pair's trips that carry at least a share of them, the largest first."""
    network, bushes = result.network, result.bushes
    bush = int(np.searchsorted(result.pair_start, pair, side="right")) - 1
    root, flow = int(bushes.root[bush]), bushes.flow[bush]
    used = np.flatnonzero(bushes.in_bush[bush] & (flow > 0.0)).tolist()
    into: dict[int, list[int]] = {}
    for link in used:
        into.setdefault(int(network.head[link]), []).append(link)
    found: list[UsedPath] = []
    open_ways: list[tuple[int, float, tuple[int, ...]]] = [
        (int(result.trips.destination[pair]), 1.0, ())
    ]
    while open_ways:
        vertex, share, links = open_ways.pop()
        if vertex == root:
            found.append(UsedPath(links, share * float(result.trips.demand[pair])))
            continue
        total = sum(float(flow[link]) for link in into[vertex])
        for link in into[vertex]:
            rest = share * float(flow[link]) / total
            if rest >= smallest_share:
                open_ways.append((int(network.tail[link]), rest, (link, *links)))
    return sorted(found, key=lambda path: (-path.flow, path.links))
