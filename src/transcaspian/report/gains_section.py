"""The part of the page on who gains: one matrix of countries and parties a project."""

from collections.abc import Mapping, Sequence

import polars as pl
from markupsafe import Markup

from transcaspian.accounts import CLEARING
from transcaspian.report.blocks import Block, Cell, Fold, Header, HtmlTable, Section
from transcaspian.report.choices import ordered_projects
from transcaspian.report.markup import csv_address, difference_cell, exact, head_cell
from transcaspian.report.names import Names, humanise
from transcaspian.report.terms import Terms
from transcaspian.results.theme import format_signed

__all__ = ["gains_section", "small_matrix"]

MOST_COUNTRIES = 7
MOST_PROJECTS = 8
DIGITS = 6  # of the downloads; the run folder has every digit
SMALL = 0.005  # countries with no more of the largest gain share a row


def gains_section(tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms) -> Section:
    """Return the section: a matrix for every project and cluster, the best one open."""
    gains = _of_parties(tables["who_gains"])
    if gains.is_empty():
        return Section("gains", "Who gains", "No project was valued in this run.", ())
    projects = tables["projects"]
    order = [
        *ordered_projects(projects)["project"].to_list(),
        *projects.filter(pl.col("is_cluster"))["project"].to_list(),
        *projects.filter(~pl.col("is_ranked"), ~pl.col("is_cluster"))["project"].to_list(),
    ]
    known = [project for project in dict.fromkeys(order) if project in gains["project"].unique()]
    blocks: list[Block] = []
    for place, project in enumerate(known):
        own = gains.filter(pl.col("project") == project)
        blocks.append(
            Fold(
                Markup("{} <span class='aside'>{} million USD in all</span>").format(
                    names.run(project), format_signed(float(own["npv_musd"].sum()))
                ),
                (_matrix(own, names, project, terms),),
                f"gains-{project}",
                is_open=place == 0,
            )
        )
    lead = (
        f"NPV at {terms.headline} of what each party gains (blue) or loses (orange), million USD. What one side "
        "pays another receives, so each matrix adds up to the NPV of its project. Gains of different "
        "projects do not add up: the projects touch each other."
    )
    return Section("gains", "Who gains", lead, blocks)


def _of_parties(gains: pl.DataFrame) -> pl.DataFrame:
    """Return the gains without the clearing party, which keeps nothing (checked elsewhere)."""
    return gains.filter(pl.col("party") != CLEARING)


def _matrix(own: pl.DataFrame, names: Names, project: str, terms: Terms) -> HtmlTable:
    values = {(c, p): v for c, p, v in own.group_by("country", "party", maintain_order=True).agg(pl.col("npv_musd").sum()).iter_rows()}  # fmt: skip
    largest = max((abs(v) for v in values.values()), default=0.0)
    parties = list(dict.fromkeys(own.sort("party")["party"]))
    countries = _ordered_countries(own, names)
    seen = [
        c for c in countries if any(abs(values.get((c, p), 0.0)) > SMALL * largest for p in parties)
    ]
    small = [country for country in countries if country not in seen]
    rows = []
    for label, group in [*((names.country(c), [c]) for c in seen), (f"{len(small)} others", small)]:
        if not group:
            continue
        parts = [_sum_of(values, group, party) for party in parties]
        cells = [head_cell(label), *(_shade(part, largest) for part in parts)]
        rows.append((*cells, _total(sum(part or 0.0 for part in parts))))
    sums = [_sum_of(values, countries, party) or 0.0 for party in parties]
    rows.append((head_cell("All"), *(_total(s) for s in sums), _total(sum(sums))))
    headers = (
        Header("Country"),
        *(Header(humanise(party), "", is_number=True) for party in parties),
        Header("All", "", is_number=True),
    )
    return HtmlTable(
        f"{names.run(project)}: who gains, million USD, NPV at {terms.headline}",
        headers,
        tuple(rows),
        csv_address(own.select("country", "party", pl.col("npv_musd").round_sig_figs(DIGITS))),
        f"who_gains_{project}.csv",
    )


def _sum_of(
    values: Mapping[tuple[str, str], float], countries: Sequence[str], party: str
) -> float | None:
    found = [values[country, party] for country in countries if (country, party) in values]
    return sum(found) if found else None


def _ordered_countries(own: pl.DataFrame, names: Names) -> list[str]:
    """Return corridor countries first, then by size of what they gain or lose."""
    size = own.group_by("country", maintain_order=True).agg(size=pl.col("npv_musd").sum().abs())
    rows = sorted(
        size.iter_rows(),
        key=lambda row: (row[0] not in names.corridor, -float(row[1]), str(row[0])),
    )
    return [str(row[0]) for row in rows]


def _shade(value: float | None, largest: float) -> Cell:
    return difference_cell(None if value == 0.0 else value, largest)


def _total(value: float) -> Cell:
    return Cell(format_signed(value), is_number=True, title=exact(value), css="total")


def small_matrix(
    tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms
) -> HtmlTable | None:
    """Return the best ranked projects by country: the answer to "worth it, to whom"."""
    gains = _of_parties(tables["who_gains"])
    projects = ordered_projects(tables["projects"])["project"].to_list()[:MOST_PROJECTS]
    shown = gains.filter(pl.col("project").is_in(projects))
    if shown.is_empty():
        return None
    by_country = shown.group_by("project", "country", maintain_order=True).agg(
        pl.col("npv_musd").sum()
    )
    countries = _main_countries(by_country, names)
    values = {(p, c): v for p, c, v in by_country.iter_rows()}
    rows = []
    for project in projects:
        own = {c: v for (p, c), v in values.items() if p == project}
        if not own:
            continue
        rest = sum(v for c, v in own.items() if c not in countries)
        size = max((abs(v) for v in own.values()), default=0.0)
        cells = [
            head_cell(Markup('<a href="#gains-{}">{}</a>').format(project, names.run(project)))
        ]
        cells += [_scaled(own.get(country), size) for country in countries]
        rows.append((*cells, _scaled(rest, size), _total(sum(own.values()))))
    headers = (
        Header("Project"),
        *(Header(names.country(c), "", is_number=True) for c in countries),
        Header("Others", "", is_number=True),
        Header("All", "", is_number=True),
    )
    return HtmlTable(
        f"Who gains: NPV at {terms.headline} by country, million USD; colours by row",
        headers,
        tuple(rows),
        csv_address(by_country.sort("project", "country")),
        "who_gains_by_country.csv",
    )


def _scaled(value: float | None, size: float) -> Cell:
    return difference_cell(value, size, 2) if value else Cell("", is_number=True)


def _main_countries(by_country: pl.DataFrame, names: Names) -> Sequence[str]:
    """Return the countries with the largest gains and losses, those of the corridor first."""
    size = by_country.group_by("country", maintain_order=True).agg(
        size=pl.col("npv_musd").abs().sum()
    )
    largest = sorted(size.iter_rows(), key=lambda row: (-float(row[1]), str(row[0])))
    chosen = [str(row[0]) for row in largest[:MOST_COUNTRIES]]
    return sorted(chosen, key=lambda country: country not in names.corridor)
