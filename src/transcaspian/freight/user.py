"""Deterministic equilibrium: nobody can travel cheaper by another way (Wardrop 1952).

Flow is kept by origin and class in *bushes* (Dial 2006, Algorithm B). A round grows every bush and
moves its flow once, then works on the few cycles that are left: sweeps move flow round one cycle at
a time, Newton steps round all of them at once. Fresh shortest-path trees certify the gap.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from transcaspian.errors import InfeasibleError, InputError, NotConvergedError, Problem
from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.freight.bush_kernels import (
    certify_bushes,
    settle_bushes,
    work_bushes,
)
from transcaspian.freight.bush_start_kernels import start_bushes
from transcaspian.freight.bushes import Bushes, Pair, Triple, empty_bushes
from transcaspian.freight.cycles import CycleWork
from transcaspian.freight.delay import DelayTable, delay, delay_integral
from transcaspian.freight.delay_kernels import BPR
from transcaspian.freight.link_kernels import (
    FACTOR,
    FLAGS,
    KIND,
    LIMIT,
    LIMITED,
    MARGINAL,
    MULTIPLIER,
    N_STATE,
    PENALTY,
    POWER,
    START,
    VOLUME,
    refresh_all,
)
from transcaspian.freight.paths import Star
from transcaspian.freight.traffic import TrafficClasses, TrafficNetwork, TrafficProblem, Trips

__all__ = [
    "AssignOptions",
    "Assignment",
    "assign",
    "check_costs",
    "check_reachable",
    "sort_trips",
]

FIRST_PENALTY = 10.0  # of hard capacities: slope over time at capacity, per capacity
PENALTY_GROWTH = 4.0
COMPARED = 10  # last rounds among which flows that show costs not monotone are looked for
SLOW = 0.25  # an excess that falls by less than this share calls for a larger penalty


@dataclass(frozen=True, slots=True)
class AssignOptions:
    """How far to go."""

    gap: float = 1e-8
    """Relative gap: what flow pays above the cheapest ways, over all that it pays."""
    max_iterations: int = 500
    """Rounds over all bushes."""
    is_system_optimum: bool = False
    """Minimise total cost instead of letting everybody choose."""
    capacity: FloatArray | None = None
    """Hard capacity of every link, infinite for none; multipliers keep volumes within."""
    capacity_tolerance: float = 1e-7
    """How far a volume may lie above its hard capacity, relative to it."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Equilibrium flows; `objective` is None where they minimise no function."""

    network: TrafficNetwork
    classes: TrafficClasses
    trips: Trips  # sorted by class, origin and destination
    volume: FloatArray  # [n_link]
    time: FloatArray  # [n_link] at that volume
    class_flow: FloatArray  # [n_class, n_link]
    least_cost: FloatArray  # [n_pair]
    objective: float | None
    tstt: float
    relative_gap: float
    multiplier: FloatArray  # [n_link] what one more unit of a hard capacity is worth, in time
    gaps: tuple[float, ...]  # estimate of every round; the last is certified
    bushes: Bushes = field(repr=False)
    pair_start: IntArray = field(repr=False)  # [n_bush + 1] the bush's pairs in `trips`


def assign(problem: TrafficProblem, options: AssignOptions | None = None) -> Assignment:
    """Return the user equilibrium (or system optimum) to the wanted gap.

    Raises InputError for trips that nothing joins and for negative costs, and NotConvergedError
    where the iterations do not suffice.
    """
    options = options or AssignOptions()
    trips = sort_trips(problem.trips)
    check_costs(problem.network, problem.classes, trips)
    if options.capacity is not None:
        _check_room(problem.network, problem.classes, trips, options.capacity)
    solver = _Solver(problem.network, trips, problem.classes, options)
    gaps: list[float] = []
    recent: deque[FloatArray] = deque(maxlen=COMPARED)  # flows by class where costs are no gradient
    for gap, is_certified in solver.rounds():
        gaps.append(gap)
        if is_certified and gap <= options.gap and solver.keep_capacities():
            return solver.result(gaps)
        if not solver.cycles.is_gradient:
            recent.append(solver.class_flow())
        if len(gaps) >= options.max_iterations:
            break
    solver.check_capacities()
    raise NotConvergedError(
        f"Traffic assignment: relative gap {gaps[-1]:.3g} after {len(gaps)} iterations, wanted"
        f" {options.gap:.3g}. Allow more iterations or a wider gap."
        + _tell_not_monotone(problem.network.delays, problem.classes, list(recent))
    )


