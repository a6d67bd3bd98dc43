"""The map: seas, places and flows as one SVG that switches view and year without JavaScript.

Every state (what, year, flow or change) is a group that hidden radio buttons turn on. The drawing
is defined once; the wide map and the two half maps for phones reuse it and differ in labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from transcaspian.report.geography import LAND, SEA_LABELS, SEAS, Point, Projection, distance
from transcaspian.report.labels import BOLD, LETTER_WIDTH, Box, Label, place_labels
from transcaspian.report.map_flows import Flow, Layer, Way, largest_flow
from transcaspian.report.names import REFERENCE, Names
from transcaspian.results.theme import (
    LOAD_RAMP,
    NEGATIVE,
    POSITIVE,
    format_number,
    format_share,
    format_signed,
    load_colour,
)

__all__ = [
    "MapWindow",
    "draw_arrow",
    "draw_base",
    "draw_heading",
    "draw_labels",
    "draw_map",
    "draw_stroke",
    "flow_difference",
    "map_windows",
    "short",
    "way_path",
]

WIDEST = 15.0  # width of the largest flow in drawing units
THINNEST = 1.1
UNLIMITED_COLOUR = "#7d93a1"
# Changes smaller than this share of the largest flow are noise of ties, not an effect.
SMALLEST_CHANGE = 0.002
HALF_OVERLAP = 20.0
WIDE_LETTERS, NARROW_LETTERS = 11.5, 17.0
# Upper left and lower right corner of the enlarged map [deg].
ENLARGED = ((40.3, 44.3), (53.6, 37.9))
CORE_TITLE = "South Caucasus and Caspian, enlarged"
LEAST_RANK = 2  # junctions of lesser rank have names on the enlarged map only
THINNEST_ARROW = 1.8
_MODES = ("flow", "change")


@dataclass(frozen=True, slots=True)
class _View:
    """One choice of what to show: a layer and a run."""

    layer: Layer
    run: str


@dataclass(frozen=True, slots=True)
class MapWindow:
    """One window on the drawing: `zoom` is its width over that of the whole map, below 1."""

    css: str
    title: str
    box: Box
    letters: float
    zoom: float = 1.0


def draw_map(layers: Sequence[Layer], names: Names, projection: Projection) -> Markup:
    """Return the map with its switches, legend and styles; empty where no layer has flows."""
    views = [_View(layer, run) for layer in layers for run in layer.runs]
    years = sorted({year for layer in layers for year in layer.years})
    if not views or not years:
        return Markup("")
    return Markup(
        '<style>{rules}</style><div class="map">{switches}<div class="map-stage">{drawing}'
        "{legend}</div></div>"
    ).format(
        rules=_rules(views, years),
        switches=_switches(views, years, names),
        drawing=_drawing(layers, views, years, projection),
        legend=_legend(layers, largest_flow(layers), views),
    )


def _switches(views: Sequence[_View], years: Sequence[int], names: Names) -> Markup:
    """Return the radio buttons, which stand before the stage that they change, and their labels."""
    start_year = years[min(len(years) // 2, len(years) - 1)]
    inputs = [
        _radio("map-view", f"v{place}", place == 0, f"{v.layer.title}: {names.run(v.run)}")
        for place, v in enumerate(views)
    ]
    inputs += [_radio("map-year", f"y{year}", year == start_year, str(year)) for year in years]
    inputs += [_radio("map-mode", f"m{mode}", mode == "flow", mode) for mode in _MODES]
    groups = [
        _pills(layer.title, [(f"v{p}", names.run(v.run)) for p, v in enumerate(views) if v.layer is layer])
        for layer in {v.layer.key: v.layer for v in views}.values()
    ]  # fmt: skip
    groups.append(_pills("Year", [(f"y{year}", str(year)) for year in years], "short"))
    groups.append(
        _pills(
            "Show", [("mflow", "Flow"), ("mchange", "Change against without any project")], "short"
        )
    )
    return Markup("").join(inputs) + Markup('<div class="map-switches">{}</div>').format(
        Markup("").join(groups)
    )


def _radio(group: str, key: str, is_checked: bool, label: str) -> Markup:
    return Markup('<input type="radio" name="{}" id="{}" aria-label="{}"{}>').format(
        group, key, label, Markup(" checked") if is_checked else ""
    )


def _pills(title: str, items: Sequence[tuple[str, str]], css: str = "") -> Markup:
    labels = (Markup('<label for="{}">{}</label>').format(key, text) for key, text in items)
    return Markup('<div class="pills {}"><span class="pills-title">{}</span>{}</div>').format(
        css, title, Markup("").join(labels)
    )


def _rules(views: Sequence[_View], years: Sequence[int]) -> Markup:
    """Return the style rules that show the chosen state and mark the chosen labels.

    The choice travels as a custom property set on the stage: it is inherited by the copies of the
    drawing that `use` makes, which selectors do not reach.
    """
    rules = []
    for place, view in enumerate(views):
        layer = view.layer.key
        rules.append(f"#v{place}:checked~.map-stage{{--layer-{layer}:inline;--note-{layer}:block}}")
        rules += [
            f"#v{place}:checked~#y{year}:checked~#m{mode}:checked~.map-stage"
            f"{{--{_state_key(place, year, mode)}:inline}}"
            for year in years
            for mode in _MODES
        ]
    keys = [f"v{p}" for p in range(len(views))] + [f"y{y}" for y in years]
    keys += [f"m{mode}" for mode in _MODES]
    chosen = ",".join(f"#{key}:checked~.map-switches label[for={key}]" for key in keys)
    focused = ",".join(f"#{key}:focus-visible~.map-switches label[for={key}]" for key in keys)
    rules.append(
        f"{chosen}{{background:var(--accent);color:var(--on-accent);border-color:var(--accent)}}"
    )
    rules.append(f"{focused}{{outline:3px solid var(--focus);outline-offset:2px}}")
    return Markup("".join(rules))


def _state_key(place: int, year: int, mode: str) -> str:
    return f"s{place}-{year}-{mode}"


def _drawing(
    layers: Sequence[Layer], views: Sequence[_View], years: Sequence[int], projection: Projection
) -> Markup:
    width, height = projection.width, projection.height
    largest = largest_flow(layers)
    states = Markup("").join(
        _state(place, view, year, mode, largest[view.layer.key])
        for place, view in enumerate(views)
        for year in years
        for mode in _MODES
    )
    dots = Markup("").join(_dots(layer) for layer in layers)
    definitions = Markup(
        '<svg class="map-definitions" width="0" height="0" aria-hidden="true"><defs>'
        '<clipPath id="map-frame"><rect width="{w}" height="{h}"/></clipPath>'
        '<g id="map-geometry" clip-path="url(#map-frame)">{base}{states}{dots}</g></defs></svg>'
    ).format(w=short(width), h=short(height), base=draw_base(projection), states=states, dots=dots)
    windows = (_window(shape, layers, projection) for shape in map_windows(projection))
    return definitions + Markup("").join(windows)


def map_windows(projection: Projection) -> tuple[MapWindow, ...]:
    """Return the windows: wide and enlarged for wide pages, two halves and enlarged for phones."""
    width, height, half = projection.width, projection.height, projection.width / 2
    left, top = projection(*ENLARGED[0])
    right, bottom = projection(*ENLARGED[1])
    core = (left, top, right, bottom)
    zoom = (right - left) / width
    return (
        MapWindow("map-wide", "Map of flows", (0.0, 0.0, width, height), WIDE_LETTERS),
        MapWindow("map-wide zoomed", CORE_TITLE, core, WIDE_LETTERS * zoom, zoom),
        MapWindow(
            "map-half",
            "Map of flows, west",
            (0.0, 0.0, half + HALF_OVERLAP, height),
            NARROW_LETTERS,
        ),
        MapWindow(
            "map-half",
            "Map of flows, east",
            (half - HALF_OVERLAP, 0.0, width, height),
            NARROW_LETTERS,
        ),
        MapWindow("map-half zoomed", CORE_TITLE, core, 1.7 * NARROW_LETTERS * zoom, zoom),
    )


def _window(shape: MapWindow, layers: Sequence[Layer], projection: Projection) -> Markup:
    """Return one view of the geometry with labels placed for its size of letters."""
    left, top, right, bottom = shape.box
    margin = 40 * shape.zoom
    seas = Markup("").join(
        Markup('<text class="sea" x="{}" y="{}" font-size="{}">{}</text>').format(
            *(short(part) for part in projection(lon, lat)), short(shape.letters), name
        )
        for name, lon, lat in SEA_LABELS
        if left + margin < projection(lon, lat)[0] < right - margin
        and top + margin < projection(lon, lat)[1] < bottom
    )
    labels = Markup("").join(draw_labels(layer, shape) for layer in layers)
    return Markup(
        '<svg class="map-window {css}" style="--dot:{dot}px;--halo-width:{halo}px" role="img" '
        'aria-label="{title}; the tables below hold every number" viewBox="{x} {y} {w} {h}">'
        '<use href="#map-geometry"/>{seas}{labels}{heading}</svg>'
    ).format(
        css=shape.css, dot=short(3.2 * shape.zoom), halo=short(3.0 * shape.zoom), title=shape.title,
        heading=draw_heading(shape), x=short(left), y=short(top), w=short(right - left), h=short(bottom - top), seas=seas, labels=labels,
    )  # fmt: skip


def draw_heading(shape: MapWindow) -> Markup:
    """Return the title of an enlarged window, empty for the whole map."""
    if shape.zoom == 1.0:
        return Markup("")
    return Markup('<text x="{}" y="{}" font-size="{}">{}</text>').format(
        short(shape.box[0] + 0.6 * shape.letters), short(shape.box[1] + 1.4 * shape.letters),
        short(shape.letters), shape.title,
    )  # fmt: skip


def _heading_box(shape: MapWindow) -> tuple[Box, ...]:
    if shape.zoom == 1.0:
        return ()
    left, top = shape.box[:2]
    width = LETTER_WIDTH * BOLD * shape.letters * (len(shape.title) + 2)
    return ((left, top, left + width, top + 2 * shape.letters),)


def draw_base(projection: Projection) -> Markup:
    """Return land, seas and the net of meridians and parallels."""
    seas = " ".join(_ring(ring, projection) for ring in SEAS)
    islands = " ".join(_ring(ring, projection) for ring in LAND)
    lines = " ".join(
        _line([projection(lon, lat) for lat in range(26, 62, 2)]) for lon in range(0, 111, 10)
    )
    lines += " ".join(
        _line([projection(lon, lat) for lon in range(0, 111, 5)]) for lat in range(30, 61, 5)
    )
    return Markup(
        '<rect class="land" width="{}" height="{}"/><path class="water" d="{}"/>'
        '<path class="land" d="{}"/><path class="graticule" d="{}"/>'
    ).format(short(projection.width), short(projection.height), seas, islands, lines)


def _ring(ring: Sequence[Point], projection: Projection) -> str:
    return _line([projection(lon, lat) for lon, lat in ring]) + "Z"


def _line(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points)


def _dots(layer: Layer) -> Markup:
    shapes = (
        Markup('<circle class="{}" cx="{}" cy="{}" r="3"><title>{}</title></circle>').format(
            "market" if place.is_market else "dot", *(short(part) for part in place.at), place.name
        )
        for place in layer.places
    )
    return Markup('<g style="display:var(--layer-{},none)">{}</g>').format(
        layer.key, Markup("").join(shapes)
    )


def draw_labels(layer: Layer, shape: MapWindow) -> Markup:
    """Return the names that find a place in the window."""
    left, top, right, bottom = shape.box
    edge = 2 * shape.zoom
    labels = [
        Label(place.name, *place.at, place.rank, 4.0 * shape.zoom)
        for place in layer.places
        if left < place.at[0] < right
        and top < place.at[1] < bottom
        and (place.rank <= LEAST_RANK or shape.zoom < 1)
    ]
    frame = (left + edge, top + edge, right - edge, bottom - edge)
    texts = (
        Markup('<text x="{}" y="{}" text-anchor="{}"{}>{}</text>').format(
            short(label.x), short(label.y), label.anchor, Markup(' class="minor"') if label.rank else "", label.text
        )
        for label in place_labels(labels, frame, shape.letters, _heading_box(shape))
    )  # fmt: skip
    return Markup('<g style="display:var(--layer-{},none)" font-size="{}">{}</g>').format(
        layer.key, short(shape.letters), Markup("").join(texts)
    )


def _state(place: int, view: _View, year: int, mode: str, largest: float) -> Markup:
    flows = view.layer.flows.get((view.run, year), {})
    reference = view.layer.flows.get((REFERENCE, year), {})
    if mode == "flow":
        parts = [
            _flow(way, flows[way.key], view, largest) for way in view.layer.ways if way.key in flows
        ]
    else:
        changes = [
            (way, flow_difference(flows.get(way.key), reference.get(way.key)))
            for way in view.layer.ways
        ]
        size = max((abs(change) for _, change in changes), default=0.0)
        parts = [
            _change(way, change, view.layer, size)
            for way, change in changes
            if abs(change) > max(SMALLEST_CHANGE * largest, 0.01 * size)
        ]
    return Markup('<g class="state" style="display:var(--{},none)">{}</g>').format(
        _state_key(place, year, mode), Markup("").join(parts)
    )


def flow_difference(flow: Flow | None, reference: Flow | None) -> float:
    """Return the change of a flow, both senses together; nothing counts as zero."""
    return (flow.total if flow else 0.0) - (reference.total if reference else 0.0)


def _flow(way: Way, flow: Flow, view: _View, largest: float) -> Markup:
    if flow.total <= 0.0 or largest <= 0.0:
        return Markup('<path class="idle" d="{}"/>').format(way_path(way))
    width = max(WIDEST * flow.total / largest, THINNEST)
    colour = UNLIMITED_COLOUR if flow.load is None else load_colour(flow.load)
    # Titles with numbers take half of the map's size: the reference has them, the other runs
    # have them on what changes (mode "change").
    title = flow_title(way, flow, view.layer) if view.run == REFERENCE else ""
    return draw_stroke(way, width, colour, title) + draw_arrow(
        way, flow.forward >= flow.reverse, width
    )


def flow_title(way: Way, flow: Flow, layer: Layer) -> str:
    load = "no limit" if flow.load is None else format_share(flow.load)
    return (
        f"{way.name}: {format_number(flow.forward)} {layer.unit} ahead, "
        f"{format_number(flow.reverse)} {layer.unit} back; {layer.load_meaning}: {load}"
    )


def _change(way: Way, change: float, layer: Layer, size: float) -> Markup:
    width = max(WIDEST * 0.8 * abs(change) / size, 1.2)
    title = f"{way.name}: {format_signed(change)} {layer.unit}"
    return draw_stroke(way, width, POSITIVE if change > 0 else NEGATIVE, title)


def draw_stroke(way: Way, width: float, colour: str, title: str) -> Markup:
    """Return a link as a line."""
    name = Markup("<title>{}</title>").format(title) if title else Markup("")
    return Markup('<path d="{}" stroke="{}" stroke-width="{:.1f}">{}</path>').format(
        way_path(way), colour, width, name
    )


def way_path(way: Way) -> str:
    """Return a straight line; links beside it bend away, so that each can be seen."""
    (x0, y0), (x1, y1) = way.start, way.end
    if way.lane == 0:
        return f"M{short(x0)} {short(y0)}L{short(x1)} {short(y1)}"
    cx, cy = _bend(way)
    return f"M{short(x0)} {short(y0)}Q{short(cx)} {short(cy)} {short(x1)} {short(y1)}"


def _bend(way: Way) -> Point:
    (x0, y0), (x1, y1) = way.start, way.end
    length = max(distance(way.start, way.end), 1e-9)
    side = (1 if way.lane % 2 else -1) * (0.12 * length + 8.0) * ((way.lane + 1) // 2)
    return (x0 + x1) / 2 - side * (y1 - y0) / length, (y0 + y1) / 2 + side * (x1 - x0) / length


def draw_arrow(way: Way, is_forward: bool, width: float) -> Markup:
    """Return the head that shows the stronger sense, in the middle of ways long enough for it."""
    length = distance(way.start, way.end)
    size = 3.0 + 0.55 * width
    if length < 5 * size or width < THINNEST_ARROW:
        return Markup("")
    start, end = (way.start, way.end) if is_forward else (way.end, way.start)
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    mx, my = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if way.lane:
        cx, cy = _bend(way)
        mx, my = (mx + cx) / 2, (my + cy) / 2
    tip = (mx + ux * size, my + uy * size)
    left = (mx - ux * size - uy * size * 0.8, my - uy * size + ux * size * 0.8)
    right = (mx - ux * size + uy * size * 0.8, my - uy * size - ux * size * 0.8)
    return Markup('<path class="arrow" d="{}Z"/>').format(_line([tip, left, right]))


def _legend(
    layers: Sequence[Layer], largest: Mapping[str, float], views: Sequence[_View]
) -> Markup:
    parts = [
        Markup('<div style="display:var(--note-{},none)"><p class="legend">{} {}</p></div>').format(
            layer.key, _width_legend(layer, largest[layer.key]), _ramp_legend(layer)
        )
        for layer in layers
        if any(view.layer is layer for view in views)
    ]
    change = Markup(
        '<p class="legend"><span class="swatch" style="background:{}"></span> more, '
        '<span class="swatch" style="background:{}"></span> less than without any project '
        "(when Change is chosen; width by size of the change). Dotted: no flow. "
        "Arrows: the stronger sense. Outlines of the seas are schematic; no border is shown.</p>"
    ).format(POSITIVE, NEGATIVE)
    return Markup("").join(parts) + change


def _width_legend(layer: Layer, largest: float) -> Markup:
    samples = [largest, largest / 4] if largest > 0 else []
    return Markup("Width: both senses together, ") + Markup(" ").join(
        Markup(
            '<svg class="sample" width="34" height="16" viewBox="0 0 34 16" aria-hidden="true">'
            '<path d="M0 8H34" stroke="{}" stroke-width="{:.1f}"/></svg> {} {}/a'
        ).format(UNLIMITED_COLOUR, max(WIDEST * size / largest, THINNEST), format_number(size, 2), layer.unit)
        for size in samples
    )  # fmt: skip


def _ramp_legend(layer: Layer) -> Markup:
    stops = ", ".join(LOAD_RAMP)
    return Markup(
        '&ensp;Colour: {}, 0\u202f% <span class="ramp" style="background:linear-gradient(90deg,{})">'
        "</span> 120\u202f%"
    ).format(layer.load_meaning, stops) + (
        Markup('; grey: no limit <span class="swatch" style="background:{}"></span>').format(
            UNLIMITED_COLOUR
        )
        if layer.key == "freight"
        else Markup("")
    )


def short(value: float) -> str:
    """Return a coordinate with one place: a tenth of a pixel."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")
