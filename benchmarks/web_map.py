"""Whether the map stays quick with many links: hours read where they lie, drawing, moving.

python benchmarks/web_map.py                          30 links, no browser
python benchmarks/web_map.py --links 300 --browser    300 links by 8,760 hours, the system's Chromium

Made-up links between made-up places. `hours` is what a page asks of the table of hours; `draw` is the
SVG of one view; in the browser the interactive map is moved 60 times, each move waited for.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

from transcaspian.report.geography import LAND, SEAS, Projection
from transcaspian.report.map_flows import Flow, Layer, MapPlace, Way
from transcaspian.report.map_view import draw_view, marks_of

HOURS = 8760
MOVES = 60
SEED = 7
PAGE = """<!DOCTYPE html><link rel="stylesheet" href="maplibre-gl.css"><style>body{margin:0}
.map-live{height:640px}</style><script src="maplibre-gl.js"></script><script type="module">
import { styleOf, boundsOf } from "./map.js";
const data = await (await fetch("./data.json")).json();
const container = document.createElement("div");
container.className = "map-live";
document.body.append(container);
const start = performance.now();
const map = new maplibregl.Map({ container, style: styleOf(data), bounds: boundsOf(data.places) });
map.once("idle", () => { window.ready = performance.now() - start; window.map = map; });
</script>"""
MOVE = """async (moves) => {
  const times = [];
  for (let move = 0; move < moves; move += 1) {
    const start = performance.now();
    map.panBy([move % 2 ? 60 : -60, 20], { animate: false });
    await new Promise((done) => map.once("render", done));
    times.push(performance.now() - start);
  }
  return times;
}"""


@dataclass(frozen=True, slots=True)
class _Texts:
    def text(self, message: str, /) -> str:
        return message

    def way(self, way: Way, flow: Flow | None, change: float, /) -> str:  # noqa: ARG002
        return way.name

    def way_address(self, way: str, /) -> str:
        return f"/links/{way}"

    def place_address(self, place: str, /) -> str:
        return f"/places/{place}"


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")


def main() -> None:
    """Print the times of this module's description."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=30)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    generator = np.random.default_rng(SEED)
    at = np.column_stack([generator.uniform(30, 80, 120), generator.uniform(36, 54, 120)])
    ends = generator.integers(0, 120, (options.links, 2))
    ends[:, 1] = np.where(ends[:, 0] == ends[:, 1], (ends[:, 1] + 1) % 120, ends[:, 1])
    with tempfile.TemporaryDirectory() as folder:
        time_hours(Path(folder), options.links, generator)
        time_drawing(at, ends)
        if options.browser:
            time_browser(Path(folder), at, ends)


def time_hours(folder: Path, links: int, generator: np.random.Generator) -> None:
    """Time what pages ask of a table of hours: one link's year, one hour of all links."""
    file = folder / "power_link_hourly.parquet"
    names = [f"L{place}" for place in range(links)]
    pl.DataFrame(
        {
            "link": pl.Series(np.repeat(names, HOURS), dtype=pl.Categorical),
            "hour": np.tile(np.arange(HOURS, dtype=np.int16), links),
            "mw": generator.normal(0.0, 500.0, links * HOURS).astype(np.float32),
        }
    ).write_parquet(file, compression="zstd")
    for what, rows in (
        ("one link, every hour", pl.col("link") == names[-1]),
        ("one hour, every link", pl.col("hour") == HOURS // 2),
    ):
        start = time.perf_counter()
        height = pl.scan_parquet(file).filter(rows).select("hour", "mw").collect().height
        took = 1000.0 * (time.perf_counter() - start)
        say(f"hours: {what} of {links} x {HOURS}: {took:.0f} ms, {height} rows")


def time_drawing(at: np.ndarray, ends: np.ndarray) -> None:
    """Time the SVG of one view."""
    projection = Projection()
    points = [projection(float(lon), float(lat)) for lon, lat in at]
    ways = tuple(
        Way(f"L{place}", f"Link {place}", points[a], points[b], 0)
        for place, (a, b) in enumerate(ends)
    )
    places = tuple(MapPlace(f"P{n}", f"Place {n}", point, n % 4) for n, point in enumerate(points))
    flows = {
        way.key: Flow(1.0 + place % 7, 0.5, 0.1 * (place % 12)) for place, way in enumerate(ways)
    }
    layer = Layer(
        "power", "Power", "TWh", "load", places, ways, ("reference",), (2030,), {("reference", 2030): flows}
    )  # fmt: skip
    start = time.perf_counter()
    drawn = draw_view(
        layer, marks_of(layer, "reference", 2030, "flow"), "flow", projection, _Texts()
    )
    took = 1000.0 * (time.perf_counter() - start)
    say(f"draw: {len(ways)} links: {took:.0f} ms, {len(drawn) / 1000:.0f} kB")


def time_browser(folder: Path, at: np.ndarray, ends: np.ndarray) -> None:
    """Time the interactive map in the system's browser with software WebGL."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    from playwright.sync_api import sync_playwright

    package = find_spec("maplibre")  # found, not imported: it would load what it can draw
    assert package is not None
    library = Path(str(package.origin)).parent / "srcjs"
    for name in ("maplibre-gl.js", "maplibre-gl.css"):
        (folder / name).write_bytes((library / name).read_bytes())
    module = resources.files("transcaspian.web") / "static" / "map.js"
    (folder / "map.js").write_bytes(module.read_bytes())
    lines = [
        {"key": f"L{n}", "text": "", "address": "", "width": 1 + n % 8, "colour": "#0f6a8c", "lane": n % 3,
         "ends": [at[a].tolist(), at[b].tolist()]}
        for n, (a, b) in enumerate(ends)
    ]  # fmt: skip
    rings = {"water": [[list(p) for p in (*r, r[0])] for r in SEAS], "land": [[list(p) for p in (*r, r[0])] for r in LAND]}  # fmt: skip
    data = {"lines": lines, "places": [{"at": point.tolist()} for point in at], **rings}
    (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "favicon.ico").write_bytes(b"")
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))
    )
    Thread(target=server.serve_forever, daemon=True).start()
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
        )
        page = browser.new_page(viewport={"width": 1200, "height": 700})
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        page.wait_for_function("() => window.ready", timeout=120_000)
        moves = page.evaluate(MOVE, MOVES)
        middle, high = np.percentile(moves, (50, 99))
        say(f"browser: ready after {page.evaluate('window.ready'):.0f} ms; a move p50 {middle:.0f} ms, p99 {high:.0f} ms")  # fmt: skip
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
