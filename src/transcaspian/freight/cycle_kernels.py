"""Compiled work on the cycles of bushes: what keeps moving when bushes have nearly settled.

Every link of a bush that is not on its *basic* way (to each vertex the link in with most flow)
closes a cycle: on one side the link and the basic way to its tail, on the other the basic way to
its head. Bushes of neighbouring origins have many cycles in common (pairs of alternative segments,
Bar-Gera 2010): a cycle is kept once, with its *members*, the bushes that have it. Moving flow round
cycles keeps the demand met. A cycle's flow is shared by its members in proportion to what each can
give, so that a small member holds no other up. There are far fewer cycles than links in bushes: a
Newton step on all of them at once is a sparse positive semidefinite system, which conjugate
gradients solve.

`link[start[k]:middle[k]]` are the links of the one side of cycle k, those from there to
`start[k + 1]` the other side; `bush[member[k]:member[k + 1]]` are its members.
"""

import numpy as np

from transcaspian.compile import kernel
from transcaspian.freight.arrays import BoolArray, FloatArray, Int32Array, IntArray
from transcaspian.freight.link_kernels import COST, LINKS, SLOPE, VOLUME, refresh_link

SEARCH_STEPS = 10  # of the line search; each costs one evaluation of every link
FLAT = 0.02  # the line search ends where the derivative has fallen to this share
SHAPES = "int64[::1], int64[::1], int32[::1], int64[::1]"  # start, middle, link, class
MEMBERS = "int64[::1], int32[::1]"  # member, bush


@kernel(
    "float64(int32[::1], int64, int64, int32[::1], int64, int64, float64[:, ::1], float64[::1], float64[::1])"
)
def measure_room(
    link: Int32Array,
    begin: int,
    end: int,
    bush: Int32Array,
    first: int,
    after: int,
    flow: FloatArray,
    dust: FloatArray,
    room: FloatArray,
) -> float:
    """Write what each of some members can give from links begin … end; return the sum."""
    total = 0.0
    for member in range(first, after):
        own = flow[bush[member]]
        least = np.inf
        for position in range(begin, end):
            least = min(least, own[link[position]])
            if least <= dust[bush[member]]:
                least = 0.0
                break
        room[member] = least
        total += least
    return total


@kernel(
    f"float64({SHAPES}, {MEMBERS}, float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], {LINKS})"
)
def shift_cycles(
    start: IntArray,
    middle: IntArray,
    link: Int32Array,
    cargo: IntArray,
    member: IntArray,
    bush: Int32Array,
    scale: FloatArray,
    fixed: FloatArray,
    weight: FloatArray,
    flow: FloatArray,
    dust: FloatArray,
    room: FloatArray,
    state: FloatArray,
    parameters: FloatArray,
    points: FloatArray,
) -> float:
    """Bring the two sides of every cycle together by one Newton step, in place; return the excess.

    The excess is the sum of cost difference times the flow that could still be moved. `room` [n_member] is scratch.
    """
    excess = 0.0
    for cycle in range(cargo.size):
        kind, first, after = cargo[cycle], start[cycle], start[cycle + 1]
        difference, slope, extra = 0.0, 0.0, 0.0
        for position in range(first, after):
            own = link[position]
            sign = 1.0 if position < middle[cycle] else -1.0
            difference += sign * state[own, COST]
            extra += sign * fixed[kind, own]
            slope += weight[kind, own] * state[own, SLOPE]
        difference = scale[kind] * difference + extra
        slope *= scale[kind]
        if difference == 0.0:
            continue
        begin, end = (first, middle[cycle]) if difference > 0.0 else (middle[cycle], after)
        total = measure_room(
            link, begin, end, bush, member[cycle], member[cycle + 1], flow, dust, room
        )
        if total <= 0.0:
            continue
        excess += total * abs(difference)
        share = 1.0
        if slope * total > abs(difference):
            share = abs(difference) / (slope * total)
        if share <= 0.0:
            continue
        sign = -1.0 if difference > 0.0 else 1.0
        for place in range(member[cycle], member[cycle + 1]):
            step = sign * share * room[place]
            for position in range(first, middle[cycle]):
                flow[bush[place], link[position]] += step
            for position in range(middle[cycle], after):
                flow[bush[place], link[position]] -= step
        step = sign * share * total
        for position in range(first, after):
            own = link[position]
            change = step if position < middle[cycle] else -step
            state[own, VOLUME] += weight[kind, own] * change
            refresh_link(state, parameters, points, own)
    return excess


