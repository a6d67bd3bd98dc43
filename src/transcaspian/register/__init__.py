"""The register of promises: what was agreed, what became of it, and how sure that is.

Public names are loaded when they are first used; `open` opens a database for reading and writing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcaspian.register.access import load_register
    from transcaspian.register.access import open_for_writing as open  # noqa: A004 (the contract's name)
    from transcaspian.register.agenda import find_due
    from transcaspian.register.brief import write_brief
    from transcaspian.register.contradictions import find_contradictions, gap_series
    from transcaspian.register.export import export_register
    from transcaspian.register.listing import describe, list_table
    from transcaspian.register.models import compare_with_runs, newest_ranges
    from transcaspian.register.outlook import find_outlooks
    from transcaspian.register.outlook_score import score_outlooks
    from transcaspian.register.quality import score_instruments
    from transcaspian.register.read import read_packaged, read_register
    from transcaspian.register.record import import_file, record_rows, retract, undo
    from transcaspian.register.runs import join_run, record_run, record_run_indicators
    from transcaspian.register.slips import find_slips
    from transcaspian.register.status import STATUSES, Verdict, count_statuses, judge_all
    from transcaspian.register.store import Store, open_store
    from transcaspian.register.tables import Register
    from transcaspian.register.verdict import RULES

__all__ = [
    "RULES",
    "STATUSES",
    "Register",
    "Store",
    "Verdict",
    "compare_with_runs",
    "count_statuses",
    "describe",
    "export_register",
    "find_contradictions",
    "find_due",
    "find_outlooks",
    "find_slips",
    "gap_series",
    "import_file",
    "join_run",
    "judge_all",
    "list_table",
    "load_register",
    "newest_ranges",
    "open",
    "open_store",
    "read_packaged",
    "read_register",
    "record_rows",
    "record_run",
    "record_run_indicators",
    "retract",
    "score_instruments",
    "score_outlooks",
    "undo",
    "write_brief",
]

_HOMES = {
    "RULES": "verdict.RULES",
    "STATUSES": "status.STATUSES",
    "Register": "tables.Register",
    "Store": "store.Store",
    "Verdict": "status.Verdict",
    "compare_with_runs": "models.compare_with_runs",
    "count_statuses": "status.count_statuses",
    "describe": "listing.describe",
    "export_register": "export.export_register",
    "find_contradictions": "contradictions.find_contradictions",
    "find_due": "agenda.find_due",
    "find_outlooks": "outlook.find_outlooks",
    "find_slips": "slips.find_slips",
    "gap_series": "contradictions.gap_series",
    "import_file": "record.import_file",
    "join_run": "runs.join_run",
    "judge_all": "status.judge_all",
    "list_table": "listing.list_table",
    "load_register": "access.load_register",
    "newest_ranges": "models.newest_ranges",
    "open": "access.open_for_writing",
    "open_store": "store.open_store",
    "read_packaged": "read.read_packaged",
    "read_register": "read.read_register",
    "record_rows": "record.record_rows",
    "record_run": "runs.record_run",
    "record_run_indicators": "runs.record_run_indicators",
    "retract": "record.retract",
    "score_instruments": "quality.score_instruments",
    "score_outlooks": "outlook_score.score_outlooks",
    "undo": "record.undo",
    "write_brief": "brief.write_brief",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'transcaspian.register' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(".")
    return getattr(import_module(f"transcaspian.register.{module}"), attribute)
