"""Which fleets and berths hold the wait under a limit, and which of them is the cheapest.

Every combination is simulated with the same random numbers, so that two of them differ by their
vessels and berths alone.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from transcaspian.case.tables import YearView
from transcaspian.crossing.check import check_crossing
from transcaspian.crossing.model import FloatArray
from transcaspian.crossing.programs import Options
from transcaspian.crossing.replicate import half_width, simulate_crossing
from transcaspian.crossing.tables import Crossing, Service, read_crossing
from transcaspian.errors import InputError, Problem

__all__ = ["MOST_COMBINATIONS", "SearchPlan", "find_frontier", "search_fleets"]

MOST_COMBINATIONS = 400
DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """What is varied and what is wanted.

    `vessels` and `berths` list the counts to try by service and by berth; a berth costs
    `berth_usd_per_year`. Wanted is that at least `share` of the units of `cargo` sail within
    `limit_h`.
    """

    cargo: str
    limit_h: float
    share: float
    vessels: Mapping[str, Sequence[int]] = field(default_factory=dict)
    berths: Mapping[str, Sequence[int]] = field(default_factory=dict)
    berth_usd_per_year: float = 0.0


def search_fleets(
    view: YearView,
    plan: SearchPlan,
    options: Options | None = None,
    *,
    replications: int = 10,
    seed: int = 0,
    workers: int = 1,
) -> pl.DataFrame:
    """Return one row a combination, cheapest first.

    Columns: one per service and berth varied, cost_musd (a year, of what is varied), within (mean
    share of units that sail within the limit), low, high, mean_h, shorter_h (mean wait against the
    cheapest combination, same storms and trains in both), shorter_low_h, shorter_high_h, meets (the
    lower end of the interval reaches the wanted share), is_frontier (no other is cheaper and at
    least as good). A gain whose interval holds zero is within the noise.

    Raises InputError for unknown names, empty or negative counts and too many combinations.
    """
    chosen = replace(options or Options(), wait_limit_h=plan.limit_h)
    crossing = read_crossing(view, sea_level_path=chosen.sea_level_path)
    _check_plan(plan, crossing)
    names = [*plan.vessels, *plan.berths]
    rows, waits = [], []
    for counts in itertools.product(*plan.vessels.values(), *plan.berths.values()):
        combination = dict(zip(names, counts, strict=True))
        variant = check_crossing(_with_counts(crossing, combination))
        run = simulate_crossing(
            variant, chosen, replications=replications, seed=seed, workers=workers
        )
        within = run.of("cargo", plan.cargo, "within")
        waits.append(run.of("cargo", plan.cargo, "mean_h"))
        mean, half = float(np.mean(within)), half_width(within)
        rows.append(
            combination
            | {
                "cost_musd": _cost_usd(variant, combination, plan) / 1e6,
                "within": mean,
                "low": mean - half,
                "high": mean + half,
                "mean_h": float(np.mean(waits[-1])),
                "meets": mean - half >= plan.share,
            }
        )
    frame = pl.DataFrame(rows)
    frame = frame.with_columns(_gains(waits, int(frame["cost_musd"].arg_min() or 0)))
    on = find_frontier(frame["cost_musd"].to_numpy(), frame["within"].to_numpy())
    return frame.with_columns(is_frontier=pl.Series(on)).sort("cost_musd", "within", *names)


def _gains(waits: Sequence[FloatArray], cheapest: int) -> list[pl.Series]:
    """Return how much shorter the mean wait is than that of one combination, by replication."""
    gains = [waits[cheapest] - wait for wait in waits]
    mean = np.array([float(np.mean(gain)) for gain in gains])
    half = np.array([half_width(gain) for gain in gains])
    return [
        pl.Series("shorter_h", mean),
        pl.Series("shorter_low_h", mean - half),
        pl.Series("shorter_high_h", mean + half),
    ]


def find_frontier(cost: np.ndarray, quality: np.ndarray) -> np.ndarray:
    """Return which points no other point beats: none cheaper as good, none as cheap and better."""
    beaten = [
        bool(
            np.any(
                ((cost < cost[k]) & (quality >= quality[k]))
                | ((cost <= cost[k]) & (quality > quality[k]))
            )
        )
        for k in range(cost.size)
    ]
    return ~np.array(beaten, dtype=bool)


def _with_counts(crossing: Crossing, counts: Mapping[str, int]) -> Crossing:
    services = {
        name: service if name not in counts else _resized(service, counts[name])
        for name, service in crossing.services.items()
    }
    berths = {
        name: row if name not in counts else _with_berths(row, counts[name])
        for name, row in crossing.berths.items()
    }
    return replace(crossing, services=services, berths=berths)


def _resized(service: Service, count: int) -> Service:
    return replace(service, row={**service.row, "count": count})


def _with_berths(row: Mapping[str, object], count: int) -> dict[str, object]:
    """Return a berth with another count; cranes come with the berths."""
    cranes = int(str(row["cranes_per_vessel"])) * count
    return {**row, "count": count, "cranes": max(cranes, int(str(row["cranes"])))}


def _cost_usd(crossing: Crossing, counts: Mapping[str, int], plan: SearchPlan) -> float:
    cost = 0.0
    for name, count in counts.items():
        if name in plan.vessels:
            vessel = crossing.services[name].vessel
            cost += count * float(vessel["usd_day"]) * DAYS_PER_YEAR
        else:
            cost += count * plan.berth_usd_per_year
    return cost


def _check_plan(plan: SearchPlan, crossing: Crossing) -> None:
    problems = []
    for table, wanted, known, least in (
        ("services", plan.vessels, crossing.services, 0),
        ("berths", plan.berths, crossing.berths, 1),
    ):
        for name, counts in wanted.items():
            if name not in known:
                problems.append(_problem(table, f"there is no {name!r}."))
            if not counts or min(counts) < least:
                problems.append(_problem(table, f"{name} has the counts {tuple(counts)}."))
    sizes = [len(counts) for counts in (*plan.vessels.values(), *plan.berths.values())]
    if not sizes or int(np.prod(sizes)) > MOST_COMBINATIONS:
        problems.append(_problem("plan", f"1 to {MOST_COMBINATIONS} combinations can be tried."))
    if plan.cargo not in crossing.cargoes:
        problems.append(_problem("plan", f"cargo {plan.cargo!r} is unknown."))
    if not (plan.limit_h > 0.0 and 0.0 < plan.share <= 1.0):
        problems.append(_problem("plan", "the limit and the share must be above zero."))
    if problems:
        raise InputError("These fleets cannot be searched.", problems)


def _problem(table: str, message: str) -> Problem:
    return Problem(table, 0, "", message, "Correct the plan.")
