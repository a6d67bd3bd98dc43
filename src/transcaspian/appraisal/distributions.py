"""Distributions of uncertain inputs, each by its quantile function, and draws from many of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from scipy.stats import qmc

from transcaspian.errors import InputError

__all__ = [
    "COST_OVERRUNS",
    "Distribution",
    "Empirical",
    "Fixed",
    "Lognormal",
    "Pert",
    "Triangular",
    "Uniform",
    "Widened",
    "add_pairs",
    "draw_scores",
    "quantiles",
    "rank_correlation",
]

FloatArray = NDArray[np.float64]
LEAST_PROBABILITY = 1e-30
Sampling = Literal["latin_hypercube", "sobol"]


class Distribution(Protocol):
    """What every distribution can say."""

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return the value that is not exceeded with this probability."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that is certain."""

    value: float

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return the value."""
        return np.full(np.shape(probability), self.value)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every value from low to high alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check_order("uniform", self.low, self.high)

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return low + p * (high - low)."""
        return self.low + np.asarray(probability) * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Triangular:
    """Least, most likely and greatest value, with straight lines between."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _check_order("triangular", self.low, self.mode, self.high)

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return the inverse of the two parabolas that meet at the mode."""
        p = np.asarray(probability, dtype=np.float64)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        if width == 0.0:
            return np.full(p.shape, self.mode)
        rising = self.low + np.sqrt(p * width * left)
        falling = self.high - np.sqrt((1.0 - p) * width * right)
        return np.where(p * width < left, rising, falling)


