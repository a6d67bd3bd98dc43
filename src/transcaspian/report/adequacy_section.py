"""The part of the page on adequacy: hours short, what projects change, which scenarios count."""

from collections.abc import Mapping

import polars as pl

from transcaspian.report.blocks import Block, Fold, Remark, Section
from transcaspian.report.markup import ColumnView, frame_table
from transcaspian.report.names import REFERENCE, Names, humanise
from transcaspian.report.worded import worded

__all__ = ["adequacy_section"]

KEY, TITLE, SHORT = "adequacy", "Adequacy: will the lights stay on", "Adequacy"
SEEN_H = 0.05  # fewer hours a year are none to a reader
_ZONE_VIEWS = (
    ColumnView("zone", "Zone"),
    ColumnView("year", "Year", "", "year"),
    ColumnView("lole_h", "Hours short", "h/a", "number"),
    ColumnView("lole_low_h", "Low", "h/a", "number"),
    ColumnView("lole_high_h", "High", "h/a", "number"),
    ColumnView("eens_mwh", "Not served", "MWh/a", "number"),
    ColumnView("largest_event_mwh", "Largest event", "MWh", "number"),
    ColumnView("standard_h", "Standard", "h/a", "number"),
    ColumnView("standing", "Standing"),
)
_EFFECT_VIEWS = (
    ColumnView("project", "Project"),
    ColumnView("year", "Year", "", "year"),
    ColumnView("zone", "Zone"),
    ColumnView("lole_change_h", "Hours short", "h/a", "difference"),
    ColumnView("eens_change_mwh", "Not served", "MWh/a", "difference"),
    ColumnView("worth_musd", "Worth", "million USD/a", "number"),
    ColumnView("worth_low_musd", "Low", "million USD/a", "number"),
    ColumnView("worth_high_musd", "High", "million USD/a", "number"),
)
_SCENARIO_VIEWS = (
    ColumnView("called", "Scenario"),
    ColumnView("weighed", "Weighed by funds"),
    ColumnView("countries_beyond", "Countries beyond the standard"),
    ColumnView("years_beyond", "Years"),
    ColumnView("lole_worst_h", "Worst, hours short", "h/a", "number"),
    ColumnView("standard_h", "Its standard", "h/a", "number"),
)


def adequacy_section(
    tables: Mapping[str, pl.DataFrame], scenarios: pl.DataFrame, names: Names
) -> Section:
    """Return the section of the scenario shown; `scenarios` judges all of them."""
    zones = tables["power_adequacy"]
    if zones.is_empty():
        return Section(KEY, TITLE, "No adequacy was studied in this run.", (), SHORT)
    samples = int(zones["samples"].to_numpy().max())
    without = zones.filter((pl.col("run") == REFERENCE) & (pl.col("lole_h") >= SEEN_H))
    blocks: list[Block] = []
    if without.height:
        named = worded(without, zone=("bus", names.bus)).sort("year", "zone")
        caption = "Zones that run short without any project, with 95 % intervals"
        blocks.append(frame_table(named, _ZONE_VIEWS, caption, "adequacy.csv"))
    effects = tables["power_adequacy_effects"].filter(pl.col("lole_change_h").abs() >= SEEN_H)
    if effects.height:
        named = worded(effects, zone=("bus", names.bus), project=("run", names.run))
        rows = frame_table(
            named.sort("worth_musd", descending=True, maintain_order=True),
            _EFFECT_VIEWS,
            "What projects change, in the same years of outages",
            "adequacy_effects.csv",
        )
        blocks.append(Fold("What projects change in the hours short of zones", (rows,)))
    judged = worded(
        scenarios, called=("scenario", lambda key: names.scenarios.get(key, humanise(key)))
    ).with_columns(weighed=pl.when("is_weighed").then(pl.lit("yes")).otherwise(pl.lit("no")))
    caption = "Scenarios against the standards of adequacy, without any project"
    blocks.append(frame_table(judged, _SCENARIO_VIEWS, caption, "adequacy_scenarios.csv"))
    blocks.append(
        Remark(
            f"{samples} years of outages, drawn hour by hour; more by the command power adequacy. An"
            " interval says how far chance in the drawing may be off, not how good the inputs are:"
            " times of failure, spread of water and most standards are assumed. A scenario is beyond"
            " where the low end of the interval of a country's mean consumer is above its standard."
        )
    )
    lead = (
        "How often and how far load is not served when plants, cables and lines fail by chance and"
        " water is short, with zones helping each other as far as lines allow."
    )
    return Section(KEY, TITLE, lead, blocks, SHORT)
