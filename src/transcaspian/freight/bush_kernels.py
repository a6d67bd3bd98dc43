"""Compiled loops of the user equilibrium over bushes (Dial 2006, Algorithm B).

A bush is a set of links without cycles that reaches everywhere from one origin and carries all
flow from it. `order` lists the vertices of a bush so that every link leads onward; `flow` is the
bush's own flow on each link. Links' `state` is as in `user_kernels`.
"""

import numpy as np

from transcaspian.compile import kernel
from transcaspian.freight.arrays import BoolArray, FloatArray, Int32Array, IntArray
from transcaspian.freight.kernels import find_tree
from transcaspian.freight.link_kernels import COST, LINKS, SLOPE, VOLUME, refresh_link

IN_STAR = "int64[::1], int64[::1], int64[::1]"
BUSH = "int64, boolean[::1], float64[::1], int32[::1], int64"
OUT_STAR = "int64[::1], int64[::1], int64[::1]"
# root, class, in_bush, flow, order, n_order, rank, dust of all bushes
BUSHES = "int64[::1], int64[::1], boolean[:, ::1], float64[:, ::1], int32[:, ::1], int64[::1], int32[:, ::1], float64[::1]"
PAIRS = "int64[::1], float64[::1]"  # destination and demand
COSTS = "float64[::1], float64[:, ::1], float64[:, ::1]"  # scale, fixed and weight by class
DUST = 1e-13  # share of an origin's demand below which flow is a rounding error


@kernel(
    f"float64({IN_STAR}, {BUSH}, float64, float64, float64[::1], float64[:, ::1], float64[::1], float64[::1], int64[::1], int64[::1])"
)
def label_bush(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    root: int,
    in_bush: BoolArray,
    flow: FloatArray,
    order: Int32Array,
    n_order: int,
    dust: float,
    scale: float,
    fixed: FloatArray,
    state: FloatArray,
    least: FloatArray,
    most: FloatArray,
    least_in: IntArray,
    most_in: IntArray,
) -> float:
    """Write the least cost and the largest cost over used links to every vertex; return the excess.

    The excess is the sum of flow times reduced cost: what the bush's flow pays above least cost.
    """
    least[root] = 0.0
    most[root] = 0.0
    least_in[root] = -1
    most_in[root] = -1
    excess = 0.0
    for position in range(1, n_order):
        vertex = order[position]
        low, high = np.inf, -np.inf
        low_in, high_in = -1, -1
        inflow, paid = 0.0, 0.0
        for entry in range(in_start[vertex], in_start[vertex + 1]):
            link = in_link[entry]
            if not in_bush[link]:
                continue
            cost = scale * state[link, COST] + fixed[link]
            value = least[tail[link]] + cost
            if value < low:
                low = value
                low_in = link
            if flow[link] > dust:
                inflow += flow[link]
                paid += flow[link] * value
                value = most[tail[link]] + cost
                if value > high:
                    high = value
                    high_in = link
        if high_in < 0:
            high = low
            high_in = low_in
        least[vertex] = low
        most[vertex] = high
        least_in[vertex] = low_in
        most_in[vertex] = high_in
        excess += max(paid - inflow * low, 0.0)
    return excess


@kernel(
    f"void({IN_STAR}, {BUSH}, int32[::1], float64, float64[::1], float64[::1], float64[::1], float64[::1],"
    f" int64[::1], int64[::1], {LINKS})"
)
def shift_bush(
    in_start: IntArray,  # noqa: ARG001 - the kernels of this module take a bush alike
    in_link: IntArray,  # noqa: ARG001
    tail: IntArray,
    root: int,  # noqa: ARG001
    in_bush: BoolArray,  # noqa: ARG001
    flow: FloatArray,
    order: Int32Array,
    n_order: int,
    rank: Int32Array,
    scale: float,
    fixed: FloatArray,
    weight: FloatArray,
    least: FloatArray,
    most: FloatArray,
    least_in: IntArray,
    most_in: IntArray,
    state: FloatArray,
    parameters: FloatArray,
    points: FloatArray,
) -> None:
    """Move flow at every vertex from its dearest used way in to the cheapest, in place.

    From the last vertex back: the two ways are followed to where they part, and one Newton step
    brings their costs together; links are up to date after every move.
    """
    for position in range(n_order - 1, 0, -1):
        vertex = order[position]
        if least_in[vertex] == most_in[vertex] or not most[vertex] > least[vertex]:
            continue
        short, long = tail[least_in[vertex]], tail[most_in[vertex]]
        difference = scale * (state[most_in[vertex], COST] - state[least_in[vertex], COST])
        difference += fixed[most_in[vertex]] - fixed[least_in[vertex]]
        slope = weight[most_in[vertex]] * state[most_in[vertex], SLOPE]
        slope += weight[least_in[vertex]] * state[least_in[vertex], SLOPE]
        step = flow[most_in[vertex]]
        while short != long:
            if rank[short] > rank[long]:
                link = least_in[short]
                difference -= scale * state[link, COST] + fixed[link]
                short = tail[link]
            else:
                link = most_in[long]
                difference += scale * state[link, COST] + fixed[link]
                step = min(step, flow[link])
                long = tail[link]
            slope += weight[link] * state[link, SLOPE]
        slope *= scale
        if difference <= 0.0 or step <= 0.0:
            continue
        if slope * step > difference:
            step = difference / slope
            if step <= 0.0:
                continue
        end = vertex
        while end != short:
            link = most_in[end]
            flow[link] -= step
            state[link, VOLUME] -= weight[link] * step
            refresh_link(state, parameters, points, link)
            end = tail[link]
        end = vertex
        while end != short:
            link = least_in[end]
            flow[link] += step
            state[link, VOLUME] += weight[link] * step
            refresh_link(state, parameters, points, link)
            end = tail[link]


