"""How time grows with hours and buses: this program beside PyPSA, as a table and a picture.

    python benchmarks/power_scaling.py --hours 168 730 2190 --buses 5 10 20 --svg scaling.svg

Dispatch alone. Hours grow at ten buses, buses at the first number of --bus-hours; every solve runs
in a process of its own, and processor seconds of building and solving count, so that a busy machine
changes little.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from power import make_network

SCRIPT = Path(__file__).with_name("power.py")
# Name, colour, and how far below its first point the name stands.
ENGINES = {"ours": ("this program", "#0b6e8a", 18.0), "pypsa": ("PyPSA 1.4", "#b4531a", -8.0)}
WIDTH, HEIGHT, MARGIN = 360.0, 300.0, 56.0


def processor_seconds(hours: int, n_bus: int, engines: list[str]) -> dict[str, float]:
    """Return processor seconds of each engine on one network."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.nc"
        make_network("dispatch", hours, path, n_bus)
        found = {}
        for engine in engines:
            command = [
                sys.executable,
                str(SCRIPT),
                "dispatch",
                "--engine",
                engine,
                "--path",
                str(path),
            ]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[engine] = json.loads(done.stdout.splitlines()[-1])["cpu_s"]
    return found


def panel(
    title: str,
    sizes: list[int],
    rows: list[dict[str, float]],
    left: float,
    decades: tuple[int, int],
) -> str:
    """Return one log-log panel: processor seconds over a size."""
    low, high = decades
    x_log = np.log10(sizes)
    x_span = max(float(x_log[-1] - x_log[0]), 1e-9)
    inner_width, inner_height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN

    def x(value: float) -> float:
        return left + MARGIN + (np.log10(value) - x_log[0]) / x_span * inner_width

    def y(seconds: float) -> float:
        return MARGIN + (high - np.log10(seconds)) / (high - low) * inner_height

    parts = [f'<text x="{left + MARGIN:.0f}" y="24" font-weight="bold">{title}</text>']
    for decade in range(low, high + 1):
        at = y(10.0**decade)
        end = left + WIDTH - MARGIN
        parts.append(
            f'<path d="M{left + MARGIN:.0f} {at:.1f}H{end:.0f}" stroke="#ccc"/>'
            f'<text x="{left + MARGIN - 6:.0f}" y="{at + 4:.1f}" text-anchor="end">{10.0**decade:g} s</text>'
        )
    foot = HEIGHT - MARGIN + 18.0
    parts += [
        f'<text x="{x(size):.1f}" y="{foot:.0f}" text-anchor="middle">{size:,}</text>'
        for size in sizes
    ]
    for engine, (name, colour, below) in ENGINES.items():
        points = [(x(n), y(row[engine])) for n, row in zip(sizes, rows, strict=True)]
        line = " ".join(f"{at:.1f},{up:.1f}" for at, up in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{at:.1f}" cy="{up:.1f}" r="3" fill="{colour}"/>' for at, up in points
        ]
        at, up = points[0]
        parts.append(f'<text x="{at + 6:.1f}" y="{up + below:.1f}" fill="{colour}">{name}</text>')
    return "\n".join(parts)


def picture(panels: list[tuple[str, list[int], list[dict[str, float]]]]) -> str:
    """Return the panels side by side as SVG, on one scale of seconds."""
    seconds = [value for _, _, rows in panels for row in rows for value in row.values()]
    decades = int(np.floor(np.log10(min(seconds)))), int(np.ceil(np.log10(max(seconds))))
    width = WIDTH * len(panels)
    body = "\n".join(
        panel(title, sizes, rows, k * WIDTH, decades)
        for k, (title, sizes, rows) in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {HEIGHT:.0f}" '
        'font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="Processor seconds '
        f'over hours and buses">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def main() -> None:
    """Measure, print one JSON object a size, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hours", type=int, nargs="+", default=[24, 48])
    parser.add_argument("--buses", type=int, nargs="+", default=[3, 6])
    parser.add_argument("--bus-hours", type=int, default=24)
    parser.add_argument("--svg", type=Path)
    given = parser.parse_args()
    panels = []
    for title, sizes, over_hours in (
        ("Hours, at 10 buses", given.hours, True),
        (f"Buses, over {given.bus_hours:,} hours", given.buses, False),
    ):
        rows = []
        for size in sizes:
            hours, n_bus = (size, 10) if over_hours else (given.bus_hours, size)
            rows.append(processor_seconds(hours, n_bus, list(ENGINES)))
            sys.stdout.write(json.dumps({"hours": hours, "buses": n_bus, **rows[-1]}) + "\n")
            sys.stdout.flush()
        panels.append((title, sizes, rows))
    if given.svg is not None:
        given.svg.write_text(picture(panels), encoding="utf-8")


if __name__ == "__main__":
    main()
