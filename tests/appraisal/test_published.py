"""Published appraisals with all their inputs, put through a file as `appraise cashflow` reads it."""

from dataclasses import dataclass

import pytest

from transcaspian.appraisal.cash_flow import appraise_cash_flow
from transcaspian.appraisal.discounting import mirr, npv
from transcaspian.appraisal.read import read_cash_flow


@dataclass(frozen=True)
class Published:
    source: str
    rows: str
    rate: float
    expected: dict
    first_year_discounted: bool = False


def net(*amounts):
    rows = "\n".join(f"{year},{amount}" for year, amount in enumerate(amounts))
    return f"year,net\n{rows}\n"


LORIE = "Lorie, J.H. and Savage, L.J. (1955), Journal of Business 28(4): the oil pump"
BREALEY = (
    "Brealey, R.A., Myers, S.C. and Allen, F., Principles of Corporate Finance, 10th ed., ch. 5"
)
BRIGHAM = "Brigham, E.F. and Ehrhardt, M.C., Financial Management, ch. 11, the strip mine"
OMB = "OMB Circular A-94 (1992), Appendix B, sample 10-year programme at 7 %"
MICROSOFT = "Microsoft Support, function reference of Excel"
NUMPY = "NumPy 1.18 reference, numpy.irr"

OMB_ROWS = """year,cost,benefit
1,10,0
2,20,0
3,30,5
4,30,10
5,20,30
6,10,40
7,5,40
8,5,40
9,5,40
10,5,25
"""
XIRR_ROWS = """date,net
2008-01-01,-10000
2008-10-30,4250
2008-03-01,2750
2009-02-15,3250
2009-04-01,2750
"""

CASES = {
    "oil pump": Published(LORIE, net(-1600, 10000, -10000), 0.10, {"irr": (0.25, 4.00)}),
    "two rates": Published(
        f"{BREALEY}: Helmsley iron mine, billions",
        net(-3, *[1] * 9, -6.5),
        0.10,
        {"irr": (0.0350, 0.1954), "npv": 0.253},
    ),
    "no rate": Published(BREALEY, net(1000, -3000, 2500), 0.10, {"irr": (), "npv": 339.0}),
    "strip mine at 10 %": Published(BRIGHAM, net(-2, 14, -11), 0.10, {"npv": 1.64}),
    "strip mine at 20 %": Published(BRIGHAM, net(-2, 14, -11), 0.20, {"npv": 2.03}),
    "federal programme": Published(
        OMB, OMB_ROWS, 0.07, {"npv": 36.01, "bcr": 142.41 / 106.40}, first_year_discounted=True
    ),
    "NPV, example 1": Published(
        MICROSOFT, net(-10000, 3000, 4200, 6800), 0.10, {"npv": 1188.44}, first_year_discounted=True
    ),
    "NPV, example 2": Published(
        MICROSOFT, net(-40000, 8000, 9200, 10000, 12000, 14500), 0.08, {"npv": 1922.06}
    ),
    "NPV, example 2 with a loss in the sixth year": Published(
        MICROSOFT, net(-40000, 8000, 9200, 10000, 12000, 14500, -9000), 0.08, {"npv": -3749.47}
    ),
    "IRR after five years": Published(
        MICROSOFT, net(-70000, 12000, 15000, 18000, 21000, 26000), 0.0, {"irr": (0.087,)}
    ),
    "IRR after four years": Published(
        MICROSOFT, net(-70000, 12000, 15000, 18000, 21000), 0.0, {"irr": (-0.021,), "payback": None}
    ),
    "XNPV and XIRR": Published(MICROSOFT, XIRR_ROWS, 0.09, {"npv": 2086.65, "irr": (0.3734,)}),
    "irr, example 1": Published(NUMPY, net(-100, 39, 59, 55, 20), 0.0, {"irr": (0.28095,)}),
    "irr, example 2": Published(NUMPY, net(-100, 0, 0, 74), 0.0, {"irr": (-0.0955,)}),
    "irr, example 4": Published(NUMPY, net(-100, 100, 0, 7), 0.0, {"irr": (0.06206,)}),
}


def appraise(case, folder):
    file = folder / "flow.csv"
    file.write_text(case.rows)
    return appraise_cash_flow(
        read_cash_flow(file), case.rate, first_year_discounted=case.first_year_discounted
    )


def last_digit(value):
    """Half a unit of the last digit in which a figure was published."""
    text = f"{value:.12g}"
    return 0.5 * 10.0 ** -(len(text.split(".")[1]) if "." in text else 0)


def agrees(found, published):
    return found == pytest.approx(published, abs=1.02 * last_digit(published))


@pytest.mark.parametrize("name", CASES)
def test_a_published_appraisal_is_met_to_its_last_digit(name, tmp_path):
    case = CASES[name]
    found = appraise(case, tmp_path)
    if "irr" in case.expected:
        assert len(found.irr) == len(case.expected["irr"])
        assert all(agrees(*pair) for pair in zip(found.irr, case.expected["irr"], strict=True))
    if "npv" in case.expected:
        assert agrees(found.npv, case.expected["npv"])
    if "bcr" in case.expected:
        assert found.bcr == pytest.approx(case.expected["bcr"], rel=1e-4)
    if "payback" in case.expected:
        assert found.payback == case.expected["payback"]


def test_a_published_single_rate_that_is_one_of_two_is_among_those_found(tmp_path):
    # NumPy 1.18 reference, numpy.irr: -0.0833 and 0.0886, each the nearest to zero of several.
    for amounts, published in (((-100, 100, 0, -7), -0.0833), ((-5, 10.5, 1, -8, 1), 0.0886)):
        found = appraise(Published(NUMPY, net(*amounts), 0.0, {}), tmp_path).irr
        assert len(found) > 1
        assert any(agrees(rate, published) for rate in found)


def test_the_modified_return_of_the_strip_mine_is_the_published_one():
    assert mirr([-2.0, 14.0, -11.0], 0.10, 0.10) == pytest.approx(0.1784, abs=5e-5)
    assert mirr([-2.0, 14.0, -11.0], 0.20, 0.20) == pytest.approx(0.3202, abs=5e-5)


def test_the_present_values_of_the_federal_programme_are_the_published_ones(tmp_path):
    file = tmp_path / "flow.csv"
    file.write_text(OMB_ROWS)
    flow = read_cash_flow(file)
    assert npv(0.07, flow.cost, first_year_discounted=True) == pytest.approx(106.40, abs=0.02)
    assert npv(0.07, flow.benefit, first_year_discounted=True) == pytest.approx(142.41, abs=0.02)