@kernel(
    "void(int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64, boolean[::1], int32[::1], int64, int32[::1],"
    " int64[::1], int64[::1])"
)
def sort_bush(
    in_start: IntArray,
    in_link: IntArray,
    out_start: IntArray,
    out_link: IntArray,
    head: IntArray,
    root: int,
    in_bush: BoolArray,
    order: Int32Array,
    n_order: int,
    rank: Int32Array,
    ways_in: IntArray,
    waiting: IntArray,
) -> None:
    """Order the vertices of a bush so that every link leads onward, in place (Kahn 1962).

    A vertex follows when all its ways in are settled. `ways_in` and `waiting` [n_vertex] are scratch.
    """
    for position in range(n_order):
        vertex = order[position]
        count = 0
        for entry in range(in_start[vertex], in_start[vertex + 1]):
            if in_bush[in_link[entry]]:
                count += 1
        ways_in[vertex] = count
    waiting[0] = root
    done, filled = 0, 1
    while done < filled:
        vertex = waiting[done]
        order[done] = vertex
        rank[vertex] = done
        done += 1
        for entry in range(out_start[vertex], out_start[vertex + 1]):
            link = out_link[entry]
            if in_bush[link]:
                ways_in[head[link]] -= 1
                if ways_in[head[link]] == 0:
                    waiting[filled] = head[link]
                    filled += 1


@kernel(
    f"void({IN_STAR}, {BUSH}, float64, float64, float64[::1], float64[:, ::1], float64[::1], float64[::1])"
)
def trim_bush(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    root: int,
    in_bush: BoolArray,
    flow: FloatArray,
    order: Int32Array,
    n_order: int,
    dust: float,
    scale: float,
    fixed: FloatArray,
    state: FloatArray,
    least: FloatArray,
    most: FloatArray,
) -> None:
    """Drop unused links but the cheapest to each vertex; write the shortest and longest ways left."""
    least[root] = 0.0
    most[root] = 0.0
    for position in range(1, n_order):
        vertex = order[position]
        low, low_in = np.inf, -1
        for entry in range(in_start[vertex], in_start[vertex + 1]):
            link = in_link[entry]
            if in_bush[link]:
                value = least[tail[link]] + scale * state[link, COST] + fixed[link]
                if value < low:
                    low = value
                    low_in = link
        high = low
        for entry in range(in_start[vertex], in_start[vertex + 1]):
            link = in_link[entry]
            if in_bush[link]:
                if flow[link] <= dust and link != low_in:
                    in_bush[link] = False
                    flow[link] = 0.0
                else:
                    high = max(high, most[tail[link]] + scale * state[link, COST] + fixed[link])
        least[vertex] = low
        most[vertex] = high


@kernel(
    f"int64({IN_STAR}, int64, boolean[::1], int32[::1], int64, int64, int32[::1], float64, float64[::1],"
    " float64[:, ::1], float64[::1], boolean)"
)
def join_links(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    root: int,
    in_bush: BoolArray,
    order: Int32Array,
    n_order: int,
    first_through: int,
    rank: Int32Array,
    scale: float,
    fixed: FloatArray,
    state: FloatArray,
    way: FloatArray,
    onward: bool,
) -> int:
    """Add the links that shorten the ways of costs `way`, in place; return how many.

    `onward` takes those alone that lead onward in the order of the bush.
    """
    added = 0
    for position in range(1, n_order):
        vertex = order[position]
        for entry in range(in_start[vertex], in_start[vertex + 1]):
            link = in_link[entry]
            start = tail[link]
            if in_bush[link] or rank[start] < 0 or (start < first_through and start != root):
                continue
            if onward and rank[start] >= position:
                continue
            if way[start] + scale * state[link, COST] + fixed[link] < way[vertex]:
                in_bush[link] = True
                added += 1
    return added


