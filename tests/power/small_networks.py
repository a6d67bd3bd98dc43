"""A small PyPSA folder, and its least cost by another road: pandas and scipy, no code of ours."""

from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog

FILES = {
    "buses.csv": "name,v_nom,carrier\nnorth,220,AC\nsouth,220,AC\n",
    "snapshots.csv": "snapshot,objective,stores,generators\nmorning,2,2,2\nnoon,3,3,3\nnight,1,1,1\n",
    "carriers.csv": "name,co2_emissions\ngas,0.2\nwind,0\n",
    "loads.csv": "name,bus\ncity,south\nmine,north\n",
    "loads-p_set.csv": "snapshot,city,mine\nmorning,60,20\nnoon,95,20\nnight,45,20\n",
    "generators.csv": (
        "name,bus,carrier,p_nom,marginal_cost,efficiency,p_nom_extendable,capital_cost,p_max_pu,active\n"
        "old gas,north,gas,90,30,0.4,False,0,1,True\n"
        "new gas,south,gas,0,25,0.5,True,70,1,True\n"
        "wind,north,wind,80,1,1,False,0,1,True\n"
        "reserve,south,,200,400,1,False,0,1,True\n"
        "closed,south,gas,500,2,1,False,0,1,False\n"
    ),
    "generators-p_max_pu.csv": "snapshot,wind\nmorning,0.3\nnoon,0.8\nnight,0.5\n",
    "links.csv": "name,bus0,bus1,p_nom,efficiency,p_min_pu,marginal_cost\ncable,north,south,50,0.95,-0.5,2\n",
    "global_constraints.csv": (
        "name,type,carrier_attribute,sense,constant\nair,primary_energy,co2_emissions,<=,150\n"
    ),
}  # fmt: skip


