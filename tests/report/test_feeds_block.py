"""The tables of what feeds a cable and of its delivered cost."""

import re

import polars as pl

from tests.report.sample import sample_case, sample_results
from transcaspian.report.blocks import HtmlTable
from transcaspian.report.feeds_block import feeds_blocks
from transcaspian.report.names import names_of_case


def tables_of(**changed: pl.DataFrame) -> list[HtmlTable]:
    tables = sample_results().tables
    names = names_of_case(sample_case(), tables["projects"])
    blocks = feeds_blocks({**tables, **changed}, names)
    return [block for block in blocks if isinstance(block, HtmlTable)]


def plain(row: object) -> list[str]:
    return [re.sub(r"<[^>]+>", "", str(cell.text)) for cell in row]  # type: ignore[attr-defined]


def test_the_share_of_renewables_is_that_of_what_the_cable_sends() -> None:
    fed = tables_of()[0]
    place = [header.label for header in fed.headers].index(
        "of it wind, sun, water and other renewables"
    )
    assert {plain(row)[place].split("\u202f")[0] for row in fed.rows} == {"25.0"}


def test_what_runs_more_and_its_emissions_stand_beside_with_their_sign() -> None:
    row = plain(tables_of()[0].rows[0])
    assert "Azerbaijan gas 4.00" in row
    assert row[-1] == "+1.50"


def test_a_way_over_two_cables_names_both() -> None:
    rows = [plain(row) for row in tables_of()[1].rows]
    assert any(", " in row[1] for row in rows)


def test_a_run_without_cables_has_no_such_tables() -> None:
    empty = sample_results().tables["cable_origins"].clear()
    assert tables_of(cable_origins=empty) == []
