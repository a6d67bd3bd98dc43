"""Databases and targets that can't be used: one clear error, nothing lost, no password shown."""

import contextlib
import errno
import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from transcaspian import swap
from transcaspian.cli import register_entry
from transcaspian.errors import InputError, NotFoundError, RegisterError, TranscaspianError
from transcaspian.register.access import default_database, load_register, open_for_writing
from transcaspian.register.agenda import find_due
from transcaspian.register.export import FORMS, export_register
from transcaspian.register.listing import history_of, list_table
from transcaspian.register.read import read_packaged
from transcaspian.register.record import record_rows, undo
from transcaspian.register.status import judge_all
from transcaspian.register.store import address_shown, database_exists, find_address, open_store

DAY = date(2026, 4, 30)
ROW = {"code": "NEW", "name": "Newcomer"}


def act_status(address: str) -> None:
    judge_all(load_register(address), DAY)


def act_due(address: str) -> None:
    find_due(load_register(address), DAY, DAY, date(2030, 1, 1))


def act_list(address: str) -> None:
    list_table(address, "commitments", {})


def act_history(address: str) -> None:
    history_of(address, "com-kurmangazy")


def act_add(address: str) -> None:
    with open_for_writing(address) as store:
        record_rows(store, "compilers", [ROW], "me")


def act_undo(address: str) -> None:
    with open_store(address) as store:
        undo(store, "me")


def act_observe(address: str) -> None:
    register_entry._unit_of("ind-trade", address)


ACTS = (act_status, act_due, act_list, act_history, act_add, act_undo, act_observe)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a good database with one change."""
    file = tmp_path_factory.mktemp("db") / "good.sqlite"
    with open_for_writing(str(file)) as store:
        record_rows(store, "compilers", [ROW], "me")
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return file.read_bytes()


def damage(content: bytes, seed: int) -> bytes:
    """Return a damaged copy: changed bytes, a cut, zeros, one page over another, a changed head."""
    rng, found = random.Random(seed), bytearray(content)
    place = rng.randrange(len(found))
    match seed % 5:
        case 0:
            for _ in range(rng.choice([1, 20, 300])):
                found[rng.randrange(len(found))] = rng.randrange(256)
        case 1:
            del found[place:]
        case 2:
            found[place : place + 4096] = bytes(len(found[place : place + 4096]))
        case 3:
            one, other = (rng.randrange(len(found) // 4096) * 4096 for _ in range(2))
            found[one : one + 4096] = found[other : other + 4096]
        case _:
            found[rng.randrange(100)] = rng.randrange(256)
    return bytes(found)


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_database_is_read_or_refused_by_every_command(
    seed: int, whole: bytes, tmp_path: Path
) -> None:
    for act in ACTS:
        file = tmp_path / f"{act.__name__}.sqlite"
        file.write_bytes(damage(whole, seed))
        with contextlib.suppress(TranscaspianError):
            act(str(file))


def broken_pages(content: bytes) -> bytes:
    """Return a copy in which the pages of the middle are gone: the file's head is whole."""
    middle = len(content) // 8192 * 4096
    return content[:middle] + b"\xff" * 40960 + content[middle + 40960 :]


@pytest.mark.parametrize("act", ACTS)
def test_a_malformed_database_is_refused_by_every_command(
    act: Callable[[str], None], whole: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "broken.sqlite"
    file.write_bytes(broken_pages(whole))
    with pytest.raises(RegisterError, match=r"is damaged|can't be used"):
        act(str(file))


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "address",
    [
        "{folder}/garbage.sqlite",
        "postgresql://somebody:hunter2@127.0.0.1:1/x",
        "postgresql://somebody:hunter2@127.0.0.1:99999/x",
        "postgresql://somebody:hunter2@a..b/x",
        "postgresql://127.0.0.1:1/x?password=hunter2",
        "postgresql://somebody:hunter2@host:abc/x",
        "postgresql://somebody:hun/ter@2@host:abc/x",
        "mysql://somebody:hunter2@host/x",
        "postgresql:/somebody:hunter2@host/x",
        "~nobody-of-this-name/x.sqlite",
        "{long}",
    ],
)
def test_an_address_that_leads_nowhere_is_one_error_without_its_password(
    act: Callable[[str], None], address: str, tmp_path: Path
) -> None:
    (tmp_path / "garbage.sqlite").write_text("garbage\n" * 100)
    full = address.format(folder=tmp_path, long=tmp_path / ("x" * 300))
    with pytest.raises(TranscaspianError) as caught:
        act(full)
    assert "hunter" not in caught.value.message
    assert "ter@2" not in caught.value.message


@pytest.mark.parametrize("password", ["hunter@2two", "@hunter2two", "hunter2two@", "a@hunter@2two"])
def test_an_at_sign_within_a_password_gives_none_of_it_away(password: str) -> None:
    with pytest.raises(InputError, match="%40") as caught:
        find_address(f"postgresql://me:{password}@127.0.0.1:1/x")

    assert "hunter" not in str(caught.value)
    assert "two" not in str(caught.value)


