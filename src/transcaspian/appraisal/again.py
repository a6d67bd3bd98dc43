"""Values projects again from the tables of a run, at other rates and under changes of money.

No model is solved: what the models found stands in the ledger of the run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from transcaspian.appraisal.distributions import (
    COST_OVERRUNS,
    Distribution,
    Pert,
    Triangular,
    Widened,
)
from transcaspian.appraisal.gains import YearlyFlows, yearly_flows
from transcaspian.appraisal.indicators import find_indicators
from transcaspian.appraisal.ledger import LEDGER_SCHEMA, Ledger, LedgerRules
from transcaspian.appraisal.money import MoneyModel, money_model
from transcaspian.appraisal.plans import BUILT
from transcaspian.appraisal.postings import PLAN_KINDS
from transcaspian.appraisal.risk import (
    RiskInputs,
    RiskOptions,
    simulate_risk,
    tornado,
    variance_shares,
)
from transcaspian.appraisal.sensitivity import (
    delay_prices,
    opening_table,
    sensitivity_table,
    switching_values,
)
from transcaspian.errors import InputError, NotFoundError

__all__ = [
    "ProjectFacts",
    "RunFacts",
    "ledger_of_run",
    "models_of",
    "usual_options",
    "usual_risk",
    "value_again",
    "value_tables",
]

REFERENCE_CLASS = {"railway": "rail", "road": "road"}
# Assumed for kinds without a reference class; the mean is 7 % above plan, near the 8 % by which 50
# transmission projects overran (Sovacool, B.K., Nugent, D. and Gilbert, A. (2014), Construction Cost
# Overruns and Electricity Infrastructure, The Electricity Journal 27(4)).
ASSUMED_COST = Pert(0.8, 1.0, 1.6)
# Assumed where nothing is published: benefits more often overstated than understated (Flyvbjerg,
# B., Holm, M.S. and Buhl, S. (2005), How (In)accurate Are Demand Forecasts in Public Works
# Projects?, Journal of the American Planning Association 71(2)), openings late rather than early.
ASSUMED_BENEFITS = Pert(0.5, 1.0, 1.3)
ASSUMED_DELAY = Triangular(0.0, 1.0, 4.0)
# Assumed in size. Works that take longer cost more (Flyvbjerg, B., Holm, M.S. and Buhl, S. (2004), What
# Causes Cost Overrun in Transport Infrastructure Projects?, Transport Reviews 24(1): 4.64 points a
# year), and a project that comes late finds part of its market served.
ASSUMED_CORRELATION: Mapping[tuple[str, str], float] = {
    ("capex_factor", "delay_years"): 0.5,
    ("benefit_factor", "delay_years"): -0.2,
}


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a run's table `projects` says of one project or cluster."""

    project: str
    kind: str
    opening_year: int
    life_years: int
    capex_musd: float
    capex_low_musd: float | None = None
    capex_high_musd: float | None = None
    name: str = ""
    headline: str = ""
    members: tuple[str, ...] = ()  # of a cluster
    sunk_musd: float | None = None  # None where the run does not say
    status: str = ""  # of a package, those of its parts

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "ProjectFacts":
        """Return the facts of one row of a run's table `projects`."""
        return cls(
            project=str(row["project"]),
            kind=str(row["kind"]),
            opening_year=int(row["opening_year"]),
            life_years=int(row["life_years"]),
            capex_musd=float(row["capex_musd"]),
            capex_low_musd=row["capex_low_musd"],
            capex_high_musd=row["capex_high_musd"],
            name=str(row.get("name") or ""),
            headline=str(row.get("headline") or ""),
            members=tuple(
                part.strip() for part in str(row.get("members") or "").split(",") if part
            ),
            sunk_musd=row.get("sunk_musd"),
            status=str(row.get("status") or ""),
        )

    def projects(self) -> frozenset[str]:
        """Return the projects that are put into the network: itself, or the members."""
        return frozenset(self.members or (self.project,))


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run's settings say of money."""

    price_year: int
    discount_year: int
    first_open_year: int | None = None


def ledger_of_run(rows: pl.DataFrame, facts: ProjectFacts, run: RunFacts) -> Ledger:
    """Return the ledger of one project and scenario from the rows of a run's table `ledger`."""
    kept = rows.select(list(LEDGER_SCHEMA)).filter(pl.col("project") == facts.project)
    if kept.is_empty():
        raise NotFoundError(f"The run has no ledger of project {facts.project!r}.")
    last = facts.opening_year + facts.life_years - 1
    benefits = kept.filter(~pl.col("kind").is_in(PLAN_KINDS))
    return Ledger(
        project=facts.project,
        rows=kept,
        # Each year of use stands for itself, as if it had been solved.
        solved=benefits,
        rules=LedgerRules(run.price_year),
        first_year=min(int(kept["year"].to_numpy().min()), facts.opening_year),
        opening_year=facts.opening_year,
        last_year=last,
        model_years=tuple(range(facts.opening_year, last + 1)),
    )


