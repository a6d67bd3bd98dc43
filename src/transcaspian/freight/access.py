"""Who may go where, at what extra cost, and when: access rules and subsidies of one year.

A rule holds for some cargo on some arcs, in all months or in some. Cargo moves evenly over the
days of the year, so a flow is cut into parts: each part moves in the months in which one set of
rules holds, its *pattern*. Parts with different patterns choose their paths apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import BoolArray, FloatArray
from transcaspian.freight.network import Supernetwork
from transcaspian.freight.seasons import MONTH_SHARE

__all__ = ["Pattern", "Rule", "Rules", "Surcharges", "read_rules", "surcharges"]

Pattern = tuple[str, ...]  # names of the rules and subsidies that hold, sorted
WHOLE_YEAR = frozenset(range(1, MONTH_SHARE.size + 1))
SCOPES = ("origins", "destinations", "commodities", "forms")


@dataclass(frozen=True, slots=True)
class Rule:
    """One access rule or subsidy of a year: its cargo, its arcs and what it does there."""

    name: str
    is_subsidy: bool
    country: str | None  # government that earns the charge or pays the subsidy
    zones: frozenset[str]  # at either end; empty for any, as below
    scope: Mapping[str, frozenset[str]]  # origins, destinations, commodities, forms
    months: frozenset[int]
    arcs: BoolArray  # [n_arc]
    is_closed: bool = False
    delay_h: float = 0.0
    charge_usd_per_t: float = 0.0
    insurance_share: float = 0.0  # of the value of the goods
    subsidy_share: float = 0.0  # of the charge of a link

    def holds_for(self, row: Mapping[str, str]) -> bool:
        """Return whether it holds for a flow: origin, destination, commodity and form."""
        ends = {row["origin"], row["destination"]}
        cells = (row["origin"], row["destination"], row["commodity"], row["form"])
        return (not self.zones or not self.zones.isdisjoint(ends)) and all(
            not names or cell in names
            for names, cell in zip((self.scope[name] for name in SCOPES), cells, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules in force in a year."""

    rules: tuple[Rule, ...] = ()

    def parts(self, row: Mapping[str, str]) -> list[tuple[Pattern, float]]:
        """Return the patterns that a flow meets over the year and the share of each.

        The shares add up to one; a flow without rules has one part with the empty pattern.
        """
        held = sorted((r for r in self.rules if r.holds_for(row)), key=lambda rule: rule.name)
        shares: dict[Pattern, float] = {}
        if all(rule.months == WHOLE_YEAR for rule in held):
            return [(tuple(rule.name for rule in held), 1.0)]
        for month, share in enumerate(MONTH_SHARE.tolist(), start=1):
            pattern = tuple(rule.name for rule in held if month in rule.months)
            shares[pattern] = shares.get(pattern, 0.0) + share
        return list(shares.items())

    def of(self, pattern: Pattern) -> tuple[Rule, ...]:
        """Return the rules of a pattern."""
        by_name = {rule.name: rule for rule in self.rules}
        return tuple(by_name[name] for name in pattern)


@dataclass(frozen=True, slots=True)
class Surcharges:
    """What rules and subsidies add to the arcs of each class of cargo."""

    closed: BoolArray  # [n_class, n_arc]
    delay_h: FloatArray  # [n_class, n_arc]
    charge: FloatArray  # [n_class, n_arc] USD/t, what governments and others charge
    insurance: FloatArray  # [n_class, n_arc] USD/t
    subsidy: FloatArray  # [n_class, n_arc] USD/t that governments pay

    @property
    def net(self) -> FloatArray:
        """Return what a tonne pays more, less what governments pay [n_class, n_arc, USD/t]."""
        net: FloatArray = self.charge + self.insurance - self.subsidy
        return net


def read_rules(tables: Mapping[str, pl.DataFrame], network: Supernetwork) -> Rules:
    """Return the rules and subsidies in force; a case without their tables has none.

    Raises InputError for names that the network does not have and shares outside 0 to 1.
    """
    rules = [
        _rule(row, _arcs_of(row, network, of_terminals=True))
        for row in _rows(tables, "freight/access")
    ]
    rules += [
        _subsidy(row, _arcs_of(row, network, of_terminals=False) & (network.link >= 0))
        for row in _rows(tables, "freight/subsidies")
    ]
    _check(rules)
    return Rules(tuple(rules))


def _rows(tables: Mapping[str, pl.DataFrame], name: str) -> Iterable[Mapping[str, object]]:
    frame = tables.get(name)
    return () if frame is None else frame.filter("is_in_force").iter_rows(named=True)


def _words(cell: object) -> frozenset[str]:
    return frozenset(str(cell).split(";")) if cell else frozenset()


def _number(cell: object) -> float:
    return float(str(cell))


