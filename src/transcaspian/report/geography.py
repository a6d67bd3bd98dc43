"""Schematic outlines of the seas around the corridor, and the map projection.

The outlines are our own: a few dozen points each, set by hand from well-known coordinates of
capes, towns and river mouths, to about 20 km. They show where one is, and no border.
"""

from dataclasses import dataclass
from math import atan2, cos, hypot, log, pi, radians, sin, tan

__all__ = ["LAND", "SEAS", "SEA_LABELS", "Projection"]

Point = tuple[float, float]  # longitude, latitude [deg]

CASPIAN: tuple[Point, ...] = (
    (47.5, 45.6), (48.2, 45.9), (49.0, 46.3), (50.0, 46.6), (51.2, 46.9), (52.2, 47.0),
    (53.1, 46.8), (53.1, 46.3), (52.9, 45.7), (53.2, 45.3), (52.6, 45.5), (51.9, 45.4),
    (51.2, 45.2), (51.0, 44.8), (51.2, 44.5), (50.8, 44.6), (50.25, 44.6), (50.25, 44.35),
    (50.8, 44.15), (51.1, 43.85), (51.2, 43.6), (51.3, 43.25), (51.65, 43.15), (52.2, 42.8),
    (52.65, 42.75), (52.5, 42.3), (52.4, 41.7), (52.8, 41.3), (52.9, 41.1), (52.8, 40.8),
    (52.7, 40.4), (52.75, 40.0), (53.0, 40.0), (53.5, 39.6), (53.1, 39.4), (53.2, 39.1),
    (53.7, 38.9), (53.9, 38.4), (53.8, 37.8), (53.9, 37.3), (54.0, 36.95), (53.0, 36.85),
    (52.4, 36.7), (51.5, 36.65), (50.6, 36.85), (50.2, 37.35), (49.5, 37.5), (48.95, 37.85),
    (48.85, 38.45), (48.85, 38.85), (49.2, 39.1), (49.4, 39.3), (49.3, 39.7), (49.45, 40.0),
    (49.55, 40.2), (49.9, 40.35), (50.4, 40.3), (50.2, 40.5), (49.6, 40.6), (49.1, 41.2),
    (48.6, 41.8), (48.3, 42.1), (47.9, 42.6), (47.55, 42.95), (47.5, 43.3), (47.6, 43.8),
    (47.1, 44.3), (46.8, 44.7), (47.0, 45.2),
)  # fmt: skip
KARA_BOGAZ: tuple[Point, ...] = (
    (52.9, 41.1), (53.0, 41.9), (53.6, 42.15), (54.4, 42.1), (54.75, 41.6), (54.5, 41.0),
    (53.8, 40.7), (53.0, 40.9),
)  # fmt: skip
BLACK_SEA: tuple[Point, ...] = (
    (29.1, 41.25), (28.2, 41.6), (28.0, 42.0), (27.5, 42.5), (27.85, 42.75), (27.95, 43.2),
    (28.55, 43.4), (28.65, 44.15), (28.95, 44.7), (29.65, 44.95), (29.7, 45.3), (30.3, 45.9),
    (30.75, 46.45), (31.5, 46.6), (32.0, 46.4), (32.6, 46.1), (33.6, 46.05), (32.9, 45.65),
    (32.5, 45.4), (33.4, 45.15), (33.4, 44.6), (33.9, 44.4), (34.4, 44.65), (35.4, 45.0),
    (36.4, 45.1), (37.3, 44.9), (37.8, 44.65), (39.0, 44.0), (39.7, 43.55), (41.0, 43.0),
    (41.5, 42.6), (41.65, 42.15), (41.6, 41.65), (41.0, 41.2), (39.7, 41.0), (38.4, 40.95),
    (37.3, 41.1), (36.4, 41.25), (36.0, 41.7), (35.15, 42.05), (33.4, 42.0), (32.3, 41.75),
    (31.4, 41.3), (30.3, 41.15),
)  # fmt: skip
AZOV: tuple[Point, ...] = (
    (36.6, 45.35), (35.4, 45.35), (34.85, 46.1), (35.9, 46.6), (37.5, 47.1), (39.2, 47.2),
    (38.3, 46.7), (37.75, 46.5), (37.9, 46.0), (37.6, 45.6), (36.8, 45.35),
)  # fmt: skip
MARMARA: tuple[Point, ...] = (
    (27.0, 40.4), (27.4, 40.65), (28.0, 41.0), (28.95, 41.0), (29.4, 40.75), (28.9, 40.4),
    (27.9, 40.4),
)  # fmt: skip
MEDITERRANEAN: tuple[Point, ...] = (
    (12.3, 45.3), (13.6, 45.7), (13.6, 45.0), (14.5, 45.2), (15.2, 44.2), (16.4, 43.5),
    (18.1, 42.6), (19.4, 41.9), (19.45, 40.9), (19.35, 40.4), (20.0, 39.7), (20.7, 38.95),
    (21.1, 38.3), (21.3, 37.7), (21.7, 36.8), (22.4, 36.5), (23.1, 36.45), (22.8, 37.5),
    (23.6, 37.9), (24.05, 37.7), (24.0, 38.2), (23.0, 38.9), (22.9, 39.3), (22.6, 40.2),
    (22.9, 40.55), (23.6, 40.1), (24.2, 40.3), (24.4, 40.9), (26.0, 40.85), (26.2, 40.1),
    (26.1, 39.4), (26.8, 38.9), (26.4, 38.3), (27.2, 37.6), (27.4, 37.0), (28.2, 36.7),
    (29.1, 36.35), (30.4, 36.3), (30.7, 36.85), (31.9, 36.45), (32.8, 36.05), (34.0, 36.3),
    (34.7, 36.8), (35.6, 36.6), (36.15, 36.8), (35.85, 36.0), (35.75, 35.3), (35.6, 34.2),
    (35.0, 32.9), (34.3, 31.5), (32.5, 31.2), (30.0, 31.3), (25.0, 31.6), (20.0, 30.5),
    (10.0, 30.5), (10.0, 37.3), (12.4, 38.0), (15.6, 38.2), (16.1, 38.0), (17.1, 39.0),
    (16.9, 40.4), (18.5, 39.9), (18.4, 40.3), (16.9, 41.1), (16.1, 41.8), (15.0, 42.0),
    (13.6, 43.6), (12.4, 44.3),
)  # fmt: skip
ARAL_SOUTH: tuple[Point, ...] = (
    (58.3, 45.5),
    (58.8, 45.2),
    (58.7, 44.4),
    (58.2, 44.3),
    (58.2, 45.0),
)
ARAL_NORTH: tuple[Point, ...] = (
    (59.9, 46.4),
    (60.6, 46.7),
    (61.6, 46.5),
    (61.0, 46.1),
    (60.3, 46.1),
)
BALKHASH: tuple[Point, ...] = (
    (73.5, 45.3), (73.7, 46.0), (74.7, 46.7), (76.2, 46.7), (78.0, 46.7), (79.2, 46.8),
    (79.0, 46.4), (77.3, 46.4), (75.5, 46.4), (74.5, 45.9), (74.2, 45.2),
)  # fmt: skip
URMIA: tuple[Point, ...] = ((45.0, 38.2), (45.4, 38.1), (45.7, 37.4), (45.4, 37.2), (45.1, 37.7))
CRETE: tuple[Point, ...] = ((23.5, 35.5), (25.0, 35.35), (26.3, 35.2), (25.0, 35.0), (23.6, 35.2))
CYPRUS: tuple[Point, ...] = (
    (32.3, 35.0),
    (33.0, 35.35),
    (34.55, 35.65),
    (33.9, 35.0),
    (33.0, 34.6),
)

