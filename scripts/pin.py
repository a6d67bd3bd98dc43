"""Writes the pin files: every package with version and hashes, without index addresses.

Needs the program `uv`. constraints.txt holds what the program needs and the build backend;
constraints-dev.txt adds what tests and lint need, at the same versions.
"""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMON = [
    "uv", "pip", "compile", "pyproject.toml", "--quiet", "--generate-hashes", "--universal",
    "--python-version", "3.11", "--no-emit-index-url", "--no-emit-find-links", "--no-header",
    "--no-annotate", "--group", "build",
]  # fmt: skip


def main() -> None:
    """Write both files."""
    subprocess.run([*COMMON, "-o", "constraints.txt"], cwd=ROOT, check=True)
    groups = ["--group", "test", "--group", "lint", "-c", "constraints.txt"]
    subprocess.run([*COMMON, *groups, "-o", "constraints-dev.txt"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
