"""The part of the page on electricity: mix, weeks, prices, cables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from markupsafe import Markup
from numpy.typing import NDArray

from transcaspian.report.blocks import (
    Block,
    CaseLike,
    Figure,
    Fold,
    Grid,
    HtmlTable,
    Remark,
    Section,
)
from transcaspian.report.choices import (
    cable_runs,
    changed_links,
    featured_run,
    focus_year,
    focus_zones,
)
from transcaspian.report.feeds_block import feeds_blocks
from transcaspian.report.heatmap import draw_year
from transcaspian.report.markup import ColumnView, csv_address, frame_table, join_words
from transcaspian.report.names import REFERENCE, Names
from transcaspian.report.power_charts import (
    SUMMER,
    WINTER,
    draw_duration,
    draw_mix,
    draw_prices,
    draw_week,
    duration_curve,
    peak_week,
)
from transcaspian.report.synthetic_mark import synthetic_mark
from transcaspian.report.worded import worded
from transcaspian.results.theme import CARRIER_COLOURS, CARRIER_LABELS, format_number, format_share

__all__ = ["power_section"]

SOURCE = "Model results; inputs and their sources stand under Assumptions."
MOST_HEAT_MAPS = 4
_ZONE_VIEWS = (
    ColumnView("zone", "Zone"),
    ColumnView("year", "Year", "", "year"),
    ColumnView("load_twh", "Demand", "TWh", "number"),
    ColumnView("generation_twh", "Generation", "TWh", "number"),
    ColumnView("imports_twh", "Imports", "TWh", "number"),
    ColumnView("exports_twh", "Exports", "TWh", "number"),
    ColumnView("curtailed_twh", "Curtailed", "TWh", "number"),
    ColumnView("unserved_mwh", "Unserved", "MWh", "number"),
    ColumnView("price_mean", "Mean price", "USD/MWh", "number"),
    ColumnView("price_min", "Lowest", "USD/MWh", "number"),
    ColumnView("price_max", "Highest", "USD/MWh", "number"),
    ColumnView("co2_mt", "CO₂", "Mt", "number"),
)


def power_section(tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names) -> Section:
    """Return the section; parts whose tables are empty are left out."""
    zones = _zone_table(tables["power_zone_year"], names)
    if zones.is_empty():
        return Section("power", "Electricity", "No power results in this run.", ())
    year = focus_year(case.settings.model_years, zones)
    at_year = tables["power_zone_year"].filter(pl.col("run") == REFERENCE, pl.col("year") == year)
    chosen = focus_zones(case, names, at_year)
    run = featured_run(tables["projects"], tables["power_zone_year"], ("cable", "line"))
    overview = (
        *_mix_figures(tables["power_carrier_year"], names),
        _price_figure(tables["power_zone_year"], names, run, year),
        *_durations(tables["power_prices"], case, names, chosen, run),
    )
    blocks: list[Block] = [Grid(overview)]
    blocks += _weeks(tables["power_dispatch"], case, names, chosen)
    blocks += _cables(tables, case, names)
    blocks += feeds_blocks(tables, names)
    blocks.append(
        Fold(
            "Every zone and year without any project",
            (frame_table(zones, _ZONE_VIEWS, "Zones without any project", "power_zones.csv"),),
        )
    )
    return Section("power", "Electricity", _lead(at_year, names, year, case), blocks)


def _lead(zones: pl.DataFrame, names: Names, year: int, case: CaseLike) -> Markup:
    cheap = zones.sort("price_mean").row(0, named=True)
    dear = zones.sort("price_mean").row(-1, named=True)
    text = Markup(
        "Without any project, {year} prices run from {low} USD/MWh in {cheap} to {high} USD/MWh in "
        "{dear}: the spread that cables live on. {synthetic}"
    )
    return text.format(
        year=year,
        low=format_number(cheap["price_mean"]),
        cheap=names.bus(cheap["bus"]),
        high=format_number(dear["price_mean"]),
        dear=names.bus(dear["bus"]),
        synthetic=_synthetic_note(case, names),
    )


def _synthetic_note(case: CaseLike, names: Names) -> Markup:
    """Return which zones have made (not measured) hourly series."""
    info = case.tables.get("power/profile_info", pl.DataFrame())
    made = info.filter(pl.col("confidence") == "synthetic") if info.height else info
    if made.is_empty():
        return Markup("Hourly series are observed or derived from observations.")
    parts = []
    for kind in ("load", "wind", "solar"):
        zones = made.filter(pl.col("kind") == kind)["bus"].unique().sort().to_list()
        if zones:
            parts.append(f"{kind} in {len(zones)} zones")
    listed = join_words(parts) if parts else Markup(f"{made.height} series")
    names_of_zones = join_words([names.bus(bus) for bus in made["bus"].unique().sort().to_list()])
    return Markup(
        'Hourly series marked synthetic, calibrated to published totals: <span class="hatched" '
        'title="{}">{}</span>.'
    ).format(names_of_zones.striptags(), listed)


def _zone_table(frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    reference = frame.filter(pl.col("run") == REFERENCE)
    return worded(reference, zone=("bus", names.bus)).select(
        "zone",
        "year",
        *(
            (pl.col(f"{name}_mwh") / 1e6).alias(f"{name}_twh")
            for name in ("load", "generation", "imports", "exports", "curtailed")
        ),
        "unserved_mwh",
        "price_mean",
        "price_min",
        "price_max",
        (pl.col("co2_t") / 1e6).alias("co2_mt"),
    )


def _mix_figures(frame: pl.DataFrame, names: Names) -> tuple[Figure, ...]:
    mix = _mix(frame, names)
    return (_mix_figure(mix),) if mix.height else ()


def _mix(frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Return TWh by zone, year and group; storage and trade make no energy and stay out."""
    reference = frame.filter(pl.col("run") == REFERENCE)
    if reference.is_empty():
        return pl.DataFrame()
    in_order = sorted(
        names.buses, key=lambda bus: names.bus_countries.get(bus) not in names.corridor
    )
    places = {names.bus(bus): place for place, bus in enumerate(in_order)}
    return (
        worded(reference, zone=("bus", names.bus), group=("carrier", names.group))
        .filter(~pl.col("group").is_in(["storage", "trade"]))
        .group_by("zone", "year", "group", maintain_order=True)
        .agg(twh=pl.col("energy_mwh").sum() / 1e6)
        .filter(pl.col("twh").sum().over("zone") > 0, pl.col("twh") >= 0)
        .with_columns(
            place=pl.col("zone").replace_strict(places, default=99, return_dtype=pl.Int64)
        )
        .sort("place", "year", maintain_order=True)
        .drop("place")
    )