SEAS: tuple[tuple[Point, ...], ...] = (
    CASPIAN, KARA_BOGAZ, BLACK_SEA, AZOV, MARMARA, MEDITERRANEAN, ARAL_SOUTH, ARAL_NORTH,
    BALKHASH, URMIA,
)  # fmt: skip
LAND: tuple[tuple[Point, ...], ...] = (CRETE, CYPRUS)
SEA_LABELS: tuple[tuple[str, float, float], ...] = (
    ("Caspian Sea", 51.0, 41.6),
    ("Black Sea", 34.3, 43.2),
    ("Mediterranean", 30.0, 34.4),
)


@dataclass(frozen=True, slots=True)
class Projection:
    """Lambert conformal conic on a sphere, scaled to a frame in drawing units.

    Two standard parallels; Snyder (1987), Map Projections: A Working Manual, equations 15-1 to
    15-4 (sphere).
    """

    west: float = 17.5
    east: float = 85.5
    south: float = 35.0
    north: float = 55.8
    width: float = 1000.0
    parallels: tuple[float, float] = (38.0, 50.0)
    middle: float = 50.0

    def _raw(self, lon: float, lat: float) -> Point:
        first, second = (radians(parallel) for parallel in self.parallels)
        cone = log(cos(first) / cos(second)) / log(
            tan(pi / 4 + second / 2) / tan(pi / 4 + first / 2)
        )
        factor = cos(first) * tan(pi / 4 + first / 2) ** cone / cone
        radius = factor / tan(pi / 4 + radians(lat) / 2) ** cone
        angle = cone * radians(lon - self.middle)
        return radius * sin(angle), radius * cos(angle)

    def _frame(self) -> tuple[float, float, float, float]:
        """Return left, top, scale, height: the frame cuts the corners of the round region."""
        middle_lat = (self.south + self.north) / 2
        left, right = self._raw(self.west, middle_lat)[0], self._raw(self.east, middle_lat)[0]
        top = self._raw(self.middle, self.north)[1]
        bottom = self._raw(self.middle, self.south)[1]
        scale = self.width / (right - left)
        return left, top, scale, (bottom - top) * scale

    @property
    def height(self) -> float:
        """Return the height of the frame."""
        return self._frame()[3]

    def __call__(self, lon: float, lat: float) -> Point:
        """Return the place in drawing units, from the upper left corner."""
        left, top, scale, _ = self._frame()
        x, y = self._raw(lon, lat)
        return (x - left) * scale, (y - top) * scale

    def contains(self, point: Point, margin: float = 0.0) -> bool:
        """Return whether a projected point lies in the frame, `margin` inside its edge."""
        x, y = point
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin


def bearing(start: Point, end: Point) -> float:
    """Return the direction from start to end in drawing units [deg, clockwise from the right]."""
    return atan2(end[1] - start[1], end[0] - start[0]) * 180 / pi


def distance(start: Point, end: Point) -> float:
    """Return the distance of two drawn points."""
    return hypot(end[0] - start[0], end[1] - start[1])
