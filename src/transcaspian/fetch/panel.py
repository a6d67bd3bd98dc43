"""Output of solar plants from hourly radiation, by the PVWatts model as `pvlib` has it.

Fixed panels that face south (north below the equator): sun position, plane-of-array irradiance
with the sky of Hay & Davies (1980), cell temperature of Faiman (2008), direct current, losses and
inverter of PVWatts version 5 (Dobos 2014, NREL/TP-6A20-62641) with its default values.
"""

from importlib import import_module
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError
from transcaspian.fetch.nasa_power import Weather

__all__ = ["solar_output"]

FloatArray = NDArray[np.float64]

SOUTH_DEG, NORTH_DEG = 180.0, 0.0
TILT_PER_LATITUDE = 0.76  # rule of thumb for the best fixed tilt between 25 and 50 degrees; assumed
TILT_AT_EQUATOR_DEG = 3.1
GAMMA_PER_K = -0.0037  # power of a premium crystalline module (PVWatts: -0.0035 to -0.0047)
LOSSES = 0.14  # PVWatts' default for all that is not the inverter
DC_PER_AC = 1.2  # PVWatts' default
ALBEDO = 0.2
HALF_HOUR = "30min"  # the sun's mean place in an hour that is named by its start


def solar_output(weather: Weather) -> FloatArray:
    """Return output of solar plants per unit of alternating-current p_nom, float64[n_hour].

    Raises InputError where the package `pvlib` is not installed.
    """
    pandas, pvlib = _library("pandas"), _library("pvlib")
    n_hour = weather.ghi_w_m2.size
    hours = pandas.date_range(weather.start, periods=n_hour, freq="h")
    middles = hours + pandas.Timedelta(HALF_HOUR)
    sun = pvlib.solarposition.get_solarposition(
        middles, weather.lat, weather.lon, altitude=weather.elevation_m
    )
    plane = pvlib.irradiance.get_total_irradiance(
        surface_tilt=TILT_AT_EQUATOR_DEG + TILT_PER_LATITUDE * abs(weather.lat),
        surface_azimuth=SOUTH_DEG if weather.lat >= 0 else NORTH_DEG,
        solar_zenith=sun["apparent_zenith"].to_numpy(),
        solar_azimuth=sun["azimuth"].to_numpy(),
        dni=weather.dni_w_m2,
        ghi=weather.ghi_w_m2,
        dhi=weather.dhi_w_m2,
        dni_extra=pvlib.irradiance.get_extra_radiation(middles.day_of_year.to_numpy()),
        albedo=ALBEDO,
        model="haydavies",
    )
    on_plane = np.asarray(plane["poa_global"], dtype=np.float64)
    cell_c = pvlib.temperature.faiman(on_plane, weather.temperature_c, weather.wind_10m_m_s)
    direct = pvlib.pvsystem.pvwatts_dc(on_plane, cell_c, DC_PER_AC, GAMMA_PER_K) * (1.0 - LOSSES)
    inverter_input = 1.0 / 0.96  # direct current at which the inverter gives its rating, 1
    output = pvlib.inverter.pvwatts(direct, inverter_input)
    return np.asarray(output, dtype=np.float64)


def _library(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise InputError(
            f"Solar series need the package {name!r}, which is not installed."
            " Install it (pip install pvlib), or fetch wind alone."
        ) from error
