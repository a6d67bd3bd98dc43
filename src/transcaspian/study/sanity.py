"""Compares results with the bands that published figures span."""

from collections.abc import Mapping

import polars as pl

from transcaspian.case.tables import REFERENCE, Case
from transcaspian.study.validation import gross_tonnes
from transcaspian.units import HOURS_PER_DAY, MT_TO_T

__all__ = ["SANITY_SCHEMA", "sanity_table"]

SANITY_SCHEMA: Mapping[str, pl.DataType] = {
    "band": pl.String(),
    "quantity": pl.String(),
    "row": pl.String(),
    "unit": pl.String(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "value": pl.Float64(),
    "year": pl.Int64(),
    "passed": pl.Boolean(),
    "reason": pl.String(),
    "source": pl.String(),
}
_TABLE_OF = {
    "zone_price": "power_zone_year",
    "link_loss": "power_link_year",
    "route_days": "freight_route_year",
    "route_gross": "freight_route_year",
}


def sanity_table(case: Case, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return each band with the model's value, row by row and year by year.

    The reference run of the first scenario counts; a link that only exists in runs with projects
    is looked at there. `reason` is the band's own remark, for a value outside it.
    """
    parts = [pl.DataFrame(schema=SANITY_SCHEMA)]
    for band in case.tables["economy/bands"].iter_rows(named=True):
        table = tables.get(_TABLE_OF[band["measure"]])
        if table is None:
            continue
        years = [band["year"]] if band["year"] is not None else list(case.settings.model_years)
        values = _values(case, band, table).filter(pl.col("year").is_in(years))
        within = pl.col("value").is_between(band["low"], band["high"])
        parts.append(
            values.select(
                pl.lit(band["band"]).alias("band"),
                pl.lit(band["name"]).alias("quantity"),
                "row",
                pl.lit(band["unit"]).alias("unit"),
                pl.lit(band["low"], dtype=pl.Float64).alias("low"),
                pl.lit(band["high"], dtype=pl.Float64).alias("high"),
                "value",
                "year",
                passed=within,
                reason=pl.when(within).then(pl.lit("")).otherwise(pl.lit(band["note"] or "")),
                source=pl.lit(band["source"]),
            ).sort("row", "year")
        )
    return pl.concat(parts)


def _values(case: Case, band: Mapping[str, object], table: pl.DataFrame) -> pl.DataFrame:
    """Return row, year, value of a band's measure."""
    rows = str(band["rows"]).split(";")
    first = table.filter(pl.col("scenario") == REFERENCE)
    reference = first.filter(pl.col("run") == REFERENCE)
    if band["measure"] == "zone_price":
        chosen = reference.filter(pl.col("bus").is_in(rows))
        return chosen.select(row="bus", year="year", value="price_mean")
    if band["measure"] == "link_loss":
        sent = first.filter(pl.col("link").is_in(rows)).with_columns(
            sent=pl.col("forward_mwh") + pl.col("reverse_mwh")
        )
        used = sent.filter(pl.col("sent") > 0).group_by("link", "year", maintain_order=True)
        loss = used.agg(value=pl.col("loss_mwh").sum() / pl.col("sent").sum())
        return loss.select(row="link", year="year", value="value")
    traffic = reference.filter(pl.col("route").is_in(rows))
    if band["measure"] == "route_days":
        days = (pl.col("time_h") * pl.col("tonnes")).sum() / pl.col("tonnes").sum() / HOURS_PER_DAY
        found = traffic.group_by("year", maintain_order=True).agg(value=days)
    else:
        gross = gross_tonnes(case, traffic)
        found = gross.group_by("year", maintain_order=True).agg(
            value=pl.col("gross_t").sum() / MT_TO_T
        )
    return found.select(pl.lit(", ".join(rows)).alias("row"), "year", "value")
