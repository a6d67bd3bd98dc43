"""The value of each project under every scenario, over the model years that all of them have.

The first scenario is solved in every model year, the others in fewer: a value over all years beside
one over a few would show the years that differ, not the scenario.
"""

from collections.abc import Sequence

import polars as pl

from transcaspian.report.terms import Terms, solved_years

__all__ = ["scenario_values", "shared_years"]

VALUE = "npv_scenario_years_musd"


def shared_years(projects: pl.DataFrame, terms: Terms) -> tuple[int, ...]:
    """Return the model years that every scenario of the table of projects was solved in."""
    shared = terms.years
    for (_,), rows in projects.group_by("scenario", maintain_order=True):
        shared = solved_years(rows, shared)
    return shared


def scenario_values(projects: pl.DataFrame, scenarios: Sequence[str]) -> pl.DataFrame:
    """Return project, name and the NPV at the headline rate under each scenario, best first.

    Columns bear the names of the scenarios; those that no project was valued in are left out. Every
    value is of the same model years (`shared_years`).
    """
    shown = [name for name in scenarios if name in projects["scenario"]]
    if VALUE not in projects.columns or not shown:
        return pl.DataFrame(schema={"project": pl.String, "name": pl.String})
    wide = projects.filter(pl.col("scenario").is_in(shown)).pivot(
        "scenario", index=["project", "name"], values=VALUE
    )
    return wide.select("project", "name", *shown).sort(
        [shown[0], "project"], descending=[True, False], nulls_last=True
    )
