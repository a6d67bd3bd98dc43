"""Files that pages load: our styles and modules, and libraries out of installed packages."""

from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

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


def _folder_of(package: str) -> Path:
    """Return where a package is installed without importing it: it would load what it can draw."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise NotFoundError(f"The package {package!r} is not installed.")
    return Path(spec.origin).parent


@cache
def _content(name: str) -> bytes:
    if name == "vega.js":
        return vega_script().encode()
    if name in LIBRARIES:
        return (_folder_of("maplibre") / "srcjs" / name).read_bytes()
    return (resources.files("transcaspian.web") / "static" / name).read_bytes()
