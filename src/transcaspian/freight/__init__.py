"""Freight on a multimodal network: who uses which route, at what cost, and where it chokes."""

from importlib import import_module
from typing import Any

_HOME = {
    "Catalogue": "transcaspian.freight.paths",
    "FreightOptions": "transcaspian.freight.corridor",
    "FreightResult": "transcaspian.freight.corridor",
    "accounts": "transcaspian.freight.money",
    "assign_case": "transcaspian.freight.corridor",
    "freight_tables": "transcaspian.freight.frames",
    "collect_paths": "transcaspian.freight.corridor",
}
__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
