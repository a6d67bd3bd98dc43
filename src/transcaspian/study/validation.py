"""Compares the model with published statistics and with the bands that they span."""

from collections.abc import Mapping

import polars as pl

from transcaspian.case.tables import REFERENCE, Case
from transcaspian.units import TWH_TO_MWH

__all__ = ["VALIDATION_SCHEMA", "power_validation", "share_errors"]

VALIDATION_SCHEMA: Mapping[str, pl.DataType] = {
    "area": pl.String(),
    "subject": pl.String(),
    "quantity": pl.String(),
    "unit": pl.String(),
    "published": pl.Float64(),
    "modelled": pl.Float64(),
    "difference": pl.Float64(),
    "relative": pl.Float64(),
    "source": pl.String(),
    "scope": pl.String(),
}
PRICE, TOTAL, NET_IMPORT = "price", "total", "net_import"
# Carriers that are no generation in published mixes.
NOT_GENERATION = ("storage", "trade", "unserved")


def power_validation(
    case: Case, carrier_year: pl.DataFrame, zone_year: pl.DataFrame, year: int
) -> pl.DataFrame:
    """Return published against modelled generation (TWh) and prices (USD/MWh) of one year.

    `carrier_year` and `zone_year` are the result tables; only the reference run of the first
    scenario counts. Where several sources publish a figure, each has a row.
    """
    observed = case.tables["power/observed"].filter(pl.col("year") == year)
    modelled = _modelled(case, carrier_year, zone_year, year)
    observed = observed.filter(pl.col("country").is_in(modelled["country"].unique().implode()))
    joined = (
        observed.join(modelled, on=["country", "quantity"], how="left", maintain_order="left")
        .with_columns(
            # A group of plants that the case does not have makes nothing; a price is never guessed.
            pl.when(pl.col("unit") == "TWh")
            .then(pl.col("modelled").fill_null(0.0))
            .otherwise("modelled")
        )
        .filter(pl.col("modelled").is_not_null())
    )
    return with_differences(
        joined.select(
            pl.lit("power").alias("area"),
            pl.col("country").alias("subject"),
            "quantity",
            "unit",
            pl.col("value").alias("published"),
            "modelled",
            "source",
            pl.lit(f"{year}").alias("scope"),
        )
    )


def with_differences(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the comparison with difference and relative difference, in the schema's order.

    The relative difference is null where zero was published.
    """
    difference = pl.col("modelled") - pl.col("published")
    relative = pl.when(pl.col("published") != 0.0).then(difference / pl.col("published"))
    return frame.with_columns(difference=difference, relative=relative).select(*VALIDATION_SCHEMA)


def share_errors(validation: pl.DataFrame) -> pl.DataFrame:
    """Return the mean absolute error of generation shares by country [percentage points].

    Only countries with a published mix of two or more groups count; columns: subject,
    mean_error_points, groups.
    """
    mix = validation.filter(
        (pl.col("area") == "power")
        & (pl.col("unit") == "TWh")
        & ~pl.col("quantity").is_in([TOTAL, NET_IMPORT])
    ).unique(["subject", "quantity"], keep="first", maintain_order=True)
    shares = mix.with_columns(
        100.0 * pl.col(name) / pl.col(name).sum().over("subject")
        for name in ("published", "modelled")
    )
    return (
        shares.group_by("subject", maintain_order=True)
        .agg(
            mean_error_points=(pl.col("modelled") - pl.col("published")).abs().mean(),
            groups=pl.len(),
        )
        .filter(pl.col("groups") > 1)
        .sort("subject")
    )


def _modelled(
    case: Case, carrier_year: pl.DataFrame, zone_year: pl.DataFrame, year: int
) -> pl.DataFrame:
    """Return country, quantity, modelled of the reference run."""
    countries = case.tables["power/buses"].select("bus", "country")
    groups = case.tables["power/carriers"].select("carrier", quantity="group")
    is_reference = (
        (pl.col("scenario") == REFERENCE) & (pl.col("run") == REFERENCE) & (pl.col("year") == year)
    )
    by_group = (
        carrier_year.filter(is_reference)
        .join(countries, on="bus")
        .join(groups, on="carrier")
        .filter(~pl.col("quantity").is_in(NOT_GENERATION))
        .group_by("country", "quantity")
        .agg(modelled=pl.col("energy_mwh").sum() / TWH_TO_MWH)
    )
    total = by_group.group_by("country").agg(
        pl.col("modelled").sum(), pl.lit(TOTAL).alias("quantity")
    )
    zones = zone_year.filter(is_reference).join(countries, on="bus").group_by("country")
    exchange = zones.agg(
        modelled=(pl.col("imports_mwh") - pl.col("exports_mwh")).sum() / TWH_TO_MWH,
        quantity=pl.lit(NET_IMPORT),
    )
    prices = zones.agg(
        modelled=(pl.col("price_mean") * pl.col("load_mwh")).sum() / pl.col("load_mwh").sum(),
        quantity=pl.lit(PRICE),
    )
    columns = ("country", "quantity", "modelled")
    return pl.concat([part.select(columns) for part in (by_group, total, exchange, prices)])
