"""Tornado charts: bars on the right side of the median, in the right size, with their numbers."""

import re

import pytest

from transcaspian.report.tornado import Swing, draw_tornado

SWINGS = [
    Swing("capital cost", "80 %", "130 %", 300.0, -100.0),
    Swing("delay", "1 a", "3 a", 90.0, 120.0),
]


def bars(svg: str) -> list[tuple[float, float, str]]:
    found = re.findall(
        r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="\d+" fill="(#\w+)"', svg
    )
    return [(float(x), float(width), colour) for x, width, colour in found]


def test_a_bar_reaches_from_the_median_to_each_end() -> None:
    (low_x, low_width, low), (high_x, high_width, high), *_ = bars(draw_tornado(SWINGS, 100.0, "t"))

    assert low_width == pytest.approx(high_width, abs=0.2)  # 200 above and 200 below
    assert high_x + high_width == pytest.approx(low_x, abs=0.2)
    assert low != high


def test_both_ends_of_an_input_may_lie_on_one_side_of_the_median() -> None:
    (_, _, first), (_, _, second) = bars(draw_tornado([SWINGS[1]], 80.0, "t"))

    assert first == second


def test_every_end_says_its_value_and_the_npv_there() -> None:
    svg = draw_tornado(SWINGS, 100.0, "t")

    assert "300 at 80 %" in svg
    assert "\u2212100 at 130 %" in svg
    assert "all at their medians: 100" in svg


def test_names_with_markup_stay_text() -> None:
    svg = draw_tornado([Swing("<b>", "1", "2", 1.0, 2.0)], 1.5, '"<i>"')

    assert "<b>" not in svg
    assert "<i>" not in svg
