"""Routes of the register: the list, moved dates, contradictions, what falls due, history, one row."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from transcaspian.web.answer import PAGE, answer
from transcaspian.web.deps import DayQuery, RegisterQuery, StateDep, day_of
from transcaspian.web.pages import register

router = APIRouter(prefix="/register")


@router.get("", **PAGE)
def promises(
    request: Request, state: StateDep, query: Annotated[RegisterQuery, Query()]
) -> Response:
    """Return every commitment with its status."""
    return answer(
        request,
        state,
        query,
        lambda view: register.register_page(state.register(), day_of(query), view),
    )


@router.get("/slips", **PAGE)
def slips(request: Request, state: StateDep, query: Annotated[DayQuery, Query()]) -> Response:
    """Return how promised dates moved."""
    return answer(
        request,
        state,
        query,
        lambda view: register.slips_page(state.register(), day_of(query), view),
    )


@router.get("/contradictions", **PAGE)
def contradictions(
    request: Request, state: StateDep, query: Annotated[DayQuery, Query()]
) -> Response:
    """Return figures of different sources that do not agree."""
    return answer(
        request,
        state,
        query,
        lambda view: register.contradictions_page(state.register(), day_of(query), view),
    )


@router.get("/due", **PAGE)
def due(request: Request, state: StateDep, query: Annotated[DayQuery, Query()]) -> Response:
    """Return what falls due in the next twelve months."""
    return answer(
        request,
        state,
        query,
        lambda view: register.due_page(state.register(), day_of(query), view),
    )


@router.get("/history", **PAGE)
def history(request: Request, state: StateDep, query: Annotated[DayQuery, Query()]) -> Response:
    """Return what became known when."""
    return answer(
        request,
        state,
        query,
        lambda view: register.history_page(state.register(), day_of(query), view),
    )


@router.get("/show/{key}", **PAGE)
def one(
    request: Request, key: str, state: StateDep, query: Annotated[DayQuery, Query()]
) -> Response:
    """Return one thing of the register with everything that hangs on it."""
    return answer(
        request,
        state,
        query,
        lambda view: register.promise_page(state.register(), key, day_of(query), view),
    )
