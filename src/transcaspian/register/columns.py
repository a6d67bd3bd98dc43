"""The tables of the register: names, types, rules and meaning of every column.

They use the records of the case's column registry, so one parser, one checker and one page of
documentation serve both. A cell with the unit `date` holds a day, month, quarter, half-year or
year in EDTF (`transcaspian.register.edtf`). `source` is a key of `sources`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from transcaspian.case.columns import CONFIDENCES, Column, Table

__all__ = ["FACT_KINDS", "FIELDS", "MEASURES", "RELATIONS", "TABLES", "date_columns", "row_id"]

FIELDS = (
    "political",
    "institutional",
    "multi",
    "energy",
    "transport",
    "trade",
    "investment",
    "digital",
    "legal",
    "health",
    "education",
    "industrial_property",
    "competition",
    "culture",
)
COMMITMENT_KINDS = ("target", "milestone", "recurring", "institutional")
MEASURES = ("event", "level", "flow", "steps", "rhythm")
PATHS = ("linear", "compound")
# Kinds of observation that say what happened; the others say what somebody intends or expects.
FACT_KINDS = ("actual", "stock", "cumulative", "capacity", "ytd", "derived")
OBSERVATION_KINDS = (*FACT_KINDS, "estimate", "forecast", "plan", "announced", "model")
EVIDENCE_KINDS = ("done", "partly_done", "started", "progress", "halted", "not_done", "searched")
INSTRUMENT_STATES = (
    "draft",
    "signed",
    "published",
    "in_force",
    "suspended",
    "implemented",
    "completed",
    "superseded",
    "cancelled",
)
# Those of OC4IDS 0.9 (its codelist projectStatus), and two that it has no word for.
PROJECT_STATES = (
    "identification",
    "preparation",
    "implementation",
    "completion",
    "maintenance",
    "decommissioning",
    "decommissioned",
    "cancelled",
    "suspended",
    "unknown",
)
RELATIONS = ("supersedes", "restates", "amends", "project", "context", "model")

INTERNAL = Column("internal", "bool", "Never shown to other roles nor exported.", default=False)
TAIL = (
    Column(
        "known_on",
        "text",
        "Day the source made it known; a month or year counts from its last day.",
        unit="date",
    ),
    Column("source", "text", "Key of the source.", references="sources.key"),
    Column("confidence", "text", "How sure the row is.", choices=CONFIDENCES),
    INTERNAL,
)


def _text(
    name: str,
    meaning: str,
    *,
    needed: bool = False,
    choices: tuple[str, ...] = (),
    references: str = "",
    list_of: bool = False,
) -> Column:
    return Column(
        name,
        "text",
        meaning,
        required=needed,
        choices=choices,
        references=references,
        list_of=list_of,
    )


def _date(name: str, meaning: str, *, needed: bool = False) -> Column:
    return Column(name, "text", meaning, unit="date", required=needed)


def _number(name: str, meaning: str, *, needed: bool = False) -> Column:
    return Column(name, "float", meaning, required=needed, minimum=-1e15, maximum=1e15)


_SOURCES = Table(
    "sources",
    ("key",),
    (
        _text("key", "Short name used in `source`.", needed=True),
        _text("title", "What the page or document is about.", needed=True),
        _text("publisher", "Who published it.", needed=True),
        _text("address", "Where it can be found."),
        _text("date", "Date of the page, as far as it is known."),
        _text("licence", "What may be done with it.", needed=True),
    ),
    "Pages and documents that rows rest on.",
    sourced=False,
)
_BODIES = Table(
    "bodies",
    ("id",),
    (
        _text("id", "Short name.", needed=True),
        _text("short", "Code used in `parties` of instruments.", needed=True),
        _text("name", "Name for people.", needed=True),
        _text(
            "countries",
            "ISO codes of the states behind it; INT for international.",
            needed=True,
            list_of=True,
        ),
        _text("kind", "Council, ministry, agency, fund, bank, company …", needed=True),
        _text("role", "What it does here."),
        _text("parent", "Body it belongs to.", references="bodies.id"),
        _text("rhythm", "How often it meets, as an iCalendar recurrence rule."),
        *TAIL,
    ),
    "Offices, councils, funds and companies.",
    sourced=False,
)
_INSTRUMENTS = Table(
    "instruments",
    ("id",),
    (
        _text("id", "Short name.", needed=True),
        _text("title", "Title for people.", needed=True),
        _text("kind", "Treaty, joint statement, decision, agreement, memorandum …", needed=True),
        _text("parties", "States or bodies that bound themselves.", needed=True, list_of=True),
        _date("signed_on", "When it was signed or adopted.", needed=True),
        _text("field", "What it is about.", needed=True, choices=FIELDS),
        _text("state", "How far it is.", needed=True, choices=INSTRUMENT_STATES),
        _date("ends_on", "Last day it is in force; empty for open-ended."),
        _text("parent", "Instrument it carries out or follows from.", references="instruments.id"),
        *TAIL,
    ),
    "Documents and decisions.",
    sourced=False,
)
_COMMITMENTS = Table(
    "commitments",
    ("id",),
    (
        _text("id", "Short name.", needed=True),
        _text(
            "instrument",
            "Instrument that holds the promise; empty where only a statement does.",
            references="instruments.id",
        ),
        _text("title", "What is promised.", needed=True),
        _text("owner", "Body that answers for it.", references="bodies.id"),
        _text("co_owners", "Further bodies.", references="bodies.id", list_of=True),
        _text("field", "What it is about.", needed=True, choices=FIELDS),
        _text(
            "kind",
            "Target, milestone, recurring duty or institutional step.",
            needed=True,
            choices=COMMITMENT_KINDS,
        ),
        _text(
            "measure",
            "How fulfilment is seen: an event, a level, a flow per period, numbered steps, a rhythm of events.",
            needed=True,
            choices=MEASURES,
        ),
        _date("promised_on", "When the present wording was promised.", needed=True),
        _date(
            "due",
            "When it is to be fulfilled; its last day counts; empty where no date was promised.",
        ),
        _number("target", "Value to reach, in `unit`."),
        _text("unit", "Unit of target and baseline."),
        _text("direction", "Whether more (up) or less (down) is better.", choices=("up", "down")),
        _number("baseline", "Value at the start."),
        _date("baseline_on", "Day or period of the baseline; its last day counts."),
        _text("indicator", "Indicator that measures it.", references="indicators.id"),
        _text(
            "compilers",
            "Compilers whose figures count, the first most; empty for all.",
            references="compilers.code",
            list_of=True,
        ),
        _text("scope", "Scope of the observations that count; empty for the whole."),
        _text("path", "Expected way from baseline to target.", choices=PATHS),
        _text("recurrence", "iCalendar recurrence rule of a recurring duty."),
        *TAIL,
    ),
    "Promises, targets, duties and milestones.",
    sourced=False,
)
_INDICATORS = Table(
    "indicators",
    ("id",),
    (
        _text("id", "Short name.", needed=True),
        _text("name", "Name for people.", needed=True),
        _text("unit", "Unit of the values.", needed=True),
        _text("field", "What it is about.", needed=True, choices=FIELDS),
        _text(
            "direction",
            "Whether more (up) or less (down) is better.",
            needed=True,
            choices=("up", "down"),
        ),
        _text(
            "frequency",
            "How often values appear.",
            needed=True,
            choices=("annual", "quarterly", "monthly", "irregular"),
        ),
        _text("definition", "What is counted."),
        _text("compilers", "Who compiles it; each has a series of its own.", list_of=True),
        _text("caveat", "What to beware of."),
        *TAIL,
    ),
    "Indicators; each compiler's series stays apart.",
    sourced=False,
)
_COMPILERS = Table(
    "compilers",
    ("code",),
    (
        _text("code", "Short name used in observations.", needed=True),
        _text("name", "Name for people.", needed=True),
        _text("side", "State whose statistics these are; empty for neither."),
        _text("body", "Body that compiles.", references="bodies.id"),
        INTERNAL,
    ),
    "Who compiles or quotes figures.",
    sourced=False,
)
_OBSERVATIONS = Table(
    "observations",
    ("indicator", "period", "kind", "compiler", "scope", "known_on"),
    (
        _text("indicator", "Indicator.", needed=True, references="indicators.id"),
        _text(
            "period",
            "2025, 2025-H1, 2025-Q1, 2025-M01-10, 2025-03, 2025-03-12 or a span A/B.",
            needed=True,
        ),
        Column("value", "float", "Value.", minimum=-1e15, maximum=1e15),
        _text("unit", "Unit of the value.", needed=True),
        _text(
            "kind",
            "What the figure is; only facts count as evidence.",
            needed=True,
            choices=OBSERVATION_KINDS,
        ),
        _text("compiler", "Who compiled or quoted it.", needed=True, references="compilers.code"),
        _text("scope", "Part of the whole that is counted; empty for the whole."),
        *TAIL,
    ),
    "Values, one series a compiler, kind and scope.",
    sourced=False,
)
_FORECASTS = Table(
    "forecasts",
    ("subject", "said_on", "office", "due"),
    (
        _text("subject", "Commitment or project it is about.", needed=True),
        _date("said_on", "When it was said.", needed=True),
        _date("due", "Date that was given.", needed=True),
        _number("value", "Value that was given."),
        _text("unit", "Unit of the value."),
        _text("office", "Office that said it, never a person.", needed=True),
        *TAIL,
    ),
    "Every date and value ever announced: the vintages of a promise.",
    sourced=False,
)
_EVIDENCE = Table(
    "evidence",
    ("commitment", "happened_on", "kind", "known_on"),
    (
        _text("commitment", "Commitment.", needed=True, references="commitments.id"),
        _date("happened_on", "When it happened.", needed=True),
        _text(
            "kind", "What the event says about the promise.", needed=True, choices=EVIDENCE_KINDS
        ),
        _text("what", "What happened.", needed=True),
        *TAIL,
    ),
    "Events that show how far a promise is.",
    sourced=False,
)
_LINKS = Table(
    "links",
    ("subject", "relation", "object"),
    (
        _text("subject", "Commitment or instrument.", needed=True),
        _text("relation", "How the two hang together.", needed=True, choices=RELATIONS),
        _text("object", "Commitment, instrument, indicator or project.", needed=True),
        *TAIL,
    ),
    "Supersedes, restates, amends; projects, context indicators and model indicators of a promise.",
    sourced=False,
)
_PROJECTS = Table(
    "projects",
    ("id",),
    (
        _text("id", "Short name.", needed=True),
        _text("name", "Name for people.", needed=True),
        _text("sector", "Sector.", needed=True),
        _text("parties", "States or bodies behind it.", list_of=True),
        _text("shares", "Who holds how much, as far as published."),
        _number("cost_musd", "Cost [million USD, of the day it was given]."),
        _text("cost_note", "Where the cost comes from."),
        _number("size", "Size."),
        _text("size_unit", "Unit of the size."),
        _date("start", "Start of works."),
        _date("finish_planned", "Finish, as last planned."),
        _date("finish_actual", "Finish, as it happened."),
        _text(
            "state",
            "State of work in the words of OC4IDS (operation is `maintenance`); details go into the note.",
            choices=PROJECT_STATES,
        ),
        _text(
            "joint_fund",
            "Whether the joint investment mechanism may pay for it.",
            choices=("yes", "possible", "no"),
        ),
        _text("instrument", "Instrument behind it.", references="instruments.id"),
        *TAIL,
    ),
    "Joint and candidate projects as the sources describe them.",
    sourced=False,
)
_FUNDS = Table(
    "funds",
    ("id",),
    (
        _text("id", "Short name.", needed=True),
        _text("vehicle", "Fund or mechanism.", needed=True),
        _text("fact", "What is stated.", needed=True),
        _text("value", "Value."),
        _text("unit", "Unit of the value."),
        _date("as_of", "Day it held."),
        *TAIL,
    ),
    "Facts on funds and mechanisms, one a row.",
    sourced=False,
)
_CULTURE_DAYS = Table(
    "culture_days",
    ("id",),
    (
        _text("id", "Short name.", needed=True),
        Column("year", "int", "Calendar year.", minimum=1990, maximum=2100),
        _text("guest", "State that presents its culture.", choices=("AZ", "KZ")),
        _text("host", "State that hosts.", choices=("AZ", "KZ")),
        _text("cities", "Where.", list_of=True),
        _date("start", "First day."),
        _date("end", "Last day."),
        _text(
            "level",
            "National, regional or none.",
            needed=True,
            choices=("national", "regional", "none"),
        ),
        *TAIL,
    ),
    "Culture days held, and years in which none was found.",
    sourced=False,
)

# In the order in which rows can refer to one another.
TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            _SOURCES,
            _BODIES,
            _INSTRUMENTS,
            _COMPILERS,
            _INDICATORS,
            _COMMITMENTS,
            _OBSERVATIONS,
            _FORECASTS,
            _EVIDENCE,
            _LINKS,
            _PROJECTS,
            _FUNDS,
            _CULTURE_DAYS,
        )
    }
)


def date_columns(table: Table) -> tuple[str, ...]:
    """Return the names of the columns that hold dates."""
    return tuple(column.name for column in table.columns if column.unit == "date")


def row_id(table: Table, row: Mapping[str, object]) -> str:
    """Return the one text that names a row in its table: its key's parts, joined by '|'."""
    return "|".join("" if row.get(part) is None else str(row[part]) for part in table.key)