def _tell_not_monotone(delays: DelayTable, classes: TrafficClasses, flows: list[FloatArray]) -> str:
    """Return the proof that costs are not monotone, as a sentence; empty where these flows give none.

    Costs are monotone where sum((cost(f) - cost(g)) * (f - g)) >= 0 for any two flows that carry the
    demand; an equilibrium is unique, and sure to be found, only then.
    """
    least = 0.0
    costs = [
        classes.scale[:, None] * delay(delays, (classes.weight * flow).sum(axis=0)) + classes.fixed
        for flow in flows
    ]
    for (flow, cost), (other, other_cost) in combinations(zip(flows, costs, strict=True), 2):
        least = min(least, float(((cost - other_cost) * (flow - other)).sum()))
    if least == 0.0:
        return ""
    return (
        " The costs of the classes are not monotone: between two flows that carry the demand the"
        f" changes of cost times those of flow sum up to {least:.3g}. There may be several equilibria,"
        " and no method is sure to find one: bring the weights of the classes nearer to one ratio."
    )


def check_costs(network: TrafficNetwork, classes: TrafficClasses, trips: Trips) -> None:
    """Raise InputError with every link that some class would be paid for, and trips that it serves."""
    free = (
        classes.scale[:, None] * delay(network.delays, np.zeros(network.delays.size))
        + classes.fixed
    )
    problems = []
    for link in np.flatnonzero(~(free >= 0.0).all(axis=0)):
        kind = int(np.flatnonzero(~(free[:, link] >= 0.0))[0])
        name = f"{classes.names[kind]}: " if classes.names else ""
        ends = (int(network.tail[link]), int(network.head[link]))
        problems.append(
            Problem(
                "network",
                int(link) + 1,
                "cost",
                f"{name}the link from {network.name_of(ends[0])} to {network.name_of(ends[1])} costs"
                f" {free[kind, link]:.6g} when empty{_name_users(network, trips, kind, ends)}.",
                "Costs cannot be negative: a loop would earn money.",
            )
        )
    if problems:
        raise InputError("Some links have a negative or missing cost.", problems)


def _name_users(network: TrafficNetwork, trips: Trips, kind: int, ends: tuple[int, int]) -> str:
    """Return which trips of a class a link could serve, the first that are found, for a message."""
    stars = (
        Star.forward_of(network.head, network.tail, network.n_vertex),
        Star.forward_of(network.tail, network.head, network.n_vertex),
    )
    step = np.ones(network.tail.size)
    before, after = (star.tree(step, end)[0] for star, end in zip(stars, ends, strict=True))
    served = np.flatnonzero(
        (trips.cargo == kind)
        & np.isfinite(before[trips.origin])
        & np.isfinite(after[trips.destination])
    )
    if not served.size:
        return ""
    origin, end = (int(column[served[0]]) for column in (trips.origin, trips.destination))
    return f"; trips from {network.name_of(origin)} to {network.name_of(end)} could use it"


