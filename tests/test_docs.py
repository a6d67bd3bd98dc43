"""The documents name what there is: commands, tables, result tables, files they link to."""

import ast
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


def test_the_page_of_silent_errors_names_every_test_of_its_file_and_no_other() -> None:
    page = (ROOT / "docs" / "no-silent-errors.md").read_text("utf-8")
    tree = ast.parse((ROOT / "tests/power/test_no_silent_errors.py").read_text("utf-8"))
    tests = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert set(re.findall(r"`(test_\w+)`", page)) == tests
