"""Every benchmark runs at its smallest size and prints figures."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
# Modules that benchmarks share; they print nothing of their own.
SHARED = {"freight_networks.py"}
SMALLEST = {
    "appraisal_irr.py": ["200"],
    "appraisal_risk.py": ["2000"],
    "case_rows.py": ["2000"],
    "crossing_queues.py": ["--smallest"],
    "crossing_year.py": ["--smallest"],
    "freight_assignment.py": ["--size", "small"],
    "freight_case.py": ["examples/two-shores", "--year", "2030"],
    "freight_scaling.py": ["--small"],
    "portfolio_choice.py": ["10"],
    "power.py": ["dispatch"],
    "power_adequacy.py": ["--years", "25"],
    "power_scaling.py": ["--hours", "24", "--buses", "3"],
    "power_year.py": ["336"],
    "register_facts.py": [],
    "web_map.py": [],
    "web_readers.py": ["--readers", "5", "--seconds", "1"],
}


def test_every_benchmark_has_a_smallest_size() -> None:
    assert {file.name for file in FOLDER.glob("*.py")} - SHARED == set(SMALLEST)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SMALLEST))
def test_a_benchmark_runs(name: str) -> None:
    answer = subprocess.run(
        [sys.executable, str(FOLDER / name), *SMALLEST[name]],
        capture_output=True,
        text=True,
        check=False,
        cwd=FOLDER.parent,
    )

    assert answer.returncode == 0, answer.stderr
    assert any(character.isdigit() for character in answer.stdout)
