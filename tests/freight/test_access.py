import numpy as np
import polars as pl
import pytest

from tests.freight.corridors import frame, view
from transcaspian.accounts import gains_by_party, real_cost_usd
from transcaspian.errors import InputError
from transcaspian.freight import accounts, assign_case, collect_paths, freight_tables

RULE = {
    "name": "", "kind": "ban", "country": None, "links": None, "terminals": None, "zones": None,
    "origins": None, "destinations": None, "commodities": None, "forms": None, "is_in_force": True,
    "months": None, "is_closed": False, "delay_h": 0.0, "charge_usd_per_t": 0.0,
    "insurance_share": 0.0,
}  # fmt: skip
SUBSIDY = {
    "name": "", "country": "KZ", "layers": None, "links": None, "zones": None, "origins": None,
    "destinations": None, "commodities": None, "forms": None, "is_in_force": True, "share": 0.0,
}  # fmt: skip
# Two ways from A to Z, both 10 h: "short" charges 5 USD/t, "long" charges 8.
WAYS = [
    {"link": "short", "node0": "A", "node1": "Z", "fixed_cost_usd_per_t": 5.0},
    {"link": "AM", "node0": "A", "node1": "M", "time_h": 5.0, "fixed_cost_usd_per_t": 4.0},
    {"link": "MZ", "node0": "M", "node1": "Z", "time_h": 5.0, "fixed_cost_usd_per_t": 4.0},
]
FLOW = {"origin": "A", "destination": "Z"}


def ruled(rules=(), subsidies=(), links=WAYS, demand=(FLOW,), months=(), **more):
    case = view(links, list(demand), **more)
    if rules:
        case.tables["freight/access"] = frame(list(rules), {"access": ""} | RULE)
    if subsidies:
        case.tables["freight/subsidies"] = frame(list(subsidies), {"subsidy": ""} | SUBSIDY)
    case.tables["freight/link_months"] = pl.DataFrame(
        list(months),
        schema={
            "link": pl.String,
            "month": pl.Int64,
            "open_share": pl.Float64,
            "background_factor": pl.Float64,
        },
    )
    return case


def on(case, link="short"):
    links = freight_tables(assign_case(case))["freight_links"]
    return links.filter(pl.col("link") == link)["tonnes"].sum()


def logit(cost_short, cost_long):
    # Paths of one nest: the scale of the commodity over the dissimilarity of the nest.
    return 1.0 / (1.0 + np.exp(0.1 / 0.5 * (cost_short - cost_long)))


def test_cargo_under_a_ban_goes_another_way_and_other_cargo_does_not():
    demand = [FLOW | {"commodity": "arms"}, FLOW | {"commodity": "bread"}]
    ban = {"access": "ban", "links": "short", "is_closed": True, "commodities": "arms"}
    result = assign_case(ruled([ban], demand=demand))
    flows = freight_tables(result)["freight_link_flows"].filter(pl.col("link") == "short")
    assert dict(flows.select("commodity", "tonnes").iter_rows()) == {
        "bread": pytest.approx(1e6 * logit(5.0, 8.0), rel=1e-12)
    }


def test_a_way_shut_for_five_months_carries_cargo_of_the_other_seven():
    works = {"access": "works", "links": "short", "is_closed": True, "months": "1;2;3;4;5"}
    open_days = 365 - 151
    assert on(ruled([works])) == pytest.approx(1e6 * open_days / 365 * logit(5.0, 8.0), rel=1e-12)


