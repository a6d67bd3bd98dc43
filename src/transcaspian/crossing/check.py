"""The rules that a crossing keeps: one function a rule, each giving the problems it finds."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from transcaspian.crossing.model import HOURS_PER_YEAR
from transcaspian.crossing.tables import MONTHS, Crossing, Row, Service, payload_t
from transcaspian.errors import InputError, Problem

__all__ = ["check_crossing"]


def check_crossing(crossing: Crossing) -> Crossing:
    """Return the crossing; raise InputError with every problem found in it."""
    problems = [problem for check in CHECKS for problem in check(crossing)]
    if problems:
        raise InputError(f"The crossing of {crossing.year} cannot be simulated.", problems)
    return crossing


def _problem(table: str, name: str, column: str, message: str, cure: str) -> Problem:
    return Problem(f"crossing/{table}.csv", 0, column, f"{name}: {message}", cure)


ABOVE_ZERO = {
    "vessels": ("payload_t", "draught_laden_m", "speed_kn"),
    "cargoes": ("tonnes",),
    "routes": ("distance_km",),
    "sidings": ("tracks",),
    "berths": ("count",),
    "yards": ("import_units",),
    "visits": ("service_h",),
    "weathers": ("mean_spell_h",),
}
FROM_ZERO = {
    "vessels": ("space", "usd_day", "breakdown_share", "repair_h", "dock_days"),
    "cargoes": ("space", "clearance_h"),
    "routes": ("variation",),
    "sidings": ("train_h",),
    "berths": ("fixed_h", "cranes", "cranes_per_vessel"),
    "ports": ("pilotage_h",),
    "arrivals": ("units",),
    "visits": ("calls", "variation"),
}


def check_numbers_are_in_range(crossing: Crossing) -> Iterator[Problem]:
    """Find rates, sizes and times of zero or less, and trains of no wagon."""
    tables: dict[str, Mapping[Any, Row]] = {
        "vessels": crossing.vessels,
        "cargoes": crossing.cargoes,
        "routes": crossing.routes,
        "sidings": crossing.sidings,
        "berths": crossing.berths,
        "yards": crossing.yards,
        "ports": crossing.ports,
        "arrivals": crossing.arrivals,
        "visits": crossing.visits,
        "weathers": crossing.weathers,
    }
    for rules, may_be_zero in ((ABOVE_ZERO, False), (FROM_ZERO, True)):
        rule = "from zero up" if may_be_zero else "above zero"
        for table, columns in rules.items():
            for name, row in tables[table].items():
                for column in columns:
                    value = row[column]
                    is_right = value is None or 0.0 < value < np.inf or (may_be_zero and value == 0)
                    if not is_right:
                        yield _problem(
                            table, _name(name), column, f"{value} must be {rule}.", "Correct it."
                        )
    for (berth, cargo), rate in crossing.handling.items():
        if not (rate > 0.0 and np.isfinite(rate)):
            message = f"{cargo}: a rate of {rate} units an hour handles nothing."
            yield _problem("handling", berth, "units_per_h", message, "Give a rate above zero.")
    for name, row in crossing.arrivals.items():
        if int(row["batch"]) < 1:
            yield _problem("arrivals", name, "batch", "has batches of none.", "Give 1 or more.")
    for service in crossing.services.values():
        if service.count < 0 or not float(service.row["fill_share"]) > 0.0:
            message = f"has {service.count} vessels that sail {service.row['fill_share']} full."
            yield _problem("services", service.name, "count", message, "Correct the numbers.")


def _name(key: object) -> str:
    parts = (key,) if isinstance(key, str) else sorted(str(part) for part in key)  # type: ignore[attr-defined]
    return "-".join(parts)


def check_every_vessel_has_a_route(crossing: Crossing) -> Iterator[Problem]:
    """Find classes of vessels that sail on no service."""
    used = {service.row["vessel"] for service in crossing.services.values()}
    for vessel in crossing.vessels:
        if vessel not in used:
            yield _problem(
                "vessels", vessel, "vessel", "vessel without a route.", "Give it a service."
            )


def check_services_fit_their_ports(crossing: Crossing) -> Iterator[Problem]:
    """Find services without two known ports, a berth in each, and ways between them."""
    for service in crossing.services.values():
        name, ports = service.name, service.ports
        if len(ports) < 2 or len(set(ports)) < len(ports):
            yield _problem(
                "services",
                name,
                "ports",
                f"has the ports {service.row['ports']!r}: a vessel without a route.",
                "Name a home port and another one.",
            )
            continue
        if len(service.berths) != len(ports):
            yield _problem(
                "services",
                name,
                "berths",
                f"has {len(service.berths)} berths for {len(ports)} ports.",
                "Name one berth a port, in the same order.",
            )
            continue
        for port, berth in zip(ports, service.berths, strict=True):
            if port not in crossing.ports:
                yield _problem(
                    "services", name, "ports", f"port {port!r} is unknown.", "Add it to ports.csv."
                )
            elif crossing.berths.get(berth, {}).get("port") != port:
                yield _problem(
                    "services",
                    name,
                    "berths",
                    f"berth {berth!r} is not in {port!r}.",
                    "Name a berth of that port.",
                )
        for port in ports[1:]:
            if frozenset((ports[0], port)) not in crossing.routes:
                yield _problem(
                    "services",
                    name,
                    "ports",
                    f"there is no way from {ports[0]!r} to {port!r}.",
                    "Add it to routes.csv.",
                )


def check_services_can_handle_their_cargo(crossing: Crossing) -> Iterator[Problem]:
    """Find cargoes that a berth of their service cannot handle."""
    for service in crossing.services.values():
        if not service.cargoes:
            yield _problem(
                "services", service.name, "cargoes", "carries nothing.", "Name its cargoes."
            )
        for cargo in service.cargoes:
            if cargo not in crossing.cargoes:
                yield _problem(
                    "services",
                    service.name,
                    "cargoes",
                    f"cargo {cargo!r} is unknown.",
                    "Add it to cargoes.csv.",
                )
                continue
            for berth in service.berths:
                if (berth, cargo) not in crossing.handling:
                    yield _problem(
                        "handling",
                        berth,
                        "units_per_h",
                        f"no rate for {cargo!r}, which {service.name!r} carries.",
                        "Add the row.",
                    )


def check_services_know_when_to_sail(crossing: Crossing) -> Iterator[Problem]:
    """Find sailing rules without the number that they need."""
    needs = {
        "timetable": "headway_h",
        "full_or_waited": "max_wait_h",
        "full_or_relieved": "max_wait_h",
    }
    for service in crossing.services.values():
        column = needs.get(service.row["sailing_rule"])
        if column and service.row[column] is None:
            yield _problem("services", service.name, column, "is empty.", "Give the hours.")


def check_vessels_are_deeper_laden(crossing: Crossing) -> Iterator[Problem]:
    """Find vessels that do not draw more water with cargo than without."""
    for service in crossing.services.values():
        vessel = service.vessel
        if not vessel["draught_laden_m"] > vessel["draught_light_m"]:
            yield _problem(
                "vessels",
                vessel["vessel"],
                "draught_laden_m",
                "is not above the light draught.",
                "Correct one of the two.",
            )


def check_vessels_can_enter(crossing: Crossing) -> Iterator[Problem]:
    """Find services too deep for one of their ports to carry a single unit."""
    for service in crossing.services.values():
        if not service.count or any(port not in crossing.ports for port in service.ports):
            continue
        shallow = min(service.ports, key=crossing.draught_m)
        draught = crossing.draught_m(shallow)
        lightest = min(
            (
                float(crossing.cargoes[c]["tonnes"])
                for c in service.cargoes
                if c in crossing.cargoes
            ),
            default=0.0,
        )
        if payload_t(service.vessel, draught) < lightest:
            yield _problem(
                "ports",
                shallow,
                "usable_draught_m",
                f"{draught:.2f} m at a sea level of {crossing.level_m:.2f} m lets no cargo of {service.name!r} in (light draught {service.vessel['draught_light_m']} m).",
                "Dredge, or take the service out.",
            )


def check_berths_are_of_use(crossing: Crossing) -> Iterator[Problem]:
    """Find berths that nobody can use, or with fewer cranes than a vessel needs."""
    used = {berth for service in crossing.services.values() for berth in service.berths}
    used |= {row["berth"] for row in crossing.visits.values()}
    for name, row in crossing.berths.items():
        if name not in used:
            yield _problem(
                "berths",
                name,
                "berth",
                "a berth that nobody can use.",
                "Give it a service or a visit, or delete it.",
            )
        if row["cranes_per_vessel"] > row["cranes"]:
            yield _problem(
                "berth_years",
                name,
                "cranes",
                f"{row['cranes']} are fewer than the {row['cranes_per_vessel']} that a vessel needs.",
                "Correct one of the two.",
            )


def check_all_cargo_has_a_service(crossing: Crossing) -> Iterator[Problem]:
    """Find cargo that no vessel of this year carries, and sidings in another port."""
    for name, row in crossing.arrivals.items():
        if row["units"] and not any(_carries(s, row) for s in crossing.services.values()):
            yield _problem(
                "arrivals",
                name,
                "cargo",
                f"no vessel carries {row['cargo']!r} from {row['port0']!r} to {row['port1']!r} in {crossing.year}.",
                "Add vessels to a service, or take the cargo out.",
            )
        siding = row["siding"]
        if siding is not None and crossing.sidings[siding]["port"] != row["port0"]:
            yield _problem(
                "arrivals",
                name,
                "siding",
                f"{siding!r} is not in {row['port0']!r}.",
                "Name a siding of that port.",
            )


def _carries(service: Service, row: Row) -> bool:
    ends = {row["port0"], row["port1"]}
    return (
        service.count > 0
        and row["cargo"] in service.cargoes
        and service.ports[0] in ends
        and ends <= set(service.ports)
        and row["port0"] != row["port1"]
    )


def check_rounds_have_cargo_outwards(crossing: Crossing) -> Iterator[Problem]:
    """Find services that choose between ports by waiting cargo, without cargo for one."""
    pairs = crossing.pairs()
    for service in crossing.services.values():
        home, others = service.ports[0], service.ports[1:]
        for port in others if len(others) > 1 else ():
            if not any((home, port, cargo) in pairs for cargo in service.cargoes):
                yield _problem(
                    "services",
                    service.name,
                    "ports",
                    f"no cargo goes from {home!r} to {port!r}, so it cannot choose that port.",
                    "Add an arrival or leave the port out.",
                )


def check_weather_has_all_months(crossing: Crossing) -> Iterator[Problem]:
    """Find weathers without a share for each month, or with spells of a year."""
    for name, row in crossing.weathers.items():
        shares = crossing.closures.get(name, np.full(MONTHS, np.nan))
        for month in np.flatnonzero(np.isnan(shares)):
            yield _problem(
                "closures", name, "month", f"month {month + 1} is missing.", "Add the row."
            )
        if row["mean_spell_h"] >= HOURS_PER_YEAR:
            yield _problem("weathers", name, "mean_spell_h", "is a year or more.", "Correct it.")


CHECKS = (
    check_numbers_are_in_range,
    check_every_vessel_has_a_route,
    check_services_fit_their_ports,
    check_services_can_handle_their_cargo,
    check_services_know_when_to_sail,
    check_vessels_are_deeper_laden,
    check_vessels_can_enter,
    check_berths_are_of_use,
    check_all_cargo_has_a_service,
    check_rounds_have_cargo_outwards,
    check_weather_has_all_months,
)
