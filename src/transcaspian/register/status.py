"""The status of every commitment as of a day, from evidence only.

Each verdict names the rule that fired and the rows it rests on. The rules stand in `RULES`, in
the words of `docs/register.md`; `judge` asks them in a fixed order: superseded, met, then what a
missing date, a passed date or a date to come allows to be said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from transcaspian.register.announced import date_in_force, moved_date
from transcaspian.register.edtf import VagueDate, parse_date
from transcaspian.register.facts import Event, Facts, gather_facts
from transcaspian.register.memory import no_cycle_search
from transcaspian.register.recurring import judge_duty, judge_rhythm
from transcaspian.register.tables import Register
from transcaspian.register.targets import judge_series
from transcaspian.register.verdict import RULES, Commitment, Finding

__all__ = [
    "STATUSES",
    "Verdict",
    "count_statuses",
    "judge_all",
    "read_commitment",
    "read_commitments",
]

STATUSES = (
    "met",
    "on_track",
    "at_risk",
    "late",
    "missed",
    "superseded",
    "not_yet_due",
    "no_date",
    "no_baseline",
    "no_evidence",
    "unknown",
)
GAPS = ("owner", "date", "baseline", "indicator", "evidence")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of one commitment and why."""

    id: str
    status: str
    rule: str
    reason: str
    evidence: tuple[str, ...]  # row ids, as `register show` takes them
    due: VagueDate | None  # the date promised, in the wording of the day
    gaps: tuple[str, ...]  # what the promise lacks
    value: float | None = None  # last figure that counts
    expected: float | None = None  # what the path asks for at that time
    met_on: date | None = None  # day on which it was met
    in_force: VagueDate | None = None  # the last date announced since, else the one promised

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "id": self.id,
            "status": self.status,
            "rule": self.rule,
            "reason": self.reason,
            "evidence": list(self.evidence),
            "due": None if self.due is None else self.due.edtf,
            "deadline": None if self.due is None else self.due.last.isoformat(),
            "in_force": None if self.in_force is None else self.in_force.edtf,
            "in_force_by": None if self.in_force is None else self.in_force.last.isoformat(),
            "gaps": list(self.gaps),
            "value": self.value,
            "expected": self.expected,
        }


def judge_all(register: Register, as_of: date) -> list[Verdict]:
    """Return the verdict on every commitment that had been made by `as_of`, in register order."""
    with no_cycle_search():
        facts = gather_facts(register, as_of)
        return [
            verdict
            for commitment in read_commitments(register)
            if (verdict := judge(commitment, facts)) is not None
        ]


