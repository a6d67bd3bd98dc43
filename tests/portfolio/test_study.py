"""The tables of a portfolio, recomputed from each other by other roads than the code's."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import fastexcel
import numpy as np
import polars as pl
import pytest
import pyxirr

from tests.portfolio.small_run import LAST, small_run, with_factory
from transcaspian.errors import InfeasibleError, InputError, NotFoundError
from transcaspian.portfolio.choose import SelectOptions, select
from transcaspian.portfolio.explain import explain_rejected, frontier
from transcaspian.portfolio.model import Objective
from transcaspian.portfolio.offers import make_offers
from transcaspian.portfolio.parties import coalition, resized
from transcaspian.portfolio.study import PortfolioOptions, portfolio_tables
from transcaspian.portfolio.vehicle import RunTables, read_vehicle
from transcaspian.portfolio.write import write_workbook
from transcaspian.report.blocks import Fold, HtmlTable
from transcaspian.report.names import Names
from transcaspian.report.portfolio_section import portfolio_section

OWN = Objective({"vehicle": 1.0})
EXACT = SelectOptions(gap=1e-9)
BOOKED = ["vehicle", "scenario"]


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return portfolio_tables(small_run(), PortfolioOptions())


def test_money_in_equals_money_out_per_account_and_year(tables: dict[str, pl.DataFrame]) -> None:
    accounts, held = tables["portfolio_accounts"], tables["portfolio_balances"]
    opening: dict[tuple[str, str], float] = {}
    for row in held.iter_rows(named=True):
        key = (row["scenario"], row["account"])
        assert row["opening_musd"] == pytest.approx(opening.get(key, 0.0), abs=1e-6)
        own = accounts.filter(scenario=row["scenario"], year=row["year"])
        came = own.filter(receiver=row["account"])["amount_musd"].sum()
        went = own.filter(payer=row["account"])["amount_musd"].sum()
        assert row["closing_musd"] == pytest.approx(row["opening_musd"] + came - went, abs=1e-6)
        assert row["closing_musd"] >= -1e-6
        opening[key] = row["closing_musd"]
    assert all(left == pytest.approx(0.0, abs=1e-6) for left in opening.values())


def test_no_budget_is_ever_exceeded(tables: dict[str, pl.DataFrame]) -> None:
    calls = tables["portfolio_accounts"].filter(kind="cash_call")
    by_year = calls.group_by("scenario", "payer", "year", maintain_order=True).agg(
        pl.col("amount_musd").sum()
    )
    commitment = {"one": 30.0, "two": 18.0, "three": 12.0}

    assert by_year.height > 0
    for _, party, _, amount in by_year.iter_rows():
        assert amount <= 0.4 * commitment[party] + 1e-6
    for (_, party), own in by_year.group_by("scenario", "payer", maintain_order=True):
        assert own["amount_musd"].sum() <= commitment[str(party)] + 1e-6


def test_every_ticket_is_between_floor_and_cap_and_no_larger_than_the_exposure(
    tables: dict[str, pl.DataFrame],
) -> None:
    chosen = tables["portfolio_choice"].filter(state="chosen")

    assert chosen.height > 0
    assert chosen["share"].is_between(0.1 - 1e-9, 0.49 + 1e-9).all()
    assert (chosen["ticket_musd"] <= 36.0 + 1e-6).all()


def test_returns_follow_from_what_the_accounts_say(tables: dict[str, pl.DataFrame]) -> None:
    accounts = tables["portfolio_accounts"]
    for row in tables["portfolio_returns"].filter(pl.col("party") != "all").iter_rows(named=True):
        own = accounts.filter(scenario=row["scenario"])
        flow = np.zeros(LAST - 2027 + 10)
        for sign, side in ((-1.0, "payer"), (1.0, "receiver")):
            for year, amount in (
                own.filter(pl.col(side) == row["party"]).select("year", "amount_musd").iter_rows()
            ):
                flow[year - 2027] += sign * amount
        years = np.arange(2027, 2027 + flow.size)
        npv = float(
            (flow / 1.02 ** (years - 2024)) @ (1.0 + row["discount_rate"]) ** -(years - 2025.0)
        )

        assert row["irr"] == pytest.approx(pyxirr.irr(flow), abs=1e-9)
        assert row["npv_musd"] == pytest.approx(npv, abs=1e-6)
        assert row["multiple"] == pytest.approx(
            flow[flow > 0].sum() / -flow[flow < 0].sum(), rel=0.3
        )
        assert row["irr_real"] == pytest.approx((1.0 + row["irr"]) / 1.02 - 1.0)


def test_worth_is_the_same_in_the_program_and_in_the_accounts_where_nothing_is_recycled() -> None:
    # Without lenders nothing is held back, so that joint income is paid out in its own year.
    run = small_run(facilities=[], covenants=[])
    run.case["finance/vehicles"] = run.case["finance/vehicles"].with_columns(recycled_share=0.0)  # type: ignore[index]

    made = portfolio_tables(run, PortfolioOptions(frontier_points=0))

    weights = {"reference": 0.75, "slow": 0.25}
    whole = made["portfolio_returns"].filter(party="all")
    mean = sum(weights[s] * v for s, v in whole.select("scenario", "npv_musd").iter_rows())
    assert {"PORT", "SHIPS"} <= set(made["portfolio_choice"].filter(state="chosen")["project"])
    assert made["portfolio_summary"]["value_musd"][0] == pytest.approx(mean, abs=1e-6)


def test_loans_add_up_line_by_line(tables: dict[str, pl.DataFrame]) -> None:
    loans = tables["portfolio_loans"]

    assert loans.height > 0
    assert loans["closing_balance_musd"].to_numpy() == pytest.approx(
        (loans["opening_balance_musd"] + loans["draw_musd"] - loans["principal_musd"]).to_numpy(),
        abs=1e-6,
    )
    assert loans["interest_musd"].to_numpy() == pytest.approx(
        (loans["opening_balance_musd"] * loans["interest_rate"]).to_numpy(), abs=1e-6
    )


def test_a_broken_covenant_is_a_row() -> None:
    asked = [{"sector": "*", "lockup_dscr": 1.4, "minimum_llcr": 1.4, "reserve_months": 6.0}]
    rows = portfolio_tables(small_run(covenants=asked), PortfolioOptions(frontier_points=0))[
        "portfolio_covenants"
    ]
    weak = rows.filter(pl.col("covenant") != "payment")

    assert (weak["is_breached"] == (weak["value"] < weak["threshold"])).all()
    assert rows.filter("is_breached", scenario="slow").height > 0


def test_both_ways_of_sharing_give_away_the_whole_worth(tables: dict[str, pl.DataFrame]) -> None:
    sharing = tables["portfolio_sharing"]
    worth = tables["portfolio_summary"]["value_musd"][0]

    assert sharing["pro_rata_musd"].sum() == pytest.approx(worth)
    assert sharing["shapley_musd"].sum() == pytest.approx(worth)


def test_no_point_of_the_frontier_is_worse_than_another_in_both() -> None:
    problem = make_offers(small_run(), read_vehicle(small_run(), "FUND")).problem

    points = [
        (one.mean("vehicle", problem.probability), one.mean("economic", problem.probability))
        for one in frontier(problem, "vehicle", "economic", 6, EXACT)
    ]

    assert points[-1][0] == pytest.approx(select(problem, OWN, EXACT).value, abs=1e-4)
    assert points[0][1] == pytest.approx(
        select(problem, Objective({"economic": 1.0}), EXACT).value, abs=1e-4
    )
    for x, y in points:
        assert not any(a > x + 1e-3 and b > y + 1e-3 for a, b in points)


def test_a_rejected_project_enters_with_the_worth_it_lacks_and_not_with_less() -> None:
    offers = make_offers(small_run(), read_vehicle(small_run(), "FUND"))
    problem = offers.problem
    best = select(problem, OWN, EXACT)
    rejected = [
        one
        for one in explain_rejected(problem, OWN, best, EXACT)
        if one.value_gap_musd is not None and one.value_gap_musd > 1e-3
    ]

    assert rejected
    for one in rejected:
        for factor, enters in ((1.01, True), (0.99, False)):
            extra = factor * float(one.value_gap_musd or 0.0)
            richer = tuple(
                c
                if c.project != one.project
                else replace(
                    c,
                    options=tuple(
                        replace(o, if_chosen=o.if_chosen | {"vehicle": np.full(2, extra)})
                        for o in c.options
                    ),
                )
                for c in problem.candidates
            )
            found = select(replace(problem, candidates=richer), OWN, EXACT)
            assert (one.project in found.projects) is enters


def test_a_rejected_project_enters_when_its_calls_fall_by_the_share_named() -> None:
    run = small_run()
    dear = run.case["finance/vehicles"].with_columns(required_return=0.13)
    run.case["finance/vehicles"] = dear  # type: ignore[index]
    problem = make_offers(run, read_vehicle(run, "FUND")).problem
    best = select(problem, OWN, EXACT)
    cut = {
        one.project: one.price_cut
        for one in explain_rejected(problem, OWN, best, EXACT)
        if one.price_cut is not None
    }

    assert set(cut) == {"LINE", "PORT_BIG"}
    for project, share in cut.items():
        part = 1.01 * share
        cheaper = tuple(
            replace(
                c,
                options=tuple(
                    replace(
                        o,
                        call=o.call * (1.0 - part),
                        per_share={"vehicle": o.per_share["vehicle"] + part * o.call_worth},
                    )
                    for o in c.options
                ),
            )
            if c.project == project
            else c
            for c in problem.candidates
        )
        assert project in select(replace(problem, candidates=cheaper), OWN, EXACT).projects


def test_a_complete_project_is_left_out_with_the_reason(tables: dict[str, pl.DataFrame]) -> None:
    (row,) = tables["portfolio_choice"].filter(state="left_out").rows(named=True)

    assert row["project"] == "OLD"
    assert row["reason"] == "its cost is spent before 2027"


def test_of_a_project_that_is_being_built_what_is_still_to_be_paid_is_for_sale() -> None:
    run = small_run(facilities=[], covenants=[])
    begun = pl.when(pl.col("project") == "PORT").then(pl.lit("under_construction"))
    projects = run.results["projects"].with_columns(status=begun.otherwise("status"))
    vehicles = run.case["finance/vehicles"].with_columns(first_year=2028)
    case = dict(run.case) | {"finance/vehicles": vehicles}
    begun_run = RunTables(dict(run.results) | {"projects": projects}, case, run.settings)

    made = make_offers(begun_run, read_vehicle(begun_run, "FUND"))

    (port,) = [c for c in made.problem.candidates if c.project == "PORT"]
    (option,) = port.options
    real = made.finance["PORT", 2029].money.income / 1.02 ** (np.arange(2027, LAST + 1) - 2024.0)
    # Half of the cost falls in 2028: the other half of the income belongs to those who paid 2027.
    assert option.call.sum() == pytest.approx(50.0 * 1.02**4 + made.fee["PORT", 2029].sum())
    assert real[0, 2] == pytest.approx(0.5 * 17.0)
    assert option.if_chosen["economic"].tolist() == [0.0, 0.0]
    assert not made.problem.bundles


def test_what_waits_for_a_project_that_is_being_built_waits_for_nothing() -> None:
    rules = [
        {"rule": "a", "kind": "needs", "project": "PORT", "other": "OLD"},
        {"rule": "b", "kind": "needs", "project": "SHIPS", "other": "LINE"},
        {"rule": "c", "kind": "needs", "project": "LINE", "other": "GONE"},
    ]

    made = make_offers(small_run(rules=rules), read_vehicle(small_run(), "FUND"))

    assert {c.project for c in made.problem.candidates} == {"PORT", "PORT_BIG"}
    assert {one.project: one.reason for one in made.left_out} == {
        "OLD": "its cost is spent before 2027",
        "LINE": "it needs GONE, which is not offered",
        "SHIPS": "it needs LINE, which is not offered",
    }


def test_a_regulated_project_earns_what_is_granted() -> None:
    run = small_run(facilities=[], covenants=[])
    offers = run.case["finance/offers"].with_columns(
        regulated_return=pl.when(pl.col("project") == "LINE").then(0.07)
    )
    run.case["finance/offers"] = offers  # type: ignore[index]

    made = make_offers(run, read_vehicle(run, "FUND"))

    for (project, _), finance in made.finance.items():
        if project == "LINE":
            level = 1.02 ** (finance.money.years - 2024.0)
            for flow in finance.equity_flow:
                assert pyxirr.irr(flow / level) == pytest.approx(0.07, abs=1e-9)


def test_income_is_what_owners_earn_and_their_part_of_what_others_gain() -> None:
    made = make_offers(small_run(), read_vehicle(small_run(), "FUND"))
    finance = made.finance["PORT", 2029]
    real = finance.money.income / 1.02 ** (finance.money.years - 2024.0)

    # Terminals earn 14; shippers gain 14 + 6 and pay 14: half of 6 is charged.
    assert real[0, finance.money.opening] == pytest.approx(14.0 + 3.0)
    assert real[1, finance.money.opening] == pytest.approx(0.7 * 17.0)
    assert finance.money.capital.sum() == pytest.approx(50 * 1.02**3 + 50 * 1.02**4)


def test_a_later_opening_moves_costs_and_keeps_gains_in_their_years() -> None:
    made = make_offers(small_run(), read_vehicle(small_run(), "FUND"))
    late = made.finance["PORT", 2031]

    assert np.flatnonzero(late.money.capital).tolist() == [2, 3]
    assert late.money.years[-1] == LAST + 2
    assert not late.money.income[:, : late.money.opening].any()
    (option,) = [
        o
        for c in made.problem.candidates
        if c.project == "PORT"
        for o in c.options
        if o.start_year == 2031
    ]
    years = np.arange(2027, LAST + 3)
    net = np.zeros(years.size)
    net[2:4] -= 50.0
    net[4:] += 20.0 - 1.0
    assert option.if_chosen["economic"][0] == pytest.approx(net @ 1.06 ** -(years - 2025.0))


def test_a_project_with_own_flows_competes_on_the_same_terms_and_takes_its_flows_along() -> None:
    run = with_factory(small_run(facilities=[], covenants=[]))
    made = make_offers(run, read_vehicle(run, "FUND"))
    (factory,) = [c for c in made.problem.candidates if c.project == "FACTORY"]

    worth = [float(option.per_share["vehicle"][0]) for option in factory.options]
    chosen = select(made.problem, OWN, EXACT).projects

    assert [option.start_year for option in factory.options] == [2029, 2030, 2031]
    # Income 9 a year less 4 of costs on 20: nothing but time is lost by waiting a year.
    fee = made.fee["FACTORY", 2029].sum()
    assert fee > 0.0
    late = made.finance["FACTORY", 2030].money
    first = made.finance["FACTORY", 2029].money
    assert late.income[:, late.opening :] == pytest.approx(1.02 * first.income[:, first.opening :])
    assert worth[0] > worth[1] > worth[2] > 0.0
    assert "FACTORY" in chosen


def test_a_cluster_brings_what_it_gains_beyond_its_members_from_its_opening_on() -> None:
    made = make_offers(small_run(), read_vehicle(small_run(), "FUND"))
    # Each year 33 less 20 and 1.5 of the members alone.
    years = np.arange(2029, LAST + 1)
    gain = 11.5 * 1.06 ** -(years - 2025.0)

    assert [one.open_by for one in made.problem.bundles] == [2029, 2030, 2031]
    for place, one in enumerate(made.problem.bundles):
        inside = years >= one.open_by if place == 2 else years == one.open_by
        assert one.projects == ("PORT", "SHIPS")
        assert one.if_chosen["economic"][0] == pytest.approx(float(gain @ inside))


def test_a_coalition_pays_all_with_its_own_budgets() -> None:
    problem = make_offers(small_run(), read_vehicle(small_run(), "FUND")).problem

    alone = coalition(problem, ("two",))

    assert [(p.name, p.share, p.commitment) for p in alone.parties] == [("two", 1.0, 18.0)]
    assert alone.largest_ticket_musd == pytest.approx(0.3 * problem.largest_ticket_musd)


def test_a_larger_vehicle_is_worth_at_least_as_much(tables: dict[str, pl.DataFrame]) -> None:
    sizes = tables["portfolio_sizes"]
    problem = make_offers(small_run(), read_vehicle(small_run(), "FUND")).problem

    assert sizes["size_musd"].to_list() == [20.0, 50.0, 100.0, 120.0]
    assert np.diff(sizes["vehicle_npv_musd"].to_numpy()).min() >= -1e-3
    half = select(resized(problem, 0.5), OWN, EXACT).value
    direct = make_offers(small_run(), read_vehicle(small_run(), "FUND", 30.0)).problem
    assert half == pytest.approx(select(direct, OWN, EXACT).value)


def test_a_required_project_that_the_budget_cannot_pay_names_both() -> None:
    rules = [{"rule": "r", "kind": "required", "project": "LINE"}]
    run = small_run(
        rules=rules, budgets=[{"vehicle": "FUND", "party": "*", "year": 2027, "share": 0.01}]
    )

    with pytest.raises(InfeasibleError, match=r"pays at most .*; LINE must be built"):
        portfolio_tables(run, PortfolioOptions())


def test_a_need_that_nobody_offers_leaves_a_project_out() -> None:
    rules = [{"rule": "r", "kind": "needs", "project": "PORT", "other": "GONE"}]

    made = make_offers(small_run(rules=rules), read_vehicle(small_run(), "FUND"))

    assert "it needs GONE, which is not offered" in [one.reason for one in made.left_out]


def test_an_unknown_vehicle_and_a_size_of_nothing_are_errors() -> None:
    with pytest.raises(NotFoundError, match="no vehicle 'X'; there is FUND"):
        read_vehicle(small_run(), "X")
    with pytest.raises(InputError, match="above zero"):
        read_vehicle(small_run(), "FUND", 0.0)


def test_scenarios_without_a_probability_are_named() -> None:
    run = small_run(probabilities=[{"scenario": "reference", "probability": 1.0}])

    with pytest.raises(InputError, match="no row of slow"):
        make_offers(run, read_vehicle(run, "FUND"))


def test_the_workbook_holds_the_values_that_its_formulas_give(
    tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    file = tmp_path / "portfolio.xlsx"
    write_workbook(file, tables)
    cells = fastexcel.read_excel(file).load_sheet("FUND", header_row=None).to_polars()
    expected = (
        tables["portfolio_returns"].filter(party="all", scenario="reference").row(0, named=True)
    )

    for line, name in ((6, "called_musd"), (7, "distributed_musd"), (9, "irr"), (10, "npv_musd")):
        assert float(cells[line, 7]) == pytest.approx(expected[name])
    years = cells[12:].select(pl.nth(0, 4, 6, 7).cast(pl.Float64))
    assert float(years[:, 1].sum()) == pytest.approx(expected["called_musd"])
    assert (years[:, 3] - years[:, 2] + years[:, 1]).abs().max() == pytest.approx(0.0, abs=1e-6)


def test_the_workbook_lives_by_formulas(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    file = tmp_path / "portfolio.xlsx"
    write_workbook(file, tables)
    with zipfile.ZipFile(file) as archive:
        money = re.findall(r"<f>([^<]*)</f>", archive.read("xl/worksheets/sheet2.xml").decode())
        loans = re.findall(r"<f>([^<]*)</f>", archive.read("xl/worksheets/sheet3.xml").decode())

    assert "B13+C13-D13" in money
    assert any(one.startswith("IRR($H$13:") for one in money)
    assert any(one.startswith("SUMPRODUCT($H$13:") for one in money)
    assert "B3*$C$1" in loans
    assert "B3+C3-F3" in loans


def test_a_vehicle_without_anything_to_buy_commits_nothing() -> None:
    made = portfolio_tables(small_run(offers=[]), PortfolioOptions())

    assert made["portfolio_summary"].select("chosen", "committed_musd").row(0) == (0, 0.0)
    assert made["portfolio_accounts"].is_empty()
    assert made["portfolio_calls"]["call_musd"].sum() == 0.0


def test_a_run_that_valued_nothing_is_an_error() -> None:
    run = small_run()
    nothing = RunTables(
        dict(run.results) | {"projects": run.results["projects"].clear()}, run.case, run.settings
    )

    with pytest.raises(NotFoundError, match="valued no project"):
        portfolio_tables(nothing, PortfolioOptions())


def test_the_section_of_the_report_shows_every_vehicle_and_leads_to_its_numbers(
    tables: dict[str, pl.DataFrame],
) -> None:
    section = portfolio_section(tables, Names(projects={"PORT": "The port"}))

    assert section is not None
    (fold,) = section.blocks
    assert isinstance(fold, Fold)
    kinds = [block.kind for block in fold.blocks]
    assert kinds[:3] == ["table", "figure", "grid"]
    chosen = fold.blocks[0]
    assert isinstance(chosen, HtmlTable)
    assert str(chosen.rows[0][0].text) == "The port"
    assert chosen.download.startswith("data:text/csv")
    assert portfolio_section({}, Names()) is None
