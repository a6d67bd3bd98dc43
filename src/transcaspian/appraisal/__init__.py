"""Appraisal: the ledger of who pays whom, and what a project is worth, to whom and how surely."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian.appraisal.again import (
        ProjectFacts,
        RunFacts,
        ledger_of_run,
        usual_risk,
        value_again,
        value_tables,
    )
    from transcaspian.appraisal.cash_flow import CashFlow, CashFlowAppraisal, appraise_cash_flow
    from transcaspian.appraisal.discounting import bcr, discount_factors, mirr, npv, payback
    from transcaspian.appraisal.distributions import (
        COST_OVERRUNS,
        Empirical,
        Fixed,
        Lognormal,
        Pert,
        Triangular,
        Uniform,
    )
    from transcaspian.appraisal.entsoe import CableEffects, CableSheet, cable_sheet
    from transcaspian.appraisal.financial import (
        FinancialTerms,
        OwnersFlows,
        economic_and_financial,
        interest_while_building,
        owners_flows,
    )
    from transcaspian.appraisal.gains import Check, who_gains
    from transcaspian.appraisal.indicators import Indicators
    from transcaspian.appraisal.interactions import (
        PackageValues,
        interaction_matrix,
        one_by_one,
        package_values,
        rank_one_method,
        shapley_shares,
    )
    from transcaspian.appraisal.ledger import Ledger, LedgerRules, build_ledger
    from transcaspian.appraisal.money import MoneyModel, Variation, money_model, vary
    from transcaspian.appraisal.plans import Owner, ProjectPlan, read_plans
    from transcaspian.appraisal.project import Appraisal, AppraisalOptions, appraise_project
    from transcaspian.appraisal.returns import ReturnRates, irr, irr_many, irr_note
    from transcaspian.appraisal.risk import (
        RiskInputs,
        RiskOptions,
        RiskResult,
        simulate_risk,
        tornado,
    )
    from transcaspian.appraisal.sensitivity import (
        OpeningYears,
        delay_prices,
        opening_years,
        sensitivity_table,
        switching_values,
    )
    from transcaspian.appraisal.sobol import SobolIndices, sobol_indices
    from transcaspian.appraisal.surplus import (
        demand_integral,
        needs_integral,
        rule_of_a_half,
        split_by_user,
    )
    from transcaspian.appraisal.tables import economic_table, gains_matrix

__all__ = [
    "COST_OVERRUNS",
    "Appraisal",
    "AppraisalOptions",
    "CableEffects",
    "CableSheet",
    "CashFlow",
    "CashFlowAppraisal",
    "Check",
    "Empirical",
    "FinancialTerms",
    "Fixed",
    "Indicators",
    "Ledger",
    "LedgerRules",
    "Lognormal",
    "MoneyModel",
    "OpeningYears",
    "Owner",
    "OwnersFlows",
    "PackageValues",
    "Pert",
    "ProjectFacts",
    "ProjectPlan",
    "ReturnRates",
    "RiskInputs",
    "RiskOptions",
    "RiskResult",
    "RunFacts",
    "SobolIndices",
    "Triangular",
    "Uniform",
    "Variation",
    "appraise_cash_flow",
    "appraise_project",
    "bcr",
    "build_ledger",
    "cable_sheet",
    "delay_prices",
    "demand_integral",
    "discount_factors",
    "economic_and_financial",
    "economic_table",
    "gains_matrix",
    "interaction_matrix",
    "interest_while_building",
    "irr",
    "irr_many",
    "irr_note",
    "ledger_of_run",
    "mirr",
    "money_model",
    "needs_integral",
    "npv",
    "one_by_one",
    "opening_years",
    "owners_flows",
    "package_values",
    "payback",
    "rank_one_method",
    "read_plans",
    "rule_of_a_half",
    "sensitivity_table",
    "shapley_shares",
    "simulate_risk",
    "sobol_indices",
    "split_by_user",
    "switching_values",
    "tornado",
    "usual_risk",
    "value_again",
    "value_tables",
    "variance_shares",
    "vary",
    "who_gains",
]

_HOMES = {
    "again": (
        "ProjectFacts",
        "RunFacts",
        "ledger_of_run",
        "usual_risk",
        "value_again",
        "value_tables",
        "variance_shares",
    ),
    "cash_flow": (
        "CashFlow",
        "CashFlowAppraisal",
        "appraise_cash_flow",
    ),
    "discounting": (
        "bcr",
        "discount_factors",
        "mirr",
        "npv",
        "payback",
    ),
    "distributions": (
        "COST_OVERRUNS",
        "Empirical",
        "Fixed",
        "Lognormal",
        "Pert",
        "Triangular",
        "Uniform",
    ),
    "entsoe": (
        "CableEffects",
        "CableSheet",
        "cable_sheet",
    ),
    "financial": (
        "FinancialTerms",
        "OwnersFlows",
        "economic_and_financial",
        "interest_while_building",
        "owners_flows",
    ),
    "gains": (
        "Check",
        "who_gains",
    ),
    "indicators": ("Indicators",),
    "interactions": (
        "PackageValues",
        "interaction_matrix",
        "one_by_one",
        "package_values",
        "rank_one_method",
        "shapley_shares",
    ),
    "ledger": (
        "Ledger",
        "LedgerRules",
        "build_ledger",
    ),
    "money": (
        "MoneyModel",
        "Variation",
        "money_model",
        "vary",
    ),
    "plans": (
        "Owner",
        "ProjectPlan",
        "read_plans",
    ),
    "project": (
        "Appraisal",
        "AppraisalOptions",
        "appraise_project",
    ),
    "returns": (
        "ReturnRates",
        "irr",
        "irr_many",
        "irr_note",
    ),
    "risk": (
        "RiskInputs",
        "RiskOptions",
        "RiskResult",
        "simulate_risk",
        "tornado",
    ),
    "sensitivity": (
        "OpeningYears",
        "delay_prices",
        "opening_years",
        "sensitivity_table",
        "switching_values",
    ),
    "sobol": (
        "SobolIndices",
        "sobol_indices",
    ),
    "surplus": (
        "demand_integral",
        "needs_integral",
        "rule_of_a_half",
        "split_by_user",
    ),
    "tables": (
        "economic_table",
        "gains_matrix",
    ),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
