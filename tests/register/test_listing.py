"""Pages and single things: complete, in order, and without what must not be seen."""

import importlib.util
import sys
from pathlib import Path

import pytest

from tests.register.examples import PROMISE, TAIL, event, make, observation
from transcaspian.errors import InputError, NotFoundError
from transcaspian.register.listing import describe, history_of, list_table, list_table_of
from transcaspian.register.read import read_packaged
from transcaspian.register.record import create_store
from transcaspian.register.tables import Register, make_register

HIDDEN = {"internal": "true"}


def half_secret() -> Register:
    """An internal promise with public evidence, and an internal figure of a public promise."""
    return make(
        HIDDEN,
        [observation("2024", 4.0), observation("2025", 5.0) | HIDDEN],
        [event("done", "2025-01-01")],
        commitments=[PROMISE | {"id": f"public-{number}"} for number in range(5)],
        bodies=[
            {
                "id": "agency",
                "short": "AG",
                "name": "Agency",
                "countries": "AZ",
                "kind": "agency",
                **TAIL,
                **HIDDEN,
            }
        ],
        links=[{"subject": "public-1", "relation": "restates", "object": "com", **TAIL}],
    )


@pytest.mark.parametrize(
    "name", ["commitments", "evidence", "observations", "links", "bodies", "sources"]
)
def test_a_database_shows_the_same_rows_as_the_register_in_memory(address: str, name: str) -> None:
    create_store(address, half_secret()).close()
    for role, register in (("public", half_secret().public()), ("internal", half_secret())):
        expected = list_table_of(register, name, {}, after="", limit=50)
        found = list_table(address, name, {}, role=role)
        assert (found.rows, found.after) == (expected.rows, "")


def test_pages_are_full_even_where_rows_in_between_are_hidden(sqlite_address: str) -> None:
    create_store(sqlite_address, half_secret()).close()
    first = list_table(sqlite_address, "commitments", {}, limit=3)
    second = list_table(sqlite_address, "commitments", {}, after=first.after, limit=3)
    assert [row["id"] for row in [*first.rows, *second.rows]] == [
        f"public-{number}" for number in range(5)
    ]


def test_a_page_can_be_limited_to_rows_with_a_value(address: str) -> None:
    create_store(address, read_packaged()).close()
    where = {"indicator": "ind-btc", "kind": "plan"}
    found = list_table(address, "observations", where)
    assert found.rows == list_table(None, "observations", where).rows
    assert len(found.rows) == 3


@pytest.mark.parametrize("where", [{"nothing": "x"}, {"1=1; --": "x"}])
def test_a_column_that_is_none_is_refused(address: str, where: dict[str, str]) -> None:
    create_store(address, make()).close()
    with pytest.raises(InputError, match="has no column"):
        list_table(address, "observations", where)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_of_absurd_length_is_refused(sqlite_address: str, limit: int) -> None:
    create_store(sqlite_address, make()).close()
    for address in (None, sqlite_address):
        with pytest.raises(InputError, match="A page has"):
            list_table(address, "commitments", {}, limit=limit)


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(NotFoundError):
        list_table(None, "sqlite_master", {})


def test_every_row_of_the_packaged_register_can_be_found_by_its_key() -> None:
    for name in ("bodies", "commitments", "forecasts", "observations", "evidence"):
        page = list_table(None, name, {}, limit=3)
        key = page.after
        assert read_packaged().find(key)[1] == page.rows[-1]


def test_what_hangs_on_a_body_is_shown_with_it() -> None:
    from datetime import date

    found = describe(read_packaged(), "body-kmg", date(2026, 4, 30))
    assert {row["id"] for row in found.related["commitments"]} == {
        "com-btc-15",
        "com-btc-22",
        "com-kashagan",
    }
    assert {row["code"] for row in found.related["compilers"]} == {"KMG"}


def test_the_packaged_register_has_one_revision_of_each_row() -> None:
    (entry,) = history_of(None, "com-fibre")
    assert (entry["revision"], entry["author"]) == (1, "packaged register")


def test_the_benchmark_runs_at_its_smallest_size(sqlite_address: str) -> None:
    path = Path(__file__).parents[2] / "benchmarks" / "register_facts.py"
    spec = importlib.util.spec_from_file_location("register_facts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["register_facts"] = module
    spec.loader.exec_module(module)
    with create_store(sqlite_address, make_register({})) as store:
        found = module.measure(store, module.SMALLEST, page_runs=1)
    assert found["verdicts"] == module.SMALLEST / module.FACTS_PER_PROMISE
