"""Synthetic hourly series of load, wind, solar, hydro, heating and prices.

Where hourly series may not be passed on, a case ships series made here from aggregated targets:
yearly and monthly means, the shape of the day by season, spread, memory in time and correlation
between places. A realisation is set by its seed, so several years of weather can be drawn.

Each kind is a Gaussian field in space and time (sums of first-order autoregressive processes,
exponential correlation with distance), turned into the wanted distribution by its quantiles
(the translation process of Grigoriu 1984, doi:10.1061/(ASCE)0733-9399(1984)110:4(610)). Solar
output is a clear sky, from the sun's geometry, times a random clearness.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal, special

from transcaspian.units import DAYS_OF_MONTH

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

N_HOUR = 8760
HOURS_A_DAY = 24
MONTH_OF_HOUR = np.repeat(np.arange(12), np.array(DAYS_OF_MONTH) * HOURS_A_DAY)
FIRST_WEEKDAY = 4  # 1 January 2016 is a Friday (Monday = 0)
LEAP_DAY = 59  # day of the year before which 29 February 2016 is left out
SEASONS = ("winter", "spring", "summer", "autumn")
MIDDLE_DAY_OF_SEASON = (14.0, 104.0, 195.0, 287.0)
EARTH_RADIUS_KM = 6371.0
PEAK_STEPS = 30  # each narrows the gap to the peak by more than half
KINDS = ("load", "wind", "solar", "hydro", "must_run", "price")


TARGETS_FILE = Path(__file__).with_name("synthetic_targets.csv")
DAY_SHAPES_FILE = Path(__file__).with_name("synthetic_day_shapes.csv")
CORRELATIONS_FILE = Path(__file__).with_name("synthetic_correlations.csv")
PACKAGED_SEED = 2016  # of the series that the packaged case ships
DIGITS = 3  # so that the file packs well; a thousandth of the capacity or of the mean


@dataclass(frozen=True, slots=True)
class Target:
    """What one series has to meet.

    `mean` is the yearly mean; `monthly` the mean of each month over it. `std` is the standard
    deviation of wind output; for the other kinds that of the random part (relative, for solar
    that of a clearness of one half). `peak` is the highest value: exact for load, an upper bound for wind,
    solar and hydro. `day_shape` names rows of the day shapes; empty means flat.
    """

    profile: str
    kind: str
    bus: str
    lat: float
    lon: float
    utc_offset_h: int
    mean: float
    std: float
    peak: float
    monthly: tuple[float, ...]
    day_shape: str
    saturday: float
    sunday: float


@dataclass(frozen=True, slots=True)
class Memory:
    """How the random part of a kind hangs together in time and space.

    The Gaussian field is a sum of processes with correlation times `times_h`, with shares
    `shares` of the variance (adding up to 1), correlated as exp(-distance / length_km). Each is
    smoothed over `smooth_h`: the output of many turbines does not jump from hour to hour.
    """

    times_h: tuple[float, ...]
    shares: tuple[float, ...]
    length_km: float
    smooth_h: float = 0.0


MEMORY: Mapping[str, Memory] = {
    "load": Memory((60.0, 6.0), (0.8, 0.2), 600.0),
    "wind": Memory((18.0, 90.0), (0.86, 0.14), 600.0, smooth_h=2.0),
    "solar": Memory((22.0, 3.0), (0.85, 0.15), 600.0),
    "hydro": Memory((300.0,), (1.0,), 500.0),
    "must_run": Memory((90.0,), (1.0,), 900.0),
    "price": Memory((60.0, 5.0), (0.6, 0.4), 900.0),
}


def read_targets(path: Path) -> list[Target]:
    """Targets from a CSV file with the fields of `Target` and m1 to m12 for `monthly`."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return [_target(row) for row in csv.DictReader(file)]


