"""Compiled loops of the stochastic equilibrium: shortest paths, path costs, choice and loading.

Arrays and scalars only, no checks. The paths of a unit stand together, sorted by nest;
`unit_nest_start` and `nest_path_start` point to where each unit's nests and each nest's paths
begin. `entry_*` are the queues of each path.
"""

import numpy as np

from transcaspian.compile import kernel
from transcaspian.freight.arrays import FloatArray, IntArray


@kernel(
    "void(int64[::1], int64[::1], int64[::1], float64[::1], int64, int64, int64, float64[::1], int64[::1], int64[::1], int64[::1])"
)
def find_tree(
    start: IntArray,
    arc: IntArray,
    head: IntArray,
    cost: FloatArray,
    root: int,
    target: int,
    first_through: int,
    distance: FloatArray,
    arc_in: IntArray,
    heap: IntArray,
    place: IntArray,
) -> None:
    """Write the least cost from `root` and the last arc on the way, in place (Dijkstra 1959).

    Stops when `target` is settled (-1: never). Vertices below `first_through` are not passed, only
    left or entered. `arc[start[v]:start[v + 1]]` leave vertex v; arcs of
    infinite cost are closed. Equal costs keep the arc found first, so results do not depend on
    anything but the order of the arcs. `heap` and `place` [n_vertex] are scratch.
    """
    distance[:] = np.inf
    arc_in[:] = -1
    place[:] = -1
    distance[root] = 0.0
    heap[0] = root
    place[root] = 0
    size = 1
    while size > 0:
        vertex = heap[0]
        if vertex == target:
            break
        size -= 1
        last = heap[size]
        place[vertex] = -2
        if size > 0:
            hole = 0
            while True:
                child = 2 * hole + 1
                if child >= size:
                    break
                if child + 1 < size and distance[heap[child + 1]] < distance[heap[child]]:
                    child += 1
                if distance[heap[child]] >= distance[last]:
                    break
                heap[hole] = heap[child]
                place[heap[hole]] = hole
                hole = child
            heap[hole] = last
            place[last] = hole
        if vertex < first_through and vertex != root:
            continue
        for position in range(start[vertex], start[vertex + 1]):
            link = arc[position]
            reached = distance[vertex] + cost[link]
            end = head[link]
            if reached < distance[end]:
                distance[end] = reached
                arc_in[end] = link
                hole = place[end]
                if hole == -1:
                    hole = size
                    size += 1
                while hole > 0:
                    parent = (hole - 1) // 2
                    if distance[heap[parent]] <= reached:
                        break
                    heap[hole] = heap[parent]
                    place[heap[hole]] = hole
                    hole = parent
                heap[hole] = end
                place[end] = hole


@kernel(
    "void(int64[::1], int64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1])"
)
def price_paths(
    entry_start: IntArray,
    entry_queue: IntArray,
    entry_time: FloatArray,
    fixed: FloatArray,
    value_of_time: FloatArray,
    factor: FloatArray,
    cost: FloatArray,
) -> None:
    """Write the generalised cost of every path [USD/t], in place.

    cost = fixed + value_of_time * sum over queues of free time * delay factor
    """
    for path in range(cost.size):
        hours = 0.0
        for entry in range(entry_start[path], entry_start[path + 1]):
            hours += entry_time[entry] * factor[entry_queue[entry]]
        cost[path] = fixed[path] + value_of_time[path] * hours


