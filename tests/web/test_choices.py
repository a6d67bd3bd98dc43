"""Every choice of every form of every page answers with something that a reader can use."""

import pytest
from starlette.testclient import TestClient

from tests.web.choices import NO_VALUES, try_every_choice
from tests.web.made_up import FIRST, SECOND, THIRD

pytestmark = pytest.mark.slow

SECTIONS = (
    "", "/projects", "/projects/CABLE", "/map", "/map?sector=freight", "/freight", "/funds",
    "/assumptions", "/places/power/W", "/places/freight/EPORT", "/links/power/E-W",
    "/links/freight/EPORT-WPORT-ferry", "/tables/projects", "/tables/freight_link_year",
)  # fmt: skip
# A week of hours is drawn the same in every run: one run speaks for them.
ONCE = ("/power", "/crossing")


def pages(run: str, language: str, sections: tuple[str, ...]) -> list[str]:
    return [
        f"/runs/{run}{section}{'&' if '?' in section else '?'}lang={language}"
        for section in sections
    ]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("run", [FIRST, SECOND, THIRD])
def test_every_choice_answers(client: TestClient, run: str, language: str) -> None:
    tried = try_every_choice(client, pages(run, language, SECTIONS), is_seen=run == FIRST)

    assert tried.wrong == []
    assert len(tried.addresses) > 100


def test_every_week_and_zone_and_month_answers(client: TestClient) -> None:
    tried = try_every_choice(client, pages(FIRST, "en", ONCE), is_seen=False)

    assert tried.wrong == []
    assert len(tried.addresses) > 60


def test_choices_of_pages_without_a_run_answer(client: TestClient) -> None:
    starts = (f"/compare?runs={FIRST},{THIRD}", f"/compare?runs={FIRST},{SECOND}", "/register", "/")

    tried = try_every_choice(client, starts)

    assert tried.wrong == []


@pytest.mark.parametrize("text", ["NPV None", "nan %", "+Infinity", "[inf]", "value: null"])
def test_values_that_are_none_are_seen(text: str) -> None:
    assert NO_VALUES.search(text)


@pytest.mark.parametrize("text", ["none of these", "Nancy", "infrastructure", "Non-stop"])
def test_words_are_not_taken_for_values(text: str) -> None:
    assert not NO_VALUES.search(text)


def test_a_comparison_with_a_run_that_ends_too_early_says_so(client: TestClient) -> None:
    answer = client.get(
        f"/compare?runs={FIRST},{THIRD}&lang=en", headers={"accept": "application/json"}
    )

    tones = [note["tone"] for note in answer.json()["notes"]]
    assert "danger" in tones
