"""Who follows every link of the application, in both languages, finds a page or a file everywhere."""

from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.web.test_pages import Elements
from transcaspian.web.models import PageData

pytestmark = pytest.mark.slow

# Of pages that differ only in what they are about so many are looked at, of files one.
OF_A_KIND = 2
STARTS = {
    "csv": b"\xef\xbb\xbf",
    "xlsx": b"PK",
    "parquet": b"PAR1",
    "svg": b"<svg ",
    "png": b"\x89PNG",
    "pdf": b"%PDF",
}
# CSV, Parquet and pictures hold the same in every language.
FOLLOWED = {"en": tuple(STARTS), "ru": ("xlsx", "pdf", "svg")}


@dataclass
class Crawl:
    """What was found: pages by address, and every answer that is wrong."""

    pages: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    wrong: list[tuple[str, int | str]] = field(default_factory=list)


def kind_of(address: str) -> tuple[object, ...]:
    """Return what addresses of the same kind of page or file share: not the run, not the thing."""
    parts = urlsplit(address)
    query = parse_qs(parts.query)
    steps = parts.path.split("/")
    path = tuple("*" if place > 3 or steps[place - 1] == "runs" else step for place, step in enumerate(steps))  # fmt: skip
    form = query.get("format", [""])[0]
    is_named = "tables" not in steps and "show" not in steps  # there tables are named by the thing
    what = (*query.get("table", []), *query.get("chart", [])) if form and is_named else ()
    return path, form, what, () if form else tuple(sorted(set(query) - {"as_of"}))


def crawl(client: TestClient, language: str) -> Crawl:
    """Follow links from the first page, without those that lead to another language."""
    found, waiting, seen = Crawl(), deque([f"/?lang={language}"]), set()
    counts: Counter[tuple[object, ...]] = Counter()
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if address in seen or counts[kind] >= (1 if kind[1] else OF_A_KIND):
            continue
        seen.add(address)
        counts[kind] += 1
        answer = client.get(address)
        if answer.status_code != 200:
            found.wrong.append((address, answer.status_code))
        elif answer.headers["content-type"].startswith("text/html"):
            found.pages[address] = answer.text
            links = [held.get("href") or "" for held in Elements(answer.text).all("a")]
            waiting += [link.split("#")[0] for link in links if _is_own(link, language)]
        else:
            found.files.append(address)
            form = parse_qs(urlsplit(address).query).get("format", [""])[0]
            if form in STARTS and not answer.content.startswith(STARTS[form]):
                found.wrong.append((address, "not what it says it is"))
    return found


def _is_own(link: str, language: str) -> bool:
    if not link.startswith("/") or link.startswith("/static"):
        return False
    query = parse_qs(urlsplit(link).query)
    form = query.get("format", [""])[0]
    return query.get("lang", [language])[0] == language and (form not in STARTS or form in FOLLOWED[language])  # fmt: skip


@pytest.fixture(scope="module", params=["en", "ru"])
def crawled(request: pytest.FixtureRequest, client: TestClient) -> tuple[str, Crawl]:
    return request.param, crawl(client, request.param)


def test_every_link_and_every_download_answers(crawled: tuple[str, Crawl]) -> None:
    language, found = crawled

    assert found.wrong == []
    assert len(found.pages) > 40
    forms = {parse_qs(urlsplit(file).query).get("format", [""])[0] for file in found.files}
    assert forms >= set(FOLLOWED[language])


def test_the_language_is_kept_on_every_way(crawled: tuple[str, Crawl]) -> None:
    language, found = crawled

    assert [a for a, text in found.pages.items() if f'<html lang="{language}">' not in text] == []
    assert [address for address in found.pages if f"lang={language}" not in address] == []


def test_every_page_is_data_of_the_documented_shape(
    crawled: tuple[str, Crawl], client: TestClient
) -> None:
    _, found = crawled

    for address in list(found.pages)[::2]:
        answer = client.get(address, headers={"accept": "application/json"})
        data = PageData.model_validate(answer.json())
        for table in data.tables:  # every number has a unit where it has one, and says its worth
            assert table.source, (address, table.key)
            assert table.confidence, (address, table.key)
            widths = {len(row) for row in table.rows} | {len(table.columns)}
            assert len(widths) == 1


def test_titles_tell_pages_of_a_run_apart(crawled: tuple[str, Crawl]) -> None:
    _, found = crawled
    by_title: dict[str, set[str]] = {}
    for address, text in found.pages.items():
        title = text.split("<title>")[1].split("</title>")[0]
        by_title.setdefault(title, set()).add(urlsplit(address).path)

    assert {title: paths for title, paths in by_title.items() if len(paths) > 1} == {}


def test_every_table_has_a_caption_and_heads_that_say_what_they_head(
    crawled: tuple[str, Crawl],
) -> None:
    _, found = crawled

    for address, text in found.pages.items():
        elements = Elements(text)
        assert text.count("<caption>") == text.count("<table>"), address
        assert all(held.get("scope") in ("col", "row") for held in elements.all("th")), address
        assert len(elements.all("h1")) == 1
        assert all(held.get("aria-label") for held in elements.all("svg") if held.get("role") == "img")  # fmt: skip