def _mix_figure(mix: pl.DataFrame) -> Figure:
    years = mix["year"].unique().sort().to_list()
    by_year = mix.group_by("year", "group", maintain_order=True).agg(pl.col("twh").sum())

    def share(year: int) -> float:
        rows = by_year.filter(pl.col("year") == year)
        clean = rows.filter(
            pl.col("group").is_in(["hydro", "wind", "solar", "biomass", "geothermal"])
        )
        total = float(rows["twh"].sum())
        return float(clean["twh"].sum()) / total if total else 0.0

    title = (
        f"Renewables make {format_share(share(years[0]), 2)} of electricity in {years[0]} and "
        f"{format_share(share(years[-1]), 2)} in {years[-1]}"
    )
    table = mix.with_columns(
        pl.col("group").replace_strict(CARRIER_LABELS, default=pl.col("group"))
    )
    pivot = table.pivot(
        "year", index=["zone", "group"], values="twh", aggregate_function="sum", sort_columns=True
    )
    views = [ColumnView("zone", "Zone"), ColumnView("group", "Carrier")]
    views += [ColumnView(str(year), str(year), "TWh", "number") for year in years]
    return Figure(
        "mix",
        title,
        "Share of generation by zone and year; TWh of the year at the right. Without any project.",
        draw_mix(mix, title),
        SOURCE,
        frame_table(pivot, views, "Generation by zone, carrier and year", "power_mix.csv"),
        is_tall=True,
    )


