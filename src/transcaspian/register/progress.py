"""How measured figures move, and when they reach a target if they go on like that.

A figure changes by a mean rate and by chance. With few figures of its own the rate of a promise is
drawn towards those of all measured promises of the register: two pseudo-observations, said so. From
eight figures of one compiler on, a robust local trend is tried as well and used where it foretold
those figures better than the mean rate. Series of different compilers are never joined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from transcaspian.register.facts import Facts, Point
from transcaspian.register.spells import series_of
from transcaspian.register.survival import FloatArray
from transcaspian.register.targets import MIN_PART_OF_YEAR_DAYS, stretch_to_year
from transcaspian.register.verdict import Commitment

__all__ = [
    "DAYS_PER_YEAR",
    "SCALES",
    "Changes",
    "Series",
    "choose_longest",
    "local_trend",
    "pool_changes",
    "reach_times",
    "scale_of",
    "series_changes",
]

SCALES = ("steps", "completion", "share", "growth")
DAYS_PER_YEAR = 365.25
MIN_TREND = 8  # figures of one compiler
TREND_WINDOW = 12  # newest figures that a local trend looks at
MIN_BACKTEST = 5  # figures before the first one that is foretold
POOL_WEIGHT = 2.0  # pseudo-observations that the register's other series count for
MIN_POOL = 4  # changes, of at least MIN_POOL_SERIES series
MIN_POOL_SERIES = 2
MAX_BEHIND_DAYS = 300
PATHS = 4000
SEED = 20
HORIZON_YEARS = 40.0
# Of two neighbouring figures at least this much apart the change per year is taken.
MIN_STEP_YEARS = 0.15


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one compiler in order of time."""

    compiler: str
    days: tuple[date, ...]
    values: tuple[float, ...]
    known_share: float  # of the last figure's period; below 1 where a part was stretched to a year

    @property
    def years(self) -> FloatArray:
        """Return the days as years [n]."""
        return np.array([day.toordinal() for day in self.days]) / DAYS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Changes:
    """Change per year and its chance part, on the scale of `scale_of`."""

    count: int
    mean: float  # [1/a]
    spread: float  # standard deviation of a year's change


def choose_longest(commitment: Commitment, facts: Facts) -> Series | None:
    """Return the compiler's series with most figures; the first named one where several have.

    A series whose last figure is MAX_BEHIND_DAYS older than another's says nothing about today.
    """
    build = _yearly if commitment.measure == "flow" else _levels
    found = [
        series
        for compiler, points in series_of(commitment, facts).items()
        if (series := build(compiler, points)) is not None
    ]
    newest = max((series.days[-1] for series in found), default=None)
    current = [
        series
        for series in found
        if newest is not None and (newest - series.days[-1]).days < MAX_BEHIND_DAYS
    ]
    return max(current, key=lambda series: len(series.days), default=None)


def _levels(compiler: str, points: Sequence[Point]) -> Series | None:
    values = {point.measured: point.value for point in points}
    days = sorted(values)
    return Series(compiler, tuple(days), tuple(values[day] for day in days), 1.0) if days else None


def _yearly(compiler: str, points: Sequence[Point]) -> Series | None:
    """Return one value a year: the year's own, else its longest part stretched to the year."""
    best: dict[int, tuple[int, float]] = {}
    for point in points:
        period = point.period
        is_whole = period.is_whole_year and (point.kind != "ytd" or point.is_full_year)
        starts = (period.first.month, period.first.day) == (1, 1)
        is_part = (
            starts
            and MIN_PART_OF_YEAR_DAYS <= period.days < 365
            and period.first.year == period.last.year
        )
        if is_whole or is_part:
            value = point.value if is_whole else stretch_to_year(point)
            days = 366 if is_whole else period.days
            if days >= best.get(period.first.year, (0, 0.0))[0]:
                best[period.first.year] = (days, value)
    years = sorted(best)
    if not years:
        return None
    return Series(
        compiler,
        tuple(date(year, 12, 31) for year in years),
        tuple(best[year][1] for year in years),
        min(best[years[-1]][0] / 365.0, 1.0),
    )


