"""Reads networks and trips in the TNTP text format of the Transportation Networks collection."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcaspian.errors import InputError, NotFoundError, Problem
from transcaspian.freight.arrays import BoolArray, FloatArray, IntArray
from transcaspian.freight.delay import bpr
from transcaspian.freight.traffic import TrafficClasses, TrafficNetwork, TrafficProblem, Trips

__all__ = ["read_tntp"]

TAG = re.compile(r"<([^>]+)>\s*([^<~]*)")
TRIPS = re.compile(r"(?:\s*\d+\s*:\s*[-+.\deE]+[\s;]*)+")
ORIGIN = re.compile(r"origin[\s:]*(\d+)[\s:;]*", re.IGNORECASE)
NO_COLONS = str.maketrans(":;", "  ")
COMMENT = "~"
END_OF_METADATA = "END OF METADATA"
LINK_COLUMNS = (
    "init_node",
    "term_node",
    "capacity",
    "length",
    "free_flow_time",
    "b",
    "power",
    "speed",
    "toll",
)
NEEDED = 7  # speed and toll may be left out
MOST_COLUMNS = 10  # those above and a type of link, which is not used
MOST_ROWS = 1e9  # a count above is a mistake


@dataclass(frozen=True, slots=True)
class _Text:
    """Lines after the metadata, with their numbers, and the metadata."""

    name: str
    tags: dict[str, str]
    lines: list[tuple[int, str]]

    def number(self, tag: str, default: float | None = None) -> float:
        """Return the number of a tag; InputError where it is missing or no number."""
        text = self.tags.get(tag, "").strip()
        if not text and default is not None:
            return default
        try:
            return float(text)
        except ValueError:
            problem = Problem(
                self.name,
                0,
                f"<{tag}>",
                f"{text!r} is not a number.",
                "Write one number after the tag.",
            )
            raise InputError("The TNTP file cannot be read.", [problem]) from None

    def count(self, tag: str) -> int:
        """Return the whole number of a tag, 0 where it is missing; InputError where it is none."""
        value = self.number(tag, 0.0)
        if not (0.0 <= value < MOST_ROWS and value == int(value)):
            problem = Problem(
                self.name,
                0,
                f"<{tag}>",
                f"{value:g} is not a whole number from 0 up.",
                "Write one whole number after the tag.",
            )
            raise InputError("The TNTP file cannot be read.", [problem])
        return int(value)


def read_tntp(
    net: Path, trips: Path, distance_weight: float | None = None, toll_weight: float | None = None
) -> TrafficProblem:
    """Return the problem of a TNTP network file and trips file.

    time = free_flow_time * (1 + b * (flow / capacity) ** power), to which come distance_weight *
    length + toll_weight * toll: the weights given, else `<DISTANCE FACTOR>` and `<TOLL FACTOR>` of
    the network file, else zero. Trips within a zone are left out: they use no link. What follows a
    `~` is a comment. Without `<NUMBER OF NODES>` the nodes are those that links name, without
    `<NUMBER OF ZONES>` every node may be a zone, without `<FIRST THRU NODE>` all may be passed.
    Numbers of nodes may leave gaps and run beyond `<NUMBER OF NODES>` as long as no more different
    ones are named. Raises InputError with every line that is wrong.
    """
    text = _read_text(net)
    n_node = text.count("NUMBER OF NODES")
    columns = _read_links(text, n_node)
    n_zone = text.count("NUMBER OF ZONES")
    nodes = _number_nodes(columns, n_node, n_zone)
    weights = (
        text.number("DISTANCE FACTOR", 0.0) if distance_weight is None else distance_weight,
        text.number("TOLL FACTOR", 0.0) if toll_weight is None else toll_weight,
    )
    fixed = weights[0] * columns["length"] + weights[1] * columns["toll"]
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
        first_through=int(np.searchsorted(nodes, text.count("FIRST THRU NODE"))),
        vertex_names=() if nodes[-1] == nodes.size else tuple(str(node) for node in nodes),
    )
    return TrafficProblem(
        network,
        _read_trips(_read_text(trips), nodes[: n_zone or n_node or nodes.size]),
        TrafficClasses.single(fixed.size, fixed),
        columns["length"],
    )


def _number_nodes(columns: dict[str, FloatArray], n_node: int, n_zone: int) -> IntArray:
    """Return the numbers of all nodes, rising; gaps stay only where numbers run on beyond them."""
    named = np.union1d(columns["init_node"], columns["term_node"]).astype(np.int64)
    if named[-1] <= max(n_node, n_zone):
        return np.arange(1, max(n_node, n_zone) + 1)
    return np.union1d(named, np.arange(1, n_zone + 1))


def _read_text(path: Path) -> _Text:
    if not path.is_file():
        raise NotFoundError(f"There is no file {str(path)!r}.")
    tags: dict[str, str] = {}
    lines: list[tuple[int, str]] = []
    in_metadata = True
    for number, line in enumerate(
        path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), start=1
    ):
        line = line.split(COMMENT, 1)[0]  # noqa: PLW2901 - comments are no part of any line
        found = TAG.search(line) if in_metadata else None
        if found:
            tags[found.group(1).strip().upper()] = found.group(2)
            in_metadata = found.group(1).strip().upper() != END_OF_METADATA
        elif line.strip(" \t;"):
            lines.append((number, line))
    return _Text(path.name, tags, lines)


def _read_links(text: _Text, n_node: int) -> dict[str, FloatArray]:
    """Return the columns of the links; InputError lists every line that is wrong."""
    rows: list[list[float]] = []
    numbers: list[int] = []
    problems: list[Problem] = []
    for number, line in text.lines:
        cells = _link_cells(line)
        values, wrong = _numbers(cells)
        if wrong and not values and not rows and not problems and not _has_number(cells):
            continue  # a heading that is not marked as a comment
        if wrong or not NEEDED <= len(values) <= MOST_COLUMNS:
            message = (
                f"{wrong!r} is not a number."
                if wrong
                else f"There are {len(values)} numbers, not {NEEDED} to {MOST_COLUMNS}."
            )
            problems.append(
                Problem(
                    text.name,
                    number,
                    "",
                    message,
                    f"A link has {', '.join(LINK_COLUMNS)}, link_type; costs that depend on other links cannot be read.",
                )
            )
            continue
        values = values[: len(LINK_COLUMNS)] + [0.0] * (len(LINK_COLUMNS) - len(values))
        problems += _check_link(text.name, number, values)
        rows.append(values)
        numbers.append(number)
    if not problems and n_node:
        problems = _check_nodes(text.name, numbers, rows, n_node)
    expected = text.number("NUMBER OF LINKS", float(len(rows)))
    if not problems and not rows:
        problems.append(
            Problem(text.name, 0, "", "There are no links.", "Add a line for each link.")
        )
    if not problems and len(rows) != expected:
        problems.append(
            Problem(
                text.name,
                0,
                "<NUMBER OF LINKS>",
                f"It says {expected:.0f}, the file has {len(rows)}.",
                "Correct the number or add the links.",
            )
        )
    if problems:
        raise InputError("The TNTP network cannot be read.", problems)
    table = np.array(rows, dtype=np.float64).reshape(-1, len(LINK_COLUMNS))
    return {
        name: np.ascontiguousarray(table[:, position]) for position, name in enumerate(LINK_COLUMNS)
    }


def _link_cells(line: str) -> list[str]:
    """Return the cells of a link's line; what follows the semicolon that ends it is left out."""
    head, _, rest = line.partition(";")
    cells = head.split()
    return cells if len(cells) >= NEEDED else cells + rest.replace(";", " ").split()


