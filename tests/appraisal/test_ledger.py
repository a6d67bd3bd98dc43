import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.appraisal.accounts_examples import PRICE_YEAR, accounts, plan, power_year
from transcaspian.appraisal.gains import check_ledger, party_rows, who_gains, yearly_flows
from transcaspian.appraisal.ledger import LedgerRules, build_ledger, year_weights
from transcaspian.errors import InputError

RULES = LedgerRules(PRICE_YEAR)


def ledger(with_, without, plans=(), rules=RULES, project="cable"):
    return build_ledger(project, list(plans) or [plan()], with_, without, rules)


def saving(amount):
    """Accounts of a project that saves fuel of `amount` million USD a year."""
    return {2030: power_year(50.0 - amount, 70.0, 9.0)}, {2030: power_year(50.0, 70.0, 9.0)}


def yearly(book, kind):
    rows = (
        book.rows.filter(pl.col("kind") == kind).group_by("year").agg(pl.col("amount_musd").sum())
    )
    return dict(rows.sort("year").iter_rows())


def test_benefits_count_from_the_opening_year_to_the_end_of_life():
    fuel = yearly(ledger(*saving(8.0)), "fuel")
    assert list(fuel) == list(range(2030, 2040))
    assert set(fuel.values()) == {-8.0}


def test_benefits_are_interpolated_between_model_years_and_constant_outside():
    without = {2030: power_year(50.0, 0.0, 0.0), 2034: power_year(50.0, 0.0, 0.0)}
    with_ = {2030: power_year(40.0, 0.0, 0.0), 2034: power_year(30.0, 0.0, 0.0)}
    book = ledger(with_, without, [plan(opening_year=2029, life_years=8)])
    expected = [10.0, 10.0, 12.5, 15.0, 17.5, 20.0, 20.0, 20.0]
    assert list(yearly(book, "fuel").values()) == pytest.approx([-value for value in expected])


def test_ramp_up_scales_the_first_years_of_use():
    book = ledger(*saving(8.0), rules=LedgerRules(PRICE_YEAR, ramp_up=(0.25, 0.5)))
    assert list(yearly(book, "fuel").values())[:3] == pytest.approx([-2.0, -4.0, -8.0])


def test_owners_pay_the_capital_cost_by_spending_year_and_share():
    rows = ledger(*saving(8.0)).rows.filter(pl.col("kind") == "capital_cost")
    paid = {
        (y, c): a for y, c, a in rows.select("year", "payer_country", "amount_musd").iter_rows()
    }
    assert paid == {(2028, "AZ"): 30.0, (2028, "KZ"): 20.0, (2029, "AZ"): 30.0, (2029, "KZ"): 20.0}


def test_fixed_operation_is_paid_in_every_year_of_use():
    paid = yearly(ledger(*saving(8.0), [plan(opex_share=0.02)]), "fixed_operation")
    assert paid == dict.fromkeys(range(2030, 2040), 2.0)


def test_a_posting_that_does_not_change_leaves_no_row():
    assert set(ledger(*saving(8.0)).rows["kind"]) == {"fuel", "capital_cost"}


def test_a_posting_only_in_the_year_with_the_project_counts_whole():
    without = {2030: accounts()}
    with_ = {2030: accounts(("toll", "shippers", "KZ", "government", "AZ", 3e6, "transfer"))}
    assert yearly(ledger(with_, without), "toll")[2030] == pytest.approx(3.0)


def test_sums_that_differ_only_by_rounding_are_no_effect():
    row = ("fuel", "producers", "AZ", "resources", "AZ")
    one = accounts(*((*row, amount, "resource") for amount in (0.1e9, 0.2e9, 0.3e9)))
    other = accounts(*((*row, amount, "resource") for amount in (0.3e9, 0.2e9, 0.1e9)))
    assert "fuel" not in set(ledger({2030: one}, {2030: other}).rows["kind"])


