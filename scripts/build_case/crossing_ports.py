"""Rows of the crossing's weather, ports, berths, yards and sidings."""

from collections.abc import Iterator

from crossing_figures import YEARS, Build, Out, assumed

WEATHERS = {"KURYK": "Kuryk", "AKTAU": "Aktau", "ALAT": "Alat", "TURKMENBASHI": "Turkmenbashi"}


UNDER_KEEL_M = 0.7  # assumed clearance between channel depth and usable draught


LEVEL_OF_DRAUGHTS_M = -29.2  # Caspian in 2024, when the usable draughts were stated


def weathers_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/weathers`."""
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


def closures_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/closures`."""
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


def sea_level_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/sea_level`."""
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


def ports_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/ports`."""
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


def port_years_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/port_years`."""
    mid = {row["year"]: row["level_m"] for row in sea_level_rows(build) if row["path"] == "mid"}
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


def berths_rows(_: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/berths`."""
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


def berth_years_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/berth_years`."""
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


def cargoes_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/cargoes`."""
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


def handling_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/handling`."""
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


def yards_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/yards`."""
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


def sidings_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/sidings`."""
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
