"""Stochastic equilibrium: path flows that follow from the costs that they cause.

The state is the volume of every queue. Newton's method with the exact derivative of the nested
path-size logit finds the volumes that reproduce themselves; the linear systems are solved without
forming the matrix (van der Vorst 1992, BiCGSTAB). Far fewer loadings than by averaging flows, and
the fixed point is met to rounding.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import NotConvergedError
from transcaspian.freight import delay as delay_functions
from transcaspian.freight.arrays import FloatArray, IntArray, starts_of, sum_by
from transcaspian.freight.demand import KT_PER_T, CargoClasses, Demand
from transcaspian.freight.kernels import (
    choose_paths,
    gather_queues,
    load_queues,
    price_paths,
    respond,
)
from transcaspian.freight.network import Supernetwork
from transcaspian.freight.paths import ChoiceSets

__all__ = ["Equilibrium", "PathTable", "build_path_table", "queue_values", "solve_equilibrium"]


LINEAR_TOLERANCE = 1e-13  # relative residual of the linear systems: below the wanted gap
MAX_LINEAR_STEPS = 2000
SHORTEST_STEP = 2.0**-30


@dataclass(frozen=True, slots=True)
class PathTable:
    """Paths of all units as arrays, sorted by unit, nest and order of finding."""

    unit: IntArray  # [n_path]
    route: IntArray  # [n_path] main route; n_route for none
    arc_start: IntArray  # [n_path + 1]
    arc: IntArray  # [n_path_arc]
    unit_nest_start: IntArray  # [n_unit + 1]
    nest_path_start: IntArray  # [n_nest + 1]
    log_path_size: FloatArray  # [n_path]
    fixed: FloatArray  # [n_path] USD/t that does not depend on flows, route constant included
    value_of_time: FloatArray  # [n_path]
    entry_start: IntArray  # [n_path + 1] queues of the path
    entry_queue: IntArray  # [n_entry]
    entry_time: FloatArray  # [n_entry] h without queue
    entry_volume: FloatArray  # [n_entry] kt or 1000 TEU per tonne
    scale: FloatArray  # [n_unit] t/USD
    tonnes: FloatArray  # [n_unit]
    dissimilarity: float


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Flows, costs and how well they reproduce themselves."""

    flow: FloatArray  # [n_path] t/a
    cost: FloatArray  # [n_path] USD/t with route constant
    expected_cost: FloatArray  # [n_unit] USD/t
    volume: FloatArray  # [n_queue] with background
    factor: FloatArray  # [n_queue] time over free time
    share: FloatArray  # [n_path]
    share_in_nest: FloatArray  # [n_path]
    gaps: tuple[float, ...]  # relative gap of every iteration


