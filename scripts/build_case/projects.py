"""Compile the project tables of the packaged case.

    python scripts/build_case/projects.py --figures DIR --out CASE

Costs, sizes, owners and changes are hand-kept in `projects_hand/`, each with the address it comes
from; the folder of figures is read only to number the sources as `freight.py` does.
"""

import argparse
from pathlib import Path

from freight_countries import write_countries
from freight_files import ASSUMPTION, Citations, Row, read_rows, write_table

HAND = Path(__file__).parent / "projects_hand"
PROJECT_COLUMNS = (
    "project", "name", "sector", "kind", "status", "variant_of", "opening_year", "life_years",
    "capex_musd", "capex_low_musd", "capex_high_musd", "capex_confidence", "opex_share", "is_active",
    "source", "confidence", "note",
)  # fmt: skip
TAIL = ("source", "confidence", "note")


def build(figures: Path, case_dir: Path) -> None:
    """Write every table of `projects/`."""
    projects = read_rows(HAND / "projects.csv")
    cite = Citations(figures, ((row["address"], row["source_year"]) for row in projects))
    sources = {row["project"]: cite.key(row["address"]) for row in projects}
    write_table(
        case_dir,
        "projects/projects",
        PROJECT_COLUMNS,
        (
            {**{k: row[k] for k in PROJECT_COLUMNS if k in row}, "source": sources[row["project"]]}
            for row in projects
        ),
    )
    changes = [
        {**row, "source": sources[row["project"]], "confidence": "assumed"}
        for row in read_rows(HAND / "changes.csv")
    ]
    write_table(
        case_dir,
        "projects/changes",
        ("project", "table", "row", "column", "operation", "value", "from_year", "to_year", *TAIL),
        changes,
    )
    spending = [row for project in projects for row in spend(project)]
    write_table(case_dir, "projects/spending", ("project", "year", "share", *TAIL), spending)
    shares = [
        {
            "project": row["project"], "party": row["party"], "country": row["country"],
            "share": row["share"], "source": ASSUMPTION if row["confidence"] == "assumed" else sources[row["project"]],
            "confidence": row["confidence"], "note": row["note"],
        }
        for row in read_rows(HAND / "shares.csv")
    ]  # fmt: skip
    write_table(
        case_dir, "projects/shares", ("project", "party", "country", "share", *TAIL), shares
    )
    clusters = [
        {**row, "source": ASSUMPTION, "confidence": "assumed"}
        for row in read_rows(HAND / "clusters.csv")
    ]
    write_table(case_dir, "projects/clusters", ("cluster", "name", "project", *TAIL), clusters)
    promises = [
        {**row, "source": ASSUMPTION, "confidence": "assumed"}
        for row in read_rows(HAND / "promises.csv")
    ]
    write_table(case_dir, "projects/promises", ("project", "subject", *TAIL), promises)
    for name in ("own_flows", "own_outputs"):
        rows = read_rows(HAND / f"{name}.csv")
        write_table(case_dir, f"projects/{name}", tuple(rows[0]), rows)
    write_countries(case_dir)
    cite.save(case_dir)


def spend(project: Row) -> list[dict[str, object]]:
    """Return shares of cost from the start of work to the year before opening: a flat tent."""
    first, opening = int(project["start_year"]), int(project["opening_year"])
    years = range(first, max(opening, first + 1))
    weights = [min(place + 1, len(years) - place, 3) for place in range(len(years))]
    shares = [round(weight / sum(weights), 4) for weight in weights]
    shares[-1] = round(1 - sum(shares[:-1]), 4)
    return [
        {
            "project": project["project"], "year": year, "share": share,
            "source": ASSUMPTION, "confidence": "assumed", "note": "",
        }
        for year, share in zip(years, shares, strict=True)
    ]  # fmt: skip


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="folder of collected figures")
    parser.add_argument("--out", type=Path, required=True, help="case folder to write into")
    options = parser.parse_args()
    build(options.figures, options.out)


if __name__ == "__main__":
    main()
