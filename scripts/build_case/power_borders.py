"""Connections between zones and to edge markets."""

import csv
import math
from collections.abc import Iterator
from pathlib import Path

from economy import MODEL_YEARS, eu_ets_usd, tr_ets_usd
from power_assumptions import (
    CAPACITY_OVERRIDES,
    CARBON_BORDER_FACTOR,
    CARBON_BORDER_SHARE,
    EU_ZONES,
    HELD_AT_TODAY,
    HVDC_LOSS,
    MARKET_OF,
    SETTLED,
    country_of,
    place,
)
from power_sources import Citations
from tables import write_table

Row = dict[str, object]
Border = tuple[str, str]
COLUMN_OF_YEAR = {
    2022: "mw_2024",
    2024: "mw_2024",
    2025: "mw_2024",
    2030: "mw_2030",
    2035: "mw_2035",
    2040: "mw_2035",
}
AC_LOSS_PER_1000_KM = 0.03
AC_LOSS_LEAST = 0.01
AC_LOSS_MOST = 0.03
B2B_LOSS = 0.02
DETOUR_FACTOR = 1.2
EARTH_RADIUS_KM = 6371.0
CENTRAL_ASIA = {"KZ", "UZ", "TM", "KG", "TJ"}
GREEN_EXPORT_NOTE = (
    "default factor of Georgia: nobody has shown contracts, nominated capacity and lines without "
    "congestion for plant values; scenario cbam_none goes without the charge"
)
# Lines that no outlook has: nothing in the reference, a project switches them on.
_NOTHING = {"mw_2024": "0", "mw_2030": "0", "mw_2035": "0"}
LINES_OF_PROJECTS: dict[Border, dict[str, str]] = {
    ("UZ", "KZ_MANGYSTAU"): _NOTHING
    | {
        "source_url": "assumption",
        "source_year": "2025",
        "confidence": "assumed",
        "technology": "HVDC",
    }
}
EU_COUNTRIES = {"RO", "HU", "BG", "GR", "AT", "SK", "HR", "IT"}


def build(figures: Path, case_dir: Path, citations: Citations) -> list[Row]:
    """Write links and their years; return the latter."""
    borders = _read_borders(figures / "interconnections_resolved.csv")
    pairs = _pairs(borders)
    write_table(case_dir, "power/links", [_link(pair, borders[pair], citations) for pair in pairs])
    link_years = [row for pair in pairs for row in _link_years(pair, borders, citations)]
    write_table(case_dir, "power/link_years", link_years)
    return link_years


