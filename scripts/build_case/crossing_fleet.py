"""Rows of the crossing's vessels, routes and services."""

from collections.abc import Iterator

from crossing_figures import YEARS, Build, Out, assumed

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


def vessels_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/vessels`."""
    for vessel, name, owner, kind, figure, space, payload, laden, light, speed, note in VESSELS:
        row = build.vessels.get(figure) or build.fleet[figure]
        yield {
            "vessel": vessel, "name": name, "owner": owner, "kind": kind, "space": space,
            "payload_t": payload, "draught_laden_m": laden, "draught_light_m": light,
            "speed_kn": speed, "usd_day": USD_DAY[vessel], "breakdown_share": 0.01,
            "repair_h": 72.0, "dock_interval_days": 912.5, "dock_days": 30.0,
            **build.of(row, "assumed", f"{note}; cost of a day, breakdowns and dry dock assumed"),
        }  # fmt: skip


def routes_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/routes`."""
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


def services_rows(_: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/services`."""
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


def service_years_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/service_years`."""
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
