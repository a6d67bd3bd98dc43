"""The corridor study's freight model: a year's cargo assigned to the multimodal network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from transcaspian.case.tables import YearView
from transcaspian.errors import InputError, NotConvergedError, Problem
from transcaspian.freight.arrays import FloatArray
from transcaspian.freight.crossings import CrossingCurve, use_crossing_curves
from transcaspian.freight.demand import CargoClasses, Demand, build_classes, build_demand
from transcaspian.freight.network import FORMS, Supernetwork, build_supernetwork
from transcaspian.freight.paths import (
    Catalogue,
    ChoiceSets,
    Star,
    find_alternatives,
    find_nest_paths,
    join_catalogues,
)
from transcaspian.freight.stochastic import (
    Equilibrium,
    PathTable,
    build_path_table,
    queue_values,
    solve_equilibrium,
)

__all__ = ["FreightOptions", "FreightResult", "assign_case", "collect_paths"]


# A path that is dearer than the cheapest by this many units of logit has a share below 1e-10.
LOGIT_RANGE = 25.0


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
    searches: int = 10
    """Searches for alternatives per unit, each with the arcs found before made dearer."""
    penalty: float = 1.25
    """Factor by which used arcs get dearer from search to search."""
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
    Paths come from `catalogue` where one is given (see `collect_paths`), else they are searched
    for here; either way paths that are cheaper at the costs of the equilibrium than all of their
    main route are added until there are none. Raises InputError where demand cannot be carried.
    """
    options = options or FreightOptions()
    network = use_crossing_curves(build_supernetwork(view.tables), curves)
    classes = build_classes(view.tables, network)
    demand = build_demand(view.tables, network, classes)
    check_demand_can_be_carried(network, classes, demand)
    sets = ChoiceSets.empty(network, demand)
    cutoff = _cutoff(classes)
    if catalogue is None:
        find_alternatives(
            sets, demand, classes.free_cost, options.searches, options.penalty, cutoff
        )
    else:
        sets.add_catalogue(catalogue, demand, classes)
    # A catalogue that serves every unit was made by this same search on a network like this one.
    if catalogue is None or not all(sets.of_unit):
        find_nest_paths(sets, demand, classes.free_cost, cutoff)
        # Cargo that differs in its access rules alone chooses from the same paths.
        sets.add_catalogue(sets.catalogue(demand, classes), demand, classes)
    start = None
    for rounds in range(1, options.max_rounds + 1):
        table = build_path_table(
            sets, demand, classes, options.dissimilarity, options.path_size_exponent
        )
        equilibrium = solve_equilibrium(table, network, options.gap, options.max_iterations, start)
        start = equilibrium.volume
        if find_nest_paths(sets, demand, _cost_in_use(network, classes, equilibrium), cutoff) == 0:
            values = queue_values(table, network, equilibrium)
            found = sets.catalogue(demand, classes)
            return FreightResult(
                view.year, network, classes, demand, table, equilibrium, values, found, rounds
            )
    raise NotConvergedError(
        f"Freight {view.year}: cheaper paths still turned up after {options.max_rounds} rounds."
    )


def collect_paths(
    views: Sequence[YearView],
    options: FreightOptions | None = None,
    curves: Sequence[CrossingCurve] = (),
) -> Catalogue:
    """Return the paths of several networks together.

    Runs that are compared, such as with and without a project, should choose from the same paths:
    collect them over all runs first, then give the catalogue to every `assign_case`.
    """
    return join_catalogues(assign_case(view, options, curves=curves).catalogue for view in views)


def _cutoff(classes: CargoClasses) -> FloatArray:
    """Return how much dearer than the cheapest a path may be to be of use [n_class, USD/t]."""
    constants = np.hstack([classes.route_constant, np.zeros((len(classes.form), 1))])
    spread: FloatArray = constants.max(axis=1) - constants.min(axis=1)
    return LOGIT_RANGE / classes.logit_scale + spread


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
