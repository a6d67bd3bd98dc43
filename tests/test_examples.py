"""The examples are whole, run, and are what the tests' own small case is."""

from pathlib import Path

import polars as pl
import pytest

from tests.small_case import write_small_case
from transcaspian.cli.main import main

EXAMPLE = Path(__file__).parents[1] / "examples" / "two-shores"
SERIES = "power/profiles.parquet"


def files(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text("utf-8")
        for file in folder.rglob("*")
        if file.suffix in (".csv", ".yaml")
    }


def exit_code(*words: str) -> object:
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    return caught.value.code


def test_the_folder_is_the_small_case_of_the_tests(tmp_path: Path) -> None:
    written = write_small_case(tmp_path / "two-shores")

    assert files(EXAMPLE) == files(written)
    assert pl.read_parquet(EXAMPLE / SERIES).equals(pl.read_parquet(written / SERIES))


def test_it_says_that_it_is_made_up() -> None:
    sources = pl.read_csv(EXAMPLE / "sources.csv")

    assert sources["publisher"].to_list() == ["made up"]
    assert "**made up**" in (EXAMPLE.parent / "README.md").read_text("utf-8")


def test_the_check_finds_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("check", str(EXAMPLE)) == 0

    assert "no problem" in capsys.readouterr().out


@pytest.mark.slow
def test_its_freight_runs(tmp_path: Path) -> None:
    out = tmp_path / "run"

    code = exit_code(
        "run",
        str(EXAMPLE),
        "--only",
        "freight",
        "--years",
        "2030",
        "--out",
        str(out),
        "--workers",
        "1",
    )

    assert code == 0
    years = pl.read_parquet(out / "freight_link_year.parquet")["year"].unique().to_list()
    assert sorted(years) == [2024, 2030]  # the year compared with statistics comes along