def test_a_password_in_the_options_of_an_address_is_not_shown() -> None:
    url = find_address("postgresql://me:one@host/x?sslpassword=two&application_name=pages")
    assert "one" not in address_shown(url)
    assert "two" not in address_shown(url)
    assert "application_name=pages" in address_shown(url)


def change_cell(file: Path, statement: str) -> None:
    with open_for_writing(str(file)):
        pass
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commitments SET measure = 'fl\x0fw' WHERE entity = 'com-trains-600'",
        "UPDATE commitments SET due = '20:6' WHERE entity = 'com-trains-600'",
        "UPDATE commitments SET title = NULL WHERE entity = 'com-trains-600'",
        "UPDATE commitments SET target = 'many' WHERE entity = 'com-trains-600'",
        "UPDATE commitments SET title = x'ff00' WHERE entity = 'com-trains-600'",
        "UPDATE observations SET period = '2025-13'",
        "UPDATE indicators SET frequency = 'annuxl'",
        "INSERT INTO alembic_version VALUES ('0002')",
        "UPDATE alembic_version SET version_num = '0o03'",
        "DROP TABLE links",
    ],
)
def test_cells_that_no_rule_allows_are_said_to_be_damage(statement: str, tmp_path: Path) -> None:
    file = tmp_path / "changed.sqlite"
    change_cell(file, statement)
    with pytest.raises(RegisterError):
        judge_all(load_register(str(file)), DAY)


def test_a_database_begun_in_vain_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("transcaspian.register.store.upgrade", full)
    with pytest.raises(RegisterError, match="disk is full"):
        open_for_writing(str(tmp_path / "new.sqlite"))
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_database_where_none_was_made(tmp_path: Path) -> None:
    assert not database_exists(str(tmp_path / "none.sqlite"))


def test_a_user_without_home_is_told_to_name_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    for act in (default_database, open_for_writing):
        with pytest.raises(InputError, match="--db"):
            act()


def test_a_home_that_cannot_be_written_is_told_to_name_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(InputError, match="--db"):
        open_for_writing()


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, "no")

    return fail


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_a_target_that_cannot_be_written_is_one_error(
    form: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap.tempfile, "mkdtemp", failing(number))
    with pytest.raises(InputError, match="can't be written"):
        export_register(read_packaged(), form, tmp_path / "out", DAY)
    assert list(tmp_path.iterdir()) == []


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("can_exchange", [True, False])
@pytest.mark.parametrize("broken", ["exchange", "rename", "write_bytes"])
def test_an_export_that_fails_leaves_the_old_folder_whole(
    broken: str, can_exchange: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    export_register(read_packaged(), "csv", target, DAY)
    (target / "links.csv").write_text("old")
    before = contents(target)
    if not can_exchange:
        monkeypatch.setattr(swap, "_exchange", lambda *_: False)
    if broken == "exchange":
        monkeypatch.setattr(swap, "_exchange", failing(errno.EIO))
    elif broken == "rename":
        rename = Path.rename

        def fail_for_new(self: Path, other: Path) -> Path:
            if other == target and self.name == "tables":
                raise OSError(errno.EIO, "no")
            return rename(self, other)

        monkeypatch.setattr(Path, "rename", fail_for_new)
        monkeypatch.setattr(swap, "_exchange", lambda *_: False)
    else:
        monkeypatch.setattr(Path, "write_bytes", failing(errno.ENOSPC))
    with pytest.raises(InputError, match="can't be written"):
        export_register(read_packaged(), "csv", target, DAY, replace=True)
    assert [file.name for file in tmp_path.iterdir()] == ["out"]
    assert contents(target) == before


@pytest.mark.parametrize("can_exchange", [True, False])
def test_an_export_that_succeeds_leaves_the_new_folder_alone(
    can_exchange: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_exchange:
        monkeypatch.setattr(swap, "_exchange", lambda *_: False)
    target = tmp_path / "out"
    export_register(read_packaged(), "csv", target, DAY)
    fresh = contents(target)
    (target / "links.csv").write_text("old")
    export_register(read_packaged(), "csv", target, DAY, replace=True)
    assert contents(target) == fresh
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_an_export_stopped_while_it_deletes_the_old_folder_has_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    export_register(read_packaged(), "csv", target, DAY)
    fresh = contents(target)
    (target / "links.csv").write_text("old")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", stop)
    with pytest.raises(KeyboardInterrupt):
        export_register(read_packaged(), "csv", target, DAY, replace=True)
    assert contents(target) == fresh


def test_a_first_write_that_fails_leaves_no_register_without_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RegisterError("database or disk is full")

    monkeypatch.setattr("transcaspian.register.record._append", full)
    with pytest.raises(RegisterError, match="disk is full"):
        open_for_writing(str(tmp_path / "new.db"))

    assert list(tmp_path.iterdir()) == []


def test_a_database_into_which_nothing_was_entered_is_no_register(tmp_path: Path) -> None:
    address = str(tmp_path / "bare.db")
    open_store(address, create=True).close()

    with pytest.raises(NotFoundError, match="holds no register"):
        load_register(address)
