"""Layers, nodes, links, lengths and terminals of the freight network."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from freight_files import ASSUMPTION, Citations, Row, read_hand, read_rows, write_table

YEARS = (2024, 2025, 2030, 2035, 2040)
EARTH_RADIUS_KM = 6371.0
BORDER_TIME_H = 9.9  # CAREC CPMM road 2022, indicator TFI1
BORDER_COST_USD_PER_T = 10.4  # CAREC CPMM road 2022, TFI2: 208 USD for 20 t
# Railways inside China charge through trains far less than the first assumption of 0.55: through
# rates of 2,600 to 3,300 USD a TEU (2025) leave about this much after the 1520 and European parts.
CHINA_RAIL_TARIFF_USD_PER_TEU_KM = 0.30

# One track: Arys-Saryagash runs over Darbaza, so the direct edge would count it twice. Bakhty is a
# dead end, and so are tankers to Makhachkala, whose oil is not assigned.
DROPPED = {
    "KZ_ARY-KZ_SAR-rail",
    "KZ_AYA-KZ_BKH-rail",
    "KZ_AAU-RU_MCX-sea-tanker",
    "TM_KRW-RU_MCX-sea-tanker",
}
# Azerbaijani gauge runs into the Iranian terminal at Astara; at Sadarak the gauge changes before
# the border bridge.
GAUGE = {"IR_AST-AZ_AST-rail": "1520", "AZ_SAD-TR_DIL-rail": "1435"}
# Both would be customs borders, but lie inside one union.
UNIONS = ({"KZ", "RU", "BY", "KG", "AM"}, {"RO", "BG", "HU", "AT", "DE", "PL", "NL", "IT", "GR"})
OPEN_FROM = {"KZ_ZTG-KZ_KAZ-rail": 2025, "KZ_MOY-KZ_KYZ-rail": 2030}
SUEZ_OPEN_FROM = 2030
LIQUID_RAIL = {"KZ_MKT-KZ_BEI-rail", "KZ_BEI-KZ_MAN-rail", "KZ_MAN-KZ_AAU-rail"}
CONTAINER_ROAD_COUNTRIES = {"AZ", "GE", "TR"}
TRANSFER_ROADS = {"AZ_AST-IR_AST-road", "IR_AST-IR_RSH-road"}

# Whole line, both directions, Mt/a: where a year differs from the collected figure.
CAPACITY_MT = {
    "KZ_DOS-KZ_AKG-rail": {2024: (23.0, "single track in part; set just above the 21 Mt carried")},
    "KZ_AKG-KZ_MOY-rail": {2024: (23.0, "single track in part; set just above the 20 Mt carried")},
    "GE_MRB-GE_AKH-rail": {2024: (2.9, "closed for works to May: seven twelfths of 5 Mt")},
    "GE_AKH-TR_KAR-rail": {2024: (2.9, "closed for works to May: seven twelfths of 5 Mt")},
    "GE_TBS-GE_SAM-rail": dict.fromkeys(YEARS, (27.0, "before modernisation, a project")),
    "GE_SAM-GE_PTI-rail": dict.fromkeys(YEARS, (27.0, "before modernisation, a project")),
    "CN_ALK-KZ_DOS-rail": {
        2025: (27.6, "mean of 20 Mt and of 28 train pairs"),
        **dict.fromkeys(YEARS[2:], (35.3, "28 train pairs a day, allowed since July 2025")),
    },
}
# Trade of China with Uzbekistan is assigned (extra_demand.csv), so it leaves the background, on
# the way that most of it takes [Mt/a, both ways].
CHINA_UZBEKISTAN_MT = 1.3
# So is the rail trade of Russia with Azerbaijan and Iran [Mt/a, both ways].
RUSSIA_SOUTH_MT = 2.0
ASSIGNED_MT = dict.fromkeys(
    (
        "CN_HRG-KZ_ALT-rail",
        "KZ_ALT-KZ_ZTG-rail",
        "KZ_ZTG-KZ_KAZ-rail",
        "KZ_KAZ-KZ_SHU-rail",
        "KZ_SHU-KZ_ARY-rail",
        "KZ_ARY-KZ_DAR-rail",
        "KZ_DAR-KZ_SAR-rail",
        "KZ_SAR-UZ_TAS-rail",
    ),
    CHINA_UZBEKISTAN_MT,
) | dict.fromkeys(
    ("RU_ASF-RU_MCX-rail", "RU_MCX-AZ_YAL-rail", "AZ_BAK-AZ_YAL-rail"), RUSSIA_SOUTH_MT
)
# Ships: per direction, in thousand TEU or kt a year (see docs/case_freight.md for the reckoning).
SEA_CAPACITY = {
    "KZ_AAU-AZ_ALT-sea-feeder": ("teu", {2024: 50.0}, 57.0, "2024: published route capacity of 100 thousand TEU both ways; then six feeders of 1,500 TEU together, 38 round trips of 8 days in 305 open days"),
    "KZ_AAU-AZ_ALT-sea-dry_bulk": ("t", {}, 900.0, "eight dry ships of 3,500 t, payload 0.85, 38 round trips"),
    "TM_KRW-AZ_ALT-sea-dry_bulk": ("t", {}, 1660.0, "eight dry ships of 4,000 t, payload 0.85, 61 round trips"),
    "KZ_KUR-AZ_ALT-sea-dry_bulk": ("t", {}, 1200.0, "as the dry ships from Aktau, some more for its newer quays; in the nest of Aktau, whose dry ships it resembles"),
    "KZ_KUR-AZ_ALT-ferry-rail": ("t", {}, 1300.0, "seven ferries of 28 and one of 56 wagons, 46.5 t net, 111 round trips"),
    "KZ_KUR-AZ_ALT-ferry-truck": ("t", {}, 500.0, "300 truck places, 15 t net, 111 round trips"),
    "TM_KRW-AZ_ALT-ferry-rail": ("t", {}, 1270.0, "five ferries of 28 and one of 56 wagons, 46.5 t net, 139 round trips"),
    "TM_KRW-AZ_ALT-ferry-truck": ("t", {}, 460.0, "220 truck places, 15 t net, 139 round trips"),
    "KZ_AAU-AZ_DUB-sea-tanker": ("t", {}, 3000.0, "three tankers of 10,000 t and two of 8,000 t as loaded in 2025"),
    "TM_KRW-AZ_DUB-sea-tanker": ("t", {}, 6000.0, "twelve tankers of 7,000 t"),
}  # fmt: skip
# time_h and charges of the Caspian services, where the general rule does not hold:
# time without queue [h], USD/TEU, USD/t, address or "", confidence, remark.
SERVICES = {
    "KZ_AAU-AZ_ALT-sea-feeder": (40.0, None, None, "22 h at sea and half of a 36 h headway"),
    "KZ_KUR-AZ_ALT-ferry-rail": (33.0, 600.0, 20.3, "20-22 h at sea and half a day of waiting; list: wagon laden there and empty back, 60 t"),
    "KZ_KUR-AZ_ALT-ferry-truck": (33.0, None, 70.1, "list: mean of 1,204.5 and 899.25 USD a truck, 15 t net"),
    "TM_KRW-AZ_ALT-ferry-rail": (26.0, 500.0, 18.0, "14 h at sea and half a day of waiting; list: wagon laden there and empty back, 60 t"),
    "TM_KRW-AZ_ALT-ferry-truck": (26.0, None, 66.6, "list: 60.5 USD a metre, 16.5 m, 15 t net"),
    "KZ_AAU-AZ_DUB-sea-tanker": (41.0, None, 11.0, "17 h at sea and a day of waiting; cap of Alaja-Sangachal"),
    "TM_KRW-AZ_DUB-sea-tanker": (35.0, None, 11.0, "11 h at sea and a day of waiting; cap of Alaja-Sangachal"),
    "AZ_DUB-TR_CEY-pipeline-BTC": (252.0, None, 16.6, "revenue over tonnes, January-June 2025"),
}  # fmt: skip
ROUTE_OF = {
    "BY_BRE-PL_MAL-rail": "north", "BY_BRE-PL_MAL-road": "north",
    "RU_SRT-RU_NVS-rail": "novorossiysk",
    "RU_MCX-AZ_YAL-rail": "north_caucasus", "GE_TBS-RU_ASF-road": "north_caucasus",
    "AZ_ALT-RU_ASF-road": "north_caucasus",
    "TM_SER-IR_SRK-rail": "south_iran", "TM_AKY-IR_INB-rail": "south_iran",
    "IR_SRK-TM_SER-road": "south_iran", "TR_ERZ-IR_TBZ-road": "south_iran",
    "IR_JOL-AZ_JUL-rail": "south_iran", "IR_AST-AZ_AST-rail": "south_iran",
    "AZ_AST-IR_AST-road": "south_iran", "AZ_HOR-AZ_JUL-road": "south_iran", "IR_JOL-AZ_JUL-road": "south_iran", "IR_TBZ-TR_KPK-rail": "south_iran",
    "KZ_AAU-IR_AMR-sea-dry_bulk": "south_iran", "KZ_AAU-IR_BAZ-sea-dry_bulk": "south_iran",
    "CN_SHA-IR_BND-sea-ocean": "south_iran", "CN_LYG-IR_BND-sea-ocean": "south_iran",
    "KZ_AAU-AZ_ALT-sea-feeder": "middle_aktau", "KZ_AAU-AZ_ALT-sea-dry_bulk": "middle_aktau",
    "KZ_KUR-AZ_ALT-sea-dry_bulk": "middle_aktau", "KZ_KUR-AZ_ALT-ferry-rail": "middle_kuryk", "KZ_KUR-AZ_ALT-ferry-truck": "middle_kuryk",
    "TM_KRW-AZ_ALT-ferry-rail": "middle_turkmenbashi",
    "TM_KRW-AZ_ALT-ferry-truck": "middle_turkmenbashi",
    "TM_KRW-AZ_ALT-sea-dry_bulk": "middle_turkmenbashi",
    "KZ_AAU-AZ_DUB-sea-tanker": "oil_caspian", "TM_KRW-AZ_DUB-sea-tanker": "oil_caspian",
    "RU_ASF-AZ_ALT-sea-dry_bulk": "volga", "TM_KRW-RU_ASF-sea-dry_bulk": "volga",
    "KZ_AAU-RU_ASF-sea-dry_bulk": "volga", "RU_ASF-IR_BAZ-sea-dry_bulk": "volga",
    "AZ_AGB-AM_MEG-rail": "zangezur", "AM_MEG-AZ_ORD-rail": "zangezur",
    "AZ_AGB-AM_MEG-road": "zangezur", "AM_MEG-AZ_ORD-road": "zangezur",
}  # fmt: skip
FORMS_OF_VARIANT = {
    "feeder": "container", "feeder_ropax": "container;bulk;truck", "ropax": "container;truck",
    "dry_bulk": "bulk", "tanker": "liquid", "tanker_bulk": "bulk", "mainline": "container;bulk",
    "ocean": "container", "ocean_suez": "container", "ocean_cape": "container", "BTC": "liquid",
}  # fmt: skip
# Half the headway between sailings [h], assumed.
HEADWAY_H = {"feeder_ropax": 36.0, "feeder": 48.0, "ropax": 36.0, "dry_bulk": 48.0}


def write_network(figures: Path, case_dir: Path, cite: Citations) -> None:
    """Write the tables of the network."""
    write_table(case_dir, "freight/layers", _columns("layers"), read_hand("layers"))
    write_table(case_dir, "freight/forms", _columns("forms"), read_hand("forms"))
    write_table(case_dir, "freight/routes", _columns("routes"), read_hand("routes"))
    for name in ("route_rules", "exits"):
        rows = [{**row, "source": ASSUMPTION, "confidence": "assumed"} for row in read_hand(name)]
        columns = [column for column in rows[0] if column != "note"]
        write_table(case_dir, f"freight/{name}", [*columns, "note"], rows)
    nodes = _nodes(figures)
    write_table(case_dir, "freight/nodes", list(nodes[0]), nodes)
    raw = [*_raw_links(figures), *_extra_links(nodes)]
    background = _background(figures)
    country = {row["node"]: row["country"] for row in nodes}
    links = [_link(row, country, cite) for row in raw]
    write_table(case_dir, "freight/links", list(links[0]), links)
    lengths = [_length(row, cite) for row in raw]
    write_table(case_dir, "freight/link_lengths", list(lengths[0]), lengths)
    years = [_link_year(row, year, background, cite) for row in raw for year in YEARS]
    write_table(case_dir, "freight/link_years", list(years[0]), years)
    _write_terminals(figures, case_dir, cite, country)


def _columns(name: str) -> list[str]:
    return list(read_hand(name)[0])


def _nodes(figures: Path) -> list[Row]:
    rows = [
        {
            "node": row["id"], "name": row["name"], "country": row["iso2"], "kind": row["kind"],
            "lat": row["lat"], "lon": row["lon"], "source": ASSUMPTION, "confidence": "assumed",
            "note": "Coordinates placed by hand",
        }
        for row in read_rows(figures / "nodes.csv")
    ]  # fmt: skip
    rows.extend(
        {
            **{k: row[k] for k in ("node", "name", "country", "kind", "lat", "lon")},
            "source": ASSUMPTION,
            "confidence": "assumed",
            "note": row["note"],
        }
        for row in read_hand("extra_nodes")
    )
    return rows


def _raw_links(figures: Path) -> list[Row]:
    """Return the collected links, ferries told apart by wagons and trucks."""
    rows = []
    for row in read_rows(figures / "links.csv"):
        if row["link_id"] in DROPPED:
            continue
        row["gauge"] = GAUGE.get(row["link_id"], row["gauge"])
        if row["mode"] != "ferry":
            rows.append({**row, "link": row["link_id"]})
            continue
        ends = f"{row['from_id']}-{row['to_id']}"
        rows.extend(
            {**row, "link": f"{ends}-ferry-{deck}", "variant": deck} for deck in ("rail", "truck")
        )
    return rows


def _extra_links(nodes: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return hand-kept links in the shape of the collected ones."""
    place = {row["node"]: row for row in nodes}
    rows = []
    for row in read_hand("extra_links"):
        distance = (
            float(row["distance_km"])
            if row["distance_km"]
            else round(
                float(row["factor"]) * great_circle_km(place[row["node0"]], place[row["node1"]])
            )
        )
        rows.append({
            **row, "from_id": row["node0"], "to_id": row["node1"], "mode": "extra",
            "gauge": "", "variant": "", "distance_km": str(distance), "capacity_mt_yr": "",
            "distance_method": f"great_circle_x{row['factor']}" if row["factor"] else "as_parallel_line",
            "confidence": "assumed", "source_url": ASSUMPTION, "capacity_source_url": ASSUMPTION,
        })  # fmt: skip
    return rows


