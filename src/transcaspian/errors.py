"""Every exception that the program raises on purpose.

TranscaspianError
├── InputError           what the user gave is wrong; carries every Problem found
│   └── ChangedError     a run is no more what it was when it was opened
├── ModelError           a model could not give an answer
│   ├── InfeasibleError
│   ├── UnboundedError
│   └── NotConvergedError
├── RegisterError        the register refuses a change
├── FetchError           a service of the net did not give what was asked of it
└── NotFoundError        something asked for by name is not there
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

__all__ = [
    "ChangedError",
    "FetchError",
    "InfeasibleError",
    "InputError",
    "ModelError",
    "NotConvergedError",
    "NotFoundError",
    "Problem",
    "RegisterError",
    "TranscaspianError",
    "UnboundedError",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and how to cure it.

    `row` is the line an editor shows (the header is row 1); 0 where the whole file is meant.
    """

    file: str
    row: int
    column: str
    message: str
    cure: str

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column!r}"
        return f"{place}: {self.message} {self.cure}".rstrip()


class TranscaspianError(Exception):
    """Base of every error that the program raises on purpose."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.message = message
        self.problems = tuple(problems)
        super().__init__(message)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {problem}" for problem in self.problems)])

    def as_dict(self) -> dict[str, object]:
        """Return the error in the one shape that `--json` prints."""
        return {
            "error": {
                "type": type(self).__name__,
                "message": self.message,
                "problems": [asdict(problem) for problem in self.problems],
            }
        }


class InputError(TranscaspianError):
    """What the user gave is wrong; `problems` lists everything found, not only the first."""


class ChangedError(InputError):
    """A run folder is damaged, or was replaced or removed after it was opened."""


class ModelError(TranscaspianError):
    """A model could not give an answer."""


class InfeasibleError(ModelError):
    """No solution meets every constraint; the message names the constraints in conflict."""


class UnboundedError(ModelError):
    """The objective can be improved without end."""


class NotConvergedError(ModelError):
    """An iteration or time limit was reached before the wanted accuracy."""


class RegisterError(TranscaspianError):
    """The register refuses a change."""


class FetchError(TranscaspianError):
    """A service of the net did not answer, or with something else than it describes."""


class NotFoundError(TranscaspianError):
    """Something asked for by name is not there."""
