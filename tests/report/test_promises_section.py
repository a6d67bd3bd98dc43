from datetime import date

from tests.register.examples import make, observation
from transcaspian.register.read import read_packaged
from transcaspian.register.status import judge_all
from transcaspian.register.tables import make_register
from transcaspian.report.blocks import Figure, Fold, HtmlTable, Section
from transcaspian.report.promises_section import promises_section

DAY = date(2026, 4, 30)


def tables_of(section: Section) -> list[HtmlTable]:
    found = []
    for block in section.blocks:
        if isinstance(block, HtmlTable):
            found.append(block)
        if isinstance(block, Figure) and block.table is not None:
            found.append(block.table)
        if isinstance(block, Fold):
            found += [inner for inner in block.blocks if isinstance(inner, HtmlTable)]
    return found


def test_the_bars_add_up_to_all_commitments() -> None:
    (figure,) = [
        block
        for block in promises_section(read_packaged(), DAY).blocks
        if isinstance(block, Figure)
    ]
    assert figure.table is not None
    assert sum(int(row[1].text) for row in figure.table.rows) == 79
    assert figure.title == "16 of 79 commitments are missed, late or at risk"


def test_every_commitment_stands_in_the_section_with_its_status() -> None:
    everything = tables_of(promises_section(read_packaged(), DAY))[-1]
    assert len(everything.rows) == len(judge_all(read_packaged(), DAY))


def test_every_table_can_be_taken_away() -> None:
    assert all(
        table.download.startswith("data:") and table.file_name
        for table in tables_of(promises_section(read_packaged(), DAY))
    )


def test_internal_promises_do_not_reach_the_page() -> None:
    secret = make({"internal": "true", "title": "Secret plan"}, [observation("2025-12-31", 5.0)])
    assert "Secret plan" not in repr(promises_section(secret, DAY))


def test_a_case_without_promises_says_so() -> None:
    assert "no register" in promises_section(make_register({}), DAY).lead


def test_text_of_the_register_is_escaped_by_the_page() -> None:
    section = promises_section(make({"title": "<script>"}, [observation("2025-12-31", 4.0)]), DAY)
    cells = [cell.text for table in tables_of(section) for row in table.rows for cell in row]
    # Plain text, not markup: the template escapes it.
    assert "<script>" in [cell for cell in cells if not hasattr(cell, "__html__")]
