"""What the paths of a main route may not contain, and choice sets that runs share."""

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.freight.corridors import use_of, view
from transcaspian.errors import InputError
from transcaspian.freight import assign_case, collect_paths, freight_tables
from transcaspian.freight.corridor import FreightResult
from transcaspian.freight.paths import Catalogue
from transcaspian.freight.route_rules import Ends, PathRules

RULE = {
    "rule": "R", "routes": None, "commodities": None, "forms": None, "countries": None,
    "rival_routes": None, "links": None, "once_links": None, "region": None,
}  # fmt: skip


def link(name: str, node0: str, node1: str, cost: float, **more: Any) -> dict[str, Any]:
    return {
        "link": name, "node0": node0, "node1": node1, "fixed_cost_usd_per_t": cost, "time_h": 0.0, **more
    }  # fmt: skip


def with_rules(case: Any, *rules: dict[str, Any]) -> Any:
    rows = [RULE | rule for rule in rules]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(RULE, pl.String))
    return SimpleNamespace(
        **{**vars(case), "tables": {**case.tables, "freight/route_rules": frame}}
    )


def ways(result: FreightResult) -> set[str]:
    return set(freight_tables(result)["freight_paths"]["nodes"])


def sea_and_rival(**demand: Any) -> Any:
    """A sea by two lines, S1 dear and S2 cheap, and a rival border R beyond the cheap one."""
    return view(
        [
            link("S1", "A", "C", 40.0, route="sea"),
            link("S2", "A", "B", 5.0, route="sea"),
            link("R", "B", "C", 5.0, route="rival"),
            link("Land", "A", "C", 60.0, route="rival"),
        ],
        [{"origin": "A", "destination": "C", **demand}],
        routes=("sea", "rival"),
    )


def test_a_route_may_use_the_links_of_its_rivals_where_no_rule_says_otherwise() -> None:
    assert "A;B;C" in ways(assign_case(sea_and_rival()))


@pytest.mark.parametrize(
    "rule", [{"rival_routes": "rival"}, {"links": "R"}, {"routes": "sea", "links": "R"}]
)
def test_a_path_of_the_sea_does_not_go_on_over_its_rival(rule: dict[str, Any]) -> None:
    result = assign_case(with_rules(sea_and_rival(), {"routes": "sea"} | rule))
    assert "A;B;C" not in ways(result)
    assert "A;C" in ways(result)


def test_a_rule_for_one_commodity_leaves_others_alone() -> None:
    rule = {"routes": "sea", "links": "R", "commodities": "grain"}
    assert "A;B;C" in ways(assign_case(with_rules(sea_and_rival(), rule)))
    case = with_rules(sea_and_rival(commodity="grain"), rule)
    assert "A;B;C" not in ways(assign_case(case))


def test_a_route_keeps_out_of_a_country() -> None:
    case = view(
        [link("S", "A", "P", 5.0, route="sea"), link("L", "P", "Z", 5.0), link("D", "A", "Z", 15.0, route="sea")],
        [{"origin": "A", "destination": "Z"}],
        routes=("sea",),
    )  # fmt: skip
    nodes = case.tables["freight/nodes"].with_columns(
        country=pl.when(pl.col("node") == "P").then(pl.lit("RU")).otherwise(pl.lit("AZ"))
    )
    case.tables["freight/nodes"] = nodes
    assert ways(assign_case(case)) == {"A;P;Z", "A;Z"}
    assert ways(assign_case(with_rules(case, {"routes": "sea", "countries": "RU"}))) == {"A;Z"}


def test_one_sea_is_crossed_once() -> None:
    case = view(
        [link("S1", "A", "B", 1.0), link("S2", "B", "C", 1.0), link("Land", "A", "C", 4.0)],
        [{"origin": "A", "destination": "C"}],
    )
    assert ways(assign_case(case)) == {"A;B;C", "A;C"}
    assert ways(assign_case(with_rules(case, {"once_links": "S1;S2"}))) == {"A;C"}


def test_what_has_left_a_region_does_not_come_back() -> None:
    case = view(
        [link("Out", "A", "N", 1.0), link("Back", "N", "B", 1.0), link("In", "A", "B", 4.0)],
        [{"origin": "A", "destination": "B"}],
    )  # A and B lie in KZ, N in AZ
    assert ways(assign_case(case)) == {"A;N;B", "A;B"}
    assert ways(assign_case(with_rules(case, {"region": "KZ"}))) == {"A;B"}


def test_demand_without_a_path_that_keeps_the_rules_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match=r"A to C"):
        assign_case(with_rules(sea_and_rival(), {"links": "R;S1;Land"}))


def test_a_rule_of_an_unknown_link_is_an_error() -> None:
    with pytest.raises(InputError, match="Nowhere"):
        assign_case(with_rules(sea_and_rival(), {"links": "Nowhere"}))


