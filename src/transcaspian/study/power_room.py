"""Solves the power system for every run of a plan and turns it into the study's tables."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from transcaspian import power
from transcaspian.case.tables import REFERENCE, Case, YearView
from transcaspian.power.accounts import accounts
from transcaspian.power.dispatch import PowerOptions, PowerResult
from transcaspian.power.origin import link_origins
from transcaspian.power.year import Calendar
from transcaspian.study.options import Plan
from transcaspian.study.reuse import POWER, Store, recall, solve_key
from transcaspian.study.solved import Key, Solved

__all__ = ["power_views", "solve_power", "solve_views"]

LEAST_UNSERVED_MW = 0.1  # below this a shortage is noise of the solver
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
    runs = plan.solved_in("power", scenario, year)
    views = power_views(case, plan, key, runs)
    kept = {own: _hourly_choice(case, plan, own) for own in views}

    def say(count: int) -> None:
        more = f": {count} runs with projects" if count else ""
        progress(f"Power {year}, scenario {scenario}{more}")

    return solve_views(
        views,
        key,
        {own: asdict(kept[own]) for own in views},
        lambda own, result, seconds: _pack(result, kept[own], seconds),
        store,
        workers,
        say=say,
    )


def power_views(case: Case, plan: Plan, reference: Key, runs: Sequence[str]) -> dict[Key, YearView]:
    """Return what power reads of the reference and of each run in its scenario and year."""
    scenario, _, year = reference
    return {
        Key(scenario, run, year): POWER.cut(case.at(year, scenario, plan.members.get(run, ())))
        for run in (REFERENCE, *runs)
    }


def solve_views(
    views: Mapping[Key, YearView],
    reference: Key,
    shapes: Mapping[Key, Mapping[str, object]],
    pack: Callable[[Key, PowerResult, float], Solved],
    store: Store,
    workers: int,
    calendar: Calendar | None = None,
    say: Callable[[int], None] = lambda _: None,
) -> dict[Key, Solved]:
    """Return the solved views: out of the store, or solved now and kept there.

    Runs start from the optimum of the reference, `workers` of them at a time. `shapes` holds what
    else shapes a result, for its key; `say` is told before the reference and before that many runs.
    """
    base = solve_key(POWER, [views[reference]], shapes[reference])
    # A run starts from the basis of the reference: of several optima it may find the nearest.
    names = {own: solve_key(POWER, [view], shapes[own], [base]) for own, view in views.items()}
    names[reference] = base
    found = recall(store, names)
    missing = [own for own in views if own not in found]
    if not missing:
        return found

    def keep(own: Key, result: PowerResult, start: float) -> Solved:
        packed = pack(own, result, time.perf_counter() - start)
        store[names[own]] = packed.to_bytes()
        return packed

    say(0)
    start = time.perf_counter()
    first = power.solve_year(views[reference], PowerOptions(workers=workers, calendar=calendar))
    if reference in missing:
        missing.remove(reference)
        found[reference] = keep(reference, first, start)
    if missing:
        say(len(missing))

    def solve(own: Key) -> tuple[Key, Solved]:
        start = time.perf_counter()
        options = PowerOptions(workers=1, calendar=calendar)
        return own, keep(own, power.solve_year(views[own], options, first), start)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        found |= dict(pool.map(solve, missing))
    return found


def _pack(result: PowerResult, kept: Kept, seconds: float) -> Solved:
    tables = dict(power.power_tables(result))
    zone_year = tables["power_zone_year"] = _with_unserved_hours(result, tables["power_zone_year"])
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


def _with_unserved_hours(result: PowerResult, zones: pl.DataFrame) -> pl.DataFrame:
    """Return the zones with the hours in which load of theirs is not served."""
    hours = dict(zip(result.buses, (result.unserved > LEAST_UNSERVED_MW).sum(axis=0), strict=True))
    return zones.with_columns(
        unserved_hours=pl.Series([int(hours[bus]) for bus in zones["bus"]], dtype=pl.Int64)
    )


def _hourly_choice(case: Case, plan: Plan, key: Key) -> Kept:
    """Return which hourly series of a run are kept.

    Of the first scenario: dispatch and prices of the reference; with a project its links' flows,
    and prices of the zones in the first year in use. Of a side run none.
    """
    if key.scenario != plan.scenarios[0] or key.run in plan.side_years:
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
        flows = _with_prices(result, power.hourly_links(result, kept.links), kept.links)
        tables["power_link_hourly"] = _small(flows, "link", "mw", "price0", "price1")
        tables["power_link_origin"] = link_origins(result, kept.links)
    return tables


def _with_prices(result: PowerResult, flows: pl.DataFrame, links: tuple[str, ...]) -> pl.DataFrame:
    """Return the hourly flows of links with the prices at both their ends."""
    inputs = result.inputs
    at = [inputs.links.index(link) for link in links]
    return flows.with_columns(
        price0=pl.Series(result.price[:, inputs.link_bus0[at]].T.ravel()),
        price1=pl.Series(result.price[:, inputs.link_bus1[at]].T.ravel()),
    )


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
    np.add.at(balance.T, inputs.grid.storage_units.bus, storage.T)
    arriving = 1.0 - inputs.link_loss
    np.add.at(balance.T, inputs.link_bus1, (result.link_forward * arriving - result.link_reverse).T)
    np.add.at(balance.T, inputs.link_bus0, (result.link_reverse * arriving - result.link_forward).T)
    scale = np.maximum(result.demand.mean(axis=0), 1.0)
    return float((np.abs(balance) / scale).max())
