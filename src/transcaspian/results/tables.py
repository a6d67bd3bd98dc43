"""The results of a study: frozen tables and what is needed to make them again."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transcaspian.errors import NotFoundError
from transcaspian.shown import html_table, named, one_line

__all__ = ["TABLE_MEANINGS", "Results"]

# `run` is "reference" or the project or cluster that is in place besides.
TABLE_MEANINGS: Mapping[str, str] = {
    "projects": "Every project and cluster with its value; one row a scenario.",
    "last_in": "What each part of each package is worth last in: the package less the package without it.",
    "who_gains": "Net present value by project, country and party at the headline rate.",
    "not_usable": "Scenarios that leave more load unserved than the standard: no values of power projects.",
    "ledger": "Every gain, cost and transfer by project and year.",
    "headlines": "The figures that lead, for every scenario.",
    "own_outputs": "Jobs and trade that projects bring along, given in the case.",
    "run_indicators": "Quantities of every run that the register sets beside observed ones.",
    "realisations": "Yearly benefit and NPV of power projects in other years of synthetic weather.",
    "indicators": "NPV, EIRR, BCR and break-even cost by project, scope and rate.",
    "switching_values": "How far cost, benefits or opening may move before the NPV is zero.",
    "sensitivity": "NPV and rate of return of each project under changes one by one.",
    "delay_prices": "What each year of slip costs, by project.",
    "opening_years": "NPV and first-year return by opening year; planned and best marked.",
    "tornado": "NPV with each uncertain input at its P10 and P90.",
    "variance_shares": "Sobol indices of the uncertain inputs.",
    "risk": "Mean, P10, P50, P90 of the NPV and the probability that it is below zero.",
    "risk_curve": "Distribution of the NPV of each project.",
    "interactions": "Worth of two runs together less that of each alone.",
    "package_shares": "First-in and last-in value and Shapley share of the parts of packages.",
    "economic_flows": "Costs and benefits of each project year by year, transfers left out.",
    "owners_value": "Income, taxes and FIRR of each project's owners, and the bridge to the economy.",
    "owners_flows": "What the owners of each project pay and receive year by year, current prices.",
    "entsoe_sheets": "ENTSO-E indicators of each cable and line by method and year.",
    "entsoe_worth": "NPV of each cable and line by ENTSO-E's rules, by method.",
    "cable_origins": "What feeds each cable, traced and by the difference of runs, with its CO2.",
    "cable_delivered": "Cost of a MWh where each cable lands, in its parts, beside the price there.",
    "power_zone_year": "Load, generation, exchange, prices and emissions by zone and year.",
    "power_carrier_year": "Capacity, energy and curtailment by zone, carrier and year.",
    "power_link_year": "Energy, losses, full hours and congestion rent by connection and year.",
    "power_link_month": "Energy sent each way and full hours by connection, month and year.",
    "power_market_year": "Energy sold and bought by edge market and year.",
    "power_fuel_year": "Heat burnt of every fuel, what plants pay and what the country gives up.",
    "power_fuel_freed": "Fuel that a run frees, its route out of the country, limit and worth.",
    "power_adequacy": "Hours and energy not served by zone, with intervals, against the standard.",
    "power_adequacy_causes": "What was short where load was not served: lines, plants, water.",
    "power_adequacy_effects": "What projects change in energy not served by zone, and its worth.",
    "power_adequacy_countries": "Hours short of the mean consumer of a country, and its standard.",
    "power_adequacy_stress": "Hours and energy not served in a dry year and a cold spell.",
    "power_adequacy_loss": "Loss of each direct-current link against its zones: reserve, shortage.",
    "power_adequacy_capacity": "Capacity value of cables and classes of plants: EFC and ELCC.",
    "adequacy_scenarios": "Scenarios beyond the standard, which funds weigh no further.",
    "power_dispatch": "Hourly output by zone and carrier, reference run.",
    "power_prices": "Hourly prices by zone.",
    "power_link_hourly": "Hourly flow of the cables that are projects.",
    "freight_link_year": "Tonnes, load and time by link, direction and year.",
    "freight_link_flow_year": "Tonnes by link, direction, commodity, form and year.",
    "freight_terminal_year": "Tonnes, load and time by terminal and year.",
    "freight_route_year": "Tonnes, cost, time and distance by flow, route and year.",
    "freight_exit_year": "Tonnes and TEU by flow and exit (Kars, Poti, Zangezur and others) and year.",
    "freight_exit_shift_year": "Tonnes that each project moves from one exit to another, by year.",
    "freight_od_year": "Tonnes and expected cost by flow and year.",
    "freight_access_year": "Cargo, cost and money under each access rule and subsidy, by year.",
    "freight_path_year": "Tonnes, cost and time of the most used paths of every flow, by year.",
    "freight_route_path_year": "The ten paths with most tonnes of every main route, by year.",
    "crossing_curve_year": "Hours across the sea by yearly traffic: the curves freight uses.",
    "crossing_wait_year": "Waits and hours across at the traffic that came, by port pair and cargo.",
    "crossing_resource_year": "Occupancy and queue of every berth, crane, channel, yard, siding.",
    "crossing_service_year": "Time budget, traffic and cost of the vessels of every service.",
    "freight_node_balance": "Tonnes into and out of every node by commodity.",
    "validation": "Model against published statistics.",
    "freight_outlooks": "Published forecasts and plans of freight beside the model, with the reason.",
    "sanity": "Results against the bands that published figures span.",
    "checks": "Laws recomputed from the result tables.",
    "assumptions": "Every entry of every table of the case with source and confidence.",
    "confidence_counts": "Rows of each case table by confidence.",
    "solves": "Every model solved: method, iterations, gap, objective.",
    "portfolio_summary": "What each vehicle chooses, what it is worth, and how sure that is.",
    "portfolio_choice": "Every project offered: chosen with its ticket, rejected or left out, and why.",
    "portfolio_values": "Worth of the choice by objective and scenario.",
    "portfolio_calls": "What each party is called for by year, beside its budget.",
    "portfolio_accounts": "Every payment of the chosen projects and of the vehicle.",
    "portfolio_balances": "Accounts of projects, reserves and vehicles by year.",
    "portfolio_loans": "Schedules of the loans of chosen projects.",
    "portfolio_covenants": "Cover ratios beside what lenders ask, and unpaid debt.",
    "portfolio_returns": "Multiple, rate of return and NPV of each party.",
    "portfolio_sharing": "Each party's part of the value, pro rata and by Shapley.",
    "portfolio_frontier": "Choices of which none is better in both the vehicle's and economic worth.",
    "portfolio_sizes": "The choice at other sizes of a vehicle whose size is not known.",
}


@dataclass(frozen=True, slots=True, repr=False)
class Results:
    """What a study gives: `tables` by name and the `manifest` of how they came about."""

    tables: Mapping[str, pl.DataFrame]
    manifest: Mapping[str, object]

    def __repr__(self) -> str:
        """Return what there is in a line; `table(name)` gives a frame."""
        facts = [f"{len(self.tables)} tables"]
        for name in ("scenarios", "years"):
            values = self.manifest.get(name)
            if isinstance(values, list | tuple) and values:
                facts.append(f"{name} {named(values)}")
        return one_line("Results of", str(self.manifest.get("title", "")), facts)

    def _repr_html_(self) -> str:
        """Return the list of tables for a notebook."""
        rows = [
            (name, self.tables[name].height, TABLE_MEANINGS.get(name, "")) for name in self.tables
        ]
        return html_table(repr(self), ("table", "rows", "meaning"), rows)

    def table(self, name: str) -> pl.DataFrame:
        """Return a table; raise NotFoundError where there is none of that name."""
        if name not in self.tables:
            raise NotFoundError(
                f"There is no result table {name!r}; there are {', '.join(sorted(self.tables))}."
            )
        return self.tables[name]
