"""Charts and pictures: they show the values they are given."""

import re
import zlib
from base64 import b64decode
from urllib.parse import unquote

import numpy as np
import polars as pl
import pytest

from tests.report.sample import SETTINGS, sample_case, sample_results
from transcaspian.report.freight_section import bottlenecks
from transcaspian.report.gains_section import gains_section
from transcaspian.report.heatmap import draw_year
from transcaspian.report.markup import csv_address
from transcaspian.report.names import humanise, names_of_case
from transcaspian.report.power_charts import SUMMER, WINTER, draw_week, duration_curve, peak_week
from transcaspian.report.schema import TABLE_COLUMNS, with_every_table
from transcaspian.report.terms import terms_of_scenario, with_terms

NAMES = names_of_case(sample_case(), sample_results().tables["projects"])


def pixels(svg: str) -> np.ndarray:
    """Return the palette indices of the PNG inside the drawing."""
    content = b64decode(re.search(r"base64,([^\"]+)", svg).group(1))  # type: ignore[union-attr]
    start = content.index(b"IDAT")
    length = int.from_bytes(content[start - 4 : start], "big")
    lines = zlib.decompress(content[start + 4 : start + 4 + length])
    return np.frombuffer(lines, dtype=np.uint8).reshape(24, 366)[:, 1:]


def test_the_year_picture_has_a_pixel_for_every_hour() -> None:
    values = np.zeros(8760)
    values[24 * 100 + 7] = 500.0
    values[24 * 200 + 19] = -500.0
    shown = pixels(str(draw_year(values, 500.0, "MW", "x")))
    assert shown[7, 100] == 100
    assert shown[19, 200] == 0
    assert (shown == 50).sum() == 8758


def test_the_year_picture_is_small() -> None:
    noise = np.random.default_rng(1).normal(size=8760)
    assert len(str(draw_year(noise, 3.0, "MW", "x"))) < 25_000


def test_the_peak_week_holds_the_highest_hour_of_its_season() -> None:
    load = np.random.default_rng(2).random(8760)
    for season in (WINTER, SUMMER):
        start = peak_week(load, season)
        hours = np.array(season)
        assert load[start : start + 168].max() >= load[hours].max()
        assert start + 168 <= 8760


def test_the_last_days_of_december_still_give_a_whole_week() -> None:
    load = np.zeros(8760)
    load[-1] = 1.0
    assert peak_week(load, WINTER) == 8760 - 168


def test_a_duration_curve_falls_from_the_highest_to_the_lowest_price() -> None:
    values = np.random.default_rng(3).normal(50.0, 20.0, 8760)
    shares, levels = duration_curve(values)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == pytest.approx(values.max(), abs=1e-3)


def test_a_week_without_any_power_is_still_drawn() -> None:
    assert "<svg" in draw_week({"gas": np.zeros(8760)}, 0, "nothing")


def test_a_chart_has_no_address_of_another_host() -> None:
    drawn = str(draw_week({"gas": np.ones(8760)}, 0, "one"))
    assert "http" not in drawn


def test_a_download_holds_twelve_digits() -> None:
    frame = pl.DataFrame({"name": ["é;,", "b"], "value": [1 / 3, 2.0]})
    content = unquote(csv_address(frame).split(",", 1)[1]).removeprefix("\ufeff")
    assert pl.read_csv(content.encode()).equals(frame.with_columns(pl.col("value").round(12)))


def test_matrices_add_up_to_the_value_of_their_project() -> None:
    tables = sample_results().tables
    projects, terms = terms_of_scenario(*with_terms(tables["projects"], SETTINGS), "reference")
    section = gains_section({**tables, "projects": projects}, NAMES, terms)
    for fold in section.blocks:
        table = fold.blocks[0]  # type: ignore[union-attr]
        project = fold.key.removeprefix("gains-")  # type: ignore[union-attr]
        expected = tables["who_gains"].filter(pl.col("project") == project)["npv_musd"].sum()
        assert float(table.rows[-1][-1].title) == pytest.approx(expected)  # type: ignore[union-attr]


def test_the_clearing_party_and_small_countries_do_not_crowd_the_matrix() -> None:
    tables = sample_results().tables
    projects, terms = terms_of_scenario(*with_terms(tables["projects"], SETTINGS), "reference")
    extra = pl.DataFrame(
        [
            {"scenario": "reference", "project": "zangezur", "country": country, "party": party, "npv_musd": value}
            for country, party, value in (("KZ", "exchange", 1e-13), ("TM", "consumers", 0.01), ("RU", "consumers", -0.02))
        ]
    )  # fmt: skip
    gains = pl.concat([tables["who_gains"].filter(pl.col("project") == "zangezur"), extra])
    section = gains_section({"projects": projects, "who_gains": gains}, NAMES, terms)
    table = section.blocks[0].blocks[0]  # type: ignore[union-attr]
    assert "Exchange" not in [header.label for header in table.headers]  # type: ignore[union-attr]
    assert [row[0].text for row in table.rows][-2:] == ["2 others", "All"]  # type: ignore[union-attr]
    assert float(table.rows[-2][-1].title) == pytest.approx(-0.01)  # type: ignore[union-attr]


def test_bottlenecks_are_sorted_by_their_fullest_year() -> None:
    tight = bottlenecks(sample_results().tables, NAMES)
    fullest = tight.group_by("place", maintain_order=True).agg(pl.col("load_ratio").max())
    assert fullest["load_ratio"].to_list() == sorted(fullest["load_ratio"], reverse=True)


def test_the_sample_has_every_table_and_column_of_the_contract() -> None:
    tables = sample_results().tables
    assert set(tables) == set(TABLE_COLUMNS)
    for name, frame in with_every_table(tables).items():
        assert set(TABLE_COLUMNS[name]) <= set(frame.columns)


def test_short_names_become_words() -> None:
    assert humanise("grid_owners") == "Grid owners"
    assert humanise("npv_co2") == "NPV CO₂"
