"""The crossing: a month of vessels from the event log, closures and queues, waits, frontier."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import polars as pl

from transcaspian.crossing.diagram import TimeSpace, draw_time_space
from transcaspian.report.charts import Spec
from transcaspian.report.names import REFERENCE
from transcaspian.report.worded import worded
from transcaspian.results.theme import ACCENT, GRID, ROUTE_COLOURS
from transcaspian.units import DAYS_OF_MONTH
from transcaspian.web.blocks import Block, Chart, Column, Note, Page, Table
from transcaspian.web.pages.common import (
    chosen_scenario,
    chosen_year,
    scenario_choice,
    scenario_name,
    year_choice,
)
from transcaspian.web.pages.crossing_frontier import frontier_blocks, frontier_choice
from transcaspian.web.pages.crossing_names import (
    port_names,
    queue_name,
    service_names,
    vessel_name,
)
from transcaspian.web.pages.generic import plain_table
from transcaspian.web.pages.months import (
    FIRST_DAYS,
    chosen_month,
    month_choice,
    month_name,
)
from transcaspian.web.runs import Run
from transcaspian.web.view import View

__all__ = ["crossing_page"]

SEED = 0
MOST_QUEUES = 6


def crossing_page(run: Run, view: View) -> Page:
    """Return a month of one replication, and what the run says of waits and resources."""
    t = view.t
    scenario = chosen_scenario(run, view)
    year = chosen_year(view, run.years)
    month = chosen_month(view) or 1
    blocks: list[Block] = []
    if run.case.tables["crossing/services"].is_empty():
        blocks.append(Note(t("The case has no crossing.")))
    else:
        found = draw_time_space(
            run.case.at(year, scenario, ()),
            from_day=FIRST_DAYS[month - 1],
            days=DAYS_OF_MONTH[month - 1],
            seed=SEED,
        )
        blocks += _month(run, view, found, year, month)
        blocks += frontier_blocks(run, view, scenario, year)
        results = _results(run, view, scenario, year)
        if not results and run.has("crossing_wait_year"):
            text = t(
                "The scenario {scenario} was not solved for {year}: what is drawn is simulated now, and"
                " the run's own tables of the crossing are missing.",
                scenario=scenario_name(run, view, scenario),
                year=year,
            )
            blocks.insert(0, Note(text, "warning"))
        blocks += [*results, _fleet(run, view)]
    choices = (
        scenario_choice(run, view, scenario),
        year_choice(view, run.years, year),
        month_choice(view, month, has_year=False),
        frontier_choice(run, view),
    )
    lead = t("Ships, berths and weather between Aktau, Kuryk, Turkmenbashi and Alat.")
    return Page("crossing", t("Crossing"), lead, tuple(blocks), choices, run.key, "crossing")


def _results(run: Run, view: View, scenario: str, year: int) -> list[Block]:
    """Return the crossing's tables of the run in one year, without any project."""
    blocks: list[Block] = []
    found = [name for name in run.names_of_tables if name.startswith("crossing_")]
    for name in sorted(found, reverse=True):  # waits first, the curves behind them last
        frame = run.table(name)
        for column, value in (("scenario", scenario), ("run", REFERENCE), ("year", year)):
            if column in frame.columns:
                frame = frame.filter(pl.col(column) == value).drop(column)
        if frame.height:
            blocks.append(plain_table(run, view, frame, name))
    return blocks


def _time(year: int, hour: float) -> str:
    return (datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).isoformat(timespec="minutes")


def _simulated(view: View) -> tuple[str, str]:
    return (
        view.t("One simulated year, seed {seed}; inputs stand under Assumptions", seed=SEED),
        view.t("derived; another seed gives another year like it"),
    )


def _month(run: Run, view: View, found: TimeSpace, year: int, month: int) -> list[Block]:
    t = view.t
    ports, services = port_names(run, view), service_names(run, view)
    marks = found.vessels.filter(pl.col("port").is_not_null()).with_columns(
        place=pl.col("port").replace_strict(ports, default=pl.col("port"), return_dtype=pl.String)
    )
    title = t("Every vessel in {month} {year}", month=month_name(view, month), year=year)
    source, confidence = _simulated(view)
    table = Table(
        "vessel-events",
        title,
        (
            Column("time", t("Time, UTC")),
            Column("vessel", t("Vessel")),
            Column("event", t("Event"), kind="word"),
            Column("port", t("Port")),
            Column("units", t("Units aboard"), "", "number"),
        ),
        tuple(
            (_time(year, row["time_h"])[:16].replace("T", " "), vessel_name(services, row["vessel"]), row["event"], row["place"], row["units_aboard"])
            for row in marks.sort("time_h", "vessel").iter_rows(named=True)
        ),
        source,
        confidence,
    )  # fmt: skip
    return [
        Chart(
            "vessels",
            title,
            t("Lines: vessels between ports; shaded: a port is closed by weather. One simulated year of many."),
            table,
            _vessel_spec(found, marks, ports, services, year),
        ),
        _queue_chart(run, view, found, year, month),
    ]  # fmt: skip


