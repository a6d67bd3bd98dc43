"""A year of hours as a picture: 365 days across, 24 hours down, one pixel an hour.

Vega would draw 8,760 rectangles (1 MB); a picture of 365 by 24 pixels inside an SVG takes 10 kB.
"""

import zlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from struct import pack

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from transcaspian.results.theme import FLOW_RAMP, INK, MUTED, blend, format_number

__all__ = ["draw_year"]

DAYS, HOURS = 365, 24
COLOURS = 101
WIDTH, LEFT, TOP, BOTTOM, CELL = 470.0, 30.0, 8.0, 58.0, 6.0
_MONTH_STARTS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_MONTHS = "JFMAMJJASOND"


def draw_year(
    values: NDArray[np.float64],
    largest: float,
    unit: str,
    label: str,
    *,
    months: Sequence[str] = _MONTHS,
    number: Callable[[float, int], str] = format_number,
    widest: float = WIDTH,
) -> Markup:
    """Return the 8,760 values as a drawing, blue above zero and orange below.

    `largest` is the value of the strongest colour, `months` the twelve letters below the drawing,
    `number` writes a value to so many figures, `widest` is the largest width on a page [px].
    """
    width, height = WIDTH - LEFT - 6.0, HOURS * CELL
    parts = [
        Markup(
            '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {:.0f} {:.0f}" width="100%"'
            ' style="max-width:{:.0f}px" font-size="12" fill="{}">'
        ).format(label, WIDTH, TOP + height + BOTTOM, widest, INK),
        Markup(
            '<image x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}" preserveAspectRatio="none"'
            ' style="image-rendering:pixelated" href="{}"/>'
        ).format(LEFT, TOP, width, height, _picture(values, largest)),
    ]
    parts += [
        _text(LEFT - 4, TOP + hour * CELL + 4, f"{hour}", "end") for hour in (0, 6, 12, 18, 24)
    ]
    parts += [
        _text(LEFT + width * (start + 15) / DAYS, TOP + height + 15, month, "middle")
        for start, month in zip(_MONTH_STARTS, months, strict=True)
    ]
    parts.append(_scale(TOP + height + 26, largest, unit, number))
    return Markup("").join([*parts, Markup("</svg>")])


def _scale(y: float, largest: float, unit: str, number: Callable[[float, int], str]) -> Markup:
    """Return the colour scale with its ends and zero."""
    bar_width, bar_left = 180.0, LEFT + 70.0
    steps = Markup("").join(
        Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.2f}" height="9" fill="{}"/>').format(
            bar_left + step * bar_width / 30, y, bar_width / 30 + 0.3, blend(FLOW_RAMP, step / 29)
        )
        for step in range(30)
    )  # fmt: skip
    return (
        steps
        + _text(bar_left - 6, y + 9, number(-largest, 2), "end")
        + _text(bar_left + bar_width / 2, y + 23, "0", "middle")
        + _text(bar_left + bar_width + 6, y + 9, f"{number(largest, 2)} {unit}", "start")
    )


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    colour = MUTED
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}">{}</text>').format(
        x, y, anchor, colour, escape(text)
    )


def _picture(values: NDArray[np.float64], largest: float) -> str:
    """Return a PNG with a palette (one byte a pixel) as a data address."""
    grid = np.asarray(values, dtype=np.float64)[: DAYS * HOURS].reshape(DAYS, HOURS).T
    share = grid / largest if largest > 0 else np.zeros_like(grid)
    index = np.clip(np.rint((share + 1) / 2 * (COLOURS - 1)), 0, COLOURS - 1).astype(np.uint8)
    palette = b"".join(
        bytes.fromhex(blend(FLOW_RAMP, step / (COLOURS - 1))[1:]) for step in range(COLOURS)
    )
    lines = b"".join(b"\x00" + row.tobytes() for row in index)
    header = pack(">IIBBBBB", DAYS, HOURS, 8, 3, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, data)
        for name, data in (
            (b"IHDR", header),
            (b"PLTE", palette),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        )
    )
    return "data:image/png;base64," + b64encode(content).decode("ascii")


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))
