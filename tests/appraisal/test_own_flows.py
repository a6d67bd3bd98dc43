"""A project's own money flows: by year, by hand, and in balance."""

from dataclasses import dataclass

import polars as pl
import pytest

from transcaspian.accounts import gains_by_party, real_cost_usd
from transcaspian.appraisal.ledger import LEDGER_SCHEMA, LedgerRules, build_ledger
from transcaspian.appraisal.own_flows import own_accounts, own_outputs, own_rows
from transcaspian.appraisal.plans import read_plans
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case


@dataclass(frozen=True)
class Plan:
    project: str
    opening_year: int


COLUMNS = ("kind", "payer", "payer_country", "receiver", "receiver_country")
FLOWS = pl.DataFrame(
    [
        ("YARD", "sales", "carriers", "KZ", "project_owners", "AZ", 0, 1, 10.0),
        ("YARD", "sales", "carriers", "KZ", "project_owners", "AZ", 2, None, 25.0),
        ("YARD", "steel", "project_owners", "AZ", "resources", "AZ", 0, None, 8.0),
        ("YARD", "noise", "residents", "AZ", "environment", "AZ", -1, -1, 1.0),
        ("FLATS", "rent", "consumers", "AZ", "project_owners", "KZ", 0, None, 7.0),
    ],
    schema=["project", *COLUMNS, "from_offset", "to_offset", "amount_musd"],
    orient="row",
)
YARD, FLATS = Plan("YARD", 2030), Plan("FLATS", 2032)


def test_accounts_of_a_year_hold_the_flows_of_that_year() -> None:
    accounts = own_accounts(FLOWS, YARD, 2031)

    assert accounts.select("kind", "amount_usd", "nature").rows() == [
        ("sales", 10e6, "transfer"),
        ("steel", 8e6, "resource"),
    ]


@pytest.mark.parametrize(
    ("year", "kinds"),
    [(2028, []), (2029, ["noise"]), (2030, ["sales", "steel"]), (2060, ["sales", "steel"])],
)
def test_flows_begin_and_end_by_the_year_of_opening(year: int, kinds: list[str]) -> None:
    assert own_accounts(FLOWS, YARD, year)["kind"].to_list() == kinds


def test_what_leaves_the_parties_equals_what_they_lose() -> None:
    accounts = own_accounts(FLOWS, YARD, 2040)

    assert real_cost_usd(accounts) == pytest.approx(8e6)
    assert gains_by_party(accounts)["gain_usd"].sum() == pytest.approx(-8e6)


def test_ledger_rows_are_the_accounts_year_by_year() -> None:
    rows = own_rows("YARD", FLOWS, [YARD], 2035)

    for year in range(2026, 2037):
        found = rows.filter(pl.col("year") == year)
        expected = own_accounts(FLOWS, YARD, year) if year <= 2035 else own_accounts(FLOWS, YARD, 0)
        assert sorted(found.select(*COLUMNS, "nature").rows()) == sorted(
            expected.select(*COLUMNS, "nature").rows()
        )
        assert found["amount_musd"].sum() * 1e6 == pytest.approx(expected["amount_usd"].sum())


def test_members_of_a_package_count_from_their_own_opening() -> None:
    rows = own_rows("BOTH", FLOWS, [YARD, FLATS], 2033)

    assert rows["project"].unique().to_list() == ["BOTH"]
    assert rows.filter(pl.col("kind") == "rent")["year"].to_list() == [2032, 2033]
    assert rows.filter(pl.col("kind") == "steel")["year"].to_list() == [2030, 2031, 2032, 2033]


def test_rows_fit_the_ledger() -> None:
    rows = own_rows("NONE", FLOWS, [Plan("NONE", 2030)], 2040)

    assert rows.is_empty()
    assert dict(rows.schema) == LEDGER_SCHEMA
    assert dict(own_rows("YARD", FLOWS, [YARD], 2040).schema) == LEDGER_SCHEMA


def test_jobs_and_trade_add_up_over_projects() -> None:
    outputs = pl.DataFrame(
        [
            ("YARD", "jobs", "AZ", 0, None, 800.0),
            ("FLATS", "jobs", "AZ", -3, -1, 900.0),
            ("YARD", "exports", "AZ", 1, None, 25.0),
        ],
        schema=["project", "measure", "country", "from_offset", "to_offset", "amount"],
        orient="row",
    )

    assert own_outputs(outputs, [YARD, FLATS], 2030) == {("jobs", "AZ"): 1700.0}
    assert own_outputs(outputs, [YARD, FLATS], 2032) == {
        ("jobs", "AZ"): 800.0,
        ("exports", "AZ"): 25.0,
    }


@pytest.fixture(scope="module")
def packaged() -> Case:
    return read_case()


def test_packaged_projects_of_their_own_are_assumed_and_off(packaged: Case) -> None:
    projects = packaged.tables["projects/projects"].filter(pl.col("sector") == "own")

    assert projects.height >= 6
    assert not projects["is_active"].any()
    for table in ("projects/own_flows", "projects/own_outputs"):
        assert set(packaged.tables[table]["confidence"]) == {"assumed"}


def test_packaged_flows_stand_in_a_ledger_beside_their_plan(packaged: Case) -> None:
    plans = read_plans(
        packaged.tables["projects/projects"],
        packaged.tables["projects/spending"],
        packaged.tables["projects/shares"],
        packaged.settings.price_year,
    )
    flows = packaged.tables["projects/own_flows"]
    for name in flows["project"].unique(maintain_order=True):
        accounts = own_accounts(flows, plans[name], 2040)
        without = accounts.clear()
        ledger = build_ledger(
            name,
            [plans[name]],
            {2040: accounts},
            {2040: without},
            LedgerRules(price_year=packaged.settings.price_year),
        )
        rows = own_rows(name, flows, [plans[name]], ledger.last_year)
        # The year 2040 by both roads: through the books of the ledger and straight from the table.
        solved = ledger.solved.filter(pl.col("year") == 2040)["amount_musd"].sum()
        assert rows.filter(pl.col("year") == 2040)["amount_musd"].sum() == pytest.approx(solved)
        assert rows["year"].min() == plans[name].opening_year
        assert rows["year"].max() == ledger.last_year


def test_steps_of_oil_are_in_proportion(packaged: Case) -> None:
    flows = packaged.tables["projects/own_flows"]
    small = flows.filter(pl.col("project") == "BTC_OIL_2_2")["amount_musd"]
    large = flows.filter(pl.col("project") == "BTC_OIL_7")["amount_musd"]

    # From 1.5 Mt to 2.2 and to 7: 0.7 and 5.5 Mt more.
    assert (large / small).to_list() == pytest.approx([5.5 / 0.7] * len(small))
