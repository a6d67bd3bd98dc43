from dataclasses import fields, replace

import numpy as np
import pytest

from tests.power.test_losses import LOAD, cable, losses_of
from transcaspian.errors import InputError
from transcaspian.power import solve, solve_with_losses
from transcaspian.power.grid import Capacity, GridLinks
from transcaspian.power.links import join_links, take_links


def with_delay(links: GridLinks, lag: int) -> GridLinks:
    n_port = links.port_link.size
    late = np.full(n_port, lag, dtype=np.int64)
    return replace(links, port_lag=late, port_wraps=np.ones(n_port, dtype=bool))


def is_same(one: GridLinks, two: GridLinks) -> bool:
    for field in fields(GridLinks):
        a, b = getattr(one, field.name), getattr(two, field.name)
        if isinstance(a, Capacity):
            a, b = ([getattr(c, part.name) for part in fields(Capacity)] for c in (a, b))
        if (a is None) != (b is None) or (a is not None and not np.array_equal(a, b)):
            equal_numbers = a is not None and np.array_equal(a, b, equal_nan=True)
            if not equal_numbers:
                return False
    return True


THREE = "one,A,B,10,-1\ntwo,A,B,20,0\nthree,B,A,30,0\n"


def test_links_cut_and_joined_are_the_links_that_they_were(tmp_path):
    links = with_delay(cable(tmp_path, LOAD, "cheap,A,200,10,0\n", THREE).links, 1)

    first, rest = take_links(links, np.array([0])), take_links(links, np.array([1, 2]))

    assert rest.names == ("two", "three")
    assert rest.port_link.tolist() == [0, 1]
    assert is_same(join_links(first, rest), links)


def test_what_one_set_of_links_leaves_out_is_filled_in_where_the_other_has_it(tmp_path):
    links = replace(
        cable(tmp_path, LOAD, "cheap,A,200,10,0\n", THREE).links,
        bus0_factor=None, port_lag=None, port_wraps=None, is_process=None,
    )  # fmt: skip
    late = with_delay(take_links(links, np.array([2])), 1)

    joined = join_links(take_links(links, np.array([0, 1])), late)

    assert joined.port_lag is not None
    assert joined.port_lag.tolist() == [0, 0, 1]
    assert joined.bus0_factor is None


@pytest.mark.parametrize("lag", [0, 1])
def test_a_delay_is_kept_where_another_link_has_losses(tmp_path, lag):
    # All 40 MW of the first hour at B; the slow link is free, the cable costs 2 percent.
    links = "cable,A,B,100,-1\nslow,A,B,30,0\n"
    grid = cable(tmp_path, LOAD, "cheap,A,50,10,0\n", links)
    slow = with_delay(grid.links, 0)
    late = np.where(np.arange(slow.port_link.size) == 1, lag, 0).astype(np.int64)
    grid = replace(grid, links=replace(slow, port_lag=late))

    result = solve_with_losses(grid, losses_of(converter=0.02))

    sent = result.result.columns["link_p"][:, 0]  # the slow link stands before the segments
    first = (40 - 30) / 0.98
    assert sent == pytest.approx([30.0, 0.0] if lag == 0 else [0.0, 30.0])
    assert result.sent[:, 0] == pytest.approx([first, 0.0])
    assert solve(grid).objective == pytest.approx(10 * 40)


def test_losses_of_a_link_that_delays_are_refused_by_its_name(tmp_path):
    grid = cable(tmp_path, LOAD, "cheap,A,50,10,0\n")
    late = replace(grid, links=with_delay(grid.links, 1))

    with pytest.raises(InputError, match="'cable' is a process or has a delay"):
        solve_with_losses(late, losses_of(converter=0.02))
