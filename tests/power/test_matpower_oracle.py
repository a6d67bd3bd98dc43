"""MATPOWER cases against a program in angles, written apart from the reader and its equations."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from transcaspian.power import Status, read_matpower, solve

# Optima of MATPOWER's own direct-current model, printed to two decimals: power-flow test cases of
# the IEEE and of Chow 1982, with the costs that MATPOWER gives them.
NINE_BUSES = """
function mpc = nine
mpc.baseMVA = 100;
mpc.bus = [1 3 0; 2 2 0; 3 2 0; 4 1 0; 5 1 90; 6 1 0; 7 1 100; 8 1 0; 9 1 125];
mpc.gen = [1 0 0 0 0 1 100 1 250 10; 2 0 0 0 0 1 100 1 300 10; 3 0 0 0 0 1 100 1 270 10];
mpc.branch = [
  1 4 0 0.0576 0 250 0 0 0 0 1; 4 5 0 0.092 0 250 0 0 0 0 1; 5 6 0 0.17 0 150 0 0 0 0 1
  3 6 0 0.0586 0 300 0 0 0 0 1; 6 7 0 0.1008 0 150 0 0 0 0 1; 7 8 0 0.072 0 250 0 0 0 0 1
  8 2 0 0.0625 0 250 0 0 0 0 1; 8 9 0 0.161 0 250 0 0 0 0 1; 9 4 0 0.085 0 250 0 0 0 0 1];
mpc.gencost = [2 0 0 3 0.11 5 150; 2 0 0 3 0.085 1.2 600; 2 0 0 3 0.1225 1 335];
"""


def wide(text: str) -> str:
    """Return the case with bus rows of full width."""
    head, tail = text.split("mpc.bus = [", 1)
    rows, rest = tail.split("]", 1)
    filled = "; ".join(f"{row} 0 0 0 1 1 0 345 1 1.1 0.9" for row in rows.split(";"))
    return f"{head}mpc.bus = [{filled}]{rest}"


def test_nine_buses_cost_what_is_published(tmp_path):
    (tmp_path / "nine.m").write_text(wide(NINE_BUSES))
    assert solve(read_matpower(tmp_path / "nine.m")).objective == pytest.approx(5216.03, abs=0.005)


def random_case(seed: int) -> dict[str, np.ndarray]:
    """Return a connected case with taps, shifts, angle limits, parallels, a dcline and segments."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 8))
    number = rng.permutation(np.arange(10, 10 + 7 * n, 7))  # neither consecutive nor sorted
    ends = [(k, int(rng.integers(k))) for k in range(1, n)]
    ends += [
        tuple(rng.choice(n, 2, replace=False).tolist()) for _ in range(int(rng.integers(1, 6)))
    ]
    branch = [
        [
            number[a], number[b], rng.uniform(0, 0.05), rng.uniform(0.02, 0.3), 0,
            rng.choice([0.0, rng.uniform(40, 200)]), 0, 0,
            rng.choice([0.0, rng.uniform(0.9, 1.1)]), rng.choice([0.0, rng.uniform(-5, 5)]),
            rng.choice([1, 1, 1, 0]) if k >= n - 1 else 1,
            rng.choice([-360.0, 0.0, -20.0]), rng.choice([360.0, 0.0, 20.0]),
        ]
        for k, (a, b) in enumerate(ends)
    ]  # fmt: skip
    load = rng.uniform(0, 80, n) * rng.integers(0, 2, n)
    bus = [
        [k, 1, load[i], 0, rng.choice([0.0, 5.0]), 0, 1, 1, 0, 230, 1, 1.1, 0.9]
        for i, k in enumerate(number)
    ]
    gen = [[k, 0, 0, 0, 0, 1, 100, 1, 600, 0] for k in number]  # shedding everywhere
    cost = [[2, 0, 0, 3, 0, 1000, 0, 0, 0, 0] for _ in number]
    for _ in range(3):
        least = float(rng.choice([0.0, 10.0]))
        gen.append([rng.choice(number), 0, 0, 0, 0, 1, 100, 1, rng.uniform(50, 300), least])
        slopes = np.sort(rng.uniform(5, 60, 2))
        middle = [60.0, 60.0 * slopes[0], 400.0, 60.0 * slopes[0] + 340.0 * slopes[1]]
        cost.append(
            [1, 0, 0, 3, 0.0, 0.0, *middle]
            if rng.integers(2)
            else [2, 0, 0, 2, slopes[0], rng.uniform(0, 99), 0, 0, 0, 0]
        )
    a, b = rng.choice(number, 2, replace=False)
    dcline = [[a, b, 1, 0, 0, 0, 0, 1, 1, 0, 40, 0, 0, 0, 0, rng.uniform(0, 3), 0.05]]
    parts = {"bus": bus, "gen": gen, "branch": branch, "gencost": cost, "dcline": dcline}
    return {name: np.array(rows, dtype=float) for name, rows in parts.items()}


