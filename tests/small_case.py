"""A complete small case, made up, that tests write to a folder and then break or solve.

Two shores, East and West, with a market beyond West: East has cheap coal and wind, West dear gas.
One cable (a project) may join them. Freight goes from EAST to WEST by rail and ferry, or round by
road. Everything is flat or a plain sine so that answers can be found by hand.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

YEARS = (2022, 2024, 2025, 2030)
SOURCED = {"source": "assumption", "confidence": "assumed", "note": ""}
CASE_YAML = """\
schema_version: 1
name: two-shores
title: Two shores
currency: USD
price_year: 2024
base_year: 2025
model_years: [2025, 2030]
power_backcast_year: 2022
freight_backcast_year: 2024
weather_year: 2016
discount_rates: [0.04, 0.06, 0.09, 0.12]
headline_rate: 0.06
"""
Row = Mapping[str, object]


def small_tables() -> dict[str, list[dict[str, object]]]:
    """Return the rows of every table of the case."""
    tables = {
        "sources": [
            {
                "key": "assumption",
                "title": "Assumption",
                "publisher": "made up",
                "address": "",
                "date": "2026",
                "licence": "Apache-2.0",
                "note": "",
            }
        ],
        "scenarios/scenarios": [
            {"scenario": "reference", "name": "Reference", "story": "Nothing changes.", "note": ""},
            {
                "scenario": "dear_gas",
                "name": "Dear gas",
                "story": "Gas costs twice as much.",
                "note": "",
            },
        ],
    }
    for name, rows in (_economy() | _power() | _freight() | _projects()).items():
        tables[name] = [dict(row) | SOURCED for row in rows]
    return tables


def _economy() -> dict[str, Sequence[Row]]:
    prices = (
        ("co2_price", 0, "USD/t"),
        ("social_cost_of_carbon", 50, "USD/t"),
        ("voll", 3000, "USD/MWh"),
    )
    return {
        "economy/countries": [
            {
                "country": code,
                "name": name,
                "region": "Made up",
                "currency": "USD",
                "is_corridor": corridor,
            }
            for code, name, corridor in (
                ("EA", "East", "true"),
                ("WE", "West", "true"),
                ("MK", "Market", "false"),
            )
        ],
        "economy/parameters": [
            {"parameter": name, "country": "*", "year": year, "value": value, "unit": unit}
            for year in YEARS
            for name, value, unit in prices
        ],
        "economy/exchange_rates": [{"currency": "USD", "year": 2024, "per_usd": 1}],
        "economy/deflators": [{"currency": "USD", "year": 2024, "index": 1}],
    }


def _power() -> dict[str, Sequence[Row]]:
    carriers = (
        ("coal", "coal", "false"),
        ("gas", "gas", "false"),
        ("hydro_dam", "hydro", "true"),
        ("wind", "wind", "true"),
        ("battery", "storage", "false"),
    )
    plants = (
        ("E_coal", "E", "coal", "coal_E", 0.4),
        ("E_wind", "E", "wind", "", 1.0),
        ("E_hydro", "E", "hydro_dam", "", 1.0),
        ("W_gas", "W", "gas", "gas_W", 0.5),
    )
    p_nom = {"E_coal": 1000, "E_wind": 400, "E_hydro": 100, "W_gas": 900}
    return {
        "power/carriers": [
            {"carrier": c, "name": c, "group": g, "is_renewable": r} for c, g, r in carriers
        ],
        "power/buses": [
            {"bus": "E", "name": "East", "country": "EA", "kind": "zone", "lat": 43, "lon": 52},
            {"bus": "W", "name": "West", "country": "WE", "kind": "zone", "lat": 40, "lon": 49},
            {"bus": "M", "name": "Market", "country": "MK", "kind": "market", "lat": 41, "lon": 44},
        ],
        "power/loads": [{"load": b, "bus": b, "profile": f"load_{b}"} for b in "EW"],
        "power/load_years": [
            {"load": b, "year": y, "energy_mwh": 500 * 8760, "peak_mw": ""}
            for b in "EW"
            for y in YEARS
        ],
        "power/fuels": [
            {"fuel": "coal_E", "country": "EA", "co2_t_per_mwh_th": 0.34},
            {"fuel": "gas_W", "country": "WE", "co2_t_per_mwh_th": 0.2},
        ],
        "power/fuel_years": [
            {
                "fuel": fuel,
                "year": y,
                "price_usd_per_mwh_th": price,
                "opportunity_cost_usd_per_mwh_th": cost,
            }
            for fuel, price, cost in (("coal_E", 6, 6), ("gas_W", 20, 25))
            for y in YEARS
        ],
        "power/generators": [
            {
                "generator": g,
                "bus": b,
                "carrier": c,
                "fuel": f,
                "efficiency": e,
                "variable_om_usd_per_mwh": 2,
                "availability_pu": 1,
                "p_max_profile": "wind_E" if c == "wind" else "",
                "p_min_pu": 0.2 if c == "coal" else 0,
                "p_min_profile": "",
            }
            for g, b, c, f, e in plants
        ],
        "power/generator_years": [
            {"generator": g, "year": y, "p_nom_mw": p} for g, p in p_nom.items() for y in YEARS
        ],
        "power/monthly_energy": [
            {"generator": "E_hydro", "month": m, "capacity_factor": 0.4} for m in range(1, 13)
        ],
        "power/storage_units": [
            {
                "storage_unit": "W_battery",
                "bus": "W",
                "carrier": "battery",
                "max_hours": 2,
                "efficiency_store": 0.95,
                "efficiency_dispatch": 0.95,
                "standing_loss_per_h": 0,
                "variable_om_usd_per_mwh": 1,
            }
        ],
        "power/storage_unit_years": [
            {"storage_unit": "W_battery", "year": y, "p_nom_mw": 50} for y in YEARS
        ],
        "power/links": [
            {
                "link": "E-W",
                "bus0": "E",
                "bus1": "W",
                "technology": "HVDC",
                "length_km": 400,
                "loss_pu": 0.03,
                "wheeling_usd_per_mwh": 0,
            },
            {
                "link": "W-M",
                "bus0": "W",
                "bus1": "M",
                "technology": "AC",
                "length_km": 300,
                "loss_pu": 0.02,
                "wheeling_usd_per_mwh": 1,
            },
        ],
        "power/link_years": [
            {
                "link": name,
                "year": y,
                "p_nom_mw": p,
                "p_nom_reverse_mw": p,
                "border_cost_usd_per_mwh": 0,
                "border_cost_reverse_usd_per_mwh": 0,
            }
            for name, p in (("E-W", 0), ("W-M", 200))
            for y in YEARS
        ],
        "power/markets": [
            {
                "market": "M",
                "bus": "M",
                "price_profile": "price_M",
                "spread_usd_per_mwh": 1,
                "co2_t_per_mwh": 0.3,
            }
        ],
        "power/market_years": [
            {
                "market": "M",
                "year": y,
                "price_usd_per_mwh": 45,
                "max_sell_mw": 200,
                "max_buy_mw": 200,
            }
            for y in YEARS
        ],
        "power/profile_info": [
            {"profile": p, "kind": k, "bus": b, "mean": m}
            for p, k, b, m in (
                ("load_E", "load", "E", 1),
                ("load_W", "load", "W", 1),
                ("wind_E", "wind", "E", 0.4),
                ("price_M", "price", "M", 1),
            )
        ],
        "power/observed": [
            {"country": "EA", "year": 2022, "quantity": "coal", "value": 3.2, "unit": "TWh"}
        ],
    }


def _freight() -> dict[str, Sequence[Row]]:
    forms = "container;bulk"
    layers = (("rail_1520", "rail", 0.02), ("ferry", "ferry", 0.03), ("road", "road", 0.08))
    links = (
        ("INLAND-EPORT-rail", "INLAND", "EPORT", "rail_1520", 500, 24, "EA", ""),
        ("EPORT-WPORT-ferry", "EPORT", "WPORT", "ferry", 400, 30, "WE", "sea"),
        ("INLAND-WPORT-road", "INLAND", "WPORT", "road", 1500, 70, "MK", "land"),
    )
    return {
        "freight/layers": [
            {
                "layer": layer,
                "name": layer,
                "mode": m,
                "co2_kg_per_t_km": c,
                "operating_cost_share": 0.8,
                "delay_alpha": 0.5,
                "delay_beta": 4,
            }
            for layer, m, c in layers
        ],
        "freight/nodes": [
            {"node": n, "name": n, "country": c, "kind": k, "lat": lat, "lon": lon}
            for n, c, k, lat, lon in (
                ("INLAND", "EA", "rail_hub", 45, 58),
                ("EPORT", "EA", "seaport", 43, 52),
                ("WPORT", "WE", "seaport", 40, 49),
            )
        ],
        "freight/links": [
            {
                "link": i,
                "node0": a,
                "node1": b,
                "layer": layer,
                "forms": forms,
                "country": c,
                "time_h": t,
                "tariff_usd_per_teu_km": 0.5,
                "tariff_usd_per_t_km": 0.04,
                "fixed_cost_usd_per_teu": 0,
                "fixed_cost_usd_per_t": 0,
                "capacity_unit": "t",
                "route": r,
            }
            for i, a, b, layer, _, t, c, r in links
        ],
        "freight/link_lengths": [
            {"link": i, "distance_km": km, "method": "made up"} for i, _, _, _, km, _, _, _ in links
        ],
        "freight/link_years": [
            {
                "link": i,
                "year": y,
                "is_open": "true",
                "capacity": 2000 if layer == "ferry" else "",
                "background": 0,
            }
            for i, _, _, layer, _, _, _, _ in links
            for y in YEARS
        ],
        "freight/terminals": [
            {
                "terminal": f"{n}-rail-ferry" if n == "EPORT" else f"{n}-ferry-road",
                "node": n,
                "kind": "port",
                "layer0": a,
                "layer1": b,
                "forms": forms,
                "country": c,
                "time_h": 24,
                "cost_usd_per_teu": 100,
                "cost_usd_per_t": 8,
                "capacity_unit": "t",
                "capacity_group": "",
            }
            for n, a, b, c in (
                ("EPORT", "rail_1520", "ferry", "EA"),
                ("WPORT", "ferry", "road", "WE"),
            )
        ],
        "freight/terminal_years": [
            {"terminal": t, "year": y, "capacity": 1500, "background": 100}
            for t in ("EPORT-rail-ferry", "WPORT-ferry-road")
            for y in YEARS
        ],
        "freight/commodities": [
            {
                "commodity": "grain",
                "name": "Grain",
                "value_usd_per_t": 230,
                "value_of_time_usd_per_t_h": 0.02,
                "t_per_teu": 22,
                "logit_scale_per_usd": 0.1,
                "gross_per_net": 1.3,
            },
            {
                "commodity": "goods",
                "name": "Goods",
                "value_usd_per_t": 5500,
                "value_of_time_usd_per_t_h": 1.8,
                "t_per_teu": 9.5,
                "logit_scale_per_usd": 0.05,
                "gross_per_net": 1.2,
            },
        ],
        "freight/forms": [
            {"form": "container", "name": "Boxes", "gross_per_net": 1, "tare_t_per_teu": 2.2},
            {"form": "bulk", "name": "Bulk", "gross_per_net": "", "tare_t_per_teu": 0},
        ],
        "freight/routes": [
            {"route": "sea", "name": "Over the sea", "priority": 1},
            {"route": "land", "name": "Round by land", "priority": 2},
        ],
        "freight/route_constants": [
            {"route": "sea", "form": "*", "commodity": "*", "usd_per_t": 5}
        ],
        "freight/zones": [
            {"zone": z, "node": n, "form": "*", "weight": 1}
            for z, n in (("EAST", "INLAND"), ("WEST", "WPORT"))
        ],
        "freight/demand": [
            {
                "demand": "grain-west",
                "origin": "EAST",
                "destination": "WEST",
                "commodity": "grain",
                "form": "bulk",
            },
            {
                "demand": "goods-west",
                "origin": "EAST",
                "destination": "WEST",
                "commodity": "goods",
                "form": "container",
            },
        ],
        "freight/demand_years": [
            {"demand": d, "year": y, "tonnes": t}
            for d, t in (("grain-west", 900000), ("goods-west", 400000))
            for y in YEARS
        ],
        "freight/pipelines": [
            {
                "pipeline": "OIL",
                "year": 2024,
                "name": "Oil line",
                "volume_mt": 10,
                "capacity_mt": "",
            }
        ],
        "freight/observed": [
            {
                "quantity": "ferry",
                "name": "Ferry",
                "year": 2024,
                "value": 1.1,
                "unit": "Mt",
                "measure": "gross",
                "routes": "sea",
                "links": "",
                "forms": "container;bulk",
                "commodities": "",
                "origins": "EAST",
                "destinations": "",
            }
        ],
    }


def _projects() -> dict[str, Sequence[Row]]:
    changes = (
        ("CABLE", "power/links", "E-W", "p_nom_mw", "set", 300),
        ("CABLE", "power/links", "E-W", "p_nom_reverse_mw", "set", 300),
        ("PORT", "freight/terminals", "EPORT-rail-ferry", "capacity", "add", 1000),
        ("FERRY", "freight/links", "EPORT-WPORT-ferry", "capacity", "multiply", 1.5),
    )
    projects = (
        ("CABLE", "Cable", "power", "cable", 300),
        ("PORT", "Port", "freight", "port", 50),
        ("FERRY", "Ferries", "freight", "ships", 40),
    )
    return {
        "projects/projects": [
            {
                "project": p,
                "name": n,
                "sector": s,
                "kind": k,
                "status": "planned",
                "variant_of": "",
                "opening_year": 2028,
                "life_years": 25,
                "capex_musd": c,
                "capex_low_musd": "",
                "capex_high_musd": "",
                "capex_confidence": "assumed",
                "opex_share": 0.02,
                "is_active": "true",
            }
            for p, n, s, k, c in projects
        ],
        "projects/changes": [
            {
                "project": p,
                "table": t,
                "row": r,
                "column": c,
                "operation": o,
                "value": v,
                "from_year": "",
                "to_year": "",
            }
            for p, t, r, c, o, v in changes
        ],
        "projects/spending": [
            {"project": p, "year": y, "share": 0.5} for p, *_ in projects for y in (2026, 2027)
        ],
        "projects/shares": [
            {"project": p, "party": f"{p} company", "country": c, "share": 0.5}
            for p, *_ in projects
            for c in ("EA",)
        ]
        + [
            {"project": p, "party": f"{p} partner", "country": "WE", "share": 0.5}
            for p, *_ in projects
        ],
        "projects/clusters": [
            {"cluster": "SEA", "name": "Port and ferries", "project": p} for p in ("PORT", "FERRY")
        ],
        "scenarios/changes": [
            {
                "scenario": "dear_gas",
                "table": "power/fuels",
                "row": "gas_W",
                "column": "price_usd_per_mwh_th",
                "operation": "multiply",
                "value": 2,
                "from_year": "",
                "to_year": "",
            }
        ],
    }


def small_profiles() -> dict[str, np.ndarray]:
    """Return the hourly series: a daily sine on loads and price, a slower one on wind."""
    hour = np.arange(8760)
    day = np.sin(2 * np.pi * hour / 24)
    return {
        "load_E": 1 + 0.2 * day,
        "load_W": 1 + 0.3 * day,
        "wind_E": 0.4 + 0.4 * np.sin(2 * np.pi * hour / 73),
        "price_M": 1 + 0.25 * day,
    }


def write_small_case(folder: Path) -> Path:
    """Write the case to `folder` (made if need be) and return it."""
    for name, rows in small_tables().items():
        file = folder / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    (folder / "case.yaml").write_text(CASE_YAML, encoding="utf-8")
    pl.DataFrame(small_profiles()).write_parquet(folder / "power" / "profiles.parquet")
    return folder
