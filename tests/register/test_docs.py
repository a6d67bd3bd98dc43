"""docs/register.md says what the code does: its rules, tables, commands and examples."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from transcaspian.cli import register as commands
from transcaspian.register.columns import TABLES
from transcaspian.register.contradictions import MAX_STATEMENT_AGE_DAYS, SAME_SHARE
from transcaspian.register.export import FORMS
from transcaspian.register.slips import MAX_SLOPE
from transcaspian.register.targets import MAX_AGE_DAYS, TOLERANCE
from transcaspian.register.verdict import RULES

TEXT = (Path(__file__).parents[2] / "docs" / "register.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ (.+)\n((?:.*\n)*?)```", TEXT)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_stands_in_the_page_with_its_status_and_an_example(name: str) -> None:
    row = re.search(rf"^\| `(\w+)` \| `{name}` \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)
    assert row is not None
    assert (row[1], row[2]) == (RULES[name].status, RULES[name].meaning)
    assert len(row[3]) > 20


def test_every_table_and_form_of_export_stands_in_the_page() -> None:
    assert all(f"| `{name}` |" in TEXT for name in (*TABLES, *FORMS))


def test_every_command_stands_in_the_page() -> None:
    group = typer.main.get_command(commands.app)
    assert all(f"`register {name}" in TEXT for name in group.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "word",
    [
        "open",
        "started",
        "on_track",
        "at_risk",
        "off_track",
        "likely_missed",
        "overdue_unverified",
        "unknown",
        "missed",
        "met",
        "superseded",
    ],
)
def test_every_word_of_the_collected_data_is_mapped(word: str) -> None:
    mapping = TEXT.partition("### Words of the sources")[2].partition("\n## ")[0]
    assert re.search(rf"^\|[^|]*\b{word}\b[^|]*\|", mapping, re.MULTILINE)


def test_the_limits_in_the_page_are_those_of_the_code() -> None:
    for number in MAX_AGE_DAYS.values():
        assert str(number) in TEXT
    assert f"{TOLERANCE:.0%}".replace("%", " %") in TEXT
    assert f"s = {MAX_SLOPE}" in TEXT
    assert f"{SAME_SHARE * 100:g} %" in TEXT
    assert f"{MAX_STATEMENT_AGE_DAYS} days" in TEXT


@pytest.mark.parametrize(("line", "output"), EXAMPLES, ids=[line for line, _ in EXAMPLES])
def test_every_example_prints_what_the_page_says(line: str, output: str) -> None:
    app = typer.Typer()
    app.add_typer(commands.app, name="register")
    found = CliRunner().invoke(app, shlex.split(line)[1:]).stdout
    assert [row.rstrip() for row in found.rstrip().splitlines()] == output.rstrip().splitlines()
