"""Colours, fonts and number formats that report, web, Excel and terminal share.

Nothing else sets a colour or writes a number for people. Colours differ in grey as well, and are
safe for the common kinds of colour blindness (blue-orange axis, never red against green alone).
"""

from collections.abc import Sequence
from math import floor, isfinite, log10

__all__ = [
    "CARRIER_COLOURS",
    "CONFIDENCE_COLOURS",
    "DIFFERENCE_RAMP",
    "FLOW_RAMP",
    "LOAD_RAMP",
    "ROUTE_COLOURS",
    "ZONE_COLOURS",
    "blend",
    "difference_colour",
    "format_number",
    "format_range",
    "format_share",
    "format_signed",
    "is_dark",
    "load_colour",
    "route_colour",
]

# Groups of `power/carriers.group` in stacking order, base load first.
CARRIER_COLOURS: dict[str, str] = {
    "nuclear": "#6f4a9e",
    "coal": "#2b2b2b",
    "gas": "#a3968a",
    "oil": "#6a5544",
    "biomass": "#7c8f3c",
    "geothermal": "#b0642c",
    "hydro": "#2e6fb7",
    "wind": "#1f9a8e",
    "solar": "#f0c330",
    "storage": "#e48bb4",
    "trade": "#c5d1dc",
    "unserved": "#d1232a",
}
CARRIER_LABELS: dict[str, str] = {
    "nuclear": "Nuclear",
    "coal": "Coal",
    "gas": "Gas",
    "oil": "Oil",
    "biomass": "Biomass",
    "geothermal": "Geothermal",
    "hydro": "Hydro",
    "wind": "Wind",
    "solar": "Sun",
    "storage": "Storage",
    "trade": "Trade",
    "unserved": "Unserved",
}
# By the order of the case's routes: ways over the Caspian blue, the south red, Russia purple, the
# ocean grey, Zangezur orange in the packaged case.
ROUTE_COLOURS = (
    "#0f5f80",
    "#3f9bbd",
    "#93cbe0",
    "#b8433b",
    "#5c4636",
    "#c7a54a",
    "#a86fb0",
    "#dba6c6",
    "#6b4390",
    "#4d5861",
    "#aab4bc",
    "#e5861b",
)
NO_ROUTE_COLOUR = "#e1e5e8"
ZONE_COLOURS = ("#0f6a8c", "#e08a1e", "#7a4f9a", "#3f9d6b")
CONFIDENCE_COLOURS: dict[str, str] = {
    "reported": "#1f6f8b",
    "derived": "#74a9bd",
    "assumed": "#e3a24a",
    "synthetic": "#b46a9b",
}
ACCENT = "#0f6a8c"
INK = "#1c2328"
MUTED = "#5b666e"
GRID = "#dfe4e7"
POSITIVE = "#1b6fa8"
NEGATIVE = "#c4622d"
PASSED = "#1b7f5c"
FAILED = "#b3261e"
# Load of a link over its capacity: empty to full and beyond.
LOAD_RAMP = ("#8fb4c9", "#e6c35c", "#e08a2e", "#b8402a", "#6d1023")
# Differences, centred on zero: loss to gain. Dark text is readable on all of it.
DIFFERENCE_RAMP = ("#db8a58", "#f1c8a9", "#f7f6f3", "#b7d4e7", "#649fcb")
# Flows of two senses in pictures without text.
FLOW_RAMP = ("#a8481a", "#f0b48c", "#f7f6f3", "#9cc3de", "#155a8f")
# Letters of charts have these metrics wherever they are drawn, so that nothing is cut off.
CHART_FONT = "'Liberation Sans', Arial, Helvetica, sans-serif"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"

THIN_SPACE = "\u202f"  # narrow and no-break
MINUS = "\u2212"
EN_DASH = "\u2013"
NO_VALUE = "n/a"


def format_number(value: float | None, digits: int = 3) -> str:
    r"""Return the value with `digits` significant figures and thin spaces between thousands.

    >>> format_number(12345.6).replace("\u202f", " ")
    '12 300'
    >>> format_number(0.04567)
    '0.0457'
    """
    if value is None or not isfinite(value):
        return NO_VALUE
    if value == 0:
        return "0"
    places = digits - 1 - floor(log10(abs(value)))
    rounded = round(value, places)
    if rounded != 0:  # 999.6 becomes 1 000: one place fewer
        places = digits - 1 - floor(log10(abs(rounded)))
    text = f"{abs(rounded):,.{max(places, 0)}f}".replace(",", THIN_SPACE)
    return f"{MINUS}{text}" if rounded < 0 else text


def format_signed(value: float | None, digits: int = 3) -> str:
    """Return the value as `format_number` does, with a plus sign where it is above zero."""
    text = format_number(value, digits)
    return f"+{text}" if value is not None and isfinite(value) and value > 0 else text


def format_range(low: float | None, high: float | None, digits: int = 3) -> str:
    """Return both with a dash; one number where they read the same; "to" where one is below zero."""
    first, last = format_number(low, digits), format_number(high, digits)
    if first == last:
        return first
    joint = f"{EN_DASH}" if (low or 0.0) >= 0 and (high or 0.0) >= 0 else " to "
    return f"{first}{joint}{last}"


def format_share(fraction: float | None, digits: int = 3) -> str:
    """Return the fraction as a percentage."""
    if fraction is None or not isfinite(fraction):
        return NO_VALUE
    return f"{format_number(100.0 * fraction, digits)}{THIN_SPACE}%"


def blend(ramp: Sequence[str], position: float) -> str:
    """Return the colour at `position` (0 to 1, clipped) of a ramp of evenly spaced colours."""
    place = min(max(position, 0.0), 1.0) * (len(ramp) - 1)
    lower = min(int(place), len(ramp) - 2)
    share = place - lower
    start, end = _rgb(ramp[lower]), _rgb(ramp[lower + 1])
    mixed = (round(a + share * (b - a)) for a, b in zip(start, end, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def load_colour(load_ratio: float) -> str:
    """Return the colour of a load over capacity; 1.2 and more is the darkest."""
    return blend(LOAD_RAMP, load_ratio / 1.2)


def difference_colour(value: float, largest: float) -> str:
    """Return the colour of a difference, `largest` in size being the strongest."""
    return (
        blend(DIFFERENCE_RAMP, 0.5 + 0.5 * value / largest) if largest > 0 else DIFFERENCE_RAMP[2]
    )


def route_colour(position: int | None) -> str:
    """Return the colour of a main route by its place in the table of routes; pale for no route."""
    if position is None:
        return NO_ROUTE_COLOUR
    return ROUTE_COLOURS[position % len(ROUTE_COLOURS)]


def is_dark(colour: str) -> bool:
    """Return whether white text reads better on the colour than INK (WCAG 2.2 contrast)."""
    luminance = _luminance(colour)
    return 1.05 / (luminance + 0.05) > (luminance + 0.05) / (_luminance(INK) + 0.05)


def _luminance(colour: str) -> float:
    linear = [
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _rgb(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
