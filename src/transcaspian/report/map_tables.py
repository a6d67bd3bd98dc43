"""The map in numbers: every drawn link by year, without and with each project that changes it."""

from collections.abc import Sequence

import polars as pl

from transcaspian.report.blocks import HtmlTable
from transcaspian.report.map_flows import Layer
from transcaspian.report.markup import ColumnView, csv_address, frame_table
from transcaspian.report.names import REFERENCE, Names

__all__ = ["map_tables"]


def map_tables(layers: Sequence[Layer], names: Names) -> tuple[HtmlTable, ...]:
    """Return a table a layer: flows without any project; the download has every run."""
    return tuple(_layer_table(layer, names) for layer in layers)


def _layer_table(layer: Layer, names: Names) -> HtmlTable:
    titles = {way.key: way.name for way in layer.ways}
    rows = [
        {
            "run": run,
            "year": year,
            "link": link,
            "name": titles.get(link, link),
            "forward": flow.forward,
            "reverse": flow.reverse,
            "load": flow.load,
        }
        for (run, year), flows in layer.flows.items()
        for link, flow in flows.items()
        if run in layer.runs and (flow.total > 0 or run == REFERENCE)
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    reference = (
        frame.filter(pl.col("run") == REFERENCE)
        .with_columns(total=pl.col("forward") + pl.col("reverse"))
        .filter(pl.col("total").max().over("link") > 0)
    )
    years = [str(year) for year in layer.years]
    pivot = reference.with_columns(pl.col("year").cast(pl.String)).pivot(
        "year", index=["link", "name"], values="total"
    )
    views = [ColumnView("name", "Link")]
    views += [
        ColumnView(year, year, layer.unit, "number") for year in years if year in pivot.columns
    ]
    caption = (
        f"{layer.title}: both senses together, {names.run(REFERENCE).lower()} (the download has "
        f"both senses, load and every run)"
    )
    shown = frame_table(pivot, views, caption, is_compact=True)
    return HtmlTable(
        caption,
        shown.headers,
        shown.rows,
        csv_address(
            frame.with_columns(pl.col("forward", "reverse", "load").cast(pl.Float64).round(6))
        ),
        f"map_{layer.key}.csv",
        is_compact=True,
    )
