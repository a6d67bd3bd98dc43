"""Two runs side by side: what differs, to the cell."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.results.compare import compare_results, compare_tables
from transcaspian.results.tables import Results

PROJECTS = pl.DataFrame(
    {
        "scenario": ["reference", "reference"],
        "project": ["A", "B"],
        "npv_musd": [10.0, None],
        "status": ["planned", "planned"],
    }
)


def test_a_table_equals_itself() -> None:
    assert compare_tables("projects", PROJECTS, PROJECTS).is_empty()


def test_a_changed_number_is_listed_with_its_difference() -> None:
    changed = PROJECTS.with_columns(npv_musd=pl.Series([15.0, None]))

    found = compare_tables("projects", PROJECTS, changed).row(0, named=True)

    assert found["row"] == "reference | A"
    assert found["column"] == "npv_musd"
    assert (found["difference"], found["relative"]) == (5.0, 0.5)


def test_a_value_that_was_null_is_a_difference() -> None:
    changed = PROJECTS.with_columns(pl.col("npv_musd").fill_null(1.0))

    found = compare_tables("projects", PROJECTS, changed)

    assert found.select("first", "second").row(0) == (None, "1.0")


def test_the_order_of_rows_is_no_difference() -> None:
    assert compare_tables("projects", PROJECTS, PROJECTS.reverse()).is_empty()


def test_a_row_that_one_run_lacks_is_listed() -> None:
    found = compare_tables("projects", PROJECTS, PROJECTS.head(1))

    assert set(found["row"]) == {"reference | B"}
    assert found["second"].null_count() == found.height


def test_rows_without_a_name_of_their_own_are_matched_in_order() -> None:
    frame = pl.DataFrame({"kind": ["toll", "toll"], "amount": [1.0, 2.0]})

    found = compare_tables("ledger", frame, frame.with_columns(amount=pl.Series([1.0, 3.0])))

    assert found["difference"].to_list() == [1.0]


def test_what_the_manifests_say_differently_is_listed() -> None:
    first = Results({}, {"case": "a", "options": {"seed": 0, "workers": 1}, "seconds": {"x": 1}})
    second = Results({}, {"case": "a", "options": {"seed": 1, "workers": 1}, "seconds": {"x": 2}})

    assert compare_results(first, second).settings.rows() == [("options.seed", "0", "1")]


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20),
    st.floats(min_value=1e-3, max_value=1e3),
)
def test_turning_the_comparison_round_turns_the_differences_round(
    values: list[float], step: float
) -> None:
    first = pl.DataFrame({"key": range(len(values)), "value": values})
    second = first.with_columns(pl.col("value") + step)

    there = compare_tables("t", first, second)
    back = compare_tables("t", second, first)

    assert there["difference"].to_list() == pytest.approx((-back["difference"]).to_list())
