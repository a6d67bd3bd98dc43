"""What is downloaded is what the page shows, in every form."""

import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from starlette.testclient import TestClient

from tests.web.made_up import FIRST
from tests.web.test_pages import RUN, data_of, table_of
from transcaspian.web.blocks import Column, Page, Table
from transcaspian.web.files import (
    MOST_ROWS_OF_A_PART,
    csv_file,
    excel_file,
    parquet_file,
    table_frame,
)
from transcaspian.web.language import language_of

PAGE = f"{RUN}/projects/CABLE"


def shown(client: TestClient, key: str) -> pl.DataFrame:
    return table_of(data_of(client, PAGE), key)


def without_units(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename({name: name.split(" [")[0] for name in frame.columns})


def test_parquet_holds_the_table_with_units_in_its_columns(client: TestClient) -> None:
    answer = client.get(f"{PAGE}?format=parquet&table=who-gains")
    frame = pl.read_parquet(io.BytesIO(answer.content))

    assert "all [million USD]" in frame.columns
    assert_frame_equal(without_units(frame), shown(client, "who-gains"))
    assert answer.headers["content-disposition"] == f'attachment; filename="{FIRST}-who-gains.parquet"'  # fmt: skip


def test_csv_holds_the_table_to_twelve_figures(client: TestClient) -> None:
    answer = client.get(f"{PAGE}?format=csv&table=who-gains")
    frame = pl.read_csv(io.BytesIO(answer.content))

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert_frame_equal(without_units(frame), shown(client, "who-gains"), rel_tol=1e-11)


def test_excel_opens_with_a_sheet_for_every_table(client: TestClient) -> None:
    answer = client.get(f"{PAGE}?format=xlsx&lang=en")
    sheets = pl.read_excel(io.BytesIO(answer.content), sheet_id=0)
    tables = data_of(client, PAGE)["tables"]

    assert list(sheets) == ["About", *(table["key"][:31] for table in tables)]
    gains = sheets["who-gains"]
    assert gains.columns[-1] == "All [million USD]"
    assert gains[gains.columns[-1]].sum() == pytest.approx(shown(client, "who-gains")["all"].sum())


def test_a_cell_that_looks_like_a_formula_stays_text() -> None:
    table = Table("t", "T", (Column("a", "A"),), (("=1+1",),), "s", "c")
    page = Page("p", "P", "", (table,))

    book = excel_file(page, (table,), "/", language_of("en"))

    assert pl.read_excel(io.BytesIO(book), sheet_name="t")["A"].to_list() == ["=1+1"]


def test_an_empty_table_keeps_its_columns_in_every_form() -> None:
    columns = (Column("name", "Name"), Column("value", "Value", "MW", "number"))
    table = Table("t", "T", columns, (), "s", "c")

    assert table_frame(table).schema == {"name": pl.String, "value [MW]": pl.Float64}
    assert csv_file(table).decode("utf-8-sig") == "name,value [MW]\n"
    assert pl.read_parquet(io.BytesIO(parquet_file(table))).columns == ["name", "value [MW]"]


@pytest.mark.parametrize(
    ("form", "start"), [("svg", b"<svg "), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_a_chart_goes_out_as_a_drawing(client: TestClient, form: str, start: bytes) -> None:
    answer = client.get(f"{RUN}/projects?format={form}&chart=npv")

    assert answer.status_code == 200
    assert answer.content.startswith(start)


def test_a_project_goes_out_as_a_sheet_of_one_page(client: TestClient) -> None:
    answer = client.get(f"{PAGE}?format=pdf")

    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-disposition"] == f'attachment; filename="{FIRST}-project.pdf"'
    assert len(answer.content) > 10_000


def test_the_risk_of_a_project_is_that_of_the_run(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    risk = pl.read_parquet(run_folders[1] / FIRST / "risk.parquet").filter(
        scenario="reference", project="CABLE"
    )

    facts = dict(shown(client, "facts").select("what", "value").iter_rows())

    assert facts["NPV, median"] == risk["p50_musd"][0]
    assert facts["Chance that the NPV is below zero"] == risk["probability_negative"][0]


def test_the_description_of_a_chart_holds_its_data_and_the_readers_numbers(
    client: TestClient,
) -> None:
    english, russian = (
        client.get(f"{RUN}/projects?format=vega&chart=npv&lang={code}").json() for code in ("en", "ru")
    )  # fmt: skip

    assert english["formatLocale"]["decimal"] == "."
    assert russian["formatLocale"]["decimal"] == ","
    rows: list[dict[str, Any]] = english["spec"]["data"]["values"]
    ranking = table_of(data_of(client, f"{RUN}/projects"), "ranking")
    assert [row["npv"] for row in rows] == ranking["npv_musd"].to_list()


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("csv", "power_dispatch"), ("parquet", "power_dispatch"),
        ("csv", "ledger"), ("parquet", "ledger"), ("xlsx", "ledger"),
    ],
)  # fmt: skip
def test_a_file_holds_every_row_of_a_table_that_is_shown_page_by_page(
    client: TestClient, run_folders: tuple[Path, Path], form: str, name: str
) -> None:
    whole = pl.read_parquet(run_folders[1] / FIRST / f"{name}.parquet")

    answer = client.get(f"{RUN}/tables/{name}?format={form}&lang=en")

    frame = read_file(answer.content, form, name)
    assert frame.height == whole.height > 300
    assert len(frame.columns) == len(whole.columns)
    number = next(column for column in whole.columns if whole[column].dtype.is_float())
    found = next(column for column in frame.columns if column.split(" [")[0] == number)
    assert frame[found].sum() == pytest.approx(float(whole[number].sum()), rel=1e-5)


def read_file(content: bytes, form: str, sheet: str) -> pl.DataFrame:
    readers = {
        "csv": pl.read_csv,
        "parquet": pl.read_parquet,
        "xlsx": lambda stream: with_machine_names(pl.read_excel(stream, sheet_name=sheet)),
    }
    return readers[form](io.BytesIO(content))


def with_machine_names(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename({"Amount [million USD]": "amount_musd [million USD]"}, strict=False)


def test_a_sheet_that_holds_a_part_says_so(
    client: TestClient, run_folders: tuple[Path, Path]
) -> None:
    whole = pl.read_parquet(run_folders[1] / FIRST / "power_dispatch.parquet").height

    book = io.BytesIO(client.get(f"{RUN}/tables/power_dispatch?format=xlsx&lang=en").content)

    sheets = pl.read_excel(book, sheet_id=0, raise_if_empty=False)
    assert whole > MOST_ROWS_OF_A_PART
    assert sheets["power_dispatch"].height == MOST_ROWS_OF_A_PART
    said = " ".join(str(cell) for row in sheets["About"].iter_rows() for cell in row)
    assert "the first 100" in said
    assert "CSV and Parquet hold all" in said


@pytest.mark.parametrize(
    ("query", "column", "value"),
    [("find=CABLE", "project", "CABLE"), ("scenario=dear_gas", "scenario", "dear_gas"), ("year=2030", "year", 2030)],
)  # fmt: skip
def test_rows_that_are_asked_for_are_those_on_the_page_and_in_the_file(
    client: TestClient, run_folders: tuple[Path, Path], query: str, column: str, value: object
) -> None:
    whole = pl.read_parquet(run_folders[1] / FIRST / "ledger.parquet")
    wanted = whole.filter(pl.col(column) == value).height

    table = data_of(client, f"{RUN}/tables/ledger?{query}")["tables"][0]
    file = client.get(f"{RUN}/tables/ledger?{query}&format=csv")

    assert 0 < wanted < whole.height
    assert table["total"] == wanted
    assert pl.read_csv(io.BytesIO(file.content)).height == wanted


def test_figures_that_are_found_are_those_in_the_file(client: TestClient) -> None:
    total = data_of(client, f"{RUN}/assumptions?find=ferry")["tables"][0]["total"]

    file = client.get(f"{RUN}/assumptions?find=ferry&format=csv&table=figures")

    found = pl.read_csv(io.BytesIO(file.content))
    assert found.height == total
    assert found.columns == ["row", "table", "column", "value", "unit", "source", "confidence"]


def test_a_choice_that_a_table_has_no_column_for_is_refused(client: TestClient) -> None:
    answer = client.get(f"{RUN}/tables/ledger?confidence=assumed")

    assert answer.status_code == 422
    assert "no column confidence" in answer.text


def test_libraries_come_from_installed_packages_and_are_no_other_hosts(client: TestClient) -> None:
    for name in ("vega.js", "maplibre-gl.js", "maplibre-gl.css", "style.css", "page.js"):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200, name
        assert len(answer.content) > 100
        assert answer.headers["x-content-type-options"] == "nosniff"
