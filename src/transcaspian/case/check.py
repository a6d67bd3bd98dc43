"""Rules that hold between cells, rows and tables: one function a rule, named after it.

Every rule gets a `Book` and returns the problems it finds; `check_case` gathers them all.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import polars as pl

from transcaspian.case.book import Book, Rule, unknown_names
from transcaspian.case.check_access import ACCESS_RULES
from transcaspian.case.check_adequacy import ADEQUACY_RULES
from transcaspian.case.check_changes import CHANGE_RULES
from transcaspian.case.check_figures import FIGURE_RULES
from transcaspian.case.check_finance import FINANCE_RULES
from transcaspian.case.check_projects import PROJECT_RULES
from transcaspian.case.columns import Table
from transcaspian.case.registry import TABLES
from transcaspian.case.settings import CaseSettings
from transcaspian.case.tables import FloatArray
from transcaspian.errors import Problem

__all__ = ["REFERENCE_RULES", "RULES", "check_case", "gathered"]

SHARE_TOLERANCE = 1e-6
PROFILE_MEAN_TOLERANCE = 1e-3
MONTHS = 12
LONGEST_BUILDING = 20  # years; the longest of the packaged case spends for 16
MOST_PROBLEMS = 20_000  # of one rule; a table of millions of wrong rows must not fill the memory


def check_case(
    settings: CaseSettings,
    tables: Mapping[str, pl.DataFrame],
    profiles: Mapping[str, FloatArray],
    lines: Mapping[str, Sequence[int]],
) -> list[Problem]:
    """Return every broken rule of the case, in the order of RULES and of the files."""
    book = Book(settings, tables, profiles, lines)
    return [problem for rule in RULES for problem in gathered(rule, rule(book))]


def gathered(rule: Rule, found: Iterator[Problem]) -> list[Problem]:
    """Return the first problems that a rule finds, and one that counts the others."""
    problems = list(islice(found, MOST_PROBLEMS))
    more = sum(1 for _ in found)
    if more:
        last = problems[-1]
        message = f"{more} more problems of this kind ({rule.__name__.replace('_', ' ')})."
        problems.append(Problem(last.file, 0, last.column, message, "Correct the first ones."))
    return problems


def check_references_are_known(book: Book) -> Iterator[Problem]:
    """Every name that points to another table stands there."""
    for table in TABLES.values():
        for column in table.all_columns():
            target, _, target_column = column.references.rpartition(".")
            if not target or not {table.name, target} <= book.tables.keys():
                continue  # it could not be read, which was said
            known = book.tables[target][target_column]
            cells = book.tables[table.name][column.name]
            if column.list_of:
                yield from _unknown_words(book, table, column.name, cells, known, target)
            else:
                yield from unknown_names(book, table, column.name, cells, known, target)


def _unknown_words(
    book: Book, table: Table, column: str, cells: pl.Series, known: pl.Series, target: str
) -> Iterator[Problem]:
    """Yield a problem for every word of a list cell (separated by ';') that is not known."""
    names = set(known)
    for row, cell in enumerate(cells):
        for word in () if cell is None else cell.split(";"):
            if word not in names:
                yield Problem(
                    f"{table.name}.csv",
                    book.lines[table.name][row],
                    column,
                    f"{word!r} is not in {target}.csv.",
                    "Add it there or correct the name; separate names by ';'.",
                )


def check_every_year_is_there(book: Book) -> Iterator[Problem]:
    """A table that changes by year has a row of every thing for every year it needs."""
    for table in TABLES.values():
        if not table.yearly_of:
            continue
        frame = book.tables[table.name]
        parent = TABLES[table.yearly_of]
        years = _needed_years(book, table)
        things = book.tables[parent.name].select(parent.key).with_row_index("index")
        wanted = things.join(pl.DataFrame({"year": years}, schema={"year": pl.Int64}), how="cross")
        missing = wanted.join(frame, on=[*parent.key, "year"], how="anti").sort("index", "year")
        for row in missing.iter_rows(named=True):
            name = ", ".join(str(row[part]) for part in parent.key)
            yield Problem(
                f"{parent.name}.csv",
                book.lines[parent.name][row["index"]],
                parent.key[0],
                f"{name!r} has no row of {row['year']} in {table.name}.csv.",
                "Add the row.",
            )


def _needed_years(book: Book, table: Table) -> list[int]:
    years = set(book.settings.model_years)
    room = table.name.split("/")[0]
    backcast = {
        "power": book.settings.power_backcast_year,
        "freight": book.settings.freight_backcast_year,
    }.get(room)
    return sorted(years | ({backcast} if backcast is not None else set()))


def check_parameters_cover_every_year(book: Book) -> Iterator[Problem]:
    """Each parameter has a row for all other countries ('*') in every solved year."""
    frame = book.tables["economy/parameters"]
    backcasts = (book.settings.power_backcast_year, book.settings.freight_backcast_year)
    years = {*book.settings.model_years, *(year for year in backcasts if year is not None)}
    for parameter in ("co2_price", "social_cost_of_carbon", "voll"):
        have = frame.filter((pl.col("parameter") == parameter) & (pl.col("country") == "*"))
        for year in sorted(years):
            if year not in have["year"]:
                yield Problem(
                    "economy/parameters.csv",
                    0,
                    "parameter",
                    f"{parameter!r} has no row for country '*' in {year}.",
                    "Add the row.",
                )


def check_parameter_countries_are_known(book: Book) -> Iterator[Problem]:
    """The country of a parameter is known, or '*'."""
    cells = book.tables["economy/parameters"]["country"]
    known = pl.concat([book.tables["economy/countries"]["country"], pl.Series("country", ["*"])])
    yield from unknown_names(
        book, TABLES["economy/parameters"], "country", cells, known, "economy/countries"
    )


def check_links_join_two_places(book: Book) -> Iterator[Problem]:
    """No link starts and ends at the same place."""
    for table, start, end in (("power/links", "bus0", "bus1"), ("freight/links", "node0", "node1")):
        frame = book.tables[table]
        yield from book.problems(
            table,
            end,
            frame[start] == frame[end],
            "{value} is both ends of the link.",
            "Correct one end.",
        )


def check_zones_and_markets_have_their_buses(book: Book) -> Iterator[Problem]:
    """Plants, loads and storage stand in zones, markets at market buses."""
    buses = book.tables["power/buses"]
    zones = buses.filter(pl.col("kind") == "zone")["bus"]
    markets = buses.filter(pl.col("kind") == "market")["bus"]
    for table in ("power/generators", "power/loads", "power/storage_units"):
        yield from book.problems(
            table,
            "bus",
            book.tables[table]["bus"].is_in(markets.implode()),
            "{value} is a market, not a zone.",
            "Put it into a zone.",
        )
    yield from book.problems(
        "power/markets",
        "bus",
        book.tables["power/markets"]["bus"].is_in(zones.implode()),
        "{value} is a zone, not a market.",
        "Give the market a bus of kind market.",
    )


def check_fuels_are_given(book: Book) -> Iterator[Problem]:
    """Plants of carriers that burn something name their fuel."""
    frame = book.tables["power/generators"]
    carriers = book.tables["power/carriers"]
    burning = carriers.filter(pl.col("group").is_in(["coal", "gas", "oil"]))["carrier"]
    yield from book.problems(
        "power/generators",
        "fuel",
        frame["carrier"].is_in(burning.implode()) & frame["fuel"].is_null(),
        "The plant burns something but names no fuel.",
        "Name a fuel of power/fuels.csv.",
    )


def check_profiles_exist(book: Book) -> Iterator[Problem]:
    """Every profile that a table names is a column of profiles.parquet."""
    columns = (
        ("power/loads", "profile"),
        ("power/generators", "p_max_profile"),
        ("power/generators", "p_min_profile"),
        ("power/markets", "price_profile"),
        ("power/profile_info", "profile"),
    )
    known = pl.Series(list(book.profiles), dtype=pl.String)
    for table, column in columns:
        cells = book.tables[table][column]
        yield from unknown_names(
            book, TABLES[table], column, cells, known, "power/profiles.parquet"
        )


def check_profiles_are_described(book: Book) -> Iterator[Problem]:
    """Every hourly series is described, and its mean is what the description says."""
    info = book.tables["power/profile_info"]
    described = dict(zip(info["profile"], info["mean"], strict=True))
    for name, values in book.profiles.items():
        if name not in described:
            yield Problem(
                "power/profiles.parquet",
                0,
                name,
                "The series is not described in power/profile_info.csv.",
                "Add a row there.",
            )
        elif abs(values.mean() - described[name]) > PROFILE_MEAN_TOLERANCE * max(
            1.0, described[name]
        ):
            yield Problem(
                "power/profiles.parquet",
                0,
                name,
                f"The mean is {values.mean():.4f}, power/profile_info.csv says {described[name]:.4f}.",
                "Correct one of the two.",
            )


def check_profiles_are_in_range(book: Book) -> Iterator[Problem]:
    """Limits per unit of capacity stay between 0 and 1; loads and prices are over their mean."""
    info = book.tables["power/profile_info"]
    for profile, kind in zip(info["profile"], info["kind"], strict=True):
        values = book.profiles.get(profile)
        if values is None:
            continue
        if kind in ("wind", "solar", "hydro", "must_run") and values.max() > 1.0 + SHARE_TOLERANCE:
            hour = int(values.argmax()) + 1
            yield Problem(
                "power/profiles.parquet",
                hour,
                profile,
                f"{values.max():.4f} per unit of capacity is above 1.",
                "Limit it to 1.",
            )
        if kind in ("load", "price") and abs(values.mean() - 1.0) > PROFILE_MEAN_TOLERANCE:
            yield Problem(
                "power/profiles.parquet",
                0,
                profile,
                f"The mean is {values.mean():.4f}, not 1.",
                "Divide the series by its mean.",
            )


def check_every_month_has_water(book: Book) -> Iterator[Problem]:
    """A plant with monthly energy has all twelve months."""
    frame = book.tables["power/monthly_energy"].with_row_index("index")
    counts = frame.group_by("generator", maintain_order=True).agg(
        pl.col("month").n_unique(), pl.col("index").first()
    )
    for row in counts.filter(pl.col("month") != MONTHS).iter_rows(named=True):
        yield Problem(
            "power/monthly_energy.csv",
            book.lines["power/monthly_energy"][row["index"]],
            "month",
            f"{row['generator']!r} has {row['month']} months.",
            "Give all twelve.",
        )


def check_shares_add_up(book: Book) -> Iterator[Problem]:
    """Owner shares, spending shares and zone weights add up to 1."""
    sums = (
        ("projects/shares", ("project",), "share"),
        ("projects/spending", ("project",), "share"),
        ("freight/zones", ("zone", "form"), "weight"),
    )
    for table, group, column in sums:
        frame = book.tables[table].with_row_index("index")
        totals = frame.group_by(group, maintain_order=True).agg(
            pl.col(column).sum(), pl.col("index").first()
        )
        wrong = totals.filter((pl.col(column) - 1.0).abs() > SHARE_TOLERANCE)
        for row in wrong.iter_rows(named=True):
            name = ", ".join(str(row[part]) for part in group)
            yield Problem(
                f"{table}.csv",
                book.lines[table][row["index"]],
                column,
                f"The {column}s of {name!r} add up to {row[column]:.6g}.",
                "They must add up to 1.",
            )


def check_projects_are_complete(book: Book) -> Iterator[Problem]:
    """A project has owners, spending and, unless it stands outside the models, changes or plants."""
    frame = book.tables["projects/projects"]
    for table in ("projects/shares", "projects/spending", "projects/changes"):
        have = book.tables[table]["project"]
        wrong = ~frame["project"].is_in(have.implode())
        if table == "projects/changes":
            bound = book.tables["power/generators"]["bound_to"]
            wrong &= (frame["sector"] != "own") & ~frame["project"].is_in(bound.implode())
        yield from book.problems(
            "projects/projects",
            "project",
            wrong,
            f"{{value}} has no row in {table}.csv.",
            "Add one.",
        )


def check_spending_is_near_the_opening(book: Book) -> Iterator[Problem]:
    """Nothing is spent after a project's last year of use, nor decades before it opens."""
    table = "projects/spending"
    joined = book.tables[table].join(
        book.tables["projects/projects"].select("project", "opening_year", "life_years"),
        on="project",
        how="left",
        maintain_order="left",
    )
    last = joined["opening_year"] + joined["life_years"] - 1
    yield from book.problems(
        table,
        "year",
        joined["year"] > last,
        "{value} is after the project's last year of use.",
        "Correct the year, or the project's life.",
    )
    yield from book.problems(
        table,
        "year",
        joined["year"] < joined["opening_year"] - LONGEST_BUILDING,
        f"{{value}} is more than {LONGEST_BUILDING} years before the project opens.",
        "Correct the year, or the project's opening year.",
    )


