"""Random networks with quadratic cost and ramps, and their optimum by a road of its own.

A network is written as a PyPSA folder for the program, and assembled here once more as a dense
quadratic program, component by component from PyPSA's equations, which a primal-dual interior
point (Mehrotra 1992, doi 10.1137/0802028) solves in plain NumPy and proves by its own gap.
"""

import csv
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

FloatArray = NDArray[np.float64]
Row = dict[str, object]


@dataclass
class QuadraticNetwork:
    """Components as rows of PyPSA's attributes, demand and weights by snapshot."""

    weight: FloatArray  # [n_snapshot], of the objective
    hours: FloatArray  # [n_snapshot], of storage
    demand: FloatArray  # [n_snapshot, n_bus]
    generators: list[Row] = field(default_factory=list)
    storage_units: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)

    @property
    def buses(self) -> list[str]:
        return [f"bus {k}" for k in range(self.demand.shape[1])]


def random_network(seed: int) -> QuadraticNetwork:
    """Return one to three buses, two to thirty snapshots, every plant with some kind of ramp."""
    rng = np.random.default_rng(seed)
    n_bus, n = int(rng.integers(1, 4)), int(rng.integers(2, 31))
    network = QuadraticNetwork(
        weight=rng.uniform(0.5, 3.0, n) if rng.random() < 0.5 else np.ones(n),
        hours=rng.uniform(0.5, 2.0, n) if rng.random() < 0.5 else np.ones(n),
        demand=rng.uniform(10.0, 100.0, (n, n_bus)),
    )
    for bus in network.buses:
        network.generators.append(
            {
                "name": f"shed {bus}",
                "bus": bus,
                "p_nom": 500.0,
                "marginal_cost": rng.uniform(100.0, 300.0),
                "marginal_cost_quadratic": rng.choice([0.0, 0.2]),
            }
        )
        for k in range(int(rng.integers(1, 4))):
            network.generators.append(_plant(rng, f"plant {k} at {bus}", bus))
    if rng.random() < 0.6:
        network.storage_units.append(_storage(rng, network.buses[0]))
    for one, other in zip(network.buses[:-1], network.buses[1:], strict=True):
        network.links.append(_link(rng, one, other))
    if n_bus == 3 and rng.random() < 0.7:
        for k, (one, other) in enumerate(((0, 1), (1, 2), (2, 0))):
            network.lines.append(
                {
                    "name": f"line {k}",
                    "bus0": network.buses[one],
                    "bus1": network.buses[other],
                    "x": rng.uniform(1.0, 20.0),
                    "s_nom": rng.uniform(10.0, 60.0),
                }
            )
    return network


def _ramps(rng: np.random.Generator) -> Row:
    ramps: Row = {}
    kind = int(rng.integers(0, 4))
    if kind != 1:
        ramps["ramp_limit_up"] = rng.uniform(0.05, 0.4)
    if kind != 2:
        ramps["ramp_limit_down"] = rng.uniform(0.05, 0.4)
    if kind == 3:
        ramps["p_init"] = rng.uniform(0.0, 20.0)
    return ramps


def _plant(rng: np.random.Generator, name: str, bus: str) -> Row:
    plant: Row = {
        "name": name,
        "bus": bus,
        "p_nom": rng.uniform(40.0, 150.0),
        "marginal_cost": rng.choice([0.0, rng.uniform(1.0, 40.0)]),
        "marginal_cost_quadratic": rng.choice([0.0, 0.001, 0.0123, 0.1252, 1.0]),
        "p_max_pu": rng.choice([1.0, 0.8]),
        **_ramps(rng),
    }
    if rng.random() < 0.25:
        plant |= {"p_nom": 0.0, "p_nom_extendable": True, "capital_cost": rng.uniform(10.0, 99.0)}
        plant |= {"p_nom_max": rng.choice([80.0, 1000.0])}
        plant.pop("p_init", None)
    return plant


def _storage(rng: np.random.Generator, bus: str) -> Row:
    return {
        "name": "battery",
        "bus": bus,
        "p_nom": rng.uniform(5.0, 30.0),
        "max_hours": rng.uniform(1.0, 6.0),
        "efficiency_store": rng.uniform(0.8, 1.0),
        "efficiency_dispatch": rng.uniform(0.8, 1.0),
        "standing_loss": rng.choice([0.0, 0.01]),
        "marginal_cost": 1.0,
        "marginal_cost_quadratic": rng.choice([0.0, 0.05]),
        "cyclic_state_of_charge": bool(rng.random() < 0.5),
    }


def _link(rng: np.random.Generator, one: str, other: str) -> Row:
    return {
        "name": f"link {one} {other}",
        "bus0": one,
        "bus1": other,
        "p_nom": rng.uniform(10.0, 50.0),
        "p_min_pu": rng.choice([0.0, -1.0]),
        "efficiency": 1.0,
        "marginal_cost_quadratic": rng.choice([0.0, 0.02]),
        **(_ramps(rng) if rng.random() < 0.5 else {}),
    }


