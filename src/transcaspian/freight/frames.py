"""Result tables of an assigned year."""

import numpy as np
import polars as pl

from transcaspian.freight.access import Pattern
from transcaspian.freight.arrays import FloatArray, IntArray, sum_by
from transcaspian.freight.corridor import FreightResult

__all__ = ["PathMeasures", "freight_tables", "measure_paths"]


WAGON_FORMS = ("bulk", "liquid")  # cargo whose wagons come back over the same link
NO_ROUTE = "none"  # route of paths over feeder links alone
TOP_PATHS = 5  # paths listed of each unit
TOP_OF_ROUTE = 10  # paths listed of each main route
SMALLEST_TONNES = 1e-3  # a kilogram: flows below are left out of the tables of flows


ACCESS_SCHEMA = {
    "access": pl.String(),
    "is_subsidy": pl.Boolean(),
    "months": pl.Int64(),
    "cargo_t": pl.Float64(),
    "passing_t": pl.Float64(),
    "charge_usd": pl.Float64(),
    "insurance_usd": pl.Float64(),
    "subsidy_usd": pl.Float64(),
}


class PathMeasures:
    """What a tonne on each path pays, takes and emits, by path and by arc of path."""

    def __init__(self, result: FreightResult) -> None:
        network, table, classes = result.network, result.table, result.classes
        n_path = table.unit.size
        self.cargo = result.demand.unit_class[table.unit]
        self.of_arc = np.repeat(np.arange(n_path), np.diff(table.arc_start))
        arc, arc_cargo = table.arc, self.cargo[self.of_arc]
        self.arc_money = classes.money[arc_cargo, arc]
        self.arc_charge = classes.charge[arc_cargo, arc]
        self.arc_levy = classes.levy[arc_cargo, arc]
        self.arc_insurance = classes.insurance[arc_cargo, arc]
        self.arc_subsidy = classes.subsidy[arc_cargo, arc]
        factor = np.append(result.equilibrium.factor, 1.0)[network.queue]
        self.arc_time_h = network.time_h * factor  # [n_arc of the network]
        self.money = self._sum(self.arc_money, n_path)
        self.terminal_charge = self._sum(
            np.where(network.terminal[arc] >= 0, self.arc_charge, 0.0), n_path
        )
        self.subsidy = self._sum(self.arc_subsidy, n_path)
        self.access_cost = self._sum(
            self.arc_levy + self.arc_insurance + classes.delay_cost[arc_cargo, arc], n_path
        )
        self.link_charge = self._sum(
            np.where(network.terminal[arc] >= 0, 0.0, self.arc_charge), n_path
        )
        self.free_time_h = self._sum(network.time_h[arc], n_path)
        self.queue_h = self._sum(self.arc_time_h[arc], n_path) - self.free_time_h
        self.time_h = self._sum(self.arc_time_h[arc] + classes.delay_h[arc_cargo, arc], n_path)
        self.distance_km = self._sum(network.distance_km[arc], n_path)
        self.co2_t = self._sum(network.co2_t_per_t[arc], n_path)
        constants = np.hstack([classes.route_constant, np.zeros((len(classes.form), 1))])
        self.constant = constants[self.cargo, table.route]

    def _sum(self, of_arc: FloatArray, n_path: int) -> FloatArray:
        return sum_by(self.of_arc, of_arc, n_path)


def measure_paths(result: FreightResult) -> PathMeasures:
    """Return money, time, length and emissions of every path at the flows of the result."""
    return PathMeasures(result)


def freight_tables(result: FreightResult) -> dict[str, pl.DataFrame]:
    """Return every result table by name; `docs/methods/freight.md` describes the columns."""
    measures = measure_paths(result)
    flows = _class_flows(result, measures)
    return {
        "freight_links": _links(result, measures),
        "freight_link_flows": flows.filter(pl.col("link").is_not_null()).drop("terminal"),
        "freight_terminals": _terminals(result, measures),
        "freight_terminal_flows": flows.filter(pl.col("terminal").is_not_null())
        .drop("link", "from_node")
        .rename({"to_node": "node"}),
        "freight_supply": _supply(result),
        "freight_routes": _routes(result, measures),
        "freight_exits": _exits(result),
        "freight_od": _od(result),
        "freight_access": _access(result, measures),
        "freight_paths": _paths(result, measures),
        "freight_route_paths": _route_paths(result, measures),
        "freight_gaps": pl.DataFrame(
            {
                "iteration": np.arange(1, len(result.equilibrium.gaps) + 1),
                "relative_gap": result.equilibrium.gaps,
            }
        ),
    }


