"""Which attributes of a PyPSA network the optimum depends on, with their defaults.

`USED` are read; `UNSUPPORTED` must stand at their neutral value, else the network is refused by
name; everything else (names, coordinates, results, power-flow set points) is bookkeeping that
linear optimisation never looks at, and is listed as ignored. The meaning and defaults of the
attributes are those that PyPSA 1.4 documents.
"""

from typing import Final

__all__ = ["BOOKKEEPING_LISTS", "SERIES", "UNSUPPORTED", "UNSUPPORTED_LISTS", "USED"]

Value = float | str | bool
INF: Final = float("inf")
NAN: Final = float("nan")

_CAPACITY: dict[str, Value] = {
    "capital_cost": 0.0,
    "overnight_cost": NAN,
    "discount_rate": NAN,
    "fom_cost": 0.0,
    "lifetime": INF,
    "active": True,
    "carrier": "",
}
_P_NOM: dict[str, Value] = {
    "p_nom": 0.0,
    "p_nom_extendable": False,
    "p_nom_min": 0.0,
    "p_nom_max": INF,
    "p_nom_set": NAN,
}
_S_NOM: dict[str, Value] = {name.replace("p_nom", "s_nom"): v for name, v in _P_NOM.items()}
_E_NOM: dict[str, Value] = {name.replace("p_nom", "e_nom"): v for name, v in _P_NOM.items()}
_RAMPS: dict[str, Value] = {"ramp_limit_up": NAN, "ramp_limit_down": NAN, "p_init": NAN}

USED: dict[str, dict[str, Value]] = {
    "buses": {"v_nom": 1.0, "carrier": "AC"},
    "carriers": {"co2_emissions": 0.0},
    "loads": {"bus": "", "p_set": 0.0, "sign": -1.0, "active": True},
    "generators": {
        **_CAPACITY,
        **_P_NOM,
        **_RAMPS,
        "bus": "",
        "sign": 1.0,
        "p_min_pu": 0.0,
        "p_max_pu": 1.0,
        "p_set": NAN,
        "marginal_cost": 0.0,
        "marginal_cost_quadratic": 0.0,
        "e_sum_min": -INF,
        "e_sum_max": INF,
        "efficiency": 1.0,
    },
    "storage_units": {
        **_CAPACITY,
        **_P_NOM,
        "bus": "",
        "sign": 1.0,
        "p_min_pu": -1.0,
        "p_max_pu": 1.0,
        "p_set": NAN,
        "p_dispatch_set": NAN,
        "p_store_set": NAN,
        "state_of_charge_set": NAN,
        "max_hours": 1.0,
        "efficiency_store": 1.0,
        "efficiency_dispatch": 1.0,
        "standing_loss": 0.0,
        "inflow": 0.0,
        "spill_cost": 0.0,
        "marginal_cost": 0.0,
        "marginal_cost_quadratic": 0.0,
        "marginal_cost_storage": 0.0,
        "state_of_charge_initial": 0.0,
        "cyclic_state_of_charge": False,
    },
    "stores": {
        **_CAPACITY,
        **_E_NOM,
        "bus": "",
        "sign": 1.0,
        "e_min_pu": 0.0,
        "e_max_pu": 1.0,
        "e_set": NAN,
        "p_set": NAN,
        "standing_loss": 0.0,
        "marginal_cost": 0.0,
        "marginal_cost_quadratic": 0.0,
        "marginal_cost_storage": 0.0,
        "e_initial": 0.0,
        "e_cyclic": False,
    },
    "links": {
        **_CAPACITY,
        **_P_NOM,
        **_RAMPS,
        "bus0": "",
        "p_min_pu": 0.0,
        "p_max_pu": 1.0,
        "p_set": NAN,
        "marginal_cost": 0.0,
        "marginal_cost_quadratic": 0.0,
        "length": 0.0,
    },
    "lines": {
        **_CAPACITY,
        **_S_NOM,
        "bus0": "",
        "bus1": "",
        "x": 0.0,
        "r": 0.0,
        "s_max_pu": 1.0,
        "s_set": NAN,
        "v_ang_max": INF,
        "length": 0.0,
        "type": "",
        "num_parallel": 1.0,
    },
    "transformers": {
        **_CAPACITY,
        **_S_NOM,
        "bus0": "",
        "bus1": "",
        "x": 0.0,
        "r": 0.0,
        "s_max_pu": 1.0,
        "s_set": NAN,
        "tap_ratio": 1.0,
        "phase_shift": 0.0,
        "v_ang_max": INF,
        "type": "",
        "num_parallel": 1.0,
        "tap_position": 0.0,
    },
    "line_types": {"x_per_length": 0.0, "r_per_length": 0.0},
    "global_constraints": {
        "type": "primary_energy",
        "investment_period": NAN,
        "bus": "",
        "carrier_attribute": "co2_emissions",
        "sense": "==",
        "constant": 0.0,
    },
}

# Attributes that may change by snapshot.
SERIES: dict[str, tuple[str, ...]] = {
    "loads": ("p_set",),
    "generators": (
        "p_min_pu",
        "p_max_pu",
        "p_set",
        "marginal_cost",
        "marginal_cost_quadratic",
        "efficiency",
        "ramp_limit_up",
        "ramp_limit_down",
    ),
    "storage_units": (
        "p_min_pu",
        "p_max_pu",
        "p_set",
        "p_dispatch_set",
        "p_store_set",
        "state_of_charge_set",
        "efficiency_store",
        "efficiency_dispatch",
        "standing_loss",
        "inflow",
        "spill_cost",
        "marginal_cost",
        "marginal_cost_quadratic",
        "marginal_cost_storage",
    ),
    "stores": (
        "e_min_pu",
        "e_max_pu",
        "e_set",
        "p_set",
        "standing_loss",
        "marginal_cost",
        "marginal_cost_quadratic",
        "marginal_cost_storage",
    ),
    "links": (
        "p_min_pu",
        "p_max_pu",
        "p_set",
        "marginal_cost",
        "marginal_cost_quadratic",
        "ramp_limit_up",
        "ramp_limit_down",
    ),
    "lines": ("s_max_pu", "s_set"),
    "transformers": ("s_max_pu", "s_set", "phase_shift"),
}

_UNIT_COMMITMENT: dict[str, Value] = {"committable": False, "maintainable": False}
UNSUPPORTED: dict[str, dict[str, Value]] = {
    "generators": {**_UNIT_COMMITMENT, "p_nom_mod": 0.0},
    "storage_units": {"p_nom_mod": 0.0},
    "stores": {"e_nom_mod": 0.0},
    "links": {**_UNIT_COMMITMENT, "p_nom_mod": 0.0, "delay": 0.0},
    "lines": {"s_nom_mod": 0.0},
    "transformers": {"s_nom_mod": 0.0, "phase_shift_min": 0.0, "phase_shift_max": 0.0},
}
# Several output ports repeat an attribute with a number: delay2, delay3, ...
UNSUPPORTED_LISTS = ("processes", "scenarios", "investment_periods")
BOOKKEEPING_LISTS = (
    "shapes",
    "sub_networks",
    "shunt_impedances",
    "line_types",
    "transformer_types",
    "investment_period_weightings",
)
