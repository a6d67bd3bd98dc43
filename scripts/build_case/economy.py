"""The `economy/` tables of the packaged case: countries, money and prices by country."""

from collections.abc import Iterator
from pathlib import Path

from sources import merge_countries, merge_sources
from tables import write_table

Row = dict[str, object]

MODEL_YEARS = (2022, 2024, 2025, 2030, 2035, 2040)
PRICE_YEAR = 2024

# code, name, region, currency, corridor's own country
COUNTRIES = (
    ("KZ", "Kazakhstan", "Central Asia", "KZT", True),
    ("UZ", "Uzbekistan", "Central Asia", "UZS", True),
    ("TM", "Turkmenistan", "Central Asia", "TMT", True),
    ("KG", "Kyrgyzstan", "Central Asia", "KGS", True),
    ("TJ", "Tajikistan", "Central Asia", "TJS", False),
    ("AF", "Afghanistan", "Central Asia", "AFN", False),
    ("AZ", "Azerbaijan", "South Caucasus", "AZN", True),
    ("GE", "Georgia", "South Caucasus", "GEL", True),
    ("AM", "Armenia", "South Caucasus", "AMD", True),
    ("TR", "Türkiye", "Türkiye", "TRY", True),
    ("RO", "Romania", "European Union", "RON", True),
    ("BG", "Bulgaria", "European Union", "BGN", True),
    ("HU", "Hungary", "European Union", "HUF", True),
    ("GR", "Greece", "European Union", "EUR", False),
    ("AT", "Austria", "European Union", "EUR", False),
    ("SK", "Slovakia", "European Union", "EUR", False),
    ("HR", "Croatia", "European Union", "EUR", False),
    ("IT", "Italy", "European Union", "EUR", False),
    ("DE", "Germany", "European Union", "EUR", False),
    ("PL", "Poland", "European Union", "PLN", False),
    ("NL", "Netherlands", "European Union", "EUR", False),
    ("BE", "Belgium", "European Union", "EUR", False),
    ("FR", "France", "European Union", "EUR", False),
    ("ES", "Spain", "European Union", "EUR", False),
    ("CZ", "Czechia", "European Union", "CZK", False),
    ("SI", "Slovenia", "European Union", "EUR", False),
    ("LT", "Lithuania", "European Union", "EUR", False),
    ("LV", "Latvia", "European Union", "EUR", False),
    ("FI", "Finland", "European Union", "EUR", False),
    ("SE", "Sweden", "European Union", "SEK", False),
    ("CY", "Cyprus", "European Union", "EUR", False),
    ("MT", "Malta", "European Union", "EUR", False),
    ("EU27", "European Union (27)", "European Union", "EUR", False),
    ("GB", "United Kingdom", "Rest of Europe", "GBP", False),
    ("NO", "Norway", "Rest of Europe", "NOK", False),
    ("CH", "Switzerland", "Rest of Europe", "CHF", False),
    ("RS", "Serbia", "Rest of Europe", "RSD", False),
    ("MK", "North Macedonia", "Rest of Europe", "MKD", False),
    ("AL", "Albania", "Rest of Europe", "ALL", False),
    ("BA", "Bosnia and Herzegovina", "Rest of Europe", "BAM", False),
    ("ME", "Montenegro", "Rest of Europe", "EUR", False),
    ("UA", "Ukraine", "Rest of Europe", "UAH", False),
    ("MD", "Moldova", "Rest of Europe", "MDL", False),
    ("BY", "Belarus", "Rest of Europe", "BYN", False),
    ("RU", "Russia", "Russia", "RUB", False),
    ("IR", "Iran", "Middle East", "IRR", False),
    ("IQ", "Iraq", "Middle East", "IQD", False),
    ("SY", "Syria", "Middle East", "SYP", False),
    ("IL", "Israel", "Middle East", "ILS", False),
    ("EG", "Egypt", "Middle East", "EGP", False),
    ("SA", "Saudi Arabia", "Middle East", "SAR", False),
    ("AE", "United Arab Emirates", "Middle East", "AED", False),
    ("QA", "Qatar", "Middle East", "QAR", False),
    ("OM", "Oman", "Middle East", "OMR", False),
    ("MED", "Mediterranean (other)", "Middle East", "USD", False),
    ("CN", "China", "East Asia", "CNY", False),
    ("JP", "Japan", "East Asia", "JPY", False),
    ("KR", "Republic of Korea", "East Asia", "KRW", False),
    ("MN", "Mongolia", "East Asia", "MNT", False),
    ("VN", "Viet Nam", "East Asia", "VND", False),
    ("SG", "Singapore", "East Asia", "SGD", False),
    ("IN", "India", "South Asia", "INR", False),
    ("PK", "Pakistan", "South Asia", "PKR", False),
    ("US", "United States", "World", "USD", False),
    ("CA", "Canada", "World", "CAD", False),
    ("WORLD", "Rest of the world", "World", "USD", False),
)

