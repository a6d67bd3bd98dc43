"""A PostgreSQL server of the tests' own: on loopback, under an ordinary user, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOT_RUN = "not run: needs PostgreSQL"
ORDINARY_USERS = ("postgres", "nobody")
_PROGRAMS = ("initdb", "pg_ctl", "postgres")


def find_programs() -> Path | None:
    """Return the folder that holds the server's programs; None where it is not installed."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = [Path(found).resolve().parent for found in [shutil.which("pg_ctl")] if found]
    elsewhere = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for folder in [*packaged, *on_path, *elsewhere]:
        if all((folder / program).is_file() for program in _PROGRAMS):
            return folder
    return None


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Start a server on a free port of 127.0.0.1 and give its address without a database."""
    folder = Path(tempfile.mkdtemp(prefix="register-pg-", dir="/tmp"))
    user = _ordinary_user(folder)
    data = folder / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=80"
    log = folder / "log"
    try:
        _run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "register",
                "--auth=trust",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C",
            ],
            user,
        )
        _run([programs / "pg_ctl", "-D", data, "-o", settings, "-l", log, "-w", "start"], user)
        try:
            yield f"postgresql+psycopg://register@127.0.0.1:{port}"
        finally:
            _run([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], user)
    finally:
        shutil.rmtree(folder)


def _ordinary_user(folder: Path) -> str | None:
    """Return the user to run as where we are root (the server refuses root), else None."""
    if os.geteuid() != 0:
        return None
    for name in ORDINARY_USERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, found.pw_uid, found.pw_gid)
        return name
    raise RuntimeError(f"none of the users {ORDINARY_USERS} exists")


def _run(words: list[str | Path], user: str | None) -> None:
    group = pwd.getpwnam(user).pw_gid if user else None
    with tempfile.TemporaryFile() as output:
        # Not a pipe: the server inherits it, and reading would wait until the server ends.
        done = subprocess.run(
            [str(word) for word in words],
            user=user,
            group=group,
            extra_groups=[] if user else None,
            stdout=output,
            stderr=output,
            cwd="/",
            check=False,
        )
        output.seek(0)
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]}: {output.read().decode()}")
