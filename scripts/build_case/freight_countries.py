"""Countries and groups that the freight tables refer to."""

from pathlib import Path

from freight_files import ASSUMPTION, read_rows
from sources import merge_countries

# country: name, region, currency, is it one of the corridor's own
COUNTRIES = {
    "AF": ("Afghanistan", "South Asia", "AFN", "false"),
    "AM": ("Armenia", "South Caucasus", "AMD", "true"),
    "AT": ("Austria", "European Union", "EUR", "false"),
    "AZ": ("Azerbaijan", "South Caucasus", "AZN", "true"),
    "BG": ("Bulgaria", "European Union", "BGN", "false"),
    "BR": ("Brazil", "Rest of the world", "BRL", "false"),
    "BY": ("Belarus", "Russia and Belarus", "BYN", "false"),
    "CN": ("China", "East Asia", "CNY", "false"),
    "DE": ("Germany", "European Union", "EUR", "false"),
    "EU27": ("European Union", "European Union", "EUR", "false"),
    "GE": ("Georgia", "South Caucasus", "GEL", "true"),
    "GR": ("Greece", "European Union", "EUR", "false"),
    "HU": ("Hungary", "European Union", "HUF", "false"),
    "IR": ("Iran", "Middle East", "IRR", "false"),
    "IT": ("Italy", "European Union", "EUR", "false"),
    "KG": ("Kyrgyzstan", "Central Asia", "KGS", "true"),
    "KZ": ("Kazakhstan", "Central Asia", "KZT", "true"),
    "MED": ("Mediterranean countries", "European Union", "EUR", "false"),
    "NL": ("Netherlands", "European Union", "EUR", "false"),
    "PL": ("Poland", "European Union", "PLN", "false"),
    "RO": ("Romania", "European Union", "RON", "false"),
    "RS": ("Serbia", "Balkans", "RSD", "false"),
    "RU": ("Russia", "Russia and Belarus", "RUB", "false"),
    "TJ": ("Tajikistan", "Central Asia", "TJS", "true"),
    "TM": ("Turkmenistan", "Central Asia", "TMT", "true"),
    "TR": ("Türkiye", "Türkiye", "TRY", "true"),
    "UZ": ("Uzbekistan", "Central Asia", "UZS", "true"),
    "AE": ("United Arab Emirates", "Middle East", "AED", "false"),
}


def write_countries(case_dir: Path) -> None:
    """Add countries that are not in the case yet; rows that stand there are left alone."""
    path = case_dir / "economy" / "countries.csv"
    known = {row["country"] for row in read_rows(path)} if path.exists() else set()
    merge_countries(
        case_dir,
        [
            {
                "country": code, "name": name, "region": region, "currency": currency,
                "is_corridor": inside, "source": ASSUMPTION, "confidence": "assumed", "note": "",
            }
            for code, (name, region, currency, inside) in COUNTRIES.items()
            if code not in known
        ],
    )  # fmt: skip
