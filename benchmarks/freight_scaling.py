"""Times user equilibrium over growing numbers of zones and links; writes a table and a picture.

    python benchmarks/freight_scaling.py [--small] [--picture FILE.svg]

Each size runs in a process of its own, on one thread: processor seconds to a relative gap of 1e-6 and
of 1e-10, and the peak memory of the process, interpreter and libraries included. Traffic grows with
the network so that all are about as crowded (total time over free-flow time is printed). `--small`
is a smoke test of the two smallest sizes.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path

from freight_networks import make_demand, make_network

from transcaspian.freight.traffic import TrafficProblem, Trips

# Columns and rows of the grid of streets, and zones: first links grow, then zones.
BY_LINKS = ((12, 8), (14, 10), (28, 20), (42, 30), (60, 42), (84, 60), (98, 70))
LINKS_ZONES = 100
BY_ZONES = (50, 100, 200, 400, 800)
ZONES_GRID = (28, 20)
GAPS = (1e-6, 1e-10)
TRIPS = 156_000.0  # in all on a grid of 560 streets; grows as its root does, as ways get longer
TRIPS_GRID = 560
MEGABYTE = 1024.0  # ru_maxrss counts kilobytes


def measure(columns: int, rows: int, n_zone: int) -> dict[str, float]:
    """Return what one size takes."""
    from transcaspian.freight.user import AssignOptions, assign

    network = make_network(columns, rows, n_zone)
    trips = TRIPS * math.sqrt(columns * rows / TRIPS_GRID)
    problem = TrafficProblem.of(network, Trips.from_matrix(make_demand(n_zone, trips / n_zone)))
    seconds = []
    for gap in GAPS:
        started = time.process_time()
        result = assign(problem, AssignOptions(gap=gap))
        seconds.append(time.process_time() - started)
    free = float(network.delays.parameters[:, 0] @ result.volume)
    return {
        "zones": n_zone,
        "nodes": network.n_vertex,
        "links": network.tail.size,
        "pairs": problem.trips.demand.size,
        "crowding": result.tstt / free,
        "seconds_1e-6": seconds[0],
        "seconds_1e-10": seconds[1],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE,
    }


def measure_apart(columns: int, rows: int, n_zone: int) -> dict[str, float]:
    """Return what one size takes in a process of its own, and print it as a row of a table."""
    answer = subprocess.run(
        [sys.executable, __file__, "--one", str(columns), str(rows), str(n_zone)],
        check=True,
        capture_output=True,
        text=True,
    )
    row: dict[str, float] = json.loads(answer.stdout)
    cells = (
        f"{row['zones']:,}", f"{row['nodes']:,}", f"{row['links']:,}", f"{row['pairs']:,}",
        f"{row['crowding']:.2f}", f"{row['seconds_1e-6']:.2f}", f"{row['seconds_1e-10']:.2f}",
        f"{row['peak_mb']:.0f}",
    )  # fmt: skip
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()
    return row


PANEL, LEFT, TOP, GAP = 260, 60, 40, 90
ROOM_X, ROOM_Y = 42, 14  # that a label needs
SERIES = (
    ("seconds_1e-6", "1e-6, s", "#0f766e"),
    ("seconds_1e-10", "1e-10, s", "#b45309"),
    ("peak_mb", "memory, GB", "#6d28d9"),
)


def draw_panel(rows: list[dict[str, float]], axis: str, left: float) -> list[str]:
    """Return one logarithmic plot of all series over `axis`, as parts of an SVG."""
    values = [
        [row[name] / (1000.0 if name == "peak_mb" else 1.0) for row in rows]
        for name, _, _ in SERIES
    ]
    low = math.floor(math.log10(min(map(min, values))))
    high = math.ceil(math.log10(max(map(max, values))))
    first, last = math.log10(rows[0][axis]), math.log10(rows[-1][axis])

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            left + PANEL * (math.log10(x) - first) / (last - first),
            TOP + PANEL * (high - math.log10(y)) / (high - low),
        )

    parts = [
        f'<text x="{left + PANEL / 2}" y="{TOP + PANEL + 42}" text-anchor="middle">{axis}</text>'
    ]
    for power in range(low, high + 1):
        _, y = place(rows[0][axis], 10.0**power)
        parts += [
            f'<line x1="{left}" x2="{left + PANEL}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ccc"/>',
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>',
        ]
    last_x = -math.inf
    for row in rows:
        x, _ = place(row[axis], 10.0**low)
        if x - last_x >= ROOM_X:
            parts.append(
                f'<text x="{x:.1f}" y="{TOP + PANEL + 20}" text-anchor="middle" font-size="10">{row[axis]:,.0f}</text>'
            )
            last_x = x
    last_y = math.inf
    for (_, label, colour), series in zip(SERIES, values, strict=True):
        points = [place(row[axis], value) for row, value in zip(rows, series, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        x, y = points[-1]
        if abs(y - last_y) < ROOM_Y:
            y = last_y - ROOM_Y
        last_y = y
        parts.append(f'<text x="{x + 7:.1f}" y="{y + 4:.1f}" fill="{colour}">{label}</text>')
    return parts


def draw(by_links: list[dict[str, float]], by_zones: list[dict[str, float]]) -> str:
    """Return the picture: seconds and memory over links, and over zones."""
    width, height = 2 * (LEFT + PANEL + GAP), TOP + PANEL + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="12" role="img">',
        "<title>Processor seconds to relative gaps of 1e-6 and 1e-10, and peak memory</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="20">{LINKS_ZONES} zones, more links</text>',
        f'<text x="{2 * LEFT + PANEL + GAP}" y="20">{by_zones[0]["links"]:,.0f} to {by_zones[-1]["links"]:,.0f} links, more zones</text>',
        *draw_panel(by_links, "links", LEFT),
        *draw_panel(by_zones, "zones", 2 * LEFT + PANEL + GAP),
        "</svg>\n",
    ]
    return "\n".join(parts)


def main() -> None:
    """Print a row a size and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="only the smallest sizes")
    parser.add_argument("--picture", type=Path, help="an SVG file to write")
    parser.add_argument("--one", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        sys.stdout.write(json.dumps(measure(*options.one), default=float))
        return
    sys.stdout.write(
        "| zones | nodes | links | pairs | total over free time | s to 1e-6 | s to 1e-10 | peak MB |\n"
    )
    sys.stdout.write(f"|{' ---: |' * 8}\n")
    most = 2 if options.small else None
    by_links = [measure_apart(*grid, LINKS_ZONES) for grid in BY_LINKS[:most]]
    by_zones = [measure_apart(*ZONES_GRID, n_zone) for n_zone in BY_ZONES[:most]]
    if options.picture:
        options.picture.write_text(draw(by_links, by_zones), encoding="utf-8")


if __name__ == "__main__":
    main()
