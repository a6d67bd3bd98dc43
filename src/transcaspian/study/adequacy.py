"""Adequacy of every scenario, run and year: shortage, causes, what projects change, the verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.case.synthetic import PACKAGED_SEED, TARGETS_FILE, read_targets, weather_year
from transcaspian.case.tables import REFERENCE, Case, YearView
from transcaspian.errors import InputError, NotFoundError
from transcaspian.power.adequacy.capacity import CapacityValue, capacity_value
from transcaspian.power.adequacy.read import ColdSpell, has_outage_classes, read_system
from transcaspian.power.adequacy.simulate import AdequacyOptions, AdequacyResult, simulate
from transcaspian.power.adequacy.system import AdequacySystem
from transcaspian.power.adequacy.tables import (
    BEYOND,
    CAUSE_SCHEMA,
    EFFECT_SCHEMA,
    VERDICT_SCHEMA,
    ZONE_SCHEMA,
    cause_table,
    country_lole,
    effect_table,
    zone_table,
    zones_of,
)
from transcaspian.study.options import Plan

__all__ = [
    "RUN_SAMPLES",
    "AdequacyPlan",
    "adequacy_tables",
    "chosen_plan",
    "plan_of_study",
    "weather_profiles",
]

FloatArray = NDArray[np.float64]
Profiles = Mapping[str, FloatArray]
Progress = Callable[[str], None]

RUN_SAMPLES = 20  # years of outages in `run`; more by `power adequacy`
SYNTHETIC = "synthetic"
DIRECT_CURRENT = "HVDC"
KEY: dict[str, pl.DataType] = {"scenario": pl.String(), "run": pl.String(), "year": pl.Int64()}
STRESSES = ("dry year", "cold spell", "dry year and cold spell")
STRESS_SCHEMA = {
    "scenario": pl.String(),
    "year": pl.Int64(),
    "stress": pl.String(),
} | ZONE_SCHEMA
LOSS_SCHEMA: dict[str, pl.DataType] = KEY | {
    "link": pl.String(),
    "bus": pl.String(),
    "bipole_mw": pl.Float64(),
    "pole_mw": pl.Float64(),
    "largest_other_mw": pl.Float64(),
    "reserve_more_mw": pl.Float64(),
    "peak_load_mw": pl.Float64(),
    "share_of_peak": pl.Float64(),
    "lole_h": pl.Float64(),
    "lole_out_h": pl.Float64(),
    "eens_out_mwh": pl.Float64(),
}
CAPACITY_SCHEMA: dict[str, pl.DataType] = KEY | {
    "element": pl.String(),
    "bus": pl.String(),
    "p_nom_mw": pl.Float64(),
    **{
        f"{kind}{end}_mw": pl.Float64() for kind in ("efc", "elcc") for end in ("", "_low", "_high")
    },
}
SCENARIO_SCHEMA: dict[str, pl.DataType] = {
    "scenario": pl.String(),
    "is_weighed": pl.Boolean(),
    "countries_beyond": pl.String(),
    "years_beyond": pl.String(),
    "lole_worst_h": pl.Float64(),
    "standard_h": pl.Float64(),
}


@dataclass(frozen=True, slots=True)
class AdequacyPlan:
    """What is simulated: runs by scenario and year, and which studies besides."""

    scenarios: tuple[str, ...]
    years: Mapping[str, tuple[int, ...]]  # by scenario
    runs: Mapping[str, tuple[str, ...]]  # projects of each run, without the reference
    options: AdequacyOptions
    weather_years: int = 1
    stresses: bool = True
    capacity_values: bool = False


def plan_of_study(plan: Plan, workers: int, seed: int) -> AdequacyPlan:
    """Return what a study simulates: all that it solves in power, few years of each."""
    return AdequacyPlan(
        scenarios=plan.scenarios,
        years={scenario: plan.years_of(scenario) for scenario in plan.scenarios},
        runs={run: plan.members[run] for run in plan.runs_in("power")},
        options=AdequacyOptions(samples=RUN_SAMPLES, seed=seed, workers=workers),
    )


def chosen_plan(
    case: Case,
    years: Sequence[str],
    scenarios: Sequence[str],
    projects: Sequence[str],
    options: AdequacyOptions,
    weather_years: int,
    *,
    capacity_values: bool,
) -> AdequacyPlan:
    """Return a plan of named years, scenarios and projects.

    Raises NotFoundError or InputError for a name or year that the case lacks.
    """
    known = case.settings.model_years
    wrong = [year for year in years if not year.isdigit() or int(year) not in case.years()]
    if wrong:
        raise NotFoundError(
            f"There is no year {wrong[0]!r} in this case; there are {', '.join(map(str, known))}."
        )
    unknown = [name for name in scenarios if name not in case.scenario_names()]
    if unknown:
        raise NotFoundError(
            f"There is no scenario {unknown[0]!r}; there are {', '.join(case.scenario_names())}."
        )
    if REFERENCE in projects:
        raise InputError("The reference is always run; name projects or clusters only.")
    chosen = tuple(scenarios) or (case.scenario_names()[0],)
    whole = tuple(dict.fromkeys(int(year) for year in years)) or tuple(known)
    return AdequacyPlan(
        scenarios=chosen,
        years=dict.fromkeys(chosen, whole),
        runs={run: case.members(run) for run in projects},
        options=options,
        weather_years=weather_years,
        capacity_values=capacity_values,
    )


def weather_profiles(case: Case, count: int) -> tuple[Profiles, ...]:
    """Return the profiles of so many weather years: the case's own, then other synthetic ones."""
    info = case.tables["power/profile_info"].filter(pl.col("confidence") == SYNTHETIC)
    made = {target.profile for target in read_targets(TARGETS_FILE)}
    names = [name for name in info["profile"] if name in made and name in case.profiles]
    years: list[Profiles] = [case.profiles]
    for number in range(1, count if names else 1):
        other = weather_year(PACKAGED_SEED + number)
        years.append(dict(case.profiles) | {name: other[name] for name in names})
    return tuple(years)


