"""Joins the simulated sea crossing to freight: delay curves in, traffic out.

For every year and fleet the crossing is simulated over a grid of loads with one seed; freight is
assigned with the fitted curves; only where traffic leaves the grid is another load simulated and
freight assigned again. Runs whose tables of the crossing are the same have the same curves. At the
traffic of the equilibrium the crossing is simulated once more: that gives occupancies and waits,
and tells how far the curves, which load all cargo alike, are from the mix that came about.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from transcaspian import freight
from transcaspian.case.tables import YearView
from transcaspian.crossing.delay import DelayCurve, DelayGrid, delay_grid
from transcaspian.crossing.programs import Options
from transcaspian.crossing.replicate import Simulation, simulate_crossing
from transcaspian.crossing.tables import Crossing
from transcaspian.errors import InputError, NotConvergedError, Problem
from transcaspian.freight.corridor import FreightResult
from transcaspian.freight.crossings import CrossingCurve
from transcaspian.freight.paths import Catalogue
from transcaspian.freight.queues import BACKWARD, FORWARD

__all__ = [
    "CrossingRoom",
    "JoinedResult",
    "SharedLink",
    "freight_curves",
    "has_same_crossing",
    "load_factors",
    "shared_links",
    "simulate_mix",
]

FACTORS = (0.5, 0.75, 1.0, 1.3, 1.7, 2.3)  # loads of the grid over those of the case
REPLICATIONS = 4
SEED = 0
MOST_EXTENSIONS = 6
BEYOND = 1.2  # how far past the traffic that left the grid the next load lies
LEAST_FACTOR = 0.05  # a crossing emptier than this has the delay of this load
KT = 1e-3  # kt a tonne, or thousand TEU a TEU
LINKS = "crossing/links"
Pair = tuple[str, str, str]  # from, to, cargo


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A freight link whose cargo the crossing carries."""

    link: str
    forward: Pair
    backward: Pair
    load_per_unit: float  # t net, or TEU laden
    counts_teu: bool
    terminals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoinedResult:
    """Freight of a year with the crossing that it met."""

    freight: FreightResult
    grid: DelayGrid | None  # None where the case joins no crossing to freight
    factors: Mapping[Pair, float]  # load of each pair over that of the case

    @property
    def crossing(self) -> Crossing:
        """Return the crossing of the year; LookupError where there is none."""
        if self.grid is None:
            raise LookupError("This case joins no crossing to freight.")
        return self.grid.crossing


@dataclass(slots=True)
class CrossingRoom:
    """Curves by fleet: what was simulated for one run serves every run with the same tables.

    A curve depends on the tables alone, so that results do not depend on what was asked before.
    """

    _grids: dict[str, DelayGrid] = field(default_factory=dict)

    def prepare(
        self, views: Sequence[YearView], workers: int, progress: Callable[[str], None]
    ) -> None:
        """Simulate the crossings of many views, each fleet once, `workers` side by side."""
        wanted = {
            _digest(view): view
            for view in views
            if shared_links(view) and _digest(view) not in self._grids
        }
        if wanted:
            progress(f"Crossing: {len(wanted)} fleets at {len(FACTORS)} loads each")
        with ThreadPoolExecutor(workers) as pool:
            grids = pool.map(_simulate_grid, wanted.values())
            self._grids.update(zip(wanted, grids, strict=True))

    def curves(self, view: YearView) -> list[CrossingCurve]:
        """Return the curves of a year; none where no freight link is joined to the crossing."""
        links = shared_links(view)
        return freight_curves(self._grid(view), links) if links else []

    def assign(self, view: YearView, catalogue: Catalogue | None = None) -> JoinedResult:
        """Return the freight equilibrium of a year on the curves of its crossing.

        Raises NotConvergedError where traffic leaves the grid again and again.
        """
        links = shared_links(view)
        if not links:
            return JoinedResult(freight.assign_case(view, catalogue=catalogue), None, {})
        grid = self._grid(view)
        for _ in range(MOST_EXTENSIONS):
            result = freight.assign_case(
                view, catalogue=catalogue, curves=freight_curves(grid, links)
            )
            factors = load_factors(result, grid, links)
            wanted = _beyond(grid, factors)
            if not wanted:
                return JoinedResult(result, grid, factors)
            grid = grid.extended(wanted)
        raise NotConvergedError(
            f"Freight {view.year}: traffic of the crossing lies beyond"
            f" {max(grid.runs):.3g} times that of the case after {MOST_EXTENSIONS} simulations of"
            " higher loads. Correct crossing/arrivals or crossing/links."
        )

    def _grid(self, view: YearView) -> DelayGrid:
        key = _digest(view)
        if key not in self._grids:
            self._grids[key] = _simulate_grid(view)
        return self._grids[key]


