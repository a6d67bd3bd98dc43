"""Many writers at once, and writers that are killed: nothing is lost, torn or half done."""

import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.register import writers
from tests.register.examples import make
from tests.register.writers import (
    COUNTER,
    count_up,
    counter_key,
    counter_row,
    import_one,
    write_pairs,
)
from transcaspian.register.record import create_store, import_file
from transcaspian.register.store import Store

pytestmark = pytest.mark.slow

KILLS = {"sqlite": 100, "postgresql": 20}
ROWS = 600
COUNTERS = 5


def start_register(address: str) -> Store:
    return create_store(
        address, make(observations=[counter_row(counter, 0.0) for counter in range(COUNTERS)])
    )


def in_threads(number: int, work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(number) as pool:
        for done in [pool.submit(work, index) for index in range(number)]:
            done.result()


def processes() -> multiprocessing.context.ForkServerContext:
    """Processes forked from a server that has imported everything but runs no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([writers.__name__])
    return context


def test_fifty_writers_on_postgresql_lose_no_update(postgres_address: str) -> None:
    # Ten writers to a figure: each reads it, adds one, and is refused if another was faster.
    with start_register(postgres_address) as store:
        in_threads(
            50, lambda index: count_up(postgres_address, 1, f"Writer {index}", index % COUNTERS)
        )
        histories = [
            [entry for _, entry in store.history(counter_key(counter))]
            for counter in range(COUNTERS)
        ]
    for counter, history in enumerate(histories):
        assert history[-1].values["value"] == 10.0
        assert [entry.revision for entry in history] == list(range(1, 12))
        assert {entry.author for entry in history[1:]} == {
            f"Writer {index}" for index in range(counter, 50, COUNTERS)
        }


def test_eight_writers_on_sqlite_lose_no_update(sqlite_address: str) -> None:
    with start_register(sqlite_address) as store:
        context = processes()
        started = [
            context.Process(target=count_up, args=(sqlite_address, 3, f"Writer {index}"))
            for index in range(8)
        ]
        for process in started:
            process.start()
        for process in started:
            process.join()
        assert [process.exitcode for process in started] == [0] * 8
        history = [entry for _, entry in store.history(counter_key(0))]
    assert history[-1].values["value"] == 24.0
    assert [entry.revision for entry in history] == list(range(1, 26))


def test_a_reader_never_sees_half_a_change(address: str) -> None:
    with start_register(address) as store:
        torn: list[object] = []
        is_over = threading.Event()

        def read() -> None:
            while not is_over.is_set():
                rows = (
                    store.read()["observations"].select("scope", "value").drop_nulls().iter_rows()
                )
                values: dict[str, set[float]] = {}
                for scope, value in rows:
                    values.setdefault(scope.rsplit(" ", 1)[0], set()).add(value)
                torn.extend(name for name, found in values.items() if len(found) > 1)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            in_threads(4, lambda index: write_pairs(address, 10, f"Writer {index}"))
        finally:
            is_over.set()
            reader.join()
        assert torn == []
        assert store.read()["observations"].height == COUNTERS + 4 * 2


def test_several_programs_make_the_same_database_once(address: str) -> None:
    in_threads(6, lambda _: create_store(address, make()).close())
    with create_store(address, make()) as store:
        assert len(store.history("com")) == 1


def write_batch(folder: Path, number: int) -> Path:
    """Write a file of new figures, in a folder of its own since its name is the table's."""
    path = folder / str(number) / "observations.csv"
    path.parent.mkdir()
    rows = [COUNTER | {"value": "1.5", "scope": f"batch {number} row {row}"} for row in range(ROWS)]
    path.write_text(
        "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]) + "\n"
    )
    return path


def count_rows(store: Store, number: int) -> int:
    """Return how many rows of a file are in the database."""
    statement = sa.text("SELECT count(*) FROM observations WHERE scope LIKE :batch")
    with store.reading() as connection:
        return int(connection.execute(statement, {"batch": f"batch {number} %"}).scalar() or 0)


def test_an_import_killed_at_any_moment_is_whole_or_absent(address: str, tmp_path: Path) -> None:
    kind = "postgresql" if "postgresql" in address else "sqlite"
    moments = random.Random(2026)
    outcomes: list[int] = []
    with start_register(address) as store:
        began = time.perf_counter()
        import_file(store, write_batch(tmp_path, 0), "Importer")
        length = 1.5 * (time.perf_counter() - began)
        context = processes()
        for number in range(1, KILLS[kind] + 1):
            process = context.Process(
                target=import_one, args=(address, str(write_batch(tmp_path, number)))
            )
            process.start()
            process.join(moments.uniform(0.0, length))
            process.kill()
            process.join()
            found = count_rows(store, number)
            assert found in (0, ROWS), f"after kill {number}: {found} of {ROWS} rows"
            outcomes.append(found)
            process.close()
        # The database still takes what the last killed import tried.
        again = import_file(store, tmp_path / str(KILLS[kind]) / "observations.csv", "Importer")
        assert again.total + again.unchanged == ROWS
    assert 0 in outcomes