def scale_of(commitment: Commitment) -> str:
    """Return on which scale a promise's figures change; series of one scale are comparable.

    steps         numbered stages, in parts of the last one
    completion    percent of a work, in parts of the whole
    share         percent of something else, as logarithm
    growth        any other quantity, as logarithm: 0.1 is about 10 % a year
    """
    if commitment.measure == "steps":
        return "steps"
    if commitment.unit == "%":
        return "completion" if commitment.target == 100.0 else "share"
    return "growth"


def _scaled(values: Sequence[float], scale: str, target: float) -> FloatArray | None:
    found = np.array(values, dtype=np.float64)
    if target <= 0.0:
        return None
    if scale in {"steps", "completion"}:
        return found / target
    return np.log(found) if found.min() > 0.0 else None


def series_changes(commitment: Commitment, series: Series) -> tuple[FloatArray, FloatArray] | None:
    """Return the changes between figures and the years they took; None where no scale fits."""
    scaled = _scaled(series.values, scale_of(commitment), commitment.target or 0.0)
    if scaled is None:
        return None
    kept = [0]
    years = series.years
    for index in range(1, years.size):
        if years[index] - years[kept[-1]] >= MIN_STEP_YEARS:
            kept.append(index)
    return np.diff(scaled[kept]), np.diff(years[kept])


def pool_changes(commitments: Sequence[Commitment], facts: Facts, scale: str) -> Changes | None:
    """Return how all measured promises of a scale changed; None where too few changes are known.

    Both are the median over the series, so that one wild series does not rule the others.
    """
    rates: list[float] = []
    spreads: list[float] = []
    count = 0
    seen: set[tuple[str | None, str | None, str]] = set()
    for commitment in commitments:
        series = choose_longest(commitment, facts) if scale_of(commitment) == scale else None
        if series is None or (commitment.indicator, commitment.scope, series.compiler) in seen:
            continue
        seen.add((commitment.indicator, commitment.scope, series.compiler))
        changes = series_changes(commitment, series)
        if changes is None or not changes[0].size:
            continue
        moved, took = changes
        count += moved.size
        rates.append(float(moved.sum() / took.sum()))
        if moved.size > 1:
            errors = (moved - rates[-1] * took) / np.sqrt(took)
            spreads.append(float(np.sqrt(errors @ errors / (moved.size - 1))))
    if count < MIN_POOL or len(rates) < MIN_POOL_SERIES or not spreads:
        return None
    return Changes(count, float(np.median(rates)), float(np.median(spreads)))


def own_changes(moved: FloatArray, took: FloatArray, pool: Changes | None) -> Changes | None:
    """Return rate and spread of one series, drawn towards the pool; None where both say too little.

    mean = (n m + k p) / (n + k), spread² = (sum e² + k q²) / (n - 1 + k), with n changes of mean
    m and chance parts e, the pool's mean p and spread q, and k = POOL_WEIGHT.
    """
    if pool is None and moved.size < 3:
        return None
    weight = POOL_WEIGHT if pool is not None else 0.0
    prior_mean, prior_spread = (pool.mean, pool.spread) if pool is not None else (0.0, 0.0)
    rate = float(moved.sum() / took.sum()) if moved.size else 0.0
    errors = (moved - rate * took) / np.sqrt(took)
    mean = (moved.size * rate + weight * prior_mean) / (moved.size + weight)
    freedom = max(moved.size - 1.0, 0.0) + weight
    spread = np.sqrt((float(errors @ errors) + weight * prior_spread**2) / freedom)
    return Changes(moved.size, mean, float(spread))


