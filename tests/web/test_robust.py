"""What must not happen to a server: damaged and replaced runs, strange names, readers that wait."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

import transcaspian
from tests.web.conftest import HERE
from tests.web.made_up import FIRST, SECOND
from transcaspian.errors import InputError
from transcaspian.web.app import create_app
from transcaspian.web.blocks import Column, Table
from transcaspian.web.files import csv_file
from transcaspian.web.hosts import KnownHosts
from transcaspian.web.pages import funds
from transcaspian.web.settings import WebSettings

SOURCE = Path(transcaspian.__file__).parent
CALLBACKS = {"map_elements", "map_batches", "map_groups", "map_rows", "apply"}
READERS = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from starlette.testclient import TestClient
from transcaspian.web.app import create_app
from transcaspian.web.settings import WebSettings

runs, case, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
pages = ["", "/power", "/freight", "/projects", "/power?lang=ru", "/freight?lang=ru",
         "/assumptions", "/funds"]
said = []
for _ in range(rounds):
    app = create_app(WebSettings(runs=(runs,), case=case))
    key = next(iter(app.state.transcaspian.runs))
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(TestClient(app, base_url="http://localhost").get, f"/runs/{key}{page}")
                 for page in pages]
        said += [one.result().status_code for one in asked]
print(json.dumps(said))
"""


