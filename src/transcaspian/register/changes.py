"""What became of promises between two days, both judged by what was known then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from transcaspian.errors import InputError
from transcaspian.register.edtf import VagueDate
from transcaspian.register.status import Verdict, judge_all
from transcaspian.register.tables import Register

__all__ = ["Change", "find_changes"]


@dataclass(frozen=True, slots=True)
class Change:
    """A promise that is new, or whose status, date in force or last figure is another."""

    title: str
    before: Verdict | None  # None where it had not been made
    after: Verdict

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return what changed: `new`, or any of `status`, `date`, `figure`."""
        if self.before is None:
            return ("new",)
        pairs = (
            ("status", self.before.status, self.after.status),
            ("date", _edtf(self.before.in_force), _edtf(self.after.in_force)),
            ("figure", self.before.value, self.after.value),
        )
        return tuple(name for name, old, now in pairs if old != now)

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        old = self.before
        return {
            "id": self.after.id,
            "title": self.title,
            "kinds": list(self.kinds),
            "status_before": None if old is None else old.status,
            "status": self.after.status,
            "in_force_before": None if old is None else _edtf(old.in_force),
            "in_force": _edtf(self.after.in_force),
            "value_before": None if old is None else old.value,
            "value": self.after.value,
            "reason": self.after.reason,
        }


def find_changes(
    register: Register, since: date, verdicts: Sequence[Verdict], as_of: date
) -> list[Change]:
    """Return what changed after `since`, in register order.

    verdicts: those of `as_of`. Raises InputError where `since` is later than `as_of`.
    """
    if since > as_of:
        raise InputError(
            f"Changes since {since} cannot be told as of {as_of}, which is earlier.",
        )
    before = {verdict.id: verdict for verdict in judge_all(register, since)}
    titles = dict(register["commitments"].select("id", "title").iter_rows())
    changes = (Change(titles[verdict.id], before.get(verdict.id), verdict) for verdict in verdicts)
    return [change for change in changes if change.kinds]


def _edtf(day: VagueDate | None) -> str | None:
    return None if day is None else day.edtf
