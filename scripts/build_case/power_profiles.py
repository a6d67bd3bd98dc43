"""Hourly profiles of the packaged case, made from the hand-kept targets."""

from pathlib import Path

import polars as pl
from tables import write_table

from transcaspian.case.synthetic import generate, read_day_shapes, read_targets, round_series

TARGETS = Path(__file__).with_name("profile_targets.csv")
DAY_SHAPES = Path(__file__).with_name("day_shapes.csv")
SEED = 2016
DIGITS = 3


def build(case_dir: Path) -> None:
    """Write `power/profiles.parquet` and `power/profile_info`."""
    targets = read_targets(TARGETS)
    series = round_series(generate(targets, read_day_shapes(DAY_SHAPES), SEED), DIGITS)
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
                "note": f"seed {SEED}; yearly mean, months, day shape, spread and memory from profile_targets",
            }
            for target in targets
        ],
    )
