"""Packaged projects cite the page that their hand-kept row names."""

import csv
from pathlib import Path

from transcaspian.case.read import read_case

HAND = Path(__file__).parents[2] / "scripts/build_case/projects_hand/projects.csv"


def test_every_project_cites_its_own_address() -> None:
    tables = read_case().tables
    sources = tables["sources"]
    address = dict(zip(sources["key"], sources["address"], strict=True))
    frame = tables["projects/projects"]
    cited = {
        project: address[source]
        for project, source in zip(frame["project"], frame["source"], strict=True)
    }
    with HAND.open(encoding="utf-8", newline="") as stream:
        hand = {row["project"]: row["address"] for row in csv.DictReader(stream)}

    assert cited == hand
