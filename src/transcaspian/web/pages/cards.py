"""Cards: everything about one place or one link of the network, by year."""

from collections.abc import Sequence

import polars as pl

from transcaspian.errors import NotFoundError
from transcaspian.report.names import REFERENCE, humanise
from transcaspian.report.worded import worded
from transcaspian.units import MT_TO_T, TWH_TO_MWH
from transcaspian.web.blocks import Block, Column, Link, Links, Page, Table
from transcaspian.web.pages.common import (
    chosen_project,
    chosen_scenario,
    frame_table,
    project_name,
    scenario_choice,
    source_links,
    terminal_name,
    with_choice,
    zone_balance,
    zone_columns,
)
from transcaspian.web.pages.flow_map import SECTOR_TABLES, freight_link_name, power_link_name
from transcaspian.web.pages.months import MONTH_TABLES, month_name
from transcaspian.web.pages.sea_queue import own_delay, queued_at_sea, sea_note
from transcaspian.web.runs import Run
from transcaspian.web.urls import run_page
from transcaspian.web.view import View

__all__ = ["link_page", "place_page"]


def place_page(run: Run, sector: str, place: str, view: View) -> Page:
    """Return the card of a power zone or a freight node; NotFoundError where there is none."""
    table, key = _home(sector)
    rows = run.case.tables[table].filter(pl.col(key) == place)
    if rows.is_empty():
        raise NotFoundError(f"The case has no place {place!r} in {table}.")
    row = rows.row(0, named=True)
    scenario, wanted, runs, remarks = _state(run, view, SECTOR_TABLES[sector])
    parts = _zone_blocks if sector == "power" else _node_blocks
    blocks = [
        *remarks,
        *parts(run, view, place, scenario, wanted),
        _inputs(run, view, _keys_of(run, sector, place)),
        source_links(run, view, place),
        _back(run, view, sector),
    ]
    country = view.language.country(row["country"], run.names.country(row["country"]))
    return Page(
        "place",
        view.name(row["name"]),
        f"{country}, {view.word(row['kind'])}. {project_name(run, view, wanted)}.",
        tuple(blocks),
        (scenario_choice(run, view, scenario), with_choice(run, view, runs, wanted)),
        run.key,
        "map",
    )


def link_page(run: Run, sector: str, link: str, view: View) -> Page:
    """Return the card of a power or freight link; NotFoundError where there is none."""
    known = run.names.power_links if sector == "power" else run.names.freight_links
    if sector not in SECTOR_TABLES or link not in known:
        raise NotFoundError(f"The case has no {sector} link {link!r}.")
    scenario, wanted, runs, remarks = _state(run, view, SECTOR_TABLES[sector])
    name_of = power_link_name if sector == "power" else freight_link_name
    columns = _power_link_columns(view) if sector == "power" else _freight_link_columns(view)
    frame = _of_link(run, sector, link, scenario, wanted)
    blocks: list[Block] = [*remarks]
    if frame.height:
        blocks.append(
            frame_table(
                run,
                view,
                frame,
                columns,
                key="years",
                title=view.t("By year"),
                of=SECTOR_TABLES[sector],
            )
        )
    blocks += _months(run, view, sector, link, scenario, wanted)
    ends = known[link][:2]
    blocks += [
        _inputs(run, view, (link,)),
        Links(
            view.t("Ends"),
            tuple(
                Link(_place_name(run, view, sector, end), view.link(run_page(run.key, "places", sector, end)))
                for end in ends
            ),
        ),
        source_links(run, view, link),
        _back(run, view, sector),
    ]  # fmt: skip
    return Page(
        "link",
        name_of(run, view, link),
        f"{project_name(run, view, wanted)}.",
        tuple(blocks),
        (scenario_choice(run, view, scenario), with_choice(run, view, runs, wanted)),
        run.key,
        "map",
    )


