"""Made-up tables of a crossing: East and West, one ferry line. A fixture: no figure is real."""

import polars as pl

__all__ = ["CROSSING_CASE", "crossing_tables"]

CROSSING_CASE = {
    "crossing/ports": pl.DataFrame({"port": ["E", "W"], "name": ["East", "West"]}),
    "crossing/cargoes": pl.DataFrame({"cargo": ["truck"], "name": ["Trucks"], "unit": ["truck"]}),
}


def _wait(run: str, year: int, port0: str, hours: float) -> dict[str, object]:
    return {
        "scenario": "reference", "run": run, "year": year, "port0": port0,
        "port1": "W" if port0 == "E" else "E", "cargo": "truck", "units_per_year": 9000.0,
        "curve_h": hours, "crossing_h": hours, "crossing_low_h": hours - 5.0,
        "crossing_high_h": hours + 5.0, "wait_h": hours - 30.0, "wait_low_h": hours - 40.0,
        "wait_high_h": hours - 20.0, "wait_p50_h": 10.0, "wait_p90_h": 90.0, "wait_p99_h": 190.0,
        "is_joined": True,
    }  # fmt: skip


def crossing_tables(year: int) -> dict[str, pl.DataFrame]:
    """Return the tables of one year, with a project that brings two more ferries."""
    shares = {
        f"share_{name}": 0.2 if name in ("roadstead", "loading") else 0.12
        for name in ("roadstead", "unloading", "loading", "held_by_weather", "at_sea", "dry_dock")
    }
    points = [(5000.0, 60.0, False), (10000.0, 100.0, False), (20000.0, 2000.0, True)]
    of = {"scenario": "reference", "run": "reference", "year": year}
    return {
        "crossing_wait_year": pl.DataFrame(
            [
                _wait("reference", year, "E", 80.0),
                _wait("reference", year, "W", 60.0),
                _wait("SHIPS", year, "E", 70.0),
            ]
        ),
        "crossing_curve_year": pl.DataFrame(
            [
                {
                    **of, "port0": port0, "port1": port1, "cargo": "truck",
                    "units_per_year": units, "delay_h": hours, "low_h": hours - 5.0,
                    "high_h": hours + 5.0, "carried_per_year": units, "is_unstable": grows,
                }
                for port0, port1 in (("E", "W"), ("W", "E"))
                for units, hours, grows in points
            ]
        ),
        "crossing_resource_year": pl.DataFrame(
            [
                {
                    **of, "resource": name, "kind": kind, "port": "E", "occupancy": busy,
                    "low": busy, "high": busy, "queue": 1.5,
                }
                for name, kind, busy in (("East quay", "berth", 0.91), ("channel", "channel", 0.2))
            ]
        ),
        "crossing_service_year": pl.DataFrame(
            [
                {
                    **of, "service": "FERRY", "vessels": 3, **shares, "share_broken": 0.12,
                    "sailed_t": 1e6, "cost_usd_per_t": 12.0,
                }
            ]
        ),
    }  # fmt: skip
