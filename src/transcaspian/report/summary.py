"""The first screen: which projects are worth it, to whom, how sure; every number from a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import CaseLike, Cell, Header, HtmlTable
from transcaspian.report.choices import ordered_projects
from transcaspian.report.freight_section import bottlenecks
from transcaspian.report.gains_section import small_matrix
from transcaspian.report.markup import (
    chip,
    csv_address,
    exact,
    figure,
    head_cell,
    join_words,
    number_cell,
    text_cell,
)
from transcaspian.report.names import CLIMATE, Names, humanise
from transcaspian.report.quality_section import checks_line, sanity_line, told_apart, within
from transcaspian.report.terms import Terms
from transcaspian.report.worth import (
    before_use,
    before_use_text,
    break_even_text,
    model_years_text,
    npv_range,
    worth_of,
)
from transcaspian.results.theme import (
    format_number,
    format_share,
    format_signed,
)

__all__ = ["Summary", "summarise"]

MOST_RANKED = 10
MOST_CABLES = 2


@dataclass(frozen=True, slots=True)
class Summary:
    """What the first screen shows.

    `title` and `subtitle` name the case; `warnings` stand before all; `sentences` are the answers in words; `ranking`, `clusters`
    and `matrix` the tables (None where nothing was valued); `trust` says what the checks found.
    """

    title: str
    subtitle: str
    warnings: tuple[str, ...]
    sentences: tuple[Markup, ...]
    ranking: HtmlTable | None
    clusters: HtmlTable | None
    matrix: HtmlTable | None
    trust: tuple[Markup, ...]


def summarise(
    tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names, terms: Terms
) -> Summary:
    """Return the first screen; sentences whose tables are empty are left out."""
    ranked = ordered_projects(tables["projects"])
    clusters = (
        tables["projects"]
        .filter(pl.col("is_cluster"))
        .sort("npv_musd", "project", descending=[True, False])
    )
    known = _with_known_values(tables)
    known_ranked = ordered_projects(known["projects"])
    sentences = [
        _worth_sentence(known_ranked, terms),
        _cable_sentence(known, terms),
        _freight_sentence(known, names, terms),
        _gains_sentence(known, known_ranked, names),
        _cluster_sentence(known, case),
        _bottleneck_sentence(tables, names),
    ]
    settings = case.settings
    return Summary(
        title=settings.title,
        subtitle=(
            f"What the projects are worth, to whom, and how sure. Million USD of {settings.price_year}, "
            f"discounted to {settings.base_year}."
        ),
        warnings=tuple(
            text for text in (before_use_text(tables["projects"], terms.years),) if text
        ),
        sentences=tuple(sentence for sentence in sentences if sentence),
        ranking=_answer_table(ranked, _ranking_caption(ranked), tables, names, terms),
        clusters=_answer_table(
            clusters, "Which are worth it when built together", tables, names, terms
        ),
        matrix=small_matrix(known, names, terms),
        trust=_trust(tables),
    )


def _with_known_values(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables without projects whose values rest on years before they open."""
    projects = tables["projects"]
    early = before_use(projects)["project"].to_list()
    return {**tables, "projects": projects.filter(~pl.col("project").is_in(early))}


def _strong(text: str) -> Markup:
    return Markup("<strong>{}</strong>").format(text)


def _npv(row: Mapping[str, Any], *, is_size: bool = False) -> Markup:
    value = row["npv_musd"]
    shown = format_number(abs(value) if is_size else value)
    return figure(f"{shown} million USD", value, "projects.npv_musd")


def _count(value: int, source: str) -> Markup:
    return figure(str(value), value, source)