def _has_number(cells: list[str]) -> bool:
    return any(not _numbers([cell])[1] for cell in cells)


def _check_nodes(
    file: str, numbers: list[int], rows: list[list[float]], n_node: int
) -> list[Problem]:
    """Return the links to nodes beyond the stated number, where more are named than that."""
    if len({node for row in rows for node in row[:2]}) <= n_node:
        return []
    return [
        Problem(
            file,
            number,
            LINK_COLUMNS[end],
            f"Node {row[end]:g} is not a whole number from 1 to {n_node}.",
            "Correct it or <NUMBER OF NODES>.",
        )
        for number, row in zip(numbers, rows, strict=True)
        for end in range(2)
        if row[end] > n_node
    ]


def _numbers(cells: list[str]) -> tuple[list[float], str]:
    """Return the numbers and the first cell that is none."""
    values: list[float] = []
    for cell in cells:
        try:
            values.append(float(cell))
        except ValueError:
            return values, cell
    return values, ""


def _check_link(file: str, row: int, values: list[float]) -> list[Problem]:
    """Return what is wrong with the numbers of one link."""
    link = dict(zip(LINK_COLUMNS, values, strict=True))
    problems = [
        Problem(
            file,
            row,
            end,
            f"Node {link[end]:g} is not a whole number from 1 up.",
            "Correct it.",
        )
        for end in ("init_node", "term_node")
        if not 1.0 <= link[end] <= MOST_ROWS or link[end] != int(link[end])
    ]
    problems += [
        Problem(file, row, name, f"{link[name]:g} is not a number from 0 up.", "Correct it.")
        for name in ("capacity", "free_flow_time", "b", "power")
        if not 0.0 <= link[name] < np.inf
    ]
    problems += [
        Problem(file, row, name, f"{link[name]:g} is not a finite number.", "Correct it.")
        for name in ("length", "toll")
        if not np.isfinite(link[name])
    ]
    if 0.0 < link["power"] < 1.0 and link["b"] > 0.0:
        problems.append(
            Problem(
                file,
                row,
                "power",
                f"{link['power']:g} lies between 0 and 1: the first vehicle would slow the link without bound.",
                "Give 0 (constant) or a power from 1 up.",
            )
        )
    if (
        link["capacity"] == 0.0
        and link["b"] > 0.0
        and link["power"] > 0.0
        and link["free_flow_time"] > 0.0
    ):
        problems.append(
            Problem(
                file,
                row,
                "capacity",
                "It is zero although the time depends on it (b above zero).",
                "Give a capacity, or set b to 0.",
            )
        )
    return problems


