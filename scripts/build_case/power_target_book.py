"""The targets of the synthetic hourly series, gathered and written; shapes from hourly values."""

import csv
from pathlib import Path

import numpy as np
from power_assumptions import ZONES, place

from transcaspian.case.synthetic import (
    CORRELATIONS_FILE,
    DAY_SHAPES_FILE,
    SEASONS,
    TARGETS_FILE,
    FloatArray,
    Target,
)
from transcaspian.units import DAYS_OF_MONTH

THREE_LETTERS = {"RO": "ROU", "HU": "HUN", "BG": "BGR", "GR": "GRC"}
SEASON_OF_MONTH = (0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0)
LEAP_HOURS = slice(59 * 24, 60 * 24)


def drop_leap_day(values: FloatArray) -> FloatArray:
    """Return 8,760 of the 8,784 hours of a leap year."""
    return np.delete(values, np.s_[LEAP_HOURS])


def season_shapes(values: FloatArray, utc_offset_h: int) -> FloatArray:
    """Return the mean local day of each season over its mean, float64[season, hour]."""
    local = np.roll(values, utc_offset_h).reshape(365, 24)
    month = np.repeat(np.arange(12), DAYS_OF_MONTH)
    season = np.array(SEASON_OF_MONTH)[month]
    shapes = np.array([local[season == number].mean(axis=0) for number in range(len(SEASONS))])
    return shapes / shapes.mean(axis=1, keepdims=True)


def two_season_shape(winter: tuple[float, ...], summer: tuple[float, ...]) -> FloatArray:
    """Return a shape whose spring and autumn are the mean of winter and summer."""
    between = (np.array(winter) + np.array(summer)) / 2
    shapes = np.array([winter, between, summer, between])
    return shapes / shapes.mean(axis=1, keepdims=True)


def relative(monthly: FloatArray | tuple[float, ...]) -> tuple[float, ...]:
    """Return monthly values over their mean weighted by the days of the month."""
    days = np.array(DAYS_OF_MONTH) / 365
    values = np.asarray(monthly, dtype=np.float64)
    return tuple(np.round(values / (values * days).sum(), 4).tolist())


class Targets:
    """Gathers targets and day shapes."""

    def __init__(self, figures: Path) -> None:
        self.figures = figures
        self.targets: list[tuple[Target, str]] = []
        self.shapes: dict[str, FloatArray] = {}
        self.correlations: list[tuple[str, str, float, str]] = []

    def add(self, kind: str, bus: str, prefix: str, note: str, **values: object) -> None:
        """Add one target; what is not given takes the neutral value."""
        lat, lon = place(bus)
        offset = ZONES[bus][4] if bus in ZONES else 1
        defaults: dict[str, object] = {
            "lat": lat,
            "lon": lon,
            "utc_offset_h": offset,
            "mean": 1.0,
            "std": 0.0,
            "peak": 1.0,
            "monthly": (1.0,) * 12,
            "day_shape": "",
            "saturday": 1.0,
            "sunday": 1.0,
        }
        self.targets.append(
            (Target(profile=f"{prefix}_{bus}", kind=kind, bus=bus, **{**defaults, **values}), note)
        )  # type: ignore[arg-type]

    def write(self) -> None:
        """Write the tables beside the generator."""
        with TARGETS_FILE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(
                [
                    "profile",
                    "kind",
                    "bus",
                    "lat",
                    "lon",
                    "utc_offset_h",
                    "mean",
                    "std",
                    "peak",
                    *(f"m{m}" for m in range(1, 13)),
                    "day_shape",
                    "saturday",
                    "sunday",
                    "note",
                ]
            )
            for target, note in self.targets:
                writer.writerow([
                    target.profile, target.kind, target.bus, target.lat, target.lon, target.utc_offset_h,
                    *(f"{value:.5g}" for value in (target.mean, target.std, target.peak, *target.monthly)),
                    target.day_shape, f"{target.saturday:.4g}", f"{target.sunday:.4g}", note,
                ])  # fmt: skip
        used = {target.day_shape for target, _ in self.targets}
        with DAY_SHAPES_FILE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["shape", "season", *(f"h{hour}" for hour in range(24))])
            for name in sorted(used - {""}):
                for season, row in zip(SEASONS, self.shapes[name], strict=True):
                    writer.writerow([name, season, *(f"{value:.3f}" for value in row)])
        with CORRELATIONS_FILE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["profile0", "profile1", "correlation", "note"])
            for profile0, profile1, correlation, note in self.correlations:
                writer.writerow([profile0, profile1, f"{correlation:.2f}", note])