def build_path_table(
    sets: ChoiceSets,
    demand: Demand,
    classes: CargoClasses,
    reference: FloatArray,
    dissimilarity: float,
    path_size_exponent: float,
) -> PathTable:
    """Return the choice sets as arrays, with path sizes from `reference` [n_class, n_arc, USD/t].

    path_size = sum over arcs of (c_a / C_p) / sum over paths q of the nest that use a of
    (C_p / C_q) ** exponent, with c_a the arc's and C the path's reference cost: a path that
    shares its arcs only with much dearer ones counts nearly in full (Ramming 2002, generalised).
    """
    network = sets.network
    n_route = len(network.routes)
    paths: list[tuple[int, int, int, tuple[int, ...]]] = []
    for unit, found in enumerate(sets.of_unit):
        for order, path in enumerate(found):
            tags = [int(network.route[arc]) for arc in path if network.route[arc] >= 0]
            paths.append((unit, min(tags, default=n_route), order, path))
    paths.sort(key=lambda record: record[:3])
    unit_of_path = np.array([record[0] for record in paths], dtype=np.int64)
    route = np.array([record[1] for record in paths], dtype=np.int64)
    arc_start = starts_of(np.array([len(record[3]) for record in paths], dtype=np.int64))
    arc = np.array([step for record in paths for step in record[3]], dtype=np.int64)
    n_unit = demand.origin.size
    is_new_nest = np.r_[True, (np.diff(unit_of_path) != 0) | (np.diff(route) != 0)]
    nest_first = np.flatnonzero(is_new_nest)
    cargo = demand.unit_class[unit_of_path]
    path_of_arc = np.repeat(np.arange(unit_of_path.size), np.diff(arc_start))
    arc_cargo = cargo[path_of_arc]
    constant = np.hstack([classes.route_constant, np.zeros((len(classes.form), 1))])[cargo, route]
    queued = network.queue[arc] >= 0
    fixed_arc = (
        classes.money[arc_cargo, arc]
        + classes.delay_cost[arc_cargo, arc]
        + np.where(queued, 0.0, classes.value_of_time[arc_cargo] * network.time_h[arc])
    )
    step, queue, is_own = _queue_entries(network, arc, path_of_arc)
    per_tonne = KT_PER_T / np.where(
        network.queues.counts_teu[queue], classes.t_per_teu[arc_cargo[step]], 1.0
    )
    return PathTable(
        unit=unit_of_path,
        route=route,
        arc_start=arc_start,
        arc=arc,
        unit_nest_start=starts_of(np.bincount(unit_of_path[nest_first], minlength=n_unit)),
        nest_path_start=np.r_[nest_first, unit_of_path.size].astype(np.int64),
        log_path_size=log_path_size_of(
            np.cumsum(is_new_nest) - 1,
            path_of_arc,
            arc,
            reference[arc_cargo, arc],
            unit_of_path.size,
            path_size_exponent,
        ),
        fixed=sum_by(path_of_arc, fixed_arc, unit_of_path.size) + constant,
        value_of_time=classes.value_of_time[cargo],
        entry_start=starts_of(np.bincount(path_of_arc[step], minlength=unit_of_path.size)),
        entry_queue=queue,
        entry_time=np.where(is_own, network.time_h[arc[step]], 0.0),
        entry_volume=per_tonne,
        scale=classes.logit_scale[demand.unit_class],
        tonnes=demand.tonnes,
        dissimilarity=dissimilarity,
    )


def _queue_entries(
    network: Supernetwork, arc: IntArray, path_of_arc: IntArray
) -> tuple[IntArray, IntArray, NDArray[np.bool_]]:
    """Return steps of paths and the queues that count them, and whether it is the step's own.

    A step takes time in its own queue; one that another queue counts too takes none there.
    """
    own = np.flatnonzero(network.queue[arc] >= 0)
    if network.shared_queue is None:
        return own, network.queue[arc[own]], np.ones(own.size, dtype=bool)
    also = np.flatnonzero(network.shared_queue[arc] >= 0)
    step = np.concatenate([own, also])
    queue = np.concatenate([network.queue[arc[own]], network.shared_queue[arc[also]]])
    is_own = np.arange(step.size) < own.size
    order = np.argsort(path_of_arc[step], kind="stable")
    return step[order], queue[order], is_own[order]