def adequacy_tables(
    case: Case, plan: AdequacyPlan, progress: Progress, *, needed: bool = False
) -> dict[str, pl.DataFrame]:
    """Return the tables of adequacy by name; none where the case does not say how plants fail.

    Raises InputError in place of none where they are `needed`.
    """
    first = plan.scenarios[0]
    if not has_outage_classes(case.at(plan.years[first][0], first)):
        if needed:
            raise InputError(
                "power/outage_classes.csv has no row: how plants fail is not known. Add a row with"
                " bus * for each carrier whose plants have no profile."
            )
        return {}
    weather = weather_profiles(case, plan.weather_years)
    rows: dict[str, list[pl.DataFrame]] = {name: [] for name in _SCHEMAS}
    for scenario in plan.scenarios:
        for year in plan.years[scenario]:
            progress(f"Adequacy {year}, scenario {scenario}")
            _year_tables(case, plan, weather, scenario, year, rows)
    tables = {
        name: pl.concat([pl.DataFrame(schema=schema), *rows[name]])
        for name, schema in _SCHEMAS.items()
    }
    tables["adequacy_scenarios"] = judge_scenarios(
        tables["power_adequacy_countries"], plan.scenarios
    )
    return tables


_SCHEMAS: Mapping[str, Mapping[str, pl.DataType]] = {
    "power_adequacy": KEY | ZONE_SCHEMA,
    "power_adequacy_causes": KEY | CAUSE_SCHEMA,
    "power_adequacy_effects": KEY | EFFECT_SCHEMA,
    "power_adequacy_countries": KEY | VERDICT_SCHEMA,
    "power_adequacy_stress": STRESS_SCHEMA,
    "power_adequacy_loss": LOSS_SCHEMA,
    "power_adequacy_capacity": CAPACITY_SCHEMA,
}


