"""Keys and rows of `sources.csv` for the pages that the register rests on."""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlparse

FOUNDING = "founding-brief"
FOUNDING_ADDRESS = (
    "https://menafn.com/1110229859/President-Aliyevs-Visit-To-Kazakhstan-Ushers-In-New-Phase-Of-"
    "Partnership"
)
ANALYST = "register-analyst"
COLLECTED_ON = "2026-11-23"

# Host without www and language prefix → publisher.
PUBLISHERS = {
    "trend.az": "Trend News Agency",
    "report.az": "Report Information Agency",
    "azernews.az": "AzerNews",
    "astanatimes.com": "The Astana Times",
    "news.az": "News.az",
    "menafn.com": "MENAFN",
    "inform.kz": "Kazinform",
    "qazinform.com": "Kazinform",
    "vestikavkaza.ru": "Vestnik Kavkaza",
    "timesca.com": "The Times of Central Asia",
    "worldnewsam.com": "World News Analysis",
    "azertag.az": "AZERTAC",
    "silkwaytv.kz": "Silk Way TV",
    "silkway.tvq.kz": "Silk Way TV",
    "day.az": "Day.Az",
    "news.am": "NEWS.am",
    "xalqqazeti.az": "Xalq Qazeti",
    "kt.kz": "Kazakhstan Today",
    "jjtv.kz": "Jibek Joly TV",
    "portnews.ru": "PortNews",
    "azvision.az": "AzVision",
    "today.az": "Today.Az",
    "commonspace.eu": "commonspace.eu",
    "interfax.com": "Interfax",
    "tass.ru": "TASS",
    "president.az": "Office of the President of Azerbaijan",
    "mfa.gov.az": "Ministry of Foreign Affairs of Azerbaijan",
    "ortcom.kz": "Central Communications Service of Kazakhstan",
    "ice.it": "Italian Trade Agency",
    "1lurer.am": "Public Television of Armenia",
    "arka.am": "ARKA News Agency",
    "neweurope.eu": "New Europe",
    "kursiv.media": "Kursiv Media",
}
LICENCE = "Publisher's rights reserved; only figures, dates and facts are used"


def source_key(address: str) -> str:
    """Return the key of a page: its publisher's short name and the number or first words of it."""
    if not address or address.startswith("analyst"):
        return ANALYST
    if address == FOUNDING_ADDRESS:
        return FOUNDING
    if "://" not in address:
        return FOUNDING
    parsed = urlparse(address)
    host = _host(parsed.netloc)
    name = (
        host.split(".")[0]
        if host not in {"ice.it", "mfa.gov.az"}
        else {"ice.it": "ice", "mfa.gov.az": "mfa-az"}[host]
    )
    path = unquote(parsed.path)
    numbers = re.findall(r"\d{5,}", path + "?" + parsed.query)
    if numbers and host not in {"astanatimes.com", "commonspace.eu", "menafn.com"}:
        return f"{name}-{numbers[-1]}"
    return f"{name}-{'-'.join(_words(path)[:7]) or 'page'}"


def source_rows(addresses: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return one row of `sources.csv` for every (address, date) given; first date wins."""
    rows: dict[str, dict[str, str]] = {}
    for address, day in sorted(addresses):
        key = source_key(address)
        if key in rows:
            if rows[key]["address"] not in {address, ""} and key not in {FOUNDING, ANALYST}:
                raise ValueError(
                    f"two pages share the key {key}: {rows[key]['address']}, {address}"
                )
            continue
        rows[key] = _row(key, address, day)
    return [rows[key] for key in sorted(rows)]


def _row(key: str, address: str, day: str) -> dict[str, str]:
    if key == FOUNDING:
        return {
            "key": key,
            "title": "AzerNews by MENAFN on the state visit to Astana of 20-21 October 2025",
            "publisher": "MENAFN",
            "address": FOUNDING_ADDRESS,
            "date": "2025-10-22",
            "licence": LICENCE,
        }
    if key == ANALYST:
        return {
            "key": key,
            "title": "Reading of all pages together by the compilers of the register",
            "publisher": "transcaspian project",
            "address": "",
            "date": COLLECTED_ON,
            "licence": "Apache-2.0",
        }
    host = _host(urlparse(address).netloc)
    publisher = PUBLISHERS.get(host, host)
    words = _words(unquote(urlparse(address).path))
    about = f"page on {' '.join(words[:8])}" if words else "page"
    return {
        "key": key,
        "title": f"{publisher}, {about}",
        "publisher": publisher,
        "address": address,
        "date": day,
        "licence": LICENCE,
    }


def _host(netloc: str) -> str:
    host = netloc.strip(".").lower()
    known = [name for name in PUBLISHERS if host == name or host.endswith("." + name)]
    return max(known, key=len) if known else host.removeprefix("www.")


def _words(path: str) -> list[str]:
    """Return the words of the last speaking part of a path, without markup and numbers."""
    parts = [
        part.removesuffix(".html") for part in path.split("/") if re.search(r"[A-Za-z]{3}", part)
    ]
    if not parts:
        return []
    words = re.findall(r"[a-z]+", max(parts, key=len).lower())
    return [word for word in words if word not in {"html", "the", "a", "of", "to", "and"}]
