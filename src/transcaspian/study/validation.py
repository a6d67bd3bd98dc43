"""Compares the model with published statistics and with the bands that they span."""

from collections.abc import Mapping

import polars as pl

from transcaspian.case.tables import REFERENCE, Case
from transcaspian.units import HOURS_PER_DAY, MT_TO_T, TWH_TO_MWH

__all__ = [
    "FITTED",
    "HELD_BACK",
    "OUTLOOK_SCHEMA",
    "VALIDATION_SCHEMA",
    "compared_years",
    "freight_outlooks",
    "freight_validation",
    "gross_tonnes",
    "measure",
    "power_validation",
    "share_errors",
]

VALIDATION_SCHEMA: Mapping[str, pl.DataType] = {
    "area": pl.String(),
    "subject": pl.String(),
    "quantity": pl.String(),
    "unit": pl.String(),
    "published": pl.Float64(),
    "modelled": pl.Float64(),
    "without_constants": pl.Float64(),
    "difference": pl.Float64(),
    "relative": pl.Float64(),
    "source": pl.String(),
    "scope": pl.String(),
    "use": pl.String(),
}
FITTED, HELD_BACK = "fitted", "held back"
DIFFERENCES = ("difference", "relative")
PRICE, TOTAL, NET_IMPORT = "price", "total", "net_import"
# Column of freight/observed → column of the flows that it picks from.
OF_CARGO = {"forms": "form", "commodities": "commodity"}
OF_LINKS = {"links": "link", **OF_CARGO}
OF_ROUTES = {"routes": "route", **OF_CARGO, "origins": "origin", "destinations": "destination"}
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
            pl.lit(None, dtype=pl.String).alias("use"),
            pl.lit(None, dtype=pl.Float64).alias("without_constants"),
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
        (100.0 * pl.col(name) / pl.col(name).sum().over("subject")).alias(name)
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
        .group_by("country", "quantity", maintain_order=True)
        .agg(modelled=pl.col("energy_mwh").sum() / TWH_TO_MWH)
    )
    total = by_group.group_by("country", maintain_order=True).agg(
        pl.col("modelled").sum(), pl.lit(TOTAL).alias("quantity")
    )
    zones = (
        zone_year.filter(is_reference)
        .join(countries, on="bus")
        .group_by("country", maintain_order=True)
    )
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


