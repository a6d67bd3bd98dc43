"""Result tables under their own column names: units read off the names, years shown as years."""

import polars as pl

from transcaspian.report.names import humanise
from transcaspian.web.blocks import Column, Kind, Table
from transcaspian.web.pages.common import frame_table, project_name
from transcaspian.web.runs import Run
from transcaspian.web.view import View

__all__ = ["generic_column", "plain_table"]

# Ends of column names → units; longer ends first.
UNITS = {
    "_usd_per_mwh": "USD/MWh",
    "_usd_per_t": "USD/t",
    "_musd": "million USD",
    "_usd": "USD",
    "_mwh": "MWh",
    "_twh": "TWh",
    "_mw": "MW",
    "_mt": "Mt",
    "_km": "km",
    "_h": "h",
    "_t": "t",
}
WORDS = ("confidence", "status", "state", "nature")
PLAIN_WHOLES = ("hour", "month", "week")
NAMED = ("project", "run")


def generic_column(name: str, dtype: pl.DataType) -> Column:
    """Return how a column is shown, by its name and type."""
    end = next((end for end in UNITS if name.endswith(end)), "")
    label = humanise(name.removesuffix(end))
    return Column(name, label, UNITS.get(end, ""), _kind(name, dtype))


def _kind(name: str, dtype: pl.DataType) -> Kind:
    if name in WORDS:
        return "word"
    if dtype.is_integer():
        return "year" if name.endswith("year") or name in PLAIN_WHOLES else "whole"
    return "number" if dtype.is_numeric() else "text"


def plain_table(run: Run, view: View, frame: pl.DataFrame, name: str) -> Table:
    """Return a result table under its own column names, projects under theirs."""
    columns = [generic_column(column, dtype) for column, dtype in frame.schema.items()]
    known = run.names.projects
    shown = frame.with_columns(
        pl.col(column).map_elements(
            lambda key: project_name(run, view, key) if key in known else key,
            return_dtype=pl.String,
        )
        for column in NAMED
        if frame.schema.get(column) == pl.String
    )
    return frame_table(run, view, shown, columns, key=name, title=humanise(name), of=name)