def value_again(
    ledgers: Sequence[Ledger],
    facts: Sequence[ProjectFacts],
    run: RunFacts,
    rate: float,
    scope: str = "all",
) -> pl.DataFrame:
    """Return the indicators of each project at a rate, one row a project.

    Columns: project, npv_musd, npv_to_complete_musd, sunk_musd, eirr (null unless exactly one), eirr_count, eirr_note, mirr, bcr,
    break_even_capex_musd, capex_musd, first_year_return, payback_years.
    """
    rows = []
    for ledger, fact in zip(ledgers, facts, strict=True):
        flows = yearly_flows(ledger, scope)
        found = find_indicators(
            flows,
            capex_musd=fact.capex_musd,
            opening_year=ledger.opening_year,
            last_model_year=ledger.last_year,
            rates=(rate,),
            headline_rate=rate,
            discount_year=run.discount_year,
            first_open_year=ledger.first_year if fact.status == BUILT else run.first_open_year,
            begun=_begun(fact, flows, run),
        )
        rows.append(
            {
                "project": fact.project,
                "npv_musd": found.npv_headline_musd,
                "npv_to_complete_musd": found.npv_to_complete_musd,
                "sunk_musd": found.sunk_musd,
                "eirr": found.eirr[0] if len(found.eirr) == 1 else None,
                "eirr_count": len(found.eirr),
                "eirr_note": found.eirr_note,
                "mirr": found.mirr,
                "bcr": found.bcr,
                "break_even_capex_musd": found.break_even_capex_musd,
                "capex_musd": fact.capex_musd,
                "first_year_return": found.first_year_return,
                "payback_years": found.payback_years,
            }
        )
    optional = ("eirr", "mirr", "payback_years")
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(optional, pl.Float64))


def _begun(facts: ProjectFacts, flows: YearlyFlows, run: RunFacts) -> float:
    """Return the share of past capital that was spent: of a package, in all past years alike."""
    past = flows.year < (run.discount_year if run.first_open_year is None else run.first_open_year)
    planned = float(flows.capital[past].sum())
    return 1.0 if facts.sunk_musd is None or planned <= 0.0 else facts.sunk_musd / planned


def usual_risk(facts: ProjectFacts) -> RiskInputs:
    """Return what is uncertain of a project when nobody has said more.

    Capital cost as a reference class overran, or as assumed for kinds without one, widened where
    the published low and high values reach further; benefits and delay as assumed in this module.
    """
    return RiskInputs(
        capex_factor=_cost_risk(facts),
        benefit_factor=ASSUMED_BENEFITS,
        delay_years=ASSUMED_DELAY,
    )


def value_tables(
    models: Sequence[MoneyModel], inputs: Sequence[RiskInputs], options: RiskOptions
) -> Mapping[str, pl.DataFrame]:
    """Return the tables that say what values hang on, by name."""
    if not models:
        raise InputError("No project is to be valued. Name at least one.")
    drawn = simulate_risk(models, inputs, options)
    pairs = list(zip(models, inputs, strict=True))
    return {
        "switching_values": pl.concat([switching_values(one, options.rate) for one in models]),
        "sensitivity": pl.concat([sensitivity_table(one, options.rate) for one in models]),
        "delay_prices": pl.concat([delay_prices(one, options.rate) for one in models]),
        "opening_years": pl.concat([opening_table(one, options.rate) for one in models]),
        "tornado": pl.concat([tornado(one, given, options) for one, given in pairs]),
        "variance_shares": pl.concat(
            [variance_shares(one, given, options) for one, given in pairs]
        ),
        "risk": drawn.summary,
        "risk_curve": drawn.curve(),
    }


def models_of(ledgers: Sequence[Ledger], run: RunFacts, scope: str = "all") -> list[MoneyModel]:
    """Return the money model of each ledger."""
    return [money_model(ledger, scope, (), run.discount_year) for ledger in ledgers]


def _cost_risk(facts: ProjectFacts) -> Distribution:
    reference = REFERENCE_CLASS.get(facts.kind)
    outside = ASSUMED_COST if reference is None else COST_OVERRUNS[reference]
    low, high, capex = facts.capex_low_musd, facts.capex_high_musd, facts.capex_musd
    if low is not None and high is not None and capex > 0.0 and 0.0 < low <= capex <= high:
        return Widened(outside, low / capex, high / capex)
    return outside


def usual_options(rate: float, n_draw: int, seed: int) -> RiskOptions:
    """Return how risk is drawn when nobody has said more: inputs of one project hang together."""
    return RiskOptions(rate=rate, n_draw=n_draw, seed=seed, within=ASSUMED_CORRELATION)
