"""Made-up results and a made-up case, small but with every table. A fixture: no figure is real."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from tests.report.sample_crossing import crossing_tables
from tests.report.sample_values import value_tables
from transcaspian.case.settings import CaseSettings

YEARS = (2025, 2030, 2035, 2040)
HOURS = 8760
SETTINGS = CaseSettings(
    schema_version=1,
    name="sample",
    title="Made-up corridor",
    currency="USD",
    price_year=2024,
    base_year=2025,
    model_years=YEARS,
    weather_year=2016,
)
BUSES = {
    "KZ_MAN": ("Kazakhstan Mangystau", "KZ", "zone", 43.7, 52.3, 600.0),
    "TM": ("Turkmenistan", "TM", "zone", 38.5, 58.5, 2900.0),
    "AZ": ("Azerbaijan", "AZ", "zone", 40.4, 48.9, 3300.0),
    "GE": ("Georgia", "GE", "zone", 41.9, 44.2, 1600.0),
    "TR": ("Türkiye", "TR", "zone", 39.2, 34.0, 39000.0),
    "RO": ("Romania", "RO", "zone", 45.2, 26.5, 6500.0),
    "RU": ("Russia (market)", "RU", "market", 46.5, 44.0, 0.0),
}
LINKS = {
    "KZ_MAN-AZ": ("KZ_MAN", "AZ", "HVDC"),
    "AZ-GE": ("AZ", "GE", "AC"),
    "GE-TR": ("GE", "TR", "B2B"),
    "GE-RO": ("GE", "RO", "HVDC"),
    "TR-RO": ("TR", "RO", "AC"),
    "RU-AZ": ("RU", "AZ", "AC"),
    "TM-AZ": ("TM", "AZ", "AC"),
}
NODES = {
    "CN_URC": ("Urumqi", "CN", "rail_hub", 43.8, 87.55),
    "KZ_DOS": ("Dostyk", "KZ", "border", 45.25, 82.48),
    "KZ_AST": ("Astana", "KZ", "rail_hub", 51.19, 71.41),
    "KZ_AAU": ("Aktau seaport", "KZ", "seaport", 43.6, 51.21),
    "AZ_ALT": ("Alat seaport", "AZ", "seaport", 39.95, 49.41),
    "AZ_HOR": ("Horadiz", "AZ", "rail_junction", 39.45, 47.33),
    "TR_KRS": ("Kars", "TR", "rail_hub", 40.6, 43.1),
    "GE_TBS": ("Tbilisi", "GE", "rail_hub", 41.7, 44.8),
    "GE_PTI": ("Poti", "GE", "seaport", 42.15, 41.67),
    "RO_CND": ("Constanța", "RO", "seaport", 44.17, 28.65),
    "RU_MOW": ("Moscow", "RU", "rail_hub", 55.75, 37.6),
    "DE_DUI": ("Duisburg", "DE", "rail_hub", 51.4, 6.8),
}
FREIGHT_LINKS = {
    "CN_URC-KZ_DOS": ("CN_URC", "KZ_DOS", "rail_1520", "middle"),
    "KZ_DOS-KZ_AST": ("KZ_DOS", "KZ_AST", "rail_1520", None),
    "KZ_AST-KZ_AAU": ("KZ_AST", "KZ_AAU", "rail_1520", "middle"),
    "KZ_AAU-AZ_ALT": ("KZ_AAU", "AZ_ALT", "ferry", "middle"),
    "AZ_ALT-GE_TBS": ("AZ_ALT", "GE_TBS", "rail_1520", "middle"),
    "AZ_ALT-AZ_HOR": ("AZ_ALT", "AZ_HOR", "rail_1520", "zangezur"),
    "AZ_HOR-TR_KRS": ("AZ_HOR", "TR_KRS", "rail_1435", "zangezur"),
    "GE_TBS-GE_PTI": ("GE_TBS", "GE_PTI", "rail_1520", "middle"),
    "GE_PTI-RO_CND": ("GE_PTI", "RO_CND", "sea", "middle"),
    "RO_CND-DE_DUI": ("RO_CND", "DE_DUI", "rail_1435", "middle"),
    "KZ_AST-RU_MOW": ("KZ_AST", "RU_MOW", "rail_1520", "northern"),
    "RU_MOW-DE_DUI": ("RU_MOW", "DE_DUI", "rail_1435", "northern"),
}
CARRIERS = {
    "gas_ccgt": ("Gas, combined cycle", "gas"),
    "coal_steam": ("Coal, steam", "coal"),
    "hydro_dam": ("Hydro, dam", "hydro"),
    "wind_onshore": ("Wind", "wind"),
    "solar_pv": ("Sun", "solar"),
    "battery": ("Battery", "storage"),
}
ROUTES = {"middle": "Middle Corridor", "zangezur": "Zangezur", "northern": "Northern rail"}


@dataclass(frozen=True, slots=True)
class SampleCase:
    settings: CaseSettings
    tables: Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class SampleResults:
    tables: Mapping[str, pl.DataFrame]
    manifest: Mapping[str, Any]

    def with_table(self, name: str, frame: pl.DataFrame) -> "SampleResults":
        return replace(self, tables={**self.tables, name: frame})


def _sourced(rows: list[dict[str, Any]], confidence: str = "assumed") -> pl.DataFrame:
    return pl.DataFrame(
        [{**row, "source": "made_up", "confidence": confidence, "note": None} for row in rows],
        infer_schema_length=None,
    )


@cache
def sample_case() -> SampleCase:
    countries = {
        "KZ": "Kazakhstan", "TM": "Turkmenistan", "AZ": "Azerbaijan", "GE": "Georgia",
        "TR": "Türkiye", "RO": "Romania", "RU": "Russia", "CN": "China", "EU27": "European Union",
    }  # fmt: skip
    tables = {
        "sources": pl.DataFrame(
            {
                "key": ["made_up", "paper"],
                "title": ["A made-up source", "Another made-up source"],
                "publisher": ["Nobody", "Nobody"],
                "address": [None, "https://example.org/paper"],
                "date": ["2024", "2023-05"],
                "licence": ["CC0", "facts only"],
                "note": [None, None],
            }
        ),
        "economy/countries": _sourced(
            [
                {"country": key, "name": name, "region": "-", "currency": "USD",
                 "is_corridor": key in ("KZ", "AZ", "GE", "TR")}
                for key, name in countries.items()
            ]
        ),
        "power/carriers": _sourced(
            [
                {"carrier": key, "name": name, "group": group, "is_renewable": group == "wind"}
                for key, (name, group) in CARRIERS.items()
            ]
        ),
        "power/buses": _sourced(
            [
                {"bus": key, "name": v[0], "country": v[1], "kind": v[2], "lat": v[3], "lon": v[4]}
                for key, v in BUSES.items()
            ]
        ),
        "power/links": _sourced(
            [
                {"link": key, "bus0": v[0], "bus1": v[1], "technology": v[2]}
                for key, v in LINKS.items()
            ]
        ),
        "power/profile_info": _sourced(
            [{"profile": f"load_{bus}", "kind": "load", "bus": bus, "mean": 1.0} for bus in BUSES],
            "synthetic",
        ),
        "freight/nodes": _sourced(
            [
                {"node": key, "name": v[0], "country": v[1], "kind": v[2], "lat": v[3], "lon": v[4]}
                for key, v in NODES.items()
            ]
        ),
        "freight/layers": _sourced(
            [
                {"layer": "rail_1520", "name": "rail 1520 mm", "mode": "rail"},
                {"layer": "rail_1435", "name": "rail 1435 mm", "mode": "rail"},
                {"layer": "ferry", "name": "ferry", "mode": "ferry"},
                {"layer": "sea", "name": "sea", "mode": "sea"},
            ]
        ),
        "freight/links": _sourced(
            [
                {"link": key, "node0": v[0], "node1": v[1], "layer": v[2], "country": "KZ",
                 "capacity_unit": "t", "route": v[3]}
                for key, v in FREIGHT_LINKS.items()
            ]
        ),
        "freight/terminals": _sourced(
            [
                {"terminal": "aktau", "node": "KZ_AAU", "kind": "port", "layer0": "rail_1520",
                 "layer1": "ferry", "country": "KZ", "capacity_unit": "t"},
                {"terminal": "alat", "node": "AZ_ALT", "kind": "port", "layer0": "ferry",
                 "layer1": "rail_1520", "country": "AZ", "capacity_unit": "t"},
            ]
        ),
        "freight/routes": _sourced(
            [
                {"route": key, "name": name, "priority": place}
                for place, (key, name) in enumerate(ROUTES.items())
            ]
        ),
        "freight/commodities": _sourced(
            [{"commodity": "goods", "name": "Containerised goods", "value_usd_per_t": 4000.0}]
        ),
        "projects/clusters": _sourced(
            [
                {"cluster": "green_corridor", "name": "Green corridor", "project": "caspian_cable"},
                {"cluster": "green_corridor", "name": "Green corridor", "project": "black_sea_cable"},
            ]
        ),
        "projects/projects": _sourced(
            [
                {"project": key, "name": name, "sector": sector, "kind": kind, "variant_of": None}
                for key, name, sector, kind in PROJECTS
            ]
        ),
        "projects/changes": _sourced(
            [
                {"project": "caspian_cable", "table": "power/links", "row": "KZ_MAN-AZ",
                 "column": "p_nom_mw", "operation": "set", "value": "1000", "from_year": None, "to_year": None},
                {"project": "zangezur", "table": "freight/links", "row": "AZ_HOR-TR_KRS",
                 "column": "is_open", "operation": "set", "value": "true", "from_year": None, "to_year": None},
            ]
        ),
        "scenarios/scenarios": pl.DataFrame(
            {
                "scenario": ["reference", "slow"],
                "name": ["Reference", "Slow"],
                "story": ["Plans as published.", "Plans come late."],
                "note": [None, None],
            }
        ),
    }  # fmt: skip
    return SampleCase(SETTINGS, tables)


PROJECTS = (
    ("caspian_cable", "Trans-Caspian cable 1,000 MW", "power", "cable"),
    ("caspian_cable_2000", "Trans-Caspian cable 2,000 MW", "power", "cable"),
    ("black_sea_cable", "Black Sea cable", "power", "cable"),
    ("zangezur", "Zangezur railway", "freight", "railway"),
    ("aktau_hub", "Aktau container hub", "freight", "port"),
    ("alat_2", "Alat port, phase 2", "freight", "port"),
)
_VALUES = {
    "caspian_cable": (310.0, 1350.0, 1100.0, 1900.0, "assumed", 2032),
    "caspian_cable_2000": (-420.0, 2600.0, 2100.0, 3800.0, "assumed", 2032),
    "black_sea_cable": (1240.0, 3700.0, 2500.0, 4100.0, "derived", 2032),
    "zangezur": (905.0, 1450.0, 1200.0, 1900.0, "reported", 2028),
    "aktau_hub": (48.0, 28.9, 28.9, 28.9, "reported", 2026),
    "alat_2": (-35.0, 180.0, 150.0, 240.0, "assumed", 2029),
    "green_corridor": (1980.0, 5050.0, 3600.0, 6000.0, "assumed", 2032),
}


def _project_row(
    key: str, name: str, sector: str, kind: str, *, is_cluster: bool
) -> dict[str, Any]:
    npv, capex, low, high, confidence, opening = _VALUES[key]
    benefit = (npv + 0.7 * capex) / 8.0
    return {
        "scenario": "reference", "project": key, "name": name, "sector": sector, "kind": kind,
        "is_cluster": is_cluster, "members": "caspian_cable;black_sea_cable" if is_cluster else "",
        "status": "study", "opening_year": opening, "life_years": 40, "capex_musd": capex,
        "capex_low_musd": low, "capex_high_musd": high, "capex_confidence": confidence,
        "npv_4_musd": npv + 0.4 * capex, "npv_6_musd": npv, "npv_9_musd": npv - 0.2 * capex,
        "npv_12_musd": npv - 0.3 * capex, "npv_corridor_6_musd": 0.8 * npv,
        "eirr": 0.06 + npv / capex / 20 if key != "alat_2" else None,
        "eirr_note": "" if key != "alat_2" else "no sign change", "bcr_6": 1.0 + npv / (0.7 * capex),
        "break_even_capex_musd": capex + npv / 0.7, "co2_mt_per_year_2035": -0.9 if sector == "power" else -0.1,
        "benefit_2030_musd": 0.7 * benefit, "benefit_2035_musd": benefit, "benefit_2040_musd": 1.2 * benefit,
        "share_after_last_model_year": 0.45,
        "headline": "break_even" if confidence == "assumed" else "npv",
        "is_ranked": key != "caspian_cable_2000", "npv_scenario_years_musd": 0.9 * npv,
        "model_years": 3, "model_years_in_use": 2,
    }  # fmt: skip


SLOW = "slow"  # solved in fewer years than the first scenario, as in a real run
NOT_SOLVED = ("benefit_2035_musd", "co2_mt_per_year_2035")
SLOW_LOSS = 60.0  # million USD


def _projects() -> pl.DataFrame:
    rows = [_project_row(*project, is_cluster=False) for project in PROJECTS]
    rows.append(_project_row("green_corridor", "Green corridor", "power", "cable", is_cluster=True))
    return pl.DataFrame([*rows, *map(_under_slow, rows)], infer_schema_length=None)


def _under_slow(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row under the other scenario: worth less, and unknown in one of the years."""
    lower = {"npv_6_musd", "npv_scenario_years_musd"}
    values = {name: row[name] - SLOW_LOSS for name in lower}
    return row | values | dict.fromkeys(NOT_SOLVED) | {"scenario": SLOW, "model_years": 2, "model_years_in_use": 1}  # fmt: skip