def _check_room(
    network: TrafficNetwork, classes: TrafficClasses, trips: Trips, capacity: FloatArray
) -> None:
    """Raise InputError with every capacity below zero and every pair cut off by those of zero."""
    problems = [
        Problem(
            "capacity",
            int(link) + 1,
            "capacity",
            f"the link from {network.name_of(int(network.tail[link]))} to {network.name_of(int(network.head[link]))} has {capacity[link]:g}.",
            "Give a number from 0 up, infinite for no limit.",
        )
        for link in np.flatnonzero(~(capacity >= 0.0))
    ]
    star = Star.forward_of(network.tail, network.head, network.n_vertex)
    shut = np.where(capacity > 0.0, 1.0, np.inf)
    trees: dict[int, tuple[FloatArray, FloatArray]] = {}
    for pair in range(trips.origin.size if np.isinf(shut).any() else 0):
        origin, end = int(trips.origin[pair]), int(trips.destination[pair])
        if origin not in trees:
            trees[origin] = (
                star.tree(shut, origin, first_through=network.first_through)[0],
                star.tree(np.ones(shut.size), origin, first_through=network.first_through)[0],
            )
        with_room, without = trees[origin]
        if np.isinf(with_room[end]) and np.isfinite(without[end]):
            problems.append(
                Problem(
                    "trips",
                    0,
                    "destination",
                    f"{_class_of(classes, trips, pair)}every way from {network.name_of(origin)} to {network.name_of(end)} needs a link of zero capacity ({trips.demand[pair]:.6g} to carry).",
                    "Give one of them a capacity or drop the demand.",
                )
            )
    if problems:
        raise InputError("Some trips cannot be assigned within the capacities.", problems)


def _class_of(classes: TrafficClasses, trips: Trips, pair: int) -> str:
    """Return the name of a pair's class as the start of a message."""
    return f"{classes.names[trips.cargo[pair]]}: " if classes.names else ""


def sort_trips(trips: Trips) -> Trips:
    """Return the trips by class, origin and destination: one bush serves neighbours."""
    order = np.lexsort((trips.destination, trips.origin, trips.cargo))
    return Trips(
        trips.cargo[order], trips.origin[order], trips.destination[order], trips.demand[order]
    )


