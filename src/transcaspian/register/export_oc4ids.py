"""Joint projects in the Open Contracting for Infrastructure Data Standard (OC4IDS 0.9).

Identifiers carry a prefix of our own: the standard's publishers register theirs.
"""

import json
from collections.abc import Mapping
from datetime import date

import polars as pl

from transcaspian.register.columns import PROJECT_STATES
from transcaspian.register.edtf import parse_date
from transcaspian.register.status import Verdict, judge_all
from transcaspian.register.tables import Register

__all__ = ["PREFIX", "write_oc4ids"]

PREFIX = "transcaspian"
VERSION = "0.9"
SECTORS = {
    "digital": ["communications"],
    "energy": ["energy"],
    "transport": ["transport"],
    "shipbuilding": ["transport", "transport.water"],
    "industry": ["economy"],
    "construction": ["socialHousing"],
    "culture": ["cultureSportsAndRecreation"],
}
# States that the standard has no word for: the status is left out.
WITHOUT_STATUS = frozenset({"suspended", "unknown"})
MILESTONE_STATES = {"met": "met", "missed": "notMet", "late": "notMet"}


def write_oc4ids(register: Register, as_of: date) -> bytes:
    """Return a project package as JSON."""
    verdicts = {verdict.id: verdict for verdict in judge_all(register, as_of)}
    addresses = {row["key"]: row for row in register["sources"].iter_rows(named=True)}
    package = {
        "uri": f"https://example.org/{PREFIX}/register/{as_of}",
        "version": VERSION,
        "publishedDate": f"{as_of}T00:00:00Z",
        "publisher": {"name": "transcaspian register"},
        "projects": [
            _project(register, row, verdicts, addresses, as_of)
            for row in register["projects"].sort("id").iter_rows(named=True)
        ],
    }
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


def _project(
    register: Register,
    row: Mapping[str, object],
    verdicts: Mapping[str, Verdict],
    sources: Mapping[str, Mapping[str, object]],
    as_of: date,
) -> dict[str, object]:
    project: dict[str, object] = {"id": f"{PREFIX}-{row['id']}", "title": row["name"]}
    if row["note"]:
        project["description"] = row["note"]
    project["updated"] = f"{parse_date(str(row['known_on'])).last}T00:00:00Z"
    if status := _status(row, as_of):
        project["status"] = status
    project["sector"] = SECTORS.get(str(row["sector"]), [])
    if period := _period(row):
        project["period"] = period
    if row["parties"]:
        project["parties"] = _parties(register, str(row["parties"]))
    if row["cost_musd"] is not None:
        amount = round(float(str(row["cost_musd"])) * 1e6, 2)
        project["budget"] = {"amount": {"amount": amount, "currency": "USD"}}
    if milestones := _milestones(register, str(row["id"]), verdicts):
        project["milestones"] = milestones
    project["documents"] = [_document(str(row["source"]), sources)]
    return {name: value for name, value in project.items() if value not in ([], None)}


def _status(row: Mapping[str, object], as_of: date) -> str:
    """Return the status in the words of the standard; empty where it has none or none is known.

    A database of before the closed list of states may hold other words, which say nothing here.
    """
    state = str(row["state"] or "")
    if state in PROJECT_STATES and state not in WITHOUT_STATUS:
        return state
    is_finished = row["finish_actual"] and parse_date(str(row["finish_actual"])).last <= as_of
    return "completion" if is_finished and state not in WITHOUT_STATUS else ""


def _period(row: Mapping[str, object]) -> dict[str, str]:
    finish = row["finish_actual"] or row["finish_planned"]
    period = {}
    if row["start"]:
        period["startDate"] = f"{parse_date(str(row['start'])).first}T00:00:00Z"
    if finish:
        period["endDate"] = f"{parse_date(str(finish)).last}T00:00:00Z"
    return period


def _parties(register: Register, codes: str) -> list[dict[str, object]]:
    names = dict(register["bodies"].select("short", "name").iter_rows())
    return [{"id": code, "name": names.get(code, code)} for code in codes.split(";")]


def _milestones(
    register: Register, project: str, verdicts: Mapping[str, Verdict]
) -> list[dict[str, object]]:
    """Return the promises linked to a project, each with its date and whether it was kept."""
    linked = register["links"].filter(
        (pl.col("relation") == "project") & (pl.col("object") == project)
    )["subject"]
    titles = dict(register["commitments"].select("id", "title").iter_rows())
    milestones = []
    for name in linked.sort():
        verdict = verdicts.get(name)
        if verdict is None:
            continue
        milestone: dict[str, object] = {
            "id": name,
            "title": titles[name],
            "type": "delivery",
            "description": f"{verdict.status}: {verdict.reason}",
            "status": MILESTONE_STATES.get(verdict.status, "scheduled"),
        }
        if verdict.due is not None:
            milestone["dueDate"] = f"{verdict.due.last}T00:00:00Z"
        if verdict.met_on is not None:
            milestone["dateMet"] = f"{verdict.met_on}T00:00:00Z"
        milestones.append(milestone)
    return milestones


def _document(key: str, sources: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    source = sources[key]
    document: dict[str, object] = {
        "id": key,
        "title": source["title"],
        "author": source["publisher"],
    }
    if source["address"]:
        document["url"] = source["address"]
    return document
