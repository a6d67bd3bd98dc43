"""Freight on a multimodal network: who uses which route, at what cost, and where it chokes."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian.freight.corridor import (
        FreightOptions,
        FreightResult,
        assign_case,
        collect_paths,
    )
    from transcaspian.freight.crossings import CrossingCurve
    from transcaspian.freight.elastic import ElasticAssignment, assign_elastic
    from transcaspian.freight.frames import freight_tables
    from transcaspian.freight.logit import LogitOptions, StochasticAssignment, assign_stochastic
    from transcaspian.freight.money import accounts
    from transcaspian.freight.paths import Catalogue
    from transcaspian.freight.read import read_tntp
    from transcaspian.freight.skims import UsedPath, find_paths, select_link, skim
    from transcaspian.freight.traffic import TrafficClasses, TrafficNetwork, TrafficProblem, Trips
    from transcaspian.freight.user import Assignment, AssignOptions, assign

__all__ = [
    "AssignOptions",
    "Assignment",
    "Catalogue",
    "CrossingCurve",
    "ElasticAssignment",
    "FreightOptions",
    "FreightResult",
    "LogitOptions",
    "StochasticAssignment",
    "TrafficClasses",
    "TrafficNetwork",
    "TrafficProblem",
    "Trips",
    "UsedPath",
    "accounts",
    "assign",
    "assign_case",
    "assign_elastic",
    "assign_stochastic",
    "collect_paths",
    "find_paths",
    "freight_tables",
    "read_tntp",
    "select_link",
    "skim",
]

_HOMES = {
    "corridor": ("FreightOptions", "FreightResult", "assign_case", "collect_paths"),
    "crossings": ("CrossingCurve",),
    "elastic": ("ElasticAssignment", "assign_elastic"),
    "frames": ("freight_tables",),
    "logit": ("LogitOptions", "StochasticAssignment", "assign_stochastic"),
    "money": ("accounts",),
    "paths": ("Catalogue",),
    "read": ("read_tntp",),
    "skims": ("UsedPath", "find_paths", "select_link", "skim"),
    "traffic": ("TrafficClasses", "TrafficNetwork", "TrafficProblem", "Trips"),
    "user": ("Assignment", "AssignOptions", "assign"),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