@pytest.fixture
def two_runs(run_folders: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of both runs, to be harmed."""
    return Path(shutil.copytree(run_folders[1], tmp_path / "runs"))


def ask(runs: Path, case: Path) -> TestClient:
    app = create_app(WebSettings(runs=(runs,), case=str(case)))
    return TestClient(app, base_url=HERE, raise_server_exceptions=False)


def test_no_python_function_runs_inside_an_expression_of_the_table_library() -> None:
    found = [
        f"{file.relative_to(SOURCE)}:{node.lineno}"
        for file in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in CALLBACKS
    ]

    assert found == []


def test_eight_first_readers_of_a_fresh_server_are_all_answered(
    run_folders: tuple[Path, Path],
) -> None:
    case, runs = run_folders
    done = subprocess.run(
        [sys.executable, "-c", READERS, str(runs / FIRST), str(case), "4"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,  # a server that has stopped never answers: any end shows that it goes on
        env={**os.environ, "POLARS_MAX_THREADS": "2"},
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [200] * 32


def test_a_damaged_run_says_so_and_leaves_the_others_alone(
    two_runs: Path, run_folders: tuple[Path, Path]
) -> None:
    (two_runs / FIRST / "projects.parquet").write_bytes(b"nothing")
    client = ask(two_runs, run_folders[0])

    own = client.get(f"/runs/{FIRST}/projects", headers={"accept": "text/html"})
    home = client.get("/", headers={"accept": "text/html"}).text

    assert own.status_code == 409
    assert "projects.parquet" in own.text
    assert f"Run {FIRST} can&#39;t be shown" in home
    assert client.get(f"/runs/{SECOND}/projects").status_code == 200


def test_a_folder_of_damaged_runs_alone_is_refused(two_runs: Path) -> None:
    for manifest in two_runs.glob("*/manifest.json"):
        manifest.write_text("[" * 100_000, "utf-8")

    with pytest.raises(InputError, match="damaged"):
        create_app(WebSettings(runs=(two_runs,)))


@pytest.mark.parametrize("page", ["/tables/projects", "/tables/power_dispatch", "/power", ""])
@pytest.mark.parametrize("is_read_before", [False, True])
def test_a_run_that_was_replaced_is_never_mixed_with_the_new_one(
    two_runs: Path, run_folders: tuple[Path, Path], page: str, is_read_before: bool
) -> None:
    client = ask(two_runs, run_folders[0])
    if is_read_before:
        assert client.get(f"/runs/{FIRST}{page}").status_code == 200
    shutil.rmtree(two_runs / FIRST)
    shutil.copytree(two_runs / SECOND, two_runs / FIRST)

    answer = client.get(f"/runs/{FIRST}{page}")

    assert answer.status_code == 409
    assert "was replaced by another" in answer.json()["error"]["message"]
    assert client.get(f"/runs/{SECOND}{page}").status_code == 200
    assert client.get("/").status_code == 200
    assert client.get(f"/compare?runs={FIRST},{SECOND}").status_code == 409


@pytest.mark.parametrize("table", ["projects", "power_dispatch"])
def test_a_table_that_is_changed_or_lost_later_is_named(
    two_runs: Path, run_folders: tuple[Path, Path], table: str
) -> None:
    client = ask(two_runs, run_folders[0])
    file = two_runs / FIRST / f"{table}.parquet"
    whole = file.read_bytes()

    for content in (whole[:-9], b"", None, pl.DataFrame({"a": [1]})):
        file.unlink(missing_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        elif content is not None:
            content.write_parquet(file)
        answer = client.get(f"/runs/{FIRST}/tables/{table}?format=csv")
        assert answer.status_code == 409
        assert file.name in answer.json()["error"]["message"]
        assert "content-security-policy" in answer.headers
    file.write_bytes(whole)
    assert client.get(f"/runs/{FIRST}/tables/{table}?format=csv").status_code == 200


def test_a_run_replaced_while_its_page_is_built_is_not_answered(
    two_runs: Path, run_folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ask(two_runs, run_folders[0])
    original = funds.funds_page

    def replaced(*given: object) -> object:
        page = original(*given)  # type: ignore[arg-type]
        manifest = two_runs / FIRST / "manifest.json"
        manifest.write_text(manifest.read_text("utf-8") + "\n", "utf-8")
        return page

    monkeypatch.setattr(funds, "funds_page", replaced)

    assert client.get(f"/runs/{FIRST}/funds").status_code == 409


def test_a_mistake_of_the_program_is_a_page_that_leads_back(
    run_folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a mistake")

    monkeypatch.setattr(funds, "funds_page", broken)
    client = ask(run_folders[1], run_folders[0])

    page = client.get(f"/runs/{FIRST}/funds", headers={"accept": "text/html"})
    data = client.get(f"/runs/{FIRST}/funds")

    assert page.status_code == data.status_code == 500
    assert f'href="/runs/{FIRST}"' in page.text
    assert "content-security-policy" in page.headers
    assert data.json()["error"]["type"] == "TranscaspianError"


@pytest.mark.parametrize(
    "day",
    ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31", "10000-01-01", "-1", "0", "1e9",
     "2026-02-30", "2026-13-01", "20260101", "2026-01-01T00:00", "\u0662\u0660\u0662\u0666-01-01", "NaN"],
)  # fmt: skip
@pytest.mark.parametrize("page", ["/register", "/register/slips", "/register/due", "/"])
def test_a_day_beyond_the_calendar_is_refused_by_name(
    client: TestClient, page: str, day: str
) -> None:
    answer = client.get(page, params={"as_of": day}, headers={"accept": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["error"]["problems"][0]["column"] == "as_of"


@pytest.mark.parametrize("page", ["", "/slips", "/contradictions", "/due", "/history"])
@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31", "2024-02-29"])
def test_the_outermost_days_are_answered(client: TestClient, page: str, day: str) -> None:
    assert client.get(f"/register{page}?as_of={day}").status_code == 200


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True), ("127.0.0.1:8731", True), ("localhost:8731", True), ("LOCALHOST", True),
        ("[::1]:8731", True), ("localhost.", True), ("pages.example.org", True),
        ("pages.example.org:443", True), ("evil.example", False), ("", False), ("127.0.0.1.evil", False),
        ("evil@localhost", False), ("localhost:80:80", False), ("localhost/", False), ("0.0.0.0", False),
        ("127.0.0.2", False), ("[::1", False), ("localhost\t", False), ("2130706433", False),
    ],
)  # fmt: skip
def test_only_names_of_this_server_are_answered(host: str, is_ours: bool) -> None:
    assert KnownHosts(["pages.example.org"]).has([host]) == is_ours


def test_a_strange_name_is_refused_on_every_address(client: TestClient) -> None:
    for address in (
        "/",
        "/register",
        f"/runs/{FIRST}",
        "/static/style.css",
        "/openapi.json",
        "/no",
    ):
        answer = client.get(address, headers={"host": "evil.example", "accept": "text/html"})
        assert answer.status_code == 400
        assert "content-security-policy" in answer.headers
        assert SECOND not in answer.text
    assert not KnownHosts().has(["localhost", "evil.example"])


def test_a_name_that_is_none_can_not_be_allowed() -> None:
    with pytest.raises(InputError, match="http://"):
        create_app(WebSettings(hosts=("http://pages.example.org",)))


def test_a_text_that_looks_like_a_formula_is_guarded_in_a_csv_file() -> None:
    texts = ("=1+1", "+1", "@a", "\t=1", "plain", "-", None)
    table = Table("t", "t", (Column("name", "Name"),), tuple((text,) for text in texts), "s", "c")

    lines = csv_file(table).decode("utf-8-sig").splitlines()

    assert [line.strip('"') for line in lines[1:4]] == ["'=1+1", "'+1", "'@a"]
    assert lines[5] == "plain"


@pytest.mark.parametrize(
    "path", ["/", f"/runs/{FIRST}", f"/runs/{FIRST}/tables/projects?format=csv", "/nowhere"]
)
def test_the_headers_of_a_page_can_be_asked_for_alone(client: TestClient, path: str) -> None:
    whole = client.get(path)

    alone = client.head(path)

    assert alone.status_code == whole.status_code
    assert alone.content == b""
    assert dict(alone.headers) == dict(whole.headers)
