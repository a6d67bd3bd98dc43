"""How far the value of a power project depends on the weather of the synthetic year.

Hourly series that are synthetic are one realisation of many. The dispatch of one model year is
solved again with others, without and with each power project, over one week of every month; the
departure of a project's yearly benefit from that with the packaged series is held over its life. What
plants do to the people beside them is part of the benefit, as in the value itself.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.accounts import real_cost_usd
from transcaspian.case.synthetic import PACKAGED_SEED, TARGETS_FILE, read_targets, weather_year
from transcaspian.case.tables import HOURS_PER_YEAR, REFERENCE, Case
from transcaspian.power.accounts import accounts
from transcaspian.power.dispatch import PowerResult
from transcaspian.power.tables import carrier_year
from transcaspian.power.year import Calendar
from transcaspian.study.options import Plan
from transcaspian.study.power_room import power_views, solve_views
from transcaspian.study.residents import with_residents
from transcaspian.study.reuse import Store
from transcaspian.study.solved import Key, Solved
from transcaspian.units import MUSD_TO_USD

__all__ = ["realisation_benefits", "with_weather_range"]

SYNTHETIC = "synthetic"
FIRST_DAY, DAYS = 8, 7  # the second week of every month stands for it
BENEFIT_SCHEMA: dict[str, pl.DataType] = {
    "project": pl.String(),
    "realisation": pl.Int64(),
    "seed": pl.Int64(),
    "year": pl.Int64(),
    "benefit_musd": pl.Float64(),
    "difference_musd": pl.Float64(),
}
Progress = Callable[[str], None]
Profiles = Mapping[str, NDArray[np.float64]]


def realisation_benefits(
    case: Case, plan: Plan, workers: int, progress: Progress, store: Store
) -> pl.DataFrame:
    """Return each power project's yearly benefit in every realisation of the synthetic series.

    Realisation 0 is the series of the case. `difference_musd` is the benefit less that of
    realisation 0, both over the same sampled weeks scaled to a year. The year is the case's
    `realisation_year` where the plan solves it, else the plan's last. Empty where the plan asks for
    no realisation, values no power project, or the case has no series of the generator's.
    """
    runs = plan.runs_in("power")
    wanted = case.settings.realisation_year
    year = wanted if wanted in plan.years else plan.years[-1]
    replaced = _replaceable(case)
    if "power" not in plan.rooms or not (plan.realisations and runs and replaced):
        return pl.DataFrame(schema=BENEFIT_SCHEMA)
    progress(f"Power {year}: {plan.realisations} more years of weather, {len(runs)} projects")
    seeds = [PACKAGED_SEED + number for number in range(plan.realisations + 1)]

    def solve(seed: int) -> dict[Key, Solved]:
        return _solve_realisation(case, plan, runs, year, seed, replaced, store)

    with ThreadPoolExecutor(workers) as pool:
        found = [with_residents(case, plan, solved) for solved in pool.map(solve, seeds)]
    scale = HOURS_PER_YEAR / Calendar.days_of_months(FIRST_DAY, DAYS).n_hour / MUSD_TO_USD
    rows = []
    for run in runs:
        benefits = [scale * _saved(solved, plan.scenarios[0], run, year) for solved in found]
        rows += [
            (run, number, seed, year, benefit, benefit - benefits[0])
            for number, (seed, benefit) in enumerate(zip(seeds, benefits, strict=True))
        ]
    return pl.DataFrame(rows, schema=BENEFIT_SCHEMA, orient="row")


def with_weather_range(
    projects: pl.DataFrame, benefits: pl.DataFrame, case: Case
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the table of projects with the range of NPV over realisations, and each NPV.

    The departure of the yearly benefit is held from opening to the end of life. The columns
    `npv_weather_low_musd` and `npv_weather_high_musd` are null where nothing was solved.
    """
    first = projects.filter(pl.col("scenario") == projects["scenario"][0])
    rate, base = case.settings.headline_rate, case.settings.base_year
    worth = {
        row["project"]: (
            row["npv_headline_musd"],
            _annuity(row["opening_year"] - base, row["life_years"], rate),
        )
        for row in first.iter_rows(named=True)
    }
    rows = [
        worth[project][0] + difference * worth[project][1]
        for project, difference in benefits.select("project", "difference_musd").iter_rows()
    ]
    valued = benefits.with_columns(npv_musd=pl.Series(rows, dtype=pl.Float64))
    ranges = valued.group_by("project", maintain_order=True).agg(
        npv_weather_low_musd=pl.col("npv_musd").min(),
        npv_weather_high_musd=pl.col("npv_musd").max(),
    )
    ranges = ranges.with_columns(scenario=pl.lit(projects["scenario"][0]))
    joined = projects.join(ranges, on=["scenario", "project"], how="left", maintain_order="left")
    return joined, valued


def _annuity(first: int, years: int, rate: float) -> float:
    """Return the present value of one unit in each of `years` years, the first after `first`."""
    return float(((1.0 + rate) ** -np.arange(first, first + years, dtype=np.float64)).sum())


def _replaceable(case: Case) -> tuple[str, ...]:
    """Return the series of the case that are synthetic and that the generator makes."""
    info = case.tables["power/profile_info"].filter(pl.col("confidence") == SYNTHETIC)
    made = {target.profile for target in read_targets(TARGETS_FILE)}
    return tuple(name for name in info["profile"] if name in made and name in case.profiles)


def _solve_realisation(
    case: Case,
    plan: Plan,
    runs: tuple[str, ...],
    year: int,
    seed: int,
    replaced: tuple[str, ...],
    store: Store,
) -> dict[Key, Solved]:
    reference = Key(plan.scenarios[0], REFERENCE, year)
    profiles = case.profiles if seed == PACKAGED_SEED else _with_weather(case, seed, replaced)
    views = {
        key: replace(view, profiles=profiles)
        for key, view in power_views(case, plan, reference, runs).items()
    }
    return solve_views(
        views,
        reference,
        {key: {"days": (FIRST_DAY, DAYS)} for key in views},
        lambda _, result, seconds: _pack(result, seconds),
        store,
        workers=1,
        calendar=Calendar.days_of_months(FIRST_DAY, DAYS),
    )


def _with_weather(case: Case, seed: int, replaced: tuple[str, ...]) -> Profiles:
    made = weather_year(seed)
    return MappingProxyType(dict(case.profiles) | {name: made[name] for name in replaced})


def _pack(result: PowerResult, seconds: float) -> Solved:
    log = {"room": "power", "method": result.log.method, "gap": result.log.gap}
    tables = {"power_carrier_year": carrier_year(result)}
    return Solved(accounts(result), 0.0, tables, log, seconds)


def _saved(solved: Mapping[Key, Solved], scenario: str, run: str, year: int) -> float:
    """Return what a project saves over the sampled hours [USD]."""
    without, with_it = (solved[Key(scenario, name, year)] for name in (REFERENCE, run))
    return real_cost_usd(without.accounts) - real_cost_usd(with_it.accounts)
