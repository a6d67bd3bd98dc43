"""Values every project and cluster: with against without, in every scenario."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transcaspian.accounts import NOT_PARTIES
from transcaspian.appraisal.ledger import PLAN_KINDS, LedgerRules, year_weights
from transcaspian.appraisal.plans import BUILT, ProjectPlan, read_plans
from transcaspian.appraisal.project import Appraisal, AppraisalOptions, appraise_project
from transcaspian.case.tables import REFERENCE, Case
from transcaspian.study.options import Plan
from transcaspian.study.solved import Key, Solved, accounts_by_year, emissions_by_year
from transcaspian.units import MT_TO_T

__all__ = ["Books", "Valuation", "open_books", "value_projects"]


@dataclass(frozen=True, slots=True)
class Valuation:
    """The tables that say what each project is worth, and the checks of its books."""

    projects: pl.DataFrame
    who_gains: pl.DataFrame
    ledger: pl.DataFrame
    indicators: pl.DataFrame
    checks: pl.DataFrame
    conventions: str


def value_projects(case: Case, plan: Plan, rooms: Sequence[Mapping[Key, Solved]]) -> Valuation:
    """Return the value of every run of the plan in every scenario.

    Both sides are solved as if the project were open in each model year (TOOT against the other
    projects is a matter of the case: the reference holds none of them, so this is PINT).
    """
    books = open_books(case, plan, rooms)
    plans = books.plans
    found = [
        (scenario, run, books.appraise(scenario, run, plan.years_of(scenario)))
        for scenario in plan.scenarios
        for run in plan.runs_valued(scenario)
    ]
    if not found:
        return _nothing()
    return Valuation(
        projects=pl.DataFrame(
            [
                _project_row(case, plan, scenario, run, value, plans)
                | {"npv_scenario_years_musd": books.npv_in_fewer_years(scenario, run, value)}
                for scenario, run, value in found
            ],
            infer_schema_length=None,
        ),
        who_gains=_stack(found, lambda value: value.who_gains),
        ledger=_stack(found, lambda value: value.ledger.rows),
        indicators=_stack(found, lambda value: value.indicator_frame()),
        checks=_check_rows(found),
        conventions=found[0][2].conventions,
    )


def open_books(case: Case, plan: Plan, rooms: Sequence[Mapping[Key, Solved]]) -> "Books":
    """Return what every valuation of a study shares."""
    plans = read_plans(
        case.tables["projects/projects"],
        case.tables["projects/spending"],
        case.tables["projects/shares"],
        case.settings.price_year,
    )
    return Books(case, plan, plans, rooms, _appraisal_options(case))


def _appraisal_options(case: Case) -> AppraisalOptions:
    countries = case.tables["economy/countries"].filter(pl.col("is_corridor"))["country"]
    return AppraisalOptions(
        rules=LedgerRules(price_year=case.settings.price_year),
        discount_year=case.settings.base_year,
        corridor_countries=tuple(countries),
        rates=case.settings.discount_rates,
        headline_rate=case.settings.headline_rate,
        first_open_year=case.settings.first_open_year,
    )


@dataclass(frozen=True, slots=True)
class Books:
    """What every valuation of a study shares."""

    case: Case
    plan: Plan
    plans: Mapping[str, ProjectPlan]
    rooms: Sequence[Mapping[Key, Solved]]
    options: AppraisalOptions

    def appraise(self, scenario: str, run: str, years: Sequence[int]) -> Appraisal:
        """Return the value of a run from the given model years.

        What is complete stands in the reference: its run is the network without it.
        """
        having, lacking = run, REFERENCE
        if is_after_the_fact(self.case, self.plan.members[run]):
            having, lacking = REFERENCE, run
        plans = [self.plans[member] for member in self.plan.members[run]]
        return self.compare(scenario, run, plans, (having, lacking), years, self.options.rules)

    def compare(
        self,
        scenario: str,
        name: str,
        plans: Sequence[ProjectPlan],
        pair: tuple[str, str],
        years: Sequence[int],
        rules: LedgerRules,
    ) -> Appraisal:
        """Return what projects are worth: the first run of the pair against the second."""
        co2_with, co2_without = (
            emissions_by_year(self.rooms, scenario, run, years) for run in pair
        )
        accounts_with, accounts_without = (
            accounts_by_year(self.rooms, scenario, run, years) for run in pair
        )
        return appraise_project(
            name,
            plans,
            accounts_with,
            accounts_without,
            replace(self.options, rules=rules),
            {year: (co2_with[year] - co2_without[year]) / MT_TO_T for year in years},
            self.case.tables["projects/own_flows"],
        )

    def npv_in_fewer_years(self, scenario: str, run: str, value: Appraisal) -> float:
        """Return NPV from the years in which every scenario is solved, so that they compare."""
        years = self.plan.fewer_years or self.plan.years
        if years != self.plan.years_of(scenario):
            value = self.appraise(scenario, run, years)
        return value.indicators["all"].npv_headline_musd


def is_after_the_fact(case: Case, members: Sequence[str]) -> bool:
    """Whether a run takes away what is built already, instead of adding what is not."""
    projects = case.tables["projects/projects"].filter(pl.col("project").is_in(members))
    return projects.height > 0 and bool((projects["status"] == BUILT).all())


def _project_row(
    case: Case,
    plan: Plan,
    scenario: str,
    run: str,
    value: Appraisal,
    plans: Mapping[str, ProjectPlan],
) -> dict[str, object]:
    members = plan.members[run]
    facts = _facts(case, run, members)
    everybody, corridor = value.indicators["all"], value.indicators["corridor"]
    headline = everybody.headline_rate
    rates = {
        f"npv_{100 * rate:g}_musd": everybody.npv_musd[rate]
        for rate in case.settings.discount_rates
    }
    return (
        {"scenario": scenario, "project": run}
        | facts
        | {
            "opening_year": max(plans[member].opening_year for member in members),
            "life_years": max(plans[member].life_years for member in members),
            "capex_musd": value.capex_musd,
            "capex_low_musd": _sum_of(case, members, "capex_low_musd"),
            "capex_high_musd": _sum_of(case, members, "capex_high_musd"),
            "capex_confidence": value.capex_confidence,
        }
        | rates
        | {
            "npv_headline_musd": everybody.npv_headline_musd,
            "npv_to_complete_musd": everybody.npv_to_complete_musd,
            "sunk_musd": everybody.sunk_musd,
            "npv_decision_musd": everybody.npv_decision_musd,
            f"npv_corridor_{100 * headline:g}_musd": corridor.npv_headline_musd,
            "npv_corridor_headline_musd": corridor.npv_headline_musd,
            "eirr": everybody.eirr[0] if len(everybody.eirr) == 1 else None,
            "eirr_note": everybody.eirr_note,
            f"bcr_{100 * headline:g}": everybody.bcr,
            "bcr_headline": everybody.bcr,
            "break_even_capex_musd": everybody.break_even_capex_musd,
            "share_after_last_model_year": everybody.share_after_last_model_year,
        }
        | _resting_on(value)
        | _yearly(value, plan.years_of(scenario), plan.years)
    )


def _resting_on(value: Appraisal) -> dict[str, object]:
    """Return on how many solved years the value rests, how many are in use, and the lead.

    Where no year lies in the project's use its value is not known, and the lead says so.
    """
    ledger = value.ledger
    use = np.arange(ledger.opening_year, ledger.last_year + 1, dtype=np.int64)
    weights = year_weights(use, ledger.model_years).sum(axis=0)
    in_use = [
        year for year in ledger.model_years if ledger.opening_year <= year <= ledger.last_year
    ]
    headline = value.headline
    if not in_use:
        headline = (
            f"Not known: no model year in use. It opens in {ledger.opening_year}; solved were"
            f" {', '.join(map(str, ledger.model_years))}. Solve a year at or after the opening."
        )
    return {
        "model_years": int(np.count_nonzero(weights)),
        "model_years_in_use": len(in_use),
        "headline": headline,
    }


def _facts(case: Case, run: str, members: Sequence[str]) -> dict[str, object]:
    """Return what the tables say of a run, member by member for a cluster."""
    table = case.tables["projects/projects"]
    rows = {row["project"]: row for row in table.iter_rows(named=True)}
    first = rows[members[0]]
    clusters = case.tables["projects/clusters"].filter(pl.col("cluster") == run)
    is_cluster = clusters.height > 0
    sectors = sorted({str(rows[member]["sector"]) for member in members})
    statuses = sorted({str(rows[member]["status"]) for member in members})
    return {
        "name": clusters["name"][0] if is_cluster else first["name"],
        "sector": " and ".join(sectors),
        "kind": "cluster" if is_cluster else first["kind"],
        "is_cluster": is_cluster,
        "members": ", ".join(members) if is_cluster else "",
        "variant_of": None if is_cluster else first["variant_of"],
        "status": ", ".join(statuses),
        "is_ranked": BUILT not in statuses,
    }


def _sum_of(case: Case, members: Sequence[str], column: str) -> float | None:
    """Return the members' low or high cost together; a member without one counts its cost."""
    rows = case.tables["projects/projects"].filter(pl.col("project").is_in(members))
    if rows[column].null_count() == rows.height:
        return None
    return float(rows.select(pl.coalesce(column, "capex_musd").sum()).item())