def _year_tables(
    case: Case,
    plan: AdequacyPlan,
    weather: Sequence[Profiles],
    scenario: str,
    year: int,
    rows: dict[str, list[pl.DataFrame]],
) -> None:
    """Add the tables of one scenario and year, the reference first."""

    def add(name: str, frame: pl.DataFrame, **keys: object) -> None:
        columns = [pl.lit(value, dtype=KEY.get(key, pl.String())) for key, value in keys.items()]
        named = [column.alias(key) for column, key in zip(columns, keys, strict=True)]
        rows[name].append(frame.select(*named, pl.all()))

    without_view = case.at(year, scenario)
    without_system = read_system(without_view, weather)
    # A number of years found for the reference is that of every run: pairs are of the same years.
    without = simulate(without_system, plan.options)
    options = replace(plan.options, samples=without.samples, half_width=None)
    for run, members in {REFERENCE: (), **plan.runs}.items():
        keys = {"scenario": scenario, "run": run, "year": year}
        view = without_view if run == REFERENCE else case.at(year, scenario, members)
        system = without_system if run == REFERENCE else read_system(view, weather)
        result = without if run == REFERENCE else simulate(system, options)
        add("power_adequacy", zone_table(view, result), **keys)
        add("power_adequacy_causes", cause_table(view, result), **keys)
        add("power_adequacy_countries", country_lole(view, result), **keys)
        if run == REFERENCE:
            continue
        add("power_adequacy_effects", effect_table(view, without, result), **keys)
        if scenario == plan.scenarios[0]:
            found = _losses(view, without_system, result, options)
            add("power_adequacy_loss", found, **keys)
        if plan.capacity_values:
            found = _cable_values(view, without_system, system, without, options)
            add("power_adequacy_capacity", found, **keys)
    keys = {"scenario": scenario, "run": REFERENCE, "year": year}
    if plan.capacity_values:
        found = _class_values(without_view, weather, without_system, without, options)
        add("power_adequacy_capacity", found, **keys)
    if plan.stresses and scenario == plan.scenarios[0]:
        for stress in STRESSES:
            cold = ColdSpell() if "cold" in stress else None
            dry = 0 if "dry" in stress else None
            system = (
                without_system if cold is None else read_system(without_view, weather, cold=cold)
            )
            result = simulate(system, replace(options, water_class=dry))
            frame = zone_table(without_view, result)
            add("power_adequacy_stress", frame, scenario=scenario, year=year, stress=stress)


def _losses(
    view: YearView, without: AdequacySystem, result: AdequacyResult, options: AdequacyOptions
) -> pl.DataFrame:
    """Return, for each end of each direct-current link of a run, what its loss takes there.

    largest_other_mw: the largest single unit of the zone. reserve_more_mw: what the loss of both
    poles takes beyond it. lole_out_h: LOLE of the zone with the link out all year.
    """
    system = result.system
    technology = dict(view.tables["power/links"].select("link", "technology").iter_rows())
    units = system.units
    capacity = link_capacity(system)
    before = dict(zip(without.links, link_capacity(without).T.tolist(), strict=True))
    zones = {zone: bus for zone, bus, _ in zones_of(view, result)}
    rows = []
    for link, name in enumerate(system.links):
        is_new = before.get(name) != capacity[:, link].tolist()
        if technology[name] != DIRECT_CURRENT or not is_new:
            continue
        out = simulate(without_link(system, link), options)
        ends = ((system.link_zone1[link], 0), (system.link_zone0[link], 1))
        for zone, sense in ((int(zone), sense) for zone, sense in ends):
            arriving = float(capacity[sense, link])
            if zone not in zones or arriving <= 0.0:
                continue
            own = units.p_nom[(units.kind <= 1) & (units.place == zone)]
            other = float(own.max()) if own.size else 0.0
            parts = max(int(((units.kind == 2) & (units.place == link)).sum()), 1)
            peak = float(system.load[:, :, zone].max())
            rows.append(
                (
                    name,
                    zones[zone],
                    arriving,
                    arriving / parts,
                    other,
                    max(arriving - other, 0.0),
                    peak,
                    arriving / peak if peak > 0.0 else None,
                    float(result.lole[:, zone].mean()),
                    float(out.lole[:, zone].mean()),
                    float(out.eens[:, zone].mean()),
                )
            )
    schema = {name: kind for name, kind in LOSS_SCHEMA.items() if name not in KEY}
    return pl.DataFrame(rows, schema=schema, orient="row")


def link_capacity(system: AdequacySystem) -> FloatArray:
    """Return what each link can bring, all parts at work [2, n_link]: ahead and back."""
    total = np.stack([system.forward, system.reverse]).copy()
    parts = system.units.kind == 2
    np.add.at(total[0], system.units.place[parts], system.units.p_nom[parts])
    np.add.at(total[1], system.units.place[parts], system.units.p_nom_reverse[parts])
    return total


