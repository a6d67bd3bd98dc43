"""Writing a `Model` by hand or from tables: names in, rows of arrays out.

builder = ModelBuilder()
desk = builder.resource("desk", 3)
program = builder.program(
    seize(desk), builder.delay(exponential(1.0), "service"), release(desk), leave()
)
builder.source("customers", exponential(0.5), program=program)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from transcaspian.crossing.model import (
    CHOICE,
    DISTRIBUTION,
    LOADING,
    MAX_CARGOES,
    NONE,
    RESOURCE,
    SERVE,
    SOURCE,
    STEP,
    STORE,
    VESSEL,
    WEATHER,
    Event,
    Law,
    Model,
    Op,
    Records,
    Rule,
)
from transcaspian.errors import InputError, Problem

__all__ = [
    "Distribution",
    "ModelBuilder",
    "Step",
    "closing_rates",
    "constant",
    "erlang",
    "exponential",
    "gate",
    "leave",
    "lognormal",
    "mark",
    "release",
    "seize",
    "series",
    "uniform",
    "unload",
]

Step = tuple[int, int, int, int, float]
MOST_CLOSED_SHARE = 0.95  # a port closed for longer is not a port


@dataclass(frozen=True, slots=True)
class Distribution:
    """A law and its two numbers, times in hours."""

    law: Law
    a: float
    b: float = 0.0
    values: tuple[float, ...] = ()


def constant(value: float) -> Distribution:
    """Return always the same value."""
    return Distribution(Law.CONSTANT, value)


def exponential(mean: float) -> Distribution:
    """Return the exponential distribution."""
    return Distribution(Law.EXPONENTIAL, mean)


def uniform(low: float, high: float) -> Distribution:
    """Return the uniform distribution."""
    return Distribution(Law.UNIFORM, low, high)


def erlang(mean: float, phases: int) -> Distribution:
    """Return the Erlang distribution: a sum of `phases` exponentials."""
    return Distribution(Law.ERLANG, mean, float(phases))


def lognormal(mean: float, variation: float) -> Distribution:
    """Return the lognormal distribution by its mean and coefficient of variation."""
    return Distribution(Law.LOGNORMAL, mean, variation)


def series(gaps: ArrayLike) -> Distribution:
    """Return given values, one after another; after the last nothing comes."""
    return Distribution(Law.SERIES, 0.0, 0.0, tuple(float(gap) for gap in np.asarray(gaps)))


def seize(resource: int, units: int = 1, *, longest_queue: int = NONE) -> Step:
    """Return the step that asks for units of a resource, or leaves when the queue is too long."""
    return (Op.SEIZE, resource, units, longest_queue, 0.0)


def release(resource: int, units: int = 1) -> Step:
    """Return the step that gives units back."""
    return (Op.RELEASE, resource, units, NONE, 0.0)


def gate(weather: int, other: int = NONE) -> Step:
    """Return the step that waits until one or two weathers are open."""
    return (Op.GATE, weather, other, NONE, 0.0)


def unload(fixed_h: float, weather: int = NONE) -> Step:
    """Return the step that unloads all cargo; it stands still while the weather is closed."""
    return (Op.UNLOAD, NONE, NONE, weather, fixed_h)


def mark(event: Event, place: int = NONE) -> Step:
    """Return the step that writes a fact."""
    return (Op.MARK, int(event), place, NONE, 0.0)


def leave() -> Step:
    """Return the last step of an entity that does not stay."""
    return (Op.EXIT, NONE, NONE, NONE, 0.0)


def closing_rates(closed_share: ArrayLike, mean_closed_h: float) -> np.ndarray:
    """Return the rate at which open weather closes so that the share of closed time comes out.

    closed share = mean closed / (mean closed + mean open), in every month by itself.

    Parameters
    ----------
    closed_share : float64[12]
        Share of the month's time that is closed [-].
    mean_closed_h : float
        Mean length of a closed spell [h].

    Returns
    -------
    float64[12]
        Closings per open hour [1/h].
    """
    share = np.asarray(closed_share, dtype=np.float64)
    if share.shape != (12,) or not (share >= 0.0).all() or (share > MOST_CLOSED_SHARE).any():
        raise _input_error(
            "weather",
            "closed_share",
            f"needs 12 values from 0 to {MOST_CLOSED_SHARE}, not {share!r}",
        )
    if not mean_closed_h > 0.0:
        raise _input_error("weather", "mean_spell_h", f"must be above zero, not {mean_closed_h!r}")
    return np.asarray(share / ((1.0 - share) * mean_closed_h), dtype=np.float64)


@dataclass(slots=True)
class ModelBuilder:
    """Collects rows; `model` turns them into frozen arrays."""

    start_h: float = 0.0
    _rows: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    _names: dict[str, list[str]] = field(default_factory=dict)
    _values: list[float] = field(default_factory=list)

    def _add(self, table: str, row: tuple[object, ...], name: str = "") -> int:
        rows = self._rows.setdefault(table, [])
        rows.append(row)
        if name:
            self._names.setdefault(table, []).append(name)
        return len(rows) - 1

    def resource(self, name: str, capacity: int, rule: Rule = Rule.FIFO) -> int:
        """Add berths, cranes, a channel, a yard; return its number."""
        if capacity < 1:
            raise _input_error("resource", name, f"has capacity {capacity}; it needs at least 1")
        return self._add("resource", (capacity, int(rule), 0, NONE, NONE, 0), name)

    def store(self, name: str, *, space: float = 0.0, tonnes: float = 0.0) -> int:
        """Add a yard where one cargo waits for one destination; space and tonnes are per unit."""
        return self._add("store", (space, tonnes, 0.0), name)

    def weather(self, name: str, closed_share: ArrayLike, closed: Distribution) -> int:
        """Add a two-state weather process with the closed share of every month."""
        rates = closing_rates(closed_share, mean_of(closed))
        row = (
            rates,
            self.distribution(closed),
            self.stream(f"{name} open"),
            self.stream(f"{name} closed"),
            0,
        )
        return self._add("weather", row, name)

    def distribution(self, law: Distribution) -> int:
        """Add a distribution; return its number."""
        _check_distribution(law)
        a, b = law.a, law.b
        if law.law == Law.SERIES:
            a, b = float(len(self._values)), float(len(law.values))
            self._values.extend(law.values)
        return self._add("distribution", (int(law.law), a, b))

    def stream(self, name: str) -> int:
        """Return the number of the stream of random numbers of that name."""
        names = self._names.setdefault("stream", [])
        if name not in names:
            names.append(name)
        return names.index(name)

    def delay(self, law: Distribution, stream: str) -> Step:
        """Return the step that lets time pass."""
        return (Op.DELAY, self.distribution(law), self.stream(stream), NONE, 0.0)

    def work(self, law: Distribution, stream: str, weather: int = NONE) -> Step:
        """Return the step that works, standing still while the weather is closed."""
        return (Op.WORK, self.distribution(law), self.stream(stream), weather, 0.0)

    def break_down(self, probability: float, repair: Distribution, stream: str) -> Step:
        """Return the step that breaks down by chance."""
        return (Op.BREAK, self.distribution(repair), self.stream(stream), NONE, probability)

    def dock(self, interval_h: float, stay: Distribution, stream: str, berth: int = NONE) -> Step:
        """Return the step that gives back the berth for a dry dock when one is due.

        When none is due the step after it is skipped: that is the place to say how it comes back.
        """
        return (Op.DOCK, self.distribution(stay), self.stream(stream), berth, interval_h)

    def deliver(self, clearance: Distribution, stream: str, yard: int = NONE) -> Step:
        """Return the step that hands the cargo to the port, which clears it and frees the yard."""
        return (Op.DELIVER, self.distribution(clearance), self.stream(stream), yard, 0.0)

    def put(self, store: int) -> Step:
        """Return the step that brings the entity's batch into a store."""
        return (Op.PUT, store, NONE, NONE, 0.0)

    def load(
        self,
        serves: Sequence[tuple[int, float, float, float]],
        *,
        space: float = 0.0,
        tonnes: float = 0.0,
        fill_share: float = 1.0,
        max_wait_h: float = np.inf,
        headway_h: float = 0.0,
        offset_h: float = 0.0,
        relief: int = NONE,
        weather: int = NONE,
    ) -> Step:
        """Return the step that loads; `serves` lists (store, most units, load h, unload h) by rank."""
        if not 1 <= len(serves) <= MAX_CARGOES:
            raise _input_error("loading", "serves", f"needs 1 to {MAX_CARGOES} cargoes")
        if fill_share > 1.0 and not headway_h > 0.0 and max_wait_h == np.inf:
            raise _input_error(
                "loading", "fill_share", "waits for ever: no vessel is more than full"
            )
        first = len(self._rows.get("serve", []))
        for serve in serves:
            self._add("serve", serve)
        row = self._add(
            "loading",
            (
                space,
                tonnes,
                fill_share,
                max_wait_h,
                headway_h,
                offset_h,
                relief,
                weather,
                first,
                len(serves),
            ),
        )
        return (Op.LOAD, row, NONE, NONE, 0.0)

    def branch(self, choices: Sequence[tuple[int, int]]) -> Step:
        """Return the step that goes to the program whose store has the most cargo waiting."""
        first = len(self._rows.get("choice", []))
        for choice in choices:
            self._add("choice", choice)
        return (Op.BRANCH, first, len(choices), NONE, 0.0)

    def program(self, *steps: Step) -> int:
        """Add steps one after another; return the number of the first."""
        first = self.next_step
        for step in steps:
            self._add("step", tuple(step))
        return first

    def loop(self, *steps: Step) -> int:
        """Add steps that begin again after the last; return the number of the first."""
        first = self.program(*steps)
        self._add("step", (Op.JUMP, first, NONE, NONE, 0.0))
        return first

    def jump(self, step: int) -> Step:
        """Return the step that goes to another step."""
        return (Op.JUMP, step, NONE, NONE, 0.0)

    @property
    def next_step(self) -> int:
        """Return the number that the next step will have."""
        return len(self._rows.get("step", []))

    def source(
        self,
        name: str,
        gap: Distribution,
        *,
        store: int = NONE,
        program: int = NONE,
        batch: Distribution | None = None,
        first_h: float = NONE,
        priority: int = 0,
    ) -> int:
        """Add arrivals: cargo into a store, or entities that follow a program."""
        if (store == NONE) == (program == NONE):
            raise _input_error("source", name, "needs a store or a program, not both")
        row = (
            self.distribution(gap),
            self.stream(f"{name} gap"),
            self.distribution(batch or constant(1.0)),
            self.stream(f"{name} batch"),
            first_h,
            store,
            program,
            priority,
        )
        return self._add("source", row, name)

    def vessel(
        self,
        name: str,
        program: int,
        *,
        start_h: float = 0.0,
        priority: int = 0,
        first_dock_h: float = np.inf,
    ) -> int:
        """Add a vessel that stays for good."""
        return self._add("vessel", (program, start_h, priority, first_dock_h), name)

    def model(self) -> Model:
        """Return the frozen model."""
        if not self._rows.get("step") and not self._rows.get("source"):
            raise _input_error("model", "", "has neither a program nor a source")
        return Model(
            resources=self._frozen("resource", RESOURCE),
            stores=self._frozen("store", STORE),
            weathers=self._frozen("weather", WEATHER),
            distributions=self._frozen("distribution", DISTRIBUTION),
            values=_frozen(np.array(self._values, dtype=np.float64)),
            sources=self._frozen("source", SOURCE),
            steps=self._frozen("step", STEP),
            loadings=self._frozen("loading", LOADING),
            serves=self._frozen("serve", SERVE),
            choices=self._frozen("choice", CHOICE),
            vessels=self._frozen("vessel", VESSEL),
            stream_names=tuple(self._names.get("stream", [])),
            resource_names=tuple(self._names.get("resource", [])),
            store_names=tuple(self._names.get("store", [])),
            weather_names=tuple(self._names.get("weather", [])),
            source_names=tuple(self._names.get("source", [])),
            vessel_names=tuple(self._names.get("vessel", [])),
            start_h=self.start_h,
        )

    def _frozen(self, table: str, dtype: np.dtype[np.void]) -> Records:
        return _frozen(np.array(self._rows.get(table, []), dtype=dtype))


def mean_of(law: Distribution) -> float:
    """Return the mean of a distribution."""
    if law.law == Law.UNIFORM:
        return 0.5 * (law.a + law.b)
    if law.law == Law.SERIES:
        return float(np.mean(law.values))
    return law.a


def _check_distribution(law: Distribution) -> None:
    numbers = (law.a, law.b, *law.values)
    if not np.isfinite(numbers).all() or min(numbers) < 0.0:
        raise _input_error(
            "distribution",
            law.law.name.lower(),
            f"has the numbers {numbers}; they must be finite and not negative",
        )
    if law.law == Law.UNIFORM and law.b < law.a:
        raise _input_error("distribution", "uniform", f"from {law.a} to {law.b} runs backwards")
    if law.law == Law.ERLANG and law.b < 1.0:
        raise _input_error("distribution", "erlang", "needs at least one phase")


def _frozen(array: Records) -> Records:
    array.flags.writeable = False
    return array


def _input_error(what: str, name: str, message: str) -> InputError:
    problem = Problem(what, 0, name, message + ".", "")
    return InputError("The crossing cannot be simulated as described.", [problem])