def _target(row: Mapping[str, str]) -> Target:
    return Target(
        profile=row["profile"],
        kind=row["kind"],
        bus=row["bus"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        utc_offset_h=int(row["utc_offset_h"]),
        mean=float(row["mean"]),
        std=float(row["std"]),
        peak=float(row["peak"]),
        monthly=tuple(float(row[f"m{month}"]) for month in range(1, 13)),
        day_shape=row["day_shape"],
        saturday=float(row["saturday"]),
        sunday=float(row["sunday"]),
    )


def read_day_shapes(path: Path) -> dict[str, FloatArray]:
    """Shapes of the day by name: float64[season, hour], from columns shape, season, h0 to h23."""
    shapes: dict[str, FloatArray] = {}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            shape = shapes.setdefault(row["shape"], np.ones((len(SEASONS), HOURS_A_DAY)))
            shape[SEASONS.index(row["season"])] = [
                float(row[f"h{hour}"]) for hour in range(HOURS_A_DAY)
            ]
    return shapes


def read_correlations(path: Path) -> dict[tuple[str, str], float]:
    """Correlations of pairs of profiles, from columns profile0, profile1, correlation."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return {
            (row["profile0"], row["profile1"]): float(row["correlation"])
            for row in csv.DictReader(file)
        }


def weather_year(seed: int = PACKAGED_SEED) -> dict[str, FloatArray]:
    """Return every hourly series of the packaged case in another year of weather.

    The packaged file holds the year of `PACKAGED_SEED`.

    >>> weather_year()["wind_AZ"].shape
    (8760,)
    """
    series = generate(
        read_targets(TARGETS_FILE),
        read_day_shapes(DAY_SHAPES_FILE),
        seed,
        read_correlations(CORRELATIONS_FILE),
    )
    return {name: np.round(values, DIGITS) for name, values in series.items()}


def generate(
    targets: Sequence[Target],
    day_shapes: Mapping[str, FloatArray],
    seed: int,
    correlations: Mapping[tuple[str, str], float] | None = None,
) -> dict[str, FloatArray]:
    """Return the hourly series of every target, float64[8760] in UTC from 1 January.

    Parameters
    ----------
    targets : sequence of Target
        What the series have to meet.
    day_shapes : mapping of str to float64[season, hour]
        Relative shapes of the local day.
    seed : int
        Realisation: the same seed gives the same bits, another seed other weather.
    correlations : mapping of pairs of profiles to float, optional
        Observed correlations; other pairs are correlated by their distance.
    """
    series: dict[str, FloatArray] = {}
    for kind_number, kind in enumerate(KINDS):
        chosen = [target for target in targets if target.kind == kind]
        if not chosen:
            continue
        # A series without a random part takes no place in the field.
        random = [target for target in chosen if target.std > 0.0]
        rng = np.random.default_rng([seed, kind_number])
        field = (
            gaussian_field(random, MEMORY[kind], rng, correlations)
            if random
            else np.zeros((N_HOUR, 0))
        )
        noise = {target.profile: field[:, column] for column, target in enumerate(random)}
        for target in chosen:
            values = noise.get(target.profile, np.zeros(N_HOUR))
            series[target.profile] = _series(target, day_shapes, values)
    return {target.profile: series[target.profile] for target in targets}


def _series(target: Target, day_shapes: Mapping[str, FloatArray], noise: FloatArray) -> FloatArray:
    if target.kind == "solar":
        return solar_series(target, noise)
    shape = day_shapes[target.day_shape] if target.day_shape else np.ones((4, HOURS_A_DAY))
    base = target.mean * monthly_curve(target.monthly) * day_curve(shape, target.utc_offset_h)
    if target.kind == "wind":
        return wind_series(target, base, noise)
    if target.kind == "load":
        return load_series(target, base, noise)
    if target.kind == "must_run":
        return np.clip(base + target.std * noise, 0.0, target.peak)
    values = base * np.exp(target.std * noise - 0.5 * target.std**2)
    if target.kind == "hydro":
        return match_monthly_means(np.minimum(values, target.peak), target)
    values = values * week_curve(target.saturday, target.sunday, target.utc_offset_h)
    return np.asarray(target.mean * values / values.mean())


def gaussian_field(
    targets: Sequence[Target],
    memory: Memory,
    rng: np.random.Generator,
    correlations: Mapping[tuple[str, str], float] | None = None,
) -> FloatArray:
    """Return standard normal noise float64[hour, target], correlated in time and space.

    `correlations` holds what was observed of some pairs of profiles; the others fall off with
    their distance.
    """
    distance_km = distances_km(
        np.array([target.lat for target in targets]), np.array([target.lon for target in targets])
    )
    covariance = np.exp(-distance_km / memory.length_km)
    position = {target.profile: index for index, target in enumerate(targets)}
    for (profile0, profile1), correlation in (correlations or {}).items():
        if profile0 in position and profile1 in position:
            pair = [position[profile0], position[profile1]]
            covariance[pair, pair[::-1]] = correlation
    factor = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(targets)))
    field = np.zeros((N_HOUR, len(targets)))
    for time_h, share in zip(memory.times_h, memory.shares, strict=True):
        innovation = rng.standard_normal((N_HOUR, len(targets))) @ factor.T
        field += np.sqrt(share) * autoregressive(innovation, time_h, memory.smooth_h)
    return field


def autoregressive(innovation: FloatArray, time_h: float, smooth_h: float) -> FloatArray:
    """Return noise of variance 1 with x[t] = (a + b) x[t-1] - a b x[t-2] + c e[t].

    a = exp(-1/time_h); b = exp(-1/smooth_h), 0 without smoothing. The first values are started
    from the stationary distribution, so no hours have to be thrown away.
    """
    a = float(np.exp(-1.0 / time_h))
    b = float(np.exp(-1.0 / smooth_h)) if smooth_h > 0 else 0.0
    variance = (1.0 + a * b) / ((1.0 - a * b) * (1.0 - a**2) * (1.0 - b**2))
    lag_one = (a + b) / (1.0 + a * b)
    first = innovation[0]
    second = lag_one * first + np.sqrt(1.0 - lag_one**2) * innovation[1]
    later, _ = signal.lfilter(
        [1.0 / np.sqrt(variance)],
        [1.0, -(a + b), a * b],
        innovation[2:],
        axis=0,
        zi=np.stack([(a + b) * second - a * b * first, -a * b * second]),
    )
    return np.concatenate([first[None], second[None], later])


def distances_km(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Return great-circle distances float64[place, place] (haversine formula)."""
    phi, lam = np.radians(lat), np.radians(lon)
    half = (
        np.sin((phi[:, None] - phi) / 2) ** 2
        + np.cos(phi[:, None]) * np.cos(phi) * np.sin((lam[:, None] - lam) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def monthly_means(values: FloatArray) -> FloatArray:
    """Return the mean of each month, float64[12], of an hourly year."""
    totals = np.bincount(MONTH_OF_HOUR, weights=values, minlength=12)
    return np.asarray(totals / np.bincount(MONTH_OF_HOUR, minlength=12))


def monthly_curve(monthly: Sequence[float] | FloatArray) -> FloatArray:
    """Return a curve without steps, float64[8760], whose monthly means are the given ones."""
    wanted = np.asarray(monthly, dtype=np.float64)
    edges = np.concatenate([[0], np.cumsum(DAYS_OF_MONTH)]) * HOURS_A_DAY
    middles = (edges[:-1] + edges[1:]) / 2
    nodes = wanted.copy()
    hours = np.arange(N_HOUR) + 0.5
    for _ in range(40):
        curve = np.interp(hours, middles, nodes, period=N_HOUR)
        nodes = np.maximum(nodes + (wanted - monthly_means(curve)), 0.0)
    return np.asarray(np.interp(hours, middles, nodes, period=N_HOUR))


def day_curve(shape: FloatArray, utc_offset_h: int) -> FloatArray:
    """Return the shape of the local day over the year, float64[8760], each day's mean 1."""
    days = np.arange(365)
    by_day = np.column_stack(
        [
            np.interp(days, MIDDLE_DAY_OF_SEASON, shape[:, hour], period=365)
            for hour in range(HOURS_A_DAY)
        ]
    )
    by_day /= by_day.mean(axis=1, keepdims=True)
    return np.roll(by_day.ravel(), -utc_offset_h)


def week_curve(saturday: float, sunday: float, utc_offset_h: int) -> FloatArray:
    """Return the factor of the weekday, float64[8760]; Monday to Friday is 1."""
    local_day = (np.arange(N_HOUR) + utc_offset_h) // HOURS_A_DAY
    weekday = (local_day + (local_day >= LEAP_DAY) + FIRST_WEEKDAY) % 7
    return np.asarray(np.select([weekday == 5, weekday == 6], [saturday, sunday], 1.0))


def load_series(target: Target, base: FloatArray, noise: FloatArray) -> FloatArray:
    """Return load whose mean is `target.mean` and whose highest hour is `target.peak` times it.

    The hours above the mean are bent, the more the higher they are, so that nights and months
    keep their level.
    """
    values = base * week_curve(target.saturday, target.sunday, target.utc_offset_h)
    values = values * (1.0 + target.std * noise)
    deviation = values / values.mean() - 1.0
    for _ in range(PEAK_STEPS):
        above = np.maximum(deviation, 0.0) / deviation.max()
        bend = (target.peak - 1.0) / deviation.max() - 1.0
        deviation = deviation * (1.0 + bend * above)
        deviation -= deviation.mean()
    return np.asarray(target.mean * (1.0 + deviation))


def wind_series(target: Target, base: FloatArray, noise: FloatArray) -> FloatArray:
    """Return wind output per unit of capacity: beta distributed around a moving mean."""
    mean = np.clip(base / target.peak, 0.02, 0.95)
    relative = target.std / target.peak
    spread = relative * np.sqrt(base / target.mean)
    values = target.peak * beta_quantile(noise, mean, spread)
    return match_monthly_means(values, target)


def beta_quantile(noise: FloatArray, mean: FloatArray, std: FloatArray) -> FloatArray:
    """Return the beta(mean, std) value at the same quantile as the normal noise, elementwise."""
    variance = np.minimum(std**2, 0.9 * mean * (1.0 - mean))
    size = mean * (1.0 - mean) / variance - 1.0
    quantile = np.clip(special.ndtr(noise), 1e-6, 1.0 - 1e-6)
    return np.asarray(special.betaincinv(mean * size, (1.0 - mean) * size, quantile))


def solar_series(target: Target, noise: FloatArray) -> FloatArray:
    """Return solar output per unit of capacity: clear sky times a random clearness."""
    clear = clear_sky_output(target.lat, target.lon) * target.peak
    wanted = target.mean * np.asarray(target.monthly)
    clearness = np.clip(monthly_curve(wanted / monthly_means(clear)), 0.05, 0.97)
    spread = 2.0 * target.std * np.sqrt(clearness * (1.0 - clearness))  # a clear month varies less
    random = np.minimum(beta_quantile(noise, clearness, spread), 0.999)
    return match_monthly_means(clear * random, target, ceiling=clear)


def clear_sky_output(lat: float, lon: float) -> FloatArray:
    """Return the output of a fixed plane under a clear sky over its highest value, float64[8760].

    The plane faces the equator, tilted by 0.76 lat + 3.1 degrees. Beam and diffuse light follow
    Meinel and Meinel (1976): 1353 * 0.7 ** (air mass ** 0.678), diffuse a tenth of it; the sun's
    declination and the equation of time follow Spencer (1971). Values are at mid-hour.
    """
    hour = np.arange(N_HOUR) + 0.5
    angle = 2 * np.pi * hour / N_HOUR
    declination = (
        0.006918 - 0.399912 * np.cos(angle) + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle) + 0.000907 * np.sin(2 * angle)
    )  # fmt: skip
    equation_of_time_h = 3.8197 * (
        0.000075 + 0.001868 * np.cos(angle) - 0.032077 * np.sin(angle)
        - 0.014615 * np.cos(2 * angle) - 0.04089 * np.sin(2 * angle)
    )  # fmt: skip
    solar_time_h = hour % HOURS_A_DAY + lon / 15.0 + equation_of_time_h
    hour_angle = np.radians(15.0 * (solar_time_h - 12.0))
    phi = np.radians(lat)
    tilt = np.radians(0.76 * lat + 3.1)
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(
        hour_angle
    )
    incidence = np.sin(phi - tilt) * np.sin(declination) + np.cos(phi - tilt) * np.cos(
        declination
    ) * np.cos(hour_angle)
    is_day = height > 0.01
    air_mass = 1.0 / np.where(is_day, height, 1.0)
    beam = 1353.0 * 0.7 ** (air_mass**0.678)
    light = np.where(is_day, beam * (np.maximum(incidence, 0.0) + 0.1), 0.0)
    return np.asarray(light / light.max())


def match_monthly_means(
    values: FloatArray, target: Target, ceiling: FloatArray | None = None
) -> FloatArray:
    """Return values bent within 0 and a ceiling so that the monthly means are the target's.

    In each month x becomes ceiling * (x / ceiling) ** power; the power is found by bisection.
    """
    top = np.full(N_HOUR, target.peak) if ceiling is None else ceiling
    share = np.divide(values, top, out=np.zeros(N_HOUR), where=top > 0)
    result = np.zeros(N_HOUR)
    for month, relative in enumerate(target.monthly):
        hours = month == MONTH_OF_HOUR
        wanted = target.mean * relative
        low, high = 0.02, 50.0
        for _ in range(50):
            power = np.sqrt(low * high)
            is_too_high = np.mean(top[hours] * share[hours] ** power) > wanted
            low, high = (power, high) if is_too_high else (low, power)
        result[hours] = top[hours] * share[hours] ** power
    return result


def autocorrelation(values: FloatArray, lag_h: int) -> float:
    """Return the correlation of a series with itself some hours later."""
    deviation = values - values.mean()
    return float(np.mean(deviation[:-lag_h] * deviation[lag_h:]) / np.mean(deviation**2))