def freight_validation(
    case: Case,
    route_year: pl.DataFrame,
    link_flow_year: pl.DataFrame,
    bare: tuple[pl.DataFrame, pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """Return published against modelled corridor traffic, days and charges of every solved year.

    Which flows a published figure counts stands in `freight/observed`: flows between zones
    (`route_year`), or where it names links all cargo on these, both ways (`link_flow_year`). The
    column `use` says whether a constant was fitted to the figure or whether it was held back; only
    those of the backcast year are met by fitting. `bare` are the same two tables of solves with
    every route constant at zero, for `without_constants`. Figures without a counterpart in the model
    are left out. Only the reference run of the first scenario counts.
    """
    observed = _comparable(case)
    rows = []
    for year in sorted({*route_year["year"], *link_flow_year["year"]}):
        routes = gross_tonnes(case, _reference_of(route_year, year))
        links = gross_tonnes(case, _reference_of(link_flow_year, year))
        without = [gross_tonnes(case, _reference_of(flows, year)) for flows in bare or ()]
        wanted = observed.filter(pl.col("compared") == year)
        rows += [
            {
                "area": "freight",
                "subject": row["name"],
                "quantity": row["quantity"],
                "unit": row["unit"],
                "published": row["value"],
                "modelled": measure(row, routes, links),
                "without_constants": measure(row, without[0], without[1]) if bare else None,
                "source": row["source"],
                "scope": f"{row['year']}, {row['measure']}"
                + (f", model of {year}" if row["year"] != year else ""),
                "use": FITTED if row["is_fitted"] else HELD_BACK,
            }
            for row in wanted.iter_rows(named=True)
        ]
    schema = {
        name: VALIDATION_SCHEMA[name] for name in VALIDATION_SCHEMA if name not in DIFFERENCES
    }
    return with_differences(pl.DataFrame(rows, schema=schema).drop_nulls("modelled"))


def compared_years(case: Case) -> frozenset[int]:
    """Return the years of the model that published freight figures are compared with."""
    return frozenset(_comparable(case)["compared"])


def _comparable(case: Case) -> pl.DataFrame:
    return (
        case.tables["freight/observed"]
        .filter(pl.col("measure") != "none")
        .with_columns(compared=pl.coalesce(pl.col("model_year").cast(pl.Int64), "year"))
    )


OUTLOOK_SCHEMA: Mapping[str, pl.DataType] = {
    "outlook": pl.String(),
    "name": pl.String(),
    "unit": pl.String(),
    "year": pl.Int64(),
    "published": pl.Float64(),
    "model_year": pl.Int64(),
    "scenario": pl.String(),
    "modelled": pl.Float64(),
    "reason": pl.String(),
    "source": pl.String(),
}


def freight_outlooks(case: Case, route_year: pl.DataFrame) -> pl.DataFrame:
    """Return published forecasts and plans beside the reference run of every scenario.

    An outlook of a year that is no model year stands beside the one that its row names; those whose
    year was not solved are left out.
    """
    rows = []
    for row in case.tables["freight/outlooks"].iter_rows(named=True):
        year = row["model_year"] or row["year"]
        solved = route_year.filter((pl.col("run") == REFERENCE) & (pl.col("year") == year))
        for scenario in solved["scenario"].unique(maintain_order=True):
            flows = gross_tonnes(case, solved.filter(pl.col("scenario") == scenario))
            everywhere = {
                **row,
                "links": None,
                "commodities": None,
                "destinations": None,
            }
            rows.append(
                {
                    **{
                        name: row[name]
                        for name in ("outlook", "name", "unit", "year", "reason", "source")
                    },
                    "published": row["value"],
                    "model_year": year,
                    "scenario": scenario,
                    "modelled": measure(everywhere, flows, flows),
                }
            )
    return pl.DataFrame(rows, schema=OUTLOOK_SCHEMA)


def gross_tonnes(case: Case, flows: pl.DataFrame) -> pl.DataFrame:
    """Return flows by commodity and form with `teu` (laden) and `gross_t`, as ports count."""
    loads = case.tables["freight/commodities"].select("commodity", "t_per_teu", "gross_per_net")
    forms = case.tables["freight/forms"].select(
        "form", "tare_t_per_teu", form_factor="gross_per_net"
    )
    in_box = pl.col("form") == "container"
    factor = pl.coalesce("form_factor", "gross_per_net")
    return (
        flows.join(loads, on="commodity", maintain_order="left")
        .join(forms, on="form", maintain_order="left")
        .with_columns(
            teu=pl.when(in_box).then(pl.col("tonnes") / pl.col("t_per_teu")).otherwise(0.0)
        )
        .with_columns(gross_t=pl.col("tonnes") * factor + pl.col("teu") * pl.col("tare_t_per_teu"))
    )


def _reference_of(frame: pl.DataFrame, year: int) -> pl.DataFrame:
    return frame.filter(
        (pl.col("scenario") == REFERENCE) & (pl.col("run") == REFERENCE) & (pl.col("year") == year)
    )


def measure(row: Mapping[str, object], routes: pl.DataFrame, links: pl.DataFrame) -> float | None:
    """Return the model's counterpart of a published figure in its unit.

    None without any flow, but zero where links are counted: that nothing uses them is an answer.
    """
    of_links = row["links"] is not None
    counted = links if of_links else routes
    columns = OF_LINKS if of_links else OF_ROUTES
    for column, cell in ((column, row[name]) for name, column in columns.items()):
        if cell is not None:
            counted = counted.filter(pl.col(column).is_in(str(cell).split(";")))
    if not of_links and not float(counted["tonnes"].sum()):
        return None
    value = counted.select(_MEASURES[str(row["measure"])]).item()
    return float(value)


_MEASURES: Mapping[str, pl.Expr] = {
    "net": pl.col("tonnes").sum() / MT_TO_T,
    "gross": pl.col("gross_t").sum() / MT_TO_T,
    "teu": pl.col("teu").sum(),
    "days": (pl.col("time_h") * pl.col("tonnes")).sum() / pl.col("tonnes").sum() / HOURS_PER_DAY,
    "usd_per_teu": (pl.col("money_usd_per_t") * pl.col("tonnes")).sum() / pl.col("teu").sum(),
}
