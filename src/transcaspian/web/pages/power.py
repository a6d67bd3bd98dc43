"""Electricity: a week of a zone, prices, the mix, cables hour by hour, zones and links by year."""

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.report.charts import Spec
from transcaspian.report.heatmap import draw_year
from transcaspian.report.names import REFERENCE
from transcaspian.report.power_charts import WINTER, group_scale, peak_week, week_rows
from transcaspian.report.synthetic_mark import SIGN, WORDS, synthetic_kinds
from transcaspian.report.worded import worded
from transcaspian.results.theme import ACCENT, CARRIER_COLOURS, CARRIER_LABELS, INK
from transcaspian.units import TWH_TO_MWH
from transcaspian.web.blocks import Block, Chart, Choice, Column, Note, Page
from transcaspian.web.pages.common import (
    chosen_project,
    chosen_scenario,
    chosen_year_of,
    frame_table,
    option,
    project_name,
    scenario_choice,
    with_choice,
    year_choice,
    zone_balance,
    zone_columns,
)
from transcaspian.web.pages.flow_map import power_link_name
from transcaspian.web.pages.generic import plain_table
from transcaspian.web.pages.months import MONTHS, month_letters, month_name, month_of_hour
from transcaspian.web.runs import Run
from transcaspian.web.urls import run_page
from transcaspian.web.view import View

__all__ = ["power_page"]

HOURS_PER_WEEK = 168
WEEKS = 52
HOURS_PER_YEAR = 8760
WIDEST_YEAR = 640.0  # px
# Tables that a run may have besides, shown under their own column names.
MORE = ("adequacy", "green", "inertia", "reserve")


def power_page(run: Run, view: View) -> Page:
    """Return the page on electricity in one scenario and year, with one project or none."""
    t = view.t
    zones = run.table("power_zone_year")
    if zones.is_empty():
        return Page("power", t("Electricity"), t("No power results in this run."), (), run=run.key, section="power")  # fmt: skip
    scenario = chosen_scenario(run, view)
    year, years, notes = chosen_year_of(run, view, "power_zone_year", scenario)
    if not years:
        note = Note(t("The run has no electricity under this scenario."))
        return Page("power", t("Electricity"), "", (note,), (scenario_choice(run, view, scenario),), run.key, "power")  # fmt: skip
    runs = run.runs_of("power_zone_year", scenario)
    wanted, remarks = chosen_project(run, view, runs)
    at_year = zones.filter(pl.col("scenario") == scenario, pl.col("year") == year)
    reference = at_year.filter(pl.col("run") == REFERENCE).sort("load_mwh", descending=True)
    inside = [bus for bus in reference["bus"] if run.names.bus_countries.get(bus) in run.names.corridor]  # fmt: skip
    buses = list(dict.fromkeys([*inside, *reference["bus"]]))
    zone = option(view.get("zone"), buses, "zone")
    blocks: list[Block] = [*notes, *remarks]
    groups = _hourly_groups(run, scenario, year, zone)
    start, week_choice = _week(view, groups)
    if groups:
        blocks.append(_week_chart(run, view, groups, zone, start, year))
    else:
        blocks.append(Note(t("The run holds no hours of this zone and year.")))
    blocks.append(_price_chart(run, view, at_year, wanted, year))
    blocks += _cable(run, view, scenario, year, wanted)
    blocks += [
        _zone_table(run, view, at_year, wanted),
        _mix_table(run, view, scenario, year, wanted),
    ]
    blocks += _more(run, view, scenario, year, wanted)
    choices = (
        scenario_choice(run, view, scenario),
        year_choice(view, years, year),
        with_choice(run, view, runs, wanted),
        Choice(
            "zone", t("Zone"), tuple((bus, view.name(run.names.bus(bus))) for bus in buses), zone
        ),
        week_choice,
    )
    lead = t("Dispatch and prices hour by hour; the project in place is compared with none.")
    return Page("power", t("Electricity"), lead, tuple(blocks), choices, run.key, "power")


