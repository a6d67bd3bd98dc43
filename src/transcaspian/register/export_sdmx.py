"""Observations as SDMX-CSV 2.0 (SDMX 3.0), one series a compiler, kind and scope.

The day a figure became known is a dimension, so that revisions stay apart. Codes of observation
status are those of SDMX's CL_OBS_STATUS: A normal, E estimated, F forecast, P provisional.
"""

import csv
import io
import re
from datetime import date

from transcaspian.register.edtf import Period, parse_period
from transcaspian.register.tables import Register
from transcaspian.spreadsheet import guard

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
                guard(row["scope"] or TOTAL),
                row["known_on"],
                period,
                repr(row["value"]),
                _STATUS.get(row["kind"], "A"),
                "F",  # free: no restriction, since internal rows are not here
                guard(row["unit"]),
                row["confidence"],
                row["source"],
                guard(row["note"] or ""),
            ]
        )
    return text.getvalue().encode()


def time_period(code: str) -> tuple[str, str]:
    """Return SDMX's frequency and time period of a period code.

    >>> time_period("2025-H1"), time_period("2025-M01-10")
    (('S', '2025-S1'), ('A', '2025-01-01/P10M'))
    """
    period = parse_period(code)
    if re.fullmatch(r"\d{4}", code):
        return "A", code
    if match := re.fullmatch(r"(\d{4})-H([12])", code):
        return "S", f"{match[1]}-S{match[2]}"
    if re.fullmatch(r"\d{4}-Q[1-4]", code):
        return "Q", code
    if re.fullmatch(r"\d{4}-\d\d", code):
        return "M", code
    if period.first == period.last:
        return "D", code
    return "A", f"{period.first}/{_duration(period)}"


def _duration(period: Period) -> str:
    months = (
        (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    )
    if period.first.day == 1 and _is_month_end(period.last):
        return f"P{months}M"
    return f"P{period.days}D"


def _is_month_end(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1
