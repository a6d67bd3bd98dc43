"""Scenarios that leave more load unserved than the standard allows: they give no values.

What a project saves where load is shed is the value of lost load times the energy that it brings: a
figure of a system that nobody would let come about, many times any other benefit.
"""

from collections.abc import Mapping

import polars as pl

from transcaspian.case.tables import REFERENCE, Case
from transcaspian.study.options import Plan
from transcaspian.study.solved import Key, Solved

__all__ = ["NOT_USABLE_SCHEMA", "not_usable"]

NOT_USABLE_SCHEMA: dict[str, pl.DataType] = {
    "scenario": pl.String(),
    "year": pl.Int64(),
    "bus": pl.String(),
    "unserved_hours": pl.Int64(),
    "unserved_mwh": pl.Float64(),
    "most_unserved_hours": pl.Float64(),
}


def not_usable(case: Case, plan: Plan, power: Mapping[Key, Solved]) -> pl.DataFrame:
    """Return `NOT_USABLE_SCHEMA`: zones and years of each scenario beyond the standard.

    Looked at is the reference run of the model years in which projects are valued.
    """
    most = case.settings.most_unserved_hours
    parts = [pl.DataFrame(schema=NOT_USABLE_SCHEMA)]
    for scenario in plan.scenarios:
        for year in plan.years_of(scenario):
            zones = power[Key(scenario, REFERENCE, year)].tables["power_zone_year"]
            parts.append(
                zones.filter(pl.col("unserved_hours") > most).select(
                    pl.lit(scenario).alias("scenario"),
                    pl.lit(year, dtype=pl.Int64).alias("year"),
                    "bus",
                    "unserved_hours",
                    "unserved_mwh",
                    pl.lit(most).alias("most_unserved_hours"),
                )
            )
    return pl.concat(parts)
