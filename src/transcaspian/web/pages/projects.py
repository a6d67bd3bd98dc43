"""Projects: what each is worth, how sure that is, and one sheet each."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from transcaspian.accounts import CLEARING
from transcaspian.errors import NotFoundError
from transcaspian.report.charts import Spec
from transcaspian.report.choices import ordered_projects
from transcaspian.report.names import humanise
from transcaspian.report.scenario_values import scenario_values, shared_years
from transcaspian.report.terms import Terms, npv_column
from transcaspian.report.worded import worded
from transcaspian.report.worth import before_use, worth_of
from transcaspian.results.theme import INK, MUTED, NEGATIVE, POSITIVE
from transcaspian.web import urls
from transcaspian.web.blocks import Block, CellValue, Chart, Column, Link, Links, Note, Page, Table
from transcaspian.web.pages.common import (
    before_use_notes,
    chosen_scenario,
    country_name,
    frame_table,
    model_confidence,
    model_source,
    not_usable_notes,
    project_name,
    projects_of,
    scenario_choice,
    scenario_name,
    source_links,
)
from transcaspian.web.pages.generic import plain_table
from transcaspian.web.runs import Run
from transcaspian.web.sheets import project_sheet, worth_sentence
from transcaspian.web.view import View

__all__ = [
    "answer_table",
    "last_in_blocks",
    "last_in_rows",
    "project_page",
    "projects_page",
    "ranked_projects",
]

MONEY = "million USD"


def projects_page(run: Run, view: View) -> Page:
    """Return the ranking, clusters, what is not ranked, and the value under every scenario."""
    t = view.t
    scenario = chosen_scenario(run, view)
    own, terms = projects_of(run, scenario)
    ranked = ordered_projects(own)
    clusters = own.filter(pl.col("is_cluster")).sort("npv_musd", descending=True)
    others = own.filter(~pl.col("is_ranked"), ~pl.col("is_cluster")).sort("name")
    blocks: list[Block] = before_use_notes(view, own, terms)
    blocks += not_usable_notes(run, view, scenario)
    blocks += last_in_blocks(run, view, last_in_rows(run, scenario))
    if ranked.height:
        blocks.append(_npv_chart(run, view, ranked))
    for frame, key, title in (
        (ranked, "ranking", t("Each project alone, added to today's network")),
        (clusters, "clusters", t("Projects that need each other, valued together")),
        (others, "not-ranked", t("Not ranked: other sizes or prices of a ranked project")),
    ):
        if frame.height:
            blocks.append(_value_table(run, view, frame, terms, key, title))
    if len(run.scenarios) > 1:
        blocks += _scenario_table(run, view)
    blocks += _interactions(run, view, scenario)
    if not blocks:
        blocks.append(Note(t("No project was valued in this run.")))
    settings = run.case.settings
    lead = t(
        "Each project is put into the network and compared with the same network without it. Values"
        " in million USD of {price_year}, discounted to {base_year}.",
        price_year=settings.price_year,
        base_year=settings.base_year,
    )
    return Page(
        "projects",
        t("Projects"),
        lead,
        tuple(blocks),
        choices=(scenario_choice(run, view, scenario),),
        run=run.key,
        section="projects",
    )


def ranked_projects(run: Run, scenario: str) -> pl.DataFrame:
    """Return the ranked projects of a scenario, best first."""
    return ordered_projects(projects_of(run, scenario)[0])


def _links(run: Run, view: View, frame: pl.DataFrame) -> tuple[str, ...]:
    return tuple(
        view.link(urls.run_page(run.key, "projects", project)) for project in frame["project"]
    )


def answer_table(run: Run, view: View, frame: pl.DataFrame, key: str, title: str) -> Table:
    """Return the short answers: worth it or not, value with its range, cost with its confidence."""
    t = view.t
    columns = (
        Column("project", t("Project")),
        Column("verdict", t("Worth its cost?"), kind="word"),
        Column("npv_musd", t("NPV at {rate}", rate=_rate(run, view)), MONEY, "difference"),
        Column("sunk_musd", t("Spent"), MONEY, "number"),
        Column("npv_whole_musd", t("NPV, spent money too"), MONEY, "number"),
        Column("low_musd", t("At the high cost"), MONEY, "number"),
        Column("high_musd", t("At the low cost"), MONEY, "number"),
        Column("capex_musd", t("Capital cost"), MONEY, "number"),
        Column("capex_confidence", t("Capital cost is"), kind="word"),
        *_model_years(view),
    )
    rows = []
    for row in frame.iter_rows(named=True):
        worth = worth_of(row, run.terms)
        rows.append(
            (
                view.name(row["name"]),
                worth.verdict,
                row["npv_musd"],
                row["sunk_musd"],
                row["npv_whole_musd"],
                worth.low_musd,
                worth.high_musd,
                row["capex_musd"],
                row["capex_confidence"],
                row["model_years"],
                row["model_years_in_use"],
            )
        )
    return Table(
        key,
        title,
        columns,
        tuple(rows),
        source=model_source(run, view, "projects"),
        confidence=model_confidence(run, view),
        links=_links(run, view, frame),
    )


def _model_years(view: View) -> tuple[Column, ...]:
    """Return the columns that say on how many solved years a value rests."""
    t = view.t
    return (
        Column("model_years", t("Model years behind it"), "", "whole"),
        Column("model_years_in_use", t("of these in use"), "", "whole"),
    )


def _rate(run: Run, view: View, rate: float | None = None) -> str:
    return view.language.share(run.terms.headline_rate if rate is None else rate, 2)


def _value_table(
    run: Run, view: View, frame: pl.DataFrame, terms: Terms, key: str, title: str
) -> Table:
    t = view.t
    columns = (
        Column("project", t("Project")),
        Column("verdict", t("Worth its cost?"), kind="word"),
        Column("capex_musd", t("Capital cost"), MONEY, "number"),
        Column("capex_confidence", t("Capital cost is"), kind="word"),
        Column("break_even_capex_musd", t("Break-even cost"), MONEY, "number"),
        Column("npv_musd", t("NPV at {rate}", rate=_rate(run, view)), MONEY, "difference"),
        Column("sunk_musd", t("Spent"), MONEY, "number"),
        Column("npv_whole_musd", t("NPV, spent money too"), MONEY, "number"),
        *_model_years(view),
        *(
            Column(npv_column(rate), t("NPV at {rate}", rate=_rate(run, view, rate)), MONEY, "number")
            for rate in terms.other_rates
        ),
        Column("npv_corridor_musd", t("Corridor's part"), MONEY, "number"),
        Column("eirr", t("Economic rate of return"), "", "share"),
        Column("bcr", t("Benefit over cost"), "", "number"),
        Column("co2_mt", t("CO₂ in {year}", year=terms.value_year), "Mt/a", "number"),
        Column("opening_year", t("Opens"), "", "year"),
    )  # fmt: skip
    rows: list[tuple[CellValue, ...]] = []
    for row in frame.iter_rows(named=True):
        verdict = worth_of(row, terms).verdict
        values = {**row, "project": view.name(row["name"]), "verdict": verdict}
        rows.append(tuple(values[column.name] for column in columns))
    return Table(
        key,
        title,
        columns,
        tuple(rows),
        source=model_source(run, view, "projects"),
        confidence=model_confidence(run, view),
        links=_links(run, view, frame),
    )


def _npv_chart(run: Run, view: View, ranked: pl.DataFrame) -> Chart:
    t = view.t
    data = []
    for row in ranked.iter_rows(named=True):
        worth = worth_of(row, run.terms)
        data.append(
            {
                "name": view.name(row["name"]),
                "npv": row["npv_musd"],
                "low": worth.low_musd,
                "high": worth.high_musd,
                "colour": POSITIVE if row["npv_musd"] > 0 else NEGATIVE,
                "opacity": 0.45 if row["capex_confidence"] == "assumed" else 1.0,
            }
        )
    y = {"field": "name", "type": "nominal", "title": None, "sort": [row["name"] for row in data],
         "axis": {"ticks": False, "domain": False, "labelLimit": 300}}  # fmt: skip
    x = {"type": "quantitative", "title": f"{t('NPV')}, {view.word(MONEY)}"}
    spec: Spec = {
        "height": {"step": 21},
        "data": {"values": data},
        "layer": [
            {"mark": {"type": "bar", "height": 13},
             "encoding": {"y": y, "x": {"field": "npv", **x},
                          "opacity": {"field": "opacity", "type": "quantitative", "scale": None},
                          "color": {"field": "colour", "type": "nominal", "scale": None},
                          "tooltip": [{"field": "name", "title": t("Project")}, {"field": "npv", "title": t("NPV"), "format": ",.4~r"}]}},
            {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
             "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}}},
            {"mark": {"type": "tick", "color": MUTED, "height": 8, "thickness": 1.5},
             "encoding": {"y": y, "x": {"field": "low", **x}}},
            {"mark": {"type": "tick", "color": MUTED, "height": 8, "thickness": 1.5},
             "encoding": {"y": y, "x": {"field": "high", **x}}},
        ],
    }  # fmt: skip
    return Chart(
        "npv",
        _npv_title(view, ranked),
        t(
            "NPV at {rate}; line: over the range of capital cost; pale: the capital cost is assumed.",
            rate=_rate(run, view),
        ),
        answer_table(run, view, ranked, "npv-values", t("NPV and its range")),
        spec,
    )


def _npv_title(view: View, ranked: pl.DataFrame) -> str:
    """Return what the chart of values shows, of those projects whose value is known."""
    t = view.t
    known = ranked.join(before_use(ranked), on="project", how="anti", maintain_order="left")
    if known.is_empty():
        return t("No value is known: every project opens after the years that were solved")
    best = known.row(0, named=True)
    name, value = view.name(best["name"]), view.number(best["npv_musd"], MONEY)
    if best["npv_musd"] > 0:
        return t("{best} is worth most: {value}", best=name, value=value)
    return t("Nothing is worth its cost; {best} comes nearest: {value}", best=name, value=value)


def _scenario_table(run: Run, view: View) -> list[Block]:
    """Return the NPV under every scenario, of the model years that all of them have."""
    t = view.t
    wide = scenario_values(run.projects, run.scenarios)
    shown = [name for name in run.scenarios if name in wide.columns]
    if len(shown) < 2:
        return []
    columns = [Column("name", t("Project"))]
    columns += [Column(name, scenario_name(run, view, name), MONEY, "difference") for name in shown]
    named = worded(wide, name=("name", view.name))
    years = [str(year) for year in shared_years(run.projects, run.terms)]
    title = t("NPV at {rate} under each scenario", rate=_rate(run, view))
    note = t(
        "Every value is of the same {count} model years ({years}), those that all scenarios have;"
        " the other tables use every year of the scenario shown.",
        count=len(years),
        years=", ".join(years),
    )
    return [
        frame_table(
            run, view, named, columns, key="scenarios", title=title, of="projects",
            links=_links(run, view, wide), note=note,
        )
    ]  # fmt: skip


def _interactions(run: Run, view: View, scenario: str) -> list[Block]:
    """Return the tables on how projects touch each other, where the run has them."""
    blocks: list[Block] = []
    for name in run.names_of_tables:
        if "interaction" in name or "shapley" in name:
            frame = run.table(name)
            if "scenario" in frame.columns:
                frame = frame.filter(pl.col("scenario") == scenario).drop("scenario")
            if frame.height:
                blocks.append(plain_table(run, view, frame, name))
    return blocks


def project_page(run: Run, project: str, view: View) -> Page:
    """Return the sheet of one project or cluster; NotFoundError where the run has not valued it."""
    t = view.t
    scenario = chosen_scenario(run, view)
    own, terms = projects_of(run, scenario)
    rows = own.filter(pl.col("project") == project)
    if rows.is_empty():
        raise NotFoundError(f"The run has not valued a project {project!r}.")
    row = rows.row(0, named=True)
    blocks: list[Block] = [
        *before_use_notes(view, rows, terms),
        *last_in_blocks(run, view, last_in_rows(run, scenario, project)),
        Note(worth_sentence(view, row, terms)),
        _facts(run, view, row, terms),
    ]
    flows = _real_flows(run, scenario, project)
    if flows.height:
        blocks.append(_yearly(run, view, flows))
    blocks += [*_gains(run, view, scenario, project), _flows(run, view, scenario, project, terms)]
    blocks += _variants(run, view, scenario, row)
    shown = {"with": project}
    blocks.append(
        Links(
            t("Go on"),
            tuple(
                Link(text, view.link(urls.run_page(run.key, section), **shown, **more))
                for text, section, more in (
                    (t("What it changes on the map"), "map", {"show": "change", "sector": str(row["sector"])}),
                    (t("What it changes in electricity"), "power", {}),
                    (t("What it changes in freight"), "freight", {}),
                )
                if section == "map" or section == row["sector"]
            ),
        )
    )  # fmt: skip
    blocks.append(source_links(run, view, project))
    return Page(
        "project",
        view.name(row["name"]),
        view.name(str(row["headline"])) if view.language.code == "en" else "",
        tuple(blocks),
        choices=(scenario_choice(run, view, scenario),),
        run=run.key,
        section="projects",
        sheet=project_sheet(run, row, flows, terms, view) if flows.height else None,
    )


def _facts(run: Run, view: View, row: Mapping[str, Any], terms: Terms) -> Table:
    """Return the key figures, each with its unit and how sure it is."""
    t = view.t
    capex_is = str(row["capex_confidence"])
    model = "derived"
    facts: list[tuple[str, float | None, str | None, str]] = [
        (t("Capital cost"), row["capex_musd"], MONEY, capex_is),
        (t("Capital cost, low"), row["capex_low_musd"], MONEY, capex_is),
        (t("Capital cost, high"), row["capex_high_musd"], MONEY, capex_is),
        (t("Break-even capital cost"), row["break_even_capex_musd"], MONEY, model),
        (t("Spent"), row["sunk_musd"], MONEY, model),
        (
            t("NPV of what is left to decide at {rate}", rate=_rate(run, view)),
            row["npv_musd"],
            MONEY,
            model,
        ),
    ]
    facts += [
        (t("NPV at {rate}", rate=_rate(run, view, rate)), row[npv_column(rate)], MONEY, model)
        for rate in terms.rates
    ]
    facts += [
        (t("Model years behind it"), _real(row["model_years"]), None, model),
        (t("of these in use"), _real(row["model_years_in_use"]), None, model),
        (t("The corridor's part of the NPV"), row["npv_corridor_musd"], MONEY, model),
        (t("Economic rate of return, as a fraction"), row["eirr"], None, model),
        (t("Benefit over cost"), row["bcr"], None, model),
    ]
    for year in terms.years:
        facts.append((t("Benefit in {year}", year=year), row[f"benefit_{year}_musd"], MONEY, model))
        facts.append((t("CO₂ in {year}", year=year), row[f"co2_mt_per_year_{year}"], "Mt/a", model))
    facts += _risk(run, view, row)
    facts += [
        (t("Life"), float(row["life_years"]), "years", capex_is),
        (
            t("Share of benefits after the last model year"),
            row["share_after_last_model_year"],
            None,
            model,
        ),
    ]
    return Table(
        "facts",
        t("Key figures; opens in {year}", year=row["opening_year"]),
        (
            Column("what", t("What")),
            Column("value", t("Value"), "", "number"),
            Column("unit", t("Unit")),
            Column("confidence", t("Confidence"), kind="word"),
        ),
        tuple((what, value, view.word(unit or ""), sure) for what, value, unit, sure in facts),
        source=model_source(run, view, "projects"),
        confidence=model_confidence(run, view),
    )


def _real(count: int | None) -> float | None:
    return None if count is None else float(count)


def _risk(
    run: Run, view: View, row: Mapping[str, Any]
) -> list[tuple[str, float | None, str | None, str]]:
    """Return the spread of the NPV over the uncertain inputs, where the run has it."""
    t = view.t
    if not run.has("risk"):
        return []
    found = run.table("risk").filter(
        pl.col("scenario") == row["scenario"], pl.col("project") == row["project"]
    )
    return [
        (title, float(found[column][0]), unit, "derived")
        for title, column, unit in (
            (t("NPV, tenth percentile"), "p10_musd", MONEY),
            (t("NPV, median"), "p50_musd", MONEY),
            (t("NPV, ninetieth percentile"), "p90_musd", MONEY),
            (t("Chance that the NPV is below zero"), "probability_negative", None),
        )
        if found.height
    ]


def _real_flows(run: Run, scenario: str, project: str) -> pl.DataFrame:
    """Return year, is_capital and amount of what comes from and goes to outside the economy.

    Transfers between parties cancel; what is left is cost and benefit.
    """
    outside = ["resources", "environment"]
    real = run.table("ledger").filter(
        pl.col("scenario") == scenario,
        pl.col("project") == project,
        pl.col("receiver").is_in(outside) | pl.col("payer").is_in(outside),
    )
    return (
        real.with_columns(
            amount=pl.when(pl.col("payer").is_in(outside))
            .then(pl.col("amount_musd"))
            .otherwise(-pl.col("amount_musd")),
            is_capital=pl.col("kind").str.contains("capital|residual"),
        )
        .group_by("year", "is_capital", maintain_order=True)
        .agg(amount=pl.col("amount").sum())
        .sort("year", "is_capital")
    )


def _yearly(run: Run, view: View, frame: pl.DataFrame) -> Chart:
    """Return costs and benefits by year."""
    t = view.t
    words = {True: t("building and residual value"), False: t("benefits less operation")}
    shown = frame.with_columns(
        kind=pl.col("is_capital").replace_strict(words, return_dtype=pl.String)
    )
    spec: Spec = {
        "height": 220,
        "data": {"values": shown.select("year", "amount", "kind").to_dicts()},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": None,
                  "axis": {"labelAngle": 0, "labelExpr": "datum.value % 5 == 0 ? datum.label : ''"}},
            "y": {"field": "amount", "type": "quantitative", "title": view.word(MONEY)},
            "color": {"field": "kind", "type": "nominal",
                      "scale": {"domain": [words[False], words[True]], "range": [POSITIVE, NEGATIVE]},
                      "legend": {"orient": "top", "title": None}},
            "tooltip": [{"field": "year", "type": "ordinal"}, {"field": "kind"}, {"field": "amount", "format": ",.3~r"}],
        },
    }  # fmt: skip
    table = frame_table(
        run, view, shown,
        (Column("year", t("Year"), "", "year"), Column("kind", t("What")), Column("amount", t("Amount"), MONEY, "signed")),
        key="yearly-values", title=t("Real flows by year"), of="ledger",
    )  # fmt: skip
    title = t("What it costs and brings, year by year")
    return Chart("yearly", title, t("{unit} of the price year, not discounted.", unit=view.word(MONEY)), table, spec)  # fmt: skip


def _gains(run: Run, view: View, scenario: str, project: str) -> list[Block]:
    """Return who gains: countries down, parties across."""
    t = view.t
    own = run.table("who_gains").filter(
        pl.col("scenario") == scenario,
        pl.col("project") == project,
        pl.col("party") != CLEARING,
        pl.col("npv_musd").abs() > 1e-6,
    )
    if own.is_empty():
        return []
    wide = own.sort("party").pivot(
        "party", index="country", values="npv_musd", aggregate_function="sum"
    )
    parties = [name for name in wide.columns if name != "country"]
    total = wide.with_columns(all=pl.sum_horizontal(parties)).sort(
        pl.col("all").abs(), "country", descending=[True, False]
    )
    named = worded(total, place=("country", lambda country: country_name(run, view, country)))
    columns = (
        Column("place", t("Country")),
        *(Column(party, _capital(view, party), MONEY, "difference") for party in parties),
        Column("all", t("All"), MONEY, "signed"),
    )
    title = t("Who gains: NPV at {rate}", rate=_rate(run, view))
    note = t("What one side pays another receives: the table adds up to the NPV of the project.")
    return [
        frame_table(run, view, named, columns, key="who-gains", title=title, of="who_gains", note=note)
    ]  # fmt: skip


def _capital(view: View, name: str) -> str:
    """Return a word of the data with a capital letter."""
    word = view.word(name)
    text = humanise(name) if word == name else word
    return text[:1].upper() + text[1:]


def _flows(run: Run, view: View, scenario: str, project: str, terms: Terms) -> Table:
    """Return the largest flows of money in the year that single figures speak of."""
    t = view.t
    own = run.table("ledger").filter(pl.col("scenario") == scenario, pl.col("project") == project)
    years = own["year"].unique().sort().to_list()
    wanted = terms.value_year
    year = wanted if wanted in years else (years[-1] if years else 0)
    flows = (
        own.filter(pl.col("year") == year)
        .sort(pl.col("amount_musd").abs(), "kind", "payer", "receiver", descending=[True, False, False, False])
        .head(20)
        .pipe(
            worded,
            **{name: (name, lambda word: _capital(view, word)) for name in ("kind", "payer", "receiver")},
            **{
                name: (name, lambda country: country_name(run, view, country))
                for name in ("payer_country", "receiver_country")
            },
        )
    )  # fmt: skip
    columns = (
        Column("kind", t("For")),
        Column("payer", t("Paid by")),
        Column("payer_country", t("in")),
        Column("receiver", t("to")),
        Column("receiver_country", t("in")),
        Column("amount_musd", t("Change with the project"), MONEY, "signed"),
        Column("nature", t("Nature"), kind="word"),
    )
    title = t("Largest flows of money in {year}", year=year)
    return frame_table(run, view, flows, columns, key="flows", title=title, of="ledger")


def last_in_rows(run: Run, scenario: str, project: str = "") -> pl.DataFrame:
    """Return the parts of packages, last in; of one project, or of one package, if named."""
    is_named = (pl.col("project") == project) | (pl.col("package") == project)
    return run.table("last_in").filter(pl.col("scenario") == scenario, is_named | (project == ""))


def last_in_blocks(run: Run, view: View, frame: pl.DataFrame) -> list[Block]:
    """Return the table of parts of packages, last in; none without one."""
    if frame.is_empty():
        return []
    t = view.t
    columns = (
        Column("package_name", t("Package")),
        Column("name", t("Part")),
        Column("alone_musd", t("Alone"), MONEY, "number"),
        Column("without_musd", t("Package without it"), MONEY, "number"),
        Column("last_in_musd", t("Last in"), MONEY, "difference"),
        Column("package_musd", t("Package"), MONEY, "number"),
        Column("last_in_co2_musd", t("of last in CO₂"), MONEY, "number"),
        Column("capex_musd", t("Capital cost"), MONEY, "number"),
        Column("last_in_break_even_capex_musd", t("Break-even cost last in"), MONEY, "number"),
        Column("waiting_musd", t("Waiting, for the rest"), MONEY, "number"),
    )
    named = frame.with_columns(
        pl.Series("package_name", [view.name(name) for name in frame["package_name"]]),
        pl.Series("name", [view.name(name) for name in frame["name"]]),
    )
    title = t("Each part of a package, last in: without it + last in = the package")
    return [frame_table(run, view, named, columns, key="last-in", title=title, of="last_in")]


def _variants(run: Run, view: View, scenario: str, row: Mapping[str, Any]) -> list[Block]:
    """Return other sizes of the project, and the members of a cluster."""
    t = view.t
    family = row["variant_of"] or row["project"]
    members = [part.strip() for part in str(row["members"]).replace(";", ",").split(",")]
    own = projects_of(run, scenario)[0]
    variants = own.filter((pl.col("variant_of") == family) | (pl.col("project") == family))
    blocks: list[Block] = []
    if variants.height > 1:
        blocks.append(answer_table(run, view, variants, "variants", t("Other sizes")))
    inside = own.filter(pl.col("project").is_in(members))
    if row["is_cluster"] and inside.height:
        title = t("Members of {name}, each alone", name=project_name(run, view, row["project"]))
        blocks.append(answer_table(run, view, inside, "members", title))
    return blocks
