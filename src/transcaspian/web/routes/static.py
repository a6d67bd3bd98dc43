"""Files that pages load: our styles and modules, and libraries out of installed packages."""

from functools import cache
from importlib import resources

from fastapi import APIRouter
from fastapi.responses import Response

from transcaspian.errors import NotFoundError
from transcaspian.report.images import vega_script
from transcaspian.web.answer import HEADERS

router = APIRouter(prefix="/static", include_in_schema=False)

OURS = {
    "style.css": "text/css",
    "page.js": "text/javascript",
    "chart.js": "text/javascript",
    "map.js": "text/javascript",
}
LIBRARIES = {
    "vega.js": "text/javascript",
    "maplibre-gl.js": "text/javascript",
    "maplibre-gl.css": "text/css",
}


@router.get("/{name}")
def static_file(name: str) -> Response:
    """Return one of the files that are served; NotFoundError for any other name."""
    kind = OURS.get(name) or LIBRARIES.get(name)
    if kind is None:
        raise NotFoundError(f"There is no file {name!r}.")
    headers = {**HEADERS, "cache-control": "public, max-age=3600"}
    return Response(_content(name), media_type=f"{kind}; charset=utf-8", headers=headers)


@cache
def _content(name: str) -> bytes:
    if name == "vega.js":
        return vega_script().encode()
    if name in LIBRARIES:
        return (resources.files("maplibre") / "srcjs" / name).read_bytes()
    return (resources.files("transcaspian.web") / "static" / name).read_bytes()
