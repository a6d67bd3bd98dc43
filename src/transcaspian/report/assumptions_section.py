"""The last parts of the page: every assumption, sources, how to read, licences."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup, escape

from transcaspian.report.blocks import (
    Block,
    CaseLike,
    Drawing,
    Figure,
    Fold,
    Grid,
    Header,
    HtmlTable,
    Remark,
    ResultsLike,
    Section,
)
from transcaspian.report.charts import Spec, draw
from transcaspian.report.markup import ColumnView, frame_table, head_cell, text_cell
from transcaspian.report.terms import percent
from transcaspian.results.theme import CONFIDENCE_COLOURS, format_number, format_share

__all__ = ["assumptions_section", "reading_section"]

CONFIDENCES = ("reported", "derived", "assumed", "synthetic")


def assumptions_section(tables: Mapping[str, pl.DataFrame], case: CaseLike) -> Section:
    """Return every entry of the case by table, filtered by confidence without JavaScript."""
    blocks: list[Block] = []
    counts = tables["confidence_counts"]
    if counts.height:
        blocks.append(Grid((_counts_figure(counts),)))
    assumptions = tables["assumptions"]
    if assumptions.height:
        blocks.append(Drawing(_filter_switches()))
        blocks += [
            _assumption_fold(str(name), part)
            for (name,), part in assumptions.group_by("table", maintain_order=True)
        ]
    sources = case.tables.get("sources", pl.DataFrame())
    if sources.height:
        blocks.append(Fold(f"{sources.height} sources", (_sources_table(sources),), "sources"))
    lead = (
        f"{format_number(assumptions.height, 6)} entries of the case's tables went into the model. Each names its source "
        "and how sure it is: reported (someone counted or signed it), derived (computed from reported "
        "figures), assumed (our judgement), synthetic (a made series, calibrated)."
    )
    return Section("assumptions", "Assumptions and sources", lead, blocks, "Assumptions")


def _counts_figure(counts: pl.DataFrame) -> Figure:
    long = counts.unpivot(CONFIDENCES, index="table", variable_name="confidence", value_name="rows")
    totals = {name: int(counts[name].sum()) for name in CONFIDENCES}
    total = sum(totals.values())
    soft = (totals["assumed"] + totals["synthetic"]) / total if total else 0.0
    title = f"{format_share(soft, 2)} of the rows are assumed or synthetic"
    order = counts.with_columns(all=pl.sum_horizontal(*CONFIDENCES)).sort(
        ["all", "table"], descending=[True, False]
    )["table"].to_list()  # fmt: skip
    spec: Spec = {
        "height": {"step": 17},
        "data": {"values": long.with_columns(
            order=pl.col("confidence").replace_strict({c: n for n, c in enumerate(CONFIDENCES)})
        ).to_dicts()},
        "mark": {"type": "bar", "height": 12},
        "encoding": {
            "y": {"field": "table", "type": "nominal", "title": None, "sort": order,
                  "axis": {"ticks": False, "domain": False, "labelLimit": 190}},
            "x": {"field": "rows", "type": "quantitative", "title": "Share of the table's rows",
                  "stack": "normalize", "axis": {"format": ".0%", "tickCount": 4}},
            "color": {"field": "confidence", "type": "nominal",
                      "scale": {"domain": list(CONFIDENCES), "range": [CONFIDENCE_COLOURS[c] for c in CONFIDENCES]},
                      "legend": {"orient": "top", "title": None, "columns": 4}},
            "order": {"field": "order", "type": "quantitative"},
        },
    }  # fmt: skip
    views = [ColumnView("table", "Table")]
    views += [ColumnView(name, name.capitalize(), "rows", "number") for name in CONFIDENCES]
    return Figure(
        "confidence",
        title,
        "Rows of the case by table and confidence; largest tables first.",
        draw(spec, title),
        "Counted from the case.",
        frame_table(counts, views, "Rows by table and confidence", "confidence_counts.csv"),
    )


def _filter_switches() -> Markup:
    """Return radio buttons that hide rows of other confidences, and a box for the script."""
    inputs = Markup("").join(
        Markup('<input type="radio" name="confidence" id="conf-{0}" aria-label="Show {0}"{1}>').format(
            name, Markup(" checked") if name == "all" else ""
        )
        for name in ("all", *CONFIDENCES)
    )  # fmt: skip
    labels = Markup("").join(
        Markup('<label for="conf-{0}">{0}</label>').format(name) for name in ("all", *CONFIDENCES)
    )
    return Markup(
        '{inputs}<div class="filter-switches"><div class="pills"><span class="pills-title">Show</span>'
        '{labels}</div><label class="needs-script">Find <input type="search" id="find-assumption" '
        'placeholder="a zone, plant, port, source"></label></div>'
    ).format(inputs=inputs, labels=labels)


def _assumption_fold(name: str, rows: pl.DataFrame) -> Fold:
    """Return one table of the case, a line a row, its figures side by side."""
    units = dict(zip(rows["column"], rows["unit"], strict=True))
    columns = list(dict.fromkeys(rows["column"]))
    wide = (
        rows.with_columns(pl.col("value").cast(pl.String))
        .pivot("column", index=["row", "source", "confidence"], values="value", aggregate_function="first")
        .select("row", *columns, "source", "confidence")
    )  # fmt: skip
    counts = wide["confidence"].value_counts(sort=True)
    mixed = ", ".join(f"{n} {c}" for c, n in counts.iter_rows())
    body = tuple(
        (
            head_cell(_spaced(row[0])),
            *(text_cell(_short_number(value)) for value in row[1:-2]),
            text_cell(row[-2] or ""),
            text_cell(row[-1] or ""),
        )
        for row in wide.iter_rows()
    )
    headers = (
        Header("Row"),
        *(Header(column, units[column] or "") for column in columns),
        Header("Source"),
        Header("Confidence"),
    )
    table = HtmlTable(
        f"{name}.csv",
        headers,
        body,
        row_css=tuple((confidence or "").replace(",", "") for confidence in wide["confidence"]),
        is_compact=True,
    )
    title = Markup('{} <span class="aside">{}</span>').format(name, mixed)
    return Fold(title, (table,))


def _spaced(key: str) -> Markup:
    """Return a row's key with breaking points between its parts."""
    return Markup(" | <wbr>").join(part.strip() for part in key.split("|"))


