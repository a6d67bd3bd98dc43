"""Observations as SDMX-CSV 2.0 (SDMX 3.0), one series a compiler, kind and scope.

Machines read it, so no cell has the apostrophe that keeps spreadsheets from running a formula.

The day a figure became known is a dimension, so that revisions stay apart. Codes of observation
status are those of SDMX's CL_OBS_STATUS: A normal, E estimated, F forecast, M missing, P provisional.
"""

import csv
import io
from datetime import date

from transcaspian.register.edtf import Period, calendar_code, parse_date, parse_period
from transcaspian.register.tables import Register

__all__ = ["COLUMNS", "DATAFLOW", "time_period", "write_sdmx_csv"]

DATAFLOW = "TRANSCASPIAN:REGISTER(1.0)"
DIMENSIONS = ("FREQ", "INDICATOR", "COMPILER", "OBS_KIND", "SCOPE", "KNOWN_ON", "TIME_PERIOD")
COLUMNS = (
    "STRUCTURE",
    "STRUCTURE_ID",
    "ACTION",
    *DIMENSIONS,
    "OBS_VALUE",
    "OBS_STATUS",
    "CONF_STATUS",
    "UNIT_MEASURE",
    "CONFIDENCE",
    "SOURCE",
    "COMMENT_OBS",
)
TOTAL = "_T"
_STATUS = {
    "ytd": "P",
    "estimate": "E",
    "derived": "E",
    "plan": "F",
    "forecast": "F",
    "announced": "F",
    "model": "E",
}


def write_sdmx_csv(register: Register, _as_of: date) -> bytes:
    """Return the observations; internal ones must have been taken out before."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in register["observations"].iter_rows(named=True):
        frequency, period = time_period(row["period"])
        writer.writerow(
            [
                "dataflow",
                DATAFLOW,
                "I",
                frequency,
                row["indicator"],
                row["compiler"],
                row["kind"],
                row["scope"] or TOTAL,
                known_time(row["known_on"]),
                period,
                "" if row["value"] is None else repr(row["value"]),
                "M" if row["value"] is None else _STATUS.get(row["kind"], "A"),
                "F",  # free: no restriction, since internal rows are not here
                row["unit"],
                row["confidence"],
                row["source"],
                row["note"] or "",
            ]
        )
    return text.getvalue().encode()


def time_period(code: str) -> tuple[str, str]:
    """Return SDMX's frequency and time period of a period code.

    >>> time_period("2025-H1"), time_period("2025-M01-10")
    (('S', '2025-S1'), ('A', '2025-01-01/P10M'))
    """
    period = parse_period(code)
    # "January to March" is a year to date, beside the quarter of the same days.
    named = "" if "-M" in code else calendar_code(period)
    if not named:
        return "A", f"{period.first}/{_duration(period)}"
    frequency = {4: "A", 10: "D"}.get(len(named)) or {"H": "S", "Q": "Q"}.get(named[5], "M")
    return frequency, named.replace("-H", "-S")


def known_time(text: str) -> str:
    """Return the day, month, quarter, half-year, year or span on which something became known."""
    said = parse_date(text)
    return time_period(f"{said.first}/{said.last}")[1]


def _duration(period: Period) -> str:
    months = (
        (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    )
    if period.first.day == 1 and _is_month_end(period.last):
        return f"P{months}M"
    return f"P{period.days}D"


def _is_month_end(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1
