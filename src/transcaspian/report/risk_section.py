"""The part of the page on how sure the values are: distribution, tornado, switching values, dates."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import Block, Drawing, Figure, Fold, HtmlTable, Section
from transcaspian.report.charts import WIDE_WIDTH, Spec, draw
from transcaspian.report.choices import ordered_projects
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import Names
from transcaspian.report.terms import Terms
from transcaspian.report.tornado import Swing, draw_tornado
from transcaspian.report.worded import worded
from transcaspian.results.theme import (
    EN_DASH,
    GRID,
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    format_number,
    format_share,
)

__all__ = ["risk_section", "shown_runs"]

KEY, TITLE = "risk", "How sure the values are"
INPUTS = {
    "capex_factor": "capital cost",
    "operation_factor": "operation cost",
    "benefit_factor": "benefits",
    "benefit_growth": "growth of benefits",
    "delay_years": "delay",
}
SWITCHES = {
    "capital cost": "capital_cost",
    "operation cost": "operation_cost",
    "benefits": "benefits",
    "delay of opening, money spent as planned": "delay",
}
ONE_YEAR = 1.0


def risk_section(
    tables: Mapping[str, pl.DataFrame],
    names: Names,
    terms: Terms,
    announced: HtmlTable | None = None,
) -> Section:
    """Return the section; one sentence where the run has no draws.

    announced: what slips that were announced cost (`announced.announced_table`).
    """
    risk = tables["risk"]
    if risk.is_empty() or tables["projects"].is_empty():
        return Section(KEY, TITLE, "This run has no draws of uncertain inputs.", (), "Risk")
    runs = shown_runs(tables["projects"])
    blocks: list[Block] = [
        _distribution(tables, names, terms, runs),
        _dates_table(tables, names, terms, runs),
        *(() if announced is None else (announced,)),
        _switching_table(tables, names, terms, runs),
        _sensitivity_table(tables, names, terms, runs),
        _spread_table(tables, names, runs),
    ]
    blocks += _tornadoes(tables, names, terms, runs)
    return Section(KEY, TITLE, _lead(tables, runs, terms), blocks, "Risk")


def shown_runs(projects: pl.DataFrame) -> list[str]:
    """Return ranked projects, best first, then clusters, then the others."""
    return [
        *ordered_projects(projects)["project"],
        *projects.filter("is_cluster").sort("npv_musd", descending=True)["project"],
        *projects.filter(~pl.col("is_ranked"), ~pl.col("is_cluster")).sort("name")["project"],
    ]


def _lead(tables: Mapping[str, pl.DataFrame], runs: list[str], terms: Terms) -> str:
    own = tables["risk"].filter(pl.col("project").is_in(runs))
    sure = own.filter(pl.col("probability_negative") <= 0.1).height
    lost = own.filter(pl.col("probability_negative") >= 0.9).height
    return (
        f"Draws of capital cost (between the published low and high, else as projects of its kind"
        f" overran, else assumed), of benefits (assumed half to 1.3 times the model's) and of delay"
        f" (assumed up to four years): {sure} of {own.height} projects and clusters gain in nine draws"
        f" of ten, {lost} lose in nine of ten. NPV at {terms.headline}, million USD. The draws of"
        " different projects are independent, and no model is solved anew for them."
    )


def _named(frame: pl.DataFrame, names: Names, runs: list[str]) -> pl.DataFrame:
    """Return the rows of the runs in their order, with names."""
    order = pl.DataFrame({"project": runs}, schema={"project": pl.String})
    ordered = order.join(frame, on="project", how="inner", maintain_order="left_right")
    return worded(ordered, name=("project", names.run))


def _distribution(
    tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms, runs: list[str]
) -> Figure:
    plan = tables["projects"].select("project", plan_musd="npv_musd")
    frame = _named(tables["risk"], names, runs).join(
        plan, on="project", how="left", maintain_order="left"
    )
    rows = [
        {
            "name": row["name"],
            "low": row["p10_musd"],
            "mid": row["p50_musd"],
            "high": row["p90_musd"],
            "plan": row["plan_musd"],
            "chance": format_share(row["probability_negative"], 2),
            "colour": NEGATIVE if row["probability_negative"] > 0.5 else POSITIVE,
        }
        for row in frame.iter_rows(named=True)
    ]
    y = {"field": "name", "type": "nominal", "title": None, "sort": [row["name"] for row in rows],
         "axis": {"ticks": False, "domain": False, "labelLimit": 330, "labelFontSize": 11}}  # fmt: skip
    x = {"type": "quantitative", "title": "NPV, million USD", "axis": {"tickCount": 8, "format": ",.4~r"}}  # fmt: skip
    colour = {"field": "colour", "type": "nominal", "scale": None}
    spec: Spec = {
        "height": {"step": 19},
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "rule", "color": MUTED}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
            {"mark": {"type": "bar", "height": 9, "opacity": 0.55},
             "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}, "color": colour}},
            {"mark": {"type": "tick", "color": INK, "height": 13, "thickness": 2},
             "encoding": {"y": y, "x": {"field": "mid", **x}}},
            {"mark": {"type": "point", "filled": True, "size": 26, "color": INK, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "plan", **x}}},
            {"mark": {"type": "text", "align": "right", "fontSize": 11, "color": MUTED},
             "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "chance"}}},
            {"mark": {"type": "rule", "color": GRID, "opacity": 0}, "encoding": {"y": y}},
        ],
    }  # fmt: skip
    views = (
        ColumnView("name", "Project"),
        ColumnView("p10_musd", "P10", "million USD", "number"),
        ColumnView("p50_musd", "P50", "million USD", "number"),
        ColumnView("p90_musd", "P90", "million USD", "number"),
        ColumnView("mean_musd", "Mean", "million USD", "number"),
        ColumnView("mean_error_musd", "Its standard error", "million USD", "number"),
        ColumnView("probability_negative", "Chance of a loss", "", "share"),
        ColumnView("plan_musd", "As planned", "million USD", "number"),
    )
    title = _distribution_title(frame)
    return Figure(
        "npv-distribution",
        title,
        f"NPV at {terms.headline}: P10 to P90 (bar), P50 (line), as planned (dot); at the right the"
        " chance that it is below zero.",
        draw(spec, title, WIDE_WIDTH),
        "Model results and draws; the inputs are those that the lead names.",
        frame_table(frame, views, f"Distribution of the NPV at {terms.headline}", "risk.csv"),
    )


def _distribution_title(frame: pl.DataFrame) -> str:
    widest = frame.sort(pl.col("p90_musd") - pl.col("p10_musd"), descending=True).row(0, named=True)
    return (
        f"{widest['name']} is the least sure: {format_number(widest['p10_musd'])} to"
        f" {format_number(widest['p90_musd'])} million USD"
    )


def _dates_table(
    tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms, runs: list[str]
) -> Block:
    """Return what a year of slip costs and which opening year would be best."""
    slip = tables["delay_prices"].filter(pl.col("delay_years") == ONE_YEAR)
    opening = tables["opening_years"]
    planned = opening.filter("is_planned").select(
        "project", planned="opening_year", first_return="first_year_return"
    )
    best = opening.filter("is_best").select(
        "project", best="opening_year", best_musd="npv_musd", is_at_edge="is_at_edge"
    )
    frame = _named(
        slip.select("project", "npv_change_musd", "npv_change_spent_musd")
        .join(planned, on="project", how="left", maintain_order="left")
        .join(best, on="project", how="left", maintain_order="left"),
        names,
        runs,
    )
    advice = pl.Series("advice", map(_advice, frame.iter_rows(named=True)), dtype=pl.String)
    views = (
        ColumnView("name", "Project"),
        ColumnView("npv_change_spent_musd", "A year late, money spent", "million USD", "signed"),
        ColumnView("npv_change_musd", "A year late, spending too", "million USD", "signed"),
        ColumnView("planned", "Planned opening", "", "year"),
        ColumnView("first_return", "First-year return", "", "share"),
        ColumnView("advice", "Best opening year"),
        ColumnView("best_musd", "NPV then", "million USD", "number"),
    )
    return frame_table(
        frame.with_columns(advice),
        views,
        f"What delay costs, and when to open; NPV at {terms.headline}. A late start of a project that"
        " loses is a gain: it loses later",
        "dates.csv",
    )


def _advice(row: Mapping[str, Any]) -> str:
    if row["best_musd"] is None:
        return ""
    if row["best_musd"] <= 0.0:
        return "never pays in the years tried"
    return f"{row['best']} or beyond the years tried" if row["is_at_edge"] else str(row["best"])


def _switching_table(
    tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms, runs: list[str]
) -> Block:
    short = tables["switching_values"].with_columns(
        pl.col("input").replace_strict(SWITCHES, return_dtype=pl.String)
    )
    wide = _wide(short, "input", "switching", tuple(SWITCHES.values()))
    views = (
        ColumnView("name", "Project"),
        ColumnView("capital_cost", "Capital cost", "times", "number"),
        ColumnView("operation_cost", "Operation cost", "times", "number"),
        ColumnView("benefits", "Benefits", "times", "number"),
        ColumnView("delay", "Opening, money spent", "years later", "signed"),
    )
    return frame_table(
        _named(wide, names, runs),
        views,
        f"Switching values: where the NPV at {terms.headline} is zero; empty where nothing brings it there",
        "switching_values.csv",
    )


def _sensitivity_table(
    tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms, runs: list[str]
) -> Block:
    changes = tuple(tables["sensitivity"]["change"].unique(maintain_order=True))
    wide = _named(_wide(tables["sensitivity"], "change", "npv_musd", changes), names, runs)
    views = [ColumnView("name", "Project")]
    views += [
        ColumnView(change, change[:1].upper() + change[1:], "", "number") for change in changes
    ]
    table = frame_table(
        wide,
        views,
        f"NPV at {terms.headline} under changes one by one, million USD",
        "sensitivity.csv",
    )
    return Fold("Changes one by one", (table,), "sensitivity")


def _spread_table(tables: Mapping[str, pl.DataFrame], names: Names, runs: list[str]) -> Block:
    """Return how much of the spread of the NPV each input makes (total Sobol index)."""
    shares = tables["variance_shares"]
    known = tuple(name for name in INPUTS if name in set(shares["input"]))
    wide = _named(_wide(shares, "input", "total", known), names, runs)
    views = [ColumnView("name", "Project")]
    views += [
        ColumnView(name, INPUTS[name][:1].upper() + INPUTS[name][1:], "", "share") for name in known
    ]
    table = frame_table(
        wide,
        views,
        "Part of the variance of the NPV that would go if the input were known (total Sobol index)",
        "variance_shares.csv",
    )
    return Fold("What the spread comes from", (table,), "spread")


def _wide(frame: pl.DataFrame, on: str, values: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Return a row a project and a column for each of `columns`, in their order."""
    wide = frame.select("project", on, values).pivot(on, index="project", values=values)
    return wide.select(
        "project",
        *(
            pl.col(name) if name in wide.columns else pl.lit(None, pl.Float64).alias(name)
            for name in columns
        ),
    )


