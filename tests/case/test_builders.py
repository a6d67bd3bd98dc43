"""What the packaged case's builders write without outside figures is what the case holds."""

import shutil
import subprocess
import sys
from pathlib import Path

from transcaspian.case.read import find_case

SCRIPTS = Path(__file__).parents[2] / "scripts" / "build_case"


def test_the_tables_of_finance_are_those_that_their_builder_writes(tmp_path: Path) -> None:
    packaged = find_case()
    for folder in ("projects", "scenarios", "finance"):
        shutil.copytree(packaged / folder, tmp_path / folder)
    for file in (tmp_path / "finance").iterdir():
        file.write_text("to be written")

    subprocess.run(
        [sys.executable, str(SCRIPTS / "finance.py"), str(tmp_path)], check=True, timeout=120
    )

    written = {file.name: file.read_bytes() for file in (tmp_path / "finance").iterdir()}
    assert written == {file.name: file.read_bytes() for file in (packaged / "finance").iterdir()}
