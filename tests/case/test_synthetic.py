"""Synthetic series meet their targets, and the shipped file is what the generator makes."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcaspian.case.read import find_case
from transcaspian.case.synthetic import (
    MEMORY,
    N_HOUR,
    TARGETS_FILE,
    Memory,
    Target,
    autocorrelation,
    autoregressive,
    beta_quantile,
    clear_sky_output,
    day_curve,
    distances_km,
    gaussian_field,
    generate,
    monthly_curve,
    monthly_means,
    read_targets,
    weather_year,
    week_curve,
)

FLAT = (1.0,) * 12
BAKU = (40.4, 49.9)


def make_target(**changes: object) -> Target:
    neutral = Target(
        profile="a", kind="wind", bus="AZ", lat=40.4, lon=49.9, utc_offset_h=4, mean=0.35,
        std=0.25, peak=0.95, monthly=FLAT, day_shape="", saturday=1.0, sunday=1.0,
    )  # fmt: skip
    return replace(neutral, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def targets() -> list[Target]:
    return read_targets(TARGETS_FILE)


@pytest.fixture(scope="module")
def shipped() -> pl.DataFrame:
    return pl.read_parquet(find_case("trans-caspian") / "power/profiles.parquet")


def test_the_shipped_file_is_what_the_generator_makes_of_the_shipped_targets(
    targets: list[Target], shipped: pl.DataFrame
) -> None:
    made = weather_year()
    assert shipped.columns == list(made) == [target.profile for target in targets]
    for name, values in made.items():
        np.testing.assert_allclose(shipped[name].to_numpy(), values, atol=1e-6, err_msg=name)


def test_every_shipped_series_has_8760_values_and_its_yearly_mean(
    targets: list[Target], shipped: pl.DataFrame
) -> None:
    assert shipped.height == N_HOUR
    for target in targets:
        if target.kind != "must_run":
            mean = shipped[target.profile].mean()
            assert mean == pytest.approx(target.mean, rel=2e-3), target.profile


def test_months_of_wind_solar_and_hydro_meet_their_targets(
    targets: list[Target], shipped: pl.DataFrame
) -> None:
    for target in targets:
        if target.kind in ("wind", "solar", "hydro"):
            made = monthly_means(shipped[target.profile].to_numpy().astype(float))
            wanted = target.mean * np.array(target.monthly)
            np.testing.assert_allclose(made, wanted, atol=0.002, err_msg=target.profile)


def test_months_of_load_stay_within_five_percent_of_their_targets(
    targets: list[Target], shipped: pl.DataFrame
) -> None:
    for target in targets:
        if target.kind == "load":
            made = monthly_means(shipped[target.profile].to_numpy().astype(float))
            np.testing.assert_allclose(made, target.monthly, atol=0.07, err_msg=target.profile)


def test_load_peaks_are_those_of_the_targets(targets: list[Target], shipped: pl.DataFrame) -> None:
    for target in targets:
        if target.kind == "load":
            assert shipped[target.profile].max() == pytest.approx(target.peak, rel=2e-3)
            assert shipped[target.profile].min() > 0.3  # type: ignore[operator]


def test_wind_spreads_as_its_target_says(targets: list[Target], shipped: pl.DataFrame) -> None:
    for target in targets:
        if target.kind == "wind":
            assert shipped[target.profile].std() == pytest.approx(target.std, rel=0.12)


def test_wind_of_one_hour_is_like_that_of_the_hour_before_and_forgotten_in_three_days(
    targets: list[Target], shipped: pl.DataFrame
) -> None:
    # observed in Romania, Hungary, Bulgaria, Greece in 2016: 0.982-0.992 after 1 h, 0.34-0.41
    # after 24 h, 0.03-0.16 after 72 h
    for target in targets:
        if target.kind == "wind":
            values = shipped[target.profile].to_numpy().astype(float)
            assert 0.97 < autocorrelation(values, 1) < 0.995, target.profile
            assert 0.2 < autocorrelation(values, 24) < 0.55, target.profile
            assert -0.15 < autocorrelation(values, 72) < 0.3, target.profile


def test_wind_of_neighbours_goes_together_and_that_of_far_zones_does_not(
    shipped: pl.DataFrame,
) -> None:
    near = np.corrcoef(shipped["wind_RO"], shipped["wind_BG"])[0, 1]
    far = np.corrcoef(shipped["wind_RO"], shipped["wind_KZ_SOUTH"])[0, 1]
    assert near > 0.4  # observed 0.74 in 2016 between two zones 315 km apart, 0.45 at 450 km
    assert abs(far) < 0.15


def test_nothing_leaves_its_bounds(targets: list[Target], shipped: pl.DataFrame) -> None:
    for target in targets:
        values = shipped[target.profile].to_numpy()
        assert np.isfinite(values).all()
        assert values.min() >= 0.0
        if target.kind in ("wind", "solar", "hydro", "must_run"):
            assert values.max() <= target.peak + 1e-6


def test_the_same_seed_gives_the_same_bits_and_another_seed_other_weather() -> None:
    target = make_target()
    first, again, other = (generate([target], {}, seed)["a"] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.2


def test_noise_has_the_variance_and_memory_of_the_recurrence() -> None:
    # a = exp(-1/20), b = exp(-1/2): correlation after one hour is (a + b) / (1 + a b)
    innovation = np.random.default_rng(3).standard_normal((400_000, 1))
    noise = autoregressive(innovation, 20.0, 2.0)[:, 0]
    a, b = np.exp(-1 / 20), np.exp(-1 / 2)
    assert noise.var() == pytest.approx(1.0, abs=0.03)
    assert autocorrelation(noise, 1) == pytest.approx((a + b) / (1 + a * b), abs=0.003)


def test_noise_starts_in_its_stationary_distribution() -> None:
    innovation = np.random.default_rng(4).standard_normal((4, 100_000))
    noise = autoregressive(innovation, 20.0, 2.0)
    np.testing.assert_allclose(noise.var(axis=1), 1.0, atol=0.02)


def test_the_field_falls_off_with_distance_as_its_memory_says() -> None:
    near = make_target(profile="b", lat=44.9)  # 500 km north
    memory = Memory((1.0,), (1.0,), 500.0)
    field = gaussian_field([make_target(), near], memory, np.random.default_rng(5))
    assert np.corrcoef(field.T)[0, 1] == pytest.approx(np.exp(-1.0), abs=0.05)


def test_one_degree_of_latitude_is_111_km() -> None:
    distance = distances_km(np.array([40.0, 41.0]), np.array([50.0, 50.0]))
    assert distance[0, 1] == pytest.approx(111.19, abs=0.01)


def test_the_median_of_the_noise_gives_the_median_of_the_beta_distribution() -> None:
    # mean 1/2, variance 1/12 is the uniform distribution: quantiles are the probabilities
    half, spread = np.full(3, 0.5), np.full(3, np.sqrt(1 / 12))
    quantiles = beta_quantile(
        np.array([-0.6744897501960817, 0.0, 0.6744897501960817]), half, spread
    )
    np.testing.assert_allclose(quantiles, [0.25, 0.5, 0.75], atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.7, 1.3), min_size=12, max_size=12))
def test_a_monthly_curve_keeps_the_means_of_its_months(monthly: list[float]) -> None:
    np.testing.assert_allclose(monthly_means(monthly_curve(monthly)), monthly, atol=0.003)


def test_a_day_shape_stands_at_local_time() -> None:
    shape = np.ones((4, 24))
    shape[:, 19] = 2.0
    peak_hours = np.flatnonzero(day_curve(shape, 4) > 1.5) % 24
    assert set(peak_hours) == {15}  # 19 o'clock at UTC+4


def test_the_third_of_january_2016_is_a_sunday_and_the_fifth_of_march_a_saturday() -> None:
    week = week_curve(2.0, 3.0, 0)
    assert week[2 * 24] == 3.0
    assert week[(31 + 28 + 4) * 24] == 2.0  # 29 February is left out, weekdays go on without it


def test_the_sun_stands_highest_at_local_noon_and_the_night_is_dark() -> None:
    clear = clear_sky_output(*BAKU)
    day = clear[171 * 24 : 172 * 24]  # 21 June
    assert int(np.argmax(day)) in (8, 9)  # solar noon at 49.9 E is 8:42 UTC
    assert day[18:23].max() == 0.0


def test_a_tilted_plane_gets_more_light_in_june_than_in_december() -> None:
    months = monthly_means(clear_sky_output(*BAKU))
    assert months[5] > 1.3 * months[11]


def test_every_kind_has_a_memory_whose_shares_add_up_to_one() -> None:
    for memory in MEMORY.values():
        assert sum(memory.shares) == pytest.approx(1.0)
        assert len(memory.shares) == len(memory.times_h)
