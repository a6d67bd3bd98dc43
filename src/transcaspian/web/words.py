"""Words that come from data (statuses, units, kinds) and are shown translated.

`mark` makes them known to the catalogues; they are translated where they are shown. A word that
stands in no list is shown as it is.
"""

from collections.abc import Mapping

__all__ = ["WORDS", "mark"]


def mark(text: str) -> str:
    """Return the text; it is found in this way when the catalogues are made."""
    return text


_STATUSES = {
    "met": mark("met"),
    "on_track": mark("on track"),
    "at_risk": mark("at risk"),
    "late": mark("late"),
    "missed": mark("missed"),
    "superseded": mark("superseded"),
    "not_yet_due": mark("not yet due"),
    "no_date": mark("no date"),
    "no_baseline": mark("no baseline"),
    "no_evidence": mark("no evidence"),
    "unknown": mark("unknown"),
}
_CONFIDENCES = {
    "reported": mark("reported"),
    "derived": mark("derived"),
    "assumed": mark("assumed"),
    "synthetic": mark("synthetic"),
}
_CARRIERS = {
    "Nuclear": mark("Nuclear"),
    "Coal": mark("Coal"),
    "Gas": mark("Gas"),
    "Oil": mark("Oil"),
    "Biomass": mark("Biomass"),
    "Geothermal": mark("Geothermal"),
    "Hydro": mark("Hydro"),
    "Wind": mark("Wind"),
    "Sun": mark("Sun"),
    "Storage": mark("Storage"),
    "Trade": mark("Trade"),
    "Unserved": mark("Unserved"),
}
_UNITS = {
    "million USD": mark("million USD"),
    "TWh": mark("TWh"),
    "GWh": mark("GWh"),
    "MWh": mark("MWh"),
    "GW": mark("GW"),
    "MW": mark("MW"),
    "USD/MWh": mark("USD/MWh"),
    "Mt": mark("Mt"),
    "Mt/a": mark("Mt/a"),
    "t": mark("t"),
    "h": mark("h"),
    "km": mark("km"),
    "USD/t": mark("USD/t"),
    "USD": mark("USD"),
    "days": mark("days"),
    "years": mark("years"),
    "months": mark("months"),
    "rows": mark("rows"),
    "kg CO₂/t": mark("kg CO₂/t"),
    "thousand TEU": mark("thousand TEU"),
    "USD per more unit": mark("USD per more unit"),
}
_KINDS = {
    "power": mark("power"),
    "freight": mark("freight"),
    "crossing": mark("crossing"),
    "link": mark("link"),
    "terminal": mark("terminal"),
    "due": mark("due"),
    "period": mark("period"),
    "round": mark("round"),
    "instrument": mark("instrument"),
    "target": mark("target"),
    "milestone": mark("milestone"),
    "recurring": mark("recurring"),
    "institutional": mark("institutional"),
    "same_period": mark("same period"),
    "announcements": mark("announcements"),
    "part_over_whole": mark("part above the whole"),
    "container": mark("container"),
    "bulk": mark("bulk"),
    "liquid": mark("liquid"),
    "wagon": mark("wagon"),
    "truck": mark("truck"),
    "resource": mark("resource"),
    "transfer": mark("transfer"),
}
_PARTIES = {
    "residents": mark("residents"),
    "consumers": mark("consumers"),
    "producers": mark("producers"),
    "generators": mark("generators"),
    "grid_owners": mark("grid owners"),
    "project_owners": mark("project owners"),
    "external_market": mark("external market"),
    "government": mark("government"),
    "shippers": mark("shippers"),
    "carriers": mark("carriers"),
    "infrastructure": mark("infrastructure"),
    "resources": mark("resources"),
    "environment": mark("environment"),
}
_FIELDS = {
    "political": mark("politics"),
    "institutional": mark("institutional"),
    "multi": mark("several fields"),
    "energy": mark("energy"),
    "transport": mark("transport"),
    "trade": mark("trade"),
    "investment": mark("investment"),
    "digital": mark("digital"),
    "legal": mark("law"),
    "health": mark("health"),
    "education": mark("education"),
    "industrial_property": mark("industrial property"),
    "competition": mark("competition"),
    "culture": mark("culture"),
}
_VERDICTS = {
    "Yes": mark("Yes"),
    "Yes, at the high cost too": mark("Yes, at the high cost too"),
    "Yes, but not at the high cost": mark("Yes, but not at the high cost"),
    "Only at the low cost": mark("Only at the low cost"),
    "No": mark("No"),
    "No use alone": mark("No use alone"),
}
WORDS: Mapping[str, str] = {
    **_KINDS,
    **_FIELDS,
    **_PARTIES,
    **_UNITS,
    **_CARRIERS,
    **_CONFIDENCES,
    **_STATUSES,
    **_VERDICTS,
}