def great_circle_km(here: Mapping[str, str], there: Mapping[str, str]) -> float:
    """Return the great-circle distance between two places [km]."""
    lat0, lat1 = math.radians(float(here["lat"])), math.radians(float(there["lat"]))
    half = math.radians(float(there["lon"]) - float(here["lon"])) / 2
    hav = math.sin((lat1 - lat0) / 2) ** 2 + math.cos(lat0) * math.cos(lat1) * math.sin(half) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(hav))


def _layer(row: Row) -> str:
    if row["mode"] == "extra":
        return row["layer"]
    return f"rail_{row['gauge']}" if row["mode"] == "rail" else row["mode"]


def _forms(row: Row) -> str:
    link = row["link"]
    if row["mode"] == "extra":
        return row["forms"]
    if row["mode"] == "rail":
        return "container;bulk;liquid" if link in LIQUID_RAIL else "container;bulk"
    if row["mode"] == "road":
        if link in TRANSFER_ROADS:
            return "container;bulk;truck"
        inside = {row["from_id"][:2], row["to_id"][:2]} <= CONTAINER_ROAD_COUNTRIES
        return "container;truck" if inside else "truck"
    if row["mode"] == "ferry":
        return "truck" if row["variant"] == "truck" else "container;bulk"
    return FORMS_OF_VARIANT[row["variant"]]


