"""Appraisal: the ledger of who pays whom, and what a project is worth, to whom and how surely."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian.appraisal.cash_flow import CashFlow, CashFlowAppraisal, appraise_cash_flow
    from transcaspian.appraisal.discounting import bcr, discount_factors, mirr, npv, payback
    from transcaspian.appraisal.gains import Check, who_gains
    from transcaspian.appraisal.indicators import Indicators
    from transcaspian.appraisal.ledger import Ledger, LedgerRules, build_ledger
    from transcaspian.appraisal.plans import Owner, ProjectPlan, read_plans
    from transcaspian.appraisal.project import Appraisal, AppraisalOptions, appraise_project
    from transcaspian.appraisal.returns import ReturnRates, irr, irr_many, irr_note

__all__ = [
    "Appraisal",
    "AppraisalOptions",
    "CashFlow",
    "CashFlowAppraisal",
    "Check",
    "Indicators",
    "Ledger",
    "LedgerRules",
    "Owner",
    "ProjectPlan",
    "ReturnRates",
    "appraise_cash_flow",
    "appraise_project",
    "bcr",
    "build_ledger",
    "discount_factors",
    "irr",
    "irr_many",
    "irr_note",
    "mirr",
    "npv",
    "payback",
    "read_plans",
    "who_gains",
]

_HOMES = {
    "cash_flow": ("CashFlow", "CashFlowAppraisal", "appraise_cash_flow"),
    "discounting": ("bcr", "discount_factors", "mirr", "npv", "payback"),
    "gains": ("Check", "who_gains"),
    "indicators": ("Indicators",),
    "ledger": ("Ledger", "LedgerRules", "build_ledger"),
    "plans": ("Owner", "ProjectPlan", "read_plans"),
    "project": ("Appraisal", "AppraisalOptions", "appraise_project"),
    "returns": ("ReturnRates", "irr", "irr_many", "irr_note"),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
