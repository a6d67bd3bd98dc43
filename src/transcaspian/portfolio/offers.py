"""From a finished run and a case's `finance/` tables to candidates, bundles and rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transcaspian.appraisal.discounting import annuity_payment
from transcaspian.appraisal.plans import BEGUN
from transcaspian.portfolio.debt import Facility, Terms
from transcaspian.portfolio.flows import (
    Earner,
    RunFlows,
    Valued,
    delayed,
    extended,
    flows_of_run,
    value,
)
from transcaspian.portfolio.problem import Bundle, Candidate, Option, SelectionProblem
from transcaspian.portfolio.rules import (
    capacities_of,
    limits_of,
    order_rules,
    party_of,
    probabilities,
    weighed,
)
from transcaspian.portfolio.vehicle import EVERYBODY, LeftOut, RunTables, Vehicle
from transcaspian.portfolio.waterfall import ProjectFinance, ProjectMoney, finance_project

__all__ = ["JointMoney", "Offers", "make_offers"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Offers:
    """The problem of a vehicle's choice, with the financing behind each option."""

    vehicle: Vehicle
    problem: SelectionProblem
    finance: Mapping[tuple[str, int], ProjectFinance]  # (project, opening year)
    fee: Mapping[tuple[str, int], FloatArray]  # management fee by year, whole equity
    left_out: tuple[LeftOut, ...]
    planned: Mapping[str, int]  # opening year by project
    joint_income: Mapping[str, "JointMoney"]  # by cluster
    price_year: int
    base_year: int

    def chosen_finance(self, starts: Mapping[str, int]) -> dict[str, ProjectFinance]:
        """Return the financing of chosen projects, with the income of the bundles they complete.

        Loans and calls stay as agreed for each project alone; what a bundle adds or takes from
        the opening of its last member on goes through the waterfall.
        """
        found = {project: self.finance[project, start] for project, start in starts.items()}
        extra: dict[str, FloatArray] = {}
        for joint in self.joint_income.values():
            if not set(joint.part) <= set(starts) or not joint.income.any():
                continue
            opening = max(starts[project] for project in joint.part)
            for project, part in joint.part.items():
                years = found[project].money.years
                level = (1.0 + joint.inflation) ** (years - self.price_year).astype(np.float64)
                added = extended(joint.income, joint.years, years.tolist()) * (years >= opening)
                extra[project] = extra.get(project, 0.0) + part * added * level
        for project, added in extra.items():
            one = found[project]
            money = replace(one.money, income=one.money.income + added)
            found[project] = finance_project(money, one.terms, one.debts)
        return found


@dataclass(frozen=True, slots=True)
class JointMoney:
    """What a cluster gains and earns beyond its members and the clusters inside it, price year.

    Nothing before all members could be open: until then each stands alone.
    """

    years: NDArray[np.int64]
    net: Mapping[str, FloatArray]  # objective -> [n_scenario, n_year]
    income: FloatArray  # [n_scenario, n_year]
    part: Mapping[str, float]  # of each member in the income
    inflation: float


