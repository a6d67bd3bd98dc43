"""The part of the page on projects that help or hinder each other."""

from collections.abc import Mapping

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import Block, Cell, Header, HtmlTable, Remark, Section
from transcaspian.report.last_in import last_in_table
from transcaspian.report.markup import (
    ColumnView,
    chip,
    csv_address,
    difference_cell,
    frame_table,
    head_cell,
)
from transcaspian.report.names import Names
from transcaspian.report.terms import Terms
from transcaspian.report.worded import worded

__all__ = ["interactions_section"]

KEY, TITLE, SHORT = "interactions", "Projects together", "Together"
CSS = {"complement": "good", "substitute": "poor", "independent": "fair"}
WORDS = {
    "complement": "help each other",
    "substitute": "hinder each other",
    "independent": "hardly touch",
}


def interactions_section(tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms) -> Section:
    """Return the section: a matrix of pairs, and first-in, last-in and fair shares of packages."""
    pairs = tables["interactions"]
    last = tables["last_in"]
    parts: list[Block] = [last_in_table(last, terms)] if last.height else []
    if pairs.is_empty():
        lead = "No two projects were valued both alone and together in this run."
        return Section(KEY, TITLE, lead, tuple(parts), SHORT)
    blocks: list[Block] = [
        _matrix(pairs, names, terms),
        _pair_table(pairs, names, terms),
        *parts,
    ]
    shares = tables["package_shares"]
    if shares.height:
        blocks.append(_share_table(shares, names, terms))
        blocks.append(
            Remark(
                "First in (PINT): the part alone, added to today's network. Last in (TOOT): the part"
                " taken out of the package. The two answer different questions and are never ranked in"
                " one list. The Shapley share is the mean over every order of building and adds up to"
                " the package."
            )
        )
    counts = {name: pairs.filter(pl.col("relation") == name).height for name in CSS}
    said = ", ".join(f"{count} {WORDS[name]}" for name, count in counts.items() if count)
    lead = (
        f"Of {pairs.height} pairs that were valued alone and together, {said}. The interaction is the"
        f" NPV at {terms.headline} of both together less that of each alone; a package opens when its"
        " last part does."
    )
    return Section(KEY, TITLE, lead, blocks, SHORT)


def _matrix(pairs: pl.DataFrame, names: Names, terms: Terms) -> HtmlTable:
    """Return every run of a pair against every other; empty where the two were not valued together."""
    value = {}
    for one, other, amount in pairs.select("project", "other", "interaction_musd").iter_rows():
        value[one, other] = value[other, one] = amount
    runs = list(dict.fromkeys(run for pair in value for run in pair))
    largest = max(abs(amount) for amount in value.values())
    rows = tuple(
        (
            head_cell(names.run(one)),
            *(
                Cell("", is_number=True, css="total")
                if one == other
                else difference_cell(value.get((one, other)), largest)
                for other in runs
            ),
        )
        for one in runs
    )
    return HtmlTable(
        f"Interaction of pairs, million USD, NPV at {terms.headline}: blue where they help each other,"
        " orange where they hinder; empty where they were not valued together",
        (Header("Project"), *(Header(names.run(run), "", is_number=True) for run in runs)),
        rows,
        csv_address(pairs),
        "interactions.csv",
    )


def _pair_table(pairs: pl.DataFrame, names: Names, terms: Terms) -> HtmlTable:
    largest = float(pairs["interaction_musd"].abs().max() or 0.0)  # type: ignore[arg-type]
    rows = tuple(
        (
            head_cell(
                Markup("{} <span class='aside'>with</span> {}").format(
                    names.run(row["project"]), names.run(row["other"])
                )
            ),
            Cell(chip(row["relation"], CSS[row["relation"]])),
            *(
                difference_cell(row[column], 0.0)
                for column in ("alone_musd", "other_alone_musd", "together_musd")
            ),
            difference_cell(row["interaction_musd"], largest),
        )
        for row in pairs.iter_rows(named=True)
    )
    headers = (
        Header("Pair"),
        Header("Relation"),
        Header("First alone", "", is_number=True),
        Header("Second alone", "", is_number=True),
        Header("Together", "", is_number=True),
        Header("Interaction", "", is_number=True),
    )
    return HtmlTable(
        f"Pairs alone and together, million USD, NPV at {terms.headline}", headers, rows
    )


def _share_table(shares: pl.DataFrame, names: Names, terms: Terms) -> HtmlTable:
    frame = worded(shares, package=("package", names.run), project=("project", names.run))
    views = (
        ColumnView("package", "Package"),
        ColumnView("project", "Part"),
        ColumnView("pint_musd", "First in (PINT)", "million USD", "number"),
        ColumnView("toot_musd", "Last in (TOOT)", "million USD", "number"),
        ColumnView("shapley_musd", "Shapley share", "million USD", "number"),
        ColumnView("relation", "With the others"),
    )
    return frame_table(
        frame, views, f"Parts of packages, NPV at {terms.headline}", "package_shares.csv"
    )