def _read_trips(text: _Text, zones: IntArray) -> Trips:
    """Return the trips between zones; InputError lists every line that is wrong."""
    values: list[float] = []  # zone, trips, zone, trips …
    origins: list[IntArray] = []
    rows: list[IntArray] = []
    problems: list[Problem] = []
    origin = 0
    for number, line in text.lines:
        # A line names an origin or holds trips; some files write both on one line.
        for position, part in enumerate(ORIGIN.split(line)):
            if position % 2:
                origin = int(part)
                problems += _check_origin(text.name, number, origin, zones)
            elif part.strip(" \t;"):
                pairs, wrong = _numbers(part.translate(NO_COLONS).split())
                if wrong or not origin or not TRIPS.fullmatch(part):
                    problems.append(_bad_list(text.name, number, part))
                    continue
                values += pairs
                count = len(pairs) // 2
                origins.append(np.full(count, origin))
                rows.append(np.full(count, number))
    none = np.zeros(0, dtype=np.int64)
    origin_column, row = np.concatenate([none, *origins]), np.concatenate([none, *rows])
    destination, demand = np.array(values, dtype=np.float64).reshape(-1, 2).T
    is_good = _are_zones(destination, zones) & np.isfinite(demand) & (demand >= 0.0)
    message = (
        f"A zone is not within {zones[0]} to {zones[-1]} or its trips are not a number from 0 up."
    )
    problems += [
        Problem(text.name, int(number), "", message, "Correct it.")
        for number in np.unique(row[~is_good])
    ]
    if problems:
        raise InputError(
            "The TNTP trips cannot be read.", sorted(problems, key=lambda problem: problem.row)
        )
    keep = (demand > 0.0) & (destination != origin_column)
    return Trips(
        np.zeros(int(keep.sum()), dtype=np.int64),
        np.searchsorted(zones, origin_column[keep]).astype(np.int64),
        np.searchsorted(zones, destination[keep]).astype(np.int64),
        demand[keep],
    )


def _check_origin(file: str, row: int, origin: int, zones: IntArray) -> list[Problem]:
    """Return the problem of an origin that is no zone."""
    if _are_zones(np.array([float(origin)]), zones).all():
        return []
    message = f"{origin} is no zone from {zones[0]} to {zones[-1]}."
    return [Problem(file, row, "Origin", message, "Correct it or <NUMBER OF ZONES>.")]


def _are_zones(numbers: FloatArray, zones: IntArray) -> BoolArray:
    place = np.minimum(np.searchsorted(zones, numbers), zones.size - 1)
    is_zone: BoolArray = zones[place] == numbers
    return is_zone


def _bad_list(file: str, row: int, part: str) -> Problem:
    return Problem(
        file,
        row,
        "",
        f"{part.strip()!r} is not a list of 'zone : trips;' after an Origin line.",
        "Correct it.",
    )
