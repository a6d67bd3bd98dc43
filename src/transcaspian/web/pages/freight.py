"""Freight: routes of a pair and what each costs, bottlenecks, shifts, paths, exits, forecasts."""

import polars as pl

from transcaspian.report.charts import Spec
from transcaspian.report.names import REFERENCE
from transcaspian.report.worded import worded
from transcaspian.results.theme import route_colour
from transcaspian.units import MT_TO_T
from transcaspian.web.blocks import Block, Chart, Choice, Column, Note, Page, Table
from transcaspian.web.pages.common import (
    chosen_project,
    chosen_scenario,
    chosen_year_of,
    frame_table,
    option,
    project_name,
    scenario_choice,
    terminal_name,
    with_choice,
    year_choice,
)
from transcaspian.web.pages.flow_map import freight_link_name
from transcaspian.web.pages.freight_ways import exit_tables, outlook_table, path_table
from transcaspian.web.pages.sea_queue import own_queue, queued_at_sea, sea_note
from transcaspian.web.runs import Run
from transcaspian.web.urls import run_page
from transcaspian.web.view import View

__all__ = ["freight_page"]

LEAST_SHIFT_MT = 1e-3  # smaller shifts are noise of the equilibrium
TIGHT_LOAD = 0.6  # below it the queues of the delay function stay small


def freight_page(run: Run, view: View) -> Page:
    """Return the page on freight in one scenario and year, for one pair and commodity."""
    t = view.t
    routes = run.table("freight_route_year")
    if routes.is_empty():
        return Page("freight", t("Freight"), t("No freight results in this run."), (), run=run.key, section="freight")  # fmt: skip
    scenario = chosen_scenario(run, view)
    year, years, notes = chosen_year_of(run, view, "freight_route_year", scenario)
    runs = run.runs_of("freight_route_year", scenario)
    wanted, remarks = chosen_project(run, view, runs)
    own = routes.filter(
        pl.col("scenario") == scenario,
        pl.col("run") == wanted,
        pl.col("year").is_in(list(years)),
    )
    if own.is_empty():
        note = Note(t("The run has no freight under this scenario."))
        return Page("freight", t("Freight"), "", (note,), (scenario_choice(run, view, scenario),), run.key, "freight")  # fmt: skip
    origin, destination, folded = _pair(run, view, own)
    pair = own.filter(pl.col("origin") == origin, pl.col("destination") == destination)
    commodities = ["", *sorted(pair["commodity"].unique().to_list())]
    commodity, missing = _commodity(run, view, commodities)
    if commodity:
        pair = pair.filter(pl.col("commodity") == commodity)
    blocks: list[Block] = [*notes, *remarks, *folded, *missing]
    if pair["tonnes"].sum() > 0:
        blocks += [
            _share_chart(run, view, pair, origin, destination),
            _cost_table(run, view, pair.filter(pl.col("year") == year), year),
        ]
    else:
        blocks.append(Note(t("Nothing moves between this pair.")))
    blocks.append(_bottleneck_table(run, view, scenario, wanted, years))
    blocks += _shifts(run, view, routes, scenario, year)
    blocks += path_table(run, view, scenario, wanted, year, list(run.names.routes))
    blocks += exit_tables(run, view, scenario, wanted, year)
    blocks += outlook_table(run, view)
    choices = (
        scenario_choice(run, view, scenario),
        year_choice(view, years, year),
        with_choice(run, view, runs, wanted),
        _zone_choice(run, view, "origin", t("From"), sorted(own["origin"].unique()), origin),
        _zone_choice(run, view, "destination", t("To"), sorted(own["destination"].unique()), destination),
        Choice(
            "commodity",
            t("Commodity"),
            tuple((key, view.name(run.names.commodity(key)) if key else t("all")) for key in commodities),
            commodity,
        ),
    )  # fmt: skip
    lead = t("How cargo finds its way: routes of a pair, what each costs, and where it chokes.")
    return Page("freight", t("Freight"), lead, tuple(blocks), choices, run.key, "freight")