def make_offers(tables: RunTables, vehicle: Vehicle) -> Offers:
    """Return what a vehicle can choose from, and under which rules."""
    book = _Book(tables, vehicle)
    candidates: list[Candidate] = []
    left_out: list[LeftOut] = []
    for row in book.offered():
        options, reason = book.options(row)
        if not options:
            left_out.append(LeftOut(row["project"], reason))
            continue
        shares = book.owners(row["project"])
        group = row["variant_of"] or row["project"]
        candidates.append(Candidate(row["project"], group, row["sector"], shares, options))
    status = {project: str(row["status"]) for project, row in book.projects.items()}
    order = order_rules(tables, {c.project: c.group for c in candidates}, status)
    left_out += order.left_out
    gone = {one.project for one in order.left_out}
    kept = tuple(c for c in candidates if c.project not in gone)
    years = book.years
    row = vehicle.row
    problem = SelectionProblem(
        years=tuple(years),
        scenarios=book.flows.scenarios,
        probability=probabilities(tables, book.flows.scenarios),
        candidates=kept,
        parties=tuple(party_of(tables, vehicle, one, years) for one in vehicle.parties),
        ticket_floor=float(row["ticket_floor"]),
        ticket_cap=float(row["ticket_cap"]),
        largest_ticket_musd=float(row["exposure_cap"]) * vehicle.size_musd,
        limits=limits_of(tables, vehicle),
        precedences=order.precedences,
        exclusions=order.exclusions,
        required=order.required,
        capacities=capacities_of(tables, years),
        bundles=book.bundles(kept),
        recycled_share=float(row["recycled_share"]),
        recycling_ends=vehicle.years[-1],
    )
    planned = {row["project"]: int(row["opening_year"]) for row in book.projects.values()}
    return Offers(
        vehicle=vehicle,
        problem=problem,
        finance=book.finance,
        fee=book.fee,
        left_out=tuple(left_out),
        planned=planned,
        joint_income=book.joint,
        price_year=tables.settings.price_year,
        base_year=tables.settings.base_year,
    )


