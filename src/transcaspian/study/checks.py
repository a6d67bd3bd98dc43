"""Laws that the results must obey, recomputed from the result tables by another road."""

from collections.abc import Mapping

import numpy as np
import polars as pl

__all__ = ["CHECK_SCHEMA", "freight_checks", "power_checks", "year_checks"]

TOLERANCE = 1e-6
CHECK_SCHEMA: Mapping[str, pl.DataType] = {
    "check": pl.String(),
    "value": pl.Float64(),
    "tolerance": pl.Float64(),
    "passed": pl.Boolean(),
    "meaning": pl.String(),
}
# What a zone gets less what it uses; nothing may be left over.
ZONE_SUPPLY = ("generation_mwh", "imports_mwh", "unserved_mwh")
ZONE_USE = ("load_mwh", "exports_mwh", "storage_loss_mwh")


def check_row(name: str, value: float, meaning: str, tolerance: float = TOLERANCE) -> pl.DataFrame:
    """Return one row of the table of checks; a value that is no number never passes."""
    row = (name, value, tolerance, value <= tolerance, meaning)
    return pl.DataFrame([row], schema=CHECK_SCHEMA, orient="row")


def year_checks(projects: pl.DataFrame) -> pl.DataFrame:
    """Return the check that every value rests on a solved year in which its project is in use."""
    early = projects.filter(pl.col("model_years_in_use") == 0)
    return check_row(
        "values_rest_on_years_in_use",
        float(early.height),
        "projects and clusters, in every scenario, that open after the last year solved: their values"
        " are those of years before they open",
        tolerance=0.0,
    )


def freight_checks(node_balance: pl.DataFrame, route_year: pl.DataFrame) -> pl.DataFrame:
    """Return the checks of the freight tables: nothing is lost at a node, all demand is carried."""
    keys = ["scenario", "run", "year", "commodity", "form"]
    left_over = (
        pl.col("arriving_t") + pl.col("starting_t") - pl.col("leaving_t") - pl.col("ending_t")
    ).abs()
    total = float(node_balance["starting_t"].sum())
    worst = float(node_balance.select(left_over.nan_max()).item())
    through = float(node_balance.select((pl.col("arriving_t") + pl.col("starting_t")).max()).item())
    carried = route_year.group_by(keys, maintain_order=True).agg(pl.col("tonnes").sum())
    started = node_balance.group_by(keys, maintain_order=True).agg(pl.col("starting_t").sum())
    both = carried.join(started, on=keys, how="full", coalesce=True).fill_null(0.0)
    gap = both.select((pl.col("tonnes") - pl.col("starting_t")).abs().sum()).item()
    return pl.concat(
        [
            check_row(
                "freight_nodes_keep_nothing",
                worst / max(through, 1.0),
                "largest difference of tonnes into and out of a node, of any commodity, over the"
                " largest flow through a node",
            ),
            check_row(
                "freight_demand_is_carried",
                float(gap) / max(total, 1.0),
                "tonnes on routes against tonnes that start, over all flows",
            ),
        ]
    )


def power_checks(zone_year: pl.DataFrame, hourly_residual: Mapping[str, float]) -> pl.DataFrame:
    """Return the checks of the power tables: energy of every zone balances, by year and by hour.

    `hourly_residual` gives the largest imbalance of any zone and hour over its load, by solve.
    """
    supply = pl.sum_horizontal(*(pl.col(name) for name in ZONE_SUPPLY))
    use = pl.sum_horizontal(*(pl.col(name) for name in ZONE_USE))
    worst = zone_year.select(((supply - use).abs() / pl.max_horizontal(use, 1.0)).nan_max()).item()
    return pl.concat(
        [
            check_row(
                "power_zones_balance",
                float(worst),
                "yearly generation, imports and unserved energy against load, exports and storage"
                " losses of each zone, over the latter",
            ),
            check_row(
                "power_hours_balance",
                float(np.max(list(hourly_residual.values()), initial=0.0)),
                "largest imbalance of any zone and hour over the zone's mean load, from hourly series",
            ),
        ]
    )
