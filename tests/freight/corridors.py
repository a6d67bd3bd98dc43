"""Small freight cases solved by hand, shared by the tests of the room."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl

from transcaspian.freight.corridor import FreightResult

LAYER = {
    "name": "",
    "mode": "rail",
    "co2_kg_per_t_km": 0.02,
    "co2_kg_per_vehicle_km": 0.0,
    "vehicle_load_t": None,
    "operating_cost_share": 0.8,
    "delay_alpha": 0.5,
    "delay_beta": 4.0,
}
LINK = {
    "layer": "rail", "forms": "container;bulk;liquid", "country": "AZ", "time_h": 10.0, "distance_km": 100.0,
    "headway_h": 0.0, "vehicle_capacity": None,
    "tariff_usd_per_teu_km": 0.0, "tariff_usd_per_t_km": 0.0, "fixed_cost_usd_per_teu": 0.0, "fixed_cost_usd_per_t": 0.0,
    "capacity_unit": "t", "route": None, "is_open": True, "capacity": None, "background": 0.0,
}  # fmt: skip
TERMINAL = {
    "kind": "transfer", "forms": "container;bulk;liquid;truck", "country": "AZ", "time_h": 5.0, "cost_usd_per_teu": 0.0,
    "cost_usd_per_t": 0.0, "capacity_unit": "t", "capacity_group": None, "capacity": None, "background": 0.0,
}  # fmt: skip
COMMODITY = {
    "name": "",
    "value_usd_per_t": 1000.0,
    "value_of_time_usd_per_t_h": 0.1,
    "t_per_teu": 10.0,
    "logit_scale_per_usd": 0.1,
    "gross_per_net": 1.0,
}
NUMBERS = ("capacity", "background", "vehicle_capacity", "vehicle_load_t")
TEXTS = ("route", "capacity_group")


def frame(rows: list[dict[str, Any]], template: dict[str, Any]) -> pl.DataFrame:
    full = [template | row for row in rows]
    overrides = {name: pl.Float64 for name in NUMBERS if name in template} | {
        name: pl.String for name in TEXTS if name in template
    }
    if not full:
        return pl.DataFrame(schema={**dict.fromkeys(template, pl.String), **overrides})
    return pl.DataFrame(full, schema_overrides=overrides, infer_schema_length=None)


def view(
    links: list[dict[str, Any]],
    demand: list[dict[str, Any]],
    terminals: list[dict[str, Any]] = (),  # type: ignore[assignment]
    layers: tuple[str, ...] = ("rail",),
    routes: tuple[str, ...] = (),
    constants: list[dict[str, Any]] = (),  # type: ignore[assignment]
    commodities: list[dict[str, Any]] = (),  # type: ignore[assignment]
    layer: dict[str, Any] = {},  # noqa: B006
    zones: list[dict[str, Any]] = (),  # type: ignore[assignment]
) -> Any:
    """A year view of a network; every node is a zone of its own name unless zones are given."""
    nodes = sorted({row[end] for row in links for end in ("node0", "node1")})
    commodity_names = sorted({row.get("commodity", "goods") for row in demand})
    tables = {
        "freight/layers": frame([{"layer": name} for name in layers], {"layer": ""} | LAYER | layer),
        "freight/nodes": pl.DataFrame({"node": nodes, "country": ["KZ" if node < "M" else "AZ" for node in nodes]}),
        "freight/links": frame(links, {"link": ""} | LINK),
        "freight/terminals": frame(list(terminals), {"terminal": "", "node": "", "layer0": "rail", "layer1": "rail"} | TERMINAL),
        "freight/commodities": frame(list(commodities) or [{"commodity": name} for name in commodity_names], {"commodity": ""} | COMMODITY),
        "freight/routes": pl.DataFrame({"route": list(routes), "name": list(routes), "priority": list(range(len(routes)))}, schema={"route": pl.String, "name": pl.String, "priority": pl.Int64}),
        "freight/route_constants": pl.DataFrame(list(constants), schema={"route": pl.String, "form": pl.String, "commodity": pl.String, "usd_per_t": pl.Float64}),
        "freight/zones": pl.DataFrame(list(zones) or [{"zone": node, "node": node, "form": "*", "weight": 1.0} for node in nodes]),
        "freight/demand": frame(
            [{"demand": f"D{number}"} | row for number, row in enumerate(demand)],
            {"demand": "", "origin": "", "destination": "", "commodity": "goods", "form": "bulk", "tonnes": 1e6},
        ),
    }  # fmt: skip
    return SimpleNamespace(year=2030, tables=tables, profiles={}, parameter=lambda *_: 100.0)


def use_of(result: FreightResult, name: str) -> Any:
    """Return the tonnes of every unit that use a link [n_unit]."""
    table, network = result.table, result.network
    on_link = network.link[table.arc] == network.links.index(name)
    path = np.unique(np.repeat(np.arange(table.unit.size), np.diff(table.arc_start))[on_link])
    return np.bincount(
        table.unit[path],
        weights=result.equilibrium.flow[path],
        minlength=result.demand.origin.size,
    )
