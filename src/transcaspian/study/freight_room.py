"""Solves freight for every run of a plan and turns it into the study's tables."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import polars as pl

from transcaspian import freight
from transcaspian.case.tables import REFERENCE, Case, YearView
from transcaspian.errors import ModelError
from transcaspian.freight.corridor import FreightResult
from transcaspian.freight.paths import Catalogue
from transcaspian.study.crossing_room import CrossingRoom, has_same_crossing
from transcaspian.study.crossing_tables import crossing_tables
from transcaspian.study.options import Plan
from transcaspian.study.reuse import FREIGHT, Store, recall, solve_key
from transcaspian.study.solved import Key, Solved
from transcaspian.study.validation import compared_years
from transcaspian.workers import worker_pool

__all__ = ["BARE_LINK_FLOWS", "BARE_ROUTES", "catalogue_views", "node_balance", "solve_freight"]

# Flows with every route constant at zero, of the runs that published figures are compared with.
BARE_ROUTES, BARE_LINK_FLOWS = "freight_bare_route_year", "freight_bare_link_flow_year"
CONSTANTS = "freight/route_constants"
FORWARD, REVERSE = "0-1", "1-0"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FreightTask:
    """The freight runs of one scenario and year that are to be solved."""

    views: Mapping[Key, YearView]
    detailed: frozenset[Key]  # runs with tables of their crossing
    compared: frozenset[Key]  # runs solved once more without route constants
    paths: Catalogue = field(default_factory=lambda: Catalogue({}))
    crossings: CrossingRoom = field(default_factory=CrossingRoom)

    def solve(self) -> dict[Key, Solved]:
        """Return the equilibrium of every run, on the delay curves of its sea crossing."""
        solved = {}
        for key, view in self.views.items():
            start = time.perf_counter()
            joined = self.crossings.assign(view, self.paths)
            result = _pack(joined.freight, view, time.perf_counter() - start)
            if key in self.detailed:
                result = replace(result, tables={**result.tables, **crossing_tables(joined)})
            if key in self.compared:
                result = replace(result, tables={**result.tables, **self._bare(view)})
            solved[key] = result
        return solved

    def _bare(self, view: YearView) -> dict[str, pl.DataFrame]:
        """Return the flows of a year with every route constant at zero."""
        zero = view.tables[CONSTANTS].with_columns(usd_per_t=pl.lit(0.0))
        bare = replace(view, tables=MappingProxyType({**view.tables, CONSTANTS: zero}))
        tables = freight.freight_tables(self.crossings.assign(bare, self.paths).freight)
        return {
            BARE_ROUTES: tables["freight_routes"],
            BARE_LINK_FLOWS: tables["freight_link_flows"],
        }


def solve_freight(
    case: Case,
    plan: Plan,
    years: tuple[int, ...],
    workers: int,
    progress: Progress,
    store: Store,
) -> dict[Key, Solved]:
    """Return the freight equilibrium of every scenario, run and year; the store spares solves.

    With more than one worker, years are solved side by side in processes of their own; that
    changes no result. All runs choose from the same paths, those of `catalogue_views`.

    Raises ModelError where the system ends a worker; what was solved until then is in the store.
    """
    found: dict[Key, Solved] = {}
    names: dict[Key, str] = {}
    tasks: list[FreightTask] = []
    catalogue = catalogue_views(case)
    paths_key = solve_key(FREIGHT, catalogue, {})
    for scenario in plan.scenarios:
        for year in plan.solved_years(scenario, years):
            views = _views(case, plan, scenario, year)
            detailed = _detailed(
                views, views[Key(scenario, REFERENCE, year)], scenario == plan.scenarios[0]
            )
            compared = _compared(case, scenario, year)
            own = {
                key: solve_key(
                    FREIGHT,
                    [view],
                    {"detailed": key in detailed, "compared": key in compared},
                    [paths_key],
                )
                for key, view in views.items()
            }
            names |= own
            held = recall(store, own)
            found |= held
            missing = _unlike({key: view for key, view in views.items() if key not in held}, own)
            if missing:
                tasks.append(FreightTask(missing, detailed, compared))
    if tasks:
        crossings = CrossingRoom()
        crossings.prepare(
            [view for task in tasks for view in task.views.values()], workers, progress
        )
        paths = freight.collect_paths(catalogue)
        tasks = [replace(task, crossings=crossings, paths=paths) for task in tasks]
        count = sum(len(task.views) for task in tasks)
        progress(f"Freight: {count} runs in {len(tasks)} years")
    for solved in _solve_tasks(tasks, workers):
        for key, result in solved.items():
            store[names[key]] = result.to_bytes()
        found |= solved
        first = next(iter(solved))
        progress(f"Freight {first.year}, scenario {first.scenario}: solved")
    by_name = {names[key]: result for key, result in found.items()}
    return {key: by_name[name] for key, name in names.items()}


def _unlike(views: Mapping[Key, YearView], names: Mapping[Key, str]) -> dict[Key, YearView]:
    """Return the views without those that are the same as an earlier one, such as rival costs."""
    first: dict[str, Key] = {}
    for key in views:
        first.setdefault(names[key], key)
    return {key: views[key] for key in first.values()}


def _detailed(
    views: Mapping[Key, YearView], reference: YearView, is_first_scenario: bool
) -> frozenset[Key]:
    """Return the runs whose crossing is simulated at their own traffic, for its tables."""
    return frozenset(
        key
        for key, view in views.items()
        if key.run == REFERENCE or (is_first_scenario and not has_same_crossing(view, reference))
    )


def _compared(case: Case, scenario: str, year: int) -> frozenset[Key]:
    """Return the run of a year that published figures are compared with, or none."""
    if (
        scenario != REFERENCE
        or case.settings.freight_backcast_year is None
        or CONSTANTS not in case.tables
        or year not in compared_years(case)
    ):
        return frozenset()
    return frozenset({Key(scenario, REFERENCE, year)})


def _solve_tasks(tasks: Sequence[FreightTask], workers: int) -> Iterator[dict[Key, Solved]]:
    if workers == 1 or len(tasks) < 2:
        yield from (task.solve() for task in tasks)
        return
    try:
        with worker_pool(workers) as pool:
            for done in as_completed([pool.submit(task.solve) for task in tasks]):
                yield done.result()
    except BrokenProcessPool as error:
        raise ModelError(
            "The system ended a process that was solving freight, most likely for want of"
            " memory. Run again with --workers 1; what was solved is kept in the cache."
        ) from error


def catalogue_views(case: Case) -> list[YearView]:
    """Return the networks whose paths all freight runs of a case choose from.

    They are those of the first and the last model year, without any project and with every one, in
    the reference and then in every other scenario, of which each is kept that opens a link
    shut in those before. They depend on the case alone: a result is the same whatever else is asked for.
    """
    years = case.settings.model_years
    found: list[YearView] = []
    opened: set[str] = set()
    everything = _freight_projects(case)
    for scenario in (REFERENCE, *(name for name in case.scenario_names() if name != REFERENCE)):
        for year in dict.fromkeys((years[0], years[-1])):
            for projects in ([], everything):
                view = FREIGHT.cut(case.at(year, scenario, projects))
                now = set(view.tables["freight/links"].filter("is_open")["link"])
                if now - opened:
                    found.append(view)
                    opened |= now
    return found


def _views(case: Case, plan: Plan, scenario: str, year: int) -> dict[Key, YearView]:
    """Return the view of every run."""
    runs = plan.solved_in("freight", scenario, year)
    return {
        Key(scenario, run, year): FREIGHT.cut(case.at(year, scenario, plan.members.get(run, ())))
        for run in (REFERENCE, *runs)
    }


def _freight_projects(case: Case) -> list[str]:
    """Return every project that changes the freight network."""
    changes = case.tables["projects/changes"]
    movers = changes.filter(pl.col("table").str.starts_with("freight/"))["project"]
    return movers.unique(maintain_order=True).to_list()


def _pack(result: FreightResult, view: YearView, seconds: float) -> Solved:
    tables = freight.freight_tables(result)
    links = tables["freight_links"]
    equilibrium = result.equilibrium
    return Solved(
        accounts=freight.accounts(result, view),
        co2_t=float(links["co2_t"].sum()),
        tables={
            "freight_link_year": _both_ways(links, "link"),
            "freight_link_flow_year": tables["freight_link_flows"],
            "freight_terminal_year": _terminals(tables["freight_terminals"]),
            "freight_route_year": tables["freight_routes"].with_columns(
                co2_t=pl.col("tonnes") * pl.col("co2_t_per_t")
            ),
            "freight_exit_year": tables["freight_exits"],
            "freight_od_year": tables["freight_od"],
            "freight_access_year": tables["freight_access"],
            "freight_path_year": tables["freight_paths"],
            "freight_route_path_year": tables["freight_route_paths"],
            "freight_node_balance": node_balance(
                tables["freight_link_flows"], tables["freight_supply"]
            ),
        },
        log={
            "room": "freight",
            "method": "path-size logit, nested by main route; Newton on the queues",
            "status": "converged",  # assign_case raises where it is not
            "iterations": len(equilibrium.gaps),
            "gap": float(equilibrium.gaps[-1]),
            "objective": float(
                (
                    tables["freight_od"]["tonnes"] * tables["freight_od"]["expected_cost_usd_per_t"]
                ).sum()
            ),
        },
        seconds=seconds,
    )


def _both_ways(links: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return one row a link: tonnes each way, the load and times of the busier way."""
    busier = pl.col("load").fill_null(0.0).arg_max()
    return links.group_by(key, maintain_order=True).agg(
        forward_t=pl.col("tonnes").filter(pl.col("direction") == FORWARD).sum(),
        reverse_t=pl.col("tonnes").filter(pl.col("direction") == REVERSE).sum(),
        teu=pl.col("teu").sum(),
        capacity=pl.col("capacity").get(busier),
        load_ratio=pl.col("load").get(busier),
        time_h=pl.col("time_h").get(busier),
        delay_h=(pl.col("time_h") - pl.col("free_time_h")).get(busier),
        capacity_value_usd=pl.col("capacity_value_usd").get(busier),
        co2_t=pl.col("co2_t").sum(),
    )