class _Book:
    """The run's projects for one vehicle; what is financed is kept for the accounts later."""

    def __init__(self, tables: RunTables, vehicle: Vehicle) -> None:
        self.tables, self.vehicle = tables, vehicle
        found = tables.results["projects"]
        first = found.filter(pl.col("scenario") == found["scenario"][0])
        self.projects = {row["project"]: row for row in first.iter_rows(named=True)}
        self.offers = {
            row["project"]: row for row in tables.case["finance/offers"].iter_rows(named=True)
        }
        self.flows: RunFlows = flows_of_run(weighed(tables), self.projects)
        self.countries = sorted({str(one["country"]) for one in vehicle.parties})
        self.finance: dict[tuple[str, int], ProjectFinance] = {}
        self.fee: dict[tuple[str, int], FloatArray] = {}
        self.joint: dict[str, JointMoney] = {}
        self._valued: dict[str, Valued] = {}
        latest = max((int(row["opening_year"]) for row in self.projects.values()), default=0)
        self.years = range(vehicle.years[0], max(vehicle.years[-1], latest + 30) + 1)

    def offered(self) -> list[Mapping[str, Any]]:
        """Return the projects of the run that are offered to the vehicle, in the run's order."""
        return [
            row
            for project, row in self.projects.items()
            if project in self.offers
            and self.vehicle.name in str(self.offers[project]["vehicles"]).split(";")
        ]

    def owners(self, project: str) -> Mapping[str, float]:
        """Return the owners' shares by country."""
        rows = self.tables.case["projects/shares"].filter(pl.col("project") == project)
        summed = rows.group_by("country", maintain_order=True).agg(pl.col("share").sum())
        total = float(summed["share"].sum())
        return {country: share / total for country, share in summed.iter_rows()}

    def earner(self, projects: tuple[str, ...]) -> Earner:
        """Return whose gains are income of these projects together."""
        parties, weight, charged = set(), 0.0, 0.0
        for project in projects:
            offer = self.offers[project]
            if offer["income_party"]:
                parties |= {(offer["income_party"], country) for country in self.owners(project)}
            capex = float(self.projects[project]["capex_musd"])
            weight += capex
            charged += capex * float(offer["charge_share"])
        return Earner(frozenset(parties), charged / weight if weight else 0.0)

    def valued(self, project: str, members: tuple[str, ...]) -> Valued:
        """Return the money of a project or cluster on its planned calendar."""
        if project not in self._valued:
            earner = self.earner(members)
            self._valued[project] = value(self.flows, project, earner, self.countries)
        return self._valued[project]

    def options(self, row: Mapping[str, Any]) -> tuple[tuple[Option, ...], str]:
        """Return every opening year that the vehicle can pay for, or why there is none."""
        project, opening = str(row["project"]), int(row["opening_year"])
        planned = self.valued(project, (project,))
        if row["status"] in BEGUN:
            return self.options_of_begun(row, planned)
        spent = np.flatnonzero(planned.building)
        if not spent.size:
            return (), "nothing is to be built"
        first = int(planned.years[spent[0]])
        latest = int(self.offers[project]["latest_delay_years"])
        earliest = max(0, self.vehicle.years[0] - first)
        if earliest > latest:
            start = self.vehicle.years[0]
            return (), f"building begins in {first}; put off by {latest} years still before {start}"
        options = []
        for delay in range(earliest, latest + 1):
            later = delayed(planned, opening, delay, with_gains=row["sector"] == "own")
            option = self.option(row, later, opening + delay)
            last = np.flatnonzero(option.call)
            if not last.size or self.years[int(last[-1])] <= self.vehicle.years[-1]:
                options.append(option)
        if not options:
            return (), f"its owners are called after {self.vehicle.years[-1]}"
        return tuple(options), ""

    def options_of_begun(
        self, row: Mapping[str, Any], planned: Valued
    ) -> tuple[tuple[Option, ...], str]:
        """Return the one option of a project that is being built: a part of what is still to be paid.

        Who pays for a part of the cost owns that part of the project. It is built in any case, so
        that its economic worth is no merit of the vehicle and counts for nothing.
        """
        whole = float(planned.building.sum())
        open_years = planned.years >= self.vehicle.years[0]
        part = float((planned.building * open_years).sum()) / whole if whole > 0.0 else 0.0
        if row["status"] != "under_construction" or part <= 0.0:
            return (), f"its cost is spent before {self.vehicle.years[0]}"
        remaining = replace(
            planned,
            building=planned.building * open_years,
            operation=part * planned.operation,
            renewal=part * planned.renewal,
            income=part * planned.income,
        )
        option = self.option(row, remaining, int(row["opening_year"]))
        nothing = {name: 0.0 * worth for name, worth in option.if_chosen.items()}
        last = np.flatnonzero(option.call)
        if last.size and self.years[int(last[-1])] > self.vehicle.years[-1]:
            return (), f"its owners are called after {self.vehicle.years[-1]}"
        spending = np.zeros(len(self.years))
        return (replace(option, if_chosen=nothing, spending=spending),), ""

    def option(self, row: Mapping[str, Any], valued: Valued, opening: int) -> Option:
        """Return one opening year, financed."""
        project = str(row["project"])
        place = opening - int(valued.years[0])
        level = self.price_level(valued.years)
        money = ProjectMoney(
            valued.years,
            place,
            valued.building * level,
            valued.operation * level,
            valued.renewal * level,
            self.income(row, valued, place) * level,
        )
        finance = finance_project(money, self.terms(row, valued.years.size - place, money))
        fee = self.management_fee(finance, valued.years)
        self.finance[project, opening], self.fee[project, opening] = finance, fee
        flow = (finance.equity_flow - fee) / level
        own_rate = float(self.vehicle.row["required_return"])
        per_share = {"vehicle": self.present_value(flow, valued.years, own_rate)}
        for party in self.vehicle.parties:
            worth = self.present_value(flow, valued.years, float(party["discount_rate"]))
            per_share[f"party:{party['party']}"] = float(party["share"]) * worth
        return Option(
            start_year=opening,
            call=extended(finance.equity + fee, valued.years, self.years),
            spending=extended(valued.building, valued.years, self.years),
            inflow=extended(finance.distribution, valued.years, self.years),
            per_share=per_share,
            if_chosen={name: self.worth(valued, name) for name in valued.benefit},
            call_worth=float(
                self.present_value((finance.equity + fee) / level, valued.years, own_rate)
            ),
        )

    def income(self, row: Mapping[str, Any], valued: Valued, opening: int) -> FloatArray:
        """Return the income in constant prices: modelled, or granted by a regulator or contract.

        Granted are level payments over the project's life that return what was spent by the
        opening and not given, at the regulated rate, and each year's operation and renewal.
        """
        rate = self.offers[row["project"]]["regulated_return"]
        if rate is None:
            return valued.income
        life = valued.years.size - opening
        waited = opening - np.arange(valued.years.size)
        own = (1.0 - float(self.facilities(row, "grant")["share"].sum())) * valued.building
        spent = float(own @ (1.0 + float(rate)) ** waited.astype(np.float64))
        paid = annuity_payment(spent * (1.0 + float(rate)) ** -1.0, float(rate), life)
        granted = valued.operation + valued.renewal
        granted[opening:] += paid
        granted[:opening] = 0.0
        return np.tile(granted, (valued.income.shape[0], 1))

    def worth(self, valued: Valued, name: str) -> FloatArray:
        """Return the NPV of one objective at the run's headline rate, by scenario."""
        net = valued.benefit[name] - valued.cost[name]
        return self.present_value(net, valued.years, self.tables.settings.headline_rate)

    def present_value(self, flow: FloatArray, years: NDArray[np.int64], rate: float) -> FloatArray:
        """Return flow[scenario, year] discounted to the base year."""
        times = (years - self.tables.settings.base_year).astype(np.float64)
        return np.asarray(flow @ (1.0 + rate) ** -times, dtype=np.float64)

    def price_level(self, years: NDArray[np.int64]) -> FloatArray:
        """Return prices of each year over those of the price year."""
        since = (years - self.tables.settings.price_year).astype(np.float64)
        return np.asarray((1.0 + float(self.vehicle.row["inflation"])) ** since, dtype=np.float64)

    def management_fee(self, finance: ProjectFinance, years: NDArray[np.int64]) -> FloatArray:
        """Return the fee on what has been paid in by the end of the year before, until the last."""
        invested = np.concatenate([[0.0], np.cumsum(finance.equity)[:-1]])
        is_paid = (years >= self.vehicle.years[0]) & (years <= self.vehicle.years[-1])
        return float(self.vehicle.row["management_fee"]) * invested * is_paid

    def terms(self, row: Mapping[str, Any], life: int, money: ProjectMoney) -> Terms:
        """Return the financing open to a project; no loan runs longer than the project lives."""
        loans = self.facilities(row, "senior", "subordinated").rows(named=True)
        grants, backing = self.facilities(row, "grant"), self.facilities(row, "guarantee")
        asked = self._covenants(str(row["sector"]))
        return Terms(
            facilities=tuple(_facility(one, life) for one in loans),
            grant_share=float(grants["share"].sum()),
            grantor=" and ".join(grants["provider"]),
            lockup_dscr=float(asked.get("lockup_dscr", 0.0)),
            minimum_llcr=float(asked.get("minimum_llcr", 0.0)),
            reserve_months=float(asked.get("reserve_months", 0.0)),
            guarantor=" and ".join(backing["provider"]),
            guarantee_limit_musd=float(backing["share"].sum() * money.capital.sum()),
        )

    def facilities(self, row: Mapping[str, Any], *ranks: str) -> pl.DataFrame:
        """Return the rows of finance/facilities of some ranks that are open to a project."""
        return self.tables.case["finance/facilities"].filter(
            pl.col("rank").is_in(ranks),
            pl.col("sector").is_in([row["sector"], EVERYBODY]),
            pl.col("project").is_null() | pl.col("project").is_in([row["project"]]),
        )

    def _covenants(self, sector: str) -> Mapping[str, Any]:
        rows = {
            row["sector"]: row for row in self.tables.case["finance/covenants"].rows(named=True)
        }
        nothing: Mapping[str, Any] = {}
        return rows.get(sector) or rows.get(EVERYBODY) or nothing

    def bundles(self, candidates: tuple[Candidate, ...]) -> tuple[Bundle, ...]:
        """Return what clusters are worth beyond their members and the clusters inside them."""
        starts = {
            c.project: [option.start_year for option in c.options]
            for c in candidates
            if self.projects[c.project]["status"] not in BEGUN
        }
        clusters = {
            cluster: tuple(str(row["members"]).split(", "))
            for cluster, row in self.projects.items()
            if row["is_cluster"]
        }
        found: list[Bundle] = []
        for cluster in sorted(clusters, key=lambda name: (len(clusters[name]), name)):
            members = clusters[cluster]
            if set(members) <= set(starts):
                first = max(min(starts[member]) for member in members)
                later = {year for member in members for year in starts[member] if year > first}
                self.joint[cluster] = self._joint(cluster, members, first)
                found += self._bundles(cluster, [first, *sorted(later)])
        return tuple(found)

    def _bundles(self, cluster: str, openings: list[int]) -> list[Bundle]:
        """Return one bundle an opening year: what is gained from it until the next."""
        joint = self.joint[cluster]
        ends = [*openings[1:], int(joint.years[-1]) + 1]
        rates = {"vehicle": (1.0, float(self.vehicle.row["required_return"]))} | {
            f"party:{one['party']}": (float(one["share"]), float(one["discount_rate"]))
            for one in self.vehicle.parties
        }
        headline = self.tables.settings.headline_rate
        found = []
        for opening, end in zip(openings, ends, strict=True):
            inside = (joint.years >= opening) & (joint.years < end)
            per_share: dict[str, dict[str, FloatArray]] = {}
            for name, (share, rate) in rates.items():
                worth = share * self.present_value(joint.income * inside, joint.years, rate)
                per_share[name] = {member: part * worth for member, part in joint.part.items()}
            if_chosen = {
                name: self.present_value(net * inside, joint.years, headline)
                for name, net in joint.net.items()
            }
            label = f"{cluster} by {opening}"
            found.append(Bundle(label, tuple(joint.part), if_chosen, per_share, opening))
        return found

    def _joint(self, cluster: str, members: tuple[str, ...], first: int) -> JointMoney:
        """Return the joint money of a cluster; no income where a regulator grants any member's."""
        whole = self.valued(cluster, members)
        parts = [self.valued(member, (member,)) for member in members]
        held = [one for one in self.joint.values() if set(one.part) < set(members)]
        last = max(int(one.years[-1]) for one in (whole, *parts))
        years = range(first, last + 1)
        net = {}
        for name in whole.benefit:
            own = extended(whole.benefit[name] - whole.cost[name], whole.years, years)
            for one in parts:
                own = own - extended(one.benefit[name] - one.cost[name], one.years, years)
            for inner in held:
                own = own - extended(inner.net[name], inner.years, years)
            net[name] = own
        income = extended(whole.income, whole.years, years)
        for one in parts:
            income = income - extended(one.income, one.years, years)
        for inner in held:
            income = income - extended(inner.income, inner.years, years)
        if any(self.offers[one]["regulated_return"] is not None for one in members):
            income = 0.0 * income
        capex = {member: float(self.projects[member]["capex_musd"]) for member in members}
        total = sum(capex.values())
        part = {one: capex[one] / total if total else 1.0 / len(members) for one in members}
        inflation = float(self.vehicle.row["inflation"])
        return JointMoney(np.arange(first, last + 1), net, income, part, inflation)


def _facility(row: Mapping[str, Any], life: int) -> Facility:
    tenor = min(int(row["tenor_years"]), life)
    target = row["target_dscr"]
    return Facility(
        name=row["facility"],
        lender=row["provider"],
        rank=row["rank"],
        share=float(row["share"]),
        interest_rate=float(row["interest_rate"]),
        tenor_years=tenor,
        grace_years=min(int(row["grace_years"]), tenor - 1),
        upfront_fee=float(row["upfront_fee"]),
        commitment_fee=float(row["commitment_fee"]),
        repayment=row["repayment"],
        target_dscr=None if target is None else float(target),
    )
