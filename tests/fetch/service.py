"""A loopback service whose answers are made by hand after the published descriptions.

Nothing here was observed: radiation, wind and load are plain formulas. The shapes follow
https://power.larc.nasa.gov/docs/services/api/temporal/hourly/ and the data package "Time series"
of Open Power System Data (doi:10.25832/time_series/2020-10-06).
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np

YEAR = 2016  # of the small case; 8,784 hours
N_HOUR = 8784
LOAD_COLUMN = "_load_actual_entsoe_transparency"


@dataclass
class Reply:
    """One answer: what a handler sends."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None  # bytes after which the connection breaks
    delay: threading.Event | None = None  # hold the answer back until it is set


@dataclass
class Service:
    """The server's address and the requests that it got."""

    address: str
    requests: list[tuple[str, dict[str, str]]]


@contextmanager
def serve(answer: Callable[[str, dict[str, str], int], Reply]) -> Iterator[Service]:
    """Serve `answer(path, request headers, number of the request)` on a loopback port."""
    requests: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): text for name, text in self.headers.items()}
            requests.append((self.path, headers))
            reply = answer(self.path, headers, len(requests))
            if reply.delay is not None:
                reply.delay.wait(10)
                return
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut_after])

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Service(f"http://127.0.0.1:{server.server_port}", requests)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hours(year: int = YEAR) -> list[datetime]:
    start = datetime(year, 1, 1, tzinfo=UTC)
    count = (datetime(year + 1, 1, 1, tzinfo=UTC) - start) // timedelta(hours=1)
    return [start + timedelta(hours=hour) for hour in range(count)]


def made_up_weather(lat: float, lon: float, year: int = YEAR) -> dict[str, object]:
    """Return an answer of the hourly point service with made-up weather."""
    times = hours(year)
    hour = np.arange(len(times))
    # Sun from 6 to 18 local mean time, higher in summer.
    local = (hour + lon / 15.0) % 24.0
    season = 0.7 - 0.3 * np.cos(2 * np.pi * hour / len(times))
    sun = np.maximum(np.sin(np.pi * (local - 6.0) / 12.0), 0.0) * (local >= 6.0) * (local <= 18.0)
    values = {
        "ALLSKY_SFC_SW_DWN": 800.0 * season * sun,
        "ALLSKY_SFC_SW_DNI": 600.0 * season * np.sqrt(sun),
        "ALLSKY_SFC_SW_DIFF": 200.0 * season * sun,
        "T2M": 15.0 - 12.0 * np.cos(2 * np.pi * hour / len(times)),
        "WS10M": 5.0 + 2.5 * np.sin(hour / 17.0),
        "WS50M": 7.0 + 3.5 * np.sin(hour / 17.0),
    }
    units = dict.fromkeys(values, "Wh/m^2") | {"T2M": "C", "WS10M": "m/s", "WS50M": "m/s"}
    names = [time.strftime("%Y%m%d%H") for time in times]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat, 20.0]},
        "properties": {
            "parameter": {
                name: dict(zip(names, np.round(series, 2).tolist(), strict=True))
                for name, series in values.items()
            }
        },
        "header": {
            "title": "Made up by hand",
            "fill_value": -999.0,
            "time_standard": "UTC",
            "start": names[0][:8],
            "end": names[-1][:8],
        },
        "messages": [],
        "parameters": {name: {"units": unit, "longname": name} for name, unit in units.items()},
    }


def nasa(path: str, *_: object) -> Reply:
    """Answer as the hourly point service does."""
    query = parse_qs(urlsplit(path).query)
    content = made_up_weather(
        float(query["latitude"][0]), float(query["longitude"][0]), int(query["start"][0][:4])
    )
    return Reply(json.dumps(content).encode())


def made_up_load(
    countries: dict[str, float], year: int = YEAR, empty: dict[str, slice] | None = None
) -> bytes:
    """Return a file of the time-series package: load is the given mean and a daily wave, in MW."""
    times = hours(year)
    hour = np.arange(len(times))
    wave = 1.0 + 0.2 * np.sin(2 * np.pi * hour / 24.0)
    cells = {
        country: [f"{value:.2f}" for value in (mean * wave).tolist()]
        for country, mean in countries.items()
    }
    for country, gap in (empty or {}).items():
        cells[country][gap] = [""] * len(cells[country][gap])
    header = ["utc_timestamp", "cet_cest_timestamp", *(f"{name}{LOAD_COLUMN}" for name in cells)]
    lines = [",".join(header)]
    for place, time in enumerate(times):
        local = (time + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S+0100")
        row = [
            time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            local,
            *(cell[place] for cell in cells.values()),
        ]
        lines.append(",".join(row))
    return ("\n".join(lines) + "\n").encode()