# Units of the currency for one US dollar, rounded yearly means.
EXCHANGE_RATES = {
    "USD": dict.fromkeys(range(2018, 2026), 1.0),
    "EUR": {
        2018: 0.847,
        2019: 0.893,
        2020: 0.877,
        2021: 0.845,
        2022: 0.950,
        2023: 0.925,
        2024: 0.924,
        2025: 0.885,
    },
    "KZT": {2021: 426.0, 2022: 460.0, 2023: 456.0, 2024: 469.0, 2025: 520.0},
    "AZN": dict.fromkeys(range(2018, 2026), 1.7),
    "UZS": {2022: 11050.0, 2023: 11735.0, 2024: 12815.0, 2025: 12600.0},
    "TRY": {2016: 3.02, 2022: 16.6, 2023: 23.7, 2024: 32.9, 2025: 39.3},
    "GEL": {2022: 2.92, 2023: 2.63, 2024: 2.72, 2025: 2.74},
    "AMD": {2022: 436.0, 2023: 393.0, 2024: 393.0, 2025: 387.0},
    "RUB": {2022: 68.5, 2023: 85.2, 2024: 92.6, 2025: 84.0},
    "CNY": {2022: 6.74, 2023: 7.08, 2024: 7.20, 2025: 7.20},
    "CHF": {2022: 0.955, 2023: 0.899, 2024: 0.881, 2025: 0.835},
    "GBP": {2022: 0.811, 2023: 0.804, 2024: 0.783, 2025: 0.760},
}

# Consumer price levels, 2024 = 1: United States all items (313.7 in 2024) and euro area HICP.
DEFLATORS = {
    "USD": {
        2015: 0.756,
        2016: 0.765,
        2017: 0.781,
        2018: 0.801,
        2019: 0.815,
        2020: 0.825,
        2021: 0.864,
        2022: 0.933,
        2023: 0.971,
        2024: 1.0,
        2025: 1.028,
    },
    "EUR": {
        2018: 0.818,
        2019: 0.828,
        2020: 0.830,
        2021: 0.852,
        2022: 0.923,
        2023: 0.977,
        2024: 1.0,
        2025: 1.021,
    },
}

EU_ETS_EUR = {2022: 81.0, 2024: 67.0, 2025: 75.0, 2030: 110.0, 2035: 145.0, 2040: 180.0}
TR_ETS_EUR = {2022: 0.0, 2024: 0.0, 2025: 0.0, 2030: 15.0, 2035: 32.5, 2040: 50.0}
KZ_ETS_USD = {2022: 1.1, 2024: 0.85, 2025: 0.94, 2030: 5.0, 2035: 10.0, 2040: 15.0}
EU_MEMBERS_IN_MODEL = ("RO", "HU", "BG", "GR", "AT", "SK", "HR", "IT")

# USD/MWh of load that is cut; about GDP per kWh of use, higher in the EU.
VALUE_OF_LOST_LOAD = {
    "KZ": 2000.0,
    "UZ": 1000.0,
    "TM": 1500.0,
    "KG": 800.0,
    "TJ": 700.0,
    "AZ": 2000.0,
    "GE": 2000.0,
    "AM": 2000.0,
    "TR": 3500.0,
    "RO": 6000.0,
    "HU": 6000.0,
    "BG": 5000.0,
    "GR": 6500.0,
    "*": 3000.0,
}


def usd_of_price_year(euros: float, year: int) -> float:
    """Euros of a year as USD of the price year; later years are taken as price-year euros already."""
    if year > max(EXCHANGE_RATES["EUR"]):
        return euros / EXCHANGE_RATES["EUR"][PRICE_YEAR]
    return euros / EXCHANGE_RATES["EUR"][year] / DEFLATORS["USD"][year]


def eu_ets_usd(year: int) -> float:
    """EU allowance price in USD of the price year per tonne."""
    return round(usd_of_price_year(EU_ETS_EUR[year], year), 1)


def tr_ets_usd(year: int) -> float:
    """Turkish allowance price in USD of the price year per tonne."""
    return round(usd_of_price_year(TR_ETS_EUR[year], year), 1)