def _crosses_customs(row: Row) -> bool:
    ends = {row["from_id"][:2], row["to_id"][:2]}
    return len(ends) == 2 and not any(ends <= union for union in UNIONS)


def _link(row: Row, country: Mapping[str, str], cite: Citations) -> dict[str, object]:
    """Return one row of freight/links."""
    link = row["link"]
    values: dict[str, object] = {
        "link": link, "node0": row["from_id"], "node1": row["to_id"], "layer": _layer(row),
        "forms": _forms(row), "country": _operator(row, country),
        **_time_and_charges(row), "capacity_unit": SEA_CAPACITY.get(link, ("t",))[0],
        "route": _route(row),
    }  # fmt: skip
    address = row["source_url"] if row["confidence"] == "reported" else ASSUMPTION
    note = row["note"]
    if link in SERVICES:
        note = SERVICES[link][3]
    return {**values, "source": cite.key(address), "confidence": "assumed", "note": note}


def _operator(row: Row, country: Mapping[str, str]) -> str:
    """Return who earns the tariff: the country of the second place, unless told otherwise."""
    if row["mode"] == "extra":
        return row["country"]
    if row["link"].startswith("KZ_AAU-") and "feeder" in row["link"]:
        return "KZ"
    if "AZ_ALT-ferry" in row["link"] or row["link"].startswith("TM_KRW-AZ"):
        return "AZ"
    if row["variant"].startswith("ocean"):
        return "EU27"
    return country[row["from_id"]]