def _names(names: tuple[str, ...], index: IntArray) -> pl.Series:
    """Return names by position, null for -1."""
    series = pl.Series(names, dtype=pl.String)
    return series.gather(
        pl.Series([value if value >= 0 else None for value in index.tolist()], dtype=pl.UInt32)
    )


def _access_names(patterns: tuple[Pattern, ...], cargo: IntArray) -> pl.Series:
    """Return the rules that hold for each class, joined by ';', null for none."""
    return _names(tuple(";".join(pattern) for pattern in patterns), cargo).replace("", None)


def _vertex_names(result: FreightResult, vertex: IntArray) -> pl.Series:
    return _names(result.network.nodes, result.network.vertex_node[vertex])


def _direction(result: FreightResult, arc: IntArray) -> pl.Series:
    return pl.Series(np.where(result.network.is_forward[arc], "0-1", "1-0"))


def _arc_tonnes(result: FreightResult, measures: PathMeasures, of_path: FloatArray) -> FloatArray:
    """Return the sum over paths of `of_path` for every arc."""
    return sum_by(result.table.arc, of_path[measures.of_arc], result.network.n_arc)


def _common_columns(
    result: FreightResult, measures: PathMeasures, arc: IntArray
) -> dict[str, pl.Series]:
    """Return traffic, load, time and value of capacity of the given arcs."""
    network, equilibrium = result.network, result.equilibrium
    in_boxes = np.array([form == "container" for form in result.classes.form])[measures.cargo]
    boxes = np.where(in_boxes, equilibrium.flow / result.classes.t_per_teu[measures.cargo], 0.0)
    queue = network.queue[arc]
    has_queue = queue >= 0

    def of_queue(values: FloatArray) -> pl.Series:
        column = pl.Series(np.append(values, 0.0)[queue])
        return pl.select(pl.when(pl.Series(has_queue)).then(column)).to_series()

    return {
        "tonnes": pl.Series(_arc_tonnes(result, measures, equilibrium.flow)[arc]),
        "teu": pl.Series(_arc_tonnes(result, measures, boxes)[arc]),
        "volume": of_queue(equilibrium.volume),
        "capacity": of_queue(network.queues.capacity),
        "load": of_queue(equilibrium.volume / network.queues.capacity),
        "free_time_h": pl.Series(network.time_h[arc]),
        "time_h": pl.Series(measures.arc_time_h[arc]),
        "capacity_value_usd": of_queue(result.queue_value),
    }


def _links(result: FreightResult, measures: PathMeasures) -> pl.DataFrame:
    network = result.network
    arc = np.flatnonzero(network.link >= 0)
    common = _common_columns(result, measures, arc)
    in_wagons = np.array([form in WAGON_FORMS for form in result.classes.form])[measures.cargo]
    wagons = _arc_tonnes(result, measures, np.where(in_wagons, result.equilibrium.flow, 0.0))
    return pl.DataFrame(
        {
            "link": _names(network.links, network.link[arc]),
            "direction": _direction(result, arc),
            "from_node": _vertex_names(result, network.tail[arc]),
            "to_node": _vertex_names(result, network.head[arc]),
            "layer": _names(network.layers, network.layer[arc]),
            "distance_km": network.distance_km[arc],
            **common,
            "co2_t": common["tonnes"].to_numpy() * network.co2_t_per_t[arc],
            "empty_teu": _returning(result, arc, common["teu"].to_numpy()),
            "empty_t": _returning(result, arc, wagons[arc]),
        }
    )


def _returning(result: FreightResult, arc: IntArray, laden: FloatArray) -> FloatArray:
    """Return what comes back empty over each arc: what the other way carries beyond this one."""
    network = result.network
    way = 2 * network.link[arc] + network.is_forward[arc]
    of_way = sum_by(way, laden, 2 * len(network.links))
    returning: FloatArray = np.maximum(of_way[way ^ 1] - of_way[way], 0.0)
    return returning


