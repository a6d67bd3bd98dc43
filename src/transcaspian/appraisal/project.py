"""Appraises one project or package: ledger, indicators by scope, who gains, checks, headline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transcaspian.appraisal.gains import SCOPES, Check, check_ledger, who_gains, yearly_flows
from transcaspian.appraisal.indicators import (
    INDICATOR_SCHEMA,
    Indicators,
    find_indicators,
    indicator_rows,
)
from transcaspian.appraisal.ledger import Ledger, LedgerRules, build_ledger, year_weights
from transcaspian.appraisal.own_flows import with_own_flows
from transcaspian.appraisal.plans import BUILT, ProjectPlan, begun_share
from transcaspian.errors import InputError

__all__ = ["Appraisal", "AppraisalOptions", "appraise_ledger", "appraise_project"]


@dataclass(frozen=True, slots=True)
class AppraisalOptions:
    """Rates, base year and conventions, the same for every project that is to be compared."""

    rules: LedgerRules
    discount_year: int  # t = 0
    corridor_countries: tuple[str, ...]
    rates: tuple[float, ...] = (0.04, 0.06, 0.09, 0.12)
    headline_rate: float = 0.06  # twice a growth of 3 % a head: World Bank (2016) guidance note
    headline_scope: str = "all"
    first_open_year: int | None = None  # of the decision; the discount year without it


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What a project is worth, to whom, and whether the books balance."""

    project: str
    ledger: Ledger
    indicators: Mapping[str, Indicators]  # by scope
    who_gains: pl.DataFrame  # project, country, party, npv_musd at the headline rate
    co2_change_mt: pl.DataFrame  # project, year, co2_change_mt; empty where none was given
    checks: tuple[Check, ...]
    headline: str
    conventions: str
    capex_musd: float
    capex_confidence: str

    def indicator_frame(self) -> pl.DataFrame:
        """Return every indicator of every scope as one table (`INDICATOR_SCHEMA`)."""
        rows = [
            row
            for scope, found in self.indicators.items()
            for row in indicator_rows(self.project, scope, found)
        ]
        return pl.DataFrame(rows, schema=INDICATOR_SCHEMA, orient="row")


def appraise_project(
    project: str,
    plans: Sequence[ProjectPlan],
    accounts_with: Mapping[int, pl.DataFrame],
    accounts_without: Mapping[int, pl.DataFrame],
    options: AppraisalOptions,
    co2_change_mt: Mapping[int, float] | None = None,
    own_flows: pl.DataFrame | None = None,
) -> Appraisal:
    """Return the appraisal of a project, or of a package whose members are valued together.

    Parameters
    ----------
    project : str
        Id of the project or cluster (the `run`).
    plans : sequence of ProjectPlan
        One plan for a project, those of all members for a package (`plans.read_plans`).
    accounts_with, accounts_without : mapping of model year to frame
        Accounts (`transcaspian.accounts.ACCOUNT_SCHEMA`, USD of the price year) of every solved
        year with the project as if open, and without it; the same years in both. Frames of
        several models for one year are concatenated.
    options : AppraisalOptions
        Rates, discount year, corridor countries, conventions of the ledger.
    co2_change_mt : mapping of model year to float, optional
        Emissions with less without [Mt/a].
    own_flows : frame, optional
        The case's table `projects/own_flows`: yearly flows that projects bring along, given, not
        modelled.

    Raises
    ------
    InputError
        For impossible plans, price years that differ, or years that do not match.
    """
    ledger = build_ledger(project, plans, accounts_with, accounts_without, options.rules)
    if own_flows is not None:
        ledger = with_own_flows(ledger, plans, own_flows)
    return appraise_ledger(ledger, plans, options, co2_change_mt)


