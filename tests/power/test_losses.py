from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.power.test_pypsa_network import folder
from transcaspian.errors import InputError
from transcaspian.lp import Status
from transcaspian.power import Grid, LinkLosses, read_losses, read_pypsa, solve, solve_with_losses

BUSES = "name\nA\nB\n"
SNAPSHOTS = ",snapshot,objective,stores,generators\n0,0,1,1,1\n1,1,1,1,1\n"


def losses_of(standing=0.0, converter=0.0, ohmic=0.0, segments=1, links=("cable",)) -> LinkLosses:
    one = np.ones(len(links))
    return LinkLosses(
        links, standing * one, converter * one, ohmic * one, np.full(len(links), segments)
    )


def cable(path: Path, load: str, generators: str, links: str = "cable,A,B,100,-1\n") -> Grid:
    """Return two buses and a two-way cable; two snapshots."""
    return read_pypsa(
        folder(
            path,
            buses=BUSES,
            snapshots=SNAPSHOTS,
            loads="name,bus\nload,B\n",
            loads__p_set=load,
            generators="name,bus,p_nom,marginal_cost,p_min_pu\n" + generators,
            links="name,bus0,bus1,p_nom,p_min_pu\n" + links,
        )
    )


LOAD = ",load\n0,40\n1,0\n"


def test_a_converter_loses_its_share_of_what_is_sent(tmp_path):
    grid = cable(tmp_path, LOAD, "cheap,A,200,10,0\n")
    result = solve_with_losses(grid, losses_of(converter=0.02))
    assert result.sent[:, 0] == pytest.approx([40 / 0.98, 0.0])
    assert result.loss[0, 0] == pytest.approx(40 / 0.98 * 0.02)
    assert result.result.price[0] == pytest.approx([10.0, 10.0 / 0.98])
    assert result.burning == ()
    assert result.message == ""


def test_the_standing_part_is_drawn_at_both_ends_always(tmp_path):
    grid = cable(tmp_path, LOAD, "cheap,A,200,10,0\n")
    result = solve_with_losses(grid, losses_of(standing=0.01))
    # Half a MW at each end in both hours, and the load.
    assert result.result.objective == pytest.approx(10 * (40 + 2 * 1.0))
    assert result.loss[:, 0] == pytest.approx([1.0, 1.0])


def test_ohmic_loss_is_exact_at_the_ends_of_segments(tmp_path):
    # 60 MW sent lose 0.1 x 60**2 / 100 = 3.6 MW; five segments end at 20, 40, 60, ...
    grid = cable(tmp_path, ",load\n0,56.4\n1,0\n", "cheap,A,200,10,0\n")
    result = solve_with_losses(grid, losses_of(ohmic=0.1, segments=5))
    assert result.sent[0, 0] == pytest.approx(60.0)
    assert result.loss[0, 0] == pytest.approx(3.6)


@pytest.mark.parametrize("segments", [1, 2, 4, 8, 16])
def test_chords_lie_above_the_curve_by_no_more_than_the_bound(tmp_path, segments):
    grid = cable(tmp_path, ",load\n0,33.3\n1,71.7\n", "cheap,A,200,10,0\n")
    result = solve_with_losses(grid, losses_of(converter=0.01, ohmic=0.06, segments=segments))
    curve = 0.01 * result.sent + 0.06 * result.sent**2 / 100
    above = result.loss - curve
    assert (above >= -1e-9).all()
    assert (above <= 0.06 * 100 / (4 * segments**2) + 1e-9).all()


def test_marginal_losses_part_the_prices(tmp_path):
    grid = cable(tmp_path, ",load\n0,50\n1,0\n", "cheap,A,200,10,0\ndear,B,200,11,0\n")
    result = solve_with_losses(grid, losses_of(ohmic=0.2, segments=10))
    # The cable pays while 10 / (1 - slope) < 11: slopes are 0.02, 0.06, 0.10, ...: two segments.
    assert result.sent[0, 0] == pytest.approx(20.0)
    assert result.result.price[0] == pytest.approx([10.0, 11.0])


def test_flow_runs_back_over_the_same_cable(tmp_path):
    links = "cable,B,A,100,-1\n"
    grid = cable(tmp_path, LOAD, "cheap,A,200,10,0\n", links)
    result = solve_with_losses(grid, losses_of(converter=0.02))
    assert result.sent[0, 0] == pytest.approx(-40 / 0.98)


def must_run(path: Path) -> Grid:
    """Return plants at both ends that must run 60 and 30 MW, and dear ways to be rid of it."""
    generators = "a,A,60,5,1\nb,B,30,5,1\nsink A,A,0,0,0\n"
    grid = cable(path, ",load\n0,40\n1,40\n", generators)
    units = grid.generators
    sign = np.array([1.0, 1.0, -1.0])
    capacity = replace(units.capacity, nominal=np.array([60.0, 30.0, 100.0]))
    cost = np.array([[5.0, 5.0, 20.0]])
    return replace(
        grid, generators=replace(units, sign=sign, capacity=capacity, marginal_cost=cost)
    )


