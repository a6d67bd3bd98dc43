"""Charts of the power system: mix, weeks of dispatch, prices."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from markupsafe import Markup
from numpy.typing import NDArray

from transcaspian.report.charts import Spec, draw
from transcaspian.results.theme import (
    ACCENT,
    CARRIER_COLOURS,
    CARRIER_LABELS,
    INK,
    MUTED,
    ZONE_COLOURS,
)

__all__ = [
    "draw_duration",
    "draw_mix",
    "draw_prices",
    "draw_week",
    "group_scale",
    "peak_week",
    "week_rows",
]

HOURS_PER_WEEK = 168
WINTER = tuple(range(59 * 24)) + tuple(range(334 * 24, 365 * 24))  # December to February
SUMMER = tuple(range(151 * 24, 243 * 24))  # June to August
QUANTILES = 100


def group_scale(groups: Sequence[str]) -> Spec:
    """Return the colour scale of the groups that occur, in stacking order."""
    shown = [group for group in CARRIER_COLOURS if group in groups]
    return {
        "domain": [CARRIER_LABELS[group] for group in shown],
        "range": [CARRIER_COLOURS[group] for group in shown],
    }


def draw_mix(mix: pl.DataFrame, label: str) -> Markup:
    """Return a small panel a zone: shares of generation by group, one bar a year, TWh beside.

    `mix` has zone, year, group, twh; zones in the order wanted.
    """
    total = mix.group_by("zone", "year", maintain_order=True).agg(total=pl.col("twh").sum())
    rows = mix.join(total, on=["zone", "year"], maintain_order="left").with_columns(
        share=pl.when(pl.col("total") > 0).then(pl.col("twh") / pl.col("total")).otherwise(0.0),
        order=pl.col("group").replace_strict({g: n for n, g in enumerate(CARRIER_COLOURS)}, default=99),
        group=pl.col("group").replace_strict(CARRIER_LABELS, default=pl.col("group")),
        text=pl.col("total"),
    )  # fmt: skip
    zones = mix["zone"].unique(maintain_order=True).to_list()
    y = {
        "field": "year",
        "type": "ordinal",
        "title": None,
        "axis": {"ticks": False, "domain": False},
    }
    spec: Spec = {
        "data": {"values": rows.to_dicts()},
        "facet": {"field": "zone", "type": "nominal", "title": None, "sort": zones,
                  "header": {"labelAnchor": "start", "labelPadding": 3}},
        "columns": 2,
        "spacing": {"row": 10, "column": 12},
        "resolve": {"axis": {"x": "independent"}},
        "spec": {
            "width": 165,
            "height": {"step": 15},
            "layer": [
                {"mark": {"type": "bar", "height": 11},
                 "encoding": {
                     "y": y,
                     "x": {"field": "share", "type": "quantitative", "title": None, "stack": "zero",
                           "scale": {"domain": [0, 1]}, "axis": None},
                     "color": {"field": "group", "type": "nominal",
                               "scale": group_scale(mix["group"].unique().to_list()),
                               "legend": {"orient": "top", "title": None, "columns": 5}},
                     "order": {"field": "order", "type": "quantitative"}}},
                {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "color": MUTED},
                 "transform": [{"aggregate": [{"op": "max", "field": "text", "as": "sum"}],
                                "groupby": ["year"]}],
                 "encoding": {"y": y, "x": {"datum": 1, "type": "quantitative"},
                              "text": {"field": "sum", "type": "quantitative", "format": ",.3~r"}}},
            ],
        },
    }  # fmt: skip
    return draw({**spec, "autosize": "pad", "width": None}, label)


def peak_week(load: NDArray[np.float64], season: Sequence[int]) -> int:
    """Return the first hour of the calendar week (from 1 January) with the season's highest load."""
    hours = np.asarray(season)
    peak = int(hours[np.argmax(load[hours])])
    return min(peak // HOURS_PER_WEEK * HOURS_PER_WEEK, load.size - HOURS_PER_WEEK)


def week_rows(
    dispatch: Mapping[str, NDArray[np.float64]], start: int
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the bands (time, group, sign, low, high) and the demand (time, demand) of a week [GW].

    `dispatch` maps a group to its 8,760 values [MW]; their sum is the demand.
    """
    week = slice(start, start + HOURS_PER_WEEK)
    first = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(hours=start)  # a year without 29 February
    times = [(first + timedelta(hours=hour)).isoformat() for hour in range(HOURS_PER_WEEK)]
    values = {
        group: dispatch[group][week] / 1000.0
        for group in CARRIER_COLOURS
        if _is_seen(dispatch, group, week)
    }
    upper, lower = np.zeros(HOURS_PER_WEEK), np.zeros(HOURS_PER_WEEK)
    rows: list[dict[str, object]] = []
    for group, power in values.items():
        for sign, base in ((1, upper), (-1, lower)):
            part = np.maximum(sign * power, 0.0) * sign
            if np.any(part != 0.0):
                rows += _band(times, CARRIER_LABELS[group], sign, base, base + part)
            np.add(base, part, out=base)
    demand: list[dict[str, object]] = [
        {"time": time, "demand": round(float(total), 4)}
        for time, total in zip(times, sum(values.values(), np.zeros(HOURS_PER_WEEK)), strict=True)
    ]
    return rows, demand


def draw_week(dispatch: Mapping[str, NDArray[np.float64]], start: int, label: str) -> Markup:
    """Return one week as stacked areas [GW]: sources above zero, uses below, demand as a line.

    `dispatch` maps a group to its 8,760 values [MW]; their sum is the demand.
    """
    rows, demand = week_rows(dispatch, start)
    week = slice(start, start + HOURS_PER_WEEK)
    values = [group for group in CARRIER_COLOURS if _is_seen(dispatch, group, week)]
    x = {"field": "time", "type": "temporal", "title": None, "scale": {"type": "utc"},
         "axis": {"format": "%-d %b", "tickCount": "day", "grid": False, "labelFlush": True}}  # fmt: skip
    spec: Spec = {
        "height": 190,
        "layer": [
            {"data": {"values": rows},
             "mark": {"type": "area", "line": False},
             "encoding": {
                 "x": x,
                 "y": {"field": "low", "type": "quantitative", "title": "GW"},
                 "y2": {"field": "high"},
                 "color": {"field": "group", "type": "nominal", "scale": group_scale(values),
                           "legend": {"orient": "top", "title": None, "columns": 6}},
                 "detail": {"field": "sign"}}},
            {"data": {"values": demand},
             "mark": {"type": "line", "color": INK, "strokeWidth": 1.6, "strokeDash": [4, 2]},
             "encoding": {"x": x, "y": {"field": "demand", "type": "quantitative"}}},
        ],
    }  # fmt: skip
    return draw(spec, label)


def _is_seen(dispatch: Mapping[str, NDArray[np.float64]], group: str, week: slice) -> bool:
    """Return whether a group would be seen: a thousandth of what all groups move, or unserved."""
    if group not in dispatch:
        return False
    largest = max(float(np.abs(values[week]).max()) for values in dispatch.values())
    least = 1e-6 if group == "unserved" else 1e-3 * largest
    return float(np.abs(dispatch[group][week]).max()) > least


def _band(
    times: Sequence[str], group: str, sign: int, low: NDArray[np.float64], high: NDArray[np.float64]
) -> list[dict[str, object]]:
    return [
        {"time": time, "group": group, "sign": sign, "low": round(float(a), 4), "high": round(float(b), 4)}
        for time, a, b in zip(times, low, high, strict=True)
    ]  # fmt: skip


def draw_duration(
    prices: pl.DataFrame, zones: Sequence[str], runs: Sequence[str], label: str
) -> Markup:
    """Return hourly prices from highest to lowest, one hue a zone, dashed without the project.

    `prices` has zone, run, share (0 to 1), price.
    """
    spec: Spec = {
        "height": 230,
        "data": {"values": prices.to_dicts()},
        "mark": {"type": "line", "strokeWidth": 1.8},
        "encoding": {
            "x": {"field": "share", "type": "quantitative", "title": "Share of the year's hours",
                  "axis": {"format": ".0%", "tickCount": 5}},
            "y": {"field": "price", "type": "quantitative", "title": "USD/MWh"},
            "color": {"field": "zone", "type": "nominal",
                      "scale": {"domain": list(zones), "range": list(ZONE_COLOURS[: len(zones)])},
                      "legend": {"orient": "top", "title": None, "columns": 2, "symbolType": "stroke"}},
            "strokeDash": {"field": "run", "type": "nominal",
                           "scale": {"domain": list(runs), "range": [[4, 3], [1, 0]] if len(runs) > 1 else [[1, 0]]},
                           "legend": {"orient": "top", "title": None, "columns": 2, "symbolType": "stroke"}},
        },
    }  # fmt: skip
    return draw(spec, label)


def draw_prices(prices: pl.DataFrame, zones: Sequence[str], label: str) -> Markup:
    """Return the mean price by zone: hollow without, filled with the project.

    `prices` has zone, without, with (null where the run was not solved).
    """
    y = {"field": "zone", "type": "nominal", "title": None, "sort": list(zones),
         "axis": {"ticks": False, "domain": False, "labelLimit": 170}}  # fmt: skip
    x = {"type": "quantitative", "title": "USD/MWh, mean of the hours", "scale": {"zero": True}}
    spec: Spec = {
        "height": {"step": 22},
        "data": {"values": prices.to_dicts()},
        "layer": [
            {"mark": {"type": "rule", "color": ACCENT, "strokeWidth": 2},
             "encoding": {"y": y, "x": {"field": "without", **x}, "x2": {"field": "with"}}},
            {"mark": {"type": "point", "filled": True, "size": 60, "fill": "#ffffff", "stroke": INK, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "without", **x}}},
            {"mark": {"type": "point", "filled": True, "size": 60, "color": ACCENT, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "with", **x}}},
        ],
    }  # fmt: skip
    return draw(spec, label)


def duration_curve(values: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Return shares of the hours and the price that is reached or passed in that share."""
    shares = np.linspace(0.0, 1.0, QUANTILES + 1)
    levels = np.quantile(values, 1.0 - shares)
    return [round(float(s), 4) for s in shares], [round(float(v), 3) for v in levels]
