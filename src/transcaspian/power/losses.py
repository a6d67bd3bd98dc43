"""Losses of direct-current links: converters and resistance, as a convex relaxation by segments.

What is lost of p MW sent over a link of capacity P is

    standing P + converter p + ohmic p**2 / P

The standing part is drawn whether the link runs or not, half at each end. The rest is a convex
curve of what is sent; it is cut into segments of equal width, each a one-way link of its own with
the efficiency of its chord, for each sense. Chords are exact at the ends of segments and at most
ohmic P / (4 segments**2) too high between them. (Losses by segments: Neumann, Hagenmeyer and Brown
2022, Assessments of linear power flow and transmission loss approximations, Applied Energy 314,
doi 10.1016/j.apenergy.2022.118859.)

As the curve is convex, least cost fills the segments in their order and runs one sense alone
wherever energy is worth something. Where it is worth less than nothing, the program would rather
burn it: both senses at once, or dear segments first. Such hours are found, listed and solved again
with the sense, and then the segment, fixed; prices come from that last program.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError, NotConvergedError, Problem
from transcaspian.lp import Status
from transcaspian.power.csv_rows import read_csv_rows
from transcaspian.power.grid import Capacity, Grid, GridLinks
from transcaspian.power.links import join_links, take_links
from transcaspian.power.optimise import GridOptions, GridResult, solve
from transcaspian.power.pypsa_cells import number as number_in

__all__ = ["BurningHour", "LinkLosses", "LossResult", "read_losses", "solve_with_losses"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

COLUMNS = ("link", "standing_pu", "converter_pu", "ohmic_pu", "segments")
BURNT_MW = 1e-6  # less than this is the solver's tolerance
SAME_PRICE = 1e-6  # per MWh
MOST_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class LinkLosses:
    """Losses of links per unit of capacity at full load."""

    links: tuple[str, ...]
    standing_pu: FloatArray  # [n]
    converter_pu: FloatArray  # [n]
    ohmic_pu: FloatArray  # [n]
    segments: IntArray  # [n], per sense


@dataclass(frozen=True, slots=True)
class BurningHour:
    """A link and snapshot in which the relaxation would have burnt energy."""

    link: str
    snapshot: int
    burnt_mw: float


@dataclass(frozen=True, slots=True)
class LossResult:
    """The optimum with losses; flows and losses are [n_snapshot, n_lossy_link].

    `burning` is empty where the relaxation was exact; else the optimum and its prices are those
    of the program in which sense and segment of these links and snapshots are fixed, and
    `message` says so.
    """

    result: GridResult
    links: tuple[str, ...]
    sent: FloatArray  # MW, positive from bus0, at the sending end
    loss: FloatArray  # MW, with the standing part
    burning: tuple[BurningHour, ...]
    relaxed_objective: float  # of the relaxation: a bound on what any fixing could reach
    rounds: int
    message: str


@dataclass(frozen=True, slots=True)
class _Segments:
    """Which link, sense and place in its order each segment is; arrays are [n_segment]."""

    link: IntArray
    is_reverse: BoolArray
    rank: IntArray
    slope: FloatArray  # what a MW sent on it loses
    first_column: int  # where they stand among the links of the grid


def read_losses(path: str | Path) -> LinkLosses:
    """Return the losses that a CSV file gives: link, standing_pu, converter_pu, ohmic_pu, segments.

    Raises InputError with every row that is not usable.
    """
    place = Path(path)
    if not place.is_file():
        problem = Problem(str(path), 0, "", "it is not there.", "Name a CSV file.")
        raise InputError(f"The losses {path} cannot be read.", [problem])
    found = read_csv_rows(place)
    rows = [dict(zip(found.header, cells, strict=True)) for cells in found.rows]
    problems = [
        Problem(place.name, 1, column, "it is missing.", "Add the column.")
        for column in COLUMNS
        if column not in found.header
    ]
    values: list[list[float]] = []
    for number, row in [] if problems else list(zip(found.lines, rows, strict=True)):
        numbers = [_number(row[column]) for column in COLUMNS[1:]]
        problems += [
            Problem(place.name, number, column, f"{row[column]!r} is no number >= 0.", "Give one.")
            for column, value in zip(COLUMNS[1:], numbers, strict=True)
            if not 0.0 <= value < np.inf
        ]
        if numbers[-1] < 1 or numbers[-1] % 1:
            message = "the number of segments is no whole number above zero."
            problems.append(Problem(place.name, number, "segments", message, "Give 1 or more."))
        values.append(numbers)
    if problems:
        raise InputError(f"The losses {path} cannot be read.", problems)
    table = np.array(values).reshape(-1, len(COLUMNS) - 1)
    return LinkLosses(
        tuple(row["link"] for row in rows),
        table[:, 0],
        table[:, 1],
        table[:, 2],
        table[:, 3].astype(np.int64),
    )


def _number(cell: str) -> float:
    """Return the number of a cell, -1 where it is none."""
    value = number_in(cell)
    return -1.0 if value is None or np.isnan(value) else value


def solve_with_losses(
    grid: Grid, losses: LinkLosses, options: GridOptions | None = None
) -> LossResult:
    """Return least-cost operation of a grid whose links lose energy as `losses` says.

    Raises InputError where a link cannot have such losses (capacity that may grow, an efficiency
    or set points of its own), NotConvergedError where fixing does not end.
    """
    item = _check(grid, losses)
    wide, segments = _with_segments(grid, losses, item)
    plain = wide
    result = solve(wide, options)
    relaxed = result.objective
    burning: dict[tuple[int, int], float] = {}
    held: dict[tuple[int, int], bool] = {}
    companion: FloatArray | None = None
    rounds = 0
    while result.status is Status.OPTIMAL:
        flow = result.columns["link_p"][:, segments.first_column :]
        burnt = _burnt(flow, wide, segments)
        if not burnt:
            break
        rounds += 1
        if rounds > MOST_ROUNDS:
            raise NotConvergedError("Fixing the sense of links that burn energy did not end.")
        for key, mw in burnt.items():
            burning.setdefault(key, mw)
        forward_pays = _forward_pays(result, wide, segments)
        fixed = _fix(wide, segments, flow, forward_pays, burnt, held)
        trial = solve(fixed, options, result)
        if trial.status is Status.INFEASIBLE:
            # What must be got rid of cannot be so with this sense: take that of least flow.
            if companion is None:
                companion = _least_flow(plain, segments, options)
            both = dict.fromkeys(burning, 0.0)
            held = {}
            for _ in ("sense", "segment"):
                forward = _sums(companion, segments)
                plain = _fix(plain, segments, companion, forward, both, held)
            fixed = plain
            trial = solve(fixed, options, result)
        wide, result = fixed, trial
    if result.status is not Status.OPTIMAL:
        empty = np.zeros((0, len(losses.links)))
        return LossResult(result, losses.links, empty, empty, (), relaxed, rounds, "")
    hours = tuple(
        BurningHour(losses.links[link], snapshot, mw)
        for (snapshot, link), mw in sorted(burning.items())
    )
    message = ""
    if hours:
        message = (
            f"The relaxation would have burnt energy in {len(hours)} hours of links; sense and "
            "segment are fixed there, and prices are those of the program so fixed."
        )
    sense = np.where(segments.is_reverse, -1.0, 1.0)
    standing = losses.standing_pu * grid.links.capacity.nominal[item]
    return LossResult(
        result=result,
        links=losses.links,
        sent=_by_link(flow * sense, segments),
        loss=_by_link(flow * segments.slope, segments) + standing,
        burning=hours,
        relaxed_objective=relaxed,
        rounds=rounds,
        message=message,
    )


def _check(grid: Grid, losses: LinkLosses) -> IntArray:
    """Return the position of each lossy link, or raise InputError with all that is in the way."""
    problems = []
    position = {name: item for item, name in enumerate(grid.links.names)}
    links, found = grid.links, []
    for row, name in enumerate(losses.links, start=2):

        def refuse(message: str, cure: str, row: int = row) -> None:
            problems.append(Problem("losses", row, "link", message, cure))

        if name not in position:
            refuse(f"link {name!r} is not in the network.", "Correct the name.")
            continue
        item = position[name]
        found.append(item)
        ports = np.flatnonzero(links.port_link == item)
        if links.capacity.is_extendable[item] or not np.isfinite(links.capacity.nominal[item]):
            refuse(f"the capacity of {name!r} is not fixed.", "Fix it: losses depend on it.")
        if ports.size != 1 or (links.port_efficiency[:, ports] != 1.0).any():
            refuse(f"{name!r} has an efficiency or ports of its own.", "Leave it at one.")
        is_late = links.port_lag is not None and links.port_lag[ports].any()
        if is_late or (links.is_process is not None and links.is_process[item]):
            refuse(f"{name!r} is a process or has a delay.", "Leave it without losses.")
        series = (links.p_set, links.ramp_limit_up, links.ramp_limit_down)
        if any(not np.isnan(values[:, item]).all() for values in series):
            refuse(f"{name!r} has set points or ramp limits.", "Take them out.")
        if (links.p_min_pu[:, item] > 0.0).any() or (links.p_max_pu[:, item] < 0.0).any():
            refuse(f"{name!r} may not stand still.", "Let its limits include zero.")
        if links.marginal_cost_quadratic[:, item].any():
            refuse(f"{name!r} has a quadratic cost.", "Take it out.")
        row_at = row - 2
        most = losses.converter_pu[row_at] + 2.0 * losses.ohmic_pu[row_at]
        if most >= 1.0 or len(set(losses.links)) < len(losses.links):
            refuse(f"{name!r} loses all of its last MW, or is named twice.", "Correct it.")
    if problems:
        raise InputError("The losses do not fit the network.", problems)
    return np.array(found, dtype=np.int64)


def _with_segments(grid: Grid, losses: LinkLosses, item: IntArray) -> tuple[Grid, _Segments]:
    """Return the grid with a one-way link for each segment in the place of each lossy link."""
    links = grid.links
    plain = np.setdiff1d(np.arange(len(links.names)), item)
    count = np.tile(losses.segments, 2)
    link = np.repeat(np.tile(np.arange(item.size), 2), count)
    is_reverse = np.repeat(np.arange(2 * item.size) >= item.size, count)
    rank = np.concatenate([np.arange(n) for n in count]) if count.size else np.zeros(0, np.int64)
    width_pu = 1.0 / losses.segments[link]
    # The chord of converter p + ohmic p**2 / P from rank to rank + 1 widths.
    slope = losses.converter_pu[link] + losses.ohmic_pu[link] * (2.0 * rank + 1.0) * width_pu
    own = item[link]
    nominal = links.capacity.nominal[own]
    room = np.where(is_reverse, -links.p_min_pu[:, own], links.p_max_pu[:, own])
    most = np.clip(room - rank * width_pu, 0.0, width_pu)
    sense = np.where(is_reverse, -1.0, 1.0)
    new = GridLinks(
        names=tuple(
            f"{losses.links[k]}, {'reverse' if back else 'forward'}, segment {step + 1}"
            for k, back, step in zip(link, is_reverse, rank, strict=True)
        ),
        carrier=tuple(links.carrier[k] for k in own),
        bus0=np.where(is_reverse, _output_bus(links, own), links.bus0[own]),
        capacity=Capacity.fixed(nominal),
        p_min_pu=np.zeros((1, own.size)),
        p_max_pu=most,
        p_set=np.full((1, own.size), np.nan),
        marginal_cost=links.marginal_cost[:, own] * sense,
        marginal_cost_quadratic=np.zeros((1, own.size)),
        ramp_limit_up=np.full((1, own.size), np.nan),
        ramp_limit_down=np.full((1, own.size), np.nan),
        p_init=np.full(own.size, np.nan),
        length=links.length[own],
        port_link=np.arange(own.size),
        port_bus=np.where(is_reverse, links.bus0[own], _output_bus(links, own)),
        port_efficiency=(1.0 - slope)[None, :],
    )
    demand = grid.demand.copy()
    standing = losses.standing_pu * links.capacity.nominal[item]
    for bus, mw in zip(links.bus0[item], standing, strict=True):
        demand[:, bus] += mw / 2.0
    for bus, mw in zip(_output_bus(links, item), standing, strict=True):
        demand[:, bus] += mw / 2.0
    wide = replace(grid, demand=demand, links=join_links(take_links(links, plain), new))
    return wide, _Segments(link, is_reverse, rank, slope, plain.size)


def _output_bus(links: GridLinks, item: IntArray) -> IntArray:
    """Return the bus at the other end of links that have one output port."""
    bus_of = dict(zip(links.port_link.tolist(), links.port_bus.tolist(), strict=True))
    return np.array([bus_of[k] for k in item.tolist()], dtype=np.int64)


def _most(wide: Grid, segments: _Segments) -> FloatArray:
    """Return most MW of every segment [n_snapshot, n_segment]."""
    part = slice(segments.first_column, None)
    nominal = wide.links.capacity.nominal[part]
    shape = (wide.n_snapshot, nominal.size)
    return np.asarray(np.broadcast_to(wide.links.p_max_pu[:, part], shape) * nominal)


def _by_link(values: FloatArray, segments: _Segments) -> FloatArray:
    """Return sums over the segments of each link [n_snapshot, n_link]."""
    total = np.zeros((values.shape[0], int(segments.link.max(initial=-1)) + 1))
    np.add.at(total.T, segments.link, values.T)
    return total


def _burnt(flow: FloatArray, wide: Grid, segments: _Segments) -> dict[tuple[int, int], float]:
    """Return MW lost above the curve, by snapshot and link, where there are any.

    The curve's loss is that of the net flow sent in its sense, segments filled in their order.
    """
    most = _most(wide, segments)
    sense = np.where(segments.is_reverse, -1.0, 1.0)
    net = _by_link(flow * sense, segments)[:, segments.link] * sense
    filled = np.clip(net - _room_below(most, segments), 0.0, most)
    excess = _by_link((flow - filled) * segments.slope, segments)
    snapshot, link = np.nonzero(excess > BURNT_MW)
    return {
        (t, k): float(excess[t, k]) for t, k in zip(snapshot.tolist(), link.tolist(), strict=True)
    }


def _sums(flow: FloatArray, segments: _Segments) -> FloatArray:
    """Return net flow of each link [n_snapshot, n_link], positive from bus0."""
    return _by_link(flow * np.where(segments.is_reverse, -1.0, 1.0), segments)


def _forward_pays(result: GridResult, wide: Grid, segments: _Segments) -> FloatArray:
    """Return how much more energy is worth at bus1 than at bus0 [n_snapshot, n_link].

    Where both prices are below zero both senses may pay; the one towards the higher price pays
    more. Where the two are equal, the net flow decides.
    """
    first = np.flatnonzero((segments.rank == 0) & ~segments.is_reverse) + segments.first_column
    ports = wide.links.port_bus[-segments.rank.size :][first - segments.first_column]
    worth = result.price[:, ports] - result.price[:, wide.links.bus0[first]]
    net = _sums(result.columns["link_p"][:, segments.first_column :], segments)
    return np.where(np.abs(worth) > SAME_PRICE, worth, net)


def _least_flow(grid: Grid, segments: _Segments, options: GridOptions | None) -> FloatArray:
    """Return flows of operation that sends no more than it must [n_snapshot, n_segment]."""
    links = grid.links
    cost = np.zeros((1, len(links.names)))
    cost[0, segments.first_column :] = 1.0
    free = replace(
        grid,
        links=replace(links, marginal_cost=cost),
        generators=replace(
            grid.generators, marginal_cost=np.zeros((1, len(grid.generators.names)))
        ),
    )
    result = solve(free, options)
    return result.columns["link_p"][:, segments.first_column :]


def _room_below(most: FloatArray, segments: _Segments) -> FloatArray:
    """Return what the segments of lower rank of the same link and sense can carry."""
    below = np.zeros_like(most)
    for column in np.flatnonzero(segments.rank):  # lower ranks stand just before
        below[:, column] = below[:, column - 1] + most[:, column - 1]
    return below


def _fix(
    wide: Grid,
    segments: _Segments,
    flow: FloatArray,
    forward_pays: FloatArray,
    burnt: Iterable[tuple[int, int]],
    held: dict[tuple[int, int], bool],
) -> Grid:
    """Return the grid with the sense fixed where energy is burnt; the second time the segment.

    The sense is the one that `forward_pays` [n_snapshot, n_link] names by its sign. The segment is
    the one in which the flow ends; those below it are full, those above it empty. `held` keeps
    what was fixed (is it reverse?).
    """
    shape = (wide.n_snapshot, len(wide.links.names))
    low = np.array(np.broadcast_to(wide.links.p_min_pu, shape))
    high = np.array(np.broadcast_to(wide.links.p_max_pu, shape))
    for t, link in burnt:
        own = np.flatnonzero(segments.link == link)
        back = segments.is_reverse[own]
        part = own + segments.first_column
        if (t, link) not in held:
            is_back = bool(forward_pays[t, link] < 0.0)
            held[t, link] = is_back
            high[t, part[back != is_back]] = 0.0
            continue
        mine = back == held[t, link]
        columns = part[mine]
        room = np.cumsum(high[t, columns] * wide.links.capacity.nominal[columns])
        last = int(np.searchsorted(room, flow[t, own[mine]].sum() - BURNT_MW))
        last = min(last, columns.size - 1)
        low[t, columns[:last]] = high[t, columns[:last]]
        high[t, columns[last + 1 :]] = 0.0
    return replace(wide, links=replace(wide.links, p_min_pu=low, p_max_pu=high))
