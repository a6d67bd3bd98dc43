"""The part of the page on the sea crossing: how long cargo waits, and for what."""

from collections.abc import Mapping

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import (
    Block,
    CaseLike,
    Figure,
    Fold,
    Grid,
    Header,
    HtmlTable,
    Remark,
    Section,
)
from transcaspian.report.charts import Spec, draw
from transcaspian.report.choices import focus_year
from transcaspian.report.markup import (
    ColumnView,
    csv_address,
    frame_table,
    head_cell,
    load_cell,
    number_cell,
)
from transcaspian.report.names import REFERENCE, Names
from transcaspian.report.worded import worded
from transcaspian.results.theme import (
    ACCENT,
    EN_DASH,
    MUTED,
    NEGATIVE,
    format_number,
    format_range,
    format_share,
)

__all__ = ["crossing_section"]

SOURCE = "Simulation of the crossing; inputs and their sources stand under Assumptions."
MOST_CURVES = 6
MOST_RESOURCES = 12
HIGHEST_OVER_LOWEST = 8.0  # hours shown of a curve, over those at the lightest load
WIDEST = 2.0  # traffic shown, over that of the equilibrium
BUDGET = {
    "share_roadstead": "Waits for a berth",
    "share_unloading": "Unloads",
    "share_loading": "Loads or waits for cargo",
    "share_held_by_weather": "Held by weather",
    "share_at_sea": "At sea",
    "share_dry_dock": "Dry dock",
    "share_broken": "Broken down",
}


def crossing_section(tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names) -> Section:
    """Return the section; without a simulated crossing it says so."""
    waits = _of_years(tables["crossing_wait_year"], case).drop_nulls("wait_h")
    if waits.filter(pl.col("run") == REFERENCE).is_empty():
        text = "No crossing was simulated in this run."
        return Section("crossing", "Sea crossing", text, ())
    year = focus_year(case.settings.model_years, waits)
    curves = _of_years(tables["crossing_curve_year"], case)
    resources = _of_years(tables["crossing_resource_year"], case)
    services = _of_years(tables["crossing_service_year"], case)
    labels = _Labels(case)
    blocks: list[Block] = []
    if curves.height:
        blocks.append(Grid(_curve_figures(curves, waits, labels, year)))
    blocks.append(_wait_table(waits, labels, year))
    if resources.height:
        blocks.append(_resource_table(resources))
    blocks += _project_tables(waits, labels, names, year)
    if services.height:
        title = "What the vessels do with their time"
        blocks.append(Fold(title, (_service_table(services, year),)))
    blocks.append(
        Remark(
            "Hours count from the arrival in one port to the exit of the other and stand in freight "
            "in place of the times of the link and its terminals. Intervals are 95 % of the mean "
            "over replications; how long storms last is published nowhere and matters as much as "
            "how often they close a port."
        )
    )
    return Section("crossing", "Sea crossing", _lead(waits, resources, labels, year), blocks)


def _of_years(frame: pl.DataFrame, case: CaseLike) -> pl.DataFrame:
    return frame.filter(pl.col("year").is_in(list(case.settings.model_years)))


class _Labels:
    """Names of ports and cargoes."""

    def __init__(self, case: CaseLike) -> None:
        self._ports = _lookup(case, "crossing/ports", "port", "name")
        self._cargoes = _lookup(case, "crossing/cargoes", "cargo", "name")
        self._units = _lookup(case, "crossing/cargoes", "cargo", "unit")

    def pair(self, row: Mapping[str, object]) -> str:
        """Return "Trucks, Kuryk-Alat"."""
        cargo, port0, port1 = (str(row[key]) for key in ("cargo", "port0", "port1"))
        ends = EN_DASH.join(self._ports.get(port, port) for port in (port0, port1))
        return f"{self._cargoes.get(cargo, cargo)}, {ends}"

    def unit(self, cargo: str) -> str:
        """Return what is counted."""
        return self._units.get(cargo, cargo)


def _lookup(case: CaseLike, table: str, key: str, name: str) -> dict[str, str]:
    frame = case.tables.get(table, pl.DataFrame())
    return dict(frame.select(key, name).iter_rows()) if frame.height else {}


def _lead(waits: pl.DataFrame, resources: pl.DataFrame, labels: _Labels, year: int) -> Markup:
    now = waits.filter(pl.col("run") == REFERENCE, pl.col("year") == year)
    longest = now.sort("wait_h", descending=True).row(0, named=True)
    text = Markup(
        "Without any project the longest wait in {year} is that of {pair}: {wait} h for a ship "
        "(95 %: {interval}), {hours} h from arrival to exit."
    ).format(
        year=year,
        pair=labels.pair(longest),
        wait=format_number(longest["wait_h"], 2),
        interval=format_range(longest["wait_low_h"], longest["wait_high_h"], 2),
        hours=format_number(longest["crossing_h"], 2),
    )
    berths = _berths(resources, year)
    if berths.is_empty():
        return text
    busiest = berths.row(0, named=True)
    return text + Markup(
        " The busiest berths are {berth}, in use {share} of the time with {queue} ships in front "
        "of them on average."
    ).format(
        berth=busiest["resource"],
        share=format_share(busiest["occupancy"], 2),
        queue=format_number(busiest["queue"], 2),
    )


