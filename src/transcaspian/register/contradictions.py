"""Statistics and statements that contradict each other, kept side by side and never averaged."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from transcaspian.register.columns import FACT_KINDS
from transcaspian.register.edtf import Period, parse_date, parse_period
from transcaspian.register.tables import Register, last_days

__all__ = ["Contradiction", "Figure", "find_contradictions", "gap_series"]

# Figures are rounded when quoted: closer ones agree.
SAME_SHARE = 0.005
# A statement about a date stops counting after a year.
MAX_STATEMENT_AGE_DAYS = 365
_COMPARED_KINDS = (*(kind for kind in FACT_KINDS if kind != "derived"), "estimate")


@dataclass(frozen=True, slots=True)
class Figure:
    """One side of a contradiction."""

    row: str
    who: str
    value: float | date
    period: str

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return {"row": self.row, "who": self.who, "value": value, "period": self.period}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Figures for the same thing that differ.

    `kind` is `figures` (same period, other compilers), `part_exceeds_whole`, `dates` or `values`
    (what offices last announced). `gap` is the largest less the smallest: in the unit, in days
    for dates; `gap_share` is the gap over the largest in size, None for dates.
    """

    kind: str
    subject: str
    about: str
    figures: tuple[Figure, ...]
    gap: float
    gap_share: float | None
    unit: str

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "about": self.about,
            "figures": [figure.as_dict() for figure in self.figures],
            "gap": self.gap,
            "gap_share": self.gap_share,
            "unit": self.unit,
        }


def find_contradictions(register: Register, as_of: date) -> list[Contradiction]:
    """Return every contradiction known by a day, by subject and kind."""
    observations = register["observations"].filter(
        pl.col("kind").is_in(_COMPARED_KINDS)
        & last_days(register["observations"]["known_on"]).le(as_of)
    )
    newest = _newest(observations)
    found = [*_same_period(newest), *_parts_over_wholes(newest), *_announcements(register, as_of)]
    return sorted(found, key=lambda item: (item.subject, item.kind, item.about))


def _newest(observations: pl.DataFrame) -> pl.DataFrame:
    """Return the last published figure of each compiler, period, kind and scope."""
    ordered = observations.with_columns(_known=last_days(observations["known_on"])).sort(
        "_known", maintain_order=True
    )
    return ordered.unique(
        ["indicator", "period", "kind", "compiler", "scope"], keep="last", maintain_order=True
    ).drop("_known")


def _figure(row: dict[str, object]) -> Figure:
    parts = [row[name] for name in ("indicator", "period", "kind", "compiler", "scope", "known_on")]
    return Figure(
        "|".join("" if part is None else str(part) for part in parts),
        str(row["compiler"]),
        float(str(row["value"])),
        str(row["period"]),
    )


def _same_period(observations: pl.DataFrame) -> Iterable[Contradiction]:
    groups: defaultdict[tuple[str, str, str], list[dict[str, object]]] = defaultdict(list)
    for row in observations.iter_rows(named=True):
        groups[row["indicator"], row["period"], row["scope"] or ""].append(row)
    for (indicator, period, scope), rows in groups.items():
        if len({row["compiler"] for row in rows}) < 2:
            continue
        about = f"{period}, {scope}" if scope else period
        yield from _if_apart(
            "figures", indicator, about, [_figure(row) for row in rows], str(rows[0]["unit"])
        )


def _if_apart(
    kind: str, subject: str, about: str, figures: Sequence[Figure], unit: str
) -> Iterable[Contradiction]:
    values = [float(figure.value) for figure in figures if not isinstance(figure.value, date)]
    gap = max(values) - min(values)
    size = max(abs(value) for value in values)
    if size > 0.0 and gap > SAME_SHARE * size:
        ordered = tuple(sorted(figures, key=lambda figure: (figure.who, figure.row)))
        yield Contradiction(kind, subject, about, ordered, gap, gap / size, unit)