def check_capital_cost_range_holds_the_cost(book: Book) -> Iterator[Problem]:
    """The low value is not above the cost, the high one not below."""
    table = "projects/projects"
    frame = book.tables[table]
    yield from book.problems(
        table,
        "capex_low_musd",
        frame["capex_low_musd"] > frame["capex_musd"],
        "{value} million USD is above capex_musd.",
        "Correct one of the two.",
    )
    yield from book.problems(
        table,
        "capex_high_musd",
        frame["capex_high_musd"] < frame["capex_musd"],
        "{value} million USD is below capex_musd.",
        "Correct one of the two.",
    )


def check_demand_has_zones(book: Book) -> Iterator[Problem]:
    """Each flow's origin and destination enter the network somewhere in its form."""
    zones = book.tables["freight/zones"]
    known = set(zip(zones["zone"], zones["form"], strict=True))
    table = "freight/demand"
    frame = book.tables[table]
    for column in ("origin", "destination"):
        wrong = [
            (zone, form) not in known and (zone, "*") not in known
            for zone, form in zip(frame[column], frame["form"], strict=True)
        ]
        yield from book.problems(
            table,
            column,
            pl.Series(wrong, dtype=pl.Boolean),
            "{value} has no row in freight/zones.csv for this form.",
            "Add one.",
        )


