"""Projects that bring their own flows are valued by the same books, and only when switched on."""

from dataclasses import replace
from types import MappingProxyType

import polars as pl
import pytest

from transcaspian.case.tables import Case
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study

SOURCED = {"source": "assumption", "confidence": "assumed", "note": None}
FLOWS = (
    ("sales", "external_market", "MK", "project_owners", "EA", 10.0),
    ("wages", "project_owners", "EA", "residents", "EA", 4.0),
    ("steel", "project_owners", "EA", "resources", "EA", 3.0),
)


def with_yard(case: Case, *, is_active: bool) -> Case:
    """Return the case with a shipyard of its own flows beside its projects."""
    tables = dict(case.tables)
    copied = {"project": pl.lit("YARD")}
    for name in ("projects/projects", "projects/spending", "projects/shares"):
        row = tables[name].filter(pl.col("project") == "CABLE").with_columns(**copied)
        if name == "projects/projects":
            row = row.with_columns(
                sector=pl.lit("own"), is_active=pl.lit(is_active), opex_share=pl.lit(0.0)
            )
        tables[name] = pl.concat([tables[name], row])
    names = ("kind", "payer", "payer_country", "receiver", "receiver_country", "amount_musd")
    rows = [
        {"project": "YARD", "from_offset": 0, "to_offset": None}
        | dict(zip(names, flow, strict=True))
        | SOURCED
        for flow in FLOWS
    ]
    outputs = {"project": "YARD", "measure": "jobs", "country": "EA", "from_offset": 0}
    outputs |= {"to_offset": None, "amount": 300.0, "unit": "person"} | SOURCED
    for name, added in (("projects/own_flows", rows), ("projects/own_outputs", [outputs])):
        empty = tables[name]
        tables[name] = pl.DataFrame(added, schema=empty.schema)
    return replace(case, tables=MappingProxyType(tables))


@pytest.fixture(scope="module")
def results(small_case: Case) -> Results:
    options = StudyOptions(projects=("YARD",), only=("freight",), years=(2030,))
    return run_study(with_yard(small_case, is_active=False), options)


def test_the_value_is_what_leaves_and_enters_the_parties(results: Results) -> None:
    project = results.table("projects").row(0, named=True)

    # Sales and wages are paid from one party to another; steel is the only real cost.
    used = sum(1.06 ** -(year - 2025) for year in range(2028, 2053))
    built = 300.0 * 0.5 * (1.06**-1 + 1.06**-2)
    assert project["npv_headline_musd"] == pytest.approx(-3.0 * used - built)


def test_owners_and_residents_gain_what_they_are_paid(results: Results) -> None:
    gains = results.table("who_gains").filter(pl.col("project") == "YARD")
    by_party = {(row["party"], row["country"]): row["npv_musd"] for row in gains.to_dicts()}

    used = sum(1.06 ** -(year - 2025) for year in range(2028, 2053))
    assert by_party["residents", "EA"] == pytest.approx(4.0 * used)
    assert by_party["external_market", "MK"] == pytest.approx(-10.0 * used)


def test_the_books_balance(results: Results) -> None:
    assert results.table("checks")["passed"].all()


def test_jobs_are_shown_once_the_yard_is_open(results: Results) -> None:
    assert results.table("own_outputs").rows() == [("YARD", 2030, "jobs", "EA", 300.0)]


@pytest.mark.parametrize("is_active", [False, True])
def test_it_is_valued_by_default_only_where_it_is_switched_on(
    small_case: Case, is_active: bool
) -> None:
    options = StudyOptions(only=("freight",), years=(2030,))

    results = run_study(with_yard(small_case, is_active=is_active), options)

    assert ("YARD" in results.table("projects")["project"]) is is_active