def _berths(resources: pl.DataFrame, year: int) -> pl.DataFrame:
    return resources.filter(
        pl.col("run") == REFERENCE, pl.col("year") == year, pl.col("kind") == "berth"
    ).sort("occupancy", "resource", descending=[True, False])


def _curve_figures(
    curves: pl.DataFrame, waits: pl.DataFrame, labels: _Labels, year: int
) -> tuple[Figure, ...]:
    """Return a curve for each cargo and line, of the direction that takes longer."""
    now = waits.filter(
        pl.col("run") == REFERENCE, pl.col("year") == year, pl.col("is_joined")
    ).with_columns(
        line=pl.concat_str(
            pl.min_horizontal("port0", "port1"), pl.max_horizontal("port0", "port1"), "cargo"
        )
    )
    chosen = now.sort("curve_h", descending=True).unique("line", keep="first", maintain_order=True)
    figures = []
    for row in chosen.head(MOST_CURVES).iter_rows(named=True):
        points = curves.filter(
            pl.col("run") == REFERENCE,
            pl.col("year") == year,
            *(pl.col(key) == row[key] for key in ("port0", "port1", "cargo")),
        )
        figures.append(_curve_figure(points, row, labels, year))
    return tuple(figures)


def _curve_figure(
    points: pl.DataFrame, row: Mapping[str, object], labels: _Labels, year: int
) -> Figure:
    pair, unit = labels.pair(row), labels.unit(str(row["cargo"]))
    hours, units = float(str(row["curve_h"])), float(str(row["units_per_year"]))
    limit = points.filter("is_unstable")["units_per_year"].min()
    end = (
        ""
        if limit is None
        else f"; beyond {format_number(float(str(limit)), 2)} the queue only grows"
    )
    title = f"{pair}: {format_number(hours, 2)} h at the traffic of {year}"
    views = (
        ColumnView("units_per_year", "Traffic", f"{unit}/a", "number"),
        ColumnView("delay_h", "Hours across", "h", "number"),
        ColumnView("low_h", "Low", "h", "number"),
        ColumnView("high_h", "High", "h", "number"),
        ColumnView("carried_per_year", "Carried", f"{unit}/a", "number"),
    )
    return Figure(
        f"crossing-{row['port0']}-{row['port1']}-{row['cargo']}",
        title,
        f"Hours from arrival to exit by {unit}s a year in this direction, 95 % band; point: "
        f"traffic of the equilibrium{end}. Without any project.",
        _draw_curve(points, units, hours, f"{unit}s a year", title),
        SOURCE,
        frame_table(points, views, "Points of the curve", f"{row['cargo']}_curve.csv"),
    )


def _draw_curve(points: pl.DataFrame, units: float, hours: float, unit: str, label: str) -> Markup:
    lowest = float(points["delay_h"][0])
    top = max(HIGHEST_OVER_LOWEST * lowest, 1.3 * hours)
    y: Spec = {
        "type": "quantitative",
        "title": "h",
        "scale": {"domain": [0.0, top], "clamp": False},
    }
    x: Spec = {
        "field": "units_per_year",
        "type": "quantitative",
        "title": unit,
        "axis": {"format": "~s", "grid": False},
        "scale": {"domain": [0.0, min(WIDEST * units, float(points["units_per_year"][-1]))]},
    }
    spec: Spec = {
        "height": 190,
        "layer": [
            {
                "data": {"values": points.to_dicts()},
                "mark": {"type": "area", "color": ACCENT, "opacity": 0.18, "clip": True},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "low_h"},
                    "y2": {"field": "high_h"},
                },
            },
            {
                "data": {"values": points.to_dicts()},
                "mark": {"type": "line", "color": ACCENT, "point": True, "clip": True},
                "encoding": {"x": x, "y": {**y, "field": "delay_h"}},
            },
            {
                "data": {"values": [{"units_per_year": units, "delay_h": hours}]},
                "mark": {"type": "point", "filled": True, "size": 110, "color": NEGATIVE},
                "encoding": {"x": x, "y": {**y, "field": "delay_h"}},
            },
            {
                "data": {"values": [{"units_per_year": units, "delay_h": hours}]},
                "mark": {"type": "rule", "strokeDash": [3, 3], "color": MUTED},
                "encoding": {"x": x},
            },
        ],
    }
    return draw(spec, label)


