"""How sure a value is: draws of money inputs for many projects at once, and what follows.

Draws only change money and dates (`money.Variation`); what a model must solve anew is a scenario.
They come in blocks of equal size, each an independent Latin hypercube, so that memory does not grow
with their number (but for one NPV per draw and project) and the spread between the blocks tells the
error of every statistic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.distributions import (
    Distribution,
    Fixed,
    Sampling,
    add_pairs,
    draw_scores,
    quantiles,
    rank_correlation,
)
from transcaspian.appraisal.money import MoneyModel, Variation, vary
from transcaspian.appraisal.sobol import sobol_indices
from transcaspian.errors import InputError

__all__ = [
    "RiskInputs",
    "RiskOptions",
    "RiskResult",
    "simulate_risk",
    "tornado",
    "variance_shares",
]

FloatArray = NDArray[np.float64]

SOBOL_POINTS = 1024
CURVE = np.array([0.01, 0.05, *np.arange(0.1, 0.91, 0.1), 0.95, 0.99])
NEUTRAL = {
    "capex_factor": Fixed(1.0),
    "operation_factor": Fixed(1.0),
    "benefit_factor": Fixed(1.0),
    "benefit_growth": Fixed(0.0),
    "delay_years": Fixed(0.0),
}


@dataclass(frozen=True, slots=True)
class RiskInputs:
    """The uncertain inputs of one project; what is left out is certain."""

    capex_factor: Distribution = field(default_factory=lambda: NEUTRAL["capex_factor"])
    operation_factor: Distribution = field(default_factory=lambda: NEUTRAL["operation_factor"])
    benefit_factor: Distribution = field(default_factory=lambda: NEUTRAL["benefit_factor"])
    benefit_growth: Distribution = field(default_factory=lambda: NEUTRAL["benefit_growth"])
    delay_years: Distribution = field(default_factory=lambda: NEUTRAL["delay_years"])

    def uncertain(self) -> dict[str, Distribution]:
        """Return the inputs that are not fixed."""
        named = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in named.items() if not isinstance(value, Fixed)}


@dataclass(frozen=True, slots=True)
class RiskOptions:
    """How to draw. Correlations are of ranks: between projects by input, within one by two inputs.

    A slip leaves spending as planned unless `spending_slips`: what delays openings (works, permits,
    quarrels) seldom begins before the money is spent.
    """

    rate: float
    n_draw: int = 10_000
    block: int = 1_000
    seed: int = 0
    sampling: Sampling = "latin_hypercube"
    correlation: Mapping[str, float] = field(default_factory=dict)  # by input name
    within: Mapping[tuple[str, str], float] = field(default_factory=dict)  # by two input names
    spending_slips: bool = False


@dataclass(frozen=True, slots=True)
class RiskResult:
    """NPV of every draw and project, and its summary."""

    projects: tuple[str, ...]
    npv_musd: FloatArray  # [n_draw, n_project]
    summary: pl.DataFrame

    def curve(self) -> pl.DataFrame:
        """Return the distribution of each project: project, probability, npv_musd not exceeded."""
        values = np.quantile(self.npv_musd, CURVE, axis=0)
        return pl.DataFrame(
            {
                "project": np.repeat(np.array(self.projects, dtype=object), CURVE.size).tolist(),
                "probability": np.tile(CURVE, len(self.projects)),
                "npv_musd": values.T.ravel(),
            },
            schema_overrides={"project": pl.String},
        )


def simulate_risk(
    models: Sequence[MoneyModel], inputs: Sequence[RiskInputs], options: RiskOptions
) -> RiskResult:
    """Return the distribution of the NPV of each project, under common draws.

    The summary has a row a project: mean, standard deviation, P10, P50, P90 (P10 is exceeded nine
    times in ten), the probability of an NPV below zero, and the standard error of the mean and of
    that probability from the spread between blocks.
    """
    if options.n_draw % options.block or options.n_draw < options.block:
        message = f"{options.n_draw} draws do not fill blocks of {options.block}."
        raise InputError(f"{message} Ask for a multiple.")
    if len(models) != len(inputs):
        raise InputError(
            f"{len(models)} projects have {len(inputs)} sets of inputs. Give one each."
        )
    columns = [(place, name) for place, one in enumerate(inputs) for name in one.uncertain()]
    uncertain = [inputs[place].uncertain()[name] for place, name in columns]
    correlation = _correlation(columns, options)
    factors = [model.factors(options.rate) for model in models]
    seeds = np.random.SeedSequence(options.seed).spawn(options.n_draw // options.block)
    npv = np.empty((options.n_draw, len(models)))
    for number, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        scores = draw_scores(options.block, len(uncertain), rng, correlation, options.sampling)
        values = quantiles(scores, uncertain)
        rows = slice(number * options.block, (number + 1) * options.block)
        for place, model in enumerate(models):
            drawn = {
                name: values[:, column]
                for column, (owner, name) in enumerate(columns)
                if owner == place
            }
            variation = _variation(inputs[place], drawn, options)
            npv[rows, place] = vary(model, variation) @ factors[place]
    names = tuple(model.project for model in models)
    return RiskResult(names, npv, _summary(names, npv, options.block))


def tornado(model: MoneyModel, inputs: RiskInputs, options: RiskOptions) -> pl.DataFrame:
    """Return the NPV with each input at its P10 and P90 and the others at their median.

    Columns: project, input, low_value, high_value, npv_low_musd, npv_high_musd, swing_musd,
    npv_median_musd; the widest swing first.
    """
    uncertain = inputs.uncertain()
    factors = model.factors(options.rate)
    medians = {name: one.quantile(np.array([0.5])) for name, one in uncertain.items()}
    at_median = float((vary(model, _variation(inputs, medians, options)) @ factors)[0])
    rows = []
    for name, one in uncertain.items():
        ends = one.quantile(np.array([0.1, 0.9]))
        drawn = {key: np.broadcast_to(value, 2) for key, value in medians.items()} | {name: ends}
        low, high = vary(model, _variation(inputs, drawn, options)) @ factors
        rows.append((model.project, name, ends[0], ends[1], low, high, abs(high - low), at_median))
    names = ["project", "input", "low_value", "high_value", "npv_low_musd", "npv_high_musd"]
    names += ["swing_musd", "npv_median_musd"]
    schema = dict.fromkeys(names, pl.Float64()) | {"project": pl.String(), "input": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("swing_musd", descending=True)


def variance_shares(model: MoneyModel, inputs: RiskInputs, options: RiskOptions) -> pl.DataFrame:
    """Return the Sobol indices of each uncertain input of a project, independent of each other.

    Columns: project, input, first_order, first_order_ci95, total, total_ci95; the largest total
    first. Empty where nothing is uncertain.
    """
    uncertain = inputs.uncertain()
    names = list(uncertain)
    if not names:
        schema: dict[str, pl.DataType] = {"project": pl.String(), "input": pl.String()}
        measures = ("first_order", "first_order_ci95", "total", "total_ci95")
        return pl.DataFrame(schema=schema | dict.fromkeys(measures, pl.Float64()))
    factors = model.factors(options.rate)

    def value(drawn: FloatArray) -> FloatArray:
        columns = {name: drawn[:, place] for place, name in enumerate(names)}
        return np.asarray(vary(model, _variation(inputs, columns, options)) @ factors)

    rng = np.random.default_rng(np.random.SeedSequence(options.seed))
    found = sobol_indices(value, names, list(uncertain.values()), SOBOL_POINTS, rng)
    return pl.DataFrame(
        {
            "project": [model.project] * len(names),
            "input": names,
            "first_order": found.first_order,
            "first_order_ci95": found.first_order_ci95,
            "total": found.total,
            "total_ci95": found.total_ci95,
        }
    ).sort("total", descending=True)


def _variation(
    inputs: RiskInputs, drawn: Mapping[str, FloatArray], options: RiskOptions
) -> Variation:
    fixed = {
        item.name: getattr(inputs, item.name).quantile(np.array([0.5]))
        for item in fields(inputs)
        if item.name not in drawn
    }
    return Variation(**fixed, **drawn, spending_slips=options.spending_slips)


def _correlation(columns: Sequence[tuple[int, str]], options: RiskOptions) -> FloatArray | None:
    wanted = options.correlation
    if not columns or not (wanted or options.within):
        return None
    members = {
        name: [place for place, (_, other) in enumerate(columns) if other == name]
        for name in wanted
    }
    place_of = {column: place for place, column in enumerate(columns)}
    owners = dict.fromkeys(owner for owner, _ in columns)
    pairs = {
        (place_of[owner, one], place_of[owner, other]): value
        for owner in owners
        for (one, other), value in options.within.items()
        if (owner, one) in place_of and (owner, other) in place_of
    }
    return add_pairs(rank_correlation(wanted, members, len(columns)), pairs)


def _summary(names: Sequence[str], npv: FloatArray, block: int) -> pl.DataFrame:
    blocks = npv.reshape(-1, block, npv.shape[1])
    p10, p50, p90 = np.quantile(npv, (0.1, 0.5, 0.9), axis=0)
    return pl.DataFrame(
        {
            "project": list(names),
            "mean_musd": npv.mean(axis=0),
            "deviation_musd": npv.std(axis=0, ddof=1),
            "p10_musd": p10,
            "p50_musd": p50,
            "p90_musd": p90,
            "probability_negative": (npv < 0.0).mean(axis=0),
            "mean_error_musd": _error(blocks.mean(axis=1)),
            "probability_error": _error((blocks < 0.0).mean(axis=1)),
        }
    )


def _error(by_block: FloatArray) -> list[float | None]:
    """Return the standard error of a mean over blocks; None from a single block."""
    if by_block.shape[0] < 2:
        return [None] * by_block.shape[1]
    return list(by_block.std(axis=0, ddof=1) / np.sqrt(by_block.shape[0]))