def test_the_most_used_paths_of_a_route_add_up_to_its_tonnes() -> None:
    tables = freight_tables(assign_case(sea_and_rival()))
    of_path = tables["freight_route_paths"].group_by("route").agg(pl.sum("tonnes"))
    of_route = tables["freight_routes"].group_by("route").agg(pl.sum("tonnes"))
    both = of_path.join(of_route, on="route")
    assert both.height == 2
    assert both["tonnes"].to_list() == pytest.approx(both["tonnes_right"].to_list())


def grid(seed: int) -> Any:
    """A grid of 4 by 4 places with random charges, two main routes and all pairs of corners."""
    rng = np.random.default_rng(seed)
    links = []
    for row in range(4):
        for column in range(4):
            for down, right in ((0, 1), (1, 0)):
                if row + down < 4 and column + right < 4:
                    ends = f"N{row}{column}", f"N{row + down}{column + right}"
                    route = (None, None, "one", "two")[rng.integers(4)]
                    cost = float(rng.uniform(1.0, 20.0))
                    links.append(link("-".join(ends), *ends, cost, route=route))
    corners = ["N00", "N03", "N30", "N33"]
    demand = [
        {"origin": here, "destination": there}
        for here in corners
        for there in corners
        if here != there
    ]
    return view(links, demand, routes=("one", "two"))


@pytest.mark.parametrize("seed", range(4))
def test_a_dearer_link_is_used_less_by_every_pair(seed: int) -> None:
    case = grid(seed)
    paths = collect_paths([case])
    before = assign_case(case, catalogue=paths)
    links = case.tables["freight/links"]
    for name in links["link"]:
        dearer = links.with_columns(
            fixed_cost_usd_per_t=pl.col("fixed_cost_usd_per_t")
            + pl.when(pl.col("link") == name).then(7.0).otherwise(0.0)
        )
        changed = SimpleNamespace(
            **{**vars(case), "tables": {**case.tables, "freight/links": dearer}}
        )
        after = assign_case(changed, catalogue=paths)
        assert (use_of(after, name) <= use_of(before, name) * (1.0 + 1e-9) + 1e-6).all(), name


def test_runs_with_a_catalogue_choose_from_no_other_paths() -> None:
    case = grid(1)
    paths = collect_paths([case])
    links = case.tables["freight/links"].with_columns(pl.col("fixed_cost_usd_per_t") ** 2)
    other = SimpleNamespace(**{**vars(case), "tables": {**case.tables, "freight/links": links}})
    sizes = [assign_case(run, catalogue=paths).table.unit.size for run in (case, other)]
    assert sizes[0] == sizes[1] == sum(map(len, paths.paths.values()))


def _keeps(path: list[int], rules: PathRules) -> bool:
    """Return whether a path keeps the rules, arc by arc, as the rules say it in words."""
    if any(rules.barred[arc] for arc in path):
        return False
    if any(sum(bool(once[arc]) for arc in path) > 1 for once in rules.once):
        return False
    for region in rules.regions:
        places = rules.places(tuple(path))
        left = False
        for before, here in itertools.pairwise(places):
            left |= bool(region[before]) and not region[here]
            if left and region[here]:
                return False
    return True


@pytest.mark.parametrize("seed", range(20))
def test_many_paths_are_judged_at_once_as_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_node, n_arc = 6, 30
    network = SimpleNamespace(
        link=np.where(rng.random(n_arc) < 0.7, np.arange(n_arc), -1),  # others are terminals
        tail=rng.integers(0, n_node, n_arc),
        head=rng.integers(0, n_node, n_arc),
        vertex_node=rng.permutation(n_node),
    )
    # Chains of arcs: a terminal stays where it is, a link begins where the last one ended.
    network.head = np.where(network.link < 0, network.tail, network.head)
    paths = [[]]
    for _ in range(200):
        path, vertex = [], int(rng.integers(n_node))
        for _ in range(int(rng.integers(0, 9))):
            onward = np.flatnonzero(network.tail == vertex)
            if not onward.size:
                break
            path.append(int(rng.choice(onward)))
            vertex = int(network.head[path[-1]])
        paths.append(path)
    rules = PathRules.joined(
        network,  # type: ignore[arg-type]
        Ends.of(network),  # type: ignore[arg-type]
        rng.random(n_arc) < 0.05,
        tuple(rng.random(n_arc) < 0.3 for _ in range(2)),
        tuple(rng.random(n_node) < 0.4 for _ in range(2)),
    )
    start = np.concatenate([[0], np.cumsum([len(path) for path in paths])])
    arcs = np.array([arc for path in paths for arc in path], dtype=np.int64)

    kept = rules.allows_all(arcs, start)

    assert kept.tolist() == [_keeps(path, rules) for path in paths]
    assert kept.tolist() == [rules.allows(tuple(path)) for path in paths]
    assert 0 < kept.sum() < len(paths)


def test_with_an_empty_catalogue_cargo_finds_ways_of_its_own() -> None:
    assert ways(assign_case(grid(1), catalogue=Catalogue({}))) == ways(assign_case(grid(1)))
