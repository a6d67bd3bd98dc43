from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.appraisal.accounts_examples import options, plan, power_year
from transcaspian.appraisal.distributions import Empirical, Fixed, Lognormal, Triangular, Uniform
from transcaspian.appraisal.money import money_model
from transcaspian.appraisal.project import appraise_project
from transcaspian.appraisal.risk import (
    RiskInputs,
    RiskOptions,
    simulate_risk,
    tornado,
    variance_shares,
)
from transcaspian.appraisal.sobol import sobol_indices
from transcaspian.errors import InputError


def make_model(name="cable", saved=20.0, **changes):
    with_, without = {2030: power_year(50.0 - saved, 0.0, 0.0)}, {2030: power_year(50.0, 0.0, 0.0)}
    appraisal = appraise_project(name, [plan(name, **changes)], with_, without, options())
    return money_model(appraisal.ledger, "all", (), 2025)


MODEL = make_model()
CAPITAL = float(MODEL.capital @ MODEL.factors(0.06))
BENEFIT = float(MODEL.benefit * MODEL.use @ MODEL.factors(0.06))


def test_without_uncertainty_every_draw_is_the_plan():
    result = simulate_risk([MODEL], [RiskInputs()], RiskOptions(0.06, n_draw=10, block=10))
    assert result.npv_musd == pytest.approx(np.full((10, 1), BENEFIT - CAPITAL))


def test_quantiles_of_a_single_uncertain_cost_are_those_of_the_cost():
    cost = Lognormal(1.2, 0.3)
    result = simulate_risk([MODEL], [RiskInputs(capex_factor=cost)], RiskOptions(0.06))
    row = result.summary.row(0, named=True)
    p90, p10 = cost.quantile(np.array([0.9, 0.1]))
    assert row["p10_musd"] == pytest.approx(BENEFIT - p90 * CAPITAL, rel=2e-3)
    assert row["p90_musd"] == pytest.approx(BENEFIT - p10 * CAPITAL, rel=2e-3)


def test_probability_of_a_loss_is_that_of_the_cost_above_its_switching_value():
    result = simulate_risk([MODEL], [RiskInputs(capex_factor=Uniform(0.5, 2.5))], RiskOptions(0.06))
    expected = (2.5 - BENEFIT / CAPITAL) / 2.0
    assert result.summary["probability_negative"][0] == pytest.approx(expected, abs=2e-3)


def test_the_standard_error_covers_the_true_mean():
    inputs = RiskInputs(capex_factor=Lognormal(1.0, 0.5), benefit_factor=Triangular(0.5, 1.0, 1.2))
    row = simulate_risk([MODEL], [inputs], RiskOptions(0.06)).summary.row(0, named=True)
    true = BENEFIT * (0.5 + 1.0 + 1.2) / 3.0 - CAPITAL * np.exp(0.5 * 0.25)
    assert abs(row["mean_musd"] - true) < 4.0 * row["mean_error_musd"]


def test_projects_share_the_correlation_of_an_input():
    models = [make_model("a"), make_model("b"), make_model("c")]
    inputs = [RiskInputs(capex_factor=Lognormal(1.0, 0.3))] * 3
    result = simulate_risk(
        models, inputs, RiskOptions(0.06, n_draw=4000, correlation={"capex_factor": 0.7})
    )
    found = stats.spearmanr(result.npv_musd).statistic
    assert found[np.triu_indices(3, 1)] == pytest.approx(np.full(3, 0.7), abs=0.03)