def _price_figure(frame: pl.DataFrame, names: Names, run: str | None, year: int) -> Figure:
    shown = frame.filter(pl.col("year") == year)
    without = shown.filter(pl.col("run") == REFERENCE).select("bus", without="price_mean")
    with_run = shown.filter(pl.col("run") == (run or "")).select("bus", **{"with": "price_mean"})
    prices = (
        without.join(with_run, on="bus", how="left", maintain_order="left")
        .pipe(worded, zone=("bus", names.bus))
        .with_columns(change=pl.col("with") - pl.col("without"))
        .sort("without")
    )
    if run is None or prices["change"].null_count() == prices.height:
        title = f"Mean price by zone in {year}"
        subtitle = "USD/MWh, without any project."
    else:
        moved = (
            prices.drop_nulls("change")
            .sort(pl.col("change").abs(), descending=True)
            .row(0, named=True)
        )
        way = "lowers" if moved["change"] < 0 else "raises"
        title = (
            f"{names.run(run)} {way} the mean price in {moved['zone']} most: by "
            f"{format_number(abs(moved['change']))} USD/MWh in {year}"
        )
        subtitle = f"Hollow: without any project. Filled: with {names.run(run)}. {year}."
    views = (
        ColumnView("zone", "Zone"),
        ColumnView("without", "Without", "USD/MWh", "number"),
        ColumnView("with", "With", "USD/MWh", "number"),
        ColumnView("change", "Change", "USD/MWh", "difference"),
    )
    return Figure(
        "prices",
        title,
        subtitle,
        draw_prices(prices.select("zone", "without", "with"), prices["zone"].to_list(), title),
        SOURCE,
        frame_table(prices, views, f"Mean prices in {year}", f"power_prices_{year}.csv"),
    )


def _weeks(
    dispatch: pl.DataFrame, case: CaseLike, names: Names, zones: Sequence[str]
) -> list[Block]:
    """Return the week of the highest load of winter and summer for the chosen zones."""
    if dispatch.is_empty():
        return []
    year = focus_year(case.settings.model_years, dispatch)
    at_year = dispatch.filter(pl.col("year") == year)
    figures = []
    for bus in zones:
        groups = _hourly_groups(at_year.filter(pl.col("bus") == bus), names)
        if not groups:
            continue
        load = np.sum(list(groups.values()), axis=0)
        for season, hours in (("winter", WINTER), ("summer", SUMMER)):
            start = peak_week(load, hours)
            figure = _week_figure(names.bus(bus), season, groups, load, start, year)
            figures.append(replace(figure, source=SOURCE + synthetic_mark(case, names, [bus])))
    if not figures:
        return []
    return [Grid(tuple(figures))]


def _hourly_groups(rows: pl.DataFrame, names: Names) -> dict[str, NDArray[np.float64]]:
    """Return MW per hour of every group, sources positive."""
    groups: dict[str, NDArray[np.float64]] = {}
    for (carrier,), part in rows.group_by("carrier", maintain_order=True):
        values = np.zeros(8760)
        values[part["hour"].to_numpy()] = part["mw"].to_numpy()
        group = names.group(str(carrier))
        groups[group] = groups.get(group, np.zeros(8760)) + values
    return groups