def _commodity(run: Run, view: View, commodities: list[str]) -> tuple[str, list[Block]]:
    """Return the commodity asked for; all of them, and a remark, where the pair lacks it."""
    wanted = view.get("commodity")
    if wanted in commodities:
        return wanted, []
    option(wanted, run.case.tables["freight/commodities"]["commodity"].to_list(), "commodity")
    name = view.name(run.names.commodity(wanted))
    text = view.t("No {commodity} moves between this pair: all cargo is shown.", commodity=name)
    return "", [Note(text)]


def _end(run: Run, view: View, own: pl.DataFrame, name: str) -> tuple[str, list[Block]]:
    """Return the origin or destination asked for; none, and a remark, where no cargo has it."""
    wanted = view.get(name)
    if not wanted or wanted in own[name]:
        return wanted, []
    option(wanted, run.case.tables["freight/zones"]["zone"].unique().sort().to_list(), name)
    text = view.t("No cargo of this choice starts or ends in {zone}.", zone=zone_name(run, view, wanted))  # fmt: skip
    return "", [Note(text)]


def _pair(run: Run, view: View, own: pl.DataFrame) -> tuple[str, str, list[Block]]:
    """Return origin and destination: as asked for, else the pair with the most cargo and a choice.

    Where only one end is given, or both have no cargo between them, the other end may lack cargo:
    the page then says so, as it does of a place that nothing of this choice starts or ends in.
    """
    asked_origin, origin_notes = _end(run, view, own, "origin")
    asked_destination, destination_notes = _end(run, view, own, "destination")
    largest = (
        own.group_by("origin", "destination", maintain_order=True)
        .agg(pl.col("tonnes").sum(), routes=pl.col("route").n_unique())
        .sort("routes", "tonnes", descending=True)
    )
    best = largest.sort("tonnes", descending=True).filter(pl.col("routes") > 2)
    first = (best if best.height else largest).row(0, named=True)
    origin = asked_origin or first["origin"]
    destination = asked_destination
    if not destination:
        to = largest.filter(pl.col("origin") == origin).sort("tonnes", descending=True)
        destination = (
            first["destination"]
            if not asked_origin
            else (to["destination"][0] if to.height else first["destination"])
        )
    return origin, destination, [*origin_notes, *destination_notes]


def zone_name(run: Run, view: View, zone: str) -> str:
    """Return the name of an origin or destination."""
    return view.language.country(zone, run.names.zone(zone))


def _zone_choice(
    run: Run, view: View, name: str, label: str, zones: list[str], chosen: str
) -> Choice:
    return Choice(name, label, tuple((zone, zone_name(run, view, zone)) for zone in zones), chosen)


