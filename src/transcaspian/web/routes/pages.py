"""Every page of the application in one table: its address, its parameters and who builds it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from transcaspian.web.answer import PAGE, answer
from transcaspian.web.blocks import Page
from transcaspian.web.deps import (
    Asked,
    CompareQuery,
    CrossingQuery,
    DayQuery,
    FreightQuery,
    HomeQuery,
    MapQuery,
    PageQuery,
    PowerQuery,
    RegisterQuery,
    RunQuery,
    StateDep,
    TableQuery,
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
    register,
)

__all__ = ["PAGES", "PageRoute", "router"]


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A page: its address with `{parts}`, what can be asked of it, what it says, who builds it."""

    path: str
    query: type[PageQuery]
    says: str
    build: Callable[[Asked], Page]


PAGES: Sequence[PageRoute] = (
    PageRoute("/", HomeQuery, "What the newest run and the register say.",
              lambda a: overview.home_page(a.runs, a.register(), a.day, a.view, a.state.troubles())),
    PageRoute("/runs/{run}", RunQuery, "What one run says and how it was made.",
              lambda a: overview.run_page(a.run, a.view)),
    PageRoute("/runs/{run}/projects", RunQuery, "What every project is worth.",
              lambda a: projects.projects_page(a.run, a.view)),
    PageRoute("/runs/{run}/projects/{project}", RunQuery, "The sheet of a project.",
              lambda a: projects.project_page(a.run, a.part("project"), a.view)),
    PageRoute("/runs/{run}/map", MapQuery, "The map.",
              lambda a: flow_map.map_page(a.run, a.view)),
    PageRoute("/runs/{run}/places/{sector}/{place}", RunQuery, "The card of a place.",
              lambda a: cards.place_page(a.run, a.part("sector"), a.part("place"), a.view)),
    PageRoute("/runs/{run}/links/{sector}/{link}", RunQuery, "The card of a link.",
              lambda a: cards.link_page(a.run, a.part("sector"), a.part("link"), a.view)),
    PageRoute("/runs/{run}/power", PowerQuery, "Dispatch, prices and cables.",
              lambda a: power.power_page(a.run, a.view)),
    PageRoute("/runs/{run}/freight", FreightQuery, "Routes and bottlenecks.",
              lambda a: freight.freight_page(a.run, a.view)),
    PageRoute("/runs/{run}/crossing", CrossingQuery, "Ships, berths and waits.",
              lambda a: crossing.crossing_page(a.run, a.view)),
    PageRoute("/runs/{run}/funds", RunQuery, "What funds could pay for.",
              lambda a: funds.funds_page(a.run, a.view)),
    PageRoute("/runs/{run}/assumptions", TableQuery, "Every figure that went in.",
              lambda a: assumptions.assumptions_page(a.run, a.view)),
    PageRoute("/runs/{run}/sources", RunQuery, "The sources of the figures.",
              lambda a: assumptions.sources_page(a.run, a.view)),
    PageRoute("/runs/{run}/tables/{name}", TableQuery, "A page of the rows of a result table.",
              lambda a: assumptions.table_page(a.run, a.part("name"), a.view)),
    PageRoute("/compare", CompareQuery, "What differs between runs.",
              lambda a: compare.compare_page(a.compared, a.view)),
    PageRoute("/register", RegisterQuery, "Every commitment with its status.",
              lambda a: register.register_page(a.register(), a.day, a.view)),
    PageRoute("/register/slips", DayQuery, "How promised dates moved.",
              lambda a: register.slips_page(a.register(), a.day, a.view)),
    PageRoute("/register/contradictions", DayQuery, "Figures of sources that do not agree.",
              lambda a: register.contradictions_page(a.register(), a.day, a.view)),
    PageRoute("/register/due", DayQuery, "What falls due in the next twelve months.",
              lambda a: register.due_page(a.register(), a.day, a.view)),
    PageRoute("/register/history", DayQuery, "What became known when.",
              lambda a: register.history_page(a.register(), a.day, a.view)),
    PageRoute("/register/show/{key}", DayQuery, "One thing with everything that hangs on it.",
              lambda a: register.promise_page(a.register(), a.part("key"), a.day, a.view)),
)  # fmt: skip
_PART = re.compile(r"\{(\w+)\}")


def _endpoint(page: PageRoute) -> Callable[..., Response]:
    """Return the function that answers for a page, with the signature that documents it."""

    def endpoint(request: Request, state: StateDep, query: PageQuery, **parts: str) -> Response:
        return answer(
            request, state, query, lambda view: page.build(Asked(state, query, view, parts))
        )

    kinds: dict[str, Any] = {
        "request": Request,
        "state": StateDep,
        "query": Annotated[page.query, Query()],
        **dict.fromkeys(_PART.findall(page.path), str),
    }
    endpoint.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in kinds.items()],
        return_annotation=Response,
    )
    endpoint.__doc__ = f"Return the page: {page.says[:1].lower()}{page.says[1:]}"
    return endpoint


def _router(pages: Sequence[PageRoute]) -> APIRouter:
    found = APIRouter()
    for page in pages:
        name = "_".join(re.findall(r"\w+", page.path)) or "home"
        found.add_api_route(
            page.path, _endpoint(page), methods=["GET"], name=name, summary=page.says, **PAGE
        )
    return found


router = _router(PAGES)
