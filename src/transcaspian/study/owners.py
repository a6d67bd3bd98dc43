"""The financial side of every project of a study, as result tables.

Empty where the case gives no financial terms: without taxes and terms of debt there is no rate of
return to owners that could stand beside the economic one.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from transcaspian.appraisal.again import ProjectFacts, RunFacts, ledger_of_run
from transcaspian.appraisal.financial import BRIDGE, FinancialTerms
from transcaspian.appraisal.owners import OwnersValue, mean_terms, operators_of, owners_value
from transcaspian.case.tables import ANY_COUNTRY, Case
from transcaspian.errors import InputError, Problem
from transcaspian.study.options import Plan

__all__ = ["VALUE_SCHEMA", "owners_tables"]

TERMS = "economy/financial_terms"
TEXT, REAL = pl.String(), pl.Float64()
VALUE_SCHEMA: dict[str, pl.DataType] = {
    "scenario": TEXT,
    "project": TEXT,
    "operators": TEXT,  # parties whose gains are the owners' income
    "countries": TEXT,
    "income_musd": REAL,  # present value at the headline rate, as all below but the last
    "taxes_musd": REAL,
    "npv_financial_musd": REAL,
    "firr_real": REAL,  # null unless there is exactly one
    "firr_nominal": REAL,
    "firr_note": TEXT,
    "interest_while_building_musd": REAL,  # current prices, at opening
} | {f"bridge_{name}": REAL for name in BRIDGE}
FLOW_SCHEMA: dict[str, pl.DataType] = {"scenario": TEXT, "project": TEXT, "year": pl.Int64()} | {
    f"{name}_musd": REAL
    for name in (
        "income",
        "operation",
        "capital",
        "indirect_tax",
        "income_tax",
        "net",
        "net_constant",
    )
}


def owners_tables(
    case: Case, plan: Plan, projects: pl.DataFrame, ledger: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Return `owners_value` (a row a project) and `owners_flows` (a row a project and year).

    Parameters
    ----------
    projects, ledger : frame
        The result tables of those names.
    """
    rows: list[dict[str, object]] = []
    flows = [pl.DataFrame(schema=FLOW_SCHEMA)]
    if projects.height and case.tables[TERMS].height:
        terms = _terms_by_country(case)
        for fact in projects.iter_rows(named=True):
            key = {"scenario": fact["scenario"], "project": fact["project"]}
            own = ledger.filter(pl.col("scenario") == fact["scenario"])
            members = plan.members[str(fact["project"])]
            found = _value(case, own, ProjectFacts.of_row(fact), members, terms)
            rows.append(key | dict(found.row))
            flows.append(
                found.flows.select(
                    *(pl.lit(value, dtype=TEXT).alias(name) for name, value in key.items()),
                    pl.all(),
                )
            )
    return {
        "owners_value": pl.DataFrame(rows, schema=VALUE_SCHEMA),
        "owners_flows": pl.concat(flows),
    }


def _value(
    case: Case,
    ledger: pl.DataFrame,
    fact: ProjectFacts,
    members: Sequence[str],
    terms: dict[str, FinancialTerms],
) -> OwnersValue:
    table = case.tables["projects/projects"].filter(pl.col("project").is_in(list(members)))
    cost = dict(table.select("project", "capex_musd").iter_rows())
    shares = case.tables["projects/shares"].filter(pl.col("project").is_in(list(members)))
    held = [
        (country, share * cost[project])
        for project, country, share in shares.select("project", "country", "share").iter_rows()
    ]
    # Owners of what costs nothing hold it in equal parts.
    weights = [amount for _, amount in held] if any(a for _, a in held) else [1.0] * len(held)
    money = RunFacts(case.settings.price_year, case.settings.base_year)
    factors = case.tables["economy/conversion_factors"]
    return owners_value(
        ledger_of_run(ledger, fact, money),
        operators_of([str(kind) for kind in table["kind"]]),
        tuple(dict.fromkeys(country for country, _ in held)),
        mean_terms([terms.get(c) or terms[ANY_COUNTRY] for c, _ in held], weights),
        case.settings.headline_rate,
        money.discount_year,
        dict(factors.select("kind", "factor").iter_rows()) if factors.height else None,
    )


def _terms_by_country(case: Case) -> dict[str, FinancialTerms]:
    names = list(FinancialTerms.__slots__)
    found = {
        str(row["country"]): FinancialTerms(**{name: row[name] for name in names})
        for row in _rows(case.tables[TERMS])
    }
    if ANY_COUNTRY not in found:
        message = "no row holds for every other country."
        problem = Problem(f"{TERMS}.csv", 0, "country", message, f"Add one for {ANY_COUNTRY!r}.")
        raise InputError("Some owners have no financial terms.", [problem])
    return found


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    return list(table.iter_rows(named=True))
