"""The part of the page on projects: ranking, rates, break-even cost, clusters, one sheet each."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import (
    Block,
    CaseLike,
    Cell,
    Figure,
    Fold,
    Grid,
    Header,
    HtmlTable,
    Remark,
    Section,
)
from transcaspian.report.charts import Spec, draw, hatch_key
from transcaspian.report.choices import ordered_projects
from transcaspian.report.markup import (
    ColumnView,
    chip,
    csv_address,
    difference_cell,
    exact,
    frame_table,
    head_cell,
    number_cell,
    text_cell,
)
from transcaspian.report.names import Names, humanise
from transcaspian.report.sheet_facts import sheet_facts
from transcaspian.report.terms import Terms, npv_column, percent
from transcaspian.report.worded import worded
from transcaspian.report.worth import before_use, before_use_text, model_years_text, worth_of
from transcaspian.results.theme import (
    GRID,
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    format_number,
    format_range,
    format_share,
)

__all__ = ["HATCHED_COLOURS", "projects_section"]

HATCHED_COLOURS = (POSITIVE, NEGATIVE)
SOURCE = "Model results. Hatched: the capital cost is assumed."
MOST_LEDGER_ROWS = 14
COMPLETE = "complete"
STILL_OPEN = ("A year late, money spent", "Best opening year")  # settled once a project is built
AFTER_THE_FACT = (
    "What is completed is part of today's network, with every other project and without. Its worth is "
    "today's network less the same network as it was before: of its cost nothing can be saved any more."
)
# Marks of the rates beside the headline one: Vega's name and the sign in the text.
_MARKS = (("triangle-right", "▸"), ("circle", "●"), ("triangle-left", "◂"))


def projects_section(
    tables: Mapping[str, pl.DataFrame],
    case: CaseLike,
    names: Names,
    terms: Terms,
) -> Section:
    """Return the section."""
    projects = tables["projects"]
    if projects.is_empty():
        return Section("projects", "Projects", "No project was valued in this run.", ())
    ranked = ordered_projects(projects)
    clusters = projects.filter(pl.col("is_cluster"), pl.col("status") != COMPLETE).sort(
        "npv_musd", descending=True
    )
    is_built = pl.col("status") == COMPLETE
    built = projects.filter(is_built).sort("name")
    others = projects.filter(~pl.col("is_ranked"), ~pl.col("is_cluster"), ~is_built).sort("name")
    blocks: list[Block] = []
    warning = before_use_text(projects, terms.years)
    if warning:
        blocks.append(Remark(Markup('<strong class="warning">{}</strong>').format(warning)))
    if ranked.height:
        blocks.append(Grid((_npv_figure(ranked, terms), _break_even_figure(ranked, terms))))
        blocks.append(_value_table(ranked, terms, "Ranking: each project alone, added to today's network", "ranking.csv"))  # fmt: skip
    if clusters.height:
        blocks.append(_value_table(clusters, terms, "Clusters: projects that need each other, valued together", "clusters.csv"))  # fmt: skip
        blocks.append(_synergy_table(clusters, projects, case, terms))
    if others.height:
        blocks.append(_value_table(others, terms, "Not ranked: other sizes or prices of a ranked project, and projects whose benefits are given, not modelled", "not_ranked.csv"))  # fmt: skip
    if built.height:
        blocks.append(_value_table(built, terms, "Completed: assessed after the fact, never ranked", "completed.csv"))  # fmt: skip
        blocks.append(Remark(AFTER_THE_FACT))
    blocks.append(Remark(Markup("<strong>Sheets.</strong> One for every project and cluster.")))
    blocks += [
        _sheet(row, tables, terms, names)
        for part in (ranked, clusters, others, built)
        for row in part.iter_rows(named=True)
    ]
    return Section("projects", "Projects", _lead(ranked, case, terms), blocks)


def _lead(ranked: pl.DataFrame, case: CaseLike, terms: Terms) -> str:
    worth = [worth_of(row, terms) for row in ranked.iter_rows(named=True)]
    good = sum(item.is_sure for item in worth)
    return (
        f"Each project is put into the network alone and compared with the same network without it. "
        f"{good} of {len(worth)} ranked projects are worth more than they cost over the whole range of "
        f"capital cost. Values in million USD of {case.settings.price_year}, discounted to "
        f"{case.settings.base_year}. Of what is begun, money spent before {case.settings.first_open_year} is"
        " gone whatever is decided: it leads by what completing it is worth."
    )


def _chart_rows(frame: pl.DataFrame, terms: Terms) -> list[dict[str, Any]]:
    rows = []
    for row in frame.iter_rows(named=True):
        worth = worth_of(row, terms)
        colour = POSITIVE if row["npv_musd"] > 0 else NEGATIVE
        is_assumed = row["capex_confidence"] == "assumed"
        rows.append(
            {
                "name": row["name"],
                "npv": row["npv_musd"],
                "low": worth.low_musd,
                "high": worth.high_musd,
                "fill": hatch_key(colour) if is_assumed else colour,
                "stroke": colour,
                **{npv_column(rate): row[npv_column(rate)] for rate in terms.other_rates},
            }
        )
    return rows


def _npv_figure(ranked: pl.DataFrame, terms: Terms) -> Figure:
    rows = _chart_rows(ranked, terms)
    title = _npv_title(ranked, terms)
    y = {"field": "name", "type": "nominal", "title": None, "sort": [row["name"] for row in rows],
         "axis": {"ticks": False, "domain": False, "labelLimit": 215, "labelFontSize": 11, "offset": 4}}  # fmt: skip
    x = {"type": "quantitative", "title": "NPV, million USD", "axis": {"tickCount": 5, "format": ",.4~r"}}  # fmt: skip
    spec: Spec = {
        "height": {"step": 23},
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "bar", "height": 12, "strokeWidth": 1},
             "encoding": {"y": y, "x": {"field": "npv", **x},
                          "fill": {"field": "fill", "type": "nominal", "scale": None},
                          "stroke": {"field": "stroke", "type": "nominal", "scale": None}}},
            {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
             "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}}},
            {"mark": {"type": "tick", "color": INK, "height": 8, "thickness": 1.5},
             "encoding": {"y": y, "x": {"field": "low", **x}}},
            {"mark": {"type": "tick", "color": INK, "height": 8, "thickness": 1.5},
             "encoding": {"y": y, "x": {"field": "high", **x}}},
            *[
                {"mark": {"type": "point", "shape": shape, "filled": True, "size": 34, "color": MUTED, "opacity": 1, "yOffset": 9},
                 "encoding": {"y": y, "x": {"field": npv_column(rate), **x}}}
                for rate, (shape, _) in zip(terms.other_rates, _MARKS, strict=False)
            ],
        ],
    }  # fmt: skip
    table = ranked.select("name", *(npv_column(rate) for rate in terms.rates))
    views = [ColumnView("name", "Project")]
    views += [
        ColumnView(npv_column(rate), f"At {percent(rate)}", "million USD", "number")
        for rate in terms.rates
    ]
    return Figure(
        "npv",
        title,
        f"NPV at {terms.headline} (bar), over the range of capital cost (line); {_marks_text(terms)}million USD.",
        draw(spec, title),
        SOURCE,
        frame_table(table, views, "NPV at four rates", "npv_rates.csv"),
    )


def _npv_title(ranked: pl.DataFrame, terms: Terms) -> str:
    """Return what the chart of values shows, of those projects whose value is known."""
    known = ranked.join(before_use(ranked), on="project", how="anti", maintain_order="left")
    if known.is_empty():
        return "No value is known: every project opens after the years that were solved"
    best = known.row(0, named=True)
    value = f"{format_number(best['npv_musd'])} million USD at {terms.headline}"
    if best["npv_musd"] > 0:
        return f"{best['name']} is worth most: {value}"
    return f"Nothing is worth its cost; {best['name']} comes nearest: {value}"


def _marks_text(terms: Terms) -> str:
    marks = [
        f"{percent(rate)} ({sign})"
        for rate, (_, sign) in zip(terms.other_rates, _MARKS, strict=False)
    ]
    return f"below it at {', '.join(marks)}; " if marks else ""


def _break_even_figure(ranked: pl.DataFrame, terms: Terms) -> Figure:
    rows = []
    for row in ranked.iter_rows(named=True):
        capex, break_even = row["capex_musd"], row["break_even_capex_musd"]
        if not capex or break_even is None:
            continue
        rows.append(
            {
                "name": row["name"],
                "ratio": min(max(break_even, 0.0) / capex, 4.0),
                "low": (row["capex_low_musd"] or capex) / capex,
                "high": (row["capex_high_musd"] or capex) / capex,
                "text": f"{break_even / capex:.1f} times" if break_even / capex > 4 else "",
            }
        )
    able = [row for row in rows if row["ratio"] > 1]
    title = f"{len(able)} of {len(rows)} projects could cost more than planned and still pay"
    y = {"field": "name", "type": "nominal", "title": None, "sort": [row["name"] for row in rows],
         "axis": {"ticks": False, "domain": False, "labelLimit": 215, "labelFontSize": 11, "offset": 4}}  # fmt: skip
    x = {"type": "quantitative", "title": "Over the capital cost in the case", "scale": {"domainMin": 0},
         "axis": {"format": "~g", "tickCount": 5}}  # fmt: skip
    spec: Spec = {
        "height": {"step": 23},
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "bar", "height": 12, "color": GRID},
             "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}}},
            {"mark": {"type": "rule", "color": MUTED, "strokeDash": [3, 3]}, "encoding": {"x": {"datum": 1, "type": "quantitative"}}},
            {"mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
             "encoding": {"y": y, "x": {"field": "ratio", **x},
                          "color": {"condition": {"test": "datum.ratio > 1", "value": POSITIVE}, "value": NEGATIVE}}},
            {"mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 11},
             "encoding": {"y": y, "x": {"field": "ratio", **x}, "text": {"field": "text"}}},
        ],
    }  # fmt: skip
    views = (
        ColumnView("name", "Project"),
        ColumnView("capex_musd", "Capital cost", "million USD", "number"),
        ColumnView("capex_low_musd", "Low", "million USD", "number"),
        ColumnView("capex_high_musd", "High", "million USD", "number"),
        ColumnView("break_even_capex_musd", "Break-even", "million USD", "number"),
        ColumnView("capex_confidence", "Capital cost is"),
    )
    return Figure(
        "break-even",
        title,
        f"Break-even capital cost at {terms.headline} (dot) over the capital cost in the case; grey band: low to high cost.",
        draw(spec, title),
        "Model results; capital costs and their sources stand under Assumptions.",
        frame_table(ranked, views, "Capital cost and break-even cost", "break_even.csv"),
    )


def _value_table(frame: pl.DataFrame, terms: Terms, caption: str, file_name: str) -> HtmlTable:
    largest = float(frame["npv_musd"].abs().max() or 0.0)  # type: ignore[arg-type]
    rows = []
    for row in frame.iter_rows(named=True):
        worth = worth_of(row, terms)
        rows.append(
            (
                head_cell(
                    Markup('<a href="#project-{}">{}</a>').format(row["project"], row["name"])
                ),
                text_cell(chip(worth.verdict, worth.css), "verdict"),
                _cost_cell(row),
                number_cell(row["break_even_capex_musd"]),
                difference_cell(row["npv_musd"], largest),
                number_cell(row["sunk_musd"]),
                number_cell(row["npv_whole_musd"]),
                *(number_cell(row[npv_column(rate)]) for rate in terms.other_rates),
                number_cell(row["npv_corridor_musd"]),
                _eirr_cell(row),
                number_cell(row["bcr"]),
                number_cell(row["co2_mt"]),
                text_cell(model_years_text(row)),
            )
        )
    headers = (
        Header("Project"),
        Header("Worth it?"),
        Header("Cost", "", is_number=True),
        Header("Break-even cost", "", is_number=True),
        Header("NPV", terms.headline, is_number=True),
        Header("Spent", "", is_number=True),
        Header("NPV, spent money too", terms.headline, is_number=True),
        *(Header("NPV", percent(rate), is_number=True) for rate in terms.other_rates),
        Header("Corridor's part", terms.headline, is_number=True),
        Header("EIRR", "", is_number=True),
        Header("Benefit over cost", terms.headline, is_number=True),
        Header(f"CO₂ {terms.value_year}", "Mt/a", is_number=True),
        Header("Model years"),
    )
    return HtmlTable(f"{caption}; million USD", headers, tuple(rows), csv_address(frame), file_name)


def _cost_cell(row: Mapping[str, Any]) -> Cell:
    text = Markup("{}<br>{}").format(
        format_number(row["capex_musd"]), chip(row["capex_confidence"], row["capex_confidence"])
    )
    return Cell(text, is_number=True, title=exact(row["capex_musd"]))


def _eirr_cell(row: Mapping[str, Any]) -> Cell:
    if row["eirr"] is None:
        return Cell("none", is_number=True, title=row["eirr_note"] or "")
    return number_cell(row["eirr"], format_share(row["eirr"]))


def _synergy_table(
    clusters: pl.DataFrame, projects: pl.DataFrame, case: CaseLike, terms: Terms
) -> HtmlTable:
    """Return the value of each cluster beside the sum of its members alone."""
    pairs = case.tables.get("projects/clusters", pl.DataFrame())
    rows = []
    values = dict(zip(projects["project"], projects["npv_musd"], strict=True))
    for row in clusters.iter_rows(named=True):
        members = (
            pairs.filter(pl.col("cluster") == row["project"])["project"].to_list()
            if pairs.height
            else []
        )
        known = [member for member in members if member in values]
        alone = sum(values[member] for member in known) if len(known) == len(members) else None
        joint = None if alone is None else row["npv_musd"] - alone
        rows.append(
            {"name": row["name"], "together": row["npv_musd"], "alone": alone, "gain": joint}
        )
    frame = pl.DataFrame(rows, schema={"name": pl.String, "together": pl.Float64, "alone": pl.Float64, "gain": pl.Float64})  # fmt: skip
    views = (
        ColumnView("name", "Cluster"),
        ColumnView("together", f"NPV at {terms.headline} together", "million USD", "number"),
        ColumnView("alone", "Sum of members alone", "million USD", "number"),
        ColumnView("gain", "Gained by being together", "million USD", "difference"),
    )
    return frame_table(frame, views, "Whole against parts", "clusters_whole_and_parts.csv")


def _sheet(
    row: Mapping[str, Any], tables: Mapping[str, pl.DataFrame], terms: Terms, names: Names
) -> Fold:
    worth = worth_of(row, terms)
    facts = [
        ("Kind", f"{humanise(row['kind'])}, {row['sector']}; {humanise(row['status']).lower()}"),
        ("Opens, life", f"{row['opening_year']}, {row['life_years']} years"),
        ("Capital cost", f"{format_number(row['capex_musd'])} million USD{_cost_range(row)}, {row['capex_confidence']}"),
        (f"Break-even capital cost at {terms.headline}", f"{format_number(row['break_even_capex_musd'])} million USD"),
        (f"NPV at {', '.join(percent(rate) for rate in terms.rates)}", ", ".join(format_number(row[npv_column(rate)]) for rate in terms.rates) + " million USD"),
        ("Spent, and NPV of what is left to decide", f"{format_number(row['sunk_musd'])}, {format_number(row['npv_musd'])} million USD at {terms.headline}"),
        ("EIRR", format_share(row["eirr"]) if row["eirr"] is not None else f"none: {row['eirr_note']}"),
        (f"Benefit over cost at {terms.headline}", format_number(row["bcr"])),
        (f"Yearly benefit {', '.join(str(year) for year in terms.years)}", ", ".join(
            format_number(row[f"benefit_{year}_musd"]) for year in terms.years) + " million USD"),
        (f"CO₂ in {terms.value_year}", f"{format_number(row['co2_mt'])} Mt a year"),
        ("Benefits after the last model year", f"{format_share(row['share_after_last_model_year'])} of the present value, "
         "held constant"),
        ("Model years that the values rest on", model_years_text(row)),
        ("Worth it?", f"{worth.verdict}; {worth.certainty}"),
    ]  # fmt: skip
    more = sheet_facts(str(row["project"]), tables, terms)
    if row["status"] == COMPLETE:
        facts.insert(1, ("Assessed", "after the fact: its run is the network without it"))
        more = [(name, value) for name, value in more if name not in STILL_OPEN]
    facts[-1:-1] = more
    if row["is_cluster"]:
        facts.insert(1, ("Members", _members(row["members"], names)))
    table = HtmlTable(
        f"{row['name']}: key figures",
        (Header("What"), Header("Value")),
        tuple((head_cell(name), text_cell(value)) for name, value in facts),
    )
    blocks: list[Block] = [table]
    ledger = _ledger_table(row, tables["ledger"], terms)
    if ledger is not None:
        blocks.append(ledger)
    blocks.append(
        Remark(Markup('<a href="#gains-{}">Who gains from it</a>').format(row["project"]))
    )
    title = Markup("{} <span class='aside'>NPV at {}: {} million USD</span>").format(
        row["name"], terms.headline, format_number(row["npv_musd"])
    )
    return Fold(title, tuple(blocks), f"project-{row['project']}")


def _cost_range(row: Mapping[str, Any]) -> str:
    """Return the range of the capital cost in brackets; a rival published cost has none."""
    low, high = row["capex_low_musd"], row["capex_high_musd"]
    return "" if low is None or high is None else f" ({format_range(low, high)})"


def _members(members: str, names: Names) -> str:
    return "; ".join(names.run(part.strip()) for part in members.replace(";", ",").split(","))


def _ledger_table(row: Mapping[str, Any], ledger: pl.DataFrame, terms: Terms) -> HtmlTable | None:
    """Return the largest rows of the ledger in the first model year with the project open."""
    own = ledger.filter(pl.col("project") == row["project"])
    years = [y for y in own["year"].unique().sort().to_list() if y >= row["opening_year"]]
    if not years:
        return None
    year = terms.value_year if terms.value_year in years else years[0]
    flows = (
        own.filter(pl.col("year") == year)
        .group_by("kind", "payer", "payer_country", "receiver", "receiver_country", "nature", maintain_order=True)
        .agg(pl.col("amount_musd").sum())
        .sort(pl.col("amount_musd").abs(), descending=True)
        .head(MOST_LEDGER_ROWS)
        .pipe(worded, **{name: (name, humanise) for name in ("kind", "payer", "receiver")})
    )  # fmt: skip
    views = (
        ColumnView("kind", "For"),
        ColumnView("payer", "Paid by"),
        ColumnView("payer_country", "in"),
        ColumnView("receiver", "to"),
        ColumnView("receiver_country", "in"),
        ColumnView("amount_musd", "Change with the project", "million USD", "signed"),
        ColumnView("nature", "Nature"),
    )
    return frame_table(flows, views, f"Largest flows of money in {year}", "")
