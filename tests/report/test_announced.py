"""Slips that the register announced are priced with the project's own flows."""

from datetime import date

import polars as pl
import pytest

from tests.report.sample import SampleCase, sample_case, sample_results
from transcaspian.register.read import read_packaged
from transcaspian.report.announced import announced_table
from transcaspian.report.blocks import HtmlTable
from transcaspian.report.names import names_of_case
from transcaspian.report.schema import with_every_table
from transcaspian.report.terms import terms_of_scenario, with_terms

AS_OF = date(2026, 3, 1)
SLIPPED = "com-zang-az-2026"  # from the end of 2022 to the end of 2026


def table_for(subject: str) -> HtmlTable | None:
    base = sample_case()
    promises = pl.DataFrame({"project": ["zangezur"], "subject": [subject]})
    case = SampleCase(base.settings, {**base.tables, "projects/promises": promises})
    tables = with_every_table(sample_results().tables)
    tables["projects"], terms = terms_of_scenario(
        *with_terms(tables["projects"], base.settings), "reference"
    )
    names = names_of_case(case, tables["projects"], tables["who_gains"])
    return announced_table(tables, case, read_packaged(), AS_OF, names, terms)


def numbers(table: HtmlTable) -> list[float]:
    return [float(cell.title) for cell in table.rows[0] if cell.is_number and cell.title]


def test_a_slip_of_four_years_stands_with_its_dates() -> None:
    table = table_for(SLIPPED)

    assert table is not None
    words = [str(cell.text) for cell in table.rows[0]]
    assert words[0] == "Zangezur railway"
    assert {"2022-12-31", "2026-12-31"} <= set(words)
    assert pytest.approx(numbers(table)[1], abs=0.01) == 4.0


def test_the_price_of_a_year_times_the_slip_is_the_price() -> None:
    table = table_for(SLIPPED)

    assert table is not None
    _, years, spent, per_year, _ = numbers(table)
    assert per_year * years == pytest.approx(spent)


def test_a_promise_that_never_moved_has_no_price() -> None:
    assert table_for("com-zang-open-2028") is None


def test_without_named_promises_there_is_no_table() -> None:
    tables = with_every_table(sample_results().tables)
    tables["projects"], terms = terms_of_scenario(
        *with_terms(tables["projects"], sample_case().settings), "reference"
    )
    names = names_of_case(sample_case(), tables["projects"], tables["who_gains"])

    assert announced_table(tables, sample_case(), read_packaged(), AS_OF, names, terms) is None
