"""Rules of access and months that contradict themselves are named by file, row and column."""

import csv
from pathlib import Path

import pytest

from transcaspian.case.read import read_case
from transcaspian.errors import InputError

RULE = {
    "access": "BAN", "name": "A ban", "kind": "ban", "country": "", "links": "", "terminals": "",
    "zones": "", "origins": "", "destinations": "", "commodities": "", "forms": "",
    "source": "assumption", "confidence": "assumed", "note": "",
}  # fmt: skip
EFFECT = {
    "access": "BAN", "year": "", "is_in_force": "true", "months": "", "is_closed": "false",
    "delay_h": "0", "charge_usd_per_t": "0", "insurance_share": "0",
    "source": "assumption", "confidence": "assumed", "note": "",
}  # fmt: skip
FERRY = "EPORT-WPORT-ferry"
YEARS = ("2024", "2025", "2030")


def write(folder: Path, table: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_rule(folder: Path, rule: dict[str, str], effect: dict[str, str]) -> None:
    write(folder, "freight/access", [RULE | rule])
    write(folder, "freight/access_years", [EFFECT | effect | {"year": year} for year in YEARS])


def write_months(folder: Path, **changes: str) -> None:
    rows = [
        {
            "link": FERRY, "month": str(month), "open_share": "1", "background_factor": "1",
            "source": "assumption", "confidence": "assumed", "note": "",
        } | changes
        for month in range(1, 13)
    ]  # fmt: skip
    write(folder, "freight/link_months", rows)


def problems(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_case(folder)
    return [str(problem) for problem in caught.value.problems]


def test_a_rule_reaches_the_view_of_a_year_with_its_months(case_folder: Path) -> None:
    write_rule(
        case_folder, {"links": FERRY, "forms": "bulk;container"}, {"months": "1;12", "delay_h": "5"}
    )
    row = read_case(case_folder).at(2030).tables["freight/access"].row(0, named=True)
    assert (row["months"], row["delay_h"], row["forms"]) == ("1;12", 5.0, "bulk;container")


def test_a_rule_that_holds_nowhere_is_refused(case_folder: Path) -> None:
    write_rule(case_folder, {}, {"delay_h": "5"})
    (problem,) = problems(case_folder)
    assert "freight/access.csv, row 2, column 'access': 'BAN' names neither" in problem


def test_a_rule_that_does_nothing_is_refused(case_folder: Path) -> None:
    write_rule(case_folder, {"links": FERRY}, {})
    found = problems(case_folder)
    assert len(found) == len(YEARS)
    assert "closes, delays and costs nothing" in found[0]


def test_a_rule_out_of_force_may_do_nothing(case_folder: Path) -> None:
    write_rule(case_folder, {"links": FERRY}, {"is_in_force": "false"})
    assert read_case(case_folder).tables["freight/access"].height == 1


@pytest.mark.parametrize(
    ("rule", "effect", "message"),
    [
        ({"links": "NOWHERE"}, {"delay_h": "5"}, "'NOWHERE' is not in freight/links.csv"),
        ({"links": FERRY, "zones": "MARS"}, {"delay_h": "5"}, "'MARS' is not in freight/zones"),
        ({"links": FERRY}, {"delay_h": "5", "months": "13"}, "13"),
        ({"links": FERRY}, {"insurance_share": "1.5"}, "1.5"),
        ({"links": FERRY, "kind": "whim"}, {"delay_h": "5"}, "whim"),
    ],
)
def test_a_wrong_cell_of_a_rule_is_named(
    case_folder: Path, rule: dict[str, str], effect: dict[str, str], message: str
) -> None:
    write_rule(case_folder, rule, effect)
    assert any(message in problem for problem in problems(case_folder))


def test_a_rule_without_a_year_is_refused(case_folder: Path) -> None:
    write_rule(case_folder, {"links": FERRY}, {"delay_h": "5"})
    write(case_folder, "freight/access_years", [EFFECT | {"delay_h": "5", "year": "2030"}])
    assert any("'BAN' has no row of 2025" in problem for problem in problems(case_folder))


def test_twelve_months_with_the_years_mean_pass(case_folder: Path) -> None:
    write_months(case_folder, open_share="0.5")
    assert read_case(case_folder).at(2030).tables["freight/link_months"].height == 12


def test_background_that_leaves_the_years_mean_is_refused(case_folder: Path) -> None:
    write_months(case_folder, background_factor="1.2")
    found = problems(case_folder)
    assert len(found) == 12
    assert "freight/link_months.csv, row 2, column 'background_factor': 1.2: the months" in found[0]


def test_eleven_months_are_refused(case_folder: Path) -> None:
    write_months(case_folder)
    path = case_folder / "freight/link_months.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]), encoding="utf-8")
    found = problems(case_folder)
    assert len(found) == 11
    assert all("one of fewer than twelve months of the link" in problem for problem in found)
