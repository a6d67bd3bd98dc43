"""The part of the page on the economy's and the owners' side, with banks' yearly tables."""

from collections.abc import Mapping, Sequence

import polars as pl
from markupsafe import Markup

from transcaspian.report.blocks import Block, Cell, Fold, Header, HtmlTable, Remark, Section
from transcaspian.report.markup import ColumnView, frame_table, head_cell, number_cell
from transcaspian.report.names import Names, humanise
from transcaspian.report.risk_section import shown_runs
from transcaspian.report.terms import Terms, npv_column, percent
from transcaspian.report.worded import worded
from transcaspian.results.theme import format_number, format_share

__all__ = ["economy_section"]

KEY, TITLE, SHORT = "economy", "The economy's and the owners' side", "Owners"
BENEFIT = "benefit: "
# Every year until this many after opening, then every fifth: what a printed page holds.
DENSE_YEARS, STRIDE = 3, 10


def economy_section(tables: Mapping[str, pl.DataFrame], names: Names, terms: Terms) -> Section:
    """Return the section: returns side by side, the bridge between them, yearly tables."""
    owners, flows, projects = tables["owners_value"], tables["economic_flows"], tables["projects"]
    if projects.is_empty() or (owners.is_empty() and flows.is_empty()):
        return Section(KEY, TITLE, "No project was valued in this run.", (), SHORT)
    runs = shown_runs(projects)
    blocks: list[Block] = []
    if owners.height:
        blocks += _owners_blocks(owners, projects, names, terms, runs)
    transport = [
        run
        for run in runs
        if str(projects.filter(pl.col("project") == run)["sector"][0]) == "freight"
    ]
    sheets = [_bank_fold(tables, run, names, terms) for run in transport]
    if sheets:
        words = "<strong>Economic tables of transport projects,</strong> as development banks print them."
        blocks.append(Fold(Markup(words), tuple(sheets), "bank-tables"))
    return Section(KEY, TITLE, _lead(owners, terms), blocks, SHORT)


def _lead(owners: pl.DataFrame, terms: Terms) -> str:
    paid = owners.filter(pl.col("npv_financial_musd") > 0.0).height
    return (
        "What a project is worth to everybody and what it earns its owners are different things: fares,"
        " rents and taxes move money from one to another, and fuel saved or air kept clean earns nobody"
        f" a fare. {paid} of {owners.height} projects and clusters pay their owners at {terms.headline}"
        " real after tax."
        if owners.height
        else "Economic flows year by year."
    )


def _owners_blocks(
    owners: pl.DataFrame, projects: pl.DataFrame, names: Names, terms: Terms, runs: Sequence[str]
) -> list[Block]:
    order = pl.DataFrame({"project": list(runs)}, schema={"project": pl.String})
    frame = (
        order.join(owners, on="project", how="inner", maintain_order="left_right")
        .join(
            projects.select("project", "eirr", "npv_musd"),
            on="project",
            how="left",
            maintain_order="left",
        )
        .pipe(worded, name=("project", names.run), earns=("operators", _list_of_words))
    )
    views = (
        ColumnView("name", "Project"),
        ColumnView("eirr", "EIRR", "real", "share"),
        ColumnView("firr_real", "FIRR", "real", "share"),
        ColumnView("firr_nominal", "FIRR", "nominal", "share"),
        ColumnView("npv_musd", "Economic NPV", "million USD", "number"),
        ColumnView("npv_financial_musd", "Owners' NPV after tax", "million USD", "number"),
        ColumnView("income_musd", "Income", "million USD", "number"),
        ColumnView("taxes_musd", "Taxes and duty", "million USD", "number"),
        ColumnView(
            "interest_while_building_musd",
            "Interest while building",
            "million USD, current",
            "number",
        ),
        ColumnView("earns", "Who earns"),
    )
    bridge = (
        ColumnView("name", "Project"),
        ColumnView("bridge_financial_musd", "Owners and operators before tax", "", "number"),
        ColumnView("bridge_transfers_musd", "+ transfers they receive, reversed", "", "signed"),
        ColumnView("bridge_others_resources_musd", "+ resources others save", "", "signed"),
        ColumnView("bridge_externalities_musd", "+ externalities", "", "signed"),
        ColumnView("bridge_shadow_price_musd", "+ shadow prices", "", "signed"),
        ColumnView("bridge_economic_musd", "= economy at shadow prices", "", "number"),
    )
    return [
        frame_table(frame, views, f"Economic and financial returns; present values at {terms.headline} real", "owners.csv"),
        frame_table(frame, bridge, f"From the owners' side to the economy's, million USD, present value at {terms.headline}", "bridge.csv"),
        Remark(
            "Income is what the operators of the project's kind gain in the owners' countries (grid"
            " companies, carriers, terminals, producers), what their other assets lose to it deducted."
            " Rates of return are empty where there is none or more than one. The economic NPV counts"
            " resources at the prices of the case; the last column of the bridge at shadow prices"
            " (economy/conversion_factors)."
        ),
    ]  # fmt: skip


def _bank_fold(tables: Mapping[str, pl.DataFrame], run: str, names: Names, terms: Terms) -> Fold:
    flows = tables["economic_flows"].filter(pl.col("project") == run)
    row = tables["projects"].filter(pl.col("project") == run).row(0, named=True)
    items = flows["item"].unique(maintain_order=True).to_list()
    benefits = [item for item in items if item.startswith(BENEFIT)]
    columns = ["capital", "operation", *benefits, "net", "present_value"]
    value = {
        (year, item): amount
        for year, item, amount in flows.select("year", "item", "amount_musd").iter_rows()
    }
    years = _shown_years(sorted(flows["year"].unique()), int(row["opening_year"]))
    body = [
        (head_cell(str(year)), *(number_cell(value.get((year, item), 0.0)) for item in columns))
        for year in years
    ]
    sums = {item: sum(v for (_, i), v in value.items() if i == item) for item in columns}
    body.append(
        (
            head_cell("All years"),
            *(Cell(format_number(sums[item]), is_number=True, css="total") for item in columns),
        )
    )
    headers = (
        Header("Year"),
        *(Header(humanise(item.removeprefix(BENEFIT)), "", is_number=True) for item in columns),
    )
    eirr = format_share(row["eirr"]) if row["eirr"] is not None else "none"
    table = HtmlTable(
        f"{names.run(run)}: economic costs (capital, operation) and savings, million USD;"
        f" ENPV {', '.join(f'{format_number(row[npv_column(rate)])} at {percent(rate)}' for rate in terms.rates)};"
        f" EIRR {eirr}",
        headers,
        tuple(body),
    )
    title = Markup("{} <span class='aside'>ENPV {} million USD, EIRR {}</span>").format(
        names.run(run), format_number(row["npv_musd"]), eirr
    )
    return Fold(title, (table,), f"bank-{run}")


def _shown_years(years: Sequence[int], opening: int) -> list[int]:
    dense = [year for year in years if year < opening + DENSE_YEARS]
    later = [year for year in years if year >= opening + DENSE_YEARS]
    kept = [year for year in later if year % STRIDE == 0]
    return [*dense, *dict.fromkeys([*kept, *later[-1:]])]


def _list_of_words(words: str) -> str:
    return ", ".join(humanise(word) for word in words.split(", ")) or "nobody"
