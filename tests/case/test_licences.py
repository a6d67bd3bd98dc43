"""Every table of a case that states licences has one."""

import csv
import importlib.util
from pathlib import Path

import pytest

from tests.small_case import small_tables
from transcaspian.case.read import find_case, read_case
from transcaspian.errors import InputError

SCRIPT = Path(__file__).parents[2] / "scripts" / "licences.py"


def write_licences(folder: Path, tables: list[str]) -> None:
    with (folder / "LICENCES.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["table", "licence", "attribution", "note"])
        writer.writerows([name, "Apache-2.0", "made up", ""] for name in tables)


def test_the_committed_licences_are_what_the_script_makes_of_the_sources() -> None:
    spec = importlib.util.spec_from_file_location("licences", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    with (find_case() / "LICENCES.csv").open(encoding="utf-8", newline="") as stream:
        committed = list(csv.DictReader(stream))

    assert committed == list(script.rows(find_case())), "run python scripts/licences.py"


def test_a_table_without_a_licence_is_named(case_folder: Path) -> None:
    write_licences(
        case_folder, [*(set(small_tables()) - {"power/buses"}), "LICENCES", "power/profiles"]
    )

    with pytest.raises(InputError) as caught:
        read_case(case_folder)

    assert [problem.message for problem in caught.value.problems] == ["'power/buses' has no row."]


def test_a_licence_of_an_unknown_table_is_named_by_its_row(case_folder: Path) -> None:
    write_licences(case_folder, ["power/busses", *small_tables(), "LICENCES", "power/profiles"])

    with pytest.raises(InputError) as caught:
        read_case(case_folder)

    (problem,) = caught.value.problems
    assert (problem.row, problem.message) == (2, "'power/busses' is no table.")


def test_a_case_that_states_licences_of_all_tables_is_whole(case_folder: Path) -> None:
    write_licences(case_folder, [*small_tables(), "LICENCES", "power/profiles"])

    assert read_case(case_folder).tables["LICENCES"].height == len(small_tables()) + 2