def _who_gains() -> pl.DataFrame:
    rng = np.random.default_rng(7)
    rows = []
    parties = ("consumers", "producers", "grid_owners", "government", "project_owners")
    for key, values in _VALUES.items():
        parts = rng.normal(size=(5, len(parties)))
        parts += (values[0] / 400.0 - parts.sum()) / parts.size
        for c, country in enumerate(("KZ", "AZ", "GE", "TR", "EU27")):
            rows += [
                {"scenario": "reference", "project": key, "country": country, "party": party,
                 "npv_musd": float(400.0 * parts[c, p])}
                for p, party in enumerate(parties)
            ]  # fmt: skip
    return pl.DataFrame(rows)


def _ledger() -> pl.DataFrame:
    rows = []
    for key, values in _VALUES.items():
        for year in range(2026, 2072):
            amount = values[1] / 5 if year < 2031 else values[1] / 12
            payer, receiver, kind = (
                ("project_owners", "resources", "capital_cost")
                if year < 2031
                else ("consumers", "producers", "energy")
            )
            rows.append(
                {"scenario": "reference", "project": key, "year": year, "kind": kind,
                 "payer": payer, "payer_country": "AZ", "receiver": receiver,
                 "receiver_country": "KZ", "amount_musd": amount,
                 "nature": "resource" if year < 2031 else "transfer"}
            )  # fmt: skip
    return pl.DataFrame(rows)


