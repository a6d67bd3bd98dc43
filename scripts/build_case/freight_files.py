"""Reading figure files, citing their addresses and writing tables of the case."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sources import merge_sources

HAND = Path(__file__).parent / "freight_hand"
ASSUMPTION = "assumption"
Row = dict[str, str]

FIGURE_FILES = (
    "links", "nodes", "terminals", "flows", "transit", "projects", "demand_2024", "background",
    "rates", "vessels", "fleet", "value_of_time", "pipelines", "closures", "access",
    "corridor_commodities",
)  # fmt: skip
PACKAGES = {
    "package scgraph_data": (
        "openstreetmap-2024-f1",
        "Rail and road graphs of OpenStreetMap in the package scgraph_data 2.0.0",
        "OpenStreetMap contributors",
        "https://www.openstreetmap.org/copyright",
        "2024",
        "ODbL-1.0",
    ),
    "package searoute": (
        "searoute-2026-f1",
        "Sea lane graph of the package searoute 1.6.0",
        "searoute project",
        "",
        "2026",
        "Apache-2.0",
    ),
}
# Terms other than bare facts, where a publisher states them.
LICENCES = {
    "carecprogram.org": "facts (ADB terms: attribution)",
    "documents.worldbank.org": "facts (document under CC BY-NC 3.0 IGO)",
}


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_hand(name: str) -> list[Row]:
    """Return the rows of a hand-kept table."""
    return read_rows(HAND / f"{name}.csv")


def write_table(
    case_dir: Path, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> None:
    """Write one table of the case; numbers in their shortest form, truth as true and false."""
    path = case_dir / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            unknown = set(row) - set(columns)
            if unknown:
                raise ValueError(f"{name}: unknown columns {sorted(unknown)}")
            writer.writerow([_cell(row.get(column, "")) for column in columns])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


FIGURES_MARK = "f"  # of a source's key, before its number


class Citations:
    """Keys for addresses: stable, since all addresses of the figure files are numbered at once.

    Addresses that only one script cites (`more`) are numbered behind them: a new one must not move
    the keys that other tables cite. A second script that brings addresses of its own needs another
    `mark`, or two pages would share a key.
    """

    def __init__(
        self, figures: Path, more: Iterable[tuple[str, str]] = (), mark: str = FIGURES_MARK
    ) -> None:
        self._cited: set[str] = set()
        years: dict[str, str] = {}
        for name in FIGURE_FILES:
            for row in read_rows(figures / f"{name}.csv"):
                for column in ("source_url", "capacity_source_url", "effect_source_url"):
                    address = row.get(column, "")
                    if address.startswith("http"):
                        years.setdefault(address, row.get("source_year", "") or row.get("year", ""))
        count: dict[str, int] = {}
        self._rows = _source_rows(years, count, FIGURES_MARK)
        others = {address: year for address, year in more if address not in years}
        self._rows |= _source_rows(others, count, mark)

    def key(self, address: str) -> str:
        """Return the key of an address and remember that it is used."""
        if address in PACKAGES:
            key, title, publisher, link, date, licence = PACKAGES[address]
            self._rows[address] = {
                "key": key, "title": title, "publisher": publisher,
                "address": link, "date": date, "licence": licence,
            }  # fmt: skip
        elif not address.startswith("http"):
            return ASSUMPTION
        self._cited.add(address)
        return self._rows[address]["key"]

    def save(self, case_dir: Path) -> None:
        """Merge the used sources and the assumption row into the case."""
        assumption = {
            "key": ASSUMPTION, "title": "Assumption of the compilers", "publisher": "transcaspian",
            "address": "", "date": "2026", "licence": "Apache-2.0",
        }  # fmt: skip
        merge_sources(case_dir, [assumption, *(self._rows[a] for a in sorted(self._cited))])


def _source_rows(years: Mapping[str, str], count: dict[str, int], mark: str) -> dict[str, Row]:
    """Return the source row of every address; `count` holds how many a stem has, and is kept up."""
    rows: dict[str, Row] = {}
    for address in sorted(years):
        domain = re.sub(r"^https?://(www\.|en\.|www1\.)?", "", address).split("/")[0].split(":")[0]
        year = years[address][:4] or "2026"
        stem = f"{re.sub(r'[^a-z0-9]+', '-', '.'.join(domain.split('.')[:-1]).lower())}-{year}"
        count[stem] = count.get(stem, 0) + 1
        rows[address] = {
            "key": f"{stem}-{mark}{count[stem]}",
            "title": _title(address, domain),
            "publisher": domain,
            "address": address,
            "date": year,
            "licence": LICENCES.get(domain, "facts"),
        }
    return rows


def _title(address: str, domain: str) -> str:
    """Return words of the address's last part: page titles were not collected."""
    part = re.sub(r"\.\w{2,5}$", "", address.split("?")[0].rstrip("/").split("/")[-1])
    words = re.sub(r"[^\w]+|_", " ", part).strip()
    return (
        words.capitalize()
        if re.search(r"[A-Za-z]{3}", words) and words != domain
        else f"Page of {domain}"
    )