def _hourly_groups(run: Run, scenario: str, year: int, zone: str) -> dict[str, NDArray[np.float64]]:
    """Return MW per hour of every group in a zone, sources positive; hours are of the reference."""
    hours = run.scan("power_dispatch").filter(pl.col("year") == year, pl.col("bus") == zone)
    known = hours.collect_schema().names()
    for column, value in (("scenario", scenario), ("run", REFERENCE)):
        if column in known:
            hours = hours.filter(pl.col(column) == value)
    rows = hours.select("hour", "carrier", "mw").collect()
    groups: dict[str, NDArray[np.float64]] = {}
    for (carrier,), part in rows.group_by("carrier", maintain_order=True):
        values = np.zeros(HOURS_PER_YEAR)
        values[part["hour"].to_numpy()] = part["mw"].to_numpy()
        group = run.names.group(str(carrier))
        groups[group] = groups.get(group, np.zeros(HOURS_PER_YEAR)) + values
    return groups


def _week(view: View, groups: dict[str, NDArray[np.float64]]) -> tuple[int, Choice]:
    """Return the first hour of the week shown, and the choice of weeks."""
    weeks = [str(week) for week in range(1, WEEKS + 1)]
    if view.get("week") or not groups:
        week = int(option(view.get("week"), weeks, "week"))
    else:
        load = np.sum(list(groups.values()), axis=0)
        week = min(peak_week(load, WINTER) // HOURS_PER_WEEK + 1, WEEKS)
    choice = Choice("week", view.t("Week"), tuple((each, each) for each in weeks), str(week))
    return (week - 1) * HOURS_PER_WEEK, choice


def _week_chart(
    run: Run,
    view: View,
    groups: dict[str, NDArray[np.float64]],
    zone: str,
    start: int,
    year: int,
) -> Chart:
    t = view.t
    week = slice(start, start + HOURS_PER_WEEK)
    shown = [group for group in CARRIER_COLOURS if group in groups and np.any(groups[group][week])]
    frame = pl.DataFrame(
        {"hour": np.arange(start, start + HOURS_PER_WEEK)}
        | {group: groups[group][week].round(2) for group in shown}
        | {"demand": np.sum([groups[group][week] for group in groups], axis=0).round(2)}
    )
    columns = [Column("hour", t("Hour of the year, UTC"), "", "whole")]
    columns += [Column(group, view.word(CARRIER_LABELS[group]), "MW", "number") for group in shown]
    columns.append(Column("demand", t("Demand"), "MW", "number"))
    rows, demand = week_rows(groups, start)
    for row in rows:
        row["group"] = view.word(str(row["group"]))
    scale = group_scale(shown)
    scale["domain"] = [view.word(word) for word in scale["domain"]]
    x = {"field": "time", "type": "temporal", "title": None, "scale": {"type": "utc"},
         "axis": {"format": "%d.%m.", "tickCount": "day", "grid": False, "labelFlush": True}}  # fmt: skip
    spec: Spec = {
        "height": 260,
        "layer": [
            {"data": {"values": rows},
             "mark": {"type": "area", "line": False, "tooltip": False},
             "encoding": {
                 "x": x,
                 "y": {"field": "low", "type": "quantitative", "title": view.word("GW")},
                 "y2": {"field": "high"},
                 "color": {"field": "group", "type": "nominal", "scale": scale,
                           "legend": {"orient": "top", "title": None, "columns": 8}},
                 "detail": {"field": "sign"}}},
            {"data": {"values": demand},
             "mark": {"type": "line", "color": INK, "strokeWidth": 1.6, "strokeDash": [4, 2]},
             "encoding": {"x": x, "y": {"field": "demand", "type": "quantitative"}}},
        ],
    }  # fmt: skip
    name = view.name(run.names.bus(zone))
    title = t("{zone}: dispatch of week {week} of {year}", zone=name, week=start // HOURS_PER_WEEK + 1, year=year)  # fmt: skip
    table = frame_table(run, view, frame, columns, key="week-values", title=title, of="power_dispatch")  # fmt: skip
    subtitle = t("GW, without any project. Below zero: exports and charging. Dashed: demand.")
    subtitle += _synthetic(run, view, [zone])
    return Chart("week", title, subtitle, table, spec)


def _synthetic(run: Run, view: View, buses: Iterable[str]) -> str:
    """Return which hours of the zones are synthetic, in words; '' where none are known to be."""
    if not run.has_case:
        return ""
    parts = [
        f"{view.name(run.names.bus(bus))} ({', '.join(view.word(WORDS[kind]) for kind in kinds)})"
        for bus, kinds in synthetic_kinds(run.case, buses).items()
    ]
    words = view.t("Synthetic hours")
    return f" {SIGN} {words}: {'; '.join(parts)}." if parts else ""


def _price_chart(run: Run, view: View, at_year: pl.DataFrame, wanted: str, year: int) -> Chart:
    t = view.t
    without = at_year.filter(pl.col("run") == REFERENCE).select("bus", without="price_mean")
    with_run = at_year.filter(pl.col("run") == wanted).select("bus", **{"with": "price_mean"})
    prices = (
        without.join(with_run, on="bus", how="left", maintain_order="left")
        .pipe(worded, zone=("bus", lambda bus: view.name(run.names.bus(bus))))
        .with_columns(change=pl.col("with") - pl.col("without"))
        .sort("without", "bus")
    )  # fmt: skip
    y = {"field": "zone", "type": "nominal", "title": None, "sort": prices["zone"].to_list(),
         "axis": {"ticks": False, "domain": False, "labelLimit": 260}}  # fmt: skip
    x = {"type": "quantitative", "title": view.word("USD/MWh"), "scale": {"zero": True}}
    spec: Spec = {
        "height": {"step": 22},
        "data": {"values": prices.select("zone", "without", "with").to_dicts()},
        "layer": [
            {"mark": {"type": "rule", "color": ACCENT, "strokeWidth": 2},
             "encoding": {"y": y, "x": {"field": "without", **x}, "x2": {"field": "with"}}},
            {"mark": {"type": "point", "filled": True, "size": 60, "fill": "#ffffff", "stroke": INK, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "without", **x}}},
            {"mark": {"type": "point", "filled": True, "size": 60, "color": ACCENT, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "with", **x},
                          "tooltip": [{"field": "zone"}, {"field": "with", "format": ",.3~r"}]}},
        ],
    }  # fmt: skip
    columns = (
        Column("zone", t("Zone")),
        Column("without", t("Without any project"), "USD/MWh", "number"),
        Column("with", project_name(run, view, wanted), "USD/MWh", "number"),
        Column("change", t("Change"), "USD/MWh", "difference"),
    )
    title = t("Mean price by zone in {year}", year=year)
    table = frame_table(
        run, view, prices, columns,
        key="prices-values", title=title, of="power_zone_year",
        links=[view.link(run_page(run.key, "places", "power", bus)) for bus in prices["bus"]],
    )  # fmt: skip
    subtitle = t("Hollow: without any project. Filled: {project}.", project=project_name(run, view, wanted))  # fmt: skip
    return Chart("prices", title, subtitle, table, spec)


