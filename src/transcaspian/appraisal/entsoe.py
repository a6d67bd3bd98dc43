"""The indicator sheet of a power cable after ENTSO-E's guideline for cost-benefit analysis.

ENTSO-E (2023), 4th Guideline for Cost Benefit Analysis of Grid Development Projects: benefits B1 to
B9, costs C1 and C2, residual impacts S1 to S3; 4 % real, 25 years of use, no residual value, study
years joined by straight lines and held constant after the last. What is not known is printed as not
assessed, with the reason, and never as zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from transcaspian.appraisal.gains import Check, YearlyFlows, paid_by_year, party_rows
from transcaspian.appraisal.indicators import find_indicators
from transcaspian.appraisal.interactions import Method
from transcaspian.appraisal.ledger import Ledger, LedgerRules, build_ledger
from transcaspian.appraisal.plans import ProjectPlan
from transcaspian.appraisal.postings import CAPITAL_KINDS, OPERATION_KIND
from transcaspian.errors import InputError

__all__ = ["SHEET_SCHEMA", "CableEffects", "CableSheet", "cable_sheet"]

RATE = 0.04
LIFE_YEARS = 25
# Whose surplus B1 is; public income (emission payments, border charges) is a cost to them here.
MARKET_PARTIES = ("consumers", "producers", "storage_owners", "grid_owners", "external_market")
AGREEMENT = 1e-6

SHEET_SCHEMA: dict[str, pl.DataType] = {
    "project": pl.String(),
    "method": pl.String(),
    "indicator": pl.String(),
    "name": pl.String(),
    "year": pl.Int64(),
    "value": pl.Float64(),
    "unit": pl.String(),
    "assessment": pl.String(),  # assessed, or not assessed: why
}

# indicator: (name, unit, why it is not assessed where no figure is given)
PHYSICAL: dict[str, tuple[str, str, str]] = {
    "B2": ("change of carbon dioxide emissions", "Mt/a", "no emissions were given"),
    "B3": ("renewable energy integrated (less curtailment)", "GWh/a", "no curtailment was given"),
    "B4": ("other emissions to air", "t/a", "the model holds no emissions but carbon dioxide"),
    "B5": ("change of grid losses", "GWh/a", "no losses were given"),
    "B6": ("adequacy: change of energy not served", "MWh/a", "no adequacy study was run"),
    "B7": (
        "flexibility: exchange of balancing energy",
        "million USD/a",
        "the model has no balancing market",
    ),
    "B8": ("stability", "-", "needs a dynamic study of the grid"),
    "B9": (
        "renewal of existing assets avoided",
        "million USD",
        "no asset at its end of life was given",
    ),
    "S1": ("residual environmental impact", "km", "needs a route study"),
    "S2": ("residual social impact", "km", "needs a route study"),
    "S3": ("other residual impact", "-", "needs a route study"),
}


@dataclass(frozen=True, slots=True)
class CableEffects:
    """Physical effects, with less without, by indicator (B2 to B9, S1 to S3) and model year."""

    by_indicator: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CableSheet:
    """The sheet of one cable under one method, its worth by ENTSO-E's rules, and the check of B1."""

    table: pl.DataFrame  # SHEET_SCHEMA
    npv_musd: float
    bcr: float | None
    check: Check
    conventions: str


def cable_sheet(
    plan: ProjectPlan,
    accounts_with: Mapping[int, pl.DataFrame],
    accounts_without: Mapping[int, pl.DataFrame],
    effects: CableEffects,
    method: Method,
    discount_year: int,
) -> CableSheet:
    """Return the sheet of a cable, whatever life and residual value the study itself counts with.

    B1 is found twice, as what the market's parties gain and as what they pay less; the two agree to
    1e-6 or the sheet's check says by how much they do not.

    Parameters
    ----------
    plan : ProjectPlan
        Its life is set to 25 years here.
    accounts_with, accounts_without : mapping of model year to frame
        With and without the cable: for PINT against a grid without the other projects, for TOOT
        against one with all of them.
    effects : CableEffects
        Physical effects that are known.
    method : {"PINT", "TOOT"}
        Which of the two comparisons the accounts are.
    """
    unknown = sorted(set(effects.by_indicator) - set(PHYSICAL))
    if unknown:
        raise InputError(f"{unknown} are no indicators. Choose among {', '.join(PHYSICAL)}.")
    rules = LedgerRules(plan.price_year, horizon_years=LIFE_YEARS, residual_value="none")
    own = replace(plan, life_years=LIFE_YEARS, spending=_before_end(plan))
    ledger = build_ledger(plan.project, [own], accounts_with, accounts_without, rules)
    surplus = _gain_by_year(ledger, ledger.model_years, MARKET_PARTIES)
    saved = _cost_saved_by_year(ledger, ledger.model_years)
    rows = _welfare_rows(plan.project, method, "by total surplus", surplus)
    rows += _welfare_rows(plan.project, method, "by cost difference", saved)
    rows += _physical_rows(plan.project, method, effects, ledger.model_years)
    rows += _cost_rows(plan, method)
    found = _worth(ledger, plan, discount_year)
    scale = max(1.0, *(abs(value) for value in surplus.values()))
    apart = max(abs(surplus[year] - saved[year]) for year in surplus) / scale
    return CableSheet(
        table=pl.DataFrame(rows, schema=SHEET_SCHEMA, orient="row"),
        npv_musd=found[0],
        bcr=found[1],
        check=Check("b1_two_ways", apart, AGREEMENT, "B1 by total surplus = B1 by cost difference"),
        conventions=(
            f"{method}; {RATE:.0%} real, {LIFE_YEARS} years of use, no residual value, discounted to"
            f" {discount_year}; B1 of {', '.join(MARKET_PARTIES)}; prices of {plan.price_year}"
        ),
    )


