"""Source keys of the power figures: one key an address."""

import csv
import re
from pathlib import Path
from urllib.parse import unquote, urlparse

HAND_KEPT = Path(__file__).with_name("power_sources.csv")


class Citations:
    """Gives each address its key and remembers which keys were cited."""

    def __init__(self) -> None:
        self._by_key: dict[str, dict[str, str]] = {}
        self._key_of_address: dict[str, str] = {}
        with HAND_KEPT.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self._by_key[row["key"]] = row
                if row["address"]:
                    self._key_of_address[row["address"]] = row["key"]

    def cite(self, address: str, year: object = None) -> str:
        """Key of an address (or of a hand-kept key); a new address gets a key from its host and year."""
        if address in self._by_key:
            return address
        if address in self._key_of_address:
            return self._key_of_address[address]
        parts = urlparse(address)
        if not parts.netloc:
            raise ValueError(f"not an address and not a known source: {address!r}")
        publisher = _publisher(parts.netloc)
        date = str(year) if year is not None else "2025"
        digits = "".join(re.findall(r"\d{5,}", parts.path)[-1:])
        key = base = "-".join(part for part in (publisher, date, digits) if part)
        serial = 2
        while key in self._by_key:
            key, serial = f"{base}-{serial}", serial + 1
        self._by_key[key] = {
            "key": key,
            "title": _title(parts.path, publisher),
            "publisher": parts.netloc.removeprefix("www."),
            "address": address,
            "date": date,
            "licence": "facts",
            "note": "",
        }
        self._key_of_address[address] = key
        return key

    def rows(self, used: set[str]) -> list[dict[str, str]]:
        """Those of the used keys that are power sources; others stand in `sources.csv` already."""
        return [self._by_key[key] for key in sorted(used & set(self._by_key))]


def cited_keys(folder: Path) -> set[str]:
    """Source keys that the tables of a folder cite."""
    keys: set[str] = set()
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            keys |= {row["source"] for row in csv.DictReader(file)}
    return keys


def _publisher(host: str) -> str:
    labels = [label for label in host.lower().split(".") if label not in {"www", "en", "it", "eng"}]
    second_level = {"com", "co", "org", "gov", "edu", "blob", "core"}
    while len(labels) > 2 and labels[-2] in second_level:
        labels.pop(-2)
    if "iea" in labels:
        return "iea"
    return re.sub(r"[^a-z0-9]+", "-", labels[-2] if len(labels) > 1 else labels[0]).strip("-")


def _title(path: str, publisher: str) -> str:
    segments = [
        unquote(part) for part in path.split("/") if re.search(r"[^\W\d_]{3}", unquote(part))
    ]
    words = (
        re.sub(r"\.(html?|pdf|php|aspx)$", "", segments[-1], flags=re.I) if segments else publisher
    )
    words = re.sub(r"[-_+]+", " ", words).strip()
    return words[:1].upper() + words[1:160]
