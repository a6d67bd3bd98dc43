"""The map: flows of one sector, scenario, year and project, drawn, as numbers and as features."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from markupsafe import Markup

from transcaspian.report.choices import of_scenario
from transcaspian.report.geography import LAND, SEAS, Projection
from transcaspian.report.map import UNLIMITED_COLOUR, WIDEST
from transcaspian.report.map_flows import (
    Flow,
    Layer,
    Way,
    freight_layer,
    largest_flow,
    power_layer,
)
from transcaspian.report.map_view import Mark, changes_of, draw_view, marks_of
from transcaspian.report.names import REFERENCE
from transcaspian.report.schema import with_every_table
from transcaspian.results.theme import EN_DASH, LOAD_RAMP, NEGATIVE, POSITIVE
from transcaspian.web.blocks import Block, Choice, Column, Drawing, Note, Page, Table
from transcaspian.web.pages.common import (
    chosen_project,
    chosen_scenario,
    chosen_year_of,
    model_confidence,
    model_source,
    option,
    project_name,
    scenario_choice,
    scenario_name,
    with_choice,
    year_choice,
)
from transcaspian.web.pages.months import (
    MonthFlows,
    chosen_month,
    month_choice,
    month_flows,
    month_name,
)
from transcaspian.web.runs import Run
from transcaspian.web.urls import run_page
from transcaspian.web.view import View

__all__ = [
    "SECTOR_TABLES",
    "MapWords",
    "freight_link_name",
    "map_features",
    "map_legend",
    "map_page",
    "power_link_name",
    "sector_layer",
]

SECTOR_TABLES = {"power": "power_link_year", "freight": "freight_link_year"}
LAYERS = {"power": power_layer, "freight": freight_layer}


@dataclass(frozen=True, slots=True)
class MapWords:
    """What the drawing says in the reader's language."""

    run: Run
    view: View
    layer: Layer
    mode: str

    def text(self, message: str, /) -> str:
        """Return a title or the name of a sea."""
        t = self.view.t
        known = {
            "Caspian Sea": t("Caspian Sea"),
            "Black Sea": t("Black Sea"),
            "Mediterranean": t("Mediterranean"),
            "Map of flows": t("Map of flows"),
            "Map of flows, west": t("Map of flows, west"),
            "Map of flows, east": t("Map of flows, east"),
            "South Caucasus and Caspian, enlarged": t("South Caucasus and Caspian, enlarged"),
        }
        return known[message]

    def way(self, way: Way, flow: Flow | None, change: float, /) -> str:
        """Return what a link says when it is pointed at."""
        view, unit = self.view, self.layer.unit
        if self.mode == "change":
            return f"{way.name}: {view.language.signed(change)} {view.word(unit)}"
        if flow is None:
            return way.name
        load = (
            view.t("no limit")
            if flow.load is None
            else f"{_load_meaning(view, self.layer)} {view.language.share(flow.load)}"
        )
        return view.t(
            "{name}: {forward} ahead, {reverse} back; {load}",
            name=way.name,
            forward=view.number(flow.forward, unit),
            reverse=view.number(flow.reverse, unit),
            load=load,
        )

    def way_address(self, way: str, /) -> str:
        """Return the address of a link's card."""
        return self.view.link(run_page(self.run.key, "links", self.layer.key, way))

    def place_address(self, place: str, /) -> str:
        """Return the address of a place's card."""
        return self.view.link(run_page(self.run.key, "places", self.layer.key, place))


def _load_meaning(view: View, layer: Layer) -> str:
    t = view.t
    return t("hours at the limit") if layer.key == "power" else t("load over capacity")


def sector_layer(
    run: Run,
    view: View,
    sector: str,
    scenario: str,
    project: str,
    month: MonthFlows | None = None,
) -> Layer:
    """Return places and flows of a sector without any project and with one, for every year.

    Names are in the reader's language; `runs` of the layer are all that were solved. With the
    flows of a `month` these stand in the place of those of the years.
    """
    name = SECTOR_TABLES[sector]
    tables = with_every_table({name: run.table(name), "projects": run.projects})
    tables = of_scenario(tables, scenario, run.years)
    years = tables[name]["year"].unique().sort()
    flows = tables[name].filter(pl.col("run").is_in([REFERENCE, project]))
    tables[name] = flows if month is None else month.frame.filter(pl.col("year").is_in(years))
    layer = LAYERS[sector](tables, run.case, run.names, Projection())
    name_of = power_link_name if sector == "power" else freight_link_name
    return replace(
        layer,
        places=tuple(replace(place, name=view.name(place.name)) for place in layer.places),
        ways=tuple(replace(way, name=name_of(run, view, way.key)) for way in layer.ways),
        runs=run.runs_of(SECTOR_TABLES[sector], scenario),
        years=tuple(years.to_list()),
    )


