"""Solves the power system for every run of a plan and turns it into the study's tables."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from transcaspian import power
from transcaspian.case.tables import REFERENCE, Case
from transcaspian.power.accounts import accounts
from transcaspian.power.dispatch import PowerOptions, PowerResult
from transcaspian.study.options import Plan
from transcaspian.study.solved import Key, Solved

__all__ = ["solve_power"]

Progress = Callable[[str], None]


def solve_power(
    case: Case, plan: Plan, years: tuple[int, ...], workers: int, progress: Progress
) -> dict[Key, Solved]:
    """Return the dispatch of every scenario, run and year.

    The reference of a year is solved first, its windows side by side; the runs with projects then
    start from its basis, `workers` of them at a time. Neither changes any result.
    """
    solved: dict[Key, Solved] = {}
    for scenario in plan.scenarios:
        for year in years:
            progress(f"Power {year}, scenario {scenario}")
            view = case.at(year, scenario)
            start = time.perf_counter()
            reference = power.solve_year(view, PowerOptions(workers=workers))
            key = Key(scenario, REFERENCE, year)
            hourly = scenario == plan.scenarios[0]
            solved[key] = _pack(reference, case, key, hourly, time.perf_counter() - start)
            runs = plan.runs_in("power") if year in plan.years else ()
            if runs:
                progress(f"Power {year}, scenario {scenario}: {len(runs)} runs with projects")
            solved |= _solve_runs(case, plan, runs, key, reference, hourly, workers)
    return solved


def _solve_runs(
    case: Case,
    plan: Plan,
    runs: tuple[str, ...],
    key: Key,
    reference: PowerResult,
    hourly: bool,
    workers: int,
) -> Mapping[Key, Solved]:
    def solve(run: str) -> tuple[Key, Solved]:
        start = time.perf_counter()
        view = case.at(key.year, key.scenario, plan.members[run])
        result = power.solve_year(view, PowerOptions(workers=1), reference)
        own = Key(key.scenario, run, key.year)
        return own, _pack(result, case, own, hourly, time.perf_counter() - start)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        return dict(pool.map(solve, runs))


def _pack(result: PowerResult, case: Case, key: Key, hourly: bool, seconds: float) -> Solved:
    tables = dict(power.power_tables(result))
    zone_year = tables["power_zone_year"]
    tables["power_hourly_residual"] = pl.DataFrame({"residual": [_hourly_residual(result)]})
    if hourly:
        tables |= _hourly_tables(result, case, key)
    return Solved(
        accounts=accounts(result),
        co2_t=float(zone_year["co2_t"].sum()) + _market_co2(result),
        tables=tables,
        log={
            "room": "power",
            "method": result.log.method,
            "iterations": result.log.iterations + result.log.window_iterations,
            "gap": 0.0,
            "objective": result.objective_usd,
        },
        seconds=seconds,
    )


def _hourly_tables(result: PowerResult, case: Case, key: Key) -> dict[str, pl.DataFrame]:
    """Return hourly dispatch and prices of the reference, hourly flows of links that are projects.

    Prices with a project are kept for the zones and the first year in use. Names are stored as
    categories: the tables have millions of rows.
    """
    if key.run == REFERENCE:
        return {
            "power_dispatch": _small(power.hourly_dispatch(result), "bus", "carrier", "mw"),
            "power_prices": _small(power.hourly_prices(result), "bus", "price"),
        }
    tables: dict[str, pl.DataFrame] = {}
    if key.year == _first_year_in_use(case, key.run):
        prices = power.hourly_prices(result).filter(pl.col("bus").is_in(_zones(case)))
        tables["power_prices"] = _small(prices, "bus", "price")
    changes = case.tables["projects/changes"].filter(
        (pl.col("table") == "power/links") & pl.col("project").is_in(case.members(key.run))
    )
    links = tuple(changes["row"].unique(maintain_order=True))
    if links:
        tables["power_link_hourly"] = _small(power.hourly_links(result, links), "link", "mw")
    return tables


def _first_year_in_use(case: Case, run: str) -> int:
    """Return the first model year in which all projects of the run are open, else the last."""
    projects = case.tables["projects/projects"].filter(pl.col("project").is_in(case.members(run)))
    opening = projects["opening_year"].to_list()
    years = case.settings.model_years
    return next((year for year in years if year >= max(opening)), years[-1])


def _zones(case: Case) -> list[str]:
    buses = case.tables["power/buses"]
    return buses.filter(pl.col("kind") == "zone")["bus"].to_list()


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
