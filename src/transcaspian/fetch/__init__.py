"""Brings hourly weather and load from open services into a case folder.

The packaged case ships synthetic series, since observed ones may not be passed on with it. Whoever
has a connection can put real ones in their place: `transcaspian fetch weather` and `fetch load`.
"""

from importlib import import_module

__all__ = ["fetch_load", "fetch_weather"]

_HOMES = {"fetch_load": "transcaspian.fetch.load", "fetch_weather": "transcaspian.fetch.weather"}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