def write_folder(network: QuadraticNetwork, folder: Path) -> Path:
    """Write the network as a PyPSA folder and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    snapshots = range(network.weight.size)
    _write(
        folder / "snapshots.csv",
        [
            {
                "snapshot": k,
                "objective": float(network.weight[k]),
                "stores": float(network.hours[k]),
                "generators": float(network.hours[k]),
            }
            for k in snapshots
        ],
    )
    _write(folder / "buses.csv", [{"name": bus, "v_nom": 220.0} for bus in network.buses])
    _write(folder / "loads.csv", [{"name": f"load {bus}", "bus": bus} for bus in network.buses])
    loads = [f"load {bus}" for bus in network.buses]
    _write(
        folder / "loads-p_set.csv",
        [
            {"snapshot": k} | dict(zip(loads, network.demand[k].tolist(), strict=True))
            for k in snapshots
        ],
    )
    for part in ("generators", "storage_units", "links", "lines"):
        if getattr(network, part):
            _write(folder / f"{part}.csv", getattr(network, part))
    return folder


def _write(file: Path, rows: list[Row]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


@dataclass
class Dense:
    """Minimise x' diag(q) x / 2 + c x with equal x = value and below x <= limit."""

    cost: list[float] = field(default_factory=list)
    curve: list[float] = field(default_factory=list)
    equal: list[tuple[dict[int, float], float]] = field(default_factory=list)
    below: list[tuple[dict[int, float], float]] = field(default_factory=list)

    def column(self, cost: float, curve: float, low: float, high: float) -> int:
        """Add a column and its finite bounds; return its number."""
        self.cost.append(cost)
        self.curve.append(curve)
        number = len(self.cost) - 1
        if np.isfinite(high):
            self.below.append(({number: 1.0}, high))
        if np.isfinite(low):
            self.below.append(({number: -1.0}, -low))
        return number

    def matrix(self, rows: list[tuple[dict[int, float], float]]) -> tuple[FloatArray, FloatArray]:
        """Return rows as a dense matrix and their right-hand sides."""
        matrix = np.zeros((len(rows), len(self.cost)))
        for k, (terms, _) in enumerate(rows):
            for column, value in terms.items():
                matrix[k, column] += value
        return matrix, np.array([bound for _, bound in rows])


def assemble(network: QuadraticNetwork) -> Dense:
    """Return the network's program, written out from PyPSA's equations."""
    dense, n = Dense(), network.weight.size
    balance: list[list[dict[int, float]]] = [[{} for _ in network.buses] for _ in range(n)]
    at = {bus: k for k, bus in enumerate(network.buses)}
    for row in network.generators:
        for t, p in enumerate(_limited(dense, network, row)):
            balance[t][at[str(row["bus"])]][p] = 1.0
    for row in network.links:
        for t, p in enumerate(_limited(dense, network, row)):
            balance[t][at[str(row["bus0"])]][p] = -1.0
            balance[t][at[str(row["bus1"])]][p] = float(row["efficiency"])  # type: ignore[arg-type]
    for row in network.storage_units:
        for t, (dispatch, store) in enumerate(_stored(dense, network, row)):
            balance[t][at[str(row["bus"])]] |= {dispatch: 1.0, store: -1.0}
    for t in range(n):
        cycle: dict[int, float] = {}
        for row in network.lines:
            room = float(row["s_nom"])  # type: ignore[arg-type]
            s = dense.column(0.0, 0.0, -room, room)
            balance[t][at[str(row["bus0"])]][s] = -1.0
            balance[t][at[str(row["bus1"])]][s] = 1.0
            cycle[s] = float(row["x"]) / 20.0  # type: ignore[arg-type]
        if cycle:
            dense.equal.append((cycle, 0.0))
        for bus, terms in enumerate(balance[t]):
            dense.equal.append((terms, float(network.demand[t, bus])))
    return dense


def _limited(dense: Dense, network: QuadraticNetwork, row: Row) -> list[int]:
    """Add a plant or link with its limits and ramps; return its column of each snapshot."""
    value = {name: float(cell) for name, cell in row.items() if isinstance(cell, float)}
    low, high = value.get("p_min_pu", 0.0), value.get("p_max_pu", 1.0)
    grows = bool(row.get("p_nom_extendable", False))
    capacity = value["p_nom"]
    size = -1
    if grows:
        size = dense.column(value["capital_cost"], 0.0, 0.0, value["p_nom_max"])
    columns = []
    for w in network.weight:
        cost, curve = value.get("marginal_cost", 0.0), value.get("marginal_cost_quadratic", 0.0)
        bounds = (-np.inf, np.inf) if grows else (low * capacity, high * capacity)
        p = dense.column(cost * w, 2.0 * curve * w, *bounds)
        if grows:
            dense.below += [({p: 1.0, size: -high}, 0.0), ({p: -1.0, size: low}, 0.0)]
        columns.append(p)
    for name, sign in (("ramp_limit_up", 1.0), ("ramp_limit_down", -1.0)):
        if name not in value:
            continue
        share = value[name]
        if "p_init" in value:
            dense.below.append(({columns[0]: sign}, share * capacity + sign * value["p_init"]))
        for before, after in pairwise(columns):
            terms = {after: sign, before: -sign} | ({size: -share} if grows else {})
            dense.below.append((terms, 0.0 if grows else share * capacity))
    return columns


