"""Appraisal: the ledger of who pays whom, and what a project is worth, to whom and how surely."""

from importlib import import_module

_HOMES = {
    "CashFlow": "cash_flow",
    "CashFlowAppraisal": "cash_flow",
    "appraise_cash_flow": "cash_flow",
    "bcr": "discounting",
    "discount_factors": "discounting",
    "irr": "returns",
    "irr_many": "returns",
    "irr_note": "returns",
    "ReturnRates": "returns",
    "mirr": "discounting",
    "npv": "discounting",
    "payback": "discounting",
}

__all__ = [
    "CashFlow",
    "CashFlowAppraisal",
    "ReturnRates",
    "appraise_cash_flow",
    "bcr",
    "discount_factors",
    "irr",
    "irr_many",
    "irr_note",
    "mirr",
    "npv",
    "payback",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
