"""The script that repeats tests under other kernels finds the files that lean on another solver."""

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "other_kernels.py"


def leaning_files():
    spec = importlib.util.spec_from_file_location("other_kernels", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return set(module.leaning_files())


def test_files_that_import_another_solver_are_found_and_others_are_not():
    found = leaning_files()

    assert {
        "tests/freight/test_other_roads.py",
        "tests/power/test_packaged_oracle.py",
        "tests/power/test_pypsa_attributes.py",
        "tests/portfolio/test_choose.py",
        "tests/appraisal/test_returns.py",
    } <= found
    assert "tests/test_docs.py" not in found
    assert "tests/freight/test_read.py" not in found
