"""Result tables of a crossing that was joined to freight: curves, waits, resources, services."""

import math
from collections.abc import Mapping

import polars as pl

from transcaspian.crossing.delay import DelayCurve, delay_frame
from transcaspian.crossing.measure import BUDGET, QUANTILES, pair_name
from transcaspian.crossing.replicate import Simulation
from transcaspian.crossing.tables import Crossing
from transcaspian.study.crossing_room import JoinedResult, simulate_mix

__all__ = ["CROSSING_TABLES", "crossing_tables"]

CROSSING_TABLES = (
    "crossing_curve_year",
    "crossing_wait_year",
    "crossing_resource_year",
    "crossing_service_year",
)
Row = dict[str, object]


def crossing_tables(joined: JoinedResult) -> dict[str, pl.DataFrame]:
    """Return the tables by name; none where the case joins no crossing to freight.

    Waits, resources and services are those of the crossing simulated at the traffic of the
    equilibrium; low and high are 95 % intervals of means over replications, within 0 and what is
    possible.
    """
    if joined.grid is None:
        return {}
    curves = joined.grid.curves()
    simulation = simulate_mix(joined)
    crossing = joined.grid.crossing
    tables = (
        delay_frame(curves).rename({"kt_per_year": "gross_kt_per_year"}),
        pl.DataFrame(
            [_wait(curve, joined, simulation) for curve in curves], infer_schema_length=None
        ),
        pl.DataFrame(_resources(crossing, simulation), infer_schema_length=None),
        pl.DataFrame(_services(crossing, simulation), infer_schema_length=None),
    )
    return dict(zip(CROSSING_TABLES, tables, strict=True))


def _wait(curve: DelayCurve, joined: JoinedResult, simulation: Simulation) -> Row:
    """Return what the cargo of a pair met, and what the curve said it would."""
    pair = (curve.port0, curve.port1, curve.cargo)
    name = pair_name(pair)
    factor = joined.factors.get(pair, 1.0)
    crossing = joined.crossing
    units = factor * crossing.units(pair)
    row: Row = {
        "port0": curve.port0,
        "port1": curve.port1,
        "cargo": curve.cargo,
        "units_per_year": units,
        "load_factor": factor,
        "is_joined": pair in joined.factors,
        "curve_h": curve.at(units),
        "crossing_h": None,
        "crossing_low_h": None,
        "crossing_high_h": None,
        "wait_h": None,
        "wait_low_h": None,
        "wait_high_h": None,
        **dict.fromkeys((f"wait_{share}" for share in QUANTILES), None),
        "waiting_units": simulation.mean("pair", name, "waiting"),
        "growth_units": simulation.mean("pair", name, "growth"),
        "is_unstable": any(f", {name}:" in text for text in simulation.unstable),
    }
    if ("pair", name, "mean_h") not in simulation.keys:  # nothing came in the year
        return row
    low, high = _interval(simulation, "pair", name, "crossing_h")
    wait_low, wait_high = _interval(simulation, "pair", name, "mean_h")
    return row | {
        "crossing_h": simulation.mean("pair", name, "crossing_h"),
        "crossing_low_h": low,
        "crossing_high_h": high,
        "wait_h": simulation.mean("pair", name, "mean_h"),
        "wait_low_h": wait_low,
        "wait_high_h": wait_high,
        **{f"wait_{share}": simulation.mean("pair", name, share) for share in QUANTILES},
    }


def _interval(
    simulation: Simulation, group: str, name: str, statistic: str, most: float = math.inf
) -> tuple[float, float]:
    """Return the 95 % interval within 0 and `most`, outside of which the statistic cannot lie.

    The interval of few replications is symmetric and so may reach further.
    """
    low, high = simulation.interval(group, name, statistic)
    return max(low, 0.0), min(high, most)


def _resources(crossing: Crossing, simulation: Simulation) -> list[Row]:
    rows = []
    for group, name, statistic in simulation.keys:
        if (group, statistic) != ("resource", "occupancy"):
            continue
        low, high = _interval(simulation, group, name, "occupancy", most=1.0)
        kind, port = _kind_and_port(crossing, name)
        rows.append(
            {
                "resource": name,
                "kind": kind,
                "port": port,
                "occupancy": simulation.mean(group, name, "occupancy"),
                "low": low,
                "high": high,
                "queue": simulation.mean(group, name, "queue"),
            }
        )
    return rows


def _kind_and_port(crossing: Crossing, name: str) -> tuple[str, str]:
    """Return what a resource is and the port where it is, from the names that `programs` gives."""
    places = {row["name"]: ("berth", row["port"]) for row in crossing.berths.values()}
    for row in crossing.berths.values():
        places[f"cranes {row['name']}"] = ("cranes", row["port"])
    for port, row in crossing.ports.items():
        places[f"channel {row['name']}"] = ("channel", port)
        for cargo in crossing.cargoes.values():
            places[f"import yard {row['name']}, {cargo['name']}"] = ("yard", port)
    for siding, row in crossing.sidings.items():
        places[f"siding {crossing.ports[row['port']]['name']} {siding}"] = ("siding", row["port"])
    return places[name]


def _services(crossing: Crossing, simulation: Simulation) -> list[Row]:
    """Return the time budget, traffic and cost of every service that has vessels."""
    rows = []
    for service in crossing.services.values():
        if ("service", service.name, "cost_usd") not in simulation.keys:
            continue

        def mean(statistic: str, name: str = service.name) -> float | None:
            known = ("service", name, statistic) in simulation.keys
            return simulation.mean("service", name, statistic) if known else None

        shares: Mapping[str, float | None] = {
            f"share_{state}": mean(f"share {state}") for state in (*BUDGET.values(), "broken")
        }
        home = service.ports[0]
        rows.append(
            {
                "service": service.name,
                "vessel": service.row["vessel"],
                "vessels": service.count,
                **shares,
                "calls_at_home": mean(f"calls {home}"),
                "handling_h_at_home": mean(f"handling_h {home}"),
                "sailed_t": mean("sailed_t"),
                "cost_usd": mean("cost_usd"),
                "cost_usd_per_t": mean("cost_usd_per_t"),
            }
        )
    return rows
