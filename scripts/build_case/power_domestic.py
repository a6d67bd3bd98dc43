"""Which plants of an outlook serve the own country, and which are built for a cable.

Domestic plants stand in the reference. What is built for export is bound to a project, enters with it
and is paid for by it. Azerbaijan: of 6.7 GW of green projects to 2030, 2.7 GW are for the own grid and
4.0 GW for export (Azerenerji, 2026); the domestic part then grows with home demand. Georgia: water,
wind and sun are domestic until they make in a year what the country uses.
"""

from collections.abc import Iterator, Mapping, Sequence

Row = dict[str, object]
Outlook = Sequence[dict[str, str]]

HOURS_PER_YEAR = 8760
FIRST_YEAR = 2025  # plants of that year are all domestic
OWN_GRID_2030_MW = 2700.0  # published, of new plants
ONSHORE = {
    "AZ": ("solar", "wind_onshore"),
    "GE": ("hydro_dam", "hydro_ror", "solar", "wind_onshore"),
}
# Old steam plants close as the own grid gets new plants, so no faster than those are built.
CLOSES_WITH_THEM = {("AZ", "gas_ocgt_steam")}
ONLY_FOR_EXPORT = {("AZ", "wind_offshore")}
GEORGIAN_OUTPUT = {"hydro_dam": 0.33, "hydro_ror": 0.40, "solar": 0.155, "wind_onshore": 0.38}
AZERENERJI = "https://azerbaijantoday.az/2026/01/30/azerenerji-starts-building-zangezur-power-transmission-line-for-azerbaijan-turkey-europe-energy-corridor"
BOUND = (
    # generator, zone, carrier, MW, project, note
    ("AZ_solar_export", "AZ", "solar", 1000.0, "AZ_EXPORT_PLANTS"),
    ("AZ_wind_onshore_export", "AZ", "wind_onshore", 600.0, "AZ_EXPORT_PLANTS"),
    ("UZ_wind_onshore_export", "UZ", "wind_onshore", 5000.0, "UZ_EXPORT_WIND"),
    ("GE_hydro_ror_export", "GE", "hydro_ror", 970.0, "GE_EXPORT_PLANTS"),
    ("GE_solar_export", "GE", "solar", 370.0, "GE_EXPORT_PLANTS"),
    ("GE_wind_onshore_export", "GE", "wind_onshore", 670.0, "GE_EXPORT_PLANTS"),
)
NOTES = {
    "AZ": "domestic part: 2.7 GW of new plants for the own grid by 2030, then growing with home demand",
    "GE": "domestic part: until water, wind and sun make in a year what the country uses",
}
BOUND_NOTES = {
    "AZ_EXPORT_PLANTS": "the Black Sea cable's part (1.3 of 3.3 GW of routes out) of the 4.0 GW that are"
    " planned for export, in the sun and wind of the plan",
    "UZ_EXPORT_WIND": "5 GW in Karakalpakstan for export, besides the plan",
    "GE_EXPORT_PLANTS": "what the plan for 2035 has beyond home use, reservoirs left out",
}


def domestic(fleet: Outlook, plan: Outlook, demand: Outlook) -> list[dict[str, str]]:
    """Return a fleet with the plants of Azerbaijan and Georgia cut to what serves the own country.

    fleet: rows of any scenario; plan, demand: what was and what is planned, of fleets and of use.
    """
    base = {
        (row["zone"], row["carrier"]): float(row["capacity_mw"])
        for row in plan
        if int(row["year"]) == FIRST_YEAR
    }
    load = {(row["zone"], int(row["year"])): float(row["annual_twh"]) for row in demand}
    shares = domestic_shares(plan, load)
    return [_cut(row, base, shares) for row in fleet]


def _cut(
    row: dict[str, str],
    base: Mapping[tuple[str, str], float],
    shares: Mapping[tuple[str, int], float],
) -> dict[str, str]:
    zone, carrier, year = row["zone"], row["carrier"], int(row["year"])
    if (zone, carrier) in ONLY_FOR_EXPORT:
        return row | {
            "capacity_mw": "0",
            "confidence": "derived",
            "note": "for export alone, and no cable for it is a project",
        }
    is_ours = carrier in ONSHORE.get(zone, ()) or (zone, carrier) in CLOSES_WITH_THEM
    if not is_ours or year <= FIRST_YEAR:
        return row
    now = base.get((zone, carrier), 0.0)
    capacity = now + shares[zone, year] * (float(row["capacity_mw"]) - now)
    note = "; ".join(part for part in (row["note"], NOTES[zone]) if part)
    return row | {"capacity_mw": f"{round(capacity)}", "note": note}


def domestic_shares(
    plan: Outlook, load_twh: Mapping[tuple[str, int], float]
) -> dict[tuple[str, int], float]:
    """Return which share of what is built after 2025 is domestic, by zone and year."""
    capacity = {
        (row["zone"], row["carrier"], int(row["year"])): float(row["capacity_mw"]) for row in plan
    }

    def total(zone: str, year: int, weights: Mapping[str, float] | None = None) -> float:
        return sum(
            capacity.get((zone, carrier, year), 0.0)
            * (1.0 if weights is None else weights[carrier])
            for carrier in ONSHORE[zone]
        )

    shares = {}
    now = total("AZ", FIRST_YEAR)
    output_now = total("GE", FIRST_YEAR, GEORGIAN_OUTPUT)
    for year in (2030, 2035, 2040):
        growth = load_twh["AZ", year] / load_twh["AZ", 2030]
        wanted = (now + OWN_GRID_2030_MW) * growth
        shares["AZ", year] = min(1.0, (wanted - now) / (total("AZ", year) - now))
        used = load_twh["GE", year] * 1e6 / HOURS_PER_YEAR
        more = total("GE", year, GEORGIAN_OUTPUT) - output_now
        shares["GE", year] = min(1.0, (used - output_now) / more)
    return shares


def bound_generators(generators: Mapping[str, Row]) -> Iterator[Row]:
    """Give the plants that are bound to a project: as the domestic ones of their kind."""
    for name, zone, carrier, _, project in BOUND:
        yield dict(generators[f"{zone}_{carrier}"]) | {
            "generator": name,
            "bound_to": project,
            "note": BOUND_NOTES[project],
        }


def bound_years(years: tuple[int, ...], source: str) -> Iterator[Row]:
    """Give the capacity of bound plants: all of it once the project is there."""
    for name, _, _, capacity, project in BOUND:
        for year in years:
            yield {
                "generator": name,
                "year": year,
                "p_nom_mw": capacity,
                "source": source if project == "AZ_EXPORT_PLANTS" else "assumption",
                "confidence": "derived" if project == "AZ_EXPORT_PLANTS" else "assumed",
                "note": BOUND_NOTES[project],
            }
