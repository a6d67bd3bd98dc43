"""A calendar of promises: dates due, rounds of recurring duties, culture days held.

Everything lasts whole days, so dates are DATE values: no time zone, and a festival ends on the
day after its last (RFC 5545, DTEND is exclusive).
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import icalendar

from transcaspian.register.agenda import find_due
from transcaspian.register.edtf import parse_date
from transcaspian.register.recurring import end_of_duty
from transcaspian.register.status import Verdict, judge_all, read_commitments
from transcaspian.register.tables import Register
from transcaspian.register.verdict import Commitment

__all__ = ["write_ical"]

DOMAIN = "register.transcaspian.invalid"
HORIZON_DAYS = 3 * 366
CULTURE_DAYS = "com-culture-days"
STATES = {"AZ": "Azerbaijan", "KZ": "Kazakhstan"}


def write_ical(register: Register, as_of: date) -> bytes:
    """Return the calendar, UTF-8."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//transcaspian//register//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Promises of the Trans-Caspian corridor")
    stamp = datetime.combine(as_of, time.min, UTC)
    commitments = {commitment.id: commitment for commitment in read_commitments(register)}
    rounds: defaultdict[str, list[date]] = defaultdict(list)
    for item in find_due(register, as_of, as_of, as_of + timedelta(days=HORIZON_DAYS)):
        rounds[item.id].append(item.day)
    for verdict in judge_all(register, as_of):
        commitment = commitments[verdict.id]
        if commitment.kind == "recurring":
            host = _next_host(register, as_of) if commitment.id == CULTURE_DAYS else ""
            days = rounds[commitment.id]
            calendar.add_component(_recurring(commitment, verdict, days, as_of, stamp, host))
        elif verdict.due is not None:
            calendar.add_component(_due(commitment, verdict, stamp))
    for row in register["culture_days"].iter_rows(named=True):
        if row["start"] is not None:
            calendar.add_component(_festival(row, stamp))
    return bytes(calendar.to_ical())


def _event(
    uid: str, summary: str, first: date, last: date, stamp: datetime, description: str
) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{uid}@{DOMAIN}")
    event.add("dtstamp", stamp)
    event.add("summary", summary)
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("description", description)
    return event


def _due(commitment: Commitment, verdict: Verdict, stamp: datetime) -> icalendar.Event:
    if verdict.due is None:
        raise ValueError(f"{commitment.id} has no date")
    day = verdict.due.last
    text = f"{verdict.status}: {verdict.reason}\nPromised: {verdict.due.edtf} (EDTF). Rule: {verdict.rule}."
    return _event(f"due-{commitment.id}", f"Due: {commitment.title}", day, day, stamp, text)


def _recurring(
    commitment: Commitment,
    verdict: Verdict,
    rounds: list[date],
    as_of: date,
    stamp: datetime,
    host: str,
) -> icalendar.Event:
    """Return the next round with its rule of recurrence; whose turn it is to host stands in words."""
    day = rounds[0] if rounds else as_of
    text = f"{verdict.status}: {verdict.reason}"
    if host:
        text += f"\nNext host, if the two take turns: {STATES[host]}."
    event = _event(f"round-{commitment.id}", f"Due: {commitment.title}", day, day, stamp, text)
    rule = icalendar.vRecur.from_ical(_calendar_rule(commitment, rounds))
    if rounds:
        event.add("rrule", rule)
    return event


def _calendar_rule(commitment: Commitment, rounds: list[date]) -> str:
    """Return the rule as it goes on from the next round; a month's last day is -1, not 31."""
    parts = [
        part
        for part in (commitment.recurrence or "FREQ=YEARLY").split(";")
        if not part.startswith(("COUNT=", "UNTIL="))
    ]
    if "FREQ=MONTHLY" in parts and "BYMONTHDAY" not in (commitment.recurrence or ""):
        parts.append("BYMONTHDAY=-1")
    end = end_of_duty(commitment) if commitment.measure == "flow" else None
    if end is not None and rounds:
        # All values are dates, so the end is a date too (RFC 5545, 3.3.10).
        parts.append(f"UNTIL={end:%Y%m%d}")
    return ";".join(parts)


def _next_host(register: Register, as_of: date) -> str:
    held = [
        (parse_date(row["start"]).last, row["host"])
        for row in register["culture_days"].iter_rows(named=True)
        if row["start"] is not None
        and row["host"] is not None
        and parse_date(row["start"]).last <= as_of
    ]
    if not held:
        return ""
    return "AZ" if max(held)[1] == "KZ" else "KZ"


def _festival(row: dict[str, object], stamp: datetime) -> icalendar.Event:
    first = parse_date(str(row["start"])).first
    last = parse_date(str(row["end"] or row["start"])).last
    guest, host = STATES.get(str(row["guest"]), ""), STATES.get(str(row["host"]), "")
    text = f"{row['level']}, {str(row['cities'] or '').replace(';', ', ')}"
    return _event(
        f"culture-{row['id']}", f"Culture days of {guest} in {host}", first, last, stamp, text
    )