def power_link_name(run: Run, view: View, link: str) -> str:
    """Return the two ends of a power link."""
    ends = run.names.power_links.get(link)
    return f" {EN_DASH} ".join(view.name(run.names.bus(end)) for end in ends) if ends else link


def freight_link_name(run: Run, view: View, link: str) -> str:
    """Return the two ends of a freight link and its layer."""
    found = run.names.freight_links.get(link)
    if found is None:
        return link
    nodes, layer = run.names.nodes, run.names.layers.get(found[2], found[2])
    ends = f" {EN_DASH} ".join(view.name(nodes.get(end, end)) for end in found[:2])
    text = view.name(layer)
    return f"{ends}, {text[:1].lower()}{text[1:]}"


def map_page(run: Run, view: View) -> Page:
    """Return the map as the reader chose it, with its numbers."""
    t = view.t
    scenario = chosen_scenario(run, view)
    sectors = [name for name, table in SECTOR_TABLES.items() if run.table(table).height]
    sector = option(view.get("sector"), sectors, "sector of this run")
    if not sector:
        return Page("map", t("Map"), t("No flows in this run."), (), run=run.key, section="map")
    runs = run.runs_of(SECTOR_TABLES[sector], scenario)
    wanted, remarks = chosen_project(run, view, runs)
    year, years, notes = chosen_year_of(run, view, SECTOR_TABLES[sector], scenario)
    month = chosen_month(view)
    pair = (REFERENCE, wanted)
    flows = month_flows(run, sector, scenario, pair, (year,), month) if month else None
    layer = sector_layer(run, view, sector, scenario, wanted, flows)
    mode = view.get("show") or "flow"
    if flows is not None and not flows.is_whole:
        mode = "flow"  # without any project nothing is known of the month
    marks = marks_of(layer, wanted, year, mode)
    texts = MapWords(run, view, layer, mode)
    when = f"{month_name(view, month)} {year}" if flows is not None else str(year)
    title = t(
        "{sector}, {year}: {project}",
        sector=_sector_name(view, sector),
        year=when,
        project=project_name(run, view, wanted),
    )
    drawing = Drawing(
        "flows",
        title,
        draw_view(layer, marks, mode, Projection(), texts),
        map_features(run, layer, marks, texts),
        map_legend(view, layer, mode),
    )
    blocks: list[Block] = [
        *notes, *remarks, *_month_notes(run, view, sector, month, flows), drawing,
    ]  # fmt: skip
    blocks += [
        _link_table(run, view, layer, wanted, year, when, flows),
        _place_table(run, view, layer),
    ]
    choices = (
        Choice("sector", t("What"), tuple((name, _sector_name(view, name)) for name in sectors), sector),
        scenario_choice(run, view, scenario),
        year_choice(view, years, year),
        month_choice(view, month, has_year=True),
        with_choice(run, view, layer.runs, wanted),
        Choice("show", t("Show"), (("flow", t("Flow")), ("change", t("Change against without any project"))), mode),
    )  # fmt: skip
    lead = t(
        "What moves where under the scenario {scenario}. Point at a line for its numbers; a line or a"
        " dot leads to its card.",
        scenario=scenario_name(run, view, scenario),
    )
    return Page("map", t("Map"), lead, tuple(blocks), choices, run.key, "map")


def _month_notes(
    run: Run, view: View, sector: str, month: int, flows: MonthFlows | None
) -> list[Block]:
    """Return what the reader has to know of the month asked for."""
    t = view.t
    if not month or (flows is not None and flows.is_whole):
        return []
    if flows is not None:
        text = t(
            "Of single months this run keeps only the cables that the project in place brings; other"
            " lines have no flow here. Choose the whole year to see them all."
        )
    elif sector == "power":
        text = t(
            "This run keeps no flows of {month} for this choice: the map shows the whole year. Months"
            " are kept of cables that a project brings, in the scenario {scenario}.",
            month=month_name(view, month),
            scenario=scenario_name(run, view, run.scenarios[0]),
        )
    else:
        text = t(
            "This run has freight by year only: the map shows the whole year, not {month}.",
            month=month_name(view, month),
        )
    return [Note(text, "warning")]


def _sector_name(view: View, sector: str) -> str:
    return view.t("Electricity") if sector == "power" else view.t("Freight")


