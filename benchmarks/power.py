"""Times the power solver beside PyPSA and one cold HiGHS solve of the same program.

    python benchmarks/power.py dispatch --hours 8760 --repeat 3
    python benchmarks/power.py expansion --hours 2190
    python benchmarks/power.py variants --hours 8760 --variants 100 --pypsa-variants 3
    python benchmarks/power.py year --hours 8760

Every measurement runs in a process of its own: wall time and processor time of building and
solving (reading the file is timed apart), and peak memory. The two programs and the floor take
turns, so that a busy machine slows all of them alike; the medians are printed as one JSON object.
PyPSA gets HiGHS through its direct interface, one thread, no objective constant; for expansion
HiPO without crossover at a tolerance of 1e-4, for the others simplex's choice. This program ends
expansion at a certified gap of 1e-4 too. The cold solve is one of the same arrays, with PyPSA's
options for expansion. Of many variants PyPSA solves as many as are named, and its time is scaled.
"""

import argparse
import json
import logging
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

GAP = 1e-4  # at which expansion ends
# The best of HiGHS for expansion: simplex had not ended after 400 s over 2,190 h, crossover doubles
# the time, and "ipm" is the same solver as "hipo".
EXPANSION = {"solver": "hipo", "run_crossover": "off", "ipm_optimality_tolerance": GAP}
SMALLEST = {"dispatch": 48, "expansion": 24, "variants": 48, "year": 48}
ENGINES = ("ours", "pypsa", "floor")


def make_network(case: str, hours: int, path: Path, n_bus: int = 10) -> None:
    """Write the network of a case as a PyPSA netCDF file, or a CSV folder for `year`.

    A bus comes with five plants, load shedding, a storage unit and two links.
    """
    if case == "year":
        from transcaspian.case.read import read_case
        from transcaspian.power.pypsa_export import export_pypsa
        from transcaspian.power.year import read_year

        export_pypsa(read_year(read_case("trans-caspian").at(2030), hours).grid, path)
        return
    import pandas as pd
    import pypsa

    rng = np.random.default_rng(7)
    n = pypsa.Network()
    n.set_snapshots(pd.date_range("2030-01-01", periods=hours, freq="h"))
    if case == "expansion":
        for weight in ("objective", "generators"):
            n.snapshot_weightings[weight] = 8760.0 / hours
    hour = np.arange(hours)
    size = rng.uniform(500.0, 5000.0, n_bus)
    n.add("Bus", [f"bus {k}" for k in range(n_bus)])
    for k in range(n_bus):
        shape = (
            1 + 0.2 * np.sin(2 * np.pi * (hour - 2 * k) / 24) + 0.03 * rng.standard_normal(hours)
        )
        n.add("Load", f"load {k}", bus=f"bus {k}", p_set=size[k] * shape)
        n.add("Generator", f"shed {k}", bus=f"bus {k}", p_nom=10 * size[k], marginal_cost=3000.0)
    grows = case == "expansion"
    for k in range(5 * n_bus):
        add_plant(n, k, rng, size, hour, grows=grows and k < 15)
    for k in range(2 * n_bus):
        a, b = rng.choice(n_bus, 2, replace=False)
        room = float(min(size[a], size[b]) * rng.uniform(0.1, 0.4))
        more = {"p_nom_extendable": True, "capital_cost": 20_000.0} if grows and k < 10 else {}
        n.add(
            "Link", f"link {k}", bus0=f"bus {a}", bus1=f"bus {b}", p_nom=room, p_min_pu=-1.0, **more
        )
    for k in range(n_bus):
        more = {"p_nom_extendable": True, "capital_cost": 15_000.0} if grows and k < 5 else {}
        n.add("StorageUnit", f"storage {k}", bus=f"bus {k}", p_nom=0.1 * size[k], max_hours=6.0,
              efficiency_store=0.93, efficiency_dispatch=0.92, cyclic_state_of_charge=True,
              marginal_cost=0.3, **more)  # fmt: skip
    n.export_to_netcdf(path)


def add_plant(n, k, rng, size, hour, *, grows: bool) -> None:
    """Add a plant: gas, coal, wind, sun in turn."""
    bus, kind = k % size.size, k % 4
    p_nom = float(size[bus] * rng.uniform(0.2, 0.5))
    cost = (rng.uniform(30, 80), rng.uniform(15, 60), 1.0, 0.5)[kind]
    profile = 1.0
    if kind == 2:
        noise = np.convolve(rng.standard_normal(hour.size + 47), np.ones(48) / 48**0.5, "valid")
        profile = 1.0 / (1.0 + np.exp(0.5 - 1.5 * noise))
    elif kind == 3:
        profile = np.clip(np.sin(2 * np.pi * (hour - 6) / 24), 0.0, 1.0)
    more = {"p_nom_extendable": True, "capital_cost": float(rng.uniform(3e4, 9e4))} if grows else {}
    n.add("Generator", f"plant {k}", bus=f"bus {bus}", p_nom=p_nom, marginal_cost=float(cost),
          p_max_pu=profile, **more)  # fmt: skip


def timed(read: Callable[[], object], work: Callable[[object], float]) -> dict[str, float]:
    """Return seconds of reading and of work, processor seconds of work, peak MB, objective."""
    began = time.perf_counter()
    network = read()
    read_s = time.perf_counter() - began
    began, cpu = time.perf_counter(), time.process_time()
    objective = work(network)
    return {
        "read_s": read_s,
        "total_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        "objective": objective,
    }


