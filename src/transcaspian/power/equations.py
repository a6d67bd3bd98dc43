"""The equations of a `Grid`, one function each: linear optimal power flow with expansion.

Notation: t snapshot, w weight of the objective, h hours of a snapshot for stores, P capacity (a
number, or a column where it may grow).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.blocks import HourlyProgram, ProgramBuilder
from transcaspian.power.grid import Capacity, Grid, GridGenerators, GridLinks
from transcaspian.power.kirchhoff import find_cycles

__all__ = ["build_grid", "objective_constant"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
INF = np.inf
ROUNDING = 1e-9  # share by which two ways to multiply the same numbers may differ


def build_grid(grid: Grid, like: HourlyProgram | None = None) -> HourlyProgram:
    """Return the program whose optimum is least-cost operation and expansion of the grid.

    like: the program of a variant of the grid, whose matrix is used again where it is the same.
    """
    builder = ProgramBuilder(grid.n_snapshot)
    quadratic: dict[str, FloatArray] = {}
    add_generators(builder, grid, quadratic)
    add_links(builder, grid, quadratic)
    add_storage_units(builder, grid, quadratic)
    add_stores(builder, grid, quadratic)
    add_branches(builder, grid)
    add_energy_balance(builder, grid)
    add_voltage_law(builder, grid)
    add_storage_balance(builder, grid)
    add_store_balance(builder, grid)
    add_ramps(builder, "generator", grid.generators)
    add_ramps(builder, "link", grid.links)
    add_energy_sums(builder, grid)
    add_piecewise_costs(builder, grid)
    add_limits(builder, grid)
    program = builder.build(offset=grid.cost_offset, like=like)
    return _with_quadratic(program, quadratic)


def objective_constant(grid: Grid) -> float:
    """Return the capital cost of the capacity that is there and may grow."""
    return float(
        sum(
            (c.cost[c.is_extendable] * c.nominal[c.is_extendable]).sum()
            for c in (
                grid.generators.capacity,
                grid.storage_units.capacity,
                grid.stores.capacity,
                grid.links.capacity,
                grid.branches.capacity,
            )
        )
    )


def _with_quadratic(program: HourlyProgram, quadratic: dict[str, FloatArray]) -> HourlyProgram:
    """Return the program with quadratic cost: a term q p**2 has the second derivative 2 q."""
    if not quadratic:
        return program
    diagonal = np.zeros(program.lp.n_col)
    for name, values in quadratic.items():
        block = program.lp.columns[name]
        diagonal[block.positions()] = 2.0 * np.broadcast_to(values, block.shape)
    return replace(program, lp=replace(program.lp, quadratic=diagonal))


def add_capacity(
    builder: ProgramBuilder, name: str, labels: Sequence[str], capacity: Capacity
) -> IntArray:
    """Add a column for each capacity that may grow; return its items.

    least <= P <= most, at cost P.
    """
    grows = np.flatnonzero(capacity.is_extendable)
    if grows.size:
        builder.add_columns(
            name,
            [labels[item] for item in grows.tolist()],
            capacity.cost[grows],
            capacity.least[grows],
            capacity.most[grows],
            hourly=False,
        )
    return grows


def add_limited(
    builder: ProgramBuilder,
    name: str,
    labels: Sequence[str],
    capacity: Capacity,
    capacity_name: str,
    least_pu: FloatArray,
    most_pu: FloatArray,
    cost: FloatArray,
    fixed: FloatArray | None = None,
) -> None:
    """Add columns limited per unit of capacity: least_pu P <= x[t] <= most_pu P.

    Where P is a number these are bounds, where it may grow they are rows. `fixed` holds x at a
    value where it is not NaN, within the same limits.
    """
    grows = np.flatnonzero(capacity.is_extendable)
    nominal = np.where(capacity.is_extendable, 0.0, capacity.nominal)
    lower, upper = _per_capacity(least_pu, nominal), _per_capacity(most_pu, nominal)
    rows = []
    for pu, side, sense in ((least_pu, lower, -1.0), (most_pu, upper, 1.0)):
        if not grows.size:
            continue
        pu_grows = np.broadcast_to(pu, (pu.shape[0] if pu.ndim == 2 else 1, len(labels)))[:, grows]
        is_zero = (pu_grows == 0.0).all(axis=0)
        side[:, grows] = np.where(is_zero, 0.0, sense * INF)
        if not is_zero.all():
            rows.append((pu_grows[:, ~is_zero], np.flatnonzero(~is_zero), sense))
    if fixed is not None and not np.isnan(fixed).all():
        lower, upper = _held(lower, upper, np.atleast_2d(fixed))
    builder.add_columns(name, labels, cost, lower, upper)
    for pu_grows, members, sense in rows:
        row = f"{name}_{'most' if sense > 0 else 'least'}"
        bound = np.zeros(members.size)
        free = np.full(members.size, INF)
        low, high = (-free, bound) if sense > 0 else (bound, free)
        builder.add_rows(row, [labels[grows[member]] for member in members], low, high)
        items = np.arange(members.size)
        builder.add_terms(row, items, name, grows[members], np.ones(members.size))
        builder.add_terms(row, items, capacity_name, members, -pu_grows)


def _held(lower: FloatArray, upper: FloatArray, fixed: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return limits that hold what is given within them; outside them nothing is feasible.

    A set point is often a product of the same numbers as its limit in another order, so one that
    lies outside by rounding alone counts as on the limit.
    """
    given = ~np.isnan(fixed)
    held = np.where(given, fixed, 0.0)
    room = ROUNDING * np.maximum(1.0, np.abs(held))
    held = np.where((held < lower) & (held > lower - room), lower, held)
    held = np.where((held > upper) & (held < upper + room), upper, held)
    return (
        np.where(given, np.maximum(lower, held), lower),
        np.where(given, np.minimum(upper, held), upper),
    )