def has_same_crossing(view: YearView, other: YearView) -> bool:
    """Return whether two views have the same tables of the crossing and so the same curves."""
    return _digest(view) == _digest(other)


def _simulate_grid(view: YearView) -> DelayGrid:
    return delay_grid(view, factors=FACTORS, replications=REPLICATIONS, seed=SEED)


def shared_links(view: YearView) -> list[SharedLink]:
    """Return the open freight links of `crossing/links`.

    Raises InputError for links that do not join two ports of the crossing, and for cargo that is
    not sent both ways.
    """
    table = view.tables.get(LINKS)
    if table is None or not table.height:
        return []
    port_of = dict(view.tables["crossing/ports"].select("node", "port").iter_rows())
    arrivals = view.tables["crossing/arrivals"].filter(pl.col("units") > 0.0)
    sent = set(arrivals.select("port0", "port1", "cargo").iter_rows())
    ends = {row["link"]: row for row in view.tables["freight/links"].iter_rows(named=True)}
    found, problems = [], []
    for number, row in enumerate(table.iter_rows(named=True)):
        link = ends[row["link"]]
        ports = [port_of.get(link[end]) for end in ("node0", "node1")]
        forward, backward = (*ports, row["cargo"]), (*reversed(ports), row["cargo"])
        for pair in (forward, backward):
            if pair not in sent:
                problems.append(
                    Problem(
                        f"{LINKS}.csv",
                        number + 2,
                        "cargo",
                        f"{row['link']}: crossing/arrivals sends no {row['cargo']} from "
                        f"{link['node0']} to {link['node1']} and back in {view.year}.",
                        "Add its arrivals, or leave the link out.",
                    )
                )
                break
        else:
            if link["is_open"]:
                terminals = tuple((row["terminals"] or "").split(";")) if row["terminals"] else ()
                found.append(
                    SharedLink(
                        row["link"],
                        forward,
                        backward,
                        float(row["load_per_unit"]),
                        link["capacity_unit"] == "teu",
                        terminals,
                    )
                )
    if problems:
        raise InputError("The crossing cannot be joined to freight.", problems)
    return found


def freight_curves(grid: DelayGrid, links: Sequence[SharedLink]) -> list[CrossingCurve]:
    """Return hours by the traffic of both directions; emptier than the grid, those of its start."""
    by_pair: dict[Pair, DelayCurve] = {
        (curve.port0, curve.port1, curve.cargo): curve for curve in grid.curves()
    }
    found = []
    for link in links:
        there, back = by_pair[link.forward], by_pair[link.backward]
        per_unit = link.load_per_unit * KT
        found.append(
            CrossingCurve(
                link.link,
                link.counts_teu,
                np.append(0.0, (there.units_per_year + back.units_per_year) * per_unit),
                np.append(there.delay_h[0], there.delay_h),
                np.append(back.delay_h[0], back.delay_h),
                float(np.max(there.carried_per_year + back.carried_per_year)) * per_unit,
                link.terminals,
            )
        )
    return found


def load_factors(
    result: FreightResult, grid: DelayGrid, links: Sequence[SharedLink]
) -> dict[Pair, float]:
    """Return the traffic of every pair over that of the case."""
    volume = dict(zip(result.network.queues.name, result.equilibrium.volume.tolist(), strict=True))
    factors = {}
    for link in links:
        pairs = (link.forward, link.backward)
        traffic = volume.get(link.link + FORWARD, volume.get(link.link + BACKWARD, 0.0))
        units = traffic / (link.load_per_unit * KT)
        for pair in pairs:
            factors[pair] = units / sum(grid.crossing.units(each) for each in pairs)
    return factors


def _beyond(grid: DelayGrid, factors: Mapping[Pair, float]) -> list[float]:
    """Return the loads to simulate because traffic is above or below all of the grid."""
    wanted = []
    most = max(factors.values(), default=0.0)
    if most > max(grid.runs):
        wanted.append(most * BEYOND)
    least = max(min(factors.values(), default=np.inf), LEAST_FACTOR)
    if least < min(grid.runs):
        wanted.append(max(least / BEYOND, LEAST_FACTOR))
    return wanted


def simulate_mix(joined: JoinedResult) -> Simulation:
    """Return the crossing at the traffic of the equilibrium, whatever its mix."""
    grid = joined.grid
    options = Options() if grid is None else grid.options
    return simulate_crossing(
        joined.crossing.scaled(joined.factors), options, replications=REPLICATIONS, seed=SEED
    )


def _digest(view: YearView) -> str:
    digest = hashlib.sha256(str(view.year).encode())
    for name, frame in sorted(view.tables.items()):
        if name.startswith("crossing/"):
            words = [word for word in ("source", "confidence", "note") if word in frame.columns]
            digest.update(f"table {name}\n".encode())
            digest.update(frame.drop(words).write_csv().encode())
    return digest.hexdigest()
