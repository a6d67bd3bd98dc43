"""How well promises are made: what each instrument's commitments have and lack."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transcaspian.register.status import GAPS, Verdict
from transcaspian.register.tables import Register

__all__ = ["Quality", "count_new", "score_instruments"]


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of an instrument's commitments that have each thing, and their mean.

    A baseline and an indicator are asked only of measured promises; what is asked of no
    commitment has no share and does not enter the score.
    """

    instrument: str
    commitments: int
    new: int  # commitments that do not restate an older one
    owner: float
    date: float
    baseline: float | None
    indicator: float | None
    evidence: float
    score: float

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


def score_instruments(register: Register, verdicts: Sequence[Verdict]) -> list[Quality]:
    """Return the score of every instrument with commitments, best first.

    Commitments that stand in no instrument are scored together under an empty name.
    """
    rows = register["commitments"].select("id", "instrument", "measure").iter_rows()
    known = {name: (instrument or "", measure) for name, instrument, measure in rows}
    restated = set(_restating(register))
    groups: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        groups[known[verdict.id][0]].append(verdict)
    scores = [
        _score(instrument, group, {verdict.id: known[verdict.id][1] for verdict in group}, restated)
        for instrument, group in groups.items()
    ]
    return sorted(scores, key=lambda quality: (-quality.score, quality.instrument))


def count_new(register: Register, verdicts: Sequence[Verdict]) -> int:
    """Return how many promises are not restatements of an older one."""
    restated = set(_restating(register))
    return sum(verdict.id not in restated for verdict in verdicts)


def _restating(register: Register) -> list[str]:
    links = register["links"].filter(pl.col("relation") == "restates")
    return links["subject"].to_list()


def _score(
    instrument: str, verdicts: Sequence[Verdict], measures: dict[str, str], restated: set[str]
) -> Quality:
    measured = [
        verdict for verdict in verdicts if measures[verdict.id] in {"level", "flow", "steps"}
    ]
    shares: dict[str, float | None] = {}
    for gap in GAPS:
        asked = measured if gap in {"baseline", "indicator"} else verdicts
        shares[gap] = (
            sum(gap not in verdict.gaps for verdict in asked) / len(asked) if asked else None
        )
    known = [share for share in shares.values() if share is not None]
    return Quality(
        instrument=instrument,
        commitments=len(verdicts),
        new=sum(verdict.id not in restated for verdict in verdicts),
        owner=shares["owner"] or 0.0,
        date=shares["date"] or 0.0,
        baseline=shares["baseline"],
        indicator=shares["indicator"],
        evidence=shares["evidence"] or 0.0,
        score=sum(known) / len(known),
    )
