"""Variants of files that others made or damaged: each is read right, or refused where it is wrong.

Three hundred of tables, settings and series, and sixty of zips.
"""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.case.corruptions import equal, failures_of
from tests.case.mutations import Mutations
from tests.small_case import small_tables, write_small_case
from transcaspian.case import exchange
from transcaspian.case.read import read_case
from transcaspian.errors import InputError

SEED = 31_007
COUNT, PART = 300, 60
PARTS = [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(PART, COUNT, PART))]
ZIPS = 60
FEW_ZIPS = 12  # in the fast suite


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_case(tmp_path_factory.mktemp("mutations") / "case")


@pytest.mark.parametrize("first", PARTS)
def test_every_variant_is_read_right_or_named_where_it_is(small: Path, first: int) -> None:
    generator = Mutations(small, list(small_tables()), SEED)

    assert list(failures_of(generator, first, first + PART)) == []


def damaged_zip(case: Path, target: Path, number: int) -> None:
    """Write a zip of the case with some bytes changed, cut or added, as `number` draws them."""
    random = np.random.default_rng((SEED, number))
    packing = (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED)
    with zipfile.ZipFile(target, "w", packing[number % 4]) as archive:
        for file in sorted(case.rglob("*.*")):
            archive.write(file, file.relative_to(case).as_posix())
    content = bytearray(target.read_bytes())
    place = int(random.integers(len(content)))
    match number // 4 % 5:
        case 0:
            content[place] ^= int(random.integers(1, 256))
        case 1:
            del content[place:]
        case 2:
            content[place : place + 20] = random.bytes(20)
        case 3:  # in the list of members, which stands at the end
            place = len(content) - int(random.integers(1, 3_000))
            content[place] ^= int(random.integers(1, 256))
        case 4:
            content[place:place] = random.bytes(int(random.integers(1, 50)))
    target.write_bytes(content)


@pytest.mark.parametrize(
    "number",
    [
        *range(FEW_ZIPS),
        *(pytest.param(n, marks=pytest.mark.slow) for n in range(FEW_ZIPS, ZIPS)),
    ],
)
def test_a_damaged_zip_comes_in_the_same_or_is_refused(
    small: Path, tmp_path: Path, number: int
) -> None:
    source = tmp_path / "case.zip"
    damaged_zip(small, source, number)

    said, found = "", None
    try:
        found = read_case(exchange.import_case(source, tmp_path / "back", read_case))
    except InputError as error:
        said = str(error)

    if found is None:
        assert "case.zip" in said
        assert [path.name for path in tmp_path.iterdir()] == ["case.zip"]
    else:
        assert equal(found, read_case(small))
