"""Routes of runs: overview, map, cards, electricity, freight, crossing, projects, funds, inputs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from transcaspian.web.answer import PAGE, answer
from transcaspian.web.deps import (
    DayQuery,
    RunDep,
    RunQuery,
    StateDep,
    day_of,
)
from transcaspian.web.pages import overview, projects

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
