"""Compiled search for the cycles of bushes: each is kept once, with the bushes that have it.

What a cycle is and how its arrays are laid out stands in `cycle_kernels`.
"""

import numpy as np

from transcaspian.compile import kernel
from transcaspian.freight.arrays import BoolArray, FloatArray, Int32Array, IntArray
from transcaspian.freight.cycle_kernels import SHAPES

STAR = "int64[::1], int64[::1], int64[::1]"


@kernel(
    f"int64(int64[::1], int64[::1], int64, int64, int64, int64, int64[::1], {SHAPES}, int64[:, ::1])"
)
def file_cycle(
    first: IntArray,
    second: IntArray,
    first_sum: int,
    second_sum: int,
    kind: int,
    n_cycle: int,
    slot: IntArray,
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_class: IntArray,
    key: IntArray,
) -> int:
    """Return the position of a cycle, added in place where it is new; -1 where there is no room.

    `slot` is an open hash table of positions (-1: free) by class and the sums of marks of both
    sides, which stand in `key`; what agrees in these is compared link by link.
    """
    place = (first_sum + 3 * second_sum + 7 * kind) % slot.size
    while slot[place] >= 0:
        at = slot[place]
        start, middle = cycle_start[at], cycle_middle[at]
        if (
            key[at, 0] == first_sum
            and key[at, 1] == second_sum
            and cycle_class[at] == kind
            and middle - start == first.size
            and cycle_start[at + 1] - middle == second.size
        ):
            is_same = True
            for step in range(first.size):
                if cycle_link[start + step] != first[step]:
                    is_same = False
            for step in range(second.size):
                if cycle_link[middle + step] != second[step]:
                    is_same = False
            if is_same:
                return int(at)
        place = (place + 1) % slot.size
    start = cycle_start[n_cycle]
    middle = start + first.size
    if n_cycle >= cycle_class.size or middle + second.size > cycle_link.size:
        return -1
    slot[place] = n_cycle
    key[n_cycle, 0], key[n_cycle, 1] = first_sum, second_sum
    cycle_class[n_cycle] = kind
    cycle_middle[n_cycle] = middle
    cycle_start[n_cycle + 1] = middle + second.size
    for step in range(first.size):
        cycle_link[start + step] = first[step]
    for step in range(second.size):
        cycle_link[middle + step] = second[step]
    return n_cycle


@kernel(
    f"Tuple((int64, float64))({STAR}, int64, boolean[::1], float64[::1], float64, float64[::1], float64[::1])"
)
def choose_basic(
    in_start: IntArray,
    in_link: IntArray,
    tail: IntArray,
    vertex: int,
    in_bush: BoolArray,
    flow: FloatArray,
    dust: float,
    cost: FloatArray,
    price: FloatArray,
) -> tuple[int, float]:
    """Return the link of a bush that brings most flow to a vertex, and the cost of the way over it.

    Where none brings any it is the cheapest. `price` is the cost of the basic way to every vertex.
    """
    best, most, low = -1, dust, np.inf
    for entry in range(in_start[vertex], in_start[vertex + 1]):
        link = in_link[entry]
        if not in_bush[link]:
            continue
        value = price[tail[link]] + cost[link]
        if flow[link] > most:
            best, most, low = link, flow[link], value
        elif most == dust and value < low:
            best, low = link, value
    return best, low


@kernel(
    "UniTuple(int64, 4)(int64, int64, int64[::1], int32[::1], int64[::1], int64[::1], int64[::1], int64[::1])"
)
def walk_back(
    own: int,
    vertex: int,
    tail: IntArray,
    rank: Int32Array,
    basic: IntArray,
    mark: IntArray,
    one_side: IntArray,
    other_side: IntArray,
) -> tuple[int, int, int, int]:
    """Write both sides of the cycle that link `own` closes; return their lengths and sums of marks.

    Two walks back along the basic links, one from the link and one from its head, the later vertex
    first, until they meet.
    """
    one_side[0] = own
    n_one, n_other = 1, 0
    one_sum, other_sum = mark[own], 0
    one, other = tail[own], vertex
    while one != other:
        if rank[one] > rank[other]:
            link = basic[one]
            one_side[n_one] = link
            n_one += 1
            one_sum += mark[link]
            one = tail[link]
        else:
            link = basic[other]
            other_side[n_other] = link
            n_other += 1
            other_sum += mark[link]
            other = tail[link]
    return n_one, n_other, one_sum, other_sum