def test_projects_without_correlation_are_independent():
    inputs = [RiskInputs(capex_factor=Lognormal(1.0, 0.3))] * 2
    result = simulate_risk([make_model("a"), make_model("b")], inputs, RiskOptions(0.06))
    assert abs(stats.spearmanr(result.npv_musd).statistic) < 0.03


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    inputs = [RiskInputs(delay_years=Empirical((0.0, 1.0, 2.5, 4.0)))]
    one, same, other = (
        simulate_risk([MODEL], inputs, RiskOptions(0.06, n_draw=2000, seed=seed)).npv_musd
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_longer_slip_with_the_money_spent_never_gains():
    inputs = [RiskInputs(delay_years=Uniform(0.0, 5.0))]
    result = simulate_risk([MODEL], inputs, RiskOptions(0.06, n_draw=1000, spending_slips=False))
    assert (result.npv_musd <= BENEFIT - CAPITAL + 1e-9).all()


def test_a_delay_never_raises_the_mean_unless_spending_is_said_to_slip():
    losing = replace(MODEL, benefit=0.2 * MODEL.benefit)
    inputs = [RiskInputs(delay_years=Uniform(0.0, 5.0))]
    base = float((losing.benefit * losing.use - losing.capital) @ losing.factors(0.06))

    usual, slipping = (
        simulate_risk([losing], inputs, RiskOptions(0.06, n_draw=1000, **moved)).summary[
            "mean_musd"
        ][0]
        for moved in ({}, {"spending_slips": True})
    )

    assert base < 0.0
    assert usual < base < slipping


def test_inputs_of_one_project_correlate_as_wanted_and_projects_do_not():
    inputs = [RiskInputs(capex_factor=Lognormal(1.0, 0.3), benefit_factor=Lognormal(1.0, 0.3))] * 2
    within = {("capex_factor", "benefit_factor"): 0.6}
    models = [make_model("a"), make_model("b")]

    tied, free = (
        simulate_risk(models, inputs, RiskOptions(0.06, n_draw=8000, within=pairs)).npv_musd
        for pairs in (within, {})
    )

    # Dear projects with large benefits: the two make up for each other.
    assert (tied.std(axis=0) < 0.9 * free.std(axis=0)).all()
    assert abs(stats.spearmanr(tied).statistic) < 0.04


def test_correlations_that_contradict_each_other_are_refused():
    inputs = [RiskInputs(*[Lognormal(1.0, 0.3)] * 3)]
    names = ("capex_factor", "operation_factor", "benefit_factor")
    pairs = {(names[0], names[1]): 0.9, (names[1], names[2]): 0.9, (names[0], names[2]): -0.9}

    with pytest.raises(InputError, match="contradict"):
        simulate_risk([MODEL], inputs, RiskOptions(0.06, n_draw=1000, within=pairs))


def test_sobol_points_give_the_same_mean_as_the_hypercube():
    inputs = [RiskInputs(capex_factor=Triangular(0.8, 1.0, 2.0))]
    options_ = RiskOptions(0.06, n_draw=8192, block=1024, sampling="sobol")
    mean = simulate_risk([MODEL], inputs, options_).summary["mean_musd"][0]
    assert mean == pytest.approx(BENEFIT - CAPITAL * 3.8 / 3.0, rel=1e-3)


def test_draws_that_do_not_fill_blocks_are_refused():
    with pytest.raises(InputError, match="multiple"):
        simulate_risk([MODEL], [RiskInputs()], RiskOptions(0.06, n_draw=1500))


def test_inputs_for_another_number_of_projects_are_refused():
    with pytest.raises(InputError, match="one each"):
        simulate_risk([MODEL], [], RiskOptions(0.06))


def test_the_tornado_is_solved_by_hand():
    inputs = RiskInputs(capex_factor=Uniform(1.0, 2.0), benefit_factor=Uniform(0.9, 1.1))
    table = tornado(MODEL, inputs, RiskOptions(0.06))
    assert table["input"].to_list() == ["capex_factor", "benefit_factor"]
    assert table["npv_median_musd"][0] == pytest.approx(BENEFIT - 1.5 * CAPITAL)
    assert table["npv_low_musd"][0] == pytest.approx(BENEFIT - 1.1 * CAPITAL)
    assert table["swing_musd"].to_list() == pytest.approx([0.8 * CAPITAL, 0.16 * BENEFIT])


def test_shares_of_variance_of_a_project_by_hand():
    inputs = RiskInputs(capex_factor=Uniform(0.5, 1.5), benefit_factor=Uniform(0.5, 1.5))
    table = variance_shares(MODEL, inputs, RiskOptions(0.06))
    whole = CAPITAL**2 + BENEFIT**2
    found = dict(table.select("input", "first_order").iter_rows())
    assert found["capex_factor"] == pytest.approx(CAPITAL**2 / whole, abs=0.02)
    assert found["benefit_factor"] == pytest.approx(BENEFIT**2 / whole, abs=0.02)


def test_nothing_uncertain_has_no_shares():
    assert variance_shares(MODEL, RiskInputs(), RiskOptions(0.06)).is_empty()


def test_the_curve_of_a_project_rises_through_its_median():
    result = simulate_risk([MODEL], [RiskInputs(capex_factor=Uniform(0.5, 1.5))], RiskOptions(0.06))
    curve = result.curve()
    assert curve["npv_musd"].is_sorted()
    median = curve.filter((curve["probability"] - 0.5).abs() < 1e-9)["npv_musd"].item()
    assert median == pytest.approx(BENEFIT - CAPITAL, abs=0.5)


def test_indices_of_a_sum_are_the_shares_of_variance():
    found = sobol_indices(
        lambda x: x[:, 0] + 2.0 * x[:, 1] + 5.0,
        ["small", "large", "idle"],
        [Uniform(0.0, 1.0), Uniform(0.0, 1.0), Uniform(0.0, 1.0)],
        4096,
        np.random.default_rng(0),
    )
    assert found.first_order == pytest.approx([0.2, 0.8, 0.0], abs=0.01)
    assert found.total == pytest.approx([0.2, 0.8, 0.0], abs=0.01)


def test_indices_of_the_ishigami_function_are_the_published_ones():
    # Ishigami, T. and Homma, T. (1990), with a = 7 and b = 0.1: S = 0.3139, 0.4424, 0 and
    # T = 0.5576, 0.4424, 0.2437 in closed form.
    found = sobol_indices(
        lambda x: (
            np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
        ),
        ["one", "two", "three"],
        [Uniform(-np.pi, np.pi)] * 3,
        8192,
        np.random.default_rng(0),
    )
    assert found.first_order == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.01)
    assert (found.total_ci95 < 0.05).all()


def test_indices_of_a_constant_are_zero():
    found = sobol_indices(
        lambda x: np.full(x.shape[0], 3.0), ["a"], [Fixed(1.0)], 64, np.random.default_rng(0)
    )
    assert (found.first_order.tolist(), found.total.tolist()) == ([0.0], [0.0])


def test_too_few_draws_for_the_correlated_inputs_are_an_error_with_its_cure():
    models = [make_model("a"), make_model("b"), make_model("c")]
    inputs = [RiskInputs(capex_factor=Lognormal(1.0, 0.3))] * 3
    chosen = RiskOptions(0.06, n_draw=3, block=3, correlation={"capex_factor": 0.5})
    with pytest.raises(InputError, match="more than 3"):
        simulate_risk(models, inputs, chosen)


def test_one_draw_more_than_inputs_is_enough():
    models = [make_model("a"), make_model("b"), make_model("c")]
    inputs = [RiskInputs(capex_factor=Lognormal(1.0, 0.3))] * 3
    chosen = RiskOptions(0.06, n_draw=4, block=4, correlation={"capex_factor": 0.5})
    assert np.isfinite(simulate_risk(models, inputs, chosen).npv_musd).all()
