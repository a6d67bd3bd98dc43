"""Titles of columns and tables that are known by their short names only, in every language.

A run, the case and the register have hundreds of columns. Their English titles are made from their
names (`capex_low_musd` gives "Capex low", million USD); the catalogue `terms` translates them.
"""

import re
from collections.abc import Mapping

from transcaspian.report.names import humanise
from transcaspian.results.tables import TABLE_MEANINGS
from transcaspian.web.language import Language

__all__ = [
    "column_title",
    "english_table",
    "english_title",
    "named_title",
    "table_meaning",
    "table_title",
    "unit_of",
]

# Ends of column names → units; an end that holds another stands before it.
UNITS: Mapping[str, str] = {
    "_usd_per_teu_km": "USD/TEU-km",
    "_usd_per_t_km": "USD/t-km",
    "_usd_per_t_h": "USD/t-h",
    "_kg_per_t_km": "kg/t-km",
    "_kg_per_vehicle_km": "kg/vehicle-km",
    "_usd_per_mwh_th": "USD per MWh of heat",
    "_t_per_mwh_th": "t per MWh of heat",
    "_mwh_th": "MWh of heat",
    "_usd_per_mwh": "USD/MWh",
    "_usd_per_mw": "USD/MW a year",
    "_eur_per_mwh": "EUR/MWh",
    "_usd_per_teu": "USD/TEU",
    "_usd_per_t": "USD/t",
    "_usd_per_day": "USD/day",
    "_usd_day": "USD/day",
    "_kt_per_year": "kt/a",
    "_mt_per_year": "Mt/a",
    "_t_per_mwh": "t/MWh",
    "_t_per_teu": "t/TEU",
    "_per_usd": "1/USD",
    "_per_h": "1/h",
    "_t_per_t": "t/t",
    "_musd": "million USD",
    "_usd": "USD",
    "_mwh": "MWh",
    "_twh": "TWh",
    "_mw": "MW",
    "_mt": "Mt",
    "_km": "km",
    "_kn": "knots",
    "_h": "h",
    "_t": "t",
    "_m": "m",
    "_days": "days",
    "_years": "years",
    "_months": "months",
    "_pu": "p.u.",
}
# Names that say little in English when they are only written as words.
BETTER: Mapping[str, str] = {
    "bcr": "Benefit over cost",
    "bcr_headline": "Benefit over cost, headline",
    "benefit_factor": "Benefits",
    "bipole": "Both poles",
    "break_even_capex": "Break-even capital cost",
    "bus": "Zone or market",
    "bus0": "From zone",
    "bus1": "To zone",
    "capex": "Capital cost",
    "capex_confidence": "Confidence of capital cost",
    "capex_factor": "Capital cost",
    "capex_high": "Capital cost, high",
    "capex_low": "Capital cost, low",
    "deepest": "Deepest shortage",
    "eens_out": "Energy not served with the link out",
    "eirr": "Economic rate of return",
    "eirr_note": "Note on the economic rate of return",
    "firr_nominal": "Financial rate of return, nominal",
    "firr_note": "Note on the financial rate of return",
    "firr_real": "Financial rate of return, real",
    "form": "Form of cargo",
    "handling_h_at_home": "Hours of handling at the home port",
    "id": "Key",
    "is_weighed": "Weighed by funds",
    "largest_other": "Largest unit of the zone",
    "lat": "Latitude",
    "layer0": "From layer",
    "layer1": "To layer",
    "lockup_dscr": "DSCR of lock-up",
    "lole_out": "Hours short with the link out",
    "lole_worst": "Most hours short",
    "lon": "Longitude",
    "longest": "Longest event",
    "minimum_llcr": "Lowest LLCR",
    "model": "Model years behind it",
    "model_years_in_use": "Model years in use",
    "mttf": "Mean time to failure",
    "mttr": "Mean time to repair",
    "mw": "Power",
    "node0": "From node",
    "node1": "To node",
    "opex_share": "Operating cost over capital cost",
    "outage": "Out when short",
    "p_max_profile": "Profile of highest output",
    "p_min": "Lowest output",
    "p_min_profile": "Profile of lowest output",
    "price0": "Price at the first end",
    "price1": "Price at the other end",
    "p_nom": "Capacity",
    "p_nom_reverse": "Capacity back",
    "per": "Amount per USD",
    "pint": "First-in value",
    "pole": "One pole",
    "port0": "From port",
    "port1": "To port",
    "reserve_more": "Reserve needed besides",
    "samples": "Simulated years",
    "t_per_teu": "Tonnes per TEU",
    "target_dscr": "DSCR aimed at",
    "toot": "Last-in value",
    "usd_day": "Cost per day, USD",
    "usd_per": "USD per tonne",
    "usual_outage": "Out in the mean",
    "variable_om": "Variable operation and maintenance",
    "vat": "VAT",
    "whole_mttf": "Mean time to failure of the whole",
    "whole_mttr": "Mean time to repair of the whole",
}
# Titles of tables whose names are keys.
TABLES: Mapping[str, str] = {
    "cable_delivered": "Delivered cost of cables",
    "cable_origins": "What feeds the cables",
    "confidence_counts": "Rows by confidence",
    "crossing_curve_year": "Delay curves of the crossing",
    "crossing_resource_year": "Berths, cranes and yards of the crossing",
    "crossing_service_year": "Lines of the crossing",
    "crossing_wait_year": "Waits at the crossing",
    "delay_prices": "What delay costs",
    "entsoe_sheets": "ENTSO-E indicators",
    "entsoe_worth": "Worth by the rules of ENTSO-E",
    "freight_access_year": "Access rules and subsidies",
    "freight_link_flow_year": "Freight of links by commodity",
    "freight_link_month": "Freight of links by month",
    "freight_link_year": "Freight of links",
    "freight_node_balance": "Freight balance of nodes",
    "freight_od_year": "Freight by origin and destination",
    "freight_exit_year": "Freight by exit",
    "freight_exit_shift_year": "Shifts between exits",
    "freight_outlooks": "Published forecasts of freight",
    "freight_path_year": "Paths of freight",
    "freight_route_path_year": "Most used paths of every route",
    "freight_route_year": "Routes of freight",
    "freight_terminal_year": "Freight of terminals",
    "last_in": "Worth last in",
    "not_usable": "Scenarios not usable",
    "own_outputs": "Jobs and trade of projects",
    "owners_flows": "Cash flows of owners",
    "owners_value": "Worth to owners",
    "package_shares": "Shares in packages",
    "power_carrier_year": "Plants by carrier",
    "power_dispatch": "Dispatch by hour",
    "adequacy_scenarios": "Scenarios against the standard of adequacy",
    "power_adequacy": "Adequacy of zones",
    "power_adequacy_capacity": "Capacity values",
    "power_adequacy_causes": "Causes of shortage",
    "power_adequacy_countries": "Adequacy of countries",
    "power_adequacy_effects": "What projects change in adequacy",
    "power_adequacy_loss": "Loss of a direct-current link",
    "power_adequacy_stress": "Dry year and cold spell",
    "power_fuel_freed": "Fuel set free",
    "power_fuel_year": "Fuel burnt",
    "power_link_hourly": "Flows of cables by hour",
    "power_link_month": "Flows of power links by month",
    "power_link_year": "Flows of power links",
    "power_market_year": "Edge markets",
    "power_prices": "Prices by hour",
    "power_zone_year": "Balances of zones",
    "risk_curve": "Distribution of the NPV",
    "run_indicators": "Quantities of runs",
    "sanity": "Results against published bands",
    "solves": "Models solved",
    "tornado": "NPV by uncertain input",
    "validation": "Model against statistics",
}
_NUMBERED = re.compile(r"^(.+?)_(\d+)(_[a-z_]+)?$")