def appraise_ledger(
    ledger: Ledger,
    plans: Sequence[ProjectPlan],
    options: AppraisalOptions,
    co2_change_mt: Mapping[int, float] | None = None,
) -> Appraisal:
    """Return the appraisal of a ledger that is already built."""
    _check_options(options)
    capex = sum(plan.capex_musd for plan in plans)
    # Of what is built nothing is left to decide: it is judged as a whole, after the fact.
    is_built = all(plan.status == BUILT for plan in plans)
    found = {
        scope: find_indicators(
            yearly_flows(ledger, scope, options.corridor_countries),
            capex_musd=capex,
            opening_year=ledger.opening_year,
            last_model_year=ledger.model_years[-1],
            rates=options.rates,
            headline_rate=options.headline_rate,
            discount_year=options.discount_year,
            first_open_year=ledger.first_year if is_built else options.first_open_year,
            begun=begun_share(plans, ledger.years),
        )
        for scope in SCOPES
    }
    confidence = _weakest(plans)
    return Appraisal(
        project=ledger.project,
        ledger=ledger,
        indicators=found,
        who_gains=who_gains(ledger, options.headline_rate, options.discount_year),
        co2_change_mt=_co2_by_year(ledger, co2_change_mt or {}),
        checks=check_ledger(ledger, options.headline_rate, options.discount_year),
        headline=_headline(found[options.headline_scope], capex, confidence, options),
        conventions=(
            f"discounted to {options.discount_year} (t = 0), headline rate {options.headline_rate:.1%}"
            f" real, gains of {SCOPES[options.headline_scope]}; {ledger.rules.named()}"
        ),
        capex_musd=capex,
        capex_confidence=confidence,
    )


def _check_options(options: AppraisalOptions) -> None:
    if options.headline_rate not in options.rates:
        message = (
            f"the headline rate {options.headline_rate} is not among the rates {options.rates}."
        )
        raise InputError(f"{message} Add it to them.")
    if options.headline_scope not in SCOPES:
        message = f"{options.headline_scope!r} is no scope."
        raise InputError(f"{message} Choose one of {', '.join(SCOPES)}.")


def _weakest(plans: Sequence[ProjectPlan]) -> str:
    order = ("assumed", "derived", "reported")
    return min((plan.capex_confidence for plan in plans), key=order.index)


def _co2_by_year(ledger: Ledger, co2_change_mt: Mapping[int, float]) -> pl.DataFrame:
    """Return the yearly change of emissions, by the same interpolation as the benefits."""
    schema = {"project": pl.String(), "year": pl.Int64(), "co2_change_mt": pl.Float64()}
    if not co2_change_mt:
        return pl.DataFrame(schema=schema)
    model_years = sorted(co2_change_mt)
    years = np.arange(ledger.opening_year, ledger.last_year + 1, dtype=np.int64)
    change = year_weights(years, model_years, ledger.rules.ramp_up) @ np.array(
        [co2_change_mt[year] for year in model_years]
    )
    return pl.DataFrame(
        {"project": [ledger.project] * years.size, "year": years, "co2_change_mt": change},
        schema=schema,
    )


def _headline(found: Indicators, capex: float, confidence: str, options: AppraisalOptions) -> str:
    """Return the one sentence that leads: break-even cost where the capital cost is assumed."""
    at = f"at {options.headline_rate:.0%} real, {options.rules.price_year} prices"
    break_even = found.break_even_capex_musd
    if found.sunk_musd > 0.0:
        return (
            f"To complete it is worth {found.npv_to_complete_musd:,.0f} million USD {at};"
            f" {found.sunk_musd:,.0f} of {capex:,.0f} is spent, with which its NPV is"
            f" {found.npv_headline_musd:,.0f}."
        )
    if confidence == "assumed" and break_even is not None:
        if break_even <= 0.0:
            return f"Not worth any capital cost {at}: its benefits are not positive."
        return f"Worth building up to a capital cost of {break_even:,.0f} million USD {at}; {capex:,.0f} is assumed."
    rates = ", ".join(f"{rate:.1%}" for rate in found.eirr) or "none"
    return f"NPV {found.npv_headline_musd:,.0f} million USD {at}; economic rate of return {rates}."
