import itertools

import polars as pl
import pytest

from tests.freight.corridors import view
from transcaspian.accounts import gains_by_party, real_cost_usd
from transcaspian.errors import InputError, NotConvergedError
from transcaspian.freight import (
    Catalogue,
    FreightOptions,
    accounts,
    assign_case,
    collect_paths,
    freight_tables,
)

ONE_FLOW = [{"origin": "A", "destination": "Z"}]


def chain(*nodes, **changes):
    return [
        {"link": f"{node0}{node1}", "node0": node0, "node1": node1} | changes
        for node0, node1 in itertools.pairwise(nodes)
    ]


def test_all_traffic_that_passes_a_border_takes_it():
    case = view(
        chain("A", "B", "Z"), ONE_FLOW, [{"terminal": "gate", "node": "B", "kind": "border"}]
    )
    terminals = freight_tables(assign_case(case))["freight_terminals"]
    assert terminals["tonnes"].to_list() == [pytest.approx(1e6)]


def test_cargo_that_ends_at_a_border_place_does_not_pass_it():
    case = view(
        chain("A", "B", "Z"),
        [{"origin": "A", "destination": "B"}],
        [{"terminal": "gate", "node": "B", "kind": "border"}],
    )
    assert freight_tables(assign_case(case))["freight_terminals"]["tonnes"].to_list() == [0.0]


def test_layers_are_changed_at_a_terminal_only():
    links = [*chain("A", "B"), {"link": "BZ", "node0": "B", "node1": "Z", "layer": "sea"}]
    with pytest.raises(InputError, match="from A to Z"):
        assign_case(view(links, ONE_FLOW, layers=("rail", "sea")))


def test_a_transfer_is_paid_once_with_both_links():
    links = [*chain("A", "B"), {"link": "BZ", "node0": "B", "node1": "Z", "layer": "sea"}]
    port = {"terminal": "port", "node": "B", "layer1": "sea", "cost_usd_per_t": 7.0, "time_h": 5.0}
    result = assign_case(view(links, ONE_FLOW, [port], layers=("rail", "sea")))
    assert result.user_cost_usd == pytest.approx(1e6 * (7.0 + 0.1 * (10.0 + 5.0 + 10.0)), rel=1e-12)


def test_boxes_pay_per_teu_and_other_cargo_per_tonne():
    link = {
        "tariff_usd_per_teu_km": 3.0,
        "tariff_usd_per_t_km": 0.2,
        "fixed_cost_usd_per_teu": 50.0,
        "fixed_cost_usd_per_t": 4.0,
    }
    demand = [ONE_FLOW[0] | {"form": form, "tonnes": 1.0} for form in ("container", "bulk")]
    routes = freight_tables(assign_case(view(chain("A", "Z", **link), demand)))["freight_routes"]
    money = dict(routes.select("form", "money_usd_per_t").iter_rows())
    assert money == {
        "container": pytest.approx((3.0 * 100 + 50.0) / 10.0),
        "bulk": pytest.approx(0.2 * 100 + 4.0),
    }


def test_a_group_of_terminals_shares_one_queue():
    links = chain("A", "B") + [
        {"link": f"BZ-{layer}", "node0": "B", "node1": "Z", "layer": layer}
        for layer in ("sea", "ferry")
    ]
    shared = {"node": "B", "capacity": 600.0, "capacity_group": "quay", "time_h": 10.0}
    ports = [{"terminal": f"to-{layer}", "layer1": layer} | shared for layer in ("sea", "ferry")]
    terminals = freight_tables(
        assign_case(view(links, ONE_FLOW, ports, layers=("rail", "sea", "ferry")))
    )["freight_terminals"]
    assert terminals["volume"].to_list() == [pytest.approx(1000.0)] * 4
    assert (
        terminals["time_h"].to_list()
        == [pytest.approx(10.0 * (1.0 + 0.5 * (1000.0 / 600.0) ** 4))] * 4
    )