def _terminals(result: FreightResult, measures: PathMeasures) -> pl.DataFrame:
    network = result.network
    arc = np.flatnonzero(network.terminal >= 0)
    return pl.DataFrame(
        {
            "terminal": _names(network.terminals, network.terminal[arc]),
            "direction": _direction(result, arc),
            "node": _vertex_names(result, network.tail[arc]),
            **_common_columns(result, measures, arc),
        }
    )


def _class_flows(result: FreightResult, measures: PathMeasures) -> pl.DataFrame:
    """Return the tonnes of each class on each arc that carries any."""
    network = result.network
    n_arc, n_class = network.n_arc, len(result.classes.form)
    key = measures.cargo[measures.of_arc] * n_arc + result.table.arc
    tonnes = sum_by(key, result.equilibrium.flow[measures.of_arc], n_arc * n_class)
    used = np.flatnonzero(tonnes > SMALLEST_TONNES)
    arc, cargo = used % n_arc, used // n_arc
    keys = {
        "link": _names(network.links, network.link[arc]),
        "terminal": _names(network.terminals, network.terminal[arc]),
        "direction": _direction(result, arc),
        "from_node": _vertex_names(result, network.tail[arc]),
        "to_node": _vertex_names(result, network.head[arc]),
        "commodity": _names(result.classes.commodity, cargo),
        "form": _names(result.classes.form, cargo),
    }
    return (
        pl.DataFrame({**keys, "tonnes": tonnes[used]})
        .group_by(list(keys), maintain_order=True)  # classes under different access rules
        .agg(pl.col("tonnes").sum())
        .sort("commodity", "form", "link", "terminal", "direction")
    )


def _supply(result: FreightResult) -> pl.DataFrame:
    """Return what starts and ends at each place, by commodity and form."""
    demand, classes, nodes = result.demand, result.classes, result.network.nodes
    frame = pl.concat(
        [
            pl.DataFrame(
                {
                    "node": _names(nodes, node),
                    "commodity": _names(classes.commodity, demand.unit_class),
                    "form": _names(classes.form, demand.unit_class),
                    "starting_t": demand.tonnes * is_start,
                    "ending_t": demand.tonnes * (1.0 - is_start),
                }
            )
            for node, is_start in ((demand.origin, 1.0), (demand.destination, 0.0))
        ]
    )
    return (
        frame.group_by("node", "commodity", "form", maintain_order=True)
        .agg(pl.sum("starting_t", "ending_t"))
        .sort("node", "commodity", "form")
    )


def _parts_by_path(result: FreightResult) -> tuple[IntArray, IntArray, FloatArray]:
    """Return demand row, path and tonnes of every part of a flow on every path of its unit."""
    demand, table = result.demand, result.table
    path_start = table.nest_path_start[table.unit_nest_start]
    n_path = np.diff(path_start)[demand.part_unit]
    part = np.repeat(np.arange(demand.part_unit.size), n_path)
    first = np.repeat(path_start[demand.part_unit], n_path)
    within = np.arange(part.size) - np.repeat(np.cumsum(n_path) - n_path, n_path)
    path = first + within
    return demand.part_row[part], path, demand.part_tonnes[part] * result.equilibrium.share[path]


def _row_columns(result: FreightResult, row: IntArray) -> dict[str, pl.Series]:
    demand, classes = result.demand, result.classes
    return {
        "demand": _names(demand.row, row),
        "origin": _names(demand.row_origin, row),
        "destination": _names(demand.row_destination, row),
        "commodity": _names(classes.commodity, demand.row_class[row]),
        "form": _names(classes.form, demand.row_class[row]),
    }


def _routes(result: FreightResult, measures: PathMeasures) -> pl.DataFrame:
    """Return tonnes and mean cost of each flow on each main route."""
    row, path, tonnes = _parts_by_path(result)
    names = (*result.network.routes, NO_ROUTE)
    means = {
        "money_usd_per_t": measures.money,
        "time_h": measures.time_h,
        "distance_km": measures.distance_km,
        "generalised_cost_usd_per_t": result.equilibrium.cost - measures.constant,
        "co2_t_per_t": measures.co2_t,
    }
    keys = ["demand", "origin", "destination", "commodity", "form", "route"]
    return (
        pl.DataFrame(
            {
                **_row_columns(result, row),
                "route": _names(names, result.table.route[path]),
                "tonnes": tonnes,
                **{name: tonnes * values[path] for name, values in means.items()},
            }
        )
        .group_by(keys, maintain_order=True)
        .agg(pl.sum("tonnes", *means))
        .filter(pl.col("tonnes") > SMALLEST_TONNES)
        .with_columns(pl.col(name) / pl.col("tonnes") for name in means)
        .sort(keys)
    )


