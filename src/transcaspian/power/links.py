"""Links of a grid joined and cut: every field of theirs in one place."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcaspian.power.grid import Capacity, GridLinks

__all__ = ["join_links", "take_links"]

IntArray = NDArray[np.int64]


def take_links(links: GridLinks, kept: IntArray) -> GridLinks:
    """Return the links at `kept` (ascending) with their ports."""
    ports = np.flatnonzero(np.isin(links.port_link, kept))
    values = {
        field.name: _taken(
            getattr(links, field.name), ports if field.name.startswith("port_") else kept
        )
        for field in fields(links)
    }
    values["port_link"] = np.searchsorted(kept, values["port_link"])
    return GridLinks(**values)


def join_links(first: GridLinks, second: GridLinks) -> GridLinks:
    """Return two sets of links as one, the second behind the first."""
    one, two = _in_full(first, second), _in_full(second, first)
    two = replace(two, port_link=two.port_link + len(one.names))
    return GridLinks(
        **{
            field.name: _joined(getattr(one, field.name), getattr(two, field.name))
            for field in fields(GridLinks)
        }
    )


def _in_full(links: GridLinks, other: GridLinks) -> GridLinks:
    """Return links that say of themselves what only the other set says of its own."""
    n, n_port = len(links.names), links.port_link.size
    plain: dict[str, NDArray[Any]] = {
        "bus0_factor": -np.ones((1, n)),
        "port_lag": np.zeros(n_port, dtype=np.int64),
        "port_wraps": np.ones(n_port, dtype=bool),
        "is_process": np.zeros(n, dtype=bool),
    }
    silent: dict[str, Any] = {
        name: values
        for name, values in plain.items()
        if getattr(links, name) is None and getattr(other, name) is not None
    }
    return replace(links, **silent)


def _taken(value: Any, items: IntArray) -> Any:
    if isinstance(value, tuple):
        return tuple(value[item] for item in items.tolist())
    if isinstance(value, Capacity):
        return Capacity(*(getattr(value, field.name)[items] for field in fields(value)))
    return None if value is None else value[..., items]


def _joined(one: Any, two: Any) -> Any:
    if one is None:
        return None
    if isinstance(one, tuple):
        return one + two
    if isinstance(one, Capacity):
        parts = ((getattr(one, field.name), getattr(two, field.name)) for field in fields(one))
        return Capacity(*(np.concatenate(part) for part in parts))
    if one.ndim == 2:
        n_row = max(one.shape[0], two.shape[0])
        one, two = (np.broadcast_to(part, (n_row, part.shape[1])) for part in (one, two))
    return np.concatenate([one, two], axis=-1)
