"""Power: least-cost dispatch of all zones together, and general networks, with prices and money."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian.lp import Status
    from transcaspian.power.accounts import cost_parts
    from transcaspian.power.dispatch import PowerOptions, PowerResult, solve_year
    from transcaspian.power.grid import Grid
    from transcaspian.power.grid_output import check_target, grid_tables, write_tables
    from transcaspian.power.losses import (
        LinkLosses,
        LossResult,
        read_losses,
        solve_with_losses,
    )
    from transcaspian.power.matpower import read_matpower
    from transcaspian.power.optimise import GridOptions, GridResult, solve
    from transcaspian.power.pypsa_export import export_pypsa
    from transcaspian.power.pypsa_network import read_pypsa
    from transcaspian.power.tables import (
        carrier_year,
        hourly_dispatch,
        hourly_links,
        hourly_prices,
        link_year,
        market_year,
        power_tables,
        unserved_in_words,
        zone_year,
    )
    from transcaspian.power.variants import VariantSolver

__all__ = [
    "Grid",
    "GridOptions",
    "GridResult",
    "LinkLosses",
    "LossResult",
    "PowerOptions",
    "PowerResult",
    "Status",
    "VariantSolver",
    "carrier_year",
    "check_target",
    "cost_parts",
    "export_pypsa",
    "grid_tables",
    "hourly_dispatch",
    "hourly_links",
    "hourly_prices",
    "link_year",
    "market_year",
    "power_tables",
    "read_losses",
    "read_matpower",
    "read_pypsa",
    "solve",
    "solve_with_losses",
    "solve_year",
    "unserved_in_words",
    "write_tables",
    "zone_year",
]

_HOMES = {
    "Grid": "power.grid",
    "GridOptions": "power.optimise",
    "GridResult": "power.optimise",
    "LinkLosses": "power.losses",
    "LossResult": "power.losses",
    "Status": "lp",
    "check_target": "power.grid_output",
    "grid_tables": "power.grid_output",
    "write_tables": "power.grid_output",
    "VariantSolver": "power.variants",
    "read_losses": "power.losses",
    "solve_with_losses": "power.losses",
    "read_matpower": "power.matpower",
    "read_pypsa": "power.pypsa_network",
    "solve": "power.optimise",
    "cost_parts": "power.accounts",
    "export_pypsa": "power.pypsa_export",
    "PowerOptions": "power.dispatch",
    "PowerResult": "power.dispatch",
    "solve_year": "power.dispatch",
    "carrier_year": "power.tables",
    "hourly_dispatch": "power.tables",
    "hourly_links": "power.tables",
    "hourly_prices": "power.tables",
    "link_year": "power.tables",
    "market_year": "power.tables",
    "power_tables": "power.tables",
    "unserved_in_words": "power.tables",
    "zone_year": "power.tables",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"transcaspian.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'transcaspian.power' has no attribute {name!r}")
