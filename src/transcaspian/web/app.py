"""The application: routes, error pages and headers around runs and register."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from transcaspian.errors import InputError, NotFoundError, Problem, TranscaspianError
from transcaspian.web.answer import error_answer, failure_answer
from transcaspian.web.deps import State
from transcaspian.web.head import HeadersOnly
from transcaspian.web.hosts import KnownHosts, OwnNamesOnly
from transcaspian.web.routes import pages, static
from transcaspian.web.runs import find_runs
from transcaspian.web.settings import WebSettings

__all__ = ["create_app"]

SMALLEST_ZIPPED = 1000  # bytes


def create_app(settings: WebSettings) -> FastAPI:
    """Return the application that serves the runs and the register of the settings, read-only.

    Raises NotFoundError or InputError where a run folder is missing or damaged.
    """
    state = State(settings, *find_runs(settings.runs, settings.case))
    app = FastAPI(
        title="transcaspian",
        description="Finished runs and the register of promises; every page is data too.",
        docs_url=None,  # the usual pages load scripts from another host
        redoc_url=None,
    )
    app.state.transcaspian = state
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_ZIPPED)
    app.add_middleware(HeadersOnly)
    app.add_middleware(OwnNamesOnly, hosts=KnownHosts(settings.hosts))
    app.include_router(pages.router)
    app.include_router(static.router)

    @app.exception_handler(TranscaspianError)
    def _ours(request: Request, error: TranscaspianError) -> Response:
        return error_answer(request, error, state)

    @app.exception_handler(RequestValidationError)
    def _wrong_query(request: Request, error: RequestValidationError) -> Response:
        problems = [
            Problem("query", 0, str(item["loc"][-1]), f"{item['msg']}.", "Correct the address.")
            for item in error.errors()
        ]
        return error_answer(request, InputError("The address asks for what there is not.", problems), state)  # fmt: skip

    @app.exception_handler(Exception)
    def _ours_to_mend(request: Request, _: Exception) -> Response:
        return failure_answer(request, state)

    @app.exception_handler(HTTPException)
    def _no_such_page(request: Request, error: HTTPException) -> Response:
        answer = error_answer(request, NotFoundError(f"There is no page {request.url.path!r}."), state)  # fmt: skip
        answer.status_code = error.status_code
        return answer

    return app
