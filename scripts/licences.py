"""Licence and attribution of every table of the packaged case, made from its sources.

    python scripts/licences.py

writes LICENCES.csv of the packaged case. Bare figures with their source ("facts") ask for no
licence; a source with terms of its own adds them to every table that cites it. A test holds the
file to the tables.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from transcaspian.case.read import find_case
from transcaspian.case.read_profiles import PROFILES_FILE

FILE = "LICENCES.csv"
HEADER = ("table", "licence", "attribution", "note")
OWN = "transcaspian contributors"
# Terms that `licence` of a source may name, most binding first; everything else is cited as a fact.
TERMS = {"ODbL-1.0": "ODbL-1.0", "CC-BY-4.0": "CC-BY-4.0", "IRENA": "IRENA terms of use"}


def rows(folder: Path) -> Iterator[dict[str, str]]:
    """Yield one row a table of the case in `folder`, by name."""
    sources = {row["key"]: row for row in _read(folder / "sources.csv")}
    names = [
        file.relative_to(folder).with_suffix("").as_posix()
        for file in folder.rglob("*.csv")
        if file.name != FILE
    ]
    for name in sorted([*names, PROFILES_FILE.removesuffix(".parquet"), FILE.removesuffix(".csv")]):
        cited = _cited(folder, name)
        yield _row(name, [sources[key] for key in sorted(cited) if key in sources])


def _read(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _cited(folder: Path, name: str) -> set[str]:
    if name in ("sources", FILE.removesuffix(".csv")):
        return set()
    return {row.get("source", "") for row in _read(folder / f"{name}.csv")}


def _row(name: str, cited: list[dict[str, str]]) -> dict[str, str]:
    if name == PROFILES_FILE.removesuffix(".parquet"):
        return _cells(name, "Apache-2.0", OWN, "Synthetic hourly series made by the project.")
    terms: dict[str, set[str]] = {}
    for source in cited:
        for word, licence in TERMS.items():
            if source.get("licence", "").startswith(word):
                terms.setdefault(licence, set()).add(_credit(source))
    is_bound = "ODbL-1.0" in terms
    licences = [licence for licence in TERMS.values() if licence in terms]
    credit = "; ".join(f"{'; '.join(sorted(terms[licence]))} ({licence})" for licence in licences)
    note = (
        "The whole table is under the share-alike ODbL; its other figures are facts."
        if is_bound
        else "Figures are facts, cited by row in the column source; compilation Apache-2.0."
    )
    if name == "sources":
        note = "Titles and addresses, for reference."
    own = licences if is_bound else ["Apache-2.0", *licences]
    return _cells(name, " AND ".join(own), f"{OWN}; {credit}" if credit else OWN, note)


def _credit(source: dict[str, str]) -> str:
    name = source["publisher"]
    return f"© {name}" if "OpenStreetMap" in name else f"{name}: {source['title']}"


def _cells(*cells: str) -> dict[str, str]:
    return dict(zip(HEADER, cells, strict=True))


if __name__ == "__main__":
    case = find_case()
    with (case / FILE).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(case))
