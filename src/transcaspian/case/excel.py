"""How a case lies in a workbook: what its writer and its reader agree on.

The sheet `tables` lists the others. A table's sheet has the column names in row 1, the units in
row 2 and its rows from row 3 on. `case.yaml` stands line by line in a sheet of its own, the hourly
series in the hidden sheet `profiles`: names in row 1, types in row 2.
"""

from collections.abc import Iterable, Sequence

from transcaspian.case.registry import TABLES

__all__ = [
    "FIRST_ROW",
    "INDEX_HEADER",
    "INDEX_SHEET",
    "PROFILES_FILE",
    "PROFILES_SHEET",
    "SETTINGS_FILE",
    "SETTINGS_HEADER",
    "SETTINGS_SHEET",
    "sheet_names",
    "unit_labels",
]

SETTINGS_FILE = "case.yaml"
PROFILES_FILE = "power/profiles.parquet"
INDEX_SHEET = "tables"
SETTINGS_SHEET = "case.yaml"
PROFILES_SHEET = "profiles"
INDEX_HEADER = ("sheet", "file", "meaning")
SETTINGS_HEADER = "lines of case.yaml"
FIRST_ROW = 3  # of a table's own rows, as the editor counts
LONGEST_SHEET_NAME = 31
FORBIDDEN_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "."))


def sheet_names(files: Iterable[str]) -> dict[str, str]:
    """Return file → name of its sheet: unique whatever the case, at most 31 letters.

    >>> sheet_names(["power/generator_years.csv"])
    {'power/generator_years.csv': 'power.generator_years'}
    """
    taken = {INDEX_SHEET, SETTINGS_SHEET, PROFILES_SHEET, "history"}  # the last is Excel's own
    names: dict[str, str] = {}
    for file in files:
        stem = file.removesuffix(".csv").translate(FORBIDDEN_IN_SHEET_NAMES)
        name, count = stem[:LONGEST_SHEET_NAME], 1
        while name.lower() in taken:
            count += 1
            ending = f"~{count}"
            name = stem[: LONGEST_SHEET_NAME - len(ending)] + ending
        taken.add(name.lower())
        names[file] = name
    return names


def unit_labels(file: str, header: Sequence[str]) -> list[str]:
    """Return what row 2 of a table's sheet says: `[MW]`, or nothing where there is no unit."""
    table = TABLES.get(file.removesuffix(".csv"))
    units = {} if table is None else {c.name: c.unit for c in table.all_columns() if c.unit}
    return [f"[{units[name]}]" if name in units else "" for name in header]
