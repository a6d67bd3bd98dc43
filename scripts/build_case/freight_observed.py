"""Published freight statistics for comparison, and oil pipelines beside the corridor."""

from pathlib import Path

from freight_files import ASSUMPTION, Citations, Row, read_hand, read_rows, write_table

# What of the model a figure is compared with.
COMPARED = (
    "measure",
    "routes",
    "links",
    "forms",
    "commodities",
    "origins",
    "destinations",
    "is_fitted",
    "model_year",
)


def write_observed(figures: Path, case_dir: Path, cite: Citations) -> None:
    """Write freight/observed from the list of picked figures."""
    files: dict[str, list[Row]] = {}
    rows = []
    for pick in read_hand("observed"):
        file = pick["file"]
        address, confidence, value = ASSUMPTION, "derived", pick["value"]
        if file:
            if file not in files:
                files[file] = read_rows(figures / f"{file}.csv")
            found = _find(files[file], pick)
            address, confidence = found.get("source_url") or found["source"], found["confidence"]
            value = value or str(
                round(float(found[pick["value_column"]]) * float(pick["factor"] or 1), 6)
            )
        rows.append({
            "quantity": pick["quantity"], "name": pick["name"], "year": pick["year"], "value": value,
            "unit": pick["unit"], **{name: pick[name] for name in COMPARED}, "source": cite.key(address),
            "confidence": confidence, "note": pick["note"],
        })  # fmt: skip
    write_table(case_dir, "freight/observed", list(rows[0]), rows)


def write_outlooks(figures: Path, case_dir: Path, cite: Citations) -> None:
    """Write freight/outlooks: published forecasts and plans, with why the model differs."""
    rows = []
    for pick in read_hand("outlooks"):
        found = _find(read_rows(figures / f"{pick['file']}.csv"), pick)
        kept = (
            "outlook",
            "name",
            "year",
            "unit",
            "measure",
            "routes",
            "forms",
            "origins",
            "model_year",
            "reason",
        )
        rows.append(
            {name: pick[name] for name in kept}
            | {
                "value": round(float(found[pick["value_column"]]), 6),
                "source": cite.key(found.get("source_url") or found["source"]),
                "confidence": found["confidence"],
                "note": "",
            }
        )
    write_table(case_dir, "freight/outlooks", list(rows[0]), rows)


def _find(rows: list[Row], pick: Row) -> Row:
    wanted = dict(part.split("=", 1) for part in pick["where"].split("|"))
    found = [row for row in rows if all(row[column] == value for column, value in wanted.items())]
    if len(found) != 1:
        raise ValueError(f"{pick['quantity']}: {len(found)} figures for {pick['where']}")
    return found[0]


PIPELINES = ("CPC", "ATS", "KCP", "BTC", "WREP", "BNV", "MCX", "AKB", "TKB")


def write_pipelines(figures: Path, case_dir: Path, cite: Citations) -> None:
    """Write freight/pipelines: volume and capacity by year, whole years only."""
    table: dict[tuple[str, int], dict[str, object]] = {}
    capacity: dict[str, float] = {}
    for row in read_rows(figures / "pipelines.csv"):
        if (
            row["pipeline_id"] not in PIPELINES
            or row["period"] != "year"
            or row["unit"] not in ("Mt", "Mt/yr")
        ):
            continue
        name, origin = row["pipeline_id"], row["oil_origin"]
        if row["parameter"] == "capacity" and origin == "all":
            capacity[name] = float(row["value"])
        if row["parameter"] != "volume":
            continue
        key = (name, int(row["year"]))
        if key in table and origin != "all":
            continue
        table[key] = {
            "pipeline": name, "year": key[1], "name": row["name"], "volume_mt": float(row["value"]),
            "source": cite.key(row["source_url"]), "confidence": row["confidence"],
            "note": "" if origin == "all" else f"Oil of {origin} only",
        }  # fmt: skip
    for (name, _), values in table.items():
        values["capacity_mt"] = capacity.get(name)
    columns = (
        "pipeline",
        "year",
        "name",
        "volume_mt",
        "capacity_mt",
        "source",
        "confidence",
        "note",
    )
    write_table(case_dir, "freight/pipelines", columns, (table[key] for key in sorted(table)))