def test_energy_of_negative_worth_is_not_burnt_in_a_cable(tmp_path):
    grid = must_run(tmp_path)
    losses = losses_of(converter=0.05)
    result = solve_with_losses(grid, losses)
    assert [(hour.link, hour.snapshot) for hour in result.burning] == [("cable", 0), ("cable", 1)]
    assert "fixed" in result.message
    # 10 MW must reach B, so 10 / 0.95 are sent; the rest of the 60 goes to the sink.
    assert result.sent[:, 0] == pytest.approx([10 / 0.95] * 2)
    assert result.loss[:, 0] == pytest.approx([0.5 / 0.95] * 2)
    # The relaxation would have cost less: it burns in both senses.
    assert result.relaxed_objective < result.result.objective - 1.0
    assert result.result.price[0] == pytest.approx([-20.0, -20.0 / 0.95])


def test_segments_are_not_taken_out_of_order_where_energy_is_worth_less_than_nothing(tmp_path):
    grid = must_run(tmp_path)
    result = solve_with_losses(grid, losses_of(ohmic=0.3, segments=6))
    curve = 0.3 * result.sent**2 / 100
    above = result.loss - curve
    assert (above >= -1e-9).all()
    assert (above <= 0.3 * 100 / (4 * 6**2) + 1e-9).all()


def test_a_ring_of_lossy_cables_gives_nothing_away(tmp_path):
    links = "cable,A,B,100,-1\nsecond,A,B,100,-1\nthird,B,A,100,-1\n"
    grid = cable(tmp_path, ",load\n0,0\n1,0\n", "cheap,A,200,10,0\nidle,B,200,0,0\n", links)
    result = solve_with_losses(
        grid, losses_of(converter=0.02, ohmic=0.03, segments=4, links=("cable", "second", "third"))
    )
    assert result.result.objective == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_balances_hold_when_recomputed_from_flow_and_loss(tmp_path_factory, seed):
    rng = np.random.default_rng(seed)
    load = f",load\n0,{rng.uniform(0, 90)}\n1,{rng.uniform(0, 90)}\n"
    plants = f"a,A,120,{rng.uniform(-5, 20)},{rng.choice([0.0, 0.4])}\nb,B,120,{rng.uniform(-5, 20)},0.2\nrid,A,90,-1,0\n"
    grid = cable(tmp_path_factory.mktemp("grid"), load, plants)
    units = grid.generators
    grid = replace(grid, generators=replace(units, sign=np.array([1.0, 1.0, -1.0])))
    result = solve_with_losses(
        grid, losses_of(rng.uniform(0, 0.01), 0.02, rng.uniform(0, 0.1), int(rng.integers(1, 6)))
    )
    assert result.result.status is Status.OPTIMAL
    output = result.result.columns["generator_p"] * grid.generators.sign
    supply = output.sum(axis=1)
    assert supply == pytest.approx(grid.demand.sum(axis=1) + result.loss[:, 0], abs=1e-6)
    assert result.result.objective >= result.relaxed_objective - 1e-6


def test_losses_never_make_operation_cheaper_where_energy_costs(tmp_path):
    grid = cable(tmp_path, ",load\n0,80\n1,30\n", "cheap,A,200,10,0\ndear,B,200,50,0\n")
    free = solve(grid).objective
    costs = [
        solve_with_losses(grid, losses_of(0.001, 0.01, ohmic, 4)).result.objective
        for ohmic in (0.0, 0.05, 0.1)
    ]
    assert [free, *costs] == sorted([free, *costs])


def test_losses_are_read_from_a_table(tmp_path):
    file = tmp_path / "losses.csv"
    file.write_text("link,standing_pu,converter_pu,ohmic_pu,segments\ncable,0.001,0.014,0.03,5\n")
    losses = read_losses(file)
    assert losses.links == ("cable",)
    assert (losses.standing_pu[0], losses.converter_pu[0], losses.ohmic_pu[0]) == (
        0.001,
        0.014,
        0.03,
    )
    assert losses.segments.tolist() == [5]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("cable,-0.1,0,0,1", "row 2, column 'standing_pu'"),
        ("cable,0,much,0,1", "row 2, column 'converter_pu'"),
        ("cable,0,0,0,1.5", "row 2, column 'segments'"),
    ],
)
def test_a_loss_that_is_no_share_is_named_with_its_place(tmp_path, row, place):
    file = tmp_path / "losses.csv"
    file.write_text(f"link,standing_pu,converter_pu,ohmic_pu,segments\n{row}\n")
    with pytest.raises(InputError) as caught:
        read_losses(file)
    assert place in str(caught.value)


def test_a_link_that_cannot_have_such_losses_is_named(tmp_path):
    grid = cable(tmp_path, LOAD, "cheap,A,200,10,0\n")
    with pytest.raises(InputError, match="link 'rope' is not in the network"):
        solve_with_losses(grid, losses_of(links=("rope",)))
    capacity = replace(grid.links.capacity, is_extendable=np.array([True]))
    grows = replace(grid, links=replace(grid.links, capacity=capacity))
    with pytest.raises(InputError, match="capacity of 'cable' is not fixed"):
        solve_with_losses(grows, losses_of())