def test_a_flow_cut_by_months_is_still_one_flow_of_the_demand():
    works = {"access": "works", "links": "short", "is_closed": True, "months": "7"}
    tables = freight_tables(assign_case(ruled([works])))
    assert tables["freight_od"]["tonnes"].to_list() == [pytest.approx(1e6, rel=1e-14)]
    assert tables["freight_supply"]["starting_t"].sum() == pytest.approx(1e6, rel=1e-14)


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        ({"zones": "Z"}, True),
        ({"zones": "M"}, False),
        ({"origins": "A;M"}, True),
        ({"origins": "Z"}, False),
        ({"destinations": "Z"}, True),
        ({"forms": "truck"}, False),
        ({"commodities": "goods"}, True),
        ({"is_in_force": False}, False),
    ],
)
def test_a_rule_holds_for_the_cargo_it_names(scope, holds):
    rule = {"access": "fee", "links": "short", "charge_usd_per_t": 2.0} | scope
    paid = 7.0 if holds else 5.0
    assert on(ruled([rule])) == pytest.approx(1e6 * logit(paid, 8.0), rel=1e-12)


def test_delay_insurance_and_charge_are_parts_of_the_cost_of_a_path():
    rule = {
        "access": "risk",
        "links": "short",
        "delay_h": 10.0,
        "charge_usd_per_t": 0.25,
        "insurance_share": 0.003,
    }
    case = ruled([rule])
    assert on(case) == pytest.approx(1e6 * logit(5.0 + 1.0 + 0.25 + 3.0, 8.0), rel=1e-12)
    paths = freight_tables(assign_case(case))["freight_paths"]
    short = paths.row(by_predicate=pl.col("links_and_terminals") == "short", named=True)
    assert short["access"] == "risk"
    assert short["access_cost_usd_per_t"] == pytest.approx(4.25)
    assert short["time_h"] == pytest.approx(20.0)
    parts = (
        "link_charge",
        "terminal_charge",
        "access_cost",
        "subsidy",
        "free_time_cost",
        "queue_cost",
    )
    assert sum(short[f"{part}_usd_per_t"] for part in parts) == pytest.approx(
        short["generalised_cost_usd_per_t"]
    )


def test_a_subsidy_lowers_what_shippers_pay_and_not_what_carriers_get():
    case = ruled(subsidies=[{"subsidy": "trains", "share": 0.4, "links": "short"}])
    result = assign_case(case)
    tonnes = 1e6 * logit(3.0, 8.0)
    assert on(case) == pytest.approx(tonnes, rel=1e-12)
    money = accounts(result, case)
    by_kind = dict(
        money.group_by("kind", maintain_order=True).agg(pl.sum("amount_usd")).iter_rows()
    )
    assert by_kind["freight_subsidy"] == pytest.approx(0.4 * 5.0 * tonnes)
    assert by_kind["freight_tariff"] == pytest.approx(5.0 * tonnes + 8.0 * (1e6 - tonnes))
    (payer,) = money.filter(pl.col("kind") == "freight_subsidy")["payer_country"].unique()
    assert payer == "KZ"


@pytest.mark.parametrize("country", ["AZ", None])
def test_all_that_parties_gain_is_what_nobody_gets(country):
    rules = [
        {"access": "fee", "links": "AM", "charge_usd_per_t": 2.0, "country": country},
        {"access": "risk", "links": "short", "insurance_share": 0.01, "delay_h": 3.0},
        {"access": "works", "links": "MZ", "is_closed": True, "months": "2;3"},
    ]
    subsidies = [{"subsidy": "trains", "share": 0.3, "layers": "rail"}]
    case = ruled(rules, subsidies)
    result = assign_case(case)
    money = accounts(result, case)
    assert gains_by_party(money)["gain_usd"].sum() == pytest.approx(-real_cost_usd(money))
    shippers = gains_by_party(money).filter(pl.col("party") == "shippers")["gain_usd"].sum()
    assert shippers == pytest.approx(-result.user_cost_usd, rel=1e-12)


def test_what_each_rule_met_is_told():
    rules = [{"access": "fee", "links": "AM;MZ", "charge_usd_per_t": 2.0, "months": "1"}]
    table = freight_tables(assign_case(ruled(rules)))["freight_access"]
    row = table.row(0, named=True)
    january = 1e6 * 31 / 365
    passing = january * (1.0 - logit(5.0, 12.0))
    assert row["cargo_t"] == pytest.approx(january)
    assert row["passing_t"] == pytest.approx(passing)
    assert row["charge_usd"] == pytest.approx(2 * 2.0 * passing)


