"""Small systems whose answer is known by hand."""

from collections.abc import Sequence

import numpy as np

from transcaspian.power.adequacy.system import (
    LINK,
    PLANT,
    WATER,
    AdequacySystem,
    Storage,
    Units,
    Water,
)

KINDS = {"plant": PLANT, "water": WATER, "link": LINK, "whole": 3}


def parts(*rows: tuple[str, int, float, float, float]) -> Units:
    """Return units of (kind, place, MW, hours to failure, hours to repair)."""
    n = len(rows)
    columns = list(zip(*rows, strict=True)) or [()] * 5
    return Units(
        kind=np.array([KINDS[kind] for kind in columns[0]], dtype=np.int64),
        place=np.array(columns[1], dtype=np.int64),
        p_nom=np.array(columns[2], dtype=np.float64),
        p_nom_reverse=np.array(columns[2], dtype=np.float64),
        mttf_h=np.array(columns[3], dtype=np.float64),
        mttr_h=np.array(columns[4], dtype=np.float64),
        key=np.arange(1, n + 1, dtype=np.uint64),
    )


def system(
    need: np.ndarray,
    units: Units,
    links: Sequence[tuple[int, int, float]] = (),
    constant: Sequence[float] | None = None,
    water: Water | None = None,
    storage: Storage | None = None,
) -> AdequacySystem:
    """Return a system of one weather year; need [n_hour, n_zone] is its load too."""
    need = np.ascontiguousarray(need, dtype=np.float64)
    n_hour, n_zone = need.shape
    four = np.ascontiguousarray(need[None, None])
    if water is None:
        water = Water(
            budget=np.zeros((1, 1, 1, n_zone)),
            plan=np.zeros_like(four),
            month_start=np.array([0, n_hour]),
            basin=np.zeros(n_zone, dtype=np.int64),
        )
    return AdequacySystem(
        zones=tuple("ABCDEFG"[:n_zone]),
        links=tuple(f"L{number}" for number in range(len(links))),
        link_zone0=np.array([link[0] for link in links], dtype=np.int64),
        link_zone1=np.array([link[1] for link in links], dtype=np.int64),
        forward=np.array([link[2] for link in links], dtype=np.float64),
        reverse=np.array([link[2] for link in links], dtype=np.float64),
        constant=np.zeros(n_zone) if constant is None else np.array(constant, dtype=np.float64),
        need=four,
        load=np.ascontiguousarray(np.maximum(need, 0.0)[None]),
        units=units,
        water=water,
        storage=storage or Storage(),
    )


def one_month(plan: Sequence[float], budget: float) -> Water:
    """Return the water of one zone and one month."""
    return Water(
        budget=np.full((1, 1, 1, 1), budget),
        plan=np.array(plan, dtype=np.float64)[None, None, :, None].copy(),
        month_start=np.array([0, len(plan)]),
        basin=np.zeros(1, dtype=np.int64),
    )