def _home(sector: str) -> tuple[str, str]:
    homes = {"power": ("power/buses", "bus"), "freight": ("freight/nodes", "node")}
    if sector not in homes:
        raise NotFoundError(f"There is no sector {sector!r}; there are power, freight.")
    return homes[sector]


def _state(run: Run, view: View, table: str) -> tuple[str, str, tuple[str, ...], list[Block]]:
    scenario = chosen_scenario(run, view)
    runs = run.runs_of(table, scenario) or (REFERENCE,)
    wanted, remarks = chosen_project(run, view, runs)
    return scenario, wanted, runs, remarks


def _place_name(run: Run, view: View, sector: str, place: str) -> str:
    names = run.names.buses if sector == "power" else run.names.nodes
    return view.name(names.get(place, place))


def _back(run: Run, view: View, sector: str) -> Links:
    return Links(
        view.t("Go on"),
        (Link(view.t("Map"), view.link(run_page(run.key, "map"), sector=sector)),),
    )


def _rows(run: Run, table: str, scenario: str, wanted: str) -> pl.DataFrame:
    """Return the rows of a scenario and project in the model years."""
    return run.table(table).filter(
        pl.col("scenario") == scenario,
        pl.col("run") == wanted,
        pl.col("year").is_in(list(run.years)),
    )


def _keys_of(run: Run, sector: str, place: str) -> tuple[str, ...]:
    if sector == "power":
        return (place,)
    terminals = run.case.tables["freight/terminals"].filter(pl.col("node") == place)
    return (place, *terminals["terminal"].to_list())


def _inputs(run: Run, view: View, keys: Sequence[str]) -> Table:
    """Return the figures of the case about these things, with source and confidence."""
    t = view.t
    rows = run.table("assumptions").filter(
        pl.col("row").str.split(" | ").list.set_intersection(list(keys)).list.len() > 0
    )
    return Table(
        "inputs",
        t("Figures of the case"),
        (
            Column("row", t("What")),
            Column("column", t("Figure")),
            Column("value", t("Value")),
            Column("unit", t("Unit")),
            Column("source", t("Source")),
            Column("confidence", t("Confidence"), kind="word"),
        ),
        tuple(
            (row["row"], view.column(row["column"]), row["value"], view.word(row["unit"] or ""), row["source"], row["confidence"])
            for row in rows.iter_rows(named=True)
        ),
        t("Tables of the case; each row names its source"),
        t("as the row says"),
    )  # fmt: skip


