"""Writing a table of a case with the columns of the registry, in their order."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from transcaspian.case.registry import TABLES


def write_table(case_dir: Path, name: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Write one table, rows sorted by its key; a row with an unknown column is our own mistake."""
    table = TABLES[name]
    names = [column.name for column in table.all_columns()]
    listed = list(rows)
    for row in listed:
        if unknown := set(row) - set(names):
            raise ValueError(f"{name}: {dict(row)} has unknown columns {sorted(unknown)}")
    keys = [tuple(row[part] for part in table.key) for row in listed]
    if len(set(keys)) < len(keys):
        raise ValueError(f"{name}: a key stands twice")
    path = Path(case_dir) / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for _, row in sorted(zip(keys, listed, strict=True), key=lambda pair: pair[0]):
            writer.writerow([_cell(row.get(column)) for column in names])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
