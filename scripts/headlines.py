"""The headline figures of the packaged case: written to the golden table and into the README.

    python scripts/headlines.py RUN_FOLDER

writes tests/golden/headlines.csv from a finished run of the packaged case (all its scenarios), and the tables between
the marks of README.md from the same figures. A test holds a fresh run to the table; whoever changes
a figure says why in CHANGELOG.md under RESULTS.
"""

import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from transcaspian.results.read import read_results
from transcaspian.results.tables import Results

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "headlines.csv"
README = ROOT / "README.md"
START, END = "<!-- figures: written by scripts/headlines.py -->", "<!-- end of figures -->"

# Projects and clusters whose value leads, in the order of the README.
PROJECTS = (
    "CASPIAN_CABLE_1000", "CASPIAN_CABLE_2000", "CASPIAN_CORRIDOR", "BLACK_SEA_CABLE",
    "GREEN_CORRIDOR", "ZANGEZUR_POWER_WAY", "ZANGEZUR_RAIL", "AKTAU_HUB", "CONTAINER_SHIPS",
    "AKTAU_ALAT_BOXES", "ALAT_PHASE2", "CKU_RAILWAY",
)  # fmt: skip
# Cables whose worth last in leads, each in its own package: the rest + last in = the package.
LAST_IN = ("CASPIAN_CABLE_1000", "BLACK_SEA_CABLE")
# Those shown under every scenario: a test solves them again in the other scenarios.
SCENARIO_PROJECTS = ("CASPIAN_CABLE_1000", "AKTAU_HUB")
PRICES = (("AZ", 2030), ("KZ_MANGYSTAU", 2030), ("TR", 2030), ("RO", 2030))
# Simplex ends at one vertex of several; yearly sums over such ties and values that are small
# differences of large costs move in the last digits with solver and machine.
PRICE_RTOL, VALUE_RTOL, FLOW_RTOL = 1e-3, 1e-3, 1e-5
VALUE_ATOL_MUSD = 0.5


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure with the departure that a test allows."""

    name: str
    value: float
    unit: str
    rtol: float
    atol: float


def headlines(results: Results) -> Iterator[Headline]:
    """Yield the headline figures of a run of the packaged case."""
    yield from _last_in(results.table("last_in"))
    yield from _values(results.table("projects"))
    yield from _power(results)
    yield from _freight(results.table("validation"))


def scenario_headlines(results: Results) -> Iterator[Headline]:
    """Yield what the other scenarios make of some projects and of the corridor."""
    for row in results.table("projects").iter_rows(named=True):
        if row["scenario"] != "reference" and row["project"] in SCENARIO_PROJECTS:
            name = f"NPV, {row['name']}, scenario {row['scenario']}"
            value = float(row["npv_scenario_years_musd"])
            yield Headline(name, value, "million USD", VALUE_RTOL, VALUE_ATOL_MUSD)
    cargo = results.table("headlines").filter(
        (pl.col("quantity") == "titr_total") & (pl.col("year") == 2030)
    )
    for row in cargo.iter_rows(named=True):
        name = f"{row['subject']}, 2030, scenario {row['scenario']}"
        yield Headline(name, row["value"], row["unit"], FLOW_RTOL, 0.0)


def _values(projects: pl.DataFrame) -> Iterator[Headline]:
    reference = projects.filter(pl.col("scenario") == "reference")
    for project in PROJECTS:
        row = reference.filter(pl.col("project") == project).row(0, named=True)
        value = float(row["break_even_capex_musd"])
        name = f"break-even capital cost, {row['name']}"
        yield Headline(name, value, "million USD", VALUE_RTOL, VALUE_ATOL_MUSD)


def _last_in(table: pl.DataFrame) -> Iterator[Headline]:
    """Yield what each cable adds to its own package: it leads, since the cable is built with it."""
    own = table.filter("is_own_package")
    for project in LAST_IN:
        row = own.filter(pl.col("project") == project).row(0, named=True)
        for column, what in (
            ("without_musd", f"{row['package_name']}, without {row['name']}"),
            ("last_in_musd", f"{row['name']}, last in"),
            ("package_musd", row["package_name"]),
        ):
            yield Headline(
                f"NPV, {what}", float(row[column]), "million USD", VALUE_RTOL, VALUE_ATOL_MUSD
            )


def _power(results: Results) -> Iterator[Headline]:
    zones = results.table("power_zone_year").filter(
        (pl.col("scenario") == "reference") & (pl.col("run") == "reference")
    )
    for bus, year in PRICES:
        price = zones.filter((pl.col("bus") == bus) & (pl.col("year") == year))["price_mean"]
        yield Headline(f"mean price {bus} {year}", price.item(), "USD/MWh", PRICE_RTOL, 0.01)
    solves = results.table("solves").filter(
        (pl.col("room") == "power")
        & (pl.col("scenario") == "reference")
        & (pl.col("run") == "reference")
        & (pl.col("year") == 2030)
    )
    cost = float(solves["objective"][0]) / 1e9
    yield Headline("cost of dispatch 2030", cost, "billion USD", 1e-6, 0.0)


def _freight(validation: pl.DataFrame) -> Iterator[Headline]:
    rows = validation.filter(pl.col("area") == "freight")
    for quantity in ("titr_total", "kuryk_rail", "titr_teu_laden", "north_china_eu_teu"):
        row = rows.filter(pl.col("quantity") == quantity).row(0, named=True)
        yield Headline(
            f"{row['subject']}, modelled 2024", row["modelled"], row["unit"], FLOW_RTOL, 0.0
        )


def read_golden() -> list[Headline]:
    """Return the golden table."""
    with GOLDEN.open(encoding="utf-8", newline="") as stream:
        return [
            Headline(
                row["name"],
                float(row["value"]),
                row["unit"],
                float(row["rtol"]),
                float(row["atol"]),
            )
            for row in csv.DictReader(stream)
        ]


def write_golden(found: list[Headline], versions: Mapping[str, str]) -> None:
    """Write the golden table; the solver's version stands in each row."""
    with GOLDEN.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["name", "value", "unit", "rtol", "atol", "solver"])
        for row in found:
            solver = f"HiGHS {versions['highspy']}"
            writer.writerow([row.name, f"{row.value:.8g}", row.unit, row.rtol, row.atol, solver])


def readme_block(rows: list[Headline]) -> str:
    """Return the table that stands in the README."""
    lines = [START, "", "| figure | value | unit |", "| --- | ---: | --- |"]
    lines += [f"| {row.name} | {_rounded(row.value)} | {row.unit} |" for row in rows]
    return "\n".join([*lines, "", END])


def _rounded(value: float) -> str:
    digits = 3 if abs(value) < 1000 else 4
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


def write_readme(rows: list[Headline]) -> None:
    """Replace the block between the marks."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(START)
    README.write_text(before + readme_block(rows) + rest.split(END)[1], encoding="utf-8")


def main(folder: str) -> None:
    """Write both from a run folder."""
    results = read_results(Path(folder))
    found = [*headlines(results), *scenario_headlines(results)]
    write_golden(found, dict(results.manifest["versions"]))  # type: ignore[call-overload]
    write_readme(read_golden())


if __name__ == "__main__":
    main(sys.argv[1])
