"""Compiled first bushes of the user equilibrium: shortest-path trees with the demand on them.

How bushes are laid out stands in `bush_kernels`.
"""

import numpy as np

from transcaspian.compile import kernel
from transcaspian.freight.arrays import BoolArray, FloatArray, Int32Array, IntArray
from transcaspian.freight.bush_kernels import BUSH, BUSHES, COSTS, IN_STAR, OUT_STAR, PAIRS
from transcaspian.freight.kernels import find_tree
from transcaspian.freight.link_kernels import COST, LINKS, VOLUME, refresh_link


@kernel(
    f"void({IN_STAR}, {BUSH}, int64, int64, {PAIRS}, int64[::1], float64[::1], float64[::1], {LINKS})"
)
def load_tree(
    in_start: IntArray,  # noqa: ARG001 - the kernels of this module take the star alike
    in_link: IntArray,  # noqa: ARG001
    tail: IntArray,
    root: int,  # noqa: ARG001
    in_bush: BoolArray,
    flow: FloatArray,
    order: Int32Array,
    n_order: int,
    first_pair: int,
    after_pair: int,
    pair_vertex: IntArray,
    pair_demand: FloatArray,
    arc_in: IntArray,
    weight: FloatArray,
    through: FloatArray,
    state: FloatArray,
    parameters: FloatArray,
    points: FloatArray,
) -> None:
    """Make the shortest-path tree the bush and load the demand on it, in place."""
    through[:] = 0.0
    for pair in range(first_pair, after_pair):
        through[pair_vertex[pair]] += pair_demand[pair]
    for position in range(n_order - 1, 0, -1):
        vertex = order[position]
        link = arc_in[vertex]
        in_bush[link] = True
        if through[vertex] > 0.0:
            flow[link] = through[vertex]
            through[tail[link]] += through[vertex]
            state[link, VOLUME] += weight[link] * through[vertex]
            refresh_link(state, parameters, points, link)


@kernel(f"void({IN_STAR}, {OUT_STAR}, int64, {BUSHES}, int64[::1], {PAIRS}, {COSTS}, {LINKS})")
def start_bushes(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    out_start: IntArray,
    out_link: IntArray,
    head: IntArray,
    first_through: int,
    root: IntArray,
    cargo: IntArray,
    in_bush: BoolArray,
    flow: FloatArray,
    order: Int32Array,
    n_order: IntArray,
    rank: Int32Array,
    dust: FloatArray,  # noqa: ARG001 - the kernels of this module take all bushes alike
    pair_start: IntArray,
    pair_vertex: IntArray,
    pair_demand: FloatArray,
    scale: FloatArray,
    fixed: FloatArray,
    weight: FloatArray,
    state: FloatArray,
    parameters: FloatArray,
    points: FloatArray,
) -> None:
    """Make the first bushes: shortest-path trees, each at the volumes that those before it left."""
    n_vertex, n_link = rank.shape[1], tail.size
    cost, distance, through = np.empty(n_link), np.empty(n_vertex), np.empty(n_vertex)
    arc_in = np.empty(n_vertex, dtype=np.int64)
    heap, place = np.empty(n_vertex, dtype=np.int64), np.empty(n_vertex, dtype=np.int64)
    for bush in range(root.size):
        kind = cargo[bush]
        for link in range(n_link):
            cost[link] = scale[kind] * state[link, COST] + fixed[kind, link]
        find_tree(
            out_start, out_link, head, cost, root[bush], -1, first_through, distance, arc_in, heap, place
        )  # fmt: skip
        # Equal distances (links of no cost) stand in the order of the tree: parents first.
        by_distance = np.argsort(distance, kind="mergesort")
        rank[bush, :] = -1
        order[bush, 0] = root[bush]
        rank[bush, root[bush]] = 0
        filled = 1
        for position in range(n_vertex):
            vertex = by_distance[position]
            if distance[vertex] == np.inf:
                break
            # Walk up to the first ancestor that stands already, then write the way down.
            depth = 0
            while rank[bush, vertex] < 0:
                heap[depth] = vertex
                depth += 1
                vertex = tail[arc_in[vertex]]
            for back in range(depth - 1, -1, -1):
                order[bush, filled] = heap[back]
                rank[bush, heap[back]] = filled
                filled += 1
        n_order[bush] = filled
        load_tree(
            in_start, in_link, tail, root[bush], in_bush[bush], flow[bush], order[bush], filled,
            pair_start[bush], pair_start[bush + 1], pair_vertex, pair_demand, arc_in, weight[kind], through,
            state, parameters, points,
        )  # fmt: skip
