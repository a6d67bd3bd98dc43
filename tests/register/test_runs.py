from datetime import date

import polars as pl
import pytest

from transcaspian.errors import InputError
from transcaspian.register.brief import write_brief
from transcaspian.register.listing import describe
from transcaspian.register.models import compare_with_runs, newest_ranges
from transcaspian.register.read import read_packaged
from transcaspian.register.record import create_store, undo
from transcaspian.register.runs import (
    RUN_INDICATORS,
    join_run,
    name_run,
    record_run,
    record_run_indicators,
)
from transcaspian.register.status import judge_all
from transcaspian.register.tables import make_register, newest_day

DAY = date(2026, 4, 1)


def indicators(value: float = 4.0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "scenario": ["base", "base"],
            "run": ["reference", "cable"],
            "year": [2025, 2030],
            "quantity": ["corridor_mt", "cable_gwh"],
            "value": [value, 8000.0],
        }
    )


def test_a_run_stands_beside_what_was_observed(address: str) -> None:
    with create_store(address, read_packaged()) as store:
        record_run_indicators(store, indicators(), "study", DAY, run_name="run-12")
        figures = compare_with_runs(store.read())
    volume = next(figure for figure in figures if figure.commitment == "com-titr-10mt")
    assert (volume.model, volume.observed, volume.target, volume.run) == (
        4.0,
        4.12,
        10.0,
        "reference",
    )


def test_a_run_is_never_evidence(sqlite_address: str) -> None:
    with create_store(sqlite_address, read_packaged()) as store:
        before = judge_all(store.read(), date(2026, 4, 30))
        record_run_indicators(store, indicators(1e6), "study", DAY, run_name="run-12")
        assert judge_all(store.read(), date(2026, 4, 30)) == before


def test_recording_a_run_twice_changes_nothing(sqlite_address: str) -> None:
    with create_store(sqlite_address, read_packaged()) as store:
        record_run_indicators(store, indicators(), "study", DAY)
        assert record_run_indicators(store, indicators(), "study", DAY).total == 0


def test_two_runs_of_the_same_year_stay_apart(sqlite_address: str) -> None:
    both = indicators().with_columns(year=2030, quantity=pl.lit("corridor_mt"))
    with create_store(sqlite_address, read_packaged()) as store:
        record_run_indicators(store, both, "study", DAY)
        models = store.read()["observations"].filter(pl.col("kind") == "model")
    assert sorted(models.select("scope", "value").iter_rows()) == [
        ("base/cable/model-run", 8000.0),
        ("base/reference/model-run", 4.0),
    ]


def test_every_quantity_of_a_run_has_its_indicator_in_the_packaged_register() -> None:
    units = dict(read_packaged()["indicators"].select("id", "unit").iter_rows())
    assert all(
        units[indicator].removesuffix("/yr") == unit.removesuffix("/yr")
        for indicator, unit in RUN_INDICATORS.values()
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_a_figure_that_is_no_number_is_refused(sqlite_address: str, value: float) -> None:
    with create_store(sqlite_address, read_packaged()) as store, pytest.raises(InputError):
        record_run_indicators(store, indicators(value), "study", DAY)


def test_a_quantity_that_no_run_has_is_refused(sqlite_address: str) -> None:
    wrong = indicators().with_columns(quantity=pl.lit("happiness"))
    with (
        create_store(sqlite_address, read_packaged()) as store,
        pytest.raises(InputError, match="happiness"),
    ):
        record_run_indicators(store, wrong, "study", DAY)


def manifest(**changed: object) -> dict[str, object]:
    """What a run folder says of its run, as far as it names it."""
    return {
        "case": "trans-caspian",
        "case_hash": "5" * 64,
        "options": {"only": [], "years": [], "scenarios": ["base"], "seed": 0, "workers": 2},
        "versions": {"transcaspian": "0.1.0", "highspy": "1.15.1"},
    } | changed


def tables(value: float = 4.0) -> dict[str, pl.DataFrame]:
    return {"run_indicators": indicators(value)}


def test_a_run_recorded_again_on_another_day_changes_nothing(address: str) -> None:
    with create_store(address, read_packaged()) as store:
        key, first = record_run(store, manifest(), tables(), "Analyst", DAY)
        again, second = record_run(store, manifest(), tables(), "Analyst", date(2026, 9, 9))
    assert (again, first.total, second.total, second.unchanged) == (key, 3, 0, 3)


def test_another_run_stands_beside_the_first(sqlite_address: str) -> None:
    other = manifest(case_hash="6" * 64)
    with create_store(sqlite_address, read_packaged()) as store:
        record_run(store, manifest(), tables(4.0), "Analyst", DAY)
        record_run(store, other, tables(5.0), "Analyst", DAY)
        found = store.read()
    values = [
        (figure.source, figure.model)
        for figure in compare_with_runs(found)
        if figure.commitment == "com-titr-10mt"
    ]
    assert sorted(values) == sorted([(name_run(manifest()).key, 4.0), (name_run(other).key, 5.0)])


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        ({"options": {**manifest()["options"], "workers": 9}}, True),  # type: ignore[dict-item]
        ({"options": {**manifest()["options"], "scenarios": ("base",)}}, True),  # type: ignore[dict-item]
        ({"seconds": {"power": 12.0}}, True),
        ({"options": {**manifest()["options"], "seed": 1}}, False),  # type: ignore[dict-item]
        ({"case_hash": "6" * 64}, False),
        ({"versions": {"transcaspian": "0.2.0"}}, False),
    ],
)
def test_a_run_is_named_by_what_decides_its_figures(
    changed: dict[str, object], is_same: bool
) -> None:
    assert (name_run(manifest(**changed)) == name_run(manifest())) is is_same