def build(case_dir: Path) -> None:
    """Write the tables of `economy/`."""
    merge_countries(case_dir, _countries())
    write_table(case_dir, "economy/exchange_rates", _exchange_rates())
    write_table(case_dir, "economy/deflators", _deflators())
    write_table(case_dir, "economy/parameters", _parameters())
    merge_sources(case_dir, [NRC_SOURCE])
    write_table(case_dir, "economy/external_costs", _external_costs())
    write_table(case_dir, "economy/financial_terms", _financial_terms())
    write_table(case_dir, "economy/conversion_factors", _conversion_factors())


# Legal rate of company income tax, of value-added tax (in the note: refunded to companies), 2025.
TAXES = {
    "AM": (0.18, 0.20),
    "AZ": (0.20, 0.18),
    "BG": (0.10, 0.20),
    "GE": (0.15, 0.18),
    "HU": (0.09, 0.27),
    "KG": (0.10, 0.12),
    "KZ": (0.20, 0.12),
    "RO": (0.16, 0.21),
    "TM": (0.20, 0.15),
    "TR": (0.25, 0.20),
    "UZ": (0.15, 0.12),
    "*": (0.20, 0.18),
}
# Shadow over market price, assumed: a fifth of building and a third of keeping is labour with a
# shadow wage of 0.75 of the wage paid.
CONVERSION_FACTORS = {"capital_cost": 0.95, "renewal_cost": 0.95, "fixed_operation": 0.92}


def _financial_terms() -> Iterator[Row]:
    for country, (income_tax, vat) in TAXES.items():
        yield {
            "country": country,
            "vat": 0.0,
            "import_duty": 0.05,
            "imported_share": 0.5,
            "income_tax": income_tax,
            "depreciation_years": 25,
            "debt_share": 0.7,
            "interest_rate": 0.08,
            "inflation": 0.02,
            "source": "assumption",
            "confidence": "assumed",
            "note": f"income tax at the legal rate; value-added tax of {vat:.0%} is refunded; duty, "
            "debt and its interest are round numbers",
        }


def _conversion_factors() -> Iterator[Row]:
    for kind, factor in CONVERSION_FACTORS.items():
        yield {
            "kind": kind,
            "factor": factor,
            "source": "assumption",
            "confidence": "assumed",
            "note": "labour at a shadow wage of 0.75; the rest at market prices",
        }


NRC_SOURCE = {
    "key": "nrc-2010",
    "title": "Hidden Costs of Energy: Unpriced Consequences of Energy Production and Use",
    "publisher": "National Research Council, The National Academies Press",
    "address": "https://doi.org/10.17226/12794",
    "date": "2010",
    "licence": "Publisher's rights reserved; only figures, dates and facts are used",
}
# Damage borne grows with income: GDP a head (purchasing power) of the corridor over that of the
# place where the figure comes from, to the power of 0.8, rounded. Both assumed.
INCOME_FACTOR_EU = 0.6
INCOME_FACTOR_US = 0.45
# USD of 2007 per MWh, means of 406 coal and 498 gas plants of the United States in 2005.
NRC_USD_PER_MWH = {"coal": 32.0, "gas": 1.6}
CPI_2024_OVER_2007 = 1.513
TRANSPORT_NOTE = (
    "order of the European Commission's Handbook on the external costs of transport (2019), rounded,"
    " times 0.6 for income"
)
# Assumed, USD of 2024 per 1,000 t-km at European income: air pollution, noise, accidents.
TRANSPORT_USD_PER_KTKM = {
    "rail": (3.6, 7.2, 0.9),
    "road": (11.6, 7.2, 18.8),
    "sea": (4.3, 0.0, 0.0),
    "ferry": (8.7, 0.0, 0.0),
    "pipeline": (0.0, 0.0, 0.0),
}
# Assumed, USD of 2024 per MWh at the corridor's income.
OTHER_USD_PER_MWH = {"oil": 15.0, "biomass": 5.0}
CLEAN_GROUPS = ("geothermal", "hydro", "nuclear", "solar", "storage", "wind")


def _external_costs() -> Iterator[Row]:
    for mode, values in TRANSPORT_USD_PER_KTKM.items():
        for effect, value in zip(("air_pollution", "noise", "accidents"), values, strict=True):
            yield _external_cost(
                mode, effect, value * INCOME_FACTOR_EU, "USD/1000 t-km", TRANSPORT_NOTE
            )
    for group, value in NRC_USD_PER_MWH.items():
        usd = value * CPI_2024_OVER_2007 * INCOME_FACTOR_US
        note = f"{value:g} USD of 2007 without climate, to 2024 by 1.513, times 0.45 for income"
        yield _external_cost(group, "air_pollution", usd, "USD/MWh", note, "nrc-2010", "derived")
    for group, value in OTHER_USD_PER_MWH.items():
        yield _external_cost(group, "air_pollution", value, "USD/MWh", "between coal and gas")
    for group in CLEAN_GROUPS:
        yield _external_cost(group, "air_pollution", 0.0, "USD/MWh", "no smoke")