def _per_capacity(per_unit: FloatArray, nominal: FloatArray) -> FloatArray:
    """Return limits in MW; nothing of an unlimited capacity is nothing."""
    shape = np.broadcast_shapes(per_unit.shape, (1, nominal.size))
    return np.multiply(per_unit, nominal, out=np.zeros(shape), where=per_unit != 0.0)


def _weighted(grid: Grid, cost: FloatArray) -> FloatArray:
    """Return cost per MW of a snapshot: cost per MWh times its weight."""
    return np.asarray(np.atleast_2d(cost) * grid.weight_objective[:, None])


def _add_quadratic(
    quadratic: dict[str, FloatArray], name: str, grid: Grid, cost: FloatArray
) -> None:
    if cost.size and cost.any():
        quadratic[name] = _weighted(grid, cost)


def add_generators(builder: ProgramBuilder, grid: Grid, quadratic: dict[str, FloatArray]) -> None:
    """Plants: p_min_pu P <= p[t] <= p_max_pu P, cost w (marginal_cost p + quadratic p**2)."""
    units = grid.generators
    add_capacity(builder, "generator_p_nom", units.names, units.capacity)
    add_limited(
        builder,
        "generator_p",
        units.names,
        units.capacity,
        "generator_p_nom",
        units.p_min_pu,
        units.p_max_pu,
        _weighted(grid, units.marginal_cost),
        units.p_set,
    )
    _add_quadratic(quadratic, "generator_p", grid, units.marginal_cost_quadratic)


def add_storage_units(
    builder: ProgramBuilder, grid: Grid, quadratic: dict[str, FloatArray]
) -> None:
    """Storage: discharge, charge and level within capacity; inflow may be spilt.

    0 <= dispatch <= p_max_pu P, 0 <= store <= -p_min_pu P, 0 <= level <= max_hours P
    """
    units = grid.storage_units
    zero = np.zeros((1, len(units.names)))
    name = "storage_unit_p_nom"
    add_capacity(builder, name, units.names, units.capacity)
    for block, most, cost, fixed in (
        ("storage_dispatch", units.p_max_pu, units.marginal_cost, units.dispatch_set),
        ("storage_store", -units.p_min_pu, zero, units.store_set),
        ("storage_level", units.max_hours[None, :], units.marginal_cost_storage, units.level_set),
    ):
        weighted = _weighted(grid, cost)
        add_limited(builder, block, units.names, units.capacity, name, zero, most, weighted, fixed)
    spills = np.flatnonzero((units.inflow > 0.0).any(axis=0))
    if spills.size:
        inflow = np.broadcast_to(units.inflow, (grid.n_snapshot, len(units.names)))[:, spills]
        cost = np.broadcast_to(units.spill_cost, (units.spill_cost.shape[0], len(units.names)))
        builder.add_columns(
            "storage_spill",
            [units.names[item] for item in spills],
            _weighted(grid, cost[:, spills]),
            np.zeros(spills.size),
            np.maximum(inflow, 0.0),
        )
    _add_quadratic(quadratic, "storage_dispatch", grid, units.marginal_cost_quadratic)