def _week_figure(
    zone: str,
    season: str,
    groups: Mapping[str, NDArray[np.float64]],
    load: NDArray[np.float64],
    start: int,
    year: int,
) -> Figure:
    week = {group: values[start : start + 168] for group, values in groups.items()}
    sources = {group: float(np.maximum(v, 0.0).sum()) for group, v in week.items()}
    supply = sum(sources.values())
    largest = max(sources, key=lambda group: sources[group])
    share = sources[largest] / supply if supply else 0.0
    verb = "Imports carry" if largest == "trade" else f"{CARRIER_LABELS[largest]} carries"
    title = f"{zone}, {season}: {verb} {format_share(share, 2)} of the peak week"
    frame = pl.DataFrame(
        {"hour_of_year_utc": range(start, start + 168)}
        | {
            f"{CARRIER_LABELS[group].lower()}_mw": week[group].round(1)
            for group in CARRIER_COLOURS
            if group in week
        }
        | {"demand_mw": load[start : start + 168].round(1)}
    )
    peak = float(load[start : start + 168].max())
    summary = pl.DataFrame(
        {
            "group": [CARRIER_LABELS[g] for g in CARRIER_COLOURS if g in week],
            "gwh": [float(week[g].sum()) / 1000.0 for g in CARRIER_COLOURS if g in week],
        }
    )
    shown = frame_table(
        summary,
        (
            ColumnView("group", "Carrier"),
            ColumnView("gwh", "Net supply in the week", "GWh", "number"),
        ),
        f"{zone}, week of the {season} peak (the download holds every hour)",
    )
    key = f"week-{zone}-{season}".lower().replace(" ", "-")
    table = HtmlTable(
        shown.caption, shown.headers, shown.rows, csv_address(frame), f"{key}-{year}.csv"
    )
    return Figure(
        key,
        title,
        f"GW in {year}, without any project; UTC. Below zero: exports and charging. "
        f"Dashed: demand, at most {format_number(peak / 1000.0)} GW.",
        draw_week(groups, start, title),
        SOURCE,
        table,
    )


def _durations(
    prices: pl.DataFrame, case: CaseLike, names: Names, zones: Sequence[str], run: str | None
) -> tuple[Figure, ...]:
    if prices.is_empty():
        return ()
    year = focus_year(case.settings.model_years, prices)
    runs = [REFERENCE] + ([run] if run in prices["run"].unique().to_list() else [])
    rows = []
    for bus in zones:
        for each in runs:
            values = prices.filter(
                pl.col("year") == year, pl.col("bus") == bus, pl.col("run") == each
            )["price"].to_numpy()
            if values.size:
                shares, levels = duration_curve(values)
                rows += [
                    {"zone": names.bus(bus), "run": names.run(str(each)), "share": s, "price": p}
                    for s, p in zip(shares, levels, strict=True)
                ]
    if not rows:
        return ()
    frame = pl.DataFrame(rows)
    spread = frame.filter(pl.col("run") == names.run(REFERENCE)).group_by("zone", maintain_order=True).agg(
        high=pl.col("price").max(), middle=pl.col("price").median(), low=pl.col("price").min()
    )  # fmt: skip
    dearest = spread.sort("middle").row(-1, named=True)
    title = (
        f"Half of the hours of {year} cost more than {format_number(dearest['middle'])} USD/MWh "
        f"in {dearest['zone']}"
    )
    shown = frame.filter((pl.col("share") * 10) % 1 < 1e-9)
    views = (
        ColumnView("zone", "Zone"),
        ColumnView("run", "Run"),
        ColumnView("share", "Share of hours", "", "share"),
        ColumnView("price", "Price at or above", "USD/MWh", "number"),
    )
    style = "Dashed: without any project." if len(runs) > 1 else "Without any project."
    zone_names = [names.bus(bus) for bus in zones if names.bus(bus) in frame["zone"]]
    return (
        Figure(
            "duration",
            title,
            f"Hourly prices of {year} from highest to lowest, USD/MWh. {style}",
            draw_duration(frame, zone_names, [names.run(str(r)) for r in runs], title),
            SOURCE + synthetic_mark(case, names, zones),
            frame_table(shown, views, f"Price duration {year}", "price_duration.csv"),
        ),
    )


def _cables(tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names) -> list[Block]:
    """Return heat maps of cables in their runs, and a table of all links that projects change."""
    hourly = tables["power_link_hourly"]
    blocks: list[Block] = []
    figures = []
    solved = set(hourly.select("run", "link").unique().rows()) if hourly.height else set()
    pairs = [pair for pair in cable_runs(tables["projects"], case) if pair in solved]
    for run, link in pairs[:MOST_HEAT_MAPS]:
        rows = hourly.filter(pl.col("run") == run, pl.col("link") == link)
        year = focus_year(case.settings.model_years, rows)
        figure = _heat_figure(rows.filter(pl.col("year") == year), run, link, year, names)
        mark = synthetic_mark(case, names, names.power_links.get(link, ()))
        figures.append(replace(figure, source=SOURCE + mark))
    if figures:
        blocks.append(Grid(tuple(figures)))
    cables = _cable_table(tables["power_link_year"], case, names)
    if cables.height:
        blocks.append(_cable_html(cables, focus_year(case.settings.model_years, cables)))
        blocks.append(
            Remark("Hours at the limit count both senses. Rent is price difference times flow.")
        )
    return blocks