def written(case: dict[str, np.ndarray], path: Path) -> Path:
    body = "".join(
        f"mpc.{name} = [\n"
        + ";\n".join(" ".join(map(repr, row)) for row in table.tolist())
        + "];\n"
        for name, table in case.items()
    )
    path.write_text(f"function mpc = random\nmpc.baseMVA = 100;\n{body}")
    return path


def least_cost_in_angles(case: dict[str, np.ndarray], *, simple: bool) -> float | None:
    """Return least cost with an angle a bus: f = (angle0 - angle1 - shift) b."""
    bus, gen, cost, dc = case["bus"], case["gen"], case["gencost"], case["dcline"][0]
    at = {int(k): i for i, k in enumerate(bus[:, 0])}
    n, g = len(bus), len(gen)
    width = n + 2 * g + 1  # angles, outputs, costs, the direct-current line
    balance, load = np.zeros((n, width)), bus[:, 2] + bus[:, 4]
    rows, bounds = [], []
    for k, row in enumerate(gen):
        balance[at[int(row[0])], n + k] = 1.0
    balance[at[int(dc[0])], -1] -= 1.0
    balance[at[int(dc[1])], -1] += 1.0 - dc[16]
    load[at[int(dc[1])]] += dc[15]
    for row in case["branch"]:
        if row[10] == 0:
            continue
        a, b, r, x = at[int(row[0])], at[int(row[1])], row[2], row[3]
        tap = row[8] or 1.0
        b_pu = 100.0 * (1 / (x * tap) if simple else x / (r**2 + x**2))
        shift = np.radians(row[9]) if simple else 0.0
        flow = np.zeros(width)
        flow[a], flow[b] = b_pu, -b_pu
        balance[a] -= flow
        balance[b] += flow
        load[a] -= b_pu * shift
        load[b] += b_pu * shift
        if row[5]:
            rows += [flow, -flow]
            bounds += [row[5] + b_pu * shift, row[5] - b_pu * shift]
        if row[11] and row[11] > -360:
            rows.append(-flow / b_pu)
            bounds.append(-np.radians(row[11]))
        if row[12] and row[12] < 360:
            rows.append(flow / b_pu)
            bounds.append(np.radians(row[12]))
    price, constant = np.zeros(width), 0.0
    for k, row in enumerate(cost):
        if row[0] == 2:
            coefficients = row[4 : 4 + int(row[3])]
            price[n + k], constant = coefficients[-2], constant + coefficients[-1]
            continue
        price[n + g + k] = 1.0
        p, c = row[4 : 4 + 2 * int(row[3]) : 2], row[5 : 5 + 2 * int(row[3]) : 2]
        for slope, p0, c0 in zip(np.diff(c) / np.diff(p), p, c, strict=False):
            line = np.zeros(width)
            line[n + k], line[n + g + k] = slope, -1.0
            rows.append(line)
            bounds.append(slope * p0 - c0)
    limits = [(None, None)] * n + [(low, high) for high, low in gen[:, 8:10]]
    limits += [(None, None) if row[0] == 1 else (0, 0) for row in cost] + [(dc[9], dc[10])]
    found = linprog(price, np.array(rows), np.array(bounds), balance, load, limits, method="highs")
    assert found.status in (0, 2), found.message
    return None if found.status == 2 else float(found.fun) + constant


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000), simple=st.booleans())
def test_random_cases_cost_what_a_program_in_angles_says(tmp_path_factory, seed, simple):
    case = random_case(seed)
    path = written(case, tmp_path_factory.mktemp("case") / "random.m")
    result = solve(read_matpower(path, "1/x" if simple else "x/(r2+x2)"))
    expected = least_cost_in_angles(case, simple=simple)
    if expected is None:
        assert result.status is Status.INFEASIBLE
    else:
        assert result.objective == pytest.approx(expected, rel=1e-7)