@kernel(
    f"int64({IN_STAR}, int64[::1], int64[::1], int64[::1], {BUSH}, float64, int64, int32[::1], float64, float64[::1], float64[:, ::1],"
    " float64[::1], float64[::1], int64[::1], int64[::1])"
)
def grow_bush(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    out_start: IntArray,
    out_link: IntArray,
    head: IntArray,
    root: int,
    in_bush: BoolArray,
    flow: FloatArray,
    order: Int32Array,
    n_order: int,
    dust: float,
    first_through: int,
    rank: Int32Array,
    scale: float,
    fixed: FloatArray,
    state: FloatArray,
    least: FloatArray,
    most: FloatArray,
    least_in: IntArray,
    waiting: IntArray,
) -> int:
    """Drop unused links and add those that shorten the longest way; return how many were added.

    A link joins where (longest way to its tail) + cost < (longest way to its head) over the links
    of the bush: this can close no cycle (Dial 2006; Nie 2010). `order` and `rank` are brought up to
    date. Then links join that lead onward in that order and shorten the shortest way.
    """
    trim_bush(
        in_start, in_link, tail, root, in_bush, flow, order, n_order, dust, scale, fixed, state, least, most
    )  # fmt: skip
    added = join_links(
        in_start, in_link, tail, root, in_bush, order, n_order, first_through, rank, scale, fixed, state, most, False
    )  # fmt: skip
    if added > 0:
        sort_bush(
            in_start, in_link, out_start, out_link, head, root, in_bush, order, n_order, rank, least_in, waiting
        )  # fmt: skip
    # A dear way with next to no flow makes `most` large and would keep shorter ways out for good.
    return added + join_links(
        in_start, in_link, tail, root, in_bush, order, n_order, first_through, rank, scale, fixed, state, least, True
    )  # fmt: skip


@kernel(f"void({IN_STAR}, {BUSH}, float64, int64, int64, {PAIRS}, float64[::1])")
def settle_flows(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    root: int,  # noqa: ARG001 - the kernels of this module take a bush alike
    in_bush: BoolArray,
    flow: FloatArray,
    order: Int32Array,
    n_order: int,
    dust: float,
    first_pair: int,
    after_pair: int,
    pair_vertex: IntArray,
    pair_demand: FloatArray,
    through: FloatArray,
) -> None:
    """Make the bush's flows meet the demand exactly, in the shares they have, in place.

    Moves leave rounding errors; flow up to `dust` is dropped. `through` [n_vertex] is scratch.
    """
    through[:] = 0.0
    for pair in range(first_pair, after_pair):
        through[pair_vertex[pair]] += pair_demand[pair]
    for position in range(n_order - 1, 0, -1):
        vertex = order[position]
        inflow, spare = 0.0, -1
        for entry in range(in_start[vertex], in_start[vertex + 1]):
            link = in_link[entry]
            if in_bush[link]:
                spare = link
                if flow[link] > dust:
                    inflow += flow[link]
        for entry in range(in_start[vertex], in_start[vertex + 1]):
            link = in_link[entry]
            if not in_bush[link]:
                continue
            if inflow > 0.0:
                flow[link] = through[vertex] * (flow[link] / inflow) if flow[link] > dust else 0.0
            else:
                flow[link] = through[vertex] if link == spare else 0.0
            through[tail[link]] += flow[link]


@kernel(f"void({IN_STAR}, {BUSHES}, int64[::1], {PAIRS}, {COSTS}, {LINKS})")
def settle_bushes(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    root: IntArray,
    cargo: IntArray,
    in_bush: BoolArray,
    flow: FloatArray,
    order: Int32Array,
    n_order: IntArray,
    rank: Int32Array,
    dust: FloatArray,
    pair_start: IntArray,
    pair_vertex: IntArray,
    pair_demand: FloatArray,
    scale: FloatArray,  # noqa: ARG001 - the kernels of this module take all costs alike
    fixed: FloatArray,  # noqa: ARG001
    weight: FloatArray,
    state: FloatArray,
    parameters: FloatArray,
    points: FloatArray,
) -> None:
    """Settle every bush to its demand and sum the volumes of all links anew, in place."""
    through = np.empty(rank.shape[1])
    for link in range(tail.size):
        state[link, VOLUME] = 0.0
    for bush in range(root.size):
        settle_flows(
            in_start, in_link, tail, root[bush], in_bush[bush], flow[bush], order[bush], n_order[bush], dust[bush],
            pair_start[bush], pair_start[bush + 1], pair_vertex, pair_demand, through,
        )  # fmt: skip
        for link in range(tail.size):
            state[link, VOLUME] += weight[cargo[bush], link] * flow[bush, link]
    for link in range(tail.size):
        refresh_link(state, parameters, points, link)


