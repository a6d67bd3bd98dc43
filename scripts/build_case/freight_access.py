"""Access rules, subsidies and months of the freight network."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from freight_files import Citations, Row, read_hand, read_rows, write_table
from freight_network import YEARS

from transcaspian.units import DAYS_OF_MONTH

# What the collected background says of its seasons, by how its remark begins: rises by month and
# the share of the traffic that rises. Coal was 45 % of what Kazakh railways loaded in January 2024,
# grain 4 % of the year (10.6 of about 260 Mt); on the lines to Saryagash and Aktau, which carry its
# export (8.1 Mt), three tenths. The rise of Caucasian imports is not published: a tenth is assumed.
COAL_MONTHS, COAL_RISE, COAL_SHARE = (11, 12, 1, 2, 3), 0.15, 0.45
GRAIN_MONTHS, GRAIN_RISE, GRAIN_SHARE, GRAIN_EXPORT_SHARE = (9, 10, 11, 12), 0.25, 0.04, 0.3
IMPORT_MONTHS, IMPORT_RISE = (1, 2, 3, 4, 5), 0.10
GRAIN_LINES = {
    "KZ_SHU-KZ_ARY-rail", "KZ_ARY-KZ_DAR-rail", "KZ_DAR-KZ_SAR-rail", "KZ_SAR-UZ_TAS-rail",
    "KZ_BEI-KZ_MAN-rail", "KZ_MAN-KZ_AAU-rail",
}  # fmt: skip
STEPPE, CAUCASUS = "grain Sep-Dec", "grain and sugar imports"


def write_access(figures: Path, case_dir: Path, cite: Citations) -> None:
    """Write the tables of access, subsidies and months."""
    _write_rules(case_dir, cite)
    _write_subsidies(case_dir, cite)
    _write_months(figures, case_dir, cite)


def _write_rules(case_dir: Path, cite: Citations) -> None:
    rules = read_hand("access")
    effects: dict[tuple[str, str], Row] = {
        (row["access"], year): row
        for row in read_hand("access_years")
        for year in row["years"].split(";")
    }
    sources = {row["access"]: cite.key(row["address"]) for row in rules}
    static = [
        {
            **{name: value for name, value in row.items() if name != "address"},
            "source": sources[row["access"]],
            "confidence": "reported" if row["address"] else "assumed",
        }
        for row in rules
    ]
    years = []
    for row in rules:
        for year in YEARS:
            effect = effects.get((row["access"], str(year)))
            held = {"months": "", "note": ""} if effect is None else effect
            years.append(
                {
                    "access": row["access"],
                    "year": year,
                    "is_in_force": effect is not None,
                    "months": held["months"],
                    "is_closed": held.get("is_closed", "false"),
                    "delay_h": held.get("delay_h", "0"),
                    "charge_usd_per_t": held.get("charge_usd_per_t", "0"),
                    "insurance_share": held.get("insurance_share", "0"),
                    "source": sources[row["access"]],
                    "confidence": held.get("confidence", "assumed"),
                    "note": held["note"],
                }
            )
    write_table(case_dir, "freight/access", _with_source(static), static)
    write_table(case_dir, "freight/access_years", list(years[0]), years)


def _with_source(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Return the columns, the remark last."""
    return [name for name in rows[0] if name != "note"] + ["note"]


def _write_subsidies(case_dir: Path, cite: Citations) -> None:
    static, years = [], []
    for row in read_hand("subsidies"):
        tail = {"source": cite.key(row["address"]), "confidence": "assumed", "note": row["note"]}
        by_year = {year: row[f"y{year}"] for year in YEARS}
        held = {
            name: value
            for name, value in row.items()
            if name not in ("address", "note") and name[1:] not in map(str, YEARS)
        }
        static.append({**held, **tail})
        years += [
            {
                "subsidy": row["subsidy"],
                "year": year,
                "is_in_force": float(share) > 0.0,
                "share": share,
                **tail,
            }
            for year, share in by_year.items()
        ]
    write_table(case_dir, "freight/subsidies", list(static[0]), static)
    write_table(case_dir, "freight/subsidy_years", list(years[0]), years)


def _write_months(figures: Path, case_dir: Path, cite: Citations) -> None:
    busy = {
        row["link"]
        for row in read_rows(case_dir / "freight" / "link_years.csv")
        if row["capacity"] and float(row["background"]) > 0.0
    }
    rows = []
    for row in read_rows(figures / "background.csv"):
        link, season = row["link_id"], row["season_note"]
        if link not in busy or not season.startswith((STEPPE, CAUCASUS)):
            continue
        for month, factor in enumerate(_factors(link, season), start=1):
            rows.append(
                {
                    "link": link,
                    "month": month,
                    "open_share": 1,
                    "background_factor": round(factor, 5),
                    "source": cite.key(row["source_url"]),
                    "confidence": "assumed",
                    "note": "",
                }
            )
    write_table(case_dir, "freight/link_months", list(rows[0]), rows)


def _factors(link: str, season: str) -> Iterable[float]:
    """Return the months' traffic over that of the mean month."""
    if season.startswith(STEPPE):
        grain = GRAIN_EXPORT_SHARE if link in GRAIN_LINES else GRAIN_SHARE
        raw = [
            1.0
            + COAL_SHARE * COAL_RISE * (month in COAL_MONTHS)
            + grain * GRAIN_RISE * (month in GRAIN_MONTHS)
            for month in range(1, len(DAYS_OF_MONTH) + 1)
        ]
    else:
        raw = [
            1.0 + IMPORT_RISE * (month in IMPORT_MONTHS)
            for month in range(1, len(DAYS_OF_MONTH) + 1)
        ]
    mean = sum(value * days for value, days in zip(raw, DAYS_OF_MONTH, strict=True)) / sum(
        DAYS_OF_MONTH
    )
    return [value / mean for value in raw]
