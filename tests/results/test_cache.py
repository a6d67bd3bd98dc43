"""The folder of solved models: whole values, checked, and never more than it may hold."""

import os
from pathlib import Path

import pytest

from transcaspian.errors import InputError
from transcaspian.results.cache import FolderCache, user_cache_folder

KEYS = [f"{digit:x}" * 64 for digit in range(1, 8)]


def test_a_value_is_found_again_by_another_reader(tmp_path: Path) -> None:
    FolderCache(tmp_path)[KEYS[0]] = b"solved"

    assert FolderCache(tmp_path)[KEYS[0]] == b"solved"
    assert list(FolderCache(tmp_path)) == [KEYS[0]]
    assert len(FolderCache(tmp_path)) == 1


def test_a_damaged_value_counts_as_absent(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path)
    cache[KEYS[0]] = b"solved"
    file = next(tmp_path.glob("*/*"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")

    assert cache.get(KEYS[0]) is None
    assert len(cache) == 0


def test_a_value_under_the_key_of_another_counts_as_absent(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path)
    cache[KEYS[0]], cache[KEYS[1]] = b"solved", b"solved otherwise"
    first, second = (tmp_path / key[:2] / key[2:] for key in KEYS[:2])
    first.write_bytes(second.read_bytes())

    assert cache.get(KEYS[0]) is None
    assert cache[KEYS[1]] == b"solved otherwise"


def test_what_can_not_be_kept_is_one_clear_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    cache = FolderCache(tmp_path)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match=r"No space left on device.*--no-cache"):
        cache[KEYS[0]] = b"solved"

    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_user_without_a_home_is_told_to_name_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(Path, "home", homeless)

    with pytest.raises(InputError, match=r"--cache.*--no-cache"):
        user_cache_folder()


def test_an_absent_value_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        FolderCache(tmp_path)[KEYS[0]]
    with pytest.raises(KeyError):
        del FolderCache(tmp_path)[KEYS[0]]


@pytest.mark.parametrize("key", ["../../etc", "", "A" * 64, "1" * 63])
def test_a_key_is_never_a_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(KeyError):
        FolderCache(tmp_path)[key] = b""

    assert not list(tmp_path.iterdir())


def test_what_was_unused_for_longest_makes_room(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, largest_bytes=3 * (32 + 100))
    for age, key in enumerate(KEYS[:3]):
        cache[key] = bytes(100)
        os.utime(tmp_path / key[:2] / key[2:], (age, age))
    assert cache[KEYS[0]]  # used just now: no longer the oldest

    cache[KEYS[3]] = bytes(100)

    assert list(cache) == [KEYS[0], KEYS[2], KEYS[3]]


def test_no_half_written_value_is_left(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path)
    for key in KEYS:
        cache[key] = bytes(1000)

    assert all(len(file.name) == 62 for file in tmp_path.glob("*/*"))
    assert {file.name for file in tmp_path.iterdir()} == {key[:2] for key in KEYS}


def test_a_file_in_its_place_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("", encoding="utf-8")

    with pytest.raises(InputError, match="--no-cache"):
        FolderCache(tmp_path / "cache")


def test_the_users_folder_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert user_cache_folder() == tmp_path / "transcaspian"
