"""Output on consoles of every kind, and runs whose manifests were damaged."""

import codecs
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from transcaspian.cli import console
from transcaspian.cli.main import main
from transcaspian.errors import InputError
from transcaspian.results.tables import Results
from transcaspian.results.write import write_results

CASE = Path(__file__).parents[2] / "examples" / "two-shores"
PROGRAM = [sys.executable, "-c", "from transcaspian.cli.main import main; main()"]
WORDS = "Türkiye → Қазақстан \u2212 \u202f5 CO₂"
Values = dict[str, Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with letters of several scripts, made without a model."""
    table = pl.DataFrame({"name": [WORDS, "=1+1"], "x": [1.0, None]})
    manifest = {
        "case": str(CASE), "case_hash": "0" * 64, "settings": {}, "options": {},
        "versions": {"python": "3"}, "years": [2030], "scenarios": ["reference"],
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("console") / "run"
    return write_results(Results({"places": table}, manifest), folder, "<html></html>")


def say(encoding: str, *words: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*PROGRAM, *words],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp866", "latin-1"])
def test_a_console_without_our_letters_gets_letters_like_them(run: Path, encoding: str) -> None:
    shown = say(encoding, "show", str(run), "places")
    data = say(encoding, "show", str(run), "places", "--json")
    csv = say(encoding, "show", str(run), "places", "--csv")
    wrong = say(encoding, "show", str(run), "Қала")

    assert [each.returncode for each in (shown, data, csv, wrong)] == [0, 0, 0, 1]
    assert "rkiye > " in shown.stdout.decode(encoding)
    assert json.loads(data.stdout)["rows"][0]["name"] == WORDS
    assert WORDS in csv.stdout.decode("utf-8")
    assert b"Traceback" not in wrong.stderr


def test_every_letter_becomes_one_that_a_plain_console_has() -> None:
    codecs.register_error("plain-test", console._plain)
    letters = "".join(map(chr, [*range(0x20, 0x3000), 0xD800, 0x1F600]))

    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="plain-test")
    stream.write(letters)
    stream.flush()

    assert "é\u2013→“₂\u00a0".encode("ascii", "plain-test") == b'e->"2 '
    assert not console.speaks_utf8(stream)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("form", ["", "--json", "--csv"])
def test_an_output_that_is_full_is_one_clear_error(run: Path, form: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "show", str(run), "places", *form.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_algebra_library_adds_in_one_thread() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import transcaspian.cli.main, os; print(os.environ['OPENBLAS_NUM_THREADS'])"],
        capture_output=True, text=True, check=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "7"},
    )  # fmt: skip

    assert said.stdout.strip() == "1"


def set_to(key: str, value: object) -> Callable[[Values], object]:
    return lambda manifest: {**manifest, key: value}


def without(key: str) -> Callable[[Values], object]:
    return lambda manifest: {name: held for name, held in manifest.items() if name != key}


def checksums_with(name: str, value: object) -> Callable[[Values], object]:
    return lambda manifest: {**manifest, "checksums": {**manifest["checksums"], name: value}}


ODD: tuple[object, ...] = (None, 1, 1.5, True, "x", [], [1], ["x", 2], {})
KINDS: dict[str, tuple[type, ...]] = {
    "case": (str,), "case_hash": (str,), "title": (str,), "conventions": (str,),
    "options": (dict,), "settings": (dict,), "versions": (dict,), "checksums": (dict,),
    "years": (list,), "scenarios": (list,),
}  # fmt: skip
DAMAGED: list[Callable[[Values], object]] = [
    *(
        set_to(key, value)
        for key, kinds in KINDS.items()
        for value in ODD
        if type(value) not in kinds or value == ["x", 2]
    ),
    *(checksums_with("places.parquet", value) for value in ODD),
    *(
        checksums_with(name, "0" * 64)
        for name in ("../places.parquet", "/etc/passwd", "a/b.parquet", "", ".", "..", "lost.parquet")
    ),
    *(set_to("checksums", {"places.parquet": text}) for text in ("0" * 63, "G" * 64, "0" * 65)),
    *(lambda _, whole=whole: whole for whole in (None, [], "x", 1, {})),  # type: ignore[misc]
]  # fmt: skip
TEXTS = [
    b"", b"\xff\xfe", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"null", b"\x00" * 100,
    b'{"checksums": ' + b"9" * 5000 + b"}", b"NaN", "{}".encode("utf-16"),
]  # fmt: skip


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Return what the command says as it refuses a run; anything but an error of ours fails."""
    with pytest.raises(SystemExit) as ended:
        main([*command, str(folder), "--json"])
    told = json.loads(capsys.readouterr().out)["error"]
    assert ended.value.code == 1
    assert told["type"] == "InputError"
    return str(told["message"])


def test_no_damage_of_a_manifest_ends_in_anything_but_its_name(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "run"))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    contents = TEXTS + [json.dumps(harm(manifest)).encode() for harm in DAMAGED]

    for content in contents:
        (folder / "manifest.json").write_bytes(content)
        assert "damaged" in refused(folder, capsys, "show"), content[:200]

    assert len(contents) >= 100


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (("verify",), "case"), (("verify",), "case_hash"), (("verify",), "checksums"),
        (("appraise", "run"), "settings"), (("portfolio", "run"), "case"), (("report",), "checksums"),
    ],
)  # fmt: skip
def test_a_manifest_without_a_key_is_damaged_for_who_needs_it(
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    key: str,
) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "run"))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(without(key)(manifest)), "utf-8")

    message = refused(folder, capsys, *command)

    assert "damaged" in message
    assert key in message


def test_a_table_that_is_none_is_damaged_even_with_its_checksum(run: Path, tmp_path: Path) -> None:
    import hashlib

    from transcaspian.results.read import read_results

    folder = Path(shutil.copytree(run, tmp_path / "run"))
    whole = (folder / "places.parquet").read_bytes()
    for content in (b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", whole[:-20], whole[::-1]):
        (folder / "places.parquet").write_bytes(content)
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        manifest["checksums"]["places.parquet"] = hashlib.sha256(content).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        with pytest.raises(InputError, match="damaged"):
            read_results(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes outputs")
@pytest.mark.parametrize("number", ["1", "2"])
def test_an_output_that_was_closed_before_the_start_is_no_error(number: str) -> None:
    closing = ["sh", "-c", f'exec "$0" "$@" {number}>&-', *PROGRAM, "check", "no-such-case"]
    ended = subprocess.run(closing, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ("no-such-case" in ended.stderr) == (number == "1")
