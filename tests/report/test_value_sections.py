"""The sections on risk, packages, owners and cables say what their tables hold."""

import polars as pl
import pytest

from tests.report.sample import SampleResults, sample_case, sample_results
from transcaspian.report.assumptions_section import reading_section
from transcaspian.report.blocks import Figure, Fold, HtmlTable, Section
from transcaspian.report.economy_section import economy_section
from transcaspian.report.entsoe_section import entsoe_section
from transcaspian.report.interactions_section import interactions_section
from transcaspian.report.names import Names, names_of_case
from transcaspian.report.risk_section import risk_section, shown_runs
from transcaspian.report.schema import with_every_table
from transcaspian.report.sheet_facts import sheet_facts
from transcaspian.report.terms import Terms, terms_of_scenario, with_terms

Parts = tuple[dict[str, pl.DataFrame], Names, Terms]


@pytest.fixture(scope="module")
def parts() -> Parts:
    tables = with_every_table(sample_results().tables)
    tables["projects"], terms = terms_of_scenario(
        *with_terms(tables["projects"], sample_case().settings), "reference"
    )
    return tables, names_of_case(sample_case(), tables["projects"], tables["who_gains"]), terms


def texts(section: Section) -> str:
    """Every word of the section's tables and titles."""
    found = [str(section.lead)]

    def walk(blocks: object) -> None:
        for block in blocks:  # type: ignore[attr-defined]
            if isinstance(block, Fold):
                found.append(str(block.title))
                walk(block.blocks)
            table = block.table if isinstance(block, Figure) else block
            if isinstance(table, HtmlTable):
                found.append(str(table.caption))
                found.extend(str(cell.text) for row in table.rows for cell in row)

    walk(section.blocks)
    return "\n".join(found)


def test_every_run_with_draws_stands_in_the_distribution(parts: Parts) -> None:
    figure = next(b for b in risk_section(*parts).blocks if isinstance(b, Figure))

    assert figure.table is not None
    assert len(figure.table.rows) == parts[0]["risk"].height


def test_ranked_projects_come_first_then_clusters_then_variants(parts: Parts) -> None:
    runs = shown_runs(parts[0]["projects"])

    assert runs[0] == "black_sea_cable"
    assert runs[-2:] == ["green_corridor", "caspian_cable_2000"]


def test_a_project_that_loses_in_every_year_is_said_never_to_pay(parts: Parts) -> None:
    words = texts(risk_section(*parts))

    assert "never pays in the years tried" in words
    assert "2033 or beyond the years tried" in words


def test_the_tornado_names_the_input_that_the_value_hangs_on_most(parts: Parts) -> None:
    assert "hangs most on capital cost" in texts(risk_section(*parts))


def test_the_spread_is_told_apart_by_input(parts: Parts) -> None:
    words = texts(risk_section(*parts))

    assert "What the spread comes from" in words
    assert "70.0\u202f%" in words


def test_the_matrix_of_pairs_is_symmetric(parts: Parts) -> None:
    matrix = next(b for b in interactions_section(*parts).blocks if isinstance(b, HtmlTable))

    cells = [[str(cell.text) for cell in row[1:]] for row in matrix.rows]
    assert cells == [list(column) for column in zip(*cells, strict=True)]
    assert cells[0][1] == "+430"


def test_first_in_and_last_in_stand_in_columns_of_their_own(parts: Parts) -> None:
    words = texts(interactions_section(*parts))

    assert "complement" in words
    assert "1 help each other" in words


def test_methods_of_the_cable_sheet_are_never_in_one_list(parts: Parts) -> None:
    tables, names, _ = parts
    worth = [b for b in entsoe_section(tables, names).blocks if isinstance(b, HtmlTable)]

    assert [str(table.caption).split(":")[0] for table in worth] == ["PINT", "TOOT"]


def test_what_is_not_assessed_says_why_and_has_no_number(parts: Parts) -> None:
    tables, names, _ = parts
    words = texts(entsoe_section(tables, names))

    assert "not assessed: needs a dynamic study of the grid" in words
    assert "not assessed: no package was solved with and without it" in words


def test_every_transport_project_has_its_economic_table(parts: Parts) -> None:
    words = texts(economy_section(*parts))

    for name in ("Zangezur railway", "Aktau container hub", "Alat port, phase 2"):
        assert f"{name}: economic costs" in words
    assert "Black Sea cable: economic costs" not in words


def test_the_lead_counts_those_that_pay_their_owners(parts: Parts) -> None:
    paid = parts[0]["owners_value"].filter(pl.col("npv_financial_musd") > 0).height

    assert f"{paid} of 7 projects and clusters pay their owners" in texts(economy_section(*parts))


def test_a_sheet_holds_returns_dates_and_risk(parts: Parts) -> None:
    facts = dict(sheet_facts("zangezur", parts[0], parts[2]))

    assert facts["Payback from the first spending"] == "12.5 years"
    assert facts["FIRR of the owners after tax"].startswith("5.00\u202f% real")
    assert facts["Best opening year"] == "2029 or beyond the years tried"
    assert "chance of a loss 20\u202f%" in facts["NPV, P10 to P90"]


def test_a_sheet_without_the_tables_has_no_further_facts(parts: Parts) -> None:
    empty = {name: table.clear() for name, table in parts[0].items()}

    assert sheet_facts("zangezur", empty, parts[2]) == []


def test_the_page_prints_the_conventions_of_the_values() -> None:
    results = SampleResults(sample_results().tables, {"conventions": "discounted to 2025 (t = 0)"})

    assert "discounted to 2025 (t = 0)." in texts(reading_section(sample_case(), results))
