"""Compiled moves of flow round the cycles of all bushes, for the last digits of an equilibrium.

In a bush every vertex has a *basic* way in, the link with most flow; the basic links form a tree.
Every other link in use closes one *cycle* with it: on one side the link and the basic way to its
tail, on the other the basic way to its head. Moving flow round cycles keeps the demand met. There
are far fewer cycles than links in bushes, so that sweeps over them are cheap, and a Newton step on
all of them at once is a sparse positive semidefinite system, which conjugate gradients solve.

`cycle_link[cycle_start[k]:cycle_middle[k]]` are the links of cycle k on the side of its own link,
those from there to `cycle_start[k + 1]` the basic side.
"""

import numpy as np

from transcaspian.compile import kernel
from transcaspian.freight.arrays import BoolArray, FloatArray, Int32Array, IntArray
from transcaspian.freight.link_kernels import COST, LINKS, SLOPE, VOLUME, refresh_link

SEARCH_STEPS = 10  # of the line search; each costs one evaluation of every link
FLAT = 0.02  # the line search ends where the derivative has fallen to this share
STAR = "int64[::1], int64[::1], int64[::1]"
CYCLES = (
    "int64[::1], int64[::1], int32[::1], int64[::1], int64[::1]"  # start, middle, link, bush, class
)


@kernel(
    f"UniTuple(int64, 2)({STAR}, int32[:, ::1], int64[::1], int32[:, ::1], int64[::1], int64[::1],"
    f" boolean[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], {CYCLES})"
)
def find_cycles(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    order: Int32Array,
    n_order: IntArray,
    rank: Int32Array,
    root: IntArray,
    cargo: IntArray,
    in_bush: BoolArray,
    flow: FloatArray,
    dust: FloatArray,
    cost: FloatArray,
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_bush: IntArray,
    cycle_class: IntArray,
) -> tuple[int, int]:
    """Write the cycles of all bushes in place; return how many there are and their links in all.

    Links close a cycle where they carry flow or are cheaper than the basic way, by the class's
    `cost`. Where the arrays are too small the answer tells how much room is needed.
    """
    price = np.empty(rank.shape[1])
    basic = np.empty(rank.shape[1], dtype=np.int64)
    n_cycle, n_link = 0, 0
    for bush in range(root.size):
        own_cost = cost[cargo[bush]]
        price[root[bush]] = 0.0
        for position in range(1, n_order[bush]):
            vertex = order[bush, position]
            best, most, low = -1, dust[bush], np.inf
            for entry in range(in_start[vertex], in_start[vertex + 1]):
                link = in_link[entry]
                if not in_bush[bush, link]:
                    continue
                value = price[tail[link]] + own_cost[link]
                if flow[bush, link] > most:
                    best, most, low = link, flow[bush, link], value
                elif most == dust[bush] and value < low:
                    best, low = link, value
            basic[vertex] = best
            price[vertex] = low
            for entry in range(in_start[vertex], in_start[vertex + 1]):
                own = in_link[entry]
                if not in_bush[bush, own] or own == best:
                    continue
                if flow[bush, own] <= dust[bush] and price[tail[own]] + own_cost[own] >= low:
                    continue
                # Two walks back along the basic links, the later vertex first, until they meet.
                for side in range(2):
                    if side == 0:
                        if n_cycle < cycle_bush.size:
                            cycle_start[n_cycle] = n_link
                        if n_link < cycle_link.size:
                            cycle_link[n_link] = own
                        n_link += 1
                    elif n_cycle < cycle_bush.size:
                        cycle_middle[n_cycle] = n_link
                    one, other = tail[own], vertex
                    while one != other:
                        if rank[bush, one] > rank[bush, other]:
                            link = basic[one]
                            one = tail[link]
                            is_here = side == 0
                        else:
                            link = basic[other]
                            other = tail[link]
                            is_here = side == 1
                        if is_here:
                            if n_link < cycle_link.size:
                                cycle_link[n_link] = link
                            n_link += 1
                if n_cycle < cycle_bush.size:
                    cycle_bush[n_cycle] = bush
                    cycle_class[n_cycle] = cargo[bush]
                    cycle_start[n_cycle + 1] = n_link
                n_cycle += 1
    return n_cycle, n_link


