"""What the map shows: places, and the flow of every link in every run and year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transcaspian.report.blocks import CaseLike
from transcaspian.report.geography import Point, Projection
from transcaspian.report.names import REFERENCE, Names

__all__ = [
    "Flow",
    "Layer",
    "MapPlace",
    "Way",
    "freight_layer",
    "largest_flow",
    "power_layer",
]

HOURS_PER_YEAR = 8760.0
# Shown runs of each sector: enough for every ranked project, few enough to read the switches.
MOST_RUNS = 8


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A dot with a name."""

    key: str
    name: str
    at: Point
    rank: int
    is_market: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A link as drawn: its name, its two ends, and its place among links of the same ends."""

    key: str
    name: str
    start: Point
    end: Point
    lane: int
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """What moves on a way in a year: both senses, and how full it is (None: no limit)."""

    forward: float
    reverse: float
    load: float | None

    @property
    def total(self) -> float:
        """Return both senses together."""
        return self.forward + self.reverse


@dataclass(frozen=True, slots=True)
class Layer:
    """One subject of the map; `flows` is keyed by run and year, then by way."""

    key: str
    title: str
    unit: str
    load_meaning: str
    places: tuple[MapPlace, ...]
    ways: tuple[Way, ...]
    runs: tuple[str, ...]
    years: tuple[int, ...]
    flows: Mapping[tuple[str, int], Mapping[str, Flow]]


def power_layer(
    tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names, projection: Projection
) -> Layer:
    """Return the electricity flows between zones [TWh/a]."""
    buses = case.tables.get("power/buses", pl.DataFrame())
    at = {row["bus"]: projection(row["lon"], row["lat"]) for row in buses.iter_rows(named=True)}
    places = tuple(
        MapPlace(
            row["bus"], row["name"], at[row["bus"]], _bus_rank(row, names), row["kind"] == "market"
        )
        for row in buses.iter_rows(named=True)
        if projection.contains(at[row["bus"]], 4.0)
    )
    ends = {link: (at.get(pair[0]), at.get(pair[1])) for link, pair in names.power_links.items()}
    frame = tables["power_link_year"]
    flows = _collect(
        frame,
        forward=pl.col("forward_mwh") / 1e6,
        reverse=pl.col("reverse_mwh") / 1e6,
        load=(pl.col("hours_forward_full") + pl.col("hours_reverse_full")) / HOURS_PER_YEAR,
    )
    return Layer(
        key="power",
        title="Electricity",
        unit="TWh",
        load_meaning="share of hours at the limit",
        places=places,
        ways=_ways(ends, {link: names.power_link(link) for link in ends}, projection, frozenset()),
        runs=_runs(frame, tables["projects"]),
        years=tuple(sorted(frame["year"].unique().to_list())),
        flows=flows,
    )


def freight_layer(
    tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names, projection: Projection
) -> Layer:
    """Return the freight flows between places [Mt/a]."""
    nodes = case.tables.get("freight/nodes", pl.DataFrame())
    at = {row["node"]: projection(row["lon"], row["lat"]) for row in nodes.iter_rows(named=True)}
    used = {end for link in names.freight_links.values() for end in link[:2]}
    places = tuple(
        MapPlace(row["node"], _short(row["name"]), at[row["node"]], _node_rank(row, names))
        for row in nodes.iter_rows(named=True)
        if row["node"] in used and projection.contains(at[row["node"]], 3.0)
    )
    ends = {link: (at.get(v[0]), at.get(v[1])) for link, v in names.freight_links.items()}
    modes = case.tables.get("freight/layers", pl.DataFrame())
    on_water = {
        row["layer"] for row in modes.iter_rows(named=True) if row["mode"] in ("sea", "ferry")
    }
    water = frozenset(link for link, v in names.freight_links.items() if v[2] in on_water)
    frame = tables["freight_link_year"]
    flows = _collect(
        frame,
        forward=pl.col("forward_t") / 1e6,
        reverse=pl.col("reverse_t") / 1e6,
        load=pl.col("load_ratio"),
    )
    return Layer(
        key="freight",
        title="Freight",
        unit="Mt",
        load_meaning="load over capacity",
        places=places,
        ways=_ways(ends, {link: names.freight_link(link) for link in ends}, projection, water),
        runs=_runs(frame, tables["projects"]),
        years=tuple(sorted(frame["year"].unique().to_list())),
        flows=flows,
    )


def _bus_rank(row: Mapping[str, object], names: Names) -> int:
    return 2 if row["kind"] == "market" else int(row["country"] not in names.corridor)


def _node_rank(row: Mapping[str, object], names: Names) -> int:
    rank = {"seaport": 0, "rail_hub": 1, "border": 2}.get(str(row["kind"]), 3)
    return rank + (0 if row["country"] in names.corridor else 1)


def _short(name: str) -> str:
    """Return a place's name without what stands in brackets and without "seaport"."""
    return name.split(" (")[0].removesuffix(" seaport")


def _ways(
    ends: Mapping[str, tuple[Point | None, Point | None]],
    titles: Mapping[str, str],
    projection: Projection,
    water: frozenset[str],
) -> tuple[Way, ...]:
    """Return the links that can be seen: a sea lane with an end outside would cross land."""
    lanes: dict[frozenset[Point], int] = {}
    ways = []
    for link, (start, end) in ends.items():
        if start is None or end is None or start == end:
            continue
        inside = projection.contains(start) + projection.contains(end)
        if inside == 0 or (link in water and inside < 2):
            continue
        pair = frozenset((start, end))
        lanes[pair] = lanes.get(pair, -1) + 1
        ways.append(Way(link, titles[link], start, end, lanes[pair], link in water))
    return tuple(ways)


def _runs(frame: pl.DataFrame, projects: pl.DataFrame) -> tuple[str, ...]:
    """Return the reference, then clusters and projects that were solved, by size of their effect."""
    solved = set(frame["run"].unique().to_list())
    ordered = projects.with_columns(size=pl.col("benefit_musd").abs()).sort(
        ["is_cluster", "is_ranked", "size", "project"], descending=[True, True, True, False]
    )
    chosen = [run for run in ordered["project"].unique(maintain_order=True) if run in solved]
    return (REFERENCE, *chosen[:MOST_RUNS]) if solved else ()


def _collect(
    frame: pl.DataFrame, *, forward: pl.Expr, reverse: pl.Expr, load: pl.Expr
) -> dict[tuple[str, int], dict[str, Flow]]:
    rows = frame.select("run", "year", "link", forward=forward, reverse=reverse, load=load)
    flows: dict[tuple[str, int], dict[str, Flow]] = {}
    for run, year, link, ahead, back, ratio in rows.iter_rows():
        flows.setdefault((run, year), {})[link] = Flow(ahead, back, ratio)
    return flows


def largest_flow(layers: Sequence[Layer]) -> dict[str, float]:
    """Return the largest drawn flow of each layer, to which the widths are scaled."""
    return {
        layer.key: max(
            (
                flows[way.key].total
                for flows in layer.flows.values()
                for way in layer.ways
                if way.key in flows
            ),
            default=0.0,
        )
        for layer in layers
    }