@kernel(f"void({SHAPES}, float64[:, ::1], float64[::1], float64[::1])")
def spread_cycles(
    start: IntArray,
    middle: IntArray,
    link: Int32Array,
    cargo: IntArray,
    weight: FloatArray,
    change: FloatArray,
    of_link: FloatArray,
) -> None:
    """Write the change of link volumes when `change` of flow moves to the first side of each cycle."""
    of_link[:] = 0.0
    for cycle in range(cargo.size):
        amount = change[cycle]
        if amount == 0.0:
            continue
        of_class = weight[cargo[cycle]]
        for position in range(start[cycle], middle[cycle]):
            of_link[link[position]] += of_class[link[position]] * amount
        for position in range(middle[cycle], start[cycle + 1]):
            of_link[link[position]] -= of_class[link[position]] * amount


@kernel(f"void({SHAPES}, float64[:, ::1], float64[::1])")
def gather_cycles(
    start: IntArray,
    middle: IntArray,
    link: Int32Array,
    cargo: IntArray,
    of_link: FloatArray,
    of_cycle: FloatArray,
) -> None:
    """Write the sum over the first side less that over the second, of a value by class and link."""
    for cycle in range(cargo.size):
        own = of_link[cargo[cycle]]
        total = 0.0
        for position in range(start[cycle], middle[cycle]):
            total += own[link[position]]
        for position in range(middle[cycle], start[cycle + 1]):
            total -= own[link[position]]
        of_cycle[cycle] = total


@kernel(
    f"void({SHAPES}, {MEMBERS}, float64[:, ::1], float64[::1], float64[::1], float64[::1], float64[::1])"
)
def limit_cycles(
    start: IntArray,
    middle: IntArray,
    link: Int32Array,
    cargo: IntArray,
    member: IntArray,
    bush: Int32Array,
    flow: FloatArray,
    dust: FloatArray,
    room: FloatArray,
    least: FloatArray,
    most: FloatArray,
) -> None:
    """Write how far flow can move round every cycle: least <= change <= most, in place."""
    for cycle in range(cargo.size):
        first, after = member[cycle], member[cycle + 1]
        least[cycle] = -measure_room(
            link, start[cycle], middle[cycle], bush, first, after, flow, dust, room
        )
        most[cycle] = measure_room(
            link, middle[cycle], start[cycle + 1], bush, first, after, flow, dust, room
        )


