"""What the processes of the concurrency tests do; imported before they start."""

from pathlib import Path

from transcaspian.errors import RegisterError
from transcaspian.register.record import import_file, record_rows
from transcaspian.register.store import open_store

COUNTER = {
    "indicator": "ind",
    "period": "2025",
    "unit": "Mt",
    "kind": "actual",
    "compiler": "A",
    "scope": "",
    "known_on": "2025-12-31",
    "source": "page",
    "confidence": "reported",
}


def counter_row(counter: int, value: float) -> dict[str, str]:
    """Return one of several figures that are counted up."""
    return COUNTER | {"scope": f"counter {counter}", "value": repr(value)}


def counter_key(counter: int) -> str:
    """Return the key of that figure."""
    return f"ind|2025|actual|A|counter {counter}|2025-12-31"


def count_up(address: str, times: int, author: str, counter: int = 0) -> None:
    """Add one to a figure so often, each time from what was read before."""
    with open_store(address) as store:
        for _ in range(times):
            while True:
                last = store.history(counter_key(counter), "observations")[-1][1]
                row = counter_row(counter, float(str(last.values["value"])) + 1.0)
                try:
                    record_rows(
                        store, "observations", [row], author, expected_revision=last.revision
                    )
                except RegisterError:
                    continue
                break


def write_pairs(address: str, times: int, author: str) -> None:
    """Write two figures that are equal in every change."""
    with open_store(address) as store:
        for number in range(times):
            pair = [
                COUNTER | {"value": str(number), "scope": f"{author} {side}"}
                for side in ("left", "right")
            ]
            record_rows(store, "observations", pair, author)


def import_one(address: str, file: str) -> None:
    """Import a file, if nobody ends this process before."""
    with open_store(address) as store:
        import_file(store, Path(file), "Importer")