def check_borders_stay_in_their_layer(book: Book) -> Iterator[Problem]:
    """A border joins a layer to itself; every other terminal joins two layers."""
    table = "freight/terminals"
    frame = book.tables[table]
    is_border, is_same = frame["kind"] == "border", frame["layer0"] == frame["layer1"]
    yield from book.problems(
        table,
        "layer1",
        is_border & ~is_same,
        "A border leads to {value}, another layer.",
        "Give it layer0.",
    )
    yield from book.problems(
        table,
        "layer1",
        ~is_border & is_same,
        "The terminal joins {value} to itself.",
        "Name the other layer.",
    )


def check_first_scenario_is_the_reference(book: Book) -> Iterator[Problem]:
    """The scenario table starts with the reference."""
    names = book.tables["scenarios/scenarios"]["scenario"].to_list()
    if not names or names[0] != "reference":
        yield Problem(
            "scenarios/scenarios.csv",
            2,
            "scenario",
            "The first scenario is not 'reference'.",
            "Put the reference first.",
        )


def check_headline_scenarios_are_there(book: Book) -> Iterator[Problem]:
    """The scenarios that `case.yaml` names are those of the table."""
    known = book.tables["scenarios/scenarios"]["scenario"].to_list()
    for name in book.settings.headline_scenarios:
        if name not in known:
            yield Problem(
                "case.yaml",
                0,
                "headline_scenarios",
                f"There is no scenario {name!r}.",
                f"Name one of {', '.join(known)}.",
            )


