"""What a MWh costs where a cable lands, beside the price there.

delivered = generation + losses on the way + each cable by use + transit + carbon border charge.

Generation is the levelised cost of the plants that are built with the cables, where most of what the first
of them sends is made in the zones of these plants; else the price at the sending end when it sends. A cable costs its annuity and upkeep
over all that it carries in the year, both ways. Three rules of the carbon charge stand side by side:
none; the default factor (what the link charges); and contracts matched hour by hour with the output of
the plants built for it, the rest at the default factor.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.discounting import annuity_payment
from transcaspian.appraisal.plans import ProjectPlan, read_plans
from transcaspian.case.tables import HOURS_PER_YEAR, Case, YearView
from transcaspian.power.calendar import MONTH_START
from transcaspian.study.options import Plan
from transcaspian.study.origins import cable_links
from transcaspian.study.solved import Key, Solved
from transcaspian.units import MUSD_TO_USD

__all__ = ["DELIVERED_SCHEMA", "delivered_costs"]

FloatArray = NDArray[np.float64]
PLANT = "plant"
MOST = 0.5
LEAST_MWH = 1.0  # a cable that sends less than this in a year has no cost by use
DELIVERED_SCHEMA: dict[str, pl.DataType] = {
    "scenario": pl.String(),
    "run": pl.String(),
    "year": pl.Int64(),
    "link": pl.String(),  # the cable that lands
    "sense": pl.String(),
    "landing": pl.String(),  # bus
    "energy_mwh": pl.Float64(),  # arriving
    "use": pl.Float64(),  # of the cable, both ways
    "generation_is": pl.String(),  # new plants, or sending price
    "generation_usd_per_mwh": pl.Float64(),
    "losses_usd_per_mwh": pl.Float64(),
    "cables_usd_per_mwh": pl.Float64(),
    "transit_usd_per_mwh": pl.Float64(),
    "charge_usd_per_mwh": pl.Float64(),  # at the default factor
    "matched_hour": pl.Float64(),  # share of what is sent that new plants make in the same hour
    "matched_month": pl.Float64(),
    "matched_year": pl.Float64(),
    "delivered_no_charge_usd_per_mwh": pl.Float64(),
    "delivered_usd_per_mwh": pl.Float64(),
    "delivered_contract_usd_per_mwh": pl.Float64(),
    "price_there_usd_per_mwh": pl.Float64(),  # in the hours in which it arrives, by energy
    "price_there_mean_usd_per_mwh": pl.Float64(),  # of all hours
    "hours_paid": pl.Int64(),  # in which the price there is at least the delivered cost
    "rent_usd_per_mw": pl.Float64(),
    "service_usd_per_mw": pl.Float64(),  # annuity and upkeep
}


@dataclass(frozen=True, slots=True)
class _Way:
    """The cables of a run in one line, ending where the last one lands."""

    cables: tuple[str, ...]  # links of the run's cables, the landing one last
    senses: tuple[bool, ...]  # of each cable: from bus0 to bus1
    between: tuple[str, ...]  # links of others that join them


def delivered_costs(case: Case, plan: Plan, power: Mapping[Key, Solved]) -> pl.DataFrame:
    """Return `DELIVERED_SCHEMA` of every cable of every run, year and sense in the first scenario.

    Where a run has several cables that others join, the way over all of them is one row more: of
    the last cable, with the cost of each.
    """
    scenario = plan.scenarios[0]
    plans = read_plans(
        case.tables["projects/projects"],
        case.tables["projects/spending"],
        case.tables["projects/shares"],
        case.settings.price_year,
    )
    rows: list[dict[str, object]] = []
    for run in plan.runs_in("power"):
        owners = cable_links(case, run)
        for year in plan.years_of(scenario) if owners else ():
            key = Key(scenario, run, year)
            view = case.at(year, scenario, plan.members[run])
            costs = _Costs(case, plan, plans, owners, key, view, power[key])
            rows += [costs.row(way) for way in _ways(view, tuple(owners)) if costs.carries(way)]
    return pl.DataFrame(rows, schema=DELIVERED_SCHEMA)


def _ways(view: YearView, cables: Sequence[str]) -> Iterator[_Way]:
    """Give each cable in both senses, and each pair of cables that leads on, in both senses."""
    ends = _ends(view)
    for cable in cables:
        for forward in (True, False):
            yield _Way((cable,), (forward,), ())
    for first in cables:
        for last in cables:
            if first != last:
                for sense in (True, False):
                    start, stop = _end(ends, first, sense), _start(ends, last, sense)
                    between = _path(ends, start, stop, set(cables))
                    if between is not None:
                        yield _Way((first, last), (sense, sense), between)


def _ends(view: YearView) -> dict[str, tuple[str, str]]:
    links = view.tables["power/links"].filter(
        (pl.col("p_nom_mw") > 0.0) | (pl.col("p_nom_reverse_mw") > 0.0)
    )
    return {name: (a, b) for name, a, b in links.select("link", "bus0", "bus1").iter_rows()}


def _start(ends: Mapping[str, tuple[str, str]], link: str, forward: bool) -> str:
    return ends[link][0 if forward else 1]


def _end(ends: Mapping[str, tuple[str, str]], link: str, forward: bool) -> str:
    return ends[link][1 if forward else 0]


def _path(
    ends: Mapping[str, tuple[str, str]], start: str, stop: str, barred: set[str]
) -> tuple[str, ...] | None:
    """Return the fewest links from `start` to `stop`; None where at most one does not join them."""
    queue: deque[tuple[str, tuple[str, ...]]] = deque([(start, ())])
    seen = {start}
    while queue:
        bus, path = queue.popleft()
        if bus == stop:
            return path if len(path) <= 1 else None
        for link, pair in ends.items():
            if link not in barred and bus in pair:
                other = pair[1] if pair[0] == bus else pair[0]
                if other not in seen:
                    seen.add(other)
                    queue.append((other, (*path, link)))
    return None


@dataclass(frozen=True, slots=True)
class _Costs:
    """What the costs of one run and year are made of."""

    case: Case
    plan: Plan
    plans: Mapping[str, ProjectPlan]
    owners: Mapping[str, str]  # cable link -> project
    key: Key
    view: YearView
    solved: Solved

    def carries(self, way: _Way) -> bool:
        """Whether every cable of a way sends in its sense."""
        return all(
            self.sent(cable, sense).sum() > LEAST_MWH
            for cable, sense in zip(way.cables, way.senses, strict=True)
        )

    def row(self, way: _Way) -> dict[str, object]:
        """Return the cost of a MWh that lands over a way, in its parts."""
        last, sense = way.cables[-1], way.senses[-1]
        sent, hourly = self.sent(last, sense), self.hourly(last)
        landing = hourly["price1" if sense else "price0"].to_numpy()
        kept = float(np.prod([1.0 - self.fact(link, "loss_pu") for link in self.links(way)]))
        made, what = self.generation(way)
        cables = sum(self.service(cable) / self.carried(cable) for cable in way.cables)
        transit = sum(self.fact(link, "wheeling_usd_per_mwh") for link in self.links(way))
        charge = self.charge(last, sense)
        matched = self.matched(sent) if self.is_fed_by_new_plants(way) else (0.0, 0.0, 0.0)
        bare = made / kept + cables + transit
        contract = charge * (1.0 - matched[0])
        capacity = self.fact(last, "p_nom_mw")
        return {
            "scenario": self.key.scenario,
            "run": self.key.run,
            "year": self.key.year,
            "link": " + ".join(way.cables),
            "sense": "forward" if sense else "reverse",
            "landing": _end(_ends(self.view), last, sense),
            "energy_mwh": float(sent.sum()) * (1.0 - self.fact(last, "loss_pu")),
            "use": self.carried(last) / (capacity * HOURS_PER_YEAR),
            "generation_is": what,
            "generation_usd_per_mwh": made,
            "losses_usd_per_mwh": made / kept - made,
            "cables_usd_per_mwh": cables,
            "transit_usd_per_mwh": transit,
            "charge_usd_per_mwh": charge,
            "matched_hour": matched[0],
            "matched_month": matched[1],
            "matched_year": matched[2],
            "delivered_no_charge_usd_per_mwh": bare,
            "delivered_usd_per_mwh": bare + charge,
            "delivered_contract_usd_per_mwh": bare + contract,
            "price_there_usd_per_mwh": float(landing @ sent / sent.sum()),
            "price_there_mean_usd_per_mwh": float(landing.mean()),
            "hours_paid": int((landing >= bare + charge).sum()),
            "rent_usd_per_mw": self.rent(last) / capacity,
            "service_usd_per_mw": self.service(last) / capacity,
        }

    def links(self, way: _Way) -> tuple[str, ...]:
        """Return all links of a way."""
        return (*way.cables, *way.between)

    def fact(self, link: str, column: str) -> float:
        """Return a figure of a link in this run and year."""
        return float(self.view.tables["power/links"].filter(pl.col("link") == link)[column].item())

    def hourly(self, link: str) -> pl.DataFrame:
        """Return hour, mw, price0, price1 of a link, by hour."""
        return self.solved.tables["power_link_hourly"].filter(pl.col("link") == link).sort("hour")

    def sent(self, link: str, forward: bool) -> FloatArray:
        """Return what a link sends in a sense by hour [MW]."""
        flow = self.hourly(link)["mw"].to_numpy().astype(np.float64)
        return np.asarray(np.maximum(flow if forward else -flow, 0.0))

    def carried(self, link: str) -> float:
        """Return what a link sends in the year, both ways [MWh]."""
        return float(np.abs(self.hourly(link)["mw"].to_numpy().astype(np.float64)).sum())

    def service(self, link: str) -> float:
        """Return annuity and upkeep of a cable [USD/a]."""
        return self.yearly_cost(self.owners[link])

    def rent(self, link: str) -> float:
        """Return what buying at one end and selling at the other leaves in the year [USD]."""
        years = self.solved.tables["power_link_year"].filter(pl.col("link") == link)
        return float(years["congestion_rent_usd"].item())

    def charge(self, link: str, forward: bool) -> float:
        """Return the carbon border charge on what arrives [USD/MWh]."""
        side = "border_cost_usd_per_mwh" if forward else "border_cost_reverse_usd_per_mwh"
        return self.fact(link, side)

    def is_fed_by_new_plants(self, way: _Way) -> bool:
        """Whether most of what the first cable sends is made in the zones of the new plants."""
        first, sense = way.cables[0], "forward" if way.senses[0] else "reverse"
        origins = self.solved.tables["power_link_origin"].filter(
            (pl.col("link") == first) & (pl.col("sense") == sense)
        )
        theirs = origins.filter(pl.col("bus").is_in(self.new_plants()["bus"].to_list()))
        return float(theirs["sent_mwh"].sum()) >= MOST * float(origins["sent_mwh"].sum())

    def generation(self, way: _Way) -> tuple[float, str]:
        """Return the cost of a MWh made [USD], and whether new plants or the market made it."""
        plants = [
            project for project in self.plan.members[self.key.run] if self.kind(project) == PLANT
        ]
        made = self.new_output().sum()
        if plants and made > LEAST_MWH and self.is_fed_by_new_plants(way):
            return sum(self.yearly_cost(project) for project in plants) / float(made), "new plants"
        first, sense = way.cables[0], way.senses[0]
        price = self.hourly(first)["price0" if sense else "price1"].to_numpy()
        sent = self.sent(first, sense)
        return float(price @ sent / sent.sum()), "sending price"

    def yearly_cost(self, project: str) -> float:
        """Return annuity and upkeep of a project [USD/a]."""
        plan = self.plans[project]
        rate = self.case.settings.headline_rate
        yearly = annuity_payment(1.0, rate, plan.life_years) + plan.opex_share
        return plan.capex_musd * MUSD_TO_USD * yearly

    def kind(self, project: str) -> str:
        """Return the kind of a project."""
        table = self.case.tables["projects/projects"]
        return str(table.filter(pl.col("project") == project)["kind"].item())

    def new_plants(self) -> pl.DataFrame:
        """Return bus, p_max_profile, availability_pu, mw of the plants that enter with the run."""
        before = self.case.at(self.key.year, self.key.scenario).tables["power/generators"]
        return (
            self.view.tables["power/generators"]
            .with_columns(mw=pl.col("p_nom_mw") - before["p_nom_mw"])
            .filter(pl.col("mw") != 0.0)
            .select("bus", "p_max_profile", "availability_pu", "mw")
        )

    def new_output(self) -> FloatArray:
        """Return what the plants that enter with the run could make by hour [MW]."""
        total = np.zeros(HOURS_PER_YEAR)
        for _, profile, available, mw in self.new_plants().iter_rows():
            shape = self.view.profiles[profile] if profile else np.ones(HOURS_PER_YEAR)
            total += mw * available * shape
        return total

    def matched(self, sent: FloatArray) -> tuple[float, float, float]:
        """Return the share of what is sent that new plants make in the same hour, month, year."""
        made, total = self.new_output(), float(sent.sum())
        months = [
            min(made[first:end].sum(), sent[first:end].sum())
            for first, end in pairwise(MONTH_START)
        ]
        return (
            float(np.minimum(made, sent).sum()) / total,
            float(sum(months)) / total,
            min(float(made.sum()), total) / total,
        )
