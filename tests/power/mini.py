"""A year of power tables made by hand, with defaults, in the shape of a case's year view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from transcaspian.case.registry import TABLES

Row = Mapping[str, object]
KINDS = {"text": pl.String(), "float": pl.Float64(), "int": pl.Int64(), "bool": pl.Boolean()}
PARAMETERS = {"co2_price": 0.0, "voll": 3000.0, "social_cost_of_carbon": 100.0}


@dataclass(frozen=True)
class MiniView:
    year: int
    tables: Mapping[str, pl.DataFrame]
    profiles: Mapping[str, np.ndarray]
    parameters: Mapping[str, float] = field(default_factory=lambda: PARAMETERS)

    def parameter(self, name: str, country: str) -> float:  # noqa: ARG002
        return self.parameters[name]


def frame(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return a table with every column of the registry, yearly ones too, defaults filled in."""
    yearly = [table for table in TABLES.values() if table.yearly_of == name]
    columns = {column.name: column for table in (TABLES[name], *yearly) for column in table.columns}
    if yearly:
        columns.pop("year", None)
    data = {
        column.name: [row.get(column.name, column.default) for row in rows]
        for column in columns.values()
    }
    return pl.DataFrame(
        data, schema={c.name: KINDS[c.kind] for c in columns.values()}, strict=False
    )


def make_view(
    *,
    zones: Sequence[str] = ("A",),
    market_buses: Sequence[str] = (),
    loads: Mapping[str, Sequence[float]] | None = None,
    profiles: Mapping[str, Sequence[float]] | None = None,
    parameters: Mapping[str, float] | None = None,
    **tables: Sequence[Row],
) -> MiniView:
    """Return a view; `loads` gives MW by hour for a zone, other tables are rows by name."""
    loads = loads or {}
    series = {
        name: np.asarray(values, dtype=np.float64) for name, values in (profiles or {}).items()
    }
    load_rows = []
    for zone, values in loads.items():
        megawatts = np.asarray(values, dtype=np.float64)
        series[f"load_{zone}"] = megawatts
        # 8,760 MWh of a year with the profile in MW gives the demand in MW.
        load_rows.append(
            {"load": zone, "bus": zone, "profile": f"load_{zone}", "energy_mwh": 8760.0}
        )
    buses = [{"bus": bus, "kind": "zone", "country": bus[:2]} for bus in zones]
    buses += [{"bus": bus, "kind": "market", "country": bus[:2]} for bus in market_buses]
    generators = tables.get("generators", ())
    carriers = sorted({str(row["carrier"]) for row in generators} | {"battery"})
    rows: dict[str, Sequence[Row]] = {
        "power/buses": buses,
        "power/loads": load_rows,
        "power/carriers": [
            {"carrier": name, "is_renewable": name in ("wind", "hydro")} for name in carriers
        ],
    }
    for name in (
        *("fuels", "generators", "monthly_energy", "storage_units", "links"),
        *("markets", "market_steps", "market_months"),
    ):
        rows[f"power/{name}"] = tables.get(name, ())
    return MiniView(
        year=2030,
        tables={name: frame(name, content) for name, content in rows.items()},
        profiles=series,
        parameters=PARAMETERS | dict(parameters or {}),
    )


def plant(name: str, bus: str, p_nom_mw: float, cost: float, **more: object) -> Row:
    """Return a plant without fuel whose whole marginal cost is operation."""
    return {
        "generator": name,
        "bus": bus,
        "carrier": "gas",
        "p_nom_mw": p_nom_mw,
        "variable_om_usd_per_mwh": cost,
        **more,
    }


def link(name: str, bus0: str, bus1: str, p_nom_mw: float, **more: object) -> Row:
    """Return a link with the same capacity both ways."""
    return {
        "link": name,
        "bus0": bus0,
        "bus1": bus1,
        "p_nom_mw": p_nom_mw,
        "p_nom_reverse_mw": p_nom_mw,
        **more,
    }


def storage(name: str, bus: str, p_nom_mw: float, max_hours: float, **more: object) -> Row:
    """Return a storage unit."""
    return {
        "storage_unit": name,
        "bus": bus,
        "carrier": "battery",
        "p_nom_mw": p_nom_mw,
        "max_hours": max_hours,
        **more,
    }


def random_view(seed: int, n_hour: int, *, n_zone: int = 4) -> MiniView:
    """Return a view with every kind of component and costs that seldom tie."""
    rng = np.random.default_rng(seed)
    zones = [f"Z{zone}" for zone in range(n_zone)]
    hours = np.arange(n_hour)
    size = rng.uniform(100.0, 400.0, n_zone)
    loads = {
        zone: size[k] * (1.0 + 0.3 * np.sin(2 * np.pi * (hours - 3 * k) / 24))
        + rng.uniform(0.0, 10.0, n_hour)
        for k, zone in enumerate(zones)
    }
    generators = []
    for k, zone in enumerate(zones):
        generators += [
            plant(f"gas_{zone}", zone, size[k], rng.uniform(1, 5), fuel="gas", efficiency=0.5),
            plant(f"old_{zone}", zone, 0.5 * size[k], rng.uniform(60, 90), p_min_pu=0.1),
            plant(f"wind_{zone}", zone, 0.6 * size[k], 0.1 * k, p_max_profile=f"wind_{zone}")
            | {"carrier": "wind"},
        ]
    generators.append(plant("dam", "Z0", 100.0, 0.5) | {"carrier": "hydro"})
    profiles = {f"wind_{zone}": rng.uniform(0.0, 1.0, n_hour) for zone in zones}
    profiles["price"] = 1.0 + 0.5 * rng.standard_normal(n_hour).clip(-1.5, 1.5)
    return make_view(
        zones=zones,
        market_buses=["MX"],
        loads=loads,
        profiles=profiles,
        parameters={"co2_price": 20.0},
        fuels=[
            {
                "fuel": "gas",
                "country": "Z0",
                "co2_t_per_mwh_th": 0.2,
                "price_usd_per_mwh_th": 10.0,
                "opportunity_cost_usd_per_mwh_th": 17.0,
            }
        ],
        generators=generators,
        monthly_energy=[
            {"generator": "dam", "month": month, "capacity_factor": 0.4} for month in range(1, 13)
        ],
        storage_units=[
            storage("battery", "Z1", 40.0, 3.0, efficiency_store=0.95, efficiency_dispatch=0.93,
                    variable_om_usd_per_mwh=0.4),
            storage("pumped", "Z2", 30.0, 9.0, efficiency_store=0.88, efficiency_dispatch=0.9,
                    standing_loss_per_h=0.001),
        ],
        links=[
            link("free", "Z0", "Z1", 50.0),
            link("cable", "Z1", "Z2", 40.0, loss_pu=0.03, wheeling_usd_per_mwh=1.3),
            link("border", "Z2", "Z3", 60.0, loss_pu=0.01, border_cost_usd_per_mwh=4.0,
                 border_cost_reverse_usd_per_mwh=1.0),
            link("edge", "Z3", "MX", 70.0, loss_pu=0.02),
        ],
        markets=[
            {
                "market": "edge market",
                "bus": "MX",
                "price_profile": "price",
                "spread_usd_per_mwh": 1.5,
                "co2_t_per_mwh": 0.3,
                "price_usd_per_mwh": 45.0,
                "max_sell_mw": 80.0,
                "max_buy_mw": 60.0,
            }
        ],
    )  # fmt: skip
