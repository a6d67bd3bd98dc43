"""Commodities, zones, demand and growth, and the flows by route that calibration aims at."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from freight_caucasus import read_caucasus_flows
from freight_files import ASSUMPTION, Citations, Row, read_hand, read_rows, write_table
from freight_flows import CAUCASUS_TRADE, Flow
from freight_network import YEARS

FORM_OF_MODE = {
    "rail ferry": "bulk", "dry ship": "bulk", "truck": "truck", "container": "container",
    "container rail": "container", "container ship": "container", "tanker+pipe": "liquid",
    "rail+sea": "bulk",
}  # fmt: skip
# Share that moves by truck where the collection says "truck+rail".
TRUCK_SHARE_OF_MIXED = {"A100": 0.5, "A101": 0.3, "A102": 0.5}
# China to Europe by sea: cargo of inland China for which a train is an option at all. The rest
# is captive to the ocean; assigning it would let a small slope move a giant.
CONTESTABLE_OCEAN_SHARE = 0.10
# Manufactures of China and Europe in boxes: share of less urgent cargo on rail, of urgent at sea.
GENERAL_SHARE_OF_RAIL = 0.25
URGENT_SHARE_OF_OCEAN = 0.05
URGENT, GENERAL = "containers_manufactured", "containers_general"
# Boxes that reach the corridor's own countries by ocean and Black Sea or Mediterranean, over
# those that come by the Middle Corridor.
OCEAN_OVER_MIDDLE = {"AZ": 1.0, "GE": 2.0, "TR": 5.0}
# Turkish trucks to Central Asia that do not cross the Caspian: share through Iran, rest Russia.
IRAN_SHARE = {"KZ": 0.3, "KG": 0.5, "UZ": 0.8, "TM": 1.0}
ROUTE_OF = {
    "TITR oil": "oil_caspian", "Turkmenbashi-Alat oil": "oil_caspian", "TITR rail Kuryk": "middle_kuryk",
    "TITR road Kuryk": "middle_kuryk", "TITR boxes Aktau": "middle_aktau",
    "TITR break bulk Aktau": "middle_aktau", "Turkmenbashi-Alat dry": "middle_turkmenbashi",
    "Turkmenbashi-Alat wagons": "middle_turkmenbashi", "Turkmenbashi-Alat road": "middle_turkmenbashi",
    "Turkmenbashi-Alat boxes": "middle_turkmenbashi", "north": "north", "ocean": "ocean_cape",
    "Russia, Belarus, Baltic": "north", "Russian Baltic ports": "north",
}  # fmt: skip
# Confidence is that of the weakest part.
RANK = ("reported", "derived", "assumed", "synthetic")


def read_flows(figures: Path) -> list[Flow]:
    """Return the flows to assign, split where the collection leaves the form or route open."""
    flows: list[Flow] = []
    for row in read_rows(figures / "demand_2024.csv"):
        if row["layer"] == "assign" and "all" not in (row["origin"], row["destination"]):
            flows.extend(part for flow in _split(row) for part in _by_urgency(flow))
    flows += [
        Flow(
            row["origin"],
            row["destination"],
            row["commodity"],
            row["form"],
            row["route"],
            float(row["tonnes"]),
            float(row["gross_tonnes"]),
            ASSUMPTION,
            "assumed",
        )
        for row in read_hand("extra_demand")
    ]
    return [*flows, *read_caucasus_flows(figures)]


def _by_urgency(flow: Flow) -> list[Flow]:
    """Return a flow of Chinese trade in boxes as an urgent and a less urgent part."""
    if (
        flow.commodity != URGENT
        or flow.form != "container"
        or "CN" not in (flow.origin, flow.destination)
    ):
        return [flow]
    at_sea = flow.route.startswith("ocean")
    general = 1 - URGENT_SHARE_OF_OCEAN if at_sea else GENERAL_SHARE_OF_RAIL
    return [
        replace(
            flow, commodity=name, tonnes=share * flow.tonnes, gross_tonnes=share * flow.gross_tonnes
        )
        for name, share in ((URGENT, 1 - general), (GENERAL, general))
    ]


def _split(row: Row) -> Iterable[Flow]:
    tonnes, gross = float(row["tonnes"]), float(row["gross_tonnes"] or row["tonnes"])

    def part(share: float, form: str, route: str) -> Flow:
        return Flow(
            row["origin"],
            row["destination"],
            row["commodity"],
            form,
            route,
            share * tonnes,
            share * gross,
            row["source_url"],
            row["confidence"],
        )

    if row["mode"] == "truck+rail":
        trucks = TRUCK_SHARE_OF_MIXED[row["row_id"]]
        return [part(trucks, "truck", "north"), part(1 - trucks, "bulk", "north")]
    form = FORM_OF_MODE[row["mode"]]
    if row["route"] == "Iran or Russia":
        iran = IRAN_SHARE[row["destination"]]
        split = [part(iran, form, "south_iran"), part(1 - iran, form, "north_caucasus")]
        return [flow for flow in split if flow.tonnes > 0]
    route = ROUTE_OF[row["route"]]
    if route == "ocean_cape":
        return [part(CONTESTABLE_OCEAN_SHARE, form, route)]
    flows = [part(1.0, form, route)]
    if row["origin"] == "CN" and row["destination"] in OCEAN_OVER_MIDDLE:
        flows.append(part(OCEAN_OVER_MIDDLE[row["destination"]], form, "ocean_cape"))
    return flows


def write_demand(figures: Path, case_dir: Path, cite: Citations) -> None:
    """Write commodities, zones, demand and its years."""
    flows = read_flows(figures)
    _write_commodities(figures, case_dir, flows)
    zones = [{**row, "source": ASSUMPTION, "confidence": "assumed"} for row in read_hand("zones")]
    write_table(
        case_dir,
        "freight/zones",
        ("zone", "node", "form", "weight", "source", "confidence", "note"),
        zones,
    )
    by_demand: dict[str, list[Flow]] = {}
    for flow in flows:
        by_demand.setdefault(flow.demand, []).append(flow)
    growth = {row["group"]: row for row in read_hand("growth")}
    demand, years = [], []
    for name in sorted(by_demand):
        parts = by_demand[name]
        first = parts[0]
        largest = max(parts, key=lambda flow: flow.tonnes)
        confidence = max((flow.confidence for flow in parts), key=RANK.index)
        demand.append({
            "demand": name, "origin": first.origin, "destination": first.destination,
            "commodity": first.commodity, "form": first.form,
            "source": cite.key(largest.address), "confidence": confidence,
            "note": "Routes of the base year: " + ", ".join(sorted({flow.route for flow in parts})),
        })  # fmt: skip
        total, group = sum(flow.tonnes for flow in parts), growth_group(first)
        for year in YEARS:
            is_base = year == YEARS[0]
            years.append({
                "demand": name, "year": year,
                "tonnes": round(total * float(growth[group][f"y{year}"]), 0),
                "source": cite.key(largest.address) if is_base else ASSUMPTION,
                "confidence": confidence if is_base else "assumed",
                "note": "" if is_base else f"Growth group {group}",
            })  # fmt: skip
    write_table(case_dir, "freight/demand", list(demand[0]), demand)
    write_table(case_dir, "freight/demand_years", list(years[0]), years)


def growth_group(flow: Flow) -> str:
    """Return the row of growth.csv that a relation follows."""
    if {flow.origin, flow.destination} <= CAUCASUS_TRADE:
        return "caucasus"
    if flow.form == "liquid":
        return "kz_crude" if flow.origin == "KZ" else "tm_crude"
    if flow.form == "container":
        china_eu = {flow.origin, flow.destination} == {"CN", "EU27"}
        return "china_eu_container" if china_eu else "corridor_container"
    return flow.form


def _write_commodities(figures: Path, case_dir: Path, flows: Iterable[Flow]) -> None:
    values: dict[tuple[str, str], str] = {}
    for row in read_rows(figures / "value_of_time.csv"):
        values[row["commodity"], row["vot_id"]] = row["value"]
    net: dict[str, float] = {}
    gross: dict[str, float] = {}
    for flow in flows:
        if flow.form == "bulk" and flow.route.startswith("middle"):
            net[flow.commodity] = net.get(flow.commodity, 0.0) + flow.tonnes
            gross[flow.commodity] = gross.get(flow.commodity, 0.0) + flow.gross_tonnes
    rows = []
    for row in read_hand("commodities"):
        name = row["commodity"]
        ratio = round(gross[name] / net[name], 3) if name in net else 1.0
        like = row["like"] or name
        remarks = [
            row["note"],
            "Gross over net is the mean of wagons on ferries and dry ships in the base year"
            if name in net
            else "",
        ]
        rows.append({
            "commodity": name, "name": row["name"],
            "value_usd_per_t": row["value_usd_per_t"] or values[like, "DEF_VAL"],
            "value_of_time_usd_per_t_h": row["value_of_time_usd_per_t_h"] or values[like, "DEF_VOT"],
            "t_per_teu": values[like, "DEF_TEU"],
            "logit_scale_per_usd": row["logit_scale_per_usd"], "gross_per_net": ratio,
            "source": ASSUMPTION, "confidence": "assumed",
            "note": "; ".join(remark for remark in remarks if remark),
        })  # fmt: skip
    write_table(case_dir, "freight/commodities", list(rows[0]), rows)
