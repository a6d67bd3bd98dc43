"""Reads networks and trips in the TNTP text format of the Transportation Networks collection."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import BoolArray, FloatArray, IntArray
from transcaspian.freight.delay import bpr
from transcaspian.freight.tntp_links import LARGEST, TntpLinks, read_links
from transcaspian.freight.tntp_text import LARGEST_NUMBER, TntpText, number_of, read_text
from transcaspian.freight.traffic import TrafficClasses, TrafficNetwork, TrafficProblem, Trips

__all__ = ["read_tntp"]

NET_TAGS = (
    "NUMBER OF ZONES", "NUMBER OF NODES", "FIRST THRU NODE", "NUMBER OF LINKS",
    "DISTANCE FACTOR", "TOLL FACTOR",
)  # fmt: skip
TRIPS_TAGS = ("NUMBER OF ZONES", "TOTAL OD FLOW")
# Possessive: a list with one value missing is refused in one pass, however long it is.
TRIPS = re.compile(r"(?:\s*+[0-9]++\s*+:\s*+[-+.0-9eE]++[\s;]*+)++")
ORIGIN = re.compile(r"origin[\s:]*+([0-9]++)[\s:;]*+", re.IGNORECASE)
NO_COLONS = str.maketrans(":;", "  ")
SHOWN = 60  # letters of a line in a message
MOST_DIGITS = 18  # of the number of an origin
TOTAL_TOLERANCE = 1e-5  # of <TOTAL OD FLOW>, relative; files of the collection keep it
EXPONENT_LIMIT = 250.0  # powers of ten within which times of a link keep all their digits
NEGLIGIBLE = -30.0  # power of ten below which a delay changes no digit of a time


@dataclass(frozen=True, slots=True)
class _Zones:
    """Which numbers are zones: those up to `limit`, and the least `count` of those that links name."""

    named: IntArray  # [n_node] by links, rising
    limit: int
    count: int

    def hold(self, numbers: FloatArray) -> BoolArray:
        """Say which numbers are zones."""
        place = np.minimum(np.searchsorted(self.named, numbers), self.named.size - 1)
        is_named = (self.named[place] == numbers) & (place < self.count)
        is_zone: BoolArray = is_named | ((numbers >= 1.0) & (numbers <= self.limit))
        return is_zone

    def __str__(self) -> str:
        if self.limit:
            return f"1 to {self.limit}"
        return f"the {self.count} from {self.named[0]} to {self.named[self.count - 1]}"


def read_tntp(
    net: Path, trips: Path, distance_weight: float | None = None, toll_weight: float | None = None
) -> TrafficProblem:
    """Return the problem of a TNTP network file and trips file.

    time = free_flow_time * (1 + b * (flow / capacity) ** power), to which come distance_weight *
    length + toll_weight * toll: the weights given, else `<DISTANCE FACTOR>` and `<TOLL FACTOR>` of
    the network file, else zero. Columns stand where a heading says, else in the usual order. Trips
    within a zone are left out: they use no link; pairs that stand twice are added. What follows a
    `~` is a comment. Without `<NUMBER OF ZONES>` every node may be a zone, without `<FIRST THRU
    NODE>` all may be passed. Numbers of nodes may be any whole numbers and leave gaps as long as no
    more different ones are named than `<NUMBER OF NODES>`; then the least are the zones.

    Raises
    ------
    InputError
        With every line that is wrong: file, row, column and cure.
    """
    text = read_text(net, NET_TAGS)
    links = read_links(text)
    zones = _zones(text, links)
    fixed = _fixed_costs(text, links, distance_weight, toll_weight)
    origin, destination, demand = _read_trips(read_text(trips, TRIPS_TAGS), text, zones)
    columns = _within_range(net.name, links, float(demand.sum()))
    nodes = np.union1d(zones.named, np.concatenate([origin, destination]))
    network = TrafficNetwork(
        tail=np.searchsorted(nodes, columns["init_node"]).astype(np.int64),
        head=np.searchsorted(nodes, columns["term_node"]).astype(np.int64),
        delays=bpr(
            columns["free_flow_time"],
            columns["b"],
            columns["capacity"],
            np.where(columns["b"] > 0.0, columns["power"], 1.0),
        ),
        n_vertex=nodes.size,
        first_through=int(np.searchsorted(nodes, _first_through(text, zones))),
        vertex_names=() if nodes[-1] == nodes.size else tuple(str(node) for node in nodes),
    )
    return TrafficProblem(
        network,
        Trips(
            np.zeros(demand.size, dtype=np.int64),
            np.searchsorted(nodes, origin).astype(np.int64),
            np.searchsorted(nodes, destination).astype(np.int64),
            demand,
        ),
        TrafficClasses.single(fixed.size, fixed),
        columns["length"],
    )


def _zones(text: TntpText, links: TntpLinks) -> _Zones:
    """Return the zones; InputError where more nodes are named, or more zones stated, than nodes."""
    ends = [links.columns[name] for name in ("init_node", "term_node")]
    named = np.union1d(*ends).astype(np.int64)
    n_node, n_zone = text.count("NUMBER OF NODES"), text.count("NUMBER OF ZONES")
    if n_node is not None and named.size > n_node:
        problems = [
            Problem(
                text.name,
                int(links.row[link]),
                name,
                f"Node {int(column[link])} is not a whole number from 1 to {n_node}, and {named.size}"
                " different nodes are named.",
                "Correct it or <NUMBER OF NODES>.",
            )
            for link in range(links.row.size)
            for name, column in zip(("init_node", "term_node"), ends, strict=True)
            if column[link] > n_node
        ]
        raise InputError("The TNTP network cannot be read.", problems)
    if n_zone is not None and n_node is not None and n_zone > n_node:
        message = f"There are {n_zone} zones, but {n_node} nodes by <NUMBER OF NODES>."
        text.refuse("NUMBER OF ZONES", message, "Correct one of them.")
    is_dense = n_node is None or named[-1] <= n_node
    everything = max(n_node or 0, int(named[-1])) if is_dense else 0
    if n_zone is None:
        return _Zones(named, everything, named.size)
    return _Zones(named, n_zone if is_dense or named[0] <= n_zone else 0, min(n_zone, named.size))


def _first_through(text: TntpText, zones: _Zones) -> int:
    """Return the number of the first node that may be passed; InputError for one beyond all nodes."""
    first = text.count("FIRST THRU NODE") or 0
    beyond = max(int(zones.named[-1]), text.count("NUMBER OF NODES") or 0) + 1
    if first > beyond:
        message = f"{first} lies beyond every node, the last of which is {beyond - 1}."
        text.refuse("FIRST THRU NODE", message, "Correct it, or leave the tag out.")
    return first


def _fixed_costs(
    text: TntpText, links: TntpLinks, distance_weight: float | None, toll_weight: float | None
) -> FloatArray:
    """Return what each link costs beside its time [n_link]."""
    weights = []
    for given, option, tag in (
        (distance_weight, "--distance-weight", "DISTANCE FACTOR"),
        (toll_weight, "--toll-weight", "TOLL FACTOR"),
    ):
        weight = given if given is not None else text.number(tag, 0.0)
        if weight is None or not abs(weight) <= LARGEST:
            place = option if given is not None else f"<{tag}>"
            problem = Problem(text.name, 0, place, f"{weight:g} is out of range.", "Correct it.")
            raise InputError("A cost cannot be weighed.", [problem])
        weights.append(weight)
    if weights[1] and not links.has_toll:
        message = f"Tolls are to count {weights[1]:g} each, but the links have no column toll."
        problem = Problem(text.name, 0, "toll", message, "Add it, or leave the weight out.")
        raise InputError("The TNTP network cannot be read.", [problem])
    return weights[0] * links.columns["length"] + weights[1] * links.columns["toll"]


def _within_range(file: str, links: TntpLinks, total: float) -> dict[str, FloatArray]:
    """Return the columns, b = 0 where no flow up to the total could slow the link by any digit.

    Delays are kept as free_flow_time * b / capacity ** power, so powers must stay numbers.
    InputError names the links where they do not.
    """
    columns = dict(links.columns)
    rises = (columns["b"] > 0.0) & (columns["power"] > 0.0) & (columns["free_flow_time"] > 0.0)
    capacity, power, b, time = (
        np.where(rises, columns[name], 1.0) for name in ("capacity", "power", "b", "free_flow_time")
    )
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        at_capacity = power * np.log10(capacity)
        at_total = power * np.log10(max(total, 1.0))
        delay = np.log10(b) + at_total - at_capacity
    is_flat = rises & (delay < NEGLIGIBLE)
    is_wild = (np.abs(at_capacity) > EXPONENT_LIMIT) | (at_total > EXPONENT_LIMIT)
    is_wild |= np.abs(delay + np.log10(time)) > EXPONENT_LIMIT
    is_wild |= ~np.isfinite(delay)
    problems = [
        Problem(
            file,
            int(links.row[link]),
            "power",
            f"With power {columns['power'][link]:g}, capacity {columns['capacity'][link]:g} and"
            f" {total:g} trips the time of the link leaves the range of numbers.",
            "Correct the power, or give capacity and trips in other units.",
        )
        for link in np.flatnonzero(rises & is_wild & ~is_flat)
    ]
    if problems:
        raise InputError("The TNTP network cannot be read.", problems)
    columns["b"] = np.where(is_flat, 0.0, columns["b"])
    return columns


def _read_trips(
    text: TntpText, net: TntpText, zones: _Zones
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return origins, destinations and trips between zones; InputError lists every wrong line."""
    values: list[float] = []  # zone, trips, zone, trips …
    origins: list[IntArray] = []
    rows: list[IntArray] = []
    problems: list[Problem] = []
    origin = 0
    for line in text.lines:
        # A line names an origin or holds trips; some files write both on one line.
        for position, part in enumerate(ORIGIN.split(line.text)):
            if position % 2:
                origin = int(part[:MOST_DIGITS])
                problems += _check_origin(text.name, line.number, part, zones)
            elif part.strip(" \t;"):
                pairs = _pairs(part) if origin else None
                if pairs is None:
                    problems.append(_bad_list(text.name, line.number, part))
                    continue
                values += pairs
                origins.append(np.full(len(pairs) // 2, origin))
                rows.append(np.full(len(pairs) // 2, line.number))
    none = np.zeros(0, dtype=np.int64)
    origin_column, row = np.concatenate([none, *origins]), np.concatenate([none, *rows])
    destination, demand = np.array(values, dtype=np.float64).reshape(-1, 2).T
    is_good = zones.hold(destination) & (demand >= 0.0) & (demand <= LARGEST)
    message = f"A zone is not one of {zones} or its trips are not a number from 0 up."
    problems += [
        Problem(text.name, int(number), "", message, "Correct it.")
        for number in np.unique(row[~is_good])
    ]
    if not origin and not problems and text.number("TOTAL OD FLOW") != 0.0:
        message = "No Origin line is in it, so that nothing travels."
        problems.append(Problem(text.name, 0, "Origin", message, "Name a TNTP trips file."))
    if not problems:
        problems = _check_totals(text, net, origin_column, destination, demand)
    if problems:
        raise InputError(
            "The TNTP trips cannot be read.", sorted(problems, key=lambda problem: problem.row)
        )
    keep = (demand > 0.0) & (destination != origin_column)
    return origin_column[keep], destination[keep].astype(np.int64), demand[keep]


def _pairs(part: str) -> list[float] | None:
    """Return zone, trips, zone, trips … of a list; None where it is none."""
    if not TRIPS.fullmatch(part):
        return None
    values = [number_of(cell) for cell in part.translate(NO_COLONS).split()]
    return None if None in values else [value for value in values if value is not None]


def _check_origin(file: str, row: int, origin: str, zones: _Zones) -> list[Problem]:
    """Return the problem of an origin that is no zone."""
    is_short = len(origin) <= MOST_DIGITS and int(origin) <= LARGEST_NUMBER
    if is_short and zones.hold(np.array([float(origin)])).all():
        return []
    message = f"{origin[:SHOWN]} is no zone: they are {zones}."
    return [Problem(file, row, "Origin", message, "Correct it or <NUMBER OF ZONES>.")]


def _check_totals(
    text: TntpText, net: TntpText, origin: IntArray, destination: FloatArray, demand: FloatArray
) -> list[Problem]:
    """Return where the tags of the trips do not fit their lines, or the network."""
    problems: list[Problem] = []
    stated, of_net = text.count("NUMBER OF ZONES"), net.count("NUMBER OF ZONES")
    if stated is not None:
        named = np.union1d(origin, destination).size
        if named > stated:
            message = f"It says {stated}, but {named} different zones are named."
            problems.append(text.problem("NUMBER OF ZONES", message, "Correct the number."))
        if of_net is not None and stated > of_net:
            message = (
                f"It says {stated}, but the network has {of_net}: the files do not belong together."
            )
            problems.append(text.problem("NUMBER OF ZONES", message, "Take the network's trips."))
    total = text.number("TOTAL OD FLOW")
    if total is None:
        return problems
    # Rounding of the last digit written is no mistake, nor is leaving out trips within zones.
    written = text.tags["TOTAL OD FLOW"].value.strip(" \t:=;")
    last_digit = 10.0 ** min(int(Decimal(written).as_tuple().exponent), MOST_DIGITS)
    room = 0.5 * last_digit + TOTAL_TOLERANCE * abs(total)
    sums = float(demand.sum()), float(demand[destination != origin].sum())
    if min(abs(total - one) for one in sums) > room:
        message = f"It says {written}, the lines add up to {sums[0]:.12g}."
        cure = "Complete the file, or correct the number."
        problems.append(text.problem("TOTAL OD FLOW", message, cure))
    return problems


def _bad_list(file: str, row: int, part: str) -> Problem:
    read = TRIPS.match(part)
    rest = part[read.end() if read else 0 :].strip() or part.strip()
    message = f"From {rest[:SHOWN]!r} on it is not a list of 'zone : trips;' after an Origin line."
    return Problem(file, row, "", message, "Correct it.")
