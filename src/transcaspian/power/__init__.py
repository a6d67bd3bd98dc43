"""Power: least-cost dispatch of all zones together, with prices, flows and money."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian.power.accounts import cost_parts
    from transcaspian.power.dispatch import PowerOptions, PowerResult, solve_year
    from transcaspian.power.tables import (
        carrier_year,
        hourly_dispatch,
        hourly_links,
        hourly_prices,
        link_year,
        market_year,
        power_tables,
        zone_year,
    )

__all__ = [
    "PowerOptions",
    "PowerResult",
    "carrier_year",
    "cost_parts",
    "hourly_dispatch",
    "hourly_links",
    "hourly_prices",
    "link_year",
    "market_year",
    "power_tables",
    "solve_year",
    "zone_year",
]

_HOMES = {
    "cost_parts": "accounts",
    "PowerOptions": "dispatch",
    "PowerResult": "dispatch",
    "solve_year": "dispatch",
    "carrier_year": "tables",
    "hourly_dispatch": "tables",
    "hourly_links": "tables",
    "hourly_prices": "tables",
    "link_year": "tables",
    "market_year": "tables",
    "power_tables": "tables",
    "zone_year": "tables",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"transcaspian.power.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'transcaspian.power' has no attribute {name!r}")
