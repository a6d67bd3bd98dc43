"""Tornado charts: one bar an input, from the NPV at its P10 to that at its P90.

Drawn by hand: a page holds one for every project, and each takes a kilobyte.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from transcaspian.results.theme import CHART_FONT, INK, MUTED, NEGATIVE, POSITIVE, format_number

__all__ = ["Swing", "draw_tornado"]

WIDTH, LABEL, RIGHT = 460.0, 104.0, 14.0  # px
STEP, BAR = 30.0, 13.0
LEAST_WORDS = 170.0  # px that the two numbers of a bar need between them


@dataclass(frozen=True, slots=True)
class Swing:
    """One input: its name, its values at P10 and P90 in words, and the NPV at each [million USD]."""

    name: str
    low_text: str
    high_text: str
    npv_low_musd: float
    npv_high_musd: float


def draw_tornado(swings: Sequence[Swing], median_musd: float, label: str) -> Markup:
    """Return the chart as SVG; blue above the NPV at all medians, orange below it."""
    ends = [value for one in swings for value in (one.npv_low_musd, one.npv_high_musd)]
    least, greatest = min(*ends, median_musd, 0.0), max(*ends, median_musd, 0.0)
    scale = (WIDTH - LABEL - RIGHT) / max(greatest - least, 1e-9)
    height = STEP * len(swings) + 30.0

    def at(value: float) -> float:
        return LABEL + (value - least) * scale

    parts = []
    for place, one in enumerate(swings):
        parts += _bar(one, 4.0 + STEP * place, at, median_musd)
    bottom = STEP * len(swings) + 4.0
    parts.append(_line(at(median_musd), bottom, INK))
    if least < 0.0 < greatest:
        parts.append(_line(at(0.0), bottom, MUTED, dash=True))
        parts.append(_words(at(0.0), bottom + 12.0, "0", "middle"))
    middle = f"all at their medians: {format_number(median_musd)}"
    anchor = "end" if at(median_musd) > 0.6 * WIDTH else "start"
    parts.append(_words(at(median_musd), bottom + 23.0, middle, anchor))
    return Markup(
        f'<svg class="chart" role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH:.0f}'
        f' {height:.0f}" style="max-width:{1.15 * WIDTH:.0f}px" width="100%"'
        f' font-family="{CHART_FONT}" font-size="11">'
    ) + Markup("".join(parts) + "</svg>")


def _bar(one: Swing, top: float, at: Callable[[float], float], median: float) -> list[str]:
    parts = [_words(0.0, top + 10.5, one.name, "start", INK)]
    for value in (one.npv_low_musd, one.npv_high_musd):
        first, last = sorted((at(value), at(median)))
        colour = POSITIVE if value > median else NEGATIVE
        parts.append(
            f'<rect x="{first:.1f}" y="{top:.1f}" width="{max(last - first, 0.5):.1f}"'
            f' height="{BAR:.0f}" fill="{colour}"/>'
        )
    ends = sorted(
        (at(npv), f"{format_number(npv)} at {text}")
        for npv, text in ((one.npv_low_musd, one.low_text), (one.npv_high_musd, one.high_text))
    )
    (left, left_text), (right, right_text) = ends
    # The values stand below the ends of their bar, apart where the bar is short.
    missing = max(LEAST_WORDS - (right - left), 0.0) / 2.0
    start = min(max(left - missing, LABEL), WIDTH - LEAST_WORDS)
    end = max(min(right + missing, WIDTH), start + LEAST_WORDS)
    parts.append(_words(start, top + 23.5, left_text, "start"))
    parts.append(_words(end, top + 23.5, right_text, "end"))
    return parts


def _line(x: float, bottom: float, colour: str, *, dash: bool = False) -> str:
    dashes = ' stroke-dasharray="3 3"' if dash else ""
    return f'<path d="M{x:.1f} 0V{bottom:.1f}" stroke="{colour}" stroke-width="1"{dashes}/>'


def _words(x: float, y: float, words: str, anchor: str, colour: str = MUTED) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