def add_stores(builder: ProgramBuilder, grid: Grid, quadratic: dict[str, FloatArray]) -> None:
    """Keep levels of stores within e_min_pu E <= level[t] <= e_max_pu E; power is free."""
    stores = grid.stores
    add_capacity(builder, "store_e_nom", stores.names, stores.capacity)
    add_limited(
        builder,
        "store_level",
        stores.names,
        stores.capacity,
        "store_e_nom",
        stores.e_min_pu,
        stores.e_max_pu,
        _weighted(grid, stores.marginal_cost_storage),
        stores.level_set,
    )
    given = ~np.isnan(np.atleast_2d(stores.p_set))
    held = np.where(given, np.atleast_2d(stores.p_set), 0.0)
    builder.add_columns(
        "store_p",
        stores.names,
        _weighted(grid, stores.marginal_cost),
        np.where(given, held, -INF),
        np.where(given, held, INF),
    )
    _add_quadratic(quadratic, "store_p", grid, stores.marginal_cost_quadratic)


def add_links(builder: ProgramBuilder, grid: Grid, quadratic: dict[str, FloatArray]) -> None:
    """Links: p_min_pu P <= p[t] <= p_max_pu P at bus0."""
    links = grid.links
    add_capacity(builder, "link_p_nom", links.names, links.capacity)
    add_limited(
        builder,
        "link_p",
        links.names,
        links.capacity,
        "link_p_nom",
        links.p_min_pu,
        links.p_max_pu,
        _weighted(grid, links.marginal_cost),
        links.p_set,
    )
    _add_quadratic(quadratic, "link_p", grid, links.marginal_cost_quadratic)


def add_branches(builder: ProgramBuilder, grid: Grid) -> None:
    """Lines and transformers: |s[t]| <= s_max_pu S, and limits on the angle between their ends.

    angle_min <= reactance s + phase_shift <= angle_max
    """
    branches = grid.branches
    add_capacity(builder, "branch_s_nom", branches.names, branches.capacity)
    zero = np.zeros((1, len(branches.names)))
    args = (builder, "branch_s", branches.names, branches.capacity, "branch_s_nom")
    add_limited(*args, -branches.s_max_pu, branches.s_max_pu, zero, branches.s_set)
    bounded = np.flatnonzero(np.isfinite(branches.angle_min) | np.isfinite(branches.angle_max))
    if bounded.size:
        shift = branches.phase_shift
        builder.add_rows(
            "branch_angle",
            [branches.names[item] for item in bounded],
            branches.angle_min[bounded] - shift[:, bounded],
            branches.angle_max[bounded] - shift[:, bounded],
        )
        items = np.arange(bounded.size)
        builder.add_terms("branch_angle", items, "branch_s", bounded, branches.reactance[bounded])


def add_energy_balance(builder: ProgramBuilder, grid: Grid) -> None:
    """Balance every bus in every snapshot; the dual over w is the price."""
    row = "energy_balance"
    builder.add_rows(row, grid.buses, grid.demand, grid.demand)
    generators, units, stores = grid.generators, grid.storage_units, grid.stores
    links, branches = grid.links, grid.branches

    def add(bus: IntArray, block: str, value: FloatArray, items: IntArray | None = None) -> None:
        items = np.arange(bus.size) if items is None else items
        builder.add_terms(row, bus, block, items, value)

    add(generators.bus, "generator_p", generators.sign)
    add(units.bus, "storage_dispatch", units.sign)
    add(units.bus, "storage_store", -units.sign)
    add(stores.bus, "store_p", stores.sign)
    drawn = -np.ones(links.bus0.size) if links.bus0_factor is None else links.bus0_factor
    add(links.bus0, "link_p", drawn)
    _add_ports(builder, links)
    add(branches.bus0, "branch_s", -np.ones(branches.bus0.size))
    add(branches.bus1, "branch_s", np.ones(branches.bus1.size))


def _add_ports(builder: ProgramBuilder, links: GridLinks) -> None:
    """Feed efficiency[t] p[t - lag] into the bus of every port."""
    n_port = links.port_bus.size
    lags = np.zeros(n_port, np.int64) if links.port_lag is None else links.port_lag
    wraps = np.ones(n_port, bool) if links.port_wraps is None else links.port_wraps
    for lag in np.unique(lags).tolist():
        for wrap in (False, True):
            ports = np.flatnonzero((lags == lag) & ((wraps == wrap) if lag else wrap))
            builder.add_terms(
                "energy_balance",
                links.port_bus[ports],
                "link_p",
                links.port_link[ports],
                links.port_efficiency[:, ports],
                lag=lag,
                wrap=wrap and lag > 0,
            )


