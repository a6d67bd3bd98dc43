"""Synthetic road networks for timing traffic assignment, of any size, from a seed."""

import numpy as np
from numpy.typing import NDArray

from transcaspian.freight.delay import DelayTable, bpr
from transcaspian.freight.traffic import TrafficNetwork

FREE_SPEED_KM_H = 50.0
BLOCK_KM = 1.5
LANE_CAPACITY = 1800.0  # vehicles an hour on an average link
ARTERIAL_EVERY = 4  # every fourth row and column of the grid is faster and wider


def make_network(columns: int, rows: int, n_zone: int, seed: int = 1) -> TrafficNetwork:
    """Return a grid of streets with arterials; zones 0 … n_zone-1 hang on it by connectors."""
    rng = np.random.default_rng(seed)
    n_street = columns * rows
    place = np.stack(
        np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"), axis=-1
    ).reshape(-1, 2)
    place = place + rng.uniform(-0.3, 0.3, place.shape)
    node = np.arange(n_street).reshape(columns, rows)
    pairs = np.vstack(
        [
            np.c_[node[:-1].ravel(), node[1:].ravel()],
            np.c_[node[:, :-1].ravel(), node[:, 1:].ravel()],
        ]
    )
    column, row = pairs // rows, pairs % rows
    is_arterial = ((column[:, 0] == column[:, 1]) & (column[:, 0] % ARTERIAL_EVERY == 0)) | (
        (row[:, 0] == row[:, 1]) & (row[:, 0] % ARTERIAL_EVERY == 0)
    )
    length = BLOCK_KM * np.linalg.norm(place[pairs[:, 0]] - place[pairs[:, 1]], axis=1)
    minutes = 60.0 * length / FREE_SPEED_KM_H * np.where(is_arterial, 0.6, 1.0)
    capacity = (
        LANE_CAPACITY * np.where(is_arterial, 2.5, 1.0) * rng.uniform(0.7, 1.3, is_arterial.size)
    )
    at = rng.choice(n_street, n_zone, replace=n_zone > n_street)
    tail = np.r_[pairs[:, 0] + n_zone, pairs[:, 1] + n_zone, np.arange(n_zone), at + n_zone]
    head = np.r_[pairs[:, 1] + n_zone, pairs[:, 0] + n_zone, at + n_zone, np.arange(n_zone)]
    connector = np.full(2 * n_zone, 1.0)
    time = np.r_[minutes, minutes, connector]
    b = np.r_[np.full(2 * minutes.size, 0.15), np.zeros(2 * n_zone)]
    room = np.r_[capacity, capacity, np.full(2 * n_zone, 1e6)]
    return TrafficNetwork(
        tail.astype(np.int64),
        head.astype(np.int64),
        bpr(time, b, room, np.full(time.size, 4.0)),
        n_zone + n_street,
        first_through=n_zone,
    )


def make_demand(n_zone: int, per_zone: float, seed: int = 2) -> NDArray[np.float64]:
    """Return a full matrix of trips with a few strong zones; `per_zone` trips leave on average."""
    rng = np.random.default_rng(seed)
    pull = rng.lognormal(0.0, 0.8, n_zone)
    matrix = np.outer(rng.lognormal(0.0, 0.5, n_zone), pull) * rng.uniform(
        0.5, 1.5, (n_zone, n_zone)
    )
    np.fill_diagonal(matrix, 0.0)
    return matrix * (per_zone * n_zone / matrix.sum())


def split_streets(network: TrafficNetwork, share: float, seed: int = 4) -> TrafficNetwork:
    """Return the network with a node in the middle of a share of its streets, as maps have them.

    Both directions of a street get the same node; connectors stay whole.
    """
    n_zone = network.first_through
    ends = np.c_[network.tail, network.head]
    street = (ends >= n_zone).all(axis=1)
    key = np.sort(ends, axis=1)
    pairs, of_link = np.unique(key, axis=0, return_inverse=True)
    chosen = np.random.default_rng(seed).random(size=(pairs.shape[0],)) < share
    split = street & chosen[of_link]
    middle = np.full(pairs.shape[0], -1)
    middle[chosen] = network.n_vertex + np.arange(chosen.sum())
    new = middle[of_link][split]
    parameters = network.delays.parameters.copy()
    parameters[split, :2] *= 0.5
    head = network.head.copy()
    head[split] = new
    return TrafficNetwork(
        np.r_[network.tail, new].astype(np.int64),
        np.r_[head, network.head[split]].astype(np.int64),
        DelayTable(
            np.r_[network.delays.kind, network.delays.kind[split]],
            np.r_[parameters, parameters[split]],
            network.delays.points,
        ),
        int(network.n_vertex + chosen.sum()),
        n_zone,
    )
