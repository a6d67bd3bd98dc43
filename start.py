"""Sets transcaspian up and runs it, on any machine with Python 3.11 or newer.

python3 start.py install      makes .venv with everything the program needs
python3 start.py run [...]    the same, then runs the packaged case (options as `transcaspian run`)
python3 start.py serve [...]  the same, then opens runs and the register in a browser
python3 start.py test [...]   the same, with what the tests need, then runs them (options as pytest)

Uses the standard library only, since nothing else is there yet.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)
COMMANDS = ("install", "run", "serve", "test")
# Program → Debian package. The tests draw the report in a real browser and start their own server.
TEST_PROGRAMS = {"chromium": "chromium", "initdb": "postgresql"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    missing = missing_of_python()
    if missing:
        print("This machine lacks what transcaspian needs to set itself up:", file=sys.stderr)
        for line in missing:
            print(f"  {line}", file=sys.stderr)
        return 1
    command, rest = arguments[0], arguments[1:]
    try:
        if command == "test":
            if not have_test_programs():  # before two gigabytes of packages are fetched
                return 1
            install("constraints-dev.txt")
            return test(rest)
        install("constraints.txt")
        if command in ("run", "serve"):
            return subprocess.call([str(program("transcaspian")), command, *rest])
    except subprocess.CalledProcessError as error:
        print(f"start.py: this step failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    print(f"Installed. Run it with {program('transcaspian')} --help")
    return 0


def missing_of_python() -> list[str]:
    """Return what this Python lacks, each with its cure."""
    missing = []
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        missing.append(f"Python 3.11 or newer (this is {found}): install a newer python3")
    for module, package in (
        ("venv", "python3-venv"),
        ("ensurepip", "python3-venv"),
        ("ssl", "python3 with OpenSSL"),
    ):
        if importlib.util.find_spec(module) is None:
            missing.append(f"the Python module {module!r}: install the system package {package}")
    return missing


def program(name: str) -> Path:
    """Return the path of a program in the virtual environment."""
    folder = "Scripts" if os.name == "nt" else "bin"
    return VENV / folder / (f"{name}.exe" if os.name == "nt" else name)


def install(pins: str) -> None:
    """Make the virtual environment hold the pinned packages and the project itself.

    Does nothing where that has been done with the same pins. The development pins include the
    others, so a test set-up also serves `run`.
    """
    stamp = VENV / ".transcaspian-installed"
    wanted = {name: digest(name) for name in ("constraints.txt", "constraints-dev.txt")}
    done = stamp.read_text(encoding="utf-8").split() if stamp.is_file() else []
    project = digest("pyproject.toml")
    if project in done and (wanted[pins] in done or wanted["constraints-dev.txt"] in done):
        return
    if not program("python").exists():
        print("Making .venv …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip = [str(program("python")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    print(f"Installing the packages of {pins} (a few minutes the first time) …", file=sys.stderr)
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / pins)], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)
    stamp.write_text(f"{project}\n{wanted[pins]}\n", encoding="utf-8")


def digest(name: str) -> str:
    """Return a fingerprint of a file beside this one."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def have_test_programs() -> bool:
    """Install the programs that tests need; where that may not be, name them and return False."""
    missing = [package for name, package in TEST_PROGRAMS.items() if not find_program(name)]
    if not missing or install_system_packages(missing):
        return True
    print(
        f"The tests need these system packages, please install them: {' '.join(missing)}",
        file=sys.stderr,
    )
    return False


def test(arguments: list[str]) -> int:
    """Run the tests; return the exit code."""
    workers = (
        []
        if any(a.startswith("-n") for a in arguments)
        else ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    )
    return subprocess.call([str(program("python")), "-m", "pytest", *workers, *arguments], cwd=ROOT)


def find_program(name: str) -> str | None:
    """Return the path of a program, looking also where Debian puts PostgreSQL's."""
    if name == "chromium":
        return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    servers = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(servers[-1]) if servers else None)


def install_system_packages(packages: list[str]) -> bool:
    """Install Debian packages where that is allowed; return whether it worked."""
    if shutil.which("apt-get") is None:
        return False
    prefix: list[str] = []
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        if shutil.which("sudo") is None or subprocess.call(
            ["sudo", "-n", "true"], stderr=subprocess.DEVNULL
        ):
            return False
        prefix = ["sudo", "-n"]
    print(f"Installing {' '.join(packages)} …", file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", *packages]):
        if subprocess.call([*prefix, "apt-get", *step], env=environment, stdout=subprocess.DEVNULL):
            return False
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
