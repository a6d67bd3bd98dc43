"""Past years against published counts; the errors that the docs state."""

import polars as pl
import pytest

from tests.crossing.packaged import crossing_view
from transcaspian.crossing.backcast import compare_with_published
from transcaspian.errors import NotFoundError


@pytest.mark.slow
@pytest.mark.parametrize(
    ("year", "limits"),
    [
        (
            2023,
            {"kuryk_calls": 0.15, "kuryk_t": 0.06, "kuryk_wagons": 0.1, "kuryk_vehicles": 0.12},
        ),
        (2024, {"kmtf_teu": 0.15, "alat_handling_h": 0.25}),
        (2025, {"kmtf_teu": 0.25}),
    ],
)
def test_published_counts_are_met_within_the_stated_errors(
    year: int, limits: dict[str, float]
) -> None:
    frame = compare_with_published(crossing_view(year), replications=4, seed=1)

    assert set(frame["quantity"]) == set(limits)
    assert frame.height == 3 * len(limits)
    for quantity, limit in limits.items():
        errors = frame.filter(pl.col("quantity") == quantity)["error"]
        assert errors.abs().max() < limit, (quantity, errors.to_list())


def test_a_year_without_published_figures_cannot_be_compared() -> None:
    with pytest.raises(NotFoundError, match="no figure of 2030"):
        compare_with_published(crossing_view(2030))
