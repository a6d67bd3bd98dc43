import polars as pl
import pytest

from tests.appraisal.accounts_examples import accounts, plan, power_year
from transcaspian.appraisal.discounting import npv
from transcaspian.appraisal.entsoe import CableEffects, cable_sheet
from transcaspian.errors import InputError

WITHOUT = {2030: power_year(50.0, 70.0, 9.0, tax=12.0), 2040: power_year(60.0, 80.0, 9.0, tax=12.0)}
WITH = {2030: power_year(40.0, 65.0, 8.0, tax=10.0), 2040: power_year(45.0, 70.0, 7.0, tax=9.0)}
EFFECTS = CableEffects({"B2": {2030: -0.5, 2040: -0.8}})


def sheet(effects=EFFECTS, method="PINT", with_=None, **changes):
    return cable_sheet(plan(**changes), with_ or WITH, WITHOUT, effects, method, 2025)


def values(found, indicator):
    rows = found.table.filter(pl.col("indicator") == indicator)
    return rows.select("year", "value").rows()


def test_welfare_of_the_market_by_hand():
    # 2030: fuel saved 10 and emission payments 2; consumers and producers together gain 12.
    assert values(sheet(), "B1")[:2] == [(2030, pytest.approx(12.0)), (2040, pytest.approx(18.0))]


def test_welfare_by_cost_and_by_surplus_agree():
    found = sheet()
    by_surplus, by_cost = values(found, "B1")[:2], values(found, "B1")[2:]
    assert [value for _, value in by_cost] == pytest.approx([value for _, value in by_surplus])
    assert found.check.holds


def test_an_exchange_that_keeps_money_breaks_the_agreement():
    kept = accounts(("energy", "consumers", "AZ", "exchange", "AZ", 5e6, "transfer"))
    found = sheet(with_={2030: WITH[2030].vstack(kept), 2040: WITH[2040]})
    assert not found.check.holds


def test_what_is_given_is_assessed_and_the_rest_says_why_not():
    table = sheet().table
    assert values(sheet(), "B2") == [(2030, -0.5), (2040, -0.8)]
    rest = table.filter(pl.col("indicator").is_in(["B3", "B4", "B5", "B6", "B7", "B8", "B9", "S1"]))
    assert rest["value"].null_count() == rest.height
    assert rest["assessment"].str.starts_with("not assessed: ").all()


def test_every_indicator_of_the_guideline_stands_in_the_sheet():
    wanted = {f"B{n}" for n in range(1, 10)} | {"C1", "C2", "S1", "S2", "S3"}
    assert set(sheet().table["indicator"]) == wanted


def test_worth_counts_25_years_at_4_percent_without_residual_value():
    flow = [0.0, 0.0, 0.0, -50.0, -50.0]
    flow += [12.0 + 0.6 * year for year in range(10)] + [18.0] * 15
    found = sheet(life_years=40)
    assert found.npv_musd == pytest.approx(npv(0.04, flow))


def test_the_method_stands_in_every_row_and_in_the_conventions():
    found = sheet(method="TOOT")
    assert found.table["method"].unique().to_list() == ["TOOT"]
    assert found.conventions.startswith("TOOT; 4% real, 25 years")


def test_an_effect_without_all_model_years_is_refused():
    with pytest.raises(InputError, match="2040"):
        sheet(CableEffects({"B5": {2030: 1.0}}))


def test_an_unknown_indicator_is_refused():
    with pytest.raises(InputError, match="B10"):
        sheet(CableEffects({"B10": {2030: 1.0, 2040: 1.0}}))
