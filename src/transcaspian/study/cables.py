"""The indicator sheets of power cables and lines, from the power years that were solved.

PINT compares the grid with one project against the grid without any. TOOT takes the project out of
the largest package that was solved with and without it.
"""

from collections.abc import Mapping

import polars as pl

from transcaspian.appraisal.entsoe import SHEET_SCHEMA, CableEffects, CableSheet, cable_sheet
from transcaspian.appraisal.interactions import Method
from transcaspian.appraisal.plans import ProjectPlan, read_plans
from transcaspian.case.tables import REFERENCE, Case
from transcaspian.study.checks import CHECK_SCHEMA
from transcaspian.study.options import Plan
from transcaspian.study.solved import Key, Solved, accounts_by_year, emissions_by_year
from transcaspian.units import MT_TO_T

__all__ = ["cable_checks", "cable_tables"]

KINDS = ("cable", "line")
SCENARIO: dict[str, pl.DataType] = {"scenario": pl.String()}
MWH_PER_GWH = 1e3
Room = Mapping[Key, Solved]

WORTH_SCHEMA: dict[str, pl.DataType] = {
    "scenario": pl.String(),
    "project": pl.String(),
    "method": pl.String(),
    "against": pl.String(),  # the run without it
    "npv_musd": pl.Float64(),
    "bcr": pl.Float64(),
    "b1_departure": pl.Float64(),
    "b1_allowed": pl.Float64(),
    "note": pl.String(),  # why a method is missing
    "conventions": pl.String(),
}


def cable_tables(
    case: Case, plan: Plan, power: Room, adequacy: pl.DataFrame | None = None
) -> dict[str, pl.DataFrame]:
    """Return `entsoe_sheets` and `entsoe_worth`, each with its scenario; empty without cables.

    A project has a row in `entsoe_worth` for either method; where a method can't be followed, it
    says why and has no value. B6 is filled where `adequacy` has what runs change.
    """
    plans = read_plans(
        case.tables["projects/projects"],
        case.tables["projects/spending"],
        case.tables["projects/shares"],
        case.settings.price_year,
    )
    sheets = [pl.DataFrame(schema=SCENARIO | SHEET_SCHEMA)]
    worth: list[dict[str, object]] = []
    for scenario in plan.scenarios:
        for run in _cables(case, plan, scenario):
            for method, pair in (
                ("PINT", (run, REFERENCE)),
                ("TOOT", _last_in(plan, scenario, run)),
            ):
                row: dict[str, object] = {"scenario": scenario, "project": run, "method": method}
                if pair is None:
                    why = f"not assessed: no package was solved both with and without {run}"
                    worth.append(row | {"note": why})
                    continue
                effects = _effects(plan, power, scenario, pair)
                effects = _with_adequacy(effects, plan, adequacy, scenario, pair)
                sheet = _sheet(case, plan, power, scenario, plans[run], method, pair, effects)  # type: ignore[arg-type]
                sheets.append(sheet.table.select(pl.lit(scenario).alias("scenario"), pl.all()))
                worth.append(
                    row
                    | {
                        "against": pair[1],
                        "npv_musd": sheet.npv_musd,
                        "bcr": sheet.bcr,
                        "b1_departure": sheet.check.departure,
                        "b1_allowed": sheet.check.allowed,
                        "note": "",
                        "conventions": sheet.conventions,
                    }
                )
    return {
        "entsoe_sheets": pl.concat(sheets),
        "entsoe_worth": pl.DataFrame(worth, schema=WORTH_SCHEMA),
    }


def cable_checks(worth: pl.DataFrame) -> pl.DataFrame:
    """Return the worst disagreement of the two ways to B1 as a row of the table of checks."""
    known = worth.filter(pl.col("b1_departure").is_not_null())
    if known.is_empty():
        return pl.DataFrame(schema=CHECK_SCHEMA)
    return known.select(
        check=pl.lit("b1_two_ways"),
        value=pl.col("b1_departure").max(),
        tolerance=pl.col("b1_allowed").min(),
        passed=(pl.col("b1_departure") <= pl.col("b1_allowed")).all(),
        meaning=pl.lit("B1 of every cable by total surplus = by cost difference"),
    ).select(list(CHECK_SCHEMA))


def _cables(case: Case, plan: Plan, scenario: str) -> list[str]:
    projects = case.tables["projects/projects"].filter(
        (pl.col("sector") == "power") & pl.col("kind").is_in(KINDS)
    )
    known = set(projects["project"])
    valued = plan.runs_valued(scenario)
    return [run for run in valued if run in known and "power" in plan.rooms_of[run]]


def _last_in(plan: Plan, scenario: str, cable: str) -> tuple[str, str] | None:
    """Return the largest run with the cable, and the run of the same projects without it."""
    solved = [run for run in reversed(plan.members) if plan.years_of_run(scenario, run)]
    runs = {frozenset(plan.members[run]): run for run in solved}
    found = [
        (len(members), run, runs[members - {cable}])
        for members, run in runs.items()
        if cable in members and members - {cable} in runs
    ]
    return max(found)[1:] if found else None


def _years(plan: Plan, scenario: str, pair: tuple[str, str]) -> tuple[int, ...]:
    """Return the model years in which both runs of a pair are solved."""
    one, other = (plan.years_of_run(scenario, run) for run in pair)
    return tuple(year for year in one if year in other)


def _sheet(
    case: Case,
    plan: Plan,
    power: Room,
    scenario: str,
    own: ProjectPlan,
    method: Method,
    pair: tuple[str, str],
    effects: CableEffects,
) -> CableSheet:
    years = _years(plan, scenario, pair)
    with_, without = (accounts_by_year([power], scenario, run, years) for run in pair)
    return cable_sheet(
        own,
        with_,
        without,
        effects,
        method,
        case.settings.base_year,
    )


def _effects(plan: Plan, power: Room, scenario: str, pair: tuple[str, str]) -> CableEffects:
    """Return what the dispatch knows: emissions, curtailment and losses, with less without."""
    years = _years(plan, scenario, pair)
    co2 = [emissions_by_year([power], scenario, run, years) for run in pair]
    spilled = [
        _sums(power, scenario, run, years, "power_zone_year", "curtailed_mwh") for run in pair
    ]
    lost = [_sums(power, scenario, run, years, "power_link_year", "loss_mwh") for run in pair]
    return CableEffects(
        {
            "B2": {year: (co2[0][year] - co2[1][year]) / MT_TO_T for year in years},
            "B3": {year: (spilled[1][year] - spilled[0][year]) / MWH_PER_GWH for year in years},
            "B5": {year: (lost[0][year] - lost[1][year]) / MWH_PER_GWH for year in years},
        }
    )


def _with_adequacy(
    effects: CableEffects,
    plan: Plan,
    adequacy: pl.DataFrame | None,
    scenario: str,
    pair: tuple[str, str],
) -> CableEffects:
    """Return the effects with B6: change of energy not served of all zones [MWh/a]."""
    if adequacy is None:
        return effects
    own = adequacy.filter(pl.col("scenario") == scenario)
    found = {}
    for year in plan.years_of(scenario):
        changes = [
            float(own.filter(pl.col("run") == run, pl.col("year") == year)["eens_change_mwh"].sum())
            for run in pair
        ]
        found[year] = changes[0] - changes[1]
    return CableEffects({**effects.by_indicator, "B6": found})


def _sums(
    power: Room, scenario: str, run: str, years: tuple[int, ...], table: str, column: str
) -> dict[int, float]:
    return {
        year: float(power[Key(scenario, run, year)].tables[table][column].sum()) for year in years
    }
