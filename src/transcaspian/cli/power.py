"""`transcaspian power`: least-cost operation of networks in PyPSA's and MATPOWER's formats."""

import resource
import sys
from pathlib import Path
from typing import Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, print_json

app = typer.Typer(help="Solve power networks.", no_args_is_help=True)

EXIT_NOT_OPTIMAL = 1
KB_PER_MB = 1024.0


@app.callback()
def _group() -> None:
    """Solve power networks."""


@app.command()
def solve(
    source: Annotated[
        Path, typer.Argument(help="PyPSA CSV folder, PyPSA netCDF file, or MATPOWER .m file.")
    ],
    susceptance: Annotated[
        str, typer.Option(help="Branch susceptance of a MATPOWER case: 1/x or x/(r2+x2).")
    ] = "1/x",
    method: Annotated[
        str,
        typer.Option(
            help="auto, windows, simplex, ipm, hipo or benders; none changes the optimum."
        ),
    ] = "auto",
    gap: Annotated[
        float, typer.Option(help="Relative gap at which benders ends; the others are exact.")
    ] = 1e-7,
    losses: Annotated[
        Path | None,
        typer.Option(
            help="CSV file of losses of direct-current links: link, standing_pu, converter_pu, "
            "ohmic_pu, segments."
        ),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Solve a network at least cost; the exit code is 0 only when the optimum was found."""
    from transcaspian import power

    if source.suffix.lower() == ".m":
        grid = power.read_matpower(source, susceptance)
    else:
        grid = power.read_pypsa(source)
    options = power.GridOptions(method=method, gap=gap)
    more: dict[str, object] = {}
    if losses is None:
        result = power.solve(grid, options)
    else:
        with_losses = power.solve_with_losses(grid, power.read_losses(losses), options)
        result = with_losses.result
        more = {
            "burning": [
                f"{hour.link}, snapshot {hour.snapshot}: {hour.burnt_mw:.6g} MW"
                for hour in with_losses.burning
            ],
            "note": with_losses.message,
        }
    is_optimal = result.status is power.Status.OPTIMAL
    values = {
        "objective": result.objective if is_optimal else None,
        "objective_constant": result.objective_constant,
        "status": result.status.value,
        "build_s": result.build_s,
        "solve_s": result.solve_s,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB,
        "ignored": list(grid.ignored),
        "conflict": result.conflict,
        "method": result.method,
        "iterations": result.iterations,
        "gap": result.gap if is_optimal else None,
        "solver": result.solver,
        **more,
    }
    if as_json:
        print_json(values)
    else:
        for name, value in values.items():
            typer.echo(f"{name:20} {', '.join(value) if isinstance(value, list) else value}")
    if not is_optimal:
        typer.echo(f"{source}: {result.status.value}, no optimum. {result.conflict}", err=True)
        sys.exit(EXIT_NOT_OPTIMAL)
