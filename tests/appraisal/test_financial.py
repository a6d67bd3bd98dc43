import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.appraisal.accounts_examples import PRICE_YEAR, accounts, plan, power_year
from transcaspian.appraisal.financial import (
    FinancialTerms,
    economic_and_financial,
    interest_while_building,
    owners_flows,
    to_constant_prices,
    to_currency,
    to_current_prices,
)
from transcaspian.appraisal.gains import yearly_flows
from transcaspian.appraisal.ledger import LedgerRules, build_ledger
from transcaspian.errors import InputError

RULES = LedgerRules(PRICE_YEAR)


def ledger_of(with_, without, **changes):
    return build_ledger("cable", [plan(**changes)], {2030: with_}, {2030: without}, RULES)


def toll_ledger(**changes):
    """A project that saves 20 of fuel, and whose owners take a toll of 15 from producers."""
    before = power_year(50.0, 0.0, 9.0)
    after = power_year(30.0, 0.0, 7.0).vstack(
        accounts(("toll", "producers", "AZ", "project_owners", "AZ", 15e6, "transfer"))
    )
    return ledger_of(after, before, **changes)


def row_of(table, year):
    return table.filter(table["year"] == year).row(0, named=True)


def test_the_bridge_of_a_year_by_hand():
    row = row_of(economic_and_financial(toll_ledger(), ["project_owners"]), 2030)
    assert row == pytest.approx(
        {
            "year": 2030,
            "financial_musd": 15.0,
            "transfers_musd": -15.0,
            "others_resources_musd": 20.0,
            "externalities_musd": 2.0,
            "shadow_price_musd": 0.0,
            "economic_musd": 22.0,
        }
    )


def test_the_economic_side_at_market_prices_is_the_welfare_of_all():
    ledger = toll_ledger(opex_share=0.02)
    table = economic_and_financial(ledger, ["project_owners"])
    assert table["economic_musd"].to_list() == pytest.approx(yearly_flows(ledger).net.tolist())


def test_a_conversion_factor_corrects_the_resources_of_its_kind_only():
    table = economic_and_financial(toll_ledger(), ["project_owners"], {"capital_cost": 0.8})
    assert row_of(table, 2029)["shadow_price_musd"] == pytest.approx(10.0)
    assert row_of(table, 2029)["economic_musd"] == pytest.approx(-40.0)
    assert row_of(table, 2030)["shadow_price_musd"] == 0.0


def test_a_factor_for_a_kind_that_is_no_resource_is_refused():
    with pytest.raises(InputError, match="toll"):
        economic_and_financial(toll_ledger(), ["project_owners"], {"toll": 0.8})


party = st.sampled_from(["project_owners", "producers", "government"])
row = st.one_of(
    st.tuples(
        st.just("tax"),
        party,
        st.just("AZ"),
        party,
        st.just("KZ"),
        st.floats(-1e9, 1e9),
        st.just("transfer"),
    ),
    st.tuples(
        st.just("fuel"),
        party,
        st.just("AZ"),
        st.just("resources"),
        st.just("AZ"),
        st.floats(-1e9, 1e9),
        st.just("resource"),
    ),
    st.tuples(
        st.just("noise"),
        party,
        st.just("AZ"),
        st.just("environment"),
        st.just("AZ"),
        st.floats(-1e9, 1e9),
        st.just("externality"),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, max_size=10), st.floats(0.2, 2.0))
def test_economic_less_financial_is_explained_whole(rows, factor):
    table = economic_and_financial(
        ledger_of(accounts(*rows), accounts()), ["project_owners"], {"capital_cost": factor}
    )
    explained = sum(
        table[name].to_numpy()
        for name in (
            "financial_musd",
            "transfers_musd",
            "others_resources_musd",
            "externalities_musd",
            "shadow_price_musd",
        )
    )
    assert explained == pytest.approx(table["economic_musd"].to_numpy(), abs=1e-6)


def test_interest_while_building_by_hand():
    # 100 drawn evenly in each of two years at 10 %: (100 * 1.05) * 1.1 + 100 * 1.05 - 200.
    assert interest_while_building(np.array([0.0, 100.0, 100.0, 0.0]), 0.10) == pytest.approx(20.5)


def test_no_debt_bears_no_interest():
    assert interest_while_building(np.zeros(3), 0.10) == 0.0


def income(ledger, amount):
    return np.where(ledger.years >= ledger.opening_year, amount, 0.0)


def test_owners_without_taxes_earn_the_rate_of_their_flow():
    ledger = toll_ledger(spending=((2029, 1.0),))
    found = owners_flows(ledger, income(ledger, 15.0), FinancialTerms())
    (rate,) = found.firr_real
    annuity = (1.0 - (1.0 + rate) ** -10) / rate
    assert 15.0 * annuity == pytest.approx(100.0)


def test_inflation_raises_the_nominal_rate_by_the_fisher_equation():
    ledger = toll_ledger()
    found = owners_flows(ledger, income(ledger, 15.0), FinancialTerms(inflation=0.08))
    assert 1.0 + found.firr_nominal[0] == pytest.approx((1.0 + found.firr_real[0]) * 1.08)


def test_income_tax_spares_depreciation_and_early_losses():
    ledger = toll_ledger(spending=((2029, 1.0),))
    terms = FinancialTerms(income_tax=0.2, depreciation_years=5)
    tax = owners_flows(ledger, income(ledger, 15.0), terms).table["income_tax_musd"].to_list()
    # Depreciation of 20 against an income of 15 loses 5 a year for five years; the loss of 25 is
    # used up in 2036: 15 in 2035, 10 in 2036, and 5 is taxed there.
    assert tax == pytest.approx([0.0] * 7 + [0.2 * 5.0] + [0.2 * 15.0] * 3)


def test_duty_and_value_added_tax_raise_the_capital_cost():
    ledger = toll_ledger(spending=((2029, 1.0),))
    terms = FinancialTerms(vat=0.12, import_duty=0.05, imported_share=0.5)
    table = owners_flows(ledger, income(ledger, 0.0), terms).table
    assert table["indirect_tax_musd"][0] == pytest.approx(100.0 * (1.025 * 1.12 - 1.0))


def test_incomes_for_another_number_of_years_are_refused():
    with pytest.raises(InputError, match="2028 to 2039"):
        owners_flows(toll_ledger(), np.zeros(3), FinancialTerms())


def test_current_and_constant_prices_undo_each_other():
    years, index = np.array([2024, 2026, 2030]), {2024: 1.0, 2026: 1.1, 2030: 1.4}
    amounts = np.array([5.0, 6.0, 7.0])
    current = to_current_prices(amounts, years, index)
    assert current.tolist() == pytest.approx([5.0, 6.6, 9.8])
    assert to_constant_prices(current, years, index) == pytest.approx(amounts)


def test_a_year_without_exchange_rate_is_named():
    with pytest.raises(InputError, match="2031"):
        to_currency(np.ones(2), np.array([2030, 2031]), {2030: 480.0})