def test_a_damaged_manifest_names_no_run() -> None:
    with pytest.raises(InputError, match="damaged"):
        name_run({"case": "trans-caspian"})
    with pytest.raises(InputError, match="damaged"):
        name_run(manifest(options="none"))


def test_a_run_taken_back_can_be_recorded_on_a_later_day(sqlite_address: str) -> None:
    later = date(2026, 9, 9)
    with create_store(sqlite_address, read_packaged()) as store:
        record_run(store, manifest(), tables(), "Analyst", DAY)
        undo(store, "Analyst")
        assert compare_with_runs(store.read()) == []
        record_run(store, manifest(), tables(), "Analyst", later)
        assert {figure.recorded_on for figure in compare_with_runs(store.read())} == {later}


def test_a_run_of_an_older_program_or_without_figures_is_refused(sqlite_address: str) -> None:
    with create_store(sqlite_address, read_packaged()) as store:
        with pytest.raises(InputError, match="older program"):
            record_run(store, manifest(), {}, "Analyst", DAY)
        with pytest.raises(InputError, match="no figure"):
            record_run(store, manifest(), {"run_indicators": indicators().clear()}, "A", DAY)


def test_a_register_without_the_indicators_takes_nothing(sqlite_address: str) -> None:
    empty = make_register({})
    with create_store(sqlite_address, empty) as store:
        with pytest.raises(InputError) as error:
            record_run(store, manifest(), tables(), "Analyst", DAY)
        assert store.read()["observations"].is_empty()
        assert store.read()["sources"].is_empty()
    assert {problem.column for problem in error.value.problems} == {"indicator", "compiler"}


def test_the_range_of_a_run_is_that_of_its_projects() -> None:
    rows = [("base", "reference", 4.0), ("base", "cable", 9.0), ("base", "port", 3.0)]
    frame = pl.DataFrame(
        [(scenario, run, 2030, "corridor_mt", value) for scenario, run, value in rows],
        schema=indicators().schema,
        orient="row",
    )
    joined = join_run(read_packaged(), manifest(), {"run_indicators": frame})
    (found,) = newest_ranges(compare_with_runs(joined, only=["com-titr-10mt"]))
    assert (found.without, found.lowest, found.highest, found.highest_run, found.target) == (
        4.0,
        3.0,
        9.0,
        "cable",
        10.0,
    )


def test_the_newest_run_speaks_for_the_models(sqlite_address: str) -> None:
    with create_store(sqlite_address, read_packaged()) as store:
        record_run(store, manifest(), tables(5.0), "Analyst", date(2026, 4, 2))
        record_run(store, manifest(case_hash="6" * 64), tables(4.0), "Analyst", DAY)
        figures = compare_with_runs(store.read(), only=["com-titr-10mt"])
    assert (len(figures), [item.without for item in newest_ranges(figures)]) == (2, [5.0])


def test_a_brief_and_a_promise_show_the_models_beside_the_observed(sqlite_address: str) -> None:
    with create_store(sqlite_address, read_packaged()) as store:
        record_run(store, manifest(), tables(), "Analyst", DAY)
        register = store.read()
    brief = write_brief(register, "ins-2025-astana-kz", DAY)
    (shown,) = [item for item in brief.models if item.commitment == "com-titr-10mt"]
    assert (shown.without, shown.observed, shown.target, shown.unit) == (4.0, 4.12, 10.0, "Mt")
    (row,) = describe(register, "com-titr-10mt", DAY).related["models"]
    assert (row["model"], row["observed"]) == (4.0, 4.12)


def test_a_brief_knows_no_run_that_was_recorded_later(sqlite_address: str) -> None:
    with create_store(sqlite_address, read_packaged()) as store:
        record_run(store, manifest(), tables(), "Analyst", DAY)
        assert write_brief(store.read(), "", date(2026, 3, 31)).models == ()


def test_a_run_joined_for_a_report_does_not_move_its_day() -> None:
    joined = join_run(read_packaged(), manifest(), tables())
    assert newest_day(joined) == newest_day(read_packaged())
    assert len(compare_with_runs(joined)) == 2


def test_a_run_is_joined_with_what_a_register_follows() -> None:
    nothing = make_register({})
    assert join_run(nothing, manifest(), tables()) is nothing
    assert join_run(read_packaged(), manifest(), {}) is read_packaged()
