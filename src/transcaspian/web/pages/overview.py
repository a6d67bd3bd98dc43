"""The first page: what the newest run says, what the register says, and where to go on."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

import polars as pl

from transcaspian.register.status import count_statuses, judge_all
from transcaspian.register.tables import Register
from transcaspian.report.terms import Terms
from transcaspian.report.worth import before_use, worth_of
from transcaspian.web import urls
from transcaspian.web.blocks import Block, Column, Link, Links, Note, Page, Table
from transcaspian.web.pages.common import (
    before_use_notes,
    chosen_scenario,
    not_usable_notes,
    projects_of,
    scenario_choice,
)
from transcaspian.web.pages.projects import (
    answer_table,
    last_in_blocks,
    last_in_rows,
    ranked_projects,
)
from transcaspian.web.runs import Run
from transcaspian.web.said import conventions
from transcaspian.web.titles import table_meaning
from transcaspian.web.view import View

__all__ = ["home_page", "run_page"]


def home_page(
    runs: Sequence[Run],
    register: Register,
    as_of: date,
    view: View,
    troubles: Mapping[str, str] = MappingProxyType({}),
) -> Page:
    """Return the page at the root: the first run's answers, the register's counts, all runs.

    troubles: why other runs can't be shown, by key.
    """
    t = view.t
    blocks: list[Block] = [
        Note(t("Run {run} can't be shown.", run=key) + f" {what}", "warning")
        for key, what in troubles.items()
    ]
    if runs:
        blocks += _answers(runs[0], view, chosen_scenario(runs[0], view))
    elif not troubles:
        blocks.append(
            Note(
                t(
                    "There is no finished run yet. Make one with “transcaspian run --out runs/first”"
                    " and start the pages with “transcaspian serve runs”."
                )
            )
        )
    blocks.append(_promises(register, as_of, view))
    if len(runs) > 1:
        blocks.append(_runs_table(runs, view))
    title = view.name(runs[0].title) if runs else t("The Trans-Caspian corridor")
    lead = t(
        "What the projects of the corridor are worth, to whom, where the route chokes, and which"
        " promises are kept."
    )
    return Page(
        "overview",
        title,
        lead,
        tuple(blocks),
        run=runs[0].key if runs else "",
        section="overview",
    )


def run_page(run: Run, view: View) -> Page:
    """Return the overview of one run: its answers, how sure they are, and how it was made."""
    scenario = chosen_scenario(run, view)
    return Page(
        "run",
        view.name(run.title),
        view.t("Run {run}: what it says and how it was made.", run=run.key),
        (*_answers(run, view, scenario), _made(run, view), _tables(run, view)),
        choices=(scenario_choice(run, view, scenario),),
        run=run.key,
        section="overview",
    )


def _answers(run: Run, view: View, scenario: str) -> list[Block]:
    t = view.t
    if not run.has_case:
        return [
            Note(
                t(
                    "The case {case} of run {run} is not at hand: start the pages with --case.",
                    case=str(run.manifest["case"]),
                    run=run.key,
                ),
                "warning",
            )
        ]
    ranked, terms = ranked_projects(run, scenario), projects_of(run, scenario)[1]
    blocks: list[Block] = before_use_notes(view, ranked, terms)
    blocks += not_usable_notes(run, view, scenario)
    blocks += _last_in(run, view, scenario)
    if ranked.height:
        blocks += _worth_notes(view, ranked, terms)
        blocks.append(answer_table(run, view, ranked.head(8), "answers", t("What is worth it")))
    else:
        blocks.append(Note(t("No project was valued in this run.")))
    blocks.append(_trust(run, view))
    links = [
        Link(t("Map"), view.link(urls.run_page(run.key, "map")), t("what moves where")),
        Link(
            t("Projects"),
            view.link(urls.run_page(run.key, "projects")),
            t("what each is worth, and to whom"),
        ),
        Link(
            t("Electricity"),
            view.link(urls.run_page(run.key, "power")),
            t("dispatch, prices, cables"),
        ),
        Link(
            t("Freight"), view.link(urls.run_page(run.key, "freight")), t("routes and bottlenecks")
        ),
        Link(
            t("Assumptions"),
            view.link(urls.run_page(run.key, "assumptions")),
            t("every figure with its source"),
        ),
        Link(t("Run"), view.link(urls.run_page(run.key)), t("how it was made, all its tables")),
    ]
    blocks.append(Links(t("Go on"), tuple(links)))
    return blocks


def _last_in(run: Run, view: View, scenario: str) -> list[Block]:
    """Return what cables are worth last in their own packages."""
    kinds = projects_of(run, scenario)[0].filter(pl.col("kind") == "cable")["project"]
    own = last_in_rows(run, scenario).filter(
        "is_own_package", pl.col("project").is_in(kinds.to_list())
    )
    return last_in_blocks(run, view, own)


def _worth_notes(view: View, ranked: pl.DataFrame, terms: Terms) -> list[Block]:
    """Return how many projects are worth it, of those whose value is known."""
    known = ranked.join(before_use(ranked), on="project", how="anti", maintain_order="left")
    if known.is_empty():
        return []
    worth = [worth_of(row, terms) for row in known.iter_rows(named=True)]
    sure = sum(item.is_sure for item in worth)
    best = known.row(0, named=True)
    named = {
        "all": len(worth),
        "best": view.name(best["name"]),
        "value": view.number(best["npv_musd"], "million USD"),
        "rate": view.language.share(terms.headline_rate, 2),
    }
    if best["npv_musd"] > 0:
        text = view.t(
            "{sure} of {all} ranked projects are worth their cost over its whole range. Worth most:"
            " {best}, {value} at {rate}.",
            sure=sure,
            **named,
        )
    else:
        text = view.t(
            "Not one of {all} ranked projects is worth its cost. {best} comes nearest: {value} at {rate}.",
            **named,
        )
    return [Note(text)]


def _trust(run: Run, view: View) -> Table:
    """Return what one should know before believing the numbers."""
    t = view.t
    checks, validation, sanity = (run.table(name) for name in ("checks", "validation", "sanity"))
    near = validation.filter(pl.col("relative").abs() <= 0.1).height
    rows: list[tuple[str, float | None, str]] = [
        (t("Laws that hold, recomputed from the tables"), _part(checks, "passed"), "checks"),
        (
            t("Published figures met within 10 %"),
            near / validation.height if validation.height else None,
            "validation",
        ),
        (t("Results inside the span of published figures"), _part(sanity, "passed"), "sanity"),
    ]
    rows += [
        (t("Input figures that are {word}", word=view.word(name)), share, "confidence_counts")
        for name, share in run.confidence.items()
    ]
    return Table(
        "trust",
        t("How sure"),
        (
            Column("what", t("What")),
            Column("share", t("Share"), kind="share"),
            Column("table", t("Table")),
        ),
        tuple((*row[:2], view.table(row[2])) for row in rows),
        source=t("Counted in run {run}", run=run.key),
        confidence=view.word("derived"),
        links=tuple(view.plain_link(urls.run_page(run.key, "tables", row[2])) for row in rows),
    )


def _part(frame: pl.DataFrame, column: str) -> float | None:
    return float(frame[column].sum()) / frame.height if frame.height else None


def _promises(register: Register, as_of: date, view: View) -> Table:
    t = view.t
    counts = count_statuses(judge_all(register, as_of))
    return Table(
        "promises",
        t("Promises as of {day}", day=view.language.day(as_of)),
        (
            Column("status", t("Status"), kind="word"),
            Column("commitments", t("Commitments"), kind="whole"),
        ),
        tuple(counts.items()),
        source=t("Register of promises"),
        confidence=t("computed from evidence published by that day"),
        links=tuple(view.plain_link(urls.REGISTER, status=status) for status in counts),
    )


def _runs_table(runs: Sequence[Run], view: View) -> Table:
    t = view.t
    return Table(
        "runs",
        t("Runs"),
        (Column("run", t("Run")), Column("case", t("Case")), Column("years", t("Years"))),
        tuple(
            (run.key, view.name(run.title), ", ".join(str(year) for year in run.years))
            for run in runs
        ),
        source=t("Run folders"),
        confidence=view.word("reported"),
        links=tuple(view.plain_link(urls.run_page(run.key)) for run in runs),
    )


def _made(run: Run, view: View) -> Table:
    t = view.t
    manifest = run.manifest
    rows = [
        (t("Case"), str(manifest["case"])),
        (t("Fingerprint of the case"), str(manifest.get("case_hash", ""))),
        (t("Conventions"), conventions(view, str(manifest.get("conventions", "")))),
    ]
    rows += [(name, str(value)) for name, value in manifest.get("versions", {}).items()]
    return Table(
        "made",
        t("How it was made"),
        (Column("what", t("What")), Column("value", t("Value"))),
        tuple(rows),
        source=t("Manifest of run {run}", run=run.key),
        confidence=view.word("reported"),
    )


def _tables(run: Run, view: View) -> Links:
    return Links(
        view.t("All tables"),
        tuple(
            Link(
                view.table(name),
                view.plain_link(urls.run_page(run.key, "tables", name)),
                table_meaning(view.language, name),
            )
            for name in run.names_of_tables
        ),
    )
