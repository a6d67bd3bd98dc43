"""What a study is asked for becomes a list of runs."""

import pytest

from transcaspian.case.tables import Case
from transcaspian.errors import InputError
from transcaspian.study import StudyOptions
from transcaspian.study.options import make_plan


def test_without_options_everything_active_is_valued(small_case: Case) -> None:
    plan = make_plan(small_case, StudyOptions())

    assert plan.runs == ("CABLE", "PORT", "FERRY", "SEA")
    assert plan.years == (2025, 2030)
    assert plan.scenarios == ("reference",)


def test_a_project_named_twice_is_valued_once(small_case: Case) -> None:
    assert make_plan(small_case, StudyOptions(projects=("PORT", "PORT"))).runs == ("PORT",)


def test_one_room_alone_values_only_what_it_can_see(small_case: Case) -> None:
    assert make_plan(small_case, StudyOptions(only=("power",))).runs == ("CABLE",)
    assert make_plan(small_case, StudyOptions(only=("freight",))).runs == ("PORT", "FERRY", "SEA")


def test_a_project_of_another_room_is_refused_rather_than_shown_without_benefit(
    small_case: Case,
) -> None:
    with pytest.raises(InputError, match="CABLE"):
        make_plan(small_case, StudyOptions(only=("freight",), projects=("CABLE", "PORT")))
