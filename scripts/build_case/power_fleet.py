"""Zones, carriers, loads, fuels, generators and storage."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from economy import MODEL_YEARS
from power_assumptions import (
    CARRIERS,
    HYDRO,
    MARKETS,
    PLANTS,
    STORAGE_TYPES,
    ZONES,
    hydro_months,
    read_rows,
)
from power_domestic import AZERENERJI, bound_generators, bound_years, domestic
from power_sources import Citations
from tables import write_table

Row = dict[str, object]
ASSUMED: Mapping[str, object] = {"source": "assumption", "confidence": "assumed"}
PROFILE_OF_CARRIER = {
    "wind_onshore": "wind",
    "wind_offshore": "wind_offshore",
    "solar": "solar",
    "hydro_ror": "hydro",
}
REFERENCE_SCENARIOS = ("actual", "plan")


def build(figures: Path, case_dir: Path, citations: Citations) -> None:
    """Write the tables of zones, loads, fuels, plants and storage."""
    write_table(case_dir, "power/carriers", _carriers())
    write_table(case_dir, "power/buses", _buses())
    demand = reference_rows(figures / "demand_outlook.csv")
    write_table(case_dir, "power/loads", _loads())
    write_table(case_dir, "power/load_years", _load_years(demand, citations))
    write_table(case_dir, "power/fuels", _fuels(citations))
    write_table(case_dir, "power/fuel_years", _fuel_years(citations))
    write_table(case_dir, "power/fuel_routes", _fuel_routes())
    plan = reference_rows(figures / "fleet.csv")
    fleet = domestic(plan, plan, demand)
    known = {(row["zone"], row["carrier"]) for row in PLANTS}
    missing = {(row["zone"], row["carrier"]) for row in fleet} - known
    if strange := {pair for pair in missing if pair[1] not in STORAGE_TYPES}:
        raise ValueError(f"power_plants.csv has no row for {sorted(strange)}")
    stores = sorted(pair for pair in missing if pair[1] in STORAGE_TYPES)
    generators = [_generator(row) for row in PLANTS]
    bound = bound_generators({str(row["generator"]): row for row in generators})
    write_table(case_dir, "power/generators", [*generators, *bound])
    bound_capacity = bound_years(MODEL_YEARS, citations.cite(AZERENERJI, 2026))
    write_table(
        case_dir,
        "power/generator_years",
        [*_generator_years(fleet, citations), *bound_capacity],
    )
    write_table(case_dir, "power/monthly_energy", _monthly_energy())
    write_table(
        case_dir, "power/storage_units", [_storage_unit(zone, carrier) for zone, carrier in stores]
    )
    write_table(case_dir, "power/storage_unit_years", _storage_years(fleet, set(stores), citations))


def reference_rows(
    path: Path, scenarios: tuple[str, ...] = REFERENCE_SCENARIOS
) -> list[dict[str, str]]:
    """Rows of an outlook of the figures: by default what was, and what is planned."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["scenario"] in scenarios and int(row["year"]) in MODEL_YEARS
        ]


def _carriers() -> Iterator[Row]:
    for carrier, name, group, is_renewable in CARRIERS:
        yield {
            "carrier": carrier,
            "name": name,
            "group": group,
            "is_renewable": is_renewable,
            **ASSUMED,
        }


def _buses() -> Iterator[Row]:
    note = "point of the label, near the middle of load"
    for bus, (name, country, lat, lon, _) in ZONES.items():
        yield {
            "bus": bus,
            "name": name,
            "country": country,
            "kind": "zone",
            "lat": lat,
            "lon": lon,
            **ASSUMED,
            "note": note,
        }
    for bus, market in MARKETS.items():
        yield {
            "bus": bus,
            "name": market["name"],
            "country": market["country"],
            "kind": "market",
            "lat": float(market["lat"]),
            "lon": float(market["lon"]),
            **ASSUMED,
            "note": note,
        }


def _loads() -> Iterator[Row]:
    for zone in ZONES:
        yield {
            "load": f"load_{zone}",
            "bus": zone,
            "profile": f"load_{zone}",
            "source": "synthetic",
            "confidence": "synthetic",
        }


def _load_years(demand: list[dict[str, str]], citations: Citations) -> Iterator[Row]:
    for row in demand:
        yield {
            "load": f"load_{row['zone']}",
            "year": int(row["year"]),
            "energy_mwh": round(float(row["annual_twh"]) * 1e6, 0),
            "peak_mw": float(row["peak_mw"]),
            "source": citations.cite(row["source_url"], row["source_year"]),
            "confidence": row["confidence"],
            "note": row["note"],
        }


def _read_fuels() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["fuel"], row["quantity"]): row for row in read_rows("power_fuels.csv")}


def _fuels(citations: Citations) -> Iterator[Row]:
    for (fuel, quantity), row in _read_fuels().items():
        if quantity == "price":
            yield {
                "fuel": fuel,
                "country": row["country"],
                "co2_t_per_mwh_th": float(row["co2_t_per_mwh_th"]),
                "source": citations.cite("pypsa-technology"),
                "confidence": "assumed",
                "note": "emission factor on net heat value",
            }


def _fuel_years(citations: Citations) -> Iterator[Row]:
    rows = _read_fuels()
    for (fuel, quantity), row in rows.items():
        if quantity != "price":
            continue
        cost = rows[fuel, "opportunity"]
        for year in MODEL_YEARS:
            yield {
                "fuel": fuel,
                "year": year,
                "price_usd_per_mwh_th": float(row[str(year)]),
                "opportunity_cost_usd_per_mwh_th": float(cost[str(year)]),
                "source": citations.cite(row["source"], 2025),
                "confidence": row["confidence"] if year <= 2025 else "assumed",
                "note": f"paid: {row['note']}; given up: {cost['note']}",
            }


