import numpy as np
import pytest

from tests.appraisal.accounts_examples import PRICE_YEAR, accounts, plan, power_year
from transcaspian.appraisal.financial import FinancialTerms
from transcaspian.appraisal.ledger import LedgerRules, build_ledger
from transcaspian.appraisal.owners import OPERATORS, mean_terms, operators_of, owners_value

NO_TERMS = FinancialTerms()
RATE = 0.06


def ledger_of(rent=20.0, country="AZ", **changes):
    """Fuel saved 12 a year; the grid owners of a country take a rent from consumers."""
    before = power_year(50.0, 0.0, 9.0)
    after = power_year(38.0, 0.0, 9.0).vstack(
        accounts(("rent", "consumers", "AZ", "grid_owners", country, rent * 1e6, "transfer"))
    )
    values = {"spending": ((2029, 1.0),)} | changes
    return build_ledger(
        "cable", [plan(**values)], {2030: after}, {2030: before}, LedgerRules(PRICE_YEAR)
    )


def value(ledger=None, terms=NO_TERMS, **changes):
    options = {"operators": ("grid_owners",), "countries": ("AZ", "KZ")} | changes
    return owners_value(
        ledger or ledger_of(), terms=terms, rate=RATE, discount_year=2025, **options
    )


def factor(year):
    return 1.06 ** (2025 - year)


def test_the_owners_side_by_hand():
    # 100 spent in 2029, a rent of 20 for the ten years from 2030.
    row = value().row
    rents = 20.0 * sum(factor(year) for year in range(2030, 2040))
    assert row["income_musd"] == pytest.approx(rents)
    assert row["npv_financial_musd"] == pytest.approx(rents - 100.0 * factor(2029))
    # 100 = 20 / r * (1 - (1 + r) ** -10)
    rate = row["firr_real"]
    assert 20.0 / rate * (1.0 - (1.0 + rate) ** -10) == pytest.approx(100.0)


def test_a_rent_in_another_country_is_no_income_of_the_owners():
    row = value(ledger_of(country="TR")).row
    assert row["income_musd"] == 0.0
    assert row["firr_real"] is None
    assert "never changes sign" in row["firr_note"]


def test_what_is_paid_to_the_owners_themselves_is_their_income():
    before = power_year(50.0, 0.0, 9.0)
    after = before.vstack(
        accounts(("ship_sales", "carriers", "AZ", "project_owners", "AZ", 15e6, "transfer"))
    )
    ledger = build_ledger("yard", [plan()], {2030: after}, {2030: before}, LedgerRules(PRICE_YEAR))
    row = value(ledger, operators=()).row
    assert row["income_musd"] == pytest.approx(
        15.0 * sum(factor(year) for year in range(2030, 2040))
    )


def test_without_taxes_and_shadow_prices_the_bridge_starts_at_the_financial_npv():
    row = value().row
    assert row["bridge_financial_musd"] == pytest.approx(row["npv_financial_musd"])
    assert row["bridge_shadow_price_musd"] == 0.0


def test_the_bridge_ends_at_the_gain_of_everybody():
    row = value(conversion_factors={"capital_cost": 0.9}).row
    saved = 12.0 * sum(factor(year) for year in range(2030, 2040))
    assert row["bridge_economic_musd"] == pytest.approx(saved - 0.9 * 100.0 * factor(2029))
    parts = ("financial", "transfers", "others_resources", "externalities", "shadow_price")
    assert sum(row[f"bridge_{name}_musd"] for name in parts) == pytest.approx(
        row["bridge_economic_musd"]
    )


def test_a_conversion_factor_of_a_kind_that_the_ledger_lacks_changes_nothing():
    assert value(conversion_factors={"unserved_energy": 0.5}).row == value().row


def test_taxes_are_what_is_missing_between_income_and_net():
    terms = FinancialTerms(income_tax=0.2, import_duty=0.1, imported_share=0.5, inflation=0.03)
    row = value(terms=terms).row
    assert row["taxes_musd"] > 5.0 * factor(2029)
    assert row["npv_financial_musd"] == pytest.approx(
        row["income_musd"] - 100.0 * factor(2029) - row["taxes_musd"]
    )


def test_the_nominal_return_is_the_real_one_and_inflation():
    row = value(terms=FinancialTerms(inflation=0.03)).row
    assert 1.0 + row["firr_nominal"] == pytest.approx((1.0 + row["firr_real"]) * 1.03)


def test_owners_of_two_countries_meet_the_mean_of_their_terms():
    first, second = FinancialTerms(income_tax=0.1), FinancialTerms(income_tax=0.4)
    found = mean_terms([first, second], [3.0, 1.0])
    assert found.income_tax == pytest.approx(0.75 * 0.1 + 0.25 * 0.4)
    assert found.depreciation_years == first.depreciation_years


def test_every_kind_of_project_of_the_tables_has_its_operators():
    from transcaspian.case.registry import TABLES

    kind = next(c for c in TABLES["projects/projects"].columns if c.name == "kind")
    assert set(kind.choices) <= set(OPERATORS)


def test_a_package_earns_what_its_members_earn_each_party_once():
    assert operators_of(["cable", "line", "plant"]) == ("grid_owners", "producers")


def test_flows_of_the_owners_are_those_of_the_ledgers_years():
    found = value()
    assert found.flows["year"].to_list() == found.bridge["year"].to_list()
    assert np.isclose(found.flows["capital_musd"].sum(), 100.0)