def _node_blocks(run: Run, view: View, node: str, scenario: str, wanted: str) -> list[Block]:
    t = view.t
    terminals = run.case.tables["freight/terminals"].filter(pl.col("node") == node)
    units = dict(terminals.select("terminal", "capacity_unit").iter_rows())
    frame = (
        _rows(run, "freight_terminal_year", scenario, wanted)
        .filter(pl.col("terminal").is_in(terminals["terminal"].to_list()))
        .with_columns(
            delay_h=own_delay("terminal", queued_at_sea(run)),
            mt=pl.col("tonnes") / MT_TO_T,
        )
        .pipe(
            worded,
            name=("terminal", lambda key: terminal_name(run, view, key)),
            unit=("terminal", lambda key: view.word(units.get(key) or "")),
        )
        .sort("terminal", "year")
    )
    blocks: list[Block] = []
    if frame.height:
        columns = (
            Column("name", t("Terminal")),
            Column("year", t("Year"), "", "year"),
            Column("mt", t("Cargo"), "Mt", "number"),
            Column("capacity", t("Capacity, kt or thousand TEU a year"), "", "number"),
            Column("unit", t("Unit")),
            Column("load_ratio", t("Load over capacity"), "", "load"),
            Column("time_h", t("Time"), "h", "number"),
            Column("delay_h", t("of which waiting"), "h", "number"),
            Column("capacity_value_usd", t("Value of one more unit"), "USD", "number"),
            Column("terminal", t("Key")),
        )
        blocks.append(
            frame_table(
                run, view, frame, columns,
                key="terminals", title=t("Terminals by year"), of="freight_terminal_year",
                note=sea_note(view, queued_at_sea(run), frame["terminal"]),
            )
        )  # fmt: skip
    ends = {key: pair[:2] for key, pair in run.names.freight_links.items() if node in pair[:2]}
    links = _rows(run, "freight_link_year", scenario, wanted).filter(
        pl.col("link").is_in(list(ends))
    )
    blocks.append(_link_rows(run, view, "freight", links, _freight_link_columns(view)))
    balance = (
        _rows(run, "freight_node_balance", scenario, wanted)
        .filter(pl.col("node") == node)
        .group_by("commodity", "year", maintain_order=True)
        .agg((pl.col("arriving_t", "starting_t", "leaving_t", "ending_t").sum()) / MT_TO_T)
        .filter(pl.sum_horizontal("arriving_t", "starting_t") > 0)
        .sort("commodity", "year")
        .pipe(worded, commodity=("commodity", lambda key: view.name(run.names.commodity(key))))
    )
    balance_columns = (
        Column("commodity", t("Commodity")),
        Column("year", t("Year"), "", "year"),
        Column("arriving_t", t("Arriving"), "Mt", "number"),
        Column("starting_t", t("Starting here"), "Mt", "number"),
        Column("leaving_t", t("Leaving"), "Mt", "number"),
        Column("ending_t", t("Ending here"), "Mt", "number"),
    )
    if balance.height:
        blocks.append(
            frame_table(
                run, view, balance, balance_columns,
                key="balance", title=t("What passes, starts and ends"), of="freight_node_balance",
            )
        )  # fmt: skip
    return blocks


def _zone_blocks(run: Run, view: View, bus: str, scenario: str, wanted: str) -> list[Block]:
    t = view.t
    zone = (
        zone_balance(_rows(run, "power_zone_year", scenario, wanted))
        .filter(pl.col("bus") == bus)
        .sort("year")
    )
    blocks: list[Block] = []
    if zone.height:
        columns = (
            Column("year", t("Year"), "", "year"),
            *zone_columns(view),
        )
        blocks.append(
            frame_table(
                run, view, zone, columns, key="years", title=t("By year"), of="power_zone_year"
            )
        )
    plants = (
        _rows(run, "power_carrier_year", scenario, wanted)
        .filter(pl.col("bus") == bus)
        .with_columns(twh=pl.col("energy_mwh") / TWH_TO_MWH)
        .pipe(
            worded,
            name=("carrier", lambda key: view.name(run.names.carriers.get(key, humanise(key)))),
        )
        .sort("carrier", "year")
    )
    if plants.height:
        plant_columns = (
            Column("name", t("Carrier")),
            Column("year", t("Year"), "", "year"),
            Column("p_nom_mw", t("Capacity"), "MW", "number"),
            Column("twh", t("Energy"), "TWh", "number"),
            Column("curtailed_mwh", t("Curtailed"), "MWh", "number"),
        )
        blocks.append(
            frame_table(
                run, view, plants, plant_columns,
                key="plants", title=t("Plants by carrier and year"), of="power_carrier_year",
            )
        )  # fmt: skip
    ends = [key for key, pair in run.names.power_links.items() if bus in pair]
    links = _rows(run, "power_link_year", scenario, wanted).filter(pl.col("link").is_in(ends))
    blocks.append(_link_rows(run, view, "power", _in_twh(links), _power_link_columns(view)))
    return blocks


def _link_rows(
    run: Run, view: View, sector: str, frame: pl.DataFrame, columns: tuple[Column, ...]
) -> Table:
    """Return the links of a place, one row a link and year."""
    name_of = power_link_name if sector == "power" else freight_link_name
    if sector == "freight":
        frame = _in_mt(frame)
    named = worded(frame, name=("link", lambda key: name_of(run, view, key))).sort("link", "year")
    return frame_table(
        run,
        view,
        named,
        (Column("name", view.t("Link")), *columns),
        key="links",
        title=view.t("Links by year"),
        of=SECTOR_TABLES[sector],
        links=[view.link(run_page(run.key, "links", sector, key)) for key in named["link"]],
    )


