"""The map in numbers: every drawn link by year, without and with each project that changes it."""

from collections.abc import Sequence

import polars as pl

from transcaspian.report.blocks import HtmlTable
from transcaspian.report.map_flows import Layer
from transcaspian.report.markup import ColumnView, csv_address, frame_table
from transcaspian.report.names import REFERENCE, Names

__all__ = ["map_tables"]

# The download is for charts: what differs by less, and digits beyond, stand in the run folder.
SAME = 1e-2
DIGITS = 4


def map_tables(layers: Sequence[Layer], names: Names) -> tuple[HtmlTable, ...]:
    """Return a table a layer: flows without any project; the download has every run."""
    return tuple(_layer_table(layer, names) for layer in layers)


def _layer_table(layer: Layer, names: Names) -> HtmlTable:
    frame = _flow_frame(layer)
    reference = frame.filter(pl.col("run") == REFERENCE)
    years = [str(year) for year in layer.years]
    titles = {way.key: way.name for way in layer.ways}
    pivot = (
        reference.with_columns(
            pl.col("year").cast(pl.String), total=pl.col("forward") + pl.col("reverse")
        )
        .pivot("year", index="link", values="total")
        .with_columns(name=pl.col("link").replace_strict(titles, default=pl.col("link")))
    )
    views = [ColumnView("name", "Link")]
    views += [
        ColumnView(year, year, layer.unit, "number") for year in years if year in pivot.columns
    ]
    caption = (
        f"{layer.title}: both senses together, {names.run(REFERENCE).lower()} (the download has "
        f"both senses, load, and what each project changes)"
    )
    shown = frame_table(pivot, views, caption, is_compact=True)
    return HtmlTable(
        caption,
        shown.headers,
        shown.rows,
        csv_address(frame),
        f"map_{layer.key}.csv",
        is_compact=True,
    )


def _flow_frame(layer: Layer) -> pl.DataFrame:
    """Return what moves without any project, and with each what differs by a hundredth."""
    rows = []
    for (run, year), flows in layer.flows.items():
        reference = layer.flows.get((REFERENCE, year), {})
        for link, flow in flows.items():
            before = reference.get(link)
            is_same = (
                before is not None and abs(before.total - flow.total) <= SAME * before.total + 1e-9
            )
            if run in layer.runs and flow.total > 0 and (run == REFERENCE or not is_same):
                rows.append((run, year, link, flow.forward, flow.reverse, flow.load))
    return pl.DataFrame(
        rows,
        schema={
            "run": pl.String,
            "year": pl.Int64,
            "link": pl.String,
            "forward": pl.Float64,
            "reverse": pl.Float64,
            "load": pl.Float64,
        },
        orient="row",
    ).with_columns(pl.col("forward", "reverse", "load").round_sig_figs(DIGITS))
