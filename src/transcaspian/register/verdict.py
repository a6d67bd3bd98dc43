"""The rules of the status engine by name, and the records that its modules pass on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from transcaspian.register.edtf import VagueDate

__all__ = ["RULES", "Commitment", "Finding", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule concludes and when it fires."""

    status: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise, its dates read."""

    id: str
    title: str
    kind: str
    measure: str
    instrument: str | None
    owner: str | None
    promised_on: VagueDate
    due: VagueDate | None
    target: float | None
    is_upward: bool
    baseline: float | None
    baseline_on: VagueDate | None
    indicator: str | None
    compilers: tuple[str, ...]
    scope: str | None
    path: str
    recurrence: str | None
    unit: str
    co_owners: tuple[str, ...] = ()

    def is_reached(self, value: float) -> bool:
        """Whether a value fulfils the target."""
        if self.target is None:
            return False
        return value >= self.target if self.is_upward else value <= self.target


@dataclass(frozen=True, slots=True)
class Finding:
    """The rule that fired, why, and the rows it rests on."""

    rule: str
    reason: str
    evidence: tuple[str, ...] = ()
    value: float | None = None
    expected: float | None = None
    met_on: date | None = None  # day on which the promise was met, as far as it is known


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "met_on_time": Rule("met", "An event says it is done, by the due date."),
        "met_late": Rule("met", "An event says it is done, after the due date."),
        "met_without_date": Rule("met", "An event says it is done; no date was promised."),
        "target_reached": Rule(
            "met", "A figure reached the target by the due date and stayed there until then."
        ),
        "target_reached_late": Rule("met", "A level reached the target after the due date."),
        "duty_kept": Rule("met", "Every period of a duty that has ended reached its target."),
        "rhythm_kept": Rule("met", "Every round of a rhythm that has an end was held."),
        "superseded_by_newer": Rule("superseded", "A newer promise replaces it."),
        "no_due_date": Rule("no_date", "No date was promised, so it can't be late."),
        "due_period_below_target": Rule(
            "missed", "The figure for the promised period is below its target; the period is over."
        ),
        "duty_broken": Rule(
            "missed", "A duty has ended and at least one of its periods fell short."
        ),
        "below_target_after_due": Rule(
            "late", "A figure from after the due date is still short of the target."
        ),
        "not_done_after_due": Rule("late", "An event after the due date says it is not done."),
        "owner_moved_date": Rule(
            "late", "The date has passed and a statement since the promise gives a later one."
        ),
        "past_due_unverified": Rule(
            "unknown", "The date has passed and no evidence is from after it."
        ),
        "evidence_aged": Rule(
            "unknown", "The newest figure is older than its kind of figure may be."
        ),
        "compilers_disagree": Rule(
            "unknown",
            "No compiler is named for the promise and their series lead to different statuses.",
        ),
        "duty_without_count": Rule(
            "unknown", "A duty is known to run or halt, but no period of it is counted."
        ),
        "duty_ended_unverified": Rule(
            "unknown", "A duty has ended and not all of its periods are counted."
        ),
        "rhythm_lost": Rule("unknown", "Two rounds of a rhythm have passed without a record."),
        "rhythm_ended_unverified": Rule(
            "unknown", "A rhythm has ended and not all of its rounds are on record."
        ),
        "past_due_no_evidence": Rule(
            "no_evidence", "The date has passed and nothing was ever reported."
        ),
        "no_observation": Rule("no_evidence", "The promise is measured, but no figure is known."),
        "duty_without_evidence": Rule("no_evidence", "Nothing is known about a recurring duty."),
        "rhythm_without_record": Rule(
            "no_evidence", "The first round of a rhythm has passed without a record."
        ),
        "baseline_missing": Rule(
            "no_baseline", "The date is to come, but without a start value no path can be drawn."
        ),
        "event_not_due": Rule("not_yet_due", "The date is to come and the promise is an event."),
        "only_baseline_known": Rule(
            "not_yet_due", "The date is to come and no figure is newer than the baseline."
        ),
        "first_round_not_due": Rule("not_yet_due", "The first round of a rhythm is still to come."),
        "on_path": Rule(
            "on_track",
            "The newest figure is at least 95 % of the way that the path asks for by then.",
        ),
        "pace_of_year_on_path": Rule(
            "on_track", "The year to date, stretched to the year, is on the path."
        ),
        "pace_before_baseline_enough": Rule(
            "on_track",
            "Only the baseline is known; going on at the pace before it would reach the target.",
        ),
        "within_rhythm": Rule("on_track", "The last round was held and the next is not due yet."),
        "duty_kept_so_far": Rule(
            "on_track", "The last counted period of a duty reached its target."
        ),
        "duty_pace_enough": Rule(
            "on_track", "The period under way, stretched to its end, reaches the target."
        ),
        "below_path": Rule("at_risk", "The newest figure is behind the path."),
        "pace_of_year_below_path": Rule(
            "at_risk", "The year to date, stretched to the year, is behind the path."
        ),
        "pace_before_baseline_too_slow": Rule(
            "at_risk",
            "Only the baseline is known; the pace before it would not reach the target in time.",
        ),
        "announced_after_due": Rule("at_risk", "The last date given lies after the promised one."),
        "work_halted": Rule("at_risk", "The last event says that work stopped."),
        "duty_period_short": Rule(
            "at_risk", "The last counted period of a running duty fell short of its target."
        ),
        "duty_pace_too_slow": Rule(
            "at_risk", "The period under way, stretched to its end, falls short of the target."
        ),
        "round_overdue": Rule(
            "at_risk", "A round of a rhythm was due and there is no record of it."
        ),
    }
)