def _read_borders(path: Path) -> dict[Border, dict[str, str]]:
    borders: dict[Border, dict[str, str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start, end = row["from_zone"], row["to_zone"]
            pair = (MARKET_OF.get((end, start), start), MARKET_OF.get((start, end), end))
            borders[pair] = row
    return borders | LINES_OF_PROJECTS


def _pairs(borders: dict[Border, dict[str, str]]) -> list[Border]:
    """One pair a border, in the sense in which the figures name it first."""
    pairs: list[Border] = []
    for start, end in borders:
        if (end, start) not in pairs:
            pairs.append((start, end))
    return pairs


def link_name(pair: Border) -> str:
    """Name of a link, its ends joined by a hyphen."""
    return "-".join(pair)


def _distance_km(start: str, end: str) -> float:
    """Great-circle distance between the labels of two buses (haversine)."""
    lat0, lon0, lat1, lon1 = (math.radians(value) for value in (*place(start), *place(end)))
    half = (
        math.sin((lat1 - lat0) / 2) ** 2
        + math.cos(lat0) * math.cos(lat1) * math.sin((lon1 - lon0) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def _link(pair: Border, row: dict[str, str], citations: Citations) -> Row:
    name = link_name(pair)
    if name in HVDC_LOSS:
        technology, (loss, length) = "HVDC", HVDC_LOSS[name]
    else:
        technology = {"HVDC": "HVDC", "HVDC back-to-back": "B2B"}.get(row["type"], "AC")
        length = round(_distance_km(*pair) * DETOUR_FACTOR, 0)
        loss = (
            B2B_LOSS
            if technology != "AC"
            else min(max(AC_LOSS_PER_1000_KM * length / 1000, AC_LOSS_LEAST), AC_LOSS_MOST)
        )
    return {
        "link": name,
        "bus0": pair[0],
        "bus1": pair[1],
        "technology": technology,
        "length_km": length,
        "loss_pu": round(loss, 4),
        "wheeling_usd_per_mwh": _wheeling(pair, technology),
        "source": citations.cite(row["source_url"], row["source_year"]),
        "confidence": "derived" if name in HVDC_LOSS else "assumed",
        "note": f"{SETTLED[name]}. Length: the distance between the labels times 1.2 unless a cable; "
        "loss and charge assumed",
    }


def _wheeling(pair: Border, technology: str) -> float:
    """Grid charge in USD/MWh: nothing is free, so flows are unique.

    More across a border of Central Asia (transit tariffs) and between Azerbaijan and Georgia, through a converter or in island mode,
    most on Turkmen exports, which are sold near 30 USD/MWh at a cost of 12.
    """
    countries = {country_of(bus) for bus in pair}
    if len(countries) == 1:
        return 1.0
    if "TM" in countries:
        return 8.0
    if countries == {"AM", "GE"}:
        return 6.0
    if countries == {"AZ", "GE"} or countries & CENTRAL_ASIA:
        return 4.0
    if technology == "B2B":
        return 4.0
    return 1.0 if countries <= EU_COUNTRIES else 2.0


def _link_years(
    pair: Border, borders: dict[Border, dict[str, str]], citations: Citations
) -> Iterator[Row]:
    name, forward, backward = link_name(pair), borders[pair], borders.get((pair[1], pair[0]))
    overrides, override_source, override_note = CAPACITY_OVERRIDES.get(name, ({}, "", ""))
    for year in MODEL_YEARS:
        column = "mw_2024" if name in HELD_AT_TODAY else COLUMN_OF_YEAR[year]
        published = float(forward[column]), float(backward[column]) if backward else 0.0
        capacity, capacity_back = overrides.get(year, published)
        charge = _carbon_border_charge(*pair, year)
        charge_back = _carbon_border_charge(pair[1], pair[0], year)
        notes = _link_year_notes(name, column, year, bool(charge or charge_back))
        is_own_value = year in (2024, 2025, 2030, 2035) and year not in overrides
        yield {
            "link": name,
            "year": year,
            "p_nom_mw": capacity,
            "p_nom_reverse_mw": capacity_back,
            "border_cost_usd_per_mwh": charge,
            "border_cost_reverse_usd_per_mwh": charge_back,
            "source": override_source
            if year in overrides
            else citations.cite(forward["source_url"], forward["source_year"]),
            "confidence": forward["confidence"] if is_own_value else "assumed",
            "note": "; ".join([*notes, *([override_note] if year in overrides else [])]),
        }


def _link_year_notes(name: str, column: str, year: int, has_charge: bool) -> list[str]:
    notes = []
    if name in HELD_AT_TODAY:
        notes.append(HELD_AT_TODAY[name])
    elif column != f"mw_{year}":
        notes.append(f"value of {column[3:]} used")
    if has_charge:
        notes.append(
            "carbon border charge: fossil factor of the country times the difference of allowance prices times the share due"
        )
    if name == "GE-RO":
        notes.append(GREEN_EXPORT_NOTE)
    return notes


def _carbon_border_charge(start: str, end: str, year: int) -> float:
    """USD per MWh that arrives at `end` from `start`: only into the EU, from 2026, above the carbon price paid at home."""
    if end not in EU_ZONES or start not in CARBON_BORDER_FACTOR:
        return 0.0
    share = CARBON_BORDER_SHARE.get(start, CARBON_BORDER_SHARE["energy community"]).get(year, 0.0)
    paid_at_home = tr_ets_usd(year) if start == "TR" else 0.0
    return round(CARBON_BORDER_FACTOR[start] * (eu_ets_usd(year) - paid_at_home) * share, 1)