def _time_and_charges(row: Row) -> dict[str, object]:
    link, distance = row["link"], float(row["distance_km"])
    if row["mode"] == "extra":
        return {
            "time_h": round(distance / float(row["speed_kmh"]) + float(row["wait_h"]), 1),
            "tariff_usd_per_teu_km": row["tariff_teu"], "tariff_usd_per_t_km": row["tariff_t"],
            "fixed_cost_usd_per_teu": row["fixed_teu"], "fixed_cost_usd_per_t": row["fixed_t"],
        }  # fmt: skip
    time_h = float(row["transit_hours"]) + HEADWAY_H.get(row["variant"], 0.0)
    per_teu, per_t = row["tariff_usd_per_teu_km"] or "0", row["tariff_usd_per_t_km"] or "0"
    fixed_teu, fixed_t = 0.0, 0.0
    if row["mode"] == "rail" and row["from_id"].startswith("CN") and row["gauge"] == "1435":
        per_teu = str(CHINA_RAIL_TARIFF_USD_PER_TEU_KM)
    if row["mode"] == "road" and _crosses_customs(row):
        time_h, fixed_t = time_h + BORDER_TIME_H, BORDER_COST_USD_PER_T
        fixed_teu = 20 * BORDER_COST_USD_PER_T
    if link in SERVICES:
        time_h, teu, tonne, _ = SERVICES[link]
        if teu is not None or tonne is not None:
            per_teu, per_t, fixed_teu, fixed_t = "0", "0", teu or 0.0, tonne or 0.0
    return {
        "time_h": round(time_h, 1), "tariff_usd_per_teu_km": per_teu, "tariff_usd_per_t_km": per_t,
        "fixed_cost_usd_per_teu": fixed_teu, "fixed_cost_usd_per_t": fixed_t,
    }  # fmt: skip


