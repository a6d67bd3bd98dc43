"""Stochastic user equilibrium on any network: trips spread over paths by path-size logit.

Paths come from shortest-path trees of every origin: at the costs of the empty network, with the
links of the trees found before made dearer, and in rounds at the costs of the equilibrium. The state is the volume of every link;
Newton's method with the exact derivative of the logit finds the volumes that reproduce themselves.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from transcaspian.errors import NotConvergedError
from transcaspian.freight.arrays import FloatArray, IntArray, starts_of
from transcaspian.freight.delay import delay, delay_slope
from transcaspian.freight.kernels import (
    choose_paths,
    find_tree,
    gather_queues,
    load_queues,
    respond,
)
from transcaspian.freight.paths import Star
from transcaspian.freight.stochastic import log_path_size_of, solve_linear
from transcaspian.freight.traffic import TrafficNetwork, TrafficProblem, Trips
from transcaspian.freight.user import check_costs, check_reachable, sort_trips

__all__ = ["LogitOptions", "LogitPaths", "StochasticAssignment", "assign_stochastic"]

SHORTEST_STEP = 2.0**-30


@dataclass(frozen=True, slots=True)
class LogitOptions:
    """How trips choose, how paths are found and how exactly the equilibrium is met."""

    scale: float
    """Scale of the logit (theta), above 0: one over the spread of unseen cost."""
    gap: float = 1e-9
    """Relative gap: sum |f - P(c(f)) d| / sum d."""
    max_iterations: int = 100
    """Newton iterations of one equilibrium."""
    searches: int = 10
    """Trees of every origin and class before the first equilibrium."""
    penalty: float = 1.25
    """Factor by which links in use get dearer from search to search, above 1."""
    path_size_exponent: float = 0.0
    """How little much dearer paths count in the path size; 0 is the plain path size."""
    max_rounds: int = 50
    """Rounds of adding paths that are cheapest at the costs of the equilibrium."""


@dataclass(frozen=True, slots=True)
class LogitPaths:
    """The paths of all pairs: those of a pair stand together."""

    pair_start: IntArray  # [n_pair + 1]
    link_start: IntArray  # [n_path + 1]
    link: IntArray  # [n_path_link]


@dataclass(frozen=True, slots=True)
class StochasticAssignment:
    """Flows that follow from the costs that they cause; no function is minimised by path sizes."""

    network: TrafficNetwork
    trips: Trips  # sorted by class, origin and destination
    volume: FloatArray  # [n_link]
    time: FloatArray  # [n_link]
    class_flow: FloatArray  # [n_class, n_link]
    flow: FloatArray  # [n_path]
    cost: FloatArray  # [n_path]
    expected_cost: FloatArray  # [n_pair] expected least cost, -log(sum over paths) / scale
    tstt: float
    relative_gap: float
    gaps: tuple[float, ...]
    paths: LogitPaths = field(repr=False)


def assign_stochastic(problem: TrafficProblem, options: LogitOptions) -> StochasticAssignment:
    """Return the stochastic user equilibrium to the wanted gap.

    share of path p ~ PS_p * exp(-scale * cost_p) among the paths of its pair, PS_p the path size in
    costs of the empty network (Ben-Akiva and Bierlaire 1999). Raises InputError for trips that
    nothing joins and for negative costs, NotConvergedError where the iterations do not suffice.
    """
    if not options.scale > 0.0:
        raise ValueError(f"The scale of a logit is above 0, not {options.scale!r}.")
    network, classes = problem.network, problem.classes
    trips = sort_trips(problem.trips)
    check_costs(network, classes, trips)
    free_time = delay(network.delays, np.zeros(network.delays.size))
    free_cost = classes.scale[:, None] * free_time + classes.fixed
    found: list[dict[tuple[int, ...], None]] = [{} for _ in range(trips.origin.size)]
    _add_cheapest(found, problem, trips, free_cost, options.searches, options.penalty)
    volume = np.zeros(network.tail.size)
    for _ in range(options.max_rounds):
        loading = _Loading.of(problem, trips, found, free_cost, options)
        result = _solve(loading, options, volume)
        volume = result.volume
        cost = classes.scale[:, None] * result.time + classes.fixed
        if not _add_cheapest(found, problem, trips, cost):
            return result
    raise NotConvergedError(
        f"Stochastic assignment: new cheapest paths still turned up after {options.max_rounds} rounds."
    )


def _add_cheapest(
    found: list[dict[tuple[int, ...], None]],
    problem: TrafficProblem,
    trips: Trips,
    cost: FloatArray,
    searches: int = 1,
    penalty: float = 1.0,
) -> int:
    """Add every pair's cheapest path at the class's costs where it is new; return how many were.

    Further searches make the links found so far for the origin dearer: by the factor, and by as much
    of a mean link so that links of no cost get dearer too.
    """
    network = problem.network
    star = Star.forward_of(network.tail, network.head, network.n_vertex)
    distance = np.empty(network.n_vertex)
    arc_in = np.empty(network.n_vertex, dtype=np.int64)
    heap, place = np.empty_like(arc_in), np.empty_like(arc_in)
    least = np.zeros(trips.origin.size)
    is_new = np.ones(trips.origin.size, dtype=bool)
    is_new[1:] = (np.diff(trips.cargo) != 0) | (np.diff(trips.origin) != 0)
    bounds = np.r_[np.flatnonzero(is_new), trips.origin.size].tolist()
    added = 0
    for first, after in pairwise(bounds):
        own = cost[trips.cargo[first]].copy()
        extra = (penalty - 1.0) * float(own.mean())
        for search in range(searches):
            find_tree(
                star.start, star.arc, network.head, own, int(trips.origin[first]), -1,
                network.first_through, distance, arc_in, heap, place,
            )  # fmt: skip
            if search == 0:
                least[first:after] = distance[trips.destination[first:after]]
            is_used = np.zeros(own.size, dtype=bool)
            for pair in range(first, after):
                vertex = int(trips.destination[pair])
                links: list[int] = []
                while arc_in[vertex] >= 0:
                    links.append(int(arc_in[vertex]))
                    vertex = int(network.tail[links[-1]])
                path = tuple(reversed(links))
                is_used[links] = True
                added += path not in found[pair]
                found[pair][path] = None
            own = np.where(is_used, penalty * own + extra, own)
    check_reachable(network, problem.classes, trips, least)
    return added


@dataclass(frozen=True, slots=True)
class _Loading:
    """How path flows and link volumes follow from link times."""

    problem: TrafficProblem
    trips: Trips
    paths: LogitPaths
    fixed: FloatArray  # [n_path] cost that does not depend on time
    by_time: FloatArray  # [n_path_link] cost per unit of the link's time
    by_flow: FloatArray  # [n_path_link] volume per unit of flow
    log_path_size: FloatArray  # [n_path]
    scale: FloatArray  # [n_pair]

    @staticmethod
    def of(
        problem: TrafficProblem,
        trips: Trips,
        found: list[dict[tuple[int, ...], None]],
        free_cost: FloatArray,
        options: LogitOptions,
    ) -> "_Loading":
        """Return the loading over the paths found so far."""
        classes = problem.classes
        pair_start = starts_of(np.array([len(paths) for paths in found], dtype=np.int64))
        every = [path for paths in found for path in paths]
        link_start = starts_of(np.array([len(path) for path in every], dtype=np.int64))
        link = np.array([one for path in every for one in path], dtype=np.int64)
        pair = np.repeat(np.arange(len(found)), np.diff(pair_start))
        path = np.repeat(np.arange(len(every)), np.diff(link_start))
        cargo = trips.cargo[pair[path]]
        fixed = np.zeros(len(every))
        np.add.at(fixed, path, classes.fixed[cargo, link])
        size = log_path_size_of(
            pair, path, link, free_cost[cargo, link], len(every), options.path_size_exponent
        )
        return _Loading(
            problem,
            trips,
            LogitPaths(pair_start, link_start, link),
            fixed,
            classes.scale[cargo],
            classes.weight[cargo, link],
            size,
            np.full(len(found), options.scale),
        )

    def choose(self, time: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return flow, cost, share and expected least cost at the times of links."""
        paths, n_path = self.paths, self.fixed.size
        cost, share, in_nest = np.empty(n_path), np.empty(n_path), np.empty(n_path)
        expected = np.empty(self.scale.size)
        gather_queues(paths.link_start, paths.link, self.by_time, time, cost)
        cost += self.fixed
        every_pair = np.arange(self.scale.size + 1)
        choose_paths(
            every_pair, paths.pair_start, cost, self.log_path_size, self.scale, 1.0, share, in_nest, expected
        )  # fmt: skip
        pair = np.repeat(np.arange(self.scale.size), np.diff(paths.pair_start))
        return share * self.trips.demand[pair], cost, share, expected

    def load(self, flow: FloatArray, weight: FloatArray) -> FloatArray:
        """Return the weighted sum of path flows on every link."""
        volume = np.empty(self.problem.network.tail.size)
        load_queues(self.paths.link_start, self.paths.link, weight, flow, volume)
        return volume

    def answer(self, share: FloatArray, time_change: FloatArray) -> FloatArray:
        """Return the change of volumes for a small change of the times of links."""
        paths = self.paths
        cost_change, flow_change = np.empty(share.size), np.empty(share.size)
        gather_queues(paths.link_start, paths.link, self.by_time, time_change, cost_change)
        every_pair = np.arange(self.scale.size + 1)
        respond(
            every_pair, paths.pair_start, self.scale, 1.0, self.trips.demand, share, share, cost_change, flow_change
        )  # fmt: skip
        return self.load(flow_change, self.by_flow)