def _external_cost(
    activity: str,
    effect: str,
    value: float,
    unit: str,
    note: str,
    source: str = "assumption",
    confidence: str = "assumed",
) -> Row:
    return {
        "activity": activity,
        "effect": effect,
        "country": "*",
        "value": round(value, 1),
        "unit": unit,
        "source": source,
        "confidence": confidence,
        "note": note,
    }


def _countries() -> Iterator[dict[str, str]]:
    for code, name, region, currency, is_corridor in COUNTRIES:
        yield {
            "country": code,
            "name": name,
            "region": region,
            "currency": currency,
            "is_corridor": "true" if is_corridor else "false",
            "source": "assumption",
            "confidence": "assumed",
            "note": "",
        }


def _exchange_rates() -> Iterator[Row]:
    for currency, by_year in EXCHANGE_RATES.items():
        for year, rate in by_year.items():
            yield {
                "currency": currency,
                "year": year,
                "per_usd": rate,
                "source": "assumption",
                "confidence": "assumed",
                "note": "rounded yearly mean; replace by the central bank's when it matters",
            }


def _deflators() -> Iterator[Row]:
    for currency, by_year in DEFLATORS.items():
        for year, index in by_year.items():
            yield {
                "currency": currency,
                "year": year,
                "index": index,
                "source": "assumption",
                "confidence": "assumed",
                "note": "consumer prices, yearly mean over that of 2024, rounded",
            }


def _parameters() -> Iterator[Row]:
    for year in MODEL_YEARS:
        yield _parameter("co2_price", "*", year, 0.0, "assumption", "assumed", "no carbon price")
        for country in EU_MEMBERS_IN_MODEL:
            yield _ets_row("co2_price", country, year)
        yield _parameter(
            "co2_price",
            "TR",
            year,
            tr_ets_usd(year),
            "assumption",
            "assumed",
            f"national scheme from 2026: {TR_ETS_EUR[year]} EUR/t",
        )
        kz_confidence = "derived" if year in (2024, 2025) else "assumed"
        yield _parameter(
            "co2_price",
            "KZ",
            year,
            KZ_ETS_USD[year],
            "ccx-2025" if year <= 2025 else "assumption",
            kz_confidence,
            "allowances are free by benchmark, so the price hardly reaches dispatch; low 1, high 25 (2030) to 60 (2040)",
        )
        yield _parameter(
            "social_cost_of_carbon",
            "*",
            year,
            _social_cost_of_carbon(year),
            "e3g-carbon",
            "derived",
            "middle of 40-80 USD of 2016 per tonne by 2020 and 50-100 by 2030 (High-Level Commission), then 2.25 % a year, in USD of 2024",
        )
        for country, value in VALUE_OF_LOST_LOAD.items():
            yield _parameter(
                "voll",
                country,
                year,
                value,
                "assumption",
                "assumed",
                "about GDP per kWh of use; EU from adequacy practice",
                "USD/MWh",
            )
        yield (
            _ets_row("cbam_price", "*", year)
            if year >= 2026
            else _parameter(
                "cbam_price",
                "*",
                year,
                0.0,
                "eu-2023-956",
                "derived",
                "payment starts with imports of 2026",
            )
        )


def _ets_row(parameter: str, country: str, year: int) -> Row:
    source, confidence = {2024: ("veyt-2026", "derived"), 2025: ("veyt-2026", "reported")}.get(
        year, ("assumption", "assumed")
    )
    note = f"EU allowance {EU_ETS_EUR[year]} EUR/t; analysts of 2023-24 said 160 (2030) and 200 (2035), a low case is 70"
    return _parameter(parameter, country, year, eu_ets_usd(year), source, confidence, note)


def _social_cost_of_carbon(year: int) -> float:
    """Middle of the commission's range: 60 in 2020, 75 in 2030 (USD of 2016), then 2.25 % a year."""
    usd_of_2016 = 60.0 + 1.5 * (year - 2020) if year <= 2030 else 75.0 * 1.0225 ** (year - 2030)
    return round(usd_of_2016 / DEFLATORS["USD"][2016], 1)


def _parameter(
    parameter: str,
    country: str,
    year: int,
    value: float,
    source: str,
    confidence: str,
    note: str,
    unit: str = "USD/t",
) -> Row:
    return {
        "parameter": parameter,
        "country": country,
        "year": year,
        "value": value,
        "unit": unit,
        "source": source,
        "confidence": confidence,
        "note": note,
    }