def _route(row: Row) -> str:
    if row["variant"] in ("ocean_suez", "ocean_cape"):
        return row["variant"]
    return ROUTE_OF.get(row["link"], "")


def _length(row: Row, cite: Citations) -> dict[str, object]:
    method = row["distance_method"]
    address = ASSUMPTION
    if method.startswith("osm"):
        address = "package scgraph_data"
    elif method.startswith("searoute"):
        address = "package searoute"
    elif row["source_url"].startswith("http"):
        address = row["source_url"]
    reported = method == "published" and address != ASSUMPTION
    return {
        "link": row["link"], "distance_km": row["distance_km"], "method": method,
        "source": cite.key(address),
        "confidence": "assumed" if address == ASSUMPTION else "reported" if reported else "derived",
        "note": "",
    }  # fmt: skip


def _background(figures: Path) -> dict[str, float]:
    """Return rail traffic that is not assigned, whole line [Mt/a]."""
    return {
        row["link_id"]: float(row["value"])
        for row in read_rows(figures / "background.csv")
        if row["layer"] == "estimate"
    }


def _link_year(
    row: Row, year: int, background: Mapping[str, float], cite: Citations
) -> dict[str, object]:
    """Return one row of freight/link_years: per direction, kt or thousand TEU a year."""
    link = row["link"]
    values: dict[str, object] = {"link": link, "year": year, "is_open": _is_open(row, year)}
    if link in SEA_CAPACITY:
        _, by_year, always, remark = SEA_CAPACITY[link]
        return {
            **values,
            "capacity": by_year.get(year, always),
            "background": 0.0,
            "source": ASSUMPTION,
            "confidence": "assumed",
            "note": remark,
        }
    whole, remark = CAPACITY_MT.get(link, {}).get(year, (None, ""))
    if whole is None and row["capacity_mt_yr"]:
        whole = float(row["capacity_mt_yr"])
    if _is_inside_china(row):
        whole, remark = None, "Parallel lines and barges are not in the network: unlimited"
    address = ASSUMPTION if remark else row["capacity_source_url"]
    capacity = None if whole is None else 500.0 * whole
    base = _base_background(link, year, background)
    used = 0.0 if capacity is None else _grown(500.0 * base, year, capacity)
    confidence = "derived" if address.startswith("http") else "assumed"
    return {
        **values, "capacity": capacity, "background": round(used, 1), "source": cite.key(address),
        "confidence": confidence, "note": remark,
    }  # fmt: skip


