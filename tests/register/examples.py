"""Small registers made by hand, one promise unless said otherwise."""

from collections.abc import Mapping, Sequence
from datetime import date

from transcaspian.register.read import parse_rows
from transcaspian.register.status import Verdict, judge_all
from transcaspian.register.tables import Register, make_register

TAIL = {"known_on": "2020-01-01", "source": "page", "confidence": "reported"}
SOURCE = {"key": "page", "title": "A page", "publisher": "A paper", "licence": "facts only"}
INDICATOR = {
    "id": "ind",
    "name": "Cargo",
    "unit": "Mt",
    "field": "transport",
    "direction": "up",
    "frequency": "annual",
    **TAIL,
}
PROMISE = {
    "id": "com",
    "title": "Carry 10 Mt",
    "owner": "",
    "field": "transport",
    "kind": "target",
    "measure": "level",
    "promised_on": "2020-01-01",
    "due": "2030-12-31",
    "target": "10",
    "unit": "Mt",
    "direction": "up",
    "baseline": "0",
    "baseline_on": "2020-12-31",
    "indicator": "ind",
    "compilers": "A",
    **TAIL,
}


def observation(
    period: str,
    value: float,
    *,
    kind: str = "actual",
    compiler: str = "A",
    known_on: str = "",
    scope: str = "",
) -> dict[str, str]:
    return {
        "indicator": "ind",
        "period": period,
        "value": str(value),
        "unit": "Mt",
        "kind": kind,
        "compiler": compiler,
        "scope": scope,
        "source": "page",
        "confidence": "reported",
        "known_on": known_on or (period if len(period) == 10 else f"{period[:4]}-12-31"),
    }


def event(kind: str, happened_on: str, known_on: str = "") -> dict[str, str]:
    return {
        "commitment": "com",
        "happened_on": happened_on,
        "kind": kind,
        "what": f"It is {kind}",
        "source": "page",
        "confidence": "reported",
        "known_on": known_on or happened_on,
    }


def forecast(said_on: str, due: str, office: str = "Ministry") -> dict[str, str]:
    return {
        "subject": "com",
        "said_on": said_on,
        "due": due,
        "office": office,
        "source": "page",
        "confidence": "reported",
        "known_on": said_on,
    }


def make(
    promise: Mapping[str, str] | None = None,
    observations: Sequence[Mapping[str, str]] = (),
    evidence: Sequence[Mapping[str, str]] = (),
    forecasts: Sequence[Mapping[str, str]] = (),
    indicator: Mapping[str, str] | None = None,
    **more: Sequence[Mapping[str, str]],
) -> Register:
    """Return a register of one promise, changed as said, with what is known of it."""
    tables = {
        "sources": [SOURCE],
        "compilers": [{"code": code, "name": code} for code in ("A", "B")],
        "indicators": [INDICATOR | dict(indicator or {})],
        "commitments": [PROMISE | dict(promise or {})],
        "observations": list(observations),
        "evidence": list(evidence),
        "forecasts": list(forecasts),
    }
    for name, rows in more.items():
        tables[name] = [*tables.get(name, []), *rows]
    return make_register({name: parse_rows(name, rows) for name, rows in tables.items() if rows})


def judge_one(register: Register, as_of: str) -> Verdict:
    """Return the verdict on the promise `com`."""
    return next(
        verdict for verdict in judge_all(register, date.fromisoformat(as_of)) if verdict.id == "com"
    )
