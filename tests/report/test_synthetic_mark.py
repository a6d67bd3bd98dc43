"""Every hourly chart says below it which zones have made, not measured, hours."""

import polars as pl

from tests.report.sample import SampleCase, sample_case, sample_results
from transcaspian.report import build_report
from transcaspian.report.names import names_of_case
from transcaspian.report.synthetic_mark import SIGN, synthetic_mark

INFO = "power/profile_info"


def with_info(rows: list[tuple[str, str, str]]) -> SampleCase:
    """Return the sample case with hourly series of given kind, zone and confidence."""
    case = sample_case()
    frame = pl.DataFrame(
        [
            {"profile": f"{kind}_{bus}", "kind": kind, "bus": bus, "confidence": confidence}
            for kind, bus, confidence in rows
        ]
    )
    return SampleCase(case.settings, {**case.tables, INFO: frame})


def test_kinds_are_named_in_one_order_and_measured_ones_left_out() -> None:
    case = with_info(
        [("solar", "AZ", "synthetic"), ("load", "AZ", "synthetic"), ("wind", "AZ", "reported")]
    )
    names = names_of_case(case, sample_results().tables["projects"])

    assert (
        synthetic_mark(case, names, ["AZ"])
        == f" {SIGN} Synthetic hours: {names.bus('AZ')} (load, sun)."
    )


def test_zones_with_the_same_kinds_stand_together() -> None:
    case = with_info(
        [("load", "AZ", "synthetic"), ("load", "GE", "synthetic"), ("wind", "TR", "synthetic")]
    )
    names = names_of_case(case, sample_results().tables["projects"])
    mark = synthetic_mark(case, names, ["AZ", "TR", "GE"])

    assert f"{names.bus('AZ')}; {names.bus('GE')} (load)" in mark
    assert f"{names.bus('TR')} (wind)" in mark


def test_a_zone_with_measured_hours_has_no_mark() -> None:
    case = with_info([("load", "AZ", "reported")])

    assert (
        synthetic_mark(case, names_of_case(case, sample_results().tables["projects"]), ["AZ"]) == ""
    )


def test_every_hourly_chart_of_the_page_has_the_mark() -> None:
    page = build_report(sample_results(), sample_case())
    figures = [part.split("</figure>")[0] for part in page.split("<figure")[1:]]
    hourly = [
        part
        for part in figures
        if 'id="figure-week-' in part
        or 'id="figure-heat-' in part
        or 'id="figure-duration"' in part
    ]

    assert len(hourly) >= 3
    assert all(SIGN in part for part in hourly)