class _Solver:
    """The state that the rounds change; everything in it belongs to one call of `assign`."""

    def __init__(
        self, network: TrafficNetwork, trips: Trips, classes: TrafficClasses, options: AssignOptions
    ) -> None:
        self.network, self.trips, self.classes, self.options = network, trips, classes, options
        out, into = (
            Star.forward_of(*ends, network.n_vertex)
            for ends in ((network.tail, network.head), (network.head, network.tail))
        )
        self.out_star: Triple = (out.start, out.arc, network.head)
        self.in_star: Triple = (into.start, into.arc, network.tail)
        self.state = _make_state(network.delays, is_marginal=options.is_system_optimum)
        # Three more columns for links with a hard capacity.
        parameters = np.zeros((network.delays.size, LIMIT + 1))
        parameters[:, : network.delays.parameters.shape[1]] = network.delays.parameters
        self.tables: Pair = (parameters, network.delays.points)
        self.costs: Triple = (classes.scale, classes.fixed, classes.weight)
        is_new = np.ones(trips.origin.size, dtype=bool)
        is_new[1:] = (np.diff(trips.cargo) != 0) | (np.diff(trips.origin) != 0)
        first = np.flatnonzero(is_new)
        self.pair_start = np.r_[first, trips.origin.size].astype(np.int64)
        self.pairs: Pair = (trips.destination, trips.demand)
        self.bushes = empty_bushes(network, trips, first)
        self.least = np.full(trips.origin.size, np.inf)
        self.cycles = CycleWork.on(
            self.in_star,
            self.bushes,
            self.costs,
            self.state,
            self.tables,
            _model_factors(classes),
            is_gradient=_potential_factors(classes) is not None,
        )
        self.multiplier = np.zeros(network.delays.size)
        self.worst_excess = np.inf
        self.estimate = np.inf
        if options.capacity is not None:
            self.limit_links(options.capacity)

    def limit_links(self, capacity: FloatArray) -> None:
        """Give links with a hard capacity their first penalty: their time again at a tenth more."""
        parameters = self.tables[0]
        limited = np.isfinite(capacity)
        time = delay(self.network.delays, np.where(limited, capacity, 0.0))
        typical = max(float(time.mean()), 1e-12)
        safe = np.where(limited, np.maximum(capacity, 1e-9), 1.0)
        parameters[:, PENALTY] = np.where(
            limited, FIRST_PENALTY * np.maximum(time, typical) / safe, 0.0
        )
        parameters[:, LIMIT] = np.where(limited, capacity, 0.0)
        self.state[limited, FLAGS] += LIMITED

    def keep_capacities(self) -> bool:
        """Return whether hard capacities are kept; else raise the multipliers.

        Method of multipliers (Hestenes 1969); where the excess falls slowly the penalty grows.
        """
        if self.options.capacity is None:
            return True
        parameters = self.tables[0]
        limited = np.isfinite(self.options.capacity)
        over = (self.state[:, VOLUME] - parameters[:, LIMIT]) / np.maximum(
            parameters[:, LIMIT], 1e-9
        )
        slack = np.minimum(
            self.multiplier
            / np.maximum(parameters[:, PENALTY] * np.maximum(parameters[:, LIMIT], 1e-9), 1e-300),
            -over,
        )
        error = np.where(limited, np.maximum(over, slack), 0.0)
        new = np.maximum(
            0.0,
            parameters[:, MULTIPLIER]
            + parameters[:, PENALTY] * (self.state[:, VOLUME] - parameters[:, LIMIT]),
        )
        self.multiplier = np.where(limited, new, 0.0)
        parameters[:, MULTIPLIER] = self.multiplier
        worst = float(error.max(initial=0.0))
        if worst <= self.options.capacity_tolerance:
            return True
        if worst > SLOW * self.worst_excess:
            parameters[:, PENALTY] *= PENALTY_GROWTH
        self.worst_excess = worst
        self.estimate = np.inf
        refresh_all(self.state, *self.tables)
        return False

    def check_capacities(self) -> None:
        """Raise InfeasibleError with the hard capacities that volumes still exceed."""
        capacity = self.options.capacity
        if capacity is None:
            return
        volume = self.state[:, VOLUME]
        over = np.flatnonzero(volume > capacity * (1.0 + self.options.capacity_tolerance))
        if over.size:
            names = ", ".join(
                f"{self.network.name_of(int(self.network.tail[link]))} to {self.network.name_of(int(self.network.head[link]))} ({volume[link]:.6g} over {capacity[link]:.6g})"
                for link in over
            )
            raise InfeasibleError(
                f"No flow within the hard capacities was found; these are exceeded: {names}."
            )

    def rounds(self) -> Iterator[tuple[float, bool]]:
        """Yield gap and whether it is certified; flow moves between two yields."""
        refresh_all(self.state, *self.tables)
        bushes = self.bushes.arrays()
        start_bushes(
            *self.in_star, *self.out_star, self.network.first_through, *bushes, self.pair_start, *self.pairs, *self.costs, self.state, *self.tables
        )  # fmt: skip
        while True:
            settle_bushes(
                *self.in_star,
                *bushes,
                self.pair_start,
                *self.pairs,
                *self.costs,
                self.state,
                *self.tables,
            )
            if self.estimate <= self.options.gap or not np.isfinite(self.least).all():
                yield self._certify(), True
            excess = work_bushes(
                *self.in_star, *self.out_star, self.network.first_through, *bushes, *self.costs, self.state, *self.tables
            )  # fmt: skip
            self.estimate = self._relative(excess)
            self.cycles.balance(excess)
            if self.estimate > self.options.gap:
                yield self.estimate, False

    def _certify(self) -> float:
        excess = certify_bushes(
            *self.out_star, self.network.tail, self.network.first_through, *self.bushes.arrays(), self.pair_start, *self.pairs, *self.costs, self.state, self.least
        )  # fmt: skip
        check_reachable(self.network, self.classes, self.trips, self.least)
        return self._relative(excess)

    def _relative(self, excess: float) -> float:
        """Return the excess over what all flow pays."""
        total = float((self.least * self.trips.demand).sum()) + excess
        return excess / total if total > 0.0 else 0.0

    def class_flow(self) -> FloatArray:
        """Return the flow of every class on every link."""
        flow = np.zeros_like(self.classes.fixed)
        for bush in range(self.bushes.root.size):
            flow[self.bushes.cargo[bush]] += self.bushes.flow[bush]
        return flow

    def result(self, gaps: list[float]) -> Assignment:
        """Return the flows of the last round."""
        network, classes, bushes = self.network, self.classes, self.bushes
        volume = self.state[:, VOLUME].copy()
        time = delay(network.delays, volume)
        class_flow = self.class_flow()
        cost = classes.scale[:, None] * time + classes.fixed
        return Assignment(
            network=network,
            classes=classes,
            trips=self.trips,
            volume=volume,
            time=time,
            class_flow=class_flow,
            least_cost=self.least.copy(),
            objective=None
            if self.options.is_system_optimum
            else _objective(network.delays, classes, class_flow, volume),
            tstt=float((class_flow * cost).sum()),
            relative_gap=gaps[-1],
            multiplier=self.multiplier.copy(),
            gaps=tuple(gaps),
            bushes=bushes,
            pair_start=self.pair_start,
        )


