"""PyPSA networks that use every component the program knows, made by a seed."""

import logging
import warnings

import numpy as np
import pandas as pd

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pypsa

BUDGET_S = 300.0  # of the other solver; one that needs more has failed


def small(seed: int, n_snapshot: int = 12, *, quadratic: bool = False) -> "pypsa.Network":
    """Return an alternating-current ring, a direct-current ring, heat, storage and limits."""
    rng = np.random.default_rng(seed)
    logging.getLogger("pypsa").setLevel(logging.ERROR)
    n = pypsa.Network()
    n.set_snapshots(pd.date_range("2030-01-01", periods=n_snapshot, freq="h"))
    for name, high in (("objective", 3.0), ("stores", 2.0), ("generators", 2.0)):
        n.snapshot_weightings[name] = rng.uniform(1.0, high, n_snapshot)
    n.add(
        "Carrier",
        ["AC", "DC", "gas", "wind", "heat", "battery"],
        co2_emissions=[0.0, 0.0, 0.2, 0.0, 0.0, 0.01],
    )
    n.add("Bus", [f"a{k}" for k in range(4)], v_nom=rng.choice([220.0, 330.0], 4), carrier="AC")
    n.add("Bus", [f"d{k}" for k in range(3)], v_nom=500.0, carrier="DC")
    n.add("Bus", "heat", carrier="heat")
    add_plants(n, rng, quadratic=quadratic)
    add_network(n, rng)
    add_stores(n, rng)
    limits = {
        "co2": ("primary_energy", "co2_emissions", rng.uniform(4000.0, 8000.0)),
        "volume": ("transmission_volume_expansion_limit", "AC", 20_000.0),
        "wind cap": ("tech_capacity_expansion_limit", "wind", 200.0),
        "gas burnt": ("operational_limit", "gas", rng.uniform(4000.0, 9000.0)),
    }
    for name, (kind, attribute, constant) in limits.items():
        n.add(
            "GlobalConstraint",
            name,
            type=kind,
            carrier_attribute=attribute,
            sense="<=",
            constant=constant,
        )
    return n


def add_plants(n: "pypsa.Network", rng: np.random.Generator, *, quadratic: bool) -> None:
    count = len(n.snapshots)
    for k in range(4):
        bus = f"a{k}"
        n.add("Load", f"load {k}", bus=bus, p_set=rng.uniform(20.0, 100.0, count))
        n.add("Generator", f"shed {k}", bus=bus, p_nom=500.0, marginal_cost=1000.0)
        n.add(
            "Generator",
            f"gas {k}",
            bus=bus,
            carrier="gas",
            p_nom=150.0,
            marginal_cost=rng.uniform(20.0, 80.0),
            marginal_cost_quadratic=rng.uniform(0.01, 0.05) if quadratic else 0.0,
            efficiency=rng.uniform(0.3, 0.6),
            ramp_limit_up=rng.choice([np.nan, 0.3]),
            ramp_limit_down=rng.choice([np.nan, 0.4]),
            p_min_pu=rng.choice([0.0, 0.1]),
        )
        n.add(
            "Generator",
            f"wind {k}",
            bus=bus,
            carrier="wind",
            p_nom=rng.uniform(0.0, 50.0),
            p_nom_extendable=bool(rng.integers(2)),
            p_nom_min=5.0,
            p_nom_max=rng.choice([np.inf, 80.0]),
            capital_cost=rng.uniform(100.0, 900.0),
            p_max_pu=rng.uniform(0.0, 1.0, count),
        )
    n.add("Load", "heat", bus="heat", p_set=rng.uniform(5.0, 20.0))
    n.add("Generator", "boiler", bus="heat", p_nom=100.0, marginal_cost=200.0)
    n.add("Generator", "buyer", bus="a1", sign=-1.0, p_nom=30.0, marginal_cost=-45.0)
    n.add(
        "Generator",
        "new gas",
        bus="a2",
        carrier="gas",
        p_nom_extendable=True,
        overnight_cost=4000.0,
        discount_rate=0.07,
        lifetime=20.0,
        fom_cost=30.0,
        marginal_cost=15.0,
        ramp_limit_up=0.2,
        ramp_limit_down=0.1,
        e_sum_max=rng.choice([np.inf, 500.0]),
    )
    held = np.where(rng.uniform(size=count) < 0.5, 10.0, np.nan)
    n.add("Generator", "held", bus="a3", p_nom=30.0, p_set=held, marginal_cost=33.0)
    n.add("Generator", "closed", bus="a3", p_nom=300.0, active=False)


