"""Cases and results show a line or a short table of what they hold, never the tables themselves."""

from pathlib import Path

import polars as pl

import transcaspian as tc
from transcaspian.case.tables import Case
from transcaspian.results.tables import Results
from transcaspian.results.write import write_results

LONGEST = 400


def test_a_case_shows_itself_in_a_line(small_case: Case) -> None:
    shown = repr(small_case)

    assert len(shown) < LONGEST
    assert f"{len(small_case.tables)} tables" in shown
    assert "2030" in shown
    assert "\n" not in shown
    assert len(repr(small_case.at(2030))) < LONGEST


def test_a_notebook_lists_the_tables_of_a_case_and_of_results(small_case: Case) -> None:
    results = Results({"projects": pl.DataFrame({"npv": [1.0, 2.0]})}, {"title": "<b>"})

    case_page, results_page = small_case._repr_html_(), results._repr_html_()

    assert case_page.count("<tr>") == len(small_case.tables) + 1
    assert "power/buses" in case_page
    assert ">projects</td>" in results_page
    assert ">2</td>" in results_page
    assert "<b>" not in results_page


def test_a_finished_run_is_read_by_its_folder(tmp_path: Path) -> None:
    results = Results({"projects": pl.DataFrame({"npv": [1.0, 2.0]})}, {"title": "Two shores"})
    folder = write_results(results, tmp_path / "run", "page")

    found = tc.read_run(str(folder))

    assert found.table("projects").equals(results.table("projects"))
    assert repr(found) == "Results of 'Two shores': 1 tables"
