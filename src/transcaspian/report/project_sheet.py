"""One page a project for print: what it is, what it is worth, on what that hangs, who gains.

The page is drawn as SVG, in points of A4, and turned into PDF by the library that draws the charts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

import numpy as np
import vl_convert
from numpy.typing import NDArray

from transcaspian.results import theme

__all__ = ["SheetContent", "SheetWords", "draw_sheet", "sheet_pdf"]

FloatArray = NDArray[np.float64]

WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 36.0  # A4 [pt]
INNER = WIDTH - 2.0 * MARGIN
LETTER = 0.5  # mean advance of a letter over the font size, sans serif
CHART_HEIGHT = 150.0
COLUMNS = 4
ROWS_OF_GAINS = 12
SHORT_BAR = 60.0


@dataclass(frozen=True, slots=True)
class SheetWords:
    """What stands on every sheet, and how its numbers are written; English by default."""

    flows: str = "Benefits less operation, and building, by year [million USD]"
    benefits: str = "benefits"
    building: str = "building"
    swings: str = "NPV when one input goes from its P10 to its P90"
    no_swings: str = "Nothing is uncertain."
    medians: str = "all at their medians: {value}"
    gains: str = "Who gains and who loses, NPV [million USD]"
    others: str = "{count} others"
    number: Callable[[float], str] = theme.format_number
    signed: Callable[[float], str] = theme.format_signed


ENGLISH = SheetWords()


@dataclass(frozen=True, slots=True)
class SheetContent:
    """Everything that stands on the sheet; money in millions of USD."""

    title: str
    subtitle: str
    headline: str
    figures: tuple[tuple[str, str], ...]  # label, value as it is read
    year: NDArray[np.int64]  # [n_year]
    income_musd: FloatArray  # [n_year], benefit less operation
    capital_musd: FloatArray  # [n_year]
    swings: tuple[tuple[str, float, float], ...]  # input, NPV at its P10 and P90; widest first
    npv_median_musd: float
    gains: tuple[tuple[str, float], ...]  # who, NPV; largest first
    notes: tuple[str, ...]
    words: SheetWords = ENGLISH


def sheet_pdf(content: SheetContent) -> bytes:
    """Return the sheet as a PDF of one page."""
    return bytes(vl_convert.svg_to_pdf(draw_sheet(content)))


def draw_sheet(content: SheetContent) -> str:
    """Return the sheet as SVG."""
    parts = [f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#ffffff"/>']
    y = MARGIN + 16.0
    parts.append(_text(MARGIN, y, content.title, 18.0, weight="bold"))
    parts.append(_text(MARGIN, y + 16.0, content.subtitle, 9.0, theme.MUTED))
    block, y = _paragraph(content.headline, MARGIN, y + 40.0, INNER, 12.0, theme.ACCENT)
    parts += block
    block, y = _figures(content.figures, y + 14.0)
    parts += block
    parts += _flows(content, y + 18.0)
    y += CHART_HEIGHT + 66.0
    half = 0.5 * (INNER - 24.0)
    parts += _tornado(content, MARGIN, y, half)
    parts += _gains(content.gains, content.words, MARGIN + half + 24.0, y, half)
    parts += _notes(content.notes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{HEIGHT:g}" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}">{"".join(parts)}</svg>'
    )


def _text(
    x: float,
    y: float,
    words: str,
    size: float,
    colour: str = theme.INK,
    anchor: str = "start",
    weight: str = "normal",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{escape(theme.CHART_FONT)}" font-size="{size:g}" '
        f'font-weight="{weight}" fill="{colour}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
    )


def _line(x0: float, y0: float, x1: float, y1: float, colour: str = theme.GRID) -> str:
    return f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{colour}" stroke-width="0.7"/>'


def _paragraph(
    words: str, x: float, y: float, width: float, size: float, colour: str
) -> tuple[list[str], float]:
    """Return the lines of a paragraph and the baseline below the last."""
    lines = wrap(words, max(int(width / (LETTER * size)), 10))
    drawn = [
        _text(x, y + place * 1.3 * size, line, size, colour) for place, line in enumerate(lines)
    ]
    return drawn, y + len(lines) * 1.3 * size


def _figures(figures: Sequence[tuple[str, str]], y: float) -> tuple[list[str], float]:
    width = INNER / COLUMNS
    parts = []
    for place, (label, value) in enumerate(figures):
        row, column = divmod(place, COLUMNS)
        x, top = MARGIN + column * width, y + row * 34.0
        parts += [
            _text(x, top, label, 8.0, theme.MUTED),
            _text(x, top + 14.0, value, 12.0, weight="bold"),
        ]
    rows = -(-len(figures) // COLUMNS)
    return parts, y + rows * 34.0


def _flows(content: SheetContent, y: float) -> list[str]:
    """Return the yearly bars: what comes in above zero, what is built below."""
    income, capital = content.income_musd, -content.capital_musd
    top = max(float(np.maximum(income, 0.0).max()), float(np.maximum(capital, 0.0).max()), 1e-9)
    bottom = min(float((np.minimum(income, 0.0) + np.minimum(capital, 0.0)).min()), 0.0)
    scale = (CHART_HEIGHT - 20.0) / (top - bottom)
    zero = y + 16.0 + top * scale
    step = INNER / content.year.size
    parts = [
        _text(
            MARGIN,
            y,
            content.words.flows,
            9.0,
            weight="bold",
        ),
        _box(MARGIN + INNER - 150.0, y - 7.0, 8.0, 8.0, theme.POSITIVE),
        _text(MARGIN + INNER - 138.0, y, content.words.benefits, 8.0, theme.MUTED),
        _box(MARGIN + INNER - 80.0, y - 7.0, 8.0, 8.0, theme.NEGATIVE),
        _text(MARGIN + INNER - 68.0, y, content.words.building, 8.0, theme.MUTED),
    ]
    for place in range(content.year.size):
        x = MARGIN + place * step + 0.1 * step
        lost = 0.0
        for amount, colour in ((income[place], theme.POSITIVE), (capital[place], theme.NEGATIVE)):
            size = abs(float(amount)) * scale
            start = zero - size if amount > 0.0 else zero + lost
            lost += size if amount < 0.0 else 0.0
            if size:
                parts.append(_box(x, start, 0.8 * step, size, colour))
        if int(content.year[place]) % 5 == 0:
            label_y = y + CHART_HEIGHT + 10.0
            parts.append(
                _text(
                    x + 0.4 * step,
                    label_y,
                    str(int(content.year[place])),
                    7.5,
                    theme.MUTED,
                    "middle",
                )
            )
    parts.append(_line(MARGIN, zero, MARGIN + INNER, zero, theme.MUTED))
    parts.append(_text(MARGIN, y + 13.0, content.words.number(top), 7.5, theme.MUTED))
    if bottom < 0.0:
        low = zero - bottom * scale
        parts.append(
            _text(MARGIN + INNER, low, content.words.number(bottom), 7.5, theme.MUTED, "end")
        )
    return parts


def _tornado(content: SheetContent, x: float, y: float, width: float) -> list[str]:
    """Return a bar from the NPV at the P10 to that at the P90 of each input."""
    parts = [_text(x, y, content.words.swings, 9.0, weight="bold")]
    if not content.swings:
        return [*parts, _text(x, y + 18.0, content.words.no_swings, 8.5, theme.MUTED)]
    ends = [end for _, low, high in content.swings for end in (low, high)]
    least, greatest = min(*ends, 0.0), max(*ends, 0.0)
    label = 84.0
    scale = (width - label) / max(greatest - least, 1e-9)

    def at(value: float) -> float:
        return x + label + (value - least) * scale

    for place, (name, low, high) in enumerate(content.swings):
        top = y + 14.0 + place * 26.0
        first, last = min(low, high), max(low, high)
        parts += [
            _text(x, top + 9.0, name, 8.5),
            _box(at(first), top, max(at(last) - at(first), 0.5), 11.0, theme.ACCENT),
        ]
        # The two numbers stand inside the ends of a long bar and outside those of a short one.
        anchors = ("start", "end") if at(last) - at(first) > SHORT_BAR else ("end", "start")
        for value, anchor in zip((first, last), anchors, strict=True):
            words = content.words.number(value)
            parts.append(_text(at(value), top + 19.0, words, 7.0, theme.MUTED, anchor))
    bottom = y + 10.0 + len(content.swings) * 26.0
    parts.append(_line(at(0.0), y + 8.0, at(0.0), bottom, theme.MUTED))
    parts.append(_text(at(0.0), bottom + 9.0, "0", 7.0, theme.MUTED, "middle"))
    median = content.words.medians.format(value=content.words.number(content.npv_median_musd))
    parts.append(_text(x, bottom + 20.0, median, 7.5, theme.MUTED))
    return parts


def _gains(
    gains: Sequence[tuple[str, float]], words: SheetWords, x: float, y: float, width: float
) -> list[str]:
    parts = [_text(x, y, words.gains, 9.0, weight="bold")]
    shown = gains
    if len(gains) > ROWS_OF_GAINS:
        half = ROWS_OF_GAINS // 2
        rest = sum(value for _, value in gains[half:-half])
        others = (words.others.format(count=len(gains) - 2 * half), rest)
        shown = (*gains[:half], others, *gains[-half:])
    for place, (who, value) in enumerate(shown):
        top = y + 18.0 + place * 13.5
        colour = theme.POSITIVE if value > 0.0 else theme.NEGATIVE
        parts += [
            _text(x, top, who, 8.5),
            _text(x + width, top, words.signed(value), 8.5, colour, "end"),
            _line(x, top + 4.0, x + width, top + 4.0),
        ]
    return parts


def _notes(notes: Sequence[str]) -> list[str]:
    size = 7.0
    lines = [line for note in notes for line in wrap(note, int(INNER / (LETTER * size)))]
    y = HEIGHT - MARGIN - (len(lines) - 1) * 1.3 * size
    parts = [_line(MARGIN, y - 12.0, MARGIN + INNER, y - 12.0)]
    parts += [
        _text(MARGIN, y + place * 1.3 * size, line, size, theme.MUTED)
        for place, line in enumerate(lines)
    ]
    return parts
