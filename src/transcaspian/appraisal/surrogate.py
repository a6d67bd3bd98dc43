"""A stand-in for model runs, with its error stated: a polynomial through a few real runs.

Draws that change what a model must solve (demand, fuel and carbon prices) would need a run each. A
surrogate is fitted to some dozens of real runs instead; it says how far it errs on runs that it has
not seen, and whoever uses it must print that beside the result.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from transcaspian.errors import InputError

__all__ = ["Surrogate", "fit_surrogate"]

FloatArray = NDArray[np.float64]

DEGREES = (1, 2)
# Weights of the penalty on the coefficients, tried in turn; the first is next to none.
PENALTIES = (1e-10, 1e-6, 1e-4, 1e-2, 1.0)


@dataclass(frozen=True, slots=True)
class Surrogate:
    """A polynomial in inputs scaled to -1..1, and its errors on runs left out."""

    low: FloatArray  # [n_input], least value of each input among the runs
    high: FloatArray  # [n_input]
    powers: tuple[tuple[int, ...], ...]  # inputs multiplied in each term
    coefficient: FloatArray  # [n_term]
    degree: int
    error: float  # root mean square over the runs, each predicted by a fit without it
    largest_error: float
    explained: float  # 1 - error**2 / variance of the runs; 0 is no better than their mean

    def predict(self, values: FloatArray) -> FloatArray:
        """Return the result for values[n, n_input].

        Raises
        ------
        InputError
            Where a value lies outside what was run: a polynomial says nothing there.
        """
        outside = (values < self.low) | (values > self.high)
        if outside.any():
            places = sorted({int(place) for place in np.nonzero(outside)[1]})
            message = (
                f"inputs {places} leave the range of the runs in {outside.any(axis=1).sum()} draws."
            )
            raise InputError(f"{message} Run the models there too, or draw within the range.")
        return np.asarray(
            _terms(_scaled(values, self.low, self.high), self.powers) @ self.coefficient
        )


def fit_surrogate(values: FloatArray, results: FloatArray) -> Surrogate:
    """Return the polynomial of degree 1 or 2 that predicts runs left out best.

    Each run is left out in turn; with hat matrix H the error on it is residual / (1 - H_ii) (Allen,
    D.M. (1974), The Relationship between Variable Selection and Data Augmentation and a Method for
    Prediction, Technometrics 16(1)).

    Parameters
    ----------
    values : float64[n_run, n_input]
        Inputs of the real runs, each input with at least two values.
    results : float64[n_run]
        What the runs gave.

    Raises
    ------
    InputError
        For too few runs, or an input that never varies.
    """
    n_run, n_input = values.shape
    if results.shape != (n_run,):
        raise InputError(f"{results.shape} results do not fit {n_run} runs. Give one for each.")
    if n_run < n_input + 3:
        message = f"{n_run} runs are too few for {n_input} inputs."
        raise InputError(f"{message} Give at least {n_input + 3}.")
    low, high = values.min(axis=0), values.max(axis=0)
    if np.any(low == high):
        places = np.flatnonzero(low == high).tolist()
        raise InputError(f"inputs {places} never vary among the runs. Leave them out.")
    scaled = _scaled(values, low, high)
    best: Surrogate | None = None
    for degree in DEGREES:
        powers = _powers(n_input, degree)
        if len(powers) > n_run - 2:
            break
        terms = _terms(scaled, powers)
        for penalty in PENALTIES:
            coefficient, errors = _fit(terms, results, penalty)
            size = float(np.sqrt(np.mean(errors**2)))
            if best is None or size < best.error * (1.0 - 1e-9):
                variance = float(results.var())
                best = Surrogate(
                    low=low,
                    high=high,
                    powers=powers,
                    coefficient=coefficient,
                    degree=degree,
                    error=size,
                    largest_error=float(np.abs(errors).max()),
                    explained=1.0 - size**2 / variance if variance else 0.0,
                )
    assert best is not None
    return best


def _scaled(values: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    return np.asarray(2.0 * (values - low) / (high - low) - 1.0, dtype=np.float64)


def _powers(n_input: int, degree: int) -> tuple[tuple[int, ...], ...]:
    return tuple(
        term
        for order in range(degree + 1)
        for term in combinations_with_replacement(range(n_input), order)
    )


def _terms(scaled: FloatArray, powers: tuple[tuple[int, ...], ...]) -> FloatArray:
    return np.stack([scaled[:, list(term)].prod(axis=1) for term in powers], axis=1)


def _fit(terms: FloatArray, results: FloatArray, penalty: float) -> tuple[FloatArray, FloatArray]:
    """Return the coefficients, all but the constant penalised, and the error on each run left out."""
    weight = np.full(terms.shape[1], penalty * terms.shape[0])
    weight[0] = 0.0
    inverse = np.linalg.inv(terms.T @ terms + np.diag(weight))
    coefficient = inverse @ (terms.T @ results)
    leverage = np.einsum("ij,jk,ik->i", terms, inverse, terms)
    return coefficient, (results - terms @ coefficient) / (1.0 - leverage)