def count_statuses(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return how many commitments have each status, statuses in their usual order."""
    found = [verdict.status for verdict in verdicts]
    return {status: found.count(status) for status in STATUSES if status in found}


def read_commitments(register: Register) -> list[Commitment]:
    """Return the commitments as records, dates read."""
    return [read_commitment(row) for row in register["commitments"].iter_rows(named=True)]


def judge(commitment: Commitment, facts: Facts) -> Verdict | None:
    """Return the verdict on one commitment; None where it had not been made yet."""
    vintages = facts.vintages.get(commitment.id, [])
    is_made = commitment.promised_on.last <= facts.as_of
    if not is_made and not vintages:
        return None
    # Before the present wording, the promise is the first date that was ever given.
    due = commitment.due if is_made else vintages[0].due
    finding = _find(commitment, due, facts)
    return Verdict(
        commitment.id,
        RULES[finding.rule].status,
        finding.rule,
        finding.reason,
        finding.evidence,
        due,
        _gaps(commitment, due, facts),
        finding.value,
        finding.expected,
        finding.met_on,
        date_in_force(commitment, due, facts),
    )


def _find(commitment: Commitment, due: VagueDate | None, facts: Facts) -> Finding:
    events = facts.events.get(commitment.id, [])
    replaced = facts.superseded.get(commitment.id)
    since = facts.promised_since(commitment.id, commitment.promised_on)
    if done := _done([event for event in events if event.happened.last >= since], due):
        return done
    if replaced is not None:
        row, by, since = replaced
        return Finding("superseded_by_newer", f"Replaced by {by} on {since}.", (row,))
    if commitment.kind == "recurring":
        judge_recurring = judge_rhythm if commitment.measure == "rhythm" else judge_duty
        return judge_recurring(commitment, facts)
    is_measured = commitment.measure in {"level", "flow", "steps"}
    finding = judge_series(commitment, due, facts) if is_measured else None
    if finding is not None and finding.rule != "past_due_unverified":
        return _with_announced_slip(finding, commitment, due, facts)
    if due is None:
        return _without_date(events)
    if facts.as_of > due.last:
        return _past_due(commitment, due, facts, finding)
    return _event_to_come(commitment, due, facts)


def _done(events: Sequence[Event], due: VagueDate | None) -> Finding | None:
    for event in events:
        if event.kind == "done":
            if due is None:
                rule = "met_without_date"
            else:
                rule = "met_late" if event.happened.first > due.last else "met_on_time"
            reason = f"{event.what} ({event.happened.edtf})."
            return Finding(rule, reason, (event.row,), met_on=event.happened.last)
    return None


def _without_date(events: Sequence[Event]) -> Finding:
    said = f" Last known: {events[-1].what} ({events[-1].happened.edtf})." if events else ""
    return Finding(
        "no_due_date", f"No date was promised.{said}", tuple(event.row for event in events[-1:])
    )


def _past_due(
    commitment: Commitment, due: VagueDate, facts: Facts, finding: Finding | None
) -> Finding:
    events = facts.events.get(commitment.id, [])
    for event in reversed(events):
        if event.kind == "not_done" and event.happened.first >= due.last:
            return Finding(
                "not_done_after_due", f"{event.what} ({event.happened.edtf}).", (event.row,)
            )
    moved = moved_date(commitment, due, facts)
    if moved is not None:
        passed = "; that day has passed too" if facts.as_of > moved.due.last else ""
        reason = f"{moved.office} gave {moved.due.edtf} on {moved.said.edtf}{passed}."
        return Finding("owner_moved_date", reason, (moved.row,))
    reported = [event for event in events if event.kind != "searched"]
    rows = (*(finding.evidence if finding else ()), *(event.row for event in reported[-1:]))
    if rows:
        return Finding(
            "past_due_unverified", f"Due {due.edtf}; nothing known from after that day.", rows
        )
    searches = tuple(event.row for event in events[-1:])
    return Finding("past_due_no_evidence", f"Due {due.edtf}; nothing was ever reported.", searches)


def _event_to_come(commitment: Commitment, due: VagueDate, facts: Facts) -> Finding:
    events = facts.events.get(commitment.id, [])
    if events and events[-1].kind == "halted":
        return Finding(
            "work_halted", f"{events[-1].what} ({events[-1].happened.edtf}).", (events[-1].row,)
        )
    finding = Finding(
        "event_not_due", f"Due {due.edtf}.", tuple(event.row for event in events[-1:])
    )
    return _with_announced_slip(finding, commitment, due, facts)


def _with_announced_slip(
    finding: Finding, commitment: Commitment, due: VagueDate | None, facts: Facts
) -> Finding:
    """Return the finding, or a warning where the last date given lies after the promised one."""
    may_turn = RULES[finding.rule].status in {
        "on_track",
        "not_yet_due",
        "no_evidence",
        "no_baseline",
        "unknown",
    }
    last = moved_date(commitment, due, facts)
    if due is None or last is None or not may_turn:
        return finding
    reason = f"Due {due.edtf}, but {last.office} gave {last.due.edtf} on {last.said.edtf}."
    return Finding(
        "announced_after_due",
        reason,
        (last.row, *finding.evidence),
        finding.value,
        finding.expected,
    )


def _gaps(commitment: Commitment, due: VagueDate | None, facts: Facts) -> tuple[str, ...]:
    """Return what the promise lacks to be checked; a baseline only where it is measured."""
    by_compiler = (
        facts.points.get((commitment.indicator, commitment.scope), {})
        if commitment.indicator
        else {}
    )
    needs_baseline = commitment.measure in {"level", "flow", "steps"}
    lacks: Mapping[str, bool] = {
        "owner": commitment.owner is None,
        "date": due is None and commitment.recurrence is None,
        "baseline": needs_baseline and commitment.baseline is None,
        "indicator": needs_baseline and commitment.indicator is None,
        "evidence": not by_compiler and not facts.events.get(commitment.id),
    }
    return tuple(gap for gap in GAPS if lacks[gap])


def read_commitment(row: Mapping[str, object]) -> Commitment:
    """Return a row of `commitments` as a record; InputError where a date means none."""
    text = {name: None if value is None else str(value) for name, value in row.items()}

    def day(name: str) -> VagueDate | None:
        found = text[name]
        return None if found is None else parse_date(found)

    def number(name: str) -> float | None:
        value = row[name]
        return value if isinstance(value, float) else None

    return Commitment(
        id=str(row["id"]),
        title=str(row["title"]),
        kind=str(row["kind"]),
        measure=str(row["measure"]),
        instrument=text["instrument"],
        owner=text["owner"],
        promised_on=parse_date(str(row["promised_on"])),
        due=day("due"),
        target=number("target"),
        is_upward=row["direction"] != "down",
        baseline=number("baseline"),
        baseline_on=day("baseline_on"),
        indicator=text["indicator"],
        compilers=tuple((text["compilers"] or "").split(";")) if text["compilers"] else (),
        scope=text["scope"],
        path=text["path"] or "linear",
        recurrence=text["recurrence"],
        unit=text["unit"] or "",
        co_owners=tuple((text["co_owners"] or "").split(";")) if text["co_owners"] else (),
    )
