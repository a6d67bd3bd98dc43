"""Links whose delay was simulated: curves of hours by the traffic of both directions.

A curve counts from the arrival at one port to the exit of the other. It therefore takes the place of
the link's own time and delay function, and of the time at the terminals that it covers; their
charges and capacities stay, their hours are nought, so that no hour is counted twice.

Vessels and what they carry go there and back: how full a crossing is depends on the traffic of both
directions together. A queue of such a link counts both, and each direction has its own curve.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import FloatArray
from transcaspian.freight.delay import curve
from transcaspian.freight.network import Supernetwork
from transcaspian.freight.queues import BACKWARD, FORWARD, Queues
from transcaspian.freight.seasons import QueueRow, Seasons

__all__ = ["CrossingCurve", "use_crossing_curves"]


@dataclass(frozen=True, slots=True)
class CrossingCurve:
    """Hours on a link with its terminals, by the traffic of both directions together."""

    link: str
    counts_teu: bool
    volume: FloatArray  # [n_point] kt/a or 1000 TEU/a of both directions, rising from 0
    forward_h: FloatArray  # [n_point] from node0 to node1; does not fall
    backward_h: FloatArray  # [n_point]
    capacity: float  # what was carried at the most in a simulated year, same unit
    terminals: tuple[str, ...]  # those whose time the hours include


def use_crossing_curves(network: Supernetwork, curves: Sequence[CrossingCurve]) -> Supernetwork:
    """Return the network with simulated delays on its crossings.

    Links that are closed, or shut by a capacity of zero, stay so. Raises InputError for links and
    terminals that the network does not have, and for curves that start at no time at all.
    """
    _check(network, curves)
    time_h, queue = network.time_h.copy(), network.queue.copy()
    shared = np.full(network.n_arc, -1, dtype=np.int64)
    queues = _Queues(_queue_rows(network.queues), {}, network.queues.seasons)
    for item in curves:
        for terminal in item.terminals:
            time_h[network.terminal == network.terminals.index(terminal)] = 0.0
        arcs = np.flatnonzero(network.link == network.links.index(item.link))
        arcs = arcs[network.has_capacity[arcs]]
        if not arcs.size:
            continue
        there, back = (queues.add(item, end) for end in (FORWARD, BACKWARD))
        is_forward = network.is_forward[arcs]
        time_h[arcs] = np.where(is_forward, item.forward_h[0], item.backward_h[0])
        queue[arcs] = np.where(is_forward, there, back)
        shared[arcs] = np.where(is_forward, back, there)
    if not queues.curve_of:
        return replace(network, time_h=time_h)
    return replace(network, time_h=time_h, queue=queue, shared_queue=shared, queues=queues.arrays())


@dataclass(frozen=True, slots=True)
class _Queues:
    """The queues while curves are being put in."""

    rows: dict[str, QueueRow]
    curve_of: dict[str, tuple[FloatArray, FloatArray]]  # volume, time over free time
    seasons: Seasons | None

    def add(self, item: CrossingCurve, direction: str) -> int:
        """Give one direction of a link its curve; return the number of its queue."""
        name = item.link + direction
        background = 2.0 * self.rows[name][1] if name in self.rows else 0.0  # stated for one way
        self.rows[name] = (item.capacity, background, item.counts_teu, 0.0, 1.0)
        hours = item.forward_h if direction == FORWARD else item.backward_h
        self.curve_of[name] = item.volume, hours / hours[0]
        return list(self.rows).index(name)

    def arrays(self) -> Queues:
        """Return the queues as arrays."""
        names = list(self.rows)
        capacity, background, counts_teu, alpha, beta = zip(*self.rows.values(), strict=True)
        return Queues(
            name=tuple(names),
            capacity=np.array(capacity, dtype=np.float64),
            background=np.array(background, dtype=np.float64),
            counts_teu=np.array(counts_teu, dtype=bool),
            alpha=np.array(alpha, dtype=np.float64),
            beta=np.array(beta, dtype=np.float64),
            curved=np.array([names.index(name) for name in self.curve_of], dtype=np.int64),
            curves=curve(
                [volume for volume, _ in self.curve_of.values()],
                [factor for _, factor in self.curve_of.values()],
            ),
            seasons=self.seasons,
        )


def _queue_rows(queues: Queues) -> dict[str, QueueRow]:
    columns = (queues.capacity, queues.background, queues.counts_teu, queues.alpha, queues.beta)
    return dict(zip(queues.name, zip(*(c.tolist() for c in columns), strict=True), strict=True))


def _check(network: Supernetwork, curves: Sequence[CrossingCurve]) -> None:
    seasons = network.queues.seasons
    in_months = set() if seasons is None else {network.queues.name[at] for at in seasons.queue}
    problems = []
    for item in curves:
        if item.link + FORWARD in in_months:
            problems.append(
                Problem(
                    "freight/link_months.csv",
                    0,
                    "link",
                    f"{item.link} is a simulated crossing, which knows its months by itself.",
                    "Leave these rows out; closures of the sea stand in crossing/closures.",
                )
            )
        if item.link not in network.links:
            problems.append(_problem("link", item.link))
        problems += [
            _problem("terminal", terminal)
            for terminal in item.terminals
            if terminal not in network.terminals
        ]
        if not (item.capacity > 0.0 and item.forward_h[0] > 0.0 and item.backward_h[0] > 0.0):
            problems.append(
                Problem(
                    "crossing/links.csv",
                    0,
                    "link",
                    f"{item.link}: the simulated crossing takes no time or carries nothing.",
                    "Correct the tables of crossing/.",
                )
            )
    if problems:
        raise InputError("The simulated crossing does not fit the freight network.", problems)


def _problem(kind: str, name: str) -> Problem:
    return Problem(
        "crossing/links.csv", 0, kind, f"{kind} {name!r} is not known.", "Correct the name."
    )
