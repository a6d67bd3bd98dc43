"""The report: one self-contained page from the result tables of a run and its case."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transcaspian.report.page import build_report

__all__ = ["build_report"]


def __getattr__(name: str) -> Any:
    if name == "build_report":
        from transcaspian.report.page import build_report

        return build_report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
