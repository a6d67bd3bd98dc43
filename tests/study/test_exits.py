"""Cargo by exit, and what a project moves between exits."""

from typing import Any

import polars as pl
import pytest

from transcaspian.study.exits import exit_shifts


def exits(**tonnes: dict[str, float]) -> pl.DataFrame:
    """Return the table of one flow; keys are runs, values tonnes by exit."""
    rows: list[dict[str, Any]] = [
        {
            "scenario": "reference",
            "year": 2030,
            "run": run,
            "demand": "D",
            "exit": name,
            "tonnes": t,
        }
        for run, by_exit in tonnes.items()
        for name, t in by_exit.items()
    ]
    return pl.DataFrame(rows)


def moved(frame: pl.DataFrame) -> dict[tuple[str, str], float]:
    shifts = exit_shifts(frame)
    return {
        (row["from_exit"], row["to_exit"]): row["tonnes"] for row in shifts.iter_rows(named=True)
    }


def test_what_one_exit_loses_another_gains() -> None:
    frame = exits(
        reference={"btk": 100.0, "poti": 50.0}, rail={"btk": 40.0, "poti": 50.0, "zangezur": 60.0}
    )
    assert moved(frame) == {("btk", "zangezur"): 60.0}


def test_losses_go_to_gains_in_proportion() -> None:
    frame = exits(reference={"btk": 100.0}, rail={"btk": 10.0, "poti": 30.0, "zangezur": 60.0})
    assert moved(frame) == pytest.approx({("btk", "poti"): 30.0, ("btk", "zangezur"): 60.0})


def test_cargo_that_passed_no_exit_comes_from_none() -> None:
    frame = exits(reference={"btk": 100.0}, rail={"btk": 90.0, "zangezur": 60.0})
    found = moved(frame)
    assert sum(t for (start, _), t in found.items() if start == "none") == pytest.approx(50.0)
    assert sum(t for (_, end), t in found.items() if end == "zangezur") == pytest.approx(60.0)


def test_a_run_without_change_moves_nothing() -> None:
    frame = exits(reference={"btk": 100.0}, same={"btk": 100.0})
    assert moved(frame) == {}