def _tornadoes(
    tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms, runs: list[str]
) -> list[Block]:
    """Return one fold a project, the first one open."""
    tornado = tables["tornado"]
    found: list[Block] = []
    for run in runs:
        own = tornado.filter(pl.col("project") == run)
        if own.is_empty():
            continue
        label = f"{names.run(run)}: NPV when one input goes from its P10 to its P90"
        drawing = draw_tornado(
            [_swing(row) for row in own.iter_rows(named=True)],
            float(own["npv_median_musd"][0]),
            label,
        )
        widest = own.row(0, named=True)
        title = Markup(
            "{} <span class='aside'>hangs most on {}: {} {} {} million USD</span>"
        ).format(
            names.run(run),
            INPUTS.get(widest["input"], widest["input"]),
            format_number(min(widest["npv_low_musd"], widest["npv_high_musd"])),
            EN_DASH,
            format_number(max(widest["npv_low_musd"], widest["npv_high_musd"])),
        )
        found.append(Fold(title, (Drawing(drawing),), f"tornado-{run}", is_open=not found))
    heading = f"<strong>Tornado.</strong> NPV at {terms.headline}, million USD, when one input goes from its P10 to its P90 and the others stay at their medians."
    if not found:
        return []
    return [Fold(Markup(heading), tuple(found), "tornado", is_open=True)]


def _swing(row: Mapping[str, Any]) -> Swing:
    is_delay = row["input"] == "delay_years"
    words = [
        f"{format_number(value, 2)} a"
        if is_delay
        else f"{EN_DASH if value < 0 else ''}{format_share(abs(value), 2)}"
        for value in (row["low_value"], row["high_value"])
    ]
    return Swing(
        INPUTS.get(row["input"], row["input"]),
        words[0],
        words[1],
        float(row["npv_low_musd"]),
        float(row["npv_high_musd"]),
    )