def variant_factors(k: int, n_link: int, n_plant: int) -> tuple[np.ndarray, np.ndarray]:
    """Return factors of cable sizes and of marginal costs of variant k: one of the two is changed.

    Even variants widen a cable by a fifth and more, odd ones change the price of a fuel (that of
    every fourth of the 50 plants; load shedding stays as it is) by 5 % and more.
    """
    size, price = np.ones(n_link), np.ones(n_plant)
    if k % 2 == 0:
        size[k // 2 % n_link] = 1.2 + 0.01 * k
    else:
        price[10 + k // 2 % 2 :: 4] = 1.05 + 0.003 * k
    return size, price


def run_ours(case: str, path: Path, variants: int) -> dict[str, float]:
    """Solve with this program: expansion by cuts, variants on the same arrays."""
    from dataclasses import replace

    from transcaspian.power import GridOptions, VariantSolver, read_pypsa, solve

    def work(grid) -> float:
        if case == "expansion":
            return solve(grid, GridOptions(method="benders", gap=GAP)).objective
        if not variants:
            return solve(grid).objective
        solver = VariantSolver(grid)
        links, plants = grid.links, grid.generators
        order = np.argsort([not name.startswith("shed") for name in plants.names], kind="stable")
        for k in range(variants):
            size, price = variant_factors(k, len(links.names), len(plants.names))
            factor = np.empty_like(price)
            factor[order] = price
            capacity = replace(links.capacity, nominal=links.capacity.nominal * size)
            costs = plants.marginal_cost * factor
            variant = replace(
                grid,
                links=replace(links, capacity=capacity),
                generators=replace(plants, marginal_cost=costs),
            )
            total = solver.solve(variant).objective
        return total

    return timed(lambda: read_pypsa(path), work)


def run_pypsa(case: str, path: Path, variants: int) -> dict[str, float]:
    """Solve with PyPSA, variants one by one."""
    import pypsa

    options = {"threads": 1, "output_flag": False}
    if case == "expansion":
        options |= EXPANSION

    def optimise(n) -> float:
        n.optimize(solver_name="highs", io_api="direct", include_objective_constant=False,
                   log_to_console=False, **options)  # fmt: skip
        return float(n.objective)

    def work(n) -> float:
        if not variants:
            return optimise(n)
        nominal, cost = n.links.p_nom.copy(), n.generators.marginal_cost.copy()
        order = np.argsort([not name.startswith("shed") for name in cost.index], kind="stable")
        for k in range(variants):
            size, price = variant_factors(k, len(nominal), len(cost))
            factor = np.empty_like(price)
            factor[order] = price
            n.links["p_nom"], n.generators["marginal_cost"] = nominal * size, cost * factor
            total = optimise(n)
        return total

    return timed(lambda: pypsa.Network(path), work)


def run_floor(case: str, path: Path, _variants: int) -> dict[str, float]:
    """One cold solve by HiGHS of arrays that are ready: its own choice, or PyPSA's options."""
    from transcaspian.lp import SolveOptions, solve
    from transcaspian.power import read_pypsa
    from transcaspian.power.equations import build_grid

    options = SolveOptions(extra=EXPANSION if case == "expansion" else {})
    return timed(
        lambda: build_grid(read_pypsa(path)), lambda program: solve(program.lp, options).objective
    )


def measure(
    case: str, hours: int, repeat: int, variants: int, pypsa_variants: int
) -> dict[str, object]:
    """Return medians of every engine, and the ratios of PyPSA to this program.

    PyPSA solves the first `pypsa_variants` of the variants; its time is scaled up to all of them.
    """
    counts = {"ours": variants, "pypsa": pypsa_variants, "floor": 0}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("year" if case == "year" else "network.nc")
        make_network(case, hours, path)
        runs: dict[str, list[dict[str, float]]] = {engine: [] for engine in ENGINES}
        for _ in range(repeat):
            for engine in ENGINES:
                command = [sys.executable, __file__, case, "--engine", engine, "--path", str(path),
                           "--variants", str(counts[engine])]  # fmt: skip
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                runs[engine].append(json.loads(done.stdout.splitlines()[-1]))
    medians = {
        engine: {key: statistics.median(run[key] for run in found) for key in found[0]}
        for engine, found in runs.items()
    }
    ours, pypsa = medians["ours"], medians["pypsa"]
    scale = variants / pypsa_variants if variants else 1.0
    same = variants == pypsa_variants  # else the last objective is that of another variant
    return {
        "case": case,
        "hours": hours,
        "variants": variants,
        "pypsa_variants": pypsa_variants,
        **medians,
        "times_faster": scale * pypsa["total_s"] / ours["total_s"],
        "times_less_processor": scale * pypsa["cpu_s"] / ours["cpu_s"],
        "share_of_memory": ours["peak_mb"] / pypsa["peak_mb"],
        "objective_difference": ours["objective"] / pypsa["objective"] - 1.0 if same else None,
    }


def main() -> None:
    """Measure one case and print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("case", choices=sorted(SMALLEST))
    parser.add_argument("--hours", type=int)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--variants", type=int, default=0)
    parser.add_argument("--pypsa-variants", type=int, default=0, help="0: all of them")
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--path", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    variants = given.variants or (
        2 if given.case == "variants" and not given.engine else given.variants
    )
    if given.engine:
        engine = {"ours": run_ours, "pypsa": run_pypsa, "floor": run_floor}[given.engine]
        found: object = engine(given.case, given.path, given.variants)
    else:
        hours = given.hours or SMALLEST[given.case]
        few = min(given.pypsa_variants or variants, variants)
        found = measure(given.case, hours, given.repeat, variants, few)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