def _short_number(value: str | None) -> str:
    """Return a stored number without the digits that binary fractions add."""
    if value is None:
        return ""
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:.7g}"


def _sources_table(sources: pl.DataFrame) -> HtmlTable:
    rows = tuple(
        (
            head_cell(row["key"]),
            text_cell(_link(row["title"], row["address"])),
            text_cell(row["publisher"] or ""),
            text_cell(row["date"] or ""),
            text_cell(row["licence"] or ""),
        )
        for row in sources.iter_rows(named=True)
    )
    headers = (
        Header("Key"),
        Header("Title"),
        Header("Publisher"),
        Header("Date"),
        Header("Licence"),
    )
    return HtmlTable("Sources", headers, rows, is_compact=True)


def _link(title: str, address: str | None) -> Markup:
    """Return the title, linked where the address is a web address and nothing else."""
    if address and address.startswith(("https://", "http://")):
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, title)
    return escape(title)


def reading_section(case: CaseLike, results: ResultsLike) -> Section:
    """Return how to read the page, and under which terms it may be passed on."""
    settings = case.settings
    solved: Any = results.manifest.get("years") or settings.model_years
    terms: tuple[tuple[str, str], ...] = (
        ("With and without", "The same network is solved with and without a project, in every model year as if it were open. "
         f"Model years: {', '.join(str(year) for year in solved)}; values between them are interpolated, zero before opening, "
         "constant after the last one."),
        ("Model years of a value", "On how many solved years it rests, and how many of them lie in the project's use. With none in use the "
         "value is that of years before the project opens, and no answer."),
        ("NPV", f"All gains and costs to all parties, discounted to {settings.base_year} at a real rate; million USD of {settings.price_year}. "
         f"The headline rate is {percent(settings.headline_rate)}."),
        ("Range of NPV", "The same at the high and the low capital cost of the case."),
        ("Break-even cost", "The capital cost at which NPV is zero. Where the cost is assumed this is the figure to compare an offer with."),
        ("EIRR", "The discount rate at which NPV is zero; “none” where the yearly values never change sign or do so more than once."),
        ("Benefit/cost", "Discounted benefits over discounted costs; above 1 is worth it."),
        ("FIRR, MIRR", "The owners' rate of return at market prices, after tax; the economic rate with gains put aside and costs financed at the headline rate."),
        ("P10, P50, P90", "Values that one, five and nine draws of ten do not exceed."),
        ("First in, last in", "A project put alone into today's network (PINT), or taken out of a package (TOOT)."),
        ("Ranked", "Projects added alone to the network of the reference. Other sizes of the same project and clusters stand apart: "
         "they contain each other and would be counted twice."),
        ("Price", "What one more MWh would cost the system in that zone and hour."),
        ("Generalised cost", "Charges and hours, the hours valued by commodity."),
        ("Hatched", "The figure rests on an assumed or synthetic input."),
    )  # fmt: skip
    conventions = results.manifest.get("conventions")
    if conventions:
        terms += (("Conventions", f"{conventions}."),)
    table = HtmlTable(
        "Words of this page",
        (Header("Word"), Header("Meaning")),
        tuple((head_cell(word), text_cell(meaning)) for word, meaning in terms),
    )
    manifest = ", ".join(
        f"{key} {value}"
        for key, value in results.manifest.items()
        if isinstance(value, str | int) and key != "conventions"
    )
    return Section(
        "reading",
        "How to read, licence",
        "Numbers are rounded to three figures; the exact value shows when the pointer rests on a "
        "cell, and stands in the downloads.",
        (
            table,
            Remark(
                "Distances of roads and railways were measured on OpenStreetMap: © OpenStreetMap "
                "contributors, Open Database License (ODbL) 1.0. Other figures: see the sources and "
                "their licences above. Outlines on the map are schematic and our own; they show no border."
            ),
            Remark(f"Made by transcaspian, Apache-2.0. {manifest}"),
        ),
        "How to read",
    )
