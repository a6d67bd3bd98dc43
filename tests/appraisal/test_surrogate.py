import numpy as np
import pytest

from transcaspian.appraisal.surrogate import fit_surrogate
from transcaspian.errors import InputError


def runs(number, function, seed=0):
    values = np.random.default_rng(seed).uniform([0.0, 20.0], [2.0, 80.0], (number, 2))
    return values, function(values)


def quadratic(x):
    return 5.0 + 3.0 * x[:, 0] - 0.2 * x[:, 1] + 0.1 * x[:, 0] * x[:, 1] + x[:, 0] ** 2


def test_a_quadratic_is_found_without_error():
    surrogate = fit_surrogate(*runs(30, quadratic))
    fresh, expected = runs(50, quadratic, seed=1)
    inside = np.all((fresh >= surrogate.low) & (fresh <= surrogate.high), axis=1)
    assert surrogate.predict(fresh[inside]) == pytest.approx(expected[inside], abs=1e-6)
    assert surrogate.degree == 2
    assert surrogate.explained == pytest.approx(1.0)


def test_the_stated_error_is_that_of_fits_without_each_run():
    values, results = runs(12, lambda x: np.sin(2.0 * x[:, 0]) * x[:, 1])
    surrogate = fit_surrogate(values, results)
    scaled = 2.0 * (values - surrogate.low) / (surrogate.high - surrogate.low) - 1.0
    terms = np.stack([scaled[:, list(term)].prod(axis=1) for term in surrogate.powers], axis=1)
    best = np.inf
    for penalty in (1e-10, 1e-6, 1e-4, 1e-2, 1.0):
        errors = []
        for left_out in range(12):
            kept = np.arange(12) != left_out
            weight = np.full(terms.shape[1], penalty * 12)
            weight[0] = 0.0
            matrix = terms[kept].T @ terms[kept] + np.diag(weight)
            fit = np.linalg.solve(matrix, terms[kept].T @ results[kept])
            errors.append(results[left_out] - terms[left_out] @ fit)
        best = min(best, float(np.sqrt(np.mean(np.square(errors)))))
    assert surrogate.error == pytest.approx(best, rel=1e-6)


def test_noise_is_not_explained():
    values, _ = runs(40, quadratic)
    noise = np.random.default_rng(3).normal(size=40)
    assert fit_surrogate(values, noise).explained < 0.2


def test_draws_outside_the_runs_are_refused():
    surrogate = fit_surrogate(*runs(30, quadratic))
    with pytest.raises(InputError, match=r"\[1\] leave the range of the runs in 1 draws"):
        surrogate.predict(np.array([[1.0, 500.0], [1.0, 50.0]]))


@pytest.mark.parametrize(
    ("values", "results", "match"),
    [
        (np.zeros((4, 2)), np.zeros(4), "too few"),
        (np.zeros((9, 2)), np.zeros(9), "never vary"),
        (np.zeros((9, 2)), np.zeros(3), "one for each"),
    ],
)
def test_runs_that_can_not_be_fitted_are_refused(values, results, match):
    with pytest.raises(InputError, match=match):
        fit_surrogate(values, results)