def _cable(run: Run, view: View, scenario: str, year: int, wanted: str) -> list[Block]:
    """Return the hours of a cable that the project in place brings, where the run holds them."""
    t = view.t
    hours = run.scan("power_link_hourly").filter(
        pl.col("scenario") == scenario, pl.col("year") == year, pl.col("run") == wanted
    )
    links = [str(link) for link in hours.select(pl.col("link").unique(maintain_order=True)).collect()["link"]]  # fmt: skip
    if not links:
        return []
    link = view.get("link") if view.get("link") in links else links[0]
    rows = hours.filter(pl.col("link") == link).select("hour", "mw").collect()
    values = np.zeros(HOURS_PER_YEAR)
    values[rows["hour"].to_numpy()] = rows["mw"].to_numpy()
    largest = float(np.abs(values).max())
    every = pl.DataFrame({"hour": np.arange(HOURS_PER_YEAR), "mw": values})
    frame = (
        every.group_by(month=month_of_hour(pl.col("hour")), maintain_order=True)
        .agg(
            ahead=pl.col("mw").clip(lower_bound=0.0).sum() / 1000.0,
            back=-pl.col("mw").clip(upper_bound=0.0).sum() / 1000.0,
            full=(pl.col("mw").abs() > 0.99 * largest).sum(),
        )
        .with_columns(name=pl.Series([month_name(view, month) for month in MONTHS]))
    )
    columns = (
        Column("name", t("Month")),
        Column("ahead", t("Ahead"), "GWh", "number"),
        Column("back", t("Back"), "GWh", "number"),
        Column("full", t("Hours at the highest flow"), "h", "whole"),
    )
    name = power_link_name(run, view, link)
    title = t("{link}: every hour of {year}", link=name, year=year)
    table = frame_table(run, view, frame, columns, key="cable-values", title=title, of="power_link_hourly")  # fmt: skip
    subtitle = t("Days across, hours of the day (UTC) down; blue: ahead, orange: back.")
    ends = run.case.tables["power/links"].filter(pl.col("link") == link) if run.has_case else None
    subtitle += "" if ends is None else _synthetic(run, view, ends.select("bus0", "bus1").row(0))
    drawing = draw_year(
        values, largest, view.word("MW"), title,
        months=month_letters(view), number=view.language.number, widest=WIDEST_YEAR,
    )  # fmt: skip
    return [Chart("cable", title, subtitle, table, svg=drawing)]