@dataclass(frozen=True, slots=True)
class Pert:
    """Beta distribution of mean (low + weight * mode + high) / (weight + 2).

    Malcolm, D.G. et al. (1959), Application of a Technique for Research and Development Program
    Evaluation, Operations Research 7(5), with their weight of 4.
    """

    low: float
    mode: float
    high: float
    weight: float = 4.0

    def __post_init__(self) -> None:
        _check_order("PERT", self.low, self.mode, self.high)

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return the quantile of the beta distribution."""
        p = np.asarray(probability, dtype=np.float64)
        width = self.high - self.low
        if width == 0.0:
            return np.full(p.shape, self.mode)
        alpha = 1.0 + self.weight * (self.mode - self.low) / width
        beta = 1.0 + self.weight * (self.high - self.mode) / width
        # Nearer to zero the inverse of scipy gives no number; the quantile hardly moves there.
        p = np.where(p > 0.0, np.maximum(p, LEAST_PROBABILITY), 0.0)
        return np.asarray(self.low + width * special.betaincinv(alpha, beta, p), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """exp of a normal distribution, by its median and the standard deviation of the logarithm."""

    median: float
    sigma: float

    def __post_init__(self) -> None:
        if not (self.median > 0.0 and self.sigma >= 0.0):
            message = f"a lognormal of median {self.median} and sigma {self.sigma} does not exist."
            raise InputError(f"{message} Give a median above zero and a sigma not below.")

    @classmethod
    def from_mean(cls, mean: float, deviation: float) -> "Lognormal":
        """Return the lognormal of this mean and standard deviation."""
        if not mean > 0.0:
            raise InputError(f"a lognormal has no mean of {mean}. Give one above zero.")
        variance = np.log1p((deviation / mean) ** 2)
        return cls(median=float(mean * np.exp(-0.5 * variance)), sigma=float(np.sqrt(variance)))

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return median * exp(sigma * z)."""
        z = special.ndtri(np.asarray(probability, dtype=np.float64))
        return np.asarray(self.median * np.exp(self.sigma * z), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Empirical:
    """Values seen before, such as the overruns of a reference class; straight lines between them."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise InputError("an empirical distribution has no values. Give at least one.")

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return the interpolated order statistic."""
        found = np.quantile(np.asarray(self.values, dtype=np.float64), np.asarray(probability))
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Widened:
    """A distribution stretched from its median so that a range lies within its 5 and 95 % points.

    Each half is stretched in logarithms, and only where it falls short: values stay above zero.
    """

    base: Distribution
    low: float
    high: float

    def __post_init__(self) -> None:
        _check_order("widened", LEAST_PROBABILITY, self.low, self.high)

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return the value that is not exceeded with this probability."""
        low, median, high = np.log(self.base.quantile(np.array([0.05, 0.5, 0.95])))
        below, above = (
            _stretch(low - median, np.log(self.low) - median),
            _stretch(high - median, np.log(self.high) - median),
        )
        away = np.log(self.base.quantile(probability)) - median
        return np.asarray(np.exp(median + away * np.where(away < 0.0, below, above)))


def _stretch(reach: float, wanted: float) -> float:
    """Return by how much a half of a distribution is stretched to reach as far as wanted."""
    return max(1.0, wanted / reach) if reach else 1.0


# Final over planned cost in constant prices: mean and standard deviation of 58 rail, 33 bridge and
# tunnel and 167 road projects. Flyvbjerg, B., Holm, M.S. and Buhl, S. (2002), Underestimating Costs
# in Public Works Projects: Error or Lie?, Journal of the American Planning Association 68(3), table 1.
COST_OVERRUNS: Mapping[str, Lognormal] = {
    "rail": Lognormal.from_mean(1.447, 0.384),
    "fixed_link": Lognormal.from_mean(1.338, 0.624),
    "road": Lognormal.from_mean(1.204, 0.299),
}


def draw_scores(
    n_draw: int,
    n_input: int,
    rng: np.random.Generator,
    correlation: FloatArray | None = None,
    sampling: Sampling = "latin_hypercube",
) -> FloatArray:
    """Return scores[n_draw, n_input] between 0 and 1, spread evenly in each input.

    Parameters
    ----------
    n_draw, n_input : int
        Number of draws (a power of two for Sobol points) and of inputs.
    rng : numpy.random.Generator
        Source of chance.
    correlation : float64[n_input, n_input], optional
        Wanted rank correlation (Spearman). Latin hypercube draws are paired anew by the method of
        Iman, R.L. and Conover, W.J. (1982), Communications in Statistics B11(3), which leaves each
        input's values as they are; Sobol points go through a normal copula.
    sampling : {"latin_hypercube", "sobol"}
        McKay, M.D. et al. (1979), Technometrics 21(2); Sobol', I.M. (1967), scrambled.
    """
    if correlation is not None and sampling == "latin_hypercube" and n_draw <= n_input:
        message = f"{n_draw} draws at a time are too few to pair {n_input} correlated inputs."
        raise InputError(f"{message} Draw blocks of more than {n_input}.")
    if sampling == "sobol":
        if n_draw & (n_draw - 1):
            message = f"{n_draw} Sobol points are not evenly spread."
            raise InputError(f"{message} Ask for {1 << n_draw.bit_length()}, a power of two.")
        points = qmc.Sobol(n_input, scramble=True, rng=rng).random(n_draw)
        # A scrambled point may be exactly zero, where some distributions have no finite value.
        points = np.clip(points, 0.5 / 2**32, 1.0 - 0.5 / 2**32)
        if correlation is None:
            return np.asarray(points, dtype=np.float64)
        root = np.linalg.cholesky(_normal_correlation(correlation))
        return np.asarray(special.ndtr(special.ndtri(points) @ root.T), dtype=np.float64)
    order = rng.permuted(np.tile(np.arange(n_draw), (n_input, 1)), axis=1).T
    scores = np.asarray((order + rng.random((n_draw, n_input))) / n_draw, dtype=np.float64)
    return scores if correlation is None else _paired(scores, _normal_correlation(correlation))


def quantiles(scores: FloatArray, inputs: Sequence[Distribution]) -> FloatArray:
    """Return the value of each input[n_draw, n_input] at its scores."""
    values = [one.quantile(scores[:, place]) for place, one in enumerate(inputs)]
    return np.stack(values, axis=1) if values else np.empty((scores.shape[0], 0))


def rank_correlation(
    blocks: Mapping[str, float], members: Mapping[str, Sequence[int]], n_input: int
) -> FloatArray:
    """Return a correlation matrix in which the inputs of each block share one correlation.

    `members` lists the inputs of each block, `blocks` its rank correlation.
    """
    matrix = np.eye(n_input)
    for name, correlation in blocks.items():
        places = np.asarray(members[name], dtype=np.int64)
        matrix[np.ix_(places, places)] = correlation
    np.fill_diagonal(matrix, 1.0)
    return matrix


def add_pairs(matrix: FloatArray, pairs: Mapping[tuple[int, int], float]) -> FloatArray:
    """Return a correlation matrix with the correlations of single pairs of inputs set besides."""
    found = matrix.copy()
    for (one, other), correlation in pairs.items():
        found[one, other] = found[other, one] = correlation
    return found


def _check_order(name: str, *values: float) -> None:
    if not all(a <= b for a, b in pairwise(values)):
        message = f"the values of a {name} distribution do not rise: {values}."
        raise InputError(f"{message} Give them from low to high.")


def _normal_correlation(rank: FloatArray) -> FloatArray:
    """Return the correlation of normal variables whose ranks correlate as wanted (Pearson 1907)."""
    normal = 2.0 * np.sin(np.pi / 6.0 * np.asarray(rank, dtype=np.float64))
    np.fill_diagonal(normal, 1.0)
    if not np.array_equal(normal, normal.T) or np.linalg.eigvalsh(normal).min() <= 1e-10:
        message = "the correlations contradict each other (the matrix is not positive definite)."
        raise InputError(f"{message} Weaken the strongest ones.")
    return normal


def _paired(scores: FloatArray, correlation: FloatArray) -> FloatArray:
    """Return the scores with each column put into the order that gives the correlation."""
    normal = special.ndtri(scores)
    present = np.atleast_2d(np.corrcoef(normal, rowvar=False))
    away = np.linalg.inv(np.linalg.cholesky(present))
    wanted = normal @ away.T @ np.linalg.cholesky(correlation).T
    ranks = np.argsort(np.argsort(wanted, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(np.take_along_axis(np.sort(scores, axis=0), ranks, axis=0), dtype=np.float64)
