"""Own flows that contradict themselves are named by file, row and column."""

import csv
from pathlib import Path

import pytest

from transcaspian.case.read import read_case
from transcaspian.errors import InputError

FLOW = {
    "project": "CABLE",
    "kind": "fibre",
    "payer": "external_market",
    "payer_country": "MK",
    "receiver": "project_owners",
    "receiver_country": "EA",
    "from_offset": "0",
    "to_offset": "",
    "amount_musd": "2",
    "source": "assumption",
    "confidence": "assumed",
    "note": "",
}
OUTPUT = {
    "project": "CABLE",
    "measure": "jobs",
    "country": "EA",
    "from_offset": "0",
    "to_offset": "",
    "amount": "20",
    "unit": "person",
    "source": "assumption",
    "confidence": "assumed",
    "note": "",
}


def write(folder: Path, table: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_a_modelled_project_may_have_flows_of_its_own_too(case_folder: Path) -> None:
    write(case_folder, "projects/own_flows", [FLOW, FLOW | {"kind": "scrap", "from_offset": "3"}])
    write(case_folder, "projects/own_outputs", [OUTPUT])

    case = read_case(case_folder)

    assert case.tables["projects/own_flows"].height == 2


def test_a_flow_may_change_its_amount_later(case_folder: Path) -> None:
    later = FLOW | {"from_offset": "5", "amount_musd": "9"}
    write(case_folder, "projects/own_flows", [FLOW | {"to_offset": "4"}, later])

    assert read_case(case_folder).tables["projects/own_flows"].height == 2


@pytest.mark.parametrize(
    ("rows", "row", "column", "words"),
    [
        ([FLOW | {"to_offset": "-1"}], 2, "to_offset", "before from_offset"),
        ([FLOW | {"from_offset": "99"}], 2, "from_offset", "life is over"),
        ([FLOW, FLOW | {"from_offset": "3"}], 3, "from_offset", "in another row"),
        ([FLOW | {"payer": "project_owners", "payer_country": "EA"}], 2, "receiver", "itself"),
        (
            [FLOW | {"payer": "resources", "receiver": "environment"}],
            2,
            "receiver",
            "or from nobody",
        ),
        ([FLOW | {"kind": "capital_cost"}], 2, "kind", "own cost already"),
        ([FLOW | {"payer": "somebody"}], 2, "payer", "not allowed"),
        ([FLOW | {"amount_musd": "-2"}], 2, "amount_musd", "below 0"),
        ([FLOW | {"project": "TUNNEL"}], 2, "project", "not in projects/projects.csv"),
    ],
)
def test_a_wrong_flow_is_named(
    case_folder: Path, rows: list[dict[str, str]], row: int, column: str, words: str
) -> None:
    write(case_folder, "projects/own_flows", rows)

    with pytest.raises(InputError) as caught:
        read_case(case_folder)

    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column) == ("projects/own_flows.csv", row, column)
    assert words in problem.message


def test_jobs_are_persons(case_folder: Path) -> None:
    write(case_folder, "projects/own_outputs", [OUTPUT | {"unit": "million USD/a"}])

    with pytest.raises(InputError) as caught:
        read_case(case_folder)

    (problem,) = caught.value.problems
    assert (problem.file, problem.column) == ("projects/own_outputs.csv", "unit")


def test_a_project_outside_the_models_says_what_it_brings(case_folder: Path) -> None:
    file = case_folder / "projects/projects.csv"
    text = file.read_text("utf-8")
    assert ",power,cable," in text
    file.write_text(text.replace(",power,cable,", ",own,cable,", 1), "utf-8")

    with pytest.raises(InputError) as caught:
        read_case(case_folder)

    assert ["own_flows" in problem.message for problem in caught.value.problems] == [True]


def test_weights_of_scenarios_leave_none_out(case_folder: Path) -> None:
    scenarios = read_case(case_folder).scenario_names()
    weight = {"probability": "0.5", "source": "assumption", "confidence": "assumed", "note": ""}
    rows = [{"scenario": name, **weight} for name in scenarios]
    (case_folder / "finance").mkdir(exist_ok=True)
    write(case_folder, "finance/probabilities", rows)
    assert read_case(case_folder).tables["finance/probabilities"].height == len(scenarios)

    write(case_folder, "finance/probabilities", rows[:-1])

    with pytest.raises(InputError) as wrong:
        read_case(case_folder)
    assert f"{scenarios[-1]!r} has no probability" in str(wrong.value)
