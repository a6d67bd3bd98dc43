"""Every choice of every form of a page, as a reader's browser sends it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.testclient import TestClient

# What a reader never should see: values that are none, no number or without end.
NO_VALUES = re.compile(r"(?<![\w-])(?:None|NaN|nan|Infinity|inf|null|undefined)(?![\w-])")
TAGS = re.compile(r"<(script|style).*?</\1>|<[^>]+>", re.DOTALL)
WORDS = ("cable", "%", "no such word")
# Choices that are carried along from page to page: they meet every other choice.
CARRIED = ("scenario", "year", "with")


@dataclass
class Tried:
    """Every address that was asked for, and what is wrong with some of them."""

    addresses: set[str] = field(default_factory=set)
    wrong: list[tuple[str, object]] = field(default_factory=list)


def text_of(page: str) -> str:
    """Return what stands on a page for people."""
    return unescape(TAGS.sub(" ", page))


def strings_of(value: Any) -> Iterator[str]:
    """Give every text in JSON data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from strings_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings_of(part)


def _with_choice(address: str, choices: list[dict[str, Any]], name: str, value: str) -> str:
    """Return the address that the form sends: every field as it stands, one of them changed."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    query |= {choice["name"]: choice["chosen"] for choice in choices} | {name: value}
    return f"{parts.path}?{urlencode(query)}"


class Reader:
    """Asks for pages and notes what is wrong with them."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.tried = Tried()

    def choices_of(self, address: str) -> list[dict[str, Any]]:
        """Ask for a page as data; return its choices."""
        answer = self.client.get(address, headers={"accept": "application/json"})
        self.tried.addresses.add(address)
        if answer.status_code != 200:
            self.tried.wrong.append((address, answer.status_code))
            return []
        data = answer.json()
        self._look(address, strings_of(data))
        found: list[dict[str, Any]] = data["choices"]
        return found

    def look_at(self, address: str) -> None:
        """Ask for a page as HTML."""
        answer = self.client.get(address, headers={"accept": "text/html"})
        if answer.status_code != 200:
            self.tried.wrong.append((address, answer.status_code))
        self._look(address, [text_of(answer.text)])

    def _look(self, address: str, texts: Iterable[str]) -> None:
        for text in texts:
            bad = NO_VALUES.search(text)
            if bad is not None:
                start = max(bad.start() - 40, 0)
                self.tried.wrong.append((address, text[start : bad.end() + 40]))
                return

    def try_choices(
        self, address: str, names: tuple[str, ...] | None, *, is_seen: bool
    ) -> set[str]:
        """Ask for the page under every option of its choices; return the new addresses."""
        choices, fresh = self.choices_of(address), set()
        for choice in choices:
            if names is not None and choice["name"] not in names:
                continue
            options = choice["options"] or WORDS
            for place, value in enumerate(options):
                asked = _with_choice(address, choices, choice["name"], value)
                if asked in self.tried.addresses:
                    continue
                self.choices_of(asked)
                if is_seen and place in (0, len(options) - 1):
                    self.look_at(asked)
                if choice["name"] in CARRIED:
                    fresh.add(asked)
        return fresh


def try_every_choice(client: TestClient, pages: Iterable[str], *, is_seen: bool = True) -> Tried:
    """Send every option of every form of the pages, and again after each carried choice.

    All answers are read as data; with `is_seen` the ends of every list of options as HTML too.
    """
    reader = Reader(client)
    for page in pages:
        if is_seen:
            reader.look_at(page)
        for state in sorted(reader.try_choices(page, None, is_seen=is_seen)):
            reader.try_choices(state, CARRIED, is_seen=False)
    return reader.tried