def test_background_traffic_waits_in_the_same_queue():
    links = freight_tables(
        assign_case(view(chain("A", "Z", capacity=2000.0, background=1000.0), ONE_FLOW))
    )["freight_links"]
    assert links.filter(direction="0-1")["time_h"][0] == pytest.approx(10.0 * 1.5)


def test_a_capacity_in_boxes_counts_thousand_teu():
    links = chain("A", "Z", capacity=100.0, capacity_unit="teu")
    demand = [ONE_FLOW[0] | {"form": "container"}]
    table = freight_tables(assign_case(view(links, demand)))["freight_links"].filter(
        direction="0-1"
    )
    assert table["load"][0] == pytest.approx(1.0)  # 1 Mt at 10 t a box over 100,000 TEU


def test_demand_of_a_zone_is_spread_by_its_weights():
    zones = [
        {"zone": "W", "node": "A", "form": "*", "weight": 0.25},
        {"zone": "W", "node": "B", "form": "*", "weight": 0.75},
        {"zone": "E", "node": "Z", "form": "*", "weight": 1.0},
    ]
    case = view(chain("A", "B", "Z"), [{"origin": "W", "destination": "E"}], zones=zones)
    supply = freight_tables(assign_case(case))["freight_supply"]
    assert dict(supply.select("node", "starting_t").iter_rows()) == {
        "A": pytest.approx(250e3),
        "B": pytest.approx(750e3),
        "Z": 0.0,
    }


def test_a_path_belongs_to_the_route_of_smallest_priority_on_it():
    links = chain("A", "B", route="north") + chain("B", "Z", route="middle")
    routes = freight_tables(assign_case(view(links, ONE_FLOW, routes=("middle", "north"))))[
        "freight_routes"
    ]
    assert routes["route"].to_list() == ["middle"]


def test_every_reachable_route_gets_a_path_however_long():
    detour = [
        {"link": f"{a}{b}", "node0": a, "node1": b, "time_h": 300.0, "route": "south"}
        for a, b in ("AC", "CZ")
    ]
    routes = freight_tables(
        assign_case(
            view(chain("A", "Z", route="north") + detour, ONE_FLOW, routes=("north", "south"))
        )
    )["freight_routes"]
    assert routes["route"].to_list() == ["north", "south"]


@pytest.mark.parametrize("catalogue", [None, Catalogue({})])
def test_cargo_may_come_back_to_a_place_to_change_layers(catalogue):
    links = [*chain("A", "X", "Y"), *chain("Y", "X", "Z", layer="road")]
    case = view(
        links,
        ONE_FLOW,
        [{"terminal": "yard", "node": "Y", "layer1": "road"}],
        layers=("rail", "road"),
    )
    paths = freight_tables(assign_case(case, catalogue=catalogue))["freight_paths"]
    assert paths["nodes"].to_list() == ["A;X;Y;X;Z"]


def test_closed_links_carry_nothing():
    links = [
        {"link": "a", "node0": "A", "node1": "Z"},
        {"link": "b", "node0": "A", "node1": "Z", "is_open": False},
    ]
    assert freight_tables(assign_case(view(links, ONE_FLOW)))["freight_links"][
        "link"
    ].unique().to_list() == ["a"]


def test_paths_collected_over_two_networks_do_not_change_either_without_congestion():
    base = [{"link": "a", "node0": "A", "node1": "Z", "time_h": 50.0}]
    road = {"link": "b", "node0": "A", "node1": "Z", "time_h": 60.0}
    without, with_road = (
        view([*base, road | {"is_open": False}], ONE_FLOW),
        view([*base, road], ONE_FLOW),
    )
    catalogue = collect_paths([without, with_road])
    assert (
        assign_case(without, catalogue=catalogue).user_cost_usd
        == assign_case(without).user_cost_usd
    )
    assert (
        assign_case(with_road, catalogue=catalogue).user_cost_usd
        == assign_case(with_road).user_cost_usd
    )


