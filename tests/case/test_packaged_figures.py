"""What the documents promise of the packaged figures holds."""

from pathlib import Path

import polars as pl
import pytest

from transcaspian.case.columns import CONFIDENCES
from transcaspian.case.read import read_case
from transcaspian.case.registry import TABLES
from transcaspian.case.tables import Case

DOCS = Path(__file__).parents[2] / "docs"
FUTURE = (2030, 2035, 2040)
MOST_GROWTH = 5.0  # over the tonnes of 2024; relations above it are named in the document
DEAREST_USD_PER_T = 100_000.0  # gold is near a hundred million


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case()


def test_no_figure_of_the_future_is_without_source_and_confidence(case: Case) -> None:
    known = set(case.tables["sources"]["key"])
    yearly = [name for name, table in TABLES.items() if "year" in {c.name for c in table.columns}]
    changes = ["projects/changes", "scenarios/changes"]

    assert len(yearly) > 15
    for name in (*yearly, *changes):
        frame = case.tables[name]
        if name in yearly:
            frame = frame.filter(pl.col("year").is_in(FUTURE))
        assert TABLES[name].sourced, name
        assert set(frame["source"]) <= known, name
        assert set(frame["confidence"]) <= set(CONFIDENCES), name


def test_every_hourly_series_says_where_it_comes_from(case: Case) -> None:
    info = case.tables["power/profile_info"]

    assert set(info["profile"]) == set(case.profiles)
    assert set(info["confidence"]) == {"synthetic"}


def test_every_border_is_settled_in_writing(case: Case) -> None:
    links = case.tables["power/links"]
    settled = [note.split(". Length:")[0] for note in links["note"]]

    assert all(len(text) > 10 for text in settled)
    for name, words in {
        "KZ_SOUTH-KG": "MVA",
        "KG-UZ": "MVA",
        "AM-GE": "MVA",
        "AM-IR_AM": "MVA",
        "GE-TR": "Two rows for one border",
        "NAKHCHIVAN-TR": "Two rows for one border",
        "AZ-RU_SOUTH": "missing data",
        "KZ_NORTH-RU": "scheduled values",
        "TM-AF_TM": "the other way round",
        "KZ_MANGYSTAU-AZ": "placeholder",
        "TR-BG": "thermal",
        "GE-RU_SOUTH": "in winter",
        "BG-GR": "before the line of 2023",
    }.items():
        row = links.filter(pl.col("link") == name)
        assert words in row["note"].item(), name


def test_the_page_says_of_every_border_what_the_tables_say(case: Case) -> None:
    text = (DOCS / "case_power.md").read_text("utf-8")
    shown = {
        cells[1].strip("` "): [cell.strip() for cell in cells[2:6]]
        for line in text.splitlines()
        if len(cells := line.split("|")) == 7 and "-" in cells[1] and cells[1].startswith(" `")
    }
    links = case.tables["power/links"]
    years = case.tables["power/link_years"]

    assert set(shown) == set(links["link"])
    for link, note in links.select("link", "note").iter_rows():
        *capacities, settled = shown[link]
        assert note.startswith(settled), link
        for year, cell in zip((2025, 2030, 2035), capacities, strict=True):
            row = years.filter((pl.col("link") == link) & (pl.col("year") == year))
            both = [float(part.replace(",", "")) for part in cell.split(" / ")]
            assert both[0] == row["p_nom_mw"].item(), (link, year)
            assert both[-1] == row["p_nom_reverse_mw"].item(), (link, year)


def test_paper_plants_of_mangystau_are_derated(case: Case) -> None:
    for year in (2022, 2025):
        plants = case.at(year).tables["power/generators"]
        old = plants.filter(pl.col("generator") == "KZ_MANGYSTAU_gas_ocgt_steam")
        usable = (old["p_nom_mw"] * old["availability_pu"]).item()

        # 545 MW of 1,330 were usable in 2023, and 120 MW of field turbines stand beside them.
        assert old["p_nom_mw"].item() > 1300.0
        assert 545.0 <= usable <= 545.0 + 1.6 * 120.0


def test_old_plants_elsewhere_are_derated_too(case: Case) -> None:
    plants = {
        row["generator"]: row["availability_pu"]
        for row in case.tables["power/generators"].iter_rows(named=True)
    }

    assert plants["AM_gas_ocgt_steam"] <= 0.25  # Hrazdan, mostly out of use
    coal = [share for name, share in plants.items() if name.startswith("KZ_") and "_coal" in name]
    assert max(coal) <= 0.72


def test_complete_projects_are_valued_as_what_their_absence_would_cost(case: Case) -> None:
    projects = case.tables["projects/projects"]
    complete = projects.filter(pl.col("project").is_in(["BTK_UPGRADE", "DOSTYK_MOYINTY"]))

    assert set(complete["status"]) == {"complete"}
    assert complete["is_active"].all()


def test_relations_far_above_what_was_counted_are_listed(case: Case) -> None:
    text = (DOCS / "case_freight.md").read_text("utf-8")
    base = case.at(2024).tables["freight/demand"].select("demand", before="tonnes")
    for scenario in case.scenario_names():
        for year in FUTURE:
            then = case.at(year, scenario).tables["freight/demand"]
            grown = then.join(base, on="demand", maintain_order="left").filter(
                pl.col("tonnes") > MOST_GROWTH * pl.col("before")
            )
            unlisted = [name for name in grown["demand"] if f"`{name}`" not in text]
            assert unlisted == [], (scenario, year)


def test_gold_is_no_cargo(case: Case) -> None:
    commodities = case.tables["freight/commodities"]

    assert commodities["value_usd_per_t"].max() < DEAREST_USD_PER_T
    assert not commodities["name"].str.to_lowercase().str.contains("gold|sitc 9").any()
