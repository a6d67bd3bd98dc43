"""What feeds each cable, and what its MWh cost where it lands, beside the price there."""

from collections.abc import Mapping

import polars as pl

from transcaspian.report.blocks import Block, Remark
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import Names
from transcaspian.report.worded import worded

__all__ = ["feeds_blocks"]

MARKET = "market"  # carrier of what edge markets sell
KEYS = ["run", "link", "year"]
MOST_NAMED = 3
LEAST_TWH = 0.01
ORIGIN_VIEWS = (
    ColumnView("what", "In place"),
    ColumnView("cable", "Cable"),
    ColumnView("year", "Year", "", "year"),
    ColumnView("west", "Sent forward", "TWh", "number"),
    ColumnView("green", "of it wind, sun, water and other renewables", "", "share"),
    ColumnView("from", "Made by, as traced"),
    ColumnView("more", "Runs more because of the cable"),
    ColumnView("co2_mt", "CO₂ because of the cable", "Mt/a", "difference"),
)
DELIVERED_VIEWS = (
    ColumnView("what", "In place"),
    ColumnView("cable", "Over"),
    ColumnView("year", "Year", "", "year"),
    ColumnView("lands", "Lands in"),
    ColumnView("twh", "Arrives", "TWh", "number"),
    ColumnView("use", "Use", "", "share"),
    ColumnView("generation_usd_per_mwh", "Generation", "USD/MWh", "number"),
    ColumnView("losses_usd_per_mwh", "Losses", "USD/MWh", "number"),
    ColumnView("cables_usd_per_mwh", "Cables", "USD/MWh", "number"),
    ColumnView("transit_usd_per_mwh", "Transit", "USD/MWh", "number"),
    ColumnView("charge_usd_per_mwh", "Carbon charge", "USD/MWh", "number"),
    ColumnView("delivered_usd_per_mwh", "Delivered", "USD/MWh", "number"),
    ColumnView("delivered_no_charge_usd_per_mwh", "without the charge", "USD/MWh", "number"),
    ColumnView("delivered_contract_usd_per_mwh", "by matched contracts", "USD/MWh", "number"),
    ColumnView("price_there_usd_per_mwh", "Price there, when it arrives", "USD/MWh", "number"),
    ColumnView("hours_paid", "Hours in which that pays", "", "number"),
    ColumnView("rent_kusd", "Rent", "thousand USD/MW a year", "number"),
    ColumnView("service_kusd", "Annuity and upkeep", "thousand USD/MW a year", "number"),
)
REMARK = (
    "Traced: everything that reaches a bus in an hour leaves it in one mix. Because of the cable: the"
    " year with it less the year without it, of a package the package without the cable; above zero is"
    " more. Delivered: plants built with the cables at their levelised cost (else the price where it is"
    " bought), losses, annuity and upkeep of each cable over all that it carries, grid charges, carbon"
    " border charge at the default factor. Matched contracts pay the charge only on what new plants do"
    " not make in the same hour. A cable pays for itself where its rent reaches annuity and upkeep."
)


def feeds_blocks(tables: Mapping[str, pl.DataFrame], names: Names) -> list[Block]:
    """Return the two tables of cables; none where the run has none."""
    origins, delivered = tables["cable_origins"], tables["cable_delivered"]
    if origins.is_empty() or delivered.is_empty():
        return []
    fed = worded(_fed(origins, names), what=("run", names.run), cable=("link", names.power_link))
    landed = worded(
        delivered,
        what=("run", names.run),
        cable=("link", lambda link: ", ".join(names.power_link(one) for one in link.split(" + "))),
        lands=("landing", names.bus),
    ).with_columns(
        twh=pl.col("energy_mwh") / 1e6,
        rent_kusd=pl.col("rent_usd_per_mw") / 1e3,
        service_kusd=pl.col("service_usd_per_mw") / 1e3,
    )
    shown = landed.filter(pl.col("twh") >= LEAST_TWH)
    return [
        frame_table(fed, ORIGIN_VIEWS, "What feeds each cable", "cable_origins.csv"),
        frame_table(
            shown,
            DELIVERED_VIEWS,
            "What a MWh costs where a cable lands, beside the price there",
            "cable_delivered.csv",
        ),
        Remark(REMARK),
    ]


def _fed(origins: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Return a row for each run, link and year: sent, share of renewables, sources, CO2."""
    traced = origins.filter(pl.col("method") == "traced", pl.col("sense") == "forward")
    sums = traced.group_by(KEYS, maintain_order=True).agg(
        west=pl.col("energy_mwh").sum() / 1e6,
        green=pl.col("energy_mwh").filter("is_renewable").sum() / pl.col("energy_mwh").sum(),
    )
    more = origins.filter(pl.col("method") == "difference")
    co2 = more.group_by(KEYS, maintain_order=True).agg(co2_mt=pl.col("co2_t").sum() / 1e6)
    return (
        sums.join(_largest(traced, names, "from"), on=KEYS, how="left", maintain_order="left")
        .join(_largest(more, names, "more"), on=KEYS, how="left", maintain_order="left")
        .join(co2, on=KEYS, how="left", maintain_order="left")
        .filter(pl.col("west") >= LEAST_TWH)
    )


def _kind(carrier: str, names: Names) -> str:
    return "sales from beyond the edge" if carrier == MARKET else names.group(carrier)


def _largest(rows: pl.DataFrame, names: Names, column: str) -> pl.DataFrame:
    """Return the largest sources of each run, link and year in words."""
    keys = [*KEYS, "country", "carrier"]
    sources = rows.group_by(keys, maintain_order=True).agg(twh=pl.col("energy_mwh").sum() / 1e6)
    largest = (
        sources.filter(pl.col("twh") >= LEAST_TWH)
        .sort([*KEYS, "twh"], descending=[False, False, False, True], maintain_order=True)
        .group_by(KEYS, maintain_order=True)
        .head(MOST_NAMED)
    )
    words = [
        f"{names.country(country)} {_kind(carrier, names)} {twh:.2f}"
        for country, carrier, twh in largest.select("country", "carrier", "twh").iter_rows()
    ]
    return (
        largest.with_columns(pl.Series(column, words, dtype=pl.String))
        .group_by(KEYS, maintain_order=True)
        .agg(pl.col(column).str.join(", "))
    )
