"""Runs the tests that lean on another solver under several kernels of the linear algebra library.

    .venv/bin/python scripts/other_kernels.py [--kernels Haswell,Prescott] [options of pytest]

OpenBLAS chooses its kernel by the processor; sums then differ in their last digits, and a solver
that stops by its own rule stops elsewhere. A test that leans on one must pass under all of them.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

KERNELS = "Haswell,SkylakeX,Prescott"  # AVX2, AVX-512, SSE3
SOLVERS = re.compile(
    r"^\s*(?:import|from) (?:scipy|pypsa|networkx|aequilibrae|pyxirr|simpy|ciw|statsmodels|SALib)\b"
    r"|linalg\.|pypsa_networks",
    re.MULTILINE,
)
ROOT = Path(__file__).parents[1]


def leaning_files() -> list[str]:
    """Return the test files that import another solver."""
    return [
        str(file.relative_to(ROOT))
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        if SOLVERS.search(file.read_text(encoding="utf-8"))
    ]


def main() -> int:
    """Run the files under every kernel; return 1 where a test failed under any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernels", default=KERNELS, help="names of OPENBLAS_CORETYPE")
    options, rest = parser.parse_known_args()
    failed = []
    for kernel in options.kernels.split(","):
        sys.stdout.write(f"OPENBLAS_CORETYPE={kernel}\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "pytest", "-q", *rest, *leaning_files()]
        environment = os.environ | {"OPENBLAS_CORETYPE": kernel}
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(kernel)
    if failed:
        sys.stdout.write(f"Tests failed under {', '.join(failed)}.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