@kernel(
    f"float64({CYCLES}, float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], {LINKS})"
)
def shift_cycles(
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_bush: IntArray,
    cycle_class: IntArray,
    scale: FloatArray,
    fixed: FloatArray,
    weight: FloatArray,
    flow: FloatArray,
    state: FloatArray,
    parameters: FloatArray,
    points: FloatArray,
) -> float:
    """Bring the two sides of every cycle together by one Newton step, in place; return the excess.

    The excess is the sum of cost difference times the flow that could still be moved.
    """
    total = 0.0
    for cycle in range(cycle_bush.size):
        bush, cargo = cycle_bush[cycle], cycle_class[cycle]
        first, middle, after = cycle_start[cycle], cycle_middle[cycle], cycle_start[cycle + 1]
        difference, slope, extra = 0.0, 0.0, 0.0
        for position in range(first, after):
            link = cycle_link[position]
            sign = 1.0 if position < middle else -1.0
            difference += sign * state[link, COST]
            extra += sign * fixed[cargo, link]
            slope += weight[cargo, link] * state[link, SLOPE]
        difference = scale[cargo] * difference + extra
        slope *= scale[cargo]
        if difference == 0.0:
            continue
        sign = -1.0 if difference > 0.0 else 1.0
        from_start, from_end = (first, middle) if difference > 0.0 else (middle, after)
        step = np.inf
        for position in range(from_start, from_end):
            step = min(step, flow[bush, cycle_link[position]])
        if step <= 0.0:
            continue
        total += step * abs(difference)
        if slope * step > abs(difference):
            step = abs(difference) / slope
            if step <= 0.0:
                continue
        for position in range(first, after):
            link = cycle_link[position]
            change = sign * step if position < middle else -sign * step
            flow[bush, link] += change
            state[link, VOLUME] += weight[cargo, link] * change
            refresh_link(state, parameters, points, link)
    return total


@kernel(f"void({CYCLES}, float64[:, ::1], float64[::1], float64[::1])")
def spread_cycles(
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_bush: IntArray,
    cycle_class: IntArray,
    weight: FloatArray,
    change: FloatArray,
    of_link: FloatArray,
) -> None:
    """Write the change of link volumes when `change` of flow moves to the own side of each cycle."""
    of_link[:] = 0.0
    for cycle in range(cycle_bush.size):
        amount = change[cycle]
        of_class = weight[cycle_class[cycle]]
        for position in range(cycle_start[cycle], cycle_middle[cycle]):
            link = cycle_link[position]
            of_link[link] += of_class[link] * amount
        for position in range(cycle_middle[cycle], cycle_start[cycle + 1]):
            link = cycle_link[position]
            of_link[link] -= of_class[link] * amount


@kernel(f"void({CYCLES}, float64[:, ::1], float64[::1])")
def gather_cycles(
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_bush: IntArray,
    cycle_class: IntArray,
    of_link: FloatArray,
    of_cycle: FloatArray,
) -> None:
    """Write the sum over the own side less that over the basic side, of a value by class and link."""
    for cycle in range(cycle_bush.size):
        own = of_link[cycle_class[cycle]]
        total = 0.0
        for position in range(cycle_start[cycle], cycle_middle[cycle]):
            total += own[cycle_link[position]]
        for position in range(cycle_middle[cycle], cycle_start[cycle + 1]):
            total -= own[cycle_link[position]]
        of_cycle[cycle] = total


@kernel(f"void({CYCLES}, float64[:, ::1], float64[::1], float64[::1], boolean[::1])")
def fix_cycles(
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_bush: IntArray,
    cycle_class: IntArray,  # noqa: ARG001 - the kernels of this module take cycles alike
    flow: FloatArray,
    dust: FloatArray,
    gradient: FloatArray,
    is_fixed: BoolArray,
) -> None:
    """Mark the cycles whose dearer side has no flow to give up, in place."""
    for cycle in range(cycle_bush.size):
        own_is_dearer = gradient[cycle] > 0.0
        begin = cycle_start[cycle] if own_is_dearer else cycle_middle[cycle]
        end = cycle_middle[cycle] if own_is_dearer else cycle_start[cycle + 1]
        is_fixed[cycle] = False
        for position in range(begin, end):
            if flow[cycle_bush[cycle], cycle_link[position]] <= dust[cycle_bush[cycle]]:
                is_fixed[cycle] = True