def _solve(loading: _Loading, options: LogitOptions, start: FloatArray) -> StochasticAssignment:
    """Return flows with sum |f - P(c(f)) d| <= gap * sum d, by Newton with halved steps."""
    network, classes = loading.problem.network, loading.problem.classes
    total = float(loading.trips.demand.sum())
    volume, gaps = start, []
    flow, _, share, _ = loading.choose(delay(network.delays, volume))
    while True:
        reached = loading.load(flow, loading.by_flow)
        time = delay(network.delays, reached)
        answer, cost, _, expected = loading.choose(time)
        gaps.append(float(np.abs(flow - answer).sum()) / total if total > 0.0 else 0.0)
        if gaps[-1] <= options.gap:
            break
        if len(gaps) > options.max_iterations:
            raise NotConvergedError(
                f"Stochastic assignment: relative gap {gaps[-1]:.3g} after {options.max_iterations}"
                f" iterations, wanted {options.gap:.3g}. Allow more iterations or a wider gap."
            )
        residual = reached - volume
        slope = delay_slope(network.delays, volume)

        def newton(
            change: FloatArray, share: FloatArray = share, slope: FloatArray = slope
        ) -> FloatArray:
            return change - loading.answer(share, slope * change)

        step = solve_linear(newton, residual)
        before, length = float(np.abs(residual).sum()), 1.0
        while True:
            trial = np.maximum(volume + length * step, 0.0)
            flow, _, share, _ = loading.choose(delay(network.delays, trial))
            after = float(np.abs(loading.load(flow, loading.by_flow) - trial).sum())
            if after <= (1.0 - 1e-4 * length) * before or length < SHORTEST_STEP:
                break
            length *= 0.5
        volume = trial
    pair = np.repeat(np.arange(loading.trips.origin.size), np.diff(loading.paths.pair_start))
    path = np.repeat(np.arange(flow.size), np.diff(loading.paths.link_start))
    class_flow = np.zeros_like(classes.fixed)
    np.add.at(class_flow, (loading.trips.cargo[pair[path]], loading.paths.link), flow[path])
    return StochasticAssignment(
        network=network,
        trips=loading.trips,
        volume=reached,
        time=time,
        class_flow=class_flow,
        flow=flow,
        cost=cost,
        expected_cost=expected,
        tstt=float((flow * cost).sum()),
        relative_gap=gaps[-1],
        gaps=tuple(gaps),
        paths=loading.paths,
    )
