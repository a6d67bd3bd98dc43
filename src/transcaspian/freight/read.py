"""Reads networks and trips in the TNTP text format of the Transportation Networks collection."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcaspian.errors import InputError, NotFoundError, Problem
from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.freight.delay import bpr
from transcaspian.freight.traffic import TrafficClasses, TrafficNetwork, TrafficProblem, Trips

__all__ = ["read_tntp"]

TAG = re.compile(r"<([^>]+)>\s*([^<~]*)")
TRIP = re.compile(r"(\d+)\s*:\s*([-+.\deE]+)\s*;?")
ORIGIN = re.compile(r"origin[\s:]*(\d+)[\s:;]*", re.IGNORECASE)
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
    Raises InputError with every line that is wrong.
    """
    text = _read_text(net)
    n_node = text.count("NUMBER OF NODES")
    columns = _read_links(text, n_node)
    if not n_node:
        n_node = int(max(columns["init_node"].max(), columns["term_node"].max()))
    n_zone = text.count("NUMBER OF ZONES") or n_node
    weights = (
        text.number("DISTANCE FACTOR", 0.0) if distance_weight is None else distance_weight,
        text.number("TOLL FACTOR", 0.0) if toll_weight is None else toll_weight,
    )
    fixed = weights[0] * columns["length"] + weights[1] * columns["toll"]
    network = TrafficNetwork(
        tail=columns["init_node"].astype(np.int64) - 1,
        head=columns["term_node"].astype(np.int64) - 1,
        delays=bpr(
            columns["free_flow_time"],
            columns["b"],
            columns["capacity"],
            np.where(columns["b"] > 0.0, columns["power"], 1.0),
        ),
        n_vertex=max(n_node, n_zone),
        first_through=max(text.count("FIRST THRU NODE") - 1, 0),
    )
    return TrafficProblem(
        network,
        _read_trips(_read_text(trips), n_zone),
        TrafficClasses.single(fixed.size, fixed),
        columns["length"],
    )


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
    problems: list[Problem] = []
    for number, line in text.lines:
        cells = line.replace(";", " ").split()
        values, wrong = _numbers(cells[: len(LINK_COLUMNS)])
        if wrong or len(values) < NEEDED:
            message = (
                f"{wrong!r} is not a number."
                if wrong
                else f"There are {len(values)} numbers, fewer than {NEEDED}."
            )
            problems.append(
                Problem(text.name, number, "", message, f"A link has {', '.join(LINK_COLUMNS)}.")
            )
            continue
        values += [0.0] * (len(LINK_COLUMNS) - len(values))
        problems += _check_link(text.name, number, values, n_node)
        rows.append(values)
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


def _numbers(cells: list[str]) -> tuple[list[float], str]:
    """Return the numbers and the first cell that is none."""
    values: list[float] = []
    for cell in cells:
        try:
            values.append(float(cell))
        except ValueError:
            return values, cell
    return values, ""


def _check_link(file: str, row: int, values: list[float], n_node: int) -> list[Problem]:
    """Return what is wrong with the numbers of one link."""
    link = dict(zip(LINK_COLUMNS, values, strict=True))
    problems = [
        Problem(
            file,
            row,
            end,
            f"Node {link[end]:g} is not a whole number from 1 to {n_node}.",
            "Correct it or <NUMBER OF NODES>.",
        )
        for end in ("init_node", "term_node")
        if not 1.0 <= link[end] <= (n_node or MOST_ROWS) or link[end] != int(link[end])
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


def _read_trips(text: _Text, n_zone: int) -> Trips:
    """Return the trips between zones; InputError lists every line that is wrong."""
    origins: list[IntArray] = []
    destinations: list[IntArray] = []
    demands: list[FloatArray] = []
    problems: list[Problem] = []
    origin = 0
    for number, line in text.lines:
        if line.split()[0].rstrip(":;").lower().startswith("origin"):
            named = ORIGIN.fullmatch(line.strip())
            origin = int(named.group(1)) if named else 0
            if not 1 <= origin <= n_zone:
                problems.append(
                    Problem(
                        text.name,
                        number,
                        "Origin",
                        f"{line.strip()!r} names no zone from 1 to {n_zone}.",
                        "Correct it or <NUMBER OF ZONES>.",
                    )
                )
            continue
        rest = TRIP.sub("", line).strip(" \t;")
        pairs = TRIP.findall(line)
        if rest or not pairs or not origin:
            problems.append(
                Problem(
                    text.name,
                    number,
                    "",
                    f"{rest or line.strip()!r} is not a list of 'zone : trips;' after an Origin line.",
                    "Correct it.",
                )
            )
            continue
        values, wrong = _numbers([amount for _, amount in pairs])
        zones = np.array([int(zone) for zone, _ in pairs[: len(values)]], dtype=np.int64)
        amounts = np.array(values)
        if (
            wrong
            or (zones < 1).any()
            or (zones > n_zone).any()
            or not (np.isfinite(amounts) & (amounts >= 0.0)).all()
        ):
            problems.append(
                Problem(
                    text.name,
                    number,
                    "",
                    f"A zone is not within 1 to {n_zone} or its trips are not a number from 0 up.",
                    "Correct it.",
                )
            )
            continue
        keep = (amounts > 0.0) & (zones != origin)
        origins.append(np.full(int(keep.sum()), origin - 1, dtype=np.int64))
        destinations.append(zones[keep] - 1)
        demands.append(amounts[keep])
    if problems:
        raise InputError("The TNTP trips cannot be read.", problems)
    none = np.zeros(0, dtype=np.int64)
    origin_column = np.concatenate([none, *origins])
    return Trips(
        np.zeros(origin_column.size, dtype=np.int64),
        origin_column,
        np.concatenate([none, *destinations]),
        np.concatenate([np.zeros(0), *demands]),
    )