@kernel(
    f"int64({CYCLES}, float64[:, ::1], float64[::1], float64[::1], boolean[::1], float64, int64, float64[::1])"
)
def solve_cycles(
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_bush: IntArray,
    cycle_class: IntArray,
    weight: FloatArray,
    slope: FloatArray,
    gradient: FloatArray,
    is_fixed: BoolArray,
    tolerance: float,
    most_steps: int,
    change: FloatArray,
) -> int:
    """Write the Newton change of flow round every cycle, in place; return the steps taken.

    Conjugate gradients, preconditioned by the diagonal (Hestenes and Stiefel 1952), until the
    residual has fallen to `tolerance` of the gradient. Cycles that are fixed do not change.
    """
    size, n_link = gradient.size, slope.size
    of_link = np.zeros(n_link)
    of_class = np.zeros(weight.shape)
    image, diagonal = np.zeros(size), np.zeros(size)
    residual, search = np.empty(size), np.empty(size)
    rho = 0.0
    for cycle in range(size):
        total = 0.0
        for position in range(cycle_start[cycle], cycle_start[cycle + 1]):
            link = cycle_link[position]
            own = weight[cycle_class[cycle], link]
            total += own * own * slope[link]
        diagonal[cycle] = max(total, 1e-300)
        change[cycle] = 0.0
        residual[cycle] = 0.0 if is_fixed[cycle] else -gradient[cycle]
        search[cycle] = residual[cycle] / diagonal[cycle]
        rho += residual[cycle] * search[cycle]
    start = rho
    for step in range(most_steps):
        if rho <= tolerance * tolerance * start or rho == 0.0:
            return step
        spread_cycles(
            cycle_start, cycle_middle, cycle_link, cycle_bush, cycle_class, weight, search, of_link
        )  # fmt: skip
        curvature = 0.0
        for link in range(n_link):
            curvature += of_link[link] * of_link[link] * slope[link]
            for kind in range(weight.shape[0]):
                of_class[kind, link] = weight[kind, link] * slope[link] * of_link[link]
        if curvature <= 0.0:
            return step
        gather_cycles(
            cycle_start, cycle_middle, cycle_link, cycle_bush, cycle_class, of_class, image
        )  # fmt: skip
        alpha = rho / curvature
        rho_next = 0.0
        for cycle in range(size):
            if not is_fixed[cycle]:
                change[cycle] += alpha * search[cycle]
                residual[cycle] -= alpha * image[cycle]
                rho_next += residual[cycle] * residual[cycle] / diagonal[cycle]
        ratio = rho_next / rho
        for cycle in range(size):
            if not is_fixed[cycle]:
                search[cycle] = residual[cycle] / diagonal[cycle] + ratio * search[cycle]
        rho = rho_next
    return most_steps


@kernel(f"void({CYCLES}, float64[:, ::1], float64, float64[::1])")
def move_round_cycles(
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_bush: IntArray,
    cycle_class: IntArray,  # noqa: ARG001
    flow: FloatArray,
    share: float,
    change: FloatArray,
) -> None:
    """Move `share` of the change round every cycle as far as flow is there, in place.

    `change` becomes what was really moved.
    """
    for cycle in range(cycle_bush.size):
        bush = cycle_bush[cycle]
        step = share * change[cycle]
        first, middle, after = cycle_start[cycle], cycle_middle[cycle], cycle_start[cycle + 1]
        begin, end = (first, middle) if step < 0.0 else (middle, after)
        room = abs(step)
        for position in range(begin, end):
            room = min(room, flow[bush, cycle_link[position]])
        step = room if step > 0.0 else -room
        change[cycle] = step
        if step == 0.0:
            continue
        for position in range(first, middle):
            flow[bush, cycle_link[position]] += step
        for position in range(middle, after):
            flow[bush, cycle_link[position]] -= step


@kernel(f"float64(float64[::1], float64, float64[::1], {LINKS})")
def search_step(
    difference: FloatArray,
    fixed_change: float,
    link_factor: FloatArray,
    state: FloatArray,
    parameters: FloatArray,
    points: FloatArray,
) -> float:
    """Return how far to go along a change of volumes, at most 1; links are left at the end.

    The derivative of the minimised function along the change is brought near zero by false
    position; 0 where the change does not lead down.
    """
    n_link = difference.size
    volume = np.empty(n_link)
    before = fixed_change
    for link in range(n_link):
        volume[link] = state[link, VOLUME]
        before += difference[link] * state[link, COST] * link_factor[link]
    if before >= 0.0:
        return 0.0
    low, high, length = 0.0, 1.0, 1.0
    slope_low, slope_high = before, 0.0
    for _ in range(SEARCH_STEPS):
        slope = fixed_change
        for link in range(n_link):
            if difference[link] != 0.0:
                state[link, VOLUME] = volume[link] + length * difference[link]
                refresh_link(state, parameters, points, link)
                slope += difference[link] * state[link, COST] * link_factor[link]
        if abs(slope) <= FLAT * abs(before) or (slope < 0.0 and length == 1.0):
            break
        if slope < 0.0:
            low, slope_low = length, slope
        else:
            high, slope_high = length, slope
        share = slope_low / (slope_low - slope_high)
        length = low + (high - low) * min(max(share, 0.05), 0.95)
    return length
