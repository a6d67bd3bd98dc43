"""The column registry: every table and column of a case, its type, unit, rule and meaning.

Reading, checking, the documentation, the Excel template and the web forms are made from these
records and from nothing else. The tables of each subject stand in a module of their own
(`columns_economy`, `columns_power`, `columns_freight`, `columns_projects`).
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "float", "int", "bool"]

CONFIDENCES = ("reported", "derived", "assumed", "synthetic")
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    An empty cell takes `default`; where `default` is None and `required` is true it is an error,
    where `required` is false it stays null ("does not apply").
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = True
    default: str | float | int | bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    references: str = ""  # "power/buses.bus": the value must stand there
    list_of: bool = False  # several values in one cell, separated by ";" (text only)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its file is `<name>.csv`.

    `yearly_of` names the table of which this one holds the columns that change by year: its key
    is that table's key plus `year`, and a year view joins the two under the other's name.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    meaning: str
    sourced: bool = True
    optional: bool = False
    yearly_of: str = ""

    def all_columns(self) -> tuple[Column, ...]:
        """Return the columns with those that every sourced table has."""
        return (*self.columns, *SOURCE_COLUMNS) if self.sourced else (*self.columns, NOTE)

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError where there is none."""
        for column in self.all_columns():
            if column.name == name:
                return column
        raise KeyError(name)


NOTE = Column("note", "text", "Remark for the reader; never used in a calculation.", required=False)
SOURCE_COLUMNS = (
    Column("source", "text", "Where the figures of the row come from.", references="sources.key"),
    Column("confidence", "text", "How sure the figures of the row are.", choices=CONFIDENCES),
    NOTE,
)
YEAR = Column(
    "year", "int", "Calendar year the row holds for.", unit="year", minimum=1990, maximum=2100
)
