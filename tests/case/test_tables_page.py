"""The page of tables is what its script makes of the registry."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from transcaspian.case.registry import TABLES

SCRIPT = Path(__file__).parents[2] / "scripts" / "tables_page.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tables_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_page_is_what_the_script_makes(script: ModuleType) -> None:
    assert script.PAGE.read_text("utf-8") == script.page(), "run python scripts/tables_page.py"


def test_every_table_has_a_section_with_a_row_a_column(script: ModuleType) -> None:
    sections = {
        part.split("\n", 1)[0]: part for part in script.page().split("\n## ") if "| `" in part
    }

    for name, table in TABLES.items():
        rows = [line for line in sections[name].splitlines() if line.startswith("| `")]
        assert [row.split("`")[1] for row in rows] == [column.name for column in table.columns]
