"""Zones, carriers, loads, fuels, generators and storage."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from economy import MODEL_YEARS
from power_assumptions import (
    CARRIERS,
    EU_ZONES,
    HYDRO,
    MARKETS,
    PLANT_DEFAULTS,
    PLANT_EXCEPTIONS,
    STORAGE_TYPES,
    ZONES,
)
from power_sources import Citations
from tables import write_table

Row = dict[str, object]
ASSUMED: Mapping[str, object] = {"source": "assumption", "confidence": "assumed"}
FUELS = Path(__file__).with_name("power_fuels.csv")
FUEL_OF_CARRIER = {
    "coal": "coal",
    "gas_ccgt": "gas",
    "gas_ocgt_steam": "gas",
    "oil": "oil",
    "nuclear": "uranium",
}
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
    demand = _reference_rows(figures / "demand_outlook.csv")
    write_table(case_dir, "power/loads", _loads())
    write_table(case_dir, "power/load_years", _load_years(demand, citations))
    write_table(case_dir, "power/fuels", _fuels(citations))
    write_table(case_dir, "power/fuel_years", _fuel_years(citations))
    fleet = _reference_rows(figures / "fleet.csv")
    plants = sorted(
        {(row["zone"], row["carrier"]) for row in fleet if row["carrier"] not in STORAGE_TYPES}
    )
    stores = sorted(
        {(row["zone"], row["carrier"]) for row in fleet if row["carrier"] in STORAGE_TYPES}
    )
    write_table(
        case_dir, "power/generators", [_generator(zone, carrier) for zone, carrier in plants]
    )
    write_table(
        case_dir, "power/generator_years", _capacities(fleet, "generator", set(plants), citations)
    )
    write_table(case_dir, "power/monthly_energy", _monthly_energy(plants))
    write_table(
        case_dir, "power/storage_units", [_storage_unit(zone, carrier) for zone, carrier in stores]
    )
    write_table(
        case_dir,
        "power/storage_unit_years",
        _capacities(fleet, "storage_unit", set(stores), citations),
    )


def _reference_rows(
    path: Path, scenarios: tuple[str, ...] = REFERENCE_SCENARIOS
) -> list[dict[str, str]]:
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
        name, country, lat, lon = market[:4]
        yield {
            "bus": bus,
            "name": name,
            "country": country,
            "kind": "market",
            "lat": lat,
            "lon": lon,
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


def fuel_name(zone: str, carrier: str) -> str | None:
    """Name of the fuel that a plant burns; EU zones, uranium and oil apart, each country has its own."""
    kind = FUEL_OF_CARRIER.get(carrier)
    if kind is None:
        return None
    if zone in EU_ZONES:
        return f"{kind}_EU"
    if zone.startswith("KZ_") and kind == "uranium":
        return "uranium_KZ"
    return f"{kind}_{ZONES[zone][1]}" if not zone.startswith("KZ_") else f"{kind}_{zone}"


def _read_fuels() -> dict[tuple[str, str], dict[str, str]]:
    with FUELS.open(encoding="utf-8", newline="") as file:
        return {(row["fuel"], row["quantity"]): row for row in csv.DictReader(file)}


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


def _generator(zone: str, carrier: str) -> Row:
    efficiency, variable_om, availability, must_run = PLANT_DEFAULTS[carrier]
    differs = PLANT_EXCEPTIONS.get((zone, carrier), {})
    profile = PROFILE_OF_CARRIER.get(carrier)
    notes = [str(differs["note"])] if "note" in differs else []
    return {
        "generator": f"{zone}_{carrier}",
        "bus": zone,
        "carrier": carrier,
        "fuel": fuel_name(zone, carrier),
        "efficiency": differs.get("efficiency", efficiency),
        "variable_om_usd_per_mwh": differs.get("variable_om", variable_om),
        "availability_pu": differs.get("availability", availability),
        "p_max_profile": f"{profile}_{zone}" if profile else None,
        "p_min_pu": differs.get("must_run", must_run),
        "p_min_profile": f"heat_{zone}" if differs.get("heat") else None,
        "source": "pypsa-technology",
        "confidence": "assumed",
        "note": "; ".join(["efficiency near technology data, lower for old plants", *notes]),
    }


def heat_zones() -> list[str]:
    """Zones that have a plant whose must-run share follows the heating season."""
    return sorted({zone for (zone, _), differs in PLANT_EXCEPTIONS.items() if differs.get("heat")})


def _capacities(
    fleet: list[dict[str, str]], kind: str, wanted: set[tuple[str, str]], citations: Citations
) -> Iterator[Row]:
    for row in fleet:
        if (row["zone"], row["carrier"]) in wanted:
            yield {
                kind: f"{row['zone']}_{row['carrier']}",
                "year": int(row["year"]),
                "p_nom_mw": float(row["capacity_mw"]),
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


def _monthly_energy(plants: list[tuple[str, str]]) -> Iterator[Row]:
    for zone, carrier in plants:
        if carrier != "hydro_dam":
            continue
        yearly, _, shape = HYDRO[zone]
        mean = sum(shape) / 12.0
        for month, share in enumerate(shape, start=1):
            yield {
                "generator": f"{zone}_{carrier}",
                "month": month,
                "capacity_factor": round(yearly * share / mean, 4),
                "source": "irena-statistics",
                "confidence": "assumed",
                "note": "yearly level from generation over capacity of 2017-2022; shape of the months assumed from the river's regime and storage",
            }
