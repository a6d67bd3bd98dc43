"""The database on SQLite and PostgreSQL: the same tests on both."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.register.examples import PROMISE, TAIL, event, make, observation
from transcaspian.errors import InputError, NotFoundError, RegisterError
from transcaspian.register.access import load_register, open_for_writing
from transcaspian.register.columns import TABLES
from transcaspian.register.listing import history_of, list_table
from transcaspian.register.read import packaged_folder, read_packaged
from transcaspian.register.record import create_store, import_file, record_rows, retract, undo
from transcaspian.register.store import find_address, open_store
from transcaspian.register.tables import Register


def rows_of(register: Register, name: str) -> list[str]:
    return sorted(repr(row) for row in register[name].iter_rows())


def test_a_new_database_holds_the_packaged_register(address: str) -> None:
    with create_store(address, read_packaged()) as store:
        found = store.read()
    assert all(rows_of(found, name) == rows_of(read_packaged(), name) for name in TABLES)


def test_making_a_database_twice_fills_it_once(address: str) -> None:
    create_store(address, make()).close()
    with create_store(address, make()) as store:
        assert store.read()["commitments"].height == 1
        assert len(store.history("com")) == 1


def test_a_correction_is_a_new_row_and_the_old_one_stays_in_the_history(address: str) -> None:
    with create_store(address, make(observations=[observation("2025", 4.0)])) as store:
        key = "ind|2025|actual|A||2025-12-31"
        change = record_rows(
            store, "observations", [observation("2025", 5.0)], "Analyst", "Typing error"
        )
        assert store.read()["observations"]["value"].to_list() == [5.0]
        entries = [entry for _, entry in store.history(key)]
    assert change.appended == {"observations": 1}
    assert [(entry.revision, entry.values["value"], entry.author) for entry in entries] == [
        (1, 4.0, "packaged register"),
        (2, 5.0, "Analyst"),
    ]
    assert entries[1].message == "Typing error"
    assert entries[0].entered_at < entries[1].entered_at


def test_a_row_that_says_what_is_there_changes_nothing(address: str) -> None:
    with create_store(address, make(observations=[observation("2025", 4.0)])) as store:
        change = record_rows(store, "observations", [observation("2025", 4.0)], "Analyst")
    assert (change.change_id, change.total, change.unchanged) == (0, 0, 1)


def test_undo_brings_back_what_was_there_before(address: str) -> None:
    with create_store(address, make(observations=[observation("2025", 4.0)])) as store:
        before = store.read()
        record_rows(
            store, "observations", [observation("2025", 5.0), observation("2026", 6.0)], "Analyst"
        )
        undo(store, "Analyst")
        assert all(rows_of(store.read(), name) == rows_of(before, name) for name in TABLES)
        assert [
            entry.values["value"] for _, entry in store.history("ind|2025|actual|A||2025-12-31")
        ] == [4.0, 5.0, 4.0]


def test_undo_goes_back_one_change_at_a_time_and_then_stops(address: str) -> None:
    with create_store(address, make()) as store:
        record_rows(store, "observations", [observation("2025", 5.0)], "One")
        record_rows(store, "observations", [observation("2026", 6.0)], "Two")
        undo(store, "Three", 3)
        assert store.read()["observations"]["period"].to_list() == ["2025"]
        undo(store, "One")
        assert store.read()["observations"].height == 0
        with pytest.raises(NotFoundError, match="no change to undo"):
            undo(store, "Three")


def test_undo_takes_back_ones_own_change_and_says_what(address: str) -> None:
    with create_store(address, make()) as store:
        record_rows(store, "observations", [observation("2025", 5.0)], "One", "From the yearbook")
        record_rows(store, "observations", [observation("2026", 6.0)], "Two")
        done = undo(store, "One")
        assert store.read()["observations"]["period"].to_list() == ["2026"]
    assert done.undone is not None
    assert (done.undone["author"], done.undone["message"]) == ("One", "From the yearbook")
    assert done.undone["rows"] == {"observations": ["ind|2025|actual|A||2025-12-31"]}


def test_a_change_of_somebody_else_is_undone_by_its_number_only(address: str) -> None:
    with create_store(address, make()) as store:
        made = record_rows(store, "observations", [observation("2025", 5.0)], "One", "Yearbook")
        with pytest.raises(NotFoundError, match=rf"The last one is {made.change_id}, by 'One'"):
            undo(store, "Two")
        assert store.read()["observations"].height == 1
        undo(store, "Two", made.change_id)
        assert store.read()["observations"].height == 0


@pytest.mark.parametrize("value", [780.0, 100.5])
def test_more_than_the_whole_is_not_taken_for_done(value: float, address: str) -> None:
    promise = {"target": "100", "unit": "%"}
    row = observation("2025", value) | {"unit": "%"}
    with create_store(address, make(promise, indicator={"unit": "%"})) as store:
        with pytest.raises(InputError) as caught:
            record_rows(store, "observations", [row], "One")
        assert caught.value.problems[0].message == f"{value:g} % is more than the whole."
        record_rows(store, "observations", [row | {"value": "100"}], "One")


def test_growth_in_per_cent_may_be_more_than_the_whole(sqlite_address: str) -> None:
    promise = {"measure": "flow", "target": "10", "unit": "%"}
    with create_store(sqlite_address, make(promise, indicator={"unit": "%"})) as store:
        row = observation("2025", 780.0) | {"unit": "%"}
        assert record_rows(store, "observations", [row], "One").total == 1


def test_a_change_that_a_later_one_built_on_is_not_undone(address: str) -> None:
    with create_store(address, make()) as store:
        first = record_rows(store, "observations", [observation("2025", 5.0)], "One")
        record_rows(store, "observations", [observation("2025", 6.0)], "Two")
        with pytest.raises(RegisterError, match="changed again later"):
            undo(store, "Three", first.change_id)
        assert store.read()["observations"]["value"].to_list() == [6.0]


def test_undoing_a_row_that_others_refer_to_is_refused(address: str) -> None:
    with create_store(address, make()) as store:
        added = record_rows(
            store,
            "sources",
            [{"key": "new", "title": "New", "publisher": "Paper", "licence": "facts"}],
            "One",
        )
        record_rows(store, "observations", [observation("2025", 5.0) | {"source": "new"}], "Two")
        with pytest.raises(RegisterError) as error:
            undo(store, "Three", added.change_id)
        assert error.value.problems[0].message == "'new' is not in sources."
        assert "new" in set(store.read()["sources"]["key"])


def test_undo_works_beside_old_rows_that_would_not_be_taken_today(sqlite_address: str) -> None:
    with create_store(sqlite_address, make()) as store:
        record_rows(store, "observations", [observation("2025", 5.0)], "One")
        with store.writing() as connection:
            statement = (
                "UPDATE commitments SET note = '=1+1', recurrence = 'FREQ=MONTHLY;BYDAY=2SU,SA'"
            )
            connection.execute(sa.text(statement))
        undo(store, "One")
        assert store.read()["observations"].is_empty()


def test_the_rows_a_database_began_with_are_not_undone(address: str) -> None:
    with create_store(address, make()) as store, pytest.raises(NotFoundError):
        undo(store, "Analyst")


def test_a_retracted_row_is_gone_until_it_is_entered_again(address: str) -> None:
    with create_store(address, make(evidence=[event("done", "2025-01-01")])) as store:
        key = "com|2025-01-01|done|2025-01-01"
        retract(store, "evidence", key, "Analyst")
        assert store.read()["evidence"].height == 0
        with pytest.raises(NotFoundError):
            retract(store, "evidence", key, "Analyst")
        record_rows(store, "evidence", [event("done", "2025-01-01")], "Analyst")
        assert store.read()["evidence"].height == 1
        assert [entry.retracted for _, entry in store.history(key)] == [False, True, False]


def test_who_saw_an_old_revision_cannot_overwrite_a_newer_one(address: str) -> None:
    with create_store(address, make()) as store:
        record_rows(
            store, "commitments", [PROMISE | {"title": "Carry 11 Mt"}], "One", expected_revision=1
        )
        with pytest.raises(RegisterError, match="revision 2, not 1"):
            record_rows(
                store,
                "commitments",
                [PROMISE | {"title": "Carry 12 Mt"}],
                "Two",
                expected_revision=1,
            )
        assert store.read()["commitments"]["title"].to_list() == ["Carry 11 Mt"]


def test_the_register_can_be_read_as_it_was_entered_by_a_moment(address: str) -> None:
    with create_store(address, make()) as store:
        record_rows(store, "observations", [observation("2025", 5.0)], "One")
        moment = store.history("ind|2025|actual|A||2025-12-31")[0][1].entered_at
        record_rows(store, "observations", [observation("2025", 6.0)], "Two")
        assert store.read(entered_by=moment)["observations"]["value"].to_list() == [5.0]
        assert store.read()["observations"]["value"].to_list() == [6.0]


def test_importing_the_packaged_folder_again_changes_nothing(address: str) -> None:
    with create_store(address, read_packaged()) as store:
        change = import_file(store, packaged_folder(), "Analyst")
        assert change.total == 0
        assert change.unchanged == sum(
            read_packaged()[name].height for name in TABLES if name != "sources"
        )


def test_an_import_with_a_wrong_row_writes_nothing_and_lists_every_problem(
    address: str, tmp_path: Path
) -> None:
    rows = [
        observation("2025", 5.0),
        observation("2026", 6.0) | {"compiler": "nobody"},
        observation("2027", 7.0) | {"unit": "kg"},
    ]
    text = "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])
    (tmp_path / "observations.csv").write_text(text + "\n")
    with create_store(address, make()) as store:
        with pytest.raises(InputError) as error:
            import_file(store, tmp_path / "observations.csv", "Analyst")
        assert {(problem.row, problem.column) for problem in error.value.problems} == {
            (3, "compiler"),
            (4, "unit"),
        }
        assert store.read()["observations"].height == 0


@pytest.mark.parametrize(
    "poison",
    [
        "'; DROP TABLE observations; --",
        '" OR 1=1 --',
        "Robert'); DELETE FROM changes;--",
        "%00",
        "\\'; --",
    ],
)
def test_sql_in_a_text_is_only_a_text(address: str, poison: str) -> None:
    with create_store(address, make()) as store:
        record_rows(
            store,
            "observations",
            [observation("2025", 5.0) | {"note": poison, "scope": poison}],
            poison,
            poison,
        )
        found = store.read()["observations"]
        assert found.select("note", "scope").row(0) == (poison, poison)
        with pytest.raises(NotFoundError):
            store.history(poison)
        assert store.history(f"ind|2025|actual|A|{poison}|2025-12-31")[0][1].author == poison


@pytest.mark.parametrize("author", ["", "  ", "x" * 201, "two\nlines"])
def test_an_author_without_a_plain_name_is_refused(sqlite_address: str, author: str) -> None:
    with create_store(sqlite_address, make()) as store, pytest.raises(InputError, match="author"):
        record_rows(store, "observations", [observation("2025", 5.0)], author)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a\0b",
        ":memory:",
        "file:x?mode=memory",
        "sqlite:///x.db?uri=true",
        "mysql://host/db",
        "oracle://x",
        "/no/such/folder/x.db",
        "http://x",
        "sqlite://",
    ],
)
def test_an_address_that_could_do_harm_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        find_address(address)


def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        find_address(str(tmp_path))


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are my notes.\n" * 100)
    with pytest.raises(RegisterError, match="is not a register database"):
        open_store(str(file))
    assert file.read_text() == "These are my notes.\n" * 100


def test_reading_a_database_that_is_missing_does_not_make_it(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        open_store(str(tmp_path / "none.sqlite"))
    assert not (tmp_path / "none.sqlite").exists()


def test_a_password_is_never_shown() -> None:
    with pytest.raises(RegisterError) as error:
        open_store("postgresql://me:secret@127.0.0.1:1/db")
    assert "secret" not in str(error.value)


def test_facts_belong_to_a_change_that_exists(address: str) -> None:
    with (
        create_store(address, make()) as store,
        pytest.raises(RegisterError, match=r"(?i)constraint"),
        store.writing() as connection,
    ):
        connection.execute(
            sa.text(
                "INSERT INTO compilers (entity, revision, change_id, code) VALUES ('x', 1, 999, 'x')"
            )
        )


def test_two_rows_of_one_entity_never_share_a_revision(address: str) -> None:
    with (
        create_store(address, make()) as store,
        pytest.raises(RegisterError, match=r"(?i)constraint"),
        store.writing() as connection,
    ):
        connection.execute(
            sa.text(
                "INSERT INTO compilers (entity, revision, change_id, code) VALUES ('A', 1, 1, 'A')"
            )
        )


def test_sqlite_keeps_a_write_ahead_log(sqlite_address: str) -> None:
    with create_store(sqlite_address, make()) as store, store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_row_marked_internal_stays_in_the_database_and_out_of_sight(address: str) -> None:
    with create_store(address, make()) as store:
        record_rows(
            store,
            "observations",
            [observation("2025", 5.0) | {"internal": "true", **{"known_on": TAIL["known_on"]}}],
            "One",
        )
        assert store.read()["observations"].height == 1
        assert store.read().public()["observations"].height == 0


def test_a_database_that_nobody_may_write_says_so(sqlite_address: str) -> None:
    create_store(sqlite_address, make()).close()
    with open_store(sqlite_address) as store, store.writing(), open_store(sqlite_address) as other:
        # The first writer holds the lock; the second one is told so instead of failing oddly.
        sa.event.listen(
            other.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=1")
        )
        with pytest.raises(RegisterError, match="locked"):
            record_rows(other, "observations", [observation("2025", 5.0)], "Analyst")


def test_a_zero_byte_is_refused_everywhere(address: str) -> None:
    create_store(address, make()).close()
    for question in (
        lambda: list_table(address, "commitments", {"title": "a\0b"}),
        lambda: list_table(address, "commitments", {}, after="\0"),
        lambda: history_of(address, "a\0b"),
    ):
        with pytest.raises(InputError, match="zero byte"):
            question()
    with open_store(address) as store, pytest.raises(InputError, match="zero bytes"):
        record_rows(store, "observations", [observation("2025", 5.0)], "Analyst", "a\0b")


def test_a_database_in_a_folder_that_cannot_be_written_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "register.sqlite"
    create_store(str(file), make()).close()
    files = sorted(tmp_path.iterdir())
    expected = load_register(str(file)).tables
    tmp_path.chmod(0o555)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # what all but the system's owner see

    found = load_register(str(file)).tables
    with open_store(str(file)) as store, pytest.raises(RegisterError, match="readonly"):
        record_rows(store, "observations", [observation("2025", 5.0)], "Analyst", "Typing error")

    tmp_path.chmod(0o755)
    assert sorted(tmp_path.iterdir()) == files
    assert all(found[name].equals(expected[name]) for name in expected)


def test_no_table_is_made_in_the_database_of_another_program(tmp_path: Path) -> None:
    file = tmp_path / "bookmarks.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE bookmarks (address TEXT)")

    with pytest.raises(RegisterError, match="another program: it holds the table 'bookmarks'"):
        open_for_writing(str(file))

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
