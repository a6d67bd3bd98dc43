import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transcaspian.power.kirchhoff import find_cycles


def test_a_ring_of_three_is_one_cycle_walked_in_one_sense():
    cycle, branch, direction = find_cycles(3, np.array([0, 1, 2]), np.array([1, 2, 0]))
    assert set(cycle.tolist()) == {0}
    assert sorted(branch.tolist()) == [0, 1, 2]
    assert len(set(direction.tolist())) == 1


def test_two_parallel_branches_are_a_cycle():
    cycle, _, direction = find_cycles(2, np.array([0, 0]), np.array([1, 1]))
    assert cycle.size == 2
    assert direction.sum() == 0


@given(
    n_bus=st.integers(1, 12),
    ends=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30),
)
def test_cycles_are_closed_and_as_many_as_branches_outside_a_forest(n_bus, ends):
    ends = [(a % n_bus, b % n_bus) for a, b in ends if a % n_bus != b % n_bus]
    bus0 = np.array([a for a, _ in ends], dtype=np.int64)
    bus1 = np.array([b for _, b in ends], dtype=np.int64)
    cycle, branch, direction = find_cycles(n_bus, bus0, bus1)
    n_cycle = int(cycle.max()) + 1 if cycle.size else 0
    incidence = np.zeros((n_bus, len(ends)))
    incidence[bus0, np.arange(len(ends))] -= 1.0
    incidence[bus1, np.arange(len(ends))] += 1.0
    loops = np.zeros((len(ends), n_cycle))
    loops[branch, cycle] = direction
    assert not (incidence @ loops).any()
    rank = np.linalg.matrix_rank(incidence) if len(ends) else 0
    assert n_cycle == len(ends) - rank
    assert np.linalg.matrix_rank(loops) == n_cycle if n_cycle else True
