import os
import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.power import pypsa_networks
from tests.power.mini import random_view
from transcaspian.lp import Status
from transcaspian.power import PowerOptions, read_pypsa, solve, solve_year
from transcaspian.power.pypsa_export import export_pypsa

# PyPSA, pandas and linopy warn of their own future; this program does not depend on it.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
NEEDS_NETWORKS = "TRANSCASPIAN_PYPSA_NETWORKS, a folder of PyPSA networks"


def exported(n, folder: Path, kind: str) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "netcdf":
            n.export_to_netcdf(folder / "n.nc")
            return folder / "n.nc"
        n.export_to_csv_folder(folder / "n")
        return folder / "n"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["netcdf", "folder"])
def test_a_network_of_every_component_costs_what_pypsa_says(seed, kind, tmp_path):
    n = pypsa_networks.small(seed)
    grid = read_pypsa(exported(n, tmp_path, kind))
    result = solve(grid)
    assert result.status is Status.OPTIMAL
    assert result.objective == pytest.approx(pypsa_networks.optimise(n), rel=1e-6)


def test_prices_are_those_of_pypsa_where_they_are_unique(tmp_path):
    n = pypsa_networks.small(11)
    grid = read_pypsa(exported(n, tmp_path, "netcdf"))
    result = solve(grid)
    pypsa_networks.optimise(n)
    theirs = n.buses_t.marginal_price[list(grid.buses)].to_numpy()
    assert np.abs(result.price - theirs).max() < 1e-5 * np.abs(theirs).max()


def test_quadratic_cost_agrees_with_pypsa(tmp_path):
    n = pypsa_networks.small(5, 6, quadratic=True)
    result = solve(read_pypsa(exported(n, tmp_path, "netcdf")))
    assert result.objective == pytest.approx(pypsa_networks.optimise(n), rel=1e-6)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_a_case_exported_to_pypsa_costs_the_same_there(seed, tmp_path):
    import pypsa

    result = solve_year(random_view(seed, 72), PowerOptions(n_hour=72, workers=1))
    export_pypsa(result.inputs.grid, tmp_path / "year")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        n = pypsa.Network(tmp_path / "year")
    assert pypsa_networks.optimise(n) == pytest.approx(result.objective_usd, rel=1e-6)
    theirs = n.buses_t.marginal_price[list(result.buses)].to_numpy()
    # Costs of the random year seldom tie, so nearly all prices are unique.
    same = np.abs(result.price - theirs) < 1e-6 * np.maximum(1.0, np.abs(theirs))
    assert same.mean() > 0.99


def test_networks_of_a_named_folder_cost_what_pypsa_says():
    folder = os.environ.get("TRANSCASPIAN_PYPSA_NETWORKS")
    if not folder:
        pytest.skip(f"not run: needs {NEEDS_NETWORKS}")
    import pypsa

    files = sorted(Path(folder).glob("*.nc"))
    assert files, f"there is no .nc file in {folder}"
    for file in files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            n = pypsa.Network(file)
        result = solve(read_pypsa(file))
        assert result.objective == pytest.approx(pypsa_networks.optimise(n), rel=1e-6), file.name