@kernel(
    f"int64({SHAPES}, float64[:, ::1], float64[::1], float64[::1], float64[::1], boolean[::1], float64, int64, float64[::1])"
)
def solve_cycles(
    start: IntArray,
    middle: IntArray,
    link: Int32Array,
    cargo: IntArray,
    weight: FloatArray,
    slope: FloatArray,
    damping: FloatArray,
    gradient: FloatArray,
    is_fixed: BoolArray,
    tolerance: float,
    most_steps: int,
    change: FloatArray,
) -> int:
    """Write the Newton change of flow round every cycle, in place; return the steps taken.

    Conjugate gradients, preconditioned by the diagonal (Hestenes and Stiefel 1952), from the
    given `change` until the residual has fallen to `tolerance` of the gradient. `damping` is added to
    the diagonal of the matrix. Cycles that are fixed keep
    their change.
    """
    size, n_link = gradient.size, slope.size
    of_link = np.zeros(n_link)
    of_class = np.zeros(weight.shape)
    image, diagonal = np.zeros(size), np.zeros(size)
    residual, search = np.empty(size), np.empty(size)
    spread_cycles(start, middle, link, cargo, weight, change, of_link)
    for own in range(n_link):
        for kind in range(weight.shape[0]):
            of_class[kind, own] = weight[kind, own] * slope[own] * of_link[own]
    gather_cycles(start, middle, link, cargo, of_class, image)
    rho, target = 0.0, 0.0
    for cycle in range(size):
        total = 0.0
        for position in range(start[cycle], start[cycle + 1]):
            own = link[position]
            total += weight[cargo[cycle], own] ** 2 * slope[own]
        diagonal[cycle] = max(total + damping[cycle], 1e-300)
        residual[cycle] = 0.0 if is_fixed[cycle] else -gradient[cycle] - image[cycle]
        if not is_fixed[cycle]:
            residual[cycle] -= damping[cycle] * change[cycle]
        search[cycle] = residual[cycle] / diagonal[cycle]
        rho += residual[cycle] * search[cycle]
        if not is_fixed[cycle]:
            target += gradient[cycle] * gradient[cycle] / diagonal[cycle]
    target *= tolerance * tolerance
    for step in range(most_steps):
        if rho <= target or rho == 0.0:
            return step
        spread_cycles(start, middle, link, cargo, weight, search, of_link)
        curvature = 0.0
        for own in range(n_link):
            curvature += of_link[own] * of_link[own] * slope[own]
            for kind in range(weight.shape[0]):
                of_class[kind, own] = weight[kind, own] * slope[own] * of_link[own]
        for cycle in range(size):
            curvature += damping[cycle] * search[cycle] * search[cycle]
        if curvature <= 0.0:
            return step
        gather_cycles(start, middle, link, cargo, of_class, image)
        alpha = rho / curvature
        rho_next = 0.0
        for cycle in range(size):
            if not is_fixed[cycle]:
                change[cycle] += alpha * search[cycle]
                residual[cycle] -= alpha * (image[cycle] + damping[cycle] * search[cycle])
                rho_next += residual[cycle] * residual[cycle] / diagonal[cycle]
        ratio = rho_next / rho
        for cycle in range(size):
            if not is_fixed[cycle]:
                search[cycle] = residual[cycle] / diagonal[cycle] + ratio * search[cycle]
        rho = rho_next
    return most_steps


@kernel("void(int64, int64, int64, int32[::1], float64[::1], float64)")
def turn(start: int, middle: int, end: int, link: Int32Array, own: FloatArray, step: float) -> None:
    """Move flow of one bush round one cycle: onto the links of one side, off those of the other."""
    if step == 0.0:
        return
    for position in range(start, middle):
        own[link[position]] += step
    for position in range(middle, end):
        own[link[position]] -= step


@kernel(f"void({SHAPES}, {MEMBERS}, float64[:, ::1], float64[::1], float64[::1], float64[::1])")
def move_round_cycles(
    start: IntArray,
    middle: IntArray,
    link: Int32Array,
    cargo: IntArray,
    member: IntArray,
    bush: Int32Array,
    flow: FloatArray,
    dust: FloatArray,
    change: FloatArray,
    moved: FloatArray,
) -> None:
    """Move the change round every cycle as far as flow is there, in place.

    `change` becomes what was really moved, `moved` [n_member] each member's part of it.
    """
    for cycle in range(cargo.size):
        first, after = member[cycle], member[cycle + 1]
        if change[cycle] == 0.0:
            moved[first:after] = 0.0
            continue
        is_back = change[cycle] < 0.0
        begin = start[cycle] if is_back else middle[cycle]
        end = middle[cycle] if is_back else start[cycle + 1]
        total = measure_room(link, begin, end, bush, first, after, flow, dust, moved)
        share = 0.0
        if total > 0.0:
            share = max(-1.0, min(1.0, change[cycle] / total))
        change[cycle] = share * total
        for place in range(first, after):
            step = share * moved[place]
            moved[place] = step
            turn(start[cycle], middle[cycle], start[cycle + 1], link, flow[bush[place]], step)


@kernel(f"void({SHAPES}, {MEMBERS}, float64[:, ::1], float64, float64[::1])")
def move_members(
    start: IntArray,
    middle: IntArray,
    link: Int32Array,
    cargo: IntArray,
    member: IntArray,
    bush: Int32Array,
    flow: FloatArray,
    share: float,
    moved: FloatArray,
) -> None:
    """Move `share` of what was moved round every cycle once more, in place; below zero takes back."""
    for cycle in range(cargo.size):
        for place in range(member[cycle], member[cycle + 1]):
            step = share * moved[place]
            turn(start[cycle], middle[cycle], start[cycle + 1], link, flow[bush[place]], step)


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