def map_features(
    run: Run, layer: Layer, marks: tuple[Mark, ...], texts: MapWords
) -> Mapping[str, Any]:
    """Return lines, places and outlines by longitude and latitude, for the interactive map."""
    table, key = ("power/buses", "bus") if layer.key == "power" else ("freight/nodes", "node")
    frame = run.case.tables[table]
    at = {row[0]: [row[1], row[2]] for row in frame.select(key, "lon", "lat").iter_rows()}
    ends = run.names.power_links if layer.key == "power" else run.names.freight_links
    return {
        "lines": [
            {
                "key": mark.way.key,
                "text": texts.way(mark.way, mark.flow, mark.change),
                "address": texts.way_address(mark.way.key),
                "width": round(mark.width, 2),
                "colour": mark.colour,
                "lane": mark.way.lane,
                "ends": [at[end] for end in ends[mark.way.key][:2]],
            }
            for mark in marks
            if mark.width > 0
        ],
        "places": [
            {
                "key": place.key,
                "name": place.name,
                "rank": place.rank,
                "address": texts.place_address(place.key),
                "at": at[place.key],
            }
            for place in layer.places
        ],
        "water": [[list(point) for point in (*ring, ring[0])] for ring in SEAS],
        "land": [[list(point) for point in (*ring, ring[0])] for ring in LAND],
    }


def map_legend(view: View, layer: Layer, mode: str) -> Markup:
    """Return what widths and colours mean."""
    t = view.t
    note = t("Outlines of the seas are schematic; no border is shown.")
    if mode != "flow":
        less = t("less than without any project") if mode == "change" else t("less")
        swatch = Markup('<span class="swatch" style="background:{}"></span> {}')
        return Markup("{}, {}. {}").format(
            swatch.format(POSITIVE, t("more")),
            swatch.format(NEGATIVE, less),
            note,
        )
    largest = largest_flow([layer])[layer.key]
    sample = Markup(
        '<svg class="sample" width="34" height="16" viewBox="0 0 34 16" aria-hidden="true">'
        '<path d="M0 8H34" stroke="{}" stroke-width="{}"/></svg> {}'
    ).format(UNLIMITED_COLOUR, WIDEST, view.number(largest, f"{layer.unit}"))
    ramp = Markup(
        '{} 0 % <span class="ramp" style="background:linear-gradient(90deg,{})"></span> 120 %'
    ).format(_load_meaning(view, layer), ", ".join(LOAD_RAMP))
    return Markup("{}: {}. {}: {}. {} {}").format(
        t("Width, both senses together"),
        sample,
        t("Colour"),
        ramp,
        t("Grey: no limit; dotted: no flow; arrows: the stronger sense."),
        note,
    )


def _link_table(
    run: Run, view: View, layer: Layer, wanted: str, year: int, when: str, month: MonthFlows | None
) -> Table:
    t = view.t
    changes = changes_of(layer, wanted, year)
    knows_change = month is None or month.is_whole
    flows = layer.flows.get((wanted, year), {})
    rows = [
        (way.key, way.name, flow.forward, flow.reverse, flow.load, changes[way.key])
        for way in layer.ways
        if (flow := flows.get(way.key)) is not None and (flow.total > 0 or changes[way.key])
    ]
    rows.sort(key=lambda row: -(row[2] + row[3]))
    unit = layer.unit
    columns: tuple[Column, ...] = (
        Column("link", t("Link")),
        Column("forward", t("Ahead"), unit, "number"),
        Column("reverse", t("Back"), unit, "number"),
        Column(
            "load",
            t("Hours at the limit") if layer.key == "power" else t("Load over capacity"),
            "",
            "load",
        ),
    )
    if knows_change:
        columns += (Column("change", t("Change against without any project"), unit, "difference"),)
    links = tuple(view.link(run_page(run.key, "links", layer.key, row[0])) for row in rows)
    return Table(
        "links",
        t("Every link drawn, {year}", year=when),
        columns,
        tuple(row[1 : len(columns) + 1] for row in rows),
        model_source(run, view, SECTOR_TABLES[layer.key] if month is None else month.table),
        model_confidence(run, view),
        links,
    )


def _place_table(run: Run, view: View, layer: Layer) -> Table:
    t = view.t
    places = sorted(layer.places, key=lambda place: (place.rank, place.name))
    table = "power/buses" if layer.key == "power" else "freight/nodes"
    frame = run.case.tables[table]
    key = "bus" if layer.key == "power" else "node"
    kinds = dict(frame.select(key, "kind").iter_rows())
    countries = dict(frame.select(key, "country").iter_rows())
    return Table(
        "places",
        t("Places"),
        (Column("place", t("Place")), Column("country", t("Country")), Column("kind", t("Kind"), kind="word")),
        tuple(
            (
                place.name,
                view.language.country(countries[place.key], run.names.country(countries[place.key])),
                kinds[place.key],
            )
            for place in places
        ),
        t("Table {table} of the case", table=table),
        view.word(_confidence(frame)),
        tuple(view.link(run_page(run.key, "places", layer.key, place.key)) for place in places),
    )  # fmt: skip


def _confidence(frame: pl.DataFrame) -> str:
    found = frame["confidence"].unique(maintain_order=True).to_list()
    return str(found[0]) if len(found) == 1 else "derived"