def test_accounts_balance_and_shippers_bear_the_expected_cost():
    links = chain("A", "B", "Z", tariff_usd_per_t_km=0.05, capacity=900.0)
    case = view(
        links,
        ONE_FLOW,
        [{"terminal": "gate", "node": "B", "kind": "border", "cost_usd_per_t": 3.0}],
    )
    result = assign_case(case)
    money = accounts(result, case)
    gains = gains_by_party(money)
    assert gains["gain_usd"].sum() == pytest.approx(-real_cost_usd(money), rel=1e-12)
    shippers = gains.filter(party="shippers")["gain_usd"].sum()
    assert shippers == pytest.approx(-result.user_cost_usd, rel=1e-12)


def test_carriers_keep_the_margin_of_the_layer():
    case = view(chain("A", "Z", tariff_usd_per_t_km=0.05), ONE_FLOW)
    gains = gains_by_party(accounts(assign_case(case), case))
    assert gains.filter(party="carriers")["gain_usd"].to_list() == [pytest.approx(0.2 * 5.0 * 1e6)]


def test_emissions_are_valued_at_the_social_cost_of_carbon():
    case = view(chain("A", "Z"), ONE_FLOW)
    damage = accounts(assign_case(case), case).filter(kind="co2_damage")["amount_usd"].to_list()
    assert damage == [pytest.approx(1e6 * 100.0 * 0.02 / 1000.0 * 100.0)]  # t km kg/t-km t/kg USD/t


def test_zero_capacity_under_demand_is_named():
    with pytest.raises(InputError) as caught:
        assign_case(view(chain("A", "Z", capacity=0.0), ONE_FLOW))
    assert "goods in form 'bulk' from A to Z (1e+06 t/a)" in str(caught.value)
    assert "AZ<, AZ>" in str(caught.value)


def test_every_unreachable_flow_is_named_at_once():
    links = chain("A", "Z", forms="truck")
    demand = [ONE_FLOW[0] | {"commodity": name} for name in ("ore", "food")]
    with pytest.raises(InputError) as caught:
        assign_case(view(links, demand))
    assert len(caught.value.problems) == 2


def test_a_negative_cost_is_refused_with_its_row():
    with pytest.raises(InputError) as caught:
        assign_case(view(chain("A", "Z", tariff_usd_per_t_km=-1.0), ONE_FLOW))
    problem = caught.value.problems[0]
    assert (problem.file, problem.row, problem.column) == (
        "freight/links.csv",
        2,
        "tariff_usd_per_t_km",
    )


def test_an_unknown_place_is_refused():
    case = view(chain("A", "Z"), ONE_FLOW)
    case.tables["freight/nodes"] = case.tables["freight/nodes"].filter(pl.col("node") != "Z")
    with pytest.raises(InputError, match="node 'Z' is not known"):
        assign_case(case)


def test_weights_that_do_not_add_up_are_refused():
    zones = [
        {"zone": "A", "node": "A", "form": "*", "weight": 0.9},
        {"zone": "Z", "node": "Z", "form": "*", "weight": 1.0},
    ]
    with pytest.raises(InputError, match=r"add up to 0\.9"):
        assign_case(view(chain("A", "Z"), ONE_FLOW, zones=zones))


def test_a_zone_without_a_place_is_refused():
    zones = [{"zone": "A", "node": "A", "form": "*", "weight": 1.0}]
    with pytest.raises(InputError, match="zone 'Z' has no place"):
        assign_case(view(chain("A", "Z"), ONE_FLOW, zones=zones))


def test_too_few_iterations_raise_instead_of_giving_flows():
    links = [{"link": name, "node0": "A", "node1": "Z", "capacity": 100.0} for name in "ab"]
    links[0]["time_h"] = 5.0
    with pytest.raises(NotConvergedError, match="relative gap"):
        assign_case(view(links, ONE_FLOW), FreightOptions(max_iterations=1))


