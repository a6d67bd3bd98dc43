"""A calendar of promises: what `register due` lists, and culture days held.

What recurs is one entry from its next day on, with a rule whose days are those of the list; its
first day obeys the rule. Nothing falls due of what is settled, and it has no entry.

Everything lasts whole days, so dates are DATE values: no time zone, and a festival ends on the
day after its last (RFC 5545, DTEND is exclusive).
"""

from datetime import UTC, date, datetime, time, timedelta

import icalendar

from transcaspian.register.agenda import SETTLED, find_ends
from transcaspian.register.edtf import FIRST_YEAR, LAST_YEAR, parse_date
from transcaspian.register.facts import gather_facts
from transcaspian.register.rounds import timetable_of
from transcaspian.register.status import Verdict, judge_all, read_commitments
from transcaspian.register.tables import Register
from transcaspian.register.verdict import Commitment

__all__ = ["write_ical"]

DOMAIN = "register.transcaspian.invalid"
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
    facts = gather_facts(register, as_of)
    for verdict in judge_all(register, as_of):
        commitment = commitments[verdict.id]
        if verdict.status in SETTLED:
            continue
        if commitment.kind == "recurring":
            timetable = timetable_of(commitment, facts)
            if (day := timetable.first_from(as_of)) is not None:
                event = _round(
                    commitment, verdict, day, stamp, _next_host(register, verdict, as_of)
                )
                _repeat(event, *timetable.calendar_rule(day))
                calendar.add_component(event)
        else:
            for event in _due(commitment, verdict, stamp):
                calendar.add_component(event)
    for item in find_ends(register, as_of, date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)):
        text = f"{item.status}; parties: {item.owner.replace(';', ', ')}"
        uid = f"ends-{item.id}"
        calendar.add_component(_event(uid, item.what, item.day, item.day, stamp, text))
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


def _due(commitment: Commitment, verdict: Verdict, stamp: datetime) -> list[icalendar.Event]:
    """Return the day promised and, where a later statement moved it, the day in force."""
    if verdict.due is None or verdict.in_force is None:
        return []
    promised, in_force = verdict.due.last, verdict.in_force.last
    text = f"{verdict.status}: {verdict.reason}\nPromised: {verdict.due.edtf} (EDTF). Rule: {verdict.rule}."
    summary = f"Due: {commitment.title}"
    if in_force != promised:
        text += f"\nIn force: {verdict.in_force.edtf}."
    events = [_event(f"due-{commitment.id}", summary, promised, promised, stamp, text)]
    if in_force != promised:
        uid = f"in-force-{commitment.id}"
        events.append(_event(uid, summary, in_force, in_force, stamp, text))
    return events


def _round(
    commitment: Commitment, verdict: Verdict, day: date, stamp: datetime, host: str
) -> icalendar.Event:
    """Return the next round; whose turn it is to host stands in words."""
    text = f"{verdict.status}: {verdict.reason}"
    if host:
        text += f"\nNext host, if the two take turns: {STATES[host]}."
    return _event(f"round-{commitment.id}", f"Due: {commitment.title}", day, day, stamp, text)


def _repeat(event: icalendar.Event, rule: str, further: tuple[date, ...]) -> None:
    if rule:
        event.add("rrule", icalendar.vRecur.from_ical(rule))
    if further:
        event.add("rdate", list(further), parameters={"VALUE": "DATE"})


def _next_host(register: Register, verdict: Verdict, as_of: date) -> str:
    if verdict.id != CULTURE_DAYS:
        return ""
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
