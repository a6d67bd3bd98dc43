"""Compiles `register/*.csv` of the packaged case from a folder of collected figures.

Run: `python scripts/build_case/register.py --figures FOLDER [--update FOLDER …] [--case FOLDER]`.
The folder holds instruments, bodies, commitments, indicators, observations, forecasts,
projects_joint, fund and culture as CSV; an update holds what was found later and wins. Addresses
become keys of `sources.csv`; dates get their stated precision in EDTF; what is added by hand
stands in `register_additions.py` and `register_statements.py`.
"""

import argparse
import csv
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from register_additions import (
    COMMITMENTS,
    COMPILERS,
    EVIDENCE,
    LINKS,
    MEASURES,
    MODEL_INDICATORS,
    PLAIN_STATES,
    PROJECT_STATES,
    RHYTHMS,
    SCOPES,
)
from register_sources import ANALYST, COLLECTED_ON, FOUNDING, source_key, source_rows
from register_statements import DUTIES, STATEMENTS
from sources import merge_sources

from transcaspian.register.columns import TABLES

Row = dict[str, object]
Figures = Mapping[str, list[dict[str, str]]]
FILES = (
    "bodies",
    "commitments",
    "culture",
    "forecasts",
    "fund",
    "indicators",
    "instruments",
    "observations",
    "projects_joint",
)
PRECISION_FORMAT: dict[str, Callable[[str], str]] = {
    "day": lambda day: day,
    "month": lambda day: day[:7],
    "quarter": lambda day: f"{day[:4]}-{32 + (int(day[5:7]) + 2) // 3}",
    "year": lambda day: day[:4],
    "none": lambda _day: "",
}
# A series of facts grows by an update; a row of any other file replaces the one of its name.
APPENDED = ("forecasts", "observations")
# A promise was known from the page that reported it first; later news of it are evidence.
KEPT = {"commitments": ("source", "source_date", "confidence")}
# Words of the collected files that name their own origin, and what they mean to a reader.
WORDING = (
    (
        r"Seed names only the document; duty and owner derived from its title",
        "The founding brief names only the document; duty and owner are read from its title",
    ),
    (r"\bthe seed\b", "the founding brief"),
    (r"\bSeed\b", "The founding brief"),
    (r"\bseed\b", "the founding brief"),
)