def check_route_constants_name_commodities(book: Book) -> Iterator[Problem]:
    """The commodity of a route constant is known, or '*'."""
    known = pl.concat(
        [book.tables["freight/commodities"]["commodity"], pl.Series("commodity", ["*"])]
    )
    cells = book.tables["freight/route_constants"]["commodity"]
    yield from unknown_names(
        book, TABLES["freight/route_constants"], "commodity", cells, known, "freight/commodities"
    )


def check_every_table_has_a_licence(book: Book) -> Iterator[Problem]:
    """Where a case says its licences, it says them of every table and of no unknown one."""
    listed = book.tables["LICENCES"]["table"]
    if listed.is_empty():
        return
    given = [name for name, frame in book.tables.items() if frame.height]
    for name in (*given, "power/profiles"):
        if name not in listed:
            yield Problem("LICENCES.csv", 0, "table", f"{name!r} has no row.", "Add its licence.")
    known = pl.Series([*TABLES, "power/profiles"])
    # The register's tables are read by the register, so their names are not checked here.
    yield from book.problems(
        "LICENCES",
        "table",
        ~listed.is_in(known.implode()) & ~listed.str.starts_with("register/"),
        "{value} is no table.",
        "Correct or delete the row.",
    )


RULES: tuple[Rule, ...] = (
    check_references_are_known,
    check_every_year_is_there,
    check_parameters_cover_every_year,
    check_parameter_countries_are_known,
    check_links_join_two_places,
    check_zones_and_markets_have_their_buses,
    check_fuels_are_given,
    check_profiles_exist,
    check_profiles_are_described,
    check_profiles_are_in_range,
    check_every_month_has_water,
    check_shares_add_up,
    check_projects_are_complete,
    check_spending_is_near_the_opening,
    check_capital_cost_range_holds_the_cost,
    *CHANGE_RULES,
    *FIGURE_RULES,
    *ACCESS_RULES,
    *ADEQUACY_RULES,
    *PROJECT_RULES,
    *FINANCE_RULES,
    check_demand_has_zones,
    check_borders_stay_in_their_layer,
    check_first_scenario_is_the_reference,
    check_headline_scenarios_are_there,
    check_route_constants_name_commodities,
    check_every_table_has_a_licence,
)

# They look at names alone, which stand in wrong rows too.
REFERENCE_RULES: tuple[Rule, ...] = (check_references_are_known, check_links_join_two_places)
