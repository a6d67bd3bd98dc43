"""start.py says at once, by name, what a machine lacks."""

import importlib.metadata
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def start() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_this_machine_lacks_nothing(start: ModuleType) -> None:
    assert start.missing_of_python() == []


def test_a_missing_venv_module_is_named_with_its_package(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "venv" else find_spec(name)
    )

    assert start.main(["run"]) == 1

    assert "python3-venv" in capsys.readouterr().err


def test_an_old_python_is_named(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

    assert "3.9.2" in start.missing_of_python()[0]


def test_an_unknown_command_is_wrong_usage(
    start: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(["rnu"]) == 2

    assert "python3 start.py run" in capsys.readouterr().out


def test_missing_system_packages_are_named_where_they_cannot_be_installed(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "find_program", lambda _: None)
    monkeypatch.setattr(start, "install_system_packages", lambda _: False)
    monkeypatch.setattr(start, "install", lambda _: pytest.fail("packages were fetched before"))

    assert start.main(["test"]) == 1

    assert "chromium postgresql" in capsys.readouterr().err


def test_the_pin_files_hold_a_hash_of_every_package_and_no_address() -> None:
    for name in ("constraints.txt", "constraints-dev.txt"):
        text = (ROOT / name).read_text("utf-8")
        pins = [line for line in text.splitlines() if "==" in line]
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text
        assert "index-url" not in text


# Names on the package index that look like language models and are not: anyone could have taken them.
TAKEN = re.compile(r"^[a-z]{2}[-_]core[-_](news|web)[-_](sm|md|lg|trf)\b", re.IGNORECASE)
# Tools that lose or hang jobs, or that nobody keeps any more.
UNKEPT = {"huey", "procrastinate", "fastapi-users", "passlib"}


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-dev.txt", "pyproject.toml"])
def test_no_package_is_named_that_is_not_what_its_name_says(name: str) -> None:
    words = re.findall(r"^\s*\"?([A-Za-z0-9._-]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)

    assert len(words) > 40
    assert [word for word in words if TAKEN.match(word) or word.lower() in UNKEPT] == []
    assert TAKEN.match("ru-core-news-sm")  # the pattern knows one when it sees it
    assert TAKEN.match("en_core_web_trf")


def is_copyleft(licence: str) -> bool:
    """Return whether a licence is the GPL or AGPL; the lesser GPL and the exception of GCC are not."""
    plain = re.sub(
        r"A?GPL[\w.-]*[- ]with[- ]GCC-exception[\w.-]*", "", licence, flags=re.IGNORECASE
    )
    spelled = plain.replace("Lesser General Public", "").replace("Library General Public", "")
    return bool(re.search(r"\bA?GPL|General Public Licen", spelled))


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("GPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("AGPL-3.0-only", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("MIT", False),
    ],
)
def test_copyleft_is_known_by_its_names(licence: str, expected: bool) -> None:
    assert is_copyleft(licence) is expected


def test_no_installed_package_is_under_the_gpl() -> None:
    found, seen = [], 0
    for package in importlib.metadata.distributions():
        facts = package.metadata
        words = [
            str(facts.get("License-Expression") or ""),
            (str(facts.get("License") or "").splitlines() or [""])[0],
            *(each for each in facts.get_all("Classifier") or [] if each.startswith("License")),
        ]
        seen += any(words)
        found += [(package.name, each) for each in words if is_copyleft(each)]

    assert seen > 40
    assert found == []
