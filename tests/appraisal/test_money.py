from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.appraisal.accounts_examples import PRICE_YEAR, options, plan, power_year
from transcaspian.appraisal.ledger import LedgerRules
from transcaspian.appraisal.money import Variation, money_model, vary
from transcaspian.appraisal.project import appraise_project
from transcaspian.appraisal.sensitivity import (
    announced_slips,
    delay_prices,
    opening_table,
    opening_years,
    sensitivity_table,
    switching_values,
)
from transcaspian.errors import InputError

RATE = 0.06
WITHOUT = {2030: power_year(50.0, 70.0, 9.0), 2035: power_year(60.0, 70.0, 9.0)}
WITH = {2030: power_year(34.0, 60.0, 8.0), 2035: power_year(38.0, 60.0, 7.0)}


def appraise(**changes):
    keys = ("rules",)
    rules = {key: changes.pop(key) for key in keys if key in changes}
    values = {"opex_share": 0.02} | changes
    return appraise_project("cable", [plan(**values)], WITH, WITHOUT, options(**rules))


def model_of(appraisal, scope="all"):
    return money_model(appraisal.ledger, scope, ("AZ", "KZ"), 2025)


def value(model, **changes):
    return float(vary(model, Variation(**changes))[0] @ model.factors(RATE))


@pytest.mark.parametrize("scope", ["all", "corridor", "market", "inside"])
def test_the_plan_unchanged_has_the_value_of_the_ledger(scope):
    appraisal = appraise()
    assert value(model_of(appraisal, scope)) == pytest.approx(
        appraisal.indicators[scope].npv_headline_musd, rel=1e-12
    )


@pytest.mark.parametrize("slip", [-2, 1, 3])
def test_a_slip_of_the_model_is_a_plan_with_other_years(slip):
    moved = appraise(opening_year=2030 + slip, spending=((2028 + slip, 0.5), (2029 + slip, 0.5)))
    expected = moved.indicators["all"].npv_headline_musd
    assert value(model_of(appraise()), delay_years=slip) == pytest.approx(expected, rel=1e-12)


def test_a_slip_with_ramp_up_moves_the_ramp_along():
    rules = LedgerRules(PRICE_YEAR, ramp_up=(0.3, 0.7))
    moved = appraise(opening_year=2032, spending=((2030, 0.5), (2031, 0.5)), rules=rules)
    expected = moved.indicators["all"].npv_headline_musd
    found = value(model_of(appraise(rules=rules)), delay_years=2)
    assert found == pytest.approx(expected, rel=1e-12)


def test_half_a_year_late_is_half_way_to_a_year_late():
    model = model_of(appraise())
    whole, none = value(model, delay_years=1.0), value(model)
    assert value(model, delay_years=0.5) == pytest.approx(0.5 * (whole + none))


def test_a_higher_cost_is_a_plan_with_a_higher_cost():
    expected = appraise(capex_musd=130.0).indicators["all"].npv_headline_musd
    assert value(model_of(appraise()), capex_factor=1.3) == pytest.approx(expected)


def test_growth_counts_from_the_planned_opening_year():
    model = model_of(appraise())
    grown = vary(model, Variation(benefit_growth=0.1))[0] + model.operation + model.capital
    plain = vary(model, Variation())[0] + model.operation + model.capital
    at = model.year.tolist().index(2033)
    assert grown[at] == pytest.approx(plain[at] * 1.1**3)


def test_many_draws_at_once_equal_each_alone():
    model = model_of(appraise())
    rng = np.random.default_rng(0)
    capex, delay = rng.uniform(0.5, 2.0, 20), rng.uniform(-3.0, 5.0, 20)
    together = vary(model, Variation(capex_factor=capex, delay_years=delay))
    for draw in range(20):
        alone = vary(model, Variation(capex_factor=capex[draw], delay_years=delay[draw]))
        assert together[draw] == pytest.approx(alone[0], abs=1e-12)


def test_a_slip_beyond_the_calendar_is_refused():
    with pytest.raises(InputError, match="another opening year"):
        vary(model_of(appraise()), Variation(delay_years=16.0))


def test_at_a_switching_value_the_project_is_worth_nothing():
    model = model_of(appraise())
    found = dict(switching_values(model, RATE).select("input", "switching").iter_rows())
    assert value(model, capex_factor=found["capital cost"]) == pytest.approx(0.0, abs=1e-9)
    assert value(model, benefit_factor=found["benefits"]) == pytest.approx(0.0, abs=1e-9)
    assert value(model, operation_factor=found["operation cost"]) == pytest.approx(0.0, abs=1e-9)
    slip = found["delay of opening, money spent as planned"]
    late = value(model, delay_years=slip, spending_slips=False)
    assert late == pytest.approx(0.0, abs=1e-9)


def test_an_input_that_cannot_turn_the_value_has_no_switching_value():
    found = switching_values(model_of(appraise(opex_share=0.0)), RATE)
    assert found.filter(found["input"] == "operation cost")["switching"].to_list() == [None]


def test_the_base_case_of_the_sensitivity_table_changes_nothing():
    table = sensitivity_table(model_of(appraise()), RATE)
    assert table["npv_change_musd"][0] == pytest.approx(0.0, abs=1e-12)
    assert table["eirr"][0] == pytest.approx(appraise().indicators["all"].eirr[0], abs=1e-12)


def test_a_fifth_more_cost_and_less_benefit_add_up():
    changes = dict(
        sensitivity_table(model_of(appraise()), RATE)
        .select("change", "npv_change_musd")
        .iter_rows()
    )
    both = changes["capital cost +20 %, benefits -20 %"]
    assert both == pytest.approx(changes["capital cost +20 %"] + changes["benefits -20 %"])