def write_folder(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Write the files; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (FILES | (changes or {})).items():
        if text is not None:
            content = text.encode() if isinstance(text, str) else text
            (folder / name).write_bytes(content)
    return folder


def read(folder: Path, name: str) -> pd.DataFrame:
    file = folder / f"{name}.csv"
    if not file.is_file():
        return pd.DataFrame(index=pd.Index([], dtype=str))
    lines = [line.rstrip(",") for line in file.read_text(encoding="utf-8-sig").splitlines()]
    frame = pd.read_csv(StringIO("\n".join(lines)), index_col=0)
    frame.index = frame.index.astype(str)
    return frame


def numbers(frame: pd.DataFrame, column: str, default: float) -> np.ndarray:
    if column not in frame:
        return np.full(len(frame), default)
    return frame[column].astype(float).fillna(default).to_numpy()


def flags(frame: pd.DataFrame, column: str, *, default: bool) -> np.ndarray:
    if column not in frame:
        return np.full(len(frame), default)
    says = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
    return np.array([says[str(v).strip().lower()] for v in frame[column].fillna(default)], dtype=bool)  # fmt: skip


def by_hour(folder: Path, name: str, column: str, default: float, n: int) -> np.ndarray:
    frame = read(folder, name)
    table = np.tile(numbers(frame, column, default), (n, 1))
    series = read(folder, f"{name}-{column}")
    for item, label in enumerate(frame.index):
        if label in series:
            table[:, item] = series[label].to_numpy(dtype=float)
    return table


def least_cost(folder: Path) -> float | None:
    """Return the least cost of a folder with this schema; None where it is infeasible."""
    snapshots = read(folder, "snapshots") if (folder / "snapshots.csv").exists() else None
    n = 1 if snapshots is None else len(snapshots)
    weight = np.ones(n) if snapshots is None else numbers(snapshots, "objective", 1.0)
    fuel_weight = np.ones(n) if snapshots is None else numbers(snapshots, "generators", 1.0)
    at = {name: k for k, name in enumerate(read(folder, "buses").index)}
    units, links, loads = (read(folder, name) for name in ("generators", "links", "loads"))
    on = np.flatnonzero(flags(units, "active", default=True))
    g, m, b = len(on), len(links), len(at)
    width = n * (g + m) + g  # outputs and flows by hour, then capacities that may grow
    least, most = (by_hour(folder, "generators", f"p_{k}_pu", v, n)[:, on] for k, v in (("min", 0.0), ("max", 1.0)))  # fmt: skip
    nominal, grows = numbers(units, "p_nom", 0.0)[on], flags(units, "p_nom_extendable", default=False)[on]  # fmt: skip
    cost = by_hour(folder, "generators", "marginal_cost", 0.0, n)[:, on]
    link_cost = by_hour(folder, "links", "marginal_cost", 0.0, n)
    low, high = (by_hour(folder, "links", f"p_{k}_pu", v, n) for k, v in (("min", 0.0), ("max", 1.0)))  # fmt: skip
    link_nominal, efficiency = numbers(links, "p_nom", 0.0), by_hour(folder, "links", "efficiency", 1.0, n)  # fmt: skip
    capital = numbers(units, "capital_cost", 0.0)[on]
    price = np.zeros(width)
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * width
    balance, drawn = np.zeros((n * b, width)), np.zeros(n * b)
    rows, limits = [], []
    demand = by_hour(folder, "loads", "p_set", 0.0, n)
    for hour in range(n):
        for k, unit in enumerate(on):
            column = hour * (g + m) + k
            price[column] = weight[hour] * cost[hour, k]
            balance[hour * b + at[str(units["bus"].iloc[unit])], column] += 1.0
            if grows[k]:
                for share, sign in ((most[hour, k], 1.0), (least[hour, k], -1.0)):
                    row = np.zeros(width)
                    row[column], row[n * (g + m) + k] = sign, -sign * share
                    rows.append(row)
                    limits.append(0.0)
            else:
                bounds[column] = (least[hour, k] * nominal[k], most[hour, k] * nominal[k])
        for k in range(m):
            column = hour * (g + m) + g + k
            price[column] = weight[hour] * link_cost[hour, k]
            balance[hour * b + at[str(links["bus0"].iloc[k])], column] -= 1.0
            balance[hour * b + at[str(links["bus1"].iloc[k])], column] += efficiency[hour, k]
            bounds[column] = (low[hour, k] * link_nominal[k], high[hour, k] * link_nominal[k])
        for k in range(len(loads)):
            drawn[hour * b + at[str(loads["bus"].iloc[k])]] += demand[hour, k]
    for k in range(g):
        column = n * (g + m) + k
        price[column] = capital[k] if grows[k] else 0.0
        bounds[column] = (0.0, None) if grows[k] else (0.0, 0.0)
    carriers, limit = read(folder, "carriers"), read(folder, "global_constraints")
    emission = dict(zip(carriers.index, numbers(carriers, "co2_emissions", 0.0), strict=True))
    yields = numbers(units, "efficiency", 1.0)[on]
    air = np.zeros(width)
    for k, unit in enumerate(on):
        burns = emission.get(str(units["carrier"].iloc[unit]), 0.0) if "carrier" in units else 0.0
        for hour in range(n):
            air[hour * (g + m) + k] = fuel_weight[hour] * burns / yields[k]
    equal_rows, equal_to = [balance], [drawn]
    for k in range(len(limit)):
        sense, bound = str(limit["sense"].iloc[k]).strip(), numbers(limit, "constant", 0.0)[k]
        if not air.any():
            continue
        if sense in ("<=", "<"):
            rows.append(air), limits.append(bound)
        elif sense in (">=", ">"):
            rows.append(-air), limits.append(-bound)
        else:
            equal_rows.append(air[None, :]), equal_to.append(np.array([bound]))
    found = linprog(
        price,
        np.array(rows) if rows else None,
        np.array(limits) if rows else None,
        np.vstack(equal_rows),
        np.concatenate(equal_to),
        bounds,
        method="highs",
    )
    return None if found.status == 2 else float(found.fun)
