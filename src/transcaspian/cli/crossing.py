"""`transcaspian crossing`: the sea crossing in simulation."""

from typing import Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json, print_table

app = typer.Typer(help="Simulate the sea crossing and its ports.", no_args_is_help=True)
BUSIEST_SHOWN = 12


@app.callback()
def _group() -> None:
    """Simulate the sea crossing and its ports."""


@app.command()
def simulate(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="Folder of a case, or the name of a packaged one.")
    ] = "trans-caspian",
    year: Annotated[int, typer.Option(help="Year of the case.")] = 2025,
    replications: Annotated[
        int, typer.Option(min=1, max=500, help="Independent runs of the year.")
    ] = 20,
    half_width: Annotated[
        float | None,
        typer.Option(help="Add runs until mean waits are known to within so many hours."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    scenario: Annotated[str, typer.Option(help="Scenario; the first by default.")] = "",
    projects: Annotated[
        str, typer.Option(help="Projects taken as open, separated by commas.")
    ] = "",
    sea_level: Annotated[str, typer.Option(help="Path of the sea level: mid, low, high.")] = "mid",
    spell_h: Annotated[
        float | None, typer.Option(min=1.0, help="Mean length of closed spells, everywhere [h].")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Runs that go side by side.")] = 2,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show waits, throughput and occupancy of a year, with confidence intervals."""
    from transcaspian.case.read import read_case
    from transcaspian.crossing.programs import Options
    from transcaspian.crossing.replicate import simulate as run
    from transcaspian.crossing.summary import summarise

    checked = read_case(case)
    chosen = tuple(word.strip() for word in projects.split(",") if word.strip())
    view = checked.at(year, scenario or checked.scenario_names()[0], chosen)
    simulation = run(
        view,
        Options(sea_level_path=sea_level, mean_spell_h=spell_h),
        replications=replications,
        seed=seed,
        half_width_h=half_width,
        workers=workers,
    )
    answer = summarise(simulation)
    if as_json:
        print_json(answer)
        return
    print_table(
        f"Waits in {year}, hours from arrival in port to sailing "
        f"({simulation.replications} replications, ± 95 %)",
        ("cargo", "mean", "±", "median", "90 %", "99 %", "sailed"),
        [
            (
                name,
                f"{waits['mean_h']:.1f}",
                f"{waits['ci95']['mean_h'][1] - waits['mean_h']:.1f}",
                *(f"{waits[key]:.0f}" for key in ("p50_h", "p90_h", "p99_h")),
                f"{answer['throughput'][name]['mean']:.0f}",
            )
            for name, waits in answer["waits"].items()
        ],
        numeric=("mean", "±", "median", "90 %", "99 %", "sailed"),
    )
    busiest = sorted(answer["occupancy"].items(), key=lambda item: -item[1]["mean"])
    print_table(
        "Busiest resources, share of time in use",
        ("resource", "busy %"),
        [(name, f"{100 * share['mean']:.0f}") for name, share in busiest[:BUSIEST_SHOWN]],
        numeric=("busy %",),
    )
    for sentence in answer["unstable"]:
        console().print(sentence, soft_wrap=True)


@app.command()
def search(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="Folder of a case, or the name of a packaged one.")
    ] = "trans-caspian",
    year: Annotated[int, typer.Option(help="Year of the case.")] = 2025,
    cargo: Annotated[str, typer.Option(help="Class of cargo whose wait is held.")] = "teu",
    limit_h: Annotated[float, typer.Option(help="Longest wait wanted [h].")] = 72.0,
    share: Annotated[float, typer.Option(help="Share of units that must sail within it.")] = 0.9,
    vessels: Annotated[
        list[str], typer.Option(help="Counts to try of a service, as NAME=2,4,6; may be repeated.")
    ] = [],  # noqa: B006
    berths: Annotated[
        list[str], typer.Option(help="Counts to try of a berth, as NAME=2,3; may be repeated.")
    ] = [],  # noqa: B006
    berth_usd: Annotated[float, typer.Option(min=0.0, help="Cost of a berth-year [USD].")] = 2e6,
    replications: Annotated[
        int, typer.Option(min=2, max=500, help="Independent runs of each combination.")
    ] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    scenario: Annotated[str, typer.Option(help="Scenario; the first by default.")] = "",
    workers: Annotated[int, typer.Option(min=1, help="Runs that go side by side.")] = 2,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show which fleets and berths hold a wait, cheapest first, with the frontier."""
    from transcaspian.case.read import read_case
    from transcaspian.crossing.search import SearchPlan, search_fleets

    checked = read_case(case)
    plan = SearchPlan(
        cargo, limit_h, share, _counts("vessels", vessels), _counts("berths", berths), berth_usd
    )
    frame = search_fleets(
        checked.at(year, scenario or checked.scenario_names()[0], ()),
        plan,
        replications=replications,
        seed=seed,
        workers=workers,
    )
    meeting = frame.filter("meets")
    cheapest = meeting.row(0, named=True) if meeting.height else None
    if as_json:
        print_json({"cheapest": cheapest, "combinations": frame.to_dicts()})
        return
    varied = [*plan.vessels, *plan.berths]
    print_table(
        f"{cargo} in {year}: sailing within {limit_h:g} h (wanted {share:.0%}), cheapest first",
        (*varied, "MUSD/a", "within %", "95 %", "mean h", "shorter h", "meets", "frontier"),
        [
            (
                *(row[name] for name in varied),
                f"{row['cost_musd']:.1f}",
                f"{100 * row['within']:.1f}",
                f"{100 * row['low']:.1f} to {100 * row['high']:.1f}",
                f"{row['mean_h']:.1f}",
                f"{row['shorter_h']:.1f} ± {row['shorter_high_h'] - row['shorter_h']:.1f}",
                "yes" if row["meets"] else "",
                "*" if row["is_frontier"] else "",
            )
            for row in frame.iter_rows(named=True)
        ],
        numeric=("MUSD/a", "within %", "mean h", "shorter h"),
    )
    if cheapest is None:
        console().print("No combination holds the limit with the wanted share.", soft_wrap=True)


def _counts(option: str, texts: list[str]) -> dict[str, tuple[int, ...]]:
    """Return counts by name from NAME=2,4,6; raise BadParameter for anything else."""
    found = {}
    for text in texts:
        name, sign, numbers = text.partition("=")
        words = numbers.split(",")
        if not sign or not name or not all(word.strip().isdigit() for word in words):
            raise typer.BadParameter(f"{text!r} is not NAME=2,4,6", param_hint=f"--{option}")
        found[name.strip()] = tuple(int(word) for word in words)
    return found