@kernel(
    "void(int64[::1], int64[::1], float64[::1], float64[::1], float64[::1], float64, float64[::1], float64[::1], float64[::1])"
)
def choose_paths(
    unit_nest_start: IntArray,
    nest_path_start: IntArray,
    cost: FloatArray,
    log_path_size: FloatArray,
    scale: FloatArray,
    dissimilarity: float,
    share: FloatArray,
    share_in_nest: FloatArray,
    expected_cost: FloatArray,
) -> None:
    """Write the share of every path and the expected least cost of every unit, in place.

    Within a nest: share ~ path_size * exp(-scale / dissimilarity * cost). A nest's share ~
    exp(dissimilarity * log of that sum); expected cost = -log(sum over nests) / scale.

    References
    ----------
    Ben-Akiva and Bierlaire (1999), in Handbook of Transportation Science, section 4.
    """
    for unit in range(scale.size):
        first, after = unit_nest_start[unit], unit_nest_start[unit + 1]
        inner = scale[unit] / dissimilarity
        best = np.inf
        for path in range(nest_path_start[first], nest_path_start[after]):
            best = min(best, cost[path])
        total = 0.0
        for nest in range(first, after):
            begin, end = nest_path_start[nest], nest_path_start[nest + 1]
            # Sums start from the nest's own best path: a nest far from the best must not vanish
            # into 0/0 when shares within it are formed.
            top = -np.inf
            for path in range(begin, end):
                share_in_nest[path] = log_path_size[path] - inner * (cost[path] - best)
                top = max(top, share_in_nest[path])
            sum_in_nest = 0.0
            for path in range(begin, end):
                share_in_nest[path] = np.exp(share_in_nest[path] - top)
                sum_in_nest += share_in_nest[path]
            weight = np.exp(dissimilarity * (top + np.log(sum_in_nest)))
            total += weight
            for path in range(begin, end):
                share_in_nest[path] /= sum_in_nest
                share[path] = weight * share_in_nest[path]
        for path in range(nest_path_start[first], nest_path_start[after]):
            share[path] /= total
        expected_cost[unit] = best - np.log(total) / scale[unit]


@kernel("void(int64[::1], int64[::1], float64[::1], float64[::1], float64[::1])")
def load_queues(
    entry_start: IntArray,
    entry_queue: IntArray,
    entry_weight: FloatArray,
    of_path: FloatArray,
    of_queue: FloatArray,
) -> None:
    """Write the weighted sum over paths for every queue, in place."""
    of_queue[:] = 0.0
    for path in range(of_path.size):
        for entry in range(entry_start[path], entry_start[path + 1]):
            of_queue[entry_queue[entry]] += entry_weight[entry] * of_path[path]


@kernel("void(int64[::1], int64[::1], float64[::1], float64[::1], float64[::1])")
def gather_queues(
    entry_start: IntArray,
    entry_queue: IntArray,
    entry_weight: FloatArray,
    of_queue: FloatArray,
    of_path: FloatArray,
) -> None:
    """Write the weighted sum over queues for every path, in place."""
    for path in range(of_path.size):
        total = 0.0
        for entry in range(entry_start[path], entry_start[path + 1]):
            total += entry_weight[entry] * of_queue[entry_queue[entry]]
        of_path[path] = total


@kernel(
    "void(int64[::1], int64[::1], float64[::1], float64, float64[::1], float64[::1], float64[::1], float64[::1], float64[::1])"
)
def respond(
    unit_nest_start: IntArray,
    nest_path_start: IntArray,
    scale: FloatArray,
    dissimilarity: float,
    tonnes: FloatArray,
    share: FloatArray,
    share_in_nest: FloatArray,
    cost_change: FloatArray,
    flow_change: FloatArray,
) -> None:
    """Write the change of path flows for a small change of path costs, in place.

    The matrix behind it is symmetric and negative semidefinite: the derivative of the nested logit.
    """
    for unit in range(scale.size):
        first, after = unit_nest_start[unit], unit_nest_start[unit + 1]
        inner = scale[unit] / dissimilarity
        mean = 0.0
        for path in range(nest_path_start[first], nest_path_start[after]):
            mean += share[path] * cost_change[path]
        for nest in range(first, after):
            begin, end = nest_path_start[nest], nest_path_start[nest + 1]
            mean_in_nest = 0.0
            for path in range(begin, end):
                mean_in_nest += share_in_nest[path] * cost_change[path]
            for path in range(begin, end):
                flow_change[path] = (
                    tonnes[unit]
                    * share[path]
                    * (
                        scale[unit] * (mean - mean_in_nest)
                        + inner * (mean_in_nest - cost_change[path])
                    )
                )
