"""Sums of a frame's groups have the same bits whenever they are asked for."""

import numpy as np
import polars as pl

import transcaspian

KEYS, ROWS, FRAMES, TRIES = 60, 9_000, 20, 60


def test_groups_are_added_in_the_order_of_their_rows() -> None:
    assert transcaspian.__version__
    rng = np.random.default_rng(20261201)
    for _ in range(FRAMES):
        key, amount = rng.integers(0, KEYS, ROWS), rng.normal(0.0, 1e6, ROWS)
        groups = pl.DataFrame({"key": key, "amount": amount}).group_by("key", maintain_order=True)

        found = [
            groups.agg(pl.col("amount").sum(), mean=pl.col("amount").mean()) for _ in range(TRIES)
        ]

        assert all(table.equals(found[0]) for table in found)
