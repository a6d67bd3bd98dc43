"""Downloads one file: in bounded attempts, going on where an earlier attempt broke off."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from transcaspian.errors import FetchError

__all__ = ["Courtesy", "download"]

BLOCK = 1 << 16  # bytes read at once
LARGEST = 4 * 1024**3  # bytes; a file that is larger is not what was asked for
LONGEST_WAIT_S = 120.0
WORTH_ANOTHER_TRY = (408, 425, 429, 500, 502, 503, 504)
RANGE_NOT_THERE = 416
PARTIAL = 206


@dataclass(frozen=True, slots=True)
class Courtesy:
    """How long and how often a service is asked."""

    timeout_s: float = 60.0
    """Seconds without an answer after which an attempt counts as failed."""
    attempts: int = 4
    """Attempts in all."""
    wait_s: float = 2.0
    """Seconds before the second attempt, doubled before each further one."""


class _TryAgainError(Exception):
    """An attempt failed in a way that another one may not."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        self.reason = reason
        self.wait_s = wait_s
        super().__init__(reason)


def download(
    address: str,
    file: Path,
    courtesy: Courtesy | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Path:
    """Download `address` to `file` unless it is there already, and return `file`.

    What has arrived stands in `<file>.part` until it is whole; where the service names a version
    of its file (ETag or Last-Modified), a later attempt or call asks only for the rest of that
    version (RFC 9110, sections 13.1.5 and 14).

    Raises FetchError where the address is no http address, the service refuses, or every attempt
    failed.
    """
    courtesy = courtesy or Courtesy()
    if urlsplit(address).scheme not in ("http", "https"):
        raise FetchError(f"{address!r} does not start with http:// or https://.")
    if file.is_file():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    reasons: list[str] = []
    for attempt in range(courtesy.attempts):
        try:
            _attempt(address, file, courtesy.timeout_s)
        except _TryAgainError as error:
            reasons.append(error.reason)
            if attempt + 1 < courtesy.attempts:
                pause = max(error.wait_s, courtesy.wait_s * 2.0**attempt)
                wait(min(pause, LONGEST_WAIT_S))
        else:
            return file
    raise FetchError(
        f"{address} gave no answer in {len(reasons)} attempts; the last: {reasons[-1]}."
        " Try again later: what has arrived is kept."
    )


def _attempt(address: str, file: Path, timeout_s: float) -> None:
    part, version_file = _part(file, "part"), _part(file, "part-version")
    have, version = _state(part, version_file)
    request = urllib.request.Request(address, headers={"User-Agent": "transcaspian"})
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", version)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            _receive(answer, have, part, version_file)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == RANGE_NOT_THERE and have:
                part.unlink()
                raise _TryAgainError("the part that had arrived was of another version") from error
            if error.code in WORTH_ANOTHER_TRY:
                reason = f"HTTP {error.code} {error.reason}"
                raise _TryAgainError(reason, _retry_after(error)) from error
            raise FetchError(
                f"{address} answers HTTP {error.code} {error.reason}{_words(error)}."
            ) from error
    except urllib.error.URLError as error:
        raise _TryAgainError(str(error.reason)) from error
    except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
        raise _TryAgainError(str(error) or type(error).__name__) from error
    part.replace(file)
    version_file.unlink(missing_ok=True)


def _part(file: Path, ending: str) -> Path:
    return file.with_name(f"{file.name}.{ending}")


def _state(part: Path, version_file: Path) -> tuple[int, str]:
    """Return how much has arrived and of which version; nothing counts without a version."""
    if part.is_file() and version_file.is_file():
        version = version_file.read_text("utf-8")
        if version:
            return part.stat().st_size, version
    return 0, ""


def _receive(answer: http.client.HTTPResponse, have: int, part: Path, version_file: Path) -> None:
    start = have if answer.status == PARTIAL else 0
    if answer.status == PARTIAL and not _content_range(answer).startswith(f"bytes {have}-"):
        part.unlink()
        raise _TryAgainError("the service gave another part than was asked for")
    if start == 0:
        version = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        if version.startswith("W/"):  # a weak tag does not say that the bytes are the same
            version = ""
        version_file.write_text(version, "utf-8")
    expected = answer.headers.get("Content-Length")
    received = 0
    with part.open("ab" if start else "wb") as stream:
        while block := answer.read(BLOCK):
            received += len(block)
            if start + received > LARGEST:
                raise FetchError(f"The answer is larger than {LARGEST} bytes.")
            stream.write(block)
    if expected is not None and expected.isdecimal() and received < int(expected):
        raise _TryAgainError(f"the connection broke after {received} of {expected} bytes")


def _content_range(answer: http.client.HTTPResponse) -> str:
    return str(answer.headers.get("Content-Range", ""))


def _retry_after(error: urllib.error.HTTPError) -> float:
    """Return the seconds that the service asks to wait; 0 where it names none or a date."""
    text = str(error.headers.get("Retry-After", ""))
    return float(text) if text.isdecimal() else 0.0


def _words(error: urllib.error.HTTPError) -> str:
    """Return what the service says about its refusal, shortened to a line."""
    try:
        text = error.read(2000).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException):
        return ""  # the refusal itself is what counts
    try:
        content = json.loads(text)
    except ValueError:
        content = text
    if isinstance(content, dict):
        content = content.get("messages") or content.get("detail") or content
    line = " ".join(str(content).split())
    return f": {line[:200]}" if line else ""
