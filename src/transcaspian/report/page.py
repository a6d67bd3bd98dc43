"""The whole page: sections in order, one template, styles and script inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from transcaspian.register.tables import Register, newest_day
from transcaspian.report.adequacy_section import adequacy_section
from transcaspian.report.announced import announced_table
from transcaspian.report.assumptions_section import assumptions_section, reading_section
from transcaspian.report.blocks import Block, CaseLike, Drawing, Fold, ResultsLike, Section
from transcaspian.report.charts import hatches
from transcaspian.report.choices import of_scenario
from transcaspian.report.crossing_section import crossing_section
from transcaspian.report.economy_section import economy_section
from transcaspian.report.entsoe_section import entsoe_section
from transcaspian.report.freight_section import freight_section
from transcaspian.report.fuel_section import fuel_section
from transcaspian.report.gains_section import gains_section
from transcaspian.report.geography import Projection
from transcaspian.report.interactions_section import interactions_section
from transcaspian.report.map import draw_map
from transcaspian.report.map_flows import Layer, freight_layer, power_layer
from transcaspian.report.map_tables import map_tables
from transcaspian.report.names import Names, names_of_case
from transcaspian.report.portfolio_section import portfolio_section
from transcaspian.report.power_section import power_section
from transcaspian.report.projects_section import HATCHED_COLOURS, projects_section
from transcaspian.report.promises_section import promises_section
from transcaspian.report.quality_section import checks_section, validation_section
from transcaspian.report.risk_section import risk_section
from transcaspian.report.scenarios_section import scenarios_section
from transcaspian.report.schema import with_every_table
from transcaspian.report.summary import Summary, summarise
from transcaspian.report.terms import terms_of_scenario, with_terms

__all__ = ["PageContext", "build_report"]


@dataclass(frozen=True, slots=True)
class PageContext:
    """What the template `page.html` needs.

    summary: first screen. sections: the rest, in order. style, script: inlined files. hatches:
    fills of assumed and synthetic values. scenario: name of the scenario shown.
    """

    summary: Summary
    sections: tuple[Section, ...]
    style: Markup
    script: Markup
    hatches: Markup
    scenario: str


def build_report(results: ResultsLike, case: CaseLike, register: Register | None = None) -> str:
    """Return the report as one self-contained HTML page.

    It shows the first scenario that was run (and every headline under the others), loads nothing
    from anywhere, and needs no script for any of its content. With a register of promises, these
    are shown as of the day of its newest evidence.
    """
    every = with_every_table(results.tables)
    every["projects"], terms = with_terms(every["projects"], case.settings)
    scenario = _first_scenario(results, case)
    tables = of_scenario(every, scenario, case.settings.model_years)
    tables["projects"], terms = terms_of_scenario(every["projects"], terms, scenario)
    names = names_of_case(case, every["projects"], every["who_gains"])
    announced = (
        None
        if register is None
        else announced_table(tables, case, register, newest_day(register), names, terms)
    )
    sections = (
        _map_section(tables, case, names),
        power_section(tables, case, names),
        adequacy_section(tables, every["adequacy_scenarios"], names),
        freight_section(tables, case, names),
        crossing_section(tables, case, names),
        projects_section(tables, case, names, terms),
        scenarios_section(every, case, names, terms),
        gains_section(tables, names, terms),
        fuel_section(tables, names, terms),
        risk_section(tables, names, terms, announced),
        interactions_section(tables, names, terms),
        economy_section(tables, names, terms),
        entsoe_section(tables, names),
        *((funds,) if (funds := portfolio_section(every, names)) is not None else ()),
        *(() if register is None else (promises_section(register, newest_day(register)),)),
        validation_section(tables, names),
        checks_section(tables),
        assumptions_section(tables, case),
        reading_section(case, results),
    )
    context = PageContext(
        summary=summarise(tables | {"not_usable": every["not_usable"]}, case, names, terms),
        sections=sections,
        style=Markup(_shipped("style.css")),
        script=Markup(_shipped("report.js")),
        hatches=hatches(HATCHED_COLOURS),
        scenario=names.scenarios.get(scenario, scenario),
    )
    return _environment().get_template("page.html").render(page=context)


def _first_scenario(results: ResultsLike, case: CaseLike) -> str:
    """Return the first scenario that was run."""
    solved = results.manifest.get("scenarios") or case.tables["scenarios/scenarios"]["scenario"]
    return str(solved[0])


def _map_section(tables: Mapping[str, pl.DataFrame], case: CaseLike, names: Names) -> Section:
    projection = Projection()
    layers: list[Layer] = [
        layer
        for layer in (
            power_layer(tables, case, names, projection),
            freight_layer(tables, case, names, projection),
        )
        if layer.runs and layer.places
    ]
    blocks: list[Block] = []
    if layers:
        blocks.append(Drawing(draw_map(layers, names, projection)))
        blocks.append(Fold("The numbers behind the map", map_tables(layers, names)))
    lead = (
        "What moves where: choose electricity or freight, with or without a project, and the year."
    )
    return Section(
        "map", "Map of flows", lead if layers else "No flows in this run.", blocks, "Map"
    )


def _shipped(name: str) -> str:
    return (resources.files("transcaspian.report") / "templates" / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("transcaspian.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
