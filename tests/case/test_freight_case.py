"""The freight, project and scenario tables of the packaged case hang together."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from tests.freight.corridors import use_of
from transcaspian.case.read import read_case
from transcaspian.case.tables import Case, YearView
from transcaspian.freight.corridor import (
    FreightResult,
    assign_case,
    check_demand_can_be_carried,
    collect_paths,
)
from transcaspian.freight.demand import build_classes, build_demand
from transcaspian.freight.frames import freight_tables
from transcaspian.freight.network import build_supernetwork
from transcaspian.freight.paths import Catalogue
from transcaspian.study.crossing_room import CrossingRoom
from transcaspian.study.freight_room import catalogue_views
from transcaspian.study.validation import gross_tonnes, measure

YEARS = (2024, 2025, 2030, 2035, 2040)
ZANGEZUR = ("HORADIZ_AGHBAND", "TRIPP_RAIL", "NAKHCHIVAN_RAIL", "KARS_DILUCU")


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case()


@pytest.fixture(scope="module")
def paths(case: Case) -> Catalogue:
    return collect_paths(catalogue_views(case))


@pytest.fixture(scope="module")
def base_year(case: Case, paths: Catalogue) -> FreightResult:
    return CrossingRoom().assign(case.at(2024), paths).freight


def reach(view: YearView, start: str, countries: Iterable[str]) -> set[str]:
    """Return places that open railways join to `start` without leaving some countries."""
    country = dict(view.tables["freight/nodes"].select("node", "country").iter_rows())
    allowed = set(countries)
    joined: dict[str, set[str]] = defaultdict(set)
    rails = view.tables["freight/links"].filter(
        pl.col("is_open"), pl.col("layer").str.starts_with("rail")
    )
    for node0, node1 in rails.select("node0", "node1").iter_rows():
        if {country[node0], country[node1]} <= allowed:
            joined[node0].add(node1)
            joined[node1].add(node0)
    seen, stack = {start}, [start]
    while stack:
        new = joined[stack.pop()] - seen
        seen |= new
        stack.extend(new)
    return seen


@pytest.mark.parametrize("year", YEARS)
def test_every_flow_has_a_way_in_every_scenario(case: Case, year: int) -> None:
    for scenario in case.scenario_names():
        view = case.at(year, scenario)
        network = build_supernetwork(view.tables)
        classes = build_classes(view.tables, network)
        demand = build_demand(view.tables, network, classes)
        check_demand_can_be_carried(network, classes, demand)


@pytest.mark.parametrize("missing", ZANGEZUR)
def test_the_zangezur_railway_is_cut_without_any_one_of_its_projects(
    case: Case, missing: str
) -> None:
    rest = [project for project in ZANGEZUR if project != missing]
    assert "TR_KAR" not in reach(case.at(2030, projects=rest), "AZ_ALT", ("AZ", "AM", "TR"))


def test_the_zangezur_cluster_joins_alat_and_kars_without_georgia(case: Case) -> None:
    view = case.at(2030, projects=case.members("ZANGEZUR_RAIL"))
    assert "TR_KAR" in reach(view, "AZ_ALT", ("AZ", "AM", "TR"))


def test_a_border_or_gauge_change_stands_on_every_way_between_gauges(case: Case) -> None:
    view = case.at(2024)
    links, terminals = view.tables["freight/links"], view.tables["freight/terminals"]
    gauges: dict[str, set[str]] = defaultdict(set)
    for row in links.filter(pl.col("layer").str.starts_with("rail")).iter_rows(named=True):
        for end in ("node0", "node1"):
            gauges[row[end]].add(row["layer"])
    changes = set(terminals.filter(pl.col("kind") == "gauge_change")["node"])
    closed = {"TR_KAR"}  # Kars-Gyumri is shut and has no yard
    assert {node for node, layers in gauges.items() if len(layers) == 2} - closed <= changes


def test_background_never_fills_a_line_but_where_the_base_year_says_so(case: Case) -> None:
    first, last = case.at(2024), case.at(2040)
    key = ["link", "capacity", "background"]
    loads = [
        view.tables["freight/links"]
        .select(key)
        .with_columns(load=pl.col("background") / pl.col("capacity"))
        for view in (first, last)
    ]
    joined = loads[0].join(loads[1], on="link", suffix="_last")
    worse = joined.filter(pl.col("load_last") > pl.max_horizontal("load", pl.lit(0.9501)))
    assert worse["link"].to_list() == []


def test_every_active_project_changes_the_case_once_it_is_open(case: Case) -> None:
    projects = case.tables["projects/projects"].filter(pl.col("is_active"))
    for name in projects["project"]:
        without, with_it = case.at(2035), case.at(2035, projects=[name])
        touched = case.tables["projects/changes"].filter(pl.col("project") == name)["table"]
        tables = {*touched, "power/generators"}  # plants may be bound to it
        assert any(
            not with_it.tables[table].equals(without.tables[table]) for table in sorted(tables)
        ), name


def test_the_run_of_a_complete_project_is_the_network_before_it(case: Case) -> None:
    projects = case.tables["projects/projects"].filter(pl.col("status") == "complete")
    assert projects.height >= 2
    now = case.at(2030).tables["freight/links"].select("link", "capacity")
    for name in projects["project"]:
        before = case.at(2030, projects=[name]).tables["freight/links"]
        changed = before.join(now, on="link", suffix="_now").filter(
            pl.col("capacity").ne_missing(pl.col("capacity_now"))
        )
        assert changed.height > 0, name
        assert (changed["capacity"] < changed["capacity_now"]).all(), name


def test_nothing_is_spent_from_the_opening_year_on(case: Case) -> None:
    spending = case.tables["projects/spending"].join(
        case.tables["projects/projects"], on="project", suffix="_project"
    )
    assert spending.filter(pl.col("year") >= pl.col("opening_year")).height == 0


def test_constants_are_few_and_fewer_than_half_of_what_was_published(case: Case) -> None:
    constants = case.tables["freight/route_constants"]
    observed = case.tables["freight/observed"].filter(pl.col("measure") != "none")
    fitted = observed.filter(pl.col("is_fitted"))
    values = constants.filter(pl.col("usd_per_t") != 0.0).select("form", "usd_per_t").unique()
    assert values.height <= fitted.height
    assert 2 * values.height < observed.height


@pytest.mark.slow
def test_the_base_year_meets_the_totals_that_its_constants_are_fitted_to(
    case: Case, base_year: FreightResult
) -> None:
    tables = freight_tables(base_year)
    routes, links = (
        gross_tonnes(case, tables[name]) for name in ("freight_routes", "freight_link_flows")
    )
    aims = case.tables["freight/observed"].filter(pl.col("is_fitted"), pl.col("year") == 2024)
    assert aims.height == 8
    for row in aims.iter_rows(named=True):
        modelled = measure(row, routes, links)
        assert modelled == pytest.approx(row["value"], rel=0.03), row["quantity"]


def way_countries(result: FreightResult, path: int) -> set[str]:
    """Return the countries of the places that a path touches."""
    network, table = result.network, result.table
    arcs = table.arc[table.arc_start[path] : table.arc_start[path + 1]]
    vertices = [*network.tail[arcs], *network.head[arcs]]
    nodes = network.node_country[network.vertex_node[vertices]]
    return {network.countries[country] for country in nodes}


@pytest.mark.slow
def test_no_path_of_the_middle_corridor_touches_russia_belarus_or_iran(
    base_year: FreightResult,
) -> None:
    table, network = base_year.table, base_year.network
    middle = [at for at, route in enumerate(network.routes) if route.startswith("middle_")]
    paths = np.flatnonzero(np.isin(table.route, middle))
    assert paths.size > 10_000
    for path in paths.tolist():
        assert not way_countries(base_year, path) & {"RU", "BY", "IR"}


@pytest.mark.slow
def test_no_path_crosses_one_sea_twice(case: Case, base_year: FreightResult) -> None:
    table, network = base_year.table, base_year.network
    rules = case.tables["freight/route_rules"].filter(pl.col("rule").str.ends_with("_ONCE"))
    seas = rules["once_links"].drop_nulls()
    assert seas.len() == 3
    for cell in seas:
        at = [network.links.index(name) for name in cell.split(";")]
        crossings = np.isin(network.link[table.arc], at)
        path = np.repeat(np.arange(table.unit.size), np.diff(table.arc_start))
        assert np.bincount(path, weights=crossings).max() == 1.0


FAR = ("CN", "RO", "BG", "RS", "HU", "AT", "DE", "PL", "NL", "IT", "GR")


@pytest.mark.slow
@pytest.mark.parametrize("route", ["south_iran", "north_caucasus"])
def test_no_box_of_china_or_europe_goes_by_iran_or_by_russia_west_of_the_caspian(
    base_year: FreightResult, route: str
) -> None:
    table, network, demand = base_year.table, base_year.network, base_year.demand
    form = np.array(base_year.classes.form)[demand.unit_class[table.unit]]
    paths = np.flatnonzero(
        (table.route == network.routes.index(route)) & (form == "container")
    ).tolist()
    assert paths
    for path in paths:
        assert not way_countries(base_year, path) & set(FAR)


@pytest.mark.slow
def test_no_cargo_of_central_asia_takes_an_ocean_ship_from_china(base_year: FreightResult) -> None:
    table, network = base_year.table, base_year.network
    ocean = [at for at, route in enumerate(network.routes) if route.startswith("ocean_")]
    for path in np.flatnonzero(np.isin(table.route, ocean)).tolist():
        assert not way_countries(base_year, path) & {"KZ", "KG", "UZ", "TM", "TJ", "AF"}


def test_cargo_of_armenia_crosses_azerbaijan_from_november_2025_on(case: Case) -> None:
    effects = case.tables["freight/access_years"].filter(pl.col("access") == "AZERBAIJAN_ARMENIA")
    closed = {
        year: months
        for year, is_closed, months in effects.select("year", "is_closed", "months").iter_rows()
        if is_closed
    }
    assert set(closed) == {2024, 2025}
    assert closed[2025].split(";") == [str(month) for month in range(1, 11)]


def test_both_gauge_changes_on_the_ways_to_kars_cost_and_take_the_same(case: Case) -> None:
    yards = case.tables["freight/terminals"].filter(
        pl.col("terminal").is_in(["AKHALKALAKI", "SADARAK"])
    )
    assert yards.height == 2
    for column in ("time_h", "cost_usd_per_teu", "cost_usd_per_t"):
        assert yards[column].n_unique() == 1


PUSHED = (
    "CN_SHA-CN_YIW-rail", "BY_BRE-PL_MAL-rail", "GE_AKH-TR_KAR-rail", "KZ_AAU-AZ_ALT-sea-feeder",
    "TM_KRW-AZ_ALT-ferry-rail", "RO_CND-RO_BUH-rail", "KZ_DOS-KZ_AKG-rail", "AZ_ALT-AZ_GNJ-rail",
)  # fmt: skip


@pytest.mark.slow
def test_a_dearer_link_is_used_less_by_every_pair(case: Case, paths: Catalogue) -> None:
    view = case.at(2030)
    curves = CrossingRoom().curves(view)
    before = assign_case(view, catalogue=paths, curves=curves)
    links = view.tables["freight/links"]
    for name in PUSHED:
        is_pushed = pl.when(pl.col("link") == name)
        dearer = links.with_columns(
            fixed_cost_usd_per_teu=pl.col("fixed_cost_usd_per_teu") + is_pushed.then(200.0).otherwise(0.0),
            fixed_cost_usd_per_t=pl.col("fixed_cost_usd_per_t") + is_pushed.then(15.0).otherwise(0.0),
        )  # fmt: skip
        pushed = replace(view, tables=MappingProxyType({**view.tables, "freight/links": dearer}))
        after = assign_case(pushed, catalogue=paths, curves=curves)
        most = use_of(before, name)
        assert most.sum() > 0.0
        assert (use_of(after, name) <= most * (1.0 + 1e-6) + 1e-3).all(), name


HELD = (*PUSHED, "KZ_KUR-AZ_ALT-ferry-truck", "TM_KRW-AZ_ALT-ferry-truck", "GE_PTI-RO_CND-sea-feeder_ropax",
    "KZ_DAR-KZ_SAR-rail", "RU_MCX-AZ_YAL-rail", "IR_SRK-TM_SER-road", "KZ_AAU-AZ_ALT-sea-dry_bulk")  # fmt: skip


@pytest.mark.slow
def test_with_hours_held_no_pair_uses_a_dearer_link_more(case: Case, paths: Catalogue) -> None:
    # Where a price clears a queue cargo in a hurry comes back: the truck ferry at its limit, above all.
    view = case.at(2030)
    free = {
        name: view.tables[name].with_columns(capacity=pl.lit(None, dtype=pl.Float64))
        for name in ("freight/links", "freight/terminals")
    }
    view = replace(view, tables=MappingProxyType({**view.tables, **free}))
    before = assign_case(view, catalogue=paths)
    links = view.tables["freight/links"]
    for name in HELD:
        extra = pl.when(pl.col("link") == name).then(15.0).otherwise(0.0)
        dearer = links.with_columns(
            fixed_cost_usd_per_teu=pl.col("fixed_cost_usd_per_teu") + 10.0 * extra,
            fixed_cost_usd_per_t=pl.col("fixed_cost_usd_per_t") + extra,
        )
        pushed = replace(view, tables=MappingProxyType({**view.tables, "freight/links": dearer}))
        most = use_of(before, name)
        assert most.sum() > 0.0, name
        after = use_of(assign_case(pushed, catalogue=paths), name)
        assert (after <= most * (1.0 + 1e-6) + 1e-3).all(), name


@pytest.mark.slow
def test_a_north_that_is_shut_brings_boxes_to_aktau(case: Case, paths: Catalogue) -> None:
    room = CrossingRoom()
    boxes = []
    for scenario in ("reference", "north_closed"):
        links = freight_tables(room.assign(case.at(2030, scenario), paths).freight)["freight_links"]
        feeder = links.filter(pl.col("link") == "KZ_AAU-AZ_ALT-sea-feeder")
        boxes.append(float(feeder["teu"].sum()))
    assert 1.1 * boxes[0] < boxes[1] < 1.6 * boxes[0]  # a third in 2022