def _share_chart(run: Run, view: View, pair: pl.DataFrame, origin: str, destination: str) -> Chart:
    t = view.t
    tonnes = (
        pair.group_by("year", "route", maintain_order=True)
        .agg(mt=pl.col("tonnes").sum() / MT_TO_T)
        .filter(pl.col("mt") > 0)
        .with_columns(share=pl.col("mt") / pl.col("mt").sum().over("year"))
        .pipe(worded, name=("route", lambda route: view.name(run.names.route(route))))
    )
    order = {route: place for place, route in enumerate(run.names.routes)}
    tonnes = tonnes.with_columns(
        place=pl.col("route").replace_strict(order, default=len(order), return_dtype=pl.Int64)
    ).sort("year", "place")
    shown = tonnes.sort("place").unique("route", keep="first", maintain_order=True)
    spec: Spec = {
        "height": {"step": 30},
        "data": {"values": tonnes.select("year", "name", "share", "mt", "place").to_dicts()},
        "mark": {"type": "bar", "height": 20},
        "encoding": {
            "y": {"field": "year", "type": "ordinal", "title": None, "axis": {"ticks": False, "domain": False}},
            "x": {"field": "share", "type": "quantitative", "stack": "zero", "title": t("Share of tonnes"),
                  "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "tickCount": 5}},
            "color": {"field": "name", "type": "nominal",
                      "scale": {"domain": shown["name"].to_list(), "range": [route_colour(order.get(route)) for route in shown["route"]]},
                      "legend": {"orient": "top", "title": None, "columns": 3}},
            "order": {"field": "place", "type": "quantitative"},
            "tooltip": [{"field": "name"}, {"field": "year", "type": "ordinal"}, {"field": "share", "format": ".1%"}, {"field": "mt", "title": view.word("Mt"), "format": ",.3~r"}],
        },
    }  # fmt: skip
    title = t(
        "{origin} to {destination} by route",
        origin=zone_name(run, view, origin),
        destination=zone_name(run, view, destination),
    )
    columns = (
        Column("year", t("Year"), "", "year"),
        Column("name", t("Route")),
        Column("mt", t("Cargo"), "Mt", "number"),
        Column("share", t("Share"), "", "share"),
    )
    table = frame_table(run, view, tonnes, columns, key="shares-values", title=title, of="freight_route_year")  # fmt: skip
    return Chart("shares", title, t("Share of tonnes by main route."), table, spec)


def _cost_table(run: Run, view: View, pair: pl.DataFrame, year: int) -> Table:
    """Return money, time, distance and emissions of each route, means by tonnes."""
    t = view.t
    weighted = [
        (pl.col(name) * pl.col("tonnes")).sum() / pl.col("tonnes").sum()
        for name in ("money_usd_per_t", "time_h", "distance_km", "generalised_cost_usd_per_t")
    ]
    frame = (
        pair.filter(pl.col("tonnes") > 0)
        .group_by("route", maintain_order=True)
        .agg(
            *weighted,
            kg=1000.0 * pl.col("co2_t").sum() / pl.col("tonnes").sum(),
            mt=pl.col("tonnes").sum() / MT_TO_T,
        )
        .with_columns(share=pl.col("mt") / pl.col("mt").sum())
        .pipe(worded, name=("route", lambda route: view.name(run.names.route(route))))
        .sort("mt", descending=True)
    )
    columns = (
        Column("name", t("Route")),
        Column("share", t("Share"), "", "share"),
        Column("mt", t("Cargo"), "Mt", "number"),
        Column("money_usd_per_t", t("Money"), "USD/t", "number"),
        Column("time_h", t("Time"), "h", "number"),
        Column("distance_km", t("Distance"), "km", "number"),
        Column("generalised_cost_usd_per_t", t("Generalised cost"), "USD/t", "number"),
        Column("kg", t("CO₂"), "kg CO₂/t", "number"),
    )
    title = t("What each route costs in {year}", year=year)
    return frame_table(
        run, view, frame, columns, key="routes", title=title, of="freight_route_year"
    )


def _bottleneck_table(
    run: Run, view: View, scenario: str, wanted: str, years: tuple[int, ...]
) -> Table:
    t = view.t
    at_sea = queued_at_sea(run)
    parts = []
    for table, key in (("freight_link_year", "link"), ("freight_terminal_year", "terminal")):
        parts.append(
            run.table(table)
            .filter(
                pl.col("scenario") == scenario,
                pl.col("run") == wanted,
                pl.col("year").is_in(list(years)),
                pl.col("load_ratio").is_not_null(),
            )
            .select(
                pl.col(key).alias("key"),
                pl.lit(key).alias("kind"),
                "year",
                "load_ratio",
                *own_queue(key, at_sea),
            )
        )
    rows = pl.concat(parts).with_columns(most=pl.col("load_ratio").max().over("key", "kind"))
    tight = rows.filter(pl.col("most") >= TIGHT_LOAD)
    wide = tight.pivot(
        "year", index=["key", "kind", "most"], values="load_ratio", sort_columns=True
    )
    last = tight.filter(pl.col("year") == max(years)).select("key", "kind", "delay_h", "capacity_value_usd")  # fmt: skip
    wide = wide.join(last, on=["key", "kind"], how="left", maintain_order="left").sort(
        ["most", "key"], descending=[True, False]
    )
    terminals = dict(run.case.tables["freight/terminals"].select("terminal", "node").iter_rows())
    names, links = [], []
    for key, kind in wide.select("key", "kind").iter_rows():
        if kind == "link":
            names.append(freight_link_name(run, view, key))
            links.append(view.link(run_page(run.key, "links", "freight", key)))
        else:
            names.append(terminal_name(run, view, key))
            links.append(view.link(run_page(run.key, "places", "freight", terminals[key])))
    wide = wide.with_columns(place=pl.Series(names, dtype=pl.String))
    columns = [Column("place", t("Link or terminal")), Column("kind", t("Kind"), kind="word")]
    columns += [
        Column(str(year), str(year), "", "load") for year in years if str(year) in wide.columns
    ]
    columns += [
        Column("delay_h", t("Wait in {year}", year=max(years)), "h", "number"),
        Column("capacity_value_usd", t("Value of one more unit"), "USD", "number"),
        Column("key", t("Key")),
    ]
    title = t("Where it chokes: load over capacity, {project}", project=project_name(run, view, wanted))  # fmt: skip
    return frame_table(
        run, view, wide, columns, key="bottlenecks", title=title, of="freight_link_year", links=links,
        note=sea_note(view, at_sea, wide["key"]),
    )  # fmt: skip


def _shifts(run: Run, view: View, routes: pl.DataFrame, scenario: str, year: int) -> list[Block]:
    """Return what every project moves between routes, against no project at all."""
    t = view.t
    total = (
        routes.filter(pl.col("scenario") == scenario, pl.col("year") == year)
        .group_by("run", "route", maintain_order=True)
        .agg(mt=pl.col("tonnes").sum() / MT_TO_T)
    )
    base = total.filter(pl.col("run") == REFERENCE).select("route", before="mt")
    # The run of what is complete is the network without it: nothing is moved there any more.
    built = run.projects.filter(pl.col("status") == "complete")["project"].to_list()
    others = [
        name
        for name in run.runs_of("freight_route_year", scenario)
        if name not in (REFERENCE, *built)
    ]
    changed = (
        total.filter(pl.col("run") != REFERENCE)
        .join(base, on="route", how="left", maintain_order="left")
        .with_columns(change=pl.col("mt") - pl.col("before").fill_null(0.0))
    )
    wide = changed.pivot("route", index="run", values="change")
    shown = [
        route
        for route in run.names.routes
        if route in wide.columns and float(wide[route].abs().max() or 0.0) > LEAST_SHIFT_MT  # type: ignore[arg-type]
    ]
    if not shown:  # a run of power projects alone moves nothing
        return []
    moved = pl.max_horizontal(pl.col(route).abs() for route in shown)
    wide = wide.filter(pl.col("run").is_in(others), moved > LEAST_SHIFT_MT)
    if wide.is_empty():
        return []
    named = worded(wide, name=("run", lambda name: project_name(run, view, name))).sort(
        pl.sum_horizontal(pl.col(route).abs() for route in shown), descending=True
    )
    columns = [Column("name", t("Project"))]
    columns += [
        Column(route, view.name(run.names.route(route)), "Mt", "difference") for route in shown
    ]
    title = t("What each project moves between routes in {year}", year=year)
    links = [view.link(run_page(run.key, "projects", name)) for name in named["run"]]
    return [
        frame_table(
            run, view, named, columns, key="shifts", title=title, of="freight_route_year", links=links,
            note=t("Projects that move less than a thousand tonnes are left out."),
        )
    ]  # fmt: skip
