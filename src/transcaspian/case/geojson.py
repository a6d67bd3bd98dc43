"""A case in one year as GeoJSON (RFC 7946): places, lines and projects, for maps and GIS."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from transcaspian.case.columns import Column
from transcaspian.case.registry import TABLES, yearly_table
from transcaspian.case.tables import Case, YearView

__all__ = ["LINES", "PLACES", "POINTS", "geojson_of"]

Point = tuple[float, float]  # longitude, latitude
Json = dict[str, object]

# Table → its columns of the place.
PLACES: Mapping[str, tuple[str, str]] = {
    "power/buses": ("lon", "lat"),
    "freight/nodes": ("lon", "lat"),
}
# Table → the table of its ends and the columns that name them.
LINES: Mapping[str, tuple[str, str, str]] = {
    "power/links": ("power/buses", "bus0", "bus1"),
    "freight/links": ("freight/nodes", "node0", "node1"),
}
# Table → the table of its place and the column that names it.
POINTS: Mapping[str, tuple[str, str]] = {
    "freight/terminals": ("freight/nodes", "node"),
    "power/generators": ("power/buses", "bus"),
    "power/storage_units": ("power/buses", "bus"),
    "power/loads": ("power/buses", "bus"),
    "crossing/ports": ("freight/nodes", "node"),
    "crossing/berths": ("crossing/ports", "port"),
}
PROJECTS = "projects/projects"
COORDINATE_DIGITS = 6  # a tenth of a metre
HALF_TURN = 180.0  # degrees of longitude


def geojson_of(case: Case, view: YearView, scenario: str, projects: Sequence[str]) -> str:
    """Return a FeatureCollection of the case in the view's year.

    Every feature has the columns of its table in that year as properties, `table` and an `id` of
    table and key. Power links and freight links are straight lines between their ends, cut
    in two where they cross 180 degrees; a project
    lies where the rows stand that it changes, and is left out where none has a place. `units`,
    `year`, `scenario` and `attribution` are foreign members (RFC 7946, section 6.1).
    """
    geometries = _geometries(view)
    features = [
        _feature(name, row, key, geometries[name][key])
        for name in (*PLACES, *LINES, *POINTS)
        for row in view.tables[name].iter_rows(named=True)
        for key in [str(row[TABLES[name].key[0]])]
    ]
    features += list(_project_features(case, geometries))
    content: Json = {
        "type": "FeatureCollection",
        "case": case.name,
        "title": case.settings.title,
        "year": view.year,
        "scenario": scenario,
        "projects": list(projects),
        "units": _units(),
        "attribution": _attribution(case),
        "features": features,
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=None) + "\n"


def _geometries(view: YearView) -> dict[str, dict[str, Json]]:
    """Return table → key → geometry of everything that has a place."""
    places: dict[str, dict[str, Point]] = {}
    found: dict[str, dict[str, Json]] = {}
    for name, (lon, lat) in PLACES.items():
        frame = view.tables[name]
        places[name] = {
            key: (round(x, COORDINATE_DIGITS), round(y, COORDINATE_DIGITS))
            for key, x, y in zip(frame[TABLES[name].key[0]], frame[lon], frame[lat], strict=True)
        }
        found[name] = {key: _point(place) for key, place in places[name].items()}
    for name, (target, start, end) in LINES.items():
        frame = view.tables[name]
        found[name] = {
            key: _line(places[target][a], places[target][b])
            for key, a, b in zip(frame[TABLES[name].key[0]], frame[start], frame[end], strict=True)
        }
    for name, (target, column) in POINTS.items():
        frame = view.tables[name]
        found[name] = {
            key: found[target][place]
            for key, place in zip(frame[TABLES[name].key[0]], frame[column], strict=True)
        }
    return found


def _point(place: Point) -> Json:
    return {"type": "Point", "coordinates": place}


def _line(start: Point, end: Point) -> Json:
    """Return the line the shorter way round, cut at 180 degrees (RFC 7946, section 3.1.9)."""
    (x0, y0), (x1, y1) = start, end
    if abs(x0 - x1) <= HALF_TURN:
        return {"type": "LineString", "coordinates": [start, end]}
    edge = math.copysign(HALF_TURN, x0)  # where the line leaves; it comes back on the other side
    if x0 == edge:
        return {"type": "LineString", "coordinates": [(-edge, y0), end]}
    if x1 == -edge:
        return {"type": "LineString", "coordinates": [start, (edge, y1)]}
    share = (edge - x0) / (x1 + 2.0 * edge - x0)
    crossing = round(y0 + share * (y1 - y0), COORDINATE_DIGITS)
    parts = [[start, (edge, crossing)], [(-edge, crossing), end]]
    return {"type": "MultiLineString", "coordinates": parts}


def _feature(table: str, row: Mapping[str, object], key: str, geometry: Json) -> Json:
    coordinates = PLACES.get(table, ())
    properties = {name: value for name, value in row.items() if name not in coordinates}
    return {
        "type": "Feature",
        "id": f"{table}/{key}",
        "geometry": geometry,
        "properties": {"table": table} | properties,
    }


def _project_features(case: Case, geometries: Mapping[str, Mapping[str, Json]]) -> Iterator[Json]:
    changes = case.tables["projects/changes"]
    for row in case.tables[PROJECTS].iter_rows(named=True):
        touched = changes.filter(pl.col("project") == row["project"])
        parts: list[Json] = []
        for table, key in zip(touched["table"], touched["row"], strict=True):
            geometry = geometries.get(table, {}).get(key)
            if geometry is not None and geometry not in parts:
                parts.append(geometry)
        if parts:
            geometry = (
                parts[0] if len(parts) == 1 else {"type": "GeometryCollection", "geometries": parts}
            )
            yield _feature(PROJECTS, row, str(row["project"]), geometry)


def _units() -> dict[str, dict[str, str]]:
    """Return table → column → unit, for columns that have one."""
    return {
        name: {column.name: column.unit for column in _columns(name) if column.unit}
        for name in (*PLACES, *LINES, *POINTS, PROJECTS)
    }


def _columns(name: str) -> list[Column]:
    yearly = yearly_table(name)
    coordinates = PLACES.get(name, ())
    own = [column for column in TABLES[name].columns if column.name not in coordinates]
    if name == "freight/links":  # a year view has the lengths joined in
        own.append(TABLES["freight/link_lengths"].column("distance_km"))
    return own if yearly is None else own + [c for c in yearly.columns if c.name not in yearly.key]


def _attribution(case: Case) -> list[str]:
    """Return whom to name, and under which licence, for the tables that the file is made from."""
    used = {*PLACES, *LINES, *POINTS, PROJECTS, "freight/link_lengths"}
    rows = case.tables["LICENCES"].filter(pl.col("table").is_in(sorted(used)))
    texts = [f"{row['attribution']} ({row['licence']})" for row in rows.iter_rows(named=True)]
    return sorted(set(texts))
