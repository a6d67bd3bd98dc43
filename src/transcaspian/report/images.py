"""Drawings as files: PNG and PDF of an SVG, and the drawing library for browsers."""

from functools import cache
from threading import Lock

import vl_convert

__all__ = ["svg_to_pdf", "svg_to_png", "vega_script"]

# The drawing library keeps one engine a process: calls from several threads wait for each other.
_ONE_AT_A_TIME = Lock()
PIXELS_PER_UNIT = 2.0


def svg_to_png(svg: str) -> bytes:
    """Return the drawing as PNG, at twice its size, so that it is sharp in print."""
    with _ONE_AT_A_TIME:
        return bytes(vl_convert.svg_to_png(svg, scale=PIXELS_PER_UNIT))


def svg_to_pdf(svg: str) -> bytes:
    """Return the drawing as PDF of one page."""
    with _ONE_AT_A_TIME:
        return bytes(vl_convert.svg_to_pdf(svg))


_GLOBALS = "window.vegaEmbed = vegaEmbed; window.vega = vega; window.vegaLite = vegaLite;"


@cache
def vega_script() -> str:
    """Return Vega, Vega-Lite and vega-embed as one ES module, out of the installed package."""
    with _ONE_AT_A_TIME:
        return str(vl_convert.javascript_bundle(_GLOBALS))
