"""Mistakes in the tables on adequacy are named with file, row, column and cure."""

import shutil
from pathlib import Path

import pytest

from transcaspian.case.read import find_case, read_case
from transcaspian.errors import InputError


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("coal,*,155", "coal,ATLANTIS,155", "ATLANTIS"),
        ("coal,*,155,960,40,0.04,0.1", "coal,*,155,960,40,0.09,0.1", "0.09 is above the rate"),
        ("coal,*,155,960,40,0.04,0.1", "coal,*,155,960,40,0.01,0.02", "0.02 is below the rate"),
        ("coal,*,155,960,40", "coal,*,155,0.5,40", "mttf_h"),
    ],
)
def test_a_mistake_in_an_outage_class_is_named(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    folder = tmp_path / "case"
    shutil.copytree(find_case("trans-caspian"), folder)
    file = folder / "power" / "outage_classes.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(InputError) as caught:
        read_case(folder)

    assert [str(problem.file) for problem in caught.value.problems] == ["power/outage_classes.csv"]
    assert words in str(caught.value.problems[0])
