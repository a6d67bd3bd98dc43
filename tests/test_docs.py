"""The documents name what there is: commands, tables, result tables, files they link to."""

import re
from pathlib import Path

import pytest

from transcaspian.case.registry import TABLES

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text("utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), target


def test_every_table_and_column_is_described() -> None:
    for table in TABLES.values():
        assert table.meaning.endswith("."), table.name
        for column in table.all_columns():
            assert column.meaning, f"{table.name}.{column.name}"


def test_the_readme_names_both_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")

    assert "python3 start.py run" in text
    assert ".venv/bin/transcaspian check" in text