def _terminals(terminals: pl.DataFrame) -> pl.DataFrame:
    return terminals.group_by("terminal", maintain_order=True).agg(
        pl.col("tonnes").sum(),
        pl.col("teu").sum(),
        pl.col("capacity").first(),
        load_ratio=pl.col("load").first(),
        time_h=pl.col("time_h").max(),
        delay_h=(pl.col("time_h") - pl.col("free_time_h")).max(),
        capacity_value_usd=pl.col("capacity_value_usd").first(),
    )


def node_balance(flows: pl.DataFrame, supply: pl.DataFrame) -> pl.DataFrame:
    """Return tonnes into and out of every node by commodity and form.

    Columns: node, commodity, form, arriving_t, starting_t, leaving_t, ending_t; what arrives and
    starts must equal what leaves and ends.
    """
    keys = ["node", "commodity", "form"]
    parts = [
        flows.select(node="to_node", commodity="commodity", form="form", arriving_t="tonnes"),
        flows.select(node="from_node", commodity="commodity", form="form", leaving_t="tonnes"),
        supply.select(*keys, "starting_t", "ending_t"),
    ]
    return (
        pl.concat(parts, how="diagonal")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("arriving_t", "starting_t", "leaving_t", "ending_t").sum())
        .sort(keys)
    )