def test_runs_that_differ_in_a_rule_choose_from_the_same_paths():
    shut = ruled([{"access": "ban", "links": "short", "is_closed": True}])
    opened = ruled([{"access": "ban", "links": "short", "is_closed": True, "is_in_force": False}])
    paths = collect_paths([shut, opened])
    assert assign_case(shut, catalogue=paths).table.unit.size == 1
    assert assign_case(opened, catalogue=paths).table.unit.size == 2


def test_cargo_shut_out_everywhere_is_one_error_that_names_the_rules():
    bans = [
        {"access": name, "links": link, "is_closed": True, "months": "4"}
        for name, link in (("first", "short"), ("second", "MZ"))
    ]
    with pytest.raises(InputError, match=r"from A to Z.*first, second"):
        assign_case(ruled(bans))


def test_subsidies_above_the_whole_charge_are_refused():
    subsidies = [{"subsidy": name, "share": 0.6} for name in ("one", "two")]
    with pytest.raises(InputError, match=r"one, two together pay 1\.2"):
        assign_case(ruled(subsidies=subsidies))


def test_an_effect_moved_out_of_range_is_refused():
    with pytest.raises(InputError, match="risk: -1 is not a number from 0 up"):
        assign_case(ruled([{"access": "risk", "links": "short", "delay_h": -1.0}]))


def test_a_rule_on_an_unknown_link_is_refused():
    with pytest.raises(InputError, match="'nowhere' is not known"):
        assign_case(ruled([{"access": "ban", "links": "nowhere"}]))


def yearly(link, open_share=None, factor=None):
    return [
        {
            "link": link,
            "month": month,
            "open_share": 1.0 if open_share is None else open_share[month - 1],
            "background_factor": 1.0 if factor is None else factor[month - 1],
        }
        for month in range(1, 13)
    ]


BUSY = [WAYS[0] | {"capacity": 800.0, "background": 300.0}, *WAYS[1:]]


def test_twelve_equal_months_change_nothing():
    plain = assign_case(ruled(links=BUSY))
    monthly = assign_case(ruled(links=BUSY, months=yearly("short")))
    np.testing.assert_allclose(monthly.equilibrium.flow, plain.equilibrium.flow, rtol=1e-10)
    np.testing.assert_allclose(monthly.queue_value, plain.queue_value, rtol=1e-8)


def test_the_delay_is_the_mean_over_the_months():
    months = yearly("short", [0.5, *[1.0] * 11], [2.0, *[(365 - 62) / (365 - 31)] * 11])
    result = assign_case(ruled(links=BUSY, months=months))
    at = result.network.queues.name.index("short>")
    carried = result.equilibrium.volume[at] - 300.0
    january = (carried + 600.0) / 400.0
    others = (carried + 300.0 * (365 - 62) / (365 - 31)) / 800.0
    expected = 1.0 + 0.5 * (january**4 * 31 + others**4 * 334) / 365
    assert result.equilibrium.factor[at] == pytest.approx(expected, rel=1e-12)


def test_the_value_of_capacity_with_months_is_what_more_of_it_saves():
    months = yearly("short", [0.4, 0.6, *[1.0] * 10], [1.5] * 6 + [0.5] * 6)
    months = [row | {"background_factor": row["background_factor"] * 365 / 364} for row in months]

    def case(step):
        return ruled(links=[BUSY[0] | {"capacity": 800.0 + step}, *BUSY[1:]], months=months)

    result = assign_case(case(0.0))
    name = result.network.queues.name
    values = sum(result.queue_value[name.index(f"short{way}")] for way in "<>")
    costs = [assign_case(case(step)).user_cost_usd for step in (-0.05, 0.05)]
    assert values == pytest.approx((costs[0] - costs[1]) / 0.1, rel=1e-6)
