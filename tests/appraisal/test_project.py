import pytest

from tests.appraisal.accounts_examples import PRICE_YEAR, options, plan, power_year
from transcaspian.appraisal.discounting import npv
from transcaspian.appraisal.ledger import LedgerRules
from transcaspian.appraisal.project import appraise_project
from transcaspian.errors import InputError


def appraise(saved=20.0, without_year=2030, co2=None, plans=None, **changes):
    without = {without_year: power_year(50.0, 70.0, 9.0)}
    with_ = {without_year: power_year(50.0 - saved, 70.0, 9.0)}
    return appraise_project("cable", plans or [plan()], with_, without, options(**changes), co2)


FLOW = [0.0, 0.0, 0.0, -50.0, -50.0, *[20.0] * 10]  # 2025 to 2039


def test_npv_at_every_rate_is_that_of_the_flow_written_out():
    found = appraise().indicators["all"]
    assert found.npv_musd == pytest.approx(
        {rate: npv(rate, FLOW) for rate in (0.04, 0.06, 0.09, 0.12)}
    )


def test_rate_of_return_makes_the_flow_written_out_worth_nothing():
    (rate,) = appraise().indicators["all"].eirr
    assert npv(rate, FLOW) == pytest.approx(0.0, abs=1e-9)


def test_ratio_is_benefits_less_operation_over_capital():
    found = appraise(plans=[plan(opex_share=0.05)]).indicators["all"]
    benefits = npv(0.06, [0.0] * 5 + [15.0] * 10)
    capital = npv(0.06, [0.0, 0.0, 0.0, 50.0, 50.0])
    assert found.bcr == pytest.approx(benefits / capital)


def test_a_project_at_its_break_even_cost_is_worth_nothing():
    break_even = appraise(plans=[plan(opex_share=0.03)]).indicators["all"].break_even_capex_musd
    again = appraise(plans=[plan(opex_share=0.03, capex_musd=break_even)])
    assert again.indicators["all"].npv_headline_musd == pytest.approx(0.0, abs=1e-9)


def test_first_year_return_is_income_over_capital_compounded_to_opening():
    found = appraise().indicators["all"]
    assert found.first_year_return == pytest.approx(20.0 / (50.0 * 1.06**2 + 50.0 * 1.06))


def test_payback_counts_from_the_first_spending():
    # 100 spent in 2028 and 2029; 20 a year from 2030 (t = 2): paid back with the fifth, t = 6.
    assert appraise().indicators["all"].payback_years == pytest.approx(6.0)


def test_a_project_that_never_pays_has_no_payback_and_says_so():
    found = appraise(saved=1.0).indicators["all"]
    assert found.payback_years is None
    assert found.npv_headline_musd < 0.0


def test_a_project_without_benefit_has_no_rate_and_the_note_says_why():
    frame = appraise(saved=0.0).indicator_frame()
    row = frame.filter((frame["indicator"] == "eirr") & (frame["scope"] == "all")).row(
        0, named=True
    )
    assert row["value"] is None
    assert "never changes sign" in row["note"]


def test_value_after_the_last_model_year_is_told_apart():
    found = appraise().indicators["all"]
    assert found.npv_after_last_model_year_musd[0.06] == pytest.approx(
        npv(0.06, [0.0] * 6 + [20.0] * 9)
    )


def test_an_assumed_cost_makes_the_break_even_cost_the_headline():
    assert appraise(plans=[plan(capex_confidence="assumed")]).headline.startswith(
        "Worth building up to"
    )


def test_a_reported_cost_makes_the_npv_the_headline():
    assert appraise().headline.startswith("NPV 35 million USD at 6% real, 2024 prices")


def test_what_was_spent_before_the_discount_year_is_sunk():
    found = appraise(discount_year=2029).indicators["all"]
    spent = 50.0 * 1.06
    assert found.npv_to_complete_musd == pytest.approx(found.npv_headline_musd + spent)


def test_nothing_is_sunk_before_the_first_spending():
    found = appraise().indicators["all"]
    assert found.npv_to_complete_musd == found.npv_headline_musd


def test_a_package_is_as_sure_as_its_least_sure_member():
    appraisal = appraise(plans=[plan(), plan("b", capex_confidence="assumed", capex_musd=1.0)])
    assert appraisal.capex_confidence == "assumed"


def test_emissions_follow_the_interpolation_of_benefits():
    frame = appraise(co2={2030: -1.0, 2040: -2.0}).co2_change_mt
    assert frame["year"].to_list() == list(range(2030, 2040))
    assert frame["co2_change_mt"].to_list() == pytest.approx(
        [-1.0 - 0.1 * step for step in range(10)]
    )


def test_every_indicator_stands_in_the_frame_without_nan():
    frame = appraise().indicator_frame()
    assert frame["value"].is_nan().sum() == 0
    assert set(frame["scope"]) == {"all", "corridor", "market", "inside"}


def test_conventions_name_price_year_and_discount_year():
    text = appraise().conventions
    assert "prices of 2024" in text
    assert "discounted to 2025 (t = 0)" in text


def test_a_shorter_horizon_credits_the_unused_life():
    short = appraise(rules=LedgerRules(PRICE_YEAR, horizon_years=5)).indicators["all"]
    flow = [0.0, 0.0, 0.0, -50.0, -50.0, 20.0, 20.0, 20.0, 20.0, 20.0 + 50.0]
    assert short.npv_musd[0.06] == pytest.approx(npv(0.06, flow))


def test_a_headline_rate_outside_the_rates_is_refused():
    with pytest.raises(InputError, match="not among the rates"):
        appraise(headline_rate=0.05)


def test_an_unknown_scope_is_refused_with_the_choices():
    with pytest.raises(InputError, match="corridor"):
        appraise(headline_scope="world")
