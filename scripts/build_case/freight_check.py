"""A check of the compiled tables: every demand reaches its destination on its form's network."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from freight_files import Row, read_rows
from freight_network import YEARS

Place = tuple[str, str]


def check_reachable(case_dir: Path) -> None:
    """Raise where a pair of entry nodes has no path in some year."""
    zones = _entries(case_dir)
    problems = []
    for year in YEARS:
        for form in ("container", "bulk", "truck", "liquid"):
            graph = form_graph(case_dir, form, year)
            for row in read_rows(case_dir / "freight" / "demand.csv"):
                if row["form"] == form:
                    problems.extend(_missing(row, zones, graph, year))
    if problems:
        raise ValueError("no path for:\n" + "\n".join(sorted(set(problems))))


def _entries(case_dir: Path) -> Mapping[tuple[str, str], list[str]]:
    zones: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in read_rows(case_dir / "freight" / "zones.csv"):
        for form in (
            ("container", "bulk", "truck", "liquid") if row["form"] == "*" else (row["form"],)
        ):
            zones[row["zone"], form].append(row["node"])
    return zones


def form_graph(case_dir: Path, form: str, year: int) -> dict[Place, set[Place]]:
    """Return neighbours of each (node, layer) that a form of cargo can go to in a year."""
    is_open = {
        row["link"]: row["is_open"] == "true"
        for row in read_rows(case_dir / "freight" / "link_years.csv")
        if row["year"] == str(year)
    }
    graph: dict[Place, set[Place]] = defaultdict(set)
    for row in read_rows(case_dir / "freight" / "links.csv"):
        if form in row["forms"].split(";") and is_open[row["link"]]:
            here, there = (row["node0"], row["layer"]), (row["node1"], row["layer"])
            graph[here].add(there)
            graph[there].add(here)
    for row in read_rows(case_dir / "freight" / "terminals.csv"):
        if form in row["forms"].split(";") and row["layer0"] != row["layer1"]:
            here, there = (row["node"], row["layer0"]), (row["node"], row["layer1"])
            graph[here].add(there)
            graph[there].add(here)
    return graph


def _missing(
    row: Row,
    zones: Mapping[tuple[str, str], list[str]],
    graph: Mapping[Place, set[Place]],
    year: int,
) -> list[str]:
    origins, destinations = (
        zones[row["origin"], row["form"]],
        zones[row["destination"], row["form"]],
    )
    if not origins or not destinations:
        return [f"{row['demand']}: a zone has no entry for {row['form']}"]
    problems = []
    for origin in origins:
        reached = {node for node, _ in _reach(origin, graph)}
        problems += [
            f"{row['demand']} {year}: {origin} to {end}"
            for end in destinations
            if end not in reached
        ]
    return problems


def _reach(origin: str, graph: Mapping[Place, set[Place]]) -> set[Place]:
    seen = {place for place in graph if place[0] == origin}
    stack = list(seen)
    while stack:
        for there in graph[stack.pop()] - seen:
            seen.add(there)
            stack.append(there)
    return seen
