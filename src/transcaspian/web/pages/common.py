"""What pages of a run share: the scenario, year and project in force, choices, provenance."""

from collections.abc import Sequence

import polars as pl

from transcaspian.errors import NotFoundError
from transcaspian.report.names import CLIMATE, REFERENCE, humanise
from transcaspian.report.terms import Terms, terms_of_scenario
from transcaspian.report.worth import before_use
from transcaspian.units import MT_TO_T, TWH_TO_MWH
from transcaspian.web.blocks import Block, CellValue, Choice, Column, Link, Links, Note, Table
from transcaspian.web.runs import Run
from transcaspian.web.urls import run_page
from transcaspian.web.view import View

__all__ = [
    "before_use_notes",
    "chosen_project",
    "chosen_scenario",
    "chosen_year",
    "chosen_year_of",
    "country_name",
    "frame_table",
    "model_confidence",
    "model_source",
    "nearest_year",
    "option",
    "project_name",
    "projects_of",
    "scenario_choice",
    "scenario_name",
    "source_links",
    "terminal_name",
    "with_choice",
    "year_choice",
    "years_of",
    "zone_balance",
    "zone_columns",
]

BALANCE = ("load", "generation", "imports", "exports", "curtailed")


def zone_balance(zones: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `power_zone_year` with their energies in TWh and emissions in Mt besides."""
    return zones.with_columns(
        *((pl.col(f"{name}_mwh") / TWH_TO_MWH).alias(name) for name in BALANCE),
        co2_mt=pl.col("co2_t") / MT_TO_T,
    )


def zone_columns(view: View) -> tuple[Column, ...]:
    """Return the columns that show `zone_balance`."""
    t = view.t
    return (
        Column("load", t("Demand"), "TWh", "number"),
        Column("generation", t("Generation"), "TWh", "number"),
        Column("imports", t("Imports"), "TWh", "number"),
        Column("exports", t("Exports"), "TWh", "number"),
        Column("curtailed", t("Curtailed"), "TWh", "number"),
        Column("unserved_mwh", t("Unserved"), "MWh", "number"),
        Column("price_mean", t("Mean price"), "USD/MWh", "number"),
        Column("price_min", t("Lowest"), "USD/MWh", "number"),
        Column("price_max", t("Highest"), "USD/MWh", "number"),
        Column("co2_mt", t("CO₂"), "Mt", "number"),
    )


def option(found: str, known: Sequence[str], what: str) -> str:
    """Return `found`, or the first of `known` where nothing was asked for.

    Raises NotFoundError for a value that is not known.
    """
    if not found:
        return known[0] if known else ""
    if found not in known:
        raise NotFoundError(
            f"There is no {what} {found!r}; there are {', '.join(known) or 'none'}."
        )
    return found


def chosen_scenario(run: Run, view: View) -> str:
    """Return the scenario that the reader asked for, else the first that was solved."""
    return option(view.get("scenario"), run.scenarios, "scenario")


def chosen_year(view: View, years: Sequence[int]) -> int:
    """Return the year that the reader asked for, else one in which most projects are open."""
    if not view.get("year"):
        return years[len(years) // 2] if years else 0
    return int(option(view.get("year"), [str(year) for year in years], "year"))


def chosen_year_of(
    run: Run, view: View, table: str, scenario: str
) -> tuple[int, tuple[int, ...], list[Block]]:
    """Return the year to show, the years in which `table` has the scenario, and a remark if any.

    A scenario may be solved in fewer years than the run has. A year that the reader brought along
    from elsewhere gives way to the nearest one that is there, and the page says so; a year that the
    run has not at all raises NotFoundError.
    """
    years = years_of(run, table, scenario)
    year, notes = nearest_year(run, view, years, scenario)
    return year, years, notes


def years_of(run: Run, table: str, scenario: str) -> tuple[int, ...]:
    """Return the model years in which a result table has the scenario."""
    rows = run.table(table).filter(pl.col("scenario") == scenario)
    solved = set(rows["year"].unique().to_list())
    return tuple(year for year in run.years if year in solved)


def nearest_year(
    run: Run, view: View, years: Sequence[int], scenario: str
) -> tuple[int, list[Block]]:
    """Return the year asked for, or the nearest of `years` with a remark; 0 where there is none."""
    wanted = view.get("year")
    if not wanted or wanted in map(str, years) or not years:
        return (chosen_year(view, years) if years else 0), []
    asked = int(option(wanted, [str(year) for year in run.years], "year"))
    year = min(years, key=lambda each: (abs(each - asked), each))
    text = view.t(
        "The scenario {scenario} was not solved for {asked}: this page shows {year}.",
        scenario=scenario_name(run, view, scenario),
        asked=asked,
        year=year,
    )
    return year, [Note(text, "warning")]


def chosen_project(run: Run, view: View, runs: Sequence[str]) -> tuple[str, list[Block]]:
    """Return the project in place, else none, and a remark where the one asked for changes nothing.

    Raises NotFoundError for a project that neither run nor case has.
    """
    wanted = view.get("with")
    if not wanted or wanted in runs:
        return wanted or (runs[0] if runs else REFERENCE), []
    option(wanted, [REFERENCE, *run.names.projects], "project")
    text = view.t("{project} changes nothing here.", project=project_name(run, view, wanted))
    return (runs[0] if runs else REFERENCE), [Note(text)]


def projects_of(run: Run, scenario: str) -> tuple[pl.DataFrame, Terms]:
    """Return the projects as one scenario values them, and the terms of these values."""
    return terms_of_scenario(run.projects, run.terms, scenario)


def before_use_notes(view: View, projects: pl.DataFrame, terms: Terms) -> list[Block]:
    """Return what must be read before the values, where a project opens after every solved year."""
    early = before_use(projects)
    if early.is_empty():
        return []
    names = [
        f"{view.name(name)} ({year})"
        for name, year in early.select("name", "opening_year").iter_rows()
    ]
    text = view.t(
        "No model year at or after the opening was solved for: {projects}. Solved were {years}."
        " Their values are those of years before they open, held on, and are no answer. Run again"
        " with a later model year.",
        projects="; ".join(names),
        years=", ".join(map(str, terms.years)),
    )
    return [Note(text, "danger")]


def scenario_name(run: Run, view: View, scenario: str) -> str:
    """Return the name of a scenario for people."""
    return view.name(run.names.scenarios.get(scenario, humanise(scenario)))


def project_name(run: Run, view: View, project: str) -> str:
    """Return the name of a project, cluster or the run without any, for people."""
    if project == REFERENCE:
        return view.t("Without any project")
    return view.name(run.names.projects.get(project, project))


def terminal_name(run: Run, view: View, terminal: str) -> str:
    """Return "place, kind" of a terminal, for people."""
    found = run.names.terminals.get(terminal)
    if found is None:
        return terminal
    node, kind = found
    return f"{view.name(run.names.nodes.get(node, node))}, {view.word(kind)}"


def country_name(run: Run, view: View, country: str) -> str:
    """Return the name of a country or group for people."""
    name = run.names.country(country)
    if name.endswith(CLIMATE):
        plain = view.language.country(country, name.removesuffix(CLIMATE))
        return view.t("{place} (climate)", place=plain)
    return view.language.country(country, name)


def scenario_choice(run: Run, view: View, scenario: str) -> Choice:
    """Return the choice of scenario."""
    options = tuple((name, scenario_name(run, view, name)) for name in run.scenarios)
    return Choice("scenario", view.t("Scenario"), options, scenario)


def year_choice(view: View, years: Sequence[int], year: int) -> Choice:
    """Return the choice of year."""
    return Choice(
        "year", view.t("Year"), tuple((str(each), str(each)) for each in years), str(year)
    )


def with_choice(run: Run, view: View, runs: Sequence[str], chosen: str) -> Choice:
    """Return the choice of the project that is in place."""
    options = tuple((name, project_name(run, view, name)) for name in runs)
    return Choice("with", view.t("With"), options, chosen)


def model_source(run: Run, view: View, table: str) -> str:
    """Return where the numbers of a result table come from."""
    return view.t("Model result: table {table} of run {run}", table=table, run=run.key)


def model_confidence(run: Run, view: View) -> str:
    """Return how sure a model result is: what the figures it rests on are."""
    shares = run.confidence
    if not shares:
        return view.t("derived")
    listed = ", ".join(
        f"{view.language.share(share, 2)} {view.word(name)}"
        for name, share in shares.items()
        if share > 0
    )
    return view.t("derived from inputs of which {shares}", shares=listed)


def frame_table(
    run: Run,
    view: View,
    frame: pl.DataFrame,
    columns: Sequence[Column],
    *,
    key: str,
    title: str,
    of: str,
    links: Sequence[str | None] = (),
    note: str = "",
) -> Table:
    """Return a table of model results; `of` names the result table that they come from."""
    rows: list[tuple[CellValue, ...]] = list(frame.select([c.name for c in columns]).iter_rows())
    return Table(
        key,
        title,
        tuple(columns),
        tuple(rows),
        source=model_source(run, view, of),
        confidence=model_confidence(run, view),
        links=tuple(links),
        note=note,
    )


def source_links(run: Run, view: View, find: str) -> Links:
    """Return where the inputs behind a thing and their sources stand."""
    return Links(
        view.t("Inputs and sources"),
        (
            Link(
                view.t("Figures that went in, with source and confidence"),
                view.link(run_page(run.key, "assumptions"), find=find),
            ),
        ),
    )
