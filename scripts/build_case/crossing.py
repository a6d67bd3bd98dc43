"""Compile the crossing tables of the packaged case from a folder of collected figures.

    python scripts/build_case/crossing.py --figures DIR --out CASE

Closures, sea levels, vessels and published counts are read from the figures; what nobody
publishes is an assumption of this script and marked so in its row.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from freight_files import ASSUMPTION, Citations, Row, read_hand, read_rows, write_table

from transcaspian.case.columns_crossing import TABLES

YEARS = (2023, 2024, 2025, 2030, 2035, 2040)
WEATHERS = {"KURYK": "Kuryk", "AKTAU": "Aktau", "ALAT": "Alat", "TURKMENBASHI": "Turkmenbashi"}
UNDER_KEEL_M = 0.7  # assumed clearance between channel depth and usable draught
LEVEL_OF_DRAUGHTS_M = -29.2  # Caspian in 2024, when the usable draughts were stated
Out = dict[str, object]


class Build:
    """Rows of the crossing with their sources."""

    def __init__(self, figures: Path) -> None:
        self.cite = Citations(figures)
        self.vessels = {
            row["vessel_id"]: row for row in read_rows(figures / "vessels.csv") if row["vessel_id"]
        }
        self.fleet = {row["fleet_id"]: row for row in read_rows(figures / "fleet.csv")}
        self.port_resources = {
            (row["port_node"], row["resource"]): row
            for row in read_rows(figures / "vessels.csv")
            if row["record_type"] == "port_resource"
        }
        self.closures = read_rows(figures / "closures.csv")
        self.terminals = read_rows(figures / "terminals.csv")
        self.links = {row["link_id"]: row for row in read_rows(figures / "links.csv")}
        self.commodities = read_rows(figures / "corridor_commodities.csv")
        self.flows = read_rows(figures / "flows.csv")
        self.growth = {row["group"]: row for row in read_hand("growth")}

    def of(self, figure: Row, confidence: str = "", note: str = "") -> Out:
        """Return source, confidence and note of a row that rests on a figure."""
        source = self.cite.key(figure["source_url"])
        own = "assumed" if source == ASSUMPTION else confidence or figure["confidence"]
        return {"source": source, "confidence": own, "note": note or figure.get("note", "")}

    def resource(self, node: str, name: str) -> Row:
        """Return a published resource of a port."""
        return self.port_resources[node, name]

    def terminal(self, terminal: str, parameter: str) -> Row:
        """Return the preferred figure of a terminal."""
        return next(
            r
            for r in self.terminals
            if r["terminal_id"] == terminal
            and r["parameter"] == parameter
            and r["preferred"] == "1"
        )

    def count(
        self, segment: str, node: str, commodity: str, metric: str, year: str, period: str = "year"
    ) -> Row:
        """Return a published count of the corridor."""
        return next(
            r
            for r in self.commodities
            if (
                r["segment"],
                r["node_or_link"],
                r["commodity"],
                r["metric"],
                r["year"],
                r["period"],
            )
            == (segment, node, commodity, metric, year, period)
        )


def assumed(note: str) -> Out:
    """Return source, confidence and note of an assumption."""
    return {"source": ASSUMPTION, "confidence": "assumed", "note": note}


def _weathers(build: Build) -> Iterator[Out]:
    figure = next(row for row in build.closures if row["record_id"] == "SPELL_DIST")
    note = (
        "no length of spells is published: varied from 12 h to 7 d; seen 1.3 to 7 days, median 2.4"
    )
    for weather, place in WEATHERS.items():
        yield {
            "weather": weather,
            "name": f"{place}, port closed",
            "spell_law": "exponential",
            "mean_spell_h": 24.0 * float(figure["value"]),
            "spell_low_h": 12.0,
            "spell_high_h": 168.0,
            **assumed(note),
        }
    yield {
        "weather": "SEA",
        "name": "Storm on the open sea",
        "spell_law": "exponential",
        "mean_spell_h": 48.0,
        "spell_low_h": 12.0,
        "spell_high_h": 168.0,
        **assumed(note),
    }


def _closures(build: Build) -> Iterator[Out]:
    names = {place: weather for weather, place in WEATHERS.items()}
    for row in build.closures:
        if row["record_id"] == "MONTH_SHARE":
            yield {
                "weather": names[row["place"]],
                "month": int(row["season"]),
                "closed_share": float(row["value"]),
                **build.of(row),
            }
    storm = next(row for row in build.closures if row["record_id"] == "WIND_STORM")
    for month in range(1, 13):
        yield {
            "weather": "SEA",
            "month": month,
            "closed_share": float(storm["value"]),
            **build.of(storm, "derived"),
        }


def _sea_level(build: Build) -> Iterator[Out]:
    seen = {
        row["date_from"]: row
        for row in build.closures
        if row["record_id"] == "LEVEL" and row["date_from"] in ("2006", "2014", "2024")
    }
    now = next(
        r
        for r in build.terminals
        if r["terminal_id"] == "T_CASPIAN_LEVEL" and r["value"] == "-29.35"
    )
    ahead = [row for row in build.closures if row["record_id"] == "LEVEL_PATH"]
    for path, column in (("mid", "value"), ("low", "value_min"), ("high", "value_max")):
        for year, row in seen.items():
            yield {"path": path, "year": int(year), "level_m": float(row["value"]), **build.of(row)}
        yield {"path": path, "year": 2025, "level_m": float(now["value"]), **build.of(now)}
        for row in ahead:
            yield {
                "path": path,
                "year": int(row["date_from"]),
                "level_m": float(row[column]),
                **build.of(row),
            }


def _ports(build: Build) -> Iterator[Out]:
    alat = build.terminal("T_ALAT", "usable_draft_m")
    kuryk = build.terminal("T_KURYK", "channel_depth_m")
    aktau = build.terminal("T_AKTAU", "design_depth_dry_berths_m")
    rows = (
        (
            "KURYK",
            "Kuryk",
            "KZ_KUR",
            float(kuryk["value"]) - UNDER_KEEL_M,
            build.of(
                kuryk,
                "derived",
                "channel depth after the dredging of 2024 less 0.7 m under the keel",
            ),
        ),
        (
            "AKTAU",
            "Aktau",
            "KZ_AAU",
            float(aktau["value"]) - UNDER_KEEL_M,
            build.of(aktau, "derived", "design depth of the dry berths less 0.7 m under the keel"),
        ),
        ("ALAT", "Alat", "AZ_ALT", float(alat["value"]), build.of(alat)),
        (
            "TURKMENBASHI",
            "Turkmenbashi",
            "TM_KRW",
            4.5,
            assumed(
                "between the 3.5 m of most Caspian ports in 2024 and the 6 m that were the norm"
            ),
        ),
    )
    for port, name, node, draught, sourced in rows:
        yield {
            "port": port, "name": name, "node": node, "weather": port, "usable_draught_m": draught,
            "draught_level_m": LEVEL_OF_DRAUGHTS_M, "pilotage_h": 0.5, "is_one_way": True, **sourced,
        }  # fmt: skip


def _port_years(build: Build) -> Iterator[Out]:
    mid = {row["year"]: row["level_m"] for row in _sea_level(build) if row["path"] == "mid"}
    for port in WEATHERS:
        for year in YEARS:
            fall = LEVEL_OF_DRAUGHTS_M - float(str(mid[year])) if year in mid else 0.0
            yield {
                "port": port,
                "year": year,
                "dredged_m": round(max(fall, 0.0), 2),
                **assumed(
                    "dredging keeps the usable draught of 2024 as the sea falls on its middle path"
                ),
            }


# berth, port, name, fixed hours, cranes a vessel
BERTHS = (
    ("AAU_DRY", "AKTAU", "Aktau dry berths", 2.0, 2, ("KZ_AAU", "dry berths")),
    ("AAU_GRAIN", "AKTAU", "Aktau grain berth", 2.0, 0, ("KZ_AAU", "grain berth")),
    ("AAU_OIL", "AKTAU", "Aktau oil berths", 2.0, 0, ("KZ_AAU", "oil berths")),
    ("KUR_RAIL", "KURYK", "Kuryk rail ferry berths", 1.0, 0, ("KZ_KUR", "rail ferry berths")),
    ("KUR_ROAD", "KURYK", "Kuryk truck ferry berths", 1.0, 0, ("KZ_KUR", "truck ferry berths")),
    ("ALT_RAIL", "ALAT", "Alat rail ferry berths", 1.0, 0, ("AZ_ALT", "rail ferry berths")),
    ("ALT_ROAD", "ALAT", "Alat ro-ro berths", 1.0, 0, ("AZ_ALT", "ro-ro and ro-pax berths")),
    ("ALT_BOX", "ALAT", "Alat container berths", 2.0, 2, None),
    ("TKB_RAIL", "TURKMENBASHI", "Turkmenbashi rail ferry berths", 1.0, 0, None),
    ("TKB_ROAD", "TURKMENBASHI", "Turkmenbashi ro-pax berths", 1.0, 0, None),
    ("TKB_BOX", "TURKMENBASHI", "Turkmenbashi container berths", 2.0, 2, ("TM_KRW", "container ships at once")),
)  # fmt: skip


def _berths(_: Build) -> Iterator[Out]:
    for berth, port, name, fixed_h, cranes, _ in BERTHS:
        yield {
            "berth": berth,
            "port": port,
            "name": name,
            "fixed_h": fixed_h,
            "queue_rule": "fifo",
            "cranes_per_vessel": cranes,
            **assumed("hours for mooring, papers and hatches"),
        }


def _berth_years(build: Build) -> Iterator[Out]:
    boxes = build.terminal("T_ALAT", "container_berths")
    ferries = build.terminal("T_TKB", "ferry_berths")
    for berth, _, _, _, cranes, figure in BERTHS:
        if figure is not None:
            row = build.resource(*figure)
            count, sourced = int(float(row["value"])), build.of(row)
        elif berth == "ALT_BOX":
            count, sourced = int(float(boxes["value"])), build.of(boxes)
        else:
            count, sourced = int(float(ferries["value"])) // 2, build.of(ferries)
        if cranes:
            sourced = sourced | {
                "note": "two cranes a berth are assumed"
                + (f"; {sourced['note']}" if sourced["note"] else "")
            }
        for year in YEARS:
            yield {
                "berth": berth,
                "year": year,
                "count": count,
                "cranes": cranes * count,
                **sourced,
            }


def _cargoes(build: Build) -> Iterator[Out]:
    wagon = build.count("Port of Kuryk", "KZ_KUR", "rail", "t_per_wagon", "2023", "Jan-Oct")
    truck = build.count("Port of Kuryk", "KZ_KUR", "road", "t_per_vehicle", "2023", "Jan-Oct")
    yield {
        "cargo": "wagon",
        "name": "Wagons",
        "unit": "wagon",
        "space": 14.0,
        "tonnes": float(wagon["value"]),
        "clearance_h": 24.0,
        **build.of(
            wagon, note="gross of wagon; 14 m of track, customs and shunting of a day assumed"
        ),
    }
    yield {
        "cargo": "truck",
        "name": "Trucks and cars",
        "unit": "vehicle",
        "space": 14.3,
        "tonnes": float(truck["value"]),
        "clearance_h": 12.0,
        **build.of(
            truck,
            note="space: 79 trucks of 16.5 m and 18 cars of 5 m seen on a voyage of 2022; border in half a day assumed",
        ),
    }
    yield {
        "cargo": "teu",
        "name": "Containers",
        "unit": "TEU",
        "space": 1.0,
        "tonnes": 11.0,
        "clearance_h": 96.0,
        **assumed(
            "0.56 Mt with the boxes on 51 thousand TEU in 2024, empties included; four days in the yard"
        ),
    }


def _handling(build: Build) -> Iterator[Out]:
    one_deck = build.resource("KZ_KUR", "wagons per hour, 28-wagon one-deck ferry")
    crane = build.resource("KZ_AAU", "container crane moves")
    for berth, *_ in BERTHS:
        if berth.endswith("_RAIL"):
            sourced = (
                build.of(one_deck)
                if berth == "KUR_RAIL"
                else build.of(one_deck, "assumed", "as at Kuryk")
            )
            yield {
                "berth": berth,
                "cargo": "wagon",
                "units_per_h": float(one_deck["value"]),
                **sourced,
            }
        if berth.endswith(("_RAIL", "_ROAD")):
            yield {
                "berth": berth,
                "cargo": "truck",
                "units_per_h": 20.0,
                **assumed("vehicles over one ramp"),
            }
        if berth in ("AAU_DRY", "ALT_BOX", "TKB_BOX"):
            yield {
                "berth": berth,
                "cargo": "teu",
                "units_per_h": 18.75,
                **build.of(crane, "assumed", "225 TEU off and 225 on in 24 h with two cranes"),
            }


def _yards(build: Build) -> Iterator[Out]:
    alat = build.resource("AZ_ALT", "container yard")
    half = int(float(alat["value"]) * 1.6 / 2)
    yield {
        "port": "ALAT",
        "cargo": "teu",
        "export_units": half,
        "import_units": half,
        **build.of(alat, "derived", "1,200 containers of 1.6 TEU, half of them for each direction"),
    }
    open_storage = build.resource("KZ_AAU", "open storage")
    yield {
        "port": "AKTAU",
        "cargo": "teu",
        "export_units": 1500,
        "import_units": 1500,
        **build.of(
            open_storage,
            "assumed",
            "80,000 m2 of open storage, a third of it for boxes of each direction",
        ),
    }
    yield {
        "port": "TURKMENBASHI",
        "cargo": "teu",
        "export_units": 1500,
        "import_units": 1500,
        **assumed("far above use"),
    }
    for port, wagons, trucks in (
        ("KURYK", 300, 250),
        ("ALAT", 400, 250),
        ("TURKMENBASHI", 400, 300),
    ):
        yield {
            "port": port,
            "cargo": "wagon",
            "export_units": wagons,
            **assumed("tracks of the port; more stand on the line"),
        }
        yield {
            "port": port,
            "cargo": "truck",
            "export_units": trucks,
            **assumed("parking of the port; more stand on the road"),
        }


def _sidings(build: Build) -> Iterator[Out]:
    train = build.terminal("T_ALAT", "train_unload_h")
    for siding, port, tracks in (
        ("AAU_BOX", "AKTAU", 2), ("ALT_BOX", "ALAT", 2), ("TKB_BOX", "TURKMENBASHI", 2),
    ):  # fmt: skip
        yield {
            "siding": siding,
            "port": port,
            "tracks": tracks,
            "train_h": float(train["value"]),
            **build.of(
                train,
                "" if port == "ALAT" else "assumed",
                "43 containers in 6 h at Alat; number of tracks assumed",
            ),
        }
    for siding, port in (("KUR_RAIL", "KURYK"), ("ALT_RAIL", "ALAT"), ("TKB_RAIL", "TURKMENBASHI")):
        yield {
            "siding": siding,
            "port": port,
            "tracks": 3,
            "train_h": 3.0,
            **assumed("sorting of wagons for the ferry"),
        }


# class, name, owner, kind, row of the figures, space, payload, laden and light draught, speed
VESSELS = (
    ("RAIL_FERRY", "28-wagon rail ferry", "ASCO", "rail_ferry", "FER_REST", 495.0, 3950.0, 4.2, 3.4, 13.0, "30 trucks of 16.5 m; seven of its class have names"),
    ("ROPAX", "56-wagon ro-pax", "ASCO", "ropax", "RPX_AZ", 840.0, 5740.0, 4.5, 3.2, 14.0, "56 tank wagons or 50 trucks"),
    ("RORO", "Ro-ro ship", "ASCO", "roro", "RORO_AZ", 577.5, 3000.0, 4.2, 3.0, 12.0, "35 trucks of 16.5 m"),
    ("TM_ROPAX", "Turkmen ro-pax", "Turkmen Merchant Marine", "ropax", "TM_BB", 891.0, 5000.0, 4.5, 3.2, 17.0, "54 trucks of 16.5 m; draughts assumed"),
    ("FEEDER_225", "225-TEU feeder", "Kazmortransflot", "feeder", "CON_TUR", 225.0, 5000.0, 4.6, 2.5, 11.0, "draughts and speed assumed"),
    ("FEEDER_300", "300-TEU feeder", "ASCO", "feeder", "CON_AS2", 300.0, 5500.0, 4.6, 2.6, 12.0, "size and draughts assumed"),
    ("FEEDER_150", "Turkmen feeder", "Turkmen Merchant Marine", "feeder", "F_TM_FEEDER", 150.0, 4000.0, 4.5, 2.5, 12.0, "size and draughts assumed"),
    ("BOX_780", "780-TEU container ship", "Kazakhstan and AD Ports", "feeder", "CON_700", 780.0, 9000.0, 5.0, 2.8, 13.0, "payload and draughts assumed; Alat's draught limits it"),
    ("BOX_700", "700-TEU container ship", "Kazakhstan", "feeder", "CON_700", 700.0, 8080.0, 5.0, 2.8, 13.0, "payload by slots and draughts as of the 780-TEU ship; Alat's draught limits it"),
    ("UNIVERSAL_FERRY", "54-wagon universal ferry", "Kazakhstan", "ropax", "KTZ_ULJ", 840.0, 5250.0, 4.5, 3.2, 14.5, "design ordered in 2016; draughts as of the ro-pax"),
)  # fmt: skip
USD_DAY = {
    "RAIL_FERRY": 9000.0,
    "ROPAX": 11000.0,
    "RORO": 7000.0,
    "TM_ROPAX": 11000.0,
    "FEEDER_225": 6000.0,
    "FEEDER_300": 6500.0,
    "FEEDER_150": 6500.0,
    "BOX_780": 9500.0,
    "BOX_700": 9200.0,
    "UNIVERSAL_FERRY": 11000.0,
}


def _vessels(build: Build) -> Iterator[Out]:
    for vessel, name, owner, kind, figure, space, payload, laden, light, speed, note in VESSELS:
        row = build.vessels.get(figure) or build.fleet[figure]
        yield {
            "vessel": vessel, "name": name, "owner": owner, "kind": kind, "space": space,
            "payload_t": payload, "draught_laden_m": laden, "draught_light_m": light,
            "speed_kn": speed, "usd_day": USD_DAY[vessel], "breakdown_share": 0.01,
            "repair_h": 72.0, "dock_interval_days": 912.5, "dock_days": 30.0,
            **build.of(row, "assumed", f"{note}; cost of a day, breakdowns and dry dock assumed"),
        }  # fmt: skip


def _routes(build: Build) -> Iterator[Out]:
    for port0, port1, link in (
        ("ALAT", "KURYK", "KZ_KUR-AZ_ALT-ferry-rail_road_ferry"),
        ("ALAT", "AKTAU", "KZ_AAU-AZ_ALT-sea-feeder"),
        ("ALAT", "TURKMENBASHI", "TM_KRW-AZ_ALT-ferry-rail_road_ferry"),
    ):  # fmt: skip
        row = build.links[link]
        yield {
            "port0": port0,
            "port1": port1,
            "distance_km": float(row["distance_km"]),
            "variation": 0.1,
            "weather": "SEA",
            **build.of(row),
        }


SERVICES = (
    ("KURYK_FERRY", "RAIL_FERRY", "ALAT;KURYK", "ALT_RAIL;KUR_RAIL", "wagon;truck", 0.9, 24.0, (6, 6, 7, 7, 7, 7)),
    ("KURYK_ROPAX", "ROPAX", "ALAT;KURYK", "ALT_RAIL;KUR_RAIL", "wagon;truck", 0.9, 24.0, (2, 2, 2, 3, 3, 3)),
    ("KURYK_RORO", "RORO", "ALAT;KURYK", "ALT_ROAD;KUR_ROAD", "truck", 0.9, 24.0, (1, 1, 1, 1, 1, 1)),
    ("KURYK_UNIVERSAL", "UNIVERSAL_FERRY", "ALAT;KURYK", "ALT_RAIL;KUR_RAIL", "wagon;truck", 0.9, 24.0, (0, 0, 0, 0, 0, 0)),
    ("TKB_FERRY", "RAIL_FERRY", "ALAT;TURKMENBASHI", "ALT_RAIL;TKB_RAIL", "wagon;truck", 0.9, 24.0, (6, 6, 6, 6, 6, 6)),
    ("TKB_ROPAX", "TM_ROPAX", "ALAT;TURKMENBASHI", "ALT_ROAD;TKB_ROAD", "truck", 0.9, 24.0, (2, 2, 2, 2, 2, 2)),
    ("AKTAU_KMTF", "FEEDER_225", "ALAT;AKTAU", "ALT_BOX;AAU_DRY", "teu", 0.9, 48.0, (2, 4, 4, 4, 4, 4)),
    ("AKTAU_ASCO", "FEEDER_300", "ALAT;AKTAU", "ALT_BOX;AAU_DRY", "teu", 0.9, 48.0, (0, 0, 2, 2, 2, 2)),
    ("AKTAU_780", "BOX_780", "ALAT;AKTAU", "ALT_BOX;AAU_DRY", "teu", 0.9, 48.0, (0, 0, 0, 0, 0, 0)),
    ("AKTAU_700", "BOX_700", "ALAT;AKTAU", "ALT_BOX;AAU_DRY", "teu", 0.9, 48.0, (0, 0, 0, 0, 0, 0)),
    ("TKB_FEEDER", "FEEDER_150", "ALAT;TURKMENBASHI", "ALT_BOX;TKB_BOX", "teu", 0.9, 72.0, (1, 1, 1, 1, 1, 1)),
)  # fmt: skip
SERVICE_FIGURES = {
    "KURYK_FERRY": "FER_REST",
    "TKB_FERRY": "FER_REST",
    "KURYK_ROPAX": "RPX_ZA",
    "KURYK_RORO": "RORO_AZ",
    "KURYK_UNIVERSAL": "F_KZ_FERRY10",
    "TKB_ROPAX": "TM_BB",
    "AKTAU_KMTF": "CON_KM2",
    "AKTAU_ASCO": "CON_AS2",
    "AKTAU_780": "CON_700",
    "AKTAU_700": "CON_700",
    "TKB_FEEDER": "F_TM_FEEDER",
}
SERVICE_NOTES = {
    "AKTAU_ASCO": "two feeders in service in 2025; kept later without a project",
    "AKTAU_780": "none without its project",
    "AKTAU_700": "none without its project",
    "KURYK_UNIVERSAL": "none without its project",
}


def _services(_: Build) -> Iterator[Out]:
    for service, vessel, at, berth, cargo, fill, wait, _ in SERVICES:
        yield {
            "service": service,
            "vessel": vessel,
            "ports": at,
            "berths": berth,
            "cargoes": cargo,
            "sailing_rule": "full_or_relieved" if cargo == "teu" else "full_or_waited",
            "fill_share": fill,
            "max_wait_h": wait,
            "priority": 0,
            **assumed(
                "no timetable: sails when full or after a wait; a feeder also when another waits for its berth"
            ),
        }


def _service_years(build: Build) -> Iterator[Out]:
    for service, *_, counts in SERVICES:
        figure = SERVICE_FIGURES[service]
        row = build.vessels.get(figure) or build.fleet[figure]
        note = SERVICE_NOTES.get(
            service, "split of the fleet between the lines assumed; kept later without a project"
        )
        for year, count in zip(YEARS, counts, strict=True):
            yield {
                "service": service,
                "year": year,
                "count": count,
                **build.of(row, "assumed", note),
            }


# arrival, from, to, cargo, batch, siding
ARRIVALS = tuple(
    (f"{cargo}_{a}_{b}", a, b, cargo, batch, siding.get(a, ""))
    for ends, cargo, batch, siding in (
        (("KURYK", "ALAT"), "wagon", 30, {"KURYK": "KUR_RAIL", "ALAT": "ALT_RAIL"}),
        (("KURYK", "ALAT"), "truck", 1, {}),
        (("TURKMENBASHI", "ALAT"), "wagon", 30, {"TURKMENBASHI": "TKB_RAIL", "ALAT": "ALT_RAIL"}),
        (("TURKMENBASHI", "ALAT"), "truck", 1, {}),
        (("AKTAU", "ALAT"), "teu", 60, {"AKTAU": "AAU_BOX", "ALAT": "ALT_BOX"}),
        (("TURKMENBASHI", "ALAT"), "teu", 30, {"TURKMENBASHI": "TKB_BOX", "ALAT": "ALT_BOX"}),
    )
    for a, b in (ends, ends[::-1])
)  # fmt: skip


def _arrivals(_: Build) -> Iterator[Out]:
    for arrival, port0, port1, cargo, batch, siding in ARRIVALS:
        yield {
            "arrival": arrival,
            "port0": port0,
            "port1": port1,
            "cargo": cargo,
            "law": "poisson",
            "batch": batch,
            "siding": siding,
            **assumed("trains come at random; their size is assumed"),
        }


def _arrival_years(build: Build) -> Iterator[Out]:
    wagons_2024 = build.count("Port of Baku", "AZ_ALT", "wagons", "wagons", "2024")
    trucks_2024 = build.count("Port of Baku", "AZ_ALT", "trucks", "vehicles", "2024")
    total = {"wagon": wagons_2024, "truck": trucks_2024}
    kmtf = next(
        row for row in build.flows if row["series_id"] == "KMTF_TEU" and row["year"] == "2024"
    )
    aktau_2023 = build.count(
        "Port of Aktau", "KZ_AAU", "containers", "containers", "2023", "Jan-Oct"
    )
    balkan = next(row for row in build.flows if row["series_id"] == "TKB_ALAT_TEU")
    corridor = {
        row["year"]: row
        for row in build.flows
        if row["series_id"] == "TITR_TEU" and row["kind"] == "actual" and row["period"] == "year"
    }
    group = {"wagon": "bulk", "truck": "truck", "teu": "corridor_container"}
    nodes = {"KURYK": "KZ_KUR", "TURKMENBASHI": "TM_KRW"}
    metric = {"wagon": ("wagons", "wagons"), "truck": ("trucks", "vehicles")}
    for arrival, port0, port1, cargo, _, _ in ARRIVALS:
        far = port0 if port0 != "ALAT" else port1
        if cargo == "teu" and far == "AKTAU":
            base_2023, base_2024 = float(aktau_2023["value"]) * 1.2, 55000.0
            figures = (aktau_2023, kmtf)
        elif cargo == "teu":
            base_2023, base_2024 = 2.0 * float(balkan["value"]), 2.0 * float(balkan["value"])
            figures = (balkan, balkan)
        else:
            by_line = {
                node: build.count("Port of Baku", node, *metric[cargo], "2023")
                for node in nodes.values()
            }
            own = by_line[nodes[far]]
            base_2023 = float(own["value"])
            base_2024 = (
                float(total[cargo]["value"])
                * base_2023
                / sum(float(row["value"]) for row in by_line.values())
            )
            figures = (own, total[cargo])
        growth = build.growth[group[cargo]]
        for year in YEARS:
            if year == 2023:
                units, sourced = (
                    base_2023,
                    build.of(figures[0], "derived", "half of the line's count for each direction"),
                )
            elif year == 2024:
                units, sourced = (
                    base_2024,
                    build.of(figures[1], "derived", "half of the line's count for each direction"),
                )
            elif year == 2025 and cargo == "teu" and far == "AKTAU":
                rise = float(corridor["2025"]["value"]) / float(corridor["2024"]["value"])
                units = base_2024 * rise
                sourced = build.of(
                    corridor["2025"], "derived", "line of 2024 grown as all boxes of the corridor"
                )
            else:
                units, sourced = (
                    base_2024 * float(growth[f"y{year}"]),
                    assumed(f"2024 grown as the freight demand group {group[cargo]}"),
                )
            yield {"arrival": arrival, "year": year, "units": round(units / 2.0, 0), **sourced}


def _visits(build: Build) -> Iterator[Out]:
    tanker = build.resource("KZ_AAU", "tanker loading")
    yield {
        "visit": "AAU_TANKERS",
        "berth": "AAU_OIL",
        "name": "Tankers at Aktau",
        "service_h": float(tanker["value"]),
        "variation": 0.2,
        **build.of(tanker),
    }
    yield {
        "visit": "AAU_GRAIN_SHIPS",
        "berth": "AAU_GRAIN",
        "name": "Grain ships to Iran",
        "service_h": 18.0,
        "variation": 0.3,
        **assumed("3,570 t a ship at 200 t an hour"),
    }
    yield {
        "visit": "AAU_BREAK_BULK",
        "berth": "AAU_DRY",
        "name": "Dry cargo ships at Aktau",
        "service_h": 36.0,
        "variation": 0.3,
        **assumed("3,500 t a ship at 100 t an hour"),
    }


def _visit_years(build: Build) -> Iterator[Out]:
    oil = next(row for row in build.flows if row["series_id"] == "OIL_AKTAU_ALL")
    grain = build.count("Port of Aktau", "KZ_AAU", "grain", "cargo", "2025", "Sep 2024-Aug 2025")
    grain_calls = {2023: 60.0, 2024: 150.0}
    for year in YEARS:
        yield {
            "visit": "AAU_TANKERS",
            "year": year,
            "calls": round(float(oil["value"]) * 1e6 / 10000.0),
            **build.of(oil, "derived", "10,000 t a call; kept level"),
        }
        calls = grain_calls.get(year, round(float(grain["value"]) * 1e6 / 3570.0))
        yield {
            "visit": "AAU_GRAIN_SHIPS",
            "year": year,
            "calls": calls,
            **build.of(
                grain,
                "derived" if year == 2025 else "assumed",
                "3,570 t a ship; ten times fewer in the season before 2024/25; kept level later",
            ),
        }
        yield {
            "visit": "AAU_BREAK_BULK",
            "year": year,
            "calls": 100.0,
            **assumed("0.35 Mt of break bulk at 3,500 t a ship"),
        }


# link, cargo, freight for each unit that sails, terminals inside the wait, how it was found
LINKS = (
    ("KZ_AAU-AZ_ALT-sea-feeder", "teu", 0.738, "AKTAU_CONTAINER;ALAT_CONTAINER;ALAT_CONTAINER_ROAD", "40,600 laden TEU of 55,000 in 2024"),
    ("KZ_KUR-AZ_ALT-ferry-rail", "wagon", 45.8, "KURYK_RAIL;ALAT_FERRY_RAIL", "wagons"),
    ("KZ_KUR-AZ_ALT-ferry-truck", "truck", 14.8, "KURYK_ROAD;ALAT_FERRY_ROAD", "vehicles"),
    ("TM_KRW-AZ_ALT-ferry-rail", "wagon", 55.9, "TURKMENBASHI_FERRY_RAIL;ALAT_FERRY_RAIL", "wagons"),
    ("TM_KRW-AZ_ALT-ferry-truck", "truck", 15.1, "TURKMENBASHI_FERRY_ROAD;ALAT_FERRY_ROAD", "vehicles"),
)  # fmt: skip


def _links(_: Build) -> Iterator[Out]:
    for link, cargo, load, terminals, how in LINKS:
        note = (
            how
            if cargo == "teu"
            else f"net tonnes of the flows to assign over the {how} counted in 2024, both ways"
        )
        yield {
            "link": link,
            "cargo": cargo,
            "load_per_unit": load,
            "terminals": terminals,
            **assumed(note),
            "confidence": "derived",
        }


def _observed(build: Build) -> Iterator[Out]:
    kuryk = ("Port of Kuryk", "KZ_KUR")
    share = round(10.0 / 12.0, 6)
    for quantity, name, figure, scale, unit in (
        ("kuryk_calls", "Ferry calls at Kuryk", build.count(*kuryk, "all", "ferry_calls", "2023", "Jan-Oct"), 1.0, "calls"),
        ("kuryk_t", "Cargo of Kuryk, gross", build.count(*kuryk, "total", "cargo", "2023", "Jan-Oct"), 1e6, "t"),
        ("kuryk_wagons", "Wagons through Kuryk", build.count(*kuryk, "rail", "wagons", "2023", "Jan-Oct"), 1.0, "wagons"),
        ("kuryk_vehicles", "Vehicles through Kuryk", build.count(*kuryk, "road", "vehicles", "2023", "Jan-Oct"), 1.0, "vehicles"),
    ):  # fmt: skip
        yield {
            "quantity": quantity,
            "name": name,
            "year": 2023,
            "year_share": share,
            "value": float(figure["value"]) * scale,
            "unit": unit,
            **build.of(figure, note="January to October"),
        }
    kmtf = next(
        row for row in build.flows if row["series_id"] == "KMTF_TEU" and row["year"] == "2024"
    )
    later = next(
        row for row in build.commodities if row["series_id"] == "KMTF" and row["year"] == "2025"
    )
    for row in (kmtf, later):
        yield {
            "quantity": "kmtf_teu",
            "name": "Boxes on Kazmortransflot's ships, both ways",
            "year": int(row["year"]),
            "year_share": 1.0,
            "value": float(row["value"]),
            "unit": "TEU",
            **build.of(row),
        }
    hours = build.terminal("T_ALAT", "vessel_handling_h")
    yield {
        "quantity": "alat_handling_h",
        "name": "Handling of a container vessel at Alat",
        "year": 2024,
        "year_share": 1.0,
        "value": float(hours["value"]),
        "unit": "h",
        **build.of(hours),
    }


WRITERS = {
    "weathers": _weathers, "closures": _closures, "sea_level": _sea_level, "ports": _ports,
    "port_years": _port_years, "berths": _berths, "berth_years": _berth_years, "cargoes": _cargoes,
    "handling": _handling, "yards": _yards, "sidings": _sidings, "vessels": _vessels,
    "routes": _routes, "services": _services, "service_years": _service_years,
    "arrivals": _arrivals, "arrival_years": _arrival_years, "visits": _visits,
    "visit_years": _visit_years, "links": _links, "observed": _observed,
}  # fmt: skip


def build(figures: Path, case_dir: Path) -> None:
    """Write every crossing table and merge their sources into the case."""
    compiled = Build(figures)
    for table in TABLES:
        rows = list(WRITERS[table.name.split("/")[1]](compiled))
        write_table(case_dir, table.name, [column.name for column in table.all_columns()], rows)
    compiled.cite.save(case_dir)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="folder of the freight figures")
    parser.add_argument("--out", type=Path, required=True, help="folder of the case")
    arguments = parser.parse_args()
    build(arguments.figures, arguments.out)