def _stored(dense: Dense, network: QuadraticNetwork, row: Row) -> list[tuple[int, int]]:
    """Add a storage unit; return its columns of discharge and charge."""
    value = {name: float(cell) for name, cell in row.items() if isinstance(cell, float)}
    room, n = value["p_nom"], network.weight.size
    columns, levels = [], []
    for w in network.weight:
        cost, curve = value["marginal_cost"] * w, 2.0 * value["marginal_cost_quadratic"] * w
        dispatch = dense.column(cost, curve, 0.0, room)
        store = dense.column(0.0, 0.0, 0.0, room)
        levels.append(dense.column(0.0, 0.0, 0.0, room * value["max_hours"]))
        columns.append((dispatch, store))
    for t, (dispatch, store) in enumerate(columns):
        h = float(network.hours[t])
        terms = {
            levels[t]: 1.0,
            store: -h * value["efficiency_store"],
            dispatch: h / value["efficiency_dispatch"],
        }
        if t or row["cyclic_state_of_charge"]:
            before = levels[(t - 1) % n]
            terms[before] = terms.get(before, 0.0) - (1.0 - value["standing_loss"]) ** h
        dense.equal.append((terms, 0.0))
    return columns


def optimum(dense: Dense, tolerance: float = 1e-10) -> tuple[float, float]:
    """Return the least cost and the relative gap that proves it.

    One thread: the systems are small, and threads of a busy machine wait for one another.
    """
    with threadpool_limits(1):
        return _interior_point(dense, tolerance)


def _interior_point(dense: Dense, tolerance: float) -> tuple[float, float]:
    a, b = dense.matrix(dense.equal)
    g, h = dense.matrix(dense.below)
    size = np.abs(g).max(axis=1)
    g, h = g / size[:, None], h / size
    c, q = np.array(dense.cost), np.array(dense.curve)
    x, y = np.zeros(c.size), np.zeros(b.size)
    slack, z = np.maximum(h - g @ x, 1.0) * 10.0, np.full(h.size, 10.0)
    best = (np.inf, np.inf)
    for _ in range(200):
        dual = c + q * x + a.T @ y + g.T @ z
        primal, below = a @ x - b, g @ x + slack - h
        mean = float(slack @ z) / h.size
        cost = float(c @ x + 0.5 * x @ (q * x))
        error = max(
            float(slack @ z) / max(1.0, abs(cost)),
            np.abs(primal).max() / (1.0 + np.abs(b).max()),
            np.abs(below).max() / (1.0 + np.abs(h).max()),
            np.abs(dual).max() / (1.0 + np.abs(c).max()),
        )
        if error < best[1]:
            best = (cost, error)
        if error < tolerance:
            break
        kkt = np.block(
            [
                [np.diag(q + 1e-12) + (g.T * (z / slack)) @ g, a.T],
                [a, -1e-12 * np.eye(b.size)],
            ]
        )

        def step(
            centre: FloatArray,
            dual: FloatArray = dual,
            primal: FloatArray = primal,
            below: FloatArray = below,
            kkt: FloatArray = kkt,
            slack: FloatArray = slack,
            z: FloatArray = z,
        ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
            pull = (centre + z * below) / slack - z
            right = np.concatenate([-dual - g.T @ pull, -primal])
            found = np.linalg.solve(kkt, right)
            found += np.linalg.solve(kkt, right - kkt @ found)
            dx, dy = found[: c.size], found[c.size :]
            dslack = -below - g @ dx
            return dx, dy, dslack, (centre - z * dslack) / slack - z

        _, _, dslack, dz = step(np.zeros(h.size))
        far = _longest(slack, dslack, z, dz)
        after = float((slack + far * dslack) @ (z + far * dz)) / h.size
        centre = mean * (after / mean) ** 3 - dslack * dz
        dx, dy, dslack, dz = step(centre)
        far = 0.99 * _longest(slack, dslack, z, dz)
        x, y, slack, z = x + far * dx, y + far * dy, slack + far * dslack, z + far * dz
    return best


def _longest(slack: FloatArray, dslack: FloatArray, z: FloatArray, dz: FloatArray) -> float:
    ratios = [-value[move < 0.0] / move[move < 0.0] for value, move in ((slack, dslack), (z, dz))]
    return min(1.0, *(float(ratio.min(initial=np.inf)) for ratio in ratios))
