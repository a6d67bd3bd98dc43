"""A run folder is written whole or not at all, and read back as it was."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transcaspian.errors import InputError, NotFoundError
from transcaspian.results.read import read_results
from transcaspian.results.tables import Results
from transcaspian.results.write import check_target, write_results

TABLE = pl.DataFrame({"name": ["Aktau", "Ağdam"], "value": [1.5, None], "year": [2030, 2035]})


def results(**manifest: object) -> Results:
    return Results({"places": TABLE}, manifest)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_results(results(seed=3), tmp_path / "run", "<p>Report</p>")

    back = read_results(tmp_path / "run")

    assert_frame_equal(back.table("places"), TABLE)
    assert back.manifest["seed"] == 3


def test_the_same_results_give_the_same_files(tmp_path: Path) -> None:
    first = write_results(results(), tmp_path / "a", "page")
    second = write_results(results(), tmp_path / "b", "page")

    for file in first.iterdir():
        assert (second / file.name).read_bytes() == file.read_bytes()


def test_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    write_results(results(seed=1), tmp_path / "run", "old")
    write_results(results(seed=2), tmp_path / "run", "new")

    assert read_results(tmp_path / "run").manifest["seed"] == 2
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_a_failure_leaves_the_earlier_run_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_results(results(seed=1), tmp_path / "run", "old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", fail)
    with pytest.raises(InputError, match="No space left"):
        write_results(results(seed=2), tmp_path / "run", "new")

    assert read_results(tmp_path / "run").manifest["seed"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", "utf-8")

    with pytest.raises(InputError, match="not a run folder"):
        write_results(results(), tmp_path, "page")

    assert (tmp_path / "letter.txt").read_text("utf-8") == "dear"


def test_a_lost_file_is_named(tmp_path: Path) -> None:
    folder = write_results(results(), tmp_path / "run", "page")
    (folder / "places.parquet").unlink()

    with pytest.raises(InputError) as caught:
        read_results(folder)

    assert caught.value.problems[0].file == "places.parquet"


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    folder = write_results(results(), tmp_path / "run", "page")
    (folder / "manifest.json").write_text("{", "utf-8")

    with pytest.raises(InputError, match="damaged"):
        read_results(folder)


def test_a_folder_without_a_run_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_results(tmp_path)


def test_an_unknown_table_names_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="places"):
        results().table("plases")


def test_a_folder_with_a_manifest_of_another_program_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"manifest_version": 3}', "utf-8")
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")

    with pytest.raises(InputError, match="not a run folder"):
        write_results(results(), tmp_path, "page")

    assert (tmp_path / "thesis.txt").read_text("utf-8") == "years of work"


def test_a_run_folder_with_files_of_somebody_is_never_replaced(tmp_path: Path) -> None:
    folder = write_results(results(), tmp_path / "run", "page")
    (folder / "my notes.txt").write_text("keep", "utf-8")

    with pytest.raises(InputError, match=r"my notes\.txt"):
        write_results(results(), folder, "page")

    assert (folder / "my notes.txt").read_text("utf-8") == "keep"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a letter", "utf-8")

    with pytest.raises(InputError, match="not a run folder"):
        check_target(tmp_path / "run")
    with pytest.raises(InputError, match="can't be written"):
        check_target(tmp_path / "run" / "deeper")


def test_a_name_too_long_for_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written"):
        check_target(tmp_path / ("x" * 300))


def test_looking_whether_a_run_can_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    check_target(tmp_path / "runs" / "new")

    assert [file.name for file in tmp_path.rglob("*")] == ["runs"]


def test_a_folder_inside_a_run_folder_does_not_hide_the_run(tmp_path: Path) -> None:
    folder = write_results(results(seed=4), tmp_path / "run", "page")
    (folder / "pictures").mkdir()

    assert read_results(folder).manifest["seed"] == 4


@pytest.mark.parametrize("text", ["[]", '{"checksums": [1]}', '{"checksums": "ab"}', "{}", "\xff"])
def test_a_manifest_of_another_shape_is_damaged(tmp_path: Path, text: str) -> None:
    folder = write_results(results(), tmp_path / "run", "page")
    (folder / "manifest.json").write_bytes(text.encode("latin-1"))

    with pytest.raises(InputError, match="damaged"):
        read_results(folder)
