"""One view of the map (a layer, a run, a year), each place and link leading to its card.

The same marks as on the report's map, which holds every view at once; here the page's address says
which one is drawn, so that it prints, can be linked to, and needs no script.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

from transcaspian.report.geography import SEA_LABELS, Projection
from transcaspian.report.map import (
    THINNEST,
    UNLIMITED_COLOUR,
    WIDEST,
    MapWindow,
    draw_arrow,
    draw_base,
    draw_heading,
    draw_labels,
    draw_stroke,
    flow_difference,
    map_windows,
    short,
    way_path,
)
from transcaspian.report.map_flows import Flow, Layer, Way, largest_flow
from transcaspian.report.names import REFERENCE
from transcaspian.results.theme import NEGATIVE, POSITIVE, load_colour

__all__ = ["MapTexts", "Mark", "changes_of", "draw_view", "marks_of"]

# Changes smaller than this share of the largest flow, or change, are noise of ties.
SMALLEST_OF_FLOW, SMALLEST_OF_CHANGE = 0.002, 0.01
WIDEST_CHANGE, THINNEST_CHANGE = 12.0, 1.2
# With so few places the middle of the map needs no enlargement.
FEW_PLACES = 45


class MapTexts(Protocol):
    """What the map says and where it leads to."""

    def text(self, message: str, /) -> str:
        """Return a title or the name of a sea in the reader's language."""

    def way(self, way: Way, flow: Flow | None, change: float, /) -> str:
        """Return what a link says when it is pointed at."""

    def way_address(self, way: str, /) -> str:
        """Return the address of a link's card."""

    def place_address(self, place: str, /) -> str:
        """Return the address of a place's card."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A link as drawn: its way, width [drawing units], colour, flow, and change from no project."""

    way: Way
    width: float
    colour: str
    flow: Flow | None
    change: float


def marks_of(layer: Layer, run: str, year: int, mode: str) -> tuple[Mark, ...]:
    """Return the links to draw: by flow and load, or by what the run changes (mode "change")."""
    flows = layer.flows.get((run, year), {})
    if mode == "change":
        return _change_marks(layer, flows, changes_of(layer, run, year))
    largest = largest_flow([layer])[layer.key]
    return tuple(_flow_mark(way, flows[way.key], largest) for way in layer.ways if way.key in flows)


def changes_of(layer: Layer, run: str, year: int) -> Mapping[str, float]:
    """Return by how much the run changes the flow of every link, both senses together."""
    flows = layer.flows.get((run, year), {})
    reference = layer.flows.get((REFERENCE, year), {})
    return {
        way.key: flow_difference(flows.get(way.key), reference.get(way.key)) for way in layer.ways
    }


def _flow_mark(way: Way, flow: Flow, largest: float) -> Mark:
    if flow.total <= 0.0 or largest <= 0.0:
        return Mark(way, 0.0, "", flow, 0.0)
    width = max(WIDEST * flow.total / largest, THINNEST)
    colour = UNLIMITED_COLOUR if flow.load is None else load_colour(flow.load)
    return Mark(way, width, colour, flow, 0.0)


def _change_marks(
    layer: Layer, flows: Mapping[str, Flow], changes: Mapping[str, float]
) -> tuple[Mark, ...]:
    size = max((abs(change) for change in changes.values()), default=0.0)
    least = max(SMALLEST_OF_FLOW * largest_flow([layer])[layer.key], SMALLEST_OF_CHANGE * size)
    return tuple(
        Mark(
            way,
            max(WIDEST_CHANGE * abs(changes[way.key]) / size, THINNEST_CHANGE),
            POSITIVE if changes[way.key] > 0 else NEGATIVE,
            flows.get(way.key),
            changes[way.key],
        )
        for way in layer.ways
        if abs(changes[way.key]) > least
    )


def draw_view(
    layer: Layer, marks: Sequence[Mark], mode: str, projection: Projection, texts: MapTexts
) -> Markup:
    """Return the windows of the map: wide and enlarged, and two halves for narrow pages."""
    base = draw_base(projection)
    state = Markup('<g class="state">{}</g>').format(
        Markup("").join(_link(mark, mode, texts) for mark in marks)
    )
    dots = Markup("").join(_dot(layer, place, texts) for place in range(len(layer.places)))
    geometry = base + state + dots
    windows = (
        _window(shape, layer, geometry, projection, texts)
        for shape in map_windows(projection)
        if shape.zoom == 1.0 or len(layer.places) > FEW_PLACES
    )
    return Markup("").join(windows)


def _link(mark: Mark, mode: str, texts: MapTexts) -> Markup:
    # Out of the order of the Tab key, which would stop at hundreds of links: the table beside the
    # map holds the same addresses.
    if mark.width <= 0.0:
        return Markup('<path class="idle" d="{}"/>').format(way_path(mark.way))
    title = texts.way(mark.way, mark.flow, mark.change)
    stroke = draw_stroke(mark.way, mark.width, mark.colour, title)
    is_ahead = mark.flow is not None and mark.flow.forward >= mark.flow.reverse
    arrow = draw_arrow(mark.way, is_ahead, mark.width) if mode == "flow" else Markup("")
    return Markup('<a href="{}" tabindex="-1" aria-label="{}">{}</a>{}').format(
        texts.way_address(mark.way.key), title, stroke, arrow
    )


def _dot(layer: Layer, place: int, texts: MapTexts) -> Markup:
    found = layer.places[place]
    return Markup(
        '<a href="{}" tabindex="-1" aria-label="{}"><circle class="{}" cx="{}" cy="{}" r="3">'
        "<title>{}</title></circle></a>"
    ).format(
        texts.place_address(found.key),
        found.name,
        "market" if found.is_market else "dot",
        short(found.at[0]),
        short(found.at[1]),
        found.name,
    )


def _window(
    shape: MapWindow, layer: Layer, geometry: Markup, projection: Projection, texts: MapTexts
) -> Markup:
    left, top, right, bottom = shape.box
    margin = 40 * shape.zoom
    seas = Markup("")
    for name, lon, lat in SEA_LABELS:
        x, y = projection(lon, lat)
        if left + margin < x < right - margin and top + margin < y < bottom:
            seas += Markup('<text class="sea" x="{}" y="{}" font-size="{}">{}</text>').format(
                short(x), short(y), short(shape.letters), texts.text(name)
            )
    named = MapWindow(shape.css, texts.text(shape.title), shape.box, shape.letters, shape.zoom)
    return Markup(
        '<svg class="map-window {css}" style="--dot:{dot}px;--halo-width:{halo}px;'
        '--layer-{layer}:inline" role="group" aria-label="{title}" viewBox="{x} {y} {w} {h}">'
        "{geometry}{seas}{labels}{heading}</svg>"
    ).format(
        css=shape.css,
        dot=short(3.6 * shape.zoom),
        halo=short(3.0 * shape.zoom),
        layer=layer.key,
        title=named.title,
        x=short(left),
        y=short(top),
        w=short(right - left),
        h=short(bottom - top),
        geometry=geometry,
        seas=seas,
        labels=draw_labels(layer, named),
        heading=draw_heading(named),
    )