def _runs() -> list[str]:
    return ["reference", *_VALUES]


def _power_runs() -> list[str]:
    return ["reference", "caspian_cable", "caspian_cable_2000", "black_sea_cable", "green_corridor"]


def _power_years() -> dict[str, pl.DataFrame]:
    zones, carriers, links = [], [], []
    for r, run in enumerate(_power_runs()):
        for y, year in enumerate(YEARS):
            key = {"scenario": "reference", "run": run, "year": year}
            for bus, (_, _, kind, _, _, load) in BUSES.items():
                energy = load * HOURS * (1 + 0.12 * y)
                if kind == "market":
                    continue
                zones.append(
                    {**key, "bus": bus, "load_mwh": energy, "generation_mwh": energy * 1.02,
                     "imports_mwh": 0.05 * energy, "exports_mwh": 0.07 * energy,
                     "storage_loss_mwh": 0.0, "unserved_mwh": 0.0, "curtailed_mwh": 1000.0 * y,
                     "price_mean": 45.0 + 5 * y + r, "price_min": 0.0, "price_max": 140.0,
                     "co2_t": 0.4 * energy}
                )  # fmt: skip
                for carrier, share in zip(CARRIERS, (0.5, 0.1, 0.2, 0.12, 0.1, 0.0), strict=True):
                    carriers.append(
                        {**key, "bus": bus, "carrier": carrier, "p_nom_mw": load * share * 2,
                         "energy_mwh": energy * 1.02 * share, "curtailed_mwh": 0.0, "co2_t": 0.0}
                    )  # fmt: skip
            for n, link in enumerate(LINKS):
                is_cable = link in ("KZ_MAN-AZ", "GE-RO")
                flow = (
                    0.0 if run == "reference" and is_cable else 1.2e6 * (1 + n % 3) * (1 + 0.1 * r)
                )
                links.append(
                    {**key, "link": link, "forward_mwh": flow, "reverse_mwh": 0.2 * flow,
                     "loss_mwh": 0.02 * flow, "hours_forward_full": 900.0 * n, "hours_reverse_full": 0.0,
                     "congestion_rent_usd": 4.0 * flow}
                )  # fmt: skip
    return {
        "power_zone_year": pl.DataFrame(zones),
        "power_carrier_year": pl.DataFrame(carriers),
        "power_link_year": pl.DataFrame(links),
        "power_link_month": _by_month(pl.DataFrame(links)),
    }