def _before_end(plan: ProjectPlan) -> tuple[tuple[int, float], ...]:
    """Return the spending with what falls after 25 years of use moved into the last of them."""
    last = plan.opening_year + LIFE_YEARS - 1
    return tuple((min(year, last), share) for year, share in plan.spending)


def _gain_by_year(ledger: Ledger, years: Sequence[int], parties: Sequence[str]) -> dict[int, float]:
    gains = party_rows(ledger.solved).filter(pl.col("party").is_in(list(parties)))
    total = dict(
        gains.group_by("year", maintain_order=True).agg(pl.col("gain_musd").sum()).iter_rows()
    )
    return {year: float(total.get(year, 0.0)) for year in years}


def _cost_saved_by_year(ledger: Ledger, years: Sequence[int]) -> dict[int, float]:
    """Return what the market's parties pay less to nobody and to parties outside the market."""
    inside = (*MARKET_PARTIES, "exchange")
    rows = ledger.solved.with_columns(
        paid=pl.col("payer").is_in(MARKET_PARTIES).cast(pl.Int8)
        * (~pl.col("receiver").is_in(inside)).cast(pl.Int8)
        - pl.col("receiver").is_in(MARKET_PARTIES).cast(pl.Int8)
        * (~pl.col("payer").is_in(inside)).cast(pl.Int8)
    )
    cost = dict(
        rows.group_by("year", maintain_order=True)
        .agg((pl.col("amount_musd") * pl.col("paid")).sum())
        .iter_rows()
    )
    return {year: -float(cost.get(year, 0.0)) for year in years}


def _welfare_rows(
    project: str, method: str, way: str, values: Mapping[int, float]
) -> list[tuple[object, ...]]:
    name = f"socio-economic welfare, {way}"
    return [
        (project, method, "B1", name, year, value, "million USD/a", "assessed")
        for year, value in values.items()
    ]


def _physical_rows(
    project: str, method: str, effects: CableEffects, years: Sequence[int]
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for indicator, (name, unit, reason) in PHYSICAL.items():
        known = effects.by_indicator.get(indicator)
        if known is None:
            why = f"not assessed: {reason}"
            rows.append((project, method, indicator, name, None, None, unit, why))
            continue
        missing = sorted(set(years) - set(known))
        if missing:
            message = f"{indicator} of {project!r} is not given for {missing}."
            raise InputError(f"{message} Give every model year or none.")
        rows += [
            (project, method, indicator, name, year, float(known[year]), unit, "assessed")
            for year in years
        ]
    return rows


def _cost_rows(plan: ProjectPlan, method: str) -> list[tuple[object, ...]]:
    sure = f"assessed ({plan.capex_confidence})"
    operation = plan.opex_share * plan.capex_musd
    return [
        (plan.project, method, "C1", "capital cost", None, plan.capex_musd, "million USD", sure),
        (plan.project, method, "C2", "operation cost", None, operation, "million USD/a", sure),
    ]


def _worth(ledger: Ledger, plan: ProjectPlan, discount_year: int) -> tuple[float, float | None]:
    """Return NPV and benefit-cost ratio of B1 alone against the cable's own cost."""
    gains = party_rows(ledger.rows).filter(pl.col("party").is_in(MARKET_PARTIES))
    place = gains["year"].to_numpy() - ledger.first_year
    size = ledger.years.size
    benefit = np.bincount(place, weights=gains["gain_musd"].to_numpy(), minlength=size)
    flows = YearlyFlows(
        year=ledger.years,
        benefit=np.asarray(benefit, dtype=np.float64),
        operation=paid_by_year(ledger, (OPERATION_KIND,)),
        capital=paid_by_year(ledger, CAPITAL_KINDS),
    )
    found = find_indicators(
        flows,
        capex_musd=plan.capex_musd,
        opening_year=ledger.opening_year,
        last_model_year=ledger.model_years[-1],
        rates=(RATE,),
        headline_rate=RATE,
        discount_year=discount_year,
    )
    return found.npv_headline_musd, found.bcr