def _parts_over_wholes(observations: pl.DataFrame) -> Iterable[Contradiction]:
    """Yield figures for a part of a year that exceed one for the whole year: a flow can't."""
    flows = observations.filter(pl.col("kind").is_in(["actual", "ytd"]) & (pl.col("unit") != "%"))
    by_year: defaultdict[tuple[str, int, str, str], list[tuple[Figure, Period, str]]] = defaultdict(
        list
    )
    for row in flows.iter_rows(named=True):
        period = parse_period(row["period"])
        if period.first.year == period.last.year and period.days > 1:
            key = (row["indicator"], period.first.year, row["scope"] or "", row["unit"])
            by_year[key].append((_figure(row), period, row["kind"]))
    for (indicator, year, scope, unit), figures in by_year.items():
        wholes = [figure for figure, period, _ in figures if period.is_whole_year]
        for part, period, kind in figures:
            if period.is_whole_year or kind != "ytd":
                continue
            value = _number(part)
            smaller = [whole for whole in wholes if value > _number(whole) * (1.0 + SAME_SHARE)]
            if smaller:
                gap = value - min(_number(whole) for whole in smaller)
                about = f"{part.period} against {year}" + (f", {scope}" if scope else "")
                yield Contradiction(
                    "part_exceeds_whole", indicator, about, (part, *smaller), gap, gap / value, unit
                )


def _number(figure: Figure) -> float:
    return figure.value if isinstance(figure.value, float) else 0.0


def _announcements(register: Register, as_of: date) -> Iterable[Contradiction]:
    """Yield dates and values on which the offices' last statements of a year differ."""
    latest: dict[str, dict[str, dict[str, object]]] = {}
    for row in sorted(
        register["forecasts"].iter_rows(named=True), key=lambda row: parse_date(row["said_on"]).last
    ):
        said = parse_date(row["said_on"]).last
        if said <= as_of and (as_of - said).days <= MAX_STATEMENT_AGE_DAYS:
            latest.setdefault(row["subject"], {})[row["office"]] = row
    for subject, by_office in latest.items():
        rows = list(by_office.values())
        dates = [_statement(row, parse_date(str(row["due"])).last) for row in rows]
        days = [figure.value for figure in dates if isinstance(figure.value, date)]
        if max(days) > min(days):
            gap = float((max(days) - min(days)).days)
            yield Contradiction("dates", subject, "date announced", tuple(dates), gap, None, "days")
        by_date: defaultdict[date, list[Figure]] = defaultdict(list)
        for row in rows:
            if row["value"] is not None:
                by_date[parse_date(str(row["due"])).last].append(
                    _statement(row, float(str(row["value"])))
                )
        for day, figures in by_date.items():
            if len(figures) > 1:
                unit = next(str(row["unit"] or "") for row in rows if row["value"] is not None)
                yield from _if_apart("values", subject, f"value announced for {day}", figures, unit)


def _statement(row: dict[str, object], value: float | date) -> Figure:
    key = "|".join(str(row[name]) for name in ("subject", "said_on", "office", "due"))
    return Figure(key, str(row["office"]), value, str(row["said_on"]))


def gap_series(
    register: Register, indicator: str, minuend: Sequence[str], subtrahend: Sequence[str]
) -> pl.DataFrame:
    """Return the gap between two sides' series as an indicator: first side less second.

    Compilers of a side are asked in order for each period; periods that only one side has are
    left out. Columns: period, minuend, subtrahend (compilers), value, unit.
    """
    facts = _newest(
        register["observations"].filter(
            (pl.col("indicator") == indicator)
            & pl.col("kind").is_in(_COMPARED_KINDS[:-1])
            & pl.col("scope").is_null()
        )
    )
    by_period: defaultdict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
    for period, compiler, value, unit in facts.select(
        "period", "compiler", "value", "unit"
    ).iter_rows():
        by_period[period][compiler] = (value, unit)
    rows = []
    for period, values in sorted(by_period.items()):
        one = next((name for name in minuend if name in values), None)
        other = next((name for name in subtrahend if name in values), None)
        if one is not None and other is not None:
            rows.append((period, one, other, values[one][0] - values[other][0], values[one][1]))
    schema = {
        "period": pl.String,
        "minuend": pl.String,
        "subtrahend": pl.String,
        "value": pl.Float64,
        "unit": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
