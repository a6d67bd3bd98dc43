"""Whatever stands in the tables: a sound answer, or an error that names what is wrong."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.crossing.packaged import changed, crossing_view
from transcaspian.case.tables import YearView
from transcaspian.crossing.programs import Options
from transcaspian.crossing.replicate import Simulation, simulate
from transcaspian.errors import InputError, ModelError

VIEW = crossing_view(2025)
SHORT = Options(warm_up_h=240.0, run_out_h=240.0, counted_h=1440.0)
NUMBERS = {
    "crossing/handling": ("units_per_h",),
    "crossing/vessels": (
        "space", "payload_t", "draught_laden_m", "speed_kn", "usd_day", "breakdown_share",
        "repair_h", "dock_days",
    ),
    "crossing/services": ("count", "fill_share", "max_wait_h"),
    "crossing/berths": ("count", "cranes", "cranes_per_vessel", "fixed_h"),
    "crossing/ports": ("usable_draught_m", "pilotage_h", "dredged_m"),
    "crossing/cargoes": ("space", "tonnes", "clearance_h"),
    "crossing/yards": ("export_units", "import_units"),
    "crossing/sidings": ("tracks", "train_h"),
    "crossing/routes": ("distance_km", "variation"),
    "crossing/arrivals": ("units", "batch"),
    "crossing/visits": ("calls", "service_h", "variation"),
    "crossing/closures": ("closed_share",),
    "crossing/weathers": ("mean_spell_h",),
}  # fmt: skip
CELLS = [(table, column) for table, columns in NUMBERS.items() for column in columns]


VALUES = (0.0, 1e-6, 0.5, 0.999, 1.0, 3.0, 1e3, 1e7)
Cell = tuple[str, str, int, float]  # table, column, row, value

odd_cells = st.lists(
    st.tuples(st.sampled_from(CELLS), st.integers(0, 100), st.sampled_from(VALUES)).map(
        lambda drawn: (*drawn[0], drawn[1], drawn[2])
    ),
    min_size=1,
    max_size=2,
)


def with_cells(cells: list[Cell]) -> YearView:
    """The packaged crossing with a few numbers that make little sense."""
    tables = dict(VIEW.tables)
    for table, column, row, value in cells:
        frame = tables[table]
        kind = frame.schema[column]
        values = frame[column].to_list()
        values[row % frame.height] = int(value) if kind == pl.Int64() else value
        tables[table] = frame.with_columns(pl.Series(column, values, dtype=kind))
    return YearView(VIEW.year, tables, VIEW.profiles)


def outcome(view: YearView) -> Simulation | InputError | ModelError:
    try:
        return simulate(view, SHORT, replications=1)
    except (InputError, ModelError) as error:
        return error


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(odd_cells)
def test_odd_numbers_give_an_answer_or_an_error_that_names_them(cells: list[Cell]) -> None:
    found = outcome(with_cells(cells))

    if isinstance(found, InputError):
        assert found.problems
        assert all(problem.message for problem in found.problems)
    elif isinstance(found, ModelError):
        assert "unstable" in str(found) or "stands still" in str(found)
    else:
        for name in ("wagon", "truck", "teu"):
            assert math.isfinite(found.mean("cargo", name, "arrived"))
            assert math.isfinite(found.mean("cargo", name, "sailed"))
        busy = [
            found.mean(*key) for key in found.keys if key[0] == "resource" and key[2] == "occupancy"
        ]
        assert min(busy) >= -1e-9
        assert max(busy) <= 1.0 + 1e-9


def test_demand_beyond_capacity_for_ever_names_ratio_and_bottleneck() -> None:
    units = {"teu_AKTAU_ALAT": 200_000.0, "teu_ALAT_AKTAU": 200_000.0}
    view = changed(VIEW, "crossing/arrivals", units=units)

    found = simulate(view, SHORT, replications=2)

    sentences = [text for text in found.unstable if "teu AKTAU-ALAT" in text]
    assert sentences
    assert sentences[0].startswith("unstable: arrivals ")
    assert float(sentences[0].split()[2]) > 1.2
    assert sentences[0].split(": ")[-1]


@pytest.mark.parametrize("column", ["units_per_h"])
def test_a_rate_of_zero_is_an_error_with_its_row(column: str) -> None:
    view = changed(VIEW, "crossing/handling", **{column: {"ALT_RAIL": 0.0}})

    with pytest.raises(InputError) as error:
        simulate(view, SHORT, replications=1)

    assert any("ALT_RAIL" in problem.message for problem in error.value.problems)


def test_no_traffic_at_all_is_an_empty_crossing_without_waits() -> None:
    nothing = dict.fromkeys(VIEW.tables["crossing/arrivals"]["arrival"], 0.0)

    found = simulate(changed(VIEW, "crossing/arrivals", units=nothing), SHORT, replications=1)

    assert not found.unstable
    assert found.mean("cargo", "teu", "sailed") == 0.0
    assert np.isfinite(found.values[:, [key[0] == "service" for key in found.keys]]).all()
