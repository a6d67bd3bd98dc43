"""Answers: one page in the form that was asked for, with the headers that every answer has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from transcaspian.errors import ChangedError, InputError, NotFoundError, TranscaspianError
from transcaspian.web.blocks import Page
from transcaspian.web.deps import Answer, DayQuery, PageQuery, State, day_of, view_of
from transcaspian.web.files import (
    chart_file,
    csv_file,
    excel_file,
    find_chart,
    find_table,
    parquet_file,
    streamed,
    vega_file,
)
from transcaspian.web.html import render, render_error, render_failure
from transcaspian.web.models import ErrorData, PageData, page_data
from transcaspian.web.sheets import sheet_file
from transcaspian.web.view import FORMS, View

__all__ = ["HEADERS", "PAGE", "answer", "error_answer", "failure_answer", "told"]

# Scripts come from this machine only and none stands in a page; MapLibre's worker is a blob.
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "vega": "application/vnd.vegalite.v6+json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
STREAMED = ("csv", "parquet")
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORMS: dict[str, Any] = {
    name.split(";")[0]: _BINARY for form, name in TYPES.items() if form not in ("json", "vega")
}
_FORMS[TYPES["vega"]] = {"schema": {"type": "object", "required": ["spec", "formatLocale"]}}
# What every page can answer, for the OpenAPI document.
PAGE: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {
            "description": "The page, as HTML, as data or as a file.",
            "model": PageData,
            "content": _FORMS,
        },
        400: {"description": "No name of this server.", "model": ErrorData},
        404: {"description": "Something asked for is not there.", "model": ErrorData},
        409: {"description": "The run is damaged or was replaced.", "model": ErrorData},
        422: {"description": "A parameter has no such value.", "model": ErrorData},
    },
}
FAILED = 500
# In this order: the first kind that an error is of.
STATUSES: Mapping[type[TranscaspianError], int] = {
    NotFoundError: 404,
    ChangedError: 409,
    InputError: 422,
}


def answer(
    request: Request, state: State, query: PageQuery, build: Callable[[View], Page]
) -> Response:
    """Return the page that `build` makes, in the form asked for; from the cache where it is there."""
    view = view_of(request, query)
    form = _form(request, query)
    if form in STREAMED:
        rows = _rows(view, form, query, state, build)
        _confirm_run(request, state)
        return rows

    def made() -> Answer:
        found = _made(view, form, query, state, build)
        _confirm_run(request, state)  # not replaced while the page was built
        return found

    if state.settings.cached_answers == 0 or state.settings.db is not None:
        return _response(made())
    _confirm_run(request, state)
    troubled = tuple(state.troubles())
    key = (view.language.code, form, request.url.path, request.url.query, _today(query), troubled)
    # A hundred readers of a page that nobody has read yet wait for one that builds it.
    return _response(
        state.answers.get(key) or state.building.get(key, lambda: _kept(state, key, made))
    )


def _kept(state: State, key: tuple[object, ...], made: Callable[[], Answer]) -> Answer:
    """Return the answer, and keep it in the place of the oldest."""
    found = state.answers.get(key) or made()
    with state.guard:
        while len(state.answers) >= state.settings.cached_answers:
            state.answers.pop(next(iter(state.answers)))
        state.answers[key] = found
    state.building.drop(key)
    return found


def _confirm_run(request: Request, state: State) -> None:
    """Raise ChangedError where the run of the address is no more what it was."""
    key = request.path_params.get("run")
    if key is not None:
        state.run(key)


def _rows(
    view: View, form: str, query: PageQuery, state: State, build: Callable[[View], Page]
) -> Response:
    """Return the rows of a table as a file, piece by piece where the page shows but a part of them."""
    page = build(view)
    table = find_table(page, query.table)
    headers = _headers(page, view, form, query)
    if table.every is None:
        return Response(_body(page, view, form, query, state), media_type=TYPES[form], headers=headers)  # fmt: skip
    pieces = streamed(table, form)
    first = next(pieces, b"")  # what can't be read or written is better known before an answer
    return StreamingResponse(chain((first,), pieces), media_type=TYPES[form], headers=headers)


def _made(
    view: View, form: str, query: PageQuery, state: State, build: Callable[[View], Page]
) -> Answer:
    """Return body, media type and headers of the page that `build` makes."""
    page = build(view)
    body = _body(page, view, form, query, state)
    return body, TYPES[form], _headers(page, view, form, query)


def _headers(page: Page, view: View, form: str, query: PageQuery) -> dict[str, str]:
    headers = {**HEADERS, "vary": "Accept, Accept-Language", "content-language": view.language.code}
    if form not in ("html", "json", "vega"):
        name = f"{page.run or 'transcaspian'}-{query.chart or query.table or page.key}.{form}"
        headers["content-disposition"] = f'attachment; filename="{_plain_name(name)}"'
    return headers


def _response(made: Answer) -> Response:
    body, media, headers = made
    return Response(body, media_type=media, headers=headers)


def _today(query: PageQuery) -> str:
    return day_of(query).isoformat() if isinstance(query, DayQuery) else ""


def _form(request: Request, query: PageQuery) -> str:
    if query.format is not None:
        return query.format
    accepted = request.headers.get("accept", "")
    json_at, html_at = accepted.find("application/json"), accepted.find("text/html")
    return "json" if json_at >= 0 and (html_at < 0 or json_at < html_at) else "html"


def _body(page: Page, view: View, form: str, query: PageQuery, state: State) -> bytes:
    if form == "html":
        return render(page, view, state.keys()).encode()
    if form == "json":
        return page_data(page, view).model_dump_json().encode()
    if form == "csv":
        return csv_file(find_table(page, query.table))
    if form == "parquet":
        return parquet_file(find_table(page, query.table))
    if form == "xlsx":
        tables = (find_table(page, query.table),) if query.table else page.tables()
        return excel_file(page, tables, view.here(), view.language)
    if form == "pdf" and page.sheet is not None and not query.chart:
        return sheet_file(page.sheet)
    chart = find_chart(page, query.chart)
    if form == "vega":
        return bytes(JSONResponse(vega_file(chart, view.language)).body)
    return chart_file(chart, view.language, form)


def _plain_name(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name)  # fmt: skip


def error_answer(request: Request, error: TranscaspianError, state: State) -> Response:
    """Return an error of ours in the one shape that it has: JSON, or a page for people."""
    status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)
    return told(request, error, status, state.keys())


def told(
    request: Request, error: TranscaspianError, status: int, runs: Sequence[str] = ()
) -> Response:
    """Return an error with a status; the page for people leads back to the runs."""
    if _wants_page(request):
        body = render_error(error, status, _view_of_error(request), runs)
        return Response(body, status, HEADERS, TYPES["html"])
    return JSONResponse(error.as_dict(), status, HEADERS)


def failure_answer(request: Request, state: State) -> Response:
    """Return that the program failed, in the shape of errors; the trace goes to the server's log."""
    if _wants_page(request):
        body = render_failure(_view_of_error(request), state.keys())
        return Response(body, FAILED, HEADERS, TYPES["html"])
    error = TranscaspianError("The program made a mistake here; the log of the server says which.")
    return JSONResponse(error.as_dict(), FAILED, HEADERS)


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and request.query_params.get("format", "html") == "html"


def _view_of_error(request: Request) -> View:
    """Return language and address of a page that is none, without choices that may have failed."""
    wanted = request.query_params.get("lang")
    query = PageQuery(lang=wanted if wanted in ("en", "ru", "az", "kk") else None)  # type: ignore[arg-type]
    view = view_of(request, query)
    asked = {name: value for name, value in request.query_params.items() if name not in FORMS}
    return replace(view, query={**asked, **view.query})