# Bcm a year that a route could carry besides; 1 bcm holds 9.5 TWh of heat (34.2 MJ/m3, net).
FUEL_ROUTES = (
    ("gas_AZ", "Southern Gas Corridor to Georgia, Türkiye and Europe", 2.0),
    ("gas_KZ_ATYRAU_WEST", "Beineu-Bozoi-Shymkent and on to China", 1.5),
    ("gas_KZ_MANGYSTAU", "Beineu-Bozoi-Shymkent and on to China", 1.0),
    ("gas_KZ_SOUTH", "Central Asia-China", 1.5),
    ("gas_KZ_NORTH", "Gas of Orenburg that is not bought", 1.0),
    ("gas_UZ", "Russian gas that is not bought", 4.0),
    ("gas_TM", "Central Asia-China", 2.0),
)
MWH_TH_PER_BCM = 9.5e6


def _fuel_routes() -> Iterator[Row]:
    for fuel, route, bcm in FUEL_ROUTES:
        yield {
            "fuel": fuel,
            "route": route,
            "limit_mwh_th": bcm * MWH_TH_PER_BCM,
            "source": "assumption",
            "confidence": "assumed",
            "note": f"{bcm:g} bcm a year of spare room; no operator publishes it",
        }


def generator_name(plant: dict[str, str]) -> str:
    """Name of a plant row: zone and carrier, and the tranche where the fleet is split."""
    return "_".join(part for part in (plant["zone"], plant["carrier"], plant["tranche"]) if part)


def _generator(plant: dict[str, str]) -> Row:
    zone = plant["zone"]
    profile = PROFILE_OF_CARRIER.get(plant["carrier"])
    notes = ["efficiency near technology data, lower for old plants"] if plant["fuel"] else []
    if float(plant["share"]) < 1.0:
        notes.append(f"{float(plant['share']):.0%} of the zone's fleet")
    return {
        "generator": generator_name(plant),
        "bus": zone,
        "carrier": plant["carrier"],
        "fuel": plant["fuel"] or None,
        "efficiency": float(plant["efficiency"]),
        "variable_om_usd_per_mwh": float(plant["variable_om_usd_per_mwh"]),
        "availability_pu": float(plant["availability_pu"]),
        "p_max_profile": f"{profile}_{zone}" if profile else None,
        "p_min_pu": float(plant["p_min_pu"]),
        "p_min_profile": f"heat_{zone}" if plant["follows_heat"] == "true" else None,
        "bound_to": None,
        "source": "pypsa-technology",
        "confidence": "assumed",
        "note": "; ".join([*notes, *([plant["note"]] if plant["note"] else [])]),
    }


def heat_zones() -> list[str]:
    """Zones that have a plant whose must-run share follows the heating season."""
    return sorted({row["zone"] for row in PLANTS if row["follows_heat"] == "true"})


def zones_with(carrier: str) -> list[str]:
    """Zones that have plants of a carrier."""
    return sorted({row["zone"] for row in PLANTS if row["carrier"] == carrier})


def _generator_years(fleet: list[dict[str, str]], citations: Citations) -> Iterator[Row]:
    for row in fleet:
        for plant in PLANTS:
            if (plant["zone"], plant["carrier"]) == (row["zone"], row["carrier"]):
                name, share = generator_name(plant), float(plant["share"])
                yield {"generator": name, **_capacity(row, share, citations)}


def _storage_years(
    fleet: list[dict[str, str]], wanted: set[tuple[str, str]], citations: Citations
) -> Iterator[Row]:
    for row in fleet:
        if (row["zone"], row["carrier"]) in wanted:
            name = f"{row['zone']}_{row['carrier']}"
            yield {"storage_unit": name, **_capacity(row, 1.0, citations)}


def _capacity(row: dict[str, str], share: float, citations: Citations) -> Row:
    return {
        "year": int(row["year"]),
        "p_nom_mw": round(float(row["capacity_mw"]) * share, 1),
        "source": citations.cite(row["source_url"], row["source_year"]),
        "confidence": row["confidence"],
        "note": row["note"],
    }


def _storage_unit(zone: str, carrier: str) -> Row:
    hours, efficiency_in, efficiency_out, loss, variable_om = STORAGE_TYPES[carrier]
    return {
        "storage_unit": f"{zone}_{carrier}",
        "bus": zone,
        "carrier": carrier,
        "max_hours": hours,
        "efficiency_store": efficiency_in,
        "efficiency_dispatch": efficiency_out,
        "standing_loss_per_h": loss,
        "variable_om_usd_per_mwh": variable_om,
        "source": "pypsa-technology",
        "confidence": "assumed",
        "note": "two hours is typical of batteries in the region"
        if carrier == "battery"
        else "eight hours at full load",
    }


def _monthly_energy() -> Iterator[Row]:
    for zone in zones_with("hydro_dam"):
        yearly = float(HYDRO[zone]["dam_capacity_factor"])
        shape = hydro_months(zone)
        mean = sum(shape) / 12.0
        for month, share in enumerate(shape, start=1):
            yield {
                "generator": f"{zone}_hydro_dam",
                "month": month,
                "capacity_factor": round(yearly * share / mean, 4),
                "source": "irena-statistics",
                "confidence": "assumed",
                "note": "yearly level from generation over capacity of 2017-2022; "
                + HYDRO[zone]["note"],
            }
