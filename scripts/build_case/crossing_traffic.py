"""Rows of the crossing's traffic: cargo, visiting ships, links of freight, published counts."""

from collections.abc import Iterator

from crossing_figures import YEARS, Build, Out, assumed

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


def arrivals_rows(_: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/arrivals`."""
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


def arrival_years_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/arrival_years`."""
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


def visits_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/visits`."""
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


def visit_years_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/visit_years`."""
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


def links_rows(_: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/links`."""
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


def observed_rows(build: Build) -> Iterator[Out]:
    """Yield the rows of `crossing/observed`."""
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
