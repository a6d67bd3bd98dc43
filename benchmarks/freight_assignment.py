"""Times user equilibrium against AequilibraE's biconjugate Frank-Wolfe, in one run.

    python benchmarks/freight_assignment.py [--size small|sketch|large] [--trips N] [--no-peer]
    python benchmarks/freight_assignment.py --scaling      one line for each of several sizes

Sizes: `small` (a smoke test), `sketch` (as Chicago Sketch: 390 zones, 950 nodes, 2,950 links), `large`
(as Berlin Centre: 865 zones, 7,700 nodes, 28,800 links). Both run on one thread. The network is
synthetic and the same on every machine. Compilation is timed apart: the first import on a machine.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable

import numpy as np
from freight_networks import make_demand, make_network
from numpy.typing import NDArray

from transcaspian.freight.traffic import TrafficNetwork, TrafficProblem, Trips

# columns, rows, zones, trips leaving a zone, share of pairs with trips
SIZES = {
    "small": (8, 8, 20, 2500.0, 1.0),
    "sketch": (28, 20, 390, 400.0, 1.0),
    "large": (98, 70, 865, 6000.0, 0.07),
}
PEER_GAP = 1e-6
PEER_ITERATIONS = 50_000  # more than it needs: it ends at the gap
SCALING = (
    (7, 5, 24, 2500.0),
    (14, 10, 98, 1200.0),
    (28, 20, 390, 400.0),
    (56, 40, 390, 400.0),
    (28, 20, 780, 200.0),
)


def timed(name: str, work: Callable[[], object]) -> object:
    """Run the work, print wall and processor seconds, and return what it gave."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    sys.stdout.write(
        f"{name:<44}{time.perf_counter() - wall:9.2f} s wall{time.process_time() - processor:9.2f} s processor\n"
    )
    return result


def run_ours(problem: TrafficProblem, gap: float) -> object:
    """Return the assignment by this program."""
    from transcaspian.freight.user import AssignOptions, assign

    return assign(problem, AssignOptions(gap=gap))


def run_peer(network: TrafficNetwork, demand: NDArray[np.float64], gap: float) -> object:
    """Return the assignment by AequilibraE: its biconjugate Frank-Wolfe on one core."""
    os.environ["AEQ_SHOW_PROGRESS"] = "FALSE"  # its progress bar would cost it time
    import pandas as pd
    from aequilibrae.matrix import AequilibraeMatrix
    from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass

    n_zone = network.first_through
    start, factor = network.delays.parameters[:, 0], network.delays.parameters[:, 1]
    b = np.where(factor > 0.0, 0.15, 0.0)
    capacity = np.where(
        factor > 0.0, (start * b / np.where(factor > 0.0, factor, 1.0)) ** 0.25, 1e9
    )
    graph = Graph()
    graph.network = pd.DataFrame(
        {
            "link_id": np.arange(1, start.size + 1),
            "a_node": network.tail + 1,
            "b_node": network.head + 1,
            "direction": 1,
            "free_flow_time": start,
            "capacity": capacity,
            "b": b,
            "power": 4.0,
        }
    )
    graph.prepare_graph(np.arange(1, n_zone + 1))
    graph.set_graph("free_flow_time")
    graph.set_blocked_centroid_flows(True)
    matrix = AequilibraeMatrix()
    matrix.create_empty(zones=n_zone, matrix_names=["trips"], memory_only=True)
    matrix.index[:] = np.arange(1, n_zone + 1)
    matrix.matrix["trips"][:, :] = demand
    matrix.computational_view(["trips"])
    assignment = TrafficAssignment()
    assignment.set_classes([TrafficClass("car", graph, matrix)])
    assignment.set_vdf("BPR")
    assignment.set_vdf_parameters({"alpha": "b", "beta": "power"})
    assignment.set_capacity_field("capacity")
    assignment.set_time_field("free_flow_time")
    assignment.set_algorithm("bfw")
    assignment.set_cores(1)
    assignment.max_iter = PEER_ITERATIONS
    assignment.rgap_target = gap
    assignment.execute()
    return assignment


def print_scaling() -> None:
    """Time networks of growing numbers of zones and links to a gap of 1e-8."""
    for columns, rows, n_zone, per_zone in SCALING:
        network = make_network(columns, rows, n_zone)
        problem = TrafficProblem.of(network, Trips.from_matrix(make_demand(n_zone, per_zone)))
        timed(
            f"{n_zone} zones, {network.tail.size} links, {problem.trips.demand.size} pairs",
            lambda problem=problem: run_ours(problem, 1e-8),
        )


def main() -> None:
    """Print one line a phase."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--trips", type=float, help="trips that leave a zone on average")
    parser.add_argument("--no-peer", action="store_true", help="leave AequilibraE out")
    parser.add_argument("--scaling", action="store_true", help="several sizes, without AequilibraE")
    options = parser.parse_args()
    if options.scaling:
        print_scaling()
        return
    columns, rows, n_zone, per_zone, density = SIZES[options.size]
    network = make_network(columns, rows, n_zone)
    demand = make_demand(n_zone, options.trips or per_zone)
    demand *= np.random.default_rng(3).random(demand.shape) < density
    problem = TrafficProblem.of(network, Trips.from_matrix(demand))
    sys.stdout.write(
        f"{n_zone} zones, {network.n_vertex} nodes, {network.tail.size} links, {problem.trips.demand.size} pairs\n"
    )
    timed(
        "load compiled loops (compile on first run)",
        lambda: __import__("transcaspian.freight.user"),
    )
    result = None
    for gap in (1e-4, 1e-6, 1e-8, 1e-10, 1e-12):
        result = timed(f"bushes and cycles to {gap:.0e}", lambda gap=gap: run_ours(problem, gap))
    free = network.delays.parameters[:, 0] @ result.volume
    sys.stdout.write(
        f"total time over free-flow time {result.tstt / free:.3f}, objective {result.objective:.6f}\n"
    )
    if not options.no_peer:
        peer = timed(
            f"AequilibraE bfw to {PEER_GAP:.0e}", lambda: run_peer(network, demand, PEER_GAP)
        )
        sys.stdout.write(
            f"AequilibraE: gap {peer.assignment.rgap:.3g} after {peer.assignment.iter} iterations\n"
        )
        gaps = np.array(peer.assignment.convergence_report["rgap"])
        for gap in (1e-3, 1e-4, 1e-5, 2e-6, PEER_GAP):
            first = np.flatnonzero(gaps <= gap)
            if first.size:
                sys.stdout.write(f"AequilibraE: {gap:.0e} after {first[0] + 1} iterations\n")
        volume = peer.results()["PCE_tot"].to_numpy().copy()
        from transcaspian.freight.delay import delay_integral

        sys.stdout.write(
            f"AequilibraE: objective {delay_integral(network.delays, volume).sum():.6f}\n"
        )


if __name__ == "__main__":
    main()