def _wait_table(waits: pl.DataFrame, labels: _Labels, year: int) -> HtmlTable:
    now = waits.filter(pl.col("run") == REFERENCE, pl.col("year") == year)
    rows = now.with_columns(
        pl.Series("pair", [labels.pair(row) for row in now.iter_rows(named=True)], pl.String)
    )
    views = (
        ColumnView("pair", "Cargo"),
        ColumnView("units_per_year", "Traffic", "units/a", "number"),
        ColumnView("wait_h", "Wait for a ship", "h", "number"),
        ColumnView("wait_low_h", "Low", "h", "number"),
        ColumnView("wait_high_h", "High", "h", "number"),
        ColumnView("wait_p50_h", "Median", "h", "number"),
        ColumnView("wait_p90_h", "90 %", "h", "number"),
        ColumnView("wait_p99_h", "99 %", "h", "number"),
        ColumnView("crossing_h", "To the exit", "h", "number"),
        ColumnView("curve_h", "By the curve", "h", "number"),
    )
    return frame_table(
        rows,
        views,
        f"Waits in {year} at the traffic of the equilibrium, without any project",
        "crossing_waits.csv",
    )


def _resource_table(resources: pl.DataFrame) -> HtmlTable:
    own = resources.filter(pl.col("run") == REFERENCE)
    years = own["year"].unique().sort().to_list()
    order = (
        own.group_by("resource", maintain_order=True)
        .agg(pl.col("occupancy").max())
        .sort("occupancy", "resource", descending=[True, False])["resource"]
        .to_list()
    )
    values = {(row["resource"], row["year"]): row for row in own.iter_rows(named=True)}
    rows = []
    for resource in order[:MOST_RESOURCES]:
        found = [values.get((resource, year)) for year in years]
        cells = [head_cell(resource)]
        cells += [load_cell(None if row is None else row["occupancy"]) for row in found]
        cells.append(number_cell(None if found[-1] is None else found[-1]["queue"]))
        rows.append(tuple(cells))
    return HtmlTable(
        "Where the queue stands: share of time in use, without any project, busiest "
        f"{min(len(order), MOST_RESOURCES)} of {len(order)} berths, yards, cranes, channels and "
        "sidings",
        (
            Header("Resource"),
            *(Header(str(year), "", is_number=True) for year in years),
            Header(f"Waiting {years[-1]}", "", is_number=True),
        ),
        tuple(rows),
        csv_address(own),
        "crossing_resources.csv",
    )


def _project_tables(
    waits: pl.DataFrame, labels: _Labels, names: Names, year: int
) -> tuple[HtmlTable, ...]:
    """Return what projects that change ships, berths or yards do to the hours across."""
    keys = ["port0", "port1", "cargo"]
    now = waits.filter(pl.col("year") == year, pl.col("is_joined")).drop_nulls("crossing_h")
    base = now.filter(pl.col("run") == REFERENCE).select(
        *keys, before="crossing_h", before_units="units_per_year"
    )
    after = now.filter(pl.col("run") != REFERENCE).join(base, on=keys, maintain_order="left")
    if after.is_empty():
        return ()
    rows = (
        worded(after, project=("run", names.run))
        .with_columns(
            pl.Series("pair", [labels.pair(row) for row in after.iter_rows(named=True)], pl.String),
            change=pl.col("crossing_h") - pl.col("before"),
            more=pl.col("units_per_year") - pl.col("before_units"),
            half=pl.col("crossing_high_h") - pl.col("crossing_h"),
        )
        .sort("project", "pair")
    )
    views = (
        ColumnView("project", "Project"),
        ColumnView("pair", "Cargo"),
        ColumnView("before", "Without", "h", "number"),
        ColumnView("crossing_h", "With", "h", "number"),
        ColumnView("half", "±", "h", "number"),
        ColumnView("change", "Change", "h", "difference"),
        ColumnView("more", "More traffic", "units/a", "signed"),
    )
    table = frame_table(
        rows,
        views,
        f"What ships, berths and yards change in {year}: hours from arrival to exit at the traffic "
        "that each project brings about; same storms and trains with and without",
        "crossing_projects.csv",
    )
    return (table,)


def _service_table(services: pl.DataFrame, year: int) -> HtmlTable:
    rows = services.filter(pl.col("run") == REFERENCE, pl.col("year") == year)
    views = (
        ColumnView("service", "Service"),
        ColumnView("vessels", "Vessels", "", "number"),
        *(ColumnView(name, label, "", "share") for name, label in BUDGET.items()),
        ColumnView("sailed_t", "Carried", "t/a", "number"),
        ColumnView("cost_usd_per_t", "Ship cost", "USD/t", "number"),
    )
    return frame_table(
        rows, views, f"Share of vessel time by what is done, {year}", "crossing_services.csv"
    )