def without_link(system: AdequacySystem, link: int) -> AdequacySystem:
    """Return the system with a link out all year; the rest fails as before."""
    units = system.units
    own = (units.kind == 2) & (units.place == link)
    forward, reverse = system.forward.copy(), system.reverse.copy()
    forward[link] = reverse[link] = 0.0
    return replace(
        system,
        forward=forward,
        reverse=reverse,
        units=replace(
            units,
            p_nom=np.where(own, 0.0, units.p_nom),
            p_nom_reverse=np.where(own, 0.0, units.p_nom_reverse),
        ),
    )


def _cable_values(
    view: YearView,
    without: AdequacySystem,
    with_it: AdequacySystem,
    base: AdequacyResult,
    options: AdequacyOptions,
) -> pl.DataFrame:
    """Return the capacity value of a run's links at each end, in zones that are short without it."""
    before = dict(zip(without.links, link_capacity(without).T.tolist(), strict=True))
    zones = {zone: bus for zone, bus, _ in zones_of(view, base)}
    rows = []
    for link, (name, after) in enumerate(
        zip(with_it.links, link_capacity(with_it).T.tolist(), strict=True)
    ):
        more = [after[sense] - before.get(name, [0.0, 0.0])[sense] for sense in (0, 1)]
        ends = (int(with_it.link_zone1[link]), int(with_it.link_zone0[link]))
        for zone, size in zip(ends, more, strict=True):
            if size <= 0.0 or zone not in zones:
                continue
            found = capacity_value(without, with_it, zone, size, options)
            rows.append((name, zones[zone], size, *_cells(found)))
    schema = {name: kind for name, kind in CAPACITY_SCHEMA.items() if name not in KEY}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _class_values(
    view: YearView,
    weather: Sequence[Profiles],
    system: AdequacySystem,
    base: AdequacyResult,
    options: AdequacyOptions,
) -> pl.DataFrame:
    """Return the capacity value of each carrier in each zone that is ever short."""
    rows = []
    plants = view.tables["power/generators"].filter(pl.col("p_nom_mw") > 0.0)
    for zone, bus, _ in zones_of(view, base):
        if base.eens[:, zone].sum() <= 0.0:
            continue
        own = plants.filter(pl.col("bus") == bus)
        sizes = own.group_by("carrier", maintain_order=True).agg(pl.col("p_nom_mw").sum())
        for carrier, size in sizes.iter_rows():
            less = _without_class(view, bus, carrier)
            found = capacity_value(read_system(less, weather), system, zone, size, options)
            rows.append((carrier, bus, size, *_cells(found)))
    schema = {name: kind for name, kind in CAPACITY_SCHEMA.items() if name not in KEY}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _cells(value: CapacityValue) -> tuple[float | None, ...]:
    return (
        value.efc_mw,
        value.efc_low_mw,
        value.efc_high_mw,
        value.elcc_mw,
        value.elcc_low_mw,
        value.elcc_high_mw,
    )


def _without_class(view: YearView, bus: str, carrier: str) -> YearView:
    own = (pl.col("bus") == bus) & (pl.col("carrier") == carrier)
    table = view.tables["power/generators"].with_columns(
        p_nom_mw=pl.when(own).then(0.0).otherwise(pl.col("p_nom_mw"))
    )
    return replace(view, tables=MappingProxyType(dict(view.tables) | {"power/generators": table}))


def judge_scenarios(countries: pl.DataFrame, scenarios: Sequence[str]) -> pl.DataFrame:
    """Return which scenarios go beyond the standard of a country without any project.

    A scenario is beyond where the low end of a country's interval of LOLE is above its standard in
    any year. Funds leave it out of their choice; values of single projects are shown under it.
    """
    rows = []
    for scenario in scenarios:
        own = countries.filter(
            pl.col("scenario") == scenario, pl.col("run") == REFERENCE, pl.col("standing") == BEYOND
        )
        worst = own.sort(pl.col("lole_h") / pl.col("standard_h"), descending=True).head(1)
        rows.append(
            (
                scenario,
                own.is_empty(),
                ";".join(sorted(set(own["country"]))),
                ";".join(str(year) for year in sorted(set(own["year"]))),
                worst["lole_h"].item() if worst.height else None,
                worst["standard_h"].item() if worst.height else None,
            )
        )
    return pl.DataFrame(rows, schema=SCENARIO_SCHEMA, orient="row")
