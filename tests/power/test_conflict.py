"""Conflicts made by hand: what the message must name."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.power.test_pypsa_network import FILES, folder
from transcaspian.lp import Status
from transcaspian.power import read_pypsa, solve


def conflict(path: Path, **changes: str) -> str:
    result = solve(read_pypsa(folder(path, **changes)))
    assert result.status is Status.INFEASIBLE
    return result.conflict


def test_a_shortage_names_zone_hour_mwh_and_what_is_full(tmp_path):
    plants = "name,bus,p_nom,marginal_cost\ncheap,A,200,10\ndear,B,20,50\n"
    message = conflict(tmp_path, generators=plants)
    # Hour 1: 140 MW of load, 90 MW over the cable and 20 MW from the dear plant; it lasts 2 h.
    assert "B: demand cannot be met, 60.0 MWh in 1 hour: hour 1 (60.0 MWh)." in message
    assert "At its limit in B, hour 1: generator dear, link cable." in message


def test_too_much_output_names_who_must_run_and_which_way_out_is_full(tmp_path):
    plants = "name,bus,p_nom,p_min_pu,marginal_cost\ncheap,A,130,1,10\ndear,B,200,0,50\n"
    message = conflict(tmp_path, generators=plants)
    assert "A: more must run than can be used or sent away" in message
    # 130 MW run, 100 leave; 90 MW arrive where the load is 80 MW in hour 0.
    assert "hour 0 (30.0 MWh), 1 (60.0 MWh)" in message
    assert "B: more must run than can be used or sent away, 10.0 MWh" in message
    assert "generator cheap" in message
    assert "link cable" in message


def test_a_limit_over_many_hours_is_named_where_it_leaves_demand_unmet(tmp_path):
    message = conflict(
        tmp_path,
        carriers="name,co2_emissions\ncoal,1\n",
        generators="name,bus,p_nom,marginal_cost,carrier\ncheap,B,200,10,coal\n",
        global_constraints="name,type,carrier_attribute,sense,constant\n"
        "cap on carbon,primary_energy,co2_emissions,<=,300\n",
    )
    # 360 MWh of load over three hours, 300 of them allowed.
    assert "B: demand cannot be met" in message
    assert "Limits that bind: limit cap on carbon." in message


def test_energy_that_a_plant_cannot_make_is_named(tmp_path):
    message = conflict(
        tmp_path,
        generators="name,bus,p_nom,marginal_cost,e_sum_min\ncheap,B,200,10,0\nsmall,B,1,50,9\n",
    )
    assert "energy of generator small: cannot be kept, by 6.0 MWh." in message


def test_a_lower_limit_above_the_upper_one_is_named(tmp_path):
    message = conflict(
        tmp_path,
        generators="name,bus,p_nom,p_min_pu,p_max_pu\nodd,B,100,0.8,0.5\ncheap,B,200,0,1\n",
    )
    assert "generator odd: its least exceeds its most by up to 30.0 MW" in message


def test_a_full_branch_is_named(tmp_path):
    message = conflict(
        tmp_path,
        links="name,bus0,bus1\n",
        lines="name,bus0,bus1,x,s_nom\nwire,B,A,10,50\n",
        generators="name,bus,p_nom,marginal_cost\ncheap,A,200,10\n",
    )
    # The wire runs from B to A, so its flow into B is at its lower limit.
    assert "At its limit in B, hour 1: branch wire." in message
    assert "210.0 MWh in 2 hours" in message


@pytest.mark.parametrize("short", [1.0, 7.5])
def test_what_is_missing_is_the_least_load_that_must_go(tmp_path, short):
    grid = read_pypsa(
        folder(tmp_path, generators=FILES["generators"].replace("dear,B,200", "dear,B,50"))
    )
    more = grid.demand.copy()
    more[1, 1] += short
    assert solve(grid).status is Status.OPTIMAL
    message = solve(replace(grid, demand=more)).conflict
    assert f"hour 1 ({2.0 * short:,.1f} MWh)" in message  # snapshot 1 stands for 2 h


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"generators": "name,bus,p_nom,marginal_cost,ramp_limit_up\nslow,B,200,10,0.1\n"},
            "At its limit in B, hour 1: upward ramp of generator slow.",
        ),
        (
            {
                "generators": "name,bus,p_nom,marginal_cost\nonly,B,100,10\n",
                "storage_units": "name,bus,p_nom,max_hours,state_of_charge_initial\ncell,B,50,1,10\n",
            },
            "At its limit in B, hour 1: generator only, stored energy of cell.",
        ),
        (
            {
                "generators": "name,bus,p_nom,p_nom_extendable,p_nom_max,capital_cost\nnew,B,0,True,100,3\n"
            },
            "At its limit in B, hour 1: capacity of generator new.",
        ),
        (
            {
                "links": "name,bus0,bus1\n",
                "lines": "name,bus0,bus1,x,s_nom\none,A,B,1,100\ntwo,A,B,2,10\n",
                "generators": "name,bus,p_nom,marginal_cost\ncheap,A,500,10\n",
            },
            "branch two, Kirchhoff's voltage law around cycle 0.",
        ),
        (
            {"storage_units": "name,bus,p_nom,max_hours,state_of_charge_set\ncell,B,10,5,40\n"},
            "stored energy of cell: cannot be kept, by 30.0 MWh, first in hour 0.",
        ),
    ],
)
def test_what_binds_is_named_in_words(tmp_path, changes, words):
    assert words in conflict(tmp_path, **changes)