def _heat_figure(rows: pl.DataFrame, run: str, link: str, year: int, names: Names) -> Figure:
    values = np.zeros(8760)
    values[rows["hour"].to_numpy()] = rows["mw"].to_numpy()
    first, last = (names.bus(bus) for bus in names.power_links.get(link, (link, link)))
    ahead, back = float(np.maximum(values, 0).sum()), float(np.maximum(-values, 0).sum())
    source, target = (first, last) if ahead >= back else (last, first)
    total = ahead + back
    share = max(ahead, back) / total if total else 0.0
    title = (
        f"{names.run(run)}: {format_share(share, 2)} of the energy goes from {source} to {target}"
    )
    monthly = pl.DataFrame(
        {
            "month": np.searchsorted(_MONTH_ENDS, np.arange(8760) // 24, side="right") + 1,
            "mw": values,
        }
    )
    table = monthly.group_by("month", maintain_order=True).agg(
        ahead=pl.col("mw").clip(lower_bound=0).sum() / 1000.0,
        back=-pl.col("mw").clip(upper_bound=0).sum() / 1000.0,
    )
    views = (
        ColumnView("month", "Month", "", "year"),
        ColumnView("ahead", f"To {last}", "GWh", "number"),
        ColumnView("back", f"To {first}", "GWh", "number"),
    )
    largest = float(np.abs(values).max())
    return Figure(
        f"heat-{run}-{link}",
        title,
        f"MW in every hour of {year}: days across, hours (UTC) down. Blue: to {last}. Orange: to {first}.",
        draw_year(values, largest, "MW", title),
        SOURCE,
        frame_table(table, views, f"Monthly energy in {year}", f"cable_{run}_{year}.csv"),
    )


_MONTH_ENDS = np.array([31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365])


def _cable_table(frame: pl.DataFrame, case: CaseLike, names: Names) -> pl.DataFrame:
    parts = []
    for run in frame["run"].unique(maintain_order=True) if frame.height else []:
        links = changed_links(case, run, "power")
        rows = frame.filter(pl.col("run") == run, pl.col("link").is_in(links))
        if rows.height:
            parts.append(
                worded(rows, link=("link", names.power_link)).select(
                    pl.lit(names.run(run)).alias("project"),
                    "link",
                    "year",
                    ahead=pl.col("forward_mwh") / 1e6,
                    back=pl.col("reverse_mwh") / 1e6,
                    loss=pl.col("loss_mwh") / 1e6,
                    full=(pl.col("hours_forward_full") + pl.col("hours_reverse_full")) / 8760.0,
                    rent=pl.col("congestion_rent_usd") / 1e6,
                )
            )
    return pl.concat(parts) if parts else pl.DataFrame()


def _cable_html(cables: pl.DataFrame, year: int) -> HtmlTable:
    views = (
        ColumnView("project", "Project"),
        ColumnView("link", "Link (first and second end)"),
        ColumnView("year", "Year", "", "year"),
        ColumnView("ahead", "To the second end", "TWh", "number"),
        ColumnView("back", "To the first end", "TWh", "number"),
        ColumnView("loss", "Lost", "TWh", "number"),
        ColumnView("full", "Hours at the limit", "", "load"),
        ColumnView("rent", "Congestion rent", "million USD", "number"),
    )
    caption = f"What each power project carries in {year} (the download has every year)"
    shown = frame_table(cables.filter(pl.col("year") == year), views, caption)
    return HtmlTable(caption, shown.headers, shown.rows, csv_address(cables), "cables.csv")