def log_path_size_of(
    nest: IntArray, path: IntArray, arc: IntArray, cost: FloatArray, n_path: int, exponent: float
) -> FloatArray:
    """Return the logarithm of each path's size; a path without cost is alone in its size."""
    total = sum_by(path, cost, n_path)
    # Costs relative to the cheapest of the nest keep the powers within range.
    cheapest = np.full(int(nest[-1]) + 1 if nest.size else 0, np.inf)
    np.minimum.at(cheapest, nest, total)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(total > 0.0, cheapest[nest] / total, 1.0)
    weight = ratio**exponent
    key = nest[path] * (int(arc.max(initial=0)) + 1) + arc
    _, group = np.unique(key, return_inverse=True)
    shared = sum_by(group, weight[path], int(group.max(initial=-1)) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(total[path] > 0.0, cost / total[path] * weight[path] / shared[group], 0.0)
    size = sum_by(path, part, n_path)
    return np.log(np.where(total > 0.0, size, 1.0))


def delay_factor(network: Supernetwork, volume: FloatArray) -> FloatArray:
    """Return time over free time of every queue."""
    queues = network.queues
    factor = 1.0 + queues.alpha * (volume / queues.capacity) ** queues.beta
    if queues.seasons is not None:
        factor[queues.seasons.queue] = queues.seasons.factor(volume[queues.seasons.queue])
    if queues.curves is not None:
        factor[queues.curved] = delay_functions.delay(queues.curves, volume[queues.curved])
    return factor


def delay_slope(network: Supernetwork, volume: FloatArray) -> FloatArray:
    """Return the derivative of the delay factor by the volume."""
    queues = network.queues
    load = volume / queues.capacity
    slope = queues.alpha * queues.beta * load ** (queues.beta - 1.0) / queues.capacity
    if queues.seasons is not None:
        slope[queues.seasons.queue] = queues.seasons.slope(volume[queues.seasons.queue])
    if queues.curves is not None:
        slope[queues.curved] = delay_functions.delay_slope(queues.curves, volume[queues.curved])
    return slope


@dataclass(frozen=True, slots=True)
class _Response:
    """How path flows and queue volumes follow from delay factors."""

    table: PathTable
    network: Supernetwork

    def flows(
        self, factor: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return flow, cost, expected cost, share and share in the nest."""
        table = self.table
        n_path, n_unit = table.unit.size, table.tonnes.size
        cost, share, in_nest = np.empty(n_path), np.empty(n_path), np.empty(n_path)
        expected = np.empty(n_unit)
        price_paths(
            table.entry_start,
            table.entry_queue,
            table.entry_time,
            table.fixed,
            table.value_of_time,
            factor,
            cost,
        )
        choose_paths(
            table.unit_nest_start, table.nest_path_start, cost, table.log_path_size, table.scale,
            table.dissimilarity, share, in_nest, expected,
        )  # fmt: skip
        return share * table.tonnes[table.unit], cost, expected, share, in_nest

    def volumes(self, flow: FloatArray) -> FloatArray:
        """Return the volume of every queue without background."""
        volume = np.empty(len(self.network.queues.name))
        load_queues(
            self.table.entry_start, self.table.entry_queue, self.table.entry_volume, flow, volume
        )
        return volume

    def by_factor(self, share: FloatArray, in_nest: FloatArray, change: FloatArray) -> FloatArray:
        """Return the change of volumes for a change of delay factors."""
        hours = np.empty(self.table.unit.size)
        gather_queues(
            self.table.entry_start, self.table.entry_queue, self.table.entry_time, change, hours
        )
        return self.volumes(self._respond(share, in_nest, hours * self.table.value_of_time))

    def by_factor_transposed(
        self, share: FloatArray, in_nest: FloatArray, value: FloatArray
    ) -> FloatArray:
        """Return the transposed derivative times a value per queue."""
        table = self.table
        of_path, of_queue = np.empty(table.unit.size), np.empty(value.size)
        gather_queues(table.entry_start, table.entry_queue, table.entry_volume, value, of_path)
        flow = self._respond(share, in_nest, of_path)
        load_queues(
            table.entry_start,
            table.entry_queue,
            table.entry_time,
            flow * table.value_of_time,
            of_queue,
        )
        return of_queue

    def _respond(
        self, share: FloatArray, in_nest: FloatArray, cost_change: FloatArray
    ) -> FloatArray:
        table = self.table
        flow_change = np.empty(table.unit.size)
        respond(
            table.unit_nest_start, table.nest_path_start, table.scale, table.dissimilarity, table.tonnes,
            share, in_nest, cost_change, flow_change,
        )  # fmt: skip
        return flow_change


def solve_equilibrium(
    table: PathTable,
    network: Supernetwork,
    gap: float,
    max_iterations: int,
    start: FloatArray | None = None,
) -> Equilibrium:
    """Return flows with sum |f - P(c(f)) d| <= gap * sum d.

    Newton on the volumes with step halving on the residual. Raises NotConvergedError where the gap
    is not reached.
    """
    response = _Response(table, network)
    background = network.queues.background
    volume = background.copy() if start is None else np.maximum(start, background)
    gaps: list[float] = []
    state = response.flows(delay_factor(network, volume))
    while True:
        flow, _, _, share, in_nest = state
        reached = background + response.volumes(flow)
        answer = response.flows(delay_factor(network, reached))
        gaps.append(_relative_gap(flow, answer[0], table))
        if gaps[-1] <= gap:
            factor = delay_factor(network, reached)
            return Equilibrium(
                flow, answer[1], answer[2], reached, factor, answer[3], answer[4], tuple(gaps)
            )
        if len(gaps) > max_iterations:
            raise NotConvergedError(
                f"Freight equilibrium: relative gap {gaps[-1]:.3g} after {max_iterations} iterations, wanted {gap:.3g}. Allow more iterations or a wider gap."
            )
        residual = reached - volume
        slope = delay_slope(network, volume)

        def newton(
            change: FloatArray,
            share: FloatArray = share,
            in_nest: FloatArray = in_nest,
            slope: FloatArray = slope,
        ) -> FloatArray:
            return change - response.by_factor(share, in_nest, slope * change)

        step = solve_linear(newton, residual)
        volume, state = _search_line(response, background, volume, step, residual)


def _search_line(
    response: _Response,
    background: FloatArray,
    volume: FloatArray,
    step: FloatArray,
    residual: FloatArray,
) -> tuple[FloatArray, tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]]:
    """Return the volume after the longest halved step that makes the residual smaller."""
    before = float(np.abs(residual).sum())
    length = 1.0
    while True:
        trial = np.maximum(volume + length * step, background)
        state = response.flows(delay_factor(response.network, trial))
        after = float(np.abs(background + response.volumes(state[0]) - trial).sum())
        # At rounding level no step can do better: take it and let the gap decide.
        if after <= (1.0 - 1e-4 * length) * before or length < SHORTEST_STEP:
            return trial, state
        length *= 0.5


def _relative_gap(flow: FloatArray, answer: FloatArray, table: PathTable) -> float:
    total = float(table.tonnes.sum())
    return float(np.abs(flow - answer).sum()) / total if total > 0.0 else 0.0


def solve_linear(product: Callable[[FloatArray], FloatArray], right: FloatArray) -> FloatArray:
    """Return x with product(x) = right by BiCGSTAB (van der Vorst 1992), started from `right`."""
    x = right.copy()
    residual = right - product(x)
    target = LINEAR_TOLERANCE * max(_norm(right), 1e-300)
    shadow, search = residual.copy(), residual.copy()
    rho = _dot(shadow, residual)
    for _ in range(MAX_LINEAR_STEPS):
        if _norm(residual) <= target or rho == 0.0:
            break
        image = product(search)
        along = _dot(shadow, image)
        if along == 0.0:
            break
        alpha = rho / along
        half = residual - alpha * image
        half_image = product(half)
        square = _dot(half_image, half_image)
        omega = _dot(half_image, half) / square if square > 0.0 else 0.0
        x = x + alpha * search + omega * half
        residual = half - omega * half_image
        rho_next = _dot(shadow, residual)
        if omega == 0.0:
            break
        search = residual + (rho_next / rho) * (alpha / omega) * (search - omega * image)
        rho = rho_next
    return x


def _dot(a: FloatArray, b: FloatArray) -> float:
    # Not np.dot: a threaded BLAS may sum in an order that depends on the number of threads.
    return float((a * b).sum())


def _norm(a: FloatArray) -> float:
    return float(np.sqrt((a * a).sum()))


def _slope_by_capacity(network: Supernetwork, volume: FloatArray, slope: FloatArray) -> FloatArray:
    """Return the derivative of the delay factor by the capacity.

    Without months the factor is a function of volume over capacity, which gives it from the slope.
    """
    by_capacity: FloatArray = -slope * volume / network.queues.capacity
    seasons = network.queues.seasons
    if seasons is not None:
        by_capacity[seasons.queue] = seasons.by_capacity(volume[seasons.queue])
    return by_capacity


def queue_values(table: PathTable, network: Supernetwork, equilibrium: Equilibrium) -> FloatArray:
    """Return what one more unit of each capacity is worth to all shippers [USD per kt or 1000 TEU].

    Minus the total derivative of sum(tonnes * expected cost) by the capacity, the answer of the
    flows included, by one transposed linear system.
    """
    response = _Response(table, network)
    share, in_nest = equilibrium.share, equilibrium.share_in_nest
    direct = np.empty(len(network.queues.name))
    load_queues(
        table.entry_start,
        table.entry_queue,
        table.entry_time,
        equilibrium.flow * table.value_of_time,
        direct,
    )
    slope = delay_slope(network, equilibrium.volume)

    def transposed(value: FloatArray) -> FloatArray:
        return value - slope * response.by_factor_transposed(share, in_nest, value)

    answer = response.by_factor_transposed(share, in_nest, solve_linear(transposed, slope * direct))
    return -(direct + answer) * _slope_by_capacity(network, equilibrium.volume, slope)
