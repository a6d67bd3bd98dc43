"""Solves the power system for every run of a plan and turns it into the study's tables."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from transcaspian import power
from transcaspian.case.tables import REFERENCE, Case
from transcaspian.power.accounts import accounts
from transcaspian.power.dispatch import PowerOptions, PowerResult
from transcaspian.study.options import Plan
from transcaspian.study.reuse import POWER, Store, recall, solve_key
from transcaspian.study.solved import Key, Solved

__all__ = ["solve_power"]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """The hourly series of a run that its result keeps."""

    dispatch: bool = False
    prices: tuple[str, ...] = ()  # zones and markets
    links: tuple[str, ...] = ()


def solve_power(
    case: Case,
    plan: Plan,
    years: tuple[int, ...],
    workers: int,
    progress: Progress,
    store: Store,
) -> dict[Key, Solved]:
    """Return the dispatch of every scenario, run and year; what the store holds is not solved.

    The reference of a year is solved first, its windows side by side; the runs with projects then
    start from its basis, `workers` of them at a time. Neither changes any result.
    """
    solved: dict[Key, Solved] = {}
    for scenario in plan.scenarios:
        for year in plan.solved_years(scenario, years):
            solved |= _solve_year(
                case, plan, Key(scenario, REFERENCE, year), workers, progress, store
            )
    return solved


def _solve_year(
    case: Case, plan: Plan, key: Key, workers: int, progress: Progress, store: Store
) -> dict[Key, Solved]:
    """Return the reference and every run with projects of one scenario and year."""
    scenario, _, year = key
    runs = plan.runs_in("power") if year in plan.years_of(scenario) else ()
    views = {
        Key(scenario, run, year): POWER.cut(case.at(year, scenario, plan.members.get(run, ())))
        for run in (REFERENCE, *runs)
    }
    kept = {own: _hourly_choice(case, plan, own) for own in views}
    base = solve_key(POWER, [views[key]], asdict(kept[key]))
    # A run starts from the basis of the reference: of several optima it may find the nearest.
    names = {
        own: solve_key(POWER, [view], asdict(kept[own]), [base]) for own, view in views.items()
    }
    names[key] = base
    found = recall(store, names)
    missing = [own for own in views if own not in found]
    if not missing:
        return found
    progress(f"Power {year}, scenario {scenario}")
    start = time.perf_counter()
    reference = power.solve_year(views[key], PowerOptions(workers=workers))
    if key in missing:
        missing.remove(key)
        found[key] = _pack(reference, kept[key], time.perf_counter() - start)
        store[base] = found[key].to_bytes()
    if missing:
        progress(f"Power {year}, scenario {scenario}: {len(missing)} runs with projects")

    def solve(own: Key) -> tuple[Key, Solved]:
        start = time.perf_counter()
        result = power.solve_year(views[own], PowerOptions(workers=1), reference)
        packed = _pack(result, kept[own], time.perf_counter() - start)
        store[names[own]] = packed.to_bytes()
        return own, packed

    with ThreadPoolExecutor(max_workers=workers) as pool:
        found |= dict(pool.map(solve, missing))
    return found


def _pack(result: PowerResult, kept: Kept, seconds: float) -> Solved:
    tables = dict(power.power_tables(result))
    zone_year = tables["power_zone_year"]
    tables["power_hourly_residual"] = pl.DataFrame({"residual": [_hourly_residual(result)]})
    tables |= _hourly_tables(result, kept)
    return Solved(
        accounts=accounts(result),
        co2_t=float(zone_year["co2_t"].sum()) + _market_co2(result),
        tables=tables,
        log={
            "room": "power",
            "method": result.log.method,
            "status": result.log.status,
            "iterations": result.log.iterations + result.log.window_iterations,
            "gap": result.log.gap,
            "objective": result.objective_usd,
        },
        seconds=seconds,
    )


def _hourly_choice(case: Case, plan: Plan, key: Key) -> Kept:
    """Return which hourly series of a run are kept.

    Of the first scenario: dispatch and prices of the reference; with a project its links' flows,
    and prices of the zones in the first year in use.
    """
    if key.scenario != plan.scenarios[0]:
        return Kept()
    buses = case.tables["power/buses"]
    zones = tuple(buses.filter(pl.col("kind") == "zone")["bus"])
    if key.run == REFERENCE:
        return Kept(dispatch=True, prices=tuple(buses["bus"]))
    changes = case.tables["projects/changes"].filter(
        (pl.col("table") == "power/links") & pl.col("project").is_in(case.members(key.run))
    )
    return Kept(
        prices=zones if key.year == _first_year_in_use(case, key.run) else (),
        links=tuple(changes["row"].unique(maintain_order=True)),
    )


def _hourly_tables(result: PowerResult, kept: Kept) -> dict[str, pl.DataFrame]:
    """Return the hourly series that are kept; names as categories, since rows are millions."""
    tables: dict[str, pl.DataFrame] = {}
    if kept.dispatch:
        dispatch = power.hourly_dispatch(result)
        tables["power_dispatch"] = _small(dispatch, "bus", "carrier", "mw")
    if kept.prices:
        prices = power.hourly_prices(result).filter(pl.col("bus").is_in(kept.prices))
        tables["power_prices"] = _small(prices, "bus", "price")
    if kept.links:
        flows = power.hourly_links(result, kept.links)
        tables["power_link_hourly"] = _small(flows, "link", "mw")
    return tables


def _first_year_in_use(case: Case, run: str) -> int:
    """Return the first model year in which all projects of the run are open, else the last."""
    projects = case.tables["projects/projects"].filter(pl.col("project").is_in(case.members(run)))
    opening = projects["opening_year"].to_list()
    years = case.settings.model_years
    return next((year for year in years if year >= max(opening)), years[-1])


def _small(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Return names as categories and numbers in single precision, hours first."""
    kinds = [
        pl.col(name).cast(pl.Float32 if frame[name].dtype.is_float() else pl.Categorical)
        for name in columns
    ]
    return frame.select(pl.col("hour").cast(pl.Int16), *kinds)


def _market_co2(result: PowerResult) -> float:
    """Return emissions of what edge markets sell less what they save by buying [t]."""
    net = (result.market_sell - result.market_buy).sum(axis=0)
    return float(net @ result.inputs.market_co2)


def _hourly_residual(result: PowerResult) -> float:
    """Return the largest imbalance of any zone and hour over the zone's mean load.

    Recomputed from the hourly series of the result, not from the program that was solved.
    """
    inputs = result.inputs
    balance = result.unserved - result.demand
    np.add.at(balance.T, inputs.plant_bus, result.generation.T)
    np.add.at(balance.T, inputs.market_bus, (result.market_sell - result.market_buy).T)
    storage = result.storage_dispatch - result.storage_store
    np.add.at(balance.T, inputs.network.storage_units.bus, storage.T)
    arriving = 1.0 - inputs.link_loss
    np.add.at(balance.T, inputs.link_bus1, (result.link_forward * arriving - result.link_reverse).T)
    np.add.at(balance.T, inputs.link_bus0, (result.link_reverse * arriving - result.link_forward).T)
    scale = np.maximum(result.demand.mean(axis=0), 1.0)
    return float((np.abs(balance) / scale).max())