def _arcs_of(row: Mapping[str, object], network: Supernetwork, *, of_terminals: bool) -> BoolArray:
    """Return the arcs of a rule's links and terminals, or of a subsidy's links and layers."""
    links = _positions(row, "links", network.links)
    if of_terminals:
        terminals = _positions(row, "terminals", network.terminals)
        arcs: BoolArray = np.isin(network.link, links) | np.isin(network.terminal, terminals)
        return arcs
    layers = _positions(row, "layers", network.layers)
    everywhere = np.ones(network.n_arc, dtype=bool)
    return (np.isin(network.link, links) if row["links"] else everywhere) & (
        np.isin(network.layer, layers) if row["layers"] else everywhere
    )


def _positions(row: Mapping[str, object], column: str, names: Sequence[str]) -> list[int]:
    at = {name: position for position, name in enumerate(names)}
    wanted = sorted(_words(row[column]))
    unknown = [name for name in wanted if name not in at]
    if unknown:
        first = next(iter(row.values()))
        raise InputError(
            "The access rules do not fit the freight network.",
            [
                Problem(
                    "freight/access.csv" if "access" in row else "freight/subsidies.csv",
                    0,
                    column,
                    f"{first}: {name!r} is not known.",
                    "Correct the name.",
                )
                for name in unknown
            ],
        )
    return [at[name] for name in wanted]


def _rule(row: Mapping[str, object], arcs: BoolArray) -> Rule:
    months = frozenset(int(month) for month in _words(row["months"])) or WHOLE_YEAR
    return Rule(
        name=str(row["access"]),
        is_subsidy=False,
        country=str(row["country"]) if row["country"] else None,
        zones=_words(row["zones"]),
        scope={name: _words(row[name]) for name in SCOPES},
        months=months,
        arcs=arcs,
        is_closed=bool(row["is_closed"]),
        delay_h=_number(row["delay_h"]),
        charge_usd_per_t=_number(row["charge_usd_per_t"]),
        insurance_share=_number(row["insurance_share"]),
    )


def _subsidy(row: Mapping[str, object], arcs: BoolArray) -> Rule:
    return Rule(
        name=str(row["subsidy"]),
        is_subsidy=True,
        country=str(row["country"]),
        zones=_words(row["zones"]),
        scope={name: _words(row[name]) for name in SCOPES},
        months=WHOLE_YEAR,
        arcs=arcs,
        subsidy_share=_number(row["share"]),
    )


def _check(rules: Sequence[Rule]) -> None:
    """Raise InputError for effects that scenarios or projects have moved out of range."""
    problems = [
        Problem(
            "freight/subsidy_years.csv" if rule.is_subsidy else "freight/access_years.csv",
            0,
            column,
            f"{rule.name}: {value:g} is not a number from 0 {'to 1' if most == 1.0 else 'up'}.",
            "Correct it or the scenario or project that changes it.",
        )
        for rule in rules
        for column, value, most in (
            ("share", rule.subsidy_share, 1.0),
            ("insurance_share", rule.insurance_share, 1.0),
            ("delay_h", rule.delay_h, np.inf),
            ("charge_usd_per_t", rule.charge_usd_per_t, np.inf),
        )
        if not 0.0 <= value <= most
    ]
    if problems:
        raise InputError("The access rules of the year cannot be used.", problems)


def surcharges(
    rules: Rules, patterns: Sequence[Pattern], charge: FloatArray, value_usd_per_t: FloatArray
) -> Surcharges:
    """Return what the rules of each class's pattern add to its arcs.

    charge: what carriers and terminals charge [n_class, n_arc, USD/t], to which subsidies are
    relative; value_usd_per_t: value of the goods [n_class]. Raises InputError where subsidies of
    one arc add up to more than its charge.
    """
    shape = charge.shape
    result = Surcharges(np.zeros(shape, dtype=bool), *(np.zeros(shape) for _ in range(4)))
    for position, pattern in enumerate(patterns):
        share = np.zeros(shape[1])
        for rule in rules.of(pattern):
            result.closed[position] |= rule.arcs & rule.is_closed
            result.delay_h[position] += rule.arcs * rule.delay_h
            result.charge[position] += rule.arcs * rule.charge_usd_per_t
            result.insurance[position] += (
                rule.arcs * rule.insurance_share * value_usd_per_t[position]
            )
            share += rule.arcs * rule.subsidy_share
        if share.max(initial=0.0) > 1.0:
            names = ", ".join(rule.name for rule in rules.of(pattern) if rule.is_subsidy)
            raise InputError(
                "The subsidies of the year cannot be used.",
                [
                    Problem(
                        "freight/subsidy_years.csv",
                        0,
                        "share",
                        f"{names} together pay {share.max():.4g} of a charge.",
                        "Keep the sum of the subsidies of one flow and link at 1 or below.",
                    )
                ],
            )
        result.subsidy[position] = share * charge[position]
    return result
