"""Solar plants: night, noon and season as they must be, heat and shade by hand."""

from datetime import UTC, datetime

import numpy as np
import pytest

from transcaspian.fetch.nasa_power import Weather
from transcaspian.fetch.panel import DC_PER_AC, GAMMA_PER_K, LOSSES, solar_output

pytest.importorskip("pvlib", reason="not run: needs pvlib")


def day(month: int, ghi: float, dni: float, dhi: float, temperature_c: float = 10.0) -> Weather:
    """One day at 40 degrees north on the meridian of Greenwich, the same weather every hour."""
    return Weather(
        lat=40.0,
        lon=0.0,
        elevation_m=0.0,
        start=datetime(2016, month, 21, tzinfo=UTC),
        ghi_w_m2=np.full(24, ghi),
        dni_w_m2=np.full(24, dni),
        dhi_w_m2=np.full(24, dhi),
        temperature_c=np.full(24, temperature_c),
        wind_10m_m_s=np.full(24, 3.0),
        wind_50m_m_s=np.full(24, 4.0),
        filled_hours=0,
    )


def test_nothing_comes_out_of_the_dark() -> None:
    assert solar_output(day(6, 0.0, 0.0, 0.0)).max() == 0.0


def test_output_peaks_at_noon_and_is_even_around_it() -> None:
    output = solar_output(day(6, 600.0, 700.0, 100.0))

    assert int(output.argmax()) in (11, 12)
    assert output[11] == pytest.approx(output[12], rel=0.02)  # noon is at 12:02 on that day


def test_diffuse_light_alone_gives_what_the_formula_gives_by_hand() -> None:
    # Plane of tilt b under an even sky: dhi * (1 + cos b) / 2, and ghi * albedo * (1 - cos b) / 2
    # from the ground; Faiman: cell = air + plane / (25 + 6.84 * wind).
    tilt = np.radians(3.1 + 0.76 * 40.0)
    plane = 100.0 * (1 + np.cos(tilt)) / 2 + 100.0 * 0.2 * (1 - np.cos(tilt)) / 2
    cell = 10.0 + plane / (25.0 + 6.84 * 3.0)
    direct = plane / 1000.0 * DC_PER_AC * (1 + GAMMA_PER_K * (cell - 25.0)) * (1 - LOSSES)
    # PVWatts' inverter at part load `share` of its rating.
    share = direct * 0.96
    efficiency = 0.96 / 0.9637 * (-0.0162 * share - 0.0059 / share + 0.9858)

    output = solar_output(day(6, 100.0, 0.0, 100.0))

    assert output[12] == pytest.approx(direct * efficiency, rel=1e-6)


def test_heat_costs_output() -> None:
    cool = solar_output(day(6, 600.0, 700.0, 100.0, 10.0))
    hot = solar_output(day(6, 600.0, 700.0, 100.0, 35.0))

    assert hot[12] < cool[12]
    assert hot[12] / cool[12] == pytest.approx(1 + 25 * GAMMA_PER_K, rel=0.02)


def test_output_never_passes_the_inverter() -> None:
    output = solar_output(day(6, 1100.0, 1000.0, 150.0, -20.0))

    assert output.max() == pytest.approx(1.0)
    assert output.min() >= 0.0


def test_a_low_winter_sun_shines_more_on_the_panel_than_on_the_ground() -> None:
    tilted = solar_output(day(12, 300.0, 600.0, 60.0))
    diffuse = solar_output(day(12, 300.0, 0.0, 300.0))

    assert tilted[12] > 1.5 * diffuse[12]