def local_trend(years: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Return slope and level at the last year of the newest figures: Theil and Sen's line.

    The slope is the median of all slopes between two figures, the level the median of what is left
    (Sen 1968, doi:10.1080/01621459.1968.10480934).
    """
    near, y = years[-TREND_WINDOW:] - years[-1], values[-TREND_WINDOW:]
    one, other = np.triu_indices(near.size, 1)
    slope = float(np.median((y[other] - y[one]) / (near[other] - near[one])))
    return slope, float(np.median(y - slope * near))


def backtest_trend(years: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return errors of the local trend and of the mean rate, each foretelling one figure ahead.

    Both are divided by the root of the years ahead.
    """
    trend, pace = [], []
    for known in range(MIN_BACKTEST, years.size):
        ahead = years[known] - years[known - 1]
        slope, level = local_trend(years[:known], values[:known])
        rate = (values[known - 1] - values[0]) / (years[known - 1] - years[0])
        trend.append((values[known] - level - slope * ahead) / np.sqrt(ahead))
        pace.append((values[known] - values[known - 1] - rate * ahead) / np.sqrt(ahead))
    return np.array(trend), np.array(pace)


@dataclass(frozen=True, slots=True)
class Reach:
    """When simulated paths reach the target, as ordinals of days, inf where never; and how."""

    days: FloatArray  # [path]
    method: str  # trend, pace or weak pace
    figures: int
    compiler: str
    last_day: date
    last_value: float
    is_stretched: bool  # the last value is part of a year, stretched to the year
    rate: float
    spread: float


def reach_times(
    commitment: Commitment, facts: Facts, pools: dict[str, Changes | None]
) -> Reach | None:
    """Return when the figures reach the target; None where they allow no answer."""
    series = choose_longest(commitment, facts)
    target = commitment.target
    if series is None or target is None:
        return None
    scale = scale_of(commitment)
    goal = _scaled([target], scale, target)
    scaled = _scaled(series.values, scale, target)
    changes = series_changes(commitment, series)
    if changes is None or scaled is None or goal is None:
        return None
    law, start, method = own_changes(*changes, pools[scale]), float(scaled[-1]), "weak pace"
    if law is None:
        return None
    if changes[0].size >= 3:
        method = "pace"
    if scaled.size >= MIN_TREND:
        trend, pace = backtest_trend(series.years, scaled)
        if trend @ trend < pace @ pace:
            slope, start = local_trend(series.years, scaled)
            law = Changes(changes[0].size, slope, float(np.sqrt(np.mean(trend**2))))
            method = "trend"
    missing = (float(goal[0]) - start) * (1.0 if commitment.is_upward else -1.0)
    rate = law.mean if commitment.is_upward else -law.mean
    is_compound = scale in {"growth", "share"}
    days = _walk(
        missing,
        Changes(law.count, rate, law.spread),
        series,
        is_flow=commitment.measure == "flow",
        is_compound=is_compound,
        is_upward=commitment.is_upward,
    )
    return Reach(
        days,
        method,
        len(series.days),
        series.compiler,
        series.days[-1],
        series.values[-1],
        series.known_share < 1.0,
        law.mean,
        law.spread,
    )


def _walk(
    missing: float,
    law: Changes,
    series: Series,
    *,
    is_flow: bool,
    is_compound: bool,
    is_upward: bool,
) -> FloatArray:
    """Return the first day on which each of PATHS random walks has gone what is missing.

    Half of the paths of a growing figure compound; the other half grow by the same amount each
    year, which for a rise of log missing is exp(missing) - 1 of the last value.
    """
    random = np.random.default_rng(SEED)
    step = 1.0 if is_flow else 0.25
    steps = round(HORIZON_YEARS / step)
    certainty = law.count + POOL_WEIGHT
    rate = law.mean + law.spread / np.sqrt(certainty) * random.standard_normal(PATHS)
    goal = np.full(PATHS, missing)
    if is_compound:
        goal[::2] = np.expm1(missing) if is_upward else -np.expm1(-missing)
    unknown = law.spread * np.sqrt(max(1.0 - series.known_share, 0.0))
    gone = unknown * random.standard_normal(PATHS)
    reached = np.where(gone >= goal, 0.0, np.inf)
    for number in range(1, steps + 1):
        gone += rate * step + law.spread * np.sqrt(step) * random.standard_normal(PATHS)
        reached = np.where(np.isinf(reached) & (gone >= goal), number * step, reached)
    if not is_flow:
        return series.days[-1].toordinal() + np.round(reached * DAYS_PER_YEAR)
    # A yearly flow is known when its year is over: whole years after the last one.
    ends = np.array(
        [date(series.days[-1].year + ahead, 12, 31).toordinal() for ahead in range(steps + 1)],
        dtype=np.float64,
    )
    return np.where(
        np.isinf(reached), np.inf, ends[np.where(np.isinf(reached), 0, reached).astype(np.int64)]
    )