def check_reachable(
    network: TrafficNetwork, classes: TrafficClasses, trips: Trips, least: FloatArray
) -> None:
    """Raise InputError with every pair that nothing joins."""
    problems = []
    for pair in np.flatnonzero(~np.isfinite(least)):
        name = _class_of(classes, trips, int(pair))
        origin, destination = (
            network.name_of(int(end[pair])) for end in (trips.origin, trips.destination)
        )
        problems.append(
            Problem(
                "trips",
                0,
                "destination",
                f"{name}no way leads from {origin} to {destination} ({trips.demand[pair]:.6g} to carry).",
                "Add the missing links or drop the demand.",
            )
        )
    if problems:
        raise InputError("Some trips cannot be assigned.", problems)


def _potential_factors(classes: TrafficClasses) -> tuple[FloatArray, FloatArray] | None:
    """Return factors that make the costs a gradient, by class and by link; None where none do.

    With volume = sum of weight * flow, the costs scale_c * t(volume) + fixed_c are the gradient of a
    function, times scale_c / weight_c, when the weights of any two classes stand in one ratio on
    every link.
    """
    weight = classes.weight
    if weight.shape[1] == 0 or not (weight > 0.0).all():
        return None
    of_class = weight[:, 0] / weight[0, 0]
    if not np.allclose(weight, of_class[:, None] * weight[0], rtol=1e-12, atol=0.0):
        return None
    return of_class / classes.scale, 1.0 / weight[0]


def _model_factors(classes: TrafficClasses) -> tuple[FloatArray, FloatArray] | None:
    """Return factors under which costs are nearly a gradient, None where a weight is zero.

    Where costs come from no function these are means: Newton steps then lead near the answer, not to
    it, and only the certified gap tells that it is met.
    """
    exact = _potential_factors(classes)
    if exact is not None or not classes.weight.size or not (classes.weight > 0.0).all():
        return exact
    of_class: FloatArray = np.exp(np.log(classes.weight / classes.weight[0]).mean(axis=1))
    of_link: FloatArray = np.exp(np.log(classes.weight / of_class[:, None]).mean(axis=0))
    return of_class / classes.scale, 1.0 / of_link


def _objective(
    delays: DelayTable, classes: TrafficClasses, flows: FloatArray, volume: FloatArray
) -> float | None:
    """Return the Beckmann function, or None where the classes' costs come from no function."""
    potential = _potential_factors(classes)
    if potential is None:
        return None
    class_factor, link_factor = potential
    integral = (delay_integral(delays, volume) * link_factor).sum()
    return float(integral + (class_factor[:, None] * classes.fixed * flows).sum())


def _make_state(delays: DelayTable, *, is_marginal: bool) -> FloatArray:
    """Return the rows of the links at zero volume."""
    state = np.zeros((delays.size, N_STATE))
    state[:, KIND] = delays.kind
    state[:, START : POWER + 1] = delays.parameters[:, :3]
    state[delays.kind != BPR, START : POWER + 1] = 0.0
    if is_marginal:
        # t + v t' of a BPR function is a BPR function.
        state[:, FACTOR] *= 1.0 + state[:, POWER]
        state[:, FLAGS] = MARGINAL
    return state
