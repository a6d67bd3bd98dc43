"""The part of the page on freight: routes, their cost and time, and where they choke."""

from collections.abc import Mapping, Sequence

import polars as pl
from markupsafe import Markup

from transcaspian.report.access_block import access_fold
from transcaspian.report.blocks import (
    Block,
    CaseLike,
    Figure,
    Fold,
    Grid,
    Header,
    HtmlTable,
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
from transcaspian.report.paths_block import exits_fold, outlook_table, paths_fold
from transcaspian.report.worded import worded
from transcaspian.results.theme import (
    MUTED,
    NEGATIVE,
    POSITIVE,
    format_number,
    format_share,
    route_colour,
)

__all__ = ["bottlenecks", "freight_section"]

SOURCE = "Model results; inputs and their sources stand under Assumptions."
MOST_PAIRS = 8
LEAST_SECOND = 0.02  # share of all routes but the main one
MOST_BOTTLENECKS = 15
MOST_SHIFTS = 3  # clusters, and as many single projects
SMALL_SHIFT = 0.05  # of the largest change of a project; smaller ones stand in the table
LEAST_SHARE = 0.01  # of a pair and form, for a route to be listed with its cost
LEAST_CORRIDOR_SHARE = 0.001
MOST_COSTED = 3  # pairs in the table of costs
# Below this load, queues of the delay function stay small; such places are left out of the table.
TIGHT_LOAD = 0.6


def freight_section(tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names) -> Section:
    """Return the section; parts whose tables are empty are left out."""
    routes = tables["freight_route_year"]
    tight = bottlenecks(tables, names)
    blocks: list[Block] = []
    if routes.height:
        year = focus_year(case.settings.model_years, routes)
        blocks.append(Grid((*_shares(routes, names), *_shifts(tables, names, year))))
        blocks.append(_cost_table(routes, names, year))
    if tight.height:
        blocks.append(_bottleneck_table(tight, _in_crossing(case, names)))
    blocks = [block for block in blocks if not (isinstance(block, Grid) and not block.figures)]
    if not blocks:
        return Section("freight", "Freight", "No freight results in this run.", ())
    if routes.height:
        outlooks = outlook_table(tables)
        blocks.extend([] if outlooks is None else [outlooks])
        blocks.append(_route_fold(routes, names))
        folds = (paths_fold(tables, case, names, year), exits_fold(tables, case, names))
        blocks.extend(fold for fold in folds if fold is not None)
    rules = access_fold(tables, case)
    if rules is not None:
        blocks.append(rules)
    ashore = (
        tight.filter(~pl.col("place").is_in(_in_crossing(case, names))) if tight.height else tight
    )
    return Section("freight", "Freight", _lead(ashore), blocks)


def crossing_terminals(case: CaseLike) -> list[str]:
    """Return the terminals whose queue is simulated with the sea crossing, not by their load."""
    links = case.tables.get("crossing/links")
    cells = [] if links is None else links["terminals"].drop_nulls().to_list()
    return sorted({terminal.strip() for cell in cells for terminal in cell.split(";")})


def _in_crossing(case: CaseLike, names: Names) -> list[str]:
    """Return the names of the places of `crossing_terminals`."""
    return sorted({names.terminal(terminal) for terminal in crossing_terminals(case)})


def _lead(tight: pl.DataFrame) -> Markup:
    if tight.is_empty():
        return Markup("No link or terminal comes near its capacity in any model year.")
    worst = tight.row(0, named=True)
    return Markup(
        "The tightest place without any project is {place}: {load} of its capacity in {year}, "
        "{delay} h of delay."
    ).format(
        place=worst["place"],
        load=format_share(worst["load_ratio"]),
        year=worst["year"],
        delay=format_number(worst["delay_h"]),
    )


def bottlenecks(tables: Mapping[str, pl.DataFrame], names: Names) -> pl.DataFrame:
    """Return places by year with a load of TIGHT_LOAD and more, the fullest place first.

    Columns: place, kind, year, load_ratio, delay_h; all years of a place that is tight in one.
    """
    parts = []
    for table, key, kind, name in (
        ("freight_link_year", "link", "link", names.freight_link),
        ("freight_terminal_year", "terminal", "terminal", names.terminal),
    ):
        rows = tables[table].filter(pl.col("run") == REFERENCE, pl.col("load_ratio").is_not_null())
        if rows.height:
            parts.append(
                worded(rows, place=(key, name)).select(
                    "place",
                    pl.lit(kind).alias("kind"),
                    "year",
                    pl.col("load_ratio").cast(pl.Float64),
                    pl.col("delay_h").cast(pl.Float64),
                )
            )
    if not parts:
        return pl.DataFrame()
    # Terminals of one place can share a queue: the fullest speaks for the place.
    joined = pl.concat(parts).sort("load_ratio", descending=True).unique(
        ["place", "year"], keep="first", maintain_order=True
    )  # fmt: skip
    tight = joined.with_columns(most=pl.col("load_ratio").max().over("place")).filter(
        pl.col("most") >= TIGHT_LOAD
    )
    return tight.sort(["most", "place", "load_ratio"], descending=[True, False, True]).drop("most")


def _bottleneck_table(tight: pl.DataFrame, in_crossing: Sequence[str]) -> HtmlTable:
    years = tight["year"].unique().sort().to_list()
    places = tight["place"].unique(maintain_order=True).to_list()
    values = {(r["place"], r["year"]): r for r in tight.iter_rows(named=True)}
    rows = []
    for place in places[:MOST_BOTTLENECKS]:
        cells = [head_cell(place)]
        for year in years:
            row = values.get((place, year))
            cells.append(load_cell(row["load_ratio"] if row else None))
        last = values.get((place, years[-1]))
        delay = last["delay_h"] if last else None
        cells.append(
            number_cell(None, "see Sea crossing") if place in in_crossing else number_cell(delay)
        )
        rows.append(tuple(cells))
    return HtmlTable(
        f"Where the network chokes without any project: load over capacity, fullest "
        f"{min(len(places), MOST_BOTTLENECKS)} of {len(places)} places above {format_share(TIGHT_LOAD, 2)}",
        (
            Header("Link or terminal"),
            *(Header(str(year), "", is_number=True) for year in years),
            Header(f"Delay {years[-1]}", "h", is_number=True),
        ),
        tuple(rows),
        csv_address(tight),
        "bottlenecks.csv",
    )


def _paired(routes: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Return the rows with their pair, "origin → destination", in a column of its own."""

    def short(zone: str) -> str:
        return names.zone(zone).split(" (")[0]

    pair = pl.format("{} → {}", "pair", "_to").alias("pair")
    told = worded(routes, pair=("origin", short), _to=("destination", short))
    return told.with_columns(pair).drop("_to")


def _contested(routes: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Return tonnes by pair, year, route: the largest pair, then those the corridor carries most of.

    Only pairs with a choice count: a second route with a share worth drawing.
    """
    reference = _paired(routes.filter(pl.col("run") == REFERENCE), names)
    tonnes = reference.group_by("pair", "year", "route", maintain_order=True).agg(
        tonnes=pl.col("tonnes").sum()
    )
    corridor, _ = _corridor_routes(names)
    by_route = tonnes.group_by("pair", "route", maintain_order=True).agg(pl.col("tonnes").sum())
    size = by_route.group_by("pair", maintain_order=True).agg(
        total=pl.col("tonnes").sum(),
        main=pl.col("tonnes").max(),
        corridor=pl.col("tonnes").filter(pl.col("route").is_in(corridor)).sum(),
    )
    open_pairs = size.filter(pl.col("main") < (1 - LEAST_SECOND) * pl.col("total"))
    largest = open_pairs.sort("total", "pair", descending=[True, False])["pair"].to_list()[:1]
    others = open_pairs.sort("corridor", "pair", descending=[True, False])["pair"].to_list()
    chosen = list(dict.fromkeys([*largest, *others]))[:MOST_PAIRS]
    order = {pair: place for place, pair in enumerate(chosen)}
    return (
        tonnes.filter(pl.col("pair").is_in(chosen))
        .with_columns(order=pl.col("pair").replace_strict(order, default=99, return_dtype=pl.Int64))
        .sort("order", "year", maintain_order=True)
        .drop("order")
    )


def _route_scale(names: Names, shown: list[str]) -> Spec:
    places = {route: place for place, route in enumerate(names.routes)}
    ordered = sorted(shown, key=lambda route: places.get(route, 99))
    return {
        "domain": [names.route(route) for route in ordered],
        "range": [route_colour(places.get(route)) for route in ordered],
    }


def _shares(routes: pl.DataFrame, names: Names) -> tuple[Figure, ...]:
    tonnes = _contested(routes, names)
    if tonnes.is_empty():
        return ()
    years = tonnes["year"].unique().sort().to_list()
    rows = tonnes.with_columns(
        share=pl.col("tonnes") / pl.col("tonnes").sum().over("pair", "year"),
        total=pl.col("tonnes").sum().over("pair", "year") / 1e6,
    )
    corridor, corridor_name = _corridor_routes(names)
    pair = rows["pair"][0]

    def share(year: int) -> float:
        found = rows.filter(
            pl.col("pair") == pair, pl.col("year") == year, pl.col("route").is_in(corridor)
        )
        return float(found["share"].sum())

    title = (
        f"{pair}: the {corridor_name} carries {format_share(share(years[0]), 2)} in "
        f"{years[0]} and {format_share(share(years[-1]), 2)} in {years[-1]}"
    )
    table = worded(rows, route=("route", names.route)).with_columns(mt=pl.col("tonnes") / 1e6)
    views = (
        ColumnView("pair", "From and to"),
        ColumnView("year", "Year", "", "year"),
        ColumnView("route", "Route"),
        ColumnView("mt", "Cargo", "Mt", "number"),
        ColumnView("share", "Share", "", "share"),
    )
    figure = Figure(
        "routes",
        title,
        "Share of tonnes by main route: the largest pair, then those that the corridor carries most "
        "of; Mt of the year at the right. Without any project.",
        _draw_shares(rows, names, title),
        SOURCE,
        frame_table(table, views, "Tonnes by pair, year and route", "route_shares.csv"),
        is_tall=True,
    )
    return (figure,)


def _corridor_routes(names: Names) -> tuple[list[str], str]:
    """Return the first route of the case and those of the same name, and that name.

    "Middle Corridor by Aktau" and "Middle Corridor by Kuryk" are two ways of one corridor.
    """
    name = next(iter(names.routes.values()), "").split(" by ")[0]
    return [route for route, full in names.routes.items() if full.startswith(name)], name


def _draw_shares(rows: pl.DataFrame, names: Names, label: str) -> Markup:
    scale = _route_scale(names, rows["route"].unique().to_list())
    data = rows.with_columns(
        order=pl.col("route").replace_strict(
            {route: n for n, route in enumerate(names.routes)}, default=99, return_dtype=pl.Int64
        )
    ).pipe(worded, route=("route", names.route))
    y = {
        "field": "year",
        "type": "ordinal",
        "title": None,
        "axis": {"ticks": False, "domain": False},
    }
    spec: Spec = {
        "data": {"values": data.to_dicts()},
        "facet": {"field": "pair", "type": "nominal", "title": None,
                  "sort": rows["pair"].unique(maintain_order=True).to_list(),
                  "header": {"labelAnchor": "start", "labelPadding": 3, "labelLimit": 190}},
        "columns": 2,
        "spacing": {"row": 10, "column": 12},
        "spec": {
            "width": 165,
            "height": {"step": 15},
            "layer": [
                {"mark": {"type": "bar", "height": 11},
                 "encoding": {
                     "y": y,
                     "x": {"field": "share", "type": "quantitative", "stack": "zero", "axis": None,
                           "scale": {"domain": [0, 1]}},
                     "color": {"field": "route", "type": "nominal", "scale": scale,
                               "legend": {"orient": "top", "title": None, "columns": 2}},
                     "order": {"field": "order", "type": "quantitative"}}},
                {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "color": MUTED},
                 "transform": [{"aggregate": [{"op": "max", "field": "total", "as": "sum"}], "groupby": ["year"]}],
                 "encoding": {"y": y, "x": {"datum": 1, "type": "quantitative"},
                              "text": {"field": "sum", "type": "quantitative", "format": ",.3~r"}}},
            ],
        },
    }  # fmt: skip
    return draw({**spec, "autosize": "pad", "width": None}, label)


def _shifts(tables: Mapping[str, pl.DataFrame], names: Names, year: int) -> tuple[Figure, ...]:
    """Return what every freight project moves between routes, against no project at all."""
    routes = tables["freight_route_year"].filter(pl.col("year") == year)
    total = routes.group_by("run", "route", maintain_order=True).agg(
        mt=pl.col("tonnes").sum() / 1e6
    )
    base = total.filter(pl.col("run") == REFERENCE).select("route", before="mt")
    clusters = tables["projects"].filter(pl.col("is_cluster"))["project"].to_list()
    # The run of what is complete is the network without it: nothing is moved there any more.
    built = tables["projects"].filter(pl.col("status") == "complete")["project"].to_list()
    left_out = (REFERENCE, *built)
    runs = [run for run in total["run"].unique(maintain_order=True) if run not in left_out]
    parts = []
    for run in runs:
        after = total.filter(pl.col("run") == run).select("route", after="mt")
        parts.append(
            base.join(after, on="route", how="full", coalesce=True)
            .with_columns(pl.col("before", "after").fill_null(0.0))
            .pipe(worded, route=("route", names.route))
            .select(
                pl.lit(names.run(run)).alias("project"),
                pl.lit(run in clusters).alias("is_cluster"),
                "route",
                "before",
                "after",
                (pl.col("after") - pl.col("before")).alias("change"),
            )
        )
    if not parts:
        return ()
    changes = pl.concat(parts).with_columns(
        size=pl.col("change").abs().max().over("project")
    ).filter(pl.col("size") > 1e-6).sort(["size", "project", "route"], descending=[True, False, False])  # fmt: skip
    if changes.is_empty():
        return ()
    most = changes.sort("change", descending=True).row(0, named=True)
    title = (
        f"{most['project']} brings {format_number(most['change'])} Mt to {most['route']} in {year}"
    )
    views = (
        ColumnView("project", "Project"),
        ColumnView("route", "Route"),
        ColumnView("before", "Without", "Mt", "number"),
        ColumnView("after", "With", "Mt", "number"),
        ColumnView("change", "Change", "Mt", "difference"),
    )
    figure = Figure(
        "shifts",
        title,
        f"Change of cargo by main route with each project, Mt in {year}; net tonnes.",
        _draw_shifts(changes, title),
        SOURCE,
        frame_table(
            changes, views, f"Cargo by route with and without, {year}", f"route_shifts_{year}.csv"
        ),
    )
    return (figure,)


def _draw_shifts(changes: pl.DataFrame, label: str) -> Markup:
    singles, clusters = (
        changes.filter(pl.col("is_cluster") == kind)["project"]
        .unique(maintain_order=True)
        .to_list()
        for kind in (False, True)
    )
    projects = [*clusters[:MOST_SHIFTS], *singles[:MOST_SHIFTS]]
    shown = changes.filter(
        pl.col("project").is_in(projects), pl.col("change").abs() > SMALL_SHIFT * pl.col("size")
    )
    spec: Spec = {
        "data": {"values": shown.select("project", "route", "change").to_dicts()},
        "facet": {"row": {"field": "project", "type": "nominal", "title": None, "sort": projects,
                          "header": {"labelAngle": 0, "labelOrient": "top", "labelAnchor": "start",
                                     "labelPadding": 2}}},
        "spacing": {"row": 12},
        "resolve": {"scale": {"y": "independent"}},
        "spec": {
            "width": 270,
            "height": {"step": 16},
            "mark": {"type": "bar", "height": 11},
            "encoding": {
                "y": {"field": "route", "type": "nominal", "title": None,
                      "axis": {"ticks": False, "domain": False, "labelLimit": 150, "minExtent": 150}},
                "x": {"field": "change", "type": "quantitative", "title": "Mt", "axis": {"format": ",.4~r"}},
                "color": {"condition": {"test": "datum.change > 0", "value": POSITIVE}, "value": NEGATIVE},
            },
        },
    }  # fmt: skip
    return draw({**spec, "autosize": "pad", "width": None}, label)


def _weighted(column: str) -> pl.Expr:
    return ((pl.col(column) * pl.col("tonnes")).sum() / pl.col("tonnes").sum()).alias(column)


def _cost_table(routes: pl.DataFrame, names: Names, year: int) -> HtmlTable:
    """Return cost, time and emission of each route for the largest contested pairs."""
    contested = _contested(routes, names)
    pairs = contested["pair"].unique(maintain_order=True).to_list()[:MOST_COSTED]
    corridor, _ = _corridor_routes(names)
    is_corridor = pl.col("route").is_in(corridor)
    least = pl.when(is_corridor).then(LEAST_CORRIDOR_SHARE).otherwise(LEAST_SHARE)
    rows = (
        _paired(routes, names)
        .filter(
            pl.col("run") == REFERENCE,
            pl.col("year") == year,
            pl.col("pair").is_in(pairs),
            pl.col("tonnes").sum().over("run", "year", "pair", "form", "route")
            > least * pl.col("tonnes").sum().over("run", "year", "pair", "form"),
        )
        .group_by("pair", "form", "route", maintain_order=True)
        .agg(
            mt=pl.col("tonnes").sum() / 1e6,
            money=_weighted("money_usd_per_t"),
            days=_weighted("time_h") / 24.0,
            distance=_weighted("distance_km"),
            total=_weighted("generalised_cost_usd_per_t"),
            co2=1000.0 * pl.col("co2_t").sum() / pl.col("tonnes").sum(),
        )
        .with_columns(
            order=pl.col("pair").replace_strict(
                {pair: n for n, pair in enumerate(pairs)}, default=99, return_dtype=pl.Int64
            )
        )
        .sort("order", "form", "total")
        .pipe(worded, route=("route", names.route))
    )
    views = (
        ColumnView("pair", "From and to"),
        ColumnView("form", "Form"),
        ColumnView("route", "Route"),
        ColumnView("mt", "Cargo", "Mt", "number"),
        ColumnView("money", "Charges", "USD/t", "number"),
        ColumnView("days", "Door to door", "days", "number"),
        ColumnView("distance", "Distance", "km", "number"),
        ColumnView("total", "Generalised cost", "USD/t", "number"),
        ColumnView("co2", "CO₂", "kg/t", "number"),
    )
    return frame_table(rows, views, f"What each route costs and takes in {year}, without any project (routes with {format_share(LEAST_SHARE, 1)} of the cargo and more, and the corridor)", "route_costs.csv")  # fmt: skip


def _route_fold(routes: pl.DataFrame, names: Names) -> Fold:
    """Return cargo by main route, run and year."""
    total = (
        routes.group_by("run", "route", "year", maintain_order=True)
        .agg(mt=pl.col("tonnes").sum() / 1e6)
        .pipe(worded, run=("run", names.run), route=("route", names.route))
        .sort("run", "route", "year", maintain_order=True)
    )
    years = total["year"].unique().sort().to_list()
    pivot = total.with_columns(pl.col("year").cast(pl.String)).pivot(
        "year", index=["run", "route"], values="mt", aggregate_function="sum"
    )
    views = [ColumnView("run", "Run"), ColumnView("route", "Route")]
    views += [ColumnView(str(year), str(year), "Mt", "number") for year in years]
    return Fold(
        "Cargo by main route in every run and year",
        (frame_table(pivot, views, "Net tonnes by main route", "route_tonnes.csv"),),
    )
