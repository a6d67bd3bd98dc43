"""The sea crossing: ports, vessels, weather and the waits that they make."""

from importlib import import_module
from typing import Any

_HOME = {
    "DelayCurve": "transcaspian.crossing.delay",
    "ModelBuilder": "transcaspian.crossing.build",
    "Options": "transcaspian.crossing.programs",
    "SearchPlan": "transcaspian.crossing.search",
    "Simulation": "transcaspian.crossing.replicate",
    "compare_with_published": "transcaspian.crossing.backcast",
    "delay_curves": "transcaspian.crossing.delay",
    "delay_frame": "transcaspian.crossing.delay",
    "draw_time_space": "transcaspian.crossing.diagram",
    "run_kernel": "transcaspian.crossing.engine",
    "run_reference": "transcaspian.crossing.reference",
    "search_fleets": "transcaspian.crossing.search",
    "simulate": "transcaspian.crossing.replicate",
    "summarise": "transcaspian.crossing.summary",
}
__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
