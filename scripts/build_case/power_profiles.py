"""Hourly profiles of the packaged case, made from the hand-kept targets."""

from pathlib import Path

import polars as pl
from tables import write_table

from transcaspian.case.synthetic import PACKAGED_SEED, TARGETS_FILE, read_targets, weather_year


def build(case_dir: Path) -> None:
    """Write `power/profiles.parquet` and `power/profile_info`."""
    targets = read_targets(TARGETS_FILE)
    series = weather_year()
    frame = pl.DataFrame(dict(series)).cast(pl.Float32)
    frame.write_parquet(
        case_dir / "power/profiles.parquet",
        compression="zstd",
        compression_level=19,
        statistics=False,
    )
    write_table(
        case_dir,
        "power/profile_info",
        [
            {
                "profile": target.profile,
                "kind": target.kind,
                "bus": target.bus,
                "mean": round(float(series[target.profile].mean()), 6),
                "source": "synthetic",
                "confidence": "synthetic",
                "note": f"seed {PACKAGED_SEED}; yearly mean, months, day shape, spread and memory from the targets of the generator",
            }
            for target in targets
        ],
    )
