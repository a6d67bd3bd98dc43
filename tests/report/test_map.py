"""The map: places where they belong, labels apart, flows in scale."""

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.sample import sample_case, sample_results
from transcaspian.report.geography import SEAS, Projection
from transcaspian.report.labels import BOLD, LETTER_WIDTH, LINE_HEIGHT, Label, place_labels
from transcaspian.report.map import WIDEST, draw_map
from transcaspian.report.map_flows import Layer, freight_layer, power_layer
from transcaspian.report.names import names_of_case
from transcaspian.report.terms import terms_of_scenario, with_terms

PROJECTION = Projection()
CASE = sample_case()
PROJECTS, _ = terms_of_scenario(
    *with_terms(sample_results().tables["projects"], CASE.settings), "reference"
)
RESULTS = sample_results().with_table("projects", PROJECTS)
NAMES = names_of_case(CASE, RESULTS.tables["projects"])


def layers() -> list[Layer]:
    return [
        power_layer(RESULTS.tables, CASE, NAMES, PROJECTION),
        freight_layer(RESULTS.tables, CASE, NAMES, PROJECTION),
    ]


def inside(lon: float, lat: float, ring: tuple[tuple[float, float], ...]) -> bool:
    """Even-odd rule."""
    is_inside = False
    for (x0, y0), (x1, y1) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0):
            is_inside = not is_inside
    return is_inside


@pytest.mark.parametrize(
    ("lon", "lat", "is_sea"),
    [
        (51.0, 41.0, True),  # middle of the Caspian
        (34.0, 43.0, True),  # middle of the Black Sea
        (18.0, 35.0, True),  # Ionian Sea
        (47.1, 39.9, False),  # Mugan plain
        (54.5, 44.0, False),  # Ustyurt
        (33.0, 39.0, False),  # Anatolia
        (26.0, 44.4, False),  # Bucharest
        (34.2, 45.3, False),  # Crimean steppe
    ],
)
def test_seas_lie_where_they_are(lon: float, lat: float, is_sea: bool) -> None:
    assert any(inside(lon, lat, ring) for ring in SEAS) == is_sea


def test_north_is_up_and_east_is_right() -> None:
    x0, y0 = PROJECTION(50.0, 40.0)
    assert PROJECTION(50.0, 45.0)[1] < y0
    assert PROJECTION(55.0, 40.0)[0] > x0


@given(st.floats(20, 80), st.floats(36, 54))
def test_the_projection_keeps_angles(lon: float, lat: float) -> None:
    step = 1e-4
    x, y = PROJECTION(lon, lat)
    east, north = PROJECTION(lon + step, lat), PROJECTION(lon, lat + step)
    east_side = (east[0] - x, east[1] - y)
    north_side = (north[0] - x, north[1] - y)
    size = (east_side[0] ** 2 + east_side[1] ** 2) ** 0.5 * (
        north_side[0] ** 2 + north_side[1] ** 2
    ) ** 0.5
    cosine = (east_side[0] * north_side[0] + east_side[1] * north_side[1]) / size
    assert cosine == pytest.approx(0.0, abs=1e-3)


@given(
    st.lists(
        st.tuples(st.floats(0, 300), st.floats(0, 200), st.integers(0, 3), st.integers(1, 12)),
        max_size=25,
    )
)
def test_no_label_touches_another(points: list[tuple[float, float, int, int]]) -> None:
    size = 12.0
    labels = [Label("x" * letters, x, y, rank) for x, y, rank, letters in points]
    boxes = []
    for placed in place_labels(labels, (0, 0, 300, 200), size):
        weight = BOLD if placed.rank == 0 else 1.0
        width = LETTER_WIDTH * weight * size * len(placed.text)
        left = placed.x - {"start": 0, "middle": width / 2, "end": width}[placed.anchor]
        middle = placed.y - 0.35 * size
        half = LINE_HEIGHT * size / 2
        boxes.append((left, middle - half, left + width, middle + half))
    for place, a in enumerate(boxes):
        for b in boxes[place + 1 :]:
            apart = a[2] <= b[0] + 1e-9 or b[2] <= a[0] + 1e-9
            assert apart or a[3] <= b[1] + 1e-9 or b[3] <= a[1] + 1e-9


def test_the_widest_line_is_the_largest_flow() -> None:
    drawn = str(draw_map(layers(), NAMES, PROJECTION))
    widths = [float(width) for width in re.findall(r'stroke-width="([\d.]+)"', drawn)]
    assert max(widths) == WIDEST


def test_a_flow_half_as_large_is_half_as_wide() -> None:
    power = layers()[0]
    year = power.years[0]
    flows = power.flows[("reference", year)]
    titled = str(draw_map([power], NAMES, PROJECTION))
    largest = max(flow.total for per_run in power.flows.values() for flow in per_run.values())
    way = next(way for way in power.ways if way.key == "GE-TR")
    state = re.search(
        rf'<g class="state" style="display:var\(--s0-{year}-flow,none\)">(.*?)</g>', titled
    )
    assert state is not None
    width = re.search(rf'stroke-width="([\d.]+)"><title>{way.name}', state.group(1))
    assert width is not None
    assert float(width.group(1)) == pytest.approx(WIDEST * flows["GE-TR"].total / largest, abs=0.05)


def test_every_view_and_year_has_its_switch_and_state() -> None:
    drawn = str(draw_map(layers(), NAMES, PROJECTION))
    views = len(re.findall(r'name="map-view"', drawn))
    years = len(re.findall(r'name="map-year"', drawn))
    assert (views, years) == (5 + 4, 4)
    assert len(re.findall(r'class="state"', drawn)) == views * years * 2
    assert drawn.count(" checked>") == 3


def test_the_reference_changes_nothing_against_itself() -> None:
    drawn = str(draw_map(layers(), NAMES, PROJECTION))
    assert re.search(r"--s0-2030-change,none\)\"></g>", drawn)


def test_a_sea_lane_that_leaves_the_frame_is_not_drawn_over_land() -> None:
    freight = layers()[1]
    outside = CASE.tables["freight/nodes"].with_columns(
        lon=pl.when(pl.col("node") == "RO_CND").then(122.0).otherwise("lon")
    )
    changed = type(CASE)(CASE.settings, {**CASE.tables, "freight/nodes": outside})
    drawn = freight_layer(RESULTS.tables, changed, NAMES, PROJECTION)
    assert "GE_PTI-RO_CND" in {way.key for way in freight.ways}
    assert "GE_PTI-RO_CND" not in {way.key for way in drawn.ways}
