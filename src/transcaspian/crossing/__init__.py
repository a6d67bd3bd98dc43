"""The sea crossing: ports, vessels, weather and the waits that they make."""

from importlib import import_module
from typing import Any

_HOME = {
    "ModelBuilder": "transcaspian.crossing.build",
    "run_kernel": "transcaspian.crossing.engine",
    "run_reference": "transcaspian.crossing.reference",
}
__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