def test_a_short_lived_member_is_renewed_and_its_unused_life_credited():
    ships = plan("ships", life_years=7, capex_musd=70.0, spending=((2029, 1.0),))
    book = ledger(*saving(8.0), [plan(), ships], project="package")
    assert yearly(book, "renewal_cost") == pytest.approx({2036: 70.0})
    # The horizon ends in 2039; the second ships would have lasted until 2043: 4 of 7 years left.
    assert yearly(book, "residual_value") == pytest.approx({2039: -40.0})


@pytest.mark.parametrize(("life", "is_renewed"), [(10, True), (20, False)])
def test_a_member_is_renewed_for_a_tenth_of_its_life_and_kept_in_use_for_less(life, is_renewed):
    early = plan("early", opening_year=2029, life_years=life, spending=((2028, 1.0),))
    book = ledger(*saving(8.0), [plan(life_years=life), early], project="package")
    # The package is used a year longer than the early member lives.
    assert ("renewal_cost" in set(book.rows["kind"])) is is_renewed
    assert ("residual_value" in set(book.rows["kind"])) is is_renewed


def test_no_residual_value_is_credited_when_the_rule_says_none():
    rules = LedgerRules(PRICE_YEAR, horizon_years=5, residual_value="none")
    assert "residual_value" not in set(ledger(*saving(8.0), rules=rules).rows["kind"])


def test_a_package_opens_with_its_last_member():
    late = plan("late", opening_year=2033, spending=((2032, 1.0),))
    assert min(yearly(ledger(*saving(8.0), [plan(), late]), "fuel")) == 2033


def test_who_gains_by_hand():
    without, with_ = {2030: power_year(50.0, 70.0, 9.0)}, {2030: power_year(42.0, 67.0, 7.0)}
    book = ledger(with_, without)
    gains = {(c, p): v for _, c, p, v in who_gains(book, 0.0, 2025).iter_rows()}
    assert gains == pytest.approx(
        {
            ("AZ", "consumers"): 30.0,
            ("AZ", "producers"): 10 * (8.0 - 3.0),
            ("AZ", "exchange"): 0.0,
            ("AZ", "project_owners"): -60.0,
            ("KZ", "project_owners"): -40.0,
            ("WORLD", "residents"): 20.0,
        }
    )


def test_scopes_add_up_their_own_parties_only():
    without, with_ = {2030: power_year(50.0, 70.0, 9.0)}, {2030: power_year(42.0, 67.0, 7.0)}
    book = ledger(with_, without)
    at = book.years.tolist().index(2030)
    assert yearly_flows(book, "all").net[at] == pytest.approx(10.0)
    assert yearly_flows(book, "market").net[at] == pytest.approx(8.0)
    assert yearly_flows(book, "corridor", ["AZ"]).net[at] == pytest.approx(8.0)
    assert yearly_flows(book, "corridor", ["KZ"]).net.sum() == pytest.approx(-40.0)


def test_the_books_of_a_ledger_balance():
    book = ledger(*saving(8.0))
    assert all(check.holds for check in check_ledger(book, 0.06, 2025))


def test_an_exchange_that_keeps_money_is_found():
    with_ = {2030: accounts(("energy", "consumers", "AZ", "exchange", "AZ", 5e6, "transfer"))}
    checks = check_ledger(ledger(with_, {2030: accounts()}), 0.06, 2025)
    assert [check.name for check in checks if not check.holds] == ["exchange_clears"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("toll", "shipper", "KZ", "government", "AZ", 1.0, "transfer"), "payer"),
        (("toll", "shippers", "KZ", "goverment", "AZ", 1.0, "transfer"), "receiver"),
        (("toll", "shippers", "KZ", "government", "AZ", 1.0, "resource"), "nature"),
        (("fuel", "producers", "KZ", "resources", "AZ", 1.0, "transfer"), "nature"),
        (("co2", "residents", "KZ", "environment", "AZ", 1.0, "resource"), "nature"),
        (("toll", "shippers", "KZ", "government", "AZ", float("nan"), "transfer"), "amount_usd"),
        (("capital_cost", "producers", "KZ", "resources", "AZ", 1.0, "resource"), "kind"),
    ],
)
def test_accounts_that_would_break_the_books_are_refused(row, column):
    with pytest.raises(InputError) as caught:
        ledger({2030: accounts(row)}, {2030: accounts()})
    assert [problem.column for problem in caught.value.problems] == [column]