def _worth_sentence(ranked: pl.DataFrame, terms: Terms) -> Markup:
    if ranked.is_empty():
        return Markup("")
    worth = [worth_of(row, terms) for row in ranked.iter_rows(named=True)]
    sure = sum(item.is_sure for item in worth)
    unsure = sum(item.is_unsure for item in worth)
    best = ranked.row(0, named=True)
    text = Markup(
        "{sure} of {all} ranked projects are worth their cost over its whole range, {unsure} only over "
        "part of it, {none} not at all. {leads}: {best}, {npv} at {rate}."
    )
    return text.format(
        sure=_count(sure, "projects"),
        all=_count(len(worth), "projects"),
        unsure=_count(unsure, "projects"),
        none=_count(len(worth) - sure - unsure, "projects"),
        leads="Worth most" if best["npv_musd"] > 0 else "Nearest to it",
        best=_strong(best["name"]),
        npv=_npv(best),
        rate=figure(terms.headline, terms.headline_rate, "discount rate"),
    )


def _verdict_text(row: Mapping[str, Any], terms: Terms) -> Markup:
    """Return how a project stands: its break-even cost where the capital cost is assumed."""
    capex = figure(format_number(row["capex_musd"]), row["capex_musd"], "projects.capex_musd")
    if row["sunk_musd"] > 0:
        side = "more" if row["npv_musd"] > 0 else "less"
        return Markup(
            "brings {npv} {side} than what is left to spend ({spent} of {capex} is spent)"
        ).format(
            npv=_npv(row, is_size=True),
            side=side,
            spent=figure(format_number(row["sunk_musd"]), row["sunk_musd"], "projects.sunk_musd"),
            capex=capex,
        )
    break_even = row["break_even_capex_musd"]
    if row["capex_confidence"] == "assumed" and break_even is not None and break_even > 0:
        side = "more" if break_even > row["capex_musd"] else "less"
        return Markup(
            "breaks even at a cost of {limit} million USD, {side} than the {capex} assumed"
        ).format(
            limit=figure(format_number(break_even), break_even, "projects.break_even_capex_musd"),
            side=side,
            capex=capex,
        )
    worth = worth_of(row, terms)
    words = (
        "is worth {npv} more than it costs"
        if row["npv_musd"] > 0
        else "costs {npv} more than it brings"
    )
    return Markup(words + " ({range} over the range of its cost of {capex})").format(
        npv=_npv(row, is_size=True),
        range=figure(npv_range(worth), f"{worth.low_musd} to {worth.high_musd}", "projects"),
        capex=capex,
    )


def _cable_sentence(tables: Mapping[str, pl.DataFrame], terms: Terms) -> Markup:
    """Return the value of the ranked cables with the largest effects."""
    cables = (
        ordered_projects(tables["projects"])
        .filter(pl.col("kind") == "cable")
        .sort([pl.col("benefit_musd").abs(), "project"], descending=[True, False])
        .head(MOST_CABLES)
    )
    return Markup(" ").join(_cable_words(row, terms) for row in cables.iter_rows(named=True))


def _cable_words(row: Mapping[str, Any], terms: Terms) -> Markup:
    text = Markup("{name} {verdict}").format(
        name=_strong(row["name"]), verdict=_verdict_text(row, terms)
    )
    co2 = row["co2_mt"]
    if co2 is None:
        return text + Markup(".")
    return text + Markup("; it {way} {co2} Mt of CO₂ a year in {year}.").format(
        way="saves" if co2 < 0 else "adds",
        co2=figure(format_number(abs(co2)), co2, "projects.co2_mt"),
        year=figure(str(terms.value_year), terms.value_year, "projects.co2_mt"),
    )


def _freight_sentence(tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms) -> Markup:
    """Return the value of the freight project with the largest effect, and the best one."""
    freight = ordered_projects(tables["projects"]).filter(pl.col("sector") == "freight")
    if freight.is_empty():
        return Markup("")
    best = freight.row(0, named=True)
    text = Markup("Of the freight projects {name} does best: it {verdict}").format(
        name=_strong(best["name"]), verdict=_verdict_text(best, terms)
    )
    large = freight.sort(pl.col("capex_musd"), descending=True).row(0, named=True)
    if large["project"] == best["project"]:
        return text + Markup(".")
    return text + Markup("; the largest, {name}, {verdict}.").format(
        name=_strong(names.run(large["project"])), verdict=_verdict_text(large, terms)
    )


