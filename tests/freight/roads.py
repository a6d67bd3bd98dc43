"""Traffic problems shared by the tests of user equilibria, and readers of published ones."""

import sqlite3
import zipfile
from importlib import resources
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from transcaspian.freight.delay import DelayTable, bpr
from transcaspian.freight.traffic import TrafficClasses, TrafficNetwork, TrafficProblem, Trips


def roads(
    ends: list[tuple[int, int]], delays: DelayTable, trips: list[tuple[int, int, float]], classes: TrafficClasses | None = None, first_through: int = 0
) -> TrafficProblem:  # fmt: skip
    """A problem from pairs of vertices, delays and (origin, destination, demand)."""
    tail, head = (np.array(column, dtype=np.int64) for column in zip(*ends, strict=True))
    origin, destination, demand = zip(*trips, strict=True)
    network = TrafficNetwork(
        tail, head, delays, int(max(tail.max(), head.max())) + 1, first_through
    )
    own = Trips(
        np.zeros(len(trips), dtype=np.int64),
        np.array(origin, dtype=np.int64),
        np.array(destination, dtype=np.int64),
        np.array(demand, dtype=np.float64),
    )
    return TrafficProblem.of(network, own, classes)


def lines(start: list[float], slope: list[float]) -> DelayTable:
    """Delays that rise straight: time = start + slope * volume."""
    free, rise = np.array(start, dtype=np.float64), np.array(slope, dtype=np.float64)
    safe = np.where(free > 0.0, free, 1e-9)
    return bpr(safe, rise / safe, np.ones(free.size), np.ones(free.size))


def sioux_falls(folder: Path) -> tuple[TrafficProblem, NDArray[np.float64]]:
    """Sioux Falls as the installed aequilibrae package holds it, and its trip matrix."""
    with zipfile.ZipFile(
        str(resources.files("aequilibrae") / "reference_files" / "sioux_falls.zip")
    ) as archive:
        archive.extract("project_database.sqlite", folder)
        archive.extract("matrices/demand.omx", folder)
    connection = sqlite3.connect(folder / "project_database.sqlite")
    rows = connection.execute(
        "select a_node, b_node, free_flow_time, b, capacity_ab, power from links order by link_id"
    ).fetchall()
    connection.close()
    columns = np.array(rows, dtype=np.float64).T
    with h5py.File(folder / "matrices" / "demand.omx") as matrices:
        matrix = np.array(matrices["data/matrix"], dtype=np.float64)
    delays = bpr(*(np.ascontiguousarray(columns[position]) for position in (2, 3, 4, 5)))
    network = TrafficNetwork(
        columns[0].astype(np.int64) - 1, columns[1].astype(np.int64) - 1, delays, 24
    )
    return TrafficProblem.of(network, Trips.from_matrix(matrix)), matrix


def random_problem(seed: int, n_vertex: int = 9, n_class: int = 1) -> TrafficProblem:
    """A strongly connected random network with a few zones and some links of no cost."""
    rng = np.random.default_rng(seed)
    ring = np.arange(n_vertex)
    more = 2 * n_vertex
    tail, head = (
        np.r_[ring, rng.integers(0, n_vertex, more)],
        np.r_[np.roll(ring, -1), rng.integers(0, n_vertex, more)],
    )
    keep = tail != head
    tail, head = tail[keep].astype(np.int64), head[keep].astype(np.int64)
    n_link = tail.size
    free = np.where(rng.random(n_link) < 0.1, 0.0, rng.uniform(1.0, 10.0, n_link))
    delays = bpr(
        free,
        np.where(rng.random(n_link) < 0.2, 0.0, rng.uniform(0.1, 1.0, n_link)),
        rng.uniform(5.0, 20.0, n_link),
        rng.choice([1.0, 2.5, 4.0], n_link),
    )
    n_pair = 8
    origin = rng.integers(0, n_vertex, n_pair)
    destination = (origin + rng.integers(1, n_vertex, n_pair)) % n_vertex
    pairs = {
        (int(c), int(o), int(d))
        for c, o, d in zip(rng.integers(0, n_class, n_pair), origin, destination, strict=True)
    }
    cargo, origin, destination = (
        np.array(column, dtype=np.int64) for column in zip(*sorted(pairs), strict=True)
    )
    weights = rng.uniform(0.5, 3.0, n_class)
    classes = TrafficClasses(
        rng.uniform(0.5, 2.0, n_class),
        rng.uniform(0.0, 2.0, (n_class, n_link)),
        np.repeat(weights[:, None], n_link, axis=1),
    )
    trips = Trips(cargo, origin, destination, rng.uniform(1.0, 15.0, cargo.size))
    return TrafficProblem.of(TrafficNetwork(tail, head, delays, n_vertex), trips, classes)
