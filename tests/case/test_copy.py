"""A case is copied whole or not at all."""

from pathlib import Path

import pytest

from transcaspian.case.copy import copy_case
from transcaspian.cli.main import main
from transcaspian.errors import InputError


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_a_copy_holds_the_same_files(case_folder: Path, tmp_path: Path) -> None:
    copy = copy_case(case_folder, tmp_path / "deep" / "copy")

    assert contents(copy) == contents(case_folder)


def test_a_copy_into_itself_is_refused(case_folder: Path) -> None:
    before = contents(case_folder)

    with pytest.raises(InputError, match="inside the case"):
        copy_case(case_folder, case_folder / "copy")

    assert contents(case_folder) == before


def test_a_folder_below_a_file_cannot_be_made(case_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear", "utf-8")

    with pytest.raises(InputError, match="can't be made"):
        copy_case(case_folder, tmp_path / "letter" / "copy")


def test_a_name_too_long_cannot_be_made(case_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be made"):
        copy_case(case_folder, tmp_path / ("x" * 300))


@pytest.mark.parametrize("words", [["new"], ["import", "SOURCE"]])
def test_a_copy_is_not_named_like_a_packaged_case(
    case_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [str(case_folder) if word == "SOURCE" else word for word in words]

    with pytest.raises(SystemExit) as caught:
        main([*given, "./trans-caspian"])

    assert caught.value.code == 1
    assert "name of a packaged case" in capsys.readouterr().err
    assert not (tmp_path / "trans-caspian").exists()


def test_a_disk_that_is_full_is_one_short_error(
    case_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: str, target: str, **_: object) -> None:
        raise OSError(28, "No space left on device", source, None, target)

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(InputError) as caught:
        copy_case(case_folder, tmp_path / "deep" / "new")

    assert caught.value.message.endswith("can't be made: No space left on device.")
    assert list((tmp_path / "deep").iterdir()) == []
