"""What the pages cost: time of the server for each page, size of the first, 100 readers at once.

python benchmarks/web_readers.py                      a made-up run, 20 readers for 3 seconds
python benchmarks/web_readers.py DIR --readers 100 --seconds 60

Times of the server are without the cache of answers; readers meet it as it is by default. The map
row is the page of the map with the most links, and the one of power reads hours where they lie.
"""

import argparse
import resource
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import uvicorn
from starlette.testclient import TestClient

from transcaspian.web.app import create_app
from transcaspian.web.settings import LOOPBACK, WebSettings

PAGES = ("", "/projects", "/map?sector=freight", "/map?sector=power", "/power", "/freight", "/assumptions")  # fmt: skip
ROUNDS = 5


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")


def main() -> None:
    """Print the tables of this module's description."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--case", default="")
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run, case = (options.run, options.case) if options.run else made_up(Path(folder))
        keep = WebSettings(runs=(run,), case=case)
        print_server_times(keep.model_copy(update={"cached_answers": 0}), run.name)
        print_readers(keep, run.name, options.readers, options.seconds)


def made_up(folder: Path) -> tuple[Path, str]:
    """Return a run of the example case, freight only, and its case."""
    from transcaspian.case.read import read_case
    from transcaspian.results.write import write_results
    from transcaspian.study import StudyOptions, run_study

    case = Path(__file__).resolve().parents[1] / "examples" / "two-shores"
    results = run_study(read_case(case), StudyOptions(workers=1))
    return write_results(results, folder / "run", ""), str(case)


def print_server_times(settings: WebSettings, run: str) -> None:
    """Print for each page the median time of the server and the bytes of its HTML."""
    client = TestClient(
        create_app(settings), base_url=f"http://{LOOPBACK}", headers={"accept": "text/html"}
    )
    say("page                          ms (median)   first ms   kB of HTML")
    for page in PAGES:
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            answer = client.get(f"/runs/{run}{page}")
            times.append(1000.0 * (time.perf_counter() - start))
            assert answer.status_code == 200, answer.text
        size = len(answer.content) / 1000.0
        say(f"{page or 'overview':28}  {np.median(times):11.0f}   {times[0]:8.0f}   {size:10.0f}")


def print_readers(settings: WebSettings, run: str, readers: int, seconds: float) -> None:
    """Print how long readers wait who ask for page after page, all at once."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), host=LOOPBACK, port=0, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    waits: list[list[float]] = [[] for _ in range(readers)]
    errors = [0] * readers
    end = time.perf_counter() + seconds

    def read(place: int) -> None:
        connection = HTTPConnection(LOOPBACK, port, timeout=60)
        turn = place
        while time.perf_counter() < end:
            start = time.perf_counter()
            try:
                connection.request(
                    "GET", f"/runs/{run}{PAGES[turn % len(PAGES)]}", headers={"accept": "text/html"}
                )
                answer = connection.getresponse()
                answer.read()
                errors[place] += answer.status != 200
            except OSError:  # no answer in time: counted, and asked again over a new connection
                errors[place] += 1
                connection.close()
            waits[place].append(1000.0 * (time.perf_counter() - start))
            turn += 1

    crowd = [threading.Thread(target=read, args=(place,)) for place in range(readers)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    server.should_exit = True
    thread.join()
    every = np.concatenate([np.array(wait) for wait in waits])
    used = resource.getrusage(resource.RUSAGE_SELF)
    say(f"processor {used.ru_utime + used.ru_stime:.0f} s, server and readers together")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000.0
    say(f"{readers} readers, {seconds:g} s: {every.size} answers, {sum(errors)} errors")
    median, high, highest = np.percentile(every, (50, 99, 100))
    say(f"wait p50 {median:.0f} ms, p99 {high:.0f} ms, longest {highest:.0f} ms; {peak:.0f} MB")


if __name__ == "__main__":
    main()