def _of_link(run: Run, sector: str, link: str, scenario: str, wanted: str) -> pl.DataFrame:
    frame = _rows(run, SECTOR_TABLES[sector], scenario, wanted).filter(pl.col("link") == link)
    return (_in_twh(frame) if sector == "power" else _in_mt(frame)).sort("year")


def _months(
    run: Run, view: View, sector: str, link: str, scenario: str, wanted: str
) -> list[Block]:
    """Return the flows of a link by month, where the run has them."""
    name = MONTH_TABLES[sector]
    if not run.has(name):
        return []
    rows = _rows(run, name, scenario, wanted).filter(pl.col("link") == link).sort("year", "month")
    if rows.is_empty():
        return []
    end, size, unit = ("mwh", TWH_TO_MWH, "TWh") if sector == "power" else ("t", MT_TO_T, "Mt")
    frame = worded(rows, month=("month", lambda each: month_name(view, each))).select(
        "year",
        "month",
        forward=pl.col(f"forward_{end}") / size,
        reverse=pl.col(f"reverse_{end}") / size,
    )
    columns = (
        Column("month", view.t("Month")),
        Column("year", view.t("Year"), "", "year"),
        Column("forward", view.t("Ahead"), unit, "number"),
        Column("reverse", view.t("Back"), unit, "number"),
    )
    return [frame_table(run, view, frame, columns, key="months", title=view.t("By month"), of=name)]


def _in_mt(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        forward_mt=pl.col("forward_t") / MT_TO_T, reverse_mt=pl.col("reverse_t") / MT_TO_T
    )


def _in_twh(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        *(
            (pl.col(f"{name}_mwh") / TWH_TO_MWH).alias(f"{name}_twh")
            for name in ("forward", "reverse", "loss")
        ),
        rent_musd=pl.col("congestion_rent_usd") / 1e6,
        # Rent over capacity: what one more MW in both senses would have carried in a year.
        value_usd=pl.when(pl.col("p_nom_mw") > 0).then(
            pl.col("congestion_rent_usd") / pl.col("p_nom_mw")
        ),
    )


def _freight_link_columns(view: View) -> tuple[Column, ...]:
    t = view.t
    return (
        Column("year", t("Year"), "", "year"),
        Column("forward_mt", t("Ahead"), "Mt", "number"),
        Column("reverse_mt", t("Back"), "Mt", "number"),
        Column("capacity", t("Capacity, kt or thousand TEU a year"), "", "number"),
        Column("load_ratio", t("Load over capacity"), "", "load"),
        Column("time_h", t("Time"), "h", "number"),
        Column("delay_h", t("of which waiting"), "h", "number"),
        Column("capacity_value_usd", t("Value of one more unit"), "USD", "number"),
    )


def _power_link_columns(view: View) -> tuple[Column, ...]:
    t = view.t
    return (
        Column("year", t("Year"), "", "year"),
        Column("p_nom_mw", t("Capacity ahead"), "MW", "number"),
        Column("p_nom_reverse_mw", t("Capacity back"), "MW", "number"),
        Column("forward_twh", t("Ahead"), "TWh", "number"),
        Column("reverse_twh", t("Back"), "TWh", "number"),
        Column("loss_twh", t("Losses"), "TWh", "number"),
        Column("hours_forward_full", t("Hours full ahead"), "h", "whole"),
        Column("hours_reverse_full", t("Hours full back"), "h", "whole"),
        Column("rent_musd", t("Congestion rent"), "million USD", "number"),
        Column("value_usd", t("Rent of one MW"), "USD", "number"),
    )
