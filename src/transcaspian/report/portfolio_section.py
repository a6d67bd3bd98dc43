"""The part of the page on joint vehicles: what each chooses, when, and what each party gets back."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import Block, Figure, Fold, Grid, HtmlTable, Section
from transcaspian.report.charts import CHART_WIDTH, WIDE_WIDTH, Spec, draw
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import Names
from transcaspian.report.worded import worded
from transcaspian.results.theme import (
    ACCENT,
    INK,
    MUTED,
    NEGATIVE,
    ZONE_COLOURS,
    format_number,
    format_share,
)

__all__ = ["portfolio_section"]

KEY, TITLE = "portfolio", "What joint funds should pay for"
SOURCE = (
    "Tables portfolio_* of this run. Sizes of vehicles, shares of parties, loans, charges and"
    " regulated returns are assumed, except the 300 million USD announced for the fund of"
    " Samruk-Kazyna and Azerbaijan Investment Holding."
)
SMALLEST_GAP = 1e-6  # what the solver is asked for; less is chance
Tables = Mapping[str, pl.DataFrame]


def portfolio_section(tables: Tables, names: Names) -> Section | None:
    """Return the section; None where no portfolio was made of the run.

    `tables` holds the portfolio's tables of every scenario.
    """
    summary = tables.get("portfolio_summary")
    if summary is None or summary.is_empty():
        return None
    blocks: list[Block] = []
    for row in summary.iter_rows(named=True):
        own = {
            name: frame.filter(pl.col("vehicle") == row["vehicle"])
            for name, frame in tables.items()
            if name.startswith("portfolio_")
        }
        blocks.append(
            Fold(
                Markup(
                    "{} <span class='aside'>{} million USD in tickets, {} called of {}</span>"
                ).format(
                    row["name"],
                    format_number(row["committed_musd"]),
                    format_number(row["committed_musd"] - row["recycled_musd"]),
                    format_number(row["size_musd"]),
                ),
                tuple(_of_vehicle(own, row, names)),
                f"portfolio-{row['vehicle']}",
                is_open=True,
            )
        )  # fmt: skip
    lead = (
        "Exact choice of projects, sizes, opening years and tickets under budgets, balance, order and"
        " building capacity, then the money of what is chosen. A ticket is a minority share of a"
        " project's equity; the economic NPV is that of the whole project. Money of the day unless it"
        " is an NPV. Most terms are assumed: read the results as what follows from them."
    )
    return Section(KEY, TITLE, lead, blocks, "Funds")


def _of_vehicle(own: Tables, row: Mapping[str, Any], names: Names) -> list[Block]:
    blocks: list[Block] = [_chosen_table(own, row, names)]
    figures = [_calls_figure(own, row)]
    if own["portfolio_frontier"].height > 1:
        figures.append(_frontier_figure(own, row))
    if own["portfolio_choice"].filter(pl.col("state") == "chosen").height:
        blocks.append(_calendar_figure(own, row, names))
        blocks.append(Grid(tuple(figures)))
        blocks.append(_returns_table(own, names))
        blocks.append(_sharing_table(own))
    blocks.append(
        Fold("What is not chosen, and what would have to change", (_rejected_table(own, names),))
    )
    if own["portfolio_frontier"].height > 1:
        points = _points_table(
            own["portfolio_frontier"],
            ColumnView("point", "Point", "", "year"),
            "Efficient choices: none is better in own and in economic NPV",
            "portfolio_frontier.csv",
            names,
        )
        blocks.append(Fold("The efficient choices, project by project", (points,)))
    if own["portfolio_sizes"].height:
        blocks.append(
            _points_table(
                own["portfolio_sizes"],
                ColumnView("size_musd", "Size", "million USD", "number"),
                "The choice at other sizes: the vehicle's size is not published",
                "portfolio_sizes.csv",
                names,
            )
        )
    breaches = own["portfolio_covenants"].filter("is_breached")
    if breaches.height:
        blocks.append(
            Fold(f"Covenants broken: {breaches.height} rows", (_breach_table(breaches, names),))
        )
    return blocks


def _named(frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    return worded(frame, name=("project", names.run))


def _chosen_table(own: Tables, row: Mapping[str, Any], names: Names) -> HtmlTable:
    chosen = _named(own["portfolio_choice"].filter(pl.col("state") == "chosen"), names)
    gap = format_share(max(row["gap"], SMALLEST_GAP))
    caption = (
        f"{row['name']}: what makes most of {row['objective']}; worth"
        f" {format_number(row['value_musd'])} million USD, proven within {gap}"
    )
    views = (
        ColumnView("name", "Project"),
        ColumnView("start_year", "Opens", "", "year"),
        ColumnView("planned_year", "Planned", "", "year"),
        ColumnView("share", "Share of equity", "", "share"),
        ColumnView("ticket_musd", "Ticket", "million USD", "number"),
        ColumnView("vehicle_npv_musd", "Own NPV", "million USD", "signed"),
        ColumnView("economic_npv_musd", "Economic NPV", "million USD", "signed"),
    )
    return frame_table(chosen, views, caption, f"portfolio_{row['vehicle']}.csv")


def _calendar_figure(own: Tables, row: Mapping[str, Any], names: Names) -> Figure:
    """Draw when each chosen project is built and opens."""
    chosen = own["portfolio_choice"].filter(pl.col("state") == "chosen")
    building = (
        own["portfolio_accounts"]
        .filter(pl.col("kind") == "building")
        .group_by("payer", maintain_order=True)
        .agg(first=pl.col("year").min())
    )
    dates = _named(
        chosen.join(
            building, left_on="project", right_on="payer", how="left", maintain_order="left"
        ),
        names,
    ).sort("start_year", "project")
    values = [
        {"name": one["name"], "first": one["first"], "opens": one["start_year"]}
        for one in dates.iter_rows(named=True)
    ]
    years = [one["first"] for one in values] + [one["opens"] for one in values]
    x = {
        "type": "quantitative",
        "title": None,
        "axis": {"format": "d", "tickMinStep": 1},
        "scale": {"domain": [min(years) - 1, max(years) + 1], "nice": False},
    }
    y = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 420},
    }
    spec: Spec = {
        "height": 34 * len(values),
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar", "height": 14, "color": ACCENT, "opacity": 0.55},
                "encoding": {"x": {**x, "field": "first"}, "x2": {"field": "opens"}, "y": y},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "color": INK},
                "encoding": {"x": {**x, "field": "opens"}, "y": y},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 9},
                "encoding": {
                    "x": {**x, "field": "opens"},
                    "y": y,
                    "text": {"field": "opens", "type": "quantitative", "format": "d"},
                },
            },
        ],
    }
    many = "s" if len(values) > 1 else ""
    last = max(one["opens"] for one in values)
    title = f"{row['name']}: {len(values)} project{many} open by {last}"
    return Figure(
        f"portfolio-calendar-{row['vehicle']}",
        title,
        "Building (bar) and opening (dot) of what is chosen",
        draw(spec, f"Calendar of {row['name']}", WIDE_WIDTH),
        SOURCE,
    )


def _calls_figure(own: Tables, row: Mapping[str, Any]) -> Figure:
    """Draw what the parties are called for by year, below their budgets."""
    calls = own["portfolio_calls"]
    budget = calls.group_by("year", maintain_order=True).agg(pl.col("budget_musd").sum())
    parties = calls["party"].unique(maintain_order=True).to_list()
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    spec: Spec = {
        "height": 230,
        "layer": [
            {
                "data": {"values": calls.select("party", "year", "call_musd").to_dicts()},
                "mark": {"type": "bar"},
                "encoding": {
                    "x": x,
                    "y": {"field": "call_musd", "type": "quantitative", "title": "million USD"},
                    "color": {
                        "field": "party",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": parties, "range": list(ZONE_COLOURS[: len(parties)])},
                        "legend": {"orient": "top", "columns": 2},
                    },
                    "order": {"field": "party"},
                },
            },
            {
                "data": {"values": budget.to_dicts()},
                "mark": {"type": "tick", "color": MUTED, "thickness": 2, "width": 26},
                "encoding": {"x": x, "y": {"field": "budget_musd", "type": "quantitative"}},
            },
        ],
    }
    table = frame_table(
        calls,
        (
            ColumnView("party", "Party"),
            ColumnView("year", "Year", "", "year"),
            ColumnView("call_musd", "Call", "million USD", "number"),
            ColumnView("budget_musd", "Budget", "million USD", "number"),
        ),
        "Cash calls and budgets",
        f"portfolio_calls_{row['vehicle']}.csv",
        is_compact=True,
    )
    most = calls.group_by("year", maintain_order=True).agg(pl.col("call_musd").sum())
    peak = most.sort("call_musd", "year", descending=[True, False]).row(0, named=True)
    title = f"{peak['year']} asks the most: {format_number(peak['call_musd'])} million USD"
    if not peak["call_musd"]:
        title = "Nothing is called"
    return Figure(
        f"portfolio-calls-{row['vehicle']}",
        title,
        "Cash calls by party, budgets together as a dash; million USD of the day",
        draw(spec, f"Cash calls of {row['name']}", CHART_WIDTH),
        SOURCE,
        table,
    )


def _frontier_figure(own: Tables, row: Mapping[str, Any]) -> Figure:
    """Draw the choices of which none is better in both objectives."""
    points = own["portfolio_frontier"].sort("vehicle_npv_musd", "point")
    values = points.select("point", "vehicle_npv_musd", "economic_npv_musd").to_dicts()
    x = {
        "field": "vehicle_npv_musd",
        "type": "quantitative",
        "title": "Own NPV, million USD",
        "scale": {"zero": False},
    }
    y = {
        "field": "economic_npv_musd",
        "type": "quantitative",
        "title": "Economic NPV, million USD",
        "scale": {"zero": False},
    }
    spec: Spec = {
        "height": 230,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "color": MUTED, "strokeDash": [3, 3]},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 90, "color": ACCENT},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": [_own_point(own)]},
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "size": 190,
                    "color": NEGATIVE,
                    "strokeWidth": 2,
                },
                "encoding": {"x": x, "y": y},
            },
        ],
    }
    table = frame_table(
        points,
        (
            ColumnView("point", "Point", "", "year"),
            ColumnView("vehicle_npv_musd", "Own NPV", "million USD", "signed"),
            ColumnView("economic_npv_musd", "Economic NPV", "million USD", "signed"),
            ColumnView("committed_musd", "Committed", "million USD", "number"),
        ),
        "Choices of which none is better in both",
        f"portfolio_frontier_{row['vehicle']}.csv",
        is_compact=True,
    )
    span = float(points["economic_npv_musd"].to_numpy().max()) - float(
        points["economic_npv_musd"].to_numpy().min()
    )
    return Figure(
        f"portfolio-frontier-{row['vehicle']}",
        f"Own return and economic worth pull apart by {format_number(span)} million USD",
        "Efficient choices (dots) and what is chosen (diamond); expected NPV",
        draw(spec, f"Efficient frontier of {row['name']}", CHART_WIDTH),
        SOURCE,
        table,
    )  # fmt: skip


def _own_point(own: Tables) -> dict[str, float]:
    means = own["portfolio_values"].filter(pl.col("scenario") == "mean")
    found = dict(means.select("objective", "value_musd").iter_rows())
    return {
        "vehicle_npv_musd": float(found.get("vehicle", 0.0)),
        "economic_npv_musd": float(found.get("economic", 0.0)),
    }


def _returns_table(own: Tables, names: Names) -> HtmlTable:
    frame = own["portfolio_returns"].with_columns(
        scenario_name=pl.col("scenario").replace(dict(names.scenarios))
    )
    views = (
        ColumnView("party", "Party"),
        ColumnView("scenario_name", "Scenario"),
        ColumnView("called_musd", "Called", "million USD", "number"),
        ColumnView("distributed_musd", "Got back", "million USD", "number"),
        ColumnView("multiple", "Multiple", "", "number"),
        ColumnView("irr", "IRR", "money of the day", "share"),
        ColumnView("irr_real", "IRR", "real", "share"),
        ColumnView("npv_musd", "NPV", "million USD", "signed"),
    )
    return frame_table(frame, views, "What each party pays and gets back", "portfolio_returns.csv")


def _sharing_table(own: Tables) -> HtmlTable:
    views = (
        ColumnView("party", "Party"),
        ColumnView("share", "Share", "", "share"),
        ColumnView("alone_musd", "Alone", "million USD", "signed"),
        ColumnView("pro_rata_musd", "Pro rata", "million USD", "signed"),
        ColumnView("shapley_musd", "Shapley", "million USD", "signed"),
    )
    caption = "The worth of the choice shared: by shares, and by what each party adds (Shapley)"
    return frame_table(own["portfolio_sharing"], views, caption, "portfolio_sharing.csv")


def _rejected_table(own: Tables, names: Names) -> HtmlTable:
    frame = _named(own["portfolio_choice"].filter(pl.col("state") != "chosen"), names)
    shown = frame.with_columns(
        state=pl.col("state").replace({"rejected": "not chosen", "left_out": "not for sale"})
    )
    views = (
        ColumnView("name", "Project"),
        ColumnView("state", ""),
        ColumnView("value_gap_musd", "Lacks", "million USD", "number"),
        ColumnView("price_cut", "Or calls lower by", "", "share"),
        ColumnView("reason", "What would have to change"),
    )
    return frame_table(shown, views, "Projects offered and not chosen", "portfolio_rejected.csv")


def _points_table(
    points: pl.DataFrame, first: ColumnView, caption: str, file_name: str, names: Names
) -> HtmlTable:
    frame = worded(points, named=("projects", lambda text: _project_names(text, names)))
    views = (
        first,
        ColumnView("committed_musd", "Committed", "million USD", "number"),
        ColumnView("vehicle_npv_musd", "Own NPV", "million USD", "signed"),
        ColumnView("economic_npv_musd", "Economic NPV", "million USD", "signed"),
        ColumnView("named", "Projects and opening years"),
    )
    return frame_table(frame, views, caption, file_name)


def _project_names(text: str, names: Names) -> str:
    """Return "Name 2031; ..." for "PROJECT 2031, ..."."""
    parts = [part.rpartition(" ") for part in text.split(", ") if part]
    return "; ".join(f"{names.run(project)} {year}" for project, _, year in parts)


def _breach_table(breaches: pl.DataFrame, names: Names) -> HtmlTable:
    views = (
        ColumnView("name", "Project"),
        ColumnView("scenario", "Scenario"),
        ColumnView("year", "Year", "", "year"),
        ColumnView("covenant", "Covenant"),
        ColumnView("value", "Value", "ratio, or million USD unpaid", "number"),
        ColumnView("threshold", "Asked", "", "number"),
    )
    return frame_table(_named(breaches, names), views, "Covenants broken", "portfolio_breaches.csv")
