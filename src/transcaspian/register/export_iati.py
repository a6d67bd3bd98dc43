"""Measured promises as results of IATI activities (activity standard 2.03).

An instrument is an activity; each of its measured commitments is a result with baseline, targets
and the figures of the compiler that counts for it. A duty has its target in each of its periods:
all of them where it ends, else up to the one under way. Promises outside any instrument share one
activity, which starts with the first of them. Identifiers carry a prefix of our own: IATI's publishers register theirs.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from transcaspian.errors import RegisterError
from transcaspian.register.edtf import parse_date
from transcaspian.register.facts import Facts, Point, gather_facts
from transcaspian.register.rounds import end_of_duty, first_period, periods_of
from transcaspian.register.status import read_commitments
from transcaspian.register.tables import Register
from transcaspian.register.targets import choose_series
from transcaspian.register.verdict import Commitment

__all__ = ["ORGANISATION", "write_iati"]

ORGANISATION = "XI-EXAMPLE-TRANSCASPIAN"
VERSION = "2.03"
# DAC sector codes of the fields; 43010 is multisector aid.
SECTORS = {
    "energy": "23110",
    "transport": "21010",
    "trade": "33110",
    "investment": "25010",
    "digital": "22010",
    "legal": "15130",
    "health": "12110",
    "education": "11110",
    "culture": "16061",
    "political": "15110",
    "institutional": "15110",
    "competition": "25010",
    "industrial_property": "32130",
}
MULTISECTOR = "43010"
# Activity status: 1 pipeline, 2 implementation, 4 closed, 5 cancelled, 6 suspended.
STATUS = {
    "draft": "1",
    "signed": "2",
    "published": "2",
    "in_force": "2",
    "suspended": "6",
    "implemented": "4",
    "completed": "4",
    "superseded": "4",
    "cancelled": "5",
}
# Kinds of activity date; actual ones must not lie ahead.
PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1", "2", "3", "4"
CLOSED = frozenset(state for state, code in STATUS.items() if code in {"4", "5"})
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def write_iati(register: Register, as_of: date) -> bytes:
    """Return the activities as XML."""
    facts = gather_facts(register, as_of)
    by_instrument: dict[str, list[Commitment]] = {}
    for commitment in read_commitments(register):
        is_made = commitment.promised_on.last <= as_of
        if (
            is_made
            and commitment.measure in {"level", "flow", "steps"}
            and commitment.target is not None
        ):
            by_instrument.setdefault(commitment.instrument or "", []).append(commitment)
    stamp = f"{as_of}T00:00:00Z"
    root = Element("iati-activities", {"version": VERSION, "generated-datetime": stamp})
    instruments = {row["id"]: row for row in register["instruments"].iter_rows(named=True)}
    indicators = dict(register["indicators"].select("id", "name").iter_rows())
    for name in sorted(by_instrument):
        first = min(commitment.promised_on.last for commitment in by_instrument[name])
        activity = _activity(root, name, instruments.get(name), first, as_of)
        for commitment in by_instrument[name]:
            _result(activity, commitment, indicators, facts)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _narrative(
    parent: Element, tag: str, text: str, attributes: Mapping[str, str] | None = None
) -> Element:
    element = SubElement(parent, tag, dict(attributes or {}))
    SubElement(element, "narrative").text = text
    return element


def _activity(
    root: Element, name: str, row: Mapping[str, object] | None, first: date, as_of: date
) -> Element:
    stamp = f"{as_of}T00:00:00Z"
    activity = SubElement(
        root,
        "iati-activity",
        {_LANGUAGE: "en", "default-currency": "USD", "last-updated-datetime": stamp},
    )
    title = str(row["title"]) if row else "Promises outside any instrument"
    state = str(row["state"]) if row else "in_force"
    SubElement(activity, "iati-identifier").text = f"{ORGANISATION}-{name or 'other'}"
    _narrative(
        activity,
        "reporting-org",
        "transcaspian register",
        {"ref": ORGANISATION, "type": "90", "secondary-reporter": "1"},
    )
    _narrative(activity, "title", title)
    _narrative(activity, "description", f"{title}: its measured promises")
    for party in str(row["parties"]).split(";") if row else ["AZ", "KZ"]:
        _narrative(activity, "participating-org", party, {"role": "2"})
    SubElement(activity, "activity-status", {"code": _status(name, state)})
    for kind, day in _dates(row, as_of) if row else [(ACTUAL_START, first)]:
        SubElement(activity, "activity-date", {"type": kind, "iso-date": day.isoformat()})
    # 798 is Asia, regional: the corridor crosses more than one state.
    SubElement(activity, "recipient-region", {"code": "798", "vocabulary": "1"})
    sector = SECTORS.get(str(row["field"]), MULTISECTOR) if row else MULTISECTOR
    SubElement(activity, "sector", {"code": sector, "vocabulary": "1"})
    return activity


def _status(name: str, state: str) -> str:
    if state not in STATUS:
        raise RegisterError(
            f"instruments, row {name!r}, column 'state': {state!r} is no state; choose from {', '.join(STATUS)}."
        )
    return STATUS[state]


def _dates(row: Mapping[str, object], as_of: date) -> list[tuple[str, date]]:
    start = parse_date(str(row["signed_on"])).last
    is_begun = start <= as_of and row["state"] != "draft"
    dates = [(ACTUAL_START if is_begun else PLANNED_START, start)]
    if row["ends_on"] is not None:
        end = parse_date(str(row["ends_on"])).last
        is_over = end <= as_of and row["state"] in CLOSED
        dates.append((ACTUAL_END if is_over else PLANNED_END, end))
    return dates


def _result(
    activity: Element, commitment: Commitment, indicators: Mapping[str, str], facts: Facts
) -> None:
    result = SubElement(activity, "result", {"type": "1", "aggregation-status": "0"})
    _narrative(result, "title", commitment.title)
    measure = "2" if commitment.unit == "%" else "1"
    ascending = "1" if commitment.is_upward else "0"
    indicator = SubElement(
        result, "indicator", {"measure": measure, "ascending": ascending, "aggregation-status": "0"}
    )
    name = indicators.get(commitment.indicator or "", commitment.title)
    _narrative(indicator, "title", f"{name} [{commitment.unit}]")
    if commitment.baseline is not None and commitment.baseline_on is not None:
        day = commitment.baseline_on.last
        attributes = {
            "year": str(day.year),
            "iso-date": day.isoformat(),
            "value": f"{commitment.baseline:.10g}",
        }
        SubElement(indicator, "baseline", attributes)
    periods: dict[tuple[date, date], list[Point]] = {}
    for point in _points(commitment, facts):
        periods.setdefault((point.period.first, point.period.last), []).append(point)
    targets = _target_periods(commitment, facts.as_of)
    for first, last in sorted({*periods, *targets}, key=lambda days: (days[1], days[0])):
        target = commitment.target if (first, last) in targets else None
        _period(indicator, first, last, target, periods.get((first, last), []))


def _target_periods(commitment: Commitment, as_of: date) -> list[tuple[date, date]]:
    """Return first and last day of every period that has a target."""
    if commitment.kind == "recurring":
        return _duty_periods(commitment, as_of)
    if commitment.due is None:
        return []
    last = commitment.due.last
    is_flow = commitment.measure == "flow"
    first = date(last.year, 1, 1) if is_flow else commitment.promised_on.first
    return [(min(first, last), last)]


def _duty_periods(commitment: Commitment, as_of: date) -> list[tuple[date, date]]:
    first = first_period(commitment)
    is_endless = end_of_duty(commitment) is None
    periods: list[tuple[date, date]] = []
    for last in periods_of(commitment).days():
        if is_endless and periods and first > as_of:
            break
        periods.append((first, last))
        first = last + timedelta(days=1)
    return periods


def _points(commitment: Commitment, facts: Facts) -> list[Point]:
    by_compiler = facts.points.get((commitment.indicator or "", commitment.scope), {})
    wanted = commitment.compilers or tuple(by_compiler)
    usable = {compiler: by_compiler[compiler] for compiler in wanted if by_compiler.get(compiler)}
    if not usable:
        return []
    start = (
        commitment.baseline_on.last
        if commitment.baseline_on is not None
        else commitment.promised_on.first
    )
    return [
        point for point in choose_series(commitment, facts, usable) if point.period.last >= start
    ]


def _period(
    indicator: Element, first: date, last: date, target: float | None, points: Sequence[Point]
) -> None:
    period = SubElement(indicator, "period")
    SubElement(period, "period-start", {"iso-date": first.isoformat()})
    SubElement(period, "period-end", {"iso-date": last.isoformat()})
    if target is not None:
        SubElement(period, "target", {"value": f"{target:.10g}"})
    for point in points:
        actual = SubElement(period, "actual", {"value": f"{point.value:.10g}"})
        _narrative(
            actual, "comment", f"{point.compiler}, {point.kind}, known since {point.known.edtf}"
        )