@pytest.mark.parametrize(
    ("changes", "file", "column"),
    [
        ({"life_years": -3}, "projects/projects.csv", "life_years"),
        ({"capex_musd": -1.0}, "projects/projects.csv", "capex_musd"),
        ({"spending": ((2028, 0.5),)}, "projects/spending.csv", "share"),
        ({"spending": ((2028, 0.5), (2040, 0.5))}, "projects/spending.csv", "year"),
        ({"owners": ()}, "projects/shares.csv", "share"),
        ({"price_year": 2019}, "projects/projects.csv", "capex_musd"),
    ],
)
def test_an_impossible_plan_gives_one_clear_problem(changes, file, column):
    with pytest.raises(InputError) as caught:
        ledger(*saving(8.0), [plan(**changes)])
    assert [(problem.file, problem.column) for problem in caught.value.problems] == [(file, column)]
    assert caught.value.problems[0].cure


def test_years_solved_only_with_the_project_are_refused():
    with pytest.raises(InputError, match="same years"):
        ledger({2030: accounts()}, {2030: accounts(), 2040: accounts()})


@pytest.mark.parametrize("changes", [{"horizon_years": 0}, {"ramp_up": (0.5, 1.5)}])
def test_impossible_rules_are_refused(changes):
    with pytest.raises(InputError):
        ledger(*saving(8.0), rules=LedgerRules(PRICE_YEAR, **changes))


def test_weights_of_every_year_add_up_to_one():
    weights = year_weights(np.arange(2020, 2060), [2025, 2030, 2035, 2040])
    assert weights.sum(axis=1) == pytest.approx(np.ones(40))


party = st.sampled_from(["consumers", "producers", "government", "shippers", "carriers"])
country = st.sampled_from(["AZ", "KZ", "GE"])
transfer = st.tuples(
    st.sampled_from(["toll", "tax"]),
    party,
    country,
    party,
    country,
    st.floats(-1e9, 1e9),
    st.just("transfer"),
)
cost = st.tuples(
    st.just("fuel"),
    party,
    country,
    st.just("resources"),
    country,
    st.floats(-1e9, 1e9),
    st.just("resource"),
)
yearly_accounts = st.lists(st.one_of(transfer, cost), max_size=12).map(lambda rows: accounts(*rows))


@settings(max_examples=50, deadline=None)
@given(yearly_accounts, yearly_accounts)
def test_transfers_cancel_whatever_the_accounts(with_, without):
    book = ledger({2030: with_}, {2030: without})
    assert all(check.holds for check in check_ledger(book, 0.06, 2025))


@settings(max_examples=50, deadline=None)
@given(yearly_accounts, yearly_accounts, yearly_accounts)
def test_a_step_from_a_to_c_is_the_step_to_b_and_the_step_from_b(first, second, third):
    def total(with_, without):
        book = ledger({2030: with_}, {2030: without})
        return party_rows(book.rows)["gain_musd"].sum() + 100.0

    whole = total({2030: third}[2030], first)
    parts = total(second, first) + total(third, second)
    assert whole == pytest.approx(parts, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(yearly_accounts, yearly_accounts, st.randoms(use_true_random=False))
def test_the_order_of_account_rows_changes_nothing_that_counts(with_, without, random):
    order = list(range(with_.height))
    random.shuffle(order)
    one = ledger({2030: with_}, {2030: without})
    other = ledger({2030: with_[order]}, {2030: without})
    assert yearly_flows(one).net == pytest.approx(yearly_flows(other).net, abs=1e-6)
