"""Which attributes of a PyPSA network the optimum depends on, with their defaults.

`USED` are read; `UNSUPPORTED` must stand at their neutral value, else the network is refused by
name; `BOOKKEEPING` (coordinates, power-flow set points, unit commitment of plants that are not
committable), results and columns of a user's own are never looked at, and are listed as ignored. A
test holds these lists to every attribute of the installed PyPSA. The meaning and defaults of the
attributes are those that PyPSA 1.4 documents.
"""

import re
from typing import Final

from transcaspian.power.misspelt import meant_name

__all__ = [
    "BOOKKEEPING",
    "BOOKKEEPING_LISTS",
    "SERIES",
    "UNSUPPORTED",
    "UNSUPPORTED_LISTS",
    "USED",
    "WITH_PORTS",
    "is_one_number",
    "is_port_column",
    "is_series_read",
    "meant_attribute",
    "meant_series",
]

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
_RAMPS: dict[str, Value] = {
    "ramp_limit_up": NAN,
    "ramp_limit_down": NAN,
    "ramp_limit_start_up": NAN,
    "ramp_limit_shut_down": NAN,
    "p_init": NAN,
}

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
    "processes": {
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
        **{name: value for name, value in _CAPACITY.items() if name != "carrier"},
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
    "transformer_types": {
        "s_nom": 0.0,
        "vsc": 0.0,
        "vscr": 0.0,
        "phase_shift": 0.0,
        "tap_neutral": 0.0,
        "tap_step": 0.0,
    },
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
    "processes": (
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
    "links": {**_UNIT_COMMITMENT, "p_nom_mod": 0.0},
    "processes": {**_UNIT_COMMITMENT, "p_nom_mod": 0.0},
    "lines": {"s_nom_mod": 0.0},
    "transformers": {"s_nom_mod": 0.0, "phase_shift_min": 0.0, "phase_shift_max": 0.0},
}
UNSUPPORTED_LISTS = ("scenarios", "investment_periods")
BOOKKEEPING_LISTS = (
    "shapes",
    "sub_networks",
    "shunt_impedances",
    "investment_period_weightings",
)

# Attributes that linear optimisation of one year never looks at, by the reason why. What stands in
# no list (columns of a user's own, results) is ignored too, and listed with the rest.
_COMMITMENT = (
    "start_up_cost",
    "shut_down_cost",
    "stand_by_cost",
    "min_up_time",
    "min_down_time",
    "up_time_before",
    "down_time_before",
)  # counts only where committable, which is refused
_MAINTENANCE = ("maintenance_duration", "maintenance_pu", "maintenance_events")
_POWER_FLOW = ("control", "q_set")  # for power flow, not for optimisation
_LABEL = ("type",)  # of no meaning to PyPSA but for lines and transformers
_PERIODS = ("build_year",)  # counts only over several investment periods, which are refused
BOOKKEEPING: dict[str, tuple[str, ...]] = {
    "buses": (
        *_LABEL,
        "x",
        "y",
        "unit",
        "location",
        "v_mag_pu_set",
        "v_mag_pu_min",
        "v_mag_pu_max",
    ),
    "carriers": ("color", "nice_name", "max_growth", "max_relative_growth"),
    "loads": (*_LABEL, "carrier", "q_set"),
    "generators": (
        *_LABEL,
        *_PERIODS,
        *_POWER_FLOW,
        *_COMMITMENT,
        *_MAINTENANCE,
        "weight",  # for clustering
    ),
    "storage_units": (
        *_LABEL,
        *_PERIODS,
        *_POWER_FLOW,
        "state_of_charge_initial_per_period",
        "cyclic_state_of_charge_per_period",
    ),
    "stores": (*_LABEL, *_PERIODS, "q_set", "e_initial_per_period", "e_cyclic_per_period"),
    "links": (
        *_LABEL,
        *_PERIODS,
        *_COMMITMENT,
        *_MAINTENANCE,
        "terrain_factor",
    ),
    "processes": (
        *_LABEL,
        *_PERIODS,
        *_COMMITMENT,
        *_MAINTENANCE,
        "terrain_factor",
    ),
    "lines": (*_PERIODS, "g", "b", "terrain_factor", "v_ang_min"),
    # PyPSA 1.4 ignores v_ang_min; shunts of the T model change no reactance that it optimises with.
    "transformers": (*_PERIODS, "g", "b", "model", "tap_side", "v_ang_min"),
    "line_types": ("f_nom", "c_per_length", "i_nom", "mounting", "cross_section", "references"),
    "transformer_types": (
        "f_nom",
        "v_nom_0",
        "v_nom_1",
        "pfe",
        "i0",
        "tap_side",
        "tap_min",
        "tap_max",
        "references",
    ),
    "global_constraints": (),
}

WITH_PORTS = ("links", "processes")
PORT_COLUMN = re.compile(r"(bus|efficiency|rate|delay|cyclic_delay)[0-9]*")


def is_port_column(column: str) -> bool:
    """Whether an attribute of links or processes belongs to one of their ports."""
    return PORT_COLUMN.fullmatch(column) is not None


def is_series_read(component: str, attribute: str) -> bool:
    """Whether the optimum may depend on an attribute by snapshot."""
    if component in WITH_PORTS and is_port_column(attribute):
        return True
    return attribute in SERIES.get(component, ())


def meant_attribute(component: str, heading: str) -> str:
    """Return the attribute that a heading misspells by case, spaces or hyphens; else nothing."""
    known = {*USED.get(component, {}), *UNSUPPORTED.get(component, {})}
    plain = re.sub(r"[\s-]+", "_", heading.strip().lower())
    is_port = component in WITH_PORTS and is_port_column(plain)
    return plain if plain != heading and (plain in known or is_port) else ""


def is_one_number(component: str, attribute: str) -> bool:
    """Whether an attribute counts but can't change by snapshot, so that its series is a mistake."""
    known = {*USED.get(component, {}), *UNSUPPORTED.get(component, {})}
    return attribute in known and not is_series_read(component, attribute)


def meant_series(component: str, attribute: str) -> str:
    """Return the attribute by snapshot that another misspells; nothing for those of no account."""
    known = SERIES.get(component, ())
    others = BOOKKEEPING.get(component, ())
    return "" if attribute in others else meant_name(attribute, known)
