"""`transcaspian freight`: traffic assignment on networks in the TNTP format."""

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, print_json
from transcaspian.errors import NotConvergedError

if TYPE_CHECKING:
    from transcaspian.freight import Assignment, StochasticAssignment

app = typer.Typer(help="Assign traffic to networks.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Assign traffic to networks."""


@app.command()
def assign(
    net: Annotated[Path, typer.Option(help="Network in the TNTP format.")],
    trips: Annotated[Path, typer.Option(help="Trips in the TNTP format.")],
    gap: Annotated[float, typer.Option(help="Relative gap at which to stop.", min=0.0)] = 1e-8,
    distance_weight: Annotated[
        float | None,
        typer.Option(
            help="Cost per unit of length; by default the file's <DISTANCE FACTOR>, or 0."
        ),
    ] = None,
    toll_weight: Annotated[
        float | None,
        typer.Option(help="Cost per unit of toll; by default the file's <TOLL FACTOR>, or 0."),
    ] = None,
    max_iterations: Annotated[
        int, typer.Option(help="Rounds after which to give up.", min=1)
    ] = 500,
    system_optimum: Annotated[
        bool, typer.Option("--system-optimum", help="Minimise total cost instead.")
    ] = False,
    theta: Annotated[
        float | None,
        typer.Option(
            help="Stochastic equilibrium instead: scale of a path-size logit, per unit of cost.",
            min=1e-12,
        ),
    ] = None,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """User equilibrium: objective (Beckmann), total cost (TSTT), relative gap, iterations, time."""
    if theta is not None and system_optimum:
        raise typer.BadParameter("--theta and --system-optimum exclude each other.")
    _check_options(gap, theta, distance_weight, toll_weight)
    # Loading the compiled loops takes a second or two, which no other command should pay.
    from transcaspian.freight.logit import LogitOptions, assign_stochastic
    from transcaspian.freight.read import read_tntp
    from transcaspian.freight.user import AssignOptions
    from transcaspian.freight.user import assign as assign_traffic

    problem = read_tntp(net, trips, distance_weight, toll_weight)
    started = time.perf_counter()
    objective: float | None = None  # a logit with path sizes minimises no function
    result: Assignment | StochasticAssignment
    if theta is None:
        result = assign_traffic(problem, AssignOptions(gap, max_iterations, system_optimum))
        objective = result.objective
    else:
        logit = LogitOptions(theta, gap=gap, max_iterations=max_iterations)
        result = assign_stochastic(problem, logit)
    if not math.isfinite(result.tstt + (objective or 0.0)):
        raise NotConvergedError("The total cost leaves the range of numbers: check the units.")
    values = {
        "objective": objective,
        "tstt": result.tstt,
        "relative_gap": result.relative_gap,
        "iterations": len(result.gaps),
        "time_s": time.perf_counter() - started,
    }
    if as_json:
        print_json(values)
        return
    typer.echo(f"Objective     {'none' if objective is None else f'{objective:,.6f}'}")
    typer.echo(f"Total cost    {result.tstt:,.6f}")
    typer.echo(f"Relative gap  {result.relative_gap:.3g}")
    typer.echo(f"Iterations    {values['iterations']}")
    typer.echo(f"Time          {values['time_s']:.3f} s")


def _check_options(*values: float | None) -> None:
    """Raise typer.BadParameter for an option that is not-a-number or infinite."""
    for value in values:
        if value is not None and not math.isfinite(value):
            raise typer.BadParameter(f"{value} is not a finite number.")
