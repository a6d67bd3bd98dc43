import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transcaspian.appraisal.distributions import (
    COST_OVERRUNS,
    Empirical,
    Fixed,
    Lognormal,
    Pert,
    Triangular,
    Uniform,
    draw_scores,
    quantiles,
    rank_correlation,
)
from transcaspian.errors import InputError

P = np.linspace(0.001, 0.999, 101)


def test_triangular_quantiles_are_those_of_scipy():
    expected = stats.triang.ppf(P, 0.25, loc=2.0, scale=8.0)
    assert Triangular(2.0, 4.0, 10.0).quantile(P) == pytest.approx(expected)


def test_pert_quantiles_are_those_of_its_beta_distribution():
    expected = stats.beta.ppf(P, 2.0, 4.0, loc=2.0, scale=8.0)
    assert Pert(2.0, 4.0, 10.0).quantile(P) == pytest.approx(expected)


def test_pert_mean_is_low_plus_four_modes_plus_high_over_six():
    scores = (np.arange(20000) + 0.5) / 20000
    assert Pert(0.0, 2.0, 10.0).quantile(scores).mean() == pytest.approx(18.0 / 6.0, rel=1e-5)


def test_lognormal_quantiles_are_those_of_scipy():
    expected = stats.lognorm.ppf(P, 0.4, scale=1.5)
    assert Lognormal(1.5, 0.4).quantile(P) == pytest.approx(expected)


def test_lognormal_from_mean_has_that_mean_and_deviation():
    found = Lognormal.from_mean(1.447, 0.384)
    scipy = stats.lognorm(found.sigma, scale=found.median)
    assert (scipy.mean(), scipy.std()) == pytest.approx((1.447, 0.384))


def test_rail_overruns_exceed_the_plan_in_most_draws():
    assert COST_OVERRUNS["rail"].quantile(np.array([0.5]))[0] > 1.3


def test_empirical_quantiles_run_from_the_least_to_the_greatest_value():
    assert Empirical((3.0, 1.0, 2.0)).quantile(np.array([0.0, 0.25, 0.5, 1.0])).tolist() == [
        1.0,
        1.5,
        2.0,
        3.0,
    ]


@pytest.mark.parametrize(
    "one",
    [
        Triangular(2.0, 2.0, 2.0),
        Pert(2.0, 2.0, 2.0),
        Uniform(2.0, 2.0),
        Fixed(2.0),
        Lognormal(2.0, 0.0),
    ],
)
def test_a_distribution_without_width_is_its_value(one):
    assert one.quantile(P) == pytest.approx(np.full(P.size, 2.0))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Triangular(1.0, 3.0, 2.0),
        lambda: Pert(2.0, 1.0, 3.0),
        lambda: Uniform(2.0, 1.0),
        lambda: Lognormal(0.0, 1.0),
        lambda: Lognormal.from_mean(-1.0, 1.0),
        lambda: Empirical(()),
    ],
)
def test_an_impossible_distribution_is_refused(make):
    with pytest.raises(InputError):
        make()


@given(
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.floats(-5.0, 5.0),
    st.floats(0.0, 5.0),
    st.floats(0.0, 5.0),
)
def test_quantiles_rise_with_the_probability(p, q, low, left, right):
    low_p, high_p = sorted((p, q))
    for kind in (Triangular, Pert):
        one = kind(low, low + left, low + left + right)
        values = one.quantile(np.array([low_p, high_p]))
        assert values[0] <= values[1] + 1e-12


def test_a_latin_hypercube_has_one_draw_in_each_slice_of_each_input():
    scores = draw_scores(200, 3, np.random.default_rng(0))
    for column in scores.T:
        assert sorted((column * 200).astype(int)) == list(range(200))


def test_correlated_draws_keep_the_values_of_each_input():
    wanted = rank_correlation({"a": 0.6}, {"a": [0, 1]}, 3)
    free = draw_scores(500, 3, np.random.default_rng(0))
    tied = draw_scores(500, 3, np.random.default_rng(0), wanted)
    assert np.array_equal(np.sort(free, axis=0), np.sort(tied, axis=0))


@pytest.mark.parametrize("sampling", ["latin_hypercube", "sobol"])
def test_draws_have_the_rank_correlation_asked_for(sampling):
    wanted = rank_correlation({"a": 0.6, "b": -0.4}, {"a": [0, 1], "b": [2, 3]}, 4)
    scores = draw_scores(4096, 4, np.random.default_rng(0), wanted, sampling)
    assert stats.spearmanr(scores).statistic == pytest.approx(wanted, abs=0.03)


def test_sobol_points_fill_every_box_of_equal_volume():
    scores = draw_scores(256, 2, np.random.default_rng(0), sampling="sobol")
    boxes = np.floor(scores * 16).astype(int)
    assert len({tuple(box) for box in boxes}) == 256


def test_sobol_points_come_in_powers_of_two():
    with pytest.raises(InputError, match="1024"):
        draw_scores(1000, 2, np.random.default_rng(0), sampling="sobol")


def test_correlations_that_contradict_each_other_are_refused():
    wanted = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    with pytest.raises(InputError, match="contradict"):
        draw_scores(100, 3, np.random.default_rng(0), wanted)


def test_the_same_seed_gives_the_same_draws():
    one = draw_scores(100, 3, np.random.default_rng(5))
    assert np.array_equal(one, draw_scores(100, 3, np.random.default_rng(5)))


def test_each_input_takes_its_own_column_of_scores():
    values = quantiles(np.array([[0.5, 0.25]]), [Uniform(0.0, 2.0), Uniform(0.0, 4.0)])
    assert values.tolist() == [[1.0, 1.0]]
