"""The engine, SimPy and Ciw give the same mean waits on the same models."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "crossing_queues.py"


@pytest.fixture(scope="module")
def peers() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crossing_queues", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["crossing_queues"] = module
    spec.loader.exec_module(module)
    return module


def test_the_queue_waits_as_long_in_all_three(peers: ModuleType) -> None:
    # M/M/3 at 80 %; the engine is held to Erlang's formula, with its error, in test_exact.
    _, _, engine = peers._engine_queue(peers.run_kernel, peers.queue_model(), 100_000, 4)
    _, _, simpy = peers._simpy_queue(20_000)
    _, _, ciw = peers._ciw_queue(20_000)

    assert simpy == pytest.approx(engine, rel=0.15)
    assert ciw == pytest.approx(engine, rel=0.15)


def test_the_two_berth_ferry_on_a_timetable_waits_as_long_in_all_three(peers: ModuleType) -> None:
    means = [
        run(4 * 8760.0)[2]
        for run in (
            lambda hours: peers._engine_timetable(peers.timetable_model(), hours),
            peers._simpy_timetable,
            peers._ciw_timetable,
        )
    ]

    assert np.ptp(means) < 0.06 * np.mean(means)


def test_the_two_berth_ferry_that_waits_for_a_load_waits_as_long_in_simpy(
    peers: ModuleType,
) -> None:
    _, _, engine = peers._engine_ferry(peers.ferry_model(), 4 * 8760.0)
    _, _, simpy = peers._simpy_ferry(4 * 8760.0)

    assert simpy == pytest.approx(engine, rel=0.04)