@kernel(f"float64({IN_STAR}, {OUT_STAR}, int64, {BUSHES}, {COSTS}, {LINKS})")
def work_bushes(
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
    dust: FloatArray,
    scale: FloatArray,
    fixed: FloatArray,
    weight: FloatArray,
    state: FloatArray,
    parameters: FloatArray,
    points: FloatArray,
) -> float:
    """Grow every bush and move its flow once, in place; return the excess before the moves."""
    n_vertex = rank.shape[1]
    least, most = np.empty(n_vertex), np.empty(n_vertex)
    least_in, most_in = np.empty(n_vertex, dtype=np.int64), np.empty(n_vertex, dtype=np.int64)
    waiting = np.empty(n_vertex, dtype=np.int64)
    excess = 0.0
    for bush in range(root.size):
        kind = cargo[bush]
        grow_bush(
            in_start, in_link, tail, out_start, out_link, head, root[bush], in_bush[bush], flow[bush], order[bush],
            n_order[bush], dust[bush], first_through, rank[bush], scale[kind], fixed[kind], state,
            least, most, least_in, waiting,
        )  # fmt: skip
        excess += label_bush(
            in_start, in_link, tail, root[bush], in_bush[bush], flow[bush], order[bush], n_order[bush], dust[bush],
            scale[kind], fixed[kind], state, least, most, least_in, most_in,
        )  # fmt: skip
        shift_bush(
            in_start, in_link, tail, root[bush], in_bush[bush], flow[bush], order[bush], n_order[bush], rank[bush],
            scale[kind], fixed[kind], weight[kind], least, most, least_in, most_in, state, parameters, points,
        )  # fmt: skip
    return excess


@kernel(
    f"float64({OUT_STAR}, int64[::1], int64, {BUSHES}, int64[::1], {PAIRS}, {COSTS}, float64[:, ::1], float64[::1])"
)
def certify_bushes(
    out_start: IntArray,
    out_link: IntArray,
    head: IntArray,
    tail: IntArray,
    first_through: int,
    root: IntArray,
    cargo: IntArray,
    in_bush: BoolArray,  # noqa: ARG001 - the kernels of this module take all bushes alike
    flow: FloatArray,
    order: Int32Array,  # noqa: ARG001
    n_order: IntArray,  # noqa: ARG001
    rank: Int32Array,
    dust: FloatArray,  # noqa: ARG001
    pair_start: IntArray,
    pair_vertex: IntArray,
    pair_demand: FloatArray,  # noqa: ARG001
    scale: FloatArray,
    fixed: FloatArray,
    weight: FloatArray,  # noqa: ARG001
    state: FloatArray,
    least_cost: FloatArray,
) -> float:
    """Return what all flow pays above the least cost by fresh shortest-path trees.

    `least_cost` becomes the least cost of every pair; infinite where there is no way.
    """
    n_vertex, n_link = rank.shape[1], tail.size
    cost, distance = np.empty(n_link), np.empty(n_vertex)
    arc_in = np.empty(n_vertex, dtype=np.int64)
    heap, place = np.empty(n_vertex, dtype=np.int64), np.empty(n_vertex, dtype=np.int64)
    total = 0.0
    for bush in range(root.size):
        kind = cargo[bush]
        if bush == 0 or kind != cargo[bush - 1]:
            for link in range(n_link):
                cost[link] = scale[kind] * state[link, COST] + fixed[kind, link]
        find_tree(
            out_start, out_link, head, cost, root[bush], -1, first_through, distance, arc_in, heap, place
        )  # fmt: skip
        for link in range(n_link):
            if flow[bush, link] > 0.0:
                above = distance[tail[link]] + cost[link] - distance[head[link]]
                total += flow[bush, link] * max(above, 0.0)
        for pair in range(pair_start[bush], pair_start[bush + 1]):
            least_cost[pair] = distance[pair_vertex[pair]]
    return total