def _gains_sentence(
    tables: Mapping[str, pl.DataFrame], ranked: pl.DataFrame, names: Names
) -> Markup:
    """Return who gains and who loses most from the project that is worth most."""
    if ranked.is_empty():
        return Markup("")
    best = ranked["project"][0]
    own = tables["who_gains"].filter(pl.col("project") == best).sort("npv_musd", descending=True)
    if own.is_empty():
        return Markup("")
    first, last = own.row(0, named=True), own.row(-1, named=True)

    def party(row: Mapping[str, Any]) -> Markup:
        country = names.country(row["country"])
        who = (
            "climate"
            if country.endswith(CLIMATE)
            else f"{humanise(row['party']).lower()} in {country}"
        )
        value = figure(format_signed(row["npv_musd"]), row["npv_musd"], "who_gains.npv_musd")
        return Markup("the {} ({} million USD)").format(who, value)

    text = Markup("From {name} most goes to {first}").format(
        name=_strong(names.run(best)), first=party(first)
    )
    if last["npv_musd"] < 0:
        return text + Markup("; most is lost by {}.").format(party(last))
    return text + Markup("; nobody loses.")


def _cluster_sentence(tables: Mapping[str, pl.DataFrame], case: CaseLike) -> Markup:
    """Return what the best cluster is worth beyond its members alone."""
    projects = tables["projects"]
    clusters = projects.filter(pl.col("is_cluster")).sort("npv_musd", descending=True)
    if clusters.is_empty():
        return Markup("")
    row = clusters.row(0, named=True)
    pairs = case.tables.get("projects/clusters", pl.DataFrame())
    members = (
        pairs.filter(pl.col("cluster") == row["project"])["project"].to_list()
        if pairs.height
        else []
    )
    alone = projects.filter(pl.col("project").is_in(members), ~pl.col("is_cluster"))
    text = Markup("Built together as {name}, projects are worth {npv}").format(
        name=_strong(row["name"]), npv=_npv(row)
    )
    if alone.height != len(members) or not members:
        return text + Markup(".")
    total = float(alone["npv_musd"].sum())
    gap = row["npv_musd"] - total
    return text + Markup(", {gap} million USD {way} than the same {n} one by one.").format(
        gap=figure(format_number(abs(gap)), gap, "projects.npv_musd"),
        way="more" if gap >= 0 else "less",
        n=_count(len(members), "projects/clusters"),
    )


def _bottleneck_sentence(tables: Mapping[str, pl.DataFrame], names: Names) -> Markup:
    tight = bottlenecks(tables, names)
    if tight.is_empty():
        return Markup("")
    full = tight.filter(pl.col("load_ratio") >= 0.9).sort("year", "place")
    if full.height:
        year = full["year"][0]
        places = full.filter(pl.col("year") == year).sort("load_ratio", descending=True)
        shown = places.head(2)
        rest = places.height - shown.height
        listed = join_words([_strong(place) for place in shown["place"]])
        more = Markup(" (and {} more)").format(_count(rest, "bottlenecks")) if rest else Markup("")
        return Markup("Without any project the freight network is full first at {places}{more}, in {year}.").format(
            places=listed, more=more, year=figure(str(year), year, "freight_link_year.load_ratio")
        )  # fmt: skip
    worst = tight.row(0, named=True)
    return Markup("Without any project the tightest place is {place}: {load} full in {year}.").format(
        place=_strong(worst["place"]),
        load=figure(format_share(worst["load_ratio"]), worst["load_ratio"], "freight_link_year.load_ratio"),
        year=figure(str(worst["year"]), worst["year"], "freight_link_year.year"),
    )  # fmt: skip


