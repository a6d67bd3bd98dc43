"""Joins the rooms: every scenario, year and run solved, valued, checked and put into tables."""

from transcaspian.study.options import StudyOptions
from transcaspian.study.run import case_hash, run_study

__all__ = ["StudyOptions", "case_hash", "run_study"]
