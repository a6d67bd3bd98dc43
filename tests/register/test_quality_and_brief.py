from datetime import date

import pytest

from tests.register.examples import PROMISE, TAIL, make, observation
from transcaspian.errors import NotFoundError
from transcaspian.register.brief import write_brief
from transcaspian.register.quality import count_new, score_instruments
from transcaspian.register.read import read_packaged
from transcaspian.register.status import judge_all
from transcaspian.register.tables import Register

DAY = date(2026, 4, 30)
INSTRUMENT = {
    "id": "ins",
    "title": "Accord",
    "kind": "accord",
    "parties": "AZ;KZ",
    "signed_on": "2020",
    "field": "transport",
    "state": "signed",
    **TAIL,
}


def instruments(*promises: dict[str, str]) -> Register:
    first, *others = [PROMISE | {"instrument": "ins"} | promise for promise in promises]
    return make(
        first, [observation("2025-12-31", 5.0)], instruments=[INSTRUMENT], commitments=others
    )


def test_an_instrument_with_everything_but_an_owner_scores_four_fifths() -> None:
    register = instruments({})
    (score,) = score_instruments(register, judge_all(register, DAY))
    assert (score.owner, score.date, score.baseline, score.indicator, score.evidence) == (
        0.0,
        1.0,
        1.0,
        1.0,
        1.0,
    )
    assert score.score == pytest.approx(0.8)


def test_a_share_counts_the_commitments_that_have_the_thing() -> None:
    register = instruments({}, {"id": "second", "due": ""})
    (score,) = score_instruments(register, judge_all(register, DAY))
    assert (score.commitments, score.date) == (2, 0.5)


def test_an_event_is_not_asked_for_a_baseline() -> None:
    event = {
        "measure": "event",
        "target": "",
        "unit": "",
        "direction": "",
        "baseline": "",
        "baseline_on": "",
        "indicator": "",
    }
    register = instruments(event)
    (score,) = score_instruments(register, judge_all(register, DAY))
    assert (score.baseline, score.indicator) == (None, None)
    assert score.score == pytest.approx((0.0 + 1.0 + 0.0) / 3)


def test_a_restatement_is_not_counted_as_new() -> None:
    link = {"subject": "second", "relation": "restates", "object": "com", **TAIL}
    first, second = PROMISE | {"instrument": "ins"}, PROMISE | {"instrument": "ins", "id": "second"}
    register = make(first, instruments=[INSTRUMENT], commitments=[second], links=[link])
    verdicts = judge_all(register, DAY)
    assert (len(verdicts), count_new(register, verdicts)) == (2, 1)
    assert score_instruments(register, verdicts)[0].new == 1


def test_scores_of_the_packaged_register_lie_between_none_and_all() -> None:
    scores = score_instruments(read_packaged(), judge_all(read_packaged(), DAY))
    assert all(0.0 <= score.score <= 1.0 for score in scores)
    assert sum(score.commitments for score in scores) == 79


def test_a_brief_speaks_of_the_promises_of_its_body_only() -> None:
    brief = write_brief(read_packaged(), "KMG", DAY)
    assert brief.promises == 3
    assert {verdict.id for verdict, _ in brief.trouble} == {"com-btc-15", "com-kashagan"}
    assert {item.subject for item in brief.contradictions} == {"com-btc-15", "ind-btc"}


def test_a_brief_on_a_field_or_an_instrument_counts_their_promises() -> None:
    assert write_brief(read_packaged(), "culture", DAY).promises == 3
    assert write_brief(read_packaged(), "ins-2025-tripp-am", DAY).promises == 2
    assert write_brief(read_packaged(), "", DAY).promises == 79


def test_a_brief_on_nobody_is_refused() -> None:
    with pytest.raises(NotFoundError, match="neither a body"):
        write_brief(read_packaged(), "body-nobody", DAY)


def test_a_brief_for_others_does_not_betray_internal_rows() -> None:
    register = make({"internal": "true", "title": "Secret plan"}, [observation("2025-12-31", 5.0)])
    assert "Secret plan" not in repr(write_brief(register.public(), "", DAY).as_dict())
    assert (
        "Secret plan" in repr(write_brief(register, "transport", DAY).as_dict())
        or write_brief(register, "", DAY).promises == 1
    )
