"""Commands that bring hourly series from open services: `fetch weather` and `fetch load`."""

from pathlib import Path
from typing import Annotated

import typer

from transcaspian.cli.output import JSON_OPTION, console, print_json, print_table

app = typer.Typer(help="Bring observed weather and load into a case folder.", no_args_is_help=True)

FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of a case of your own; it is changed.")
]
BusesOption = Annotated[
    str, typer.Option("--buses", metavar="A,B", help="Only these power buses; all without it.")
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="S", min=0.01, help="Seconds to wait for an answer.")
]
AttemptsOption = Annotated[
    int, typer.Option("--attempts", metavar="N", min=1, max=20, help="Attempts a file, in all.")
]
AddressOption = Annotated[
    str, typer.Option("--address", metavar="URL", help="Another address of the same service.")
]


@app.command()
def weather(
    folder: FolderArgument,
    kinds: Annotated[str, typer.Option("--kinds", help="wind, solar or both.")] = "wind,solar",
    buses: BusesOption = "",
    keep_means: Annotated[
        bool, typer.Option("--keep-means", help="Scale so that every yearly mean stays.")
    ] = False,
    address: AddressOption = "",
    timeout_s: TimeoutOption = 60.0,
    attempts: AttemptsOption = 4,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Replace wind and solar profiles by ones made from the weather that NASA POWER observed."""
    from transcaspian.case.read import PACKAGED_CASES, find_case, read_case
    from transcaspian.fetch.download import Courtesy
    from transcaspian.fetch.nasa_power import ADDRESS
    from transcaspian.fetch.weather import KINDS, WeatherOptions, fetch_weather

    wanted = _words(kinds)
    if not wanted or not set(wanted) <= set(KINDS):
        raise typer.BadParameter(f"{kinds!r} is none of {', '.join(KINDS)}.")
    options = WeatherOptions(
        kinds=wanted,
        buses=_words(buses),
        keep_means=keep_means,
        address=address or ADDRESS,
        courtesy=Courtesy(timeout_s=timeout_s, attempts=attempts),
    )
    packaged = [find_case(name) for name in PACKAGED_CASES]
    done = fetch_weather(folder, read_case, options, packaged, _say)
    columns = ("profile", "mean_before", "mean", "factor", "filled_hours")
    _report(folder, done, columns, as_json=as_json)


@app.command()
def load(
    folder: FolderArgument,
    buses: BusesOption = "",
    address: AddressOption = "",
    timeout_s: TimeoutOption = 60.0,
    attempts: AttemptsOption = 4,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Replace load profiles by the observed load of Open Power System Data, where it has one."""
    from transcaspian.case.read import PACKAGED_CASES, find_case, read_case
    from transcaspian.fetch.download import Courtesy
    from transcaspian.fetch.load import LoadOptions, fetch_load
    from transcaspian.fetch.opsd import ADDRESS

    options = LoadOptions(
        buses=_words(buses),
        address=address or ADDRESS,
        courtesy=Courtesy(timeout_s=timeout_s, attempts=attempts),
    )
    packaged = [find_case(name) for name in PACKAGED_CASES]
    done = fetch_load(folder, read_case, options, packaged, _say)
    columns = ("profile", "country", "mean_mw", "peak_over_mean_before", "peak_over_mean")
    _report(folder, done, columns, as_json=as_json)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _say(line: str) -> None:
    console(to_error=True).print(line)


def _report(
    folder: Path, done: list[dict[str, object]], columns: tuple[str, ...], *, as_json: bool
) -> None:
    if as_json:
        print_json({"path": str(folder), "profiles": done})
        return
    rows = [[_cell(row[column]) for column in columns] for row in done]
    print_table(f"{len(done)} profiles of {folder}", columns, rows, numeric=columns[1:])


def _cell(value: object) -> object:
    return f"{value:.4g}" if isinstance(value, float) else value
