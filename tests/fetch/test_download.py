"""Downloads end whole or with one clear error, and go on where they broke off."""

import threading
from pathlib import Path

import pytest

from tests.fetch.service import Reply, serve
from transcaspian.errors import FetchError
from transcaspian.fetch.download import Courtesy, download

BODY = bytes(range(256)) * 2000
QUICK = Courtesy(timeout_s=5.0, attempts=3, wait_s=0.0)


def test_what_is_served_arrives_whole(tmp_path: Path) -> None:
    with serve(lambda *_: Reply(BODY)) as service:
        file = download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert file.read_bytes() == BODY
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_file_that_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"mine")
    with serve(lambda *_: Reply(BODY)) as service:
        download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert service.requests == []
    assert (tmp_path / "x").read_bytes() == b"mine"


def ranged(tag: str, cut_first: int) -> object:
    """Answer as servers do that know ranges; the first answer breaks off."""

    def answer(_: str, headers: dict[str, str], number: int) -> Reply:
        if number == 1:
            return Reply(BODY, headers={"ETag": tag}, cut_after=cut_first)
        if "range" in headers and headers["if-range"] == tag:
            start = int(headers["range"].removeprefix("bytes=").removesuffix("-"))
            span = f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"
            return Reply(BODY[start:], 206, {"ETag": tag, "Content-Range": span})
        return Reply(BODY, headers={"ETag": tag})

    return answer


def test_a_broken_download_asks_only_for_the_rest(tmp_path: Path) -> None:
    with serve(ranged('"v1"', 100_000)) as service:  # type: ignore[arg-type]
        file = download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert file.read_bytes() == BODY
    assert service.requests[1][1]["range"] == "bytes=100000-"
    assert service.requests[1][1]["if-range"] == '"v1"'


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(tmp_path: Path) -> None:
    with serve(ranged('"v1"', 100_000)) as service:  # type: ignore[arg-type]
        once = Courtesy(timeout_s=5.0, attempts=1, wait_s=0.0)
        with pytest.raises(FetchError, match="100000 of 512000 bytes"):
            download(f"{service.address}/x", tmp_path / "x", once)
        assert not (tmp_path / "x").exists()
        download(f"{service.address}/x", tmp_path / "x", once)

    assert (tmp_path / "x").read_bytes() == BODY
    assert [headers.get("range") for _, headers in service.requests] == [None, "bytes=100000-"]


def test_a_file_that_changed_in_between_is_taken_from_its_start(tmp_path: Path) -> None:
    other = BODY[::-1]

    def answer(_: str, headers: dict[str, str], number: int) -> Reply:
        if number == 1:
            return Reply(BODY, headers={"ETag": '"v1"'}, cut_after=1000)
        assert headers["if-range"] == '"v1"'  # not v2, so the whole of v2 is sent
        return Reply(other, headers={"ETag": '"v2"'})

    with serve(answer) as service:
        file = download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert file.read_bytes() == other


def test_a_part_without_a_version_is_not_trusted(tmp_path: Path) -> None:
    def answer(_: str, headers: dict[str, str], number: int) -> Reply:
        assert "range" not in headers
        return Reply(BODY, cut_after=1000 if number == 1 else None)

    with serve(answer) as service:
        file = download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert file.read_bytes() == BODY


def test_a_range_that_is_refused_starts_over(tmp_path: Path) -> None:
    def answer(_: str, headers: dict[str, str], number: int) -> Reply:
        if number == 1:
            return Reply(BODY, headers={"ETag": '"v1"'}, cut_after=1000)
        return Reply(b"", 416) if "range" in headers else Reply(BODY, headers={"ETag": '"v1"'})

    with serve(answer) as service:
        file = download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert file.read_bytes() == BODY


def test_another_part_than_asked_for_is_not_joined(tmp_path: Path) -> None:
    def answer(_: str, headers: dict[str, str], number: int) -> Reply:
        if number == 1:
            return Reply(BODY, headers={"ETag": '"v1"'}, cut_after=1000)
        if "range" in headers:
            span = {"Content-Range": f"bytes 500-{len(BODY) - 1}/{len(BODY)}"}
            return Reply(BODY[500:], 206, span)
        return Reply(BODY)

    with serve(answer) as service:
        file = download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert file.read_bytes() == BODY


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again_a_bounded_number_of_times(
    tmp_path: Path, status: int
) -> None:
    with (
        serve(lambda *_: Reply(b"busy", status)) as service,
        pytest.raises(FetchError, match=f"3 attempts; the last: HTTP {status}"),
    ):
        download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert len(service.requests) == 3


def test_waits_double_and_follow_what_the_service_asks(tmp_path: Path) -> None:
    waited: list[float] = []
    replies = [
        Reply(b"", 503),
        Reply(b"", 429, {"Retry-After": "30"}),
        Reply(b"", 503),
        Reply(BODY),
    ]
    with serve(lambda _, __, number: replies[number - 1]) as service:
        courtesy = Courtesy(timeout_s=5.0, attempts=4, wait_s=2.0)
        download(f"{service.address}/x", tmp_path / "x", courtesy, waited.append)

    assert waited == [2.0, 30.0, 8.0]


def test_a_refusal_is_not_repeated_and_says_why(tmp_path: Path) -> None:
    body = b'{"messages": ["The latitude is out of range."], "header": "x"}'
    with (
        serve(lambda *_: Reply(body, 422)) as service,
        pytest.raises(FetchError, match=r"HTTP 422 .*The latitude is out of range\."),
    ):
        download(f"{service.address}/x", tmp_path / "x", QUICK)

    assert len(service.requests) == 1


def test_a_silent_service_is_given_up(tmp_path: Path) -> None:
    release = threading.Event()
    with serve(lambda *_: Reply(delay=release)) as service:
        courtesy = Courtesy(timeout_s=0.05, attempts=2, wait_s=0.0)
        with pytest.raises(FetchError, match=r"2 attempts; the last: .*timed out"):
            download(f"{service.address}/x", tmp_path / "x", courtesy)
        release.set()


def test_nobody_at_the_address_is_one_clear_error(tmp_path: Path) -> None:
    with serve(lambda *_: Reply()) as service:
        address = service.address

    with pytest.raises(FetchError, match="refused"):
        download(f"{address}/x", tmp_path / "x", QUICK)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/y", "x"])
def test_only_web_addresses_are_opened(tmp_path: Path, address: str) -> None:
    with pytest.raises(FetchError, match="http"):
        download(address, tmp_path / "x", QUICK)