def add_voltage_law(builder: ProgramBuilder, grid: Grid) -> None:
    """Kirchhoff's voltage law: sum over a cycle of direction (impedance s + phase_shift) = 0.

    Each row is scaled by its largest impedance.
    """
    branches = grid.branches
    cycle, branch, direction = find_cycles(len(grid.buses), branches.bus0, branches.bus1)
    if not cycle.size:
        return
    n_cycle = int(cycle[-1]) + 1
    impedance = branches.impedance[branch]
    scale = np.zeros(n_cycle)
    np.maximum.at(scale, cycle, np.abs(impedance))
    scale[scale == 0.0] = 1.0
    shift = branches.phase_shift[:, branch] * direction
    total = np.zeros((shift.shape[0], n_cycle))
    for member, item in enumerate(cycle):
        total[:, item] -= shift[:, member]
    bound = total / scale
    builder.add_rows("voltage_law", [f"cycle {item}" for item in range(n_cycle)], bound, bound)
    builder.add_terms(
        "voltage_law", cycle, "branch_s", branch, direction * impedance / scale[cycle]
    )


def _add_level_balance(
    builder: ProgramBuilder,
    grid: Grid,
    row: str,
    block: str,
    labels: Sequence[str],
    standing_loss: FloatArray,
    level_initial: FloatArray,
    is_cyclic: NDArray[np.bool_],
    inflow: FloatArray,
) -> None:
    """Add level[t] - (1 - standing_loss)**h level[t - 1] and what flows in from outside."""
    hours = grid.weight_stores[:, None]
    with np.errstate(invalid="ignore"):  # a loss above one has no root: refused by its coefficient
        kept = (1.0 - np.broadcast_to(standing_loss, (grid.n_snapshot, len(labels)))) ** hours
    bound = np.array(np.broadcast_to(inflow * hours, (grid.n_snapshot, len(labels))))
    bound[0] += np.where(is_cyclic, 0.0, level_initial)
    builder.add_rows(row, labels, bound, bound)
    items = np.arange(len(labels))
    builder.add_terms(row, items, block, items, np.ones(items.size))
    for members, wrap in ((np.flatnonzero(is_cyclic), True), (np.flatnonzero(~is_cyclic), False)):
        builder.add_terms(row, members, block, members, -kept[:, members], lag=1, wrap=wrap)


def add_storage_balance(builder: ProgramBuilder, grid: Grid) -> None:
    """Carry levels over.

    level[t] = (1 - standing_loss)**h level[t - 1]
        + h (efficiency_store store - dispatch / efficiency_dispatch + inflow - spill)
    """
    units, row, hours = grid.storage_units, "storage_balance", grid.weight_stores[:, None]
    _add_level_balance(
        builder,
        grid,
        row,
        "storage_level",
        units.names,
        units.standing_loss,
        units.level_initial,
        units.is_cyclic,
        units.inflow,
    )
    items = np.arange(len(units.names))
    builder.add_terms(row, items, "storage_store", items, -units.efficiency_store * hours)
    builder.add_terms(row, items, "storage_dispatch", items, hours / units.efficiency_dispatch)
    spills = np.flatnonzero((units.inflow > 0.0).any(axis=0))
    builder.add_terms(
        row, spills, "storage_spill", np.arange(spills.size), hours * np.ones(spills.size)
    )
    given = ~np.isnan(np.atleast_2d(units.p_set))
    held = np.flatnonzero(given.any(axis=0))
    if held.size:
        value = np.atleast_2d(units.p_set)[:, held]
        known = given[:, held]
        builder.add_rows(
            "storage_p_set",
            [units.names[item] for item in held],
            np.where(known, value, -INF),
            np.where(known, value, INF),
        )
        items = np.arange(held.size)
        for block, sign in (("storage_dispatch", 1.0), ("storage_store", -1.0)):
            builder.add_terms("storage_p_set", items, block, held, np.full(held.size, sign))


def add_store_balance(builder: ProgramBuilder, grid: Grid) -> None:
    """Carry levels of stores over: level[t] = (1 - standing_loss)**h level[t - 1] - h p[t]."""
    stores, row = grid.stores, "store_balance"
    _add_level_balance(
        builder,
        grid,
        row,
        "store_level",
        stores.names,
        stores.standing_loss,
        stores.level_initial,
        stores.is_cyclic,
        np.zeros((1, len(stores.names))),
    )
    items = np.arange(len(stores.names))
    hours = grid.weight_stores[:, None] * np.ones(items.size)
    builder.add_terms(row, items, "store_p", items, hours)


