"""Merging rows into `sources.csv` of a case, one row a source key, sorted by key."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

COLUMNS = ("key", "title", "publisher", "address", "date", "licence", "note")


def merge_sources(case_dir: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows into `sources.csv`; a row replaces the one of the same key.

    A row needs every column of `COLUMNS` but `note` and `address`, which may be left out.
    """
    path = Path(case_dir) / "sources.csv"
    merged: dict[str, dict[str, str]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            merged = {row["key"]: row for row in csv.DictReader(file)}
    for row in rows:
        unknown = set(row) - set(COLUMNS)
        missing = {name for name in COLUMNS[:-1] if name != "address"} - set(row)
        if unknown or missing:
            raise ValueError(f"source {row.get('key')!r}: unknown {unknown}, missing {missing}")
        merged[row["key"]] = {name: str(row.get(name, "")) for name in COLUMNS}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(merged[key] for key in sorted(merged))


COUNTRY_COLUMNS = (
    "country", "name", "region", "currency", "is_corridor", "source", "confidence", "note",
)  # fmt: skip


def merge_countries(case_dir: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows into `economy/countries.csv`; a row replaces the one of the same country."""
    path = Path(case_dir) / "economy" / "countries.csv"
    merged: dict[str, dict[str, str]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            merged = {row["country"]: row for row in csv.DictReader(file)}
    for row in rows:
        if set(row) != set(COUNTRY_COLUMNS):
            raise ValueError(f"country {row.get('country')!r}: columns {sorted(row)}")
        merged[row["country"]] = dict(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COUNTRY_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(merged[country] for country in sorted(merged))
