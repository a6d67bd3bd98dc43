import doctest
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcaspian.results import theme


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1.00"),
        (12345.6, "12 300"),
        (999.6, "1 000"),
        (-0.04567, "\u22120.0457"),
        (1234567.0, "1 230 000"),
        (9.996, "10.0"),
    ],
)
def test_numbers_have_three_significant_figures_and_thin_spaces(value: float, text: str) -> None:
    assert theme.format_number(value).replace(theme.THIN_SPACE, " ") == text


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_no_number_says_so(value: float | None) -> None:
    assert theme.format_number(value) == theme.NO_VALUE


@given(st.floats(min_value=1e-6, max_value=1e9))
def test_a_written_number_is_within_half_a_percent_of_the_value(value: float) -> None:
    written = float(theme.format_number(value).replace(theme.THIN_SPACE, ""))
    assert abs(written - value) <= 0.00501 * value


def test_a_range_across_zero_is_written_with_to() -> None:
    assert theme.format_range(-75.0, 485.0) == "\u221275.0 to 485"


def test_a_range_of_equal_ends_is_one_number() -> None:
    assert theme.format_range(48.0, 48.0) == "48.0"


def test_zero_difference_has_the_neutral_colour() -> None:
    assert theme.difference_colour(0.0, 10.0) == theme.DIFFERENCE_RAMP[2]


def test_the_load_ramp_darkens_from_half_load_on() -> None:
    shades = [luminance(theme.load_colour(load / 10)) for load in range(5, 13)]
    assert shades == sorted(shades, reverse=True)


def test_neighbours_in_a_stack_of_carriers_differ_in_grey() -> None:
    stack = [theme.CARRIER_COLOURS[name] for name in ("coal", "gas", "hydro", "solar", "storage")]
    assert all(abs(luminance(a) - luminance(b)) > 15 for a, b in combinations(stack, 2))


def test_examples_in_the_theme_hold() -> None:
    assert doctest.testmod(theme).failed == 0


@pytest.mark.parametrize("ramp", [theme.DIFFERENCE_RAMP, theme.LOAD_RAMP])
def test_text_on_a_coloured_cell_is_readable(ramp: tuple[str, ...]) -> None:
    # WCAG 2.2 asks for 4.5 (text) and 3 (large text); steps between the stops are the worst case.
    for step in range(41):
        colour = theme.blend(ramp, step / 40)
        ink = "#ffffff" if theme.is_dark(colour) else theme.INK
        lighter, darker = sorted((theme._luminance(colour), theme._luminance(ink)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) > 4.0