def add_ramps(builder: ProgramBuilder, name: str, units: GridGenerators | GridLinks) -> None:
    """Ramps: -ramp_limit_down P <= p[t] - p[t - 1] <= ramp_limit_up P.

    The first snapshot is bound only where the output before it is given.
    """
    block, capacity = f"{name}_p", units.capacity
    grows = np.cumsum(capacity.is_extendable) - 1  # its position among the capacity columns
    for side, limit in (("up", units.ramp_limit_up), ("down", units.ramp_limit_down)):
        sign = 1.0 if side == "up" else -1.0
        members = np.flatnonzero(~np.isnan(limit).all(axis=0))
        if not members.size:
            continue
        n_hour = builder.n_hour
        ramp = np.array(np.broadcast_to(limit, (n_hour, limit.shape[1]))[:, members])
        before = units.p_init[members]
        is_bound = ~np.isnan(ramp)
        is_bound[0] &= ~np.isnan(before)
        is_fixed = ~capacity.is_extendable[members]
        bound = np.where(is_bound, np.nan_to_num(ramp) * capacity.nominal[members] * is_fixed, INF)
        bound[0] += np.where(np.isnan(before), 0.0, sign * before)
        row = f"{name}_ramp_{side}"
        free = np.full((1, members.size), -INF)
        builder.add_rows(row, [units.names[item] for item in members], free, bound)
        items = np.arange(members.size)
        ones = np.full(members.size, sign)
        builder.add_terms(row, items, block, members, ones)
        builder.add_terms(row, items, block, members, -ones, lag=1)
        flexible = np.flatnonzero(~is_fixed)
        share = np.where(is_bound, np.nan_to_num(ramp), 0.0)[:, flexible]
        builder.add_terms(row, flexible, f"{name}_p_nom", grows[members[flexible]], -share)


def add_energy_sums(builder: ProgramBuilder, grid: Grid) -> None:
    """Limits on a plant's energy: energy_min <= sum_t hours p[t] <= energy_max."""
    units = grid.generators
    members = np.flatnonzero(np.isfinite(units.energy_min) | np.isfinite(units.energy_max))
    if members.size:
        labels = [units.names[item] for item in members]
        low, high = units.energy_min[members], units.energy_max[members]
        builder.add_rows("generator_energy", labels, low, high, hourly=False)
        hours = grid.weight_generators[:, None] * np.ones(members.size)
        builder.add_terms(
            "generator_energy", np.arange(members.size), "generator_p", members, hours
        )


def add_piecewise_costs(builder: ProgramBuilder, grid: Grid) -> None:
    """Convex piecewise linear cost: cost[t] >= slope p[t] + intercept for every segment."""
    pieces = grid.piecewise_costs
    if not pieces.generator.size:
        return
    members, position = np.unique(pieces.generator, return_inverse=True)
    labels = [grid.generators.names[item] for item in members]
    free = np.full(members.size, INF)
    weight = grid.weight_objective[:, None] * np.ones(members.size)
    builder.add_columns("generator_cost", labels, weight, -free, free)
    names = [f"{grid.generators.names[item]}, {k}" for k, item in enumerate(pieces.generator)]
    above = np.full(pieces.slope.size, INF)
    builder.add_rows("generator_cost_segment", names, pieces.intercept, above)
    items = np.arange(pieces.slope.size)
    row = "generator_cost_segment"
    builder.add_terms(row, items, "generator_cost", position, np.ones(items.size))
    builder.add_terms(row, items, "generator_p", pieces.generator, -pieces.slope)


def add_limits(builder: ProgramBuilder, grid: Grid) -> None:
    """Limits on the whole, such as carbon dioxide: lower <= sum of terms <= upper."""
    for kind in dict.fromkeys(limit.kind for limit in grid.limits):
        limits = [limit for limit in grid.limits if limit.kind == kind]
        builder.add_rows(
            kind,
            [limit.name for limit in limits],
            np.array([limit.lower for limit in limits]),
            np.array([limit.upper for limit in limits]),
            hourly=False,
        )
        for row, limit in enumerate(limits):
            for term in limit.terms:
                rows = np.full(term.items.size, row)
                builder.add_terms(kind, rows, term.block, term.items, term.coefficient)
