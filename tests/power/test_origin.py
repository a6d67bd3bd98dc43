"""Whose energy a link carries, on networks that are traced by hand and by a slow method."""

import numpy as np
import pytest

from tests.power.mini import MiniView, link, make_view, plant, random_view, storage
from transcaspian.power import PowerOptions, PowerResult, solve_year
from transcaspian.power.origin import link_origins


def run(view: MiniView, n_hour: int) -> PowerResult:
    return solve_year(view, PowerOptions(n_hour=n_hour, workers=1))


def energy(result: PowerResult, name: str, sense: str = "forward") -> dict[tuple[str, str], float]:
    found = link_origins(result, (name,)).filter(sense=sense)
    return {
        (bus, carrier): mwh
        for bus, carrier, mwh in found.select("bus", "carrier", "sent_mwh").iter_rows()
    }


def chain() -> MiniView:
    """A sends 60 to B, where 60 meet 40 of B's own; B uses 50 and sends 50 on to C."""
    return make_view(
        zones=["A", "B", "C"],
        loads={"A": [0.0], "B": [50.0], "C": [50.0]},
        generators=[
            plant("far", "A", 60, 1.0, carrier="wind"),
            plant("near", "B", 40, 2.0, carrier="gas"),
        ],
        links=[link("A-B", "A", "B", 100.0), link("B-C", "B", "C", 100.0)],
    )


def test_what_leaves_a_bus_has_the_mix_of_what_reaches_it() -> None:
    assert energy(run(chain(), 1), "B-C") == pytest.approx(
        {("A", "wind"): 30.0, ("B", "gas"): 20.0}
    )


def test_a_link_from_a_plant_carries_that_plant_alone() -> None:
    assert energy(run(chain(), 1), "A-B") == pytest.approx({("A", "wind"): 60.0})


def test_a_sense_in_which_nothing_flows_has_no_rows() -> None:
    assert energy(run(chain(), 1), "B-C", "reverse") == {}


def test_losses_on_the_way_lower_the_share_of_what_comes_from_far() -> None:
    view = make_view(
        zones=["A", "B", "C"],
        loads={"A": [0.0], "B": [0.0], "C": [90.0]},
        generators=[
            plant("far", "A", 100, 1.0, carrier="wind"),
            plant("near", "B", 100, 50.0, carrier="gas"),
        ],
        links=[link("A-B", "A", "B", 50.0, loss_pu=0.2), link("B-C", "B", "C", 100.0)],
    )
    # 50 are sent from A and 40 arrive; 50 more are made in B.
    assert energy(run(view, 1), "B-C") == pytest.approx({("A", "wind"): 40.0, ("B", "gas"): 50.0})


def test_energy_out_of_storage_is_made_in_the_storage() -> None:
    view = make_view(
        zones=["A", "B"],
        loads={"A": [0.0, 0.0], "B": [0.0, 50.0]},
        generators=[plant("sun", "A", 100, 1.0, carrier="sun", p_max_profile="day")],
        profiles={"day": [1.0, 0.0]},
        storage_units=[storage("battery", "A", 60.0, 2.0)],
        links=[link("A-B", "A", "B", 100.0)],
    )
    result = run(view, 2)
    (key,) = energy(result, "A-B")
    assert key[0] == "A"
    assert key[1] != "sun"
    assert energy(result, "A-B")[key] == pytest.approx(50.0)


def slow_mix(result: PowerResult, hour: int) -> np.ndarray:
    """Follow a megawatt back round by round: mix[bus, bus where it was made]."""
    inputs = result.inputs
    n_bus = len(inputs.country)
    made = np.zeros(n_bus)
    for units, bus in (
        (result.generation, inputs.plant_bus),
        (result.storage_dispatch, inputs.grid.storage_units.bus),
        (result.market_sell, inputs.market_bus),
    ):
        for unit, where in enumerate(bus):
            made[where] += units[hour, unit]
    arriving = np.zeros((n_bus, n_bus))
    for at, (bus0, bus1) in enumerate(zip(inputs.link_bus0, inputs.link_bus1, strict=True)):
        kept = 1.0 - inputs.link_loss[at]
        arriving[bus1, bus0] += kept * result.link_forward[hour, at]
        arriving[bus0, bus1] += kept * result.link_reverse[hour, at]
    reach = made + arriving.sum(axis=1)
    mix = np.zeros((n_bus, n_bus))
    for _ in range(500):
        for bus in range(n_bus):
            if reach[bus] > 1e-9:
                own = np.zeros(n_bus)
                own[bus] = made[bus]
                mix[bus] = (own + arriving[bus] @ mix) / reach[bus]
    return mix


@pytest.mark.parametrize("seed", range(6))
def test_tracing_equals_following_each_megawatt_back_round_by_round(seed: int) -> None:
    result = run(random_view(seed, 24), 24)
    for name in result.inputs.links:
        at = result.inputs.links.index(name)
        for sense, flows, starts in (
            ("forward", result.link_forward, result.inputs.link_bus0),
            ("reverse", result.link_reverse, result.inputs.link_bus1),
        ):
            slow = np.zeros(len(result.buses))
            for hour in range(24):
                slow += flows[hour, at] * slow_mix(result, hour)[starts[at]]
            found = np.zeros(len(result.buses))
            for (bus, _), mwh in energy(result, name, sense).items():
                found[result.buses.index(bus)] += mwh
            assert found == pytest.approx(slow, abs=1e-5)
            assert found.sum() == pytest.approx(flows[:, at].sum(), abs=1e-5)