def test_boxes_that_one_way_lacks_come_back_empty_the_other():
    demand = [
        {"origin": "A", "destination": "B", "form": "container", "tonnes": 5e5},
        {"origin": "B", "destination": "A", "form": "container", "tonnes": 2e5},
        {"origin": "B", "destination": "A", "form": "bulk", "tonnes": 3e5},
    ]
    link = {"link": "AB", "node0": "A", "node1": "B"}
    rows = freight_tables(assign_case(view([link], demand)))["freight_links"].sort("direction")
    assert rows["empty_teu"].to_list() == pytest.approx([0.0, 3e4])
    assert rows["empty_t"].to_list() == pytest.approx([3e5, 0.0])


def test_the_parts_of_a_path_add_up_to_its_generalised_cost():
    links = [
        {"link": "AB", "node0": "A", "node1": "B", "capacity": 1000.0, "tariff_usd_per_t_km": 0.05},
        {"link": "BC", "node0": "B", "node1": "C", "layer": "sea", "fixed_cost_usd_per_t": 3.0},
    ]
    port = {"terminal": "P", "node": "B", "layer0": "rail", "layer1": "sea", "cost_usd_per_t": 4.0}
    demand = [{"origin": "A", "destination": "C", "tonnes": 1e6}]
    case = view(links, demand, terminals=[port], layers=("rail", "sea"))
    path = freight_tables(assign_case(case))["freight_paths"].row(0, named=True)
    # 100 km at 0.05 and 3 for the sea, 25 h at 0.1, and half of ten hours more at capacity.
    assert path["link_charge_usd_per_t"] == pytest.approx(8.0)
    assert path["terminal_charge_usd_per_t"] == pytest.approx(4.0)
    assert path["free_time_cost_usd_per_t"] == pytest.approx(2.5)
    assert path["queue_cost_usd_per_t"] == pytest.approx(0.5)
    assert path["generalised_cost_usd_per_t"] == pytest.approx(15.0)


def test_half_a_headway_is_waited():
    link = {"link": "AB", "node0": "A", "node1": "B", "time_h": 6.0, "headway_h": 48.0}
    demand = [{"origin": "A", "destination": "B"}]
    tables = freight_tables(assign_case(view([link], demand)))
    assert tables["freight_routes"]["time_h"].item() == pytest.approx(30.0)


def test_a_service_carries_its_vehicles_times_its_departures():
    # A departure every 12 hours with 2000 t: 730 a year, 1460 kt.
    link = {
        "link": "AB",
        "node0": "A",
        "node1": "B",
        "headway_h": 12.0,
        "vehicle_capacity": 2000.0,
    }
    rows = freight_tables(assign_case(view([link], [{"origin": "A", "destination": "B"}])))
    assert rows["freight_links"]["capacity"].to_list() == pytest.approx([1460.0, 1460.0])


def test_a_vehicle_without_a_headway_is_named():
    link = {"link": "AB", "node0": "A", "node1": "B", "vehicle_capacity": 2000.0}
    with pytest.raises(InputError) as caught:
        assign_case(view([link], [{"origin": "A", "destination": "B"}]))
    assert caught.value.problems[0].column == "headway_h"


def test_emissions_of_vehicles_are_spread_over_their_load():
    layer = {"co2_kg_per_t_km": 0.0, "co2_kg_per_vehicle_km": 30.0, "vehicle_load_t": 1500.0}
    link = {"link": "AB", "node0": "A", "node1": "B"}
    demand = [{"origin": "A", "destination": "B", "tonnes": 1e6}]
    tables = freight_tables(assign_case(view([link], demand, layer=layer)))
    assert tables["freight_links"]["co2_t"].sum() == pytest.approx(1e6 * 100.0 * 0.02 / 1000.0)


def test_emissions_of_vehicles_without_a_load_are_refused():
    link = {"link": "AB", "node0": "A", "node1": "B"}
    case = view([link], [{"origin": "A", "destination": "B"}], layer={"co2_kg_per_vehicle_km": 3.0})
    with pytest.raises(InputError, match="Emissions of a layer"):
        assign_case(case)
