"""The corridor study's freight model: a year's cargo assigned to the multimodal network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from transcaspian.case.tables import YearView
from transcaspian.errors import InputError, NotConvergedError, Problem
from transcaspian.freight.arrays import FloatArray
from transcaspian.freight.crossings import CrossingCurve, use_crossing_curves
from transcaspian.freight.demand import CargoClasses, Demand, build_classes, build_demand
from transcaspian.freight.nests import Search, find_nest_paths
from transcaspian.freight.network import FORMS, Supernetwork, build_supernetwork
from transcaspian.freight.paths import (
    Catalogue,
    ChoiceSets,
    Star,
    join_catalogues,
    reference_costs,
)
from transcaspian.freight.route_rules import read_route_rules
from transcaspian.freight.stochastic import (
    Equilibrium,
    PathTable,
    build_path_table,
    queue_values,
    solve_equilibrium,
)

__all__ = ["FreightOptions", "FreightResult", "assign_case", "collect_paths"]


@dataclass(frozen=True, slots=True)
class FreightOptions:
    """How paths are found and how exactly the equilibrium is met."""

    gap: float = 1e-9
    """Relative gap: sum |f - P(c(f)) d| / sum d."""
    max_iterations: int = 60
    """Newton iterations of one equilibrium."""
    dissimilarity: float = 0.5
    """Spread of unseen cost within a main route over that between routes, above 0, up to 1."""
    path_size_exponent: float = 10.0
    """How little much dearer paths count in the path size; 0 is the plain path size."""
    searches: int = 4
    """Paths looked for of each main route, each with the arcs found before made dearer."""
    penalty: float = 1.25
    """Factor by which used arcs get dearer from search to search."""
    logit_range: float = 14.0
    """Units of logit by which a path may be dearer than the cheapest: a share of 1e-6."""
    nest_range: float = 8.0
    """Units of logit by which a path may be dearer than the cheapest of its main route."""
    max_rounds: int = 20
    """Rounds of looking for cheaper paths at the costs of the equilibrium."""


@dataclass(frozen=True, slots=True)
class FreightResult:
    """An assigned year: the arrays of the model, from which `tables` makes frames."""

    year: int
    network: Supernetwork
    classes: CargoClasses
    demand: Demand
    table: PathTable
    equilibrium: Equilibrium
    queue_value: FloatArray = field(repr=False)  # [n_queue] USD per kt or 1000 TEU
    catalogue: Catalogue = field(repr=False)
    rounds: int = 1

    @property
    def relative_gap(self) -> float:
        """Return the certified gap of the flows."""
        return self.equilibrium.gaps[-1]

    @property
    def user_cost_usd(self) -> float:
        """Return the sum over all cargo of tonnes times expected least cost [USD/a]."""
        return float((self.demand.tonnes * self.equilibrium.expected_cost).sum())


def assign_case(
    view: YearView,
    options: FreightOptions | None = None,
    catalogue: Catalogue | None = None,
    curves: Sequence[CrossingCurve] = (),
) -> FreightResult:
    """Return the stochastic equilibrium of a year's freight.

    `curves` are simulated delays of crossings, in place of those of their links and terminals.
    Paths come from `catalogue` where one is given (see `collect_paths`), and no others: runs that
    share one choose from the same paths. Cargo that none of them can carry here gets paths of its
    own. Without a catalogue paths are searched for here, and those that are cheaper at the
    costs of the equilibrium than all of their main route are added until there are none. Raises
    InputError where demand cannot be carried.
    """
    options = options or FreightOptions()
    network = use_crossing_curves(build_supernetwork(view.tables), curves)
    classes = build_classes(view.tables, network)
    demand = build_demand(view.tables, network, classes)
    check_demand_can_be_carried(network, classes, demand)
    sets = ChoiceSets.empty(network, demand, classes, read_route_rules(view.tables, network))
    cutoff = _cutoff(classes, options)
    if catalogue is not None:
        sets.add_catalogue(catalogue, demand, classes)
    if not all(sets.of_unit):
        _search_paths(sets, demand, classes, cutoff, options)
    reference = reference_costs(network, classes, catalogue)
    start = None
    for rounds in range(1, options.max_rounds + 1):
        table = build_path_table(
            sets, demand, classes, reference, options.dissimilarity, options.path_size_exponent
        )
        equilibrium = solve_equilibrium(table, network, options.gap, options.max_iterations, start)
        start = equilibrium.volume
        in_use = _cost_in_use(network, classes, equilibrium)
        if catalogue is not None or not find_nest_paths(sets, demand, in_use, cutoff, Search()):
            values = queue_values(table, network, equilibrium)
            found = catalogue or sets.catalogue(demand, classes)
            return FreightResult(
                view.year, network, classes, demand, table, equilibrium, values, found, rounds
            )
    raise NotConvergedError(
        f"Freight {view.year}: cheaper paths still turned up after {options.max_rounds} rounds."
    )


def _search_paths(
    sets: ChoiceSets,
    demand: Demand,
    classes: CargoClasses,
    cutoff: FloatArray,
    options: FreightOptions,
) -> None:
    """Fill the sets of the units that have no path, at costs without queues."""
    missing = [not paths for paths in sets.of_unit]
    search = Search(
        options.searches,
        options.penalty,
        options.nest_range * options.dissimilarity / classes.logit_scale,
    )
    # Cargo that differs in its access rules alone chooses from the same paths: they are sought once,
    # where any of it may go, and then the cheapest that each may use.
    anywhere = sets.emptied()
    costs = _cheapest_of_cargo(classes)
    find_nest_paths(anywhere, _first_of_cargo(demand, classes), costs, cutoff, search)
    found = sets.emptied()
    found.add_catalogue(anywhere.catalogue(demand, classes), demand, classes)
    find_nest_paths(found, demand, classes.free_cost, cutoff, Search())
    for unit in np.flatnonzero(missing).tolist():
        sets.of_unit[unit] = found.of_unit[unit]
    _check_rules_leave_a_path(sets, demand, classes)


def _first_of_cargo(demand: Demand, classes: CargoClasses) -> Demand:
    """Return the demand with nothing to look for but the first unit of each cargo and pair."""
    cargo = list(zip(classes.commodity, classes.form, strict=True))
    seen: set[tuple[tuple[str, str], int, int]] = set()
    destination = demand.destination.copy()
    for unit, of_class in enumerate(demand.unit_class.tolist()):
        key = (cargo[of_class], int(demand.origin[unit]), int(demand.destination[unit]))
        if key in seen:
            destination[unit] = demand.origin[unit]  # nothing to look for
        seen.add(key)
    return replace(demand, destination=destination)


def _cheapest_of_cargo(classes: CargoClasses) -> FloatArray:
    """Return the least cost of every arc over the classes of one cargo [n_class, n_arc, USD/t]."""
    costs = classes.free_cost.copy()
    rows: dict[tuple[str, str], list[int]] = {}
    for position, cargo in enumerate(zip(classes.commodity, classes.form, strict=True)):
        rows.setdefault(cargo, []).append(position)
    for positions in rows.values():
        costs[positions] = classes.free_cost[positions].min(axis=0)
    return costs


def _check_rules_leave_a_path(sets: ChoiceSets, demand: Demand, classes: CargoClasses) -> None:
    """Raise InputError with every unit of demand whose paths all break a rule of the routes."""
    nodes = sets.network.nodes
    problems = [
        Problem(
            "freight/route_rules.csv",
            0,
            "rule",
            f"No path keeps the rules for {classes.commodity[cargo]} in form"
            f" {classes.form[cargo]!r} from {nodes[demand.origin[unit]]} to"
            f" {nodes[demand.destination[unit]]} ({demand.tonnes[unit]:.6g} t/a).",
            "Narrow the rules, open a link, or take the flow out of the demand.",
        )
        for unit, cargo in enumerate(demand.unit_class.tolist())
        if not sets.of_unit[unit]
    ]
    if problems:
        raise InputError("The rules of the main routes leave some demand without a path.", problems)


def collect_paths(views: Sequence[YearView], options: FreightOptions | None = None) -> Catalogue:
    """Return the paths of several networks together, found at costs without queues.

    Runs that are compared, such as with and without a project, should choose from the same paths:
    collect them over all networks first, then give the catalogue to every `assign_case`. What an
    arc costs in path sizes is its cost in the first network that has it.
    """
    options = options or FreightOptions()
    return join_catalogues(_paths_of(view, options) for view in views)


def _paths_of(view: YearView, options: FreightOptions) -> Catalogue:
    network = build_supernetwork(view.tables)
    classes = build_classes(view.tables, network)
    demand = build_demand(view.tables, network, classes)
    check_demand_can_be_carried(network, classes, demand)
    sets = ChoiceSets.empty(network, demand, classes, read_route_rules(view.tables, network))
    _search_paths(sets, demand, classes, _cutoff(classes, options), options)
    return sets.catalogue(demand, classes)


def _cutoff(classes: CargoClasses, options: FreightOptions) -> FloatArray:
    """Return how much dearer than the cheapest a path may be to be of use [n_class, USD/t]."""
    constants = np.hstack([classes.route_constant, np.zeros((len(classes.form), 1))])
    spread: FloatArray = constants.max(axis=1) - constants.min(axis=1)
    return options.logit_range / classes.logit_scale + spread


def _cost_in_use(
    network: Supernetwork, classes: CargoClasses, equilibrium: Equilibrium
) -> FloatArray:
    """Return what an arc costs each class at the flows of the equilibrium [n_class, n_arc]."""
    factor = np.append(equilibrium.factor, 1.0)[network.queue]
    time_h: FloatArray = network.time_h * factor
    return classes.money + classes.delay_cost + classes.value_of_time[:, None] * time_h


def check_demand_can_be_carried(
    network: Supernetwork, classes: CargoClasses, demand: Demand
) -> None:
    """Raise InputError with every unit of demand that no path can carry, and why."""
    star = Star.forward(network)
    trees: dict[tuple[int, int, str], FloatArray] = {}
    problems: list[Problem] = []
    for unit in range(demand.origin.size):
        cargo, origin, destination = (
            int(demand.unit_class[unit]),
            int(demand.origin[unit]),
            int(demand.destination[unit]),
        )
        if origin == destination:
            continue
        allowed = network.allows[FORMS.index(classes.form[cargo])]
        target = network.destination_vertex[destination]
        grounds = {
            "now": allowed & network.has_capacity & ~classes.closed[cargo],
            "with access": allowed & network.has_capacity,
            "with capacity": allowed & ~classes.closed[cargo],
        }

        def reach(
            ground: str,
            cargo: int = cargo,
            origin: int = origin,
            grounds: Mapping[str, NDArray[np.bool_]] = grounds,
        ) -> FloatArray:
            key = (cargo, origin, ground)
            if key not in trees:
                cost = np.where(grounds[ground], 1.0, np.inf)
                trees[key], _ = star.tree(cost, int(network.origin_vertex[origin]))
            return trees[key]

        if reach("now")[target] < np.inf:
            continue
        if reach("with access")[target] < np.inf:
            closing = [
                rule.name for rule in classes.rules.of(classes.access[cargo]) if rule.is_closed
            ]
            cause, cure = (
                f"access rules shut every path to it ({', '.join(closing)})",
                "Leave a way open, narrow the rules, or take the flow out of the demand.",
            )
        elif reach("with capacity")[target] < np.inf:
            shut = sorted(
                {
                    name
                    for name, has in zip(network.arc_name, network.has_capacity, strict=True)
                    if not has
                }
            )
            cause, cure = (
                f"every path needs an arc of zero capacity (such arcs: {', '.join(shut)})",
                "Give it a capacity, or leave the cell empty for unlimited.",
            )
        else:
            cause, cure = (
                "no open links and terminals join them",
                "Open links or add terminals for this form, or move the zone's place.",
            )
        problems.append(
            Problem(
                "freight/demand.csv",
                0,
                "demand",
                f"{classes.commodity[cargo]} in form {classes.form[cargo]!r} from {network.nodes[origin]} to {network.nodes[destination]} ({demand.tonnes[unit]:.6g} t/a): {cause}.",
                cure,
            )
        )
    if problems:
        raise InputError("Some freight demand cannot be carried.", problems)
