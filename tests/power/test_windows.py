from dataclasses import replace

import numpy as np
import pytest

from tests.power.mini import MiniView, random_view
from transcaspian.lp import SolveOptions, solve
from transcaspian.power import PowerOptions, solve_year
from transcaspian.power.equations import build_grid
from transcaspian.power.windows import WindowPlan, solve_by_windows
from transcaspian.power.year import Calendar, read_year

N_HOUR = 31 * 24 + 10 * 24  # over the end of a month


def with_cable(view: MiniView, p_nom_mw: float) -> MiniView:
    links = view.tables["power/links"].with_columns(p_nom_mw=p_nom_mw)
    return replace(view, tables=dict(view.tables) | {"power/links": links})


def test_windows_reach_the_optimum_of_a_cold_solve():
    program = build_grid(read_year(random_view(1, N_HOUR), N_HOUR).grid)
    cold = solve(program.lp, SolveOptions())
    joined, log = solve_by_windows(
        program, WindowPlan(Calendar.first_hours(N_HOUR).month_bounds, workers=1)
    )
    assert log.method == "window start"
    assert joined.objective == pytest.approx(cold.objective, rel=1e-9)


def test_windows_leave_the_program_as_it_was():
    program = build_grid(read_year(random_view(2, N_HOUR), N_HOUR).grid)
    twin = build_grid(read_year(random_view(2, N_HOUR), N_HOUR).grid)
    solve_by_windows(program, WindowPlan(Calendar.first_hours(N_HOUR).month_bounds, workers=1))
    assert (program.lp.matrix.data == twin.lp.matrix.data).all()
    assert (program.lp.matrix.indices == twin.lp.matrix.indices).all()
    assert (program.lp.col_upper == twin.lp.col_upper).all()


def test_the_number_of_workers_changes_no_bit():
    view = random_view(3, N_HOUR)
    one, three = (
        solve_year(view, PowerOptions(n_hour=N_HOUR, workers=workers)) for workers in (1, 3)
    )
    assert one.objective_usd == three.objective_usd
    assert (one.price == three.price).all()
    assert (one.generation == three.generation).all()


def test_a_start_from_another_run_reaches_the_same_optimum():
    view = random_view(4, N_HOUR)
    options = PowerOptions(n_hour=N_HOUR, workers=1)
    reference = solve_year(view, options)
    project = with_cable(view, 90.0)
    cold, warm = solve_year(project, options), solve_year(project, options, reference)
    assert warm.log.method == "window start from another optimum"
    assert warm.objective_usd == pytest.approx(cold.objective_usd, rel=1e-9)


def test_a_start_of_another_shape_is_left_aside():
    options = PowerOptions(n_hour=48, workers=1)
    other = solve_year(random_view(5, 48, n_zone=5), options)
    result = solve_year(random_view(5, 48), options, other)
    assert result.log.method == "window start"


def test_months_follow_the_calendar_without_29_february():
    bounds = Calendar.first_hours(8760).month_bounds
    assert np.diff(bounds).tolist() == [
        24 * d for d in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    ]
    assert Calendar.first_hours(800).month_bounds == (0, 744, 800)


def test_chosen_days_of_months_stand_side_by_side() -> None:
    week = Calendar.days_of_months(8, 7)

    assert week.n_hour == 12 * 168
    assert week.month_bounds == tuple(range(0, 12 * 168 + 1, 168))
    assert week.hours[0] == 7 * 24
    assert week.hours[168] == (31 + 7) * 24
    assert week.hours[-1] == (334 + 14) * 24 - 1


@pytest.mark.parametrize(("first", "days"), [(0, 7), (23, 7), (1, 0)])
def test_days_that_some_month_lacks_are_refused(first: int, days: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 28"):
        Calendar.days_of_months(first, days)


def test_water_of_a_month_is_limited_by_its_modelled_hours() -> None:
    view = random_view(3, 8760)
    whole, week = read_year(view), read_year(view, Calendar.days_of_months(8, 7))

    limits = [inputs.grid.limits for inputs in (whole, week)]
    rates = [[limit.upper / limit.terms[0].coefficient.sum() for limit in part] for part in limits]

    assert [limit.name for limit in limits[0]] == [limit.name for limit in limits[1]]
    assert np.allclose(*rates)