def _zone_table(run: Run, view: View, at_year: pl.DataFrame, wanted: str) -> Block:
    t = view.t
    frame = (
        zone_balance(at_year.filter(pl.col("run") == wanted))
        .pipe(worded, zone=("bus", lambda bus: view.name(run.names.bus(bus))))
        .sort("load", descending=True)
    )
    columns = (
        Column("zone", t("Zone")),
        *zone_columns(view),
    )
    title = t("Balance by zone: {project}", project=project_name(run, view, wanted))
    links = [view.link(run_page(run.key, "places", "power", bus)) for bus in frame["bus"]]
    return frame_table(run, view, frame, columns, key="zones", title=title, of="power_zone_year", links=links)  # fmt: skip


def _mix_table(run: Run, view: View, scenario: str, year: int, wanted: str) -> Block:
    """Return the energy of every zone by group of carriers."""
    t = view.t
    rows = (
        run.table("power_carrier_year")
        .filter(pl.col("scenario") == scenario, pl.col("year") == year, pl.col("run") == wanted)
        .pipe(worded, group=("carrier", run.names.group))
        .filter(~pl.col("group").is_in(["storage", "trade"]))
        .group_by("bus", "group", maintain_order=True)
        .agg(twh=pl.col("energy_mwh").sum() / TWH_TO_MWH)
    )
    shown = [group for group in CARRIER_COLOURS if group in rows["group"].to_list()]
    wide = rows.pivot("group", index="bus", values="twh").pipe(
        worded, zone=("bus", lambda bus: view.name(run.names.bus(bus)))
    )
    green = [g for g in ("hydro", "wind", "solar", "biomass", "geothermal") if g in wide.columns]
    wide = wide.with_columns(
        renewable=pl.sum_horizontal(green) / pl.sum_horizontal(shown) if shown else pl.lit(None)
    )
    columns = [Column("zone", t("Zone"))]
    columns += [Column(group, view.word(CARRIER_LABELS[group]), "TWh", "number") for group in shown]
    columns.append(Column("renewable", t("Renewable"), "", "share"))
    title = t("Generation by zone and carrier in {year}", year=year)
    links = [view.link(run_page(run.key, "places", "power", bus)) for bus in wide["bus"]]
    return frame_table(run, view, wide, columns, key="mix", title=title, of="power_carrier_year", links=links)  # fmt: skip


def _more(run: Run, view: View, scenario: str, year: int, wanted: str) -> list[Block]:
    """Return tables on adequacy, green export and the like, where the run has them.

    Of the year shown, and of the runs without any project and with the one that is in place.
    """
    blocks: list[Block] = []
    for name in run.names_of_tables:
        if any(word in name for word in MORE):
            frame = run.table(name)
            if "scenario" in frame.columns:
                frame = frame.filter(pl.col("scenario") == scenario).drop("scenario")
            if "year" in frame.columns:
                frame = frame.filter(pl.col("year") == year).drop("year")
            if "run" in frame.columns:
                frame = frame.filter(pl.col("run").is_in([REFERENCE, wanted]))
            if frame.height:
                blocks.append(plain_table(run, view, frame, name))
    return blocks
