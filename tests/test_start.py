"""start.py says at once, by name, what a machine lacks."""

import importlib.util
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
