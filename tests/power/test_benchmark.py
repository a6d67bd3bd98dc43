import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "power.py"


@pytest.mark.slow
@pytest.mark.parametrize("case", ["dispatch", "expansion", "variants"])
def test_the_smallest_benchmark_agrees_with_pypsa(case):
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), case], check=True, capture_output=True, text=True
    )
    values = json.loads(done.stdout)
    tolerance = 1e-3 if case == "expansion" else 1e-6  # PyPSA stops at a gap of 1e-4 there
    assert abs(values["objective_difference"]) < tolerance