def _ranking_caption(ranked: pl.DataFrame) -> str:
    left = ranked.height - MOST_RANKED
    more = f" (best {MOST_RANKED}; {left} more under Projects)" if left > 0 else ""
    return f"Which projects are worth it, each alone{more}"


def _answer_table(
    frame: pl.DataFrame,
    caption: str,
    tables: Mapping[str, pl.DataFrame],
    names: Names,
    terms: Terms,
) -> HtmlTable | None:
    """Return the answers for the first rows of `frame`; None where it has none."""
    if frame.is_empty():
        return None
    rows = tuple(
        _answers(place, row, tables["who_gains"], names, terms)
        for place, row in enumerate(frame.head(MOST_RANKED).iter_rows(named=True), start=1)
    )
    headers = (
        Header("", "", is_number=True),
        Header("Project"),
        Header("Worth its cost?"),
        Header(
            f"NPV at {terms.headline}, and over the range of cost", "million USD", is_number=True
        ),
        Header("Break-even cost v. cost", "million USD"),
        Header("Model years"),
        Header("Most goes to"),
        Header("How sure"),
    )
    return HtmlTable(caption, headers, rows, csv_address(frame), "values.csv")


def _answers(
    place: int, row: Mapping[str, Any], gains: pl.DataFrame, names: Names, terms: Terms
) -> tuple[Cell, ...]:
    worth = worth_of(row, terms)
    return (
        number_cell(place, str(place)),
        head_cell(Markup('<a href="#project-{}">{}</a>').format(row["project"], row["name"])),
        text_cell(chip(worth.verdict, worth.css), "verdict"),
        _value_cell(row["npv_musd"], npv_range(worth)),
        text_cell(
            break_even_text(row),
            "headline" if row["capex_confidence"] == "assumed" else "",
            exact(row["break_even_capex_musd"]),
        ),
        text_cell(model_years_text(row)),
        text_cell(_gainers(gains, row["project"], names) if worth.is_known else ""),
        text_cell(worth.certainty.split("; ")[-1].capitalize()),
    )


def _value_cell(value: float, text: str) -> Cell:
    return Cell(
        Markup('<b>{}</b><br><span class="range">{}</span>').format(format_number(value), text),
        is_number=True,
        title=exact(value),
    )


def _gainers(gains: pl.DataFrame, project: str, names: Names) -> Markup:
    """Return the two countries that gain most."""
    own = (
        gains.filter(pl.col("project") == project)
        .group_by("country", maintain_order=True)
        .agg(pl.col("npv_musd").sum())
        .filter(pl.col("npv_musd") > 0)
        .sort(["npv_musd", "country"], descending=[True, False])
        .head(2)
    )
    return join_words([names.country(country) for country in own["country"]])


def _trust(tables: Mapping[str, pl.DataFrame]) -> tuple[Markup, ...]:
    """Return what the reader should know before believing the numbers."""
    lines = [checks_line(tables["checks"])]
    validation = tables["validation"]
    parts = []
    for area in ("power", "freight"):
        met, known = within(validation, area)
        if known:
            parts.append(
                Markup("{} of {} for {}{}").format(
                    _count(met, "validation.relative"),
                    _count(known, "validation"),
                    area,
                    told_apart(validation.filter(pl.col("area") == area), area),
                )
            )
    if parts:
        lines.append(
            Markup("Published figures met within {}: {}.").format(
                figure("10\u202f%", 0.1, "validation.relative"), join_words(parts)
            )
        )
    lines.append(sanity_line(tables["sanity"]))
    counts = tables["confidence_counts"]
    if counts.height:
        sums = {c: int(counts[c].sum()) for c in ("reported", "derived", "assumed", "synthetic")}
        total = sum(sums.values()) or 1
        lines.append(
            Markup("Inputs: {}.").format(
                join_words(
                    [
                        figure(format_share(n / total, 2), n / total, f"confidence_counts.{c}")
                        + Markup(f" {c}")
                        for c, n in sums.items()
                    ]
                )
            )
        )
    return tuple(line for line in lines if line)
