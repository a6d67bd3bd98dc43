"""The forecast on record names projects that can be run, and its intervals hold their middles."""

import re
from pathlib import Path

from transcaspian.case.read import read_case

PAGE = Path(__file__).parents[1] / "docs" / "forecasts" / "2026-11-black-sea.md"
CELL = re.compile(r"\s*([+-]?[\d.,]+) \(([+-]?[\d.,]+) to ([+-]?[\d.,]+)\)\s*")


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_every_figure_lies_in_its_interval() -> None:
    cells = [
        found
        for line in PAGE.read_text("utf-8").splitlines()
        for found in map(CELL.fullmatch, line.split("|"))
        if found
    ]
    assert len(cells) == 16
    for found in cells:
        middle, low, high = map(number, found.groups())
        assert low < middle < high


def test_what_was_run_can_be_run_again() -> None:
    named = re.search(r"--projects ([A-Z_0-9,]+)", PAGE.read_text("utf-8"))
    assert named is not None
    known = set(read_case().tables["projects/projects"]["project"])
    known |= set(read_case().tables["projects/clusters"]["cluster"])
    assert set(named[1].split(",")) <= known
