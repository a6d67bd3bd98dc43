"""What did not change is not solved again, and what did change is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import polars as pl
import pytest

from transcaspian.case.tables import Case
from transcaspian.results.tables import Results
from transcaspian.study import StudyOptions, run_study
from transcaspian.study.solved import Solved

OPTIONS = StudyOptions()


class CountingStore(dict[str, bytes]):
    """A store that counts what is put into it."""

    added = 0

    def __setitem__(self, key: str, value: bytes) -> None:
        self.added += 1
        super().__setitem__(key, value)


@pytest.fixture(scope="module")
def first(small_case: Case) -> tuple[Results, dict[str, bytes]]:
    store = CountingStore()
    return run_study(small_case, OPTIONS, store=store), store


def changed(case: Case, name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Case:
    tables = dict(case.tables)
    tables[name] = change(tables[name])
    return replace(case, tables=MappingProxyType(tables))


def solved_again(case: Case, kept: Mapping[str, bytes]) -> tuple[Results, set[str]]:
    """Return the results of a second run and the rooms that it solved."""
    store = CountingStore(kept)
    results = run_study(case, OPTIONS, store=store)
    fresh = [Solved.from_bytes(store[key]) for key in store if key not in kept]
    assert store.added == len(fresh)
    return results, {str(solved.log["room"]) for solved in fresh}


def test_a_second_run_solves_nothing_and_gives_the_same_bits(
    small_case: Case, first: tuple[Results, dict[str, bytes]]
) -> None:
    results, rooms = solved_again(small_case, first[1])

    assert rooms == set()
    for name, table in first[0].tables.items():
        assert table.equals(results.tables[name]), name


def test_a_projects_cost_solves_nothing_again_and_changes_its_value(
    small_case: Case, first: tuple[Results, dict[str, bytes]]
) -> None:
    dearer = changed(
        small_case,
        "projects/projects",
        lambda frame: frame.with_columns(pl.col("capex_musd") * 2.0),
    )

    results, rooms = solved_again(dearer, first[1])

    assert rooms == set()
    before = first[0].table("projects")["npv_headline_musd"]
    assert (results.table("projects")["npv_headline_musd"] < before).all()


def test_a_freight_tariff_does_not_solve_power(
    small_case: Case, first: tuple[Results, dict[str, bytes]]
) -> None:
    tariff = pl.col("tariff_usd_per_t_km")
    dearer = changed(
        small_case, "freight/links", lambda frame: frame.with_columns(tariff.fill_null(0.01) * 1.1)
    )

    _, rooms = solved_again(dearer, first[1])

    assert rooms == {"freight"}


def test_a_fuel_price_does_not_solve_freight(
    small_case: Case, first: tuple[Results, dict[str, bytes]]
) -> None:
    price = "price_usd_per_mwh_th"
    dearer = changed(
        small_case, "power/fuel_years", lambda frame: frame.with_columns(pl.col(price) * 1.1)
    )

    _, rooms = solved_again(dearer, first[1])

    assert rooms == {"power"}


@pytest.mark.parametrize("table", ["power/generators", "freight/links", "power/fuels"])
def test_the_source_of_a_figure_changes_nothing_that_is_solved(
    small_case: Case, first: tuple[Results, dict[str, bytes]], table: str
) -> None:
    noted = changed(
        small_case, table, lambda frame: frame.with_columns(note=pl.lit("Checked again."))
    )

    _, rooms = solved_again(noted, first[1])

    assert rooms == set()


def test_a_run_that_was_stopped_goes_on_where_it_was(
    small_case: Case, first: tuple[Results, dict[str, bytes]]
) -> None:
    half = dict(list(first[1].items())[: len(first[1]) // 2])

    results, rooms = solved_again(small_case, half)

    assert rooms
    for name, table in first[0].tables.items():
        assert table.equals(results.tables[name]), name


def test_a_solved_model_survives_packing_to_the_bit() -> None:
    frame = pl.DataFrame(
        {"hour": pl.Series([0, 1], dtype=pl.Int16), "bus": ["A", None], "mw": [0.1, 1e-300]}
    ).with_columns(pl.col("bus").cast(pl.Categorical))
    solved = Solved(frame, 0.1 + 0.2, {"power_prices": frame}, {"gap": None}, 1.5)

    again = Solved.from_bytes(solved.to_bytes())

    assert again.accounts.equals(frame)
    assert again.tables["power_prices"].schema == frame.schema
    assert (again.co2_t, again.log, again.seconds) == (0.1 + 0.2, {"gap": None}, 1.5)


def test_a_rival_cost_of_a_project_shares_its_solve(small_case: Case) -> None:
    # The same changes under another name: another published cost of the same port.
    tables = dict(small_case.tables)
    for name in ("projects", "changes", "spending", "shares"):
        frame = tables[f"projects/{name}"]
        rival = frame.filter(pl.col("project") == "PORT").with_columns(project=pl.lit("PORT_DEAR"))
        if name == "projects":
            rival = rival.with_columns(capex_musd=2.0 * pl.col("capex_musd"))
        tables[f"projects/{name}"] = pl.concat([frame, rival])
    case = replace(small_case, tables=MappingProxyType(tables))
    options = StudyOptions(
        years=(2030,), projects=("PORT", "PORT_DEAR"), only=("freight",), realisations=0
    )
    store = CountingStore()

    results = run_study(case, options, store=store)

    both = {row["project"]: row for row in results.table("projects").iter_rows(named=True)}
    assert store.added == 3  # the reference of 2024, and of 2030 the reference and one port
    assert both["PORT"]["benefit_2030_musd"] == both["PORT_DEAR"]["benefit_2030_musd"]
    assert both["PORT_DEAR"]["npv_headline_musd"] < both["PORT"]["npv_headline_musd"]
