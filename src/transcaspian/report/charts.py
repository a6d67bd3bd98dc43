"""Charts as inline SVG: Vega-Lite descriptions drawn by vl-convert, in the theme's colours.

A chart carries no title of its own: the page writes title, quantity and source around it, so that
they wrap, translate and are read aloud.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import vl_convert
from markupsafe import Markup, escape

from transcaspian.results import theme

__all__ = [
    "CHART_WIDTH",
    "NUMBER_FORMAT",
    "WIDE_WIDTH",
    "Spec",
    "complete",
    "draw",
    "hatch_key",
    "hatches",
]

Spec = dict[str, Any]
# Total widths of drawings [px]: half and whole width of the page. At phone width a half drawing
# shrinks to about 0.75, which keeps its letters above 9 px.
CHART_WIDTH = 470
WIDE_WIDTH = 960
_TAG = re.compile(r"<[^>]*>")  # numbers between tags are for people: they stay
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_VEGA_LITE_VERSION = "6.1"

_CONFIG: Spec = {
    "background": None,
    "font": theme.CHART_FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": theme.INK,
        "titleColor": theme.MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": theme.GRID,
        "domainColor": theme.MUTED,
        "tickColor": theme.MUTED,
        "labelLimit": 220,
        "titlePadding": 8,
    },
    "legend": {
        "labelFontSize": 12,
        "labelColor": theme.INK,
        "titleFontSize": 12,
        "titleColor": theme.MUTED,
        "titleFontWeight": "normal",
        "symbolType": "square",
        "symbolSize": 110,
        "labelLimit": 260,
        "columnPadding": 14,
    },
    "header": {
        "labelFontSize": 12,
        "labelColor": theme.INK,
        "titleFontSize": 12,
        "labelFontWeight": 600,
        "titleColor": theme.MUTED,
    },
    "text": {"fontSize": 12, "color": theme.INK},
    "bar": {"stroke": None},
    "locale": {"number": {"minus": theme.MINUS}},
}
NUMBER_FORMAT: Spec = {
    "decimal": ".",
    "thousands": theme.THIN_SPACE,
    "grouping": [3],
    "currency": ["", ""],
    "minus": theme.MINUS,
}


def complete(spec: Mapping[str, Any], width: int = CHART_WIDTH) -> Spec:
    """Return the description with size and theme, as a drawing library takes it."""
    return {
        "autosize": {"type": "fit-x", "contains": "padding"},
        "width": width,
        "padding": 4,
        **spec,
        "config": {key: value for key, value in _CONFIG.items() if key != "locale"},
    }


def draw(
    spec: Mapping[str, Any],
    label: str,
    width: int = CHART_WIDTH,
    number_format: Mapping[str, Any] = NUMBER_FORMAT,
) -> Markup:
    """Return the chart as an accessible SVG element that shrinks with the page."""
    full = complete(spec, width)
    svg = vl_convert.vegalite_to_svg(
        full, vl_version=_VEGA_LITE_VERSION, format_locale=dict(number_format)
    )
    return _inline(svg, label)


def _inline(svg: str, label: str) -> Markup:
    """Return the drawing ready to stand in the page: labelled, scalable, short numbers."""
    head_end = svg.index(">") + 1
    head, body = svg[:head_end], svg[head_end:]
    view_box = re.search(r'viewBox="([^"]+)"', head)
    if view_box is None:
        raise ValueError("the drawing has no viewBox")
    width = float(view_box.group(1).split()[2])
    body = _TAG.sub(lambda tag: _NUMBER.sub(_rounded, tag.group()), body)
    # Vega labels every mark for screen readers; the table beside the chart serves them better.
    body = re.sub(r' (?:aria-[a-z]+|role|pointer-events)="[^"]*"', "", body)
    body = body.replace(' class="background"', "").replace(' class="foreground"', "")
    body = re.sub(r' font-family="[^"]*"', "", body)
    # Vega counts its clip paths through the life of the process: name them by the drawing instead,
    # so that ids differ within the page and agree from run to run.
    drawing = f"{crc32(label.encode()):08x}"
    for place, key in enumerate(dict.fromkeys(re.findall(r'id="(clip\d+)"', body))):
        body = re.sub(rf"\b{key}\b", f"c{drawing}-{place}", body)
    return Markup(
        f'<svg class="chart" role="img" aria-label="{escape(label)}" viewBox="{view_box.group(1)}"'
        f' style="max-width:{1.15 * width:.0f}px" width="100%"'
        f' font-family="{theme.CHART_FONT}">'
    ) + Markup(body)


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number.group()):.1f}"


def hatch_key(colour: str) -> str:
    """Return the fill of assumed or synthetic values in the given colour."""
    return f"url(#hatch-{colour.lstrip('#')})"


def hatches(colours: Sequence[str]) -> Markup:
    """Return the definitions of hatched fills, to stand once in the page."""
    patterns = "".join(
        f'<pattern id="hatch-{colour.lstrip("#")}" width="6" height="6" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><rect width="6" height="6" fill="{colour}" opacity="0.35"/>'
        f'<rect width="3" height="6" fill="{colour}"/></pattern>'
        for colour in colours
    )
    return Markup(patterns)
