"""Output of wind farms from hourly wind speed: one generic turbine, spread over a region.

The curve is our own, from three relations rather than from a maker's table:

- below rated speed a turbine takes a fixed share of the wind's power,
  P = 0.5 * rho * power_coefficient * area * v**3 (Manwell, McGowan & Rogers 2009, Wind Energy
  Explained, chapters 2 and 3), so P/P_rated = (v / v_rated)**3 with
  v_rated = (2 * specific_power / (rho * power_coefficient))**(1/3);
- it stands still below cut-in and above cut-out speed;
- many turbines see many winds at once: the curve is averaged over a normal distribution of speeds
  around the hour's mean (the multi-turbine power curve of Nørgård & Holttinen 2004, Nordic Wind
  Power Conference).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import FetchError
from transcaspian.fetch.nasa_power import Weather

__all__ = ["farm_curve", "hub_wind_m_s", "turbine_output", "wind_output"]

FloatArray = NDArray[np.float64]

SPECIFIC_POWER_W_M2 = 325.0  # rated power over swept area; present onshore turbines 250-400
POWER_COEFFICIENT = 0.44  # of a modern rotor with its drive train
AIR_DENSITY_KG_M3 = 1.225  # of the standard atmosphere at sea level, 15 °C
CUT_IN_M_S, CUT_OUT_M_S = 3.0, 25.0
HUB_HEIGHT_M = 100.0
SPREAD_M_S = 1.5  # standard deviation of speeds over a region; assumed
LOSSES = 0.10  # wakes, cables, turbines out of order; assumed
GRID_M_S = 0.25
FASTEST_M_S = 60.0
SPREADS_TAKEN = 4.0  # standard deviations over which the mean is taken
GAS_CONSTANT_AIR = 287.05  # J/(kg K)
SCALE_HEIGHT_M = 8434.5  # of pressure in an isothermal atmosphere at 15 °C
SEA_LEVEL_PA = 101_325.0
KELVIN = 273.15
LOW_M, HIGH_M = 10.0, 50.0
STEEPEST_SHEAR = 0.6  # beyond every published exponent over land


def turbine_output(speed_m_s: FloatArray) -> FloatArray:
    """Return output of one turbine per unit of its rated power at air of standard density.

    Parameters
    ----------
    speed_m_s : float64[n]
        Wind at the hub, not negative [m/s].

    Returns
    -------
    float64[n]
        Between 0 and 1 [-].
    """
    rated = (2.0 * SPECIFIC_POWER_W_M2 / (AIR_DENSITY_KG_M3 * POWER_COEFFICIENT)) ** (1.0 / 3.0)
    output = np.minimum((speed_m_s / rated) ** 3, 1.0)
    is_turning = (speed_m_s >= CUT_IN_M_S) & (speed_m_s <= CUT_OUT_M_S)
    return np.where(is_turning, output, 0.0)


@cache
def _table() -> tuple[FloatArray, FloatArray]:
    speeds = np.arange(0.0, FASTEST_M_S + GRID_M_S / 2, GRID_M_S)
    offsets = np.linspace(-SPREADS_TAKEN, SPREADS_TAKEN, 321)
    weights = np.exp(-0.5 * offsets**2)
    around = np.maximum(speeds[:, None] + SPREAD_M_S * offsets, 0.0)
    farm = turbine_output(around) @ (weights / weights.sum())
    for array in (speeds, farm):
        array.flags.writeable = False
    return speeds, farm


def farm_curve() -> tuple[FloatArray, FloatArray]:
    """Return speeds [m/s] and the output of a region's turbines at them [-], without losses."""
    return _table()


def hub_wind_m_s(weather: Weather) -> FloatArray:
    """Return the wind at hub height, brought to air of standard density [m/s].

    Height by the power law v(z) = v(50 m) * (z / 50 m)**shear, its exponent from the yearly means
    at 10 and 50 m; density by v * (rho / rho_0)**(1/3) (the normalisation of IEC 61400-12-1).

    Raises FetchError where wind falls with height or rises beyond any published exponent.
    """
    shear = np.log(weather.wind_50m_m_s.mean() / weather.wind_10m_m_s.mean()) / np.log(
        HIGH_M / LOW_M
    )
    if not 0.0 <= shear <= STEEPEST_SHEAR:
        raise FetchError(
            f"Wind at {weather.lat:g}, {weather.lon:g} rises with height to the power {shear:.2f};"
            f" believable is 0 to {STEEPEST_SHEAR:g}."
        )
    pressure = SEA_LEVEL_PA * np.exp(-weather.elevation_m / SCALE_HEIGHT_M)
    density = pressure / (GAS_CONSTANT_AIR * (weather.temperature_c + KELVIN))
    at_hub = weather.wind_50m_m_s * (HUB_HEIGHT_M / HIGH_M) ** shear
    hub: FloatArray = at_hub * np.cbrt(density / AIR_DENSITY_KG_M3)
    return hub


def wind_output(hub_m_s: FloatArray, factor: float = 1.0) -> FloatArray:
    """Return output of the wind farms of a region per unit of p_nom, float64[n_hour].

    `factor` multiplies the wind speed: reanalyses are too calm or too windy by place (Staffell &
    Pfenninger 2016, doi:10.1016/j.energy.2016.08.068).
    """
    speeds, farm = farm_curve()
    output: FloatArray = np.interp(factor * hub_m_s, speeds, farm) * (1.0 - LOSSES)
    return output
