"""The answer of a simulation in the shape that the command prints."""

from typing import Any

from transcaspian.crossing.measure import QUANTILES
from transcaspian.crossing.replicate import Simulation

__all__ = ["summarise"]

WAITS = ("mean_h", *QUANTILES)


def summarise(simulation: Simulation) -> dict[str, Any]:
    """Return waits, throughput and occupancy with their confidence intervals, as plain values.

    `waits` and `throughput` are by class of cargo, `pairs` the same by port pair; a wait counts
    from arrival in the port to the sailing of the vessel.
    """
    return {
        "year": simulation.year,
        "replications": simulation.replications,
        "seed": simulation.seed,
        "waits": {name: _waits(simulation, "cargo", name) for name in _names(simulation, "cargo", "mean_h")},
        "throughput": {
            name: _number(simulation, "cargo", name, "sailed")
            for name in _names(simulation, "cargo", "sailed")
        },
        "occupancy": {
            name: _number(simulation, "resource", name, "occupancy")
            for name in _names(simulation, "resource", "occupancy")
        },
        "pairs": {
            name: {
                "waits": _waits(simulation, "pair", name),
                "crossing_h": _number(simulation, "pair", name, "crossing_h"),
                "throughput": _number(simulation, "pair", name, "sailed"),
                "waiting_units": _number(simulation, "pair", name, "waiting"),
            }
            for name in _names(simulation, "pair", "mean_h")
        },
        "services": {
            name: {
                statistic: _number(simulation, "service", name, statistic)
                for group, other, statistic in simulation.keys
                if (group, other) == ("service", name)
            }
            for name in _names(simulation, "service", "cost_usd")
        },
        "unstable": list(simulation.unstable),
    }  # fmt: skip


def _names(simulation: Simulation, group: str, statistic: str) -> list[str]:
    return [key[1] for key in simulation.keys if (key[0], key[2]) == (group, statistic)]


def _waits(simulation: Simulation, group: str, name: str) -> dict[str, Any]:
    return {
        **{statistic: simulation.mean(group, name, statistic) for statistic in WAITS},
        "ci95": {
            statistic: list(simulation.interval(group, name, statistic)) for statistic in WAITS
        },
    }


def _number(simulation: Simulation, group: str, name: str, statistic: str) -> dict[str, Any]:
    return {
        "mean": simulation.mean(group, name, statistic),
        "ci95": list(simulation.interval(group, name, statistic)),
    }
