"""Demand as flows between places, by class of cargo.

A class is a commodity in a form under one pattern of access rules; a *unit* is a class with a
place of origin and a place of destination. Path choice is the same for all cargo of a unit, whatever zones it belongs to.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from transcaspian.errors import InputError, Problem
from transcaspian.freight.access import Pattern, Rules, read_rules, surcharges
from transcaspian.freight.arrays import BoolArray, FloatArray, IntArray, sum_by
from transcaspian.freight.network import FORMS, Supernetwork

__all__ = ["CargoClasses", "Demand", "build_classes", "build_demand"]


ANY_FORM = "*"
KT_PER_T = 1e-3
WEIGHT_TOLERANCE = 1e-6  # shares of a zone are written with a few digits


@dataclass(frozen=True, slots=True)
class CargoClasses:
    """Commodities in their forms, with what an arc costs each of them."""

    commodity: tuple[str, ...]  # [n_class]
    form: tuple[str, ...]  # [n_class]
    access: tuple[Pattern, ...]  # [n_class] rules and subsidies that hold
    rules: Rules
    value_of_time: FloatArray  # [n_class] USD/t-h
    value_usd_per_t: FloatArray  # [n_class]
    t_per_teu: FloatArray  # [n_class]
    logit_scale: FloatArray  # [n_class] t/USD
    charge: FloatArray  # [n_class, n_arc] USD/t that carriers and terminals receive
    levy: FloatArray  # [n_class, n_arc] USD/t that access rules charge
    insurance: FloatArray  # [n_class, n_arc] USD/t that access rules cost besides
    subsidy: FloatArray  # [n_class, n_arc] USD/t that governments pay
    closed: BoolArray  # [n_class, n_arc] by access rules
    delay_h: FloatArray  # [n_class, n_arc] h that access rules add
    money: FloatArray  # [n_class, n_arc] USD/t that a shipper pays; infinite where it cannot go
    delay_cost: FloatArray  # [n_class, n_arc] delay_h at the value of time, USD/t
    free_cost: FloatArray  # [n_class, n_arc] money and time without queues, USD/t
    route_constant: FloatArray  # [n_class, n_route] USD/t


@dataclass(frozen=True, slots=True)
class Demand:
    """Units of demand and how the rows of the demand table are made of them."""

    unit_class: IntArray  # [n_unit]
    origin: IntArray  # [n_unit] node
    destination: IntArray  # [n_unit] node
    tonnes: FloatArray  # [n_unit] t/a
    row: tuple[str, ...]  # [n_row] name of the flow
    row_origin: tuple[str, ...]  # [n_row] zone
    row_destination: tuple[str, ...]  # [n_row] zone
    row_class: IntArray  # [n_row] one of its classes: all have its commodity and form
    part_row: IntArray  # [n_part] row of the table
    part_unit: IntArray  # [n_part] unit that carries it
    part_tonnes: FloatArray  # [n_part]


def build_classes(tables: Mapping[str, pl.DataFrame], network: Supernetwork) -> CargoClasses:
    """Return the classes that the demand names, in the order of commodity, form and access."""
    demand = tables["freight/demand"]
    commodities = {
        row["commodity"]: row for row in tables["freight/commodities"].iter_rows(named=True)
    }
    _check_classes(demand, commodities)
    rules = read_rules(tables, network)
    keys = sorted(
        {
            (row["commodity"], row["form"], pattern)
            for row in demand.iter_rows(named=True)
            for pattern, _ in rules.parts(row)
        }
    )
    names, forms = tuple(key[0] for key in keys), tuple(key[1] for key in keys)
    access = tuple(key[2] for key in keys)

    def of_commodity(column: str) -> FloatArray:
        return np.array([commodities[name][column] for name in names], dtype=np.float64)

    t_per_teu, value_of_time = of_commodity("t_per_teu"), of_commodity("value_of_time_usd_per_t_h")
    charge = np.empty((len(keys), network.n_arc))
    is_open = np.empty((len(keys), network.n_arc), dtype=bool)
    for position, form in enumerate(forms):
        in_boxes = form == "container"
        charge[position] = (
            network.usd_per_teu / t_per_teu[position] if in_boxes else network.usd_per_t
        )
        is_open[position] = network.allows[FORMS.index(form)] & network.has_capacity
    value_usd_per_t = of_commodity("value_usd_per_t")
    extra = surcharges(rules, access, charge, value_usd_per_t)
    money = np.where(is_open & ~extra.closed, charge + extra.net, np.inf)
    delay_cost = value_of_time[:, None] * extra.delay_h
    return CargoClasses(
        commodity=names,
        form=forms,
        access=access,
        rules=rules,
        value_of_time=value_of_time,
        value_usd_per_t=value_usd_per_t,
        t_per_teu=t_per_teu,
        logit_scale=of_commodity("logit_scale_per_usd"),
        charge=charge,
        levy=extra.charge,
        insurance=extra.insurance,
        subsidy=extra.subsidy,
        closed=extra.closed,
        delay_h=extra.delay_h,
        money=money,
        delay_cost=delay_cost,
        free_cost=money + delay_cost + value_of_time[:, None] * network.time_h,
        route_constant=_route_constants(
            tables["freight/route_constants"], list(zip(names, forms, strict=True)), network.routes
        ),
    )


def _check_classes(demand: pl.DataFrame, commodities: Mapping[str, Mapping[str, object]]) -> None:
    problems = [
        Problem(
            "freight/demand.csv",
            row + 2,
            column,
            f"{name}: {value!r} is not known.",
            f"Choose one of {', '.join(sorted(known))}.",
        )
        for column, known in (("commodity", set(commodities)), ("form", set(FORMS)))
        for row, (name, value) in enumerate(zip(demand["demand"], demand[column], strict=True))
        if value not in known
    ]
    if problems:
        raise InputError("The freight demand cannot be read.", problems)


def _route_constants(
    table: pl.DataFrame, classes: list[tuple[str, str]], routes: tuple[str, ...]
) -> FloatArray:
    """Return the constant of each class and route; of several rows the most specific holds.

    A row that names both form and commodity beats one that names the commodity, which beats one
    that names the form, which beats one for all cargo.
    """
    stated = {
        (row["route"], row["form"], row["commodity"]): row["usd_per_t"]
        for row in table.iter_rows(named=True)
    }
    constants = np.zeros((len(classes), len(routes)))
    for position, (commodity, form) in enumerate(classes):
        for route_position, route in enumerate(routes):
            for key in (
                (route, form, commodity),
                (route, "*", commodity),
                (route, form, "*"),
                (route, "*", "*"),
            ):
                if key in stated:
                    constants[position, route_position] = stated[key]
                    break
    return constants


def build_demand(
    tables: Mapping[str, pl.DataFrame], network: Supernetwork, classes: CargoClasses
) -> Demand:
    """Return the units of demand; a flow between zones is spread by the weights of both.

    A flow whose access changes within the year is cut into parts by its months. Flows of zero
    tonnes are kept out. InputError names zones without a place for a form and zones
    whose weights do not add up to one.
    """
    demand = tables["freight/demand"].filter(pl.col("tonnes") > 0.0)
    entries = _zone_entries(tables["freight/zones"], network)
    class_at = {
        key: position
        for position, key in enumerate(
            zip(classes.commodity, classes.form, classes.access, strict=True)
        )
    }
    _check_zones(tables["freight/demand"], entries)
    units: dict[tuple[int, int, int], int] = {}
    part_row: list[int] = []
    part_unit: list[int] = []
    part_tonnes: list[float] = []
    row_class: list[int] = []
    for position, row in enumerate(demand.iter_rows(named=True)):
        seasons = [
            (class_at[row["commodity"], row["form"], pattern], share)
            for pattern, share in classes.rules.parts(row)
        ]
        row_class.append(seasons[0][0])
        for (cargo, share), (origin, origin_weight), (destination, weight) in itertools.product(
            seasons,
            _entries_of(entries, row["origin"], row["form"]),
            _entries_of(entries, row["destination"], row["form"]),
        ):
            tonnes = row["tonnes"] * origin_weight * weight * share
            if tonnes > 0.0:
                part_row.append(position)
                part_unit.append(units.setdefault((cargo, origin, destination), len(units)))
                part_tonnes.append(tonnes)
    order = sorted(units)
    rank = np.empty(len(units), dtype=np.int64)
    rank[[units[key] for key in order]] = np.arange(len(units))
    unit = rank[np.array(part_unit, dtype=np.int64)]
    columns = np.array(order, dtype=np.int64).reshape(-1, 3)
    return Demand(
        unit_class=columns[:, 0].copy(),
        origin=columns[:, 1].copy(),
        destination=columns[:, 2].copy(),
        tonnes=sum_by(unit, np.array(part_tonnes), len(units)),
        row=tuple(demand["demand"]),
        row_origin=tuple(demand["origin"]),
        row_destination=tuple(demand["destination"]),
        row_class=np.array(row_class, dtype=np.int64),
        part_row=np.array(part_row, dtype=np.int64),
        part_unit=unit,
        part_tonnes=np.array(part_tonnes, dtype=np.float64),
    )


Entries = Mapping[tuple[str, str], list[tuple[int, float]]]


def _zone_entries(zones: pl.DataFrame, network: Supernetwork) -> Entries:
    """Return the places and weights of each zone and form, checked to add up to one."""
    node_at = {name: position for position, name in enumerate(network.nodes)}
    entries: dict[tuple[str, str], list[tuple[int, float]]] = {}
    problems: list[Problem] = []
    for row, record in enumerate(zones.iter_rows(named=True)):
        if record["node"] not in node_at:
            problems.append(
                Problem(
                    "freight/zones.csv",
                    row + 2,
                    "node",
                    f"{record['zone']}: node {record['node']!r} is not known.",
                    "Add it to freight/nodes.csv or correct the name.",
                )
            )
            continue
        entries.setdefault((record["zone"], record["form"]), []).append(
            (node_at[record["node"]], float(record["weight"]))
        )
    problems += [
        Problem(
            "freight/zones.csv",
            0,
            "weight",
            f"The weights of zone {zone!r} for form {form!r} add up to {sum(weight for _, weight in places):.6g}.",
            "Make them add up to 1.",
        )
        for (zone, form), places in entries.items()
        if abs(sum(weight for _, weight in places) - 1.0) > WEIGHT_TOLERANCE
    ]
    if problems:
        raise InputError("The zones of the freight demand cannot be read.", problems)
    return entries


def _entries_of(entries: Entries, zone: str, form: str) -> list[tuple[int, float]]:
    return entries.get((zone, form)) or entries.get((zone, ANY_FORM)) or []


def _check_zones(demand: pl.DataFrame, entries: Entries) -> None:
    problems = [
        Problem(
            "freight/demand.csv",
            row + 2,
            end,
            f"{record['demand']}: zone {record[end]!r} has no place for {record['commodity']} in form {record['form']!r} ({record['origin']} to {record['destination']}).",
            "Add its places to freight/zones.csv.",
        )
        for row, record in enumerate(demand.iter_rows(named=True))
        for end in ("origin", "destination")
        if not _entries_of(entries, record[end], record["form"])
    ]
    if problems:
        raise InputError("Some freight demand has no place to start or end.", problems)