def add_network(n: "pypsa.Network", rng: np.random.Generator) -> None:
    pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)]
    for k, (a, b) in enumerate(pairs):
        n.add(
            "Line",
            f"line {k}",
            bus0=f"a{a}",
            bus1=f"a{b}",
            carrier="AC",
            x=rng.uniform(5.0, 30.0),
            r=1.0,
            s_nom=rng.uniform(20.0, 60.0),
            s_nom_extendable=bool(rng.integers(2)),
            s_nom_min=10.0,
            capital_cost=rng.uniform(10.0, 200.0),
            s_max_pu=0.9,
            length=rng.uniform(10.0, 200.0),
        )
        if k < 3:
            ends = {"bus0": f"d{k}", "bus1": f"d{(k + 1) % 3}"}
            n.add(
                "Line", f"direct {k}", **ends, r=rng.uniform(1, 5), x=1.0, s_nom=50.0, carrier="DC"
            )
    n.add(
        "Transformer",
        "shifter",
        bus0="a0",
        bus1="a1",
        x=0.1,
        s_nom=50.0,
        tap_ratio=1.05,
        phase_shift=rng.uniform(-3.0, 3.0),
        v_ang_max=rng.choice([np.inf, 5.0]),
    )
    n.add("Link", "converter 0", bus0="a0", bus1="d0", p_nom=60.0, efficiency=0.98)
    n.add("Link", "converter 1", bus0="d1", bus1="a3", p_nom=60.0, efficiency=0.97)
    n.add("Link", "two-way", bus0="a3", bus1="d2", p_nom=40.0, p_min_pu=-1.0)
    n.add(
        "Link",
        "heat and power",
        bus0="a2",
        bus1="heat",
        bus2="a3",
        efficiency=0.6,
        efficiency2=0.1,
        p_nom=20.0,
        p_nom_extendable=True,
        capital_cost=20.0,
        marginal_cost=1.0,
        carrier="gas",
        ramp_limit_up=0.5,
    )


def add_stores(n: "pypsa.Network", rng: np.random.Generator) -> None:
    n.add(
        "StorageUnit",
        "battery",
        bus="a0",
        carrier="battery",
        p_nom=20.0,
        max_hours=4.0,
        efficiency_store=0.9,
        efficiency_dispatch=0.95,
        standing_loss=0.01,
        cyclic_state_of_charge=True,
        marginal_cost=0.2,
    )
    n.add(
        "StorageUnit",
        "reservoir",
        bus="a3",
        carrier="battery",
        p_nom_extendable=True,
        p_nom_max=50.0,
        capital_cost=rng.uniform(20.0, 100.0),
        max_hours=6.0,
        inflow=rng.uniform(0.0, 8.0, len(n.snapshots)),
        state_of_charge_initial=5.0,
        spill_cost=0.1,
        marginal_cost_storage=0.01,
    )
    n.add("Store", "tank", bus="heat", e_nom_extendable=True, capital_cost=3.0, e_cyclic=True,
          standing_loss=0.02)  # fmt: skip
    n.add("Store", "cell", bus="a3", carrier="battery", e_nom=50.0, e_initial=20.0, e_min_pu=0.1,
          marginal_cost=0.3)  # fmt: skip


def optimise(n: "pypsa.Network") -> float:
    """Solve with PyPSA and HiGHS; return total system cost."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        status, condition = n.optimize(
            solver_name="highs",
            include_objective_constant=False,
            log_to_console=False,
            output_flag=False,
            time_limit=BUDGET_S,
        )
    assert (status, condition) == ("ok", "optimal")
    return float(n.objective)