def test_delay_with_the_money_spent_costs_more_than_delay_of_everything():
    table = delay_prices(model_of(appraise()), RATE)
    assert (table["npv_change_spent_musd"] < table["npv_change_musd"]).all()


def test_announced_slips_count_from_the_first_date_and_add_up():
    vintages = [
        (date(2024, 5, 1), date(2032, 1, 1)),
        (date(2020, 3, 1), date(2030, 1, 1)),
        (date(2022, 9, 1), date(2031, 1, 1)),
    ]
    model = model_of(appraise())
    table = announced_slips(model, RATE, vintages)
    assert table["slip_years"].to_list() == pytest.approx([0.0, 1.0, 2.0], abs=2e-3)
    assert table["step_spent_musd"].sum() == pytest.approx(table["npv_change_spent_musd"][-1])
    priced = delay_prices(model, RATE, [2])["npv_change_spent_musd"][0]
    assert table["npv_change_spent_musd"][-1] == pytest.approx(priced, rel=2e-3)


def test_a_slip_that_the_plan_already_holds_is_priced_from_the_date_before():
    # The plan opens in 2030, the last date given: two years earlier is what it was compared with.
    model = model_of(appraise())
    vintages = [(date(2020, 3, 1), date(2028, 1, 1)), (date(2024, 5, 1), date(2030, 1, 1))]

    table = announced_slips(model, RATE, vintages)

    advanced = delay_prices(model, RATE, [-2])["npv_change_spent_musd"][0]
    assert model.opening_year == 2030
    assert table["npv_change_spent_musd"][-1] == pytest.approx(-advanced, rel=2e-3)
    assert table["npv_change_spent_musd"][-1] < 0.0


def test_a_date_kept_costs_nothing():
    vintages = [(date(2020, 3, 1), date(2030, 1, 1)), (date(2021, 3, 1), date(2030, 1, 1))]
    table = announced_slips(model_of(appraise()), RATE, vintages)
    assert table["npv_change_spent_musd"].to_list() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_no_announcement_has_no_slip():
    with pytest.raises(InputError, match="ever announced"):
        announced_slips(model_of(appraise()), RATE, [])


def test_delay_by_hand():
    # Constant yearly gain of 20 from 2030 to 2039, all of the cost of 100 spent in 2029: one year
    # late with the money spent moves 20 from 2030 to 2040.
    with_, without = {2030: power_year(30.0, 0.0, 0.0)}, {2030: power_year(50.0, 0.0, 0.0)}
    single = plan(spending=((2029, 1.0),))
    model = money_model(
        appraise_project("cable", [single], with_, without, options()).ledger, "all", (), 2025
    )
    price = delay_prices(model, RATE, [1])
    assert price["npv_change_spent_musd"][0] == pytest.approx(20.0 * (1.06**-15 - 1.06**-5))


def test_the_best_opening_year_is_where_the_first_year_return_reaches_the_rate():
    # Benefits of 2 a year more every year from 0 in 2025 to 14 in 2032, then constant; 100 spent in
    # the opening year and used for a century. Waiting a year saves the interest on 100, nearly 6,
    # and loses the year's benefit: 4 in 2027, 6 in 2028. So 2028 is best.
    years = range(2025, 2033)
    with_ = {year: power_year(200.0 - 2.0 * (year - 2025), 0.0, 0.0) for year in years}
    without = {year: power_year(200.0, 0.0, 0.0) for year in years}
    single = plan(spending=((2030, 1.0),), life_years=100)
    model = money_model(
        appraise_project("cable", [single], with_, without, options()).ledger, "all", (), 2025
    )
    found = opening_years(model, 0.06, 2025, 2035)
    rates = dict(found.table.select("opening_year", "first_year_return").iter_rows())
    assert (found.best_year, found.is_at_edge) == (2028, False)
    assert rates[2028] == pytest.approx(0.06)
    assert rates[2027] == pytest.approx(0.04)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.1, 3.0), st.floats(0.1, 3.0), st.floats(0.0, 2.0))
def test_value_is_linear_in_the_money_factors(capex, benefit, operation):
    model = model_of(appraise())
    none = value(model, capex_factor=0.0, benefit_factor=0.0)
    parts = (
        benefit * (value(model, capex_factor=0.0) - none),
        capex * (value(model, benefit_factor=0.0, operation_factor=0.0)),
        capex
        * operation
        * (
            value(model, benefit_factor=0.0)
            - value(model, benefit_factor=0.0, operation_factor=0.0)
        ),
    )
    whole = value(model, capex_factor=capex, benefit_factor=benefit, operation_factor=operation)
    assert whole == pytest.approx(sum(parts), rel=1e-9, abs=1e-9)


def test_no_opening_is_tried_for_which_money_would_have_been_spent_in_the_past():
    # Spending begins two years before opening; nothing can be spent before 2025.
    table = opening_table(model_of(appraise()), RATE)
    assert table["opening_year"].min() == 2027
    assert table.filter("is_planned")["opening_year"].to_list() == [2030]
    assert table.filter("is_best")["npv_musd"].item() == table["npv_musd"].max()


def test_a_project_under_construction_is_not_tried_earlier():
    started = appraise_project(
        "cable", [plan(spending=((2020, 0.5), (2029, 0.5)))], WITH, WITHOUT, options()
    )
    assert opening_table(model_of(started), RATE)["opening_year"].min() == 2030