def _by_month(links: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of links spread evenly over the months."""
    flows = ("forward_mwh", "reverse_mwh", "hours_forward_full", "hours_reverse_full")
    months = pl.DataFrame({"month": range(1, 13)})
    keys = ("scenario", "run", "year")
    return links.join(months, how="cross").select(
        *keys, "month", "link", *(pl.col(flow) / 12.0 for flow in flows)
    )


def _power_hours() -> dict[str, pl.DataFrame]:
    hour = np.arange(HOURS)
    day = np.sin(2 * np.pi * (hour % 24 - 8) / 24)
    season = np.cos(2 * np.pi * hour / HOURS)
    sun = np.maximum(day, 0.0) * (1 - 0.3 * season)
    dispatch, prices, links = [], [], []
    for bus, (_, _, kind, _, _, load) in BUSES.items():
        if kind == "market":
            continue
        demand = load * (1 + 0.15 * day + 0.1 * season)
        parts = {"solar_pv": 0.3 * load * sun, "hydro_dam": np.full(HOURS, 0.2 * load),
                 "wind_onshore": 0.15 * load * (1 + np.sin(hour / 37.0)),
                 "exports": np.full(HOURS, -0.05 * load), "battery": 0.02 * load * -day}  # fmt: skip
        parts["gas_ccgt"] = demand - sum(parts.values())
        dispatch += [
            pl.DataFrame({"scenario": "reference", "run": "reference", "year": 2030, "hour": hour,
                          "bus": bus, "carrier": carrier, "mw": mw})
            for carrier, mw in parts.items()
        ]  # fmt: skip
        prices += [
            pl.DataFrame({"scenario": "reference", "run": run, "year": 2030, "hour": hour, "bus": bus,
                          "price": 50.0 + 15 * day + 8 * season + 3 * place})
            for place, run in enumerate(("reference", "caspian_cable"))
        ]  # fmt: skip
    for run, link in (("caspian_cable", "KZ_MAN-AZ"), ("black_sea_cable", "GE-RO")):
        links.append(
            pl.DataFrame({"scenario": "reference", "run": run, "year": 2035, "hour": hour, "link": link,
                          "mw": 1000.0 * np.clip(day + 0.3 * season, -1.0, 1.0)})
        )  # fmt: skip
    return {
        "power_dispatch": pl.concat(dispatch),
        "power_prices": pl.concat(prices),
        "power_link_hourly": pl.concat(links),
    }


def _freight() -> dict[str, pl.DataFrame]:
    links, terminals, routes = [], [], []
    for run in ("reference", "zangezur", "aktau_hub", "alat_2"):
        for y, year in enumerate(YEARS):
            key = {"scenario": "reference", "run": run, "year": year}
            for n, (link, (_, _, _, route)) in enumerate(FREIGHT_LINKS.items()):
                flow = 4.0e6 * (1 + 0.3 * y) * (2.0 if route == "northern" else 1.0)
                if route == "zangezur":
                    flow = 0.0 if run == "reference" else 1.1e6 * (1 + 0.3 * y)
                capacity = None if n % 4 == 0 else 12000.0
                links.append(
                    {**key, "link": link, "forward_t": flow, "reverse_t": 0.4 * flow, "capacity": capacity,
                     "load_ratio": None if capacity is None else flow / 1000 / 12000.0,
                     "time_h": 30.0 + n, "delay_h": 2.0 * y}
                )  # fmt: skip
            terminals += [
                {**key, "terminal": terminal, "tonnes": 5.0e6 * (1 + 0.3 * y), "capacity": 9000.0,
                 "load_ratio": 5000.0 * (1 + 0.3 * y) / 9000.0, "time_h": 40.0, "delay_h": 10.0 * y}
                for terminal in ("aktau", "alat")
            ]  # fmt: skip
            for origin, destination in (("CN", "EU27"), ("KZ", "TR")):
                for p, route in enumerate(ROUTES):
                    moved = 2.0e6 * (1 + 0.3 * y) * (1 + p)
                    if route == "zangezur" and run != "zangezur":
                        moved = 0.0
                    routes.append(
                        {**key, "origin": origin, "destination": destination, "commodity": "goods",
                         "form": "container", "route": route, "tonnes": moved, "money_usd_per_t": 180.0 + 20 * p,
                         "time_h": 500.0 - 60 * p, "distance_km": 7000.0 + 500 * p,
                         "generalised_cost_usd_per_t": 320.0 + 15 * p, "co2_t": 0.1 * moved}
                    )  # fmt: skip
    return {
        "freight_link_year": pl.DataFrame(links, infer_schema_length=None),
        "freight_terminal_year": pl.DataFrame(terminals),
        "freight_route_year": pl.DataFrame(routes),
    }


def _quality() -> dict[str, pl.DataFrame]:
    validation = [
        {"area": "power", "subject": "Kazakhstan", "quantity": "coal", "unit": "TWh", "published": 78.0,
         "modelled": 74.5, "difference": -3.5, "relative": -0.045, "source": "made_up", "scope": "generation 2022"},
        {"area": "power", "subject": "Azerbaijan", "quantity": "gas", "unit": "TWh", "published": 26.0,
         "modelled": 27.9, "difference": 1.9, "relative": 0.073, "source": "made_up", "scope": "generation 2022"},
        {"area": "freight", "subject": "Middle Corridor", "quantity": "titr_total", "unit": "Mt", "published": 4.48,
         "modelled": 4.31, "difference": -0.17, "relative": -0.038, "source": "made_up", "scope": "2024"},
    ]  # fmt: skip
    rows = [
        {"table": "power/links", "row": f"link_{n}", "column": "loss_pu", "value": "0.03", "unit": "-",
         "source": "made_up", "confidence": ("reported", "derived", "assumed", "synthetic")[n % 4]}
        for n in range(40)
    ]  # fmt: skip
    return {
        "validation": pl.DataFrame(validation),
        "checks": pl.DataFrame(
            {
                "check": ["energy_balance", "transfers_cancel", "freight_gap"],
                "value": [2.0e-7, 1.0e-9, 8.0e-5],
                "tolerance": [1e-6, 1e-6, 1e-4],
                "passed": [True, True, True],
                "meaning": ["Energy per zone and hour", "What one pays another receives", "Gap"],
            }
        ),
        "sanity": pl.DataFrame(
            {
                "quantity": ["Mean price", "Door to door"],
                "unit": ["USD/MWh", "days"],
                "low": [30.0, 15.0],
                "high": [150.0, 50.0],
                "value": [52.0, 12.0],
                "passed": [True, False],
                "reason": ["", "Ocean legs are left out."],
            }
        ),
        "assumptions": pl.DataFrame(rows),
        "confidence_counts": pl.DataFrame(
            {
                "table": ["power/links", "freight/links"],
                "reported": [10, 4],
                "derived": [10, 20],
                "assumed": [10, 8],
                "synthetic": [10, 0],
            }
        ),
        "solves": pl.DataFrame(
            {
                "scenario": ["reference"] * 2,
                "run": ["reference", "caspian_cable"],
                "year": [2030, 2030],
                "room": ["power", "power"],
                "method": ["dual simplex", "dual simplex"],
                "iterations": [120000, 21000],
                "gap": [0.0, 0.0],
                "objective": [4.1e10, 4.0e10],
            }
        ),
    }


def _headlines() -> dict[str, pl.DataFrame]:
    rows = [
        (area, subject, quantity, unit, scenario, year, value + 10.0 * number)
        for number, scenario in enumerate(("reference", "slow"))
        for area, subject, quantity, unit, year, value in (
            ("power", "All", "Electricity used", "TWh", 2030, 100.0),
            ("power", "All", "Unserved", "GWh", 2030, 0.0),
            ("freight", "Corridor, all cargo", "total", "Mt", 2030, 4.4),
            ("projects", "Caspian cable 1 GW", "NPV", "million USD", None, -5.0),
        )
    ]
    columns = ("area", "subject", "quantity", "unit", "scenario", "year", "value")
    weather = [
        ("CASPIAN_CABLE_1000", number, 2016 + number, 2030, 90.0, 10.0 * number, 100.0 * number)
        for number in range(3)
    ]
    names = ("project", "realisation", "seed", "year", "benefit_musd", "difference_musd")
    freed = {
        "scenario": ["reference"],
        "run": ["CASPIAN_CABLE_1000"],
        "year": [2035],
        "fuel": ["gas_AZ"],
        "country": ["AZ"],
        "route": ["Southern Gas Corridor"],
        "freed_mwh_th": [3e6],
        "limit_mwh_th": [2e6],
        "sold_mwh_th": [2e6],
        "kept_mwh_th": [1e6],
        "export_musd": [60.0],
        "kept_musd": [11.0],
    }
    return {
        **_adequacy(),
        "power_fuel_freed": pl.DataFrame(freed),
        "headlines": pl.DataFrame(rows, schema=columns, orient="row"),
        "realisations": pl.DataFrame(weather, schema=(*names, "npv_musd"), orient="row"),
    }


def _adequacy() -> dict[str, pl.DataFrame]:
    """Return one zone that is short in 2030, less so with the cable, and the verdict."""
    key = {"scenario": "reference", "year": 2030, "bus": "AZ"}
    zone = {
        **key,
        "run": "reference",
        "country": "AZ",
        "samples": 20,
        "lole_h": 30.0,
        "lole_low_h": 26.0,
        "lole_high_h": 34.0,
        "eens_mwh": 900.0,
        "largest_event_mwh": 400.0,
        "standard_h": 24.0,
        "standing": "beyond the standard",
    }
    effect = {
        **key,
        "run": "CASPIAN_CABLE_1000",
        "lole_change_h": -12.0,
        "eens_change_mwh": -400.0,
        "worth_musd": 0.8,
        "worth_low_musd": 0.5,
        "worth_high_musd": 1.1,
    }
    verdict = {
        "scenario": "reference",
        "is_weighed": False,
        "countries_beyond": "AZ",
        "years_beyond": "2030",
        "lole_worst_h": 30.0,
        "standard_h": 24.0,
    }
    return {
        "power_adequacy": pl.DataFrame([zone]),
        "power_adequacy_effects": pl.DataFrame([effect]),
        "adequacy_scenarios": pl.DataFrame([verdict]),
    }


@cache
def sample_results() -> SampleResults:
    tables = {
        "projects": _projects(),
        "who_gains": _who_gains(),
        "ledger": _ledger(),
        **_power_years(),
        **_power_hours(),
        **_freight(),
        **crossing_tables(YEARS[2]),
        **_quality(),
        **_headlines(),
        **value_tables(_VALUES),
    }
    return SampleResults(tables, {"version": "0.1.0", "case_hash": "0123abcd", "seed": 1})


def empty_results() -> SampleResults:
    full = sample_results()
    return SampleResults({name: frame.clear() for name, frame in full.tables.items()}, {})
