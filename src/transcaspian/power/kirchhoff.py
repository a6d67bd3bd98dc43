"""A cycle basis of the branches: the loops in which Kirchhoff's voltage law must hold."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

__all__ = ["find_cycles"]

IntArray = NDArray[np.int64]


def find_cycles(n_bus: int, bus0: IntArray, bus1: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return cycle, branch and direction of every member of a fundamental cycle basis.

    A breadth-first spanning forest keeps paths short; every branch outside it closes one cycle:
    up the tree from one of its ends, down to the other. Direction is +1 where the branch is
    walked from bus0 to bus1. (Hörsch et al. 2018, Linear optimal power flow using cycle flows,
    Electric Power Systems Research 158, doi 10.1016/j.epsr.2017.12.034.)
    """
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(n_bus)]
    for branch, (start, end) in enumerate(zip(bus0.tolist(), bus1.tolist(), strict=True)):
        neighbours[start].append((branch, end))
        neighbours[end].append((branch, start))
    parent, depth, in_tree = _spanning_forest(n_bus, len(bus0), neighbours)
    members: list[tuple[int, int, int]] = []
    for cycle, branch in enumerate(np.flatnonzero(~in_tree).tolist()):
        members.append((cycle, branch, 1))
        # Back from bus1 to bus0 along the tree.
        here, there = int(bus1[branch]), int(bus0[branch])
        while here != there:
            if depth[here] >= depth[there]:
                edge, above = parent[here]
                members.append((cycle, edge, 1 if bus0[edge] == here else -1))
                here = above
            else:
                edge, above = parent[there]
                members.append((cycle, edge, 1 if bus1[edge] == there else -1))
                there = above
    table = np.array(members, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _spanning_forest(
    n_bus: int, n_branch: int, neighbours: list[list[tuple[int, int]]]
) -> tuple[list[tuple[int, int]], list[int], NDArray[np.bool_]]:
    """Return (branch, bus) above each bus, its depth, and which branches are in the forest."""
    parent = [(-1, -1)] * n_bus
    depth = [-1] * n_bus
    in_tree = np.zeros(n_branch, dtype=bool)
    # From the best connected bus of each part, so that the trees are shallow.
    for root in sorted(range(n_bus), key=lambda bus: (-len(neighbours[bus]), bus)):
        if depth[root] >= 0:
            continue
        depth[root] = 0
        queue = deque([root])
        while queue:
            here = queue.popleft()
            for branch, there in neighbours[here]:
                if depth[there] < 0:
                    depth[there] = depth[here] + 1
                    parent[there] = (branch, here)
                    in_tree[branch] = True
                    queue.append(there)
    return parent, depth, in_tree
