"""Routes of runs: overview, map, cards, electricity, freight, crossing, projects, funds, inputs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from transcaspian.web.answer import PAGE, answer
from transcaspian.web.deps import (
    CompareQuery,
    CrossingQuery,
    DayQuery,
    FreightQuery,
    MapQuery,
    PowerQuery,
    RunDep,
    RunQuery,
    StateDep,
    TableQuery,
    day_of,
)
from transcaspian.web.pages import (
    assumptions,
    cards,
    compare,
    crossing,
    flow_map,
    freight,
    funds,
    overview,
    power,
    projects,
)

router = APIRouter()


class HomeQuery(DayQuery, RunQuery):
    """Parameters of the first page: those of a run and of the register."""


@router.get("/", **PAGE)
def home(request: Request, state: StateDep, query: Annotated[HomeQuery, Query()]) -> Response:
    """Return what the newest run and the register say."""
    runs = tuple(state.runs.values())
    return answer(
        request,
        state,
        query,
        lambda view: overview.home_page(runs, state.register(), day_of(query), view),
    )


@router.get("/runs/{run}", **PAGE)
def run_overview(
    request: Request, run: RunDep, state: StateDep, query: Annotated[RunQuery, Query()]
) -> Response:
    """Return what one run says and how it was made."""
    return answer(request, state, query, lambda view: overview.run_page(run, view))


@router.get("/runs/{run}/projects", **PAGE)
def all_projects(
    request: Request, run: RunDep, state: StateDep, query: Annotated[RunQuery, Query()]
) -> Response:
    """Return what every project is worth."""
    return answer(request, state, query, lambda view: projects.projects_page(run, view))


@router.get("/runs/{run}/projects/{project}", **PAGE)
def one_project(
    request: Request,
    run: RunDep,
    project: str,
    state: StateDep,
    query: Annotated[RunQuery, Query()],
) -> Response:
    """Return the sheet of a project."""
    return answer(request, state, query, lambda view: projects.project_page(run, project, view))


@router.get("/runs/{run}/map", **PAGE)
def the_map(
    request: Request,
    run: RunDep,
    state: StateDep,
    query: Annotated[MapQuery, Query()],
) -> Response:
    """Return the map."""
    return answer(request, state, query, lambda view: flow_map.map_page(run, view))


@router.get("/runs/{run}/places/{sector}/{place}", **PAGE)
def one_place(
    request: Request,
    run: RunDep,
    sector: str,
    place: str,
    state: StateDep,
    query: Annotated[RunQuery, Query()],
) -> Response:
    """Return the card of a place."""
    return answer(request, state, query, lambda view: cards.place_page(run, sector, place, view))


@router.get("/runs/{run}/links/{sector}/{link}", **PAGE)
def one_link(
    request: Request,
    run: RunDep,
    sector: str,
    link: str,
    state: StateDep,
    query: Annotated[RunQuery, Query()],
) -> Response:
    """Return the card of a link."""
    return answer(request, state, query, lambda view: cards.link_page(run, sector, link, view))


@router.get("/runs/{run}/power", **PAGE)
def electricity(
    request: Request,
    run: RunDep,
    state: StateDep,
    query: Annotated[PowerQuery, Query()],
) -> Response:
    """Return dispatch, prices and cables."""
    return answer(request, state, query, lambda view: power.power_page(run, view))


@router.get("/runs/{run}/freight", **PAGE)
def all_freight(
    request: Request,
    run: RunDep,
    state: StateDep,
    query: Annotated[FreightQuery, Query()],
) -> Response:
    """Return routes and bottlenecks."""
    return answer(request, state, query, lambda view: freight.freight_page(run, view))


@router.get("/runs/{run}/crossing", **PAGE)
def the_crossing(
    request: Request,
    run: RunDep,
    state: StateDep,
    query: Annotated[CrossingQuery, Query()],
) -> Response:
    """Return ships, berths and waits."""
    return answer(request, state, query, lambda view: crossing.crossing_page(run, view))


@router.get("/runs/{run}/funds", **PAGE)
def all_funds(
    request: Request,
    run: RunDep,
    state: StateDep,
    query: Annotated[RunQuery, Query()],
) -> Response:
    """Return what funds could pay for."""
    return answer(request, state, query, lambda view: funds.funds_page(run, view))


@router.get("/runs/{run}/assumptions", **PAGE)
def all_assumptions(
    request: Request,
    run: RunDep,
    state: StateDep,
    query: Annotated[TableQuery, Query()],
) -> Response:
    """Return every figure that went in."""
    return answer(request, state, query, lambda view: assumptions.assumptions_page(run, view))


@router.get("/runs/{run}/sources", **PAGE)
def all_sources(
    request: Request,
    run: RunDep,
    state: StateDep,
    query: Annotated[RunQuery, Query()],
) -> Response:
    """Return the sources of the figures."""
    return answer(request, state, query, lambda view: assumptions.sources_page(run, view))


@router.get("/runs/{run}/tables/{name}", **PAGE)
def one_table(
    request: Request,
    run: RunDep,
    name: str,
    state: StateDep,
    query: Annotated[TableQuery, Query()],
) -> Response:
    """Return a page of the rows of a result table."""
    return answer(request, state, query, lambda view: assumptions.table_page(run, name, view))


@router.get("/compare", **PAGE)
def comparison(
    request: Request, state: StateDep, query: Annotated[CompareQuery, Query()]
) -> Response:
    """Return what differs between runs."""
    return answer(request, state, query, lambda view: compare.compare_page(state.runs, view))