def _exits(result: FreightResult) -> pl.DataFrame:
    """Return tonnes and TEU of each flow by exit; paths without one are left out."""
    network, table = result.network, result.table
    row, path, tonnes = _parts_by_path(result)
    none = len(network.exits)
    exit_of = np.full(table.unit.size, none, dtype=np.int64)
    if network.exit is not None:
        of_arc = np.where(network.exit < 0, none, network.exit)[table.arc]
        np.minimum.at(exit_of, np.repeat(np.arange(exit_of.size), np.diff(table.arc_start)), of_arc)
    in_boxes = np.array([form == "container" for form in result.classes.form])
    cargo = result.demand.row_class[row]
    teu = np.where(in_boxes[cargo], tonnes / result.classes.t_per_teu[cargo], 0.0)
    passed = np.where(exit_of[path] < none, exit_of[path], -1)
    keys = ["demand", "origin", "destination", "commodity", "form", "exit"]
    return (
        pl.DataFrame(
            {
                **_row_columns(result, row),
                "exit": _names(network.exits, passed),
                "tonnes": tonnes,
                "teu": teu,
            }
        )
        .filter(pl.col("exit").is_not_null())
        .group_by(keys, maintain_order=True)
        .agg(pl.sum("tonnes", "teu"))
        .filter(pl.col("tonnes") > SMALLEST_TONNES)
        .sort(keys)
    )


def _od(result: FreightResult) -> pl.DataFrame:
    """Return the expected least cost of each flow, its places weighted by tonnes."""
    demand = result.demand
    expected = result.equilibrium.expected_cost[demand.part_unit]
    n_row = len(demand.row)
    tonnes = sum_by(demand.part_row, demand.part_tonnes, n_row)
    cost = sum_by(demand.part_row, demand.part_tonnes * expected, n_row)
    return pl.DataFrame(
        {
            **_row_columns(result, np.arange(n_row)),
            "tonnes": tonnes,
            "expected_cost_usd_per_t": cost / tonnes,
        }
    ).sort("demand")


def _access(result: FreightResult, measures: PathMeasures) -> pl.DataFrame:
    """Return what each rule and subsidy met: the cargo it holds for, that goes there, the money."""
    classes, demand, arc = result.classes, result.demand, result.table.arc
    cargo = measures.cargo[measures.of_arc]
    flow = result.equilibrium.flow[measures.of_arc]
    n_path = result.table.unit.size
    rows = []
    for rule in classes.rules.rules:
        holds = np.array([rule.name in pattern for pattern in classes.access], dtype=bool)
        meets = holds[cargo] & rule.arcs[arc]
        passing = np.bincount(measures.of_arc, weights=meets, minlength=n_path) > 0.0
        charge = float((flow * meets * classes.charge[cargo, arc]).sum())
        value = sum_by(cargo, flow * meets, len(classes.form)) @ classes.value_usd_per_t
        rows.append(
            {
                "access": rule.name,
                "is_subsidy": rule.is_subsidy,
                "months": len(rule.months),
                "cargo_t": float(demand.tonnes[holds[demand.unit_class]].sum()),
                "passing_t": float(result.equilibrium.flow[passing].sum()),
                "charge_usd": rule.charge_usd_per_t * float((flow * meets).sum()),
                "insurance_usd": rule.insurance_share * float(value),
                "subsidy_usd": rule.subsidy_share * charge,
            }
        )
    return pl.DataFrame(rows, schema=ACCESS_SCHEMA)


