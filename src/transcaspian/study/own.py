"""Jobs and trade that projects bring along: given in the case, shown beside what models find."""

import polars as pl

from transcaspian.appraisal.own_flows import own_outputs
from transcaspian.appraisal.plans import ProjectPlan, read_plans
from transcaspian.case.tables import Case
from transcaspian.study.options import Plan

__all__ = ["OWN_OUTPUT_SCHEMA", "own_output_table"]

OWN_OUTPUT_SCHEMA: dict[str, pl.DataType] = {
    "project": pl.String(),
    "year": pl.Int64(),
    "measure": pl.String(),
    "country": pl.String(),
    "amount": pl.Float64(),
}


def own_output_table(case: Case, plan: Plan) -> pl.DataFrame:
    """Return what the runs of a plan bring in each model year (`OWN_OUTPUT_SCHEMA`)."""
    plans = read_plans(
        case.tables["projects/projects"],
        case.tables["projects/spending"],
        case.tables["projects/shares"],
        case.settings.price_year,
    )
    outputs = case.tables["projects/own_outputs"]
    rows = [
        (run, year, measure, country, amount)
        for run in plan.runs
        for year in plan.years
        for (measure, country), amount in own_outputs(
            outputs, _members(plan, run, plans), year
        ).items()
    ]
    return pl.DataFrame(rows, schema=OWN_OUTPUT_SCHEMA, orient="row")


def _members(plan: Plan, run: str, plans: dict[str, ProjectPlan]) -> list[ProjectPlan]:
    return [plans[member] for member in plan.members[run]]