def _yearly(value: Appraisal, solved: Sequence[int], years: Sequence[int]) -> dict[str, object]:
    """Return the yearly benefit and change of emissions in each model year; null where unsolved."""
    flows = value.ledger.rows.filter(~pl.col("kind").is_in(PLAN_KINDS))
    row: dict[str, object] = {}
    for year in years:
        is_solved = year in solved
        found = value.co2_change_mt.filter(pl.col("year") == year)["co2_change_mt"]
        net = _net_of_parties(flows.filter(pl.col("year") == year))
        row[f"benefit_{year}_musd"] = net if is_solved else None
        row[f"co2_mt_per_year_{year}"] = (found[0] if found.len() else 0.0) if is_solved else None
    return row


def _net_of_parties(flows: pl.DataFrame) -> float:
    cost = flows.filter(pl.col("receiver").is_in(NOT_PARTIES))["amount_musd"].sum()
    saved = flows.filter(pl.col("payer").is_in(NOT_PARTIES))["amount_musd"].sum()
    return float(np.float64(saved) - np.float64(cost))


def _stack(
    found: Sequence[tuple[str, str, Appraisal]], frame_of: Callable[[Appraisal], pl.DataFrame]
) -> pl.DataFrame:
    return pl.concat(
        [
            frame_of(value).select(pl.lit(scenario).alias("scenario"), pl.all())
            for scenario, _, value in found
        ]
    )


def _check_rows(found: Sequence[tuple[str, str, Appraisal]]) -> pl.DataFrame:
    """Return the worst departure of each identity of the books over all projects."""
    rows = [
        {
            "check": check.name,
            "value": check.departure,
            "tolerance": check.allowed,
            "share": check.departure / check.allowed,
            "meaning": check.meaning,
        }
        for _, _, value in found
        for check in value.checks
    ]
    ordered = pl.DataFrame(rows).sort("share", descending=True, maintain_order=True)
    worst = ordered.unique("check", keep="first", maintain_order=True)
    return worst.sort("check").select(
        "check", "value", "tolerance", (pl.col("share") <= 1.0).alias("passed"), "meaning"
    )


def _nothing() -> Valuation:
    empty = pl.DataFrame()
    return Valuation(empty, empty, empty, empty, empty, "")