def _paths(result: FreightResult, measures: PathMeasures) -> pl.DataFrame:
    """Return the most used paths of each unit, best first."""
    demand, table, network, classes = result.demand, result.table, result.network, result.classes
    flow, value_of_time = result.equilibrium.flow, table.value_of_time
    order = np.lexsort((np.arange(flow.size), -flow, table.unit))
    rank = np.arange(flow.size) - table.nest_path_start[table.unit_nest_start][table.unit[order]]
    path = order[(rank < TOP_PATHS) & (flow[order] > SMALLEST_TONNES)]
    unit = table.unit[path]
    places, links = _way_of(result, path)
    return pl.DataFrame(
        {
            "commodity": _names(classes.commodity, demand.unit_class[unit]),
            "form": _names(classes.form, demand.unit_class[unit]),
            "origin_node": _names(network.nodes, demand.origin[unit]),
            "destination_node": _names(network.nodes, demand.destination[unit]),
            "access": _access_names(classes.access, demand.unit_class[unit]),
            "route": _names((*network.routes, NO_ROUTE), table.route[path]),
            "tonnes": flow[path],
            "share": result.equilibrium.share[path],
            "money_usd_per_t": measures.money[path],
            "time_h": measures.time_h[path],
            "distance_km": measures.distance_km[path],
            "generalised_cost_usd_per_t": result.equilibrium.cost[path] - measures.constant[path],
            # The parts of that cost, and what route choice adds to it.
            "link_charge_usd_per_t": measures.link_charge[path],
            "terminal_charge_usd_per_t": measures.terminal_charge[path],
            "access_cost_usd_per_t": measures.access_cost[path],
            "subsidy_usd_per_t": -measures.subsidy[path],
            "free_time_cost_usd_per_t": (value_of_time * measures.free_time_h)[path],
            "queue_cost_usd_per_t": (value_of_time * measures.queue_h)[path],
            "route_constant_usd_per_t": measures.constant[path],
            "nodes": places,
            "links_and_terminals": links,
        }
    )


def _way_of(result: FreightResult, path: IntArray) -> tuple[pl.Series, pl.Series]:
    """Return the places of paths, and their links and terminals, joined by ';'."""
    table, network = result.table, result.network
    # Lists, since single items of arrays are slow to read.
    arc, start = table.arc.tolist(), table.arc_start.tolist()
    node = [network.nodes[place] for place in network.vertex_node.tolist()]
    tail = [node[vertex] for vertex in network.tail.tolist()]
    head = [node[vertex] for vertex in network.head.tolist()]
    is_link = (network.link >= 0).tolist()
    name = [text.rstrip("<>") for text in network.arc_name]
    places, links = [], []
    for position in path.tolist():
        arcs = arc[start[position] : start[position + 1]]
        on_links = [each for each in arcs if is_link[each]]
        nodes = [tail[each] for each in on_links] + [head[each] for each in on_links[-1:]]
        places.append(";".join(nodes))
        links.append(";".join([name[each] for each in arcs]))
    return pl.Series(places, dtype=pl.String), pl.Series(links, dtype=pl.String)


def _route_paths(result: FreightResult, measures: PathMeasures) -> pl.DataFrame:
    """Return the paths with most tonnes of every main route, cargo of one form and way together."""
    demand, table, network = result.demand, result.table, result.network
    flow = result.equilibrium.flow
    path = np.flatnonzero(flow > SMALLEST_TONNES)
    places, links = _way_of(result, path)
    cargo = demand.unit_class[table.unit[path]]
    means = {
        "money_usd_per_t": measures.money,
        "time_h": measures.time_h,
        "distance_km": measures.distance_km,
    }
    frame = pl.DataFrame(
        {
            "route": _names((*network.routes, NO_ROUTE), table.route[path]),
            "form": _names(result.classes.form, cargo),
            "nodes": places,
            "links_and_terminals": links,
            "commodity": _names(result.classes.commodity, cargo),
            "tonnes": flow[path],
            **{name: flow[path] * values[path] for name, values in means.items()},
        }
    )
    of_route = pl.col("tonnes").sum().over("route")
    return (
        frame.with_columns(share_of_route=pl.col("tonnes") / of_route)
        .group_by("route", "form", "nodes", "links_and_terminals", maintain_order=True)
        .agg(
            pl.col("commodity").unique().sort().str.join(";").alias("commodities"),
            pl.sum("tonnes", "share_of_route", *means),
        )
        .with_columns(pl.col(name) / pl.col("tonnes") for name in means)
        .sort("route", "tonnes", "nodes", descending=[False, True, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("route"))
        .filter(pl.col("rank") <= TOP_OF_ROUTE)
        .select(
            "route", "rank", "form", "commodities", "tonnes", "share_of_route", *means, "nodes", "links_and_terminals"
        )
    )  # fmt: skip