@kernel(
    f"UniTuple(int64, 3)({STAR}, int32[:, ::1], int64[::1], int32[:, ::1], int64[::1], int64[::1],"
    " boolean[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], int64[::1],"
    f" int64[::1], {SHAPES}, int64[:, ::1], int64[::1], int32[::1])"
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
    mark: IntArray,
    slot: IntArray,
    cycle_start: IntArray,
    cycle_middle: IntArray,
    cycle_link: Int32Array,
    cycle_class: IntArray,
    key: IntArray,
    member_cycle: IntArray,
    member_bush: Int32Array,
) -> tuple[int, int, int]:
    """Write the cycles of all bushes in place; return how many cycles, links and members there are.

    Links close a cycle where they carry flow or are cheaper than the basic way, by the class's
    `cost`. Cycles are told apart by the sums of their links' `mark`s in the hash table `slot`, which has to
    have more places than there is room for cycles. Where an array is too small the search ends and
    the answer tells how much room it wanted by then.
    """
    price = np.empty(rank.shape[1])
    basic = np.empty(rank.shape[1], dtype=np.int64)
    one_side = np.empty(rank.shape[1], dtype=np.int64)
    other_side = np.empty(rank.shape[1], dtype=np.int64)
    n_cycle, n_member = 0, 0
    for bush in range(root.size):
        own_cost = cost[cargo[bush]]
        price[root[bush]] = 0.0
        for position in range(1, n_order[bush]):
            vertex = order[bush, position]
            best, low = choose_basic(
                in_start, in_link, tail, vertex, in_bush[bush], flow[bush], dust[bush], own_cost, price
            )  # fmt: skip
            basic[vertex] = best
            price[vertex] = low
            for entry in range(in_start[vertex], in_start[vertex + 1]):
                own = in_link[entry]
                if not in_bush[bush, own] or own == best:
                    continue
                if flow[bush, own] <= dust[bush] and price[tail[own]] + own_cost[own] >= low:
                    continue
                n_one, n_other, one_sum, other_sum = walk_back(
                    own, vertex, tail, rank[bush], basic, mark, one_side, other_side
                )
                # The same cycle may be closed by either side: the larger sum stands first.
                if other_sum > one_sum:
                    at = file_cycle(
                        other_side[:n_other], one_side[:n_one], other_sum, one_sum, cargo[bush], n_cycle,
                        slot, cycle_start, cycle_middle, cycle_link, cycle_class, key,
                    )  # fmt: skip
                else:
                    at = file_cycle(
                        one_side[:n_one], other_side[:n_other], one_sum, other_sum, cargo[bush], n_cycle,
                        slot, cycle_start, cycle_middle, cycle_link, cycle_class, key,
                    )  # fmt: skip
                if at < 0:
                    n_link = cycle_start[n_cycle] + n_one + n_other
                    return n_cycle + 1, n_link, n_member
                n_cycle = max(n_cycle, at + 1)
                n_member += 1
                if n_member > member_bush.size:
                    return n_cycle, cycle_start[n_cycle], n_member
                member_cycle[n_member - 1] = at
                member_bush[n_member - 1] = bush
    return n_cycle, cycle_start[n_cycle], n_member


@kernel("void(int64[::1], int32[::1], int64[::1], int32[::1])")
def sort_members(
    member_cycle: IntArray, member_bush: Int32Array, member: IntArray, bush: Int32Array
) -> None:
    """Write the members cycle by cycle, those of a cycle in the order in which they were found."""
    member[:] = 0
    for found in range(member_cycle.size):
        member[member_cycle[found] + 1] += 1
    for cycle in range(member.size - 1):
        member[cycle + 1] += member[cycle]
    filled = member[:-1].copy()
    for found in range(member_cycle.size):
        cycle = member_cycle[found]
        bush[filled[cycle]] = member_bush[found]
        filled[cycle] += 1