def _is_inside_china(row: Row) -> bool:
    return row["from_id"].startswith("CN") and row["to_id"].startswith("CN")


def _base_background(link: str, year: int, background: Mapping[str, float]) -> float:
    """Return the base year's background [Mt/a]; before the bypass its traffic ran by Almaty."""
    base = background.get(link, 0.0) - ASSIGNED_MT.get(link, 0.0)
    bypassed = background["KZ_ZTG-KZ_KAZ-rail"]
    if year < OPEN_FROM["KZ_ZTG-KZ_KAZ-rail"]:
        if link == "KZ_ZTG-KZ_KAZ-rail":
            return 0.0
        if link in ("KZ_ZTG-KZ_ALM-rail", "KZ_ALM-KZ_KAZ-rail"):
            return base + bypassed
    return base


def _grown(base: float, year: int, capacity: float) -> float:
    """Return background of a year: it grows, but never fills a line that was not full."""
    growth = next(row for row in read_hand("growth") if row["group"] == "background")
    return max(base, min(base * float(growth[f"y{year}"]), 0.95 * capacity))


def _is_open(row: Row, year: int) -> bool:
    link = row["link"]
    # No carrier sails round the Cape where Suez is open.
    if row["variant"] in ("ocean_suez", "ocean_cape"):
        return (row["variant"] == "ocean_suez") == (year >= SUEZ_OPEN_FROM)
    if link in OPEN_FROM:
        return year >= OPEN_FROM[link]
    return row["status"] == "existing"


def _write_terminals(
    figures: Path, case_dir: Path, cite: Citations, country: Mapping[str, str]
) -> None:
    addresses: dict[str, str] = {}
    for row in read_rows(figures / "terminals.csv"):
        if row["preferred"] == "1" and row["source_url"].startswith("http"):
            addresses.setdefault(row["terminal_id"], row["source_url"])
    static, years = [], []
    for row in read_hand("terminals"):
        address = addresses.get(row["figure"], ASSUMPTION)
        tail = {
            "source": cite.key(address),
            "confidence": row["confidence"] if address != ASSUMPTION else "assumed",
            "note": row["note"],
        }
        static.append({
            **{k: row[k] for k in ("terminal", "node", "kind", "layer0", "layer1", "forms")},
            "country": country[row["node"]],
            **{k: row[k] for k in ("time_h", "cost_usd_per_teu", "cost_usd_per_t", "capacity_unit", "capacity_group")},
            **tail, "confidence": "assumed",
        })  # fmt: skip
        # Ports count wagons, trucks and boxes with their tare; the model counts net cargo.
        usable = float(row["net_share"]) * (1 - float(row["closure_days"]) / 365)
        for year in YEARS:
            nominal = row[f"c{year}"]
            capacity = round(float(nominal) * usable, 1) if nominal else None
            years.append(
                {
                    "terminal": row["terminal"],
                    "year": year,
                    "capacity": capacity,
                    "background": float(row[f"b{year}"]),
                    **tail,
                }
            )
    write_table(case_dir, "freight/terminals", list(static[0]), static)
    write_table(case_dir, "freight/terminal_years", list(years[0]), years)