def main() -> None:
    """Read the figures and write the tables and sources."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figures", type=Path, required=True, help="folder of collected figures")
    default = Path(__file__).parents[2] / "src" / "transcaspian" / "cases" / "trans_caspian"
    parser.add_argument("--case", type=Path, default=default, help="folder of the case")
    parser.add_argument(
        "--update", type=Path, nargs="*", default=[], help="folders of later figures, oldest first"
    )
    options = parser.parse_args()
    figures = {name: _read(options.figures / f"{name}.csv") for name in FILES}
    for update in options.update:
        figures = updated(figures, {name: _read(update / f"{name}.csv") for name in FILES})
    tables = compile_register(figures)
    folder = options.case / "register"
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        _write(folder / f"{name}.csv", name, rows)
    merge_sources(options.case, source_rows(_addresses(figures)))


def updated(figures: Figures, later: Figures) -> dict[str, list[dict[str, str]]]:
    """Return figures with later ones in: facts appended, rows of a known id replaced in place."""
    return {
        name: [*rows, *later[name]]
        if name in APPENDED
        else _replaced(rows, later[name], KEPT.get(name, ()))
        for name, rows in figures.items()
    }


def _replaced(
    rows: list[dict[str, str]], later: list[dict[str, str]], kept: tuple[str, ...]
) -> list[dict[str, str]]:
    merged = {row["id"]: row for row in rows}
    for row in later:
        old = merged.get(row["id"], {})
        merged[row["id"]] = row | {name: old[name] for name in kept if name in old}
    return list(merged.values())


def compile_register(figures: Figures) -> dict[str, list[Row]]:
    """Return the rows of every register table but `sources`."""
    return {
        "bodies": [_body(row) for row in figures["bodies"]],
        "instruments": [
            *(_instrument(row) for row in figures["instruments"]),
            *(_statement(row) for row in STATEMENTS),
        ],
        "compilers": [
            {"code": code, "name": name, "side": side, "body": body}
            for code, name, side, body in COMPILERS
        ],
        "indicators": [*(_indicator(row) for row in figures["indicators"]), *_model_indicators()],
        "commitments": _commitments(figures),
        "observations": [_observation(row) for row in figures["observations"]],
        "forecasts": [_forecast(row) for row in figures["forecasts"]],
        "evidence": [_evidence(row) for row in EVIDENCE],
        "links": [*(_link(row) for row in LINKS), *_context_links(figures)],
        "projects": [_project(row) for row in figures["projects_joint"]],
        "funds": [_fund(row) for row in figures["fund"]],
        "culture_days": [_culture(row) for row in figures["culture"]],
    }


def _tail(row: Mapping[str, str]) -> Row:
    """Return the columns that every row has: source, its day, confidence and remark."""
    return {
        # A page without a date counts from the day it was collected.
        "known_on": row["source_date"] or COLLECTED_ON,
        "source": source_key(row["source"]),
        "confidence": row["confidence"],
        "internal": False,
        "note": _reword(row.get("note", "")),
    }


def _reword(text: str) -> str:
    for pattern, replacement in WORDING:
        text = re.sub(pattern, replacement, text)
    return text[:1].upper() + text[1:]


def _body(row: Mapping[str, str]) -> Row:
    return {
        "id": row["id"],
        "short": row["short"],
        "name": row["name"],
        "countries": row["country"],
        "kind": row["kind"],
        "role": row["role"],
        "parent": row["parent_id"],
        "rhythm": RHYTHMS.get(row["id"], ""),
        **_tail(row),
    }


def _instrument(row: Mapping[str, str]) -> Row:
    state, _, ends_on = row["status"].partition("_until_")
    return {
        "id": row["id"],
        "title": row["title"],
        "kind": row["kind"],
        "parties": row["parties"],
        "signed_on": row["signed_on"],
        "field": _instrument_field(row),
        "state": state,
        "ends_on": ends_on,
        "parent": row["parent_id"],
        **_tail(row),
    }


def _instrument_field(row: Mapping[str, str]) -> str:
    special = {"ins-2025-ip": "industrial_property", "ins-2025-competition": "competition"}
    return special.get(row["id"], row["field"])


def _indicator(row: Mapping[str, str]) -> Row:
    frequencies = row["frequency"].split(";")
    known = {
        "annual": "annual",
        "monthly": "monthly",
        "quarter": "quarterly",
        "ytd": "annual",
        "irregular": "irregular",
    }
    return {
        "id": row["id"],
        "name": row["name"],
        "unit": row["unit"],
        "field": row["field"],
        "direction": row["direction"],
        "frequency": known[frequencies[0]],
        "definition": _reword(row["definition"]),
        "compilers": row["compilers"],
        "caveat": _reword(row["caveat"]),
        **_tail(row),
    }


def _model_indicators() -> list[Row]:
    return [
        {
            "id": name,
            "name": title,
            "unit": unit,
            "field": field,
            "direction": direction,
            "frequency": "annual",
            "definition": definition,
            "compilers": "MODEL",
            "caveat": "Filled by runs of the models only",
            "known_on": COLLECTED_ON,
            "source": ANALYST,
            "confidence": "derived",
        }
        for name, title, unit, field, direction, definition in MODEL_INDICATORS
    ]


def _commitments(figures: Figures) -> list[Row]:
    signed = {row["id"]: row["signed_on"] for row in figures["instruments"]}
    signed |= {name: day for name, _, _, day, _, _, _ in STATEMENTS}
    said = {promise: row[0] for row in STATEMENTS for promise in row[-1]}
    rows = [
        row | {"instrument_id": said.get(row["id"], row["instrument_id"])}
        for row in figures["commitments"]
    ]
    return [part for row in rows for part in _duties(_commitment(row, signed))]


def _duties(promise: Row) -> list[Row]:
    """Return a promise as the duties that it holds, itself where it is one."""
    parts = DUTIES.get(str(promise["id"]))
    if parts is None:
        return [promise]
    return [promise | {"id": name, "title": title, "note": note} for name, title, note in parts]


def _statement(row: tuple[str, str, str, str, str, str, tuple[str, ...]]) -> Row:
    """Return words that nobody signed as an instrument of its own kind."""
    name, title, kind, day, party, address, _ = row
    return {
        "id": name,
        "title": title,
        "kind": kind,
        "parties": party,
        "signed_on": day,
        "field": "multi",
        "state": "published",
        "known_on": day,
        "source": source_key(address),
        "confidence": "reported",
        "internal": False,
        "note": "Said, not signed",
    }


def _commitment(row: Mapping[str, str], signed: Mapping[str, str]) -> Row:
    measure = MEASURES[row["id"]]
    measured = measure in {"level", "flow", "steps"}
    fields = {"com-ip": "industrial_property", "com-comp": "competition"}
    compiled: Row = {
        "id": row["id"],
        "instrument": row["instrument_id"],
        "title": row["what"],
        "owner": row["owner_body"],
        "co_owners": row["co_owner_body"],
        "field": fields.get(row["id"], row["field"]),
        "kind": row["kind"],
        "measure": measure,
        "promised_on": signed.get(row["instrument_id"]) or row["source_date"],
        "due": PRECISION_FORMAT[row["due_precision"]](row["due_date"]),
        "target": row["target_value"],
        "unit": row["unit"],
        "direction": row["direction"] if measured else "",
        "baseline": row["baseline_value"],
        "baseline_on": row["baseline_period"] if row["baseline_value"] else "",
        "indicator": row["indicator_id"],
        "path": "linear" if measured else "",
        "recurrence": row["rrule"],
        **_tail(row),
    }
    additions = {
        key: value for key, value in COMMITMENTS.get(row["id"], {}).items() if key != "context"
    }
    return compiled | additions


def _observation(row: Mapping[str, str]) -> Row:
    key = (row["indicator_id"], row["period"], row["obs_kind"], row["compiler"])
    return {
        "indicator": row["indicator_id"],
        "period": row["period"],
        "value": row["value"],
        "unit": row["unit"],
        "kind": row["obs_kind"],
        "compiler": row["compiler"],
        "scope": SCOPES.get(key, ""),
        **_tail(row),
    }


def _forecast(row: Mapping[str, str]) -> Row:
    return {
        "subject": row["subject_id"],
        "said_on": row["said_on"],
        "due": row["forecast_date"],
        "value": row["forecast_value"],
        "unit": row["unit"],
        "office": row["by_office"],
        **_tail(row),
    }


def _evidence(row: tuple[str, ...]) -> Row:
    commitment, happened_on, kind, what, known_on, address, confidence = row
    return {
        "commitment": commitment,
        "happened_on": happened_on,
        "kind": kind,
        "what": what,
        "known_on": known_on,
        "source": source_key(address),
        "confidence": confidence,
    }


def _link(row: tuple[str, ...]) -> Row:
    subject, relation, target, since, address, confidence, note = row
    return {
        "subject": subject,
        "relation": relation,
        "object": target,
        "known_on": since,
        "source": FOUNDING if address == "founding" else source_key(address),
        "confidence": confidence,
        "note": note,
    }


def _context_links(figures: Figures) -> list[Row]:
    tails = {row["id"]: _tail(row) for row in figures["commitments"]}
    return [
        {
            "subject": name,
            "relation": "context",
            "object": additions["context"],
            "known_on": tails[name]["known_on"],
            "source": tails[name]["source"],
            "confidence": "derived",
            "note": "Related figure that does not measure the promise itself",
        }
        for name, additions in COMMITMENTS.items()
        if "context" in additions
    ]


def _project(row: Mapping[str, str]) -> Row:
    said = "" if row["status"] in PLAIN_STATES else row["status"]
    notes = (_reword(said), _reword(row["note"]))
    return {
        "id": row["id"],
        "name": row["name"],
        "sector": row["sector"],
        "parties": row["parties"],
        "shares": row["shares"],
        "cost_musd": row["cost_usd_m"],
        "cost_note": _reword(row["cost_note"]),
        "size": row["size"],
        "size_unit": row["size_unit"],
        "start": row["start"],
        "finish_planned": row["finish_planned"],
        "finish_actual": row["finish_actual"],
        "state": PROJECT_STATES[row["id"]],
        "joint_fund": row["jim_relevance"],
        "instrument": row["instrument_id"],
        **_tail(row),
        "note": "; ".join(note for note in notes if note),
    }


def _fund(row: Mapping[str, str]) -> Row:
    columns = {name: row[name] for name in ("id", "vehicle", "fact", "value", "unit", "as_of")}
    return {**columns, **_tail(row)}


def _culture(row: Mapping[str, str]) -> Row:
    return {
        "id": row["id"],
        "year": row["year"],
        "guest": row["guest_country"],
        "host": row["host_country"],
        "cities": row["cities"],
        "start": row["start"],
        "end": row["end"],
        "level": row["level"],
        **_tail(row),
    }


def _addresses(figures: Figures) -> list[tuple[str, str]]:
    return [
        *((row["source"], row["source_date"]) for rows in figures.values() for row in rows),
        *((row[5], row[4]) for row in EVIDENCE),
        *((row[5], row[3]) for row in STATEMENTS),
    ]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, name: str, rows: Iterable[Row]) -> None:
    columns = [column.name for column in TABLES[name].all_columns()]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            if unknown := set(row) - set(columns):
                raise ValueError(f"{name}: {row} has unknown columns {sorted(unknown)}")
            writer.writerow([_cell(row.get(column)) for column in columns])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value).strip()


if __name__ == "__main__":
    main()