def unit_of(name: str) -> str:
    """Return the unit that a column's name ends with, empty for none."""
    plain, _ = _without_number(name)
    return UNITS.get(_end(plain), "")


def english_title(name: str) -> str:
    """Return the English title of a column without its unit and without a number in its name."""
    plain, _ = _without_number(name)
    base = plain.removesuffix(_end(plain))
    return BETTER.get(base) or humanise(base)


def column_title(language: Language, name: str) -> str:
    """Return the title of a column without its unit: `npv_6_musd` gives "NPV 6"."""
    _, number = _without_number(name)
    title = language.term(english_title(name))
    return f"{title} {number}" if number else title


def named_title(language: Language, name: str) -> str:
    """Return the title of a column with its unit, where no other cell says it."""
    unit = unit_of(name)
    title = column_title(language, name)
    return f"{title}, {language.word(unit)}" if unit else title


def english_table(name: str) -> str:
    """Return the English title of a table of a run or of the register."""
    return TABLES.get(name) or humanise(name)


def table_title(language: Language, name: str) -> str:
    """Return the title of a table of a run or of the register."""
    return language.term(english_table(name))


def table_meaning(language: Language, name: str) -> str:
    """Return what a result table holds; empty where nothing is said of it."""
    meaning = TABLE_MEANINGS.get(name, "")
    return language.term(meaning) if meaning else ""


def _without_number(name: str) -> tuple[str, str]:
    """Return `npv_4_musd` as `npv_musd` and 4: rates and years are parts of such names."""
    found = _NUMBERED.match(name)
    return (f"{found[1]}{found[3] or ''}", found[2]) if found else (name, "")


def _end(name: str) -> str:
    return next((end for end in UNITS if name.endswith(end) and len(name) > len(end)), "")
