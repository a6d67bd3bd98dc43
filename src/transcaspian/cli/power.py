"""`transcaspian power`: least-cost operation of networks in PyPSA's and MATPOWER's formats."""

import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    import polars as pl

app = typer.Typer(help="Solve power networks.", no_args_is_help=True)

EXIT_NOT_OPTIMAL = 1
KB_PER_MB = 1024.0
ROWS_SHOWN = 40
SUSCEPTANCES = ("1/x", "x/(r2+x2)")
METHODS = ("auto", "windows", "simplex", "ipm", "hipo", "benders")
FORMATS = ("csv", "parquet")


@app.callback()
def _group() -> None:
    """Solve power networks."""


def _one_of(choices: tuple[str, ...]) -> Callable[[str | None], str | None]:
    """Return a check that an option is one of the choices."""

    def check(value: str | None) -> str | None:
        if value is not None and value not in choices:
            raise typer.BadParameter(f"{value!r} is none of {', '.join(choices)}.")
        return value

    return check


def _share(value: float) -> float:
    if not 0.0 < value < 1.0:
        raise typer.BadParameter(f"{value!r} is not above 0 and below 1.")
    return value


@app.command()
def solve(
    source: Annotated[
        Path, typer.Argument(help="PyPSA CSV folder, PyPSA netCDF file, or MATPOWER .m file.")
    ],
    susceptance: Annotated[
        str | None,
        typer.Option(
            callback=_one_of(SUSCEPTANCES),
            help="Branch susceptance of a MATPOWER case: 1/x (without the option) or x/(r2+x2).",
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            callback=_one_of(METHODS),
            help="auto, windows, simplex, ipm, hipo or benders; none changes the optimum.",
        ),
    ] = "auto",
    gap: Annotated[
        float,
        typer.Option(
            callback=_share, help="Relative gap at which benders ends; the others are exact."
        ),
    ] = 1e-7,
    losses: Annotated[
        Path | None,
        typer.Option(
            help="CSV file of losses of direct-current links: link, standing_pu, converter_pu, "
            "ohmic_pu, segments."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="New or empty folder for the tables of prices, dispatch and capacity."),
    ] = None,
    table_format: Annotated[
        str,
        typer.Option(
            "--format", callback=_one_of(FORMATS), help="Of the tables in --out: csv or parquet."
        ),
    ] = "csv",
    with_tables: Annotated[
        bool, typer.Option("--tables", help="Print the tables too; all rows with --json.")
    ] = False,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Solve a network at least cost; the exit code is 0 only when the optimum was found."""
    from transcaspian import power

    if out is not None:
        power.check_target(out)
    ignored: list[str] = []
    if source.suffix.lower() == ".m":
        grid = power.read_matpower(source, susceptance or SUSCEPTANCES[0])
    else:
        grid = power.read_pypsa(source)
        ignored += ["--susceptance (of MATPOWER cases)"] if susceptance else []
    options = power.GridOptions(method=method, gap=gap)
    lossy: power.LossResult | None = None
    more: dict[str, object] = {}
    if losses is None:
        result = power.solve(grid, options)
    else:
        lossy = power.solve_with_losses(grid, power.read_losses(losses), options)
        result = lossy.result
        more = {
            "burning": [
                f"{hour.link}, snapshot {hour.snapshot}: {hour.burnt_mw:.6g} MW"
                for hour in lossy.burning
            ],
            "note": lossy.message,
        }
    is_optimal = result.status is power.Status.OPTIMAL
    tables: dict[str, pl.DataFrame] = {}
    if is_optimal and (out is not None or with_tables):
        tables = power.grid_tables(grid, result, lossy)
    if is_optimal and out is not None:
        power.write_tables(tables, out, table_format)
        more["out"] = str(out)
    values = {
        "objective": result.objective if is_optimal else None,
        "objective_constant": result.objective_constant,
        "status": result.status.value,
        "build_s": result.build_s,
        "solve_s": result.solve_s,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB,
        "ignored": [*grid.ignored, *ignored],
        "conflict": result.conflict,
        "method": result.method,
        "iterations": result.iterations,
        "gap": result.gap if is_optimal else None,
        "solver": result.solver,
        **more,
    }
    if as_json:
        shown = tables if with_tables else {}
        content = {name: table.to_dicts() for name, table in shown.items()}
        print_json(values | ({"tables": content} if with_tables else {}))
    else:
        _print(values, tables if with_tables else {})
    if not is_optimal:
        typer.echo(f"{source}: {result.status.value}, no optimum. {result.conflict}", err=True)
        sys.exit(EXIT_NOT_OPTIMAL)


@app.command()
def adequacy(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="Folder of a case, or the name of a packaged one.")
    ] = "trans-caspian",
    years: Annotated[
        str, typer.Option(help="Years, separated by commas; all model years by default.")
    ] = "",
    scenarios: Annotated[
        str, typer.Option(help="Scenarios, separated by commas; the first by default.")
    ] = "",
    projects: Annotated[
        str,
        typer.Option(help="Projects and clusters to set beside none, separated by commas."),
    ] = "",
    samples: Annotated[
        int, typer.Option(min=1, max=100_000, help="Years of outages, at least.")
    ] = 200,
    half_width: Annotated[
        float | None,
        typer.Option(
            help="Add years until LOLE and EENS of zones above 1 h are known to within this share."
        ),
    ] = None,
    most_samples: Annotated[
        int, typer.Option(min=1, max=100_000, help="Years of outages at most, with --half-width.")
    ] = 20_000,
    weather_years: Annotated[
        int, typer.Option(min=1, max=50, help="Weather years: the case's own, then synthetic ones.")
    ] = 3,
    sharing: Annotated[
        str,
        typer.Option(
            callback=_one_of(("share", "order", "alone")),
            help="share: a shortage is borne in proportion to load; order: the nearest is helped "
            "first; alone: no help between zones.",
        ),
    ] = "share",
    capacity_values: Annotated[
        bool, typer.Option("--capacity-values", help="Find EFC and ELCC too (minutes).")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Threads; they change no result.")] = 2,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Simulate how often and how far zones run short, with and without projects."""
    from transcaspian.case.read import read_case
    from transcaspian.power.adequacy.simulate import AdequacyOptions
    from transcaspian.study.adequacy import adequacy_tables, chosen_plan

    options = AdequacyOptions(
        samples=samples,
        half_width=half_width,
        most_samples=most_samples,
        seed=seed,
        policy=sharing,
        workers=workers,
    )
    checked = read_case(case)
    plan = chosen_plan(
        checked,
        _words(years),
        _words(scenarios),
        _words(projects),
        options,
        weather_years,
        capacity_values=capacity_values,
    )
    tables = adequacy_tables(checked, plan, lambda text: typer.echo(text, err=True), needed=True)
    if as_json:
        content = {name: table.to_dicts() for name, table in tables.items()}
        print_json({"case": checked.name, "seed": seed, "sharing": sharing, "tables": content})
        return
    _print_adequacy(tables)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _print_adequacy(tables: Mapping[str, "pl.DataFrame"]) -> None:
    """Print zones that run short, what projects change, and the verdict."""
    rows = [
        (
            *(row[name] for name in ("scenario", "year", "run", "bus")),
            f"{row['lole_h']:.2f}",
            "" if row["lole_high_h"] is None else f"{row['lole_high_h'] - row['lole_h']:.2f}",
            f"{row['eens_mwh']:,.0f}",
            f"{row['largest_event_mwh']:,.0f}",
            row["standing"].removesuffix(" the standard"),
        )
        for row in tables["power_adequacy"].iter_rows(named=True)
        if row["lole_h"] > 0.0
    ]
    columns = (
        "scenario",
        "year",
        "run",
        "zone",
        "LOLE h/a",
        "±",
        "EENS MWh/a",
        "largest MWh",
        "standard",
    )
    numeric = ("LOLE h/a", "±", "EENS MWh/a", "largest MWh")
    counts = tables["power_adequacy"]["samples"].to_list()
    print_table(
        f"Zones that run short ({max(counts)} years of outages, ± 95 %)",
        columns,
        rows,
        numeric=numeric,
    )
    shown = {
        "power_adequacy_capacity": (
            "year",
            "run",
            "element",
            "bus",
            "p_nom_mw",
            "efc_mw",
            "elcc_mw",
        ),
        "power_adequacy_loss": (
            "year",
            "link",
            "bus",
            "bipole_mw",
            "reserve_more_mw",
            "lole_out_h",
        ),
        "adequacy_scenarios": ("scenario", "is_weighed", "countries_beyond", "years_beyond"),
    }
    for name, kept in shown.items():
        if tables[name].height:
            _print({}, {name: tables[name].select(kept)})


def _print(values: Mapping[str, object], tables: Mapping[str, "pl.DataFrame"]) -> None:
    """Print values by name, then the first rows of every table."""
    for name, value in values.items():
        typer.echo(f"{name:20} {', '.join(value) if isinstance(value, list) else value}")
    for name, table in tables.items():
        hidden = table.height - ROWS_SHOWN
        title = name if hidden <= 0 else f"{name} (first {ROWS_SHOWN} of {table.height:,} rows)"
        numeric = [column for column, kind in table.schema.items() if kind.is_numeric()]
        rows = [
            [f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row]
            for row in table.head(ROWS_SHOWN).iter_rows()
        ]
        print_table(title, table.columns, rows, numeric=numeric)
