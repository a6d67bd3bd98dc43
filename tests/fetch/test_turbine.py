"""Wind farms: the curve against hand-made integrals, height and density against their laws."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from transcaspian.errors import FetchError
from transcaspian.fetch.nasa_power import Weather
from transcaspian.fetch.turbine import (
    AIR_DENSITY_KG_M3,
    LOSSES,
    POWER_COEFFICIENT,
    SPECIFIC_POWER_W_M2,
    SPREAD_M_S,
    farm_curve,
    hub_wind_m_s,
    turbine_output,
    wind_output,
)


def weather(wind_10: float, wind_50: float, **other: float) -> Weather:
    still = np.zeros(24)
    made = Weather(
        lat=43.0,
        lon=52.0,
        elevation_m=0.0,
        start=datetime(2016, 1, 1, tzinfo=UTC),
        ghi_w_m2=still,
        dni_w_m2=still,
        dhi_w_m2=still,
        temperature_c=np.full(24, other.pop("temperature_c", 15.0)),
        wind_10m_m_s=np.full(24, wind_10),
        wind_50m_m_s=np.full(24, wind_50),
        filled_hours=0,
    )
    return replace(made, **other)


def test_a_turbine_takes_its_share_of_the_wind_and_never_more_than_its_rating() -> None:
    power_w_m2 = 0.5 * AIR_DENSITY_KG_M3 * POWER_COEFFICIENT * 8.0**3

    output = turbine_output(np.array([2.9, 8.0, 15.0, 25.0, 25.1]))

    assert output == pytest.approx([0.0, power_w_m2 / SPECIFIC_POWER_W_M2, 1.0, 1.0, 0.0])


def test_the_curve_of_many_turbines_is_the_mean_over_their_winds() -> None:
    draws = np.random.default_rng(7).normal(9.0, SPREAD_M_S, 400_000)
    outputs = turbine_output(np.maximum(draws, 0.0))
    speeds, farm = farm_curve()

    error = np.interp(9.0, speeds, farm) - outputs.mean()

    assert abs(error) < 4 * outputs.std() / np.sqrt(outputs.size)


def test_more_wind_gives_more_output_until_the_first_turbines_stop() -> None:
    speeds, farm = farm_curve()

    below = farm[speeds <= 14.0]

    assert np.all(np.diff(below) > 0.0)
    assert farm.max() <= 1.0
    assert farm[-1] == pytest.approx(0.0, abs=1e-12)


def test_wind_at_the_hub_follows_the_power_law() -> None:
    # 7/5 from 10 to 50 m: from 50 to 100 m it rises by 2 ** (log 1.4 / log 5).
    hub = hub_wind_m_s(weather(5.0, 7.0))

    assert hub == pytest.approx(7.0 * 2.0 ** (np.log(1.4) / np.log(5.0)), rel=1e-3)


def test_thin_air_counts_as_less_wind() -> None:
    low = hub_wind_m_s(weather(5.0, 7.0))
    high = hub_wind_m_s(weather(5.0, 7.0, elevation_m=2000.0))

    # Density falls with exp(-2000 / 8434.5), wind counts with its cube root.
    assert high / low == pytest.approx(np.exp(-2000.0 / 8434.5 / 3.0))


def test_output_without_wind_is_that_of_the_calmest_hour() -> None:
    assert wind_output(np.array([0.0])).max() < 0.001


def test_losses_are_taken_off_full_output() -> None:
    assert wind_output(np.array([16.0])) == pytest.approx(1.0 - LOSSES, abs=1e-4)


def test_wind_that_falls_with_height_is_refused() -> None:
    with pytest.raises(FetchError, match="rises with height to the power -"):
        hub_wind_m_s(weather(7.0, 5.0))