def _vessel_spec(
    found: TimeSpace,
    marks: pl.DataFrame,
    ports: Mapping[str, str],
    services: Mapping[str, str],
    year: int,
) -> Spec:
    rows = [
        {"time": _time(year, row["time_h"]), "vessel": row["vessel"], "service": services[row["service"]], "port": row["place"]}
        for row in marks.filter(pl.col("event").is_in(["arrive", "sail"])).sort("vessel", "time_h").iter_rows(named=True)
    ]  # fmt: skip
    order = list(ports.values())
    closed = [
        {"begin": _time(year, row["begin_h"]), "end": _time(year, row["end_h"]), "port": ports.get(row["weather"], row["weather"])}
        for row in found.closures.iter_rows(named=True)
    ]  # fmt: skip
    shown = [name for name in services.values() if any(row["service"] == name for row in rows)]
    y = {"field": "port", "type": "nominal", "title": None, "sort": order, "scale": {"domain": order}}  # fmt: skip
    x = {"field": "time", "type": "temporal", "title": None, "scale": {"type": "utc"},
         "axis": {"format": "%d.%m.", "tickCount": "day", "labelOverlap": True}}  # fmt: skip
    return {
        "height": {"step": 60},
        "layer": [
            {"data": {"values": closed},
             "mark": {"type": "bar", "color": GRID, "height": 40},
             "encoding": {"x": {**x, "field": "begin"}, "x2": {"field": "end"}, "y": y}},
            {"data": {"values": rows},
             "mark": {"type": "line", "strokeWidth": 1, "opacity": 0.8},
             "encoding": {"x": x, "y": y, "detail": {"field": "vessel"},
                          "color": {"field": "service", "type": "nominal",
                                    "scale": {"domain": shown, "range": list(ROUTE_COLOURS)},
                                    "legend": {"orient": "top", "title": None, "columns": 3, "labelLimit": 300, "symbolType": "stroke"}}}},
        ],
    }  # fmt: skip


def _queue_chart(run: Run, view: View, found: TimeSpace, year: int, month: int) -> Chart:
    t = view.t
    cargo = found.queues.filter(pl.col("kind") == "cargo").pipe(
        worded, name=("name", lambda key: queue_name(run, view, key))
    )
    longest = (
        cargo.group_by("name", maintain_order=True)
        .agg(mean=pl.col("waiting").mean(), most=pl.col("waiting").max())
        .sort("mean", "name", descending=[True, False])
    )
    shown = longest["name"].to_list()[:MOST_QUEUES]
    hours = cargo.filter(pl.col("name").is_in(shown), pl.col("time_h") % 6 < 1)
    spec: Spec = {
        "height": 220,
        "data": {"values": [
            {"time": _time(year, time), "name": name, "waiting": waiting}
            for name, time, waiting in hours.select("name", "time_h", "waiting").iter_rows()
        ]},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.4},
        "encoding": {
            "x": {"field": "time", "type": "temporal", "title": None, "scale": {"type": "utc"},
                  "axis": {"format": "%d.%m.", "tickCount": "day", "labelOverlap": True}},
            "y": {"field": "waiting", "type": "quantitative", "title": t("Units waiting")},
            "color": {"field": "name", "type": "nominal",
                      "scale": {"domain": shown, "range": [ACCENT, *ROUTE_COLOURS[3:]]},
                      "legend": {"orient": "top", "title": None, "columns": 3, "labelLimit": 300, "symbolType": "stroke"}},
        },
    }  # fmt: skip
    source, confidence = _simulated(view)
    table = Table(
        "queue-lengths",
        t("Units waiting by pair of ports and cargo"),
        (
            Column("name", t("Queue")),
            Column("mean", t("Mean"), "", "number"),
            Column("most", t("Most"), "", "number"),
        ),
        tuple(longest.iter_rows()),
        source,
        confidence,
    )
    title = t("Queues in {month} {year}", month=month_name(view, month), year=year)
    return Chart("queues", title, t("Wagons, trucks and TEU in port; the longest queues."), table, spec)  # fmt: skip


def _cargoes(view: View, cargoes: str | list[str]) -> str:
    keys = cargoes.split(";") if isinstance(cargoes, str) else cargoes
    return ", ".join(view.word(key) for key in keys)


def _fleet(run: Run, view: View) -> Table:
    t, services = view.t, service_names(run, view)
    frame = run.case.tables["crossing/services"].join(
        run.case.tables["crossing/vessels"].select("vessel", kind_name="name", payload_t="payload_t", speed_kn="speed_kn"),
        on="vessel", how="left", maintain_order="left",
    )  # fmt: skip
    return Table(
        "services",
        t("Services"),
        (
            Column("service", t("Service")),
            Column("vessel", t("Vessel")),
            Column("key", t("Key")),
            Column("cargoes", t("Cargo")),
            Column("payload_t", t("Payload"), "t", "number"),
            Column("speed_kn", t("Speed, knots"), "", "number"),
            Column("source", t("Source")),
            Column("confidence", t("Confidence"), kind="word"),
        ),
        tuple(
            (services[row["service"]], view.name(row["kind_name"]), row["service"], _cargoes(view, row["cargoes"]), row["payload_t"], row["speed_kn"], row["source"], row["confidence"])
            for row in frame.iter_rows(named=True)
        ),
        t("Table {table} of the case", table="crossing/services"),
        t("as the row says"),
    )  # fmt: skip
